"""How far the administrative selection is, and its counts for the minutes."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from kit.contest.selection import (
    CHECKS,
    CURE,
    RECEIPTS,
    Dossier,
    NoChecklist,
    checklist,
    counts,
    dossiers,
    undecided_said,
)
from kit.render.blocks import Block, Bullets, Callout, Column, Group, Heading, Paragraph, Table, sentence
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.edition import Edition

_STATES = ("not_begun", "partial", "to_complete", "checked", "eligible", "not_eligible", "out")
_ENDINGS = ("withdrawn", "disqualified", "duplicate")


def board(edition: Edition, today: date | None = None) -> Group:
    """Show how far the selection is: in a sentence, by group, by item, and what waits for somebody.

    Args:
        edition: the contest.
        today: by which a cure period is over; the contest's own day unless given.
    """
    try:
        t, all_, round_ = edition.texts, dossiers(edition), checklist(edition)
    except NoChecklist as none:
        return Group([Callout(none.sentence(edition.language))])
    found = counts(all_)
    state = edition.history.round_states().get(round_.id, "not_opened")
    said = {name: found[name] for name in ("entries", "eligible", "not_eligible", "undecided", "out")}
    blocks: list[Block] = [
        Heading(round_.name.say(t.language)),
        Paragraph(sentence(t, "administration.said", state=t(f"status.{state}"), **said)),
        *([Callout(undecided)] if (undecided := undecided_said(edition)) else []),
        _by_group(edition, all_),
    ]
    if round_.items:
        blocks.append(_by_item(edition, all_))
    for name, lines in {
        "waiting": _waiting(edition, all_, today or datetime.now(WIB).date()),
        "refused": _refused(edition, all_),
        "decided": _decided(edition, all_),
    }.items():
        if lines:
            blocks += [Heading(t(f"administration.{name}"), 3), Bullets(lines)]
    return Group(blocks)


def _by_group(edition: Edition, all_: Mapping[str, Dossier]) -> Table:
    t = edition.texts
    groups = edition.registers.entries.set_index("entry_id")["group"]
    rows = []
    for group in edition.rules.groups:
        own = {entry: dossier for entry, dossier in all_.items() if groups[entry] == group.id}
        rows.append({"group": group.name.say(t.language), **counts(own)})
    names = ["entries", *RECEIPTS, *_STATES]
    table = pd.DataFrame(rows, columns=["group", *names]).fillna(0)
    total = table[names].sum().to_frame().T.assign(group=t("columns.total"))
    columns = [
        Column("group", t("columns.group")),
        Column("entries", t("administration.entries"), "integer"),
        *(Column(which, t(f"administration.came_{which}"), "integer") for which in RECEIPTS),
        *(Column(state, t(f"administration.state_{state}"), "integer") for state in _STATES),
    ]
    caption = t("administration.by_group")
    whole = pd.concat([table, total.set_axis(["total"])])
    return Table.of(whole, t, columns=columns, caption=caption, row_header="group", strong=["total"])


def _by_item(edition: Edition, all_: Mapping[str, Dossier]) -> Table:
    t = edition.texts
    rows = []
    for n, item in enumerate(checklist(edition).items, 1):
        answers = Counter(dossier.of("checked", item.id).value or "open" for dossier in all_.values())
        rows.append({"item": t("administration.item", n=n, name=item.name.say(t.language)), **answers})
    answers_ = [*CHECKS, "open"]
    columns = [
        Column("item", t("administration.items")),
        *(Column(answer, t(f"administration.answer_{answer}"), "integer") for answer in answers_),
    ]
    table = pd.DataFrame(rows, columns=["item", *answers_]).fillna(0)
    return Table.of(table, t, columns=columns, caption=t("administration.by_item"), row_header="item")


def named(edition: Edition, entry: str) -> str:
    """An entry's id and title."""
    titles = edition.registers.entries.set_index("entry_id")["title"]
    return f"{entry} {titles[entry]}"


def _waiting(edition: Edition, all_: Mapping[str, Dossier], today: date) -> list[str]:
    """Every undecided entry with items to complete, and until when it may mend them."""
    t, names = edition.texts, {item.id: item.name.say(edition.language) for item in checklist(edition).items}
    lines = []
    for entry, dossier in all_.items():
        if dossier.state == "to_complete":
            items = [names[item] for item in dossier.answered("to_complete", "no")]
            line = t("administration.unmet", entry=named(edition, entry), items="; ".join(items))
            if until := dossier.of(*CURE).value:
                day = date.fromisoformat(until)
                line += f" {t('administration.cure_over' if day < today else 'administration.cure_until', day=day)}"
            lines.append(line)
    return lines


def _refused(edition: Edition, all_: Mapping[str, Dossier]) -> list[str]:
    return [
        edition.texts("administration.reason", entry=named(edition, entry), reason=dossier.of("admission").text)
        for entry, dossier in all_.items()
        if dossier.state == "not_eligible"
    ]


def _decided(edition: Edition, all_: Mapping[str, Dossier]) -> list[str]:
    """The moved categories, and the entries whose part in the contest has ended, each with its reason."""
    t, rules = edition.texts, edition.rules
    categories = {category.id: category.name.say(t.language) for category in rules.categories}
    corrections = edition.decisions.of("correction")
    moved = corrections[corrections["criterion"] == "category"].drop_duplicates("entry_id", keep="last")
    lines = [
        t(
            "administration.moved",
            entry=named(edition, str(row.entry_id)),
            category=categories.get(str(row.value), str(row.value)),
            reason=str(row.text),
        )
        for row in moved.itertuples()
    ]
    for row in edition.decisions.excluded.itertuples():
        if row.kind in _ENDINGS and row.entry_id in all_:
            words = {"entry": named(edition, str(row.entry_id)), "other": str(row.value), "reason": str(row.text)}
            lines.append(t(f"administration.ended_{row.kind!s}", **words))
    return lines
