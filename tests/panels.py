"""Panels of marks for tests, written by hand or read from published tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.fairness.mark_arrays import Panel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TRUTH = Path(__file__).parent / "truth"


def table(rows: Iterable[tuple[str, str, str, object]]) -> pd.DataFrame:
    """The long table of marks: judge, entry, criterion, value."""
    return pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"]).astype(
        {"judge_id": str, "entry_id": str, "criterion": str}
    )


def panel(marks: Mapping[str, str]) -> Panel:
    """A panel by hand: per entry the marks of judges J1, J2, ..., ``-`` for none, ``3/4`` on criteria k1 and k2."""
    return Panel.of(
        table(
            (f"J{n}", entry, f"k{k}", value)
            for entry, given in marks.items()
            for n, sheet in enumerate(given.split(), 1)
            for k, value in enumerate(sheet.split("/"), 1)
            if value != "-"
        )
    )


def of_matrix(values: np.ndarray) -> Panel:
    """A panel from entries x judges with NaN for no mark; ids sort as the rows and columns do."""
    rows, columns = np.nonzero(~np.isnan(values))
    return Panel.of(
        table((f"J{c:04}", f"E{r:05}", "mark", repr(float(values[r, c]))) for r, c in zip(rows, columns, strict=True))
    )


def published(name: str, judge: str, entry: str, value: str, criterion: str | None = None) -> Panel:
    """A long table from the folder of published results, by its column names."""
    read = pd.read_csv(TRUTH / name, dtype=str)
    marks = {"judge_id": read[judge], "entry_id": read[entry], "value": read[value]}
    return Panel.of(pd.DataFrame({**marks, "criterion": read[criterion] if criterion else "mark"}))


def shrout_fleiss() -> Panel:
    return published("shrout_fleiss_1979.csv", "judge", "target", "score")


def penicillin(*, without: Iterable[int] = ()) -> Panel:
    """Davies and Goldsmith 1972: 24 plates stand for entries, 6 samples of penicillin for judges."""
    read = pd.read_csv(TRUTH / "penicillin.csv", dtype=str).drop(index=[row - 1 for row in without])
    return Panel.of(read, entry="plate", judge="sample", value="diameter")


GAPS = (1, 8, 15, 22, 29, 36, 43, 50, 51, 77, 90, 101, 120)
"""Rows of the penicillin data that its tests with gaps leave out."""


def brennan() -> Panel:
    return published("brennan_3_2.csv", "Rater", "Person", "Score", "Task")


def krippendorff() -> Panel:
    wide = pd.read_csv(TRUTH / "krippendorff_4x12.csv", dtype=str, keep_default_na=False)
    long = wide.melt("unit", var_name="judge_id")
    return Panel.of(long.rename(columns={"unit": "entry_id"}).assign(criterion="mark"))


def paris(*, without: Iterable[str] = ()) -> Panel:
    """The Paris tasting of 1976."""
    wide = pd.read_csv(TRUTH / "paris1976_red.csv", dtype=str).drop(columns="name")
    long = wide.melt("wine", var_name="judge_id").rename(columns={"wine": "entry_id"}).assign(criterion="mark")
    return Panel.of(long[~long["judge_id"].isin(list(without))])


def wine_reports() -> dict[str, tuple[Panel, float, float]]:
    """Three tastings as ranks, with the published W and its probability."""
    read = json.loads((TRUTH / "liquidasset_wine_panels.json").read_text(encoding="utf-8"))
    return {
        name: (
            Panel.of(
                table(
                    (judge, f"wine {n}", "mark", str(rank))
                    for judge, ranks in report["ranks"].items()
                    for n, rank in enumerate(ranks)
                )
            ),
            report["W"],
            report["p"],
        )
        for name, report in read.items()
        if name.startswith("report")
    }


# What else can be wrong with a panel, and a sentence why there is no number where there is none.

BAD = {
    "nothing": {},
    "one mark": {"E1": "3"},
    "one judge": {"E1": "3", "E2": "4", "E3": "5"},
    "one entry": {"E1": "3 4 5"},
    "all equal": {"E1": "3 3 3", "E2": "3 3 3", "E3": "3 3 3"},
    "all equal, thirds": {"E1": "0.1 0.1 0.1", "E2": "0.1 0.1 0.1", "E3": "0.1 0.1 0.1"},
    "judges agree wholly": {"E1": "1 1 1", "E2": "2 2 2", "E3": "5 5 5"},
    "severity only": {"E1": "1 2 4", "E2": "2 3 5", "E3": "6 7 9"},
    "judges disagree wholly": {"E1": "1 5", "E2": "5 1", "E3": "3 3"},
    "entries alike": {"E1": "1 2 3", "E2": "3 1 2", "E3": "2 3 1"},
    "as alike as chance has it": {"E1": "1 0", "E2": "0 0"},
    "a judge without differences": {"E1": "3 1 2", "E2": "3 2 4", "E3": "3 5 3", "E4": "3 4 4"},
    "two of two": {"E1": "3 4", "E2": "5 5"},
    "a group of two": {"E1": "3 4 4", "E2": "5 4 3"},
    "one entry differs": {"E1": "3 3 3", "E2": "3 3 3", "E3": "3 4 3"},
    "disconnected": {"E1": "3 4 - -", "E2": "4 4 - -", "E3": "- - 2 5", "E4": "- - 4 3"},
    "no shared entries": {"E1": "3 - -", "E2": "- 4 -", "E3": "- - 5"},
    "a chain": {"E1": "3 4 - -", "E2": "- 2 3 -", "E3": "- - 4 5", "E4": "3 - - 4"},
    "a thin chain": {"E1": "3 4 - -", "E2": "- 2 3 -", "E3": "- - 4 5"},
    "a recusal": {"E1": "3 4 -", "E2": "2 2 3", "E3": "5 4 4", "E4": "1 3 2"},
    "below zero": {"E1": "-3 -2 0", "E2": "-1 1 3", "E3": "0 0 0"},
    "large numbers": {"E1": "1000000001 1000000002", "E2": "1000000003 1000000005", "E3": "1000000001 1000000001"},
}
