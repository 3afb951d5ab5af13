"""Were the judges equally severe, on a short scale? The many-facet Rasch model.

A mark reaches a category rather than the one below with the odds exp(ability - severity - difficulty - threshold):
the entry's ability, the judge's severity, the criterion's difficulty and one set of thresholds for all (Linacre,
*Many-Facet Rasch Measurement* (1989); the rating scale of Andrich, Psychometrika 43 (1978) 561-573). Measures are in
logits. Judges and criteria average zero, so that severity is told against the average judge; entries are free.

Joint maximum likelihood is known to inflate: with L marks an entry, measures spread too wide by about L / (L - 1)
(Wright and Douglas, Educational and Psychological Measurement 37 (1977) 281-294, for right and wrong answers; for
longer scales it is less). The order of measures is not touched, and nothing is corrected here; ``Rasch.notes`` says
it. Errors take the other facets' measures as known, as Facets prints them, so they are somewhat too small too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.stats import chi2

from kit.fairness.rasch_fit import (
    FACETS,
    codes_of,
    estimate,
    moments,
    names_of,
    probabilities,
    separable,
    shifts,
    theta_of,
)

if TYPE_CHECKING:
    from kit.fairness.panel import Flags, Floats, Panel, Places
    from kit.fairness.rasch_fit import Facet, Moments, Point
    from kit.rules import Round, Scale

SHORT = 0.3  # by how much of a category an extreme score is brought in, as Facets does by default
_MOST_CATEGORIES = 25
_OFF = 1e-6  # of a step: what floats make of a mark that is on the scale
_FEW = 10  # marks that a category should have: Linacre, Journal of Applied Measurement 3 (2002) 85-106


class Note(NamedTuple):
    """A sentence of the catalogue with what its braces need."""

    key: str
    data: dict[str, object]

    @classmethod
    def of(cls, key: str, **data: object) -> Self:
        """Return the sentence ``key`` with what its braces need."""
        return cls(key, data)


class Part(NamedTuple):
    """Entries and judges that no mark connects with the others."""

    entries: tuple[str, ...]
    judges: tuple[str, ...]


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
        parts: what cannot be compared, where the design falls apart.
        why: the sentence on why there are no measures.
        fitted: the marks that were fitted, for whatever builds on them.
    """

    measures: pd.DataFrame = field(default_factory=pd.DataFrame)
    thresholds: pd.DataFrame = field(default_factory=pd.DataFrame)
    facets: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[Note, ...] = ()
    parts: tuple[Part, ...] = ()
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
        unlinked = why == "fairness.disconnected"
        return Rasch(parts=_parts(core) if unlinked else (), why=why)
    if not (point := estimate(core, category)):
        return Rasch(why="fairness.rasch_infinite")
    theta = theta_of(point, core)
    fitted = Fitted(core, category, point, theta, moments(theta, point.step), used, scale)
    measures = _measures(panel, place, removed, names, fitted)
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


def _parts(panel: Panel) -> tuple[Part, ...]:
    found = panel.components()
    return tuple(
        Part(
            tuple(name for name, at in zip(panel.entries, found.entry, strict=True) if at == n),
            tuple(name for name, at in zip(panel.judges, found.judge, strict=True) if at == n),
        )
        for n in range(found.number)
    )


def _measures(
    panel: Panel, place: Places, removed: dict[Facet, Places], names: dict[Facet, tuple[str, ...]], fitted: Fitted
) -> pd.DataFrame:
    """Put every element's measure, fair mark and fit in one table."""
    lifts, errors, why = all_lifts(panel, place, removed, fitted)
    tables = []
    for facet, code in codes_of(panel).items():
        lift, core = lifts[facet], removed[facet] == 0
        marks, known = np.bincount(code), np.isfinite(lift)
        fair = np.full(len(lift), np.nan)
        others = 0.0 if facet == "entry" else float(fitted.point.entry.mean())
        fair[known] = fitted.levels @ probabilities(lift[known] + others, fitted.point.step)
        fit = {}
        for name, column in _fit(fitted, codes_of(fitted.panel)[facet]).items():
            fit[name] = np.full(len(lift), np.nan)
            fit[name][core] = column
        table = pd.DataFrame(
            {
                "facet": facet,
                "id": names[facet],
                "measure": lift if facet == "entry" else 0.0 - lift,
                "error": errors[facet],
                "marks": marks,
                "mean": np.bincount(code, panel.value) / marks,
                "fair": fair,
                **fit,
                "why": pd.Series(why[facet], dtype=object),
            }
        )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


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
    """What qualifies the whole fit."""
    least = int(np.bincount(fitted.panel.entry).min())
    factor = Decimal(least) / Decimal(least - 1) if least > 1 else None
    notes = [
        Note.of("fairness.rasch_inflated", n=least, factor=round(factor, 2))
        if factor
        else Note.of("fairness.rasch_inflated_single")
    ]
    scale = fitted.scale
    steps = range(int((scale.high - scale.low) / scale.step) + 1)
    unused = [scale.low + n * scale.step for n in steps if n not in set(fitted.used.tolist())]
    if unused:
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


def all_lifts(
    panel: Panel, place: Places, removed: dict[Facet, Places], fitted: Fitted
) -> tuple[dict[Facet, Floats], dict[Facet, Floats], dict[Facet, list[str | None]]]:
    """How much every element raises a mark, with its error and the sentence on why it is no plain estimate.

    Those with extreme marks only come last, in the reverse order of their removal, each from its marks with those who
    were still there.
    """
    codes, point, top = codes_of(panel), fitted.point, len(fitted.point.step)
    category = np.clip(np.rint(np.interp(place, fitted.used, np.arange(top + 1))), 0, top)
    lifts: dict[Facet, Floats] = {facet: np.full(len(out), np.nan) for facet, out in removed.items()}
    errors = {facet: lift.copy() for facet, lift in lifts.items()}
    why: dict[Facet, list[str | None]] = {
        facet: ["fairness.rasch_unlinked" if turn else None for turn in out] for facet, out in removed.items()
    }
    for (facet, code), own in zip(codes_of(fitted.panel).items(), point, strict=False):
        core = removed[facet] == 0
        lifts[facet][core] = own
        errors[facet][core] = np.bincount(code, fitted.moments.variance) ** -0.5
    for turn in range(max(int(out.max()) for out in removed.values()), 0, -1):
        known = {facet: lift.copy() for facet, lift in lifts.items()}
        for facet, code in codes.items():
            one, two = (known[other][codes[other]] for other in FACETS if other != facet)
            theta = one + two
            rows = np.flatnonzero((removed[facet][code] == turn) & np.isfinite(theta))
            who, group = np.unique(code[rows], return_inverse=True)
            score, most = np.bincount(group, category[rows]), np.bincount(group) * top
            target = np.clip(score, SHORT, most - SHORT)
            lifts[facet][who], information = shifts(theta[rows], group, target, point.step)
            errors[facet][who] = information**-0.5
            for n, total in zip(who, score, strict=True):
                why[facet][n] = "fairness.rasch_extreme_high" if total else "fairness.rasch_extreme_low"
    return lifts, errors, why
