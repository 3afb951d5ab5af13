"""One round's marks as arrays: what every statistic of this package starts from.

The result is computed exactly by :mod:`kit.scoring.scores`;
here marks become floats, because nothing that is computed from them decides anything.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kit.errors import Problem
from kit.rules import Mean, WeightedMean
from kit.scoring.scores import criterion_factors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.rules import Criterion, Round

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Components(NamedTuple):
    """The parts of a panel that no judge connects: entries in different parts cannot be compared by their marks.

    Args:
        number: how many there are; 1 when all are connected, 0 when there are no marks.
        entry: per entry, the number of its part.
        judge: per judge, the number of theirs.
    """

    number: int
    entry: Places
    judge: Places


@dataclass(frozen=True, eq=False)
class Panel:
    """A round's marks, one a row; everybody and everything that is named has at least one mark.

    Args:
        entries: ids of the marked entries, sorted.
        judges: ids of the judges who marked, sorted.
        criteria: ids of the criteria that were marked, sorted.
        entry: per mark, the position of its entry.
        judge: per mark, the position of its judge.
        criterion: per mark, the position of its criterion.
        value: per mark, how much.
    """

    entries: tuple[str, ...]
    judges: tuple[str, ...]
    criteria: tuple[str, ...]
    entry: Places
    judge: Places
    criterion: Places
    value: Floats

    @classmethod
    def of(
        cls,
        marks: pd.DataFrame,
        *,
        judge: str = "judge_id",
        entry: str = "entry_id",
        criterion: str = "criterion",
        value: str = "value",
    ) -> Panel:
        """Take in the marks of one round, whatever their columns and ids are called.

        Args:
            marks: one mark a row, as a number, decimal text or Decimal; empty or missing for a mark that was cleared.
                Marks that do not count, of recused judges for instance, are not to be among them.
            judge: the column that says who gave it.
            entry: the column that says to whom or what.
            criterion: the column that says on what; without such a column all marks are on one criterion.
            value: the column that holds it.

        Raises:
            column_missing, required_blank, mark_not_number, mark_twice: what is wrong, with the row after the header.
        """
        for name in (judge, entry, value):
            if name not in marks:
                raise Problem("column_missing", accepted=name, found=[*map(str, marks)])
        codes, values = pd.factorize(marks[value])
        numbers = np.array([*(_number(each) for each in values), np.nan])  # the last for code -1, which is no mark
        if len(wrong := np.flatnonzero(np.isinf(numbers)[codes])):
            raise Problem("mark_not_number", row=int(wrong[0]) + 1, column=value, value=str(values[codes[wrong[0]]]))
        given = np.flatnonzero(~np.isnan(numbers)[codes])
        one = pd.Series("mark", index=marks.index)
        columns = [marks[entry], marks[judge], marks.get(criterion, one)]
        (entries, of_entry), (judges, of_judge), (criteria, of_criterion) = (_ids(each, given) for each in columns)
        place = pd.Series((of_entry * len(judges) + of_judge) * len(criteria) + of_criterion)
        if (again := place.duplicated(keep=False)).any():
            rows = np.flatnonzero(place == place[again].iloc[0])
            n = int(rows[0])
            named = {
                "judge": judges[of_judge[n]],
                "entry": entries[of_entry[n]],
                "criterion": criteria[of_criterion[n]],
            }
            raise Problem("mark_twice", **named, rows=[str(given[row] + 1) for row in rows])
        return cls(entries, judges, criteria, of_entry, of_judge, of_criterion, numbers[codes[given]])

    def part(
        self,
        *,
        entries: Iterable[str] | None = None,
        judges: Iterable[str] | None = None,
        criteria: Iterable[str] | None = None,
    ) -> Panel:
        """Return the marks of some entries, judges and criteria alone, as if there had been no others."""
        keep: Flags = np.ones(len(self.value), dtype=bool)
        for names, codes, wanted in (
            (self.entries, self.entry, entries),
            (self.judges, self.judge, judges),
            (self.criteria, self.criterion, criteria),
        ):
            if wanted is not None:
                among = set(wanted)
                keep &= np.array([name in among for name in names], dtype=bool)[codes]
        return self._keeping(keep)

    def totals(self, weights: Mapping[str, Fraction | float] | None = None) -> Panel:
        """Return one value for each judge and entry: the marks of their sheet, weighted and added up.

        Only complete sheets, with a mark on every criterion that weighs anything, have one.

        Args:
            weights: what the mark on each criterion is multiplied by, as :func:`factors` says; by default all marks
                of a sheet count alike, so that the total is their mean.
        """
        if weights is None:
            weights = dict.fromkeys(self.criteria, Fraction(1, max(len(self.criteria), 1)))
        factor = np.array([float(weights.get(name, 0)) for name in self.criteria])
        needed = sum(1 for weight in weights.values() if weight)
        row, sheets = pd.factorize(self.entry * len(self.judges) + self.judge)
        marked = np.bincount(row[factor[self.criterion] != 0], minlength=len(sheets))
        summed = np.bincount(row, self.value * factor[self.criterion], len(sheets)).astype(np.float64)
        entry, judge = np.divmod(sheets, max(len(self.judges), 1))
        # Rounding lets sums that are equal stay equal, in whatever order their terms came.
        whole = Panel(self.entries, self.judges, ("total",), entry, judge, np.zeros_like(entry), np.round(summed, 10))
        return whole._keeping((marked == needed) & (needed > 0))

    @cached_property
    def crossed(self) -> bool:
        """Whether every judge marked every entry on every criterion."""
        return len(self.value) == len(self.entries) * len(self.judges) * len(self.criteria)

    @cached_property
    def judges_per_entry(self) -> Places:
        """Per entry, how many judges marked it."""
        if len(self.criteria) <= 1:
            return np.bincount(self.entry, minlength=len(self.entries))
        sheets = pd.unique(self.entry * len(self.judges) + self.judge)
        return np.bincount(sheets // len(self.judges), minlength=len(self.entries))

    def matrix(self) -> Floats:
        """Return entries x judges, NaN where there is no mark; of totals or of a single criterion."""
        assert len(self.criteria) <= 1, "a sheet with several criteria has no single value"
        table = np.full((len(self.entries), len(self.judges)), np.nan)
        table[self.entry, self.judge] = self.value
        return table

    def components(self) -> Components:
        """Return the connected parts of the graph whose edges join each judge to the entries they marked."""
        wide, size = len(self.entries), len(self.entries) + len(self.judges)
        edges = coo_array((np.ones(len(self.value), dtype=bool), (self.entry, wide + self.judge)), shape=(size, size))
        number, labels = connected_components(edges, directed=False) if size else (0, np.zeros(0, dtype=np.int64))
        return Components(int(number), labels[:wide].astype(np.int64), labels[wide:].astype(np.int64))

    def _keeping(self, keep: Flags) -> Panel:
        if keep.all():
            return self
        entry, entries = _named(self.entry[keep], self.entries)
        judge, judges = _named(self.judge[keep], self.judges)
        criterion, criteria = _named(self.criterion[keep], self.criteria)
        return Panel(entries, judges, criteria, entry, judge, criterion, self.value[keep])


def factors(round_: Round, marked: Sequence[Criterion] | None = None) -> dict[str, Fraction]:
    """What each criterion's mark is multiplied by in a sheet's total, so that a higher total is always better.

    Rounds that take a median or a trimmed mean over the criteria weigh none; there each counts alike.

    Args:
        round_: the round's rules.
        marked: the criteria that judges mark on the sheet; all that they mark in the round unless given.
    """
    step = next((step for step in round_.score if step.over == "criteria"), None)
    marked = round_.marked if marked is None else marked
    names = [criterion.id for criterion in marked]
    if isinstance(step, WeightedMean) and marked:
        weights = criterion_factors(step, round_, marked)
    else:
        summed = isinstance(step, Mean) and step.by == "sum"
        weights = [Fraction(1, 1 if summed or not names else len(names))] * len(names)
    sign = -1 if round_.kind == "ranks" or round_.direction == "low" else 1
    return {name: sign * weight for name, weight in zip(names, weights, strict=True)}


def worth(round_: Round, judges: int) -> float | None:
    """What one more in the mean of an entry's totals is worth in its score; None where scores are no means or sums.

    Args:
        round_: the round's rules.
        judges: the nominal panel, by which a sum over judges multiplies the mean.
    """
    means = all(isinstance(step, (Mean, WeightedMean)) and not getattr(step, "best", None) for step in round_.score)
    if not means or round_.missing != "no_score" or not by_judges_alone(round_):
        return None
    return float(judges) if any(step.over == "judges" and step.by == "sum" for step in round_.score) else 1.0


def by_judges_alone(round_: Round) -> bool:
    """Tell whether a score follows from the totals of the judges' sheets, all of whom count alike."""
    beside = any(part.value or part.panel for part in round_.criteria)
    return not (round_.kind == "values" or beside or round_.juries or round_.adjusting)


def _number(mark: object) -> float:
    """A mark as a number; NaN where there is none, infinite where it is no number."""
    try:
        number = float(str(mark)) if mark != "" else np.nan
    except ValueError:
        return np.inf
    return np.inf if np.isinf(number) else number


def _ids(column: pd.Series[Any], rows: Places) -> tuple[tuple[str, ...], Places]:
    """The ids in some rows of a column as sorted text, and which of them stands in each row."""
    codes, found = pd.factorize(column.iloc[rows])
    # Whole numbers become fractions in a column where some are missing.
    names = [f"{name:.0f}" if isinstance(name, float) and name.is_integer() else str(name).strip() for name in found]
    blank = np.array([*(name == "" for name in names), True])[codes]  # the last for code -1, which is no id
    if blank.any():
        raise Problem("required_blank", row=int(rows[np.argmax(blank)]) + 1, header=str(column.name))
    ids, place = np.unique(np.array(names, dtype=object), return_inverse=True)
    return tuple(ids.tolist()), place.astype(np.int64)[codes]


def _named(codes: Places, names: Sequence[str]) -> tuple[Places, tuple[str, ...]]:
    """The codes of those that are left, and their names."""
    left = np.bincount(codes, minlength=len(names)) > 0
    return (np.cumsum(left) - 1)[codes], tuple(itertools.compress(names, left))
