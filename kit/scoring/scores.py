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
from kit.rules import Ballots, ClippedMean, Mean, Median, Points, TrimmedMean, WeightedMean, ZScore, fits, worth
from kit.scoring import voting
from kit.scoring.exact import Exact, fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kit.rules import Adjust, Band, Criterion, Round, Rounding, Rules, Step, Where
    from kit.scoring.exact import Integers


@dataclass(frozen=True, eq=False)
class Facts:
    """What the registers say of the entries, for rules that look at it.

    Args:
        about: entry to column to text.
        values: entry and id of a value to the value.
    """

    about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: pd.DataFrame, values: pd.DataFrame) -> Facts:
        """Take them from a table of entries by ``entry_id``, and one of ``entry_id``, ``value_id`` and ``value``."""
        described = entries.astype(str).set_index("entry_id", drop=False)
        about = dict(zip(described.index, described.to_dict("records"), strict=True))
        rows = values[["entry_id", "value_id", "value"]].itertuples(index=False, name=None)
        return cls(about, {(entry, name): Decimal(value) for entry, name, value in rows if value != ""})

    def fitting(self, where: Where, entries: Sequence[str]) -> Integers:
        """Per entry, whether it fits what the rules ask."""
        return np.array([fits(where, self.about.get(entry, {})) for entry in entries], dtype=bool)

    def worth(self, value: str, bands: tuple[Band, ...], entries: Sequence[str]) -> list[Fraction | None]:
        """Per entry, what its value is worth, or None where it has none."""
        found = (self.values.get((entry, value)) for entry in entries)
        return [None if known is None else worth(known, bands) for known in found]


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
        marks: rows x parts of the score (criteria, or the single mark); 0 where nothing was marked.
        marked: rows x parts, whether there is a mark.
        asked: rows x parts, whether a mark is asked: criteria may be for some entries or judges alone.
        facts: what the registers say of the entries.
    """

    round: Round
    entries: list[str]
    judges: list[str]
    entry: Integers
    judge: Integers
    recused: Integers
    marks: Exact
    marked: Integers
    asked: Integers
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def full(self) -> Integers:
        """Per row, whether everything that was asked of the judge is marked, by one who is not recused."""
        full = (self.marked | ~self.asked | ~self._by_judges).all(axis=1)
        return full & self.asked.any(axis=1) & ~self.recused

    @cached_property
    def _by_judges(self) -> Integers:
        """Per part, whether it is filled in: by judges, or in a round that has none by whoever has the values."""
        return np.array([part.value is None or self.round.kind == "values" for part in self.round.parts], dtype=bool)

    @cached_property
    def complete(self) -> Integers:
        """Per row, whether the sheet counts: what ``missing`` in the rules says of marks that were not given."""
        if self.round.missing == "no_score":
            return self.full
        if self.round.missing == "zero":
            return self.asked.any(axis=1) & ~self.recused
        return (self.used & self._by_judges).any(axis=1) & ~self.recused

    @cached_property
    def used(self) -> Integers:
        """Rows x parts: what counts of a sheet that counts."""
        return self.asked & self.marked if self.round.missing == "left_out" else self.asked

    @cached_property
    def status(self) -> pd.DataFrame:
        """Per entry: judges required (the nominal panel), recused, counted, and whether it can have a score.

        An entry has a score when every sheet that it should have is complete and enough judges remain, in all juries
        and for every criterion.
        """
        size, round_ = len(self.entries), self.round
        required = np.bincount(self.entry, minlength=size)
        recused, counted, full = (self.counted(rows) for rows in (self.recused, self.complete, self.full))
        scored = (counted >= round_.fewest_judges) & ~(round_.whole_panel & (recused > 0))
        if round_.missing == "no_score":
            scored &= required - recused == counted
            without = np.asarray((self.asked & ~self.marked & ~self._by_judges).any(axis=1))
            scored &= self.counted(without) == 0
        for step in round_.adjusting:
            if step.by == "times" and step.value:
                there = [known is not None for known in self.facts.worth(step.value, step.bands, self.entries)]
                scored &= np.array(there, dtype=bool) | ~self.facts.fitting(step.where, self.entries)
        return pd.DataFrame(
            {
                "judges_required": required,
                "judges_recused": recused,
                "judges_counted": counted,
                "missing": required - recused - full,
                "scored": scored & self._enough_for_each(size),
            },
            index=pd.Index(self.entries, name="entry_id"),
        )

    def _enough_for_each(self, size: int) -> Integers:
        """Per entry, whether enough judges remain in every jury, and for every criterion where it has its own."""
        round_, enough = self.round, np.ones(size, dtype=bool)
        step = next((step for step in round_.score if step.over == "judges"), None)
        needed = _fewest(step)
        everybody = np.ones(len(self.entry), dtype=bool)
        for jury in [self.of_jury(jury.judges) for jury in round_.juries] or [everybody]:
            if round_.juries:
                enough &= self.counted(self.complete & jury) >= needed
            if step is not round_.score[0] or (round_.missing != "left_out" and self.asked.all()):
                continue  # every sheet that counts has every criterion
            for n, part in enumerate(round_.parts):
                if part.value is None:
                    there = self.complete & self.used[:, n]
                    none = self.counted(self.asked[:, n]) == 0
                    if round_.missing == "left_out":
                        none = self.counted(there) == 0
                    enough &= none | (self.counted(there & jury) >= needed)
        over_criteria = next((each for each in round_.score if each.over == "criteria"), None)
        if (least := _fewest(over_criteria)) > 1:
            if step is round_.score[0]:  # the entry's criteria are counted, else each sheet's
                columns = [self.counted(self.complete & used) > 0 for used in self.used.T]
                enough &= np.sum(columns, axis=0) >= least
            else:
                few = self.complete & (self.used.sum(axis=1) < least)
                enough &= self.counted(few) == 0
        return enough

    def counted(self, rows: Integers) -> Integers:
        """Per entry, how many of these rows it has."""
        return np.bincount(self.entry[rows], minlength=len(self.entries))

    def of_jury(self, judges: Sequence[str]) -> Integers:
        """Per row, whether its judge is one of these."""
        return np.isin(np.array(self.judges, dtype=object)[self.judge], list(judges))

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
            self.asked[rows],
            self.facts,
        )


def collect_sheets(
    round_: Round,
    entries: Sequence[str],
    panel: pd.DataFrame,
    recusals: pd.DataFrame,
    marks: pd.DataFrame,
    facts: Facts | None = None,
) -> Sheets:
    """Lay out a round's marks.

    Args:
        round_: the round's rules.
        entries: ids of the entries in the round.
        panel: ``entry_id``, ``judge_id``: the sheets asked for.
        recusals: ``judge_id``, ``entry_id`` of recusals that hold in this round.
        marks: ``judge_id``, ``entry_id``, ``criterion``, ``value`` (decimal text, empty for none) of this round; marks
            for which no sheet is asked are passed over.
        facts: what the registers say of the entries.
    """
    order = sorted(entries)
    facts = facts or Facts()
    if round_.kind == "values":  # one sheet an entry, which nobody fills in
        panel = pd.DataFrame({"entry_id": order, "judge_id": ""}, dtype="str")
    counting = panel[~panel["judge_id"].isin([*round_.uncounted]) & panel["entry_id"].isin(order)]
    judges = sorted(counting["judge_id"].unique())
    wide = max(len(judges), 1)
    sheets = np.unique(_codes(counting["entry_id"], order) * wide + _codes(counting["judge_id"], judges))
    asked = _asked(round_, order, judges, sheets, facts)
    if not asked.all():
        by_judge = asked[:, [part.value is None or round_.kind == "values" for part in round_.parts]].any(axis=1)
        sheets, asked = sheets[by_judge], asked[by_judge]
    held = recusals[recusals["entry_id"].isin(order) & recusals["judge_id"].isin(judges)]
    recused = np.isin(sheets, _codes(held["entry_id"], order) * wide + _codes(held["judge_id"], judges))

    criteria = [criterion.id for criterion in round_.parts]
    entry, judge = _codes(marks["entry_id"], order), _codes(marks["judge_id"], judges)
    column = _codes(marks["criterion"], criteria)
    sheet = pd.Index(sheets).get_indexer(pd.Index(np.where((entry >= 0) & (judge >= 0), entry * wide + judge, -1)))
    codes, texts = pd.factorize(marks["value"])
    written = np.array([*(text != "" for text in texts), False])  # the last for code -1, which is no text at all
    given = (sheet >= 0) & (column >= 0) & written[codes]
    given[given] = asked[sheet[given], column[given]]
    values = Exact.of(Decimal(text or 0) for text in texts)
    shape = (len(sheets), len(criteria))
    matrix = np.zeros(shape, dtype=values.numerators.dtype)
    marked = np.zeros(shape, dtype=bool)
    matrix[sheet[given], column[given]] = values.numerators[codes[given]]
    marked[sheet[given], column[given]] = True
    laid = Exact(matrix, values.denominator)
    laid = _with_values(round_, order, sheets // wide, laid, marked, asked, facts)
    return Sheets(round_, order, judges, sheets // wide, sheets % wide, recused, laid, marked, asked, facts)


def _asked(round_: Round, entries: Sequence[str], judges: Sequence[str], sheets: Integers, facts: Facts) -> Integers:
    """Rows x parts: what the rules ask of each sheet."""
    asked = np.ones((len(sheets), len(round_.parts)), dtype=bool)
    wide = max(len(judges), 1)
    for n, part in enumerate(round_.parts):
        if part.where:
            asked[:, n] &= facts.fitting(part.where, entries)[sheets // wide]
        if part.panel is not None:
            asked[:, n] &= np.isin(np.array(judges, dtype=object), list(part.panel))[sheets % wide]
    return asked


def _with_values(
    round_: Round,
    entries: Sequence[str],
    entry: Integers,
    marks: Exact,
    marked: Integers,
    asked: Integers,
    facts: Facts,
) -> Exact:
    """Put the entries' values where criteria take them instead of marks; ``marked`` is filled in as well."""
    columns = marks.by_column()
    for n, part in enumerate(round_.parts):
        if part.value is not None:
            known = facts.worth(part.value, part.bands, entries)
            there = np.array([value is not None for value in known], dtype=bool)[entry] & asked[:, n]
            own = Exact.of(value or Fraction(0) for value in known)[entry]
            columns[n] = Exact(np.where(there, own.numerators, 0), own.denominator)
            marked[:, n] = there
    return marks if all(part.value is None for part in round_.parts) else Exact.columns(columns)


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

    def part(self, rows: Integers, among: Integers) -> Part:
        """Return some of the rows, and the scored entries that have any.

        Args:
            rows: per row of these, whether it is kept.
            among: per row of all sheets, whether it belongs to the nominal panel of the part.
        """
        kept = self.rows[rows]
        scored = np.intersect1d(self.scored, self.sheets.entry[kept])
        return Part(self.sheets, scored, kept, among)

    @property
    def nominal_rows(self) -> Integers:
        """Per row of all sheets, whether it belongs to the nominal panel."""
        return np.ones(len(self.sheets.entry), dtype=bool)

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
        rows = self.nominal_rows
        np.add.at(totals, self.sheets.entry[rows], worth[self.sheets.judge[rows]])
        return totals[self.scored]

    @property
    def judges_of_panel(self) -> Integers:
        """Per scored entry, how many judges its whole panel has, recused judges included."""
        return self.nominal(np.ones(len(self.sheets.judges), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Part(Counting):
    """Some of the sheets that count: those of a jury, or with one criterion."""

    among: Integers

    @property
    def nominal_rows(self) -> Integers:
        """Per row of all sheets, whether it belongs to the nominal panel."""
        return self.among


@dataclass(frozen=True, eq=False)
class Scores(Counting):
    """The scores of one round within one scope, with the way that led there: one stage per step of the rules."""

    stages: tuple[Stage, ...]
    _compared: dict[tuple[str, ...], Exact] = field(default_factory=dict)

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
        marks, round_, used = self.sheets.marks[self.rows], self.sheets.round, self._own_cells
        for step in round_.score:
            if step.over == "criteria":
                some = self.has_own
                values = _over_criteria(step.unrounded(), marks[some], used[some], round_, "half_away").numerators
                own = np.zeros_like(values, shape=len(self.rows))
                own[some] = values
                return own * (-1 if round_.direction == "low" else 1)
        own = marks.numerators[:, 0]
        if round_.kind == "ranks":  # whom a ballot leaves out stands behind all
            own = np.where(self.sheets.marked[self.rows, 0], own, own.max(initial=0) + 1)
        return own * (-1 if round_.kind == "ranks" or round_.direction == "low" else 1)

    @cached_property
    def has_own(self) -> Integers:
        """Per row, whether its judge has an own score: not where too few marks are left to drop any of them."""
        over_criteria = (step for step in self.sheets.round.score if step.over == "criteria")
        dropped = [step.drop_high + step.drop_low for step in over_criteria if isinstance(step, TrimmedMean)]
        enough: Integers = self._own_cells.sum(axis=1) > max(dropped, default=-1)
        return enough

    @cached_property
    def _own_cells(self) -> Integers:
        """Rows x criteria: what a judge's own score is made of; values are not, where judges come first."""
        round_, used = self.sheets.round, self.sheets.used[self.rows]
        if round_.score[0].over == "judges" and round_.kind != "values":
            return used & [part.value is None for part in round_.parts]
        return used

    def worths_of_sheets(self) -> list[Fraction] | None:
        """Per row, what the step over judges adds up, where that is no mark or total: points or standardised marks.

        None where judges are summed up by their marks or totals, or criterion by criterion.
        """
        round_ = self.sheets.round
        steps = [step for step in round_.score if step.over in {"criteria", "judges"}]
        step = next((step for step in steps if isinstance(step, (Points, ZScore))), None)
        if step is None or not self.stages or (round_.criteria and step is not steps[-1]):
            return None
        values = self.stages[0].after if round_.criteria else self.sheets.marks[self.rows]
        if not round_.criteria:
            values = Exact(values.numerators[:, 0], values.denominator)
        given = np.ones(len(self.rows), dtype=bool)
        if round_.kind == "ranks" and not round_.criteria:
            given = self.sheets.marked[self.rows, 0]
        return _by_judge(step, values, self, given, "half_away").fractions()

    def compared_by(self, criteria: Sequence[str]) -> Integers:
        """Compare scored entries by some criteria, as whole numbers; higher is better unless low scores are.

        The criteria are added up with their weights in the score, and judges are summed up by the step of the score,
        in the score's order of steps, without any rounding.
        """
        return self.by_criteria(criteria).numerators

    def by_criteria(self, criteria: Sequence[str]) -> Exact:
        """Return what :meth:`compared_by` compares, as fractions."""
        if tuple(criteria) not in self._compared:
            self._compared[tuple(criteria)] = self._compare(criteria)
        return self._compared[tuple(criteria)]

    def _compare(self, criteria: Sequence[str]) -> Exact:
        round_ = self.sheets.round
        if not len(self.scored):
            return Exact(np.zeros(0, dtype=np.int64))
        step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
        factors = criterion_factors(step, round_) if step else [Fraction(1)] * len(round_.parts)
        columns = [n for n, criterion in enumerate(round_.parts) if criterion.id in criteria]
        marks = Exact(self.sheets.marks.numerators[self.rows][:, columns], self.sheets.marks.denominator)
        values, used = marks.times([factors[n] for n in columns]), self.sheets.used[self.rows][:, columns]
        parts = [round_.parts[n] for n in columns]
        if not round_.criteria:
            values = values.summed_across()
        for step_ in (each.unrounded() for each in round_.reducing):
            if step_.over == "criteria":
                values = Exact(np.where(used, values.numerators, 0), values.denominator).summed_across()
            else:
                values, used = _over_judges(step_, values, used, self, parts, "half_away")
        return values


def score_round(sheets: Sheets, rounding: Rounding) -> Scores:
    """Carry out the round's steps on all entries that can have a score."""
    scorable = sheets.status["scored"].to_numpy()
    counting = Counting(sheets, np.flatnonzero(scorable), np.flatnonzero(sheets.complete & scorable[sheets.entry]))
    values, used, round_ = sheets.marks[counting.rows], sheets.used[counting.rows], sheets.round
    if not round_.criteria:
        values = Exact(values.numerators[:, 0], values.denominator)
    entries = [sheets.entries[n] for n in counting.scored]
    stages: list[Stage] = []
    for step in round_.score if len(counting.scored) else ():
        if step.over == "criteria":
            exact = _over_criteria(step, values, used, round_, rounding)
        elif step.over == "entry":
            exact = adjusted(step, values, entries, sheets.facts)
        else:
            exact, used = _over_judges(step, values, used, counting, round_.parts, rounding)
        values = _rounded(step, exact, round_.parts, rounding)
        stages.append(Stage(exact, values))
    return Scores(sheets, counting.scored, counting.rows, tuple(stages))


def _fewest(step: Step | None) -> int:
    """How many numbers a step needs."""
    return step.drop_high + step.drop_low + 1 if isinstance(step, TrimmedMean) else 1


def _rounded(step: Step, exact: Exact, parts: Sequence[Criterion], rounding: Rounding) -> Exact:
    """Round what came out of a step, if it says so, but not the entries' values among judges' marks."""
    if step.round is None:
        return exact
    rounded = exact.rounded(step.round, rounding)
    if exact.numerators.ndim == 1 or all(part.value is None for part in parts):
        return rounded
    pairs = zip(parts, exact.by_column(), rounded.by_column(), strict=True)
    return Exact.columns([after if part.value is None else before for part, before, after in pairs])


def adjusted(step: Adjust, values: Exact, entries: Sequence[str], facts: Facts) -> Exact:
    """Adjust the scores of some entries, all of which have what a factor needs."""
    scores = values.fractions()
    best, points = max(scores), Fraction(step.points or 0)
    amounts: list[Fraction | None] = [points] * len(entries)
    if step.value is not None:
        amounts = facts.worth(step.value, step.bands, entries)
    found = list(scores)
    for n in np.flatnonzero(facts.fitting(step.where, entries)):
        score, amount = scores[n], amounts[n]
        if step.by == "share":
            found[n] = score / best * points if best > 0 else Fraction(0)
        elif amount is not None:
            found[n] = score + amount if step.by == "add" else score * amount
    return Exact.of(found)


def rescored(scores: Scores, entries: Sequence[str], rounding: Rounding) -> Scores:
    """Return a round's scores within a list: judges' orders are made anew among its entries, marks stay."""
    return score_round(scores.sheets.of(entries), rounding) if scores.sheets.round.ballots else scores


def criterion_factors(step: WeightedMean, round_: Round, among: Sequence[Criterion] | None = None) -> list[Fraction]:
    """What each criterion's mark is multiplied by before they are added up, among all criteria or some."""
    criteria = round_.criteria if among is None else among
    weights = [Fraction(criterion.weight) for criterion in criteria]
    total = sum(weights) if step.by == "weighted_mean" else Fraction(1)
    if step.out_of is None:
        return [weight / total for weight in weights]
    highs = [Fraction(round_.scale_of(criterion.id).high) for criterion in criteria]
    return [weight / total * Fraction(step.out_of) / high for weight, high in zip(weights, highs, strict=True)]


def _over_criteria(step: Step, marks: Exact, used: Integers, round_: Round, rounding: Rounding) -> Exact:
    """What each row of marks comes to before it is rounded; columns are criteria, of which each row uses some."""
    if used.all():
        return _over_these(step, marks, round_.parts, round_, rounding)
    patterns, which = np.unique(used, axis=0, return_inverse=True)
    which = which.reshape(-1)
    parts: list[tuple[Integers, Exact]] = []
    for n, pattern in enumerate(patterns):
        rows, columns = np.flatnonzero(which == n), np.flatnonzero(pattern)
        own = Exact(marks.numerators[np.ix_(rows, columns)], marks.denominator)
        parts.append((rows, _over_these(step, own, [round_.parts[m] for m in columns], round_, rounding)))
    return Exact.joined(parts, len(used))


def _over_these(step: Step, marks: Exact, criteria: Sequence[Criterion], round_: Round, rounding: Rounding) -> Exact:
    """What each row of marks comes to, all of them used."""
    weighted = marks.times(criterion_factors(step, round_, criteria)) if isinstance(step, WeightedMean) else marks
    terms = _terms(step, weighted, rounding)
    rows, columns = terms.numerators.shape
    if isinstance(step, WeightedMean) or (isinstance(step, Mean) and not step.best):
        total = terms.summed_across()
        return total.times([Fraction(1, columns)]) if step.by == "mean" else total
    flat = Exact(terms.numerators.ravel(), terms.denominator)
    low = round_.direction == "low"
    middle, kept = _by_order(step, flat, np.arange(0, rows * columns, columns), np.full(rows, columns), low=low)
    return middle if step.by in {"sum", "trimmed_sum"} else middle.divided_by(kept)


def _over_judges(
    step: Step, values: Exact, used: Integers, panel: Counting, parts: Sequence[Criterion], rounding: Rounding
) -> tuple[Exact, Integers]:
    """What each entry's sheets come to before it is rounded, and which columns of it are used.

    Args:
        step: a step over judges.
        values: a column, or one column for each of ``parts``.
        used: rows x parts.
        panel: the rows.
        parts: what the columns are; values of entries are the same in each of their rows, and stay as they are.
        rounding: of the rules.
    """
    if values.numerators.ndim == 1:
        given = used[:, 0] if not panel.sheets.round.criteria else np.ones(len(used), dtype=bool)
        if not panel.sheets.round.criteria and panel.sheets.round.kind == "ranks":
            given = panel.sheets.marked[panel.rows, 0]  # an order without an entry that was to be in it
        return _in_juries(step, values, panel, given, rounding), np.ones((len(panel.scored), 1), dtype=bool)
    columns: list[Exact] = []
    there = np.ones((len(panel.scored), len(parts)), dtype=bool)
    for n, part in enumerate(parts):
        column = Exact(values.numerators[:, n], values.denominator)
        if part.value is not None and panel.sheets.round.kind != "values":
            columns.append(column[panel.starts])
            there[:, n] = used[panel.starts, n]
        elif used[:, n].all():
            columns.append(_in_juries(step, column, panel, used[:, n], rounding))
        else:
            own = panel.part(used[:, n], panel.sheets.asked[:, panel.sheets.round.parts.index(part)])
            at = np.searchsorted(panel.scored, own.scored)
            there[:, n] = np.isin(np.arange(len(panel.scored)), at)
            if not len(own.rows):
                columns.append(Exact(np.zeros(len(panel.scored), dtype=np.int64)))
                continue
            result = _in_juries(step, column[used[:, n]], own, np.ones(len(own.rows), dtype=bool), rounding)
            columns.append(Exact.joined([(at, result)], len(panel.scored)))
    return Exact.columns(columns), there


def _in_juries(step: Step, column: Exact, panel: Counting, given: Integers, rounding: Rounding) -> Exact:
    """What a column of rows comes to by entry: judges all together, or each jury by itself and then with its share."""
    juries = panel.sheets.round.juries
    if not juries:
        return _summed(step, _terms(step, _by_judge(step, column, panel, given, rounding), rounding), panel)
    total = sum(Fraction(jury.share) for jury in juries)
    results: list[Exact] = []
    for jury in juries:
        own = panel.sheets.of_jury(jury.judges)
        rows = own[panel.rows]
        part = panel.part(rows, panel.nominal_rows & own)
        by_judge = _terms(step, _by_judge(step, column[rows], part, given[rows], rounding), rounding)
        results.append(_summed(step, by_judge, part).times([Fraction(jury.share) / total]))
    return Exact.columns(results).summed_across()


def _by_judge(step: Step, values: Exact, panel: Counting, given: Integers, rounding: Rounding) -> Exact:
    """What each judge's values are turned into before judges are reduced."""
    match step:
        case Points():
            return _points(step, values, panel, given)
        case WeightedMean():
            return _weighted(step, values, panel)
        case ClippedMean():
            return _clipped(step, values, panel)
        case ZScore():
            return voting.standardised(values, panel.judge, step.round_terms or 0, rounding)
        case Ballots():
            sign = 1 if panel.sheets.round.kind == "ranks" else -1
            order = sign * values.numerators
            behind = int(max(order, default=0)) + 1  # whoever is not on a ballot
            before = voting.standing_before(step.by, np.where(given, order, behind), panel.judge, panel.entry, behind)
            return Exact(before[panel.entry])
    return values


def _summed(step: Step, terms: Exact, panel: Counting) -> Exact:
    """What the judges' values of each entry come to."""
    if isinstance(step, (Median, TrimmedMean)) or (isinstance(step, Mean) and step.best):
        low = panel.sheets.round.direction == "low"
        middle, kept = _by_order(step, terms, panel.starts, panel.counts, low=low)
        mean = middle.divided_by(kept)
        if isinstance(step, TrimmedMean) and step.by == "trimmed_sum":
            return mean.scaled(panel.judges_of_panel - step.drop_high - step.drop_low)
        if isinstance(step, Mean) and step.by == "sum":
            return mean.scaled(np.minimum(panel.judges_of_panel, step.best or 0))
        return mean
    total = terms.summed(panel.starts)
    if isinstance(step, WeightedMean):
        return total
    mean = total.divided_by(panel.counts)
    # A sum over judges is the mean times the nominal panel, so that a recusal costs an entry nothing.
    return mean.scaled(panel.judges_of_panel) if step.by in {"sum", "points"} else mean


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


def _by_order(step: Step, values: Exact, starts: Integers, counts: Integers, *, low: bool) -> tuple[Exact, Integers]:
    """Sort within runs of rows, keep the middle or the best, and add it up; also how many were kept of each run."""
    run = np.repeat(np.arange(len(starts)), counts)
    order = np.argsort(values.numerators, kind="stable")
    order = order[np.argsort(run[order], kind="stable")]
    place = np.arange(len(order)) - np.repeat(starts, counts)
    size = np.repeat(counts, counts)
    if isinstance(step, Median):
        kept = (place >= (size - 1) // 2) & (place <= size // 2)
    elif isinstance(step, TrimmedMean):
        kept = (place >= step.drop_low) & (place < size - step.drop_high)
    else:
        assert isinstance(step, Mean)
        best = step.best or len(order)
        kept = place < best if low else place >= size - best
    middle = Exact(np.where(kept, values.numerators[order], 0), values.denominator)
    return middle.summed(starts), np.add.reduceat(kept.astype(np.int64), starts)


def _points(step: Points, values: Exact, panel: Counting, given: Integers) -> Exact:
    """Each row's points: the judge's ballot is put in order, and tied places share the points they cover.

    Rows that the judge did not rank get none.
    """
    if not given.all():
        kept = np.flatnonzero(given)
        own = _points_of(step, values[kept], panel.judge[kept], panel.sheets.round)
        return Exact.joined([(kept, own)], len(given))
    return _points_of(step, values, panel.judge, panel.sheets.round)


def _points_of(step: Points, values: Exact, judges: Integers, round_: Round) -> Exact:
    if not len(values):
        return values
    sign = 1 if round_.kind == "ranks" else -1  # a ballot's best rank is its lowest number
    order = np.argsort(sign * values.numerators, kind="stable")
    order = order[np.argsort(judges[order], kind="stable")]
    judge, value = judges[order], values.numerators[order]
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
    if step.curve == "places":
        return Fraction(place + 1)
    return Fraction(ballot - place - 1) if step.curve == "borda" else Fraction(1, place + 1)


# What keeps a round from giving every entry a score, found before it is opened


def hindrances_of_round(
    rules: Rules,
    round_id: str,
    entrants: Iterable[str],
    panel: pd.DataFrame,
    recusals: pd.DataFrame,
    facts: Facts | None = None,
) -> list[Problem]:
    """Return what keeps entries of a round from getting a score whatever the judges do; nothing if all can have one.

    Args:
        rules: the contest.
        round_id: a round; a checklist has no scores, so that nothing keeps it.
        entrants: ids of the entries in the round; without any, only what concerns the round as a whole is found.
        panel: ``round``, ``entry_id``, ``judge_id``: the sheets that rounds ask for.
        recusals: ``judge_id``, ``entry_id``, ``round`` (empty: all rounds).
        facts: what the registers say of the entries.
    """
    round_ = rules.round(round_id)
    if not round_.scored or round_.kind == "values":
        return []
    panel = panel[panel["round"] == round_id]
    judges, needed = set(panel["judge_id"]), round_.fewest_judges
    about = {"round": round_.name.say(rules.language), "needed": needed}
    found: list[Problem] = []
    if round_.quorum and round_.quorum > len(judges):
        found.append(Problem("quorum_out_of_reach", **about | {"needed": round_.quorum}, n=len(judges)))
    if (n := len(judges.difference(round_.uncounted))) < needed:
        return [*found, Problem("panel_too_small", **about, n=n)]
    held = recusals[recusals["round"].isin(["", round_id])]
    no_marks = pd.DataFrame(columns=["judge_id", "entry_id", "criterion", "value"], dtype=str)
    sheets = collect_sheets(round_, [*entrants], panel, held, no_marks, facts)
    status = sheets.status
    required, recused = status["judges_required"], status["judges_recused"]
    if alone := [*status.index[required == 0]]:
        found.append(Problem("entries_without_judge", **about, n=len(alone), entries=alone))
    left = (required - recused)[required > 0]
    few = sorted(set(left[left < needed]))
    found += [Problem("too_few_judges_left", **about, n=int(n), entries=[*left.index[left == n]]) for n in few]
    found += _juries_without_judges(rules, sheets, about)
    if round_.whole_panel and (gaps := [*left.index[(left >= needed) & (recused[left.index] > 0)]]):
        found.append(Problem("ballots_with_gaps", **about, n=len(gaps), entries=gaps))
    return found


def _juries_without_judges(rules: Rules, sheets: Sheets, about: Mapping[str, object]) -> Iterator[Problem]:
    """Find the juries, and the criteria with a panel of their own, to which an entry's conflicts leave too few."""
    round_, free = sheets.round, ~sheets.recused
    needed = _fewest(next((step for step in round_.score if step.over == "judges"), None))

    def entries(few: Integers) -> list[str]:
        return [entry for entry, lacks in zip(sheets.entries, few, strict=True) if lacks]

    for jury in round_.juries:
        rows = sheets.of_jury(jury.judges) & sheets.asked.any(axis=1)
        if lacking := entries(sheets.counted(rows & free) < needed):
            more = {"name": jury.name.say(rules.language), "needed": needed, "n": len(lacking), "entries": lacking}
            yield Problem("jury_without_judges", **{**about, **more})
    for n, part in enumerate(round_.parts):
        rows = sheets.asked[:, n]
        if part.panel and (lacking := entries((sheets.counted(rows) > 0) & (sheets.counted(rows & free) == 0))):
            more = {"name": part.name.say(rules.language), "n": len(lacking), "entries": lacking}
            yield Problem("criterion_without_judges", **{**about, **more})
