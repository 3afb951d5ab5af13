"""Variance components: published tables and lme4's figures reproduced, and a sentence wherever there is no number."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from panels import BAD, GAPS, TRUTH, brennan, of_matrix, panel, penicillin, table

from kit.fairness.mark_arrays import Panel
from kit.fairness.reliability import icc
from kit.fairness.variance_components import generalizability
from kit.texts import Texts

# Published tables, and lme4


def test_penicillin_as_lme4_publishes_it() -> None:
    """Bates, Mächler, Bolker and Walker, Journal of Statistical Software 67 (2015), no. 1: standard deviations."""
    found = generalizability(penicillin()).components
    assert {name: round(math.sqrt(value), 4) for name, value in found.items()} == {
        "entry": 0.8467,
        "judge": 1.9316,
        "rest": 0.5499,
    }


def test_penicillin_with_gaps_as_lme4_computes_it() -> None:
    """Version 1.1-37, lmer(diameter ~ 1 + (1 | plate) + (1 | sample)) without thirteen rows, as below."""
    found = generalizability(penicillin(without=GAPS)).components
    assert list(found.values()) == pytest.approx([0.6614327562, 3.7360086448, 0.3076002398], rel=1e-6)


SPARSE = pd.read_csv(TRUTH / "sparse_panels.csv", dtype=str)
# lme4 1.1-37 in R 4.5: as.data.frame(VarCorr(lmer(value ~ 1 + (1 | entry) + (1 | judge), own, control =
# lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))))$vcov
LME4 = {
    "edition": (94.38882375, 19.78098974, 8.17967866),
    "ring": (5.70103334, 18.48781063, 15.30728288),
    "uneven": (23.97731608, 37.84345553, 29.94770935),
    "no severity": (20.92505109, 0.0, 38.30555555),
}


@pytest.mark.parametrize("name", LME4)
def test_sparse_panels_as_lme4_computes_them(name: str) -> None:
    found = generalizability(Panel.of(SPARSE[SPARSE["panel"] == name], entry="entry", judge="judge"))
    assert list(found.components) == ["entry", "judge", "rest"]
    assert list(found.components.values()) == pytest.approx(LME4[name], rel=1e-6)
    assert 0 < found.absolute <= found.value < 1


def test_brennan_2001_table_3_2() -> None:
    """Raters within tasks: the kit knows them as judges who each mark one criterion."""
    found = generalizability(brennan())
    published = {"entry": 0.4731, "criterion": 0.3252, "judge": 0.6475, "entry:criterion": 0.5596, "rest": 2.3802}
    assert found.components == pytest.approx(published, abs=6e-5)
    assert (found.value, found.absolute) == pytest.approx((0.5514, 0.4636), abs=1.1e-4)
    # Three tasks leave too much to chance for any number of raters: 0.4731 against 0.5596 / 3.
    assert (found.judges_needed, found.judges_needed_absolute) == (None, None)
    assert found.why == "fairness.criteria_limit"


# Laws


def _random(seed: int, entries: int, judges: int) -> np.ndarray:
    r = np.random.default_rng(seed)
    return 3 + r.normal(0, 0.6, (entries, 1)) + r.normal(0, 0.3, judges) + r.normal(0, 0.5, (entries, judges))


def _mean_squares(marks: np.ndarray) -> tuple[float, float, float]:
    """Of entries, of judges and of the rest of a full panel."""
    n, k = marks.shape
    rows, columns = marks.mean(axis=1) - marks.mean(), marks.mean(axis=0) - marks.mean()
    rest = marks - marks.mean() - rows[:, None] - columns
    return k * rows @ rows / (n - 1), n * columns @ columns / (k - 1), (rest**2).sum() / ((n - 1) * (k - 1))


@pytest.mark.parametrize("size", [0.001, 1, 30])
def test_a_full_panel_has_the_components_of_analysis_of_variance(size: float) -> None:
    r = np.random.default_rng(3)
    marks = r.normal(size=(9, 1)) * 2 + r.normal(size=4) * (1 + size) + r.normal(size=(9, 4))
    entry, judge, rest = _mean_squares(marks)
    found = generalizability(of_matrix(marks)).components
    assert list(found.values()) == pytest.approx([(entry - rest) / 4, (judge - rest) / 9, rest], rel=1e-5)


def test_judges_more_alike_than_chance_have_no_variance_and_lend_theirs_to_the_rest() -> None:
    """Analysis of variance goes below zero; the likelihood of a full panel then pools judges and rest."""
    marks = np.random.default_rng(5).normal(size=(8, 1)) * 3 + np.random.default_rng(6).normal(size=(8, 3))
    marks -= marks.mean(axis=0)
    entry, judge, rest = _mean_squares(marks)
    assert judge < rest
    pooled = (2 * judge + 14 * rest) / 16
    found = generalizability(of_matrix(marks))
    assert list(found.components.values()) == pytest.approx([(entry - pooled) / 3, 0, pooled])
    assert found.components["judge"] == 0
    assert found.value == pytest.approx(found.absolute)


def test_nothing_depends_on_the_size_of_marks_the_order_of_rows_or_names() -> None:
    own = SPARSE[SPARSE["panel"] == "uneven"]
    one = generalizability(Panel.of(own, entry="entry", judge="judge"))
    other = own.sample(frac=1, random_state=1).assign(value=own["value"].astype(float) * 1000 + 1e6)
    other = generalizability(Panel.of(other.replace({"judge": {"J01": "Z"}}), entry="entry", judge="judge"))
    assert (other.value, other.absolute) == pytest.approx((one.value, one.absolute), rel=1e-5)
    assert other.components["judge"] == pytest.approx(one.components["judge"] * 1e6, rel=1e-5)


def test_the_mean_of_all_judges_is_as_reliable_as_consistency_says() -> None:
    marks = of_matrix(_random(5, 14, 3))
    found, correlations = generalizability(marks), icc(marks)
    assert found.value == pytest.approx(correlations["icc_ck"].value)
    assert found.absolute == pytest.approx(correlations["icc_ak"].value)


def test_the_judges_needed_are_the_fewest_that_reach_the_aim() -> None:
    """By Spearman and Brown from the reliability of one judge."""
    marks = of_matrix(_random(6, 30, 3))
    found, correlations = generalizability(marks), icc(marks)
    for needed, single in ((found.judges_needed, "icc_c1"), (found.judges_needed_absolute, "icc_a1")):
        one = correlations[single].value
        reached = [n * one / (1 + (n - 1) * one) for n in (needed - 1, needed)]
        assert reached[0] < 0.8 <= reached[1]


def test_components_of_a_full_panel_with_criteria_are_those_of_analysis_of_variance() -> None:
    r = np.random.default_rng(9)
    a, b, c = 6, 4, 3
    sizes = [(a, 1, 1), (1, b, 1), (1, 1, c), (a, b, 1), (a, 1, c), (1, b, c), (a, b, c)]
    y = np.sum([np.broadcast_to(r.normal(size=size), (a, b, c)) for size in sizes], axis=0)
    rows = [(f"J{j}", f"E{e}", f"k{k}", float(y[e, j, k])) for e in range(a) for j in range(b) for k in range(c)]
    found = generalizability(Panel.of(table(rows))).components
    m = {key: y.mean(axis=key, keepdims=True) for key in [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]}
    rest = y - m[0,] - m[1,] - m[2,] + m[0, 1] + m[0, 2] + m[1, 2] - m[0, 1, 2]
    error = (rest**2).sum() / ((a - 1) * (b - 1) * (c - 1))
    both = ((m[2,] - m[1, 2] - m[0, 2] + m[0, 1, 2]) ** 2).sum() * c / ((a - 1) * (b - 1))
    ec = ((m[1,] - m[1, 2] - m[0, 1] + m[0, 1, 2]) ** 2).sum() * b / ((a - 1) * (c - 1))
    entry = ((m[1, 2] - m[0, 1, 2]) ** 2).sum() * b * c / (a - 1)
    assert found["rest"] == pytest.approx(error)
    assert found["entry:judge"] == pytest.approx((both - error) / c)
    assert found["entry"] == pytest.approx((entry - both - ec + error) / (b * c))
    assert len(found) == 7


def test_severity_counts_as_error_where_entries_have_different_judges() -> None:
    """In a crossed panel it cancels; in a sparse one it does not."""
    marks = _random(8, 60, 6)
    sparse = marks.copy()
    sparse[np.arange(60), np.arange(60) % 6] = np.nan
    sparse[np.arange(60), (np.arange(60) + 3) % 6] = np.nan
    crossed, thin = generalizability(of_matrix(marks)), generalizability(of_matrix(sparse))
    assert crossed.value > crossed.absolute
    assert (
        thin.absolute < thin.value < thin.components["entry"] / (thin.components["entry"] + thin.components["rest"] / 4)
    )


# Bad input


@pytest.mark.parametrize("name", BAD)
def test_every_panel_has_components_or_a_reason(name: str) -> None:
    found = generalizability(panel(BAD[name]))
    numbers = [value for value in asdict(found).values() if isinstance(value, float)]
    assert all(math.isfinite(number) for number in [*numbers, *found.components.values()])
    assert all(variance >= 0 for variance in found.components.values())
    assert (found.value is None) <= (found.why is not None)
    assert found.why is None or Texts()(found.why)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing", "no_marks"),
        ("one judge", "one_judge"),
        ("one entry", "one_entry"),
        ("all equal, thirds", "all_equal"),
        ("judges agree wholly", "fits_exactly"),
        ("severity only", "fits_exactly"),
        ("entries alike", "entries_alike"),
        ("as alike as chance has it", "entries_alike"),
        ("a thin chain", "no_residual"),
        ("disconnected", "disconnected"),
        ("no shared entries", "disconnected"),
    ],
)
def test_the_reason_is_the_right_one(name: str, why: str) -> None:
    assert generalizability(panel(BAD[name])).why == f"fairness.{why}"


def test_a_large_panel_has_components_of_its_totals_only() -> None:
    r = np.random.default_rng(2)
    entry, judge = np.repeat(np.arange(900), 3), np.argsort(r.random((900, 20)), axis=1)[:, :3].ravel()
    value = r.normal(size=900)[entry] + r.normal(size=20)[judge] + r.normal(size=2700)
    sheets = zip(judge, entry, value, strict=True)
    rows = [(f"J{j}", f"E{e}", k, v + r.normal()) for j, e, v in sheets for k in "abc"]
    marks = Panel.of(table(rows))
    assert generalizability(marks).why == "fairness.too_many_effects"
    assert list(generalizability(marks.totals()).components.values()) == pytest.approx([1, 1, 4 / 3], abs=0.4)
