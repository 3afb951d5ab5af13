"""Running a notebook in this process, and the document inside an executed one.

No kernel is started and nothing is imported twice. That is for notebooks that only show things; widgets need a kernel.
"""

from __future__ import annotations

import atexit
import builtins
import html
import json
import os
import re
import sys
import warnings
from base64 import b64decode
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from traitlets.config import Config

import kit
from kit.errors import Collector, NotYet, Problem, known_language
from kit.render import outputs
from kit.render.blocks import (
    MIME,
    MISSING,
    Callout,
    Cell,
    Column,
    Document,
    Figure,
    Paragraph,
    Printed,
    Run,
    Table,
    unpacked,
)
from kit.render.markup import described, html_blocks, picture_at
from kit.render.prepare import flat, masthead_of, picture_drawing
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

    from nbformat import NotebookNode

    from kit.render.blocks import Kind
    from kit.render.prepare import Json
    from kit.texts import Language

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
    _run_cells(executed)
    try:
        raise_for_execution_errors(executed, str(output))  # it writes the notebook, with a link to the cell that failed
    except PapermillExecutionError as error:
        said = f"{error.ename}: {error.evalue}".rstrip(".")
        raise NotebookFailed(file=output.name, cell=error.exec_count, said=said) from error
    return executed


def _run_cells(notebook: NotebookNode) -> None:
    """Run code cells in one shell, keeping their outputs and widgets, up to the first that stops."""
    number, stopped = 0, False
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
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
    bundles = [output.get("data", {}) for cell in cells for output in cell.outputs]
    if shown := [bundle[WIDGET]["model_id"] for bundle in bundles if WIDGET in bundle]:
        whole = import_module("ipywidgets").Widget.get_manager_state()
        notebook.metadata["widgets"] = {WIDGETS: whole | {"state": _shown_with(shown, whole["state"])}}


def _shown_with(shown: list[str], state: Json) -> Json:
    """Return the state of some widgets and of all that they are made of; a process has those of other notebooks too."""
    kept: Json = {}
    while shown:
        name = shown.pop()
        if name in state and name not in kept:
            kept[name] = state[name]
            shown += re.findall(r'"IPY_MODEL_(\w+)"', json.dumps(state[name]["state"], default=str))
    return kept


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
            if "matplotlib.pyplot" in sys.modules:
                import_module("kit.render.pyplot").show_open_figures()
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
    with _names_kept(sys, builtins), warnings.catch_warnings(), outputs.kept(), _figures_in_cells():
        shell = _Shell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]
        outputs.register(shell)
        drawings = shell.display_formatter.formatters["image/svg+xml"]  # type: ignore[union-attr]
        drawings.for_type_by_name("matplotlib.figure", "Figure", outputs.drawing_of)
        InteractiveShell._instance = shell  # type: ignore[assignment]  # noqa: SLF001  (else `display` prints)
        try:
            yield shell
        finally:
            InteractiveShell._instance = outer  # noqa: SLF001
            sys.modules["__main__"], sys.path[:] = main, path
            atexit.unregister(shell.atexit_operations)  # which would keep all that the notebook made


_BACKEND, _PYPLOT = "module://kit.render.pyplot", "matplotlib.pyplot"


@contextmanager
def _figures_in_cells() -> Iterator[None]:
    """Let pyplot show its figures in the cell, whether it is loaded already or not."""
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = _BACKEND
    try:
        with _backend(_BACKEND):
            yield
    finally:
        if before is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = before


@contextmanager
def _backend(name: str) -> Iterator[None]:
    if "matplotlib" in sys.modules:
        rc = sys.modules["matplotlib"].rcParams
        before = rc._get("backend")  # noqa: SLF001  (reading it plainly would load pyplot)
        rc["backend"] = name
        if _PYPLOT in sys.modules:
            sys.modules[_PYPLOT].switch_backend(name)
    else:
        before = None
    try:
        yield
    finally:
        if "matplotlib" in sys.modules:
            matplotlib = sys.modules["matplotlib"]
            matplotlib.rcParams["backend"] = before or matplotlib.rcParamsDefault["backend"]


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

# Cells about the notebook itself carry this tag and stay out of the document, as do those for another language.
ABOUT = "about"

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")


def blocks_of(
    notebook: NotebookNode, name: str = "", noted: Collector | None = None, folder: Path | None = None
) -> list[Json]:
    """Return the document's blocks: what the cells show, with the analysts' own Markdown between them.

    A notebook that shows no masthead gets one: its title is the first heading, or the notebook's name; what it is about
    is the edition that :func:`kit.open` opened, if it did.

    Args:
        notebook: after it was run.
        name: of the notebook's file, without its ending.
        noted: takes what cannot be printed and which figures lack a description, cell by cell.
        folder: of the notebook, where pictures that its Markdown names may be.

    Raises:
        notebook_cell_failed: a cell's output is an error.
        notebook_not_executed: a code cell that is not blank was never run.
        document_repeated: several cells show a masthead.
    """
    waiting = [
        number
        for number, cell in _numbered(notebook)
        if cell.cell_type == "code" and cell.source.strip() and cell.get("execution_count") is None
    ]
    for number, cell in _numbered(notebook):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                said = f"{output.ename}: {output.evalue}".rstrip(".")
                raise Problem("notebook_cell_failed", cell=number, error=said)
    if waiting:
        raise Problem("notebook_not_executed", cells=waiting)
    language = language_of(notebook)
    reader = _Cells(notebook, Texts(language), noted or Collector(), folder)
    found = [block for number, cell in _numbered(notebook) for block in reader.blocks(number, cell)]
    if any(block["type"] == "document" for block in flat(found)):
        masthead_of(found)  # or raises
        return found
    return _with_masthead(found, notebook, name, language)


def _numbered(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield the cells with their numbers in the notebook as it was written: papermill puts in a cell of its own."""
    number = 0
    for cell in notebook.cells:
        number += "injected-parameters" not in _tags(cell)
        yield number, cell


def language_of(notebook: NotebookNode) -> Language:
    """Return the language of the document: that of its masthead, else of the notebook's parameter ``language``."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    for output in shown:
        shown_record = output.get("data", {}).get(MIME)
        for record in (shown_record and unpacked(_text(shown_record)), output.get("metadata", {}).get(MIME)):
            for block in flat([record] if record else []):
                if block.get("type") == "document":
                    return known_language(block["language"])
    parameters = [cell.source for cell in notebook.cells if {"parameters", "injected-parameters"} & {*_tags(cell)}]
    asked = re.findall(r"""^language\b[^=\n]*=\s*["'](\w+)["']""", "\n".join(parameters), re.MULTILINE)
    return "en" if asked and asked[-1] == "en" else "id"


def _tags(cell: NotebookNode) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _with_masthead(found: list[Json], notebook: NotebookNode, name: str, language: Language) -> list[Json]:
    """Return the blocks behind a masthead; the heading that is its title stands there only."""
    title = _screen_title(notebook, language) or name or Texts(language)("outputs.untitled")
    first = next((n for n, block in enumerate(found) if block["type"] not in {"style", "printed"}), None)
    if first is not None and found[first]["type"] == "heading":
        title = found.pop(first)["text"]
    about: Json = next(
        (
            output.metadata[MIME]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if output.get("metadata", {}).get(MIME)
        ),
        {},
    )
    blank = blank_document(notebook, title, name, language)
    own = {key: blank[key] for key in ("title", "made_at", "stem")}
    return [blank | about | own, *found]


def _screen_title(notebook: NotebookNode, language: Language) -> str:
    """Return the first title among the prose of one language, also where that is for the screen only; or blank."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            own = re.search(rf'<div lang="{language}"[^>]*>(.*?)</div>', cell.source, re.DOTALL)
            if found := re.search(r"^# +(.+)$", own[1] if own else cell.source, re.MULTILINE):
                return found[1].strip()
    return ""


def blank_document(notebook: NotebookNode, title: str, name: str, language: Language) -> Json:
    """Return the masthead of a notebook that knows of no edition, made when papermill ran it, else now."""
    ended = notebook.metadata.get("papermill", {}).get("end_time")
    made_at = datetime.fromisoformat(ended) if ended else datetime.now(UTC)
    return Document(
        title=title,
        edition="",
        state="",
        circulation="",
        simulated=False,
        made_at=made_at.astimezone(UTC).replace(microsecond=0),
        version=kit.__version__,
        fingerprint="",
        stem=name or "notebook",
        language=language,
    ).to_json()


class _Cells:
    """Turns cells into blocks, and notes what cannot be printed."""

    def __init__(self, notebook: NotebookNode, t: Texts, noted: Collector, folder: Path | None) -> None:
        self.t, self.noted, self.folder, self.cell = t, noted, folder, 0
        widgets = notebook.metadata.get("widgets", {}).get(WIDGETS, {})
        self.widgets: Json = widgets.get("state", {})

    def blocks(self, number: int, cell: NotebookNode) -> list[Json]:
        """Return what one cell adds to the document: its Markdown, or what it shows."""
        self.cell, tags = number, {*_tags(cell)}
        others = {language for language in LANGUAGES if language != self.t.language}
        if tags & others and self.t.language not in tags:
            return []
        if ABOUT in tags:  # what it shows is for the screen, but colours and a logo chosen in it hold
            held = [output["data"][MIME] for output in cell.get("outputs", []) if MIME in output.get("data", {})]
            return [record for record in (unpacked(_text(text)) for text in held) if record["type"] == "style"]
        if cell.cell_type == "markdown":
            return self._markdown(cell.source, cell.get("attachments", {}))
        return self._outputs(cell.get("outputs", []))

    def _outputs(self, outputs: list[Json]) -> list[Json]:
        found: list[Json] = []
        seen: list[list[Json]] = []
        for output in outputs:
            if output["output_type"] == "stream":
                found += _printed(_text(output["text"]), note=output["name"] == "stderr")
            elif output["output_type"] != "error":
                shown = self._bundle(output["data"])
                again = bool(shown) and shown[0]["type"] == "figure" and shown in seen
                found += [] if again else shown  # IPython shows a figure twice that also ends its cell
                seen.append(shown)
        if any(block["type"] == "figure" for block in found):  # what drawing commands return is not meant to be read
            found = [block for block in found if not (block["type"] == "printed" and _DRAWN.match(block["text"]))]
        return found

    def _bundle(self, data: Json) -> list[Json]:  # noqa: PLR0911  (a line for each kind)
        """Return one output as blocks, in the best of its forms."""
        if MIME in data:
            record = unpacked(_text(data[MIME]))
            if any(block.get("undescribed") for block in flat([record])):
                self._note("figure_undescribed")
            return [record]
        if WIDGET in data:
            return self._widget(data[WIDGET].get("model_id", ""))
        if "text/markdown" in data:
            return self._markdown(_text(data["text/markdown"]), {})
        if drawing := _drawing(data):
            self._note("figure_undescribed")
            return [described(drawing, "", "", self.t).to_json()]
        if foreign := [kind for kind in data if kind not in {"text/html", "text/plain", "text/latex"}]:
            return self._unprintable(foreign[0])
        if "text/html" in data:
            return self._html(_text(data["text/html"]))
        if "text/latex" in data:
            self._note("math_as_typed")
        return _printed(_text(data.get("text/latex") or data.get("text/plain") or ""), note=False)

    def _html(self, text: str) -> list[Json]:
        found, live = html_blocks(text, self.t)
        for kind in dict.fromkeys(live):
            self._note("output_unprintable", kind=kind)
        if any(isinstance(block, Figure) and block.undescribed for block in found):
            self._note("figure_undescribed")
        return [block.to_json() for block in found]

    def _unprintable(self, kind: str) -> list[Json]:
        self._note("output_unprintable", kind=kind)
        return []

    def _note(self, code: str, **data: object) -> None:
        problem = Problem(code, cell=self.cell, **data)
        if problem not in self.noted.found:
            self.noted.add(problem)

    def _markdown(self, text: str, attachments: Json) -> list[Json]:
        """Return Markdown as blocks; a picture becomes a figure where the notebook holds it, or its folder."""
        found: list[Json] = []
        for block in markdown_blocks(text):
            if block["type"] == "html":
                found += self._html(block["raw"])
                continue
            texts = block["items"] if block["type"] == "list" else [block.get("runs", [])]
            if any(run.get("math") for runs in texts for run in runs):
                self._note("math_as_typed")
            pictures = [run for runs in texts for run in runs if "picture" in run]
            for runs in texts:
                runs[:] = [run for run in runs if "picture" not in run]
            if not pictures or any(run["text"].strip() for runs in texts for run in runs):
                found.append(block)
            for run in pictures:
                found += self._picture(run, attachments)
        return found

    def _picture(self, run: Json, attachments: Json) -> list[Json]:
        held = attachments.get(run["picture"].removeprefix("attachment:"), {})
        address = next((f"data:{kind};base64,{content}" for kind, content in held.items()), run["picture"])
        svg = picture_at(address, self.folder)
        if not svg:
            return self._unprintable(run["picture"][:80])
        if not run["text"]:
            self._note("figure_undescribed")
        return [described(svg, run["caption"], run["text"], self.t).to_json()]

    # Widgets

    def _widget(self, id_: str) -> list[Json]:  # noqa: PLR0911  (a line for each kind)
        """Return a widget as it stands: its value with its label, and what is in a box, in order."""
        model = self.widgets.get(id_.removeprefix("IPY_MODEL_"), {})
        kind, state = model.get("model_name", "").removesuffix("Model"), model.get("state", {})
        if kind in _BOXES:
            titles = state.get("titles") or []
            found: list[Json] = []
            for n, child in enumerate(state.get("children", [])):
                if n < len(titles) and titles[n]:
                    found.append(Paragraph((Run(str(titles[n]), strong=True),)).to_json())
                found += self._widget(child)
            return found
        if kind in _SILENT:
            return []
        if kind == "Output":
            return self._outputs(state.get("outputs", []))
        label = str(state.get("description", "")).rstrip(":")
        if kind in {"HTML", "HTMLMath"}:
            before = f"<b>{html.escape(label)}:</b> " if label else ""
            return self._html(f"{before}{state.get('value', '')}")
        if isinstance(state.get("html"), str):
            return self._html(state["html"])
        value = _value(state, self.t)
        if value is None:
            own = str(state.get("_anywidget_id", "")).rpartition(".")[2]
            return [] if own in _SILENT else self._unprintable(f"widget {own or kind}".strip())
        runs = (Run(f"{label}: ", strong=True), Run(value)) if label else (Run(value),)
        return [Paragraph(runs).to_json()]


WIDGET, WIDGETS = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
_BOXES = {"Box", "HBox", "VBox", "GridBox", "GridspecLayout", "Tab", "Accordion", "Stack", "AppLayout"}
_BOXES |= {"TwoByTwoLayout"}
_SILENT = {"Button", "FileUpload", "Play", "Layout"}  # these hold no value that somebody reads
_DRAWN = re.compile(r"^[\[(]*(<[\w.]+(?: at 0x|:|\s)|Text\(|array\(\[<|\(array\()")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def _value(state: Json, t: Texts) -> str | None:  # noqa: C901, PLR0911  (a line for each kind)
    """Return the value of a widget in words; None where it has none that can be written."""
    labels = state.get("_options_labels")
    if labels is not None:
        chosen = state.get("index")
        many = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
        return ", ".join(str(labels[n]) for n in many) or MISSING
    if "value" not in state:
        return None
    match state["value"]:
        case None | "":
            return MISSING
        case {"year": int(year), "month": int(month), "date": int(day)}:
            return t.date(date(year, month + 1, day))
        case bool() as yes:
            return t.show(yes)
        case int() as number:
            return t.integer(number)
        case float() as number:
            return t.decimal(Decimal(f"{number:.10g}"))
        case str() as text:
            return text
        case [int() | float(), int() | float()] as both:
            return "–".join(t.decimal(Decimal(f"{number:.10g}")) for number in both)
        case list() as several:
            return ", ".join(map(str, several))
    return None


def _text(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _drawing(data: Json) -> str:
    """Return the picture among the forms of an output, as a drawing; blank if there is none."""
    if "image/svg+xml" in data:
        svg = _text(data["image/svg+xml"])
        return svg[svg.index("<svg") :] if "<svg" in svg else svg
    picture = _text(data.get("image/png") or data.get("image/jpeg") or "")
    return picture_drawing(b64decode(picture)) if picture else ""


def _printed(text: str, *, note: bool) -> list[Json]:
    """Return printed text as a terminal would show it in the end: without colours, a bar only as it stopped."""
    lines = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in _ANSI.sub("", text).split("\n")]
    shown = "\n".join(lines).strip("\n")
    return [Printed(shown, note=note).to_json()] if shown.strip() else []


# Markdown


@cache
def _parser() -> Callable[[str], list[Json]]:
    import mistune  # noqa: PLC0415  (only documents from notebooks need it)

    return mistune.create_markdown(renderer="ast", plugins=["table", "footnotes", "math"])  # type: ignore[return-value]


def markdown_blocks(text: str) -> list[Json]:
    """Return an analyst's Markdown as blocks.

    What only a notebook can answer is left to it: a run with a ``picture`` is its address, one with ``math`` is TeX as
    typed; a block of the type ``html`` is not read yet.
    """
    return [block for token in _parser()(text) for block in _blocks(token)]


def _blocks(token: Json) -> list[Json]:  # noqa: PLR0911  (a line for each kind)
    match token:
        case {"type": "heading", "attrs": {"level": level}}:
            text = "".join(run["text"] for run in _prose(token["children"]))
            return [{"type": "heading", "level": 2 if level <= 2 else 3, "text": text}]
        case {"type": "paragraph" | "block_text", "children": children}:
            return [_paragraph(_prose(children))]
        case {"type": "list"}:
            return _list(token)
        case {"type": "table"}:
            return [_table(token)]
        case {"type": "block_quote", "children": children}:
            return _quote([block for child in children for block in _blocks(child)])
        case {"type": "block_code", "raw": raw}:
            return [Printed(raw.rstrip("\n")).to_json()]
        case {"type": "block_html", "raw": raw}:
            return [{"type": "html", "raw": raw}]
        case {"type": "block_math", "raw": raw}:
            return [_paragraph([{"text": f"$$ {raw.strip()} $$", "math": True}])]
        case {"type": "footnotes", "children": notes}:
            return [_paragraph(_note(note)) for note in notes]
    return []


def _paragraph(runs: list[Json]) -> Json:
    return {"type": "paragraph", "lead": False, "runs": runs}


def _list(token: Json, level: int = 0) -> list[Json]:
    """Return a list in pieces, each on one level, with what else stands in its items between them."""
    ordered: bool = token["attrs"]["ordered"]
    found: list[Json] = []
    for n, item in enumerate(token["children"], token["attrs"].get("start", 1)):
        texts = [_prose(child["children"]) for child in item["children"] if child["type"] in _TEXTS]
        runs = [run for m, text in enumerate(texts) for run in ([{"text": "\n"}] if m else []) + text]
        if not found or found[-1].get("level") != level or found[-1]["type"] != "list":
            found.append({"type": "list", "ordered": ordered, "level": level, "start": n, "items": []})
        found[-1]["items"].append(runs)
        for child in item["children"]:
            if child["type"] not in _TEXTS:
                found += _list(child, level + 1) if child["type"] == "list" else _blocks(child)
    return found


_TEXTS = ("block_text", "paragraph")


def _quote(blocks: list[Json]) -> list[Json]:
    """Return what is quoted, its paragraphs set apart."""
    found: list[Json] = []
    for block in blocks:
        if block["type"] == "paragraph" and found and found[-1]["type"] == "callout":
            found[-1]["runs"] += [{"text": "\n\n"}, *block["runs"]]
        elif block["type"] == "paragraph":
            found.append({"type": "callout", "runs": block["runs"], "kind": "info", "title": None})
        else:
            found.append(block)
    return found


def _note(note: Json) -> list[Json]:
    texts = [_prose(child["children"]) for child in note["children"] if "children" in child]
    return [_reference(note["attrs"]["index"]), {"text": " "}, *(run for text in texts for run in text)]


def _reference(number: int) -> Json:
    return {"text": str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))}


_STYLES: dict[str, Json] = {"strong": {"strong": True}, "emphasis": {"em": True}}
_BREAKS = {"softbreak": " ", "linebreak": "\n"}


def _prose(tokens: list[Json], **style: Any) -> list[Json]:  # noqa: ANN401, C901  (a run's fields; a line for each kind)
    found: list[Json] = []
    for token in tokens:
        match token:
            case {"type": "text", "raw": raw}:
                found.append({"text": _ENTITY.sub(lambda entity: html.unescape(entity[0]), raw), **style})
            case {"type": "codespan", "raw": raw}:
                found.append({"text": raw, **style, "code": True})
            case {"type": "inline_math", "raw": raw}:
                found.append({"text": f"${raw}$", **style, "math": True})
            case {"type": "footnote_ref", "attrs": {"index": number}}:
                found.append(_reference(number))
            case {"type": "inline_html", "raw": raw}:
                text, style = _tag(raw, style)
                found.append({"text": text, **style})
            case {"type": "image", "children": children, "attrs": {"url": url, **more}}:
                said = "".join(run["text"] for run in _prose(children))
                found.append({"text": said, "picture": url, "caption": more.get("title") or ""})
            case {"type": "link", "children": children, "attrs": {"url": url}}:
                found += _prose(children, **{**style, "href": url})
            case {"type": kind, "children": children}:
                found += _prose(children, **{**style, **_STYLES.get(kind, {})})
            case {"type": kind}:
                found.append({"text": _BREAKS.get(kind, token.get("raw", "")), **style})
    return found


def _tag(raw: str, style: Json) -> tuple[str, Json]:
    """Return what a tag in running text prints, and the style after it; one that no browser knows prints as typed."""
    closing, name = re.match(r"<(/?)([\w!-]*)", raw).groups()  # type: ignore[union-attr]  # it is a tag
    if name == "br":
        return "\n", style
    if known := _TAGS.get(name.lower()):
        return "", {key: value for key, value in style.items() if key != known} | ({} if closing else {known: True})
    return "" if name.lower() in _PLAIN_TAGS or raw.startswith("<!--") else raw, style


_TAGS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "code": "code", "kbd": "code"}
_PLAIN_TAGS = {"abbr", "center", "del", "font", "ins", "mark", "s", "small", "span", "sub", "sup", "u"}


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
