"""The form in which a secretariat answers about one innovation after another; each save goes straight to the ledger."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.edition import Edition
from kit.errors import Problem
from kit.ledger import COMMITTEE
from kit.report.lasting import current, given
from kit.screens.controls import alert, status
from kit.years.followup import DAYS, DETAILS, QUESTIONS, STATUSES, YES_OR_NO, FollowUp, worded
from kit.years.series import Span

if TYPE_CHECKING:
    from kit.texts import Language

_LONG = ("stopped_because", "evidence")


def followup_form(edition: str, language: Language | None = None, actor: str = "") -> widgets.Widget:
    """Return the form of one year's follow-up.

    Args:
        edition: the year.
        language: of everything shown; the rules' own unless given.
        actor: the code of whoever answers; the committee unless given.
    """
    try:
        followup = FollowUp(Span.of(Edition.open(edition, language)))
        if followup.innovations.empty:
            return widgets.HTML(escape(followup.edition.texts("followup.unasked")))
        return _Form(followup, actor or COMMITTEE).box
    except Problem as error:
        return widgets.HTML(alert(error))


class _Form:
    """The fields of one innovation at a time, and what each of them sets in motion."""

    def __init__(self, followup: FollowUp, actor: str) -> None:
        self.followup, self.actor, self.t = followup, actor, followup.edition.texts
        titles = followup.innovations["title"]
        self.names = [(f"{name} · {title}", str(name)) for name, title in titles.items()]
        self.innovation = self._choice("choose", self.names)
        self.about, self.message = widgets.HTML(), widgets.HTML()
        self.fields = {question: self._field(question) for question in QUESTIONS}
        save = widgets.Button(description=self.t("followup.save"), button_style="primary")
        save.on_click(self._save)
        self.innovation.observe(self._show, "value")
        self.fields["status"].observe(self._hide, "value")
        self._show()
        self.box = widgets.VBox([self.innovation, self.about, *self.fields.values(), save, self.message])

    def _field(self, question: str) -> widgets.Widget:
        t, none = self.t, (self.t("followup.status_unanswered"), "")
        if question == "status":
            return self._choice(f"q_{question}", [none, *((t(f"followup.status_{s}"), s) for s in STATUSES)])
        if question == "merged_with":
            return self._choice(f"q_{question}", [("–", ""), *self.names])
        if question in YES_OR_NO:
            return self._choice(f"q_{question}", [none, *((t(f"followup.{word}"), word) for word in ("ya", "tidak"))])
        kind = widgets.Textarea if question in _LONG else widgets.Text
        dated = {"placeholder": t("followup.date_hint")} if question in DAYS else {}
        return kind(description=t(f"followup.q_{question}"), **dated, **self._look())

    def _choice(self, key: str, options: list[tuple[str, str]]) -> widgets.Dropdown:
        return widgets.Dropdown(description=self.t(f"followup.{key}"), options=options, **self._look())

    def _look(self) -> dict[str, object]:
        style = {"description_width": "13rem"}
        return {"style": style, "layout": widgets.Layout(width="auto", max_width="46rem")}

    def _show(self, _: object = None) -> None:
        """Fill in what this year's ledger says of the chosen innovation."""
        self.followup.edition.refresh()  # another window may have recorded something since
        own = self.followup.innovations.loc[self.innovation.value]
        unit = self.followup.span.lineage.name_today(own["unit_id"])
        self.about.value = escape(self.t("followup.asked_of", unit=unit, first=own["first"], last=own["last"]))
        known = current(given(self.followup.edition)).get(self.innovation.value, {})
        self.shown = {name: worded(name, text, self.t) if name in DAYS else text for name, text in known.items()}
        for question, field in self.fields.items():
            field.value = self.shown.get(question, "")
        self._hide()
        self.message.value = ""

    def _hide(self, _: object = None) -> None:
        """Ask the details of the chosen state alone; those of another are cleared."""
        for state, details in DETAILS.items():
            for detail in details:
                there = self.fields["status"].value == state
                self.fields[detail].layout.display = None if there else "none"
                self.fields[detail].value = self.fields[detail].value if there else ""

    def _save(self, _: object) -> None:
        """Record what was changed since it was shown, so that what somebody else has answered meanwhile stays."""
        said = {question: field.value.strip() for question, field in self.fields.items()}
        changed = {question: text for question, text in said.items() if text != self.shown.get(question, "")}
        try:
            recorded = self.followup.save(self.innovation.value, changed, self.actor)
        except Problem as error:
            self.message.value = alert(error, self.t.language)
            return
        times = [self.t.time(one.event.time) for one in recorded if one.event.time]
        said_so = self.t("followup.nothing_new")
        if times:
            said_so = self.t("followup.saved", n=len(times), time=times[-1])
        self._show()
        self.message.value = status(said_so)
