"""What the public reads: list of finalists, announcement and press text. No score and no judge stands in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kit.documents.paper import Paper, awards_given, cuts_open, entries_table, next_finalists, next_round
from kit.render.blocks import Bullets, Callout, Signatures
from kit.report.context import ranked_by
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.render.blocks import Block, Table


def finalists(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the list of who goes on to the next round, by title and without ranks.

    Raises:
        nothing_sent_on: no closed round sends entries on.
    """
    paper = Paper(edition, made_at)
    t, found = paper.t, [*next_finalists(paper.context)]
    round_, n = found[0][0], sum(len(table) for *_, table in found)
    following = next_round(paper.context, round_)
    said = {"round": paper.context.rounds[round_], "next": paper.context.rounds[following], "title": paper.contest}
    # Who was invited to a round that has begun is no secret; before, the plenary may still decide otherwise.
    known = edition.states[round_] in {"decided", "published"} or edition.states[following] != "not_opened"
    tables = [
        entries_table(
            paper.context, table, "number title unit category", t("papers.finalists_caption", scope=name), sheet=name
        )
        for _, name, table in found
    ]
    circulation = "public" if known else "restricted"
    open_ = [] if known else [t("papers.finalists_undecided"), *cuts_open(paper.context, round_)]
    return [
        paper.masthead(part, paper.called("finalists"), circulation=circulation, form="official", notice=None),
        paper.letterhead(),
        paper.titled("finalists"),
        *([Callout(" ".join(open_), "warning")] if open_ else []),
        paper.say("papers.finalists_said", n=n, **said),
        *tables,
        paper.say("papers.finalists_order"),
        Signatures([paper.signature(paper.office.lead)], paper.place()),
    ]


def _circulation(paper: Paper) -> str:
    """Return for whom an announcement is: nothing is public before it is decreed."""
    return "public" if paper.edition.decisions.decree else "restricted"


def _winner_tables(paper: Paper) -> list[Table]:
    """Return the winners of each scope, without scores."""
    return [
        entries_table(
            paper.context,
            table,
            "award title unit",
            paper.t("papers.winners_caption", scope=name),
            sheet=name,
            notes=[ranked_by(paper.context, scope)],
        )
        for name, scope, _, table in awards_given(paper.context)
    ]


def _objections_end(paper: Paper) -> date | None:
    """Return the last day for objections, counted from the last publication as the rules say."""
    published = paper.edition.history.events(["round_published"], paper.context.last)["time"]
    days = paper.rules.objection_days
    if days is None or published.empty:
        return None
    last: date = published.iloc[-1].tz_convert(WIB).date()
    return last + timedelta(days=days)


def _first(paper: Paper, scope: str, row: Mapping[Hashable, object]) -> str:
    """Say who is first in a scope."""
    return paper.t("papers.press_first", scope=scope, award=row["award"], title=row["title"], unit=row["unit"])


def _contact(paper: Paper) -> Block:
    return paper.say("papers.contact", contact=paper.office.contact or paper.blank)


def announcement(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the announcement of the winners, for the organiser's signature.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, made_at)
    return [
        paper.masthead(
            part, paper.called("announcement"), circulation=_circulation(paper), form="official", notice=None
        ),
        paper.letterhead(),
        paper.titled("announcement"),
        *paper.embargo(),
        *paper.on_the_basis(),
        paper.say("papers.announced", title=paper.contest, decree=paper.decreed()),
        *_winner_tables(paper),
        paper.say("papers.objections", until=paper.day(_objections_end(paper))),
        _contact(paper),
        paper.say("papers.announcement_end"),
        Signatures([paper.signature(paper.office.competent)], paper.place()),
    ]


def press(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return a press text with blanks where somebody is to be quoted.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, made_at)
    t, entries = paper.t, paper.context.entries
    benefits = entries.set_index("entry_id")["benefit"]
    first = [
        " ".join(filter(None, [_first(paper, name, row), benefits[str(row["entry_id"])]]))
        for name, *_, table in awards_given(paper.context)
        for row in table[table["rank"] == 1].to_dict("records")
    ]
    counts = {"n": len(entries), "units": entries["unit_id"].nunique()}
    return [
        paper.masthead(part, paper.called("press"), circulation=_circulation(paper), form="official", notice=None),
        paper.letterhead(),
        paper.titled("press"),
        *paper.embargo(),
        paper.say("papers.press_lead", place=paper.office.place or paper.blank, title=paper.contest, **counts),
        Bullets(first),
        *([paper.say("papers.press_source")] if (benefits != "").any() else []),
        Callout(t("papers.press_quote"), "decision", t("papers.press_quote_title")),
        _contact(paper),
        paper.say("papers.press_rest"),
        *_winner_tables(paper),
    ]
