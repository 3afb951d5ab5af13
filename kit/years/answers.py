"""The answers of a year: read from an edition's ledger, and added to it.

An edition's ledger holds the follow-up of its year, about the innovations of that edition and of all before it. No
answer is no event; two answers in one year are two events, of which the later counts.
"""

from __future__ import annotations

from functools import cached_property
from itertools import starmap
from typing import TYPE_CHECKING

from kit.columns import Known
from kit.errors import Collector, KitError
from kit.ledger import COMMITTEE, Event
from kit.years.questions import QUESTIONS, TEXTS, UnknownInnovation, readers, wrong_together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import pandas as pd

    from kit.edition import Edition
    from kit.years.span import Span

    Answers = Mapping[str, str]

KIND = "follow_up"


def given(edition: Edition) -> pd.DataFrame:
    """Return every answer that an edition's ledger holds, in order, superseded ones included.

    Returns:
        ``number``, ``time``, ``actor``, ``innovation_id``, ``question`` and ``answer``.
    """
    events = edition.ledger.events([KIND]).rename(columns={"entry_id": "innovation_id", "criterion": "question"})
    events["answer"] = events["value"] + events["text"]  # one of them is blank
    return events[["number", "time", "actor", "innovation_id", "question", "answer"]]


def current(answers: pd.DataFrame, until: int | None = None) -> dict[str, dict[str, str]]:
    """Return the answers that count, by innovation and question; blank ones were taken back and are absent.

    Args:
        answers: from :func:`given`.
        until: only what was known up to the event of this number.
    """
    found: dict[str, dict[str, str]] = {}
    for row in answers.itertuples():
        if until is None or row.number <= until:
            own = found.setdefault(str(row.innovation_id), {})
            own.pop(str(row.question), None)
            if row.answer:
                own[str(row.question)] = str(row.answer)
    return {innovation: own for innovation, own in found.items() if own}


class FollowUp:
    """One year's answers, and the door through which they come in.

    Args:
        span: the editions up to the year of the follow-up, which is the last.
    """

    def __init__(self, span: Span) -> None:
        self.span, self.edition = span, span.edition

    @cached_property
    def innovations(self) -> pd.DataFrame:
        """What is asked about, by innovation_id: ``title``, ``unit_id``, ``first`` and ``last`` year, as last used."""
        named = self.span.entries[self.span.entries["innovation_id"] != ""].groupby("innovation_id")
        about = named[["title", "unit_id"]].last()
        return about.assign(first=named["year"].first(), last=named["year"].last()).sort_index()

    @cached_property
    def readers(self) -> dict[str, Callable[[str], str]]:
        """What reads each answer."""
        return readers([*self.innovations.index])

    @cached_property
    def known(self) -> Known:
        """The innovations that may be asked about."""
        return Known(self.innovations.index, UnknownInnovation)

    def last_part(self, innovation: str) -> date | None:
        """The day of the last contest in which an innovation took part, once that was opened."""
        return self.span.days.get(str(self.innovations["last"][innovation]))

    def read(self, innovation: str, said: Answers) -> dict[str, str]:
        """Return answers in their canonical form.

        Raises:
            UnknownInnovation: nothing of that id took part.
            Mistakes: all that is wrong with the answers, one by one or together.
        """
        self.known(innovation)
        read: dict[str, str] = {}
        with Collector() as mistakes:
            for question, text in said.items():
                try:
                    read[question] = self.readers[question](text) if text else ""
                except KitError as error:
                    mistakes.add(error)
            if not mistakes.found:
                for _, error in wrong_together(innovation, read, self.last_part(innovation)):
                    mistakes.add(error)
        return read

    def save(self, innovation: str, said: Answers, actor: str = COMMITTEE) -> int:
        """Record all answers about one innovation as a form shows them, and return how many of them were new.

        A blank takes back what was answered before.

        Raises:
            UnknownInnovation, Mistakes: as :meth:`read`; nothing is recorded.
        """
        answers = self.read(innovation, said)
        now = current(given(self.edition)).get(innovation, {})
        fresh = {question: answer for question, answer in answers.items() if answer != now.get(question, "")}
        return self.record({innovation: fresh}, actor)

    def record(self, fresh: Mapping[str, Answers], actor: str = COMMITTEE, after: int | None = None) -> int:
        """Record checked answers, all or none, and return how many.

        Args:
            fresh: what is new, by innovation and question.
            actor: who brings them.
            after: how many events of the committee there were when this was decided.

        Raises:
            Overtaken: the committee has recorded something since.
        """
        pairs = [(name, question, own[question]) for name, own in fresh.items() for question in QUESTIONS if question in own]
        seen = None if after is None else {COMMITTEE: after}
        self.edition.ledger.append(starmap(lambda *about: _event(actor, *about), pairs), after=seen)
        self.edition.refresh()
        return len(pairs)


def _event(actor: str, innovation: str, question: str, answer: str) -> Event:
    says = {"text" if question in TEXTS else "value": answer}
    return Event(kind=KIND, actor=actor, entry_id=innovation, criterion=question, **says)

