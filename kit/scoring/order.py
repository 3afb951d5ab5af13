"""What a judge reads, and in which order: shuffled, so that nobody is always read last when all are tired."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kit.edition import Edition


def reading_order(edition: Edition, round_: str, judge_id: str, entries: Iterable[str]) -> list[str]:
    """Return entries in one judge's own order, the same on every machine and however they are given."""

    def place(entry_id: str) -> bytes:
        return sha256(f"{edition.name}\x1f{round_}\x1f{judge_id}\x1f{entry_id}".encode()).digest()

    return sorted(entries, key=place)


def on_file(edition: Edition, entry_id: str) -> dict[str, Path]:
    """Return the files that were handed in for an entry, by name; a link does not bring in what lies elsewhere."""
    folder = edition.folder / "documents" / entry_id
    if not folder.is_dir() or not folder.resolve().is_relative_to(edition.folder.resolve()):
        return {}
    own = [path for path in sorted(folder.iterdir()) if path.resolve().parent == folder.resolve()]
    return {path.name: path for path in own if path.is_file()}
