"""Were the judges equally severe? The additive model: a mark is its entry, its judge, its criterion and chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array

from kit.fairness.agreement import no_difference
from kit.fairness.panel import Panel

if TYPE_CHECKING:
    from kit.fairness.panel import Components, Floats, Places

Totals = Panel | Sequence[tuple[Panel, float]]
"""The totals of a round; or of several, each with the weight at which it counts in the final score."""


@dataclass(frozen=True, eq=False)
class Severity:
    """What the additive model says of a panel.

    Args:
        parts: the parts of the panel that no judge connects.
        judges: per judge ``judge_id``, ``part``, ``marks``, ``severity`` (how much lower than their colleagues they
            mark, shrunken towards none) with ``error``, and ``scatter`` (the usual size of what is left over in their
            marks, the mark of consistency). Only judges in the same part can be compared.
        entries: per entry ``entry_id``, ``part``, ``judges``, ``mean`` (of its marks), ``value`` (with severity
            removed), ``error`` of that value, and ``scatter`` (the usual size of what is left over in its marks: how
            disputed it is). Only entries in the same part can be compared.
        crossed: whether every judge marked every entry; then no entry gains or loses by the removal.
        between: the variance of severity between judges.
        within: the variance of what is left over.
        residual: the same by plain least squares, judges not shrunken; the scatters are of these residuals.
        freedom: the degrees of freedom of ``residual``.
        why: the catalogue's sentence on why the tables are empty, or why they hold no errors.
    """

    parts: Components
    judges: pd.DataFrame = field(default_factory=pd.DataFrame)
    entries: pd.DataFrame = field(default_factory=pd.DataFrame)
    crossed: bool = False
    between: float = 0.0
    within: float = 0.0
    residual: float = 0.0
    freedom: int = 0
    why: str | None = None

    @property
    def connected(self) -> bool:
        """Whether judges connect all entries, so that all can be compared."""
        return self.parts.number == 1


def severity(panel: Panel) -> Severity:
    """Fit entry + judge (+ criterion): entries and criteria as they are, judges drawn from many.

    Henderson's mixed model equations (Biometrics 31 (1975) 423-447) with the entries absorbed, so that what is solved
    has the size of the judges; the variances by restricted maximum likelihood (Patterson and Thompson, Biometrika 58
    (1971) 545-554) along the eigenvectors of that matrix. Severities are best linear unbiased predictions with their
    prediction errors, the entries' values generalised least squares. Everything holds within a connected part only;
    the variances are those of all parts together.

    Args:
        panel: totals, one value a sheet; or marks, whose criteria then count alike and as independent.
    """
    parts = panel.components()
    plain = Severity(parts=parts, crossed=panel.crossed)
    n, judges = len(panel.entries), len(panel.judges)
    if judges < 2 or n < 2:
        alone = "fairness.one_entry" if judges > 1 else "fairness.one_judge"
        return replace(plain, why=alone if judges else "fairness.no_marks")
    if no_difference(float(np.sum((panel.value - panel.value.mean()) ** 2)), panel.value):
        return replace(plain, why="fairness.all_equal")
    model = _Absorbed(panel)
    if model.freedom < 1:
        return replace(plain, why="fairness.no_residual")
    effects, spread = model.judges(np.inf)
    value, rest = model.split(effects)
    squares = float(rest @ rest)
    exact = no_difference(squares, panel.value)
    ratio, within = (np.inf, 0.0) if exact else model.variances()
    if not exact:
        effects, spread = model.judges(ratio)
        value, _ = model.split(effects)
    own = np.bincount(panel.judge)
    return Severity(
        parts,
        pd.DataFrame(
            {
                "judge_id": panel.judges,
                "part": parts.judge,
                "marks": own,
                "severity": 0.0 - effects,
                "error": np.sqrt(within * np.diag(spread)),
                "scatter": np.sqrt(np.bincount(panel.judge, rest**2) / own),
            }
        ),
        pd.DataFrame(
            {
                "entry_id": panel.entries,
                "part": parts.entry,
                "judges": panel.judges_per_entry,
                "mean": np.bincount(panel.entry, panel.value) / model.marks,
                "value": value,
                "error": np.sqrt(within * (1 / model.marks + model.carried(spread))),
                "scatter": np.sqrt(np.bincount(panel.entry, rest**2) / model.marks),
            }
        ),
        panel.crossed,
        float(np.var(effects, ddof=1)) if exact else ratio * within,
        within,
        0.0 if exact else squares / model.freedom,
        model.freedom,
        "fairness.fits_exactly" if exact else None,
    )


class Counted(NamedTuple):
    """A round that counts in a score.

    Args:
        panel: its totals.
        weight: at which it counts.
        fit: the additive model of it.
        rows: where the entries that are in every round stand in it.
    """

    panel: Panel
    weight: float
    fit: Severity
    rows: Places

    def each(self, column: str) -> Floats:
        """Return a column of the fit's entries for those that are in every round."""
        return self.fit.entries[column].to_numpy()[self.rows]


def counted(totals: Totals) -> tuple[tuple[str, ...], list[Counted], str | None]:
    """Fit every round that counts: the entries that are in all of them, the rounds, and why they cannot be compared."""
    parts = [(totals, 1.0)] if isinstance(totals, Panel) else [*totals]
    common = reduce(lambda these, those: these & those, ({*panel.entries} for panel, _ in parts))
    entries = tuple(sorted(common))
    rounds = [
        Counted(panel, weight, severity(panel), np.flatnonzero([name in common for name in panel.entries]))
        for panel, weight in parts
    ]
    why = next((each.fit.why for each in rounds if each.fit.why), None)
    if not why and not all(each.fit.connected for each in rounds):
        why = "fairness.disconnected"
    return entries, rounds, why or ("fairness.one_entry" if len(entries) < 2 else None)


class _Absorbed:
    """The model's equations for the judges, with entries and criteria absorbed."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.marks = np.bincount(panel.entry)
        judges, criteria = len(panel.judges), len(panel.criteria)
        ones = np.ones(len(panel.value))
        shape = (len(panel.entries), judges + criteria)
        of_judge = csr_array((ones, (panel.entry, panel.judge)), shape=shape)
        of_criterion = csr_array((ones, (panel.entry, judges + panel.criterion)), shape=shape)
        design = of_judge + of_criterion
        together = np.bincount(panel.judge * criteria + panel.criterion, minlength=judges * criteria)
        joint = together.reshape(judges, criteria).astype(np.float64)
        counts = np.block([[np.diag(joint.sum(axis=1)), joint], [joint.T, np.diag(joint.sum(axis=0))]])
        normal = counts - csr_array(design.T @ csr_array(design / self.marks[:, None])).toarray()
        deviation = panel.value - (np.bincount(panel.entry, panel.value) / self.marks)[panel.entry]
        right = np.append(
            np.bincount(panel.judge, deviation, judges), np.bincount(panel.criterion, deviation, criteria)
        )
        # The first criterion is the one from which the others differ.
        j, c = slice(judges), slice(judges + 1, None)
        tiny = 1e-9 * counts.max()
        self._shares = of_judge[:, :judges] / self.marks[:, None]
        self._inverse, rank = _inverse(normal[c, c], tiny)
        self._cross, self._right = normal[j, c], right[c]
        taken = self._cross @ self._inverse
        self._total = float(deviation @ deviation - self._right @ self._inverse @ self._right)
        values, vectors = np.linalg.eigh(normal[j, j] - taken @ self._cross.T)
        known = values > tiny
        self._values, self._vectors = values[known], vectors[:, known]
        self._along = self._vectors.T @ (right[j] - taken @ self._right)
        self._likelihood_freedom = len(panel.value) - len(panel.entries) - rank
        self.freedom = self._likelihood_freedom - int(known.sum())

    def judges(self, ratio: float) -> tuple[Floats, Floats]:
        """Predict what each judge adds, with the error matrix in units of the residual variance.

        Args:
            ratio: the variance of judges over the residual variance; infinite for plain least squares.
        """
        weight = 1 / (self._values + 1 / ratio) if ratio else np.zeros_like(self._values)
        return self._vectors @ (weight * self._along), (self._vectors * weight) @ self._vectors.T

    def split(self, effects: Floats) -> tuple[Floats, Floats]:
        """Return the entries' values without what judges and criteria add, and what is left over of each mark."""
        panel = self._panel
        criteria = np.append(0.0, self._inverse @ (self._right - self._cross.T @ effects))
        criteria -= criteria.mean()
        removed = panel.value - effects[panel.judge] - criteria[panel.criterion]
        value = np.bincount(panel.entry, removed) / self.marks
        return value, removed - value[panel.entry]

    def carried(self, spread: Floats) -> Floats:
        """Per entry, the error that it carries over from the severities of its judges."""
        panel = self._panel
        mean = np.asarray(self._shares @ spread)
        return np.bincount(panel.entry, mean[panel.entry, panel.judge]).astype(np.float64) / self.marks

    def variances(self) -> tuple[float, float]:
        """Return the ratio of the variance of judges to that of the residuals, and the latter, by REML."""

        def left(ratio: Floats) -> Floats:
            explained = ratio * self._along**2 / (1 + ratio * self._values)
            return np.asarray(self._total - explained.sum(axis=-1))

        def deviance(logs: Floats | float) -> Floats:
            ratio = np.exp(np.asarray(logs))[..., None]
            fit = self._likelihood_freedom * np.log(left(ratio))
            return np.asarray(fit + np.log1p(ratio * self._values).sum(axis=-1))

        grid = np.linspace(-20, 20, 81)
        start = float(grid[int(np.argmin(deviance(grid)))])
        near = (start - 0.5, start + 0.5)
        best = minimize_scalar(
            lambda log: float(deviance(log)), bounds=near, method="bounded", options={"xatol": 1e-10}
        )
        none = self._likelihood_freedom * np.log(self._total)
        ratio = float(np.exp(best.x)) if best.fun < none - 1e-9 else 0.0
        return ratio, float(left(np.array([ratio]))) / self._likelihood_freedom


def _inverse(matrix: Floats, tiny: float) -> tuple[Floats, int]:
    """The pseudoinverse of a symmetric matrix, and its rank."""
    values, vectors = np.linalg.eigh(matrix)
    known = values > tiny
    return (vectors[:, known] / values[known]) @ vectors[:, known].T, int(known.sum())
