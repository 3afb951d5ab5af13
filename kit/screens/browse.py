"""Widgets for analysts: choose a round, a scope and an entry; save what is shown."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from decimal import Decimal
from functools import partial
from html import escape
from mimetypes import guess_type
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.edition import Edition
from kit.errors import Problem
from kit.explain import explain
from kit.files import write
from kit.folder import choose_edition, find_home
from kit.render.blocks import (
    MIME,
    Block,
    Callout,
    Column,
    Figure,
    Group,
    Paragraph,
    Table,
    columns_of,
    packed,
    sentence,
)
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
from kit.report.progress import provenance, status
from kit.report.results import explanation_blocks
from kit.screens.controls import (
    button,
    current_name,
    dropdown,
    edition_dropdown,
    judge_options,
    offer,
    round_dropdown,
)
from kit.screens.grid import Grid
from kit.screens.opened import InSight
from kit.texts import LANGUAGES, Texts, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kit.report.fairness_report import Analysis
    from kit.scoring.scores import Sheets
    from kit.texts import Language

_LONGEST = 80  # letters of a file's name, before the edition


def rankings(edition: Edition) -> widgets.VBox:
    """Show rankings, explanations and the marks of a judge to choose from, each to be saved as a workbook.

    The ranking follows the chosen round and scope, the explanation the chosen entry, and the marks the chosen judge.
    """
    return _Browser(edition).box()


def fairness(analysis: Analysis) -> widgets.VBox:
    """Show one view of the fairness analysis of one list, both to be chosen."""
    t, names = analysis.t, analysis.names
    views = {name: getattr(fairness_report, name) for name in ("uncertainty", "adjusted", "sensitivity")}
    lists = [(names[pair], pair) for pair in analysis.study.replay.scopes(analysis.study.where)]
    pair = dropdown(t("study.explore_list"), lists, analysis.scopes[0])
    view = dropdown(t("study.explore_view"), [(t(f"study.{name}"), name) for name in views], "uncertainty")
    shown = _shown()

    def show(_: object = None) -> None:
        shown.value = block_html(views[view.value](analysis, [pair.value]).to_json(), t.language)

    pair.observe(show, "value")
    view.observe(show, "value")
    show()
    return widgets.VBox([pair, view, shown])


def editions(name: str = "", language: Language | None = None) -> widgets.VBox:
    """Show how far an edition is, and let the one be chosen that all notebooks open whose edition is left empty.

    Args:
        name: the edition shown at first; the current one unless given.
        language: of everything shown; the rules' own unless given.
    """
    t = Texts(language if language in LANGUAGES else spoken())
    wanted = str(name) or current_name()
    choice, said, shown = edition_dropdown(t, wanted), _shown(), _shown()

    def show(_: object = None) -> None:
        try:
            edition = Edition.open(choice.value or wanted, language)
        except Problem as error:
            said.value, shown.value, use.layout.display = _sentence(error), "", "none"
            return
        is_current = edition.name == current_name()
        key = "browse.current" if is_current else "browse.not_current"
        note = Paragraph(sentence(edition.texts, key, edition=edition.name, current=current_name()))
        said.value = block_html(note.to_json(), edition.language)
        use.layout.display = "none" if is_current else ""
        parts = Group([*status(edition).blocks, provenance(edition)])
        shown.value = block_html(parts.to_json(), edition.language)
        edition.ledger.close()

    def chosen() -> None:
        choose_edition(choice.value)
        show()

    use = button(t("browse.make_current"), chosen, button_style="primary")
    choice.observe(show, "value")
    show()
    return widgets.VBox([InSight(), choice, said, use, shown])


def _sentence(error: Problem) -> str:
    shown = block_html(Callout(error.sentence()).to_json(), spoken())  # which brings out the prose in this language
    return f'<div role="alert">{shown}</div>'


def savable(edition: Edition, group: Group) -> widgets.VBox:
    """Show blocks, with a button under each table that saves it to Excel, and under each figure one for a PNG.

    Documents print the blocks.
    """
    t, parts = edition.texts, list[widgets.Widget]()
    for block in group.blocks:
        parts.append(_shown(html=block_html(block.to_json(), t.language)))
        if isinstance(block, Figure):
            parts.append(_saver(t("browse.save_figure"), partial(save_png, edition, block), t))
        elif isinstance(block, Table):
            save = partial(save_tables, edition, block.caption, [block])
            parts.append(_saver(t("browse.save_table"), save, t))
    return _Printing(group, parts)


class _Printing(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Widgets whose cell carries what documents print of them: JupyterLab keeps no widget in a saved notebook."""

    def __init__(self, group: Group, parts: Sequence[widgets.Widget]) -> None:
        super().__init__(parts)
        self.printed = packed(group.to_json())

    def _repr_mimebundle_(self, **options: object) -> dict[str, object]:
        shown: dict[str, object] = super()._repr_mimebundle_(**options)
        return shown | {MIME: self.printed}


class _Browser:
    """The widgets that choose a ranking and an entry, and what each of them changes."""

    def __init__(self, edition: Edition) -> None:
        self.context, self.t = Context(edition), edition.texts
        self.round = round_dropdown(self.context)
        self.scope = dropdown(self.t("recap.scope"))
        self.entry = dropdown(self.t("report.column_innovation"))
        self.judge = dropdown(self.t("browse.judge"))
        self.ranking: Grid | None = None
        self.marks: Grid | None = None
        self.explanation = _shown()
        self.round.observe(self._offer_scopes, "value")
        self.scope.observe(self._show_ranking, "value")
        self.entry.observe(self._show_explanation, "value")
        self.judge.observe(self._show_marks, "value")
        self._offer_scopes()
        if self.context.award_scopes:
            self.scope.value = self.context.award_scopes[0]
        self.ranking, self.marks = Grid(self.t, self._table()), Grid(self.t, self._marks())

    def box(self) -> widgets.VBox:
        """Return all widgets, from top to bottom."""
        save_ranking = _saver(self.t("browse.save_ranking"), self._save_ranking, self.t)
        save_explanation = _saver(self.t("browse.save_explanation"), self._save_explanation, self.t)
        save_marks = _saver(self.t("browse.save_judge"), self._save_marks, self.t)
        ranking = [self.round, self.scope, self.ranking, save_ranking]
        explanation = [self.entry, self.explanation, save_explanation]
        return widgets.VBox([*ranking, *explanation, self.judge, self.marks, save_marks])

    def _offer_scopes(self, _: object = None) -> None:
        ranking = self.context.result.ranking
        pairs = ranking.loc[ranking["round"] == self.round.value, ["scope", "scope_id"]].drop_duplicates()
        offer(self.scope, [(self.context.names[pair], pair) for pair in pairs.itertuples(index=False, name=None)])
        self._show_ranking()

    def _show_ranking(self, _: object = None) -> None:
        if self.ranking:
            self.ranking.show(self._table())
        entries = self.context.result.of(self.round.value, *self.scope.value)["entry_id"]
        offer(self.entry, [(f"{entry} · {self.context.titles[entry]}", entry) for entry in entries])
        self._show_explanation()
        judges = judge_options(self.context.edition, filter(None, self._sheets().judges))
        offer(self.judge, judges or [(self.t("plenary.values_caption"), "")])  # of a round without judges
        self._show_marks()

    def _show_marks(self, _: object = None) -> None:
        if self.marks:
            self.marks.show(self._marks())

    def _sheets(self) -> Sheets:
        """Return the sheets of the chosen round; of the last one in the final."""
        scores = self.context.result.scores
        return scores.get(self.round.value, scores[[*scores][-1]]).sheets

    def _marks(self) -> Table:
        """Return what the chosen judge gave to the entries of the chosen list, criterion by criterion."""
        t, sheets, entries = self.t, self._sheets(), {entry for _, entry in self.entry.options}
        round_ = self.context.result.scores[sheets.round.id]
        criteria = sheets.round.parts
        own = (sheets.judge == sheets.judges.index(self.judge.value)) & ~sheets.recused
        rows = []
        for row in own.nonzero()[0]:
            entry = sheets.entries[sheets.entry[row]]
            if entry in entries:
                marks = [
                    Decimal(mark) / sheets.marks.denominator if there else None
                    for mark, there in zip(sheets.marks.numerators[row].tolist(), sheets.marked[row], strict=True)
                ]
                rows.append((entry, self.context.titles[entry], *marks, round_.by_entry.get(entry)))
        shown = [
            *columns_of(t, "entry_id title"),
            *(Column(known.id, known.id, "decimal") for known in criteria),
            *columns_of(t, "score"),
        ]
        names = ["; ".join(f"{known.id}: {known.name.say(t.language)}" for known in criteria)]
        judge = next(label for label, judge in self.judge.options if judge == self.judge.value)
        key = "judge_caption" if self.judge.value else "values_caption"
        caption = t(f"browse.{key}", judge=judge, round=self.context.rounds[sheets.round.id])
        return Table.of(rows, t, columns=shown, caption=caption, row_header="title", notes=names)

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
            *([Column("judges", t("report.column_judges"))] if self._sheets().round.kind != "values" else []),
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

    def _save_marks(self) -> Path:
        table = self._marks()
        return save_tables(self.context.edition, table.caption, [table])


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


def _saver(label: str, save: Callable[[], Path], t: Texts) -> widgets.HBox:
    """Return a button that saves a file, and links to what it saved, or says why it could not.

    The link carries the file itself, so that it opens wherever the notebook is shown.
    """
    said = widgets.HTML()

    def clicked() -> None:
        try:
            path = save()
        except Problem as error:
            shown = escape(error.say(t.language))
        else:
            data, kind = b64encode(path.read_bytes()).decode("ascii"), guess_type(path.name)[0]
            shown_as = escape("/".join(path.parts[-3:]))
            link = f'<a href="data:{kind};base64,{data}" download="{escape(path.name)}">{shown_as}</a>'
            shown = escape(t("cli.wrote", file="{}")).format(link)
        said.value = f'<span role="status">{shown}</span>'

    return widgets.HBox([button(label, clicked), said])
