"""What is asked about an innovation year by year, and what may be answered: one set of checks for every way in."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from kit.errors import Known, Problem, fold
from kit.registers import iso_date, yes_or_no
from kit.report.lasting import ELEMENTS
from kit.tables import safe
from kit.texts import LANGUAGES, Texts, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.texts import Language

STATUSES = ("running", "changed", "merged", "stopped")
RUNNING = ("running", "changed")
DETAILS = {"merged": ("merged_with",), "stopped": ("stopped_on", "stopped_because")}  # what one state alone is asked
TEXTS = ("stopped_because", "evidence", "verifier")  # in an event's text; every other answer is its value
YES_OR_NO = (*ELEMENTS, "person_changed")
QUESTIONS = (
    *("status", "merged_with", "stopped_on", "stopped_because", *ELEMENTS),
    *("person_changed", "beneficiaries", "evidence", "verifier", "checked_on"),
)

_COUNT = re.compile(r"[0-9]{1,9}")


class AnswerMistake(Problem, ValueError):
    """Something is wrong with answers; its data ``question`` and ``status`` are put into words."""

    def say(self, language: Language = "id") -> str:
        """Return the sentence with the question and the state as people know them."""
        t, data = Texts(language), self.data
        words = {name: t(f"followup.{key}_{data[name]}") for name, key in _WORDS.items() if name in data}
        return Problem(self.code, **data | words).say(language)


_WORDS = {"question": "q", "status": "status"}


class AnswerNeeded(AnswerMistake):
    """An answer needs another one that is blank."""


class AnswerOutOfPlace(AnswerMistake):
    """An answer does not go with the state that the innovation is said to be in."""


def _status(text: str) -> str:
    known = {fold(sentence[tongue]): name for name, sentence in _said().items() for tongue in LANGUAGES}
    found = known.get(fold(text)) or (text if text in STATUSES else None)
    if found is None:
        raise Problem("unknown_status", value=text)
    return found


def _said() -> dict[str, dict[str, str]]:
    return {status: read_chapter("followup")[f"status_{status}"] for status in STATUSES}


def _count(text: str) -> str:
    if not _COUNT.fullmatch(text):
        raise Problem("count_unclear", value=text)
    return str(int(text))


def readers(innovations: Sequence[str]) -> dict[str, Callable[[str], str]]:
    """Return what reads the answer to each question: its canonical form, or what is wrong with it."""
    return {
        "status": _status,
        "merged_with": Known(innovations, "unknown_innovation"),
        **dict.fromkeys(YES_OR_NO, yes_or_no),
        **dict.fromkeys(("stopped_on", "checked_on"), iso_date),
        "beneficiaries": _count,
        **dict.fromkeys(TEXTS, safe),
    }


def worded(question: str, answer: str, t: Texts) -> str:
    """Return an answer as people read and write it."""
    if answer and question == "status":
        return t(f"followup.status_{answer}")
    return t(f"followup.{answer}") if answer and question in YES_OR_NO else answer


def wrong_together(
    innovation: str, answers: Mapping[str, str], last_part: date | None
) -> Iterator[tuple[str, Problem]]:
    """Yield what is wrong with answers that are right one by one, each with the question where it shows.

    Args:
        innovation: what they are about.
        answers: all answers of one year by question; blank or absent where there is none.
        last_part: the day of the last contest in which it took part.
    """
    given = {question: answer for question, answer in answers.items() if answer}
    status = given.get("status", "")
    for question in ("status", "checked_on", *DETAILS.get(status, ())) if given else ():
        if question not in given:
            yield question, AnswerNeeded(innovation=innovation, question=question)
    for question in (detail for own, details in DETAILS.items() if own != status for detail in details):
        if status and question in given:
            yield question, AnswerOutOfPlace(innovation=innovation, question=question, status=status)
    if given.get("merged_with") == innovation:
        yield "merged_with", Problem("merged_with_itself", innovation=innovation)
    if status == "stopped" and "stopped_on" in given:
        stopped = date.fromisoformat(given["stopped_on"])
        if last_part and stopped < last_part:
            yield "stopped_on", Problem("stopped_too_early", innovation=innovation, day=stopped, contest=last_part)
        if given["stopped_on"] > given.get("checked_on", given["stopped_on"]):
            yield "stopped_on", Problem("stopped_later", innovation=innovation, day=stopped)
