"""What the judge's page costs: from PIN to usable, the first load, a mark from key to saved, memory with many judges.

    PYTHONPATH=tests python tests/benchmarks/bench_page.py [--judges 1 50 300] [--marks 40] [--rate 5]

The edition 2025 with as many judges as are asked for is served by ``kit serve``. Chromium measures what one judge
meets, first alone and then while all the others are connected and save a few marks a second between them. Memory is
that of the server's process and of all that it started, without what they share counted twice.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from conftest import CHROMIUM_SWITCHES, find_chromium
from labs import free_port, running
from playwright.sync_api import sync_playwright
from samples import sample_home
from websockets.asyncio.client import connect

import kit
from kit.contest import rounds
from kit.screens.access import Access

if TYPE_CHECKING:
    from playwright.sync_api import Page

USABLE = r"""() => /^(Setiap isian|Tersimpan)/.test(document.querySelector('.kit-form .status')?.textContent)
    && document.querySelector('.kit-form .criterion') && performance.now()"""
SAVE = """async ([criterion, digit]) => {
    const part = document.querySelector(`[data-of="${criterion}"]`);
    const beside = () => part.querySelector('.beside').textContent;
    const level = part.querySelector('[role=radio][tabindex="0"]');
    level.focus();
    const begun = performance.now();
    level.dispatchEvent(new KeyboardEvent('keydown', {key: digit, bubbles: true}));
    await new Promise((done) => {
        let sent = false;
        const look = () => {
            sent ||= beside().startsWith('Menyimpan');
            if (sent && beside().startsWith('Tersimpan')) done(); else setTimeout(look, 1);
        };
        look();
    });
    return performance.now() - begun;
}"""
GIVEN = """(criterion) => document.querySelector(
    `[data-criterion="${criterion}"] [aria-checked="true"]`)?.dataset.at"""


def with_judges(folder: Path, judges: int) -> list[str]:
    """Give the edition more judges than it has; the ids of the new ones."""
    edition = folder / "data" / "2025"
    (edition / "journal.csv").unlink()
    file = edition / "judges.csv"
    with file.open(encoding="utf-8", newline="") as register:
        (first, *_) = rows = [*csv.DictReader(register)]
    names = [f"J{n:03}" for n in range(judges)]
    rows += [{**dict.fromkeys(first, ""), "judge_id": name, "name": f"Contoh {name}"} for name in names]
    with file.open("w", encoding="utf-8", newline="") as register:
        writer = csv.DictWriter(register, [*first])
        writer.writeheader()
        writer.writerows(rows)
    rounds.open(kit.open("2025"), "proposal")
    return names


def memory(server: psutil.Process) -> float:
    """MiB of a process and its children."""
    together = [server, *server.children(recursive=True)]
    return sum(process.memory_full_info().pss for process in together) / 2**20


def first_load(page: Page, site: str, judge: str) -> tuple[float, int, int, int]:
    """Enter by link and PIN: seconds from the PIN to a usable form, requests, and bytes by requests and by sockets."""
    link = Access.open(kit.open("2025").folder).issue(judge)
    page.goto(link.address(site))
    page.get_by_label("PIN").fill(link.pin)
    seen = {"requests": 0, "bytes": 0, "frames": 0}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def add(name: str, amount: float) -> None:
        seen[name] += int(amount)

    session.on("Network.requestWillBeSent", lambda _: add("requests", 1))
    session.on("Network.webSocketCreated", lambda _: add("requests", 1))
    session.on("Network.loadingFinished", lambda event: add("bytes", event["encodedDataLength"]))
    session.on("Network.webSocketFrameReceived", lambda event: add("frames", len(event["response"]["payloadData"])))
    begun = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_function(USABLE, timeout=120_000, polling=10)
    seconds = time.perf_counter() - begun
    page.wait_for_timeout(1000)
    return seconds, seen["requests"], seen["bytes"], seen["frames"]


def saves(page: Page, marks: int) -> list[float]:
    """Milliseconds from a key to the word that its mark is saved."""
    chance = random.Random(1)
    found = []
    for n in range(marks):
        criterion = f"K{n % 7 + 1}"
        others = [digit for digit in "12345" if digit != page.evaluate(GIVEN, criterion)]
        found.append(page.evaluate(SAVE, [criterion, chance.choice(others)]))
    return sorted(found)


async def judge(site: str, session: str, rate: float, ready: asyncio.Semaphore, connected: list[str]) -> None:
    """Be a judge who reads answers and, at a rate, saves marks."""
    address = f"{site.replace('http', 'ws', 1)}/saluran"
    async with connect(address, origin=site, additional_headers={"Cookie": session}, open_timeout=120) as line:  # type: ignore[arg-type]
        setup: Any = json.loads(await line.recv())["setup"]
        async with ready:
            await line.send('{"type": "load"}')
            sheets = json.loads(await line.recv())["sheets"]
        connected.append(session)
        for n in range(10**6):
            await asyncio.sleep(random.expovariate(rate) if rate else 3600)
            entry, criterion = random.choice(setup["entries"])["id"], random.choice(setup["criteria"])["id"]
            text, key = str(random.randint(1, 5)), f"{session[-6:]}-{n}"
            seen = sheets[entry]["numbers"][criterion]
            change = {"entry_id": entry, "field": criterion, "text": text, "key": key, "seen": seen}
            await line.send(json.dumps({"type": "save", "changes": [change]}))
            sheets |= json.loads(await line.recv())["sheets"]


def others(site: str, sessions: list[str], rate: float, told: Any) -> None:
    """Connect judges, say when all are connected, and let them work until the process ends."""

    async def work() -> None:
        connected: list[str] = []
        ready = asyncio.Semaphore(20)
        async with asyncio.TaskGroup() as group:
            for session in sessions:
                group.create_task(judge(site, session, rate / len(sessions), ready, connected))
            while len(connected) < len(sessions):  # noqa: ASYNC110  (nothing else tells)
                await asyncio.sleep(0.05)
            told.send("all")

    asyncio.run(work())


def main() -> None:
    """Measure and print."""
    import multiprocessing  # noqa: PLC0415

    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--judges", type=int, nargs="+", default=[1, 50, 300])
    options.add_argument("--marks", type=int, default=40)
    options.add_argument("--rate", type=float, default=5, help="marks a second by all other judges together")
    asked = options.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(sample_home(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        names = with_judges(folder, max(asked.judges))
        access = Access.open(folder / "data" / "2025")
        links = [access.issue(name) for name in names]
        cookies = [access.enter(link.token, link.pin) for link in links]
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        command = ["kit.cli", "serve", "2025", "proposal", "--port", str(port)]
        server = psutil.Process(stack.enter_context(running(command, site, folder)).pid)
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_SWITCHES])
        print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
        print(f"server alone: {memory(server):.0f} MiB")

        def meet(judge_id: str, about: str) -> None:
            page = browser.new_context(locale="id-ID").new_page()
            seconds, requests, sent, frames = first_load(page, site, judge_id)
            found = saves(page, asked.marks)
            middle, late = statistics.median(found), found[int(0.95 * len(found))]
            print(f"{about}: from PIN to usable {seconds:.2f} s, {requests} requests with {sent / 1024:.0f} KiB,")
            print(f"  by socket {frames / 1024:.0f} KiB; from key to saved: median {middle:.0f} ms, p95 {late:.0f} ms")
            print(f"  of {len(found)}; memory {memory(server):.0f} MiB")

        for number in range(3):
            meet("J-A" if number else "J-B", "one judge, first" if not number else "one judge, next")
        for number in asked.judges:
            here, there = multiprocessing.Pipe(duplex=False)
            sessions = [f"kit-{port}={cookie}" for cookie in cookies[:number]]
            work = (site, sessions, asked.rate, there)
            process = multiprocessing.get_context("spawn").Process(target=others, args=work)
            begun = time.perf_counter()
            process.start()
            here.recv()
            seconds = time.perf_counter() - begun
            print(f"{number} judges connected and loaded in {seconds:.1f} s: {memory(server):.0f} MiB")
            meet("J-C", f"one more beside {number}")
            process.kill()
            process.join()
            time.sleep(2)
        browser.close()


if __name__ == "__main__":
    main()
