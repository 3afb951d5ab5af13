"""Can this result be defended? Statistics that stand beside the result and never change it.

Every function takes a :class:`Panel`, which any tidy table of marks becomes by :meth:`Panel.of`, and returns tables or
values that say themselves why they lack a number (``why``, a sentence of the catalogue: ``Texts("id")(found.why)``).
What asks how the rules would have decided otherwise takes a :class:`Replay` of a ranked contest. :class:`Study` brings
both together for a round of an edition. Read :mod:`kit.fairness.mark_arrays` first.
"""

from kit.fairness.judge_effects import adjusted, severity
from kit.fairness.mark_arrays import Panel
from kit.fairness.rank_sets import chances_of_first, rank_sets, rank_sets_from
from kit.fairness.rasch import bias, flags, rasch
from kit.fairness.reliability import alpha, icc, kendall_w, reading
from kit.fairness.sensitivity import (
    aggregations,
    decisive,
    smallest_changes,
    weight_space,
    without_each_criterion,
    without_each_judge,
)
from kit.fairness.study import Study
from kit.fairness.variance_components import generalizability
from kit.scoring.replay import Replay

__all__ = [
    "Panel",
    "Replay",
    "Study",
    "adjusted",
    "aggregations",
    "alpha",
    "bias",
    "chances_of_first",
    "decisive",
    "flags",
    "generalizability",
    "icc",
    "kendall_w",
    "rank_sets",
    "rank_sets_from",
    "rasch",
    "reading",
    "severity",
    "smallest_changes",
    "weight_space",
    "without_each_criterion",
    "without_each_judge",
]
