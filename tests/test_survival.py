"""How long innovations live: the estimate against published tables, and which life counts how."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from years import Year, city, span

from kit.years.followup import curve_of, kaplan_meier, lives

# Weeks of remission of 21 children under 6-mercaptopurine, those still in remission with a plus: E. J. Freireich and
# others, Blood 21 (1963) 699-716. Numbers at risk and estimates as in D. G. Kleinbaum and M. Klein, Survival Analysis:
# A Self-Learning Text (Springer), chapter 2; standard errors as in J. P. Klein and M. L. Moeschberger, Survival
# Analysis: Techniques for Censored and Truncated Data (Springer), table 4.1.
REMISSION = "6 6 6 7 10 13 16 22 23 6+ 9+ 10+ 11+ 17+ 19+ 20+ 25+ 32+ 32+ 34+ 35+"
PUBLISHED = {
    # week: at risk, estimate, standard error
    6: (21, 0.8571, 0.0764),
    7: (17, 0.8067, 0.0869),
    10: (15, 0.7529, 0.0963),
    13: (12, 0.6902, 0.1068),
    16: (11, 0.6275, 0.1141),
    22: (7, 0.5378, 0.1282),
    23: (6, 0.4482, 0.1346),
}
# The other arm, 21 children on placebo, none open: the estimate is the plain share that is left.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def told(text: str) -> tuple[np.ndarray, np.ndarray]:
    words = text.split()
    return np.array([float(word.rstrip("+")) for word in words]), np.array([not word.endswith("+") for word in words])


def test_the_published_table_of_remissions_is_met() -> None:
    curve = kaplan_meier(*told(REMISSION))
    assert curve.ends == 9
    for week, (at_risk, share, error) in PUBLISHED.items():
        assert curve.at_risk(week) == at_risk
        # The interval is symmetric for log(-log S), whose standard error is that of S over S log S.
        reach = 1.959964 * error / (share * math.log(share))
        assert curve.at(week) == pytest.approx((share, share ** math.exp(-reach), share ** math.exp(reach)), abs=4e-4)
        assert curve.at(week)[0] == pytest.approx(share, abs=5e-5)
    assert curve.at(5.9)[0] == 1
    assert curve.at(35)[0] == pytest.approx(0.4482, abs=5e-5)
    assert curve.at(35.1) is None  # beyond the longest remission nothing is known


def test_without_open_lives_the_estimate_is_the_share_that_is_left() -> None:
    curve = kaplan_meier(np.array(PLACEBO, dtype=float), np.ones(21, dtype=bool))
    for week in range(1, 23):
        assert curve.at(week)[0] == pytest.approx(sum(life > week for life in PLACEBO) / 21)
    share, low, high = curve.at(23)
    assert share == 0
    assert np.isnan([low, high]).all()  # everybody has ended: there is no interval


def test_nothing_is_estimated_of_nobody() -> None:
    curve = kaplan_meier(np.array([]), np.array([], dtype=bool))
    assert curve.at(0) is None
    assert curve.at_risk(0) == 0


def by_hand(years: list[float], ended: list[bool], at: float) -> float:
    share = 1.0
    for time in sorted({year for year, end in zip(years, ended, strict=True) if end and year <= at}):
        there = sum(year >= time for year in years)
        share *= 1 - sum(end and year == time for year, end in zip(years, ended, strict=True)) / there
    return share


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=25), st.integers(0, 12))
def test_any_lives_give_the_product_of_shares(known: list[tuple[int, bool]], at: int) -> None:
    years, ended = [float(year) for year, _ in known], [end for _, end in known]
    found = kaplan_meier(np.array(years), np.array(ended)).at(at)
    if at > max(years):
        assert found is None
    else:
        assert found[0] == pytest.approx(by_hand(years, ended, at), abs=1e-12)
        assert np.isnan(found[1]) or 0 <= found[1] <= found[0] <= found[2] <= 1


# Which life counts how


RAN = {"status": "running", "checked_on": "2024-12-05"}
STOPPED = {"status": "stopped", "stopped_on": "2024-06-01", "stopped_because": "pindah", "checked_on": "2024-12-05"}
MERGED = {"status": "merged", "merged_with": "I-2", "checked_on": "2024-12-05"}


@pytest.fixture
def told_lives(home):
    first = Year("2023", {f"I-{n}": "U1" for n in range(1, 7)})
    again = Year("2024", {"I-5": "U1", "I-6": "U1"}, {"I-1": RAN, "I-2": STOPPED, "I-3": MERGED, "I-6": RAN})
    last = Year("2025", {"I-7": "U1"}, {"I-1": {**RAN, "status": "changed", "checked_on": "2025-12-05"}})
    city(home, first, again, last)
    return lives(span())


def test_what_is_known_of_each_life(told_lives) -> None:
    found = told_lives[["status", "heard", "silent", "ended"]].to_dict("index")
    assert found == {
        "I-1": {"status": "changed", "heard": "2025", "silent": 0, "ended": False},
        "I-2": {"status": "stopped", "heard": "2024", "silent": 0, "ended": True},
        "I-3": {"status": "merged", "heard": "2024", "silent": 0, "ended": False},
        "I-4": {"status": "unanswered", "heard": "", "silent": 2, "ended": False},
        "I-5": {"status": "unanswered", "heard": "", "silent": 2, "ended": False},
        "I-6": {"status": "running", "heard": "2024", "silent": 1, "ended": False},
        "I-7": {"status": "unanswered", "heard": "", "silent": 1, "ended": False},
    }


def test_lives_are_counted_from_the_first_contest_to_the_last_sign(told_lives) -> None:
    """Contests open on 20 October; an open life ends where it was last known, a stopped one where it stopped."""
    days = (told_lives["years"] * 365.25).round().astype(int).to_dict()
    assert days == {
        "I-1": 777,  # checked on 5 December 2025
        "I-2": 225,  # stopped on 1 June 2024
        "I-3": 412,  # checked on 5 December 2024
        "I-4": 0,  # never heard of since
        "I-5": 366,  # took part again in 2024
        "I-6": 412,
        "I-7": 0,
    }


def test_only_a_stop_is_an_end(told_lives) -> None:
    curve = curve_of(told_lives)
    assert (len(curve.lived), curve.ends) == (7, 1)
    assert curve.at(1)[0] == pytest.approx(1 - 1 / 5)  # five are known to have lived as long as the one that stopped


@pytest.mark.parametrize("before", [STOPPED, MERGED])
def test_what_takes_part_again_had_only_paused(home, before) -> None:
    city(home, Year("2023", {"I-1": "U1"}), Year("2024", {"I-2": "U1"}, {"I-1": before}), Year("2025", {"I-1": "U1"}))
    own = lives(span()).loc["I-1"]
    assert (own["status"], own["ended"]) == ("running", False)


def test_a_life_whose_first_contest_is_still_to_come_is_not_counted(home) -> None:
    city(home, Year("2023", {"I-1": "U1"}), Year("2024", {"I-2": "U1"}, opened=False))
    assert len(curve_of(lives(span())).lived) == 1
