"""How long innovations live after their first contest, estimated as lives are: by Kaplan and Meier.

The clock of an innovation starts on the day on which the contest opened in which it first took part. It stops on the
day on which it is said to have stopped; that alone counts as an end. While it is running, its life is open: it is known
to have lived up to the last day on which anybody knew, which is a contest in which it took part or a day on which it
was checked. No answer is not an end. An innovation that was merged into another goes on there, so its own life is open
up to the day on which that was checked. What took part or was running again after that, had paused.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from kit.report.lasting import OVER, current, given

if TYPE_CHECKING:
    from kit.years.span import Span

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

YEAR = 365.25  # days
LEAST = 5  # fewer lives than these are counted and not estimated


def lives(span: Span) -> pd.DataFrame:
    """List what is known of the life of every innovation that has an id.

    Returns:
        By ``innovation_id``: ``title``, ``unit_id``, ``group``, ``category``, ``origin`` as last registered; ``first``
        and ``last`` year in which it took part; ``status``: ``running``, ``changed``, ``merged``, ``stopped`` as last
        heard, or ``unanswered`` where nobody ever said; ``heard``, the year of that (may be blank); ``silent``: how
        many follow-ups since the last sign of life had no answer; ``years`` lived as far as is known, not a number
        while the first contest has not been opened; and ``ended``.
    """
    named = span.entries[span.entries["innovation_id"] != ""].groupby("innovation_id")
    table = named[["title", "unit_id", "group", "category", "origin"]].last()
    table = table.assign(first=named["year"].first(), last=named["year"].last()).sort_index()
    said = {name: current(given(edition)) for name, edition in span.editions.items()}
    part = {name: set(entries["innovation_id"]) for name, entries in span.entries.groupby("year")}
    rows = [_life(span, str(innovation), str(first), part, said) for innovation, first in table["first"].items()]
    return table.join(pd.DataFrame(rows, index=table.index, columns=["status", "heard", "silent", "years", "ended"]))


def _life(
    span: Span, innovation: str, first: str, part: dict[Any, set[str]], said: dict[str, dict[str, dict[str, str]]]
) -> dict[str, object]:
    status, heard, known, silent = "unanswered", "", span.days.get(first), 0
    for year in span.names[span.names.index(first) :]:
        answers = said[year].get(innovation, {})
        if innovation in part[year]:
            status = "running" if status in OVER else status
            known, silent = span.days.get(year, known), 0
        if "status" in answers:
            status, heard, silent = answers["status"], year, 0
            told = answers.get("stopped_on" if status == "stopped" else "checked_on")
            days = [known, date.fromisoformat(told) if told else None]
            known = max((day for day in days if day), default=None)
        elif said[year] and status not in OVER:
            silent += 1
    start = span.days.get(first)
    lived = (known - start).days / YEAR if start and known else np.nan
    return {"status": status, "heard": heard, "silent": silent, "years": lived, "ended": status == "stopped"}


@dataclass(frozen=True, eq=False)
class Curve:
    """The share of innovations that still run, step by step.

    Args:
        years: since the first contest, at which somebody's life ended or is known no further; ascending.
        share: estimated to be running just after that.
        low: lower end of the 95 % interval; not a number where there is none.
        high: its upper end.
        lived: how long each life is known to have lasted, ascending.
        ends: how many ended.
    """

    years: Floats
    share: Floats
    low: Floats
    high: Floats
    lived: Floats
    ends: int

    def at(self, years: float) -> tuple[float, float, float] | None:
        """The share after so many years with its interval; None beyond the longest life that is known."""
        if not len(self.lived) or years > self.lived[-1]:
            return None
        place = int(np.searchsorted(self.years, years, side="right")) - 1
        if place < 0:
            return (1.0, np.nan, np.nan)
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def at_risk(self, years: float) -> int:
        """How many lives are known to have lasted at least so long."""
        return int((self.lived >= years).sum())


def kaplan_meier(years: Floats, ended: Flags) -> Curve:
    """Estimate how many still run after some time, from lives of which some are open.

    The product-limit estimate with Greenwood's variance; the interval is that of log(-log S), as
    :func:`scipy.stats.ecdf` has it. Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete
    observations, JASA 53 (1958) 457-481.

    Args:
        years: how long each life is known to have lasted.
        ended: whether it ended then.
    """
    if not len(years):
        nothing = np.empty(0)
        return Curve(nothing, nothing, nothing, nothing, nothing, 0)
    survival: Any = stats.ecdf(stats.CensoredData.right_censored(years, ~ended)).sf  # its stubs are wrong
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody or everybody has ended, there is no interval
        interval = survival.confidence_interval(0.95, method="log-log")
    ends = (interval.low.probabilities, interval.high.probabilities)
    return Curve(survival.quantiles, survival.probabilities, *ends, np.sort(years), int(ended.sum()))


def curve_of(table: pd.DataFrame) -> Curve:
    """The curve of some of the lives of :func:`lives`; those whose first contest is still to come are left out."""
    known = table.dropna(subset="years")
    return kaplan_meier(known["years"].to_numpy(dtype=float), known["ended"].to_numpy(dtype=bool))


def still_there(status: str) -> bool:
    """Whether an innovation is known to run, or nobody has said that it does not."""
    return status not in OVER
