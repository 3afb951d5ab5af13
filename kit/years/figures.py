"""Survival drawn as steps with intervals, and below each how many lives are still followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from kit.render.blocks import Figure
from kit.render.charts import ACCENT, BELOW, MUTED, PALE, STYLE, WIDTH, as_svg, fitted, spaced, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from kit.texts import Texts
    from kit.years.survival import Curve

_HEIGHT = 2.35  # inches of a panel with what stands above and below it
_LEFT, _GAP, _RIGHT, _ABOVE, _BELOW = 0.55, 0.75, 0.2, 0.38, 0.85
_SMALL = 7.5


def survival_figure(curves: Sequence[tuple[str, Curve]], caption: str, t: Texts) -> Figure:
    """Draw curves beside one another on the same axes, each with its 95 % interval.

    Args:
        curves: each with its name; at least one, each of at least one life.
        caption: the figure's.
        t: the language.
    """
    columns = min(len(curves), 2)
    rows = -(-len(curves) // columns)
    height = rows * _HEIGHT
    longest = max(0.5, *(float(curve.lived[-1]) for _, curve in curves))
    step = next(step for step in (0.5, 1, 2, 5, np.inf) if longest / step <= 5)
    ticks = np.arange(0, longest, step) if np.isfinite(step) else np.array([0, longest])
    with mpl.rc_context(STYLE | {"ytick.left": False}):
        canvas = Canvas(figsize=(WIDTH, height))
        FigureCanvasSVG(canvas)
        wide = (WIDTH - _LEFT - _RIGHT - (columns - 1) * _GAP) / columns
        for n, (name, curve) in enumerate(curves):
            row, column = divmod(n, columns)
            place = (_LEFT + column * (wide + _GAP), height - (row + 1) * _HEIGHT + _BELOW)
            size = (wide, _HEIGHT - _ABOVE - _BELOW)
            axes = canvas.add_axes((place[0] / WIDTH, place[1] / height, size[0] / WIDTH, size[1] / height))
            _panel(axes, name, curve, ticks, t)
        parts = [_said(name, curve, ticks, t) for name, curve in curves]
        alt = t("followup.survival_alt", parts=" ".join(parts))
        return Figure(caption=caption, alt=alt, svg=as_svg(canvas))


def _panel(axes: Axes, name: str, curve: Curve, ticks: np.ndarray, t: Texts) -> None:
    last = curve.lived[-1]
    x = np.concatenate([[0.0], curve.years, [last]])
    share, low, high = (np.concatenate([[1.0], values, values[-1:]]) for values in (curve.share, curve.low, curve.high))
    axes.fill_between(x, low, high, step="post", color=PALE, linewidth=0)
    axes.step(x, share, where="post", color=ACCENT, linewidth=1.6)
    axes.set_xlim(0, max(ticks[-1], last))
    axes.set_ylim(0, 1.02)
    axes.set_xticks(ticks, [written(tick, t) for tick in ticks])
    axes.set_yticks([0, 0.5, 1], [t.percent(tick) for tick in (0, 0.5, 1)])
    axes.grid(axis="y")
    axes.set_xlabel(spaced(t("followup.years_axis")), size=_SMALL, labelpad=1)
    axes.tick_params(labelsize=_SMALL)
    title = fitted(t("followup.panel", name=name, n=len(curve.lived), ends=curve.ends), 3.1, 8)[0]
    about: Any = {"xycoords": "axes fraction", **BELOW}
    axes.annotate(spaced(title), (0, 1), (-36, 8), weight="bold", size=8, **about)
    axes.annotate(spaced(t("followup.at_risk")), (0, 0), (-36, -40), size=_SMALL, color=MUTED, **about)
    for tick in ticks:
        place: Any = {"xycoords": ("data", "axes fraction"), "ha": "center", "size": _SMALL}
        axes.annotate(t.integer(curve.at_risk(tick)), (tick, 0), (0, -52), **about | place)


def _said(name: str, curve: Curve, ticks: np.ndarray, t: Texts) -> str:
    """What a panel shows, in a sentence."""
    shares = [(tick, curve.at(tick)) for tick in ticks[1:]]
    told = [
        t("followup.alt_share", years=written(tick, t), share=t.percent(at[0])) for tick, at in shares if at is not None
    ]
    said = t("followup.alt_counts", name=name, n=len(curve.lived), ends=curve.ends)
    return f"{said}: {'; '.join(told)}." if told else f"{said}."
