"""Several files of marks read as one: what they say that the ledger does not, or all that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Collector, KitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_ABOUT = ["kind", "round", "judge_id", "entry_id", "criterion"]  # what a mark or comment is about
_SAID = [*_ABOUT, "value", "text"]


class EntrantsUnknown(KitError, PermissionError):
    """A round is asked about before an earlier one is closed, so nobody knows who takes part in it."""


class NotTakingPart(KitError, ValueError):
    """A file marks entries that do not take part in the round."""


class ReadingsOpen(KitError, ValueError):
    """A round was to be closed although paper sheets were not yet typed alike by two people."""


class FilesDisagree(KitError, ValueError):
    """Two files of one import say different things about the same mark or comment."""


def open_readings(events: pd.DataFrame) -> pd.DataFrame:
    """Return the fields for which somebody typed something else from paper than what is recorded.

    Args:
        events: marks, comments and what was typed, in order.

    Returns:
        ``judge_id``, ``entry_id`` and ``criterion`` (of a comment: entrant or internal).
    """
    field = ["judge_id", "entry_id", "criterion"]
    events = events.assign(said=events["value"] + events["text"])  # a mark has no text, and a comment no value
    read = events[events["kind"] == "typed"].drop_duplicates([*field, "actor"], keep="last")
    now = events[events["kind"] != "typed"].drop_duplicates(field, keep="last")
    both = read.merge(now[[*field, "number", "said"]], on=field, how="left", suffixes=("", "_now"))
    later = both["number"] > both["number_now"].fillna(0)
    differs = both["said"] != both["said_now"].fillna("")
    return both.loc[later & differs, field].drop_duplicates().sort_values(field, ignore_index=True)


def fresh_events(
    paths: Sequence[Path],
    read: Callable[[Path], pd.DataFrame],
    entrants: Callable[[str], set[str]],
    events: pd.DataFrame,
) -> pd.DataFrame:
    """Return the events that files bring, with the position of the first ``file`` that brings each.

    Args:
        paths: the files.
        read: reads and checks one of them.
        entrants: the ids of the entries that take part in a round.
        events: the marks and comments that the ledger has.

    Raises:
        Mistakes: everything that is wrong in all files.
    """
    known = events.drop_duplicates(_ABOUT, keep="last")[_SAID]
    tables = [known.head(0).assign(file=-1)]
    with Collector() as mistakes:
        for at, path in enumerate(paths):
            try:
                table = read(path)
            except KitError as error:
                mistakes.add(error)
            else:
                _refuse_absent(table, entrants, path.name, mistakes)
                tables.append(table.assign(file=at))
        said = pd.concat(tables, ignore_index=True).drop_duplicates(_SAID)
        _refuse_disagreement(said, [path.name for path in paths], mistakes)
    merged = said.merge(known, how="left", on=_SAID, indicator="found")
    return merged[merged["found"] == "left_only"].drop(columns="found")


def _refuse_absent(table: pd.DataFrame, entrants: Callable[[str], set[str]], file: str, mistakes: Collector) -> None:
    for round_, own in table.groupby("round"):
        try:
            absent = sorted(set(own["entry_id"]) - entrants(str(round_)))
        except EntrantsUnknown as error:
            mistakes.add(EntrantsUnknown(file=file, **error.data))
        else:
            if absent:
                mistakes.add(NotTakingPart(file=file, entries=absent, round=round_))


def _refuse_disagreement(said: pd.DataFrame, files: Sequence[str], mistakes: Collector) -> None:
    """Note each pair of files that say one thing in two ways, with how often they do and where first."""
    twice = said[said.duplicated(_ABOUT, keep=False)]
    later = twice.assign(other=twice.groupby(_ABOUT)["file"].shift()).dropna(subset="other").astype({"other": int})
    for other, file in later[["other", "file"]].drop_duplicates().itertuples(index=False, name=None):
        cells = later[(later["other"] == other) & (later["file"] == file)]
        first = cells.rename(columns={"judge_id": "judge", "entry_id": "entry"}).iloc[0]
        place = {name: str(first[name]) for name in ("round", "judge", "entry", "criterion")}
        mistakes.add(FilesDisagree(file=files[file], other=files[other], n=len(cells), **place))
