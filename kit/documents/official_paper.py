"""What official papers share: the office's data, and letterhead, title, blanks, embargo, signatures and tables.

The office's data are what documents need beyond the rules: letterhead, place, legal basis, officials and full names.
They stand in ``data/<edition>/office.yaml``, which may be left out; what it does not say is a dotted blank. Numbers,
NIP, stamps and signatures have no key: they are filled in by hand. Nothing in it touches the result.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime  # noqa: TC003  (pydantic reads them)
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from kit.edition import NotOpenedYet, StillOpen
from kit.errors import Problem
from kit.render import blocks
from kit.render.blocks import (
    Bullets,
    Callout,
    Column,
    Document,
    Paragraph,
    Signature,
    Signatures,
    Table,
    Title,
    columns_of,
    sentence,
)
from kit.render.page import Page, Typeface
from kit.report import summaries
from kit.report.context import Context, award_name, by_title, columns, document, moment_of, share_of, state_of
from kit.report.results import cut_sentence
from kit.rules import Id, Localized, read_as
from kit.rules.legible import Rule
from kit.scoring.ranking import FINAL
from kit.tables import moment, read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from kit.edition import Edition
    from kit.registers import Registers
    from kit.render.blocks import Block
    from kit.rules import Scope
    from kit.scoring.ranking import Cut

FILE = "office.yaml"

# How the pictures begin that every format can show.
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST = 1_000_000  # bytes; it is in every document


def _moment(value: object) -> object:
    """Return a time; on the contest's clock, where no zone is given."""
    try:
        return moment(str(value))
    except Problem:
        raise ValueError(value) from None


_Lines = Annotated[tuple[str, ...], Field(strict=False)]


class Person(Rule):
    """Somebody's name in two forms; the second is for everything but a decree.

    Args:
        name: without titles.
        titled: with academic titles.
    """

    name: str = ""
    titled: str = ""


class Letterhead(Rule):
    """The lines above a letter.

    Args:
        lines: in capitals, the office itself last.
        address: in small letters.
        crest: a PNG or JPEG beside this file.
        crest_shows: what it shows, for those who cannot see it.
    """

    lines: _Lines = ()
    address: _Lines = ()
    crest: str = ""
    crest_shows: Localized = Localized(id="Lambang daerah", en="Coat of arms")


class Official(Person):
    """Somebody who signs by office.

    Args:
        position: such as ``Wali Kota Pontianak``.
        civil_servant: below the signature stand blanks for rank and NIP.
        letterhead: of this office, on papers that its holder signs alone; the organiser's unless given.
    """

    position: Localized
    civil_servant: bool = False
    letterhead: Letterhead | None = None


class Member(Person):
    """A judge as the minutes name them.

    Args:
        position: such as ``Ketua``; a member unless given.
    """

    position: Localized | None = None


_Margin = Annotated[float, Field(ge=10, le=60, strict=False)]


class Sheet(Rule):
    """Paper, margins and letters of official papers (:class:`kit.render.page.Page`).

    Args:
        paper: ``a4`` or ``f4``.
        typeface: of the text.
        size: of the text, in points.
        left: margin in millimetres, as the others.
        right: as ``left``.
        top: as ``left``.
        bottom: as ``left``.
    """

    paper: Literal["a4", "f4"] = "a4"
    typeface: Typeface = "Bookman Old Style"
    size: Annotated[float, Field(ge=9, le=14, strict=False)] = 12
    left: _Margin = 30
    right: _Margin = 20
    top: _Margin = 25
    bottom: _Margin = 25


class Office(Rule):
    """The whole file.

    Args:
        letterhead: of the organiser's office.
        page: how official papers are set.
        place: where documents are signed.
        legal_basis: what the contest rests on, one instrument a line.
        decree: the kind of decision that names the winners, such as ``Keputusan Wali Kota Pontianak``.
        competent: who decides, and signs certificates.
        committee: who signs the administrative selection.
        panel: judges by id, where their register holds no titles or a position is to be named.
        embargo: until when the announcement waits.
        contact: where to ask and to object.
        copies: who gets a copy of the announcement and of answers.
    """

    letterhead: Letterhead = Letterhead()
    page: Sheet = Sheet()
    place: str = ""
    legal_basis: Annotated[tuple[Localized, ...], Field(strict=False)] = ()
    decree: Localized | None = None
    competent: Official | None = None
    committee: Annotated[tuple[Official, ...], Field(strict=False)] = ()
    panel: dict[Id, Member] = Field(default_factory=dict)
    embargo: Annotated[datetime | None, BeforeValidator(_moment)] = None
    contact: str = ""
    copies: Annotated[tuple[Localized, ...], Field(strict=False)] = ()

    def person(self, judge_id: str, registered: str, form: Literal["name", "titled"]) -> str:
        """Return a judge's name without titles, or with them; the register's where this file does not say."""
        said = self.panel.get(judge_id, Member())
        return (said.titled if form == "titled" else said.name) or said.name or registered


def read_office(folder: Path, registers: Registers) -> Office:
    """Read an edition's ``office.yaml``; an edition without one has an empty office.

    Raises:
        not_utf8, not_yaml: it cannot be read.
        Mistakes: keys that nobody knows or values of another kind, each with its line.
        unknown_reference: it names a judge who is not registered.
    """
    path = folder / FILE
    office = read_as(path, Office) if path.exists() else Office()
    if unknown := [judge for judge in office.panel if judge not in set(registers.judges["judge_id"])]:
        raise Problem("unknown_reference", file=FILE, name=unknown[0])
    return office


def crest(folder: Path, letterhead: Letterhead) -> str:
    """Return the crest as a data URI; ``""`` where there is none.

    Raises:
        file_missing: the file that is named is not there.
        crest_unusable: it is neither PNG nor JPEG, or too large.
    """
    if not letterhead.crest:
        return ""
    path = folder / letterhead.crest
    if path.parent != folder:
        raise Problem("file_missing", file=letterhead.crest, folder=folder.name)
    picture = read_bytes(path)
    kind = next((kind for start, kind in _PICTURES.items() if picture.startswith(start)), None)
    if kind is None or len(picture) > _LARGEST:
        raise Problem("crest_unusable", file=letterhead.crest, n=_LARGEST)
    return f"data:{kind};base64,{b64encode(picture).decode('ascii')}"


class Part(NamedTuple):
    """One document of a kind.

    Args:
        id: ``""`` where the document is one; else an entry's, a judge's or a round's id, or where an award is given.
        stem: the file's name without its extension; it ends in ``-SIMULASI`` where the edition is simulated.
    """

    id: str
    stem: str


class Paper:
    """One official paper: the context, what the office file says, and the blocks that papers share.

    Args:
        edition: the edition, in the language of the paper.
        part: what of its kind it is; nothing where no file is named by it.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    def __init__(self, edition: Edition, part: Part | None = None, made_at: str = "") -> None:
        self.context, self.edition, self.part = Context(edition, made_at), edition, part or Part("", "")
        self.t, self.rules, self.rounds = edition.texts, edition.rules, self.context.rounds
        self.office = read_office(edition.folder, edition.registers)
        self.blank = self.t("document.blank")
        self.contest = self.rules.title.say(self.t.language)
        self.basis = [basis.say(self.t.language) for basis in self.office.legal_basis]
        self.place = f"{self.office.place or self.blank}, {self.blank}"  # the date is always filled in by hand

    def masthead(self, title: str, **about: Any) -> Document:  # noqa: ANN401  (the fields of a masthead)
        """Return what the paper is, for whom, and from which data; it is restricted unless ``about`` says otherwise."""
        try:
            state = state_of(self.edition)
        except (StillOpen, NotOpenedYet):
            state = self.t("papers.state_underway")
        if about.get("form") == "official":
            about["page"] = self.page
        return document(self.edition, self.context.made_at, state=state, title=title, stem=self.part.stem, **about)

    @property
    def page(self) -> Page:
        """How official papers are set."""
        return Page(**self.office.page.model_dump())

    def called(self, kind: str) -> str:
        """Return the title of a kind of document, with the contest's name."""
        return self.t(f"papers.title_{kind}", title=self.contest)

    def opening(
        self,
        kind: str,
        title: str = "",
        by: Official | None = None,
        **about: Any,  # noqa: ANN401  (as above)
    ) -> list[Block]:
        """Return masthead, letterhead and title of a kind of official paper.

        Args:
            kind: of paper.
            title: of its masthead, where that is another.
            by: who signs it alone.
            about: the fields of the masthead.
        """
        masthead = self.masthead(title or self.called(kind), **{"form": "official", **about})
        return [masthead, self.letterhead(by), self.titled(kind)]

    def say(self, key: str, **values: object) -> Paragraph:
        """Return a sentence of the catalogue as a paragraph."""
        return Paragraph(sentence(self.t, key, **values))

    def letterhead(self, by: Official | None = None) -> blocks.Letterhead:
        """Return the letterhead of who signs, or the organiser's; lines that it does not give are blanks."""
        own, language = (by and by.letterhead) or self.office.letterhead, self.t.language
        lines = own.lines or (self.rules.organiser.say(language).upper(), self.blank)
        address = own.address or (self.t("papers.address_blank"),)
        return blocks.Letterhead(lines, address, crest(self.edition.folder, own), own.crest_shows.say(language))

    def titled(self, kind: str, *, aside: bool = False, **values: object) -> Title:
        """Return the title of a kind of document in capitals, with the line breaks of the catalogue."""
        said = self.t(f"papers.form_{kind}", title=self.contest, blank=self.blank, **values)
        return Title(said.upper().split("\n"), aside=aside)

    def day(self, day: date | None) -> str:
        """Return a day in words, or a blank."""
        return self.t.date(day) if day else self.blank

    def decree(self) -> dict[str, str]:
        """Return ``decree``, ``number`` and ``date`` of the decision that names the winners; blanks until recorded."""
        kind = self.office.decree.say(self.t.language) if self.office.decree else self.t("papers.decree")
        number, day = self.edition.decisions.decree or (self.blank, None)
        return {"decree": kind, "number": number, "date": self.day(day)}

    def decreed(self) -> str:
        """Return the decision with its number and date."""
        return self.t("papers.decreed", **self.decree())

    def signature(self, by: Official | None, *, titled: bool = True) -> Signature:
        """Return the space for an official's signature; rank and NIP are blanks for civil servants."""
        if by is None:
            return Signature([f"{self.blank},"], self.blank)
        name = (by.titled if titled else "") or by.name or self.blank
        below = [self.t("papers.rank_blank"), self.t("papers.nip_blank")] if by.civil_servant else []
        return Signature([f"{by.position.say(self.t.language)},"], name, below)

    @property
    def competent(self) -> str:
        """Who decides on the winners: an office, where the office file names it."""
        by = self.office.competent
        return by.position.say(self.t.language) if by else self.t("minutes.competent_unnamed")

    def judge(self, judge_id: str) -> str:
        """Return a judge's name with titles."""
        names = self.edition.registers.judges.set_index("judge_id")["name"]
        return self.office.person(judge_id, str(names.get(judge_id, judge_id)), "titled")

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

    def based(self, text: str) -> list[Block]:
        """Return an opening sentence after the legal basis that the office file gives."""
        if len(self.basis) == 1:
            return [Paragraph(self.t("papers.based", basis=self.basis[0], text=f"{text[:1].lower()}{text[1:]}"))]
        basis = [self.say("papers.basis"), Bullets(self.basis, ordered=True)] if self.basis else []
        return [*basis, Paragraph(text)]

    def issued(self, by: Official | None) -> Signatures:
        """Return the space for the signature of who issues a paper, with place and day."""
        place = self.t("papers.issued", place=self.office.place or self.blank, day=self.blank).split("\n")
        signature = self.signature(by)
        return Signatures([replace(signature, above=[*place, *(line.upper() for line in signature.above)])])

    def draft(self) -> list[Block]:
        """Return what stands at the head of a paper that the competent official has not decreed yet."""
        return [] if self.edition.decisions.decree else [Callout(self.t("papers.draft"), "warning")]

    def initials(self) -> list[Block]:
        """Return the box in which those concerned initial a draft; nothing once it is decreed."""
        if self.edition.decisions.decree:
            return []
        t, people = self.t, [one.position.say(self.t.language) for one in self.office.committee]
        line = f"\n{self.blank}"  # a row high enough to write in
        rows = [(n, position, line, line) for n, position in enumerate(people or [self.blank] * 3, 1)]
        shown = columns(t, number=("document.signing_number", "integer"), position="document.signing_position")
        shown += columns(t, initials="papers.initials_column", day="papers.initials_day")
        return [Table.of(rows, t, columns=shown, caption=t("papers.initials"), row_header="position")]

    def copies(self) -> list[Block]:
        """Return who gets a copy, if the office file says so."""
        given = [copy.say(self.t.language) for copy in self.office.copies]
        return [self.say("papers.copies"), Bullets(given, ordered=True)] if given else []


# What papers about a result say


def winners(context: Context, scope: Scope, scope_id: str, round_: str = FINAL) -> pd.DataFrame:
    """Return who gets which award in a list, best first, as :func:`summaries.standings` with the award's name."""
    table = summaries.standings(context.edition, scope, scope_id, round_)
    table = table[table["award"].notna()].reset_index(drop=True)
    return table.assign(award=[award_name(context, award) for award in table["award"]])


def awards_given(context: Context) -> list[tuple[str, Scope, pd.DataFrame]]:
    """Return every list in which awards are given: its name, its kind of scope, and who gets which (:func:`winners`).

    Series of awards with lists of their own come last, by their names.

    Raises:
        no_award_yet: there is none.
    """
    found = [(context.names[pair], pair[0], winners(context, *pair)) for pair in context.award_scopes if context.done]
    for series, scope, scope_id in context.series_lists if context.done else ():
        found.append((context.list_name(series, scope, scope_id), scope, winners(context, scope, scope_id, series)))
    if not any(len(table) for *_, table in found):
        raise Problem("no_award_yet", edition=context.edition.name)
    return [one for one in found if len(one[-1])]


def next_finalists(context: Context) -> tuple[str, dict[str, pd.DataFrame]]:
    """Return the last round that sends entries on, and who goes on from it, by title, for each scope's name.

    Raises:
        nothing_sent_on: no closed round sends any on.
    """
    round_ = next(reversed([*context.result.cuts]), None)
    cuts = [cut for cut in context.result.cuts[round_] if cut.through] if round_ else []
    if not round_ or not cuts:
        raise Problem("nothing_sent_on", edition=context.edition.name)
    return round_, {context.names[cut.scope, cut.scope_id]: sent_on(context, round_, cut) for cut in cuts}


def sent_on(context: Context, round_: str, cut: Cut) -> pd.DataFrame:
    """Return who goes on by a cut, by title, as :func:`summaries.standings`."""
    table = summaries.standings(context.edition, cut.scope, cut.scope_id, round_)
    return by_title(table[table["entry_id"].isin(cut.through)])


def cuts_open(context: Context, round_: str) -> list[str]:
    """Say why it is still open who goes on: a sentence for each list with an open tie or a missing score."""
    cuts = context.result.cuts[round_]
    return [cut_sentence(context, round_, cut) for cut in cuts if not cut.complete or {*cut.tied} - {*cut.through}]


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
    own: dict[str, list[Column]] = {
        "category": columns(t, form="columns.category") if len(context.rules.categories) > 1 else [],
        "final": columns(t, score=(f"report.column_{'final' if all_final else 'score'}", "decimal")),
    }
    forms = [context.names["category", name] for name in rows["category"]]
    judges = share_of(t, rows["judges_counted"], rows["judges_required"])
    shown = rows.assign(number=range(1, len(rows) + 1), form=forms, judges=judges)
    named = [column for key in keys.split() for column in (own[key] if key in own else columns_of(t, key))]
    return Table.of(shown, t, columns=named, caption=caption, row_header="title", sheet=sheet, notes=notes)
