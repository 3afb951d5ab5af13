"""What decided each place that mattered: by how much, and which judge, criterion or tie rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.fairness.sensitivity import without_each_criterion, without_each_judge
from kit.scoring.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.scoring.replay import Replay

MOMENTS = [
    *("kind", "scope", "scope_id", "place", "award"),
    *("inside", "outside", "margin", "unrounded", "in_errors", "tie_rule", "judges", "criteria", "why"),
]


def decisive(replay: Replay, where: str, errors: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Examine every cut of a round, or every step from one award to the next in the final.

    Args:
        replay: the contest.
        where: a round, or ``final``.
        errors: the standard error of each entry's score, as far as they are known.

    Returns:
        Per list and boundary: ``kind`` (``cut``, ``award``), the last ``place`` inside, its ``award``, the entries
        ``inside`` and ``outside`` that stand next to it (of several, the first by id), the ``margin`` at the rules'
        decimals and ``unrounded`` (Fraction), ``in_errors`` (that divided by the standard error of a difference of
        two independent scores), the ``tie_rule`` that told equals apart, the ``judges`` and ``criteria`` without which
        an entry from outside would stand before one inside, and ``why`` nothing was decided there.
    """
    boundaries = list(_boundaries(replay, where))
    if not boundaries:
        return pd.DataFrame(columns=MOMENTS)
    without = {"judges": without_each_judge(replay, where), "criteria": without_each_criterion(replay, where)}
    several = len(replay.rounds_of(where)) > 1
    lists = {kind: dict(list(table.groupby(["scope", "scope_id"]))) for kind, table in without.items()}
    rows = []
    for moment, inner, outer in boundaries:
        row = dict.fromkeys(MOMENTS) | {"judges": (), "criteria": ()} | moment
        if not row["why"]:
            row |= _margin(replay, where, row, inner, outer, errors or {})
            for kind, tables in lists.items():
                if (table := tables.get((row["scope"], row["scope_id"]))) is not None:
                    row[kind] = _reversing(table, set(inner["entry_id"]), set(outer["entry_id"]), several=several)
        rows.append(row)
    return pd.DataFrame(rows, columns=MOMENTS, dtype=object)


def _boundaries(replay: Replay, where: str) -> Iterator[tuple[dict[str, object], pd.DataFrame, pd.DataFrame]]:
    """Every place where a list is divided, with who is on either side."""
    for cut in replay.result.cuts.get(where, ()):
        table = replay.result.of(where, cut.scope, cut.scope_id)
        inside = table["entry_id"].isin(cut.through)
        moment: dict[str, object] = {"kind": "cut", "scope": cut.scope, "scope_id": cut.scope_id}
        if not cut.complete:
            moment["why"] = "fairness.list_incomplete"
        elif not inside.any():
            moment["why"] = "fairness.cut_undecided"
        elif inside.all():
            moment["why"] = "fairness.nobody_outside"
        yield moment | {"place": int(inside.sum())}, table[inside], table[~inside]
    if where != FINAL:
        return
    for awards in replay.rules.final.awards:
        for scope, scope_id in replay.scopes(FINAL):
            if scope == awards.scope:
                yield from _steps(replay.result.of(FINAL, scope, scope_id), scope, scope_id)


def _steps(
    table: pd.DataFrame, scope: str, scope_id: str
) -> Iterator[tuple[dict[str, object], pd.DataFrame, pd.DataFrame]]:
    """Every place in a list with awards below which something else, or nothing, is won."""
    moment: dict[str, object] = {"kind": "award", "scope": scope, "scope_id": scope_id}
    won = [None if pd.isna(award) else str(award) for award in table["award"]]
    if (table["state"] == "provisional").any():
        yield moment | {"why": "fairness.list_incomplete"}, table, table[:0]
    for n, award in enumerate(won):
        if award is None or award in won[n + 1 :]:
            continue
        inside, outside = table[: n + 1], table[n + 1 :]
        if inside["last_round"].iloc[-1] != table["last_round"].iloc[0]:
            return  # awards of those who did not reach the last round: no final score separates them
        told = moment | {"place": n + 1, "award": award}
        if outside.empty:
            told["why"] = "fairness.nobody_outside"
        elif outside["last_round"].iloc[0] != inside["last_round"].iloc[-1]:
            told["why"] = "fairness.decided_by_cut"
        yield told, inside, outside


def _margin(
    replay: Replay,
    where: str,
    row: Mapping[str, object],
    inner: pd.DataFrame,
    outer: pd.DataFrame,
    errors: Mapping[str, float],
) -> dict[str, object]:
    last = inner[inner["rank"] == inner["rank"].max()].iloc[0]
    first = outer.iloc[0]
    exact = replay.unrounded(where, str(row["scope"]), str(row["scope_id"]))
    apart = exact[last["entry_id"]] - exact[first["entry_id"]]
    both = [errors.get(entry) for entry in (last["entry_id"], first["entry_id"])]
    error = sum(one**2 for one in both if one) ** 0.5 if all(one is not None for one in both) else 0.0
    margin = last["score"] - first["score"]
    return {
        "inside": last["entry_id"],
        "outside": first["entry_id"],
        "margin": margin,
        "unrounded": apart,
        "in_errors": float(apart) / error if error else None,
        "tie_rule": last["tie_broken_by"] if margin == 0 else None,
    }


def _reversing(table: pd.DataFrame, inner: set[str], outer: set[str], *, several: bool) -> tuple[str, ...]:
    """Who or what must not be missing: without it an entry from outside stands before one inside."""
    known = table[table["rank_without"].notna()]
    worst = known[known["entry_id"].isin(inner)].groupby(["of_round", "left_out"], sort=False)["rank_without"].max()
    best = known[known["entry_id"].isin(outer)].groupby(["of_round", "left_out"], sort=False)["rank_without"].min()
    both = pd.concat([worst, best], axis=1, keys=["worst", "best"]).dropna()
    found = both.index[both["best"] < both["worst"]]
    return tuple(f"{round_}:{name}" if several and round_ else name for round_, name in found)
