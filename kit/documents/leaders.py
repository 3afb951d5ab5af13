"""What leadership asks first, in one page: benefit, what lasts, backing, collaboration, predicate, and what to decide.

Every number comes from the chapter that tells more of it. What nobody has said yet is one sentence, and a contest whose
entries are no innovations that go on is not asked about any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.index.index_report import position
from kit.render.blocks import Bullets, Group, sentence
from kit.report import annual, summaries
from kit.report.context import brief, scopes_of
from kit.report.lasting import lasting, reached
from kit.texts import within_sentence
from kit.years import series
from kit.years.followup import FollowUp
from kit.years.series import Span
from kit.years.trends import partner_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.render.blocks import Run
    from kit.report.context import Context

_NAME = 60  # letters of an innovation's name in a sentence


def answers(context: Context) -> Group:
    """Return one sentence for each question of leadership, with its figure and where that comes from."""
    said = [*_answers(context)]
    return Group([context.heading("answers"), Bullets(said)] if said else [])


def _answers(context: Context) -> Iterator[tuple[Run, ...]]:
    t, edition = context.t, context.edition
    if parts := [*highest(context)]:
        list_ = within_sentence(context.rounds[context.latest])
        yield context.say("answer_categories", list=list_, parts=parts)
    if not follows_innovations(edition):
        return
    yield from benefit(context)
    if "all" in context.readiness:
        heard = lasting(edition).years
        source = t("report.lasting_heard", years=heard) if heard else t("report.lasting_registered")
        aspects = annual.aspects_said(context, "fact_aspect")
        yield context.say("answer_lasting", aspects=aspects, n=len(context.entries), source=source)
    span = Span(edition, context.earlier)
    if parts := [
        t("report.answer_of", name=name, n=n, total=of) for name, n, of in FollowUp(span).by_origin.itertuples()
    ]:
        yield context.say("answer_origin", parts=parts)
    yield from _collaboration(context, span)
    yield predicate(context)


def follows_innovations(edition: Edition) -> bool:
    """Tell whether entries are innovations that go on after the contest: whether they have ids of their own."""
    return bool((edition.registers.entries["innovation_id"] != "").any())


def highest(context: Context) -> Iterator[str]:
    """Yield the highest score of each category, where awards go by something else."""
    pairs = scopes_of(context, context.latest, "category")
    for pair in pairs if len(pairs) > 1 and pairs[0] not in context.award_scopes else ():
        best = summaries.standings(context.edition, *pair, context.latest).query("rank == 1")
        for row in best.itertuples():
            title = brief(str(row.title), _NAME)
            yield context.t("report.answer_first", name=context.names[pair], title=title, score=row.score)


def benefit(context: Context) -> Iterator[tuple[Run, ...]]:
    """Yield how many people the innovations reach."""
    found = reached(context.edition)
    if found.innovations:
        values = {"n": found.innovations, "people": found.people, "year": context.edition.name}
        yield context.say("answer_reached", **values)
    else:
        yield context.say("answer_reached_unknown", year=context.edition.name)


def _collaboration(context: Context, span: Span) -> Iterator[tuple[Run, ...]]:
    table, year = series.partners(span), context.edition.name
    if year in table:
        counts = table[year]
        alone = int(counts.get(series.NO_PARTNER, 0))
        kinds = [
            (partner_kind(span, str(kind)), int(n)) for kind, n in counts.items() if n and kind != series.NO_PARTNER
        ]
        total = len(context.entries)
        parts = [context.t("report.fact_aspect", name=kind.casefold(), n=n) for kind, n in kinds]
        yield context.say("answer_partners", n=total - alone, total=total, parts=parts, year=year)


def predicate(context: Context) -> tuple[Run, ...]:
    """Say where the city stands, as an internal estimate, and how far it is to the next predicate."""
    at = position(context.edition)
    if at is None:
        return context.say("answer_index_unknown")
    values = {"index": at.value, "predicate": at.predicate, "line": at.line, "low": at.low, "gap": at.gap}
    return context.say("answer_index" if at.line else "answer_index_top", year=at.year, **values)


def decisions(edition: Edition) -> Iterator[tuple[Run, ...]]:
    """Yield what is to be decided so that innovations last and the predicate is kept."""
    t, own = edition.texts, {*summaries.entries(edition)["entry_id"]}
    if follows_innovations(edition):
        at = position(edition)
        if at and at.steps:
            yield sentence(t, "report.decide_index", steps=at.steps, line=at.line, index=at.value, after=at.after)
        why = lasting(edition).reasons
        if lacking := sum("lacks_legal_basis" in why[entry] for entry in own):
            yield sentence(t, "report.decide_legal_basis", n=lacking, total=len(own))
