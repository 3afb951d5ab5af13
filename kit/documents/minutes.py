"""Minutes of the administrative selection and of each scored round, and what all minutes share.

They say what the ledger held at the moment that they are about, so later events do not change them. The day of a
meeting is the one that the secretariat typed in, or a blank; it is never the time at which a document was made.
The result is a recommendation: the competent official decides.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.paper import Paper, entries_table
from kit.documents.words import date_in_words
from kit.errors import Problem
from kit.ledger import COMMITTEE, Closing
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Column,
    Heading,
    Paragraph,
    SignatureList,
    Signer,
    Table,
    columns_of,
)
from kit.report import summaries
from kit.report.context import accepted_changes, entry_named, left_contest, ranked_by, scopes_of, withheld_awards
from kit.report.results import cut_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.history import Meeting
    from kit.ledger import Heads

# The name of each chapter, and its blocks; a chapter without blocks is left out.
Chapters = dict[str, list[Block]]

_ROMAN = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}


def minutes_of(
    paper: Paper, kind: str, part: Part, about: str, chapters: Chapters, people: list[Signer], *, notice: bool = True
) -> list[Block]:
    """Return whole minutes: title, opening, the chapters that have blocks, closing words and signatures.

    Args:
        paper: the paper.
        kind: in the catalogue.
        part: of the kind.
        about: the opening, as a sentence.
        chapters: the name of each in the catalogue, and its blocks.
        people: who signs.
        notice: whether the notice on the rules, which is about weights and scores, is printed.
    """
    t = paper.t
    said = {} if notice else {"notice": None}
    filled = [(name, blocks) for name, blocks in {**chapters, "evidence": [*_evidence(paper)]}.items() if blocks]
    headings = [f"{_roman(number)}. {t(f'minutes.{name}')}" for number, (name, _) in enumerate(filled, 1)]
    return [
        paper.masthead(part, t(f"minutes.title_{kind}", title=paper.contest), form="official", **said),
        paper.letterhead(),
        paper.titled(f"minutes_{kind}"),
        Paragraph(about),
        *paper.on_the_basis(),
        *[
            block
            for heading, (_, blocks) in zip(headings, filled, strict=True)
            for block in (Heading(heading), *blocks)
        ],
        paper.say("minutes.end"),
        SignatureList(people),
    ]


def when_and_where(paper: Paper, said: dict[str, str]) -> dict[str, str]:
    """Return day and place of a meeting in words; blanks where nobody has typed them in."""
    day = said.get("day", "")
    with suppress(ValueError):
        day = date_in_words(date.fromisoformat(day), paper.t)
    day = day or paper.t("minutes.day_blank", blank=paper.blank)
    return {"day": day, "place": said.get("place", "") or paper.blank}


def judge_name(paper: Paper, judge_id: str) -> str:
    """Return a judge's name with titles."""
    names = paper.edition.registers.judges.set_index("judge_id")["name"]
    return paper.office.person(judge_id, str(names.get(judge_id, judge_id)), "titled")


def signers(paper: Paper, round_: str) -> list[Signer]:
    """Return the judges of a round, as they sign."""
    return [Signer(judge_name(paper, judge), paper.position(judge)) for judge in members(paper, round_)]


def members(paper: Paper, round_: str) -> list[str]:
    """Return the ids of the judges who have a sheet in a round."""
    return sorted(set(paper.edition.panel(round_)["judge_id"]))


def _evidence(paper: Paper) -> Iterator[Block]:
    """Yield the fingerprints of the data that the minutes come from, and what was changed after scoring began."""
    t = paper.t
    hashes = paper.edition.registers.hashes()
    rows = [(t(f"minutes.file_{name}"), digest) for name, digest in hashes.items()]
    # Not the ledger's own: the order of letters and comments follows from it.
    rows.append((t("minutes.file_all"), paper.edition.fingerprint))
    columns = [Column("what", t("minutes.column_file")), Column("hash", t("minutes.column_hash"))]
    yield Table.of(rows, t, columns=columns, caption=t("minutes.files_caption"), row_header="what")
    if paper.edition.accepted_later:
        yield Callout(t("minutes.changed_since"), "warning")
    yield from accepted_changes(paper.edition)


def heads_table(paper: Paper, heads: Heads, caption: str) -> Table:
    """Return the last hash of each chain, with which a later check can compare."""
    t = paper.t
    rows = [
        (t("report.chain_committee") if chain == COMMITTEE else judge_name(paper, chain), head.count, head.hash)
        for chain, head in sorted(heads.items())
    ]
    columns = columns_of(t, "chain events hash")
    return Table.of(rows, t, columns=columns, caption=caption, row_header="chain")


def heads_now(paper: Paper) -> Table:
    """Return the last hash of each chain at the moment that the minutes are about."""
    return heads_table(paper, paper.edition.history.heads(), paper.t("minutes.heads_now"))


def chains_of(paper: Paper, meeting: Meeting) -> list[Block]:
    """Return the last hash of each chain just before a plenary's decision was recorded."""
    if meeting.decision is None:
        return [heads_now(paper)]
    before = paper.edition.at(meeting.decision - 1).history.heads()
    return [heads_table(paper, before, paper.t("minutes.heads_decided"))]


def recusals(paper: Paper, round_: str) -> list[Block]:
    """Return who did not score which entries of a round because of a conflict of interest."""
    said = [
        paper.t(
            "minutes.recusal",
            judge=judge_name(paper, str(judge)),
            entries=[entry_named(paper.context, entry) for entry in own["entry_id"]],
        )
        for judge, own in summaries.conflicts(paper.edition, round_).groupby("judge_id")
    ]
    return [Bullets(said)] if said else [paper.say("minutes.no_recusal")]


def outs(paper: Paper, round_: str) -> list[Block]:
    """Return which entries left the contest, or were absent in a round, and why."""
    said = left_contest(paper.context, round_)
    return [Bullets(said)] if said else []


def _roman(number: int) -> str:
    """Return a number below 40 in Roman numerals."""
    largest = next((value for value in _ROMAN if value <= number), 0)
    return _ROMAN[largest] + _roman(number - largest) if largest else ""


# Administrative selection


def selection(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of the administrative selection: as it was closed, or as it is while it goes on."""
    if len(closed := _closings(edition)):
        edition = edition.at(int(closed["number"].iloc[-1]))
    paper = Paper(edition, made_at)
    t, table = paper.t, admissions(edition)
    counts = {value: int((table["value"] == value).sum()) for value in ("eligible", "not_eligible", "left_undecided")}
    said = [paper.say("minutes.selected", n=len(table), **counts)]
    if counts["left_undecided"]:
        why = _closed_because(edition)
        said.append(paper.say("minutes.selected_undecided", n=counts["left_undecided"], reason=why))
    refused = table[table["value"] == "not_eligible"]
    columns = [
        *columns_of(t, "entry_id title unit"),
        Column("said", t("minutes.column_result")),
        Column("text", t("minutes.column_note")),
    ]
    shown = table.assign(said=[t(f"minutes.{value}") for value in table["value"]])
    caption = t("minutes.selection_caption")
    results: list[Block] = [
        *said,
        *([Bullets([entry_named(paper.context, entry) for entry in refused["entry_id"]])] if len(refused) else []),
        Table.of(shown, t, columns=columns, caption=caption, row_header="title", sheet=t("minutes.selection_sheet")),
    ]
    signers = [
        Signer(one.titled or one.name or paper.blank, one.position.say(t.language)) for one in paper.office.committee
    ] or [Signer(paper.blank, paper.blank) for _ in range(3)]
    about = t("minutes.opening_selection", title=paper.contest, **when_and_where(paper, {}))
    chapters: Chapters = {"results": results, "checks": _checks(paper)}
    return minutes_of(paper, "selection", part, about, chapters, signers, notice=False)


def admissions(edition: Edition) -> pd.DataFrame:
    """Return the last decision about each entry: ``entry_id``, ``value``, ``text``, ``title`` and ``unit``, by id.

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
    """Return the events that closed the administrative selection."""
    checklists = [round_.id for round_ in edition.rules.rounds if not round_.scored]
    events = edition.history.events(["round_closed"])
    return events[events["round"].isin(checklists)]


def _closed_because(edition: Edition) -> str:
    """Return the reason why the selection was closed with undecided entries."""
    return Closing.read(str(_closings(edition)["text"].iloc[-1])).remark


def _checks(paper: Paper) -> list[Block]:
    """Return what was received, who had to complete something, and how often each item was met."""
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
        Column("item", t("minutes.column_item")),
        *[Column(value, t(f"minutes.check_{value}"), "integer") for value in ("yes", "to_complete", "no")],
    ]
    caption = t("minutes.checks_caption")
    tables = [Table.of(rows, t, columns=columns, caption=caption, row_header="item")] if rows else []
    return [*said, *tables]


# Scores of a round


def scores(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of one closed round, as it was last closed.

    They hold the sheets received, recusals, scores, and the heads of the chains at its closing.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    edition.ranking_table(part.id)  # refuses while its scores must not be seen
    edition = edition.at(int(edition.history.events(["round_closed"], part.id)["number"].iloc[-1]))
    paper, t, round_ = Paper(edition, made_at), edition.texts, part.id
    name = paper.context.rounds[round_]
    course = next(course for course in paper.context.courses if course.round == round_)
    key = "minutes.sheets_missing" if course.missing else "minutes.sheets_all"
    received = paper.say(key, n=course.asked - course.missing, total=course.asked, missing=course.missing)
    cuts = [cut_sentence(paper.context, round_, cut) for cut in paper.context.result.cuts.get(round_, ())]
    closing = Closing.read(str(edition.history.events(["round_closed"], round_)["text"].iloc[-1]))
    heads = heads_table(paper, closing.heads, t("minutes.heads_caption", round=name))
    tables = [_scores_of(paper, round_, scope_id) for _, scope_id in scopes_of(paper.context, round_, "group")]
    chapters: Chapters = {
        "sheets": [received],
        "conflicts": recusals(paper, round_),
        "outs": outs(paper, round_),
        "scores": [*tables, *([Bullets(cuts)] if cuts else [])],
        "chains": [paper.say("minutes.chains_said"), heads],
    }
    about = t("minutes.opening_scores", round=name, title=paper.contest, **when_and_where(paper, {}))
    return minutes_of(paper, "scores", part, about, chapters, signers(paper, round_))


def withheld(paper: Paper) -> list[Block]:
    """Return the awards that the judges do not give, and why."""
    said = [paper.t("minutes.withheld_award", **award) for award in withheld_awards(paper.context)]
    return [Bullets(said)] if said else []


def _scores_of(paper: Paper, round_: str, group: str) -> Table:
    name = paper.context.names["group", group]
    caption = paper.t("minutes.scores_caption", round=paper.context.rounds[round_], scope=name)
    rows = summaries.standings(paper.edition, "group", group, round_)
    notes = [ranked_by(paper.context, "group", round_)]
    return entries_table(paper.context, rows, "rank entry_id title unit score judges", caption, sheet=name, notes=notes)
