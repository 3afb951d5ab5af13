"""Official papers page by page: no signature stands alone, in PDF or in Word."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from documents import masthead
from papers import squeezed
from pypdf import PdfReader

from kit.render.blocks import Cell, Column, Letterhead, Paragraph, Signature, SignatureList, Signatures, Signer, Table
from kit.render.pdf import to_pdf

if TYPE_CHECKING:
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


def together(end: list[str], pages: list[str]) -> bool:
    """Whether the end of the text stands on one page with all that signs."""
    signs = ("PenandaTangan", *(f"Juri{k}" for k in range(3)), "Pemaraf")
    (page,) = {number for number, page in enumerate(pages) for sign in signs if sign in page}
    return all(squeezed(line) in pages[page] for line in end)


# How much stands before them; the first page ends at about 30.
AMOUNTS = [1, 2, *range(14, 46)]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("of", ["rows", "lines"])
def test_a_signature_stands_below_the_last_two_rows_or_lines(of: str, end: str) -> None:
    apart = []
    for n in AMOUNTS:
        last = [f"Baris {k}." for k in range(max(1, n - 1), n + 1)]
        if of == "lines" and CLOSING in ENDS[end]:
            last = [*last[-1:], "Demikian daftar ini dibuat."]
        made = PdfReader(BytesIO(to_pdf(paper([rows(n)] if of == "rows" else lines(n), ENDS[end]))))
        if not together(last, [squeezed(page.extract_text()) for page in made.pages]):
            apart.append(n)
    assert apart == []


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
