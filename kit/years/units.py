"""Units over the years: by their ids alone, and by what registers say of those out of which they came."""

from __future__ import annotations

from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from kit.registers import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.years.span import Span


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
        """The unit that a unit has become: itself where it is registered, or where no other alone came out of it."""
        if unit in self.last.index:
            return unit
        heirs = [heir for heir in self.last.index if unit in self.origins(heir)]
        return heirs[0] if len(heirs) == 1 else unit

    @cached_property
    def names(self) -> dict[str, str]:
        """Each unit's name as last used."""
        return dict(zip(self._units["unit_id"], self._units["name"], strict=True))

    def took_part(self, units: set[str]) -> set[str]:
        """The registered units that are among ``units``, or came out of one that is."""
        return {unit for unit in self.last.index if units & self.origins(unit)}

    def changes(self) -> list[UnitChange]:
        """Everything that became of units, in the order of years and names."""
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


def never(span: Span, lineage: Lineage) -> pd.DataFrame:
    """List the registered units that took part in none of the editions, nor did a unit out of which they came.

    Returns:
        ``unit_id``, ``name``, ``unit_type``, and ``below``: how many units took part that stand below them.
    """
    units, took_part = lineage.last, lineage.took_part(set(span.entries["unit_id"]))
    below = dict.fromkeys(units.index, 0)
    for unit in took_part:
        above, seen = units["parent"][unit], {unit}
        while above in below and above not in seen:
            below[above] += 1
            seen.add(above)
            above = units["parent"][above]
    table = units.assign(below=pd.Series(below))[["name", "unit_type", "below"]]
    return table[~table.index.isin(took_part)].reset_index()


def by_type(span: Span, lineage: Lineage) -> pd.DataFrame:
    """Count the units of each type that took part, by year.

    Returns:
        A row per type in the order of the rules: ``unit_type``, ``units`` (registered last), a column per year, and
        ``ever``: registered units that took part in any year, if only as the unit out of which they came.
    """
    kinds = span.units.drop_duplicates(["year", "unit_id"]).set_index(["year", "unit_id"])["unit_type"]
    sent = span.entries[["year", "unit_id"]].drop_duplicates()
    types = kinds.loc[pd.MultiIndex.from_frame(sent)].to_numpy()
    table = pd.crosstab(types, sent["year"].to_numpy()).reindex(columns=span.names, fill_value=0)
    ever = lineage.last.loc[sorted(lineage.took_part(set(sent["unit_id"]))), "unit_type"].value_counts()
    order = [kind for group in span.edition.rules.groups for kind in group.unit_types]
    order = [kind for kind in order if kind in set(lineage.last["unit_type"])]
    order += sorted(set(table.index) - set(order))
    table = table.reindex(order, fill_value=0).rename_axis("unit_type")
    registered = lineage.last["unit_type"].value_counts()
    for name, counted in {"units": registered, "ever": ever}.items():
        table[name] = counted.reindex(order, fill_value=0)
    return table.reset_index()
