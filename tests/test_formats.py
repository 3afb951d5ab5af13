"""What holds for a document in every format: whole, as typed, in its language, the same bytes for the same blocks."""

from __future__ import annotations

import csv
import html
import re
from dataclasses import replace
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import docx
import pytest
from documents import FINGERPRINT, HOSTILE, hostile, masthead, official, report, table
from openpyxl import load_workbook
from papers import squeezed
from problems import problem
from pypdf import PdfReader

from kit.render.blocks import Cell, Column, Table
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.render.xlsx import csv_cell, to_csv, to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS: dict[str, Callable[[list[Any]], Any]] = {
    "html": to_html,
    "pdf": to_pdf,
    "docx": to_docx,
    "xlsx": to_xlsx,
    "csv": to_csv,
}
WHOLE = ("html", "pdf", "docx")  # with prose, and with what the document is made of


def read(name: str, blocks: list[Any]) -> str:
    """A document in a format, read back as text without what a line break may change."""
    made = WRITERS[name](blocks)
    if name == "html":
        made = html.unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", "", made, flags=re.DOTALL))
    elif name == "pdf":
        made = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    elif name == "docx":
        word = docx.Document(BytesIO(made))
        section = word.sections[0]
        around = [*section.first_page_header.paragraphs, *section.header.paragraphs, *section.footer.paragraphs]
        cells = [cell for found in word.tables for row in found.rows for cell in row.cells]
        made = "".join(part.text for part in [*around, *word.paragraphs, *cells])
    elif name == "xlsx":
        book = load_workbook(BytesIO(made))
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        made = "".join([*cells, *(sheet.oddFooter.right.text or "" for sheet in book)])
    else:
        made = "".join(cell for row in csv.reader(StringIO(made), delimiter=";") for cell in row)
    return squeezed(made)


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_blocks_give_the_same_bytes_and_other_blocks_do_not(name: str) -> None:
    made = WRITERS[name](report())
    assert made == WRITERS[name](report())
    assert made != WRITERS[name](report(rows=4))
    if name in {"docx", "xlsx"}:
        with ZipFile(BytesIO(made)) as file:
            assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert file.namelist()[0] == "[Content_Types].xml"


@pytest.mark.parametrize("name", WRITERS)
def test_a_document_says_that_its_data_are_simulated_only_if_they_are(name: str) -> None:
    assert "DATASIMULASI,BUKANHASILKOMPETISISEBENARNYA" in read(name, report())
    genuine = read(name, report(simulated=False))
    assert "SIMULASI" not in genuine
    assert ("Bukandatasimulasi" in genuine) is (name != "csv")


@pytest.mark.parametrize("name", [*WHOLE, "xlsx"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ["Edisi", "23 November 2025 pukul 09.05 WIB", "Terbatas: pimpinan, panitia, dewan juri", "Versi kit"]),
        ("en", ["Edition", "23 November 2025 at 09:05 WIB", "Restricted: leadership, committee, panel", "Kit version"]),
    ],
)
def test_a_document_says_what_it_is_in_its_language(name: str, language: str, words: list[str]) -> None:
    text = read(name, report(language=language))
    for said in (*words, "Hasil penilaian, belum ditetapkan", "USULAN: bobot", "0.1.0", FINGERPRINT):
        assert squeezed(said) in text
    if name != "html":
        assert {"id": "Halaman", "en": "Page"}[language] in text
        assert {"en": "Halaman", "id": "Page1"}[language] not in text


@pytest.mark.parametrize("name", WHOLE)
def test_every_block_finds_its_words(name: str) -> None:
    text = read(name, [*report(), *official()[1:]])
    for words in (
        *("49 inovasi", "7 lebih banyak daripada 2024", "Kelurahan Contoh Melati", "91,33", "Keputusan yang diminta"),
        *("Menetapkan enam pemenang.", "Seleksi administrasi", "Menurut jenis unit", "Gambar 1. Jumlah inovasi"),
        *("Hasil ini bersifat sementara.", "Tabel 1. Peringkat Kelompok 2", "49,4%", "Nilai akhir keduanya sama."),
        *("BADAN CONTOH", "LAMPIRAN", "BERITA ACARA", "diberikan kepada", "Ketua,", "NIP ……", "Contoh Budi"),
    ):
        assert squeezed(words) in text


@pytest.mark.parametrize(("name", "times"), [("html", 16), ("pdf", 15), ("docx", 16), ("xlsx", 10), ("csv", 2)])
def test_hostile_text_prints_as_typed(name: str, times: int) -> None:
    blocks = [masthead(title=HOSTILE, subtitle=HOSTILE, notice=HOSTILE, organiser=HOSTILE), *hostile()]
    assert read(name, [block.to_json() for block in blocks]).count(squeezed(HOSTILE)) == times


@pytest.mark.parametrize("name", WRITERS)
def test_a_document_has_one_masthead(name: str) -> None:
    first, *rest = report()
    with problem("document_missing"):
        WRITERS[name](rest)
    with problem("document_repeated", match="2"):
        WRITERS[name]([first, first, *rest])


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+62 812", "@SUM(A1)", "-2+3+cmd|'/c calc'!A1", "- 2+cmd|'x'!A1", "--1+2", "\t=1", "\n=1", "+a", "-"],
)
def test_a_cell_of_a_csv_file_cannot_run(text: str) -> None:
    """A title comes from whoever entered the contest; a spreadsheet runs what begins so when it opens the file."""
    blocks = [masthead(), Table(caption="x", columns=[Column("a", text)], rows=[{"a": Cell(text)}], row_header="a")]
    _, *cells = csv.reader(StringIO(to_csv([block.to_json() for block in blocks])), delimiter=";")
    assert cells == [[text if text == "-" else f"'{text}"]] * 2


@pytest.mark.parametrize("text", ["-5", "-1.234,5", "+0,25", "-3%", "–", "a=b", "Antre – cepat", "1+1", "(=1)"])
def test_numbers_and_words_of_a_csv_file_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


def test_csv_is_the_first_table_as_it_reads() -> None:
    other = replace(table(), caption="Lain")
    made = to_csv([masthead(caution="Bukan nilai resmi.").to_json(), table(1).to_json(), other.to_json()])
    assert made.splitlines() == [
        "\ufeffBukan nilai resmi. DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA",
        "Peringkat;Inovasi;Unit kerja;Nilai;Kelengkapan;Tanggal",
        "1;Antre Tanpa Menunggu 1;UPT Puskesmas Contoh Kampung Melati Dalam Indah;81,50;49,4%;23 November 2025",
    ]
