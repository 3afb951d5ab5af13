"""What if all judges had been equally severe? The order with severity removed, beside the rules', never instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from kit.fairness.severity import counted

if TYPE_CHECKING:
    from kit.fairness.panel import Floats, Panel
    from kit.fairness.severity import Totals

Z_SCORES = "fairness.z_scores_warning"  # what was measured of them, to be shown wherever they are


@dataclass(frozen=True, eq=False)
class Adjusted:
    """The order of entries by the rules and by other reckonings.

    Args:
        table: per entry ``entry_id``, ``rank`` (by the rules), ``mean`` and ``rank_mean`` (as marked), ``value``,
            ``error`` and ``rank_value`` (with severity removed by the additive model), ``z`` and ``rank_z`` (with every
            judge's marks put on one scale, as others do; to be shown with the sentence :data:`Z_SCORES`); best first
            by the rules. What the removal changes is ``rank_value`` against ``rank_mean``; ``rank`` may differ from
            both because the rules count otherwise.
        cannot_differ: whether every judge marked every entry, so that the removal cannot change the order; then the
            agreement of the two confirms nothing.
        why: the catalogue's sentence on why there is no table.
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    cannot_differ: bool = False
    why: str | None = None


def adjusted(totals: Totals, ranking: pd.DataFrame) -> Adjusted:
    """Put the order with severity removed beside the order by the rules.

    Args:
        totals: of one scope; severity is removed round by round where several count.
        ranking: ``entry_id`` and ``rank`` of the entries in that scope.
    """
    entries, rounds, why = counted(totals)
    crossed = all(each.panel.crossed for each in rounds)
    if why:
        return Adjusted(cannot_differ=crossed, why=why)
    columns = {name: sum(each.weight * each.each(name) for each in rounds) for name in ("mean", "value")}
    columns["error"] = np.sqrt(np.sum([(each.weight * each.each("error")) ** 2 for each in rounds], axis=0))
    columns["z"] = sum(each.weight * _z_scores(each.panel)[each.rows] for each in rounds)
    table = pd.DataFrame({"entry_id": entries, **columns}).round(9)  # ties stay ties
    for name, column in (("rank_mean", "mean"), ("rank_value", "value"), ("rank_z", "z")):
        table[name] = rankdata(-table[column].to_numpy(), method="min").astype(np.int64)
    table = ranking[["entry_id", "rank"]].merge(table, on="entry_id", validate="one_to_one")
    order = ["entry_id", "rank", "mean", "rank_mean", "value", "error", "rank_value", "z", "rank_z"]
    return Adjusted(table.sort_values(["rank", "entry_id"], ignore_index=True)[order], crossed)


def _z_scores(panel: Panel) -> Floats:
    """Per entry, the mean of its marks in standard deviations of their judge; a judge without any counts as average."""
    marks, own = np.bincount(panel.entry), np.bincount(panel.judge)
    deviation = panel.value - (np.bincount(panel.judge, panel.value) / own)[panel.judge]
    spread = np.sqrt(np.bincount(panel.judge, deviation**2) / np.maximum(own - 1, 1))
    spread[spread <= 1e-12 * np.abs(panel.value).max()] = np.inf
    return np.asarray(np.bincount(panel.entry, deviation / spread[panel.judge]) / marks)
