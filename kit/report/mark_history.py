"""The whole life of a mark: who gave it, when, what stood there before, and how it came in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.edition import StillOpen
from kit.errors import Known
from kit.ledger import COMMITTEE

if TYPE_CHECKING:
    import pandas as pd

    from kit.edition import Edition

COLUMNS = ["time", "actor", "kind", "criterion", "before", "after", "how"]


def mark_history(
    edition: Edition,
    round_id: str,
    judge_id: str,
    entry_id: str,
    criterion: str | None = None,
) -> pd.DataFrame:
    """Return what became of one judge's marks and comments on an entry, in order; the judge's form shows the own.

    Args:
        edition: the edition.
        round_id: a scored round.
        judge_id: whose marks.
        entry_id: of which entry.
        criterion: of the marks; all of them and the comments unless given.

    Returns:
        ``time``, ``actor``, ``kind`` (mark, comment or typed), ``criterion`` (of a comment: entrant or internal),
        ``before`` and ``after`` (blank: nothing), and ``how``: judge, import or typed. What one of two people typed
        changes nothing by itself, so that nothing stands before it.

    Raises:
        unknown_round, unknown_judge, unknown_entry, unknown_criterion: there is no such thing.
        StillOpen: the round is open.
    """
    round_ = edition.rules.round(Known([*edition.states], "unknown_round")(round_id))
    Known(edition.registers.judges["judge_id"], "unknown_judge")(judge_id)
    Known(edition.registers.entries["entry_id"], "unknown_entry")(entry_id)
    if criterion is not None:
        Known([known.id for known in round_.marked], "unknown_criterion", round=round_id)(criterion)
    if edition.states[round_id] == "open":
        raise StillOpen(round=round_.name.say(edition.language))
    events = edition.history.events(["mark", "comment", "typed"], round_id, judge_id)
    events = events[events["entry_id"] == entry_id]
    if criterion is not None:
        events = events[events["criterion"] == criterion]
    stands = events["kind"] != "typed"
    after = events["value"] + events["text"]  # a mark has no text, and a comment no value
    before = after[stands].groupby([events["kind"], events["criterion"]]).shift()
    how = events["actor"].map({judge_id: "judge", COMMITTEE: "import"}).fillna("typed")
    table = events.assign(before=before.reindex(events.index).fillna(""), after=after, how=how)
    return table[COLUMNS].reset_index(drop=True)


def history_text(edition: Edition, round_id: str, judge_id: str, entry_id: str, history: pd.DataFrame) -> str:
    """Write a history (:func:`mark_history`) for a terminal, an event a line."""
    t = edition.texts
    round_ = edition.rules.round(round_id)
    comments = {audience: t(f"columns.comment_{audience}") for audience in ("entrant", "internal")}
    names = comments | {known.id: known.name.say(t.language) for known in round_.marked}

    def say(criterion: str, said: str) -> str:
        if not said:
            return t("scoring.blank")
        return f'"{" ".join(said.split())}"' if criterion in comments else t.decimal(Decimal(said))

    title = t("scoring.history_title", judge=judge_id, entry=entry_id, round=round_.name.say(t.language))
    lines = [
        t(
            "scoring.history_typed" if row["kind"] == "typed" else "scoring.history_line",
            time=row["time"].to_pydatetime(),
            about=names.get(row["criterion"], row["criterion"]),
            before=say(row["criterion"], row["before"]),
            after=say(row["criterion"], row["after"]),
            how=t(f"scoring.by_{row['how']}"),
            actor=row["actor"],
        )
        for row in history.to_dict("records")
    ]
    return "\n".join([title, *(lines or [t("scoring.history_none")])])
