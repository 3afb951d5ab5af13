"""What judges get before they score, and the rules as they are signed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.paper import Paper
from kit.edition import EntrantsUnknown
from kit.report.blocks import Block, Bullets, Callout, Column, Heading, PageBreak, Paragraph, Table
from kit.report.method import Method
from kit.report.official import Signature, SignatureList, Signatures, Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.kinds import Part
    from kit.edition import Edition
    from kit.rules import Criterion, Round


class _Rules(Paper, Method):
    """A paper that tells the rules."""

    def rubric(self, round_: Round) -> Iterator[Block]:
        """What each level of each criterion means."""
        for criterion in round_.criteria:
            if criterion.levels:
                yield self._levels(criterion)

    def _levels(self, criterion: Criterion) -> Table:
        t = self.t
        levels = sorted(criterion.levels, key=Decimal)
        rows = pd.DataFrame({"level": levels, "said": [criterion.levels[name].say(t.language) for name in levels]})
        columns = [Column("level", t("papers.level")), Column("said", t("papers.level_said"), width=6)]
        name, asked = criterion.name.say(t.language), criterion.question.say(t.language) if criterion.question else ""
        caption = t(
            "papers.rubric_caption", id=criterion.id, name=name, weight=criterion.weight, question=asked
        ).strip()
        return Table.of(rows, t, columns=columns, caption=caption, row_header="level", sheet=criterion.id)


def rules_print(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """The judging rules for signature: groups, rounds, criteria, weights, levels, ties and awards.

    Raises:
        RulesChanged: they are not those that were locked, and nobody accepted the change.
    """
    paper = _Rules(edition, made_at)
    t, rules, language = paper.t, paper.rules, paper.t.language
    if changed := edition.unaccepted():
        raise changed
    groups = pd.DataFrame(
        [(group.name.say(language), "; ".join(group.unit_types)) for group in rules.groups], columns=["group", "types"]
    )
    group_columns = [Column("group", t("columns.group")), Column("types", t("columns.unit_type"), width=4)]
    awards = [
        t(
            "papers.rules_awards",
            scope=t(f"papers.scope_{awards.scope}"),
            awards=[a.say(language) for a in awards.names],
        )
        for awards in rules.final.awards
    ]
    sends = [
        t(
            "papers.rules_advance",
            round=paper.rounds[r.id],
            scope=t(f"papers.scope_{r.advance.scope}"),
            n=r.advance.places,
        )
        for r in rules.scored_rounds
        if r.advance
    ]
    locked = edition.ledger.events(["rules_locked"])["time"]
    when = (
        t("papers.rules_locked", moment=locked.iloc[0].to_pydatetime()) if len(locked) else t("papers.rules_unlocked")
    )
    chapters: list[Block] = [
        Heading(t("papers.rules_groups")),
        Table.of(groups, t, columns=group_columns, caption=t("papers.rules_groups_caption"), row_header="group"),
        Paragraph(t("papers.rules_categories", names=[category.name.say(language) for category in rules.categories])),
        Heading(t("papers.rules_rounds")),
        Bullets([paper.rounds[round_.id] for round_ in rules.rounds], ordered=True),
        *paper.method().blocks,
        *([Bullets([*sends, *awards])] if sends or awards else []),
    ]
    for round_ in rules.scored_rounds:
        if levels := [*paper.rubric(round_)]:
            chapters += [Heading(t("papers.rules_levels", round=paper.rounds[round_.id])), *levels]
    people = [
        Signer(paper.office.person(judge, name, "titled"), paper.position(judge))
        for judge, name in edition.registers.judges[["judge_id", "name"]].itertuples(index=False, name=None)
    ]
    return [
        paper.masthead("rules", part, form="official", circulation="public"),
        paper.letterhead(),
        paper.titled("rules"),
        Callout(when),
        *chapters,
        Heading(t("papers.rules_signed")),
        paper.say("papers.rules_agreed"),
        SignatureList(people),
        Signatures([paper.signature(paper.office.lead)], paper.place()),
    ]


def judges_pack(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """One judge's pack: what to score, by which rubric, and the declaration of conflicts."""
    paper = _Rules(edition, made_at)
    t, judges = paper.t, edition.registers.judges.set_index("judge_id")
    name = paper.office.person(part.id, judges["name"][part.id], "titled")
    rounds = [r for r in paper.rules.scored_rounds if part.id in edition.registers.panel(r)]
    blocks: list[Block] = [
        paper.masthead("judges_pack", part, form="sheet", audience=t("papers.for_judge", name=name), subtitle=name),
        paper.say("papers.pack_said", name=name, title=paper.contest),
        Bullets([t(f"papers.pack_{hint}") for hint in ("alone", "evidence", "empty", "conflict", "secret")]),
        *[block for round_ in rounds for block in _assignment(paper, round_, part.id)],
    ]
    for round_ in rounds:
        blocks += [PageBreak(), Heading(t("papers.rules_levels", round=paper.rounds[round_.id])), *paper.rubric(round_)]
    return [*blocks, PageBreak(), *_declaration(paper, part.id, name)]


def _assignment(paper: _Rules, round_: Round, judge: str) -> Iterator[Block]:
    """The entries that a judge scores in a round, as far as they are known."""
    t, edition = paper.t, paper.edition
    yield Heading(t("papers.pack_entries", round=paper.rounds[round_.id]))
    try:
        entrants = edition.entrants(round_.id)
    except EntrantsUnknown:
        yield paper.say("papers.pack_later")
        return
    panel = edition.panel(round_.id)
    recused = set(edition.record.recused(round_.id, judge)["entry_id"])
    own = sorted(entrants & set(panel.loc[panel["judge_id"] == judge, "entry_id"]) - recused)
    yield paper.say("papers.pack_count", n=len(own), recused=len(recused & entrants))
    entries = edition.registers.entries.set_index("entry_id").loc[own].reset_index()
    units = edition.registers.units.set_index("unit_id")["name"]
    rows = entries.assign(unit=entries["unit_id"].map(units), group=[paper.names["group", g] for g in entries["group"]])
    columns = [
        Column("entry_id", t("report.column_code")),
        Column("title", t("report.column_innovation"), width=4),
        *([] if round_.blind else [Column("unit", t("report.column_unit"), width=3)]),
        Column("group", t("columns.group")),
    ]
    if len(rows):
        caption = t("papers.pack_caption", round=paper.rounds[round_.id])
        yield Table.of(rows, t, columns=columns, caption=caption, row_header="title", sheet=paper.rounds[round_.id])


def _declaration(paper: _Rules, judge: str, name: str) -> Iterator[Block]:
    """The declaration of conflicts, with those that are known and blanks for more."""
    t, edition = paper.t, paper.edition
    titles = edition.registers.entries.set_index("entry_id")["title"]
    known = edition.record.recusals
    declared = sorted(set(known.loc[known["judge_id"] == judge, "entry_id"]) & set(titles.index))
    yield Heading(t("papers.declaration"))
    yield paper.say("papers.declaration_said", name=name, title=paper.contest)
    if declared:
        yield paper.say("papers.declaration_known", n=len(declared))
        yield Bullets([t("papers.declaration_entry", entry=entry, title=titles[entry]) for entry in declared])
    yield paper.say("papers.declaration_more")
    yield Bullets([f"{paper.blank}{paper.blank}{paper.blank}" for _ in range(3)], ordered=True)
    yield paper.say("papers.declaration_none")
    yield paper.say("papers.declaration_end")
    yield Signatures([Signature([f"{t('papers.judge')},"], name)], paper.place())
