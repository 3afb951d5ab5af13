"""Whether the scores of one year are higher than those of another can be asked only where something links them.

What links two years is the judges who marked in both with the same rubric, as long as they were as strict in both; or
else the innovations that took part in both, as long as they did not change. Nothing else makes scores comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from kit.errors import Problem
from kit.fairness.study import Study
from kit.years.span import same_rubric

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.years.span import Span

LEAST_JUDGES, LEAST_ENTRIES = 2, 5  # fewer than these link nothing


@dataclass(frozen=True)
class Step:
    """Two editions that follow one another, and what can be said of their scores.

    Args:
        before: the earlier edition.
        now: the later one.
        basis: what links them: ``judges`` or ``entries``; or why nothing does: ``rubric`` (they were asked otherwise),
            ``panel`` (too few of the same judges and innovations) or ``result`` (one of them has none to show).
        linking: how many judges or innovations link them.
        old: the mean total by the linking judges, or of the linking innovations, in the earlier edition.
        new: the same in the later one.
        low: lower end of the 95 % interval of the difference, where innovations link.
        high: its upper end.
    """

    before: str
    now: str
    basis: Literal["judges", "entries", "rubric", "panel", "result"]
    linking: int = 0
    old: float = np.nan
    new: float = np.nan
    low: float = np.nan
    high: float = np.nan


def levels(span: Span) -> list[Step]:
    """Compare the first scored rounds of each two editions that follow one another.

    The judges of two years are the same where their ids and their names are. Innovations are compared by the paired
    differences of their mean totals, with Student's interval.
    """
    studies = {name: _study(edition) for name, edition in span.editions.items()}
    return [_step(*pair) for pair in pairwise(studies.items())]


def _study(edition: Edition) -> Study | None:
    try:
        return Study(edition)
    except Problem:
        return None


def _step(before: tuple[str, Study | None], now: tuple[str, Study | None]) -> Step:
    (old_name, old), (new_name, new) = before, now
    if old is None or new is None:
        return Step(old_name, new_name, "result")
    if not same_rubric(old.round, new.round):
        return Step(old_name, new_name, "rubric")
    people = [set(_judges(study).items()) for study in (old, new)]
    judges = sorted(judge for judge, _ in people[0] & people[1])
    if len(judges) >= LEAST_JUDGES:
        means = [float(study.totals.part(judges=judges).value.mean()) for study in (old, new)]
        return Step(old_name, new_name, "judges", len(judges), means[0], means[1])
    scores = [_means(study) for study in (old, new)]
    both = sorted(scores[0].keys() & scores[1].keys())
    if len(both) < LEAST_ENTRIES:
        return Step(old_name, new_name, "panel", len(both))
    values = np.array([[one[innovation] for innovation in both] for one in scores])
    change = values[1] - values[0]
    reach = stats.t.ppf(0.975, len(both) - 1) * change.std(ddof=1) / np.sqrt(len(both))
    numbers = map(float, (*values.mean(axis=1), change.mean() - reach, change.mean() + reach))
    return Step(old_name, new_name, "entries", len(both), *numbers)


def _judges(study: Study) -> dict[str, str]:
    names = study.edition.registers.judges.set_index("judge_id")["name"]
    return {judge: str(names[judge]) for judge in study.totals.judges}


def _means(study: Study) -> dict[str, float]:
    """The mean total of each innovation that has an id; of one with two entries, the first."""
    entries = study.edition.registers.entries.set_index("entry_id")["innovation_id"]
    totals = study.totals
    sums, counts = (np.bincount(totals.entry, weights, len(totals.entries)) for weights in (totals.value, None))
    means = {entries[entry]: float(total / n) for entry, total, n in zip(totals.entries, sums, counts, strict=True)}
    return {innovation: mean for innovation, mean in means.items() if innovation}
