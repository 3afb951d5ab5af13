"""Judges who save marks at their desks, each in a process of their own; light, since many are started."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from itertools import count, islice, product
from typing import TYPE_CHECKING

import kit
from kit.judging.desk import Change, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

VALUES = ("1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5")


def open_desk(home: str, judge: str) -> Desk:
    os.environ["KIT_HOME"] = home
    return Desk(kit.open("2025"), "proposal", judge)


def changes(desk: Desk, start: int = 0) -> Iterator[Change]:
    """One change after another, without end: every entry and criterion in turn, every value in turn."""
    cells = [*product(desk.entries, [criterion.id for criterion in desk.round.marked])]
    for n in count(start):
        yield Change(*cells[n % len(cells)], VALUES[n % len(VALUES)], f"n{n}")


def save_until_killed(home: str, judge: str, start: int, acknowledged: Connection) -> None:
    """Save mark after mark, and say which was acknowledged to the process that logs."""
    desk = open_desk(home, judge)
    for change in changes(desk, start):
        (outcome,) = desk.save([change])
        assert outcome.saved, outcome
        acknowledged.send(change)


def save_marks(home: str, judge: str, marks: int, pause: float, together: Barrier, report: Connection) -> None:
    """Save so many marks, now and then one twice under its key; report how long each took.

    Args:
        home: what KIT_HOME shall be.
        judge: who saves.
        marks: how many.
        pause: mean seconds between them.
        together: where all judges wait for each other before they begin.
        report: gets the seconds of every save.
    """
    desk = open_desk(home, judge)
    own = list(islice(changes(desk), marks))
    pauses = _pauses(judge, pause)
    together.wait()
    seconds = []
    for n, change in enumerate(own):
        time.sleep(next(pauses))
        start = time.perf_counter()
        (outcome,) = desk.save([change])
        seconds.append(time.perf_counter() - start)
        assert outcome.saved, outcome
        if n % 20 == 0:  # as a form does whose answer was lost
            assert desk.save([change]) == [outcome]
    report.send(seconds)


def _pauses(judge: str, mean: float) -> Iterator[float]:
    """Pauses of half to one and a half times the mean, the same for a judge in every run."""
    chance = random.Random(judge)
    while True:
        yield mean * chance.uniform(0.5, 1.5)


def insert_rows(place: str, judge: str, marks: int, pause: float, together: Barrier, report: Connection) -> None:
    """Insert rows like those of marks, each durably, without the kit: the measure for :func:`save_marks`."""
    pauses = _pauses(judge, pause)
    row = ("2025-10-27T02:07:00.000000+00:00", judge, "mark", "proposal", judge, "E-01", "K1", "3.5", "", "0" * 64)
    if place.startswith("postgresql"):
        import psycopg  # noqa: PLC0415

        server = psycopg.connect(place, autocommit=True)
        insert = f"INSERT INTO plain VALUES ({', '.join(['%s'] * len(row))})"
        together.wait()
        seconds = []
        for _ in range(marks):
            time.sleep(next(pauses))
            start = time.perf_counter()
            server.execute(insert, row)  # type: ignore[arg-type]
            seconds.append(time.perf_counter() - start)
        server.close()
    else:
        file = sqlite3.connect(place, timeout=60, isolation_level=None)
        file.execute("PRAGMA synchronous = FULL")
        insert = f"INSERT INTO plain VALUES ({', '.join('?' * len(row))})"
        together.wait()
        seconds = []
        for _ in range(marks):
            time.sleep(next(pauses))
            start = time.perf_counter()
            file.execute("BEGIN IMMEDIATE")
            file.execute(insert, row)
            file.execute("COMMIT")
            seconds.append(time.perf_counter() - start)
        file.close()
    report.send(seconds)
