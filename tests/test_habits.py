"""Odd marks, hurried sheets and drift are found where they were put, and not where they were not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from contests import single
from scipy.stats import linregress

from kit.fairness.judge_effects import DRIFT, EXTREMES, PACE, drift, extreme_marks, pace
from kit.fairness.mark_arrays import Panel
from kit.rules import Round
from kit.texts import Texts

ROUND = Round.model_validate(
    {
        "id": "r1",
        "name": "Tahap",
        "scale": {"low": 1, "high": 5, "step": 1},
        "criteria": [{"id": name, "name": name} for name in ("k1", "k2")],
        "score": single()["score"],
    }
)


def marks(change: dict[tuple[str, str, str], str] | None = None) -> pd.DataFrame:
    """Eight entries, four judges, two criteria; judge J1 is one mark stricter, entries go from 2 to 4."""
    r = np.random.default_rng(5)
    flat = {
        (f"J{j}", f"E{e}", f"k{k}"): str(int(np.clip(round(2 + e / 4 - (j == 1) + r.normal(0, 0.4)), 1, 5)))
        for e in range(8)
        for j in range(4)
        for k in (1, 2)
    }
    rows = [(*key, value) for key, value in (flat | (change or {})).items()]
    return pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"], dtype=str)


def events(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Events as ``seconds, kind, judge, entry, criterion, value or text``; after ``-``, the committee's doing."""
    table = []
    for number, (seconds, kind, judge, entry, criterion, said) in enumerate(rows, 1):
        own = {"value": said, "text": ""} if kind == "mark" else {"value": "", "text": said}
        table.append(
            {"number": number, "time": pd.Timestamp("2025-10-27T02:00Z") + pd.Timedelta(seconds=seconds), "kind": kind}
            | {"actor": judge.lstrip("-") if not judge.startswith("-") else "committee", "judge_id": judge.lstrip("-")}
            | {"round": "r1", "entry_id": entry, "criterion": criterion}
            | own
        )
    columns = ["number", "time", "actor", "kind", "round", "judge_id", "entry_id", "criterion", "value", "text"]
    return pd.DataFrame(table, columns=columns)


# Extreme marks


def test_a_mark_far_from_the_others_is_listed_with_its_comments() -> None:
    said = events(
        (0, "comment", "J2", "E6", "internal", "Keliru?"),
        (1, "comment", "J2", "E6", "internal", "Bukti lemah."),
        (2, "comment", "J2", "E6", "entrant", "Lengkapi data."),
        (3, "comment", "J3", "E6", "internal", "Bagus."),
    )
    table = extreme_marks(ROUND, marks({("J2", "E6", "k1"): "1"}), said)
    worst = table.iloc[0]
    assert worst[["judge_id", "entry_id", "criterion", "value", "end"]].to_list() == ["J2", "E6", "k1", "1", "low"]
    assert worst["internal"] == "Bukti lemah."
    assert worst["entrant"] == "Lengkapi data."
    assert worst["in_usual"] < -3
    assert worst["expected"] + worst["residual"] == pytest.approx(1)


def test_severity_is_not_held_against_a_mark() -> None:
    table = extreme_marks(ROUND, marks(), events(), far=0, far_at_end=0)
    assert len(table) == len(marks())
    assert table.groupby("judge_id")["residual"].mean().to_numpy() == pytest.approx(0, abs=1e-6)


def test_the_ends_of_the_scale_are_listed_sooner() -> None:
    table = extreme_marks(ROUND, marks({("J2", "E4", "k1"): "5"}), events(), far=99, far_at_end=2)
    assert table[["judge_id", "entry_id", "end"]].iloc[0].to_list() == ["J2", "E4", "high"]
    assert (table["end"] != "").all()
    assert extreme_marks(ROUND, marks({("J2", "E4", "k1"): "5"}), events(), far=99, far_at_end=99).empty


@pytest.mark.parametrize(
    "given",
    [
        marks()[:0],
        marks().assign(value="3"),
        marks().query("judge_id == 'J0'"),
        marks().query("entry_id == 'E0'"),
        marks().query("entry_id < 'E2'"),
        marks()[:1],
        marks().assign(value=""),
        marks().assign(value=np.where(marks()["judge_id"] == "J0", "3", marks()["value"])),
    ],
)
def test_little_or_nothing_to_compare_gives_a_plain_table(given: pd.DataFrame) -> None:
    table = extreme_marks(ROUND, given, events())
    assert list(table.columns) == EXTREMES
    assert table.notna().all(axis=None)
    order = pd.DataFrame({"judge_id": [f"J{j}" for j in range(4) for _ in range(8)]}).assign(
        entry_id=[f"E{e}" for _ in range(4) for e in range(8)], order=[e + 1 for _ in range(4) for e in range(8)]
    )
    slopes = drift(Panel.of(given).totals(), order)
    assert list(slopes.columns) == DRIFT
    assert (slopes["t"].isna() == slopes["why"].notna()).all()
    assert all(Texts("id")(why) for why in slopes["why"].dropna())


# Pace


def test_a_sheet_takes_the_time_since_the_one_before() -> None:
    table = pace(
        ROUND,
        events(
            (0, "mark", "J1", "E1", "k1", "3"),
            (40, "mark", "J1", "E1", "k2", "3"),
            (300, "mark", "J1", "E3", "k1", "3"),
            (310, "mark", "J2", "E1", "k1", "3"),
            (340, "mark", "J1", "E3", "k2", "4"),
            (350, "mark", "J1", "E2", "k1", "4"),
            (351, "mark", "J1", "E2", "k2", "4"),
            (9000, "mark", "J1", "E1", "k2", "5"),  # a second thought
            (9001, "mark", "-J3", "E1", "k2", "5"),  # typed in by the committee
            (9002, "comment", "J1", "E2", "internal", "Baik."),
        ),
    )
    assert list(table.columns) == PACE
    told = [(r.judge_id, r.entry_id, r.order, r.seconds, bool(r.hurried)) for r in table.itertuples()]
    assert told == [
        ("J1", "E1", 1, 40, True),
        ("J1", "E3", 2, 300, False),
        ("J1", "E2", 3, 11, True),
        ("J2", "E1", 1, 0, False),  # one mark: nobody knows when it was begun
    ]


def test_the_bound_is_a_parameter() -> None:
    rows = [(60 * n, "mark", "J1", f"E{n}", "k1", "3") for n in range(4)]
    assert pace(ROUND, events(*rows))["hurried"].sum() == 0  # sixty seconds are not below sixty
    assert pace(ROUND, events(*rows), hurried=61)["hurried"].sum() == 3


def test_without_times_of_their_own_there_is_no_pace() -> None:
    assert pace(ROUND, events((0, "mark", "-J1", "E1", "k1", "3"))).empty
    assert pace(ROUND, events()).empty


def test_sheets_that_came_in_together_were_neither_hurried_nor_read_in_an_order() -> None:
    rows = [(0, "mark", "J1", f"E{n}", "k1", "3") for n in range(4)]
    assert pace(ROUND, events(*rows)).empty
    assert list(pace(ROUND, events(*rows, (90, "mark", "J1", "E9", "k1", "3")))["entry_id"]) == ["E9"]


# Drift


def drifting(slope: float, seed: int, judges: int = 3, entries: int = 20) -> tuple[Panel, pd.DataFrame]:
    """Totals where J0 changes by so much a sheet; each judge reads in an order of their own."""
    r = np.random.default_rng(seed)
    quality = r.normal(70, 8, entries)
    rows, order = [], []
    for j in range(judges):
        for at, e in enumerate(r.permutation(entries), 1):
            value = quality[e] - 3 * j + (slope * at if j == 0 else 0) + r.normal(0, 2)
            rows.append((f"J{j}", f"E{e:02}", "total", f"{value:.3f}"))
            order.append((f"J{j}", f"E{e:02}", at))
    table = pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"], dtype=str)
    return Panel.of(table), pd.DataFrame(order, columns=["judge_id", "entry_id", "order"])


def test_drift_is_recovered_and_nobody_else_drifts() -> None:
    found = [drift(*drifting(0.5, seed)).set_index("judge_id") for seed in range(30)]
    slopes = np.array([table["slope"].to_numpy(dtype=float) for table in found])
    assert slopes.mean(axis=0) == pytest.approx([0.5, 0, 0], abs=0.05)
    assert all(table.loc["J0", "p"] < 0.05 for table in found)
    assert np.mean([table.loc["J1", "p"] < 0.05 for table in found]) < 0.25


def test_the_slope_is_that_of_least_squares_against_the_others() -> None:
    totals, order = drifting(0.3, seed=1)
    matrix = totals.matrix()
    centred = matrix - matrix.mean(axis=0)
    away = centred[:, 0] - centred[:, 1:].mean(axis=1)
    own = order[order["judge_id"] == "J0"].set_index("entry_id")["order"]
    expected = linregress([own[entry] for entry in totals.entries], away)
    row = drift(totals, order).set_index("judge_id").loc["J0"]
    assert (row["slope"], row["error"], row["p"]) == pytest.approx((expected.slope, expected.stderr, expected.pvalue))
    assert row["whole"] == pytest.approx(expected.slope * 19)


def test_too_few_sheets_have_no_slope() -> None:
    totals, order = drifting(0.3, seed=1, entries=2)
    table = drift(totals, order)
    assert set(table["why"]) == {"fairness.too_few_sheets"}
    assert drift(*drifting(0.3, seed=1, judges=1))["sheets"].to_list() == [0]
