"""What can happen in a contest: the kinds of event, the form of each, and the journal that writes them as text."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from kit.errors import Collector

FIELDS = ("time", "actor", "kind", "round", "judge_id", "entry_id", "criterion", "value", "text")

# An event as nine strings in the order of FIELDS: what is hashed, stored and written to a journal.
Fields = tuple[str, str, str, str, str, str, str, str, str]

_SOME, _ANY = r".+", r".*"
_REASON = r".*\S.*"  # a decision without one is refused
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"  # and one of the calendar
_AWARD = r"[^/]+/.+/[1-9][0-9]*"
_TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_NUMBER = r"(-?[0-9]+(\.[0-9]+)?)?"
_NUMBERS = r"(-?[0-9]+(\.[0-9]+)?( -?[0-9]+(\.[0-9]+)?)*)?"
# What each kind of event says in which field; all its other fields are blank.
_FORMS = {
    "rules_locked": {"text": _SOME},
    "rules_accepted": {"text": _SOME},
    "round_opened": {"round": _SOME, "text": _ANY},
    "round_closed": {"round": _SOME, "text": _ANY},
    "round_plenary": {"round": _SOME, "text": _ANY},
    # The value is the hash of the ranking as it was decided, after the number of its format.
    "round_decided": {"round": _SOME, "value": "(([0-9]+:)?[0-9a-f]{64})?", "text": _ANY},
    # The value numbers the version; the text is the ranking as it was published.
    "round_published": {"round": _SOME, "value": "[1-9][0-9]*", "text": _SOME},
    # Administrative selection: an item of the checklist, when a file came in, until when it may be mended, and what
    # came of it.
    "checked": {"round": _SOME, "entry_id": _SOME, "criterion": _SOME, "value": "(yes|to_complete|no)?", "text": _ANY},
    "received": {"entry_id": _SOME, "criterion": "digital|paper", "value": _ANY, "text": _ANY},
    "cure_until": {"entry_id": _SOME, "value": _DAY, "text": _REASON},
    "admission": {"entry_id": _SOME, "value": "eligible|not_eligible", "text": _ANY},
    # Marks, as judges give them.
    "recusal": {"judge_id": _SOME, "entry_id": _SOME, "round": _ANY, "text": _ANY},
    "mark": {
        **dict.fromkeys(("round", "judge_id", "entry_id", "criterion"), _SOME),
        "value": _NUMBER,
    },
    "comment": {
        **dict.fromkeys(("round", "judge_id", "entry_id"), _SOME),
        "criterion": "entrant|internal",
        "text": _ANY,
    },
    "submitted": {"round": _SOME, "judge_id": _SOME, "entry_id": _ANY},
    "flag": {**dict.fromkeys(("round", "judge_id", "entry_id"), _SOME), "value": "on|off"},
    # What one of two people read on a paper sheet; it is no mark until the other has typed the same.
    "typed": {
        **dict.fromkeys(("round", "judge_id", "entry_id", "criterion"), _SOME),
        "value": _NUMBER,
        "text": _ANY,
    },
    # The sheet of judge_id for this entry passes to the judge whom the value names.
    "substituted": dict.fromkeys(("round", "judge_id", "entry_id", "value", "text"), _SOME),
    # The plenary: what the minutes say of it, who was there, what it decided.
    "meeting": {"round": _SOME, "criterion": _SOME, "text": _ANY},
    "attendance": {**dict.fromkeys(("round", "judge_id"), _SOME), "value": "present|absent", "text": _ANY},
    "sheet_reopened": {**dict.fromkeys(("round", "judge_id", "entry_id"), _SOME), "text": _REASON},
    # The criterion holds the scores at which the entries are tied, with spaces between; in older ledgers it is blank.
    "tie_ruling": {"round": _SOME, "value": _SOME, "criterion": _NUMBERS, "text": _REASON},
    "dissent": {**dict.fromkeys(("round", "judge_id"), _SOME), "text": _REASON},
    # The value is `scope/scope_id/place`; in `award_given` what was withheld is given after all.
    "award_withheld": {"value": _AWARD, "text": _REASON},
    "award_given": {"value": _AWARD, "text": _REASON},
    # The day of presentations: the order drawn for one group from the seed in the value, when the first of the group
    # begins, with the minutes from one to the next as text, and who did not come.
    "draw": dict.fromkeys(("round", "criterion", "value", "text"), _SOME),
    "schedule": {"round": _SOME, "criterion": _SOME, "value": _TIME_OF_DAY, "text": "[1-9][0-9]{0,2}"},
    "absent": {"round": _SOME, "entry_id": _SOME, "text": _REASON},
    "present": {"round": _SOME, "entry_id": _SOME, "text": _REASON},
    # Decisions about an entry. The value of a duplicate is the other entry; that of a correction stands in the
    # register's column from now on.
    "withdrawn": {"entry_id": _SOME, "text": _REASON},
    "disqualified": {"entry_id": _SOME, "text": _REASON},
    "duplicate": {"entry_id": _SOME, "value": _SOME, "text": _REASON},
    "reinstated": {"entry_id": _SOME, "text": _REASON},
    "correction": {**dict.fromkeys(("entry_id", "criterion"), _SOME), "value": _ANY, "text": _REASON},
    # Afterwards: objections by their number, the decree, what may be handed out, and what was erased.
    "objection": {
        **dict.fromkeys(("round", "entry_id", "criterion"), _SOME),
        "value": "completeness|arithmetic|procedure",
        "text": _REASON,
    },
    "recomputed": {**dict.fromkeys(("round", "entry_id", "criterion", "value"), _SOME), "text": _SOME},
    "objection_answered": {
        **dict.fromkeys(("round", "entry_id", "criterion"), _SOME),
        "value": "upheld|partly_upheld|rejected",
        "text": _REASON,
    },
    "decreed": {"value": _SOME, "text": _DAY},
    "approved": {**dict.fromkeys(("round", "judge_id", "entry_id"), _SOME), "criterion": "entrant", "text": _ANY},
    "personal_erased": {"text": _REASON},
    # After the award night. The entry's id is the innovation's, which outlives editions.
    "follow_up": {**dict.fromkeys(("entry_id", "criterion"), _SOME), "value": _ANY, "text": _ANY},
}
KINDS = tuple(_FORMS)

# Lone surrogates as well: they cannot be written as UTF-8.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")
_QUOTED = re.compile(r'[,"\r\n]')
# The csv module's own limit of 131,072 characters could refuse a document of rules.
_LONGEST = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened, with ids only.

    Args:
        kind: one of :data:`KINDS`, which says what the other fields mean.
        actor: who did it: a judge's id, ``committee``, or the code of whoever typed for them.
        value: a mark as a decimal string with a point (blank: the judge cleared it), or a decision.
        text: a comment, a reason or a document.
        time: when, with its zone; the moment of recording unless given.
        event_id: the sender's own key. The same event sent twice under one key is recorded once.
    """

    kind: str
    actor: str
    round: str = ""
    judge_id: str = ""
    entry_id: str = ""
    criterion: str = ""
    value: str = ""
    text: str = ""
    time: datetime | None = None
    event_id: str | None = None

    def fields(self) -> Fields:
        """Write the event as the ledger does; the time is blank while it is open."""
        time = stamp(self.time) if self.time else ""
        return cast("Fields", (time, *(getattr(self, field) for field in FIELDS[1:])))

    @classmethod
    def of(cls, fields: Fields, event_id: str | None = None) -> Event:
        """Return the event that was written as ``fields``."""
        named = dict(zip(FIELDS[1:], fields[1:], strict=True))
        return cls(time=datetime.fromisoformat(fields[0]), event_id=event_id, **named)


def stamp(moment: datetime) -> str:
    """Write a moment as ledgers do: ISO 8601 in UTC with microseconds, so that text sorts as time.

    Raises:
        ValueError: the moment has no zone.
    """
    if moment.tzinfo is None:
        message = f"an event's time needs its zone: {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def check(
    rows: Sequence[Fields], found: Collector, place: Callable[[int], dict[str, object]], *, timed: bool = False
) -> None:
    """Gather all that is wrong with the form of events.

    Args:
        rows: the events.
        found: gathers the mistakes.
        place: where the event with this index stands, as a mistake's data.
        timed: every event must bring its time.
    """
    forms = Forms()
    for at, row in enumerate(rows):
        for code, field, data in forms.faults(row, timed=timed):
            found.add(Problem(code, **data, **place(at), column=field))


class Forms:
    """Tells what is wrong with the form of events, one after another."""

    def __init__(self) -> None:
        # A national import repeats some thousand combinations two million times: each is looked at once.
        self._entries: set[str] = set()
        self._combinations: set[tuple[str, ...]] = set()

    def faults(self, row: Fields, *, timed: bool) -> list[tuple[str, str, dict[str, object]]]:
        """Return each mistake of an event with its field and data.

        Args:
            row: the event.
            timed: it must bring its time.
        """
        time, entry_id, combination = row[0], row[5], row[1:5] + row[6:]
        faults: list[tuple[str, str, dict[str, object]]] = []
        if entry_id not in self._entries or combination not in self._combinations:
            faults = [*_faults(row)]
            if entry_id and not faults:
                self._entries.add(entry_id)
                self._combinations.add(combination)
        if (time or timed) and not _is_time(time):
            faults.append(("time_unreadable", "time", {"value": time}))
        return faults


@lru_cache(maxsize=1_000)  # all events of an import have one time
def _is_time(text: str) -> bool:
    try:
        # A day later there must still be a calendar: it may be that day already where somebody reads the time.
        return _TIME.fullmatch(text) is not None and bool(datetime.fromisoformat(text) + timedelta(days=1))
    except (ValueError, OverflowError):
        return False


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _faults(row: Fields) -> Iterator[tuple[str, str, dict[str, object]]]:
    fields = dict(zip(FIELDS[1:], row[1:], strict=True))
    kind = fields["kind"]
    for field, value in fields.items():
        if control := _CONTROL.search(value):
            yield "event_unprintable", field, {"character": f"U+{ord(control[0]):04X}"}
    if kind not in _FORMS:
        yield "event_kind_unknown", "kind", {"kind": kind}
        return
    form = {"actor": _SOME, "kind": _SOME, **_FORMS[kind]}
    for field, value in fields.items():
        wanted = form.get(field, "")
        if not re.fullmatch(wanted, value, re.DOTALL) or (wanted == _DAY and not _is_day(value)):
            yield "event_malformed", field, {"kind": kind, "field": field, "value": value}


def journal_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write events as canonical CSV: a header, then a line for each.

    Every line ends with a line feed, and a cell is quoted only when it holds a comma, a quote or a line break. Written
    by hand because the csv module quotes differently from one Python version to the next.
    """
    yield ",".join(FIELDS) + "\n"
    for row in rows:
        line = ",".join(row)
        if line.count(",") != len(FIELDS) - 1 or _QUOTED.search(line.replace(",", "")):
            line = ",".join('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in row)
        yield line + "\n"


def read_journal(journal: Path, found: Collector) -> tuple[list[Fields], list[int]]:
    """Return the events of a journal and the line on which each begins.

    Args:
        journal: its path.
        found: gathers the rows of a wrong length.

    Raises:
        journal_unreadable: it is missing, or no CSV in UTF-8.
        journal_columns: its first line is not that of a journal.
    """
    rows: list[Fields] = []
    lines: list[int] = []
    limit = csv.field_size_limit(_LONGEST)
    try:
        with journal.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if tuple(header) != FIELDS:
                raise Problem(
                    "journal_columns", file=journal.name, row=1, columns=", ".join(header), wanted=", ".join(FIELDS)
                )
            line = reader.line_num + 1
            for cells in reader:
                if len(cells) == len(FIELDS):
                    rows.append(cast("Fields", tuple(cells)))
                    lines.append(line)
                else:
                    found.add(
                        Problem("journal_row_length", file=journal.name, row=line, n=len(cells), wanted=len(FIELDS))
                    )
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Problem("journal_unreadable", file=journal.name, detail=str(error)) from error
    finally:
        csv.field_size_limit(limit)
    return rows, lines
