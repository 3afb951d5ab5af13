"""From one round's marks to one score an entry, by the rules' ordered steps, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.errors import Problem
from kit.rules import ClippedMean, Mean, Median, Points, TrimmedMean, WeightedMean
from kit.scoring.exact import Exact, fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kit.rules import Round, Rounding, Rules, Step
    from kit.scoring.exact import Integers


@dataclass(frozen=True, eq=False)
class Sheets:
    """The score sheets that a round asks for, as a matrix of marks.

    A row is one judge's sheet for one entry, ordered by entry and then judge. Judges whose marks are recorded but do
    not count are not here.

    Args:
        round: the round's rules.
        entries: ids, sorted; every entry in the round, whether it has a score or not.
        judges: ids of the judges on any sheet, sorted.
        entry: position in ``entries``, per row.
        judge: position in ``judges``, per row.
        recused: per row, whether the judge is recused from the entry.
        marks: rows x criteria; 0 where nothing was marked.
        marked: rows x criteria, whether there is a mark.
    """

    round: Round
    entries: list[str]
    judges: list[str]
    entry: Integers
    judge: Integers
    recused: Integers
    marks: Exact
    marked: Integers

    @cached_property
    def complete(self) -> Integers:
        """Per row, whether the sheet counts: every criterion marked, by a judge who is not recused."""
        return self.marked.all(axis=1) & ~self.recused

    @cached_property
    def status(self) -> pd.DataFrame:
        """Per entry: judges required (the nominal panel), recused, counted, and whether it can have a score.

        An entry has a score when every sheet that it should have is complete and enough judges remain.
        """
        size = len(self.entries)
        required = np.bincount(self.entry, minlength=size)
        recused = np.bincount(self.entry[self.recused], minlength=size)
        counted = np.bincount(self.entry[self.complete], minlength=size)
        enough, silent = self.round.fewest_judges, self.round.whole_panel
        return pd.DataFrame(
            {
                "judges_required": required,
                "judges_recused": recused,
                "judges_counted": counted,
                "missing": required - recused - counted,
                "scored": (required - recused == counted) & (counted >= enough) & ~(silent & (recused > 0)),
            },
            index=pd.Index(self.entries, name="entry_id"),
        )

    def of(self, entries: Sequence[str]) -> Sheets:
        """Return the sheets of some of the entries, as if the others had never taken part."""
        keep = pd.Index(self.entries).isin(list(entries))
        rows = keep[self.entry]
        renumbered = np.cumsum(keep) - 1
        return Sheets(
            self.round,
            [entry for entry, kept in zip(self.entries, keep, strict=True) if kept],
            self.judges,
            renumbered[self.entry[rows]],
            self.judge[rows],
            self.recused[rows],
            self.marks[rows],
            self.marked[rows],
        )


def collect_sheets(
    round_: Round, entries: Sequence[str], panel: pd.DataFrame, recusals: pd.DataFrame, marks: pd.DataFrame
) -> Sheets:
    """Lay out a round's marks.

    Args:
        round_: the round's rules.
        entries: ids of the entries in the round.
        panel: ``entry_id``, ``judge_id``: the sheets asked for.
        recusals: ``judge_id``, ``entry_id`` of recusals that hold in this round.
        marks: ``judge_id``, ``entry_id``, ``criterion``, ``value`` (decimal text, empty for none) of this round; marks
            for which no sheet is asked are passed over.
    """
    order = sorted(entries)
    counting = panel[~panel["judge_id"].isin(round_.not_counting) & panel["entry_id"].isin(order)]
    judges = sorted(counting["judge_id"].unique())
    wide = max(len(judges), 1)
    sheets = np.unique(_codes(counting["entry_id"], order) * wide + _codes(counting["judge_id"], judges))
    held = recusals[recusals["entry_id"].isin(order) & recusals["judge_id"].isin(judges)]
    recused = np.isin(sheets, _codes(held["entry_id"], order) * wide + _codes(held["judge_id"], judges))

    criteria = [criterion.id for criterion in round_.marked]
    entry, judge = _codes(marks["entry_id"], order), _codes(marks["judge_id"], judges)
    column = _codes(marks["criterion"], criteria)
    sheet = pd.Index(sheets).get_indexer(pd.Index(np.where((entry >= 0) & (judge >= 0), entry * wide + judge, -1)))
    codes, texts = pd.factorize(marks["value"])
    written = np.array([*(text != "" for text in texts), False])  # the last for code -1, which is no text at all
    asked = (sheet >= 0) & (column >= 0) & written[codes]
    values = Exact.of(Decimal(text or 0) for text in texts)
    shape = (len(sheets), len(criteria))
    matrix = np.zeros(shape, dtype=values.numerators.dtype)
    marked = np.zeros(shape, dtype=bool)
    matrix[sheet[asked], column[asked]] = values.numerators[codes[asked]]
    marked[sheet[asked], column[asked]] = True
    return Sheets(
        round_, order, judges, sheets // wide, sheets % wide, recused, Exact(matrix, values.denominator), marked
    )


def _codes(column: pd.Series[str], known: Sequence[str]) -> Integers:
    """The position of each id in a sorted list, -1 where it is not there."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        places = pd.Index(pd.Series(known, dtype=str)).get_indexer(column.cat.categories)
        return np.append(places, -1)[column.cat.codes].astype(np.int64)
    return pd.Index(pd.Series(known, dtype=str)).get_indexer(pd.Index(column)).astype(np.int64)


class Stage(NamedTuple):
    """One step as it was carried out.

    Until judges are reduced, a row is a sheet (as in ``Scores.rows``); from then on it is an entry (as in
    ``Scores.scored``). Columns are criteria until those are reduced.

    Args:
        exact: what came out.
        after: the same, rounded where the step says so.
    """

    exact: Exact
    after: Exact


@dataclass(frozen=True, eq=False)
class Counting:
    """The sheets that count: those of entries that can have a score.

    Args:
        sheets: what was asked for.
        scored: positions (in ``sheets.entries``) of the entries that have a score.
        rows: positions of the sheets that count towards them.
    """

    sheets: Sheets
    scored: Integers
    rows: Integers

    @cached_property
    def entry(self) -> Integers:
        """Per row, the position of its entry in ``scored``."""
        return np.searchsorted(self.scored, self.sheets.entry[self.rows])

    @cached_property
    def judge(self) -> Integers:
        """Per row, the position of its judge in ``sheets.judges``."""
        return self.sheets.judge[self.rows]

    @cached_property
    def counts(self) -> Integers:
        """Per scored entry, how many rows it has."""
        return np.bincount(self.entry, minlength=len(self.scored))

    @cached_property
    def starts(self) -> Integers:
        """Per scored entry, its first row."""
        return np.cumsum(self.counts) - self.counts

    def nominal(self, worth: Integers) -> Integers:
        """Per scored entry, what its whole panel is worth, recused judges included, if each judge is worth so much."""
        totals = np.zeros(len(self.sheets.entries), dtype=worth.dtype)
        np.add.at(totals, self.sheets.entry, worth[self.sheets.judge])
        return totals[self.scored]


@dataclass(frozen=True, eq=False)
class Scores(Counting):
    """The scores of one round within one scope, with the way that led there: one stage per step of the rules."""

    stages: tuple[Stage, ...]
    _compared: dict[tuple[str, ...], Integers] = field(default_factory=dict)

    @property
    def rounded(self) -> Exact:
        """The rounded score of each scored entry."""
        return self.stages[-1].after if self.stages else Exact(np.zeros(0, dtype=np.int64))

    @property
    def exact(self) -> Exact:
        """The score of each scored entry before its last rounding."""
        return self.stages[-1].exact if self.stages else self.rounded

    @cached_property
    def by_entry(self) -> dict[str, Decimal]:
        """The rounded score of each entry that has one."""
        names = [self.sheets.entries[n] for n in self.scored]
        return dict(zip(names, self.rounded.decimals(), strict=True))

    @cached_property
    def _index(self) -> pd.Index[str]:
        return pd.Index(pd.Series(list(self.by_entry), dtype=str))

    def positions(self, entries: Sequence[str] | Integers) -> Integers:
        """Per entry, its position in ``scored``, or -1 where it has no score."""
        return self._index.get_indexer(pd.Index(pd.Series(entries, dtype=str)))

    @cached_property
    def own(self) -> Integers:
        """Per row, its judge's own score for the entry, unrounded, as whole numbers; higher is better, also on ballots.

        It is what the step over criteria makes of the sheet, or the single mark.
        """
        marks, round_ = self.sheets.marks[self.rows], self.sheets.round
        for step in round_.score:
            if step.over == "criteria":
                return _over_criteria(step.unrounded(), marks, round_, "half_away").numerators
        return marks.numerators[:, 0] * (-1 if round_.kind == "ranks" else 1)

    def compared_by(self, criteria: Sequence[str]) -> Integers:
        """Compare scored entries by some criteria, as whole numbers.

        The criteria are added up with their weights in the score, and judges are summed up by the step of the score,
        in the score's order of steps, without any rounding.
        """
        if tuple(criteria) not in self._compared:
            self._compared[tuple(criteria)] = self._compare(criteria).numerators
        return self._compared[tuple(criteria)]

    def _compare(self, criteria: Sequence[str]) -> Exact:
        round_ = self.sheets.round
        step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
        factors = criterion_factors(step, round_) if step else [Fraction(1)] * len(round_.marked)
        columns = [n for n, criterion in enumerate(round_.marked) if criterion.id in criteria]
        marks = Exact(self.sheets.marks.numerators[self.rows][:, columns], self.sheets.marks.denominator)
        values = marks.times([factors[n] for n in columns])
        if not round_.criteria:
            values = values.summed_across()
        for step_ in (each.unrounded() for each in round_.score):
            if step_.over == "criteria":
                values = values.summed_across()
            else:
                values = _over_judges(step_, _by_judge(step_, values, self), self)
        return values


def score_round(sheets: Sheets, rounding: Rounding) -> Scores:
    """Carry out the round's steps on all entries that can have a score."""
    scorable = sheets.status["scored"].to_numpy()
    counting = Counting(sheets, np.flatnonzero(scorable), np.flatnonzero(sheets.complete & scorable[sheets.entry]))
    values = sheets.marks[counting.rows]
    if not sheets.round.criteria:
        values = Exact(values.numerators[:, 0], values.denominator)
    stages: list[Stage] = []
    for step in sheets.round.score if len(counting.scored) else ():
        if step.over == "criteria":
            exact = _over_criteria(step, values, sheets.round, rounding)
        else:
            exact = _over_judges(step, _terms(step, _by_judge(step, values, counting), rounding), counting)
        values = exact if step.round is None else exact.rounded(step.round, rounding)
        stages.append(Stage(exact, values))
    return Scores(sheets, counting.scored, counting.rows, tuple(stages))


def rescored(scores: Scores, entries: Sequence[str], rounding: Rounding) -> Scores:
    """Return a round's scores within a list: judges' orders are made anew among its entries, marks stay."""
    return score_round(scores.sheets.of(entries), rounding) if scores.sheets.round.ballots else scores


def criterion_factors(step: WeightedMean, round_: Round) -> list[Fraction]:
    """What each criterion's mark is multiplied by before they are added up."""
    weights = [Fraction(criterion.weight) for criterion in round_.criteria]
    total = sum(weights) if step.by == "weighted_mean" else Fraction(1)
    highs = [Fraction(round_.scale_of(criterion.id).high) for criterion in round_.criteria]
    return [
        weight / total * (Fraction(step.out_of) / high if step.out_of else 1)
        for weight, high in zip(weights, highs, strict=True)
    ]


def _over_criteria(step: Step, marks: Exact, round_: Round, rounding: Rounding) -> Exact:
    """What each row of marks comes to before it is rounded; columns are criteria."""
    weighted = marks.times(criterion_factors(step, round_)) if isinstance(step, WeightedMean) else marks
    terms = _terms(step, weighted, rounding)
    rows, columns = terms.numerators.shape
    if isinstance(step, (Mean, WeightedMean)):
        total = terms.summed_across()
        return total.times([Fraction(1, columns)]) if step.by == "mean" else total
    flat = Exact(terms.numerators.ravel(), terms.denominator)
    return _by_order(step, flat, np.arange(0, rows * columns, columns), np.full(rows, columns))


def _by_judge(step: Step, values: Exact, panel: Counting) -> Exact:
    """What each judge's values are turned into before judges are reduced, criterion by criterion."""
    if values.numerators.ndim == 2:
        columns = [Exact(column, values.denominator) for column in values.numerators.T]
        return Exact.columns([_by_judge(step, column, panel) for column in columns])
    match step:
        case Points():
            return _points(step, values, panel)
        case WeightedMean():
            return _weighted(step, values, panel)
        case ClippedMean():
            return _clipped(step, values, panel)
    return values


def _over_judges(step: Step, terms: Exact, panel: Counting) -> Exact:
    if isinstance(step, (Median, TrimmedMean)):
        if terms.numerators.ndim == 1:
            return _by_order(step, terms, panel.starts, panel.counts)
        columns = [Exact(column, terms.denominator) for column in terms.numerators.T]
        return Exact.columns([_by_order(step, column, panel.starts, panel.counts) for column in columns])
    total = terms.summed(panel.starts)
    if isinstance(step, WeightedMean):
        return total
    mean = total.divided_by(panel.counts)
    if step.by not in {"sum", "points"}:
        return mean
    # A sum over judges is the mean times the nominal panel, so that a recusal costs an entry nothing.
    return mean.scaled(panel.nominal(np.ones(len(panel.sheets.judges), dtype=np.int64)))


def _terms(step: Step, values: Exact, rounding: Rounding) -> Exact:
    """Round what is about to be added up or sorted, where the step says so."""
    return values if step.round_terms is None else values.rounded(step.round_terms, rounding)


def _weighted(step: WeightedMean, values: Exact, panel: Counting) -> Exact:
    """Each row times its judge's weight; of those who marked an entry, they make up 1 or the nominal panel's weight."""
    judges = panel.sheets.judges
    weights = Exact.of((step.weights or {}).get(judge, Decimal(1)) for judge in judges)
    worth = fit(weights.numerators, len(judges))
    own = worth[panel.judge]
    shares = values.scaled(own).divided_by(np.add.reduceat(own, panel.starts)[panel.entry])
    if step.by == "weighted_mean":
        return shares
    whole = shares.scaled(panel.nominal(worth)[panel.entry])
    return Exact(whole.numerators, whole.denominator * weights.denominator)


def _clipped(step: ClippedMean, values: Exact, panel: Counting) -> Exact:
    mean = values.summed(panel.starts).divided_by(panel.counts)
    limit = Exact.of([step.limit])
    common = math.lcm(mean.denominator, limit.denominator)
    centre = mean.over(common).numerators[panel.entry]
    reach = limit.over(common).numerators[0]
    own = values.over(common).numerators
    return Exact(np.minimum(np.maximum(own, centre - reach), centre + reach), common)


def _by_order(step: Step, values: Exact, starts: Integers, counts: Integers) -> Exact:
    """Median and trimmed mean: sort within runs of rows, keep the middle, and average it."""
    run = np.repeat(np.arange(len(starts)), counts)
    order = np.argsort(values.numerators, kind="stable")
    order = order[np.argsort(run[order], kind="stable")]
    place = np.arange(len(order)) - np.repeat(starts, counts)
    size = np.repeat(counts, counts)
    if isinstance(step, Median):
        kept = (place >= (size - 1) // 2) & (place <= size // 2)
    else:
        assert isinstance(step, TrimmedMean)
        kept = (place >= step.drop_low) & (place < size - step.drop_high)
    middle = Exact(np.where(kept, values.numerators[order], 0), values.denominator)
    return middle.summed(starts).divided_by(np.add.reduceat(kept.astype(np.int64), starts))


def _points(step: Points, values: Exact, panel: Counting) -> Exact:
    """Each row's points: the judge's ballot is put in order, and tied places share the points they cover."""
    sign = 1 if panel.sheets.round.kind == "ranks" else -1  # a ballot's best rank is its lowest number
    order = np.argsort(sign * values.numerators, kind="stable")
    order = order[np.argsort(panel.judge[order], kind="stable")]
    judge, value = panel.judge[order], values.numerators[order]
    first = np.r_[True, judge[1:] != judge[:-1]]
    ballot_start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    place = np.arange(len(order)) - ballot_start
    size = np.bincount(judge)[judge]

    wide = len(order) + 1
    kinds, kind = np.unique(place * wide + size, return_inverse=True)
    worth = Exact.of(_worth(step, *divmod(int(n), wide)) for n in kinds)[kind]
    run_start = np.flatnonzero(first | np.r_[True, value[1:] != value[:-1]])
    covered = np.diff(np.append(run_start, len(order)))
    shared = worth.summed(run_start).divided_by(covered)
    points = np.empty_like(shared.numerators, shape=len(order))
    points[order] = np.repeat(shared.numerators, covered)
    return Exact(points, shared.denominator)


def _worth(step: Points, place: int, ballot: int) -> Fraction:
    """The points of one place (from 0) on a ballot of that many entries.

    Borda: the entries ranked below. Dowdall: the reciprocal of the place. Both as in Fraenkel and Grofman, "The
    Borda Count and its real-world alternatives", Australian Journal of Political Science 49 (2014).
    """
    if step.table is not None:
        return Fraction(step.table[place]) if place < len(step.table) else Fraction(0)
    return Fraction(ballot - place - 1) if step.curve == "borda" else Fraction(1, place + 1)


# What keeps a round from giving every entry a score, found before it is opened


def hindrances_of_round(
    rules: Rules, round_id: str, entrants: Iterable[str], panel: pd.DataFrame, recusals: pd.DataFrame
) -> list[Problem]:
    """Return what keeps entries of a round from getting a score whatever the judges do; nothing if all can have one.

    Args:
        rules: the contest.
        round_id: a round; a checklist has no scores, so that nothing keeps it.
        entrants: ids of the entries in the round; without any, only what concerns the round as a whole is found.
        panel: ``round``, ``entry_id``, ``judge_id``: the sheets that rounds ask for.
        recusals: ``judge_id``, ``entry_id``, ``round`` (empty: all rounds).
    """
    round_ = rules.round(round_id)
    if not round_.scored:
        return []
    panel = panel[panel["round"] == round_id]
    judges, needed = set(panel["judge_id"]), round_.fewest_judges
    about = {"round": round_.name.say(rules.language), "needed": needed}
    found: list[Problem] = []
    if round_.quorum and round_.quorum > len(judges):
        found.append(Problem("quorum_out_of_reach", **about | {"needed": round_.quorum}, n=len(judges)))
    if (n := len(judges.difference(round_.not_counting))) < needed:
        return [*found, Problem("panel_too_small", **about, n=n)]
    held = recusals[recusals["round"].isin(["", round_id])]
    no_marks = pd.DataFrame(columns=["judge_id", "entry_id", "criterion", "value"], dtype=str)
    status = collect_sheets(round_, [*entrants], panel, held, no_marks).status
    required, recused = status["judges_required"], status["judges_recused"]
    if alone := [*status.index[required == 0]]:
        found.append(Problem("entries_without_judge", **about, n=len(alone), entries=alone))
    left = (required - recused)[required > 0]
    few = sorted(set(left[left < needed]))
    found += [Problem("too_few_judges_left", **about, n=int(n), entries=[*left.index[left == n]]) for n in few]
    if round_.whole_panel and (gaps := [*left.index[(left >= needed) & (recused[left.index] > 0)]]):
        found.append(Problem("ballots_with_gaps", **about, n=len(gaps), entries=gaps))
    return found
