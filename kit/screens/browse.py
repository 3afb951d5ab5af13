"""Widgets for analysts: choose a round, a scope and an entry; save what is shown."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.errors import Problem
from kit.explain import explain
from kit.files import write
from kit.folder import find_home
from kit.render.blocks import Block, Column, Figure, Group, Table, columns_of
from kit.render.html import block_html
from kit.render.prepare import as_png
from kit.render.xlsx import to_xlsx
from kit.report import fairness_report, summaries
from kit.report.context import (
    Context,
    accepted_changes,
    award_name,
    marked,
    ranked_by,
    report_masthead,
    score_basis,
    tie_rule_words,
)
from kit.report.results import explanation_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.report.fairness_report import Analysis
    from kit.texts import Texts

    Options = Sequence[tuple[str, object]]

_LONGEST = 80  # letters of a file's name, before the edition


def rankings(edition: Edition) -> widgets.VBox:
    """Show rankings and explanations to choose from, each to be saved as a workbook.

    The ranking follows the chosen round and scope; the explanation follows the chosen entry.
    """
    return _Browser(edition).box()


def fairness(analysis: Analysis) -> widgets.VBox:
    """Show one view of the fairness analysis of one list, both to be chosen."""
    t, names = analysis.t, analysis.names
    views = {name: getattr(fairness_report, name) for name in ("uncertainty", "adjusted", "sensitivity")}
    lists = [(names[pair], pair) for pair in analysis.study.replay.scopes(analysis.study.where)]
    pair = _dropdown(t("study.explore_list"), lists, analysis.scopes[0])
    view = _dropdown(t("study.explore_view"), [(t(f"study.{name}"), name) for name in views], "uncertainty")
    shown = _shown()

    def show(_: object = None) -> None:
        shown.value = block_html(views[view.value](analysis, [pair.value]).to_json(), t.language)

    pair.observe(show, "value")
    view.observe(show, "value")
    show()
    return widgets.VBox([pair, view, shown])


def savable(edition: Edition, group: Group) -> widgets.VBox:
    """Show blocks, with a button under each table that saves it to Excel, and under each figure one for a PNG."""
    t, parts = edition.texts, list[widgets.Widget]()
    for block in group.blocks:
        parts.append(_shown(html=block_html(block.to_json(), t.language)))
        if isinstance(block, Figure):
            parts.append(_saver(t("browse.save_figure"), partial(save_png, edition, block), t))
        elif isinstance(block, Table):
            save = partial(save_tables, edition, block.caption, [block])
            parts.append(_saver(t("browse.save_table"), save, t))
    return widgets.VBox(parts)


class _Browser:
    """The widgets that choose a ranking and an entry, and what each of them changes."""

    def __init__(self, edition: Edition) -> None:
        self.context, self.t = Context(edition), edition.texts
        rounds = [(self.context.rounds[name], name) for name in self.context.result.ranking["round"].unique()]
        self.round = _dropdown(self.t("report.column_round"), rounds, self.context.latest)
        self.scope = _dropdown(self.t("recap.scope"))
        self.entry = _dropdown(self.t("report.column_innovation"))
        self.ranking, self.explanation = _shown("32rem"), _shown()
        self.round.observe(self._offer_scopes, "value")
        self.scope.observe(self._show_ranking, "value")
        self.entry.observe(self._show_explanation, "value")
        self._offer_scopes()
        if self.context.award_scopes:
            self.scope.value = self.context.award_scopes[0]

    def box(self) -> widgets.VBox:
        """Return all widgets, from top to bottom."""
        save_ranking = _saver(self.t("browse.save_ranking"), self._save_ranking, self.t)
        save_explanation = _saver(self.t("browse.save_explanation"), self._save_explanation, self.t)
        parts = [self.round, self.scope, self.ranking, save_ranking, self.entry, self.explanation, save_explanation]
        return widgets.VBox(parts)

    def _offer_scopes(self, _: object = None) -> None:
        ranking = self.context.result.ranking
        pairs = ranking.loc[ranking["round"] == self.round.value, ["scope", "scope_id"]].drop_duplicates()
        _offer(self.scope, [(self.context.names[pair], pair) for pair in pairs.itertuples(index=False, name=None)])
        self._show_ranking()

    def _show_ranking(self, _: object = None) -> None:
        self.ranking.value = block_html(self._table().to_json(), self.t.language)
        entries = self.context.result.of(self.round.value, *self.scope.value)["entry_id"]
        _offer(self.entry, [(f"{entry} · {self.context.titles[entry]}", entry) for entry in entries])
        self._show_explanation()

    def _show_explanation(self, _: object = None) -> None:
        self.explanation.value = block_html(self._explained().to_json(), self.t.language)

    def _table(self) -> Table:
        """Return the chosen ranking."""
        t, round_ = self.t, self.round.value
        scope, scope_id = self.scope.value
        table = summaries.standings(self.context.edition, scope, scope_id, round_)
        table["award"] = [award_name(self.context, award) for award in table["award"]]
        basis = table["basis"] = score_basis(self.context, table)
        mixed = len(set(basis)) > 1
        table["tie"] = [
            tie_rule_words(self.context, rules, round_, last) if rules else ""
            for rules, last in zip(table["tie_broken_by"], table["last_round"], strict=True)
        ]
        table["judges"] = [
            t("report.share_of", n=row.judges_counted, total=row.judges_required) for row in table.itertuples()
        ]
        columns = [
            Column("rank", t("report.column_rank"), "integer"),
            *([Column("award", t("report.column_award"))] if any(table["award"]) else []),
            *columns_of(t, "entry_id title unit score"),
            *([Column("basis", t("report.column_basis"))] if mixed else []),
            *([Column("tie", t("recap.tie"))] if any(table["tie"]) else []),
            Column("judges", t("report.column_judges")),
        ]
        caption = f"{self.context.rounds[round_]} · {self.context.names[scope, scope_id]}"
        if not mixed and basis[0] != self.context.rounds[round_]:
            caption += f" · {t('report.column_basis')}: {basis[0]}"
        notes = [ranked_by(self.context, scope, round_)]
        return Table.of(table, t, columns=columns, caption=caption, row_header="title", notes=notes)

    def _explained(self) -> Group:
        return explanation_blocks(explain(self.context.edition, self.entry.value), self.t)

    def _save_ranking(self) -> Path:
        table = self._table()
        return save_tables(self.context.edition, table.caption, [table])

    def _save_explanation(self) -> Path:
        explanation = explain(self.context.edition, self.entry.value)
        return save_tables(self.context.edition, explanation.title, explanation_blocks(explanation, self.t).blocks)


def save_tables(edition: Edition, name: str, blocks: Iterable[Block]) -> Path:
    """Write the tables among some blocks as a workbook into the edition's reports, and return its path."""
    document = report_masthead(edition, "recap")
    path = _target(edition, name, "xlsx")
    write(path, to_xlsx([block.to_json() for block in (document, *blocks, *accepted_changes(edition))]))
    return path


def save_png(edition: Edition, figure: Figure) -> Path:
    """Write a figure as a picture into the edition's reports, and return its path."""
    path = _target(edition, figure.caption, "png")
    write(path, as_png(figure.svg))
    return path


def _target(edition: Edition, name: str, suffix: str) -> Path:
    """Return the path of a file that is named after what it shows, in letters that every system can write."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST]
    return find_home() / "reports" / edition.name / f"{marked(edition, f'{stem}-{edition.name}')}.{suffix}"


def _shown(max_height: str | None = None, html: str = "") -> widgets.HTML:
    """Blocks as HTML that scroll within their cell where they are too large for it."""
    return widgets.HTML(html, layout=widgets.Layout(width="auto", max_height=max_height, overflow="auto"))


def _dropdown(label: str, options: Options = (), value: object = None) -> widgets.Dropdown:
    width, style = widgets.Layout(width="auto", max_width="60rem"), {"description_width": "6rem"}
    return widgets.Dropdown(description=label, options=options, value=value, layout=width, style=style)


def _offer(dropdown: widgets.Dropdown, options: Options) -> None:
    """Offer other choices; what was chosen stays chosen where it is still there."""
    kept, values = dropdown.value, [value for _, value in options]
    dropdown.options = options
    dropdown.value = kept if kept in values else values[0]


def _saver(label: str, save: Callable[[], Path], t: Texts) -> widgets.HBox:
    """Return a button that saves a file, and says where, or why it could not."""
    button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
    said = widgets.HTML()

    def clicked(_: object) -> None:
        try:
            text = t("cli.wrote", file="/".join(save().parts[-3:]))
        except Problem as error:
            text = error.say(t.language)
        said.value = f'<span role="status">{escape(text)}</span>'

    button.on_click(clicked)
    return widgets.HBox([button, said])
