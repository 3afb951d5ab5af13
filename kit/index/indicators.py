"""What the Indeks Inovasi Daerah of one year measures, and what units claim for it, read and checked.

The yardstick of a year (indicators, weights, conditions, predicates) is data. The kit ships one YAML file for each
index year, with a source mark for each part: O an official page or slide, N news that quotes officials, R a second-hand
transcription. What was not found is blank, never guessed. An edition's own ``index.yaml`` says what differs: its
top-level keys take the place of those of the year that it is ``based_on``.

Claims are two registers in the edition's folder. ``index.csv`` (or .xlsx) has a row for each innovation and indicator:
the claim, its evidence, and beside it, never in its place, what was verified, by whom and when. It is no part of the
contest's ledger, because units hand claims in, and the committee checks them, in workbooks, over months and long after
the contest; a verified parameter without a name and a day is refused, and every document carries the registers'
SHA-256. An indicator without a row is unfilled. ``index-innovations.csv`` may say of innovations what the contest does
not ask: their affair, the years in which they were sent before, and those that are not among this edition's entries.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
from pydantic import Field

from kit.errors import LIMIT, Collector, Known, Mistakes, Problem, first_few
from kit.registers import each, iso_date, parts, register_path, usable_id
from kit.rules import LARGEST, Count, Day, Id, Localized, Number, Places, Positive, line_of, read_yaml
from kit.rules.legible import Rule, read_part
from kit.tables import Table, labels, read_bytes, read_table, take
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.registers import Reader, Registers
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
    until: Day | None = None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of the window."""
        if self.until is None:
            return None
        after = self.until + timedelta(days=1)
        day = min(after.day, 28 if after.month == 2 else 31)
        return after.replace(year=after.year - self.years, day=day), self.until

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the window; every day does while its end is not known."""
        return self.days is None or self.days[0] <= day <= self.days[1]


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
    document, lines = read_yaml(path.name, read_bytes(path, LARGEST), mistakes)
    if not isinstance(document, dict):
        document = {"": document}
    base = document.get("based_on")
    places = dict.fromkeys(("", *document), (path.name, lines))
    if base is None:
        return document, places
    below = _shipped(base)
    if below is None or below == path:
        about = {"file": path.name, "row": lines["based_on",], "value": str(base)}
        mistakes.add(Problem("base_unknown", **about, years=", ".join(shipped_years())))
        raise Mistakes(mistakes.found)
    under, under_places = _overlaid(below, mistakes)
    merged, marks = under | document, document.get("sources")
    own, shipped = {} if marks is None else marks, under["sources"]
    if isinstance(own, dict) and isinstance(shipped, dict):
        merged["sources"] = {key: mark for key, mark in shipped.items() if key not in document} | own
    return merged, under_places | places


def _contradictions(yardstick: Yardstick) -> Iterator[Finding]:
    numbers = [indicator.no for indicator in yardstick.indicators]
    for n, number in enumerate(numbers):
        if number in numbers[:n]:
            yield ("indicators", n, "no"), Problem("name_twice", name=number)
    cut, spd, required = yardstick.cut, yardstick.spd, yardstick.affairs.required
    impossible: dict[Place, tuple[object, bool]] = {
        ("cut",): (cut, cut is not None and cut > yardstick.top),
        ("spd",): (spd, spd is not None and spd > yardstick.spd_maximum),
        ("affairs", "required"): (required, required > len(yardstick.affairs.of)),
    }
    for place, (value, wrong) in impossible.items():
        if wrong:
            yield place, Problem("impossible_number", key=place[-1], value=value)
    efforts, parts = [str(number) for number in numbers], [*Yardstick.model_fields]
    for place, keys, known in (
        (("effort", "of"), yardstick.effort.of, efforts),
        (("sources",), yardstick.sources, parts),
    ):
        for key in keys.keys() - {*known}:
            yield (*place, key), Problem("unknown_key", key=key, known=known)
    yield from _bounds(yardstick)


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


# Claims

CLAIMS, INNOVATIONS = "index", "index-innovations"
COLUMNS = {
    CLAIMS: ("innovation_id", "indicator", "claimed", "basis", "evidence", "verified", "verifier", "verified_on"),
    INNOVATIONS: ("innovation_id", "title", "unit_id", "affair", "applied_since", "sent"),
}
_REQUIRED = {CLAIMS: ("innovation_id", "indicator"), INNOVATIONS: ("innovation_id",)}
OTHER_AFFAIR = "lainnya"  # an affair that the number of innovations does not depend on


@dataclass(frozen=True, eq=False)
class Claims:
    """What is claimed and verified.

    Args:
        innovations: innovation_id (the index), title, unit, affair, applied_since and sent (how many times), sorted;
            every innovation that claims may be made for.
        table: the columns of :data:`COLUMNS` for each claim, sorted by innovation and indicator; parameters are
            whole numbers, ``verified`` missing where nobody verified.
        hashes: SHA-256 of each register as canonical CSV.
    """

    innovations: pd.DataFrame
    table: pd.DataFrame
    hashes: Mapping[str, str]


def has_claims(folder: Path) -> bool:
    """Tell whether an edition has index data."""
    return any((folder / f"{CLAIMS}{suffix}").is_file() for suffix in (".csv", ".xlsx"))


def read_claims(folder: Path, yardstick: Yardstick, registers: Registers) -> Claims:
    """Read and check the registers of claims.

    Raises:
        Mistakes: everything that is wrong in them, with file, row and column; also when there are no claims at all.
    """
    mistakes, entries = Collector(), _of_entries(registers)
    more, claims = _taken(folder, INNOVATIONS, mistakes), _taken(folder, CLAIMS, mistakes)
    known: Known | None = None
    if more is not None:
        more = _innovations(more, yardstick, registers, set(entries.index), mistakes)
        known = Known([*entries.index, *more.frame["innovation_id"].dropna()], "unknown_index_innovation")
    elif not mistakes.found:
        known = Known(entries.index, "unknown_index_innovation")
    if claims is not None:
        claims = _claims(claims, yardstick, known, mistakes)
    mistakes.stop_if_any(in_order=True)
    frames = {name: _canonical(table, name) for name, table in ((CLAIMS, claims), (INNOVATIONS, more))}
    written = {name: frame.to_csv(index=False, lineterminator="\n") for name, frame in frames.items()}
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in written.items()}
    return Claims(_joined(entries, frames[INNOVATIONS], registers), _numbered(frames[CLAIMS]), hashes)


def _taken(folder: Path, name: str, mistakes: Collector) -> Table | None:
    """A register's columns, if it is there and can be read; its absence is a mistake where nothing works without."""
    try:
        path = register_path(folder, name, needed=name == CLAIMS)
        wanted = {column: labels(column, of=name.replace("-", "_")) for column in COLUMNS[name]}
        return take(read_table(path), wanted, _REQUIRED[name], mistakes) if path else None
    except Problem as error:
        mistakes.add(error)
        return None


def _innovations(
    table: Table, yardstick: Yardstick, registers: Registers, entries: set[str], mistakes: Collector
) -> Table:
    affairs = {name: name for name in (OTHER_AFFAIR, *(affair.id for affair in yardstick.affairs.of))}
    affairs |= {affair.name.say(tongue): affair.id for affair in yardstick.affairs.of for tongue in LANGUAGES}
    readers: dict[str, Reader] = {
        "innovation_id": usable_id,
        "unit_id": Known(registers.units["unit_id"], "unknown_unit"),
        "affair": Known(affairs, "unknown_affair"),
        "applied_since": iso_date,
        "sent": each(_year),
    }
    table.repeated(["innovation_id"], "duplicate_index_innovation", mistakes)
    table = table.convert_all(readers, mistakes)
    if "title" in table.letters:  # an entry has one already
        table.require("title", mistakes, among=~table.frame["innovation_id"].isin(entries))
    return table


def _claims(table: Table, yardstick: Yardstick, innovation: Known | None, mistakes: Collector) -> Table:
    bases = {basis for indicator in yardstick.indicators for basis in indicator.bases}
    readers: dict[str, Reader] = {
        "innovation_id": innovation or str,
        "indicator": Known(map(str, yardstick.weights), "unknown_indicator"),
        **dict.fromkeys(("claimed", "verified"), _parameter),
        "basis": each(Known(bases, "unknown_basis")),
        "verified_on": iso_date,
    }
    table = table.convert_all(readers, mistakes)
    frame = table.frame.assign(**{c: "" for c in COLUMNS[CLAIMS] if c not in table.frame})
    of_bases = frame["indicator"].isin([str(i.no) for i in yardstick.indicators if i.bases])
    claimed = ~frame["claimed"].isin(["", "0"]) & frame["claimed"].notna()
    signed = (frame["verifier"] != "") & (frame["verified_on"] != "")
    for column, wrong, mistake in (
        ("basis", frame["basis"].str.contains(";") & frame["basis"].notna(), Problem("several_bases")),
        (
            "basis",
            of_bases & claimed & (frame["basis"] == ""),
            Problem("basis_missing", choices=", ".join(sorted(bases))),
        ),
        ("verified", (frame["verified"] != "") & ~signed, Problem("verification_unsigned")),
    ):
        if wrong.any():
            place = table.cells(column if column in table.letters else "indicator")
            place.refuse(mistakes, wrong.to_numpy(dtype=bool), [(1, mistake)])
    _refuse_repeated(table.sheet.file, frame.dropna(subset=["innovation_id", "indicator"]), mistakes)
    return table


def _refuse_repeated(file: str, frame: pd.DataFrame, mistakes: Collector) -> None:
    """Note rows for the same innovation and indicator; where they name different bases, one must be chosen."""
    key = ["innovation_id", "indicator"]
    groups = frame[frame.duplicated(key, keep=False)].groupby(key, sort=False)
    for n, ((innovation, indicator), rows) in enumerate(groups):
        if n == LIMIT:
            mistakes.add(Problem("more_of_these", file=file, n=len(groups) - LIMIT))
            return
        code = "several_bases" if len(set(rows["basis"])) > 1 else "claim_twice"
        shown = ", ".join(first_few(rows.index))
        mistakes.add(Problem(code, file=file, row=shown, innovation=innovation, indicator=indicator))


def _parameter(text: str) -> str:
    if text not in {str(parameter) for parameter in range(TOP + 1)}:
        raise Problem("parameter_outside", value=text)
    return text


def _year(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise Problem("unclear_year", value=text)
    return text


def _canonical(table: Table | None, name: str) -> pd.DataFrame:
    columns = list(COLUMNS[name])
    if table is None:
        return pd.DataFrame(columns=columns, dtype="str")
    absent = {column: "" for column in columns if column not in table.frame}
    return table.frame.assign(**absent)[columns].astype("str").sort_values(columns[:2], ignore_index=True)


def _of_entries(registers: Registers) -> pd.DataFrame:
    """The innovations of this edition's contest; of two entries of one innovation the first is told of."""
    entries = registers.entries[registers.entries["innovation_id"] != ""]
    return entries.drop_duplicates("innovation_id").set_index("innovation_id")[["title", "unit_id", "applied_since"]]


def _joined(entries: pd.DataFrame, more: pd.DataFrame, registers: Registers) -> pd.DataFrame:
    """All innovations; what the register for the index says goes before what the entries say."""
    own = more.set_index("innovation_id").replace("", None)
    found = own.reindex(own.index.union(entries.index).rename("innovation_id"))
    for column in entries.columns:
        found[column] = found[column].fillna(entries[column])
    units = registers.units.set_index("unit_id")["name"]
    times = found["sent"].map(lambda years: len(parts(years)), na_action="ignore").fillna(0)
    found = found.assign(unit=found["unit_id"].map(units), sent=times)
    return found[["title", "unit", "affair", "applied_since", "sent"]].fillna("").astype({"sent": int})


def _numbered(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims with parameters as whole numbers: an unfilled one is 0, one that nobody verified is missing."""
    whole = {"indicator": claims["indicator"].astype(int), "claimed": claims["claimed"].replace("", "0").astype(int)}
    verified = pd.to_numeric(claims["verified"].replace("", None)).astype("Int64")
    return claims.assign(**whole, verified=verified).sort_values(["innovation_id", "indicator"], ignore_index=True)
