"""Administrative selection: what came in, what was checked of it, and who goes on to be judged.

Everything follows from four kinds of event: ``received``, ``checked``, ``cure_until`` and ``admission``. What was said
last about a thing holds. The checklist of all entries also goes out as a workbook, and comes back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from kit.actions import record as guarded
from kit.errors import Collector, Known, Problem, fold
from kit.judging.desk import ChangedElsewhere
from kit.ledger import COMMITTEE, Event
from kit.registers import in_one_line, iso_date
from kit.tables import moment
from kit.texts import LANGUAGES, Texts
from kit.workbooks import (
    ABOUT,
    BORDER,
    FRESH,
    HEADER_ROW,
    OPEN,
    TEXT,
    TITLE,
    Form,
    Head,
    Origin,
    Pages,
    ReturnedSheet,
    column_id,
    compare,
    event_id,
    load,
    place_of,
    read_sheet,
    said_on,
    tally,
    write_new,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.rules import Round
    from kit.workbooks import OnRecord, Page, Slot

    Dossiers = Mapping[str, "EntryStatus"]

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
class EntryStatus:
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


def dossiers(edition: Edition) -> dict[str, EntryStatus]:
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
    return {entry: EntryStatus(entry, items, said.get(entry, {}), out.get(entry, "")) for entry in entries}


def counts(all_: Mapping[str, EntryStatus]) -> Counter[str]:
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


def yes_to_rest(dossier: EntryStatus) -> list[Change]:
    """Return "yes" to every item of an entry that has neither an answer nor a note."""
    rest = [item for item in dossier.items if dossier.of("checked", item)[:2] == ("", "")]
    return [Change(dossier.entry_id, "checked", item, "yes") for item in rest]


def yes_to_unchecked(all_: Dossiers) -> list[Change]:
    """Return "yes" to every item of the entries that nobody has begun to check or found to be mended."""
    unchecked = [one for one in all_.values() if one.state == "not_begun" and not one.of(*CURE).value]
    return [change for one in unchecked for change in yes_to_rest(one)]


def eligible_where_all_yes(all_: Dossiers) -> list[Change]:
    """Return "eligible" for every undecided entry of which all items are answered with yes."""
    return [Change(entry, *ADMISSION, "eligible") for entry, one in all_.items() if one.state == "checked"]


def record(
    edition: Edition,
    changes: Sequence[Change] | Callable[[], Sequence[Change]],
    verifier: str,
    *,
    now: datetime | None = None,
) -> int:
    """Record what a verifier says, durably, all or nothing, and return how much of it was new.

    Args:
        edition: the contest.
        changes: what is said; or what makes it of the edition as it is when nobody else can record.
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
        asked = changes() if callable(changes) else changes
        known = edition.ledger.recorded([change.key for change in asked if change.key])
        fresh = [change for change in asked if change.key not in known]
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
    code = in_one_line(text)
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
    after = {entry: EntryStatus(entry, dossier.items, said[entry], dossier.out) for entry, dossier in before.items()}
    return [
        (change, mistake or _contradiction(before[change.entry_id], after[change.entry_id], change))
        for change, mistake in read
    ]


def _contradiction(before: EntryStatus, after: EntryStatus, change: Change) -> Problem | None:
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


# The checklist as a workbook

KIND = "kit: daftar periksa 1"
_ANSWERS = {"checked": CHECKS, "admission": ADMISSIONS}
_STEPS = ("answers", "receipts", "cure", "admission", "empty", "returned")


def write_checklist(edition: Edition, path: Path) -> None:
    """Write the checklist of all entries as a workbook to fill in; nothing is ever overwritten.

    Raises:
        NoChecklist: the rules have no round of administrative selection.
        sheets_exist: a file of this name is there.
        file_open_elsewhere: another program holds it open.
    """
    round_, all_ = checklist(edition), dossiers(edition)
    on_record = _on_record(all_)
    imprint = Origin.made(edition, round_.id, COMMITTEE, all_, on_record, on_record)
    pages = Pages(edition, imprint, ["unit", "category"])
    t, title, about = pages.t, round_.name.say(pages.t.language), edition.rules.title.say(pages.t.language)
    page = pages.page(t("administration.sheet_how"), title, about, landscape=False)
    page.set_column(0, 0, 4)
    page.set_column(1, 1, 96)
    pages.steps(page, HEADER_ROW + 1, [t(f"administration.how_{step}") for step in _STEPS])
    _table(pages, pages.page(t("administration.sheet"), title, about, first=1), round_, all_)
    write_new({path: pages.to_xlsx(KIND, title)})


def _table(pages: Pages, page: Page, round_: Round, all_: Dossiers) -> None:
    place = pages.table(page, _heads(round_, pages.t), len(all_), 130)
    for row, (entry, dossier) in enumerate(all_.items(), HEADER_ROW + 1):
        pages.entry(page, row, place, entry)
        for slot in slots(round_):
            said, columns = dossier.of(*slot), [place[name] for name in _columns(slot)]
            _write(pages, page, (row, columns[0]), slot[0], said.value)
            for column in columns[1:]:
                pages.text(page, (row, column), said.text, **TEXT, **OPEN)
    first, last = HEADER_ROW + 1, HEADER_ROW + max(1, len(all_))
    for slot in slots(round_):
        column = place[_columns(slot)[0]]
        page.data_validation(first, column, last, column, _validation(slot[0], pages.t))
    page.fit_to_pages(3, 0)  # as many pages beside each other, each with the entries' names
    page.repeat_columns(1, place[TITLE])


def _heads(round_: Round, t: Texts) -> list[Head]:
    names = {item.id: (n, item.name.say(t.language)) for n, item in enumerate(round_.items, 1)}
    heads = []
    for slot in slots(round_):
        (kind, criterion), ids = slot, _columns(slot)
        if kind == "received":
            heads.append(Head(ids[0], t(f"administration.came_{criterion}"), 16))
        elif kind == "checked":
            n, name = names[criterion]
            heads.append(Head(ids[0], t("administration.item", n=n, name=name), 15))
            heads.append(Head(ids[1], t("administration.note_of", n=n), 20))
        else:
            heads.append(Head(ids[0], t(f"administration.head_{kind}"), 12 if kind == "cure_until" else 23))
            heads.append(Head(ids[1], t(f"administration.head_{kind}_reason"), 30))
    return heads


def _columns(slot: Slot) -> list[str]:
    """What stands above the columns of a slot: an answer or a day has a second one for its note."""
    first = column_id(slot)
    return [first] if slot[0] == "received" else [first, f"{first}:note"]


def _validation(kind: str, t: Texts) -> dict[str, object]:
    if kind in _ANSWERS:
        return {"validate": "list", "source": [_word(t, kind, code) for code in _ANSWERS[kind]]}
    which = "receipts" if kind == "received" else "cure"
    refusal = {"error_title": t("administration.refused_title"), "error_message": t(f"administration.how_{which}")}
    return {"validate": "date", "criteria": ">", "value": date(2000, 1, 1), **refusal}


def _write(pages: Pages, page: Page, at: tuple[int, int], kind: str, value: str) -> None:
    """Write the answer, the moment or the day."""
    if kind in _ANSWERS:
        pages.text(page, at, _word(pages.t, kind, value) if value else "", **TEXT, **OPEN)
        return
    look = pages.format(**BORDER, **OPEN, num_format="dd/mm/yyyy hh:mm" if kind == "received" else "dd/mm/yyyy")
    if not value:
        page.write_blank(*at, None, look)
    else:
        when = moment(value).replace(tzinfo=None) if kind == "received" else date.fromisoformat(value)
        page.write_datetime(*at, when, look)


def _word(t: Texts, kind: str, code: str) -> str:
    return t(f"administration.answer_{code}" if kind == "checked" else f"administration.state_{code}")


def _one(kind: str, value: str, text: str) -> str:
    """What was said about a slot as one text, to be compared with what came back."""
    if kind == "received" and value:
        value = minute(moment(value))
    return f"{value}\n{in_one_line(text)}".rstrip("\n")


def _both(one: str) -> tuple[str, str]:
    value, _, text = one.partition("\n")
    return value, text


def _on_record(all_: Dossiers) -> OnRecord:
    """What the ledger holds of every entry, as sheets have it."""
    return {
        (entry, *slot): (_one(slot[0], said.value, said.text), said.number)
        for entry, dossier in all_.items()
        for slot, said in dossier.said.items()
    }


@dataclass(frozen=True)
class ReturnedChecklist:
    """A workbook that came back, and what it would change.

    Args:
        sheet: what it holds.
        changes: a row for each slot that says something (:func:`kit.workbooks.compare`).
    """

    sheet: ReturnedSheet
    changes: pd.DataFrame

    @property
    def fresh(self) -> pd.DataFrame:
        """The rows that would be recorded."""
        return self.changes[self.changes["outcome"].isin(FRESH)]

    def preview(self, edition: Edition) -> str:
        """Return what recording would do, as text: counts, and every slot that needs a look."""
        t, round_, counted = edition.texts, checklist(edition), tally(self.changes["outcome"])
        lines = [t("administration.file", file=self.sheet.file, round=round_.name.say(t.language))]
        said = counted["new"] + counted["changed"] + counted["conflict"]
        lines.append(t("sheets.counts", **counted) if said else t("administration.nothing_new"))
        for row in self.changes.to_dict("records"):
            if row["outcome"] in {"changed", "conflict"}:
                about = {"what": _what(round_, t, row["kind"], row["criterion"]), "entry": row["entry_id"]}
                after = _shown(t, row["kind"], row["after"])
                lines.append("  " + t(f"administration.line_{row['outcome']}", cell=row["cell"], after=after, **about))
        return "\n".join(lines)


def read_checklist(edition: Edition, path: Path) -> ReturnedChecklist:
    """Read and check a workbook; nothing is recorded.

    Raises:
        NoChecklist: the rules have no round of administrative selection.
        file_missing, damaged_workbook, not_score_sheet: or another mistake of the file.
        Mistakes: everything that is wrong in it, with its cell.
    """
    with Collector() as mistakes:
        sheet = read_sheet(load(path, KIND, edition.name), _form(edition), mistakes)
        returned, changes = _compared(edition, sheet)
        checked = judged(edition, changes, datetime.now(UTC))
        for cell, (_, mistake) in zip(returned.fresh["cell"], checked, strict=True):
            if mistake is not None:
                mistakes.add(mistake.at(file=path.name, **place_of([cell])))
    return returned


def record_checklist(edition: Edition, returned: ReturnedChecklist, verifier: str) -> int:
    """Record what is new or changed, all or nothing, and return how much that was.

    The ledger is asked anew, so that what was recorded since the preview is not reverted.

    Raises:
        SelectionNotOpen, verifier_missing, verifier_is_judge, rules_changed: it cannot be recorded (:func:`record`).
        Mistakes: it contradicts what was recorded since.
    """
    edition.refresh()
    require_open(edition)
    return record(edition, _compared(edition, returned.sheet)[1], verifier)


def _form(edition: Edition) -> Form:
    """What the workbook has to fill in; a blank beside a filled cell changes nothing."""
    codes = {
        kind: {fold(_word(Texts(language), kind, code)): code for language in LANGUAGES for code in answers}
        for kind, answers in _ANSWERS.items()
    }

    def read(slot: Slot, texts: Sequence[str], base: str) -> str:
        if not any(texts):
            return ""
        kind, before = slot[0], _both(base)
        value, *notes = texts
        if value and kind == "received":
            return minute(moment(value))
        if value and kind == "cure_until":
            value = iso_date(value.partition("T")[0])
        elif value:
            if fold(value) not in codes[kind]:
                raise Problem("check_unknown", value=value)
            value = codes[kind][fold(value)]
        return _one(kind, value or before[0], notes[0] or before[1])

    return Form(slots(checklist(edition)), _on_record(dossiers(edition)), read, _columns)


def _compared(edition: Edition, sheet: ReturnedSheet) -> tuple[ReturnedChecklist, list[Change]]:
    """What a sheet would change, and what is to be recorded of it, with what the ledger held when it was compared."""
    on_record = _on_record(dossiers(edition))
    own = (sheet.imprint.round, sheet.imprint.judge_id)
    rows = [(*own, *key, text, number) for key, (text, number) in on_record.items()]
    recorded = pd.DataFrame(rows, columns=[*ABOUT, "text", "number"])
    returned = ReturnedChecklist(sheet, compare(edition, said_on([sheet]), recorded))
    changes = []
    for row in returned.fresh.to_dict("records"):
        slot = (row["entry_id"], row["kind"], row["criterion"])
        key, seen = event_id(edition, row, row["after"]), on_record.get(slot, ("", 0))[1]
        changes.append(Change(*slot, *_both(row["after"]), key, seen))
    return returned, changes


def _what(round_: Round, t: Texts, kind: str, criterion: str) -> str:
    if kind == "checked":
        return next(f'"{item.name.say(t.language)}"' for item in round_.items if item.id == criterion)
    return t(f"administration.came_{criterion}" if criterion in RECEIPTS else f"administration.head_{kind}")


def _shown(t: Texts, kind: str, one: str) -> str:
    value, text = _both(one)
    if kind in _ANSWERS:
        value = _word(t, kind, value) if value else "–"
    elif value:
        value = t.moment(moment(value)) if kind == "received" else t.date(date.fromisoformat(value))
    return f"{value} ({text})" if text else value
