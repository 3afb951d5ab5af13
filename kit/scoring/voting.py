"""Methods that look at whole ballots: majority of places, comparison of pairs, runoff; and standardised marks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING, Literal

import numpy as np

from kit.scoring.exact import Exact

if TYPE_CHECKING:
    from kit.rules import Rounding
    from kit.scoring.exact import Integers

Method = Literal["majority", "pairwise", "runoff"]


def standing_before(method: Method, values: Integers, judges: Integers, entries: Integers, behind: int) -> Integers:
    """Return how many entries each entry stands before.

    Args:
        method: of counting.
        values: per row, the lower the better in its judge's eyes.
        judges: per row, the judge's number.
        entries: per row, the entry's number, from 0 without a gap.
        behind: the value of an entry that a judge has no row for.
    """
    size = int(entries.max()) + 1
    voters, voter = np.unique(judges, return_inverse=True)
    ballots = np.full((len(voters), size), behind, dtype=object)
    ballots[voter, entries] = values
    ordered = np.array([np.unique(ballot, return_inverse=True)[1].reshape(-1) for ballot in ballots], dtype=np.int64)
    if method == "majority":
        own = np.zeros(ballots.shape, dtype=bool)
        own[voter, entries] = True
        return _majority(ordered, own)
    return _pairwise(ordered) if method == "pairwise" else _runoff(ordered)


def _majority(ballots: Integers, judged: Integers) -> Integers:
    """Count by the Skating System, rules 5 to 8: the first place that most judges give or better, then how many.

    Equal counts are told apart by the sum of those places, and after that by the next place.
    """
    twice = np.array([[2 * (b < own).sum() + (b == own).sum() + 1 for own in b] for b in ballots])  # places, doubled
    size = twice.shape[1]
    keys: list[tuple[int, ...]] = []
    for entry in range(size):
        own = twice[judged[:, entry], entry]
        judges = len(own)
        reached = [int((own <= 2 * place).sum()) for place in range(1, size + 1)]
        first = next(n for n, count in enumerate(reached) if 2 * count > judges)
        key = [first]
        for n in range(first, size):
            key += [-reached[n], int(own[own <= 2 * (n + 1)].sum())]
        keys.append(tuple(key))
    return np.array([sum(own < other for other in keys) for own in keys], dtype=np.int64)


def _pairwise(ballots: Integers) -> Integers:
    """Compare each pair, by the strongest paths where that goes round in a circle.

    Markus Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
    election method", Social Choice and Welfare 36 (2011); a win is as strong as the judges who prefer the winner.
    """
    prefer = sum((ballot[:, None] < ballot).astype(np.int64) for ballot in ballots)
    path = np.where(prefer > prefer.T, prefer, 0)
    for over in range(len(path)):
        path = np.maximum(path, np.minimum(path[:, [over]], path[[over], :]))
    return np.asarray((path > path.T).sum(axis=1))


def _runoff(ballots: Integers) -> Integers:
    """Let whoever is first on the fewest ballots fall out, until all that are left are equal."""
    left, out = list(range(ballots.shape[1])), np.zeros(ballots.shape[1], dtype=np.int64)
    while True:
        first = dict.fromkeys(left, Fraction(0))
        for ballot in ballots:
            best = min(ballot[left])
            shared = [entry for entry in left if ballot[entry] == best]
            for entry in shared:
                first[entry] += Fraction(1, len(shared))
        fewest = min(first.values())
        falling = [entry for entry in left if first[entry] == fewest]
        out[left] = ballots.shape[1] - len(left)
        if len(falling) == len(left):
            return out
        left = [entry for entry in left if entry not in falling]


def standardised(values: Exact, judges: Integers, places: int, rounding: Rounding) -> Exact:
    """Return how many standard deviations each value lies above the mean of its judge's values, rounded exactly.

    The standard deviation is that of all the judge's values, not of a sample; where it is 0, so is the result.
    """
    order = np.argsort(judges, kind="stable")
    ends = [0, *(np.flatnonzero(np.diff(judges[order])) + 1).tolist(), len(order)]
    found: list[Decimal] = [Decimal(0)] * len(order)
    for start, end in pairwise(ends):
        rows = order[start:end]
        own = [int(n) for n in values.numerators[rows]]  # the denominator is the same above and below the line
        size, total = len(own), sum(own)
        spread = size * sum(n * n for n in own) - total * total  # size squared times the variance
        for row, n in zip(rows, own, strict=True):
            if spread:
                found[row] = _rounded_ratio(size * n - total, spread, places, rounding)
    return Exact.of(found)


def _rounded_ratio(number: int, square: int, places: int, rounding: Rounding) -> Decimal:
    """Return ``number`` divided by the root of ``square``, rounded."""
    scaled = Fraction(4 * number * number * 100**places, square)  # the square of twice the result in last digits
    twice = isqrt(scaled.numerator // scaled.denominator)  # twice the result, rounded down
    whole, odd = divmod(twice, 2)
    half = odd == 1 and scaled == twice * twice
    up = odd == 1 and (not half or rounding == "half_away" or whole % 2 == 1)
    return Decimal(f"{(whole + up) * (-1 if number < 0 else 1)}e-{places}")
