"""The tables of a document as a workbook, with numbers that stay numbers, and the first of them as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from itertools import accumulate
from math import ceil
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.errors import Problem
from kit.render.prepare import as_png, prepare
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.render.prepare import Json, Prepared

_Sheet = Any  # xlsxwriter has no types
_Format = Any

# Rows from 0: the caption, what the result may be called, the header; the table's first row follows.
_CAPTION, _STATE, _HEADER = 0, 1, 2

# Excel's own limits.
_NAME_LENGTH, _TEXT_LENGTH, _FOOTER = 31, 32_767, 255
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")

# In characters: how many an em holds; no column is narrower or wider, and a header's filter button takes this much.
_PER_EM = 1.75
_NARROWEST, _BUTTON = 7.0, 3.0
_WIDEST, _WIDEST_OF_MANY = 48.0, 30.0  # the second where the columns do not fit a page otherwise
_LINE_HEIGHT, _HIGHEST = 15, 409  # points; Excel has no higher row
_UNSET, _SENTENCE = 8.43, 80  # of a column that nobody sets, and what a caption or a note takes at least

# In characters: what an A4 page takes upright and turned, printed in letters as small as are well read, seven tenths.
_UPRIGHT, _TURNED = 98 / 0.7, 144 / 0.7

# Dates in the words of each language.
_DATES = {"id": "[$-421]d mmmm yyyy", "en": "[$-809]d mmmm yyyy"}
_TIMES = {"id": r" hh\.mm", "en": " hh:mm"}

_NUMBER, _TEXT = {"align": "right", "indent": 1}, {"align": "left", "indent": 1}
_MUTED = {"font_color": theme.PALETTE["muted"]}
_WARNING = {"font_color": theme.PALETTE["amber"], "bold": True}
_LINE = {"bottom": 4, "bottom_color": theme.PALETTE["line"]}
_HEAD = {"bold": True, "text_wrap": True, "valign": "bottom", "top": 2, "bottom": 1, "bg_color": theme.PALETTE["tint"]}

# Blocks that a workbook has no place for.
_LEFT_OUT = {"paragraph", "printed", "list"}

# What a spreadsheet would read as the beginning of a formula when somebody edits the cell.
_LIVE = ("=", "+", "-", "@", "\t", "\n")


# What a spreadsheet runs when it opens a CSV file, and what of that is a number as the kit writes it.
_RUN = re.compile(r"\s*[=+@-].", re.DOTALL)
_WRITTEN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*%?")


def csv_cell(text: str) -> str:
    """Return a cell of a CSV file for spreadsheets: an apostrophe before what they would run, as OWASP advises.

    It is not for CSV that a program reads, the kit's own registers and journals least of all.
    """
    return f"'{text}" if _RUN.match(text) and not _WRITTEN_NUMBER.fullmatch(text) else text


def to_csv(blocks: Iterable[Json]) -> str:
    """Return the document's first table as CSV that Excel opens by a double click.

    Cells are as they read, but none can run (:func:`csv_cell`); the line above the header says what every page would.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = prepare(blocks)
    masthead, table = document.masthead, document.tables[0]
    mark = document.t("document.simulated") if masthead["simulated"] else ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(" ".join(filter(None, [masthead["caution"], mark])))])
    writer.writerow([csv_cell(column["label"]) for column in table["columns"]])
    writer.writerows([csv_cell(cell["text"]) for cell in row] for row in table["rows"])
    return "\ufeff" + out.getvalue()


def to_xlsx(blocks: Iterable[Json]) -> bytes:
    """Return the document's tables as a workbook, after a sheet that says what they are.

    Text is always written as text: nothing that a unit wrote becomes a formula or a link. The same blocks give the
    same bytes. A cell's formula names cells of its own row by column key, never by address: ``{score}``.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
        workbook_cell_unknown: a formula names a column that is not there.
    """
    import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

    document = prepare(blocks)
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        _Writer(document, book).write()
    return written.getvalue()


def sheet_names(asked: Iterable[str]) -> list[str]:
    """Return names that every spreadsheet accepts, one for each asked for, all different.

    Of a long one the first words stay, without small words at their end: ``Fingerprints (SHA-256)…``.
    """
    names: list[str] = []
    for wish in asked:
        base = " ".join(_FORBIDDEN_IN_NAMES.sub(" ", wish).split()).strip(" '")
        if len(base) > _NAME_LENGTH:
            base = re.sub(r"( \S{1,3})+$", "", shorten(base, _NAME_LENGTH - 1, placeholder="")) + "…"
        name, n = base, 2
        while name.casefold() in {"", "history", *map(str.casefold, names)}:
            ending = f" ({n})"
            name, n = (base[: _NAME_LENGTH - len(ending)].rstrip() + ending).strip(), n + 1
        names.append(name)
    return names


class _Writer:
    """Writes one document into one workbook."""

    def __init__(self, document: Prepared, book: Any) -> None:  # noqa: ANN401  (xlsxwriter has no types)
        self.document, self.masthead, self.t = document, document.masthead, document.t
        self.book = book
        self.warning = self.t("document.simulated") if self.masthead["simulated"] else ""
        self.formats: dict[tuple[tuple[str, object], ...], _Format] = {}

    def format(self, **properties: object) -> _Format:
        """Return the format of the workbook with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"valign": "top", "font_color": theme.PALETTE["ink"], **properties}
            )
        return self.formats[key]

    def write(self) -> None:
        """Write everything, in the order of the sheets."""
        about = self.document.about
        self.book.set_properties(
            {
                "title": self.masthead["title"],
                "subject": self.document.told("state"),
                "author": self.masthead["organiser"],
                "category": self.document.told("circulation"),
                "keywords": self.document.told("data"),
                "comments": "{label}: {text}".format_map(about["fingerprint"]) if "fingerprint" in about else "",
                "created": datetime.fromisoformat(self.masthead["made_at"]).astimezone(UTC).replace(tzinfo=None),
            }
        )
        for name, text in self.document.claims.items():
            self.book.set_custom_property(name, text, "text")
        figures = [block for block in self.document.blocks if block["type"] == "figure"]
        tables = [*self.document.tables, *figures]
        wishes = [table.get("sheet") or table["caption"] or table["label"] for table in tables]
        first, *names = sheet_names([self.t("document.sheet_about"), *wishes])
        self._write_about(first, dict(zip(names, tables, strict=True)))
        for name, table in zip(names, tables, strict=True):
            if table["type"] == "figure":
                self._write_figure(name, table)
            else:
                self._write_table(name, table)

    def _write_figure(self, name: str, figure: Json) -> None:
        sheet = self._sheet(name)
        self._text(sheet, (_CAPTION, 0), figure["caption"], bold=True, font_size=12)
        about = {"image_data": io.BytesIO(as_png(figure["svg"])), "description": figure["alt"]}
        sheet.insert_image(_HEADER, 0, f"{name}.png", about)

    def _write_about(self, name: str, tables: dict[str, Json]) -> None:
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        self._text(sheet, (0, 0), self.masthead["title"], bold=True, font_size=16)
        if self.warning:
            self._text(sheet, (1, 0), self.warning, **_WARNING)
        lines = [(part["label"], part["text"]) for part in self.document.about.values()]
        extra = [(name, self.masthead[name]) for name in ("caution", "organiser", "notice")]
        lines += [(self.t(f"document.{name}"), text) for name, text in extra if text]
        for row, (label, text) in enumerate(lines, 3):
            self._text(sheet, (row, 0), label, **_MUTED)
            self._text(sheet, (row, 1), text, text_wrap=True)
        first = len(lines) + 4
        self._text(sheet, (first, 0), self.t("document.sheet_list"), bold=True)
        link = self.format(font_color=self.document.palette["accent"], underline=1)
        last = first
        for last, (other, table) in enumerate(tables.items(), first + 1):
            quoted = other.replace("'", "''")
            sheet.write_url(last, 0, f"internal:'{quoted}'!A1", link, other)
            self._text(sheet, (last, 1), table["caption"], text_wrap=True)
        if any(block["type"] in _LEFT_OUT for block in self.document.blocks):
            self._text(sheet, (last + 2, 0), self.t("outputs.sheet_text"), **_MUTED)

    def _write_table(self, name: str, table: Json) -> None:
        columns, masthead = table["columns"], self.masthead
        sheet = self._sheet(name)
        circulation = masthead["circulation"] and self.t(f"document.{masthead['circulation']}")
        said = (self.warning, masthead["caution"], masthead["state"], circulation)
        widths = _widths(columns, _WIDEST)
        if sum(widths) > _TURNED:
            widths = _widths(columns, _WIDEST_OF_MANY)
        room = _fit(sheet, widths, table["names"])
        first = widths[: max(1, sum(so_far <= room for so_far in accumulate(widths)))]
        first += [_UNSET] * ceil(max(0, _SENTENCE - sum(first)) / _UNSET)
        self._across(sheet, _CAPTION, table["caption"], first, bold=True, font_size=12)
        self._across(sheet, _STATE, " · ".join(filter(None, said)), first, **_WARNING if self.warning else _MUTED)
        looks = [_look(column, [row[n] for row in table["rows"]], self.t.language) for n, column in enumerate(columns)]
        for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(number, number, width)
            aligned = {name: look for name, look in looks[number].items() if name in _TEXT}
            self._text(sheet, (_HEADER, number), column["label"], **_HEAD, **aligned)
        keys = [column["key"] for column in columns]
        for row, cells in enumerate(table["rows"], _HEADER + 1):
            for number, (cell, look) in enumerate(zip(cells, looks, strict=True)):
                self._cell(sheet, (row, number), cell, look, keys)
        last = _HEADER + len(table["rows"])
        sheet.autofilter(_HEADER, 0, max(last, _HEADER + 1), len(columns) - 1)
        sheet.freeze_panes(_HEADER + 1, table["names"] + 1)
        sheet.repeat_rows(_HEADER)
        for row, note in enumerate(table["notes"], last + 2):
            self._across(sheet, row, note, first, **_MUTED)

    def _across(self, sheet: _Sheet, row: int, text: str, widths: list[float], **look: object) -> None:
        """Write text in lines across columns of these widths; beyond a page it would make the print small."""
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", self.format(text_wrap=True, **look))
        lines = ceil(len(text) * (1.1 if look.get("bold") else 1) / sum(widths))
        sheet.set_row(row, min((_LINE_HEIGHT + 2 * ("font_size" in look)) * lines, _HIGHEST))
        self._text(sheet, (row, 0), text, **look, text_wrap=True)

    def _cell(
        self, sheet: _Sheet, at: tuple[int, int], cell: Json, of_column: dict[str, object], keys: list[str]
    ) -> None:
        text, value = cell["text"], cell.get("value")
        look: dict[str, object] = {**of_column, "bold": cell.get("strong", False)}
        look |= {own: cell[name] for name, own in (("fill", "bg_color"), ("colour", "font_color")) if cell.get(name)}
        if cell.get("formula"):
            formula = _addressed(cell["formula"], at[0], keys)
            sheet.write_formula(*at, formula, self.format(**look), text if value is None else value)
        elif "num_format" not in look or value is None:
            self._text(sheet, at, text, **look, text_wrap=True)
        elif isinstance(value, str):
            when = datetime.fromisoformat(value)
            clock = when.astimezone(WIB) if when.tzinfo else when
            sheet.write_datetime(*at, clock.replace(tzinfo=None), self.format(**look))
        else:
            sheet.write_number(*at, value, self.format(**look))

    def _text(self, sheet: _Sheet, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text as text, and keep it text when somebody edits the cell."""
        shown = text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"
        sheet.write_string(*at, shown, self.format(**look, quote_prefix=text.startswith(_LIVE)))

    def _sheet(self, name: str) -> _Sheet:
        """Add a sheet that prints on A4, as wide as the page, with what the document is on every page."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.9)
        warning = f"&C&B{self.warning}" if self.warning else ""
        if edition := _running(self.document.edition, 30):
            sheet.set_header(f"&L{edition}{warning}")
        page, caution = self.t("document.page", page="&P", pages="&N"), _running(self.masthead["caution"], 90)
        fixed = "\n".join(filter(None, [_running(self.document.state, 130), caution]))
        title = _running(self.masthead["title"], min(70, max(_FOOTER - len(f"&L\n{fixed}&R{page}"), 1)))
        sheet.set_footer(f"&L{title}\n{fixed}&R{page}")
        return sheet


def _widths(columns: list[Json], most: float) -> list[float]:
    """Return how wide columns are, in characters: as their cells, and labels in as many lines as they have words."""
    return [
        max(min(_PER_EM * column["longest"] + 2, most), _PER_EM * column["least"] + _BUTTON, _NARROWEST)
        for column in columns
    ]


def _fit(sheet: _Sheet, widths: list[float], names: int) -> float:
    """Turn the pages of a table that needs it, and divide one that would be too small to read.

    Pages after the first repeat the columns up to the one that names the rows.

    Returns:
        What a page takes, in characters.
    """
    if sum(widths) <= _UPRIGHT:
        return _UPRIGHT
    sheet.set_landscape()
    again = sum(widths[: names + 1])
    if sum(widths) > _TURNED and again < _TURNED / 2:
        sheet.repeat_columns(0, names)
        sheet.fit_to_pages(ceil((sum(widths) - again) / (_TURNED - again)), 0)
    return _TURNED


def _addressed(formula: str, row: int, keys: list[str]) -> str:
    """Return a formula with every ``{key}`` replaced by the address of that column's cell in the row."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415

    def address(found: re.Match[str]) -> str:
        if found[1] not in keys:
            raise Problem("workbook_cell_unknown", name=found[1], known=keys)
        return str(xl_rowcol_to_cell(row, keys.index(found[1])))

    return re.sub(r"\{([^{}]+)\}", address, formula)


def _running(text: str, length: int) -> str:
    """Return a text for a sheet's header or footer, at most so long as it is written there.

    An ampersand takes two letters.
    """
    written = text.replace("&", "&&")
    while len(written) > length:
        text = text[:-1].rstrip()
        written = text.replace("&", "&&") + "…"
    return written


def _look(column: Json, cells: list[Json], language: str) -> dict[str, object]:
    """Return how the cells of a column look: all numbers with as many decimals as the one that shows most of them."""
    kind = column["kind"]
    if kind == "date":
        timed = any("T" in str(cell.get("value")) for cell in cells)
        return {**_LINE, **_TEXT, "num_format": _DATES[language] + _TIMES[language] * timed}
    if not column["numeric"]:
        return {**_LINE, **_TEXT}
    mark = {"id": ",", "en": "."}[language]
    shown = [cell["text"].rpartition(mark) for cell in cells if cell.get("value") is not None]
    places = max([column.get("places") or 0, *(len(re.sub(r"\D", "", part[2])) for part in shown if part[1])])
    decimals = "." + "0" * places if places and kind != "integer" else ""
    return {
        **_LINE,
        **_NUMBER,
        "num_format": ("0" if kind == "percent" else "#,##0") + decimals + "%" * (kind == "percent"),
    }
