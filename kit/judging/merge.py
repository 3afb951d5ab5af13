"""What came back on sheets, against what the ledger says now: three ways, cell by cell."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from kit.errors import Problem
from kit.judging.sheet import said_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.edition import Edition
    from kit.errors import Collector
    from kit.judging.sheet import Imprint, Said

Outcome = Literal["new", "changed", "same", "kept", "conflict"]
FRESH = ("new", "changed")  # what is recorded

COLUMNS = (
    *("file", "cell", "round", "judge_id", "entry_id", "criterion", "kind", "base", "after", "outcome"),
    "revision",
)
_KEY = ["round", "judge_id", "entry_id", "kind", "criterion"]
_LONGEST = 60  # characters of a comment in a preview


class Cell(NamedTuple):
    """A cell that a judge could fill in, as it came back.

    Args:
        cell: its address, blank where its row is gone.
        entry_id: the entry.
        kind: ``mark`` or ``comment``.
        criterion: the criterion, or for whom the comment is.
        text: what it holds now, in the ledger's own form.
    """

    cell: str
    entry_id: str
    kind: str
    criterion: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """One workbook that came back.

    Args:
        file: its name.
        imprint: whose it is, and what it held when it was exported.
        cells: what it holds now.
    """

    file: str
    imprint: Imprint
    cells: Sequence[Cell]

    def base(self, cell: Cell) -> str:
        """Return what a cell held when the sheet was exported."""
        return self.imprint.base.get((cell.entry_id, cell.kind, cell.criterion), "")

    @property
    def filled(self) -> bool:
        """Whether the judge wrote anything on it."""
        return any(cell.text not in {"", self.base(cell)} for cell in self.cells)


def outcome(base: str, theirs: str, ours: str, *, moved: bool) -> Outcome | None:
    """Decide one cell.

    Args:
        base: what it held when the sheet was exported.
        theirs: what it holds on the sheet now.
        ours: what the ledger holds now.
        moved: whether the ledger was told something about it since the export, if only to take it back.

    Returns:
        Nothing where all are blank. A blank never deletes, and an old sheet never reverts what is newer.
    """
    if theirs == ours:
        return "same" if theirs else None
    if theirs in {"", base}:
        return "kept"
    if moved or ours != base:
        return "conflict"
    return "changed" if ours else "new"


def merge(edition: Edition, sheets: Sequence[Sheet], mistakes: Collector) -> pd.DataFrame:
    """Return a row for each cell that says something, with the columns :data:`COLUMNS`.

    ``base`` is what the sheet held at its export, ``after`` what it says now; nothing in it comes from the ledger. What
    two sheets bring alike is fresh once. A judge may go on in a sheet: what it brought itself, it may correct.

    Args:
        edition: the contest.
        sheets: what came back.
        mistakes: gets the rows on which the judge may not write, where they bring what is not on record, and the
            sheets that bring different marks for the same cell.
    """
    said = {round_: said_in(edition, round_) for round_ in {sheet.imprint.round for sheet in sheets}}
    changes = compare(edition, sheets, lambda own: said[own.round].get(own.judge_id, {}))
    _refuse_forbidden(edition, changes[changes["outcome"].isin([*FRESH, "conflict"])], mistakes)
    fresh = changes[changes["outcome"].isin(FRESH)]
    _refuse_disagreement(fresh, mistakes)
    changes.loc[fresh.index[fresh.duplicated(_KEY)], "outcome"] = "same"
    return changes


def compare(edition: Edition, sheets: Sequence[Sheet], said: Callable[[Imprint], Said]) -> pd.DataFrame:
    """Return a row for each cell that says something, as :func:`merge` does, and refuse nothing.

    Args:
        edition: the contest.
        sheets: what came back.
        said: what the ledger holds of what is on the sheet with this imprint.
    """
    rows, recorded = [], []
    for sheet in sheets:
        own = sheet.imprint
        ledger = said(own)
        for cell in sheet.cells:
            ours, at = ledger.get((cell.entry_id, cell.kind, cell.criterion), ("", 0))
            if found := outcome(sheet.base(cell), cell.text, ours, moved=at > own.last):
                place = (sheet.file, cell.cell, own.round, own.judge_id, cell.entry_id, cell.criterion, cell.kind)
                rows.append((*place, sheet.base(cell), cell.text, found, own.revision))
                recorded.append((ours, at))
    changes = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    changes.loc[_corrected(edition, changes, recorded), "outcome"] = "changed"
    return changes


def event_id(edition: Edition, row: Mapping[Any, str], text: str) -> str:
    """Return the key under which a sheet brings ``text`` to a cell: the same each time, another for another sheet."""
    names = [row[name] for name in ("round", "judge_id", "entry_id", "kind", "criterion", "revision")]
    return f"sheet-{sha256(json.dumps([edition.name, *names, text]).encode()).hexdigest()[:32]}"


def _corrected(edition: Edition, changes: pd.DataFrame, recorded: Sequence[tuple[str, int]]) -> list[int]:
    """The conflicts that are none: what is on record came with this very sheet, and what it says now never did.

    What it brought before and then replaced stays a conflict, since that may be an old copy of the sheet.

    Args:
        edition: the contest.
        changes: the rows.
        recorded: what the ledger holds of each, and the number of that event.
    """
    conflicts = {
        at: (event_id(edition, row, recorded[at][0]), event_id(edition, row, row["after"]))
        for at, row in enumerate(changes.to_dict("records"))
        if row["outcome"] == "conflict"
    }
    known = edition.ledger.recorded(key for keys in conflicts.values() for key in keys)
    return [
        at
        for at, (ours, theirs) in conflicts.items()
        if ours in known and known[ours].number == recorded[at][1] and theirs not in known
    ]


def _refuse_forbidden(edition: Edition, changes: pd.DataFrame, mistakes: Collector) -> None:
    """Note each row on which its judge may not write, as the ledger has it now."""
    for key, own in changes.groupby(["file", "round", "judge_id"], sort=False):
        file, round_, judge = map(str, key)
        panel = edition.panel(round_)
        assigned = set(panel.loc[panel["judge_id"] == judge, "entry_id"])
        if not assigned:
            mistakes.add(Problem("not_in_panel", file=file, judge=judge, round=round_))
            continue
        try:
            entrants = edition.entrants(round_)
        except Problem as unknown:
            mistakes.add(unknown.at(file=file))
            continue
        known = set(edition.registers.entries["entry_id"])
        recused = set(edition.record.recused(round_, judge)["entry_id"])
        for entry, cells in own.groupby("entry_id", sort=False)["cell"]:
            error: Problem
            if entry not in known:
                error = Problem("unknown_entry", value=entry)
            elif entry not in entrants:
                error = Problem("not_taking_part", entries=[entry], round=round_)
            elif entry not in assigned:
                error = Problem("not_assigned", judge=judge, entry=entry, round=round_)
            elif entry in recused:
                error = Problem("recused_mark", judge=judge, entry=entry)
            else:
                continue
            row, columns = int(re.sub(r"\D", "", cells.iloc[0])), ", ".join(re.sub(r"\d", "", cell) for cell in cells)
            mistakes.add(error.at(file=file, row=row, column=columns))


def _refuse_disagreement(fresh: pd.DataFrame, mistakes: Collector) -> None:
    """Note each pair of files that bring different marks, with how often they do and where first."""
    first: dict[tuple[str, ...], tuple[str, str]] = {}
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for *key, file, after in fresh[[*_KEY, "file", "after"]].itertuples(index=False, name=None):
        other, before = first.setdefault(tuple(key), (file, after))
        if before != after:
            found.setdefault((file, other), []).append(tuple(key))
    for (file, other), keys in found.items():
        round_, judge, entry, _, criterion = keys[0]
        which = {"round": round_, "judge": judge, "entry": entry, "criterion": criterion}
        mistakes.add(Problem("files_disagree", file=file, other=other, n=len(keys), **which))


def preview(edition: Edition, sheets: Sequence[Sheet], changes: pd.DataFrame) -> str:
    """Return what recording would do, as text in the edition's language: counts, and every cell that needs a look.

    It says what the sheets say, and never what the ledger holds.
    """
    if not sheets:
        return edition.texts("sheets.nothing")
    return "\n\n".join("\n".join(_lines(edition, sheet, changes[changes["file"] == sheet.file])) for sheet in sheets)


def _lines(edition: Edition, sheet: Sheet, changes: pd.DataFrame) -> Iterator[str]:
    t, own = edition.texts, sheet.imprint
    round_ = edition.rules.round(own.round)
    yield t("sheets.file", file=sheet.file, judge=own.judge_id, round=round_.name.say(t.language))
    counts = Counter(changes["outcome"])
    if counts["new"] + counts["changed"] and edition.states[own.round] != "open":
        yield t("sheets.round_not_open")
    if counts["new"] + counts["changed"] + counts["conflict"]:
        words = ("new", "changed", "same", "kept", "conflict")
        yield t("sheets.counts", **{word: counts[word] for word in words})
    else:
        yield t("sheets.imported_before" if sheet.filled else "sheets.nothing_new")
    for row in changes.to_dict("records"):
        key = row["outcome"]
        if key in {"changed", "conflict"} or (key == "kept" and row["base"] and not row["after"]):
            what = t(
                "sheets.what_mark" if row["kind"] == "mark" else f"sheets.what_{row['criterion']}",
                entry=row["entry_id"],
                criterion=row["criterion"],
            )
            after = _shown(edition, row["kind"], row["after"])
            yield "  " + t(f"sheets.line_{key}", cell=row["cell"] or t("sheets.row_gone"), what=what, after=after)


def _shown(edition: Edition, kind: str, text: str) -> str:
    if kind == "mark" and text:
        return edition.texts.decimal(Decimal(text))
    return f'"{shorten(text, _LONGEST, placeholder="…")}"'
