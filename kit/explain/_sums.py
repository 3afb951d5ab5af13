"""One entry's sheets in one round, and the sums that lead from them to its score, as lines of text."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.rules import ClippedMean, Median, Points, TrimmedMean, WeightedMean
from kit.scores import criterion_factors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kit.exact import Exact, Integers
    from kit.rules import Step
    from kit.scores import Scores
    from kit.texts import Texts


class Sums:
    """What one entry got in one round, and how its score follows.

    Args:
        scores: the round's scores, with the stages that led to them.
        entry_id: the entry.
        letters: the letter of each of its judges.
        t: the language.
    """

    def __init__(self, scores: Scores, entry_id: str, letters: Mapping[str, str], t: Texts) -> None:
        sheets = scores.sheets
        self.scores, self.round, self.letters, self.t = scores, sheets.round, letters, t
        self.entry_id, self.entry = entry_id, sheets.entries.index(entry_id)
        self.status = sheets.status.iloc[self.entry]
        own = [int(n) for n in np.flatnonzero((sheets.entry == self.entry) & ~sheets.recused)]
        self.sheets = sorted(own, key=self._letter)

    def table(self) -> pd.DataFrame:
        """The marks as they were given: a row per criterion, a column per judge."""
        t, marks = self.t, self.scores.sheets.marks
        criteria = self.round.criteria
        names = [f"{c.id} {c.name.say(t.language)}" for c in criteria] or [self.round.name.say(t.language)]
        columns = {t("explain.criterion"): names}
        for step in self.round.score:
            if isinstance(step, WeightedMean) and step.over == "criteria":
                columns[t("explain.weight")] = [t.decimal(c.weight) for c in criteria]
                columns[t("explain.factor")] = [ratio(factor, t) for factor in criterion_factors(step, self.round)]
        for sheet in self.sheets:
            given = zip(_rows(marks, [sheet])[0], self.scores.sheets.marked[sheet], strict=True)
            columns[self._judge(sheet)] = [number(mark, t) if there else "–" for mark, there in given]
        return pd.DataFrame(columns)

    def lines(self) -> Iterator[str]:
        """The arithmetic, step by step, or why there is none."""
        t, status = self.t, self.status
        counted, required = int(status["judges_counted"]), int(status["judges_required"])
        if recused := int(status["judges_recused"]):
            yield t("explain.recused", n=recused)
        if status["scored"]:
            if recused:
                key = "explain.mean_out_of" if any(map(_is_mean, self.round.score)) else "explain.out_of"
                yield t(key, counted=counted, required=required)
            yield from self._steps()
        elif missing := int(status["missing"]):
            yield t("explain.missing", n=missing)
        elif counted < (needed := max(self.round.min_judges, *map(_least, self.round.score))):
            yield t("explain.too_few", counted=counted, needed=needed)
        else:
            yield t("explain.ballots_incomplete")

    def means_table(self, *, alone: bool) -> pd.DataFrame | None:
        """Return the mean of the judges' marks by criterion; nothing where a judge is alone, or marks are missing."""
        if alone or not self.status["scored"]:
            return None
        theirs = {self._judge(sheet) for sheet in self.sheets}
        shown = [column for column in self.table() if column not in theirs]
        means = [number(mean, self.t) for mean in self._means()]
        return self.table()[shown].assign(**{self.t("explain.mean"): means})

    def means_lines(self) -> Iterator[str]:
        """Say that single marks are not shown, and how the score follows from the means, where it does."""
        if not self.status["scored"]:
            yield from self.lines()
            return
        yield self.t("explain.few_judges", n=len(self.sheets))
        criteria, *others = self.round.score
        last = others[-1] if others else None
        plain = criteria.round is None and criteria.round_terms is None
        if isinstance(criteria, WeightedMean) and plain and len(others) == 1 and last and last.by == "mean":
            means = self._means()
            factors = criterion_factors(criteria, self.round)
            terms = products(factors, means, [f * m for f, m in zip(factors, means, strict=True)], self.t)
            total = sum((f * m for f, m in zip(factors, means, strict=True)), Fraction(0))
            end = "" if last.round is None else f" → {rounded_to(self._score(), last.round, self.t)}"
            yield equation(" + ".join(terms), total, self.t) + end
        else:
            yield self.t("explain.not_of_means", score=self.scores.by_entry[self.entry_id])

    def _means(self) -> list[Fraction]:
        """The mean of the judges' marks by criterion."""
        return [
            sum(column, Fraction(0)) / len(column) for column in _turned(_rows(self.scores.sheets.marks, self.sheets))
        ]

    def _score(self) -> Fraction:
        return _rows(self.scores.stages[-1].after, np.searchsorted(self.scores.scored, [self.entry]))[0][0]

    def _letter(self, sheet: int) -> str:
        judge = self.scores.sheets.judges[self.scores.sheets.judge[sheet]]
        return self.letters[judge]

    def _judge(self, sheet: int) -> str:
        return self.t("explain.judge", letter=self._letter(sheet))

    def _steps(self) -> Iterator[str]:
        """Follow the stages: a row is one of the entry's sheets, and once judges are reduced, the entry itself."""
        rows = np.searchsorted(self.scores.rows, self.sheets)
        values, names = _rows(self.scores.sheets.marks, self.sheets), [self._judge(sheet) for sheet in self.sheets]
        for n, stage in enumerate(self.scores.stages, 1):
            yield self.t("explain.step", n=n, what=self._what(stage.step))
            terms, over_judges = _rows(stage.terms, rows), stage.step.over == "judges"
            if over_judges:
                rows = np.searchsorted(self.scores.scored, [self.entry])
                values, terms = _turned(values), _turned(terms)
                names = [c.id for c in self.round.criteria] if len(values) > 1 else [""]
            exact, after = _rows(stage.exact, rows), _rows(stage.after, rows)
            results = zip(chain(*exact), chain(*after), strict=True)
            for name, inputs, added, (total, rounded) in zip(names, values, terms, results, strict=True):
                start = f"{name}: " if name else ""
                if isinstance(stage.step, ClippedMean):
                    yield start + self._limits(inputs, stage.step.limit)
                end = "" if stage.step.round is None else f" → {rounded_to(rounded, stage.step.round, self.t)}"
                yield start + equation(self._left(stage.step, inputs, added), total, self.t) + end
            values, names = after, [""] if over_judges else names

    def _what(self, step: Step) -> str:
        options: dict[str, object] = {}
        if isinstance(step, TrimmedMean):
            options = {"high": step.drop_high, "low": step.drop_low}
        elif isinstance(step, ClippedMean):
            options = {"limit": step.limit}
        what = self.t(f"explain.{step.over}_{step.by}", **options)
        return what if step.round_terms is None else f"{what} {self.t('explain.terms_rounded')}"

    def _limits(self, values: list[Fraction], limit: Decimal) -> str:
        """The mean of all, from which no mark may be further than the limit."""
        mean = sum(values, Fraction(0)) / len(values)
        shown = equation(_averaged([number(value, self.t) for value in values]), mean, self.t)
        low, high = (number(mean + sign * Fraction(limit), self.t) for sign in (-1, 1))
        return self.t("explain.limits", mean=shown, low=low, high=high)

    def _left(self, step: Step, values: list[Fraction], terms: list[Fraction]) -> str:
        """The left side of a step's equation."""
        t = self.t
        if isinstance(step, WeightedMean):
            pieces = products(self._factors(step), values, terms, t)
        elif isinstance(step, Points):
            pieces = [number(term, t) for term in terms]
        else:
            pieces = [_becoming(number(value, t), value, term, t) for value, term in zip(values, terms, strict=True)]
        if isinstance(step, (Median, TrimmedMean)):
            pieces = [pieces[n] for n in sorted(range(len(terms)), key=terms.__getitem__)]
            dropped = (step.drop_low, step.drop_high) if isinstance(step, TrimmedMean) else [(len(pieces) - 1) // 2] * 2
            kept = pieces[dropped[0] : len(pieces) - dropped[1]]
            return f"{t('explain.sorted', values='; '.join(pieces))} → {_averaged(kept)}"
        if step.by in {"mean", "clipped_mean"}:
            return _averaged(pieces)
        if step.over == "judges" and step.by in {"sum", "points"} and self.status["judges_recused"]:
            return f"{_averaged(pieces)} × {self.status['judges_required']}"
        return " + ".join(pieces)

    def _factors(self, step: WeightedMean) -> list[Fraction]:
        """What each value is multiplied by: over judges, its share of the weights of those who marked the entry."""
        if step.over == "criteria":
            return criterion_factors(step, self.round)
        sheets = self.scores.sheets
        weights = [Fraction((step.weights or {}).get(judge, Decimal(1))) for judge in sheets.judges]
        own = [weights[sheets.judge[sheet]] for sheet in self.sheets]
        panel = sum(weights[judge] for judge in sheets.judge[sheets.entry == self.entry])
        return [weight / sum(own) * (panel if step.by == "weighted_sum" else 1) for weight in own]


def products(factors: Iterable[Fraction], values: Iterable[Fraction], terms: Iterable[Fraction], t: Texts) -> list[str]:
    """Write each factor times its value, and what becomes of it where that is rounded."""
    return [
        _becoming(f"{ratio(factor, t)} × {number(value, t)}", factor * value, term, t)
        for factor, value, term in zip(factors, values, terms, strict=True)
    ]


def equation(left: str, right: Fraction, t: Texts) -> str:
    """Write both sides, or the one number that both are."""
    shown = number(right, t)
    return left if left.rpartition("→ ")[2] == shown else f"{left} = {shown}"


def rounded_to(value: Fraction, places: int, t: Texts) -> str:
    """Say what a number was rounded to, with all of its decimals."""
    return t("explain.rounded", value=_decimal(value, places, t))


def number(value: Fraction, t: Texts) -> str:
    """A number in full where it ends within six decimals, else its first four and an ellipsis."""
    if 10**6 % value.denominator == 0:
        return _decimal(value, next(n for n in range(7) if 10**n % value.denominator == 0), t)
    return f"{t.decimal(Decimal(int(value * 10**4)).scaleb(-4))}…"


def ratio(value: Fraction, t: Texts) -> str:
    """A factor: as a decimal number where that is exact, else as a fraction."""
    return number(value, t) if 10**6 % value.denominator == 0 else f"{value.numerator}/{value.denominator}"


def _becoming(shown: str, value: Fraction, term: Fraction, t: Texts) -> str:
    return shown if value == term else f"[{shown} → {number(term, t)}]"


def _averaged(pieces: Sequence[str]) -> str:
    return f"({' + '.join(pieces)}) ÷ {len(pieces)}" if len(pieces) > 1 else pieces[0]


def _decimal(value: Fraction, places: int, t: Texts) -> str:
    return t.decimal(Decimal(value.numerator) / Decimal(value.denominator), places)


def _is_mean(step: Step) -> bool:
    return step.over == "judges" and step.by in {"mean", "weighted_mean"}


def _least(step: Step) -> int:
    """The fewest judges that a step can work on."""
    return step.drop_high + step.drop_low + 1 if isinstance(step, TrimmedMean) and step.over == "judges" else 1


def _rows(values: Exact, rows: Sequence[int] | Integers) -> list[list[Fraction]]:
    """Some rows as fractions; a column is a matrix with one column."""
    numerators = values.numerators[np.asarray(rows)]
    table = numerators[:, None] if numerators.ndim == 1 else numerators
    return [[Fraction(int(n), values.denominator) for n in row] for row in table]


def _turned(table: list[list[Fraction]]) -> list[list[Fraction]]:
    return [list(column) for column in zip(*table, strict=True)]
