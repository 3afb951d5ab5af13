"""The day of presentations: the draw before witnesses, who is on when, whose sheets are in, and the recap at its end.

The draw can be worked out by anybody: entries stand in the order of the SHA-256, in hexadecimal, of the seed, a blank
and the entry's id, written as UTF-8, for instance ``printf '%s' '137 K1-05' | sha256sum``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from kit.actions import action, record
from kit.errors import Known, Problem
from kit.history import DECIDED
from kit.judging.assignment import OWED, sheet_states
from kit.ledger import COMMITTEE, Event
from kit.registers import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    for group, seed, text, at in events[["criterion", "value", "text", "time"]].itertuples(index=False, name=None):
        order, _, reason = text.partition("\n")
        found[group] = Draw(group, seed, tuple(order.split(_PARTS)), reason, at.to_pydatetime())
    return found


def presenting(edition: Edition, round_id: str, group: str) -> list[str]:
    """Return the ids of a group's finalists, whose order and times can still be recorded.

    Raises:
        unknown_round, unknown_group: there is no such round or group.
        presentations_over: the round is closed.
        EntrantsUnknown: a round before it is not closed.
        nobody_presents: the group has nobody in the round.
        rules_changed: rules or registers differ from what was locked.
    """
    edition.require_accepted()
    edition.scored(round_id)
    Known([known.id for known in edition.rules.groups], "unknown_group")(group)
    if edition.states[round_id] not in {"not_opened", "open"}:
        raise Problem("presentations_over", round=edition.say(round_id))
    groups = edition.registers.entries.set_index("entry_id")["group"]
    if own := [entry for entry in edition.entrants(round_id) if groups[entry] == group]:
        return own
    raise Problem("nobody_presents", group=group, round=edition.say(round_id))


def drawable(edition: Edition, round_id: str, group: str, seed: str, reason: str) -> list[str]:
    """Return the ids of a group's finalists, whose order can be drawn.

    Raises:
        seed_missing: the seed is blank.
        drawn_already: the group was drawn before, and there is no reason.
        Problem: it has no order to be drawn (:func:`presenting`).
    """
    own = presenting(edition, round_id, group)
    if not seed.strip():
        raise Problem("seed_missing")
    if (before := draws(edition, round_id).get(group)) and not reason.strip():
        raise Problem("drawn_already", group=group, seed=before.seed, time=before.time)
    return own


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
        Problem: it cannot be drawn (:func:`drawable`).
    """
    seed, reason = in_one_line(seed), in_one_line(reason)

    def check() -> Event:
        own = drawable(edition, round_id, group, seed, reason)
        again = group in draws(edition, round_id)
        text = _PARTS.join(drawn_order(seed, own)) + (f"\n{reason}" if again else "")
        return Event(kind="draw", actor=actor, round=round_id, criterion=group, value=seed, text=text)

    record(edition, check)
    return draws(edition, round_id)[group]


class Schedule(NamedTuple):
    """When a group's first presentation begins, and the minutes from one to the next."""

    start: time
    minutes: int

    def at(self, place: int) -> time:
        """Return when the presentation at this place of the running order begins."""
        return (datetime.combine(date.min, self.start) + timedelta(minutes=self.minutes) * (place - 1)).time()

    def is_on(self, place: int, now: time) -> bool:
        """Tell whether the presentation at this place is on now, if all goes by the clock."""
        return place > 0 and self.at(place) <= now < self.at(place + 1)


def schedules(edition: Edition, round_id: str) -> dict[str, Schedule]:
    """Return the start times that each group was given last in a round."""
    events = edition.history.events(["schedule"], round_id)[["criterion", "value", "text"]]
    known = events.itertuples(index=False, name=None)
    return {group: Schedule(time.fromisoformat(start), int(minutes)) for group, start, minutes in known}


@action
def schedule(
    edition: Edition, round_id: str, group: str, start: str, minutes: int | str = 30, *, actor: str = COMMITTEE
) -> Event:
    """Record when a group's presentations begin; what is recorded later replaces it.

    Args:
        edition: the edition.
        round_id: a scored round whose entrants are known.
        group: the group's id.
        start: the time of day at which its first presentation begins, such as ``09.00``.
        minutes: from one presentation to the next.
        actor: who recorded it.

    Raises:
        time_of_day_unreadable, minutes_unreadable: the start is no time of day, or the distance no number of minutes.
        schedule_past_midnight: the last presentation would begin on the next day.
        Problem: nobody presents, or no longer (:func:`presenting`).
    """
    own, start, apart = presenting(edition, round_id, group), start.strip(), str(minutes).strip()
    if not (read := re.fullmatch(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])", start)):
        raise Problem("time_of_day_unreadable", value=start)
    if not re.fullmatch("[1-9][0-9]{0,2}", apart):
        raise Problem("minutes_unreadable", value=apart)
    hour, minute = map(int, read.groups())
    if hour * 60 + minute + int(apart) * (len(own) - 1) >= 24 * 60:
        raise Problem("schedule_past_midnight", group=group, n=len(own), start=start, minutes=int(apart))
    value = f"{time(hour, minute):%H:%M}"
    return Event(kind="schedule", actor=actor, round=round_id, criterion=group, value=value, text=apart)


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


def programme(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return :func:`lights` in the order of the draws, with ``place`` and ``time``.

    Returns:
        ``place`` is 0 before a group is drawn, and for those who were not drawn with it. ``time`` is the time of day
        at which the presentation begins, None without a place or a schedule.
    """
    times, table = schedules(edition, round_id), lights(edition, round_id)
    place = {entry: n for one in draws(edition, round_id).values() for n, entry in enumerate(one.order, 1)}
    table["place"] = table["entry_id"].map(place).fillna(0).astype(int)
    known = zip(table["group"], table["place"], strict=True)
    at = [times[group].at(n) if n and group in times else None for group, n in known]
    table["time"] = pd.Series(at, dtype=object)
    last = table["place"].replace(0, len(table) + 1)
    table = table.assign(nth=_nth_group(edition, table), last=last)
    return table.sort_values(["nth", "last"], kind="stable", ignore_index=True).drop(columns=["nth", "last"])


def require_recap(edition: Edition, round_id: str) -> None:
    """Refuse to show a round's scores to the public until a plenary has decided about it.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        RecapTooEarly: it is not decided.
    """
    if edition.states[edition.scored(round_id).id] not in DECIDED:
        raise RecapTooEarly(round=edition.say(round_id))
