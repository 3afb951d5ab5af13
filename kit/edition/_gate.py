"""What opening a round would do, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from kit.columns import fold
from kit.edition._marks import EntrantsUnknown
from kit.edition._rounds import LaterRoundStands
from kit.errors import Problem
from kit.history import DECIDED
from kit.scoring.ranking import scope_names
from kit.scoring.scores import QuorumOutOfReach, hindrances_of_round

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition


@dataclass(frozen=True)
class Gate:
    """What opening a round would do.

    Args:
        round: its id.
        entries: how many entries take part.
        sheets: how many sheets are asked for, those of recused judges left out.
        judges: how many judges have one.
        stops: what keeps it from being opened.
        remarks: what stands against it, unless a reason is recorded with the opening.
    """

    round: str
    entries: int
    sheets: int
    judges: int
    stops: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def gate(edition: Edition, round_id: str) -> Gate:
    """Return what opening a round would do, and what stands against it."""
    stops, remarks = [*_of_edition(edition, round_id)], list[Problem]()
    entrants: set[str] = set()
    try:
        entrants = edition.entrants(round_id)
    except EntrantsUnknown as error:
        stops.append(error)
    except Problem as error:  # there is no result that could be trusted; said already
        if error not in stops:
            stops.append(error)
    else:
        stops += _open_cuts(edition, round_id)
        remarks += _undecided(edition, round_id)
        if round_id == next(iter(edition.states)):  # before the first marks are given
            remarks += same_titles(edition, entrants)
        record = edition.record
        for found in hindrances_of_round(edition.rules, round_id, entrants, record.panel, record.recusals):
            (stops if isinstance(found, QuorumOutOfReach) else remarks).append(found)
    panel = edition.panel(round_id) if edition.rules.round(round_id).scored else edition.panel(round_id).head(0)
    panel = panel[panel["entry_id"].isin(entrants)]
    recused = edition.record.recused(round_id)
    asked = panel.merge(recused, how="left", on=["judge_id", "entry_id"], indicator=True)
    asked = asked[asked["_merge"] == "left_only"]
    return Gate(round_id, len(entrants), len(asked), asked["judge_id"].nunique(), tuple(stops), tuple(remarks))


def _of_edition(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find what stands against opening any round of the edition now."""
    if files := edition.changed_files():
        yield Problem("files_changed", changes="; ".join(files), edition=edition.name)
    if changed := edition.unaccepted():
        yield changed
    for earlier in _earlier(edition, round_id):
        if edition.states.get(earlier) == "plenary":
            yield Problem("still_in_plenary", earlier=edition.say(earlier), round=edition.say(round_id))
    try:
        edition.require_no_later(round_id, *DECIDED)
    except LaterRoundStands as error:
        yield error


def _earlier(edition: Edition, round_id: str) -> list[str]:
    return [other.id for other in takewhile(lambda other: other.id != round_id, edition.rules.rounds)]


def _open_cuts(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find cuts of an earlier round that are not settled: scores are missing, or a tie is not ruled on."""
    for earlier in _earlier(edition, round_id):
        advance = edition.rules.round(earlier).advance
        for cut in edition.ranked.cuts.get(earlier, ()):
            open_tie = cut.tied if advance and advance.at_cut == "decide" else ()
            if open_tie or not cut.complete:
                names = scope_names(edition.rules, edition.texts)
                where = {"earlier": edition.say(earlier), "list": names[cut.scope, cut.scope_id]}
                about = where | {"round": edition.say(round_id)}
                yield (
                    Problem("tie_at_cut_open", **about, entries=[*open_tie])
                    if cut.complete
                    else Problem("cut_unknown", **about)
                )


def _undecided(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find the earlier rounds with marks that no plenary has decided."""
    for earlier in _earlier(edition, round_id):
        if edition.states.get(earlier, "decided") not in DECIDED:
            yield Problem(
                "earlier_not_decided",
                earlier=edition.say(earlier),
                round=edition.say(round_id),
                edition=edition.name,
                id=earlier,
            )


def same_titles(edition: Edition, among: set[str]) -> Iterator[Problem]:
    """Find entries of one unit with one title that nobody has declared duplicates."""
    entries = edition.registers.entries
    entries = entries[entries["entry_id"].isin(among)]
    for _, same in entries.groupby([entries["unit_id"], entries["title"].map(fold)]):
        if len(same) > 1 and fold(str(same["title"].iloc[0])):
            yield Problem("same_titles", entries=[*same["entry_id"]], edition=edition.name)
