"""Scores once more, by another path than the ranking's: mark by mark, in plain fractions, each sum recorded.

The ranking works on arrays of scaled integers. What is computed here shares none of that code, only the models of the
rules, so that the same score found twice is found by two ways. An explanation writes the recorded sums in words, and an
objection compares the score with the ranking's.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import groupby, islice
from math import floor, isqrt
from typing import TYPE_CHECKING, NamedTuple

from kit.rules import (
    Adjust,
    Ballots,
    ClippedMean,
    Last,
    Mean,
    Median,
    Points,
    TrimmedMean,
    WeightedMean,
    ZScore,
    fits,
    worth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.rules import Criterion, Direction, Round, Rounding, Rules, Step

# Judge and criterion to value; an empty id stands for an axis that a step has reduced.
_Values = dict[str, dict[str, Fraction]]
_HALF = Fraction(1, 2)
_Turned = dict[str, dict[str, dict[str, "Standing | Standard"]]]  # entry, criterion, judge


class Panel(NamedTuple):
    """Who was to mark one entry in one round, what they gave, and what else is known of the entry.

    Args:
        asked: the judges of the entry whose marks count.
        judges: those of them who are not recused from the entry.
        marks: judge to criterion to mark; those of other judges and of criteria that were not asked are passed over.
        about: what the registers say of the entry, by column.
        values: its values that no judge gave.
    """

    asked: Sequence[str]
    judges: Sequence[str]
    marks: Mapping[str, Mapping[str, Fraction]]
    about: Mapping[str, str] = {}
    values: Mapping[str, Decimal] = {}

    def parts(self, round_: Round) -> list[Criterion]:
        """Return what concerns the entry: the criteria, or the single mark."""
        return [part for part in round_.parts if fits(part.where, self.about)]

    def cells(self, round_: Round, judge: str) -> list[str]:
        """Return the ids of what one of its judges was to mark."""
        return [part.id for part in round_.asked(judge, self.about)]

    def required(self, round_: Round) -> list[str]:
        """Return the judges who were to mark anything, recused or not."""
        return [judge for judge in self.asked if self.cells(round_, judge)]

    def present(self, round_: Round) -> list[str]:
        """Return those of them who are not recused."""
        required = {*self.required(round_)}
        return [judge for judge in self.judges if judge in required]

    def given(self, round_: Round, judge: str) -> dict[str, Fraction]:
        """Return what one judge gave of what was asked."""
        marks = self.marks.get(judge, {})
        return {name: marks[name] for name in self.cells(round_, judge) if name in marks}

    def counted(self, round_: Round) -> list[str]:
        """Return the judges whose sheets count, as the rules have it for what is missing."""
        match round_.missing:
            case "zero":
                return self.present(round_)
            case "left_out":
                return [judge for judge in self.present(round_) if self.given(round_, judge)]
        cells, given = self.cells, self.given
        return [judge for judge in self.present(round_) if len(given(round_, judge)) == len(cells(round_, judge))]

    def worths(self, round_: Round) -> dict[str, Fraction | None]:
        """Return what its values are worth by the criteria that they stand for; None for one that is missing."""
        parts = [part for part in self.parts(round_) if part.value]
        known = {part.id: self.values.get(part.value or "") for part in parts}
        found = {part.id: None if (value := known[part.id]) is None else worth(value, part.bands) for part in parts}
        return {name: Fraction(0) if own is None and round_.missing == "zero" else own for name, own in found.items()}

    def scored(self, round_: Round) -> bool:
        """Tell whether the entry has a score: nothing lacks that the rules ask for, and enough judges count."""
        counted, worths = self.counted(round_), self.worths(round_)
        lacks = None in worths.values() or len(counted) < len(self.present(round_))
        factors = (step for step in round_.adjusting if step.by == "times" and fits(step.where, self.about))
        if any(amount(step, self) is None for step in factors) or (lacks and round_.missing == "no_score"):
            return False
        if round_.kind == "values":
            return any(own is not None for own in worths.values())
        if round_.whole_panel and len(self.present(round_)) < len(self.required(round_)):
            return False
        return len(counted) >= round_.fewest_judges and self._enough_for_each(round_)

    def _enough_for_each(self, round_: Round) -> bool:
        """Tell whether enough judges count in each jury, and for each criterion where judges are summed up first."""
        step = next(step for step in round_.score if step.over == "judges")
        needed = step.drop_high + step.drop_low + 1 if isinstance(step, TrimmedMean) else 1
        counted, cells = self.counted(round_), {judge: self.cells(round_, judge) for judge in self.required(round_)}
        groups: list[list[str]] = [counted] if round_.juries else []
        if step is round_.score[0]:
            for part in self.parts(round_):
                there = [judge for judge in counted if part.id in cells[judge]]
                if round_.missing == "left_out":
                    there = [judge for judge in there if part.id in self.marks.get(judge, {})]
                asked = there if round_.missing == "left_out" else [own for own in cells.values() if part.id in own]
                groups += [there] if asked else []  # what nobody was asked for is left out
        juries = [jury.judges for jury in round_.juries] or [tuple(self.asked)]
        return all(len({*group} & {*jury}) >= needed for group in groups for jury in juries)

    def rows(self, round_: Round) -> _Values:
        """Return the sheets that count: what was given, zeros where the rules say so, and values of the entry.

        A value stands in every row where the criteria are summed up first; in a round of values in the only one.
        """
        found: _Values = {}
        own = {name: value for name, value in self.worths(round_).items() if value is not None}
        beside = own if round_.score[0].over == "criteria" else {}
        unranked = round_.kind == "ranks"  # whoever is not on a ballot is behind those who are, and not at 0
        zero = {} if round_.missing != "zero" or unranked else {part.id: Fraction(0) for part in round_.marked}
        for judge in self.counted(round_):
            sheet = {name: zero[name] for name in self.cells(round_, judge) if name in zero}
            sheet |= self.given(round_, judge) | beside
            found[judge] = {part.id: sheet[part.id] for part in round_.parts if part.id in sheet}
        return {"": own} if round_.kind == "values" else found


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
        terms: all of them, in the order of judges or criteria; from the lowest up where only some are kept.
        kept: those that count.
        divisor: what their total is divided by.
        times: what that is multiplied by: the nominal panel, where a recusal shall cost a sum nothing, else 1.
        exact: what comes out.
        rounded: the same, where the step rounds it.
        limits: of a clipped mean: the mean of all, the lowest and the highest that a value may be worth.
        juries: by jury the sum of its judges, whose results are the terms.
    """

    terms: Sequence[Term]
    kept: Sequence[Term]
    divisor: int
    times: int
    exact: Fraction
    rounded: Decimal | None
    limits: tuple[Fraction, Fraction, Fraction] | None = None
    juries: Mapping[str, Sum] = {}

    @property
    def result(self) -> Fraction:
        """What the next step works with."""
        return self.exact if self.rounded is None else Fraction(self.rounded)


class Standing(NamedTuple):
    """Where one judge puts an entry among those in the list.

    Args:
        value: the judge's place, mark or score for it; None if it is not on the judge's ballot.
        first: the place, which is the first of several that equal entries share.
        last: the last of these.
        size: how many entries the judge has put in order.
        worth: its points, or its place (the middle of several) where votes are counted.
    """

    value: Fraction | None
    first: int
    last: int
    size: int
    worth: Fraction


class Standard(NamedTuple):
    """One judge's standardised value for an entry.

    Args:
        value: the judge's mark or score for it.
        mean: of all that the judge gave in the list.
        variance: of the same; its root is their standard deviation.
        size: how many entries these are.
        worth: how many standard deviations the value lies above the mean, rounded.
    """

    value: Fraction
    mean: Fraction
    variance: Fraction
    size: int
    worth: Fraction


class Votes(NamedTuple):
    """How an entry came out of a count of ballots.

    Args:
        judges: how many ballots there are; of a majority, from judges who were to place the entry.
        columns: of a majority: for each place, how many judges put the entry there or higher, and the sum of these
            places.
        duels: of a comparison in pairs: for each other entry, how many judges prefer this one, and how many the other.
        paths: for each other entry, the strength of the strongest path to it, and of the strongest one back.
        rounds: of a runoff: for each round in which it took part, the first places that it had, the fewest that any
            entry had, and how many fell out.
        score: how many entries stand behind it.
        last: whether it was left at the end of a runoff, with others that had as many first places.
    """

    judges: int
    columns: Sequence[tuple[int, Fraction]]
    duels: Mapping[str, tuple[int, int]]
    paths: Mapping[str, tuple[int, int]]
    rounds: Sequence[tuple[Fraction, Fraction, int]]
    score: int
    last: bool = False


class Recount(NamedTuple):
    """One entry's score in one round, or in the final.

    Args:
        score: at the decimals of the round.
        steps: for each step of the rules its sums, by judge or by criterion; by an empty id where those are reduced.
            None where the step is a count of ballots, or adjusts other entries.
        turned: what judges' values were turned into before they were summed up, by criterion and judge.
        votes: the count of ballots, if there was one.
    """

    score: Decimal
    steps: Sequence[Mapping[str, Sum]]
    turned: Mapping[str, Mapping[str, Standing | Standard]] = {}
    votes: Votes | None = None


def recount(round_: Round, rounding: Rounding, panels: Mapping[str, Panel]) -> dict[str, Recount]:
    """Return the score of each entry that has one, and how it came about.

    Args:
        round_: a scored round.
        rounding: what the rules do with a half.
        panels: entry to its panel. Where a score depends on the list it is in, these entries are the list.
    """
    values = {entry: panel.rows(round_) for entry, panel in panels.items() if panel.scored(round_)}
    steps: dict[str, list[Mapping[str, Sum]]] = {entry: [] for entry in values}
    turned: _Turned = {}
    votes: dict[str, Votes] = {}
    for step in round_.reducing:
        if step.over == "judges" and isinstance(step, (Points, Ballots, ZScore)):
            turned = _turned(step, values, rounding, best_is_low=round_.kind == "ranks")
            values = {entry: _replaced(turned[entry], rows) for entry, rows in values.items()}
        if isinstance(step, Ballots):
            votes = _counted(step, turned)
            values = {entry: {"": {"": Fraction(own.score)}} for entry, own in votes.items()}
            for own in steps.values():
                own.append({})
            continue
        for entry, rows in [*values.items()]:
            sums = _sums(step, rows, round_, rounding, panels[entry])
            if not sums or None in sums.values():  # nothing is left to be summed up
                del values[entry]
                continue
            found = {name: one.result for name, one in sums.items() if one}
            if step.over == "criteria":
                values[entry] = {judge: {"": found[judge]} for judge in found}
            elif round_.kind != "values" and step is round_.score[0]:
                values[entry] = {
                    "": found | {name: own for name, own in panels[entry].worths(round_).items() if own is not None}
                }
            else:
                values[entry] = {"": found}
            steps[entry].append({name: one for name, one in sums.items() if one})
    scores = {entry: value for entry, rows in values.items() for row in rows.values() for value in row.values()}
    scores = _adjusted(round_.adjusting, scores, steps, panels, rounding)
    return {
        entry: Recount(rounded(score, round_.decimals, rounding), steps[entry], turned.get(entry, {}), votes.get(entry))
        for entry, score in scores.items()
    }


def combined(
    rules: Rules,
    scores: Mapping[str, Mapping[str, Decimal]],
    panels: Mapping[str, Panel],
    round_: str = "",
) -> dict[str, Recount]:
    """Return the score that several rounds make of each entry of a list: the final score, or that of a round's list.

    Args:
        rules: the contest.
        scores: entry to its scores in the list, by round.
        panels: entry to what is known of it.
        round_: a round whose list is ranked by the rounds so far; the final, unless given.
    """
    made, decimals = rules.final.score, rules.decimals
    if round_:
        advance = rules.round(round_).advance
        assert advance is not None
        assert advance.score is not None
        made = (advance.score,)
        decimals = rules.round(round_).decimals if advance.score.round is None else advance.score.round
    first, factors = made[0], round_factors(rules, round_)
    best = first.best if isinstance(first, Mean) else None
    found: dict[str, Fraction] = {}
    steps: dict[str, list[Mapping[str, Sum]]] = {}
    for entry, own in scores.items():
        given = {name: Fraction(own[name]) for name in factors if name in own}
        if len(given) < (best or len(factors)):
            continue
        sum_ = _worked_out(first, given, rules.rounding, None if best else factors, direction=rules.direction)
        assert sum_ is not None
        found[entry], steps[entry] = sum_.result, [{"": sum_}]
    adjusting = rules.final.adjusting if not round_ else ()
    found = _adjusted(adjusting, found, steps, panels, rules.rounding)
    return {entry: Recount(rounded(own, decimals, rules.rounding), steps[entry]) for entry, own in found.items()}


def summed(
    step: Step, given: Mapping[str, Fraction], round_: Round, rounding: Rounding, asked: Sequence[str] = ()
) -> Sum | None:
    """Work out one sum of a step; None if nothing is left of what was given.

    Args:
        step: the step.
        given: by criterion what one judge gave, or by judge what they gave for one criterion.
        round_: the step's round.
        rounding: what the rules do with a half.
        asked: the judges whose marks count, where the step is over judges.
    """
    if isinstance(step, WeightedMean):
        factors = criterion_factors(step, round_, given) if step.over == "criteria" else _shares(step, given, asked)
        return _worked_out(step, given, rounding, factors)
    wanted = None
    if step.over == "judges" and step.by in {"sum", "points", "trimmed_sum"}:
        wanted = len(asked)
        if isinstance(step, TrimmedMean):
            wanted -= step.drop_high + step.drop_low
        if isinstance(step, Mean):
            wanted = min(step.best or wanted, wanted)
    return _worked_out(step, given, rounding, wanted=wanted, direction=round_.direction)


def criterion_factors(step: WeightedMean, round_: Round, names: Iterable[str] | None = None) -> dict[str, Fraction]:
    """Return what the mark of each criterion is multiplied by, where these criteria are marked, or else all."""
    there = {part.id: part for part in round_.criteria if names is None or part.id in {*names}}
    whole = sum(Fraction(part.weight) for part in there.values()) if step.by == "weighted_mean" else Fraction(1)
    points = {
        name: Fraction(1) if step.out_of is None else Fraction(step.out_of) / Fraction(round_.scale_of(name).high)
        for name in there
    }
    return {name: Fraction(part.weight) / whole * points[name] for name, part in there.items()}


def round_factors(rules: Rules, round_: str = "") -> dict[str, Fraction]:
    """Return what the score of each round is multiplied by in the final score, or in the score of a round's list."""
    names = [each.id for each in rules.scored_rounds]
    step = rules.final.score[0]
    if round_ and (advance := rules.round(round_).advance) and advance.score:
        names, step = names[: names.index(round_) + 1], advance.score
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
    up = rest > _HALF
    if rest == _HALF:
        up = below % 2 == 1 if rounding == "half_even" else scaled > 0
    return Decimal(f"{below + up}e-{places}")


def _sums(step: Step, rows: _Values, round_: Round, rounding: Rounding, panel: Panel) -> dict[str, Sum | None]:
    """Work out the sums of one step for one entry, by judge or by criterion."""
    if step.over == "criteria":
        return {judge: summed(step, row, round_, rounding) for judge, row in rows.items()}
    cells = {judge: {"", *panel.cells(round_, judge)} for judge in panel.required(round_)}
    columns = {
        name: (column, [judge for judge in cells if name in cells[judge]] or [""])
        for name, column in _transposed(rows).items()
    }
    if round_.juries:
        return {name: _by_jury(step, *column, round_, rounding) for name, column in columns.items()}
    return {name: summed(step, column, round_, rounding, asked) for name, (column, asked) in columns.items()}


def _by_jury(
    step: Step, given: Mapping[str, Fraction], asked: Sequence[str], round_: Round, rounding: Rounding
) -> Sum | None:
    """Sum up each jury by itself, and then what came of them by their shares; None if a jury has too few judges."""
    apart = step.model_copy(update={"round": None})
    found: dict[str, Sum] = {}
    for jury in round_.juries:
        own = {judge: given[judge] for judge in given if judge in jury.judges}
        one = summed(apart, own, round_, rounding, [judge for judge in asked if judge in jury.judges])
        if one is None:
            return None
        found[jury.id] = one
    whole = sum(Fraction(jury.share) for jury in round_.juries)
    shares = {jury.id: Fraction(jury.share) / whole for jury in round_.juries}
    terms = [Term(one.exact, shares[name], one.exact * shares[name]) for name, one in found.items()]
    exact = sum((term.worth for term in terms), Fraction(0))
    end = None if step.round is None else rounded(exact, step.round, rounding)
    return Sum(terms, terms, 1, 1, exact, end, juries=found)


def _transposed(rows: _Values) -> _Values:
    columns = dict.fromkeys(name for row in rows.values() for name in row)
    return {name: {judge: row[name] for judge, row in rows.items() if name in row} for name in columns}


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
    *,
    wanted: int | None = None,
    direction: Direction = "high",
) -> Sum | None:
    """Sum up some values; None if none is left.

    Args:
        step: how.
        given: what is summed up, by judge, criterion or round.
        rounding: what the rules do with a half.
        factors: what each is multiplied by before all are added up.
        wanted: make the sum of fewer than so many the mean times so many.
        direction: which are the best where only the best count.
    """
    if not given:
        return None
    limits = None
    if isinstance(step, ClippedMean):
        mean, limit = sum(given.values(), Fraction(0)) / len(given), Fraction(step.limit)
        limits = mean, mean - limit, mean + limit
    terms = []
    for name, value in given.items():
        factor = factors[name] if factors else None
        own = value if factor is None else value * factor
        if limits:
            own = min(max(own, limits[1]), limits[2])
        if step.round_terms is not None:
            own = Fraction(rounded(own, step.round_terms, rounding))
        terms.append(Term(value, factor, own))
    terms, kept = _kept(step, terms, direction)
    if not kept:
        return None
    times = wanted if wanted and len(kept) != wanted else 1
    divisor = 1 if factors or (step.by in {"sum", "points", "trimmed_sum"} and times == 1) else len(kept)
    exact = sum((term.worth for term in kept), Fraction(0)) / divisor * times
    end = None if step.round is None else rounded(exact, step.round, rounding)
    return Sum(terms, kept, divisor, times, exact, end, limits)


def _kept(step: Step, terms: list[Term], direction: Direction) -> tuple[list[Term], list[Term]]:
    """Return the terms, from the lowest up where only some of them count, and those that do."""
    low = high = 0
    match step:
        case Median():
            low = high = (len(terms) - 1) // 2
        case TrimmedMean():
            low, high = step.drop_low, step.drop_high
        case Mean(best=int(best)):
            rest = max(len(terms) - best, 0)
            low, high = (rest, 0) if direction == "high" else (0, rest)
        case _:
            return terms, terms
    terms.sort(key=lambda term: term.worth)
    return terms, terms[low : len(terms) - high]


# What an entry's score is adjusted by


def _adjusted(
    steps: Iterable[Adjust],
    scores: Mapping[str, Fraction],
    sums: Mapping[str, list[Mapping[str, Sum]]],
    panels: Mapping[str, Panel],
    rounding: Rounding,
) -> dict[str, Fraction]:
    """Adjust the scores of a list, step by step; each sum is put to the entry's others."""
    found = dict(scores)
    for step in steps:
        best = max(found.values(), default=Fraction(0))
        for entry, score in [*found.items()]:
            concerned = fits(step.where, panels[entry].about)
            by = amount(step, panels[entry]) if concerned else None
            if concerned and by is None and step.by == "times":
                del found[entry]  # in the final; in a round it is no part of the list
                continue
            terms = [Term(score, None, score)]
            if by is not None and step.by == "add":
                terms.append(Term(by, None, by))
            elif by is not None:
                factor = by if step.by == "times" else by / best if best > 0 else Fraction(0)
                terms = [Term(score, factor, score * factor)]
            exact = sum((term.worth for term in terms), Fraction(0))
            end = None if step.round is None else rounded(exact, step.round, rounding)
            sums[entry].append({"": Sum(terms, terms, 1, 1, exact, end)})
            found[entry] = exact if end is None else Fraction(end)
    return found


def amount(step: Adjust, panel: Panel) -> Fraction | None:
    """Return what an entry is adjusted by; None if the value that says so is missing."""
    if step.value is None:
        return Fraction(step.points or 0)
    value = panel.values.get(step.value)
    return None if value is None else worth(value, step.bands)


# Orders of judges, standardised values, votes


def _turned(
    step: Points | Ballots | ZScore, values: Mapping[str, _Values], rounding: Rounding, *, best_is_low: bool
) -> _Turned:
    """Say of each judge's values what they are worth among all that the judge gave; a value that lacks, 0 points."""
    given: dict[tuple[str, str], dict[str, Fraction]] = {}
    for entry, rows in values.items():
        for judge, row in rows.items():
            for name, value in row.items():
                given.setdefault((name, judge), {})[entry] = value
    found: _Turned = {entry: {} for entry in values}
    names = {name for name, _ in given}
    for (name, judge), own in given.items():
        placed: Mapping[str, Standing | Standard] = (
            _standardised(step, own, rounding)
            if isinstance(step, ZScore)
            else _placed(step, own, best_is_low=best_is_low)
        )
        for entry, one in placed.items():
            found[entry].setdefault(name, {})[judge] = one
    for entry, rows in values.items():
        for judge in (judge for judge, row in rows.items() if not row):  # not on the judge's ballot
            for name in names:
                on = len(given.get((name, judge), {}))
                behind = Fraction(on + 1 + len(values), 2) if isinstance(step, Ballots) else Fraction(0)
                found[entry].setdefault(name, {})[judge] = Standing(None, on + 1, len(values), on, behind)
    return found


def _replaced(turned: Mapping[str, Mapping[str, Standing | Standard]], rows: _Values) -> _Values:
    """What stands in the place of an entry's values, in the order of its judges."""
    return {judge: {name: own[judge].worth for name, own in turned.items() if judge in own} for judge in rows}


def _placed(step: Points | Ballots, given: Mapping[str, Fraction], *, best_is_low: bool) -> dict[str, Standing]:
    """Put a judge's values in order; those who share places share the points of these places."""
    order = {entry: value if best_is_low else -value for entry, value in given.items()}
    places = iter(range(1, len(order) + 1))
    found: dict[str, Standing] = {}
    for _, sharing in groupby(sorted(order, key=order.__getitem__), order.__getitem__):
        tied = [*sharing]
        own = [*islice(places, len(tied))]
        points = sum((points_of(step, place, len(order)) for place in own), Fraction(0)) / len(tied)
        found |= {entry: Standing(given[entry], own[0], own[-1], len(order), points) for entry in tied}
    return found


def points_of(step: Points | Ballots, place: int, size: int) -> Fraction:
    """Return the points of a place on a ballot of so many entries; where votes are counted, the place."""
    if isinstance(step, Ballots) or step.curve == "places":
        return Fraction(place)
    if step.table is not None:
        return Fraction(step.table[place - 1]) if place <= len(step.table) else Fraction(0)
    return Fraction(size - place) if step.curve == "borda" else Fraction(1, place)


def _standardised(step: ZScore, given: Mapping[str, Fraction], rounding: Rounding) -> dict[str, Standard]:
    """Say how many standard deviations each value lies above the mean of all; 0 if all are equal."""
    assert step.round_terms is not None  # the reader of rules files has seen to it
    mean = sum(given.values(), Fraction(0)) / len(given)
    variance = sum(((value - mean) ** 2 for value in given.values()), Fraction(0)) / len(given)
    unit, found = 10**step.round_terms, {}
    for entry, value in given.items():
        units = 0
        if variance:
            # Twice the value in units of the last decimal, squared: an integer's root tells where to round it.
            squared = (2 * unit * (value - mean)) ** 2 / variance
            twice = isqrt(floor(squared))
            units = (twice + 1) // 2
            if rounding == "half_even" and twice % 2 and twice * twice == squared:
                units -= units % 2
        found[entry] = Standard(value, mean, variance, len(given), Fraction(units if value >= mean else -units, unit))
    return found


def _counted(step: Ballots, turned: _Turned) -> dict[str, Votes]:
    """Count the ballots of a list by the step's method; entries that a judge did not mark stand behind all others."""
    ballots: dict[str, dict[str, Fraction]] = {}
    asked: dict[str, list[str]] = {entry: [] for entry in turned}
    for entry, found in turned.items():
        for name in found:
            for judge, one in found[name].items():
                ballot = ballots.setdefault(judge, {})
                asked[entry].append(judge)
                if one.value is not None:
                    ballot[entry] = one.worth
    for ballot in ballots.values():
        behind = Fraction(len(ballot) + 1 + len(turned), 2)
        ballot |= {entry: behind for entry in turned if entry not in ballot}
    if step.by == "majority":
        return _majority({entry: [ballots[judge][entry] for judge in judges] for entry, judges in asked.items()})
    method = {"pairwise": _pairwise, "runoff": _runoff}[step.by]
    return method([*turned], [*ballots.values()])


def _majority(places: Mapping[str, Sequence[Fraction]]) -> dict[str, Votes]:
    """Count who is on a place or above it with more than half of the judges who were to place the entry."""
    columns = {
        entry: [
            (len(above), sum(above, Fraction(0)))
            for place in range(1, len(places) + 1)
            for above in [[one for one in own if one <= place]]
        ]
        for entry, own in places.items()
    }
    keys: dict[str, list[tuple[Fraction | int, ...]]] = {}
    for entry, own in columns.items():
        first = next((n for n, (count, _) in enumerate(own) if 2 * count > len(places[entry])), len(own))
        keys[entry] = [(first,), *((-count, total) for count, total in own[first:])]
    behind = {entry: sum(key > own for key in keys.values()) for entry, own in keys.items()}
    return {entry: Votes(len(own), columns[entry], {}, {}, [], behind[entry]) for entry, own in places.items()}


def _pairwise(entries: Sequence[str], ballots: Sequence[Mapping[str, Fraction]]) -> dict[str, Votes]:
    """Compare each pair, and find the strongest path from each entry to each other (Schulze, by winning votes)."""
    prefer = {
        (one, other): sum(own[one] < own[other] for own in ballots)
        for one in entries
        for other in entries
        if one != other
    }
    path = {pair: votes if votes > prefer[pair[::-1]] else 0 for pair, votes in prefer.items()}
    for over in entries:
        for (one, other), direct in path.items():
            if over not in {one, other}:
                path[one, other] = max(direct, min(path[one, over], path[over, other]))
    found = {}
    for entry in entries:
        others = [other for other in entries if other != entry]
        duels = {other: (prefer[entry, other], prefer[other, entry]) for other in others}
        paths = {other: (path[entry, other], path[other, entry]) for other in others}
        won = sum(own > other for own, other in paths.values())
        found[entry] = Votes(len(ballots), [], duels, paths, [], won)
    return found


def _runoff(entries: Sequence[str], ballots: Sequence[Mapping[str, Fraction]]) -> dict[str, Votes]:
    """Let those with the fewest first places fall out, until all that are left have as many."""
    left, out = [*entries], [*entries]
    rounds: dict[str, list[tuple[Fraction, Fraction, int]]] = {entry: [] for entry in entries}
    score: dict[str, int] = {}
    while left:
        firsts = dict.fromkeys(left, Fraction(0))
        for ballot in ballots:
            best = min(ballot[entry] for entry in left)
            tops = [entry for entry in left if ballot[entry] == best]
            for entry in tops:
                firsts[entry] += Fraction(1, len(tops))
        fewest = min(firsts.values())
        out = [entry for entry in left if firsts[entry] == fewest]
        for entry in left:
            rounds[entry].append((firsts[entry], fewest, len(out)))
        gone = len(score)
        score |= dict.fromkeys(out, gone)
        left = [entry for entry in left if entry not in out]
    return {entry: Votes(len(ballots), [], {}, {}, rounds[entry], score[entry], entry in out) for entry in entries}
