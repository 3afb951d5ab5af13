"""Files of marks come in one way: shown before anything is recorded, and nothing that is newer is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from folders import save
from homes import TODAY_SAID, imported, stage
from problems import problem
from scoresheets import ENTRIES, SCALE, filled, now, say, sheet_of, table

import kit
from kit.contest import rounds
from kit.errors import Mistakes
from kit.judging import incoming
from kit.judging.incoming import read_files, record_files

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

HEADER = ["judge_id", "entry_id", "criterion", "value"]
NAMES = {"J1": "Dr. Ani Contoh, M.Si.", "J2": "Budi Contoh", "J3": "Dra. Hj. Citra Contoh"}


@pytest.fixture
def edition(home: Path, monkeypatch: pytest.MonkeyPatch) -> Edition:
    """An open round of two criteria, A and B, three entries, and judges with titles."""
    folder = stage(home, contest(weighted({"A": 40, "B": 60}, scale=SCALE)), ENTRIES).folder
    save(folder / "judges.csv", [["judge_id", "name"], *NAMES.items()])
    monkeypatch.chdir(home)
    opened = kit.open("2025")
    rounds.open(opened, "r1")
    return opened


def long(home: Path, *rows: str, name: str = "nilai.csv") -> Path:
    """A long table; each row is a judge, an entry, a criterion and a mark."""
    return save(home / name, [HEADER, *(row.split() for row in rows)])


# The command


def test_nothing_is_saved_without_a_yes_and_the_next_command_is_said(run: Any, edition: Edition, home: Path) -> None:
    long(home, "J1 E1 A 3,5", "J2 E2 A 4", name="nilai satu.csv")
    before = edition.ledger.fingerprint()
    code, out, err = run("marks import 2025 'nilai satu.csv'")
    assert out.splitlines() == [
        "nilai satu.csv",
        "  juri J1 (Dr. Ani Contoh, M.Si.), tahap 1: nilai 1 baru",
        "  juri J2 (Budi Contoh), tahap 1: nilai 1 baru",
    ]
    again = "kit marks import 2025 'nilai satu.csv' --yes"
    assert (code, err) == (1, f"Tidak ada yang disimpan. Untuk menyimpan: {again}\n")
    assert edition.ledger.fingerprint() == before
    code, out, err = run(again.removeprefix("kit "))
    assert (code, out.splitlines()[-1], err) == (0, "2 nilai dan 0 catatan juri disimpan.", "")
    code, out, err = run(again.removeprefix("kit "))
    assert (code, out.splitlines()[1], err) == (0, "  Isi berkas ini sudah tercatat. Tidak ada nilai yang berubah.", "")
    assert len(kit.open("2025").history.events(["mark"])) == 2


def test_what_differs_is_replaced_only_when_somebody_says_so(run: Any, edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "5", ("E1", "B"): "4"})
    say(edition, "J2", {("E1", "A"): "5"}, actor="SEK-1")
    long(home, "J1 E1 A 3.5", "J1 E1 B 4.0", "J2 E1 A 2.5")
    before = edition.ledger.fingerprint()
    code, out, err = run("marks import 2025 nilai.csv --yes")
    assert out.splitlines()[1:4:2] == [
        "  juri J1 (Dr. Ani Contoh, M.Si.), tahap 1: nilai 1 berbeda dari yang tercatat dan 1 sama",
        "  juri J2 (Budi Contoh), tahap 1: nilai 1 berbeda dari yang tercatat",
    ]
    assert f"    D2, E1 kriteria A: 3,5 berbeda dari isian juri J1 pada {TODAY_SAID} pukul " in out
    assert f"    D4, E1 kriteria A: 2,5 berbeda dari isian petugas SEK-1 pada {TODAY_SAID} pukul " in out
    again = "kit marks import 2025 nilai.csv --replace --yes"
    assert (code, err) == (
        1,
        f"Tidak ada yang disimpan: 2 isian berbeda dari yang tercatat. Untuk menggantinya: {again}\n",
    )
    assert edition.ledger.fingerprint() == before
    # What is new is recorded, and what differs is not, as long as nobody asks for it.
    long(home, "J1 E1 A 3.5", "J3 E1 A 2", name="lagi.csv")
    assert run("marks import 2025 lagi.csv --yes")[:1] == (0,)
    assert (now(edition.at(edition.history.last), "J1"), now(kit.open("2025"), "J3")) == (
        {("E1", "A"): "5", ("E1", "B"): "4"},
        {("E1", "A"): "2"},
    )
    code, out, _ = run(again.removeprefix("kit "))
    assert (code, out.splitlines()[-1]) == (0, "2 nilai dan 0 catatan juri disimpan.")
    events = kit.open("2025").history.events(["mark"], "r1", "J1")
    assert events.loc[events["criterion"] == "A", ["actor", "value"]].to_numpy().tolist() == [
        ["J1", "5"],
        ["committee", "3.5"],
    ]


def test_no_value_on_record_is_ever_shown(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "4.5", ("E2", "A"): "4.5", ("E1", "internal"): "rahasia"})
    rows = [
        ["judge_id", "entry_id", "A", "B", "comment_internal"],
        ["J1", "E1", "3", "", "lain"],
        ["J1", "E2", "", "2", ""],
    ]
    said = read_files(edition, [save(home / "nilai.csv", rows)]).preview(edition)
    assert "berbeda dari isian juri J1" in said
    assert not any(value in said for value in ("4,5", "4.5", "rahasia"))


@pytest.mark.parametrize("newer", ["5", ""], ids=["changed", "cleared"])
def test_an_older_table_takes_nothing_back_even_if_somebody_says_so(edition: Edition, home: Path, newer: str) -> None:
    path = long(home, "J1 E1 A 3.5", "J2 E2 A 4")
    imported(edition, path)
    say(edition, "J1", {("E1", "A"): newer})
    before = edition.ledger.fingerprint()
    found = read_files(edition, [path])
    assert found.changes["outcome"].tolist() == ["older", "same"]
    assert "D2, E1 kriteria A: 3,5 lebih lama daripada isian juri J1" in found.preview(edition)
    assert record_files(edition, found, replace=True) == (0, 0, 0)
    assert edition.ledger.fingerprint() == before


def test_an_empty_cell_clears_nothing_and_the_same_twice_is_once(edition: Edition, home: Path) -> None:
    first = save(home / "satu.csv", [["judge_id", "entry_id", "A", "B"], ["J1", "E1", "3", "4"]])
    blank = save(home / "dua.csv", [["judge_id", "entry_id", "A", "B"], ["J1", "E1", "3.0", ""], ["J2", "E1", "2", ""]])
    assert imported(edition, first, blank, first) == (3, 0)
    assert imported(edition, blank, first) == (0, 0)
    assert now(edition) == {("E1", "A"): "3", ("E1", "B"): "4"}


def test_a_large_file_does_not_bury_its_reader(home: Path) -> None:
    judges = [f"J{n}" for n in range(40)]
    edition = stage(home, contest(single()), ["E1", "E2"], judges)
    rounds.open(edition, "r1")
    imported(edition, long(home, *(f"{judge} E1 mark 80" for judge in judges)))
    found = read_files(
        edition, [long(home, *(f"{judge} {entry} mark 70" for judge in judges for entry in ("E1", "E2")))]
    )
    file, *said = found.preview(edition).split("\n\n")[0].splitlines()
    assert (file, len(said)) == ("nilai.csv", 62)
    assert said[-2:] == ["  … dan 10 juri lain", "    … dan 10 isian lain"]


# Between the preview and the yes


def test_what_came_in_since_the_preview_is_compared_again(edition: Edition, home: Path) -> None:
    say(edition, "J2", {("E1", "A"): "5"})
    found = read_files(edition, [long(home, "J1 E1 A 3", "J1 E1 B 3", "J2 E1 A 3", "J2 E1 B 3")])
    other = kit.open("2025")
    say(other, "J1", {("E1", "A"): "5", ("E1", "B"): "3"})  # not as the file says, and as the file says
    say(other, "J2", {("E1", "A"): "4"})  # another mark than was shown
    assert record_files(edition, found, replace=True) == (1, 0, 2)
    assert now(edition) == {("E1", "A"): "5", ("E1", "B"): "3"}
    assert now(edition, "J2") == {("E1", "A"): "4", ("E1", "B"): "3"}


def test_everybody_may_write_while_files_are_read(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, path = incoming.read_marks, long(home, "J1 E1 A 3", "J9 E1 A 3")

    def slowly(*arguments: Any, **more: Any) -> Any:
        say(kit.open("2025"), "J2", {("E1", "A"): "5"})
        return read(*arguments, **more)

    monkeypatch.setattr(incoming, "read_marks", slowly)
    with pytest.raises(Mistakes, match='"J9" tidak terdaftar'):
        imported(edition, path)
    assert now(kit.open("2025"), "J2") == {("E1", "A"): "5"}


# Whatever kind of file


@pytest.mark.parametrize("name", ["nilai.csv", "nilai.xlsx"])
def test_the_kits_own_headers_and_judges_names_are_known_in_any_table(edition: Edition, home: Path, name: str) -> None:
    """As when somebody copies score sheets into one table, with a column that says whose each row is."""
    own = [str(cell.value) for cell in table(sheet_of(edition, home / "lembar"))[4][1:]]
    assert own[5:9] == ["A (bobot 40)", "B (bobot 60)", "Nilai juri", "Sel kosong"]
    rows = [
        ["1", "E1", "Inovasi E1", "a", "Unit E1", "3.5", "4", "3.8", "0", "Bagus", "Ragu", "ani contoh"],
        ["2", "E2", "Inovasi E2", "b", "Unit E2", "3", "", "", "1", "", "", "Prof. Dr. Budi Contoh, S.T., M.T."],
        ["3", "E3", "Inovasi E3", "a", "Unit E3", "", "2", "", "1", "", "", "CITRA CONTOH"],
        ["4", "E3", "Inovasi E3", "a", "Unit E3", "1", "", "", "1", "", "", "j2"],
    ]
    found = read_files(edition, [save(home / name, [[*own, "Juri"], *rows])])
    assert (record_files(edition, found), found.remarks) == ((5, 2, 0), [])
    assert now(edition) == {
        ("E1", "A"): "3.5",
        ("E1", "B"): "4",
        ("E1", "entrant"): "Bagus",
        ("E1", "internal"): "Ragu",
    }
    assert (now(edition, "J2"), now(edition, "J3")) == (
        {("E2", "A"): "3", ("E3", "A"): "1"},
        {("E3", "B"): "2"},
    )


def test_comments_are_carried_and_what_is_not_read_is_said(edition: Edition, home: Path) -> None:
    header = ["Nama juri", "Kode proposal", "A (1-5)", "B", "Komentar", "Kesan", "Judul inovasi"]
    path = save(home / "nilai.csv", [header, ["Budi Contoh", "E1", "3", "4", "Kurang data", "baik", "Inovasi E1"]])
    found = read_files(edition, [path])
    assert found.preview(edition).split("\n\n")[1:] == [
        (
            'nilai.csv, kolom E: kolom "Komentar" dicatat sebagai catatan internal dewan juri. Jika ditujukan kepada '
            'peserta, beri judul "Catatan untuk peserta".'
        ),
        "nilai.csv: kolom yang tidak dibaca: F (Kesan).",
    ]
    assert record_files(edition, found) == (2, 1, 0)
    assert now(edition, "J2")["E1", "internal"] == "Kurang data"


def test_a_name_that_judges_share_names_none_of_them(home: Path) -> None:
    folder = stage(home, contest(single()), ["E1"]).folder
    people = [["J1", "Dr. Ani Contoh"], ["J2", "Ani Contoh, S.E."], ["J3", "Ani Contoh Lain"]]
    save(folder / "judges.csv", [["judge_id", "name"], *people])
    edition = kit.open("2025")
    rounds.open(edition, "r1")
    rows = [["judge_id", "entry_id", "value"], ["Dr. Ani Contoh", "E1", "70"], ["Ani Contoh", "E1", "80"]]
    with pytest.raises(Mistakes, match='baris 3, kolom A: kode juri "Ani Contoh" tidak terdaftar'):
        read_files(edition, [save(home / "nilai.csv", rows)])  # the first is spelled as only one of them is


def test_sheets_tables_and_folders_come_in_together(run: Any, edition: Edition, home: Path) -> None:
    filled(sheet_of(edition, home / "kotak", "J1"), {("E1", "A"): 3.5, ("E1", "entrant"): "Bagus"})
    long(home / "kotak", "J2 E1 A 4", name="j2.csv")
    long(home, "J3 E1 A 5", name="j3.xlsx")
    (home / "kotak" / "catatan.txt").write_text("x", encoding="utf-8")
    code, out, _ = run("marks import 2025 kotak j3.xlsx --round r1 --yes")
    assert code == 0
    assert "Tidak dibaca: catatan.txt." in out
    assert out.splitlines()[-1] == "3 nilai dan 1 catatan juri disimpan."
    assert [now(kit.open("2025"), judge)["E1", "A"] for judge in NAMES] == ["3.5", "4", "5"]


def test_a_score_sheet_without_its_hidden_data_is_refused(edition: Edition, home: Path) -> None:
    rows = [[cell.value or "" for cell in row] for row in table(sheet_of(edition, home / "lembar"))]
    with pytest.raises(Mistakes, match="data tersembunyinya hilang"):
        read_files(edition, [save(home / "lembar.csv", rows)])


# What is refused


def test_each_reason_is_one_line_with_its_rows(home: Path) -> None:
    """All of it at once, whatever the file; what is on record already is no reason."""
    assigned = [("r1", entry, judge) for entry in ("E1", "E2", "E3", "E4") for judge in ("J1", "J2")][:-1]
    edition = stage(home, contest(single()), ["E1", "E2", "E3", "E4"], conflicts={"J1": "E2:kin;E3:kin"},
                    assignments=assigned)  # fmt: skip
    rounds.open(edition, "r1", "penugasan kurang")
    path = long(home, *(f"J1 E{n} mark 80" for n in range(1, 5)), "J2 E4 mark 70", "J3 E1 mark 60", "J3 E2 mark 6x")
    with pytest.raises(Mistakes) as caught:
        read_files(edition, [path])
    assert [str(mistake) for mistake in caught.value] == [
        'nilai.csv, baris 8, kolom D: isi "6x" bukan angka. Tuliskan nilai dengan angka saja, atau kosongkan.'
    ]
    path = long(home, *(f"J1 E{n} mark 80" for n in range(1, 5)), "J2 E4 mark 70", "J3 E1 mark 60")
    with pytest.raises(Mistakes) as caught:
        read_files(edition, [path])
    assert [str(mistake) for mistake in caught.value] == [
        (
            'nilai.csv, baris 3–4, kolom D: juri "J1" memiliki konflik kepentingan pada proposal "E2 dan E3" '
            "sehingga nilai dan catatannya tidak dapat dimasukkan."
        ),
        'nilai.csv, baris 6, kolom D: juri "J2" tidak ditugasi menilai proposal "E4" pada tahap "r1".',
        'nilai.csv, baris 7, kolom D: juri "J3" bukan anggota panel tahap "r1".',
    ]


def test_a_file_pasted_twice_is_one_line(edition: Edition, home: Path) -> None:
    rows = [f"J{judge} {entry} {criterion} 3" for judge in (1, 2, 3) for entry in ENTRIES for criterion in "AB"]
    with pytest.raises(Mistakes) as caught:
        read_files(edition, [long(home, *rows, *rows)])
    headline, line = str(caught.value).splitlines()
    assert "18 kesalahan" in headline
    assert 'Begitu pula 17 isi lain pada kolom ini: "J1, E1, B", "J1, E2, A"' in line


def test_the_round_that_is_named_must_be_the_files(home: Path) -> None:
    edition = stage(home, contest(weighted({"A": 40, "B": 60}, scale=SCALE), single()), ENTRIES)
    rounds.open(edition, "r1")
    path = filled(sheet_of(edition, home), {("E1", "A"): 3})
    with problem("unknown_round", match="r9"):
        read_files(edition, [path, path], "r9")
    with pytest.raises(Mistakes, match='lembar ini milik tahap "r1", sedangkan yang diimpor adalah tahap "r2"'):
        read_files(edition, [path], "r2")
