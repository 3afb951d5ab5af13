"""Slides for the plenary, for leadership and for the ceremony; the notes of each say where its figures come from.

Nothing is computed here: the plenary's slides show what its agenda shows, with judges as letters, and those for
leadership what the first page of the annual report says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.documents import leaders
from kit.documents.official_paper import Paper, awards_given, entries_table
from kit.errors import Problem
from kit.history import DECIDED
from kit.index.index_report import read_index
from kit.index.index_report import summary as index_summary
from kit.index.indicators import has_claims
from kit.render.blocks import Figure, Heading, Honour, Notes, Paragraph, Praise
from kit.report import agenda, annual
from kit.report.agenda import Agenda
from kit.report.context import ranked_by
from kit.scoring.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.render.blocks import Block, Group, Run
    from kit.report.context import Context

_BEGUN = {"plenary", *DECIDED}


def in_plenary(edition: Edition) -> list[str]:
    """Return the rounds whose plenary has begun: before, nobody sees a score.

    Raises:
        no_plenary: there is none.
    """
    found = [round_ for round_, state in edition.states.items() if state in _BEGUN and edition.meetings(round_)]
    if not found:
        raise Problem("no_plenary", edition=edition.name)
    return found


def plenary(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return what a plenary looks at: cuts with their margins, where judges are furthest apart, and equal scores."""
    paper = Paper(edition, part, made_at)
    t, context, round_ = paper.t, Agenda(edition, part.id), paper.rounds[part.id]
    title = t("slides.title_plenary", round=round_)
    masthead = paper.masthead(title, form="sheet", subtitle=paper.contest, audience=t("slides.for_panel"))
    source = t("slides.source_round", round=round_)
    return [
        masthead,
        Notes(t("slides.how_plenary")),
        *_slide(t("plenary.cuts"), agenda.cuts(context).blocks, f"{source} {t('slides.source_cuts')}"),
        *_slide(t("plenary.spread"), agenda.spread(context).blocks, f"{source} {t('slides.source_spread')}"),
        *_slide(t("plenary.ties"), agenda.equals(context).blocks, f"{source} {t('slides.source_ties')}"),
    ]


def leadership(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the first page of the annual report: winners, who took part, benefit, what lasts, index, decisions."""
    paper = Paper(edition, part, made_at)
    t, context = paper.t, paper.context
    parts: list[tuple[str, Iterable[Block]]] = [
        ("winners", annual.recommended(context).blocks),
        ("facts", [*annual.facts(context).blocks, *_drawn(annual.earlier_years(context))]),
        ("gains", [*map(Paragraph, _reached(context)), *annual.gains(context).blocks]),
        ("lasting", annual.sustainability(context).blocks),
        ("index", _index(context)),
        ("decisions", annual.decisions(context, leaders.decisions(edition), alone=True).blocks),
    ]
    slides = [
        _slide(
            t(f"slides.{name}"),
            [block for block in blocks if not isinstance(block, Heading)],
            t(f"slides.source_{name}"),
        )
        for name, blocks in parts
        if [*blocks]
    ]
    masthead = paper.masthead(paper.called("slides_leadership"), form="sheet")
    return [masthead, *annual.lead(context).blocks, *(block for slide in slides for block in slide)]


def _reached(context: Context) -> Iterator[tuple[Run, ...]]:
    return leaders.benefit(context) if leaders.follows_innovations(context.edition) else iter(())


def _index(context: Context) -> list[Block]:
    """Return where the city stands by what is verified, which is no official score, among the bounds."""
    if not has_claims(context.edition.folder):
        return []
    return [Paragraph(leaders.predicate(context)), *_drawn(index_summary(read_index(context.edition)))]


def _drawn(group: Group) -> list[Block]:
    return [block for block in group.blocks if isinstance(block, Figure)]


def ceremony(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return a slide for each award, the last one first; who gets it appears on a click.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, part, made_at)
    t, waits = paper.t, paper.embargo()
    about = {"audience": t("papers.for_ceremony")} if waits else {"circulation": "public"}
    caution = t("slides.embargoed") if waits else ""
    hints = [t(f"papers.order_{hint}") for hint in ("last_first", "shared", "names")]
    found: list[Block] = [
        paper.masthead(paper.called("slides_ceremony"), form="sheet", notice=None, caution=caution, **about),
        *paper.draft(),
        *waits,
        Notes("\n".join([*hints, t("slides.on_click")])),
    ]
    for name, scope, table in awards_given(paper.context):
        list_ = str(table["round"].iloc[0])
        source = t("slides.source_award", basis=ranked_by(paper.context, scope, list_), decree=paper.decreed())
        found += [Heading(name), Honour([Praise(paper.contest)]), Notes(source)]
        for award, rows in [*table.groupby("award", sort=False)][::-1]:
            found += _revealed(paper, str(award), "" if scope == "overall" else name, rows, source)
        title = t("papers.winners_caption", scope=name) if list_ == FINAL else name
        found += _slide(title, [entries_table(paper.context, table, "award title unit", title)], source)
    return found


def _revealed(paper: Paper, award: str, scope: str, rows: pd.DataFrame, source: str) -> list[Block]:
    """Return an award with who gets it: each unit, and its innovation below it."""
    said = paper.t("papers.award_in", award=award, scope=scope) if scope else award
    lines = [
        line
        for row in rows.itertuples()
        for line in (Praise(str(row.unit), "recipient"), Praise(str(row.title), "work"))
    ]
    return [Heading(said), Honour(lines), Notes(source)]


def _slide(title: str, blocks: Iterable[Block], source: str) -> list[Block]:
    """Return a slide with its title, and in its notes where its figures come from."""
    return [Heading(title), *blocks, Notes(source)]
