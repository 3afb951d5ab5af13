"""A workbook that comes back: whatever it was saved with, sorted or moved, each cell is known by its ids."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.errors import Known, Problem, first_few
from kit.judging import sheet as form
from kit.judging.mark_files import certain, check_mark
from kit.judging.merge import Cell, Sheet
from kit.tables import COLUMNS, letter, open_workbook, read_bytes, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.errors import Collector

    _Cell = Any  # openpyxl's cells, and Blank

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x(00[01][0-9A-F])_")  # as workbooks write control characters; openpyxl leaves them so
_ROWS = 50  # in which the row of ids is sought


@dataclass(frozen=True)
class Blank:
    """A cell in which nothing stands."""

    row: int
    column: int
    value = None
    data_type = "n"

    @property
    def coordinate(self) -> str:
        """Its address, as a spreadsheet shows it."""
        return f"{letter(self.column - 1)}{self.row}"


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook: by row number, the cells from the first column to the last in which something stands."""

    rows: Mapping[int, Sequence[_Cell]]

    def at(self, row: int, width: int) -> list[_Cell]:
        """Return so many cells of a row."""
        cells = self.rows.get(row, ())[:width]
        return [*cells, *(Blank(row, column) for column in range(len(cells) + 1, width + 1))]


@dataclass(frozen=True)
class Book:
    """A workbook as far as it is read here.

    Args:
        pages: its sheets.
        named: what its property :data:`kit.judging.sheet.PROPERTY` says, if it has one.
    """

    pages: Sequence[Page]
    named: Sequence[str]


def load(path: Path) -> Book:
    """Read a workbook, its formulas as they are written.

    Raises:
        file_missing, file_in_use: it cannot be read.
        password_protected, damaged_workbook, file_too_large, table_too_large: it is no workbook that can be read.
    """
    with open_workbook(read_bytes(path), path.name) as book:
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # its stubs are older
        named = [str(one.value) for one in properties.props if one.name == form.PROPERTY]
        return Book([Page(dict(_rows(page))) for page in book.worksheets], named)


def _rows(page: Any) -> Iterator[tuple[int, list[_Cell]]]:  # noqa: ANN401  (openpyxl's sheet)
    for number, cells in enumerate(page.iter_rows(), 1):
        if cells:
            own = enumerate(cells[:COLUMNS], 1)
            yield number, [Blank(number, column) if cell.value is None else cell for column, cell in own]


def is_sheet(path: Path) -> bool:
    """Tell whether a file is one of the kit's score sheets, by the first cells of its sheets alone."""
    if path.suffix.lower() != ".xlsx":
        return False
    try:
        with open_workbook(read_bytes(path), path.name) as book:
            first = [next(page.iter_rows(max_row=1, max_col=1), ()) for page in book.worksheets]
            return any(cell.value == form.Imprint.format for cells in first for cell in cells)
    except Problem:
        return False


def hidden(book: Book, imprint: type[form.Imprint] = form.Imprint) -> list[str] | None:
    """Return the first column of the hidden sheet, if there is one of this kind."""
    for page in book.pages:
        if page.at(1, 1)[0].value == imprint.format:
            return [str(cells[0].value) for cells in page.rows.values() if cells[0].value is not None]
    return None


class TableReader(ABC):
    """One workbook's cells, checked.

    Args:
        edition: the contest.
        file: the workbook's name.
        book: the workbook.
        mistakes: gets what is wrong in its cells.

    Raises:
        not_score_sheet: it is none of the kit's.
        hidden_data_changed: its hidden data are not those that were written.
        sheet_of_other_edition: it is another edition's.
    """

    kind = form.Imprint
    slots: Sequence[form.Slot]
    said: form.Said

    def __init__(self, edition: Edition, file: str, book: Book, mistakes: Collector) -> None:
        self.edition, self.file, self.book, self.mistakes = edition, file, book, mistakes
        if (cells := hidden(book, self.kind)) is None:
            raise Problem("not_score_sheet", file=file)
        self.imprint = own = self.kind.of(cells, file)
        if any(named != own.name for named in book.named):
            raise Problem("hidden_data_changed", file=file)
        if own.edition != edition.name:
            raise Problem("sheet_of_other_edition", file=file, found=own.edition, edition=edition.name)

    # What its kind of sheet has

    def columns(self, slot: form.Slot) -> list[str]:
        """Return what stands above the columns of a slot."""
        return [form.column_id(slot)]

    def computed(self) -> list[str]:
        """Return what stands above the columns with formulas."""
        return []

    def check_row(self, row: Sequence[_Cell]) -> None:  # noqa: B027  (only some kinds of sheet have more to check)
        """Note what is wrong with a row beside what is filled in."""

    @abstractmethod
    def read(self, slot: form.Slot, texts: Sequence[str], base: str) -> str:
        """Return what the cells of a slot say, in the ledger's own form.

        Args:
            slot: the slot.
            texts: what its cells say.
            base: what it held when the sheet was exported.

        Raises:
            Problem: they say nothing that there is.
        """

    # Reading

    def sheet(self) -> Sheet:
        """What the workbook holds, with every mistake noted."""
        page, first = self._table()
        rows: dict[str, list[int]] = {}
        cells: list[Cell] = []
        width = max(self.places.values()) + 1
        for number in page.rows:
            row = page.at(number, width)
            entry = text_of(row[self.places[form.KEY]])
            if number < first or entry == form.HEADER:
                continue
            if not entry:
                self._refuse_stranger(row)
            else:
                rows.setdefault(entry, []).append(number)
                cells += self._row(entry, row)
        for entry, at in rows.items():
            if len(at) > 1:
                self.mistakes.add(Problem("duplicate_entry", file=self.file, value=entry, rows=first_few(at)))
        gone = [key for key in self.imprint.base if key[0] not in rows]
        return Sheet(self.file, self.imprint, [*cells, *(Cell("", *key, "") for key in gone)])

    def _table(self) -> tuple[Page, int]:
        """The sheet with the table, and the row below the ids; notes where each column is."""
        for page in self.book.pages:
            for number, row in page.rows.items():
                if number > _ROWS:
                    break
                found = [str(cell.value) for cell in row]
                if form.KEY in found:
                    wanted = [form.KEY, form.ENTRY, form.TITLE, *self.computed()]
                    wanted += [name for slot in self.slots for name in self.columns(slot)]
                    if wrong := [name.removeprefix("kit:") for name in wanted if found.count(name) != 1]:
                        raise Problem("sheet_columns", file=self.file, columns=wrong)
                    self.places = {name: found.index(name) for name in wanted}
                    return page, number + 1
        raise Problem("sheet_columns", file=self.file, columns=[form.KEY.removeprefix("kit:")])

    def _cells(self, row: Sequence[_Cell]) -> Iterator[tuple[form.Slot, list[_Cell]]]:
        for slot in self.slots:
            yield slot, [row[self.places[name]] for name in self.columns(slot)]

    def _refuse_stranger(self, row: Sequence[_Cell]) -> None:
        """Note what was filled in where no entry stands."""
        if filled := [cell for _, cells in self._cells(row) for cell in cells if text_of(cell)]:
            self.refuse(Problem("unknown_entry", value=text_of(row[self.places[form.ENTRY]])), *filled)

    def refuse(self, error: Problem, *cells: _Cell) -> None:
        """Note a mistake with its cells."""
        columns = ", ".join(re.sub(r"\d", "", cell.coordinate) for cell in cells)
        self.mistakes.add(error.at(file=self.file, row=cells[0].row, column=columns))

    def _row(self, entry: str, row: Sequence[_Cell]) -> Iterator[Cell]:
        written = {form.ENTRY: entry, form.TITLE: self.imprint.titles.get(entry, "")}
        for name, text in written.items():
            if entry in self.imprint.titles and text_of(row[self.places[name]]) != text:
                self.refuse(Problem("row_mixed_up", entry=entry), row[self.places[name]])
        self.check_row(row)
        for slot, cells in self._cells(row):
            base = self.imprint.base.get((entry, *slot), "")
            text = base
            try:
                text = self._read(slot, cells, base, self.said.get((entry, *slot), ("", 0))[0])
            except Problem as error:
                self.refuse(error, *cells)
            yield Cell(cells[0].coordinate, entry, *slot, text)

    def _read(self, slot: form.Slot, cells: Sequence[_Cell], base: str, now: str) -> str:
        texts = [text_of(cell) for cell in cells]
        for cell, text in zip(cells, texts, strict=True):
            if cell.data_type == "f":
                raise Problem("formula_cell", value=text[:40], sign="=")
            if cell.data_type == "e":
                raise Problem("error_cell", value=text)
        if len(texts) == 1 and texts[0] in {"", base, now}:  # what was right once does not hold up what is new
            return texts[0]
        numbers = [certain(text) if cell.data_type == "n" else text for cell, text in zip(cells, texts, strict=True)]
        text = self.read(slot, numbers, base)
        if control := _CONTROL.search(text):
            raise Problem("control_character", code=f"U+{ord(control[0]):04X}")
        return text


class Reader(TableReader):
    """One judge's score sheet."""

    def __init__(self, edition: Edition, file: str, book: Book, mistakes: Collector) -> None:
        super().__init__(edition, file, book, mistakes)
        own = self.imprint
        Known([*edition.states], "unknown_round")(own.round)
        Known(edition.registers.judges["judge_id"], "unknown_judge")(own.judge_id)
        self.round = edition.rules.round(own.round)
        self.slots = form.slots(self.round)
        self.total = form.Total.of(edition.rules, self.round)
        self.said = form.said_in(edition, own.round).get(own.judge_id, {})

    def computed(self) -> list[str]:
        """Return what stands above the columns with formulas."""
        return [form.EMPTY, *[form.TOTAL] * bool(self.total)]

    def read(self, slot: form.Slot, texts: Sequence[str], base: str) -> str:  # noqa: ARG002  (a mark stands alone)
        """Return a mark or a comment in the ledger's own form."""
        if slot[0] == "mark":
            return form.number(check_mark(self.edition.rules, self.round.id, slot[1], texts[0]))
        return texts[0]

    def check_row(self, row: Sequence[_Cell]) -> None:
        """Note formulas that are not those that were written."""
        cells = [row[self.places[form.column_id(("mark", c.id))]].coordinate for c in self.round.marked]
        empty = row[self.places[form.EMPTY]]
        wanted = [(empty, form.empty_formula(cells))] if empty.data_type != "s" else []  # a word where recused
        if self.total:
            wanted.append((row[self.places[form.TOTAL]], self.total.formula(cells)))
        for cell, formula in wanted:
            if cell.data_type != "f" or not form.same_formula(str(cell.value), formula):
                self.refuse(Problem("formula_changed"), cell)


def text_of(cell: _Cell) -> str:
    """Return what a reader of the cell sees."""
    return form.plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), shown(cell)))
