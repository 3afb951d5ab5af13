"""Does the order hang on the weights? The least change that matters, exactly, and all possible weights, by chance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from kit.rules import Mean, Points, WeightedMean
from kit.scoring.exact import Exact, fit
from kit.scoring.ranking import FINAL, final_weights
from kit.scoring.scores import score_round

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.fairness.panel import Floats
    from kit.rules import Round, Rounding, Step
    from kit.scoring.exact import Integers
    from kit.scoring.replay import Replay
    from kit.scoring.scores import Sheets

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
    if through := _through(replay, where, scope, scope_id):
        table["through"] = counts[:, : len(through)].sum(axis=1) / samples
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
        if through := _through(replay, where, scope, scope_id):
            insides["cut"] = set(through)
        for kind, inside in insides.items():
            if isinstance(parts, str):
                rows.append(head | {"kind": kind, "why": parts})
                continue
            for round_, part in parts.items():
                rest = [other for name, other in parts.items() if name != round_]
                for n, criterion in enumerate(replay.rules.round(round_).criteria):
                    told = head | {
                        "kind": kind,
                        "of_round": round_,
                        "criterion": criterion.id,
                        "weight": part.shares[n],
                    }
                    rows.append(told | _least(entries, inside, part, rest, n))
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
    for direction, ends, scale, room in ways if over else ():
        if best := _nearest(lead * scale, ends[outer] - ends[inner][:, None]):
            i, o, ratio = best
            moved = room * ratio
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
        ballots = any(isinstance(step, Points) for step in sheets.round.score)
        if ballots:
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
    if not all(isinstance(each, (Mean, WeightedMean)) for each in later):
        return "fairness.weights_bend"
    weighted = isinstance(step[0], WeightedMean)
    weights = [Fraction(criterion.weight) if weighted else Fraction(1) for criterion in round_.criteria]
    total = sum(weights, Fraction(0))
    columns = [score_round(replace(sheets, round=_alone(round_, n)), rounding).exact for n in range(len(weights))]
    scale = Fraction(1) if step[0].by in {"mean", "weighted_mean"} else total
    return _Part(Exact.columns(columns).times([scale]), [weight / total for weight in weights])


def _alone(round_: Round, column: int) -> Round:
    """The round with all weight on one criterion and without any rounding."""
    criteria = tuple(
        criterion.model_copy(update={"weight": Fraction(int(n == column))})
        for n, criterion in enumerate(round_.criteria)
    )
    steps: list[Step] = []
    for step in round_.score:
        if step.over == "criteria" and isinstance(step, Mean):
            steps.append(WeightedMean(over="criteria", by="weighted_mean"))
        else:
            steps.append(step.model_copy(update={"round": None, "round_terms": None}))
    return round_.model_copy(update={"criteria": criteria, "score": tuple(steps)})


def _through(replay: Replay, where: str, scope: str, scope_id: str) -> tuple[str, ...]:
    """Who gets through at the cut of a list, if it is cut."""
    cuts = replay.result.cuts.get(where, ())
    return next((cut.through for cut in cuts if (cut.scope, cut.scope_id) == (scope, scope_id)), ())


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
