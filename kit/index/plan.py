"""The least effort to a line: which innovations to send, and which of their indicators to raise.

Each innovation that may be sent has a price for each maturity: the least effort that brings it there with its mandatory
indicators filled and the city's cut passed. From these prices the cheapest set is chosen whose index reaches the line,
exactly (dynamic programming over number sent, affairs covered and points short of the top) as long as that is not too
much to compute, and greedily beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from kit.index.advice import Step, step_to
from kit.index.arithmetic import earned_at, estimate, maturity
from kit.index.yardstick import TOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.index.advice import Candidate, Parameters
    from kit.index.arithmetic import Estimate
    from kit.index.yardstick import Bound, Yardstick

    Integers: TypeAlias = np.ndarray[Any, np.dtype[Any]]

EXACT = 200_000_000  # numbers looked at, up to which the search is exact: a second or two
_NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Plan:
    """What brings a city to a line.

    Args:
        innovations: what is sent then, sorted.
        steps: of these innovations, the most gain per effort first.
        effort: of all steps together.
        after: what the innovations come to then.
        exact: whether nothing cheaper can do it; otherwise it was found greedily.
    """

    innovations: tuple[str, ...]
    steps: tuple[Step, ...]
    effort: Decimal
    after: Estimate
    exact: bool


class _Size(NamedTuple):
    """How far below the top the innovations may lie together, if so many are sent; below 0, never far enough."""

    n: int
    counted: int  # if their number counts
    uncounted: int  # if too few affairs are covered


@dataclass(frozen=True)
class _Problem:
    """One search; points and efforts are whole numbers over common denominators."""

    yardstick: Yardstick
    able: Sequence[Candidate]
    now: Mapping[str, Parameters]
    claimed: Mapping[str, Parameters]

    @cached_property
    def scale(self) -> int:
        return math.lcm(*(weight.denominator for weight in self.yardstick.weights.values()))

    @cached_property
    def unit(self) -> int:
        effort = self.yardstick.effort
        return math.lcm(*(Fraction(e).denominator for e in (effort.verification, effort.step, *effort.of.values())))

    @cached_property
    def top(self) -> int:
        return int(self.yardstick.top * self.scale)

    def groups(self, innovation: str) -> Iterator[tuple[list[Step], bool]]:
        """The steps of each indicator, of which at most one is taken; exactly one, where it must be filled."""
        now, claimed = self.now[innovation], self.claimed[innovation]
        for no, indicator in self.yardstick.by_number.items():
            have, said = now.get(no, 0), claimed.get(no, 0)
            highs = range(have + 1, TOP + 1)
            yield (
                [step_to(self.yardstick, innovation, no, have, said, high) for high in highs],
                indicator.mandatory and have == 0,
            )

    def priced(self, innovation: str) -> tuple[Integers, list[Integers]]:
        """The least effort for each number of points below the top, and for each indicator which step it takes."""
        missing = self.top - int(maturity(self.yardstick, self.now[innovation]) * self.scale)
        price = np.full(missing + 1, _NEVER, dtype=np.int64)  # by points gained
        price[0] = 0
        taken = []
        for steps, must in self.groups(innovation):
            before, choice = price, np.zeros(missing + 1, dtype=np.uint8)
            price = np.full(missing + 1, _NEVER, dtype=np.int64) if must else before.copy()
            for number, step in enumerate(steps, 1):
                gain = int(step.gain * self.scale)
                through = np.full(missing + 1, _NEVER, dtype=np.int64)
                through[gain:] = before[: missing + 1 - gain] + int(Fraction(step.effort) * self.unit)
                better = through < price
                price[better], choice[better] = through[better], number
            taken.append(choice)
        return price, taken

    @cached_property
    def prices(self) -> dict[str, list[tuple[int, int]]]:
        """For each innovation the points below the top at which it can be sent, with their effort.

        The cheapest first; only those that nothing else beats in both. Innovations that can never be sent are left out.
        """
        most = self.top - (math.ceil(self.yardstick.cut * self.scale) if self.yardstick.cut is not None else 0)
        found: dict[str, list[tuple[int, int]]] = {}
        for candidate in self.able:
            price, _ = self.priced(candidate.innovation)
            nearest: list[tuple[int, int]] = []
            for short in range(min(most, len(price) - 1) + 1):
                effort = int(price[len(price) - 1 - short])
                if effort < (nearest[-1][1] if nearest else _NEVER):
                    nearest.append((short, effort))
            if nearest:
                found[candidate.innovation] = nearest[::-1]
        return found

    @cached_property
    def bits(self) -> dict[str, int]:
        """One bit for each affair that counts, if any must be covered."""
        affairs = self.yardstick.affairs
        of = {affair.id: 1 << at for at, affair in enumerate(affairs.of)} if affairs.required else {}
        return {candidate.innovation: of.get(candidate.affair, 0) for candidate in self.able}

    def steps(self, innovation: str, short: int) -> Iterator[Step]:
        """The steps that bring an innovation to some points below the top at its price."""
        price, taken = self.priced(innovation)
        gained = len(price) - 1 - short
        for (steps, _), choice in zip(reversed([*self.groups(innovation)]), reversed(taken), strict=True):
            if number := int(choice[gained]):
                yield steps[number - 1]
                gained -= int(steps[number - 1].gain * self.scale)

    def sizes(self, wanted: Fraction) -> list[_Size]:
        """What each number of innovations must come to for SID to be ``wanted``."""
        found = []
        for n in range(1, len(self.prices) + 1):
            number = Fraction(self.yardstick.number.each) * min(n, self.yardstick.number.cap)
            divisor = max(self.yardstick.k or 1, n)
            needed = [math.ceil(max(Fraction(), wanted - part) * divisor * self.scale) for part in (number, 0)]
            found.append(_Size(n, *(n * self.top - points for points in needed)))
        return [size for size in found if max(size[1:]) >= 0]


def plan(
    yardstick: Yardstick,
    able: Sequence[Candidate],
    now: Mapping[str, Parameters],
    claimed: Mapping[str, Parameters],
    line: Bound,
    exact_up_to: int = EXACT,
) -> Plan | None:
    """Return the steps of least effort with which a city's index reaches the lowest value of a predicate.

    Args:
        yardstick: the year's index, with what SPD earns.
        able: innovations that may be sent once they are mature enough.
        now: the parameters of each that count.
        claimed: those that are claimed.
        line: the predicate.
        exact_up_to: how many numbers the exact search may look at.

    Returns:
        The plan; None where not even the highest parameters everywhere are enough.
    """
    assert yardstick.spd is not None  # without it there is no index, and no line before it
    problem = _Problem(yardstick, able, now, claimed)
    sizes = problem.sizes(earned_at(yardstick, line) - Fraction(yardstick.spd))
    if not sizes:
        return None
    deepest = max(short for prices in problem.prices.values() for short, _ in prices)
    allowed = max(min(size.n * deepest, max(size[1:])) for size in sizes)
    masks = 1 << max(problem.bits.values(), default=0).bit_length()
    options = sum(map(len, problem.prices.values()))
    exact = options * masks * (len(problem.prices) + 1) * (allowed + 1) <= exact_up_to
    chosen = _least(problem, sizes, masks, allowed) if exact else _greedy(problem, sizes)
    if chosen is None:
        return None
    steps = [step for innovation, short in chosen.items() for step in problem.steps(innovation, short)]
    steps.sort(key=lambda step: (-step.gain / Fraction(step.effort), step.innovation, step.indicator))
    of = {candidate.innovation: candidate.affair for candidate in able}
    reached = [yardstick.top - Fraction(short, problem.scale) for short in chosen.values()]
    after = estimate(yardstick, reached, [of[innovation] for innovation in chosen])
    effort = sum((step.effort for step in steps), Decimal())
    return Plan(tuple(sorted(chosen)), tuple(steps), effort, after, exact)


def _least(problem: _Problem, sizes: Sequence[_Size], masks: int, allowed: int) -> dict[str, int] | None:
    """The cheapest choice: each innovation with its points below the top; None where there is none."""
    price = np.full((masks, len(problem.prices) + 1, allowed + 1), _NEVER, dtype=np.int64)  # by affairs, number, points
    price[0, 0, 0] = 0
    taken = []
    for innovation, prices in problem.prices.items():
        before, choice = price.copy(), np.zeros(price.shape, dtype=np.int16)
        bit = problem.bits[innovation]
        into = np.array([mask for mask in range(masks) if mask & bit == bit])
        # The affair was covered before, or is now; the option's number, from 1, is negative where it is now.
        for source, sign in ((into, 1), (into ^ bit, -1))[: 1 + (bit > 0)]:
            for number, (short, effort) in enumerate(prices, 1):
                if short <= allowed:
                    through = before[source, :-1, : allowed + 1 - short] + effort
                    better = through < price[into, 1:, short:]
                    price[into, 1:, short:] = np.where(better, through, price[into, 1:, short:])
                    choice[into, 1:, short:] = np.where(better, sign * number, choice[into, 1:, short:])
        taken.append(choice)
    effort, left, mask, short = _cheapest(problem, sizes, price)
    if effort >= _NEVER:
        return None
    picked: dict[str, int] = {}
    for (innovation, prices), choice in zip(reversed(problem.prices.items()), reversed(taken), strict=True):
        if number := int(choice[mask, left, short]):
            picked[innovation] = prices[abs(number) - 1][0]
            mask ^= problem.bits[innovation] if number < 0 else 0
            left, short = left - 1, short - picked[innovation]
    return picked


def _cheapest(problem: _Problem, sizes: Sequence[_Size], price: Integers) -> tuple[int, int, int, int]:
    """The least effort that is enough, with its number of innovations, affairs and points below the top."""
    masks, _, points = price.shape
    found = [(_NEVER, 0, 0, 0)]
    for mask in range(masks):
        enough = mask.bit_count() >= problem.yardstick.affairs.required
        for size in sizes:
            room = min(size.counted if enough else size.uncounted, points - 1)
            if room >= 0:
                short = int(np.argmin(price[mask, size.n, : room + 1]))
                found.append((int(price[mask, size.n, short]), size.n, mask, short))
    return min(found)


def _greedy(problem: _Problem, sizes: Sequence[_Size]) -> dict[str, int] | None:
    """A cheap choice: some sizes tried, each with what is cheapest to send, raised where a point costs least."""
    tried = {sizes[at] for at in np.unique(np.linspace(0, len(sizes) - 1, 25).astype(int))}
    found: tuple[int, int] | None = None
    best: dict[str, int] | None = None
    for size in sorted(tried):
        choice = _raised(problem, size)
        if choice is not None:
            effort = sum(dict(problem.prices[name])[short] for name, short in choice.items())
            if found is None or (effort, size.n) < found:
                found, best = (effort, size.n), choice
    return best


def _raised(problem: _Problem, size: _Size) -> dict[str, int] | None:
    """The cheapest to send, with enough affairs if they can be had, raised point by point; None if it is too few."""
    ordered = sorted(problem.prices, key=lambda name: (problem.prices[name][0][1], problem.prices[name][0][0], name))
    first: dict[int, str] = {}
    for name in ordered:
        first.setdefault(problem.bits[name], name)
    first.pop(0, None)
    required = [name for name in ordered if name in first.values()][: problem.yardstick.affairs.required]
    covered = len(required) == problem.yardstick.affairs.required and len(required) <= size.n
    room = size.counted if covered else size.uncounted
    chosen = (required + [name for name in ordered if name not in required])[: size.n] if covered else ordered[: size.n]
    at = {name: problem.prices[name][0] for name in chosen}
    over = sum(short for short, _ in at.values()) - room
    slopes = sorted(
        (Fraction(later[1] - earlier[1], earlier[0] - later[0]), name, n, later)
        for name in chosen
        for n, (earlier, later) in enumerate(_hull(problem.prices[name]))
    )
    for _, name, _, later in slopes:
        if over <= 0:
            break
        over -= at[name][0] - later[0]
        at[name] = later
    return {name: short for name, (short, _) in at.items()} if over <= 0 and room >= 0 else None


def _hull(prices: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The stretches in which each further point costs the least that it can, cheapest first."""
    found, here = [], 0
    while here < len(prices) - 1:
        short, effort = prices[here]
        later = range(here + 1, len(prices))
        ahead = min(later, key=lambda n: (Fraction(prices[n][1] - effort, short - prices[n][0]), prices[n][0]))
        found.append((prices[here], prices[ahead]))
        here = ahead
    return found
