"""The line at the top of a notebook that says which edition it has opened, and that is in sight after Run All."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import traitlets
from IPython import get_ipython
from IPython.display import display

from kit.render.blocks import Paragraph, sentence
from kit.render.html import block_html

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult

    from kit.edition import Edition


class InSight(anywidget.AnyWidget):
    """A piece of HTML that stays in sight while the cells below it run, where JupyterLab would show the last of them.

    Args:
        html: what it shows; nothing unless given.
    """

    _esm = Path(__file__).with_suffix(".js")
    html = traitlets.Unicode().tag(sync=True)


def _keep_failure_in_sight(result: ExecutionResult) -> None:
    """Keep the cell that could not open its edition in sight, so that its sentence is read after Run All."""
    if result.error_in_exec is not None and "import opened" in getattr(result.info, "raw_cell", ""):
        display(InSight())


# In a kernel, that is: elsewhere nobody looks on. This module is imported by the very cell that may fail.
if hasattr(_shell := get_ipython(), "kernel"):
    _shell.events.register("post_run_cell", _keep_failure_in_sight)


def opened(edition: Edition) -> InSight:
    """Say in a sentence which edition a notebook has opened, and how far its rounds are."""
    t = edition.texts
    rounds = "; ".join(f"{edition.say(name)}: {t(f'status.{state}')}" for name, state in edition.states.items())
    values = {"edition": edition.name, "title": edition.rules.title.say(t.language), "rounds": rounds}
    said = Paragraph(sentence(t, "status.opened_edition", **values))
    return InSight(html=block_html(said.to_json(), t.language))
