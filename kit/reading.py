"""One table file, CSV or XLSX, as text cells that know their place.

Nothing is interpreted here: a cell is the text that a reader of the file sees, without the blanks around it.
Formulas are never computed; their own text stands in the cell, and :mod:`kit.columns` refuses it where it is used.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from kit.errors import FileMissing, KitError, Mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell

    Records: TypeAlias = list[list[str]]

TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx",)

_DELIMITERS = ",;\t"
_BLANK = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"  # what editors and web pages leave around a word
_CHUNK = 2_000  # records; more at a time leave the processor's cache
_TITLE_ROWS = 20  # at most, above the header
_BEGINNING = 65_536  # characters in which the header row is sought

_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_QUOTED = re.compile(r'(^|[,;\t\n])[ ]*"(?:[^"]|"")*(?:"|\Z)')
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and the envelope of a workbook with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class UnknownFormat(KitError, ValueError):
    """A file is neither CSV nor XLSX."""


class FileInUse(KitError, PermissionError):
    """A file cannot be opened, most often because Excel or Acrobat holds it."""


class EmptyFile(KitError, ValueError):
    """A table file has not even a header row."""


class UnclearEncoding(KitError, ValueError):
    """The characters of a text file can be read in more than one way, or in none."""


class UnclearDelimiter(KitError, ValueError):
    """More than one character could separate the columns of a text file."""


class UnbalancedQuotes(KitError, ValueError):
    """A quotation mark opens a cell of a text file and does not close it."""


class RowTooLong(KitError, ValueError):
    """A row of a text file has more cells than the header, so its text is shifted."""


class DamagedWorkbook(KitError, ValueError):
    """A file is not the workbook that its name promises."""


class PasswordProtected(KitError, ValueError):
    """A workbook opens only with a password."""


class SheetMissing(KitError, LookupError):
    """A workbook has no sheet of that name."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The cells of one table file.

    Args:
        file: the file's name.
        header_row: the header's row number, as a spreadsheet shows it.
        header: column letter to header text, in the file's order.
        cells: text, ``""`` where empty; indexed by row number, one column per letter; blank rows are left out.
        numbers: by letter, the texts of cells that a workbook holds as true numbers, with a decimal point.
    """

    file: str
    header_row: int
    header: Mapping[str, str]
    cells: pd.DataFrame
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_table(path: Path, sheet: str | None = None) -> Sheet:
    """Read a CSV file, or one sheet of an XLSX workbook.

    The header is the first row with two filled cells; rows above it are titles.

    Args:
        path: the file; its suffix decides how it is read.
        sheet: the workbook's sheet; by default the first that is not hidden.

    Raises:
        KitError: the file is missing, in use, empty, damaged, protected, or of another kind; or its encoding,
            columns or quotes are unclear. One class of this module for each.
    """
    suffix = path.suffix.lower()
    if suffix not in TEXT_FILES + WORKBOOKS:
        raise UnknownFormat(file=path.name, suffix=suffix or path.name)
    data = read_bytes(path)
    if not data.strip():
        raise EmptyFile(file=path.name)
    if suffix in TEXT_FILES:
        return _read_text(data, path.name)
    return _read_workbook(data, path.name, sheet)


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        FileMissing, FileInUse: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(file=path.name, folder=path.absolute().parent.name) from None
    except PermissionError:
        raise FileInUse(file=path.name) from None


@contextmanager
def open_workbook(data: bytes, file: str, *, read_only: bool = False) -> Iterator[Workbook]:
    """Give a workbook for as long as the block lasts; what turns out unreadable in it is its damage.

    Raises:
        PasswordProtected: it opens only with a password.
        DamagedWorkbook: it is no workbook.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to import, and most tables are CSV)

    if data.startswith(_OLE):
        raise PasswordProtected(file=file) if _ENCRYPTED in data else DamagedWorkbook(file=file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which are not read here
        try:
            book = load_workbook(io.BytesIO(data), read_only=read_only)
            yield book
            book.close()
        except KitError:
            raise
        except (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, OSError, EOFError):
            raise DamagedWorkbook(file=file) from None


def letter(position: int) -> str:
    """Return the letter that a spreadsheet shows above the column at ``position``, counted from 0."""
    rest, last = divmod(position, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)


class _Trimmed(dict[str, str]):
    """Texts without the blanks around them, each held once however many cells repeat it."""

    def __missing__(self, raw: str) -> str:
        self[raw] = trimmed = raw.strip(_BLANK)
        return trimmed


def _header_at(records: list[list[str]]) -> int | None:
    filled = [sum(map(bool, cells)) for cells in records]
    several = (at for at, count in enumerate(filled) if count > 1)
    single = (at for at, count in enumerate(filled) if count)
    return next(several, next(single, None))


def _sheet(file: str, chunks: Iterator[Records], numbers: Sequence[set[str]] = (), *, strict: bool) -> Sheet:
    trimmed = _Trimmed()
    first = next(chunks, [])
    beginning = [[trimmed[cell] for cell in record] for record in first[:_TITLE_ROWS]]
    at = _header_at(beginning)
    if at is None:
        raise EmptyFile(file=file)
    names = beginning[at]
    declared = len(names)
    while not names[-1]:
        names.pop()
    columns: list[list[str]] = [[] for _ in names]
    too_long: list[KitError] = []
    row = at + 2  # of the next record; spreadsheets count from 1
    for records in chain([first[at + 1 :]], chunks):
        if set(map(len, records)) != {len(names)}:
            for n, record in enumerate(records):
                if strict and any(trimmed[cell] for cell in record[declared:]):
                    too_long.append(RowTooLong(file=file, row=row + n, found=len(record), expected=declared))
                record[len(names) :] = [""] * (len(names) - len(record))
        for position, column in enumerate(columns):
            column.extend([trimmed[record[position]] for record in records])
        row += len(records)
    if too_long:
        raise Mistakes(too_long)
    arrays = {letter(n): np.array(column, dtype=object) for n, column in enumerate(columns)}
    filled = np.logical_or.reduce([array != "" for array in arrays.values()])
    cells = pd.DataFrame(arrays, index=pd.RangeIndex(at + 2, row, name="row"), dtype="str")
    return Sheet(
        file=file,
        header_row=at + 1,
        header={letter(n): name for n, name in enumerate(names)},
        cells=cells if filled.all() else cells[filled],
        numbers={letter(n): frozenset(texts) for n, texts in enumerate(numbers)},
    )


def _chunks(records: Iterable[list[str]]) -> Iterator[Records]:
    flow = iter(records)
    while chunk := list(islice(flow, _CHUNK)):
        yield chunk


# Text files


def _read_text(data: bytes, file: str) -> Sheet:
    if data.startswith((_ZIP, _OLE)):
        raise UnknownFormat(file=file, suffix="XLSX/XLS")
    encoding, text = _decoded(data, file)
    delimiter = _delimiter(text[:_BEGINNING], file)
    del text  # as characters it takes more memory than the cells will
    try:
        return _sheet(file, _chunks(_records(data, encoding, delimiter)), strict=True)
    except csv.Error:
        row = 1
        try:
            for _ in _records(data, encoding, delimiter):
                row += 1
        except csv.Error:
            pass
        raise UnbalancedQuotes(file=file, row=row) from None


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)


def _decoded(data: bytes, file: str) -> tuple[str, str]:
    encoding = "utf-16" if data.startswith(_BYTE_ORDER_MARKS) else "utf-8-sig"
    try:
        return encoding, data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or _MULTIBYTE.search(data):  # damaged or mixed: any guess might spoil a name
            raise UnclearEncoding(file=file) from None
    try:
        return "cp1252", data.decode("cp1252")
    except UnicodeDecodeError:
        raise UnclearEncoding(file=file) from None


def _delimiter(beginning: str, file: str) -> str:
    bare = _QUOTED.sub(r"\1", beginning)
    lines = ([mark for mark in _DELIMITERS if mark in line] for line in bare.splitlines())
    found = next((marks for marks in lines if marks), [","])
    if len(found) > 1:
        found = [mark for mark in found if _splits_evenly(beginning, mark)]
    if len(found) != 1:
        raise UnclearDelimiter(file=file)
    return found[0]


def _splits_evenly(beginning: str, mark: str) -> bool:
    records = csv.reader(io.StringIO(beginning, newline=""), delimiter=mark, skipinitialspace=True)
    widths = {len(record) for record in islice(records, 50) if any(record)}
    return len(widths) == 1 and widths != {1}


# Workbooks


def _read_workbook(data: bytes, file: str, sheet: str | None) -> Sheet:
    with open_workbook(data, file, read_only=True) as book:
        shown_pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        pages = [page for page in shown_pages if sheet in {None, page.title}]
        if not pages:
            raise SheetMissing(file=file, sheet=sheet, sheets=[page.title for page in shown_pages])
        pages[0].reset_dimensions()  # some exporters declare fewer cells than they write
        records, numbers = _values(pages[0].iter_rows())
    return _sheet(file, _chunks(records), numbers, strict=False)


def _values(rows: Iterable[tuple[Cell | MergedCell, ...]]) -> tuple[Records, list[set[str]]]:
    records: Records = []
    numbers: list[set[str]] = []
    for cells in rows:
        record = [shown(cell) for cell in cells]
        numbers += [set() for _ in cells[len(numbers) :]]
        for texts, cell, text in zip(numbers, cells, record, strict=False):
            if cell.data_type == "n":
                texts.add(text)
        records.append(record)
    return records, numbers


def shown(cell: Cell | MergedCell) -> str:
    """Return what a reader of a cell sees; a formula is its own text."""
    if cell.data_type == "f":
        return "=" + str(getattr(cell.value, "text", cell.value)).removeprefix("=")
    match cell.value:
        case None:
            return ""
        case bool(value):
            return str(value).upper()
        case int(value) | float(value):  # Excel keeps 15 digits; what lies beyond is noise of the binary form
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime() | date() | time() as value:
            return value.isoformat().removesuffix("T00:00:00")
        case value:
            return str(value)
