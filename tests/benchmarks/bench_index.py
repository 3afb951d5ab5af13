"""Time the notebook on index readiness for a city of 771 innovations with 15,420 claims; it must stay under 30 s.

    python tests/benchmarks/bench_index.py [INNOVATIONS]

Prints wall and CPU seconds of the notebook in process, of its parts, and of `kit years index` with its documents.
The bound before the city is set high, since with that many innovations the real ones are passed without a plan.
"""

from __future__ import annotations

import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
YARDSTICK = """
year: 2026
based_on: 2026
window: {years: 2, until: "2025-12-31"}
cut: 90
spd: 50.5
bounds:
  - {name: Sangat Inovatif, low: 93.01, high: 100}
  - {name: Inovatif, low: 0, high: 93}
"""


def city(home: Path, innovations: int) -> None:
    """Make an edition with as many entries, all applied in the window, and a claim on every indicator."""
    rng, folder = Random("a large city"), home / "data" / "2025"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    for name in ("rules.yaml", "units.csv", "judges.csv"):
        shutil.copyfile(ROOT / "data" / "2025" / name, folder / name)
    (folder / "index.yaml").write_text(YARDSTICK, encoding="utf-8")
    ids = [f"I-{n:04}" for n in range(innovations)]
    with (ROOT / "data" / "2025" / "entries.csv").open(encoding="utf-8", newline="") as file:
        sample = list(csv.DictReader(file))
    entries = [
        {**sample[n % len(sample)], "entry_id": f"E-{n:04}", "innovation_id": name, "applied_since": "2025-02-03"}
        for n, name in enumerate(ids)
    ]
    affairs = ("pendidikan", "kesehatan", "pekerjaan-umum", "perumahan", "sosial", "lainnya", "lainnya")
    write(folder / "entries.csv", entries)
    write(folder / "index-innovations.csv", [{"innovation_id": i, "affair": rng.choice(affairs)} for i in ids])
    claims = []
    for name in ids:
        level = rng.uniform(1.6, 3.2)
        for no in range(16, 36):
            claimed = min(3, max(1, round(level + rng.gauss(0, 0.5))))
            row = {"innovation_id": name, "indicator": no, "claimed": claimed, "basis": "orang" if no == 33 else ""}
            row |= {"evidence": "Berkas contoh" if rng.random() < 0.97 else ""}
            checked = rng.random() < 0.95
            claims.append(
                row
                | {"verified": claimed if checked else "", "verifier": "Contoh Wira" if checked else ""}
                | {"verified_on": "2025-12-10" if checked else ""}
            )
    write(folder / "index.csv", claims)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure, and say whether the notebook keeps its limit."""
    innovations = int(sys.argv[1]) if len(sys.argv) > 1 else 771
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        city(home, innovations)
        os.environ["KIT_HOME"] = folder
        import kit  # noqa: PLC0415  (KIT_HOME is set)
        from kit.index import index_report as of  # noqa: PLC0415
        from kit.render.notebook import run_notebook  # noqa: PLC0415

        arguments = (home / "notebooks" / "index-readiness.ipynb", home / "out.ipynb", {"edition": "2025"})
        wall = timed("notebook", lambda: run_notebook(*arguments))
        print("under 30 s: kept" if wall < 30 else "under 30 s: MISSED")
        read: list[of.IndexContext] = []
        timed("  reading", lambda: read.append(of.IndexContext(kit.open("2025"))))
        of_each = (of.summary, of.maturity, of.evidence, of.steps)
        for chapter in (*of_each, of.sending, of.coverage, of.index, of.plan, of.method):
            timed(f"  {chapter.__name__}", partial(chapter, read[0]))
        found = read[0].data.plan
        print(f"  plan: {'none' if found is None else f'{len(found.steps)} steps, exact: {found.exact}'}")
        command = [sys.executable, "-m", "kit.cli", "years", "index", "2025", "--out", str(home / "out")]
        timed("kit years index", lambda: subprocess.run(command, check=True, capture_output=True))


def timed(name: str, run: Callable[[], object]) -> float:
    """Run something, print what it took, and return the wall seconds."""
    before, start = used(), time.perf_counter()
    run()
    wall = time.perf_counter() - start
    print(f"{name}: {wall:.1f} s wall, {used() - before:.1f} s CPU")
    return wall


def used() -> float:
    """CPU seconds of this process and of those that it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
