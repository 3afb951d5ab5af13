"""The chapters of the fairness analysis on the judges: agreement, severity and habits. Letters stand for names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.fairness.rasch import bias, flags
from kit.fairness.reliability import reading
from kit.render.blocks import MISSING, Block, Bullets, Callout, Column, Group, Heading, Paragraph, Table
from kit.report import fairness_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from kit.fairness.reliability import Estimate, Kind
    from kit.fairness.study import Agreement
    from kit.report.fairness import Analysis

_LISTED = 12  # marks far from what was expected that are shown
_CLEAR = 2.0  # |t| from which a pair of judge and criterion is named


# Agreement


def agreement(analysis: Analysis) -> Group:
    """Return how far the judges agree, by list and by criterion, and how many judges would be needed."""
    if analysis.study.final:
        return Group([])
    lists = [(analysis.names[pair], analysis.study.agreement(*pair)) for pair in analysis.scopes]
    criteria = [(name, analysis.study.agreement_on(known)) for known, name in analysis.criteria.items()]
    totals = [(analysis.word("of_list", scope=name), found) for name, found in lists]
    rows = [
        _agreement_row(analysis, what, found) for what, found in (*totals, *(criteria if len(criteria) > 1 else []))
    ]
    columns = [
        Column("what", analysis.word("what")),
        *(Column(name, analysis.word(name)) for name in ("alpha", "icc_single", "icc_average", "kendall")),
    ]
    table = Table.of(
        rows,
        analysis.t,
        columns=columns,
        caption=analysis.word("agreement_caption"),
        row_header="what",
        notes=[analysis.word("agreement_note")],
    )
    readings = [analysis.word("reads", scope=name, reading=_reading(analysis, found)) for name, found in lists]
    return Group([Heading(analysis.word("agreement")), Bullets(readings), _planner(analysis), table])


def _agreement_row(analysis: Analysis, what: str, found: Agreement) -> dict[str, str]:
    named = {"alpha": found.alpha, "icc_single": found.single, "icc_average": found.average, "kendall": found.w}
    return {"what": what, **{name: _between(analysis, estimate) for name, estimate in named.items()}}


def _between(analysis: Analysis, estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None:
        return analysis.number(estimate.value)
    limits = {"low": analysis.number(estimate.low), "high": analysis.number(estimate.high)}
    return analysis.word("between", value=analysis.number(estimate.value), **limits)


def _reading(analysis: Analysis, found: Agreement) -> str:
    """Say what the three numbers of a list mean; a reason that they share is said once."""
    kinds: tuple[tuple[Kind, Estimate], ...] = (("icc", found.average), ("alpha", found.alpha), ("w", found.w))
    said = [
        analysis.t(reading(kind, estimate) if estimate.value is not None else estimate.why or "fairness.no_marks")
        for kind, estimate in kinds
    ]
    return " ".join(dict.fromkeys(said))


def _planner(analysis: Analysis) -> Paragraph:
    found = analysis.study.generalizability
    if found.value is None:
        return Paragraph(analysis.t(found.why or "fairness.no_marks"))
    needed = [
        str(n) if n is not None else analysis.word("unreachable")
        for n in (found.judges_needed, found.judges_needed_absolute)
    ]
    words = {"value": analysis.number(found.value), "needed": needed[0], "absolute": needed[1]}
    return Paragraph(analysis.word("planner", judges=found.judges, **words))


# Severity


def severity(analysis: Analysis) -> Group:
    """Return how severe and how consistent each judge is, by both models."""
    if analysis.study.final:
        return Group([])
    blocks: list[Block] = [Heading(analysis.word("severity"))]
    additive = analysis.study.severity
    if len(additive.judges):
        judges = _judges(analysis)
        blocks += [Paragraph(_severity_said(analysis)), _judges_table(analysis, judges)]
        drawn = judges.assign(label=judges["judge_id"].map(analysis.judge)).sort_values("label")
        blocks += filter(None, [fairness_figures.severity_figure(drawn[["label", "severity", "error"]], analysis.t)])
    if additive.why:
        blocks.append(Callout(analysis.t(additive.why)))
    if additive.parts.number > 1:
        blocks += [Callout(said, kind="warning") for said in _parts(analysis)]
    return Group([*blocks, *_rasch(analysis)])


def _severity_said(analysis: Analysis) -> str:
    found = analysis.study.severity
    severities = found.judges["severity"]
    if found.between <= 0:
        return analysis.word("severity_alike")
    return analysis.word("severity_said", difference=analysis.number(severities.max() - severities.min()))


def _judges(analysis: Analysis) -> pd.DataFrame:
    """Return what is known of each judge, with one standard error for all.

    Neither the number of sheets nor an error that follows from it is shown: a judge with fewer sheets had a conflict of
    interest, and the minutes name that judge.
    """
    found = analysis.study.severity.judges
    return found.assign(letter=found["judge_id"].map(analysis.study.letters), error=found["error"].max())


def _judges_table(analysis: Analysis, table: pd.DataFrame) -> Table:
    columns = [
        Column("letter", analysis.word("judge")),
        Column("severity", analysis.word("severe"), "decimal", places=2),
        Column("error", analysis.word("error"), "decimal", places=2),
        Column("scatter", analysis.word("scatter"), "decimal", places=2),
    ]
    measures = analysis.study.rasch.measures
    if len(measures):
        own = measures[measures["facet"] == "judge"].set_index("id")
        for name in ("measure", "fair", "infit", "outfit"):
            table[name] = table["judge_id"].map(own[name])
            columns.append(Column(name, analysis.word(name), "decimal", places=2))
    return Table.of(
        table.sort_values("letter"),
        analysis.t,
        columns=columns,
        caption=analysis.word("severity_caption"),
        row_header="letter",
        notes=[analysis.word("severity_note")],
    )


def _parts(analysis: Analysis) -> Iterator[str]:
    found = analysis.study.severity
    for part, own in found.judges.groupby("part"):
        letters = sorted(own["judge_id"].map(analysis.study.letters))
        yield analysis.word("parts", n=found.parts.number, part=int(str(part)) + 1, judges=letters)


def _rasch(analysis: Analysis) -> Iterator[Block]:
    found = analysis.study.rasch
    if found.fitted is None:
        yield Callout(analysis.t(found.why or "fairness.no_marks"))
        return
    yield _facets(analysis)
    drawn = found.measures[found.measures["measure"].notna()]
    letters = analysis.study.letters  # the map has a column for judges, where "Juri" need not be said of each
    labels = [
        letters[name] if facet == "judge" else _element(analysis, facet, name)
        for facet, name in zip(drawn["facet"], drawn["id"], strict=True)
    ]
    figure = fairness_figures.variable_map(drawn.assign(label=labels), found.thresholds, analysis.t)
    if figure:
        yield figure
    notes = [analysis.t(note.key, **note.data) for note in found.notes]
    if notes:
        yield Bullets(notes)
    if len(analysis.criteria) > 1:
        yield Paragraph(_bias(analysis))
    signs = flags(analysis.study.panel, found)
    signs = signs[signs["facet"] != "entry"]
    if len(signs):
        yield Heading(analysis.word("flags"), 3)
        lines = [
            analysis.word(
                "flag_line",
                who=_element(analysis, row["facet"], row["id"]),
                said=analysis.t(row["flag"]).rstrip("."),
                value=analysis.number(row["value"]),
            )
            for row in signs.to_dict("records")
        ]
        yield Bullets(lines)
        yield Paragraph(analysis.word("flags_note"))


def _element(analysis: Analysis, facet: object, name: object) -> str:
    return {"judge": analysis.judge, "criterion": analysis.criteria.__getitem__}.get(str(facet), str)(str(name))


def _facets(analysis: Analysis) -> Table:
    table = analysis.study.rasch.facets
    table = table[table["elements"] > 1]
    table = table.assign(facet=[analysis.word(f"facet_{facet}") for facet in table["facet"]])
    columns = [
        Column("facet", analysis.word("facet")),
        Column("elements", analysis.word("elements"), "integer"),
        *(
            Column(name, analysis.word(name), "decimal", places=2)
            for name in ("spread", "error", "separation", "reliability")
        ),
    ]
    return Table.of(table, analysis.t, columns=columns, caption=analysis.word("facets_caption"), row_header="facet")


def _bias(analysis: Analysis) -> str:
    fitted = analysis.study.rasch.fitted
    assert fitted is not None  # whoever asks has looked
    cells = bias(fitted).cells
    clear = cells[cells["t"].abs() > _CLEAR].sort_values("t", key=abs, ascending=False, kind="stable")
    pairs = [
        analysis.word(
            "pair",
            judge=analysis.judge(row["judge"]),
            criterion=analysis.criteria[row["criterion"]],
            t=analysis.number(row["t"], 1),
        )
        for row in clear.to_dict("records")
    ]
    return (
        analysis.word("bias_said", cells=len(cells), pairs=pairs)
        if pairs
        else analysis.word("bias_none", cells=len(cells))
    )


# Habits


def habits(analysis: Analysis) -> Group:
    """Return the marks to look at again, the sheets that were filled in fast, and drift along the reading order."""
    if analysis.study.final:
        return Group([])
    blocks: list[Block] = [Heading(analysis.word("habits")), *_extremes(analysis), Paragraph(_pace(analysis))]
    drift = analysis.study.drift
    if drift["slope"].notna().any():
        columns = [
            Column("letter", analysis.word("judge")),
            Column("slope", analysis.word("slope"), "decimal", places=3),
            Column("error", analysis.word("error"), "decimal", places=3),
            Column("whole", analysis.word("whole"), "decimal", places=2),
            Column("p", analysis.word("p"), "decimal", places=2),
        ]
        table = drift.assign(letter=drift["judge_id"].map(analysis.study.letters)).sort_values("letter")
        caption = analysis.word("drift_caption")
        blocks.append(Table.of(table, analysis.t, columns=columns, caption=caption, row_header="letter"))
    return Group(blocks)


def _extremes(analysis: Analysis) -> Iterator[Block]:
    found = analysis.study.extreme_marks
    if found.empty:
        yield Paragraph(analysis.word("extremes_none"))
        return
    shown = found.head(_LISTED)
    table = shown.assign(
        name=shown["criterion"].map(analysis.criteria),
        value=[analysis.t.decimal(Decimal(value)) for value in shown["value"]],
        comment=[row["internal"] or row["entrant"] or MISSING for row in shown.to_dict("records")],
    )
    columns = [
        Column("entry_id", analysis.t("report.column_code")),
        Column("name", analysis.t("study.facet_criterion")),
        Column("value", analysis.t("columns.value")),
        Column("expected", analysis.word("expected"), "decimal", places=1),
        Column("comment", analysis.word("comment")),
    ]
    more = len(found) - len(shown)
    yield Table.of(
        table,
        analysis.t,
        columns=columns,
        caption=analysis.word("extremes_caption"),
        row_header="entry_id",
        notes=[analysis.word("extremes_more", n=more)] if more else [],
    )


def _pace(analysis: Analysis) -> str:
    pace = analysis.study.pace
    if pace.empty:
        return analysis.word("pace_none")
    return analysis.word("pace_said", n=int(pace["hurried"].sum()), sheets=len(pace))
