"""A view in a notebook: ipywidgets carries the messages that a page carries over its socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from kit.screens import front_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.screens.view import View

    Json = dict[str, Any]


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
