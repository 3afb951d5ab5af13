"""What the minutes of a plenary tell: who was there, what was changed and decided, read from its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

# The events of a round among which its plenaries lie; marks tell what was changed in them.
MEETING = (
    *("round_plenary", "round_decided", "round_opened", "mark"),
    *("meeting", "attendance", "sheet_reopened", "tie_ruling", "dissent"),
)


Mark = tuple[str, str, str]  # judge, entry and criterion


class Dissent(NamedTuple):
    """A judge who was there does not agree, and why."""

    judge_id: str
    reason: str


class Ruling(NamedTuple):
    """The order that the judges decided for tied entries, best first, and why."""

    entries: tuple[str, ...]
    reason: str
    time: datetime


class Reopened(NamedTuple):
    """One judge's sheet for one entry, taken up again in the plenary, and why."""

    judge_id: str
    entry_id: str
    reason: str


class MarkChange(NamedTuple):
    """A mark that the plenary's reopening let a judge change; blank where there was or is none."""

    judge_id: str
    entry_id: str
    criterion: str
    before: str
    after: str


@dataclass
class Meeting:
    """One plenary about one round.

    Args:
        began: when it was opened in the ledger.
        reason: why a decided round was taken up again; blank for the first plenary.
        decided: when its decision was fixed; None while it goes on.
        remark: what was said to the decision.
        said: what the secretariat typed for the minutes: ``place``, ``date``, ``basis`` and so on.
        attendance: judge to whether present.
        dissents: who did not agree.
        rulings: how ties were decided.
        reopened: the sheets taken up again.
        changes: what changed on them, one per mark, in the order in which it was first changed.
    """

    began: datetime
    reason: str
    decided: datetime | None = None
    remark: str = ""
    said: dict[str, str] = field(default_factory=dict)
    attendance: dict[str, bool] = field(default_factory=dict)
    dissents: list[Dissent] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)
    changes: list[MarkChange] = field(default_factory=list)

    @property
    def present(self) -> tuple[str, ...]:
        """The judges who were there."""
        return tuple(judge for judge, there in sorted(self.attendance.items()) if there)


def meetings(events: pd.DataFrame) -> tuple[Meeting, ...]:
    """Read the plenaries about one round from its events (:data:`MEETING`), in order."""
    found: list[Meeting] = []
    marks: dict[Mark, str] = {}
    before: list[dict[Mark, str]] = []
    running = False
    for event in events.itertuples(index=False):
        time: Any = event.time
        kind, judge, entry, value, text = map(
            str, (event.kind, event.judge_id, event.entry_id, event.value, event.text)
        )
        if kind == "round_plenary":
            found.append(Meeting(time.to_pydatetime(), text))
            before.append({})
            running = True
        elif kind == "mark":
            mark = (judge, entry, str(event.criterion))
            if running:
                before[-1].setdefault(mark, marks.get(mark, ""))
                found[-1].changes = _changes(before[-1], {**marks, mark: value})
            marks[mark] = value
        elif running:
            _take(found[-1], event)
            running = kind not in {"round_decided", "round_opened"}
    return tuple(found)


def _take(meeting: Meeting, event: Any) -> None:  # noqa: ANN401  (a row of a table)
    """Add one event of a plenary to what the minutes tell."""
    time = event.time.to_pydatetime()
    match event.kind:
        case "round_decided":
            meeting.decided, meeting.remark = time, event.text
        case "meeting":
            meeting.said[event.criterion] = event.text
        case "attendance":
            meeting.attendance[event.judge_id] = event.value == "present"
        case "dissent":
            meeting.dissents.append(Dissent(event.judge_id, event.text))
        case "tie_ruling":
            meeting.rulings.append(Ruling(tuple(event.value.split(">")), event.text, time))
        case "sheet_reopened":
            meeting.reopened.append(Reopened(event.judge_id, event.entry_id, event.text))


def _changes(before: dict[Mark, str], after: dict[Mark, str]) -> list[MarkChange]:
    return [MarkChange(*mark, old, after[mark]) for mark, old in before.items() if old != after[mark]]
