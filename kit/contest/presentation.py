"""The day of presentations: the draw before witnesses, who is on when, whose sheets are in, and the recap at its end.

The draw can be worked out by anybody: entries stand in the order of the SHA-256, in hexadecimal, of the seed, a blank
and the entry's id, written as UTF-8, for instance ``printf '%s' '137 K1-05' | sha256sum``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from kit.actions import record
from kit.errors import Known, Problem
from kit.history import DECIDED
from kit.judging.assignment import OWED, sheet_states
from kit.ledger import COMMITTEE, Event
from kit.registers import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from kit.edition import Edition

Light = Literal["in", "waiting", "absent"]

_PARTS = " > "


class RecapTooEarly(Problem, PermissionError):
    """A round's scores were to be shown to the public before a plenary has decided about it."""


@dataclass(frozen=True)
class Draw:
    """One draw of one group.

    Args:
        group: the group's id.
        seed: as the witnesses gave it.
        order: ids of the entries, the first to present first.
        reason: why it was drawn again; blank for the first draw.
        time: when it was recorded.
    """

    group: str
    seed: str
    order: tuple[str, ...]
    reason: str
    time: datetime

    def digest(self, entry_id: str) -> str:
        """Return what an entry's place follows from."""
        return digest(self.seed, entry_id)


def digest(seed: str, entry_id: str) -> str:
    """Return the SHA-256, in hexadecimal, by which an entry is put into the order of a draw."""
    return sha256(f"{seed} {entry_id}".encode()).hexdigest()


def drawn_order(seed: str, entries: Iterable[str]) -> tuple[str, ...]:
    """Return entries in the order that follows from the seed, however they come in."""
    return tuple(sorted(entries, key=lambda entry: (digest(seed, entry), entry)))


def draws(edition: Edition, round_id: str) -> dict[str, Draw]:
    """Return the last draw of each group in a round that has one."""
    events = edition.history.events(["draw"], round_id)
    found = {}
    for group, seed, text, time in events[["criterion", "value", "text", "time"]].itertuples(index=False, name=None):
        order, _, reason = text.partition("\n")
        found[group] = Draw(group, seed, tuple(order.split(_PARTS)), reason, time.to_pydatetime())
    return found


def draw(edition: Edition, round_id: str, group: str, seed: str, reason: str = "", *, actor: str = COMMITTEE) -> Draw:
    """Draw the order of a group's finalists from a seed that witnesses gave, and record it.

    Args:
        edition: the edition.
        round_id: a scored round whose entrants are known.
        group: the group's id.
        seed: what the witnesses gave, such as the sum of the numbers that they called out.
        reason: why the group is drawn again, if it is.
        actor: who recorded it.

    Raises:
        unknown_round, unknown_group: there is no such round or group.
        seed_missing: the seed is blank.
        EntrantsUnknown: a round before it is not closed.
        draw_too_late: the round is closed.
        drawn_already: the group was drawn before, and there is no reason.
        nothing_to_draw: the group has nobody in the round.
        rules_changed: rules or registers differ from what was locked.
    """
    seed, reason = (" ".join(text.split()) for text in (seed, reason))

    def check() -> Event:
        edition.require_accepted()
        Known([*edition.states], "unknown_round")(round_id)
        Known([known.id for known in edition.rules.groups], "unknown_group")(group)
        if not seed:
            raise Problem("seed_missing")
        if edition.states[round_id] not in {"not_opened", "open"}:
            raise Problem("draw_too_late", round=edition.say(round_id))
        if (before := draws(edition, round_id).get(group)) and not reason:
            raise Problem("drawn_already", group=group, seed=before.seed, time=before.time)
        taking_part = edition.entrants(round_id)
        groups = edition.registers.entries.set_index("entry_id")["group"]
        order = drawn_order(seed, [entry for entry in taking_part if groups[entry] == group])
        if not order:
            raise Problem("nothing_to_draw", group=group, round=edition.say(round_id))
        text = _PARTS.join(order) + (f"\n{reason}" if before else "")
        return Event(kind="draw", actor=actor, round=round_id, criterion=group, value=seed, text=text)

    record(edition, check)
    return draws(edition, round_id)[group]


def lights(edition: Edition, round_id: str) -> pd.DataFrame:
    """Tell of every finalist whether all sheets that count are in, and never what is on them.

    Returns:
        ``entry_id``, ``group``, ``title``, ``unit``, ``light`` (:data:`Light`), ``asked`` and ``complete`` (sheets),
        group after group, by title. Who was absent is among them.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        EntrantsUnknown: a round before it is not closed.
    """
    states = sheet_states(edition, round_id)
    counted = states[~states["judge_id"].isin(edition.rules.round(round_id).uncounted)]
    counted = counted[counted["state"] != "recused"]
    asked = counted.groupby("entry_id").size()
    complete = counted[~counted["state"].isin(OWED)].groupby("entry_id").size()
    absent = {entry for name, entry in edition.record.absent if name == round_id}
    entries = edition.registers.entries
    own = entries[entries["entry_id"].isin(edition.entrants(round_id) | absent)]
    table = own[["entry_id", "group", "title"]].assign(
        unit=own["unit_id"].map(edition.registers.units.set_index("unit_id")["name"]),
        asked=own["entry_id"].map(asked).fillna(0).astype(int),
        complete=own["entry_id"].map(complete).fillna(0).astype(int),
        light="waiting",
    )
    table.loc[(table["asked"] > 0) & (table["complete"] == table["asked"]), "light"] = "in"
    table.loc[table["entry_id"].isin(absent), "light"] = "absent"
    table = table.assign(nth=_nth_group(edition, table), by=table["title"].str.casefold())
    return table.sort_values(["nth", "by"], ignore_index=True).drop(columns=["nth", "by"])


def _nth_group(edition: Edition, table: pd.DataFrame) -> pd.Series[int]:
    """Per row, the place of its group in the rules."""
    return table["group"].map([group.id for group in edition.rules.groups].index)


def programme(edition: Edition, round_id: str, start: str | float = "", minutes: int = 30) -> pd.DataFrame:
    """Return :func:`lights` in the order of the draws, with ``place`` and ``time``.

    Args:
        edition: the edition.
        round_id: a scored round.
        start: when the first of each group begins, such as ``09.00``; without it there are no times. As a number it is
            what papermill makes of that.
        minutes: from one presentation to the next.

    Returns:
        ``place`` is 0 before a group is drawn, and for those who were not drawn with it.

    Raises:
        time_of_day_unreadable, minutes_unreadable: the start is no time of day, or the distance no number of minutes.
    """
    drawn = draws(edition, round_id)
    table = lights(edition, round_id)
    place = {entry: n for one in drawn.values() for n, entry in enumerate(one.order, 1)}
    table["place"] = table["entry_id"].map(place).fillna(0).astype(int)
    first, apart = _time_of_day(start_of(start)), _apart(minutes)
    table["time"] = [
        (first + apart * (n - 1)).strftime("%H.%M") if first and n else "" for n in table["place"].tolist()
    ]
    last = table["place"].replace(0, len(table) + 1)
    table = table.assign(nth=_nth_group(edition, table), last=last)
    return table.sort_values(["nth", "last"], kind="stable", ignore_index=True).drop(columns=["nth", "last"])


def start_of(start: object) -> str:
    """Return the start as text: papermill makes a number of ``09.00``."""
    return f"{start:05.2f}" if isinstance(start, (int, float)) else text_of(start)


def _apart(minutes: object) -> timedelta:
    if not re.fullmatch("[0-9]{1,3}", text := text_of(minutes)):
        raise Problem("minutes_unreadable", value=text)
    return timedelta(minutes=int(text))


def _time_of_day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text.replace(":", "."), "%H.%M")  # noqa: DTZ007  (a time of day, of no day)
    except ValueError:
        raise Problem("time_of_day_unreadable", value=text) from None


def last_round(edition: Edition) -> str:
    """Return the round in which finalists present: the last."""
    return [*edition.states][-1]


def require_recap(edition: Edition, round_id: str) -> None:
    """Refuse to show a round's scores to the public until a plenary has decided about it.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        RecapTooEarly: it is not decided.
    """
    if edition.states[Known([*edition.states], "unknown_round")(round_id)] not in DECIDED:
        raise RecapTooEarly(round=edition.say(round_id))
