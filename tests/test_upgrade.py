"""Editions of earlier versions of the kit: they open, verify, are restored and go on, and what was published stays.

Each folder in ``tests/ledgers`` was made by the kit of that version.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from homes import meet
from problems import problem

import kit
from kit.contest import decisions, plenary, rounds
from kit.contest.archive import restore
from kit.judging.desk import Change, Desk

if TYPE_CHECKING:
    from kit.edition import Edition

LEDGERS = Path(__file__).with_name("ledgers")
FOLDERS = sorted(path.parent for path in LEDGERS.glob("*/*/ledger.sql"))
NAMES = ["/".join(folder.parts[-2:]) for folder in FOLDERS]
ARCHIVES = [name for name in NAMES if (LEDGERS / name / "archive.zip").exists()]


def laid(home: Path, name: str) -> Edition:
    """Open the edition whose files and ledger an earlier version wrote."""
    folder = home / "data" / "2025"
    shutil.copytree(LEDGERS / name, folder, ignore=shutil.ignore_patterns("ledger.sql", "expected.json", "*.zip"))
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        ledger.executescript((LEDGERS / name / "ledger.sql").read_bytes().decode())
    return kit.open("2025")


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LEDGERS / name / "expected.json").read_text(encoding="utf-8"))
    return found


def table(lines: list[str]) -> pd.DataFrame:
    return pd.read_csv(StringIO("\n".join(lines)), dtype=str, keep_default_na=False)


def within_groups(ranking: pd.DataFrame) -> list[tuple[str, ...]]:
    """Scores and ranks of every round in each group; which awards other lists give, later rules may say otherwise."""
    groups = ranking[ranking["scope"] == "group"]
    return [*groups[["round", "scope_id", "entry_id", "score", "rank"]].itertuples(index=False, name=None)]


def require_same(edition: Edition, name: str) -> None:
    """Compare an edition with what the version that wrote it said of it."""
    then = expected(name)
    assert edition.ledger.verify() == []
    assert edition.fingerprint == then["fingerprint"]
    assert edition.ledger.fingerprint() == then["ledger"]
    assert {chain: [*head] for chain, head in edition.ledger.heads().items()} == then["heads"]
    assert edition.states == then["states"]
    assert edition.unaccepted() is None
    now = table(edition.result.ranking.to_csv(index=False).splitlines())
    assert within_groups(now) == within_groups(table(then["ranking"]))
    published = [version for round_ in edition.states for version in edition.history.versions(round_)]
    assert [(v.round, v.number, v.time.isoformat(), v.fingerprint) for v in published] == [
        (v["round"], v["number"], v["time"], v["fingerprint"]) for v in then["versions"]
    ]
    for version, before in zip(published, then["versions"], strict=True):
        pd.testing.assert_frame_equal(version.ranking, table(before["ranking"]))


@pytest.mark.parametrize("name", NAMES)
def test_an_edition_of_an_earlier_version_opens_with_the_same_result(home: Path, name: str) -> None:
    require_same(laid(home, name), name)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_same_when_it_is_opened_again(home: Path, name: str) -> None:
    laid(home, name).ledger.close()
    require_same(kit.open("2025"), name)


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_of_an_earlier_version_is_restored_with_the_same_result(home: Path, name: str) -> None:
    kept = restore(LEDGERS / name / "archive.zip")
    assert (kept.edition, kept.fingerprint) == ("2025", expected(name)["fingerprint"])
    require_same(kit.open("2025"), name)
    assert (home / "data" / "2025" / "documents" / "E1" / "Proposal.txt").is_file()


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("second-round-open")])
def test_a_round_that_is_open_goes_on(home: Path, name: str) -> None:
    edition = laid(home, name)
    typed = Desk(edition, "r2", "J2", typist="SEK-2", twice=True)  # SEK-1 typed it with the earlier version
    assert typed.save([Change("E1", "mark", "81", "x")])[0].saved
    for judge in ("J1", "J2", "J3"):
        desk = Desk(edition, "r2", judge)
        empty = [entry for entry in desk.entries if desk.state(entry) == "not_begun"]
        saved = desk.save([Change(entry, "mark", f"7{n}.5", f"y{n}") for n, entry in enumerate(empty)])
        assert [outcome.said for outcome in saved] == [""] * len(empty)
    sheet = Desk(edition, "r2", "J1").sheets["E1"]
    assert (sheet.marks, sheet.comments) == ({"mark": "80"}, {"entrant": "Jelas"})
    assert Desk(edition, "r2", "J2").sheets["E1"].marks == {"mark": "81"}
    edition.refresh()
    rounds.close(edition, "r2")
    assert edition.states["r2"] == "closed"
    assert edition.ledger.verify() == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("first-round-closed")])
def test_a_round_that_is_closed_is_decided_and_published(home: Path, name: str) -> None:
    edition = laid(home, name)
    meet(edition, "r1")
    plenary.rule_tie(edition, "r1", ["E6", "E5"], "manfaat lebih luas")
    plenary.decide(edition, "r1")
    assert rounds.publish(edition, "r1").number == 1
    rounds.open(edition, "r2")
    assert edition.entrants("r2") == {"E1", "E2", "E4", "E6"}
    assert edition.ledger.verify() == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("finished")])
def test_what_is_decided_stays_so_until_a_plenary_takes_it_up_again(home: Path, name: str) -> None:
    edition = laid(home, name)
    assert str(edition.decisions.decree and edition.decisions.decree.number) == "100/CONTOH/2025"
    with problem("round_decided"):
        decisions.withdraw(edition, "E1", "pindah")
    meet(edition, "r2", reason="nilai E4 dibahas")
    plenary.reopen_sheet(edition, "r2", "J1", "E4", "salah baca")
    assert Desk(edition, "r2", "J1").save([Change("E4", "mark", "91", "z")])[0].saved
    plenary.decide(edition, "r2")
    assert rounds.publish(edition, "r2").number == 3
    assert edition.ledger.verify() == []
