"""The states of rounds, the hash chains, and what tells that somebody tampered with them.

Each judge's events, and the committee's, form a chain. The hash of an event is the SHA-256, in hexadecimal, of these
texts joined by U+001F and written as UTF-8: the hash of the event before it in its chain (blank for the first), its
number in the ledger, and its nine fields in the order of :data:`~kit.ledger.FIELDS`. Anybody can recompute it. Without
an anchor kept elsewhere, in minutes or a report, a cut tail and a ledger rewritten as a whole cannot be seen.

Beside the hash stand the event's *seals*: three checks of 21 bits, of its content, its time and its place. They prove
nothing; they tell which of the three was changed when the hash says that something was.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, cast
from zlib import crc32

from kit.errors import Problem
from kit.ledger.events import Forms, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kit.ledger.events import Fields

COMMITTEE = "committee"

# What a round is after its last event of this kind.
STATES = {
    "round_opened": "open",
    "round_closed": "closed",
    "round_plenary": "plenary",
    "round_decided": "decided",
    "round_published": "published",
}
# What may move a round after which event ("" where it was never opened), and whether that needs a written reason: the
# same here and in the store's guard.
MOVES: dict[str, dict[str, bool]] = {
    "round_opened": {"": False, "round_closed": True, "round_plenary": True},
    "round_closed": {"round_opened": False},
    "round_plenary": {"round_closed": False, "round_decided": True, "round_published": True},
    "round_decided": {"round_plenary": False},
    "round_published": {"round_decided": False},
}
# A reason made only of these characters counts as empty, here and in the store's triggers.
BLANK = " \t\r\n"
# Kinds that need their round open, kinds that a sheet reopened in plenary takes too, and kinds that need the plenary:
# the same here and in the store's guard.
NEEDS_OPEN = ("mark", "comment", "submitted", "flag", "typed", "substituted")
ON_REOPENED = NEEDS_OPEN[:-1]
NEEDS_PLENARY = ("sheet_reopened", "meeting", "attendance", "dissent")


class Head(NamedTuple):
    """The end of a chain: how many events it has and the hash of the last."""

    count: int  # type: ignore[assignment]  # hides the method of tuples, which no head needs
    hash: str


Heads = dict[str, Head]
_START = Head(0, "")


def anchor_lines(heads: Mapping[str, Head]) -> str:
    """Write heads as lines of text, ``chain count hash``, for minutes and reports."""
    return "".join(f"{chain} {head.count} {head.hash}\n" for chain, head in sorted(heads.items()))


def read_anchors(text: str) -> Heads:
    """Read the heads that :func:`anchor_lines` wrote; blank lines do not matter.

    Raises:
        anchor_unreadable: a line is something else.
    """
    heads: Heads = {}
    for row, line in enumerate(text.splitlines(), 1):
        if match := re.fullmatch(r"\s*(\S.*?)\s+([0-9]+)\s+([0-9a-f]{64})\s*", line):
            heads[match[1]] = Head(int(match[2]), match[3])
        elif line.strip():
            raise Problem("anchor_unreadable", row=row, line=line.strip())
    return heads


@dataclass(frozen=True)
class Closing:
    """What the text of a ``round_closed`` event says: the committee's remark, and the heads of all chains before it."""

    remark: str
    heads: Heads = field(default_factory=dict)

    def text(self) -> str:
        """Write the closing as JSON, always the same for the same closing."""
        heads = dict(sorted(self.heads.items()))
        return json.dumps({"remark": self.remark, "heads": heads}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Closing:
        """Read the closing that was written as ``text``; a text that is no such JSON is all remark."""
        try:
            said = json.loads(text)
            heads = {str(chain): Head(int(events), str(end)) for chain, (events, end) in said["heads"].items()}
            return cls(str(said["remark"]), heads)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(text)


_NEVER = ("", "")


class Rounds:
    """The state of every round as event follows event: the rules of the store's triggers, with sentences.

    Args:
        changes: ``(round, kind, time, judge_id, entry_id)`` of the events so far that moved a round from state to
            state or reopened a sheet.
    """

    def __init__(self, changes: Iterable[tuple[str, str, str, str, str]] = ()) -> None:
        self._last: dict[str, tuple[str, str]] = {}
        self._reopened: dict[str, set[tuple[str, str]]] = {}
        for change in changes:
            self._go_on(*change)

    def follow(self, fields: Fields) -> Problem | None:
        """Return what forbids this event now, if anything does, and then count it as if it had been allowed."""
        time, _, kind, name, judge_id, entry_id, *_, text = fields
        if kind in NEEDS_OPEN and self._last.get(name, _NEVER)[0] == "round_opened":
            return None  # nearly all events: marks of an open round, which change no state
        mistake = self._mistake(kind, name, (judge_id, entry_id), text)
        self._go_on(name, kind, time, judge_id, entry_id)
        return mistake

    def _go_on(self, name: str, kind: str, time: str, judge_id: str, entry_id: str) -> None:
        if kind in STATES:
            self._last[name] = (kind, time)
            self._reopened.pop(name, None)
        elif kind == "sheet_reopened":
            self._reopened.setdefault(name, set()).add((judge_id, entry_id))

    def _mistake(self, kind: str, name: str, sheet: tuple[str, str], text: str) -> Problem | None:
        last, since = self._last.get(name, _NEVER)
        if kind in MOVES:
            if last not in MOVES[kind]:
                return _refused_move(kind, name, last, since)
            return Problem("reason_missing", round=name) if MOVES[kind][last] and not text.strip(BLANK) else None
        if kind in NEEDS_PLENARY:
            return None if last == "round_plenary" else Problem("not_in_plenary", round=name)
        if kind in NEEDS_OPEN or (kind == "recusal" and name):
            taken = kind in ON_REOPENED and last == "round_plenary" and sheet in self._reopened.get(name, ())
            return None if taken or last == "round_opened" else _not_open(name, last, since)
        return None


def _not_open(name: str, last: str, since: str) -> Problem:
    return (
        Problem("round_is_closed", round=name, closed=_moment(since))
        if last
        else Problem("round_never_opened", round=name)
    )


def _refused_move(kind: str, name: str, last: str, since: str) -> Problem:
    match kind:
        case "round_opened":
            return (
                Problem("round_already_open", round=name) if last == kind else Problem("round_is_decided", round=name)
            )
        case "round_closed":
            return _not_open(name, last, since)
        case "round_plenary":
            return Problem("plenary_not_possible", round=name)
        case "round_decided":
            return Problem("not_in_plenary", round=name)
    return Problem("nothing_to_publish", round=name)


def _moment(time: str) -> datetime | str:
    try:
        return datetime.fromisoformat(time)
    except ValueError:  # tampered with: said as it stands
        return time


# An event as the store keeps it: number, chain, link, the nine fields, event_id, seals, hash.
Stored = tuple[int, str, int, str, str, str, str, str, str, str, str, str, str | None, int, str]


def link(
    rows: Iterable[tuple[Fields, str | None]],
    last: tuple[int, str],
    heads: Heads,
    closing: Callable[[str], str] | None,
) -> Iterator[Stored]:
    """Number, date, seal and chain events after those that the store holds.

    Args:
        rows: events, each with its sender's key. One without a time gets the present moment, or that of the event
            before it, if this machine's clock was set back.
        last: number and time of the store's last event.
        heads: the end of each chain that occurs; moves on with the events.
        closing: makes the text of a ``round_closed`` event from its remark; None leaves it as it was recorded.

    Raises:
        time_goes_back: an event is dated before the one before it.
    """
    number, latest = last
    now = stamp(datetime.now(UTC))
    for fields, event_id in rows:
        number += 1
        time, said = fields[0] or max(now, latest), fields[1:]
        if time < latest:
            raise Problem("time_goes_back", time=datetime.fromisoformat(time), latest=datetime.fromisoformat(latest))
        latest = time
        if closing and said[1] == "round_closed":
            said = (*said[:7], closing(said[7]))
        chain = chain_of(fields)
        events, previous = heads.get(chain, _START)
        content = _JOIN(said).encode()
        head = Head(events + 1, _hash(previous, number, time, content))
        heads[chain] = head
        yield (number, chain, head.count, time, *said, event_id, _seals(number, head.count, time, content), head.hash)


def chain_of(fields: Fields) -> str:
    """The judge's own chain if the judge acted, else the committee's."""
    return fields[4] if fields[1] == fields[4] else COMMITTEE


def as_texts(fields: Fields) -> Fields:
    """Return fields as text, whatever SQLite has kept there."""
    try:
        _JOIN(fields)
    except TypeError:
        return cast("Fields", tuple(map(str, fields)))
    return fields


_JOIN = "\x1f".join
_SEAL = 0x1FFFFF
_SEALED = {42: "event_altered", 21: "time_altered", 0: "order_altered"}


def _hash(previous: str, number: int, time: str, content: bytes) -> str:
    return sha256(f"{previous}\x1f{number}\x1f{time}\x1f".encode() + content).hexdigest()


def _seals(number: int, link: int, time: str, content: bytes) -> int:
    place = number * 0x9E3779B1 + link  # an odd factor sends different numbers to different seals
    return (crc32(content) & _SEAL) << 42 | (crc32(time.encode()) & _SEAL) << 21 | place & _SEAL


class Audit:
    """Reads all events in the order of their numbers and says what was tampered with.

    :attr:`last` and :attr:`latest` are number and time of the event read last.

    An event is compared with the hash that is *stored* for the one before it, not with a computed one: a changed event
    is one mistake, and not one in every event after it.

    Args:
        anchors: heads written down elsewhere; those that each closing of a round recorded are compared too.
    """

    def __init__(self, anchors: Mapping[str, Head]) -> None:
        self._anchors = anchors
        self._reached: Heads = {}
        self._heads: Heads = {}
        self._rounds = Rounds()
        self._forms = Forms()
        self.last, self._last_gap, self.latest = 0, 0, ""
        self._seen: dict[str, int] = {}
        # Chains whose last event was tampered with: it says nothing about the next.
        self._doubtful: set[str] = set()
        self._found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._unlike: dict[tuple[str, str], Problem] = {}

    def read(self, row: Stored) -> bool:
        """Look at the next event, and tell whether it has the form of one."""
        number, given, place, *_, seals, digest = row
        if {type(place), type(seals)} != {int}:  # SQLite keeps whatever somebody writes there
            place, seals = (value if isinstance(value, int) else 0 for value in (place, seals))
        fields = as_texts(row[3:12])
        time, content = fields[0], _JOIN(fields[1:]).encode()
        if number > self.last + 1:
            self._note("event_deleted", "", self.last + 1, number - 1)
            self._last_gap = number
        own = chain_of(fields)
        events, previous = self._heads.get(given, _START)
        faults: list[str] = []
        sealed = _seals(number, place, time, content)
        if (given, place, digest) != (own, events + 1, _hash(previous, number, time, content)):
            faults = self._faults(given, own, seals ^ sealed)
        elif time < self.latest:
            faults = ["time_altered"]
        elif seals != sealed:  # the hash is right, so that the next event can be judged by it
            self._note("seals_altered", given, number)
        for fault in faults:
            self._note(fault, given, number)
        formed = not self._forms.faults(fields, timed=True)
        if not formed and not faults:
            self._note("event_foreign", given, number)
        if self._rounds.follow(fields):
            self._note("guard_bypassed", fields[3], number)
        if fields[2] == "round_closed" and not faults:
            self._compare_closing(Closing.read(fields[8]).heads)
        self._go_on(given if "event_altered" in faults else own, Head(place, digest), number, doubtful=bool(faults))
        self.latest = self.latest if faults else time
        return formed

    def mistakes(self) -> list[Problem]:
        """Return one mistake for each kind of damage and chain, by event; then what differs from anchors."""
        for chain, anchor in self._anchors.items():
            self._compare(chain, anchor, self._reached.get(chain) or self._heads.get(chain, _START))
        named = [
            Problem(
                code, about=about, event=runs[0][0], events=", ".join(f"{a}–{b}" if a < b else str(a) for a, b in runs)
            )
            for (code, about), runs in sorted(self._found.items(), key=lambda item: item[1])
        ]
        return [*named, *self._unlike.values()]

    def _faults(self, given: str, own: str, difference: int) -> list[str]:
        changed = [mistake for shift, mistake in _SEALED.items() if difference >> shift & _SEAL]
        explained = given in self._doubtful or self._last_gap > self._seen.get(given, 0)
        return changed or ([] if given == own and explained else ["chain_broken"])

    def _go_on(self, chain: str, head: Head, number: int, *, doubtful: bool) -> None:
        self._heads[chain] = head
        self._seen[chain] = self.last = number
        (self._doubtful.add if doubtful else self._doubtful.discard)(chain)
        if chain in self._anchors and self._anchors[chain].count == head.count:
            self._reached[chain] = head

    def _compare_closing(self, closing: Heads) -> None:
        for chain in closing and closing | self._heads:
            self._compare(chain, closing.get(chain, _START), self._heads.get(chain, _START))

    def _compare(self, chain: str, anchor: Head, head: Head) -> None:
        mistake: Problem | None = None
        if head.count < anchor.count:
            mistake = Problem("ledger_truncated", about=chain, anchored=anchor.count, left=head.count)
        elif head != anchor:
            mistake = Problem("history_rewritten", about=chain, anchored=anchor.count)
        if mistake:
            self._unlike.setdefault((mistake.code, chain), mistake)

    def _note(self, mistake: str, about: str, first: int, last: int | None = None) -> None:
        runs = self._found.setdefault((mistake, about), [])
        last = last or first
        if runs and runs[-1][1] == first - 1:
            first = runs.pop()[0]
        runs.append((first, last))
