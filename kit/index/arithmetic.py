"""The index's arithmetic, in exact fractions: maturity, a city's sum, its index, its predicate.

An innovation's maturity (kematangan) is the sum of parameter times weight. The part of the innovations (SID) is the sum
of their maturities over ``max(K, n)`` plus ``min(n, cap)`` times what each earns; the index (IID) is SPD plus SID in
percent of the most there is: 63 + 111 + 76 = 250 in 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from kit.errors import Problem
from kit.scoring.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kit.index.yardstick import Bound, Yardstick


def maturity(yardstick: Yardstick, parameters: Mapping[int, int]) -> Fraction:
    """Return an innovation's maturity; an indicator without a parameter counts as 0."""
    return sum((weight * parameters.get(no, 0) for no, weight in yardstick.weights.items()), Fraction())


@dataclass(frozen=True)
class Estimate:
    """What a set of innovations comes to.

    Args:
        n: how many are sent.
        summed: the sum of their maturities.
        divisor: what that is divided by, ``max(K, n)``.
        number: what their number earns.
        affairs: ids of the affairs that have an innovation.
        covered: whether those are enough for the number to count.
    """

    n: int
    summed: Fraction
    divisor: int
    number: Fraction
    affairs: frozenset[str]
    covered: bool

    @property
    def mean(self) -> Fraction:
        """The share of maturity."""
        return self.summed / self.divisor

    @property
    def sid(self) -> Fraction:
        """The innovations' part of the index."""
        return self.mean + self.number


def estimate(yardstick: Yardstick, maturities: Sequence[Fraction], affairs: Sequence[str]) -> Estimate:
    """Return what innovations come to, given the maturity and the affair ("" for none) of each.

    Raises:
        divisor_unknown: the year's K was not found.
    """
    return estimates(yardstick, maturities, affairs)[-1]


def estimates(yardstick: Yardstick, maturities: Sequence[Fraction], affairs: Sequence[str]) -> list[Estimate]:
    """Return what the first 0, 1, 2, ... of some innovations come to; see :func:`estimate`."""
    if yardstick.k is None:
        raise Problem("divisor_unknown", year=str(yardstick.year))
    known = {affair.id for affair in yardstick.affairs.of}
    found, covered = [], frozenset[str]()
    sums = [Fraction(), *accumulate(maturities)]
    for n, summed in enumerate(sums):
        covered |= known & set(affairs[max(n - 1, 0) : n])
        enough = len(covered) >= yardstick.affairs.required
        number = Fraction(yardstick.number.each) * min(n, yardstick.number.cap) if enough else Fraction()
        found.append(Estimate(n, summed, max(yardstick.k, n), number, covered, enough))
    return found


def index(yardstick: Yardstick, sid: Fraction, spd: Decimal | Fraction) -> Decimal:
    """Return the index at the decimals at which it is decided, halves away from zero."""
    exact = (Fraction(spd) + sid) * 100 / yardstick.total
    return Exact.of([exact]).rounded(yardstick.decimals, "half_away").decimals()[0]


def predicate(yardstick: Yardstick, value: Decimal) -> Bound | None:
    """Return the predicate of an index; None where the year's bounds were not found."""
    return next((bound for bound in yardstick.bounds if bound.low <= value <= bound.high), None)


def earned_at(yardstick: Yardstick, bound: Bound) -> Fraction:
    """Return the least that SPD and SID together must earn for a predicate: rounding lifts half a step."""
    half = Fraction(1, 2 * 10**yardstick.decimals)
    return max(Fraction(), Fraction(bound.low) - half) * yardstick.total / 100
