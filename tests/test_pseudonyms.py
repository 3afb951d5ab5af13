"""Letters for judges: nobody works out whose they are from what is printed, and they stay the same."""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING

import pytest
from contests import contest, weighted
from homes import play, stage
from papers import records
from samples import tables

import kit
from kit.actions import append
from kit.contest import plenary
from kit.explain import explain
from kit.fairness.study import Study
from kit.report import fairness_report
from kit.report.agenda import Agenda, spread

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

JUDGES = [f"J{n}" for n in range(1, 13)]
ENTRIES = [f"E{n}" for n in range(1, 7)]


@pytest.fixture
def met(home: Path) -> Edition:
    """Twelve judges whose marks on the first criterion tell them apart, and a plenary."""
    edition = stage(home, contest(weighted({"K1": 50, "K2": 50})), ENTRIES, JUDGES)
    marks = {entry: "|".join(f"{7 * judge + n} 50" for judge in range(1, 13)) for n, entry in enumerate(ENTRIES)}
    play(edition, "r1", marks)
    plenary.begin(edition, "r1")
    for judge in JUDGES:
        plenary.attend(edition, "r1", judge, present=True)
    return edition


def explained(edition: Edition, entry: str) -> dict[str, str]:
    """The letters of an explanation, by the marks that only one judge gave."""
    table = explain(edition, entry).sections[0].table
    assert table is not None
    columns = {int(float(str(table[name].iloc[0]))) // 7: name for name in table.columns if "Juri" in name}
    return {f"J{n}": columns[n].removeprefix("Juri ") for n in columns}


def lettered(edition: Edition) -> dict[str, dict[str, str]]:
    """The letters of every document that has some."""
    found = {"fairness": Study(edition, "r1").letters, "plenary": Agenda(edition, "r1").letters}
    return found | {entry: explained(edition, entry) for entry in ENTRIES}


def printed(edition: Edition) -> set[str]:
    """Every word, time and hash that documents print."""
    report = fairness_report.Analysis(edition, "r1", "2025-12-31T09:00:00+07:00")
    blocks = [block.to_json() for block in fairness_report.opening(report).blocks]
    blocks += records(edition, "minutes-scores") + records(edition, "minutes-plenary")
    text = str(blocks)
    meeting = edition.meetings("r1")[0]
    words = {*re.findall(r"[\w-]+", text), meeting.began.isoformat(), "r1", "2025", "", *ENTRIES}
    return words | {head.hash for head in edition.ledger.heads().values()} | {edition.fingerprint}


def test_no_letters_follow_from_what_documents_print(met: Edition) -> None:
    """Whoever hashes the printed words with the judges' ids does not get the order of the letters."""
    known, found = printed(met), lettered(met)
    orders = {name: sorted(own, key=lambda judge: (len(own[judge]), own[judge])) for name, own in found.items()}
    began = met.meetings("r1")[0].began.isoformat()
    salts = [*known, *(f"2025{gap}r1{gap}{began}" for gap in "\x1f/ ")]
    guessed = [
        [*sorted(JUDGES, key=lambda judge: sha256(f"{salt}{gap}{judge}".encode()).digest())]
        for salt, gap in product(salts, ("\x1f", "/", "", " ", "-"))
    ]
    assert [name for name, order in orders.items() if order in guessed] == []


def test_each_document_has_letters_of_its_own(met: Edition) -> None:
    found = [tuple(sorted(own.items())) for own in lettered(met).values()]
    assert len(set(found)) == len(found)


def test_letters_stay_the_same_when_the_contest_goes_on(met: Edition) -> None:
    before = lettered(met)
    plenary.decide(met, "r1")
    append(met, kit.ledger.Event(kind="decreed", actor="committee", value="7/2025", text="2025-12-31"))
    assert lettered(met) == before


def test_a_restored_ledger_has_the_same_letters(met: Edition, home: Path) -> None:
    before = lettered(met)
    met.ledger.to_journal(met.folder / "journal.csv")
    met.ledger.close()
    for file in (home / "data" / "2025").glob("ledger*"):
        file.unlink()
    assert lettered(kit.open("2025")) == before


@pytest.fixture
def conflicted(home: Path) -> Edition:
    """Four judges, one of whom may not score E1."""
    entries = dict.fromkeys(ENTRIES, "G1/a")
    rules = contest(weighted({"K1": 50, "K2": 50}))
    edition = stage(home, rules, entries, ("J1", "J2", "J3", "J4"), conflicts={"J3": "E1:kerabat"})
    given = [[7, 3], [6, 2], [9, 8], [4, 4], [1, 5], [8, 6]]
    marks = {
        entry: "|".join(
            "" if (entry, judge) == ("E1", 3) else f"{first * 10 - judge * first % 7} {second * 10 + judge}"
            for judge in range(1, 5)
        )
        for entry, (first, second) in zip(ENTRIES, given, strict=True)
    }
    return play(edition, "r1", marks)


def test_the_analysis_does_not_tell_which_letter_scored_fewer_entries(conflicted: Edition) -> None:
    report = fairness_report.Analysis(conflicted, "r1")
    alike = tables(fairness_report.severity(report))["Keketatan dan kekonsistenan setiap juri"]
    assert "Lembar" not in alike[0]
    assert len({row[alike[0].index("Galat baku")] for row in alike[1:]}) == 1
    assert all("Lembar" not in rows[0] for rows in tables(fairness_report.habits(report)).values())


def test_no_letter_stands_beside_a_list_that_lacks_judges_without_it(home: Path) -> None:
    """E1 loses its score when any judge but J3 is left out, since J3 has a conflict and never scored it."""
    steps = [{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "trimmed_mean", "round": 2}]
    rules = contest(weighted({"K1": 50, "K2": 50}, score=steps))
    edition = stage(home, rules, ["E1", "E2"], ("J1", "J2", "J3", "J4"), conflicts={"J3": "E1:kerabat"})
    play(edition, "r1", {"E1": "60 60|70 70||80 80", "E2": "50 50|40 40|30 30|20 20"})
    text = str(fairness_report.sensitivity(fairness_report.Analysis(edition, "r1")).to_json())
    assert "terlalu sedikit" not in text
    assert "Juri " not in text
    assert "kekurangan juri jika salah satu jurinya tidak ikut dihitung" in text


def test_the_plenary_shows_no_gap_in_a_judges_column(conflicted: Edition) -> None:
    (rows,) = tables(spread(Agenda(conflicted, "r1"))).values()
    first = rows[0].index("Juri A")
    shown = {row[0]: row[first : first + 4] for row in rows[1:]}
    gaps = {entry: sum(cell in {"", "–"} for cell in cells) for entry, cells in shown.items()}
    assert gaps == {entry: 4 if entry == "E1" else 0 for entry in ENTRIES}
