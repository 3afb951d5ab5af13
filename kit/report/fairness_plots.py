"""The figures of the fairness analysis: who was severe, how sure a place is, what hangs on judges and weights.

Each returns None where a drawing would show nothing: fewer than two rows that have all their numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from scipy.optimize import isotonic_regression
from scipy.stats import norm

from kit.render.blocks import MISSING, Figure
from kit.render.charts import (
    ACCENT,
    BELOW,
    DOT,
    INK,
    LINE,
    MID,
    MUTED,
    PALE,
    SMALL,
    WIDTH,
    as_svg,
    complete,
    drawing,
    entry_labels,
    fitted,
    legend,
    number_axis,
    rows,
    spaced,
    width_of,
    write_above,
    write_left,
    write_right,
    written,
)
from kit.theme import SERIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes

    from kit.texts import Texts

_CODE: Any = {"size": SMALL, "va": "center_baseline"}
_MOST = 60  # rows that can be read on one page
_MOST_SLOPES = 40
# Ground and hatch of the segments of a bar: apart in greyscale, and dark beside light.
_SHADES = ((ACCENT, ""), ("#dfe9eb", "////"), (MID, ""), ("#f5e3bd", "----"), (SERIES[4], ""), ("#ffffff", "\\\\\\\\"))
_VISIBLE = 0.005  # shares that are not written as 0%
_LEVEL = 1e-9  # a critical weight that is the weight itself
Z95 = float(norm.ppf(0.975))


def severity_figure(judges: pd.DataFrame, t: Texts) -> Figure | None:
    """Draw how severe each judge was, with intervals of 95 %, the most severe on top.

    Args:
        judges: per judge ``label`` (their letter: Juri A), ``severity`` (positive: low marks) and ``error``.
        t: the language.
    """
    known = complete(judges, "severity", "error")
    if len(known) < 2:
        return None
    table = known.sort_values(["severity", "label"], ascending=[False, True], ignore_index=True)
    clear = table["severity"].abs() > Z95 * table["error"]
    top, bottom = table.iloc[0], table.iloc[-1]
    named = {"strictest": top["label"], "mildest": bottom["label"], "total": len(table)}
    ends = {"high": written(top["severity"], t, 2, "+"), "low": written(bottom["severity"], t, 2, "+")}
    alt = t("fairness_figures.severity_alt_alike", **named, **ends)
    if clear.any():
        alt = t("fairness_figures.severity_alt", **named, **ends, n=int(clear.sum()))
    furthest = table["severity"].abs().sort_values(ascending=False, kind="stable").index[:_MOST]
    shown = table[table.index.isin(furthest)]
    reach = float((shown["severity"].abs() + Z95 * shown["error"]).max()) * 1.08 or 1.0
    with rows(len(shown), left=0.95, right=0.65, bottom=0.55, most=0.28) as (canvas, axes, size):
        axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
        numbers = shown[["severity", "error"]].to_numpy(dtype=float).tolist()
        for y, (name, (value, error)) in enumerate(zip(shown["label"], numbers, strict=True)):
            filled = abs(value) > Z95 * error
            axes.hlines(y, value - Z95 * error, value + Z95 * error, color=ACCENT, linewidth=1.6)
            dot = DOT | {"color": ACCENT if filled else "white", "edgecolors": ACCENT, "linewidth": 1.3}
            axes.scatter(value, y, s=30, **dot)
            label = fitted(name, 0.85, size)[0]
            write_left(axes, y, 0.95, label, size)
            write_right(axes, y, 0.6, written(value, t, 2, "+"), size)
        axes.set_xlim(-reach, reach)
        number_axis(axes, t)
        for x, side, words in ((0, "left", "fairness_figures.milder"), (1, "right", "fairness_figures.stricter")):
            place: Any = {"xycoords": "axes fraction", "ha": side, "va": "top", "color": MUTED, **BELOW}
            axes.annotate(spaced(t(words)), (x, 0), (0, -20), **place)
        caption = _caption(t("fairness_figures.severity_caption"), shown, table, "fairness_figures.which_extreme", t)
        return Figure(caption=caption, alt=alt, svg=as_svg(canvas))


def rank_sets_figure(table: pd.DataFrame, t: Texts, cut: int | None, coverage: float) -> Figure | None:
    """Draw each entry's rank by the rules and the set of ranks that the marks leave possible, best first.

    Args:
        table: per entry ``entry_id``, ``title``, ``rank``, ``low`` and ``high``.
        t: the language.
        cut: how many advance or win; beyond 60 entries, those nearest to it are drawn.
        coverage: of all sets together, as a share.
    """
    known = complete(table, "rank", "low", "high")
    if len(known) < 2:
        return None
    table = known.sort_values(["rank", "entry_id"], ignore_index=True)
    shown, which = _around(table, cut, _MOST)
    places = table[["rank", "low", "high"]].to_numpy(dtype=int)
    rank, low, high = places[0].tolist()
    said = {"entry": table["entry_id"].iloc[0], "rank": rank, "span": _span(low, high, t), "total": len(table)}
    caption = t("fairness_figures.ranks_caption", coverage=t.percent(coverage))
    if cut is None:
        wide = places[:, 2] - places[:, 1]
        n = int(wide.argmax())
        _, low, high = places[n].tolist()
        widest = {"widest": table["entry_id"].iloc[n], "widest_span": _span(low, high, t)}
        alt = t("fairness_figures.ranks_alt", certain=int((wide == 0).sum()), **widest, **said)
    else:
        inside, outside = int((places[:, 2] <= cut).sum()), int((places[:, 1] > cut).sum())
        sure = {"inside": inside, "outside": outside, "undecided": len(table) - inside - outside}
        alt = t("fairness_figures.ranks_alt_cut", cut=cut, **sure, **said)
        caption += " " + t("fairness_figures.ranks_caption_cut", cut=cut)
    with rows(len(shown), left=3.05, right=0.85, top=0.52 if cut else 0.3, bottom=0.55) as (canvas, axes, size):
        ends = shown[["rank", "low", "high"]].to_numpy(dtype=int)
        for y, (rank, low, high) in enumerate(ends.tolist()):
            surely = cut is None or high <= cut
            undecided = cut is not None and low <= cut < high
            look: Any = {"color": MID if surely else PALE if undecided else "white", "edgecolor": ACCENT}
            hatch: Any = {"hatch": "////" if undecided else None, "hatch_linewidth": 0.5}
            axes.barh(y, high - low + 0.7, 0.56, left=low - 0.35, linewidth=0.6, **look, **hatch)
            axes.scatter(rank, y, s=20, **DOT)
            write_right(axes, y, 0.85, f"{t.integer(rank)} ({_span(low, high, t)})", size)
        entry_labels(axes, shown, 3.0, size)
        axes.set_xlim(ends.min() - 0.7, ends.max() + 0.7)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=2, steps=[1, 2, 5, 10]))
        number_axis(axes, t)
        axes.set_xlabel(t("fairness_figures.rank"))
        write_above(axes, 0, -3.0, t("fairness_figures.entry"))
        write_above(axes, 1, 0.85, t("fairness_figures.rank_set"), ha="right")
        if cut is not None:
            axes.axvline(cut + 0.5, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=3)
            about: Any = {"edgecolor": ACCENT, "linewidth": 0.6}
            handles = [
                Patch(facecolor=MID, label=spaced(t("fairness_figures.inside")), **about),
                Patch(facecolor=PALE, hatch="////", label=spaced(t("fairness_figures.undecided")), **about),
                Patch(facecolor="white", label=spaced(t("fairness_figures.outside")), **about),
            ]
            legend(canvas, handles)
        return Figure(caption=_caption(caption, shown, table, which, t, cut), alt=alt, svg=as_svg(canvas))


def slope_figure(table: pd.DataFrame, t: Texts, cut: int | None = None) -> Figure | None:
    """Draw the order by the rules beside the order with severity removed; entries that move stand out.

    Args:
        table: per entry ``entry_id``, ``title``, ``rank`` by the rules and ``rank_other``.
        t: the language.
        cut: how many advance or win. Beyond 40 entries those that move most and those nearest to it are drawn.
    """
    known = complete(table, "rank", "rank_other")
    if len(known) < 2:
        return None
    table = known.sort_values(["rank", "rank_other", "entry_id"], ignore_index=True)
    moves = table["rank"] - table["rank_other"]
    shown, which = table, "fairness_figures.which_moving"
    if len(table) > _MOST_SLOPES:
        near = set() if cut is None else {*_around(table, cut, _MOST_SLOPES // 2)[0].index}
        most = [n for n in moves.abs().sort_values(ascending=False, kind="stable").index if n not in near]
        shown = table.loc[sorted([*near, *most[: _MOST_SLOPES - len(near)]])]
        which = "fairness_figures.which_moving_near" if near else which
    after = shown.sort_values(["rank_other", "rank", "entry_id"]).index
    right = {index: y for y, index in enumerate(after)}
    with rows(len(shown), left=3.15, right=1.35, top=0.52, bottom=0.08) as (canvas, axes, size):
        for y, (index, row) in enumerate(shown.iterrows()):
            move = int(moves[index])  # type: ignore[call-overload]  # its own index
            line: Any = _LINES[int(np.sign(move))]
            axes.plot([0, 1], [y, right[index]], marker="o", markersize=3, clip_on=False, **line)
            colour = INK if move else MUTED
            words = fitted(row["entry_id"], 0.6, size)[0]
            words += f"  {'▲' if move > 0 else '▼'} {t.integer(abs(move))}" if move else ""
            write_right(axes, right[index], 0.3, t.integer(int(row["rank_other"])), size, color=colour)
            write_right(axes, right[index], 0.4, words, size, ha="left", color=colour)
            write_left(axes, y, 0.1, t.integer(int(row["rank"])), size, ha="right")
        entry_labels(axes, shown, 3.15, size, width=2.7)
        axes.set_xlim(0, 1)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        write_above(axes, 0, -0.1, t("fairness_figures.by_rules"), ha="right")
        write_above(axes, 1, 0.08, t("fairness_figures.adjusted"))
        caption = t("fairness_figures.slope_caption")
        if cut is not None:
            sides = [(shown[name] <= cut).sum() - 0.5 for name in ("rank", "rank_other")]
            axes.plot([0, 1], sides, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
            caption += " " + t("fairness_figures.slope_caption_cut", cut=cut)
        keys = ((1, "fairness_figures.up"), (-1, "fairness_figures.down"), (0, "fairness_figures.same"))
        legend(canvas, [Line2D([], [], label=spaced(t(key)), **_LINES[sign]) for sign, key in keys])
        caption = _caption(caption, shown, table, which, t, cut)
        return Figure(caption=caption, alt=_slope_alt(table, moves, t, cut), svg=as_svg(canvas))


_LINES: dict[int, Any] = {
    1: {"color": ACCENT, "linewidth": 1.8, "zorder": 3},
    -1: {"color": SERIES[3], "linewidth": 1.8, "linestyle": (0, (2.5, 1)), "zorder": 3},
    0: {"color": "#9fadb3", "linewidth": 0.8, "zorder": 2},
}


def _slope_alt(table: pd.DataFrame, moves: pd.Series[Any], t: Texts, cut: int | None) -> str:
    if not moves.any():
        return t("fairness_figures.slope_alt_same", total=len(table))
    most = table.iloc[int(moves.abs().to_numpy().argmax())]
    change = {"entry": most["entry_id"], "before": int(most["rank"]), "after": int(most["rank_other"])}
    alt = t("fairness_figures.slope_alt", n=int((moves != 0).sum()), total=len(table), **change)
    if cut is None:
        return alt
    over = table.loc[(table["rank"] <= cut) != (table["rank_other"] <= cut), "entry_id"].tolist()
    if not over:
        return f"{alt} {t('fairness_figures.slope_alt_cut_none', cut=cut)}"
    return f"{alt} {t('fairness_figures.slope_alt_cut', cut=cut, codes=over)}"


def weights_figure(changes: pd.DataFrame, t: Texts) -> Figure | None:
    """Draw how far each criterion's weight could move before a winner or a finalist changes.

    Args:
        changes: per ``criterion`` (its name) the ``weight`` and the nearest critical weights ``to_low`` and
            ``to_high``, as shares of all weights; missing where no weight that way changes anything.
        t: the language.
    """
    table = complete(changes, "weight").reset_index(drop=True)
    if len(table) < 2:
        return None
    names = ["weight", "to_low", "to_high"]
    numbers = table[names].astype(float)
    steps = numbers[["to_low", "to_high"]].sub(numbers["weight"], axis=0).abs()
    total = len(table)
    alt = t("fairness_figures.weights_alt_none", total=total)
    if steps.notna().any(axis=None):
        n, side = divmod(int(np.nanargmin(steps.to_numpy())), 2)
        weight, *critical = numbers.iloc[n].tolist()
        move = {"weight": _share(weight, t), "to": _share(critical[side], t)}
        free = int(steps.isna().all(axis=1).sum())
        level = int((steps.min(axis=1) < _LEVEL).sum())
        alt = t("fairness_figures.weights_alt", criterion=table["criterion"].iloc[n], n=free, total=total, **move)
        if level:
            alt = t("fairness_figures.weights_alt_level", n=level, total=total)
    with rows(total, left=2.35, right=1.8, top=0.4, bottom=0.3, lines=2) as (canvas, axes, size):
        for y, (name, weight, low, high) in enumerate(zip(table["criterion"], *numbers.to_numpy().T, strict=True)):
            ends = [0.0 if np.isnan(low) else low, 1.0 if np.isnan(high) else high]
            axes.barh(y, ends[1] - ends[0], 0.34, left=ends[0], color=PALE)
            for end, critical, arrow in zip(ends, (low, high), ("<", ">"), strict=True):
                if np.isnan(critical):
                    axes.scatter(end, y, s=26, marker=arrow, color=MUTED, clip_on=False, zorder=3)
                else:
                    axes.vlines(end, y - 0.3, y + 0.3, color=INK, linewidth=1.8, clip_on=False, zorder=3)
            axes.scatter(weight, y, s=30, **DOT)
            lines = fitted(name, 2.2, size, 2)
            write_left(axes, y, 2.35, "\n".join(lines), size)
            for x, value in zip((0.65, 1.2, 1.75), (low, weight, high), strict=True):
                write_right(axes, y, x, MISSING if np.isnan(value) else _share(value, t), size)
        heads = ("fairness_figures.weight_low", "fairness_figures.weight_now", "fairness_figures.weight_high")
        for x, head in zip((0.65, 1.2, 1.75), heads, strict=True):
            write_above(axes, 1, x, t(head), ha="right")
        axes.set_xlim(0, 1)
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(lambda number, _: t.percent(number))
        return Figure(caption=t("fairness_figures.weights_caption"), alt=alt, svg=as_svg(canvas))


def acceptability_figure(ranks: pd.DataFrame, t: Texts, places: int) -> Figure | None:
    """Draw in which share of all possible weightings each entry takes rank 1, 2, ... as stacked bars.

    Args:
        ranks: per entry, in the order of the rules, ``entry_id``, ``title`` and per rank (columns 1, 2, ...) its share.
        t: the language.
        places: how many ranks to draw.
    """
    drawn = [rank for rank in range(1, places + 1) if rank in ranks.columns]
    if len(ranks) < 2 or not drawn:
        return None
    table = ranks.reset_index(drop=True).fillna(dict.fromkeys(drawn, 0.0))
    within = table[drawn].sum(axis=1).sort_values(ascending=False, kind="stable")
    shown = table.loc[sorted(within[within >= min(_VISIBLE, within.max())].index[:_MOST])]
    best = table.iloc[int(table[drawn[0]].to_numpy().argmax())]
    said = {"entry": best["entry_id"], "share": t.percent(best[drawn[0]]), "places": drawn[-1]}
    alt = t("fairness_figures.acceptability_alt", **said, n=int((within > 0).sum()), total=len(table))
    with rows(len(shown), left=3.05, right=0.3, top=0.4, bottom=0.3) as (canvas, axes, size):
        left = np.zeros(len(shown))
        for n, rank in enumerate(drawn):
            width = shown[rank].to_numpy(dtype=float)
            ground, hatch = _SHADES[n % len(_SHADES)]
            bar: Any = {"color": ground, "edgecolor": INK, "linewidth": 0.5, "hatch": hatch, "hatch_linewidth": 0.4}
            words = t.integer(rank) if n else f"{t('fairness_figures.rank')} {rank}"
            axes.barh(range(len(shown)), width, 0.72, left=left, label=spaced(words), **bar)
            for y in np.flatnonzero(width >= 0.08).tolist():
                box = {"facecolor": ground, "edgecolor": "none", "pad": 0.8} if hatch else None
                colour = INK if n % len(_SHADES) else "white"
                about: Any = {"ha": "center", "va": "center_baseline", "color": colour, "bbox": box}
                axes.text(left[y] + width[y] / 2, y, t.percent(width[y]), size=size - 0.8, **about)
            left += width
        entry_labels(axes, shown, 3.0, size)
        axes.set_xlim(0, 1)
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(lambda number, _: t.percent(number))
        legend(canvas, axes.get_legend_handles_labels()[0])
        caption = t("fairness_figures.acceptability_caption", places=drawn[-1])
        caption = _caption(caption, shown, table, "fairness_figures.which_often", t)
        return Figure(caption=caption, alt=alt, svg=as_svg(canvas))


def _around(table: pd.DataFrame, cut: int | None, most: int) -> tuple[pd.DataFrame, str]:
    """Return the rows nearest to a cut, or the first ones, and the words that say which rows these are."""
    start = 0 if cut is None else min(max(cut - most // 2, 0), max(len(table) - most, 0))
    which = "fairness_figures.which_first" if cut is None else "fairness_figures.which_near"
    return table.iloc[start : start + most], which


def _caption(
    caption: str, shown: pd.DataFrame, table: pd.DataFrame, which: str, t: Texts, cut: int | None = None
) -> str:
    """Return the caption; it says if not all rows are drawn."""
    if len(shown) == len(table):
        return caption
    words = t(which, cut=cut)
    return f"{caption} {t('fairness_figures.part_shown', shown=len(shown), total=len(table), which=words)}"


def _share(value: float, t: Texts) -> str:
    hundredths = round(value * 10_000)
    return t.percent(value, 0 if hundredths % 100 == 0 else 1 if hundredths % 10 == 0 else 2)


def _span(low: int, high: int, t: Texts) -> str:
    return t.integer(low) if low == high else f"{t.integer(low)}–{t.integer(high)}"


# The variable map


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
    known = known.assign(measure=known["measure"].round(9))  # equals stand in the order of their labels
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
