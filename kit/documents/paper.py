"""What papers of an edition share: masthead, letterhead, title, blanks, embargo, signatures, and tables of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kit.documents.office import crest, read_office
from kit.edition import NotOpenedYet, StillOpen
from kit.errors import Problem
from kit.render.blocks import (
    Bullets,
    Callout,
    Column,
    Letterhead,
    Paragraph,
    Signature,
    Table,
    Title,
    columns_of,
    sentence,
)
from kit.report import summaries
from kit.report.context import Context, award_name, document, moment_of, state_of
from kit.report.results import cut_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pandas as pd

    from kit.documents.office import Official
    from kit.edition import Edition
    from kit.render.blocks import Block, Document
    from kit.rules import Scope


class Part(NamedTuple):
    """One file of a kind of document.

    Args:
        id: ``""`` where the document is one; else an entry's, a judge's or a round's id, or where an award stands.
        stem: the file's name without its extension; it ends in ``-SIMULASI`` where the edition is simulated.
    """

    id: str
    stem: str


class Paper:
    """What all papers need: the context, what the office file says, and the blocks that papers share.

    Args:
        edition: the edition, in the language of the paper.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    def __init__(self, edition: Edition, made_at: str = "") -> None:
        self.context, self.edition = Context(edition, made_at), edition
        self.t, self.rules = edition.texts, edition.rules
        self.office = read_office(edition.folder, edition.registers)
        self.blank = self.t("document.blank")
        self.contest = self.rules.title.say(self.t.language)
        self.basis = [basis.say(self.t.language) for basis in self.office.legal_basis]

    def masthead(self, part: Part, title: str, **about: Any) -> Document:  # noqa: ANN401  (the fields of a masthead)
        """Return what the paper is, for whom, and from which data; it is restricted unless ``about`` says otherwise."""
        known = {"state": self.state(), "title": title, "stem": part.stem}
        return document(self.edition, self.context.made_at, **{**known, **about})

    def called(self, kind: str) -> str:
        """Return the title of a kind of document, with the contest's name."""
        return self.t(f"papers.title_{kind}", title=self.contest)

    def state(self) -> str:
        """Return what the result may be called, or that there is none yet."""
        try:
            return state_of(self.edition)
        except (StillOpen, NotOpenedYet):
            return self.t("papers.state_underway")

    def say(self, key: str, **values: object) -> Paragraph:
        """Return a sentence of the catalogue as a paragraph."""
        return Paragraph(sentence(self.t, key, **values))

    def letterhead(self) -> Letterhead:
        """Return the organiser's letterhead; lines that the office file does not give are blanks."""
        own, language = self.office.letterhead, self.t.language
        lines = own.lines or (self.rules.organiser.say(language).upper(), self.blank)
        shown = crest(self.edition.folder, own)
        return Letterhead(lines, own.address or (self.t("papers.address_blank"),), shown, own.crest_shows.say(language))

    def titled(self, kind: str, *, aside: bool = False, **values: object) -> Title:
        """Return the title of a kind of document in capitals, with the line breaks of the catalogue."""
        said = self.t(f"papers.form_{kind}", title=self.contest, blank=self.blank, **values)
        return Title(said.upper().split("\n"), aside=aside)

    def day(self, day: date | None) -> str:
        """Return a day in words, or a blank."""
        return self.t.date(day) if day else self.blank

    def place(self) -> str:
        """Return place and date above a signature; the date is always filled in by hand."""
        return f"{self.office.place or self.blank}, {self.blank}"

    @property
    def decree(self) -> str:
        """The kind of decision that names the winners."""
        return self.office.decree.say(self.t.language) if self.office.decree else self.t("papers.decree")

    def decreed(self) -> str:
        """Return the decision with its number and date; these are blanks until they are recorded."""
        number, day = self.edition.decisions.decree or (self.blank, None)
        return self.t("papers.decreed", decree=self.decree, number=number, date=self.day(day))

    def signature(self, official: Official | None, *, titled: bool = True) -> Signature:
        """Return the space for an official's signature; rank and NIP are blanks for civil servants."""
        if official is None:
            return Signature([f"{self.blank},"], self.blank)
        name = (official.titled if titled else "") or official.name or self.blank
        below = [self.t("papers.rank_blank"), self.t("papers.nip_blank")] if official.civil_servant else []
        return Signature([f"{official.position.say(self.t.language)},"], name, below)

    def position(self, judge: str) -> str:
        """Return what a judge is called in the minutes."""
        member = self.office.panel.get(judge)
        return member.position.say(self.t.language) if member and member.position else self.t("papers.judge")

    def embargo(self) -> list[Block]:
        """Return until when the result must not be announced; nothing once that is over and the result is decreed."""
        until = self.office.embargo
        if until and moment_of(self.context.made_at) < until:
            said = self.t("papers.embargo", moment=until)
        elif self.edition.decisions.decree:
            return []
        else:
            said = self.t("papers.embargo_decree") if until else self.t("papers.embargo", moment=self.blank)
        return [Callout(said, "warning", self.t("papers.embargo_title"))]

    def on_the_basis(self) -> list[Block]:
        """Return the legal basis, if the office file gives it."""
        return [self.say("papers.basis"), Bullets(self.basis, ordered=True)] if self.basis else []


# What papers about a result say


def winners(context: Context, scope: Scope, scope_id: str) -> pd.DataFrame:
    """Return who gets which award in a scope, best first, as :func:`summaries.standings` with the award's name."""
    table = summaries.standings(context.edition, scope, scope_id)
    table = table[table["award"].notna()].reset_index(drop=True)
    return table.assign(award=[award_name(context, award) for award in table["award"]])


def awards_given(context: Context) -> Iterator[tuple[str, Scope, str, pd.DataFrame]]:
    """Yield every scope in which awards are given: its name, the scope, its id, and who gets which.

    Raises:
        no_award_yet: there is none.
    """
    found = [(context.names[pair], *pair, winners(context, *pair)) for pair in context.award_scopes if context.done]
    found = [one for one in found if len(one[-1])]
    if not found:
        raise Problem("no_award_yet", edition=context.edition.name)
    yield from found


def next_finalists(context: Context) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield who goes on from the last round that sends entries on: the round, the scope's name, the entries by title.

    Raises:
        nothing_sent_on: no closed round sends any on.
    """
    round_ = next(reversed([*context.result.cuts]), None)
    cuts = [cut for cut in context.result.cuts[round_] if cut.through] if round_ else []
    if not round_ or not cuts:
        raise Problem("nothing_sent_on", edition=context.edition.name)
    for cut in cuts:
        table = summaries.standings(context.edition, cut.scope, cut.scope_id, round_)
        through = table[table["entry_id"].isin(cut.through)]
        yield round_, context.names[cut.scope, cut.scope_id], by_title(through)


def cuts_open(context: Context, round_: str) -> list[str]:
    """Say why it is still open who goes on: a sentence for each list with an open tie or a missing score."""
    cuts = context.result.cuts[round_]
    return [cut_sentence(context, round_, cut) for cut in cuts if not cut.complete or {*cut.tied} - {*cut.through}]


def next_round(context: Context, round_: str) -> str:
    """Return the id of the scored round after one."""
    ids = [r.id for r in context.rules.scored_rounds]
    return ids[ids.index(round_) + 1]


def entries_table(
    context: Context, rows: pd.DataFrame, keys: str, caption: str, sheet: str = "", notes: Sequence[str] = ()
) -> Table:
    """Return a table of entries.

    Args:
        context: of the document.
        rows: as :func:`summaries.standings`.
        keys: which columns: words out of ``number rank entry_id award title unit category score final judges``.
        caption: above the table.
        sheet: its name in a workbook.
        notes: below the table.
    """
    t, all_final = context.t, (rows["last_round"] == context.last).all()
    own = {
        "category": [Column("form", t("columns.category"))] if len(context.rules.categories) > 1 else [],
        "final": [Column("score", t("report.column_final" if all_final else "report.column_score"), "decimal")],
    }
    forms = [context.names["category", name] for name in rows["category"]]
    counted = zip(rows["judges_counted"], rows["judges_required"], strict=True)
    judges = [t("report.share_of", n=int(n), total=int(total)) for n, total in counted]
    shown = rows.assign(number=range(1, len(rows) + 1), form=forms, judges=judges)
    columns = [column for key in keys.split() for column in (own[key] if key in own else columns_of(t, key))]
    return Table.of(shown, t, columns=columns, caption=caption, row_header="title", sheet=sheet, notes=notes)


def by_title(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the alphabetical order of their titles."""
    return table.sort_values("title", key=lambda titles: titles.str.casefold()).reset_index(drop=True)
