"""The context that all chapters on index readiness work with: the data, and the words for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Literal

from kit.index.arithmetic import predicate
from kit.index.readiness import Readiness
from kit.render.blocks import Cell, Column, Group, Heading, sentence
from kit.report.context import brief
from kit.scoring.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kit.edition import Edition
    from kit.errors import Problem
    from kit.index.advice import Step
    from kit.index.yardstick import Indicator
    from kit.render.blocks import Run

PLACES = 2  # decimals at which parts of the index are shown


def decimal(value: Fraction, places: int = PLACES) -> Decimal:
    """Return a fraction at some decimals, halves away from zero."""
    return Exact.of([value]).rounded(places, "half_away").decimals()[0]


def at_least(value: Fraction) -> Decimal:
    """Return what is needed at :data:`PLACES` decimals, rounded up: less would not be enough."""
    return Decimal(math.ceil(value * 10**PLACES)).scaleb(-PLACES)


def exactly(value: Fraction) -> Decimal:
    """Return a maturity with its own decimals: weights have few."""
    return Decimal(value.numerator) / Decimal(value.denominator)


class IndexContext:
    """One edition's readiness for the index in the language of a document.

    Args:
        edition: the edition, in the language of the document.
        count: which parameters count, ``verified`` or ``claimed``.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        UnknownCount, yardstick_missing, Mistakes: see :class:`Readiness`.
    """

    def __init__(self, edition: Edition, count: str = "verified", made_at: str = "") -> None:
        self.edition, self.made_at, self.t = edition, made_at, edition.texts
        self.data = Readiness(edition, count)
        self.yardstick = self.data.yardstick
        self.computable = self.yardstick.k is not None

    def word(self, name: str, /, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``index`` as plain text."""
        return self.t(f"index.{name}", **values)

    def say(self, name: str, /, **values: object) -> tuple[Run, ...]:
        """Return a sentence of the catalogue's chapter ``index``, with its emphasis."""
        return sentence(self.t, f"index.{name}", **values)

    def heading(self, name: str, /, level: Literal[2, 3] = 2, **values: object) -> Heading:
        """Return a heading of the catalogue's chapter ``index``."""
        return Heading(self.word(name, **values), level)

    def column(self, key: str, *about: object, **more: object) -> Column:
        """Return a column whose label stands in the catalogue under its key."""
        return Column(key, self.word(f"column_{key}"), *about, **more)  # type: ignore[arg-type]  # as Column takes them

    def counted(self) -> str:
        """Return which parameters count, in words."""
        return self.word(f"count_{self.data.count}")

    def named(self, innovations: Iterable[str]) -> list[str]:
        """Return innovations by their short titles and ids."""
        titles = self.data.table["title"]
        return [f"{brief(titles[name])} ({name})" for name in innovations]

    def indicator(self, no: int) -> str:
        """Return an indicator's name."""
        return self.yardstick.by_number[no].name.say(self.t.language)

    def marked(self, indicator: Indicator) -> str:
        """Return an indicator's name, with a mark where it is mandatory."""
        return indicator.name.say(self.t.language) + "*" * indicator.mandatory

    def level(self, no: int, parameter: int) -> str:
        """Return what a parameter of an indicator stands for."""
        return self.yardstick.by_number[no].levels[parameter - 1].say(self.t.language)

    def _step(self, step: Step) -> str:
        about = {"no": str(step.indicator), "indicator": self.indicator(step.indicator)}
        key = "step_verify" if step.claimed else "step_raise"
        what = self.level(step.indicator, step.high)
        return self.word(key, **about, low=step.low, high=step.high, what=what)

    def step_rows(self, steps: Iterable[Step]) -> list[dict[str, Cell]]:
        """Return the rows of a table of steps."""
        titles, t = self.data.table["title"], self.t
        return [
            {
                "code": Cell(step.innovation),
                "innovation": Cell(brief(titles[step.innovation])),
                "step": Cell(self._step(step)),
                "gain": self.number(exactly(step.gain)),
                "effort": self.number(step.effort),
                "per_effort": Cell(t.decimal(per := decimal(step.gain / Fraction(step.effort))), per),
            }
            for step in steps
        ]

    def number(self, value: Decimal) -> Cell:
        """Return a cell with a number."""
        return Cell(self.t.decimal(value), value)

    @property
    def step_columns(self) -> list[Column]:
        """The columns of a table of steps."""
        return [
            self.column("code"),
            self.column("innovation"),
            self.column("step"),
            self.column("gain", "decimal"),
            self.column("effort", "decimal"),
            self.column("per_effort", "decimal"),
        ]

    def _why(self, innovation: str, obstacle: str) -> str:
        yardstick, year = self.yardstick, self.data.table["heard"][innovation]
        values = {"times": yardstick.times, "cut": yardstick.cut, "years": yardstick.window and yardstick.window.years}
        return self.word(f"obstacle_{obstacle}", year=year, **values)

    def reasons(self, innovation: str, obstacles: list[str]) -> str:
        """Return all that keeps an innovation from being sent."""
        return "; ".join(self._why(innovation, obstacle) for obstacle in obstacles)

    def predicate(self, value: Decimal) -> str:
        """Return the name of an index's predicate."""
        found = predicate(self.yardstick, value)
        return found.name.say(self.t.language) if found else self.word("no_predicate")

    def decision(self, innovation: str) -> str:
        """Return whether an innovation is best sent, or why not."""
        if found := self.data.table["obstacles"][innovation]:
            return self.reasons(innovation, found)
        if not self.computable:
            return ""
        return self.word("send" if innovation in self.data.sending.innovations else "lowers")

    def affair(self, affair: str) -> str:
        """Return the name of an affair of government."""
        names = {known.id: known.name.say(self.t.language) for known in self.yardstick.affairs.of}
        return names.get(affair, self.word("affair_other") if affair else "")


@dataclass(frozen=True)
class Unreadable:
    """Index data that cannot be read.

    Args:
        edition: the edition, in the language of the document.
        why: what is wrong.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    edition: Edition
    why: Problem
    made_at: str = ""


def chapter(of: Callable[[IndexContext], Group]) -> Callable[[IndexContext | Unreadable], Group]:
    """Make a chapter empty where the index data cannot be read; the summary says why."""

    @wraps(of)
    def whole(context: IndexContext | Unreadable) -> Group:
        return Group([]) if isinstance(context, Unreadable) else of(context)

    return whole
