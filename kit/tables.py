"""One table file, CSV or XLSX: text cells that know their place, and columns found by their headers.

Nothing is interpreted on reading: a cell is the text that a reader of the file sees, without the blanks around it.
Formulas are never computed; their own text stands in the cell, and is refused where it is used.

A file comes from anybody. What it may hold has limits far above what a contest of a whole country needs, and they are
checked before the memory is taken: a small file can unpack to a very large one.
"""

from __future__ import annotations

import codecs
import csv
import errno
import io
import re
import warnings
import zipfile
import zlib
from collections import defaultdict
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache, partial, reduce
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar
from xml.parsers import expat

import numpy as np
import pandas as pd

from kit.errors import LIMIT, Collector, Mistakes, Problem, first_few, fold, runs
from kit.texts import LANGUAGES, WIB, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell

    Records: TypeAlias = list[list[str]]
    Integers: TypeAlias = np.ndarray[Any, np.dtype[Any]]
    Wrong: TypeAlias = list[tuple[int, Problem]]  # the number of a text or of a combination, and what is wrong with it

_T = TypeVar("_T")

TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx",)

_DELIMITERS = ",;\t"
_BLANK = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"  # what editors and web pages leave around a word
_CHUNK = 2_000  # records; more at a time leave the processor's cache
_TITLE_ROWS = 20  # at most, above the header

# What a file may hold. The marks of a whole country, 2,200,000 rows of five cells, are 60 MB of CSV.
LARGEST = 200_000_000  # bytes on disk
ROWS, COLUMNS, CELLS = 3_000_000, 1_000, 16_000_000
_OF_TEXT = {"rows": ROWS, "columns": COLUMNS, "cells": CELLS}
_TEXTS = 4_000_000  # different ones, each of which is kept
_RECORD = 4_000_000  # characters in a row of a text file
_UNPACKED = 250_000_000  # bytes of a workbook's parts
_DIRECTORY = 1_000_000  # bytes of the list of a workbook's parts
_TAG = 1_000_000  # bytes from one end of a tag to the next in a part; a cell takes 32,767 characters
_ATTRIBUTES = 10_000_000
_SHEETS = 200
# Elements of a workbook by name, and all the others together. openpyxl reads about 100,000 cells in a second.
_ELEMENTS = {"c": 1_000_000, "v": 1_000_000, "row": 1_048_576, "si": 500_000, "sheet": _SHEETS}
_ELEMENTS |= {"t": 1_500_000, "f": 1_000_000, "is": 1_000_000}
_OTHERS = 200_000
_OF_WORKBOOK = {"rows": _ELEMENTS["row"], "columns": COLUMNS, "cells": _ELEMENTS["c"]}
_LAST_COLUMN = 16_384  # of Excel
_AREA = 5_000_000  # cells, the gaps between them included
_BEGINNING = 65_536  # characters in which the header row is sought

_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_QUOTED = re.compile(r'(^|[,;\t\n])[ ]*"(?:[^"]|"")*(?:"|\Z)')
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and the envelope of a workbook with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EXECUTABLE = re.compile(r"[=+@]|-(?!\s|-|$|[0-9]+([.,][0-9]+)?$)")  # "- bullet", "--" and "-5" cannot run
_EXCEL_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")


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
    numbers: Mapping[str, set[str]] = field(default_factory=dict)


def read_table(path: Path, sheet: str | None = None, known: Callable[[Sequence[str]], int] | None = None) -> Sheet:
    """Read a CSV file, or one sheet of an XLSX workbook.

    The header is the first row with two filled cells; rows above it are titles.

    Args:
        path: the file; its suffix decides how it is read.
        sheet: the workbook's sheet; by default the first that is not hidden.
        known: tells how many headers it knows in a row; of the first rows, the one with most (at least two) is then
            the header.

    Raises:
        Problem: the file is missing, in use, empty, damaged, protected, too large, or of another kind; or its
            encoding, columns or quotes are unclear.
    """
    suffix = path.suffix.lower()
    if suffix not in TEXT_FILES + WORKBOOKS:
        raise Problem("unknown_format", file=path.name, suffix=suffix or path.name)
    data = read_bytes(path)
    if not data.strip():
        raise Problem("empty_file", file=path.name)
    if suffix in TEXT_FILES:
        return _read_text(data, path.name, known)
    return _read_workbook(data, path.name, sheet, known)


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """Return what a file holds.

    Raises:
        file_missing, file_in_use: it cannot be read.
        file_too_large: it has more bytes than ``largest``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a name that no file can have
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name) from None
    except (PermissionError, IsADirectoryError):
        raise Problem("file_in_use", file=path.name) from None
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
            raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name) from None
        raise
    if len(data) > largest:
        raise Problem("file_too_large", file=path.name, limit=largest // 1_000_000)
    return data


@contextmanager
def open_workbook(data: bytes, file: str) -> Iterator[Workbook]:
    """Give a workbook to read, for as long as the block lasts; what turns out unreadable in it is its damage.

    Raises:
        password_protected: it opens only with a password.
        damaged_workbook: it is no workbook.
        file_too_large, table_too_large: it holds more than the kit reads.
    """
    if data.startswith(_OLE):
        raise Problem("password_protected", file=file) if _ENCRYPTED in data else Problem("damaged_workbook", file=file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which are not read here
        try:
            _require_moderate(data, file)
            from openpyxl import load_workbook  # noqa: PLC0415  (slow to import, and most tables are CSV)

            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            for page in book.worksheets:
                page.reset_dimensions()  # some exporters declare fewer cells than they write
            yield book
            book.close()
        except Problem:
            raise
        except DAMAGE:
            raise Problem("damaged_workbook", file=file) from None


# What a damaged or forged workbook can end in; openpyxl trusts the numbers that it reads.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, SyntaxError, expat.ExpatError, OSError, EOFError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError),
)


# What reading a damaged ZIP file can end in: zipfile raises NotImplementedError and RuntimeError where a damaged byte
# asks for a compression or a password.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)


def directory_size(data: Any) -> int:  # noqa: ANN401  (an open file)
    """Return how many bytes the list of members of a ZIP file takes, which opening it would read at once.

    Raises:
        zipfile.BadZipFile: it is no ZIP file.
    """
    found = zipfile._EndRecData(data)  # type: ignore[attr-defined]  # noqa: SLF001  (nothing public says it)
    if not found:
        raise zipfile.BadZipFile
    return int(found[zipfile._ECD_SIZE])  # type: ignore[attr-defined]  # noqa: SLF001


def _require_moderate(data: bytes, file: str) -> None:
    """Refuse a workbook that unpacks to more than anybody fills in, before anything is made of it."""
    if directory_size(io.BytesIO(data)) > _DIRECTORY:
        raise Problem("file_too_large", file=file, limit=_UNPACKED // 1_000_000)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
            raise Problem("file_too_large", file=file, limit=_UNPACKED // 1_000_000)
        scan = _Scan(file)
        for part in parts.infolist():
            with parts.open(part) as stream:
                scan.part(stream, strict=not part.filename.endswith(".vml"))  # which Excel itself writes badly


class _Scan:
    """Counts what a workbook holds, and finds cells out of place, at little cost and without keeping anything."""

    def __init__(self, file: str) -> None:
        self.file, self.counts = file, dict.fromkeys([*_ELEMENTS, ""], 0)
        self.attributes = self.area = 0

    def part(self, stream: Any, *, strict: bool) -> None:  # noqa: ANN401  (an open file)
        """Take one part in; what is no XML is passed over, since nothing will read it either."""
        chunk, waiting = stream.read(1 << 16), 0
        if not chunk.lstrip(b"\xef\xbb\xbf\xff\xfe\x00\t\r\n ").startswith(b"<"):
            return
        self.row, self.column, self.beyond = 0, -1, ""
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse_forged
        try:
            while chunk:
                waiting = len(chunk) - 1 - end if (end := chunk.rfind(b">")) >= 0 else waiting + len(chunk)
                if waiting > _TAG:
                    raise self._too_large(self.row or None)
                parser.Parse(chunk)
                chunk = stream.read(1 << 16)
            parser.Parse(b"", True)  # noqa: FBT003  (expat has it so)
        except expat.ExpatError:
            if strict:
                raise

    def _too_large(self, row: int | None, **column: str) -> Problem:
        return Problem("table_too_large", file=self.file, row=row, **column, **_OF_WORKBOOK)

    def _refuse_forged(self, *_: object) -> None:
        raise Problem("damaged_workbook", file=self.file)  # entities; and what openpyxl would pass over

    def _start(self, tag: str, attributes: list[str]) -> None:
        name = tag.rpartition(":")[2]
        self.attributes += len(attributes) // 2
        key = name if name in _ELEMENTS else ""  # all the others together
        self.counts[key] += 1
        if self.counts[key] > _ELEMENTS.get(key, _OTHERS) or self.attributes > _ATTRIBUTES:
            raise self._too_large(self.row or None)
        if name in {"c", "row"}:
            reference = dict(zip(attributes[::2], attributes[1::2], strict=True)).get("r", "")
            (self._cell if name == "c" else self._row)(reference)
        elif self.beyond and name in {"v", "is", "f"}:
            raise self._too_large(self.row, column=self.beyond)

    def _row(self, number: str) -> None:
        at = int(number) if number else self.row + 1
        if at <= self.row:
            self._refuse_forged()
        if at > _ELEMENTS["row"]:
            raise self._too_large(at)
        self.row, self.column, self.beyond = at, -1, ""

    def _cell(self, reference: str) -> None:
        column = _position(reference.rstrip("0123456789")) if reference else self.column + 1
        if column <= self.column:
            self._refuse_forged()
        self.area += column - self.column
        self.column = column
        self.beyond = letter(column) if column >= COLUMNS else ""
        if self.area > _AREA or column >= _LAST_COLUMN:
            raise self._too_large(self.row, column=letter(column))


def letter(position: int) -> str:
    """Return the letter that a spreadsheet shows above the column at ``position``, counted from 0."""
    rest, last = divmod(position, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)


@lru_cache(_LAST_COLUMN)
def _position(letters: str) -> int:
    """Return the position of a column from 0; -1 for none."""
    position = 0
    for character in letters.upper():
        position = position * 26 + ord(character) - ord("A") + 1
    return position - 1


class _Trimmed(dict[str, str]):
    """Texts without the blanks around them, each held once however many cells repeat it."""

    def __missing__(self, raw: str) -> str:
        self[raw] = trimmed = raw.strip(_BLANK)
        return trimmed


def _header(
    records: Records, trimmed: _Trimmed, file: str, known: Callable[[Sequence[str]], int] | None
) -> tuple[int, list[str]]:
    """The position of the header among the first rows, and what stands in it."""
    beginning = [[trimmed[cell] for cell in record] for record in records[:_TITLE_ROWS]]
    counts = [known(cells) for cells in beginning] if known else []
    if max(counts, default=0) > 1:
        at = counts.index(max(counts))
        return at, beginning[at]
    for enough in (2, 1):
        for at, cells in enumerate(beginning):
            if sum(map(bool, cells)) >= enough:
                return at, cells
    raise Problem("empty_file", file=file)


def _sheet(
    file: str,
    records: Iterator[list[str]],
    numbers: Mapping[str, set[str]] | None = None,
    known: Callable[[Sequence[str]], int] | None = None,
    *,
    strict: bool,
) -> Sheet:
    trimmed = _Trimmed()
    chunks = iter(lambda: list(islice(records, _CHUNK)), [])
    first = next(chunks, [])
    at, names = _header(first, trimmed, file, known)
    declared = len(names)
    while not names[-1]:
        names.pop()
    columns: list[list[str]] = [[] for _ in names]
    too_long: list[Problem] = []
    row = at + 2  # of the next record; spreadsheets count from 1
    for chunk in chain([first[at + 1 :]], chunks):
        if row > ROWS or row * len(names) > CELLS or len(trimmed) > _TEXTS:
            raise Problem("table_too_large", file=file, row=row, **_OF_TEXT)
        if set(map(len, chunk)) != {len(names)}:
            for n, record in enumerate(chunk, row):
                if strict and len(too_long) < LIMIT and any(trimmed[cell] for cell in record[declared:]):
                    too_long.append(Problem("row_too_long", file=file, row=n, found=len(record), expected=declared))
                record[len(names) :] = [""] * (len(names) - len(record))
        for position, column in enumerate(columns):
            column.extend([trimmed[record[position]] for record in chunk])
        row += len(chunk)
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
        numbers=numbers or {},
    )


# Text files


def _read_text(data: bytes, file: str, known: Callable[[Sequence[str]], int] | None) -> Sheet:
    if data.startswith((_ZIP, _OLE)):
        raise Problem("unknown_format", file=file, suffix="XLSX/XLS")
    return _sheet(file, _records(data, *_form(data, file), file), known=known, strict=True)


def _form(data: bytes, file: str) -> tuple[str, str]:
    """The encoding and the delimiter of a text file."""
    encoding = _encoding(data, file)
    beginning = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="").read(_BEGINNING)
    return encoding, _delimiter(beginning, file)


def _records(data: bytes, encoding: str, delimiter: str, file: str) -> Iterator[list[str]]:
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    row, taken = 1, 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in iter(partial(stream.readline, _RECORD), ""):
            taken += len(line)
            if taken >= _RECORD:
                raise Problem("table_too_large", file=file, row=row, **_OF_TEXT)
            yield line

    try:
        for record in csv.reader(lines(), delimiter=delimiter, strict=True, skipinitialspace=True):
            if len(record) > COLUMNS and any(record[COLUMNS:]):
                raise Problem("table_too_large", file=file, row=row, column=letter(COLUMNS), **_OF_TEXT)
            yield record[:COLUMNS]
            row, taken = row + 1, 0
    except csv.Error as error:
        if "field limit" in str(error):
            raise Problem("cell_too_long", file=file, row=row, limit=csv.field_size_limit()) from None
        raise Problem("unbalanced_quotes", file=file, row=row) from None


def _encoding(data: bytes, file: str) -> str:
    encoding = "utf-16" if data.startswith(_BYTE_ORDER_MARKS) else "utf-8-sig"
    if _is_encoded(data, encoding):
        return encoding
    # Damaged or mixed: any guess might spoil a name.
    if encoding == "utf-16" or _MULTIBYTE.search(data) or not _is_encoded(data, "cp1252"):
        raise Problem("unclear_encoding", file=file)
    return "cp1252"


def _is_encoded(data: bytes, encoding: str) -> bool:
    """Tell whether all can be decoded, piece by piece: as characters it takes more memory than the cells will."""
    decoder, pieces = codecs.getincrementaldecoder(encoding)(), memoryview(data)
    try:
        for at in range(0, len(data), 1 << 20):
            decoder.decode(pieces[at : at + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(beginning: str, file: str) -> str:
    bare = _QUOTED.sub(r"\1", beginning)
    lines = ([mark for mark in _DELIMITERS if mark in line] for line in bare.splitlines())
    found = next((marks for marks in lines if marks), [","])
    if len(found) > 1:
        found = [mark for mark in found if _splits_evenly(beginning, mark)]
    if len(found) != 1:
        raise Problem("unclear_delimiter", file=file)
    return found[0]


def _splits_evenly(beginning: str, mark: str) -> bool:
    records = csv.reader(io.StringIO(beginning, newline=""), delimiter=mark, skipinitialspace=True)
    widths = {len(record) for record in islice(records, 50) if any(record)}
    return len(widths) == 1 and widths != {1}


# Workbooks


def _read_workbook(data: bytes, file: str, sheet: str | None, known: Callable[[Sequence[str]], int] | None) -> Sheet:
    with open_workbook(data, file) as book:
        records: Records = []
        numbers: dict[str, set[str]] = defaultdict(set)
        for row in _page(book, file, sheet).iter_rows():
            records.append([shown(cell) for cell in row[:COLUMNS]])  # what stands beyond is blank
            for column, (cell, text) in enumerate(zip(row, records[-1], strict=False)):
                if cell.data_type == "n":
                    numbers[letter(column)].add(text)
    return _sheet(file, iter(records), numbers, known, strict=False)


def _page(book: Workbook, file: str, sheet: str | None) -> Any:  # noqa: ANN401  (openpyxl's page)
    """The sheet of this name, or the first that is not hidden."""
    shown_pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    pages = [page for page in shown_pages if sheet in {None, page.title}]
    if not pages:
        raise Problem("sheet_missing", file=file, sheet=sheet, sheets=[page.title for page in shown_pages])
    return pages[0]


def hidden(path: Path, sheet: str | None = None) -> tuple[list[int], list[str]]:
    """Return the rows and the columns of a workbook's sheet that a spreadsheet does not show; a text file has none."""
    rows, columns = list[int](), list[str]()
    if path.suffix.lower() in WORKBOOKS:
        with open_workbook(read_bytes(path), path.name) as book:
            source = _page(book, path.name, sheet)._get_source().read()  # noqa: SLF001  (openpyxl passes over it)
        for tag, said in re.findall(rb"<(?:\w+:)?(row|col)\b([^>]*)>", source):
            about = dict(re.findall(rb'(\w+)="([^"]*)"', said))
            if about.get(b"hidden") in {b"1", b"true"} and tag == b"row":
                rows.append(int(about.get(b"r", 0)))
            elif about.get(b"hidden") in {b"1", b"true"}:
                columns += map(letter, range(int(about[b"min"]) - 1, min(int(about[b"max"]), COLUMNS)))
    return rows, columns


def edited(
    path: Path,
    sheet: Sheet,
    cells: Mapping[tuple[int, str], str | date],
    removed: Iterable[int],
    added: Sequence[Mapping[str, str | date]],
) -> bytes:
    """Return what a table file holds with some of it changed, and everything else as it is.

    Args:
        path: the file.
        sheet: its table as it was read.
        cells: what cells shall hold, by row and column letter.
        removed: rows that go.
        added: rows that follow the last one, by column letter.
    """
    data, removed = read_bytes(path), sorted(removed, reverse=True)
    last = max([sheet.header_row, *sheet.cells.index])
    changed = {**cells}
    changed |= {(row, at): text for row, own in enumerate(added, last + 1) for at, text in own.items()}
    out = io.BytesIO()
    if path.suffix.lower() in TEXT_FILES:
        encoding, mark = _form(data, path.name)
        records = list(_records(data, encoding, mark, path.name))[:last]
        records += [[""] * len(sheet.header) for _ in added]
        for (row, at), text in changed.items():
            record = records[row - 1]
            record += [""] * (_position(at) + 1 - len(record))
            record[_position(at)] = str(text)
        for row in removed:
            del records[row - 1]
        plain = encoding == "utf-8-sig" and not data.startswith(codecs.BOM_UTF8)
        with io.TextIOWrapper(out, "utf-8" if plain else "utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter=mark, lineterminator="\n").writerows(records)
            stream.flush()
            return out.getvalue()
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to import)

    book = load_workbook(io.BytesIO(data))
    page = _page(book, path.name, None)
    looks = {
        letter(at - 1): columns._style  # noqa: SLF001  (there is no other way to copy a style)
        for columns in page.column_dimensions.values()
        for at in range(columns.min or 0, min(columns.max or 0, COLUMNS) + 1)
    }
    for (row, at), text in changed.items():
        cell = page[f"{at}{row}"]
        if row > last and at in looks:
            cell._style = copy(looks[at])  # noqa: SLF001
        cell.value = text
    for row in removed:
        page.delete_rows(row)
    book.save(out)
    return out.getvalue()


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


# Columns


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


def missing_column(sheet: Sheet, headers: Iterable[str]) -> Problem:
    """Return the mistake that no column of a sheet has one of these headers."""
    accepted, found = " / ".join(dict.fromkeys(headers)), list(sheet.header.values())
    return Problem("column_missing", file=sheet.file, row=sheet.header_row, accepted=accepted, found=found)


@dataclass(frozen=True, eq=False)
class Cells:
    """Where some cells stand: their file, and the row and column of each."""

    file: str
    rows: Integers
    columns: np.ndarray[Any, np.dtype[Any]] | str

    def refuse(self, mistakes: Collector, codes: Integers, wrong: Wrong) -> None:
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


def check_each(items: Iterable[_T], check: Callable[[_T], Any], refused: object) -> tuple[list[Any], Wrong]:
    """Return what ``check`` makes of each item, ``refused`` where it raises, and what it raised with its number."""
    found: list[Any] = []
    wrong: Wrong = []
    for number, item in enumerate(items):
        try:
            found.append(check(item))
        except Problem as error:
            found.append(refused)
            wrong.append((number, error if len(wrong) < LIMIT else wrong[0][1]))  # of the rest only the count is said
    return found, wrong


def rows_shown(rows: Iterable[int]) -> int | str:
    """Write row numbers shortly: ``5``, or ``5, 9–12``."""
    parts = first_few(runs(map(int, rows)))
    return int(parts[0]) if parts[0].isdecimal() and len(parts) == 1 else ", ".join(parts)


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
        converted, wrong = check_each(texts, lambda text: read(text) if text else "", np.nan)
        self.cells(column).refuse(mistakes, codes, wrong)
        if converted == texts.tolist():
            return self
        found = np.array([*converted, np.nan], dtype=object)  # the last one stands for code -1
        series = pd.Series(found[codes], index=self.frame.index, dtype="str")
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
            mistakes.add(Problem(code, file=self.sheet.file, value=group.iloc[0], rows=first_few(group.index)))
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
                columns.add(missing_column(sheet, wanted[column]))
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


# Days

_DAY = re.compile(r"([0-9]{1,2})[ /.-]([0-9]{1,2})[ /.-]([0-9]{2}|[0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})")
_IN_WORDS = re.compile(r"(?:[A-Za-z']{3,10}, *)?([0-9]{1,2})[ /.-]*([A-Za-z]{3,12})\.?,?[ /.-]+([0-9]{2}|[0-9]{4})")


def day_of(text: str) -> date:
    """Return the day that ``2026-03-01``, ``1/3/2026``, ``1-Mar-26`` or ``1 Maret 2026`` names.

    It reads every day that a person writes, in registers, sheets, commands and rules. The day always stands before the
    month, and years of two digits are of this century.

    Raises:
        unclear_date: the text names none.
    """
    plain = text.strip()
    try:
        if found := _YEAR_FIRST.fullmatch(plain):
            return date(*map(int, found.groups()))
        if found := _DAY.fullmatch(plain):
            return date(_year(found[3]), int(found[2]), int(found[1]))
        if found := _IN_WORDS.fullmatch(plain):
            return date(_year(found[3]), _months().get(found[2].casefold(), 0), int(found[1]))
    except ValueError:
        pass
    raise Problem("unclear_date", value=text)


_DAY_AND_TIME = re.compile(r"(\S.{3,30}?),? +(?:pukul +|jam +|at +)?([0-9]{1,2})[.:]([0-9]{2})(?: *WIB)?")


def moment(text: str) -> datetime:
    """Return the moment that ``17 Oktober 2026 14.30`` or ``2026-10-17T14:30:00+07:00`` names, on the contest's clock.

    Without a zone it is meant on that clock. Years are those that every format of document can carry.

    Raises:
        unclear_moment: the text names none.
    """
    plain = text.strip()
    with suppress(Problem, ValueError, OverflowError):
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}[:.][0-9]{2}", plain):
            read = datetime.fromisoformat(f"{plain[:13]}:{plain[14:]}")
        elif found := _DAY_AND_TIME.fullmatch(plain):
            read = datetime.combine(day_of(found[1]), time(int(found[2]), int(found[3])))
        else:
            raise ValueError
        if 1980 <= read.year < 2200:
            return (read if read.tzinfo else read.replace(tzinfo=WIB)).astimezone(WIB)
    raise Problem("unclear_moment", value=text)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


# Spellings of months that people still write.
_OLD_MONTHS = {"peb": 2, "pebruari": 2, "mrt": 3, "agt": 8, "agust": 8, "ags": 8, "sept": 9, "nop": 11, "nopember": 11}


@cache
def _months() -> dict[str, int]:
    """The number of each month by its names in every language, long and short."""
    from babel.dates import get_month_names  # noqa: PLC0415  (slow to import, seldom needed)

    names = (get_month_names(width, locale=language) for language in LANGUAGES for width in ("wide", "abbreviated"))
    return _OLD_MONTHS | {name.casefold().rstrip("."): number for months in names for number, name in months.items()}
