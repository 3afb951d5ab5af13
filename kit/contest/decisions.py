"""Decisions about entries, the decree, and the approval of comments: each by somebody, recorded for good.

A decision never reaches back into a round that is decided (:class:`~kit.edition.Decisions`): to change that round, a
plenary takes it up again first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kit.actions import action, record
from kit.edition import Edition
from kit.errors import Known, Problem
from kit.history import DECIDED
from kit.ledger import COMMITTEE, Event
from kit.registers import in_one_line, reason_of
from kit.rules import fingerprint
from kit.tables import day_of
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd


_REGROUPS = {"category", "unit_id"}  # corrections that move an entry from list to list


def require_free(edition: Edition, actor: str, *entries: str) -> None:
    """Refuse a judge who decides about an entry in spite of a conflict of interest, in whatever round.

    Raises:
        decider_in_conflict: the actor is such a judge.
    """
    recusals = edition.record.recusals
    own = set(recusals.loc[recusals["judge_id"] == actor, "entry_id"])
    if met := sorted(own.intersection(entries)):
        raise Problem("decider_in_conflict", judge=actor, entry=met[0])


@action
def withdraw(edition: Edition, entry_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record that an entry's unit has withdrawn it.

    Raises:
        unknown_entry, reason_needed, decider_in_conflict, rules_changed: it cannot be recorded.
        already_out: the entry has left already.
        round_decided: every round is decided.
    """
    return _end(edition, "withdrawn", entry_id, reason, actor)


@action
def disqualify(edition: Edition, entry_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record that people have disqualified an entry; as :func:`withdraw` otherwise."""
    return _end(edition, "disqualified", entry_id, reason, actor)


@action
def declare_duplicate(edition: Edition, entry_id: str, other: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record that an entry is the same as another, or as one of an earlier edition; as :func:`withdraw` otherwise.

    Args:
        edition: the edition.
        entry_id: the entry that leaves the contest.
        other: an entry's id, or ``EDITION:ENTRY`` for one of another edition.
        reason: why.
        actor: who decided.

    Raises:
        same_entry: it is the entry itself.
        EditionMissing: there is no such edition.
    """
    name, _, there = other.rpartition(":")
    if name and name != edition.name:
        Known(Edition.open(name).registers.entries["entry_id"], "unknown_entry")(there)
        other = f"{name}:{there}"
    else:
        other = Known(edition.registers.entries["entry_id"], "unknown_entry")(there)
        if other == entry_id:
            raise Problem("same_entry", entry=entry_id)
    return _end(edition, "duplicate", entry_id, reason, actor, value=other)


@action
def reinstate(edition: Edition, entry_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Take back that an entry withdrew, was disqualified or was a duplicate.

    Raises:
        unknown_entry, reason_needed, decider_in_conflict, rules_changed: it cannot be recorded.
        not_out: there is no such decision about it.
        round_decided: a round without the entry has been decided since.
    """
    event = _about(edition, "reinstated", entry_id, reason, actor)
    excluded = edition.decisions.excluded
    own = excluded[(excluded["entry_id"] == entry_id) & (excluded["kind"] != "admission")]
    if own.empty:
        raise Problem("not_out", entry=entry_id)
    then = edition.decisions.decided[int(own["number"].iloc[0])]
    _require_undecided(edition, [name for name in _decided_rounds(edition) if name not in then])
    return event


def correct(
    edition: Edition, entry_id: str, column: str, value: str, reason: str, *, actor: str = COMMITTEE
) -> tuple[str, str]:
    """Correct what the register of entries says, such as a title, or the category to which an entry is moved.

    Returns:
        What stood there, and what stands there now.

    Raises:
        unknown_entry, reason_needed, decider_in_conflict, rules_changed: it cannot be recorded.
        not_correctable, correction_blank: or another mistake of the value.
        nothing_corrected: it stands there already.
        round_decided: it would move the entry to another list of a decided round.
    """
    found: list[str] = []

    def check() -> Event:
        event = _about(edition, "correction", entry_id, reason, actor, criterion=column)
        new = edition.registers.correction(edition.rules, column, value)
        entries = edition.registers.entries.set_index("entry_id")
        if (old := str(entries.loc[entry_id, column])) == new:
            raise Problem("nothing_corrected", entry=entry_id, value=new or "–")
        if column in _REGROUPS:
            _require_undecided(edition, _decided_rounds(edition))
        found[:] = old, new
        return replace(event, value=new)

    record(edition, check)
    return found[0], found[1]


def unmarked(edition: Edition, round_id: str) -> set[str]:
    """Return the entries that take part in a round and have no mark in it: those that may have been absent.

    Raises:
        EntrantsUnknown: a round before it is not closed.
    """
    return edition.entrants(round_id) - set(edition.history.marks(round_id)["entry_id"])


@action
def mark_absent(edition: Edition, round_id: str, entry_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record that an entry did not come to a round: that is neither zero nor a recusal, and ends its part in it.

    Raises:
        unknown_round, unknown_entry, reason_needed, decider_in_conflict, rules_changed: it cannot be recorded.
        round_never_opened: the round has not begun.
        round_decided: it is decided.
        not_an_entrant: the entry does not take part in it.
        has_marks: judges have marked the entry there.
    """
    event = _about(edition, "absent", entry_id, reason, actor, round_id=round_id)
    _require_running(edition, round_id)
    if entry_id not in edition.entrants(round_id):
        raise Problem("not_an_entrant", entry=entry_id, round=edition.say(round_id))
    if (edition.history.marks(round_id)["entry_id"] == entry_id).any():
        raise Problem("has_marks", entry=entry_id, round=edition.say(round_id))
    return event


@action
def mark_present(edition: Edition, round_id: str, entry_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Take back that an entry was absent.

    Raises:
        unknown_round, unknown_entry, reason_needed, decider_in_conflict, rules_changed: it cannot be recorded.
        round_never_opened, round_decided: the round has not begun, or is decided.
        not_absent: nobody has called it absent.
    """
    event = _about(edition, "present", entry_id, reason, actor, round_id=round_id)
    _require_running(edition, round_id)
    if (round_id, entry_id) not in edition.record.absent:
        raise Problem("not_absent", entry=entry_id, round=edition.say(round_id))
    return event


@action
def record_decree(edition: Edition, number: str, day: str, *, replaces: str = "", actor: str = COMMITTEE) -> Event:
    """Record the number and date of the decree that laid the result down, as somebody typed them in.

    Args:
        edition: the contest.
        number: as it is written on the decree.
        day: its date.
        replaces: the number of the recorded decree that this one corrects, if there is one.
        actor: who records it.

    Raises:
        decree_number_missing, unclear_date: there is no number, or the day is no date.
        decree_recorded: there is a decree, and ``replaces`` is not its number.
        decree_unknown: there is none that could be replaced.
        decree_too_early: the last round is not decided.
        decree_before_plenary: the plenary that decided it met after that day.
        decree_in_future: that day has not come yet.
        rules_changed: rules or registers differ from what was locked.
        only_a_rehearsal: the edition is a rehearsal.
    """
    edition.require_contest(actor)
    edition.require_accepted()
    if not (number := in_one_line(number)):
        raise Problem("decree_number_missing")
    signed, last = day_of(day.strip()), edition.rules.last_round
    meeting = edition.meetings(last)[-1] if edition.states[last] in DECIDED else None
    if meeting is None or meeting.decided is None:
        raise Problem("decree_too_early", round=edition.say(last), edition=edition.name, id=last)
    # What was typed in later is told by the day that the minutes note, not by the day of typing.
    met = day_of(meeting.said["day"]) if meeting.said.get("day") else meeting.decided.astimezone(WIB).date()
    if signed < met:
        raise Problem("decree_before_plenary", day=signed, met=met, edition=edition.name, id=last)
    if signed > datetime.now(WIB).date():
        raise Problem("decree_in_future", day=signed)
    if (known := edition.decisions.decree) and replaces != known.number:
        raise Problem("decree_recorded", number=known.number, day=known.date)
    if replaces and not known:
        raise Problem("decree_unknown", number=replaces)
    return Event(kind="decreed", actor=actor, value=number, text=signed.isoformat())


def _about(
    edition: Edition,
    kind: str,
    entry_id: str,
    reason: str,
    actor: str,
    *,
    round_id: str = "",
    **more: Any,  # noqa: ANN401  (an event\'s other fields)
) -> Event:
    """The event of a decision about an entry, once what every decision needs has been seen to."""
    edition.require_accepted()
    if round_id:
        edition.scored(round_id)
    Known(edition.registers.entries["entry_id"], "unknown_entry")(entry_id)
    require_free(edition, actor, entry_id)
    return Event(kind=kind, actor=actor, round=round_id, entry_id=entry_id, text=reason_of(reason), **more)


def _end(edition: Edition, kind: str, entry_id: str, reason: str, actor: str, *, value: str = "") -> Event:
    event = _about(edition, kind, entry_id, reason, actor, value=value)
    if entry_id in set(edition.decisions.excluded["entry_id"]):
        raise Problem("already_out", entry=entry_id)
    decided = _decided_rounds(edition)
    if len(decided) == len(edition.states):
        _require_undecided(edition, decided)
    return event


def _decided_rounds(edition: Edition) -> list[str]:
    return [name for name, state in edition.states.items() if state in DECIDED]


def _require_undecided(edition: Edition, decided: list[str]) -> None:
    if decided:
        raise Problem("round_decided", round=edition.say(decided[-1]), edition=edition.name, id=decided[-1])


def _require_running(edition: Edition, round_id: str) -> None:
    state = edition.states[round_id]
    if state == "not_opened":
        raise Problem("round_never_opened", round=edition.say(round_id))
    _require_undecided(edition, [round_id] if state in DECIDED else [])


# Comments for entrants are handed out only after somebody read and approved them

_SHEET = ["round", "judge_id", "entry_id"]
_KEY = 8  # characters


def comments(edition: Edition) -> pd.DataFrame:
    """The comments for entrants of the rounds that are closed, as they now read.

    Returns:
        ``entry_id``, ``round``, ``judge_id``, ``text``, ``key`` (of this text by this judge) and ``approved``, by entry
        and key, so that the order says nothing about judges. A comment that changed after its approval waits again.
    """
    events = edition.history.events(["comment", "approved"])
    events = events[(events["criterion"] == "entrant") & events["round"].isin(edition.record.closed)]
    last = events[events["kind"] == "comment"].drop_duplicates(_SHEET, keep="last")
    last = last[last["text"].str.strip() != ""]
    agreed = events[events["kind"] == "approved"].groupby(_SHEET)["number"].max().rename("agreed")
    table = last.merge(agreed.reset_index(), on=_SHEET, how="left")
    said = table[[*_SHEET, "text"]].agg("/".join, axis=1) if len(table) else table["text"]
    table["key"] = [fingerprint(one)[:_KEY] for one in said]
    table["approved"] = table["agreed"] > table["number"]
    return table[["entry_id", "round", "judge_id", "text", "key", "approved"]].sort_values(
        ["entry_id", "key"], ignore_index=True
    )


def approve(edition: Edition, by: str, keys: Collection[str] = ()) -> int:
    """Record that somebody approved comments that wait, all of them or those with some keys; return how many.

    Raises:
        approver_missing: ``by`` is blank.
        nothing_to_approve: none waits.
        comment_unknown: a key is that of no comment that waits.
    """

    def check() -> list[Event]:
        if not by.strip():
            raise Problem("approver_missing")
        table = comments(edition)
        waiting = table[~table["approved"]]
        if waiting.empty:
            raise Problem("nothing_to_approve", edition=edition.name)
        for key in keys:
            if key not in set(waiting["key"]):
                raise Problem("comment_unknown", key=key, edition=edition.name)
        chosen = waiting[waiting["key"].isin(keys)] if keys else waiting
        return [
            Event(kind="approved", actor=by.strip(), criterion="entrant", **dict(zip(_SHEET, sheet, strict=True)))
            for sheet in chosen[_SHEET].itertuples(index=False, name=None)
        ]

    return len(record(edition, check))
