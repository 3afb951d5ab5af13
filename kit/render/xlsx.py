"""The tables of a document as a workbook, with numbers that stay numbers, and the first of them as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.errors import Problem
from kit.render.prepare import as_png, prepare

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
_NARROWEST, _WIDEST, _BUTTON = 7.0, 48.0, 3.0
_LINE_HEIGHT = 15  # points

# Dates in the words of each language.
_DATES = {"id": "[$-421]d mmmm yyyy", "en": "[$-809]d mmmm yyyy"}

_NUMBER = {"align": "right", "indent": 1}
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
    """Return names that every spreadsheet accepts, one for each asked for, all different."""
    names: list[str] = []
    for wish in asked:
        base = " ".join(_FORBIDDEN_IN_NAMES.sub(" ", wish).split()).strip(" '")[:_NAME_LENGTH].rstrip(" '")
        name, n = base, 2
        while name.casefold() in {"", "history", *map(str.casefold, names)}:
            ending = f" ({n})"
            name, n = base[: _NAME_LENGTH - len(ending)].rstrip() + ending, n + 1
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
        wishes = [table.get("sheet") or table["label"] for table in tables]
        first, *names = sheet_names([self.t("document.sheet_about"), *wishes])
        self._write_about(first, dict(zip(names, tables, strict=True)))
        for name, table in zip(names, tables, strict=True):
            if table["type"] == "figure":
                self._write_figure(name, table)
            else:
                self._write_table(name, table)

    def _write_figure(self, name: str, figure: Json) -> None:
        sheet = self._sheet(name, landscape=False)
        self._text(sheet, (_CAPTION, 0), figure["caption"], bold=True, font_size=12)
        about = {"image_data": io.BytesIO(as_png(figure["svg"])), "description": figure["alt"]}
        sheet.insert_image(_HEADER, 0, f"{name}.png", about)

    def _write_about(self, name: str, tables: dict[str, Json]) -> None:
        sheet = self._sheet(name, landscape=False)
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
        sheet = self._sheet(name, landscape=table["landscape"])
        circulation = masthead["circulation"] and self.t(f"document.{masthead['circulation']}")
        said = (self.warning, masthead["caution"], masthead["state"], circulation)
        self._text(sheet, (_CAPTION, 0), table["caption"], bold=True, font_size=12)
        self._text(sheet, (_STATE, 0), " · ".join(filter(None, said)), **_WARNING if self.warning else _MUTED)
        widths = [_width(column) for column in columns]
        for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(number, number, width)
            self._text(sheet, (_HEADER, number), column["label"], **_HEAD, **_NUMBER if column["numeric"] else {})
        keys = [column["key"] for column in columns]
        for row, cells in enumerate(table["rows"], _HEADER + 1):
            for number, (cell, column) in enumerate(zip(cells, columns, strict=True)):
                self._cell(sheet, (row, number), cell, column, keys)
        last = _HEADER + len(table["rows"])
        sheet.autofilter(_HEADER, 0, max(last, _HEADER + 1), len(columns) - 1)
        sheet.freeze_panes(_HEADER + 1, table["names"] + 1)
        sheet.repeat_rows(_HEADER)
        for row, note in enumerate(table["notes"], last + 2):
            if len(columns) > 1:  # as wide as the table, or the sheet would print in tiny letters
                sheet.merge_range(row, 0, row, len(columns) - 1, "", self.format(text_wrap=True))
                sheet.set_row(row, _LINE_HEIGHT * -(-len(note) // int(sum(widths))))
            self._text(sheet, (row, 0), note, **_MUTED, text_wrap=True)

    def _cell(self, sheet: _Sheet, at: tuple[int, int], cell: Json, column: Json, keys: list[str]) -> None:
        text, value, kind = cell["text"], cell.get("value"), column["kind"]
        look: dict[str, object] = {**_LINE, "bold": cell.get("strong", False)}
        look |= {own: cell[name] for name, own in (("fill", "bg_color"), ("colour", "font_color")) if cell.get(name)}
        if column["numeric"]:
            look |= {**_NUMBER, "num_format": _number_format(kind, text, self.t.language)}
        if cell.get("formula"):
            formula = _addressed(cell["formula"], at[0], keys)
            sheet.write_formula(*at, formula, self.format(**look), text if value is None else value)
        elif kind == "date" and isinstance(value, str):
            look |= {"num_format": _DATES[self.t.language], "align": "left"}
            sheet.write_datetime(*at, date.fromisoformat(value[:10]), self.format(**look))
        elif column["numeric"] and value is not None:
            sheet.write_number(*at, value, self.format(**look))
        else:
            self._text(sheet, at, text, **look, text_wrap=True)

    def _text(self, sheet: _Sheet, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text as text, and keep it text when somebody edits the cell."""
        shown = text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"
        sheet.write_string(*at, shown, self.format(**look, quote_prefix=text.startswith(_LIVE)))

    def _sheet(self, name: str, *, landscape: bool) -> _Sheet:
        """Add a sheet that prints on A4, as wide as the page, with what the document is on every page."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.7)
        if landscape:
            sheet.set_landscape()
        warning = f"&C&B{self.warning}" if self.warning else ""
        if edition := _running(self.document.edition, 30):
            sheet.set_header(f"&L{edition}{warning}")
        page, caution = self.t("document.page", page="&P", pages="&N"), _running(self.masthead["caution"], 90)
        fixed = "\n".join(filter(None, [_running(self.document.state, 130), caution]))
        title = _running(self.masthead["title"], min(70, max(_FOOTER - len(f"&L\n{fixed}&R{page}"), 1)))
        sheet.set_footer(f"&L{title}\n{fixed}&R{page}")
        return sheet


def _width(column: Json) -> float:
    """Return how wide a column is, in characters."""
    natural, least = _PER_EM * column["natural"] + 1, _PER_EM * column["least"] + _BUTTON
    width: float = max(min(natural, _WIDEST), least, _NARROWEST)
    return width


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


def _number_format(kind: str, text: str, language: str) -> str:
    """Return a format with as many decimals as the document shows."""
    mark = {"id": ",", "en": "."}[language]
    places = len(re.sub(r"\D", "", text.rpartition(mark)[2])) if mark in text else 0
    decimals = "." + "0" * places if places else ""
    return {"integer": "#,##0", "decimal": f"#,##0{decimals}", "percent": f"0{decimals}%"}[kind]
