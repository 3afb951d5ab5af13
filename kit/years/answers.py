"""The answers of a year: read from an edition's ledger, and added to it.

An edition's ledger holds the follow-up of its year, about the innovations of that edition and of all before it. No
answer is no event; two answers in one year are two events, of which the later counts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kit.actions import record
from kit.errors import Collector, Known, Problem
from kit.ledger import COMMITTEE, Event
from kit.report.lasting import KIND, current, given
from kit.years.questions import QUESTIONS, TEXTS, readers, wrong_together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import pandas as pd

    from kit.ledger import Recorded
    from kit.years.span import Span

    Answers = Mapping[str, str]


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
        return Known(self.innovations.index, "unknown_innovation")

    def last_part(self, innovation: str) -> date | None:
        """The day of the last contest in which an innovation took part, once that was opened."""
        return self.span.days.get(str(self.innovations["last"][innovation]))

    def save(self, innovation: str, said: Answers, actor: str = COMMITTEE) -> list[Recorded]:
        """Record what somebody changed about one innovation, and return what was new.

        Args:
            innovation: its id.
            said: the answers that were changed, by question; a blank takes back what was answered before.
            actor: who says so.

        Raises:
            unknown_innovation: nothing of that id took part.
            Mistakes: all that is wrong with the answers, one by one, or together with those on record.
        """

        def fresh() -> Mapping[str, Answers]:
            now = current(given(self.edition)).get(self.known(innovation), {})
            read: dict[str, str] = {}
            with Collector() as mistakes:
                for question, text in said.items():
                    try:
                        read[question] = self.readers[question](text) if text else ""
                    except Problem as error:
                        mistakes.add(error)
                together = wrong_together(innovation, now | read, self.last_part(innovation))
                for _, wrong in together if not mistakes.found else ():
                    mistakes.add(wrong)
            return {innovation: {name: text for name, text in read.items() if text != now.get(name, "")}}

        return self.record(fresh, actor)

    def record(self, fresh: Callable[[], Mapping[str, Answers]], actor: str = COMMITTEE) -> list[Recorded]:
        """Record checked answers, all or none, and return them.

        Args:
            fresh: looks at what is on record, and returns what is new, by innovation and question.
            actor: who brings them.
        """

        def events() -> list[Event]:
            found = fresh()
            asked = [(innovation, question) for innovation in found for question in QUESTIONS]
            return [_event(actor, name, q, found[name][q]) for name, q in asked if q in found[name]]

        return record(self.edition, events)


def _event(actor: str, innovation: str, question: str, answer: str) -> Event:
    value, text = ("", answer) if question in TEXTS else (answer, "")
    return Event(kind=KIND, actor=actor, entry_id=innovation, criterion=question, value=value, text=text)
