"""What judges get before they score, and the rules for signature."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.paper import Paper
from kit.edition import EntrantsUnknown
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Column,
    Heading,
    PageBreak,
    Signature,
    SignatureList,
    Signatures,
    Signer,
    Table,
    columns_of,
)
from kit.report.results import method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.rules import Criterion, Round


def _rubric(paper: Paper, round_: Round) -> Iterator[Block]:
    """Yield what each level of each criterion means."""
    for criterion in round_.criteria:
        if criterion.levels:
            yield _levels(paper, criterion)


def _levels(paper: Paper, criterion: Criterion) -> Table:
    t = paper.t
    levels = sorted(criterion.levels, key=Decimal)
    rows = pd.DataFrame({"level": levels, "said": [criterion.levels[name].say(t.language) for name in levels]})
    columns = [Column("level", t("papers.level")), Column("said", t("papers.level_said"))]
    name, asked = criterion.name.say(t.language), criterion.question.say(t.language) if criterion.question else ""
    caption = t("papers.rubric_caption", id=criterion.id, name=name, weight=criterion.weight, question=asked).strip()
    return Table.of(rows, t, columns=columns, caption=caption, row_header="level", sheet=criterion.id)


def _entrants(paper: Paper) -> list[Block]:
    """Return who may take part in which group, with which kinds of innovation."""
    t, language = paper.t, paper.t.language
    groups = [(group.name.say(language), "; ".join(group.unit_types)) for group in paper.rules.groups]
    columns = [Column("group", t("columns.group")), Column("types", t("columns.unit_type"))]
    caption = t("papers.rules_groups_caption")
    names = [category.name.say(language) for category in paper.rules.categories]
    return [
        Heading(t("papers.rules_groups")),
        Table.of(groups, t, columns=columns, caption=caption, row_header="group"),
        paper.say("papers.rules_categories", names=names),
    ]


def _rounds_and_method(paper: Paper) -> list[Block]:
    """Return the rounds in order, how scores are computed, who goes on, and which awards there are."""
    rounds = Bullets([paper.context.rounds[round_.id] for round_ in paper.rules.rounds], ordered=True)
    ends = [*_goes_on(paper), *_earns(paper)]
    blocks = [Heading(paper.t("papers.rules_rounds")), rounds, *method(paper.context).blocks]
    return [*blocks, Bullets(ends)] if ends else blocks


def _goes_on(paper: Paper) -> Iterator[str]:
    for round_ in paper.rules.scored_rounds:
        if advance := round_.advance:
            words = {"round": paper.context.rounds[round_.id], "scope": paper.t(f"papers.scope_{advance.scope}")}
            said = paper.t("papers.rules_advance", n=advance.places, **words)
            yield f"{said} {paper.t(f'papers.rules_advance_{advance.at_cut}')}"


def _earns(paper: Paper) -> Iterator[str]:
    for awards in paper.rules.final.awards:
        names = [name.say(paper.t.language) for name in awards.names]
        said = [paper.t("papers.rules_awards", scope=paper.t(f"papers.scope_{awards.scope}"), awards=names)]
        if len(paper.rules.scored_rounds) > 1:
            said.append(paper.t(f"explain.basis_among_{awards.among}", last=paper.context.rounds[paper.context.last]))
        yield " ".join([*said, paper.t(f"papers.rules_awards_{awards.at_cut}")])


def _locked(paper: Paper) -> Callout:
    """Return since when every change of the rules is recorded."""
    locks = paper.edition.history.events(["rules_locked"])["time"]
    if locks.empty:
        return Callout(paper.t("papers.rules_unlocked"))
    return Callout(paper.t("papers.rules_locked", moment=locks.iloc[0].to_pydatetime()))


def rules_print(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the judging rules for signature: groups, rounds, criteria, weights, levels, ties and awards.

    Raises:
        rules_changed: they are not those that were locked, and nobody accepted the change.
    """
    paper = Paper(edition, made_at)
    t = paper.t
    if changed := edition.unaccepted():
        raise changed
    levels: list[Block] = []
    for round_ in paper.rules.scored_rounds:
        if tables := [*_rubric(paper, round_)]:
            levels += [Heading(t("papers.rules_levels", round=paper.context.rounds[round_.id])), *tables]
    judges = edition.registers.judges[["judge_id", "name"]].itertuples(index=False, name=None)
    people = [Signer(paper.office.person(judge, name, "titled"), paper.position(judge)) for judge, name in judges]
    return [
        paper.masthead(part, paper.called("rules"), form="official", circulation="public"),
        paper.letterhead(),
        paper.titled("rules"),
        _locked(paper),
        *_entrants(paper),
        *_rounds_and_method(paper),
        *levels,
        Heading(t("papers.rules_signed")),
        paper.say("papers.rules_agreed"),
        SignatureList(people),
        Signatures([paper.signature(paper.office.lead)], paper.place()),
    ]


def judges_pack(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return one judge's pack: what to score, by which rubric, and the declaration of conflicts."""
    paper = Paper(edition, made_at)
    t, judges = paper.t, edition.registers.judges.set_index("judge_id")
    name = paper.office.person(part.id, judges["name"][part.id], "titled")
    rounds = [r for r in paper.rules.scored_rounds if part.id in set(edition.panel(r.id)["judge_id"])]
    blocks: list[Block] = [
        paper.masthead(
            part, paper.called("judges_pack"), form="sheet", audience=t("papers.for_judge", name=name), subtitle=name
        ),
        paper.say("papers.pack_said", name=name, title=paper.contest),
        Bullets([t(f"papers.pack_{hint}") for hint in ("alone", "evidence", "empty", "conflict", "secret")]),
        *[block for round_ in rounds for block in _assignment(paper, round_, part.id)],
    ]
    for round_ in rounds:
        blocks += [
            PageBreak(),
            Heading(t("papers.rules_levels", round=paper.context.rounds[round_.id])),
            *_rubric(paper, round_),
        ]
    return [*blocks, PageBreak(), *_declaration(paper, part.id, name)]


def _assignment(paper: Paper, round_: Round, judge: str) -> Iterator[Block]:
    """Yield the entries that a judge scores in a round, as far as they are known."""
    t, edition = paper.t, paper.edition
    yield Heading(t("papers.pack_entries", round=paper.context.rounds[round_.id]))
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
    rows = entries.assign(
        unit=entries["unit_id"].map(units), group=[paper.context.names["group", g] for g in entries["group"]]
    )
    columns = [
        *columns_of(t, "entry_id title"),
        *([] if round_.blind else [Column("unit", t("report.column_unit"))]),
        Column("group", t("columns.group")),
    ]
    if len(rows):
        caption = t("papers.pack_caption", round=paper.context.rounds[round_.id])
        yield Table.of(
            rows, t, columns=columns, caption=caption, row_header="title", sheet=paper.context.rounds[round_.id]
        )


def _declaration(paper: Paper, judge: str, name: str) -> Iterator[Block]:
    """Yield the declaration of conflicts, with those that are known and blanks for more."""
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
