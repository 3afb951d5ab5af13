"""The shape of the house: who may import whom, how large it may grow, and how notebooks are written."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
KIT = ROOT / "kit"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# From the ground up. A room knows the floors below and, on its own floor, the rooms to its left.
FLOORS = (
    ("texts",),
    ("errors", "exact"),
    ("rules", "ledger"),
    (
        "reading",
        "rulesfile",
        "columns",
        "fields",
        "registers",
        "markfiles",
        "intake",
        "scores",
        "ties",
        "ranking",
    ),
    ("edition", "explain", "newedition", "fairness"),
    ("report", "scoring", "years", "documents", "contest"),
    ("cli",),
)
ORDER = [room for floor in FLOORS for room in floor]
# What the front door, `kit` itself, offers, and where it comes from.
OFFERED = {"Edition": "edition", "open": "edition", "__version__": None}


def room_of(path: Path) -> str | None:
    """Return the room that a file of kit belongs to; None for the front door."""
    first = path.relative_to(KIT).parts[0].removesuffix(".py")
    return None if first == "__init__" else first


def imported_rooms(source: str, package: str = "kit") -> set[str]:
    """Return the rooms that a module imports when it runs; imports for the type checker do not count."""
    found: set[str] = set()
    for node in _running(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*parents, *filter(None, [node.module])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            top, _, rest = name.partition(".")
            room = OFFERED.get(rest, rest.partition(".")[0]) if top == "kit" else None
            found |= {room} - {None, ""}
    return found


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from _running(node)


SOURCES = sorted(KIT.rglob("*.py"))


def test_every_module_has_its_place_and_every_place_its_module() -> None:
    assert {room_of(path) for path in SOURCES} - {None} == set(ORDER)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(KIT).as_posix())
def test_imports_go_down_or_left(path: Path) -> None:
    room = room_of(path)
    package = ".".join(["kit", *path.relative_to(KIT).parent.parts])
    known = set(ORDER) if room is None else {room, *ORDER[: ORDER.index(room)]}
    assert imported_rooms(path.read_text(encoding="utf-8"), package) <= known


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import json", set()),
        ("import kit.rules", {"rules"}),
        ("import kit.report.html as h", {"report"}),
        ("from kit import errors, ranking", {"errors", "ranking"}),
        ("from kit import __version__", set()),
        ("import kit", set()),
        ("from kit import open as start", {"edition"}),
        ("from kit.report.blocks import Table", {"report"}),
        ("def later():\n    from kit.cli import main", {"cli"}),
        ("if TYPE_CHECKING:\n    from kit.cli import main", set()),
        ("if typing.TYPE_CHECKING:\n    import kit.cli", set()),
        ("from ..cli import main", {"cli"}),
        ("from .html import page", {"report"}),
    ],
)
def test_imports_are_found_wherever_they_stand(source: str, rooms: set[str]) -> None:
    assert imported_rooms(source, package="kit.report") == rooms


def lines_of_code(source: str) -> int:
    """Count the lines that are neither blank nor comment nor docstring."""
    documented = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    lines = enumerate(source.splitlines(), 1)
    return sum(1 for n, line in lines if line.strip() and not line.strip().startswith("#") and n not in documented)


# Lines of code that each part of the house may have; what only some users need does not crowd the core.
ROOMY = {
    "core": 4_800,
    "fairness": 2_500,
    "report": 4_000,
    "scoring": 3_000,
    "years": 3_200,
    "documents": 2_000,
    "contest": 3_300,
    "cli": 1_100,
}


def test_the_house_stays_small() -> None:
    """The core and each room above it have their measure, and every module can be read in one sitting."""
    sizes = dict.fromkeys(ROOMY, 0)
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) < 500, path
        room = room_of(path)
        sizes[room if room in ROOMY else "core"] += lines_of_code(source)
    assert {room: size for room, size in sizes.items() if size >= ROOMY[room]} == {}


def test_import_kit_is_light() -> None:
    """`import kit` brings nothing heavy along, and takes less than 0.3 s."""
    code = (
        "import json, sys, time; start = time.perf_counter(); import kit; "
        "print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))"
    )
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT)) for _ in range(3)]
    heavy = {"IPython", "babel", "matplotlib", "numpy", "pandas", "pydantic", "sqlalchemy", "typst", "yaml"}
    assert not heavy & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < 0.3


# Notebooks


def complaints(notebook: dict[str, Any]) -> list[str]:
    """Return what keeps a notebook from being a pleasure, in the order of its cells."""
    cells = [(cell, "".join(cell["source"])) for cell in notebook["cells"]]
    codes = [(cell, source) for cell, source in cells if cell["cell_type"] == "code"]
    prose = "\n".join(source for cell, source in cells if cell["cell_type"] == "markdown")
    found = [*_about_headings(prose), *_about_parameters(codes)]
    for cell, source in codes:
        if cell["outputs"] or cell["execution_count"] is not None:
            found.append("outputs are kept")
        found += _about_code(source, parameters=cell is codes[0][0])
    if re.search(r"(?<![\w.])(/(home|Users|root|tmp|work|mnt)/|[A-Z]:\\|file://)", prose):
        found.append("absolute path in prose")
    return found


def _about_headings(prose: str) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", prose, flags=re.DOTALL | re.MULTILINE)
    levels = [len(marks) for marks in re.findall(r"^(#{1,6}) ", text, flags=re.MULTILINE)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "no single H1 at the top"
    if any(deeper > level + 1 for level, deeper in pairwise(levels)):
        yield "skipped heading level"


def _about_parameters(codes: list[tuple[dict[str, Any], str]]) -> Iterator[str]:
    tagged = [n for n, (cell, _) in enumerate(codes) if "parameters" in cell["metadata"].get("tags", [])]
    if tagged != [0]:
        yield "the first code cell is not the one `parameters` cell"
        return
    source = codes[0][1]
    for statement in ast.parse(source).body:
        line = source.splitlines()[statement.lineno - 1]
        if not isinstance(statement, ast.AnnAssign) or statement.value is None:
            yield f"parameter without annotation and value: {line}"
            continue
        try:
            ast.literal_eval(statement.value)
        except ValueError:
            yield f"parameter is no literal: {line}"
        last = source.splitlines()[(statement.end_lineno or 1) - 1]
        if not re.search(r"\S  # \S", last[statement.end_col_offset - 1 :]):
            yield f"parameter without comment: {line}"


FORBIDDEN = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.Lambda: "lambda",
    ast.ClassDef: "class",
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
}


def _about_code(source: str, *, parameters: bool) -> Iterator[str]:
    tree = ast.parse(source)
    if len(tree.body) > 5 and not parameters:
        yield "more than five statements"
    for node in ast.walk(tree):
        if type(node) in FORBIDDEN:
            yield f"{FORBIDDEN[type(node)]} in a cell"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "open"}:
            yield f"{node.func.id}() in a cell"
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if re.match(r"(/\w|~/|[A-Za-z]:[\\/]|file://)", text):
            yield f"absolute path {text!r}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_a_pleasure(path: Path) -> None:
    assert complaints(json.loads(path.read_text(encoding="utf-8"))) == []


def notebook(*code: str, prose: str = "# Judul", parameters: str = 'edition: str = "2025"  # edisi') -> dict[str, Any]:
    """A notebook of one page of prose, parameters and further code cells."""

    def cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
        more = {"outputs": [], "execution_count": None} if kind == "code" else {}
        return {"cell_type": kind, "source": [source], "metadata": {"tags": [*tags]}, **more}

    cells = [cell("markdown", prose), cell("code", parameters, "parameters"), *(cell("code", text) for text in code)]
    return {"cells": cells}


@pytest.mark.parametrize(
    "good",
    [
        notebook(),
        notebook("import kit\ncontest = kit.open(edition)", "contest.ranking()"),
        notebook(prose="# A\n\n## B\n\n### C\n\n## D\n\n```\n# not a heading\n```"),
        notebook(parameters='edition: str = "2025"  # edisi\nlanguage: str = "id"  # bahasa\nn: int = -1  # batas'),
    ],
)
def test_a_plain_notebook_passes(good: dict[str, Any]) -> None:
    assert complaints(good) == []


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (notebook(prose="## B"), "no single H1 at the top"),
        (notebook(prose="# A\n\n# B"), "no single H1 at the top"),
        (notebook(prose="# A\n\n### C"), "skipped heading level"),
        (notebook(prose="# A\n\nSee /home/ani/kit"), "absolute path in prose"),
        (
            notebook(parameters='edition = "2025"  # edisi'),
            'parameter without annotation and value: edition = "2025"  # edisi',
        ),
        (notebook(parameters='edition: str = "2025"'), 'parameter without comment: edition: str = "2025"'),
        (notebook(parameters='edition: str = "20 # 25"'), 'parameter without comment: edition: str = "20 # 25"'),
        (
            notebook(parameters="edition: str = str(2025)  # edisi"),
            "parameter is no literal: edition: str = str(2025)  # edisi",
        ),
        (notebook("def f(): ..."), "def in a cell"),
        (notebook("class A: ..."), "class in a cell"),
        (notebook("f = lambda: 1"), "lambda in a cell"),
        (notebook("for n in []:\n    n"), "loop in a cell"),
        (notebook("while False:\n    1"), "loop in a cell"),
        (notebook("print(1)"), "print() in a cell"),
        (notebook("open('a')"), "open() in a cell"),
        (notebook("1\n2\n3\n4\n5\n6"), "more than five statements"),
        (notebook("a = '/srv/data'"), "absolute path '/srv/data'"),
        (notebook("a = r'C:\\data'"), "absolute path 'C:\\\\data'"),
    ],
)
def test_what_spoils_a_notebook_is_named(bad: dict[str, Any], complaint: str) -> None:
    assert complaints(bad) == [complaint]


def test_a_second_or_late_parameters_cell_is_refused() -> None:
    twice = notebook("a: int = 1  # a")
    twice["cells"][2]["metadata"]["tags"] = ["parameters"]
    late = notebook("1")
    late["cells"][1:] = late["cells"][:0:-1]
    assert complaints(twice) == complaints(late) == ["the first code cell is not the one `parameters` cell"]


def test_kept_outputs_are_refused() -> None:
    run = notebook("1")
    run["cells"][2]["execution_count"] = 7
    assert complaints(run) == ["outputs are kept"]
