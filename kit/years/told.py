"""What every document about several editions says of itself, and how it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from kit.report.batch import render
from kit.report.blocks import Column, Table
from kit.report.story import masthead
from kit.years.span import Span

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition
    from kit.report.batch import Made
    from kit.report.blocks import Document


def masthead_of(span: Span, kind: Literal["trends", "follow_up"], made_at: str, *, public: bool = False) -> Document:
    """What the document is; its fingerprint covers all of its editions."""
    document, name = masthead(span.edition, kind, made_at), span.edition.name
    if public:
        stem = document.stem.replace(name, f"{name}-{span.edition.texts('followup.public')}", 1)
        document = replace(document, circulation="public", stem=stem)
    return replace(document, fingerprint=span.fingerprint)


def render_trends(
    edition: Edition, years: str = "", *, made_at: str = "", out: Path | None = None, progress: bool = True
) -> Made:
    """Run the comparison of years and write it as HTML and PDF; as :func:`kit.report.batch.render`.

    Raises:
        EditionMissing: there is no edition of a name in ``years``.
    """
    document = masthead_of(Span.of(edition, years), "trends", made_at)
    return render(edition, "trends", document, {"years": years}, out, {}, progress=progress)


def render_follow_up(
    edition: Edition,
    since: str = "",
    *,
    public: bool = False,
    made_at: str = "",
    out: Path | None = None,
    progress: bool = True,
) -> Made:
    """Run the follow-up and write it as HTML and PDF; as :func:`kit.report.batch.render`.

    Raises:
        SinceNotYear: ``since`` is no year, or a later one.
    """
    document = masthead_of(Span.of(edition, since=since), "follow_up", made_at, public=public)
    more = {"since": since, "public": public}
    return render(edition, "follow-up", document, more, out, {}, progress=progress)


def provenance(span: Span) -> Table:
    """The fingerprint of each edition that is told."""
    t = span.edition.texts
    rows = [{"edition": name, "hash": edition.fingerprint} for name, edition in span.editions.items()]
    columns = [Column("edition", t("columns.edition")), Column("hash", t("report.column_hash"), width=6)]
    return Table.of(pd.DataFrame(rows), t, columns=columns, row_header="edition", caption=t("trends.t_provenance"))
