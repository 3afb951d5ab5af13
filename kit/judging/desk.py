"""A judge's desk: one judge's sheets of one round, and everything that this judge may do with them.

The desk is bound to its judge when it is made. Whatever a form sends afterwards can only name an entry, a field and a
text; there is no way to name another judge. An answer that says "saved" is given after the durable write only.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from kit.errors import Known, Problem, first_few
from kit.history import COMMENTS, ON_SHEETS, Sheet
from kit.judging.assignment import reading_order, require_judges
from kit.judging.mark_files import check_mark
from kit.ledger import COMMITTEE, PASSING, Event, LedgerMoved, Overtaken
from kit.registers import in_one_line
from kit.rule_words import empty_said
from kit.rules import Mean, WeightedMean
from kit.scoring.recount import rounded, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from kit.edition import Edition
    from kit.ledger import Recorded
    from kit.rules import Criterion, Round, Rules
    from kit.texts import Texts

State = Literal["recused", "passed", "not_begun", "partial", "complete", "submitted"]
_TRIES = 8  # of a write that others overtake; after that the form is told to send it again
_AGAIN = (*PASSING, Overtaken, LedgerMoved)

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class ChangedElsewhere(Problem, RuntimeError):
    """A field was changed in another window, or by the secretariat, after the sender last saw it."""


class TypedElsewhere(ChangedElsewhere):
    """A typist changes what somebody typed under the same code in another window, and does not see it."""


class Change(NamedTuple):
    """One thing that a form wants to save.

    Args:
        entry_id: the entry.
        field: a criterion, ``entrant`` or ``internal`` for a comment, ``flag`` for another look.
        text: what was typed: blank clears it; a flag is ``on`` or ``off``.
        key: the form's own key for this change. Sent again under the same key it is recorded once.
        seen: the number of the last event about this field that the sender knew of, 0 for none; a change made in
            ignorance of a newer one is refused. None asks for no such check.
    """

    entry_id: str
    field: str
    text: str
    key: str
    seen: int | None = None


class Outcome(NamedTuple):
    """What became of a change.

    Args:
        key: the change's.
        saved: when it was durably recorded; None where it was not.
        value: the text as it was recorded.
        number: of the event that recorded it.
        said: why it was not saved, as a sentence.
        again: whether it is worth sending again: the store was busy or out of reach.
        conflict: whether somebody must choose between this change and what is recorded.
    """

    key: str
    saved: datetime | None = None
    value: str = ""
    number: int = 0
    said: str = ""
    again: bool = False
    conflict: bool = False


class Desk:
    """Everything that one judge may see and do in one round.

    Whoever types paper sheets for the judge sees, while the round is open, what was typed at this desk and nothing
    else. Where somebody else has entered a value already, the typist's is refused, whether it is the same or not: it
    neither writes over the other nor tells what it is. With typing twice, only a value of the judge's own or of an
    import is in the way; a value that two people typed may be typed again, and is then open until two agree again.

    Args:
        edition: the edition.
        round_: the id of a scored round.
        judge_id: the judge, for good.
        typist: the code of whoever types a paper sheet for the judge; the judge unless given.
        twice: a paper sheet counts only where two people typed the same.
        only: the entries to show, where not all.

    Raises:
        unknown_round, round_of_values: there is no such round, or no judge scores it.
        not_in_panel: the judge has no sheet in it.
        EntrantsUnknown: a round before it is not closed.
    """

    def __init__(
        self,
        edition: Edition,
        round_: str,
        judge_id: str,
        *,
        typist: str = "",
        twice: bool = False,
        only: Collection[str] | None = None,
    ) -> None:
        self.edition = edition
        require_judges(edition, round_)
        self.round: Round = edition.rules.round(round_)
        self.judge_id = judge_id
        self.actor = typist or judge_id
        if typist in {*edition.registers.judges["judge_id"], COMMITTEE}:
            raise Problem("typist_is_judge", actor=self.actor)
        self._types = bool(typist)
        self.twice = self._types and twice
        entrants = edition.entrants(round_)
        self._entrants = entrants if only is None else entrants.intersection(only)
        self._state = ""
        self._reopened: set[str] = set()
        self._counts: dict[str, int] = {}
        self._recused: dict[str, bool] = {}
        self._last = 0
        self._typed_here: dict[str, dict[str, str]] = {}
        self.entries: tuple[str, ...] = ()
        self.sheets: dict[str, Sheet] = {}
        self.refresh()
        if not self._recused:
            raise Problem("not_in_panel", judge=judge_id, round=round_)

    @property
    def open(self) -> bool:
        """Whether any sheet takes marks."""
        return any(map(self.takes, self.entries))

    def takes(self, entry_id: str) -> bool:
        """Whether a sheet takes marks: while the round is open, or where a plenary has reopened it."""
        return self._state == "open" or entry_id in self._reopened

    @property
    def blind(self) -> bool:
        """Whether whoever sits here may not see the judge's values: a typist, while the round is open."""
        return self._types and self._state == "open"

    def visible(self, entry_id: str) -> Sheet:
        """Return a sheet as far as whoever sits here may see it."""
        if not self.blind:
            return self.sheets[entry_id]
        here = self._typed_here.get(entry_id, {})
        comments = {name: text for name, text in here.items() if name in COMMENTS and text}
        return Sheet(
            marks={name: text for name, text in here.items() if name not in COMMENTS and text}, comments=comments
        )

    def number(self, entry_id: str, name: str) -> int:
        """Return the last event that a change of this field must know of; what others typed does not count."""
        sheet = self.sheets[entry_id]
        theirs = self.blind and sheet.by.get(name) != self.actor
        own = sheet.typed_in.get(name, {}).get(self.actor, 0)
        return max(own, 0 if theirs else sheet.numbers.get(name, 0))

    def filled(self, entry_id: str) -> int:
        """Return how many criteria have a mark on which nobody's reading of the paper differs."""
        return self.sheets[entry_id].filled(self._criteria(entry_id))

    def asked(self, entry_id: str) -> tuple[Criterion, ...]:
        """Return what the judge fills in for an entry."""
        return self.edition.asked(self.round.id, self.judge_id, entry_id)

    def _criteria(self, entry_id: str) -> list[str]:
        return [criterion.id for criterion in self.asked(entry_id)]

    def places(self, criterion: str) -> dict[str, Decimal]:
        """Return the places that whoever sits here gave to entries on a ballot, as far as they may be seen."""
        given = {entry: self.visible(entry).marks.get(criterion) for entry in self.asked_of(criterion)}
        return {entry: Decimal(place) for entry, place in given.items() if place}

    def asked_of(self, criterion: str) -> list[str]:
        """Return the entries of which a criterion is asked, those of recusals left out."""
        own = [entry for entry in self.entries if self._recused.get(entry) is False]
        return [entry for entry in own if criterion in self._criteria(entry)]

    def refresh(self) -> None:
        """Take in what was recorded since: another window, or the secretariat, may have added some."""
        self.edition.follow_ledger()
        before = self._counts or dict.fromkeys([self.judge_id, COMMITTEE], 0)
        counts, news = self.edition.ledger.since(before)
        if not self._counts or any(made.event.kind not in ON_SHEETS for made in news):
            self._read_decisions()
        for made in news:
            self._take(made)
        self._counts = counts  # last: after a failure on the way nothing is taken for known

    def _read_decisions(self) -> None:
        """Read what the judge is asked for, and whether it may be given."""
        self.edition.refresh()
        self._state = self.edition.states[self.round.id]
        reopened = self.edition.meetings(self.round.id)[-1].reopened if self._state == "plenary" else []
        self._reopened = {sheet.entry_id for sheet in reopened if sheet.judge_id == self.judge_id}
        panel = self.edition.panel(self.round.id)
        recused = set(self.edition.standing.recused(self.round.id, self.judge_id)["entry_id"])
        sheets = panel.loc[panel["judge_id"] == self.judge_id, "entry_id"]
        self._recused = {entry: entry in recused for entry in sheets if entry in self._entrants}
        mine = reading_order(self.edition, self.round.id, self.judge_id, self._recused)
        self.entries = self.entries or tuple(mine)
        self.sheets = self.sheets or {entry: Sheet() for entry in self.entries}

    def state(self, entry_id: str) -> State:
        """How far a sheet is; ``passed`` where it is a substitute's by now."""
        if self._recused.get(entry_id, True):
            return "recused" if entry_id in self._recused else "passed"
        return self.sheets[entry_id].state(self._criteria(entry_id))

    def total(self, entry_id: str) -> Decimal | None:
        """The judge's own score for an entry from the marks that may be seen; see :func:`own_score`."""
        return own_score(self.edition.rules, self.round, self.visible(entry_id).marks, self._criteria(entry_id))

    def save(self, changes: Sequence[Change]) -> list[Outcome]:
        """Record what can be recorded, durably and at once; say of the rest why not.

        Nothing is ever rounded, clamped or filled in. Never raises: whatever goes wrong with a change is its outcome,
        and the others are recorded all the same.
        """
        try:
            outcomes = self._repeated(lambda: self._saved(changes))
        except Exception as error:  # noqa: BLE001  (it is logged, and said of the change that it befell)
            if len(changes) > 1 and not isinstance(error, _AGAIN):  # one of them must not hold up the others
                return [outcome for change in changes for outcome in self.save([change])]
            if not isinstance(error, Problem):
                _log.exception("a change of %s could not be recorded", self.judge_id)
            refusal = error if isinstance(error, Problem) else Problem("change_failed")
            return [self._refused(change.key, refusal) for change in changes]
        for change, outcome in zip(changes, outcomes, strict=True):
            if outcome.saved and change.field != "flag":
                self._typed_here.setdefault(change.entry_id, {})[change.field] = outcome.value
        return outcomes

    def _saved(self, changes: Sequence[Change]) -> list[Outcome]:
        outcomes = self._known_already(changes)
        events: dict[str, list[Event]] = {}
        for change in changes:
            if change.key in outcomes:
                continue
            try:
                self._require_duty(change.entry_id)
                self._require_typist_may_change(change)
                self._require_seen(change)
                events[change.key] = self._events_of(change)
            except Problem as error:
                outcomes[change.key] = self._refused(change.key, error)
        recorded = self._append([event for several in events.values() for event in several])
        made = {one.event.event_id: one for one in recorded}
        outcomes |= {key: _outcome(key, made[several[-1].event_id]) for key, several in events.items()}
        return [outcomes[change.key] for change in changes]

    def submit(self, entries: Sequence[str], key: str) -> datetime:
        """Send sheets; a later change takes a sheet back until it is sent again.

        Raises:
            sheet_incomplete: criteria are still empty; nothing was sent.
            readings_differ: two people read marks on paper differently; nothing was sent.
            recused_mark, not_assigned: it is not this judge's sheet.
            round_is_closed: or another mistake of the ledger.
        """
        self.refresh()
        time = self._repeated(lambda: self._submitted(entries, key))
        assert time is not None
        return time

    def _submitted(self, entries: Sequence[str], key: str) -> datetime | None:
        events = []
        for entry in entries:
            self._require_duty(entry)
            sheet = self.sheets[entry]
            marked = sheet.marks.keys() & {*self._criteria(entry)}
            if empty := len(self.asked(entry)) - len(marked):
                raise Problem(
                    "sheet_incomplete", n=empty, entry=entry, counts=empty_said(self.round, self.edition.texts)
                )
            if differ := len(marked) - self.filled(entry):
                raise Problem("readings_differ", n=differ, entry=entry)
            events.append(self._event("submitted", entry, event_id=f"{key}/{entry}"))
        return self._append(events)[-1].event.time

    def recuse(self, entry_id: str, kind: str, reason: str, key: str) -> datetime:
        """Declare a conflict of interest with an entry, in all rounds; what was marked before stays on record.

        Raises:
            kind_missing: it does not say what kind of conflict it is.
            not_assigned: it is not this judge's sheet.
        """
        kind, reason = in_one_line(kind), in_one_line(reason)
        if not kind:
            raise Problem("kind_missing")
        text = f"{kind}: {reason}" if reason else kind
        event = replace(self._event("recusal", entry_id, text=text, event_id=key), round="")
        self.refresh()
        time = self._repeated(lambda: self._recused_by(event))
        self.refresh()
        assert time is not None
        return time

    def _recused_by(self, event: Event) -> datetime | None:
        done = [*self.edition.ledger.recorded([str(event.event_id)]).values()]
        if not done:
            self._require_duty(event.entry_id)
            if self._state != "open":
                raise Problem("round_not_open", round=self.round.id)
        return (done or self.edition.ledger.append([event], after=self._counts))[0].event.time

    def _repeated(self, act: Callable[[], _T]) -> _T:
        """Run ``act``, which checks and writes; where somebody else wrote first or the ledger moved, run it again.

        Raises:
            Overtaken, LedgerMoved: that happened each time.
        """
        tries = 0
        while True:
            try:
                return act()
            except (Overtaken, LedgerMoved) as error:
                tries += 1
                if tries == _TRIES:
                    raise
                if isinstance(error, LedgerMoved):
                    self.edition.reopen()
                self.refresh()

    def _append(self, events: Sequence[Event]) -> list[Recorded]:
        """Record events unless somebody else was quicker, and take them in."""
        recorded = self.edition.ledger.append(events, after=self._counts)
        for made in recorded:
            self._take(made)
            self._counts[made.chain] = max(self._counts[made.chain], made.head.count)
        self.edition.refresh()
        return recorded

    def _take(self, made: Recorded) -> None:
        """Follow an event of the judge's or the committee's chain, unless it is known already."""
        if made.number <= self._last:
            return
        event = made.event
        if event.kind in ON_SHEETS and (event.round, event.judge_id) == (self.round.id, self.judge_id):
            for entry in [event.entry_id] if event.entry_id else self._begun:
                if sheet := self.sheets.get(entry):
                    sheet.follow(made.number, event)
        self._last = made.number

    @property
    def _begun(self) -> list[str]:
        return [entry for entry, sheet in self.sheets.items() if sheet.last or sheet.typed_in]

    def _known_already(self, changes: Sequence[Change]) -> dict[str, Outcome]:
        """What became of changes that look out of date because they were sent, and recorded, before."""
        late = {change.key: self._key(change.key) for change in changes if not self._is_seen(change)}
        found = self.edition.ledger.recorded(late.values()) if late else {}
        return {key: _outcome(key, found[event_id]) for key, event_id in late.items() if event_id in found}

    def _is_seen(self, change: Change) -> bool:
        unchecked = change.entry_id not in self.sheets or change.seen is None
        return unchecked or self.number(change.entry_id, change.field) <= (change.seen or 0)

    def _require_seen(self, change: Change) -> None:
        if not self._is_seen(change):
            if self.blind:
                raise TypedElsewhere
            sheet = self.sheets[change.entry_id]
            mark, comment = sheet.marks.get(change.field), sheet.comments.get(change.field)
            raise ChangedElsewhere(value=Decimal(mark) if mark else f'"{comment}"' if comment else "–")

    def _require_typist_may_change(self, change: Change) -> None:
        """Refuse to change what a typist may not see, whatever it is: nobody finds a value by guessing."""
        sheet = self.sheets.get(change.entry_id, Sheet())
        if not self.blind or change.field not in sheet.values:
            return
        by = sheet.by[change.field]
        if by in {self.judge_id, COMMITTEE} if self.twice else by != self.actor:
            raise Problem("value_there")

    def _key(self, key: str) -> str:
        return f"{self.judge_id}/{self.actor}/{key}"  # so that none can touch another's event

    def _require_duty(self, entry_id: str) -> None:
        place = {"judge": self.judge_id, "entry": entry_id}
        if entry_id not in self._recused:
            raise Problem("not_assigned", **place, round=self.round.id)
        if self._recused[entry_id]:
            raise Problem("recused_mark", **place)

    def _events_of(self, change: Change) -> list[Event]:
        entry, field_, text = change.entry_id, change.field, change.text.strip()
        if field_ == "flag":
            return [self._event("flag", entry, value="on" if text == "on" else "off", event_id=change.key)]
        said = {"text": text} if field_ in COMMENTS else {"value": self._mark(entry, field_, text)}
        kind = "comment" if field_ in COMMENTS else "mark"
        if not self.twice:
            return [self._event(kind, entry, criterion=field_, event_id=change.key, **said)]
        events = [self._event("typed", entry, criterion=field_, event_id=change.key, **said)]
        sheet = self.sheets.get(entry, Sheet())
        others = {read for actor, read in sheet.typed.get(field_, {}).items() if actor != self.actor}
        if others.intersection(said.values()):
            events.append(self._event(kind, entry, criterion=field_, event_id=f"{change.key}/2", **said))
        return events

    def _mark(self, entry_id: str, criterion: str, text: str) -> str:
        """A mark as the ledger writes it; a criterion that is not asked is refused even for a blank."""
        Known(self._criteria(entry_id), "unknown_criterion", round=self.round.id)(criterion)
        return f"{check_mark(self.edition.rules, self.round.id, criterion, text):f}" if text else ""

    def _event(self, kind: str, entry_id: str, **more: Any) -> Event:  # noqa: ANN401  (an event's other fields)
        more |= {"round": self.round.id, "judge_id": self.judge_id, "entry_id": entry_id}
        more["event_id"] = self._key(more["event_id"])
        return Event(kind=kind, actor=self.actor, **more)

    def _refused(self, key: str, error: Problem) -> Outcome:
        said = error.sentence(self.edition.language)
        conflict = isinstance(error, ChangedElsewhere)
        return Outcome(key, said=said, again=isinstance(error, _AGAIN), conflict=conflict)


def _outcome(key: str, made: Recorded) -> Outcome:
    return Outcome(key, made.event.time, made.event.value or made.event.text, made.number)


def own_score(rules: Rules, round_: Round, marks: Mapping[str, str], criteria: Sequence[str]) -> Decimal | None:
    """Return what one judge's marks for one entry come to by the round's first step, at its decimals or the round's.

    Of the ``criteria`` that were asked, those without a mark add nothing, or are left out where the rules say so. None
    where a judge's marks alone come to nothing: when the first step is over judges, no mean or sum, or when each judge
    gives ranks or a single mark.
    """
    step = round_.score[0]
    if round_.kind == "ranks" or step.over != "criteria" or not isinstance(step, (Mean, WeightedMean)):
        return None
    counted = [name for name in criteria if name in marks or round_.missing != "left_out"]
    if not counted:
        return None
    given = {criterion: Fraction(marks.get(criterion, 0)) for criterion in counted}
    places = round_.decimals if step.round is None else step.round
    found = summed(step, given, round_, rules.rounding)
    return rounded(found.exact, places, rules.rounding) if found else None


def places_said(
    round_: Round, places: Mapping[str, Decimal], entries: Sequence[str], t: Texts
) -> tuple[list[str], list[str]]:
    """Say which places of a judge's order several entries have, and, apart from that, which none has.

    Where entries without a place count as well, only gaps before the last place that is used are meant.
    """
    by_place: dict[Decimal, list[str]] = {}
    for entry, place in sorted(places.items()):
        by_place.setdefault(place, []).append(entry)
    twice = [
        t("scoring.place_twice", place=place, entries=first_few(own))
        for place, own in sorted(by_place.items())
        if len(own) > 1
    ]
    taken = {int(place) + n for place, own in by_place.items() for n in range(len(own))}
    last = len(entries) if round_.missing == "no_score" else int(max(by_place, default=0))
    unused = sorted({*range(1, last + 1)} - taken) if taken else []
    return twice, [t("scoring.places_unused", places=first_few(unused))] if unused else []
