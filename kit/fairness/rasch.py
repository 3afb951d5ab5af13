"""Were the judges equally severe, on a short scale? The many-facet Rasch model.

A mark reaches a category rather than the one below with the odds exp(ability - severity - difficulty - threshold):
the entry's ability, the judge's severity, the criterion's difficulty and one set of thresholds for all (Linacre,
*Many-Facet Rasch Measurement* (1989); the rating scale of Andrich, Psychometrika 43 (1978) 561-573). Measures are in
logits. Judges and criteria average zero, so that severity is measured against the average judge; entries are free.

Joint maximum likelihood is known to inflate: with L marks an entry, measures spread too wide by about L / (L - 1)
(Wright and Douglas, Educational and Psychological Measurement 37 (1977) 281-294, for right and wrong answers; for
longer scales it is less). The order of measures is not touched, and nothing is corrected here; ``Rasch.notes`` says
it. Errors take the other facets' measures as known, as Facets prints them, so they are somewhat too small too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigvalsh
from scipy.sparse import csr_array
from scipy.stats import chi2

if TYPE_CHECKING:
    from kit.fairness.mark_arrays import Flags, Floats, Panel, Places
    from kit.rules import Round, Scale

Facet = Literal["entry", "judge", "criterion"]
FACETS: tuple[Facet, ...] = ("entry", "judge", "criterion")

CONVERGED = 0.001  # logits
_MOST_STEPS = 100
_CHUNK = 1 << 14  # marks at a time, so that their categories stay in the processor's cache
SHORT = 0.3  # by how much of a category an extreme score is brought in, as Facets does by default
_MOST_CATEGORIES = 25
_OFF = 1e-6  # of a step: what floats make of a mark that is on the scale
MEASURES = [
    *("facet", "id", "measure", "error", "marks", "mean", "fair"),
    *("infit", "infit_z", "outfit", "outfit_z", "why"),
]
_FEW = 10  # marks that a category should have: Linacre, Journal of Applied Measurement 3 (2002) 85-106


class Note(NamedTuple):
    """A sentence of the catalogue with what its braces need."""

    key: str
    data: dict[str, object]

    @classmethod
    def of(cls, key: str, **data: object) -> Self:
        """Note a sentence by its key, with its values."""
        return cls(key, data)


@dataclass(frozen=True, eq=False)
class Rasch:
    """What the Rasch model says of a panel.

    Args:
        measures: per facet and ``id``: ``measure`` (ability, severity, difficulty), its ``error``, ``marks``, ``mean``
            (of the marks), ``fair`` (the mark to expect from the average judge on the average criterion, or for a
            judge and a criterion, to the average entry), the mean-squares ``infit`` and ``outfit`` with their
            standardised forms ``infit_z`` and ``outfit_z``, and ``why``: the sentence on why an element has no fit,
            or no measure at all.
        thresholds: per ``value`` that marks reach from the one below: ``marks`` with that value and ``threshold``.
        facets: per facet how many ``elements``, their ``spread`` (standard deviation), ``error`` (root mean square),
            ``separation``, ``reliability``, and the test that all are alike: ``chi_square``, ``freedom``, ``p``.
        notes: what a reader has to know about this fit.
        why: the sentence on why there are no measures.
        fitted: the marks that were fitted, for whatever builds on them.
    """

    measures: pd.DataFrame = field(default_factory=pd.DataFrame)
    thresholds: pd.DataFrame = field(default_factory=pd.DataFrame)
    facets: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[Note, ...] = ()
    why: str | None = None
    fitted: Fitted | None = None


@dataclass(frozen=True, eq=False)
class Fitted:
    """The marks that have a say in the measures, beside what the model expects of them.

    Args:
        panel: without elements whose marks are all lowest or all highest.
        category: per mark, its number among the values in use.
        point: the measures.
        theta: per mark, the distance between its entry and what judge and criterion ask.
        moments: per mark, what was to be expected.
        used: the places on the scale in use, lowest first.
        scale: what marks judges may give.
    """

    panel: Panel
    category: Places
    point: Point
    theta: Floats
    moments: Moments
    used: Places
    scale: Scale

    @property
    def levels(self) -> Floats:
        """The marks in use, lowest first."""
        return np.asarray(float(self.scale.low) + self.used * float(self.scale.step), dtype=np.float64)

    @property
    def expected_marks(self) -> Floats:
        """What the model expects of each mark, in marks; between values in use, evenly."""
        between: Floats = np.interp(self.moments.expected, np.arange(len(self.used)), self.levels)
        return between


def common_scale(round_: Round) -> Scale | None:
    """Return the scale of a round whose criteria all have the same; ballots have none."""
    scales = [round_.scale_of(criterion.id) for criterion in round_.marked] if round_.kind == "marks" else []
    return scales[0] if scales and all(scale == scales[0] for scale in scales) else None


def rasch(panel: Panel, scale: Scale | None) -> Rasch:
    """Fit the model by joint maximum likelihood.

    Values of the scale that nobody used are left out, and the rest count as neighbours. An entry, judge or criterion
    with the lowest or the highest marks only has no finite measure: it has no say in the others' measures and gets
    the one at which its marks would be expected to fall 0.3 of a category short of the end, as Facets does.

    Args:
        panel: the marks of one round.
        scale: the values that all criteria share (:func:`common_scale`).
    """
    if scale is None or not len(panel.value):
        return Rasch(why="fairness.no_marks" if scale else "fairness.rasch_scales_differ")
    steps = (panel.value - float(scale.low)) / float(scale.step)
    place = np.rint(steps).astype(np.int64)
    top = round((scale.high - scale.low) / scale.step)
    if np.abs(steps - place).max() > _OFF or place.min() < 0 or place.max() > top:
        return Rasch(why="fairness.rasch_off_scale")
    removed = extremes(panel, place)
    kept = kept_marks(panel, removed)
    if not kept.any():
        return Rasch(why="fairness.all_equal" if place.min() == place.max() else "fairness.rasch_ends_only")
    names = names_of(panel)
    left = {facet: [name for name, n in zip(names[facet], removed[facet], strict=True) if not n] for facet in FACETS}
    core = panel.part(entries=left["entry"], judges=left["judge"], criteria=left["criterion"])
    seen = np.bincount(place[kept]) > 0
    used, category = np.flatnonzero(seen), (np.cumsum(seen) - 1)[place[kept]]
    if why := _refusal(core, len(used)):
        return Rasch(why=why)
    if not (point := estimate(core, category)):
        return Rasch(why="fairness.rasch_infinite")
    theta = theta_of(point, core)
    fitted = Fitted(core, category, point, theta, moments(theta, point.step), used, scale)
    measures = _measures(panel, place, removed, fitted)
    counts = np.bincount(category)
    thresholds = pd.DataFrame({"value": fitted.levels[1:], "marks": counts[1:], "threshold": -point.step})
    return Rasch(measures, thresholds, _facets(measures), _notes(fitted, counts), fitted=fitted)


def _refusal(core: Panel, categories: int) -> str | None:
    """Return the sentence on why these marks cannot be fitted, if they cannot."""
    free = len(core.entries) + len(core.judges) + len(core.criteria) - 2 + categories - 2
    if categories > _MOST_CATEGORIES:
        return "fairness.rasch_scale_too_wide"
    if core.components().number > 1:
        return "fairness.disconnected"
    if len(core.value) <= free:
        return "fairness.no_residual"
    return None if separable(core) else "fairness.rasch_inseparable"


def _measures(panel: Panel, place: Places, removed: dict[Facet, Places], fitted: Fitted) -> pd.DataFrame:
    """Put every element's measure, fair mark and fit in one table."""
    tables = []
    for facet, table in all_lifts(panel, place, removed, fitted).items():
        code, lift = codes_of(panel)[facet], table["lift"].to_numpy()
        others = 0.0 if facet == "entry" else float(fitted.point.entry.mean())
        fit = pd.DataFrame(_fit(fitted, codes_of(fitted.panel)[facet]), index=names_of(fitted.panel)[facet])
        marks = np.bincount(code)
        whole = table.assign(
            facet=facet,
            measure=lift if facet == "entry" else 0.0 - lift,
            marks=marks,
            mean=np.bincount(code, panel.value) / marks,
            fair=fitted.levels @ probabilities(lift + others, fitted.point.step),
        )
        tables.append(whole.join(fit).reset_index(names="id"))
    return pd.concat(tables, ignore_index=True)[MEASURES]


def _fit(fitted: Fitted, code: Places) -> dict[str, Floats]:
    """Mean-squares of what is left over, by information and plain, with their cube-root normal forms.

    Wright and Masters, *Rating Scale Analysis* (1982), pp. 99-101.
    """
    variance, fourth = fitted.moments.variance, fitted.moments.fourth
    rest = (fitted.category - fitted.moments.expected) ** 2
    marks, information = np.bincount(code), np.bincount(code, variance)
    infit = np.bincount(code, rest) / information
    outfit = np.bincount(code, rest / variance) / marks
    infit_sd = np.sqrt(np.bincount(code, fourth - variance**2)) / information
    outfit_sd = np.sqrt(np.bincount(code, fourth / variance**2 - 1)) / marks
    return {
        "infit": infit,
        "infit_z": _normal(infit, infit_sd),
        "outfit": outfit,
        "outfit_z": _normal(outfit, outfit_sd),
    }


def _normal(square: Floats, deviation: Floats) -> Floats:
    deviation = np.maximum(deviation, 1e-12)  # two categories evenly split vary by nothing
    return (np.cbrt(square) - 1) * 3 / deviation + deviation / 3


def _facets(measures: pd.DataFrame) -> pd.DataFrame:
    """Tell how far each facet's elements are apart beyond their errors.

    Separation is the true spread in errors, reliability its share of the observed variance (Wright and Masters 1982,
    ch. 5); the chi-square is that of measures around their weighted mean. For judges a high reliability means that
    they are not equally severe.
    """
    rows = []
    for facet in FACETS:
        table = measures[(measures["facet"] == facet) & measures["measure"].notna()]
        measure, error = table["measure"].to_numpy(), table["error"].to_numpy()
        alone = len(table) < 2
        spread = 0.0 if alone else float(measure.std(ddof=1))
        noise = float(np.sqrt((error**2).mean()))
        true = max(spread**2 - noise**2, 0.0)
        weight = error**-2
        square = float(weight @ measure**2 - (weight @ measure) ** 2 / weight.sum())
        rows.append(
            {
                "facet": facet,
                "elements": len(table),
                "spread": spread,
                "error": noise,
                "separation": true**0.5 / noise,
                "reliability": true / spread**2 if spread else 0.0,
                "chi_square": max(square, 0.0),
                "freedom": len(table) - 1,
                "p": 1.0 if alone else float(chi2.sf(square, len(table) - 1)),
                "why": "fairness.rasch_alone" if alone else None,
            }
        )
    return pd.DataFrame(rows)


def _notes(fitted: Fitted, counts: Places) -> tuple[Note, ...]:
    """Return what qualifies the whole fit."""
    notes = [Note.of("fairness.rasch_inflated_single")]
    if (least := int(np.bincount(fitted.panel.entry).min())) > 1:
        factor = round(Decimal(least) / Decimal(least - 1), 2)
        notes = [Note.of("fairness.rasch_inflated", n=least, factor=factor)]
    scale = fitted.scale
    places = range(int((scale.high - scale.low) / scale.step) + 1)
    if unused := [scale.low + n * scale.step for n in places if n not in fitted.used]:
        notes.append(Note.of("fairness.rasch_unused", values=unused))
    if counts.min() < _FEW:
        notes.append(Note.of("fairness.rasch_few", n=int((counts < _FEW).sum()), least=_FEW))
    if (np.diff(fitted.point.step) > 0).any():
        notes.append(Note.of("fairness.rasch_disordered"))
    return tuple(notes)


# Entries, judges and criteria with the lowest or the highest marks only, whose measure would be infinite


def extremes(panel: Panel, place: Places) -> dict[Facet, Places]:
    """Per element, in which pass its marks were found all lowest or all highest; 0: never.

    Each pass leaves out what the one before found, which may leave others with extremes only. An element whose marks
    all went with others has -1.
    """
    codes = codes_of(panel)
    removed = {facet: np.zeros(code.max() + 1, dtype=np.int64) for facet, code in codes.items()}
    turn = 0
    while True:
        turn += 1
        kept = kept_marks(panel, removed)
        low, high = place[kept].min(initial=place.max()), place[kept].max(initial=place.min())
        found = False
        for facet, code in codes.items():
            size = len(removed[facet])
            marks = np.bincount(code[kept], minlength=size)
            lowest = np.bincount(code[kept], place[kept] == low, size)
            highest = np.bincount(code[kept], place[kept] == high, size)
            fresh = (removed[facet] == 0) & ((marks == lowest) | (marks == highest))
            removed[facet][fresh] = np.where(marks[fresh] > 0, turn, -1)
            found |= bool(fresh.any())
        if not found:
            return removed


def kept_marks(panel: Panel, removed: dict[Facet, Places]) -> Flags:
    """Per mark, whether entry, judge and criterion all have a say."""
    kept: Flags = np.logical_and.reduce([(removed[facet] == 0)[code] for facet, code in codes_of(panel).items()])
    return kept


def all_lifts(panel: Panel, place: Places, removed: dict[Facet, Places], fitted: Fitted) -> dict[Facet, pd.DataFrame]:
    """Return per facet and element its ``lift`` of a mark, the ``error``, and ``why`` it is no plain estimate.

    Those with extreme marks only come last, in the reverse order of their removal, each from its marks with those who
    were still there.
    """
    codes, point, top = codes_of(panel), fitted.point, len(fitted.point.step)
    category = np.clip(np.rint(np.interp(place, fitted.used, np.arange(top + 1))), 0, top)
    found: dict[Facet, pd.DataFrame] = {}
    for (facet, code), own in zip(codes_of(fitted.panel).items(), point, strict=False):
        core = pd.DataFrame({"lift": own, "error": np.bincount(code, fitted.moments.variance) ** -0.5})
        found[facet] = core.set_axis(names_of(fitted.panel)[facet]).reindex(names_of(panel)[facet])
        unlinked = ["fairness.rasch_unlinked" if turn else None for turn in removed[facet]]
        found[facet]["why"] = pd.Series(unlinked, found[facet].index, dtype=object)
    for turn in range(max(int(out.max()) for out in removed.values()), 0, -1):
        known = {facet: table["lift"].to_numpy(copy=True) for facet, table in found.items()}
        for facet, code in codes.items():
            one, two = (known[other][codes[other]] for other in FACETS if other != facet)
            theta = one + two
            rows = np.flatnonzero((removed[facet][code] == turn) & np.isfinite(theta))
            who, group = np.unique(code[rows], return_inverse=True)
            score, most = np.bincount(group, category[rows]), np.bincount(group) * top
            lift, information = shifts(theta[rows], group, np.clip(score, SHORT, most - SHORT), point.step)
            found[facet].iloc[who, :2] = np.column_stack([lift, information**-0.5])
            found[facet].iloc[who, 2] = np.where(score > 0, "fairness.rasch_extreme_high", "fairness.rasch_extreme_low")
    return found


# The solver: joint maximum likelihood by Newton's method with the entries absorbed


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
    point, best, move = _start(panel, category), -np.inf, None
    for _ in range(_MOST_STEPS):
        step, share = _newton_step(panel, category, point), 1.0
        while move and share > 1e-3 and (not step or step.likelihood < best - 1e-9 * abs(best)):
            share /= 2
            step = _newton_step(panel, category, point := point.moved(move, -share))
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
    sizes = eigvalsh(_absorb(panel, np.ones(len(panel.value)), np.empty((0, len(panel.value)))).left, lower=False)
    return int((sizes < 1e-9 * max(sizes[-1], 1.0)).sum()) <= 2


class _Step(NamedTuple):
    """How probable the marks are at a point, and where Newton's method goes from there."""

    likelihood: float
    move: Point


class _Absorbed(NamedTuple):
    """The information on judges, criteria and steps when the entries have taken their share of it.

    Args:
        left: its upper triangle.
        own: the information on each entry.
        judges: that on entries x judges.
        beside: that on entries x criteria and, after these, steps.
    """

    left: Floats
    own: Floats
    judges: csr_array
    beside: Floats


def _start(panel: Panel, category: Places) -> Point:
    """Return everybody at the odds of their marks, and the steps as if all marks were at the same distance."""
    counts = np.bincount(category)

    def odds(code: Places) -> Floats:
        most, reached = np.bincount(code) * (len(counts) - 1), np.bincount(code, category)
        return np.asarray(np.log(reached / (most - reached)))

    entry, judge, criterion = map(odds, codes_of(panel).values())
    step = np.log(counts[1:] / counts[:-1])
    return Point(entry, judge - judge.mean(), criterion - criterion.mean(), step - step.mean())


def _absorb(panel: Panel, variance: Floats, covariance: Floats) -> _Absorbed:
    """Return the information of marks with the entries absorbed, the steps' own still missing.

    Args:
        panel: the marks.
        variance: per mark, how much it varies.
        covariance: steps x marks, how it varies with having reached each step.
    """
    entries, judges, criteria = len(panel.entries), len(panel.judges), len(panel.criteria)
    own = np.bincount(panel.entry, variance).astype(np.float64)
    shared = csr_array((variance, (panel.entry, panel.judge)), shape=(entries, judges))
    cells = np.bincount(panel.entry * criteria + panel.criterion, variance, entries * criteria)
    beside = np.column_stack(
        [cells.reshape(entries, criteria), *(np.bincount(panel.entry, each) for each in covariance)]
    )
    left = np.zeros((judges + beside.shape[1],) * 2)
    j, c = slice(judges), slice(judges, judges + criteria)
    both = np.bincount(panel.judge * criteria + panel.criterion, variance, judges * criteria)
    left[j, j] = np.diag(np.bincount(panel.judge, variance))
    left[j, c] = both.reshape(judges, criteria)
    left[c, c] = np.diag(np.bincount(panel.criterion, variance))
    for column, each in enumerate(covariance, judges + criteria):
        left[j, column], left[c, column] = np.bincount(panel.judge, each), np.bincount(panel.criterion, each)
    scaled = beside / own[:, None]
    left[j, j] -= csr_array(shared.T @ csr_array(shared / own[:, None])).toarray()
    left[j, judges:] -= shared.T @ scaled
    left[judges:, judges:] -= beside.T @ scaled
    return _Absorbed(left, own, shared, beside)


def _newton_step(panel: Panel, category: Places, point: Point) -> _Step | None:
    """Solve for the next step; None where the likelihood is flat beyond what is centred anyway."""
    chance = probabilities(theta_of(point, panel), point.step)
    likelihood = float(np.log(np.maximum(chance[category, np.arange(len(category))], 1e-300)).sum())
    upward = np.arange(1.0, len(chance))[:, None]
    at_least, covariance = _from_above(chance[1:].copy()), _from_above(chance[1:] * upward)
    mean = covariance[0].copy()
    covariance -= mean * at_least  # of a mark with having reached each step
    variance = ((2 * upward - 1) * at_least).sum(axis=0) - mean**2
    if np.bincount(panel.entry, variance).min() < 1e-9:
        return None
    left, own, shared, beside = _absorb(panel, variance, covariance)
    reached = at_least.sum(axis=1)
    steps, judges = np.arange(len(reached)), len(panel.judges)
    others = len(left) - len(reached)
    left[others:, others:] += reached[np.maximum.outer(steps, steps)] - at_least @ at_least.T
    for start, end in ((0, judges), (judges, others), (others, len(left))):  # hold the mean of each facet
        left[start:end, start:end] += np.trace(left) / len(left) / (end - start)
    rest = category - mean
    of_entry, of_judge, of_criterion = (np.bincount(code, rest) for code in codes_of(panel).values())
    of_step = np.bincount(category)[::-1].cumsum()[::-1][1:] - reached
    share = of_entry / own
    slope = np.concatenate([of_judge - shared.T @ share, np.append(of_criterion, of_step) - beside.T @ share])
    try:
        move = cho_solve(cho_factor(left), slope)
    except LinAlgError:
        return None
    entries = (of_entry - shared @ move[:judges] - beside @ move[judges:]) / own
    return _Step(likelihood, Point(entries, move[:judges], move[judges:others], move[others:]))


def _from_above(rows: Floats) -> Floats:
    """Turn each row into the sum of itself and all below it, in place: row by row, as numpy's own is slow that way."""
    for n in range(len(rows) - 2, -1, -1):
        rows[n] += rows[n + 1]
    return rows


# What stands out: judges who favour a criterion, and marks that look unlike the others'

NOISY, DISTORTING, MUTED = 1.5, 2.0, 0.5  # mean-squares: Linacre, Rasch Measurement Transactions 16:2 (2002) 878
SURPRISING = 2.0  # standardised: by chance in about one of twenty
NARROW = 0.5  # the kit's own: half of the spread to be expected
LEAST = 10  # the kit's own: comparisons below which a spread says little
FLAGS = ["facet", "id", "flag", "value", "bound"]


@dataclass(frozen=True, eq=False)
class Bias:
    """How far the marks of each pair, a judge and a criterion for instance, lie from what both deserve.

    Args:
        cells: per pair its two ids under the names of their facets, ``marks``, ``observed`` and ``expected`` (sums of
            marks), ``bias`` in logits (above zero: marked higher than expected), its ``error``, ``t``, and ``why`` it
            is no plain estimate.
        chi_square: the sum of all squared ``t``: is there any bias at all?
        freedom: the number of cells.
        p: the chance of a sum as large without bias.
    """

    cells: pd.DataFrame
    chi_square: float
    freedom: int
    p: float


def bias(fitted: Fitted, first: Facet = "judge", second: Facet = "criterion") -> Bias:
    """Estimate the interaction of two facets, everything else held (Linacre 1989; Facets, Table 13).

    A cell of lowest or highest marks only is brought in by 0.3 of a category, as with extreme elements.
    """
    codes = codes_of(fitted.panel)
    names = names_of(fitted.panel)
    wide = len(names[second])
    cells, group = np.unique(codes[first] * wide + codes[second], return_inverse=True)
    marks, score = np.bincount(group), np.bincount(group, fitted.category)
    target = np.clip(score, SHORT, marks * len(fitted.point.step) - SHORT)
    size, information = shifts(fitted.theta, group, target, fitted.point.step)
    t = size * np.sqrt(information)
    square = float(t @ t)
    table = pd.DataFrame(
        {
            first: np.array(names[first], dtype=object)[cells // wide],
            second: np.array(names[second], dtype=object)[cells % wide],
            "marks": marks,
            "observed": np.bincount(group, fitted.panel.value),
            "expected": np.bincount(group, fitted.expected_marks),
            "bias": size,
            "error": information**-0.5,
            "t": t,
            "why": pd.Series(
                [None if same else "fairness.rasch_extreme_cell" for same in target == score], dtype=object
            ),
        }
    )
    return Bias(table, square, len(cells), float(chi2.sf(square, len(cells))))


def flags(panel: Panel, found: Rasch) -> pd.DataFrame:
    """List what deserves a second look, worst first within each kind; a sign, never a proof.

    - Misfit: the mean-square further from 1 of infit and outfit above 1.5 (above 2 it distorts measurement) or below
      0.5 (too predictable), where its normal form is beyond 2 as well (Linacre 2002).
    - Halo: within an entry, a judge's marks spread over the criteria less than half as much as the other judges' do
      in the median (Saal, Downey and Lahey, Psychological Bulletin 88 (1980) 413-428; the bound is the kit's own).
    - Restricted range: over the entries, a judge's marks on a criterion spread less than half as much as the model
      expects of these entries. In the middle third of the scale that is central tendency (the same authors; the bound
      is the kit's own). Who restricts the range is not also flagged for halo.

    Returns:
        ``facet``, ``id``, ``flag`` (the catalogue's sentence), ``value`` and the ``bound`` that it has passed.
    """
    if found.fitted is None:
        return pd.DataFrame(columns=FLAGS)
    narrow = _range(found.fitted)
    halo = _halo(panel)
    halo = halo[~halo["id"].isin(narrow["id"])]
    parts = [part for part in (_misfits(found.measures), narrow, halo) if len(part)]
    return pd.concat(parts, ignore_index=True)[FLAGS] if parts else pd.DataFrame(columns=FLAGS)


def _misfits(measures: pd.DataFrame) -> pd.DataFrame:
    known = measures[measures["infit"].notna()]
    square, normal = known[["infit", "outfit"]].to_numpy(), known[["infit_z", "outfit_z"]].to_numpy()
    far = np.abs(np.log(np.maximum(square, 1e-12)))
    row, worst = np.arange(len(known)), np.where(far[:, 0] >= far[:, 1], 0, 1)
    value, z = square[row, worst], normal[row, worst]
    bound = np.select([value > DISTORTING, value > NOISY, value < MUTED], [DISTORTING, NOISY, MUTED], np.nan)
    names = {DISTORTING: "fairness.flag_distorts", NOISY: "fairness.flag_misfit", MUTED: "fairness.flag_overfit"}
    table = known[["facet", "id"]].assign(flag=pd.Series(bound, known.index).map(names), value=value, bound=bound)
    found: pd.DataFrame = table[(np.abs(z) >= SURPRISING) & ~np.isnan(bound)]
    return found.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _range(fitted: Fitted) -> pd.DataFrame:
    """Judges whose marks spread less over the entries than the model expects."""
    panel, values = fitted.panel, fitted.levels
    expected, width = fitted.expected_marks, np.gradient(values).mean()
    cell = panel.judge * len(panel.criteria) + panel.criterion
    marks = np.bincount(cell)
    seen = np.bincount(cell, _apart(panel.value, cell) ** 2)
    hoped = np.bincount(cell, _apart(expected, cell) ** 2 + fitted.moments.variance * width**2 * (1 - 1 / marks[cell]))
    judge = np.arange(len(marks)) // len(panel.criteria)
    compared = np.bincount(judge, np.maximum(marks - 1, 0))
    hoped_of, seen_of = np.bincount(judge, hoped), np.bincount(judge, seen)
    ratio = np.sqrt(seen_of / np.where(hoped_of > 0, hoped_of, np.inf))
    low, high = float(fitted.scale.low), float(fitted.scale.high)
    mean = np.bincount(panel.judge, panel.value) / np.bincount(panel.judge)
    middle = np.abs(mean - (low + high) / 2) <= (high - low) / 6
    flag = np.where(middle, "fairness.flag_central", "fairness.flag_range")
    return _judges(panel.judges, flag, ratio, (compared >= LEAST) & (hoped_of > 0))


def _halo(panel: Panel) -> pd.DataFrame:
    """Judges whose marks for one entry spread less than those of the other judges."""
    _, sheet = np.unique(panel.entry * len(panel.judges) + panel.judge, return_inverse=True)
    marks = np.bincount(sheet)
    within = np.bincount(panel.judge, _apart(panel.value, sheet) ** 2)
    compared = np.bincount(panel.judge, 1 - 1 / marks[sheet])  # marks less sheets
    spread = np.sqrt(within / np.where(compared > 0, compared, np.inf))
    able = compared > LEAST - 0.5
    usual = np.zeros(len(spread))
    for n in np.flatnonzero(able):
        others = able.copy()
        others[n] = False
        usual[n] = np.median(spread[others]) if others.any() else 0.0
    ratio = spread / np.where(usual > 0, usual, np.inf)
    return _judges(panel.judges, "fairness.flag_halo", ratio, able & (usual > 0))


def _apart(value: Floats, group: Places) -> Floats:
    """How far each value lies from the mean of its group."""
    return value - (np.bincount(group, value) / np.maximum(np.bincount(group), 1))[group]


def _judges(judges: tuple[str, ...], flag: Places | str, ratio: Floats, able: Flags) -> pd.DataFrame:
    table = pd.DataFrame({"facet": "judge", "id": judges, "flag": flag, "value": ratio, "bound": NARROW})
    found: pd.DataFrame = table[able & (ratio < NARROW)]
    return found.sort_values("value", kind="stable", ignore_index=True)
