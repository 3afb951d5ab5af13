"""Workbooks that go out to be filled in and come back: protected pages, hidden identity, reader, three-way comparison.

A workbook's imprint says whose it is and what each cell held when it was exported. It lies encoded on a hidden sheet,
so that no program that saves the workbook again can reword it. Whatever the workbook was saved with, sorted or moved,
each cell is known by its ids. What comes back is compared with what was exported and with what the ledger says now: a
blank deletes nothing, what is newer is never reverted, and the same file twice changes nothing.

What a kind of workbook holds and means is said where it belongs: :mod:`kit.judging.score_sheet`,
:mod:`kit.contest.selection` and :mod:`kit.years.sheets`.
"""

from __future__ import annotations

import base64
import json
import re
from binascii import Error as NotBase64
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from kit.errors import Problem, first_few
from kit.files import write
from kit.registers import certain
from kit.tables import COLUMNS as MOST_COLUMNS
from kit.tables import letter, open_workbook, read_bytes, rows_shown, shown
from kit.theme import PALETTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.errors import Collector

    Slot = tuple[str, str]  # kind of event, criterion
    OnRecord = dict[tuple[str, str, str], tuple[str, int]]  # entry, kind, criterion: what stands, since which event
    Page = Any  # a worksheet of xlsxwriter, which has no types

HIDDEN = "kit"  # the sheet with the imprint
PROPERTY = "kit"  # the workbook's property that repeats whose it is, in which revision

# Above each column stands, in a hidden row, what it holds; an entry's id stands in a hidden column too.
KEY, KEY_HEADER = "kit:key", "kit:header"  # the column of ids, and what it says beside the headers
ENTRY, TITLE = "kit:entry", "kit:title"

LONGEST = 32_767  # characters in a cell, by Excel's own limit
_PIECE = 30_000
_BLANK = " \t\n\u00a0\u2007\u202f\u200b\ufeff"
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\u2028\u2029]")


def column_id(slot: Slot) -> str:
    """Return what stands above the column of a slot."""
    return ":".join(("kit", *slot))


def plain(text: str) -> str:
    """Return a text without the blanks around it, its lines parted as every program parts them."""
    return _BREAK.sub("\n", text).strip(_BLANK)


@dataclass(frozen=True)
class Origin:
    """What a workbook knows about itself.

    Args:
        edition: the edition's name.
        round: the round's id.
        judge_id: whose sheet it is; ``committee`` where it is no judge's.
        last: the number of the last event about it when it was exported, 0 for none.
        titles: the entries on it with their titles.
        base: what each filled cell held, by entry, kind and criterion.
    """

    edition: str
    round: str
    judge_id: str
    last: int
    titles: Mapping[str, str]
    base: Mapping[tuple[str, str, str], str]

    @classmethod
    def made(
        cls, edition: Edition, round_id: str, judge_id: str, entries: Iterable[str], on_record: OnRecord, base: OnRecord
    ) -> Origin:
        """Return what a new workbook knows about itself.

        Args:
            edition: the contest.
            round_id: the round.
            judge_id: whose sheet it is.
            entries: what it is about, in its own order.
            on_record: what the ledger holds of it.
            base: as much of that as is shown.
        """
        titles = edition.registers.entries.set_index("entry_id")["title"]
        return cls(
            edition=edition.name,
            round=round_id,
            judge_id=judge_id,
            last=max((number for _, number in on_record.values()), default=0),
            titles={entry: plain(titles[entry][:LONGEST]) for entry in entries},
            base={key: text for key, (text, _) in base.items() if text},
        )

    @property
    def revision(self) -> str:
        """How far the ledger was at the export, and a hash over all of this."""
        return f"{self.last}-{sha256(self._document().encode()).hexdigest()[:12]}"

    @property
    def name(self) -> str:
        """Whose sheet it is, in which revision: what the workbook's property says."""
        return f"{self.edition} {self.round} {self.judge_id} {self.revision}"

    def _document(self) -> str:
        base = sorted([*key, text] for key, text in self.base.items())
        return json.dumps({**vars(self), "titles": dict(self.titles), "base": base}, sort_keys=True)

    def cells(self, kind: str) -> list[str]:
        """Return the first column of the hidden sheet; it begins with the ``kind`` of workbook."""
        encoded = base64.b64encode(self._document().encode()).decode()
        return [kind, self.revision, *(encoded[at : at + _PIECE] for at in range(0, len(encoded), _PIECE))]

    @classmethod
    def of(cls, cells: Sequence[str], file: str) -> Origin:
        """Read the hidden sheet of ``file``.

        Raises:
            hidden_data_changed: it does not hold what was written.
        """
        try:
            document = json.loads(base64.b64decode("".join(cells[2:]), validate=True))
            base = {(entry, kind, criterion): text for entry, kind, criterion, text in document.pop("base")}
            found = cls(**document, base=base)
        except (NotBase64, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Problem("hidden_data_changed", file=file) from None
        if found.revision != cells[1]:
            raise Problem("hidden_data_changed", file=file)
        return found


# Out

# Rows of a table, from 0: the hidden ids, the title, what the sheet is, the header; entries follow.
IDS_ROW, TITLE_ROW, ABOUT_ROW, HEADER_ROW = range(4)

PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
BORDER = {"border": 1, "border_color": PALETTE["line"]}
HEAD = {**BORDER, "bold": True, "text_wrap": True, "bg_color": PALETTE["tint"], "valign": "bottom"}
TEXT = {**BORDER, "text_wrap": True}
OPEN = {"locked": False}
MUTED = {"font_color": PALETTE["muted"]}
_UPRIGHT = {"rotation": 90, "align": "center"}
_FACTS = {"unit": 24, "category": 14}  # what a table may say of an entry, in this order, and how wide
_WARNING = {"font_color": PALETTE["amber"], "bold": True}
_LIVE = ("=", "+", "-", "@")  # what a spreadsheet would read as a formula when somebody edits the cell


class Head(NamedTuple):
    """What stands above a column of a table: its hidden id, its words and its width; the words may stand upright."""

    id: str
    words: str
    width: float
    upright: bool = False


class Pages:
    """A workbook in the making: pages for A4 whose cells are locked unless they are to be filled in.

    Args:
        edition: the contest; the workbook is in its language.
        imprint: what the workbook knows about itself.
        about: what its table says of an entry beside id and title: ``unit``, ``category``.
    """

    def __init__(self, edition: Edition, imprint: Origin, about: Sequence[str]) -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415  (only workbooks need it)

        self.rules, self.t, self.imprint, self.about = edition.rules, edition.texts, imprint, about
        categories = {category.id: category.name.say(self.t.language) for category in self.rules.categories}
        entries = edition.registers.entries.set_index("entry_id")
        units = entries["unit_id"].map(edition.registers.units.set_index("unit_id")["name"])
        self.facts = {"unit": units.to_dict(), "category": entries["category"].map(categories).to_dict()}
        self.formats: dict[str, Any] = {}
        self.written = BytesIO()
        self.book = Workbook(self.written, {"in_memory": True})

    def page(self, name: str, title: str, about: str, *, first: int = 0, landscape: bool = True) -> Page:
        """Return a new sheet, as wide as the paper, with its title and whether all is simulated.

        Args:
            name: on its tab.
            title: above it.
            about: below the title.
            first: the column, from 0, in which the title stands.
            landscape: whether the paper lies.
        """
        t, page = self.t, self.book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        if landscape:
            page.set_landscape()
        simulated = t("document.simulated") if self.rules.simulated else ""
        page.set_header(f"&C&B{simulated}")
        number = t("document.page", page="&P", pages="&N")
        page.set_footer(f"&L{t('sheets.circulation')}&C{self.imprint.name}&R{number}")
        page.protect("", PROTECTED)
        self.text(page, (TITLE_ROW, first), title, bold=True, font_size=14)
        look = _WARNING if simulated else MUTED
        self.text(page, (ABOUT_ROW, first), f"{simulated} · {about}".strip(" ·"), **look)
        return page

    def steps(self, page: Page, first: int, steps: Sequence[str]) -> None:
        """Write numbered instructions from the row ``first`` on."""
        for n, step in enumerate(steps):
            self.text(page, (first + n, 0), f"{n + 1}.", align="right")
            self.text(page, (first + n, 1), step, text_wrap=True)

    def table(self, page: Page, heads: Sequence[Head], entries: int, height: float) -> dict[str, int]:
        """Write the header of a table of entries over the hidden ids, and return the column of each id.

        Args:
            page: the sheet.
            heads: of the columns after those that say what an entry is.
            entries: how many rows will follow.
            height: of the header.
        """
        t = self.t
        own = [Head(KEY, KEY_HEADER, 0), Head("kit:number", t("columns.number"), 5)]
        own += [Head(ENTRY, t("columns.entry_id"), 9), Head(TITLE, t("columns.title"), 34)]
        own += [
            Head(f"kit:{name}", t(f"columns.{name}"), width) for name, width in _FACTS.items() if name in self.about
        ]
        place = {head.id: column for column, head in enumerate([*own, *heads])}
        for head, column in zip([*own, *heads], place.values(), strict=True):
            page.set_column(column, column, head.width, None, {"hidden": True} if head.id == KEY else None)
            self.text(page, (IDS_ROW, column), head.id)
            self.text(page, (HEADER_ROW, column), head.words, **HEAD, **_UPRIGHT if head.upright else {})
        page.set_row(IDS_ROW, None, None, {"hidden": True})
        page.set_row(HEADER_ROW, height)
        page.autofilter(HEADER_ROW, 0, HEADER_ROW + max(1, entries), len(place) - 1)
        page.freeze_panes(HEADER_ROW + 1, place[TITLE] + 1)
        page.repeat_rows(HEADER_ROW)
        return place

    def entry(self, page: Page, row: int, place: Mapping[str, int], entry: str, **look: object) -> None:
        """Write what entry the row of a table is about: number, id and title, and what :attr:`about` names."""
        words = {KEY: entry, ENTRY: entry, TITLE: self.imprint.titles[entry]}
        words |= {f"kit:{name}": self.facts[name][entry] for name in self.about}
        for name, text in words.items():
            self.text(page, (row, place[name]), text, **TEXT, **look)
        page.write_number(row, place["kit:number"], row - HEADER_ROW, self.format(**TEXT, **look, align="center"))

    def format(self, **look: object) -> Any:  # noqa: ANN401  (xlsxwriter has no types)
        """Return the workbook's own object for a look."""
        key = repr(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", "font_color": PALETTE["ink"], **look})
        return self.formats[key]

    def text(self, page: Page, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text that stays text, also when somebody edits the cell."""
        look |= {"quote_prefix": True} if text.startswith(_LIVE) else {}
        (page.write_string if text else page.write_blank)(*at, text[:LONGEST], self.format(**look))

    def to_xlsx(self, kind: str, title: str) -> bytes:
        """Return the workbook, whole, with its imprint as one of this kind."""
        self.book.set_properties({"title": title})
        self.book.set_custom_property(PROPERTY, self.imprint.name)
        hidden = self.book.add_worksheet(HIDDEN)
        hidden.very_hidden()
        for row, piece in enumerate(self.imprint.cells(kind)):
            hidden.write_string(row, 0, piece)
        self.book.close()
        return self.written.getvalue()


def write_new(files: Mapping[Path, bytes]) -> list[Path]:
    """Write files, none of which may be there, and return where.

    Raises:
        sheets_exist: files of these names are there; none is written.
        file_open_elsewhere: another program holds one of the files open.
    """
    if there := [path.name for path in files if path.exists()]:
        raise Problem("sheets_exist", n=len(there), files=there)
    for path, content in files.items():
        write(path, content)
    return list(files)


# Back

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x(00[01][0-9A-F])_")  # as workbooks write control characters; openpyxl leaves them so
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_ROWS = 50  # in which the row of ids is sought


class Cell(NamedTuple):
    """A cell of a workbook: its row and column from 1, what a reader sees in it, and of which kind that is to Excel."""

    row: int
    column: int
    text: str = ""
    kind: str = "n"

    @property
    def coordinate(self) -> str:
        """Its address, as a spreadsheet shows it."""
        return f"{letter(self.column - 1)}{self.row}"


class Filled(NamedTuple):
    """A cell that somebody could fill in, as it came back.

    Args:
        cell: its address, blank where its row is gone.
        entry_id: the entry.
        kind: of event, such as ``mark`` or ``comment``.
        criterion: the criterion, or for whom the comment is.
        text: what it holds now, in the ledger's own form.
    """

    cell: str
    entry_id: str
    kind: str
    criterion: str
    text: str


@dataclass(frozen=True)
class ReturnedSheet:
    """One workbook that came back.

    Args:
        file: its name.
        imprint: whose it is, and what it held when it was exported.
        cells: what it holds now.
    """

    file: str
    imprint: Origin
    cells: Sequence[Filled]

    def base(self, cell: Filled) -> str:
        """Return what a cell held when the sheet was exported."""
        return self.imprint.base.get((cell.entry_id, cell.kind, cell.criterion), "")


@dataclass(frozen=True)
class Workbook:
    """A workbook of a known kind.

    Args:
        file: its name.
        imprint: what it knows about itself.
        pages: the cells of its sheets, by row number.
    """

    file: str
    imprint: Origin
    pages: Sequence[Mapping[int, Sequence[Cell]]]


def is_workbook(path: Path, kind: str) -> bool:
    """Tell whether a file is a workbook of this kind, by the first cells of its sheets alone."""
    if path.suffix.lower() != ".xlsx":
        return False
    try:
        with open_workbook(read_bytes(path), path.name) as book:
            first = [next(page.iter_rows(max_row=1, max_col=1), ()) for page in book.worksheets]
            return any(cell.value == kind for cells in first for cell in cells)
    except Problem:
        return False


def load(path: Path, kind: str, edition: str, file: str = "") -> Workbook:
    """Read a workbook of this kind, its formulas as they are written.

    Args:
        path: where it lies.
        kind: what its hidden sheet begins with.
        edition: the name of the edition whose it must be.
        file: its name in mistakes, if it is not that of the path.

    Raises:
        file_missing, file_in_use: it cannot be read.
        password_protected, damaged_workbook, file_too_large, table_too_large: it is no workbook that can be read.
        not_score_sheet: it is none of this kind.
        hidden_data_changed: its hidden data are not those that were written.
        sheet_of_other_edition: it is another edition's.
    """
    file = file or path.name
    with open_workbook(read_bytes(path), path.name) as book:
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # its stubs are older
        named = [str(one.value) for one in properties.props if one.name == PROPERTY]
        pages = [dict(_rows(page)) for page in book.worksheets]
    hidden = next((page for page in pages if 1 in page and page[1][0].text == kind), None)
    if hidden is None:
        raise Problem("not_score_sheet", file=file)
    imprint = Origin.of([row[0].text for row in hidden.values() if row[0].text], file)
    if any(name != imprint.name for name in named):
        raise Problem("hidden_data_changed", file=file)
    if imprint.edition != edition:
        raise Problem("sheet_of_other_edition", file=file, found=imprint.edition, edition=edition)
    return Workbook(file, imprint, pages)


def _rows(page: Any) -> Iterator[tuple[int, list[Cell]]]:  # noqa: ANN401  (openpyxl's sheet)
    for number, cells in enumerate(page.iter_rows(), 1):
        if cells:
            yield number, [_cell(number, column, cell) for column, cell in enumerate(cells[:MOST_COLUMNS], 1)]


def _cell(row: int, column: int, cell: Any) -> Cell:  # noqa: ANN401  (openpyxl's cell)
    if cell.value is None:
        return Cell(row, column)
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), shown(cell))
    return Cell(row, column, plain(text), cell.data_type)


@dataclass(frozen=True)
class Form:
    """What a kind of workbook has to fill in, and what its cells mean.

    Args:
        slots: what can be filled in for an entry.
        on_record: what the ledger holds now of each slot.
        read: takes a slot, what its cells say and what they held at the export; returns the ledger's own form.
        columns: the ids above the columns of a slot.
        computed: the ids above columns with formulas.
        wrong: takes the cells of a row by their ids, and yields what else is wrong with one of them.
    """

    slots: Sequence[Slot]
    on_record: OnRecord
    read: Callable[[Slot, Sequence[str], str], str]
    columns: Callable[[Slot], list[str]] = lambda slot: [column_id(slot)]
    computed: Sequence[str] = ()
    wrong: Callable[[Mapping[str, Cell]], Iterator[tuple[Problem, Cell]]] = lambda _: iter(())


def read_sheet(book: Workbook, form: Form, mistakes: Collector) -> ReturnedSheet:
    """Return what a workbook holds, with every mistake noted at its cell."""
    places, page, first = _table(book, form)
    rows: dict[str, list[int]] = {}
    found: list[Filled] = []
    for number in page:
        if number < first:
            continue
        row = dict(zip(places, _at(page, number, places.values()), strict=True))
        entry = row[KEY].text
        if not entry:
            cells = [row[name] for slot in form.slots for name in form.columns(slot) if row[name].text]
            if cells:
                _refuse(mistakes, book.file, Problem("unknown_entry", value=row[ENTRY].text), *cells)
        elif entry != KEY_HEADER:
            rows.setdefault(entry, []).append(number)
            found += _filled(book, form, entry, row, mistakes)
    for entry, at in rows.items():
        if len(at) > 1:
            mistakes.add(Problem("duplicate_entry", file=book.file, value=entry, rows=first_few(at)))
    gone = [Filled("", *key, "") for key in book.imprint.base if key[0] not in rows]
    return ReturnedSheet(book.file, book.imprint, [*found, *gone])


def _at(page: Mapping[int, Sequence[Cell]], row: int, columns: Iterable[int]) -> list[Cell]:
    """Return some cells of a row; what lies behind its last filled cell is blank."""
    cells = page[row]
    return [cells[column] if column < len(cells) else Cell(row, column + 1) for column in columns]


def _table(book: Workbook, form: Form) -> tuple[dict[str, int], Mapping[int, Sequence[Cell]], int]:
    """The column of each id, the sheet on which the table stands, and the row below the ids."""
    for page in book.pages:
        for number, row in page.items():
            if number > _ROWS:
                break
            found = [cell.text for cell in row]
            if KEY in found:
                wanted = [
                    KEY,
                    ENTRY,
                    TITLE,
                    *form.computed,
                    *(name for slot in form.slots for name in form.columns(slot)),
                ]
                if wrong := [name.removeprefix("kit:") for name in wanted if found.count(name) != 1]:
                    raise Problem("sheet_columns", file=book.file, columns=wrong)
                return {name: found.index(name) for name in wanted}, page, number + 1
    raise Problem("sheet_columns", file=book.file, columns=[KEY.removeprefix("kit:")])


def _refuse(mistakes: Collector, file: str, error: Problem, *cells: Cell) -> None:
    columns = ", ".join(letter(cell.column - 1) for cell in cells)
    mistakes.add(error.at(file=file, row=cells[0].row, column=columns))


def _filled(book: Workbook, form: Form, entry: str, row: Mapping[str, Cell], mistakes: Collector) -> Iterator[Filled]:
    titles, base = book.imprint.titles, book.imprint.base
    for cell, text in ((row[ENTRY], entry), (row[TITLE], titles.get(entry, ""))):
        if entry in titles and cell.text != text:
            _refuse(mistakes, book.file, Problem("row_mixed_up", entry=entry), cell)
    for error, cell in form.wrong(row):
        _refuse(mistakes, book.file, error, cell)
    for slot in form.slots:
        key, cells = (entry, *slot), [row[name] for name in form.columns(slot)]
        text = before = base.get(key, "")
        try:
            text = _read(form, slot, cells, before, form.on_record.get(key, ("", 0))[0])
        except Problem as error:
            _refuse(mistakes, book.file, error, *cells)
        yield Filled(cells[0].coordinate, *key, text)


def _read(form: Form, slot: Slot, cells: Sequence[Cell], base: str, now: str) -> str:
    for cell in cells:
        if cell.kind == "f":
            raise Problem("formula_cell", value=cell.text[:40], sign="=")
        if cell.kind == "e":
            raise Problem("error_cell", value=cell.text)
    if len(cells) == 1 and cells[0].text in {"", base, now}:  # what was right once does not hold up what is new
        return cells[0].text
    text = form.read(slot, [certain(cell.text) if cell.kind == "n" else cell.text for cell in cells], base)
    if control := _CONTROL.search(text):
        raise Problem("control_character", code=f"U+{ord(control[0]):04X}")
    return text


# What it would change

Outcome = Literal["new", "changed", "same", "kept", "conflict"]
FRESH = ("new", "changed")  # what is recorded

ABOUT = ["round", "judge_id", "entry_id", "kind", "criterion"]  # what a cell is about
SAID = ("file", "cell", *ABOUT, "base", "after", "revision", "last")


def outcome(base: str, theirs: str, ours: str, *, moved: bool) -> Outcome | None:
    """Decide one cell.

    Args:
        base: what it held when the sheet was exported.
        theirs: what it holds on the sheet now.
        ours: what the ledger holds now.
        moved: whether the ledger was told something about it since the export, if only to take it back.

    Returns:
        Nothing where all are blank. A blank never deletes, and an old sheet never reverts what is newer.
    """
    if theirs == ours:
        return "same" if theirs else None
    if theirs in {"", base}:
        return "kept"
    if moved or ours != base:
        return "conflict"
    return "changed" if ours else "new"


def tally(outcomes: Iterable[str | None]) -> dict[str, int]:
    """Count outcomes, for a sentence with all of them."""
    counts = Counter(outcomes)
    return {word: counts[word] for word in ("new", "changed", "same", "kept", "conflict")}


def said_on(sheets: Iterable[ReturnedSheet]) -> pd.DataFrame:
    """Return the cells of sheets with the columns :data:`SAID`.

    ``base`` is what a cell held when its sheet was exported, and ``last`` the event up to which the sheet knew the
    ledger; ``after`` is what the cell says now. Nothing in it comes from the ledger.
    """
    rows = [
        (
            *(sheet.file, cell.cell, own.round, own.judge_id, cell.entry_id, cell.kind, cell.criterion),
            *(sheet.base(cell), cell.text, own.revision, own.last),
        )
        for sheet in sheets
        for own in [sheet.imprint]
        for cell in sheet.cells
    ]
    return pd.DataFrame(rows, columns=list(SAID)).astype(dict.fromkeys(SAID[:-1], "str") | {"last": "int64"})


def compare(edition: Edition, said: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that say something, with the ``outcome`` of each and the ``number`` of the event on record.

    Args:
        edition: the contest.
        said: what the cells say, with the columns :data:`SAID`.
        recorded: what the ledger holds now, each once: the columns :data:`ABOUT`, ``text`` and ``number``.
    """
    now = said.merge(recorded, how="left", on=ABOUT)
    now = now.assign(text=now["text"].fillna(""), number=now["number"].fillna(0).astype("int64"))
    cells = now[["base", "after", "text", "last", "number"]].itertuples(index=False, name=None)
    found = [outcome(base, theirs, ours, moved=number > last) for base, theirs, ours, last, number in cells]
    changes = now.assign(outcome=pd.Series(found, dtype="str", index=now.index)).dropna(subset="outcome")
    changes = changes.reset_index(drop=True)
    changes.loc[_corrected(edition, changes), "outcome"] = "changed"
    return changes.drop(columns="text")


def event_id(edition: Edition, row: Mapping[Any, str], text: str) -> str:
    """Return the key under which a sheet brings ``text`` to a cell: the same each time, another for another sheet."""
    names = [row[name] for name in ("round", "judge_id", "entry_id", "kind", "criterion", "revision")]
    return f"sheet-{sha256(json.dumps([edition.name, *names, text]).encode()).hexdigest()[:32]}"


def _corrected(edition: Edition, changes: pd.DataFrame) -> list[int]:
    """The conflicts that are none: what is on record came with this very sheet, and what it says now never did.

    So a sheet may be filled in further, and may correct what it brought itself. What it brought before and then
    replaced stays a conflict, since that may be an old copy of the sheet.
    """
    conflicts = changes[(changes["outcome"] == "conflict") & (changes["revision"] != "")]
    keys = {
        at: (event_id(edition, row, row["text"]), event_id(edition, row, row["after"]))
        for at, row in zip(conflicts.index, conflicts.to_dict("records"), strict=True)
    }
    known = edition.ledger.recorded(key for pair in keys.values() for key in pair)
    return [
        at
        for at, (ours, theirs) in keys.items()
        if ours in known and known[ours].number == conflicts.loc[at, "number"] and theirs not in known
    ]


def place_of(cells: Iterable[str]) -> dict[str, object]:
    """Return the rows and columns of cells, by their addresses, as a mistake has them."""
    columns, rows = zip(*(_ADDRESS.match(cell).groups() for cell in cells), strict=True)  # type: ignore[union-attr]
    return {
        "row": rows_shown(map(int, rows)),
        "column": ", ".join(sorted({*columns}, key=lambda letters: (len(letters), letters))),
    }
