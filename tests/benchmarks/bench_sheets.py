"""Thousands of feedback sheets: how many a second, and how memory goes, with processes and with Dask workers.

    python tests/benchmarks/bench_sheets.py [ENTRIES] [SHARE]

Makes a synthetic edition of ENTRIES entries (5,000 unless said), and SHARE of its sheets, such as ``1/10`` (all unless
said), with one process, with two, and with two Dask workers. Prints sheets a second and the memory of all processes
together: at a quarter of the way, and at its highest after that.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from contests import contest, weighted  # noqa: E402
from homes import play, stage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

MB = 1024 * 1024


def edition(home: Path, entries: int) -> None:
    """Write and judge an edition: three judges, six criteria, one round, marks by chance."""
    chance = random.Random(1)
    (home / "data").mkdir()
    criteria = {f"K{n}": 10 for n in range(1, 7)}
    rules = contest(weighted(criteria, scale={"low": 1, "high": 5, "step": "0.5"}), simulated=True)
    names = {f"E{n:05}": chance.choice(["G1/a", "G1/b", "G2/a", "G2/b"]) for n in range(1, entries + 1)}

    def sheet() -> str:
        return " ".join(str(chance.randint(2, 10) / 2) for _ in criteria)

    play(stage(home, rules, names), "r1", {name: "|".join(sheet() for _ in range(3)) for name in names}).ledger.close()


def memory(process: psutil.Process) -> int:
    """The memory of a process and those that it started."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


@contextmanager
def cluster(home: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    """A scheduler and two workers."""
    about, running = home / "scheduler.json", []
    for command in (["scheduler", "--host", "127.0.0.1", "--port", "0"], *[["worker", "--nthreads", "1"]] * 2):
        whole = [sys.executable, "-m", "dask", *command, "--scheduler-file", str(about), "--no-dashboard"]
        more = ["--no-nanny", "--local-directory", str(home / str(len(running)))] if command[0] == "worker" else []
        running.append(subprocess.Popen([*whole, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        while not about.exists():
            time.sleep(0.1)
    yield json.loads(about.read_text(encoding="utf-8"))["address"], [psutil.Process(one.pid) for one in running]
    for one in reversed(running):
        one.terminate()
        one.wait()


def measured(name: str, home: Path, share: str, how: list[str], others: list[psutil.Process]) -> None:
    """Run the command, watch its memory, and print both."""
    out = home / name.replace(" ", "-")
    command = [
        sys.executable,
        "-m",
        "kit.cli",
        "documents",
        "2025",
        "feedback",
        "--shard",
        share,
        "--out",
        str(out),
        *how,
    ]
    start, seen, over = time.perf_counter(), [], threading.Event()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watch() -> None:
        while not over.wait(0.5):
            at = sum(1 for _ in out.glob("*.pdf")) if out.exists() else 0
            seen.append((at, time.perf_counter(), sum(map(memory, [psutil.Process(running.pid), *others]))))

    thread = threading.Thread(target=watch)
    thread.start()
    code, end = running.wait(), time.perf_counter()
    over.set()
    thread.join()
    made = sum(1 for _ in out.glob("*.pdf"))
    begun = next(when for at, when, _ in seen if at)
    late = [used for at, _, used in seen if at >= made / 4]
    print(
        f"{name}: {made} sheets in {end - start:.0f} s, {made / (end - begun):.1f} a second once begun; "
        f"memory {late[0] / MB:.0f} MiB at a quarter, {max(late) / MB:.0f} MiB at most after (exit code {code})",
        flush=True,
    )


def main() -> None:
    """Measure one process, two, and two Dask workers."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    share = sys.argv[2] if len(sys.argv) > 2 else "1/1"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {"KIT_HOME": folder, "PYTHONPATH": str(TESTS.parent)}
        edition(home, entries)
        for number in (1, 2):
            measured(f"{number} processes", home, share, ["--processes", str(number)], [])
        with cluster(home) as (address, workers):
            measured("2 Dask workers", home, share, ["--scheduler", address], workers)


if __name__ == "__main__":
    main()
