"""Scores once more, by another path than the ranking's: mark by mark, in plain fractions, each sum recorded.

The ranking works on arrays of scaled integers. What is computed here shares none of that code, only the models of the
rules, so that the same score found twice is found by two ways. An explanation writes the recorded sums in words, and an
objection compares the score with the ranking's.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import groupby, islice
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from kit.rules import ClippedMean, Last, Median, Points, TrimmedMean, WeightedMean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.rules import Round, Rounding, Rules, Step

# Judge and criterion to value; an empty id stands for an axis that a step has reduced.
_Values = dict[str, dict[str, Fraction]]


class Panel(NamedTuple):
    """Who was to mark one entry in one round, and what they gave.

    Args:
        asked: the judges whose marks count.
        judges: those of them who are not recused from the entry.
        marks: judge to criterion to mark; those of other judges are passed over.
    """

    asked: list[str]
    judges: list[str]
    marks: Mapping[str, Mapping[str, Fraction]]

    def complete(self, round_: Round) -> int:
        """Return how many of the judges marked every criterion."""
        names = {criterion.id for criterion in round_.marked}
        return sum(names <= self.marks.get(judge, {}).keys() for judge in self.judges)

    def scored(self, round_: Round) -> bool:
        """Tell whether the entry has a score: every sheet is complete, and there are enough of them."""
        asked = self.asked if round_.whole_panel else self.judges
        return self.complete(round_) == len(asked) >= round_.fewest_judges


class Term(NamedTuple):
    """One number of a sum.

    Args:
        value: a mark, what a step before made of it, or its points.
        factor: what it is multiplied by, if by anything.
        worth: what is added up or sorted: the value multiplied, pulled to a limit or rounded, as the step says.
    """

    value: Fraction
    factor: Fraction | None
    worth: Fraction


class Sum(NamedTuple):
    """One sum as it was worked out: what is kept of the terms is added up, divided, and multiplied.

    Args:
        terms: all of them, in the order of judges or criteria; for a median or a trimmed mean from the lowest up.
        kept: those that count.
        divisor: what their total is divided by.
        times: what that is multiplied by: the nominal panel, where a recusal shall cost a sum nothing, else 1.
        exact: what comes out.
        rounded: the same, where the step rounds it.
        limits: of a clipped mean: the mean of all, the lowest and the highest that a value may be worth.
    """

    terms: Sequence[Term]
    kept: Sequence[Term]
    divisor: int
    times: int
    exact: Fraction
    rounded: Decimal | None
    limits: tuple[Fraction, Fraction, Fraction] | None

    @property
    def result(self) -> Fraction:
        """What the next step works with."""
        return self.exact if self.rounded is None else Fraction(self.rounded)


class Recount(NamedTuple):
    """One entry's score in one round.

    Args:
        score: at the decimals of the round.
        steps: for each step of the rules its sums, by judge or by criterion; by an empty id where those are reduced.
    """

    score: Decimal
    steps: Sequence[Mapping[str, Sum]]


def recount(round_: Round, rounding: Rounding, panels: Mapping[str, Panel]) -> dict[str, Recount]:
    """Return the score of each entry that has one, and how it came about.

    Args:
        round_: a scored round.
        rounding: what the rules do with a half.
        panels: entry to its panel. Where judges' orders are turned into points, these entries make up the ballots.
    """
    ids = [criterion.id for criterion in round_.marked]
    values: dict[str, _Values] = {
        entry: {judge: {name: panel.marks[judge][name] for name in ids} for judge in panel.judges}
        for entry, panel in panels.items()
        if panel.scored(round_)
    }
    steps: dict[str, list[dict[str, Sum]]] = {entry: [] for entry in values}
    for step in round_.score:
        if isinstance(step, Points):
            values = _points(step, values, best_is_low=round_.kind == "ranks")
        for entry, rows in values.items():
            given, asked = rows if step.over == "criteria" else _transposed(rows), panels[entry].asked
            sums = {name: summed(step, row, round_, rounding, asked) for name, row in given.items()}
            found = {name: one.result for name, one in sums.items()}
            values[entry] = {"": found} if step.over == "judges" else {name: {"": found[name]} for name in found}
            steps[entry].append(sums)
    scores = {entry: value for entry, rows in values.items() for row in rows.values() for value in row.values()}
    return {entry: Recount(rounded(scores[entry], round_.decimals, rounding), steps[entry]) for entry in scores}


def summed(
    step: Step, given: Mapping[str, Fraction], round_: Round, rounding: Rounding, asked: Sequence[str] = ()
) -> Sum:
    """Work out one sum of a step.

    Args:
        step: the step.
        given: by criterion what one judge gave, or by judge what they gave for one criterion.
        round_: the step's round.
        rounding: what the rules do with a half.
        asked: the judges whose marks count, where the step is over judges.
    """
    if isinstance(step, WeightedMean):
        factors = criterion_factors(step, round_) if step.over == "criteria" else _shares(step, given, asked)
        return _worked_out(step, given, rounding, factors)
    short = step.over == "judges" and step.by in {"sum", "points"} and len(given) < len(asked)
    return _worked_out(step, given, rounding, nominal=len(asked) if short else None)


def final_sum(rules: Rules, scores: Mapping[str, Decimal]) -> Sum:
    """Work out an entry's final score from its scores in the rounds that count."""
    given = {name: Fraction(score) for name, score in scores.items()}
    return _worked_out(rules.final.score[0], given, rules.rounding, round_factors(rules))


def criterion_factors(step: WeightedMean, round_: Round) -> dict[str, Fraction]:
    """Return what the mark of each criterion is multiplied by."""
    whole = sum(Fraction(c.weight) for c in round_.criteria) if step.by == "weighted_mean" else Fraction(1)
    best = {c.id: Fraction(round_.scale_of(c.id).high) for c in round_.criteria}
    points = {name: Fraction(1) if step.out_of is None else Fraction(step.out_of) / best[name] for name in best}
    return {c.id: Fraction(c.weight) / whole * points[c.id] for c in round_.criteria}


def round_factors(rules: Rules) -> dict[str, Fraction]:
    """Return what the score of each round is multiplied by in the final score."""
    step, names = rules.final.score[0], [round_.id for round_ in rules.scored_rounds]
    weights = dict.fromkeys(names[-1:] if isinstance(step, Last) else names, Fraction(1))
    if isinstance(step, WeightedMean):
        weights = {name: Fraction(weight) for name, weight in (step.weights or {}).items()}
    whole = sum(weights.values()) if step.by in {"mean", "weighted_mean"} else Fraction(1)
    return {name: weight / whole for name, weight in weights.items()}


def rounded(value: Fraction, places: int, rounding: Rounding) -> Decimal:
    """Return the nearest number with so many decimals; of two equally near the outer one, or the even one."""
    scaled = value * 10**places
    below = floor(scaled)
    rest = scaled - below
    up = rest > Fraction(1, 2)
    if rest == Fraction(1, 2):
        up = below % 2 == 1 if rounding == "half_even" else scaled > 0
    return Decimal(f"{below + up}e-{places}")


def _transposed(rows: _Values) -> _Values:
    columns = dict.fromkeys(name for row in rows.values() for name in row)
    return {name: {judge: row[name] for judge, row in rows.items()} for name in columns}


def _shares(step: WeightedMean, judges: Mapping[str, Fraction], asked: Sequence[str]) -> dict[str, Fraction]:
    """What each judge's value is multiplied by: those who marked the entry make up 1, or what the panel weighs."""
    weights = {judge: Fraction((step.weights or {}).get(judge, 1)) for judge in asked}
    whole = sum(weights.values()) if step.by == "weighted_sum" else Fraction(1)
    there = sum(weights[judge] for judge in judges)
    return {judge: weights[judge] / there * whole for judge in judges}


def _worked_out(
    step: Step,
    given: Mapping[str, Fraction],
    rounding: Rounding,
    factors: Mapping[str, Fraction] | None = None,
    nominal: int | None = None,
) -> Sum:
    """Sum up some values.

    Args:
        step: how.
        given: what is summed up, by judge, criterion or round.
        rounding: what the rules do with a half.
        factors: what each is multiplied by before all are added up.
        nominal: make the sum the mean times so many judges.
    """
    limits = None
    if isinstance(step, ClippedMean):
        mean, limit = sum(given.values(), Fraction(0)) / len(given), Fraction(step.limit)
        limits = mean, mean - limit, mean + limit
    terms = []
    for name, value in given.items():
        factor = factors[name] if factors else None
        worth = value if factor is None else value * factor
        if limits:
            worth = min(max(worth, limits[1]), limits[2])
        if step.round_terms is not None:
            worth = Fraction(rounded(worth, step.round_terms, rounding))
        terms.append(Term(value, factor, worth))
    low = high = 0
    if isinstance(step, (Median, TrimmedMean)):
        terms.sort(key=lambda term: term.worth)
        low = high = (len(terms) - 1) // 2
        if isinstance(step, TrimmedMean):
            low, high = step.drop_low, step.drop_high
    kept = terms[low : len(terms) - high]
    divisor = 1 if factors or (step.by in {"sum", "points"} and not nominal) else len(kept)
    exact = sum((term.worth for term in kept), Fraction(0)) / divisor * (nominal or 1)
    end = None if step.round is None else rounded(exact, step.round, rounding)
    return Sum(terms, kept, divisor, nominal or 1, exact, end, limits)


def _points(step: Points, values: Mapping[str, _Values], *, best_is_low: bool) -> dict[str, _Values]:
    """Turn each judge's values into points; those who share places share the points of these places."""
    ballots: dict[tuple[str, str], dict[str, Fraction]] = {}
    for entry, rows in values.items():
        for judge, row in rows.items():
            for name, value in row.items():
                ballots.setdefault((judge, name), {})[entry] = value if best_is_low else -value
    found: dict[str, _Values] = {entry: {judge: {} for judge in rows} for entry, rows in values.items()}
    for (judge, name), ballot in ballots.items():
        worth = (_worth(step, place, len(ballot)) for place in range(len(ballot)))
        for _, sharing in groupby(sorted(ballot, key=ballot.__getitem__), ballot.__getitem__):
            tied = [*sharing]
            points = sum(islice(worth, len(tied)), Fraction(0)) / len(tied)
            for entry in tied:
                found[entry][judge][name] = points
    return found


def _worth(step: Points, place: int, size: int) -> Fraction:
    if step.table is not None:
        return Fraction(step.table[place]) if place < len(step.table) else Fraction(0)
    return Fraction(size - place - 1) if step.curve == "borda" else Fraction(1, place + 1)
