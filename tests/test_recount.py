"""Scores recomputed mark by mark in fractions: the ranking's own, whatever the rules say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import pytest
from contests import law, random_case, record
from hypothesis import given
from hypothesis import strategies as st

from kit.scoring.ranking import rank
from kit.scoring.recount import Panel, recount, rounded

if TYPE_CHECKING:
    from oracle import Case


def panels(case_: Case, round_: str, entries: list[str]) -> dict[str, Panel]:
    """The panels of some entries, from the plain values of a case."""
    silent = case_.rules.round(round_).not_counting
    found = {}
    for entry in entries:
        asked = sorted(judge for name, e, judge in case_.panel if (name, e) == (round_, entry) and judge not in silent)
        judges = [judge for judge in asked if not {(judge, entry, ""), (judge, entry, round_)} & case_.recusals]
        sheets: dict[str, dict[str, Fraction]] = {}
        for (name, judge, e, criterion), value in case_.marks.items():
            if (name, e) == (round_, entry) and value:
                sheets.setdefault(judge, {})[criterion] = Fraction(value)
        found[entry] = Panel(asked, judges, sheets)
    return found


@given(st.integers(0, 2**32))
@law(50)
def test_every_score_of_every_list_is_found_again(seed: int) -> None:
    case_ = random_case(Random(seed), most=8)
    ranking = rank(case_.rules, record(case_)).ranking
    ranking = ranking[ranking["round"] != "final"]
    for (name, _, _), table in ranking.groupby(["round", "scope", "scope_id"]):
        official = {row.entry_id: row.score for row in table.itertuples() if row.score is not None}
        found = recount(case_.rules.round(name), case_.rules.rounding, panels(case_, name, list(table["entry_id"])))
        again = {entry: recounted.score for entry, recounted in found.items()}
        assert again == official
        assert {str(score) for score in again.values()} == {str(score) for score in official.values()}


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
