"""Make the real contest museum/paris-1976 from its published marks: ``python data/paris.py``.

The marks are those of ``tests/truth/paris1976_red.csv`` (Balinski and Laraki 2010); the rules are written by hand. Only
the day is handed down, so that every event bears its noon.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

from kit.edition import lock_text
from kit.folder import JOURNAL, LEDGER
from kit.ledger import COMMITTEE, Event
from kit.registers import COLUMNS, load_registers
from kit.rules import SINGLE_MARK, read_rules
from simulate import write, write_journal

DATA = Path(__file__).parent
PUBLISHED = DATA.parent / "tests" / "truth" / "paris1976_red.csv"
NOON = datetime(1976, 5, 24, 12, tzinfo=UTC)

ESTATES = {
    "A": "Stag's Leap Wine Cellars",
    "B": "Château Mouton Rothschild",
    "C": "Château Montrose",
    "D": "Château Haut-Brion",
    "E": "Ridge Vineyards",
    "F": "Château Léoville-Las Cases",
    "G": "Heitz Wine Cellars",
    "H": "Clos Du Val",
    "I": "Mayacamas Vineyards",
    "J": "Freemark Abbey",
}


def main(folder: Path = DATA / "museum" / "paris-1976") -> None:
    """Write the registers and the journal beside the rules."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        wines = list(csv.DictReader(file))
    judges = {f"J-{n:02}": name for n, name in enumerate(list(wines[0])[2:], 1)}
    units = [{"unit_id": f"kebun-{wine}", "name": name, "unit_type": "Kebun anggur"} for wine, name in ESTATES.items()]
    entries = [
        {"entry_id": row["wine"], "title": row["name"], "unit_id": f"kebun-{row['wine']}", "category": "anggur-merah"}
        for row in wines
    ]
    write(folder / "units.csv", COLUMNS["units"], units)
    write(folder / "entries.csv", COLUMNS["entries"], entries)
    write(folder / "judges.csv", COLUMNS["judges"], ({"judge_id": id_, "name": name} for id_, name in judges.items()))

    rules, document = read_rules(folder / "rules.yaml")
    round_ = rules.rounds[0].id
    lock = lock_text(document, load_registers(folder, rules))
    marks = [
        Event(
            kind="mark",
            actor=judge,
            round=round_,
            judge_id=judge,
            entry_id=row["wine"],
            criterion=SINGLE_MARK,
            value=f"{float(row[name]):g}",
            time=NOON,
        )
        for judge, name in judges.items()
        for row in wines
    ]
    for old in folder.glob(f"{LEDGER}*"):  # was built from the journal that is about to change
        old.unlink()
    write_journal(
        folder / JOURNAL,
        [
            Event(kind="rules_locked", actor=COMMITTEE, text=lock, time=NOON),
            Event(kind="round_opened", actor=COMMITTEE, round=round_, time=NOON),
            *marks,
            Event(kind="round_closed", actor=COMMITTEE, round=round_, time=NOON),
        ],
    )


if __name__ == "__main__":
    main()
