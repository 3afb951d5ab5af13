"""Minutes of a plenary, and minutes of the ranking that it recommends, both as the plenary decided."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.minutes import (
    chains_of,
    heads_now,
    judge_name,
    members,
    minutes_of,
    outs,
    recusals,
    signers,
    when_and_where,
    withheld,
)
from kit.documents.paper import Paper, awards_given, by_title, entries_table
from kit.documents.words import in_words
from kit.edition import NotOpenedYet
from kit.errors import Problem
from kit.render.blocks import Block, Bullets, Column, Table
from kit.report import summaries
from kit.report.context import award_name, contenders, entry_named, ranked_by, tie_sentence

if TYPE_CHECKING:
    from kit.documents.minutes import Chapters
    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.history import Meeting
    from kit.rules import Round, Scope


def plenaries(edition: Edition) -> dict[str, tuple[str, Meeting]]:
    """Return every plenary that was recorded, by the id of its minutes: the round's id, and what happened.

    Raises:
        no_plenary: there is none.
    """
    found = {
        f"{round_.id}-{n}": (round_.id, meeting)
        for round_ in edition.rules.scored_rounds
        for n, meeting in enumerate(edition.meetings(round_.id), 1)
    }
    if not found:
        raise Problem("no_plenary", edition=edition.name)
    return found


def plenary(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of one plenary, as it ended, or as it is while it goes on."""
    round_id, meeting = plenaries(edition)[part.id]
    if ended := _end(edition, round_id, meeting):
        edition = edition.at(ended)
    paper, round_, t = Paper(edition, made_at), edition.rules.round(round_id), edition.texts
    if meeting.said.get("basis"):
        paper.basis = [meeting.said["basis"]]
    rulings = [_ruling(paper, ruling.entries, ruling.reason) for ruling in meeting.rulings]
    dissents = [
        t("minutes.dissent_of", judge=judge_name(paper, one.judge_id), reason=one.reason) for one in meeting.dissents
    ]
    chapters: Chapters = {
        "attendance": _attendance(paper, round_, meeting),
        "again": [paper.say("minutes.taken_up_again", reason=meeting.reason)] if meeting.reason else [],
        "conflicts": recusals(paper, round_.id),
        "changes": _changes(paper, round_, meeting),
        "rulings": [Bullets(rulings)] if rulings else [],
        "finalists": _finalists_decided(paper, round_, meeting),
        "outs": outs(paper, round_.id),
        "withheld": withheld(paper) if round_.id == paper.context.last else [],
        "dissents": [Bullets(dissents)] if dissents else [],
        "decision": _decision(paper, round_, meeting),
        "chains": chains_of(paper, meeting),
    }
    there, n = len(meeting.present), len(members(paper, round_.id))
    counted = {"present": in_words(there, t) if meeting.attendance else paper.blank, "members": in_words(n, t)}
    words = {**counted, **when_and_where(paper, meeting.said)}
    about = t("minutes.opening_plenary", title=paper.contest, round=paper.context.rounds[round_.id], **words)
    return minutes_of(paper, "plenary", part, about, chapters, signers(paper, round_.id))


def _end(edition: Edition, round_: str, meeting: Meeting) -> int | None:
    """Return the number of the event that ended a plenary: its decision, or the round's reopening."""
    events = edition.history.events(["round_decided", "round_opened"], round_)["number"]
    return next((int(number) for number in events if number > meeting.number), None)


def _finalists_decided(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    """Return who goes on by the decision, by title, and the equal scores where the list is cut."""
    cuts = paper.context.result.cuts.get(round_.id, ()) if meeting.decision else ()
    tables = []
    for cut in cuts:
        name = paper.context.names[cut.scope, cut.scope_id]
        rows = summaries.standings(paper.edition, cut.scope, cut.scope_id, round_.id)
        rows = by_title(rows[rows["entry_id"].isin(cut.through)])
        caption = paper.t("papers.finalists_caption", scope=name)
        if len(rows):
            tables.append(
                entries_table(paper.context, rows, "number entry_id title unit category", caption, sheet=name)
            )
    ties = [tie_sentence(paper.context, tie) for tie in paper.context.ties if tie.round == round_.id]
    said = Bullets(ties) if ties else paper.say("minutes.no_tie_at_cut")
    return [*tables, said] if tables else []


def _attendance(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    t, known = paper.t, meeting.attendance
    quorum = round_.quorum or len(members(paper, round_.id)) // 2 + 1
    rows = pd.DataFrame(
        [
            (judge_name(paper, judge), paper.position(judge), t(f"minutes.{'present' if known[judge] else 'away'}"))
            if judge in known
            else (judge_name(paper, judge), paper.position(judge), paper.blank)
            for judge in members(paper, round_.id)
        ],
        columns=["name", "position", "there"],
    )
    columns = [
        Column("name", t("document.signing_name")),
        Column("position", t("document.signing_position")),
        Column("there", t("minutes.column_there")),
    ]
    table = Table.of(rows, t, columns=columns, caption=t("minutes.attendance_caption"), row_header="name")
    there, n = len(meeting.present), len(members(paper, round_.id))
    key = "quorum_unknown" if not known else "quorum_met" if there >= quorum else "quorum_missed"
    hours = [meeting.said.get(name) or paper.blank for name in ("began", "ended")]
    when = paper.say("minutes.hours", began=hours[0], ended=hours[1])
    return [table, paper.say(f"minutes.{key}", quorum=quorum, present=there, n=n), when]


def _changes(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    """Return the marks that were changed, before and after, with the reason why the sheet was reopened."""
    t = paper.t
    if not meeting.reopened:
        return [paper.say("minutes.no_changes")]
    reasons = {(one.judge_id, one.entry_id): one.reason for one in meeting.reopened}
    names = {criterion.id: criterion.name.say(t.language) for criterion in round_.marked}
    rows = pd.DataFrame(
        [
            {
                "entry": entry_named(paper.context, one.entry_id),
                "judge": judge_name(paper, one.judge_id),
                "criterion": names.get(one.criterion, one.criterion),
                "before": _mark(paper, one.before),
                "after": _mark(paper, one.after),
                "reason": reasons.get((one.judge_id, one.entry_id), ""),
            }
            for one in meeting.changes
        ]
    )
    columns = [
        Column("entry", t("report.column_innovation")),
        Column("judge", t("minutes.column_judge")),
        Column("criterion", t("report.column_criterion")),
        Column("before", t("minutes.column_before")),
        Column("after", t("minutes.column_after")),
        Column("reason", t("report.column_reason")),
    ]
    untouched = reasons.keys() - {(one.judge_id, one.entry_id) for one in meeting.changes}
    said = [_unchanged(paper, *sheet, reasons[sheet]) for sheet in sorted(untouched)]
    caption = t("minutes.changes_caption")
    tables = [Table.of(rows, t, columns=columns, caption=caption, row_header="entry")] if len(rows) else []
    return [*tables, *([Bullets(said)] if said else [])]


def _mark(paper: Paper, value: str) -> str:
    return paper.t.decimal(Decimal(value)) if value else paper.t("minutes.no_mark")


def _unchanged(paper: Paper, judge: str, entry: str, reason: str) -> str:
    return paper.t(
        "minutes.unchanged", judge=judge_name(paper, judge), entry=entry_named(paper.context, entry), reason=reason
    )


def _ruling(paper: Paper, entries: tuple[str, ...], reason: str) -> str:
    order = "; ".join(f"({n}) {entry_named(paper.context, entry)}" for n, entry in enumerate(entries, 1))
    return paper.t("minutes.ruling", order=order, reason=reason)


def _decision(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    if meeting.decided is None:
        return [paper.say("minutes.undecided")]
    said = [paper.say("minutes.decided", round=paper.context.rounds[round_.id])]
    remarks = filter(None, [meeting.remark, meeting.said.get("remark")])
    return [*said, *(paper.say("minutes.remark", remark=remark) for remark in remarks)]


def _rankings(paper: Paper) -> list[Block]:
    if not paper.context.done:
        raise NotOpenedYet(
            round=paper.context.rounds[paper.context.last], edition=paper.edition.name, id=paper.context.last
        )
    return [_ranking(paper, *pair) for pair in paper.context.award_scopes]


def _ranking(paper: Paper, scope: Scope, scope_id: str) -> Block:
    """Return the ranking of those who reached the last round, or a sentence that nobody did."""
    rows = summaries.standings(paper.edition, scope, scope_id)
    rows = contenders(paper.context, rows)
    rows = rows.assign(award=[award_name(paper.context, award) for award in rows["award"]])
    name = paper.context.names[scope, scope_id]
    if rows.empty:
        return paper.say("report.no_finalist", scope=name, last=paper.context.rounds[paper.context.last])
    caption = paper.t("minutes.ranking_caption", scope=name)
    notes = [ranked_by(paper.context, scope)]
    return entries_table(paper.context, rows, "rank entry_id title unit final award", caption, sheet=name, notes=notes)


def _recommended(paper: Paper) -> list[Block]:
    n = sum(len(table) for *_, table in awards_given(paper.context))
    return [paper.say("minutes.recommends", n=n), paper.say("minutes.competent")]


def result(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of the ranking that the judges recommend to the competent official.

    They say what the last plenary decided.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no final ranking yet.
        no_award_yet: no award can be given.
    """
    last = [*edition.states][-1]
    decided = [meeting.decision for meeting in edition.meetings(last) if meeting.decision]
    paper, t = Paper(edition.at(decided[-1]) if decided else edition, made_at), edition.texts
    meeting = next(reversed(paper.edition.meetings(last)), None)
    tables, ties = [*_rankings(paper)], [tie_sentence(paper.context, tie) for tie in paper.context.ties]
    chapters: Chapters = {
        "ranking": tables,
        "ties": [Bullets(ties)] if ties else [paper.say("report.no_ties")],
        "withheld": withheld(paper),
        "outs": outs(paper, last),
        "recommendation": _recommended(paper),
        "chains": chains_of(paper, meeting) if meeting else [heads_now(paper)],
    }
    where = when_and_where(paper, meeting.said if meeting else {})
    about = t("minutes.opening_result", title=paper.contest, **where)
    return minutes_of(paper, "result", part, about, chapters, signers(paper, last))
