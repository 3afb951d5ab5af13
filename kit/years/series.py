"""Several editions together: which there are, what changed from one to the next, and what can be compared.

:class:`Span` holds the editions; the functions below it answer one question each, as tidy tables. Units are known by
their ids alone, and by what registers say of those out of which they came. Whether the scores of one year are higher
than those of another can be asked only where something links the two: judges who marked in both with the same rubric,
as long as they were as strict in both; or else innovations that took part in both, as long as they did not change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy import stats

from kit.errors import Problem
from kit.fairness.study import Study
from kit.folder import find_edition
from kit.registers import parts, text_of
from kit.report import summaries
from kit.scoring.ranking import FINAL, scope_names
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from kit.edition import Edition
    from kit.report.summaries import Earlier
    from kit.rules import Round, Rules
    from kit.texts import Texts

NO_PARTNER, KIND_UNSAID = "", "?"
LEAST_JUDGES, LEAST_ENTRIES = 2, 5  # fewer than these link nothing

# What rules can differ in from one year to the next, in the order in which it is told.
RULE_PARTS: dict[str, Callable[[Rules], object]] = {
    "groups": lambda rules: {group.id: sorted(group.unit_types) for group in rules.groups},
    "categories": lambda rules: {category.id for category in rules.categories},
    "rounds": lambda rules: [(round_.id, round_.kind) for round_ in rules.rounds],
    "criteria": lambda rules: {round_.id: round_.criteria for round_ in rules.scored_rounds},
    "scale": lambda rules: {round_.id: round_.scale for round_ in rules.scored_rounds},
    "steps": lambda rules: {round_.id: round_.score for round_ in rules.scored_rounds},
    "cut": lambda rules: {round_.id: round_.advance for round_ in rules.scored_rounds},
    "final": lambda rules: rules.final.score,
    "awards": lambda rules: rules.final.awards,
}


def rule_differences(before: Rules, now: Rules) -> list[str]:
    """Return what of :data:`RULE_PARTS` differs between the rules of two editions."""
    return [part for part, of in RULE_PARTS.items() if of(before) != of(now)]


@dataclass(frozen=True, eq=False)
class Span:
    """Some editions, of which the last one tells.

    Args:
        edition: the last, in the language in which all is told.
        earlier: those before it, and those that cannot be told beside it.
    """

    edition: Edition
    earlier: Earlier

    @classmethod
    def of(cls, edition: Edition, years: str = "", since: str = "") -> Self:
        """Open the editions that are to be told together.

        Args:
            edition: the last of them.
            years: names of the earlier ones, parted by commas or blanks; all where blank.
            since: or the first of them.

        Raises:
            EditionMissing: there is no edition of a name in ``years``.
            since_not_year: ``since`` is no year, or a later one.
        """
        named = re.findall(r"[^\s,;]+", text_of(years))
        for name in named:
            find_edition(name)
        return cls(edition, summaries.earlier(edition, named or summaries.years_from(edition, since)))

    @property
    def t(self) -> Texts:
        """The words of the last edition's language."""
        return self.edition.texts

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """The editions by name, oldest first."""
        return {edition.name: edition for edition in (*self.earlier.editions, self.edition)}

    @cached_property
    def names(self) -> list[str]:
        """Their names, oldest first."""
        return [*self.editions]

    @cached_property
    def missing(self) -> list[str]:
        """The years between the first and the last that have no edition here, for whatever reason."""
        years = [int(name) for name in self.names if name.isdecimal()]
        return [str(year) for year in range(min(years), max(years)) if year not in years] if years else []

    @cached_property
    def entries(self) -> pd.DataFrame:
        """The registers of entries one below the other, with their ``year`` and ``innovation``.

        That is the innovation_id, or where it is blank a name that no other entry has.
        """
        tables = [summaries.entries(edition).assign(year=name) for name, edition in self.editions.items()]
        entries = pd.concat(tables, ignore_index=True)
        own = entries["year"] + "/" + entries["entry_id"]
        return entries.assign(innovation=entries["innovation_id"].where(entries["innovation_id"] != "", own))

    @cached_property
    def units(self) -> pd.DataFrame:
        """The registers of units one below the other, with their ``year``."""
        tables = [edition.registers.units.assign(year=name) for name, edition in self.editions.items()]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def lineage(self) -> Lineage:
        """Which units came out of which."""
        return Lineage(self)

    @cached_property
    def days(self) -> dict[str, date]:
        """The day on which each edition's first round was opened; one that is still to come is absent."""
        days = {}
        for name, edition in self.editions.items():
            opened = edition.history.events(["round_opened"])["time"]
            if len(opened):
                days[name] = opened.dt.tz_convert(WIB).dt.date.iloc[0]
        return days

    def labels(self, kind: str) -> dict[str, str]:
        """Return the names of groups or categories by id, those of the last edition first, each as last used."""
        found: dict[str, str] = {}
        for edition in reversed(self.editions.values()):
            for one in edition.rules.groups if kind == "group" else edition.rules.categories:
                found.setdefault(one.id, one.name.say(self.edition.language))
        return found

    def participation(self, kind: str) -> pd.DataFrame:
        """Count entries: a row per group or category (``kind``) by id, a column per year."""
        counts = pd.crosstab(self.entries[kind], self.entries["year"])
        return counts.reindex(index=[*self.labels(kind)], columns=self.names, fill_value=0)

    def changed_rules(self) -> dict[tuple[str, str], list[str]]:
        """Return what of :data:`RULE_PARTS` differs between each two editions that follow one another."""
        found = {
            (before.name, now.name): rule_differences(before.rules, now.rules)
            for before, now in pairwise(self.editions.values())
        }
        return {pair: changed for pair, changed in found.items() if changed}


# Units


class UnitChange(NamedTuple):
    """What became of a unit.

    Args:
        kind: it got another name, was split, several were merged, one took the place of another, or it is said to come
            out of one that no edition knows.
        year: the first edition in which it was so.
        before: its old name, or the names of the units before.
        now: its new name, or those of the units since.
    """

    kind: Literal["renamed", "split", "merged", "followed", "unfounded"]
    year: str
    before: tuple[str, ...]
    now: tuple[str, ...]


class Lineage:
    """Which units came out of which.

    Args:
        span: the editions.
    """

    def __init__(self, span: Span) -> None:
        self._units = span.units
        self.last = span.edition.registers.units.set_index("unit_id")
        self.names: dict[str, str] = dict(zip(self._units["unit_id"], self._units["name"], strict=True))  # as last used
        named = self._units[self._units["formerly"] != ""]
        self._before: dict[str, set[str]] = {}
        for unit, former in zip(named["unit_id"], named["formerly"], strict=True):
            self._before.setdefault(unit, set()).update(parts(former))
        self.origins = cache(self._origins)

    def _origins(self, unit: str) -> frozenset[str]:
        """The unit and all units out of which it came, however long ago."""
        found, waiting = {unit}, [unit]
        while waiting:
            fresh = self._before.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def today(self, unit: str) -> str:
        """Return what a unit has become: itself where it is registered, or where no other alone came out of it."""
        if unit in self.last.index:
            return unit
        heirs = [heir for heir in self.last.index if unit in self.origins(heir)]
        return heirs[0] if len(heirs) == 1 else unit

    def name_today(self, unit: str) -> str:
        """Return the name, as last used, of what a unit has become."""
        return self.names[self.today(unit)]

    def took_part(self, units: set[str]) -> set[str]:
        """Return the registered units that are among ``units``, or came out of one that is."""
        return {unit for unit in self.last.index if units & self.origins(unit)}

    def changes(self) -> list[UnitChange]:
        """Return everything that became of units, in the order of years and names."""
        found = {*self._renamed(), *self._reshaped()}
        return sorted(found, key=lambda change: (change.year, change.kind, change.before, change.now))

    def _renamed(self) -> Iterator[UnitChange]:
        for _, own in self._units.groupby("unit_id", sort=False):
            named = own[own["name"] != own["name"].shift()]
            steps = named[["year", "name"]].itertuples(index=False, name=None)
            for (_, old), (year, new) in pairwise(steps):
                yield UnitChange("renamed", year, (old,), (new,))

    def _reshaped(self) -> Iterator[UnitChange]:
        names, first = self.names, self._units.drop_duplicates("unit_id").set_index("unit_id")["year"]
        heirs: dict[str, list[str]] = {}
        for unit, former in self._before.items():
            heirs |= {old: [*heirs.get(old, []), unit] for old in former}
        for unit, former in self._before.items():
            known = sorted(old for old in former if old in names)
            for old in sorted(former - {*known}):
                yield UnitChange("unfounded", first[unit], (old,), (names[unit],))
            if len(known) > 1:
                yield UnitChange("merged", first[unit], tuple(names[old] for old in known), (names[unit],))
            elif known and len(own := sorted(heirs[known[0]])) > 1:
                yield UnitChange("split", first[own].min(), (names[known[0]],), tuple(names[heir] for heir in own))
            elif known:
                yield UnitChange("followed", first[unit], (names[known[0]],), (names[unit],))


def never(span: Span) -> pd.DataFrame:
    """List the registered units that took part in none of the editions, nor did a unit out of which they came.

    Returns:
        ``unit_id``, ``name``, ``unit_type``, and ``below``: how many units took part that stand below them.
    """
    units, took_part = span.lineage.last, span.lineage.took_part(set(span.entries["unit_id"]))
    below = dict.fromkeys(units.index, 0)
    for unit in took_part:
        above, seen = units["parent"][unit], {unit}
        while above in below and above not in seen:
            below[above] += 1
            seen.add(above)
            above = units["parent"][above]
    table = units.assign(below=pd.Series(below))[["name", "unit_type", "below"]]
    return table[~table.index.isin(took_part)].reset_index()


def by_type(span: Span) -> pd.DataFrame:
    """Count the units of each type that took part, by year.

    Returns:
        A row per type in the order of the rules: ``unit_type``, ``units`` (registered last), a column per year, and
        ``ever``: registered units that took part in any year, if only as the unit out of which they came.
    """
    lineage = span.lineage
    kinds = span.units.drop_duplicates(["year", "unit_id"]).set_index(["year", "unit_id"])["unit_type"]
    sent = span.entries[["year", "unit_id"]].drop_duplicates()
    types = kinds.loc[pd.MultiIndex.from_frame(sent)].to_numpy()
    table = pd.crosstab(types, sent["year"].to_numpy()).reindex(columns=span.names, fill_value=0)
    ever = lineage.last.loc[sorted(lineage.took_part(set(sent["unit_id"]))), "unit_type"].value_counts()
    order = [kind for group in span.edition.rules.groups for kind in group.unit_types]
    order = [kind for kind in order if kind in set(lineage.last["unit_type"])]
    order += sorted(set(table.index) - set(order))
    table = table.reindex(order, fill_value=0).rename_axis(index="unit_type", columns=None)
    registered = lineage.last["unit_type"].value_counts()
    for name, counted in {"units": registered, "ever": ever}.items():
        table[name] = counted.reindex(order, fill_value=0)
    return table.reset_index()


# Innovations, their partners, and what they won


def innovations(span: Span) -> pd.DataFrame:
    """List every innovation, in the order in which they first took part.

    Returns:
        ``innovation``, ``innovation_id`` (may be blank), ``title`` and ``unit`` as last used, ``first`` and ``last``
        year, ``times``, a column per year that tells whether it took part, and ``state`` in the last edition:
        ``new``, ``continuing``, ``returning`` (the edition before lacks it) or ``ended``.
    """
    entries = span.entries
    taking_part = pd.crosstab(entries["innovation"], entries["year"]).reindex(columns=span.names, fill_value=0) > 0
    grouped = entries.groupby("innovation", sort=False)
    table = grouped[["innovation_id", "title", "unit_id"]].last().join(taking_part)
    table = table.assign(first=grouped["year"].first(), last=grouped["year"].last(), times=taking_part.sum(axis=1))
    table["unit"] = table["unit_id"].map(span.lineage.name_today)
    final, before = span.names[-1], span.names[-2:-1]
    paused = ~taking_part[before].any(axis=1)
    table["state"] = "continuing"
    table.loc[paused, "state"] = "returning"
    table.loc[table["first"] == final, "state"] = "new"
    table.loc[table["last"] != final, "state"] = "ended"
    return table.reset_index()


def shifts(span: Span) -> pd.DataFrame:
    """List the innovations that came back in another group or category.

    Returns:
        ``innovation_id``, ``title``, ``kind`` (``group`` or ``category``), ``old_year``, ``old``, ``year``, ``new``.
    """
    named = span.entries[span.entries["innovation_id"] != ""]
    before = named.groupby("innovation_id")[["year", "group", "category"]].shift()
    again = before["year"].notna() & (before["year"] != named["year"])
    columns = ["innovation_id", "title", "kind", "old_year", "old", "year", "new"]
    found = [
        named.assign(kind=kind, old_year=before["year"], old=before[kind], new=named[kind])[moved][columns]
        for kind in ("group", "category")
        for moved in [again & (before[kind] != named[kind])]
    ]
    return pd.concat(found).sort_values(["innovation_id", "year", "kind"], ignore_index=True)


def partners(span: Span) -> pd.DataFrame:
    """Count the entries that have partners of each kind, by year.

    A partner is written as ``kind: name``. An entry with two partners of one kind counts once.

    Returns:
        A row per kind (:data:`KIND_UNSAID` where a partner has none, :data:`NO_PARTNER` for entries without partners)
        and a column per year; a year whose register says nothing of partners is absent.
    """
    entries = span.entries
    said = entries.groupby("year")["partners"].transform(lambda own: (own != "").any())
    rows = [
        (row.year, row.innovation, kind)
        for row in entries[said].itertuples()
        for kind in {_kind(partner) for partner in parts(str(row.partners))} or {NO_PARTNER}
    ]
    if not rows:
        return pd.DataFrame()
    table = pd.DataFrame(rows, columns=["year", "innovation", "kind"])
    counts = pd.crosstab(table["kind"], table["year"])
    last = [KIND_UNSAID, NO_PARTNER]
    order = [*counts.drop(last, errors="ignore").sum(axis=1).sort_values(ascending=False, kind="stable").index]
    return counts.loc[order + [kind for kind in last if kind in counts.index]]


def _kind(partner: str) -> str:
    kind, colon, _ = partner.partition(":")
    return kind.strip().casefold() if colon else KIND_UNSAID


def winners(span: Span) -> pd.DataFrame:
    """List everybody who won an award, by year and place.

    Returns:
        ``year``, ``scope`` (its name), ``award``, ``title``, ``unit`` (its name in that year), ``unit_id`` (today's),
        ``innovation_id``. An edition without a final result has none.
    """
    table = pd.concat([_winners(edition, span.t) for edition in span.editions.values()], ignore_index=True)
    return table.assign(unit_id=table["unit_id"].map(span.lineage.today))


def _winners(edition: Edition, t: Texts) -> pd.DataFrame:
    columns = ["year", "scope", "award", "title", "unit", "unit_id", "innovation_id"]
    try:
        ranking = edition.result.ranking
    except Problem:  # not closed, or changed since: there is no result to tell
        return pd.DataFrame(columns=columns, dtype=object)
    won, rules = ranking[(ranking["round"] == FINAL) & ranking["award"].notna()], edition.rules
    spoken = {name.say(rules.language): name.say(t.language) for each in rules.final.main_awards for name in each.names}
    entries = edition.registers.entries.set_index("entry_id").loc[won["entry_id"]].reset_index()
    names, scopes = edition.registers.units.set_index("unit_id")["name"], scope_names(rules, t)
    return entries.assign(
        year=edition.name,
        scope=[scopes[pair] for pair in zip(won["scope"], won["scope_id"], strict=True)],
        award=[spoken.get(str(award), str(award)) for award in won["award"]],
        unit=entries["unit_id"].map(names),
    )[columns]


# Levels of scores


@dataclass(frozen=True)
class Level:
    """Two editions that follow one another, and what can be said of their scores.

    Args:
        before: the earlier edition.
        now: the later one.
        basis: what links them: ``judges`` or ``entries``; or why nothing does: ``rubric`` (they were asked otherwise),
            ``panel`` (too few of the same judges and innovations) or ``result`` (one of them has none to show).
        linking: how many judges or innovations link them.
        old: the mean total by the linking judges, or of the linking innovations, in the earlier edition.
        new: the same in the later one.
        low: lower end of the 95 % interval of the difference, where innovations link.
        high: its upper end.
    """

    before: str
    now: str
    basis: Literal["judges", "entries", "rubric", "panel", "result"]
    linking: int = 0
    old: float = np.nan
    new: float = np.nan
    low: float = np.nan
    high: float = np.nan


def levels(span: Span) -> list[Level]:
    """Compare the first scored rounds of each two editions that follow one another.

    The judges of two years are the same where their ids and their names are. Innovations are compared by the paired
    differences of their mean totals, with Student's interval.
    """
    studies = {name: _study(edition) for name, edition in span.editions.items()}
    return [_level(*pair) for pair in pairwise(studies.items())]


def _study(edition: Edition) -> Study | None:
    try:
        return Study(edition)
    except Problem:
        return None


def _level(before: tuple[str, Study | None], now: tuple[str, Study | None]) -> Level:
    (old_name, old), (new_name, new) = before, now
    if old is None or new is None:
        return Level(old_name, new_name, "result")
    if not same_rubric(old.round, new.round):
        return Level(old_name, new_name, "rubric")
    people = [set(_judges(study).items()) for study in (old, new)]
    judges = sorted(judge for judge, _ in people[0] & people[1])
    if len(judges) >= LEAST_JUDGES:
        means = [float(study.totals.part(judges=judges).value.mean()) for study in (old, new)]
        return Level(old_name, new_name, "judges", len(judges), means[0], means[1])
    scores = [_means(study) for study in (old, new)]
    both = sorted(scores[0].keys() & scores[1].keys())
    if len(both) < LEAST_ENTRIES:
        return Level(old_name, new_name, "panel", len(both))
    values = np.array([[one[innovation] for innovation in both] for one in scores])
    change = values[1] - values[0]
    reach = stats.t.ppf(0.975, len(both) - 1) * change.std(ddof=1) / np.sqrt(len(both))
    numbers = map(float, (*values.mean(axis=1), change.mean() - reach, change.mean() + reach))
    return Level(old_name, new_name, "entries", len(both), *numbers)


def _judges(study: Study) -> dict[str, str]:
    names = study.edition.registers.judges.set_index("judge_id")["name"]
    return {judge: str(names[judge]) for judge in study.totals.judges}


def _means(study: Study) -> dict[str, float]:
    """The mean total of each innovation that has an id; of one with two entries, the first."""
    entries = study.edition.registers.entries.set_index("entry_id")["innovation_id"]
    totals = study.totals
    sums, counts = (np.bincount(totals.entry, weights, len(totals.entries)) for weights in (totals.value, None))
    means = {entries[entry]: float(total / n) for entry, total, n in zip(totals.entries, sums, counts, strict=True)}
    return {innovation: mean for innovation, mean in means.items() if innovation}


def same_rubric(one: Round, other: Round) -> bool:
    """Tell whether two rounds ask for the same marks and add them up alike; their panels may differ."""
    parts = ("kind", "scale", "weights_total", "criteria", "score")
    return all(getattr(one, part) == getattr(other, part) for part in parts)
