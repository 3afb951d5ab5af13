"""The chapters on the city: what to send, which affairs that covers, the index, and the plan to the next predicate."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kit.index.arithmetic import earned_at
from kit.index.context import at_least, chapter, decimal, exactly
from kit.index.innovations import LISTED
from kit.render.blocks import Block, Bullets, Callout, Cell, Column, Figure, Group, Paragraph, Table
from kit.report.context import brief

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kit.index.arithmetic import Estimate
    from kit.index.context import IndexContext
    from kit.index.plan import Plan


# What to send


@chapter
def sending(context: IndexContext) -> Group:
    """Return which innovations are best sent, and why the others are not."""
    blocks: list[Block] = [context.heading("sending")]
    if not context.computable:
        return Group([*blocks, Paragraph(context.say("lead_no_k", year=str(context.yardstick.year)))])
    data, found = context.data, context.data.sending.estimate
    window = context.yardstick.window
    if window and window.until is None:
        blocks.append(Callout(context.say("window_open", years=window.years)))
    if found.n:
        values = {"mean": decimal(found.mean), "number": decimal(found.number), "sid": decimal(found.sid)}
        blocks.append(Paragraph(context.say("sending_said", sent=found.n, ready=len(data.ready), **values)))
        blocks += [Bullets(notes)] if (notes := [*_sending_notes(context)]) else []
        blocks += [_sending_figure(context)] if len(data.ready) > 1 else []
    else:
        blocks.append(Paragraph(context.say("sending_none", count=context.counted())))
    return Group([*blocks, _sending_table(context)])


def _sending_notes(context: IndexContext) -> Iterator[str]:
    data, found = context.data, context.data.sending.estimate
    if found.n < (context.yardstick.k or 0):
        yield context.word("sending_divisor", k=context.yardstick.k)
    if found.n < len(data.ready):
        more = data.sendings[found.n + 1]
        added = next(iter(context.named(sorted({*more.innovations} - {*data.sending.innovations}))))
        values = {"mean": decimal(found.mean), "lower": decimal(more.estimate.mean)}
        yield context.word("sending_falls", innovation=added, sid=decimal(more.estimate.sid), **values)


def _sending_figure(context: IndexContext) -> Figure:
    from kit.index import figures  # noqa: PLC0415  (plots are slow to import)

    data = context.data
    best, last = data.sending.estimate, data.sendings[-1].estimate
    values = {"sid": decimal(best.sid), "sent": best.n, "all": last.n, "last": decimal(last.sid)}
    svg = figures.by_number_sent(data.sendings, best.n, context.t)
    return Figure(caption=context.word("sending_figure"), alt=context.word("sending_alt", **values), svg=svg)


def _sending_table(context: IndexContext) -> Table:
    """Return every innovation, those that are best sent first, with the reason against the others."""
    sent = {*context.data.sending.innovations}
    table = context.data.table.sort_values("maturity", ascending=False, kind="stable")
    table = table.assign(kept=[name not in sent for name in table.index]).sort_values("kept", kind="stable")
    shown = table.assign(
        code=table.index,
        innovation=table["title"].map(brief),
        maturity=table["maturity"].map(exactly),
        affair=table["affair"].map(context.affair),
        why=table.index.map(context.decision),
    )
    columns = [
        context.column("code"),
        context.column("innovation"),
        context.column("affair"),
        context.column("maturity", "decimal"),
        context.column("why"),
    ]
    about = {"caption": context.word("sending_caption"), "strong": table.index[~table["kept"]]}
    return Table.of(shown, context.t, columns=columns, row_header="innovation", **about)


# Coverage


@chapter
def coverage(context: IndexContext) -> Group:
    """Return which affairs have an innovation that counts."""
    affairs = context.yardstick.affairs
    if not affairs.of or not context.computable:
        return Group([])
    found, sent = context.data.sending.estimate, context.data.table.loc[list(context.data.sending.innovations)]
    key = "coverage_met" if found.covered else "coverage_unmet"
    said = context.say(key, n=len(found.affairs), of=len(affairs.of), required=affairs.required)
    tables = {"with_claims": context.data.table, "ready": context.data.ready, "sent": sent}
    counts = {name: table["affair"].value_counts() for name, table in tables.items()}
    rows = [
        {"affair": Cell(affair.name.say(context.t.language), strong=affair.id not in found.affairs)}
        | {name: Cell(context.t.integer(n := int(of.get(affair.id, 0))), n) for name, of in counts.items()}
        for affair in affairs.of
    ]
    columns = [context.column("affair"), *(context.column(name, "integer") for name in tables)]
    table = Table(caption=context.word("coverage_caption"), columns=columns, rows=rows, row_header="affair")
    return Group([context.heading("coverage"), Paragraph(said), table])


# The index


@chapter
def index(context: IndexContext) -> Group:
    """Return the index by what is sent, and its distance to each predicate."""
    if not context.computable:
        return Group([])
    blocks: list[Block] = [context.heading("city"), _scenario_table(context, _scenarios(context))]
    if not context.yardstick.bounds:
        return Group([*blocks, Paragraph(context.say("bounds_none", year=str(context.yardstick.year)))])
    return Group([*blocks, _distances(context)])


def indexes(context: IndexContext) -> list[tuple[str, Decimal]]:
    """Return the index of each scenario; nothing while nobody has typed in what SPD earns."""
    found = _scenarios(context).items()
    return [(name, value) for name, each in found if (value := context.data.index(each)) is not None]


def _scenarios(context: IndexContext) -> dict[str, Estimate]:
    data = context.data
    sets = {"best": data.sending.innovations, "ready": data.ready.index, "all": data.table.index}
    found = {context.word(f"scenario_{name}"): data.estimate(innovations) for name, innovations in sets.items()}
    if data.plan and data.line:
        found[context.word("scenario_plan", line=data.line.name.say(context.t.language))] = data.plan.after
    return found


def _scenario_table(context: IndexContext, scenarios: dict[str, Estimate]) -> Table:
    rows: list[dict[str, Cell]] = []
    for name, found in scenarios.items():
        row = {"scenario": Cell(name, strong=not rows), "n": Cell(context.t.integer(found.n), found.n)}
        row |= {key: context.number(decimal(getattr(found, key))) for key in ("mean", "number", "sid")}
        if (value := context.data.index(found)) is not None:
            row |= {"index": context.number(value), "predicate": Cell(context.predicate(value))}
        rows.append(row)
    columns = [context.column("scenario"), context.column("n", "integer")]
    columns += [context.column(key, "decimal") for key in ("mean", "number", "sid")]
    if context.yardstick.spd is not None:
        columns += [context.column("index", "decimal"), context.column("predicate")]
    return Table(caption=context.word("city_caption"), columns=columns, rows=rows, row_header="scenario")


def city_figure(context: IndexContext, values: list[tuple[str, Decimal]]) -> Figure:
    """Return a figure of the scenarios' indexes among the bounds of the predicates."""
    from kit.index import figures  # noqa: PLC0415

    bounds = [
        context.word("city_bound", name=bound.name.say(context.t.language), low=bound.low)
        for bound in context.yardstick.bounds
    ]
    _, value = values[0]
    alt = context.word("city_alt", index=value, predicate=context.predicate(value), bounds=bounds)
    svg = figures.among_bounds(values, context.yardstick.bounds, context.t)
    return Figure(caption=context.word("city_figure"), alt=alt, svg=svg)


def _distances(context: IndexContext) -> Table:
    yardstick, found = context.yardstick, context.data.sending.estimate
    has = yardstick.spd is not None
    last = "missing" if has else "spd_needed"
    rows = []
    for bound in yardstick.bounds:
        needed = earned_at(yardstick, bound)
        missing = at_least(max(needed - found.sid - Fraction(yardstick.spd or 0), Fraction()))
        rows.append(
            {
                "predicate": Cell(bound.name.say(context.t.language)),
                "from": Cell(context.t.decimal(bound.low, yardstick.decimals), bound.low),
                "to": Cell(context.t.decimal(bound.high, yardstick.decimals), bound.high),
                "earned": context.number(at_least(needed)),
                last: context.number(missing),
            }
        )
    label = context.word(f"column_{last}", **({} if has else {"most": yardstick.spd_maximum}))
    columns = [context.column("predicate")]
    columns += [context.column(name, "decimal") for name in ("from", "to", "earned")]
    columns.append(Column(last, label, "decimal"))
    caption = context.word("bounds_caption", year=str(yardstick.year))
    return Table(caption=caption, columns=columns, rows=rows, row_header="predicate")


# The plan


@chapter
def plan(context: IndexContext) -> Group:
    """Return the steps of least effort to the next predicate."""
    data = context.data
    if not context.computable or not context.yardstick.bounds or context.yardstick.spd is None:
        return Group([context.heading("plan_sheet"), Paragraph(context.word("plan_no_index"))])
    if data.line is None:
        return Group([context.heading("plan_sheet"), Paragraph(context.word("plan_there"))])
    about = {"line": data.line.name.say(context.t.language), "low": data.line.low}
    blocks: list[Block] = [context.heading("plan", line=about["line"])]
    if data.plan is None:
        return Group([*blocks, Paragraph(context.say("plan_none", **about))])
    found = data.plan
    values = {"sent": len(found.innovations), "n": len(found.steps), "effort": found.effort}
    blocks.append(Paragraph(context.say("plan_said", **about, **values, index=data.index(found.after))))
    blocks.append(Paragraph(context.say("plan_exact" if found.exact else "plan_greedy")))
    blocks.append(plan_table(context, found, LISTED))
    if len(found.steps) > LISTED:
        blocks.append(Paragraph(context.say("plan_more", n=len(found.steps) - LISTED)))
    return Group(blocks)


def plan_table(context: IndexContext, found: Plan, most: int | None = None) -> Table:
    """Return the steps of a plan, at most so many."""
    about = {"caption": context.word("plan_caption"), "sheet": context.word("plan_sheet")}
    rows = context.step_rows(found.steps[:most])
    return Table(columns=context.step_columns, rows=rows, row_header="innovation", **about)
