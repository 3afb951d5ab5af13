"""The chapters on each innovation: its maturity, its evidence, its best next step."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from kit.index.context import chapter, exactly
from kit.index.yardstick import TOP
from kit.render.blocks import Block, Cell, Column, Figure, Group, Paragraph, Table
from kit.report.context import brief

if TYPE_CHECKING:
    from kit.index.advice import Step
    from kit.index.context import IndexContext

DRAWN = 60  # innovations that one figure can show
LISTED = 25  # rows of a list that goes on in the workbook


@chapter
def maturity(context: IndexContext) -> Group:
    """Return the maturity of each innovation, as claimed and as verified, compared with the cut."""
    from kit.index import figures  # noqa: PLC0415  (plots are slow to import)

    table = context.data.table.sort_values(["maturity", "claimed"], ascending=False, kind="stable")
    line = context.yardstick.top if context.yardstick.cut is None else Fraction(context.yardstick.cut)
    near = table["maturity"].map(lambda value: abs(value - line)).sort_values(kind="stable").index[:DRAWN]
    drawn = table[table.index.isin(near)].rename_axis("entry_id").reset_index()
    drawn["title"] = drawn["title"].map(brief)
    caption = context.word("maturity_caption")
    if len(table) > DRAWN:
        caption = context.word("maturity_caption_near", n=DRAWN, value=exactly(line))
    figure = Figure(
        caption=caption, alt=_maturity_alt(context, table), svg=figures.maturities(drawn, context.yardstick, context.t)
    )
    said = Paragraph(context.say("maturity_said", top=exactly(context.yardstick.top)))
    return Group([context.heading("maturity"), said, figure, maturity_table(context, table)])


def _maturity_alt(context: IndexContext, table: pd.DataFrame) -> str:
    values = {"low": table["verified"].min(), "high": table["verified"].max()}
    values |= {"low_claimed": table["claimed"].min(), "high_claimed": table["claimed"].max()}
    shown = {name: exactly(value) for name, value in values.items()}
    cut = context.yardstick.cut
    if cut is None:
        return context.word("maturity_alt_no_cut", **shown)
    above = int((table["verified"] >= cut).sum())
    return context.word("maturity_alt", **shown, above=above, n=len(table), cut=cut)


def maturity_table(context: IndexContext, table: pd.DataFrame) -> Table:
    """Return a table of the rows of :attr:`Readiness.table` with their state, in the given order."""
    shown = table.assign(
        code=table.index,
        innovation=table["title"].map(brief),
        claimed=table["claimed"].map(exactly),
        verified=table["verified"].map(exactly),
        unfilled=[", ".join(map(str, numbers)) for numbers in table["unfilled"]],
    )
    columns = [
        context.column("code"),
        context.column("innovation"),
        context.column("unit"),
        *(context.column(name, "decimal") for name in ("claimed", "verified")),
        *(context.column(name, "integer") for name in ("waiting", "unevidenced")),
        context.column("unfilled"),
    ]
    caption = context.word("maturity_table")
    return Table.of(shown, context.t, columns=columns, caption=caption, row_header="innovation")


# Evidence


@chapter
def evidence(context: IndexContext) -> Group:
    """Return what has evidence and what is verified by indicator, and which claims lack evidence."""
    claims = context.data.claims.table
    claims = claims[claims["claimed"] > 0]
    lowered = (claims["verified"] < claims["claimed"]).fillna(value=False)
    lacking = claims[claims["evidence"] == ""]
    counts = {"verified": int(claims["verified"].notna().sum()), "lowered": int(lowered.sum())}
    said = context.say("evidence_said", n=len(claims), lacking=len(lacking), **counts)
    blocks: list[Block] = [context.heading("evidence"), Paragraph(said), _checklist(context, claims, lowered)]
    if len(lacking):
        blocks.append(_unevidenced(context, lacking.head(LISTED)))
    if len(lacking) > LISTED:
        blocks.append(Paragraph(context.say("evidence_more", n=len(lacking) - LISTED)))
    return Group(blocks)


def _checklist(context: IndexContext, claims: pd.DataFrame, lowered: pd.Series[bool]) -> Table:
    of = claims["indicator"]
    counts = pd.DataFrame(
        {
            "claims": of.groupby(of).size(),
            "evidenced": (claims["evidence"] != "").groupby(of).sum(),
            "verified": claims["verified"].notna().groupby(of).sum(),
            "lowered": lowered.groupby(of).sum(),
        }
    )
    shown = counts.reindex([*context.yardstick.weights]).fillna(0)
    known = [context.yardstick.by_number[int(no)] for no in shown.index]
    shown = shown.assign(
        no=[str(indicator.no) for indicator in known],
        indicator=[context.marked(indicator) for indicator in known],
        weight=pd.Series([indicator.weight for indicator in known], shown.index, dtype=object),
    )
    columns = [
        context.column("no"),
        context.column("indicator"),
        context.column("weight", "decimal"),
        *(context.column(name, "integer") for name in ("claims", "evidenced", "verified", "lowered")),
    ]
    caption = context.word("evidence_caption")
    return Table.of(shown, context.t, columns=columns, caption=caption, row_header="indicator")


def _unevidenced(context: IndexContext, claims: pd.DataFrame) -> Table:
    shown = claims.assign(
        code=claims["innovation_id"],
        innovation=claims["innovation_id"].map(context.data.table["title"]).map(brief),
        parameter=claims["claimed"],
        needed=[context.level(*pair) for pair in zip(claims["indicator"], claims["claimed"], strict=True)],
        indicator=[f"{no} {context.indicator(no)}" for no in claims["indicator"]],
    )
    columns = [
        context.column("code"),
        context.column("innovation"),
        context.column("indicator"),
        context.column("parameter", "integer"),
        context.column("needed"),
    ]
    return Table.of(shown, context.t, columns=columns, caption=context.word("evidence_list"), row_header="innovation")


# Next steps


@chapter
def steps(context: IndexContext) -> Group:
    """Return the best next step of each innovation."""
    best: list[Step] = [steps[0] for name in context.data.table.index if (steps := context.data.steps(name))]
    if not best:
        return Group([context.heading("steps"), Paragraph(context.word("steps_none"))])
    about = {"caption": context.word("steps_caption"), "row_header": "innovation"}
    table = Table(columns=context.step_columns, rows=context.step_rows(best), **about)
    return Group([context.heading("steps"), Paragraph(context.say("steps_said")), table])


def all_steps_table(context: IndexContext) -> Table:
    """Return, for the workbook, the next step on every indicator of every innovation."""
    steps = [step for name in context.data.table.index for step in context.data.steps(name)]
    about = {"caption": context.word("all_steps_caption"), "sheet": context.word("steps_sheet")}
    return Table(columns=context.step_columns, rows=context.step_rows(steps), row_header="innovation", **about)


def entries_table(context: IndexContext, count: str) -> Table:
    """Return, for the workbook, each innovation's parameters in the order of the indicators, and its maturity."""
    data, numbers = context.data, [*context.yardstick.weights]
    columns = [context.column("code"), context.column("innovation"), context.column("why")]
    columns += [Column(str(no), f"{no} {context.marked(context.yardstick.by_number[no])}", "integer") for no in numbers]
    rows = [
        {
            "code": Cell(name),
            "innovation": Cell(data.table["title"][name]),
            "why": Cell(context.decision(name)),
            **{str(no): Cell(str(given.get(no, 0)), given.get(no, 0)) for no in numbers},
            "maturity": context.number(exactly(data.table[count][name])),
        }
        for name, given in data.parameters[count].items()
    ]
    said = context.word(f"count_{count}")
    columns.append(context.column("maturity", "decimal"))
    about = {"caption": context.word("export_caption", count=said), "sheet": context.word("export_sheet", count=said)}
    return Table(columns=columns, rows=rows, row_header="innovation", **about)


def indicators_table(context: IndexContext) -> Table:
    """Return what the yardstick says of each indicator."""
    columns = [context.column("no"), context.column("indicator"), context.column("weight", "decimal")]
    columns += [Column(str(parameter), str(parameter)) for parameter in range(1, TOP + 1)]
    rows = [
        {
            "no": Cell(str(no)),
            "indicator": Cell(context.marked(indicator)),
            "weight": context.number(indicator.weight),
            **{str(parameter): Cell(context.level(no, parameter)) for parameter in range(1, TOP + 1)},
        }
        for no, indicator in sorted(context.yardstick.by_number.items())
    ]
    return Table(caption=context.word("indicators_caption"), columns=columns, rows=rows, row_header="indicator")
