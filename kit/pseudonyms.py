"""Letters for judges, and orders of their comments, that nobody can work out from what is printed.

Both follow from a secret of the edition: the SHA-256 of every mark and comment, with its time to the microsecond, that
was recorded before the first scored round was first closed. Those events never change, so the same document has the
same letters ever after; they stand in the journal, so an archive that is restored, or a ledger that moved to another
store, has the same secret, and there is no file that could get lost. No document prints it, nor enough to compute it:
fingerprints and heads of chains are hashes over more than these events, and times are printed to the minute. Whoever
has the journal itself reads in it who gave which mark and needs no letters.

Each document has letters of its own, so that what one of them gives away says nothing about another.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from kit.tables import letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.edition import Edition

_BATCH = 100_000
_PARTS = ("time", "round", "judge_id", "entry_id", "criterion", "value", "text")


def letters(edition: Edition, document: str, judges: Iterable[str]) -> dict[str, str]:
    """Give each judge a letter for one document.

    Args:
        edition: one whose first scored round was closed.
        document: what names the document among all of the edition.
        judges: their ids.
    """
    return {judge: letter(n) for n, judge in enumerate(shuffled(edition, document, {*judges}))}


def shuffled(edition: Edition, document: str, texts: Iterable[str]) -> list[str]:
    """Return texts in an order of one document's own; see :func:`letters` for the arguments."""
    secret = _secret(edition, edition.history.last)

    def place(text: str) -> bytes:
        return sha256(f"{secret}\x1f{document}\x1f{text}".encode()).digest()

    return sorted(texts, key=place)


@lru_cache(maxsize=2)
def _secret(edition: Edition, _last: int) -> str:
    """The secret, read once for all documents as long as the ledger does not go on."""
    first = edition.rules.first_round
    events = edition.history.events(["mark", "comment", "round_closed"])
    closings = np.flatnonzero((events["kind"] == "round_closed") & (events["round"] == first))
    events = events.iloc[: closings[0]] if len(closings) else events
    digest = sha256()
    for start in range(0, len(events), _BATCH):
        part = events.iloc[start : start + _BATCH]
        columns = [part[name].astype("int64" if name == "time" else "str").tolist() for name in _PARTS]
        rows = zip(map(str, columns[0]), *columns[1:], strict=True)
        digest.update("".join("\x1f".join(row) + "\n" for row in rows).encode())
    return digest.hexdigest()
