"""Who takes part, who is assigned to what, and what no judge gives, read from an edition's folder and checked.

Below the registers stands what may be in their cells, and in cells of other tables: a reader takes a text and returns
its canonical form, or raises what is wrong with it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

import pandas as pd

from kit.errors import Collector, Known, Problem, fold
from kit.ledger import COMMITTEE
from kit.rules import WeightedMean
from kit.tables import CELLS, ROWS, Table, day_of, labels, locate, missing_column, read_table, take
from kit.tables import COLUMNS as COLUMNS_READ
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kit.rules import Round, Rules
    from kit.tables import Sheet

    Reader: TypeAlias = Callable[[str], str]

Name = Literal["units", "entries", "judges", "assignments", "values"]

COLUMNS: dict[Name, tuple[str, ...]] = {
    "units": ("unit_id", "name", "unit_type", "parent", "formerly"),
    "entries": (
        *("entry_id", "innovation_id", "title", "unit_id", "category", "stage", "trial_start", "applied_since"),
        *("digital", "initiator", "origin", "team", "sop", "funding", "legal_basis"),
        *("partners", "benefit", "documents"),
    ),
    "judges": ("judge_id", "name", "institution", "rounds", "conflicts"),
    "assignments": ("round", "entry_id", "judge_id"),
    "values": ("entry_id", "value_id", "value", "source", "note"),
}
REQUIRED: dict[Name, tuple[str, ...]] = {
    "units": ("unit_id", "name", "unit_type"),
    "entries": ("entry_id", "title", "unit_id", "category"),
    "judges": ("judge_id", "name"),
    "assignments": COLUMNS["assignments"],
    "values": COLUMNS["values"][:3],
}
# Columns of the entries that hold a day, or yes or no; and the stages of an innovation.
DATES = ("trial_start", "applied_since")
YES_OR_NO = ("digital", "team", "sop", "funding", "legal_basis")
STAGES = ("inisiatif", "uji coba", "penerapan")
_OPTIONAL: tuple[Name, ...] = ("assignments", "values")
_DESCRIBING: tuple[Name, ...] = ("units", "entries")  # what rules may look at by its columns
_ROWS: dict[Name, int] = {"units": 200_000, "entries": 200_000, "judges": 20_000}  # a country has 40,000 entries
_KEY: dict[Name, tuple[str, ...]] = {name: columns[:1] for name, columns in COLUMNS.items()}
_KEY |= {"assignments": COLUMNS["assignments"], "values": COLUMNS["values"][:2]}  # the others begin with their id
_DUPLICATE: dict[Name, str] = {
    "units": "duplicate_unit",
    "entries": "duplicate_entry",
    "judges": "duplicate_judge",
    "assignments": "duplicate_assignment",
    "values": "duplicate_value",
}

# Columns that say what an entry is, in a file that has a column for each value.
_BESIDE_VALUES = ("number", "title", "innovation_id", "unit_id", "unit", "name", "unit_type", "category", "group")

# What later kits added: blank or empty, the registers are those that were locked before there was any of it.
_ADDED_COLUMNS: dict[str, tuple[str, ...]] = {"units": ("formerly",)}
_ADDED: tuple[Name, ...] = ("values",)

# What the register of judges says of one who is on no panel until a substitute is needed.
RESERVE = "cadangan"
_RESERVE = {RESERVE, "reserve"}


@dataclass(frozen=True, eq=False)
class Registers:
    """The registers of one edition: text in the columns of :data:`COLUMNS`, ``""`` where empty, sorted by id.

    Args:
        units: every unit that could take part; ``formerly`` lists the units of earlier editions out of which it came,
            in a split (two units name the same one) or a merger (one unit names several).
        entries: what is judged; a last column ``group`` holds the group, derived from the unit's type. Entries and
            units have the columns of their files that the rules name as well.
        judges: who judges.
        assignments: which judge marks which entry of a round; a round without any is marked by its whole panel.
        values: what entries have that no judge gives, such as a bonus or votes of the public: each ``value_id`` of an
            entry once, its ``value`` an exact decimal in digits, ``source`` and ``note`` in free words.
    """

    units: pd.DataFrame
    entries: pd.DataFrame
    judges: pd.DataFrame
    assignments: pd.DataFrame
    values: pd.DataFrame

    @cached_property
    def ids(self) -> dict[str, dict[str, str]]:
        """The ids of judges and entries, each with itself, as :class:`~kit.errors.Known` takes them."""
        columns = {"judge_id": self.judges["judge_id"], "entry_id": self.entries["entry_id"]}
        return {name: {str(id_): str(id_) for id_ in column} for name, column in columns.items()}

    @cached_property
    def recusals(self) -> pd.DataFrame:
        """The conflicts of the judges as judge_id, entry_id, kind; one with a unit covers all of its entries."""
        units = set(self.units["unit_id"])
        entries = self.entries.groupby("unit_id")["entry_id"].agg(list).to_dict()
        rows = [
            (judge, entry, kind)
            for judge, conflicts in zip(self.judges["judge_id"], self.judges["conflicts"], strict=True)
            for name, _, kind in (part.partition(":") for part in parts(conflicts))
            for entry in (entries.get(name, []) if name in units else [name])
        ]
        pairs = pd.DataFrame(rows, columns=["judge_id", "entry_id", "kind"], dtype="str")
        return pairs.groupby(["judge_id", "entry_id"])["kind"].agg("; ".join).reset_index()

    def panel(self, round_: Round) -> tuple[str, ...]:
        """Return the judges of a round: those the rules name, or all who do not judge other rounds only."""
        return _panel(round_, self.judges)

    def described(self, columns: Iterable[str]) -> pd.DataFrame:
        """Return columns of the entries, or else of their units, beside ``entry_id``."""
        units = self.units.set_index("unit_id")
        found = self.entries[["entry_id"]].copy()
        for column in columns:
            own = column in self.entries
            found[column] = self.entries[column] if own else self.entries["unit_id"].map(units[column])
        return found

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each register as canonical CSV, whatever kind of file it was read from.

        Values that entries have beside marks are among them only where there are any.
        """
        return dict(self._hashes)

    @cached_property
    def _hashes(self) -> dict[str, str]:
        hashes: dict[str, str] = {}
        for name, columns in COLUMNS.items():
            table = getattr(self, name)
            if name in _ADDED and table.empty:
                continue
            unused = [column for column in _ADDED_COLUMNS.get(name, ()) if (table[column] == "").all()]
            own = [column for column in table if column not in columns and column != "group"]
            text = table[[*columns, *own]].drop(columns=unused).to_csv(index=False, lineterminator="\n")
            hashes[name] = hashlib.sha256(text.encode()).hexdigest()
        return hashes

    def corrected(self, corrections: pd.DataFrame, rules: Rules) -> Registers:
        """Return the registers with the committee's corrections of entries, each the ``value`` of a ``criterion``."""
        entries = self.entries.set_index("entry_id")
        for entry, column, value in corrections[["entry_id", "criterion", "value"]].itertuples(index=False, name=None):
            if entry in entries.index and column in entries:
                entries.loc[entry, column] = value
        entries = entries.reset_index().drop(columns="group")
        return replace(self, entries=entries.assign(group=_groups(entries, self.units, rules)))

    def correction(self, rules: Rules, column: str, value: str) -> str:
        """Return what a column of the entries would hold after a correction, as the register itself would read it.

        Raises:
            not_correctable: entries have no such column, or it is their id.
            correction_blank: every entry needs something there.
            Problem: the value cannot stand there.
        """
        correctable = [str(name) for name in self.entries if name not in {"entry_id", "group"}]
        if column not in correctable:
            raise Problem("not_correctable", name=column, choices=", ".join(correctable))
        value = in_one_line(value)
        if not value and column in REQUIRED["entries"]:
            raise Problem("correction_blank", name=column)
        return entry_readers(rules, unit_reader(self.units)).get(column, str)(value) if value else ""


def _groups(entries: pd.DataFrame, units: pd.DataFrame, rules: Rules) -> pd.Series:
    types = units.set_index("unit_id")["unit_type"]
    return entries["unit_id"].map(types).map(rules.group_of).astype("str")


def load_registers(folder: Path, rules: Rules) -> Registers:
    """Read and check the registers of an edition.

    Args:
        folder: holds ``units``, ``entries``, ``judges``, perhaps ``assignments`` and ``values``, as .csv or .xlsx.
        rules: what groups, categories, rounds and panels there are, and how headers are mapped.

    Raises:
        Mistakes: everything that is wrong, in all files.
    """
    mistakes = Collector()
    tables: dict[Name, Table] = {}
    for name in get_args(Name):
        try:
            if path := register_path(folder, name, needed=name not in _OPTIONAL):
                tables[name] = take_register(read_table(path), name, rules, mistakes)
                if tables[name].frame.empty and name != "values":
                    mistakes.add(Problem("empty_edition" if name == "entries" else "empty_register", file=path.name))
        except Problem as error:
            mistakes.add(error)
    readers = _readers(tables, rules)
    read = {name: table.convert_all(readers[name], mistakes) for name, table in tables.items()}
    frames = {name: _canonical(read.get(name), name, rules) for name in COLUMNS}
    for column in rules.named_columns if {"units", "entries"} <= read.keys() else ():
        if column not in frames["entries"] and column not in frames["units"]:
            file = tables["entries"].sheet.file
            mistakes.add(Problem("named_column_missing", file="rules.yaml", name=column, register=file))
    if "units" in read:
        _refuse_circles(read["units"], mistakes)
    if "judges" in read:
        _refuse_panels(read, rules, frames["judges"], mistakes)
    mistakes.stop_if_any(in_order=True)
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


def take_register(sheet: Sheet, name: Name, rules: Rules, mistakes: Collector) -> Table:
    """Take a register's columns from a sheet, and check what needs no other register."""
    if len(sheet.cells) > _ROWS.get(name, ROWS):
        raise Problem("table_too_large", file=sheet.file, rows=_ROWS[name], columns=COLUMNS_READ, cells=CELLS)
    wanted = _headers(sheet, name, rules, mistakes)
    table = _take_values(sheet, wanted, mistakes) if name == "values" else take(sheet, wanted, REQUIRED[name], mistakes)
    table.repeated(_KEY[name], _DUPLICATE[name], mistakes)
    return table


def _headers(sheet: Sheet, name: Name, rules: Rules, mistakes: Collector) -> dict[str, list[str]]:
    """Return by which headers each column of a register is known in a sheet: those that the rules map, or labels."""
    mapped = cast("Mapping[str, dict[str, str]]", rules.columns).get(name, {})
    for column in set(mapped) - set(COLUMNS[name]):
        choices = ", ".join(COLUMNS[name])
        mistakes.add(Problem("unknown_column", file="rules.yaml", name=column, register=name, choices=choices))
    present = {fold(header) for header in sheet.header.values()}
    mapped = {column: header for column, header in mapped.items() if fold(header) in present}
    given = {fold(header) for header in mapped.values()}  # to one column, so no other may claim them
    wanted = {
        column: [header for header in labels(column, of=name) if fold(header) not in given] for column in COLUMNS[name]
    }
    wanted |= {column: [header] for column, header in mapped.items()}
    if name in _DESCRIBING:
        known = {column for register in _DESCRIBING for column in COLUMNS[register]}
        wanted |= {column: [column] for column in rules.named_columns if column not in known}
    return wanted


def _take_values(sheet: Sheet, wanted: Mapping[str, list[str]], mistakes: Collector) -> Table:
    """Take what entries have that no judge gives, as a row for each value.

    A sheet may have such rows itself, or a row for each entry and a column for each value, whose header is its id; a
    blank cell is then no value. Columns that only say what an entry is (:data:`_BESIDE_VALUES`) are passed over.
    """
    long = locate(sheet, {column: wanted[column] for column in ("value_id", "value")}, Collector())
    if long:
        columns, table = ["value"], take(sheet, wanted, REQUIRED["values"], mistakes)
        table = table.convert("value_id", usable_id, mistakes)
    else:
        known = {fold(header) for column in _BESIDE_VALUES for header in labels(column, of="units")}
        known |= {fold(header) for column in ("entry_id", "source", "note") for header in wanted[column]}
        headers = {at: header for at, header in sheet.header.items() if header and fold(header) not in known}
        if not headers:
            raise missing_column(sheet, wanted["value_id"])
        for at, header in headers.items():
            try:
                usable_id(header)
            except Problem as error:
                mistakes.add(error.at(file=sheet.file, row=sheet.header_row, column=at))
        columns = [*headers.values()]
        named = {column: wanted[column] for column in ("entry_id", "source", "note")}
        table = take(sheet, named | {header: [header] for header in columns}, ["entry_id"], mistakes)
    refuse_mixed_decimals(sheet, [table.letters[column] for column in columns], mistakes)
    for column in columns:
        table = table.convert(column, _value_reader(sheet.numbers.get(table.letters[column], ())), mistakes)
    if long:
        return table
    frame = pd.concat([table.frame.assign(value_id=column, value=table.frame[column]) for column in columns])
    return replace(table, frame=frame[frame["value"] != ""].drop(columns=columns))


def _value_reader(typed: Iterable[str]) -> Reader:
    """Return the reader of an exact decimal; ``typed`` are those that a workbook holds as numbers."""
    numbers = {*typed}

    def read(text: str) -> str:
        plain = certain(text) if text in numbers else text
        if not _VALUE.fullmatch(plain):
            raise Problem("value_not_number", value=text)
        if GROUPED.fullmatch(plain):
            raise Problem("value_ambiguous", value=text, small=exact_decimal(plain), large=re.sub("[.,]", "", plain))
        return f"{exact_decimal(plain):f}"

    return read


def _readers(tables: Mapping[Name, Table], rules: Rules) -> dict[Name, dict[str, Reader]]:
    """What may stand in each column. Where a register is unreadable or empty, references to it are not checked."""

    def known(name: Name, column: str, kind: str) -> Known | None:
        ids: list[str] = list(tables[name].frame[column].dropna()) if name in tables else []
        return Known(ids, kind) if ids else None

    units = known("units", "unit_id", "unknown_unit")
    unit = unit_reader(tables["units"].frame.fillna("")) if units else str
    entry = known("entries", "entry_id", "unknown_entry")
    judge = known("judges", "judge_id", "unknown_judge")
    a_round = Known([r.id for r in rules.rounds], "unknown_round")
    conflict = _conflict_reader(units, entry) if units and entry else str
    return {
        "units": {
            "unit_id": usable_id,
            "unit_type": unit_type_reader(rules),
            "parent": unit,
            "formerly": each(usable_id),  # units of earlier editions, which this one need not have
        },
        "entries": {"entry_id": usable_id, **entry_readers(rules, unit)},
        "judges": {
            "judge_id": _judge_id,
            "rounds": each(lambda text: RESERVE if fold(text) in _RESERVE else a_round(text)),
            "conflicts": each(conflict),
        },
        "assignments": {"round": a_round, "entry_id": entry or str, "judge_id": judge or str},
        "values": {"entry_id": entry or str},
    }


def entry_readers(rules: Rules, unit: Reader) -> dict[str, Reader]:
    """Return what may stand in each column of the entries, given the reader of units."""
    return {
        "innovation_id": usable_id,
        "unit_id": unit,
        "category": _category_reader(rules),
        "stage": _stage,
        **dict.fromkeys(DATES, iso_date),
        **dict.fromkeys(YES_OR_NO, yes_or_no),
        **dict.fromkeys(("partners", "documents"), _listed),
    }


def _canonical(table: Table | None, name: Name, rules: Rules) -> pd.DataFrame:
    columns = list(COLUMNS[name])
    if table is not None and name in _DESCRIBING:
        columns += [column for column in rules.named_columns if column in table.frame and column not in columns]
    if table is None:
        return pd.DataFrame(columns=columns, dtype="str")
    absent = {column: "" for column in columns if column not in table.frame}
    frame = table.frame.assign(**absent).astype("str")
    return frame[columns].sort_values([*_KEY[name]], ignore_index=True)


def _panel(round_: Round, judges: pd.DataFrame) -> tuple[str, ...]:
    if round_.kind == "values":
        return ()
    if round_.panel is not None or round_.panels:
        return tuple(sorted({*(round_.panel or ())}.union(*(panel.judges for panel in round_.panels))))
    if round_.juries:
        return tuple(sorted({judge for jury in round_.juries for judge in jury.judges}))
    rounds = zip(judges["judge_id"], judges["rounds"], strict=True)
    return tuple(judge for judge, own in rounds if round_.id in (parts(own) or [round_.id]))


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
    if judges.empty:  # which is said of the register itself
        return
    known = Known(judges["judge_id"], "unknown_judge")
    own = dict(zip(judges["judge_id"], judges["rounds"], strict=True))
    for round_ in rules.rounds:
        by_judge = (step for step in round_.score if isinstance(step, WeightedMean) and step.over == "judges")
        weighed = chain(*(step.weights or () for step in by_judge))
        on_panels = [round_.panel or (), *(panel.judges for panel in round_.panels), *(j.judges for j in round_.juries)]
        on_panels += [criterion.panel or () for criterion in round_.criteria]
        for judge in dict.fromkeys((*chain(*on_panels), *round_.not_counting, *weighed)):
            try:
                known(judge)
            except Problem as error:
                mistakes.add(error.at(file="rules.yaml"))
            else:
                if round_.id not in (parts(own[judge]) or [round_.id]):
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


# What may stand in a cell

NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
GROUPED = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")  # a thousand, as people write it, or three decimals
_VALUE = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,15})?")  # Excel holds 15 digits
_ITEMS = 10  # of a list that are wrong and named
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_STAGES = {fold(stage): stage for stage in STAGES}
_YES_OR_NO = {
    **dict.fromkeys(("ya", "yes", "true", "benar", "1"), "ya"),
    **dict.fromkeys(("tidak", "no", "false", "salah", "0"), "tidak"),
}


def text_of(parameter: object) -> str:
    """Return a notebook's parameter as text: papermill makes numbers of what looks like one, and None of None."""
    text = "" if parameter is None else str(parameter).strip()
    return text.encode("utf-8", errors="replace").decode()  # half a character cannot be looked up or shown


def in_one_line(text: str) -> str:
    """Return a text without line breaks and unprintable characters, as it can stand in every document."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def reason_of(text: str) -> str:
    """Return a reason in one line.

    Raises:
        reason_needed: it is blank.
    """
    if not (line := in_one_line(text)):
        raise Problem("reason_needed")
    return line


def flag_of(parameter: object) -> bool:
    """Return a notebook's parameter that says yes or no, as papermill or a person writes it.

    Raises:
        unclear_yes_or_no: it says something else.
    """
    return yes_or_no(text_of(parameter) or "tidak") == "ya"


def parts(text: str) -> list[str]:
    """Return the items of a semicolon list."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _listed(text: str) -> str:
    """Return a semicolon list without blanks, in its own order."""
    return ";".join(parts(text))


def each(read: Reader) -> Reader:
    """Return the reader of a semicolon list whose order says nothing: every item read, then sorted."""

    def read_all(text: str) -> str:
        items = set()
        with Collector() as mistakes:
            for part in parts(text):
                try:
                    items.add(read(part))
                except Problem as error:
                    if len(mistakes.found) < _ITEMS:
                        mistakes.add(error)
        return ";".join(sorted(items))

    return read_all


def usable_id(text: str) -> str:
    """Return an id made of letters, digits, hyphens, underscores and points, at most 40."""
    if not _ID.fullmatch(text):
        raise Problem("unusable_id", value=text)
    return text


def _judge_id(text: str) -> str:
    """Return an id (:func:`usable_id`) that is not the committee's."""
    if usable_id(text).casefold() == COMMITTEE:
        raise Problem("judge_id_reserved", value=text)
    return text


def certain(number: str) -> str:
    """Return a true number of a workbook, as its text, so that nobody takes its decimals for thousands."""
    return f"{number}0" if GROUPED.fullmatch(number) else number


def exact_decimal(number: str) -> Decimal:
    """Return what a :data:`NUMBER` means, without exponent and trailing zeros; nothing is rounded."""
    with localcontext() as context:
        context.prec = len(number) + 40  # more digits than the context has would be rounded away
        plain = Decimal(number.replace(",", ".")).normalize() + 0
        return Decimal(f"{plain:f}")


def refuse_mixed_decimals(sheet: Sheet, columns: Iterable[str], mistakes: Collector) -> None:
    """Note each column, by its letter, in which some numbers are written with a comma and some with a point."""
    for letter in columns:
        typed = sheet.numbers.get(letter, ())  # true numbers of a workbook have neither
        written = [text for text in sheet.cells[letter].unique() if text not in typed and NUMBER.fullmatch(text)]
        if any("," in text for text in written) and any("." in text for text in written):
            mistakes.add(Problem("mixed_decimals", file=sheet.file, column=letter, header=sheet.header[letter]))


def yes_or_no(text: str) -> str:
    """Return ``ya`` or ``tidak``."""
    if text.casefold() not in _YES_OR_NO:
        raise Problem("unclear_yes_or_no", value=text)
    return _YES_OR_NO[text.casefold()]


def _stage(text: str) -> str:
    """Return one of the three stages of an innovation."""
    if fold(text) not in _STAGES:
        raise Problem("unknown_stage", value=text)
    return _STAGES[fold(text)]


def iso_date(text: str) -> str:
    """Return a day as registers and the ledger have it, year-month-day (:func:`~kit.tables.day_of`)."""
    return day_of(text).isoformat()


def unit_reader(units: pd.DataFrame) -> Reader:
    """Return the reader of a unit, given by its id, or by its name where no other unit has that."""
    folded = units["name"].map(fold)
    named = units[(folded != "") & ~folded.duplicated(keep=False)]
    names = dict(zip(named["name"].map(fold), named["unit_id"], strict=True))
    ids = {unit: unit for unit in units["unit_id"] if unit}
    known = Known(dict(zip(named["name"], named["unit_id"], strict=True)) | ids, "unknown_unit")
    return lambda text: text if text in ids else names.get(fold(text)) or known(text)


def _category_reader(rules: Rules) -> Reader:
    """Return the reader of a category, given by its id or its name in either language."""
    spellings = {c.id: c.id for c in rules.categories}
    spellings |= {c.name.say(language): c.id for c in rules.categories for language in LANGUAGES}
    folded = {fold(text): name for text, name in spellings.items()}
    known = Known(spellings, "unknown_category")
    return lambda text: folded.get(fold(text)) or known(text)


def unit_type_reader(rules: Rules) -> Reader:
    """Return the reader of a unit's type, which must belong to a group."""
    types = {fold(name): name for group in rules.groups for name in group.unit_types}

    def read(text: str) -> str:
        if rules.group_of(text) is not None:
            return text
        if fold(text) not in types:
            raise Problem("unit_type_without_group", value=text)
        return types[fold(text)]

    return read


def _conflict_reader(units: Known, entries: Known) -> Reader:
    """Return the reader of one conflict of interest, ``id:kind``."""
    either = Known({*units.known, *entries.known}, "unknown_conflict")

    def read(text: str) -> str:
        name, _, kind = (part.strip() for part in text.partition(":"))
        either(name)
        if name in units.known and name in entries.known:
            raise Problem("ambiguous_conflict", value=name)
        if not kind:
            raise Problem("conflict_without_kind", value=name)
        return f"{name}:{kind}"

    return read
