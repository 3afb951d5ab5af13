"""The Word face: for drafts that somebody goes on editing, with real styles, header rows and properties.

The file is the folder ``templates/docx`` with its parts filled in, so that the same blocks give the same bytes.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kit.report import style
from kit.report.blocks import NUMERIC
from kit.report.layout import GAP, SIGNING, arranged, fit, widths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jinja2 import Environment

    from kit.report.blocks import Json

_TEMPLATES = Path(__file__).parent / "templates" / "docx"
_LOCALES = {"id": "id-ID", "en": "en-GB"}
# Width of the text on the page, in twentieths of a point.
_ROOM = 9638
# Lists in order begin with 1 each: their numbers follow that of all others.
_BULLETS = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP file can write


def to_docx(blocks: Iterable[Json]) -> bytes:
    """The document as DOCX; a figure is told by its caption and what it shows.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = arranged(blocks)
    masthead, t = document.masthead, document.texts
    shown, ordered = _numbered(document.blocks)
    pictures = [block["crest"] for block in shown if block.get("crest")][:1]
    crest = f"media/crest.{pictures[0].partition(';')[0].rpartition('/')[2]}" if pictures else ""
    words = {
        "document": masthead,
        "about": {name: {"label": label, "text": text} for name, label, text in document.about},
        "claims": document.claims,
        "told": [f"{label}: {text}" for _, label, text in document.about],
        "blocks": shown,
        "ordered": ordered,
        "crest": crest,
        "locale": _LOCALES[masthead["language"]],
        "made_at": datetime.fromisoformat(masthead["made_at"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "running": " · ".join(
            [
                shorten(masthead["state"], 64, placeholder="…"),
                t(f"document.{masthead['circulation']}_short"),
                t("document.fingerprint_short", start=masthead["fingerprint"][:12]),
            ]
        ),
        "page": t("document.page", page="\n", pages="\n").split("\n"),
        "signing": [t(f"document.signing_{word}") for word in SIGNING],
        "t": t,
    }
    parts = {name: _environment().get_template(name).render(words).encode() for name in _names()}
    if pictures:
        parts[f"word/{crest}"] = b64decode(pictures[0].partition(",")[2])
    return _zipped(parts)


@cache
def _names() -> list[str]:
    """The parts of the file; the types of all others come first."""
    names = [path.relative_to(_TEMPLATES).as_posix() for path in _TEMPLATES.rglob("*") if path.is_file()]
    return sorted(names)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415  (only documents need it)

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "palette": style.PALETTE,
        "family": style.FAMILY,
        "numeric": NUMERIC,
        "room": _ROOM,
        "sized": _sized,
        "columns": _columns,
    }
    return environment


def _numbered(blocks: list[Json]) -> tuple[list[Json], list[int]]:
    """The blocks with the number of each list, and the numbers of those in order."""
    shown: list[Json] = []
    ordered: list[int] = []
    for block in blocks:
        number = _BULLETS
        if block["type"] == "list" and block["ordered"]:
            number = _BULLETS + 1 + len(ordered)
            ordered.append(number)
        shown.append({**block, "number": number} if block["type"] == "list" else block)
    return shown, ordered


def _sized(shares: Sequence[float]) -> list[int]:
    """The widths of columns that share the page."""
    return [int(_ROOM * share / sum(shares)) for share in shares]


def _columns(table: Json) -> list[int]:
    """The widths of a table's columns."""
    return _sized([width + 2 * GAP for width in fit(widths(table, style.ems)).columns])


def _zipped(parts: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            about = ZipInfo(name, _EPOCH)
            about.compress_type, about.external_attr = ZIP_DEFLATED, 0o600 << 16
            file.writestr(about, content)
    return written.getvalue()
