"""Notebooks as they are kept: one title, parameters that papermill and readers understand, no outputs, no machine."""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w.])(~/|/(home|Users|root|tmp|work|mnt|srv)/|[A-Z]:\\|file://)")


def complaints(notebook: dict[str, Any]) -> list[str]:
    """Return what is wrong with how a notebook is kept."""
    cells = [(cell, "".join(cell["source"])) for cell in notebook["cells"]]
    code = [(cell, source) for cell, source in cells if cell["cell_type"] == "code"]
    prose = "\n".join(source for cell, source in cells if cell["cell_type"] == "markdown")
    found = [*_about_headings(prose), *_about_parameters(code)]
    found += ["outputs are kept" for cell, _ in code if cell["outputs"] or cell["execution_count"] is not None]
    found += ["a path of one machine" for _, source in cells if MACHINE_PATH.search(source)]
    return found


def _about_headings(prose: str) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", prose, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r'<div lang="en".*?</div>', "", text, flags=re.DOTALL)  # which says the same once more
    levels = [len(marks) for marks in re.findall(r"^(#{1,6}) ", text, flags=re.MULTILINE)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "no single title at the top"
    if any(deeper > level + 1 for level, deeper in pairwise(levels)):
        yield "a heading level is skipped"


def _about_parameters(code: list[tuple[dict[str, Any], str]]) -> Iterator[str]:
    if [n for n, (cell, _) in enumerate(code) if "parameters" in cell["metadata"].get("tags", [])] != [0]:
        yield "the first code cell is not the one `parameters` cell"
        return
    source = code[0][1]
    for statement in ast.parse(source).body:
        line = source.splitlines()[(statement.end_lineno or 1) - 1]
        literal = isinstance(statement, ast.AnnAssign) and statement.value is not None and _literal(statement.value)
        if not literal or not re.search(r"\S  # \S", line[(statement.end_col_offset or 0) - 1 :]):
            yield f"a parameter needs a type, a plain value and a comment: {line}"


def _literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_clean(path: Path) -> None:
    assert complaints(json.loads(path.read_text(encoding="utf-8"))) == []


def cell(kind: str, source: str, *tags: str, count: int | None = None) -> dict[str, Any]:
    more = {"outputs": [], "execution_count": count} if kind == "code" else {}
    return {"cell_type": kind, "source": [source], "metadata": {"tags": [*tags]}, **more}


TITLE, PARAMETERS = cell("markdown", "# Judul"), cell("code", 'edition: str = "2025"  # edisi', "parameters")
PARAMETER = "a parameter needs a type, a plain value and a comment: "


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([cell("markdown", "## B"), PARAMETERS], "no single title at the top"),
        ([TITLE, cell("markdown", "# B"), PARAMETERS], "no single title at the top"),
        ([TITLE, cell("markdown", "### C"), PARAMETERS], "a heading level is skipped"),
        ([TITLE, PARAMETERS, cell("markdown", "See /home/ani/kit")], "a path of one machine"),
        ([TITLE, PARAMETERS, cell("code", "a = r'C:\\data'")], "a path of one machine"),
        ([TITLE, PARAMETERS, cell("code", "1", count=7)], "outputs are kept"),
        ([TITLE, cell("code", 'a = "2025"  # edisi', "parameters")], PARAMETER + 'a = "2025"  # edisi'),
        ([TITLE, cell("code", 'a: str = "20 # 25"', "parameters")], PARAMETER + 'a: str = "20 # 25"'),
        ([TITLE, cell("code", "a: str = str(1)  # a", "parameters")], PARAMETER + "a: str = str(1)  # a"),
        ([TITLE, PARAMETERS, PARAMETERS], "the first code cell is not the one `parameters` cell"),
        ([TITLE, cell("code", "1"), PARAMETERS], "the first code cell is not the one `parameters` cell"),
    ],
)
def test_what_is_wrong_is_named(cells: list[dict[str, Any]], complaint: str) -> None:
    assert complaints({"cells": cells}) == [complaint]
