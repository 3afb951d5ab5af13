"""Small yardsticks and claims on disk for tests of the national index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import folders
from folders import opened, save

from kit.index.indicators import FILE, Claims, Yardstick, read_claims, read_yardstick

if TYPE_CHECKING:
    from pathlib import Path

# Three indicators with weights 3, 2 and 1: the most mature innovation has 18; 2 + 18 + 4 = 24 is an index of 100.
SMALL = """
year: 2026
spd_maximum: 2
k: 2
number: {each: 0.5, cap: 8}
indicators:
  - {no: 16, name: Regulasi, weight: 3, mandatory: true, levels: [SK, Perkada, Perda]}
  - {no: 17, name: SDM, weight: 2, levels: [a, b, c]}
  - {no: 33, name: Manfaat, weight: 1, bases: [orang, rupiah], levels: [a, b, c]}
bounds:
  - {name: Tinggi, low: 60.01, high: 100}
  - {name: Rendah, low: 0, high: 60}
"""
ENTRIES = [
    [*folders.ENTRIES[0], "innovation_id"],
    *([*row, f"I-{n}"] for n, row in enumerate(folders.ENTRIES[1:], 1)),
]
HEADER = ["innovation_id", "indicator", "claimed", "basis", "evidence", "verified", "verifier", "verified_on"]
CLAIMS = [
    HEADER,
    ["I-1", "16", "3", "", "Perda contoh", "3", "Contoh Wira", "2026-01-05"],
    ["I-1", "17", "2", "", "SK contoh", "1", "Contoh Wira", "2026-01-05"],
    ["I-1", "33", "1", "orang", "", "", "", ""],
    ["I-2", "16", "1", "", "SK contoh", "", "", ""],
    ["I-2", "17", "", "", "", "", "", ""],
]


def yardstick(folder: Path, text: str = SMALL, **changes: object) -> Yardstick:
    """Read a yardstick from an edition's folder, with further keys behind it."""
    more = "".join(f"{key}: {value}\n" for key, value in changes.items())
    (folder / FILE).write_text(text + more, encoding="utf-8")
    return read_yardstick(folder)[0]


def claims(folder: Path, rows: list[list[str]] | None = None, **more: list[list[str]]) -> Claims:
    """Read claims (and other registers for the index, ``index-`` before their names) of the small edition."""
    folders.edition(folder, entries=ENTRIES)
    read = yardstick(folder)
    save(folder / "index.csv", rows or CLAIMS)
    for name, own in more.items():
        save(folder / f"index-{name}.csv", own)
    return read_claims(folder, read, opened(folder)[1])
