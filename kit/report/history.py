"""Participation year by year, for all documents that compare years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.render import charts
from kit.render.blocks import Block, Column, Figure, Paragraph, Table, columns_of, sentence
from kit.report import summaries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.edition import Edition
    from kit.report.summaries import Earlier


def years_compared(edition: Edition, earlier: Earlier, notes: Sequence[str] = ()) -> Iterator[Block]:
    """Yield how many took part year by year, and which years cannot be compared; nothing if there is no other year.

    Args:
        edition: the last one.
        earlier: the editions before it.
        notes: to print under the table.
    """
    if earlier.editions:
        yield from _compared([*earlier.editions, edition], notes)
    for key, years in {"unreadable": earlier.unreadable, "simulated": earlier.simulated}.items():
        if years:
            yield Paragraph(sentence(edition.texts, f"report.history_{key}", years=[*years]))


def _compared(editions: list[Edition], notes: Sequence[str]) -> Iterator[Block]:
    t, table = editions[-1].texts, summaries.years(editions)
    now = table.iloc[-1]
    values = {name: int(now[name]) for name in ("continuing", "new", "ended")}
    yield Paragraph(sentence(t, "report.history_said", n=int(now["entries"]), year=table["year"].iloc[-2], **values))
    if now["unnamed"]:
        yield Paragraph(sentence(t, "report.history_unnamed", n=int(now["unnamed"])))
    columns = [
        *columns_of(t, "year entries"),
        Column("units", t("report.column_units_took_part"), "integer"),
        Column("new", t("report.column_new"), "integer"),
        Column("continuing", t("report.column_continuing"), "integer"),
    ]
    drawn = table.set_index("year")[["entries"]]
    parts = [f"{year}: {t.integer(int(n))}" for year, n in drawn["entries"].items()]
    alt, caption = t("report.history_alt", parts="; ".join(parts)), t("report.history_figure_caption")
    yield Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, t))
    about = {"caption": t("report.history_caption"), "notes": [*notes]}
    yield Table.of(table, t, columns=columns, row_header="year", **about)
