"""What `kit check` and `kit round open` show of a contest beforehand, and what `kit check` remarks upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from folders import save
from homes import stage
from openpyxl import load_workbook

import kit
from kit.check import check
from kit.contest import decisions, rounds

if TYPE_CHECKING:
    from pathlib import Path

    from kit.errors import Problem

AWARDS = {"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}
TWO = contest(single(min_judges=2, advance={"scope": "group", "places": 2}), single(), final={"awards": [AWARDS]})
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}


def remarks(code: str) -> list[Problem]:
    """What is remarked upon of this kind."""
    return [problem for problem in check(kit.open("2025")).remarks if problem.code == code]


def test_check_shows_entries_sheets_and_judges_left(home: Path, run: Any) -> None:
    stage(home, TWO, ENTRIES, conflicts={"J1": "E2:kerabat", "J2": "E2:kerabat"})
    code, out, err = run("check 2025")
    assert code == 1  # E2 cannot get a score
    assert "E2" in err
    assert [line for line in out.partition("Perlu")[0].splitlines() if line] == [
        "Inovasi menurut kelompok dan bentuk inovasi",
        "Daftar  Satu  Dua  Jumlah",
        "A          2    1       3",
        "B          1    0       1",
        "Jumlah     3    1       4",
        "4 dari 4 unit kerja mengirim inovasi.",
        "Tahap 1: 4 inovasi, 10 lembar penilaian, 3 juri.",
        "Juri        Lembar  Konflik kepentingan",
        "J1 Nama J1       3                    1",
        "J2 Nama J2       3                    1",
        "J3 Nama J3       4                    0",
        "- 3 inovasi dinilai oleh 3 juri yang nilainya dihitung: E1, E3, E4.",
        "- 1 inovasi dinilai oleh 1 juri yang nilainya dihitung: E2. Tidak dapat memperoleh nilai; diperlukan 2 juri.",
        "Tahap 2: paling banyak 3 inovasi (lebih jika nilai sama pada batas lolos), 3 juri.",
    ]


def test_opening_a_round_shows_the_same_of_it(home: Path, run: Any) -> None:
    sheets = [("r1", entry, judge) for entry in ENTRIES for judge in (("J1", "J2") if entry < "E3" else ("J2", "J3"))]
    stage(home, TWO, ENTRIES, assignments=sheets)
    shown = run("check 2025 --language en")[1].split("\n\n")
    opened = run("round open 2025 r1 --language en")[1]
    assert opened.startswith(shown[1] + "\n")
    assert "- Panel J1, J2: 2 entries (Satu 2, A 2)." in opened
    assert "- Panel J2, J3: 2 entries (Satu 1, Dua 1, A 1, B 1)." in opened


def test_an_entry_without_a_judge_is_among_those_without_a_score(home: Path, run: Any) -> None:
    stage(
        home,
        TWO,
        ENTRIES,
        assignments=[("r1", entry, judge) for entry in ("E1", "E2", "E3") for judge in ["J1", "J2"]],
    )
    assert "1 inovasi tanpa juri yang nilainya dihitung: E4." in run("check 2025")[1]


def test_a_large_panel_is_summed_up_in_a_line(home: Path, run: Any) -> None:
    judges = [f"J{n:02}" for n in range(20)]
    stage(home, TWO, ENTRIES, judges, conflicts={"J07": "E1:kerabat"})
    out = run("check 2025")[1]
    assert "- Setiap juri mengisi 3 sampai dengan 4 lembar; 1 lembar gugur karena konflik kepentingan." in out
    assert max(map(len, out.partition("\n\n")[0].splitlines())) < 100


def test_awards_that_a_list_is_too_short_for_are_named(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    found = {tuple(one.data["lists"]): one.data["n"] for one in remarks("awards_out_of_reach")}
    assert found == {("Satu",): 2, ("Dua",): 1}
    decisions.withdraw(edition, "E1", "mundur")
    decisions.withdraw(edition, "E2", "mundur")
    assert [one.data["lists"] for one in remarks("awards_out_of_reach")] == [["Satu", "Dua"]]


@pytest.mark.parametrize(("among", "named"), [({"among": "all"}, 1), ({}, 0)])
def test_awards_across_groups_among_all_are_named(home: Path, among: dict[str, str], named: int) -> None:
    awards = [{"scope": "overall", "names": ["Juara Umum"]} | among]
    stage(home, TWO | {"final": {"awards": awards}}, ENTRIES)
    assert len(remarks("awards_among_all")) == named
    assert remarks("awards_out_of_reach") == []


def test_cuts_whose_ties_nobody_may_decide_are_named(home: Path) -> None:
    cut = {"advance": {"scope": "group", "places": 1, "at_cut": "decide"}}
    stage(home, contest(single(**cut), single()), ENTRIES)
    assert [one.data["round"] for one in remarks("nobody_decides_ties")] == ["Tahap 1"]
    stage(home, contest(single(**cut, ties=[{"by": "judges_decide"}]), single()), ENTRIES)
    assert remarks("nobody_decides_ties") == []


def test_groups_categories_and_judges_with_nothing_to_do_are_named(home: Path) -> None:
    edition = stage(home, TWO, {"E1": "G1/a", "E2": "G1/a"}, conflicts={"J3": "E1:kerabat;E2:kerabat"})
    assert [one.data["names"] for one in remarks("lists_without_entries")] == [["Dua", "B"]]
    assert [one.data["judges"] for one in remarks("judges_without_sheet")] == [["J3"]]
    rows = [["judge_id", "name", "rounds"], ["J1", "Ani", ""], ["J2", "Budi", ""], ["J3", "Cici", "cadangan"]]
    save(edition.folder / "judges.csv", rows)
    assert remarks("judges_without_sheet") == []


def test_dates_that_cannot_be_are_named(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    head = ["entry_id", "title", "unit_id", "category", "trial_start", "applied_since"]
    dates = {"E1": ["2024-05-01", "2024-03-01"], "E2": ["", "2199-01-01"], "E3": ["2024-01-01", ""], "E4": ["", ""]}
    save(edition.folder / "entries.csv", [head, *([e, f"Judul {e}", f"U-{e}", "a", *own] for e, own in dates.items())])
    assert [one.data["entries"] for one in remarks("applied_before_trial")] == [["E1"]]
    assert [one.data["entries"] for one in remarks("date_in_future")] == [["E2"]]


def test_one_title_twice_is_named_however_it_is_written(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rows = [["entry_id", "title", "unit_id", "category"], ["E1", "Kebun Gizi!", "U-E1", "a"]]
    save(edition.folder / "entries.csv", [*rows, ["E2", "KEBUN-GIZI", "U-E1", "b"], ["E3", "Kebun gizi", "U-E2", "a"]])
    assert [one.data["entries"] for one in remarks("same_titles")] == [["E1", "E2"]]


def test_hidden_parts_of_a_workbook_are_named(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    (edition.folder / "entries.csv").unlink()
    rows = [["entry_id", "title", "unit_id", "category"], *([e, f"Judul {e}", f"U-{e}", "a"] for e in ENTRIES)]
    path = save(edition.folder / "entries.xlsx", rows)
    assert remarks("hidden_cells") == []
    book = load_workbook(path)
    page = book.worksheets[0]
    page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True
    page.column_dimensions.group("C", "D", hidden=True)
    book.save(path)
    assert [(one.data["rows"], one.data["columns"]) for one in remarks("hidden_cells")] == [("3–4", "C, D")]
    assert len(kit.open("2025").registers.entries) == 4  # they are read all the same


def test_nothing_is_remarked_upon_once_all_is_decided(home: Path) -> None:
    edition = stage(home, contest(single()), {"E1": "G1/a", "E2": "G2/b"})
    rounds.open(edition, "r1")
    assert check(edition).remarks == []
