"""What the panel looks at in a plenary, as blocks: judges are letters, and the largest doubts come first."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.contest import plenary, rounds
from kit.contest.rounds import lacking_values
from kit.fairness.sensitivity import decisive
from kit.fairness.study import Study
from kit.pseudonyms import letters
from kit.render.blocks import MISSING, Block, Bullets, Column, Group, Paragraph, Table
from kit.report.context import Context, award_name, brief, columns, tie_rule_words, tie_sentence
from kit.rule_words import empty_said
from kit.scoring.ranking import FINAL
from kit.scoring.ties import label

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kit.edition import Edition
    from kit.history import Meeting
    from kit.rules import Round, TieRule
    from kit.texts import Texts

_LISTED = 10  # entries whose judges are furthest apart
_PANEL = 12  # judges that the table has columns for
_NAME = 60  # letters of an innovation's name beside its id


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
        return f"{entry_id} · {brief(self.titles.get(entry_id, entry_id), _NAME)}"

    @property
    def decides_final(self) -> bool:
        """Whether this is the last round, so that its plenary decides the final and its awards."""
        return self.round.id == self.context.last


# What is under discussion


def spread(agenda: Agenda) -> Group:
    """Return the entries on which the judges differ most, and the criterion on which they do."""
    table = _spreads(agenda)
    if table.empty:
        return Group([Paragraph(agenda.word("spread_none"))])
    judges = sorted(agenda.letters.values(), key=lambda name: (len(name), name))
    shown = judges if len(judges) <= _PANEL and table[judges].notna().any(axis=None) else []
    places = 0 if agenda.round.kind == "ranks" else 2
    of_judges = [Column(name, agenda.word("judge", letter=name), "decimal", places=places) for name in shown]
    named = [
        *columns(agenda.t, "entry_id title"),
        *of_judges,
        Column("spread", agenda.word("column_spread"), "decimal", places=places),
        *(columns(agenda.t, criterion="plenary.column_criterion") if agenda.round.criteria else []),
    ]
    rows = table.head(_LISTED)
    ranks = "_ranks" if agenda.round.kind == "ranks" else ""
    said = agenda.word(f"spread_said{ranks}", n=len(rows), total=len(table))
    about = {"caption": agenda.word(f"spread_caption{ranks}"), "row_header": "title"}
    return Group([Paragraph(said), Table.of(rows, agenda.t, columns=named, **about)])


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
            own = matrix[n] * (-1 if agenda.round.kind == "ranks" or agenda.round.direction == "low" else 1)
            given = {agenda.letters[judge]: own[m] for m, judge in enumerate(totals.judges)} if whole else {}
            apart = float(np.nanmax(matrix[n]) - np.nanmin(matrix[n]))
            rows.append(
                {"entry_id": entry, "title": brief(agenda.titles[entry], _NAME), "spread": round(apart, 9), **given}
            )
    table = pd.DataFrame(rows, columns=["entry_id", "title", "spread", *agenda.letters.values()])
    table["criterion"] = [_widest_criterion(agenda, entry) for entry in table["entry_id"]]
    return table.sort_values(["spread", "entry_id"], ascending=[False, True], ignore_index=True)


def _widest_criterion(agenda: Agenda, entry_id: str) -> str:
    marks = agenda.study.marks
    marks = marks[marks["entry_id"] == entry_id]
    apart = marks["value"].map(Decimal).groupby(marks["criterion"]).agg(lambda own: own.max() - own.min())
    names = {criterion.id: criterion.name.say(agenda.t.language) for criterion in agenda.round.criteria}
    if not names or apart.max() == 0:
        return MISSING
    order = list(names)
    widest = min(apart.index[apart == apart.max()], key=order.index)
    return f"{names[widest]} ({agenda.t.decimal(apart.max().normalize())})"


def without_marks(agenda: Agenda) -> Group:
    """Return what counted without a judge: values with their sources, and marks that were not given."""
    t, round_, edition = agenda.t, agenda.round, agenda.edition
    blocks: list[Block] = []
    if n := sum(rounds.missing(edition, round_.id).values()):
        blocks.append(Paragraph(agenda.word("sheets_missing", n=n, counts=empty_said(round_, t))))
    names = {part.value: part.name.say(t.language) for part in round_.parts if part.value}
    names |= {
        step.value: step.name.say(t.language) if step.name else step.value for step in round_.adjusting if step.value
    }
    table = edition.registers.values
    table = table[table["value_id"].isin([*names]) & table["entry_id"].isin(edition.entrants(round_.id))]
    if names:
        lacking = [
            t("scoring.value_of", entry=entry, value=value) for entry, value in lacking_values(edition, round_.id)
        ]
        rows = table.assign(
            value=table["value"].map(Decimal),
            entry=table["entry_id"].map(agenda.entry),
            name=table["value_id"].map(names),
        )
        shown = columns(
            t,
            entry="report.column_innovation",
            name="plenary.column_value",
            value=("plenary.column_amount", "decimal"),
            source="plenary.column_source",
            **({"note": "plenary.column_note"} if any(table["note"]) else {}),
        )
        blocks += [Table.of(rows, t, columns=shown, caption=agenda.word("values_caption"), row_header="entry")]
        blocks += [Paragraph(agenda.word("values_lacking", values=lacking))] if lacking else []
    return Group(blocks)


# What is decided


def cuts(agenda: Agenda) -> Group:
    """Return where each list is divided, and by how much: who goes on, or where each award ends."""
    places = [agenda.round.id, *([FINAL] if agenda.decides_final else [])]
    found = pd.concat([decisive(agenda.study.replay, where) for where in places], ignore_index=True)
    blocks: list[Block] = []
    rows = []
    for row in found.to_dict("records"):
        where = agenda.names[row["scope"], row["scope_id"]]
        if row["why"]:
            blocks.append(Paragraph(f"{where}: {agenda.t(row['why'])}"))
            continue
        award = award_name(agenda.context, row["award"]) or agenda.word("advances", n=row["place"])
        list_, rule = FINAL if row["kind"] == "award" else agenda.round.id, str(row["tie_rule"] or "")
        tie = tie_rule_words(agenda.context, rule, list_, agenda.round.id) if rule else MISSING
        inside, outside = (agenda.entry(str(row[key])) for key in ("inside", "outside"))
        rows.append((where, award, inside, outside, row["margin"], tie))
    if rows:
        shown = columns(
            agenda.t,
            scope="plenary.column_list",
            place="plenary.column_place",
            inside="plenary.column_inside",
            outside="plenary.column_outside",
            margin=("plenary.column_margin", "decimal"),
            tie="plenary.column_tie",
        )
        caption = agenda.word("cuts_caption")
        blocks.append(Table.of(rows, agenda.t, columns=shown, caption=caption, row_header="scope"))
    return Group(blocks or [Paragraph(agenda.word("no_cuts"))])


def equals(agenda: Agenda) -> Group:
    """Return every tie that matters, the rules that decide it in order, and what is left to the judges."""
    where = FINAL if agenda.decides_final else agenda.round.id
    rules: Sequence[TieRule] = agenda.rules.final_ties if agenda.decides_final else agenda.round.ties
    steps = " → ".join(tie_rule_words(agenda.context, label(rule), where, agenda.round.id) for rule in rules) or MISSING
    said = [tie_sentence(agenda.context, tie) for tie in agenda.context.ties if tie.round == where] or [
        agenda.word("no_ties")
    ]
    path = agenda.word("path", round=agenda.rounds[where], rules=steps)
    return Group([Bullets(said), Paragraph(path)])


# What happened in the meeting


def changes(agenda: Agenda) -> Group:
    """Return the reopened sheets, and every mark that was changed on them, before and after."""
    meeting = agenda.meeting
    if meeting is None or not meeting.reopened:
        return Group([Paragraph(agenda.word("reopened_none"))])
    reopened = [
        agenda.word("reopened_said", letter=agenda.letters[judge], entry=agenda.entry(entry), reason=reason)
        for judge, entry, reason in meeting.reopened
    ]
    blocks: list[Block] = [Bullets(reopened)]
    names = {criterion.id: criterion.name.say(agenda.t.language) for criterion in agenda.round.marked}
    rows = [
        (
            agenda.word("judge", letter=agenda.letters[change.judge_id]),
            agenda.entry(change.entry_id),
            names.get(change.criterion, change.criterion),
            *(Decimal(value) if value else None for value in (change.before, change.after)),
        )
        for change in meeting.changes
    ]
    if rows:
        shown = columns(
            agenda.t,
            judge="plenary.column_judge",
            entry="report.column_innovation",
            criterion="plenary.column_criterion_of",
            before=("plenary.column_before", "decimal"),
            after=("plenary.column_after", "decimal"),
        )
        caption = agenda.word("changes_caption")
        blocks.append(Table.of(rows, agenda.t, columns=shown, caption=caption, row_header="entry"))
    return Group(blocks)


def attendance(agenda: Agenda) -> Group:
    """Return how many judges are present, and how many are needed."""
    there = agenda.meeting.present if agenda.meeting else ()
    total = len(plenary.panel(agenda.edition, agenda.round.id))
    said = agenda.word("quorum", n=len(there), total=total, quorum=plenary.quorum(agenda.edition, agenda.round.id))
    juries = juries_present(agenda.round, there, agenda.t)
    blocks: list[Block] = [Paragraph(agenda.word("no_judges") if agenda.round.kind == "values" else said)]
    return Group([*blocks, *([Bullets(juries)] if juries else [])])


def hindrances(agenda: Agenda) -> Group:
    """Return what still keeps the round from being decided."""
    found = plenary.hindrances(agenda.edition, agenda.round.id)
    if not found:
        return Group([Paragraph(agenda.word("nothing_open"))])
    return Group([Paragraph(agenda.word("open")), Bullets([one.sentence(agenda.t.language) for one in found])])


def juries_present(round_: Round, there: Collection[str], t: Texts) -> list[str]:
    """Say of each jury of a round how many of its judges are present."""
    return [
        t(
            "plenary.present_jury",
            jury=jury.name.say(t.language),
            n=len({*jury.judges} & {*there}),
            total=len(jury.judges),
        )
        for jury in round_.juries
    ]
