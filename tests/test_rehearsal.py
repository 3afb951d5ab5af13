"""Contests that are rehearsed, whatever their rules, and the copy in which judges try their form."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from contests import contest, rules, single, weighted
from folders import ENTRIES, JUDGES, RULES, UNITS, edition, save
from homes import stage
from problems import problem

import kit
from kit.actions import append
from kit.contest import decisions, rounds
from kit.contest.archive import archive
from kit.folder import current_edition
from kit.ledger import Event
from kit.newedition import new_edition
from kit.rehearsal import practise, rehearse, summary
from kit.render.blocks import plain
from kit.rules import read_rules

ROOT = Path(__file__).parents[1]
PRESETS = sorted((ROOT / "kit" / "presets").glob("*.yaml"))
AWARDS = {"awards": [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]}
BALLOT = {
    "kind": "ranks",
    "scale": {"low": 1, "high": 12, "step": 1},
    "min_judges": 1,
    "score": [{"over": "judges", "by": "points", "curve": "borda", "round": 2}],
}
AMONG_ALL = {"awards": [{"scope": "overall", "names": ["Umum"], "among": "all"}]}
TRIMMED = [{"over": "judges", "by": "trimmed_mean", "round": 2}]
DECIDE = {"ties": [{"by": "judges_decide"}], "scale": {"low": 1, "high": 3, "step": 1}}
TEN = {f"E{n:02}": f"G{n % 2 + 1}/{'ab'[n % 3 % 2]}" for n in range(10)}


def told(played: Any) -> str:
    """What is said of a rehearsal in the end."""
    return plain(summary(played).to_json())


def cut(places: int, **more: object) -> dict[str, Any]:
    """A cut in every group."""
    return {"advance": {"scope": "group", "places": places, **more}}


@pytest.mark.parametrize(
    ("document", "judges"),
    [
        (contest(BALLOT, final=AWARDS), ("J1", "J2", "J3")),
        (contest(single(**cut(4)), weighted({"K1": 1, "K2": 3}, **cut(3)), single(), final=AWARDS), ("J1", "J2", "J3")),
        (contest({"kind": "checklist"}, weighted({"K1": 1, "K2": 3}), final=AWARDS), ("J1", "J2")),
        (contest({"kind": "checklist", "items": [{"id": "b", "name": "Berkas"}]}, BALLOT), ("J1", "J2")),
        (contest(single(), final=AWARDS), ("J1",)),
        (contest(single(**cut(2, at_cut="decide"), **DECIDE), single(**DECIDE), final=AWARDS), ("J1", "J2")),
        (contest(single(score=TRIMMED), final=AMONG_ALL), ("J1", "J2", "J3")),
    ],
)
def test_any_contest_is_played_to_its_decree(home: Path, document: dict[str, Any], judges: tuple[str, ...]) -> None:
    stage(home, document, TEN, judges)
    for seed in (1, 2):
        played = rehearse("2025", seed)
        assert played.stopped is None
        assert set(played.edition.states.values()) == {"published"}
        assert played.edition.decisions.decree
        assert played.edition.state == "simulation"
        assert played.edition.ledger.verify() == []
    assert not kit.open("2025").history.last


def test_the_same_seed_gives_the_same_result_and_another_does_not(home: Path) -> None:
    stage(home, contest({"kind": "checklist"}, single(**cut(3)), single(), final=AWARDS), TEN)

    def result(seed: int) -> str:
        return rehearse("2025", seed).edition.result.csv("r2", "r3", "final")

    assert result(5) == result(5)
    assert result(5) != result(6)


def test_conflicts_and_assignments_are_respected(home: Path) -> None:
    sheets = [
        ("r1", entry, judge) for n, entry in enumerate(TEN) for judge in (["J1", "J2"] if n % 2 else ["J2", "J3"])
    ]
    stage(home, contest(single()), TEN, conflicts={"J2": "E03:kerabat"}, assignments=sheets)
    played = rehearse("2025")
    given = set(played.edition.history.marks()[["entry_id", "judge_id"]].itertuples(index=False, name=None))
    assert given == {sheet[1:] for sheet in sheets} - {("E03", "J2")}
    assert "19 dari 19 lembar terisi oleh 3 juri; 1 lembar gugur" in told(played)


def test_ties_at_the_cut_are_decided_by_the_plenary(home: Path) -> None:
    """On so fine a scale entries are tied only because the rehearsal sees to it."""
    ties = {"ties": [{"by": "judges_decide"}]}
    stage(home, contest(single(**cut(2, at_cut="decide"), **ties), single(**ties), final=AWARDS), TEN)
    played = rehearse("2025", 2)
    assert len(played.edition.entrants("r2")) == 4
    meetings = [meeting for round_ in ("r1", "r2") for meeting in played.edition.meetings(round_)]
    assert sum(len(meeting.rulings) for meeting in meetings)
    assert "ditentukan oleh keputusan" in told(played)


def test_what_cannot_be_played_is_said_and_the_rest_goes_on(home: Path) -> None:
    """E01 has one judge, though a score needs two; J3 has nothing; nobody is in category b; two awards are too many."""
    document = contest(
        single(min_judges=2, **cut(3)), single(), final={"awards": [{"scope": "group", "names": list("abcde")}]}
    )
    cells = {f"E{n:02}": f"G{n % 2 + 1}/a" for n in range(10)}
    both = [("r1", entry, judge) for entry in cells for judge in ("J1", "J2") if (entry, judge) != ("E01", "J2")]
    stage(home, document, cells, assignments=[*both, *(("r2", entry, "J1") for entry in cells)])
    played = rehearse("2025")
    assert played.stopped is None
    found = {one.code for one in played.found}
    assert found >= {"too_few_judges_left", "result_incomplete", "judges_without_sheet", "awards_out_of_reach"}
    assert "lists_without_entries" in found
    said = told(played)
    assert "1 inovasi tidak melanjutkan: E01." in said
    assert "(hanya 3 peserta dapat memperolehnya)" in said
    assert "Juri berikut tidak memperoleh lembar penilaian pada tahap mana pun: J3" in said


def test_what_ends_a_rehearsal_is_said(home: Path) -> None:
    """A tie at the cut waits for the plenary, though the rules do not leave ties to the judges."""
    coarse = {"scale": {"low": 1, "high": 2, "step": 1}}
    stage(home, contest(single(**cut(2, at_cut="decide"), **coarse), single()), TEN)
    played = rehearse("2025")
    assert played.stopped
    assert played.stopped.code == "rules_decide_ties"
    assert "nobody_decides_ties" in {one.code for one in played.found}  # as kit check says beforehand
    assert played.edition.states == {"r1": "plenary", "r2": "not_opened"}
    assert "Nilai sama yang menentukan" in told(played)


# Registers that are still empty


@pytest.mark.parametrize("preset", [path.stem for path in PRESETS])
@pytest.mark.usefixtures("home")
def test_rules_alone_can_be_rehearsed(preset: str) -> None:
    new_edition("2026", preset=preset)
    played = rehearse("2026")
    assert (played.stopped, [*played.invented]) == (None, ["units", "entries", "judges"])
    assert played.edition.registers.entries["title"].str.startswith("Inovasi Contoh").all()
    final, given = played.edition.rules.final, set(played.edition.result.ranking["award"].dropna())
    bands = {band.name.id for awards in final.awards for band in awards.bands if band.name}
    assert given - bands == {name.id for awards in final.awards for name in awards.names}


def test_only_what_is_empty_is_made_up(home: Path) -> None:
    edition(home_of(home, RULES), RULES, entries=ENTRIES[:1], judges=JUDGES[:1], units=UNITS)
    played = rehearse("2025")
    assert played.invented.keys() == {"entries", "judges"}
    assert set(played.edition.registers.units["unit_id"]) == {"U1", "U2", "U3"}
    edition(home / "data" / "2025", RULES, entries=ENTRIES, judges=JUDGES, units=UNITS[:1])
    played = rehearse("2025")
    assert played.invented == {"units": 5}
    assert {"U1", "U2", "U3"} < set(played.edition.registers.units["unit_id"])


def home_of(home: Path, text: str, name: str = "2025") -> Path:
    """The folder of an edition whose rules are these."""
    folder = home / "data" / name
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(text, encoding="utf-8", newline="\n")
    return folder


def test_judges_whom_the_rules_name_are_made_up_by_their_names(home: Path) -> None:
    panel = {"panel": ["KETUA", "B"], "not_counting": ["B"]}
    rules(contest(single(**panel), single()), home_of(home, ""))
    played = rehearse("2025")
    assert {"KETUA", "B"} < set(played.edition.registers.judges["judge_id"])
    assert played.stopped is None


def test_what_is_wrong_with_a_register_is_said_and_nothing_is_made(home: Path) -> None:
    stage(home, contest(single()), {"E1": "G1/a"})
    path = home / "data" / "2025" / "entries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"U-E1"', '"U-E9"'), encoding="utf-8")
    with problem("mistakes"):
        rehearse("2025")
    assert [path.name for path in (home / "data").iterdir()] == ["2025"]


# It never counts


def test_a_rehearsal_is_never_published_decreed_archived_or_accepted(home: Path) -> None:
    stage(home, contest(single(), final=AWARDS), TEN)
    played = rehearse("2025").edition
    assert played.rehearsal_of == "2025"
    assert json.loads(played.history.events(["rules_locked"])["text"][0])["rehearsal_of"] == "2025"
    for act in (
        lambda edition: rounds.publish(edition, "r1"),
        lambda edition: decisions.record_decree(edition, "1", "2026-01-01", replaces="SIMULASI"),
        archive,
    ):
        with problem("only_a_rehearsal"):
            act(played)
    path = played.folder / "rules.yaml"
    text = re.sub(r"(simulated\W+)true", r"\1false", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="\n")
    changed = kit.open("2025-simulasi")
    with problem("only_a_rehearsal"):
        rounds.accept_changes(changed, "ini sungguhan")
    with problem("rules_changed"):
        changed.result  # noqa: B018


def test_rules_and_registers_are_the_same_but_for_the_title(home: Path) -> None:
    stage(home, contest(single()), TEN)
    save(home / "data" / "2025" / "values.csv", [["entry_id", "value_id", "value"], ["E01", "bonus", "2"]])
    old, new = kit.open("2025"), rehearse("2025").edition
    changed = {"edition", "title", "simulated"}
    assert new.rules.model_dump(exclude=changed) == old.rules.model_dump(exclude=changed)
    assert (new.rules.title.id, new.rules.title.en) == ("LATIHAN: Kompetisi", "REHEARSAL: Kompetisi")
    assert new.rules.simulated
    assert new.registers.hashes() == old.registers.hashes()


def test_the_next_rehearsal_takes_the_place_of_the_last_and_of_nothing_else(home: Path) -> None:
    stage(home, contest(single()), TEN)
    rehearse("2025", 1)
    papers = home / "reports" / "2025-simulasi"
    papers.mkdir(parents=True)
    rehearse("2025", 2)
    assert not papers.exists()
    shutil.rmtree(home / "data" / "2025-simulasi")
    (home / "data" / "2025-simulasi").mkdir()
    with problem("copy_exists"):
        rehearse("2025")


def test_a_copy_is_not_the_current_edition_by_itself(home: Path) -> None:
    rules(contest(single(), edition="lomba"), home_of(home, "", "lomba"))
    assert rehearse("lomba").edition.name == "lomba-simulasi"
    assert current_edition() == "lomba"


@pytest.mark.parametrize("name", ["2023", "2024", "2025", "paris-1976"])
def test_every_sample_edition_can_be_rehearsed(home: Path, name: str) -> None:
    source = ROOT / "data" / ("museum" if name == "paris-1976" else "") / name
    shutil.copytree(source, home / "data" / name, ignore=shutil.ignore_patterns("ledger.*"))
    played = rehearse(name)
    assert (played.stopped, played.invented) == (None, {})
    assert len(played.edition.result.ranking.dropna(subset="award"))


def test_the_command_makes_every_document_as_a_sample(home: Path, run: Any) -> None:
    (home / "notebooks").symlink_to(ROOT / "notebooks")
    stage(home, contest(single(**cut(2)), single(), final=AWARDS), TEN)
    code, out, err = run("rehearse 2025 --seed 3")
    assert (code, err.count("Traceback")) == (0, 0)
    assert "Simulasi edisi 2025 (bilangan awal 3)" in out
    assert "Juara II " in out
    papers = {path.name for path in (home / "reports" / "2025-simulasi").iterdir() if path.suffix not in {"", ".html"}}
    assert [name for name in papers if "SIMULASI" not in name] == []
    assert {name.partition("-")[0] for name in papers} >= {"piagam", "laporan", "pengumuman", "konsep"}


# Judges try their form


@pytest.fixture
def ready(home: Path) -> Path:
    """An edition whose judges are known; one of them has a conflict of interest."""
    edition(home_of(home, RULES), RULES, judges=[*JUDGES[:3], ["J3", "Citra", "", "", "K1-01:keluarga"]])
    rounds.open(kit.open("2025"), "proposal", "jadwal")
    return home


def test_judges_practise_on_sample_entries_with_the_first_scored_round_open(ready: Path) -> None:
    assert practise("2025") == ready / "data" / "2025-latihan"
    old, new = kit.open("2025"), kit.open("2025-latihan")
    assert new.registers.judges.equals(old.registers.judges.assign(conflicts=""))
    assert new.registers.entries["entry_id"].tolist() == ["CONTOH-1", "CONTOH-2", "CONTOH-3"]
    assert new.registers.entries["group"].tolist() == ["K1", "K2", "K1"]
    assert new.states == {"proposal": "open", "presentasi": "not_opened"}
    assert (new.unaccepted(), new.ledger.verify(), new.rehearsal_of) == (None, [], "2025")
    before = old.fingerprint
    mark = {"round": "proposal", "judge_id": "J1", "entry_id": "CONTOH-1", "criterion": "K1", "value": "4"}
    append(new, Event(kind="mark", actor="J1", **mark))
    rounds.close(new, "proposal", "cukup")
    assert new.result.ranking["state"].tolist()
    assert kit.open("2025").fingerprint == before
    with problem("copy_exists"):
        practise("2025")
    with problem("edition_missing"):
        practise("2026")


def test_a_failure_leaves_nothing_behind(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(rounds, "open", fail)
    for make in (practise, rehearse):
        with pytest.raises(OSError):
            make("2025")
    assert [path.name for path in (ready / "data").iterdir()] == ["2025"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_every_kind_of_rules_can_be_practised(home: Path, preset: Path) -> None:
    """Numbers, notices and titles in both languages survive to the letter."""
    old, _ = read_rules(preset)
    folder = home / "data" / old.edition
    folder.mkdir()
    text = preset.read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text("\ufeff" + text, encoding="utf-8", newline="\n")
    save(folder / "units.csv", [["unit_id", "name", "unit_type"], ["U1", "Unit", old.groups[0].unit_types[0]]])
    judges = ["J1", "J2", "J3", "J4", "J5", "J6", "A1", "A2", "A3", "M1", "M2"]  # whom some of the rules name
    save(folder / "judges.csv", [["judge_id", "name"], *([judge, f"Nama {judge}"] for judge in judges)])
    more, category = [*old.named_columns], old.categories[0].id
    entry = ["E1", "Judul", "U1", category, *["ya"] * len(more)]
    save(folder / "entries.csv", [["entry_id", "title", "unit_id", "category", *more], entry])
    new, _ = read_rules(practise(old.edition) / "rules.yaml")
    changed = {"edition", "title", "simulated"}
    assert new.model_dump(exclude=changed) == old.model_dump(exclude=changed)
    assert new.title.en == f"REHEARSAL: {old.title.en}"


@pytest.mark.usefixtures("ready")
def test_the_command_opens_the_copy_for_judges(run: Any) -> None:
    code, out, _ = run("rehearse 2025 --open")
    assert (code, "2025-latihan" in out) == (0, True)
    assert kit.open("2025-latihan").states["proposal"] == "open"


def test_a_contest_in_english_gets_samples_in_english(home: Path) -> None:
    edition(home_of(home, RULES), RULES + "language: en\n")
    practise("2025")
    assert kit.open("2025-latihan").registers.entries["title"].str.startswith("Sample").all()
