"""The year in one page of pictures, to hang on a wall: trend, index, people reached, winners, participation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from kit.documents import leaders
from kit.documents.official_paper import Paper
from kit.index.index_report import position
from kit.render.blocks import Block, Bullets, Fact, Facts, Figure, Heading, Paragraph
from kit.render.charts import ACCENT, BELOW, BIG, INK, LINE, MUTED, PALE, as_svg, drawing, spaced
from kit.render.page import Page
from kit.report import annual, summaries
from kit.report.lasting import reached
from kit.theme import SERIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.index.index_report import Position
    from kit.report.context import Context
    from kit.texts import Texts

PAPERS = ("a4", "a3")
_WIDTH = 3.35  # inches: one of two columns
_LETTERS = 24  # of a label beside a bar
_ZONES = (SERIES[2], SERIES[4], PALE)  # of the predicates, highest first
_NUMBER: Any = {"weight": "bold", "size": BIG, "color": INK}


def visual_summary(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the page on paper of one size, the part's id; what is not known is one sentence."""
    paper = Paper(edition, part, made_at)
    context, page = paper.context, Page(paper="a3" if part.id == "a3" else "a4", typeface="Plus Jakarta Sans")
    return [
        paper.masthead(paper.called("visual_summary"), form="poster", page=page),
        *annual.lead(context).blocks,
        _facts(context),
        *annual.recommended(context).blocks,
        *_trend(context),
        *_index(context),
        *_benefit(context),
        *_participation(context),
    ]


def _facts(context: Context) -> Facts:
    t, found = context.t, reached(context.edition)
    items = [fact for block in annual.facts(context).blocks if isinstance(block, Facts) for fact in block.items]
    if found.innovations:
        by = t("report.visual_people_by", n=found.innovations)
        items.insert(0, Fact(t.integer(found.people), t("report.visual_people"), by))
    return Facts(items[:4])


def _trend(context: Context) -> Iterator[Block]:
    t = context.t
    if not context.earlier.editions:
        return
    yield context.heading("visual_trend")
    counts = summaries.years([*context.earlier.editions, context.edition]).set_index("year")["entries"]
    parts = [t("report.history_part", n=int(n), year=year) for year, n in counts.items()]
    alt = t("report.visual_trend_alt", parts=parts)
    yield Figure(caption="", alt=alt, svg=_line(counts, t))


def _parts(counts: pd.Series[int], t: Texts) -> str:
    return "; ".join(f"{name}: {t.integer(int(n))}" for name, n in counts.items())


def _line(counts: pd.Series[int], t: Texts) -> str:
    with drawing(1.35, left=0.35, right=0.35, top=0.35, bottom=0.3, width=_WIDTH) as (canvas, axes):
        at, values = range(len(counts)), counts.tolist()
        axes.fill_between(at, values, color=PALE, linewidth=0)
        axes.plot(at, values, color=ACCENT, linewidth=2, marker="o", markersize=5)
        axes.set_ylim(0, max(*values, 1) * 1.1)
        axes.set_yticks([])
        step = -(-len(counts) // 8)  # years are named as far as there is room
        shown = [place for place in at if (len(counts) - 1 - place) % step == 0]
        axes.set_xticks(shown, [str(counts.index[place]) for place in shown], fontsize=BIG)
        axes.tick_params(length=0)
        for place in shown:
            axes.annotate(
                t.integer(int(values[place])), (place, values[place]), (0, 6), ha="center", **_NUMBER, **BELOW
            )
        return as_svg(canvas)


def _index(context: Context) -> Iterator[Block]:
    if not leaders.follows_innovations(context.edition):
        return
    yield context.heading("visual_index")
    if at := position(context.edition):
        t = context.t
        bounds = [t("report.visual_index_bound", name=name, low=low) for name, low, _ in at.bounds]
        after = t("report.visual_index_after", after=at.after) if at.steps else ""
        alt = t("report.visual_index_alt", bounds=bounds, index=at.value, after=after)
        yield Figure(caption="", alt=alt, svg=_gauge(at, t))
    yield Paragraph(leaders.predicate(context))


def _gauge(at: Position, t: Texts) -> str:
    """Draw the index on a scale that is parted where predicates begin."""
    with drawing(1.3, left=0.15, right=0.15, top=0.57, bottom=0.45, width=_WIDTH) as (canvas, axes):
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 1)
        axes.axis("off")
        for shade, (name, low, high) in zip(_ZONES, at.bounds, strict=False):
            axes.barh(0.5, float(high - low), 1, left=float(low), color=shade)
            words = textwrap.fill(name, 10)
            axes.annotate(spaced(words), (float(low + high) / 2, 0), (0, -3), ha="center", va="top", size=7.5, **BELOW)
        axes.barh(0.5, float(at.value), 0.36, color=ACCENT)
        for value, words, up in [(at.value, "now", 8), *([(at.after, "plan", 19)] if at.steps else [])]:
            said = t(f"report.visual_{words}", index=value, after=value)
            side = "center" if 15 < value < 85 else "left" if value < 50 else "right"
            axes.annotate(spaced(said), (float(value), 1), (0, up), ha=side, **_NUMBER, **BELOW)
            axes.plot(float(value), 1.06, "v", color=INK, clip_on=False, markersize=6)
        return as_svg(canvas)


def _benefit(context: Context) -> Iterator[Block]:
    said = [block for block in annual.gains(context).blocks if isinstance(block, Bullets)]
    known = [*leaders.benefit(context)] if leaders.follows_innovations(context.edition) else []
    if said or known:
        yield context.heading("visual_benefit")
        yield from (Paragraph(one) for one in known if not reached(context.edition).innovations)
        yield from ([Paragraph(context.say("visual_benefit_said")), *said] if said else [])


def _participation(context: Context) -> Iterator[Block]:
    t, kind = context.t, "visual_districts"
    counts = summaries.districts(context.edition)
    if counts.empty:
        kind, counts = "visual_groups", summaries.cells(context.edition).sum()
        counts = counts.rename(index={name: context.names["group", str(name)] for name in counts.index})
    if len(counts) > 1:
        counts = counts.rename(index={"": t("report.visual_elsewhere")})
        yield Heading(t(f"report.{kind}"))
        yield Figure(caption="", alt=t("report.visual_counts_alt", parts=_parts(counts, t)), svg=_bars(counts, t))


def _bars(counts: pd.Series[int], t: Texts) -> str:
    labels = ["\n".join(textwrap.wrap(str(name), _LETTERS, max_lines=2, placeholder="…")) for name in counts.index]
    height = 0.27 + 0.3 * len(counts)
    with drawing(height, left=1.6, right=0.4, top=0.05, bottom=0.05, width=_WIDTH) as (canvas, axes):
        y, elsewhere = range(len(counts)), t("report.visual_elsewhere")
        axes.barh(y, counts, 0.62, color=[MUTED if name == elsewhere else ACCENT for name in counts.index])
        axes.set_yticks(y, [spaced(label) for label in labels], fontsize=7.5)
        axes.set_ylim(len(counts) - 0.5, -0.5)
        axes.set_xlim(0, max(int(counts.max()), 1))
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.axvline(0, color=LINE, linewidth=1)
        for place, n in zip(y, counts, strict=True):
            axes.annotate(t.integer(int(n)), (n, place), (4, 0), va="center", **_NUMBER, **BELOW)
        return as_svg(canvas)
