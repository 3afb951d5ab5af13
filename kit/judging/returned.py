"""Judges' workbooks come back: what they would change, and then the record of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.actions import record
from kit.errors import Collector, Problem
from kit.judging.merge import FRESH, Sheet, event_id, merge, preview
from kit.judging.reader import Reader, load
from kit.ledger import COMMITTEE, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from kit.edition import Edition


@dataclass(frozen=True)
class Returned:
    """Score sheets that came back, and what they would change.

    Args:
        sheets: what each holds.
        changes: a row for each cell that says something, with the columns :data:`kit.judging.merge.COLUMNS`.
        unread: what else lay in the folders.
    """

    sheets: Sequence[Sheet]
    changes: pd.DataFrame
    unread: Sequence[str] = ()

    def preview(self, edition: Edition) -> str:
        """Return what recording would do: counts for each file, every cell that needs a look, and what was not read."""
        said = preview(edition, self.sheets, self.changes)
        return f"{said}\n\n{edition.texts('sheets.unread', files=self.unread)}" if self.unread else said


def read_returned(edition: Edition, paths: Iterable[Path]) -> Returned:
    """Read and check score sheets; nothing is recorded.

    Args:
        edition: the contest.
        paths: workbooks, or folders with workbooks.

    Raises:
        Mistakes: everything that is wrong, in all files, with its cell.
    """
    sheets: list[Sheet] = []
    with Collector() as mistakes:
        files, unread = _files(paths, mistakes)
        for file, path in files.items():
            try:
                sheets.append(Reader(edition, file, load(path), mistakes).sheet())
            except Problem as error:
                mistakes.add(error.at(**{"file": file, **error.data}))
        changes = merge(edition, sheets, mistakes)
    return Returned(sheets, changes, unread)


def record_returned(edition: Edition, returned: Returned) -> int:
    """Record what is new or changed, all or nothing, and return how many cells that were.

    The ledger is asked anew, so that what was recorded since the preview is not reverted, and a recusal or a
    substitution since then is heeded.

    Raises:
        rules_changed: rules or registers differ from what was locked.
        Mistakes: a judge may not write any more where a sheet brings something.
        round_is_closed, round_never_opened: the round is not open.
    """

    def events() -> list[Event]:
        edition.require_accepted()
        with Collector() as mistakes:
            changes = merge(edition, returned.sheets, mistakes)
        fresh = changes[changes["outcome"].isin(FRESH)]
        return [_event(edition, row) for row in fresh.to_dict("records")]

    return len(record(edition, events))


def _event(edition: Edition, row: Mapping[Any, str]) -> Event:
    says = {"value" if row["kind"] == "mark" else "text": row["after"]}
    about = {name: row[name] for name in ("kind", "round", "judge_id", "entry_id", "criterion")}
    key = event_id(edition, row, row["after"])
    return Event(actor=COMMITTEE, event_id=key, **about, **says)  # type: ignore[arg-type]  # no time


# Files


def _files(paths: Iterable[Path], mistakes: Collector) -> tuple[dict[str, Path], list[str]]:
    """The workbooks by name, each once, and what else is in folders but for what programs leave there unseen."""
    found: dict[Path, Path] = {}
    unread: dict[Path, str] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path.resolve(), path)
            continue
        inside = [one for one in sorted(path.iterdir()) if not one.name.startswith(("~$", "."))]
        own = [one for one in inside if one.suffix.lower() == ".xlsx" and one.is_file()]
        if not own:
            mistakes.add(Problem("inbox_empty", folder=path.absolute().name))
        for one in inside:
            if one in own:
                found.setdefault(one.resolve(), one)
            else:
                unread[one.resolve()] = f"{one.name}/" if one.is_dir() else one.name
    names = [path.name for path in found.values()]
    files = {path.name if names.count(path.name) == 1 else path.as_posix(): path for path in found.values()}
    return files, list(unread.values())
