"""Administrative selection: what came in, what was checked of it, and who goes on to be judged.

Everything follows from four kinds of event: ``received``, ``checked``, ``cure_until`` and ``admission``. What was said
last about a thing holds.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from kit.actions import record as guarded
from kit.errors import Collector, Known, Problem
from kit.judging.desk import ChangedElsewhere
from kit.ledger import Event
from kit.registers import day_of, in_one_line, iso_date
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.edition import Edition
    from kit.judging.sheet import Slot
    from kit.rules import Round

State = Literal["not_begun", "partial", "to_complete", "checked", "eligible", "not_eligible", "out"]

KINDS = ("received", "checked", "cure_until", "admission")
CHECKS = ("yes", "to_complete", "no")
ADMISSIONS = ("eligible", "not_eligible")
RECEIPTS = ("digital", "paper")
CURE, ADMISSION = ("cure_until", ""), ("admission", "")


class NoChecklist(Problem, LookupError):
    """The rules have no round of administrative selection."""


class SelectionNotOpen(Problem, PermissionError):
    """Something was to be recorded while the administrative selection is not open."""


class Said(NamedTuple):
    """What was said last about one thing.

    Args:
        value: the answer, the moment, the day.
        text: the note, the reason.
        number: of the event, 0 where nothing was said.
        actor: who said it.
    """

    value: str = ""
    text: str = ""
    number: int = 0
    actor: str = ""


NOTHING = Said()


@dataclass(frozen=True)
class Dossier:
    """What is known of one entry.

    Args:
        entry_id: the entry.
        items: ids of the checklist, in order.
        said: what was said last, by kind and criterion.
        out: how its part in the contest ended: ``withdrawn``, ``disqualified``, ``duplicate`` or blank.
    """

    entry_id: str
    items: tuple[str, ...]
    said: Mapping[Slot, Said] = field(default_factory=dict)
    out: str = ""

    def of(self, kind: str, criterion: str = "") -> Said:
        """Return what was said last about one thing."""
        return self.said.get((kind, criterion), NOTHING)

    def answered(self, *values: str) -> list[str]:
        """Return the items with one of these answers; blank for those without."""
        return [item for item in self.items if self.of("checked", item).value in values]

    @property
    def admission(self) -> str:
        """``eligible``, ``not_eligible`` or blank."""
        return self.of(*ADMISSION).value

    @property
    def state(self) -> State:
        """How far the entry is."""
        if self.out:
            return "out"
        if self.admission:
            return "eligible" if self.admission == "eligible" else "not_eligible"
        if self.answered("to_complete", "no"):
            return "to_complete"
        missing = self.answered("")
        return "checked" if not missing else "not_begun" if len(missing) == len(self.items) else "partial"

    @property
    def undecided(self) -> bool:
        """Whether somebody must still say if the entry goes on."""
        return not (self.out or self.admission)


def checklist(edition: Edition) -> Round:
    """Return the round of administrative selection.

    Raises:
        NoChecklist: the rules have none.
    """
    for round_ in edition.rules.rounds:
        if not round_.scored:
            return round_
    raise NoChecklist(edition=edition.name)


def slots(round_: Round) -> list[Slot]:
    """Return everything that can be said about an entry, as kind and criterion, in the order of the work."""
    items = [("checked", item.id) for item in round_.items]
    return [*(("received", which) for which in RECEIPTS), *items, CURE, ADMISSION]


def dossiers(edition: Edition) -> dict[str, Dossier]:
    """Return what is known of every entry, by id in the order of the register.

    Raises:
        NoChecklist: the rules have no such round.
    """
    round_ = checklist(edition)
    items = tuple(item.id for item in round_.items)
    said: dict[str, dict[Slot, Said]] = {}
    events = edition.history.events(KINDS)
    events = events[events["round"].isin(["", round_.id])]
    names = ["entry_id", "kind", "criterion", "value", "text", "number", "actor"]
    for entry, kind, criterion, *what in events[names].itertuples(index=False, name=None):
        said.setdefault(entry, {})[kind, criterion] = Said(*what)
    excluded = edition.decisions.excluded
    out = {str(row.entry_id): str(row.kind) for row in excluded.itertuples() if row.kind != "admission"}
    entries = map(str, edition.registers.entries["entry_id"])
    return {entry: Dossier(entry, items, said.get(entry, {}), out.get(entry, "")) for entry in entries}


def counts(all_: Mapping[str, Dossier]) -> Counter[str]:
    """Count for the minutes: ``entries``, each state, each receipt, ``undecided``, and the endings among ``out``."""
    found = Counter({"entries": len(all_)})
    for dossier in all_.values():
        found[dossier.state] += 1
        found[dossier.out] += 1
        found["undecided"] += dossier.undecided
        found.update(which for which in RECEIPTS if dossier.of("received", which).value)
    del found[""]
    return found


# What is recorded


class Change(NamedTuple):
    """One thing that a verifier says.

    Args:
        entry_id: the entry.
        kind: one of :data:`KINDS`.
        criterion: an item, or ``digital`` or ``paper``.
        value: the answer, the moment, the day.
        text: the note, the reason.
        key: the sender's own key; sent again under it the change is recorded once.
        seen: the number of the last event about this thing that the sender knew of; None asks for no such check.
    """

    entry_id: str
    kind: str
    criterion: str
    value: str
    text: str = ""
    key: str | None = None
    seen: int | None = None


def record(edition: Edition, changes: Sequence[Change], verifier: str, *, now: datetime | None = None) -> int:
    """Record what a verifier says, durably, all or nothing, and return how much of it was new.

    Args:
        edition: the contest.
        changes: what is said.
        verifier: the code of whoever checked.
        now: with its zone; the moment of recording unless given.

    Raises:
        NoChecklist: the rules have no round of administrative selection.
        SelectionNotOpen: that round is not open.
        verifier_missing, verifier_is_judge: it is nobody's code, or a judge's.
        rules_changed: rules or registers differ from what was locked.
        Mistakes: everything that is wrong with the changes.
    """

    def check() -> list[Event]:
        require_open(edition)
        actor = verifier_code(edition, verifier)
        edition.require_accepted()
        known = edition.ledger.recorded([change.key for change in changes if change.key])
        fresh = [change for change in changes if change.key not in known]
        with Collector() as mistakes:
            said = judged(edition, fresh, now or datetime.now(UTC))
            for _, mistake in said:
                if mistake is not None:
                    mistakes.add(mistake)
        round_ = checklist(edition).id
        return [_event(change, actor, round_) for change, _ in said]

    return len(guarded(edition, check))


def _event(change: Change, actor: str, round_: str) -> Event:
    said = {name: getattr(change, name) for name in ("entry_id", "kind", "criterion", "value", "text")}
    return Event(actor=actor, round=round_ if change.kind == "checked" else "", event_id=change.key, **said)


def require_open(edition: Edition) -> None:
    """Refuse to go on unless the administrative selection is open.

    Raises:
        NoChecklist, SelectionNotOpen: there is no such round, or it is not open.
    """
    round_ = checklist(edition)
    if edition.history.round_states().get(round_.id) != "open":
        raise SelectionNotOpen(round=round_.name.say(edition.language), edition=edition.name, id=round_.id)


def verifier_code(edition: Edition, text: str) -> str:
    """Return the code of whoever checks.

    Raises:
        verifier_missing, verifier_is_judge: it is nobody's, or a judge's.
    """
    code = " ".join(text.split())
    if not code:
        raise Problem("verifier_missing")
    if code in set(edition.registers.judges["judge_id"]):
        raise Problem("verifier_is_judge", judge=code)
    return code


def judged(edition: Edition, changes: Sequence[Change], now: datetime) -> list[tuple[Change, Problem | None]]:
    """Return each change in the ledger's own form, with what is wrong with it, if anything is.

    All changes are looked at together: an entry may be completed and declared eligible in one go.
    """
    before, round_ = dossiers(edition), checklist(edition)
    known, known_slots = Known(before, "unknown_entry"), slots(round_)
    said = {entry: dict(dossier.said) for entry, dossier in before.items()}
    read: list[tuple[Change, Problem | None]] = []
    for change in changes:
        slot = (change.kind, change.criterion)
        try:
            known(change.entry_id)
            if slot not in known_slots:
                raise Problem("check_unknown", value=": ".join(filter(None, slot)))  # noqa: TRY301  (one of many mistakes)
            there = before[change.entry_id].of(*slot)
            if change.seen is not None and there.number > change.seen:
                raise ChangedElsewhere(value=f'"{there.value}"')
            plain = _read(change, now)
        except Problem as mistake:
            read.append((change, mistake))
        else:
            said[change.entry_id][slot] = Said(plain.value, plain.text)
            read.append((plain, None))
    after = {entry: Dossier(entry, dossier.items, said[entry], dossier.out) for entry, dossier in before.items()}
    return [
        (change, mistake or _contradiction(before[change.entry_id], after[change.entry_id], change))
        for change, mistake in read
    ]


def _contradiction(before: Dossier, after: Dossier, change: Change) -> Problem | None:
    """What the change would make of an entry that cannot be."""
    if after.admission != "eligible":
        return None
    number = {item: n for n, item in enumerate(after.items, 1)}
    if change.kind == "admission" and (unmet := after.answered("", "to_complete", "no")):
        return Problem("items_not_met", entry=change.entry_id, n=len(unmet), items=[number[item] for item in unmet])
    if change.kind == "checked" and change.value != "yes" and before.admission == "eligible":
        return Problem("eligible_already", entry=change.entry_id, item=number[change.criterion])
    return None


def _read(change: Change, now: datetime) -> Change:
    """A change in the ledger's own form."""
    value, text = change.value.strip(), in_one_line(change.text)
    match change.kind:
        case "checked" if value not in {"", *CHECKS}:
            raise Problem("check_unknown", value=value)
        case "admission" if value not in ADMISSIONS:
            raise Problem("check_unknown", value=value)
        case "admission" if value == "not_eligible" and not text:
            raise Problem("refusal_without_reason", entry=change.entry_id)
        case "received" if value:
            came = moment(value)
            if came > now:
                raise Problem("receipt_in_future", value=came)
            value = minute(came)
        case "cure_until":
            value = iso_date(value)
            if not text:
                raise Problem("cure_without_reason", entry=change.entry_id)
    return change._replace(value=value, text=text)


def moment(text: str) -> datetime:
    """Read a date with a time of day; without a zone it is on the contest's clock.

    Raises:
        receipt_unclear: it is something else.
    """
    try:
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}[:.][0-9]{2}", text):
            read = datetime.fromisoformat(f"{text[:13]}:{text[14:]}")
        elif found := _DAY_AND_TIME.fullmatch(text):
            read = datetime.combine(day_of(found[1]), time(int(found[2]), int(found[3])))
        else:
            raise ValueError  # noqa: TRY301
        return (read if read.tzinfo else read.replace(tzinfo=WIB)).astimezone(WIB)
    except (Problem, ValueError, OverflowError):
        raise Problem("receipt_unclear", value=text) from None


_DAY_AND_TIME = re.compile(r"(\S.{3,30}?),? +(?:pukul +|jam +|at +)?([0-9]{1,2})[.:]([0-9]{2})(?: *WIB)?")


def minute(read: datetime) -> str:
    """Write a moment as the ledger has it: to the nearest minute, with its zone."""
    return (read + timedelta(seconds=30)).isoformat(timespec="minutes")


# Closing


def undecided_said(edition: Edition) -> str:
    """Say what closing with a reason means for the undecided entries, or meant; blank if there are none.

    Raises:
        NoChecklist: the rules have no such round.
    """
    state = edition.history.round_states().get(checklist(edition).id)
    undecided = sum(dossier.undecided for dossier in dossiers(edition).values())
    if state is None or not undecided:
        return ""
    return edition.texts(
        "administration.undecided_open" if state == "open" else "administration.undecided_closed", n=undecided
    )
