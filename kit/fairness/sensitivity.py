"""Does the order hang on one judge, one criterion, or the way marks are brought together? Exact, by the kit's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.rules import Mean, Median, Points, TrimmedMean
from kit.scoring.scores import score_round

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.rules import Step
    from kit.scoring.replay import Change, Replay
    from kit.scoring.scores import Sheets

LEFT_OUT = ["left_out", "of_round", "scope", "scope_id", "entry_id", "rank", "rank_without", "why"]

# How scores could be brought together over the judges instead.
AGGREGATIONS: Mapping[str, Step] = {
    "mean": Mean(over="judges", by="mean"),
    "median": Median(over="judges", by="median"),
    "trimmed_mean": TrimmedMean(over="judges", by="trimmed_mean"),
    "borda": Points(over="judges", by="points", curve="borda", recused="mean"),
}


def without_each_judge(replay: Replay, where: str) -> pd.DataFrame:
    """Rank again without each judge in turn, as if they had been recused from every entry (the jackknife).

    One judge fewer than the rules ask for is enough. In the final the judge is missing from every round that counts,
    and the entries that reached the last round stay the same.

    Args:
        replay: the contest.
        where: a round, or ``final``.

    Returns:
        Per ``left_out`` judge, list and entry: ``rank`` by the rules, ``rank_without`` and, where that is lacking,
        ``why``. ``of_round`` is empty: it tells criteria of several rounds apart.
    """
    rounds = replay.rounds_of(where)
    judges = {judge for name in rounds for judge in replay.result.scores[name].sheets.judges}
    return _table(
        [
            _compared(replay, where, replay.without_judge(judge, where)).assign(left_out=judge, of_round="")
            for judge in sorted(judges)
        ]
    )


def without_each_criterion(replay: Replay, where: str) -> pd.DataFrame:
    """Rank again without each criterion in turn, the weights of the others in proportion and tie rules without it.

    Args:
        replay: the contest.
        where: a round, or ``final``.

    Returns:
        As :func:`without_each_judge`; ``of_round`` names the round that the criterion belongs to.
    """
    return _table(
        [
            _compared(replay, where, replay.without_criterion(name, criterion.id)).assign(
                left_out=criterion.id, of_round=name
            )
            for name in replay.rounds_of(where)
            for criterion in replay.rules.round(name).criteria
        ]
    )


def _compared(replay: Replay, where: str, change: Change | None) -> pd.DataFrame:
    rows = []
    for scope, scope_id in replay.scopes(where):
        now = {} if change is None else replay.ranks(where, scope, scope_id, change)
        for entry, rank in replay.ranked(where, scope, scope_id).items():
            missing = "fairness.too_few_criteria" if change is None else "fairness.too_few_judges"
            rows.append((scope, scope_id, entry, rank, now.get(entry), None if entry in now else missing))
    return pd.DataFrame(rows, columns=["scope", "scope_id", "entry_id", "rank", "rank_without", "why"], dtype=object)


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=LEFT_OUT)
    table = pd.concat([part.reindex(columns=LEFT_OUT) for part in parts], ignore_index=True)
    return table.astype(dict.fromkeys(LEFT_OUT[:5], str) | {"rank": "Int64", "rank_without": "Int64"})


def aggregations(
    replay: Replay, round_: str, scope: str, scope_id: str, adjusted: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Rank one list of a round by other ways of bringing the judges' totals together, side by side.

    A judge's total is what the rules' step over the criteria makes of their sheet; mean, median, mean without the
    highest and the lowest, and ranks turned into Borda points (ties share) are computed from it exactly, without any
    rounding and without tie rules, so that equal scores share a rank.

    Args:
        replay: the contest.
        round_: whose scores.
        scope: the list's scope.
        scope_id: which one.
        adjusted: the ranks of other models, one column each, by ``entry_id``; they are put beside.

    Returns:
        Per entry ``rank`` by the rules and ``rank_mean``, ``rank_median``, ``rank_trimmed_mean``, ``rank_borda``, then
        those of ``adjusted``. A rank is missing where too few judges marked the entry for it (three, for the trimmed
        mean).
    """
    table = replay.result.of(round_, scope, scope_id)[["entry_id", "rank"]]
    sheets = replay.result.scores[round_].sheets.of(list(table["entry_id"]))
    for name, step in AGGREGATIONS.items():
        table[f"rank_{name}"] = table["entry_id"].map(_ranked(sheets, step, replay)).astype("Int64")
    if adjusted is not None:
        table = table.merge(adjusted, on="entry_id", how="left", validate="one_to_one")
    return table


def _ranked(sheets: Sheets, step: Step, replay: Replay) -> dict[str, int]:
    steps = [*_over_criteria(sheets), step]
    round_ = sheets.round.model_copy(update={"score": tuple(steps), "min_judges": 1})
    scores = score_round(replace(sheets, round=round_), replay.rules.rounding)
    numbers = scores.exact.numerators
    if not len(numbers):
        return {}
    _, place, size = np.unique(-numbers, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - size + 1)[place]
    return dict(zip((sheets.entries[n] for n in scores.scored), ranks.tolist(), strict=True))


def _over_criteria(sheets: Sheets) -> Iterator[Step]:
    for step in sheets.round.score:
        if step.over == "criteria":
            yield step.model_copy(update={"round": None, "round_terms": None})
