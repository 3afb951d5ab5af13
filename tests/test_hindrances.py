"""Which rounds cannot give every entry a score, said before a judge opens the first sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import case, contest, record, rules, single

from kit.scoring.scores import hindrances_of_round

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRIMMED = [{"over": "judges", "by": "trimmed_mean", "drop_high": 1, "drop_low": 1, "round": 2}]
BORDA = [{"over": "judges", "by": "points", "curve": "borda", "round": 2}]


def found(
    round_: Mapping[str, Any], sheets: Mapping[str, str], folder: Path, entrants: str | None = None
) -> list[tuple[str, dict[str, object]]]:
    """What hinders a round in which each entry has these sheets: ``5`` an asked one, ``x`` one of a recused judge."""
    rules_ = rules(contest(round_), folder)
    given = record(case(rules_, [*sheets], {"r1": sheets}))
    hindrances = hindrances_of_round(
        rules_, "r1", sheets if entrants is None else entrants, given.panel, given.recusals
    )
    for hindrance in hindrances:
        assert hindrance.say("id") != hindrance.say("en")
    return [(error.code, error.data) for error in hindrances]


def test_a_round_in_which_every_entry_has_its_judges_is_not_hindered(tmp_path: Path) -> None:
    assert found(single(min_judges=2, quorum=3), {"A": "5 5 x", "B": "5 5 5"}, tmp_path) == []


@pytest.mark.parametrize(
    ("round_", "sheets", "name", "data"),
    [
        (single(min_judges=2), "5", "panel_too_small", {"n": 1, "needed": 2}),
        (single(min_judges=1, score=TRIMMED), "5 5", "panel_too_small", {"n": 2, "needed": 3}),
        (single(min_judges=2, not_counting=["J1"]), "5 5", "panel_too_small", {"n": 1, "needed": 2}),
        (single(quorum=9), "5 5", "quorum_out_of_reach", {"n": 2, "needed": 9}),
    ],
)
def test_a_panel_that_is_too_small_for_the_rules_is_named_once(
    round_: dict[str, Any], sheets: str, name: str, data: dict[str, object], tmp_path: Path
) -> None:
    assert found(round_, {"A": sheets, "B": sheets}, tmp_path) == [(name, {"round": "Tahap 1", **data})]


def test_entries_are_named_that_nobody_or_too_few_can_score(tmp_path: Path) -> None:
    sheets = {"A": "5 5 5", "B": "", "C": "x 5 5", "D": "x x 5", "E": "x x 5"}
    assert found(single(min_judges=1, score=TRIMMED), sheets, tmp_path) == [
        ("entries_without_judge", {"round": "Tahap 1", "needed": 3, "n": 1, "entries": ["B"]}),
        ("too_few_judges_left", {"round": "Tahap 1", "needed": 3, "n": 1, "entries": ["D", "E"]}),
        ("too_few_judges_left", {"round": "Tahap 1", "needed": 3, "n": 2, "entries": ["C"]}),
    ]


def test_a_judge_whose_marks_do_not_count_is_no_judge_of_an_entry(tmp_path: Path) -> None:
    sheets = {"A": "5 5", "B": "5"}
    names = [name for name, _ in found(single(not_counting=["J1"]), sheets, tmp_path)]
    assert names == ["entries_without_judge"]


def test_a_recusal_from_ballots_that_need_all_judges_is_named(tmp_path: Path) -> None:
    sheets = {"A": "5 5 5", "B": "x 5 5"}
    assert [name for name, _ in found(single(score=BORDA), sheets, tmp_path)] == ["ballots_with_gaps"]
    assert found(single(score=[BORDA[0] | {"recused": "mean"}]), sheets, tmp_path) == []


def test_before_the_entries_are_known_only_the_round_itself_is_looked_at(tmp_path: Path) -> None:
    sheets = {"A": "x 5", "B": "5 5"}
    assert found(single(min_judges=2), sheets, tmp_path, entrants="") == []
    assert [name for name, _ in found(single(min_judges=3), sheets, tmp_path, entrants="")] == ["panel_too_small"]


def test_a_checklist_has_no_judges_to_miss(tmp_path: Path) -> None:
    rules_ = rules(contest({"kind": "checklist"}, single()), tmp_path)
    given = record(case(rules_, "A", {"r2": {"A": "5"}}))
    assert hindrances_of_round(rules_, "r1", "A", given.panel, given.recusals) == []
