"""Follow-up sheets: a workbook for each unit, with a row for each innovation that it is asked about."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.files import write
from kit.report.lasting import current, given
from kit.theme import PALETTE
from kit.years.followup import QUESTIONS, STATUSES, YES_OR_NO, lives, still_there, worded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kit.texts import Texts
    from kit.years.followup import FollowUp

_COLUMNS = ("innovation_id", "title", "years", *QUESTIONS, "revision")
_WIDTHS = {"title": 38, "stopped_because": 28, "evidence": 28, "status": 19, "verifier": 18, "innovation_id": 11}
_HEADER = 3  # rows above it: the title, and how to fill the sheet in
_PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}


def write_sheets(followup: FollowUp, folder: Path) -> list[Path]:
    """Write one workbook for each unit that has innovations to be asked about; nothing is ever overwritten.

    What was heard this year already is filled in. Innovations that stopped or were merged in an earlier year are not
    asked about again. Each row says up to which event of the ledger it was written.

    Raises:
        sheets_exist: files of these names are there; none is written.
        file_open_elsewhere: another program holds one of the files open.
    """
    edition, t, lineage, table = followup.edition, followup.t, followup.span.lineage, lives(followup.span)
    asked = table[table["status"].map(still_there) | (table["heard"] == edition.name)]
    answers = given(edition)
    revision, known = str(answers["number"].max() if len(answers) else 0), current(answers)
    made = {}
    for unit, own in asked.groupby(asked["unit_id"].map(lineage.today)):
        stem = t("followup.sheet_stem", edition=edition.name, unit=unit)
        rows = [
            {**known.get(str(name), {}), "innovation_id": name, "title": title, "revision": revision}
            | {"years": "–".join(dict.fromkeys((first, last)))}
            for name, title, first, last in own[["title", "first", "last"]].itertuples(name=None)
        ]
        path = folder / f"{stem}{'-SIMULASI' if edition.rules.simulated else ''}.xlsx"
        made[path] = _workbook(followup, str(lineage.names[str(unit)]), rows)
    if there := [path.name for path in made if path.exists()]:
        raise Problem("sheets_exist", n=len(there), files=there)
    for path, content in made.items():
        write(path, content)
    return list(made)


def _workbook(followup: FollowUp, unit: str, rows: Sequence[dict[str, Any]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

    t, rules, written = followup.edition.texts, followup.edition.rules, BytesIO()
    simulated = t("document.simulated") if rules.simulated else ""
    first, last = _HEADER + 1, _HEADER + len(rows)
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        page = book.add_worksheet(t("followup.sheet"))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_header(f"&C&B{simulated}")
        title = t("followup.sheet_title", unit=unit, edition=rules.edition)
        page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        muted = book.add_format({"font_color": PALETTE["muted"]})
        page.write_string(1, 0, f"{simulated} · {t('followup.sheet_how')}".strip(" ·"), muted)
        line = {"border": 1, "border_color": PALETTE["line"], "text_wrap": True, "valign": "top"}
        head = book.add_format(line | {"bold": True, "bg_color": PALETTE["tint"], "valign": "bottom"})
        fixed, free = book.add_format(line), book.add_format(line | {"locked": False, "num_format": "@"})
        for column, name in enumerate(_COLUMNS):
            page.set_column(column, column, _WIDTHS.get(name, 13))
            page.write_string(_HEADER, column, t(f"followup.q_{name}"), head)
            if choices := _choices(name, t):
                refusal = {"error_title": t("sheets.refused_title")}
                refusal["error_message"] = t("followup.sheet_choose", choices=choices)
                page.data_validation(first, column, last, column, {"validate": "list", "source": choices, **refusal})
            for row, own in enumerate(rows, first):
                text = worded(name, own.get(name, ""), t)
                page.write_string(row, column, text, free if name in QUESTIONS else fixed)
        page.protect("", _PROTECTED)
        page.freeze_panes(first, 2)
        page.repeat_rows(_HEADER)
    return written.getvalue()


def _choices(question: str, t: Texts) -> list[str]:
    if question == "status":
        return [worded(question, status, t) for status in STATUSES]
    return [worded(question, word, t) for word in ("ya", "tidak")] if question in YES_OR_NO else []
