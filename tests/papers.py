"""Documents of an edition, made in a format and read back as text, rows or properties.

Each document is made once as long as its edition, the folder and the ledger stay as they are.
"""

from __future__ import annotations

import pickle
import re
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
from openpyxl import load_workbook
from pypdf import PdfReader

from kit.documents.kinds import KINDS
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.render.xlsx import to_xlsx

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from openpyxl import Workbook

    from kit.edition import Edition

MADE_AT = "2025-12-31T09:00:00+07:00"  # a day that no meeting of the samples has


def records(edition: Edition, kind: str, id_: str = "") -> list[dict[str, Any]]:
    """The blocks of a document; of the part with an id, or of the first."""
    found: list[dict[str, Any]] = pickle.loads(_records(*_known(edition, kind, id_)))
    return found


def _known(edition: Edition, kind: str, id_: str) -> tuple[Edition, object, str, str]:
    """What a document is known by; the second part changes with the ledger and with the files of the edition."""
    files = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(edition.folder.glob("[!l]*.*")))
    return edition, (edition.fingerprint, files), kind, id_


@cache
def _records(edition: Edition, _: object, kind: str, id_: str) -> bytes:
    parts = KINDS[kind].parts(edition)
    part = next(part for part in parts if part.id == id_) if id_ else parts[0]
    found: list[dict[str, Any]] = []
    for block in KINDS[kind].blocks(edition, part, MADE_AT):
        record = block.to_json()
        found += record["blocks"] if record["type"] == "group" else [record]
    return pickle.dumps(found)


def pdf(edition: Edition, kind: str, id_: str = "") -> PdfReader:
    return PdfReader(BytesIO(_pdf(*_known(edition, kind, id_))))


@cache
def _pdf(*known: Any) -> bytes:
    return to_pdf(pickle.loads(_records(*known)))


@cache
def _word(*known: Any) -> bytes:
    return to_docx(pickle.loads(_records(*known)))


def squeezed(text: str) -> str:
    """A text without what a line break may change."""
    return re.sub(r"\s+", "", text)


def pdf_text(edition: Edition, kind: str, id_: str = "") -> str:
    return squeezed("".join(page.extract_text() for page in pdf(edition, kind, id_).pages))


def word(edition: Edition, kind: str, id_: str = "") -> WordDocument:
    return docx.Document(BytesIO(_word(*_known(edition, kind, id_))))


def word_rows(edition: Edition, kind: str, id_: str = "") -> list[list[str]]:
    """The rows of all tables."""
    return [[cell.text for cell in row.cells] for table in word(edition, kind, id_).tables for row in table.rows]


def word_text(edition: Edition, kind: str, id_: str = "") -> str:
    made = word(edition, kind, id_)
    paragraphs = [paragraph.text for paragraph in made.paragraphs]
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*paragraphs, *cells]))


def html_text(edition: Edition, kind: str, id_: str = "") -> str:
    return to_html(records(edition, kind, id_))


def sheet_rows(edition: Edition, kind: str, id_: str = "") -> list[list[object]]:
    """The rows of all sheets, as a spreadsheet holds them."""
    return [list(row) for sheet in workbook(edition, kind, id_).worksheets for row in sheet.iter_rows(values_only=True)]


def workbook(edition: Edition, kind: str, id_: str = "") -> Workbook:
    return load_workbook(BytesIO(to_xlsx(records(edition, kind, id_))), data_only=True)
