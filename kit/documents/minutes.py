"""Minutes of the administrative selection and of each scored round, and what all minutes share.

They tell what the ledger held at the moment that they are about, so that they stay the same however it goes on. The day
of a meeting is the one that the secretariat typed in, or a blank; it is never the time at which a document was made.
The result is a recommendation: the competent official decides.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.paper import Paper, ResultPaper
from kit.documents.words import date_in_words
from kit.errors import Problem
from kit.ledger import COMMITTEE, Closing
from kit.report import summaries
from kit.report.blocks import Block, Bullets, Column, Heading, Paragraph, Table
from kit.report.official import SignatureList, Signer
from kit.report.story import accepted_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.kinds import Part
    from kit.edition import Edition, Meeting
    from kit.ledger import Heads

# The name of each chapter, and its blocks; one without blocks is left out.
Chapters = dict[str, list[Block]]

_ROMAN = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}


class Minutes(Paper):
    """What all minutes share."""

    def whole(
        self, kind: str, part: Part, about: str, chapters: Chapters, people: list[Signer], *, notice: bool = True
    ) -> list[Block]:
        """Title, opening, the chapters that have something to tell, closing words and signatures.

        Args:
            kind: in the catalogue.
            part: of the kind.
            about: the opening, as a sentence.
            chapters: the name of each in the catalogue, and its blocks.
            people: who signs.
            notice: whether the notice on the rules, which is about weights and scores, has its place there.
        """
        t = self.t
        said = {} if notice else {"notice": None}
        told = [(name, blocks) for name, blocks in {**chapters, "evidence": [*self._evidence()]}.items() if blocks]
        headings = [f"{_roman(number)}. {t(f'minutes.{name}')}" for number, (name, _) in enumerate(told, 1)]
        return [
            self.masthead(part, t(f"minutes.title_{kind}", title=self.contest), form="official", **said),
            self.letterhead(),
            self.titled(f"minutes_{kind}"),
            Paragraph(about),
            *self.on_the_basis(),
            *[
                block
                for heading, (_, blocks) in zip(headings, told, strict=True)
                for block in (Heading(heading), *blocks)
            ],
            self.say("minutes.end"),
            SignatureList(people),
        ]

    def when_and_where(self, said: dict[str, str]) -> dict[str, str]:
        """Day and place of a meeting in words; blanks where nobody has typed them in."""
        day = said.get("day", "")
        with suppress(ValueError):
            day = date_in_words(date.fromisoformat(day), self.t)
        day = day or self.t("minutes.day_blank", blank=self.blank)
        return {"day": day, "place": said.get("place", "") or self.blank}

    def judge(self, judge_id: str) -> str:
        """A judge's name with titles."""
        names = self.edition.registers.judges.set_index("judge_id")["name"]
        return self.office.person(judge_id, str(names.get(judge_id, judge_id)), "titled")

    def panel(self, round_: str) -> list[Signer]:
        """The judges of a round, as they sign."""
        return [Signer(self.judge(judge), self.position(judge)) for judge in self.members(round_)]

    def members(self, round_: str) -> list[str]:
        """The judges who have a sheet in a round."""
        return sorted(set(self.edition.panel(round_)["judge_id"]))

    def _evidence(self) -> Iterator[Block]:
        """What the minutes rest on: registers and ledger with their fingerprints, and what was changed on the way."""
        t = self.t
        hashes = self.edition.registers.hashes()
        rows = [(t(f"minutes.file_{name}"), digest) for name, digest in hashes.items()]
        # Not the ledger's own: the order of letters and comments follows from it.
        rows.append((t("minutes.file_all"), self.edition.fingerprint))
        columns = [Column("what", t("minutes.column_file"), width=3), Column("hash", t("minutes.column_hash"), width=6)]
        table = pd.DataFrame(rows, columns=["what", "hash"])
        yield Table.of(table, t, columns=columns, caption=t("minutes.files_caption"), row_header="what")
        yield from accepted_changes(self.edition)

    def heads(self, heads: Heads, caption: str) -> Table:
        """The ends of the chains, against which a later check can compare."""
        t = self.t
        rows = [
            (t("report.chain_committee") if chain == COMMITTEE else self.judge(chain), head.count, head.hash)
            for chain, head in sorted(heads.items())
        ]
        columns = [
            Column("chain", t("report.column_chain"), width=2),
            Column("events", t("report.column_events"), "integer"),
            Column("hash", t("report.column_hash"), width=6),
        ]
        table = pd.DataFrame(rows, columns=["chain", "events", "hash"])
        return Table.of(table, t, columns=columns, caption=caption, row_header="chain")

    def heads_now(self) -> Table:
        """The ends of the chains at the moment that the minutes are about."""
        return self.heads(self.edition.history.heads(), self.t("minutes.heads_now"))

    def chains_of(self, meeting: Meeting) -> list[Block]:
        """The ends of the chains on which a plenary decided: before its decision was recorded."""
        if meeting.decision is None:
            return [self.heads_now()]
        before = self.edition.at(meeting.decision - 1).history.heads()
        return [self.heads(before, self.t("minutes.heads_decided"))]

    def recusals(self, round_: str) -> list[Block]:
        """Who did not score which entry of a round because of a conflict of interest."""
        said = [
            self.t("minutes.recusal", judge=self.judge(str(judge)), entries=[*map(self.entry_named, own["entry_id"])])
            for judge, own in summaries.conflicts(self.edition, round_).groupby("judge_id")
        ]
        return [Bullets(said)] if said else [self.say("minutes.no_recusal")]

    def outs(self, round_: str) -> list[Block]:
        """Which entries left the contest, or did not come to a round, and why."""
        said = self.left(round_)
        return [Bullets(said)] if said else []


def _roman(number: int) -> str:
    """A number below 40 in Roman numerals."""
    largest = next((value for value in _ROMAN if value <= number), 0)
    return _ROMAN[largest] + _roman(number - largest) if largest else ""


# Administrative selection


def selection(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """The minutes of the administrative selection: as it was closed, or as it is while it goes on."""
    if len(closed := _closings(edition)):
        edition = edition.at(int(closed["number"].iloc[-1]))
    paper = Minutes(edition, made_at)
    t, table = paper.t, admissions(edition)
    counts = {value: int((table["value"] == value).sum()) for value in ("eligible", "not_eligible", "left_undecided")}
    said = [paper.say("minutes.selected", n=len(table), **counts)]
    if counts["left_undecided"]:
        why = _closed_because(edition)
        said.append(paper.say("minutes.selected_undecided", n=counts["left_undecided"], reason=why))
    refused = table[table["value"] == "not_eligible"]
    columns = [
        Column("entry_id", t("report.column_code")),
        Column("title", t("report.column_innovation"), width=4),
        Column("unit", t("report.column_unit"), width=3),
        Column("said", t("minutes.column_result"), width=2),
        Column("text", t("minutes.column_note"), width=3),
    ]
    shown = table.assign(said=[t(f"minutes.{value}") for value in table["value"]])
    caption = t("minutes.selection_caption")
    results: list[Block] = [
        *said,
        *([Bullets([*map(paper.entry_named, refused["entry_id"])])] if len(refused) else []),
        Table.of(shown, t, columns=columns, caption=caption, row_header="title", sheet=t("minutes.selection_sheet")),
    ]
    signers = [
        Signer(one.titled or one.name or paper.blank, one.position.say(t.language)) for one in paper.office.committee
    ] or [Signer(paper.blank, paper.blank) for _ in range(3)]
    about = t("minutes.opening_selection", title=paper.contest, **paper.when_and_where({}))
    return paper.whole("selection", part, about, {"results": results, "checks": _checks(paper)}, signers, notice=False)


def admissions(edition: Edition) -> pd.DataFrame:
    """The last word about each entry: ``entry_id``, ``value``, ``text``, ``title`` and ``unit``, by id.

    Once the selection is closed, entries that it left undecided are among them; they take part.

    Raises:
        no_selection: nobody was admitted or refused, and the selection is not closed.
    """
    events = edition.decisions.of("admission").drop_duplicates("entry_id", keep="last")
    if not _closings(edition).empty:
        left = edition.registers.entries[["entry_id"]]
        left = left[~left["entry_id"].isin([*events["entry_id"], *edition.decisions.excluded["entry_id"]])]
        events = pd.concat([events, left.assign(value="left_undecided", text="")], ignore_index=True)
    if events.empty:
        raise Problem("no_selection", edition=edition.name)
    entries = edition.registers.entries.set_index("entry_id")
    units = edition.registers.units.set_index("unit_id")["name"]
    table = events[events["entry_id"].isin(entries.index)].sort_values("entry_id", ignore_index=True)
    about = entries.loc[table["entry_id"]]
    return table.assign(title=about["title"].to_numpy(), unit=about["unit_id"].map(units).to_numpy())


def _closings(edition: Edition) -> pd.DataFrame:
    """The closings of the administrative selection."""
    checklists = [round_.id for round_ in edition.rules.rounds if not round_.scored]
    events = edition.history.events(["round_closed"])
    return events[events["round"].isin(checklists)]


def _closed_because(edition: Edition) -> str:
    """The reason for which the selection was closed over undecided entries."""
    return Closing.read(str(_closings(edition)["text"].iloc[-1])).remark


def _checks(paper: Minutes) -> list[Block]:
    """What came in, who had to complete something, and how often each item of the checklist was met."""
    t = paper.t
    events = paper.edition.history.events(["checked", "received", "cure_until"])
    last = events.drop_duplicates(["kind", "round", "entry_id", "criterion"], keep="last")
    came, cures = last[(last["kind"] == "received") & (last["value"] != "")], last[last["kind"] == "cure_until"]
    counts = {kind: int((came["criterion"] == kind).sum()) for kind in ("digital", "paper")}
    said = [paper.say("minutes.received", cures=cures["entry_id"].nunique(), **counts)] if len(came) else []
    checked = last[last["kind"] == "checked"]
    rows = [
        {"item": item.name.say(t.language), **{v: int((own == v).sum()) for v in ("yes", "to_complete", "no")}}
        for round_ in paper.rules.rounds
        for item in round_.items
        if len(own := checked.loc[(checked["round"] == round_.id) & (checked["criterion"] == item.id), "value"])
    ]
    columns = [
        Column("item", t("minutes.column_item"), width=5),
        *[Column(value, t(f"minutes.check_{value}"), "integer") for value in ("yes", "to_complete", "no")],
    ]
    caption = t("minutes.checks_caption")
    tables = [Table.of(pd.DataFrame(rows), t, columns=columns, caption=caption, row_header="item")] if rows else []
    return [*said, *tables]


# Score recap


class ScoredMinutes(Minutes, ResultPaper):
    """Minutes that need a result."""

    def recap(self, part: Part) -> list[Block]:
        """One closed round: sheets received, recusals, scores, and the heads of the chains at its closing."""
        t, round_, edition = self.t, part.id, self.edition
        name = self.rounds[round_]
        course = next(course for course in self.went if course.round == round_)
        key = "minutes.sheets_missing" if course.missing else "minutes.sheets_all"
        received = self.say(key, n=course.asked - course.missing, total=course.asked, missing=course.missing)
        cuts = [self._cut_sentence(round_, cut) for cut in self.result.cuts.get(round_, ())]
        closing = Closing.read(str(edition.history.events(["round_closed"], round_)["text"].iloc[-1]))
        heads = self.heads(closing.heads, t("minutes.heads_caption", round=name))
        tables = [self._scores_of(round_, scope_id) for _, scope_id in self._scopes_of(round_, "group")]
        chapters: Chapters = {
            "sheets": [received],
            "conflicts": self.recusals(round_),
            "outs": self.outs(round_),
            "scores": [*tables, *([Bullets(cuts)] if cuts else [])],
            "chains": [self.say("minutes.chains_said"), heads],
        }
        about = t("minutes.opening_scores", round=name, title=self.contest, **self.when_and_where({}))
        return self.whole("scores", part, about, chapters, self.panel(round_))

    def withheld(self) -> list[Block]:
        """The awards that the judges do not give, and why."""
        said = [self.t("minutes.withheld_award", **award) for award in self.withheld_awards]
        return [Bullets(said)] if said else []

    def _scores_of(self, round_: str, group: str) -> Table:
        name = self.names["group", group]
        caption = self.t("minutes.scores_caption", round=self.rounds[round_], scope=name)
        rows = summaries.standings(self.edition, "group", group, round_)
        notes = [self.ranked_by("group", round_)]
        return self.table(rows, "rank code title unit score judges", caption, sheet=name, notes=notes)


def scores(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """The minutes of one closed round, as it was last closed.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    edition.ranking_table(part.id)  # refuses while its scores must not be seen
    edition = edition.at(int(edition.history.events(["round_closed"], part.id)["number"].iloc[-1]))
    return ScoredMinutes(edition, made_at).recap(part)
