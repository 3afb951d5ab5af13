"""Kill backup, archive, restore, import, new and documents at random moments: all is there afterwards, or nothing.

    python tests/benchmarks/kill_commands.py 15

Each command runs in a process that is killed at some moment between its start and its usual end. What is there then is
looked at, and the command is run once more: it has to end well, and nothing half-made may be left.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

import documents  # noqa: F401  (each process is forked from this one, so that it works at once)
from contests import contest, single
from folders import save
from homes import give, sheets, stage

import kit
from kit.cli import main
from kit.contest import rounds

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRIES = {f"E{n:02}": "G1/a" if n % 2 else "G2/b" for n in range(1, 41)}
MARKS = {entry: f"{50 + n} {51 + n} {52 + n}" for n, entry in enumerate(ENTRIES)}
WHEN = "2025-11-21T09:00:00+07:00"
EDITION = Path("data") / "2025"


@dataclass
class Command:
    """A command that is killed.

    Args:
        words: as they are typed.
        begun: the home in which it runs.
        state: tells what is there afterwards: ``nothing``, ``all``, or whatever is wrong; ``part`` where the command
            makes many files, each whole.
    """

    words: str
    begun: Path
    state: Callable[[Path], str]


def run(home: Path, words: str) -> int:
    """Run a command in a process of its own, and return its id."""
    process = os.fork()
    if process:
        return process
    os.environ["KIT_HOME"] = str(home)
    os.chdir(home)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        code = main(words.split())
    os._exit(code)


def ended(process: int) -> int:
    """Wait for a process and return its exit code; negative if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def in_home(home: Path, act: Callable[[], str]) -> str:
    """Look at a home in a process of its own, so that none keeps a ledger open."""
    reads, writes = os.pipe()
    process = os.fork()
    if not process:
        os.environ["KIT_HOME"] = str(home)
        try:
            said = act()
        except Exception as error:  # noqa: BLE001  (whatever is wrong is the answer)
            said = repr(error)
        os.write(writes, said.encode()[:4000])
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as answer:
        said = answer.read().decode()
    ended(process)
    return said


def fingerprint() -> str:
    edition = kit.open("2025")
    return edition.fingerprint if not edition.ledger.verify() else "tampered"


def kept(name: str) -> Callable[[Path], str]:
    """A file that is a whole ZIP of an edition, or not there."""

    def state(home: Path) -> str:
        if not (home / name).exists():
            return "nothing"
        with zipfile.ZipFile(home / name) as made:
            return "all" if made.testzip() is None and "manifest.json" in made.namelist() else "damaged"

    return state


def commands(work: Path) -> dict[str, Command]:
    """Make the homes in which the commands run, and what they end in."""
    judged, restored = work / "judged", work / "restored"
    for home in (judged, restored):
        (home / "data").mkdir(parents=True)
    open_, given = work / "open", judged / "nilai.csv"

    def play() -> str:
        edition = stage(judged, contest(single(), simulated=True), ENTRIES)
        rounds.open(edition, "r1")
        edition.ledger.close()
        shutil.copytree(judged, open_)
        save(open_ / "nilai.csv", sheets(edition, "r1", MARKS))
        edition = kit.open("2025")
        give(edition, "r1", MARKS, given.name)
        rounds.close(edition, "r1")
        (edition.folder / "documents").mkdir()
        (edition.folder / "documents" / "besar.bin").write_bytes(random.Random(1).randbytes(20_000_000))
        return edition.fingerprint

    result = in_home(judged, play)
    assert ended(run(judged, "archive backup 2025 --out a.zip")) == 0
    shutil.move(judged / "a.zip", restored / "a.zip")
    assert ended(run(judged, f"documents 2025 certificates --made-at {WHEN} --out contoh")) == 0
    reference = {path.name: path.read_bytes() for path in (judged / "contoh").iterdir() if path.is_file()}
    shutil.rmtree(judged / "contoh")

    def restoring(home: Path) -> str:
        if not (home / EDITION).exists():
            return "nothing"
        same = in_home(home, fingerprint) == result
        return "all" if same and (home / EDITION / "documents" / "besar.bin").stat().st_size == 20_000_000 else "part"

    def imported(home: Path) -> str:
        def count() -> str:
            edition = kit.open("2025")
            return str(len(edition.history.events(["mark"]))) if not edition.ledger.verify() else "tampered"

        return {"0": "nothing", str(3 * len(ENTRIES)): "all"}.get(found := in_home(home, count), found)

    def made(home: Path) -> str:
        folder = home / "reports" / "2025"
        there = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.exists() else {}
        there = {name: content for name, content in there.items() if not name.startswith(".new-")}
        whole = [name for name, content in there.items() if reference.get(name) == content]
        if wrong := there.keys() - {*whole, "index.html", "CHECKSUMS"}:
            return f"wrong: {sorted(wrong)}"
        return "all" if there == reference else "part" if there else "nothing"

    def founded(home: Path) -> str:
        folder = home / "data" / "2026"
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        return {0: "nothing", 4: "all"}.get(len(names), f"part: {sorted(names)}")

    return {
        "backup": Command("archive backup 2025 --out b.zip", judged, kept("b.zip")),
        "archive": Command("archive make 2025 --out b.zip", judged, kept("b.zip")),
        "restore": Command("archive restore a.zip", restored, restoring),
        "import": Command("marks import 2025 nilai.csv --yes", open_, imported),
        "new": Command("edition new 2026 --from 2025", judged, founded),
        "documents": Command(f"documents 2025 certificates --made-at {WHEN}", judged, made),
    }


def leftovers(home: Path) -> list[str]:
    """What is half-made and lies about."""
    return [str(path.relative_to(home)) for path in home.rglob(".new-*")]


def kill(command: Command, times: int, work: Path, chance: random.Random) -> Counter[str]:
    """Kill a command so often at random moments, and count what was found then and after it was run once more."""
    found: Counter[str] = Counter()
    home = work / "now"
    usual = 0.0
    while found["killed"] < times and found.total() < 50 * times:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(command.begun, home)
        begun = time.monotonic()
        process = run(home, command.words)
        if not usual:  # how long it takes
            assert ended(process) == 0, command.words
            assert command.state(home) == "all", command.state(home)
            usual = time.monotonic() - begun
            continue
        time.sleep(delay := chance.uniform(0, usual))
        os.kill(process, signal.SIGKILL)
        if ended(process) == -signal.SIGKILL:
            found["killed"] += 1
            usual = max(usual, 1.2 * delay)
        else:
            found["ended before"] += 1
            usual = delay
        found[state := command.state(home)] += 1
        found["left half-made"] += bool(leftovers(home))
        code = ended(run(home, command.words))
        # What was there already is refused, which is not an error here.
        found["then not whole"] += command.state(home) != "all" or (code != 0 and state != "all")
        found["stuck"] += bool(state != "all" and leftovers(home))
    return found


def report(times: int) -> bool:
    """Print the figures of every command, and return whether all of them are as they have to be."""
    sound, chance = True, random.Random(2025)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, command in commands(work).items():
            found = kill(command, times, work, chance)
            print(f"{name:<10}", ", ".join(f"{what} {n}" for what, n in found.items()), flush=True)
            known = {"killed", "ended before", "all", "nothing", "left half-made", "then not whole", "stuck"}
            known |= {"part"} if name == "documents" else set()
            sound = sound and not found.keys() - known and not found["then not whole"] + found["stuck"]
    return sound


if __name__ == "__main__":
    sys.exit(not report(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
