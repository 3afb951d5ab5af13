"""The theme of documents, drawings and workbooks: typeface, colours, and how wide a text is set."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FAMILY = "Plus Jakarta Sans"
DISPLAY = "Playfair Display"  # of certificates
OFFICIAL = {"Bookman Old Style": "TeX Gyre Bonum"}  # what sets an office's typeface in PDF
FALLBACK = "DejaVu Sans"

_FONTS = Path(__file__).parent / "render" / "fonts"

# Deep blue-green on neutrals. Every text colour keeps a contrast of 7:1 on white and on the tint; nothing is said by
# colour alone, and all stay apart in greyscale.
PALETTE = {
    "ink": "#17252c",
    "muted": "#46565e",
    "line": "#cdd6d9",
    "tint": "#eff5f5",
    "accent": "#0b5260",
    "amber": "#6b4200",
    "sand": "#fdf1d8",
}

# For the series of a figure, in this order: apart from each other in greyscale and for every kind of colour vision.
SERIES = ("#0b5260", "#e0a63a", "#5f97a3", "#8a4b1f", "#b8c6ca")


# What a notebook chose instead (:func:`use`): the accent, and colours of series.
_CHOSEN: dict[str, tuple[str, ...]] = {"accent": (), "series": ()}

# What accents are read on is white; less contrast than this is hard to read.
_LEAST_CONTRAST = 4.5


def use(series: Sequence[str] = (), accent: str = "") -> None:
    """Change the colours of charts, and the accent, for this process.

    Args:
        series: colours as ``#rrggbb``, in the order of the series; the kit's follow them. Unchanged unless given.
        accent: the same for headings and key numbers.

    Raises:
        style_colour: something is no colour.
        style_pale: the accent cannot be read on white.
    """
    for value in (*series, *filter(None, [accent])):
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(value)):
            raise Problem("style_colour", value=str(value))
    if accent and (contrast := 1.05 / (_luminance(accent) + 0.05)) < _LEAST_CONTRAST:
        raise Problem("style_pale", value=accent, contrast=round(Decimal(contrast), 1))
    if accent:
        _CHOSEN["accent"] = (accent,)
    if series:
        _CHOSEN["series"] = tuple(series)
        import matplotlib as mpl  # noqa: PLC0415  (slow to import)
        from matplotlib.rcsetup import cycler  # noqa: PLC0415

        mpl.rcParams["axes.prop_cycle"] = cycler(color=[*series, *SERIES[len(series) :]])


def accent() -> str:
    """Return the accent in use."""
    return (*_CHOSEN["accent"], PALETTE["accent"])[0]


def recoloured(drawing: str) -> str:
    """Return one of the kit's drawings, made in its own colours, in those that were chosen."""
    others = {PALETTE["accent"]: accent()} | dict(zip(SERIES, _CHOSEN["series"], strict=False))
    return re.sub("|".join(others), lambda found: others[found[0]], drawing)


def _luminance(colour: str) -> float:
    """Return how bright a colour is, as WCAG defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@contextmanager
def kept() -> Iterator[None]:
    """Undo afterwards what :func:`use` changes."""
    before = dict(_CHOSEN)
    cycle = sys.modules["matplotlib"].rcParams["axes.prop_cycle"] if "matplotlib" in sys.modules else None
    try:
        yield
    finally:
        _CHOSEN.update(before)
        if "matplotlib" in sys.modules:
            mpl = sys.modules["matplotlib"]
            mpl.rcParams["axes.prop_cycle"] = cycle or mpl.rcParamsDefault["axes.prop_cycle"]


def font_files() -> list[Path]:
    """The typefaces, for typesetting and for figures."""
    return sorted([*_FONTS.glob("*.ttf"), *_FONTS.glob("*.otf")])


def web_font(style: str) -> bytes:
    """One style of the typeface as WOFF2, Latin letters only: ``Regular``, ``Italic``, ``SemiBold`` or ``Bold``."""
    return (_FONTS / f"PlusJakartaSans-{style}.woff2").read_bytes()


def fallback_files() -> list[Path]:
    """The fonts that lend the letters ours lacks; matplotlib brings them along."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return [folder / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]


@cache
def _advances() -> dict[int, float]:
    """The width of each letter of the regular face, in ems; figures are set in equal widths."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # noqa: PLC0415  (only documents measure)

    with TTFont(_FONTS / "PlusJakartaSans-Regular.ttf", lazy=True) as font:
        widths = font["hmtx"].metrics
        units = font["head"].unitsPerEm
        advances = {code: widths[glyph][0] / units for code, glyph in font.getBestCmap().items()}
        return advances | dict.fromkeys(map(ord, "0123456789"), widths["zero.tf"][0] / units)


@cache
def covered() -> frozenset[int]:
    """The code points that our typeface or its fallback can draw."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    found = set(_advances())
    for path in fallback_files():
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


# Emphasis is a little wider than the regular face, and spaces are set a little wider than drawn.
_EMPHASIS = 1.05

# As wide as any letter of the Latin alphabet that is not M or W.
_OTHER_LETTER = 0.7


@lru_cache(maxsize=10_000)  # marks and units repeat
def ems(text: str) -> float:
    """How wide ``text`` is set at most, in ems."""
    advances = _advances()
    return _EMPHASIS * sum(advances.get(ord(letter), _OTHER_LETTER) for letter in text)
