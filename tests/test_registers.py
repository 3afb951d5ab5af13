"""Registers: whatever kind of file they come from, they end as the same tables, or every mistake is named."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest
from folders import ENTRIES, JUDGES, RULES, UNITS, Rows, edition, opened, save, with_cell
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.errors import Mistakes, fold
from kit.registers import COLUMNS
from kit.tables import labels

if TYPE_CHECKING:
    from pathlib import Path

    from kit.registers import Registers

ASSIGNMENTS = [["round", "entry_id", "judge_id"], ["proposal", "K1-01", "J1"], ["proposal", "K1-01", "J2"]]
VALUES = [
    ["entry_id", "value_id", "value", "source", "note"],
    ["K2-01", "votes", "12500", "Berita acara suara", ""],
    ["K1-01", "late", "-0,50", "Sekretariat", "terlambat 1 hari"],
    ["K1-01", "votes", "7", "Berita acara suara", ""],
]


def said(folder: Path, language: str = "id") -> list[str]:
    """What opening the edition complains about."""
    with pytest.raises(Mistakes) as caught:
        opened(folder)
    return [mistake.say(language) for mistake in caught.value]


def tables(registers: Registers) -> dict[str, list[list[str]]]:
    return {name: getattr(registers, name).to_numpy().tolist() for name in COLUMNS}


# What comes out


def test_registers_have_exactly_their_columns_as_text_sorted_by_id(tmp_path):
    _, registers = opened(edition(tmp_path, entries=[ENTRIES[0], *reversed(ENTRIES[1:])], assignments=ASSIGNMENTS))
    for name, columns in COLUMNS.items():
        frame = getattr(registers, name)
        assert list(frame.columns) == [*columns, *(["group"] if name == "entries" else [])]
        assert set(map(str, frame.dtypes)) == {"str"}
        assert not frame.isna().any(axis=None)
        assert list(frame.index) == list(range(len(frame)))
    assert registers.entries["entry_id"].tolist() == ["K1-01", "K1-02", "K2-01", "K2-02"]
    assert registers.entries["group"].tolist() == ["K1", "K1", "K2", "K1"]
    assert registers.entries.loc[0, ["sop", "applied_since", "partners", "benefit"]].tolist() == [
        "ya",
        "2024-03-01",
        "Kampus Contoh;Radio Contoh",
        "",
    ]


def test_without_assignments_there_are_none(tmp_path):
    _, registers = opened(edition(tmp_path))
    assert registers.assignments.empty
    assert list(registers.assignments.columns) == list(COLUMNS["assignments"])


def test_a_panel_is_who_the_rules_name_or_who_does_not_judge_other_rounds_only(tmp_path):
    rules, registers = opened(edition(tmp_path))
    assert [registers.panel(round_) for round_ in rules.scored_rounds] == [("J1", "J2", "J3"), ("J1", "J3")]
    (tmp_path / "other").mkdir()
    rules, registers = opened(edition(tmp_path / "other", rules=in_the_last_round("panel: [J3, J1]")))
    assert registers.panel(rules.round("presentasi")) == ("J1", "J3")


@pytest.mark.parametrize(
    ("conflicts", "recusals"),
    [
        ("", []),
        ("K2-01:keluarga", [["J1", "K2-01", "keluarga"]]),
        ("U1 : pembina", [["J1", "K1-01", "pembina"], ["J1", "K1-02", "pembina"]]),
        ("U1:pembina; K1-01: penulis ;", [["J1", "K1-01", "penulis; pembina"], ["J1", "K1-02", "pembina"]]),
    ],
)
def test_a_conflict_with_a_unit_covers_all_of_its_entries(tmp_path, conflicts, recusals):
    _, registers = opened(edition(tmp_path, judges=with_cell(JUDGES, 2, "conflicts", conflicts)))
    assert registers.recusals.to_numpy().tolist() == recusals
    assert list(registers.recusals.columns) == ["judge_id", "entry_id", "kind"]


# Whatever the file looks like


def test_a_workbook_gives_the_same_registers_and_hashes(tmp_path):
    _, from_text = opened(edition(tmp_path, assignments=ASSIGNMENTS))
    registers = {"units": UNITS, "entries": ENTRIES, "judges": JUDGES, "assignments": ASSIGNMENTS}
    for name in registers:
        (tmp_path / f"{name}.csv").unlink()
    for name, rows in registers.items():
        save(tmp_path / f"{name}.xlsx", [[cell or None for cell in row] for row in rows])
    _, from_workbook = opened(tmp_path)
    assert tables(from_workbook) == tables(from_text)
    assert from_workbook.hashes() == from_text.hashes()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_and_columns_and_extra_columns_change_nothing(tmp_path_factory, seed):
    chance = random.Random(seed)
    judges = with_cell(JUDGES, 2, "conflicts", "U1:pembina;K2-01:keluarga")
    plain = {"units": UNITS, "entries": ENTRIES, "judges": judges, "assignments": ASSIGNMENTS}
    shuffled = {}
    for name, (header, *rows) in plain.items():
        wider = [[*header, "Catatan"], *([*row, chance.choice(["", "=A1", "x"])] for row in rows)]
        order = chance.sample(range(len(wider[0])), len(wider[0]))
        mixed = [[row[column] for column in order] for row in [wider[0], *chance.sample(wider[1:], len(rows))]]
        shuffled[name] = mixed
    _, expected = opened(edition(tmp_path_factory.mktemp("plain"), **plain))
    _, found = opened(edition(tmp_path_factory.mktemp("mixed"), **shuffled))
    assert tables(found) == tables(expected)
    assert found.hashes() == expected.hashes()
    assert found.recusals.equals(expected.recusals)


def test_hashes_are_those_of_canonical_csv(tmp_path):
    _, registers = opened(
        edition(
            tmp_path,
            units=[["unit_id", "name", "unit_type"], ["U2", "C", "Dinas"], ["U1", "A, B", "Dinas"]],
            entries=[ENTRIES[0], ENTRIES[1]],
        )
    )
    canonical = 'unit_id,name,unit_type,parent\nU1,"A, B",Dinas,\nU2,C,Dinas,\n'
    assert registers.hashes()["units"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert set(registers.hashes()) == set(COLUMNS) - {"values"}  # which came later


# Values that no judge gives


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "rows",
    [
        VALUES,
        [["Kode Proposal", "Kode nilai", "Besar nilai", "Sumber", "Keterangan"], *reversed(VALUES[1:])],
        [
            ["No.", "Kode proposal", "Judul inovasi", "votes", "late", "Source"],
            ["1", "K1-01", "Antrean Cepat", "7", "-0,5", "x"],
            ["2", "K2-01", "Kebun Gizi", "12500", "", "x"],
            ["3", "K2-02", "Peta Banjir", "", "", ""],
        ],
    ],
)
def test_values_are_read_in_rows_or_in_columns_as_exact_decimals(tmp_path, rows, suffix):
    save(edition(tmp_path) / f"values{suffix}", rows)
    _, registers = opened(tmp_path)
    assert list(registers.values.columns) == list(COLUMNS["values"])
    assert registers.values[["entry_id", "value_id", "value"]].to_numpy().tolist() == [
        ["K1-01", "late", "-0.5"],
        ["K1-01", "votes", "7"],
        ["K2-01", "votes", "12500"],
    ]
    assert (registers.values["source"] != "").all()


def test_true_numbers_of_a_workbook_are_no_thousands(tmp_path):
    rows = [["entry_id", "votes", "difficulty"], ["K1-01", 12500, 1.125], ["K1-02", 0, 3.1]]
    save(edition(tmp_path) / "values.xlsx", rows)
    assert opened(tmp_path)[1].values["value"].tolist() == ["1.125", "12500", "3.1", "0"]


def test_a_file_without_values_is_as_good_as_none(tmp_path):
    _, none = opened(edition(tmp_path))
    assert none.values.empty
    _, blank = opened(edition(tmp_path, values=VALUES[:1]))
    assert (blank.hashes(), blank.values.empty) == (none.hashes(), True)
    _, some = opened(edition(tmp_path, values=VALUES))
    assert some.hashes().keys() - none.hashes().keys() == {"values"}


def test_everything_wrong_with_values_comes_at_once(tmp_path):
    wrong = [["K9", "votes", "x"], ["K2-02", "v/1", "1.250"], ["K1-02", "", ""], VALUES[2], ["K1-02", "v", "1.5"]]
    found = said(edition(tmp_path, values=[[*row, "", ""][:5] for row in [*VALUES, *wrong]]))
    expected = [
        'values.csv: nilai "K1-01, late" tercatat lebih dari sekali, yaitu pada baris 3 dan 8.',
        'values.csv, baris 5, kolom C: isi "x" bukan angka.',
        'values.csv, baris 5, kolom A: kode proposal "K9" tidak terdaftar.',
        'values.csv, baris 6, kolom B: kode "v/1" tidak dapat dipakai.',
        'values.csv, baris 6, kolom C: "1.250" dapat dibaca sebagai 1,25 dan sebagai 1250.',
        'values.csv, baris 7, kolom B: kolom "value_id" wajib diisi.',
        'values.csv, baris 7, kolom C: kolom "value" wajib diisi.',
        "values.csv, kolom C: Kolom value memuat koma dan titik desimal sekaligus.",
    ]
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected
    wide = [["entry_id", "suara publik", "late"], ["K1-01", "1", "1e3"], ["K1-01", "2", "1e4"], ["", "", "4"]]
    assert [line[:50].partition(" ")[2][:38] for line in said(edition(tmp_path, values=wide))] == [
        'baris 1, kolom B: kode "suara publik" ',
        'baris 2, kolom C: isi "1e3" bukan angk',
        'nilai "K1-01, suara publik" tercatat l',
        'nilai "K1-01, late" tercatat lebih dar',
        'baris 3, kolom C: isi "1e4" bukan angk',
        'baris 4, kolom A: kolom "entry_id" waj',
    ]
    (found,) = said(edition(tmp_path, values=[["entry_id", "title"], ["K1-01", "Antrean Cepat"]]))
    assert found.startswith("values.csv, baris 1: kolom value_id / Kode nilai / Value code tidak ditemukan.")


def test_units_that_came_out_of_others_count_in_the_hash_and_their_blank_column_does_not(tmp_path):
    _, before = opened(edition(tmp_path))
    _, blank = opened(edition(tmp_path, units=with_cell(UNITS, 2, "formerly", "")))
    _, split = opened(edition(tmp_path, units=with_cell(UNITS, 2, "formerly", "U9; U8")))
    assert blank.hashes() == before.hashes()
    assert split.hashes()["units"] != before.hashes()["units"]
    assert split.units["formerly"].tolist() == ["U8;U9", "", ""]


@pytest.mark.parametrize(
    "header",
    [
        ["unit_id", "name", "unit_type", "parent"],
        ["Kode unit kerja", "Nama unit kerja", "Jenis unit kerja", "Unit kerja induk"],
        ["UNIT CODE", "Unit name:", "Unit-Type", "parent_unit"],
        ["kode_unit_kerja", "Nama", "unit type", "PARENT"],
    ],
)
def test_headers_are_known_by_name_and_by_label_in_both_languages(tmp_path, header):
    _, registers = opened(edition(tmp_path, units=[header, *UNITS[1:]]))
    assert registers.units["parent"].tolist() == ["", "U3", ""]


def test_the_rules_map_a_forms_own_headers(tmp_path):
    """The mapped header wins over a label, and a label that is given to one column is not read for another."""
    form = [
        ["Timestamp", "Kode Inovasi!", "Title", "Asal", "Kode", "Bentuk inovasi"],
        ["2025-10-01", "Antrean Cepat", "Dr.", "U1", "K1-01", "INOVASI PELAYANAN PUBLIK"],
        ["2025-10-02", "Arsip Rapi", "", "U3", "K1-02", "governance"],
    ]
    mapping = "columns: {entries: {title: kode inovasi, unit_id: Asal, entry_id: Kode}}\n"
    _, registers = opened(edition(tmp_path, rules=RULES + mapping, entries=form))
    assert registers.entries[["entry_id", "title", "unit_id", "category"]].to_numpy().tolist() == [
        ["K1-01", "Antrean Cepat", "U1", "pelayanan"],
        ["K1-02", "Arsip Rapi", "U3", "tata-kelola"],
    ]
    assert set(registers.entries["innovation_id"]) == {""}


@pytest.mark.parametrize("name", COLUMNS)
def test_no_two_columns_of_a_register_share_a_header(name):
    spellings = [fold(header) for column in COLUMNS[name] for header in {fold(h) for h in labels(column, of=name)}]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("cell", "canonical"),
    [
        ("sop", [("Ya", "ya"), ("YES", "ya"), ("TRUE", "ya"), ("1", "ya"), ("tidak", "tidak"), ("No", "tidak")]),
        ("stage", [("Uji Coba", "uji coba"), ("uji-coba", "uji coba"), ("INISIATIF", "inisiatif")]),
        ("documents", [("a.pdf;b.pdf ; ", "a.pdf;b.pdf"), ("; ;", "")]),
        ("applied_since", [("5 Desember 2024", "2024-12-05")]),
        ("unit_id", [("Kelurahan Contoh Melati", "U2"), ("KECAMATAN contoh  utara", "U3"), ("U2", "U2")]),
        ("title", [("<script>alert(1)</script>", "<script>alert(1)</script>"), ("- butir satu", "- butir satu")]),
    ],
)
def test_cells_are_read_into_their_canonical_form(tmp_path, cell, canonical):
    units = with_cell(UNITS, 2, "unit_type", "DINAS")
    for written, read in canonical:
        _, registers = opened(edition(tmp_path, units=units, entries=with_cell(ENTRIES, 2, cell, written)))
        assert registers.entries.loc[0, cell] == read
        assert registers.units["unit_type"].tolist() == ["Dinas", "Kelurahan", "Kecamatan"]


def test_a_name_that_two_units_have_names_neither(tmp_path):
    units = [*UNITS, ["U4", UNITS[1][1].upper(), "Dinas", ""]]
    with pytest.raises(Mistakes, match="tidak terdaftar"):
        opened(edition(tmp_path, units=units, entries=with_cell(ENTRIES, 2, "unit_id", UNITS[1][1])))


# What is wrong


def no(rows: Rows, column: str) -> Rows:
    at = rows[0].index(column)
    return [row[:at] + row[at + 1 :] for row in rows]


# What one wrong cell leads to: register, row, column and its letter, cell, sentence.
WRONG_CELLS = r"""
units | 3 | unit_type | C | UPT Pasar | Jenis unit kerja "UPT Pasar" belum dimasukkan ke dalam kelompok mana pun.
units | 3 | name | B | | kolom "name" wajib diisi.
units | 3 | parent | D | U9 | kode unit kerja "U9" tidak terdaftar. Periksa kode pada daftar unit kerja.
units | 2 | parent | D | U1 | unit kerja "U1" menjadi induk dari induknya sendiri.
entries | 3 | unit_id | C | u1 | kode unit kerja "u1" tidak terdaftar.
entries | 3 | unit_id | C | u1 | Periksa kode pada daftar unit kerja. Mungkin yang dimaksud "U1".
entries | 3 | unit_id | C | Kelurahan Melati | Mungkin yang dimaksud "Kelurahan Contoh Melati".
entries | 3 | category | D | pelayanann | bentuk inovasi "pelayanann" tidak dikenal.
entries | 3 | category | D | pelayanann | pada ketentuan penilaian. Mungkin yang dimaksud "pelayanan".
entries | 3 | sop | E | ada | isi "ada" tidak dapat dibaca sebagai ya atau tidak.
entries | 3 | applied_since | F | 31/02/2024 | tanggal "31/02/2024" tidak dapat dibaca.
entries | 3 | applied_since | F | 2025-02-30 | tanggal "2025-02-30" tidak dapat dibaca.
entries | 3 | applied_since | F | 20250301 | tanggal "20250301" tidak dapat dibaca.
entries | 3 | stage | H | selesai | tahapan inovasi "selesai" tidak dikenal.
entries | 3 | entry_id | A | K1/02 | kode "K1/02" tidak dapat dipakai.
entries | 3 | entry_id | A | KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK | kode
entries | 3 | innovation_id | H | I>1 | kode "I>1" tidak dapat dipakai.
entries | 3 | title | B | =HYPERLINK(1) | isi sel, yaitu =HYPERLINK(1), diawali tanda "="
entries | 3 | title | B | +62 811 | isi sel, yaitu +62 811, diawali tanda "+"
entries | 3 | title | B | @SUM(1) | diawali tanda "@"
entries | 3 | title | B | -2+3/cmd | diawali tanda "-"
entries | 3 | title | B | A\x07B | isi sel memuat karakter kendali yang tidak terlihat (U+0007).
entries | 3 | title | B | A\x1f | (U+001F)
entries | 3 | title | B | A\x9fB | (U+009F)
entries | 3 | title | B | #REF! | isi sel adalah pesan kesalahan #REF!
judges | 3 | judge_id | A | Committee | kode juri "Committee" dipakai buku nilai untuk panitia. Gunakan kode lain.
judges | 3 | rounds | D | proposal;final | tahap "final" tidak dikenal di sini.
judges | 3 | conflicts | E | K9-01:keluarga | kode "K9-01" pada konflik kepentingan bukan kode proposal
judges | 3 | conflicts | E | U1 | konflik kepentingan "U1" belum menyebutkan jenisnya.
judges | 3 | conflicts | E | U1: | konflik kepentingan "U1" belum menyebutkan jenisnya.
assignments | 2 | judge_id | C | J9 | kode juri "J9" tidak terdaftar.
assignments | 2 | entry_id | B | K9 | kode proposal "K9" tidak terdaftar. Periksa kode pada daftar peserta.
assignments | 2 | round | A | final | tahap "final" tidak dikenal di sini.
assignments | 3 | round | C | presentasi | juri "J2" bukan anggota panel tahap "presentasi".
"""


@pytest.mark.parametrize("case", WRONG_CELLS.strip().splitlines())
def test_each_wrong_cell_has_its_sentence_and_place(tmp_path, case):
    register, row, column, letter, cell, sentence = (part.strip() for part in case.split("|"))
    rows = {"units": UNITS, "entries": ENTRIES, "judges": JUDGES, "assignments": ASSIGNMENTS}[register]
    wrong = with_cell(rows, int(row), column, cell.encode().decode("unicode_escape"))
    (found,) = said(edition(tmp_path, **{register: wrong}))
    assert found.startswith(f"{register}.csv, baris {row}, kolom {letter}: ")
    assert sentence in found


@pytest.mark.parametrize(
    ("register", "rows", "sentence"),
    [
        ("units", None, "berkas ini tidak ditemukan di folder {folder}. Lengkapi folder edisi, lalu jalankan kembali."),
        ("entries", None, "berkas ini tidak ditemukan"),
        ("judges", None, "berkas ini tidak ditemukan"),
        ("entries", [ENTRIES[0]], "belum ada proposal yang tercatat."),
        ("entries", [ENTRIES[0], [" "] * 7], "belum ada proposal yang tercatat."),
        ("units", [UNITS[0]], "belum ada isi di bawah judul kolom."),
        ("assignments", [ASSIGNMENTS[0]], "belum ada isi di bawah judul kolom."),
        ("entries", no(ENTRIES, "category"), "kolom category / Bentuk inovasi / Category tidak ditemukan."),
        (
            "units",
            [[*UNITS[0], "Unit Code"], *([*row, "x"] for row in UNITS[1:])],
            'kolom A, E: judul kolom "unit_id" terdapat lebih dari sekali.',
        ),
        ("entries", [*ENTRIES, ENTRIES[1], ENTRIES[1]], 'kode proposal "K1-01" {twice} baris 2, 6, dan 7.'),
        ("units", [*UNITS, ["u1", "Dinas Lain", "Dinas", ""]], 'kode unit kerja "U1" {twice} baris 2 dan 5.'),
        ("judges", [*JUDGES, JUDGES[1]], 'kode juri "J1" {twice} baris 2 dan 5.'),
        ("assignments", [*ASSIGNMENTS, ASSIGNMENTS[1]], 'penugasan "proposal, K1-01, J1" {twice} baris 2 dan 4.'),
    ],
)
def test_each_wrong_table_has_its_sentence(tmp_path, register, rows, sentence):
    (found,) = said(edition(tmp_path, **{register: rows}))
    assert found.startswith(f"{register}.csv")
    assert sentence.format(folder=tmp_path.name, twice="tercatat lebih dari sekali, yaitu pada") in found


def in_the_last_round(line: str) -> str:
    return RULES.replace("    name: Presentasi\n", f"    name: Presentasi\n    {line}\n")


UNKNOWN_JUDGE = 'rules.yaml: kode juri "J9" tidak terdaftar.'
J9_WEIGHS = RULES[: RULES.rindex("{over")] + "{over: judges, by: weighted_mean, weights: {J9: 2}, round: 2}]\n"


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (in_the_last_round("panel: [J1, J9]"), UNKNOWN_JUDGE),
        (in_the_last_round("not_counting: [J9]"), UNKNOWN_JUDGE),
        (J9_WEIGHS, UNKNOWN_JUDGE),
        (in_the_last_round("panel: [J1, J2]"), 'judges.csv: juri "J2" tercantum dalam panel tahap "presentasi"'),
        (
            RULES + "columns: {units: {nama: Unit}}\n",
            'rules.yaml: "nama" pada bagian "columns" bukan kolom units. Kolom yang tersedia: unit_id, name,',
        ),
    ],
)
def test_rules_and_registers_must_agree(tmp_path, rules, sentence):
    (found,) = said(edition(tmp_path, rules=rules))
    assert found.startswith(sentence)


def test_each_unit_of_a_circle_is_named(tmp_path):
    found = said(edition(tmp_path, units=with_cell(UNITS, 4, "parent", "U2")))
    assert [line.partition(":")[0] for line in found] == ["units.csv, baris 3, kolom D", "units.csv, baris 4, kolom D"]


def test_an_id_of_both_an_entry_and_a_unit_is_no_conflict(tmp_path):
    entries = with_cell(ENTRIES, 2, "entry_id", "U3")
    judges = with_cell(JUDGES, 2, "conflicts", "U3:keluarga")
    (found,) = said(edition(tmp_path, entries=entries, judges=judges))
    assert 'kode "U3" pada konflik kepentingan dipakai untuk proposal dan juga untuk unit kerja.' in found


def test_a_register_in_two_kinds_of_file_is_refused(tmp_path):
    save(edition(tmp_path) / "units.xlsx", UNITS)
    (found,) = said(tmp_path)
    assert found == "units: data yang sama terdapat sebagai units.csv dan units.xlsx. Sisakan satu berkas saja."


def test_rows_that_say_nothing_in_our_columns_are_no_rows(tmp_path):
    numbered = [["No.", *ENTRIES[0]], *([str(n), *row] for n, row in enumerate([*ENTRIES[1:], [""] * 7], 1))]
    _, registers = opened(edition(tmp_path, entries=numbered))
    assert len(registers.entries) == 4


def test_formulas_in_unused_columns_do_not_matter(tmp_path):
    opened(edition(tmp_path, entries=with_cell(ENTRIES, 2, "Jumlah berkas", "=COUNTA(A2:F2)")))


def test_all_mistakes_of_all_files_come_at_once_in_reading_order(tmp_path):
    units = with_cell(with_cell(UNITS, 4, "name", ""), 2, "parent", "U7")
    entries = with_cell(with_cell(ENTRIES, 5, "unit_id", "U8"), 3, "sop", "mungkin")
    judges = with_cell(JUDGES, 2, "conflicts", "X1:a;X2;U1")
    places = [found.partition(":")[0] for found in said(edition(tmp_path, units=units, entries=entries, judges=judges))]
    assert places == [
        *("units.csv, baris 2, kolom D", "units.csv, baris 4, kolom B"),
        *("entries.csv, baris 3, kolom E", "entries.csv, baris 5, kolom C"),
        *["judges.csv, baris 2, kolom E"] * 3,
    ]


def test_the_same_mistake_in_many_rows_is_said_once(tmp_path):
    rows = [[f"E{n}", "Judul", "U9" if n % 5 else "U1", "pelayanan", "", "", ""] for n in range(100)]
    found = said(edition(tmp_path, entries=[ENTRIES[0], *rows]))
    assert [line.partition(":")[0] for line in found] == [
        "entries.csv, baris 3–6, 8–11, 13–16, 18–21, 23–26, 28–31, 33–36, 38–41, 43–46, 48–51, …, kolom C"
    ]


def test_a_wrong_file_does_not_bury_its_reader(tmp_path):
    rows = [[f"E{n}", "Judul", f"X{n}", "pelayanan", "", "", ""] for n in range(250)]
    found = said(edition(tmp_path, entries=[ENTRIES[0], *rows]))
    assert len(found) == 101
    assert found[-1].startswith("entries.csv, kolom C: masih ada 150 kesalahan serupa pada kolom ini.")


def test_mistakes_speak_english_too(tmp_path):
    found = said(edition(tmp_path, entries=with_cell(ENTRIES, 3, "unit_id", "u1")), "en")
    assert found == [
        (
            'entries.csv, row 3, column C: unit "u1" is not registered. Check it against the register.'
            ' Perhaps "U1" was meant.'
        )
    ]


def test_a_suggestion_is_made_only_when_it_is_clear(tmp_path):
    """K1-01 and K1-02 are equally near to K1-03: to name one of them would invite a false mark."""
    judges = with_cell(JUDGES, 2, "conflicts", "K1-03:keluarga")
    (found,) = said(edition(tmp_path, judges=judges))
    assert "Mungkin" not in found


def test_many_mistakes_alike_in_one_column_are_one_line_with_their_rows(tmp_path):
    rows = [[f"K1-{n}", f"Inovasi {n}", "U1", "pelayanan", "", f"{n}/31/2024", ""] for n in range(1, 26)]
    folder = edition(tmp_path, entries=[ENTRIES[0], *rows, ["K1-30", "Lain", "U9", "pelayanan", "", "", ""]])
    with pytest.raises(Mistakes) as caught:
        opened(folder)
    assert caught.value.say("id").splitlines() == [
        "Ditemukan 26 kesalahan. Tidak ada data yang disimpan. Perbaiki semuanya, lalu jalankan kembali.",
        '1. entries.csv, baris 2–26, kolom F: tanggal "1/31/2024" tidak dapat dibaca. '
        "Tulis hari, bulan, tahun, misalnya 20 Oktober 2025. Begitu pula 24 isi lain pada kolom ini: "
        + ", ".join(f'"{n}/31/2024"' for n in range(2, 12))
        + ", ….",
        '2. entries.csv, baris 27, kolom C: kode unit kerja "U9" tidak terdaftar. Periksa kode pada daftar unit kerja.',
    ]
