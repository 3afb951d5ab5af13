"""Published results: numbered versions that stay as they were, and in what a later one differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from kit.actions import record
from kit.errors import Known, Problem
from kit.history import ranking_as_text, ranking_hash
from kit.ledger import COMMITTEE, Event

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.history import Version

_KEY = ["round", "scope", "scope_id", "entry_id"]
COMPARED = ("score", "rank", "award")


def computed_ranking(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return a round's ranking as it is computed today, as text; with the final, where the round is the last."""
    return ranking_as_text(edition.computed.csv(*edition.decided_with(round_id)))


def publish(edition: Edition, round_id: str, *, actor: str = COMMITTEE) -> Version:
    """Freeze a decided result as the next numbered version. Nothing is sent anywhere.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        rules_changed, LedgerNotSound: rules, registers or ledger are not as they should be.
        decision_differs: the ranking is not the one that was decided.
        nothing_to_publish: the round is not decided, or what was decided is published already.
    """

    def check() -> Event:
        edition.require_accepted()
        Known([*edition.states], "unknown_round")(round_id)
        text = "{}"  # refused by the ledger, with its sentence
        if edition.states[round_id] == "decided":
            csv = edition.result.csv(*edition.decided_with(round_id))
            if edition.overturned(round_id, edition.result):
                raise Problem("decision_differs", round=edition.say(round_id), edition=edition.name, id=round_id)
            said = {"fingerprint": edition.fingerprint, "hash": ranking_hash(csv), "ranking": csv}
            text = json.dumps(said, ensure_ascii=False)
        number = str(len(edition.history.versions(round_id)) + 1)
        return Event(kind="round_published", actor=actor, round=round_id, value=number, text=text)

    record(edition, check)
    return edition.history.versions(round_id)[-1]


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return in what two frozen rankings differ.

    Returns:
        ``round``, ``scope``, ``scope_id``, ``entry_id``, and of ``score``, ``rank`` and ``award`` what stood there
        before and what stands there after; blank where an entry is not in the list. In the order of the later ranking,
        then of what is gone.
    """
    old, new = (table.set_index(_KEY)[list(COMPARED)] for table in (before, after))
    order = new.index.append(old.index.difference(new.index))
    old, new = (table.reindex(order, fill_value="") for table in (old, new))
    both = old.add_suffix("_before").join(new.add_suffix("_after"))
    changed = pd.concat([both[f"{name}_before"] != both[f"{name}_after"] for name in COMPARED], axis=1).any(axis=1)
    return both[changed].reset_index()


def unpublished(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return in what the result as it is now differs from the version published last; nothing where none is."""
    found = edition.history.versions(round_id)
    now = computed_ranking(edition, round_id)
    return differences(found[-1].ranking if found else now, now)
