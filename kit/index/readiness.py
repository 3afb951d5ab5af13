"""How ready an edition's innovations are for the index: exact arithmetic, what to send, and what to do next.

An innovation's maturity (kematangan) is the sum of parameter times weight. The part of the innovations (SID) is the sum
of their maturities over ``max(K, n)`` plus ``min(n, cap)`` times what each earns; the index (IID) is SPD plus SID in
percent of the most there is: 63 + 111 + 76 = 250 in 2026.

A step either has evidence checked of what is claimed already, or raises an indicator by a parameter. Efforts are the
user's own numbers; everything else follows from the yardstick.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kit.errors import Problem
from kit.index.indicators import CLAIMS, TOP, has_claims, read_claims, read_yardstick
from kit.report.lasting import OVER, Known, lasting
from kit.rules import canonical, fingerprint
from kit.scoring.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kit.edition import Edition
    from kit.index.indicators import Bound, Yardstick

COUNTS = ("verified", "claimed")
PROVEN_UP_TO = 3_000  # possible steps up to which a plan is proven to be the cheapest: some 80 innovations
LASTING = ("stopped", "merged", "unapplied", "window", "times")  # obstacles that no step removes
_RUNNING = Known("running", "register", "")  # as long as no follow-up says otherwise

Parameters = dict[int, int]  # indicator to parameter


class UnknownCount(Problem, ValueError):
    """Parameters are to be counted that are neither the verified nor the claimed ones."""


class NoClaims(Problem, ValueError):
    """The register of claims claims nothing."""


# Arithmetic


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
    for n, summed in enumerate([Fraction(), *accumulate(maturities)]):
        covered |= known & set(affairs[max(n - 1, 0) : n])
        enough = len(covered) >= yardstick.affairs.required
        number = _number(yardstick, n) if enough else Fraction()
        found.append(Estimate(n, summed, max(yardstick.k, n), number, covered, enough))
    return found


def _number(yardstick: Yardstick, n: int) -> Fraction:
    """What so many innovations earn by their number, if it counts."""
    return Fraction(yardstick.number.each) * min(n, yardstick.number.cap)


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


# Steps


class Step(NamedTuple):
    """One indicator of one innovation brought from one parameter to a higher one.

    Args:
        gain: maturity points.
        claimed: whether the higher parameter is claimed already, so that only its evidence is to be checked.
    """

    innovation: str
    indicator: int
    low: int
    high: int
    gain: Fraction
    effort: Decimal
    claimed: bool

    @property
    def per_effort(self) -> Fraction:
        """Points for each unit of effort."""
        return self.gain / Fraction(self.effort)


def _step_to(yardstick: Yardstick, innovation: str, no: int, now: int, claimed: int, high: int) -> Step:
    """The step that brings an indicator from ``now`` to ``high``, given what is claimed for it."""
    raised = max(0, high - max(now, claimed))
    effort = yardstick.effort.of_step(no) * raised + (yardstick.effort.verification if claimed > now else 0)
    return Step(innovation, no, now, high, yardstick.weights[no] * (high - now), effort, claimed >= high)


def next_steps(yardstick: Yardstick, innovation: str, now: Parameters, claimed: Parameters) -> list[Step]:
    """Return the next step on each indicator of an innovation, best first.

    Unfilled mandatory indicators come before all others; then what gains most per effort.
    """
    found = []
    for no in yardstick.weights:
        have, said = now.get(no, 0), claimed.get(no, 0)
        if have < TOP:
            found.append(_step_to(yardstick, innovation, no, have, said, said if said > have else have + 1))

    def key(step: Step) -> tuple[bool, Fraction, Fraction, int]:
        pressing = yardstick.by_number[step.indicator].mandatory and step.low == 0
        return not pressing, -step.per_effort, -step.gain, step.indicator

    return sorted(found, key=key)


# What to send


class Candidate(NamedTuple):
    """What decides whether an innovation is sent.

    Args:
        sent: how many times it was sent before.
        over: ``stopped`` or ``merged`` where a follow-up has heard so, else blank.
    """

    innovation: str
    maturity: Fraction
    affair: str
    applied_since: str
    sent: int
    unfilled: tuple[int, ...]
    over: str = ""


def obstacles(yardstick: Yardstick, candidate: Candidate) -> list[str]:
    """Return why an innovation cannot be sent: some of :data:`LASTING`, ``mandatory``, ``cut``."""
    window, day = yardstick.window, candidate.applied_since
    found = {
        **{name: candidate.over == name for name in ("stopped", "merged")},
        "unapplied": window is not None and window.until is not None and not day,
        "window": window is not None and bool(day) and not window.holds(date.fromisoformat(day)),
        "times": yardstick.times is not None and candidate.sent >= yardstick.times,
        "mandatory": bool(candidate.unfilled),
        "cut": yardstick.cut is not None and candidate.maturity < yardstick.cut,
    }
    return [name for name, holds in found.items() if holds]


class Sending(NamedTuple):
    """The best that can be sent with one number of innovations."""

    innovations: tuple[str, ...]
    estimate: Estimate


def by_number(yardstick: Yardstick, candidates: Sequence[Candidate]) -> list[Sending]:
    """Return the best set of each size, from none to all.

    Of a size, the most mature are best; where the number counts only if enough affairs are covered, so are the most
    mature of each choice of enough affairs with the most mature of the rest, and the best of these choices.
    """
    plain = sorted(candidates, key=lambda candidate: (-candidate.maturity, candidate.innovation))
    orders = [plain, *_covering(yardstick, plain)]
    running = [estimates(yardstick, [c.maturity for c in order], [c.affair for c in order]) for order in orders]
    found = []
    for n in range(len(plain) + 1):
        at = max(range(len(orders)), key=[course[n].sid for course in running].__getitem__)  # the first of equals
        found.append(Sending(tuple(c.innovation for c in orders[at][:n]), running[at][n]))
    return found


def _covering(yardstick: Yardstick, ordered: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    affairs = yardstick.affairs
    for choice in combinations([affair.id for affair in affairs.of], affairs.required) if affairs.required else ():
        first = [next((c for c in ordered if c.affair == affair), None) for affair in choice]
        if None not in first:
            yield [c for c in ordered if c in first] + [c for c in ordered if c not in first]


def best_sending(sendings: Sequence[Sending]) -> Sending:
    """Return the set with the highest SID part; of equals, the smallest."""
    return max(sendings, key=lambda sending: (sending.estimate.sid, -sending.estimate.n))


# The plan


@dataclass(frozen=True)
class Plan:
    """What brings a city to a line.

    Args:
        innovations: what is sent then, sorted.
        steps: of these innovations, the most gain per effort first.
        effort: of all steps together.
        after: what the innovations come to then.
        exact: whether nothing cheaper can do it; otherwise something may be cheaper by a hundredth.
    """

    innovations: tuple[str, ...]
    steps: tuple[Step, ...]
    effort: Decimal
    after: Estimate
    exact: bool


def plan(
    yardstick: Yardstick,
    able: Sequence[Candidate],
    now: Mapping[str, Parameters],
    claimed: Mapping[str, Parameters],
    line: Bound,
    proven_up_to: int = PROVEN_UP_TO,
) -> Plan | None:
    """Return the steps of least effort with which a city's index reaches the lowest value of a predicate.

    Which innovations to send and which of their indicators to raise is chosen by mixed-integer programming, over whole
    numbers of points and of effort; what the choice comes to is computed once more in exact fractions. Of plans that
    cost the same, the one that gains most is taken, and of these the one that raises what comes first.

    Args:
        yardstick: the year's index, with what SPD earns.
        able: innovations that may be sent once they are mature enough.
        now: the parameters of each that count.
        claimed: those that are claimed.
        line: the predicate.
        proven_up_to: among how many possible steps the search goes on until nothing can be cheaper.

    Returns:
        The plan; None where not even the highest parameters everywhere are enough.
    """
    assert yardstick.spd is not None  # without it there is no index, and no line before it
    wanted = earned_at(yardstick, line) - Fraction(yardstick.spd)
    steps = [
        (at, _step_to(yardstick, own.innovation, no, have, claimed[own.innovation].get(no, 0), high))
        for at, own in enumerate(able)
        for no in yardstick.weights
        for have in [now[own.innovation].get(no, 0)]
        for high in range(have + 1, TOP + 1)
    ]
    exact = len(steps) <= proven_up_to
    matured = [maturity(yardstick, now[own.innovation]) for own in able]
    chosen = _cheapest(yardstick, able, matured, steps, wanted, exact=exact)
    if chosen is None:
        return None
    sent, taken = chosen
    for at, step in taken:
        matured[at] += step.gain
    after = estimate(yardstick, [matured[at] for at in sent], [able[at].affair for at in sent])
    assert after.sid >= wanted  # the solver counts in floating point
    done = sorted((step for _, step in taken), key=lambda step: (-step.per_effort, step.innovation, step.indicator))
    names = sorted(able[at].innovation for at in sent)
    return Plan(tuple(names), tuple(done), sum((step.effort for step in done), Decimal()), after, exact)


def _cheapest(
    yardstick: Yardstick,
    able: Sequence[Candidate],
    matured: Sequence[Fraction],
    steps: Sequence[tuple[int, Step]],
    wanted: Fraction,
    *,
    exact: bool,
) -> tuple[list[int], list[tuple[int, Step]]] | None:
    """The positions of the innovations to send, and the steps to take; None where nothing is enough.

    There is a variable for each step, innovation, affair, and way to be enough: so many innovations, with their number
    counting or not, must have so many points together.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  (slow to import, needed for plans alone)
    from scipy.sparse import csr_array  # noqa: PLC0415

    cut, affairs = Fraction(yardstick.cut or 0), [affair.id for affair in yardstick.affairs.of]
    scale = math.lcm(*(number.denominator for number in (*yardstick.weights.values(), cut)))
    unit = math.lcm(1, *(Fraction(step.effort).denominator for _, step in steps))
    ways = [
        (n, counts, needed)
        for n in range(1, len(able) + 1)
        for counts in (True, False)
        for rest in [wanted - (_number(yardstick, n) if counts else 0)]
        for needed in [math.ceil(max(Fraction(), rest) * max(yardstick.k or 1, n) * scale)]
        if needed <= n * yardstick.top * scale
    ]
    if not ways:
        return None
    sizes = [len(steps), len(able), len(affairs), len(ways)]
    x, sent, covered, way = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    gains = np.array([int(step.gain * scale) for _, step in steps])
    efforts = np.array([int(Fraction(step.effort) * unit) for _, step in steps])
    points = np.array([int(own * scale) for own in matured])
    number, counts, needed = np.array(ways).T

    entries: list[Sequence[Any]] = []
    bounds: list[tuple[float, float]] = []

    def row(low: float, high: float, *terms: tuple[Any, Any]) -> None:
        entries.extend(np.broadcast_arrays(len(bounds), *term) for term in terms)
        bounds.append((low, high))

    of_indicator, of_innovation = defaultdict(list), defaultdict(list)
    for n, (at, step) in enumerate(steps):
        of_indicator[at, step.indicator, step.low].append(n)
        of_innovation[at].append(n)
    for (at, no, low), own in of_indicator.items():  # at most one step of what is sent; one, where it must be filled
        must = yardstick.by_number[no].mandatory and low == 0
        row(0 if must else -np.inf, 0, (x[own], 1), (sent[at], -1))
    for at, own in of_innovation.items() if cut else ():  # what is sent passes the cut
        row(0, np.inf, (x[own], gains[own]), (sent[at], points[at] - int(cut * scale)))
    for at, affair in enumerate(affairs):  # what is covered is sent
        row(-np.inf, 0, (covered[at], 1), (sent[[own.affair == affair for own in able]], -1))
    row(1, 1, (way, 1))
    row(0, 0, (sent, 1), (way, -number))
    row(0, np.inf, (x, gains), (sent, points), (way, -needed))
    row(0, np.inf, (covered, 1), (way, -counts * yardstick.affairs.required))
    row(-np.inf, np.inf, (x, efforts))  # bounded once the least effort is known

    rows, columns, values = (
        np.concatenate([np.atleast_1d(part) for part in own]) for own in zip(*entries, strict=True)
    )
    matrix = csr_array((values, (rows, columns)), shape=(len(bounds), sum(sizes)))

    def solved(cost: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
        limits = LinearConstraint(matrix, *np.array(bounds).T)
        whole, gap = np.ones(len(cost), dtype=int), 0.0 if exact else 0.01
        found = milp(cost, integrality=whole, bounds=Bounds(0, 1), constraints=limits, options={"mip_rel_gap": gap})
        return None if found.x is None else np.round(found.x).astype(bool)

    cost = np.zeros(sum(sizes))
    cost[x] = efforts
    on = solved(cost)
    if on is None:
        return None
    if exact:
        least = int(efforts[on[x]].sum())
        bounds[-1] = (least, least)
        more = len(steps) * least + 1  # than the order of steps can come to
        cost[x] = np.arange(len(steps)) * efforts - gains * more
        cost[sent] = (int(yardstick.top * scale) - points) * more
        refined = solved(cost)
        on = on if refined is None else refined
    return np.flatnonzero(on[sent]).tolist(), [steps[n] for n in np.flatnonzero(on[x]).tolist()]


# An edition


class Readiness:
    """How ready the innovations of an edition are for the index.

    Args:
        edition: its folder holds the claims, and perhaps its own yardstick.
        count: which parameters count: those ``verified``, with 0 where nobody verified yet, or those ``claimed``.

    Raises:
        UnknownCount: ``count`` is neither.
        yardstick_missing: there is no yardstick for this edition.
        Mistakes: everything that is wrong in the yardstick or in the claims, with file, row and column.
        NoClaims: nothing is claimed.
    """

    def __init__(self, edition: Edition, count: str = "verified") -> None:
        if count not in COUNTS:
            raise UnknownCount(value=count)
        self.edition, self.count = edition, count
        self.yardstick, document, self.files = read_yardstick(edition.folder)
        self.claims = read_claims(edition.folder, self.yardstick, edition.registers)
        parts = {"registers": edition.registers.hashes(), "claims": dict(self.claims.hashes), "yardstick": document}
        self.fingerprint = fingerprint(canonical(parts))
        self.parameters = {name: self._parameters(name) for name in COUNTS}
        self.counted = self.parameters[count]
        if not self.counted:
            raise NoClaims(file=f"{CLAIMS}.csv")

    def _parameters(self, column: str) -> dict[str, Parameters]:
        """The parameters of each innovation that claims anything, by indicator."""
        table = self.claims.table
        found: dict[str, Parameters] = {name: {} for name in table.loc[table["claimed"] > 0, "innovation_id"]}
        values = table[column].fillna(0).astype(int)
        for name, no, value in zip(table["innovation_id"], table["indicator"].tolist(), values.tolist(), strict=True):
            if name in found:
                found[name][no] = value
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """Each innovation that has claims, indexed by its id.

        Columns: title, unit, affair, applied_since, sent; ``claimed`` and ``verified``, its maturity as a fraction;
        ``over`` and ``heard``: that it stopped or was merged, and the year of the follow-up that says so;
        ``maturity``, that of the two that counts; ``waiting``, how many claims nobody verified; ``unevidenced``, how
        many have no evidence; ``unfilled``, the mandatory indicators at 0; ``obstacles``, why it cannot be sent.
        """
        claims = self.claims.table[self.claims.table["claimed"] > 0]
        of, found = claims["innovation_id"], self.claims.innovations.loc[list(self.counted)]
        for name in COUNTS:
            matured = [maturity(self.yardstick, given) for given in self.parameters[name].values()]
            found = found.assign(**{name: _objects(matured, found.index)})
        known = lasting(self.edition).innovations
        status = [known[name].get("status", _RUNNING) if name in known else _RUNNING for name in found.index]
        found = found.assign(
            maturity=found[self.count],
            waiting=claims["verified"].isna().groupby(of).sum(),
            unevidenced=(claims["evidence"] == "").groupby(of).sum(),
            unfilled=_objects([self.unfilled(given) for given in self.counted.values()], found.index),
            over=[own.value if own.value in OVER else "" for own in status],
            heard=[own.year for own in status],
        ).fillna({"waiting": 0, "unevidenced": 0})
        why = [obstacles(self.yardstick, candidate) for candidate in self.candidates(found)]
        return found.assign(obstacles=_objects(why, found.index))

    def unfilled(self, parameters: Mapping[int, int]) -> tuple[int, ...]:
        """Return the mandatory indicators that are at 0."""
        mandatory = (no for no, indicator in self.yardstick.by_number.items() if indicator.mandatory)
        return tuple(no for no in mandatory if not parameters.get(no))

    def candidates(self, table: pd.DataFrame) -> list[Candidate]:
        """Return what decides about sending, for rows of :attr:`table`."""
        columns = ("maturity", "affair", "applied_since", "sent", "unfilled", "over")
        return [Candidate(*row) for row in zip(table.index, *(table[name] for name in columns), strict=True)]

    @cached_property
    def ready(self) -> pd.DataFrame:
        """The rows of :attr:`table` that nothing keeps from being sent."""
        return self.table[~self.table["obstacles"].astype(bool)]

    @cached_property
    def sendings(self) -> list[Sending]:
        """The best set of each size, among those that are ready."""
        return by_number(self.yardstick, self.candidates(self.ready))

    @cached_property
    def sending(self) -> Sending:
        """What is best sent."""
        return best_sending(self.sendings)

    def estimate(self, innovations: Iterable[str]) -> Estimate:
        """Return what some innovations come to."""
        rows = self.table.loc[list(innovations)]
        return estimate(self.yardstick, rows["maturity"].tolist(), rows["affair"].tolist())

    def index(self, found: Estimate) -> Decimal | None:
        """Return the index with an estimate; None while nobody has typed in what SPD earns."""
        return None if self.yardstick.spd is None else index(self.yardstick, found.sid, self.yardstick.spd)

    def steps(self, innovation: str) -> list[Step]:
        """Return the next step on each indicator of an innovation, best first; none where it is over."""
        if self.table["over"][innovation]:
            return []
        return next_steps(self.yardstick, innovation, self.counted[innovation], self.parameters["claimed"][innovation])

    @cached_property
    def line(self) -> Bound | None:
        """The next predicate above the index; None where there is none, or no index."""
        value = self.index(self.sending.estimate)
        above = [bound for bound in self.yardstick.bounds if value is not None and bound.low > value]
        return min(above, key=lambda bound: bound.low, default=None)

    @cached_property
    def plan(self) -> Plan | None:
        """The steps of least effort to the next predicate; None where there is none, or no way to it."""
        if self.line is None:
            return None
        able = self.table[[not {*LASTING}.intersection(found) for found in self.table["obstacles"]]]
        return plan(self.yardstick, self.candidates(able), self.counted, self.parameters["claimed"], self.line)


def check_claims(edition: Edition) -> None:
    """Read an edition's index data, if it has any.

    Raises:
        yardstick_missing, Mistakes: it is wrong.
    """
    if has_claims(edition.folder):
        read_claims(edition.folder, read_yardstick(edition.folder)[0], edition.registers)


def _objects(values: Sequence[object], index: pd.Index[str]) -> pd.Series[Any]:
    return pd.Series(values, index=index, dtype=object)
