"""The schema of a ledger, the guards by which the store itself refuses, and the migrations that led there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kit.ledger._chain import BLANK, MOVES, NEEDS_OPEN, NEEDS_PLENARY, ON_REOPENED
from kit.ledger._events import FIELDS, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Portable SQL except for the triggers.

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
COLUMNS = ("number", "chain", "link", *FIELDS, "event_id", "seals", "hash")

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
_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgenabled = 'O'",
}


# Set up in a ledger when it has moved: whoever still holds it learns so.
MOVED = "events_moved"
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


# One by one, in this order, for ever: a change of the schema, or a new kind of event, is a new function at the end.
MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_first, _current_marks, _more_kinds, _plenary)


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
    return int(connection.exec_driver_sql("SELECT coalesce(max(version), 0) FROM ledger_versions").scalar_one())


def retire(connection: sa.Connection) -> None:
    """Let the ledger take no more events: it has moved."""
    connection.exec_driver_sql(_RETIRED[connection.dialect.name])


def guards_missing(connection: sa.Connection) -> list[str]:
    """Return the names of the triggers that somebody took down."""
    dialect = connection.dialect.name
    standing = set(connection.exec_driver_sql(_STANDING[dialect]).scalars())
    return [name for name in _GUARDS[dialect] if name not in standing]
