"""What does the order hang on? One judge, one criterion, the way marks are brought together, or the weights.

All by the kit's own exact rules: each list ranked again without a judge or a criterion, or by another aggregation; what
decided each cut and award; the smallest change of a weight that matters, in fractions; and the ranks under all possible
weights, by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from kit.rules import Mean, Median, Points, TrimmedMean, WeightedMean
from kit.scoring.exact import Exact, fit
from kit.scoring.ranking import FINAL, final_weights
from kit.scoring.scores import score_round

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.fairness.mark_arrays import Floats
    from kit.rules import Round, Rounding, Step
    from kit.scoring.exact import Integers
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
    judges = {judge for name in rounds for judge in replay.result.scores[name].sheets.judges if judge}
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
    rounding and without tie rules, so that equal scores share a rank. Juries count as one panel; what adjusts a score
    adjusts these as well.

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
    old = sheets.round
    steps = [*(each.unrounded() for each in old.reducing if each.over == "criteria"), step]
    steps += [each.unrounded() for each in old.adjusting]
    round_ = old.model_copy(update={"score": tuple(steps), "min_judges": 1, "juries": ()})
    scores = score_round(replace(sheets, round=round_), replay.rules.rounding)
    lowest_first = not isinstance(step, Points) if old.kind == "ranks" else old.direction == "low"
    numbers = scores.exact.numerators * (-1 if lowest_first else 1)
    if not len(numbers):
        return {}
    _, place, size = np.unique(-numbers, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - size + 1)[place]
    return dict(zip((sheets.entries[n] for n in scores.scored), ranks.tolist(), strict=True))


# What decided each place that mattered

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
        elif (table.loc[~inside, "rank"] < table.loc[inside, "rank"].max()).any():
            moment["why"] = "fairness.cut_by_more_than_rank"
        yield moment | {"place": int(inside.sum())}, table[inside], table[~inside]
    if where != FINAL:
        return
    for awards in replay.rules.final.main_awards:
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
        step = moment | {"place": n + 1, "award": award}
        if outside.empty:
            step["why"] = "fairness.nobody_outside"
        elif outside["last_round"].iloc[0] != inside["last_round"].iloc[-1]:
            step["why"] = "fairness.decided_by_cut"
        yield step, inside, outside


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
    low = (replay.rules.direction if where == FINAL else replay.rules.round(where).direction) == "low"
    apart = (exact[last["entry_id"]] - exact[first["entry_id"]]) * (-1 if low else 1)
    both = [errors.get(entry) for entry in (last["entry_id"], first["entry_id"])]
    error = sum(one**2 for one in both if one) ** 0.5 if all(one is not None for one in both) else 0.0
    margin = (last["score"] - first["score"]) * (-1 if low else 1)
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


# Weights

SEED = 2001
CHANGES = [
    *("kind", "scope", "scope_id", "of_round", "criterion"),
    *("weight", "to", "change", "direction", "passed", "passing", "why", "to_low", "to_high"),
]
_MOST_ENTRIES = 500
_AT_ONCE = 1_000_000  # scores held at a time while weights are drawn


@dataclass(frozen=True, eq=False)
class WeightSpace:
    """How often each rank comes out when all weights are equally likely.

    Args:
        ranks: per ``entry_id`` and ``rank``: the ``share`` of weights that give it, where there are any.
        entries: per ``entry_id``: ``rank`` by the rules, the shares ``first`` and, where the list is cut, ``through``,
            and the ``best`` and ``worst`` rank that came out.
        samples: how many weights were drawn; a share's standard error is at most 0.5 / sqrt(samples).
        why: the sentence on why there are no shares.
    """

    ranks: pd.DataFrame = field(default_factory=pd.DataFrame)
    entries: pd.DataFrame = field(default_factory=pd.DataFrame)
    samples: int = 0
    why: str | None = None


class _Part(NamedTuple):
    """What one round gives the score: entries x criteria to be multiplied by the criteria's shares of the weights."""

    each: Exact
    shares: list[Fraction]


class _Pass(NamedTuple):
    """A change of weight, as a share of all weights, and who then passes whom."""

    change: Fraction
    to: Fraction
    direction: Literal["up", "down", ""]
    passed: str
    passing: str


def weight_space(
    replay: Replay, where: str, scope: str, scope_id: str, samples: int = 10_000, seed: int = SEED
) -> WeightSpace:
    """Draw weights evenly from all that there could be and count the ranks: the rank acceptability index.

    SMAA-2 of Lahdelma and Salminen, Operations Research 49 (2001) 444-454, for weights only: marks are as given. In
    the final every counting round's criteria have weights of their own. Scores are unrounded, without tie rules.

    Args:
        replay: the contest.
        where: a round, or ``final``.
        scope: the list's scope.
        scope_id: which one.
        samples: how many weights to draw.
        seed: where chance starts.
    """
    entries, parts = _parts(replay, where, scope, scope_id)
    if isinstance(parts, str):
        return WeightSpace(why=parts)
    if not 0 < len(entries) <= _MOST_ENTRIES:
        return WeightSpace(why="fairness.too_many_for_weights" if entries else "fairness.no_marks")
    chance = np.random.default_rng(seed)
    n = len(entries)
    values = [part.each.numerators.astype(np.float64) / part.each.denominator for part in parts.values()]
    counts = np.zeros((n, n), dtype=np.int64)
    for done in range(0, samples, step := _AT_ONCE // n):
        size = min(step, samples - done)
        scores = sum((chance.dirichlet(np.ones(v.shape[1]), size) @ v.T for v in values), np.zeros((size, n)))
        counts += np.bincount((np.arange(n) * n + _ranks(scores)).ravel(), minlength=n * n).reshape(n, n)
    entry, rank = np.nonzero(counts)
    ranks = pd.DataFrame(
        {"entry_id": np.array(entries)[entry], "rank": rank + 1, "share": counts[entry, rank] / samples}
    )
    own = replay.ranked(where, scope, scope_id)
    table = pd.DataFrame(
        {"entry_id": entries, "rank": [own[name] for name in entries], "first": counts[:, 0] / samples}
    )
    if (cut := replay.result.cut(where, scope, scope_id)) and cut.through:
        table["through"] = counts[:, : len(cut.through)].sum(axis=1) / samples
    table["best"], table["worst"] = (counts > 0).argmax(axis=1) + 1, n - (counts[:, ::-1] > 0).argmax(axis=1)
    return WeightSpace(ranks, table.sort_values(["rank", "entry_id"], ignore_index=True), samples)


def smallest_changes(replay: Replay, where: str) -> pd.DataFrame:
    """Find, for every criterion, the smallest change of its weight that changes a winner or who gets through.

    The other weights of its round keep their proportions; scores are unrounded, so each is a straight line in the
    weight, and lines are compared as fractions. A place changes hands when an entry outside gets strictly ahead of one
    inside; the change given is the limit, at which both are level.

    Args:
        replay: the contest.
        where: a round, or ``final``.

    Returns:
        Per list, ``kind`` (``winner``: rank 1; ``cut``: who gets through) and criterion: its ``weight`` now, the
        weight ``to`` which it must move, the ``change`` (Fractions, all as shares of the round's weights), the
        ``direction`` (``up``, ``down``), who is ``passed`` by whom (``passing``); or ``why`` there is no such change,
        or none is needed. ``to_low`` and ``to_high`` are the nearest such weights below and above, where there are any.
    """
    rows: list[dict[str, object]] = []
    known: dict[str, _Part | str] = {}
    for scope, scope_id in replay.scopes(where):
        entries, parts = _parts(replay, where, scope, scope_id, known)
        head: dict[str, object] = {"scope": scope, "scope_id": scope_id}
        own = replay.ranked(where, scope, scope_id)
        insides = {"winner": {entry for entry in entries if own[entry] == 1}}
        if (cut := replay.result.cut(where, scope, scope_id)) and cut.through:
            insides["cut"] = set(cut.through)
        for kind, inside in insides.items():
            if isinstance(parts, str):
                rows.append(head | {"kind": kind, "why": parts})
                continue
            for round_, part in parts.items():
                rest = [other for name, other in parts.items() if name != round_]
                for n, criterion in enumerate(replay.rules.round(round_).criteria):
                    row = head | {
                        "kind": kind,
                        "of_round": round_,
                        "criterion": criterion.id,
                        "weight": part.shares[n],
                    }
                    rows.append(row | _least(entries, inside, part, rest, n))
    return pd.DataFrame([dict.fromkeys(CHANGES) | row for row in rows], columns=CHANGES, dtype=object)


def _least(
    entries: Sequence[str], inside: set[str], part: _Part, rest: Sequence[_Part], column: int
) -> dict[str, object]:
    inner = np.array([n for n, entry in enumerate(entries) if entry in inside], dtype=np.int64)
    outer = np.array([n for n, entry in enumerate(entries) if entry not in inside], dtype=np.int64)
    if not len(inner) or not len(outer):
        return {"why": "fairness.nobody_outside"}
    share = part.shares[column]
    roomy = fit(np.concatenate(_lines(part, rest, column)), 8 * share.denominator)
    now, alone = roomy.reshape(2, -1)
    lead = now[inner][:, None] - now[outer]
    if (lead < 0).any():
        worst = divmod(int(np.argmin(lead)), len(outer))
        found = _Pass(Fraction(0), share, "", entries[inner[worst[0]]], entries[outer[worst[1]]])
        return found._asdict() | {"why": "fairness.rounding_decides", "to_low": share, "to_high": share}
    passes = []
    # Towards 1 the criterion stands alone at the end; towards 0 the others do.
    over = share.denominator - share.numerator
    without = now * share.denominator - alone * share.numerator
    ways: tuple[tuple[Literal["up", "down"], Integers, int, Fraction], ...] = (
        ("up", alone, 1, 1 - share),
        ("down", without, over, -share),
    )
    for direction, ends, scale, span in ways if over else ():
        if best := _nearest(lead * scale, ends[outer] - ends[inner][:, None]):
            i, o, ratio = best
            moved = span * ratio
            passes.append(_Pass(abs(moved), share + moved, direction, entries[inner[i]], entries[outer[o]]))
    if not passes:
        return {"why": "fairness.no_weight_changes_it"}
    bounds = {{"up": "to_high", "down": "to_low", "": ""}[each.direction]: each.to for each in passes}
    return min(passes)._asdict() | bounds


def _nearest(lead: Integers, gap: Integers) -> tuple[int, int, Fraction] | None:
    """Find the pair that meets first: its row and column, and how far along the way to the end."""
    able = gap > 0
    if not able.any():
        return None
    ratio = np.where(able, lead.astype(np.float64) / np.where(able, gap, 1).astype(np.float64), np.inf)
    close = np.argwhere(ratio <= ratio.min() * (1 + 1e-9))  # floats choose the candidates, fractions among them
    exact = [Fraction(int(lead[i, o]), int(lead[i, o]) + int(gap[i, o])) for i, o in close]
    n = min(range(len(exact)), key=exact.__getitem__)
    return int(close[n, 0]), int(close[n, 1]), exact[n]


def _lines(part: _Part, rest: Sequence[_Part], column: int) -> tuple[Integers, Integers]:
    """Scores with the weights as they are, and with all weight of the round on one criterion, as whole numbers."""
    others = [_total(other) for other in rest]
    alone = Exact(part.each.numerators[:, column], part.each.denominator)
    both = [Exact.columns([own, *others]).summed_across() for own in (_total(part), alone)]
    found = Exact.columns(both).numerators
    return found[:, 0], found[:, 1]


def _total(part: _Part) -> Exact:
    return part.each.times(part.shares).summed_across()


def _parts(
    replay: Replay, where: str, scope: str, scope_id: str, known: dict[str, _Part | str] | None = None
) -> tuple[list[str], dict[str, _Part] | str]:
    """What each counting round gives the entries of a list that are scored in all, or why weights say nothing.

    Args:
        replay: the contest.
        where: a round, or ``final``.
        scope: the list's scope.
        scope_id: which one.
        known: parts of rounds in which a scope makes no difference; what is found is added.
    """
    known = {} if known is None else known
    factors = final_weights(replay.rules) if where == FINAL else {where: Fraction(1)}
    entries = list(replay.ranked(where, scope, scope_id))
    rows, found = {}, {}
    for name in factors:
        sheets = replay.result.scores[name].sheets
        if ballots := sheets.round.ballots:
            sheets = sheets.of(list(replay.result.of(name, scope, scope_id)["entry_id"]))
        part = _part(sheets, replay.rules.rounding) if ballots or name not in known else known[name]
        if not ballots:
            known[name] = part
        if isinstance(part, str):
            return entries, part
        scored = np.flatnonzero(sheets.status["scored"])
        rows[name] = {sheets.entries[n]: row for row, n in enumerate(scored)}
        found[name] = part
    entries = [entry for entry in entries if all(entry in row for row in rows.values())]
    if not entries:
        return entries, "fairness.no_marks"
    return entries, {
        name: _Part(part.each[np.array([rows[name][entry] for entry in entries])].times([factors[name]]), part.shares)
        for name, part in found.items()
    }


def _part(sheets: Sheets, rounding: Rounding) -> _Part | str:
    """The unrounded score of each scored entry on each criterion alone, by the rules with all weight on it."""
    round_ = sheets.round
    place = next((n for n, step in enumerate(round_.score) if step.over == "criteria"), len(round_.score))
    step, later = round_.score[place : place + 1], round_.score[place + 1 :]
    if not all(isinstance(each, (Mean, WeightedMean)) for each in step) or not step:
        return "fairness.no_weights"
    some = round_.missing == "left_out" or any(part.where or part.panel for part in round_.criteria)
    best = any(isinstance(each, Mean) and each.best for each in round_.score)
    if some or best or not all(isinstance(each, (Mean, WeightedMean)) for each in later):
        return "fairness.weights_bend"
    weighted = isinstance(step[0], WeightedMean)
    weights = [Fraction(criterion.weight) if weighted else Fraction(1) for criterion in round_.criteria]
    total = sum(weights, Fraction(0))
    columns = [score_round(replace(sheets, round=_alone(round_, n)), rounding).exact for n in range(len(weights))]
    scale = Fraction(1) if step[0].by in {"mean", "weighted_mean"} else total
    scale *= -1 if round_.direction == "low" else 1
    return _Part(Exact.columns(columns).times([scale]), [weight / total for weight in weights])


def _alone(round_: Round, column: int) -> Round:
    """The round with all weight on one criterion and without any rounding."""
    criteria = tuple(
        criterion.model_copy(update={"weight": Fraction(int(n == column))})
        for n, criterion in enumerate(round_.criteria)
    )
    by_weight = WeightedMean(over="criteria", by="weighted_mean")
    steps = (by_weight if (step.over, step.by) in _PLAIN else step.unrounded() for step in round_.score)
    return round_.model_copy(update={"criteria": criteria, "score": tuple(steps)})


_PLAIN = {("criteria", "mean"), ("criteria", "sum")}  # steps that take every criterion alike


def _ranks(scores: Floats) -> Integers:
    """Per row, the rank of each column from 0, highest first; equals share the best."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=1)
    near = 1e-9 * np.maximum(np.abs(scores).max(axis=1, keepdims=True), 1e-300)
    apart = np.hstack([np.ones((len(scores), 1), dtype=bool), ordered[:, :-1] - ordered[:, 1:] > near])
    place = np.maximum.accumulate(np.where(apart, np.arange(scores.shape[1]), 0), axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, place, axis=1)
    return ranks
