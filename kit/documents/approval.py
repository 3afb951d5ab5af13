"""Comments for entrants are handed out only after somebody read and approved them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.actions import record
from kit.errors import Problem
from kit.ledger import Event
from kit.rules import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from kit.edition import Edition

_SHEET = ["round", "judge_id", "entry_id"]
_KEY = 8  # characters


def comments(edition: Edition) -> pd.DataFrame:
    """The comments for entrants of the rounds that are closed, as they now read.

    Returns:
        ``entry_id``, ``round``, ``judge_id``, ``text``, ``key`` (of this text by this judge) and ``approved``, by entry
        and key, so that the order says nothing about judges. A comment that changed after its approval waits again.
    """
    events = edition.history.events(["comment", "approved"])
    events = events[(events["criterion"] == "entrant") & events["round"].isin(edition.record.closed)]
    last = events[events["kind"] == "comment"].drop_duplicates(_SHEET, keep="last")
    last = last[last["text"].str.strip() != ""]
    agreed = events[events["kind"] == "approved"].groupby(_SHEET)["number"].max().rename("agreed")
    table = last.merge(agreed.reset_index(), on=_SHEET, how="left")
    said = table[[*_SHEET, "text"]].agg("/".join, axis=1) if len(table) else table["text"]
    table["key"] = [fingerprint(one)[:_KEY] for one in said]
    table["approved"] = table["agreed"] > table["number"]
    return table[["entry_id", "round", "judge_id", "text", "key", "approved"]].sort_values(
        ["entry_id", "key"], ignore_index=True
    )


def approve(edition: Edition, by: str, keys: Collection[str] = ()) -> int:
    """Record that somebody approved comments that wait, all of them or those with some keys; return how many.

    Raises:
        approver_missing: ``by`` is blank.
        nothing_to_approve: none waits.
        comment_unknown: a key is that of no comment that waits.
    """

    def check() -> list[Event]:
        if not by.strip():
            raise Problem("approver_missing")
        table = comments(edition)
        waiting = table[~table["approved"]]
        if waiting.empty:
            raise Problem("nothing_to_approve", edition=edition.name)
        for key in keys:
            if key not in set(waiting["key"]):
                raise Problem("comment_unknown", key=key, edition=edition.name)
        chosen = waiting[waiting["key"].isin(keys)] if keys else waiting
        return [
            Event(kind="approved", actor=by.strip(), criterion="entrant", **dict(zip(_SHEET, sheet, strict=True)))
            for sheet in chosen[_SHEET].itertuples(index=False, name=None)
        ]

    return len(record(edition, check))
