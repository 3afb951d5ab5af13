"""The document inside an executed notebook."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.render.blocks import MIME
from kit.render.layout import masthead_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbformat import NotebookNode

    from kit.render.blocks import Json

# Markdown cells about the notebook itself carry this tag and stay out of the document.
ABOUT = "about"

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")


def blocks_of(notebook: NotebookNode) -> list[Json]:
    """The document's blocks: what the cells show, with the analysts' own Markdown between them.

    Raises:
        notebook_cell_failed: a cell's output is an error.
        notebook_not_executed: a code cell that is not blank was never run.
        document_missing: no cell shows a masthead.
        document_repeated: several do.
    """
    found: list[Json] = []
    waiting: list[int] = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown" and ABOUT not in cell.metadata.get("tags", []):
            found += markdown_blocks(cell.source)
        elif cell.cell_type == "code":
            if cell.source.strip() and cell.get("execution_count") is None:
                waiting.append(number)
            for output in cell.outputs:
                if output.output_type == "error":
                    raise Problem("notebook_cell_failed", cell=number, error=f"{output.ename}: {output.evalue}")
                if MIME in output.get("data", {}):
                    found.append(output.data[MIME])
    if waiting:
        raise Problem("notebook_not_executed", cells=waiting)
    masthead_of(found)
    return found


@cache
def _parser() -> Callable[[str], list[Json]]:
    import mistune  # noqa: PLC0415  (only documents from notebooks need it)

    return mistune.create_markdown(renderer="ast", plugins=["table"])  # type: ignore[return-value]  # the AST renderer


def markdown_blocks(text: str) -> list[Json]:
    """An analyst's Markdown as blocks; HTML in it is shown as typed."""
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
    """The items of a list; those of a list inside it follow their item."""
    for item in token["children"]:
        texts = [_prose(child["children"]) for child in item["children"] if child["type"] in _TEXTS]
        yield [run for n, text in enumerate(texts) for run in ([{"text": "\n"}] if n else []) + text]
        for child in item["children"]:
            if child["type"] == "list":
                yield from _items(child)


_DRESSES: dict[str, Json] = {"strong": {"strong": True}, "emphasis": {"em": True}}
_BREAKS = {"softbreak": " ", "linebreak": "\n"}


def _prose(tokens: list[Json], **dress: Any) -> list[Json]:  # noqa: ANN401  (a run's fields)
    found: list[Json] = []
    for token in tokens:
        match token:
            case {"type": "text", "raw": raw}:
                found.append({"text": _ENTITY.sub(lambda entity: html.unescape(entity[0]), raw), **dress})
            case {"type": "codespan", "raw": raw}:
                found.append({"text": raw, **dress, "code": True})
            case {"type": "link", "children": children, "attrs": {"url": url}}:
                found += _prose(children, **{**dress, "href": url})
            case {"type": kind, "children": children}:
                found += _prose(children, **{**dress, **_DRESSES.get(kind, {})})
            case {"type": kind}:
                found.append({"text": _BREAKS.get(kind, token.get("raw", "")), **dress})
    return found


def _table(token: Json) -> Json:
    head, *bodies = token["children"]
    labels = [_words(cell) for cell in head["children"]]
    kinds = ["decimal" if cell["attrs"]["align"] == "right" else "text" for cell in head["children"]]
    columns = [
        {"key": str(n), "label": label, "kind": kind} for n, (label, kind) in enumerate(zip(labels, kinds, strict=True))
    ]
    rows = [
        {str(n): {"text": _words(cell)} for n, cell in enumerate(row["children"])}
        for body in bodies
        for row in body["children"]
    ]
    return {
        "type": "table",
        "caption": "",
        "columns": columns,
        "rows": rows,
        "notes": [],
        "row_header": "0",
        "sheet": "",
    }


def _words(cell: Json) -> str:
    return "".join(run["text"] for run in _prose(cell["children"]))
