"""The schema of a ledger, the guards by which the store itself refuses, and the migrations that led there."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa

from kit.errors import Problem
from kit.ledger._chain import BLANK, MOVES, NEEDS_OPEN, NEEDS_PLENARY, ON_REOPENED
from kit.ledger._events import FIELDS, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class SchemaChanged(Problem, ValueError):
    """A table, index, view or trigger of the store is missing, changed, or not the kit's."""


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
