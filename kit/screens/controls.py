"""Small widgets, and sentences as HTML, that the screens of a notebook share."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.errors import Problem
from kit.folder import current_edition, edition_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kit.edition import Edition
    from kit.report.context import Context
    from kit.texts import Language, Texts

    Options = Sequence[tuple[str, object]]


def alert(said: Problem | str, language: Language | None = None) -> str:
    """Return what is wrong as HTML that screen readers say at once."""
    sentence = said.sentence(language) if isinstance(said, Problem) else said
    lines = escape(sentence).replace("\n", "<br>")
    return f'<p role="alert">{lines}</p>'


def status(said: str) -> str:
    """Return what was done as HTML that screen readers say."""
    return f'<p role="status">{escape(said)}</p>'


def button(label: str, act: Callable[[], None], **about: object) -> widgets.Button:
    """Return a button that is as wide as its word."""
    made = widgets.Button(description=label, layout={"width": "auto", "align_self": "flex-start"}, **about)
    made.on_click(lambda _: act())
    return made


def dropdown(
    label: str, options: Options = (), value: object = None, *, label_width: str = "6rem", width: str = "auto"
) -> widgets.Dropdown:
    """Return a list to choose from, as wide as the notebook allows unless it has a width."""
    layout, style = widgets.Layout(width=width, max_width="60rem"), {"description_width": label_width}
    return widgets.Dropdown(description=label, options=options, value=value, layout=layout, style=style)


def offer(choice: widgets.Dropdown, options: Options) -> None:
    """Offer other choices; what was chosen stays chosen where it is still there."""
    kept, values = choice.value, [value for _, value in options]
    choice.options = options
    choice.value = kept if kept in values else values[0]


def round_dropdown(context: Context) -> widgets.Dropdown:
    """Return a list of the rounds with a ranking, and the final, to choose from."""
    rounds = [(context.rounds[name], name) for name in context.result.ranking["round"].unique()]
    return dropdown(context.t("report.column_round"), rounds, context.latest)


def judge_options(edition: Edition, judges: Iterable[str]) -> list[tuple[str, str]]:
    """Return judges as they are offered in a list, by name and id."""
    names = edition.registers.judges.set_index("judge_id")["name"]
    return [(f"{names.get(judge, judge)} ({judge})", judge) for judge in judges]


def edition_dropdown(t: Texts, name: str) -> widgets.Dropdown:
    """Return a list of all editions to choose from, with one chosen if it is there."""
    names = edition_names()
    return dropdown(t("browse.edition"), [(known, known) for known in names], name if name in names else None)


def current_name() -> str:
    """Return the name of the current edition; blank where there is none."""
    try:
        return current_edition()
    except Problem:
        return ""
