"""Who scores what, where not everybody scores everything: balanced, linked, across no conflict, the same by seed.

Judges are linked when one can go from any judge to any other by entries that two of them share; marks of judges who
are not cannot be compared. Chance is a hash of seed and id, so that the same seed gives the same on every machine.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.columns import Known
from kit.errors import Problem
from kit.ledger import built
from kit.registers import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kit.edition import Edition
    from kit.exact import Integers

# An entry passes from one judge to another.
Move = tuple[int, int, int]

NAMED = 10  # entries that a mistake names


def assign(entries: Iterable[str], judges: Iterable[str], conflicts: pd.DataFrame, k: int, seed: int) -> pd.DataFrame:
    """Return who scores what as ``entry_id`` and ``judge_id``, sorted: ``k`` judges an entry, as many sheets a judge.

    Two judges differ by one sheet at most, unless conflicts or the links between judges ask for more. Pairs of judges
    meet about equally often.

    Args:
        entries: ids, in any order.
        judges: ids, in any order.
        conflicts: ``judge_id`` and ``entry_id`` of those who must not meet.
        k: how many judges each entry gets.
        seed: another one gives another assignment.

    Raises:
        nobody_to_compare: there are fewer than two judges.
        too_few_judges: an entry has fewer than ``k`` judges without conflict.
        judges_not_linked: the judges cannot be linked.
    """
    order, panel = (_shuffled(ids, seed) for ids in (entries, judges))
    if len(panel) < 2:
        raise Problem("nobody_to_compare", n=len(panel))
    allowed = np.ones((len(order), len(panel)), dtype=bool)
    rows, columns = (
        pd.Index(ids).get_indexer(pd.Index(conflicts[column]))
        for ids, column in ((order, "entry_id"), (panel, "judge_id"))
    )
    known = (rows >= 0) & (columns >= 0)
    allowed[rows[known], columns[known]] = False
    if lacking := sorted(order[row] for row in np.flatnonzero(allowed.sum(axis=1) < k)):
        raise Problem("too_few_judges", k=k, n=len(lacking), entries=named(lacking))
    given = _dealt(allowed, k)
    _level(given, allowed)
    if not _link(given, allowed):
        raise Problem("judges_not_linked", k=k, entries=len(order), judges=len(panel))
    row, column = np.nonzero(given)
    pairs = pd.DataFrame({"entry_id": np.array(order)[row], "judge_id": np.array(panel)[column]}, dtype="str")
    return pairs.sort_values(["entry_id", "judge_id"], ignore_index=True)


def named(ids: list[str]) -> list[str]:
    """The first few of many ids, as a mistake names them."""
    return ids if len(ids) <= NAMED else [*ids[:NAMED], "…"]


def _shuffled(ids: Iterable[str], seed: int) -> list[str]:
    return sorted(set(ids), key=lambda name: sha256(f"{seed} {name}".encode()).digest())


def _dealt(allowed: Integers, k: int) -> Integers:
    """Give each entry the judges with the fewest sheets, of those the ones who met least."""
    many, judges = allowed.shape
    given = np.zeros_like(allowed)
    load = np.zeros(judges, dtype=np.int64)
    met = np.zeros((judges, judges), dtype=np.int64)
    wide = k * many + 1
    for entry in range(many):
        cost = load * wide
        cost[~allowed[entry]] = np.iinfo(np.int64).max // 2
        chosen: list[int] = []
        for _ in range(k):
            judge = int(cost.argmin())
            chosen.append(judge)
            cost += met[judge]
            cost[judge] = np.iinfo(np.int64).max // 2
        given[entry, chosen] = True
        load[chosen] += 1
        met[np.ix_(chosen, chosen)] += 1
    return given


def _level(given: Integers, allowed: Integers) -> None:
    """Pass sheets along chains of judges from those with many to those with fewer, until no chain makes it more even.

    Without such a chain the loads are as even as the conflicts allow (Harvey, Ladner, Lovász and Tamir, "Semi-matchings
    for bipartite graphs and load balancing", Journal of Algorithms 59, 2006).
    """
    load = given.sum(axis=0)
    while load.max() - load.min() > 1 and (chain := _chain(given, allowed, load)):
        _make(given, *chain)
        load = given.sum(axis=0)


def _chain(given: Integers, allowed: Integers, load: Integers) -> list[Move]:
    """The moves from a judge, by way of others, to one with at least two sheets fewer, if there are any."""
    free = allowed & ~given
    steps: dict[int, Move] = {}
    reached: set[int] = set()  # by richer judges, who found nobody poor enough: those behind them are of no use here
    for first in np.argsort(-load, kind="stable").tolist():
        if first in reached:
            continue
        waiting = [first]
        reached.add(first)
        for giver in waiting:
            own = np.flatnonzero(given[:, giver])
            for taker in np.flatnonzero(free[own].any(axis=0)).tolist():
                if taker not in reached:
                    steps[taker] = (int(own[free[own, taker].argmax()]), giver, taker)
                    reached.add(taker)
                    waiting.append(taker)
        taker = min(waiting, key=load.__getitem__)
        if load[taker] <= load[first] - 2:
            chain: list[Move] = []
            while taker != first:
                chain.append(steps[taker])
                taker = steps[taker][1]
            return chain
    return []


def _link(given: Integers, allowed: Integers) -> bool:
    """Exchange sheets until all judges are linked, and tell whether they are."""
    while (part := _parts(given)).any():
        moves = next(_bridges(given, allowed, part), None)
        if moves is None:
            return False
        _make(given, *moves)
    return True


def _parts(given: Integers) -> Integers:
    """Number, per judge, the parts that are linked in themselves: all 0 where all judges are linked."""
    part = np.full(given.shape[1], -1)
    while (part < 0).any():
        reached = np.arange(len(part)) == (part < 0).argmax()
        while (wider := given[given[:, reached].any(axis=1)].any(axis=0) | reached).sum() > reached.sum():
            reached = wider
        part[reached] = part.max() + 1
    return part


def _bridges(given: Integers, allowed: Integers, part: Integers) -> Iterator[list[Move]]:
    """Moves that link two parts and split none: first those that leave the loads as they are."""
    single: list[Move] = []
    for entry, giver in _spare(given, allowed, part):
        for taker in np.flatnonzero(allowed[entry] & (part != part[giver])).tolist():
            single.append((entry, giver, taker))
            for other in np.flatnonzero(given[:, taker] & allowed[:, giver])[:1].tolist():
                yield [(entry, giver, taker), (other, taker, giver)]
    load = given.sum(axis=0)
    yield from ([move] for move in sorted(single, key=lambda move: load[move[2]] - load[move[1]]))


def _spare(given: Integers, allowed: Integers, part: Integers) -> list[tuple[int, int]]:
    """Sheets (entry, judge) that another part could take over and that their own part does not need to hold together.

    Where there is such a sheet at all, one is found: the tree that holds each part together is grown from the other
    sheets as far as they go.
    """
    entries, judges = np.nonzero(given)
    home = part[given.argmax(axis=1)]
    useful = (allowed & (part != home[:, None])).any(axis=1)[entries]
    above = list(range(sum(given.shape)))

    def top(node: int) -> int:
        while above[node] != node:
            above[node] = node = above[above[node]]
        return node

    spare = []
    for at in np.argsort(useful, kind="stable").tolist():
        entry, judge = int(entries[at]), int(judges[at])
        here, there = top(judge), top(given.shape[1] + entry)
        if here == there and useful[at]:
            spare.append((entry, judge))
        above[here] = there
    return spare


def _make(given: Integers, *moves: Move) -> None:
    for entry, giver, taker in moves:
        given[entry, giver], given[entry, taker] = False, True


def assign_round(edition: Edition, round_id: str, k: int, seed: int) -> Path:
    """Share out the entries of a round among its judges and write ``assignments.csv``; other rounds keep their rows.

    Judges whose marks do not count keep every entry. Once a first round has been opened, the change must be accepted
    (:meth:`Edition.accept_changes`) like any other of the registers.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        EntrantsUnknown: a round before it is not closed.
        assigned_too_late: the round has been opened; from then on sheets pass to substitutes.
        file_twice: the assignments are kept in a workbook.
        Problem: the entries cannot be shared out (:func:`assign`).
    """
    round_ = edition.rules.round(Known([*edition.states], "unknown_round")(round_id))
    if edition.states[round_id] != "not_opened":
        raise Problem("assigned_too_late", round=round_.name.say(edition.language), edition=edition.name, id=round_id)
    path = edition.folder / "assignments.csv"
    if (book := path.with_suffix(".xlsx")).exists():
        raise Problem("file_twice", file="assignments", files=[path.name, book.name])
    entrants = edition.entrants(round_id)
    panel = edition.registers.panel(round_)
    counting = [judge for judge in panel if judge not in round_.not_counting]
    pairs = assign(entrants, counting, edition.record.recused(round_id), k, seed)
    others = [(entry, judge) for entry in sorted(entrants) for judge in panel if judge in round_.not_counting]
    added = pd.DataFrame(others, columns=["entry_id", "judge_id"], dtype="str")
    kept = edition.registers.assignments
    tables = [kept[kept["round"] != round_id], pd.concat([pairs, added]).assign(round=round_id)]
    columns = list(COLUMNS["assignments"])
    text = pd.concat(tables)[columns].sort_values(columns).to_csv(index=False, lineterminator="\n")
    with built(path, replace=True) as new:
        new.write_text(text, encoding="utf-8", newline="\n")
    return path
