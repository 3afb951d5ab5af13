"""The grammar of rules: what its parts answer, and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, random_rules, rules, single, weighted
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import problem
from pydantic import ValidationError

from kit.rules import Advance, ByHeadCount, Localized, Rules, Scale, contradictions

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


@pytest.mark.parametrize(
    ("low", "high", "step", "held", "refused"),
    [
        ("1", "5", "0.5", ["1", "1.5", "5", "5.0", "3.50"], ["0.5", "5.5", "1.25", "3.7"]),
        ("0", "100", "0.1", ["0", "99.9", "100"], ["-0.1", "100.1", "50.05"]),
        ("0", "20", "0.5", ["0.5", "20"], ["20.5", "0.25"]),
        ("1", "25", "1", ["1", "25"], ["0", "26", "1.5"]),
        ("1", "3", "1", ["2"], ["2.5"]),
        ("-2", "2", "0.25", ["-2", "-0.25", "0"], ["-2.25", "0.1"]),
        ("0.05", "0.35", "0.1", ["0.05", "0.15", "0.35"], ["0.1", "0.2"]),
    ],
)
def test_a_scale_holds_its_steps_and_nothing_else(
    low: str, high: str, step: str, held: list[str], refused: list[str]
) -> None:
    scale = Scale(low=Decimal(low), high=Decimal(high), step=Decimal(step))
    assert [mark for mark in held + refused if scale.holds(Decimal(mark))] == held


def test_every_unit_type_leads_to_one_group_or_none(tmp_path: Path) -> None:
    found = rules(contest(single()), tmp_path)
    assert [found.group_of(name) for name in ("Dinas", "Kelurahan", "UPT Pasar")] == ["G1", "G2", None]


def test_rounds_are_found_by_their_id(tmp_path: Path) -> None:
    found = rules(contest({"kind": "checklist"}, single(), single()), tmp_path)
    assert [round_.id for round_ in found.scored_rounds] == ["r2", "r3"]
    assert found.round("r1").kind == "checklist"
    with problem("unknown_reference"):
        found.round("r4")


def test_a_round_without_criteria_has_one_mark_on_its_own_scale(tmp_path: Path) -> None:
    round_ = rules(contest(single()), tmp_path).round("r1")
    assert [criterion.id for criterion in round_.marked] == ["mark"]
    assert round_.scale_of("mark") == round_.scale
    assert round_.decimals == 2


def test_a_criterion_may_have_its_own_scale(tmp_path: Path) -> None:
    document = contest(weighted({"k1": 60, "k2": 40}))
    document["rounds"][0]["criteria"][1]["scale"] = {"low": 1, "high": 3, "step": 1}
    round_ = rules(document, tmp_path).round("r1")
    assert [round_.scale_of(name).high for name in ("k1", "k2")] == [100, 3]


def test_texts_are_said_in_both_languages() -> None:
    assert str(Localized(id="Nilai", en="Score")) == "Nilai"
    assert Localized(id="Nilai", en="Score").say("en") == "Score"
    assert Localized.model_validate("Borda").say("en") == Localized.model_validate("Borda").say("id") == "Borda"


@pytest.mark.parametrize(
    ("final", "ties", "decimals"),
    [
        (None, ["head_count"], 2),
        ({"ties": [{"by": "shared"}]}, ["shared"], 2),
        ({"score": [{"over": "rounds", "by": "last", "round": 0}]}, ["head_count"], 0),
        ({"score": [{"over": "rounds", "by": "sum", "round": 1}]}, [], 1),
    ],
)
def test_where_the_last_round_decides_its_tie_rules_do_too(
    final: dict[str, Any] | None, ties: list[str], decimals: int, tmp_path: Path
) -> None:
    found = rules(contest(single(), single(ties=[{"by": "head_count"}]), final=final), tmp_path)
    assert [tie.by for tie in found.final_ties] == ties
    assert found.decimals == decimals


def test_rules_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        ByHeadCount(by="head_count").round = "r1"


@pytest.mark.parametrize("places", [True, "6", 6.0])
def test_numbers_are_not_guessed(places: object) -> None:
    with pytest.raises(ValidationError):
        Advance.model_validate({"scope": "group", "places": places})


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_random_rules_of_these_tests_are_ones_that_a_file_may_hold(random: Random) -> None:
    document = random_rules(random, 2, 2, ["J1", "J2", "J3"])
    assert list(contradictions(Rules.model_validate(document))) == []
