"""Scores recomputed mark by mark in fractions: the ranking's own, whatever the rules say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, law, random_case, record, single, weighted
from contests import rules as written
from hypothesis import example, given
from hypothesis import strategies as st

from kit.scoring.ranking import FINAL, rank
from kit.scoring.recount import Panel, combined, recount, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from oracle import Case


def panels(case_: Case, round_: str, entries: list[str]) -> dict[str, Panel]:
    """The panels of some entries, from the plain values of a case."""
    silent, facts = case_.rules.round(round_).uncounted, record(case_).facts
    found = {}
    for entry in entries:
        asked = sorted(judge for name, e, judge in case_.panel if (name, e) == (round_, entry) and judge not in silent)
        judges = [judge for judge in asked if not {(judge, entry, ""), (judge, entry, round_)} & case_.recusals]
        sheets: dict[str, dict[str, Fraction]] = {}
        for (name, judge, e, criterion), value in case_.marks.items():
            if (name, e) == (round_, entry) and value:
                sheets.setdefault(judge, {})[criterion] = Fraction(value)
        values = {name: value for (e, name), value in facts.values.items() if e == entry}
        found[entry] = Panel(asked, judges, sheets, facts.about[entry], values)
    return found


@given(st.integers(0, 2**32), st.booleans())
@example(533, True)  # noqa: FBT003  (the best of the rounds, each rounded first)
@example(595, True)  # noqa: FBT003  (marks pulled to the limits of their own jury)
@law(100)
def test_every_score_of_every_list_is_found_again(seed: int, wide: bool) -> None:  # noqa: FBT001
    case_ = random_case(Random(seed), most=8, wide=wide)
    rules, ranking = case_.rules, rank(case_.rules, record(case_)).ranking
    scored, last = {round_.id: round_ for round_ in rules.scored_rounds}, rules.scored_rounds[-1].id
    ranking = ranking[ranking["round"].isin([*scored, FINAL])]  # no series of awards
    ranking = ranking[(ranking["round"] != FINAL) | (ranking["last_round"] == last)]
    for (name, scope, scope_id), table in ranking.groupby(["round", "scope", "scope_id"]):
        own = {
            each: recount(round_, rules.rounding, panels(case_, each, members(ranking, each, scope, scope_id)))
            for each, round_ in scored.items()
        }
        so_far = name != FINAL and (advance := scored[name].advance) and advance.score
        found = own.get(name, {})
        if name == FINAL or so_far:
            scores = {e: {each: own[each][e].score for each in own if e in own[each]} for e in table["entry_id"]}
            found = combined(rules, scores, panels(case_, last, list(scores)), "" if name == FINAL else name)
        again = {entry: str(recounted.score) for entry, recounted in found.items()}
        assert again == {row.entry_id: str(row.score) for row in table.itertuples() if row.score is not None}


def members(ranking: pd.DataFrame, round_: str, scope: str, scope_id: str) -> list[str]:
    """The entries of a list."""
    own = (ranking["round"] == round_) & (ranking["scope"] == scope) & (ranking["scope_id"] == scope_id)
    return list(ranking.loc[own, "entry_id"])


@pytest.mark.parametrize(
    ("value", "places", "away", "even"),
    [
        ("2.5", 0, "3", "2"),
        ("-2.5", 0, "-3", "-2"),
        ("0.125", 2, "0.13", "0.12"),
        ("0.135", 2, "0.14", "0.14"),
        ("0.1249", 2, "0.12", "0.12"),
        ("-0.1251", 2, "-0.13", "-0.13"),
    ],
)
def test_a_half_goes_where_the_rules_say(value: str, places: int, away: str, even: str) -> None:
    assert rounded(Fraction(value), places, "half_away") == Fraction(Decimal(away))
    assert rounded(Fraction(value), places, "half_even") == Fraction(Decimal(even))


# What rules may say, each on a contest small enough to be worked out by hand


def over(axis: str, by: str, **more: Any) -> dict[str, Any]:
    return {"over": axis, "by": by, **more}


MEAN = over("judges", "mean", round=2)
EACH = over("criteria", "sum")


def parts(*score: dict[str, Any], total: int = 100, **own: dict[str, Any]) -> dict[str, Any]:
    """A round of criteria K1, K2, ... of which each may say something of its own, scored by these steps."""
    criteria = [{"id": name, "name": name, **each} for name, each in own.items()]
    return single(criteria=criteria, score=[*score], weights_total=total)


def one_mark(*score: dict[str, Any], **more: Any) -> dict[str, Any]:
    return single(score=[*score], **more)


def ballots(*score: dict[str, Any], **more: Any) -> dict[str, Any]:
    return single(kind="ranks", scale={"low": 1, "high": 9, "step": 1}, score=[*score], **more)


def told(said: str, names: list[str], about: str = "", values: str = "") -> Panel:
    """A panel from text: a part per judge with a mark per criterion; ``-`` is missing, ``x`` a recused judge."""
    sheets = said.split("|") if "|" in said else said.split()
    judges = {f"J{n}": dict(zip(names, each.split(), strict=False)) for n, each in enumerate(sheets, 1)}
    marks = {j: {k: Fraction(v) for k, v in own.items() if v not in "-x"} for j, own in judges.items()}
    present = [judge for judge, own in judges.items() if "x" not in own.values()]
    pairs = [dict(word.split("=") for word in text.split()) for text in (about, values)]
    return Panel([*judges], present, marks, pairs[0], {name: Decimal(value) for name, value in pairs[1].items()})


HALVES = [{"at_least": 0, "points": 0}, {"at_least": 10, "points": 50}, {"at_least": 20, "points": 100}]
TWO_JURIES = {
    "juries": [
        {"id": "ahli", "name": "Ahli", "judges": ["J1", "J2"], "share": 70},
        {"id": "warga", "name": "Warga", "judges": ["J3"], "share": 30},
    ]
}
# The round; of each entry the marks, what the registers say and its values; and the scores (None where there is none).
CONTESTS: dict[str, tuple[dict[str, Any], dict[str, tuple[str, ...]], dict[str, str | None]]] = {
    "a criterion for some entries, weights over those that concern one": (
        parts(
            over("criteria", "weighted_mean"), MEAN,
            K1={"weight": 60}, K2={"weight": 40, "where": {"category": "a"}},
            K3={"weight": 40, "where": {"category": "b"}},
        ),
        {
            "E1": ("80 50 -|90 60 -", "category=A"),
            "E2": ("80 - 30|90 99 40", "category=b"),
            "E3": ("80 50 -|90 - 60", "category=a"),
        },
        {"E1": "73.00", "E2": "65.00", "E3": None},
    ),
    "a criterion that some judges mark": (
        parts(over("judges", "mean"), over("criteria", "sum", round=1), K1={}, K2={"panel": ["J2"]}),
        {"E1": ("80 -|90 7",), "E2": ("80 1|90 -",), "E3": ("80 -|x",)},
        {"E1": "92.0", "E2": None, "E3": None},
    ),
    "a value with bands stands on every sheet": (
        parts(
            over("criteria", "weighted_mean"), MEAN,
            K1={"weight": 50}, K2={"weight": 50, "value": "suara", "bands": HALVES},
        ),
        {"E1": ("80|60", "", "suara=19.9"), "E2": ("80|60", "", "suara=20"), "E3": ("80|60",)},
        {"E1": "60.00", "E2": "85.00", "E3": None},
    ),
    "a value is not reduced where judges come first": (
        parts(over("judges", "sum", round=0), over("criteria", "sum", round=1), K1={}, K2={"value": "suara"}),
        {"E1": ("10.2|20|x", "", "suara=0.5"), "E2": ("1|1|1", "", "suara=2")},
        {"E1": "45.5", "E2": "5.0"},
    ),
    "values alone": (
        {"kind": "values", "criteria": [
            {"id": "K1", "name": "K1", "weight": 3, "value": "lari"}, {"id": "K2", "name": "K2", "value": "lompat"},
        ], "weights_total": 4, "missing": "zero", "direction": "low",
            "score": [over("criteria", "weighted_mean", round=2)]},
        {"E1": ("", "", "lari=10 lompat=2"), "E2": ("", "", "lari=10")},
        {"E1": "8.00", "E2": "7.50"},
    ),
    "a missing mark counts 0": (
        weighted({"K1": 50, "K2": 50}, missing="zero"),
        {"E1": ("80 60|40 -",), "E2": ("80 60|x",), "E3": ("- -|- -",)},
        {"E1": "45.00", "E2": "70.00", "E3": "0.00"},
    ),
    "a missing mark is left out, and its weight": (
        weighted({"K1": 50, "K2": 50}, missing="left_out", min_judges=2),
        {"E1": ("80 60|40 -|- -",), "E2": ("80 60|- -",)},
        {"E1": "55.00", "E2": None},
    ),
    "a criterion without any mark is left out": (
        parts(over("judges", "mean"), over("criteria", "mean", round=1), K1={}, K2={}) | {"missing": "left_out"},
        {"E1": ("80 -|40 -",), "E2": ("80 20|- 40",)},
        {"E1": "60.0", "E2": "55.0"},
    ),
    "who is not on a ballot gets no points": (
        ballots(over("judges", "points", curve="borda", round=0), missing="zero"),
        {"E1": ("1 2",), "E2": ("2 -",), "E3": ("- 1",)},
        {"E1": "1", "E2": "0", "E3": "1"},
    ),
    "the best two of each row, and of the judges": (
        parts(over("criteria", "sum", best=2), over("judges", "sum", best=2, round=1), K1={}, K2={}, K3={}),
        {"E1": ("1 2 3|10 10 10|5 0 1",), "E2": ("1 2 3|10 10 10|x",), "E3": ("1 2 3|x|x",)},
        {"E1": "26.0", "E2": "25.0", "E3": "10.0"},
    ),
    "the best are the lowest": (
        one_mark(over("judges", "mean", best=2, round=1), direction="low"), {"E1": ("9 7 8",)}, {"E1": "7.5"},
    ),
    "the sum without the extremes, by the nominal panel": (
        one_mark(over("judges", "trimmed_sum", round=0)),
        {"E1": ("6 7 8 9 5",), "E2": ("6 7 8 9 x",), "E3": ("6 7 x x x",)},
        {"E1": "21", "E2": "23", "E3": None},
    ),
    "juries with shares": (
        one_mark(MEAN, **TWO_JURIES),
        {"E1": ("80 71 60",), "E2": ("80 x 60",), "E3": ("80 71 x",)},
        {"E1": "70.85", "E2": "74.00", "E3": None},
    ),
    "what is added, multiplied and deducted": (
        one_mark(
            over("judges", "mean"), over("entry", "add", points=5, where={"jauh": "ya"}),
            over("entry", "add", value="denda"), over("entry", "times", value="pengali", bands=HALVES, round=1),
        ),
        {"E1": ("80 70", "jauh=YA", "denda=-2.5 pengali=10"), "E2": ("80 70", "", "pengali=20"), "E3": ("1 1",)},
        {"E1": "3875.0", "E2": "7500.0", "E3": None},
    ),
    "a share of the best score": (
        one_mark(over("judges", "mean"), over("entry", "share", points=40, round=2)),
        {"E1": ("90 90",), "E2": ("60 60",)}, {"E1": "40.00", "E2": "26.67"},
    ),
    "nobody has a share of nothing": (
        one_mark(over("judges", "mean"), over("entry", "share", points=40, round=0)), {"E1": ("0 0",)}, {"E1": "0"},
    ),
    # J1: mean 70, deviation 10; J2: all equal.
    "standardised marks": (
        one_mark(over("judges", "z_score", round_terms=3, round=3)),
        {"E1": ("80 50",), "E2": ("60 50",)}, {"E1": "0.500", "E2": "-0.500"},
    ),
    # 1, 2, 4: mean 7/3, deviation 1.2472...; (1 - 7/3) / 1.2472 = -1.069..., -0.267..., 1.336...
    "standardised marks, rounded": (
        one_mark(over("judges", "z_score", round_terms=2, round=2)),
        {"E1": ("1 1",), "E2": ("2 2",), "E3": ("4 4",)}, {"E1": "-1.07", "E2": "-0.27", "E3": "1.34"},
    ),
    "the places themselves": (
        one_mark(over("judges", "points", curve="places", round=1), direction="low"),
        {"E1": ("90 70",), "E2": ("90 80",), "E3": ("10 20",)}, {"E1": "3.5", "E2": "2.5", "E3": "6.0"},
    ),
    # Place 1 or better: E1 3 of 5, a majority. Place 2 or better: E2 4, E3 3. All of E4 lie behind.
    "a majority of ballots": (
        ballots(over("judges", "majority")),
        {"E1": ("1 1 1 4 4",), "E2": ("2 2 3 1 2",), "E3": ("3 4 2 2 1",), "E4": ("4 3 4 3 3",)},
        {"E1": "3", "E2": "2", "E3": "1", "E4": "0"},
    ),
    # E1 beats E2, E2 beats E3, E3 beats E1, most weakly: the strongest paths put E1 first.
    "pairs of ballots": (
        ballots(over("judges", "pairwise")),
        {"E1": ("1 1 1 1 2 2 2 3 3",), "E2": ("2 2 2 2 3 3 3 1 1",), "E3": ("3 3 3 3 1 1 1 2 2",)},
        {"E1": "2", "E2": "1", "E3": "0"},
    ),
    # First E4 falls out, then E3, whose judge prefers E2, and E1 stays behind.
    "a runoff of ballots": (
        ballots(over("judges", "runoff")),
        {"E1": ("1 1 3 3 3",), "E2": ("2 2 1 1 2",), "E3": ("3 3 2 2 1",), "E4": ("4 4 4 4 4",)},
        {"E1": "2", "E2": "3", "E3": "1", "E4": "0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTESTS)
def test_what_rules_may_say_is_worked_out(case: str, tmp_path: Path) -> None:
    round_, entries, scores = CONTESTS[case]
    rules = written(contest(round_), tmp_path)
    names = [part.id for part in rules.round("r1").marked]
    found = recount(
        rules.round("r1"), rules.rounding, {entry: told(said[0], names, *said[1:]) for entry, said in entries.items()}
    )
    assert {entry: str(found[entry].score) if entry in found else None for entry in entries} == scores


FINALS: dict[str, tuple[dict[str, Any], Mapping[str, str], Mapping[str, str | None]]] = {
    "the best two of three rounds": (
        {"score": [over("rounds", "mean", best=2, round=2)]},
        {"E1": "70 90 80", "E2": "70 - 80", "E3": "- 90 -"}, {"E1": "85.00", "E2": "75.00", "E3": None},
    ),
    "the last round, and a bonus": (
        {"score": [over("rounds", "last"), over("entry", "add", points=3, where={"jauh": "ya"}, round=1)]},
        {"E1": "70 90 80", "E2": "1 2 80"}, {"E1": "83.0", "E2": "80.0"},
    ),
    "weights, and a share of the best": (
        {"score": [
            over("rounds", "weighted_sum", weights={"r1": 1, "r3": 2}), over("entry", "share", points=100, round=2),
        ]},
        {"E1": "70 - 80", "E2": "10 - 70"}, {"E1": "100.00", "E2": "65.22"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FINALS)
def test_rounds_make_a_final_score(case: str, tmp_path: Path) -> None:
    final, given, scores = FINALS[case]
    rules = written(contest(single(), single(), single(), final=final), tmp_path)
    own = {
        entry: {f"r{n}": Decimal(s) for n, s in enumerate(said.split(), 1) if s != "-"} for entry, said in given.items()
    }
    about = {entry: Panel([], [], {}, {"jauh": "ya"} if entry == "E1" else {}) for entry in given}
    found = combined(rules, own, about)
    assert {entry: str(found[entry].score) if entry in found else None for entry in given} == scores


def test_rounds_so_far_make_the_list_of_a_round(tmp_path: Path) -> None:
    advance = {"scope": "overall", "places": 1, "score": over("rounds", "sum", round=1)}
    rules = written(contest(single(), single(advance=advance), single()), tmp_path)
    found = combined(
        rules, {"E1": {"r1": Decimal(70), "r2": Decimal(1), "r3": Decimal(9)}}, {"E1": Panel([], [], {})}, "r2"
    )
    assert str(found["E1"].score) == "71.0"
