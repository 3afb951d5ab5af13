"""Charts as SVG, in the theme of the documents; the same data give the same bytes.

The first half draws whole charts that any subject can use: bars, shares, dots, profiles. The second half is what a
chart with text beside it is made of: margins in inches, rows, and texts fitted to the room there is.
"""

from __future__ import annotations

import io
import re
import textwrap
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from kit.render.prepare import slim_drawing
from kit.theme import FALLBACK, FAMILY, PALETTE, SERIES, covered, ems, font_files, recoloured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.axes import Axes

    from kit.texts import Texts

WIDTH = 6.7  # inches: the width of the text on A4
_LINE = 0.17  # inches that a line of a label takes
_LABEL, _LEGEND = 34, 74  # letters that fit into a line of a label, and of the legend
_SAYS = "says:"
_MARKERS = ("o", "D", "s", "^", "v")  # shapes tell series apart where colour cannot

STYLE: Any = {  # the stubs enumerate every key
    "font.family": [FAMILY, FALLBACK],
    "font.size": 9,
    "text.color": PALETTE["ink"],
    "axes.labelcolor": PALETTE["muted"],
    "axes.edgecolor": PALETTE["line"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["ink"],
    "ytick.left": False,
    "grid.color": PALETTE["line"],
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "svg.hashsalt": "kit",  # ids of clip paths follow from the drawing alone
}

BIG, SMALL = 8.5, 7.5  # sizes of letters in points
INK, MUTED, LINE, ACCENT = (PALETTE[name] for name in ("ink", "muted", "line", "accent"))
PALE, MID = "#cfe0e3", SERIES[2]
DOT: Any = {"color": ACCENT, "edgecolors": INK, "linewidth": 0.6, "zorder": 4}
BELOW: Any = {"textcoords": "offset points", "annotation_clip": False}
_HALF_CAPITAL = 0.36  # ems
_ROOM = 6.3  # inches of rows that fit a page of A4 without being shrunk

for _path in font_files():
    font_manager.fontManager.addfont(_path)


def grouped_bars(table: pd.DataFrame, t: Texts) -> str:
    """Draw counts as horizontal bars, each with its number: a row per index label, a bar per column."""
    names, labels = list(table.columns), _labels(table.index)
    with _drawing(labels, 0.16 + 0.22 * len(names), names) as (figure, axes):
        height = 0.78 / len(names)
        for n, counts in enumerate(table[name] for name in names):
            y = np.arange(len(table)) + (n - (len(names) - 1) / 2) * height
            axes.barh(y, counts, height * 0.86, color=_colour(n), label=spaced(str(names[n])))
            for place, count in zip(y, counts, strict=True):
                axes.annotate(t.integer(int(count)), (count, place), (4, 0), textcoords="offset points", va="center")
        axes.set_xlim(0, max(1, float(table.to_numpy().max())) * 1.08)
        return _finished(figure, axes, labels, len(names))


def shares(counts: pd.Series[int], total: int, t: Texts) -> str:
    """Draw how many of a total have something, one bar per index label, with the rest of the total in light."""
    labels = _labels(counts.index)
    with _drawing(labels, 0.36) as (figure, axes):
        y = np.arange(len(counts))
        axes.barh(y, [total] * len(counts), 0.6, color=PALETTE["tint"], edgecolor=PALETTE["line"], linewidth=0.6)
        axes.barh(y, counts, 0.6, color=_colour(0))
        for place, count in zip(y, counts, strict=True):
            words = spaced(f"{t.integer(int(count))} ({t.percent(count / total)})")
            axes.annotate(words, (total, place), (6, 0), textcoords="offset points", va="center")
        axes.set_xlim(0, total * 1.16)
        return _finished(figure, axes, labels)


def dot_rows(values: Sequence[tuple[str, Sequence[float]]], t: Texts) -> str:
    """Draw each value as a dot on its label's row; equal values stand above one another."""
    labels = _labels(label for label, _ in values)
    everything = np.concatenate([np.asarray(numbers, dtype=float) for _, numbers in values])
    bin_width = max((everything.max() - everything.min()) / 60, 1e-9)
    with _drawing(labels, 0.86) as (figure, axes):
        for n, (_, numbers) in enumerate(values):
            ordered = np.sort(np.asarray(numbers, dtype=float))
            _, bins, sizes = np.unique(
                np.floor((ordered - everything.min()) / bin_width), return_inverse=True, return_counts=True
            )
            place = np.arange(len(ordered)) - np.searchsorted(bins, bins)
            apart = min(0.13, 0.84 / max(sizes.max() - 1, 1))  # a tall pile stays within its row
            said = [written(number, t) for number in ordered]
            _dots(axes, ordered, n + (place - (sizes[bins] - 1) / 2) * apart, n, 26, said)
        number_axis(axes, t)
        return _finished(figure, axes, labels, scale=True)


def histogram_rows(values: Sequence[tuple[str, Sequence[float]]], t: Texts) -> str:
    """Draw how many values lie in each of fifty steps, as columns on their label's row; a row's tallest fills it."""
    labels = _labels(label for label, _ in values)
    edges = np.histogram_bin_edges(np.concatenate([numbers for _, numbers in values]), 50)
    with _drawing(labels, 0.86) as (figure, axes):
        for n, (_, numbers) in enumerate(values):
            counts, _ = np.histogram(numbers, edges)
            look: Any = {"color": _colour(n), "edgecolor": PALETTE["ink"], "linewidth": 0.4, "zorder": 3}
            columns = axes.bar(
                edges[:-1], counts / counts.max() * -0.84, np.diff(edges), n + 0.42, align="edge", **look
            )
            for column, count, low, high in zip(columns, counts, edges[:-1], edges[1:], strict=True):
                column.set_url(f"{_SAYS}{written(low, t, 2)}–{written(high, t, 2)}: {t.integer(int(count))}")
        number_axis(axes, t)
        return _finished(figure, axes, labels, scale=True)


def dot_profile(table: pd.DataFrame, low: float, high: float, t: Texts) -> str:
    """Draw means on a scale: a row per index label, a dot per column."""
    names, labels = list(table.columns), _labels(table.index)
    with _drawing(labels, 0.22 + 0.06 * len(names), names) as (figure, axes):
        y = np.arange(len(table))
        axes.hlines(y, low, high, color=PALETTE["line"], linewidth=0.6)
        for n, name in enumerate(names):
            # Equal means would hide each other on one line.
            said = [f"{name}: {t.decimal(Decimal(str(mean)), 2)}" for mean in table[name]]
            _dots(axes, table[name], y + (n - (len(names) - 1) / 2) * 0.14, n, 42, said, str(name))
        axes.set_xlim(low, high)
        number_axis(axes, t)
        return _finished(figure, axes, labels, len(names), scale=True)


@contextmanager
def _drawing(labels: Sequence[str], row: float, series: Sequence[object] = ()) -> Iterator[tuple[Figure, Axes]]:
    """A figure with rows of at least some inches, high enough for their labels and the legend."""
    lines = [label.count("\n") + 1 for label in labels]
    beside = max((sum(pair) / 2 for pair in pairwise(lines)), default=lines[0])  # what two neighbours take together
    legend = len(series) / _columns(series) if len(series) > 1 else 0
    height = len(labels) * max(row, beside * _LINE + 0.06) + legend * _LINE + 0.5
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, max(1.5, height)), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.add_subplot()


def _columns(series: Sequence[object]) -> int:
    """How many names fit beside one another in the legend."""
    return max(1, min(len(series), _LEGEND // (max(len(str(name)) for name in series) + 5)))


def _finished(figure: Figure, axes: Axes, labels: Sequence[str], series: int = 1, *, scale: bool = False) -> str:
    """The figure as SVG, after its labels, legend and margins."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    if not scale:
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
    if series > 1:
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=_columns(names), handlelength=1, handleheight=1)
    # What a mark says on hover was written as where it leads: the only way through matplotlib.
    link = rf"""<a xlink:href=(["']){_SAYS}(.*?)\1 target="_blank">(.*?)</a>"""
    return re.sub(link, r"<g><title>\2</title>\3</g>", as_svg(figure), flags=re.DOTALL)


def _dots(axes: Axes, x: Any, y: Any, series: int, size: float, said: list[str], label: str = "") -> None:  # noqa: ANN401
    """Draw a series of dots, each of which says something on hover."""
    marker, colour = _MARKERS[series % len(_MARKERS)], _colour(series)
    edge = {"edgecolors": PALETTE["ink"], "linewidth": 0.4, "zorder": 3}
    dots = axes.scatter(x, y, s=size, color=colour, marker=marker, label=spaced(label), **edge)  # type: ignore[arg-type]
    dots.set_urls([_SAYS + text for text in said])


def _colour(series: int) -> str:
    return SERIES[series % len(SERIES)]


def _labels(names: Iterable[object]) -> list[str]:
    return [spaced("\n".join(textwrap.wrap(str(name), _LABEL, max_lines=3, placeholder="…"))) for name in names]


def spaced(text: str) -> str:
    """Text with wider spaces: the typeface draws them narrow."""
    return text.replace(" ", " \u200a")


# What charts with text beside them are made of


def complete(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows that have all these numbers; an empty table may lack its columns."""
    return table.dropna(subset=list(columns)) if len(table) else pd.DataFrame(columns=list(columns))


@contextmanager
def drawing(
    height: float, *, left: float, right: float, top: float, bottom: float, width: float = WIDTH
) -> Iterator[tuple[Figure, Axes]]:
    """A drawing, of the text's width unless given, with axes inside margins, all in inches."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        inner = (width - left - right) / width, (height - top - bottom) / height
        yield figure, figure.add_axes((left / width, bottom / height, *inner))


@contextmanager
def rows(
    number: int, *, left: float, right: float, top: float = 0.1, bottom: float, most: float = 0.36, lines: int = 1
) -> Iterator[tuple[Figure, Axes, float]]:
    """A drawing with a row per element, as wide apart as a page allows, and the size of letters that fits them."""
    pitch = max(0.13 * lines, min(most, _ROOM / number))
    with drawing(top + bottom + pitch * number, left=left, right=right, top=top, bottom=bottom) as (figure, axes):
        axes.set_ylim(number - 0.5, -0.5)
        axes.set_yticks([])
        yield figure, axes, min(BIG, pitch / lines * 72 * 0.84)


def as_svg(figure: Figure) -> str:
    """The same bytes for the same drawing, without a date."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return slim_drawing(recoloured(svg[svg.index("<svg") :]))


def number_axis(axes: Axes, t: Texts) -> None:
    """Number the axis below as the language writes numbers, with lines to follow."""
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: written(value, t))


def legend(figure: Figure, handles: Sequence[Any]) -> None:
    """Explain marks in one line at the top."""
    about: Any = {"loc": "upper left", "bbox_to_anchor": (0, 1), "borderpad": 0, "borderaxespad": 0.3, "fontsize": BIG}
    figure.legend(handles=handles, ncols=len(handles), handlelength=1.8, columnspacing=1.4, **about)


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
