"""What the public reads: list of finalists, announcement and press text. No score and no judge stands in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kit.documents.paper import ResultPaper
from kit.report.blocks import Bullets, Callout
from kit.report.official import Signatures
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

    import pandas as pd

    from kit.documents.kinds import Part
    from kit.edition import Edition
    from kit.report.blocks import Block, Table


def finalists(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Who goes on to the next round, by title and without ranks.

    Raises:
        nothing_sent_on: no closed round sends entries on.
    """
    paper = ResultPaper(edition, made_at)
    t, found = paper.t, [*paper.finalists()]
    round_, n = found[0][0], sum(len(table) for *_, table in found)
    following = paper.next_round(round_)
    said = {"round": paper.rounds[round_], "next": paper.rounds[following], "title": paper.contest}
    # Who was invited to a round that has begun is no secret; before, the plenary may still decide otherwise.
    known = edition.states[round_] in {"decided", "published"} or edition.states[following] != "not_opened"
    tables = [
        paper.table(table, "number title unit category", t("papers.finalists_caption", scope=name), sheet=name)
        for _, name, table in found
    ]
    circulation = "public" if known else "restricted"
    open_ = [] if known else [t("papers.finalists_undecided"), *paper.cuts_open(round_)]
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


class _Announced(ResultPaper):
    """What announcement and press text share: nothing is for the public before it is decreed."""

    @property
    def circulation(self) -> str:
        return "public" if self.edition.decisions.decree else "restricted"

    def tables(self) -> list[Table]:
        """The winners of each scope, without scores."""
        return [self._winners(name, table, [self.ranked_by(scope)]) for name, scope, _, table in self.given()]

    def _winners(self, name: str, table: pd.DataFrame, notes: list[str]) -> Table:
        caption = self.t("papers.winners_caption", scope=name)
        return self.table(table, "award title unit", caption, sheet=name, notes=notes)

    def objections_end(self) -> date | None:
        """The last day for objections, counted from the last publication as the rules say."""
        published = self.edition.history.events(["round_published"], self.last)["time"]
        days = self.rules.objection_days
        if days is None or published.empty:
            return None
        last: date = published.iloc[-1].tz_convert(WIB).date()
        return last + timedelta(days=days)

    def first(self, scope: str, row: Mapping[Hashable, object]) -> str:
        """Who is first in a scope."""
        return self.t("papers.press_first", scope=scope, award=row["award"], title=row["title"], unit=row["unit"])

    def contact(self) -> Block:
        return self.say("papers.contact", contact=self.office.contact or self.blank)


def announcement(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """The winners, for the organiser's signature.

    Raises:
        no_award_yet: there is none.
    """
    paper = _Announced(edition, made_at)
    return [
        paper.masthead(part, paper.called("announcement"), circulation=paper.circulation, form="official", notice=None),
        paper.letterhead(),
        paper.titled("announcement"),
        *paper.embargo(),
        *paper.on_the_basis(),
        paper.say("papers.announced", title=paper.contest, decree=paper.decreed()),
        *paper.tables(),
        paper.say("papers.objections", until=paper.day(paper.objections_end())),
        paper.contact(),
        paper.say("papers.announcement_end"),
        Signatures([paper.signature(paper.office.competent)], paper.place()),
    ]


def press(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """A press text with blanks where somebody is to be quoted.

    Raises:
        no_award_yet: there is none.
    """
    paper = _Announced(edition, made_at)
    t, entries = paper.t, paper.entries
    benefits = entries.set_index("entry_id")["benefit"]
    first = [
        " ".join(filter(None, [paper.first(name, row), benefits[str(row["entry_id"])]]))
        for name, *_, table in paper.given()
        for row in table[table["rank"] == 1].to_dict("records")
    ]
    counts = {"n": len(entries), "units": entries["unit_id"].nunique()}
    return [
        paper.masthead(part, paper.called("press"), circulation=paper.circulation, form="official", notice=None),
        paper.letterhead(),
        paper.titled("press"),
        *paper.embargo(),
        paper.say("papers.press_lead", place=paper.office.place or paper.blank, title=paper.contest, **counts),
        Bullets(first),
        *([paper.say("papers.press_source")] if (benefits != "").any() else []),
        Callout(t("papers.press_quote"), "decision", t("papers.press_quote_title")),
        paper.contact(),
        paper.say("papers.press_rest"),
        *paper.tables(),
    ]
