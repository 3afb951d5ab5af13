"""What the documents about running a contest say of themselves, also before there is a result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import kit
from kit.report.blocks import Document

if TYPE_CHECKING:
    from kit.edition import Edition


def masthead(edition: Edition, title: str, stem: str, made_at: str = "", subtitle: str = "") -> Document:
    """Return the masthead of a restricted document.

    Args:
        edition: the edition, in the language of the document.
        title: of the document.
        stem: its file name, to which simulated editions add that they are.
        made_at: ISO 8601 time with its zone; now, where blank.
        subtitle: below the title.
    """
    t, rules = edition.texts, edition.rules
    state = edition.state if edition.record.closed and not edition.unaccepted() else "provisional"
    decree = edition.decisions.decree._asdict() if state == "decreed" and edition.decisions.decree else {}
    return Document(
        title=title,
        subtitle=subtitle,
        organiser=rules.organiser.say(t.language),
        edition=edition.name,
        language=t.language,
        state=t(f"report.state_{state}", **decree),
        circulation="restricted",
        simulated=rules.simulated,
        notice=rules.notice.say(t.language) if rules.notice else None,
        made_at=datetime.fromisoformat(made_at) if made_at else datetime.now(UTC).replace(microsecond=0),
        version=kit.__version__,
        fingerprint=edition.fingerprint,
        stem=f"{stem}-SIMULASI" if rules.simulated else stem,
    )
