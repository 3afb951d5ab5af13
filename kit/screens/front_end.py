"""The scripts and styles of the screens, the same in a notebook and on a page.

A front end is ``NAME.js`` and ``NAME.css``. A widget's script cannot import its neighbours, so what several share is
joined with it here.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from kit import theme

WEIGHTS = {"Regular": 400, "SemiBold": 600}  # of the typeface
_HERE = Path(__file__).parent
_BEFORE = {"form": ("saving", "leaving")}  # what else stands between `base` and a front end's own script


@cache
def script(name: str) -> str:
    """Return the module of a front end, which needs no other."""
    return "\n".join(_read(f"{part}.js") for part in ("base", *_BEFORE.get(name, ()), name))


@cache
def style(name: str, *, page: bool = False) -> str:
    """Return the style sheet of a front end.

    Args:
        name: the front end's; ``base`` for what all share.
        page: whether it is for a page, which loads the typeface from its server and follows the browser's colour
            scheme; in a notebook the typeface is part of the style sheet, and the colours are those of JupyterLab.
    """
    dark = f".kit-form {{ {_read('dark.css')} }}"
    dark = f"@media (prefers-color-scheme: dark) {{ {dark} }}" if page else f'[data-jp-theme-light="false"] {dark}'
    faces = [_face(face, page=page) for face in WEIGHTS]
    return "\n".join([*faces, _read("base.css"), dark, *([] if name == "base" else [_read(f"{name}.css")])])


def _face(face: str, *, page: bool) -> str:
    """Declare one weight of the typeface."""
    in_place = f"data:font/woff2;base64,{b64encode(theme.web_font(face)).decode('ascii')}"
    source = f"/berkas/{face}.woff2" if page else in_place
    about = f'font-family: "{theme.FAMILY}"; font-weight: {WEIGHTS[face]}; font-display: swap'
    return f"@font-face {{ {about}; src: url({source}) format('woff2'); }}"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
