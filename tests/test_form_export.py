"""The export of a form tool becomes entries of the registers, by one command that shows first what it understood."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from folders import ENTRIES, JUDGES, UNITS, opened, save
from openpyxl import Workbook, load_workbook
from problems import problem

import kit
from kit.cli import main
from kit.contest import rounds
from kit.errors import Problem
from kit.form_export import Vocabulary, next_number
from kit.newedition import new_edition
from kit.register_import import read_form, write_registers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

RULES = """
edition: "2026"
title: Lomba Inovasi Pelajar
organiser: Kota Contoh
groups:
  - {id: SD, name: Sekolah Dasar, unit_types: [SD]}
  - {id: SMP, name: Sekolah Menengah, unit_types: [SMP]}
categories:
  - {id: lingkungan, name: {id: Lingkungan Hidup, en: Environment}}
  - {id: digital, name: {id: Teknologi Digital, en: Digital Technology}}
rounds:
  - id: nilai
    name: Penilaian
    scale: {low: 0, high: 100, step: 1}
    score: [{over: judges, by: mean, round: 2}]
"""
HEADINGS = [
    *("Timestamp", "Alamat  Email", "Nama  SEKOLAH\n(sesuai Dapodik)", "Jenjang", "Nomor WA ketua tim"),
    *("JUDUL KARYA  yang diusulkan", "Tema lomba", "Tanggal mulai diterapkan", "Apakah karya ini digital?"),
]
SCHOOLS = [["unit_id", "name", "unit_type"], ["S1", "SD Negeri 1 Contoh", "SD"], ["S2", "SMP Negeri 11 Contoh", "SMP"]]
_MAY = datetime.fromisoformat("2026-05-01T08:30")
ROWS: list[list[Any]] = [
    [_MAY, "a@contoh.id", "SDN 1 Contoh", "SD", 81234567, "Bank  Sampah", "lingkungan hidup", "27/02/2026", "Ya"],
    [
        _MAY.replace(day=2),
        "b@contoh.id",
        "SMP NEGERI 11 CONTOH ",
        "smp",
        8122,
        "Kebun\nKita",
        "Teknologi",
        46080,
        "Tidak",
    ],
    [_MAY.replace(day=3), "c@contoh.id", "SMPN 3 Contoh", "SMP", 8123, "Aplikasi Antre", "Teknologi Digital", "", "-"],
    [_MAY.replace(day=4), "d@contoh.id", "SMP Negri 3 Contoh", "", 8124, "Peta Banjir", "DIGITAL", "27-Feb-26", "ada"],
    [_MAY.replace(day=5), "a@contoh.id", "sd negeri 1 contoh", "", 8125, "BANK SAMPAH!", "Lingkungan Hidup", "", "Ya"],
]


@pytest.fixture
def folder(home: Path) -> Path:
    """A new edition as ``kit edition new`` makes it, with two schools filled in and without any entry."""
    old = home / "data" / "2026"
    old.mkdir()
    (old / "rules.yaml").write_text(RULES, encoding="utf-8")
    for name, rows in {
        "units": SCHOOLS,
        "judges": JUDGES,
        "entries": [*ENTRIES[:1], ["x", "x", "S1", "digital"]],
    }.items():
        save(old / f"{name}.csv", [row[:4] if name == "entries" else row[:3] for row in rows])
    new = new_edition("2027", source="2026")
    save(new / "judges.xlsx", [row[:3] for row in JUDGES])
    return new


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., tuple[int, str, str]]:
    """Run ``kit entry register 2027 form.xlsx`` with more words; return exit code, output and errors."""

    def run(*words: str, file: str = "form.xlsx") -> tuple[int, str, str]:
        code = main(["entry", "register", "2027", str(folder.parents[1] / file), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def form(folder: Path, rows: Sequence[Sequence[Any]] = ROWS, headings: Sequence[str] = HEADINGS) -> Path:
    """An export as people leave it: title rows with merged cells, hidden parts, blanks in rows at the end."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(["LOMBA INOVASI PELAJAR"])
    page.append(["Data pengirim", *[None] * 4, "Data karya"])
    for area in ("A1:I1", "A2:E2", "F2:I2"):
        page.merge_cells(area)
    for row in (headings, *rows):
        page.append(list(row))
    page.cell(len(rows) + 20, 3).value = "   "
    page.row_dimensions[5].hidden = True
    page.column_dimensions["B"].hidden = True
    path = folder.parents[1] / "form.xlsx"
    book.save(path)
    return path


def entries(folder: Path) -> dict[str, list[str]]:
    """Title, unit, category, day and digital of each entry, as the edition reads them."""
    _, registers = opened(folder)
    table = registers.entries.set_index("entry_id")[["title", "unit_id", "category", "applied_since", "digital"]]
    return {str(entry): list(cells) for entry, *cells in table.itertuples(name=None)}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


FIRST = {
    "SD-01": ["Bank Sampah", "S1", "lingkungan", "2026-02-27", "ya"],
    "SMP-01": ["Kebun Kita", "S2", "digital", "2026-02-27", "tidak"],
    "SMP-02": ["Aplikasi Antre", "U-01", "digital", "", ""],
    "SMP-03": ["Peta Banjir", "U-01", "digital", "2026-02-27", "ya"],
    "SD-02": ["BANK SAMPAH!", "S1", "lingkungan", "", "ya"],
}


# The first export


def test_what_was_understood_is_shown_and_nothing_is_written_without_a_yes(folder, run):
    form(folder)
    before = files(folder)
    code, out, err = run()
    assert code == 1
    assert err == "Tidak ada yang disimpan. Jalankan kembali dengan --yes untuk menyimpan.\n"
    assert files(folder) == before
    for line in (
        "form.xlsx: 5 baris isian di bawah judul kolom pada baris 3.",
        "Baris tersembunyi ikut dibaca: 5.",
        "Kolom tersembunyi ikut dibaca: B.",
        '   C  "Nama SEKOLAH (sesuai Dapodik)" → Unit kerja',
        '   F  "JUDUL KARYA yang diusulkan" → Judul inovasi',
        '   A  "Timestamp" → pengenal isian, agar ekspor berikutnya menemukan proposalnya',
        'Tidak dipakai dan tidak disalin: B "Alamat Email", E "Nomor WA ketua tim".',
        'Tanggal dibaca hari, bulan, tahun: "27/02/2026" berarti 27 Februari 2026.',
        "Spasi berlebih dan ganti baris dihilangkan pada 2 sel; selain itu isi disalin apa adanya.",
        "Unit kerja: 2 sudah terdaftar, 1 baru.",
        "  + U-01  SMPN 3 Contoh (SMP; baris 6–7)",
        '  ? "Teknologi" → Teknologi Digital (Bentuk inovasi; baris 5)',
        '  ? "SMP Negri 3 Contoh" → U-01 SMPN 3 Contoh (Unit kerja; baris 7)',
        "  = SD-01 (baris 4), SD-02 (baris 8): SD Negeri 1 Contoh: Bank Sampah",
        "Proposal: 5 baru, 0 berubah, 0 dihapus, 0 tetap.",
        "  + SMP-03  SMPN 3 Contoh: Peta Banjir",
    ):
        assert line in out.splitlines()


def test_a_yes_writes_the_registers_and_no_personal_data(folder, run):
    form(folder)
    code, out, _ = run("--yes")
    assert code == 0
    assert "Tersimpan di data/2027: units.xlsx, entries.xlsx, dan entries-form.json." in out
    assert entries(folder) == FIRST
    assert kit.open("2027").registers.units["name"].tolist() == [*(row[1] for row in SCHOOLS[1:]), "SMPN 3 Contoh"]
    books = [load_workbook(folder / f"{name}.xlsx").worksheets for name in ("units", "entries")]
    cells = [str(cell) for pages in books for page in pages for row in page.values for cell in row]
    kept = " ".join([*cells, (folder / "entries-form.json").read_text(encoding="utf-8")])
    assert "contoh.id" not in kept
    assert "81234567" not in kept


def test_what_a_template_offers_is_still_there_and_days_are_days(folder, run):
    form(folder)
    run("--yes")
    page = load_workbook(folder / "entries.xlsx").worksheets[0]
    assert {rule.type for rule in page.data_validations.dataValidation} >= {"list", "date", "custom"}
    found = {page.cell(1, cell.column).value: cell for cell in page[2]}
    assert found["Mulai diterapkan"].value == datetime.fromisoformat("2026-02-27")
    assert found["Bentuk inovasi *"].value == "Lingkungan Hidup"
    assert not found["Judul inovasi *"].protection.locked


def test_a_form_in_csv_is_read_as_well(folder, run):
    rows = [[str(cell).replace("46080", "2026-02-27") for cell in row] for row in ROWS]
    save(folder.parents[1] / "form.csv", [HEADINGS, *rows])
    assert run("--yes", file="form.csv")[0] == 0
    assert entries(folder) == FIRST


def test_in_english_too(folder, run):
    form(folder)
    code, out, err = run("--language", "en")
    assert code == 1
    assert "Entries: 5 new, 0 changed, 0 removed, 0 unchanged." in out
    assert "Nothing was recorded." in err


# The next exports


def test_the_same_export_again_changes_nothing(folder, run):
    form(folder)
    run("--yes")
    before = files(folder)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "Proposal: 0 baru, 0 berubah, 0 dihapus, 5 tetap." in out
    assert "sudah terdaftar, 0 baru" in out
    assert "?" not in out.replace("digital?", "")  # what was taken with a yes is not asked again
    assert files(folder) == before


def test_known_rows_keep_their_ids_and_changes_are_named_and_taken_by_a_yes(folder, run):
    form(folder)
    run("--yes")
    new = [_MAY.replace(day=9), "e", "SD Negeri 1 Contoh", "SD", 1, "Lampu Belajar", "digital", "", "Ya"]
    # Tools give an edited answer a new time; its unit and title, or a title that is much the same, still name it.
    edited = [_MAY.replace(day=8), *ROWS[3][1:5], "Peta Banjir Sekolah", *ROWS[3][6:]]
    later = [_MAY.replace(day=7), *ROWS[0][1:]]
    renamed = [*ROWS[4][:5], "Lampu Hias", *ROWS[4][6:]]
    moved = [*ROWS[2][:6], "lingkungan", "1/3/2026", "-"]
    form(folder, [new, edited, later, moved, renamed])
    code, out, _ = run()
    assert code == 1
    assert entries(folder) == FIRST
    assert out.splitlines()[-7:] == [
        "Proposal: 1 baru, 3 berubah, 1 dihapus, 1 tetap.",
        "  + SD-03  SD Negeri 1 Contoh: Lampu Belajar",
        "  - SMP-01  SMP Negeri 11 Contoh: Kebun Kita",
        '  ~ SMP-03  Judul inovasi: "Peta Banjir" → "Peta Banjir Sekolah"',
        '  ~ SMP-02  Bentuk inovasi: "Teknologi Digital" → "Lingkungan Hidup"',
        '  ~ SMP-02  Mulai diterapkan: "" → "2026-03-01"',
        '  ~ SD-02  Judul inovasi: "BANK SAMPAH!" → "Lampu Hias"',
    ]
    assert run("--yes")[0] == 0
    assert entries(folder) == {own: cells for own, cells in FIRST.items() if own != "SMP-01"} | {
        "SD-02": ["Lampu Hias", *FIRST["SD-02"][1:]],
        "SD-03": ["Lampu Belajar", "S1", "digital", "", "ya"],
        "SMP-02": ["Aplikasi Antre", "U-01", "lingkungan", "2026-03-01", ""],
        "SMP-03": ["Peta Banjir Sekolah", "U-01", "digital", "2026-02-27", "ya"],
    }
    form(folder, [new, edited, later, moved, renamed, ROWS[1]])  # who comes back has the old id; no id is given twice
    run("--yes")
    assert entries(folder)["SMP-01"] == FIRST["SMP-01"]


def test_what_was_edited_in_the_register_stays(folder, run):
    """A cell that somebody edited, a cell that the form never had, and an entry that somebody took out or put in."""
    form(folder)
    run("--yes")
    book = load_workbook(folder / "entries.xlsx")
    page = book.worksheets[0]
    page["C2"], page["J2"], page["C3"] = "Bank Sampah Sekolah", "Siswa", "Kebun Kita Semua"
    page.delete_rows(4)  # SMP-02
    page.append(["SD-77", None, "Diketik tangan", "S1", "digital"])
    book.save(folder / "entries.xlsx")
    held = entries(folder)
    code, out, _ = run()
    assert code == 0
    assert "1 proposal telah dihapus dari daftar, sehingga tidak dimasukkan lagi: SMP-02." in out
    form(folder, [[*ROWS[0][:5], "Bank Sampah Baru", *ROWS[0][6:]], *ROWS[1:]])
    code, out, _ = run("--yes")
    assert code == 0
    assert '  ~ SD-01  Judul inovasi: "Bank Sampah Sekolah" → "Bank Sampah Baru"' in out
    assert "yang dipertahankan ialah isi daftar (kiri)" in out
    assert entries(folder) == held


def test_registers_of_ones_own_are_edited_in_place(folder, run):
    """A CSV with a title, another delimiter, own headings and a column that the kit does not read."""
    (folder / "entries.xlsx").unlink()
    own = ["Daftar peserta", "Kode proposal;Judul inovasi;Kode unit kerja;Bentuk inovasi;Catatan"]
    own += ['SD-05;"Bank ""Sampah""";S1;digital;tetap', ""]
    (folder / "entries.csv").write_text("\n".join(own), encoding="utf-8")
    form(folder)
    code, out, _ = run("--yes")
    assert code == 0
    assert '  ~ SD-05  Bentuk inovasi: "Teknologi Digital" → "Lingkungan Hidup"' in out  # the form never said so before
    rows = list(csv.reader((folder / "entries.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert rows[:3] == [
        ["Daftar peserta"],
        ["Kode proposal", "Judul inovasi", "Kode unit kerja", "Bentuk inovasi", "Catatan", "applied_since", "digital"],
        ["SD-05", 'Bank "Sampah"', "S1", "digital", "tetap", "2026-02-27", "ya"],
    ]
    assert [row[0] for row in rows[3:]] == ["SMP-01", "SMP-02", "SMP-03", "SD-06"]


def test_registers_that_are_not_there_are_made(folder, run):
    for name in ("units", "entries"):
        (folder / f"{name}.xlsx").unlink()
    form(folder, [row for row in ROWS if row[3]])
    assert run("--yes")[0] == 0
    assert [cells[:2] for cells in entries(folder).values()] == [
        ["Bank Sampah", "U-01"],
        ["Kebun Kita", "U-02"],
        ["Aplikasi Antre", "U-03"],
    ]
    assert opened(folder)[1].units["name"].tolist() == ["SDN 1 Contoh", "SMP NEGERI 11 CONTOH", "SMPN 3 Contoh"]


def test_a_register_that_changes_between_showing_and_writing_is_left_alone(folder):
    found = read_form(folder, form(folder))
    with (folder / "entries.xlsx").open("ab") as file:
        file.write(b"\0")
    before = files(folder)
    with problem("register_edited_meanwhile"):
        write_registers(found)
    assert files(folder) == before


def test_after_scoring_began_the_change_waits_to_be_accepted(folder, run):
    form(folder)
    run("--yes")
    edition = kit.open("2027")
    rounds.open(edition, "nilai", "jadwal tetap")
    form(folder, ROWS[:-1])
    code, out, _ = run("--yes")
    assert code == 0
    assert "kit edition accept 2027" in out
    assert kit.open("2027").unaccepted()


# What is wrong


def test_mistakes_are_said_together_alike_ones_in_one_line_and_nothing_is_written(folder, run):
    rows = [list(row) for row in ROWS * 6]
    for row in rows[:25]:
        row[7] = "02/27/2026" if row[8] == "Ya" else "minggu lalu"
    rows[26][6], rows[27][2], rows[27][3], rows[28][5], rows[29][8] = "Olahraga", "Karang Taruna", "", "", "mungkin"
    form(folder, rows)
    before = files(folder)
    code, out, err = run("--yes")
    assert code == 1
    assert files(folder) == before
    assert "Proposal:" not in out
    assert "Kolom yang dipakai" in out
    for line in (
        'kolom G: "Olahraga" tidak ada pada pilihan: Lingkungan Hidup, Teknologi Digital.',
        'baris 31, kolom C: "Karang Taruna" belum ada pada daftar unit kerja, dan jenisnya (SD, SMP) tidak terlihat',
        'baris 32, kolom F: kolom "JUDUL KARYA  yang diusulkan" wajib diisi.',
        'kolom I: "mungkin" tidak ada pada pilihan: ya, tidak.',
        'kolom H: "02/27/2026" tidak terbaca sebagai tanggal dengan urutan hari, bulan, tahun, misalnya 27/02/2026.',
    ):
        assert err.count(line) == 1, line
    assert len(err.splitlines()) == 1 + 6
    form(folder, [[*row[:7], f"2026-13-{n}", *row[8:]] for n, row in enumerate(ROWS * 5, 10)])
    assert len(run()[2].splitlines()) == 1 + 1  # 25 different ones in one line
    assert "baris 4–28, kolom H:" in run()[2]


def test_a_name_that_may_be_two_units_has_to_be_said(folder, run):
    save(
        folder / "units.xlsx",
        [*SCHOOLS, ["S3", "SD Negeri 1 Contoh Barat", "SD"], ["S4", "SD Negeri 1 Contoh Timur", "SD"]],
    )
    form(folder, [[*ROWS[0][:2], "SD 1 Contoh", *ROWS[0][3:]]])
    assert '"SD 1 Contoh" dapat berarti S1 SD Negeri 1 Contoh, S3 SD Negeri 1 Contoh Barat, dan S4' in run()[2]
    assert run("--cell", "SD 1 Contoh=S3", "--yes")[0] == 0
    assert entries(folder)["SD-01"][1] == "S3"
    assert run()[0] == 0  # and is remembered


def test_a_text_that_may_be_two_categories_is_refused(folder, run):
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text(rules.replace("categories:", "categories:\n  - {id: c, name: Teknologi Hijau}"))
    form(folder)
    assert (
        '"Teknologi" tidak ada pada pilihan: Teknologi Hijau, Lingkungan Hidup, Teknologi Digital.' in run("--yes")[2]
    )


def test_what_is_said_of_a_unit_is_not_guessed_at(folder, run):
    form(folder, [[*ROWS[0][:2], "SD Negri 1 Contoh", *ROWS[0][3:]]])
    assert "? " in run()[1]
    assert run("--cell", "SD Negri 1 Contoh=SD Negeri 1 Contoh Hulu", "--yes")[0] == 0
    assert opened(folder)[1].units["name"].tolist()[-1] == "SD Negeri 1 Contoh Hulu"
    assert entries(folder)["SD-01"][1] == "U-01"


@pytest.mark.parametrize(
    ("words", "code", "match"),
    [
        (["--column", "Sekolahan=unit_id"], "form_heading_unknown", 'tidak ada judul kolom "Sekolahan"'),
        (["--column", "C=kelas"], "form_column_unknown", '"kelas" bukan kolom'),
        (["--column", "Tema lomba"], "form_pair", "tulis kiri=kanan"),
        (["--column", "F="], "form_column_missing", "kolom untuk Judul inovasi tidak dikenali"),
        (["--cell", "tiada=S1"], "form_cell_absent", 'tidak ada sel yang berisi "tiada"'),
        (["--cell", "DIGITAL=Lingkung"], "form_value_unknown", '"Lingkung" tidak ada pada pilihan'),
        (["--sheet", "Lembar 9"], "sheet_missing", "Lembar 9"),
    ],
)
def test_wrong_corrections_are_refused(folder, run, words, code, match):
    form(folder)
    exit_code, _, err = run(*words)
    assert exit_code == 1
    assert match in err
    keys = {"--column": "columns", "--cell": "cells", "--sheet": "sheet"}
    value: object = words[1:] if words[0] != "--sheet" else words[1]
    with pytest.raises(Problem) as caught:
        read_form(folder, form(folder), **{keys[words[0]]: value}).export.mistakes.stop_if_any()  # type: ignore[arg-type]
    assert code in {caught.value.code, *(one.code for one in getattr(caught.value, "found", ()))}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"columns": 3}', '{"tema": {}}', '{"cells": {"a": 1}}', '{"entries": {"SD-01": "x"}}']
)
def test_a_memory_that_cannot_be_read_is_said(folder, text):
    (folder / "entries-form.json").write_text(text, encoding="utf-8")
    with problem("form_memory_unreadable"):
        read_form(folder, form(folder))


def test_a_register_that_is_wrong_or_there_twice_is_said_first(folder, run):
    path = form(folder)
    save(folder / "entries.csv", ENTRIES)
    with problem("file_twice"):
        read_form(folder, path)
    (folder / "entries.xlsx").unlink()
    code, _, err = run("--yes")
    assert code == 1
    assert 'entries.csv, baris 2–3, kolom C: kode unit kerja "U1" tidak terdaftar.' in err


# Columns


def proposed(folder: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Column names to the headings that were proposed for them."""
    found = read_form(folder, save(folder.parents[1] / "form.csv", [headings, *rows])).export
    return {name: found.sheet.header[at] for name, at in found.letters.items()}


@pytest.mark.parametrize(
    ("headings", "title", "unit", "category"),
    [
        (["Judul Inovasi", "Perangkat Daerah", "Bentuk"], 0, 1, 2),
        (["ID", "What is the title of your work?", "School", "Theme"], 1, 2, 3),
        (["Kepala Sekolah", "Email Sekolah", "asal_sekolah", "Nama karya/produk", "Kategori lomba"], 3, 2, 4),
        (["Nama OPD Saudara", "Judul foto", "JUDUL", "Kolom tanpa arti"], 2, 0, 3),  # categories known by their cells
        (["Alamat", "Isian", "Judul Karya", "Bidang"], 2, 1, 3),  # units known by their cells
        (["Alamat unit kerja", "Unit kerja", "Judul", "Judul (bahasa Inggris)", "Jenis inovasi"], 2, 1, 4),
    ],
)
def test_columns_are_known_by_heading_or_by_cells(folder, headings, title, unit, category):
    own = {title: ["Bank Sampah", "Kebun"], unit: ["SDN 1 Contoh", "S2"], category: ["digital", "LINGKUNGAN HIDUP"]}
    rows = [[own.get(at, [f"x{at}1", f"x{at}2"])[n] for at in range(len(headings))] for n in (0, 1)]
    found = proposed(folder, headings, rows)
    assert [found["title"], found["unit_id"], found["category"]] == [
        headings[title],
        headings[unit],
        headings[category],
    ]


def test_headings_are_found_below_titles_of_several_cells(folder):
    """Long headings, none of which is known by itself, below titles that are merged over several columns."""
    titles = [["LOMBA", ""], ["Data pengirim", "", "Data karya", "", "Lampiran"]]
    headings = [
        "Tuliskan nama sekolah Anda",
        "Kelas",
        "Tuliskan judul karya Anda",
        "Pilih tema yang paling sesuai",
        "Foto",
    ]
    rows = [["SDN 1 Contoh", "6", "Judul Sekolah Digital", "digital", "x"]] * 2
    found = proposed(folder, titles[0], [titles[1], headings, *rows])
    assert found == {"title": headings[2], "unit_id": headings[0], "category": headings[3]}


def test_what_asks_for_something_else_is_left_alone(folder):
    headings = ["Judul", "Sekolah", "Tema", "Nama anggota tim", "Tanggal lahir ketua", "SOP", "Tautan dokumen anggaran"]
    rows = [["Bank Sampah", "SDN 1 Contoh", "digital", "Ani, Budi", "1/2/2010", "Sudah", "https://contoh.id"]]
    assert proposed(folder, headings, rows).keys() == {"title", "unit_id", "category", "sop"}


def test_corrections_are_remembered(folder, run):
    headings = [*HEADINGS[:5], "Karya", "Tema lomba", "Kapan?", "Digital"]
    form(folder, headings=headings)
    assert "kolom untuk Judul inovasi tidak dikenali" in run()[2]
    assert (
        run("--column", "Karya=judul inovasi", "--column", "H=applied_since", "--column", "Digital=", "--yes")[0] == 0
    )
    assert entries(folder) == {own: [*cells[:4], ""] for own, cells in FIRST.items()}
    code, out, _ = run()
    assert code == 0
    assert "5 tetap" in out
    memory = json.loads((folder / "entries-form.json").read_text(encoding="utf-8"))
    assert memory["columns"]["Karya"] == "title"
    assert memory["columns"]["Digital"] == ""
    code, out, _ = run("--column", "Nomor WA ketua tim=title")
    assert '   E  "Nomor WA ketua tim" → Judul inovasi' in out  # what is said now wins


# What cells mean


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("27/02/2026", "2026-02-27"),
        ("3/4/2026", "2026-04-03"),
        ("3.4.26", "2026-04-03"),
        ("27 Februari 2026", "2026-02-27"),
        ("Jumat, 27 Pebruari 2026", "2026-02-27"),
        ("27-Feb-26", "2026-02-27"),
        ("5 Nopember 2025", "2025-11-05"),
        ("2026-02-27", "2026-02-27"),
        ("2026/02/27", "2026-02-27"),
        ("46080", "2026-02-27"),
        ("27/02/2026 14:03:22", "2026-02-27"),
        ("27 February 2026 2:03 PM", "2026-02-27"),
        ("2026-02-27T08:15:00.000+07:00", "2026-02-27"),
        ("–", ""),
    ],
)
def test_days_are_read_as_people_write_them(folder, run, text, day):
    form(folder, [[*ROWS[0][:7], text, "Ya"]])
    assert run("--yes")[0] == 0
    assert entries(folder)["SD-01"][3] == day


@pytest.mark.parametrize("text", ["02/27/2026", "31/02/2026", "2026", "Februari 2026", "27 Februari", "1234", "99999"])
def test_what_is_no_day_is_refused(folder, run, text):
    form(folder, [[*ROWS[0][:7], text, "Ya"]])
    assert f'kolom H: "{text}" tidak terbaca sebagai tanggal' in run("--yes")[2]


UNIT_NAMES = {unit: [name] for unit, name, *_ in UNITS[1:]} | {
    "D1": ["Dinas Komunikasi dan Informatika"],
    "D2": ["Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu"],
    "K1": ["Kecamatan Contoh Selatan"],
    "P1": ["UPT Puskesmas Alianyang"],
    "N1": ["SMP Negeri 1 Contoh"],
    "N11": ["SMP Negeri 11 Contoh"],
}


@pytest.mark.parametrize(
    ("text", "exact", "near"),
    [
        ("DINAS KOMUNIKASI & INFORMATIKA", "D1", None),
        ("Din. Komunikasi dan Informatika", "D1", None),
        ("Kec. Contoh Selatan", "K1", None),
        ("smpn 11 contoh", "N11", None),
        ("SMP N 01 Contoh", "N1", None),
        ("d1", "D1", None),
        (f"SMP Negeri {'0' * 5000}1 Contoh", "N1", None),
        ("x" * 40_000, None, []),
        ("Dinas Komunikasi Informatka", None, ["D1"]),
        ("Komunikasi dan Informatika", None, ["D1"]),
        ("DPMPTSP", None, ["D2"]),
        ("Puskesmas Alianyang", None, ["P1"]),
        ("Kecamatan Contoh Seltan", None, ["K1"]),
        ("SMPN 111 Contoh", None, []),
        ("SMP Negeri 2 Contoh", None, []),
        ("Kecamatan Contoh Barat", None, []),
        ("Kecamatan", None, []),
        ("Kec. Contoh", None, ["K1", "U3"]),
    ],
)
def test_units_are_known_in_other_spellings_and_not_in_those_of_others(text, exact, near):
    names = Vocabulary(UNIT_NAMES, 2)
    assert names.exact(text) == exact
    if near is not None:
        assert names.near(text) == near


def test_numbers_go_on_after_the_last_one():
    assert next_number("SD-", ["SD-01", "SD-10", "SD-x", "SMP-99", "XSD-12"]) == 11
    assert next_number("SD-", []) == 1
