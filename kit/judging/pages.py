"""A workbook that goes out to be filled in and comes back: its pages, its locked cells, its hidden imprint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kit.judging import sheet as form
from kit.theme import PALETTE

if TYPE_CHECKING:
    from kit.rules import Rules
    from kit.texts import Texts

    Page = Any  # xlsxwriter has no types

# Rows of a table, from 0: the hidden ids, the title, what the sheet is, the header; entries follow.
IDS, TITLE, ABOUT, HEADER = range(4)

# Excel's own limit, in characters.
CELL = 32_767

_LIVE = ("=", "+", "-", "@")  # what a spreadsheet would read as a formula when somebody edits the cell
BORDER = {"border": 1, "border_color": PALETTE["line"]}
HEAD = {**BORDER, "bold": True, "text_wrap": True, "bg_color": PALETTE["tint"], "valign": "bottom"}
TEXT = {**BORDER, "text_wrap": True}
OPEN = {"locked": False}
WARNING = {"font_color": PALETTE["amber"], "bold": True}
MUTED = {"font_color": PALETTE["muted"]}
_PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}


class Pages(ABC):
    """A workbook in the making; its maker says in :meth:`fill` what stands in it.

    Args:
        rules: the contest's.
        t: the language.
        imprint: what the workbook knows about itself.
    """

    def __init__(self, rules: Rules, t: Texts, imprint: form.Imprint) -> None:
        self.rules, self.t, self.imprint = rules, t, imprint
        self.formats: dict[str, Any] = {}

    @abstractmethod
    def fill(self) -> str:
        """Write the pages and return the workbook's title."""

    def to_xlsx(self) -> bytes:
        """The workbook as bytes."""
        import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

        written = BytesIO()
        with xlsxwriter.Workbook(written, {"in_memory": True}) as self.book:
            self.book.set_properties({"title": self.fill()})
            self.book.set_custom_property(form.PROPERTY, self.imprint.name)
            hidden = self.book.add_worksheet(form.HIDDEN)
            hidden.very_hidden()
            for row, piece in enumerate(self.imprint.cells()):
                hidden.write_string(row, 0, piece)
        return written.getvalue()

    def page(self, name: str, title: str, about: str, *, first: int = 0, landscape: bool = True) -> Page:
        """A new sheet for A4, as wide as the paper, with its title and whether all is simulated.

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
        page.protect("", _PROTECTED)
        self.text(page, (TITLE, first), title, bold=True, font_size=14)
        self.text(page, (ABOUT, first), f"{simulated} · {about}".strip(" ·"), **WARNING if simulated else MUTED)
        return page

    def format(self, **look: object) -> Any:  # noqa: ANN401  (xlsxwriter has no types)
        """The workbook's own object for a look."""
        key = repr(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", "font_color": PALETTE["ink"], **look})
        return self.formats[key]

    def text(self, page: Page, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text that stays text, also when somebody edits the cell."""
        look |= {"quote_prefix": True} if text.startswith(_LIVE) else {}
        (page.write_string if text else page.write_blank)(*at, text[:CELL], self.format(**look))
