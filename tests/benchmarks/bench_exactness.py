"""How exact: random results against the oracle of fractions, and how many a path by floats would have got wrong.

    python tests/benchmarks/bench_exactness.py [--results 200000] [--seed 1]

Three parts. Half of the results are entries under random scoring steps, scales, weights, roundings, recusals and gaps
(one round, score and rank compared); a quarter are under the KIPP weights (0-100, three judges or two, two decimals),
where a plain path by floats is measured as well; the rest are whole random contests, compared row by row: score, rank,
ties, awards, counts, states, and who advanced. Aim: none different.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contests import random_case, random_rules, record
from oracle import Case, Oracle, as_decimal, round_to

import kit
from kit.rules import Rules, read_rules
from kit.scoring.ranking import rank

KIPP = Path(kit.__file__).parent / "presets" / "kipp-2023.yaml"
PRINTED = 3  # at most so many differences in full


class Tally:
    """What was compared and what differed."""

    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.different: Counter[str] = Counter()

    def note(self, part: str, seed: int, same: list[bool]) -> None:
        self.results[part] += len(same)
        self.different[part] += same.count(False)
        if False in same and sum(self.different.values()) <= PRINTED:
            print(f"different: {part}, seed {seed}")


def random_scores(tally: Tally, wanted: int, random: Random) -> None:
    """Entries by the hundred under random scoring rules; the oracle works out each by itself."""
    part = "random scoring rules"
    while tally.results[part] < wanted:
        seed = random.randrange(2**32)
        r = Random(seed)
        document = random_rules(r, 1, 1, judges := [f"J{n}" for n in range(1, r.randint(1, 5) + 1)])
        rules = Rules.model_validate(document | {"rounds": [document["rounds"][-1] | {"ties": []}], "final": {}})
        round_ = rules.rounds[0]
        if any(step.by == "points" for step in round_.score):
            continue  # whole contests have them: an order over hundreds of entries is not what judges give
        entries = {f"E{n:03}": ("G1", "c1") for n in range(r.randint(100, 300))}
        panel = frozenset((round_.id, entry, judge) for entry in entries for judge in judges)
        scales = {c.id: round_.scale_of(c.id) for c in round_.marked}
        marks = {
            (round_.id, judge, entry, name): str(
                scale.low + r.randint(0, int((scale.high - scale.low) / scale.step)) * scale.step
            )
            for _, entry, judge in sorted(panel)
            for name, scale in scales.items()
            if r.random() > 0.002
        }
        recusals = frozenset((judge, entry, "") for _, entry, judge in sorted(panel) if r.random() < 0.03)
        case = Case(rules, entries, panel, recusals, marks, closed=frozenset({round_.id}))
        table = rank(rules, record(case)).of(round_.id, "overall", "overall")
        expected = Oracle(replace(case, closed=frozenset())).scores(round_, entries)  # scores, and no lists
        found = dict(zip(table["entry_id"], table["score"], strict=True))
        ranks = dict(zip(table["entry_id"], table["rank"], strict=True))
        ordered = sorted(expected.values(), reverse=True)
        tally.note(
            part,
            seed,
            [
                (found[entry] is None and ranks[entry] is pd.NA)
                if entry not in expected
                else str(found[entry]) == str(as_decimal(expected[entry], round_.decimals))
                and ranks[entry] == ordered.index(expected[entry]) + 1
                for entry in entries
            ],
        )


def kipp_scores(tally: Tally, wanted: int, random: Random) -> int:
    """Results under the KIPP weights, every other with one of three judges recused; returns how many floats miss."""
    part = "KIPP weights"
    rules = read_rules(KIPP)[0]
    round_ = rules.scored_rounds[0]
    rules = rules.model_copy(update={"rounds": (round_.model_copy(update={"ties": ()}),)})
    weights = [int(criterion.weight) for criterion in round_.criteria]
    judges, wrong = ["A", "B", "C"], 0
    while tally.results[part] < wanted:
        seed = random.randrange(2**32)
        sheets = np.random.default_rng(seed).integers(0, 101, (2000, len(judges), len(weights))).tolist()
        entries = {f"E{n:05}": ("K1", "pelayanan") for n in range(len(sheets))}
        marks = {
            (round_.id, judge, entry, criterion.id): str(mark)
            for entry, panel in zip(entries, sheets, strict=True)
            for judge, sheet in zip(judges, panel, strict=True)
            for criterion, mark in zip(round_.criteria, sheet, strict=True)
        }
        asked = frozenset((round_.id, entry, judge) for entry in entries for judge in judges)
        recused = frozenset(("C", entry, "") for entry in list(entries)[1::2])
        case = Case(rules, entries, asked, recused, marks, closed=frozenset({round_.id}))
        table = rank(rules, record(case)).of("final", "overall", "overall").sort_values("entry_id")
        same = []
        for score, entry, panel in zip(table["score"], entries, sheets, strict=True):
            counting = panel[:2] if ("C", entry, "") in recused else panel
            whole = sum(mark * weight for sheet in counting for mark, weight in zip(sheet, weights, strict=True))
            expected = as_decimal(round_to(Fraction(whole, 100 * len(counting)), 2, "half_away"), 2)
            floats = [sum(w / 100 * m for w, m in zip(weights, sheet, strict=True)) for sheet in counting]
            wrong += Decimal(f"{round(sum(floats) / len(floats), 2):.2f}") != expected
            same.append(score == expected)
        tally.note(part, seed, same)
    return wrong


def whole_contests(tally: Tally, wanted: int, random: Random) -> None:
    """Random contests with rounds, cuts, ties and awards, in every scope."""
    part = "rows of whole contests"
    while tally.results[part] < wanted:
        seed = random.randrange(2**32)
        case = random_case(Random(seed), most=40)
        oracle = Oracle(case)
        result = rank(case.rules, record(case))
        found = [
            tuple(None if value is pd.NA else value for value in row)
            for row in result.ranking.astype(object).itertuples(index=False, name=None)
        ]
        expected = [
            (
                *(*place, row.entry, row.score, row.rank, row.award, " > ".join(row.broken_by) or None),
                *(row.counted, row.required, row.state, row.last_round, row.tied),
            )
            for place, rows in oracle.lists.items()
            for row in rows
        ]
        through = {name: {cut.scope_id: [*cut.through] for cut in cuts} for name, cuts in result.cuts.items()}
        advanced = {
            name: {scope: inside for scope, (inside, _, _) in cuts.items()} for name, cuts in oracle.through.items()
        }
        whole = len(found) == len(expected) and through == advanced
        tally.note(part, seed, [whole and a == b for a, b in zip(found, expected, strict=False)] or [whole])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=int, default=200_000, help="how many results to compare")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins")
    arguments = parser.parse_args()
    tally, random = Tally(), Random(arguments.seed)
    start = time.perf_counter()
    random_scores(tally, arguments.results // 2, random)
    wrong = kipp_scores(tally, arguments.results // 4, random)
    whole_contests(tally, arguments.results - arguments.results // 2 - arguments.results // 4, random)
    for part, results in tally.results.items():
        print(f"{part}: {results:,} results, {tally.different[part]:,} different")
    share = wrong / tally.results["KIPP weights"]
    print(f"under the KIPP weights floats would have got {wrong:,} wrong ({share:.1%})")
    total, different = sum(tally.results.values()), sum(tally.different.values())
    verdict = "met" if different == 0 and total >= arguments.results else "missed"
    print(f"{total:,} results, {different:,} different (aim none: {verdict}), {time.perf_counter() - start:.0f} s")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
