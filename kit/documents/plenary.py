"""Minutes of the plenary, and those of the ranking that it recommends: both as the plenary decided."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kit.documents.minutes import ScoredMinutes
from kit.documents.paper import by_title
from kit.documents.words import in_words
from kit.edition import NotOpenedYet
from kit.errors import Problem
from kit.report import summaries
from kit.report.blocks import Block, Bullets, Column, Table

if TYPE_CHECKING:
    from kit.documents.kinds import Part
    from kit.documents.minutes import Chapters
    from kit.edition import Edition, Meeting
    from kit.rules import Scope


def plenaries(edition: Edition) -> dict[str, tuple[str, Meeting]]:
    """Every plenary that was recorded, by the id of its minutes: its round, and what happened.

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
    """The minutes of one plenary, as it ended, or as it is while it goes on."""
    round_, meeting = plenaries(edition)[part.id]
    if ended := _end(edition, round_, meeting):
        edition = edition.at(ended)
    return _Plenary(edition, round_, meeting, made_at).blocks(part)


def _end(edition: Edition, round_: str, meeting: Meeting) -> int | None:
    """The number of the event that ended a plenary: its decision, or that the round was opened again."""
    events = edition.history.events(["round_decided", "round_opened"], round_)["number"]
    return next((int(number) for number in events if number > meeting.number), None)


class _Plenary(ScoredMinutes):
    """What one plenary did."""

    def __init__(self, edition: Edition, round_: str, meeting: Meeting, made_at: str) -> None:
        super().__init__(edition, made_at)
        self.round, self.meeting = self.rules.round(round_), meeting
        self.judges = self.members(round_)
        self.basis = [meeting.said["basis"]] if meeting.said.get("basis") else self.basis

    def blocks(self, part: Part) -> list[Block]:
        """The minutes."""
        t, meeting = self.t, self.meeting
        rulings = [self._ruling(ruling.entries, ruling.reason) for ruling in meeting.rulings]
        dissents = [
            t("minutes.dissent_of", judge=self.judge(one.judge_id), reason=one.reason) for one in meeting.dissents
        ]
        chapters: Chapters = {
            "attendance": self._attendance(),
            "again": [self.say("minutes.taken_up_again", reason=meeting.reason)] if meeting.reason else [],
            "conflicts": self.recusals(self.round.id),
            "changes": self._changes(),
            "rulings": [Bullets(rulings)] if rulings else [],
            "finalists": self._finalists_decided(),
            "outs": self.outs(self.round.id),
            "withheld": self.withheld() if self.round.id == self.last else [],
            "dissents": [Bullets(dissents)] if dissents else [],
            "decision": self._decision(),
            "chains": self.chains_of(meeting),
        }
        there, n = len(meeting.present), len(self.judges)
        counted = {"present": in_words(there, t) if meeting.attendance else self.blank, "members": in_words(n, t)}
        words = {**counted, **self.when_and_where(meeting.said)}
        about = t("minutes.opening_plenary", title=self.contest, round=self.rounds[self.round.id], **words)
        return self.whole("plenary", part, about, chapters, self.panel(self.round.id))

    def _finalists_decided(self) -> list[Block]:
        """Who goes on by the decision, by title, and what is to be said of equal scores where the list is cut."""
        cuts = self.result.cuts.get(self.round.id, ()) if self.meeting.decision else ()
        tables = []
        for cut in cuts:
            name = self.names[cut.scope, cut.scope_id]
            rows = summaries.standings(self.edition, cut.scope, cut.scope_id, self.round.id)
            rows = by_title(rows[rows["entry_id"].isin(cut.through)])
            caption = self.t("papers.finalists_caption", scope=name)
            if len(rows):
                tables.append(self.table(rows, "number code title unit category", caption, sheet=name))
        ties = [self._tie_sentence(tie) for tie in self.ties if tie.round == self.round.id]
        said = Bullets(ties) if ties else self.say("minutes.no_tie_at_cut")
        return [*tables, said] if tables else []

    def _attendance(self) -> list[Block]:
        t, known = self.t, self.meeting.attendance
        quorum = self.round.quorum or len(self.judges) // 2 + 1
        rows = pd.DataFrame(
            [
                (self.judge(judge), self.position(judge), t(f"minutes.{'present' if known[judge] else 'away'}"))
                if judge in known
                else (self.judge(judge), self.position(judge), self.blank)
                for judge in self.judges
            ],
            columns=["name", "position", "there"],
        )
        columns = [
            Column("name", t("document.signing_name"), width=3),
            Column("position", t("document.signing_position"), width=2),
            Column("there", t("minutes.column_there"), width=2),
        ]
        table = Table.of(rows, t, columns=columns, caption=t("minutes.attendance_caption"), row_header="name")
        there, n = len(self.meeting.present), len(self.judges)
        key = "quorum_unknown" if not known else "quorum_met" if there >= quorum else "quorum_missed"
        hours = [self.meeting.said.get(name) or self.blank for name in ("began", "ended")]
        when = self.say("minutes.hours", began=hours[0], ended=hours[1])
        return [table, self.say(f"minutes.{key}", quorum=quorum, present=there, n=n), when]

    def _changes(self) -> list[Block]:
        """The marks that were changed, before and after, with the reason for which the sheet was reopened."""
        t, meeting = self.t, self.meeting
        if not meeting.reopened:
            return [self.say("minutes.no_changes")]
        reasons = {(one.judge_id, one.entry_id): one.reason for one in meeting.reopened}
        names = {criterion.id: criterion.name.say(t.language) for criterion in self.round.marked}
        rows = pd.DataFrame(
            [
                {
                    "entry": self.entry_named(one.entry_id),
                    "judge": self.judge(one.judge_id),
                    "criterion": names.get(one.criterion, one.criterion),
                    "before": self._mark(one.before),
                    "after": self._mark(one.after),
                    "reason": reasons.get((one.judge_id, one.entry_id), ""),
                }
                for one in meeting.changes
            ]
        )
        columns = [
            Column("entry", t("report.column_innovation"), width=3),
            Column("judge", t("minutes.column_judge"), width=2),
            Column("criterion", t("report.column_criterion"), width=2),
            Column("before", t("minutes.column_before")),
            Column("after", t("minutes.column_after")),
            Column("reason", t("report.column_reason"), width=3),
        ]
        untouched = reasons.keys() - {(one.judge_id, one.entry_id) for one in meeting.changes}
        said = [self._unchanged(*sheet, reasons[sheet]) for sheet in sorted(untouched)]
        caption = t("minutes.changes_caption")
        tables = [Table.of(rows, t, columns=columns, caption=caption, row_header="entry")] if len(rows) else []
        return [*tables, *([Bullets(said)] if said else [])]

    def _mark(self, value: str) -> str:
        return self.t.decimal(Decimal(value)) if value else self.t("minutes.no_mark")

    def _unchanged(self, judge: str, entry: str, reason: str) -> str:
        return self.t("minutes.unchanged", judge=self.judge(judge), entry=self.entry_named(entry), reason=reason)

    def _ruling(self, entries: tuple[str, ...], reason: str) -> str:
        order = "; ".join(f"({n}) {self.entry_named(entry)}" for n, entry in enumerate(entries, 1))
        return self.t("minutes.ruling", order=order, reason=reason)

    def _decision(self) -> list[Block]:
        meeting = self.meeting
        if meeting.decided is None:
            return [self.say("minutes.undecided")]
        said = [self.say("minutes.decided", round=self.rounds[self.round.id])]
        remarks = filter(None, [meeting.remark, meeting.said.get("remark")])
        return [*said, *(self.say("minutes.remark", remark=remark) for remark in remarks)]


class _Recommendation(ScoredMinutes):
    """What the judges recommend."""

    def blocks(self, part: Part) -> list[Block]:
        """The minutes."""
        t = self.t
        tables, ties = [*self._rankings()], [self._tie_sentence(tie) for tie in self.ties]
        chapters: Chapters = {
            "ranking": tables,
            "ties": [Bullets(ties)] if ties else [self.say("report.no_ties")],
            "withheld": self.withheld(),
            "outs": self.outs(self.last),
            "recommendation": self._recommended(),
            "chains": self.chains_of(self.meeting) if self.meeting else [self.heads_now()],
        }
        where = self.when_and_where(self.meeting.said if self.meeting else {})
        about = t("minutes.opening_result", title=self.contest, **where)
        return self.whole("result", part, about, chapters, self.panel(self.last))

    @property
    def meeting(self) -> Meeting | None:
        """The last plenary about the last round."""
        return next(reversed(self.edition.meetings(self.last)), None)

    def _rankings(self) -> list[Block]:
        if not self.done:
            raise NotOpenedYet(round=self.rounds[self.last], edition=self.edition.name, id=self.last)
        return [self._ranking(*pair) for pair in self.award_scopes]

    def _ranking(self, scope: Scope, scope_id: str) -> Block:
        """Those who reached the last round, or that nobody did."""
        rows = summaries.standings(self.edition, scope, scope_id)
        rows = self._contenders(rows)
        rows = rows.assign(award=[self._award(award) for award in rows["award"]])
        name = self.names[scope, scope_id]
        if rows.empty:
            return self.say("report.no_finalist", scope=name, last=self.rounds[self.last])
        caption = self.t("minutes.ranking_caption", scope=name)
        notes = [self.ranked_by(scope)]
        return self.table(rows, "rank code title unit final award", caption, sheet=name, notes=notes)

    def _recommended(self) -> list[Block]:
        n = sum(len(table) for *_, table in self.given())
        return [self.say("minutes.recommends", n=n), self.say("minutes.competent")]


def result(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """The minutes of the ranking: what the judges recommend to the competent official, as their last plenary decided.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no final ranking yet.
        no_award_yet: no award can be given.
    """
    last = [*edition.states][-1]
    decided = [meeting.decision for meeting in edition.meetings(last) if meeting.decision]
    return _Recommendation(edition.at(decided[-1]) if decided else edition, made_at).blocks(part)
