"""Sets of ranks: the published ones for PISA 2018, the laws of places, and a sentence where none can be had."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pandas as pd
import pytest
from panels import BAD, TRUTH, of_matrix, panel, paris
from scipy.stats import studentized_range, t, tukey_hsd

from kit.fairness.rank_sets import FULL, _quantile, chances_of_first, rank_sets, rank_sets_from
from kit.texts import Texts

PISA = pd.read_csv(TRUTH / "csranks_pisa2018_reference.csv")


@pytest.mark.parametrize(
    ("ends", "simultaneous", "stepwise"),
    [("marg95", False, True), ("sim95", True, True), ("sim95_nostep", True, False)],
)
def test_pisa_2018_as_csranks_has_it(ends: str, simultaneous: bool, stepwise: bool) -> None:  # noqa: FBT001
    """Both draw by chance, so bounds may differ by one, and hardly any do."""
    found = rank_sets_from(PISA["math"], PISA["se"], simultaneous=simultaneous, stepwise=stepwise)
    off = np.abs(found.to_numpy() - PISA[[f"L_{ends}", f"U_{ends}"]].to_numpy())
    assert off.max() <= 1
    assert off.sum() <= 3


def test_sets_grow_from_marginal_to_simultaneous_and_shrink_stepwise() -> None:
    def width(**ways: bool) -> np.ndarray:
        found = rank_sets_from(PISA["math"], PISA["se"], **ways)
        return (found["high"] - found["low"]).to_numpy()

    once, again = width(stepwise=False), width()
    assert (width(simultaneous=False) <= again).all()
    assert (again <= once).all()
    assert again.sum() < once.sum()


def _panel(seed: int, entries: int, judges: int) -> np.ndarray:
    r = np.random.default_rng(seed)
    return r.normal(0, 1, (entries, 1)) + r.normal(0, 0.5, judges) + r.normal(0, 0.4, (entries, judges))


def test_a_full_panel_is_told_apart_by_tukeys_test_without_the_judges() -> None:
    """With severity taken out, what is left is a block design; its pairwise intervals are known."""
    marks = _panel(1, 8, 4)
    found = rank_sets(of_matrix(marks)).table.sort_values("entry_id")
    rest = marks - marks.mean(axis=0) - marks.mean(axis=1, keepdims=True) + marks.mean()
    pooled = (rest**2).sum() / (7 * 3)
    own = (rest**2).sum(axis=1) / 3 * 8 / 7
    assert own.mean() == pytest.approx(pooled)
    variance = np.maximum(pooled, own) / 4  # an entry more disputed than others counts with its own residual
    means, quantile = marks.mean(axis=1), studentized_range.ppf(0.95, 8, 21) / np.sqrt(2)
    margin = quantile * np.sqrt(variance[:, None] + variance)
    ahead = means - means[:, None]
    assert list(found["low"]) == list(1 + (ahead > margin).sum(axis=1))
    assert list(found["high"]) == list(8 - (-ahead > margin).sum(axis=1))
    assert found["error"].to_numpy() == pytest.approx(np.sqrt(variance), abs=1e-9)
    assert {*found["low"], *found["high"]} > {1, 8}


def test_the_quantile_is_that_of_tukeys_honest_difference() -> None:
    groups = np.random.default_rng(2).normal(size=(5, 4))
    interval = tukey_hsd(*groups).confidence_interval(0.95)
    width = (interval.high - interval.low)[0, 1] / 2
    error = np.sqrt(2 * groups.var(axis=1, ddof=1).mean() / 4)
    assert _quantile(5, 15) * error == pytest.approx(width)


def test_places_and_sets_fit_together() -> None:
    for seed, entries, judges in itertools.product(range(5), (2, 5, 20), (2, 3, 6)):
        found = rank_sets(of_matrix(_panel(seed, entries, judges)))
        table = found.table
        assert (table["low"] <= table["rank"]).all()
        assert (table["rank"] <= table["high"]).all()
        assert table["score"].is_monotonic_decreasing
        assert table["low"].iloc[0] == 1
        assert table["high"].iloc[-1] == entries


def test_severity_of_judges_whom_all_entries_share_widens_no_set() -> None:
    marks = _panel(3, 12, 3)
    one, other = rank_sets(of_matrix(marks)).table, rank_sets(of_matrix(marks + np.array([0, 5, -5]))).table
    pd.testing.assert_frame_equal(one[["entry_id", "low", "high"]], other[["entry_id", "low", "high"]])


def test_severity_of_judges_who_differ_between_entries_does() -> None:
    marks = _panel(4, 30, 6)
    marks[np.arange(30), np.arange(30) % 6] = np.nan
    calm = rank_sets(of_matrix(marks)).table
    strict = rank_sets(of_matrix(marks + np.array([0, 9, -9, 5, -5, 0]))).table
    assert (strict["high"] - strict["low"]).sum() > (calm["high"] - calm["low"]).sum()
    assert (strict["error"] > calm["error"].max()).all()


def test_equal_scores_share_a_place() -> None:
    table = rank_sets(panel({"E1": "4 5 4", "E2": "5 4 4", "E3": "1 2 2"})).table
    assert list(table["rank"]) == [1, 1, 3]


def test_paris_had_no_certain_winner() -> None:
    table = rank_sets(paris()).table
    assert list(table["entry_id"][:2]) == ["A", "B"]
    assert table["high"].iloc[0] > 5
    assert (table["low"] == 1).sum() > 5


# Beyond what is examined in full


def test_large_scopes_are_examined_near_a_cut_and_against_all() -> None:
    marks = of_matrix(_panel(5, 620, 3))
    assert rank_sets(marks).why == "fairness.too_many_entries"
    everything = pytest.MonkeyPatch()
    with everything.context() as patch:
        patch.setattr(sys.modules[rank_sets.__module__], "FULL", 1000)
        full = rank_sets(marks).table
    near = rank_sets(marks, cut=600)
    assert len(near.table) == FULL
    assert near.table["rank"].max() == 620
    pd.testing.assert_frame_equal(near.table, full.iloc[120:].reset_index(drop=True))
    pd.testing.assert_frame_equal(rank_sets(marks, cut=6).table, full.iloc[:500])


# The chance of being first


def test_two_equal_entries_have_equal_chances() -> None:
    chances = chances_of_first(panel({"E1": "4 5 3", "E2": "5 3 4", "E3": "1 1 1"})).table
    assert chances["chance"].sum() == pytest.approx(1)
    assert chances["chance"][:2].to_numpy() == pytest.approx([0.5, 0.5], abs=0.02)


def test_the_chance_of_two_is_students_t() -> None:
    marks = np.array([[3.0, 4.5, 3.5, 4.0], [3.5, 3.5, 3.0, 3.5]])
    difference = marks[0] - marks[1]
    statistic = difference.mean() / (difference.std(ddof=1) / 2)
    chances = chances_of_first(of_matrix(marks)).table
    assert chances["chance"][0] == pytest.approx(t.cdf(statistic, 3), abs=0.012)


def test_chances_rest_on_the_errors_of_the_sets() -> None:
    """E2 is more disputed than the others, and so more likely to be the best than an equal of E1 would be."""
    marks = panel({"E1": "60 61 62", "E2": "45 58 74", "E3": "50 51 52", "E4": "40 41 42", "E5": "30 31 32"})
    table = rank_sets(marks).table.set_index("entry_id")
    assert table.loc["E2", "error"] > 2 * table.loc["E3", "error"]
    chance = chances_of_first(marks).table.set_index("entry_id")["chance"]
    apart = (table.loc["E1", "score"] - table.loc["E2", "score"]) / np.hypot(*table.loc[["E1", "E2"], "error"])
    assert chance["E2"] == pytest.approx(t.sf(apart, 8), abs=0.02)


def test_chances_come_with_their_assumptions_and_are_the_same_every_time() -> None:
    marks = of_matrix(_panel(6, 10, 3))
    one, other = chances_of_first(marks), chances_of_first(marks)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert Texts()(one.assumptions)


# Bad input


@pytest.mark.parametrize("name", BAD)
def test_every_panel_has_sets_or_a_reason(name: str) -> None:
    found, chances = rank_sets(panel(BAD[name])), chances_of_first(panel(BAD[name]))
    for table, why in ((found.table, found.why), (chances.table, chances.why)):
        assert table.empty == (why is not None)
        assert np.isfinite(table.select_dtypes("number").to_numpy(dtype=float)).all()
        assert why is None or Texts()(why)


@pytest.mark.parametrize(
    ("name", "why"),
    [("disconnected", "disconnected"), ("judges agree wholly", "fits_exactly"), ("nothing", "no_marks")],
)
def test_the_reason_is_the_right_one(name: str, why: str) -> None:
    assert rank_sets(panel(BAD[name])).why == f"fairness.{why}"
