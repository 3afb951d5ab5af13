"""What the events of a ledger mean: marks, states of rounds, decisions, plenaries, published versions.

Whoever reads events for their meaning reads them here. They are verified against their chains as they are read, and
:meth:`History.until` gives the history as it was after any event.
"""

from __future__ import annotations

import json
import threading
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from kit.errors import Problem
from kit.ledger import FIELDS, STATES, Audit, Event
from kit.rules import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from kit.ledger import Heads, Ledger
    from kit.ledger.chain import Stored

DECIDED = ("decided", "published")  # the states in which nothing but another plenary changes a round's ranking
CELL = ["round", "judge_id", "entry_id", "criterion"]  # what a mark is for
_BATCH = 20_000
_FEW = 5_000  # events that wait until they are put into a table


class LedgerNotSound(Problem, PermissionError):
    """A result or decision was asked for although the ledger was tampered with."""


class Reader:
    """Reads a ledger's events, verifying each against its chain, and goes on from the last one that it has verified.

    Args:
        ledger: whose events.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: History | None = None
        self._audit = Audit({})
        self._digest = ""  # of the last event
        self._texts: dict[str, str] = {}
        self._store_mistakes: tuple[Problem, ...] = ()
        self._one_at_a_time = threading.RLock()

    def history(self) -> History:
        """Return the history up to the last event that the ledger holds now; what has no form of an event is no part.

        Stopped midway, it begins anew the next time. Several threads may ask.
        """
        with self._one_at_a_time:
            before, self._read = self._read or self._begun(), None
            known = self._audit.last
            with closing(self._ledger.stored(max(known, 1))) as stored:
                if known and next(stored, (0,))[-1] != self._digest:  # no longer what was verified
                    return self.history()
                while batch := list(islice(stored, _BATCH)):
                    before = self._gone_on(before, [row for row in batch if self._audit.read(row)])
                    self._digest = batch[-1][-1]
            self._read = before
            return before

    def _gone_on(self, before: History, rows: list[Stored]) -> History:
        mistakes = (*self._audit.mistakes(), *self._store_mistakes)
        return before.followed_by(rows, mistakes, self._texts)

    def _begun(self) -> History:
        self._audit, self._texts = Audit({}), {}
        self._store_mistakes = tuple(self._ledger.verify_store())
        return History(_table([], self._texts), self._ledger, self._store_mistakes)


def _table(rows: Sequence[Stored], known: dict[str, str]) -> pd.DataFrame:
    """Return stored events as a table; of equal texts, ``known`` keeps one in memory."""
    number, _, _, *texts = [*zip(*rows, strict=True)][: 3 + len(FIELDS)] or [()] * (3 + len(FIELDS))
    columns: dict[str, Any] = {"number": np.array(number, dtype=np.int64)}
    for name, own in zip(FIELDS, texts, strict=True):
        columns[name] = own if name in {"time", "text"} else [*map(known.setdefault, own, own)]
    table = pd.DataFrame(columns).astype(dict.fromkeys(FIELDS[1:], "str"))
    time = pd.to_datetime(table["time"], utc=True, format="ISO8601", errors="coerce")
    return table.assign(time=time.astype("datetime64[us, UTC]"))


def _events(table: pd.DataFrame) -> Iterator[tuple[int, datetime, Event]]:
    """Give the rows of such a table as events, each with its number and time."""
    texts = [table[name].tolist() for name in FIELDS[1:]]
    for number, time, *said in zip(table["number"].tolist(), table["time"].dt.to_pydatetime(), *texts, strict=True):
        yield number, time, Event(**dict(zip(FIELDS[1:], said, strict=True)), time=time)


class History:
    """The events of a ledger up to a moment, and what they mean.

    Args:
        table: the events in order, as ``number`` and :data:`~kit.ledger.FIELDS`.
        ledger: whose they are.
        mistakes: what was tampered with.
    """

    def __init__(self, table: pd.DataFrame, ledger: Ledger, mistakes: tuple[Problem, ...] = ()) -> None:
        self.mistakes = mistakes
        self._ledger = ledger
        self._tables = [table]  # joined when they are asked for
        self._new: list[Stored] = []  # after those of the tables
        self._texts: dict[str, str] = {}

    def followed_by(self, rows: list[Stored], mistakes: tuple[Problem, ...], texts: dict[str, str]) -> History:
        """Return the history that goes on with these events; of equal texts, ``texts`` keeps one in memory."""
        joined = "table" in self.__dict__
        tables, new = ([self.table], rows) if joined else (self._tables, [*self._new, *rows])
        if len(new) >= _FEW:
            tables, new = [*tables, _table(new, texts)], []
        after = History(tables[0], self._ledger, mistakes)
        after._tables, after._new, after._texts = tables, new, texts
        if "decisions" in self.__dict__ and not any(row[5] in DECISIONS for row in rows):
            after.__dict__["decisions"] = self.decisions
        return after

    @cached_property
    def table(self) -> pd.DataFrame:
        """The events in order, as ``number`` and :data:`~kit.ledger.FIELDS`."""
        tables = [table for table in (*self._tables, _table(self._new, self._texts)) if len(table)]
        return pd.concat(tables, ignore_index=True) if len(tables) > 1 else [*tables, *self._tables][0]

    @property
    def last(self) -> int:
        """The number of the last event; 0 before the first."""
        if self._new:
            return self._new[-1][0]
        return int(self._tables[-1]["number"].iloc[-1]) if len(self._tables[-1]) else 0

    def until(self, number: int) -> History:
        """Return the history as it was after the event of this number."""
        return History(self.table[self.table["number"] <= number], self._ledger, self.mistakes)

    def events(
        self,
        kinds: Collection[str] | None = None,
        round: str | None = None,  # noqa: A002  (the field's name everywhere)
        judge_id: str | None = None,
    ) -> pd.DataFrame:
        """Return the events in order as ``number`` and :data:`~kit.ledger.FIELDS`.

        Args:
            kinds: only those of these kinds.
            round: only those of this round.
            judge_id: only those about this judge.
        """
        table = self.table
        if kinds is not None:
            places = [self._of_kind[kind] for kind in kinds if kind in self._of_kind]
            table = table.take(np.sort(np.concatenate([np.empty(0, dtype=int), *places])))
        for name, value in {"round": round, "judge_id": judge_id}.items():
            if value is not None:
                table = table[table[name] == value]
        return table.reset_index(drop=True)

    @cached_property
    def _of_kind(self) -> Mapping[Any, Any]:
        return self.table.groupby("kind").indices

    def marks(self, round: str | None = None) -> pd.DataFrame:  # noqa: A002  (the field's name everywhere)
        """Return the current marks, of one round or all, in the order in which they were given.

        A mark is the last that a judge gave to an entry on a criterion; one that was cleared since is absent.

        Returns:
            ``round``, ``judge_id``, ``entry_id``, ``criterion``, ``value`` and ``time``.
        """
        last = self._marks if round is None else self._marks[self._marks["round"] == round]
        return last.reset_index(drop=True)

    @cached_property
    def _marks(self) -> pd.DataFrame:
        last = self.events(["mark"]).drop_duplicates(CELL, keep="last")
        return last.loc[last["value"] != "", [*CELL, "value", "time"]]

    def sheets(self, round_: str, judge_id: str | None = None) -> dict[tuple[str, str], Sheet]:
        """Return the score sheets of a round, of all judges or one, by judge and entry.

        Those without events are absent. A judge's sending of everything counts for every sheet that has been begun.
        """
        found: dict[tuple[str, str], Sheet] = {}
        events = self.events(ON_SHEETS, round_, judge_id)
        for number, _, event in _events(events):
            place = (event.judge_id, event.entry_id)
            if event.entry_id:
                found.setdefault(place, Sheet()).follow(number, event)
                continue
            for (judge, _), sheet in found.items():
                if judge == event.judge_id:
                    sheet.follow(number, event)
        return found

    def round_states(self) -> dict[str, str]:
        """Return the state of each round, such as ``open`` or ``closed``; one that was never opened is absent."""
        moves = self.decisions.events  # which are at hand
        moves = moves.loc[moves["kind"].isin([*STATES]), ["round", "kind"]]
        return {name: STATES[kind] for name, kind in moves.itertuples(index=False, name=None)}

    def heads(self) -> Heads:
        """Return the end of each chain: what minutes and reports carry as anchors."""
        return self._ledger.heads(self.last)

    def fingerprint(self) -> str:
        """Return the SHA-256 of these events as a journal has them."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        return self._ledger.fingerprint(self.last)

    @cached_property
    def decisions(self) -> Decisions:
        """Everything that people decided and that the registers and the result depend on."""
        return Decisions(self.events(DECISIONS))

    def meetings(self, *rounds: str) -> tuple[Meeting, ...]:
        """Return the plenaries about a round, first to last; with the ``final``, those about the last round."""
        events = self.events(MEETING)
        return _meetings(events[events["round"].isin(rounds)])

    def versions(self, round_: str) -> tuple[Version, ...]:
        """Return the published versions of a round's result, first to last.

        Raises:
            version_unreadable: the ledger's record of one is damaged.
        """
        events = self.events(["round_published"], round_)
        return tuple(
            Version.read(round_, int(value), time.to_pydatetime(), text)
            for value, time, text in events[["value", "time", "text"]].itertuples(index=False, name=None)
        )


# Score sheets

COMMENTS = ("entrant", "internal")  # whom a comment is for
SheetState = Literal["not_begun", "partial", "complete", "submitted"]
ON_SHEETS = ("mark", "comment", "submitted", "flag", "typed")


class Step(NamedTuple):
    """One step in the life of a sheet: at this time the field became this text, entered by ``actor``.

    ``readers`` are those who had read the same on paper before.
    """

    time: datetime
    actor: str
    field: str
    text: str
    readers: tuple[str, ...] = ()


@dataclass
class Sheet:
    """One judge's sheet for one entry, as its events have made it.

    Args:
        marks: criterion to mark as the ledger writes it; empty criteria are absent.
        comments: ``entrant`` and ``internal`` to text.
        flagged: whether the judge wants to look at it again.
        submitted: whether it was sent after its last change.
        withdrawn: whether it was sent, and a change has taken it back.
        history: what was entered when, oldest first.
        typed: what people have read on paper since the field last changed: field to actor to text.
        by: field to the actor of its last change.
        numbers: field to the number of its last change.
        typed_in: field to actor to the number of the last event in which that person typed it.
        last: when something was entered, marked for another look or sent.
    """

    marks: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    flagged: bool = False
    submitted: bool = False
    withdrawn: bool = False
    history: list[Step] = field(default_factory=list)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    typed_in: dict[str, dict[str, int]] = field(default_factory=dict)
    last: datetime | None = None

    @property
    def values(self) -> dict[str, str]:
        """Marks and comments by field."""
        return self.marks | self.comments

    @property
    def unresolved(self) -> list[str]:
        """The fields for which somebody read something else on paper than what is recorded."""
        now = self.values
        return [name for name, read in self.typed.items() if {*read.values()} != {now.get(name, "")}]

    def filled(self, criteria: Collection[str]) -> int:
        """Return how many of these criteria have a mark on which nobody's reading of the paper differs."""
        return len(self.marks.keys() & {*criteria} - {*self.unresolved})

    def state(self, criteria: Collection[str]) -> SheetState:
        """Return how far the sheet is, of which these criteria are asked."""
        if not self.marks:
            return "not_begun"
        if self.filled(criteria) < len(criteria):
            return "partial"
        return "submitted" if self.submitted else "complete"

    def follow(self, number: int, event: Event) -> None:
        """Take in the next event of this judge for this entry."""
        name = event.criterion or event.kind
        if event.kind == "typed":  # changes nothing by itself
            self.typed.setdefault(name, {})[event.actor] = event.value or event.text
            self.typed_in.setdefault(name, {})[event.actor] = number
            return
        self.numbers[name], self.by[name], self.last = number, event.actor, event.time
        if event.kind == "flag":
            self.flagged = event.value == "on"
        elif event.kind == "submitted":
            self.submitted, self.withdrawn = True, False
        else:
            kept = self.marks if event.kind == "mark" else self.comments
            text = event.value if event.kind == "mark" else event.text
            kept[event.criterion] = text
            if not text:
                del kept[event.criterion]
            readers = self.typed.pop(event.criterion, {})
            same = tuple(reader for reader, read in readers.items() if read == text)
            self.withdrawn |= self.submitted
            self.submitted = False
            assert event.time is not None
            self.history.append(Step(event.time, event.actor, event.criterion, text, same))


# What people decided


# Whatever the ranking and the registers depend on beside marks.
DECISIONS = (
    *("admission", "withdrawn", "disqualified", "duplicate", "reinstated", "correction"),
    *("absent", "present", "award_withheld", "award_given", "recusal", "tie_ruling", "substituted", "decreed"),
    *("round_opened", "round_closed", "round_plenary", "round_decided", "round_published"),
)
_DECIDING = ("round_decided", "round_published")  # every other step leaves a round undecided

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
        events: those of :data:`DECISIONS`, as :meth:`History.events` returns them.
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
                now = now | {round_} if kind in _DECIDING else now - {round_}
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


# The plenary: what its minutes tell


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
        number: that of the event which opened it.
        decision: the number of the event which fixed its decision; None while it goes on.
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
    number: int = 0
    decision: int | None = None

    @property
    def present(self) -> tuple[str, ...]:
        """The judges who were there."""
        return tuple(judge for judge, there in sorted(self.attendance.items()) if there)

    def follow(self, number: int, time: datetime, event: Event) -> None:
        """Take in the next event of the plenary; marks aside."""
        match event.kind:
            case "round_decided":
                self.decided, self.remark, self.decision = time, event.text, number
            case "meeting":
                self.said[event.criterion] = event.text
            case "attendance":
                self.attendance[event.judge_id] = event.value == "present"
            case "dissent":
                self.dissents.append(Dissent(event.judge_id, event.text))
            case "tie_ruling":
                self.rulings.append(Ruling(tuple(event.value.split(">")), event.text))
            case "sheet_reopened":
                self.reopened.append(Reopened(event.judge_id, event.entry_id, event.text))


def _meetings(events: pd.DataFrame) -> tuple[Meeting, ...]:
    """Read the plenaries about one round from its events (:data:`MEETING`), in order."""
    found: list[Meeting] = []
    marks: dict[Mark, str] = {}
    before: dict[Mark, str] = {}  # what the marks changed in the plenary that is going on were
    running = False
    for number, time, event in _events(events):
        if event.kind == "mark":
            mark = (event.judge_id, event.entry_id, event.criterion)
            if running:
                before.setdefault(mark, marks.get(mark, ""))
            marks[mark] = event.value
            if running:
                found[-1].changes = [MarkChange(*at, old, marks[at]) for at, old in before.items() if old != marks[at]]
        elif event.kind == "round_plenary":
            found.append(Meeting(time, event.text, number=number))
            before, running = {}, True
        elif running:
            found[-1].follow(number, time, event)
            running = event.kind not in {"round_decided", "round_opened"}
    return tuple(found)


# Published results


@dataclass(frozen=True, eq=False)
class Version:
    """A result as it was published.

    Args:
        round: the round whose publication it was; that of the last one holds the final as well.
        number: 1, 2, ...
        time: when.
        fingerprint: that of the data from which it came (:attr:`Edition.fingerprint`).
        ranking: the rows of the ranking as text, in the columns of :data:`kit.scoring.ranking.COLUMNS`.
    """

    round: str
    number: int
    time: datetime
    fingerprint: str
    ranking: pd.DataFrame

    @property
    def csv(self) -> str:
        """The ranking as CSV, of which a decision holds the hash."""
        return self.ranking.to_csv(index=False, lineterminator="\n")

    @classmethod
    def read(cls, round_: str, number: int, time: datetime, text: str) -> Version:
        """Read what a ``round_published`` event says.

        Raises:
            version_unreadable: it is something else.
        """
        try:
            said = json.loads(text)
            ranking = ranking_as_text(said["ranking"])
            ranking[_HASHED]  # all that a result is compared by
            return cls(round_, number, time, str(said["fingerprint"]), ranking)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Problem("version_unreadable", round=round_, number=number) from error


def ranking_as_text(csv: str) -> pd.DataFrame:
    """Read a ranking that was written as CSV, every cell as text."""
    return pd.read_csv(StringIO(csv), dtype=str, keep_default_na=False)


_HASHED = ["round", "scope", "scope_id", "entry_id", "score", "rank", "award"]
_FORMAT = "2:"  # of the hashes that decisions hold; 1, without a number, was over the whole CSV


def ranking_hash(csv: str) -> str:
    """Return the hash of a ranking: what a decision fixes, each score at its declared decimals.

    It is the SHA-256 of the rows' round, scope, scope_id, entry_id, score, rank and award as CSV, sorted, after the
    number of this format.
    """
    lines = ranking_as_text(csv)[_HASHED].sort_values(_HASHED).to_csv(index=False, lineterminator="\n")
    return _FORMAT + fingerprint(lines)


def has_hash(csv: str, stored: str) -> bool:
    """Tell whether a ranking is the one whose hash was stored, in whatever format; a decision without one fits all."""
    if stored.startswith(_FORMAT):
        return stored == ranking_hash(csv)
    return stored in {"", fingerprint(csv), fingerprint(_by_scope_id(csv))}


def _by_scope_id(csv: str) -> str:
    """Return a ranking as format 1 hashed it: the lists of a scope by their ids, not in the rules' order."""
    rows = ranking_as_text(csv)
    order = {pair: n for n, pair in enumerate(zip(rows["round"], rows["scope"], strict=True))}
    place = [order[pair] for pair in zip(rows["round"], rows["scope"], strict=True)]
    rows = rows.assign(place=place).sort_values(["place", "scope_id"], kind="stable").drop(columns="place")
    return rows.to_csv(index=False, lineterminator="\n")
