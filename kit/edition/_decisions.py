"""What people decided, read from their events: who is out, who did not come, which awards are withheld."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Whatever the ranking and the registers depend on beside marks: asked of the ledger in one go.
DECISIONS = (
    *("admission", "withdrawn", "disqualified", "duplicate", "reinstated", "correction"),
    *("absent", "present", "award_withheld", "award_given", "recusal", "tie_ruling", "substituted", "decreed"),
    *("round_opened", "round_closed", "round_plenary", "round_decided", "round_published"),
)
DECIDED = ("decided", "published")  # the states in which nothing but another plenary changes a round's ranking
_DECIDED = {"round_decided": True, "round_published": True}  # every other step leaves a round undecided

# What ends an entry's part in the contest, and what takes that back.
_ENDS = {"withdrawn": True, "disqualified": True, "duplicate": True, "reinstated": False}
_ABSENCE = {"absent": True, "present": False}
_AWARDS = {"award_withheld": True, "award_given": False}


class Decree(NamedTuple):
    """The decree that laid the result down, as the secretariat typed it in."""

    number: str
    date: date


class Decisions:
    """What people decided so far.

    A decision never reaches back into a round that was decided before it: to change that, the round is taken up in a
    plenary again first.

    Args:
        events: those of :data:`DECISIONS`, as :meth:`Ledger.events` returns them.
    """

    def __init__(self, events: pd.DataFrame) -> None:
        self.events = events

    def of(self, kind: str) -> pd.DataFrame:
        """Return the events of one kind."""
        return self.events[self.events["kind"] == kind]

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """The events by which entries are out: not admitted, withdrawn, disqualified or a duplicate, by entry."""
        refused = self.of("admission").drop_duplicates("entry_id", keep="last")
        refused = refused[refused["value"] == "not_eligible"]
        ended = self._standing(_ENDS, ["entry_id"])
        both = pd.concat([ended, refused[~refused["entry_id"].isin(ended["entry_id"])]], ignore_index=True)
        return both.sort_values("entry_id", ignore_index=True)

    def out(self, rounds: Sequence[str]) -> dict[str, str]:
        """Return from which of the scored rounds on each entry is out: the first that was not decided by then."""
        out: dict[str, str] = {}
        for number, entry in self.excluded[["number", "entry_id"]].itertuples(index=False, name=None):
            if left := [name for name in rounds if name not in self.decided[number]]:
                out[entry] = left[0]
        return out

    def recusals(self, rounds: Sequence[str]) -> pd.DataFrame:
        """Return the declared recusals as ``judge_id``, ``entry_id`` and ``round``; blank where no round is exempt."""
        columns, rows = ["judge_id", "entry_id", "round"], []
        for number, *pair, name in self.of("recusal")[["number", *columns]].itertuples(index=False, name=None):
            decided = self.decided[number]
            rows += [(*pair, r) for r in ([name] if name or not decided else rounds) if r not in decided]
        return pd.DataFrame(rows, columns=columns, dtype="str")

    @cached_property
    def decided(self) -> dict[int, frozenset[str]]:
        """The rounds that were decided when each of the events came, by its number."""
        found: dict[int, frozenset[str]] = {}
        now: frozenset[str] = frozenset()
        for number, kind, round_ in self.events[["number", "kind", "round"]].itertuples(index=False, name=None):
            found[number] = now
            if kind.startswith("round_"):
                now = now | {round_} if kind in _DECIDED else now - {round_}
        return found

    @cached_property
    def ranking_of(self) -> dict[str, str]:
        """The hash of the ranking that each round's last plenary decided; blank where the ledger keeps none."""
        return dict(self.of("round_decided")[["round", "value"]].itertuples(index=False, name=None))

    @cached_property
    def absences(self) -> pd.DataFrame:
        """The events by which entries did not come to a round, which ended their part in the contest."""
        return self._standing(_ABSENCE, ["round", "entry_id"])

    @cached_property
    def withheld(self) -> pd.DataFrame:
        """The events by which awards are not given, with ``scope``, ``scope_id`` and ``place``."""
        table = self._standing(_AWARDS, ["value"])
        parts = pd.DataFrame([award_of(value) for value in table["value"]], columns=["scope", "scope_id", "place"])
        return table.join(parts)

    @cached_property
    def decree(self) -> Decree | None:
        """The decree, once its number and date were typed in; what a plenary has taken up since is not what it said."""
        last = self.events[self.events["kind"].isin(["decreed", "round_plenary"])].tail(1)
        last = last[last["kind"] == "decreed"]
        return next((Decree(str(row.value), date.fromisoformat(str(row.text))) for row in last.itertuples()), None)

    def _standing(self, kinds: Mapping[str, bool], about: list[str]) -> pd.DataFrame:
        """The last event of these kinds about each thing, where it has not been taken back."""
        last = self.events[self.events["kind"].isin(list(kinds))].drop_duplicates(about, keep="last")
        return last[last["kind"].map(kinds).astype(bool)].sort_values(about, ignore_index=True)


def award_key(scope: str, scope_id: str, place: int) -> str:
    """Write an award as events name it: ``group/K1/3`` is the third of group K1."""
    return f"{scope}/{scope_id}/{place}"


def award_of(value: str) -> tuple[str, str, int]:
    """Read what :func:`award_key` wrote; a scope's id may hold a slash itself."""
    scope, _, rest = value.partition("/")
    scope_id, _, place = rest.rpartition("/")
    return scope, scope_id, int(place)
