"""A practice edition: the real rules and judges, invented entries, and nothing that counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from folders import RULES, edition, save
from homes import empty_home, imported, stage
from problems import problem

import kit
from kit.actions import append
from kit.contest import rounds
from kit.ledger import Event
from kit.newedition import practice_edition
from kit.rules import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

PRESETS = sorted((Path(kit.__file__).parent / "presets").glob("*.yaml"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with the edition 2025, whose first round is open."""
    for folder in empty_home(tmp_path, monkeypatch):
        (folder / "data" / "2025").mkdir()
        edition(folder / "data" / "2025")
        judges = [
            ["judge_id", "name", "rounds", "conflicts"],
            ["J1", "Ani", "", "K1-01:keluarga"],
            ["J2", "Budi", "", ""],
            ["J3", "Cici", "", ""],
        ]
        save(folder / "data" / "2025" / "judges.csv", judges)
        rounds.open(kit.open("2025"), "proposal")
        yield folder


def test_rules_and_judges_are_the_same_and_entries_are_invented(home: Path) -> None:
    assert practice_edition("2025") == home / "data" / "2025-latihan"
    old, new = kit.open("2025"), kit.open("2025-latihan")
    changed = {"edition", "title", "simulated"}
    assert new.rules.model_dump(exclude=changed) == old.rules.model_dump(exclude=changed)
    assert (new.rules.title.id, new.rules.title.en) == ("LATIHAN: Kompetisi Contoh", "PRACTICE: Kompetisi Contoh")
    assert new.rules.simulated
    assert new.registers.judges.equals(old.registers.judges.assign(conflicts=""))
    entries = new.registers.entries
    assert entries["entry_id"].tolist() == ["CONTOH-1", "CONTOH-2", "CONTOH-3"]
    assert entries["title"].str.startswith("Contoh").all()
    assert entries["group"].tolist() == ["K1", "K2", "K1"]
    assert not set(entries["entry_id"]) & set(old.registers.entries["entry_id"])
    assert new.registers.units["name"].tolist() == ["Unit Contoh 1", "Unit Contoh 2", "Unit Contoh 3"]


def test_its_first_scored_round_is_open_and_its_ledger_is_its_own(home: Path) -> None:
    practice_edition("2025")
    old, new = kit.open("2025"), kit.open("2025-latihan")
    assert new.states == {"proposal": "open", "presentasi": "not_opened"}
    assert new.unaccepted() is None
    assert new.ledger.verify() == []
    before = old.fingerprint
    mark = {"round": "proposal", "judge_id": "J1", "entry_id": "CONTOH-1", "criterion": "K1", "value": "4"}
    append(new, Event(kind="mark", actor="J1", **mark))
    assert len(new.history.marks()) == 1
    assert kit.open("2025").fingerprint == before
    assert sorted(path.name for path in (home / "data").iterdir()) == ["2025", "2025-latihan"]


def test_practice_can_be_played_to_the_end(home: Path) -> None:
    stage(home, contest(single()), ["E1"], language="en")
    practice_edition("2025")
    new = kit.open("2025-latihan")
    rows = [
        ["r1", judge, entry, "mark", "70"]
        for judge in ("J1", "J2", "J3")
        for entry in new.registers.entries["entry_id"]
    ]
    imported(new, save(home / "nilai.csv", [["round", "judge_id", "entry_id", "criterion", "value"], *rows]))
    rounds.close(new, "r1")
    assert new.state == "simulation"
    assert len(new.result.ranking)


@pytest.mark.usefixtures("home")
def test_there_is_one_practice_edition_for_each() -> None:
    practice_edition("2025")
    with problem("edition_exists"):
        practice_edition("2025")
    with problem("edition_missing"):
        practice_edition("2026")


def test_a_failure_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(rounds, "open", fail)
    with pytest.raises(OSError):
        practice_edition("2025")
    assert [path.name for path in (home / "data").iterdir()] == ["2025"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_every_kind_of_rules_can_be_practised(home: Path, preset: Path) -> None:
    """Numbers, notices and titles in both languages survive to the letter."""
    rules, _ = read_rules(preset)
    folder = home / "data" / rules.edition
    folder.mkdir(exist_ok=True)
    text = preset.read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text("\ufeff" + text, encoding="utf-8", newline="\n")
    save(folder / "units.csv", [["unit_id", "name", "unit_type"], ["U1", "Unit", rules.groups[0].unit_types[0]]])
    save(folder / "judges.csv", [["judge_id", "name"], ["J1", "Ani"], ["J2", "Budi"], ["J3", "Cici"]])
    category = rules.categories[0].id
    save(folder / "entries.csv", [["entry_id", "title", "unit_id", "category"], ["E1", "Judul", "U1", category]])
    new, _ = read_rules(practice_edition(rules.edition) / "rules.yaml")
    changed = {"edition", "title", "simulated"}
    assert new.model_dump(exclude=changed) == rules.model_dump(exclude=changed)
    assert new.title.en == f"PRACTICE: {rules.title.en}"


def test_a_contest_in_english_gets_samples_in_english(home: Path) -> None:
    path = home / "data" / "2025" / "rules.yaml"
    path.write_text(RULES + "language: en\n", encoding="utf-8", newline="\n")
    practice_edition("2025")
    assert kit.open("2025-latihan").registers.entries["title"].str.startswith("Sample").all()
