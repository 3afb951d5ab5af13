"""The ledger: everything that happened in a contest, in a store that only ever grows.

A change of mind is a new event; what events mean is read by :mod:`kit.history`. The store itself refuses changes,
deletions, and marks for a round that is not open. Events are chained by hash, a write is acknowledged when it is
durable, and the fingerprint is taken over canonical CSV, so that it is the same on SQLite, on PostgreSQL and in a
journal. The ledger holds ids only, and knows nothing of rules or registers.

Beside it, ``events`` has the kinds of event and the form of each, ``chain`` the states of rounds, the hashes and what
tells of tampering, ``store`` the two databases.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice, pairwise, repeat
from typing import TYPE_CHECKING, Self, cast

import pandas as pd

from kit.errors import Collector, Mistakes, Problem
from kit.files import built
from kit.ledger import store
from kit.ledger.chain import (
    COMMITTEE,
    STATES,
    Audit,
    Closing,
    Head,
    Heads,
    Rounds,
    anchor_lines,
    as_texts,
    chain_of,
    link,
    read_anchors,
)
from kit.ledger.events import FIELDS, KINDS, Event, Forms, check, journal_lines, read_journal, stamp
from kit.ledger.store import (
    DiskFailing,
    DiskFull,
    LedgerBusy,
    LedgerExists,
    LedgerMissing,
    LedgerMoved,
    NoLedger,
    SchemaChanged,
    ServerUnreachable,
    StoreRefused,
    SyncedFolder,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from kit.ledger.chain import Stored
    from kit.ledger.events import Fields
    from kit.ledger.store import Standing, Store

# The store is away for the moment: whoever keeps what they wanted to write may try again.
PASSING = (LedgerBusy, ServerUnreachable, DiskFull, DiskFailing)

# What other packages need. The other mistakes are in the modules that raise them.
__all__ = [
    "COMMITTEE",
    "FIELDS",
    "KINDS",
    "PASSING",
    "STATES",
    "Audit",
    "Closing",
    "Event",
    "Head",
    "Heads",
    "Ledger",
    "LedgerExists",
    "LedgerMissing",
    "LedgerMoved",
    "NoLedger",
    "Overtaken",
    "Recorded",
    "RoundIsClosed",
    "RoundNeverOpened",
    "SchemaChanged",
    "SyncedFolder",
    "anchor_lines",
    "read_anchors",
]


class Overtaken(Problem, RuntimeError):
    """A write was prepared before others wrote something that it may depend on."""


@dataclass(frozen=True)
class Recorded:
    """An event that is in the ledger, durably.

    Args:
        event: as it was recorded, with its time.
        number: its number in the ledger, from 1.
        chain: the judge whose chain it joined, or ``committee``.
        head: that chain's end with this event.
    """

    event: Event
    number: int
    chain: str
    head: Head

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """Return the event that the store keeps as this row."""
        number, chain, events, *_, event_id, _, digest = stored
        return cls(Event.of(stored[3:12], event_id), number, chain, Head(events, digest))


class Ledger:
    """One edition's events. Get it by :meth:`open`; close it, or hold it in a ``with`` block."""

    def __init__(self, opened: Store) -> None:
        self._store = opened
        # What else events must satisfy before they are recorded, whoever records them; raises what is wrong.
        self.requires: Callable[[Sequence[Fields]], None] = lambda _: None

    @classmethod
    def open(cls, where: Path | str, *, create: bool = False) -> Self:
        """Open the ledger in a file or on a server and bring its schema up to date.

        Args:
            where: path of an SQLite file on a local disk, or ``postgresql://user@host/database``.
            create: make an empty ledger if there is none.

        Raises:
            Problem: one of this package's mistakes, if it cannot be opened safely.
        """
        return cls(store.opened(where, create=create))

    @classmethod
    def from_journal(cls, journal: Path, where: Path | str) -> Self:
        """Make a ledger of the events of a journal: of all of them, or there is no ledger.

        Raises:
            Mistakes: rows of the journal are wrong; all of them are named.
            LedgerExists: there is a ledger with events already.
        """
        with Collector() as found:
            rows, lines = read_journal(journal, found)
            _check_journal(rows, lines, journal.name, found)

        return cls(store.filled(where, lambda connection: _record_all(connection, rows, as_recorded=True)))

    def move(self, where: Path | str) -> Ledger:
        """Copy all events to a new place, seal this ledger against more, and return the new one.

        Hashes, times and senders' keys stay as they are. Whoever still holds this ledger is refused from now on. A copy
        that an interrupted move left there, or one that the ledger came from, is continued.

        Raises:
            LedgerExists: there is a ledger with other events already.
        """
        with self._store.writing() as here:
            moved = type(self)(store.continued(where, here))
            store.retire(here)
        return moved

    @property
    def has_moved(self) -> bool:
        """Whether the ledger lives on elsewhere and takes no more events."""
        with self._store.reading() as connection:
            return store.is_retired(connection)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded."""
        with self._store.reading() as connection:
            return store.is_empty(connection)

    def close(self) -> None:
        """Let go of the file or the server."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(
        self, events: Iterable[Event] | pd.DataFrame, *, after: Mapping[str, int] | None = None
    ) -> list[Recorded]:
        """Record events, all or none; they are durable when this returns.

        An event whose ``event_id`` the ledger has already is not recorded again: what was recorded then is returned
        in its place. Closing a round adds the heads of all chains to its text (:class:`Closing`).

        Args:
            events: the events; or many as a table, of which nothing is returned: some or all of :data:`FIELDS` as
                columns of strings; those left out are blank, and a blank time is the moment of recording.
            after: how many events some chains had (:meth:`since`) when the sender last looked.

        Raises:
            Overtaken: one of these chains has gone on since.
            ValueError: a table has a column that no event has.
            Mistakes: events have a wrong form; in a table ``row`` counts from 1.
            round_is_closed: or another mistake about the state of their round.
            time_goes_back: an event is dated before the last one.
            event_id_reused: an ``event_id`` came with another event before.
        """
        if isinstance(events, pd.DataFrame):
            with self.alone() as append:
                return append(events)
        sent = list(events)
        write = _Write(sent, self._checked(sent), after or {})
        self._store.waiting.append(write)
        with self._store.turn:
            if not write.ended:  # else whoever had the turn before has recorded it, too
                waiting = self._store.waiting
                self._end([waiting.popleft() for _ in range(len(waiting))])
        if write.refusal:
            raise write.refusal
        return write.recorded

    def _end(self, writes: Sequence[_Write]) -> None:
        """Record what writers want in one transaction, so that many who save at once wait for the disk once."""
        try:
            with self._refusals_explained(writes[0].rows) if len(writes) == 1 else nullcontext():
                self._record(writes)
        except BaseException as error:  # noqa: BLE001  (every writer is told)
            one_at_fault = isinstance(error, Exception) and not isinstance(error, (*PASSING, LedgerMoved))
            if one_at_fault and len(writes) > 1:
                for write in writes:
                    self._end([write])
            for write in writes:
                write.refusal = write.refusal or (None if write.ended else error)
        for write in writes:
            write.ended = True

    def _record(self, writes: Sequence[_Write]) -> None:
        chains = {chain for write in writes for chain in (*write.after, *map(chain_of, write.rows))}
        ids = [event.event_id for write in writes for event in write.events if event.event_id]
        with self._store.appending(chains, ids) as (connection, found):
            made: list[Stored] = []
            standing = found
            for write in writes:
                write.refusal = None
                try:
                    counts = {chain: standing.heads.get(chain, Head(0, "")).count for chain in write.after}
                    if counts != write.after:
                        raise Overtaken
                    new, write.recorded, last = _stored(connection, write.events, write.rows, standing)
                except Problem as refusal:
                    write.refusal = refusal
                else:
                    made, standing = [*made, *new], last
            if made:
                store.insert(connection, made, last=True)

    @contextmanager
    def alone(self) -> Iterator[Callable[[Iterable[Event] | pd.DataFrame], list[Recorded]]]:
        """Keep everybody else from writing, and give a function that records events as :meth:`append` does.

        What is read within the block is still so when the block's events are recorded. They are durable when it ends.

        Raises:
            LedgerMoved: the ledger lives on elsewhere; the block is not begun.
        """
        written: list[Fields] = []

        def append(events: Iterable[Event] | pd.DataFrame) -> list[Recorded]:
            if isinstance(events, pd.DataFrame):
                written.extend(self._checked_table(events))
                _record_all(connection, written)
                return []
            sent = list(events)
            rows = self._checked(sent)
            written.extend(rows)
            ids = [event.event_id for event in sent if event.event_id]
            standing = store.standing(connection, {chain_of(row) for row in rows}, ids)
            made, recorded, _ = _stored(connection, sent, rows, standing)
            if made:
                store.insert(connection, made, last=True)
            return recorded

        with self._refusals_explained(written), self._store.writing() as connection:
            if store.is_retired(connection):
                raise LedgerMoved(file=self._store.name)
            yield append

    def _checked(self, events: Sequence[Event]) -> list[Fields]:
        """Return events as fields, once their form and what :attr:`requires` asks for is right."""
        rows = [event.fields() for event in events]
        with Collector() as found:
            check(rows, found, lambda _: {})
        self.requires(rows)
        return rows

    def _checked_table(self, table: pd.DataFrame) -> list[Fields]:
        if unknown := set(table.columns) - set(FIELDS):
            message = f"an event has no {', '.join(sorted(unknown))}"
            raise ValueError(message)
        columns = [table[field].tolist() if field in table else repeat("", len(table)) for field in FIELDS]
        rows = cast("list[Fields]", list(zip(*columns, strict=True)))
        with Collector() as found:
            check(rows, found, lambda at: {"row": at + 1})
        self.requires(rows)
        return rows

    def stored(self, first: int = 1) -> Generator[Stored, None, None]:
        """Return the events as they are stored, from one number on, in the order of their numbers."""
        with self._store.reading() as connection:
            yield from store.rows(connection, store.COLUMNS, first=first)

    def since(self, counts: Mapping[str, int]) -> tuple[dict[str, int], list[Recorded]]:
        """Return how many events some chains have, and those beyond ``counts``; what has no form of one is left out."""
        with self._store.reading() as connection:
            heads = store.standing(connection, counts, []).heads  # first: what comes later is noticed
            found = store.since(connection, counts)
        forms = Forms()
        news = [Recorded.of(row) for row in found if not forms.faults(as_texts(row[3:12]), timed=True)]
        return {chain: heads[chain].count if chain in heads else 0 for chain in counts}, news

    def recorded(self, ids: Iterable[str]) -> dict[str, Recorded]:
        """Return the events that were recorded under senders' keys, by key."""
        with self._store.reading() as connection:
            found = store.standing(connection, [], ids).sent
        return {key: Recorded.of(stored) for key, stored in found.items()}

    def heads(self, until: int | None = None) -> Heads:
        """Return the end of each chain, now or after the event of a number."""
        with self._store.reading() as connection:
            return store.heads(connection, until)

    def verify(self, anchors: Mapping[str, Head] | None = None) -> list[Problem]:
        """Return everything that was tampered with, as far as it can be seen; nothing if all is sound.

        Args:
            anchors: heads written down elsewhere, for instance by :func:`read_anchors` from the minutes. Without
                them a tail cut off after the last closing, and a ledger rewritten as a whole, cannot be seen.
        """
        audit = Audit(anchors or {})
        for row in self.stored():
            audit.read(row)
        return [*audit.mistakes(), *self.verify_store(thoroughly=True)]

    def verify_store(self, *, thoroughly: bool = False) -> list[Problem]:
        """Return what is wrong with the store around the events: its tables, indexes, views, triggers and functions.

        Args:
            thoroughly: ask the store to check its file as well, which takes longer.
        """
        with self._store.reading() as connection:
            changed: list[Problem] = [SchemaChanged(name=name) for name in store.schema_differences(connection)]
            return changed + (store.damage(connection) if thoroughly else [])

    def fingerprint(self, until: int | None = None) -> str:
        """Return the SHA-256 of the journal, of all of it or up to the event of a number.

        It is the same on every store that holds the same events.
        """
        digest = sha256()
        for line in self._journal_lines(until):
            digest.update(line.encode())
        return digest.hexdigest()

    def fingerprints(self) -> Iterator[str]:
        """What :meth:`fingerprint` was before the first event, and after each; the last is what it is now."""
        digest = sha256()
        for line in self._journal_lines():
            digest.update(line.encode())
            yield digest.hexdigest()

    def to_journal(self, path: Path) -> None:
        """Write all events as canonical CSV, from which :meth:`from_journal` makes the same ledger again."""
        with built(path, replace=True) as new, new.open("w", encoding="utf-8", newline="") as file:
            file.writelines(self._journal_lines())

    def continues(self, journal: Path) -> bool:
        """Tell whether the ledger begins with all the events of a journal; it may have gone on since.

        Raises:
            Mistakes: rows of the journal are too short or too long.
        """
        with Collector() as found:
            rows, _ = read_journal(journal, found)
        with self._store.reading() as connection:
            return rows == list(map(tuple, islice(store.rows(connection, FIELDS), len(rows))))

    def _journal_lines(self, until: int | None = None) -> Iterator[str]:
        with self._store.reading() as connection:
            yield from journal_lines(store.rows(connection, FIELDS, until=until))

    def _rounds(self) -> Rounds:
        with self._store.reading() as connection:
            return Rounds(store.round_changes(connection))

    @contextmanager
    def _refusals_explained(self, rows: Sequence[Fields]) -> Iterator[None]:
        try:
            yield
        except StoreRefused as refused:
            now = stamp(datetime.now(UTC))
            dated = ((row[0] or now, *row[1:]) for row in rows)
            mistakes = [mistake for _, mistake in _out_of_round(dated, self._rounds())]
            if len(mistakes) > 1:
                raise Mistakes(mistakes) from refused
            raise (mistakes or [refused])[0] from None


@dataclass(eq=False)
class _Write:
    """What one writer wants recorded, and what came of it."""

    events: Sequence[Event]
    rows: Sequence[Fields]
    after: Mapping[str, int]
    recorded: list[Recorded] = field(default_factory=list)
    refusal: BaseException | None = None
    ended: bool = False


def _stored(
    connection: sa.Connection, events: Sequence[Event], rows: Sequence[Fields], standing: Standing
) -> tuple[list[Stored], list[Recorded], Standing]:
    """Return events as they are to be stored after those that are there, all as recorded, and where that leads.

    Of an event sent before, what was recorded then is returned.
    """
    sent = [(event.event_id or at, event) for at, event in enumerate(events)]
    stored = cast("dict[str | int, Stored]", {**standing.sent})
    fresh: dict[str | int, tuple[Fields, str | None]] = {}
    for (key, event), row in zip(sent, rows, strict=True):
        if key not in stored:
            fresh.setdefault(key, (row, event.event_id))
    led = standing._replace(heads={**standing.heads})
    made = list(_linked(connection, fresh.values(), led))
    stored.update(zip(fresh, made, strict=True))
    for (key, _), row in zip(sent, rows, strict=True):
        _assert_same(row, stored[key])
    led.sent.update({key: row for key, row in stored.items() if isinstance(key, str)})
    last = (made[-1][0], made[-1][3]) if made else standing.last
    return made, [Recorded.of(stored[key]) for key, _ in sent], led._replace(last=last)


def _record_all(connection: sa.Connection, rows: Sequence[Fields], *, as_recorded: bool = False) -> None:
    standing = store.standing(connection, {chain_of(row) for row in rows}, [])
    linked = _linked(connection, zip(rows, repeat(None)), standing, as_recorded=as_recorded)
    while batch := list(islice(linked, store.BATCH)):
        store.insert(connection, batch)


def _linked(
    connection: sa.Connection,
    rows: Iterable[tuple[Fields, str | None]],
    standing: Standing,
    *,
    as_recorded: bool = False,
) -> Iterator[Stored]:
    """Return events, each with its sender's key, as they are to be stored after those that are there.

    The texts of closings get their heads, unless they are written ``as_recorded``.
    """
    heads = standing.heads

    def closing(remark: str) -> str:
        return Closing(remark, {**store.heads(connection), **heads}).text()

    return link(rows, standing.last, heads, None if as_recorded else closing)


def _out_of_round(rows: Iterable[Fields], rounds: Rounds) -> list[tuple[int, Problem]]:
    """Return what the states of the rounds forbid, each once per round, with the index of its first event."""
    first: dict[tuple[str, str], tuple[int, Problem]] = {}
    for at, row in enumerate(rows):
        if mistake := rounds.follow(row):
            first.setdefault((mistake.code, row[3]), (at, mistake))
    return list(first.values())


def _check_journal(rows: Sequence[Fields], lines: Sequence[int], file: str, found: Collector) -> None:
    def place(at: int) -> dict[str, object]:
        return {"file": file, "row": lines[at]}

    check(rows, found, place, timed=True)
    for at, (before, after) in enumerate(pairwise(rows), 1):
        if after[0] < before[0]:
            found.add(Problem("time_goes_back", time=after[0], latest=before[0], column="time", **place(at)))
    for at, mistake in _out_of_round(rows, Rounds()):
        found.add(mistake.at(**place(at)))
    found.found.sort(key=lambda mistake: cast("int", mistake.data["row"]))


def _assert_same(fields: Fields, stored: Stored) -> None:
    """Compare all but the time; a closing's text has gained the heads since."""
    kept = stored[3:12]
    if fields[1:8] != kept[1:8] or (fields[8] != kept[8] and fields[2] != "round_closed"):
        raise Problem("event_id_reused", event_id=stored[12])
