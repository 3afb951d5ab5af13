"""What judges do to marks: how severe each is, the order without it, marks far from the rest, pace and drift.

The additive model: a mark is its entry, its judge and chance. What it finds stands beside the rules' order, never in
its place; an odd mark or a hurried sheet is a reason for a second look before a round is closed, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsmr
from scipy.stats import linregress, rankdata

from kit.fairness.mark_arrays import Panel
from kit.fairness.reliability import lacking, no_difference

if TYPE_CHECKING:
    from kit.fairness.mark_arrays import Components, Floats, Places
    from kit.rules import Round

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
    """Fit entry + judge: entries as they are, judges drawn from many.

    Henderson's mixed model equations (Biometrics 31 (1975) 423-447) with the entries absorbed, so that what is solved
    has the size of the judges; the variances by restricted maximum likelihood (Patterson and Thompson, Biometrika 58
    (1971) 545-554) along the eigenvectors of that matrix. Severities are best linear unbiased predictions with their
    prediction errors, the entries' values generalised least squares. Everything holds within a connected part only;
    the variances are those of all parts together.

    Args:
        panel: totals, one value a sheet.
    """
    assert len(panel.criteria) <= 1, "a sheet with several criteria has no single value"
    parts = panel.components()
    plain = Severity(parts=parts, crossed=panel.crossed)
    n = len(panel.entries)
    if len(panel.judges) < 2 or n < 2:
        return replace(plain, why=lacking(panel, 2))
    if no_difference(float(np.sum((panel.value - panel.value.mean()) ** 2)), panel.value):
        return replace(plain, why="fairness.all_equal")
    marks, own = np.bincount(panel.entry), np.bincount(panel.judge)
    shares = _shares(panel)
    mean = np.bincount(panel.entry, panel.value) / marks
    deviation = panel.value - mean[panel.entry]
    values, vectors = np.linalg.eigh(np.diag(own) - (shares.T @ (shares * marks[:, None])).toarray())
    known = values > 1e-9 * len(panel.value)
    values, vectors = values[known], vectors[:, known]
    along: Floats = vectors.T @ np.bincount(panel.judge, deviation).astype(np.float64)
    likelihood_freedom = len(panel.value) - n
    freedom = likelihood_freedom - len(values)
    if freedom < 1:
        return replace(plain, why="fairness.no_residual")

    def predicted(ratio: float) -> tuple[Floats, Floats]:
        """Return what each judge adds, and its error matrix, at a ratio of the judges' variance to the residual's."""
        weight = 1 / (values + 1 / ratio) if ratio else np.zeros_like(values)
        return vectors @ (weight * along), (vectors * weight) @ vectors.T

    least_squares, _ = predicted(np.inf)
    rest = panel.value - least_squares[panel.judge]
    rest -= (np.bincount(panel.entry, rest) / marks)[panel.entry]
    squares = float(rest @ rest)
    exact = no_difference(squares, panel.value)
    total = float(deviation @ deviation)
    ratio, within = (np.inf, 0.0) if exact else _variances(values, along, total, likelihood_freedom)
    effects, spread = predicted(ratio)
    carried = np.asarray(shares @ spread)[panel.entry, panel.judge]  # from the severities of an entry's judges
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
                "judges": marks,
                "mean": mean,
                "value": np.bincount(panel.entry, panel.value - effects[panel.judge]) / marks,
                "error": np.sqrt(within * (1 + np.bincount(panel.entry, carried)) / marks),
                "scatter": np.sqrt(np.bincount(panel.entry, rest**2) / marks),
            }
        ),
        panel.crossed,
        float(np.var(effects, ddof=1)) if exact else ratio * within,
        within,
        0.0 if exact else squares / freedom,
        freedom,
        "fairness.fits_exactly" if exact else None,
    )


def _variances(values: Floats, along: Floats, total: float, freedom: int) -> tuple[float, float]:
    """Return the ratio of the variance of judges to that of the residuals, and the latter, by REML.

    Args:
        values: the eigenvalues of the judges' equations.
        along: the right side of these equations along the eigenvectors.
        total: the sum of squares around the entries' means.
        freedom: the degrees of freedom of ``total``.
    """

    def left(ratio: Floats) -> Floats:
        return np.asarray(total - (ratio * along**2 / (1 + ratio * values)).sum(axis=-1))

    def deviance(logs: Floats | float) -> Floats:
        ratio = np.exp(np.asarray(logs))[..., None]
        return np.asarray(freedom * np.log(left(ratio)) + np.log1p(ratio * values).sum(axis=-1))

    grid = np.linspace(-20, 20, 81)
    start = float(grid[int(np.argmin(deviance(grid)))])
    near = (start - 0.5, start + 0.5)
    best = minimize_scalar(lambda log: float(deviance(log)), bounds=near, method="bounded", options={"xatol": 1e-10})
    ratio = float(np.exp(best.x)) if best.fun < freedom * np.log(total) - 1e-9 else 0.0
    return ratio, float(left(np.array([ratio]))) / freedom


def _shares(panel: Panel) -> csr_array:
    """Return what share each judge has in the mean of each entry, entries x judges."""
    share = 1 / np.bincount(panel.entry)[panel.entry]
    return csr_array((share, (panel.entry, panel.judge)), shape=(len(panel.entries), len(panel.judges)))


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

    def shares(self) -> csr_array:
        """Return what share each judge has in the mean of each of these entries."""
        return _shares(self.panel)[self.rows]


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


# The order with severity removed

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


# Habits

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

    The expectation is the least-squares fit of entry + judge + criterion; what a mark differs by is given in usual
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
    entered carry no times of the judge's, and sheets that came in at one moment were filled in somewhere else: both are
    left out. Short times may also mean that a judge wrote on paper and typed later.

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
    # It is not known when a first sheet of a single mark was begun.
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
    order, away = own["order"].astype(float), own["away"]
    line = linregress(order, away)
    found: dict[str, object] = {"slope": line.slope, "error": line.stderr}
    found["whole"] = line.slope * (order.max() - order.min())
    rest = (away - line.intercept - line.slope * order).to_numpy()
    if no_difference(float(rest @ rest), away.to_numpy()):
        return found | {"why": "fairness.no_scatter"}
    return found | {"t": line.slope / line.stderr, "p": line.pvalue}


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
