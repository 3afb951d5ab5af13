"""Who scores what, in which order, how far each sheet is, and who takes over from a judge who leaves.

Where not everybody scores everything, sheets are shared out evenly, across no conflict, and the same by seed.

Judges are linked when one can go from any judge to any other by entries that two of them share; marks of judges who
are not cannot be compared. Chance is a hash of seed and id, so that the same seed gives the same on every machine.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.actions import record
from kit.errors import Known, Problem, first_few
from kit.files import built
from kit.history import Sheet
from kit.ledger import COMMITTEE, Event
from kit.registers import COLUMNS, reason_of
from kit.rules import Panel, WeightedMean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kit.edition import Edition
    from kit.rules import Round
    from kit.scoring.exact import Integers

# An entry passes from one judge to another.
Move = tuple[int, int, int]

STATES = ("not_begun", "partial", "complete", "submitted", "recused")
OWED = STATES[:2]  # a sheet that is still to be filled
SHEET = ["judge_id", "entry_id"]


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
        raise Problem("too_few_judges", k=k, n=len(lacking), entries=first_few(lacking))
    given = _first_assignment(allowed, k)
    _level(given, allowed)
    if not _link(given, allowed):
        raise Problem("judges_not_linked", k=k, entries=len(order), judges=len(panel))
    row, column = np.nonzero(given)
    pairs = pd.DataFrame({"entry_id": np.array(order)[row], "judge_id": np.array(panel)[column]}, dtype="str")
    return pairs.sort_values(["entry_id", "judge_id"], ignore_index=True)


def _shuffled(ids: Iterable[str], seed: int) -> list[str]:
    return sorted(set(ids), key=lambda name: sha256(f"{seed} {name}".encode()).digest())


def _first_assignment(allowed: Integers, k: int) -> Integers:
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
    reached: set[int] = set()  # by judges with more sheets for whom no move was found: no use here either
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
        moves = next(_linking_moves(given, allowed, part), None)
        if moves is None:
            return False
        _make(given, *moves)
    return True


def _parts(given: Integers) -> Integers:
    """Number, per judge, the parts that are linked in themselves: all 0 where all judges are linked."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  (slow to import, needed once a contest)

    found: Integers = connected_components(given.T @ given)[1]
    return found


def _linking_moves(given: Integers, allowed: Integers, part: Integers) -> Iterator[list[Move]]:
    """Moves that link two parts and split none: first those that leave the loads as they are."""
    single: list[Move] = []
    for entry, giver in _removable(given, allowed, part):
        for taker in np.flatnonzero(allowed[entry] & (part != part[giver])).tolist():
            single.append((entry, giver, taker))
            for other in np.flatnonzero(given[:, taker] & allowed[:, giver])[:1].tolist():
                yield [(entry, giver, taker), (other, taker, giver)]
    load = given.sum(axis=0)
    yield from ([move] for move in sorted(single, key=lambda move: load[move[2]] - load[move[1]]))


def _removable(given: Integers, allowed: Integers, part: Integers) -> list[tuple[int, int]]:
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


def require_judges(edition: Edition, round_id: str) -> None:
    """Refuse to speak of the judges of a round that has none.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        round_of_values: its criteria are values that no judge gives.
    """
    if edition.scored(round_id).kind == "values":
        raise Problem("round_of_values", round=edition.say(round_id))


def assign_round(edition: Edition, round_id: str, k: int, seed: int) -> Path:
    """Share out the entries of a round among its judges and write ``assignments.csv``; other rounds keep their rows.

    Panels for some of the entries share these out among themselves, ``k`` judges an entry each. Judges whose marks do
    not count keep every entry of theirs. Once a first round has been opened, the change must be accepted
    (:func:`kit.contest.rounds.accept_changes`) like any other of the registers.

    Raises:
        unknown_round, round_of_values: there is no such round, or no judge scores it.
        EntrantsUnknown: a round before it is not closed.
        assigned_too_late: the round has been opened; from then on sheets pass to substitutes.
        file_twice: the assignments are kept in a workbook.
        Problem: the entries cannot be shared out (:func:`assign`).
    """
    require_judges(edition, round_id)
    round_ = edition.rules.round(round_id)
    if edition.states[round_id] != "not_opened":
        raise Problem("assigned_too_late", round=round_.name.say(edition.language), edition=edition.name, id=round_id)
    path = edition.folder / "assignments.csv"
    if (book := path.with_suffix(".xlsx")).exists():
        raise Problem("file_twice", file="assignments", files=[path.name, book.name])
    entrants = edition.entrants(round_id)
    recused = edition.record.recused(round_id)
    pieces = []
    for panel in round_.panels or (Panel(judges=edition.registers.panel(round_)),):
        order = sorted(entrants)
        own = [entry for entry, fits in zip(order, edition.facts.fitting(panel.where, order), strict=True) if fits]
        counting = [judge for judge in panel.judges if judge not in round_.uncounted]
        if counting and own:
            pieces.append(assign(own, counting, recused, k, seed))
        others = [(entry, judge) for entry in own for judge in panel.judges if judge in round_.uncounted]
        pieces.append(pd.DataFrame(others, columns=["entry_id", "judge_id"], dtype="str"))
    kept = edition.registers.assignments
    tables = [kept[kept["round"] != round_id], pd.concat(pieces).drop_duplicates().assign(round=round_id)]
    columns = list(COLUMNS["assignments"])
    text = pd.concat(tables)[columns].sort_values(columns).to_csv(index=False, lineterminator="\n")
    with built(path, replace=True) as new:
        new.write_text(text, encoding="utf-8", newline="\n")
    return path


def reading_order(edition: Edition, round_: str, judge_id: str, entries: Iterable[str]) -> list[str]:
    """Return entries in one judge's own order, the same on every machine and however they are given."""

    def place(entry_id: str) -> bytes:
        return sha256(f"{edition.name}\x1f{round_}\x1f{judge_id}\x1f{entry_id}".encode()).digest()

    return sorted(entries, key=place)


def on_file(edition: Edition, entry_id: str) -> dict[str, Path]:
    """Return the files that were handed in for an entry, by name; a link does not bring in what lies elsewhere."""
    folder = edition.folder / "documents" / entry_id
    if not folder.is_dir() or not folder.resolve().is_relative_to(edition.folder.resolve()):
        return {}
    own = [path for path in sorted(folder.iterdir()) if path.resolve().parent == folder.resolve()]
    return {path.name: path for path in own if path.is_file()}


def sheet_states(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return every sheet that a round asks for, by judge and entry: how far it is.

    Returns:
        ``judge_id``, ``entry_id``, ``state`` (one of :data:`STATES`), ``filled`` and ``asked`` (criteria), and
        ``last``: the time of the last mark, comment, flag or submission, if there is any. A sheet is submitted when it
        is complete and nothing was changed after the judge sent it, alone or with all others.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        EntrantsUnknown: a round before it is not closed.
    """
    round_ = edition.scored(round_id)
    asked = edition.panel(round_id)
    asked = asked.loc[asked["entry_id"].isin(edition.entrants(round_id)), SHEET].sort_values(SHEET)
    held = {*edition.record.recused(round_id)[SHEET].itertuples(index=False, name=None)}
    known = edition.history.sheets(round_id)
    places = [*asked.itertuples(index=False, name=None)]
    criteria = [[criterion.id for criterion in edition.asked(round_.id, *place)] for place in places]
    sheets = [(known.get(place, Sheet()), wanted) for place, wanted in zip(places, criteria, strict=True)]
    return pd.DataFrame(
        {
            "judge_id": pd.Series([judge for judge, _ in places], dtype="str"),
            "entry_id": pd.Series([entry for _, entry in places], dtype="str"),
            "state": pd.Series(
                [
                    "recused" if at in held else sheet.state(wanted)
                    for at, (sheet, wanted) in zip(places, sheets, strict=True)
                ],
                dtype="str",
            ),
            "filled": pd.Series([sheet.filled(wanted) for sheet, wanted in sheets], dtype="int64"),
            "asked": pd.Series([len(wanted) for _, wanted in sheets], dtype="int64"),
            "last": pd.to_datetime(pd.Series([sheet.last for sheet, _ in sheets], dtype="datetime64[us, UTC]")),
        }
    )


def current_round(edition: Edition) -> str:
    """Return the scored round that is open; else the last that was, else the first."""
    opened = [name for name, state in edition.states.items() if state != "not_opened"]
    return next((name for name in opened if edition.states[name] == "open"), [edition.rules.first_round, *opened][-1])


def substitute(
    edition: Edition, round_id: str, judge_id: str, by: str, reason: str, *, everything: bool = False
) -> int:
    """Pass a judge's sheets to a substitute and return how many.

    Args:
        edition: the edition.
        round_id: an open round.
        judge_id: who leaves.
        by: who takes over; any registered judge, also a reserve.
        reason: why; it is recorded with every sheet.
        everything: complete sheets pass as well and are scored anew; otherwise they stay and count.

    Raises:
        reason_needed: the reason is blank.
        rules_changed: rules or registers differ from what was locked.
        unknown_round, unknown_judge: there is no such thing.
        round_never_opened, round_is_closed: the round is not open.
        nothing_to_pass: the judge has no such sheet.
        substitute_counts_otherwise: the rules give the two different weights, or count only one of them.
        substitute_on_panel: the substitute scores some of these entries already.
        substitute_in_conflict: the substitute must not score some of these entries.
    """
    return len(record(edition, lambda: _passing(edition, round_id, judge_id, by, reason, everything=everything)))


def _passing(edition: Edition, round_id: str, judge_id: str, by: str, reason: str, *, everything: bool) -> list[Event]:
    reason = reason_of(reason)
    edition.require_accepted()
    states = sheet_states(edition, round_id)
    for judge in (judge_id, by):
        Known(edition.registers.judges["judge_id"], "unknown_judge")(judge)
    round_, own = edition.rules.round(round_id), states[states["judge_id"] == judge_id]
    stays = [] if everything else ["complete", "submitted"]
    passing = own.loc[~own["state"].isin(stays), "entry_id"]
    if passing.empty:
        raise Problem("nothing_to_pass", judge=judge_id, round=round_.name.say(edition.language))
    if _weights(round_, judge_id) != _weights(round_, by):
        raise Problem("substitute_counts_otherwise", judge=judge_id, by=by, round=round_.name.say(edition.language))
    recused = edition.record.recused(round_id)
    for table, code in ((states, "substitute_on_panel"), (recused, "substitute_in_conflict")):
        hindered = passing[passing.isin(table.loc[table["judge_id"] == by, "entry_id"])]
        if len(hindered):
            raise Problem(code, judge=by, n=len(hindered), entries=first_few(hindered))
    passed = partial(Event, kind="substituted", actor=COMMITTEE, round=round_id, judge_id=judge_id)
    return [passed(entry_id=entry, value=by, text=reason) for entry in passing]


def _weights(round_: Round, judge_id: str) -> list[Decimal]:
    """What a judge's marks count for in each step of a round that weighs judges, after 0 where they do not count."""
    steps = [step for step in round_.score if isinstance(step, WeightedMean) and step.over == "judges"]
    one = Decimal(1)
    counts = Decimal(judge_id not in round_.uncounted)
    return [counts, *((step.weights or {}).get(judge_id, one) for step in steps)]
