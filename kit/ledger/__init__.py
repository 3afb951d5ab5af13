"""The ledger: everything that happened in a contest, in a store that only ever grows.

A change of mind is a new event; current marks are a view. The store itself refuses changes, deletions, and marks for a
round that is not open. Events are chained by hash, a write is acknowledged when it is durable, and the fingerprint is
taken over canonical CSV, so that it is the same on SQLite, on PostgreSQL and in a journal. The ledger holds ids only,
and knows nothing of rules or registers.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice, pairwise, repeat
from typing import TYPE_CHECKING, Self, cast

import pandas as pd

from kit.errors import Collector, KitError, Mistakes
from kit.ledger import _schema, _store
from kit.ledger._chain import (
    COMMITTEE,
    STATES,
    Audit,
    Closing,
    Head,
    Heads,
    RoundIsClosed,
    RoundNeverOpened,
    Rounds,
    anchor_lines,
    chain_of,
    link,
    read_anchors,
)
from kit.ledger._events import FIELDS, KINDS, Event, TimeGoesBack, check, journal_lines, read_journal, stamp
from kit.ledger._place import LedgerExists, SyncedFolder, built
from kit.ledger._store import DiskFull, LedgerBusy, LedgerMissing, LedgerMoved, ServerUnreachable, StoreRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from kit.ledger._chain import Stored
    from kit.ledger._events import Fields
    from kit.ledger._store import Standing, Store

# The store is away for the moment: whoever keeps what they wanted to write may try again.
PASSING = (LedgerBusy, ServerUnreachable, DiskFull)

# What other rooms need. The other mistakes are in the modules that raise them.
__all__ = [
    "COMMITTEE",
    "FIELDS",
    "KINDS",
    "PASSING",
    "STATES",
    "Closing",
    "Event",
    "GuardMissing",
    "Head",
    "Heads",
    "Ledger",
    "LedgerExists",
    "LedgerMissing",
    "LedgerMoved",
    "Overtaken",
    "Recorded",
    "RoundIsClosed",
    "RoundNeverOpened",
    "SyncedFolder",
    "anchor_lines",
    "built",
    "read_anchors",
]


class EventIdReused(KitError, ValueError):
    """Two different events were sent under one key."""


class Overtaken(KitError, RuntimeError):
    """A write was prepared before others wrote something that it may depend on."""


class GuardMissing(KitError, ValueError):
    """A trigger that guards the events was taken down."""


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

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, where: Path | str, *, create: bool = False) -> Self:
        """Open the ledger in a file or on a server and bring its schema up to date.

        Args:
            where: path of an SQLite file on a local disk, or ``postgresql://user@host/database``.
            create: make an empty ledger if there is none.

        Raises:
            KitError: one of this package's mistakes, if it cannot be opened safely.
        """
        return cls(_store.opened(where, create=create))

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

        return cls(_store.filled(where, lambda connection: _record_all(connection, rows, as_recorded=True)))

    def move(self, where: Path | str) -> Ledger:
        """Copy all events to a new place, seal this ledger against more, and return the new one.

        Hashes, times and senders' keys stay as they are. Whoever still holds this ledger is refused from now on.

        Raises:
            LedgerExists: there is a ledger, or on a server one with events, already.
        """

        def copy(connection: sa.Connection) -> None:
            stored = map(tuple, _store.rows(here, _schema.COLUMNS))
            while batch := list(islice(stored, _store.BATCH)):
                _store.insert(connection, cast("list[Stored]", batch))

        with self._store.writing() as here:
            moved = Ledger(_store.filled(where, copy))
            _schema.retire(here)
        return moved

    def close(self) -> None:
        """Let go of the file or the server."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, events: Iterable[Event], *, after: Mapping[str, int] | None = None) -> list[Recorded]:
        """Record events, all or none; they are durable when this returns.

        An event whose ``event_id`` the ledger has already is not recorded again: what was recorded then is returned
        in its place. Closing a round adds the heads of all chains to its text (:class:`Closing`).

        Args:
            events: the events.
            after: how many events some chains had (:meth:`chain_counts`) when the sender last looked.

        Raises:
            Overtaken: one of these chains has gone on since.
            Mistakes: events have a wrong form.
            RoundIsClosed: or another mistake about the state of their round.
            TimeGoesBack: an event is dated before the last one.
            EventIdReused: an ``event_id`` came with another event before.
        """
        sent = [(event.event_id or at, event) for at, event in enumerate(events)]
        rows = [event.fields() for _, event in sent]
        with Collector() as found:
            check(rows, found, lambda _: {})
        known = after or {}
        chains = {*known, *(chain_of(row) for row in rows)}
        ids = [event.event_id for _, event in sent if event.event_id]
        with self._refusals_explained(rows), self._store.appending(chains, ids) as (connection, standing):
            if any(standing.heads.get(chain, Head(0, "")).count != count for chain, count in known.items()):
                raise Overtaken
            stored = cast("dict[str | int, Stored]", standing.sent)
            fresh: dict[str | int, tuple[Fields, str | None]] = {}
            for (key, event), row in zip(sent, rows, strict=True):
                if key not in stored:
                    fresh.setdefault(key, (row, event.event_id))
            made = list(_linked(connection, fresh.values(), standing))
            stored.update(zip(fresh, made, strict=True))
            for (key, _), row in zip(sent, rows, strict=True):
                _assert_same(row, stored[key])
            if made:
                _store.insert(connection, made, last=True)
        return [Recorded.of(stored[key]) for key, _ in sent]

    def append_table(self, table: pd.DataFrame) -> int:
        """Record a table of events in one go, all or none, and return how many.

        Args:
            table: some or all of :data:`FIELDS` as columns of strings; those left out are blank, and a blank time is
                the moment of recording.

        Raises:
            ValueError: the table has a column that no event has.
            Mistakes: events have a wrong form; ``row`` counts from 1.
            RoundIsClosed: or another mistake about the state of their round.
            TimeGoesBack: an event is dated before the one before.
        """
        if unknown := set(table.columns) - set(FIELDS):
            message = f"an event has no {', '.join(sorted(unknown))}"
            raise ValueError(message)
        columns = [table[field].tolist() if field in table else repeat("", len(table)) for field in FIELDS]
        rows = cast("list[Fields]", list(zip(*columns, strict=True)))
        with Collector() as found:
            check(rows, found, lambda at: {"row": at + 1})
        with self._refusals_explained(rows), self._store.writing() as connection:
            _record_all(connection, rows)
        return len(rows)

    def events(
        self,
        kinds: Collection[str] | None = None,
        round: str | None = None,  # noqa: A002  (the field's name everywhere)
        judge_id: str | None = None,
    ) -> pd.DataFrame:
        """Return the events in order as ``number`` and :data:`FIELDS`, or those of some kinds, a round or a judge."""
        only = {"round": round, "judge_id": judge_id}
        where = {column: None if value is None else [value] for column, value in only.items()}
        return self._table(("number", *FIELDS), {"kind": kinds, **where})

    def chain_counts(self, chains: Collection[str]) -> dict[str, int]:
        """Return how many events some chains have: a cheap way to see whether anything is new."""
        with self._store.reading() as connection:
            heads = _store.standing(connection, chains, []).heads
        return {chain: heads[chain].count if chain in heads else 0 for chain in chains}

    def recorded(self, ids: Iterable[str]) -> dict[str, Recorded]:
        """Return the events that were recorded under senders' keys, by key."""
        with self._store.reading() as connection:
            found = _store.standing(connection, [], ids).sent
        return {key: Recorded.of(stored) for key, stored in found.items()}

    def marks(self, round: str | None = None) -> pd.DataFrame:  # noqa: A002  (the field's name everywhere)
        """Return the current marks, of one round or all, in the order in which they were given.

        A mark is the last that a judge gave to an entry on a criterion; one that was cleared since is absent.
        """
        columns = ("round", "judge_id", "entry_id", "criterion", "value", "time")
        return self._table(columns, {"round": None if round is None else [round]}, "current_marks")

    def round_states(self) -> dict[str, str]:
        """Return ``open`` or ``closed`` for each round; one that was never opened is absent."""
        return self._rounds().states()

    def heads(self) -> Heads:
        """Return the end of each chain now: what minutes and reports carry as anchors."""
        with self._store.reading() as connection:
            return _store.heads(connection)

    def verify(self, anchors: Mapping[str, Head] | None = None) -> list[KitError]:
        """Return everything that was tampered with, as far as it can be seen; nothing if all is sound.

        Args:
            anchors: heads written down elsewhere, for instance by :func:`read_anchors` from the minutes. Without
                them a tail cut off after the last closing, and a ledger rewritten as a whole, cannot be seen.
        """
        audit = Audit(anchors or {})
        with self._store.reading() as connection:
            for row in _store.rows(connection, _schema.COLUMNS):
                audit.read(row)
            missing = _schema.guards_missing(connection)
        return [*audit.mistakes(), *(GuardMissing(guard=name) for name in missing)]

    def fingerprint(self) -> str:
        """Return the SHA-256 of the journal: the same on every store that holds the same events."""
        digest = sha256()
        for line in self._journal_lines():
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
            return rows == list(map(tuple, islice(_store.rows(connection, FIELDS), len(rows))))

    def _journal_lines(self) -> Iterator[str]:
        with self._store.reading() as connection:
            yield from journal_lines(_store.rows(connection, FIELDS))

    def _table(
        self, columns: Sequence[str], where: Mapping[str, Collection[str] | None], table: str = "events"
    ) -> pd.DataFrame:
        with self._store.reading() as connection:
            rows = list(_store.rows(connection, columns, where, table))
        frame = pd.DataFrame(dict(zip(columns, zip(*rows, strict=True) if rows else repeat([]), strict=False)))
        kinds = {column: "int64" if column == "number" else "str" for column in columns if column != "time"}
        return frame.astype(kinds).assign(
            time=pd.to_datetime(frame["time"], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
        )

    def _rounds(self) -> Rounds:
        with self._store.reading() as connection:
            return Rounds(_store.round_changes(connection))

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


def _record_all(connection: sa.Connection, rows: Sequence[Fields], *, as_recorded: bool = False) -> None:
    standing = _store.standing(connection, {chain_of(row) for row in rows}, [])
    linked = _linked(connection, zip(rows, repeat(None)), standing, as_recorded=as_recorded)
    while batch := list(islice(linked, _store.BATCH)):
        _store.insert(connection, batch)


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
        return Closing(remark, {**_store.heads(connection), **heads}).text()

    return link(rows, standing.last, heads, None if as_recorded else closing)


def _out_of_round(rows: Iterable[Fields], rounds: Rounds) -> list[tuple[int, KitError]]:
    """Return what the states of the rounds forbid, each once per round, with the index of its first event."""
    first: dict[tuple[type[KitError], str], tuple[int, KitError]] = {}
    for at, row in enumerate(rows):
        if mistake := rounds.follow(row):
            first.setdefault((type(mistake), row[3]), (at, mistake))
    return list(first.values())


def _check_journal(rows: Sequence[Fields], lines: Sequence[int], file: str, found: Collector) -> None:
    def place(at: int) -> dict[str, object]:
        return {"file": file, "row": lines[at]}

    check(rows, found, place, timed=True)
    for at, (before, after) in enumerate(pairwise(rows), 1):
        if after[0] < before[0]:
            found.add(TimeGoesBack(time=after[0], latest=before[0], column="time", **place(at)))
    for at, mistake in _out_of_round(rows, Rounds()):
        found.add(type(mistake)(**{**mistake.data, **place(at)}))
    found.found.sort(key=lambda mistake: cast("int", mistake.data["row"]))


def _assert_same(fields: Fields, stored: Stored) -> None:
    """Compare all but the time; a closing's text has gained the heads since."""
    kept = stored[3:12]
    if fields[1:8] != kept[1:8] or (fields[8] != kept[8] and fields[2] != "round_closed"):
        raise EventIdReused(event_id=stored[12])
