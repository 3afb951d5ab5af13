"""What judges get before they score, and the rules for signature."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.documents.official_paper import Paper
from kit.edition import EntrantsUnknown
from kit.explain import basis, direction_of, final_parts
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Heading,
    PageBreak,
    Signature,
    SignatureList,
    Signatures,
    Signer,
    Table,
)
from kit.report import summaries
from kit.report.context import columns, entry_named
from kit.report.results import method
from kit.rule_words import bands_said, column, judging_said, last_day_said, where_said
from kit.scoring.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.rules import Advance, Awards, Round

_LEVELS = {"level": "papers.level", "said": "papers.level_said"}


def _rubric(paper: Paper, round_: Round, judge: str = "") -> list[Block]:
    """Return what each level of each criterion means, of those that one judge marks if it is for one."""
    t, language, asked = paper.t, paper.t.language, round_.criteria
    if judge and not round_.alike:
        panel = paper.edition.panel(round_.id)
        own = panel.loc[panel["judge_id"] == judge, "entry_id"]
        marked = {part.id for entry in own for part in paper.edition.asked(round_.id, judge, entry)}
        asked = tuple(part for part in asked if part.id in marked)
    blocks: list[Block] = []
    for criterion in (criterion for criterion in asked if criterion.levels):
        rows = [(level, criterion.levels[level].say(language)) for level in sorted(criterion.levels, key=Decimal)]
        name, question = criterion.name.say(language), criterion.question.say(language) if criterion.question else ""
        about = {"id": criterion.id, "name": name, "weight": criterion.weight, "question": question}
        caption, shown = t("papers.rubric_caption", **about).strip(), columns(t, **_LEVELS)
        notes = []
        if criterion.where:
            notes.append(t("explain.for_where", where=where_said(criterion.where, paper.rules, t)))
        about_table = {"caption": caption, "row_header": "level", "sheet": criterion.id}
        blocks.append(Table.of(rows, t, columns=shown, **about_table, notes=notes))
    return blocks


def _entrants(paper: Paper) -> list[Block]:
    """Return who may take part in which group, with which kinds of innovation."""
    t, language = paper.t, paper.t.language
    groups = [(group.name.say(language), "; ".join(group.unit_types)) for group in paper.rules.groups]
    shown, caption = columns(t, group="columns.group", types="columns.unit_type"), t("papers.rules_groups_caption")
    names = [category.name.say(language) for category in paper.rules.categories]
    return [
        Heading(t("papers.rules_groups")),
        Table.of(groups, t, columns=shown, caption=caption, row_header="group"),
        paper.say("papers.rules_categories", names=names),
    ]


def _goes_on(paper: Paper) -> Iterator[str]:
    for round_ in paper.rules.scored_rounds:
        if advance := round_.advance:
            yield " ".join(_advance(paper, round_, advance))


def _advance(paper: Paper, round_: Round, advance: Advance) -> Iterator[str]:
    t, rules = paper.t, paper.rules
    words = {"round": paper.rounds[round_.id], "scope": t(f"papers.scope_{advance.scope}"), "n": advance.places}
    if advance.score:
        places = round_.decimals if advance.score.round is None else advance.score.round
        parts = " + ".join(final_parts(rules, t, round_.id))
        yield t("papers.rules_advance_list", round=words["round"], parts=parts, n=places)
    least = "low" if round_.direction == "low" else "high"
    if advance.places is None:
        yield t(f"papers.rules_advance_all_{least}", **words, score=advance.at_least)
    else:
        key = "rules_advance_within" if advance.within else "rules_advance"
        yield t(f"papers.{key}", **words, column=column(advance.within or "", t))
        if advance.plus_best:
            yield t("papers.rules_advance_plus_best", n=advance.plus_best)
        if advance.at_least is not None:
            yield t(f"papers.rules_least_{least}", score=advance.at_least)
    if advance.per_unit:
        yield t("papers.rules_advance_per_unit", n=advance.per_unit)
    if advance.places is not None:
        yield t(f"papers.rules_advance_{advance.at_cut}")


def _earns(paper: Paper) -> Iterator[str]:
    for awards in paper.rules.final.awards:
        yield " ".join(_awards(paper, awards))


def _awards(paper: Paper, awards: Awards) -> Iterator[str]:
    t, rules = paper.t, paper.rules
    names = [name.say(t.language) for name in awards.names]
    scope = t(f"papers.scope_{awards.scope}")
    said = t("papers.rules_awards_bands", scope=scope, bands=bands_said(awards.bands, t))
    if names:
        said = t("papers.rules_awards", scope=scope, awards=names)
    yield t("report.method_of", round=awards.name.say(t.language), said=said) if awards.name else said
    if awards.id:
        yield basis(rules, t, awards.scope, awards.id)
    if awards.where:
        yield t("explain.for_where", where=where_said(awards.where, rules, t))
    if len(rules.scored_rounds) > 1:
        yield t(f"explain.basis_among_{awards.among}", last=paper.rounds[paper.context.last])
    if awards.at_least is not None:
        yield t(f"papers.rules_least_{direction_of(rules, awards.id or FINAL)}", score=awards.at_least)
    if awards.per_unit:
        yield t("papers.rules_awards_per_unit", n=awards.per_unit)
    if awards.no_double:
        yield t("papers.rules_awards_no_double")
    if names:
        yield t(f"papers.rules_awards_{awards.at_cut}")


def rules_said(paper: Paper) -> list[Block]:
    """Return the rules in sentences: groups, rounds, how scores come about, who goes on, and awards."""
    rounds = [". ".join([paper.rounds[known.id], *last_day_said(known, paper.t)]) for known in paper.rules.rounds]
    return [
        *_entrants(paper),
        Heading(paper.t("papers.rules_rounds")),
        Bullets(rounds, ordered=True),
        *method(paper.context).blocks,
        *([Bullets(ends)] if (ends := [*_goes_on(paper), *_earns(paper)]) else []),
    ]


def rules(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the judging rules for signature: groups, rounds, criteria, weights, levels, ties and awards.

    Raises:
        rules_changed: they are not those that were locked, and nobody accepted the change.
    """
    paper = Paper(edition, part, made_at)
    t = paper.t
    if changed := edition.unaccepted():
        raise changed
    locks = edition.history.events(["rules_locked"])["time"]  # since when every change of the rules is recorded
    levels = [
        block
        for round_ in paper.rules.scored_rounds
        if (rubric := _rubric(paper, round_))
        for block in (Heading(t("papers.rules_levels", round=paper.rounds[round_.id])), *rubric)
    ]
    people = [Signer(paper.judge(judge), paper.position(judge)) for judge in edition.registers.judges["judge_id"]]
    return [
        *paper.opening("rules", circulation="public"),
        Callout(
            t("papers.rules_locked", moment=locks.iloc[0].to_pydatetime()) if len(locks) else t("papers.rules_unlocked")
        ),
        *rules_said(paper),
        *levels,
        Heading(t("papers.rules_signed")),
        paper.say("papers.rules_agreed"),
        SignatureList(people),
        Signatures([paper.signature(next(iter(paper.office.committee), None))], paper.place),
    ]


def judges_pack(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return one judge's pack: what to score, by which rubric, and the declaration of conflicts."""
    paper = Paper(edition, part, made_at)
    t, name = paper.t, paper.judge(part.id)
    title, audience = paper.called("judges_pack"), paper.t("papers.for_judge", name=name)
    rounds = [r for r in paper.rules.scored_rounds if part.id in set(edition.panel(r.id)["judge_id"])]
    plain = all(round_.kind != "ranks" and round_.missing == "no_score" for round_ in rounds)
    hints = ["alone", "evidence", *["empty"] * plain, "conflict", "secret"]
    blocks: list[Block] = [
        paper.masthead(title, form="sheet", audience=audience, subtitle=name),
        paper.say("papers.pack_said", name=name, title=paper.contest),
        Bullets([t(f"papers.pack_{hint}") for hint in hints]),
        *[block for round_ in rounds for block in _assignment(paper, round_, part.id)],
    ]
    for round_ in rounds:
        if rubric := _rubric(paper, round_, part.id):
            blocks += [Heading(t("papers.rules_levels", round=paper.rounds[round_.id])), *rubric]
    return [*blocks, PageBreak(), *_declaration(paper, part.id, name)]


def _assignment(paper: Paper, round_: Round, judge: str) -> Iterator[Block]:
    """Yield the entries that a judge scores in a round, as far as they are known."""
    t, edition = paper.t, paper.edition
    yield Heading(t("papers.pack_entries", round=paper.rounds[round_.id]))
    said = last_day_said(round_, t)
    if round_.kind == "ranks" or round_.missing != "no_score" or round_.direction == "low":
        said += judging_said(round_, paper.rules, t)
    if said:
        yield Bullets(said)
    try:
        entrants = edition.entrants(round_.id)
    except EntrantsUnknown:
        yield paper.say("papers.pack_later")
        return
    panel = edition.panel(round_.id)
    recused = set(edition.record.recused(round_.id, judge)["entry_id"])
    own = sorted(entrants & set(panel.loc[panel["judge_id"] == judge, "entry_id"]) - recused)
    yield paper.say("papers.pack_count", n=len(own), recused=len(recused & entrants))
    rows = summaries.known_by(edition).loc[own].reset_index()
    rows["group"] = [paper.context.names["group", group] for group in rows["group"]]
    shown = columns(t, "entry_id title" if round_.blind else "entry_id title unit", group="columns.group")
    if own:
        name = paper.rounds[round_.id]
        about = {"caption": t("papers.pack_caption", round=name), "row_header": "title", "sheet": name}
        yield Table.of(rows, t, columns=shown, **about)


def _declaration(paper: Paper, judge: str, name: str) -> Iterator[Block]:
    """Yield the declaration of conflicts, with those that are known and blanks for more."""
    t, edition = paper.t, paper.edition
    known = edition.record.recusals
    declared = sorted(set(known.loc[known["judge_id"] == judge, "entry_id"]) & paper.context.titles.keys())
    yield Heading(t("papers.declaration"))
    yield paper.say("papers.declaration_said", name=name, title=paper.contest)
    if declared:
        yield paper.say("papers.declaration_known", n=len(declared))
        yield Bullets([entry_named(paper.context, entry) for entry in declared])
    yield paper.say("papers.declaration_more")
    yield Bullets([f"{paper.blank}{paper.blank}{paper.blank}" for _ in range(3)], ordered=True)
    yield paper.say("papers.declaration_none")
    yield paper.say("papers.declaration_end")
    yield Signatures([Signature([f"{t('papers.judge')},"], name)], paper.place)
