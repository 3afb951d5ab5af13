"""The notebooks, run from top to bottom; in CI with a kernel as an analyst runs them, in other runs without."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import nbformat
import papermill
import pytest
from samples import ROOT, sample_home

from kit.render.blocks import MIME
from kit.render.notebook import run_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKING = ("administration", "objections", "plenary", "presentation-day", "progress", "rules", "scoring", "start")
WIDGETS = (*WORKING, "ranking")
NAMES = (
    *("annual-report", "fairness", "follow-up", "index-readiness", "trends"),
    *WIDGETS,
)
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch, sample_home(tmp_path_factory.mktemp("home")) as home:
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        yield home


def run(samples: Path, name: str, *, kernel: bool = False, **parameters: object) -> Any:
    source, executed = samples / "notebooks" / f"{name}.ipynb", samples / f"{name}-out.ipynb"
    if not kernel:
        return run_notebook(source, executed, parameters)
    return papermill.execute_notebook(source, executed, parameters, kernel_name="python3", progress_bar=False)


def mimes(notebook: Any) -> set[str]:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in {"stream", "error"}]
    return {mime for output in outputs for mime in output.data}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("edition", "language", "kernel"),
    [
        (2025, "id", False),
        pytest.param(2025, "id", True, marks=pytest.mark.long),
        pytest.param("2025", "en", True, marks=pytest.mark.long),
        pytest.param("paris-1976", "en", True, marks=pytest.mark.long),
    ],
)
def test_restart_and_run_all_is_clean(
    samples: Path, name: str, edition: object, language: str, *, kernel: bool
) -> None:
    """No cell fails, and none writes to the streams: no print, no warning."""
    executed = run(samples, name, kernel=kernel, edition=edition, language=language)
    assert (WIDGET if name in WIDGETS else MIME) in mimes(executed)
    if name == "ranking":  # it ends in a free cell with a plain table
        assert "<th>unit</th>" in executed.cells[-1].outputs[0].data["text/html"]


def test_index_readiness_of_a_contest_without_a_yardstick_ends_in_a_sentence(samples: Path) -> None:
    executed = run(samples, "index-readiness", edition="paris-1976")
    assert mimes(executed)
    assert "Kesiapan indeks tidak dapat ditampilkan" in nbformat.writes(executed)


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_kept_clean(name: str) -> None:
    """In git there are no outputs, no counts, and nothing of the machine on which a notebook was last open."""
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"jupyter", "tags"}
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    nbformat.validate(notebook)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_notebook_imports_is_there(name: str) -> None:
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert name in {"rules", "start"} or "kit.open(" in code  # from which exported documents know what they are about
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            exec(compile(ast.Module([node], []), name, "exec"), {})


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_says_for_whom_from_what_and_what_comes_of_it(name: str) -> None:
    """Its first cell: a title and a few sentences, none of which is part of a document."""
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert all(cell["metadata"]["tags"] == ["about"] for cell in prose)
    first = "".join(prose[0]["source"])
    assert re.match(r'(<div lang="id">\n\n)?# \S.*\n\nUntuk analis', first)
    assert 'language = "en"' in first


@pytest.mark.parametrize("name", WORKING)
def test_a_notebook_for_work_speaks_both_languages_and_folds_its_code(name: str) -> None:
    """The blocks that are shown bring out the prose in their language (notebook.css)."""
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    form = r'<div lang="id">\n\n#.*?\n\n</div>\n<div lang="en"( hidden="hidden")?>\n\n#.*?\n\n</div>'
    assert all(re.fullmatch(form, source, re.DOTALL) for source in prose)
    assert [" hidden=" in source for source in prose] == [n > 0 for n in range(len(prose))]
    assert all("Run > Run All Cells" in half for half in prose[0].split('<div lang="en">'))
    parameters, *code = [cell for cell in cells if cell.cell_type == "code"]
    assert all(len(line) <= 100 for line in parameters.source.splitlines()), "cut at 1280 pixels"
    assert all(cell.metadata.jupyter.source_hidden for cell in code)


def test_links_between_notebooks_lead_somewhere() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).is_file(), link


@pytest.mark.parametrize("name", NAMES)
def test_parameters_tell_what_they_are(name: str) -> None:
    known = papermill.inspect_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    assert {about["inferred_type_name"] for about in known.values()} <= {"str", "bool", "int"}
    assert all(about["help"] for about in known.values())
    assert set(known) >= {"edition", "language"}
