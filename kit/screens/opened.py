"""The line at the top of a notebook that says which edition it has opened, and that is in sight after Run All."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import traitlets

from kit.render.blocks import Paragraph, sentence
from kit.render.html import block_html

if TYPE_CHECKING:
    from kit.edition import Edition


class InSight(anywidget.AnyWidget):
    """A piece of HTML that stays in sight while the cells below it run, where JupyterLab would show the last of them.

    Args:
        html: what it shows; nothing unless given.
    """

    _esm = Path(__file__).with_suffix(".js")
    html = traitlets.Unicode().tag(sync=True)


def opened(edition: Edition) -> InSight:
    """Say in a sentence which edition a notebook has opened, and how far its rounds are."""
    t = edition.texts
    rounds = "; ".join(f"{edition.say(name)}: {t(f'status.{state}')}" for name, state in edition.states.items())
    values = {"edition": edition.name, "title": edition.rules.title.say(t.language), "rounds": rounds}
    said = Paragraph(sentence(t, "status.opened_edition", **values))
    return InSight(html=block_html(said.to_json(), t.language))
