"""Who makes documents: processes of this machine or a Dask cluster, whatever becomes of them meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from judged_edition import SHEETS, WHEN, contents, judged, told_briefly, with_cell
from problems import problem
from samples import ROOT

import kit
from kit.documents import batch
from kit.documents.batch import WorkerLost, make_documents, plan_documents
from kit.documents.manifest import CHECKSUMS, read_checksums, read_records, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kit.documents.batch import Made

REPORT = "laporan-tahunan-2025-SIMULASI"
TIMEOUT = 120  # seconds, on a busy machine


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A judged edition, which other processes find as well."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    judged(home).ledger.close()
    told_briefly(home)
    return home


def make(*named: str, out: Path | None = None, **how: Any) -> Made:
    return make_documents(plan_documents(kit.open("2025"), named, made_at=WHEN, out=out), **how)


def lingering(home: Path) -> Path:
    """Let the report's notebook note who runs it and linger, the first time."""
    note = home / "note"
    source = f"import os, pathlib, time\nnote = pathlib.Path({str(note)!r})\n"
    with_cell(
        home, f"{source}if not note.exists():\n    note.write_text(str(os.getpid()))\n    time.sleep(600)", place=1
    )
    return note


def noted(note: Path) -> int:
    """Who runs the notebook, as soon as it is known."""
    for _ in range(TIMEOUT * 20):
        if note.exists() and (text := note.read_text(encoding="utf-8")):
            return int(text)
        time.sleep(0.05)
    raise AssertionError


@contextmanager
def killing(note: Path) -> Iterator[None]:
    """Kill the process that notes itself, as a machine without memory would."""
    thread = threading.Thread(target=lambda: os.kill(noted(note), signal.SIGKILL))
    thread.start()
    yield
    thread.join()


# Processes of this machine


def test_several_processes_write_the_same_bytes_as_one(home: Path, tmp_path: Path) -> None:
    alone = make("certificates", "recap", processes=1)
    several = make("certificates", "recap", out=tmp_path / "several", processes=2)
    assert (several.count, several.failed) == (alone.count, []) == (7, [])
    assert contents(tmp_path / "several") == contents(home / "reports" / "2025")


@pytest.mark.long
def test_a_document_whose_process_was_killed_is_made_by_another(home: Path) -> None:
    with killing(lingering(home)):
        done = make("annual-report", "certificates", processes=2)
    assert (done.count, done.failed) == (7, [])


@pytest.mark.long
def test_a_document_that_kills_every_process_is_told_and_the_rest_goes_on(home: Path) -> None:
    with_cell(home, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", place=1)
    with_cell(home, "import time\ntime.sleep(5)", "fairness", place=1)  # under way when the report kills the processes
    done = make("annual-report", "fairness", "certificates", processes=2)
    assert (done.count, done.failed) == (8, [WorkerLost(file=REPORT)])


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_command_leaves_whole_files_and_no_process(home: Path, how: signal.Signals) -> None:
    note = lingering(home)
    command = [
        sys.executable,
        "-m",
        "kit.cli",
        "documents",
        "2025",
        "annual-report",
        "certificates",
        "--processes",
        "2",
    ]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        noted(note)
        last = home / "reports" / "2025" / f"{SHEETS[-1]}.pdf"
        for _ in range(TIMEOUT * 20):
            if last.exists():
                break
            time.sleep(0.05)
        others = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(how)
        said = running.communicate(timeout=TIMEOUT)[1].decode()
    assert running.returncode == (130 if how == signal.SIGINT else -how)
    assert "Traceback" not in said
    assert psutil.wait_procs(others, timeout=20)[1] == []
    folder = home / "reports" / "2025"
    files = contents(folder)
    assert not [name for name in files if name.startswith(".") or REPORT in name]
    assert all(
        sha256(files[name]) == digest for entry in read_records(folder).values() for name, digest in entry.files.items()
    )
    if how == signal.SIGINT:
        assert sorted(read_checksums(folder / CHECKSUMS).values()) == sorted(
            [*(f"{name}.pdf" for name in SHEETS), "index.html"]
        )
    assert make("certificates", processes=1).failed == []


# A Dask cluster


@pytest.fixture
def cluster(home: Path) -> Iterator[str]:
    """The address of a real scheduler with two workers on loopback, each in a process of its own."""
    about = home / "scheduler.json"
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> None:
        whole = [sys.executable, "-m", "dask", *command, "--scheduler-file", str(about), "--no-dashboard"]
        with (home / f"{command[0]}-{len(running)}.log").open("wb") as log:
            running.append(subprocess.Popen(whole, cwd=home, stdout=log, stderr=log))

    start("scheduler", "--host", "127.0.0.1", "--port", "0")
    for place in ("a", "b"):
        start("worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(home / place))
    for _ in range(TIMEOUT * 20):
        if about.exists():
            break
        time.sleep(0.05)
    yield json.loads(about.read_text(encoding="utf-8"))["address"]
    for process in reversed(running):
        process.kill()
        process.wait()


@pytest.mark.long
def test_a_cluster_writes_the_same_bytes_though_a_worker_dies_in_mid_job(home: Path, cluster: str) -> None:
    note = lingering(home)
    with killing(note):
        done = make("annual-report", "certificates", scheduler=cluster)
    assert (done.count, done.failed) == (7, [])
    again = make("annual-report", "certificates", out=home / "again", processes=1)
    assert again.failed == []
    assert contents(home / "reports" / "2025") == contents(home / "again")


@pytest.mark.usefixtures("home")
def test_dask_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with problem("dask_missing", match=r"kit\[dask\]"):
        make("certificates", scheduler="tcp://127.0.0.1:1")


@pytest.mark.usefixtures("home")
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_TIMEOUT", 1)
    with problem("scheduler_unreachable", match=r"tcp://127\.0\.0\.1:1"):
        make("certificates", scheduler="tcp://127.0.0.1:1")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("scheduler", ["", "tcp://127.0.0.1:1"])
def test_nothing_to_do_asks_nobody(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make("certificates", processes=1)
    absent: Callable[..., object] = lambda *_: pytest.fail("somebody was asked")  # noqa: E731
    monkeypatch.setattr(batch, "_processes", absent)
    monkeypatch.setattr(batch, "_cluster", absent)
    assert make("certificates", scheduler=scheduler).count == 0
