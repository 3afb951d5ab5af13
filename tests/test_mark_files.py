"""Mark files: the same marks whatever the layout, and no mark that the contest does not allow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from folders import ENTRIES, JUDGES, RULES, edition, opened, save, with_cell
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import problem

from kit.errors import Mistakes, Problem
from kit.judging.mark_files import COLUMNS, MarkTable, check_mark, read_marks

if TYPE_CHECKING:
    from pathlib import Path

    from kit.registers import Registers
    from kit.rules import Rules

# Two judges, two entries, two criteria.
LONG = [
    ["round", "judge_id", "entry_id", "criterion", "value"],
    ["proposal", "J1", "K1-01", "K1", "3,5"],
    ["proposal", "J1", "K1-01", "K2", "4"],
    ["proposal", "J1", "K2-01", "K1", "1"],
    ["proposal", "J1", "K2-01", "K2", "5,0"],
    ["proposal", "J2", "K1-01", "K1", "2,5"],
    ["proposal", "J2", "K1-01", "K2", ""],
]
MARKS = [
    ["mark", "proposal", "J1", "K1-01", "K1", "3.5", ""],
    ["mark", "proposal", "J1", "K1-01", "K2", "4", ""],
    ["mark", "proposal", "J1", "K2-01", "K1", "1", ""],
    ["mark", "proposal", "J1", "K2-01", "K2", "5", ""],
    ["mark", "proposal", "J2", "K1-01", "K1", "2.5", ""],
]
WIDE = [
    ["judge_id", "entry_id", "K1", "K2"],
    ["J1", "K1-01", "3,5", "4"],
    ["J1", "K2-01", "1", "5,0"],
    ["J2", "K1-01", "2,5", ""],
]
BY_JUDGE = [["entry_id", "J1", "J3"], ["K1-01", "82,5", "0"], ["K2-01", "", "100"]]
BY_ROW = [["J3", "K1-01", "0"], ["J3", "K2-01", "100,0"], ["J1", "K1-01", "82,5"]]
SINGLE = [
    ["mark", "presentasi", "J1", "K1-01", "mark", "82.5", ""],
    ["mark", "presentasi", "J3", "K1-01", "mark", "0", ""],
    ["mark", "presentasi", "J3", "K2-01", "mark", "100", ""],
]


def rows_of(table: MarkTable) -> list[list[str]]:
    """What a table says as the ledger's events have it: marks with a value, comments with a text."""
    found = table.cells
    assert list(found.columns) == list(COLUMNS)
    assert set(map(str, found.dtypes)) == {"str"}
    about = found[["kind", "round", "judge_id", "entry_id", "criterion"]].to_numpy().tolist()
    said = [[after, ""] if kind == "mark" else ["", after] for kind, after in found[["kind", "after"]].to_numpy()]
    return [[*own, *text] for own, text in zip(about, said, strict=True)]


@dataclass(frozen=True)
class Desk:
    """An edition whose marks are imported."""

    folder: Path
    rules: Rules
    registers: Registers

    def table(self, rows: list[list[Any]], round_: str | None = None, *, name: str = "nilai.csv") -> MarkTable:
        return read_marks(save(self.folder / name, rows), self.rules, self.registers, round_)

    def rows(self, *args: Any, **more: Any) -> list[list[str]]:
        return rows_of(self.table(*args, **more))

    def said(self, *args: Any, **more: Any) -> list[str]:
        with pytest.raises(Problem) as caught:
            self.table(*args, **more)
        return [str(mistake) for mistake in (caught.value if isinstance(caught.value, Mistakes) else [caught.value])]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = edition(tmp_path_factory.mktemp("edition"))
    return Desk(folder, *opened(folder))


# One mark


@pytest.mark.parametrize(
    ("criterion", "written", "kept"),
    [
        *[("K1", "3.5", "3.5"), ("K1", "3,5", "3.5"), ("K1", "4", "4"), ("K1", "4,0", "4"), ("K1", "05", "5")],
        *[("K2", "1", "1"), ("K2", "5.00", "5"), ("K2", "4.50000000000000000000000000000000000000000", "4.5")],
    ],
)
def test_a_mark_is_kept_plainly(desk, criterion, written, kept):
    assert str(check_mark(desk.rules, "proposal", criterion, written)) == kept


@pytest.mark.parametrize(("written", "kept"), [("0", "0"), ("-0", "0"), ("0,0", "0"), ("100", "100"), ("82.1", "82.1")])
def test_a_single_mark_has_its_round_as_criterion(desk, written, kept):
    assert str(check_mark(desk.rules, "presentasi", "mark", written)) == kept


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("17", "Nilai 17 berada di luar skala 1–5. Nilai ini tidak disimpan."),
        ("0,5", "Nilai 0,5 berada di luar skala 1–5. Nilai ini tidak disimpan."),
        ("-3", "Nilai -3 berada di luar skala 1–5. Nilai ini tidak disimpan."),
        ("5.0000000000000000000000000000001", "di luar skala 1–5"),
        ("3,7", "Nilai 3,7 tidak sesuai dengan kelipatan 0,5. Gunakan 3,5 atau 4,0."),
        ("1.2", "Nilai 1,2 tidak sesuai dengan kelipatan 0,5. Gunakan 1,0 atau 1,5."),
        ("3.50000000000000000000000000000000000001", "tidak sesuai dengan kelipatan 0,5. Gunakan 3,5 atau 4,0."),
        *((wrong, f'isi "{wrong}" bukan angka.') for wrong in ("", "baik", "4 dari 5", "1e0", "3,5,1", "1.000,5", "٣")),
        *((wrong, f'isi "{wrong}" bukan angka.') for wrong in ("4,", ",5", "NaN", "Infinity", "½", "+4", " 4", "4_0")),
    ],
)
def test_a_mark_that_is_not_on_the_scale_is_refused(desk, written, sentence):
    with problem("mark_not_number", "mark_outside_scale", "mark_off_step") as caught:
        check_mark(desk.rules, "proposal", "K1", written)
    assert sentence in str(caught.value)


def test_a_mark_for_an_unknown_criterion_is_refused(desk):
    with problem("unknown_criterion", match='kriteria "K3" tidak ada pada tahap "proposal"'):
        check_mark(desk.rules, "proposal", "K3", "3")


@settings(max_examples=300)
@given(written=st.decimals(-2, 8, places=3).map(str) | st.integers(-20, 80).map(lambda n: str(Decimal(n) / 10)))
def test_a_mark_is_never_clamped_or_rounded(desk, written):
    """What is kept equals what was written; what is refused off its step lies between its neighbours."""
    exact = Fraction(written)
    try:
        assert Fraction(check_mark(desk.rules, "proposal", "K1", written)) == exact
        assert 1 <= exact <= 5
        assert exact * 2 == int(exact * 2)
    except Problem as mistake:
        if not 1 <= exact <= 5:
            assert mistake.code == "mark_outside_scale"
            return
        assert mistake.code == "mark_off_step"
        below, above = Fraction(mistake.data["below"]), Fraction(mistake.data["above"])
        assert below < exact < above == below + Fraction(1, 2)


# Layouts


def column(rows: list[list[str]], name: str) -> list[list[str]]:
    """The rows without a column."""
    at = rows[0].index(name)
    return [row[:at] + row[at + 1 :] for row in rows]


def renamed(rows: list[list[str]], *header: str) -> list[list[str]]:
    return [list(header), *rows[1:]]


@pytest.mark.parametrize(
    ("rows", "round_"),
    [
        pytest.param(LONG, None, id="long"),
        pytest.param(LONG, "proposal", id="long, round said twice"),
        pytest.param(with_cell(LONG, 2, "round", ""), "proposal", id="long, round said for all"),
        pytest.param(column(LONG, "round"), "proposal", id="long without round"),
        pytest.param(
            [[cell.replace("5,0", "5.0").replace(",5", ".5") for cell in row] for row in LONG], None, id="points"
        ),
        pytest.param(renamed(LONG, "Tahap", "Kode juri", "KODE PROPOSAL", "Kriteria", "Nilai"), None, id="Indonesian"),
        pytest.param(renamed(LONG, "Round", "Judge code", "entry code", "Criterion", "Mark"), None, id="English"),
        pytest.param(
            [[{"K1": "Kebaruan", "K2": "benefit, ease"}.get(c, c) for c in r] for r in LONG], None, id="names"
        ),
        pytest.param(WIDE, "proposal", id="wide"),
        pytest.param([["round", *WIDE[0]], *(["proposal", *row] for row in WIDE[1:])], None, id="wide with round"),
        pytest.param(
            renamed(WIDE, "judge_id", "entry_id", "kebaruan", "Manfaat (kemudahan)"), "proposal", id="wide, names"
        ),
        pytest.param(
            [
                ["No.", "", *WIDE[0], "Jumlah", "Tahun", "Kesan"],
                *(["1", "1", *row, "3", "2025", "baik"] for row in WIDE[1:]),
            ],
            "proposal",
            id="wide with other columns",
        ),
        pytest.param(
            [*WIDE, ["J3", "K2-02", "", ""], ["", "Pontianak, 20 Oktober", "", ""]], "proposal", id="blank rows"
        ),
        pytest.param(
            [
                ["entry_id", "criterion", "J1", "Budi Contoh"],
                ["K1-01", "K1", "3,5", "2,5"],
                ["K1-01", "K2", "4", ""],
                ["K2-01", "K1", "1", ""],
                ["K2-01", "K2", "5", ""],
            ],
            "proposal",
            id="a column for each judge",
        ),
    ],
)
def test_every_layout_gives_the_same_marks(desk, rows, round_):
    assert desk.rows(rows, round_) == MARKS


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(BY_JUDGE, id="a column for each judge"),
        pytest.param(renamed(BY_JUDGE, "entry_id", "ani contoh", "j3"), id="judges by name"),
        pytest.param([["judge_id", "entry_id", "value"], *BY_ROW], id="values without a criterion"),
        pytest.param([["judge_id", "entry_id", "mark"], *BY_ROW], id="named after the criterion"),
    ],
)
def test_a_round_with_a_single_mark_needs_no_criterion(desk, rows):
    assert desk.rows(rows, "presentasi") == SINGLE


def test_a_contest_of_one_round_needs_no_round(tmp_path):
    rules = RULES[: RULES.index("  - id: presentasi")]
    folder = edition(tmp_path, rules=rules, judges=with_cell(JUDGES, 3, "rounds", ""))
    assert Desk(folder, *opened(folder)).rows(WIDE) == MARKS


def test_a_workbook_gives_the_same_marks(desk):
    """Its true numbers and digits typed as text do not mix decimals, whatever the program shows."""
    typed = [
        ["judge_id", "entry_id", "K1", "K2"],
        ["J1", "K1-01", "3,5", 4],
        ["J1", "K2-01", 1, 5],
        ["J2", "K1-01", 2.5, None],
    ]
    assert desk.rows(typed, "proposal", name="nilai.xlsx") == MARKS


def test_rows_of_several_rounds_go_where_they_say(desk):
    assert desk.rows([*LONG, ["presentasi", "J1", "K1-01", "mark", "82,5"]]) == sorted(
        [*MARKS, SINGLE[0]], key=lambda row: row[1] != "proposal"
    )


def test_blank_cells_are_no_marks(desk):
    assert desk.rows([*LONG[:1], LONG[-1]]) == []


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.sampled_from([LONG, WIDE]))
def test_the_order_of_rows_and_columns_changes_nothing(desk, seed, rows):
    chance = random.Random(seed)
    order = chance.sample(range(len(rows[0])), len(rows[0]))
    mixed = [[row[at] for at in order] for row in [rows[0], *chance.sample(rows[1:], len(rows) - 1)]]
    assert desk.rows(mixed, "proposal") == MARKS


# Comments

WITH_COMMENTS = [
    ["judge_id", "entry_id", "K1", "K2", "Catatan untuk peserta", "comment_internal"],
    ["J1", "K1-01", "3,5", "4", "Bagus.\n- Perjelas data", ""],
    ["J2", "K1-01", "", "", "", "Tanya SOP"],
]


def test_comments_follow_the_marks(desk):
    assert desk.rows(WITH_COMMENTS, "proposal") == [
        *MARKS[:2],
        ["comment", "proposal", "J1", "K1-01", "entrant", "", "Bagus.\n- Perjelas data"],
        ["comment", "proposal", "J2", "K1-01", "internal", "", "Tanya SOP"],
    ]


def test_a_comment_repeated_in_each_row_of_a_sheet_is_one_comment(desk):
    rows = [[*LONG[0], "comment_entrant"], [*LONG[1], "Baik"], [*LONG[2], "Baik"], [*LONG[3], ""]]
    assert desk.rows(rows)[3:] == [["comment", "proposal", "J1", "K1-01", "entrant", "", "Baik"]]


# What is wrong


# What one wrong cell of the first row leads to: column and its letter, cell, sentence.
WRONG_CELLS = r"""
value | E | 17 | Nilai 17 berada di luar skala 1–5. Nilai ini tidak disimpan.
value | E | 3,7 | Nilai 3,7 tidak sesuai dengan kelipatan 0,5. Gunakan 3,5 atau 4,0.
value | E | tiga | isi "tiga" bukan angka.
value | E | - | isi "-" bukan angka.
value | E | =2+2 | isi sel, yaitu =2+2, diawali tanda "="
value | E | +4 | isi sel, yaitu +4, diawali tanda "+"
value | E | @4 | isi sel, yaitu @4, diawali tanda "@"
value | E | 4\x00 | isi sel memuat karakter kendali yang tidak terlihat (U+0000).
value | E | #DIV/0! | isi sel adalah pesan kesalahan #DIV/0!
entry_id | C | K2-07 | kode proposal "K2-07" tidak terdaftar. Periksa kode pada daftar peserta.
entry_id | C | k1 01 | Mungkin yang dimaksud "K1-01".
entry_id | C | | kolom "entry_id" wajib diisi.
judge_id | B | J7 | kode juri "J7" tidak terdaftar.
criterion | D | K3 | kriteria "K3" tidak ada pada tahap "proposal".
criterion | D | | kolom "criterion" wajib diisi.
round | A | babak 1 | tahap "babak 1" tidak dikenal di sini.
round | A | berkas | tahap "berkas" tidak dikenal di sini.
round | A | | kolom "round" wajib diisi.
comment_internal | F | =cmd | isi sel, yaitu =cmd, diawali tanda
"""


@pytest.mark.parametrize("case", WRONG_CELLS.strip().splitlines())
def test_each_wrong_cell_of_a_long_file_has_its_place(desk, case):
    name, letter, cell, sentence = (part.strip() for part in case.split("|"))
    (found,) = desk.said(with_cell(LONG, 2, name, cell.encode().decode("unicode_escape")))
    assert found.startswith(f"nilai.csv, baris 2, kolom {letter}: ")
    assert sentence in found


TWICE = "tercatat lebih dari sekali, yaitu pada"
MIXED = "memuat koma dan titik desimal sekaligus."
LIKE_MARKS = "memuat angka yang tampak seperti nilai"


# The round that is named on import, and with it wrong files, each with its sentences.
WRONG_FILES = {
    None: [
        (with_cell(LONG, 2, "value", "2.5"), f"kolom E: Kolom value {MIXED} Gunakan salah satu saja."),
        (
            [*LONG, LONG[1], with_cell(LONG, 2, "value", "5")[1]],
            f'proposal "K1-01" pada kriteria "K1" {TWICE} baris 2, 8, dan 9.',
        ),
        (
            [[*LONG[0], "comment_entrant"], [*LONG[1], "Baik"], [*LONG[2], "Kurang"]],
            'catatan juri "J1" untuk proposal "K1-01" berbeda-beda pada baris 2 dan 3.',
        ),
        (column(LONG, "round"), 'tahap belum disebutkan. Tambahkan kolom "round" pada berkas'),
        (column(LONG, "entry_id"), "baris 1: kolom entry_id / Kode proposal / Entry code tidak ditemukan."),
        (column(LONG, "judge_id"), "baris 1: kolom judge_id / Kode juri / Judge code tidak ditemukan."),
        (column(LONG, "value"), "baris 1: kolom value / Nilai / Mark tidak ditemukan."),
        (
            renamed(LONG, "round", "judge_id", "entry_id", "criterion", "Kriteria"),
            'kolom D, E: judul kolom "criterion" terdapat lebih',
        ),
    ],
    "proposal": [
        (with_cell(WIDE, 2, "K2", "17"), "baris 2, kolom D: Nilai 17 berada di luar skala 1–5."),
        (with_cell(WIDE, 2, "entry_id", "K9"), 'baris 2, kolom B: kode proposal "K9" tidak terdaftar.'),
        (
            with_cell(with_cell(WIDE, 2, "K2", "17"), 2, "K1", "17"),
            *("baris 2, kolom C: Nilai 17", "baris 2, kolom D: Nilai 17"),
        ),
        ([*with_cell(WIDE, 2, "K2", "4.5"), ["J3", "K2-02", "3", "2,5"]], f"kolom D: Kolom K2 {MIXED}"),
        (with_cell(WIDE, 2, "K3", "4"), f'baris 1, kolom E: kolom "K3" {LIKE_MARKS}'),
        (
            renamed(WIDE, "judge_id", "entry_id", "K1", "Manfat"),
            *("baris 1: kolom K2 / Manfaat: kemudahan / Benefit: ease tidak", 'baris 1, kolom D: kolom "Manfat"'),
        ),
        ([[*row, row[-1]] for row in WIDE], 'baris 1, kolom D, E: judul kolom "K2" terdapat lebih dari sekali.'),
        ([*WIDE, WIDE[1]], f'kriteria "K1" {TWICE} baris 2 dan 5.', 'kriteria "K2"'),
        (
            [["round", *WIDE[0]], ["presentasi", *WIDE[1]], ["proposal", *WIDE[2]]],
            'baris 2, kolom A: baris ini milik tahap "presentasi", sedangkan yang diimpor adalah tahap "proposal".',
        ),
        (BY_JUDGE, "kolom criterion / Kriteria / Criterion tidak ditemukan."),
    ],
    "presentasi": [
        (with_cell(BY_JUDGE, 2, "J3", "101"), "baris 2, kolom C: Nilai 101 berada di luar skala 0–100."),
        (with_cell(BY_JUDGE, 2, "J9", "55"), f'baris 1, kolom D: kolom "J9" {LIKE_MARKS}'),
        (with_cell(BY_JUDGE, 2, "comment_entrant", "Baik"), "kolom D: catatan pada kolom ini tidak dapat dikaitkan"),
        ([["entry_id", "value"], ["K1-01", "50"]], "baris 1: kolom judge_id / Kode juri / Judge code tidak ditemukan."),
    ],
}


@pytest.mark.parametrize("round_", WRONG_FILES)
def test_each_mistake_of_a_file_has_its_place(desk, round_):
    for rows, *sentences in WRONG_FILES[round_]:
        for line, sentence in zip(desk.said(rows, round_), sentences, strict=True):
            assert line.startswith("nilai.csv")
            assert sentence in line


def test_a_name_that_two_judges_share_is_nobodys_column(tmp_path):
    folder = edition(tmp_path, judges=with_cell(JUDGES, 4, "name", "Ani Contoh"))
    (found,) = Desk(folder, *opened(folder)).said(renamed(BY_JUDGE, "entry_id", "Ani Contoh", "J3"), "presentasi")
    assert 'kolom "Ani Contoh" memuat angka yang tampak seperti nilai' in found


def test_all_mistakes_come_at_once_in_reading_order(desk):
    rows = [*LONG, ["proposal", "J1", "K1-01", "K1", "9"]]
    for row, name, cell in [(2, "value", "3,7"), (3, "entry_id", "X"), (4, "judge_id", "Y"), (5, "criterion", "Z")]:
        rows = with_cell(rows, row, name, cell)
    found = desk.said(rows)
    assert [line.partition(":")[0].removeprefix("nilai.csv, ") for line in found] == [
        *("baris 2, kolom E", "kolom E", "baris 3, kolom C", "baris 4, kolom B", "baris 5, kolom D"),
        "baris 8, kolom E",
    ]


def test_a_file_full_of_mistakes_names_a_hundred_of_each_kind(desk):
    rows = [LONG[0], *(["proposal", "J1", f"X{n}", "K1", "3"] for n in range(300))]
    found = desk.said(rows)
    assert len(found) == 101
    assert "masih ada 200 kesalahan serupa pada kolom ini." in found[-1]


def test_a_file_pasted_twice_names_a_hundred_repetitions(tmp_path):
    entries = [ENTRIES[0], *([f"E{n}", "Judul", "U1", "pelayanan", "", "", ""] for n in range(150))]
    folder = edition(tmp_path, entries=entries)
    sheet = [["proposal", "J1", f"E{n}", "K1", "3"] for n in range(150)]
    found = Desk(folder, *opened(folder)).said([LONG[0], *sheet, *sheet])
    assert len(found) == 101
    assert "masih ada 50 kesalahan serupa" in found[-1]


def on_a_scale_of_a_thousand(folder: Path) -> Desk:
    rules = RULES.replace("scale: {low: 0, high: 100, step: 0.1}", "scale: {low: 0, high: 10000, step: 0.001}")
    return Desk(folder, *opened(edition(folder, rules)))


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    return on_a_scale_of_a_thousand(tmp_path_factory.mktemp("thousand"))


def one(written: object) -> list[list[object]]:
    return [["judge_id", "entry_id", "value"], ["J1", "K1-01", written]]


@pytest.mark.parametrize(
    ("written", "small", "large"), [("1.000", "1", "1000"), ("1,500", "1,5", "1500"), ("2.125", "2,125", "2125")]
)
def test_a_thousand_that_could_be_decimals_is_asked_about_and_not_guessed(thousand, written, small, large):
    (found,) = thousand.said(one(written), "presentasi")
    assert found == (
        f'nilai.csv, baris 2, kolom C: "{written}" dapat dibaca sebagai {small} dan sebagai {large}. Tulis tanpa '
        f"pemisah ribuan: {small} atau {large}. Nilai ini tidak disimpan."
    )


@pytest.mark.parametrize(
    ("written", "kept"), [("1000", "1000"), ("0.500", "0.5"), ("12.50", "12.5"), ("1.5000", "1.5")]
)
def test_a_mark_with_one_reading_needs_no_question(thousand, written, kept):
    assert thousand.rows(one(written), "presentasi")[0][5] == kept


def test_a_true_number_and_a_short_scale_have_no_thousands(desk, thousand):
    assert desk.rows(one("85.000"), "presentasi")[0][5] == "85"
    assert thousand.rows(one(1.234), "presentasi", name="nilai.xlsx")[0][5] == "1.234"


def test_the_named_sheet_of_a_workbook_is_read(desk):
    path = desk.folder / "buku.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="Petunjuk", index=False)
        pd.DataFrame(WIDE[1:], columns=WIDE[0]).to_excel(book, sheet_name="Nilai", index=False)
    found = read_marks(path, desk.rules, desk.registers, "proposal", sheet="Nilai")
    assert rows_of(found) == MARKS


def test_a_formula_in_a_workbook_is_refused_where_it_would_be_a_mark(desk):
    rows = [[*WIDE[0], "Jumlah"], *([*row, "=1+1"] for row in WIDE[1:])]
    assert desk.rows(rows, "proposal", name="nilai.xlsx") == MARKS
    (found,) = desk.said(with_cell(WIDE, 2, "K2", "=C2"), "proposal", name="nilai.xlsx")
    assert found.startswith('nilai.xlsx, baris 2, kolom D: isi sel, yaitu =C2, diawali tanda "="')
