"""What the panel looks at in a plenary, as blocks: judges are letters, and the largest doubts come first."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.contest import plenary
from kit.fairness.sensitivity import decisive
from kit.fairness.study import Study
from kit.pseudonyms import letters
from kit.render.blocks import MISSING, Block, Bullets, Column, Group, Heading, Paragraph, Table, columns_of
from kit.report.context import Context, award_name, brief, tie_rule_words, tie_sentence
from kit.scoring.ranking import FINAL
from kit.scoring.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.edition import Edition
    from kit.history import Meeting
    from kit.rules import TieRule

_LISTED = 12  # entries whose judges are furthest apart
_PANEL = 12  # judges that the table has columns for


class Agenda:
    """What a plenary about one round looks at: the context of its parts.

    Args:
        edition: the edition.
        round_id: a scored round that is closed.

    Raises:
        unknown_round, StillOpen, NotOpenedYet, rules_changed: its values cannot be shown.
    """

    def __init__(self, edition: Edition, round_id: str) -> None:
        context = self.context = Context(edition)
        self.edition, self.t, self.rules, self.titles = edition, context.t, context.rules, context.titles
        self.names, self.rounds = context.names, context.rounds
        self.study = Study(edition, round_id)
        self.round = self.study.round

    def word(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``plenary``."""
        return self.t(f"plenary.{key}", **values)

    @property
    def meeting(self) -> Meeting | None:
        """The plenary that goes on, or the last one."""
        found = self.edition.meetings(self.round.id)
        return found[-1] if found else None

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each judge of the panel: the same all through one plenary, another in the next.

        Judges whose sheets the plenary reopened keep one, even if a substitute has taken their sheets over since.
        """
        reopened = [sheet.judge_id for sheet in self.meeting.reopened] if self.meeting else []
        began = self.meeting.began.isoformat() if self.meeting else ""
        judges = [*plenary.panel(self.edition, self.round.id), *reopened]
        return letters(self.edition, f"plenary/{self.round.id}/{began}", judges)

    def entry(self, entry_id: str) -> str:
        """Return an entry's id and its innovation's own name."""
        return f"{entry_id} · {brief(self.titles.get(entry_id, entry_id))}"

    @property
    def decides_final(self) -> bool:
        """Whether this is the last round, so that its plenary decides the final and its awards."""
        return self.round.id == self.context.last


# What is under discussion


def spread(agenda: Agenda) -> Group:
    """Return the entries on which the judges differ most, and the criterion on which they do."""
    table = _spreads(agenda)
    if table.empty:
        return Group([Heading(agenda.word("spread")), Paragraph(agenda.word("spread_none"))])
    judges = sorted(agenda.letters.values(), key=lambda name: (len(name), name))
    shown = judges if len(judges) <= _PANEL and table[judges].notna().any(axis=None) else []
    columns = [
        *columns_of(agenda.t, "entry_id title"),
        *(Column(name, agenda.word("judge", letter=name), "decimal", places=2) for name in shown),
        Column("spread", agenda.word("column_spread"), "decimal", places=2),
        Column("criterion", agenda.word("column_criterion")),
    ]
    rows = table.head(_LISTED)
    said = agenda.word("spread_said", n=len(rows), total=len(table))
    about = {"caption": agenda.word("spread_caption"), "row_header": "title"}
    return Group([Heading(agenda.word("spread")), Paragraph(said), Table.of(rows, agenda.t, columns=columns, **about)])


def most_disputed(agenda: Agenda) -> list[str]:
    """Return the ids of the round's entries; those on which the judges differ most come first."""
    return _spreads(agenda)["entry_id"].tolist()


def _spreads(agenda: Agenda) -> pd.DataFrame:
    totals = agenda.study.totals
    matrix = totals.matrix()
    several = np.isfinite(matrix).sum(axis=1) > 1
    rows = []
    for n, entry in enumerate(totals.entries):
        if several[n]:
            # A gap would tell which letter has the conflict of interest that the minutes name.
            whole = len(agenda.letters) == np.isfinite(matrix[n]).sum()
            given = {agenda.letters[judge]: matrix[n, m] for m, judge in enumerate(totals.judges)} if whole else {}
            apart = float(np.nanmax(matrix[n]) - np.nanmin(matrix[n]))
            rows.append({"entry_id": entry, "title": agenda.titles[entry], "spread": round(apart, 9), **given})
    table = pd.DataFrame(rows, columns=["entry_id", "title", "spread", *agenda.letters.values()])
    table["criterion"] = [_widest_criterion(agenda, entry) for entry in table["entry_id"]]
    return table.sort_values(["spread", "entry_id"], ascending=[False, True], ignore_index=True)


def _widest_criterion(agenda: Agenda, entry_id: str) -> str:
    marks = _marks(agenda).loc[[entry_id]]
    apart = marks.groupby("criterion")["number"].agg(lambda own: own.max() - own.min())
    names = {criterion.id: criterion.name.say(agenda.t.language) for criterion in agenda.round.criteria}
    if not names or apart.max() == 0:
        return MISSING
    order = list(names)
    widest = min(apart.index[apart == apart.max()], key=order.index)
    return f"{names[widest]} ({agenda.t.decimal(apart.max().normalize())})"


def _marks(agenda: Agenda) -> pd.DataFrame:
    marks = agenda.study.marks
    return marks.assign(number=marks["value"].map(Decimal)).set_index("entry_id")


# What is decided


def cuts(agenda: Agenda) -> Group:
    """Return where each list is divided, and by how much: who goes on, or where each award ends."""
    places = [agenda.round.id, *([FINAL] if agenda.decides_final else [])]
    found = pd.concat([decisive(agenda.study.replay, where) for where in places], ignore_index=True)
    blocks: list[Block] = [Heading(agenda.word("cuts"))]
    rows = []
    for row in found.to_dict("records"):
        where = agenda.names[row["scope"], row["scope_id"]]
        if row["why"]:
            blocks.append(Paragraph(f"{where}: {agenda.t(row['why'])}"))
            continue
        award = award_name(agenda.context, row["award"]) or agenda.word("advances", n=row["place"])
        pair = {key: agenda.entry(str(row[key])) for key in ("inside", "outside")}
        list_ = FINAL if row["kind"] == "award" else agenda.round.id
        rule = (
            tie_rule_words(agenda.context, str(row["tie_rule"]), list_, agenda.round.id) if row["tie_rule"] else MISSING
        )
        rows.append({"scope": where, "place": award, **pair, "margin": row["margin"], "tie": rule})
    columns = [
        Column("scope", agenda.word("column_list")),
        Column("place", agenda.word("column_place")),
        Column("inside", agenda.word("column_inside")),
        Column("outside", agenda.word("column_outside")),
        Column("margin", agenda.word("column_margin"), "decimal"),
        Column("tie", agenda.word("column_tie")),
    ]
    if rows:
        caption = agenda.word("cuts_caption")
        blocks.append(Table.of(rows, agenda.t, columns=columns, caption=caption, row_header="scope"))
    return Group(blocks)


def equals(agenda: Agenda) -> Group:
    """Return every tie that matters, the rules that decide it in order, and what is left to the judges."""
    where = FINAL if agenda.decides_final else agenda.round.id
    rules: Sequence[TieRule] = agenda.rules.final_ties if agenda.decides_final else agenda.round.ties
    steps = " → ".join(tie_rule_words(agenda.context, label(rule), where, agenda.round.id) for rule in rules) or MISSING
    said = [tie_sentence(agenda.context, tie) for tie in agenda.context.ties if tie.round == where] or [
        agenda.word("no_ties")
    ]
    path = agenda.word("path", round=agenda.rounds[where], rules=steps)
    return Group([Heading(agenda.word("ties")), Bullets(said), Paragraph(path)])


# What happened in the meeting


def changes(agenda: Agenda) -> Group:
    """Return the reopened sheets, and every mark that was changed on them, before and after."""
    meeting = agenda.meeting
    blocks: list[Block] = [Heading(agenda.word("reopened"))]
    if meeting is None or not meeting.reopened:
        return Group([*blocks, Paragraph(agenda.word("reopened_none"))])
    blocks.append(Bullets([_reopened(agenda, *sheet) for sheet in meeting.reopened]))
    names = {criterion.id: criterion.name.say(agenda.t.language) for criterion in agenda.round.marked}
    rows = [
        {
            "judge": agenda.word("judge", letter=agenda.letters[change.judge_id]),
            "entry": agenda.entry(change.entry_id),
            "criterion": names.get(change.criterion, change.criterion),
            "before": Decimal(change.before) if change.before else None,
            "after": Decimal(change.after) if change.after else None,
        }
        for change in meeting.changes
    ]
    columns = [
        Column("judge", agenda.word("column_judge")),
        Column("entry", agenda.t("report.column_innovation")),
        Column("criterion", agenda.word("column_criterion_of")),
        Column("before", agenda.word("column_before"), "decimal"),
        Column("after", agenda.word("column_after"), "decimal"),
    ]
    if rows:
        caption = agenda.word("changes_caption")
        blocks.append(Table.of(rows, agenda.t, columns=columns, caption=caption, row_header="entry"))
    return Group(blocks)


def _reopened(agenda: Agenda, judge_id: str, entry_id: str, reason: str) -> str:
    return agenda.word("reopened_said", letter=agenda.letters[judge_id], entry=agenda.entry(entry_id), reason=reason)


def attendance(agenda: Agenda) -> Group:
    """Return who is present, and how many are needed."""
    there = agenda.meeting.present if agenda.meeting else ()
    total = len(plenary.panel(agenda.edition, agenda.round.id))
    names = agenda.edition.registers.judges.set_index("judge_id")["name"]
    said = agenda.word("present", n=len(there), total=total, quorum=plenary.quorum(agenda.edition, agenda.round.id))
    return Group([Paragraph(said), *([Bullets([str(names[judge]) for judge in there])] if there else [])])


def hindrances(agenda: Agenda) -> Group:
    """Return what still keeps the round from being decided."""
    return Group([Heading(agenda.word("open"), 3), Bullets([*_hindrances(agenda)])])


def _hindrances(agenda: Agenda) -> Iterator[str]:
    found = plenary.hindrances(agenda.edition, agenda.round.id)
    yield from (mistake.sentence(agenda.t.language) for mistake in found)
    if not found:
        yield agenda.word("nothing_open")
