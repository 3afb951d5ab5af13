"""How many judges would it take? Variance components, and what a larger panel of the same kind could tell."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.fairness.agreement import no_difference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.fairness.panel import Floats, Panel, Places

RELIABLE = 0.8
REST = "rest"  # what no other component explains, errors among it

# What marks may have in common, coarse before fine.
_SOURCES = ("entry", "judge", "criterion", "entry:judge", "entry:criterion", "judge:criterion")


@dataclass(frozen=True)
class Generalizability:
    """What part of the differences between scores is due to the entries.

    Args:
        components: variance by source; ``rest`` is what no other explains. Estimates below zero stand as they are,
            and count as zero in the coefficients.
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

    Components by Henderson's first method (Biometrics 9 (1953) 226-252; Brennan, *Generalizability Theory* (2001),
    ch. 7), which is analysis of variance where the panel is balanced; crossed, nested and sparse panels alike.
    Sources that this panel cannot tell apart are one (judges who each mark a single criterion). The coefficients and
    the decision study are Brennan's (ch. 4), the error variances those of the panel as it is: how far the shares of
    each source in the means of two entries differ.

    Args:
        panel: totals, to hold criteria and weights as they are; or marks, to take criteria as drawn from many.
    """
    n, judges = len(panel.entries), len(panel.judges)
    if judges < 2 or n < 2:
        alone = "fairness.one_entry" if judges > 1 else "fairness.one_judge"
        return Generalizability(n=n, judges=judges, why=alone if judges else "fairness.no_marks")
    value = panel.value - panel.value.mean()
    if no_difference(float(value @ value), panel.value):
        return Generalizability(n=n, judges=judges, why="fairness.all_equal")
    partitions = _Partitions(panel)
    sources = partitions.distinct()
    variances = _variances(partitions, sources, value) if "entry" in sources else None
    if variances is None:
        return Generalizability(n=n, judges=judges, why="fairness.sources_not_separable")
    components = dict(zip(sources, variances, strict=True))
    true = components["entry"]
    if true <= 0:
        return Generalizability(components, n=n, judges=judges, why="fairness.entries_alike")
    noise = pd.DataFrame(
        [
            (name, max(variance, 0) * own, max(variance, 0) * differing)
            for name, variance in components.items()
            if name != "entry"
            for own, differing in [partitions.shares(name)]
        ],
        columns=["source", "own", "differing"],
    )
    by_judges = noise["source"].str.contains("judge|rest")
    of_entries = noise["source"].str.contains("entry|rest")
    own = noise["own"]
    needed, absolute = (
        _needed(true, own[some & ~by_judges].sum(), own[some & by_judges].sum() * partitions.usual_judges)
        for some in (of_entries, own >= 0)
    )
    return Generalizability(
        components,
        float(true / (true + noise["differing"].sum())),
        float(true / (true + noise["own"].sum())),
        needed,
        absolute,
        n=n,
        judges=judges,
        why="fairness.criteria_limit" if absolute is None else None,
    )


def _needed(true: float, fixed: float, per_judge: float) -> int | None:
    """The fewest judges for 0.8, if there are any: more of them lower only the error that each brings."""
    room = true * (1 - RELIABLE) / RELIABLE - fixed
    return max(math.ceil(per_judge / room - 1e-9), 1) if room > 0 else None


class _Level(NamedTuple):
    """One way to divide the marks: per mark, its part and how many marks are in it; how many parts."""

    part: Places
    size: Floats
    parts: int


class _Partitions:
    """The marks divided by each source and by what two sources have in common."""

    def __init__(self, panel: Panel) -> None:
        self.marks = len(panel.value)
        codes = {
            "entry": (panel.entry, len(panel.entries)),
            "judge": (panel.judge, len(panel.judges)),
            "criterion": (panel.criterion, len(panel.criteria)),
        }
        self._known: dict[frozenset[str], _Level] = {}
        for source in _SOURCES:
            key = np.zeros(self.marks, dtype=np.int64)
            for facet in source.split(":"):
                code, count = codes[facet]
                key = key * count + code
            part = pd.factorize(key)[0]
            sizes = np.bincount(part)
            self._known[frozenset(source.split(":"))] = _Level(part, sizes[part].astype(np.float64), len(sizes))
        each = np.arange(self.marks)
        self._known[frozenset({"entry", "judge", "criterion"})] = _Level(each, np.ones(self.marks), self.marks)

    def of(self, *sources: str) -> _Level:
        """The finest division that some sources make together."""
        facets = {facet for source in sources for facet in source.split(":")}
        return self._known[frozenset({"entry", "judge", "criterion"} if REST in facets else facets)]

    def distinct(self) -> list[str]:
        """The sources that divide the marks, each in its own way, and the rest."""
        kept: list[str] = []
        for source in _SOURCES:
            within = [self.of(other).parts for other in kept if set(other.split(":")) < set(source.split(":"))]
            if self.of(source).parts not in {1, self.marks, *within}:
                kept.append(source)
        return [*kept, REST]

    @property
    def usual_judges(self) -> float:
        """How many judges mark an entry on a criterion, on average."""
        return self.marks / self.of("entry", "criterion").parts

    def shares(self, source: str) -> tuple[float, float]:
        """How much of a source's variance is in an entry's mean, and in half the difference of two entries' means."""
        entry, joint, alone = self.of("entry"), self.of("entry", source), self.of(source)
        own = float(np.sum(joint.size / entry.size**2))
        common = float(np.sum(np.bincount(alone.part, 1 / entry.size) ** 2))
        return own / entry.parts, (own - common / entry.parts) / (entry.parts - 1)


def _variances(partitions: _Partitions, sources: list[str], value: Floats) -> list[float] | None:
    """Solve for the components whose expected uncorrected sums of squares are those observed."""
    levels = [partitions.of(source) for source in sources]
    expected = np.empty((len(sources) + 1, len(sources) + 1))
    observed = np.empty(len(sources) + 1)
    expected[:, 0] = partitions.marks  # the square of the general mean
    expected[0, 1:] = [np.sum(level.size) / partitions.marks for level in levels]
    observed[0] = value.sum() ** 2 / partitions.marks
    for row, (source, level) in enumerate(zip(sources, levels, strict=True), 1):
        observed[row] = np.sum(np.bincount(level.part, value) ** 2 / np.bincount(level.part))
        expected[row, 1:] = [np.sum(partitions.of(source, other).size / level.size) for other in sources]
    if np.linalg.cond(expected / partitions.marks) > 1e12:
        return None
    solved = np.linalg.solve(expected, observed)[1:]
    negligible = 1e-12 * float(value @ value) / partitions.marks
    return [0.0 if abs(variance) < negligible else float(variance) for variance in solved]
