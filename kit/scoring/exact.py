"""Exact numbers: columns of fractions that share one denominator, and the roundings that rules declare.

Marks, weights and everything between two declared roundings are held as integers over a common denominator, so that
no float ever decides a rank: ``int64`` while it provably suffices, Python integers after that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kit.rules import Rounding

    Integers = np.ndarray[Any, np.dtype[Any]]  # int64, or object holding Python integers

_SAFE = 2**62  # half of what int64 holds, so that doubling a remainder stays inside


def fit(numbers: Integers, factor: int) -> Integers:
    """Return ``numbers`` in a type in which multiplying them by ``factor`` cannot overflow."""
    if numbers.dtype == object or numbers.size == 0:
        return numbers
    largest = max(-int(numbers.min()), int(numbers.max()), 1)
    return numbers.astype(object) if largest * abs(factor) >= _SAFE else numbers


@dataclass(frozen=True, eq=False)
class Exact:
    """An array of fractions ``numerators / denominator``.

    Args:
        numerators: integers, one- or two-dimensional, ``int64`` or Python integers.
        denominator: one positive integer for all of them.
    """

    numerators: Integers
    denominator: int = 1

    @classmethod
    def of(cls, values: Iterable[Decimal | Fraction | int]) -> Exact:
        """Hold a column of decimals, fractions or integers without loss."""
        fractions = [Fraction(value) for value in values]
        denominator = math.lcm(*(f.denominator for f in fractions))
        numerators = [f.numerator * (denominator // f.denominator) for f in fractions]
        small = all(abs(n) < _SAFE for n in numerators)
        return cls(np.array(numerators, dtype=np.int64 if small else object), denominator)

    @classmethod
    def columns(cls, columns: Sequence[Exact]) -> Exact:
        """Put columns side by side as a matrix."""
        common = math.lcm(*(column.denominator for column in columns))
        return cls(np.column_stack([column.over(common).numerators for column in columns]), common)

    @classmethod
    def joined(cls, parts: Sequence[tuple[Integers, Exact]], size: int) -> Exact:
        """Put the elements of several columns at their positions in one column of that size, and 0 elsewhere."""
        common = math.lcm(*(part.denominator for _, part in parts))
        same = [(at, part.over(common).numerators) for at, part in parts]
        wide = any(numerators.dtype == object for _, numerators in same)
        whole = np.zeros(size, dtype=object if wide else np.int64)
        for at, numerators in same:
            whole[at] = numerators
        return cls(whole, common)

    def by_column(self) -> list[Exact]:
        """Return the columns of a matrix."""
        return [Exact(column, self.denominator) for column in self.numerators.T]

    def __len__(self) -> int:
        return len(self.numerators)

    def __getitem__(self, rows: Integers | slice) -> Exact:
        return Exact(self.numerators[rows], self.denominator)

    def over(self, denominator: int) -> Exact:
        """Return the same fractions over ``denominator``, a multiple of the present one."""
        factor = denominator // self.denominator
        return Exact(fit(self.numerators, factor) * factor, denominator)

    def times(self, factors: Sequence[Fraction]) -> Exact:
        """Multiply by exact factors: one for all, or one for each column of a matrix."""
        common = Exact.of(factors)
        largest = max(abs(int(n)) for n in common.numerators)
        numerators = fit(self.numerators, largest) * common.numerators
        return Exact(numerators, self.denominator * common.denominator)

    def scaled(self, factors: Integers) -> Exact:
        """Multiply each row by its own whole number."""
        largest = max(abs(int(factors.max())), abs(int(factors.min())), 1)
        own = factors[:, None] if self.numerators.ndim == 2 else factors
        return Exact(fit(self.numerators, largest) * own, self.denominator)

    def divided_by(self, counts: Integers) -> Exact:
        """Divide each row by its own positive whole number."""
        common = math.lcm(*(int(n) for n in np.unique(counts)))
        factors = common // (counts.astype(object) if common >= _SAFE else counts)
        if self.numerators.ndim == 2:
            factors = factors[:, None]
        return Exact(fit(self.numerators, common) * factors, self.denominator * common)

    def summed(self, starts: Integers) -> Exact:
        """Sum runs of rows; run ``i`` begins at row ``starts[i]`` and ends where the next begins."""
        numerators = fit(self.numerators, len(self.numerators))
        return Exact(np.add.reduceat(numerators, starts, axis=0), self.denominator)

    def summed_across(self) -> Exact:
        """Sum the columns of a matrix into one column."""
        return Exact(fit(self.numerators, self.numerators.shape[1]).sum(axis=1), self.denominator)

    def rounded(self, places: int, rounding: Rounding) -> Exact:
        """Round to ``places`` decimals, halves away from zero or to the even neighbour."""
        scaled = fit(self.numerators, 10**places) * 10**places
        if self.denominator >= _SAFE:
            scaled = scaled.astype(object)
        whole, rest = np.abs(scaled) // self.denominator, np.abs(scaled) % self.denominator
        half = rest * 2 == self.denominator
        up = (rest * 2 > self.denominator) | (half if rounding == "half_away" else half & (whole % 2 == 1))
        return Exact(np.where(scaled < 0, -1, 1) * (whole + up), 10**places)

    def fractions(self) -> list[Fraction]:
        """Return the elements, row by row, as Python fractions."""
        return [Fraction(int(n), self.denominator) for n in self.numerators.ravel()]

    def decimals(self) -> list[Decimal]:
        """Return rounded elements as decimals with exactly the digits they were rounded to.

        Raises:
            ValueError: the elements were not rounded to decimals.
        """
        places = len(str(self.denominator)) - 1
        if self.denominator != 10**places:
            message = "only rounded numbers have a decimal form"
            raise ValueError(message)
        return [Decimal(f"{n}e-{places}") for n in self.numerators.ravel()]
