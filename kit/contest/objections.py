"""Objections (sanggahan): registered with their ground, recomputed, answered by people; each step is an event.

Nothing official is decided here. A late objection is recorded and said to be late, a recomputation says what it found,
and an answer is what people recorded; the kit sends nothing. A mark that turns out to be wrong is changed in the
plenary, and what was published stays beside its correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from kit.actions import record
from kit.contest.decisions import require_free
from kit.errors import Known, Mistakes, Problem
from kit.explain import deciding_scope, relisted
from kit.ledger import COMMITTEE, Event
from kit.registers import reason_of
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.edition import Edition
    from kit.history import MarkChange

Ground = Literal["completeness", "arithmetic", "procedure"]
Outcome = Literal["upheld", "partly_upheld", "rejected"]
How = Literal["judge", "import", "typed"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_KINDS = ("objection", "recomputed", "objection_answered")
_NONE = "-"  # in place of a score that there is not


class Recomputed(NamedTuple):
    """What a recomputation found, and when: the score recomputed and the official one; None where there is none."""

    time: datetime
    score: Decimal | None
    official: Decimal | None

    @property
    def same(self) -> bool:
        """Whether the arithmetic is right."""
        return self.score == self.official


class Answer(NamedTuple):
    """What was answered, by whom, when and why."""

    time: datetime
    actor: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Objection:
    """One objection, as far as it is.

    Args:
        number: ``S-01``, ``S-02`` and so on within the edition.
        time: when it was registered.
        round: what it is about.
        entry_id: whose.
        ground: what it rests on.
        text: what the unit says.
        deadline: the last day for objections when it came; None where the rules set none or nothing was published.
        recomputed: every recomputation so far.
        answer: the answer, once there is one.
    """

    number: str
    time: datetime
    round: str
    entry_id: str
    ground: Ground
    text: str
    deadline: date | None = None
    recomputed: tuple[Recomputed, ...] = ()
    answer: Answer | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Round, entry and number: what all its events carry."""
        return self.round, self.entry_id, self.number

    @property
    def late(self) -> bool:
        """Whether it came after the last day; what follows from that is for people to decide."""
        return self.deadline is not None and self.time.astimezone(WIB).date() > self.deadline

    @property
    def state(self) -> str:
        """``answered``, ``recomputed`` or ``lodged``."""
        return "answered" if self.answer else "recomputed" if self.recomputed else "lodged"


class Origin(NamedTuple):
    """One mark on an entry's sheets, and where it comes from.

    Args:
        judge_id: the judge.
        criterion: the criterion.
        value: the mark.
        time: when it was recorded.
        how: ``judge`` (form or page), ``import`` (a sheet or file, by the committee) or ``typed`` (a paper sheet).
        typists: who typed it, in the order in which they did.
    """

    judge_id: str
    criterion: str
    value: Decimal
    time: datetime
    how: How
    typists: tuple[str, ...]


def objections(edition: Edition) -> dict[str, Objection]:
    """Return the edition's objections by number, in the order in which they came."""
    found: dict[str, Objection] = {}
    published: dict[str, datetime] = {}
    for event in edition.history.events([*_KINDS, "round_published"]).to_dict("records"):
        time, number, round_ = event["time"].to_pydatetime(), event["criterion"], event["round"]
        value, text = event["value"], event["text"]
        match event["kind"]:
            case "round_published":
                published[round_] = time
            case "objection":
                deadline = _deadline(edition.rules.objection_days, round_, published)
                found[number] = Objection(number, time, round_, event["entry_id"], value, text, deadline)
            case "recomputed":
                made = Recomputed(time, _decimal(value), _decimal(text))
                found[number] = replace(found[number], recomputed=(*found[number].recomputed, made))
            case "objection_answered":
                found[number] = replace(found[number], answer=Answer(time, event["actor"], value, text))
    return found


def _deadline(days: int | None, round_: str, published: dict[str, datetime]) -> date | None:
    """The last day for an objection: counted from the last publication of its round, or else of any."""
    since = published.get(round_) or max(published.values(), default=None)
    return None if days is None or since is None else since.astimezone(WIB).date() + timedelta(days=days)


def objection(edition: Edition, number: str) -> Objection:
    """Return one objection.

    Raises:
        unknown_objection: there is none of this number.
    """
    found = objections(edition)
    return found[Known([*found], "unknown_objection")(number)]


def lodge(
    edition: Edition, entry_id: str, round_id: str, ground: str, text: str, *, actor: str = COMMITTEE
) -> Objection:
    """Register an objection under the next number, whenever it comes.

    Raises:
        unknown_entry, unknown_round, unknown_ground: there is no such thing.
        reason_needed: the objection says nothing.
    """

    def check() -> Event:
        Known(edition.registers.entries["entry_id"], "unknown_entry")(entry_id)
        Known([known.id for known in edition.rules.rounds], "unknown_round")(round_id)
        Known(GROUNDS, "unknown_ground", choices=", ".join(GROUNDS))(ground)
        number = f"S-{len(objections(edition)) + 1:02}"
        return _event("objection", actor, (round_id, entry_id, number), value=ground, text=reason_of(text))

    return _recorded(edition, check)


def recompute(edition: Edition, number: str, *, actor: str = COMMITTEE) -> Objection:
    """Recompute the score that an objection is about from the original events, and record what was found.

    Raises:
        unknown_objection: there is none of this number.
        not_theirs: the round has no marks, or the entry did not take part in it.
        StillOpen, NotOpenedYet, rules_changed: there is no result to compare with (see :attr:`Edition.result`).
        Mistakes: the ledger was tampered with, so that its marks prove nothing.
    """

    def check() -> Event:
        about = objection(edition, number)
        official, again = official_score(edition, about), recomputed_score(edition, about)
        if tampered := edition.ledger.verify():
            raise Mistakes(tampered)
        return _event("recomputed", actor, about.place, value=_written(again), text=_written(official))

    return _recorded(edition, check)


def answer(edition: Edition, number: str, outcome: str, reason: str, *, actor: str = COMMITTEE) -> Objection:
    """Record what people answered to an objection.

    Args:
        edition: the edition.
        number: of the objection.
        outcome: one of :data:`OUTCOMES`.
        reason: why.
        actor: who answers.

    Raises:
        unknown_objection, unknown_outcome: there is no such thing.
        reason_needed: the reason is blank.
        objection_answered: it is answered already.
        not_recomputed: it is about the arithmetic, and nobody has recomputed it.
        decider_in_conflict: a judge would answer who has a conflict of interest with the entry.
    """

    def check() -> Event:
        Known(OUTCOMES, "unknown_outcome", choices=", ".join(OUTCOMES))(outcome)
        text = reason_of(reason)
        about = objection(edition, number)
        if about.answer:
            raise Problem(
                "objection_answered", number=number, outcome=edition.texts(f"objections.{about.answer.outcome}")
            )
        if about.ground == "arithmetic" and not about.recomputed:
            raise Problem("not_recomputed", number=number, edition=edition.name)
        require_free(edition, actor, about.entry_id)
        return _event("objection_answered", actor, about.place, value=outcome, text=text)

    return _recorded(edition, check)


def _event(kind: str, actor: str, place: tuple[str, str, str], *, value: str, text: str) -> Event:
    round_, entry_id, number = place
    return Event(kind=kind, actor=actor, round=round_, entry_id=entry_id, criterion=number, value=value, text=text)


def _recorded(edition: Edition, check: Callable[[], Event]) -> Objection:
    """Record what ``check`` returns, and return the objection as it then is."""
    [made] = record(edition, check)
    return objection(edition, made.event.criterion)


def official_score(edition: Edition, about: Objection) -> Decimal | None:
    """The score that the ranking gives the entry, in the list that decides its round.

    Raises:
        not_theirs: the entry is in no list of the round.
    """
    if about.round in edition.states:
        ranking, scope = edition.ranking_table(about.round), deciding_scope(edition.rules, about.round)
        own = ranking[(ranking["entry_id"] == about.entry_id) & (ranking["scope"] == scope)]
        if not own.empty:
            score: Decimal | None = own["score"].iloc[0]
            return score
    raise Problem("not_theirs", entry=about.entry_id, round=edition.say(about.round))


def recomputed_score(edition: Edition, about: Objection) -> Decimal | None:
    """The same score by another way, mark by mark (:func:`kit.explain.relisted`)."""
    found = relisted(edition, about.entry_id, about.round)
    return found.score if found else None


def origins(edition: Edition, round_: str, entry_id: str) -> list[Origin]:
    """Return every mark that stands on the sheets of an entry, by judge and criterion, and where it comes from.

    Sheets of recused judges, and those that passed to a substitute, are not among them.
    """
    asked, recused = edition.panel(round_), edition.record.recused(round_)
    judges = {*asked.loc[asked["entry_id"] == entry_id, "judge_id"]}
    judges -= {*recused.loc[recused["entry_id"] == entry_id, "judge_id"]}
    order = [criterion.id for criterion in edition.rules.round(round_).marked]
    found: list[Origin] = []
    for (judge, entry), sheet in edition.history.sheets(round_).items():
        if entry != entry_id or judge not in judges:
            continue
        last = {step.field: step for step in sheet.history}
        own = {part.id for part in edition.asked(round_, judge, entry)}
        for criterion in (name for name in order if name in own and name in sheet.marks):
            step = last[criterion]
            how: How = "judge" if step.actor == judge else "import" if step.actor == COMMITTEE else "typed"
            typists = tuple(dict.fromkeys([*step.readers, step.actor])) if how == "typed" else ()
            found.append(Origin(judge, criterion, Decimal(step.text), step.time, how, typists))
    return sorted(found, key=lambda mark: (mark.judge_id, order.index(mark.criterion)))


def changes_since(edition: Edition, about: Objection) -> list[tuple[MarkChange, datetime]]:
    """What the plenary changed on the entry's sheets after the objection came, and when it decided."""
    if about.round not in edition.states:
        return []
    return [
        (change, meeting.decided)
        for meeting in edition.meetings(about.round)
        for change in meeting.changes
        if meeting.decided and meeting.decided > about.time and change.entry_id == about.entry_id
    ]


def _written(score: Decimal | None) -> str:
    return _NONE if score is None else str(score)


def _decimal(written: str) -> Decimal | None:
    return None if written == _NONE else Decimal(written)
