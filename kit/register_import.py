"""Entries from the export of a form tool: what it would change is shown first, then written into the registers.

:func:`read_form` finds which rows of an export (:mod:`kit.form_export`) are entries that the register has already, and
what would change; nothing is written. :func:`preview` says so. :func:`write_registers` writes units and entries, and
keeps beside them (:data:`FORM_MEMORY`) how the columns were read and what the form said of each entry.

So the next export finds its entries again: by the form's own id or time of the answer, by unit and title, or by a title
that is much the same. Of each cell it is known what the form said last: what somebody has edited in the register
since then stays, and is named where the form now says something else.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from kit.errors import LIMIT, Collector, Problem, first_few, fold
from kit.files import write
from kit.folder import FORM_MEMORY, JOURNAL, STARTED
from kit.form_export import ANSWER, ENTRY, TYPE, choices, next_number, read_export
from kit.register_templates import label, template
from kit.registers import (
    COLUMNS,
    DATES,
    YES_OR_NO,
    entry_readers,
    in_one_line,
    register_path,
    take_register,
    unit_reader,
    unit_type_reader,
)
from kit.rules import read_rules
from kit.tables import edited, letter, read_bytes, read_table, rows_shown
from kit.texts import Texts
from kit.workbooks import FRESH, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kit.form_export import Export
    from kit.rules import Rules
    from kit.tables import Table

    _Rows = Mapping[int, Mapping[str, str]]
    _Free = Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]  # by id the register's cells, and the form's

_GONE = "gone"  # in the memory of an entry that a later export had no more
_ALIKE_TITLE, _COMPARED = 0.6, 300  # of the first characters of two titles


class Change(NamedTuple):
    """What an export brings for one entry.

    Args:
        kind: ``added``, ``changed``, ``removed``; ``kept`` where the register was edited since and the form says
            something else; ``left_out`` where somebody has taken the entry out of the register.
        entry_id: the entry.
        row: in the export; 0 for none.
        cells: column, what the register holds, and what the export says.
    """

    kind: Literal["added", "changed", "removed", "kept", "left_out"]
    entry_id: str
    row: int
    cells: tuple[tuple[str, str, str], ...] = ()


@dataclass
class FormEntries:
    """What an export would change; nothing is written yet.

    Args:
        folder: the edition's.
        export: what it was understood to say.
        changes: entry by entry.
        same: how many entries stay as they are.
        alike: entries of one unit with one title.
        entries: what the register would hold, by id, with what was removed.
        files: what would be written.
        read: what the files hold now that would be replaced.
    """

    folder: Path
    export: Export
    changes: list[Change] = field(default_factory=list)
    same: int = 0
    alike: list[list[str]] = field(default_factory=list)
    entries: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[Path, bytes] = field(default_factory=dict)
    read: dict[Path, bytes] = field(default_factory=dict)

    @property
    def fresh(self) -> bool:
        """Whether there is something to write into a register."""
        return any(change.kind in {"added", "changed", "removed"} for change in self.changes)


@dataclass
class _Memory:
    """What was kept of the last export: how it was read (:func:`read_export`), and by id what it said of an entry."""

    columns: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    entries: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> _Memory:
        if not path.exists():
            return cls()
        try:
            found = cls(**json.loads(read_bytes(path)))
            pairs = [pair for held in (found.columns, found.cells, *found.entries.values()) for pair in held.items()]
        except (ValueError, TypeError, AttributeError):
            raise Problem("form_memory_unreadable", file=path.name) from None
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise Problem("form_memory_unreadable", file=path.name)
        return found


@dataclass
class _Register:
    """A register as it stands: where, its table (None where there is no file yet), and its rows as they are read."""

    path: Path
    table: Table | None
    frame: pd.DataFrame


def read_form(
    folder: Path, path: Path, *, columns: Sequence[str] = (), cells: Sequence[str] = (), sheet: str | None = None
) -> FormEntries:
    """Read the export of a form tool and find out what it would change in the registers of units and entries.

    Args:
        folder: the edition's.
        path: the export, CSV or XLSX.
        columns: corrections ``heading=column``; the heading may be a column's letter, a blank column says that it is
            not used.
        cells: corrections ``text=meaning``: the text in a cell, and what it stands for.
        sheet: the workbook's sheet; the first by default.

    Returns:
        What would change. Where its export has mistakes, it says no more than what the export was understood to say.

    Raises:
        Problem: the export or a register cannot be read, or a correction names what is not there.
        Mistakes: a register is wrong, or a column that is needed was not recognised.
    """
    rules, _ = read_rules(folder / "rules.yaml")
    units, entries = _registers(folder, rules)
    memory = _Memory.load(folder / FORM_MEMORY)
    export = read_export(path, rules, units.frame, (memory.columns, memory.cells), (columns, cells), sheet)
    found = FormEntries(folder, export)
    if not export.mistakes.found:
        memory.columns, memory.cells = export.columns, export.cells
        _compare(found, entries.frame, memory)
        _prepare_files(found, units, entries, memory)
    return found


def _registers(folder: Path, rules: Rules) -> tuple[_Register, _Register]:
    """Read the registers of units and entries, either of which may be empty or not there yet."""
    found: dict[str, _Register] = {}
    with Collector() as mistakes:
        for name in ("units", "entries"):
            path = register_path(folder, name, needed=False)
            table = take_register(read_table(path), name, rules, mistakes) if path else None
            if table:
                unit = unit_reader(found["units"].frame) if name == "entries" else str
                readers = entry_readers(rules, unit) if name == "entries" else {TYPE: unit_type_reader(rules)}
                table = table.convert_all(readers, mistakes)
            frame = table.frame.fillna("") if table else pd.DataFrame(dtype="str")
            frame = frame.reindex(columns=list(COLUMNS[name]), fill_value="")
            found[name] = _Register(path or folder / f"{name}.xlsx", table, frame)
    return found["units"], found["entries"]


def _records(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    for row in frame.itertuples(index=False, name=None):
        yield dict(zip(frame.columns, row, strict=True))


# Which entry is which, and what would change


def _compare(found: FormEntries, frame: pd.DataFrame, memory: _Memory) -> None:
    """Find each row's entry, and what the export changes in the register."""
    export = found.export
    rows = dict(zip(map(int, export.frame.index), _records(export.frame), strict=True))
    register = {cells["entry_id"]: cells for cells in _records(frame)}
    old = memory.entries
    if not register:  # begun anew: who took out everything wants it back
        old = {own: {**said, _GONE: _GONE} for own, said in old.items()}
    matched, new_id = (
        _matched(rows, register, old),
        _new_ids(export, {*register, *old, *export.names}),
    )  # no entry is called as a unit
    said: dict[str, dict[str, str]] = {}
    for row, cells in rows.items():
        own = matched.get(row) or new_id(cells["unit_id"])
        brought = {name: cells[name] for name in ENTRY if name in cells}
        said[own] = brought | {ANSWER: cells.get(ANSWER, "")}
        if own in register:
            found.changes += _changed(own, row, brought, register[own], old.get(own, {}))
        elif own in old and _GONE not in old[own]:
            found.changes.append(Change("left_out", own, row))
        else:
            found.changes.append(Change("added", own, row, tuple((name, "", text) for name, text in brought.items())))
    gone = [own for own, held in old.items() if own not in said and own in register and _GONE not in held]
    found.changes += [Change("removed", own, 0) for own in gone]
    found.same = len(said.keys() - {change.entry_id for change in found.changes if change.kind != "kept"})
    memory.entries = {own: {**held, _GONE: _GONE} for own, held in old.items()} | said
    found.entries = {own: dict(cells) for own, cells in register.items()}
    for change in found.changes:
        if change.kind in {"added", "changed"}:
            found.entries.setdefault(change.entry_id, {}).update({name: new for name, _, new in change.cells})
    groups = defaultdict(list)
    for own in found.entries.keys() - {*gone}:
        groups[_known_as(found.entries[own])].append(own)
    found.alike = sorted(sorted(own) for own in groups.values() if len(own) > 1)


def _changed(
    own: str, row: int, brought: Mapping[str, str], filed: Mapping[str, str], old: Mapping[str, str]
) -> Iterator[Change]:
    """Compare one entry, cell by cell, with the register and with what the form said last."""
    how = {name: outcome(old.get(name, ""), text, filed[name], moved=False) for name, text in brought.items()}
    if cells := tuple((name, filed[name], text) for name, text in brought.items() if how[name] in FRESH):
        yield Change("changed", own, row, cells)
    if cells := tuple((name, filed[name], text) for name, text in brought.items() if how[name] == "conflict"):
        yield Change("kept", own, row, cells)


def _matched(
    rows: Mapping[int, Mapping[str, str]],
    register: Mapping[str, Mapping[str, str]],
    memory: Mapping[str, Mapping[str, str]],
) -> dict[int, str]:
    """Return the entry of each row that is known: by the answer's own id, by unit and title, by a similar title."""
    matched: dict[int, str] = {}
    for pairs in (_by_answer, _by_title, _by_likeness):
        free = {own: (register.get(own, {}), memory.get(own, {})) for own in {**register, **memory}}
        for own in matched.values():
            del free[own]
        for row, own in pairs({row: cells for row, cells in rows.items() if row not in matched}, free):
            if row not in matched and own in free:
                matched[row] = own
                del free[own]
    return matched


def _by_answer(rows: _Rows, free: _Free) -> Iterator[tuple[int, str]]:
    answers = Counter(cells.get(ANSWER) for cells in rows.values())
    known = {said[ANSWER]: own for own, (_, said) in free.items() if said.get(ANSWER)}
    for row, cells in rows.items():
        answer = cells.get(ANSWER, "")
        if answers[answer] == 1 and (own := known.get(answer)):
            said = free[own][1]  # another form may count from 1 as well
            if cells["unit_id"] == said.get("unit_id") or _likeness(cells, said) >= _ALIKE_TITLE:
                yield row, own


def _by_title(rows: _Rows, free: _Free) -> list[tuple[int, str]]:
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for own, sources in free.items():
        for held in {_known_as(source) for source in sources if source}:
            titles[held].append(own)
    return [(row, own) for row, cells in rows.items() for own in titles.get(_known_as(cells), ())]


def _by_likeness(rows: _Rows, free: _Free) -> list[tuple[int, str]]:
    by_unit: dict[str, list[int]] = defaultdict(list)
    for row, cells in rows.items():
        by_unit[cells["unit_id"]].append(row)
    near = [
        (_likeness(rows[row], said), row, own)
        for own, (_, said) in free.items()
        for row in by_unit.get(said.get("unit_id", ""), ())
    ]
    return [(row, own) for likeness, row, own in sorted(near, reverse=True) if likeness >= _ALIKE_TITLE]


def _known_as(cells: Mapping[str, str]) -> tuple[str, str]:
    return cells.get("unit_id", ""), fold(cells.get("title", ""))


def _likeness(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    return SequenceMatcher(None, _known_as(one)[1][:_COMPARED], _known_as(other)[1][:_COMPARED]).ratio()


def _new_ids(export: Export, used: Iterable[str]) -> Callable[[str], str]:
    """Return what numbers the entries of a unit: by its group, after the last one that was ever given."""
    used = list(used)
    numbers = {group.id: next_number(f"{group.id}-", used) for group in export.rules.groups}

    def new_id(unit: str) -> str:
        group = str(export.rules.group_of(export.types[unit]))
        numbers[group] += 1
        return f"{group}-{numbers[group] - 1:02d}"

    return new_id


# Into the registers


def _prepare_files(found: FormEntries, units: _Register, entries: _Register, memory: _Memory) -> None:
    """Make ready what would be written, and note what the files hold now."""
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for change in found.changes:
        by_kind[change.kind].append(change)
    rows = dict(zip(entries.frame["entry_id"], map(int, entries.frame.index), strict=True))
    cells = {(rows[own], name): new for _, own, _, changed in by_kind["changed"] for name, _, new in changed}
    removed = [rows[change.entry_id] for change in by_kind["removed"]]
    added = [
        {"entry_id": change.entry_id} | {name: new for name, _, new in change.cells if new}
        for change in by_kind["added"]
    ]
    new = [{"unit_id": unit.unit_id, "name": unit.name, TYPE: unit.unit_type} for unit in found.export.new_units]
    if new:
        _put(found, units, "units", {}, [], new)
    if cells or removed or added:
        _put(found, entries, "entries", cells, removed, added)
    text = json.dumps(vars(memory), ensure_ascii=False, indent=1)
    found.files[found.folder / FORM_MEMORY] = f"{text}\n".encode()


def _put(
    found: FormEntries,
    register: _Register,
    name: Literal["units", "entries"],
    cells: Mapping[tuple[int, str], str],
    removed: Sequence[int],
    added: Sequence[Mapping[str, str]],
) -> None:
    """Make ready one register: a new template with the rows in it, or the file that is there with what changes."""
    path, table, rules = register.path, register.table, found.export.rules
    if table is None:
        shown = [{column: str(_filed_as(path, column, text, rules)) for column, text in row.items()} for row in added]
        found.files[path] = template(name, rules, shown, [*found.export.names.values()])
        return
    used = {column for row in added for column in row} | {column for _, column in cells}
    missing = [column for column in COLUMNS[name] if column in used and column not in table.letters]
    beyond = {column: letter(len(table.sheet.header) + at) for at, column in enumerate(missing)}
    letters = {**table.letters, **beyond}
    t, workbook = Texts(rules.language), path.suffix.lower() == ".xlsx"
    changed: dict[tuple[int, str], str | date] = {
        (table.sheet.header_row, at): label(name, column, t) if workbook else column for column, at in beyond.items()
    }
    changed |= {(row, letters[column]): _filed_as(path, column, text, rules) for (row, column), text in cells.items()}
    rows = [{letters[column]: _filed_as(path, column, text, rules) for column, text in row.items()} for row in added]
    found.read[path] = read_bytes(path)
    found.files[path] = edited(path, table.sheet, changed, removed, rows)


def _filed_as(path: Path, column: str, text: str, rules: Rules) -> str | date:
    """Return what a register holds: in a workbook what its lists offer, and days that are days."""
    if path.suffix.lower() != ".xlsx" or not text:
        return text
    if column in DATES:
        return date.fromisoformat(text)
    if column in YES_OR_NO:
        return Texts(rules.language)("labels.yes" if text == "ya" else "labels.no")
    return choices(column, rules)[text] if column == "category" else text


def write_registers(found: FormEntries) -> list[Path]:
    """Write what was shown: units, then entries, then how it was read; return where.

    Raises:
        Mistakes: the export has mistakes.
        register_edited_meanwhile: a register is not what it was when the export was read.
        file_open_elsewhere: another program holds a register open.
    """
    found.export.mistakes.stop_if_any()
    for path in found.files:
        if path.name != FORM_MEMORY and (read_bytes(path) if path.exists() else None) != found.read.get(path):
            raise Problem("register_edited_meanwhile", file=path.name)
    for path, content in found.files.items():
        write(path, content)
    return list(found.files)


def begun(folder: Path) -> bool:
    """Tell whether something is on record in an edition, so that its registers may be locked."""
    return (folder / STARTED).exists() or (folder / JOURNAL).exists()


# What it would change, in words


def preview(found: FormEntries, t: Texts) -> str:
    """Return what an export was understood to say, and what it would change."""
    return "\n".join([*_reading_said(found.export, t), *_units_said(found.export, t), *_changes_said(found, t)])


def _reading_said(export: Export, t: Texts) -> Iterator[str]:
    form, names = export.sheet, {at: name for name, at in export.letters.items()}
    yield t("registers.read", file=form.file, n=len(form.cells), row=form.header_row)
    rows, columns = export.hidden
    if rows:
        yield t("registers.hidden_rows", rows=rows_shown(rows))
    if columns:
        yield t("registers.hidden_columns", columns=", ".join(columns))
    yield t("registers.columns")
    for at, heading in form.header.items():
        if at in names:
            yield f'  {at:>2}  "{_short(heading)}" → {_said(names[at], t)}'
    if unused := [f'{at} "{_short(heading)}"' for at, heading in form.header.items() if heading and at not in names]:
        yield t("registers.unused", columns=", ".join(unused))
    if export.day[0]:
        yield t("registers.days", text=export.day[0], date=date.fromisoformat(export.day[1]))
    if export.tidied:
        yield t("registers.tidied", n=export.tidied)


def _said(column: str, t: Texts) -> str:
    if column == ANSWER:
        return t("registers.answer")
    return t("columns.unit" if column == "unit_id" else f"columns.{column}")


def _short(text: str, longest: int = 60) -> str:
    text = in_one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _units_said(export: Export, t: Texts) -> Iterator[str]:
    yield t("registers.units_found", n=export.known_units, new=len(export.new_units))
    if export.new_units:
        yield t("registers.new_units")
    yield from _lines(
        f"  + {unit.unit_id}  {unit.name} ({unit.unit_type}; {t('errors.at_row', value=unit.rows)})"
        for unit in export.new_units
    )
    if export.guesses:
        yield t("registers.guesses")
    for guess in export.guesses[:LIMIT]:
        unit = f"{guess.meaning} {export.names.get(guess.meaning, '')}"
        meaning = unit if guess.column == "unit_id" else choices(guess.column, export.rules)[guess.meaning]
        place = t("errors.at_row", value=guess.rows)
        yield f'  ? "{_short(guess.text)}" → {meaning} ({_said(guess.column, t)}; {place})'
    if len(export.guesses) > LIMIT:
        yield f"  … (+{len(export.guesses) - LIMIT})"


def _changes_said(found: FormEntries, t: Texts) -> Iterator[str]:
    if found.export.mistakes.found:
        return
    if found.alike:
        yield t("registers.alike")
        rows = {change.entry_id: change.row for change in found.changes if change.row}
        for ids in found.alike:
            named = [f"{own} ({t('errors.at_row', value=rows[own])})" if own in rows else own for own in ids]
            yield f"  = {', '.join(named)}: {_about(found, ids[0])}"
    kinds = Counter(change.kind for change in found.changes)
    numbers = {kind: kinds[kind] for kind in ("added", "changed", "removed")}
    yield t("registers.changes", **numbers, same=found.same)
    for kind, mark in (("added", "+"), ("removed", "-")):
        yield from _lines(
            f"  {mark} {change.entry_id}  {_about(found, change.entry_id)}"
            for change in found.changes
            if change.kind == kind
        )
    yield from _lines(_cells_said(found, "changed", t))
    if kinds["kept"]:
        yield t("registers.kept")
        yield from _lines(_cells_said(found, "kept", t))
    if kinds["left_out"]:
        left = [change.entry_id for change in found.changes if change.kind == "left_out"]
        yield t("registers.left_out", n=len(left), entries=", ".join(first_few(left)))


def _about(found: FormEntries, entry: str) -> str:
    cells = found.entries[entry]
    return f"{found.export.names.get(cells['unit_id'], cells['unit_id'])}: {_short(cells['title'])}"


def _cells_said(found: FormEntries, kind: str, t: Texts) -> Iterator[str]:
    for change in found.changes:
        for name, old, new in change.cells if change.kind == kind else ():
            words = choices(name, found.export.rules) if name == "category" else {}
            held, brought = (_short(words.get(text, text)) for text in (old, new))
            yield f'  ~ {change.entry_id}  {_said(name, t)}: "{held}" → "{brought}"'


def _lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the first lines of many, and how many more there are."""
    held = list(lines)
    yield from held[:LIMIT]
    if len(held) > LIMIT:
        yield f"  … (+{len(held) - LIMIT})"
