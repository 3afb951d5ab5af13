"""How long and how large: a whole national edition, each command in a process of its own.

    python tests/benchmarks/bench_national.py [--entries 36742] [--keep FOLDER] [--only WORD ...]

36,742 entries of 550 units, each marked by 3 of 300 judges on 20 criteria: 2.2 million marks in one CSV file. Rules,
registers and marks are drawn with a seed. Prints of every command its processor seconds (user and system), its wall
seconds, the most memory that it held, and the size of what it wrote. ``--keep`` makes the edition in a folder that
stays, or goes on with the one that is there; ``--only`` runs the steps whose names hold one of these words.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, JUDGES, PANEL, CRITERIA, UNITS = 36_742, 300, 3, 20, 550
EDITION, ROUND, SEED = "2025", "penilaian", 20261127
MADE_AT = "2025-11-21T09:00:00+07:00"
TYPES = ("Provinsi", "Kota", "Kabupaten")
# Verified once, ranked and explained by one process: what an analyst's notebook and a plenary do.
TOGETHER = f"""
import time, kit
from kit.contest.rounds import missing
from kit.explain import explain
edition, start = kit.open("{EDITION}"), time.process_time()
for name, step in {{
    "verified": lambda: edition.history,
    "what closing checks": lambda: missing(edition, "{ROUND}"),
    "ranked": lambda: edition.result,
    "an entry explained": lambda: explain(edition, "E00001").text(),
}}.items():
    step()
    start, before = time.process_time(), start
    print(f"    {{start - before:8.1f}} s   {{name}}")
"""
SUBJECTS = ("Layanan", "Dokumen", "Pupuk", "Antrean", "Sampah", "Posyandu", "Sekolah", "Pasar", "Air Bersih", "Izin")
WAYS = ("Terpadu", "Keliling", "Satu Pintu", "Tanpa Kertas", "Berbasis Warga", "Jemput Bola", "Sehari Jadi")


def rules() -> dict[str, object]:
    """One round, twenty criteria of weight 5 from 1 to 3, three groups, three categories, awards in each group."""
    names = [f"k{n:02}" for n in range(1, CRITERIA + 1)]
    return {
        "edition": EDITION,
        "title": "Kompetisi Inovasi Nasional Contoh",
        "organiser": "Penyelenggara Contoh",
        "simulated": True,
        "groups": [{"id": f"G{n}", "name": name, "unit_types": [name]} for n, name in enumerate(TYPES, 1)],
        "categories": [{"id": f"c{n}", "name": f"Bentuk {n}"} for n in (1, 2, 3)],
        "rounds": [
            {
                "id": ROUND,
                "name": "Penilaian",
                "scale": {"low": 1, "high": 3, "step": 1},
                "min_judges": PANEL,
                "criteria": [{"id": name, "name": f"Indikator {name[1:]}", "weight": 5} for name in names],
                "score": [
                    {"over": "criteria", "by": "weighted_mean", "out_of": 100},
                    {"over": "judges", "by": "mean", "round": 2},
                ],
                "ties": [
                    {"by": "criteria", "of": names[:1]},
                    {"by": "criteria", "of": names[1:4]},
                    {"by": "head_count"},
                    {"by": "judges_decide"},
                ],
            }
        ],
        "final": {"awards": [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]},
    }


def make_edition(home: Path, entries: int) -> None:
    """Write rules, registers and a file of all marks; and give the home the project's notebooks."""
    random = np.random.default_rng(SEED)
    folder = home / "data" / EDITION
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    YAML().dump(rules(), folder / "rules.yaml")
    kinds = random.choice(TYPES, UNITS, p=[0.07, 0.18, 0.75])
    units = pd.DataFrame({"unit_id": [f"U{n:03}" for n in range(UNITS)], "unit_type": kinds})
    units["name"] = [f"Pemerintah {kind} Contoh {n}" for n, kind in enumerate(kinds)]
    ids = np.array([f"E{n:05}" for n in range(entries)])
    subject, way = random.choice(SUBJECTS, entries), random.choice(WAYS, entries)
    named = enumerate(zip(subject, way, strict=True))
    titles = [f"CONTOH {n}: {what} {how} bagi Warga Kecamatan {n % 7_000}" for n, (what, how) in named]
    register = pd.DataFrame(
        {
            "entry_id": ids,
            "innovation_id": [f"I{n:05}" for n in range(entries)],
            "title": titles,
            "unit_id": random.choice(units["unit_id"], entries),
            "category": random.choice(["c1", "c2", "c3"], entries),
            "stage": "penerapan",
            "applied_since": "2024-05-01",
            "digital": random.choice(["ya", "tidak"], entries),
            "initiator": random.choice(["ASN", "Unit kerja", "Masyarakat"], entries),
            "origin": "Gagasan unit kerja",
            **{name: random.choice(["ya", "tidak"], entries) for name in ("team", "sop", "funding", "legal_basis")},
            "partners": "",
            "benefit": "Warga dilayani lebih cepat dan lebih dekat dengan tempat tinggalnya.",
            "documents": "Proposal;Surat usulan",
        }
    )
    judges = np.array([f"J{n:03}" for n in range(JUDGES)])
    panel = (random.integers(0, JUDGES, entries)[:, None] + np.arange(PANEL) * random.integers(1, 99)) % JUDGES
    sheets = pd.DataFrame({"round": ROUND, "entry_id": np.repeat(ids, PANEL), "judge_id": judges[panel.ravel()]})
    tables = {"units": units, "entries": register, "assignments": sheets}
    tables["judges"] = pd.DataFrame({"judge_id": judges, "name": [f"Contoh Juri {n}" for n in range(JUDGES)]})
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    sheet, criterion = np.divmod(random.permutation(entries * PANEL * CRITERIA), CRITERIA)
    quality = np.repeat(random.normal(2, 0.5, entries), PANEL)[sheet] + random.normal(0, 0.5, len(sheet))
    marks = sheets.iloc[sheet].assign(
        criterion=np.array([f"k{n:02}" for n in range(1, CRITERIA + 1)])[criterion],
        value=np.rint(np.clip(quality, 1, 3)).astype(int),
    )
    marks.to_csv(home / "marks.csv", index=False)


class Used(NamedTuple):
    """What a command took: seconds, and GiB."""

    cpu: float
    wall: float
    memory: float


def measured(command: list[str], home: Path, log: Path) -> Used:
    """Run a command and return what it took, with all processes that it waited for."""
    start = time.perf_counter()
    environment = os.environ | {"KIT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{log.read_text(encoding='utf-8')[-2000:]}")
    return Used(used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 2**20)


def steps(home: Path) -> dict[str, list[str]]:
    """Name each command, in the order in which they are run."""
    kit, out = [sys.executable, "-m", "kit.cli"], home / "reports"
    made = ["--made-at", MADE_AT, "--out", str(out)]
    papermill = [sys.executable, "-m", "papermill", str(home / "notebooks" / "ranking.ipynb")]
    return {
        "round open": [*kit, "round", "open", EDITION, ROUND],
        "marks import": [*kit, "marks", "import", EDITION, str(home / "marks.csv"), "--yes"],
        "progress": [*kit, "marks", "progress", EDITION],
        "round close": [*kit, "round", "close", EDITION, ROUND],
        "rank": [*kit, "rank", EDITION],
        "explain": [*kit, "explain", EDITION, "E00001"],
        "together": [sys.executable, "-c", TOGETHER],
        "check": [*kit, "check", EDITION],
        "annual-report": [*kit, "documents", EDITION, "annual-report", *made],
        "recap": [*kit, "documents", EDITION, "recap", *made],
        "report, both": [*kit, "report", EDITION, "--made-at", MADE_AT, "--out", str(home / "both")],
        "ranking.ipynb": [*papermill, str(home / "ranking.ipynb"), "-p", "edition", EDITION, "--no-progress-bar"],
    }


def sizes(home: Path) -> dict[str, int]:
    """Return the size of every file but logs."""
    return {str(p.relative_to(home)): p.stat().st_size for p in home.rglob("*") if p.is_file() and p.suffix != ".log"}


def main() -> None:
    """Make the edition and run the commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*", default=[""])
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        home = (asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))).absolute()
        if not (home / "marks.csv").exists():
            make_edition(home, asked.entries)
        print(f"{'':<16}{'CPU s':>8}{'wall s':>8}{'GiB':>7}")
        for name, command in steps(home).items():
            if any(word in name for word in asked.only):
                before = sizes(home)
                log = home / f"{name.replace(' ', '-')}.log"
                used = measured(command, home, log)
                print(f"{name:<16}{used.cpu:>8.1f}{used.wall:>8.1f}{used.memory:>7.2f}", flush=True)
                if name == "together":
                    print(log.read_text(encoding="utf-8"), end="", flush=True)
                for path, size in sizes(home).items():
                    if before.get(path) != size:
                        print(f"    {size / 1e6:>8.2f} MB  {path}", flush=True)


if __name__ == "__main__":
    main()
