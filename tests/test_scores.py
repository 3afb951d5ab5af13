"""From marks to scores: every way in which the rules can bring marks together, and who has a score at all."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contests import case, contest, record, rules, single, weighted

import kit
from kit.rules import read_rules
from kit.scoring.ranking import Result, rank

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUTH = Path(__file__).parent / "truth"
PRESETS = Path(kit.__file__).parent / "presets"


def scores(result: Result, round_: str = "r1", scope_id: str = "overall") -> dict[str, str | None]:
    """Each entry's score as text."""
    scope = "overall" if scope_id == "overall" else "group"
    table = result.of(round_, scope, scope_id)
    return {
        str(row.entry_id): None if row.score is None else str(row.score)
        for row in table.sort_values("entry_id").itertuples()
    }


def ranked(document: Mapping[str, Any], marks: Mapping[str, Mapping[str, object]], folder: Path, **more: Any) -> Result:
    """Rank entries E1, E2, ... with these marks."""
    rules_ = rules(document, folder)
    entries = more.pop("entries", sorted({entry for given in marks.values() for entry in given}))
    return rank(rules_, record(case(rules_, entries, marks, **more)))


def one_score(document: Mapping[str, Any], marks: str | dict[str, str], folder: Path) -> str | None:
    """The score of a single entry: marks of J1, J2, ..., or a judge's marks of all criteria each."""
    given = {"r1": {"E1": marks}} if isinstance(marks, str) else {f"r1 {j}": {"E1": m} for j, m in marks.items()}
    return scores(ranked(document, given, folder))["E1"]


# The worked example of the proposed rubric


def test_the_worked_example_of_the_rubric() -> None:
    """K1-K7 of three judges give 73.50, 75.00 and 73.00; the entry gets 221.50 / 3 = 73.83."""
    rules_, _ = read_rules(PRESETS / "pontianak.yaml")
    sheets = {
        "proposal A": {"E1": "4 4 3.5 4 3 3 3"},
        "proposal B": {"E1": "3.5 4.5 4 3.5 3 4 3"},
        "proposal C": {"E1": "4 4 3 4 4 3 2.5"},
    }
    result = rank(rules_, record(case(rules_, {"E1": "K1/pelayanan"}, sheets, closed=frozenset({"proposal"}))))
    assert scores(result, "proposal") == {"E1": "73.83"}
    first, last = result.scores["proposal"].stages
    assert [str(value) for value in first.after.rounded(2, "half_away").decimals()] == ["73.50", "75.00", "73.00"]
    assert last.exact.fractions() == [Fraction("221.5") / 3]


@pytest.mark.parametrize(("marks", "score"), [("1 1 1 1 1 1 1", "20.00"), ("5 5 5 5 5 5 5", "100.00")])
def test_the_rubric_reaches_from_20_to_100(marks: str, score: str) -> None:
    rules_, _ = read_rules(PRESETS / "pontianak.yaml")
    sheets = {f"proposal {judge}": {"E1": marks} for judge in "ABC"}
    result = rank(rules_, record(case(rules_, {"E1": "K1/pelayanan"}, sheets, closed=frozenset({"proposal"}))))
    assert scores(result, "proposal") == {"E1": score}


def test_metros_best_sheet_is_worth_63() -> None:
    rules_, _ = read_rules(PRESETS / "metro.yaml")
    sheets = {f"penilaian {judge}": {"E1": "3 3 3 3 3 3", "E2": "1 1 1 1 1 1"} for judge in "ABC"}
    result = rank(rules_, record(case(rules_, dict.fromkeys(["E1", "E2"], "K1/pelayanan"), sheets)))
    assert scores(result, "penilaian") == {"E1": "63.00", "E2": "21.00"}


# Paris 1976


def paris(text: str, folder: Path) -> Result:
    """The Paris tasting under its rules file, or one changed from it."""
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    rules_, _ = read_rules(path)
    with (TRUTH / "paris1976_red.csv").open(encoding="utf-8", newline="") as file:
        wines = list(csv.DictReader(file))
    judges = {name: name.split()[-1] for name in wines[0] if name not in {"wine", "name"}}
    sheets = {f"pencicipan {id_}": {wine["wine"]: wine[name] for wine in wines} for name, id_ in judges.items()}
    return rank(rules_, record(case(rules_, {wine["wine"]: "merah/merah" for wine in wines}, sheets)))


@pytest.fixture
def paris_rules() -> str:
    return (TRUTH / "paris1976.yaml").read_text(encoding="utf-8")


def published(column: str) -> dict[str, str]:
    with (TRUTH / "paris1976_red_recomputed.csv").open(encoding="utf-8", newline="") as file:
        return {row["wine"]: row[column] for row in csv.DictReader(file)}


NINE, ELEVEN = "    not_counting: [Gallagher, Spurrier]\n", ""


@pytest.mark.parametrize(
    ("counting", "step", "column", "order"),
    [
        (NINE, "by: mean, round: 4", "avg9", "ABDCEFIHGJ"),
        (NINE, "by: sum, round: 1", "sum9", "ABDCEFIHGJ"),
        (ELEVEN, "by: mean, round: 4", "avg11", "ABCDEFGHIJ"),
        (ELEVEN, "by: sum, round: 1", "sum11", "ABCDEFGHIJ"),
    ],
)
def test_paris_as_published(
    counting: str, step: str, column: str, order: str, paris_rules: str, tmp_path: Path
) -> None:
    """Official order, sums and means over nine judges, and those over eleven, through the rules file alone."""
    result = paris(paris_rules.replace(NINE, counting).replace("by: mean, round: 4", step), tmp_path)
    table = result.of("final", "overall", "overall")
    assert "".join(table["entry_id"]) == order
    assert {row.entry_id: row.score for row in table.itertuples()} == {
        wine: Decimal(value) for wine, value in published(column).items()
    }
    assert set(table["judges_required"]) == set(table["judges_counted"]) == {9 if counting else 11}


@pytest.mark.parametrize(("counting", "column", "judges"), [(ELEVEN, "ranksum11", 11), (NINE, "ranksum9", 9)])
def test_paris_by_rank_sums(counting: str, column: str, judges: int, paris_rules: str, tmp_path: Path) -> None:
    """Borda's points are ten places for each judge, less the rank sum; tied places share."""
    text = paris_rules.replace(NINE, counting).replace("by: mean, round: 4", "by: points, curve: borda, round: 1")
    table = paris(text, tmp_path).of("final", "overall", "overall")
    assert {row.entry_id: row.score for row in table.itertuples()} == {
        wine: 10 * judges - Decimal(value) for wine, value in published(column).items()
    }


def test_paris_has_two_winners_by_rank_sums_over_eleven(paris_rules: str, tmp_path: Path) -> None:
    text = paris_rules.replace(NINE, ELEVEN).replace("by: mean, round: 4", "by: points, curve: borda, round: 1")
    table = paris(text, tmp_path).of("final", "overall", "overall")
    assert list(zip(table["entry_id"], table["rank"], table["award"], strict=True))[:4] == [
        ("A", 1, "Juara I"),
        ("C", 1, "Juara I"),
        ("B", 3, "Juara III"),
        ("D", 4, None),
    ]
    assert "".join(table["entry_id"]) == "ACBDEGFIJH"


# Every way to bring judges together


@pytest.mark.parametrize(
    ("step", "marks", "score"),
    [
        ({"by": "mean"}, "70 80 85", "78.33"),
        ({"by": "sum"}, "70 80 85", "235.00"),
        ({"by": "median"}, "70 80 85", "80.00"),
        ({"by": "median"}, "70 80 85 86", "82.50"),
        ({"by": "median"}, "70", "70.00"),
        ({"by": "trimmed_mean", "drop_high": 1, "drop_low": 1}, "1 70 80 85 99", "78.33"),
        ({"by": "trimmed_mean", "drop_high": 2, "drop_low": 0}, "1 70 80 85 99", "50.33"),
        ({"by": "trimmed_mean", "drop_high": 0, "drop_low": 2}, "1 70 80 85 99", "88.00"),
        ({"by": "trimmed_mean", "drop_high": 1, "drop_low": 1}, "80 80 80", "80.00"),
        # around the mean of all, 62, marks are pulled to 42 and 82
        ({"by": "clipped_mean", "limit": 20}, "1 60 65 84 100", "66.20"),
        ({"by": "clipped_mean", "limit": 100}, "1 60 65 84 100", "62.00"),
        # the limit lies at 70/3 ± 0.5, which has no decimal form
        ({"by": "clipped_mean", "limit": "0.5"}, "10 20 40", "23.17"),
        ({"by": "weighted_mean", "weights": {"J1": 2, "J2": 1}}, "70 80 85", "76.25"),
        ({"by": "weighted_sum", "weights": {"J1": 2, "J2": "0.5"}}, "70 80 85", "265.00"),
    ],
)
def test_judges_are_brought_together(step: dict[str, Any], marks: str, score: str, tmp_path: Path) -> None:
    document = contest(single(score=[{"over": "judges", "round": 2, **step}]))
    assert one_score(document, marks, tmp_path) == score


@pytest.mark.parametrize(
    ("step", "marks", "score"),
    [
        ({"by": "weighted_mean"}, "70 80 85", "76.00"),
        ({"by": "weighted_mean", "out_of": 10}, "70 80 85", "7.60"),
        ({"by": "weighted_sum"}, "70 80 85", "7600.00"),
        ({"by": "weighted_sum", "out_of": 1}, "70 80 85", "76.00"),
        ({"by": "mean"}, "70 80 85", "78.33"),
        ({"by": "sum"}, "70 80 85", "235.00"),
        ({"by": "median"}, "70 80 85", "80.00"),
        ({"by": "trimmed_mean", "drop_high": 1, "drop_low": 1}, "70 80 85", "80.00"),
        ({"by": "trimmed_mean", "drop_high": 0, "drop_low": 1}, "70 80 85", "82.50"),
    ],
)
def test_criteria_are_brought_together(step: dict[str, Any], marks: str, score: str, tmp_path: Path) -> None:
    """Weights 50, 30 and 20, on a scale up to 100."""
    steps = [{"over": "criteria", **step}, {"over": "judges", "by": "mean", "round": 2}]
    document = contest(weighted({"k1": 50, "k2": 30, "k3": 20}) | {"score": steps})
    assert one_score(document, {"J1": marks}, tmp_path) == score


def test_with_out_of_each_criterion_counts_by_its_own_scale(tmp_path: Path) -> None:
    round_ = weighted({"k1": 60, "k2": 40})
    round_["criteria"][1]["scale"] = {"low": 0, "high": 4, "step": 1}
    round_["score"][0]["out_of"] = 100
    assert one_score(contest(round_), {"J1": "50 3"}, tmp_path) == "60.00"  # 60 × 50/100 + 40 × 3/4


BALLOTS = {"r1 J1": {"E1": 90, "E2": 80, "E3": 70, "E4": 60}, "r1 J2": {"E1": 50, "E2": 90, "E3": 50, "E4": 50}}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        # places 1 2 3 4, and 3 1 3 3: the tied share what places 2 to 4 are worth
        ({"curve": "borda"}, ["4.00", "5.00", "2.00", "1.00"]),
        ({"curve": "dowdall"}, ["1.36", "1.50", "0.69", "0.61"]),
        ({"table": [12, 10, 8]}, ["18.00", "22.00", "14.00", "6.00"]),
    ],
)
def test_orders_become_points(step: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    document = contest(single(score=[{"over": "judges", "by": "points", "round": 2, **step}]))
    assert list(scores(ranked(document, BALLOTS, tmp_path)).values()) == expected


def test_ranks_given_by_judges_are_best_when_lowest(tmp_path: Path) -> None:
    ranks = {
        "r1 J1": {"E1": 1, "E2": 2, "E3": 3},
        "r1 J2": {"E1": 2, "E2": 1, "E3": 3},
        "r1 J3": {"E1": 1, "E2": 3, "E3": 2},
    }
    steps = [{"over": "judges", "by": "points", "curve": "borda", "round": 0}]
    document = contest(single(kind="ranks", scale={"low": 1, "high": 3, "step": 1}, score=steps))
    assert scores(ranked(document, ranks, tmp_path)) == {"E1": "5", "E2": "3", "E3": "1"}


def test_points_are_given_anew_within_each_scope(tmp_path: Path) -> None:
    """In its own group, an entry loses no place to one of another group."""
    ranks = {"r1 J1": {"E1": 1, "E2": 2, "E3": 3, "E4": 4}}
    steps = [{"over": "judges", "by": "points", "table": [10, 5], "round": 0}]
    document = contest(single(kind="ranks", scale={"low": 1, "high": 9, "step": 1}, score=steps))
    entries = {"E1": "G1/a", "E2": "G2/a", "E3": "G1/a", "E4": "G2/a"}
    result = ranked(document, ranks, tmp_path, entries=entries)
    assert scores(result) == {"E1": "10", "E2": "5", "E3": "0", "E4": "0"}
    assert scores(result, scope_id="G1") == {"E1": "10", "E3": "5"}
    assert scores(result, scope_id="G2") == {"E2": "10", "E4": "5"}


# The order of steps and roundings


def test_criteria_first_and_judges_first_are_different_contests(tmp_path: Path) -> None:
    sheets = {"J1": "100 0", "J2": "0 100", "J3": "60 60"}
    over = {"criteria": {"over": "criteria", "by": "weighted_mean"}, "judges": {"over": "judges", "by": "median"}}
    first, second = (
        weighted({"k1": 50, "k2": 50}) | {"score": [over[a], over[b] | {"round": 1}]}
        for a, b in (("criteria", "judges"), ("judges", "criteria"))
    )
    assert one_score(contest(first), sheets, tmp_path) == "50.0"
    assert one_score(contest(second), sheets, tmp_path) == "60.0"


@pytest.mark.parametrize(
    ("first", "last", "score"),
    [
        ({}, {}, "66.57"),  # sheets 66.7, 66.7 and 66.3
        ({"round": 0}, {}, "66.67"),  # sheets 67, 67 and 66
        ({"round_terms": 0}, {}, "67.00"),  # sheets 35 + 32, 35 + 32 and 34 + 33
        ({"round": 1}, {"round": 1}, "66.6"),
        ({}, {"round": 0}, "67"),
        ({}, {"round_terms": 0}, "66.67"),
        ({}, {"round_terms": 0, "round": 1}, "66.7"),
    ],
)
def test_terms_and_results_are_rounded_where_the_rules_say(
    first: dict[str, int], last: dict[str, int], score: str, tmp_path: Path
) -> None:
    steps = [
        {"over": "criteria", "by": "weighted_mean", **first},
        {"over": "judges", "by": "mean", "round": 2, **last},
    ]
    document = contest(weighted({"k1": 50, "k2": 50}) | {"score": steps})
    sheets = {"J1": "69.2 64.2", "J2": "69.4 64.0", "J3": "67.0 65.6"}
    assert one_score(document, sheets, tmp_path) == score


@pytest.mark.parametrize(
    ("rounding", "marks", "score"),
    [
        ("half_away", "0 0.5", "0.3"),
        ("half_even", "0 0.5", "0.2"),
        ("half_away", "0 -0.5", "-0.3"),
        ("half_even", "0 -0.5", "-0.2"),
        ("half_even", "0.5 1", "0.8"),
        ("half_away", "-1 0.5", "-0.3"),
        ("half_away", "1 -0.9", "0.1"),
    ],
)
def test_halves_are_rounded_as_the_rules_say(rounding: str, marks: str, score: str, tmp_path: Path) -> None:
    scale = {"low": -1, "high": 1, "step": "0.1"}
    document = contest(single(scale=scale, score=[{"over": "judges", "by": "mean", "round": 1}]), rounding=rounding)
    assert one_score(document, marks, tmp_path) == score


def test_a_half_that_floats_miss(tmp_path: Path) -> None:
    """Under the KIPP weights these sheets give 82.725; floats say 82.72."""
    weights = {"k1": 10, "k2": 15, "k3": 5, "k4": 30, "k5": 20, "k6": 5, "k7": 15}
    sheets = {"J1": "61 93 74 88 91 95 74", "J2": "82 74 74 89 78 61 86"}
    floats = [
        sum(w / 100 * float(m) for w, m in zip(weights.values(), s.split(), strict=True)) for s in sheets.values()
    ]
    assert round(sum(floats) / 2, 2) == 82.72
    assert one_score(contest(weighted(weights)), sheets, tmp_path) == "82.73"


def test_weights_beyond_int64_stay_exact(tmp_path: Path) -> None:
    weights = {"k1": 10**17 + 1, "k2": 10**17 - 1, "k3": 3}
    document = contest(
        weighted(weights)
        | {"score": [{"over": "criteria", "by": "weighted_sum"}, {"over": "judges", "by": "sum", "round": 1}]}
    )
    sheets = {"J1": "99.9 0.1 50", "J2": "0.3 99.7 100", "J3": "33.3 66.6 0.1"}
    exact = sum(
        Decimal(mark) * weight
        for marks in sheets.values()
        for mark, weight in zip(marks.split(), weights.values(), strict=True)
    )
    assert one_score(document, sheets, tmp_path) == str(exact)
    assert exact > 2**63


# Who has a score


@pytest.mark.parametrize(
    ("step", "marks", "score"),
    [
        ({"by": "mean"}, "80 90 x", "85.00"),
        ({"by": "sum"}, "80 90 x", "255.00"),  # the mean of two, for a panel of three
        ({"by": "median"}, "80 90 x", "85.00"),
        ({"by": "clipped_mean", "limit": 1}, "80 90 x", "85.00"),
        ({"by": "weighted_mean", "weights": {"J1": 3, "J2": 1, "J3": 6}}, "80 90 x", "82.50"),
        ({"by": "weighted_sum", "weights": {"J1": 3, "J2": 1, "J3": 6}}, "80 90 x", "825.00"),
        ({"by": "mean"}, "80 x x", None),  # below two judges
        ({"by": "mean"}, "x x x", None),
        ({"by": "trimmed_mean"}, "80 90 x", None),  # nothing is left after dropping two
        ({"by": "trimmed_mean"}, "80 90 70 x", "80.00"),
        ({"by": "mean"}, "80 90 -", None),  # a missing sheet is no recusal
        ({"by": "sum"}, "80 90 -", None),
    ],
)
def test_recused_judges_leave_the_denominator_and_missing_sheets_do_not(
    step: dict[str, Any], marks: str, score: str | None, tmp_path: Path
) -> None:
    document = contest(single(min_judges=2, score=[{"over": "judges", "round": 2, **step}]))
    result = ranked(document, {"r1": {"E1": marks}}, tmp_path)
    assert scores(result)["E1"] == score
    row = result.of("r1", "overall", "overall").iloc[0]
    assert row["judges_required"] == len(marks.split())
    assert row["judges_counted"] == len([mark for mark in marks.split() if mark not in {"x", "-"}])
    assert row["state"] == ("provisional" if score is None else "result")


@pytest.mark.parametrize(
    ("recused", "expected"),
    [
        # without E2 at all: E1 leads J1 to J3 before E3
        ("no_score", {"E1": "3.0", "E2": None, "E3": "0.0"}),
        # E1 has 2 + 1 + 1 points, E2 has 1 + 2 from two judges, which is 4.5 from three
        ("mean", {"E1": "4.0", "E2": "4.5", "E3": "0.0"}),
    ],
)
def test_orders_with_recusals_follow_the_declared_policy(
    recused: str, expected: dict[str, str | None], tmp_path: Path
) -> None:
    steps = [{"over": "judges", "by": "points", "curve": "borda", "round": 1, "recused": recused}]
    marks = {"r1": {"E1": "90 80 90", "E2": "80 90 x", "E3": "70 70 70"}}
    assert scores(ranked(contest(single(score=steps)), marks, tmp_path)) == expected


def test_a_weighted_sum_knows_the_entrys_own_panel(tmp_path: Path) -> None:
    """Judges of other entries do not swell the panel that a recusal is measured by."""
    steps = [{"over": "judges", "by": "weighted_sum", "weights": {"J1": 2}, "round": 1}]
    marks = {"r1 J1": {"E1": 10}, "r1 J2": {"E1": 20}, "r1 J8": {"E2": 10}, "r1 J9": {"E2": 20}}
    assert scores(ranked(contest(single(score=steps)), marks, tmp_path)) == {"E1": "40.0", "E2": "30.0"}


def test_recusals_hold_for_one_round_or_all(tmp_path: Path) -> None:
    document = contest(single(), single(), final={"score": [{"over": "rounds", "by": "sum", "round": 1}]})
    marks = {"r1": {"E1": "10 20"}, "r2": {"E1": "30 50"}}
    for recusal, expected in ((("J2", "E1", "r2"), ["15.00", "30.00"]), (("J2", "E1", ""), ["10.00", "30.00"])):
        result = ranked(document, marks, tmp_path, recusals=[recusal])
        assert [scores(result, name)["E1"] for name in ("r1", "r2")] == expected


def test_a_recused_judges_marks_do_not_count_even_if_they_are_there(tmp_path: Path) -> None:
    result = ranked(contest(single()), {"r1": {"E1": "10 20 90"}}, tmp_path, recusals=[("J3", "E1", "")])
    assert scores(result) == {"E1": "15.00"}


def test_judges_who_do_not_count_are_recorded_only(tmp_path: Path) -> None:
    document = contest(single(not_counting=["J3"]))
    result = ranked(document, {"r1": {"E1": "10 20 90", "E2": "10 20 -"}}, tmp_path)
    assert scores(result) == {"E1": "15.00", "E2": "15.00"}
    assert list(result.of("r1", "overall", "overall")["judges_required"]) == [2, 2]


def test_zero_is_a_mark_and_a_cleared_one_is_none(tmp_path: Path) -> None:
    rules_ = rules(contest(single()), tmp_path)
    given = case(rules_, ["E1", "E2"], {"r1": {"E1": "0 0", "E2": "50 50"}})
    given.marks["r1", "J2", "E2", "mark"] = ""  # type: ignore[index]
    assert scores(rank(rules_, record(given))) == {"E1": "0.00", "E2": None}


@pytest.mark.parametrize("least", [1, 2, 3])
def test_the_rules_say_how_many_judges_are_enough(least: int, tmp_path: Path) -> None:
    marks = {"r1": {"E1": "50 x x", "E2": "50 50 x", "E3": "50 50 50"}}
    found = scores(ranked(contest(single(min_judges=least)), marks, tmp_path))
    assert [entry for entry, score in found.items() if score] == ["E1", "E2", "E3"][least - 1 :]
