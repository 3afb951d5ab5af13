"""How fast marks enter and leave the ledger, beside the same rows by plain sqlite3 with the same durability.

Run it from the project's folder: ``python tests/benchmarks/bench_ledger.py [--marks 2204520]``.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kit.history import Reader
from kit.ledger import Event, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

JUDGES, PANEL, CRITERIA = 300, 3, 20
NATIONAL = 36_742 * PANEL * CRITERIA


def marks(n: int) -> pd.DataFrame:
    """A national round sheet by sheet: each entry has three judges with twenty marks each."""
    sheets = [
        (entry, (entry * PANEL + seat) % JUDGES)
        for entry in range(n // (PANEL * CRITERIA) + 1)
        for seat in range(PANEL)
    ]
    rows = [
        (f"J{judge:03}", f"E{entry:05}", f"K{criterion:02}", f"{(entry * 7 + judge * 3 + criterion) % 9 / 2 + 1:.1f}")
        for entry, judge in sheets
        for criterion in range(CRITERIA)
    ]
    table = pd.DataFrame(rows[:n], columns=["judge_id", "entry_id", "criterion", "value"])
    return table.assign(kind="mark", round="proposal", actor=table["judge_id"])


@contextmanager
def timed(what: str, n: int, rates: dict[str, float]) -> Iterator[None]:
    """Print how long the block took by the clock and on the processor, and how many events a second that is."""
    start, start_cpu = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    rates[what] = n / seconds
    print(f"{what:<42}{seconds:8.2f} s {cpu:8.2f} s CPU {n / seconds:10,.0f} events/s")


def plain_insert(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Put the ledger's own rows into a table without key, index, guard or hash to compute: what SQLite can do."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"CREATE TABLE events ({', '.join(f'c{n}' for n in range(len(rows[0])))})")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
    connection.close()


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = f"how many (default: {NATIONAL:,}, a national round)"
    parser.add_argument("--marks", type=int, default=NATIONAL, help=what)
    n = parser.parse_args().marks
    table = marks(n)
    rates: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with Ledger.open(place / "ledger.sqlite", create=True) as ledger:
            ledger.append([Event(kind="round_opened", actor="committee", round="proposal")])
            with timed("Ledger.append of a table", n, rates):
                ledger.append(table)
        connection = sqlite3.connect(place / "ledger.sqlite")
        rows = connection.execute("SELECT * FROM events").fetchall()
        connection.close()
        with timed("the same rows by sqlite3's executemany", n, rates):
            plain_insert(place / "plain.sqlite", rows)
        del rows
        with Ledger.open(place / "ledger.sqlite") as ledger:
            with timed("marks, read and verified", n, rates):
                Reader(ledger).history().marks()
            with timed("Ledger.verify", n, rates):
                assert ledger.verify() == []
            with timed("Ledger.to_journal", n, rates):
                ledger.to_journal(place / "journal.csv")
        with timed("Ledger.from_journal", n, rates):
            Ledger.from_journal(place / "journal.csv", place / "again.sqlite").close()
    kit, plain = rates["Ledger.append of a table"], rates["the same rows by sqlite3's executemany"]
    print(f"append takes {plain / kit:.2f} times as long as executemany; aim: more than 150,000 events/s")


if __name__ == "__main__":
    main()
