"""Time `kit report` (HTML, PDF and XLSX) beside plain papermill and nbconvert (HTML alone), in turn, in one run.

    python tests/benchmarks/bench_report.py [ROUNDS]

Prints wall and CPU seconds of each pair, their medians, and the ratio ours / theirs pair by pair; then the CPU seconds
of a process that only imports what a report needs, and the size of the executed notebook.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def measured(*commands: list[str]) -> tuple[float, float]:
    """Run commands one after another and return their wall and CPU seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


_NEEDED = """
import json, sys
from contextlib import redirect_stdout, suppress
from kit.cli import main
sys.argv = ["kit", "report", "2025", "--out", sys.argv[1]]
with redirect_stdout(sys.stderr), suppress(SystemExit):
    main()
print(json.dumps([name for name, module in sys.modules.items() if module and name != "__main__"]))
"""
_IMPORT = """
import json, sys, time
from contextlib import suppress
from importlib import import_module
for name in json.loads(sys.stdin.read()):
    with suppress(Exception):
        import_module(name)
print(time.process_time())
"""


def imports(folder: str, rounds: int) -> list[float]:
    """Return the CPU seconds of processes that import the modules of a report and do nothing else."""
    needed = python(_NEEDED, folder)
    return [float(python(_IMPORT, given=needed)) for _ in range(rounds)]


def python(code: str, *arguments: str, given: str = "") -> str:
    """Run code in a process of its own and return what it prints."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, input=given, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Measure as many pairs as asked for, after one that is not counted."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    os.environ.pop("KIT_HOME", None)
    with tempfile.TemporaryDirectory() as folder:
        run = str(Path(folder) / "annual-report.ipynb")
        ours = [[str(BIN / "kit"), "report", "2025", "--out", folder]]
        theirs = [
            [str(BIN / "papermill"), "notebooks/annual-report.ipynb", run, "-p", "edition", "2025"],
            [str(BIN / "jupyter"), "nbconvert", "--to", "html", run],
        ]
        pairs = [(measured(*ours), measured(*theirs)) for _ in range(rounds + 1)][1:]
        size = Path(run).stat().st_size
        imported = imports(str(Path(folder) / "once"), rounds)
    for name, n in (("wall", 0), ("CPU", 1)):
        mine, peers = [pair[0][n] for pair in pairs], [pair[1][n] for pair in pairs]
        ratios = [a / b for a, b in zip(mine, peers, strict=True)]
        print(
            f"{name}: ours {statistics.median(mine):.2f} s, theirs {statistics.median(peers):.2f} s, "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    print(f"imports: {statistics.median(imported):.2f} s of CPU; executed notebook: {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
