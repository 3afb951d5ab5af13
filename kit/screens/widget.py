"""A view in a notebook: ipywidgets carries the messages that a page carries over its socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import anywidget
import traitlets

from kit.screens import front_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.edition import Edition

    Json = dict[str, Any]


class View(Protocol):
    """What a screen shows and records, whoever carries its messages.

    Args:
        edition: read anew before every answer; a server puts its own thread's here.
        setup: what the front end needs to know once.
    """

    edition: Edition
    setup: Json

    def answer(self, message: object) -> Json:
        """Return the answer to a message, whatever it holds; never raises."""
        ...


class ViewWidget(anywidget.AnyWidget):
    """A view in a notebook.

    Args:
        view: what answers.
        name: of its front end (:mod:`kit.screens.front_end`).
        changed: called after each answer.
    """

    setup = traitlets.Dict().tag(sync=True)

    def __init__(self, view: View, name: str, *, changed: Callable[[Json], None] | None = None) -> None:
        self.view = view
        self._changed = changed
        self._esm, self._css = front_end.script(name), front_end.style(name)
        super().__init__(setup=view.setup, _anywidget_id=f"kit.{name}")  # by its id a style sheet is put into the page
        self.on_msg(self._answer)

    def _answer(self, _: object, message: object, __: object) -> None:
        answer = self.view.answer(message)
        self.send(answer)
        if self._changed:
            self._changed(answer)
