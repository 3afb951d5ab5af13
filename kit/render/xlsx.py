"""The workbook face: every table of the document on a sheet of its own, with numbers that stay numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.errors import Problem
from kit.render.blocks import NUMERIC
from kit.render.layout import arranged, fit, widths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.render.blocks import Json
    from kit.render.layout import Arranged

_Sheet = Any  # xlsxwriter has no types
_Format = Any


# Rows from 0: the caption, what the result may be called, the header; the table's first row follows.
_CAPTION, _STATE, _HEADER = 0, 1, 2

# Excel's own limits.
_NAME_LENGTH, _TEXT_LENGTH, _FOOTER = 31, 32_767, 255
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")

# In characters: no column is narrower or wider, and a header's filter button takes this much.
_NARROWEST, _WIDEST, _BUTTON = 7.0, 48.0, 3.0

# Dates in the words of each language.
_DATES = {"id": "[$-421]d mmmm yyyy", "en": "[$-809]d mmmm yyyy"}

_NUMBER = {"align": "right", "indent": 1}
_MUTED = {"font_color": theme.PALETTE["muted"]}
_WARNING = {"font_color": theme.PALETTE["amber"], "bold": True}
_LINE = {"bottom": 4, "bottom_color": theme.PALETTE["line"]}
_HEAD = {"bold": True, "text_wrap": True, "valign": "bottom", "top": 2, "bottom": 1, "bg_color": theme.PALETTE["tint"]}

# What a spreadsheet would read as the beginning of a formula when somebody edits the cell.
_LIVE = ("=", "+", "-", "@", "\t", "\n")


def to_xlsx(blocks: Iterable[Json]) -> bytes:
    """The document's tables as a workbook, after a sheet that says what they are.

    Text is always written as text: nothing that a unit wrote becomes a formula or a link. The same blocks give the
    same bytes. A cell's formula names cells by column key, never by address:

    - ``{score}``: the column ``score`` in the formula's own row;
    - ``{Juri!score!4}``: row 4, counted from 0, of the column ``score`` in the table whose ``sheet`` is ``Juri``;
    - ``{Juri!score}``: that whole column.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
        workbook_cell_unknown: a formula names cells that are not there.
    """
    import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

    document = arranged(blocks)
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        _Writer(document, book).write()
    return written.getvalue()


def sheet_names(asked: Iterable[str]) -> list[str]:
    """Names that every spreadsheet accepts, one for each asked for, all different."""
    names: list[str] = []
    for wish in asked:
        base = " ".join(_FORBIDDEN_IN_NAMES.sub(" ", wish).split()).strip(" '")[:_NAME_LENGTH].rstrip(" '")
        name, n = base, 2
        while name.casefold() in {"", "history", *map(str.casefold, names)}:
            ending = f" ({n})"
            name, n = base[: _NAME_LENGTH - len(ending)].rstrip() + ending, n + 1
        names.append(name)
    return names


@dataclass(frozen=True)
class _Place:
    """Where a table stands in the workbook."""

    table: Json
    name: str

    @property
    def quoted(self) -> str:
        """The sheet's name as formulas and links write it."""
        return "'" + self.name.replace("'", "''") + "'"

    def column(self, key: str) -> int:
        """The number of a column, from 0."""
        keys = [column["key"] for column in self.table["columns"]]
        if key not in keys:
            raise Problem("workbook_cell_unknown", name=key, known=keys)
        return keys.index(key)


class _Writer:
    """Writes one document into one workbook."""

    def __init__(self, document: Arranged, book: Any) -> None:  # noqa: ANN401  (xlsxwriter has no types)
        self.document = document
        self.book = book
        self.t = document.texts
        self.tables = [block for block in document.blocks if block["type"] == "table"]
        wishes = [table["sheet"] or table["label"] for table in self.tables]
        self.about, *names = sheet_names([self.t("document.sheet_about"), *wishes])
        self.places = [_Place(table, name) for table, name in zip(self.tables, names, strict=True)]
        self.formats: dict[tuple[tuple[str, object], ...], _Format] = {}

    def format(self, **properties: object) -> _Format:
        """One format of the workbook for each set of properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"valign": "top", "font_color": theme.PALETTE["ink"], **properties}
            )
        return self.formats[key]

    def write(self) -> None:
        """Everything, in the order of the sheets."""
        masthead = self.document.masthead
        about = {name: (label, text) for name, label, text in self.document.about}
        self.book.set_properties(
            {
                "title": masthead["title"],
                "subject": about["state"][1],
                "author": masthead["organiser"],
                "category": about["circulation"][1],
                "keywords": about["data"][1],
                "comments": f"{about['fingerprint'][0]}: {about['fingerprint'][1]}",
                "created": datetime.fromisoformat(masthead["made_at"]).astimezone(UTC).replace(tzinfo=None),
            }
        )
        for name, text in self.document.claims.items():
            self.book.set_custom_property(name, text, "text")
        self._write_about()
        for place in self.places:
            self._write_table(place)

    def _write_about(self) -> None:
        masthead = self.document.masthead
        sheet = self._sheet(self.about, landscape=False)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        self._text(sheet, (0, 0), masthead["title"], bold=True, font_size=16)
        if masthead["simulated"]:
            self._text(sheet, (1, 0), self.t("document.simulated"), **_WARNING)
        lines = [(label, text) for _, label, text in self.document.about]
        extra = [(name, masthead[name]) for name in ("caution", "organiser", "notice")]
        lines += [(self.t(f"document.{name}"), text) for name, text in extra if text]
        for row, (label, text) in enumerate(lines, 3):
            self._text(sheet, (row, 0), label, **_MUTED)
            self._text(sheet, (row, 1), text, text_wrap=True)
        first = len(lines) + 4
        self._text(sheet, (first, 0), self.t("document.sheet_list"), bold=True)
        link = self.format(font_color=theme.PALETTE["accent"], underline=1)
        for row, place in enumerate(self.places, first + 1):
            sheet.write_url(row, 0, f"internal:{place.quoted}!A1", link, place.name)
            self._text(sheet, (row, 1), place.table["caption"], text_wrap=True)

    def _write_table(self, place: _Place) -> None:
        table, columns, masthead = place.table, place.table["columns"], self.document.masthead
        sheet = self._sheet(place.name, landscape=fit(widths(table, theme.ems)).landscape)
        said = (masthead["caution"], masthead["state"], self.t(f"document.{masthead['circulation']}"))
        state = " · ".join(filter(None, said))
        if masthead["simulated"]:
            self._text(sheet, (_STATE, 0), f"{self.t('document.simulated')} · {state}", **_WARNING)
        else:
            self._text(sheet, (_STATE, 0), state, **_MUTED)
        self._text(sheet, (_CAPTION, 0), table["caption"], bold=True, font_size=12)
        for number, (column, width) in enumerate(zip(columns, widths(table, _letters), strict=True)):
            sheet.set_column(number, number, max(min(width.natural + 1, _WIDEST), width.least + _BUTTON, _NARROWEST))
            self._text(
                sheet, (_HEADER, number), column["label"], **_HEAD, **_NUMBER if column["kind"] in NUMERIC else {}
            )
        for row, cells in enumerate(table["rows"], _HEADER + 1):
            for number, column in enumerate(columns):
                self._cell(sheet, (row, number), cells.get(column["key"], {"text": ""}), column, place)
        last = _HEADER + len(table["rows"])
        sheet.autofilter(_HEADER, 0, max(last, _HEADER + 1), len(columns) - 1)
        sheet.freeze_panes(_HEADER + 1, place.column(table["row_header"]) + 1)
        sheet.repeat_rows(_HEADER)
        for row, note in enumerate(table["notes"], last + 2):
            self._text(sheet, (row, 0), note, **_MUTED)

    def _cell(self, sheet: _Sheet, at: tuple[int, int], cell: Json, column: Json, place: _Place) -> None:
        text, value, kind = cell["text"], cell.get("value"), column["kind"]
        look: dict[str, object] = {**_LINE, "bold": cell.get("strong", False)}
        if kind in NUMERIC:
            look |= {**_NUMBER, "num_format": _number_format(kind, text, self.t.language)}
        if cell.get("formula"):
            formula = self._addressed(cell["formula"], at[0], place)
            sheet.write_formula(*at, formula, self.format(**look), text if value is None else value)
        elif kind == "date" and isinstance(value, str):
            look |= {"num_format": _DATES[self.t.language], "align": "left"}
            sheet.write_datetime(*at, date.fromisoformat(value[:10]), self.format(**look))
        elif kind in NUMERIC and value is not None:
            sheet.write_number(*at, value, self.format(**look))
        else:
            self._text(sheet, at, text, **look, text_wrap=True)

    def _text(self, sheet: _Sheet, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text as text, and keep it text when somebody edits the cell."""
        shown = text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"
        sheet.write_string(*at, shown, self.format(**look, quote_prefix=text.startswith(_LIVE)))

    def _addressed(self, formula: str, row: int, place: _Place) -> str:
        """A formula with every ``{...}`` replaced by the address of its cells."""
        from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell  # noqa: PLC0415

        def address(found: re.Match[str]) -> str:
            match found[1].split("!"):
                case [key]:
                    return str(xl_rowcol_to_cell(row, place.column(key)))
                case [sheet, key, *rest]:
                    other = next((one for one in self.places if one.table["sheet"] == sheet), None)
                    if other is None:
                        raise Problem(
                            "workbook_cell_unknown", name=sheet, known=[one.table["sheet"] for one in self.places]
                        )
                    first = _HEADER + 1 + (int(rest[0]) if rest else 0)
                    last = first if rest else _HEADER + len(other.table["rows"])
                    number = other.column(key)
                    return f"{other.quoted}!{xl_range_abs(first, number, last, number)}"
            raise AssertionError(found[0])

        return re.sub(r"\{([^{}]+)\}", address, formula)

    def _sheet(self, name: str, *, landscape: bool) -> _Sheet:
        """A new sheet that prints on A4, as wide as the page, with what the document is on every page."""
        masthead, t = self.document.masthead, self.t
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.7)
        if landscape:
            sheet.set_landscape()
        edition = f"{t('document.edition')} {masthead['edition']}"
        warning = f"&C&B{t('document.simulated')}" if masthead["simulated"] else ""
        sheet.set_header(f"&L{_running(edition, 30)}{warning}")
        circulation = t(f"document.{masthead['circulation']}_short")
        page = t("document.page", page="&P", pages="&N")
        data = t("document.fingerprint_short", start=masthead["fingerprint"][:12])
        caution, state = (
            _running(masthead["caution"], 90),
            f"{_running(masthead['state'], 64)} · {circulation} · {data}",
        )
        fixed = "\n".join(filter(None, [state, caution]))
        title = _running(masthead["title"], min(70, max(_FOOTER - len(f"&L\n{fixed}&R{page}"), 1)))
        sheet.set_footer(f"&L{title}\n{fixed}&R{page}")
        return sheet


def _letters(text: str) -> float:
    return float(len(text))


def _running(text: str, length: int) -> str:
    """A text for a sheet's header or footer, at most so long as it is written there: an ampersand takes two letters."""
    written = text.replace("&", "&&")
    while len(written) > length:
        text = text[:-1].rstrip()
        written = text.replace("&", "&&") + "…"
    return written


def _number_format(kind: str, text: str, language: str) -> str:
    """As many decimals as the document shows."""
    mark = {"id": ",", "en": "."}[language]
    places = len(re.sub(r"\D", "", text.rpartition(mark)[2])) if mark in text else 0
    decimals = "." + "0" * places if places else ""
    return {"integer": "#,##0", "decimal": f"#,##0{decimals}", "percent": f"0{decimals}%"}[kind]
