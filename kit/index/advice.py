"""What to do next, as pure functions: single steps, and which innovations to send.

A step either has evidence checked of what is claimed already, or raises an indicator by a parameter. Efforts are the
user's own numbers; everything else follows from the yardstick.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from kit.index.arithmetic import Estimate, estimates
from kit.index.yardstick import TOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kit.index.yardstick import Yardstick

Parameters = dict[int, int]  # indicator to parameter


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


def step_to(yardstick: Yardstick, innovation: str, no: int, now: int, claimed: int, high: int) -> Step:
    """Return the step that brings an indicator from ``now`` to ``high``, given what is claimed for it."""
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
            found.append(step_to(yardstick, innovation, no, have, said, said if said > have else have + 1))

    def key(step: Step) -> tuple[bool, Fraction, Fraction, int]:
        pressing = yardstick.by_number[step.indicator].mandatory and step.low == 0
        return not pressing, -step.gain / Fraction(step.effort), -step.gain, step.indicator

    return sorted(found, key=key)


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


LASTING = ("stopped", "merged", "unapplied", "window", "times")  # obstacles that no step removes


def obstacles(yardstick: Yardstick, candidate: Candidate) -> list[str]:
    """Return why an innovation cannot be sent: some of :data:`LASTING`, ``mandatory``, ``cut``."""
    window, day = yardstick.window, candidate.applied_since
    timed = window is not None and window.until is not None
    found = {
        **{name: candidate.over == name for name in ("stopped", "merged")},
        "unapplied": timed and not day,
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
