"""Follow-up sheets: a workbook for each unit with its innovations, and the way back into the ledger.

A sheet says up to which event of the ledger it was written. What a cell held then is asked of the ledger, which keeps
everything, so that a sheet that comes back late reverts nothing, whatever program saved it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.columns import ColumnMissing, Table, in_reading_order, locate
from kit.errors import Collector, KitError, Mistakes
from kit.ledger import COMMITTEE, Overtaken
from kit.reading import read_table
from kit.report.batch import write
from kit.report.style import PALETTE
from kit.scoring.merge import FRESH, outcome
from kit.scoring.workbook import SheetsExist
from kit.texts import LANGUAGES, chapters
from kit.years.answers import current, given
from kit.years.questions import DETAILS, ELEMENTS, QUESTIONS, STATUSES, wrong_together
from kit.years.survival import lives, still_there
from kit.years.units import Lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from kit.scoring.merge import Outcome
    from kit.years.answers import FollowUp

_GIVEN = ("innovation_id", "title", "years")  # what stands before the answers
_WIDTHS = {"title": 38, "stopped_because": 28, "evidence": 28, "status": 19, "verifier": 18, "innovation_id": 11}
_ROOM = 3  # rows above the header: title, what it is, how to fill it in


class DuplicateInnovation(KitError, ValueError):
    """An innovation stands in two rows of one file."""


class AnswersDisagree(KitError, ValueError):
    """Two files of one import answer the same question about an innovation differently."""


class NotARevision(KitError, ValueError):
    """A sheet does not say up to which event of the ledger it was written."""


class Answered(NamedTuple):
    """A cell of a sheet that says something.

    Args:
        file: the sheet's name.
        row: the row.
        column: its letter.
        innovation: what it is about.
        question: what it answers.
        answer: in canonical form.
        revision: up to which event its sheet was written; blank where a file was not written by the kit.
    """

    file: str
    row: int
    column: str
    innovation: str
    question: str
    answer: str
    revision: str


def _headers(column: str) -> list[str]:
    said = chapters()["followup"][f"q_{column}"]
    return [column, *(said[language] for language in LANGUAGES)]


def write_sheets(followup: FollowUp, folder: Path) -> list[Path]:
    """Write one workbook for each unit that has innovations to be asked about; nothing is ever overwritten.

    What was heard this year already is filled in. Innovations that stopped or were merged in an earlier year are not
    asked about again.

    Raises:
        SheetsExist: files of these names are there; none is written.
    """
    span, t = followup.span, followup.edition.texts
    lineage, table = Lineage(span), lives(span)
    here = table["heard"] == followup.edition.name
    asked = table[table["status"].map(still_there) | here]
    units = asked["unit_id"].map(lineage.today)
    answers = given(followup.edition)
    revision = int(answers["number"].max()) if len(answers) else 0
    made = {}
    for unit, own in asked.groupby(units):
        stem = t("followup.sheet_stem", edition=followup.edition.name, unit=unit)
        stem += "-SIMULASI" if followup.edition.rules.simulated else ""
        rows = [{"innovation_id": name, **about} for name, about in own.to_dict("index").items()]
        content = _workbook(followup, str(lineage.names[str(unit)]), rows, current(answers), revision)
        made[folder / f"{stem}.xlsx"] = content
    if there := [path.name for path in made if path.exists()]:
        raise SheetsExist(n=len(there), files=there)
    for path, content in made.items():
        write(path, content)
    return list(made)


def _workbook(
    followup: FollowUp, unit: str, rows: Sequence[dict[Any, Any]], known: dict[str, dict[str, str]], revision: int
) -> bytes:
    import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

    t, rules, written = followup.edition.texts, followup.edition.rules, BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        page = book.add_worksheet(t("followup.sheet"))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        simulated = f"{t('document.simulated')} · " if rules.simulated else ""
        page.set_header(f"&C&B{simulated.strip(' ·')}")
        page.write_string(0, 0, t("followup.sheet_title", unit=unit, edition=rules.edition), book.add_format({"bold": True, "font_size": 14}))
        page.write_string(1, 0, simulated + t("followup.sheet_how"), book.add_format({"font_color": PALETTE["muted"]}))
        line = {"border": 1, "border_color": PALETTE["line"], "text_wrap": True, "valign": "top"}
        head = book.add_format(line | {"bold": True, "bg_color": PALETTE["tint"], "valign": "bottom"})
        fixed, free = book.add_format(line), book.add_format(line | {"locked": False, "num_format": "@"})
        columns = [*_GIVEN, *QUESTIONS, "revision"]
        for column, name in enumerate(columns):
            page.set_column(column, column, _WIDTHS.get(name, 13))
            page.write_string(_ROOM, column, t(f"followup.q_{name}"), head)
        for row, about in enumerate(rows, _ROOM + 1):
            years = about["first"] if about["first"] == about["last"] else f"{about['first']}–{about['last']}"
            own = known.get(about["innovation_id"], {})
            shown = {**about, "years": years, "revision": str(revision)}
            for column, name in enumerate(columns):
                answer = name in QUESTIONS
                text = _worded(name, own.get(name, ""), t) if answer else str(shown[name])
                page.write_string(row, column, text, free if answer else fixed)
        first, last = _ROOM + 1, _ROOM + len(rows)
        for column, name in enumerate(columns):
            if choices := _choices(name, t):
                page.data_validation(first, column, last, column, {"validate": "list", "source": choices, **_error(t, choices)})
            elif name in {"stopped_on", "checked_on"}:
                page.write_comment(_ROOM, column, t("followup.sheet_date"))
        page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        page.freeze_panes(first, 2)
        page.repeat_rows(_ROOM)
    return written.getvalue()


def _choices(question: str, t: Any) -> list[str]:  # noqa: ANN401
    if question == "status":
        return [t(f"followup.status_{status}") for status in STATUSES]
    return [t("followup.ya"), t("followup.tidak")] if question in {*ELEMENTS, "person_changed"} else []


def _error(t: Any, choices: list[str]) -> dict[str, str]:  # noqa: ANN401
    return {"error_title": t("sheets.refused_title"), "error_message": t("followup.sheet_choose", choices=choices)}


def _worded(question: str, answer: str, t: Any) -> str:  # noqa: ANN401
    return t(f"followup.status_{answer}") if question == "status" and answer else answer


# The way back


@dataclass(frozen=True)
class Returned:
    """Answers that came back, each with what becomes of it.

    Args:
        followup: the follow-up that they belong to.
        cells: what the files say.
    """

    followup: FollowUp
    cells: Sequence[Answered]

    def outcomes(self) -> list[tuple[Answered, Outcome]]:
        """What becomes of each cell, as the ledger is now.

        Raises:
            Mistakes: answers that do not go together, or files that contradict one another.
        """
        answers = given(self.followup.edition)
        now, told = current(answers), answers.drop_duplicates(["innovation_id", "question"], keep="last")
        moved = told.set_index(["innovation_id", "question"])["number"].to_dict()
        base = {revision: current(answers, int(revision)) for revision in {cell.revision for cell in self.cells} - {""}}
        decided = []
        for cell in self.cells:
            ours = now.get(cell.innovation, {}).get(cell.question, "")
            was = base[cell.revision].get(cell.innovation, {}).get(cell.question, "") if cell.revision else ours
            later = bool(cell.revision) and moved.get((cell.innovation, cell.question), 0) > int(cell.revision)
            if found := outcome(was, cell.answer, ours, moved=later):
                decided.append((cell, found))
        with Collector() as mistakes:
            self._refuse(decided, now, mistakes)
        return decided

    def _refuse(
        self, decided: Sequence[tuple[Answered, Outcome]], now: dict[str, dict[str, str]], mistakes: Collector
    ) -> None:
        first: dict[tuple[str, str], Answered] = {}
        for cell, found in decided:
            other = first.setdefault((cell.innovation, cell.question), cell) if found in FRESH else cell
            if other.answer != cell.answer:
                about = {"innovation": cell.innovation, "other": other.file, "other_row": other.row}
                mistakes.add(AnswersDisagree(file=cell.file, row=cell.row, column=cell.column, **about))
        fresh = self._fresh(decided, now)
        places = {(cell.innovation, cell.question): cell for cell, _ in decided}
        for innovation, own in fresh.items():
            together = now.get(innovation, {}) | own
            for question, error in wrong_together(innovation, together, self.followup.last_part(innovation)):
                near = next(place for (name, _), place in places.items() if name == innovation)
                cell = places.get((innovation, question), near)
                place = {"file": cell.file, "row": cell.row}
                column = {"column": cell.column} if cell.question == question else {}
                mistakes.add(type(error)(**place, **column, **error.data))

    @staticmethod
    def _fresh(
        decided: Sequence[tuple[Answered, Outcome]], now: dict[str, dict[str, str]]
    ) -> dict[str, dict[str, str]]:
        """What is to be recorded; details of a state that an innovation is no longer in are taken back."""
        fresh: dict[str, dict[str, str]] = {}
        for cell, found in decided:
            if found in FRESH:
                fresh.setdefault(cell.innovation, {})[cell.question] = cell.answer
        for innovation, own in fresh.items():
            for status, details in DETAILS.items():
                for detail in details if own.get("status", status) != status else ():
                    if now.get(innovation, {}).get(detail) and detail not in own:
                        own[detail] = ""
        return fresh

    def preview(self) -> str:
        """Say what recording would do: counts for each file, and every cell that changes or needs a decision."""
        t, decided, lines = self.followup.edition.texts, self.outcomes(), []
        for file in dict.fromkeys(cell.file for cell in self.cells):
            own = [(cell, found) for cell, found in decided if cell.file == file]
            counts = Counter(found for _, found in own)
            words = ("new", "changed", "same", "kept", "conflict")
            lines.append(f"{file}: {t('followup.counts', **{word: counts[word] for word in words})}")
            for cell, found in own:
                if found in {"changed", "conflict"}:
                    about = {"cell": f"{cell.column}{cell.row}", "innovation": cell.innovation, "answer": cell.answer}
                    lines.append("  " + t(f"followup.line_{found}", question=t(f"followup.q_{cell.question}"), **about))
        return "\n".join(lines)

    def record(self) -> int:
        """Record what is new or changed, all or nothing, and return how many answers that were."""
        ledger = self.followup.edition.ledger
        while True:
            after = ledger.chain_counts([COMMITTEE])[COMMITTEE]
            fresh = self._fresh(self.outcomes(), current(given(self.followup.edition)))
            try:
                return self.followup.record(fresh, after=after)
            except Overtaken:
                continue


def read_sheets(followup: FollowUp, paths: Iterable[Path]) -> Returned:
    """Read and check follow-up sheets, or other tables with such columns; nothing is recorded.

    Raises:
        Mistakes: everything that is wrong, in all files, with its row and column.
    """
    cells: list[Answered] = []
    mistakes = Collector()
    for path in paths:
        try:
            cells += _read(followup, path, mistakes)
        except KitError as error:
            mistakes.add(error)
    if mistakes.found:
        raise Mistakes(in_reading_order(mistakes.found))
    returned = Returned(followup, cells)
    returned.outcomes()  # refuses what does not go together
    return returned


def _read(followup: FollowUp, path: Path, mistakes: Collector) -> list[Answered]:
    sheet = read_table(path)
    wanted = {name: _headers(name) for name in ("innovation_id", *QUESTIONS, "revision")}
    with Collector() as columns:
        letters = locate(sheet, wanted, columns)
        for column in ("innovation_id", "status"):
            if column not in letters:
                place = {"file": sheet.file, "row": sheet.header_row}
                columns.add(ColumnMissing(**place, accepted=" / ".join(wanted[column]), found=[*sheet.header.values()]))
    table = Table.take(sheet, letters, mistakes)
    table.require("innovation_id", mistakes)
    table.repeated(["innovation_id"], DuplicateInnovation, mistakes)
    read = {"innovation_id": followup.known, **followup.readers, "revision": _revision}
    frame: pd.DataFrame = table.convert_all(read, mistakes).frame
    asked = [question for question in QUESTIONS if question in letters]
    return [
        Answered(sheet.file, int(row), letters[question], own["innovation_id"], question, own[question], own.get("revision", ""))
        for row, own in frame.dropna().to_dict("index").items()
        for question in asked
    ]


def _revision(text: str) -> str:
    if not text.isdecimal():
        raise NotARevision(value=text)
    return text
