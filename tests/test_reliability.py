"""Agreement between judges: published tables reproduced, laws kept, and a sentence wherever there is no number."""

from __future__ import annotations

import math
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import BAD, krippendorff, of_matrix, panel, paris, shrout_fleiss, wine_reports
from scipy.stats import friedmanchisquare, rankdata, t

from kit.fairness.reliability import ICCS, Estimate, Level, alpha, icc, kendall_w, reading
from kit.texts import Texts

if TYPE_CHECKING:
    from kit.fairness.mark_arrays import Panel
    from kit.fairness.reliability import Kind

# Published tables


def test_shrout_and_fleiss_1979() -> None:
    """Their table 4, and the limits that R's psych prints for it."""
    found = icc(shrout_fleiss())
    assert [round(found[name].value, 2) for name in ICCS] == [0.17, 0.44, 0.29, 0.62, 0.71, 0.91]
    limits = {name: (round(one.low, 2), round(one.high, 2)) for name, one in found.items()}
    assert limits == {
        "icc_1": (-0.13, 0.72),
        "icc_1k": (-0.88, 0.91),
        "icc_a1": (0.02, 0.76),
        "icc_ak": (0.07, 0.93),
        "icc_c1": (0.34, 0.95),
        "icc_ck": (0.68, 0.99),
    }
    assert {(one.n, one.judges, one.why) for one in found.values()} == {(6, 4, None)}


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_four_observers_and_twelve_units(level: str, value: float) -> None:
    found = alpha(krippendorff(), level)
    assert found.value == pytest.approx(value, abs=5e-4)
    assert found.n == 11  # one unit has a single mark
    assert found.low < found.value < found.high <= 1


@pytest.mark.parametrize(("without", "w"), [((), 0.2601), (("Patricia Gallagher", "Steven Spurrier"), 0.3149)])
def test_the_paris_tasting(without: tuple[str, ...], w: float) -> None:
    assert kendall_w(paris(without=without)).value == pytest.approx(w, abs=5e-5)


@pytest.mark.parametrize("report", ["report2", "report3", "report42"])
def test_wine_tastings_as_ranks(report: str) -> None:
    tasting, w, p = wine_reports()[report]
    found = kendall_w(tasting)
    assert (round(found.value, 4), round(found.p, 4)) == (w, p)


# Other implementations


def _random(seed: int, entries: int, judges: int, gaps: float = 0.0) -> np.ndarray:
    r = np.random.default_rng(seed)
    marks = 3 + r.normal(0, 0.6, (entries, 1)) + r.normal(0, 0.3, judges) + r.normal(0, 0.5, (entries, judges))
    marks = np.clip(np.round(marks * 2) / 2, 1, 5)
    marks[r.random(marks.shape) < gaps] = np.nan
    return marks


@pytest.mark.peers
@pytest.mark.parametrize("gaps", [0, 0.3])
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_that_of_the_krippendorff_package(level: str, gaps: float) -> None:
    package = import_module("krippendorff")
    marks = _random(1, 40, 6, gaps)
    expected = package.alpha(reliability_data=marks.T, level_of_measurement=level)
    assert alpha(of_matrix(marks), level).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pingouin's own way with pandas
@pytest.mark.parametrize("seed", [1, 2])
def test_correlations_are_those_of_pingouin(seed: int) -> None:
    package = import_module("pingouin")
    marks = _random(seed, 15, 4)
    long = pd.DataFrame(marks).melt(ignore_index=False, var_name="judge").reset_index(names="entry")
    expected = package.intraclass_corr(long, "entry", "judge", "value", nan_policy="raise")
    names = {"ICC(1,1)": 0, "ICC(A,1)": 2, "ICC(C,1)": 4, "ICC(1,k)": 1, "ICC(A,k)": 3, "ICC(C,k)": 5}
    interval = next(column for column in expected if column.startswith("CI95"))
    found = icc(of_matrix(marks))
    for _, row in expected.iterrows():
        own = found[ICCS[names[row["Type"]]]]
        assert own.value == pytest.approx(row["ICC"], abs=1e-10)
        assert (own.low, own.high) == pytest.approx(tuple(row[interval]), abs=6e-3)  # printed with two decimals


def test_limits_of_w_are_those_of_consistency_among_ranks() -> None:
    """W is F / (F + judges - 1) and the ICC of the mean 1 - 1 / F, of one analysis of variance."""
    marks = _random(12, 11, 4)
    found, ranks = kendall_w(of_matrix(marks)), icc(of_matrix(rankdata(marks, axis=0)))["icc_ck"]
    expected = [1 / (1 + 3 * (1 - one)) for one in (ranks.value, ranks.low, ranks.high)]
    assert [found.value, found.low, found.high] == pytest.approx(expected)


def test_w_is_friedmans_test_in_scipy() -> None:
    marks = _random(3, 12, 5)
    found = kendall_w(of_matrix(marks))
    expected = friedmanchisquare(*marks)
    assert (found.chi_square, found.p) == pytest.approx((expected.statistic, expected.pvalue))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_by_its_definition(level: str) -> None:
    """Pair by pair, with the ordinal distance as Krippendorff writes it."""
    marks = _random(4, 9, 4, 0.25)
    units = [row[~np.isnan(row)] for row in marks]
    units = [row for row in units if len(row) > 1]
    everything = np.concatenate(units)
    levels, counts = np.unique(everything, return_counts=True)

    def distance(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        low, high = sorted([a, b])
        between = counts[(levels >= low) & (levels <= high)].sum()
        return (between - (counts[levels == a][0] + counts[levels == b][0]) / 2) ** 2

    n = len(everything)
    observed = sum(distance(a, b) / (len(row) - 1) for row in units for a in row for b in row) / n
    expected = sum(distance(a, b) for a in everything for b in everything) / (n * (n - 1))
    assert alpha(of_matrix(marks), level).value == pytest.approx(1 - observed / expected)


@pytest.mark.parametrize("level", ["interval", "ordinal", "nominal"])
def test_limits_of_alpha_are_the_jackknifes(level: str) -> None:
    """Each entry left out in turn; ordinal marks as the midranks that they have with all entries in."""
    marks = _random(13, 8, 3, 0.2)
    marks = marks[(~np.isnan(marks)).sum(axis=1) > 1]
    values = rankdata(marks, nan_policy="omit").reshape(marks.shape) if level == "ordinal" else marks
    size, counted = len(values), "nominal" if level == "nominal" else "interval"
    left_out = [alpha(of_matrix(np.delete(values, n, axis=0)), counted).value for n in range(size)]
    error = np.sqrt((size - 1) / size * np.sum((left_out - np.mean(left_out)) ** 2))
    found = alpha(of_matrix(marks), level)
    assert found.low == pytest.approx(found.value - t.ppf(0.975, size - 1) * error)
    assert found.high == pytest.approx(min(found.value + t.ppf(0.975, size - 1) * error, 1))


def test_one_way_correlation_where_numbers_of_judges_differ() -> None:
    """By the textbook: the average number of judges is (N - sum of squares / N) / (n - 1)."""
    groups = [[3.0, 4.0], [1.0, 2.0, 2.5], [5.0, 4.5, 4.0, 5.0]]
    marks = np.full((3, 4), np.nan)
    for row, group in zip(marks, groups, strict=True):
        row[: len(group)] = group
    everything = np.concatenate(groups)
    between = sum(len(g) * (np.mean(g) - everything.mean()) ** 2 for g in groups) / 2
    within = sum(np.var(g) * len(g) for g in groups) / 6
    judges = (9 - (4 + 9 + 16) / 9) / 2
    expected = (between - within) / (between + (judges - 1) * within)
    assert icc(of_matrix(marks))["icc_1"].value == pytest.approx(expected)


# Laws


def test_nothing_depends_on_the_order_of_rows_or_names() -> None:
    marks = _random(9, 10, 4, 0.2)
    shuffled = marks[np.random.default_rng(1).permutation(10)][:, [2, 0, 3, 1]]
    for function in (lambda p: alpha(p, "ordinal"), lambda p: alpha(p, "interval"), lambda p: icc(p)["icc_1"]):
        one, other = asdict(function(of_matrix(marks))), asdict(function(of_matrix(shuffled)))
        assert one == pytest.approx(other)


def test_only_order_counts_for_ordinal_alpha_and_w() -> None:
    marks = _random(10, 12, 4)
    assert alpha(of_matrix(marks**3), "ordinal") == alpha(of_matrix(marks), "ordinal")
    assert kendall_w(of_matrix(marks**3)) == kendall_w(of_matrix(marks))


def test_complete_entries_are_counted_where_only_they_serve() -> None:
    found = icc(panel(BAD["a recusal"]))
    assert (found["icc_1"].n, found["icc_c1"].n, kendall_w(panel(BAD["a recusal"])).n) == (4, 3, 3)


def test_judges_who_share_out_the_entries_have_a_one_way_correlation_only() -> None:
    found = icc(panel(BAD["a chain"]))
    assert found["icc_1"].value is not None
    assert found["icc_a1"].why == "fairness.no_complete_entries"


def test_sums_that_floats_blur_stay_tied() -> None:
    """0.1 + 0.2 and 0.3 are one total, whatever order the marks come in."""
    weights = dict.fromkeys(["k1", "k2", "k3"], 1)
    ties = panel({"E1": "0.1/0.2/0 0.3/0/0", "E2": "0.3/0/0 0.1/0.2/0", "E3": "1/1/1 2/0/1"}).totals(weights)
    assert kendall_w(ties).value == 1
    assert alpha(ties, "ordinal").value == 1


# Bad input


def _numbers(found: object) -> list[float]:
    return [value for value in asdict(found).values() if isinstance(value, float)]


@pytest.mark.parametrize("name", BAD)
def test_every_panel_has_a_number_with_limits_or_a_reason(name: str) -> None:
    marks = panel(BAD[name])
    alphas = [alpha(marks, level) for level in get_args(Level)]
    found = [*alphas, kendall_w(marks), *icc(marks).values()]
    for one in found:
        assert all(math.isfinite(number) for number in _numbers(one))
        assert (one.value is not None) or one.why
        assert (one.low is None) == (one.high is None)
        assert one.low is not None or one.why
        assert one.low is None or one.low <= one.value <= one.high
        assert one.why is None or Texts()(one.why)


@pytest.mark.parametrize(
    ("name", "whys"),
    [
        ("nothing", ["no_marks"] * 3),
        ("one judge", ["one_judge"] * 3),
        ("one entry", ["one_entry"] * 3),
        ("all equal", ["all_equal"] * 3),
        ("all equal, thirds", ["all_equal"] * 3),
        ("judges agree wholly", ["no_disagreement"] * 3),
        ("severity only", [None, "judges_differ_by_severity_only", None]),
        ("entries alike", [None, "entries_alike", None]),
        ("one entry differs", ["one_entry_differs", None, None]),
        ("no shared entries", ["no_shared_entries", "no_complete_entries", "no_complete_entries"]),
        ("a group of two", ["too_few_for_interval", None, None]),
        ("disconnected", [None, "no_complete_entries", "no_complete_entries"]),
    ],
)
def test_the_reason_is_the_right_one(name: str, whys: list[str | None]) -> None:
    marks = panel(BAD[name])
    found = [alpha(marks, "interval"), icc(marks)["icc_a1"], kendall_w(marks)]
    expected = [why and f"fairness.{why}" for why in whys]
    assert [one.why for one, why in zip(found, expected, strict=True) if why] == [why for why in expected if why]


def test_perfect_agreement_is_one() -> None:
    marks = panel(BAD["judges agree wholly"])
    assert {alpha(marks, "ordinal").value, alpha(marks, "interval").value, kendall_w(marks).value} == {1.0}
    assert {round(one.value, 12) for one in icc(marks).values()} == {1.0}


def between(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, n=9, judges=3)


@pytest.mark.parametrize(
    ("kind", "estimate", "sentence"),
    [
        ("alpha", between(0.8, 0.9), "alpha_reliable"),
        ("alpha", between(0.667, 0.9), "alpha_tentative"),
        ("alpha", between(-0.2, 0.1), "alpha_low"),
        ("alpha", between(0.66, 0.99), "alpha_unsure"),
        ("icc", between(0.9, 0.95), "icc_excellent"),
        ("icc", between(0.75, 0.99), "icc_good"),
        ("icc", between(0.5, 0.8), "icc_moderate"),
        ("icc", between(-0.3, 0.49), "icc_poor"),
        ("icc", Estimate(0.78, 0.08, 0.97, n=6, judges=3), "icc_unsure"),
        ("icc", Estimate(0.95, n=2, judges=3, why="fairness.too_few_for_interval"), "icc_unsure"),
        ("icc", Estimate(1.0, n=6, judges=3, why="fairness.no_disagreement"), "icc_excellent"),
        ("w", between(0.7, 0.9), "w_strong"),
        ("w", between(0.5, 0.9), "w_moderate"),
        ("w", between(0.1, 0.4), "w_weak"),
        ("w", between(0.3, 0.9), "w_unsure"),
        ("w", Estimate(1.0, n=6, judges=3, why="fairness.no_disagreement"), "w_strong"),
    ],
)
def test_the_lower_end_of_the_interval_decides_what_is_said(kind: Kind, estimate: Estimate, sentence: str) -> None:
    """An interval from the lowest grade to a higher one decides nothing."""
    assert reading(kind, estimate) == f"fairness.{sentence}"


@given(
    st.integers(2, 6).flatmap(
        lambda judges: st.lists(
            st.lists(st.sampled_from(["0", "1", "2", "3", "-"]), min_size=judges, max_size=judges),
            min_size=1,
            max_size=6,
        )
    ),
    st.sampled_from(["", "e-8", "e6"]),
)
def test_every_number_lies_within_its_limits_or_says_why_it_has_none(marks: list[list[str]], size: str) -> None:
    rows = {f"E{n}": " ".join(mark if mark == "-" else mark + size for mark in row) for n, row in enumerate(marks)}
    sheets = panel(rows)
    for found in (*icc(sheets).values(), kendall_w(sheets), *(alpha(sheets, level) for level in get_args(Level))):
        if found.value is None or found.low is None:
            assert found.why
        else:
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9
            assert found.high <= 1 + 1e-9


def test_two_who_contradict_each_other_wholly_have_no_agreement_to_compute() -> None:
    found = icc(panel({"E1": "1 2", "E2": "2 1"}))
    assert (found["icc_a1"].value, found["icc_a1"].why) == (None, "fairness.entries_alike")


CODERS = "- - - - - 3 4 1 2 1 1 3 3 - 3|1 - 2 1 3 3 4 3 - - - - - - -|- - 2 1 3 4 4 - 2 1 1 3 3 - 4"


@pytest.mark.parametrize(
    ("marks", "level", "value"),
    [
        # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), A: two observers, yes and no, at any level.
        *(("0 1 0 0 0 0 0 0 1 0|1 1 1 0 0 1 0 0 0 0", level, 0.095) for level in ("nominal", "ordinal", "interval")),
        # The same, B: two observers, five names, here as numbers.
        ("1 1 2 2 4 3 3 3 5 4 4 1|2 1 2 2 2 3 3 3 5 4 4 4", "nominal", 0.692),
        # Three coders with gaps, as the article on the coefficient in Wikipedia has it.
        *((CODERS, *found) for found in (("nominal", 0.691), ("interval", 0.811))),
    ],
)
def test_further_published_alphas(marks: str, level: str, value: float) -> None:
    assert alpha(_observers(marks), level).value == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize(
    ("ranks", "w"),
    [
        # Siegel, Nonparametric Statistics (1956), ch. 9: three executives, six applicants.
        ("1 6 3 2 5 4|1 5 6 4 2 3|6 3 2 5 4 1", 0.16),
        # Kendall, Rank Correlation Methods, ch. 6: ties corrected for.
        ("1 4.5 2 4.5 3 7.5 6 9 7.5 10|2.5 1 2.5 4.5 4.5 8 9 6.5 10 6.5|2 1 4.5 4.5 4.5 4.5 8 8 8 10", 0.828),
    ],
)
def test_further_published_concordances(ranks: str, w: float) -> None:
    assert kendall_w(_observers(ranks)).value == pytest.approx(w, abs=5e-3 if w == 0.16 else 5e-4)


def _observers(rows: str) -> Panel:
    """A panel from one row per observer."""
    columns = zip(*(row.split() for row in rows.split("|")), strict=True)
    return panel({f"E{n:02}": " ".join(column) for n, column in enumerate(columns)})
