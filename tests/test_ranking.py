"""The result: its laws on random contests, and its decisions one by one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from contests import case, contest, law, random_case, record, rules, shown, single, weighted
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import Oracle

from kit.scoring.ranking import COLUMNS, rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from oracle import Case

    from kit.scoring.ranking import Result

seeds = st.integers(0, 2**32 - 1)


# Laws


def rows_of(result: Result) -> dict[tuple[str, str, str], list[tuple[object, ...]]]:
    lists: dict[tuple[str, str, str], list[tuple[object, ...]]] = {}
    for row in result.ranking.astype(object).itertuples(index=False):
        said = (None if value is pd.NA else value for value in row[3:])
        lists.setdefault((str(row.round), str(row.scope), str(row.scope_id)), []).append(tuple(said))
    return lists


def same_as_the_oracle(contest_: Case, seed: int) -> None:
    """Score, rank, ties, awards, counts, states, order and advancement, row by row."""
    oracle = Oracle(contest_)
    result = rank(contest_.rules, record(contest_, Random(seed)))
    expected = {
        place: [
            (
                *(row.entry, row.score, row.rank, row.award, " > ".join(row.broken_by) or None, row.counted),
                *(row.required, row.state, row.last_round, row.tied),
            )
            for row in rows
        ]
        for place, rows in oracle.lists.items()
    }
    assert rows_of(result) == expected
    assert list(rows_of(result)) == list(expected)
    assert {
        name: {one.scope_id: (list(one.through), list(one.tied), one.complete) for one in cuts}
        for name, cuts in result.cuts.items()
    } == oracle.through


@given(seeds)
@law(80)
def test_every_list_is_that_of_the_oracle(seed: int) -> None:
    same_as_the_oracle(random_case(Random(seed), most=9), seed)


@given(seeds)
@law(160)
def test_so_it_is_where_rules_say_more(seed: int) -> None:
    same_as_the_oracle(random_case(Random(seed), most=9, wide=True), seed)


@given(seeds, st.booleans())
@law(40)
def test_the_order_of_rows_changes_no_byte(seed: int, wide: bool) -> None:  # noqa: FBT001
    contest_ = random_case(Random(seed), most=9, wide=wide)
    first, second = (
        rank(contest_.rules, record(contest_, random)).ranking.to_csv().encode() for random in (None, Random(seed + 1))
    )
    assert first == second


@given(seeds, st.booleans())
@law(80)
def test_a_higher_mark_never_worsens_a_rank(seed: int, wide: bool) -> None:  # noqa: FBT001
    """So it is wherever higher is better; standardised marks and methods of voting do not promise it."""
    random = Random(seed)
    contest_ = random_case(random, most=9, wide=wide)
    raisable = [key for key, mark in contest_.marks.items() if mark and _can_rise(contest_, key)]
    assume(raisable)
    key = random.choice(sorted(raisable))
    scale = contest_.rules.round(key[0]).scale_of(key[3])
    mark = Decimal(contest_.marks[key])
    higher = mark + random.randint(1, int((scale.high - mark) / scale.step)) * scale.step
    after = replace(contest_, marks={**contest_.marks, key: str(higher)})
    for old, new in zip(_ranks(contest_, key), _ranks(after, key), strict=True):
        assert (old is pd.NA and new is pd.NA) or new <= old


def _can_rise(case_: Case, key: tuple[str, str, str, str]) -> bool:
    round_id, judge, entry, criterion = key
    if (round_id, entry, judge) not in case_.panel:
        return False
    round_ = case_.rules.round(round_id)
    if round_.kind == "ranks" or round_.direction == "low":
        return False
    if {"z_score", "majority", "pairwise", "runoff", "times", "places"} & {
        name for step in round_.score for name in (step.by, getattr(step, "curve", ""))
    }:
        return False
    return Decimal(case_.marks[key]) < round_.scale_of(criterion).high


def _ranks(case_: Case, key: tuple[str, str, str, str]) -> list[Any]:
    """The ranks of a mark's entry in every list of the mark's round."""
    table = rank(case_.rules, record(case_)).ranking
    return table[(table["round"] == key[0]) & (table["entry_id"] == key[2])]["rank"].tolist()


@given(seeds, st.booleans())
@law(60)
def test_a_group_is_an_island(seed: int, wide: bool) -> None:  # noqa: FBT001
    """Without the entries of the other group, a group's lists are the same in every round, and so are its awards."""
    contest_ = random_case(Random(seed), most=8, wide=wide)
    scopes = [round_.advance.scope for round_ in contest_.rules.rounds if round_.advance]
    scopes += [awards.scope for awards in contest_.rules.final.awards if awards.no_double or wide]
    assume({cell[0] for cell in contest_.entries.values()} == {"G1", "G2"})
    assume(set(scopes) <= {"group", "group_category"})
    alone = {entry: cell for entry, cell in contest_.entries.items() if cell[0] == "G1"}
    both, one = (rows_of(rank(given_.rules, record(given_))) for given_ in (contest_, replace(contest_, entries=alone)))
    own = [place for place in both if place[1].startswith("group") and place[2].startswith("G1")]
    assert {place: both[place] for place in own} == {place: one.get(place) for place in own}


@given(seeds)
@law(30)
def test_ranks_are_1_2_2_4(seed: int) -> None:
    contest_ = random_case(Random(seed), most=9)
    for (_, *_), rows in rows_of(rank(contest_.rules, record(contest_))).items():
        ranks = [row[2] for row in rows if row[2] is not None]
        assert all(number == ranks.index(number) + 1 for number in ranks if len(ranks) == len(rows))
        assert all((row[2] is None) == (row[1] is None) for row in rows)
        assert all(not row[9] or ranks.count(row[2]) > 1 for row in rows)


@given(seeds)
@law(15)
def test_ranking_changes_nothing_that_it_is_given(seed: int) -> None:
    contest_ = random_case(Random(seed), most=9)
    given_ = record(contest_)
    tables = [given_.entries, given_.panel, given_.recusals, given_.marks]
    copies = [table.copy(deep=True) for table in tables]
    rank(contest_.rules, given_)
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


# Lists one by one


def ranked(
    document: Mapping[str, Any], entries: Mapping[str, str] | str, marks: Mapping[str, Any], folder: Path, **more: Any
) -> Result:
    rules_ = rules(document, folder)
    return rank(rules_, record(case(rules_, entries, marks, **more)))


def each(**marks: object) -> dict[str, object]:
    """One mark of each of two judges."""
    return {entry: f"{mark} {mark}" for entry, mark in marks.items()}


def test_the_table_has_its_columns_even_when_empty(tmp_path: Path) -> None:
    document = contest(single())
    assert list(ranked(document, {}, {}, tmp_path).ranking.columns) == COLUMNS
    assert list(ranked(document, "AB", {"r1": each(A=1, B=2)}, tmp_path).ranking.columns) == COLUMNS


def test_equal_scores_share_a_place_and_consume_the_next(tmp_path: Path) -> None:
    marks = {"r1": each(A=50, B=70, C=70, D=90, E=50)}
    assert shown(ranked(contest(single()), "ABCDE", marks, tmp_path)) == [
        "1 D 90.00",
        "2= B 70.00",
        "2= C 70.00",
        "4= A 50.00",
        "4= E 50.00",
    ]


def test_every_scope_has_its_list(tmp_path: Path) -> None:
    entries = {"A": "G1/a", "B": "G2/a", "C": "G1/b", "D": "G1/a"}
    result = ranked(contest(single()), entries, {"r1": each(A=50, B=70, C=60, D=80)}, tmp_path)
    rows = {place: "".join(str(row[0]) for row in rows) for place, rows in rows_of(result).items()}
    lists = {(scope, name): entries for (round_, scope, name), entries in rows.items() if round_ == "r1"}
    assert lists == {
        ("overall", "overall"): "DBCA",
        ("group", "G1"): "DCA",
        ("group", "G2"): "B",
        ("category", "a"): "DBA",
        ("category", "b"): "C",
        ("group_category", "G1/a"): "DA",
        ("group_category", "G1/b"): "C",
        ("group_category", "G2/a"): "B",
    }


@pytest.mark.parametrize("entries", ["", "A", "AB"])
def test_a_cell_may_hold_nobody_one_or_two(entries: str, tmp_path: Path) -> None:
    marks = {"r1": each(**dict.fromkeys(entries, 50))}
    result = ranked(contest(single()), entries, marks, tmp_path)
    assert shown(result, "final", "group_category", "G1/a") == [
        f"1{'=' * (len(entries) > 1)} {entry} 50.00" for entry in entries
    ]
    assert shown(result, "final", "group_category", "G2/b") == []


# Awards

PRIZES = ["Juara I", "Juara II", "Juara III", "Harapan I"]


def awarded(marks: Mapping[str, object], folder: Path, at_cut: str = "include_all", **more: Any) -> list[str]:
    final = {"awards": [{"scope": "group", "names": PRIZES, "at_cut": at_cut}]}
    entries = "".join(marks)
    result = ranked(contest(single(), final=final), entries, {"r1": marks}, folder, **more)
    table = result.of("final", "group", "G1")
    return [f"{entry} {award}" for entry, award in zip(table["entry_id"], table["award"], strict=True) if award]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (each(A=90, B=80, C=70, D=60, E=50), ["A Juara I", "B Juara II", "C Juara III", "D Harapan I"]),
        (each(A=90, B=80, C=80, D=60, E=50), ["A Juara I", "B Juara II", "C Juara II", "D Harapan I"]),
        (each(A=90, B=90, C=90, D=60), ["A Juara I", "B Juara I", "C Juara I", "D Harapan I"]),
        (each(A=90, B=90, C=90, D=90, E=50), ["A Juara I", "B Juara I", "C Juara I", "D Juara I"]),
        (each(A=90, B=80), ["A Juara I", "B Juara II"]),
        # the last prize is shared by all who tie for it
        (each(A=90, B=80, C=70, D=60, E=60), ["A Juara I", "B Juara II", "C Juara III", "D Harapan I", "E Harapan I"]),
    ],
)
def test_shared_awards_consume_places(marks: dict[str, object], expected: list[str], tmp_path: Path) -> None:
    assert awarded(marks, tmp_path) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # only what the cut goes through waits for a decision; inside the list, a place may be shared
        (each(A=90, B=80, C=70, D=60, E=60), ["A Juara I", "B Juara II", "C Juara III"]),
        (each(A=90, B=80, C=80, D=60, E=50), ["A Juara I", "B Juara II", "C Juara II", "D Harapan I"]),
        (each(A=50, B=50, C=50, D=50, E=50), []),
    ],
)
def test_awards_at_the_cut_may_be_left_to_the_judges(
    marks: dict[str, object], expected: list[str], tmp_path: Path
) -> None:
    assert awarded(marks, tmp_path, at_cut="decide") == expected


def test_without_all_scores_there_are_no_awards(tmp_path: Path) -> None:
    assert awarded(each(A=90, B=80) | {"C": "70 -"}, tmp_path) == []
    assert awarded(each(A=90, B=80) | {"C": "70 x"}, tmp_path) == ["A Juara I", "B Juara II", "C Juara III"]


def test_another_group_is_not_held_up(tmp_path: Path) -> None:
    final = {"awards": [{"scope": scope, "names": PRIZES} for scope in ("group", "overall")]}
    entries = {"A": "G1/a", "B": "G1/a", "C": "G2/a", "D": "G2/a"}
    marks = {"r1": each(A=90, B=80, C=70) | {"D": "60 -"}}
    result = ranked(contest(single(), final=final), entries, marks, tmp_path)
    assert shown(result, "final", "group", "G1") == ["1 A 90.00 Juara I", "2 B 80.00 Juara II"]
    assert shown(result, "final", "group", "G2") == ["1 C 70.00", "– D None"]
    assert shown(result, "final") == ["1 A 90.00", "2 B 80.00", "3 C 70.00", "– D None"]
    states = result.ranking.groupby(["round", "scope_id"])["state"].unique().explode()
    assert states["final", "G1"] == states["final", "G1/a"] == "result"
    assert states["final", "G2"] == states["final", "G2/a"] == states["final", "overall"] == "provisional"


def test_awards_speak_the_language_of_the_rules(tmp_path: Path) -> None:
    final = {"awards": [{"scope": "overall", "names": [{"id": "Juara I", "en": "First prize"}]}]}
    for language, name in (("id", "Juara I"), ("en", "First prize")):
        result = ranked(contest(single(), final=final, language=language), "A", {"r1": each(A=1)}, tmp_path)
        assert shown(result, "final") == [f"1 A 1.00 {name}"]


# Cuts


def through(result: Result, round_: str = "r1") -> dict[str, tuple[str, str, bool]]:
    return {cut.scope_id: ("".join(cut.through), "".join(cut.tied), cut.complete) for cut in result.cuts[round_]}


def cut(places: int, at_cut: str = "include_all", scope: str = "group") -> dict[str, Any]:
    return {"advance": {"scope": scope, "places": places, "at_cut": at_cut}}


@pytest.mark.parametrize(
    ("places", "at_cut", "expected"),
    [
        (1, "include_all", ("A", "", True)),
        (2, "include_all", ("ABC", "BC", True)),
        (3, "include_all", ("ABC", "", True)),
        (9, "include_all", ("ABCD", "", True)),
        (1, "decide", ("A", "", True)),
        (2, "decide", ("A", "BC", True)),
        (3, "decide", ("ABC", "", True)),
    ],
)
def test_ties_at_the_cut_are_all_in_or_left_to_the_judges(
    places: int, at_cut: str, expected: tuple[str, str, bool], tmp_path: Path
) -> None:
    marks = {"r1": each(A=90, B=80, C=80, D=70)}
    document = contest(single(**cut(places, at_cut)), single())
    assert through(ranked(document, "ABCD", marks, tmp_path, closed=frozenset({"r1"}))) == {"G1": expected}


@pytest.mark.parametrize(("rulings", "expected"), [({}, "A"), ({"r1": [["C", "B"]]}, "AC")])
def test_a_ruling_decides_who_advances(rulings: dict[str, Any], expected: str, tmp_path: Path) -> None:
    document = contest(single(**cut(2, "decide"), ties=[{"by": "judges_decide"}]), single())
    marks = {"r1": each(A=90, B=80, C=80, D=70)}
    result = ranked(document, "ABCD", marks, tmp_path, closed=frozenset({"r1"}), rulings=rulings)
    assert through(result)["G1"][0] == expected


def test_until_a_cut_is_decided_the_final_is_provisional(tmp_path: Path) -> None:
    """B and C wait at the cut; were the final given without them, one of them would have lost by nobody's decision."""
    final = {"awards": [{"scope": "group", "names": PRIZES}, {"scope": "overall", "names": PRIZES}]}
    document = contest(single(**cut(2, "decide"), ties=[{"by": "judges_decide"}]), single(), final=final)
    entries = dict.fromkeys("ABCD", "G1/a") | {"E": "G2/a"}
    marks = {"r1": each(A=90, B=80, C=80, D=70, E=60), "r2": each(A=90, B=80, C=80, D=70, E=60)}
    waiting = ranked(document, entries, marks, tmp_path)
    assert set(waiting.of("final", "group", "G1")["state"]) == {"provisional"}
    assert set(waiting.of("final", "group", "G1")["award"]) == {None}
    assert shown(waiting, "final", "group", "G2") == ["1 E 60.00 Juara I"]
    decided = ranked(document, entries, marks, tmp_path, rulings={"r1": [["C", "B"]]})
    assert shown(decided, "final", "group", "G1") == [
        "1 A 90.00 Juara I",
        "2 C 80.00 Juara II",
        "3 B 80.00",
        "4 D 70.00",
    ]


def test_nobody_advances_from_an_incomplete_scope(tmp_path: Path) -> None:
    entries = {"A": "G1/a", "B": "G1/a", "C": "G2/a", "D": "G2/a"}
    marks = {"r1": each(A=90, B=80, C=70) | {"D": "60 -"}, "r2": each(A=50, B=60, C=99, D=99)}
    result = ranked(contest(single(**cut(1)), single()), entries, marks, tmp_path)
    assert through(result) == {"G1": ("A", "", True), "G2": ("", "", False)}
    assert shown(result, "r2") == ["1 A 50.00"]
    assert shown(result, "final", "group", "G2") == ["1 C 70.00", "– D None"]


# Rounds and the final


FINAL_SUM = {"score": [{"over": "rounds", "by": "weighted_mean", "weights": {"r1": 60, "r2": 40}, "round": 1}]}


def test_finalists_stand_before_all_others(tmp_path: Path) -> None:
    """C leads D in the final although D's sum would be higher had it been asked for."""
    marks = {"r1": each(A=90, B=80, C=70, D=60), "r2": each(A=10, B=20, D=99)}
    result = ranked(contest(single(**cut(2)), single(), final=FINAL_SUM), "ABCD", marks, tmp_path)
    assert shown(result, "final", "group", "G1") == ["1 A 58.0", "2 B 56.0", "3 C 70.00", "4 D 60.00"]
    assert list(result.of("final", "group", "G1")["last_round"]) == ["r2", "r2", "r1", "r1"]


def test_of_three_rounds_the_later_one_stands_first(tmp_path: Path) -> None:
    marks = {"r1": each(A=60, B=70, C=80, D=90), "r2": each(B=50, C=60, D=40), "r3": each(C=10)}
    result = ranked(contest(single(**cut(3)), single(**cut(1)), single()), "ABCD", marks, tmp_path)
    assert shown(result, "final") == ["1 C 10.00", "2 B 50.00", "3 D 40.00", "4 A 60.00"]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"by": "last"}, ["1 B 90.00", "2 A 30.00"]),
        ({"by": "last", "round": 0}, ["1 B 90", "2 A 30"]),
        ({"by": "mean", "round": 1}, ["1 B 65.3", "2 A 60.2"]),
        ({"by": "sum", "round": 1}, ["1 B 130.5", "2 A 120.3"]),
        ({"by": "weighted_mean", "weights": {"r1": 60, "r2": 40}, "round": 1}, ["1 A 66.2", "2 B 60.3"]),
        ({"by": "weighted_mean", "weights": {"r1": "0.6", "r2": "0.4"}, "round": 1}, ["1 A 66.2", "2 B 60.3"]),
        ({"by": "weighted_sum", "weights": {"r1": 6, "r2": 4}, "round": 0}, ["1 A 662", "2 B 603"]),
        ({"by": "weighted_sum", "weights": {"r1": 1}, "round": 1}, ["1 A 90.3", "2 B 40.5"]),
        ({"by": "sum", "round_terms": 0, "round": 1}, ["1 B 131.0", "2 A 120.0"]),
    ],
)
def test_rounds_are_brought_together(step: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    final = {"score": [{"over": "rounds", **step}]}
    marks = {"r1": each(A="90.3", B="40.5"), "r2": each(A=30, B=90)}
    result = ranked(contest(single(), single(), final=final), "AB", marks, tmp_path)
    assert shown(result, "final") == expected


def test_rounds_are_brought_together_from_their_published_scores(tmp_path: Path) -> None:
    """Each round was decided at its decimals; the final starts from there."""
    first = single(score=[{"over": "judges", "by": "mean", "round": 0}])
    final = {"score": [{"over": "rounds", "by": "sum", "round": 1}]}
    result = ranked(contest(first, single(), final=final), "A", {"r1": {"A": "50 51"}, "r2": each(A=1)}, tmp_path)
    assert shown(result, "final") == ["1 A 52.0"]


def test_a_finalist_without_a_score_holds_up_its_scope(tmp_path: Path) -> None:
    final = FINAL_SUM | {"awards": [{"scope": "group", "names": PRIZES}]}
    marks = {"r1": each(A=90, B=80, C=70), "r2": {"A": "50 -", "B": "60 60"}}
    result = ranked(contest(single(**cut(2)), single(), final=final), "ABC", marks, tmp_path)
    assert shown(result, "final", "group", "G1") == ["1 B 72.0", "– A None", "3 C 70.00"]


def test_a_closed_round_without_any_mark_is_no_crash(tmp_path: Path) -> None:
    document = contest(single(**cut(2)), single(), final=FINAL_SUM)
    rules_ = rules(document, tmp_path)
    given_ = case(rules_, "ABC", {"r1": each(A=90, B=80, C=70)})
    assert shown(rank(rules_, record(given_)), "final") == ["– A None", "– B None", "3 C 70.00"]


def test_the_last_rounds_tie_rules_and_rulings_hold_in_the_final_that_it_decides(tmp_path: Path) -> None:
    tied = weighted({"k1": 50, "k2": 50}) | {"ties": [{"by": "criteria", "of": ["k1"]}, {"by": "judges_decide"}]}
    marks = {"r1 J1": {"A": "60 40", "B": "40 60", "C": "40 60"}, "r1 J2": {"A": "50 50", "B": "50 50", "C": "50 50"}}
    result = ranked(contest(tied), "ABC", marks, tmp_path, rulings={"r1": [["C", "B"]]})
    assert shown(result, "final") == shown(result, "r1")
    assert shown(result, "final")[1] == "2 C 50.00 (k1 > judges_decide)"


def test_the_finals_own_tie_rules_come_first(tmp_path: Path) -> None:
    document = contest(single(ties=[{"by": "shared"}]), final={"ties": [{"by": "judges_decide"}]})
    result = ranked(document, "AB", {"r1": each(A=1, B=1)}, tmp_path, rulings={"final": [["B", "A"]]})
    assert shown(result, "r1") == ["1= A 1.00", "1= B 1.00"]
    assert shown(result, "final") == ["1 B 1.00 (judges_decide)", "2 A 1.00 (judges_decide)"]


# Scopes where groups meet

TWO_CUTS = {"A": "G1/a", "B": "G1/a", "C": "G2/a", "D": "G2/b"}
MEETING = {"r1": each(A=60, B=50, C=90, D=80), "r2": each(A=99, C=10)}


def prizes(*scopes: str, **more: object) -> dict[str, Any]:
    """A final of 60 and 40 percent with these awards."""
    return FINAL_SUM | {"awards": [{"scope": scope, "names": PRIZES, **more} for scope in scopes]}


def test_where_groups_meet_finalists_stand_first_by_the_final_score(tmp_path: Path) -> None:
    """C and D had more than A in the first round, in which each group sent its own best on."""
    result = ranked(contest(single(**cut(1)), single(), final=prizes("group")), TWO_CUTS, MEETING, tmp_path)
    assert shown(result, "final") == ["1 A 75.6", "2 C 58.0", "3 D 80.00", "4 B 50.00"]
    assert list(result.of("final", "overall", "overall")["last_round"]) == ["r2", "r2", "r1", "r1"]
    assert shown(result, "final", "category", "a") == ["1 A 75.6", "2 C 58.0", "3 B 50.00"]
    assert shown(result, "final", "group", "G2") == ["1 C 58.0 Juara I", "2 D 80.00"]


@pytest.mark.parametrize(
    ("among", "overall", "category"),
    [
        ({}, ["A Juara I", "C Juara II"], []),
        ({"among": "finalists"}, ["A Juara I", "C Juara II"], []),
        ({"among": "all"}, ["A Juara I", "C Juara II", "D Juara III", "B Harapan I"], ["D Juara I"]),
    ],
)
def test_awards_go_among_finalists_in_every_scope_unless_the_rules_say_all(
    among: dict[str, str], overall: list[str], category: list[str], tmp_path: Path
) -> None:
    """Nobody of category b reached the last round: its awards are not given, unless all compete for them."""
    final = prizes("overall", "category", **among)
    result = ranked(contest(single(**cut(1)), single(), final=final), TWO_CUTS, MEETING, tmp_path)
    assert given_in(result, "overall", "overall") == overall
    assert given_in(result, "category", "b") == category
    assert given_in(result, "category", "a")[:2] == ["A Juara I", "C Juara II"]


def given_in(result: Result, scope: str, scope_id: str) -> list[str]:
    table = result.of("final", scope, scope_id)
    return [f"{entry} {award}" for entry, award in zip(table["entry_id"], table["award"], strict=True) if award]


def test_awards_that_no_finalist_is_there_for_are_not_given(tmp_path: Path) -> None:
    """B and C share the second of two places; the third and fourth award go to nobody, though D and E stand there."""
    marks = {"r1": each(A=90, B=80, C=70, D=60, E=50), "r2": each(A=90, B=60, C=75)}
    result = ranked(contest(single(**cut(3)), single(), final=prizes("group")), "ABCDE", marks, tmp_path)
    assert shown(result, "final", "group", "G1") == [
        "1 A 90.0 Juara I",
        "2= B 72.0 Juara II",
        "2= C 72.0 Juara II",
        "4 D 60.00",
        "5 E 50.00",
    ]


def test_an_award_shared_at_its_end_is_cut_among_finalists_only(tmp_path: Path) -> None:
    """With ``decide``, the two who tie for the last award wait; who did not reach the last round changes nothing."""
    marks = {"r1": each(A=90, B=80, C=80, D=60), "r2": each(A=90, B=80, C=80)}
    final = FINAL_SUM | {"awards": [{"scope": "group", "names": PRIZES[:2], "at_cut": "decide"}]}
    result = ranked(contest(single(**cut(3)), single(), final=final), "ABCD", marks, tmp_path)
    assert given_in(result, "group", "G1") == ["A Juara I"]


def test_a_ruling_of_the_final_holds_behind_the_finalists_too(tmp_path: Path) -> None:
    """Where all compete for the awards, a tie of two that did not reach the last round can decide about one."""
    marks = {"r1": each(A=90, B=80, C=80), "r2": each(A=90)}
    final = prizes("group", among="all") | {"ties": [{"by": "judges_decide"}]}
    document = contest(single(**cut(1), ties=[{"by": "judges_decide"}]), single(), final=final)
    result = ranked(document, "ABC", marks, tmp_path, rulings={"final": [["C", "B"]]})
    assert given_in(result, "group", "G1") == ["A Juara I", "C Juara II", "B Juara III"]


def test_a_list_is_provisional_wherever_an_undecided_cut_may_still_bring_somebody_in(tmp_path: Path) -> None:
    """B and C of G1 wait at the cut, so that category a and the lists of the second round are not final either."""
    document = contest(single(**cut(2, "decide")), single(), final=prizes("category"))
    entries = {"A": "G1/b", "B": "G1/a", "C": "G1/a", "D": "G2/a", "E": "G2/c"}
    document["categories"].append({"id": "c", "name": "C"})
    marks = {"r1": each(A=90, B=80, C=80, D=70, E=60), "r2": each(A=90, D=70, E=60)}
    table = ranked(document, entries, marks, tmp_path).ranking
    states = table.groupby(["round", "scope_id"])["state"].unique().explode()
    assert set(states["r1"]) == {"result"}
    for round_ in ("r2", "final"):
        provisional = set(states[round_][states[round_] == "provisional"].index)
        assert provisional == {"overall", "G1", "a"} | ({"G1/a"} if round_ == "final" else set())
    assert set(table["award"].dropna()) == {"Juara I"}
    assert set(table[table["award"].notna()]["scope_id"]) == {"b", "c"}


def test_a_list_is_provisional_while_a_cut_of_one_of_its_groups_is_incomplete(tmp_path: Path) -> None:
    """F of G2 has no score, so that nobody knows whether D of category a goes on; A is not its winner yet."""
    entries = {"A": "G1/a", "D": "G2/a", "F": "G2/b"}
    marks = {"r1": each(A=90, D=95) | {"F": "60 -"}, "r2": each(A=90)}
    result = ranked(contest(single(**cut(1)), single(), final=prizes("category")), entries, marks, tmp_path)
    assert shown(result, "final", "category", "a") == ["1 A 90.0", "2 D 95.00"]
    assert set(result.of("final", "category", "a")["state"]) == {"provisional"}


def test_groups_and_categories_are_listed_in_the_rules_order(tmp_path: Path) -> None:
    document = contest(single())
    document["groups"] = document["groups"][::-1]
    document["categories"] = document["categories"][::-1]
    entries = {"A": "G1/a", "B": "G1/b", "C": "G2/a", "D": "G2/b"}
    result = ranked(document, entries, {"r1": each(A=1, B=2, C=3, D=4)}, tmp_path)
    scopes = ["overall", "G2", "G1", "b", "a", "G2/b", "G2/a", "G1/b", "G1/a"]
    assert list(result.ranking["scope_id"].unique()) == scopes


def test_a_category_of_one_group_is_listed_as_in_that_group(tmp_path: Path) -> None:
    """D alone is in category b: its list is that of G2/b, not one by another round."""
    entries = TWO_CUTS | {"E": "G2/b"}
    marks = {"r1": each(A=60, B=50, C=40, D=80, E=70), "r2": each(A=99, D=10)}
    result = ranked(contest(single(**cut(1)), single(), final=FINAL_SUM), entries, marks, tmp_path)
    same = ["1 D 52.0", "2 E 70.00"]
    assert shown(result, "final", "category", "b") == shown(result, "final", "group_category", "G2/b") == same


def test_finalists_of_several_cells_meet_in_their_group(tmp_path: Path) -> None:
    """Each category sends its best; the group's prizes go to them, whatever the others had."""
    final = FINAL_SUM | {"awards": [{"scope": "group", "names": PRIZES}]}
    entries = {"A": "G1/a", "B": "G1/a", "C": "G1/b"}
    marks = {"r1": each(A=90, B=80, C=50), "r2": each(A=50, C=60)}
    result = ranked(contest(single(**cut(1, scope="group_category")), single(), final=final), entries, marks, tmp_path)
    assert shown(result, "final", "group", "G1") == ["1 A 74.0 Juara I", "2 C 54.0 Juara II", "3 B 80.00"]


def test_one_cut_over_all_groups_needs_no_common_round(tmp_path: Path) -> None:
    result = ranked(
        contest(single(**cut(2, scope="overall")), single(), final=FINAL_SUM),
        TWO_CUTS,
        MEETING | {"r2": each(C=10, D=20)},
        tmp_path,
    )
    assert shown(result, "final") == ["1 C 58.0", "2 D 56.0", "3 A 60.00", "4 B 50.00"]


# What is shown, and of whom


@pytest.mark.parametrize(
    ("closed", "rounds"),
    [((), []), (("r1",), ["r1"]), (("r2",), []), (("r1", "r2"), ["r1", "r2", "final"])],
)
def test_open_rounds_show_nothing_and_there_is_no_final_before_the_last(
    closed: Sequence[str], rounds: list[str], tmp_path: Path
) -> None:
    marks = {"r1": each(A=90), "r2": each(A=80)}
    result = ranked(contest(single(), single()), "A", marks, tmp_path, closed=frozenset(closed))
    assert list(result.ranking["round"].unique()) == rounds
    assert list(result.scores) == [name for name in rounds if name != "final"]


def test_who_is_out_is_in_no_list(tmp_path: Path) -> None:
    result = ranked(contest(single()), "ABC", {"r1": each(A=90, B=80, C=70)}, tmp_path, out={"A": "r1"})
    assert shown(result, "final") == ["1 B 80.00", "2 C 70.00"]


@pytest.mark.parametrize(("simulated", "state"), [(True, "simulation"), (False, "result")])
def test_states_tell_simulated_results_from_real_ones(simulated: bool, state: str, tmp_path: Path) -> None:  # noqa: FBT001
    document = contest(single(), simulated=simulated)
    assert set(ranked(document, "A", {"r1": each(A=1)}, tmp_path).ranking["state"]) == {state}
    assert set(ranked(document, "A", {"r1": {"A": "1 -"}}, tmp_path).ranking["state"]) == {"provisional"}


def test_marks_of_unknown_things_are_passed_over(tmp_path: Path) -> None:
    rules_ = rules(contest(single()), tmp_path)
    given_ = case(rules_, "AB", {"r1": each(A=90, B=80)})
    strangers = {
        ("r1", "J1", "Z", "mark"): "1",
        ("r1", "J9", "A", "mark"): "1",
        ("r1", "J1", "A", "k9"): "1",
        ("r9", "J1", "A", "mark"): "1",
        ("r1", "", "", ""): "",
    }
    more = replace(
        given_, marks={**given_.marks, **strangers}, recusals=frozenset({("J9", "Z", ""), ("J1", "Z", "r9")})
    )
    assert shown(rank(rules_, record(more)), "final") == ["1 A 90.00", "2 B 80.00"]


def test_categorical_columns_give_the_same_result(tmp_path: Path) -> None:
    rules_ = rules(contest(single()), tmp_path)
    given_ = record(case(rules_, "ABC", {"r1": each(A=90, B=80, C=85)}))
    narrow = replace(given_, marks=given_.marks.astype("category"), panel=given_.panel.astype("category"))
    assert rank(rules_, narrow).ranking.equals(rank(rules_, given_).ranking)


def test_ballots_are_put_in_order_anew_in_each_scope(tmp_path: Path) -> None:
    """Over both groups A is ahead of B by D and E between them; within the group, B's two first places win."""
    ballots = single(
        kind="ranks",
        scale={"low": 1, "high": 9, "step": 1},
        score=[{"over": "judges", "by": "points", "curve": "borda", "round": 0}],
    )
    entries = {"A": "G1/a", "B": "G1/a", "D": "G2/a", "E": "G2/a"}
    marks = {
        "r1 J1": {"A": 1, "D": 2, "E": 3, "B": 4},
        "r1 J2": {"B": 1, "A": 2, "D": 3, "E": 4},
        "r1 J3": {"B": 1, "A": 2, "D": 3, "E": 4},
    }
    result = ranked(contest(ballots), entries, marks, tmp_path)
    assert shown(result, "r1")[:2] == ["1 A 7", "2 B 6"]
    assert shown(result, "r1", "group", "G1") == ["1 B 2", "2 A 1"]
