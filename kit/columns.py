"""The columns that somebody wants of a sheet: found by their headers, checked, and every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.errors import Collector, Mistakes, Problem
from kit.texts import LANGUAGES, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kit.reading import Sheet

    Integers = np.ndarray[Any, np.dtype[Any]]

LIMIT = 100  # mistakes of one kind in one column; a wrong file would have a million
_PARTS = 10  # row numbers named in one mistake
_COMPARABLE = 2_000  # ids among which a similar one is sought

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EXECUTABLE = re.compile(r"[=+@]|-(?!\s|-|$|[0-9]+([.,][0-9]+)?$)")  # "- bullet", "--" and "-5" cannot run
_EXCEL_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")


def fold(text: str) -> str:
    """Return what two spellings of a header or name have in common: their letters and digits."""
    return "".join(character for character in text.casefold() if character.isalnum())


def labels(column: str, *, of: str = "") -> list[str]:
    """Return the headers by which a column is known: its name, and its label in each language.

    Args:
        column: the column's name.
        of: the register, whose own label for the column counts too: the ``name`` of ``units`` is "Nama unit kerja".
    """
    sentences = read_chapter("columns")
    keys = [key for key in (f"{of}_{column}", column) if key in sentences]
    return list(dict.fromkeys([column, *(sentences[key][tongue] for key in keys for tongue in LANGUAGES)]))


def locate(sheet: Sheet, wanted: Mapping[str, Iterable[str]], mistakes: Collector) -> dict[str, str]:
    """Find columns by their headers, whatever the case, spacing and punctuation.

    Args:
        sheet: where to look.
        wanted: column name to the headers by which it is known.
        mistakes: gets one where two headers fit.

    Returns:
        The letter of each column that was found.
    """
    found = {}
    for name, headers in wanted.items():
        known = {fold(header) for header in headers}
        letters = [letter for letter, header in sheet.header.items() if header and fold(header) in known]
        if len(letters) > 1:
            place = {"file": sheet.file, "row": sheet.header_row, "column": ", ".join(letters)}
            mistakes.add(Problem("column_twice", **place, header=sheet.header[letters[0]]))
        if letters:
            found[name] = letters[0]
    return found


class Known:
    """The ids that may stand in a cell; called with a text, it returns the id.

    Args:
        known: the ids, or other spellings of them with the id.
        code: of the problem to raise for anything else.
        data: what that problem's sentence needs beside the text.
    """

    def __init__(self, known: Iterable[str] | Mapping[str, str], code: str, **data: object) -> None:
        self.known = known if isinstance(known, Mapping) else {name: name for name in known}
        self.code = code
        self.data = data
        self._suggestions = LIMIT

    def __call__(self, text: str) -> str:
        """Return the id that ``text`` names.

        Raises:
            Problem: it names none.
        """
        text = str(text)  # a notebook's parameter may be a number
        if text in self.known:
            return self.known[text]
        self._suggestions -= 1
        near = self._nearest(text) if self._suggestions >= 0 else None
        raise Problem(self.code, value=text, near=near, **self.data)

    @cached_property
    def _by_fold(self) -> dict[str, list[str]]:
        spellings: dict[str, list[str]] = {}
        for name in self.known:
            spellings.setdefault(fold(name), []).append(name)
        return spellings

    def _nearest(self, text: str) -> str | None:
        same = self._by_fold.get(fold(text), [])
        if len(same) == 1 or len(self.known) > _COMPARABLE:
            return same[0] if len(same) == 1 else None
        close = get_close_matches(text, self.known, n=2)
        likeness = [SequenceMatcher(None, text, name).ratio() for name in close]
        # Of K2-08 and K2-09, neither is what K2-99 meant: a wrong suggestion is worse than none.
        return close[0] if close and likeness[0] > max(likeness[1:], default=0) else None


@dataclass(frozen=True, eq=False)
class Cells:
    """Where some cells stand: their file, and the row and column of each."""

    file: str
    rows: Integers
    columns: np.ndarray[Any, np.dtype[Any]] | str

    def only(self, which: Integers) -> Cells:
        """Return the cells where ``which`` is true."""
        columns = self.columns if isinstance(self.columns, str) else self.columns[which]
        return Cells(self.file, self.rows[which], columns)

    def refuse(self, mistakes: Collector, codes: Integers, wrong: Sequence[tuple[int, Problem]]) -> None:
        """Note mistakes with their places.

        Args:
            mistakes: where to note them.
            codes: one number for each cell.
            wrong: the number of the cells in which a mistake stands, and the mistake.
        """
        for code, error in wrong[:LIMIT]:
            place = self._place(np.flatnonzero(codes == code))
            for mistake in error if isinstance(error, Mistakes) else [error]:
                mistakes.add(mistake.at(**place))
        if len(wrong) > LIMIT:
            place = self._place(np.flatnonzero(np.isin(codes, [code for code, _ in wrong[LIMIT:]])))
            mistakes.add(Problem("more_of_these", **place | {"row": None}, n=len(wrong) - LIMIT))

    def _place(self, cells: Integers) -> dict[str, object]:
        columns = {self.columns} if isinstance(self.columns, str) else set(self.columns[cells])
        column = ", ".join(sorted(columns, key=lambda letters: (len(letters), letters)))
        return {"file": self.file, "row": rows_shown(self.rows[cells]), "column": column}


def rows_shown(rows: Iterable[int]) -> int | str:
    """Write row numbers shortly: ``5``, or ``5, 9–12``."""
    numbers = np.unique(np.fromiter(rows, dtype=np.int64))
    if len(numbers) == 1:
        return int(numbers[0])
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    parts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:_PARTS]]
    return ", ".join(parts + ["…"] * (len(runs) > _PARTS))


def rows_listed(rows: Iterable[int]) -> list[str]:
    """Return the first row numbers as texts, and that there are more."""
    first = [str(row) for row in islice(rows, _PARTS + 1)]
    return first if len(first) <= _PARTS else [*first[:_PARTS], "…"]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns taken from a sheet under their own names.

    Args:
        sheet: where they come from.
        letters: column name to letter.
        frame: the texts, indexed by row number; ``""`` is an empty cell, NaN one whose mistake is already noted.
    """

    sheet: Sheet
    letters: Mapping[str, str]
    frame: pd.DataFrame

    @classmethod
    def take(cls, sheet: Sheet, letters: Mapping[str, str], mistakes: Collector) -> Table:
        """Take columns without their blank rows, noting formulas, errors and control characters."""
        frame = sheet.cells[list(letters.values())].set_axis(list(letters), axis="columns")
        filled = np.logical_or.reduce([frame[name] != "" for name in letters])
        table = cls(sheet, letters, frame if filled.all() else frame[filled])
        return table.convert_all(dict.fromkeys(letters, safe), mistakes)

    def cells(self, column: str) -> Cells:
        """Return the places of a column's cells."""
        return Cells(self.sheet.file, self.frame.index.to_numpy(), self.letters[column])

    def convert(self, column: str, read: Callable[[str], str], mistakes: Collector) -> Table:
        """Return the table with a column's filled cells read.

        Args:
            column: the column's name; nothing happens if the table does not have it.
            read: returns the text to put in place of another, or raises what is wrong with it. It is called once
                for each different text.
            mistakes: gets what ``read`` raised, with the rows that hold the text.
        """
        if column not in self.letters:
            return self
        codes, texts = pd.factorize(self.frame[column])
        converted = np.full(len(texts) + 1, np.nan, dtype=object)  # the last one stands for code -1
        wrong: list[tuple[int, Problem]] = []
        for code, text in enumerate(texts):
            try:
                converted[code] = read(text) if text else ""
            except Problem as error:
                wrong.append((code, error if len(wrong) < LIMIT else wrong[0][1]))  # of the rest only the count is said
        self.cells(column).refuse(mistakes, codes, wrong)
        if converted[:-1].tolist() == texts.tolist():
            return self
        series = pd.Series(converted[codes], index=self.frame.index, dtype="str")
        return replace(self, frame=self.frame.assign(**{column: series}))

    def convert_all(self, readers: Mapping[str, Callable[[str], str]], mistakes: Collector) -> Table:
        """Return the table with several columns read, each by its own reader."""
        table = self
        for column, read in readers.items():
            table = table.convert(column, read, mistakes)
        return table

    def require(self, column: str, mistakes: Collector, *, among: pd.Series[bool] | None = None) -> None:
        """Note the empty cells of a column (``among`` some rows)."""
        blank = self.frame[column] == ""
        if among is not None:
            blank &= among
        if blank.any():
            mistake = Problem("required_blank", header=self.sheet.header[self.letters[column]])
            self.cells(column).refuse(mistakes, blank.to_numpy(dtype=bool), [(1, mistake)])

    def repeated(self, columns: Sequence[str], code: str, mistakes: Collector) -> None:
        """Note ids that stand in more than one row, in whatever case: file systems may not tell them apart."""
        parts = [self.frame[column].replace("", np.nan) for column in columns]
        ids = reduce(lambda left, right: left + ", " + right, parts).dropna()
        twice = ids[ids.str.casefold().duplicated(keep=False)]
        groups = [group for _, group in twice.groupby(twice.str.casefold(), sort=False)]
        for group in groups[:LIMIT]:
            mistakes.add(Problem(code, file=self.sheet.file, value=group.iloc[0], rows=rows_listed(group.index)))
        if len(groups) > LIMIT:
            place = {"file": self.sheet.file, "column": self.letters[columns[0]]}
            mistakes.add(Problem("more_of_these", **place, n=len(groups) - LIMIT))


def take(sheet: Sheet, wanted: Mapping[str, Iterable[str]], required: Iterable[str], mistakes: Collector) -> Table:
    """Take columns by their headers, noting cells that must be filled and are not.

    Args:
        sheet: where they stand.
        wanted: column name to the headers by which it is known.
        required: those that must be there, and filled in every row.
        mistakes: gets what is wrong in cells.

    Raises:
        Mistakes: a required column is not there, or a column is there twice.
    """
    required = tuple(required)
    with Collector() as columns:
        letters = locate(sheet, wanted, columns)
        for column in required:
            if column not in letters:
                place = {"file": sheet.file, "row": sheet.header_row}
                found = list(sheet.header.values())
                columns.add(Problem("column_missing", **place, accepted=" / ".join(wanted[column]), found=found))
    table = Table.take(sheet, letters, mistakes)
    for column in required:
        table.require(column, mistakes)
    return table


def safe(text: str) -> str:
    """Return a text that no program would run and that everything can print.

    Raises:
        control_character, formula_cell, error_cell: it is none.
    """
    if control := _CONTROL.search(text):
        raise Problem("control_character", code=f"U+{ord(control[0]):04X}")
    if _EXECUTABLE.match(text):
        raise Problem("formula_cell", value=text[:40], sign=text[0])
    if _EXCEL_ERROR.fullmatch(text):
        raise Problem("error_cell", value=text)
    return text


def in_reading_order(found: Iterable[Problem]) -> list[Problem]:
    """Sort mistakes the way a reader meets them: file by file, row by row."""
    found = list(found)
    files = list(dict.fromkeys(str(mistake.data.get("file")) for mistake in found))

    def key(mistake: Problem) -> tuple[int, float]:
        rows = re.search(r"\d+", str(mistake.data.get("row") or mistake.data.get("rows")))
        return files.index(str(mistake.data.get("file"))), int(rows[0]) if rows else np.inf

    return sorted(found, key=key)
