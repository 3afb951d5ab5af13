"""One edition's folder, as the object that notebooks and commands hold."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import cache, cached_property
from itertools import dropwhile, pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kit import errors
from kit.columns import Known
from kit.edition._decisions import DECIDED, DECISIONS, Decisions, Decree, award_key, award_of
from kit.edition._home import (
    LEDGER,
    POINTER,
    EditionMissing,
    EditionNameDiffers,
    HomeMissing,
    JournalDiffers,
    find_edition,
    find_home,
    ledger_place,
    moved,
)
from kit.edition._lock import (
    Acceptance,
    Lock,
    NothingToAccept,
    ReasonNeeded,
    RulesChanged,
    fingerprint_of,
    in_one_line,
    lock_text,
)
from kit.edition._marks import EntrantsUnknown, FilesDisagree, NotTakingPart, fresh_events
from kit.edition._meeting import MEETING, Meeting, meetings
from kit.edition._rounds import (
    DecisionOverturned,
    LaterRoundStands,
    NotOpenedYet,
    SheetsMissing,
    StillInPlenary,
    StillOpen,
)
from kit.fields import UnknownRound
from kit.intake import Duties, read_marks
from kit.ledger import COMMITTEE, Event, Ledger, LedgerExists, Recorded
from kit.ranking import FINAL, Record, Result, rank
from kit.registers import Registers, load_registers
from kit.rulesfile import fingerprint, read_rules
from kit.scores import collect_sheets
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kit.rules import Rules
    from kit.texts import Language

JOURNAL = "journal.csv"

__all__ = [
    "DECIDED",
    "JOURNAL",
    "LEDGER",
    "Acceptance",
    "Decisions",
    "Decree",
    "Edition",
    "EditionMissing",
    "EntrantsUnknown",
    "FilesDisagree",
    "HomeMissing",
    "Meeting",
    "NotOpenedYet",
    "NotTakingPart",
    "ReasonNeeded",
    "StillOpen",
    "award_key",
    "award_of",
    "find_edition",
    "find_home",
    "fingerprint_of",
    "lock_text",
    "open",
]


def open(edition: str | int, language: Language | None = None) -> Edition:  # noqa: A001  (reads as kit.open)
    """Open an edition by its name, such as ``"2025"``.

    Args:
        edition: the name of its folder under ``data/``.
        language: of everything shown; the rules' own unless given.

    Raises:
        EditionMissing: there is no such folder; the message names those that there are.
        EditionNameDiffers: the rules in it are those of another edition.
        LanguageUnknown: nothing can be shown in that language.
        Mistakes: its rules or registers are wrong; all that is wrong, with file, row and column.
    """
    name = str(edition)  # papermill reads `-p edition 2025` as a number
    opened = Edition(find_edition(name), language)
    if opened.name != name:
        raise EditionNameDiffers(file="rules.yaml", edition=opened.name, folder=name)
    return opened


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
        self.language: Language = errors.known_language(language or self.rules.language)
        self.texts = Texts(self.language)
        self._filed: Registers = load_registers(folder, self.rules)

    def __repr__(self) -> str:
        return f"Edition({self.name!r})"

    @property
    def name(self) -> str:
        """The edition's name, such as ``2025``."""
        return self.rules.edition

    @cached_property
    def registers(self) -> Registers:
        """Units, entries and judges as their files have them, entries with what the committee corrected since."""
        corrections = self.decisions.of("correction")
        return self._filed if corrections.empty else self._filed.corrected(corrections, self.rules)

    @cached_property
    def ledger(self) -> Ledger:
        """The edition's event store; built from the journal where there is one and no store yet.

        Raises:
            JournalDiffers: the store does not begin with what the journal says.
        """
        place, journal = ledger_place(self.folder), self.folder / JOURNAL
        if not journal.exists():
            return Ledger.open(place, create=True)
        if isinstance(place, Path) and not place.exists():
            with suppress(LedgerExists):  # another process built it just now
                return Ledger.from_journal(journal, place)
        ledger = Ledger.open(place)
        try:
            if not ledger.continues(journal):
                raise JournalDiffers(file=JOURNAL, ledger=place.name if isinstance(place, Path) else POINTER)
        except errors.KitError:
            ledger.close()
            raise
        return ledger

    def move_ledger(self, where: str) -> None:
        """Move the ledger, with everything in it as it is; the old one is sealed, and a file keeps a dated name.

        Args:
            where: ``postgresql://user@host/database``, or ``file`` for one beside the rules.

        Raises:
            LedgerExists: there is a ledger already.
            StoreUnknown, ServerUnreachable: the URL leads nowhere.
        """
        self.__dict__["ledger"] = moved(self.ledger, self.folder, self.name, where)
        self.refresh()

    def reopen(self) -> None:
        """Look again where the ledger is: it may have moved since it was opened."""
        self.ledger.close()
        del self.ledger
        self.refresh()

    # Rounds

    @cached_property
    def states(self) -> dict[str, str]:
        """The state of each scored round: ``not_opened``, ``open``, ``closed`` and so on, in the rules' order."""
        known = self.ledger.round_states()
        return {round_.id: known.get(round_.id, "not_opened") for round_ in self.rules.scored_rounds}

    def open_round(self, round_: str, reason: str = "") -> None:
        """Open a round; the first opening locks rules and registers.

        Raises:
            UnknownRound: the rules have no such round.
            EntrantsUnknown: a round before it is not closed.
            StillInPlenary: the plenary about a round before it has not decided.
            LaterRoundStands: a round after it is decided.
            RulesChanged: rules or registers differ from what was locked.
            RoundAlreadyOpen, RoundIsDecided: it is open, or decided.
            ReasonMissing: it was closed before, and there is no reason.
        """
        self.refresh()  # another window may have decided a round since
        self._require_earlier_closed(self._round_id(round_))
        self.require_no_later(round_, *DECIDED)
        self._require_accepted()
        for earlier in takewhile(lambda other: other.id != round_, self.rules.rounds):
            if self.states.get(earlier.id) == "plenary":
                raise StillInPlenary(earlier=self._say(earlier.id), round=self._say(round_))
        events = [Event(kind="round_opened", actor=COMMITTEE, round=round_, text=in_one_line(reason))]
        if self.ledger.events(["rules_locked"]).empty:
            events.insert(0, Event(kind="rules_locked", actor=COMMITTEE, text=lock_text(self._document, self._filed)))
        self.append(*events)

    def close_round(self, round_: str, reason: str = "") -> None:
        """Close a round: nobody can change a mark, and values and ranks can be shown.

        Raises:
            UnknownRound: the rules have no such round.
            EntrantsUnknown: a round before it is not closed.
            RulesChanged: rules or registers differ from what was locked.
            SheetsMissing: judges owe sheets, and there is no reason to close without them.
            RoundIsClosed, RoundNeverOpened: it is not open.
        """
        self._require_earlier_closed(self._round_id(round_))
        self._require_accepted()
        reason = in_one_line(reason)
        if self.states.get(round_) == "open" and not reason and (owed := self.missing(round_)):
            shown = ", ".join(f"{judge} ({n})" for judge, n in owed.items())
            raise SheetsMissing(
                n=sum(owed.values()), judges=shown, round=self._say(round_), edition=self.name, id=round_
            )
        self.append(Event(kind="round_closed", actor=COMMITTEE, round=round_, text=reason))

    def missing(self, round_: str) -> dict[str, int]:
        """How many sheets each judge owes in a scored round; counts only, so it may be asked while the round is open.

        Raises:
            UnknownRound: there is no such round, or it carries no marks.
            EntrantsUnknown: a round before it is not closed.
        """
        entrants = self.entrants(Known([*self.states], UnknownRound)(round_))
        panel, marks = (table[table["round"] == round_] for table in (self.record.panel, self.record.marks))
        recusals = self.record.recused(round_)
        sheets = collect_sheets(self.rules.round(round_), [*entrants], panel, recusals, marks)
        owed = sheets.judge[~(sheets.complete | sheets.recused)]
        return dict(sorted(Counter(sheets.judges[n] for n in owed).items()))

    def panel(self, round_: str) -> pd.DataFrame:
        """The sheets that a round asks for as ``round``, ``entry_id``, ``judge_id``: the assigned, or all with all.

        A sheet that passed to a substitute is the substitute's.
        """
        assigned = self.assigned
        if (assigned["round"] == round_).any():
            return assigned[assigned["round"] == round_]
        return self._panel_of_all(round_)

    @cached_property
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
        judges = pd.Series(self.registers.panel(self.rules.round(round_)), name="judge_id", dtype=str)
        pairs = self.registers.entries[["entry_id"]].merge(judges, how="cross")
        return pairs.assign(round=round_)

    def _round_id(self, round_: str) -> str:
        return Known([known.id for known in self.rules.rounds], UnknownRound)(round_)

    def _say(self, round_: str) -> str:
        return self.rules.round(round_).name.say(self.language)

    def _require_earlier_closed(self, round_: str) -> None:
        """Refuse to speak of a round whose entrants an earlier one still decides; a checklist may be left out."""
        states = self.ledger.round_states()
        for earlier in takewhile(lambda other: other.id != round_, self.rules.rounds):
            if states.get(earlier.id, "open" if earlier.scored else "closed") == "open":
                raise EntrantsUnknown(earlier=self._say(earlier.id), round=self._say(round_))

    def require_no_later(self, round_: str, *states: str) -> None:
        """Refuse (:class:`LaterRoundStands`) to go back to a round while a later one is in one of these states."""
        for later in [*dropwhile(lambda other: other.id != round_, self.rules.rounds)][1:]:
            if self.states.get(later.id) in states:
                raise LaterRoundStands(round=self._say(round_), later=self._say(later.id))

    def entrants(self, round_: str) -> set[str]:
        """The entries that take part in a scored round: those admitted, or those whom the last cut let through."""
        self._require_earlier_closed(round_)
        record = self.record
        entrants = set(record.entries["entry_id"])
        earlier = [*takewhile(lambda name: name != round_, self.states)]
        if earlier:
            cuts = rank(self.rules, record).cuts
            for name in filter(cuts.get, earlier):
                entrants = {entry for cut in cuts[name] for entry in cut.through}
        return entrants.difference(*(record.gone(name) for name in [*earlier, round_]))

    # What people decided

    @cached_property
    def decisions(self) -> Decisions:
        """Everything that people decided and that the registers and the result depend on."""
        return Decisions(self.ledger.events(DECISIONS))

    def meetings(self, round_: str) -> tuple[Meeting, ...]:
        """The plenaries about a round, first to last; those about the last round decide the final as well."""
        return meetings(self.ledger.events(MEETING).loc[lambda own: own["round"].isin(self.decided_with(round_))])

    def decided_with(self, round_: str) -> list[str]:
        """What a plenary about a round decides: the round, and with the last one the final."""
        return [round_, FINAL] if round_ == [*self.states][-1] else [round_]

    # The result

    @cached_property
    def record(self) -> Record:
        """What the result is computed from; rounds after one that is not closed do not count as closed either."""
        entries, decisions = self.registers.entries, self.decisions
        scored = [round_.id for round_ in self.rules.scored_rounds]
        recusals = [self.registers.recusals.assign(round=""), decisions.recusals(scored)]
        rulings: dict[str, list[list[str]]] = {}
        for event in decisions.of("tie_ruling").itertuples():
            rulings.setdefault(str(event.round), []).insert(0, str(event.value).split(">"))
        shown = takewhile(lambda name: self.states[name] not in {"open", "not_opened"}, self.states)
        return Record(
            entries=entries[["entry_id", "group", "category"]],
            panel=pd.concat([self.panel(name) for name in scored], ignore_index=True),
            recusals=pd.concat(recusals, ignore_index=True)[["judge_id", "entry_id", "round"]].drop_duplicates(),
            marks=self.ledger.marks(),
            out=decisions.out(scored),
            closed=frozenset(shown),
            absent=frozenset(decisions.absences[["round", "entry_id"]].itertuples(index=False, name=None)),
            withheld=frozenset(decisions.withheld[["scope", "scope_id", "place"]].itertuples(index=False, name=None)),
            rulings=rulings,
        )

    @cached_property
    def result(self) -> Result:
        """The result of the rounds that are closed, up to the first that is not.

        Raises:
            RulesChanged: rules or registers differ from what was locked.
            StillOpen, NotOpenedYet: the first round is not closed.
        """
        self._require_accepted()
        self._require_closed(next(iter(self.states)))
        return rank(self.rules, self.record)

    def ranking_table(self, round_: str | None = None) -> pd.DataFrame:
        """The ranking (:attr:`Result.ranking`) with the ``title`` and ``unit`` of each entry.

        Args:
            round_: a scored round, or ``final``; all that can be shown unless given.

        Raises:
            UnknownRound: there is no such round, or it carries no marks.
            StillOpen, NotOpenedYet: the round, or one before it, is not closed.
            RulesChanged: rules or registers differ from what was locked.
        """
        ranking = self.result.ranking
        if round_ is not None:
            self._require_closed(Known([*self.states, FINAL], UnknownRound)(round_))
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
        return fingerprint_of(self.ledger.fingerprint(), self._filed.hashes(), self._document)

    def _require_closed(self, round_: str) -> None:
        """Refuse to show what a round, or the final, has come to while it or one before it is not closed."""
        for name, state in self.states.items():
            if state == "open":
                raise StillOpen(round=self._say(name))
            if state == "not_opened":
                raise NotOpenedYet(round=self._say(name), edition=self.name, id=name)
            if name == round_:
                return

    # The lock: what the rules and registers were when the first round was opened.

    def _locks(self) -> list[tuple[datetime, Lock]]:
        """Every lock with its time: the first, then one for each accepted change."""
        events = self.ledger.events(["rules_locked", "rules_accepted"])
        return [
            (time.to_pydatetime(), Lock.read(text)) for time, text in zip(events["time"], events["text"], strict=True)
        ]

    def unaccepted(self) -> RulesChanged | None:
        """Return the mistake that holds back the ranking, if rules or registers changed and nobody accepted it."""
        now = Lock.read(lock_text(self._document, self._filed))
        changes = [change for _, lock in self._locks()[-1:] for change in lock.differences(now)]
        return RulesChanged(changes="; ".join(changes), edition=self.name) if changes else None

    @cached_property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """Every accepted change of rules or registers; each stands on every later document."""
        return tuple(
            Acceptance(time, now.reason, before.differences(now))
            for (_, before), (time, now) in pairwise(self._locks())
        )

    def _require_accepted(self) -> None:
        if changed := self.unaccepted():
            raise changed

    def accept_changes(self, reason: str) -> None:
        """Record that the committee accepts the rules and registers as they now are.

        Raises:
            ReasonNeeded: the reason is blank.
            NothingToAccept: nothing differs from what was locked.
            DecisionOverturned: the ranking of a decided round would not be what its plenary decided.
        """
        if not (reason := in_one_line(reason)):
            raise ReasonNeeded
        if not self.unaccepted():
            raise NothingToAccept(edition=self.name)
        now, decided = rank(self.rules, self.record), self.decisions.ranking_of
        for name, state in self.states.items():
            if state in DECIDED and decided[name] not in {
                "",
                fingerprint(now.csv(*self.decided_with(name))),
            }:
                raise DecisionOverturned(round=self._say(name), edition=self.name, id=name)
        lock = lock_text(self._document, self._filed, reason=reason)
        self.append(Event(kind="rules_accepted", actor=COMMITTEE, text=lock))

    # Marks from files

    def import_marks(
        self, paths: Sequence[Path], round_: str | None = None, sheet: str | None = None
    ) -> list[tuple[int, int]]:
        """Record the marks and comments of files, all files or none; what the ledger says already is passed over.

        Args:
            paths: CSV files or workbooks.
            round_: the round, where the files have no column that says so.
            sheet: the workbooks' sheet; the first by default.

        Returns:
            How many marks and how many comments each file brought.

        Raises:
            RulesChanged: rules or registers differ from what was locked.
            Mistakes: everything that is wrong in all files.
        """

        def read(path: Path) -> pd.DataFrame:
            return read_marks(path, self.rules, self.registers, duties, round_, sheet=sheet)

        self._require_accepted()
        duties = Duties(self.assigned, self.record.recusals, self.states)
        fresh = fresh_events(paths, read, cache(self.entrants), self.ledger.events(["mark", "comment"]))
        if len(fresh):
            self.ledger.append_table(fresh.drop(columns="file").assign(actor=COMMITTEE))
            self.refresh()
        brought = Counter(zip(fresh["file"], fresh["kind"], strict=True))
        return [(brought[at, "mark"], brought[at, "comment"]) for at in range(len(paths))]

    # Events

    def append(self, *events: Event) -> list[Recorded]:
        """Record events durably, all or none (:meth:`Ledger.append`); what was computed before them is forgotten."""
        recorded = self.ledger.append(events)
        self.refresh()
        return recorded

    def refresh(self) -> None:
        """Forget what was computed from the ledger as it was, since others may have added to it."""
        for name, made in vars(type(self)).items():
            if isinstance(made, cached_property) and name != "ledger":
                self.__dict__.pop(name, None)
