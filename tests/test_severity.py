"""The additive model: variances and severities as others find them, and no comparison that the marks do not allow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import BAD, TRUTH, brennan, of_matrix, panel, shrout_fleiss, table
from scipy.optimize import minimize

from kit.fairness.panel import Panel
from kit.fairness.severity import severity
from kit.texts import Texts


def _penicillin(*, without: tuple[int, ...] = ()) -> Panel:
    """Davies and Goldsmith 1972: 24 plates stand for entries, 6 samples of penicillin for judges."""
    read = pd.read_csv(TRUTH / "penicillin.csv", dtype=str).drop(index=[row - 1 for row in without])
    return Panel.of(
        read.rename(columns={"plate": "entry_id", "sample": "judge_id", "diameter": "value"}).assign(criterion="mark")
    )


GAPS = (1, 8, 15, 22, 29, 36, 43, 50, 51, 77, 90, 101, 120)


# Published tables


def test_penicillin_as_lme4_publishes_it() -> None:
    """Bates, Mächler, Bolker and Walker 2015: standard deviations 1.9316 and 0.5499."""
    fit = severity(_penicillin())
    assert list(np.sqrt([fit.between, fit.within]).round(4)) == [1.9316, 0.5499]
    assert (fit.crossed, fit.connected, fit.freedom, fit.why) == (True, True, 115, None)


def test_penicillin_with_gaps_as_lme4_computes_it() -> None:
    """Version 1.1-37, diameter ~ 0 + plate + (1 | sample), without thirteen rows."""
    fit = severity(_penicillin(without=GAPS))
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
    entries, judges, criteria = (
        np.zeros((len(rows), len(names))) for names in (marks.entries, marks.judges, marks.criteria)
    )
    entries[rows, marks.entry] = judges[rows, marks.judge] = criteria[rows, marks.criterion] = 1
    fixed = np.column_stack([entries, criteria[:, 1:]])
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
@pytest.mark.parametrize("criteria", [1, pytest.param(3, marks=pytest.mark.long)])
def test_dense_likelihood_finds_the_same(seed: int, criteria: int) -> None:
    r = np.random.default_rng(seed)
    rows = [
        (f"J{j}", f"E{e:02}", f"k{k}", float(r.normal(e / 10, 0.5) + j / 2 - k))
        for e in range(14)
        for j in r.choice(5, 3, replace=False)
        for k in range(criteria)
        if r.random() > 0.1
    ]
    marks = Panel.of(table(rows))
    fit = severity(marks)
    between, within, severities, beta = _dense(marks)
    assert (fit.between, fit.within) == pytest.approx((between, within), rel=1e-4)
    assert fit.judges["severity"].to_numpy() == pytest.approx(severities, abs=1e-4)
    values = beta[:14] + np.append(0, beta[14:]).mean()  # at the average criterion
    assert fit.entries["value"].to_numpy() == pytest.approx(values, abs=1e-4)


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
    marks = _penicillin()
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


def test_judges_who_each_mark_one_criterion_are_still_compared() -> None:
    """Severity and criterion then coincide within a task, and only the rest is told apart."""
    fit = severity(brennan())
    assert fit.why is None
    assert np.isfinite(fit.judges[["severity", "error"]].to_numpy()).all()
