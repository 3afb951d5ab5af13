"""Judges who save at once, and judges whose process dies: what was acknowledged is there, once and whole."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
from typing import TYPE_CHECKING

import pytest
from folders import ENTRIES, JUDGES
from folders import edition as write_edition
from homes import empty_home
from savers import VALUES, save_marks, save_until_killed

import kit
from kit.contest import rounds
from kit.history import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from savers import Change

PROCESSES = multiprocessing.get_context("forkserver" if hasattr(signal, "SIGKILL") else "spawn")
if PROCESSES.get_start_method() == "forkserver":
    PROCESSES.set_forkserver_preload(["kit.judging.desk"])


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A home whose edition 2025 has 50 judges and the round `proposal` open, on either store."""
    judges = [JUDGES[0], *([f"J{n:02}", f"Contoh {n}", "", "", ""] for n in range(50))]
    with empty_home(tmp_path) as home:
        (home / "data" / "2025").mkdir()
        write_edition(home / "data" / "2025", judges=judges, entries=ENTRIES)
        edition = kit.open("2025")
        if request.param == "postgresql":
            schema = f"saving_{request.node.name.encode().hex()[-12:]}_{os.getpid()}"
            edition.move_ledger(f"{request.getfixturevalue('server')}&options=-csearch_path%3D{schema}")
        rounds.open(edition, "proposal")
        yield home


def at_once(home: Path, judges: int, marks: int) -> list[list[float]]:
    """Let judges save at once, each in a process of their own; return how long each save of each took."""
    together = PROCESSES.Barrier(judges)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(judges)]
    workers = [
        PROCESSES.Process(target=save_marks, args=(str(home), f"J{n:02}", marks, 0.0, together, sending))
        for n, (_, sending) in enumerate(pipes)
    ]
    for worker in workers:
        worker.start()
    seconds = [receiving.recv() for receiving, _ in pipes]
    for worker in workers:
        worker.join()
    assert {worker.exitcode for worker in workers} == {0}
    return seconds


@pytest.mark.parametrize(
    ("judges", "marks"), [(6, 10), pytest.param(50, 200, marks=pytest.mark.long)], ids=["few", "fifty"]
)
def test_judges_who_save_at_once_lose_and_double_nothing(home: Path, judges: int, marks: int) -> None:
    at_once(home, judges, marks)
    ledger = kit.open("2025").ledger
    events = Reader(ledger).history().events(["mark"])
    assert len(events) == judges * marks
    for _, own in events.groupby("judge_id"):
        assert own["value"].tolist() == [VALUES[n % len(VALUES)] for n in range(marks)]
    assert ledger.verify() == []
    ledger.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill so")
@pytest.mark.parametrize("kills", [8, pytest.param(300, marks=pytest.mark.long)])
def test_what_a_judge_was_told_is_saved_survives_a_kill(home: Path, kills: int) -> None:
    """Killed at a random moment, again and again; another process keeps the log of what was acknowledged."""
    chance = random.Random(kills)
    edition = kit.open("2025")
    if (edition.folder / "ledger.url").exists():
        kills = min(kills, 100)
    acknowledged: list[Change] = []
    recorded = 0
    for _ in range(kills):
        receiving, sending = PROCESSES.Pipe(duplex=False)
        scorer = PROCESSES.Process(target=save_until_killed, args=(str(home), "J07", recorded, sending))
        scorer.start()
        sending.close()
        receiving.poll(chance.uniform(0.0, 0.3) if chance.random() < 0.2 else 60)  # some die before their first mark
        scorer.join(chance.uniform(0.0, 0.05))
        os.kill(scorer.pid or 0, signal.SIGKILL)
        log = []
        with contextlib.suppress(EOFError):
            while True:
                log.append(receiving.recv())
        scorer.join()
        acknowledged += log
        edition.refresh()
        values = edition.history.events(["mark"])["value"].tolist()
        assert len(values) - recorded - len(log) in {0, 1}  # the last may not have been heard of
        recorded = len(values)
        assert values == [VALUES[n % len(VALUES)] for n in range(recorded)]
    assert len(acknowledged) > kills / 2, "most were killed before they had saved anything"
    assert edition.ledger.verify() == []
    edition.ledger.close()
