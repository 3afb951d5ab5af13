"""How long and how large: the Rasch model on ever larger panels, beside RaschPy.

    python tests/benchmarks/bench_rasch.py [--peer PYTHON] [--size N]

``--peer`` is the Python of an environment that has RaschPy (Apache-2.0), which the kit neither needs nor installs.
Marks on 1-5 (national: 1-3) are drawn from the model with a seed. Each fit runs in a process of its own, so that its
peak memory is its own; importing and reading the marks are timed apart and left out. RaschPy estimates judges and
criteria by composite likelihood and knows no entries then; the kit's measures are joint maximum likelihood, whose
spread is wider by about L / (L - 1). So results agree in order and up to that factor: that is checked first.

The floor: each of the six to nine Newton steps must read three places and one category a mark (14 bytes at least) and
look up three measures, most of them in the cache. At 600,000 marks that is 8 MB a step, 1 ms at 10 GB/s; the rest is
arithmetic, one exponential a category and mark (3 million a step, about 20 ms).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import numpy as np

# entries, judges, judges an entry, criteria, highest mark
SIZES = [(200, 10, 10, 6, 5), (2_000, 50, 5, 6, 5), (20_000, 200, 5, 6, 5), (36_742, 300, 3, 20, 3)]


def draw(entries: int, judges: int, each: int, criteria: int, high: int) -> dict[str, np.ndarray]:
    """Marks from the model, one a row, with the truth behind them."""
    r = np.random.default_rng(entries)
    severity, difficulty = r.normal(0, 0.5, judges), r.normal(0, 0.5, criteria)
    severity, difficulty = severity - severity.mean(), difficulty - difficulty.mean()
    ability = r.normal(0, 1, entries)
    judge = np.repeat(np.argsort(r.random((entries, judges)), axis=1)[:, :each].ravel(), criteria)
    entry = np.repeat(np.arange(entries), each * criteria)
    criterion = np.tile(np.arange(criteria), entries * each)
    distance = ability[entry] - severity[judge] - difficulty[criterion]
    tops = np.cumsum(np.linspace(-1.5, 1.5, high - 1))
    chance = np.exp(np.arange(high) * distance[:, None] - np.append(0, tops))
    chance = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    mark = 1 + (r.random((len(entry), 1)) > chance[:, :-1]).sum(axis=1)
    return {"entry": entry, "judge": judge, "criterion": criterion, "mark": mark, "severity": severity}


def kit(marks: dict[str, np.ndarray]) -> tuple[list[float], dict[str, float]]:
    """Fit with the kit; the time of measures and their fit, and of bias and flags beside it."""
    from kit.fairness.mark_arrays import Panel  # noqa: PLC0415  (the peer's process has no kit)
    from kit.fairness.rasch import (  # noqa: PLC0415
        bias,
        estimate,
        flags,
        rasch,
    )
    from kit.rules import Scale  # noqa: PLC0415

    names = [tuple(f"{n:06}" for n in range(marks[facet].max() + 1)) for facet in ("entry", "judge", "criterion")]
    value = marks["mark"].astype(float)
    panel = Panel(*names, marks["entry"], marks["judge"], marks["criterion"], value)
    scale = Scale(low=Decimal(1), high=Decimal(int(marks["mark"].max())), step=Decimal(1))
    start = time.perf_counter()
    found = rasch(panel, scale)
    fitted = time.perf_counter()
    assert found.fitted is not None
    bias(found.fitted)
    flags(panel, found)
    whole = time.perf_counter()
    estimate(found.fitted.panel, found.fitted.category)
    alone = time.perf_counter()
    severity = found.measures.loc[found.measures["facet"] == "judge", "measure"].to_list()
    return severity, {"estimates": alone - whole, "with fit": fitted - start, "bias, flags": whole - fitted}


def peer(marks: dict[str, np.ndarray]) -> tuple[list[float], dict[str, float]]:
    """Fit with RaschPy: the method of its earlier versions, its fastest, and on small panels its default too."""
    import pandas as pd  # noqa: PLC0415
    from raschpy import MFRM  # noqa: PLC0415

    table = pd.DataFrame({name: marks[name] for name in ("judge", "entry", "criterion", "mark")})
    wide = table.assign(mark=table["mark"] - 1).pivot_table(
        index=["judge", "entry"], columns="criterion", values="mark"
    )
    times, severity = {}, []
    for method in ("pair-cpat", "cp-full-rcl") if len(table) < 100_000 else ("pair-cpat",):
        model = MFRM(wide, max_score=int(marks["mark"].max()) - 1, validate=False)
        start = time.perf_counter()
        model.calibrate(estimation=method)
        model.person_estimates_global()
        times[method] = time.perf_counter() - start
        severity = [float(value) for value in model.raters_global]
    return severity, times


def alone(path: str, fit: str) -> None:
    """Fit in this process and print what came of it."""
    with np.load(path) as stored:
        marks = dict(stored)
    severity, times = {"kit": kit, "peer": peer}[fit](marks)
    scale = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    print(json.dumps({"severity": severity, "times": times, "peak": peak}))


def main() -> None:
    """Run every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", help="the Python that has RaschPy")
    parser.add_argument("--size", type=int, choices=range(len(SIZES)), help="this size alone")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        return alone(*given.alone)
    for n, size in enumerate(SIZES):
        if given.size not in {None, n}:
            continue
        marks = draw(*size)
        print(f"{size[0]:,} entries, {size[2]} of {size[1]} judges, {size[3]} criteria: {len(marks['mark']):,} marks")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "marks.npz"
            np.savez(path, **marks)
            pythons = [("kit", sys.executable)] + [("peer", given.peer)] * bool(given.peer)
            for name, python in pythons:
                said = subprocess.run(
                    [python, "-W", "ignore", __file__, "--alone", str(path), name],
                    capture_output=True,
                    check=False,
                    text=True,
                )
                if said.returncode:
                    print(f"  {name}: no result: {(said.stderr.splitlines() or ['?'])[-1]}")
                    continue
                found = json.loads(said.stdout.splitlines()[-1])
                severity = np.array(found["severity"])
                together = np.corrcoef(severity, marks["severity"])[0, 1]
                spread = severity.std() / marks["severity"].std()
                seconds = ", ".join(f"{what} {took:.2f} s" for what, took in found["times"].items())
                print(f"  {name}: r with truth {together:.4f}, spread {spread:.3f}; {seconds}; {found['peak']:.0f} MiB")
    return None


if __name__ == "__main__":
    main()
