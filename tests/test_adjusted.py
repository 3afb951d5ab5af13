"""The order with severity removed: what it repairs, where it cannot differ, and where it must not be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import BAD, of_matrix, panel, table
from scipy.stats import rankdata, spearmanr

from kit.fairness.judge_effects import Z_SCORES, adjusted
from kit.fairness.mark_arrays import Panel, factors
from kit.rules import Round
from kit.texts import Texts


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
