"""The order in which a judge reads the entries: shuffled, so that nobody is always read last when all are tired."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.edition import Edition


def reading_order(edition: Edition, round_: str, judge_id: str, entries: Iterable[str]) -> list[str]:
    """Return entries in one judge's own order, the same on every machine and however they are given."""

    def place(entry_id: str) -> bytes:
        return sha256(f"{edition.name}\x1f{round_}\x1f{judge_id}\x1f{entry_id}".encode()).digest()

    return sorted(entries, key=place)
