"""Tidy tables about one edition, and about the editions before it, that reports show and speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.edition import Edition
from kit.errors import Problem
from kit.registers import text_of
from kit.scoring.ranking import FINAL
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date
    from pathlib import Path

    from kit.rules import Scope


def entries(edition: Edition) -> pd.DataFrame:
    """Return the entries that count as taking part: all that are registered, but for decided duplicates."""
    excluded = edition.decisions.excluded
    duplicates = excluded.loc[excluded["kind"] == "duplicate", "entry_id"]
    registered = edition.registers.entries
    return registered[~registered["entry_id"].isin(duplicates)].reset_index(drop=True)


def known_by(edition: Edition) -> pd.DataFrame:
    """Return the register of entries by ``entry_id``, with ``unit``: the name of each one's unit."""
    table = edition.registers.entries.set_index("entry_id")
    return table.assign(unit=table["unit_id"].map(edition.registers.units.set_index("unit_id")["name"]))


def cells(edition: Edition) -> pd.DataFrame:
    """Count entries: a row per category, a column per group, by id."""
    own = entries(edition)
    counts = pd.crosstab(own["category"], own["group"])
    categories = [category.id for category in edition.rules.categories]
    groups = [group.id for group in edition.rules.groups]
    return counts.reindex(index=categories, columns=groups, fill_value=0)


def districts(edition: Edition) -> pd.Series[int]:
    """Count entries by kecamatan, by name: those of the kecamatan and of all units below it.

    The blank name counts those of other units; nothing where the register knows no kecamatan.
    """
    units = edition.registers.units.set_index("unit_id")
    own = units[units["unit_type"].str.casefold() == "kecamatan"]["name"]
    if own.empty:
        return pd.Series(dtype=int)
    parents = {str(unit): str(parent) for unit, parent in units["parent"].items()}
    at = {unit: _district(unit, parents, own) for unit in parents}
    counts = entries(edition)["unit_id"].map(at).value_counts()
    return counts.reindex([*own, ""], fill_value=0)


def _district(unit: str, parents: Mapping[str, str], names: pd.Series[str]) -> str:
    seen: set[str] = set()
    while unit and unit not in seen:
        if unit in names.index:
            return str(names[unit])
        seen.add(unit)
        unit = parents.get(unit, "")
    return ""


def unit_types(edition: Edition) -> pd.DataFrame:
    """Count units per type, in the order of the rules: ``unit_type``, ``units``, ``took_part``, ``entries``."""
    units = edition.registers.units
    sent = units["unit_id"].map(entries(edition).groupby("unit_id").size()).fillna(0).astype(int)
    table = units.assign(units=1, took_part=(sent > 0).astype(int), entries=sent)
    counted = table.groupby("unit_type")[["units", "took_part", "entries"]].sum()
    order = [unit_type for group in edition.rules.groups for unit_type in group.unit_types]
    return counted.reindex([name for name in order if name in counted.index]).reset_index()


def admissions(edition: Edition) -> dict[str, int]:
    """Count what came of the administrative selection; nothing where nobody was admitted or refused.

    Returns:
        ``n`` entries about which it was decided, how many of them are ``eligible``, how many of these were ``cured``
        (completed in a cure period), how many entries are a ``duplicate``, and how many others are ``undecided``.
    """
    events = edition.history.events(["admission", "cure_until"])
    decided = events[events["kind"] == "admission"].drop_duplicates("entry_id", keep="last")
    if decided.empty:
        return {}
    eligible = decided.loc[decided["value"] == "eligible", "entry_id"]
    mended = events.loc[events["kind"] == "cure_until", "entry_id"]
    excluded = edition.decisions.excluded
    known = {*decided["entry_id"], *excluded["entry_id"]}
    return {
        "n": len(decided),
        "eligible": len(eligible),
        "cured": int(eligible.isin(mended).sum()),
        "duplicate": int((excluded["kind"] == "duplicate").sum()),
        "undecided": int((~edition.registers.entries["entry_id"].isin(known)).sum()),
    }


@dataclass(frozen=True)
class RoundCounts:
    """How one scored round went; of a round that is still open only its beginning is known.

    Args:
        round: its id.
        opened: the day of its first opening.
        closed: the day of its last closing.
        entries: that took part in it.
        asked: sheets that its counting judges owed.
        recused: sheets that nobody owed because of a recusal.
        conflicts: judges of the round and entries in it that a conflict of interest keeps apart, assigned or not.
        missing: sheets that were not complete.
        unscored: entries whose sheets are complete and too few.
    """

    round: str
    opened: date
    closed: date | None = None
    entries: int = 0
    asked: int = 0
    recused: int = 0
    conflicts: int = 0
    missing: int = 0
    unscored: int = 0


def rounds(edition: Edition) -> list[RoundCounts]:
    """Count how each scored round that has been opened went, in order."""
    events = edition.history.events(["round_opened", "round_closed"])
    days = events["time"].dt.tz_convert(WIB).dt.date
    found = []
    for name in edition.states:
        own = events["round"] == name
        if not own.any():
            continue
        opened = days[own & (events["kind"] == "round_opened")].iloc[0]
        counts: dict[str, Any] = {}
        if scores := edition.result.scores.get(name):
            status = scores.sheets.status
            counts = {
                "closed": days[own].iloc[-1],
                "entries": len(status),
                "asked": int((status["judges_required"] - status["judges_recused"]).sum()),
                "recused": int(status["judges_recused"].sum()),
                "conflicts": len(conflicts(edition, name)),
                "missing": int(status["missing"].sum()),
                "unscored": int((~status["scored"] & (status["missing"] == 0)).sum()),
            }
        found.append(RoundCounts(name, opened, **counts))
    return found


def conflicts(edition: Edition, round_: str) -> pd.DataFrame:
    """Return which judges of a round have a conflict of interest with which of its entries, assigned or not."""
    held = edition.record.recused(round_).sort_values(["judge_id", "entry_id"])
    judges = held["judge_id"].isin(edition.panel(round_)["judge_id"])
    return held[judges & held["entry_id"].isin(edition.entrants(round_))]


def standings(edition: Edition, scope: Scope, scope_id: str, round_: str = FINAL) -> pd.DataFrame:
    """Join the ranking of one scope with what a reader knows the entries by.

    Returns:
        The ranking's columns, ``title``, ``unit``, ``category``, and the score of each round as ``round <id>``.
    """
    table = edition.result.of(round_, scope, scope_id)
    about = known_by(edition).loc[table["entry_id"], ["title", "unit", "category"]]
    table = table.join(about.reset_index(drop=True))
    for name, scores in edition.result.scores.items():
        held: Mapping[Any, Any] = scores.by_entry
        if edition.rules.round(name).ballots:  # such a score depends on the list it is in
            held = edition.result.of(name, scope, scope_id).set_index("entry_id")["score"].to_dict()
        own = [held.get(entry) for entry in table["entry_id"]]
        table[f"round {name}"] = pd.Series(own, dtype=object)
    return table


def mean_marks(edition: Edition, round_: str) -> pd.DataFrame:
    """Average the marks of each criterion over complete sheets: a row per criterion id.

    Returns:
        The column ``""`` holds the mean over all sheets; further columns those of each group, by id.
    """
    sheets = edition.result.scores[round_].sheets
    complete = sheets.complete
    marks = sheets.marks.numerators[complete].astype(float) / sheets.marks.denominator
    marks[~sheets.used[complete]] = np.nan
    table = pd.DataFrame(marks, columns=[criterion.id for criterion in sheets.round.parts])
    group = edition.registers.entries.set_index("entry_id")["group"].loc[sheets.entries].to_numpy()
    by_group = table.groupby(group[sheets.entry[complete]]).mean().T
    order = [g.id for g in edition.rules.groups if g.id in by_group.columns]
    return by_group[order].assign(**{"": table.mean()})


@dataclass(frozen=True)
class Earlier:
    """The editions of earlier years beside one edition.

    Args:
        editions: those that can be compared with it, oldest first.
        unreadable: names of those whose files are wrong.
        simulated: names of those that are simulated while the edition is not.
    """

    editions: tuple[Edition, ...] = ()
    unreadable: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()


def earlier(edition: Edition, wanted: Container[str] | None = None) -> Earlier:
    """Open the editions of earlier years; only names that are years count, and nothing wrong with one stops this.

    Args:
        edition: the edition.
        wanted: names of editions; all unless given.
    """
    folders = [path.parent for path in edition.folder.parent.glob("*/rules.yaml") if path.parent.name.isdecimal()]
    before = [folder for folder in folders if edition.name.isdecimal() and int(folder.name) < int(edition.name)]
    before = [folder for folder in before if wanted is None or folder.name in wanted]
    opened = {folder.name: _opened(folder, edition) for folder in sorted(before, key=lambda folder: int(folder.name))}
    simulated = [name for name, other in opened.items() if other and other.rules.simulated > edition.rules.simulated]
    return Earlier(
        editions=tuple(other for name, other in opened.items() if other and name not in simulated),
        unreadable=tuple(name for name, other in opened.items() if other is None),
        simulated=tuple(simulated),
    )


def years_from(edition: Edition, since: str) -> frozenset[str] | None:
    """Return the names of the years from ``since`` up to the edition; None, for all, where it is blank.

    Raises:
        since_not_year: it is no year, or later than the edition.
    """
    since = text_of(since)
    if not since:
        return None
    if not (re.fullmatch("[0-9]{4}", since) and edition.name.isdecimal() and int(since) <= int(edition.name)):
        raise Problem("since_not_year", value=since, edition=edition.name)
    return frozenset(map(str, range(int(since), int(edition.name) + 1)))


def _opened(folder: Path, beside: Edition) -> Edition | None:
    """An edition, unless its files are wrong or its rules are those of another one."""
    try:
        edition = Edition(folder, beside.language)
    except (Problem, OSError):
        return None
    return edition if edition.name == folder.name else None


def years(editions: list[Edition]) -> pd.DataFrame:
    """Compare editions, oldest first.

    Returns:
        Per edition: ``year``, ``entries``, ``units`` (that took part), ``continuing`` (an innovation that any earlier
        edition knew), among them ``returning`` (which the edition before lacks), ``new``, ``ended`` (of the edition
        before, not in this one), ``unnamed`` (entries without an innovation_id, which count as new). Nothing is known
        of what the oldest edition continued.
    """
    known: set[str] = set()
    before: set[str] = set()
    rows: list[dict[str, object]] = []
    for edition in editions:
        own = entries(edition)
        innovations = own["innovation_id"]
        now = set(innovations) - {""}
        continuing = int(innovations.isin(known).sum())
        compared = {"continuing": continuing, "new": len(innovations) - continuing, "ended": len(before - now)}
        compared["returning"] = int(innovations.isin(known - before).sum())
        rows.append(
            {
                "year": edition.name,
                "entries": len(innovations),
                "units": own["unit_id"].nunique(),
                "unnamed": int((innovations == "").sum()),
                **(compared if rows else dict.fromkeys(compared)),
            }
        )
        known, before = known | now, now
    return pd.DataFrame(rows)
