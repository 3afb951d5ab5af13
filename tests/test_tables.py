"""Table files: what is read is what a reader of the file sees, or a sentence says why not."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from problems import problem

from kit.errors import Mistakes
from kit.tables import day_of, letter, moment, read_table

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    ["entry_id", "title", "note"],
    ["K1-01", "Café Sungai Ñ", "satu"],
    ["K1-02", "dua baris\ndalam sel", "3,5"],
    ["K2-01", 'kata "kutip"; titik koma, dan koma', ""],
]
# UTF-8 with a mark, plain UTF-8, UTF-16 with a mark, and what Excel calls "CSV" on a Western machine.
ENCODINGS = ["utf-8-sig", "utf-8", "utf-16", "cp1252"]
DELIMITERS = [",", ";", "\t"]


def as_text(rows: list[list[str]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    cells = [
        ['"' + cell.replace('"', '""') + '"' if set(cell) & set(',;\t\n"') else cell for cell in row] for row in rows
    ]
    return line_end.join(delimiter.join(row) for row in cells) + line_end


def written(folder: Path, content: str | bytes, name: str = "tabel.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(folder: Path, rows: list[list[object]], name: str = "tabel.xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / name)
    return folder / name


def read(path: Path, sheet: str | None = None) -> list[list[str]]:
    """The file as rows: number first, header first."""
    found = read_table(path, sheet)
    head = [str(found.header_row), *found.header.values()]
    return [head, *([str(row), *cells] for row, cells in zip(found.cells.index, found.cells.to_numpy(), strict=True))]


def numbered(rows: list[list[str]], first: int = 1) -> list[list[str]]:
    return [[str(first + n), *row] for n, row in enumerate(rows)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_text_file_reads_the_same_in_every_encoding_and_with_every_delimiter(tmp_path, encoding, delimiter):
    path = written(tmp_path, as_text(ROWS, delimiter).encode(encoding))
    assert read(path) == numbered(ROWS)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path, line_end):
    assert read(written(tmp_path, as_text([["a", "b"], ["1", "2"]], line_end=line_end))) == [
        ["1", "a", "b"],
        ["2", "1", "2"],
    ]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=2, max_size=2
        ),
        min_size=1,
    ),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(ENCODINGS[:3]),
)
def test_whatever_text_is_written_is_read_back(tmp_path_factory, rows, delimiter, encoding):
    path = written(tmp_path_factory.mktemp("law"), as_text([["a", "b"], *rows], delimiter).encode(encoding))
    assert read(path) == numbered([["a", "b"], *rows])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a,b\n 1 ,\u00a02\u200b\n", [["1", "a", "b"], ["2", "1", "2"]], id="blanks around cells"),
        pytest.param("a,b\n\n1,2\n,\n3,4\n\n", [["1", "a", "b"], ["3", "1", "2"], ["5", "3", "4"]], id="blank rows"),
        pytest.param('a,b\n"x\ny",2\n3,4', [["1", "a", "b"], ["2", "x\ny", "2"], ["3", "3", "4"]], id="line in cell"),
        pytest.param("Rekap 2025\n\na,b\n1,2\n", [["3", "a", "b"], ["4", "1", "2"]], id="title rows"),
        pytest.param("Rekap;;\na;b;\n1;2;\n", [["2", "a", "b"], ["3", "1", "2"]], id="title row padded by Excel"),
        pytest.param(
            "a,b,c\n1\n1,2,3,,\n", [["1", "a", "b", "c"], ["2", "1", "", ""], ["3", "1", "2", "3"]], id="short"
        ),
        pytest.param("a,b,\n1,2,x\n", [["1", "a", "b"], ["2", "1", "2"]], id="column without header"),
        pytest.param('\ufeff"a, b",c\n1,2\n', [["1", "a, b", "c"], ["2", "1", "2"]], id="quote after the mark"),
        pytest.param("a\n1\n", [["1", "a"], ["2", "1"]], id="one column"),
        pytest.param('"a; b",c\n1,2\n', [["1", "a; b", "c"], ["2", "1", "2"]], id="delimiter in quoted header"),
        pytest.param(
            "a (x; y),b\n1,2\n3,4\n", [["1", "a (x; y)", "b"], ["2", "1", "2"], ["3", "3", "4"]], id="decided by rows"
        ),
        pytest.param("a;b\n3,5;4,5\n", [["1", "a", "b"], ["2", "3,5", "4,5"]], id="decimal commas"),
        pytest.param("a,b\n", [["1", "a", "b"]], id="header only"),
        pytest.param('a, "b, c"\n1, "2, 3"\n', [["1", "a", "b, c"], ["2", "1", "2, 3"]], id="blank before a quote"),
    ],
)
def test_text_files_are_read_as_a_spreadsheet_shows_them(tmp_path, content, expected):
    assert read(written(tmp_path, content)) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (17.5, "17.5"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (-2.25, "-2.25"),
        (True, "TRUE"),
        (date(2025, 10, 20), "2025-10-20"),
        (datetime(2025, 10, 20, 9, 5), "2025-10-20T09:05:00"),  # noqa: DTZ001  (workbooks know no zones)
        (time(9, 5), "09:05:00"),
        ("  teks ", "teks"),
        (None, ""),
        ("=SUM(A1:A2)", "=SUM(A1:A2)"),
        ("#REF!", "#REF!"),
    ],
)
def test_a_workbook_cell_becomes_exact_text(tmp_path, value, text):
    assert read(workbook(tmp_path, [["a", "b"], ["x", value]]))[1] == ["2", "x", text]


def test_a_workbook_knows_its_true_numbers_from_digits_typed_as_text(tmp_path):
    sheet = read_table(workbook(tmp_path, [["a", "b"], [3.5, "3,5"], [4, "4"]]))
    assert sheet.numbers == {"A": {"3.5", "4"}}


def test_a_workbook_reads_like_the_same_text_file(tmp_path):
    rows: list[list[object]] = [["Rekap 2025"], [], *ROWS, [None, None], ["  "]]
    assert read(workbook(tmp_path, rows)) == numbered(ROWS, first=3)


def test_a_workbook_offers_its_first_visible_sheet_or_the_named_one(tmp_path):
    book = Workbook()
    for title in ("Satu", "Dua", "Tiga"):
        page = book.create_sheet(title)
        page.append(["a", "b"])
        page.append([title, 1])
    book.worksheets[0].sheet_state = "hidden"
    book.save(tmp_path / "buku.xlsx")
    assert read(tmp_path / "buku.xlsx")[1][1] == "Satu"
    assert read(tmp_path / "buku.xlsx", "Tiga")[1][1] == "Tiga"
    with problem("sheet_missing") as caught:
        read_table(tmp_path / "buku.xlsx", "Empat")
    assert str(caught.value) == 'buku.xlsx: lembar kerja "Empat" tidak ada. Lembar kerja yang ada: Satu, Dua, dan Tiga.'


def test_cells_beside_the_header_of_a_workbook_are_ignored(tmp_path):
    assert read(workbook(tmp_path, [["a", "b"], [1, 2, "catatan"], [3]])) == [
        ["1", "a", "b"],
        ["2", "1", "2"],
        ["3", "3", ""],
    ]


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """Change the XML of a workbook's first sheet, for what openpyxl would not write."""
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    page = "xl/worksheets/sheet1.xml"
    assert old in content[page]
    content[page] = content[page].replace(old, new)
    with zipfile.ZipFile(path, "w") as parts:
        for name, data in content.items():
            parts.writestr(name, data)
    return path


def test_a_workbook_that_declares_too_few_cells_is_read_whole(tmp_path):
    path = workbook(tmp_path, [["a", "b"], [1, 2], [3, 4]])
    assert len(read(patched(path, b'ref="A1:B3"', b'ref="A1"'))) == 3


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (b"0.30000000000000004", "0.3"),
        (b"3.0000000000000004", "3"),
        (b"3.7000000000000002", "3.7"),
        (b"3.0000000001", "3.0000000001"),
    ],
)
def test_digits_that_excel_itself_does_not_keep_are_no_digits(tmp_path, stored, text):
    path = workbook(tmp_path, [["a", "b"], [1, 0.125]])
    assert read(patched(path, b"<v>0.125</v>", b"<v>" + stored + b"</v>"))[1] == ["2", "1", text]


def damaged_workbook(folder: Path) -> bytes:
    data = workbook(folder, [["a", "b"], [1, 2]]).read_bytes()
    return data[: len(data) // 2]


def zip_without_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as parts:
        parts.writestr("surat.txt", "bukan tabel")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("tabel.csv", b"", "empty_file"),
        ("tabel.csv", b"\xef\xbb\xbf", "empty_file"),
        ("tabel.csv", b" \r\n,,\r\n", "empty_file"),
        ("tabel.xls", OLE, "unknown_format"),
        ("tabel.ods", b"PK", "unknown_format"),
        ("tabel", b"a,b", "unknown_format"),
        ("tabel.csv", b"PK\x03\x04...", "unknown_format"),
        ("tabel.xlsx", b"a,b\n1,2\n", "damaged_workbook"),
        ("tabel.xlsx", zip_without_workbook(), "damaged_workbook"),
        ("tabel.xlsx", damaged_workbook, "damaged_workbook"),
        ("tabel.xlsx", OLE + b"Workbook", "damaged_workbook"),
        ("tabel.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password_protected"),
        ("tabel.csv", "a,b\né,".encode() + b"\xe9\n", "unclear_encoding"),  # UTF-8 and Latin-1 in one file
        ("tabel.csv", b"a,b\n\x81,1\n", "unclear_encoding"),
        ("tabel.csv", "a,b\n".encode("utf-16") + b"\x00", "unclear_encoding"),
        ("tabel.csv", b"a;b,c\n1;2,3\n", "unclear_delimiter"),
        ("tabel.csv", b'a,b\n1,2\n"x,y\n3,4\n', "unbalanced_quotes"),
        ("tabel.csv", b'a,b\n"x"y,2\n', "unbalanced_quotes"),
    ],
)
def test_what_cannot_be_read_as_a_table_says_why(tmp_path, name, content, kind):
    path = written(tmp_path, content(tmp_path) if callable(content) else content, name)
    with problem(kind) as caught:
        read_table(path)
    for language in ("id", "en"):
        assert caught.value.say(language).startswith(name)


def test_an_open_quote_is_found_where_it_opens(tmp_path):
    with problem("unbalanced_quotes") as caught:
        read_table(written(tmp_path, 'a,b\n"x\ny",2\n3,"4\n5,6\n7,8\n'))
    assert caught.value.data == {"file": "tabel.csv", "row": 3}


def test_rows_longer_than_the_header_are_named_all_at_once(tmp_path):
    with pytest.raises(Mistakes) as caught:
        read_table(written(tmp_path, "a,b\n1,2\nsatu, dua,3\n4,5\n6,7,8,9\n"))
    assert [(m.data["row"], m.data["found"]) for m in caught.value] == [(3, 3), (5, 4)]
    assert caught.value.found[0].code == "row_too_long"


def test_a_missing_file_is_named_with_its_folder(tmp_path):
    with problem("file_missing") as caught:
        read_table(tmp_path / "nilai.csv")
    assert caught.value.data == {"file": "nilai.csv", "folder": tmp_path.name}


def test_a_file_held_by_another_program_is_named(tmp_path, monkeypatch):
    path = written(tmp_path, "a,b\n")

    def held(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(type(path), "open", held)
    with problem("file_in_use", match=r"tabel\.csv: berkas sedang dibuka di program lain"):
        read_table(path)


@pytest.mark.parametrize(("position", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")])
def test_columns_carry_a_spreadsheets_letters(position, name):
    assert letter(position) == name


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-05",
        "2025/12/5",
        "5 Desember 2025",
        "5 December 2025",
        "05/12/2025",
        "5-12-2025",
        "5.12.25",
        "5 Des 2025",
        "Jumat, 5 Desember 2025",
        " 5-Dec-25 ",
    ],
)
def test_a_day_is_read_as_people_write_it_the_day_before_the_month(text):
    assert day_of(text) == date(2025, 12, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12/25/2025",
        "31/2/2025",
        "2025-02-30",
        "20251205",
        "5 Desember",
        "12/2025",
        "5/12/025",
        "besok",
        "5 Maj 2025",
    ],
)
def test_an_unclear_day_is_refused_in_one_sentence(text):
    with problem("unclear_date", match="Tulis hari, bulan, tahun, misalnya 20 Oktober 2025"):
        day_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2025-12-05T09:30+07:00", "2025-12-05 09.30", "2025-12-05T02:30:00+00:00", "5 Desember 2025 09.30"),
        *("05/12/2025 9:30", "5 Desember 2025, pukul 09.30 WIB", "5 December 2025 at 09:30"),
    ],
)
def test_a_moment_is_read_as_people_write_it_on_the_contests_clock(text):
    assert moment(text).isoformat() == "2025-12-05T09:30:00+07:00"


@pytest.mark.parametrize(
    "text", ["", "5 Desember 2025", "12/25/2025 09.30", "2025-12-05 25:00", "9.30", "0001-01-01T00:00:00+14:00"]
)
def test_an_unclear_moment_is_refused_in_one_sentence(text):
    with problem("unclear_moment", match=r"Tulis hari, bulan, tahun, dan jam, misalnya 20 Oktober 2025 14\.30"):
        moment(text)
