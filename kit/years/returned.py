"""Follow-up sheets come back: what they would record, and then the record of it.

A sheet says up to which event of the ledger it was written. What a cell held then is asked of the ledger, which keeps
everything, so that a sheet that comes back late reverts nothing, whatever program saved it. A table that the kit did
not write says nothing of that: it is taken as said now.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kit.columns import Table, in_reading_order, locate
from kit.errors import Collector, Mistakes, Problem
from kit.judging.merge import FRESH, outcome
from kit.reading import read_table
from kit.report.lasting import current, given
from kit.texts import LANGUAGES, read_chapter
from kit.years.followup import DETAILS, QUESTIONS, worded, wrong_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kit.fields import Reader
    from kit.judging.merge import Outcome
    from kit.years.followup import Answers, FollowUp

    Decided = Sequence[tuple["Answered", Outcome]]


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

    def decided(self) -> Decided:
        """Each cell that says something, and what becomes of it as the ledger is now."""
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

    def fresh(self, decided: Decided) -> dict[str, Answers]:
        """What is to be recorded, by innovation and question.

        The details of a state that an innovation is in no longer are taken back.

        Raises:
            Mistakes: answers do not go together, or files contradict one another.
        """
        now = current(given(self.followup.edition))
        cells = {(cell.innovation, cell.question): cell for cell, _ in decided}
        fresh: dict[str, dict[str, str]] = {}
        with Collector() as mistakes:
            for cell, what in decided:
                if what in FRESH:
                    said = fresh.setdefault(cell.innovation, {}).setdefault(cell.question, cell.answer)
                    if said != cell.answer:
                        _refuse(
                            mistakes,
                            cell,
                            Problem("answers_disagree", innovation=cell.innovation, answers=[said, cell.answer]),
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
        t, decided, lines = self.followup.edition.texts, self.decided(), []
        self.fresh(decided)
        for file in dict.fromkeys(cell.file for cell in self.cells):
            counts = Counter(str(what) for cell, what in decided if cell.file == file)
            words = {word: counts[word] for word in ("new", "changed", "same", "kept", "conflict")}
            lines.append(f"{file}: {t('followup.counts', **words)}")
            for cell, what in decided:
                if cell.file == file and what in {"changed", "conflict"}:
                    about = {"cell": f"{cell.column}{cell.row}", "innovation": cell.innovation}
                    said = {
                        "question": t(f"followup.q_{cell.question}"),
                        "answer": worded(cell.question, cell.answer, t),
                    }
                    lines.append("  " + t(f"followup.line_{what}", **about, **said))
        return "\n".join(lines)

    def record(self) -> int:
        """Record what is new or changed, all or nothing, and return how many answers that were.

        Raises:
            Mistakes: as :meth:`fresh`.
        """
        return len(self.followup.record(lambda: self.fresh(self.decided())))


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
    if mistakes.found:
        raise Mistakes(in_reading_order(mistakes.found))
    return Returned(followup, cells)


def _read(followup: FollowUp, path: Path, mistakes: Collector) -> list[Answered]:
    sheet, said = read_table(path), read_chapter("followup")
    names = ("innovation_id", *QUESTIONS, "revision")
    wanted = {name: [name, *(said[f"q_{name}"][language] for language in LANGUAGES)] for name in names}
    with Collector() as columns:
        letters = locate(sheet, wanted, columns)
        place = {"file": sheet.file, "row": sheet.header_row, "found": [*sheet.header.values()]}
        for column in {"innovation_id", "status"} - letters.keys():
            columns.add(Problem("column_missing", **place, accepted=" / ".join(wanted[column])))
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
