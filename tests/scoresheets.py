"""Judges' workbooks for tests, and what happens to them between export and import."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

from contests import contest, weighted
from homes import stage
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from kit.actions import append
from kit.contest import rounds
from kit.judging.score_sheet import write_sheets
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kit.edition import Edition

    Wanted = Mapping[tuple[str, str], object]  # entry and column: a criterion, `entrant` or `internal`

SCALE = {"low": 1, "high": 5, "step": "0.5"}
ENTRIES = {"E1": "G1/a", "E2": "G2/b", "E3": "G1/a"}


def opened(home: Path, *, round_: Mapping[str, Any] | None = None, **more: Any) -> Edition:
    """An edition with an open round of two criteria, A (40) and B (60), three entries and the judges J1 to J3."""
    marked = round_ or weighted({"A": 40, "B": 60}, scale=SCALE)
    other = {name: more.pop(name) for name in ("simulated", "notice", "rounding") if name in more}
    edition = stage(home, contest(marked, **other), more.pop("entries", ENTRIES), **more)
    rounds.open(edition, "r1")
    return edition


def say(edition: Edition, judge: str, marks: Mapping[tuple[str, str], str], actor: str = "") -> None:
    """Marks and comments as the form would record them."""
    append(
        edition,
        *(
            Event(kind="comment", actor=actor or judge, **about, text=said)
            if about["criterion"] in {"entrant", "internal"}
            else Event(kind="mark", actor=actor or judge, **about, value=said)
            for about, said in (
                ({"round": "r1", "judge_id": judge, "entry_id": entry, "criterion": criterion}, said)
                for (entry, criterion), said in marks.items()
            )
        ),
    )


def now(edition: Edition, judge: str = "J1") -> dict[tuple[str, str], str]:
    """What the ledger holds of a judge: marks that stand, and comments."""
    events = edition.history.events(["mark", "comment"], "r1")
    own = events[events["judge_id"] == judge].drop_duplicates(["entry_id", "kind", "criterion"], keep="last")
    held = {(row.entry_id, row.criterion): row.value or row.text for row in own.itertuples()}
    return {key: said for key, said in held.items() if said}


def sheet_of(edition: Edition, folder: Path, judge: str = "J1") -> Path:
    """The judge's workbook as it is exported now."""
    return write_sheets(edition, "r1", folder, [judge])[0]


def table(path: Path, *, values: bool = False) -> Worksheet:
    """The sheet with the marks."""
    return load_workbook(path, data_only=values).worksheets[2]


def places(sheet: Worksheet) -> tuple[dict[str, int], dict[str, int]]:
    """The rows of entries and the columns of ids, as the hidden row and column have them."""
    ids = next(row for row in sheet.iter_rows() if "kit:key" in [cell.value for cell in row])
    columns = {str(cell.value).rpartition(":")[2]: cell.column for cell in ids if cell.value}
    rows = {str(row[columns["key"] - 1].value): row[0].row for row in sheet.iter_rows(min_row=ids[0].row + 1)}
    return rows, columns


def address(path: Path, entry: str, column: str) -> str:
    """Where a cell is, such as ``F12``."""
    rows, columns = places(table(path))
    return f"{get_column_letter(columns[column])}{rows[entry]}"


def filled(path: Path, wanted: Wanted, to: Path | None = None) -> Path:
    """Type into a workbook and save it, over itself or elsewhere."""
    book = load_workbook(path)
    sheet = book.worksheets[2]
    rows, columns = places(sheet)
    for (entry, column), value in wanted.items():
        sheet.cell(rows[entry], columns[column]).value = value  # type: ignore[assignment]
    book.save(to or path)
    return to or path


def rearranged(path: Path, rows: Sequence[str], columns: Sequence[str] = ()) -> Path:
    """Sort the rows of entries and move columns, formulas following as a spreadsheet has them follow.

    Args:
        path: a workbook.
        rows: the entries in their new order.
        columns: some columns in their new order, changing places among themselves.
    """
    book = load_workbook(path)
    sheet = book.worksheets[2]
    at, place = places(sheet)
    new_row = dict(zip((at[entry] for entry in rows), sorted(at[entry] for entry in rows), strict=True))
    new_column = dict(zip((place[name] for name in columns), sorted(place[name] for name in columns), strict=True))
    held = {(cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row}

    def moved(found: re.Match[str]) -> str:
        cell = sheet[found[0]]
        return f"{get_column_letter(new_column.get(cell.column, cell.column))}{new_row.get(cell.row, cell.row)}"

    for (row, column), value in held.items():
        live = isinstance(value, str) and value.startswith("=")
        text = re.sub(r"\b[A-Z]+[0-9]+\b", moved, str(value)) if live else value
        sheet.cell(new_row.get(row, row), new_column.get(column, column)).value = text
    book.save(path)
    return path


def resaved(path: Path, folder: Path, *, through: str = "xlsx") -> Path:
    """The workbook as LibreOffice saves it, perhaps ``through`` another format."""
    for kind in dict.fromkeys((through, "xlsx")):
        command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
        command += ["xlsx:Calc MS Excel 2007 XML" if kind == "xlsx" else kind, "--outdir", str(folder / kind)]
        subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
        path = folder / kind / path.with_suffix(f".{kind}").name
    return path
