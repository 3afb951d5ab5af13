"""A document as PDF: typeset by Typst as PDF/UA-1 and PDF/A-2a, with the same bytes for the same blocks."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict
from datetime import datetime
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.render.prepare import CODE, GAP, code_point, each_text, logo_drawing, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import typst

    from kit.render.prepare import Json, Prepared

_log = logging.getLogger(__name__)

_TEMPLATES = Path(__file__).parent / "templates"
_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]

# In ems: longer words than any of the language get places to break, wherever they stand. The templates set what marks
# them (U+200B) as something that breaks and that nobody copies; a code stays whole, since a line's end would be copied.
_LONGEST_UNBROKEN = 17.0
_STEP = 6

# Line breaks, and characters that steer the setting without being seen.
_INVISIBLE = "\n\t\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f"

# A row with a longer text than this may break over two pages; shorter ones stay whole.
_LONG_TEXT = 1200


def to_pdf(blocks: Iterable[Json]) -> bytes:
    """Return the document as PDF.

    A character that neither the typeface nor its fallback can draw is printed as its code point, and a warning is
    logged.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    import typst  # noqa: PLC0415  (30 MB that only documents need)

    document = prepare(blocks)
    record, missing = _drawable(_record(document))
    if missing:
        shown = ", ".join(sorted(map(code_point, missing)))
        _log.warning(document.t("document.no_glyph", name=document.masthead["stem"], characters=shown))
    form = document.masthead["form"]
    template = form if form in {"certificate", "poster"} else "document"
    pdf: bytes = typst.compile(
        (_TEMPLATES / f"{template}.typ").read_bytes(),
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


def _record(document: Prepared) -> Json:
    """Return everything that the template is given."""
    masthead, t, about = document.masthead, document.t, document.about
    words = {word: t(f"document.{word}") for word in ("contents", "score", "about", "simulated", "blank")} | {
        "note": t("outputs.note")
    }
    return {
        "masthead": {**masthead, "subtitle": _breakable(masthead["subtitle"])},
        "title": _breakable(masthead["title"]),
        "words": {**words, "page": document.page, "signing": document.signing},
        "keywords": [part["text"] for part in about.values()]
        + [f"{name}={text}" for name, text in document.claims.items()],
        "running_title": shorten(masthead["title"], 88, placeholder="…"),
        "running_edition": document.edition,
        "running_state": document.state,
        "about": [about[name] for name in ("edition", "state", "circulation", "made_at") if name in about],
        "colophon": list(about.values()),
        "palette": document.palette,
        "logo": logo_drawing(masthead["logo"]),
        "setup": asdict(document.setup)
        | {name: getattr(document.setup, name) for name in ("table_size", "breadth", "edges")},
        "family": theme.OFFICIAL.get(document.setup.typeface, theme.FAMILY),
        "display": theme.DISPLAY,
        "fallback": theme.FALLBACK,
        "gap": GAP,
        "summary": list(_ready(document.summary)),
        "parts": list(_parts(document)),
    }


def _parts(document: Prepared) -> Iterator[Json]:
    """Yield runs of upright pages and of pages turned on their side, each with its blocks ready to be set."""
    blocks = [*([{"type": "contents"}] if document.contents else []), *_ready(document.body)]
    # What leads to a wide table goes with it.
    for after, before in pairwise(reversed(blocks)):
        if before["type"] in {"heading", "pagebreak"} or (before["type"] == "paragraph" and after["type"] != "heading"):
            before["landscape"] = after.get("landscape", False)
    if document.masthead["form"] == "official":  # and who signs below it
        for before, after in pairwise(blocks):
            if after["type"] not in {"heading", "pagebreak"}:
                after["landscape"] = after.get("landscape", False) or before.get("landscape", False)
    for landscape, run in groupby(blocks, lambda block: block.get("landscape", False)):
        yield {"landscape": landscape, "blocks": list(run)}


def _ready(blocks: list[Json]) -> Iterator[Json]:
    """Yield blocks as the template takes them; a table that no page is wide enough for comes in parts."""
    for block in blocks:
        if block["type"] == "table":
            for number, part in enumerate(block["parts"], 1):
                yield _table(block, part, number)
        else:
            yield _breakable(block | ({"crest": _crest(block["crest"])} if block.get("crest") else {}))


def _crest(picture: str) -> str:
    """Return a crest as the one kind of picture that arrives as text."""
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100" height="100">'
    return f'{drawing}<image href="{picture}" width="100" height="100"/></svg>'


def _table(block: Json, part: Json, number: int) -> Json:
    """Return one part of a table, with places to break in what is wider than its column."""
    count, own = len(block["parts"]), [*zip(part["columns"], part["widths"], strict=True)]
    columns = [
        {
            "label": _breakable(block["columns"][n]["label"], width),
            "numeric": block["columns"][n]["numeric"],
            "width": width,
        }
        for n, width in own
    ]
    rows = [
        {
            "cells": [
                {
                    "text": _breakable(row[n]["text"], width),
                    "strong": row[n].get("strong", False),
                    **{name: row[n][name] for name in ("fill", "colour") if name in row[n]},
                }
                for n, width in own
            ],
            "long": any(len(row[n]["text"]) > _LONG_TEXT for n, _ in own),
        }
        for row in block["rows"]
    ]
    return {
        "type": "table",
        "landscape": part["landscape"],
        "label": f"{block['label']} ({number}/{count})" if count > 1 else block["label"],
        "caption": _breakable(block["caption"]),
        "notes": _breakable(block["notes"]) if number == count else [],
        "columns": columns,
        "rows": rows,
    }


def _breakable(value: Any, limit: float = _LONGEST_UNBROKEN) -> Any:  # noqa: ANN401  (JSON keeps its shape)
    """Return the same with places to break in every word wider than ``limit`` ems."""

    def broken(found: re.Match[str]) -> str:
        word = found[0]
        if theme.ems(word) <= limit or CODE.search(word):
            return word
        return "\u200b".join(word[start : start + _STEP] for start in range(0, len(word), _STEP))

    return each_text(value, lambda text: re.sub(r"\S{8,}", broken, text))


def _drawable(record: Json) -> tuple[Json, set[str]]:
    """Return the record with every character that no font can draw as its code point, and those characters."""
    drawable, missing = theme.covered(), set[str]()

    def write(character: str) -> str:
        if ord(character) in drawable or character in _INVISIBLE:
            return character
        missing.add(character)
        return code_point(character)

    drawn: Json = each_text(record, lambda text: text if text.isascii() else "".join(map(write, text)))
    return drawn, missing
