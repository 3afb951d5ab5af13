"""What all papers of an edition share: masthead, letterhead, title, blanks, embargo and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.documents.office import crest, read_office
from kit.edition import NotOpenedYet, StillOpen
from kit.errors import Problem
from kit.report import summaries
from kit.report.blocks import Bullets, Callout, Column, Paragraph, Table, sentence
from kit.report.official import Letterhead, Signature, Title
from kit.report.results import Results
from kit.report.story import Told, document, moment_of, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd

    from kit.documents.kinds import Part
    from kit.documents.office import Official
    from kit.edition import Edition
    from kit.report.blocks import Block, Document
    from kit.rules import Scope


class Paper(Told):
    """One paper of an edition, in official form or not; see :class:`Told` for the arguments."""

    def __init__(self, edition: Edition, made_at: str = "") -> None:
        super().__init__(edition, made_at)
        self.office = read_office(edition.folder, edition.registers)
        self.blank = self.t("document.blank")
        self.contest = self.rules.title.say(self.t.language)
        self.basis = [basis.say(self.t.language) for basis in self.office.legal_basis]

    def masthead(self, part: Part, title: str, **about: Any) -> Document:  # noqa: ANN401  (the fields of a masthead)
        """What the paper is, for whom, and from which data; it is restricted unless said otherwise."""
        known = {"state": self.state(), "circulation": "restricted", "title": title, "stem": part.stem}
        return document(self.edition, self.made_at, **{**known, **about})

    def called(self, kind: str) -> str:
        """What a kind of document is called, with the contest."""
        return self.t(f"papers.title_{kind}", title=self.contest)

    def state(self) -> str:
        """What the result may be called, or that there is none yet."""
        try:
            return state_of(self.edition)
        except (StillOpen, NotOpenedYet):
            return self.t("papers.state_underway")

    def say(self, key: str, **values: object) -> Paragraph:
        """A sentence of the catalogue as a paragraph."""
        return Paragraph(sentence(self.t, key, **values))

    def letterhead(self) -> Letterhead:
        """The organiser's letterhead; lines that the office file does not give are blanks."""
        own, language = self.office.letterhead, self.t.language
        lines = own.lines or (self.rules.organiser.say(language).upper(), self.blank)
        shown = crest(self.edition.folder, own)
        return Letterhead(lines, own.address or (self.t("papers.address_blank"),), shown, own.crest_shows.say(language))

    def titled(self, kind: str, *, aside: bool = False, **values: object) -> Title:
        """The title of a kind of document in capitals; its lines are parted by line breaks in the catalogue."""
        said = self.t(f"papers.form_{kind}", title=self.contest, blank=self.blank, **values)
        return Title(said.upper().split("\n"), aside=aside)

    def day(self, day: date | None) -> str:
        """A day, or a blank."""
        return self.t.date(day) if day else self.blank

    def place(self) -> str:
        """Place and date above a signature; the date is always filled in by hand."""
        return f"{self.office.place or self.blank}, {self.blank}"

    @property
    def decree(self) -> str:
        """The kind of decision that names the winners."""
        return self.office.decree.say(self.t.language) if self.office.decree else self.t("papers.decree")

    def decreed(self) -> str:
        """The decision with its number and date; these are blanks until they are recorded."""
        number, day = self.edition.decisions.decree or (self.blank, None)
        return self.t("papers.decreed", decree=self.decree, number=number, date=self.day(day))

    def signature(self, official: Official | None, *, titled: bool = True) -> Signature:
        """Room for an official's signature; rank and NIP are blanks for civil servants."""
        if official is None:
            return Signature([f"{self.blank},"], self.blank)
        name = (official.titled if titled else "") or official.name or self.blank
        below = [self.t("papers.rank_blank"), self.t("papers.nip_blank")] if official.civil_servant else []
        return Signature([f"{official.position.say(self.t.language)},"], name, below)

    def position(self, judge: str) -> str:
        """What a judge is called in the minutes."""
        member = self.office.panel.get(judge)
        return member.position.say(self.t.language) if member and member.position else self.t("papers.judge")

    def embargo(self) -> list[Block]:
        """Until when the result must not be announced; nothing once that is over and the result is decreed."""
        until = self.office.embargo
        if until and moment_of(self.made_at) < until:
            said = self.t("papers.embargo", moment=until)
        elif self.edition.decisions.decree:
            return []
        else:
            said = self.t("papers.embargo_decree") if until else self.t("papers.embargo", moment=self.blank)
        return [Callout(said, "warning", self.t("papers.embargo_title"))]

    def on_the_basis(self) -> list[Block]:
        """The legal basis, where the office file says it."""
        return [self.say("papers.basis"), Bullets(self.basis, ordered=True)] if self.basis else []


class ResultPaper(Paper, Results):
    """A paper that needs a result.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is none yet.
    """

    def winners(self, scope: Scope, scope_id: str) -> pd.DataFrame:
        """Who gets which award in a scope, best first, as :func:`summaries.standings` with the award's name."""
        table = summaries.standings(self.edition, scope, scope_id)
        table = table[table["award"].notna()].reset_index(drop=True)
        return table.assign(award=[self._award(award) for award in table["award"]])

    def given(self) -> Iterator[tuple[str, Scope, str, pd.DataFrame]]:
        """Every scope in which awards are given: its name, the scope, and who gets which.

        Raises:
            no_award_yet: there is none.
        """
        found = [(self.names[pair], *pair, self.winners(*pair)) for pair in self.award_scopes if self.done]
        found = [one for one in found if len(one[-1])]
        if not found:
            raise Problem("no_award_yet", edition=self.edition.name)
        yield from found

    def finalists(self) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Who goes on from the last round that sends entries on, by title: the round, the scope's name, the entries.

        Raises:
            nothing_sent_on: no closed round sends any on.
        """
        round_ = next(reversed([*self.result.cuts]), None)
        cuts = [cut for cut in self.result.cuts[round_] if cut.through] if round_ else []
        if not round_ or not cuts:
            raise Problem("nothing_sent_on", edition=self.edition.name)
        for cut in cuts:
            table = summaries.standings(self.edition, cut.scope, cut.scope_id, round_)
            through = table[table["entry_id"].isin(cut.through)]
            yield round_, self.names[cut.scope, cut.scope_id], by_title(through)

    def cuts_open(self, round_: str) -> list[str]:
        """Say of each list of a round for which nobody knows yet who goes on why: an open tie, or a missing score."""
        cuts = self.result.cuts[round_]
        return [self._cut_sentence(round_, cut) for cut in cuts if not cut.complete or {*cut.tied} - {*cut.through}]

    def next_round(self, round_: str) -> str:
        """The id of the scored round after one."""
        ids = [r.id for r in self.rules.scored_rounds]
        return ids[ids.index(round_) + 1]

    def table(self, rows: pd.DataFrame, keys: str, caption: str, sheet: str = "", **about: Any) -> Table:  # noqa: ANN401
        """A table of entries.

        Args:
            rows: as :func:`summaries.standings`.
            keys: which columns, of ``number rank code award title unit category score final judges``.
            caption: above it.
            sheet: its name in a workbook.
            about: notes.
        """
        t, finalists = self.t, (rows["last_round"] == self.last).all()
        known = {
            "number": Column("number", t("document.signing_number"), "integer"),
            "rank": Column("rank", t("report.column_rank"), "integer"),
            "code": Column("entry_id", t("report.column_code")),
            "title": Column("title", t("report.column_innovation"), width=4),
            "unit": Column("unit", t("report.column_unit"), width=3),
            "category": Column("form", t("columns.category"), width=2),
            "score": Column("score", t("report.column_score"), "decimal"),
            "final": Column("score", t("report.column_final" if finalists else "report.column_score"), "decimal"),
            "judges": Column("judges", t("report.column_judges")),
            "award": Column("award", t("report.column_award")),
        }
        forms = [self.names["category", name] for name in rows["category"]]
        counted = zip(rows["judges_counted"], rows["judges_required"], strict=True)
        judges = [t("report.share_of", n=int(n), total=int(total)) for n, total in counted]
        shown = rows.assign(number=range(1, len(rows) + 1), form=forms, judges=judges)
        columns = [known[key] for key in keys.split() if key != "category" or len(self.rules.categories) > 1]
        return Table.of(shown, t, columns=columns, caption=caption, row_header="title", sheet=sheet, **about)


def by_title(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of their titles, as a dictionary has them."""
    return table.sort_values("title", key=lambda titles: titles.str.casefold()).reset_index(drop=True)
