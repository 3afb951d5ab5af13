"""The follow-up: what is asked about an innovation year by year, the answers, and how long innovations live.

An edition's ledger holds the follow-up of its year, about the innovations of that edition and of all before it. No
answer is no event; two answers in one year are two events, of which the later counts. One set of checks serves every
way in: the form, the sheets, and other tables.

How long innovations run is estimated as lives are, by Kaplan and Meier. The clock of an innovation starts on the day on
which the contest opened in which it first took part. It stops on the day on which it is said to have stopped; that
alone counts as an end. While it is running, its life is open: it is known to have lived up to the last day on which
anybody knew, which is a contest in which it took part or a day on which it was checked. No answer is not an end. An
innovation that was merged into another goes on there, so its own life is open up to the day on which that was checked.
What took part or was running again after that, had paused.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from kit.actions import record
from kit.errors import Collector, Known, Problem, fold
from kit.ledger import COMMITTEE, Event
from kit.registers import flag_of, iso_date, yes_or_no
from kit.report.lasting import ELEMENTS, KIND, OVER, current, given, profiles, reasons
from kit.tables import day_of, safe
from kit.texts import LANGUAGES, Texts, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.ledger import Recorded
    from kit.report.lasting import Profile
    from kit.texts import Language
    from kit.years.series import Span

    Answers = Mapping[str, str]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

STATUSES = ("running", "changed", "merged", "stopped")
RUNNING = ("running", "changed")
DETAILS = {"merged": ("merged_with",), "stopped": ("stopped_on", "stopped_because")}  # what one state alone is asked
TEXTS = ("stopped_because", "evidence", "verifier")  # in an event's text; every other answer is its value
YES_OR_NO = (*ELEMENTS, "person_changed")
DAYS = ("stopped_on", "checked_on")
QUESTIONS = (
    *("status", "merged_with", "stopped_on", "stopped_because", *ELEMENTS),
    *("person_changed", "beneficiaries", "evidence", "verifier", "checked_on"),
)
LEAST = 5  # fewer lives than these are counted and not estimated
_YEAR = 365.25  # days
_COUNT = re.compile(r"[0-9]{1,9}")
_WORDS = {"question": "q", "status": "status"}


# Questions


class AnswerMistake(Problem, ValueError):
    """Answers do not go together; ``question`` and ``status`` of its data are put into words."""

    def say(self, language: Language = "id") -> str:
        """Return the sentence with the question and the state as people know them."""
        t, data = Texts(language), self.data
        words = {name: t(f"followup.{key}_{data[name]}") for name, key in _WORDS.items() if name in data}
        return Problem(self.code, **data | words).say(language)


def _status(text: str) -> str:
    said = {status: read_chapter("followup")[f"status_{status}"] for status in STATUSES}
    known = {fold(sentence[tongue]): name for name, sentence in said.items() for tongue in LANGUAGES}
    found = known.get(fold(text)) or (text if text in STATUSES else None)
    if found is None:
        raise Problem("unknown_status", value=text)
    return found


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
        **dict.fromkeys(DAYS, iso_date),
        "beneficiaries": _count,
        **dict.fromkeys(TEXTS, safe),
    }


def worded(question: str, answer: str, t: Texts) -> str:
    """Return an answer as people read and write it."""
    if answer and question == "status":
        return t(f"followup.status_{answer}")
    if answer and question in DAYS:
        return t.date(day_of(answer))
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
    known = {question: answer for question, answer in answers.items() if answer}
    status = known.get("status", "")
    for question in ("status", "checked_on", *DETAILS.get(status, ())) if known else ():
        if question not in known:
            yield question, AnswerMistake("answer_needed", innovation=innovation, question=question)
    for question in (detail for own, details in DETAILS.items() if own != status for detail in details):
        if status and question in known:
            about = {"innovation": innovation, "question": question, "status": status}
            yield question, AnswerMistake("answer_out_of_place", **about)
    if known.get("merged_with") == innovation:
        yield "merged_with", Problem("merged_with_itself", innovation=innovation)
    if status == "stopped" and "stopped_on" in known:
        stopped = date.fromisoformat(known["stopped_on"])
        if last_part and stopped < last_part:
            yield "stopped_on", Problem("stopped_too_early", innovation=innovation, day=stopped, contest=last_part)
        if known["stopped_on"] > known.get("checked_on", known["stopped_on"]):
            yield "stopped_on", Problem("stopped_later", innovation=innovation, day=stopped)


# Answers


class FollowUp:
    """One year's follow-up: what is asked about, what is known by now, and the one way to add answers.

    What is known is read from the ledger when it is first asked for.

    Args:
        span: the editions up to the year of the follow-up, which is the last; in the language of what is shown.
        public: whether it is shown to the public: totals, and no innovation by name.
    """

    def __init__(self, span: Span, *, public: bool = False) -> None:
        self.span, self.edition, self.t, self.public = span, span.edition, span.t, flag_of(public)

    @cached_property
    def innovations(self) -> pd.DataFrame:
        """What is asked about, by innovation_id.

        Columns: title, unit_id, group, category and origin as last registered; ``first`` and ``last`` year.
        """
        named = self.span.entries[self.span.entries["innovation_id"] != ""].groupby("innovation_id")
        about = named[["title", "unit_id", "group", "category", "origin"]].last()
        return about.assign(first=named["year"].first(), last=named["year"].last()).sort_index()

    @cached_property
    def readers(self) -> dict[str, Callable[[str], str]]:
        """What reads each answer."""
        return readers([*self.innovations.index])

    @cached_property
    def known(self) -> Known:
        """The innovations that may be asked about."""
        return Known(self.innovations.index, "unknown_innovation")

    @cached_property
    def lives(self) -> pd.DataFrame:
        """What is known of the life of each innovation (:func:`lives`)."""
        return lives(self.span)

    @cached_property
    def answered(self) -> set[str]:
        """The innovations of which this year's follow-up has heard."""
        found = current(given(self.edition))
        return {name for name in self.lives.index if "status" in found.get(name, {})}

    @cached_property
    def states(self) -> pd.Series[str]:
        """How each innovation fares by this year's answer: its status, ``unanswered``, or ``over`` if asked no more."""
        waiting = self.lives["status"].map(lambda status: "unanswered" if still_there(status) else "over")
        return self.lives["status"].where(self.lives.index.isin(self.answered), waiting)

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """What each innovation has (:func:`kit.report.lasting.profiles`)."""
        return profiles(self.span.editions.values())

    @cached_property
    def needy(self) -> pd.DataFrame:
        """The innovations that need support, those with most reasons first: ``title``, ``unit``, ``reasons``, ``last``.

        ``last`` is the year of the last contest in which it took part.
        """
        table = self.lives.assign(unit=self.lives["unit_id"].map(self.span.lineage.name_today))
        silent = zip(table.index, table["silent"] > 0, strict=True)
        why = [reasons(self.profiles[str(name)], silent=bool(quiet)) for name, quiet in silent]
        table["reasons"] = pd.Series(why, index=table.index, dtype=object)
        found = table.loc[table["reasons"].map(bool).astype(bool), ["title", "unit", "reasons", "last"]]
        return found.sort_values("reasons", key=lambda own: -own.map(len), kind="stable", ignore_index=True)

    @cached_property
    def by_origin(self) -> pd.DataFrame:
        """How many innovations of each origin run, of those of which anybody ever said how they fare.

        Columns ``running`` and ``known``, by origin, most of them first; an innovation without an origin is left out.
        """
        told = self.lives[(self.lives["status"] != "unanswered") & (self.lives["origin"] != "")]
        own = told.assign(running=told["status"].isin(RUNNING), known=True).groupby("origin")[["running", "known"]]
        return own.sum().astype(int).sort_values("known", ascending=False, kind="stable")

    def last_part(self, innovation: str) -> date | None:
        """Return the day of the last contest in which an innovation took part, once that was opened."""
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
            return [
                _event(actor, name, question, own[question])
                for name, own in fresh().items()
                for question in QUESTIONS
                if question in own
            ]

        return record(self.edition, events)


def _event(actor: str, innovation: str, question: str, answer: str) -> Event:
    value, text = ("", answer) if question in TEXTS else (answer, "")
    return Event(kind=KIND, actor=actor, entry_id=innovation, criterion=question, value=value, text=text)


# Lives


def lives(span: Span) -> pd.DataFrame:
    """List what is known of the life of every innovation that has an id.

    Returns:
        By ``innovation_id``: the columns of :attr:`FollowUp.innovations`; ``status``: ``running``, ``changed``,
        ``merged``, ``stopped`` as last heard, or ``unanswered`` where nobody ever said; ``heard``, the year of that
        (may be blank); ``silent``: how many follow-ups since the last sign of life had no answer; ``years`` lived as
        far as is known, not a number while the first contest has not been opened; and ``ended``.
    """
    table = FollowUp(span).innovations
    said = {name: current(given(edition)) for name, edition in span.editions.items()}
    part = {str(name): set(entries["innovation_id"]) for name, entries in span.entries.groupby("year")}
    rows = [_life(span, str(innovation), str(first), part, said) for innovation, first in table["first"].items()]
    return table.join(pd.DataFrame(rows, index=table.index, columns=["status", "heard", "silent", "years", "ended"]))


def _life(
    span: Span, innovation: str, first: str, part: dict[str, set[str]], said: dict[str, dict[str, dict[str, str]]]
) -> dict[str, object]:
    status, heard, known, silent = "unanswered", "", span.days.get(first), 0
    for year in span.names[span.names.index(first) :]:
        answers = said[year].get(innovation, {})
        if innovation in part[year]:
            status = "running" if status in OVER else status
            known, silent = span.days.get(year, known), 0
        if "status" in answers:
            status, heard, silent = answers["status"], year, 0
            told = answers.get("stopped_on" if status == "stopped" else "checked_on")
            days = [known, date.fromisoformat(told) if told else None]
            known = max((day for day in days if day), default=None)
        elif said[year] and status not in OVER:
            silent += 1
    start = span.days.get(first)
    lived = (known - start).days / _YEAR if start and known else np.nan
    return {"status": status, "heard": heard, "silent": silent, "years": lived, "ended": status == "stopped"}


def still_there(status: str) -> bool:
    """Tell whether an innovation is known to run, or nobody has said that it does not."""
    return status not in OVER


@dataclass(frozen=True, eq=False)
class Curve:
    """The share of innovations that still run, step by step.

    Args:
        years: since the first contest, at which somebody's life ended or is known no further; ascending.
        share: estimated to be running just after that.
        low: lower end of the 95 % interval; not a number where there is none.
        high: its upper end.
        lived: how long each life is known to have lasted, ascending.
        ends: how many ended.
    """

    years: Floats
    share: Floats
    low: Floats
    high: Floats
    lived: Floats
    ends: int

    def at(self, years: float) -> tuple[float, float, float] | None:
        """Return the share after so many years with its interval; None beyond the longest life that is known."""
        if not len(self.lived) or years > self.lived[-1]:
            return None
        place = int(np.searchsorted(self.years, years, side="right")) - 1
        if place < 0:
            return (1.0, np.nan, np.nan)
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def at_risk(self, years: float) -> int:
        """Return how many lives are known to have lasted at least so long."""
        return int((self.lived >= years).sum())


def kaplan_meier(years: Floats, ended: Flags) -> Curve:
    """Estimate how many still run after some time, from lives of which some are open.

    The product-limit estimate with Greenwood's variance; the interval is that of log(-log S), as
    :func:`scipy.stats.ecdf` has it. Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete
    observations, JASA 53 (1958) 457-481.

    Args:
        years: how long each life is known to have lasted.
        ended: whether it ended then.
    """
    if not len(years):
        nothing = np.empty(0)
        return Curve(nothing, nothing, nothing, nothing, nothing, 0)
    survival: Any = stats.ecdf(stats.CensoredData.right_censored(years, ~ended)).sf  # its stubs are wrong
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody or everybody has ended, there is no interval
        interval = survival.confidence_interval(0.95, method="log-log")
    ends = (interval.low.probabilities, interval.high.probabilities)
    return Curve(survival.quantiles, survival.probabilities, *ends, np.sort(years), int(ended.sum()))


def curve_of(table: pd.DataFrame) -> Curve:
    """Return the curve of some of the lives of :func:`lives`; those whose first contest is to come are left out."""
    known = table.dropna(subset="years")
    return kaplan_meier(known["years"].to_numpy(dtype=float), known["ended"].to_numpy(dtype=bool))
