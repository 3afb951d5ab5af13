"""Canvases for figures with text beside them: margins in inches, rows, texts fitted to the room there is."""

from __future__ import annotations

import io
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from kit.render.figures import STYLE, WIDTH, spaced
from kit.theme import PALETTE, SERIES, covered, ems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from kit.texts import Texts

BIG, SMALL = 8.5, 7.5  # sizes of letters in points
INK, MUTED, LINE, ACCENT = (PALETTE[name] for name in ("ink", "muted", "line", "accent"))
PALE, MID = "#cfe0e3", SERIES[2]
DOT: Any = {"color": ACCENT, "edgecolors": INK, "linewidth": 0.6, "zorder": 4}
BELOW: Any = {"textcoords": "offset points", "annotation_clip": False}
_HALF_CAPITAL = 0.36  # ems
_ROOM = 6.3  # inches of rows that fit a page of A4 without being shrunk


def complete(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows that have all these numbers; an empty table may lack its columns."""
    return table.dropna(subset=list(columns)) if len(table) else pd.DataFrame(columns=list(columns))


@contextmanager
def drawing(height: float, *, left: float, right: float, top: float, bottom: float) -> Iterator[tuple[Canvas, Axes]]:
    """A drawing of the text's width with axes inside margins, all in inches."""
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(WIDTH, height))
        FigureCanvasSVG(canvas)
        inner = (WIDTH - left - right) / WIDTH, (height - top - bottom) / height
        yield canvas, canvas.add_axes((left / WIDTH, bottom / height, *inner))


@contextmanager
def rows(
    number: int, *, left: float, right: float, top: float = 0.1, bottom: float, most: float = 0.36, lines: int = 1
) -> Iterator[tuple[Canvas, Axes, float]]:
    """A drawing with a row per element, as wide apart as a page allows, and the size of letters that fits them."""
    pitch = max(0.13 * lines, min(most, _ROOM / number))
    with drawing(top + bottom + pitch * number, left=left, right=right, top=top, bottom=bottom) as (canvas, axes):
        axes.set_ylim(number - 0.5, -0.5)
        axes.set_yticks([])
        yield canvas, axes, min(BIG, pitch / lines * 72 * 0.84)


def as_svg(canvas: Canvas) -> str:
    """The same bytes for the same drawing, without a date."""
    out = io.StringIO()
    canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def number_axis(axes: Axes, t: Texts) -> None:
    """Number the axis below as the language writes numbers, with lines to follow."""
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: written(value, t))


def legend(canvas: Canvas, handles: Sequence[Any]) -> None:
    """Explain marks in one line at the top."""
    about: Any = {"loc": "upper left", "bbox_to_anchor": (0, 1), "borderpad": 0, "borderaxespad": 0.3, "fontsize": BIG}
    canvas.legend(handles=handles, ncols=len(handles), handlelength=1.8, columnspacing=1.4, **about)


def entry_labels(axes: Axes, table: pd.DataFrame, left: float, size: float, width: float | None = None) -> None:
    """Write codes and titles at the left of the rows, in two lines where rows are far enough apart."""
    low, high = sorted(axes.get_ylim())
    pitch = axes.get_window_extent().height / axes.figure.dpi / (high - low)
    codes = [fitted(code, 1.2, size)[0] for code in table["entry_id"]]
    taken = max(width_of(code, size) for code in codes) + 0.1
    room = (width or left - 0.1) - taken
    for y, (code, title) in enumerate(zip(codes, table["title"], strict=True)):
        write_left(axes, y, left, code, size, weight="bold")
        write_left(axes, y, left - taken, "\n".join(fitted(title, room, size, 2 if pitch > 0.3 else 1)), size)


def write_left(axes: Axes, y: float, inches: float, text: str, size: float, **look: Any) -> None:  # noqa: ANN401
    """Write at some inches before the axes' left edge."""
    _write(axes, (0, y), -72 * inches, text, {"ha": "left", "size": size, **look})


def write_right(axes: Axes, y: float, inches: float, text: str, size: float, **look: Any) -> None:  # noqa: ANN401
    """Write at, or up to, some inches after the axes' right edge."""
    _write(axes, (1, y), 72 * inches, text, {"ha": "right", "size": size, **look})


def _write(axes: Axes, place: tuple[float, float], points: float, text: str, look: dict[str, Any]) -> None:
    # Lines of one row stand on one baseline, their capitals and digits in its middle.
    look |= {"va": "center", "linespacing": 1.2} if "\n" in text else {"va": "baseline"}
    offset = points, 0 if "\n" in text else -_HALF_CAPITAL * look["size"]
    axes.annotate(spaced(text), place, offset, xycoords=axes.get_yaxis_transform(), **look, **BELOW)


def write_above(axes: Axes, edge: int, inches: float, text: str, **look: Any) -> None:  # noqa: ANN401
    """Write a heading above the axes, some inches after their left (0) or right (1) edge."""
    about: Any = {"ha": "left", "va": "bottom", "size": SMALL, "color": MUTED, **look, **BELOW}
    axes.annotate(spaced(text), (edge, 1), (72 * inches, 5), xycoords="axes fraction", **about)


def fitted(text: object, inches: float, size: float, lines: int = 1) -> list[str]:
    """A text in lines of at most some inches; what does not fit ends in an ellipsis."""
    known = covered()
    rest = " ".join("".join(letter if ord(letter) in known else "\ufffd" for letter in str(text)[:300]).split())
    found: list[str] = []
    while rest and len(found) < lines:
        fits = next((n for n in range(len(rest), 0, -1) if width_of(rest[:n], size) <= inches), 1)
        if fits < len(rest) and len(found) == lines - 1:
            fits = next((n for n in range(fits, 0, -1) if width_of(rest[:n] + "…", size) <= inches), 1)
            word = rest.rfind(" ", 0, fits + 1)
            return [*found, rest[: word if word > fits / 2 else fits].rstrip(" ,:") + "…"]
        if fits < len(rest):
            fits = rest.rfind(" ", 0, fits + 1) if " " in rest[: fits + 1] else fits
        found.append(rest[:fits])
        rest = rest[fits:].lstrip()
    return found or [""]


def width_of(text: str, size: float) -> float:
    """How many inches a line takes at most."""
    return ems(spaced(text)) * size / 72


def written(value: float, t: Texts, places: int | None = None, sign: str = "−") -> str:
    """A number as the language writes it, with a true minus; ``sign`` may ask for a plus too."""
    number = Decimal(f"{value:.{places}f}" if places is not None else f"{value:.10g}")
    mark = "−" if number < 0 else "+" if number > 0 and sign == "+" else ""
    return mark + t.decimal(abs(number), places)
