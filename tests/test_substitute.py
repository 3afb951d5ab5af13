"""A judge leaves in mid-round: what passes to whom, what stays, and who cannot take over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contests import contest, single, weighted
from folders import save
from homes import give, imported, stage
from problems import problem

import kit
from kit.actions import append
from kit.contest import rounds
from kit.judging.assignment import sheet_states, substitute
from kit.ledger import Event

if TYPE_CHECKING:
    from pathlib import Path

RULES = contest(single())
ENTRIES = ["E1", "E2", "E3"]


def begun(home: Path, document: dict[str, object] = RULES, **conflicts: str) -> kit.Edition:
    """A contest with two judges and two reserves; J1 has completed E1."""
    stage(home, document, ENTRIES, ["J1", "J2", "J3", "J4"])
    reserve = "cadangan"
    if "J3" in str(document):  # whom the rules name is no reserve, but may have no sheets yet
        reserve, pairs = "", [["r1", entry, judge] for entry in ENTRIES for judge in ("J1", "J2")]
        save(home / "data" / "2025" / "assignments.csv", [["round", "entry_id", "judge_id"], *pairs])
    people = [
        [judge, f"Nama {judge}", own, conflicts.get(judge, "")]
        for judge, own in {"J1": "", "J2": "", "J3": reserve, "J4": reserve}.items()
    ]
    save(home / "data" / "2025" / "judges.csv", [["judge_id", "name", "rounds", "conflicts"], *people])
    edition = kit.open("2025")
    rounds.open(edition, "r1")
    marks = [
        Event(kind="mark", actor="J1", round="r1", judge_id="J1", entry_id="E1", criterion=criterion.id, value="80")
        for criterion in edition.rules.round("r1").marked
    ]
    append(edition, *marks)
    return edition


def sheets(edition: kit.Edition) -> dict[str, list[str]]:
    """The entries of each judge."""
    table = sheet_states(edition, "r1")
    return {str(judge): sorted(own) for judge, own in table.groupby("judge_id")["entry_id"]}


def test_what_is_not_complete_passes_and_what_is_counts(home: Path) -> None:
    edition = begun(home)
    assert substitute(edition, "r1", "J1", "J3", "  Sakit\nsejak Senin ") == 2
    assert sheets(edition) == {"J1": ["E1"], "J2": ENTRIES, "J3": ["E2", "E3"]}
    events = edition.history.events(["substituted"])
    assert events[["actor", "round", "judge_id", "entry_id", "value", "text"]].to_numpy().tolist() == [
        ["committee", "r1", "J1", entry, "J3", "Sakit sejak Senin"] for entry in ("E2", "E3")
    ]
    assert edition.ledger.verify() == []
    people = {"J3": ("E2", "E3"), "J2": ENTRIES}
    marks = [["r1", judge, entry, "mark", "60"] for judge, own in people.items() for entry in own]
    header = ["round", "judge_id", "entry_id", "criterion", "value"]
    imported(edition, save(home / "nilai.csv", [header, *marks]))
    rounds.close(edition, "r1")
    scores = edition.ranking_table("r1").set_index("entry_id")["score"]
    assert {entry: str(scores.loc[entry].iloc[0]) for entry in ENTRIES} == {"E1": "70.00", "E2": "60.00", "E3": "60.00"}


def test_everything_passes_when_asked_and_old_marks_stay_on_record(home: Path) -> None:
    edition = begun(home)
    assert substitute(edition, "r1", "J1", "J3", "Diganti", everything=True) == 3
    assert sheets(edition) == {"J2": ENTRIES, "J3": ENTRIES}
    assert edition.history.marks("r1")["judge_id"].tolist() == ["J1"]
    assert rounds.missing(edition, "r1") == {"J2": 3, "J3": 3}


def test_a_partial_sheet_passes(home: Path) -> None:
    edition = begun(home, contest(weighted({"K1": 50, "K2": 50})))
    more = Event(kind="mark", actor="J1", round="r1", judge_id="J1", entry_id="E2", criterion="K1", value="5")
    append(edition, more, Event(kind="submitted", actor="J1", round="r1", judge_id="J1"))
    assert substitute(edition, "r1", "J1", "J3", "Sakit") == 2
    assert sheets(edition)["J1"] == ["E1"]


def test_so_does_one_that_the_judge_was_recused_from(home: Path) -> None:
    edition = begun(home, J1="E3:keluarga")
    assert substitute(edition, "r1", "J1", "J3", "Sakit") == 2
    states = sheet_states(edition, "r1")
    assert set(states.loc[states["judge_id"] == "J3", "state"]) == {"not_begun"}


def test_a_substitute_can_be_substituted(home: Path) -> None:
    edition = begun(home)
    substitute(edition, "r1", "J1", "J3", "Sakit")
    assert substitute(edition, "r1", "J3", "J4", "Bertugas di luar kota") == 2
    assert sheets(edition) == {"J1": ["E1"], "J2": ENTRIES, "J4": ["E2", "E3"]}
    with problem("nothing_to_pass"):
        substitute(edition, "r1", "J3", "J4", "Lagi")


def test_who_scores_an_entry_already_cannot_take_it_over(home: Path) -> None:
    edition = begun(home)
    for judge in ("J1", "J2"):
        with problem("substitute_on_panel") as caught:
            substitute(edition, "r1", "J1", judge, "Sakit")
        assert caught.value.data == {"judge": judge, "n": 2, "entries": ["E2", "E3"]}


def test_who_has_a_conflict_cannot_take_over(home: Path) -> None:
    edition = begun(home, J3="E1:keluarga; E3:mitra")
    with problem("substitute_in_conflict") as caught:
        substitute(edition, "r1", "J1", "J3", "Sakit")
    assert caught.value.data == {"judge": "J3", "n": 1, "entries": ["E3"]}
    append(edition, Event(kind="recusal", actor="J4", judge_id="J4", entry_id="E2", round="r1", text="mitra: a"))
    with problem("substitute_in_conflict"):
        substitute(edition, "r1", "J1", "J4", "Sakit")
    assert sheets(edition)["J1"] == ENTRIES


def weighing(**weights: int) -> list[dict[str, object]]:
    return [{"over": "judges", "by": "weighted_mean", "weights": weights, "round": 2}]


@pytest.mark.parametrize(
    "round_",
    [
        single(score=weighing(J1=40, J2=30)),
        single(score=weighing(J2=2, J3=3)),
        single(not_counting=["J1"]),
        single(not_counting=["J3"]),
    ],
)
def test_who_counts_otherwise_cannot_take_over(round_: dict[str, object], home: Path) -> None:
    edition = begun(home, contest(round_))
    with problem("substitute_counts_otherwise", match="bobot"):
        substitute(edition, "r1", "J1", "J3", "Sakit")
    assert edition.history.events(["substituted"]).empty


@pytest.mark.parametrize(
    "round_",
    [
        single(score=weighing(J1=40, J2=30, J3=40)),
        single(score=weighing(J2=2)),
        single(not_counting=["J1", "J3"]),
    ],
)
def test_who_counts_alike_can(round_: dict[str, object], home: Path) -> None:
    assert substitute(begun(home, contest(round_)), "r1", "J1", "J3", "Sakit") == 2


def test_a_conflict_in_another_round_does_not_matter(home: Path) -> None:
    edition = begun(home, contest(single(), single()))
    append(edition, Event(kind="recusal", actor="J3", judge_id="J3", entry_id="E1", round="r1", text="mitra: a"))
    give(edition, "r1", dict.fromkeys(ENTRIES, "7 7 - -") | {"E1": "80 7 - -"})
    rounds.close(edition, "r1")
    rounds.open(edition, "r2", "jadwal tetap")
    assert substitute(edition, "r2", "J1", "J3", "Sakit") == 3


def test_there_is_no_substitution_without_a_reason_and_known_judges(home: Path) -> None:
    edition = begun(home)
    for arguments, mistake in (
        (("r1", "J1", "J3", " \n"), "reason_needed"),
        (("r9", "J1", "J3", "Sakit"), "unknown_round"),
        (("r1", "J9", "J3", "Sakit"), "unknown_judge"),
        (("r1", "J1", "J9", "Sakit"), "unknown_judge"),
        (("r1", "J3", "J4", "Sakit"), "nothing_to_pass"),
    ):
        with problem(mistake):
            substitute(edition, *arguments)
    assert edition.history.events(["substituted"]).empty


def test_all_complete_leaves_nothing_to_pass(home: Path) -> None:
    edition = begun(home)
    give(edition, "r1", {"E2": "7 - - -", "E3": "7 - - -"})
    with problem("nothing_to_pass"):
        substitute(edition, "r1", "J1", "J3", "Sakit")


def test_only_in_an_open_round(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES, ["J1", "J2", "J3"], assignments=[("r1", "E1", "J1"), ("r1", "E1", "J2")])
    with problem("round_never_opened"):
        substitute(edition, "r1", "J1", "J3", "Sakit")
    rounds.open(edition, "r1", "Uji")
    rounds.close(edition, "r1", "Uji")
    with problem("round_is_closed"):
        substitute(edition, "r1", "J1", "J3", "Sakit")


def test_changed_rules_come_first(home: Path) -> None:
    begun(home)
    people = [[judge, judge, "cadangan" if judge == "J3" else ""] for judge in ("J1", "J2", "J3")]
    save(home / "data" / "2025" / "judges.csv", [["judge_id", "name", "rounds"], *people])
    with problem("rules_changed"):
        substitute(kit.open("2025"), "r1", "J1", "J3", "Sakit")
