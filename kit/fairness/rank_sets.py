"""How sure is a place? Standard errors of scores, sets of ranks that the marks allow, and the chance of being first."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import hstack
from scipy.stats import rankdata, studentized_range

from kit.fairness.judge_effects import counted
from kit.fairness.reliability import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.fairness.judge_effects import Counted, Totals
    from kit.fairness.mark_arrays import Flags, Floats, Places

FULL = 500  # the most entries whose places are all examined
_SEED, _DRAWS = 2024, 10_000
_CHUNK = 100


@dataclass(frozen=True, eq=False)
class RankSets:
    """The places that are compatible with the marks.

    Args:
        table: per entry ``entry_id``, ``score`` (the mean of its totals), ``error`` of it, ``rank`` by it, and the
            places from ``low`` to ``high``; best first. All sets together hold the true places in 95 of 100 contests.
        quantile: how many standard errors of a difference two entries must lie apart to be told apart.
        freedom: the degrees of freedom behind the error.
        why: the catalogue's sentence on why there are no sets.
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    quantile: float | None = None
    freedom: int = 0
    why: str | None = None


@dataclass(frozen=True, eq=False)
class Chances:
    """How likely each entry is the best of all, never to be stated without its ``assumptions``.

    Args:
        table: ``entry_id`` and ``chance``, best first.
        assumptions: the catalogue's sentence on what must hold.
        why: the catalogue's sentence on why there are no chances.
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    assumptions: str = "fairness.chance_assumptions"
    why: str | None = None


def rank_sets(totals: Totals, cut: int | None = None) -> RankSets:
    """Find the places that each entry may truly have, with simultaneous coverage of 95 %.

    Pairwise differences after Mogstad, Romano, Shaikh and Wilhelm (Review of Economic Studies 91 (2024) 476-518): the
    best possible place of an entry is one after all entries that are surely better, its worst one before all that are
    surely worse. "Surely" is judged by Tukey's and Kramer's studentised range with the pooled residual of the additive
    model. Severity adds nothing to the error of a difference between entries with the same judges; where the judges
    differ, its variance is added.

    An entry that is more disputed than usual counts with its own, larger residual: with the pooled one alone only 88 %
    were covered where all entries are equally good and not equally disputed.

    Tested by simulation: 96 to 100 % of 2,000 panels were covered for each of six kinds of panel, with 6 to 35 entries
    and 3 to 10 judges (tests/benchmarks/simulate_rank_sets.py).

    Where several rounds count, their errors are taken as independent of each other, and the degrees of freedom are
    Satterthwaite's (Biometrics Bulletin 2 (1946) 110-114).

    Args:
        totals: of one scope; entries that are not in all of several rounds are left out.
        cut: how many entries advance or win; beyond 500 entries, only those nearest to that place are examined.
    """
    entries, rounds, why = counted(totals)
    n = len(entries)
    if why := why or ("fairness.too_many_entries" if n > FULL and cut is None else None):
        return RankSets(why=why)
    score, freedom = _score(rounds), _freedom(rounds)
    variance = np.sum([each.weight**2 * _variance(each) for each in rounds], axis=0)
    shares = hstack([each.shares() * (each.weight * each.fit.between**0.5) for each in rounds], format="csr")
    order = np.argsort(-score, kind="stable")
    first = min(max((cut or 0) - FULL // 2, 0), max(n - FULL, 0))
    chosen = order[first : first + FULL]
    apart = _quantile(n, freedom)
    squares = (shares * shares).sum(axis=1)
    low, high = np.empty(len(chosen), dtype=np.int64), np.empty(len(chosen), dtype=np.int64)
    for start in range(0, len(chosen), _CHUNK):
        some, here = chosen[start : start + _CHUNK], slice(start, start + _CHUNK)
        overlap = (shares @ shares[some].toarray().T).T
        severities = np.maximum(squares[some][:, None] + squares - 2 * overlap, 0)
        margin = apart * np.sqrt(variance[some][:, None] + variance + severities)
        ahead = score - score[some][:, None]
        low[here] = 1 + np.sum(ahead > margin, axis=1)
        high[here] = n - np.sum(-ahead > margin, axis=1)
    mean_shares = np.asarray(shares.mean(axis=0)).ravel()
    share_variance = np.maximum(squares - 2 * (shares @ mean_shares) + mean_shares @ mean_shares, 0)
    table = pd.DataFrame(
        {
            "entry_id": np.array(entries, dtype=object)[chosen],
            "score": score[chosen],
            "error": np.sqrt(variance + share_variance)[chosen],
            "rank": rankdata(-score, method="min")[chosen].astype(np.int64),
            "low": low,
            "high": high,
        }
    )
    return RankSets(table, apart, freedom)


def chances_of_first(totals: Totals) -> Chances:
    """Estimate how likely each entry is the best.

    Draws (10,000, from a fixed seed) of what the true scores may be if nothing was known of them before the marks,
    errors are normal, and judges are a sample of many: Student's t around each score with the errors of
    :func:`rank_sets`, severity shared by the entries that share a judge, rounds independent of each other. Right to
    about one in a hundred.

    Args:
        totals: of one scope; beyond 500 entries, only the best 500 by score are drawn.
    """
    entries, rounds, why = counted(totals)
    if why:
        return Chances(why=why)
    score = _score(rounds)
    best = np.argsort(-score, kind="stable")[:FULL]
    rng = np.random.default_rng(_SEED)
    drawn = np.tile(score[best], (_DRAWS, 1))
    for each in rounds:
        fit = each.fit
        scale = np.sqrt(fit.freedom / rng.chisquare(fit.freedom, _DRAWS))
        error = rng.standard_normal((_DRAWS, len(best))) * np.sqrt(_variance(each)[best])
        if fit.between and not fit.crossed:
            severities = rng.standard_normal((_DRAWS, len(each.panel.judges))) * np.sqrt(fit.between)
            error += (each.shares()[best] @ severities.T).T
        drawn += each.weight * error * scale[:, None]
    share = np.bincount(np.argmax(drawn, axis=1), minlength=len(best)) / _DRAWS
    return Chances(pd.DataFrame({"entry_id": np.array(entries, dtype=object)[best], "chance": share}))


def rank_sets_from(
    estimates: Sequence[float], errors: Sequence[float], *, simultaneous: bool = True, stepwise: bool = True
) -> pd.DataFrame:
    """Find the places that given, independent, normal estimates allow, with 95 % coverage.

    The method of Mogstad, Romano, Shaikh and Wilhelm as published: the quantile of the largest studentised difference
    (10,000 draws from a fixed seed), of all pairs or of each estimate's own for marginal sets; stepwise, pairs that
    were told apart are left out and the others are tried again (Romano and Wolf, Econometrica 73 (2005) 1237-1282).

    Args:
        estimates: higher is better.
        errors: the standard error of each.
        simultaneous: whether all sets together are to be right in 95 of 100 cases, or each by itself.
        stepwise: whether to try again.

    Returns:
        ``low`` and ``high``, in the order of the estimates.
    """
    value, error = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    ahead = (value[None, :] - value[:, None]) / np.hypot(error[:, None], error[None, :])
    drawn = np.random.default_rng(_SEED).standard_normal((_DRAWS, len(value))) * error
    better, worse = np.zeros(ahead.shape, dtype=bool), np.zeros(ahead.shape, dtype=bool)
    for rows in [np.arange(len(value))] if simultaneous else np.arange(len(value))[:, None]:
        better[rows], worse[rows] = _told_apart(ahead[rows], drawn, error, rows, again=stepwise)
    return pd.DataFrame({"low": 1 + better.sum(axis=1), "high": len(value) - worse.sum(axis=1)})


def _told_apart(ahead: Floats, drawn: Floats, error: Floats, rows: Places, *, again: bool) -> tuple[Flags, Flags]:
    """Which others are surely better, and which surely worse, than some of the estimates.

    "A is better than B" and "A is worse than B" are tested separately.
    """
    better, worse = np.zeros(ahead.shape, dtype=bool), np.zeros(ahead.shape, dtype=bool)
    while True:
        largest = np.zeros(len(drawn))
        for row, up, down in zip(rows, better, worse, strict=True):
            studentised = (drawn - drawn[:, [row]]) / np.hypot(error, error[row])
            largest = np.maximum(
                largest, np.maximum(studentised[:, ~up].max(axis=1), -studentised[:, ~down].min(axis=1))
            )
        quantile = np.quantile(largest, LEVEL)
        more = np.count_nonzero(np.abs(ahead) > quantile) > np.count_nonzero(better) + np.count_nonzero(worse)
        better, worse = better | (ahead > quantile), worse | (-ahead > quantile)
        if not (again and more):
            return better, worse


def _variance(round_: Counted) -> Floats:
    """Per entry, the variance of its mean: by the pooled residual, or by its own where that is larger.

    Its own is scaled so that over all entries it is the pooled one, and 0 where a single judge marked it.
    """
    fit = round_.fit
    marks = fit.entries["judges"].to_numpy()
    squares = fit.entries["scatter"].to_numpy() ** 2 * marks
    freedom = marks - 1
    usual = squares.sum() / freedom.sum()
    own = fit.residual / usual * squares / np.maximum(freedom, 1)
    return np.asarray(np.maximum(fit.residual, own) / marks)[round_.rows]


def _score(rounds: Sequence[Counted]) -> Floats:
    """Return the scores of the entries; rounding lets sums that are equal stay equal."""
    return np.asarray(np.round(np.sum([each.weight * each.each("mean") for each in rounds], axis=0), 9))


def _freedom(rounds: Sequence[Counted]) -> int:
    """The degrees of freedom of the variance of the scores, in whole numbers rounded down."""
    parts = [(r.weight**2 * r.fit.residual * np.mean(1 / r.each("judges")), r.fit.freedom) for r in rounds]
    variances = sum(part for part, _ in parts)
    return int(variances**2 / sum(part**2 / own for part, own in parts) + 1e-9)


@cache
def _quantile(entries: int, freedom: int) -> float:
    return float(studentized_range.ppf(LEVEL, entries, freedom) / np.sqrt(2))
