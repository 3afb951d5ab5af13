"""The theme of documents, drawings and workbooks: typeface, colours, and how wide a text is set."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

FAMILY = "Plus Jakarta Sans"
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


def font_files() -> list[Path]:
    """The typeface as TTF, for typesetting and for figures."""
    return sorted(_FONTS.glob("*.ttf"))


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
