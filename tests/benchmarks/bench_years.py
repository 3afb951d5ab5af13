"""How long the stories of the years take for a large city: ten editions of 771 entries each.

    python tests/benchmarks/bench_years.py

Rules are the Pontianak preset's; 400 units, a third of each year's innovations continued, marks and follow-up answers
drawn with a seed. Every notebook is run as its command runs it, in a process of its own, once the ledgers are there;
beside the wall time stands the processor's, which other programs on the machine do not lengthen.
Aim: each under 30 s.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pandas as pd

from kit.actions import append

ROOT = Path(__file__).parents[2]
YEARS = [str(year) for year in range(2016, 2026)]
ENTRIES, UNITS, AIM = 771, 400, 30
TYPES = ("Perangkat Daerah", "Kecamatan", "UPT Dinas", "UPT Puskesmas", "Kelurahan")
ORIGINS = ("Gagasan unit kerja", "Aksi perubahan diklat", "Usulan warga")
PARTNERS = ("", "komunitas: Kelompok Contoh", "akademisi: Kampus Contoh;media: Radio Contoh")
JUDGES = ("J-A", "J-B", "J-C")
COMMANDS = (["years", "trends", "2025"], ["years", "follow-up", "2025"], ["report", "2025"])


def table(path: Path, rows: list[dict[str, str]]) -> None:
    """Write one register."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def entries(rng: Random, year: str, known: list[str]) -> list[dict[str, str]]:
    """One year's entries: a third are innovations of earlier years."""
    again = rng.sample(known, min(len(known), ENTRIES // 3))
    fresh = [f"I-{year}-{n:03}" for n in range(ENTRIES - len(again))]
    known += fresh
    return [
        {
            "entry_id": f"E-{n:03}",
            "innovation_id": innovation,
            "title": f"INOVASI CONTOH {innovation}: Layanan yang Lebih Dekat dengan Warga",
            "unit_id": f"U-{hash_of(innovation) % UNITS:03}",
            "category": ("tata-kelola", "pelayanan", "lainnya")[hash_of(innovation) % 3],
            "origin": ORIGINS[hash_of(innovation) % 3],
            **{name: rng.choice(("ya", "tidak")) for name in ("team", "sop", "funding", "legal_basis")},
            "partners": rng.choice(PARTNERS),
        }
        for n, innovation in enumerate([*again, *fresh])
    ]


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum(position * ord(letter) for position, letter in enumerate(text, 1))


def play(home: Path, rng: Random, year: str, known: list[str]) -> None:
    """Make one edition, from its registers to the answers of its follow-up."""
    from kit.edition import Edition  # noqa: PLC0415  (this process's home is set first)
    from kit.ledger import Event  # noqa: PLC0415
    from kit.ledger.events import stamp  # noqa: PLC0415

    folder = home / "data" / year
    folder.mkdir(parents=True)
    preset = (ROOT / "kit" / "presets" / "pontianak.yaml").read_text(encoding="utf-8")
    rules = preset.replace('edition: "2025"', f'edition: "{year}"')
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    units = [{"unit_id": f"U-{n:03}", "name": f"Unit Contoh {n}", "unit_type": TYPES[n % 5]} for n in range(UNITS)]
    table(folder / "units.csv", units)
    table(folder / "judges.csv", [{"judge_id": judge, "name": f"Contoh {judge}"} for judge in JUDGES])
    table(folder / "entries.csv", entries(rng, year, known))
    edition = Edition(folder)

    def happens(day: int, kind: str, round_: str) -> None:
        """Record a step of the contest in that November."""
        time = datetime(int(year), 11, day, tzinfo=UTC)
        append(edition, Event(kind=kind, actor="committee", round=round_, time=time))

    for day, round_ in enumerate(edition.rules.scored_rounds, 1):
        happens(day, "round_opened", round_.id)
        rows = [
            ("mark", judge, round_.id, judge, entry, criterion.id, f"{rng.randint(4, 10) / 2:g}")
            for judge in JUDGES
            for entry in sorted(edition.entrants(round_.id))
            for criterion in round_.marked
        ]
        names = ["kind", "actor", "round", "judge_id", "entry_id", "criterion", "value"]
        marks = pd.DataFrame(rows, columns=names, dtype=str)
        edition.ledger.append(marks.assign(time=stamp(datetime(int(year), 11, day, tzinfo=UTC))))
        happens(day, "round_closed", round_.id)
    day = f"{year}-12-05"
    answers = [(name, rng.choice(("running", "running", "changed", "stopped"))) for name in known if rng.random() < 0.6]
    told = [
        ("follow_up", "committee", name, question, value, "")
        for name, status in answers
        for question, value in (("status", status), ("sop", "tidak"), ("checked_on", day), ("stopped_on", day))
        if question != "stopped_on" or status == "stopped"
    ]
    names = ["kind", "actor", "entry_id", "criterion", "value", "text"]
    table_ = pd.DataFrame(told, columns=names, dtype=str)
    edition.ledger.append(table_.assign(time=stamp(datetime(int(year), 12, 8, tzinfo=UTC))))
    edition.ledger.close()


def main() -> None:
    """Make the city, and measure each command."""
    rng, known = Random(7), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["KIT_HOME"] = str(home)
        subprocess.run(["cp", "-r", str(ROOT / "notebooks"), str(home / "notebooks")], check=True)
        start = time.perf_counter()
        for year in YEARS:
            play(home, rng, year, known)
        print(f"{len(YEARS)} editions, {len(known)} innovations, made in {time.perf_counter() - start:.0f} s")
        for command in COMMANDS:
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            made = [sys.executable, "-m", "kit.cli", *command, "--out", str(home / "out")]
            subprocess.run(made, check=True, capture_output=True)
            seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"kit {' '.join(command)}: wall {seconds:.1f} s, CPU {busy:.1f} s (aim {AIM} s)", flush=True)


if __name__ == "__main__":
    main()
