"""The checklist of all entries as a workbook, and back: the same mechanism as for judges' score sheets.

A cell that was left or made empty changes nothing, what was recorded since the export is never reverted, and the same
file twice changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from kit.columns import fold
from kit.contest.administration import (
    ADMISSIONS,
    CHECKS,
    RECEIPTS,
    Change,
    checklist,
    dossiers,
    judged,
    minute,
    moment,
    record,
    require_open,
    slots,
)
from kit.errors import Collector, Problem
from kit.fields import day_of, in_one_line
from kit.files import write
from kit.judging import sheet as form
from kit.judging.merge import FRESH, compare, event_id
from kit.judging.pages import BORDER, CELL, HEAD, HEADER, IDS, OPEN, TEXT, Pages
from kit.judging.reader import TableReader, load
from kit.ledger import COMMITTEE
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from kit.contest.administration import Dossier, Said
    from kit.edition import Edition
    from kit.judging.merge import Sheet
    from kit.judging.pages import Page
    from kit.judging.reader import Book
    from kit.judging.sheet import Slot

_ANSWERS = {"checked": CHECKS, "admission": ADMISSIONS}
_STEPS = ("answers", "receipts", "cure", "admission", "empty", "returned")


class _Imprint(form.Imprint):
    """What such a workbook knows about itself; the committee stands where a score sheet has its judge."""

    format = "kit: daftar periksa 1"


def _columns(slot: Slot) -> list[str]:
    """What stands above the columns of a slot: an answer or a day has a second one for its note."""
    first = form.column_id(slot)
    return [first] if slot[0] == "received" else [first, f"{first}:note"]


def _one(kind: str, value: str, text: str) -> str:
    """What was said about a slot as one text, to be compared with what came back."""
    if kind == "received" and value:
        value = minute(moment(value))
    return f"{value}\n{in_one_line(text)}".rstrip("\n")


def _both(one: str) -> tuple[str, str]:
    value, _, text = one.partition("\n")
    return value, text


def _said(all_: Mapping[str, Dossier]) -> form.Said:
    """What the ledger holds of every entry, as sheets have it."""
    return {
        (entry, *slot): (_one(slot[0], said.value, said.text), said.number)
        for entry, dossier in all_.items()
        for slot, said in dossier.said.items()
    }


# Out


def write_checklist(edition: Edition, path: Path) -> None:
    """Write the checklist of all entries as a workbook to fill in; nothing is ever overwritten.

    Raises:
        NoChecklist: the rules have no round of administrative selection.
        sheets_exist: a file of this name is there.
        file_open_elsewhere: another program holds it open.
    """
    if path.exists():
        raise Problem("sheets_exist", n=1, files=[path.name])
    write(path, _Checklist(edition).to_xlsx())


class _Checklist(Pages):
    """The workbook of all entries."""

    def __init__(self, edition: Edition) -> None:
        self.round, self.dossiers = checklist(edition), dossiers(edition)
        self.registers = edition.registers
        said = _said(self.dossiers)
        titles = edition.registers.entries.set_index("entry_id")["title"]
        imprint = _Imprint(
            edition=edition.name,
            round=self.round.id,
            judge_id=COMMITTEE,
            last=max((number for _, number in said.values()), default=0),
            titles={entry: form.plain(titles[entry][:CELL]) for entry in self.dossiers},
            base={key: text for key, (text, _) in said.items() if text},
        )
        super().__init__(edition.rules, edition.texts, imprint)

    def fill(self) -> str:
        """Instructions and table."""
        t, about = self.t, self.rules.title.say(self.t.language)
        title = self.round.name.say(t.language)
        page = self.page(t("administration.sheet_how"), title, about, landscape=False)
        page.set_column(0, 0, 4)
        page.set_column(1, 1, 96)
        for row, step in enumerate(_STEPS, HEADER + 1):
            self.text(page, (row, 0), f"{row - HEADER}.", align="right")
            self.text(page, (row, 1), t(f"administration.how_{step}"), text_wrap=True)
        self._table(self.page(t("administration.sheet"), title, about, first=1))
        return title

    def _heads(self) -> list[tuple[str, str, float]]:
        """What stands above each column: its id, its words and its width."""
        t = self.t
        heads = [(form.KEY, form.HEADER, 0.0), ("kit:number", t("columns.number"), 5)]
        heads += [(form.ENTRY, t("columns.entry_id"), 9), (form.TITLE, t("columns.title"), 34)]
        heads += [("kit:unit", t("columns.unit"), 24), ("kit:category", t("columns.category"), 14)]
        names = {item.id: (n, item.name.say(t.language)) for n, item in enumerate(self.round.items, 1)}
        for slot in slots(self.round):
            kind, criterion = slot
            ids = _columns(slot)
            if kind == "received":
                heads.append((ids[0], t(f"administration.came_{criterion}"), 16))
            elif kind == "checked":
                n, name = names[criterion]
                heads.append((ids[0], t("administration.item", n=n, name=name), 15))
                heads.append((ids[1], t("administration.note_of", n=n), 20))
            else:
                width = 12 if kind == "cure_until" else 23
                heads.append((ids[0], t(f"administration.head_{kind}"), width))
                heads.append((ids[1], t(f"administration.head_{kind}_reason"), 30))
        return heads

    def _table(self, page: Page) -> None:
        heads = self._heads()
        place = {name: column for column, (name, _, _) in enumerate(heads)}
        for column, (name, head, width) in enumerate(heads):
            page.set_column(column, column, width, None, {"hidden": True} if name == form.KEY else None)
            self.text(page, (IDS, column), name)
            self.text(page, (HEADER, column), head, **HEAD)
        for row, entry in enumerate(self.dossiers, HEADER + 1):
            self._row(page, row, entry, place)
        first, last = HEADER + 1, HEADER + max(1, len(self.dossiers))
        for slot in slots(self.round):
            column = place[_columns(slot)[0]]
            page.data_validation(first, column, last, column, self._validation(slot[0]))
        page.set_row(IDS, None, None, {"hidden": True})
        page.set_row(HEADER, 130)
        page.autofilter(HEADER, 0, last, len(heads) - 1)
        page.freeze_panes(first, place[form.TITLE] + 1)
        page.repeat_rows(HEADER)
        page.fit_to_pages(3, 0)  # as many pages beside each other, each with the entries' names
        page.repeat_columns(1, place[form.TITLE])

    def _validation(self, kind: str) -> dict[str, object]:
        t = self.t
        if kind in _ANSWERS:
            return {"validate": "list", "source": [_word(t, kind, code) for code in _ANSWERS[kind]]}
        which = "receipts" if kind == "received" else "cure"
        return {
            "validate": "date",
            "criteria": ">",
            "value": date(2000, 1, 1),
            "error_title": t("administration.refused_title"),
            "error_message": t(f"administration.how_{which}"),
        }

    def _row(self, page: Page, row: int, entry: str, place: Mapping[str, int]) -> None:
        facts = self.registers.entries.set_index("entry_id").loc[entry]
        units = self.registers.units.set_index("unit_id")["name"]
        category = next(c.name.say(self.t.language) for c in self.rules.categories if c.id == facts["category"])
        shown = {form.KEY: entry, form.ENTRY: entry, form.TITLE: self.imprint.titles[entry]}
        shown |= {"kit:unit": str(units[facts["unit_id"]]), "kit:category": category}
        for name, text in shown.items():
            self.text(page, (row, place[name]), text, **TEXT)
        page.write_number(row, place["kit:number"], row - HEADER, self.format(**TEXT, align="center"))
        for slot in slots(self.round):
            said, columns = self.dossiers[entry].of(*slot), [place[name] for name in _columns(slot)]
            self._first(page, (row, columns[0]), slot[0], said)
            if len(columns) > 1:
                self.text(page, (row, columns[1]), said.text, **TEXT, **OPEN)

    def _first(self, page: Page, at: tuple[int, int], kind: str, said: Said) -> None:
        """The answer, the moment or the day."""
        if kind in _ANSWERS:
            self.text(page, at, _word(self.t, kind, said.value) if said.value else "", **TEXT, **OPEN)
            return
        look = self.format(**BORDER, **OPEN, num_format="dd/mm/yyyy hh:mm" if kind == "received" else "dd/mm/yyyy")
        if not said.value:
            page.write_blank(*at, None, look)
        elif kind == "received":
            page.write_datetime(*at, moment(said.value).replace(tzinfo=None), look)
        else:
            page.write_datetime(*at, date.fromisoformat(said.value), look)


def _word(t: Texts, kind: str, code: str) -> str:
    return t(f"administration.answer_{code}" if kind == "checked" else f"administration.state_{code}")


# Back


class _Reader(TableReader):
    """The workbook of all entries, read back."""

    kind = _Imprint

    def __init__(self, edition: Edition, file: str, book: Book, mistakes: Collector) -> None:
        super().__init__(edition, file, book, mistakes)
        self.slots = slots(checklist(edition))
        self.said = _said(dossiers(edition))
        self.codes = {
            kind: {fold(_word(Texts(language), kind, code)): code for language in LANGUAGES for code in codes}
            for kind, codes in _ANSWERS.items()
        }

    def columns(self, slot: Slot) -> list[str]:
        """Return what stands above the columns of a slot."""
        return _columns(slot)

    def read(self, slot: Slot, texts: Sequence[str], base: str) -> str:
        """Return what a slot's cells say in the ledger's own form; a blank beside a filled cell changes nothing."""
        if not any(texts):
            return ""
        kind, before = slot[0], _both(base)
        value, *notes = texts
        if value and kind == "received":
            return minute(moment(value))
        if value and kind == "cure_until":
            value = day_of(value.partition("T")[0]).isoformat()
        elif value:
            if fold(value) not in self.codes[kind]:
                raise Problem("check_unknown", value=value)
            value = self.codes[kind][fold(value)]
        return _one(kind, value or before[0], notes[0] or before[1])


@dataclass(frozen=True)
class ReturnedChecklist:
    """A workbook that came back, and what it would change.

    Args:
        sheet: what it holds.
        changes: a row for each slot that says something, with the columns :data:`kit.judging.merge.COLUMNS`.
    """

    sheet: Sheet
    changes: pd.DataFrame

    @property
    def fresh(self) -> pd.DataFrame:
        """The rows that would be recorded."""
        return self.changes[self.changes["outcome"].isin(FRESH)]

    def preview(self, edition: Edition) -> str:
        """Return what recording would do, as text: counts, and every slot that needs a look."""
        return "\n".join(_lines(edition, self))


def read_checklist(edition: Edition, path: Path) -> ReturnedChecklist:
    """Read and check a workbook; nothing is recorded.

    Raises:
        NoChecklist: the rules have no round of administrative selection.
        file_missing, damaged_workbook, not_score_sheet: or another mistake of the file.
        Mistakes: everything that is wrong in it, with its cell.
    """
    with Collector() as mistakes:
        sheet = _Reader(edition, path.name, load(path), mistakes).sheet()
        returned = _compared(edition, sheet)
        changes = _changes(edition, returned)
        for row, (_, mistake) in zip(
            returned.fresh.to_dict("records"), judged(edition, changes, datetime.now(UTC)), strict=True
        ):
            if mistake is not None:
                place = {"row": int(re.sub(r"\D", "", row["cell"])), "column": re.sub(r"\d", "", row["cell"])}
                mistakes.add(mistake.at(file=path.name, **place))
    return returned


def record_checklist(edition: Edition, returned: ReturnedChecklist, verifier: str) -> int:
    """Record what is new or changed, all or nothing, and return how much that was.

    The ledger is asked anew, so that what was recorded since the preview is not reverted.

    Raises:
        SelectionNotOpen, verifier_missing, verifier_is_judge, rules_changed: it cannot be recorded (:func:`record`).
        Mistakes: it contradicts what was recorded since.
    """
    edition.refresh()
    require_open(edition)
    return record(edition, _changes(edition, _compared(edition, returned.sheet)), verifier)


def _compared(edition: Edition, sheet: Sheet) -> ReturnedChecklist:
    said = _said(dossiers(edition))
    return ReturnedChecklist(sheet, compare(edition, [sheet], lambda _: said))


def _changes(edition: Edition, returned: ReturnedChecklist) -> list[Change]:
    """What is to be recorded; each knows what the ledger held when it was compared."""
    said = _said(dossiers(edition))
    changes = []
    for row in returned.fresh.to_dict("records"):
        slot = (row["entry_id"], row["kind"], row["criterion"])
        value, text = _both(row["after"])
        key = event_id(edition, row, row["after"])
        changes.append(Change(*slot, value, text, key, said.get(slot, ("", 0))[1]))
    return changes


def _lines(edition: Edition, returned: ReturnedChecklist) -> Iterator[str]:
    t, counts = edition.texts, Counter(returned.changes["outcome"])
    yield t("administration.file", file=returned.sheet.file, round=checklist(edition).name.say(t.language))
    if not counts["new"] + counts["changed"] + counts["conflict"]:
        yield t("administration.nothing_new")
        return
    words = ("new", "changed", "same", "kept", "conflict")
    yield t("sheets.counts", **{word: counts[word] for word in words})
    for row in returned.changes.to_dict("records"):
        if row["outcome"] in {"changed", "conflict"}:
            what, after = _what(edition, row["kind"], row["criterion"]), _shown(t, row["kind"], row["after"])
            said = {"cell": row["cell"], "entry": row["entry_id"], "what": what, "after": after}
            yield "  " + t(f"administration.line_{row['outcome']}", **said)


def _what(edition: Edition, kind: str, criterion: str) -> str:
    t = edition.texts
    if kind == "checked":
        names = {item.id: item.name.say(t.language) for item in checklist(edition).items}
        return f'"{names[criterion]}"'
    return t(f"administration.came_{criterion}" if criterion in RECEIPTS else f"administration.head_{kind}")


def _shown(t: Texts, kind: str, one: str) -> str:
    value, text = _both(one)
    if kind in _ANSWERS:
        value = _word(t, kind, value) if value else "–"
    elif value:
        value = t.moment(moment(value)) if kind == "received" else t.date(date.fromisoformat(value))
    return f"{value} ({text})" if text else value
