"""Widgets for analysts: choose a round, a scope and an entry; save what is shown."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.edition import find_home
from kit.errors import Problem
from kit.explain import Explanation, explain
from kit.report import summaries
from kit.report.batch import write
from kit.report.blocks import Block, Bullets, Cell, Column, Figure, Group, Heading, Paragraph, Table
from kit.report.figures import as_png
from kit.report.html import block_html
from kit.report.story import Story, accepted_changes, masthead
from kit.report.xlsx import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.report.fairness import FairnessReport
    from kit.texts import Texts

    Options = Sequence[tuple[str, object]]

_LONGEST = 80  # letters of a file's name, before the edition


def rankings(edition: Edition) -> widgets.VBox:
    """Show rankings and explanations to choose from, each to be saved as a workbook.

    The ranking follows the chosen round and scope; the explanation follows the chosen entry.
    """
    return _Browser(edition).box()


def fairness(analysis: FairnessReport) -> widgets.VBox:
    """Show one view of the fairness analysis of one list, both to be chosen."""
    t, names = analysis.t, analysis.names
    views = {name: getattr(analysis, name) for name in ("uncertainty", "adjusted", "sensitivity")}
    lists = [(names[pair], pair) for pair in analysis.study.replay.scopes(analysis.study.where)]
    pair = _dropdown(t("study.explore_list"), lists, analysis.scopes[0])
    view = _dropdown(t("study.explore_view"), [(t(f"study.{name}"), name) for name in views], "uncertainty")
    shown = _shown()

    def show(_: object = None) -> None:
        shown.value = block_html(views[view.value]([pair.value]).to_json(), t.language)

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


def explanation_blocks(explanation: Explanation, t: Texts) -> Group:
    """Return an explanation as blocks to read."""
    blocks: list[Block] = [Heading(explanation.title), Paragraph(explanation.subtitle)]
    for section in explanation.sections:
        blocks.append(Heading(section.title, 3))
        if section.table is not None:
            first, *others = map(str, section.table.columns)
            columns = [Column(first, first), *(Column(name, name, "decimal") for name in others)]
            rows = [{c.key: _cell(str(row[c.key]), t) for c in columns} for row in section.table.to_dict("records")]
            blocks.append(Table(caption=t(section.caption), columns=columns, rows=rows, row_header=columns[0].key))
        blocks.append(Bullets(section.lines))
    return Group(blocks)


def _cell(text: str, t: Texts) -> Cell:
    """A cell of an explanation; a number in words of the language becomes one that a workbook can compute with."""
    plain = text.replace(".", "").replace(",", ".") if t.language == "id" else text.replace(",", "")
    return Cell(text, Decimal(plain) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else None)


class _Browser(Story):
    """The widgets, and what each of them sets in motion."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self.titles = edition.registers.entries.set_index("entry_id")["title"]
        rounds = [(self.rounds[name], name) for name in self.result.ranking["round"].unique()]
        self.round = _dropdown(self.t("report.column_round"), rounds, self.latest)
        self.scope = _dropdown(self.t("recap.scope"))
        self.entry = _dropdown(self.t("report.column_innovation"))
        self.ranking, self.explanation = _shown("32rem"), _shown()
        self.round.observe(self._offer_scopes, "value")
        self.scope.observe(self._show_ranking, "value")
        self.entry.observe(self._show_explanation, "value")
        self._offer_scopes()
        if self.award_scopes:
            self.scope.value = self.award_scopes[0]

    def box(self) -> widgets.VBox:
        """Everything, from top to bottom."""
        save_ranking = _saver(self.t("browse.save_ranking"), self._save_ranking, self.t)
        save_explanation = _saver(self.t("browse.save_explanation"), self._save_explanation, self.t)
        parts = [self.round, self.scope, self.ranking, save_ranking, self.entry, self.explanation, save_explanation]
        return widgets.VBox(parts)

    def _offer_scopes(self, _: object = None) -> None:
        ranking = self.result.ranking
        pairs = ranking.loc[ranking["round"] == self.round.value, ["scope", "scope_id"]].drop_duplicates()
        _offer(self.scope, [(self.names[pair], pair) for pair in pairs.itertuples(index=False, name=None)])
        self._show_ranking()

    def _show_ranking(self, _: object = None) -> None:
        self.ranking.value = block_html(self._table().to_json(), self.t.language)
        entries = self.result.of(self.round.value, *self.scope.value)["entry_id"]
        _offer(self.entry, [(f"{entry} · {self.titles[entry]}", entry) for entry in entries])
        self._show_explanation()

    def _show_explanation(self, _: object = None) -> None:
        self.explanation.value = block_html(self._explained().to_json(), self.t.language)

    def _table(self) -> Table:
        """The chosen ranking."""
        t, round_ = self.t, self.round.value
        scope, scope_id = self.scope.value
        table = summaries.standings(self.edition, scope, scope_id, round_)
        table["award"] = [self._award(award) for award in table["award"]]
        basis = table["basis"] = self._basis(table)
        mixed = len(set(basis)) > 1
        table["tie"] = [
            self._rule(rules, round_, last) if rules else ""
            for rules, last in zip(table["tie_broken_by"], table["last_round"], strict=True)
        ]
        table["judges"] = [
            t("report.share_of", n=row.judges_counted, total=row.judges_required) for row in table.itertuples()
        ]
        columns = [
            Column("rank", t("report.column_rank"), "integer"),
            *([Column("award", t("report.column_award"))] if any(table["award"]) else []),
            Column("entry_id", t("report.column_code")),
            Column("title", t("report.column_innovation"), width=4),
            Column("unit", t("report.column_unit"), width=3),
            Column("score", t("report.column_score"), "decimal"),
            *([Column("basis", t("report.column_basis"))] if mixed else []),
            *([Column("tie", t("recap.tie"), width=2)] if any(table["tie"]) else []),
            Column("judges", t("report.column_judges")),
        ]
        caption = f"{self.rounds[round_]} · {self.names[scope, scope_id]}"
        if not mixed and basis[0] != self.rounds[round_]:
            caption += f" · {t('report.column_basis')}: {basis[0]}"
        notes = [self.ranked_by(scope, round_)]
        return Table.of(table, t, columns=columns, caption=caption, row_header="title", notes=notes)

    def _explained(self) -> Group:
        return explanation_blocks(explain(self.edition, self.entry.value), self.t)

    def _save_ranking(self) -> Path:
        table = self._table()
        return save_tables(self.edition, table.caption, [table])

    def _save_explanation(self) -> Path:
        explanation = explain(self.edition, self.entry.value)
        return save_tables(self.edition, explanation.title, explanation_blocks(explanation, self.t).blocks)


def save_tables(edition: Edition, name: str, blocks: Iterable[Block]) -> Path:
    """Write the tables among some blocks as a workbook into the edition's reports, and return its path."""
    document = masthead(edition, "recap")
    path = _target(edition, name, "xlsx")
    write(path, to_xlsx([block.to_json() for block in (document, *blocks, *accepted_changes(edition))]))
    return path


def save_png(edition: Edition, figure: Figure) -> Path:
    """Write a figure as a picture into the edition's reports, and return its path."""
    path = _target(edition, figure.caption, "png")
    write(path, as_png(figure.svg))
    return path


def _target(edition: Edition, name: str, suffix: str) -> Path:
    """Where a file goes whose name says what it shows, in letters that every system knows."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST]
    mark = "-SIMULASI" if edition.rules.simulated else ""
    return find_home() / "reports" / edition.name / f"{stem}-{edition.name}{mark}.{suffix}"


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
    """A button that saves, and says where, or why it could not."""
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
