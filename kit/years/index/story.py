"""What every part of the document on index readiness stands on: the data, and the words in which it is told."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from kit.exact import Exact
from kit.report.blocks import Cell, Column, Heading, sentence
from kit.report.story import brief
from kit.years.index.arithmetic import predicate
from kit.years.index.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.edition import Edition
    from kit.report.blocks import Run
    from kit.years.index.advice import Step
    from kit.years.index.yardstick import Indicator

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


class IndexStory:
    """One edition's readiness, told in one language.

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
        """A sentence of the catalogue's chapter ``index``."""
        return self.t(f"index.{name}", **values)

    def _say(self, name: str, /, **values: object) -> tuple[Run, ...]:
        return sentence(self.t, f"index.{name}", **values)

    def _heading(self, name: str, /, level: Literal[2, 3] = 2, **values: object) -> Heading:
        return Heading(self.word(name, **values), level)

    def _column(self, key: str, *about: object, **more: object) -> Column:
        """A column whose label stands in the catalogue under its key."""
        return Column(key, self.word(f"column_{key}"), *about, **more)  # type: ignore[arg-type]  # as Column takes them

    def _counted(self) -> str:
        return self.word(f"count_{self.data.count}")

    def _named(self, innovations: Iterable[str]) -> list[str]:
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

    def _steps_table(self, steps: Iterable[Step]) -> list[dict[str, Cell]]:
        titles, t = self.data.table["title"], self.t
        return [
            {
                "code": Cell(step.innovation),
                "innovation": Cell(brief(titles[step.innovation])),
                "step": Cell(self._step(step)),
                "gain": self._number(exactly(step.gain)),
                "effort": self._number(step.effort),
                "per_effort": Cell(t.decimal(per := decimal(step.gain / Fraction(step.effort))), per),
            }
            for step in steps
        ]

    def _number(self, value: Decimal) -> Cell:
        return Cell(self.t.decimal(value), value)

    @property
    def _step_columns(self) -> list[Column]:
        return [
            self._column("code"),
            self._column("innovation", width=2),
            self._column("step", width=5),
            self._column("gain", "decimal"),
            self._column("effort", "decimal"),
            self._column("per_effort", "decimal"),
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

    def _decision(self, innovation: str) -> str:
        """Whether an innovation is best sent, or why not."""
        if found := self.data.table["obstacles"][innovation]:
            return self.reasons(innovation, found)
        if not self.computable:
            return ""
        return self.word("send" if innovation in self.data.sending.innovations else "lowers")

    def _affair(self, affair: str) -> str:
        names = {known.id: known.name.say(self.t.language) for known in self.yardstick.affairs.of}
        return names.get(affair, self.word("affair_other") if affair else "")
