"""What every document about several editions says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kit.edition import NotOpenedYet, StillOpen
from kit.errors import Problem
from kit.render.blocks import Column, Table
from kit.report.context import document, marked, state_of
from kit.report.lasting import KIND

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.render.blocks import Document
    from kit.years.span import Span

PUBLIC = "public"  # the part of the follow-up that holds totals alone


def stems(edition: Edition, kind: Literal["trends", "follow_up"]) -> dict[str, str]:
    """The files' names of a kind of document, by the id of its part: ``""``, and for the follow-up :data:`PUBLIC`."""
    t = edition.texts
    plain = t(f"report.{kind}_stem", edition=edition.name)
    names = {"": plain} if kind == "trends" else {"": plain, PUBLIC: f"{plain}-{t('followup.public')}"}
    return {part: marked(edition, stem) for part, stem in names.items()}


def require_answers(edition: Edition) -> None:
    """Refuse to report on a follow-up of which nothing has been heard.

    Raises:
        no_follow_up_yet: nobody has answered this year.
    """
    if edition.history.events([KIND]).empty:
        raise Problem("no_follow_up_yet", edition=edition.name)


def masthead_of(span: Span, kind: Literal["trends", "follow_up"], made_at: str, *, public: bool = False) -> Document:
    """What the document is; it can be made before there is a result."""
    edition, t = span.edition, span.edition.texts
    try:
        state = state_of(edition)
    except (StillOpen, NotOpenedYet):
        state = t("report.state_waiting")
    notice = {"notice": None} if kind == "follow_up" else {}  # it is about weights and scores
    return document(
        edition,
        made_at,
        **notice,
        title=t(f"report.{kind}_title", title=edition.rules.title.say(t.language)),
        state=state,
        circulation="public" if public else "restricted",
        stem=stems(edition, kind)[PUBLIC if public else ""],
    )


def provenance(span: Span) -> Table:
    """The fingerprint of each edition that is told."""
    t = span.edition.texts
    rows = [{"edition": name, "hash": edition.fingerprint} for name, edition in span.editions.items()]
    columns = [Column("edition", t("columns.edition")), Column("hash", t("report.column_hash"))]
    about = {"caption": t("trends.t_provenance")}
    return Table.of(rows, t, columns=columns, row_header="edition", **about)
