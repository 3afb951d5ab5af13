"""Widgets to try out what a changed parameter, another choice of innovations or another SPD part would come to."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.index.index_report import IndexContext, Unreadable, decimal, exactly
from kit.index.indicators import TOP
from kit.index.readiness import estimate, index, maturity, obstacles
from kit.registers import NUMBER
from kit.render.blocks import Bullets, Callout, Fact, Facts, Group, Heading, Paragraph
from kit.render.html import block_html
from kit.report.context import brief
from kit.screens.controls import dropdown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from typing import Any

    from kit.render.blocks import Block


def what_if(context: IndexContext | Unreadable) -> widgets.VBox:
    """Show one innovation's parameters to change, and what the city's index would be; nothing is saved.

    Where the index data cannot be read, there is nothing to try.
    """
    return widgets.VBox([]) if isinstance(context, Unreadable) else _WhatIf(context).box()


class _WhatIf:
    """The widgets, and what was changed with them."""

    def __init__(self, context: IndexContext) -> None:
        self.context, self.data, self.yardstick = context, context.data, context.yardstick
        self.word = context.word
        self.tried: dict[tuple[str, int], int] = {}
        self.best = set(self.data.sending.innovations) if context.computable else set[str]()
        self.sent = {*self.best}
        self.spd = self.yardstick.spd
        titles = self.data.table["title"]
        options = [(f"{name} · {titles[name]}", name) for name in self.data.table.index]
        self.innovation = dropdown(self.word("try_innovation"), options, options[0][1], label_width="min(8rem, 25%)")
        auto = widgets.Layout(width="auto", max_width="60rem")
        self.is_sent = widgets.Checkbox(description=self.word("try_sent"), indent=False, layout=auto)
        self.spd_field = widgets.Text(
            value="" if self.spd is None else context.t.decimal(self.spd),
            description=self.word("try_spd", most=self.yardstick.spd_maximum),
            style={"description_width": "initial"},
            layout=widgets.Layout(width="16rem"),
        )
        self.said = widgets.HTML()
        self.reset = widgets.Button(description=self.word("try_reset"), layout=widgets.Layout(width="auto"))
        self.fields = {no: self._field(no) for no in self.yardstick.weights}
        self.shown = widgets.HTML(layout=widgets.Layout(width="auto"))
        self.filling = False
        self.innovation.observe(self._fill, "value")
        self.is_sent.observe(self._send, "value")
        self.spd_field.observe(self._take_spd, "value")
        self.reset.on_click(self._reset)
        self._fill()

    def box(self) -> widgets.VBox:
        """Everything, from top to bottom: the choice, the result, and a field for each indicator."""
        top = widgets.HBox([self.is_sent, self.spd_field, self.reset], layout=widgets.Layout(flex_flow="row wrap"))
        return widgets.VBox([self.innovation, top, self.said, self.shown, *self.fields.values()])

    def _field(self, no: int) -> widgets.Dropdown:
        """The parameters of one indicator, each with what it stands for."""
        indicator = self.yardstick.by_number[no]
        levels = [("0", 0), *((f"{n}: {self.context.level(no, n)}", n) for n in range(1, TOP + 1))]
        label = f"{no} {self.context.marked(indicator)}"
        field = dropdown(label, levels, 0, label_width="min(23rem, 45%)")
        field.observe(lambda change: self._change(no, change["new"]), "value")
        return field

    # What a change of a field does

    def _fill(self, _: object = None) -> None:
        """Show the chosen innovation's parameters, as they are now."""
        self.filling = True
        now = self._parameters(self.innovation.value)
        for no, field in self.fields.items():
            field.value = now.get(no, 0)
        self.is_sent.value = self.innovation.value in self.sent
        self.filling = False
        self._show()

    def _change(self, no: int, value: int) -> None:
        if not self.filling:
            name = self.innovation.value
            self.tried[name, no] = value
            if value == self.data.counted[name].get(no, 0):
                del self.tried[name, no]
            self._show()

    def _send(self, change: dict[str, Any]) -> None:
        if not self.filling:
            (self.sent.add if change["new"] else self.sent.discard)(self.innovation.value)
            self._show()

    def _take_spd(self, change: dict[str, Any]) -> None:
        text, most = change["new"].strip(), self.yardstick.spd_maximum
        spd = Decimal(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
        self.said.value = ""
        if text and (spd is None or not 0 <= spd <= most):
            wrong = self.word("try_wrong_spd", value=text, most=most)
            self.said.value = f'<span role="alert">{escape(wrong)}</span>'
            return
        self.spd = spd
        self._show()

    def _reset(self, _: object) -> None:
        self.tried.clear()
        self.sent = {*self.best}
        self.spd_field.value = "" if self.yardstick.spd is None else self.context.t.decimal(self.yardstick.spd)
        self._fill()

    # What is shown

    def _parameters(self, name: str) -> dict[int, int]:
        return self.data.counted[name] | {no: value for (of, no), value in self.tried.items() if of == name}

    def _show(self) -> None:
        self.shown.value = block_html(Group([*self._blocks()]).to_json(), self.context.t.language)

    def _blocks(self) -> Iterator[Block]:
        t, table, name = self.context.t, self.data.table, self.innovation.value
        before, after = table["maturity"][name], maturity(self.yardstick, self._parameters(name))
        items = [self._fact(exactly(before), exactly(after), "try_maturity")]
        if self.context.computable:
            sent = sorted(self.sent)
            matured = [maturity(self.yardstick, self._parameters(each)) for each in sent]
            found = estimate(self.yardstick, matured, [table["affair"][each] for each in sent])
            was = self.data.sending.estimate
            items.append(self._fact(was.n, found.n, "try_sending"))
            items.append(self._fact(decimal(was.sid), decimal(found.sid), "fact_sid"))
            if self.spd is not None:
                value, old = index(self.yardstick, found.sid, self.spd), self.data.index(was)
                detail = [self.context.predicate(value), self._was(old, value)]
                items.append(Fact(t.show(value), self.word("fact_index"), "; ".join(filter(None, detail))))
        yield Facts(items)
        if name in self.sent and (why := self._obstacles(name, after)):
            yield Callout(self.word("try_warning", why=self.context.reasons(name, why)), kind="warning")
        if changes := [*self._changes()]:
            yield Heading(self.word("try_changes", n=len(changes)), 3)
            yield Bullets(changes)
        yield Paragraph(self.word("caution"))

    def _obstacles(self, name: str, after: Fraction) -> list[str]:
        """What would still keep an innovation from being sent."""
        unfilled = self.data.unfilled(self._parameters(name))
        candidate, *_ = self.data.candidates(self.data.table.loc[[name]])
        return obstacles(self.yardstick, candidate._replace(maturity=after, unfilled=unfilled))

    def _fact(self, before: Decimal | int, after: Decimal | int, label: str) -> Fact:
        return Fact(self.context.t.show(after), self.word(label), self._was(before, after))

    def _was(self, before: Decimal | int | None, after: Decimal | int) -> str:
        return "" if before in {None, after} else self.word("try_before", value=before)

    def _changes(self) -> Iterator[str]:
        named = {name: brief(title) for name, title in self.data.table["title"].items()}
        for (name, no), value in sorted(self.tried.items()):
            about = {"no": str(no), "indicator": self.context.indicator(no)}
            low = self.data.counted[name].get(no, 0)
            yield self.word("try_change", innovation=named[name], **about, low=low, high=value)
        for name in sorted(self.best ^ self.sent):
            yield self.word("try_put_in" if name in self.sent else "try_taken_out", innovation=named[name])
