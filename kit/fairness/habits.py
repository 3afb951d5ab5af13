"""How judges went about it: marks far from what was to be expected, sheets filled in a hurry, drift as they read on.

Each is a reason for a second look before a round is closed, and proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsmr
from scipy.stats import t as student

from kit.fairness.panel import Panel

if TYPE_CHECKING:
    from kit.fairness.panel import Floats
    from kit.rules import Round

FAR = 3.0  # usual residuals; if these were normal, one mark in 370
FAR_AT_END = 2.0  # for the lowest and the highest mark of the scale; one in 22
HURRIED = 60.0  # seconds for a sheet; the kit's own

EXTREMES = [
    "judge_id",
    "entry_id",
    "criterion",
    "value",
    "expected",
    "residual",
    "in_usual",
    "end",
    "internal",
    "entrant",
]
PACE = ["judge_id", "entry_id", "order", "started", "finished", "seconds", "hurried"]
DRIFT = ["judge_id", "sheets", "slope", "error", "t", "p", "whole", "why"]


def extreme_marks(
    round_: Round, marks: pd.DataFrame, events: pd.DataFrame, far: float = FAR, far_at_end: float = FAR_AT_END
) -> pd.DataFrame:
    """List marks far from what entry, judge and criterion together let expect, the farthest first.

    The expectation is the least-squares fit of entry + judge + criterion; what a mark differs by is told in usual
    residuals (their root mean square). A mark at an end of the scale is listed from a smaller distance on.

    Args:
        round_: the round's rules.
        marks: the marks that count, as in the ledger: ``judge_id``, ``entry_id``, ``criterion``, ``value``.
        events: the ledger's, for the comments.
        far: from how many usual residuals on a mark is listed.
        far_at_end: the same for the lowest and the highest mark of the scale.

    Returns:
        ``value`` as it was given, ``expected``, ``residual``, ``in_usual``, ``end`` (``low``, ``high`` or empty) and
        the judge's latest comments on the entry, ``internal`` and for the ``entrant``.
    """
    given = marks[marks["value"] != ""].reset_index(drop=True)
    if given.empty:
        return pd.DataFrame(columns=EXTREMES)
    panel = Panel.of(given)
    residual = _residuals(panel)
    usual = float(np.sqrt((residual**2).mean()))
    if usual <= 1e-9 * max(float(np.abs(panel.value).max()), 1.0):
        return pd.DataFrame(columns=EXTREMES)
    scales = [round_.scale_of(criterion) for criterion in panel.criteria]
    low = np.array([float(scale.low) for scale in scales])[panel.criterion]
    high = np.array([float(scale.high) for scale in scales])[panel.criterion]
    away = residual / usual
    at_end = np.where(away < 0, panel.value == low, panel.value == high)
    listed = np.abs(away) >= np.where(at_end, far_at_end, far)
    table = given[["judge_id", "entry_id", "criterion", "value"]].assign(
        expected=panel.value - residual,
        residual=residual,
        in_usual=away,
        end=np.where(at_end, np.where(away < 0, "low", "high"), ""),
    )[listed]
    comments = events[(events["kind"] == "comment") & (events["round"] == round_.id)]
    for kind in ("internal", "entrant"):
        said = comments[comments["criterion"] == kind].drop_duplicates(["judge_id", "entry_id"], keep="last")
        said = said[["judge_id", "entry_id", "text"]].rename(columns={"text": kind})
        table = table.merge(said, on=["judge_id", "entry_id"], how="left").fillna({kind: ""})
    names = ["judge_id", "entry_id", "criterion"]
    table = table.sort_values(names).sort_values("in_usual", key=np.abs, ascending=False, kind="stable")
    return table.reset_index(drop=True)[EXTREMES]


def pace(round_: Round, events: pd.DataFrame, hurried: float = HURRIED) -> pd.DataFrame:
    """Tell in which order each judge filled in their sheets, and how long each took.

    A sheet is finished when its last criterion is marked for the first time; later corrections do not count. It took
    the time since the judge finished the one before, the first since its own first mark. Marks that the committee
    entered carry no times of the judge's, and sheets that came in at one moment were filled in somewhere else: neither
    is told. Short times may also mean that a judge wrote on paper and typed later.

    Args:
        round_: the round's rules.
        events: the ledger's.
        hurried: below how many seconds a sheet is ``hurried``.

    Returns:
        Per sheet ``judge_id``, ``entry_id``, ``order`` (from 1), ``started``, ``finished``, ``seconds``, ``hurried``.
    """
    own = (events["kind"] == "mark") & (events["round"] == round_.id) & (events["actor"] == events["judge_id"])
    first = events[own & (events["value"] != "")].drop_duplicates(["judge_id", "entry_id", "criterion"])
    if first.empty:
        return pd.DataFrame(columns=PACE)
    table = first.groupby(["judge_id", "entry_id"], as_index=False).agg(
        started=("time", "min"), finished=("time", "max"), number=("number", "max")
    )
    together = table.duplicated(["judge_id", "finished"], keep=False)
    table = table[~together].sort_values(["judge_id", "number"], ignore_index=True)
    table["order"] = table.groupby("judge_id").cumcount() + 1
    before = table.groupby("judge_id")["finished"].shift().fillna(table["started"])
    table["seconds"] = (table["finished"] - before).dt.total_seconds()
    # The first sheet of a single mark began nobody knows when.
    known = (table["order"] > 1) | (table["finished"] > table["started"])
    table["hurried"] = known & (table["seconds"] < hurried)
    return table[PACE]


def drift(totals: Panel, order: pd.DataFrame) -> pd.DataFrame:
    """Estimate whether judges grew stricter or milder as they read on.

    The slope, by ordinary least squares, of how far each sheet's total lies from the other judges' (severities
    removed) over the order in which the judge filled in the sheets; with its standard error and Student's test, each
    judge by themselves. Entries that nobody else judged say nothing.

    Args:
        totals: the sheets' totals.
        order: :func:`pace`.

    Returns:
        Per judge the number of ``sheets`` used, ``slope`` (marks a sheet), its ``error``, ``t`` and ``p``, ``whole``
        (the slope times the way from the first sheet to the last) and ``why`` there is none.
    """
    residual = _residuals(totals)
    marked = totals.judges_per_entry[totals.entry]
    shared = marked > 1
    away = residual[shared] * marked[shared] / (marked[shared] - 1)
    sheets = pd.DataFrame(
        {
            "judge_id": np.array(totals.judges, dtype=object)[totals.judge[shared]],
            "entry_id": np.array(totals.entries, dtype=object)[totals.entry[shared]],
            "away": away,
        }
    ).merge(order[["judge_id", "entry_id", "order"]], on=["judge_id", "entry_id"])
    rows = []
    for judge in totals.judges:
        own = sheets[sheets["judge_id"] == judge]
        rows.append(dict.fromkeys(DRIFT) | {"judge_id": judge, "sheets": len(own)} | _slope(own))
    table = pd.DataFrame(rows, columns=DRIFT, dtype=object)
    return table.astype({"sheets": np.int64} | dict.fromkeys(DRIFT[2:7], "Float64"))


def _slope(own: pd.DataFrame) -> dict[str, object]:
    if len(own) < 3:
        return {"why": "fairness.too_few_sheets"}
    at = own["order"].to_numpy(dtype=np.float64)
    away = own["away"].to_numpy(dtype=np.float64)
    at, away = at - at.mean(), away - away.mean()
    slope = float(at @ away / (at @ at))
    rest, freedom = away - slope * at, len(own) - 2
    error = float(np.sqrt(rest @ rest / freedom / (at @ at)))
    told: dict[str, object] = {"slope": slope, "error": error, "whole": slope * float(at.max() - at.min())}
    if error <= 1e-12 * max(abs(slope), 1.0):
        return told | {"why": "fairness.no_scatter"}
    return told | {"t": slope / error, "p": 2 * float(student.sf(abs(slope) / error, freedom))}


def _residuals(panel: Panel) -> Floats:
    """What entry + judge + criterion leave of each mark; least squares, also where the panel falls apart."""
    n, sizes = len(panel.value), (len(panel.entries), len(panel.judges), len(panel.criteria))
    if not n:
        return panel.value
    columns = np.column_stack([panel.entry, sizes[0] + panel.judge, sizes[0] + sizes[1] + panel.criterion])
    design = csr_array((np.ones(3 * n), columns.ravel(), np.arange(0, 3 * n + 1, 3)), shape=(n, sum(sizes)))
    value = panel.value - panel.value.mean()
    fitted = lsmr(design, value, atol=1e-12, btol=1e-12, conlim=0, maxiter=1000)[0]
    return np.asarray(value - design @ fitted, dtype=np.float64)
