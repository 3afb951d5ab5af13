"""Time `kit report` (HTML, PDF and XLSX) beside plain papermill and nbconvert (HTML alone), in turn, in one run.

    python tests/benchmarks/bench_report.py [ROUNDS]

Prints wall and CPU seconds of each pair, their medians, and the ratio ours / theirs pair by pair.
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
    for name, n in (("wall", 0), ("CPU", 1)):
        mine, peers = [pair[0][n] for pair in pairs], [pair[1][n] for pair in pairs]
        ratios = [a / b for a, b in zip(mine, peers, strict=True)]
        print(
            f"{name}: ours {statistics.median(mine):.2f} s, theirs {statistics.median(peers):.2f} s, "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
