"""Time all documents of 2025 beside a plain loop over its feedback sheets with papermill, nbconvert and Chromium.

    python tests/benchmarks/bench_documents.py [SHEETS]

Theirs: for each of SHEETS sheets (all 49 unless said) a notebook of the same content is run with papermill in a kernel
of its own, turned into HTML with nbconvert, and printed by Chromium; all in one process, so that nothing is imported
twice. Ours: `kit documents 2025`, start to end. Prints wall and CPU seconds, for theirs as if it had done all 49.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
MADE_AT = "2025-11-21T09:00:00+07:00"
CELLS = (
    'entry = ""',
    """import kit
from kit.documents.kinds import KINDS
from kit.documents.official_paper import Part
from kit.render.blocks import Group""",
    f'Group(KINDS["feedback"].blocks(kit.open("2025"), Part(entry, entry), "{MADE_AT}"))',
)


def used() -> float:
    """CPU seconds of this process and of all that it has waited for."""
    return sum(
        getattr(resource.getrusage(who), name)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        for name in ("ru_utime", "ru_stime")
    )


def theirs(entries: list[str], folder: Path) -> None:
    """The plain loop."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), folder / "sheet.ipynb")
    for entry in entries:
        run, page = folder / f"{entry}.ipynb", folder / f"{entry}.html"
        papermill.execute_notebook(str(folder / "sheet.ipynb"), str(run), {"entry": entry}, progress_bar=False)
        page.write_text(HTMLExporter(exclude_input=True).from_filename(str(run))[0], encoding="utf-8")
        switches = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={page.with_suffix('.pdf')}"]
        subprocess.run([CHROMIUM, *switches, page.as_uri()], check=True, capture_output=True)


def ours(folder: Path, *named: str) -> None:
    """The command."""
    command = [sys.executable, "-m", "kit.cli", "documents", "2025", *named, "--made-at", MADE_AT, "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Measure each in turn."""
    os.environ |= {"KIT_HOME": str(ROOT), "PYTHONPATH": str(ROOT)}
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    sys.path.insert(0, str(ROOT))
    import kit  # noqa: PLC0415  (it must find the home)

    entries = sorted(kit.open("2025").registers.entries["entry_id"])
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else len(entries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        times = {}
        for what, run in {
            "all documents, ours": lambda: ours(folder / "all"),
            "49 feedback sheets, ours": lambda: ours(folder / "sheets", "feedback"),
            "49 feedback sheets, theirs": lambda: theirs(entries[:asked], folder),
        }.items():
            wall, cpu = time.perf_counter(), used()
            run()
            share = len(entries) / asked if "theirs" in what else 1
            times[what] = ((time.perf_counter() - wall) * share, (used() - cpu) * share)
            print(f"{what}: {times[what][0]:.1f} s wall, {times[what][1]:.1f} s CPU", flush=True)
        written = len(list((folder / "all").glob("*.*")))
    *mine, peers = times.values()
    for what, (wall, cpu) in zip(times, mine, strict=False):
        print(f"theirs / {what}: wall {peers[0] / wall:.1f}, CPU {peers[1] / cpu:.1f}")
    print(f"{written} files of ours; {asked} sheets of theirs were made")


if __name__ == "__main__":
    main()
