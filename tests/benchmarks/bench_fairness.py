"""Agreement and severity beside their peers: first the same results, then time and memory, in one run.

    python tests/benchmarks/bench_fairness.py [--r COMMAND]

Peers are compared where they are installed: krippendorff and pingouin (GPL, so never the kit's own dependencies) and
lme4, through the command given by ``--r`` that runs an R script. Three contests: 200 entries x 10 judges, all by all;
2,000 x 50, all by all; 20,000 x 200, five judges an entry; six criteria each. And a national one: 36,742 entries, three
of 300 judges, twenty criteria on 1-3, aim 30 s and 1 GiB for everything.

Judges of the sparse contests are drawn at random. pingouin knows no sparse panels; there it gets each entry's judges
as the first to the fifth, which serves for the one-way correlations only.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.fairness.judge_effects import adjusted, severity
from kit.fairness.mark_arrays import Panel
from kit.fairness.rank_sets import chances_of_first, rank_sets
from kit.fairness.reliability import alpha, icc, kendall_w
from kit.fairness.variance_components import generalizability

if TYPE_CHECKING:
    from collections.abc import Callable

CONTESTS = ((200, 10, 10, 6), (2_000, 50, 50, 6), (20_000, 200, 5, 6))
EDITION, NATIONAL = (49, 3, 3, 7), (36_742, 300, 3, 20)

R_SCRIPT = """
suppressMessages(library(lme4))
d <- read.csv("{data}")
d$e <- factor(d$e); d$j <- factor(d$j)
seconds <- system.time(fit <- lmer(v ~ 1 + (1 | e) + (1 | j), d))[["elapsed"]]
v <- as.data.frame(VarCorr(fit))
cat("found", seconds, v$vcov[v$grp == "j"], v$vcov[v$grp == "Residual"], "\\n")
"""


def contest(entries: int, judges: int, panel: int, criteria: int, seed: int = 5) -> Panel:
    """Marks with severity and halo, half steps from 1 to 5."""
    r = np.random.default_rng(seed)
    who = np.argsort(r.random((entries, judges)), axis=1)[:, :panel] if panel < judges else np.arange(judges)
    judge = np.broadcast_to(who, (entries, panel)).ravel()
    entry = np.repeat(np.arange(entries), panel)
    sheet = 3.2 + r.normal(0, 0.55, entries)[entry] - r.normal(0, 0.3, judges)[judge] + r.normal(0, 0.4, len(entry))
    marks = np.clip(np.rint((sheet[:, None] + r.normal(0, 0.35, (len(entry), criteria))) * 2) / 2, 1, 5)
    return Panel(
        tuple(f"E{n:05}" for n in range(entries)),
        tuple(f"J{n:03}" for n in range(judges)),
        tuple(f"k{n:02}" for n in range(criteria)),
        np.repeat(entry, criteria),
        np.repeat(judge, criteria),
        np.tile(np.arange(criteria), len(entry)),
        marks.ravel(),
    )


def timed(work: Callable[[], Any], least: float = 0.5) -> tuple[Any, float]:
    """The result of some work and its best time, over half a second of tries at least."""
    best, spent, found = np.inf, 0.0, None
    while spent < least:
        start = time.perf_counter()
        found = work()
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
    return found, best


def line(name: str, seconds: float, peer: float | None = None, off: float | None = None) -> None:
    beside = (
        "" if peer is None else f"  peer {peer * 1000:10.2f} ms  x{peer / seconds:7.1f}  results differ by {off:.1e}"
    )
    print(f"  {name:34s} {seconds * 1000:10.2f} ms{beside}", flush=True)


def peer(name: str) -> Any:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def against_krippendorff(totals: Panel) -> None:
    package = peer("krippendorff")
    for level in ("interval", "ordinal"):
        own, seconds = timed(lambda level=level: alpha(totals, level))
        # krippendorff's own work on ordinal totals of large contests has hundreds of values by hundreds of values.
        if package is None:
            line(f"alpha, {level}", seconds)
            continue
        data = totals.matrix().T
        value, theirs = timed(
            lambda level=level, data=data: package.alpha(reliability_data=data, level_of_measurement=level)
        )
        line(f"alpha, {level}", seconds, theirs, abs(own.value - value))


def against_pingouin(totals: Panel) -> None:
    own, seconds = timed(lambda: icc(totals))
    package = peer("pingouin")
    if package is None:
        line("intraclass correlations", seconds)
        return
    full = totals.crossed
    order = np.lexsort((totals.judge, totals.entry))
    place = totals.judge[order] if full else np.arange(len(order)) % int(totals.judges_per_entry[0])
    table = pd.DataFrame({"e": totals.entry[order], "j": place, "v": totals.value[order]})
    found, theirs = timed(lambda: package.intraclass_corr(table, "e", "j", "v"))
    names = {"ICC(1,1)": "icc_1", "ICC(1,k)": "icc_1k"}
    names |= {"ICC(A,1)": "icc_a1", "ICC(C,1)": "icc_c1", "ICC(A,k)": "icc_ak", "ICC(C,k)": "icc_ck"} if full else {}
    values = found.set_index("Type")["ICC"]
    line("intraclass correlations", seconds, theirs, max(abs(values[t] - own[o].value) for t, o in names.items()))


def against_lme4(totals: Panel, command: str | None) -> None:
    line("additive model", timed(lambda: severity(totals))[1])
    own, seconds = timed(lambda: generalizability(totals))
    if command is None:
        line("variance components", seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder, "data.csv"), Path(folder, "script.R")
        pd.DataFrame({"e": totals.entry, "j": totals.judge, "v": totals.value}).to_csv(data, index=False)
        script.write_text(R_SCRIPT.format(data=data.as_posix()), encoding="utf-8")
        said = subprocess.run([*command.split(), str(script)], capture_output=True, text=True, check=True).stdout
    theirs, *variances = map(float, said.partition("found")[2].split()[:3])
    found = own.components["judge"], own.components["rest"]
    line("variance components (lme4)", seconds, theirs, max(abs(a - b) for a, b in zip(found, variances, strict=True)))


def peak_mib() -> float:
    """The largest memory that this process has held so far; unknown on Windows."""
    if importlib.util.find_spec("resource") is None:
        return float("nan")
    import resource  # noqa: PLC0415  (not everywhere)

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def everything(marks: Panel, cut: int | None = None) -> None:
    """All that this bench knows of, on one contest, from its marks."""
    totals = marks.totals()
    icc(totals)
    kendall_w(totals)
    for part in [totals, *(marks.part(criteria=[name]) for name in marks.criteria)]:
        alpha(part, "interval")
        alpha(part, "ordinal")
    generalizability(totals)
    severity(totals)
    rank_sets(totals, cut)
    chances_of_first(totals)
    adjusted(totals, pd.DataFrame({"entry_id": totals.entries, "rank": 1}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--r", help="a command that runs an R script which can load lme4")
    parser.add_argument("--national", action="store_true", help="the national contest alone, for its memory")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # peers warn
    for shape in () if asked.national else CONTESTS:
        marks = contest(*shape)
        print(f"{shape[0]:,} entries, {shape[2]} of {shape[1]} judges, {shape[3]} criteria: {len(marks.value):,} marks")
        totals, seconds = timed(marks.totals)
        line("totals", seconds)
        against_krippendorff(totals)
        against_pingouin(totals)
        line("Kendall's W", timed(lambda totals=totals: kendall_w(totals))[1])
        line("generalizability, of marks", timed(lambda marks=marks: generalizability(marks))[1])
        against_lme4(totals, asked.r)
        line("rank sets near a cut", timed(lambda totals=totals: rank_sets(totals, 30))[1])
        line("chances of first", timed(lambda totals=totals: chances_of_first(totals))[1])
    for name, shape, aim in (("an edition", EDITION, "1 s"), ("the country", NATIONAL, "30 s and 1 GiB")):
        marks = contest(*shape)
        start, before = time.perf_counter(), peak_mib()
        everything(marks, cut=100 if shape is NATIONAL else None)
        seconds = time.perf_counter() - start
        print(f"{name}, {len(marks.value):,} marks, all of it once: {seconds:.2f} s (aim {aim})")
        print(f"  peak memory {peak_mib():.0f} MiB, {before:.0f} MiB before")


if __name__ == "__main__":
    main()
