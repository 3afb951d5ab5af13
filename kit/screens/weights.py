"""Sliders for the weights of the criteria, and beside them the ranking that they would make, at once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.errors import Problem
from kit.render.blocks import Cell, Column, Table, columns_of
from kit.report.context import Context
from kit.rules import WeightedMean
from kit.scoring.replay import Change, Replay
from kit.screens.controls import alert, dropdown, judge_options, offer, round_dropdown
from kit.screens.grid import Grid

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.rules import Round


def weights(edition: Edition) -> widgets.VBox:
    """Show sliders for the weights of the criteria, a judge to leave out, and the ranking that this would make.

    Nothing is saved. Who reached which round stays as it was. A change takes a few milliseconds: the contest is made
    ready once, and then only the chosen list is ranked again.

    Raises:
        StillOpen, NotOpenedYet: no round is closed yet.
        rules_changed: rules or registers differ from what was locked.
    """
    return _Weights(edition).box


class _Weights:
    """The widgets, and the contest that they rank again."""

    def __init__(self, edition: Edition) -> None:
        self.context, self.t = Context(edition), edition.texts
        self.replay = Replay(edition.rules, edition.record, edition.result)
        self.filling = True
        self.round = round_dropdown(self.context)
        self.list = dropdown(self.t("recap.scope"))
        judges = judge_options(edition, edition.registers.judges["judge_id"])
        self.judge = dropdown(self.t("browse.without_judge"), [(self.t("browse.nobody"), ""), *judges], "")
        self.reset = widgets.Button(description=self.t("browse.weights_reset"), layout={"width": "auto"})
        self.said = widgets.HTML()
        self.sliders: dict[tuple[str, str], widgets.FloatSlider] = {}
        self.shares: dict[tuple[str, str], widgets.Label] = {}
        self.controls = widgets.VBox(layout={"width": "18.5rem", "flex": "0 0 auto", "padding": "0.75rem 0 0"})
        self.grid: Grid | None = None
        self._offer_lists()
        if self.context.award_scopes:
            self.list.value = self.context.award_scopes[0]
        self.grid = Grid(self.t, self._table())
        self.grid.add_class("compact")
        beside = widgets.HBox([self.controls, self.grid], layout={"align_items": "flex-start"})
        self.box = widgets.VBox([self.round, self.list, self.judge, beside])
        self.round.observe(self._offer_lists, "value")
        for choice in (self.list, self.judge):
            choice.observe(self._show, "value")
        self.reset.on_click(self._reset)

    def _offer_lists(self, _: object = None) -> None:
        """Offer the lists of the chosen round, and a slider for each criterion whose weight counts in it."""
        self.filling = True
        lists = self.replay.scopes(self.round.value)
        offer(self.list, [(self.context.names[pair], pair) for pair in lists])
        self.sliders, self.shares, shown = {}, {}, list[widgets.Widget]()
        for name in self.replay.rounds_of(self.round.value):
            round_ = self.context.edition.rules.round(name)
            if _weighs(round_):
                total = float(sum(known.weight for known in round_.criteria))
                shown.append(widgets.HTML(f"<b>{escape(self.context.rounds[name])}</b>"))
                for known in round_.criteria:
                    shown.append(self._slider(name, known.id, known.name.say(self.t.language), total))
        if shown:
            total_said = " / ".join(f"{slider.max:g}" for slider in {s.max: s for s in self.sliders.values()}.values())
            shown = [_said(self.t("browse.weights_about", total=total_said)), *shown, self.reset, self.said]
        else:
            shown = [_said(self.t("browse.weights_none"))]
        self.controls.children = shown
        self.filling = False
        self._show()

    def _slider(self, round_: str, criterion: str, name: str, total: float) -> widgets.VBox:
        weight = self._declared(round_, criterion)
        slider = widgets.FloatSlider(
            value=float(weight),
            min=0,
            max=total,
            step=total / 100,
            readout_format=".0f" if weight.denominator == 1 and total % 100 == 0 else ".2f",
            description=criterion,
            style={"description_width": "2rem"},
            layout={"width": "14rem"},
        )
        slider.observe(self._show, "value")
        self.sliders[round_, criterion] = slider
        share = self.shares[round_, criterion] = widgets.Label(layout={"width": "3.5rem"})
        label = widgets.HTML(f'<div style="line-height: 1.35; margin-top: 0.3rem">{escape(name)}</div>')
        return widgets.VBox([label, widgets.HBox([slider, share])])

    def _places(self) -> int:
        """Return how many decimals the scores of the chosen list have."""
        scores = self.context.result.of(self.round.value, *self.list.value)["score"].dropna()
        return max((-int(score.as_tuple().exponent) for score in scores), default=0)

    def _declared(self, round_: str, criterion: str) -> Fraction:
        known = self.context.edition.rules.round(round_).criteria
        return Fraction(next(one.weight for one in known if one.id == criterion))

    def _reset(self, _: object) -> None:
        self.filling = True
        for (round_, criterion), slider in self.sliders.items():
            slider.value = float(self._declared(round_, criterion))
        self.judge.value = ""
        self.filling = False
        self._show()

    def _show(self, _: object = None) -> None:
        if self.filling or self.grid is None:
            return
        self.said.value = ""
        try:
            self.grid.show(self._table())
        except Problem as error:
            self.said.value = alert(error, self.t.language)

    def _changed(self) -> Change:
        """Return the contest under the weights that the sliders stand for, in each round by their proportions."""
        now = self.replay
        for name in {round_: None for round_, _ in self.sliders}:
            own = {criterion: slider for (round_, criterion), slider in self.sliders.items() if round_ == name}
            declared = {criterion: self._declared(name, criterion) for criterion in own}
            moved = {
                c: declared[c] if s.value == float(declared[c]) else Fraction(str(s.value)) for c, s in own.items()
            }
            total = sum(moved.values())
            if not total:
                raise Problem("weights_zero", round=self.context.rounds[name])
            wanted = {criterion: sum(declared.values()) * weight / total for criterion, weight in moved.items()}
            for criterion, weight in wanted.items():
                said = (
                    ""
                    if float(weight) == own[criterion].value
                    else f"= {self.t.decimal(Decimal(f'{float(weight):.1f}'))}"
                )
                self.shares[name, criterion].value = said
            if wanted != declared:
                now = now.then(now.with_weights(name, wanted))
        if self.judge.value:
            now = now.then(now.without_judge(self.judge.value, self.round.value))
        return Change(now.rules, now.result.scores)

    def _table(self) -> Table:
        """Return the chosen list ranked again, with what each rank and score was."""
        t, where, (scope, scope_id) = self.t, self.round.value, self.list.value
        change = self._changed()
        placed = self.replay.placed(where, scope, scope_id, change)
        known = self.replay.ranked(where, scope, scope_id)
        was = self.replay.placed(where, scope, scope_id, Change(self.replay.rules, self.replay.result.scores))
        rows, changed = [], 0
        for entry in [*placed, *(entry for entry in known if entry not in placed)]:
            (rank, score), before = placed.get(entry, (None, None)), known[entry]
            moved = before - rank if rank is not None and before is not None else 0
            changed += moved != 0
            arrow = f" {'▲' if moved > 0 else '▼'}{abs(moved)}" if moved else ""
            cell = None if before is None else Cell(f"{t.integer(before)}{arrow}", before)
            scores = [None if value is None else float(value) for value in (score, was.get(entry, (0, None))[1])]
            rows.append((rank, cell, entry, self.context.titles[entry], *scores))
        places = self._places()
        shown = [
            Column("rank", t("report.column_rank"), "integer"),
            Column("before", t("browse.rank_before"), "integer"),
            *columns_of(t, "entry_id title"),
            Column("score", t("report.column_score"), "decimal", places),
            Column("was", t("browse.score_before"), "decimal", places),
        ]
        same = change.rules == self.replay.rules and not self.judge.value
        key = "browse.unchanged_caption" if same else "browse.changed_caption"
        name = f"{self.context.rounds[where]} · {self.context.names[scope, scope_id]}"
        caption = t(key, list=name, n=changed, all=len(rows))
        return Table.of(rows, t, columns=shown, caption=caption, row_header="title")


def _weighs(round_: Round) -> bool:
    """Tell whether the weights of a round's criteria count in its score."""
    return any(isinstance(step, WeightedMean) and step.over == "criteria" for step in round_.score)


def _said(text: str) -> widgets.HTML:
    return widgets.HTML(f'<p style="line-height: 1.45">{escape(text)}</p>', layout={"width": "auto"})
