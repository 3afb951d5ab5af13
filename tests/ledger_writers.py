"""Programs that write to a ledger at the same time, or until they are killed; light, since many are started."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING

from kit.ledger import Event, Ledger

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


def mark(judge: str, n: int, event_id: str | None = None) -> Event:
    place = {"round": "proposal", "judge_id": judge, "entry_id": f"E{n}"}
    return Event(kind="mark", actor=judge, criterion="K1", value=str(n), event_id=event_id, **place)


def write_marks(url: str | Path, worker: int, threads: int, marks: int) -> None:
    """Let several judges write at once, each mark twice under one key as a nervous client would."""
    with Ledger.open(url) as ledger:

        def judge(name: str) -> None:
            for n in range(marks):
                for _ in range(2):
                    ledger.append([mark(name, n, event_id=f"{name}-{n}")])

        writers = [threading.Thread(target=judge, args=(f"J{worker}.{n}",)) for n in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()


def write_until_killed(url: str | Path, judge: str, acknowledged: Connection) -> None:
    """Save two marks together, and say so to the process that logs, over and over."""
    with Ledger.open(url) as ledger:
        for n in count():
            ledger.append([mark(judge, 2 * n), mark(judge, 2 * n + 1)])
            acknowledged.send(n)
