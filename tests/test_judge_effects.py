"""What judges do to marks: severity as others find it, the order without it, and habits found where they were put."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from contests import single
from panels import BAD, GAPS, TRUTH, of_matrix, panel, penicillin, shrout_fleiss, table
from scipy.optimize import minimize
from scipy.stats import linregress, rankdata, spearmanr

from kit.fairness.judge_effects import (
    DRIFT,
    EXTREMES,
    PACE,
    Z_SCORES,
    adjusted,
    drift,
    extreme_marks,
    pace,
    severity,
)
from kit.fairness.mark_arrays import Panel, factors
from kit.rules import Round
from kit.texts import Texts

# Published tables


def test_penicillin_as_lme4_publishes_it() -> None:
    """Bates, Mächler, Bolker and Walker 2015: standard deviations 1.9316 and 0.5499."""
    fit = severity(penicillin())
    assert list(np.sqrt([fit.between, fit.within]).round(4)) == [1.9316, 0.5499]
    assert (fit.crossed, fit.connected, fit.freedom, fit.why) == (True, True, 115, None)


def test_penicillin_with_gaps_as_lme4_computes_it() -> None:
    """Version 1.1-37, diameter ~ 0 + plate + (1 | sample), without thirteen rows."""
    fit = severity(penicillin(without=GAPS))
    assert np.sqrt([fit.between, fit.within]) == pytest.approx([1.9317646849, 0.5547412929], rel=1e-5)
    judged = [2.15149953489, -0.99192801891, 1.96934706505, -0.06774556078, -0.04639018961, -3.01478283065]
    assert -fit.judges["severity"].to_numpy() == pytest.approx(judged, abs=1e-5)
    assert fit.entries["value"].to_numpy()[:3] == pytest.approx([23.63029991, 23.80161440, 23.19386941], abs=1e-5)
    # lme4 states errors against all judges that could have been; the kit against those that were.
    drawn = fit.between / 6
    errors = np.sqrt(fit.entries["error"].to_numpy()[:3] ** 2 + drawn)
    assert errors == pytest.approx([0.8270275604, 0.8270268079, 0.8270268079])


def test_shrout_and_fleiss_as_psych_splits_their_variance() -> None:
    """R's psych prints, from lme4, 5.24 for judges and 1.02 for the rest; severities by hand from the means."""
    fit = severity(shrout_fleiss())
    assert (round(fit.between, 2), round(fit.within, 2)) == (5.24, 1.02)
    means = np.array([46, 15, 26, 40]) / 6 - 127 / 24
    shrinking = 6 / (6 + 1.0194444 / 5.2444444)
    assert -fit.judges["severity"].to_numpy() == pytest.approx(means * shrinking, abs=1e-6)
    assert fit.entries["value"].to_numpy() == pytest.approx([6, 3, 6.5, 4, 7.5, 4.75])
    assert fit.entries["error"].to_numpy() == pytest.approx(np.sqrt(1.0194444 / 4), abs=1e-6)


# Another way to the same numbers


def _dense(marks: Panel) -> tuple[float, float, np.ndarray, np.ndarray]:
    """Restricted maximum likelihood by the full covariance matrix of all marks."""
    rows = np.arange(len(marks.value))
    fixed, judges = (np.zeros((len(rows), len(names))) for names in (marks.entries, marks.judges))
    fixed[rows, marks.entry] = judges[rows, marks.judge] = 1
    y = marks.value

    def parts(between: float, within: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        covariance = within * np.eye(len(y)) + between * judges @ judges.T
        inverse = np.linalg.inv(covariance)
        beta = np.linalg.solve(fixed.T @ inverse @ fixed, fixed.T @ inverse @ y)
        return covariance, inverse, beta

    def deviance(logs: np.ndarray) -> float:
        covariance, inverse, beta = parts(*np.exp(logs))
        rest = y - fixed @ beta
        return float(
            np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(fixed.T @ inverse @ fixed)[1] + rest @ inverse @ rest
        )

    best = minimize(deviance, [-2.0, -2.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    between, within = np.exp(best.x)
    _, inverse, beta = parts(between, within)
    return between, within, -between * judges.T @ inverse @ (y - fixed @ beta), beta


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dense_likelihood_finds_the_same(seed: int) -> None:
    r = np.random.default_rng(seed)
    rows = [
        (f"J{j}", f"E{e:02}", "k1", float(r.normal(e / 10, 0.5) + j / 2))
        for e in range(14)
        for j in r.choice(5, 3, replace=False)
        if r.random() > 0.1
    ]
    marks = Panel.of(table(rows))
    fit = severity(marks)
    between, within, severities, beta = _dense(marks)
    assert (fit.between, fit.within) == pytest.approx((between, within), rel=1e-4)
    assert fit.judges["severity"].to_numpy() == pytest.approx(severities, abs=1e-4)
    assert fit.entries["value"].to_numpy() == pytest.approx(beta, abs=1e-4)


# Laws


def test_severities_are_recovered_and_their_errors_are_honest() -> None:
    r = np.random.default_rng(11)
    hits, total, error = 0, 0, 0.0
    for _ in range(40):
        judges = r.normal(0, 0.4, 20)
        marks = 3 + r.normal(0, 0.6, (150, 1)) - judges + r.normal(0, 0.5, (150, 20))
        marks[r.random(marks.shape) < 0.75] = np.nan
        fit = severity(of_matrix(marks)).judges
        off = fit["severity"] - (judges - judges.mean())
        hits, total, error = hits + int((abs(off) < 1.96 * fit["error"]).sum()), total + 20, error + (off**2).mean()
    assert 0.93 < hits / total < 0.97
    assert np.sqrt(error / 40) < 0.1


def test_entries_are_not_shrunken_and_judges_are() -> None:
    marks = penicillin()
    fit = severity(marks)
    assert fit.entries["value"].to_numpy() == pytest.approx(np.nanmean(marks.matrix(), axis=1))
    raw = np.nanmean(marks.matrix()) - np.nanmean(marks.matrix(), axis=0)
    assert (abs(fit.judges["severity"]) < abs(raw)).all()


def test_judges_who_differ_no_more_than_chance_get_no_severity() -> None:
    fit = severity(panel({"E1": "1 2 3", "E2": "3 1 2", "E3": "2 3 1.5"}))
    assert fit.between == 0
    assert (fit.judges["severity"] == 0).all()
    assert (fit.judges["error"] == 0).all()


def test_moving_a_judges_marks_moves_that_judges_severity() -> None:
    marks = np.random.default_rng(3).normal(3, 1, (12, 4))
    moved = marks - [0, 0, 2, 0]
    before, after = severity(of_matrix(marks)).judges, severity(of_matrix(moved)).judges
    assert after["severity"].idxmax() == 2
    assert after["scatter"].to_numpy()[2] > 0
    assert after["severity"][2] - before["severity"][2] > 1


def test_the_noisy_judge_scatters_most() -> None:
    r = np.random.default_rng(4)
    marks = r.normal(3, 1, (40, 1)) + r.normal(0, [0.2, 0.2, 1.5, 0.2], (40, 4))
    assert severity(of_matrix(marks)).judges["scatter"].idxmax() == 2


def test_parts_are_named_and_compared_only_within_themselves() -> None:
    fit = severity(panel(BAD["disconnected"]))
    assert (fit.connected, fit.parts.number, fit.crossed) == (False, 2, False)
    assert list(fit.entries["part"]) == [0, 0, 1, 1]
    assert list(fit.judges["part"]) == [0, 0, 1, 1]
    assert fit.judges.groupby("part")["severity"].sum().to_numpy() == pytest.approx([0, 0])
    shifted = severity(panel({"E1": "3 4 - -", "E2": "4 4 - -", "E3": "- - 12 15", "E4": "- - 14 13"}))
    assert shifted.judges["severity"].to_numpy() == pytest.approx(fit.judges["severity"].to_numpy())


def test_nothing_depends_on_the_order_of_rows() -> None:
    read = pd.read_csv(TRUTH / "penicillin.csv", dtype=str).drop(index=range(3))
    read = read.rename(columns={"plate": "entry_id", "sample": "judge_id", "diameter": "value"}).assign(criterion="m")
    one, other = severity(Panel.of(read)), severity(Panel.of(read.sample(frac=1, random_state=1)))
    pd.testing.assert_frame_equal(one.judges, other.judges)
    pd.testing.assert_frame_equal(one.entries, other.entries)


# Bad input


@pytest.mark.parametrize("name", BAD)
def test_every_panel_has_severities_or_a_reason(name: str) -> None:
    fit = severity(panel(BAD[name]))
    for found in (fit.judges, fit.entries):
        numbers = found.select_dtypes("number").to_numpy(dtype=float)
        assert np.isfinite(numbers).all()
    assert fit.judges.empty <= (fit.why is not None)
    assert fit.why is None or Texts()(fit.why)
    assert np.isfinite([fit.between, fit.within]).all()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing", "no_marks"),
        ("one judge", "one_judge"),
        ("one entry", "one_entry"),
        ("all equal", "all_equal"),
        ("no shared entries", "no_residual"),
        ("a thin chain", "no_residual"),
        ("severity only", "fits_exactly"),
        ("judges agree wholly", "fits_exactly"),
    ],
)
def test_the_reason_is_the_right_one(name: str, why: str) -> None:
    assert severity(panel(BAD[name])).why == f"fairness.{why}"


def test_marks_that_fit_exactly_give_the_severities_that_they_were_made_of() -> None:
    fit = severity(panel(BAD["severity only"]))
    assert fit.judges["severity"].to_numpy() == pytest.approx([4 / 3, 1 / 3, -5 / 3])
    assert (fit.within, set(fit.judges["error"])) == (0, {0})


# The order with severity removed


def _ranking(marks: Panel) -> pd.DataFrame:
    """By the mean, as most rules have it."""
    means = np.bincount(marks.entry, marks.value) / np.bincount(marks.entry)
    ranks = pd.array(rankdata(-means.round(9), method="min").astype(int), dtype="Int64")
    return pd.DataFrame({"entry_id": marks.entries, "rank": ranks}).sample(frac=1, random_state=1)


def test_a_full_panel_cannot_differ_and_does_not() -> None:
    marks = panel({"E1": "3 4 1", "E2": "2 5 2", "E3": "4 4 3", "E4": "1 3 3"})
    found = adjusted(marks, _ranking(marks))
    assert found.cannot_differ
    assert list(found.table["rank"]) == list(found.table["rank_mean"]) == list(found.table["rank_value"])
    assert list(found.table["value"]) == list(found.table["mean"])


def test_a_recusal_is_enough_for_a_difference() -> None:
    """E4 was spared the strict third judge."""
    marks = panel({"E1": "4 4 1", "E2": "3 4 1", "E3": "4 3 0", "E4": "3.1 3.1 -"})
    found = adjusted(marks, _ranking(marks)).table.set_index("entry_id")
    assert not adjusted(marks, _ranking(marks)).cannot_differ
    assert found.loc["E4", "rank_mean"] == 1
    assert found.loc["E4", "rank_value"] > 1


def test_the_ranks_of_the_rules_stay_as_they_are_and_lead_the_table() -> None:
    marks = panel(BAD["a recusal"])
    given = pd.DataFrame({"entry_id": ["E4", "E1", "E2", "E3"], "rank": pd.array([1, 2, 2, 4], dtype="Int64")})
    found = adjusted(marks, given).table
    assert list(found["entry_id"]) == ["E4", "E1", "E2", "E3"]
    assert list(found["rank"]) == [1, 2, 2, 4]


def test_disconnected_panels_are_not_put_in_one_order() -> None:
    marks = panel(BAD["disconnected"])
    found = adjusted(marks, _ranking(marks))
    assert (found.why, found.table.empty) == ("fairness.disconnected", True)


def test_z_scores_fail_where_panels_judge_their_own_category_and_the_additive_model_does_not() -> None:
    """One weak and one strong category, with a few entries marked by both panels."""
    r = np.random.default_rng(5)
    quality = np.append(r.normal(0, 1, 20), r.normal(3, 1, 20))
    marks = quality[:, None] + r.normal(0, 1, 6) + r.normal(0, 0.4, (40, 6))
    marks[:18, 3:] = marks[22:, :3] = np.nan
    found = adjusted(of_matrix(marks), _ranking(of_matrix(marks))).table.sort_values("entry_id")
    additive, z = (spearmanr(found[name], quality).statistic for name in ("value", "z"))
    assert additive > 0.97
    assert z < 0.9
    assert "0,764" in Texts()(Z_SCORES)


def test_z_scores_are_those_that_everybody_computes() -> None:
    marks = np.array([[1.0, 5.0], [2.0, 3.0], [6.0, 4.0]])
    expected = ((marks - marks.mean(axis=0)) / marks.std(axis=0, ddof=1)).mean(axis=1)
    found = adjusted(of_matrix(marks), _ranking(of_matrix(marks))).table.sort_values("entry_id")
    assert found["z"].to_numpy() == pytest.approx(expected)


def test_a_judge_without_differences_moves_no_z_score() -> None:
    marks = panel({"E1": "3 1 0.1", "E2": "3 2 0.1", "E3": "3 5 0.1", "E4": "3 4 0.1"})
    found = adjusted(marks, _ranking(marks)).table
    assert np.isfinite(found["z"]).all()
    assert list(found["rank_z"]) == list(found["rank_mean"])


@pytest.mark.parametrize("name", BAD)
def test_every_panel_has_an_order_or_a_reason(name: str) -> None:
    marks = panel(BAD[name])
    ranking = _ranking(marks) if marks.entries else pd.DataFrame({"entry_id": [], "rank": []})
    found = adjusted(marks, ranking)
    assert found.table.empty == (found.why is not None)
    assert np.isfinite(found.table.select_dtypes("number").to_numpy(dtype=float)).all()
    assert found.why is None or Texts()(found.why)


# Panels


def test_a_total_is_weighed_as_the_rules_weigh() -> None:
    round_ = Round.model_validate(
        {
            "id": "r1",
            "name": "r1",
            "scale": {"low": 1, "high": 5, "step": "0.5"},
            "criteria": [{"id": "k1", "name": "a", "weight": 25}, {"id": "k2", "name": "b", "weight": 75}],
            "score": [
                {"over": "criteria", "by": "weighted_sum", "out_of": 1},
                {"over": "judges", "by": "mean", "round": 2},
            ],
        },
        strict=False,
    )
    totals = panel({"E1": "4/3 5/5", "E2": "1/1 2/-"}).totals(factors(round_))
    assert totals.matrix()[0] == pytest.approx([65, 100])
    assert totals.matrix()[1] == pytest.approx([20, np.nan], nan_ok=True)  # an incomplete sheet has no total


@pytest.mark.parametrize(
    ("weights", "expected"),
    [(None, [3.5]), ({"k1": 1, "k2": 0}, [4.0]), ({"k1": 0, "k2": 0}, []), ({"k1": 1, "k2": 1, "k3": 1}, [])],
)
def test_totals_need_every_criterion_that_weighs(weights: dict[str, float] | None, expected: list[float]) -> None:
    assert list(panel({"E1": "4/3"}).totals(weights).value) == expected


def test_a_criterion_that_weighs_nothing_may_be_left_out() -> None:
    assert list(panel({"E1": "4/-"}).totals({"k1": 1, "k2": 0}).value) == [4]


@pytest.mark.parametrize(
    ("round_", "expected"),
    [
        ({"kind": "ranks", "score": [{"over": "judges", "by": "points", "curve": "borda", "round": 0}]}, -1),
        ({"score": [{"over": "judges", "by": "mean", "round": 2}]}, 1),
    ],
)
def test_a_lower_rank_is_a_better_mark(round_: dict[str, object], expected: int) -> None:
    scale = {"low": 1, "high": 9, "step": 1}
    assert set(
        factors(Round.model_validate({"id": "r", "name": "r", "scale": scale, **round_}, strict=False)).values()
    ) == {expected}


def test_parts_of_a_panel_stand_as_if_there_had_been_nothing_else() -> None:
    marks = panel({"E1": "4/3 5/5 -", "E2": "1/1 2/2 3/1", "E3": "- - 2/2"})
    part = marks.part(judges=["J3"], criteria=["k2"])
    assert (part.entries, part.judges, part.criteria) == (("E2", "E3"), ("J3",), ("k2",))
    assert list(part.value) == [1, 2]
    assert marks.part(entries=[]).components().number == 0


def test_cleared_marks_are_none() -> None:
    marks = Panel.of(table([("J1", "E1", "k", "3.5"), ("J1", "E2", "k", ""), ("J2", "E1", "k", None)]))
    assert (marks.entries, marks.judges, list(marks.value)) == (("E1",), ("J1",), [3.5])
    assert not panel({"E1": "3 -", "E2": "1 2"}).crossed
    assert panel({"E1": "3 3", "E2": "1 2"}).crossed


# Habits

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
