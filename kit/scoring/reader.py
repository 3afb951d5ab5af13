"""One judge's workbook, read back: whatever was saved with, sorted or moved, each cell is known by its ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kit.columns import ControlCharacter, ErrorCell, FormulaCell, Known
from kit.errors import KitError
from kit.fields import UnknownEntry, UnknownJudge, UnknownRound, check_mark
from kit.reading import open_workbook, read_bytes, shown
from kit.registers import DuplicateEntry
from kit.scoring import sheet as form
from kit.scoring.merge import Cell, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openpyxl import Workbook

    from kit.edition import Edition
    from kit.errors import Collector

    _Cell = Any  # openpyxl's cells, merged or not
    _Page = Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x(00[01][0-9A-F])_")  # as workbooks write control characters; openpyxl leaves them so
_ROWS = 50  # in which the row of ids is sought


class NotScoreSheet(KitError, ValueError):
    """A workbook is none of the score sheets that the kit wrote."""


class SheetOfOtherEdition(KitError, ValueError):
    """A score sheet belongs to another edition."""


class SheetColumns(KitError, LookupError):
    """Columns of a score sheet are gone, or there twice."""


class RowMixedUp(KitError, ValueError):
    """A row of a score sheet shows another entry than it belongs to: its columns were sorted apart."""


class FormulaChanged(KitError, ValueError):
    """A formula of a score sheet is not the one that was written."""


def load(path: Path) -> Workbook:
    """Open a workbook, its formulas as they are written.

    Raises:
        FileMissing, FileInUse: it cannot be read.
        PasswordProtected, DamagedWorkbook: it is no open workbook.
    """
    with open_workbook(read_bytes(path), path.name) as book:
        return book


def hidden(book: Workbook) -> list[str] | None:
    """Return the first column of the hidden sheet, if there is one: only score sheets have it."""
    for page in book.worksheets:
        if page["A1"].value == form.FORMAT:
            return [str(cell.value) for (cell,) in page.iter_rows(max_col=1) if cell.value is not None]
    return None


# One workbook


class Reader:
    """One workbook's cells, checked."""

    def __init__(self, edition: Edition, file: str, book: Workbook, mistakes: Collector) -> None:
        self.edition, self.file, self.book, self.mistakes = edition, file, book, mistakes
        if (cells := hidden(book)) is None:
            raise NotScoreSheet(file=file)
        self.imprint = own = form.Imprint.of(cells, file)
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # its stubs are older
        if any(named.name == form.PROPERTY and named.value != own.name for named in properties.props):
            raise form.HiddenDataChanged(file=file)
        if own.edition != edition.name:
            raise SheetOfOtherEdition(file=file, found=own.edition, edition=edition.name)
        Known([*edition.states], UnknownRound)(own.round)
        Known(edition.registers.judges["judge_id"], UnknownJudge)(own.judge_id)
        self.round = edition.rules.round(own.round)
        self.total = form.Total.of(edition.rules, self.round)
        self.said = form.said_in(edition, own.round).get(own.judge_id, {})

    def sheet(self) -> Sheet:
        """What the workbook holds, with every mistake noted."""
        page, first = self._table()
        rows: dict[str, list[int]] = {}
        cells: list[Cell] = []
        for row in page.iter_rows(min_row=first):
            entry = _text(row[self.places[form.KEY]])
            if not entry:
                self._refuse_stranger(row)
            elif entry != form.HEADER:
                rows.setdefault(entry, []).append(row[0].row)
                cells += self._row(entry, row)
        for entry, at in rows.items():
            if len(at) > 1:
                self.mistakes.add(DuplicateEntry(file=self.file, value=entry, rows=[str(row) for row in at]))
        gone = [key for key in self.imprint.base if key[0] not in rows]
        return Sheet(self.file, self.imprint, [*cells, *(Cell("", *key, "") for key in gone)])

    def _table(self) -> tuple[_Page, int]:
        """The sheet with the table, and the row below the ids; notes where each column is."""
        for page in self.book.worksheets:
            for number, row in enumerate(page.iter_rows(max_row=_ROWS), 1):
                found = [str(cell.value) for cell in row]
                if form.KEY in found:
                    wanted = [form.KEY, form.ENTRY, form.TITLE, form.EMPTY, *[form.TOTAL] * bool(self.total)]
                    wanted += map(form.column_id, form.slots(self.round))
                    if wrong := [name.removeprefix("kit:") for name in wanted if found.count(name) != 1]:
                        raise SheetColumns(file=self.file, columns=wrong)
                    self.places = {name: found.index(name) for name in wanted}
                    return page, number + 1
        raise SheetColumns(file=self.file, columns=[form.KEY.removeprefix("kit:")])

    def _slots(self, row: Sequence[_Cell]) -> Iterator[tuple[form.Slot, _Cell]]:
        for slot in form.slots(self.round):
            yield slot, row[self.places[form.column_id(slot)]]

    def _refuse_stranger(self, row: Sequence[_Cell]) -> None:
        """Note what was filled in where no entry stands."""
        if filled := [cell for _, cell in self._slots(row) if _text(cell)]:
            self._refuse(UnknownEntry(value=_text(row[self.places[form.ENTRY]])), *filled)

    def _refuse(self, error: KitError, *cells: _Cell) -> None:
        columns = ", ".join(re.sub(r"\d", "", cell.coordinate) for cell in cells)
        self.mistakes.add(type(error)(file=self.file, row=cells[0].row, column=columns, **error.data))

    def _row(self, entry: str, row: Sequence[_Cell]) -> Iterator[Cell]:
        written = {form.ENTRY: entry, form.TITLE: self.imprint.titles.get(entry, "")}
        for name, text in written.items():
            if entry in self.imprint.titles and _text(row[self.places[name]]) != text:
                self._refuse(RowMixedUp(entry=entry), row[self.places[name]])
        self._check_formulas(row)
        for slot, cell in self._slots(row):
            base = self.imprint.base.get((entry, *slot), "")
            text = base
            try:
                text = self._read(slot, cell, {"", base, self.said.get((entry, *slot), ("", 0))[0]})
            except KitError as error:
                self._refuse(error, cell)
            yield Cell(cell.coordinate, entry, *slot, text)

    def _read(self, slot: form.Slot, cell: _Cell, known: set[str]) -> str:
        text = _text(cell)
        if cell.data_type == "f":
            raise FormulaCell(value=text[:40], sign="=")
        if cell.data_type == "e":
            raise ErrorCell(value=text)
        if text in known:  # what was right once does not hold up what is new
            return text
        if slot[0] == "mark":
            return form.number(check_mark(self.edition.rules, self.round.id, slot[1], text))
        if control := _CONTROL.search(text):
            raise ControlCharacter(code=f"U+{ord(control[0]):04X}")
        return text

    def _check_formulas(self, row: Sequence[_Cell]) -> None:
        cells = [row[self.places[form.column_id(("mark", c.id))]].coordinate for c in self.round.marked]
        empty = row[self.places[form.EMPTY]]
        wanted = [(empty, form.empty_formula(cells))] if empty.data_type != "s" else []  # a word where recused
        if self.total:
            wanted.append((row[self.places[form.TOTAL]], self.total.formula(cells)))
        for cell, formula in wanted:
            if cell.data_type != "f" or not form.same_formula(str(cell.value), formula):
                self._refuse(FormulaChanged(), cell)


def _text(cell: _Cell) -> str:
    """What a reader of the cell sees."""
    return form.plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), shown(cell)))
