"""The document on index readiness, its page in the annual report, and its workbook.

Further chapters are in :mod:`kit.index.innovations` and :mod:`kit.index.city`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import Mistakes, Problem
from kit.index.city import city_figure, indexes, plan_table
from kit.index.claims import has_claims
from kit.index.context import IndexContext, Unreadable, chapter, decimal, exactly
from kit.index.innovations import all_steps_table, entries_table, indicators_table, maturity_table
from kit.index.readiness import COUNTS, NoClaims, UnknownCount
from kit.index.yardstick import FILE
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Group,
    Heading,
    PageBreak,
    Paragraph,
    Run,
    Table,
)
from kit.report.context import document, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition

_PARTS = ("spd_maximum", "number", "k", "indicators", "affairs", "window", "times", "bounds", "cut", "spd", "effort")


def masthead(context: IndexContext | Unreadable) -> Document:
    """Return what the document is; it says on every page that it is no official score."""
    if isinstance(context, Unreadable):
        t = context.edition.texts
        return document(
            context.edition,
            context.made_at,
            title=t("index.title_none"),
            subtitle=context.edition.rules.title.say(t.language),
            state=t("index.state"),
            notice=None,
            stem=f"{t('papers.stem_index_readiness')}-{context.edition.name}",
        )
    stem = f"{context.t('papers.stem_index_readiness')}-{context.edition.name}-{context.data.count}"
    return document(
        context.edition,
        context.made_at,
        title=context.word("title", year=str(context.yardstick.year)),
        subtitle=context.edition.rules.title.say(context.t.language),
        state=context.word("state"),
        caution=context.word("caution"),
        notice=None,
        stem=marked(context.edition, stem),
    )


def summary(context: IndexContext | Unreadable) -> Group:
    """Return the first page: how many can be sent, what that comes to, what to do; or why nothing can be read."""
    if isinstance(context, Unreadable):
        t, why = context.edition.texts, context.why
        lines = [mistake.sentence(t.language) for mistake in (why.found if isinstance(why, Mistakes) else [why])]
        return Group([Callout(t("index.none"), kind="warning"), Bullets(lines)])
    return Group([Paragraph(_lead(context), lead=True), *_overview(context), PageBreak()])


def _overview(context: IndexContext) -> Iterator[Block]:
    """Yield the key numbers, a figure of them among the bounds, and what to do next."""
    yield _facts(context)
    if context.computable and context.yardstick.bounds and (values := indexes(context)):
        yield city_figure(context, values)
    if todo := [*_todo(context)]:
        yield context.heading("next", 3)
        yield Bullets(todo, ordered=True)


def _lead(context: IndexContext) -> tuple[Run, ...]:
    data, year = context.data, str(context.yardstick.year)
    said = context.say("lead", n=len(data.table), ready=len(data.ready), count=context.counted())
    if not context.computable:
        more = context.say("lead_no_k", year=year)
    else:
        found = data.sending.estimate
        value = data.index(found)
        if value is None:
            more = context.say("lead_no_spd", sent=found.n, sid=decimal(found.sid), most=_most_sid(context))
        else:
            more = context.say("lead_index", sent=found.n, index=value, predicate=context.predicate(value))
    return (*said, Run(" "), *more)


def _most_sid(context: IndexContext) -> object:
    return exactly(context.yardstick.total) - context.yardstick.spd_maximum


def _facts(context: IndexContext) -> Facts:
    t, data, cut = context.t, context.data, context.yardstick.cut
    top = exactly(context.yardstick.top)
    items = [
        Fact(t.integer(len(data.table)), context.word("fact_innovations")),
        Fact(
            t.integer(len(data.ready)),
            context.word("fact_ready"),
            "" if cut is None else context.word("fact_cut", cut=cut, top=top),
        ),
    ]
    if context.computable:
        found = data.sending.estimate
        of = context.word("fact_of", most=_most_sid(context))
        items.append(Fact(t.decimal(decimal(found.sid)), context.word("fact_sid"), of))
        value = data.index(found)
        if value is not None:
            items.append(Fact(t.decimal(value), context.word("fact_index"), context.predicate(value)))
    return Facts(items)


def _todo(context: IndexContext) -> Iterator[tuple[Run, ...]]:
    data, affairs = context.data, context.yardstick.affairs
    waiting, lacking = (int(data.table[name].sum()) for name in ("waiting", "unevidenced"))
    if waiting or lacking:
        yield context.say("next_verify", n=waiting, lacking=lacking)
    unfilled = data.table.index[data.table["unfilled"].astype(bool)]
    if len(unfilled):
        named = context.named(unfilled[:3]) + (["…"] if len(unfilled) > 3 else [])
        yield context.say("next_mandatory", n=len(unfilled), innovations=", ".join(named))
    if not context.computable:
        return
    found = data.sending.estimate
    if not found.covered:
        missing = [context.affair(affair.id) for affair in affairs.of if affair.id not in found.affairs]
        counts = {"n": len(found.affairs), "of": len(affairs.of), "required": affairs.required}
        yield context.say("next_coverage", **counts, missing="; ".join(missing))
    if data.plan and data.line:
        line = data.line.name.say(context.t.language)
        yield context.say("next_plan", n=len(data.plan.steps), line=line, index=data.index(data.plan.after))


def page(context: IndexContext | Unreadable) -> Group:
    """Return one page for the annual report, a page of its own because it carries the caution."""
    if isinstance(context, Unreadable):
        return Group([Heading(context.edition.texts("index.title_none")), *summary(context).blocks])
    blocks: list[Block] = [PageBreak(), context.heading("page", year=str(context.yardstick.year))]
    blocks += [Callout(context.word("caution"), kind="warning"), Paragraph(_lead(context)), *_overview(context)]
    return Group([*blocks, Paragraph(context.word("help", edition=context.edition.name)), PageBreak()])


# The method


@chapter
def method(context: IndexContext) -> Group:
    """Return how the index is computed, the source of each part, and the indicators."""
    yardstick = context.yardstick
    values = {
        "cap": yardstick.number.cap,
        "each": yardstick.number.each,
        "total": exactly(yardstick.total),
        "year": str(yardstick.year),
        "k": context.word("not_found") if yardstick.k is None else yardstick.k,
        "spd": yardstick.spd_maximum,
        "top": exactly(yardstick.top),
        "number": yardstick.number.each * yardstick.number.cap,
    }
    blocks: list[Block] = [context.heading("method"), Paragraph(context.say("method_formula", **values))]
    blocks += [Callout(context.say("method_remark")), _sources(context), indicators_table(context)]
    return Group([*blocks, Paragraph(context.say("method_fingerprint", digest=context.data.fingerprint))])


def _sources(context: IndexContext) -> Table:
    files = context.data.files
    rows = []
    for part in _PARTS:
        if getattr(context.yardstick, part) is None:
            mark = context.word("not_found")
        elif files.get(part) == FILE:
            mark = context.word("own_setting")
        else:
            mark = context.yardstick.sources.get(part, "")
        if part in files:
            rows.append({"part": Cell(context.word(f"part_{part}")), "source": Cell(mark), "file": Cell(files[part])})
    columns = [context.column("part"), context.column("source"), context.column("file")]
    return Table(caption=context.word("sources_caption"), columns=columns, rows=rows, row_header="part")


# Beside the document


def workbook(context: IndexContext) -> list[Block]:
    """Return the tables of the workbook, whole: entries in the order of the indicators, claims, steps, plan."""
    counts = sorted(COUNTS, key=lambda count: count != context.data.count)  # what counts comes first
    blocks: list[Block] = [*(entries_table(context, count) for count in counts), _claims(context)]
    blocks += [maturity_table(context, context.data.table), all_steps_table(context)]
    return [*blocks, *([plan_table(context, context.data.plan)] if context.computable and context.data.plan else [])]


def _claims(context: IndexContext) -> Table:
    claims = context.data.claims.table
    names = ("innovation_id", "indicator", "claimed", "basis", "evidence", "verified", "verifier", "verified_on")
    whole = {"claimed", "verified"}
    columns = [Column(name, context.t(f"columns.{name}"), "integer" if name in whole else "text") for name in names]
    shown = claims.assign(indicator=claims["indicator"].astype(str))
    about = {"caption": context.word("claims_caption"), "sheet": context.word("claims_sheet")}
    return Table.of(shown, context.t, columns=columns, row_header="innovation_id", **about)


def read_index(edition: Edition, count: str = "verified", made_at: str = "") -> IndexContext | Unreadable:
    """Read an edition's index data; what is wrong with it is kept for the summary to say.

    Args:
        edition: the edition, in the language of the document.
        count: which parameters count, ``verified`` or ``claimed``.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        UnknownCount: ``count`` is neither.
    """
    try:
        return IndexContext(edition, count, made_at)
    except UnknownCount:
        raise
    except Problem as why:
        return Unreadable(edition, why, made_at)


def index_page(edition: Edition) -> Group:
    """Return the page of the annual report on index readiness; nothing where the edition has no claims.

    A mistake in the index data is said on that page, and does not hold up the report.
    """
    if not has_claims(edition.folder):
        return Group([])
    context = read_index(edition)
    nothing = isinstance(context, Unreadable) and isinstance(context.why, NoClaims)
    return Group([]) if nothing else page(context)
