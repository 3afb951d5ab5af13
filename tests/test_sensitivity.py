"""What hangs on one judge, criterion, aggregation or weight is found exactly, by the rules and by brute force alike."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from contests import case, contest, law, random_case, record, rules, seeds, single, weighted
from hypothesis import given
from hypothesis import strategies as st

from kit.fairness.sensitivity import (
    MOMENTS,
    aggregations,
    decisive,
    smallest_changes,
    weight_space,
    without_each_criterion,
    without_each_judge,
)
from kit.scoring.ranking import FINAL, rank
from kit.scoring.replay import Change, Replay
from kit.texts import Texts

if TYPE_CHECKING:
    from oracle import Case

    from kit.rules import Rules

TRUTH = Path(__file__).parent / "truth"


def replay(case_: Case) -> Replay:
    tables = record(case_)
    return Replay(case_.rules, tables, rank(case_.rules, tables))


def ranks(table: pd.DataFrame, left_out: str, scope: str = "overall") -> dict[str, int]:
    chosen = table[(table["left_out"] == left_out) & (table["scope"] == scope)]
    return dict(zip(chosen["entry_id"], chosen["rank_without"], strict=True))


# Played again


@pytest.mark.parametrize("seed", seeds(40, 100))
def test_a_contest_played_again_ends_as_it_did(seed: int) -> None:
    played = replay(random_case(Random(seed)))
    for where in (*played.result.scores, FINAL):
        for scope, scope_id in played.scopes(where):
            by_rules = {e: r for e, r in played.ranked(where, scope, scope_id).items() if r is not None}
            assert played.ranks(where, scope, scope_id, Change(played.rules, {})) == by_rules


@pytest.mark.parametrize("seed", seeds(20, 60))
def test_any_contest_has_every_table(seed: int) -> None:
    played = replay(random_case(Random(seed)))
    for where in (*played.result.scores, *([FINAL] if played.scopes(FINAL) else [])):
        for table in (without_each_judge(played, where), without_each_criterion(played, where)):
            assert (table["rank_without"].isna() == table["why"].notna()).all()
        decided = decisive(played, where, dict.fromkeys(played.record.entries["entry_id"], 1.0))
        assert list(decided.columns) == MOMENTS
        known = decided[decided["why"].isna()]
        assert known.drop(columns=["award", "tie_rule", "why"]).notna().all(axis=None)
        assert (known["margin"] >= 0).all()
        assert (known.loc[known["margin"] > 0, "unrounded"] > 0).all()
        assert all(Texts("id")(why) for why in decided["why"].dropna())
        changes = smallest_changes(played, where)
        assert (changes["to"].isna() == changes["why"].notna() & (changes["why"] != "fairness.rounding_decides")).all()
        for scope, scope_id in played.scopes(where):
            space = weight_space(played, where, scope, scope_id, samples=50)
            assert space.why or space.ranks.groupby("entry_id")["share"].sum().to_numpy() == pytest.approx(1)


# Left out


@pytest.mark.parametrize("seed", seeds(15, 40))
def test_leaving_a_judge_out_is_recusing_them_everywhere(seed: int) -> None:
    case_ = random_case(Random(seed))
    one = case_.rules.scored_rounds[0]
    steps = tuple(s.model_copy(update={"recused": "mean"}) if s.by == "points" else s for s in one.score)
    lenient = one.model_copy(update={"min_judges": max(one.min_judges - 1, 1), "score": steps})
    rounds = tuple(lenient if each.id == one.id else each for each in case_.rules.rounds)
    if one.id not in case_.closed:
        return
    table = without_each_judge(replay(case_), one.id)
    for judge in set(table["left_out"]):
        entries = case_.entries
        recused = replace(
            case_,
            rules=case_.rules.model_copy(update={"rounds": rounds}),
            recusals=case_.recusals | {(judge, entry, one.id) for entry in entries},
        )
        again = rank(recused.rules, record(recused)).ranking
        assert keyed(table[table["left_out"] == judge], "rank_without") == keyed(
            again[again["round"] == one.id], "rank"
        )


def keyed(table: pd.DataFrame, column: str) -> dict[tuple[str, str, str], int | None]:
    columns = (table[name] for name in ("scope", "scope_id", "entry_id", column))
    return {(s, i, e): None if value is pd.NA else int(value) for s, i, e, value in zip(*columns, strict=True)}


TWO_CRITERIA = {"k1": 60, "k2": 40}
BY_WEIGHT = {"over": "criteria", "by": "weighted_mean"}


def test_one_judge_can_make_a_winner(tmp_path: Path) -> None:
    case_ = case(
        rules(contest(single(min_judges=3)), tmp_path), ["E1", "E2"], {"r1": {"E1": "90 70 70", "E2": "60 72 72"}}
    )
    table = without_each_judge(replay(case_), "r1")
    assert ranks(table, "J1") == {"E1": 2, "E2": 1}
    assert ranks(table, "J2") == ranks(table, "J3") == {"E1": 1, "E2": 2}


def test_without_the_only_judge_or_criterion_a_sentence_says_why(tmp_path: Path) -> None:
    case_ = case(rules(contest(weighted({"k1": 100})), tmp_path), ["E1", "E2"], {"r1": {"E1": "90", "E2": "60"}})
    played = replay(case_)
    for table, why in (
        (without_each_judge(played, "r1"), "fairness.too_few_judges"),
        (without_each_criterion(played, "r1"), "fairness.too_few_criteria"),
    ):
        assert set(table["why"]) == {why}
        assert Texts("id")(why)


def test_the_weights_that_are_left_keep_their_proportions(tmp_path: Path) -> None:
    weights = {"k1": 50, "k2": 30, "k3": 20}
    marks = {"r1 J1": {"E1": "100 50 60", "E2": "0 70 20", "E3": "0 49.9 60"}}
    case_ = case(rules(contest(weighted(weights)), tmp_path), ["E1", "E2", "E3"], marks)
    table = without_each_criterion(replay(case_), "r1")
    assert ranks(table, "k1") == {"E1": 1, "E3": 2, "E2": 3}  # 54, 50, 53.94
    assert ranks(table, "k3") == {"E1": 1, "E2": 2, "E3": 3}


def test_a_sum_with_fewer_criteria_keeps_its_size(tmp_path: Path) -> None:
    steps = [{"over": "criteria", "by": "weighted_sum", "out_of": 1}, {"over": "judges", "by": "mean", "round": 1}]
    first = weighted(TWO_CRITERIA, score=steps)
    final = {"score": [{"over": "rounds", "by": "sum", "round": 2}]}
    case_ = case(
        rules(contest(first, single(), final=final), tmp_path),
        ["E1", "E2"],
        {"r1 J1": {"E1": "100 10", "E2": "50 100"}, "r2 J1": {"E1": "30", "E2": "79"}},
    )
    # 64 + 30 against 70 + 79; on the first criterion alone 100 + 30 against 50 + 79.
    assert ranks(without_each_criterion(replay(case_), FINAL), "k2") == {"E1": 1, "E2": 2}


def test_tie_rules_do_without_the_criterion_too(tmp_path: Path) -> None:
    first = weighted({"k1": 50, "k2": 25, "k3": 25}, ties=[{"by": "criteria", "of": ["k3"]}])
    marks = {"r1 J1": {"E1": "50 60 40", "E2": "50 40 60"}}
    table = without_each_criterion(replay(case(rules(contest(first), tmp_path), ["E1", "E2"], marks)), "r1")
    assert ranks(table, "k3") == {"E1": 1, "E2": 2}
    assert ranks(table, "k1") == {"E2": 1, "E1": 2}


def test_the_finalists_stay_who_they_were(tmp_path: Path) -> None:
    first = single(advance={"scope": "overall", "places": 2})
    final = {"score": [{"over": "rounds", "by": "mean", "round": 2}]}
    case_ = case(
        rules(contest(first, single(), final=final), tmp_path),
        ["E1", "E2", "E3"],
        {"r1": {"E1": "90 90", "E2": "80 80", "E3": "60 99"}, "r2": {"E1": "60 70", "E2": "75 76"}},
    )
    table = without_each_judge(replay(case_), FINAL)
    assert set(table["entry_id"]) == {"E1", "E2"}
    assert ranks(table, "J1") == {"E1": 1, "E2": 2}  # 90 + 70 against 80 + 76
    assert ranks(table, "J2") == {"E1": 2, "E2": 1}  # 90 + 60 against 80 + 75


# Brought together in other ways


def test_how_paris_is_brought_together_decides_who_wins() -> None:
    case_ = paris()
    played = replay(case_)
    assert set(without_each_judge(played, "tasting")["left_out"]) == {f"J{n:02}" for n in range(11)}
    table = aggregations(played, "tasting", "overall", "overall").set_index("entry_id")
    means = dict(zip("ABCDEFGHIJ", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], strict=True))
    assert table["rank_mean"].to_dict() == means
    sums = {"A": 40.5, "C": 40.5, "B": 42, "D": 49, "E": 55, "G": 71, "F": 72, "I": 77.5, "J": 78.5, "H": 79}
    by_ranks = {wine: 1 + sum(other < own for other in sums.values()) for wine, own in sums.items()}
    assert table["rank_borda"].to_dict() == by_ranks
    raw = pd.read_csv(TRUTH / "paris1976_red.csv").set_index("wine").drop(columns="name")
    median = raw.median(axis=1).rank(ascending=False, method="min").astype(int)
    assert table["rank_median"].to_dict() == median.to_dict()
    trimmed = raw.apply(lambda row: row.sort_values().iloc[1:-1].mean(), axis=1).round(9)
    assert table["rank_trimmed_mean"].to_dict() == trimmed.rank(ascending=False, method="min").astype(int).to_dict()


def paris() -> Case:
    """The tasting with all eleven judges counting."""
    text = (TRUTH / "paris1976_red.csv").read_text(encoding="utf-8").splitlines()
    flat = {wine: " ".join(marks) for wine, _, *marks in (line.split(",") for line in text[1:])}
    document = contest({"scale": {"low": 0, "high": 20, "step": "0.5"}} | {"score": single()["score"]})
    document["rounds"][0] |= {"id": "tasting", "name": "Tasting"}
    made = case(read(document), list(flat), {"tasting": flat})
    renamed = {f"J{n}": f"J{n - 1:02}" for n in range(1, 12)}
    return replace(
        made,
        panel=frozenset((r, e, renamed[j]) for r, e, j in made.panel),
        marks={(r, renamed[j], e, c): value for (r, j, e, c), value in made.marks.items()},
    )


def read(document: dict[str, Any]) -> Rules:
    with tempfile.TemporaryDirectory() as folder:
        return rules(document, Path(folder))


def test_other_models_stand_beside(tmp_path: Path) -> None:
    case_ = case(rules(contest(single()), tmp_path), ["E1", "E2"], {"r1": {"E1": "90 80", "E2": "60 99"}})
    adjusted = pd.DataFrame({"entry_id": ["E2", "E1"], "rank_value": [1, 2]})
    table = aggregations(replay(case_), "r1", "overall", "overall", adjusted).set_index("entry_id")
    assert table["rank_value"].to_dict() == {"E1": 2, "E2": 1}
    assert table["rank_trimmed_mean"].isna().all()  # two judges leave nothing between
    assert table["rank_borda"].to_dict() == {"E1": 1, "E2": 1}


# Weights


def weight_case(weights: list[int], marks: list[list[list[int]]], places: int) -> Case:
    """Entries x judges x criteria, one round with a cut and another one after it."""
    names = [f"k{n}" for n in range(len(weights))]
    first = weighted(dict(zip(names, weights, strict=True)), advance={"scope": "overall", "places": places})
    made = read(contest(first, single()))
    given_ = {
        f"r1 J{j}": {f"E{e}": " ".join(map(str, sheet[j])) for e, sheet in enumerate(marks)}
        for j in range(len(marks[0]))
    }
    return case(made, [f"E{e}" for e in range(len(marks))], given_, closed=frozenset({"r1"}))


def passed_at(values: np.ndarray, shares: list[Fraction], column: int, at: Fraction, inside: list[int]) -> bool:
    """Whether an entry outside is strictly ahead of one inside when one criterion has this share of the weights."""
    rest = [Fraction(0) if n == column else share / (1 - shares[column]) * (1 - at) for n, share in enumerate(shares)]
    rest[column] = at
    scores = [sum(w * v for w, v in zip(rest, row, strict=True)) for row in values.tolist()]
    return max(s for n, s in enumerate(scores) if n not in inside) > min(scores[n] for n in inside)


@given(
    st.data(),
    st.integers(2, 5),
    st.integers(1, 3),
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.sampled_from([4, 100]),
)
@law(120)
def test_the_smallest_change_of_a_weight_is_the_smallest(
    data: Any, entries: int, judges: int, weights: list[int], top: int
) -> None:
    sheet = st.lists(st.integers(0, top), min_size=len(weights), max_size=len(weights))
    marks = data.draw(st.lists(st.lists(sheet, min_size=judges, max_size=judges), min_size=entries, max_size=entries))
    case_ = weight_case(weights, marks, data.draw(st.integers(1, entries - 1)))
    played = replay(case_)
    found = smallest_changes(played, "r1")
    values = np.array([[Fraction(sum(s[k] for s in sheet), judges) for k in range(len(weights))] for sheet in marks])
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    by_rules = played.ranked("r1", "overall", "overall")
    cut = next(c for c in played.result.cuts["r1"])
    insides = {
        "winner": [n for n in range(entries) if by_rules[f"E{n}"] == 1],
        "cut": [n for n in range(entries) if f"E{n}" in cut.through],
    }
    for row in found[found["scope"] == "overall"].itertuples():
        column, inside = int(str(row.criterion)[1:]), insides[row.kind]
        if len(inside) == entries:
            assert row.why == "fairness.nobody_outside"
            continue
        assert row.weight == shares[column]
        ahead = lambda at: passed_at(values, shares, column, at, inside)  # noqa: B023, E731
        if row.why == "fairness.rounding_decides":
            assert ahead(row.weight)
            continue
        grid = [Fraction(n, 60) for n in range(61)]
        if row.why == "fairness.no_weight_changes_it":
            assert not any(map(ahead, grid))
            continue
        assert row.why is None
        assert row.change == abs(row.to - row.weight)
        beyond = Fraction(1, 10**9) * (1 if row.direction == "up" else -1)
        assert ahead(row.to + beyond)
        assert not ahead(row.to)
        assert not any(ahead(at) for at in grid if abs(at - row.weight) <= row.change)
        i, o = int(row.passed[1:]), int(row.passing[1:])
        assert i in inside
        assert o not in inside
        level = [x * row.to + (1 - row.to) * rest for x, rest in _sides(values[[i, o]], shares, column)]
        assert level[0] == level[1]


def _sides(values: np.ndarray, shares: list[Fraction], column: int) -> list[tuple[Fraction, Fraction]]:
    """What each entry has on the criterion, and on the others together."""
    left = 1 - shares[column]
    others = [n for n in range(len(shares)) if n != column]
    return [(row[column], sum(shares[n] * row[n] for n in others) / left) for row in values]


def test_a_weight_in_either_round_of_a_final_counts_for_its_share(tmp_path: Path) -> None:
    final = {"score": [{"over": "rounds", "by": "weighted_mean", "weights": {"r1": 60, "r2": 40}, "round": 2}]}
    first, second = weighted({"a": 50, "b": 50}), weighted({"c": 40, "d": 10})
    marks = {"r1 J1": {"E1": "90 50", "E2": "60 60"}, "r2 J1": {"E1": "50 50", "E2": "60 40"}}
    case_ = case(rules(contest(first, second, final=final), tmp_path), ["E1", "E2"], marks)
    found = smallest_changes(replay(case_), FINAL)
    table = found[found["scope"] == "overall"].set_index("criterion")
    # E1: 0.6 (90 a + 50 (1 - a)) + 20 against 36 + 22.4: level where 24 a = 8.4.
    assert table.loc["a", "to"] == Fraction(35, 100)
    assert table.loc["a", ["to_low", "to_high"]].to_list() == [Fraction(35, 100), None]
    assert table.loc["b", ["to_low", "to_high"]].to_list() == [None, Fraction(65, 100)]
    assert table.loc["a", ["direction", "passed", "passing", "of_round"]].to_list() == ["down", "E1", "E2", "r1"]
    assert table.loc["b", "to"] == Fraction(65, 100)
    assert table.loc["c", "why"] == "fairness.no_weight_changes_it"


@pytest.mark.parametrize(
    ("round_", "why"),
    [
        (single(), "fairness.no_weights"),
        (
            weighted(
                TWO_CRITERIA,
                score=[{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "median", "round": 2}],
            ),
            "fairness.weights_bend",
        ),
    ],
)
def test_where_weights_say_nothing_a_sentence_does(round_: dict[str, Any], why: str, tmp_path: Path) -> None:
    marks = {"E1": "90", "E2": "60"} if why.endswith("no_weights") else {"E1": "90 10", "E2": "60 80"}
    played = replay(case(rules(contest(round_), tmp_path), ["E1", "E2"], {"r1 J1": marks}))
    assert set(smallest_changes(played, "r1")["why"]) == {why}
    assert weight_space(played, "r1", "overall", "overall").why == why


def test_medians_per_criterion_are_as_straight_as_means(tmp_path: Path) -> None:
    steps = [{"over": "judges", "by": "median"}, {"over": "criteria", "by": "weighted_mean", "round": 2}]
    case_ = case(
        rules(contest(weighted({"k1": 50, "k2": 50}, score=steps)), tmp_path),
        ["E1", "E2"],
        {
            "r1 J1": {"E1": "90 50", "E2": "60 60"},
            "r1 J2": {"E1": "90 50", "E2": "60 60"},
            "r1 J3": {"E1": "0 0", "E2": "100 100"},
        },
    )
    found = smallest_changes(replay(case_), "r1").set_index(["scope", "criterion"])
    assert found.loc[("overall", "k1"), "to"] == Fraction(1, 4)


def test_the_share_of_weights_is_the_share_of_the_simplex(tmp_path: Path) -> None:
    # E1 is ahead where its lead of 30 on k1 outweighs 10 on k2: three quarters of the line; E3 never is.
    marks = {"r1 J1": {"E1": "90 50", "E2": "60 60", "E3": "10 10"}}
    played = replay(case(rules(contest(weighted(TWO_CRITERIA)), tmp_path), ["E1", "E2", "E3"], marks))
    space = weight_space(played, "r1", "overall", "overall")
    table = space.entries.set_index("entry_id")
    assert table.loc["E1", "first"] == pytest.approx(0.75, abs=4 * 0.5 / space.samples**0.5)
    assert table["first"].sum() == pytest.approx(1)
    assert table.loc["E3", ["first", "best", "worst"]].to_list() == [0, 3, 3]
    again = weight_space(played, "r1", "overall", "overall")
    pd.testing.assert_frame_equal(space.ranks, again.ranks)


def test_entries_that_are_alike_share_every_rank(tmp_path: Path) -> None:
    marks = {"r1 J1": {"E1": "70 50", "E2": "70 50"}}
    played = replay(case(rules(contest(weighted(TWO_CRITERIA)), tmp_path), ["E1", "E2"], marks))
    assert weight_space(played, "r1", "overall", "overall").entries["first"].to_list() == [1, 1]


def test_three_criteria_cover_a_triangle(tmp_path: Path) -> None:
    # Each entry is alone in the best on one criterion: by symmetry each wins a third of the weights.
    marks = {"r1 J1": {"E1": "90 0 0", "E2": "0 90 0", "E3": "0 0 90"}}
    weights = {"k1": 80, "k2": 10, "k3": 10}
    played = replay(case(rules(contest(weighted(weights)), tmp_path), ["E1", "E2", "E3"], marks))
    assert weight_space(played, "r1", "overall", "overall").entries["first"].to_numpy() == pytest.approx(
        1 / 3, abs=0.02
    )


# What decided


def moments(case_: Case, where: str, errors: dict[str, float] | None = None) -> list[dict[str, Any]]:
    return decisive(replay(case_), where, errors).to_dict("records")


FIRST = weighted(
    {"k1": 50, "k2": 50}, advance={"scope": "overall", "places": 2}, ties=[{"by": "criteria", "of": ["k1"]}]
)


def test_a_cut_is_told_with_its_margin_and_who_decided_it(tmp_path: Path) -> None:
    marks = {
        "r1 J1": {"E1": "90 90", "E2": "80 60", "E3": "50 80", "E4": "10 10"},
        "r1 J2": {"E1": "90 90", "E2": "70 70", "E3": "70 78", "E4": "10 10"},
        "r1 J3": {"E1": "90 90", "E2": "70 70", "E3": "70 71", "E4": "10 10"},
    }
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3", "E4"], marks, closed=frozenset({"r1"}))
    errors = {"E1": 1.0, "E2": 3.0, "E3": 4.0, "E4": 1.0}
    [moment] = moments(case_, "r1", errors)
    # 70 against 69.83: J1 alone preferred E2; on k2 alone E3 is ahead, on k1 E2.
    assert moment["kind"] == "cut"
    assert (moment["place"], moment["inside"], moment["outside"]) == (2, "E2", "E3")
    assert (moment["margin"], moment["unrounded"]) == (Decimal("0.17"), Fraction(1, 6))
    assert moment["in_errors"] == pytest.approx(1 / 6 / 5)
    assert moment["judges"] == ("J1",)
    assert moment["criteria"] == ("k1",)
    assert moment["tie_rule"] is None
    assert moment["why"] is None


def test_equal_scores_at_a_cut_name_the_tie_rule(tmp_path: Path) -> None:
    marks = {"r1 J1": {"E1": "90 90", "E2": "80 60", "E3": "60 80"}}
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3"], marks, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert (moment["margin"], moment["tie_rule"], moment["in_errors"]) == (0, "k1", None)


def test_a_tie_away_from_the_cut_and_a_draw_without_a_judge_decide_nothing(tmp_path: Path) -> None:
    marks = {
        "r1 J1": {"E1": "70 60", "E2": "60 70", "E3": "50 50"},
        "r1 J2": {"E1": "70 60", "E2": "60 70", "E3": "60 70"},  # without J1, E2 and E3 are alike
    }
    case_ = case(rules(contest(FIRST, single()), tmp_path), ["E1", "E2", "E3"], marks, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert (moment["inside"], moment["outside"], moment["margin"]) == ("E2", "E3", Decimal("7.5"))
    assert moment["tie_rule"] is None
    assert moment["judges"] == ()


@pytest.mark.parametrize(
    ("marks", "places", "at_cut", "why"),
    [
        ({"E1": "90 90", "E2": "80 80"}, 2, "include_all", "fairness.nobody_outside"),
        ({"E1": "90 90", "E2": "80 -"}, 1, "include_all", "fairness.list_incomplete"),
        ({"E1": "90 90", "E2": "90 90"}, 1, "decide", "fairness.cut_undecided"),
    ],
)
def test_where_nothing_was_decided_a_sentence_says_so(
    marks: dict[str, str], places: int, at_cut: str, why: str, tmp_path: Path
) -> None:
    first = FIRST | {"advance": {"scope": "overall", "places": places, "at_cut": at_cut}}
    case_ = case(rules(contest(first, single()), tmp_path), [*marks], {"r1 J1": marks}, closed=frozenset({"r1"}))
    [moment] = moments(case_, "r1")
    assert moment["why"] == why
    assert moment["judges"] == moment["criteria"] == ()
    assert Texts("id")(why)


def test_every_step_between_awards_is_told(tmp_path: Path) -> None:
    awards = [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]
    final = {"score": [{"over": "rounds", "by": "mean", "round": 1}], "awards": awards}
    first = single(advance={"scope": "group", "places": 3})
    second = weighted({"k1": 50, "k2": 50})
    case_ = case(
        rules(contest(first, second, final=final), tmp_path),
        ["E1", "E2", "E3", "E4"],
        {
            "r1": {"E1": "90 90", "E2": "80 80", "E3": "70 78", "E4": "10 10"},
            "r2 J1": {"E1": "90 90", "E2": "60 70", "E3": "70 60"},
            "r2 J2": {"E1": "90 90", "E2": "60 70", "E3": "72 70"},
        },
    )
    one, two, three = moments(case_, FINAL)
    assert [m["award"] for m in (one, two, three)] == ["Juara I", "Juara II", "Juara III"]
    assert (one["inside"], one["outside"], one["judges"], one["criteria"]) == ("E1", "E2", (), ())
    # (80 + 65) / 2 against (74 + 68) / 2, without k2 (80 + 60) / 2 against (74 + 71) / 2.
    assert (two["margin"], two["unrounded"]) == (Decimal("1.5"), Fraction(3, 2))
    assert two["criteria"] == ("r2:k2",)
    assert two["judges"] == ("J1",)  # 80 + 65 against 78 + 71
    assert three["why"] == "fairness.decided_by_cut"


def test_those_who_share_an_award_are_not_set_against_each_other(tmp_path: Path) -> None:
    final = {"awards": [{"scope": "overall", "names": ["Juara I", "Juara II"]}]}
    marks = {"E1": "90", "E2": "80", "E3": "80", "E4": "10"}
    found = moments(case(rules(contest(single(), final=final), tmp_path), [*marks], {"r1": marks}), FINAL)
    assert [(m["award"], m["place"], m["outside"]) for m in found] == [("Juara I", 1, "E2"), ("Juara II", 3, "E4")]


@pytest.mark.parametrize(
    "round_",
    [
        single(kind="ranks", scale={"low": 1, "high": 9, "step": 1}) | {"score": [
            {"over": "judges", "by": "points", "curve": "borda", "round": 0},
        ]},
        single(direction="low"),
    ],
)  # fmt: skip
def test_other_ways_put_the_lowest_first_where_the_rules_do(round_: dict[str, Any], tmp_path: Path) -> None:
    marks = {"E1": "1 1 2", "E2": "2 3 1", "E3": "3 2 3"}
    final = {"awards": [{"scope": "overall", "names": ["Juara"]}]}
    played = replay(case(rules(contest(round_, final=final), tmp_path), list(marks), {"r1": marks}))
    table = aggregations(played, "r1", "overall", "overall").set_index("entry_id")
    for way in ("rank_mean", "rank_median", "rank_borda"):
        assert table[way].tolist() == [1, 2, 3]
    row = decisive(played, FINAL).iloc[0]
    assert (row["inside"], row["outside"]) == ("E1", "E2")
    assert row["margin"] > 0
    assert row["unrounded"] > 0
