"""A contest that begins with an administrative selection, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contests import contest, single
from homes import stage

from kit.contest import rounds
from kit.contest.selection import Change, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.texts import Language

ITEMS = [{"id": "surat", "name": "Surat usulan"}, {"id": "isi", "name": "Isi sesuai"}]
RULES = contest({"kind": "checklist", "items": ITEMS}, single())
ENTRIES = {"E1": "G1/a", "E2": "G1/b", "E3": "G2/a"}


def selecting(home: Path, language: Language | None = None) -> Edition:
    """An edition whose administrative selection is open: two items, three entries."""
    edition = stage(home, RULES, ENTRIES, language=language)
    rounds.open(edition, "r1")
    return edition


def answers(entry: str, *values: str) -> list[Change]:
    """Answers to the items of the checklist, in order."""
    return [Change(entry, "checked", item["id"], value) for item, value in zip(ITEMS, values, strict=False)]


def eligible(entry: str) -> Change:
    return Change(entry, "admission", "", "eligible")


def refused(entry: str, reason: str = "Berkas tidak lengkap") -> Change:
    return Change(entry, "admission", "", "not_eligible", reason)


def say(edition: Edition, changes: Sequence[Change]) -> int:
    """Record what the secretariat's SEK-1 says."""
    return record(edition, changes, "SEK-1")


def admitted(edition: Edition, *entries: str) -> None:
    """Answer everything about some entries with yes, and declare them eligible."""
    for entry in entries:
        say(edition, [*answers(entry, "yes", "yes"), eligible(entry)])
