"""The solver of the many-facet Rasch model: joint maximum likelihood by Newton's method with the entries absorbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigvalsh
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from kit.fairness.panel import Floats, Panel, Places

Facet = Literal["entry", "judge", "criterion"]
FACETS: tuple[Facet, ...] = ("entry", "judge", "criterion")

CONVERGED = 0.001  # logits
_MOST_STEPS = 100
_CHUNK = 1 << 14  # marks at a time, so that their categories stay in the processor's cache


def codes_of(panel: Panel) -> dict[Facet, Places]:
    """Return, per facet, the position of each mark's element."""
    return {"entry": panel.entry, "judge": panel.judge, "criterion": panel.criterion}


def names_of(panel: Panel) -> dict[Facet, tuple[str, ...]]:
    """Return, per facet, the ids of its elements."""
    return {"entry": panel.entries, "judge": panel.judges, "criterion": panel.criteria}


class Point(NamedTuple):
    """Where the search stands, in logits; each part but the first adds up to zero.

    Args:
        entry: how able each entry is.
        judge: how lenient each judge is.
        criterion: how easy each criterion is.
        step: how easy each category is to reach from the one below.
    """

    entry: Floats
    judge: Floats
    criterion: Floats
    step: Floats

    def moved(self, by: Point, share: float = 1.0) -> Point:
        """Return the point a step away."""
        return Point(*(here + share * there for here, there in zip(self, by, strict=True)))

    @property
    def reach(self) -> float:
        """The largest number of all."""
        return max(float(np.abs(part).max(initial=0.0)) for part in self)


class Step(NamedTuple):
    """How probable the marks are at a point, and where Newton's method goes from there."""

    likelihood: float
    move: Point


class Moments(NamedTuple):
    """What the model expects of each mark: its mean, its variance and its fourth central moment, in categories."""

    expected: Floats
    variance: Floats
    fourth: Floats


def probabilities(theta: Floats, step: Floats) -> Floats:
    """Return categories x marks: the chance of each category at a distance ``theta`` (Andrich 1978)."""
    category = np.arange(len(step) + 1)[:, None]
    ease = np.concatenate([[0.0], np.cumsum(step)])[:, None]
    chance = category * theta
    chance += ease
    chance -= chance.max(axis=0)
    np.exp(chance, out=chance)
    chance /= chance.sum(axis=0)
    return chance


def moments(theta: Floats, step: Floats) -> Moments:
    """Return what is expected of marks at the distances ``theta``."""
    found = np.empty((3, len(theta)))
    category = np.arange(len(step) + 1.0)[:, None]
    for at in range(0, len(theta), _CHUNK):
        here = slice(at, at + _CHUNK)
        chance = probabilities(theta[here], step)
        mean = (chance * category).sum(axis=0)
        square = (category - mean) ** 2
        found[:, here] = mean, (chance * square).sum(axis=0), (chance * square**2).sum(axis=0)
    return Moments(*found)


def shifts(theta: Floats, group: Places, target: Places | Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return by how much each group's marks must be moved to be expected at its target, and the information there.

    Args:
        theta: per mark, its distance.
        group: per mark, the number of its group.
        target: per group, the sum of its marks' categories, neither lowest nor highest.
        step: how easy the categories are to reach.
    """
    shift, information = np.zeros(len(target)), np.ones(len(target))
    for _ in range(_MOST_STEPS):
        there = moments(theta + shift[group], step)
        information = np.maximum(np.bincount(group, there.variance, len(target)), 1e-9)
        move = np.clip((target - np.bincount(group, there.expected, len(target))) / information, -1.0, 1.0)
        if np.abs(move).max(initial=0.0) < CONVERGED:
            return shift + move, information
        shift += move
    return shift, information


def theta_of(point: Point, panel: Panel) -> Floats:
    """Return the distance of each mark's entry from what its judge and criterion ask."""
    return point.entry[panel.entry] + point.judge[panel.judge] + point.criterion[panel.criterion]


def estimate(panel: Panel, category: Places) -> Point | None:
    """Return the measures that make the marks most probable, or None where the likelihood has no finite maximum.

    The likelihood is concave; Newton's step is halved until it rises. Stops when no measure would move by 0.001 logit,
    which Newton's method leaves far behind with its last step.

    Args:
        panel: connected, without elements whose marks are all lowest or all highest.
        category: per mark, 0 to the number of steps, every one of which occurs.
    """
    model = _Likelihood(panel, category)
    point, best, move = model.start(), -np.inf, None
    for _ in range(_MOST_STEPS):
        step, share = model.step(point), 1.0
        while move and share > 1e-3 and (not step or step.likelihood < best - 1e-9 * abs(best)):
            share /= 2
            step = model.step(point := point.moved(move, -share))
        if not step:
            return None
        best, move = step.likelihood, step.move
        point = point.moved(move)
        if move.reach < CONVERGED:
            return point
    return None


def separable(panel: Panel) -> bool:
    """Whether the marks of a connected panel tell judges and criteria apart.

    They do not where, say, each criterion has judges of its own: whether those are severe or the criterion is hard,
    nobody knows. Then more than one sum of judges and criteria each is free (Weeks and Williams, Technometrics 6
    (1964) 319-324).
    """
    design = _Design(panel)
    ones = np.ones(len(panel.value))
    absorbed = design.absorbed(ones, np.bincount(design.entry).astype(np.float64), design.by_criterion(ones))
    sizes = eigvalsh(absorbed[0])
    return int((sizes < 1e-9 * max(sizes[-1], 1.0)).sum()) <= 2


class _Design:
    """Which marks belong together: sorted by entry and judge, so that a sheet and an entry are runs of marks."""

    def __init__(self, panel: Panel) -> None:
        self.sizes = len(panel.entries), len(panel.judges), len(panel.criteria)
        wide = self.sizes[1]
        sheet = panel.entry * wide + panel.judge
        self.order = np.argsort(sheet, kind="stable")
        sheet = sheet[self.order]
        self.entry, self.judge = panel.entry[self.order], panel.judge[self.order]
        self.criterion = panel.criterion[self.order]
        self.sheets = np.flatnonzero(np.diff(sheet, prepend=-1))
        self.columns = sheet[self.sheets] % wide
        self.rows = np.searchsorted(self.entry[self.sheets], np.arange(self.sizes[0] + 1))

    def by_criterion(self, weight: Floats) -> Floats:
        """Add up weights into entries x criteria."""
        entries, _, criteria = self.sizes
        cell = np.bincount(self.entry * criteria + self.criterion, weight, entries * criteria)
        return cell.astype(np.float64, copy=False).reshape(entries, criteria)

    def absorbed(self, weight: Floats, own: Floats, rest: Floats) -> tuple[Floats, csr_array]:
        """Return what the entries leave of the information on judges and criteria, and that on entries x judges.

        Args:
            weight: per mark, its variance.
            own: the information on each entry.
            rest: entries x criteria and, after these, steps; their own information is not in the result.
        """
        _, judges, criteria = self.sizes
        shared = csr_array(
            (np.add.reduceat(weight, self.sheets), self.columns, self.rows), shape=(self.sizes[0], judges)
        )
        left = np.zeros((judges + rest.shape[1],) * 2)
        scaled = rest / own[:, None]
        left[:judges, :judges] = -(shared.T @ shared.multiply(1 / own[:, None])).toarray()
        left[:judges, judges:] = -(shared.T @ scaled)
        left[judges:, judges:] = -(rest.T @ scaled)
        both = np.bincount(self.judge * criteria + self.criterion, weight, judges * criteria)
        left[:judges, judges : judges + criteria] += both.reshape(judges, criteria)
        left[judges:, :judges] = left[:judges, judges:].T
        judge = np.arange(judges)
        left[judge, judge] += np.bincount(self.judge, weight, judges)
        criterion = judges + np.arange(criteria)
        left[criterion, criterion] += np.bincount(self.criterion, weight, criteria)
        return left, shared


def _from_above(rows: Floats) -> Floats:
    """Turn each row into the sum of itself and all below it, in place: row by row, as numpy's own is slow that way."""
    for n in range(len(rows) - 2, -1, -1):
        rows[n] += rows[n + 1]
    return rows


class _Likelihood:
    """The logarithm of the marks' probability, with its slope and curvature at any point."""

    def __init__(self, panel: Panel, category: Places) -> None:
        self.design = _Design(panel)
        self.category = category[self.design.order]
        self.counts = np.bincount(self.category)
        self.steps = len(self.counts) - 1

    def start(self) -> Point:
        """Everybody at the odds of their marks, and the steps as if all marks were at the same distance."""

        def odds(code: Places, size: int) -> Floats:
            most, reached = np.bincount(code, minlength=size) * self.steps, np.bincount(code, self.category, size)
            return np.asarray(np.log(reached / (most - reached)))

        codes = (self.design.entry, self.design.judge, self.design.criterion)
        entry, judge, criterion = (odds(code, size) for code, size in zip(codes, self.design.sizes, strict=True))
        step = np.log(self.counts[1:] / self.counts[:-1])
        return Point(entry, judge - judge.mean(), criterion - criterion.mean(), step - step.mean())

    def step(self, point: Point) -> Step | None:
        """Solve for the next step; None where the likelihood is flat beyond what is centred anyway."""
        design, m = self.design, self.steps
        entries, judges, criteria = design.sizes
        n = len(self.category)
        rest, variance = np.empty(n), np.empty(n)
        likelihood, reached, pairs = 0.0, np.zeros(m), np.zeros((m, m))
        of_entry, of_other = np.zeros((entries, m)), np.zeros((judges + criteria, m))
        upward = np.arange(1.0, m + 1)[:, None]
        for at in range(0, n, _CHUNK):
            here = slice(at, at + _CHUNK)
            entry, judge, criterion = design.entry[here], design.judge[here], design.criterion[here]
            chance = probabilities(point.entry[entry] + point.judge[judge] + point.criterion[criterion], point.step)
            given = self.category[here]
            likelihood += float(np.log(np.maximum(chance[given, np.arange(len(given))], 1e-300)).sum())
            with_mark, at_least = _from_above(chance[1:] * upward), _from_above(chance[1:])
            mean = with_mark[0]
            rest[here] = given - mean
            variance[here] = ((2 * upward - 1) * at_least).sum(axis=0) - mean**2
            reached += at_least.sum(axis=1)
            pairs -= at_least @ at_least.T
            with_mark -= mean * at_least  # the covariance of a mark with having reached each step
            first, last = np.searchsorted(design.sheets, (at + 1, at + _CHUNK))
            sheets = np.append(0, design.sheets[first:last] - at)  # the first may have begun in the chunk before
            of_sheet, whose = np.add.reduceat(with_mark, sheets, axis=1), entry[sheets]
            runs = np.flatnonzero(np.diff(whose, prepend=-1))
            of_entry[whose[runs]] += np.add.reduceat(of_sheet, runs, axis=1).T
            for k in range(m):
                of_other[:judges, k] += np.bincount(judge[sheets], of_sheet[k], judges)
                of_other[judges:, k] += np.bincount(criterion, with_mark[k], criteria)
        pairs += reached[np.maximum.outer(np.arange(m), np.arange(m))]
        own = np.add.reduceat(variance, design.sheets[design.rows[:-1]])
        if own.min() < 1e-9:
            return None
        beside = np.hstack([design.by_criterion(variance), of_entry])
        left, shared = design.absorbed(variance, own, beside)
        others = judges + criteria
        left[:others, others:] += of_other
        left[others:, :others] += of_other.T
        left[others:, others:] += pairs
        for start, end in ((0, judges), (judges, others), (others, others + m)):
            left[start:end, start:end] += np.trace(left) / len(left) / (end - start)
        of_entries = np.bincount(design.entry, rest, entries)
        slope = np.concatenate(
            [
                np.bincount(design.judge, rest, judges),
                np.bincount(design.criterion, rest, criteria),
                self.counts[::-1].cumsum()[::-1][1:] - reached,
            ]
        )
        share = of_entries / own
        slope -= np.concatenate([shared.T @ share, beside.T @ share])
        try:
            move = cho_solve(cho_factor(left), slope)
        except LinAlgError:
            return None
        entries_move = (of_entries - shared @ move[:judges] - beside @ move[judges:]) / own
        return Step(likelihood, Point(entries_move, move[:judges], move[judges:others], move[others:]))
