"""Who takes part: units, entries, judges and who is assigned to what, read from an edition's folder and checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from kit import fields
from kit.columns import Known, Table, fold, in_reading_order, labels, take
from kit.errors import Collector, Mistakes, Problem
from kit.reading import CELLS, ROWS, read_table
from kit.reading import COLUMNS as COLUMNS_READ
from kit.rules import WeightedMean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.fields import Reader
    from kit.reading import Sheet
    from kit.rules import Round, Rules

Name = Literal["units", "entries", "judges", "assignments"]

COLUMNS: dict[Name, tuple[str, ...]] = {
    "units": ("unit_id", "name", "unit_type", "parent", "formerly"),
    "entries": (
        *("entry_id", "innovation_id", "title", "unit_id", "category", "stage", "trial_start", "applied_since"),
        *("digital", "initiator", "origin", "team", "sop", "funding", "legal_basis"),
        *("partners", "benefit", "documents"),
    ),
    "judges": ("judge_id", "name", "institution", "rounds", "conflicts"),
    "assignments": ("round", "entry_id", "judge_id"),
}
_REQUIRED: dict[Name, tuple[str, ...]] = {
    "units": ("unit_id", "name", "unit_type"),
    "entries": ("entry_id", "title", "unit_id", "category"),
    "judges": ("judge_id", "name"),
    "assignments": COLUMNS["assignments"],
}
_ROWS: dict[Name, int] = {"units": 200_000, "entries": 200_000, "judges": 20_000}  # a country has 40,000 entries
_KEY: dict[Name, list[str]] = {
    "units": ["unit_id"],
    "entries": ["entry_id"],
    "judges": ["judge_id"],
    "assignments": [*COLUMNS["assignments"]],
}


# Columns that later kits added: a register that leaves them blank is the one that was locked before there were any.
_ADDED: dict[str, tuple[str, ...]] = {"units": ("formerly",)}

# What the register of judges says of one who is on no panel until a substitute is needed.
RESERVE = "cadangan"
_RESERVE = {RESERVE, "reserve"}

_EMPTY: dict[Name, str] = {"entries": "empty_edition"}
_DUPLICATE: dict[Name, str] = {
    "units": "duplicate_unit",
    "entries": "duplicate_entry",
    "judges": "duplicate_judge",
    "assignments": "duplicate_assignment",
}


@dataclass(frozen=True, eq=False)
class Registers:
    """The registers of one edition: text in the columns of :data:`COLUMNS`, ``""`` where empty, sorted by id.

    Args:
        units: every unit that could take part; ``formerly`` lists the units of earlier editions out of which it came,
            in a split (two units name the same one) or a merger (one unit names several).
        entries: what is judged; a last column ``group`` holds the group, derived from the unit's type.
        judges: who judges.
        assignments: which judge marks which entry of a round; a round without any is marked by its whole panel.
    """

    units: pd.DataFrame
    entries: pd.DataFrame
    judges: pd.DataFrame
    assignments: pd.DataFrame

    @cached_property
    def recusals(self) -> pd.DataFrame:
        """The conflicts of the judges as judge_id, entry_id, kind; one with a unit covers all of its entries."""
        units = set(self.units["unit_id"])
        entries = self.entries.groupby("unit_id")["entry_id"].agg(list).to_dict()
        rows = [
            (judge, entry, kind)
            for judge, conflicts in zip(self.judges["judge_id"], self.judges["conflicts"], strict=True)
            for name, _, kind in (part.partition(":") for part in fields.parts(conflicts))
            for entry in (entries.get(name, []) if name in units else [name])
        ]
        pairs = pd.DataFrame(rows, columns=["judge_id", "entry_id", "kind"], dtype="str")
        return pairs.groupby(["judge_id", "entry_id"])["kind"].agg("; ".join).reset_index()

    def panel(self, round_: Round) -> tuple[str, ...]:
        """Return the judges of a round: those the rules name, or all who do not judge other rounds only."""
        return _panel(round_, self.judges)

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each register as canonical CSV, whatever kind of file it was read from."""
        return dict(self._hashes)

    @cached_property
    def _hashes(self) -> dict[str, str]:
        hashes: dict[str, str] = {}
        for name, columns in COLUMNS.items():
            table = getattr(self, name)
            unused = [column for column in _ADDED.get(name, ()) if (table[column] == "").all()]
            text = table[[*columns]].drop(columns=unused).to_csv(index=False, lineterminator="\n")
            hashes[name] = hashlib.sha256(text.encode()).hexdigest()
        return hashes

    def corrected(self, corrections: pd.DataFrame, rules: Rules) -> Registers:
        """Return the registers with the committee's corrections of entries, each the ``value`` of a ``criterion``."""
        entries = self.entries.set_index("entry_id")
        for entry, column, value in corrections[["entry_id", "criterion", "value"]].itertuples(index=False, name=None):
            if entry in entries.index and column in entries:
                entries.loc[entry, column] = value
        entries = entries.reset_index()[list(COLUMNS["entries"])]
        return replace(self, entries=entries.assign(group=_groups(entries, self.units, rules)))

    def correction(self, rules: Rules, column: str, value: str) -> str:
        """Return what a column of the entries would hold after a correction, as the register itself would read it.

        Raises:
            not_correctable: entries have no such column, or it is their id.
            correction_blank: every entry needs something there.
            Problem: the value cannot stand there.
        """
        correctable = [name for name in COLUMNS["entries"] if name != "entry_id"]
        if column not in correctable:
            raise Problem("not_correctable", name=column, choices=", ".join(correctable))
        value = fields.in_one_line(value)
        if not value and column in _REQUIRED["entries"]:
            raise Problem("correction_blank", name=column)
        unit = Known(self.units["unit_id"], "unknown_unit")
        return _entry_readers(rules, unit).get(column, str)(value) if value else ""


def _groups(entries: pd.DataFrame, units: pd.DataFrame, rules: Rules) -> pd.Series:
    types = units.set_index("unit_id")["unit_type"]
    return entries["unit_id"].map(types).map(rules.group_of).astype("str")


def load_registers(folder: Path, rules: Rules) -> Registers:
    """Read and check the registers of an edition.

    Args:
        folder: holds ``units``, ``entries``, ``judges`` and perhaps ``assignments``, each as .csv or .xlsx.
        rules: what groups, categories, rounds and panels there are, and how headers are mapped.

    Raises:
        Mistakes: everything that is wrong, in all files.
    """
    mistakes = Collector()
    tables: dict[Name, Table] = {}
    for name in get_args(Name):
        try:
            if path := register_path(folder, name, needed=name != "assignments"):
                tables[name] = _take(read_table(path), name, rules, mistakes)
        except Problem as error:
            mistakes.add(error)
    readers = _readers(tables, rules)
    read = {name: table.convert_all(readers[name], mistakes) for name, table in tables.items()}
    frames = {name: _canonical(read.get(name), name) for name in COLUMNS}
    if "units" in read:
        _refuse_circles(read["units"], mistakes)
    if "judges" in read:
        _refuse_panels(read, rules, frames["judges"], mistakes)
    if mistakes.found:
        raise Mistakes(in_reading_order(mistakes.found))
    groups = _groups(frames["entries"], frames["units"], rules)
    return Registers(**frames | {"entries": frames["entries"].assign(group=groups)})


def register_path(folder: Path, name: str, *, needed: bool = True) -> Path | None:
    """Return where a register stands in an edition's folder; None where there is none and none is needed.

    Raises:
        file_twice: it stands there both as CSV and as XLSX.
        file_missing: it is needed, and not there.
    """
    paths = [path for suffix in (".csv", ".xlsx") if (path := folder / f"{name}{suffix}").is_file()]
    if len(paths) > 1:
        raise Problem("file_twice", file=name, files=[path.name for path in paths])
    if not paths and needed:
        raise Problem("file_missing", file=f"{name}.csv", folder=folder.absolute().name)
    return paths[0] if paths else None


def _take(sheet: Sheet, name: Name, rules: Rules, mistakes: Collector) -> Table:
    """Take a register's columns from a sheet, and check what needs no other register."""
    if len(sheet.cells) > _ROWS.get(name, ROWS):
        raise Problem("table_too_large", file=sheet.file, rows=_ROWS[name], columns=COLUMNS_READ, cells=CELLS)
    mapped = rules.columns.get(name, {})
    for column in set(mapped) - set(COLUMNS[name]):
        choices = ", ".join(COLUMNS[name])
        mistakes.add(Problem("unknown_column", file="rules.yaml", name=column, register=name, choices=choices))
    present = {fold(header) for header in sheet.header.values()}
    mapped = {column: header for column, header in mapped.items() if fold(header) in present}
    given = {fold(header) for header in mapped.values()}  # to one column, so no other may claim them
    wanted = {
        column: [header for header in labels(column, of=name) if fold(header) not in given] for column in COLUMNS[name]
    }
    table = take(sheet, wanted | {c: [header] for c, header in mapped.items()}, _REQUIRED[name], mistakes)
    if table.frame.empty:
        mistakes.add(Problem(_EMPTY.get(name, "empty_register"), file=sheet.file))
    table.repeated(_KEY[name], _DUPLICATE[name], mistakes)
    return table


def _readers(tables: Mapping[Name, Table], rules: Rules) -> dict[Name, dict[str, Reader]]:
    """What may stand in each column. Where a register is unreadable or empty, references to it are not checked."""

    def known(name: Name, column: str, kind: str) -> Known | None:
        ids: list[str] = list(tables[name].frame[column].dropna()) if name in tables else []
        return Known(ids, kind) if ids else None

    unit = known("units", "unit_id", "unknown_unit")
    entry = known("entries", "entry_id", "unknown_entry")
    judge = known("judges", "judge_id", "unknown_judge")
    a_round = Known([r.id for r in rules.rounds], "unknown_round")
    conflict = fields.conflict(unit, entry) if unit and entry else str
    return {
        "units": {
            "unit_id": fields.usable_id,
            "unit_type": fields.unit_type(rules),
            "parent": unit or str,
            "formerly": fields.each(fields.usable_id),  # units of earlier editions, which this one need not have
        },
        "entries": {"entry_id": fields.usable_id, **_entry_readers(rules, unit or str)},
        "judges": {
            "judge_id": fields.judge_id,
            "rounds": fields.each(lambda text: RESERVE if fold(text) in _RESERVE else a_round(text)),
            "conflicts": fields.each(conflict),
        },
        "assignments": {"round": a_round, "entry_id": entry or str, "judge_id": judge or str},
    }


def _entry_readers(rules: Rules, unit: Reader) -> dict[str, Reader]:
    return {
        "innovation_id": fields.usable_id,
        "unit_id": unit,
        "category": fields.category(rules),
        "stage": fields.stage,
        **dict.fromkeys(("trial_start", "applied_since"), fields.iso_date),
        **dict.fromkeys(("digital", "team", "sop", "funding", "legal_basis"), fields.yes_or_no),
        **dict.fromkeys(("partners", "documents"), fields.listed),
    }


def _canonical(table: Table | None, name: Name) -> pd.DataFrame:
    columns = list(COLUMNS[name])
    if table is None:
        return pd.DataFrame(columns=columns, dtype="str")
    absent = {column: "" for column in columns if column not in table.frame}
    frame = table.frame.assign(**absent).astype("str")
    return frame[columns].sort_values(_KEY[name], ignore_index=True)


def _panel(round_: Round, judges: pd.DataFrame) -> tuple[str, ...]:
    if round_.panel is not None:
        return tuple(sorted(round_.panel))
    rounds = zip(judges["judge_id"], judges["rounds"], strict=True)
    return tuple(judge for judge, own in rounds if round_.id in (fields.parts(own) or [round_.id]))


def _refuse_circles(units: Table, mistakes: Collector) -> None:
    if "parent" not in units.frame:
        return
    parents = dict(zip(units.frame["unit_id"], units.frame["parent"], strict=True))
    came: dict[str, str] = {}  # each unit that was gone through, with the unit from which the way up began
    circles: set[str] = set()
    for start in parents:
        unit = start
        while unit in parents and unit not in came:
            came[unit] = start
            unit = parents[unit]
        while came.get(unit) == start and unit not in circles:  # back on the same way up
            circles.add(unit)
            unit = parents[unit]
    codes, ids = pd.factorize(units.frame["unit_id"])
    wrong = [(code, Problem("parent_circle", value=unit)) for code, unit in enumerate(ids) if unit in circles]
    units.cells("parent").refuse(mistakes, codes, wrong)


def _refuse_panels(tables: Mapping[Name, Table], rules: Rules, judges: pd.DataFrame, mistakes: Collector) -> None:
    """Note where rules, judges and assignments disagree about who judges a round."""
    known = Known(judges["judge_id"], "unknown_judge")
    own = dict(zip(judges["judge_id"], judges["rounds"], strict=True))
    for round_ in rules.rounds:
        by_judge = (step for step in round_.score if isinstance(step, WeightedMean) and step.over == "judges")
        weighed = chain(*(step.weights or () for step in by_judge))
        for judge in dict.fromkeys((*(round_.panel or ()), *round_.not_counting, *weighed)):
            try:
                known(judge)
            except Problem as error:
                mistakes.add(error.at(file="rules.yaml"))
            else:
                if round_.id not in (fields.parts(own[judge]) or [round_.id]):
                    place = {"file": tables["judges"].sheet.file}
                    mistakes.add(Problem("judge_outside_round", **place, judge=judge, round=round_.id))
    if "assignments" in tables:
        table = tables["assignments"]
        pairs = table.frame["round"].str.cat(table.frame["judge_id"], sep=";")
        codes, texts = pd.factorize(pairs)
        panels = {round_.id: _panel(round_, judges) for round_ in rules.rounds}
        named = [(code, *text.split(";")) for code, text in enumerate(texts)]
        wrong = [
            (code, Problem("not_in_panel", judge=judge, round=name))
            for code, name, judge in named
            if judge in own and judge not in panels.get(name, (judge,))
        ]
        table.cells("judge_id").refuse(mistakes, codes, wrong)
