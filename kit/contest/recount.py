"""Scores once more, by another path than the ranking's: mark by mark, in plain fractions.

The ranking works on arrays of scaled integers. What is computed here shares none of that code, only the models of the
rules, so that the same score found twice is found by two ways.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from kit.rules import ClippedMean, Median, Points, TrimmedMean, WeightedMean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.exact import Rounding
    from kit.rules import Round, Step

# Judge and criterion to value; None stands for an axis that a step has reduced.
_Values = dict[str | None, dict[str | None, Fraction]]


class Panel(NamedTuple):
    """Who was to mark one entry in one round, and what they gave.

    Args:
        asked: the judges whose marks count, recused ones among them.
        recused: those of them who do not mark this entry.
        sheets: judge to criterion to mark.
    """

    asked: Sequence[str]
    recused: frozenset[str]
    sheets: Mapping[str, Mapping[str, Fraction]]


def recount(round_: Round, rounding: Rounding, panels: Mapping[str, Panel]) -> dict[str, Decimal]:
    """Return the score of each entry that has one, at the decimals of the round.

    Args:
        round_: a scored round.
        rounding: what the rules do with a half.
        panels: entry to its panel. Where judges' orders are turned into points, these entries make up the ballots.
    """
    values: dict[str, _Values] = {}
    for entry, panel in panels.items():
        free = [judge for judge in panel.asked if judge not in panel.recused]
        if _has_score(round_, panel, free):
            names = [criterion.id for criterion in round_.marked]
            values[entry] = {
                judge: {name if round_.criteria else None: panel.sheets[judge][name] for name in names}
                for judge in free
            }
    for step in round_.score:
        if step.over == "criteria":
            for given in values.values():
                given.update(
                    {judge: {None: _over_criteria(round_, step, row, rounding)} for judge, row in given.items()}
                )
        else:
            values = _over_judges(round_, step, values, panels, rounding)
        if step.round is not None:
            for given in values.values():
                for row in given.values():
                    row.update({name: rounded(value, step.round, rounding) for name, value in row.items()})
    places = round_.decimals
    return {entry: Decimal(int(given[None][None] * 10**places)).scaleb(-places) for entry, given in values.items()}


def rounded(value: Fraction, places: int, rounding: Rounding) -> Fraction:
    """The nearest number with so many decimals; of two equally near the outer one, or the even one."""
    scaled = value * 10**places
    below = floor(scaled)
    rest = scaled - below
    up = rest > Fraction(1, 2)
    if rest == Fraction(1, 2):
        up = below % 2 == 1 if rounding == "half_even" else scaled > 0
    return Fraction(below + up, 10**places)


def _has_score(round_: Round, panel: Panel, free: Sequence[str]) -> bool:
    names = {criterion.id for criterion in round_.marked}
    if len(free) < round_.min_judges or any(not names <= panel.sheets.get(judge, {}).keys() for judge in free):
        return False
    for step in round_.score:
        if isinstance(step, TrimmedMean) and step.over == "judges" and len(free) <= step.drop_high + step.drop_low:
            return False
        if isinstance(step, Points) and step.recused == "no_score" and len(free) < len(panel.asked):
            return False
    return True


def _terms(step: Step, values: Sequence[Fraction], rounding: Rounding) -> list[Fraction]:
    return [*values] if step.round_terms is None else [rounded(value, step.round_terms, rounding) for value in values]


def _over_criteria(round_: Round, step: Step, row: Mapping[str | None, Fraction], rounding: Rounding) -> Fraction:
    if not isinstance(step, WeightedMean):
        return _summary(step, _terms(step, [*row.values()], rounding))
    whole = sum(Fraction(c.weight) for c in round_.criteria) if step.by == "weighted_mean" else Fraction(1)
    terms = []
    for criterion in round_.criteria:
        best = Fraction(round_.scale_of(criterion.id).high)
        share = Fraction(criterion.weight) / whole
        worth = share if step.out_of is None else share * Fraction(step.out_of) / best
        terms.append(row[criterion.id] * worth)
    return sum(_terms(step, terms, rounding), Fraction(0))


def _over_judges(
    round_: Round, step: Step, values: Mapping[str, _Values], panels: Mapping[str, Panel], rounding: Rounding
) -> dict[str, _Values]:
    found: dict[str, _Values] = {entry: {None: {}} for entry in values}
    names = dict.fromkeys(name for given in values.values() for row in given.values() for name in row)
    for name in names:
        column = {entry: {str(judge): row[name] for judge, row in given.items()} for entry, given in values.items()}
        if isinstance(step, Points):
            column = _points(step, column, best_is_low=round_.kind == "ranks")
        for entry, given in column.items():
            found[entry][None][name] = _over_panel(step, given, panels[entry].asked, rounding)
    return found


def _over_panel(step: Step, given: Mapping[str, Fraction], asked: Sequence[str], rounding: Rounding) -> Fraction:
    if isinstance(step, WeightedMean):
        weights = {judge: Fraction((step.weights or {}).get(judge, 1)) for judge in asked}
        whole = Fraction(sum(weights.values())) if step.by == "weighted_sum" else Fraction(1)
        there = sum(weights[judge] for judge in given)
        shares = [value * weights[judge] / there * whole for judge, value in given.items()]
        return sum(_terms(step, shares, rounding), Fraction(0))
    values = [*given.values()]
    if isinstance(step, ClippedMean):
        centre, limit = sum(values, Fraction(0)) / len(values), Fraction(step.limit)
        values = [min(max(value, centre - limit), centre + limit) for value in values]
    values = _terms(step, values, rounding)
    if step.by in {"sum", "points"}:
        return sum(values, Fraction(0)) / len(values) * len(asked)
    return _summary(step, values)


def _summary(step: Step, values: Sequence[Fraction]) -> Fraction:
    kept = sorted(values)
    if isinstance(step, Median):
        kept = kept[(len(kept) - 1) // 2 : len(kept) // 2 + 1]
    elif isinstance(step, TrimmedMean):
        kept = kept[step.drop_low : len(kept) - step.drop_high]
    total = sum(kept, Fraction(0))
    return total if step.by == "sum" else total / len(kept)


def _points(
    step: Points, column: Mapping[str, Mapping[str, Fraction]], *, best_is_low: bool
) -> dict[str, dict[str, Fraction]]:
    """What each judge's ballot is worth to each entry; those who share places share their points."""
    found: dict[str, dict[str, Fraction]] = {entry: {} for entry in column}
    for judge in sorted({judge for given in column.values() for judge in given}):
        ballot = {
            entry: -given[judge] if best_is_low else given[judge] for entry, given in column.items() if judge in given
        }
        for entry, value in ballot.items():
            first = sum(other > value for other in ballot.values())
            shared = sum(other == value for other in ballot.values())
            worth = [_worth(step, place, len(ballot)) for place in range(first, first + shared)]
            found[entry][judge] = sum(worth, Fraction(0)) / shared
    return found


def _worth(step: Points, place: int, size: int) -> Fraction:
    if step.table is not None:
        return Fraction(step.table[place]) if place < len(step.table) else Fraction(0)
    return Fraction(size - place - 1) if step.curve == "borda" else Fraction(1, place + 1)
