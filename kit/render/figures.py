"""Figures as SVG: the same typeface and colours as the documents, the same bytes for the same data."""

from __future__ import annotations

import io
import re
import textwrap
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from kit.theme import FALLBACK, FAMILY, PALETTE, SERIES, font_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from kit.texts import Texts

WIDTH = 6.7  # inches: the width of the text on A4
_LINE = 0.19  # inches that a line of a label takes
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
            said = [_plain(number, t) for number in ordered]
            _dots(axes, ordered, n + (place - (sizes[bins] - 1) / 2) * apart, n, 26, said)
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(lambda number, _: _plain(number, t))
        return _finished(figure, axes, labels, scale=True)


def dot_profile(table: pd.DataFrame, low: float, high: float, t: Texts) -> str:
    """Draw means on a scale: a row per index label, a dot per column."""
    names, labels = list(table.columns), _labels(table.index)
    with _drawing(labels, 0.3 + 0.06 * len(names), names) as (figure, axes):
        y = np.arange(len(table))
        axes.hlines(y, low, high, color=PALETTE["line"], linewidth=0.6)
        for n, name in enumerate(names):
            # Equal means would hide each other on one line.
            said = [f"{name}: {t.decimal(Decimal(str(mean)), 2)}" for mean in table[name]]
            _dots(axes, table[name], y + (n - (len(names) - 1) / 2) * 0.14, n, 42, said, str(name))
        axes.set_xlim(low, high)
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(lambda number, _: _plain(number, t))
        return _finished(figure, axes, labels, len(names), scale=True)


def as_png(svg: str, pixels_per_inch: float = 200) -> bytes:
    """Turn one of these figures into a picture."""
    import typst  # noqa: PLC0415  (a big library, needed only to save a picture)

    page = '#set page(width: auto, height: auto, margin: 6pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    picture = typst.compile(page.encode(), format="png", ppi=pixels_per_inch, sys_inputs={"svg": svg})
    assert isinstance(picture, bytes)  # one page, one picture
    return picture


@contextmanager
def _drawing(labels: Sequence[str], row: float, series: Sequence[object] = ()) -> Iterator[tuple[Figure, Axes]]:
    """A figure with rows of at least some inches, high enough for their labels and the legend."""
    lines = max(label.count("\n") for label in labels) + 1
    legend = len(series) / _columns(series) if len(series) > 1 else 0
    height = len(labels) * max(row, lines * _LINE + 0.1) + legend * _LINE + 0.5
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
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawing = out.getvalue()
    # What a mark says on hover was written as where it leads: the only way through matplotlib.
    link = rf"""<a xlink:href=(["']){_SAYS}(.*?)\1 target="_blank">(.*?)</a>"""
    titled = re.sub(link, r"<g><title>\2</title>\3</g>", drawing, flags=re.DOTALL)
    return titled[titled.index("<svg") :]


def _dots(axes: Axes, x: Any, y: Any, series: int, size: float, said: list[str], label: str = "") -> None:  # noqa: ANN401
    """Draw a series of dots, each of which says something on hover."""
    marker, colour = _MARKERS[series % len(_MARKERS)], _colour(series)
    edge = {"edgecolors": PALETTE["ink"], "linewidth": 0.4, "zorder": 3}
    dots = axes.scatter(x, y, s=size, color=colour, marker=marker, label=spaced(label), **edge)  # type: ignore[arg-type]
    dots.set_urls([_SAYS + text for text in said])


def _colour(series: int) -> str:
    return SERIES[series % len(SERIES)]


def _plain(number: float, t: Texts) -> str:
    return f"{number:g}".replace(".", {"id": ",", "en": "."}[t.language])


def _labels(names: Iterable[object]) -> list[str]:
    return [spaced("\n".join(textwrap.wrap(str(name), _LABEL, max_lines=3, placeholder="…"))) for name in names]


def spaced(text: str) -> str:
    """Text with wider spaces: the typeface draws them narrow."""
    return text.replace(" ", " \u200a")
