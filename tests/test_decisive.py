"""Every cut and every award is told with its margin and with what decided it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from contests import case, contest, random_case, record, rules, seeds, single, weighted

from kit.fairness.decisive import MOMENTS, decisive
from kit.scoring.ranking import FINAL, rank
from kit.scoring.replay import Replay
from kit.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from oracle import Case


def replay(case_: Case) -> Replay:
    tables = record(case_)
    return Replay(case_.rules, tables, rank(case_.rules, tables))


def moments(case_: Case, where: str, errors: dict[str, float] | None = None) -> list[dict[str, Any]]:
    return decisive(replay(case_), where, errors).to_dict("records")


FIRST = weighted(
    {"k1": 50, "k2": 50}, advance={"scope": "overall", "places": 2}, ties=[{"by": "criteria", "of": ["k1"]}]
)


def test_a_cut_is_told_with_its_margin_and_who_decided_it(tmp_path: Path) -> None:
    marks = {
        "r1 J1": {"E1": "90 90", "E2": "80 60", "E3": "50 80", "E4": "10 10"},
        "r1 J2": {"E1": "90 90", "E2": "70 70", "E3": "70 78", "E4": "10 10"},
        "r1 J3": {"E1": "90 90", "E2": "70 70", "E3": "70 71", "E4": "10 10"},
    }
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3", "E4"], marks, closed=frozenset({"r1"}))
    errors = {"E1": 1.0, "E2": 3.0, "E3": 4.0, "E4": 1.0}
    [moment] = moments(case_, "r1", errors)
    # 70 against 69.83: J1 alone preferred E2; on k2 alone E3 is ahead, on k1 E2.
    assert moment["kind"] == "cut"
    assert (moment["place"], moment["inside"], moment["outside"]) == (2, "E2", "E3")
    assert (moment["margin"], moment["unrounded"]) == (Decimal("0.17"), Fraction(1, 6))
    assert moment["in_errors"] == pytest.approx(1 / 6 / 5)
    assert moment["judges"] == ("J1",)
    assert moment["criteria"] == ("k1",)
    assert moment["tie_rule"] is None
    assert moment["why"] is None


def test_equal_scores_at_a_cut_name_the_tie_rule(tmp_path: Path) -> None:
    marks = {"r1 J1": {"E1": "90 90", "E2": "80 60", "E3": "60 80"}}
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3"], marks, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert (moment["margin"], moment["tie_rule"], moment["in_errors"]) == (0, "k1", None)


def test_a_tie_away_from_the_cut_and_a_draw_without_a_judge_decide_nothing(tmp_path: Path) -> None:
    marks = {
        "r1 J1": {"E1": "70 60", "E2": "60 70", "E3": "50 50"},
        "r1 J2": {"E1": "70 60", "E2": "60 70", "E3": "60 70"},  # without J1, E2 and E3 are alike
    }
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3"], marks, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert (moment["inside"], moment["outside"], moment["margin"]) == ("E2", "E3", Decimal("7.5"))
    assert moment["tie_rule"] is None
    assert moment["judges"] == ()


@pytest.mark.parametrize(
    ("marks", "places", "at_cut", "why"),
    [
        ({"E1": "90 90", "E2": "80 80"}, 2, "include_all", "fairness.nobody_outside"),
        ({"E1": "90 90", "E2": "80 -"}, 1, "include_all", "fairness.list_incomplete"),
        ({"E1": "90 90", "E2": "90 90"}, 1, "decide", "fairness.cut_undecided"),
    ],
)
def test_where_nothing_was_decided_a_sentence_says_so(
    marks: dict[str, str], places: int, at_cut: str, why: str, tmp_path: Path
) -> None:
    first = FIRST | {"advance": {"scope": "overall", "places": places, "at_cut": at_cut}}
    case_ = case(rules(contest(first, single()), tmp_path), [*marks], {"r1 J1": marks}, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert moment["why"] == why
    assert moment["judges"] == moment["criteria"] == ()
    assert Texts("id")(why)


def test_every_step_between_awards_is_told(tmp_path: Path) -> None:
    awards = [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]
    final = {"score": [{"over": "rounds", "by": "mean", "round": 1}], "awards": awards}
    first = single(advance={"scope": "group", "places": 3})
    second = weighted({"k1": 50, "k2": 50})
    case_ = case(
        rules(contest(first, second, final=final), tmp_path),
        ["E1", "E2", "E3", "E4"],
        {
            "r1": {"E1": "90 90", "E2": "80 80", "E3": "70 78", "E4": "10 10"},
            "r2 J1": {"E1": "90 90", "E2": "60 70", "E3": "70 60"},
            "r2 J2": {"E1": "90 90", "E2": "60 70", "E3": "72 70"},
        },
    )
    one, two, three = moments(case_, FINAL)
    assert [m["award"] for m in (one, two, three)] == ["Juara I", "Juara II", "Juara III"]
    assert (one["inside"], one["outside"], one["judges"], one["criteria"]) == ("E1", "E2", (), ())
    # (80 + 65) / 2 against (74 + 68) / 2, without k2 (80 + 60) / 2 against (74 + 71) / 2.
    assert (two["margin"], two["unrounded"]) == (Decimal("1.5"), Fraction(3, 2))
    assert two["criteria"] == ("r2:k2",)
    assert two["judges"] == ("J1",)  # 80 + 65 against 78 + 71
    assert three["why"] == "fairness.decided_by_cut"


def test_those_who_share_an_award_are_not_set_against_each_other(tmp_path: Path) -> None:
    final = {"awards": [{"scope": "overall", "names": ["Juara I", "Juara II"]}]}
    marks = {"E1": "90", "E2": "80", "E3": "80", "E4": "10"}
    found = moments(case(rules(contest(single(), final=final), tmp_path), [*marks], {"r1": marks}), FINAL)
    assert [(m["award"], m["place"], m["outside"]) for m in found] == [("Juara I", 1, "E2"), ("Juara II", 3, "E4")]


@pytest.mark.parametrize("seed", seeds(20, 60))
def test_any_contest_has_a_margin_or_a_sentence(seed: int) -> None:
    played = replay(random_case(Random(seed)))
    for where in (*played.result.scores, *([FINAL] if played.scopes(FINAL) else [])):
        table = decisive(played, where, dict.fromkeys(played.record.entries["entry_id"], 1.0))
        assert list(table.columns) == MOMENTS
        told = table[table["why"].isna()]
        assert told.drop(columns=["award", "tie_rule", "why"]).notna().all(axis=None)
        assert (told["margin"] >= 0).all()
        assert (told.loc[told["margin"] > 0, "unrounded"] > 0).all()
        assert all(Texts("id")(why) for why in table["why"].dropna())
