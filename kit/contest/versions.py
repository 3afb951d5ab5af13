"""Published results: numbered versions that stay as they were, and in what a later one differs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd

from kit.columns import Known
from kit.contest.decisions import require_accepted
from kit.errors import KitError
from kit.fields import UnknownRound
from kit.ledger import COMMITTEE, Event

if TYPE_CHECKING:
    from datetime import datetime

    from kit.edition import Edition

_KEY = ["round", "scope", "scope_id", "entry_id"]
COMPARED = ("score", "rank", "award")


class VersionUnreadable(KitError, ValueError):
    """The ledger's record of a published result is damaged."""


@dataclass(frozen=True, eq=False)
class Version:
    """A result as it was published.

    Args:
        round: the round whose publication it was; that of the last one holds the final as well.
        number: 1, 2, ...
        time: when.
        fingerprint: that of the data from which it came (:attr:`Edition.fingerprint`).
        ranking: the rows of the ranking as text, in the columns of :data:`kit.ranking.COLUMNS`.
    """

    round: str
    number: int
    time: datetime
    fingerprint: str
    ranking: pd.DataFrame


def frozen(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return a round's ranking as text, as a version keeps it; with the final, where the round is the last."""
    return _as_text(edition.result.csv(*edition.decided_with(round_id)))


def _as_text(csv: str) -> pd.DataFrame:
    return pd.read_csv(StringIO(csv), dtype=str, keep_default_na=False)


def publish(edition: Edition, round_id: str, *, actor: str = COMMITTEE) -> Version:
    """Freeze a decided result as the next numbered version. Nothing is sent anywhere.

    Raises:
        UnknownRound: there is no such round, or it carries no marks.
        RulesChanged: rules or registers differ from what was locked.
        NothingToPublish: the round is not decided, or what was decided is published already.
    """
    edition.refresh()  # a plenary may have taken it up since
    require_accepted(edition)
    Known([*edition.states], UnknownRound)(round_id)
    if edition.states[round_id] == "decided":
        csv = frozen(edition, round_id).to_csv(index=False, lineterminator="\n")
        text = json.dumps({"fingerprint": edition.fingerprint, "ranking": csv}, ensure_ascii=False)
    else:
        text = "{}"  # refused by the ledger, with its sentence
    number = len(versions(edition, round_id)) + 1
    edition.append(Event(kind="round_published", actor=actor, round=round_id, value=str(number), text=text))
    return versions(edition, round_id)[-1]


def versions(edition: Edition, round_id: str) -> tuple[Version, ...]:
    """Return the published versions of a round's result, first to last.

    Raises:
        VersionUnreadable: the ledger's record of one is damaged.
    """
    events = edition.ledger.events(["round_published"], round_id)
    return tuple(
        _read(round_id, int(value), time.to_pydatetime(), text)
        for value, time, text in events[["value", "time", "text"]].itertuples(index=False, name=None)
    )


def _read(round_id: str, number: int, time: datetime, text: str) -> Version:
    try:
        said = json.loads(text)
        return Version(round_id, number, time, str(said["fingerprint"]), _as_text(said["ranking"]))
    except (ValueError, TypeError, KeyError) as error:
        raise VersionUnreadable(round=round_id, number=number) from error


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
    found = versions(edition, round_id)
    now = frozen(edition, round_id)
    return differences(found[-1].ranking if found else now, now)
