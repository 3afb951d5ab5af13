"""The two stores, SQLite in a file and PostgreSQL by URL: connections that are durable, the schema and its guards.

From top to bottom: what can be wrong with a store, its connections, where a file may lie, what a ledger asks its store,
and the schema with the migrations that led there.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
import warnings
from collections import deque
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import psutil
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from kit.errors import Problem
from kit.files import FolderNotWritable, built
from kit.ledger.chain import BLANK, MOVES, NEEDS_OPEN, NEEDS_PLENARY, ON_REOPENED, Head
from kit.ledger.events import FIELDS, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from kit.ledger.chain import Heads, Stored

BUSY_SECONDS = 30
BATCH = 20_000
_FULL = 1 << 20  # bytes: less is no room for a write
_CACHE_KIB = 65_536
COLUMNS = ("number", "chain", "link", *FIELDS, "event_id", "seals", "hash")
MOVED = "events_moved"  # the guard of a ledger that has moved: whoever still holds it learns so


class LedgerMissing(Problem, FileNotFoundError):
    """There is no ledger at this place."""


class NoLedger(Problem, ValueError):
    """A file or database is something else than a ledger."""


class LedgerDamaged(Problem, OSError):
    """A ledger's file cannot be read: its disk, or a copy, damaged it."""


class LedgerBusy(Problem, TimeoutError):
    """Another program holds the ledger."""


class DiskFull(Problem, OSError):
    """There is no room left for the ledger."""


class DiskFailing(Problem, OSError):
    """The disk reports an error when the ledger is read or written."""


class ServerUnreachable(Problem, ConnectionError):
    """The database server does not answer, or does not let us in."""


class LedgerMoved(Problem, PermissionError):
    """A ledger lives on elsewhere, so this one takes no more events."""


class StoreRefused(Problem, PermissionError):
    """The store refused a write: events are only ever added, and only where their round is open."""


class SchemaChanged(Problem, ValueError):
    """A table, index, view or trigger of the store is missing, changed, or not the kit's."""


class SyncedFolder(Problem, UserWarning):
    """A ledger's file lies in a folder that a program copies elsewhere while it is written to: only a warning."""


class LedgerExists(Problem, FileExistsError):
    """There is a ledger at this place already."""


# What the databases' own codes mean: SQLite's names, and PostgreSQL's SQLSTATE (08 also where a connection broke off).
_MEANINGS: dict[str, type[Problem]] = {
    "SQLITE_CONSTRAINT|P0001|23": StoreRefused,
    "SQLITE_(BUSY|LOCKED)|55P03": LedgerBusy,
    "SQLITE_(READONLY|CANTOPEN|PERM)": FolderNotWritable,
    "SQLITE_NOTADB|42P01": NoLedger,
    "SQLITE_CORRUPT|XX00[12]|22021": LedgerDamaged,
    "SQLITE_FULL|53100": DiskFull,
    "SQLITE_IOERR": DiskFailing,
    "08|28|3D|42501|57P": ServerUnreachable,
    "SQLITE_ERROR$|42|55000|0A": SchemaChanged,  # a table or column is not there, or is something else
}


class Store:
    """A database that holds one ledger.

    Args:
        engine: gives connections that keep what they acknowledge.
        name: the file's name, or the server's address without a password, for sentences.
        folder: where the file lies.
        read_only: it cannot be written to.
    """

    def __init__(self, engine: sa.Engine, name: str, folder: str, *, read_only: bool = False) -> None:
        self._engine = engine
        self.name = name
        self._folder = folder
        self.read_only = read_only
        # Writers of one process wait here for each other: SQLite's own waiting sleeps for up to 100 ms at a time.
        self.turn = threading.RLock()
        self.waiting: deque[Any] = deque()  # what writers want recorded whose turn has not come

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection to read with."""
        try:
            with self._translated(), self._engine.begin() as connection:
                yield connection
        except UnicodeDecodeError as error:  # a part of the schema, or what SQLite says of it
            raise LedgerDamaged(file=self.name, folder=self._folder, detail=str(error)) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the only connection that writes: after the block all of it is durable, or nothing was written.

        Raises:
            FolderNotWritable: the file cannot be written to.
        """
        if self.read_only:
            raise FolderNotWritable(folder=self._folder)
        with self.turn, self._translated(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def appending(self, chains: Iterable[str], ids: Iterable[str]) -> Iterator[tuple[sa.Connection, Standing]]:
        """Give the only connection that writes, and where the ledger stands meanwhile (:func:`standing`).

        On a server every round trip is time for which all others wait, so there are two: this one, and :func:`insert`.
        """
        if self.read_only:
            raise FolderNotWritable(folder=self._folder)
        asks = _question(self._engine.dialect.name, list(chains), list(ids))
        with (
            self.turn,
            self._translated(),
            self._engine.execution_options(writes=True, asks=asks).begin() as connection,
        ):
            cursor = connection.info.pop("asked", None) or connection.exec_driver_sql(*asks)
            yield connection, _answer(cursor)

    def update(self) -> None:
        """Bring the schema up to date.

        Raises:
            NoLedger: the database holds other things.
            ledger_too_new: a later kit has been here.
        """
        with self.reading() as connection:
            if not sa.inspect(connection).has_table("ledger_versions"):
                raise NoLedger(file=self.name)
            version = version_of(connection)
        if version > len(MIGRATIONS):
            raise Problem("ledger_too_new", file=self.name, version=version, known=len(MIGRATIONS))
        if version < len(MIGRATIONS) and not self.read_only:
            with self.writing() as connection:
                migrate(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            cause = getattr(error, "orig", error)
            if MOVED in str(cause) or self._is_gone():
                raise LedgerMoved(file=self.name) from error
            code = self._code(cause)
            for pattern, mistake in _MEANINGS.items():
                if re.match(pattern, code):
                    detail = str(cause).partition("\n")[0]
                    raise mistake(file=self.name, folder=self._folder, detail=detail, name=detail) from error
            raise

    def _is_gone(self) -> bool:
        """Tell whether the ledger's file has another name by now."""
        return self._engine.dialect.name == "sqlite" and not Path(self._folder, self.name).exists()

    def _code(self, cause: BaseException) -> str:
        """The database's own code for what went wrong."""
        driver = self._engine.dialect.loaded_dbapi
        if self._engine.dialect.name != "sqlite":
            broken_off = isinstance(cause, (driver.OperationalError, driver.InterfaceError))  # these have no code
            return getattr(cause, "sqlstate", None) or ("08" if broken_off else "")
        code = getattr(cause, "sqlite_errorname", None) or ("SQLITE_CORRUPT" if "decode" in str(cause) else "")
        if code == "SQLITE_ERROR" and "no such table" in str(cause):
            return "SQLITE_NOTADB"
        # A write-ahead log that cannot grow is reported as an error of the disk.
        full = code.startswith("SQLITE_IOERR") and shutil.disk_usage(self._folder).free < _FULL
        return "SQLITE_FULL" if full else code


def opened(where: Path | str, *, create: bool) -> Store:
    """Return the store at a path or URL, its schema up to date.

    Raises:
        LedgerMissing: there is none, and none shall be made.
    """
    if url := _url(where):
        store = _postgresql(url)
    else:
        path = local(Path(where))
        if create and not path.exists():
            with suppress(LedgerExists):  # another program made it meanwhile
                _make(path, lambda _: None)
        if not path.is_file():
            raise LedgerMissing(file=path.name, folder=str(path.parent))
        store = _sqlite(path)
    with _closing_on_error(store.close):
        if url and create:
            with store.writing() as connection:
                if schema := _schema_in(url):
                    connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
                migrate(connection)
        store.update()
    return store


def filled(where: Path | str, fill: Callable[[sa.Connection], None]) -> Store:
    """Return a new store at a path or URL with what ``fill`` writes into it: all of it, or there is no store.

    Raises:
        LedgerExists: there is a ledger, or on a server one with events, already.
    """
    if not _url(where):
        path = local(Path(where))
        if path.exists():
            raise LedgerExists(file=path.name)
        _make(path, fill)
        return _sqlite(path)
    store = opened(where, create=True)
    with _closing_on_error(store.close), store.writing() as connection:
        if not is_empty(connection):
            raise LedgerExists(file=store.name)
        fill(connection)
    return store


def continued(where: Path | str, source: sa.Connection) -> Store:
    """Return a store at a path or URL with the events of another ledger: a new one, or one that has their beginning.

    Raises:
        LedgerExists: there is a ledger with other events.
    """
    if not _url(where) and not local(Path(where)).exists():
        return filled(where, lambda connection: _copy(rows(source, COLUMNS), connection))
    store = opened(where, create=bool(_url(where)))
    with _closing_on_error(store.close), store.writing() as connection, closing(rows(source, COLUMNS)) as there:
        with closing(rows(connection, COLUMNS)) as known:
            if any(next(there, None) != row for row in known):
                raise LedgerExists(file=store.name)
        if is_retired(connection):
            take_back(connection)
        _copy(there, connection)
    return store


def _copy(events: Iterator[Any], connection: sa.Connection) -> None:
    stored = map(tuple, events)
    while batch := list(islice(stored, BATCH)):
        insert(connection, batch)


def _make(path: Path, fill: Callable[[sa.Connection], None]) -> None:
    for leftover in ("-wal", "-shm", "-journal"):  # of a ledger deleted by hand: SQLite would play them back
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    try:
        with built(path) as new:
            store = _sqlite(new)
            try:
                with store.writing() as connection:
                    migrate(connection)
                    fill(connection)
            finally:
                store.close()
            new.chmod(0o600)  # for its owner alone, as the files beside it will be
    except FileExistsError:
        raise LedgerExists(file=path.name) from None


@contextmanager
def _closing_on_error(close: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        close()
        raise


def _url(where: Path | str) -> sa.URL | None:
    """Return the URL of a server, or None for a path.

    Raises:
        store_unknown: the URL is not PostgreSQL's.
    """
    if isinstance(where, Path) or "://" not in where:
        return None
    with suppress(ArgumentError):
        url = sa.make_url(where)
        if url.get_backend_name() == "postgresql":
            return url
    raise Problem("store_unknown", kind=where.partition("://")[0])


def _schema_in(url: sa.URL) -> str | None:
    """The schema that a URL asks for by ``?options=-csearch_path=...``."""
    asked = re.search(r"-c\s*search_path=(\w+)", str(url.query.get("options", "")))
    return asked[1] if asked else None


_IS_LEDGER = "SELECT count(*) FROM sqlite_master WHERE name = 'ledger_versions'"


def _sqlite(path: Path) -> Store:
    new = not path.exists()
    if not new and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _read_only(path)
    # A file that is gone when another connection is opened is not made anew.
    engine = sa.create_engine(_file(path, mode="rwc" if new else "rw"), connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _: object) -> None:
        with _closing_on_error(connection.close):
            connection.isolation_level = None  # transactions begin below
            if not new and not connection.execute(_IS_LEDGER).fetchone()[0]:  # asked before anything is changed
                raise NoLedger(file=path.name)
            # With a write-ahead log FULL syncs every commit; the older journal would need its folder synced too.
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")  # macOS says too early that a disk has synced
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            for setting, wanted in {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1}.items():
                _assert_durable(path.name, setting, connection.execute(f"PRAGMA {setting}").fetchone()[0], wanted)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Store(engine, path.name, str(path.parent))


def _file(path: Path, **options: str) -> sa.URL:
    return sa.URL.create("sqlite", database=f"file:{quote(os.fsencode(path))}", query={**options, "uri": "true"})


def _read_only(path: Path) -> Store:
    """Return the store in a file that cannot be written to, such as one on a disc; only reading is possible."""
    engine = sa.create_engine(_file(path, immutable="1"))

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _: object) -> None:
        with _closing_on_error(connection.close):
            connection.isolation_level = None
            if not connection.execute(_IS_LEDGER).fetchone()[0]:
                raise NoLedger(file=path.name)

    return Store(engine, path.name, str(path.parent), read_only=True)


def _postgresql(url: sa.URL) -> Store:
    """Return the store on a server; ledgers that share a database take a schema each: ``?options=-csearch_path=...``.

    Raises:
        driver_missing: psycopg is not installed.
    """
    name = url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of every refusal that it raises, too
    try:
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
    except ImportError as error:
        raise Problem("driver_missing", file=name) from error

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:  # noqa: ANN401  (psycopg and its types may be absent)
        with _closing_on_error(connection.close):
            connection.autocommit = True
            connection.execute("SET synchronous_commit TO on")
            connection.execute(f"SET lock_timeout TO '{BUSY_SECONDS}s'")
            for setting, wanted in {"synchronous_commit": "on", "fsync": "on", "server_encoding": "UTF8"}.items():
                _assert_durable(name, setting, connection.execute(f"SHOW {setting}").fetchone()[0], wanted)
            # Transactions begin below, and end with what is inserted.

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options, server = connection.get_execution_options(), _driver(connection)
        with server.pipeline():  # one round trip
            server.execute("BEGIN")
            if options.get("writes"):
                server.execute(_LOCK)
            if asks := options.get("asks"):
                connection.info["asked"] = server.execute(*asks)

    return Store(engine, name, name)


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('kit ledger in ' || current_schema(), 0))"


def _driver(connection: sa.Connection) -> Any:  # noqa: ANN401  (psycopg and its types may be absent)
    return connection.connection.driver_connection


def _assert_durable(name: str, setting: str, value: object, wanted: object) -> None:
    if value != wanted:
        raise Problem("not_durable", file=name, setting=setting, value=str(value), wanted=str(wanted))


# Where a ledger's file may lie: on a local disk, better not in a folder that is synchronised

_NETWORK = re.compile(
    r"(9p|afp|afs|ceph|cifs|davfs|gluster|lustre|ncp|nfs|smb|vboxsf|webdav"
    r"|fuse\.(ceph|davfs|gluster|gvfsd|rclone|s3fs|sshfs)).*"
)
# The folders that synchronising programs make; OneDrive adds the organisation's name.
_SYNCED = re.compile(
    r"(onedrive|dropbox|google ?drive|my drive|icloud(drive)?|mobile documents|com~apple~clouddocs|nextcloud)\b.*",
    re.IGNORECASE,
)


def local(path: Path) -> Path:
    """Return the path in full, if a ledger may lie there.

    Warns:
        SyncedFolder: a program copies the folder elsewhere.

    Raises:
        network_drive: the folder is on a network drive.
    """
    full = path.resolve()
    if _on_network(full):
        raise Problem("network_drive", file=full.name, folder=str(full.parent))
    for part in full.parent.parts:
        if _SYNCED.fullmatch(part):
            warnings.warn(SyncedFolder(folder=str(full.parent), service=part), stacklevel=4)
            break
    return full


def _on_network(full: Path) -> bool:
    if full.drive.startswith("\\\\"):  # a share by its own name, on Windows
        return True
    with suppress(OSError):  # a system that does not say
        for mount in reversed(
            psutil.disk_partitions(all=True)
        ):  # of what is mounted above it, the last hides the others
            if full.is_relative_to(mount.mountpoint):
                return "remote" in mount.opts.split(",") or _NETWORK.fullmatch(mount.fstype) is not None
    return False


# What a ledger asks its store

_MARKS = {"sqlite": "?", "postgresql": "%s"}
_FEW = 20  # events of which each is sent by itself


def insert(connection: sa.Connection, events: Sequence[Stored], *, last: bool = False) -> None:
    """Add events by the driver's own quickest way; SQLAlchemy's handling of values would take longer than SQLite.

    Args:
        connection: the one that writes.
        events: as the store keeps them.
        last: nothing follows, so that the transaction may end with them, before the connection is given back.

    Raises:
        nothing_written: the store took the events and kept fewer.
    """
    columns = ", ".join(COLUMNS)
    mark = _MARKS[connection.dialect.name]
    statement = f"INSERT INTO events ({columns}) VALUES ({', '.join([mark] * len(COLUMNS))})"  # noqa: S608
    if connection.dialect.name == "sqlite":
        kept = connection.exec_driver_sql(statement, list(events)).rowcount
    elif len(events) <= _FEW:
        server = _driver(connection)
        with server.pipeline():  # one round trip instead of the four of COPY and COMMIT
            cursors = [server.execute(statement, event) for event in events]
            if last:
                server.execute("COMMIT")
        kept = sum(cursor.rowcount for cursor in cursors)
    else:
        with _driver(connection).cursor() as cursor:
            with cursor.copy(f"COPY events ({columns}) FROM STDIN") as copy:
                for event in events:
                    copy.write_row(event)
            kept = cursor.rowcount
    if kept != len(events):
        raise Problem("nothing_written", n=len(events), kept=kept)


def damage(connection: sa.Connection) -> list[Problem]:
    """Return what the store itself finds wrong with its file; a server looks after its own."""
    if connection.dialect.name != "sqlite":
        return []
    said = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars()]
    file = Path(str(connection.engine.url.database)).name
    return [] if said == ["ok"] else [LedgerDamaged(file=file, detail="; ".join(" ".join(s.split()) for s in said))]


def is_empty(connection: sa.Connection) -> bool:
    """Tell whether there is no event."""
    return connection.exec_driver_sql("SELECT 1 FROM events LIMIT 1").first() is None


def rows(
    connection: sa.Connection, columns: Iterable[str], *, first: int = 1, until: int | None = None
) -> Generator[Any, None, None]:
    """Return the events in the order of their numbers, all or from one number to another."""
    number: Any = sa.column("number")
    query: Any = sa.select(*map(sa.column, columns)).select_from(sa.table("events")).order_by(number)
    if first > 1:
        query = query.where(number >= first)
    if until is not None:
        query = query.where(number <= until)
    with connection.execute(query, execution_options={"yield_per": BATCH}) as found:
        yield from found


class Standing(NamedTuple):
    """What a write builds on.

    Args:
        last: number and time of the last event; 0 and blank before the first.
        heads: the ends of the chains that were asked for; those not begun are absent.
        sent: the events recorded under the senders' keys that were asked for.
    """

    last: tuple[int, str]
    heads: Heads
    sent: dict[str, Stored]


def standing(connection: sa.Connection, chains: Iterable[str], ids: Iterable[str]) -> Standing:
    """Return where the ledger stands: its end, the ends of some chains, and what some keys have brought already."""
    return _answer(connection.exec_driver_sql(*_question(connection.dialect.name, list(chains), list(ids))))


def _question(dialect: str, chains: Sequence[str], ids: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What a write builds on, asked in one go; with the values for its marks."""
    mark = _MARKS[dialect]
    asked = ", ".join(["(NULL)", *[f"({mark})"] * len(chains)])
    answers = {
        "last": "number = (SELECT max(number) FROM events)",
        # Looked up chain by chain in the index: GROUP BY would read all of a judge's events at every save.
        "head": "number IN (SELECT"
        " (SELECT number FROM events WHERE chain = own ORDER BY link DESC LIMIT 1) FROM asked)",
        "sent": f"event_id IN ({', '.join(['NULL', *[mark] * len(ids)])})",
    }
    selects = [f"SELECT '{what}', {', '.join(COLUMNS)} FROM events WHERE {which}" for what, which in answers.items()]  # noqa: S608
    return f"WITH asked (own) AS (VALUES {asked}) {' UNION ALL '.join(selects)}", (*chains, *ids)


def _answer(rows: Iterable[Any]) -> Standing:
    found: dict[str, list[Any]] = {"last": [], "head": [], "sent": []}
    for what, *row in rows:
        found[what].append(row)
    return Standing(
        next(((row[0], row[3]) for row in found["last"]), (0, "")),
        {row[1]: Head(row[2], row[-1]) for row in found["head"]},
        {row[12]: tuple(row) for row in found["sent"]},
    )


def since(connection: sa.Connection, counts: Mapping[str, int]) -> list[Stored]:
    """Return what has joined some chains beyond so many of their events, in the order of the numbers."""
    mark = _MARKS[connection.dialect.name]
    one = f"SELECT {', '.join(COLUMNS)} FROM events WHERE chain = {mark} AND link > {mark}"  # noqa: S608
    query = f"{' UNION ALL '.join([one] * len(counts))} ORDER BY number"
    found = connection.exec_driver_sql(query, tuple(part for pair in counts.items() for part in pair))
    return [tuple(row) for row in found]


def heads(connection: sa.Connection, until: int | None = None) -> Heads:
    """Return the end of every chain, now or after the event of a number."""
    known = "" if until is None else f" WHERE number <= {int(until)}"
    ends = f"SELECT chain, max(link) FROM events{known} GROUP BY chain"  # noqa: S608
    found = connection.exec_driver_sql(f"SELECT chain, link, hash FROM events WHERE (chain, link) IN ({ends})")  # noqa: S608
    return {chain: Head(events, digest) for chain, events, digest in found}


def round_changes(connection: sa.Connection) -> Iterator[Any]:
    """Return ``(round, kind, time, judge_id, entry_id)`` of events that moved a round or reopened a sheet of it."""
    fields = "SELECT number, round, kind, time, judge_id, entry_id FROM events WHERE"
    changes = f"{fields} substr(kind, 1, 6) = 'round_' UNION ALL {fields} kind = 'sheet_reopened' ORDER BY number"
    yield from (row[1:] for row in connection.exec_driver_sql(changes))


# The schema. Portable SQL except for the triggers.

_EVENTS = (
    """
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        chain TEXT NOT NULL,
        link INTEGER NOT NULL,
        time TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        round TEXT NOT NULL,
        judge_id TEXT NOT NULL,
        entry_id TEXT NOT NULL,
        criterion TEXT NOT NULL,
        value TEXT NOT NULL,
        text TEXT NOT NULL,
        event_id TEXT,
        seals BIGINT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (chain, link)
    )
    """,
    "CREATE UNIQUE INDEX events_sent ON events (event_id) WHERE event_id IS NOT NULL",
    # The events that move a round from state to state: a handful, asked for at every write.
    "CREATE INDEX events_rounds ON events (round, number, kind) WHERE substr(kind, 1, 6) = 'round_'",
)

_STATE = """
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
"""
_SINCE = """
    (SELECT coalesce(max(number), 0) FROM events
        WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_')
"""
_REOPENED = f"""
    EXISTS (SELECT 1 FROM events WHERE kind = 'sheet_reopened' AND round = NEW.round AND judge_id = NEW.judge_id
        AND entry_id = NEW.entry_id AND number < NEW.number AND number > {_SINCE})
"""  # noqa: S608  (our own words)


def _is_one_of(kinds: Iterable[str]) -> str:
    # Without IN (...), of which SQLite makes a list at every write: that took a third of an import's time.
    return "(" + " OR ".join(f"NEW.kind = '{kind}'" for kind in kinds) + ")"


def _wrong_move(kind: str, before: dict[str, bool]) -> str:
    """The condition under which a round may not move like this: not from there, or not without a reason."""
    known = " OR ".join(f"coalesce({_STATE}, '') = '{last}'" for last in before)
    asked = " OR ".join(f"coalesce({_STATE}, '') = '{last}'" for last, reason in before.items() if reason) or "1 = 0"
    return f"NEW.kind = '{kind}' AND (NOT ({known}) OR ({asked}) AND trim(NEW.text, '{BLANK}') = '')"


_WRONG_MOVE = " OR ".join(_wrong_move(kind, before) for kind, before in MOVES.items())
_OUT_OF_ROUND = f"""
    ({_is_one_of(NEEDS_OPEN)} OR NEW.kind = 'recusal' AND NEW.round <> '')
        AND coalesce({_STATE}, '') <> 'round_opened'
        AND NOT ({_is_one_of(ON_REOPENED)} AND coalesce({_STATE}, '') = 'round_plenary' AND {_REOPENED})
    OR {_is_one_of(NEEDS_PLENARY)} AND coalesce({_STATE}, '') <> 'round_plenary'
    OR substr(NEW.kind, 1, 6) = 'round_' AND ({_WRONG_MOVE})
"""
# Also stops SQLite's INSERT OR REPLACE, which deletes without telling the guard against deletion.
_OUT_OF_LINE = """
    NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM events)
    OR NEW.link <> (SELECT coalesce(max(link), 0) + 1 FROM events WHERE chain = NEW.chain)
    OR NEW.event_id IS NOT NULL AND EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
"""
_GUARDS = {
    "sqlite": {
        name: f"CREATE TRIGGER {name} BEFORE {occasion} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for name, occasion in {
            "events_stay": "UPDATE ON events",
            "events_remain": "DELETE ON events",
            "events_follow": f"INSERT ON events WHEN {_OUT_OF_LINE}",
            "events_in_round": f"INSERT ON events WHEN {_OUT_OF_ROUND}",
        }.items()
    },
    # PostgreSQL cannot replace silently, and looks at all rows of a statement at once: row by row cost ten times more.
    "postgresql": {
        name: f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF {condition} THEN RAISE EXCEPTION '{name}'; END IF; RETURN NULL; END $$;
            CREATE TRIGGER {name} {occasion} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """
        for name, occasion, condition in (
            ("events_stay", "BEFORE UPDATE OR DELETE OR TRUNCATE ON events", "true"),
            (
                "events_in_round",
                "AFTER INSERT ON events REFERENCING NEW TABLE AS added",
                f"EXISTS (SELECT 1 FROM added WHERE {_OUT_OF_ROUND.replace('NEW.', 'added.')})",  # noqa: S608
            ),
        )
    },
}

_RETIRED = {
    "sqlite": f"CREATE TRIGGER {MOVED} BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, '{MOVED}'); END",
    "postgresql": f"""
        CREATE FUNCTION {MOVED}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{MOVED}'; END $$;
        CREATE TRIGGER {MOVED} BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION {MOVED}()
    """,
}


def _first(connection: sa.Connection) -> None:
    """Version 1: the events and their guards."""
    for statement in (*_EVENTS, *_GUARDS[connection.dialect.name].values()):
        connection.exec_driver_sql(statement)


def _current_marks(connection: sa.Connection) -> None:
    """Version 2: current marks as a view, for one's own SQL too."""
    connection.exec_driver_sql("""
        CREATE VIEW current_marks AS
        SELECT number, time, round, judge_id, entry_id, criterion, value FROM events
        WHERE value <> '' AND number IN (
            SELECT max(number) FROM events WHERE kind = 'mark' GROUP BY round, judge_id, entry_id, criterion
        )
    """)


def _more_kinds(connection: sa.Connection) -> None:
    """Version 3: flags, paper sheets typed by two people, and substitutes, each in an open round only."""
    _renew_guard(connection)


def _plenary(connection: sa.Connection) -> None:
    """Version 4: the plenary, its decision and its publication, and sheets reopened in it."""
    connection.exec_driver_sql(
        "CREATE INDEX events_reopened ON events (round, judge_id, entry_id, number) WHERE kind = 'sheet_reopened'"
    )
    _renew_guard(connection)


def _renew_guard(connection: sa.Connection) -> None:
    """Put the guard of rounds in its place as it reads today."""
    name, dialect = "events_in_round", connection.dialect.name
    if dialect == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON events")
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")
    connection.exec_driver_sql(_GUARDS[dialect][name])


def _no_view(connection: sa.Connection) -> None:
    """Version 5: no view of current marks, since whoever replaced it could change a result."""
    connection.exec_driver_sql("DROP VIEW current_marks")
    _renew_guard(connection)


# One by one, in this order, for ever: a change of the schema, or a new kind of event, is a new function at the end.
MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_first, _current_marks, _more_kinds, _plenary, _no_view)


def migrate(connection: sa.Connection) -> None:
    """Apply the migrations that are due; all of them to an empty database."""
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS ledger_versions (version INTEGER PRIMARY KEY, applied TEXT NOT NULL)"
    )
    for at in range(version_of(connection), len(MIGRATIONS)):
        MIGRATIONS[at](connection)
        note = sa.text("INSERT INTO ledger_versions VALUES (:version, :applied)")
        connection.execute(note, {"version": at + 1, "applied": stamp(datetime.now(UTC))})


def version_of(connection: sa.Connection) -> int:
    """Return the number of the last migration."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(version), 0) FROM ledger_versions").scalar_one())


def retire(connection: sa.Connection) -> None:
    """Let the ledger take no more events: it has moved."""
    connection.exec_driver_sql(_RETIRED[connection.dialect.name])


def is_retired(connection: sa.Connection) -> bool:
    """Tell whether the ledger has moved."""
    triggers = {
        "sqlite": f"SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = '{MOVED}'",  # noqa: S608
        "postgresql": f"SELECT 1 FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgname = '{MOVED}'",  # noqa: S608
    }
    return connection.exec_driver_sql(triggers[connection.dialect.name]).first() is not None


def take_back(connection: sa.Connection) -> None:
    """Let a ledger that had moved take events again: it has moved back."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {MOVED}")
    else:
        connection.exec_driver_sql(f"DROP TRIGGER {MOVED} ON events")
        connection.exec_driver_sql(f"DROP FUNCTION {MOVED}()")


# What the schema is compared by: every object that could change what is recorded or read.

_OBJECTS = {
    "sqlite": "SELECT type || ' ' || name, coalesce(sql, tbl_name) FROM sqlite_master",
    "postgresql": """
        SELECT 'relation ' || relname, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
            relhasrules, EXISTS (SELECT 1 FROM pg_inherits WHERE pg_class.oid IN (inhparent, inhrelid)))
            FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind <> 'i'
        UNION ALL SELECT 'index ' || relname, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready)
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'column ' || table_name || '.' || column_name,
            concat_ws(' ', data_type, collation_name, is_nullable, is_generated, column_default)
            FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT 'trigger ' || tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(pg_trigger.oid))
            FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal
        UNION ALL SELECT 'rule ' || rulename, definition FROM pg_rules WHERE schemaname = current_schema()
        UNION ALL SELECT 'constraint ' || conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
        UNION ALL SELECT concat('function ', proname, '(', pg_get_function_identity_arguments(pg_proc.oid), ')'),
            concat_ws(' ', prolang, prosrc, provolatile, prosecdef, proconfig)
            FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        UNION ALL SELECT 'setting ' || name, setting  -- by which no guard is asked
            FROM pg_settings WHERE name = 'session_replication_role' AND setting <> 'origin'
    """,
}


def objects(connection: sa.Connection) -> dict[str, str]:
    """Return every object of the schema by kind and name, each with its definition, the schema's own name left out."""
    schema = ""
    if connection.dialect.name == "postgresql":
        schema = str(connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()) + "."
    return {
        str(name): " ".join((str(text).replace(schema, "") if schema else str(text)).split())
        for name, text in connection.exec_driver_sql(_OBJECTS[connection.dialect.name])
    }


@cache
def _expected_on_sqlite() -> dict[str, str]:
    engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            return _made_anew(connection)
    finally:
        engine.dispose()


def _expected_on_postgresql(connection: sa.Connection) -> dict[str, str]:
    """Make the schema once more beside the ledger's, look at it, and take it back, without a connection of its own.

    A server has few connections, and with 50 judges at once a second one for each would be too many.
    """
    savepoint = connection.begin_nested()
    try:
        name = f"kit_compare_{uuid4().hex}"
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {name}")
        made = _made_anew(connection)
        return {name: text for name, text in made.items() if not name.startswith("setting ")}
    finally:
        savepoint.rollback()


def _made_anew(connection: sa.Connection) -> dict[str, str]:
    migrate(connection)
    made = objects(connection)
    retire(connection)
    return made | {name: text for name, text in objects(connection).items() if name not in made}


def schema_differences(connection: sa.Connection) -> list[str]:
    """Return the objects that are missing, changed or more than the kit made; nothing if all are as they were made."""
    on_sqlite = connection.dialect.name == "sqlite"
    expected = _expected_on_sqlite() if on_sqlite else _expected_on_postgresql(connection)
    found = objects(connection)
    optional = (f" {MOVED}", f" {MOVED}()")  # only a ledger that has moved has these
    return sorted(
        name
        for name in {*expected, *found}
        if found.get(name) != expected.get(name) and not (name.endswith(optional) and name not in found)
    )
