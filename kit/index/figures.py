"""Figures of index readiness: maturity against the cut, what sending one more does, the index among its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from kit.render.charts import (
    ACCENT,
    BELOW,
    BIG,
    INK,
    LINE,
    MUTED,
    PALE,
    SMALL,
    as_svg,
    drawing,
    entry_labels,
    fitted,
    legend,
    number_axis,
    rows,
    spaced,
    write_right,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pandas as pd

    from kit.index.advice import Sending
    from kit.index.yardstick import Bound, Yardstick
    from kit.texts import Texts


def maturities(table: pd.DataFrame, yardstick: Yardstick, t: Texts) -> str:
    """Draw each innovation's maturity, as claimed and as verified, with the city's cut.

    Args:
        table: ``entry_id`` and ``title`` to write at the left; ``claimed``, ``verified``, and ``maturity``, the one
            of the two that counts, to write at the right.
        yardstick: its highest maturity is the right edge.
        t: the language.
    """
    left, right = 3.1, 0.55
    with rows(len(table), left=left, right=right, top=0.42, bottom=0.4, most=0.2) as (canvas, axes, size):
        low = min(float(table["verified"].min()), float(table["claimed"].min()), float(yardstick.cut or 0))
        axes.set_xlim(max(0, low - 8), float(yardstick.top) + 1)
        entry_labels(axes, table, left, size)
        claimed, verified = (table[name].astype(float).tolist() for name in ("claimed", "verified"))
        y = range(len(table))
        axes.hlines(y, verified, claimed, color=LINE, linewidth=2.2, zorder=2)
        axes.scatter(claimed, y, s=30, color="white", edgecolors=INK, linewidth=0.9, zorder=3)
        axes.scatter(verified, y, s=30, color=ACCENT, edgecolors=INK, linewidth=0.6, zorder=4)
        for place, value in zip(y, table["maturity"].astype(float), strict=True):
            write_right(axes, place, right - 0.05, written(value, t), size)
        marks = [
            Line2D(
                [], [], marker="o", linestyle="", markersize=5.5, markerfacecolor=face, markeredgecolor=INK, label=label
            )
            for face, label in (
                (ACCENT, spaced(t("index.series_verified"))),
                ("white", spaced(t("index.series_claimed"))),
            )
        ]
        if yardstick.cut is not None:
            axes.axvline(float(yardstick.cut), color=MUTED, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
            label = spaced(t("index.cut", cut=yardstick.cut))
            marks.append(Line2D([], [], color=MUTED, linewidth=1, linestyle=(0, (4, 2)), label=label))
        legend(canvas, marks)
        number_axis(axes, t)
        return as_svg(canvas)


def by_number_sent(sendings: Sequence[Sending], best: int, t: Texts) -> str:
    """Draw SID and mean maturity against how many innovations are sent, the best number marked."""
    with drawing(2.7, left=0.5, right=0.3, top=0.42, bottom=0.55) as (canvas, axes):
        n = [sending.estimate.n for sending in sendings]
        sid, mean = ([float(getattr(sending.estimate, name)) for sending in sendings] for name in ("sid", "mean"))
        marker = "o" if len(n) <= 40 else ""
        axes.plot(n, sid, color=ACCENT, linewidth=1.6, marker=marker, markersize=4, zorder=3)
        axes.plot(n, mean, color=MUTED, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
        axes.scatter([n[best]], [sid[best]], s=70, color=ACCENT, edgecolors=INK, linewidth=1, zorder=4)
        label = f"{t.integer(n[best])}: {written(sid[best], t, 2)}"
        side = "right" if n[best] > 0.7 * n[-1] else "left"
        about = {"ha": side, "va": "bottom", "size": BIG, "weight": "bold", **BELOW}
        axes.annotate(spaced(label), (n[best], sid[best]), (6 if side == "left" else -4, 7), **about)
        axes.set_xlim(0, n[-1] * 1.02 + 0.2)
        axes.set_ylim(0, max(*sid, *mean) * 1.18)
        axes.set_xlabel(spaced(t("index.axis_sent")), size=SMALL)
        number_axis(axes, t)
        axes.grid(axis="y")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: written(value, t))
        solid = Line2D([], [], color=ACCENT, linewidth=1.6, label=spaced(t("index.series_sid")))
        dashed: Any = {"color": MUTED, "linewidth": 1.2, "linestyle": (0, (4, 2))}
        legend(canvas, [solid, Line2D([], [], **dashed, label=spaced(t("index.series_mean")))])
        return as_svg(canvas)


def among_bounds(values: Sequence[tuple[str, Decimal]], bounds: Sequence[Bound], t: Texts) -> str:
    """Draw indexes from 0 to 100 over the stretches of the predicates, a row for each value."""
    left, right = 2.4, 0.6
    shown = [bound for bound in bounds if bound.high > bound.low]
    with rows(len(values), left=left, right=right, top=0.55, bottom=0.4, most=0.42) as (canvas, axes, size):
        axes.set_xlim(0, 100)
        for n, bound in enumerate(sorted(shown, key=lambda bound: bound.low)):
            low, high = float(bound.low), float(bound.high)
            axes.axvspan(low, high, color=(PALE, "white")[n % 2], alpha=0.6, linewidth=0, zorder=0)
            room = (high - low) / 100 * (6.7 - left - right) - 0.08
            name = "\n".join(fitted(bound.name.say(t.language), room, SMALL, 2))
            axes.annotate(
                spaced(name),
                ((low + high) / 2, 1),
                (0, 4),
                xycoords=axes.get_xaxis_transform(),
                ha="center",
                va="bottom",
                size=SMALL,
                color=MUTED,
                linespacing=1.1,
                **BELOW,
            )
            if low > 1:
                axes.axvline(low, color=MUTED, linewidth=0.8, zorder=1)
        for y, (label, value) in enumerate(values):
            name = "\n".join(fitted(label, left - 0.15, size, 2))
            axes.annotate(
                spaced(name),
                (0, y),
                (-72 * left, 0),
                xycoords=axes.get_yaxis_transform(),
                ha="left",
                va="center",
                size=size,
                linespacing=1.1,
                **BELOW,
            )
            axes.hlines(y, 0, float(value), color=LINE, linewidth=2.2, zorder=2)
            axes.scatter([float(value)], [y], s=44, color=ACCENT, edgecolors=INK, linewidth=0.6, zorder=4)
            write_right(axes, y, right - 0.02, t.decimal(value), size, weight="bold")
        number_axis(axes, t)
        return as_svg(canvas)
