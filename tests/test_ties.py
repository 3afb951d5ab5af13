"""Equal scores: each rule of the list in turn, on ever smaller sets, without restart."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from contests import case, contest, law, record, rules, shown, single, weighted
from hypothesis import given
from hypothesis import strategies as st
from oracle import Oracle

from kit.rules import Rules
from kit.scoring.ranking import rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

K1: dict[str, Any] = {"by": "criteria", "of": ["k1"]}
K2: dict[str, Any] = {"by": "criteria", "of": ["k2"]}
HEADS: dict[str, Any] = {"by": "head_count"}
DECIDE: dict[str, Any] = {"by": "judges_decide"}
SHARED: dict[str, Any] = {"by": "shared"}


def placed(
    round_: Mapping[str, Any], ties: Sequence[Mapping[str, Any]], marks: Mapping[str, Any], folder: Path, **more: Any
) -> list[str]:
    """One round's list under these tie rules."""
    rules_ = rules(contest({**round_, "ties": list(ties)}), folder)
    entries = sorted({entry for given in marks.values() for entry in given})
    return shown(rank(rules_, record(case(rules_, entries, marks, **more))))


# Criteria

SAME = {  # every total is 60; k1 splits A from B, C, D and E; k2 tells nothing new, k3 splits B and C from D and E
    "r1 J1": {"A": "30 20 10", "B": "20 20 20", "C": "20 20 20", "D": "20 30 10", "E": "20 30 10"},
    "r1 J2": {"A": "30 20 10", "B": "20 20 20", "C": "20 20 20", "D": "20 30 10", "E": "20 30 10"},
}
THREE = weighted({"k1": 1, "k2": 1, "k3": 1}) | {
    "score": [{"over": "criteria", "by": "weighted_sum"}, {"over": "judges", "by": "mean", "round": 0}]
}


def test_each_rule_splits_what_the_ones_before_left_together(tmp_path: Path) -> None:
    rule = [K1, {"by": "criteria", "of": ["k3"]}]
    assert placed(THREE, rule, SAME, tmp_path) == [
        "1 A 60 (k1)",
        "2= B 60 (k1 > k3)",
        "2= C 60 (k1 > k3)",
        "4= D 60 (k1 > k3)",
        "4= E 60 (k1 > k3)",
    ]


def test_the_order_of_the_rules_decides(tmp_path: Path) -> None:
    assert [line.split()[1] for line in placed(THREE, [K2, K1], SAME, tmp_path)] == ["D", "E", "A", "B", "C"]


def test_without_rules_a_place_is_shared(tmp_path: Path) -> None:
    assert placed(THREE, [], SAME, tmp_path) == [f"1= {entry} 60" for entry in "ABCDE"]


def test_a_shared_place_ends_the_list_of_rules(tmp_path: Path) -> None:
    assert placed(THREE, [SHARED, K1], SAME, tmp_path) == [f"1= {entry} 60" for entry in "ABCDE"]


def test_a_rule_that_splits_nothing_is_not_named(tmp_path: Path) -> None:
    marks = {"r1 J1": {"A": "50 50", "B": "50 50"}, "r1 J2": {"A": "70 30", "B": "30 70"}}
    assert placed(weighted({"k1": 50, "k2": 50}), [HEADS, K2], marks, tmp_path) == ["1 B 50.00 (k2)", "2 A 50.00 (k2)"]


@pytest.mark.parametrize(
    ("of", "first"),
    [(["k1"], "B"), (["k2"], "A"), (["k1", "k2"], "B"), (["k2", "k1"], "B"), (["k1", "k3"], "B"), (["k2", "k3"], "A")],
)
def test_several_criteria_count_with_their_weights(of: list[str], first: str, tmp_path: Path) -> None:
    """Weighted, 50 and 49 are more than 40 and 60; both entries have 48 in all."""
    marks = {"r1 J1": {"A": "40 60 50", "B": "50 49 41.5"}}
    found = placed(weighted({"k1": 50, "k2": 30, "k3": 20}), [{"by": "criteria", "of": of}], marks, tmp_path)
    assert found[0] == f"1 {first} 48.00 ({'+'.join(of)})"


@pytest.mark.parametrize(
    "rule", [{"by": "criteria", "of": ["mark"]}, {"by": "round"}, HEADS], ids=lambda rule: rule["by"]
)
@pytest.mark.parametrize("step", [{"by": "points", "curve": "borda"}, {"by": "median"}, {"by": "mean"}])
def test_a_round_without_any_score_decides_nothing(step: dict[str, Any], rule: dict[str, Any], tmp_path: Path) -> None:
    where = {"of": "r1"} if rule["by"] == "round" else {"round": "r1"}
    rounds = single(score=[{"over": "judges", "round": 2, **step}]), single(ties=[{**rule, **where}])
    rules_ = rules(contest(*rounds), tmp_path)
    found = rank(rules_, record(case(rules_, ["A", "B"], {"r2 J1": {"A": "50", "B": "50"}}))).ranking
    last = found[(found["round"] == "r2") & (found["scope"] == "overall")]
    assert last[["entry_id", "rank"]].to_numpy().tolist() == [["A", 1], ["B", 1]]


def test_scores_that_are_equal_at_the_declared_decimals_are_a_tie(tmp_path: Path) -> None:
    """50.4 and 49.6 are both 50; what was rounded away never comes back."""
    steps = [{"over": "judges", "by": "mean", "round": 0}]
    assert placed(single(score=steps), [], {"r1 J1": {"A": 49.6, "B": 50.4}}, tmp_path) == ["1= A 50", "1= B 50"]


def test_criteria_are_compared_unrounded(tmp_path: Path) -> None:
    """Means of k1: 50.0333... against 50.0666..., which no two decimals tell apart."""
    steps = [{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "mean", "round": 0}]
    marks = {
        "r1 J1": {"A": "50 50", "B": "50.1 50"},
        "r1 J2": {"A": "50 50", "B": "50.1 50"},
        "r1 J3": {"A": "50.1 50", "B": "50 50"},
    }
    found = placed(weighted({"k1": 50, "k2": 50}) | {"score": steps}, [K1], marks, tmp_path)
    assert found == ["1 B 50 (k1)", "2 A 50 (k1)"]


def test_a_criterion_is_the_mean_of_the_judges_who_count(tmp_path: Path) -> None:
    """J3 is recused from B, and B's mean of k1 is over two judges."""
    marks = {
        "r1 J1": {"A": "30 70", "B": "50 50"},
        "r1 J2": {"A": "30 70", "B": "50 50"},
        "r1 J3": {"A": "60 40", "B": "x"},
    }
    assert placed(weighted({"k1": 50, "k2": 50}), [K1], marks, tmp_path)[0] == "1 B 50.00 (k1)"


OVER_JUDGES = {
    "mean": {},
    "median": {},
    "trimmed_mean": {"drop_high": 1, "drop_low": 1},
    "points": {"curve": "borda"},
    "weighted_mean": {"weights": {"J2": 9}},
}


@pytest.mark.parametrize("order", [["criteria", "judges"], ["judges", "criteria"]])
@pytest.mark.parametrize(("by", "first"), [("mean", "A"), *((by, "B") for by in OVER_JUDGES if by != "mean")])
def test_a_criterion_is_summed_up_over_judges_as_the_score_is(
    by: str, first: str, order: list[str], tmp_path: Path
) -> None:
    """In k1 one judge gave A 90 and all others gave it less than B: only a plain mean puts A first."""
    steps = {
        "criteria": {"over": "criteria", "by": "weighted_mean"},
        "judges": {"over": "judges", "by": by, **OVER_JUDGES[by]},
    }
    round_ = weighted({"k1": 50, "k2": 50}) | {"score": [steps[axis] for axis in order]}
    round_["score"][-1]["round"] = 1
    k1 = {"A": [90, 40, 40], "B": [50, 50, 50]}
    marks = {
        f"r1 J{n}": {entry: f"{given[n - 1]} {100 - given[n - 1]}" for entry, given in k1.items()} for n in (1, 2, 3)
    }
    first_, second = placed(round_, [K1], marks, tmp_path)
    assert (first_.split()[:2], first_.split()[-1]) == (["1", first], "(k1)")
    assert first_.split()[2] == second.split()[2]


def test_a_head_count_compares_what_the_score_makes_of_each_sheet(tmp_path: Path) -> None:
    """By the median every judge is undecided between A and B; by the weighted sum all would prefer A."""
    round_ = weighted({"k1": 1, "k2": 1, "k3": 1}) | {
        "score": [{"over": "criteria", "by": "median"}, {"over": "judges", "by": "mean", "round": 0}]
    }
    marks = {f"r1 {judge}": {"A": "50 60 99", "B": "10 60 70"} for judge in ("J1", "J2", "J3")}
    assert placed(round_, [HEADS], marks, tmp_path) == ["1= A 60", "1= B 60"]


def test_a_head_count_compares_unrounded_scores_of_each_judge(tmp_path: Path) -> None:
    """Each judge's own score is 50 for both after its rounding, and before it 49.5 for A and 50.4 for B."""
    round_ = weighted({"k1": 1, "k2": 1}) | {
        "score": [
            {"over": "criteria", "by": "mean", "round": 0, "round_terms": 0},
            {"over": "judges", "by": "mean", "round": 0},
        ]
    }
    marks = {"r1 J1": {"A": "49.5 49.5", "B": "50.4 50.4"}}
    assert placed(round_, [HEADS], marks, tmp_path) == ["1 B 50 (head_count)", "2 A 50 (head_count)"]


def test_on_ballots_the_lower_rank_is_better(tmp_path: Path) -> None:
    ballots = single(
        kind="ranks",
        scale={"low": 1, "high": 9, "step": 1},
        score=[{"over": "judges", "by": "points", "table": [2, 1, 1, 1, 1], "round": 0}],
    )
    marks = {"r1 J1": {"A": 1, "B": 2, "C": 3}, "r1 J2": {"A": 3, "B": 1, "C": 2}, "r1 J3": {"A": 2, "B": 3, "C": 1}}
    marks["r1 J4"] = {"A": 4, "B": 3, "C": 4}
    for rule in ({"by": "criteria", "of": ["mark"]}, HEADS):
        assert placed(ballots, [rule], marks, tmp_path)[0].split()[1] == "B"


# An earlier round


def two_rounds(ties: Sequence[Mapping[str, Any]], marks: Mapping[str, Any], folder: Path, places: int = 0) -> list[str]:
    steps = [{"over": "judges", "by": "mean", "round": places}]
    rules_ = rules(contest(single(score=steps), single(ties=list(ties))), folder)
    entries = sorted({entry for given in marks.values() for entry in given})
    return shown(rank(rules_, record(case(rules_, entries, marks))), "r2")


def test_an_earlier_round_is_compared_unrounded(tmp_path: Path) -> None:
    marks = {"r1": {"A": "70 70.1", "B": "70.1 70.1"}, "r2": {"A": "80 80", "B": "80 80"}}
    assert two_rounds([{"by": "round", "of": "r1"}], marks, tmp_path) == ["1 B 80.00 (r1)", "2 A 80.00 (r1)"]


def test_a_criterion_of_an_earlier_round_is_named_with_it(tmp_path: Path) -> None:
    marks = {"r1": {"A": "70 70", "B": "90 90"}, "r2": {"A": "80 80", "B": "80 80"}}
    rule = {"by": "criteria", "of": ["mark"], "round": "r1"}
    assert two_rounds([rule], marks, tmp_path) == ["1 B 80.00 (r1:mark)", "2 A 80.00 (r1:mark)"]


@pytest.mark.parametrize("rule", [{"by": "round", "of": "r1"}, {"by": "criteria", "of": ["mark"], "round": "r1"}])
def test_who_lacks_an_earlier_score_keeps_the_tie_together(rule: dict[str, Any], tmp_path: Path) -> None:
    marks = {"r1": {"A": "70 70", "B": "90 -", "C": "60 60"}, "r2": dict.fromkeys("ABC", "80 80")}
    assert two_rounds([rule], marks, tmp_path) == ["1= A 80.00", "1= B 80.00", "1= C 80.00"]


# Head count


def heads(ballots: Sequence[str], ties: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """How entries that tie come to stand by judges' orders, each a text of places joined by ``>`` and ``=``.

    The orders are marks of a first round; in the second everybody gets the same.
    """
    marks: dict[str, dict[str, object]] = {}
    for n, ballot in enumerate(ballots, 1):
        places = ballot.replace(" ", "").split(">")
        marks[f"r1 J{n}"] = {entry: 100 - place for place, tied in enumerate(places) for entry in tied.split("=")}
    everybody = sorted({entry for given in marks.values() for entry in given})
    marks["r2"] = dict.fromkeys(everybody, "50 50")
    rules_ = rules(contest(single(), single(ties=[HEADS | {"round": "r1"}, *ties])), folder)
    return [
        line.replace(" 50.00", "").replace("head_count", "h")
        for line in shown(rank(rules_, record(case(rules_, everybody, marks))), "r2")
    ]


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [
        (["A > B", "A > B", "B > A"], ["1 A (h)", "2 B (h)"]),
        (["A > B", "B > A"], ["1= A", "1= B"]),
        (["A > B", "A = B", "A = B"], ["1 A (h)", "2 B (h)"]),
        (["A > B > C", "B > C > A", "C > A > B"], ["1= A", "1= B", "1= C"]),
        # a circle below a clear winner, and above a clear loser
        (
            ["D > A > B > C", "D > B > C > A", "D > C > A > B"],
            ["1 D (h)", "2= A (h)", "2= B (h)", "2= C (h)"],
        ),
        (
            ["A > B > C > D", "B > C > A > D", "C > A > B > D"],
            ["1= A (h)", "1= B (h)", "1= C (h)", "4 D (h)"],
        ),
        # A draws with B, B beats C, but C draws with A: nothing is certain
        (["A > B > C", "B > C > A"], ["1= A", "1= B", "1= C"]),
        # the judge who did not mark C says nothing about A and B
        (["A > B > C", "A > B > C", "B > A", "B > A", "B > A"], ["1 A (h)", "2 B (h)", "3 C (h)"]),
        (["A > B", "C > D"], ["1= A", "1= B", "1= C", "1= D"]),
    ],
)
def test_who_is_preferred_by_more_judges_stands_first(ballots: list[str], expected: list[str], tmp_path: Path) -> None:
    assert heads(ballots, [], tmp_path) == expected


def test_there_is_no_restart(tmp_path: Path) -> None:
    """A, B and C beat each other in a circle. When k1 takes C out, A against B is not counted again."""
    totals = {"J1": {"A": 33, "B": 32, "C": 31}, "J2": {"B": 33, "C": 32, "A": 31}, "J3": {"C": 33, "A": 32, "B": 31}}
    k1 = {"A": 5, "B": 5, "C": 1}
    marks = {
        f"r1 {judge}": {entry: f"{k1[entry]} {total - k1[entry]} 0" for entry, total in given.items()}
        for judge, given in totals.items()
    }
    assert placed(THREE, [HEADS, K1], marks, tmp_path) == ["1= A 32 (k1)", "1= B 32 (k1)", "3 C 32 (k1)"]
    assert [line.split()[1] for line in placed(THREE, [K1, HEADS], marks, tmp_path)] == ["A", "B", "C"]
    assert placed(THREE, [K1, HEADS], marks, tmp_path)[0] == "1 A 32 (k1 > head_count)"


def test_a_judge_prefers_what_the_sheet_is_worth(tmp_path: Path) -> None:
    """Where scales differ, 90 and 1 are worth 60 × 90/100 + 40 × 1/4 = 64, and 70 and 3 are worth 72."""
    round_ = weighted({"k1": 60, "k2": 40})
    round_["criteria"][1]["scale"] = {"low": 0, "high": 4, "step": 1}
    round_["score"][0]["out_of"] = 100
    marks = {
        "r1 J1": {"A": "90 1", "B": "70 3"},
        "r1 J2": {"A": "90 1", "B": "70 3"},
        "r1 J3": {"A": "80 4", "B": "70 3"},
    }
    for rule in (HEADS, {"by": "criteria", "of": ["k2"]}):
        assert placed(round_, [rule], marks, tmp_path)[0].startswith("1 B 72.00 (")


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=5))
@law(60)
def test_head_counts_agree_with_the_oracle(ballots: list[list[int]]) -> None:
    scale = {"low": 0, "high": 100, "step": 1}
    document = contest(single(scale=scale), single(scale=scale, ties=[HEADS | {"round": "r1"}]))
    rules_ = Rules.model_validate(document)
    marks = {f"r1 J{n}": dict(zip("ABCDE", ballot, strict=True)) for n, ballot in enumerate(ballots)}
    given_ = case(rules_, "ABCDE", {**marks, "r2": dict.fromkeys("ABCDE", "1")})
    table = rank(rules_, record(given_)).of("r2", "overall", "overall")
    expected = Oracle(given_).lists["r2", "overall", "overall"]
    assert list(zip(table["entry_id"], table["rank"], strict=True)) == [(row.entry, row.rank) for row in expected]


# The judges decide

TIED = {"r1": dict.fromkeys("ABC", "50 60")}


@pytest.mark.parametrize(
    ("rulings", "expected"),
    [
        ([], ["1= A", "1= B", "1= C"]),
        ([["C", "A", "B"]], ["1 C", "2 A", "3 B"]),
        ([["C", "X", "A", "B"]], ["1= A", "1= B", "1= C"]),  # it was made for a tie with X
        ([["C", "A"]], ["1= A", "1= B", "1= C"]),  # nothing was decided about B
        ([["B", "A", "C"], ["C", "A", "B"]], ["1 B", "2 A", "3 C"]),  # the latest stands first
        ([["B", "A"], ["C", "A", "B"]], ["1 C", "2 A", "3 B"]),
        ([(["C", "A", "B"], ["55.00"])], ["1 C", "2 A", "3 B"]),
        ([(["C", "A", "B"], ["54.00", "55"])], ["1 C", "2 A", "3 B"]),
        ([(["C", "A", "B"], ["54.00"])], ["1= A", "1= B", "1= C"]),  # they were tied at another score
        ([(["B", "A", "C"], ["54.00"]), ["C", "A", "B"]], ["1 C", "2 A", "3 B"]),
    ],
)
def test_a_ruling_binds_the_tie_that_it_was_made_for_and_no_other(
    rulings: list[Any], expected: list[str], tmp_path: Path
) -> None:
    found = placed(single(), [DECIDE], TIED, tmp_path, rulings={"r1": rulings})
    assert [line.removesuffix(" (judges_decide)").removesuffix(" 55.00") for line in found] == expected
    assert all(("=" in line) != ("judges_decide" in line) for line in found)


def test_no_rule_decides_what_is_left_to_the_judges(tmp_path: Path) -> None:
    """A and B share the most of k1. What comes after the judges in the list does not speak for them."""
    rule = [K1, DECIDE, K2]
    marks = {"r1 J1": {"A": "40 50 30", "B": "40 30 50", "C": "20 50 50"}}
    assert placed(THREE, rule, marks, tmp_path) == ["1= A 120 (k1)", "1= B 120 (k1)", "3 C 120 (k1)"]
    ruled = placed(THREE, rule, marks, tmp_path, rulings={"r1": [["B", "A"]]})
    assert ruled == ["1 B 120 (k1 > judges_decide)", "2 A 120 (k1 > judges_decide)", "3 C 120 (k1)"]


def test_a_ruling_needs_the_rule_that_asks_for_it(tmp_path: Path) -> None:
    assert placed(single(), [], TIED, tmp_path, rulings={"r1": [["C", "A", "B"]]})[0] == "1= A 55.00"


def test_a_ruling_belongs_to_its_own_list(tmp_path: Path) -> None:
    assert placed(single(), [DECIDE], TIED, tmp_path, rulings={"final": [["C", "A", "B"]]})[0] == "1= A 55.00"


def test_a_ruling_never_overturns_scores(tmp_path: Path) -> None:
    marks = {"r1": {"A": "50 60", "B": "60 60", "C": "50 60"}}
    found = placed(single(), [DECIDE], marks, tmp_path, rulings={"r1": [["C", "A", "B"], ["C", "A"]]})
    assert [line.split()[1] for line in found] == ["B", "C", "A"]


# What never decides


@pytest.mark.parametrize("names", list(permutations(["A", "B", "C"])))
def test_names_never_decide(names: tuple[str, ...], tmp_path: Path) -> None:
    a, b, c = names
    marks = {"r1 J1": {a: "40 60", b: "60 40", c: "50 50"}, "r1 J2": {a: "50 50", b: "50 50", c: "60 40"}}
    found = {line.split()[1]: line.split()[0] for line in placed(weighted({"k1": 50, "k2": 50}), [K1], marks, tmp_path)}
    assert found == {a: "3", b: "1=", c: "1="}
