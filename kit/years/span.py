"""Several editions told together: which there are, which lack, and what was agreed otherwise from one to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import pandas as pd

from kit.folder import find_edition
from kit.registers import text_of
from kit.report import summaries
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kit.edition import Edition
    from kit.report.summaries import Earlier
    from kit.rules import Round, Rules

# What rules can differ in from one year to the next, in the order in which it is told.
RULE_PARTS = ("groups", "categories", "rounds", "criteria", "scale", "steps", "cut", "final", "awards")


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
    def days(self) -> dict[str, date]:
        """The day on which each edition's first round was opened; one that is still to come is absent."""
        days = {}
        for name, edition in self.editions.items():
            opened = edition.history.events(["round_opened"])["time"]
            if len(opened):
                days[name] = opened.dt.tz_convert(WIB).dt.date.iloc[0]
        return days

    def labels(self, kind: str) -> dict[str, str]:
        """The names of groups or categories by id, those of the last edition first, each as last used."""
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
        """What of :data:`RULE_PARTS` differs between each two editions that follow one another, if anything does."""
        pairs = pairwise(self.editions.items())
        found = {(old, new): [*_differences(before.rules, now.rules)] for (old, before), (new, now) in pairs}
        return {pair: parts for pair, parts in found.items() if parts}


def same_rubric(one: Round, other: Round) -> bool:
    """Tell whether two rounds ask for the same marks and add them up alike; their panels may differ."""
    parts = ("kind", "scale", "weights_total", "criteria", "score")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _differences(before: Rules, now: Rules) -> Iterator[str]:
    told: dict[str, list[object]] = {
        "groups": [{g.id: sorted(g.unit_types) for g in rules.groups} for rules in (before, now)],
        "categories": [{c.id for c in rules.categories} for rules in (before, now)],
        "rounds": [[(r.id, r.kind) for r in rules.rounds] for rules in (before, now)],
        "criteria": [{r.id: r.criteria for r in rules.scored_rounds} for rules in (before, now)],
        "scale": [{r.id: r.scale for r in rules.scored_rounds} for rules in (before, now)],
        "steps": [{r.id: r.score for r in rules.scored_rounds} for rules in (before, now)],
        "cut": [{r.id: r.advance for r in rules.scored_rounds} for rules in (before, now)],
        "final": [rules.final.score for rules in (before, now)],
        "awards": [rules.final.awards for rules in (before, now)],
    }
    for part in RULE_PARTS:
        one, other = told[part]
        if one != other:
            yield part
