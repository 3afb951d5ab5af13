"""Running a notebook in this process, and the document inside an executed one.

No kernel is started and nothing is imported twice. That is for notebooks that only show things; widgets need a kernel.
"""

from __future__ import annotations

import atexit
import builtins
import html
import re
import sys
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from traitlets.config import Config

from kit.errors import NotYet, Problem
from kit.render.blocks import MIME, Callout, Cell, Column, Table
from kit.render.prepare import masthead_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

    from nbformat import NotebookNode

    from kit.render.blocks import Kind
    from kit.render.prepare import Json

_KERNEL = {"kernel_name": "python3", "language": "python"}


class NotebookFailed(Problem, RuntimeError):
    """A cell of a notebook stopped with an error."""


def run_notebook(notebook: Path, output: Path, parameters: Mapping[str, object]) -> NotebookNode:
    """Run a notebook with parameters, as papermill sets them, and return it executed.

    The cell that fails is the last that runs. A cell that cannot show something yet, such as a result while a round is
    open, says so and ends the notebook well.

    Args:
        notebook: the notebook to run.
        output: where the notebook goes if a cell fails, so that it can be looked at; nothing is written otherwise.
        parameters: values for the notebook's ``parameters`` cell.

    Raises:
        file_missing: there is no such notebook.
        unknown_parameter: the notebook has no such parameter.
        NotebookFailed: a cell failed.
        KeyboardInterrupt: the user interrupted it; this is no failure of the cell.
    """
    import papermill  # noqa: PLC0415  (slow to import; only rendering needs it)
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415
    from papermill.execute import raise_for_execution_errors  # noqa: PLC0415
    from papermill.iorw import load_notebook_node  # noqa: PLC0415
    from papermill.parameterize import parameterize_notebook  # noqa: PLC0415

    if not notebook.is_file():
        raise Problem("file_missing", file=notebook.name, folder=notebook.parent.name)
    executed: NotebookNode = load_notebook_node(str(notebook))
    if parameters:
        known = papermill.inspect_notebook(str(notebook))
        for name in parameters:
            if name not in known:
                raise Problem("unknown_parameter", file=notebook.name, parameter=name, known=", ".join(known))
        executed = parameterize_notebook(executed, dict(parameters), **_KERNEL)
    _run_cells([cell for cell in executed.cells if cell.cell_type == "code"])
    try:
        raise_for_execution_errors(executed, str(output))  # it writes the notebook, with a link to the cell that failed
    except PapermillExecutionError as error:
        said = f"{error.ename}: {error.evalue}"
        raise NotebookFailed(file=output.name, cell=error.exec_count, said=said) from error
    return executed


def _run_cells(cells: list[NotebookNode]) -> None:
    """Run code cells in one shell, keeping their outputs, up to the first that stops."""
    number, stopped = 0, False
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    with _shell() as shell:
        for cell in cells:
            if not cell.source.strip():
                continue
            number += 1
            cell.execution_count = number
            if stopped:  # the cells after one that says why it cannot show something yet have nothing to show
                continue
            cell.outputs, error = shell.run(cell.source, number)
            if isinstance(error, NotYet):
                block = Callout(error.sentence(), kind="info")
                cell.outputs = [new_output("display_data", data=block._repr_mimebundle_())]
                stopped = True
            elif error is not None:
                return


# The shell


class _ShowResult(DisplayHook):
    """Keeps a cell's last value instead of printing it."""

    def quiet(self) -> bool:
        """Tell whether the cell ends in a semicolon, and so shows nothing."""
        assert self.shell is not None  # the shell that made this hook
        return bool(self.semicolon_at_end_of_expression(self.shell.source))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: Json, md_dict: Json | None = None) -> None:
        """Keep the value in all its forms."""
        assert self.shell is not None
        shown = {"data": format_dict, "metadata": md_dict or {}, "execution_count": self.shell.execution_count}
        self.shell.outputs.append(new_output("execute_result", **shown))


class _ShowDisplay(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: Json, metadata: Json | None = None, *_: object, **__: object) -> None:
        """Keep the display in all its forms."""
        self.shell.outputs.append(new_output("display_data", data=data, metadata=metadata or {}))


class _Shell(InteractiveShell):
    """IPython without a terminal, a history file or anything of the user's own configuration."""

    displayhook_class = _ShowResult
    display_pub_class = _ShowDisplay
    source: str
    outputs: list[NotebookNode]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.append(
            new_output("error", ename=getattr(evalue, "code", etype.__name__), evalue=str(evalue), traceback=stb)
        )

    def run(self, source: str, number: int) -> tuple[list[NotebookNode], BaseException | None]:
        """Run one cell and return its outputs, and what stopped it.

        Raises:
            KeyboardInterrupt: the user interrupted it.
        """
        self.source, self.outputs = source, []
        self.execution_count = number
        with capture_output(display=False) as printed:
            result = self.run_cell(source)  # type: ignore[no-untyped-call]
        stopped = result.error_before_exec or result.error_in_exec
        if isinstance(stopped, KeyboardInterrupt):
            raise stopped
        streams = [("stdout", printed.stdout), ("stderr", printed.stderr)]
        written = [new_output("stream", name=name, text=text) for name, text in streams if text]
        return [*written, *self.outputs], stopped


@contextmanager
def _shell() -> Iterator[_Shell]:
    """A shell that is the one IPython knows of, after which the process is as it was."""
    main, path, outer = sys.modules["__main__"], list(sys.path), InteractiveShell._instance  # noqa: SLF001  (no public way)
    with _names_kept(sys, builtins), warnings.catch_warnings():
        shell = _Shell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]
        InteractiveShell._instance = shell  # type: ignore[assignment]  # noqa: SLF001  (else `display` prints)
        try:
            yield shell
        finally:
            InteractiveShell._instance = outer  # noqa: SLF001
            sys.modules["__main__"], sys.path[:] = main, path
            atexit.unregister(shell.atexit_operations)  # which would keep all that the notebook made


@contextmanager
def _names_kept(*modules: ModuleType) -> Iterator[None]:
    """Give modules their names back as they were before."""
    before = [dict(vars(module)) for module in modules]
    try:
        yield
    finally:
        for module, names in zip(modules, before, strict=True):
            for name in vars(module).keys() - names.keys():
                delattr(module, name)
            vars(module).update(names)


# The document inside an executed notebook

# Cells for the screen alone carry this tag and stay out of the document: what a notebook says of itself, and the data
# that an analyst looks at on the way to a table.
ABOUT = "about"

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")


def blocks_of(notebook: NotebookNode) -> list[Json]:
    """Return the document's blocks: what the cells show, with the analysts' own Markdown between them.

    Raises:
        notebook_cell_failed: a cell's output is an error.
        notebook_not_executed: a code cell that is not blank was never run.
        document_missing: no cell shows a masthead.
        document_repeated: several do.
    """
    waiting = [
        number
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and cell.source.strip() and cell.get("execution_count") is None
    ]
    found = [block for number, cell in enumerate(notebook.cells, 1) for block in _cell_blocks(cell, number)]
    if waiting:
        raise Problem("notebook_not_executed", cells=waiting)
    masthead_of(found)
    return found


def _cell_blocks(cell: NotebookNode, number: int) -> Iterator[Json]:
    """Yield what one cell adds to the document: its Markdown, or the blocks among its outputs."""
    printed = ABOUT not in cell.metadata.get("tags", [])
    if cell.cell_type == "markdown" and printed:
        yield from markdown_blocks(cell.source)
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raise Problem("notebook_cell_failed", cell=number, error=f"{output.ename}: {output.evalue}")
        if printed and MIME in output.get("data", {}):
            yield output.data[MIME]


@cache
def _parser() -> Callable[[str], list[Json]]:
    import mistune  # noqa: PLC0415  (only documents from notebooks need it)

    return mistune.create_markdown(renderer="ast", plugins=["table"])  # type: ignore[return-value]  # the AST renderer


def markdown_blocks(text: str) -> list[Json]:
    """Return an analyst's Markdown as blocks; HTML in it is shown as typed."""
    return [block for token in _parser()(text) for block in _blocks(token)]


def _blocks(token: Json) -> list[Json]:  # noqa: PLR0911  (a line for each kind)
    match token:
        case {"type": "heading", "attrs": {"level": level}}:
            text = "".join(run["text"] for run in _prose(token["children"]))
            return [{"type": "heading", "level": 2 if level <= 2 else 3, "text": text}]
        case {"type": "paragraph"}:
            return [{"type": "paragraph", "lead": False, "runs": _prose(token["children"])}]
        case {"type": "list", "attrs": {"ordered": ordered}}:
            return [{"type": "list", "ordered": ordered, "items": list(_items(token))}]
        case {"type": "table"}:
            return [_table(token)]
        case {"type": "block_quote", "children": children}:
            return [block for child in children for block in _blocks(child)]
        case {"type": "block_code" | "block_html", "raw": raw}:
            return [{"type": "paragraph", "lead": False, "runs": [{"text": raw.rstrip("\n"), "code": True}]}]
    return []


_TEXTS = ("block_text", "paragraph")


def _items(token: Json) -> Iterator[list[Json]]:
    """Yield the items of a list; those of a list inside it follow their item."""
    for item in token["children"]:
        texts = [_prose(child["children"]) for child in item["children"] if child["type"] in _TEXTS]
        yield [run for n, text in enumerate(texts) for run in ([{"text": "\n"}] if n else []) + text]
        for child in item["children"]:
            if child["type"] == "list":
                yield from _items(child)


_STYLES: dict[str, Json] = {"strong": {"strong": True}, "emphasis": {"em": True}}
_BREAKS = {"softbreak": " ", "linebreak": "\n"}


def _prose(tokens: list[Json], **style: Any) -> list[Json]:  # noqa: ANN401  (a run's fields)
    found: list[Json] = []
    for token in tokens:
        match token:
            case {"type": "text", "raw": raw}:
                found.append({"text": _ENTITY.sub(lambda entity: html.unescape(entity[0]), raw), **style})
            case {"type": "codespan", "raw": raw}:
                found.append({"text": raw, **style, "code": True})
            case {"type": "link", "children": children, "attrs": {"url": url}}:
                found += _prose(children, **{**style, "href": url})
            case {"type": kind, "children": children}:
                found += _prose(children, **{**style, **_STYLES.get(kind, {})})
            case {"type": kind}:
                found.append({"text": _BREAKS.get(kind, token.get("raw", "")), **style})
    return found


def _table(token: Json) -> Json:
    head, *bodies = token["children"]
    labels = [_words(cell) for cell in head["children"]]
    kinds: list[Kind] = ["decimal" if cell["attrs"]["align"] == "right" else "text" for cell in head["children"]]
    columns = [Column(str(n), *about) for n, about in enumerate(zip(labels, kinds, strict=True))]
    rows = [
        {str(n): Cell(_words(cell)) for n, cell in enumerate(row["children"])}
        for body in bodies
        for row in body["children"]
    ]
    return Table(caption="", columns=columns, rows=rows, row_header="0").to_json()


def _words(cell: Json) -> str:
    return "".join(run["text"] for run in _prose(cell["children"]))
