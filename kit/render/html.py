"""The HTML face: one file that needs nothing else, and single blocks for notebooks."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kit import theme
from kit.render.blocks import NUMERIC
from kit.render.layout import GAP, arranged, cleaned, fit, flat, widths
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment
    from markupsafe import Markup

    from kit.render.blocks import Json
    from kit.texts import Language

_TEMPLATES = Path(__file__).parent / "templates"

# Style and weight in CSS of each font file that a document carries.
_FACES = {"Regular": ("normal", 400), "Italic": ("italic", 400), "SemiBold": ("normal", 600), "Bold": ("normal", 700)}


def to_html(blocks: Iterable[Json]) -> str:
    """The document as one HTML file: it reads without a script, runs none but ours, and no request leaves it.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = arranged(blocks)
    masthead, t = document.masthead, document.texts
    return (
        _environment()
        .get_template("document.html.j2")
        .render(
            document=masthead,
            summary=document.summary,
            contents=document.contents,
            body=document.body,
            about=document.about,
            claims=document.claims,
            t=t,
            fonts=_font_faces(),
            stylesheet=_stylesheet("blocks.css", "document.css"),
            page_margins=_page_margins(masthead, t),
            script=_script(),
            script_hash=b64encode(hashlib.sha256(_script().encode()).digest()).decode("ascii"),
        )
    )


def block_html(block: Json, language: Language = "id") -> str:
    """One block as it looks in the document, with its style, for a notebook's output."""
    faces = _environment().get_template("blocks.html.j2").module
    t = Texts(language)
    shown = [str(getattr(faces, part["type"])(cleaned(part), t)) for part in flat([block])]
    sheet = _stylesheet("blocks.css", "notebook.css")
    return "\n".join([f'<div class="kit kit-block"><style>{sheet}</style>', *shown, "</div>"])


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415  (only documents need it)

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "moment": _moment,
        "data_uri": _data_uri,
        "columns": _columns,
        "digest": _digest,
    }
    environment.tests |= {"numeric": NUMERIC.__contains__, "safe_link": _is_safe_link, "wide": _is_wide}
    return environment


def _moment(written: str, t: Texts) -> str:
    return t.moment(datetime.fromisoformat(written))


def _data_uri(svg: str) -> str:
    """A drawing as an image: its ids, styles and scripts stay its own."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")


def _digest(block: Json) -> str:
    return "t" + hashlib.sha256(repr(block).encode()).hexdigest()[:12]


def _is_safe_link(address: str) -> bool:
    beside = re.fullmatch(r"[\w-][\w.-]*", address, re.ASCII)  # a file in the same folder
    return beside is not None or address.startswith(("https://", "http://", "mailto:", "#"))


def _columns(table: Json) -> list[tuple[Json, str]]:
    """Each column with how narrow it may become and still read well, in CSS."""
    asked = widths(table, theme.ems)
    return [(column, f"{width.comfortable + GAP:.1f}em") for column, width in zip(table["columns"], asked, strict=True)]


def _is_wide(table: Json) -> bool:
    return fit(widths(table, theme.ems)).landscape


@cache
def _stylesheet(*names: str) -> Markup:
    from markupsafe import Markup  # noqa: PLC0415

    colours = "".join(f"--kit-{name}: {colour}; " for name, colour in theme.PALETTE.items())
    sheets = [(_TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    return Markup("\n".join([f".kit {{ {colours}}}", *sheets]))  # noqa: S704  (our own files)


@cache
def _script() -> Markup:
    from markupsafe import Markup  # noqa: PLC0415

    return Markup((_TEMPLATES / "document.js").read_text(encoding="utf-8"))  # noqa: S704  (our own file)


@cache
def _font_faces() -> Markup:
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(  # noqa: S704  (our own files)
        "\n".join(
            f'@font-face {{ font-family: "{theme.FAMILY}"; font-style: {slant}; font-weight: {weight}; '
            "font-display: block; src: url(data:font/woff2;base64,"
            f"{b64encode(theme.web_font(name)).decode('ascii')}) format('woff2'); }}"
            for name, (slant, weight) in _FACES.items()
        )
    )


def _css_string(text: str) -> str:
    """``text`` as a CSS string in which nothing has a meaning, inside ``<style>`` too."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):X} ", text) + '"'


def _page_margins(masthead: Json, t: Texts) -> Markup:
    """The running lines of the printed page, where the browser knows margin boxes."""
    from markupsafe import Markup  # noqa: PLC0415

    circulation = t(f"document.{masthead['circulation']}_short")
    before, between, after = t("document.page", page="\n", pages="\n").split("\n")
    lines = {
        "top-left": _css_string(masthead["title"]),
        "top-right": _css_string(f"{t('document.edition')} {masthead['edition']}"),
        "bottom-left": _css_string(f"{masthead['state']} · {circulation}"),
        "bottom-right": " ".join(
            [_css_string(before), "counter(page)", _css_string(between), "counter(pages)", _css_string(after)]
        ),
    }
    font = f'font: 7.5pt "{theme.FAMILY}", sans-serif; color: {theme.PALETTE["muted"]};'
    boxes = " ".join(f"@{place} {{ content: {content}; {font} }}" for place, content in lines.items())
    first = "@page :first { @top-left { content: none } @top-right { content: none } }"
    return Markup(f"@page {{ size: A4; margin: 19mm 16mm 16mm; {boxes} }}\n{first}")  # noqa: S704  (escaped above)
