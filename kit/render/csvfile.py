"""A document's first table as CSV that Excel opens by a double click, and that the kit's own readers read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from kit.render.layout import arranged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.render.blocks import Json


def to_csv(blocks: Iterable[Json]) -> str:
    """The first table, headers and cells as they read; the line above them says what every page would.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = arranged(blocks)
    masthead, t = document.masthead, document.texts
    table = next(block for block in document.blocks if block["type"] == "table")
    keys = [column["key"] for column in table["columns"]]
    mark = t("document.simulated") if masthead["simulated"] else ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([" ".join(filter(None, [masthead["caution"], mark]))])
    writer.writerow([column["label"] for column in table["columns"]])
    writer.writerows([row[key]["text"] if key in row else "" for key in keys] for row in table["rows"])
    return "\ufeff" + out.getvalue()
