"""What the Indeks Inovasi Daerah of one year measures, as data: indicators, weights, conditions, predicates.

The kit ships one YAML file for each index year, with a source mark for each part: O an official page or slide, N news
that quotes officials, R a second-hand transcription. What was not found is blank, never guessed. An edition's own
``index.yaml`` says what differs: its top-level keys take the place of those of the year that it is ``based_on``.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.errors import Collector, Problem
from kit.rules import Count, Id, Localized, Number, Places, Positive, line_of, read_yaml
from kit.rules.legible import Rule, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.rules import Value
    from kit.rules.legible import Finding, Place

FILE = "index.yaml"
TOP = 3  # the highest parameter of every indicator
_SHIPPED = Path(__file__).parent

Mark = Annotated[str, Field(pattern=r"^[ONR](/[ONR])*$")]  # where a part comes from


class Indicator(Rule):
    """One indicator of an innovation.

    Args:
        levels: what parameters 1, 2 and 3 stand for.
        bases: where a claim must say on which of several bases it is made.
    """

    no: Annotated[int, Field(ge=1)]
    name: Localized
    weight: Positive
    mandatory: bool = False
    levels: Annotated[tuple[Localized, ...], Field(min_length=TOP, max_length=TOP, strict=False)]
    bases: Annotated[tuple[Id, ...], Field(strict=False)] = ()


class Affair(Rule):
    """One of the government affairs that the number of innovations depends on."""

    id: Id
    name: Localized


class Affairs(Rule):
    """How many of some affairs must have an innovation, or else the number of innovations scores 0."""

    required: Count = 0
    of: Annotated[tuple[Affair, ...], Field(strict=False)] = ()


class PerInnovation(Rule):
    """What each innovation adds by being sent, up to a number of them."""

    each: Positive
    cap: Annotated[int, Field(ge=1)]


class Window(Rule):
    """How long ago an innovation may have been applied first; without its last day nothing can be said."""

    years: Annotated[int, Field(ge=1)]
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None

    @property
    def first(self) -> date | None:
        """The first day of the window."""
        if self.until is None:
            return None
        after = date.fromisoformat(self.until) + timedelta(days=1)
        return after.replace(year=after.year - self.years, day=min(after.day, 28 if after.month == 2 else 31))

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the window; every day does while its end is not known."""
        return self.until is None or self.first <= day <= date.fromisoformat(self.until)  # type: ignore[operator]  # known together


class Bound(Rule):
    """A predicate, with the lowest and the highest index that earn it, both included."""

    name: Localized
    low: Annotated[Number, Field(ge=0, le=100)]
    high: Annotated[Number, Field(ge=0, le=100)]


class Effort(Rule):
    """What a step costs, in whatever unit the user thinks in.

    Args:
        verification: to have evidence checked of what is claimed already.
        step: to raise an indicator by one parameter, unless ``of`` says otherwise.
        of: the same for single indicators, by their number.
    """

    verification: Positive = Decimal(1)
    step: Positive = Decimal(2)
    of: dict[str, Positive] = Field(default_factory=dict)

    def of_step(self, indicator: int) -> Decimal:
        """Return what one parameter more of an indicator costs."""
        return self.of.get(str(indicator), self.step)


class Yardstick(Rule):
    """One year's index.

    Args:
        year: the year in which the index is taken.
        sources: part to source mark.
        spd_maximum: the most that the government's own indicators earn.
        k: the least that the sum over innovations is divided by; None where it was not found.
        times: how often an innovation may be sent.
        bounds: the predicates, best first; none where they were not found.
        decimals: those at which the index is decided, and its bounds are written.
        cut: the least maturity of what this city sends.
        spd: what the government's own indicators have earned, where somebody typed it in.
    """

    year: Annotated[int, Field(ge=2000, le=2100)]
    based_on: int | None = None
    sources: dict[str, Mark] = Field(default_factory=dict)
    spd_maximum: Positive
    k: Annotated[int, Field(ge=1)] | None = None
    number: PerInnovation
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1, strict=False)]
    affairs: Affairs = Affairs()
    window: Window | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    bounds: Annotated[tuple[Bound, ...], Field(strict=False)] = ()
    decimals: Places = 2
    cut: Annotated[Number, Field(ge=0)] | None = None
    spd: Annotated[Number, Field(ge=0)] | None = None
    effort: Effort = Effort()

    @cached_property
    def weights(self) -> dict[int, Fraction]:
        """The weight of each indicator, in the order of their numbers."""
        return {i.no: Fraction(i.weight) for i in sorted(self.indicators, key=lambda indicator: indicator.no)}

    @cached_property
    def by_number(self) -> dict[int, Indicator]:
        """Each indicator by its number."""
        return {i.no: i for i in self.indicators}

    @cached_property
    def top(self) -> Fraction:
        """The maturity of an innovation with every parameter at its highest."""
        return TOP * sum(self.weights.values(), Fraction())

    @cached_property
    def total(self) -> Fraction:
        """The most that a city can earn: its index would be 100."""
        return Fraction(self.spd_maximum) + self.top + Fraction(self.number.each) * self.number.cap


def read_yardstick(folder: Path) -> tuple[Yardstick, Value, dict[str, str]]:
    """Read and check the yardstick of an edition: its own ``index.yaml``, or else the kit's of the edition's year.

    Returns:
        The yardstick, its whole document, and the name of the file that each top-level key comes from.

    Raises:
        yardstick_missing: there is neither.
        file_missing, not_utf8, not_yaml: a file cannot be read.
        Mistakes: everything that the grammar does not know or that contradicts itself, with file and line.
    """
    own = folder / FILE
    path = own if own.is_file() else _shipped(folder.name)
    if path is None:
        raise Problem("yardstick_missing", edition=folder.name, years=", ".join(shipped_years()), file=FILE)
    mistakes = Collector()
    document, places = _overlaid(path, mistakes)
    yardstick, found = read_part(Yardstick, document, path.name)
    if not found and not mistakes.found:
        found = [*_contradictions(yardstick)]
    for place, mistake in found:
        file, lines = places.get(str(place[0]) if place else "", places[""])
        mistake.data |= {"file": file, "row": line_of(lines, place)}
        mistakes.add(mistake)
    mistakes.found.sort(key=lambda mistake: (str(mistake.data["file"]), int(str(mistake.data["row"]))))
    mistakes.stop_if_any()
    return yardstick, document, {key: file for key, (file, _) in places.items() if key}


def shipped_years() -> list[str]:
    """Return the index years that the kit has a yardstick for."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def _shipped(year: object) -> Path | None:
    return _SHIPPED / f"{year}.yaml" if str(year) in shipped_years() else None


def _overlaid(path: Path, mistakes: Collector) -> tuple[dict[str, Value], dict[str, tuple[str, dict[Place, int]]]]:
    """A file's document over the one it is based on, and for each key its file with the lines in it; "" is the top."""
    document, lines = read_yaml(path, mistakes)
    if not isinstance(document, dict):
        document = {"": document}
    base = document.get("based_on")
    places = dict.fromkeys(("", *document), (path.name, lines))
    if base is None:
        return document, places
    below = _shipped(base)
    if below is None or below == path:
        row = lines["based_on",]
        mistakes.add(
            Problem("base_unknown", file=path.name, row=row, value=str(base), years=", ".join(shipped_years()))
        )
        mistakes.stop_if_any()
    assert below is not None  # or the line above had stopped
    under, under_places = _overlaid(below, mistakes)
    merged = under | document
    marks = [part.get("sources") for part in (under, document)]
    kept = {key: mark for key, mark in (marks[0] if isinstance(marks[0], dict) else {}).items() if key not in document}
    if marks[1] is None or isinstance(marks[1], dict):
        merged["sources"] = kept | (marks[1] or {})
    return merged, under_places | places


def _contradictions(yardstick: Yardstick) -> Iterator[Finding]:
    numbers = [indicator.no for indicator in yardstick.indicators]
    for n, number in enumerate(numbers):
        if number in numbers[:n]:
            yield ("indicators", n, "no"), Problem("name_twice", name=number)
    for key, highest in (("cut", yardstick.top), ("spd", yardstick.spd_maximum)):
        value = getattr(yardstick, key)
        if value is not None and value > highest:
            yield (key,), Problem("impossible_number", key=key, value=value)
    if yardstick.affairs.required > len(yardstick.affairs.of):
        yield ("affairs", "required"), Problem("impossible_number", key="required", value=yardstick.affairs.required)
    yield from (
        (("effort", "of", no), Problem("unknown_key", key=no, known=[*map(str, numbers)]))
        for no in yardstick.effort.of.keys() - set(map(str, numbers))
    )
    yield from (
        (("sources", key), Problem("unknown_key", key=key, known=[*Yardstick.model_fields]))
        for key in yardstick.sources.keys() - Yardstick.model_fields
    )
    yield from (*_window(yardstick), *_bounds(yardstick))


def _window(yardstick: Yardstick) -> Iterator[Finding]:
    until = yardstick.window.until if yardstick.window else None
    try:
        date.fromisoformat(until or "2026-01-01")
    except ValueError:
        yield ("window", "until"), Problem("impossible_number", key="until", value=until)


def _bounds(yardstick: Yardstick) -> Iterator[Finding]:
    """Find where an index from 0 to 100 would have no predicate or two, at the decimals at which it is decided."""
    step = Decimal(1).scaleb(-yardstick.decimals)
    for n, bound in enumerate(yardstick.bounds):
        for key in ("low", "high"):
            if getattr(bound, key) % step:
                yield ("bounds", n, key), Problem("impossible_number", key=key, value=getattr(bound, key))
        if bound.low > bound.high:
            yield ("bounds", n), Problem("impossible_number", key="low", value=bound.low)
    ordered = sorted(enumerate(yardstick.bounds), key=lambda item: (item[1].low, item[1].high))
    if ordered and ordered[0][1].low > 0:
        yield ("bounds", ordered[0][0]), Problem("bounds_gap", low=Decimal(0), high=ordered[0][1].low - step)
    if ordered and ordered[-1][1].high < 100:
        yield ("bounds", ordered[-1][0]), Problem("bounds_gap", low=ordered[-1][1].high + step, high=Decimal(100))
    for (_, below), (n, above) in pairwise(ordered):
        if above.low <= below.high:
            names = {"below": str(below.name), "above": str(above.name)}
            yield ("bounds", n), Problem("bounds_overlap", **names, low=above.low, high=min(below.high, above.high))
        elif above.low > below.high + step:
            yield ("bounds", n), Problem("bounds_gap", low=below.high + step, high=above.low - step)
