"""What units claim for the national index after the contest of 2025, and what was verified of it; all invented."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from kit.index.indicators import CLAIMS, COLUMNS, FILE, INNOVATIONS, TOP, read_yardstick
from simulation.proposals import bell, read

if TYPE_CHECKING:
    from pathlib import Path

YARDSTICK = """\
# SIMULASI. Indeks diambil pada tahun setelah kompetisi; yang tidak disebut di sini mengikuti tabel 2026 milik kit.
# Jendela, batas kematangan, skor SPD, dan tenaga (angka pengguna sendiri) adalah contoh.

year: 2026
based_on: 2026
window: {years: 2, until: "2025-12-31"}
cut: 90
spd: 50.5
effort: {verification: 1, step: 3, of: {"16": 8, "17": 2, "25": 1, "27": 1, "31": 10, "35": 2}}
"""

# Innovation, affair, how mature its unit believes it to be (parts of 3), years in which it was sent before.
SENT = (
    ("I-001", "lainnya", 0.97, "2025"),
    ("I-012", "lainnya", 0.95, ""),
    ("I-013", "lainnya", 0.72, ""),
    ("I-014", "pekerjaan-umum", 0.96, "2025"),
    ("I-020", "lainnya", 0.66, ""),
    ("I-021", "lainnya", 0.9, ""),
    ("I-023", "lainnya", 0.6, ""),
    ("I-026", "ketenteraman", 0.95, ""),
    ("I-028", "kesehatan", 0.98, "2024;2025"),
    ("I-029", "kesehatan", 0.96, "2025"),
    ("I-031", "lainnya", 0.85, "2025"),
    ("I-038", "kesehatan", 0.93, "2024;2025"),
    ("I-053", "kesehatan", 0.92, ""),
    ("I-054", "kesehatan", 0.9, ""),
    ("I-055", "kesehatan", 0.98, ""),
    ("I-057", "pekerjaan-umum", 0.83, "2025"),
    ("I-058", "kesehatan", 0.95, ""),
    ("I-062", "perumahan", 0.94, "2025"),
    ("I-067", "pendidikan", 0.93, "2025"),
    ("I-080", "kesehatan", 0.78, ""),
    ("I-084", "sosial", 0.86, ""),
    ("I-088", "lainnya", 0.88, ""),
    ("I-090", "sosial", 0.8, ""),
    ("I-092", "lainnya", 0.7, ""),
)
VERIFIER = "Contoh Wirawan"
VERIFIED = 0.95  # of all claims
LOWERED = 0.04  # of those verified


def index_data(folder: Path) -> dict[str, tuple[tuple[str, ...], list[dict[str, str]]]]:
    """Write the yardstick, and return columns and rows of each register by its file name."""
    (folder / FILE).write_text(YARDSTICK, encoding="utf-8", newline="\n")
    registered = [
        dict(zip(("innovation_id", "affair", "sent"), (i, affair, sent), strict=True)) for i, affair, _, sent in SENT
    ]
    known = {row["innovation_id"]: row for row in read("innovations.csv")}
    for row in registered:
        told = known[row["innovation_id"]]
        if "2025" not in told["editions"]:  # an earlier edition's, so that this one does not tell of it
            row |= {"title": told["title"], "unit_id": told["unit_id"], "applied_since": "2024-08-05"}
    yardstick, *_ = read_yardstick(folder)
    claims = []
    for innovation, _, level, _ in SENT:
        rng = Random(f"{innovation} index")
        for indicator in yardstick.indicators:
            claimed = max(int(indicator.mandatory), min(TOP, round(TOP * level + 0.3 * bell(rng))))
            checked, lowered = rng.random() < VERIFIED, rng.random() < LOWERED
            evidence = "" if rng.random() < 0.03 else f"Berkas contoh {indicator.no}"
            row = {"innovation_id": innovation, "indicator": str(indicator.no), "claimed": str(claimed)}
            row["basis"] = indicator.bases[0] if indicator.bases else ""
            row["evidence"] = evidence
            if checked and evidence:
                day = date(2025, 12, 1) + timedelta(days=rng.randint(0, 18))
                row |= {"verified": str(claimed - lowered), "verifier": VERIFIER, "verified_on": day.isoformat()}
            if claimed:
                claims.append(row)
    return {f"{INNOVATIONS}.csv": (COLUMNS[INNOVATIONS], registered), f"{CLAIMS}.csv": (COLUMNS[CLAIMS], claims)}
