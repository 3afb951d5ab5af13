"""The recap workbook: every mark and score of an edition, with columns that compute the scores again as a check."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.render.blocks import Cell, Column, Document, Table
from kit.report import summaries
from kit.report.context import Context, accepted_changes, award_name, columns, ranked_by, score_basis, tie_rule_words
from kit.rules import Mean, Median, WeightedMean
from kit.scoring.ranking import final_weights
from kit.scoring.scores import criterion_factors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from kit.edition import Edition
    from kit.render.blocks import Block
    from kit.report.context import Label
    from kit.scoring.scores import Scores
    from kit.texts import Texts

_PLACES = 4  # decimals that a total is shown with, at most; the cell holds all of them
_CHECK: dict[str, Label] = {"check": ("recap.check", "decimal")}
_FUNCTION = {"mean": "AVERAGE", "sum": "SUM", "median": "MEDIAN"}


def recap(edition: Edition, document: Document) -> list[Block]:
    """Return the workbook's tables: final rankings, each round's marks with scores and checks, all scopes, changes."""
    context = Context(edition)
    sheets = [_RoundSheet(edition, scores).table() for scores in edition.result.scores.values()]
    tables = [*_finals(context), *sheets, _rankings(context), *accepted_changes(edition)]
    return [document, *tables]


def _finals(context: Context) -> Iterator[Table]:
    """Yield a sheet for each final ranking that earns awards, with a check of the final score."""
    t, formula = context.t, _final_formula(context)
    shown = [
        *columns(t, "rank award entry_id title unit"),
        *[Column(f"round {name}", context.rounds[name], "decimal") for name in context.result.scores],
        *columns(t, final=("report.column_final", "decimal"), **(_CHECK if formula else {})),
    ]
    for scope, scope_id in context.award_scopes:
        table = summaries.standings(context.edition, scope, scope_id)
        table["award"] = [award_name(context, award) for award in table["award"]]
        table["final"] = table["score"].where(table["last_round"] == context.last, None)
        table["check"] = pd.Series([_checked(score, formula, t) for score in table["final"]], dtype=object)
        name = context.names[scope, scope_id]
        about = {"caption": t("report.results_caption", scope=name), "sheet": t("recap.final", scope=name)}
        yield Table.of(table, t, columns=shown, row_header="title", notes=[ranked_by(context, scope)], **about)


def _final_formula(context: Context) -> str:
    """Return the formula of the final score; none if a spreadsheet rounds differently from the rules."""
    step = context.rules.final.score[0]
    if step.by == "last" or step.round_terms is not None or context.rules.rounding != "half_away":
        return ""
    terms = [f"{_fraction(weight)}*{{round {name}}}" for name, weight in final_weights(context.rules).items()]
    return f"=ROUND({'+'.join(terms)},{context.rules.decimals})"


def _rankings(context: Context) -> Table:
    """Every ranking of every scope in one table, to filter."""
    t = context.t
    table = context.edition.ranking_table()
    scopes = zip(table["scope"], table["scope_id"], strict=True)
    ties = zip(table["tie_broken_by"], table["round"], table["last_round"], strict=True)
    shown = table.assign(
        round=table["round"].map(context.rounds),
        scope=[context.names[pair] for pair in scopes],
        tie=[tie_rule_words(context, broken_by, *where) if broken_by else "" for broken_by, *where in ties],
        basis=score_basis(context, table),
    )
    named = [
        *columns(t, "round", scope="recap.scope"),
        *columns(t, "rank entry_id title unit score basis", tie="recap.tie"),
    ]
    caption = t("recap.rankings")
    return Table.of(shown, t, columns=named, caption=caption, row_header="entry_id", sheet=caption)


class _RoundSheet:
    """One round: a row per entry with every mark, each counting judge's total, the score and its check."""

    def __init__(self, edition: Edition, scores: Scores) -> None:
        self.edition, self.scores, self.t = edition, scores, edition.texts
        self.round, self.sheets = scores.sheets.round, scores.sheets
        steps = self.round.score
        self.checkable = (
            [step.over for step in steps] in (["criteria", "judges"], ["judges"])
            and all(isinstance(step, (Mean, WeightedMean, Median)) and step.round_terms is None for step in steps)
            and not isinstance(steps[-1], WeightedMean)
            and edition.rules.rounding == "half_away"
        )
        self.totals = self._totals()
        status = self.sheets.status
        self.panels = dict(
            zip(status.index, zip(status["judges_required"], status["judges_counted"], strict=True), strict=True)
        )

    def _totals(self) -> dict[str, dict[str, Fraction | None]]:
        """Per entry, the judges who count, each with its total where there are criteria to add up."""
        scores, sheets = self.scores, self.sheets
        with_totals = self.checkable and self.round.criteria and scores.stages
        after = scores.stages[0].after.fractions() if with_totals else [None] * len(scores.rows)
        found: dict[str, dict[str, Fraction | None]] = {}
        for entry, judge, total in zip(scores.scored[scores.entry], scores.judge, after, strict=True):
            found.setdefault(sheets.entries[entry], {})[sheets.judges[judge]] = total
        return found

    def table(self) -> Table:
        """Return the sheet."""
        t, criteria = self.t, [criterion.id for criterion in self.round.marked]
        silent = [judge for judge in self.round.uncounted if judge not in self.sheets.judges]
        totals = self.sheets.judges if self.checkable and self.round.criteria else []
        shown = [
            *columns(t, "entry_id title"),
            *[self._mark_column(judge, name) for judge in [*self.sheets.judges, *silent] for name in criteria],
            *[Column(f"total {judge}", t("recap.total", judge=judge), "decimal") for judge in totals],
            *columns(t, "score", **(_CHECK if self.checkable else {})),
            *columns(t, "judges"),
        ]
        rows = pd.DataFrame([self._row(entry) for entry in self.sheets.entries])
        table = self._marks().reindex(self.sheets.entries).reset_index(drop=True).join(rows)
        table = table.reindex(columns=[column.key for column in shown])
        name = self.round.name.say(t.language)
        caption = t("recap.round_caption", round=name)
        return Table.of(table, t, columns=shown, caption=caption, row_header="entry_id", sheet=name)

    def _mark_column(self, judge: str, criterion: str) -> Column:
        label = f"{judge} {criterion}" if self.round.criteria else judge
        if judge in self.round.uncounted:
            label = self.t("recap.not_counting", label=label)
        return Column(f"mark {judge} {criterion}", label, "decimal")

    def _marks(self) -> pd.DataFrame:
        """Every mark that was given by a judge who is not recused: a row per entry."""
        record = self.edition.record
        own = record.marks[record.marks["round"] == self.round.id]
        recused = set(record.recused(self.round.id).itertuples(index=False, name=None))
        pairs = zip(own["judge_id"], own["entry_id"], strict=True)
        own = own[np.array([pair not in recused for pair in pairs], dtype=bool)]
        key = "mark " + own["judge_id"] + " " + own["criterion"]
        values = own.assign(key=key, value=own["value"].map(Decimal).astype(object))
        return values.pivot_table(index="entry_id", columns="key", values="value", aggfunc="first")

    def _row(self, entry: str) -> dict[str, object]:
        """Return the cells that follow from the marks of one entry."""
        panel, counted = self.panels[entry]
        titles = self.edition.registers.entries.set_index("entry_id")["title"]
        totals = self.totals.get(entry, {})
        score = self.scores.by_entry.get(entry)
        return {
            "entry_id": entry,
            "title": titles[entry],
            "score": score,
            "check": _checked(score, self._formula(list(totals), panel), self.t),
            "judges": self.t("report.share_of", n=counted, total=panel),
            **{f"total {judge}": self._total(judge, total) for judge, total in totals.items() if total is not None},
        }

    def _total(self, judge: str, total: Fraction) -> Cell:
        step = self.round.score[0]
        keys = [f"{{mark {judge} {criterion.id}}}" for criterion in self.round.criteria]
        if isinstance(step, WeightedMean):
            factors = criterion_factors(step, self.round)
            inner = "+".join(f"{_fraction(factor)}*{key}" for factor, key in zip(factors, keys, strict=True))
        else:
            inner = f"{_FUNCTION[step.by]}({','.join(keys)})"
        formula = f"={inner}" if step.round is None else f"=ROUND({inner},{step.round})"
        return _checked(Decimal(total.numerator) / total.denominator, formula, self.t)

    def _formula(self, judges: Sequence[str], panel: int) -> str:
        """Return the formula of the score, from the totals or the marks of the judges who count."""
        if not self.checkable:
            return ""
        step = self.round.score[-1]
        kind, name = ("total", "") if self.round.criteria else ("mark", f" {self.round.marked[0].id}")
        inner = f"{_FUNCTION[step.by]}({','.join(f'{{{kind} {judge}{name}}}' for judge in judges)})"
        if step.by == "sum":
            inner += f"/{len(judges)}*{panel}"
        return f"=ROUND({inner},{step.round})"


def _checked(value: Decimal | None, formula: str, t: Texts) -> Cell:
    """Return a cell that computes a number again from the cells beside it."""
    if value is None or not formula:
        return Cell("")
    brief = round(value, _PLACES)
    return Cell(t.decimal(value if value == brief else brief), value, formula=formula)


def _fraction(value: Fraction) -> str:
    """Return a fraction as a formula writes it."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
