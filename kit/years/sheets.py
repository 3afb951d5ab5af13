"""Follow-up sheets: a workbook for each unit, with a row for each innovation that it is asked about, and back.

A sheet says up to which event of the ledger it was written. What a cell held then is asked of the ledger, which keeps
everything, so that a sheet that comes back late reverts nothing, whatever program saved it. A table that the kit did
not write says nothing of that: it is taken as said now.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.errors import Collector, Problem
from kit.report.lasting import current, given
from kit.tables import Table, locate, missing_column, read_table
from kit.texts import LANGUAGES, read_chapter
from kit.theme import PALETTE
from kit.workbooks import BORDER, FRESH, PROTECTED, outcome, tally, write_new
from kit.years.followup import DETAILS, QUESTIONS, STATUSES, YES_OR_NO, lives, still_there, worded, wrong_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kit.registers import Reader
    from kit.texts import Texts
    from kit.workbooks import Outcome
    from kit.years.followup import Answers, FollowUp

_COLUMNS = ("innovation_id", "title", "years", *QUESTIONS, "revision")
_WIDTHS = {"title": 38, "stopped_because": 28, "evidence": 28, "status": 19, "verifier": 18, "innovation_id": 11}
_HEADER = 3  # rows above it: the title, and how to fill the sheet in


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
    return write_new(made)


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
        line = {**BORDER, "text_wrap": True, "valign": "top"}
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
        page.protect("", PROTECTED)
        page.freeze_panes(first, 2)
        page.repeat_rows(_HEADER)
    return written.getvalue()


def _choices(question: str, t: Texts) -> list[str]:
    if question == "status":
        return [worded(question, status, t) for status in STATUSES]
    return [worded(question, word, t) for word in ("ya", "tidak")] if question in YES_OR_NO else []


# Back


class Answered(NamedTuple):
    """A cell of a sheet.

    Args:
        file: the sheet's name.
        row: the row.
        column: its letter.
        innovation: what it is about.
        question: what it answers.
        answer: in canonical form.
        revision: up to which event its sheet was written; blank where the kit did not write it.
    """

    file: str
    row: int
    column: str
    innovation: str
    question: str
    answer: str
    revision: str


@dataclass(frozen=True)
class Returned:
    """Answers that came back.

    Args:
        followup: the follow-up that they belong to.
        cells: what the files say.
    """

    followup: FollowUp
    cells: Sequence[Answered]

    def decided(self) -> list[tuple[Answered, Outcome]]:
        """Return each cell that says something, and what becomes of it as the ledger is now."""
        answers = given(self.followup.edition)
        now, told = current(answers), answers.drop_duplicates(["innovation_id", "question"], keep="last")
        last = told.set_index(["innovation_id", "question"])["number"].to_dict()
        base = {revision: current(answers, int(revision)) for revision in {cell.revision for cell in self.cells} - {""}}
        found = []
        for cell in self.cells:
            key = cell.innovation, cell.question
            ours = now.get(cell.innovation, {}).get(cell.question, "")
            was = base[cell.revision].get(cell.innovation, {}).get(cell.question, "") if cell.revision else ours
            moved = bool(cell.revision) and last.get(key, 0) > int(cell.revision)
            found.append((cell, outcome(was, cell.answer, ours, moved=moved)))
        return [(cell, what) for cell, what in found if what]

    def fresh(self) -> dict[str, Answers]:
        """Return what is to be recorded, by innovation and question.

        The details of a state that an innovation is in no longer are taken back.

        Raises:
            Mistakes: answers do not go together, or files contradict one another.
        """
        now, decided = current(given(self.followup.edition)), self.decided()
        cells = {(cell.innovation, cell.question): cell for cell, _ in decided}
        fresh: dict[str, dict[str, str]] = {}
        with Collector() as mistakes:
            for cell, what in decided:
                if what in FRESH:
                    said = fresh.setdefault(cell.innovation, {}).setdefault(cell.question, cell.answer)
                    if said != cell.answer:
                        answers = [said, cell.answer]
                        _refuse(
                            mistakes, cell, Problem("answers_disagree", innovation=cell.innovation, answers=answers)
                        )
            for innovation, own in fresh.items():
                old, status = now.get(innovation, {}), own.get("status", "")
                gone = [detail for own_status, details in DETAILS.items() if status != own_status for detail in details]
                own |= {detail: "" for detail in gone if status and old.get(detail) and detail not in own}
                for question, error in wrong_together(innovation, old | own, self.followup.last_part(innovation)):
                    at = cells.get((innovation, question)) or cells[innovation, next(iter(own))]
                    _refuse(mistakes, at, error)
        return dict(fresh)

    def preview(self) -> str:
        """Say what recording would do: counts for each file, and every cell that changes or needs a decision.

        Raises:
            Mistakes: as :meth:`fresh`.
        """
        self.fresh()
        t, decided, lines = self.followup.edition.texts, self.decided(), []
        for file in dict.fromkeys(cell.file for cell in self.cells):
            own = [(cell, what) for cell, what in decided if cell.file == file]
            lines.append(f"{file}: {t('followup.counts', **tally(what for _, what in own))}")
            for cell, what in own:
                if what in {"changed", "conflict"}:
                    about = {"cell": f"{cell.column}{cell.row}", "innovation": cell.innovation}
                    about["question"] = t(f"followup.q_{cell.question}")
                    answer = worded(cell.question, cell.answer, t)
                    lines.append("  " + t(f"followup.line_{what}", **about, answer=answer))
        return "\n".join(lines)

    def record(self) -> int:
        """Record what is new or changed, all or nothing, and return how many answers that were.

        Raises:
            Mistakes: as :meth:`fresh`.
        """
        return len(self.followup.record(self.fresh))


def _refuse(mistakes: Collector, cell: Answered, error: Problem) -> None:
    mistakes.add(error.at(file=cell.file, row=cell.row, column=cell.column))


def read_returned(followup: FollowUp, paths: Iterable[Path]) -> Returned:
    """Read and check follow-up sheets, or other tables with such columns; nothing is recorded.

    Raises:
        Mistakes: everything that is wrong, in all files, with its row and column.
    """
    cells: list[Answered] = []
    mistakes = Collector()
    for path in paths:
        try:
            cells += _read(followup, path, mistakes)
        except Problem as error:
            mistakes.add(error)
    mistakes.stop_if_any(in_order=True)
    return Returned(followup, cells)


def _read(followup: FollowUp, path: Path, mistakes: Collector) -> list[Answered]:
    sheet, said = read_table(path), read_chapter("followup")
    names = ("innovation_id", *QUESTIONS, "revision")
    wanted = {name: [name, *(said[f"q_{name}"][language] for language in LANGUAGES)] for name in names}
    with Collector() as columns:
        letters = locate(sheet, wanted, columns)
        for column in {"innovation_id", "status"} - letters.keys():
            columns.add(missing_column(sheet, wanted[column]))
    table = Table.take(sheet, letters, mistakes)
    table.require("innovation_id", mistakes)
    table.repeated(["innovation_id"], "duplicate_innovation", mistakes)
    readers: dict[str, Reader] = {"innovation_id": followup.known, **followup.readers, "revision": _revision}
    frame = table.convert_all(readers, mistakes).frame.dropna()
    asked = [question for question in QUESTIONS if question in letters]
    rows = zip(frame.index.tolist(), frame.to_dict("records"), strict=True)
    return [
        Answered(sheet.file, row, letters[name], own["innovation_id"], name, own[name], own.get("revision", ""))
        for row, own in rows
        for name in asked
    ]


def _revision(text: str) -> str:
    if not text.isdecimal():
        raise Problem("revision_unclear", value=text)
    return text
