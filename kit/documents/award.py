"""Who gets which award: the annex of the decree, the order sheet of the ceremony, and one page for leadership."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.documents.paper import Paper, awards_given, entries_table
from kit.render.blocks import Block, Bullets, Callout, Heading, PageBreak, Paragraph, Signatures
from kit.report import annual
from kit.report.context import ranked_by

if TYPE_CHECKING:
    from kit.documents.paper import Part
    from kit.edition import Edition


def decree_annex(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the annex of the decree that names the winners; persons are named without titles.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, made_at)
    t = paper.t
    number, day = edition.decisions.decree or (paper.blank, None)
    tables = [
        entries_table(
            paper.context,
            table,
            "rank title unit final award",
            t("papers.annex_caption", scope=name),
            sheet=name,
            notes=[ranked_by(paper.context, scope)],
        )
        for name, scope, _, table in awards_given(paper.context)
    ]
    return [
        paper.masthead(part, paper.called("decree_annex"), form="official"),
        paper.titled("annexed", aside=True, decree=paper.decree, number=number, date=paper.day(day)),
        paper.titled("decree_annex"),
        *tables,
        Signatures([paper.signature(paper.office.competent, titled=False)]),
        *([] if edition.decisions.decree else [Callout(t("papers.draft"))]),
    ]


def order_sheet(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the order in which the winners are called to the stage: the last award first.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, made_at)
    t = paper.t
    hints = ["order_last_first", "order_shared", "order_names"]
    blocks: list[Block] = [
        paper.masthead(part, paper.called("order_sheet"), form="sheet", notice=None, audience=t("papers.for_ceremony")),
        *paper.embargo(),
        Bullets([t(f"papers.{hint}") for hint in hints]),
    ]
    for at, (name, *_, table) in enumerate(awards_given(paper.context)):
        blocks += [PageBreak()] * (at > 0) + [Heading(name)]
        for n, row in enumerate(table.iloc[::-1].itertuples(), 1):
            blocks += [Heading(f"{n}. {row.award}", 3), Paragraph(str(row.unit), lead=True), Paragraph(str(row.title))]
    return blocks


def summary(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the first page of the annual report, as a document of its own."""
    paper = Paper(edition, made_at)
    return [paper.masthead(part, paper.called("summary")), *annual.summary(paper.context, alone=True).blocks]
