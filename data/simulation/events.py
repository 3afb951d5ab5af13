"""When everything happened: the events of one edition's ledger, at fixed times of the contest's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from kit.ledger import COMMITTEE, Event
from simulation.comments import Pen
from simulation.plan import at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from simulation.marks import Marks
    from simulation.plan import Plan
    from simulation.proposals import Proposal

ADMITTED = (
    "Berkas digital dan berkas cetak lengkap; kelima kriteria PP 38/2017 terpenuhi.",
    "Berkas digital dan berkas cetak lengkap; kelima kriteria PP 38/2017 terpenuhi.",
    "Surat usulan dilengkapi pada hari pemeriksaan; kelima kriteria PP 38/2017 terpenuhi.",
)


class Journal:
    """Gathers the events of one edition; :meth:`events` puts them in the order of their times."""

    def __init__(self, plan: Plan, proposals: Sequence[Proposal], marks: Marks) -> None:
        self.plan = plan
        self.proposals = proposals
        self.marks = marks
        self._rng = Random(f"{plan.edition} times")
        self._pen = Pen(plan.edition)
        self._events: list[Event] = []

    def events(self) -> list[Event]:
        """All events, the earliest first."""
        return sorted(self._events, key=lambda event: event.fields()[0])

    def committee(self, time: datetime, kind: str, **fields: str) -> None:
        """Something that the committee did."""
        self._events.append(Event(kind=kind, actor=COMMITTEE, time=time, **fields))

    def judge(self, time: datetime, judge_id: str, kind: str, **fields: str) -> None:
        """Something that a judge did, to the microsecond."""
        time += timedelta(microseconds=self._rng.randrange(1_000_000))
        self._events.append(Event(kind=kind, actor=judge_id, judge_id=judge_id, time=time, **fields))

    def administrative_selection(self, round_: str, items: Sequence[str]) -> None:
        """Two days on which every entry is checked item by item and admitted."""
        first, second = self.plan.selection, self.plan.selection + timedelta(days=1)
        self.committee(at(first, "08.30"), "round_opened", round=round_)
        half = (len(self.proposals) + 1) // 2
        for day, batch in ((first, self.proposals[:half]), (second, self.proposals[half:])):
            for n, proposal in enumerate(batch):
                time = at(day, "09.00") + timedelta(minutes=14 * n)
                text = self._rng.choice(ADMITTED)
                self._check(time, round_, proposal, items, mended=text == ADMITTED[-1])
                self.committee(time, "admission", entry_id=proposal.id, value="eligible", text=text)
        remark = f"{len(self.proposals)} proposal memenuhi syarat."
        self.committee(at(second, "16.00"), "round_closed", round=round_, text=remark)

    def _check(self, decided: datetime, round_: str, proposal: Proposal, items: Sequence[str], *, mended: bool) -> None:
        """The minutes before a decision: when both files had come in, then each item, the letter perhaps twice."""
        chance, about = Random(f"{self.plan.edition} {proposal.id} received"), {"entry_id": proposal.id}
        for n, what in enumerate(("digital", "paper")):
            came = at(self.plan.selection - timedelta(days=chance.randint(3, 20)), "08.00")
            came += timedelta(minutes=chance.randrange(480))
            time = decided - timedelta(minutes=13, seconds=-n)
            self.committee(time, "received", criterion=what, value=came.isoformat(), **about)
        checks = [*((item, "yes", "") for item in items), *[("surat", "yes", "")] * mended]
        if mended:
            checks[items.index("surat")] = ("surat", "to_complete", "Belum ditandatangani pimpinan unit.")
            day = f"{decided:%Y-%m-%d}"
            time = decided - timedelta(minutes=6)
            self.committee(time, "cure_until", value=day, text="Surat usulan dilengkapi.", **about)
        for n, (item, value, text) in enumerate(checks):
            time = decided - timedelta(minutes=12) + timedelta(seconds=55 * n)
            self.committee(time, "checked", round=round_, criterion=item, value=value, text=text, **about)

    def proposal_scoring(self, round_: str) -> None:
        """Two weeks in which judges mark at home in the evenings, each at a pace of their own."""
        self.committee(at(self.plan.opened, "09.05"), "round_opened", round=round_)
        for judge in self.plan.judges:
            own = [proposal for proposal in self.proposals if self._sheet(round_, judge, proposal)]
            start = self._rng.randrange(len(own))
            evenings = sorted(self._rng.sample(range(13), 9))
            per_evening = -(-len(own) // len(evenings))
            for n, proposal in enumerate(own[start:] + own[:start]):
                if n % per_evening == 0:
                    clock = self._evening(evenings[n // per_evening])
                clock = self._fill_in(clock + self._minutes(2, 5), round_, judge, proposal)
            self.judge(self._last_evening("20.45"), judge, "submitted", round=round_)
        remark = f"{len(self.plan.judges)} juri telah mengirim seluruh lembar penilaian."
        self.committee(self.plan.closed, "round_closed", round=round_, text=remark)

    def presentations(self, round_: str) -> None:
        """Two days, a group a day; judges mark right after each presentation and send each sheet at once."""
        self.committee(at(self.plan.stage, "08.30"), "round_opened", round=round_)
        finalists = {cell.entry_id for cell in self.marks if cell.round == round_}
        groups = sorted({entry.partition("-")[0] for entry in finalists})
        for day, group in enumerate(groups):
            on_stage = [
                proposal for proposal in self.proposals if proposal.id in finalists and proposal.id.startswith(group)
            ]
            self._rng.shuffle(on_stage)
            for n, proposal in enumerate(on_stage):
                begin = at(self.plan.stage + timedelta(days=day), "09.00" if n < 4 else "13.00")
                end = begin + timedelta(minutes=40 * (n % 4) + 30)
                for judge in self.plan.judges:
                    if self._sheet(round_, judge, proposal):
                        sent = self._fill_in(end, round_, judge, proposal) + timedelta(seconds=20)
                        self.judge(sent, judge, "submitted", round=round_, entry_id=proposal.id)
        last_day = self.plan.stage + timedelta(days=len(groups) - 1)
        remark = f"{len(finalists)} finalis telah menyampaikan presentasi."
        self.committee(at(last_day, "16.30"), "round_closed", round=round_, text=remark)

    def plenary(self, round_: str, day: date, order: Sequence[str] = (), reason: str = "") -> None:
        """All judges meet, rule on a tie that the rules leave to them, and fix the decision."""
        begin = at(day, "09.00")
        said = {"place": "Ruang Rapat Contoh", "day": day.isoformat(), "began": "09.00 WIB", "ended": "10.30 WIB"}
        self.committee(begin, "round_plenary", round=round_)
        for n, judge in enumerate(self.plan.judges, 1):
            time = begin + timedelta(seconds=20 * n)
            self.committee(time, "attendance", round=round_, judge_id=judge, value="present")
        for n, (topic, text) in enumerate(said.items(), 1):
            self.committee(
                begin + timedelta(minutes=2, seconds=20 * n), "meeting", round=round_, criterion=topic, text=text
            )
        if reason:
            self.committee(at(day, "09.45"), "tie_ruling", round=round_, value=">".join(order), text=reason)
        self.committee(at(day, "10.30"), "round_decided", round=round_, text="Disepakati oleh juri yang hadir.")

    def changes_of_mind(self, round_: str) -> None:
        """On the last evening some marks are changed, and some that were cleared at once are given again."""
        changed, cleared = self.plan.changed
        given = [n for n, event in enumerate(self._events) if event.kind == "mark" and event.round == round_]
        for n, place in enumerate(self._rng.sample(given, changed + cleared)):
            final = self._events[place]
            assert final.time
            if n < changed:
                first_thought = float(final.value) + (0.5 if float(final.value) < 4 else -0.5)
                self._events[place] = replace(final, value=f"{first_thought:g}")
            else:
                self._events.append(replace(final, value="", time=final.time + timedelta(seconds=5)))
            self._events.append(replace(final, time=self._last_evening("19.30")))

    def _sheet(self, round_: str, judge: str, proposal: Proposal) -> dict[str, float]:
        return {
            cell.criterion: mark
            for cell, mark in self.marks.items()
            if (cell.round, cell.judge_id, cell.entry_id) == (round_, judge, proposal.id)
        }

    def _fill_in(self, clock: datetime, round_: str, judge: str, proposal: Proposal) -> datetime:
        """One sheet: a mark after the other, then the comments; returns when the judge was done."""
        sheet = self._sheet(round_, judge, proposal)
        where = {"round": round_, "entry_id": proposal.id}
        for criterion, mark in sheet.items():
            clock += timedelta(seconds=self._rng.randint(8, 40))
            self.judge(clock, judge, "mark", criterion=criterion, value=f"{mark:g}", **where)
        note = "note_proposal" if clock < self.plan.closed else "note_stage"
        comments = {"entrant": self._pen.for_entrant(proposal, sheet), "internal": self._pen.for_panel(proposal, note)}
        for criterion, text in comments.items():
            if text:
                clock += timedelta(seconds=self._rng.randint(30, 80))
                self.judge(clock, judge, "comment", criterion=criterion, text=text, **where)
        return clock

    def _evening(self, day: int) -> datetime:
        return at(self.plan.opened + timedelta(days=day), "19.10") + self._minutes(0, 50)

    def _last_evening(self, clock: str) -> datetime:
        moment = at(self.plan.opened + timedelta(days=13), clock)
        return moment + self._minutes(0, 60) + timedelta(microseconds=self._rng.randrange(1_000_000))

    def _minutes(self, low: int, high: int) -> timedelta:
        return timedelta(seconds=self._rng.randint(low * 60, high * 60))
