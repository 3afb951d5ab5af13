"""The recap workbook: every mark and score of an edition, with columns that compute the scores again as a check."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.render.blocks import Cell, Column, Document, Table
from kit.report import summaries
from kit.report.context import Context, accepted_changes, award_name, columns, ranked_by, score_basis, tie_rule_words
from kit.rules import Ballots, ClippedMean, Mean, Median, TrimmedMean, WeightedMean
from kit.scoring.ranking import final_weights
from kit.scoring.scores import criterion_factors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.render.blocks import Block
    from kit.report.context import Label
    from kit.rules import Adjust, Step
    from kit.scoring.scores import Scores
    from kit.texts import Texts

_PLACES = 4  # decimals that a total is shown with, at most; the cell holds all of them
_MOST_ROWS = 50_000  # of all rankings together; of more each entry gets one
_MOST_MARKS = 200_000  # cells for marks in a sheet; of more the marks stand in a file of their own
_CHECK: dict[str, Label] = {"check": ("recap.check", "decimal")}


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
    step, rules = context.rules.final.score[0], context.rules
    whole = step.round_terms is None and rules.rounding == "half_away" and not rules.final.adjusting
    if step.by == "last" or not whole or getattr(step, "best", None):
        return ""
    terms = [f"{_fraction(weight)}*{{round {name}}}" for name, weight in final_weights(rules).items()]
    return f"=ROUND({'+'.join(terms)},{rules.decimals})"


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
    """One round: a row per entry with every mark, what each step makes of them, the score and its check.

    A step over criteria before judges gives each judge a total; after judges, each criterion has its result. What a
    spreadsheet cannot repeat, such as points for places, stands there as a number, and what follows is computed again.
    Where there are too many marks for that, it has the scores alone and names the file of the marks.
    """

    def __init__(self, edition: Edition, scores: Scores, file: str) -> None:
        self.edition, self.scores, self.t = edition, scores, edition.texts
        self.round, self.sheets = scores.sheets.round, scores.sheets
        self.ids = [part.id for part in self.round.parts]
        self.values = [part.id for part in self.round.parts if part.value]
        self.file = "" if _fits(scores) else file
        self.titles = edition.registers.entries.set_index("entry_id")["title"].to_dict()
        self.checkable = (
            not self.file
            and edition.rules.rounding == "half_away"
            and not any(isinstance(step, Ballots) for step in self.round.score)
        )
        first = next(iter(self.round.reducing))
        apart = bool(self.file) or not self.round.criteria
        self.totals = not apart and first.over == "criteria" and self.round.kind != "values"
        self.results = not apart and first.over == "judges"
        self.worths = None if self.file else scores.worths_of_sheets()
        status = self.sheets.status
        self.panels = dict(
            zip(status.index, zip(status["judges_required"], status["judges_counted"], strict=True), strict=True)
        )
        self.at = {entry: n for n, entry in enumerate(scores.by_entry)}
        self.place = {entry: n for n, entry in enumerate(self.sheets.entries)}
        self.rows: dict[str, list[int]] = {}
        for n, entry in enumerate(scores.entry if not self.file else ()):
            self.rows.setdefault(self.sheets.entries[scores.scored[entry]], []).append(n)
        self.stages = [stage.after.fractions() for stage in scores.stages] if not self.file else []

    def table(self) -> Table:
        """Return the sheet."""
        t, judges = self.t, self.sheets.judges if self.round.kind != "values" and not self.file else []
        silent = [judge for judge in self.round.uncounted if judge not in judges and not self.file]
        shown = [
            *columns(t, "entry_id title"),
            *[self._mark_column(judge, name) for judge in [*judges, *silent] for name in self._marked(judge)],
            *[Column(f"value {name}", self._named(name), "decimal") for name in self.values if not self.file],
            *[Column(f"total {judge}", t("recap.total", judge=judge), "decimal") for judge in judges if self.totals],
            *[Column(f"result {name}", self._named(name), "decimal") for name in self.ids if self.results],
            *[Column(f"worth {j}", t("recap.worth", judge=j), "decimal") for j in judges if self.worths is not None],
            *(self._adjustments() if not self.file else ()),
            *columns(t, "score", **(_CHECK if self.checkable else {})),
            *(columns(t, "judges") if self.round.kind != "values" else []),
        ]
        table = pd.DataFrame([self._row(entry) for entry in self.sheets.entries])
        if judges or silent:
            table = self._marks().reindex(self.sheets.entries).reset_index(drop=True).join(table)
        table = table.reindex(columns=[column.key for column in shown])
        name = self.round.name.say(t.language)
        caption = t("recap.scores_caption" if self.file else "recap.round_caption", round=name)
        notes = [t("recap.marks_apart", file=self.file)] if self.file else []
        return Table.of(table, t, columns=shown, caption=caption, row_header="entry_id", sheet=name, notes=notes)

    def _named(self, part: str) -> str:
        return next(known.name.say(self.t.language) for known in self.round.parts if known.id == part)

    def _marked(self, judge: str) -> list[str]:
        """What the judge marks on any entry."""
        if self.round.alike or judge not in self.sheets.judges:
            return [part.id for part in self.round.marked if part.panel is None or judge in part.panel]
        own = self.sheets.asked[self.sheets.judge == self.sheets.judges.index(judge)].any(axis=0)
        marked = {part.id for part in self.round.marked}
        return [name for name, asked in zip(self.ids, own, strict=True) if asked and name in marked]

    def _mark_column(self, judge: str, criterion: str) -> Column:
        label = f"{judge} {criterion}" if self.round.criteria else judge
        if judge in self.round.uncounted:
            label = self.t("recap.not_counting", label=label)
        scale = self.round.scale_of(criterion)
        places = max(-int(number.normalize().as_tuple().exponent) for number in (scale.low, scale.step))
        return Column(f"mark {judge} {criterion}", label, "decimal", max(places, 0))

    def _adjustments(self) -> list[Column]:
        """For each adjustment the score before it and the amount."""
        found: list[Column] = []
        for n, step in enumerate(self.round.adjusting):
            name = step.name.say(self.t.language) if step.name else step.value or self.t(f"recap.{step.by}")
            found.append(Column(f"before {n}", self.t("recap.before"), "decimal"))
            found += [Column(f"amount {n}", name, "decimal")] * (step.by != "share")
        return found

    def _marks(self) -> pd.DataFrame:
        """Every mark that was given by a judge who is not recused: a row per entry."""
        own = _given(self.edition, self.round.id)
        key = "mark " + own["judge_id"] + " " + own["criterion"]
        values = own.assign(key=key, value=own["value"].map(Decimal).astype(object))
        return values.pivot_table(index="entry_id", columns="key", values="value", aggfunc="first")

    def _row(self, entry: str) -> dict[str, object]:
        """Return the cells that follow from the marks of one entry."""
        panel, counted = self.panels[entry]
        score = self.scores.by_entry.get(entry)
        return {
            "entry_id": entry,
            "title": self.titles[entry],
            "score": score,
            "check": Cell(""),
            "judges": self.t("report.share_of", n=counted, total=panel),
            **(self._values(entry) if self.values and not self.file else {}),
            **(self._worked_out(entry, score) if score is not None and not self.file else {}),
        }

    def _values(self, entry: str) -> dict[str, object]:
        rows = np.flatnonzero(self.sheets.entry == self.place[entry])[:1]
        found: dict[str, object] = {}
        for row in rows:
            marks = self.sheets.marks[slice(row, row + 1)].fractions()
            there = self.sheets.marked[row]
            found = {
                f"value {name}": _decimal(mark)
                for name, mark, known in zip(self.ids, marks, there, strict=True)
                if known and name in self.values
            }
        return found

    def _worked_out(self, entry: str, score: Decimal) -> dict[str, object]:
        """Return each step's results, as formulas over the cells before them where a spreadsheet can."""
        found, rows = {}, self.rows[entry]
        judges = {self.sheets.judges[self.scores.judge[row]]: row for row in rows}
        at, steps = self.at[entry], self.round.reducing
        if self.totals:
            for judge, row in judges.items():
                found[f"total {judge}"] = self._cell(self.stages[0][row], self._total(judge, row))
        if self.worths is not None:
            found |= {f"worth {judge}": _decimal(self.worths[row]) for judge, row in judges.items()}
        if self.results:
            for n, name in enumerate(self.ids):
                formula = self._over_judges(steps[0], [*judges], name, entry)
                found[f"result {name}"] = self._cell(self.stages[0][at * len(self.ids) + n], formula)
            cells = [f"{{result {name}}}" for name in self.ids if self._asked(entry, name)]
            formula = self._over_criteria(steps[-1], cells, [name for name in self.ids if self._asked(entry, name)])
        elif self.round.kind == "values":
            names = [name for name in self.ids if self._asked(entry, name)]
            formula = self._over_criteria(steps[0], [f"{{value {name}}}" for name in names], names)
            if len(steps) > 1:
                formula = ""
        else:
            formula = self._over_judges(steps[-1], [*judges], "", entry)
        for n, step in enumerate(self.round.adjusting):
            before = self.stages[len(steps) - 1 + n][at]
            found[f"before {n}"] = self._cell(before, formula)
            formula = ""
            if step.by != "share":
                amount = self._amount(step, entry)
                found[f"amount {n}"] = "" if amount is None else _decimal(amount)
                inner = f"{{before {n}}}{'+' if step.by == 'add' else '*'}{{amount {n}}}"
                formula = _in_places(f"{{before {n}}}" if amount is None else inner, step.round)
        found["check"] = _checked(score, f"={formula}" if formula and self.checkable else "", self.t)
        return found

    def _asked(self, entry: str, name: str) -> bool:
        rows = self.scores.rows[self.rows[entry]]
        return bool(self.sheets.used[rows, self.ids.index(name)].any())

    def _amount(self, step: Adjust, entry: str) -> Fraction | None:
        facts = self.edition.facts
        if not facts.fitting(step.where, [entry])[0]:
            return None
        return facts.worth(step.value, step.bands, [entry])[0] if step.value else Fraction(step.points or 0)

    def _cell(self, value: Fraction, formula: str) -> object:
        exact = Decimal(value.numerator) / value.denominator
        return _checked(exact, f"={formula}", self.t) if formula and self.checkable else _decimal(value)

    def _total(self, judge: str, row: int) -> str:
        """Return the formula of a judge's total."""
        used = self.sheets.used[self.scores.rows[row]]
        names = [name for name, asked in zip(self.ids, used, strict=True) if asked]
        cells = [f"{{value {n}}}" if n in self.values else f"{{mark {judge} {n}}}" for n in names]
        return self._over_criteria(self.round.reducing[0], cells, names)

    def _over_criteria(self, step: Step, cells: Sequence[str], names: Sequence[str]) -> str:
        factors = None
        if isinstance(step, WeightedMean):
            factors = criterion_factors(step, self.round, [part for part in self.round.parts if part.id in names])
        return self._formula(step, cells, factors)

    def _over_judges(self, step: Step, judges: Sequence[str], part: str, entry: str) -> str:
        """Return the formula of what judges come to, for one criterion or all."""
        if part in self.values:
            return f"{{value {part}}}"
        kind = "worth" if self.worths is not None else "total" if self.totals else "mark"
        name = "" if kind != "mark" else f" {part or self.ids[0]}"
        if part:
            column = self.ids.index(part)
            rows = {self.sheets.judges[self.scores.judge[row]]: self.scores.rows[row] for row in self.rows[entry]}
            judges = [judge for judge in judges if self.sheets.used[rows[judge], column]]
        if not judges:
            return ""
        if not self.round.juries:
            return self._formula_of_judges(step, [f"{{{kind} {judge}{name}}}" for judge in judges], judges, entry)
        total, terms = sum(Fraction(jury.share) for jury in self.round.juries), []
        for jury in self.round.juries:
            own = [judge for judge in judges if judge in jury.judges]
            formula = self._formula_of_judges(step, [f"{{{kind} {judge}{name}}}" for judge in own], own, entry, jury.id)
            if not formula:
                return ""
            terms.append(f"{_fraction(Fraction(jury.share) / total)}*({formula})")
        return _in_places("+".join(terms), step.round)

    def _formula_of_judges(
        self, step: Step, cells: Sequence[str], judges: Sequence[str], entry: str, jury: str = ""
    ) -> str:
        panel = self.panels[entry][0]
        if jury:
            members = next(each.judges for each in self.round.juries if each.id == jury)
            own = self.sheets.entry == self.place[entry]
            panel = int((own & self.sheets.of_jury(members)).sum())
            step = step.unrounded()
        if isinstance(step, WeightedMean):
            weights = [Fraction((step.weights or {}).get(judge, 1)) for judge in judges]
            if step.by == "weighted_sum":
                return ""
            return self._formula(step, cells, [weight / sum(weights) for weight in weights])
        if step.by in {"sum", "points", "trimmed_sum"}:
            dropped = step.drop_high + step.drop_low if isinstance(step, TrimmedMean) else 0
            formula = self._formula(step.unrounded(), cells)
            n, whole = len(cells) - dropped, panel - dropped
            if isinstance(step, Mean) and step.best:
                n, whole = min(step.best, len(cells)), min(step.best, panel)
            if formula and n != whole:
                formula = f"{formula if formula.count('(') == 1 else f'({formula})'}/{n}*{whole}"
            return _in_places(formula, step.round)
        return self._formula(step, cells)

    def _formula(self, step: Step, cells: Sequence[str], factors: Sequence[Fraction] | None = None) -> str:
        """Return the formula of one step over the cells of a row; none where a spreadsheet cannot repeat it."""
        zero, several = self.round.missing == "zero", ",".join(cells)
        if isinstance(step, (Median, TrimmedMean)) or getattr(step, "best", None):
            if zero or step.round_terms is not None:
                return ""
            in_a_row = step.over == "criteria" or not self.results or len(self.ids) == 1
            return _in_places(_by_order(step, cells, in_a_row, low=self.round.direction == "low"), step.round)
        terms = list(cells)
        if factors is not None:
            pairs = zip(factors, cells, strict=True)
            terms = [cell if factor == 1 else f"{_fraction(factor)}*{cell}" for factor, cell in pairs]
        if isinstance(step, ClippedMean):
            mean = f"AVERAGE({several})"
            terms = [f"MEDIAN({cell},{mean}-{step.limit:f},{mean}+{step.limit:f})" for cell in cells]
        if step.round_terms is not None:
            terms = [_in_places(term, step.round_terms) for term in terms]
        plain = factors is None and terms == list(cells) and not zero
        if step.by in {"sum", "points"}:
            return _in_places(f"SUM({several})" if plain else "+".join(terms), step.round)
        if plain:
            return _in_places(f"AVERAGE({several})", step.round)
        total = "+".join(terms)
        return _in_places(total if factors is not None else f"({total})/{len(cells)}", step.round)


def _by_order(step: Step, cells: Sequence[str], in_a_row: bool, *, low: bool) -> str:  # noqa: FBT001
    """Return the formula of a median, a trimmed mean or sum, or the best few; some need cells that stand in a row."""
    several = ",".join(cells)
    if isinstance(step, Median):
        return f"MEDIAN({several})"
    if isinstance(step, TrimmedMean):
        high, least = step.drop_high, step.drop_low
        inner = f"SUM({several})" + f"-MAX({several})" * (high == 1) + f"-MIN({several})" * (least == 1)
        if high > 1 or least > 1:
            inner = "+".join(f"LARGE({cells[0]}:{cells[-1]},{n})" for n in range(high + 1, len(cells) - least + 1))
        if (high > 1 or least > 1) and not in_a_row:
            return ""
        return inner if step.by == "trimmed_sum" else f"({inner})/{len(cells) - high - least}"
    assert isinstance(step, Mean)
    best, nth = min(step.best or 0, len(cells)), "SMALL" if low else "LARGE"
    inner = "+".join(f"{nth}({cells[0]}:{cells[-1]},{n})" for n in range(1, best + 1))
    if not in_a_row:
        return ""
    return inner if step.by == "sum" else f"({inner})/{best}"


def _in_places(formula: str, places: int | None) -> str:
    return formula if places is None or not formula else f"ROUND({formula},{places})"


def _decimal(value: Fraction) -> Decimal:
    """Return a number for a cell: exactly if it has a decimal form, else as near as a cell holds."""
    return Decimal(value.numerator) / value.denominator


def _checked(value: Decimal | None, formula: str, t: Texts) -> Cell:
    """Return a cell that computes a number again from the cells beside it."""
    if value is None or not formula:
        return Cell("")
    brief = round(value, _PLACES)
    return Cell(t.decimal(value if value == brief else brief), value, formula=formula)


def _fraction(value: Fraction) -> str:
    """Return a fraction as a formula writes it."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
