"""Do rank sets hold the true places as often as they say? Contests with known truth, drawn with a seed.

    python tests/benchmarks/simulate_rank_sets.py [--panels 2000] [--kinds plain uneven ...]

The simulator shares no code with the estimators: it draws a true quality per entry, a severity per judge and what is
left to chance per mark, on four criteria that hang together, and rounds to half steps from 1 to 5, so that scores tie.
Kinds of panel:

- plain: normal errors of one size;
- uneven: some judges are noisier than others, and some entries more disputed;
- alike: all entries are equally good, the hardest case for the promise (whoever is set apart is set apart wrongly);
  and the same with uneven errors;
- recused: every tenth judge and entry do not meet;
- shared: twice as many judges, each entry marked by half of them at random;
- final: two rounds that count 60 and 40 %, the second for the best six of the first, whose places are asked for; and
  the same with all entries equally good.

A set of places is right if it holds every place that the entry may truly have. Coverage is the share of panels in
which all sets are right at once: at least 95 %, less two binomial standard errors. ``naive`` is what an error per entry
with normal quantiles would have covered.
"""

from __future__ import annotations

import argparse
import itertools
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from kit.fairness.mark_arrays import Panel
from kit.fairness.rank_sets import rank_sets

ENTRIES, JUDGES = (6, 14, 35), (3, 5, 10)
KINDS = ("plain", "uneven", "alike", "alike and uneven", "recused", "shared", "final", "alike final")
FINALISTS, WEIGHTS = 6, (0.6, 0.4)
SPREAD, SEVERITY, CHANCE, PROFILE = 0.55, 0.30, 0.55, 0.35
LEVEL = 0.95


def draw(random: np.random.Generator, kind: str, entries: int, judges: int) -> tuple[np.ndarray, np.ndarray]:
    """The true quality of each entry, and marks: entries x judges x criteria, NaN where there is none."""
    people = judges * 2 if kind == "shared" else judges
    quality = np.zeros(entries) if "alike" in kind else random.normal(0, SPREAD, entries)
    noise = np.full((entries, people), CHANCE)
    if "uneven" in kind:
        noise = noise * random.choice([0.6, 1.0, 1.6], people) * random.choice([0.7, 1.3], (entries, 1))
    halo = random.normal(0, 1, (entries, people, 1)) * noise[:, :, None]  # what a judge thinks of an entry as a whole
    own = random.normal(0, PROFILE, (entries, people, 4))
    severity = random.normal(0, SEVERITY, people)
    marks = 3.2 + quality[:, None, None] - severity[None, :, None] + halo + own
    marks = np.clip(np.round(marks * 2) / 2, 1, 5)
    absent = np.zeros((entries, people), dtype=bool)
    if kind == "recused":
        absent = random.random((entries, people)) < 0.1
        absent &= np.cumsum(absent, axis=1) <= judges - 2
    elif kind == "shared":
        absent = np.argsort(random.random((entries, people)), axis=1) >= judges
    marks[absent] = np.nan
    return quality, marks


def panel_of(marks: np.ndarray) -> Panel:
    entry, judge, criterion = np.nonzero(~np.isnan(marks))
    names = (tuple(f"{kind}{n:02}" for n in range(size)) for kind, size in zip("EJk", marks.shape, strict=True))
    return Panel(*names, entry, judge, criterion, marks[entry, judge, criterion])


def holds(quality: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Whether every set holds a true place; equally good entries may have any of the places that they share."""
    first = 1 + np.sum(quality[None, :] > quality[:, None], axis=1)
    last = len(quality) - np.sum(quality[None, :] < quality[:, None], axis=1)
    return bool(np.all((low <= first) & (high >= last)))


def naive(marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each entry's own error and a normal quantile for all pairs."""
    totals = marks.mean(axis=2)
    means, counts = np.nanmean(totals, axis=1), np.sum(~np.isnan(totals), axis=1)
    errors = np.nanstd(totals, axis=1, ddof=1) / np.sqrt(counts)
    pairs = len(means) * (len(means) - 1) / 2
    margin = norm.ppf(1 - (1 - LEVEL) / 2 / pairs) * np.hypot(errors[:, None], errors[None, :])
    ahead = means[None, :] - means[:, None]
    return 1 + np.sum(ahead > margin, axis=1), len(means) - np.sum(-ahead > margin, axis=1)


def contest(random: np.random.Generator, kind: str, entries: int, judges: int) -> tuple[np.ndarray, np.ndarray, Any]:
    """What is true, the marks, and what the kit is given of them."""
    quality, marks = draw(random, kind, entries, judges)
    if "final" not in kind:
        return quality, marks, panel_of(marks).totals()
    again, later = draw(random, kind, entries, judges)
    through = np.sort(np.argsort(-marks.mean(axis=(1, 2)), kind="stable")[:FINALISTS])
    reached = panel_of(later).totals().part(entries=[f"E{n:02}" for n in through])
    one, two = WEIGHTS
    totals = [(panel_of(marks).totals(), one), (reached, two)]
    return (one * quality + two * again)[through], (one * marks + two * later)[through], totals


def coverage(kind: str, entries: int, judges: int, panels: int) -> dict[str, object]:
    """Run one row of the table."""
    random = np.random.default_rng([KINDS.index(kind), entries, judges])
    right = without = refused = 0
    widths = []
    for _ in range(panels):
        quality, marks, totals = contest(random, kind, entries, judges)
        found = rank_sets(totals)
        if found.why:
            refused += 1
            right += 1
            without += 1
            continue
        sets = found.table.sort_values("entry_id")
        low, high = sets["low"].to_numpy(), sets["high"].to_numpy()
        right += holds(quality, low, high)
        without += holds(quality, *naive(marks))
        widths.append((high - low + 1).mean())
    share = right / panels
    least = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / panels)
    return {
        "kind": kind,
        "entries": entries,
        "judges": judges,
        "coverage %": round(share * 100, 1),
        "naive %": round(without / panels * 100, 1),
        "mean width": round(float(np.mean(widths)), 1) if widths else None,
        "refused": refused,
        "kept": "yes" if share >= least else "NO",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", type=int, default=2000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    asked = parser.parse_args()
    for first, (kind, entries, judges) in enumerate(itertools.product(asked.kinds, ENTRIES, JUDGES)):
        row = pd.DataFrame([coverage(kind, entries, judges, asked.panels)])
        widths = [len(f"{name}") + 2 for name in row]
        widths[0] = 18
        if not first:
            print("".join(f"{name:>{width}}" for name, width in zip(row, widths, strict=True)))
        print("".join(f"{value!s:>{width}}" for value, width in zip(row.iloc[0], widths, strict=True)), flush=True)


if __name__ == "__main__":
    main()
