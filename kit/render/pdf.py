"""The PDF face: typeset by Typst as PDF/UA-1 and PDF/A-2a, with the same bytes for the same blocks."""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from datetime import datetime
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.render.blocks import NUMERIC
from kit.render.layout import GAP, SIGNING, WIDEST, arranged, code_point, each_text, fit, widths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import typst

    from kit.render.blocks import Json
    from kit.render.layout import Arranged, Fit

_log = logging.getLogger(__name__)

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]

# In ems: longer words than any of the language get places to break, wherever they stand.
_LONGEST_UNBROKEN = 17.0
_STEP = 6

# Line breaks, and characters that steer the setting without being seen.
_INVISIBLE = "\n\t\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f"

# A row with a longer text than this may break over two pages; shorter ones stay whole.
_LONG_TEXT = 1200


def to_pdf(blocks: Iterable[Json]) -> bytes:
    """The document as PDF.

    A character that neither the typeface nor its fallback can draw is printed as its code point, and a warning is
    logged.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    import typst  # noqa: PLC0415  (30 MB that only documents need)

    document = arranged(blocks)
    record, missing = _drawable(_record(document))
    if missing:
        shown = ", ".join(sorted(map(code_point, missing)))
        _log.warning(document.texts("document.no_glyph", name=document.masthead["stem"], characters=shown))
    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(record, ensure_ascii=False)},
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=_STANDARDS,
        timestamp=datetime.fromisoformat(document.masthead["made_at"]),
    )
    return pdf


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=sorted({path.parent for path in [*theme.font_files(), *theme.fallback_files()]}),
    )


def _record(document: Arranged) -> Json:
    """Everything that the template is given."""
    masthead, t = document.masthead, document.texts
    about = {name: {"label": label, "text": text} for name, label, text in document.about}
    return {
        "masthead": {**masthead, "title": _breakable(masthead["title"]), "subtitle": _breakable(masthead["subtitle"])},
        "words": {word: t(f"document.{word}") for word in ("contents", "score", "about", "simulated", "blank")}
        | {
            "page": t("document.page", page="\n", pages="\n").split("\n"),
            "signing": [t(f"document.signing_{word}") for word in SIGNING],
        },
        "keywords": [part["text"] for part in about.values()]
        + [f"{name}={text}" for name, text in document.claims.items()],
        "running_title": shorten(masthead["title"], 88, placeholder="…"),
        "running_edition": f"{about['edition']['label']} {masthead['edition']}",
        "running_state": " · ".join(
            [
                shorten(masthead["state"], 64, placeholder="…"),
                t(f"document.{masthead['circulation']}_short"),
                t("document.fingerprint_short", start=masthead["fingerprint"][:12]),
            ]
        ),
        "about": [about[name] for name in ("edition", "state", "circulation", "made_at")],
        "colophon": list(about.values()),
        "palette": theme.PALETTE,
        "family": theme.FAMILY,
        "fallback": theme.FALLBACK,
        "summary": _ready(document.summary),
        "parts": list(_parts(document)),
    }


def _parts(document: Arranged) -> Iterator[Json]:
    """Runs of upright pages and of pages turned on their side, each with its blocks ready to be set."""
    blocks = _ready(document.body)
    if document.contents:
        blocks.insert(0, {"type": "contents"})
    # What leads to a wide table goes with it.
    for after, before in pairwise(reversed(blocks)):
        if before["type"] in {"heading", "pagebreak"} or (before["type"] == "paragraph" and after["type"] != "heading"):
            before["landscape"] = after.get("landscape", False)
    for landscape, run in groupby(blocks, lambda block: block.get("landscape", False)):
        yield {"landscape": landscape, "blocks": list(run)}


def _ready(blocks: list[Json]) -> list[Json]:
    """Blocks as the template takes them; a table that no page is wide enough for comes in parts."""
    parts = [part for block in blocks for part in (_split(block) if block["type"] == "table" else [block])]
    alike: defaultdict[str, list[Json]] = defaultdict(list)  # tables with the same columns line up
    for part in parts:
        alike[repr(part.get("columns"))] += part.get("rows", [])
    return [
        _table(part, fit(widths(part | {"rows": alike[repr(part["columns"])]}, theme.ems)))
        if part["type"] == "table"
        else _breakable(_with_crest(part))
        for part in parts
    ]


def _with_crest(block: Json) -> Json:
    """A letterhead with its crest as the one kind of picture that arrives as text."""
    if not block.get("crest"):
        return block
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100" height="100">'
    return {**block, "crest": f'{drawing}<image href="{block["crest"]}" width="100" height="100"/></svg>'}


def _split(table: Json) -> list[Json]:
    """A table that no page is wide enough for as several, each with the column that names the rows."""
    asked = widths(table, theme.ems)
    if sum(width.least + GAP for width in asked) <= WIDEST:
        return [table]
    names = next(n for n, column in enumerate(table["columns"]) if column["key"] == table["row_header"])
    parts: list[list[int]] = [[names]]
    for number in (n for n in range(len(asked)) if n != names):
        if len(parts[-1]) > 1 and sum(asked[n].comfortable + GAP for n in [*parts[-1], number]) > WIDEST:
            parts.append([names])
        parts[-1].append(number)
    return [
        {
            **table,
            "columns": [table["columns"][n] for n in numbers],
            "label": f"{table['label']} ({part}/{len(parts)})",
            "notes": table["notes"] if part == len(parts) else [],
        }
        for part, numbers in enumerate(parts, 1)
    ]


def _table(block: Json, way: Fit) -> Json:
    """A table with the widths of its columns, in ems of its letters."""
    limits = {column["key"]: width for column, width in zip(block["columns"], way.columns, strict=True)}
    columns = [
        {
            "key": column["key"],
            "label": _breakable(column["label"], limits[column["key"]]),
            "numeric": column["kind"] in NUMERIC,
            "width": limits[column["key"]],
        }
        for column in block["columns"]
    ]
    rows = [
        {
            "cells": {
                key: {**row[key], "text": _breakable(row[key]["text"], limits[key])} for key in limits if key in row
            },
            "long": any(len(row[key]["text"]) > _LONG_TEXT for key in limits if key in row),
        }
        for row in block["rows"]
    ]
    return {
        "type": "table",
        "landscape": way.landscape,
        "label": block["label"],
        "caption": _breakable(block["caption"]),
        "notes": _breakable(block["notes"]),
        "gap": GAP,
        "columns": columns,
        "rows": rows,
    }


def _breakable(value: Any, limit: float = _LONGEST_UNBROKEN) -> Any:  # noqa: ANN401  (JSON keeps its shape)
    """The same with places to break in every word wider than ``limit`` ems."""

    def broken(found: re.Match[str]) -> str:
        word = found[0]
        if theme.ems(word) <= limit:
            return word
        return "\u200b".join(word[start : start + _STEP] for start in range(0, len(word), _STEP))

    return each_text(value, lambda text: re.sub(r"\S{8,}", broken, text))


def _drawable(record: Json) -> tuple[Json, set[str]]:
    """The record with every character that no font can draw written as its code point, and those characters."""
    drawable, missing = theme.covered(), set[str]()

    def write(character: str) -> str:
        if ord(character) in drawable or character in _INVISIBLE:
            return character
        missing.add(character)
        return code_point(character)

    drawn: Json = each_text(record, lambda text: text if text.isascii() else "".join(map(write, text)))
    return drawn, missing
