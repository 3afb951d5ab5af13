"""Several files of marks read as one: what they say that the ledger does not, or all that is wrong with them.

A file does not say what the ledger held when it was written. So a file never takes back what came later: a mark or
comment that the ledger had before its present one is old and left alone, and what a judge gave is no file's to change.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.errors import LIMIT, Collector, NotYet, Problem
from kit.ledger import COMMITTEE
from kit.tables import rows_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_ABOUT = ["kind", "round", "judge_id", "entry_id", "criterion"]  # what a mark or comment is about
_SAID = [*_ABOUT, "value", "text"]


class EntrantsUnknown(NotYet, PermissionError):
    """A round is asked about before an earlier one is closed, so nobody knows who takes part in it."""


class OlderThanLedger(Problem, UserWarning):
    """A file repeats marks or comments that the ledger had before its present ones; they were left alone."""


def fresh_events(
    paths: Sequence[Path],
    read: Callable[[Path], pd.DataFrame],
    entrants: Callable[[str], set[str]],
    events: pd.DataFrame,
) -> pd.DataFrame:
    """Return the events that files bring, with the position of the first ``file`` that brings each.

    Warns (:class:`OlderThanLedger`) of each file that repeats what the ledger had before its present marks.

    Args:
        paths: the files.
        read: reads and checks one of them; the index of what it returns is the row in the file.
        entrants: the ids of the entries that take part in a round.
        events: the marks and comments that the ledger has, all of them in order.

    Raises:
        Mistakes: everything that is wrong in all files.
    """
    events = events[[*_SAID, "actor"]].assign(value=_plain(events["value"]))
    known = events.drop_duplicates(_ABOUT, keep="last")
    tables = [known.head(0).assign(file=-1, row=0)]
    names = [path.name for path in paths]
    with Collector() as mistakes:
        for at, path in enumerate(paths):
            try:
                table = read(path)
            except Problem as error:
                mistakes.add(error)
            else:
                _refuse_absent(table, entrants, path.name, mistakes)
                tables.append(table.rename_axis(index="row").reset_index().assign(file=at))
        said = pd.concat(tables, ignore_index=True)[[*_SAID, "file", "row"]].drop_duplicates(_SAID)
        _refuse_disagreement(said, names, mistakes)
        now = said.merge(known, how="left", on=_ABOUT, suffixes=("", "_now"))
        given, same = now["actor"].notna(), (now["value"] == now["value_now"]) & (now["text"] == now["text_now"])
        old = given & ~same & _said_before(said, events)
        _refuse_overwriting(said[(given & ~same & ~old & (now["actor"] != COMMITTEE)).to_numpy()], names, mistakes)
    for own, rows in said[old.to_numpy()].groupby("file")["row"]:
        place = {"file": names[int(str(own))], "row": rows_shown(rows)}
        warnings.warn(OlderThanLedger(**place, n=len(rows)), stacklevel=3)
    return said[(~same & ~old).to_numpy()].drop(columns="row")


def _plain(values: pd.Series[str]) -> pd.Series[str]:
    """Marks in their one form: ``4.50`` and ``4.5`` are the same mark."""
    codes, texts = pd.factorize(values)
    plain = [text.rstrip("0").rstrip(".") if "." in text else text for text in texts]
    return pd.Series(np.array([*plain, ""], dtype=object)[codes], index=values.index, dtype="str")


def _said_before(said: pd.DataFrame, events: pd.DataFrame) -> pd.Series[bool]:
    """Whether the ledger had, at whatever time, what each row says."""
    found = said.merge(events[_SAID].drop_duplicates(), how="left", on=_SAID, indicator=True)
    return found["_merge"] == "both"


def _refuse_absent(table: pd.DataFrame, entrants: Callable[[str], set[str]], file: str, mistakes: Collector) -> None:
    for round_, own in table.groupby("round"):
        try:
            absent = sorted(set(own["entry_id"]) - entrants(str(round_)))
        except EntrantsUnknown as error:
            mistakes.add(EntrantsUnknown(file=file, **error.data))
        else:
            if absent:
                mistakes.add(Problem("not_taking_part", file=file, entries=absent, round=round_))


def _refuse_disagreement(said: pd.DataFrame, files: Sequence[str], mistakes: Collector) -> None:
    """Note each pair of files that say one thing in two ways, with how often they do and where first."""
    twice = said[said.duplicated(_ABOUT, keep=False)]
    later = twice.assign(other=twice.groupby(_ABOUT)["file"].shift()).dropna(subset="other").astype({"other": int})
    for other, file in later[["other", "file"]].drop_duplicates().itertuples(index=False, name=None):
        cells = later[(later["other"] == other) & (later["file"] == file)]
        first = cells.rename(columns={"judge_id": "judge", "entry_id": "entry"}).iloc[0]
        place = {name: str(first[name]) for name in ("round", "judge", "entry", "criterion")}
        mistakes.add(Problem("files_disagree", file=files[file], other=files[other], n=len(cells), **place))


def _refuse_overwriting(cells: pd.DataFrame, files: Sequence[str], mistakes: Collector) -> None:
    """Note each cell that says something else than its judge; never what the judge said."""
    names = ["file", "row", "judge_id", "entry_id", "criterion", "round"]
    for file, row, judge, entry, criterion, round_ in cells[names].head(LIMIT).itertuples(index=False, name=None):
        about = {"judge": judge, "entry": entry, "criterion": criterion, "round": round_}
        mistakes.add(Problem("given_by_judge", file=files[file], row=row, **about))
    if len(cells) > LIMIT:
        mistakes.add(Problem("more_of_these", file=files[cells["file"].iloc[LIMIT]], n=len(cells) - LIMIT))
