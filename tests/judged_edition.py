"""A small judged edition in a home with notebooks, and its documents, for tests of how documents are made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import nbformat
from contests import contest, single
from homes import play, stage
from samples import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

RULES = contest(
    single(advance={"scope": "group", "places": 2}),
    single(),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}]},
    simulated=True,
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a", "E5": "G2/b", "E6": "G2/b"}
FIRST = {"E1": "70 70 70", "E2": "71 71 68", "E3": "9.5 9.5 9.5", "E4": "60 60 61", "E5": "50 52 51", "E6": "40 41 42"}
LAST = {"E1": "80 80 80", "E2": "80 80 81", "E4": "70 71 72", "E5": "60 61 62"}
WHEN = "2025-11-21T09:00:00+07:00"
SHEETS = [f"piagam-peserta-2025-{entry}-SIMULASI" for entry in ENTRIES]  # of the kind `certificates`, which is quick


def judged(home: Path) -> Edition:
    """The edition after both rounds, in a home with the notebooks."""
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    edition = play(stage(home, RULES, ENTRIES), "r1", FIRST)
    return play(edition, "r2", LAST)


def with_cell(home: Path, source: str, notebook: str = "annual-report", place: int = 5) -> None:
    """Put one more code cell into a notebook."""
    path = home / "notebooks" / f"{notebook}.ipynb"
    found = nbformat.read(path, as_version=4)
    found.cells.insert(place, nbformat.v4.new_code_cell(source))
    nbformat.write(found, path)


def told_briefly(home: Path) -> None:
    """Put a notebook that shows a masthead alone in the place of the annual report: it draws nothing, and is quick."""
    path = home / "notebooks" / "annual-report.ipynb"
    found = nbformat.read(path, as_version=4)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    shown = (
        "import kit\nfrom kit.report.context import report_masthead\n"
        'report_masthead(kit.open(edition, language), "report", made_at)'
    )
    found.cells = [code[0], nbformat.v4.new_code_cell(shown, id="shown")]
    nbformat.write(found, path)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder that a user sees."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
