"""How much of the difference between marks is due to entries, judges and chance, and how many judges would it take?

Variance components by restricted maximum likelihood, whatever the design: full, unbalanced or sparse; and what they say
of this panel and of a larger one of the same kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csr_array, hstack

from kit.fairness.reliability import lacking, no_difference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.fairness.mark_arrays import Floats, Panel, Places

RELIABLE = 0.8
REST = "rest"  # what no other component explains, errors among it

# What marks may have in common, coarse before fine.
_SOURCES = ("entry", "judge", "criterion", "entry:judge", "entry:criterion", "judge:criterion")
_FLAT = 1e-3  # the steepest slope of the deviance at which it counts as minimised
_EXACT = 1e-12  # the share of the sum of squares below which what is left over is rounding
_MOST = 300  # effects beside those of the largest source, for which dense equations are solved


@dataclass(frozen=True)
class Generalizability:
    """What part of the differences between scores is due to the entries.

    Args:
        components: variance by source, none below zero; ``rest`` is what no other explains.
        value: the coefficient for comparing entries of this panel with each other (G): what the judges and criteria
            of both have in common cancels.
        absolute: the coefficient for the scores by themselves (Phi), in which severity counts as error.
        judges_needed: the fewest judges with whom a panel in which all mark all entries has a G of 0.8.
        judges_needed_absolute: the fewest with whom Phi is 0.8.
        n: entries.
        judges: judges.
        why: the catalogue's sentence on why there is no value, or no number of judges that would do.
    """

    components: Mapping[str, float] = field(default_factory=dict)
    value: float | None = None
    absolute: float | None = None
    judges_needed: int | None = None
    judges_needed_absolute: int | None = None
    n: int = 0
    judges: int = 0
    why: str | None = None


def generalizability(panel: Panel) -> Generalizability:
    """Split the variance of marks by its sources, and say how many judges would be needed.

    Entries, judges, criteria and their interactions are drawn from many; their variances by :func:`_reml`. Sources
    that this panel cannot tell apart are one (judges who each mark a single criterion). The coefficients and the
    decision study are Brennan's (*Generalizability Theory* (2001), ch. 4), the error variances those of the panel as
    it is: how far the shares of each source in the means of two entries differ.

    Args:
        panel: totals, to hold criteria and weights as they are; or marks, to take criteria as drawn from many.
    """
    plain = Generalizability(n=len(panel.entries), judges=len(panel.judges))
    groups = _Groups(panel)
    sources = groups.distinct()
    if why := _unfit(panel, groups, sources):
        return replace(plain, why=why)
    found = _reml(panel.value, [groups.of(source).code for source in sources[:-1]])
    if isinstance(found, str):
        return replace(plain, why=found)
    components = dict(zip(sources, found, strict=True))
    plain = replace(plain, components=components)
    true = components["entry"]
    if not true:
        return replace(plain, why="fairness.entries_alike")
    errors = [source for source in sources if source != "entry"]
    noise = pd.DataFrame([groups.shares(name) for name in errors], index=errors, columns=["own", "differing"])
    noise = noise.mul(pd.Series(components)[errors], axis=0)
    own, by_judges = noise["own"], noise.index.str.contains("judge|rest")
    usual_judges = len(panel.value) / groups.of("entry", "criterion").number  # who mark an entry on a criterion
    needed, absolute = (
        _needed(true, own[some & ~by_judges].sum(), own[some & by_judges].sum() * usual_judges)
        for some in (noise.index.str.contains("entry|rest"), True)
    )
    return replace(
        plain,
        value=float(true / (true + noise["differing"].sum())),
        absolute=float(true / (true + own.sum())),
        judges_needed=needed,
        judges_needed_absolute=absolute,
        why="fairness.criteria_limit" if absolute is None else None,
    )


def _unfit(panel: Panel, groups: _Groups, sources: Sequence[str]) -> str | None:
    """Return the catalogue's sentence on why the variances of a panel cannot be told apart, if they cannot."""
    if len(panel.judges) < 2 or len(panel.entries) < 2:
        return lacking(panel, 2)
    if no_difference(float(np.sum((panel.value - panel.value.mean()) ** 2)), panel.value):
        return "fairness.all_equal"
    if panel.components().number > 1:
        return "fairness.disconnected"
    if "entry" not in sources or not groups.separable(sources):
        return "fairness.sources_not_separable"
    return None


def _needed(true: float, fixed: float, per_judge: float) -> int | None:
    """Return the fewest judges for 0.8, if there are any: more of them lower only the error that each brings."""
    left = true * (1 - RELIABLE) / RELIABLE - fixed
    return max(math.ceil(per_judge / left - 1e-9), 1) if left > 0 else None


def _reml(value: Floats, sources: Sequence[Places]) -> list[float] | str:
    """Return the variance of each source and of the residual, or the catalogue's sentence on why there is none.

    The model is y = mean + Z1 b1 + Z2 b2 + ... + e: each source k adds an effect to all marks of one of its groups,
    drawn with variance g_k s2, and each mark has a residual of variance s2. With V = I + sum of g_k Z_k Z_k', the mean
    and s2 have closed forms at given ratios g, and what is left of minus twice the restricted log-likelihood
    (Patterson and Thompson, Biometrika 58 (1971) 545-554) is

        log |V| + log(1'V^-1 1) + (n - 1) log(y'Py),  P = V^-1 - V^-1 1 (1'V^-1 1)^-1 1'V^-1,  s2 = y'Py / (n - 1).

    It is minimised over the ratios' square roots, as lme4 does (Bates, Mächler, Bolker and Walker, Journal of
    Statistical Software 67 (2015), no. 1): in these it is smooth at zero, too, so that no bound is needed. A variance
    is zero where the likelihood does not fall by that. Where the design is balanced and no variance zero, this is
    analysis of variance.

    The effects of the source with most groups are absorbed, because its part of V has an inverse in closed form; so
    the equations that are solved have the size of all other sources, for totals that of the judges.

    Args:
        value: the marks.
        sources: for each source, the group of each mark.
    """
    n = len(value)
    first = max(range(len(sources)), key=lambda k: sources[k].max())
    order = [first, *(k for k in range(len(sources)) if k != first)]
    absorbed, *others = (_indicators(sources[k]) for k in order)
    of_effect = np.repeat(np.arange(1, len(order)), [each.shape[1] for each in others])
    effects = len(of_effect)
    if effects > _MOST:
        return "fairness.too_many_effects"
    fixed = csr_array(np.column_stack([np.ones(n), value - value.mean()]))
    columns = hstack([*others, fixed], format="csr")
    size, of_size, groups = np.unique(absorbed.sum(axis=0), return_inverse=True, return_counts=True)
    products, sums = (columns.T @ columns).toarray(), (absorbed.T @ columns).tocsr()
    absorbing = np.array([(own.T @ own).toarray() for own in (sums[of_size == k] for k in range(len(size)))])

    def less(weight: Floats) -> Floats:
        """Return the products of all columns less what is absorbed, at a weight for each size of group."""
        return np.asarray(products - np.tensordot(weight, absorbing, 1))

    # Least squares, all effects free: is anything left over to estimate a residual from?
    left = less(1 / size)
    eigenvalues, vectors = np.linalg.eigh(left[:effects, :effects])
    known = eigenvalues > 1e-9 * n
    along = vectors[:, known].T @ left[:effects, -1]
    if n - groups.sum() - known.sum() < 1:
        return "fairness.no_residual"
    if left[-1, -1] - np.sum(along**2 / eigenvalues[known]) <= _EXACT * products[-1, -1]:
        return "fairness.fits_exactly"

    def profiled(root: Floats) -> tuple[float, float]:
        """Return minus twice the log-likelihood and s2, at the roots of the ratios."""
        own, ratio = root[0] ** 2, root[of_effect] ** 2
        left = less(own / (1 + own * size))
        equations = np.eye(effects) + left[:effects, :effects] * ratio
        solved = np.linalg.solve(equations, left[:effects, effects:])
        (mean, both), (_, squares) = left[effects:, effects:] - left[effects:, :effects] * ratio @ solved
        variance = (squares - both**2 / mean) / (n - 1)
        determinant = groups @ np.log1p(own * size) + np.linalg.slogdet(equations)[1]
        return float(determinant + np.log(mean) + (n - 1) * np.log(variance)), float(variance)

    def deviance(root: Floats) -> float:
        return profiled(root)[0]

    found = minimize(deviance, np.ones(len(order)), method="BFGS", jac="3-point")
    if np.abs(found.jac).max() > _FLAT:
        return "fairness.no_convergence"
    root = np.abs(found.x)
    for k in range(len(root)):
        at_zero = np.where(np.arange(len(root)) == k, 0, root)
        if deviance(at_zero) <= deviance(root) + 1e-8:
            root = at_zero
    residual = profiled(root)[1]
    variances = dict(zip(order, root**2 * residual, strict=True))
    return [*(float(variances[k]) for k in range(len(order))), residual]


def _indicators(group: Places) -> csr_array:
    """Return marks x groups, one where the mark is in the group."""
    rows = np.arange(len(group))
    return csr_array((np.ones(len(group)), (rows, group)), shape=(len(group), int(group.max()) + 1))


class _Groups:
    """The marks grouped by what they have in common: an entry, a judge and a criterion, and so on."""

    def __init__(self, panel: Panel) -> None:
        self._codes = {
            "entry": (panel.entry, len(panel.entries)),
            "judge": (panel.judge, len(panel.judges)),
            "criterion": (panel.criterion, len(panel.criteria)),
        }
        self._known: dict[frozenset[str], _Group] = {}

    def of(self, *sources: str) -> _Group:
        """Return the groups of marks that have all of some sources in common."""
        facets = frozenset(facet for source in sources for facet in source.split(":"))
        facets = frozenset(self._codes) if REST in facets else facets
        if facets not in self._known:
            place = np.zeros_like(self._codes["entry"][0])
            for facet in facets:
                code, size = self._codes[facet]
                place = place * size + code
            code = pd.factorize(place)[0]
            sizes = np.bincount(code)
            self._known[facets] = _Group(code, sizes[code].astype(np.float64), len(sizes))
        return self._known[facets]

    def distinct(self) -> list[str]:
        """Return the sources that group the marks, each in its own way, and the rest."""
        kept: list[str] = []
        for source in _SOURCES:
            within = [self.of(other).number for other in kept if set(other.split(":")) < set(source.split(":"))]
            if self.of(source).number not in {1, self.of(REST).number, *within}:
                kept.append(source)
        return [*kept, REST]

    def separable(self, sources: Sequence[str]) -> bool:
        """Tell whether the sources group the marks in ways of which none follows from the others."""
        together = [[self.of(one, other).size.sum() for other in sources] for one in sources]
        return bool(np.linalg.cond(np.array(together) / together[-1][-1]) < 1e12)

    def shares(self, source: str) -> tuple[float, float]:
        """Return a source's share of variance in an entry's mean, and in half the difference of two entries' means."""
        entry, joint, alone = self.of("entry"), self.of("entry", source), self.of(source)
        own = float(np.sum(joint.size / entry.size**2))
        common = float(np.sum(np.bincount(alone.code, 1 / entry.size) ** 2))
        return own / entry.number, (own - common / entry.number) / (entry.number - 1)


class _Group(NamedTuple):
    """One way to group the marks: per mark, its group and how many marks are in that; how many groups there are."""

    code: Places
    size: Floats
    number: int
