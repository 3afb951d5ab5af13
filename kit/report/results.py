"""The parts of a report that show results: rankings, cuts, ties, how scores are spread and how they come about."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

import pandas as pd

from kit.explain import tie_words
from kit.ranking import FINAL, final_weights
from kit.report import figures, summaries
from kit.report.blocks import Block, Bullets, Callout, Column, Figure, Group, Paragraph, Table
from kit.report.story import Story
from kit.rules import ByPeople, WeightedMean
from kit.scores import criterion_factors
from kit.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from kit.ranking import Cut
    from kit.rules import Round, Scale, Scope, Step, TieRule
    from kit.texts import Texts

_HIGHEST = 5  # how many of each category are shown


class Results(Story):
    """Rankings of every scope, the scores behind them, and the rules that they follow."""

    def results(self) -> Group:
        """The final ranking of those who reached the last round, or the finalists, and what decided about both."""
        tables = [*self._final_rankings()] if self.done else [*self._finalists()]
        cuts = [self._cut_sentence(round_, cut) for round_, cuts in self.result.cuts.items() for cut in cuts]
        said = [*cuts, *map(self._tie_sentence, self.ties)]
        blocks: list[Block] = [self._heading("results" if self.done else "finalists"), *tables]
        return Group([*blocks, Bullets(said)] if said else blocks)

    def _final_rankings(self) -> Iterator[Table]:
        for scope, scope_id in self.award_scopes:
            table = self._final(scope, scope_id)
            reached = table[table["last_round"] == table["last_round"].iloc[0]]
            caption = self.t("report.results_caption", scope=self.names[scope, scope_id])
            given = reached["award"].notna().any()
            rounds = [*self.result.scores] if len(self.result.scores) > 1 else []
            yield self._ranking_table(reached, caption, "report.column_final", award=bool(given), rounds=rounds)

    def _finalists(self) -> Iterator[Table]:
        for cut in self.result.cuts.get(self.latest, ()):
            table = summaries.standings(self.edition, cut.scope, cut.scope_id, self.latest)
            through = table[table["entry_id"].isin(cut.through)].sort_values(
                "title", key=lambda titles: titles.str.casefold()
            )
            columns = [
                Column("title", self.t("report.column_innovation"), width=4),
                Column("unit", self.t("report.column_unit"), width=3),
            ]
            about = {"caption": self.t("report.finalists_caption", scope=self.names[cut.scope, cut.scope_id])}
            if len(through):
                notes = [self.t("report.finalists_note")]
                yield Table.of(through, self.t, columns=columns, row_header="title", notes=notes, **about)

    def _ranking_table(
        self, table: pd.DataFrame, caption: str, score: str, *, award: bool, rounds: Sequence[str] = ()
    ) -> Table:
        t = self.t
        shown = table.assign(award=[self._award(award) for award in table["award"]], basis=self._basis(table))
        columns = [
            Column("rank", t("report.column_rank"), "integer"),
            *([Column("award", t("report.column_award"))] if award else []),
            Column("title", t("report.column_innovation"), width=4),
            Column("unit", t("report.column_unit"), width=3),
            *[Column(f"round {name}", self.rounds[name], "decimal") for name in rounds],
            Column("score", t(score), "decimal"),
            *([Column("basis", t("report.column_basis"))] if score == "report.column_score" else []),
        ]
        return Table.of(shown, t, columns=columns, caption=caption, row_header="title")

    def _cut_sentence(self, round_: str, cut: Cut) -> str:
        values = {"scope": self.names[cut.scope, cut.scope_id], "round": self.rounds[round_], "n": len(cut.through)}
        if not cut.complete:
            return self.t("report.cut_incomplete", **values)
        scores = self.result.of(round_, cut.scope, cut.scope_id).set_index("entry_id")["score"]
        outside = scores.drop([*cut.through, *cut.tied], errors="ignore")
        if outside.empty or not cut.through:
            return self.t("report.cut_all" if cut.through else "report.cut_nobody", **values)
        return self.t("report.cut", **values, last=scores[cut.through[-1]], first=outside.iloc[0])

    # Views across groups

    def categories(self) -> Group:
        """The highest scores of each category: analysis, without awards."""
        scopes = self._scopes_of(self.latest, "category")
        if len(scopes) < 2 or scopes[0] in self.award_scopes:
            return Group([])
        blocks: list[Block] = [self._heading("categories"), Paragraph(self._say("categories_intro"))]
        if apart := [self.names[scope] for scope in scopes if self._panels(*scope) > 1]:
            blocks.append(Callout(self._say("panels_differ", scopes=apart), kind="warning"))
        for scope, scope_id in scopes:
            table = summaries.standings(self.edition, scope, scope_id, self.latest)
            caption = self.t("report.category_caption", scope=self.names[scope, scope_id])
            highest = table[(table["rank"] <= _HIGHEST).fillna(value=False)]
            blocks.append(self._ranking_table(highest, caption, "report.column_score", award=False))
        return Group(blocks)

    def _panels(self, scope: Scope, scope_id: str) -> int:
        """How many different panels marked entries of a scope whose scores come from the same round, at most."""
        table = self.result.of(self.latest, scope, scope_id)
        most = 0
        for round_, entries in table.groupby("last_round")["entry_id"]:
            sheets = self.result.scores[str(round_)].sheets.of([*entries])
            most = max(most, len(set(pd.Series(sheets.judge).groupby(sheets.entry).agg(frozenset))))
        return most

    def cells(self) -> Group:
        """The first place of every group and category, or why there is none."""
        groups, categories = self.rules.groups, self.rules.categories
        if len(groups) == 1 or len(categories) == 1:
            return Group([])
        t = self.t
        rows = [self._cell(f"{group.id}/{category.id}") for group, category in itertools.product(groups, categories)]
        columns = [
            Column("scope", t("report.column_scope"), width=3),
            Column("entries", t("report.column_entries"), "integer"),
            Column("first", t("report.column_first"), width=5),
            Column("score", t("report.column_score"), "decimal"),
            Column("basis", t("report.column_basis")),
        ]
        table = pd.DataFrame(rows, columns=[column.key for column in columns])
        caption = t("report.cell_caption")
        return Group([self._heading("cells"), Table.of(table, t, columns=columns, caption=caption, row_header="scope")])

    def _cell(self, scope_id: str) -> dict[str, object]:
        t = self.t
        table = summaries.standings(self.edition, "group_category", scope_id, self.latest)
        row: dict[str, object] = {"scope": self.names["group_category", scope_id], "entries": len(table)}
        best = table[table["rank"] == 1]
        if len(table) < 2:
            return row | {"first": t("report.cell_single" if len(table) else "report.cell_empty")}
        if best.empty:
            return row | {"first": t("report.cell_unscored")}
        first = t.enumeration([t("report.cell_first", title=row.title, unit=row.unit) for row in best.itertuples()])
        return row | {
            "first": f"{first}. {t('report.cell_two')}" if len(table) == 2 else f"{first}.",
            "score": best["score"].iloc[0],
            "basis": self._basis(best)[0],
        }

    # Marks

    def marks(self) -> Group:
        """How scores are spread within groups, and which criteria were marked high and low."""
        blocks: list[Block] = [self._heading("marks")]
        for round_ in self.result.scores:
            blocks += [*self._distribution(round_), *self._profile(self.rules.round(round_))]
        return Group(blocks)

    def _distribution(self, round_: str) -> Iterator[Block]:
        t, scores = self.t, self.result.scores[round_].by_entry
        groups = self.edition.registers.entries.set_index("entry_id")["group"]
        series: dict[str, list[Decimal]] = {}
        for group in self.rules.groups:
            if own := [score for entry, score in scores.items() if groups[entry] == group.id]:
                series[self.names["group", group.id]] = own
        if not series:
            return
        parts = [
            t("report.distribution_part", group=group, n=len(own), low=min(own), high=max(own))
            for group, own in series.items()
        ]
        yield Paragraph(self._say("marks_intro", round=self.rounds[round_]))
        yield Figure(
            caption=t("report.distribution_caption", round=self.rounds[round_]),
            alt=t("report.distribution_alt", parts="; ".join(parts)),
            svg=figures.dot_rows([(group, [float(score) for score in own]) for group, own in series.items()], t),
        )

    def _profile(self, round_: Round) -> Iterator[Block]:
        """Mean marks by criterion, where there are several on one scale."""
        t, scales = self.t, _scales(round_)
        if len(round_.criteria) < 2 or len(scales) > 1:
            return
        scale = scales[0]
        names = {criterion.id: criterion.name.say(t.language) for criterion in round_.criteria}
        means = summaries.mean_marks(self.edition, round_.id).rename(index=names)
        overall, by_group = means.pop(""), means.rename(columns=lambda group: self.names["group", group])
        if by_group.empty:
            return
        parts = [
            t("report.profile_part", group=group, best=_where(own, own.max()), worst=_where(own, own.min()))
            for group, own in by_group.items()
        ]
        if overall.max() > overall.min():
            best, worst = _where(overall, overall.max()), _where(overall, overall.min())
            yield Paragraph(self._say("profile_said", best=best, worst=worst))
        yield Figure(
            caption=t("report.profile_caption", round=self.rounds[round_.id]),
            alt=t("report.profile_alt", low=scale.low, high=scale.high, parts="; ".join(parts)),
            svg=figures.dot_profile(by_group, float(scale.low), float(scale.high), t),
        )

    # Method

    def method(self) -> Group:
        """How scores come about: scales, weights, roundings, ties."""
        said = [sentence for round_ in self.rules.scored_rounds for sentence in self._round_sentences(round_)]
        blocks: list[Block] = [self._heading("method"), Bullets([*said, *self._final_sentences()])]
        return Group([*blocks, *(self._weights(round_) for round_ in self.rules.scored_rounds if round_.criteria)])

    def _round_sentences(self, round_: Round) -> Iterator[str]:
        t, name = self.t, self.rounds[round_.id]
        if round_.kind == "ranks":
            said = t("report.method_ballot", round=name)
        elif len(scales := _scales(round_)) == 1:
            said = t("report.method_scale", round=name, low=scales[0].low, high=scales[0].high, step=scales[0].step)
        else:
            said = t("report.method_scales", round=name)
        yield " ".join([said, *map(self._step, round_.score)])
        if round_.min_judges > 1:
            yield t("report.method_min", round=name, n=round_.min_judges)
        several = len(self.rules.scored_rounds) > 1
        yield from self._ties_said(name, round_.ties if several else self.rules.final_ties, round_.id)

    def _step(self, step: Step) -> str:
        options = {name: getattr(step, key, "") for name, key in _OPTIONS.items()}
        said = [self.t(f"explain.{step.over}_{step.by}", **options)]
        if step.round_terms is not None:
            said.append(self.t("explain.terms_rounded"))
        if step.round is not None:
            said.append(self.t("report.method_rounded", n=step.round))
        return " ".join(said)

    def _ties_said(self, name: str, ties: Sequence[TieRule], round_: str) -> Iterator[str]:
        words = [
            tie_words([tie], label(tie), self.rules, round_, self.t)
            for tie in ties
            if not (isinstance(tie, ByPeople) and tie.by == "shared")
        ]
        if words:
            then = reduce(lambda first, second: self.t("report.then", first=first, second=second), words)
            yield self.t("report.method_ties", round=name, rules=then)

    def _final_sentences(self) -> Iterator[str]:
        t, step, rounds = self.t, self.rules.final.score[0], self.rules.scored_rounds
        if len(rounds) > 1:
            if step.by == "last":
                yield t("report.method_last", round=self.rounds[self.last])
            else:
                parts = [_part(weight, self.rounds[name], t) for name, weight in final_weights(self.rules).items()]
                terms = "" if step.round_terms is None else f" {t('explain.terms_rounded')}"
                yield t("report.method_final", parts=" + ".join(parts), n=self.rules.decimals) + terms
            yield from self._ties_said(self.rounds[FINAL], self.rules.final_ties, self.last)
            yield t("report.method_finalists")
        yield t("report.method_shared")
        yield t(f"report.method_{self.rules.rounding}")

    def _weights(self, round_: Round) -> Table:
        t, language = self.t, self.t.language
        step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
        scales = [round_.scale_of(c.id) for c in round_.criteria]
        table = pd.DataFrame(
            {
                "criterion": [f"{c.id} {c.name.say(language)}" for c in round_.criteria],
                "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) for s in scales],
                "weight": [c.weight for c in round_.criteria],
                "factor": [_ratio(factor, t) for factor in criterion_factors(step, round_)] if step else "",
                "question": [c.question.say(language) if c.question else "" for c in round_.criteria],
            }
        )
        weights = [Column("weight", t("explain.weight"), "decimal"), Column("factor", t("explain.factor"), "decimal")]
        columns = [
            Column("criterion", t("report.column_criterion"), width=3),
            *([Column("scale", t("report.column_scale"))] if len(_scales(round_)) > 1 else []),
            *(weights if step else []),
            *([Column("question", t("report.column_question"), width=4)] if any(table["question"]) else []),
        ]
        caption = t("report.weights_caption", round=self.rounds[round_.id])
        return Table.of(table, t, columns=columns, caption=caption, row_header="criterion")


# What the sentence of a step names, and the key of the rule that holds it.
_OPTIONS = {"high": "drop_high", "low": "drop_low", "limit": "limit"}


def _scales(round_: Round) -> list[Scale]:
    """The different scales of a round."""
    return list(dict.fromkeys(round_.scale_of(criterion.id) for criterion in round_.marked))


def _ratio(value: Fraction, t: Texts) -> str:
    """A factor: as a decimal number where it ends soon, else as a fraction."""
    if 10**6 % value.denominator:
        return f"{value.numerator}/{value.denominator}"
    return t.decimal(Decimal(value.numerator) / value.denominator)


def _part(weight: Fraction, round_: str, t: Texts) -> str:
    """What a round adds to the final score: ``60% Penilaian proposal``, or its factor where that is no percentage."""
    percentage = weight < 1 and 10**6 % weight.denominator == 0
    return f"{_ratio(weight * 100, t)}% {round_}" if percentage else f"{_ratio(weight, t)} × {round_}"


def _where(values: pd.Series[float], value: float) -> list[str]:
    """The labels of the elements that have a value."""
    return [str(name) for name in values.index[values == value]]
