"""The day of presentations on paper: the running order, and what was decided at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.contest.presentation import (
    RecapTooEarly,
    draws,
    last_round,
    lights,
    programme,
    require_recap,
    start_of,
)
from kit.errors import NotYet
from kit.registers import text_of
from kit.render.blocks import Block, Callout, Column, Group, Heading, Paragraph, Table, columns_of, sentence
from kit.report.context import Context, state_of
from kit.report.results import results
from kit.report.summaries import standings

if TYPE_CHECKING:
    from kit.edition import Edition


def running_order(edition: Edition, round_id: str = "", start: str = "", minutes: int = 30) -> Group:
    """Show the running order of every group, to be printed, with how it came about."""
    round_id, start = text_of(round_id) or last_round(edition), start_of(start)
    t = edition.texts
    try:
        drawn, table = draws(edition, round_id), programme(edition, round_id, start, minutes)
    except NotYet as why:
        return Group([Callout(why.sentence(t.language), kind="info")])
    blocks: list[Block] = []
    for group in edition.rules.groups:
        own = table[table["group"] == group.id]
        if own.empty:
            continue
        name = group.name.say(t.language)
        blocks.append(Heading(name, 3))
        if one := drawn.get(group.id):
            words = {"seed": one.seed, "time": one.time, "entry": one.order[0]}
            blocks.append(Paragraph(sentence(t, "presentation.drawn", **words)))
            if one.reason:
                blocks.append(Paragraph(t("presentation.again", reason=one.reason)))
        else:
            blocks.append(Paragraph(t("presentation.not_drawn")))
        columns = [
            *([Column("place", t("presentation.place"), "integer")] if one else []),
            *([Column("time", t("presentation.time"))] if one and start else []),
            *columns_of(t, "entry_id title unit"),
        ]
        shown = own.assign(place=own["place"].astype(object).where(own["place"] > 0, None))
        caption = t("presentation.order_caption", group=name)
        blocks.append(Table.of(shown, t, columns=columns, caption=caption, row_header="title"))
    return Group(blocks)


def recap(edition: Edition, round_id: str = "") -> Group:
    """Show a decided round's scores group by group, and what they come to; before that, say that it is not decided.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
    """
    t, round_id = edition.texts, text_of(round_id) or last_round(edition)
    try:
        require_recap(edition, round_id)
    except RecapTooEarly as error:
        return Group([Callout(error.sentence(t.language), kind="info")])
    columns = columns_of(t, "rank entry_id title unit score judges")
    blocks: list[Block] = [Heading(t("presentation.recap", round=edition.say(round_id)))]
    blocks.append(Paragraph(state_of(edition)))
    for group in edition.rules.groups:
        table = standings(edition, "group", group.id, round_id)
        if len(table):
            shares = zip(table["judges_counted"], table["judges_required"], strict=True)
            shown = table.assign(judges=[t("report.share_of", n=int(n), total=int(total)) for n, total in shares])
            caption = t("presentation.recap_caption", group=group.name.say(t.language))
            blocks.append(Table.of(shown, t, columns=columns, caption=caption, row_header="title"))
    absent = lights(edition, round_id).query("light == 'absent'")
    if len(absent):
        blocks.append(Callout(t("presentation.were_absent", entries=[*absent["title"]])))
    if edition.states[last_round(edition)] in {"closed", "plenary"}:  # whose outcome is not decided yet
        return Group(blocks)
    return Group([*blocks, *results(Context(edition)).blocks])
