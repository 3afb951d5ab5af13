"""Notebooks run through papermill, by name of engine and parameter, and files written whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from problems import problem
from samples import ROOT

from kit.render import batch
from kit.render.batch import run_notebook

if TYPE_CHECKING:
    from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_an_unknown_parameter_is_refused_by_name(tmp_path: Path) -> None:
    notebook = ROOT / "notebooks" / "annual-report.ipynb"
    with problem("unknown_parameter") as refused:
        run_notebook(notebook, tmp_path / "out.ipynb", {"edition": "2025", "bahasa": "id"})
    assert refused.value.say("id") == (
        'annual-report.ipynb: notebook ini tidak memiliki parameter "bahasa". Parameter yang tersedia: edition, '
        "language, since, made_at."
    )
    assert contents(tmp_path) == {}


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with problem("file_missing", match=r"annual-report\.ipynb"):
        run_notebook(tmp_path / "annual-report.ipynb", tmp_path / "out.ipynb", {})


def test_a_failing_cell_is_named_and_the_notebook_is_kept(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in ("1", "tidak_ada", "3")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "in.ipynb")
    with problem("notebook_failed") as failed:
        run_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {})
    assert failed.value.say("id").startswith("out.ipynb: sel [2] berhenti karena kesalahan: NameError: ")
    kept = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert next(cell for cell in kept.cells if cell.source == "tidak_ada").outputs[0].ename == "NameError"


def test_the_engine_goes_by_the_name_that_is_declared() -> None:
    assert batch.ENGINE == "kit"
