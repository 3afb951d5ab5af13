"""A document as one HTML file that needs nothing else, and a block as HTML for notebooks."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kit import theme
from kit.render.prepare import GAP, brief, prepare, prepare_single
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment
    from markupsafe import Markup

    from kit.render.prepare import Json, Prepared
    from kit.texts import Language

_TEMPLATES = Path(__file__).parent / "templates"

# Style and weight in CSS of each font file that a document carries.
_FONTS = {"Regular": ("normal", 400), "Italic": ("italic", 400), "SemiBold": ("normal", 600), "Bold": ("normal", 700)}


def to_html(blocks: Iterable[Json]) -> str:
    """Return the document as one HTML file: it reads without a script, runs none but ours, and loads nothing.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = prepare(blocks)
    script = (_TEMPLATES / "document.js").read_text(encoding="utf-8").strip()
    return (
        _environment()
        .get_template("document.html.j2")
        .render(
            vars(document),
            document=document.masthead,
            fonts=_font_faces(),
            stylesheet=_stylesheet("blocks.css", "document.css", accent=document.palette["accent"]),
            page_margins=_page_margins(document),
            script=script,
            script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        )
    )


class Page:
    """What this process knows of the page that its blocks are shown on."""

    styled = False  # the stylesheet, which is longer than most blocks, is there already


def block_html(block: Json, language: Language = "id", *, styled: bool = False) -> str:
    """Return one block as it looks in the document, for a notebook's output; with its style, unless the page has it.

    Long tables show their first rows.

    Args:
        block: its record.
        language: of what the kit itself adds.
        styled: whether whoever shows it brings the :func:`stylesheet`.
    """
    macros, t = _environment().get_template("blocks.html.j2").module, Texts(language)
    shown = [str(getattr(macros, part["type"])(part, t)) for part in prepare_single(brief(block, t))]
    sheet = "" if styled or Page.styled else stylesheet()
    return re.sub(r">\s*\n\s*<", "><", f'<div class="kit kit-block" lang="{language}">{sheet}{"".join(shown)}</div>')


def stylesheet() -> str:
    """Return the style of blocks in a notebook, in the accent of now."""
    return f"<style>{_stylesheet('blocks.css', 'notebook.css', accent=theme.accent())}</style>"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415  (only documents need it)

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data_uri"] = _data_uri
    environment.filters["digest"] = lambda block: "t" + hashlib.sha256(repr(block).encode()).hexdigest()[:12]
    environment.tests["safe_link"] = _is_safe_link
    environment.globals["gap"] = GAP
    return environment


def _data_uri(svg: str) -> Markup:
    """Return a drawing as an image: its ids, styles and scripts stay its own."""
    from markupsafe import Markup  # noqa: PLC0415  (jinja2's own)

    bare = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    bare = bare if "'" in bare else bare.replace('"', "'")
    return Markup("data:image/svg+xml," + quote(bare, safe="!$'()*+,-./:;=?@_~"))  # noqa: S704  (no quote left)


def _is_safe_link(address: str) -> bool:
    beside = re.fullmatch(r"[\w-][\w.-]*", address, re.ASCII)  # a file in the same folder
    return beside is not None or address.startswith(("https://", "http://", "mailto:", "#"))


@cache
def _stylesheet(*names: str, accent: str) -> str:
    palette = theme.PALETTE | {"accent": accent}
    colours = "".join(f"--kit-{name}: {colour}; " for name, colour in palette.items())
    return "\n".join([f".kit {{ {colours}}}", *((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)])


@cache
def _font_faces() -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{theme.FAMILY}"; font-style: {slant}; font-weight: {weight}; '
        "font-display: block; src: url(data:font/woff2;base64,"
        f"{b64encode(theme.web_font(name)).decode('ascii')}) format('woff2'); }}"
        for name, (slant, weight) in _FONTS.items()
    )


def _page_margins(document: Prepared) -> str:
    """Return the running lines of the printed page, for browsers that know margin boxes."""
    masthead, (before, between, after) = document.masthead, map(_css_string, document.page)
    circulation = masthead["circulation"] and document.t(f"document.{masthead['circulation']}_short")
    lines = {
        "top-left": _css_string(masthead["title"]),
        "top-right": _css_string(document.edition),
        "bottom-left": _css_string(" · ".join(filter(None, [masthead["state"], circulation]))),
        "bottom-right": f"{before} counter(page) {between} counter(pages) {after}",
    }
    font = f'font: 7.5pt "{theme.FAMILY}", sans-serif; color: {theme.PALETTE["muted"]};'
    boxes = " ".join(f"@{place} {{ content: {content}; {font} }}" for place, content in lines.items())
    first = "@page :first { @top-left { content: none } @top-right { content: none } }"
    return f"@page {{ size: A4; margin: 19mm 16mm 16mm; {boxes} }}\n{first}"


def _css_string(text: str) -> str:
    """Return ``text`` as a CSS string in which nothing has a meaning, inside ``<style>`` too."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):X} ", text) + '"'
