"""How innovations fare after the prize, as one function per part of the follow-up, and the tables of what they have.

A document for the public holds totals alone: the follow-up that each function takes says whether it is one. No
innovation has failed: it needs support, or it stopped for a reason.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    Heading,
    Paragraph,
    Table,
    columns_of,
    sentence,
)
from kit.render.charts import ACCENT, BELOW, MUTED, PALE, STYLE, WIDTH, as_svg, fitted, spaced, written
from kit.report.context import brief
from kit.report.lasting import ASPECTS, ELEMENTS, current, given, is_over, lasting
from kit.years import trends
from kit.years.followup import LEAST, RUNNING, STATUSES, FollowUp, curve_of, still_there
from kit.years.series import winners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.axes import Axes

    from kit.edition import Edition
    from kit.render.blocks import Run
    from kit.report.lasting import Known, Profile
    from kit.texts import Texts
    from kit.years.followup import Curve

_ROWS = 80  # of a table in the document itself
_PANELS = 6  # curves that are drawn beside one another
_STATES = (*STATUSES, "unanswered", "over")  # how an innovation fares by the answers of one year


def masthead(followup: FollowUp, made_at: str = "") -> Document:
    """Return what the document is, made at an ISO 8601 time with its zone; now, where blank."""
    return trends.masthead(followup.span, made_at, "follow_up", public=followup.public)


# How they fare


def state(followup: FollowUp, states: pd.DataFrame | None = None) -> Group:
    """Return how many run, changed, merged, stopped, and of how many nobody has heard.

    Args:
        followup: the year's answers.
        states: innovations by their first year and state, as :func:`states_by_year` counts them.
    """
    t, span = followup.t, followup.span
    if followup.lives.empty:
        return Group([_heading(followup, "state"), Paragraph(_say(followup, "unasked"))])
    blocks: list[Block] = [_heading(followup, "state"), Paragraph(_lead(followup))]
    if span.missing:
        blocks.append(Paragraph(_say(followup, "missing", years=span.missing)))
    counts = followup.states.value_counts()
    shown = (*RUNNING, "stopped", "unanswered")
    blocks.append(Facts([Fact(t.integer(int(counts.get(one, 0))), t(f"followup.status_{one}")) for one in shown]))
    states = states_by_year(followup) if states is None else states.copy()
    states.loc[t("report.total")] = states.sum()
    states = states.assign(total=states.sum(axis=1)).rename_axis("first").reset_index()
    columns = [
        *_columns(followup, "first"),
        *(Column(one, t(f"followup.status_{one}"), "integer") for one in _STATES),
        Column("total", t("report.total"), "integer"),
    ]
    notes = [t("followup.state_note", year=span.edition.name)]
    return Group([*blocks, _table(followup, states, "state", columns, notes, strong=[len(states) - 1])])


def states_by_year(followup: FollowUp) -> pd.DataFrame:
    """Count innovations: a row for each year in which they first took part, a column for each state this year."""
    return pd.crosstab(followup.lives["first"], followup.states).reindex(columns=[*_STATES], fill_value=0)


def _lead(followup: FollowUp) -> tuple[Run, ...]:
    unnamed = int((followup.span.entries["innovation_id"] == "").sum())
    more = " " + followup.t("followup.unnamed", n=unnamed) if unnamed else ""
    total = int((followup.states != "over").sum())
    return _say(followup, "lead", n=len(followup.answered), total=total, year=followup.edition.name, more=more)


# How long they live


def survival(
    followup: FollowUp,
    lives: pd.DataFrame | None = None,
    *,
    by: Sequence[str] = ("first", "group", "category", "origin"),
) -> Group:
    """Return how long innovations run after their first contest: all, and by year, group, category and origin.

    Args:
        followup: the year's answers.
        lives: as :attr:`FollowUp.lives`, or what is left of it.
        by: what the innovations are parted by.
    """
    lives = followup.lives if lives is None else lives
    whole, t = curve_of(lives), followup.t
    if whole.ends == 0:
        said = [Paragraph(_say(followup, "no_ends", n=len(whole.lived)))] if len(whole.lived) else []
        return Group([_heading(followup, "survival"), *said] if said else [])
    blocks: list[Block] = [_heading(followup, "survival"), Paragraph(_say(followup, "survival_intro"))]
    blocks += [_lived(followup, whole), _curves([(t("followup.all"), whole)], t("followup.survival_caption"), t)]
    for kind in by:
        blocks += _compared(followup, lives, kind)
    return Group([*blocks, Callout(_say(followup, "survival_care"))])


def _lived(followup: FollowUp, curve: Curve) -> Bullets:
    known = [(years, at) for years in (1, 2, 3, 5) for at in [curve.at(years)] if at is not None]
    return Bullets(
        [
            _say(followup, "lived", years=years, share=_share(at, followup.t), n=curve.at_risk(years))
            for years, at in known
        ]
    )


def _compared(followup: FollowUp, lives: pd.DataFrame, kind: str) -> Iterator[Block]:
    """One way to part the lives: a table of all parts, and the curves of those that are large enough."""
    t, labels = followup.t, followup.span.labels(kind) if kind in {"group", "category"} else {}
    parts = {str(key): curve_of(own) for key, own in lives.groupby(kind)}
    order = [key for key in labels if key in parts] or [*parts]
    curves = [(labels.get(key, key or t("followup.unsaid")), parts[key]) for key in order]
    if len(curves) < 2:
        return
    rows = [
        {"part": name, "n": len(curve.lived), "ends": curve.ends}
        | {
            f"at {years}": None if at is None else _share(at, t)
            for years in (1, 2)
            for at in [curve.at(years) if len(curve.lived) >= LEAST else None]
        }
        for name, curve in curves
    ]
    columns = [
        Column("part", t(f"followup.by_{kind}")),
        *_columns(followup, "n", "integer"),
        Column("ends", t("followup.status_stopped"), "integer"),
        *(Column(f"at {years}", t("followup.column_at", years=years)) for years in (1, 2)),
    ]
    yield _table(followup, rows, f"by_{kind}", columns, [t("followup.few_note", n=LEAST)])
    large = [(name, curve) for name, curve in curves if len(curve.lived) >= LEAST and curve.ends]
    if len(large) > 1:
        yield _curves(large[:_PANELS], t(f"followup.f_by_{kind}"), t)


def _share(estimate: tuple[float, float, float], t: Texts) -> str:
    """A share with its interval, where it has one."""
    if np.isnan(estimate[1]):
        return t.percent(estimate[0])
    share, low, high = map(t.percent, estimate)
    return t("followup.interval", share=share, low=low, high=high)


# Who needs support


def support(followup: FollowUp, needy: pd.DataFrame | None = None, *, most: int = _ROWS) -> Group:
    """Return who needs support, and why; in public how many.

    Args:
        followup: the year's answers.
        needy: the rows to show, as :attr:`FollowUp.needy`, or what is left of it.
        most: rows of the table; what is more is counted under it.
    """
    blocks: list[Block] = [_heading(followup, "support"), Paragraph(_needy(followup))]
    counts = followup.needy["reasons"].explode().value_counts()
    if len(counts):
        blocks.append(Bullets([_say(followup, f"because_{reason}", n=int(n)) for reason, n in counts.items()]))
    return Group([*blocks, *_support_table(followup, needy, most)])


def _needy(followup: FollowUp) -> tuple[Run, ...]:
    total = int(followup.lives["status"].map(still_there).sum())
    own = int((followup.needy["last"] == followup.edition.name).sum())
    key = "needy" if len(followup.needy) else "needy_nobody"
    return _say(followup, key, n=len(followup.needy), total=total, own=own, year=followup.edition.name)


def _support_table(followup: FollowUp, needy: pd.DataFrame | None, most: int, document: str = "") -> Iterator[Table]:
    needy = followup.needy if needy is None else needy
    table, t = needy.head(most), followup.t
    if len(table) and not followup.public:
        shown = table.assign(
            why=["; ".join(_reasons(own, t)) for own in table["reasons"]], title=table["title"].map(brief)
        )
        columns = [*columns_of(t, "title unit"), *_columns(followup, "why")]
        notes = trends.more_rows(followup.span, len(needy) - most, document if len(needy) <= _ROWS else "")
        yield _table(followup, shown, "support", columns, notes)


def over(followup: FollowUp, lives: pd.DataFrame | None = None) -> Group:
    """Return which stopped and which were merged, when and why; in public nothing.

    Args:
        followup: the year's answers.
        lives: as :attr:`FollowUp.lives`, or what is left of it.
    """
    t, table = followup.t, followup.lives if lives is None else lives
    table = table[~table["status"].map(still_there)]
    if table.empty or followup.public:
        return Group([])
    told = {name: current(given(edition)) for name, edition in followup.span.editions.items()}
    rows = []
    for innovation, life in table.iterrows():
        answers = told[life["heard"]][str(innovation)]
        merged = life["status"] == "merged"
        into = answers.get("merged_with", "")
        why = t("followup.into", title=brief(followup.lives["title"].get(into, into)))
        day = answers.get("checked_on" if merged else "stopped_on")
        rows.append(
            {
                "title": brief(life["title"]),
                "state": t(f"followup.status_{life['status']}"),
                "day": date.fromisoformat(day) if day else None,
                "why": why if merged else answers.get("stopped_because", ""),
            }
        )
    columns = [*columns_of(t, "title"), *_columns(followup, "state"), *_columns(followup, "day", "date")]
    columns += _columns(followup, "why")
    return Group([_heading(followup, "over"), _table(followup, rows, "over", columns)])


def readiness(
    followup: FollowUp, lives: pd.DataFrame | None = None, *, most: int = _ROWS, columns: Sequence[str] = ASPECTS
) -> Group:
    """Return what each innovation that still runs has; in public nothing.

    Args:
        followup: the year's answers.
        lives: as :attr:`FollowUp.lives`, or what is left of it.
        most: rows of the table; what is more is counted under it.
        columns: which aspects.
    """
    there = followup.lives if lives is None else lives
    there = there[there["status"].map(still_there)]
    if there.empty or followup.public:
        return Group([])
    rows = [(brief(title), followup.profiles[str(name)]) for name, title in there["title"].head(most).items()]
    notes = trends.more_rows(followup.span, len(there) - most)
    return Group([_heading(followup, "readiness"), _elements(followup, rows, "readiness", columns, notes)])


def won(followup: FollowUp, *, columns: Sequence[str] = ASPECTS) -> Group:
    """Return what the innovations have that won this year's awards, if any did.

    Args:
        followup: the year's answers.
        columns: which aspects.
    """
    table = winners(followup.span)
    table = table[(table["year"] == followup.edition.name) & (table["innovation_id"] != "")]
    named = zip(table["title"], table["innovation_id"], strict=True)
    rows = [(brief(title), followup.profiles[innovation]) for title, innovation in named]
    return Group([_elements(followup, rows, "won", columns)] if rows else [])


def _elements(
    followup: FollowUp, rows: Iterable[tuple[str, Profile]], key: str, aspects: Sequence[str], notes: Sequence[str] = ()
) -> Table:
    """What several innovations have, each named and given with its profile, as one table."""
    t = followup.t
    shown = [{"title": name, **{aspect: _known(own.get(aspect), t)[0] for aspect in aspects}} for name, own in rows]
    columns = [*columns_of(t, "title"), *(Column(aspect, t(f"followup.q_{aspect}")) for aspect in aspects)]
    return _table(followup, shown, key, columns, notes)


def replaced(followup: FollowUp) -> Group:
    """Return this year's answers that a later one superseded; in public nothing."""
    answers, t = given(followup.edition), followup.t
    again = answers[answers.duplicated(["innovation_id", "question"], keep=False)]
    if again.empty or followup.public:
        return Group([])
    again = again.sort_values(["innovation_id", "question", "number"])
    shown = again.assign(
        time=[t.moment(moment.to_pydatetime()) for moment in again["time"]],
        question=[t(f"followup.q_{question}") for question in again["question"]],
    )
    columns = [Column("innovation_id", t("columns.innovation_id")), *_columns(followup, "question answer time")]
    return Group([_heading(followup, "replaced"), _table(followup, shown, "replaced", columns)])


# The annual report


def page(followup: FollowUp, needy: pd.DataFrame | None = None, *, most: int = 10) -> Group:
    """Return what the annual report tells of all this; nothing where no follow-up has been made.

    Args:
        followup: the year's answers.
        needy: the rows to show of those that need support, as :attr:`FollowUp.needy`, or what is left of it.
        most: how many rows.
    """
    if not (followup.lives["heard"] != "").any():
        return Group([])
    counts = followup.states.value_counts()
    totals = _say(followup, "totals", **{one: int(counts.get(one, 0)) for one in _STATES})
    blocks: list[Block] = [_heading(followup, "page"), Paragraph(_lead(followup)), Paragraph(totals)]
    whole = curve_of(followup.lives)
    blocks += [_lived(followup, whole)] if whole.ends else []
    document = trends.document_title(followup.span, "follow_up")
    return Group([*blocks, Paragraph(_needy(followup)), *_support_table(followup, needy, most, document)])


# What one innovation has


def lasting_profile(edition: Edition, entry_id: str) -> Table:
    """Return the readiness of one entry to last, as a table for its feedback sheet and for reports.

    Args:
        edition: in the language of the document.
        entry_id: one of its entries.
    """
    t, known = edition.texts, lasting(edition)
    own, why = known.profiles[entry_id], [*_reasons(known.reasons[entry_id], t)]
    rows = [(t(f"followup.q_{aspect}"), *_known(own.get(aspect), t)) for aspect in ASPECTS]
    columns = [Column(key, t(f"followup.column_{key}")) for key in ("aspect", "now", "source")]
    key = "needs" if why else "over" if is_over(own) else "whole" if own.keys() >= {*ELEMENTS} else "open"
    about = {"caption": t("followup.lasting_caption"), "notes": [t(f"followup.lasting_{key}", why="; ".join(why))]}
    return Table.of(rows, t, columns=columns, row_header="aspect", **about)


def _reasons(reasons: Sequence[str], t: Texts) -> Iterator[str]:
    """Say why an innovation needs support, from :func:`kit.report.lasting.reasons`."""
    if items := [reason.removeprefix("lacks_") for reason in reasons if reason.startswith("lacks_")]:
        yield t("followup.why_lacks", items=[t(f"followup.item_{item}") for item in items])
    yield from (t(f"followup.why_{reason}") for reason in reasons if not reason.startswith("lacks_"))


def _known(known: Known | None, t: Texts) -> tuple[str, str]:
    """An aspect's state and where it is known from, in words."""
    if known is None:
        return t("followup.unknown"), ""
    return t(f"followup.{known.value}"), t(f"followup.from_{known.source}", year=known.year)


# Words


def _say(followup: FollowUp, key: str, **values: object) -> tuple[Run, ...]:
    return sentence(followup.t, f"followup.{key}", **values)


def _heading(followup: FollowUp, key: str) -> Heading:
    return Heading(followup.t(f"followup.h_{key}"))


def _columns(followup: FollowUp, keys: str, kind: Literal["text", "integer", "date"] = "text") -> list[Column]:
    return [Column(key, followup.t(f"followup.column_{key}"), kind) for key in keys.split()]


def _table(
    followup: FollowUp,
    data: pd.DataFrame | Sequence[dict[str, Any]],
    key: str,
    columns: Sequence[Column],
    notes: Iterable[str] = (),
    strong: Iterable[int] = (),
) -> Table:
    about: dict[str, Any] = {"caption": followup.t(f"followup.t_{key}"), "notes": [*notes], "strong": [*strong]}
    return Table.of(data, followup.t, columns=columns, row_header=columns[0].key, **about)


# The drawing


_HEIGHT = 2.35  # inches of a panel with what stands above and below it
_LEFT, _GAP, _RIGHT, _ABOVE, _BELOW = 0.55, 0.75, 0.2, 0.38, 0.85
_SMALL = 7.5


def _curves(curves: Sequence[tuple[str, Curve]], caption: str, t: Texts) -> Figure:
    """Curves beside one another on the same axes, each of at least one life, with its name and its 95 % interval."""
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
        parts = [_told(name, curve, ticks, t) for name, curve in curves]
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


def _told(name: str, curve: Curve, ticks: np.ndarray, t: Texts) -> str:
    """What a panel shows, in a sentence."""
    shares = [(tick, curve.at(tick)) for tick in ticks[1:]]
    told = [
        t("followup.alt_share", years=written(tick, t), share=t.percent(at[0])) for tick, at in shares if at is not None
    ]
    said = t("followup.alt_counts", name=name, n=len(curve.lived), ends=curve.ends)
    return f"{said}: {'; '.join(told)}." if told else f"{said}."
