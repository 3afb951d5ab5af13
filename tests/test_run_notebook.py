"""Running a notebook in this process: the same outputs as from a kernel, and nothing left behind."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import nbformat
import papermill
import pytest
from IPython.core.getipython import get_ipython
from problems import problem
from samples import ROOT

from kit.render.blocks import MIME, unpacked
from kit.render.notebook import NotebookFailed, run_notebook

if TYPE_CHECKING:
    import weakref
    from pathlib import Path

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
LANGUAGE = {"language_info": {"name": "python"}}


def notebook(folder: Path, *sources: str) -> Path:
    """A notebook of a cell of prose, the parameter ``n = 1`` and further code cells."""
    made = nbformat.v4.new_notebook(metadata={**KERNEL, **LANGUAGE})
    parameters = nbformat.v4.new_code_cell("n: int = 1  # a number", metadata={"tags": ["parameters"]})
    made.cells = [nbformat.v4.new_markdown_cell("# Judul"), parameters, *map(nbformat.v4.new_code_cell, sources)]
    nbformat.write(made, folder / "in.ipynb")
    return folder / "in.ipynb"


def run(folder: Path, *sources: str, **parameters: object) -> Any:
    return run_notebook(notebook(folder, *sources), folder / "out.ipynb", parameters)


CELLS = (
    "import sys\nprint('satu')\nprint('dua', file=sys.stderr)\nn + 1",
    "from IPython.display import HTML\ndisplay(HTML('<b>tebal</b>'), n)",
    "n;",
    "   ",
    "from kit.render.blocks import Paragraph\nParagraph('Kalimat.')",
    "display(Paragraph('Satu.'))\nParagraph('Dua.')",
    "x = 5",
    "get_ipython() is not None, __name__",
)


def outputs(executed: Any) -> list[list[dict[str, Any]]]:
    return [[dict(output) for output in cell.outputs] for cell in executed.cells if cell.cell_type == "code"]


@pytest.mark.long
def test_cells_come_out_as_from_a_kernel(tmp_path: Path) -> None:
    ours = run(tmp_path, *CELLS, n=41)
    theirs = papermill.execute_notebook(
        notebook(tmp_path, *CELLS), tmp_path / "out.ipynb", {"n": 41}, kernel_name="python3", progress_bar=False
    )
    assert outputs(ours) == outputs(theirs)
    assert [cell.get("execution_count") for cell in ours.cells] == [
        cell.get("execution_count") for cell in theirs.cells
    ]


def test_a_cell_shows_its_last_value_and_what_it_displays(tmp_path: Path) -> None:
    shown = [[output["output_type"] for output in cell] for cell in outputs(run(tmp_path, *CELLS, n=41))]
    assert shown == [
        [],
        [],  # the parameters that were injected
        ["stream", "stream", "execute_result"],
        ["display_data", "display_data"],
        [],
        [],
        ["execute_result"],
        ["display_data", "execute_result"],
        [],
        ["execute_result"],
    ]
    executed = run(tmp_path, *CELLS, n=41)
    assert [unpacked(output["data"][MIME])["runs"][0]["text"] for output in outputs(executed)[7]] == ["Satu.", "Dua."]
    assert outputs(executed)[2][2]["data"]["text/plain"] == "42"


@pytest.mark.parametrize(
    ("source", "ename"), [("1 / 0", "ZeroDivisionError"), ("n = (", "_IncompleteInputError|SyntaxError")]
)
def test_the_cell_that_fails_is_named_and_the_last_that_runs_and_the_notebook_is_kept(
    tmp_path: Path, source: str, ename: str
) -> None:
    with problem("notebook_failed") as failed:
        run(tmp_path, "a = 1", source, "b = 2")
    assert failed.value.say("id").startswith("out.ipynb: sel [3] berhenti karena kesalahan: ")
    kept = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [cell.execution_count for cell in kept.cells if cell.cell_type == "code"] == [1, 2, 3, None]
    (error,) = next(cell for cell in kept.cells if cell.source == source).outputs
    assert error.ename in ename.split("|")
    assert str(failed.value.data["said"]).startswith(f"{error.ename}: ")


def test_a_cell_that_cannot_show_something_yet_says_so_and_ends_the_notebook_well(tmp_path: Path) -> None:
    executed = run(tmp_path, "from kit.edition import StillOpen\nraise StillOpen(round='Babak 1')", "1 / 0")
    assert [[unpacked(output["data"][MIME])["type"] for output in cell] for cell in outputs(executed)] == [
        [],
        ["callout"],
        [],
    ]
    assert [cell.execution_count for cell in executed.cells[1:]] == [1, 2, 3]


def snapshot() -> dict[str, Any]:
    """What a shell could leave changed in a process."""
    names = {module: {name: id(value) for name, value in vars(module).items()} for module in (sys, builtins)}
    for volatile in ("last_exc", "last_type", "last_value", "last_traceback"):
        names[sys].pop(volatile, None)
    return {
        "names": names,
        "main": sys.modules["__main__"],
        "path": list(sys.path),
        "warnings": list(warnings.filters),
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109
        "interrupt": signal.getsignal(signal.SIGINT),
        "shell": get_ipython(),
    }


@pytest.mark.parametrize(
    "source",
    ["display(1)\nx = 1", "1 / 0", "import warnings\nwarnings.simplefilter('ignore')", "_ = print\nprint('a')"],
)
def test_the_process_is_afterwards_as_it_was(tmp_path: Path, source: str) -> None:
    before = snapshot()
    with suppress(NotebookFailed):
        run(tmp_path, source)
    after = snapshot()
    assert {key for key in before if before[key] != after[key]} == set()
    assert not {"display", "get_ipython", "__IPYTHON__"} & vars(builtins).keys()
    assert not hasattr(sys, "ps1")  # by which libraries tell that somebody sits before them


def test_what_a_notebook_made_is_let_go(tmp_path: Path) -> None:
    kept: list[weakref.ref[Any]] = []
    builtins.kept_for_test = kept  # type: ignore[attr-defined]
    try:
        run(tmp_path, "import weakref\nclass Big: ...\nbig = Big()\nkept_for_test.append(weakref.ref(big))")
    finally:
        del builtins.kept_for_test  # type: ignore[attr-defined]
    gc.collect()
    assert [reference() for reference in kept] == [None]


def test_an_interrupt_ends_the_notebook_and_is_no_failure_of_a_cell(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "raise KeyboardInterrupt")


def test_an_unknown_parameter_is_refused_by_name(tmp_path: Path) -> None:
    source = ROOT / "notebooks" / "annual-report.ipynb"
    with problem("unknown_parameter") as refused:
        run_notebook(source, tmp_path / "out.ipynb", {"edition": "2025", "bahasa": "id"})
    assert refused.value.say("id") == (
        'annual-report.ipynb: notebook ini tidak memiliki parameter "bahasa". Parameter yang tersedia: edition, '
        "language, since, made_at."
    )
    assert [*tmp_path.iterdir()] == []


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with problem("file_missing", match=r"annual-report\.ipynb"):
        run_notebook(tmp_path / "annual-report.ipynb", tmp_path / "out.ipynb", {})
