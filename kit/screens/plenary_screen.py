"""The plenary about one round, as a screen of topics: what the panel looks at, and what is recorded during the meeting.

Nothing of the judges' marks is shown before the plenary has begun.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING
from uuid import uuid4

from kit.contest import decisions, plenary, rounds
from kit.errors import Mistakes, Problem
from kit.history import DECIDED, award_of
from kit.judging.assignment import current_round
from kit.judging.desk import Change, Desk
from kit.judging.mark_files import check_mark
from kit.ledger import COMMITTEE
from kit.registers import text_of
from kit.render.blocks import MISSING, Bullets, Group, Paragraph
from kit.report import agenda as shown
from kit.report.agenda import Agenda, most_disputed
from kit.report.results import results
from kit.scoring.ranking import FINAL
from kit.screens.topics import Act, Field, Topic, TopicScreen, act, recorded
from kit.tables import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.render.blocks import Block
    from kit.screens.topics import Values


_OF_MEETING = ("attendance", "meeting", "dissent")  # what is recorded of a meeting and changes no result


def plenary_view(edition: Edition, round_id: str = "", actor: str = COMMITTEE) -> TopicScreen:
    """Return the screen of a plenary.

    Args:
        edition: the contest.
        round_id: a scored round; the current one unless given.
        actor: who records.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
    """
    name = edition.scored(text_of(round_id) or current_round(edition)).id
    title = edition.texts("plenary.screen", round=edition.say(name))
    return TopicScreen(edition, "plenary", lambda now: _topics(now, name, actor, now.history.last), title, actor)


@lru_cache(maxsize=8)  # an act looks at them before and after it
def _topics(edition: Edition, round_id: str, actor: str, last: int) -> list[Topic]:  # noqa: ARG001  (the last event)
    meeting = _Plenary(edition, round_id, actor)
    if edition.states[round_id] in {"plenary", *DECIDED}:
        return meeting.topics()
    hidden = [Paragraph(meeting.word("not_begun"))]
    later = ("attendance", "minutes", "spread", "cuts", "sheets", "ties", "absence", "dissent", "decision")
    return [meeting.opening(), *(Topic(name, meeting.word(name), hidden) for name in later)]


@lru_cache(maxsize=8)  # slow to find, and most of what is recorded in a meeting changes no result
def _divided(edition: Edition, round_id: str, result: int) -> tuple[Group, str, list[tuple[str, ...]]]:  # noqa: ARG001
    """Return where lists are divided, and in which list which ties are left to the judges."""
    agenda = Agenda(edition, round_id)
    where = FINAL if agenda.decides_final else round_id
    return shown.cuts(agenda), where, [*plenary.tied(edition, where)]


class _Plenary:
    """The topics of a plenary as the ledger has it now."""

    def __init__(self, edition: Edition, round_id: str, actor: str) -> None:
        self.edition, self.round, self.actor = edition, round_id, actor
        self.t, self.state = edition.texts, edition.states[round_id]
        self.running = self.state == "plenary"
        found = edition.meetings(round_id)
        self.meeting = found[-1] if found else None
        judges = edition.registers.judges[["judge_id", "name"]]
        self.judges: dict[str, str] = dict(judges.itertuples(index=False, name=None))

    def word(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``plenary``."""
        return self.t(f"plenary.{key}", **values)

    def topics(self) -> list[Topic]:
        """Return what is shown once the plenary has begun; what is recorded then is offered while it goes on."""
        agenda, events = Agenda(self.edition, self.round), self.edition.history.events()
        result = int(events.loc[~events["kind"].isin(_OF_MEETING), "number"].max())
        cuts, where, ties = _divided(self.edition, self.round, result)
        uncounted = shown.without_marks(agenda)
        absence = Paragraph(self.word("absence_said"))
        return [
            self.opening(),
            self._topic("attendance", Group([shown.attendance(agenda), *self._present()]), self._attendance),
            self._topic("minutes", Paragraph(self.word("minutes_said")), self._minutes),
            self._topic("spread", shown.spread(agenda)),
            self._topic("cuts", cuts),
            *([self._topic("without_marks", uncounted)] if uncounted.blocks else []),
            self._topic("sheets", shown.changes(agenda), lambda: self._reopening(agenda)),
            *(self._sheets(agenda) if self.running else []),
            self._topic("ties", shown.equals(agenda), lambda: [self._ruling(agenda, where, tie) for tie in ties]),
            *([self._topic("award", self._withheld(agenda), lambda: self._awards(agenda))] * agenda.decides_final),
            self._topic("absence", absence, lambda: self._absence(agenda)),
            self._topic("dissent", self._dissents(), self._dissent),
            *(self._deciding(agenda) if self.running else self._decided(agenda)),
        ]

    def _topic(self, name: str, block: Block, acts: Callable[[], Sequence[Act]] = tuple) -> Topic:
        return Topic(name, self.word(name), [block], acts() if self.running else ())

    def _act(
        self,
        key: str,
        run: Callable[[Values], object],
        fields: Sequence[Field] = (),
        *,
        n: str = "",
        **words: object,
    ) -> Act:
        about = {"round": self.edition.say(self.round), **words}
        return act(self.t, f"plenary.{key}", run, fields, act_id=n and f"{key}-{n}", **about)

    def _reason(self, key: str, **words: object) -> Field:
        return Field("reason", self.word(f"{key}_reason", **words), needed=True)

    # Before the meeting, and what the minutes say of it

    def opening(self) -> Topic:
        """Return how far the round is, and what leads to the plenary."""
        about, name, by = (self.edition, self.round), self.edition.say(self.round), {"actor": self.actor}
        said = [f"{name}: {self.t(f'status.{self.state}')}."]
        if self.meeting:
            key, time = ("over", self.meeting.decided) if self.meeting.decided else ("going_on", self.meeting.began)
            said.append(self.word(key, time=time))
        acts: list[Act] = []
        if self.state == "open":
            hindered = [problem.sentence(self.t.language) for problem in rounds.unfinished(*about)]
            said += hindered
            key, fields = ("close_early", [self._reason("close_early")]) if hindered else ("close", [])
            acts = [self._act(key, lambda values: rounds.close(*about, values.get("reason", ""), **by), fields)]
        elif self.state == "closed":
            said.append(self.word("not_begun"))
            acts = [self._act("begin", lambda _: plenary.begin(*about, **by))]
        elif self.state in DECIDED:
            said.append(self.word("begin_again_said"))
            again = [self._reason("begin_again")]
            acts = [self._act("begin_again", lambda values: plenary.begin(*about, values["reason"], **by), again)]
        said.append(self.word("fairness_seen" if self.edition.rules.fairness_in_plenary else "fairness_unseen"))
        return Topic("opening", self.word("opening"), [Paragraph(line) for line in said], acts)

    def _present(self) -> list[Block]:
        """Return the names of those who were there; while the meeting goes on its boxes show them."""
        there = self.meeting.present if self.meeting and not self.running else ()
        return [Bullets([self.judges[judge] for judge in there])] if there else []

    def _attendance(self) -> list[Act]:
        known = self.meeting.attendance if self.meeting else {}
        fields = [
            Field(judge, self.judges[judge], "check", "on" if known.get(judge) else "")
            for judge in plenary.panel(self.edition, self.round)
        ]

        def attend(values: Values) -> str:
            changed = _typed_over(fields, values)
            for field in changed:
                plenary.attend(self.edition, self.round, field.name, present=bool(values[field.name]), actor=self.actor)
            event = [self.word("there" if values[field.name] else "not_there", judge=field.label) for field in changed]
            return recorded(self.t, "; ".join(event), self.word("attend_fix"))

        return [Act("attend", self.word("attend"), attend, fields, at_once=True)] if fields else []

    def _minutes(self) -> list[Act]:
        said = dict(self.meeting.said) if self.meeting else {}
        if said.get("day"):
            said["day"] = self.t.date(day_of(said["day"]))
        fields = [Field(name, self.word(f"topic_{name}"), value=said.get(name, "")) for name in plenary.TOPICS]

        def note(values: Values) -> str:
            changed = _typed_over(fields, values)
            said = {field.name: values[field.name] for field in changed}
            plenary.note(self.edition, self.round, said, actor=self.actor)
            event = self.word("minutes_event", fields=[field.label for field in changed])
            return recorded(self.t, event, self.word("minutes_fix"))

        return [Act("minutes", self.word("minutes_save"), note, fields)]

    # Sheets taken up again

    def _reopening(self, agenda: Agenda) -> list[Act]:
        letters = sorted(agenda.letters.items(), key=lambda pair: (len(pair[1]), pair[1]))
        judges = [(name, self.word("judge", letter=letter)) for name, letter in letters]
        entries = [(name, agenda.entry(name)) for name in most_disputed(agenda)]
        fields = [
            Field("entry", self.word("reopen_entry"), "choice", options=entries),
            Field("judge", self.word("reopen_judge"), "choice", options=judges),
            self._reason("reopen"),
        ]

        def reopen(values: Values) -> str:
            of = (values["judge"], values["entry"], values["reason"])
            plenary.reopen_sheet(self.edition, self.round, *of, actor=self.actor)
            letter = agenda.letters[values["judge"]]
            return self.word("reopen_next", topic=self.word("sheet", letter=letter, entry=values["entry"]))

        return [self._act("reopen", reopen, fields)]

    def _sheets(self, agenda: Agenda) -> list[Topic]:
        """Return a topic for each reopened sheet; judges are letters there as well."""
        reopened = self.meeting.reopened if self.meeting else []
        sheets = dict.fromkeys((sheet.judge_id, sheet.entry_id) for sheet in reopened)
        return [self._sheet(agenda, *sheet) for sheet in sheets]

    def _sheet(self, agenda: Agenda, judge: str, entry: str) -> Topic:
        about = {"letter": agenda.letters[judge], "entry": entry}
        open_desk = partial(Desk, self.edition, self.round, judge, only=[entry])
        desk = open_desk()
        names = {one.id: one.name.say(self.t.language) for one in desk.asked(entry)}
        fields = [
            Field(name, self._with_scale(name, said), value=self._typed(desk.sheets[entry].marks.get(name, "")))
            for name, said in names.items()
        ]
        typist = [Field("typist", self.word("typist"), needed=True)] if self.actor == COMMITTEE else []

        def save(values: Values) -> str:
            changed = [(field, values[field.name].strip()) for field in _typed_over(fields, values)]
            for field, text in changed:
                if text:  # none is recorded where one cannot be
                    check_mark(self.edition.rules, self.round, field.name, text)
            typed_by = open_desk(typist=values.get("typist", self.actor).strip())
            outcomes = typed_by.save([Change(entry, field.name, text, uuid4().hex) for field, text in changed])
            if refused := [outcome.said for outcome in outcomes if outcome.saved is None]:
                raise Problem("mark_not_taken", said=refused[0])
            said = [f"{names[field.name]} {field.value or MISSING} → {text or MISSING}" for field, text in changed]
            event = self.word("marks_event", changes="; ".join(said), **about)
            return recorded(self.t, event, self.word("marks_fix"))

        blocks = [Paragraph(agenda.entry(entry)), Paragraph(self.word("sheet_said"))]
        acts = [Act("marks", self.word("marks_save", **about), save, [*fields, *typist])]
        return Topic(f"sheets/{about['letter']}/{entry}", self.word("sheet", **about), blocks, acts)

    def _with_scale(self, criterion: str, said: str) -> str:
        scale = self.edition.rules.round(self.round).scale_of(criterion)
        return self.word("criterion", criterion=said, low=scale.low, high=scale.high, step=scale.step)

    def _typed(self, mark: str) -> str:
        return mark if self.t.language == "en" else mark.replace(".", ",")

    # What is decided about ties, awards, entries that did not come, and by whom it is not shared

    def _ruling(self, agenda: Agenda, where: str, tie: Sequence[str]) -> Act:
        options = [(name, agenda.entry(name)) for name in tie]
        order = Field("order", self.word("rule_order", entries=[*tie]), "order", options=options)

        def rule(values: Values) -> None:
            plenary.rule_tie(self.edition, where, values["order"].split(">"), values["reason"], actor=self.actor)

        reason = self._reason("rule", entries=[*tie])
        return self._act("rule", rule, [order, reason], n="-".join(tie), entries=[*tie])

    def _awards(self, agenda: Agenda) -> list[Act]:
        withheld = self.edition.decisions.withheld["value"].tolist()
        named = [(award, self._award(agenda, award)) for award in plenary.awards(self.edition)]
        record = partial(plenary.withhold_award, self.edition, actor=self.actor)
        given, left = ([pair for pair in named if (pair[0] in withheld) == out] for out in (False, True))
        return [
            *self._about_one("withhold", "award", given, partial(record, given=False)),
            *self._about_one("give", "award", left, partial(record, given=True)),
        ]

    def _about_one(
        self, key: str, what: str, options: Sequence[tuple[str, str]], record: Callable[..., object]
    ) -> list[Act]:
        """Return what records something about one of these, with a reason; nothing where there is none to choose."""
        one = Field(what, self.word(f"{key}_{what}"), "choice", options=options)
        run = self._act(key, lambda values: record(values[what], values["reason"]), [one, self._reason(key)])
        return [run] if options else []

    def _award(self, agenda: Agenda, award: str) -> str:
        scope, scope_id, place = award_of(award)
        names = next(given.names for given in self.edition.rules.final.main_awards if given.scope == scope)
        return self.word("award_of", award=names[place - 1].say(self.t.language), scope=agenda.names[scope, scope_id])

    def _withheld(self, agenda: Agenda) -> Block:
        rows = self.edition.decisions.withheld[["value", "text"]].itertuples(index=False, name=None)
        said = [
            self.word("award_withheld_said", award=self._award(agenda, str(value)), reason=text) for value, text in rows
        ]
        return Bullets(said) if said else Paragraph(self.word("award_none"))

    def _absence(self, agenda: Agenda) -> list[Act]:
        may_be = decisions.unmarked(self.edition, self.round)
        was = {entry for round_, entry in self.edition.record.absent if round_ == self.round}
        absent, present = ([(entry, agenda.entry(entry)) for entry in sorted(entries)] for entries in (may_be, was))
        about = (self.edition, self.round)
        return [
            *self._about_one("absent", "entry", absent, partial(decisions.mark_absent, *about, actor=self.actor)),
            *self._about_one("present", "entry", present, partial(decisions.mark_present, *about, actor=self.actor)),
        ]

    def _dissents(self) -> Block:
        said = self.meeting.dissents if self.meeting else []
        lines = [self.word("dissent_said", name=self.judges[judge], reason=reason) for judge, reason in said]
        return Bullets(lines) if lines else Paragraph(self.word("dissent_none"))

    def _dissent(self) -> list[Act]:
        there = [(judge, self.judges[judge]) for judge in self.meeting.present] if self.meeting else []
        judge = Field("judge", self.word("dissent_judge"), "choice", options=there)

        def dissent(values: Values) -> None:
            plenary.dissent(self.edition, self.round, values["judge"], values["reason"], actor=self.actor)

        return [self._act("dissent_save", dissent, [judge, self._reason("dissent")])] if there else []

    # The decision

    def _deciding(self, agenda: Agenda) -> list[Topic]:
        remark = Field("remark", self.word("decide_remark"))

        def decide(values: Values) -> str:
            plenary.decide(self.edition, self.round, values["remark"], actor=self.actor)
            return self._printed()

        free = not plenary.hindrances(self.edition, self.round)
        acts = [self._act("decide", decide, [remark])] if free else []
        return [Topic("decision", self.word("decision"), [shown.hindrances(agenda)], acts)]

    def _decided(self, agenda: Agenda) -> list[Topic]:
        versions = self.edition.history.versions(self.round)
        said = [self.word("publish_said", number=version.number, time=version.time) for version in versions]
        if versions and (n := len(rounds.unpublished(self.edition, self.round))):
            said.append(self.word("publish_differs", number=versions[-1].number, n=n))
        acts = [Act("print", self.word("print"), lambda _: self._printed())]
        if self.state == "decided":
            publish = partial(rounds.publish, self.edition, self.round, actor=self.actor)
            acts.insert(0, self._act("publish", lambda _: publish() and None, number=len(versions) + 1))
        lines = [Paragraph(line) for line in said or [self.word("publish_none")]]
        decision = Topic("decision", self.word("decision"), lines, acts)
        return [decision, Topic("result", self.word("result"), [results(agenda.context)])]

    def _printed(self) -> str:
        """Print the minutes; where they could not be, the decision stands all the same."""
        try:
            files = print_minutes(self.edition, self.round)
        except Problem as error:
            return self.word("not_printed", said=error.sentence(self.t.language))
        return self.word("printed", files=["/".join(path.parts[-3:]) for path in files])


def _typed_over(fields: Sequence[Field], values: Values) -> list[Field]:
    if not (found := [field for field in fields if values[field.name].strip() != field.value]):
        raise Problem("nothing_typed")
    return found


def print_minutes(edition: Edition, round_id: str) -> list[Path]:
    """Write the minutes of the last plenary about a round into the edition's reports, and return the files.

    Raises:
        Mistakes: they could not be written.
    """
    from kit.documents.batch import make_documents, plan_documents  # noqa: PLC0415  (slow to import, needed once)

    last = f"minutes-plenary/{round_id}-{len(edition.meetings(round_id))}"
    made = make_documents(plan_documents(edition, [last]), processes=1)
    if made.failed:
        raise Mistakes(made.failed)
    return made.files
