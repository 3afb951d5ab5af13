"""The variable map (Wright map) of a Rasch model: everything that was measured on one ruler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import isotonic_regression

from kit.report.blocks import Figure
from kit.report.canvas import (
    DOT,
    LINE,
    MID,
    MUTED,
    SMALL,
    as_svg,
    complete,
    drawing,
    fitted,
    width_of,
    write_above,
    written,
)
from kit.report.figures import WIDTH, spaced

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes

    from kit.texts import Texts

_CODE: Any = {"size": SMALL, "va": "center_baseline"}


def variable_map(measures: pd.DataFrame, thresholds: pd.DataFrame, t: Texts) -> Figure | None:
    """Draw the variable map (Wright map): entries, judges, criteria and the scale's steps on one ruler of logits.

    Args:
        measures: per element its ``facet`` (``entry``, ``judge``, ``criterion``), ``label`` and ``measure``.
        thresholds: per ``value`` that marks reach from the one below: the ``threshold``.
        t: the language.
    """
    known = complete(measures, "measure")
    if len(known) < 2:
        return None
    table = known.sort_values(["measure", "label"], ascending=[False, True], ignore_index=True)
    steps = complete(thresholds, "value", "threshold")
    ends = np.concatenate([table["measure"], steps["threshold"]]).astype(float)
    low, high = np.floor(ends.min() * 2 - 0.2) / 2, np.ceil(ends.max() * 2 + 0.2) / 2
    parts = {facet: table[table["facet"] == facet] for facet in ("entry", "judge", "criterion")}
    height = max(6.2 if len(parts["entry"]) > 20 else 5.2, 0.33 * len(parts["criterion"]), 0.21 * len(steps))
    counted = False
    with drawing(height + 0.6, left=0.5, right=0.05, top=0.5, bottom=0.1) as (canvas, axes):
        width = WIDTH - 0.55
        axes.set(xlim=(0, width), ylim=(low, high))
        axes.grid(axis="y")
        axes.axhline(0, color=LINE, linewidth=1.8, zorder=0.5)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.yaxis.set_major_formatter(lambda number, _: written(number, t))
        axes.tick_params("y", labelcolor=MUTED)
        write_above(axes, 0, -0.45, t("fairness_figures.map_logit"))
        for facet, start, end in (("entry", 0.1, 2.55), ("judge", 2.7, 3.65), ("criterion", 3.8, 5.25)):
            axes.axvline(start - 0.08, color=LINE, linewidth=0.8)
            words = t(f"fairness_figures.map_{facet}"), t(f"fairness_figures.map_higher_{facet}")
            write_above(axes, 0, start, "\n".join(words))
            own = parts[facet]
            if facet == "criterion":
                _beside(axes, own["measure"], own["label"], start, end - start, height)
            else:
                counted |= _binned(axes, own, start, end - start, height, t)
        axes.axvline(5.32, color=LINE, linewidth=0.8)
        words = t("fairness_figures.map_threshold"), t("fairness_figures.map_higher_threshold")
        write_above(axes, 0, 5.4, "\n".join(words))
        values = [written(float(value), t) for value in steps["value"]]
        _beside(axes, steps["threshold"], values, 5.4, width - 5.4, height)
        caption = t("fairness_figures.map_caption")
        if counted:
            caption += " " + t("fairness_figures.map_caption_counts")
        return Figure(caption=caption, alt=_map_alt(parts, t), svg=as_svg(canvas))


def _map_alt(parts: dict[str, pd.DataFrame], t: Texts) -> str:
    ranges: list[str] = []
    extremes: list[str] = []
    for facet, own in parts.items():
        if len(own):
            low, high = (written(own["measure"].iloc[n], t, 2) for n in (-1, 0))
            name = t(f"fairness_figures.map_{facet}")
            name = name.lower() if ranges else name
            ranges.append(t("fairness_figures.map_alt_range", facet=name, low=low, high=high))
            extremes.append(t(f"fairness_figures.map_top_{facet}", label=own["label"].iloc[0]))
    return t("fairness_figures.map_alt", ranges="; ".join(ranges), extremes="; ".join(extremes))


def _binned(axes: Axes, table: pd.DataFrame, start: float, width: float, height: float, t: Texts) -> bool:
    """Write codes at their height beside one another, or draw how many there are; tell whether it was the latter."""
    low, high = axes.get_ylim()
    number = int(height / 0.15)
    bins = np.minimum(((table["measure"].to_numpy() - low) / (high - low) * number).astype(int), number - 1)
    codes = [fitted(label, width, SMALL)[0] for label in table["label"]]
    room = max((width_of(code, SMALL) for code in codes), default=0) + 0.08
    counts = np.bincount(bins, minlength=number)
    heights = low + (np.arange(number) + 0.5) / number * (high - low)
    if counts.max(initial=0) * room > width:
        bars = counts / counts.max() * (width - 0.3)
        used = counts > 0
        axes.barh(heights[used], bars[used], 0.8 * (high - low) / number, start, color=MID, zorder=2)
        for y, bar, count in zip(heights[used], bars[used], counts[used], strict=True):
            axes.text(start + bar + 0.05, y, t.integer(int(count)), **_CODE)
        return True
    for n, (code, place) in enumerate(zip(codes, bins, strict=True)):
        x = start + room * int(np.sum(bins[:n] == place))
        axes.text(x, heights[place], spaced(code), **_CODE)
    return False


def _beside(
    axes: Axes,
    measures: Iterable[float],
    labels: Iterable[object],
    start: float,
    width: float,
    height: float,
) -> None:
    """Mark heights, each with its label, moved as little as keeps the labels apart."""
    values, words = np.array([*measures], dtype=float), [*labels]
    if not len(values):
        return
    low, high = axes.get_ylim()
    order = np.argsort(values, kind="stable")
    texts = [fitted(words[n], width - 0.3, SMALL, 2) for n in order]
    tall = np.array([0.08 + 0.125 * len(lines) for lines in texts]) * (high - low) / height
    middles = np.cumsum(tall) - tall / 2
    moved = isotonic_regression(values[order] - middles).x
    places = np.clip(moved, low, max(low, high - tall.sum())) + middles
    for value, place, lines in zip(values[order], places, texts, strict=True):
        axes.plot([start, start + 0.1, start + 0.24], [value, value, place], color=MUTED, linewidth=0.8)
        axes.scatter(start + 0.03, value, s=12, marker="D", **DOT)
        axes.text(start + 0.27, place, spaced("\n".join(lines)), size=SMALL, va="center", linespacing=1.15)
