"""What the documents about running a contest say of themselves, also before there is a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.report.story import document, state_of

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.report.blocks import Document


def masthead(edition: Edition, title: str, stem: str, made_at: str = "", **more: str) -> Document:
    """Return the masthead of a restricted document.

    Args:
        edition: the edition, in the language of the document.
        title: of the document.
        stem: its file name, to which simulated editions add that they are.
        made_at: ISO 8601 time with its zone; now, where blank.
        more: subtitle and audience.

    Raises:
        made_at_unreadable: ``made_at`` is something else.
    """
    shown = edition.record.closed and not edition.unaccepted()
    state = state_of(edition) if shown else edition.texts("report.state_provisional")
    stem = f"{stem}-SIMULASI" if edition.rules.simulated else stem
    return document(edition, made_at, title=title, state=state, circulation="restricted", stem=stem, **more)
