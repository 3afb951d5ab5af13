"""Workbooks: numbers stay numbers, text stays text, and formulas carry their result."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from documents import FINGERPRINT, HOSTILE, masthead, table
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from problems import problem

from kit.render.blocks import Cell, Column, Paragraph, Table
from kit.render.xlsx import sheet_names, to_xlsx
from kit.texts import Texts

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from kit.render.blocks import Block


def book(*blocks: Block, values: bool = False, **about: object) -> Workbook:
    made = to_xlsx([masthead(**about).to_json(), *(block.to_json() for block in blocks)])
    return load_workbook(BytesIO(made), data_only=values)


def lines(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [tuple(cell for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True) if any(row)]


def one_column(*cells: Cell, kind: str = "text", sheet: str = "Uji") -> Table:
    rows = [{"a": cell} for cell in cells]
    return Table(caption="Uji", columns=[Column("a", "A", kind)], rows=rows, row_header="a", sheet=sheet)  # type: ignore[arg-type]


def test_the_first_sheet_says_what_the_workbook_is() -> None:
    found = lines(book(table()).worksheets[0])
    assert found[0] == ("Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025",)
    assert found[1] == ("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA",)
    for pair in [
        ("Edisi", "2025"),
        ("Status hasil", "Hasil penilaian, belum ditetapkan"),
        ("Sifat", "Terbatas: pimpinan, panitia, dewan juri"),
        ("Dibuat", "23 November 2025 pukul 09.05 WIB"),
        ("Versi kit", "0.1.0"),
        ("Sidik digital data (SHA-256)", FINGERPRINT),
        ("Keterangan", "USULAN: bobot dan uraian tingkat bukan ketentuan resmi."),
        ("Kelompok 2", "Peringkat Kelompok 2"),
    ]:
        assert pair in found


def test_the_properties_say_it_too() -> None:
    about = book(table()).properties
    assert about.title == "Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025"
    assert about.created == datetime(2025, 11, 23, 2, 5)  # noqa: DTZ001  (workbooks keep UTC without saying so)
    assert "DATA SIMULASI" in about.keywords
    assert FINGERPRINT in about.description


def test_each_table_has_a_sheet_with_its_numbers_as_numbers() -> None:
    made = book(*[table(), Paragraph("teks"), table(sheet="", caption="Lain")])
    assert made.sheetnames == ["Dokumen", "Kelompok 2", "Lain"]
    sheet = made["Kelompok 2"]
    assert [cell.value for cell in sheet[3]] == [
        "Peringkat",
        "Inovasi",
        "Unit kerja",
        "Nilai",
        "Kelengkapan",
        "Tanggal",
    ]
    assert [cell.value for cell in sheet[4]] == [
        1,
        "Antre Tanpa Menunggu 1",
        "UPT Puskesmas Contoh Kampung Melati Dalam Indah",
        81.5,
        0.494,
        datetime(2025, 11, 23),  # noqa: DTZ001
    ]
    assert [cell.number_format for cell in sheet[4]] == [
        "#,##0",
        "General",
        "General",
        "#,##0.00",
        "0.0%",
        "[$-421]d mmmm yyyy",
    ]
    assert [cell.font.bold for cell in sheet["B"][3:6]] == [True, False, False]
    assert sheet["A1"].value == "Peringkat Kelompok 2"
    assert sheet["A8"].value == "Nilai akhir keduanya sama."


def test_a_long_note_is_as_wide_as_its_table() -> None:
    sheet = book(table(notes=["kata " * 200]))["Kelompok 2"]
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:F1", "A2:F2", "A8:F8"}
    assert sheet["A8"].alignment.wrap_text
    assert sheet.row_dimensions[8].height >= 60


def test_sheets_scroll_filter_and_print_well() -> None:
    sheet = book(table(40))["Kelompok 2"]
    assert sheet.freeze_panes == "C4"
    assert sheet.auto_filter.ref == "A3:F43"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert 30 < sheet.column_dimensions["C"].width <= 50


@pytest.mark.parametrize("simulated", [True, False])
def test_every_sheet_says_whether_its_data_are_simulated(*, simulated: bool) -> None:
    for sheet in book(table(), simulated=simulated).worksheets:
        seen = f"{sheet['A2'].value} {sheet.oddHeader.center.text}"
        assert seen.count("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA") == (2 if simulated else 0)
        assert sheet.oddFooter.right.text == "Halaman &P dari &N"


def test_a_long_title_gives_way_so_that_every_sheet_keeps_its_footer_and_caution() -> None:
    """A footer of more than 255 characters would be dropped as a whole."""
    caution = "Perkiraan internal kematangan inovasi; bukan nilai resmi Indeks Inovasi Daerah."
    long = "Penelitian & Pengembangan, " * 9
    for sheet in book(table(), title=long, state=long, caution=caution).worksheets:
        text = sheet.oddFooter.left.text
        assert caution in text
        assert text.startswith("Penelitian")
        assert len(f"&L{text}&R{sheet.oddFooter.right.text}") <= 255


LIVE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|'/c calc'!A1",
    HOSTILE,
    "https://contoh.invalid",
    "{=1}",
    "1e5",
    "0812",
    "_x0041_",
]


@pytest.mark.parametrize("text", LIVE)
def test_text_that_could_act_is_text(text: str) -> None:
    made = book(
        Table(
            caption=text,
            columns=[Column("a", text)],
            rows=[{"a": Cell(text)}],
            row_header="a",
            notes=[text],
            sheet="Uji",
        ),
        title=text,
    )
    cells = [made["Uji"][place] for place in ("A1", "A3", "A4", "A6")] + [made.worksheets[0]["A1"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s")] * 5
    assert all(cell.hyperlink is None for cell in cells)
    # Somebody who edits the cell does not bring it to life either.
    assert all(cell.quotePrefix is text.startswith(("=", "+", "-", "@", "\t")) for cell in cells)


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Co", "Cs", "Cn", "Cf"]), min_size=1, max_size=40)
)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert book(one_column(Cell(text)))["Uji"]["A4"].value == text


def test_a_text_longer_than_a_cell_is_cut_where_it_shows() -> None:
    value = book(one_column(Cell("x" * 40_000)))["Uji"]["A4"].value
    assert len(value) == 32_767
    assert value.endswith("x…")


@pytest.mark.parametrize(
    ("language", "text", "value", "number_format"),
    [
        ("id", "1.029", 1029, "#,##0"),
        ("id", "82,305", 82.305, "#,##0.000"),
        ("en", "1,029", 1029, "#,##0"),
        ("en", "82.3", 82.3, "#,##0.0"),
    ],
)
def test_workbooks_show_as_many_decimals_as_the_document(
    language: str, text: str, value: float, number_format: str
) -> None:
    cell = book(one_column(Cell(text, value), kind="decimal"), language=language)["Uji"]["A4"]
    assert (cell.value, cell.number_format) == (value, number_format)


def test_a_column_has_the_decimals_of_the_number_that_shows_most() -> None:
    cells = [Cell("4", 4), Cell("3,5", 3.5), Cell("–"), Cell("3,25", 3.25, formula="={a}")]
    formats = {book(one_column(*cells, kind="decimal"))["Uji"][f"A{row}"].number_format for row in range(4, 8)}
    assert formats == {"#,##0.00"}
    declared = Table(
        caption="Uji", columns=[Column("a", "A", "decimal", 1)], rows=[{"a": Cell("4", 4)}], row_header="a"
    )
    assert book(declared)["Uji"]["A4"].number_format == "#,##0.0"


def wide(columns: int) -> Table:
    shown = [Column(f"c{n}", f"Kriteria {n}", "decimal") for n in range(columns)]
    row = {"title": Cell("Antre Tanpa Menunggu " * 3)} | {column.key: Cell("4,5", 4.5) for column in shown}
    about = {"caption": "Nilai", "row_header": "title", "notes": ["kata " * 90], "sheet": "Nilai"}
    return Table(columns=[Column("title", "Inovasi"), *shown], rows=[row], **about)


@pytest.mark.parametrize(
    ("columns", "page", "again", "last"),
    [
        (4, ("portrait", 1), None, "E"),
        (11, ("landscape", 1), None, "L"),
        (28, ("landscape", 2), "$A:$A", "T"),
    ],
)
def test_a_sheet_prints_upright_turned_or_on_pages_that_repeat_its_first_columns(
    columns: int, page: tuple[str, int], again: str | None, last: str
) -> None:
    sheet = book(wide(columns))["Nilai"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth or 1) == page
    assert (sheet.print_title_cols, sheet.print_title_rows) == (again, "$3:$3")
    assert {str(each) for each in sheet.merged_cells.ranges} == {f"A{row}:{last}{row}" for row in (1, 2, 6)}


def test_a_moment_is_one_on_the_contests_clock() -> None:
    moment = datetime(2025, 11, 23, 20, 30, tzinfo=UTC)
    made = Table.of([[moment]], Texts("en"), columns=[Column("a", "A", "date")], caption="Uji", row_header="a")
    cell = book(made, language="en")["Uji"]["A4"]
    assert (cell.value, cell.number_format) == (datetime(2025, 11, 24, 3, 30), "[$-809]d mmmm yyyy hh:mm")  # noqa: DTZ001


def test_a_missing_number_is_the_dash_of_the_document() -> None:
    cell = book(one_column(Cell("–"), kind="decimal"))["Uji"]["A4"]
    assert (cell.value, cell.data_type) == ("–", "s")


# Formulas


def checked(formula: str) -> Table:
    columns = [Column("id", "Kode"), Column("mark J1", "Nilai", "decimal"), Column("check", "Uji", "decimal")]
    row = {"id": Cell("K2-01"), "mark J1": Cell("81,50", 81.5), "check": Cell("81,50", 81.5, formula=formula)}
    return Table(caption="Rekapitulasi", columns=columns, rows=[row], row_header="id", sheet="Rekap")


def test_formulas_name_columns_of_their_row_and_carry_their_result() -> None:
    asked = checked("=ROUND({mark J1}+0*LEN({id}),2)")
    assert book(asked)["Rekap"]["C4"].value == "=ROUND(B4+0*LEN(A4),2)"
    cell = book(asked, values=True)["Rekap"]["C4"]
    assert (cell.value, cell.number_format) == (81.5, "#,##0.00")


def test_a_formula_cannot_name_what_is_not_there() -> None:
    with problem("workbook_cell_unknown", match="Yang ada"):
        book(checked("={nilai}"))


# Names of sheets


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (["Juri", "juri", "JURI"], ["Juri", "juri (2)", "JURI (3)"]),
        (["a/b [c]: *?\\"], ["a b c"]),
        (["x" * 40, "x" * 40], ["x" * 30 + "…", "x" * 27 + " (2)"]),
        (["Kode keutuhan terakhir ketika tahap ditutup"], ["Kode keutuhan terakhir ketika…"]),
        (["Fingerprints (SHA-256) of the data"] * 2, ["Fingerprints (SHA-256)…", "Fingerprints (SHA-256)… (2)"]),
        (["'Kelompok'", "History"], ["Kelompok", "History (2)"]),
        (["a (2)", "a", "a"], ["a (2)", "a", "a (3)"]),
        (["???", "/"], ["(2)", "(3)"]),
    ],
)
def test_sheet_names_are_valid_and_differ(asked: list[str], names: list[str]) -> None:
    assert sheet_names(asked) == names


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_names_become_names_that_excel_takes(asked: list[str]) -> None:
    names = sheet_names(asked)
    assert len({name.casefold() for name in names}) == len(asked)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)


# Whole workbooks


def test_a_document_without_tables_is_a_workbook_of_one_sheet() -> None:
    assert book(Paragraph("teks")).sheetnames == ["Dokumen"]


def test_an_empty_table_keeps_its_header() -> None:
    assert [cell.value for cell in book(table(0))["Kelompok 2"][3]][:2] == ["Peringkat", "Inovasi"]
