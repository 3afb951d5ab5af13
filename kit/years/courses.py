"""Innovations over the years: which came back, which moved, with whom they were made, and which won."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Problem
from kit.explain import scope_names
from kit.registers import parts
from kit.scoring.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.years.span import Span
    from kit.years.units import Lineage

NO_PARTNER, KIND_UNSAID = "", "?"


def innovations(span: Span, lineage: Lineage) -> pd.DataFrame:
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
    table["unit"] = [lineage.names[lineage.today(unit)] for unit in table["unit_id"]]
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


def winners(span: Span, lineage: Lineage) -> pd.DataFrame:
    """List everybody who won an award, by year and place.

    Returns:
        ``year``, ``scope`` (its name), ``award``, ``title``, ``unit`` (its name in that year), ``unit_id`` (today's),
        ``innovation_id``. An edition without a final result has none.
    """
    tables = [table for edition in span.editions.values() for table in _winners(edition, span)]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(unit_id=[lineage.today(unit) for unit in table["unit_id"]])


def _winners(edition: Edition, span: Span) -> Iterator[pd.DataFrame]:
    columns = ["year", "scope", "award", "title", "unit", "unit_id", "innovation_id"]
    yield pd.DataFrame(columns=columns, dtype=object)
    try:
        ranking = edition.result.ranking
    except Problem:  # not closed, or changed since: there is no result to tell
        return
    won = ranking[(ranking["round"] == FINAL) & ranking["award"].notna()]
    t, rules = span.edition.texts, edition.rules
    spoken = {name.say(rules.language): name.say(t.language) for each in rules.final.awards for name in each.names}
    entries = edition.registers.entries.set_index("entry_id").loc[won["entry_id"]].reset_index()
    names, scopes = edition.registers.units.set_index("unit_id")["name"], scope_names(rules, t)
    yield entries.assign(
        year=edition.name,
        scope=[scopes[pair] for pair in zip(won["scope"], won["scope_id"], strict=True)],
        award=[spoken.get(str(award), str(award)) for award in won["award"]],
        unit=entries["unit_id"].map(names),
    )[columns]
