"""The judge's form in a notebook: the judge gives the PIN, and ipywidgets carries the messages of the form.

The page without a notebook is :mod:`kit.screens.judge_page`; what the messages mean, :mod:`kit.screens.judge_form`.
"""

from __future__ import annotations

import os
import re
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from kit.edition import Edition
from kit.errors import Problem
from kit.judging.desk import Desk
from kit.registers import flag_of, text_of
from kit.screens.access import Access
from kit.screens.controls import alert, judge_options
from kit.screens.judge_form import JudgeForm
from kit.screens.widget import ViewWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.texts import Language

    Json = dict[str, Any]

_PIN = re.compile("[0-9]{6}")


def scoring_form(
    edition: str,
    round: str = "",  # noqa: A002  (the field's name everywhere)
    judge: str = "",
    language: Language | None = None,
    *,
    typist: str = "",
    twice: bool = False,
) -> widgets.Widget:
    """Return the form of one judge, after the judge's PIN; or of a typist, who sees nothing that others entered.

    A judge gives the same PIN as on the judge's page, and wrong ones lock the same link. A typist gives no PIN. While
    the round is open the typist's fields are empty but for what was typed in this session, and a field that has a
    value already is refused, whatever is typed: the value is neither shown nor written over, and only the judge, or
    the person who typed it, can change it (:class:`~kit.judging.desk.Desk`).

    Args:
        edition: its name.
        round: a scored round; the one that is open unless given.
        judge: the judge's id; chosen from a list unless given.
        language: of everything shown; the rules' own unless given.
        typist: the code of whoever types paper sheets for the judge.
        twice: paper sheets count only where two people typed the same.
    """
    try:
        opened = Edition.open(edition, language)
        judge, typist, twice = text_of(judge), text_of(typist), flag_of(twice)
        now_open = (r for r, state in opened.states.items() if state == "open")
        name = text_of(round) or next(now_open, opened.rules.first_round)

        def form(judge_id: str) -> widgets.Widget:
            return ViewWidget(JudgeForm(Desk(opened, name, judge_id, typist=typist, twice=twice)), "form")

        hub = os.environ.get("JUPYTERHUB_USER", "")
        # A judge on a hub is nobody else, and types for nobody.
        own = hub if hub in set(opened.registers.judges["judge_id"]) else ""
        typist, twice = ("", False) if own else (typist, twice)
        if known := own or (judge if typist else ""):
            return form(known)
        panel = sorted(set(opened.panel(name)["judge_id"]))
        if typist:
            return _chooser(opened, panel, form)
        if judge:
            Desk(opened, name, judge)  # says what is wrong with the name or the round before it asks for a PIN
            panel = [known for known in panel if known == judge]
        return _after_pin(opened, panel, form)
    except Problem as error:
        return widgets.HTML(alert(error))


def _judges(edition: Edition, judges: list[str]) -> widgets.Dropdown:
    options, said = judge_options(edition, judges), edition.texts("form.choose_judge")
    options = options if len(options) == 1 else [("–", ""), *options]
    return widgets.Dropdown(description=said, options=options, style={"description_width": "8rem"})


def _chooser(edition: Edition, judges: list[str], form: Callable[[str], widgets.Widget]) -> widgets.VBox:
    """A list of judges; the form of the chosen one takes its place below."""
    choice = _judges(edition, judges)
    box = widgets.VBox([choice])

    def chosen(change: Json) -> None:
        try:
            box.children = (choice, form(change["new"])) if change["new"] else (choice,)
        except Problem as error:
            box.children = (choice, widgets.HTML(alert(error, edition.language)))

    choice.observe(chosen, "value")
    return box


def _after_pin(edition: Edition, judges: list[str], form: Callable[[str], widgets.Widget]) -> widgets.VBox:
    """Ask a judge for the PIN, and then show the form in its place until the judge leaves."""
    t = edition.texts
    choice, said = _judges(edition, judges), widgets.HTML()
    pin = widgets.Password(description=t("serve.pin"), continuous_update=False, style={"description_width": "8rem"})
    enter, leave = (widgets.Button(description=t(f"serve.{name}")) for name in ("enter", "leave"))
    about = widgets.HTML(f"<p>{escape(t('form.pin_about'))}</p>")
    question = (about, choice, pin, enter, said)
    box = widgets.VBox(question)

    def tried(change: Json | None = None) -> None:
        given = "".join(pin.value.split())
        whole = bool(choice.value) and _PIN.fullmatch(given)
        if not whole:
            if change is None and not said.value:  # the button was pressed, and what was typed is not answered yet
                said.value = alert(t("form.pin_missing"))
            return
        pin.value = ""  # or a saved notebook might hold it
        try:
            Access.open(edition.folder).check(choice.value, given)
            shown = form(choice.value)
        except Problem as error:
            said.value = alert(error, t.language)
        else:
            said.value = ""
            box.children = (leave, shown)

    def left(_: object) -> None:
        said.value = ""
        box.children = question

    enter.on_click(lambda _: tried())
    pin.observe(tried, "value")
    leave.on_click(left)
    return box
