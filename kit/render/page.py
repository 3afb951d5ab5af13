"""The page of a document: its paper, its margins, and the letters of its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Typeface = Literal["Bookman Old Style", "Plus Jakarta Sans"]

_PAPERS = {"a3": (297, 420), "a4": (210, 297), "f4": (215, 330)}  # mm; F4 is what Indonesian offices call folio
_POINTS = 72 / 25.4  # in a millimetre
_BREADTH = {"Bookman Old Style": 1.07, "Plus Jakarta Sans": 1.0}


@dataclass(frozen=True)
class Page:
    """The page of an official paper; what no office has said is what offices use.

    Args:
        paper: ``a4`` or ``f4``; ``a3`` for what hangs on a wall.
        size: of the text, in points.
        left: the margin, in millimetres, as the others.
        right: as ``left``.
        top: as ``left``.
        bottom: as ``left``.
        typeface: the name of a face; where a PDF has it, Bookman Old Style is set in the free TeX Gyre Bonum.
    """

    paper: Literal["a3", "a4", "f4"] = "a4"
    size: float = 12
    left: float = 30
    right: float = 20
    top: float = 25
    bottom: float = 25
    typeface: Typeface = "Bookman Old Style"

    @property
    def table_size(self) -> float:
        """The size of a table's text, in points."""
        return max(8.0, 0.8 * self.size)

    @property
    def edges(self) -> tuple[float, float]:
        """Width and height of the paper, in millimetres."""
        return _PAPERS[self.paper]

    def area(self, *, turned: bool = False) -> tuple[float, float]:
        """Return width and height of the text, in millimetres, upright or on a page turned on its side."""
        width, height = reversed(self.edges) if turned else self.edges
        return width - self.left - self.right, height - self.top - self.bottom

    @property
    def breadth(self) -> float:
        """How wide text in this face is beside the face that widths are measured in."""
        return _BREADTH[self.typeface]

    def room(self, *, turned: bool = False) -> float:
        """Return the width of the text in ems of a table's letters."""
        return self.area(turned=turned)[0] * _POINTS / self.table_size / self.breadth


# Of reports, and of everything that is no official paper.
REPORT = Page(size=9.5, left=20, right=20, top=27, bottom=21, typeface="Plus Jakarta Sans")
