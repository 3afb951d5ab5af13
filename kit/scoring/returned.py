"""Judges' workbooks come back: what they would change, and then the record of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from kit.errors import Collector, KitError
from kit.ledger import COMMITTEE, Event
from kit.scoring.merge import FRESH, Sheet, merge, preview
from kit.scoring.reader import Reader, hidden, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from kit.edition import Edition


class InboxEmpty(KitError, LookupError):
    """A folder holds no workbook."""


@dataclass(frozen=True)
class Returned:
    """Score sheets that came back, and what they would change.

    Args:
        sheets: what each holds.
        changes: a row for each cell that says something, with the columns :data:`kit.scoring.merge.COLUMNS`.
    """

    sheets: Sequence[Sheet]
    changes: pd.DataFrame

    def preview(self, edition: Edition) -> str:
        """Return what recording would do: counts for each file, and every cell that needs a look."""
        return preview(edition, self.sheets, self.changes)


def is_sheet(path: Path) -> bool:
    """Tell whether a file is one of the kit's score sheets."""
    try:
        return path.suffix.lower() == ".xlsx" and hidden(load(path)) is not None
    except KitError:
        return False


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
        for file, path in _files(paths, mistakes).items():
            try:
                sheets.append(Reader(edition, file, load(path), mistakes).sheet())
            except KitError as error:
                mistakes.add(type(error)(**{"file": file, **error.data}))
        changes = merge(edition, sheets, mistakes)
    return Returned(sheets, changes)


def record_returned(edition: Edition, returned: Returned) -> int:
    """Record what is new or changed, all or nothing, and return how many cells that were.

    The ledger is asked anew, so that what was recorded since the preview is not reverted.

    Raises:
        RulesChanged: rules or registers differ from what was locked.
        RoundIsClosed, RoundNeverOpened: the round is not open.
    """
    if changed := edition.unaccepted():
        raise changed
    with Collector() as mistakes:
        changes = merge(edition, returned.sheets, mistakes)
    fresh = changes[changes["outcome"].isin(FRESH)]
    events = [_event(edition, row) for row in fresh.to_dict("records")]
    if events:
        edition.append(*events)
    return len(events)


def _event(edition: Edition, row: Mapping[Any, str]) -> Event:
    names = ("round", "judge_id", "entry_id", "kind", "criterion", "revision", "after")
    key = sha256(json.dumps([edition.name, *(row[name] for name in names)]).encode()).hexdigest()
    says = {"value" if row["kind"] == "mark" else "text": row["after"]}
    about = {name: row[name] for name in ("kind", "round", "judge_id", "entry_id", "criterion")}
    return Event(actor=COMMITTEE, event_id=f"sheet-{key[:32]}", **about, **says)  # type: ignore[arg-type]  # no time


# Files


def _files(paths: Iterable[Path], mistakes: Collector) -> dict[str, Path]:
    """The workbooks by name, each once; those of folders without what Excel leaves there while a file is open."""
    found: dict[Path, Path] = {}
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        own = [one for one in inside if one.suffix.lower() == ".xlsx" and not one.name.startswith(("~$", "."))]
        if path.is_dir() and not own:
            mistakes.add(InboxEmpty(folder=path.absolute().name))
        for one in own if path.is_dir() else inside:
            found.setdefault(one.resolve(), one)
    names = [path.name for path in found.values()]
    return {path.name if names.count(path.name) == 1 else path.as_posix(): path for path in found.values()}
