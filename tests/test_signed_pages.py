"""Official papers page by page: no signature stands alone, in PDF or in Word."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import pytest
from documents import masthead
from papers import pdf, squeezed, word
from pypdf import PdfReader
from samples import sample_home

import kit
from kit.documents.kinds import KINDS
from kit.render.blocks import Cell, Column, Letterhead, Paragraph, Signature, SignatureList, Signatures, Signer, Table
from kit.render.docx import to_docx
from kit.render.pdf import to_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from kit.render.blocks import Block
    from kit.render.prepare import Json

BY = Signatures([Signature(["Ketua,"], "Penanda Tangan")], "Pontianak, ……")
PANEL = SignatureList([Signer(f"Juri {n}", "Anggota") for n in range(3)])
CLOSING = Paragraph("Demikian daftar ini dibuat.")
INITIALS = Table(
    caption="Paraf", columns=[Column("who", "Jabatan")], rows=[{"who": Cell("Pemaraf")}] * 3, row_header="who"
)


def rows(n: int) -> Table:
    """A table whose rows say which they are."""
    columns = [Column("title", "Inovasi"), Column("unit", "Unit kerja")]
    said = [{"title": Cell(f"Baris {k}."), "unit": Cell("Dinas Contoh")} for k in range(1, n + 1)]
    return Table(caption="Daftar.", columns=columns, rows=said, row_header="title", notes=["Catatan."])


def lines(n: int) -> list[Block]:
    return [Paragraph(f"Baris {k}.") for k in range(1, n + 1)]


ENDS: dict[str, list[Block]] = {
    "signature": [BY],
    "a line and a signature": [CLOSING, BY],
    "a line and a panel": [CLOSING, PANEL],
    "a panel and a signature": [PANEL, BY],
    "a signature and initials": [BY, INITIALS],
}


def paper(body: list[Block], end: list[Block]) -> list[Json]:
    begin = [masthead(form="official", title="Daftar"), Letterhead(["KOTA CONTOH"], ["Alamat"])]
    return [block.to_json() for block in (*begin, *body, *end)]


def as_pdf(folder: Path) -> None:
    """Print the Word files of a folder."""
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    files = sorted(map(str, folder.glob("*.docx")))
    subprocess.run([*command, "--outdir", str(folder), *files], check=True, capture_output=True, timeout=600)


# How much stands before them; the first page ends at about 30.
AMOUNTS = [1, 2, *range(14, 46)]


def long(of: str, n: int, end: str) -> list[Json]:
    """A paper of so many rows or lines."""
    return paper([rows(n)] if of == "rows" else lines(n), ENDS[end])


def kept(of: str, n: int, end: str, made: PdfReader) -> bool:
    """Whether all that signs stands on one page with the last two rows or lines of the text."""
    last = [f"Baris {k}." for k in range(max(1, n - 1), n + 1)]
    if of == "lines" and CLOSING in ENDS[end]:
        last = [*last[-1:], "Demikian daftar ini dibuat."]
    pages = [squeezed(page.extract_text()) for page in made.pages]
    signs = ("PenandaTangan", *(f"Juri{k}" for k in range(3)), "Pemaraf")
    on = {number for number, page in enumerate(pages) for sign in signs if sign in page}
    return len(on) == 1 and all(squeezed(line) in pages[on.copy().pop()] for line in last)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("of", ["rows", "lines"])
def test_a_signature_stands_below_the_last_two_rows_or_lines(of: str, end: str) -> None:
    made = {n: PdfReader(BytesIO(to_pdf(long(of, n, end)))) for n in AMOUNTS}
    assert [n for n, reader in made.items() if not kept(of, n, end, reader)] == []


@pytest.mark.office
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("of", ["rows", "lines"])
def test_and_in_word(tmp_path: Path, of: str, end: str) -> None:
    for n in AMOUNTS[2::2]:
        (tmp_path / f"{n}.docx").write_bytes(to_docx(long(of, n, end)))
    as_pdf(tmp_path)
    made = {n: PdfReader(tmp_path / f"{n}.pdf") for n in AMOUNTS[2::2]}
    assert [n for n, reader in made.items() if not kept(of, n, end, reader)] == []


@pytest.mark.parametrize("n", [15, 21, 40])
def test_the_last_of_a_long_panel_stay_with_the_signature_below_them(n: int) -> None:
    panel = SignatureList([Signer(f"Anggota {k}", "Juri") for k in range(1, n + 1)])
    made = PdfReader(BytesIO(to_pdf(paper([rows(20)], [CLOSING, panel, BY]))))
    pages = [squeezed(page.extract_text()) for page in made.pages]
    last = next(page for page in pages if "PenandaTangan" in page)
    assert f"Anggota{n - 1}" in last
    assert f"{n}Anggota{n}" in last
    assert "Baris20." in next(page for page in pages if "Demikian" in page)


def test_a_signature_stays_with_a_table_on_a_page_turned_on_its_side() -> None:
    columns = [Column(f"c{n}", f"{n} {'Pertanggungjawaban' * 2}") for n in range(5)]
    wide = Table(
        caption="Lebar.", columns=columns, rows=[{"c0": Cell(f"Baris {n}.")} for n in range(3)], row_header="c0"
    )
    (page,) = PdfReader(BytesIO(to_pdf(paper([wide], [CLOSING, BY])))).pages[-1:]
    assert page.mediabox.width > page.mediabox.height
    assert {"Baris2.", "PenandaTangan"} <= set(re.findall(r"Baris2\.|PenandaTangan", squeezed(page.extract_text())))


@pytest.mark.office
@pytest.mark.parametrize("language", ["id", "en"])
def test_word_files_are_as_long_as_the_pdf(tmp_path: Path, language: Literal["id", "en"]) -> None:
    pages = {}
    with sample_home(tmp_path) as home:
        edition = kit.open("2025", language=language)
        for kind in [name for name, kind in KINDS.items() if {"pdf", "docx"} <= {*kind.formats}]:
            for part in KINDS[kind].parts(edition):
                pages[part.stem] = len(pdf(edition, kind, part.id).pages)
                word(edition, kind, part.id).save(str(home / f"{part.stem}.docx"))
        as_pdf(home)
    apart = {stem: (n, len(PdfReader(tmp_path / f"{stem}.pdf").pages)) for stem, n in pages.items()}
    assert len(apart) == 12
    assert {stem: two for stem, two in apart.items() if abs(two[0] - two[1]) > 1} == {}
