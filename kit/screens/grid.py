"""A table on screen that sorts, filters and copies; what it shows can be exchanged while it stands there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from kit.screens import front_end

if TYPE_CHECKING:
    from kit.render.blocks import Table
    from kit.texts import Texts

WORDS = ("filter", "copy", "copied", "not_copied", "count", "sort")


class Grid(anywidget.AnyWidget):
    """A table whose headers sort it, with a field that filters its rows and a button that copies those shown.

    Args:
        t: the language.
        table: what it shows at first.
    """

    _esm = front_end.script("grid")
    _css = Path(__file__).with_suffix(".css")
    texts = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, t: Texts, table: Table) -> None:
        words = {name: t(f"browse.grid_{name}", n="{n}", all="{all}") for name in WORDS}  # filled on the page
        super().__init__(texts=words, data=_data(table))

    def show(self, table: Table) -> None:
        """Show another table; what was sorted and filtered by stays where its columns are the same."""
        self.data = _data(table)


def _data(table: Table) -> dict[str, Any]:
    """What the page needs: texts as they are shown, and the numbers that they are sorted by."""
    rows = []
    for row in table.rows:
        cells = [row.get(column.key) for column in table.columns]
        rows.append(
            [
                {"text": cell.text, "strong": cell.strong, "by": None if cell.value is None else float(cell.value)}  # type: ignore[arg-type]  # numbers
                if cell
                else {"text": ""}
                for cell in cells
            ]
        )
    columns = [{"label": column.label, "number": column.kind != "text"} for column in table.columns]
    header = [column.key for column in table.columns].index(table.row_header)
    return {"caption": table.caption, "notes": [*table.notes], "columns": columns, "rows": rows, "header": header}
