"""The parts of a report that show results: rankings, cuts, ties, how scores are spread and how they come about."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pandas as pd

from kit.report import figures, summaries
from kit.report.blocks import Block, Bullets, Callout, Column, Figure, Group, Paragraph, Table
from kit.report.method import Method, scales_of
from kit.report.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kit.ranking import Cut
    from kit.rules import Round, Scope

_HIGHEST = 5  # how many of each category are shown


class Results(Method, Story):
    """Rankings of every scope, and the scores behind them; the rules that they follow are told by :class:`Method`."""

    def results(self) -> Group:
        """The final ranking of those who reached the last round, or the finalists, and what decided about both."""
        tables = [*self._final_rankings()] if self.done else [*self._finalists()]
        cuts = [self._cut_sentence(round_, cut) for round_, cuts in self.result.cuts.items() for cut in cuts]
        held = [self.t("report.withheld_because", **award) for award in self.withheld_awards]
        said = [*cuts, *map(self._tie_sentence, self.ties), *held]
        blocks: list[Block] = [self._heading("results" if self.done else "finalists"), *tables]
        return Group([*blocks, Bullets(said)] if said else blocks)

    def _final_rankings(self) -> Iterator[Block]:
        for scope, scope_id in self.award_scopes:
            name, table = self.names[scope, scope_id], self._contenders(self._final(scope, scope_id))
            if table.empty:
                yield Paragraph(self._say("no_finalist", scope=name, last=self.rounds[self.last]))
                continue
            finalists = (table["last_round"] == self.last).all()
            yield self._ranking_table(
                table,
                self.t("report.results_caption", scope=name),
                "report.column_final" if finalists else "report.column_score",
                award=bool(table["award"].notna().any()),
                rounds=[*self.result.scores] if len(self.result.scores) > 1 else [],
                notes=[self.ranked_by(scope)],
            )

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
        self,
        table: pd.DataFrame,
        caption: str,
        score: str,
        *,
        award: bool,
        rounds: Sequence[str] = (),
        notes: Sequence[str] = (),
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
        return Table.of(shown, t, columns=columns, caption=caption, row_header="title", notes=notes)

    def _cut_sentence(self, round_: str, cut: Cut) -> str:
        values = {"scope": self.names[cut.scope, cut.scope_id], "round": self.rounds[round_], "n": len(cut.through)}
        if not cut.complete:
            return self.t("report.cut_incomplete", **values)
        scores = self.result.of(round_, cut.scope, cut.scope_id).set_index("entry_id")["score"]
        if open_ := [entry for entry in cut.tied if entry not in cut.through]:
            return self.t("report.cut_open", **values, entries=open_, score=scores[open_[0]])
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
        blocks.append(Paragraph(self.ranked_by("", self.latest)))
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
        t, scales = self.t, scales_of(round_)
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


def _where(values: pd.Series[float], value: float) -> list[str]:
    """The labels of the elements that have a value."""
    return [str(name) for name in values.index[values == value]]
