"""One edition: its rules, registers, history and result, as the object that notebooks and commands hold.

It reads. What records stands in :mod:`kit.judging` and :mod:`kit.contest`, and goes through :mod:`kit.actions`.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

import pandas as pd

from kit.errors import Known, Mistakes, NotYet, Problem, known_language
from kit.folder import current_edition, find_edition, moved, note_ledger, open_ledger
from kit.history import CELL, Decisions, History, LedgerNotSound, Meeting, Reader, has_hash, ranking_hash
from kit.ledger import FIELDS, Ledger, LedgerMoved
from kit.registers import Registers, load_registers
from kit.rules import Advance, canonical, fingerprint, read_rules
from kit.rules.legible import read_part
from kit.scoring.ranking import FINAL, Record, Result, rank
from kit.scoring.scores import Facts
from kit.scoring.ties import Ruling
from kit.texts import Texts, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kit.ledger.events import Fields
    from kit.rules import Criterion, Round, Rules
    from kit.texts import Language

_T = TypeVar("_T")

REHEARSAL = "rehearsal"  # who acts for the committee in a rehearsal
_KEPT = ("ledger", "_reader")  # what survives Edition.refresh


class EntrantsUnknown(NotYet, PermissionError):
    """A round is asked about before an earlier one is closed, so nobody knows who takes part in it."""


class StillOpen(NotYet, PermissionError):
    """Values and ranks cannot be shown while the round is open."""


class NotOpenedYet(NotYet, LookupError):
    """A round has not been opened, so it has no result."""


_SHARED: ContextVar[Edition | None] = ContextVar("shared", default=None)


@contextmanager
def shared(edition: Edition) -> Iterator[None]:
    """Let every edition of the same folder that is opened within the block go on from what this one has verified."""
    before = _SHARED.set(edition)
    try:
        yield
    finally:
        _SHARED.reset(before)


class _Decided(Generic[_T]):
    """A property that follows from rules, registers and decisions: computed anew only once there is another decision.

    The thousands of marks of an open round change nothing of it, however often :meth:`Edition.refresh` is called.
    """

    def __init__(self, compute: Callable[[Edition], _T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __get__(self, edition: Edition, _: type | None = None) -> _T:
        decisions, kept = edition.decisions, edition.decided_upon
        if kept[0] is not decisions:
            kept = edition.decided_upon = (decisions, {})
        if self not in kept[1]:
            kept[1][self] = self._compute(edition)
        found: _T = kept[1][self]
        return found


class Edition:
    """One edition: its rules, registers, ledger and result.

    Args:
        folder: ``data/<edition>``.
        language: of everything shown; the rules' own unless given.
    """

    def __init__(self, folder: Path, language: Language | None = None) -> None:
        self.folder = folder
        self.rules: Rules
        self.rules, self._document = read_rules(folder / "rules.yaml")
        self.language: Language = known_language(language or self.rules.language)
        words = {thing: word.say(self.language) for thing, word in self.rules.words.items()}
        self.texts = Texts(self.language, words)
        self._filed: Registers = load_registers(folder, self.rules)
        self._until: int | None = None  # the last event that counts, where not all do (:meth:`at`)
        self.decided_upon: tuple[Decisions | None, dict[object, Any]] = (None, {})  # what :class:`_Decided` keeps
        other = _SHARED.get()
        if other is not None and other.folder == folder:
            self.__dict__ |= {name: getattr(other, name) for name in _KEPT}
            self.ledger = copy(other.ledger)
            self.ledger.requires = self._require_fitting

    @classmethod
    def open(cls, name: str | int = "", language: Language | None = None) -> Self:
        """Open an edition by its name, such as ``"2025"``.

        Args:
            name: of its folder under ``data/``; the current one unless given (:func:`kit.folder.current_edition`).
            language: of everything shown; the rules' own unless given.

        Raises:
            EditionMissing: there is no such folder; the message names those that there are.
            edition_name_differs: the rules in it are those of another edition.
            language_unknown: nothing can be shown in that language.
            Mistakes: its rules or registers are wrong; all that is wrong, with file, row and column.
        """
        if language:
            speak(known_language(language))  # what is wrong is said in it, too
        name = str(name) or current_edition()  # papermill reads `-p edition 2025` as a number
        opened = cls(find_edition(name), language)
        if opened.name != name:
            raise Problem("edition_name_differs", file="rules.yaml", edition=opened.name, folder=name)
        return opened

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def name(self) -> str:
        """The edition's name, such as ``2025``."""
        return self.rules.edition

    @_Decided
    def registers(self) -> Registers:
        """Units, entries and judges as their files have them, entries with what the committee corrected since."""
        corrections = self.decisions.of("correction")
        return self._filed if corrections.empty else self._filed.corrected(corrections, self.rules)

    @cached_property
    def ledger(self) -> Ledger:
        """The edition's event store (:func:`~kit.folder.open_ledger`)."""
        ledger = open_ledger(self.folder)
        ledger.requires = self._require_fitting
        return ledger

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.ledger)

    @cached_property
    def history(self) -> History:
        """What the ledger's events mean: read and verified once, until :meth:`refresh`."""
        self.follow_ledger()
        history = self._reader.history()
        return history if self._until is None else history.until(self._until)

    def at(self, number: int) -> Edition:
        """Return the edition as it was after the event of this number, by today's rules and registers, to be read only.

        Raises:
            rules_changed, LedgerNotSound: there is no result that could be trusted.
            no_such_event: the ledger has no such event.
        """
        self.require_accepted()
        if not 0 <= number <= self.history.last:
            raise Problem("no_such_event", edition=self.name, event=number, last=self.history.last)
        past = copy(self)
        past._until = number  # noqa: SLF001  (the same class)
        past.ledger = copy(self.ledger)
        past.ledger.requires = past._require_fitting  # noqa: SLF001
        past.refresh()
        return past

    def move_ledger(self, where: str) -> None:
        """Move the ledger, with everything in it as it is; the old one is sealed, and a file keeps a dated name.

        Args:
            where: ``postgresql://user@host/database``, or ``file`` for one beside the rules.

        Raises:
            LedgerExists: there is a ledger already.
            store_unknown, ServerUnreachable: the URL leads nowhere.
        """
        there = moved(self.ledger, self.folder, self.name, where)
        there.close()
        self.reopen()

    def follow_ledger(self) -> None:
        """Open the ledger where it is by now: where it was when it was opened nothing new is recorded."""
        try:
            moved = self.ledger.has_moved
        except LedgerMoved:
            moved = True
        if moved:
            self.reopen()

    def reopen(self) -> None:
        """Look again where the ledger is: it may have moved since it was opened."""
        self.ledger.close()
        for name in _KEPT:
            self.__dict__.pop(name, None)
        self.refresh()

    def note_ledger(self) -> None:
        """Note that something is recorded in the ledger, so that a ledger that is lost later is not made anew."""
        note_ledger(self.folder)

    # Rounds

    @_Decided
    def states(self) -> dict[str, str]:
        """The state of each scored round: ``not_opened``, ``open``, ``closed`` and so on, in the rules' order."""
        known = self.history.round_states()
        return {round_.id: known.get(round_.id, "not_opened") for round_ in self.rules.scored_rounds}

    def panel(self, round_: str) -> pd.DataFrame:
        """The sheets that a round asks for as ``round``, ``entry_id``, ``judge_id``: the assigned, or all with all.

        A sheet that passed to a substitute is the substitute's.
        """
        if round_ not in self._panels:
            assigned = self.assigned[self.assigned["round"] == round_]
            self._panels[round_] = self._asked(round_, assigned if len(assigned) else self._panel_of_all(round_))
        return self._panels[round_]

    @_Decided
    def _panels(self) -> dict[str, pd.DataFrame]:
        return {}  # by round, as they are asked for

    @_Decided
    def assigned(self) -> pd.DataFrame:
        """The sheets of the rounds in which not every judge of the panel has them all, as :meth:`panel` has them."""
        by_hand, passed = self.registers.assignments, self.decisions.of("substituted")
        rounds = [
            round_.id for round_ in self.rules.scored_rounds if round_.id in {*by_hand["round"], *passed["round"]}
        ]
        sheets: dict[tuple[str, str, str], None] = {}
        for name in rounds:
            own = by_hand[by_hand["round"] == name]
            own = own if len(own) else self._panel_of_all(name)
            sheets |= dict.fromkeys(own[["round", "entry_id", "judge_id"]].itertuples(index=False, name=None))
        columns = ["round", "entry_id", "judge_id", "value"]
        for round_, entry, judge, by in passed[columns].itertuples(index=False, name=None):
            if sheets.pop((round_, entry, judge), True) is None:
                sheets[round_, entry, by] = None
        return pd.DataFrame(sorted(sheets), columns=["round", "entry_id", "judge_id"], dtype="str")

    def _panel_of_all(self, round_: str) -> pd.DataFrame:
        rules, entries = self.rules.round(round_), self.registers.entries["entry_id"]
        panels = [(panel.where, panel.judges) for panel in rules.panels] or [({}, self.registers.panel(rules))]
        pairs = []
        for where, judges in panels:
            fitting = entries[self.facts.fitting(where, [*entries])] if where else entries
            pairs.append(fitting.to_frame().merge(pd.Series(judges, name="judge_id", dtype=str), how="cross"))
        return pd.concat(pairs).drop_duplicates(ignore_index=True).assign(round=round_)

    def _asked(self, round_: str, sheets: pd.DataFrame) -> pd.DataFrame:
        """Those of some sheets on which the rules ask for anything."""
        if self.rules.round(round_).alike:
            return sheets
        pairs = zip(sheets["judge_id"], sheets["entry_id"], strict=True)
        return sheets[[bool(self.asked(round_, judge, entry)) for judge, entry in pairs]]

    def asked(self, round_: str, judge_id: str, entry_id: str) -> tuple[Criterion, ...]:
        """Return what a judge fills in for an entry; criteria may be for some entries or judges alone."""
        rules = self.rules.round(round_)
        return rules.marked if rules.alike else rules.asked(judge_id, self.facts.about.get(entry_id, {}))

    def say(self, round_: str) -> str:
        """Return a round's name in the edition's language."""
        return self.rules.round(round_).name.say(self.language)

    def scored(self, round_: str) -> Round:
        """Return a round that carries marks.

        Raises:
            unknown_round: there is no such round, or it carries no marks.
        """
        return self.rules.round(Known([*self.states], "unknown_round")(round_))

    def require_earlier_closed(self, round_: str) -> None:
        """Refuse to speak of a round whose entrants an earlier one still decides; a checklist may be left out."""
        states = self.history.round_states()
        for earlier in takewhile(lambda other: other.id != round_, self.rules.rounds):
            if states.get(earlier.id, "open" if earlier.scored else "closed") == "open":
                raise EntrantsUnknown(earlier=self.say(earlier.id), round=self.say(round_))

    def entrants(self, round_: str) -> set[str]:
        """The entries that take part in a scored round: those admitted, or those whom the last cut let through."""
        self.require_earlier_closed(round_)
        record = self.standing
        entrants = set(record.entries["entry_id"])
        earlier = [*takewhile(lambda name: name != round_, self.states)]
        if earlier:
            cuts = self.ranked.cuts
            for name in filter(cuts.get, earlier):
                entrants = {entry for cut in cuts[name] for entry in cut.through}
        return entrants.difference(*(record.gone(name) for name in [*earlier, round_]))

    # What people decided

    @property
    def decisions(self) -> Decisions:
        """Everything that people decided and that the registers and the result depend on."""
        return self.history.decisions

    def meetings(self, round_: str) -> tuple[Meeting, ...]:
        """The plenaries about a round, first to last; those about the last round decide the final as well."""
        return self.history.meetings(*self.decided_with(round_))

    def decided_with(self, round_: str) -> list[str]:
        """What a plenary about a round decides: the round, and with the last one the final and all series of awards."""
        series = [str(awards.id) for awards in self.rules.final.series]
        return [round_, FINAL, *series] if round_ == self.rules.last_round else [round_]

    # The result

    @cached_property
    def record(self) -> Record:
        """What the result is computed from; rounds after one that is not closed do not count as closed either."""
        rulings: dict[str, list[Ruling]] = {}
        for number, round_, order, scores in self.decisions.of("tie_ruling")[
            ["number", "round", "value", "criterion"]
        ].itertuples(index=False, name=None):
            ruling = Ruling(tuple(order.split(">")), frozenset(map(Decimal, scores.split())))
            if ruling.scores or not self._marked_since(number, round_, ruling.order):
                rulings.setdefault(round_, []).insert(0, ruling)
        return replace(self.standing, marks=self.history.marks(), rulings=rulings)

    @_Decided
    def standing(self) -> Record:
        """What the result is computed from beside marks and rulings on ties."""
        decisions = self.decisions
        scored = [round_.id for round_ in self.rules.scored_rounds]
        recusals = [self.registers.recusals.assign(round=""), decisions.recusals(scored)]
        shown = takewhile(lambda name: self.states[name] not in {"open", "not_opened"}, self.states)
        return Record(
            entries=self._described,
            panel=pd.concat([self.panel(name) for name in scored], ignore_index=True),
            recusals=pd.concat(recusals, ignore_index=True)[["judge_id", "entry_id", "round"]].drop_duplicates(),
            marks=pd.DataFrame(columns=[*CELL, "value"], dtype="str"),
            out=decisions.out(scored),
            closed=frozenset(shown),
            absent=frozenset(decisions.absences[["round", "entry_id"]].itertuples(index=False, name=None)),
            withheld=frozenset(decisions.withheld[["scope", "scope_id", "place"]].itertuples(index=False, name=None)),
            values=self.registers.values,
        )

    @_Decided
    def _described(self) -> pd.DataFrame:
        return self.registers.described(["unit_id", "group", "category", *self.rules.named_columns])

    @_Decided
    def facts(self) -> Facts:
        """What the registers say of the entries, for rules that look at it."""
        return Facts.of(self._described, self.registers.values)

    def _marked_since(self, number: int, round_: str, entries: Sequence[str]) -> bool:
        """Tell whether entries were marked after a ruling that does not say at which scores they were tied."""
        marks = self.history.events(["mark"], None if round_ == FINAL else round_)
        return bool(marks.loc[marks["number"] > number, "entry_id"].isin([*entries]).any())

    @cached_property
    def ranked(self) -> Result:
        """What the closed rounds come to, whether or not it may be shown."""
        return rank(self.rules, self.record)

    @cached_property
    def computed(self) -> Result:
        """The result of the rounds that are closed, up to the first that is not, as it is computed today.

        Raises:
            rules_changed: rules or registers differ from what was locked.
            LedgerNotSound: the ledger was tampered with.
            StillOpen, NotOpenedYet: the first round is not closed.
            marks_off_scale: a program that knows no rules recorded marks that are none.
        """
        self.require_accepted()
        self._require_closed(self.rules.first_round)
        if n := off_scale(self.history.marks(), self.rules):
            raise Problem("marks_off_scale", edition=self.name, n=n)
        return self.ranked

    @cached_property
    def result(self) -> Result:
        """The result (:attr:`computed`); of a published round it is what was published, from its frozen table.

        Raises:
            rules_changed, LedgerNotSound, StillOpen, NotOpenedYet: there is none that can be shown.
            decision_differs: the ranking of a decided round is not the one that its plenary decided.
            published_not_decided: nor is what was published of one.
        """
        found = self.computed
        for name in self.states:
            if self.states[name] == "decided" and self.overturned(name, found) and self.has_numbered_hash(name):
                raise Problem("decision_differs", round=self.say(name), edition=self.name, id=name)
            if self.states[name] == "published":
                version = self.history.versions(name)[-1]
                if not has_hash(version.csv, self.decisions.ranking_of[name]):
                    raise Problem("published_not_decided", round=self.say(name), number=version.number)
                found = found.with_published(version.ranking)
        return found

    def overturned(self, round_: str, result: Result) -> bool:
        """Tell whether a result differs from what a round's last plenary decided, or from what was published of it."""
        csv, decided = result.csv(*self.decided_with(round_)), self.decisions.ranking_of[round_]
        if self.states[round_] == "published":
            return ranking_hash(csv) != ranking_hash(self.history.versions(round_)[-1].csv)
        return not has_hash(csv, decided)

    def has_numbered_hash(self, round_: str) -> bool:
        """Tell whether the decision holds a hash in a numbered format: those before may differ by what they covered."""
        return ":" in self.decisions.ranking_of[round_]

    def ranking_table(self, round_: str | None = None) -> pd.DataFrame:
        """The ranking (:attr:`Result.ranking`) with the ``title`` and ``unit`` of each entry.

        Args:
            round_: a scored round, or ``final``; all that can be shown unless given.

        Raises:
            unknown_round: there is no such round, or it carries no marks.
            StillOpen, NotOpenedYet: the round, or one before it, is not closed.
            rules_changed: rules or registers differ from what was locked.
        """
        ranking = self.result.ranking
        if round_ is not None:
            self._require_closed(Known([*self.states, FINAL], "unknown_round")(round_))
            ranking = ranking[ranking["round"] == round_]
        entries = self.registers.entries.set_index("entry_id")
        units = entries["unit_id"].map(self.registers.units.set_index("unit_id")["name"])
        return ranking.assign(title=ranking["entry_id"].map(entries["title"]), unit=ranking["entry_id"].map(units))

    @cached_property
    def state(self) -> str:
        """What the result may be called: ``provisional``, ``simulation``, ``result`` (not decreed) or ``decreed``."""
        if self.result.ranking["state"].eq("provisional").any() or self.record.closed != self.states.keys():
            return "provisional"
        return "simulation" if self.rules.simulated else "decreed" if self.decisions.decree else "result"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that the result follows from: rules, registers and ledger."""
        return fingerprint_of(self.history.fingerprint(), self._filed.hashes(), self._document)

    def _require_closed(self, round_: str) -> None:
        """Refuse to show what a round, or the final, has come to while it or one before it is not closed."""
        for name, state in self.states.items():
            if state == "open":
                raise StillOpen(round=self.say(name))
            if state == "not_opened":
                raise NotOpenedYet(round=self.say(name), edition=self.name, id=name)
            if name == round_:
                return

    # The lock: what the rules and registers were when the first round was opened.

    def _locks(self, history: History) -> list[tuple[datetime, Lock]]:
        """Every lock with its time: the first, then one for each accepted change."""
        events = history.events(["rules_locked", "rules_accepted"])
        return [
            (time.to_pydatetime(), Lock.read(text)) for time, text in zip(events["time"], events["text"], strict=True)
        ]

    def accepted_cut(self, round_: str) -> Advance | None:
        """Return how many went on from a round by the rules as they were last accepted, whatever the file says now."""
        locks = self._locks(self.history)
        rounds = locks[-1][1].rules["rounds"] if locks else []
        said = next((part.get("advance") for part in rounds if str(part["id"]) == round_), None)
        return None if said is None else read_part(Advance, said, "rules.yaml")[0]

    def unaccepted(self) -> Problem | None:
        """Return what holds back every result and decision, if anything does.

        Either the ledger was tampered with, or rules or registers changed and nobody accepted it.
        """
        if self.history.mistakes:
            return LedgerNotSound(edition=self.name, n=len(self.history.mistakes))
        if self._until is not None:  # what changed since then was accepted
            return None
        now = Lock.read(self.lock_text())
        changes = [change for _, lock in self._locks(self.history)[-1:] for change in lock.differences(now)]
        return Problem("rules_changed", changes="; ".join(changes), edition=self.name) if changes else None

    @cached_property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """Every accepted change of rules or registers; each stands on every later document."""
        return self._accepted(self.history)

    @cached_property
    def accepted_later(self) -> tuple[Acceptance, ...]:
        """The changes that were accepted after the moment of :meth:`at`; rules and registers are as these left them."""
        return self._accepted(self._reader.history())[len(self.acceptances) :]

    def _accepted(self, history: History) -> tuple[Acceptance, ...]:
        return tuple(
            Acceptance(time, now.reason, before.differences(now))
            for (_, before), (time, now) in pairwise(self._locks(history))
        )

    @property
    def rehearsal_of(self) -> str:
        """The edition of which this one is a rehearsal, as its first lock says; blank if it is a contest."""
        return next((lock.rehearsal_of for _, lock in self._locks(self.history)), "")

    def require_contest(self, actor: str = "") -> None:
        """Refuse what would make a rehearsal count; the rehearsal itself plays it.

        Raises:
            only_a_rehearsal: the edition is one, and somebody else acts.
        """
        if self.rehearsal_of and actor != REHEARSAL:
            raise Problem("only_a_rehearsal", edition=self.name, of=self.rehearsal_of)

    def require_accepted(self) -> None:
        """Refuse results and decisions that could not be trusted (:meth:`unaccepted`).

        Raises:
            LedgerNotSound, rules_changed: the ledger, the rules or the registers are not as they should be.
        """
        if changed := self.unaccepted():
            raise changed

    def lock_text(self, **more: str) -> str:
        """Return what rules and registers are, as the ledger locks them (:func:`lock_text`)."""
        return lock_text(self._document, self._filed, **more)

    def changed_files(self) -> list[str]:
        """Return which of the rules and registers on disk are not those that this edition was opened with."""
        rules, document = read_rules(self.folder / "rules.yaml")
        now = Lock.read(lock_text(document, load_registers(self.folder, rules)))
        return [*Lock.read(self.lock_text()).differences(now)]

    # Events

    def _require_fitting(self, rows: Iterable[Fields]) -> None:
        if self._until is not None:
            raise Problem("edition_of_the_past", event=self._until)
        if found := misfits(rows, self.rules, self._filed):
            raise Mistakes(found)

    def misfits(self) -> list[Problem]:
        """Return what current marks and other events name that rules and registers do not know, each mistake once."""
        events = self.history.table
        marks = events["kind"] == "mark"
        events = events[~marks | ~events.duplicated(["kind", *CELL], keep="last")]
        # What a mark names holds for its entry, and for all else together: two million marks name few of both.
        other = [name for name in FIELDS if name not in {"time", "entry_id"}]
        known = (events["kind"] == "mark") & events.duplicated(other) & events.duplicated(["kind", "entry_id"])
        columns = events.loc[~known, list(FIELDS)].assign(time="")
        return misfits(columns.itertuples(index=False, name=None), self.rules, self._filed)

    def refresh(self) -> None:
        """Forget what was computed from the ledger as it was, since others may have added to it."""
        for name in self.__dict__.keys() - {*_KEPT}:
            if isinstance(getattr(type(self), name, None), cached_property):
                del self.__dict__[name]


# The lock: what rules and registers were when the first round was opened, and in what they differ since


@dataclass(frozen=True)
class Acceptance:
    """A change of rules or registers after the first round was opened, accepted by the committee.

    Args:
        time: when it was accepted.
        reason: why.
        changes: what differed, in the order of the files.
    """

    time: datetime
    reason: str
    changes: tuple[str, ...]


def lock_text(rules_document: str, registers: Registers, **more: str) -> str:
    """Write what a lock records as canonical JSON: the rules, the hashes of rules and registers, and perhaps more."""
    lock = {"rules": fingerprint(rules_document), "registers": registers.hashes(), "document": rules_document}
    return canonical(lock | more)


def fingerprint_of(ledger: str, registers: Mapping[str, str], rules_document: str) -> str:
    """SHA-256 over everything that a result follows from: the ledger's own, the registers' hashes, the rules."""
    return fingerprint(canonical({"ledger": ledger, "registers": registers, "rules": rules_document}))


@dataclass(frozen=True)
class Lock:
    """What rules and registers were at one moment.

    Args:
        rules: the rules' document.
        registers: the hash of each register.
        reason: why a change was accepted; blank for the first lock.
        rehearsal_of: the edition that is rehearsed; blank for a contest.
    """

    rules: Any
    registers: Mapping[str, str]
    reason: str
    rehearsal_of: str = ""

    @classmethod
    def read(cls, text: str) -> Lock:
        """Read what :func:`lock_text` wrote.

        Raises:
            lock_unreadable: it is something else.
        """
        try:
            lock = json.loads(text)
            said = (lock.get(name, "") for name in ("reason", "rehearsal_of"))
            return cls(json.loads(lock["document"]), dict(lock["registers"]), *said)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Problem("lock_unreadable") from error

    def differences(self, now: Lock) -> tuple[str, ...]:
        """Say in what a later lock differs: where in the rules, and which registers."""
        names = {**self.registers, **now.registers}
        registers = [name for name in names if now.registers.get(name) != self.registers.get(name)]
        return (*_between("rules.yaml: ", self.rules, now.rules), *registers)


def _between(place: str, old: object, new: object) -> Iterator[str]:
    was, is_ = _parts(old), _parts(new)
    if was is None or is_ is None:
        if str(old) != str(new):  # 2025 and "2025" mean the same to the rules
            yield f"{place}: {_brief(old)} → {_brief(new)}"
        return
    for key in {**was, **is_}:
        yield from _between((place + key).replace(": .", ": "), was.get(key), is_.get(key))
    kept = [[key for key in parts if key in was and key in is_] for parts in (was, is_)]
    if kept[0] != kept[1]:
        yield f"{place}: {' → '.join(map(''.join, kept))}"


def _parts(value: object) -> dict[str, Any] | None:
    """The parts of a mapping or list by what leads to them: a list's items by their ids, or else by their numbers."""
    if isinstance(value, dict):
        return {f".{key}": part for key, part in value.items()}
    if isinstance(value, list):
        ids = [part.get("id") if isinstance(part, dict) else None for part in value]
        names = ids if None not in ids and len(set(ids)) == len(ids) else range(1, len(value) + 1)
        return {f"[{name}]": part for name, part in zip(names, value, strict=True)}
    return None


def _brief(value: object) -> str:
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


# Events held against the rules and registers that they are about

_OF_INNOVATIONS = {"follow_up"}  # their entry is an innovation, of whatever edition


def misfits(rows: Iterable[Fields], rules: Rules, registers: Registers) -> list[Problem]:
    """Return what events name that rules and registers do not know, and marks outside their scale, each once.

    Args:
        rows: events; those that say the same about the same are looked at once.
        rules: the contest.
        registers: its entries and judges.
    """
    found: dict[Problem, None] = {}
    for rule, *about in dict.fromkeys(_claims(rows, rules, registers)):
        try:
            rule(*about)
        except Problem as mistake:
            found[mistake] = None
    return [*found]


def _claims(
    rows: Iterable[Fields], rules: Rules, registers: Registers
) -> Iterator[tuple[Callable[..., object], *tuple[str, ...]]]:
    """Give what must hold of events: a rule that raises what is wrong, and what it is asked about."""
    rounds = Known([*(round_.id for round_ in rules.rounds), FINAL], "unknown_round")
    judges = Known(registers.ids["judge_id"], "unknown_judge")
    entries = Known(registers.ids["entry_id"], "unknown_entry")
    on_scale, correctable = partial(_require_on_scale, rules), partial(registers.correction, rules)
    corrected: dict[tuple[str, str], str] = {}
    for _, _, kind, round_, judge, entry, criterion, value, _ in rows:
        if kind in _OF_INNOVATIONS:
            continue
        named = [(rounds, round_), (judges, judge), (entries, entry)]
        if kind == "substituted":
            named.append((judges, value))
        named += [(entries, other) for other in _entries_named(kind, value)]
        yield from (claim for claim in named if claim[1])
        if kind == "correction":
            corrected[entry, criterion] = value
        elif kind in {"mark", "typed"} and value and round_ in rounds.known:
            yield on_scale, round_, criterion, value
    for (_, column), value in corrected.items():  # of several the last stands
        yield correctable, column, value


def _entries_named(kind: str, value: str) -> list[str]:
    """Return the entries that the value of an event names."""
    if kind == "tie_ruling":
        return value.split(">")
    return [value] if kind == "duplicate" and ":" not in value else []  # else it is one of another edition


def off_scale(marks: pd.DataFrame, rules: Rules) -> int:
    """Return how many of a ledger's current marks are not on their scale; those that the rules do not ask for aside."""
    wrong = 0
    for mark, n in marks[["round", "criterion", "value"]].value_counts().items():
        round_id, criterion, value = map(str, cast("tuple[str, ...]", mark))
        if any(criterion == known.id for r in rules.scored_rounds if r.id == round_id for known in r.marked):
            wrong += 0 if rules.round(round_id).scale_of(criterion).holds(Decimal(value)) else n
    return wrong


def _require_on_scale(rules: Rules, round_id: str, criterion: str, value: str) -> None:
    round_ = rules.round(round_id)
    Known([known.id for known in round_.marked], "unknown_criterion", round=round_id)(criterion)
    if refusal := round_.scale_of(criterion).refusal(Decimal(value), round=round_id, column=criterion):
        raise refusal
