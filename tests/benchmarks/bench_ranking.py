"""How long and how large: a national edition, from marks in memory to the ranking of every scope.

    python tests/benchmarks/bench_ranking.py [--profile]

36,742 entries, each marked by 3 of 300 judges on 20 criteria from 1 to 3 (2.2 million marks, drawn with a seed), two
groups, three categories. Whole marks and three judges make ties by the thousand. Aim: under 5 s and 2 GiB.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib.util
import pstats
import sys
import time

import numpy as np
import pandas as pd

from kit.rules import Rules
from kit.scoring.ranking import Record, rank

ENTRIES, JUDGES, PANEL, CRITERIA = 36_742, 300, 3, 20
AIM_SECONDS, AIM_GIB = 5, 2


def national_rules() -> Rules:
    """One round, twenty criteria of weight 5, scale 1-3, a tie rule of every kind, awards per group."""
    names = [f"k{n:02}" for n in range(1, CRITERIA + 1)]
    return Rules.model_validate(
        {
            "edition": "2025",
            "title": "Nasional",
            "organiser": "Nasional",
            "groups": [{"id": f"G{n}", "name": f"G{n}", "unit_types": [f"T{n}"]} for n in (1, 2)],
            "categories": [{"id": f"c{n}", "name": f"c{n}"} for n in (1, 2, 3)],
            "rounds": [
                {
                    "id": "penilaian",
                    "name": "Penilaian",
                    "scale": {"low": 1, "high": 3, "step": 1},
                    "criteria": [{"id": name, "name": name, "weight": 5} for name in names],
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
    )


def national_record(rules: Rules, seed: int = 20261123) -> Record:
    """The tables of such an edition: ids as text, marks in random order."""
    random = np.random.default_rng(seed)
    entries = np.array([f"E{n:05}" for n in range(ENTRIES)], dtype=object)
    judges = np.array([f"J{n:03}" for n in range(JUDGES)], dtype=object)
    entry = np.repeat(np.arange(ENTRIES), PANEL)
    judge = (random.integers(0, JUDGES, ENTRIES)[:, None] + np.array([0, 1, 2]) * random.integers(1, 99)) % JUDGES
    panel = pd.DataFrame(
        {"round": "penilaian", "entry_id": entries[entry], "judge_id": judges[judge.ravel()]}, dtype=str
    )
    criteria = np.array([criterion.id for criterion in rules.rounds[0].criteria], dtype=object)
    rows = random.permutation(ENTRIES * PANEL * CRITERIA)
    sheet = rows // CRITERIA
    good = np.clip(random.normal(2, 0.5, ENTRIES)[entry[sheet]] + random.normal(0, 0.5, len(rows)), 1, 3)
    marks = pd.DataFrame(
        {
            "round": np.full(len(rows), "penilaian", dtype=object),
            "judge_id": judges[judge.ravel()[sheet]],
            "entry_id": entries[entry[sheet]],
            "criterion": criteria[rows % CRITERIA],
            "value": np.array(["1", "2", "3"], dtype=object)[np.rint(good).astype(int) - 1],
        },
        dtype=str,
    )
    cells = pd.DataFrame(
        {
            "entry_id": entries,
            "group": random.choice(["G1", "G2"], ENTRIES),
            "category": random.choice(["c1", "c2", "c3"], ENTRIES),
        },
        dtype=str,
    )
    nobody = pd.DataFrame({"judge_id": [], "entry_id": [], "round": []}, dtype=str)
    return Record(cells, panel, nobody, marks, closed=frozenset(["penilaian"]))


def peak_gib() -> float:
    """The largest memory that this process has held so far; unknown on Windows."""
    if importlib.util.find_spec("resource") is None:
        return float("nan")
    import resource  # noqa: PLC0415  (not everywhere)

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    profile = parser.parse_args().profile
    rules = national_rules()
    record = national_record(rules)
    before = peak_gib()
    profiler = cProfile.Profile()
    start = time.perf_counter()
    result = profiler.runcall(rank, rules, record) if profile else rank(rules, record)
    seconds, after = time.perf_counter() - start, peak_gib()
    table = result.ranking
    print(f"{len(record.marks):,} marks of {ENTRIES:,} entries -> {len(table):,} rows")
    overall = result.of("penilaian", "overall", "overall")
    print(f"ties broken: {overall['tie_broken_by'].notna().sum():,}; places still shared: {overall['tied'].sum():,}")
    print(f"time: {seconds:.2f} s (aim {AIM_SECONDS} s: {'met' if seconds < AIM_SECONDS else 'missed'})")
    print(
        f"peak memory: {after:.2f} GiB (aim {AIM_GIB} GiB: {'met' if after < AIM_GIB else 'missed'}); "
        f"{before:.2f} GiB at the start, with the marks"
    )
    if profile:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(35)


if __name__ == "__main__":
    main()
