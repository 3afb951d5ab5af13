"""The recap workbook: every mark and score of an edition, with columns that compute the scores again as a check."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

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

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.render.blocks import Block
    from kit.report.context import Label
    from kit.scoring.scores import Scores
    from kit.texts import Texts

_PLACES = 4  # decimals that a total is shown with, at most; the cell holds all of them
_MOST_ROWS = 50_000  # of all rankings together; of more each entry gets one
_MOST_MARKS = 200_000  # cells for marks in a sheet; of more the marks stand in a file of their own
_CHECK: dict[str, Label] = {"check": ("recap.check", "decimal")}
_FUNCTION = {"mean": "AVERAGE", "sum": "SUM", "median": "MEDIAN"}


def recap(edition: Edition, document: Document) -> list[Block]:
    """Return the workbook's tables: final rankings, each round's marks with scores and checks, all scopes, changes."""
    context = Context(edition)
    sheets = [_RoundSheet(edition, scores, f"{document.stem}.csv").table() for scores in edition.result.scores.values()]
    tables = [*_finals(context), *sheets, _rankings(context), *accepted_changes(edition)]
    return [document, *tables]


def marks_apart(edition: Edition, part: Part) -> dict[str, bytes]:
    """Return a CSV file of the marks of rounds for whose marks the workbook has no room: a row for each sheet.

    It is one that `kit marks import` reads: round, judge and entry, then a column for each criterion.
    """
    rounds = [scores.sheets.round for scores in edition.result.scores.values() if not _fits(scores)]
    if not rounds:
        return {}
    t, marks = edition.texts, pd.concat([_given(edition, round_.id) for round_ in rounds])
    keys, comma = ["round", "judge_id", "entry_id"], {"id": ",", "en": "."}[t.language]
    named = dict.fromkeys(criterion.id for round_ in rounds for criterion in round_.marked)
    wide = marks.pivot_table(index=keys, columns="criterion", values="value", aggfunc="first", fill_value="")
    wide = wide.reindex(columns=[*named], fill_value="")
    wide = wide.apply(lambda column: column.str.replace(".", comma, regex=False)).reset_index()
    header = [*(t(f"columns.{key}") for key in keys), *named]
    text = wide.to_csv(sep=";", lineterminator="\r\n", header=header, index=False)
    said = t("document.simulated") if edition.rules.simulated else edition.rules.title.say(t.language)
    return {f"{part.stem}.csv": f"\ufeff{said}\r\n{text}".encode()}


def _given(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return the marks of a round that were given by judges who are not recused."""
    record, pair = edition.record, ["judge_id", "entry_id"]
    own = record.marks[record.marks["round"] == round_id]
    recused = pd.MultiIndex.from_frame(record.recused(round_id)[pair])
    return own[~pd.MultiIndex.from_frame(own[pair]).isin(recused)] if len(recused) else own


def _fits(scores: Scores) -> bool:
    """Tell whether the workbook has room for a column of every judge's mark on every criterion."""
    sheets = scores.sheets
    return len(sheets.entries) * len(sheets.judges) * len(sheets.round.marked) <= _MOST_MARKS


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
    """Every ranking of every scope in one table, to filter; a row for each entry where there are too many rows."""
    t = context.t
    table = context.edition.ranking_table()
    if len(table) > _MOST_ROWS:
        return _places(context, table)
    scopes, said = zip(table["scope"], table["scope_id"], strict=True), cache(partial(tie_rule_words, context))
    ties = zip(table["tie_broken_by"], table["round"], table["last_round"], strict=True)
    shown = table.assign(
        round=table["round"].map(context.rounds),
        scope=[context.names[pair] for pair in scopes],
        tie=[said(*tie) if tie[0] else "" for tie in ties],
        basis=score_basis(context, table),
    )
    named = [
        *columns(t, "round", scope="recap.scope"),
        *columns(t, "rank entry_id title unit score basis", tie="recap.tie"),
    ]
    caption = t("recap.rankings")
    return Table.of(shown, t, columns=named, caption=caption, row_header="entry_id", sheet=caption)


def _places(context: Context, table: pd.DataFrame) -> Table:
    """Return the entries with their group, category, scores, and rank in every ranking."""
    t, edition = context.t, context.edition
    rankings = table[["round", "scope"]].drop_duplicates().itertuples(index=False, name=None)
    names = {pair: f"{context.rounds[pair[0]]}, {t(f'papers.scope_{pair[1]}')}" for pair in rankings}
    ranks = table.pivot_table(index="entry_id", columns=["round", "scope"], values="rank", aggfunc="first")
    ranks.columns = pd.Index([" ".join(pair) for pair in ranks.columns])
    entries = edition.registers.entries.set_index("entry_id").loc[ranks.index]
    shown = (
        ranks.astype(object)
        .where(ranks.notna(), None)
        .assign(
            entry_id=ranks.index,
            title=entries["title"],
            unit=entries["unit_id"].map(edition.registers.units.set_index("unit_id")["name"]),
            group=[context.names["group", group] for group in entries["group"]],
            category=[context.names["category", category] for category in entries["category"]],
        )
    )
    for name, scores in context.result.scores.items():
        shown[f"round {name}"] = pd.Series(scores.by_entry, dtype=object)
    named = [
        *columns(t, "entry_id title unit", group="columns.group", category="columns.category"),
        *[Column(f"round {name}", context.rounds[name], "decimal") for name in context.result.scores],
        *[Column(" ".join(pair), t("recap.rank_in", ranking=name), "integer") for pair, name in names.items()],
    ]
    caption, note = t("recap.rankings"), t("recap.places_note", edition=edition.name)
    return Table.of(shown, t, columns=named, caption=caption, row_header="entry_id", sheet=caption, notes=[note])


class _RoundSheet:
    """One round: a row per entry with every mark, each counting judge's total, the score and its check.

    Where there are too many marks for that, it has the scores alone and names the file of the marks.
    """

    def __init__(self, edition: Edition, scores: Scores, file: str) -> None:
        self.edition, self.scores, self.t = edition, scores, edition.texts
        self.round, self.sheets = scores.sheets.round, scores.sheets
        self.file = "" if _fits(scores) else file
        self.titles = edition.registers.entries.set_index("entry_id")["title"].to_dict()
        steps = self.round.score
        self.checkable = (
            not self.file
            and [step.over for step in steps] in (["criteria", "judges"], ["judges"])
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
        if self.file:
            return found
        for entry, judge, total in zip(scores.scored[scores.entry], scores.judge, after, strict=True):
            found.setdefault(sheets.entries[entry], {})[sheets.judges[judge]] = total
        return found

    def table(self) -> Table:
        """Return the sheet."""
        t, criteria = self.t, [criterion.id for criterion in self.round.marked]
        silent = [judge for judge in self.round.not_counting if judge not in self.sheets.judges]
        judges = [] if self.file else [*self.sheets.judges, *silent]
        totals = self.sheets.judges if self.checkable and self.round.criteria else []
        shown = [
            *columns(t, "entry_id title"),
            *[self._mark_column(judge, name) for judge in judges for name in criteria],
            *[Column(f"total {judge}", t("recap.total", judge=judge), "decimal") for judge in totals],
            *columns(t, "score", **(_CHECK if self.checkable else {})),
            *columns(t, "judges"),
        ]
        table = pd.DataFrame([self._row(entry) for entry in self.sheets.entries])
        if judges:
            table = self._marks().reindex(self.sheets.entries).reset_index(drop=True).join(table)
        table = table.reindex(columns=[column.key for column in shown])
        name = self.round.name.say(t.language)
        caption = t("recap.scores_caption" if self.file else "recap.round_caption", round=name)
        notes = [t("recap.marks_apart", file=self.file)] if self.file else []
        return Table.of(table, t, columns=shown, caption=caption, row_header="entry_id", sheet=name, notes=notes)

    def _mark_column(self, judge: str, criterion: str) -> Column:
        label = f"{judge} {criterion}" if self.round.criteria else judge
        if judge in self.round.not_counting:
            label = self.t("recap.not_counting", label=label)
        return Column(f"mark {judge} {criterion}", label, "decimal")

    def _marks(self) -> pd.DataFrame:
        """Every mark that was given by a judge who is not recused: a row per entry."""
        own = _given(self.edition, self.round.id)
        key = "mark " + own["judge_id"] + " " + own["criterion"]
        values = own.assign(key=key, value=own["value"].map(Decimal).astype(object))
        return values.pivot_table(index="entry_id", columns="key", values="value", aggfunc="first")

    def _row(self, entry: str) -> dict[str, object]:
        """Return the cells that follow from the marks of one entry."""
        panel, counted = self.panels[entry]
        totals = self.totals.get(entry, {})
        score = self.scores.by_entry.get(entry)
        return {
            "entry_id": entry,
            "title": self.titles[entry],
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
