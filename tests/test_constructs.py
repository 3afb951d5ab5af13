"""What rules can say, construct by construct: one small contest each, its result published or worked out by hand.

Each case gives a rules document, entries, marks and what else the registers say, and the lists that must come out, best
first, as :func:`contests.shown` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from contests import case, contest, record, rules, shown, single, weighted

from kit.edition import Edition
from kit.scoring.ranking import rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Construct(NamedTuple):
    """A contest and what must come of it.

    Args:
        document: its rules.
        entries: ids, or ids with ``group/category``.
        marks: as :func:`contests.case` takes them.
        expected: lists by ``round``, or by ``round scope scope_id``.
        more: further fields of the case.
    """

    document: Mapping[str, Any]
    entries: Mapping[str, str] | Sequence[str]
    marks: Mapping[str, Mapping[str, object]]
    expected: Mapping[str, list[str]]
    more: Mapping[str, Any] = {}


SMALL = {"low": 0, "high": 10, "step": "0.5"}


def ballots(by: str, most: int, **more: object) -> dict[str, Any]:
    """A round in which judges order the entries."""
    return single(kind="ranks", scale={"low": 1, "high": most, "step": 1}, score=[{"over": "judges", "by": by, **more}])


def orders(*counted: tuple[int, str]) -> dict[str, dict[str, str]]:
    """So many ballots of each order, best first, as marks of round r1."""
    every = [order for n, order in counted for _ in range(n)]
    return {"r1": {entry: " ".join(str(order.index(entry) + 1) for order in every) for entry in sorted(every[0])}}


def one_judge(**more: object) -> dict[str, Any]:
    """A round of one judge's single marks."""
    return single(**{"score": [{"over": "judges", "by": "mean", "round": 0}], **more})


def values_of(**of_entries: object) -> dict[str, Any]:
    """One value ``v`` of each entry."""
    return {"values": {(entry, "v"): str(value) for entry, value in of_entries.items() if value is not None}}


def columns(**texts: str) -> dict[str, Any]:
    """One column of each entry: ``place="A:far B:near"``."""
    about: dict[str, dict[str, str]] = {}
    for name, said in texts.items():
        for pair in said.split():
            entry, _, text = pair.partition(":")
            about.setdefault(entry, {})[name] = text
    return {"about": about}


def final(*awards: Mapping[str, object], **more: object) -> dict[str, Any]:
    return {"awards": [{"scope": "overall", **one} for one in awards], **more}


# The capital of Tennessee: 42 voters Memphis > Nashville > Chattanooga > Knoxville, and so on.
TENNESSEE = orders((42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM"))
# Schulze's example of 45 voters, as in the public summaries of his method: E > A > C > B > D.
SCHULZE = orders(
    *[(5, "ACBED"), (5, "ADECB"), (8, "BEDAC"), (3, "CABED"), (7, "CAEBD"), (2, "CBADE"), (7, "DCEBA"), (8, "EBADC")]
)
# Tables of the repository sdobber/BallroomSkatingSystem.jl (MIT) for rules 5 to 8, judges in columns.
SKATING = {"A": "1 1 1 5 2", "B": "2 3 3 1 1", "C": "3 2 2 2 5", "D": "4 4 5 3 3", "E": "5 5 4 4 4"}
SKATING_SHARED = {"A": "1 1 3 3 4", "B": "2 2 2 2 2", "C": "3 3 4 1 1", "D": "4 4 1 4 3"}

VOTES = {
    "plurality": Construct(
        contest(ballots("points", 4, table=[1], round=0)),
        "CKMN",
        TENNESSEE,
        {"r1": ["1 M 42", "2 N 26", "3 K 17", "4 C 15"]},
    ),
    "borda": Construct(
        contest(ballots("points", 4, curve="borda", round=0)),
        "CKMN",
        TENNESSEE,
        {"r1": ["1 N 194", "2 C 173", "3 M 126", "4 K 107"]},
    ),
    "sum of places, the lowest first": Construct(
        contest(ballots("points", 4, curve="places", round=0) | {"direction": "low"}),
        "CKMN",
        TENNESSEE,
        {"r1": ["1 N 206", "2 C 227", "3 M 274", "4 K 293"]},
    ),
    "pairwise": Construct(
        contest(ballots("pairwise", 4)), "CKMN", TENNESSEE, {"r1": ["1 N 3", "2 C 2", "3 K 1", "4 M 0"]}
    ),
    "runoff": Construct(contest(ballots("runoff", 4)), "CKMN", TENNESSEE, {"r1": ["1 K 3", "2 M 2", "3 N 1", "4 C 0"]}),
    "strongest paths": Construct(
        contest(ballots("pairwise", 5)), "ABCDE", SCHULZE, {"r1": ["1 E 4", "2 A 3", "3 C 2", "4 B 1", "5 D 0"]}
    ),
    "a circle of three is shared": Construct(
        contest(ballots("pairwise", 3)),
        "ABC",
        orders((1, "ABC"), (1, "BCA"), (1, "CAB")),
        {"r1": ["1= A 0", "1= B 0", "1= C 0"]},
    ),
    "majority": Construct(
        contest(ballots("majority", 5)), "ABCDE", {"r1": SKATING}, {"r1": ["1 A 4", "2 B 3", "3 C 2", "4 D 1", "5 E 0"]}
    ),
    "majority, a shared second place": Construct(
        contest(ballots("majority", 4)), "ABCD", {"r1": SKATING_SHARED}, {"r1": ["1 B 3", "2= A 1", "2= C 1", "4 D 0"]}
    ),
    # J3 ranked A alone: nobody else gets points from J3, and J3's order has one place.
    "unranked gets nothing": Construct(
        contest(ballots("points", 3, curve="borda", round=0) | {"missing": "zero"}),
        "ABC",
        {"r1": {"A": "1 2 1", "B": "2 1 -", "C": "3 3 -"}},
        {"r1": ["1= A 3", "1= B 3", "3 C 0"]},
    ),
    "unranked stands behind the ranked": Construct(
        contest(ballots("pairwise", 3) | {"missing": "zero"}),
        "ABC",
        {"r1": {"A": "1 2 -", "B": "2 1 -", "C": "- - 1"}},
        {"r1": ["1= A 1", "1= B 1", "3 C 0"]},
    ),
}

# KLHK's award for geospatial work: jurors 50, 60 and 54 give 54,67, weighted with 35 percent 19,13.
KLHK = contest(
    single(),
    final=final(
        {
            "id": "sebutan",
            "basis": {"round": "r1"},
            "bands": [
                {"at_least": least, "name": name}
                for least, name in (
                    (81, "Sangat Baik"),
                    (61, "Baik"),
                    (41, "Cukup"),
                    (21, "Kurang"),
                    (1, "Sangat Kurang"),
                )
            ],
        },
        score=[{"over": "rounds", "by": "weighted_sum", "weights": {"r1": "0.35"}, "round": 2}],
    ),
)
THREE_RUNS = [single(missing="no_score") for _ in range(3)]
BEST = {"over": "rounds", "by": "sum", "best": 1, "round": 2}
SUM = {"over": "rounds", "by": "sum", "round": 0}
MEAN = [{"over": "criteria", "by": "mean"}, {"over": "judges", "by": "mean", "round": 2}]


def adjusted(**step: object) -> dict[str, Any]:
    """A round of one judge whose score is adjusted."""
    return one_judge(score=[{"over": "judges", "by": "mean"}, {"over": "entry", "round": 1, **step}])


SCORES = {
    "a worked example with bands": Construct(
        KLHK,
        "A",
        {"r1": {"A": "50 60 54"}},
        {"r1": ["1 A 54.67"], "final": ["1 A 19.13"], "sebutan": ["1 A 54.67 Cukup"]},
    ),
    "bonus for some": Construct(
        contest(adjusted(by="add", points=5, where={"remote": ["ya"]})),
        "AB",
        {"r1": {"A": "80", "B": "78"}},
        {"r1": ["1 B 83.0", "2 A 80.0"]},
        columns(remote="A:tidak B:YA"),
    ),
    # Days late by bands: from one day 2 points, from four days 10; C's file says nothing and costs nothing.
    "penalty by bands": Construct(
        contest(
            adjusted(
                by="add",
                value="v",
                bands=[{"at_least": 0, "points": 0}, {"at_least": 1, "points": -2}, {"at_least": 4, "points": -10}],
            )
        ),
        "ABC",
        {"r1": {"A": "80", "B": "85", "C": "79"}},
        {"r1": ["1 C 79.0", "2 A 78.0", "3 B 75.0"]},
        values_of(A=3, B=4),
    ),
    # Diving: Noah Williams' first dive of the Olympic final 2024, 78.40 points.
    "five dropped to three, times the difficulty": Construct(
        contest(
            one_judge(
                scale=SMALL,
                score=[
                    {"over": "judges", "by": "trimmed_sum", "drop_high": 2, "drop_low": 2},
                    {"over": "entry", "by": "times", "value": "v", "round": 2},
                ],
            )
        ),
        "AB",
        {"r1": {"A": "8 8 8 8 8.5 8.5 9", "B": "7 7 7 7.5 7 7 7"}},
        {"r1": ["1 A 78.40", "– B None"]},
        values_of(A="3.2"),
    ),
    "share of the best": Construct(
        contest(adjusted(by="share", points=100)),
        "ABC",
        {"r1": {"A": "80", "B": "60", "C": "0"}},
        {"r1": ["1 A 100.0", "2 B 75.0", "3 C 0.0"]},
    ),
    "a value beside marks, criteria first": Construct(
        contest(
            weighted(
                {"k1": 60, "k2": 40},
                criteria=[
                    {"id": "k1", "name": "k1", "weight": 60},
                    {"id": "k2", "name": "k2", "weight": 40, "value": "v", "bands": [{"at_least": 10, "points": 50}]},
                ],
            )
        ),
        "AB",
        {"r1 J1": {"A": "70", "B": "90"}, "r1 J2": {"A": "80", "B": "70"}},
        {"r1": ["1 A 65.00", "2 B 48.00"]},
        values_of(A=12, B=9),
    ),
    "values alone": Construct(
        contest(
            {
                "kind": "values",
                "direction": "low",
                "criteria": [{"id": "t", "name": "t", "value": "v"}],
                "score": [{"over": "criteria", "by": "sum", "round": 2}],
            }
        ),
        "ABC",
        {},
        {"r1": ["1 B 9.58", "2 A 9.63", "– C None"]},
        values_of(A="9.63", B="9.58", C=None),
    ),
    # Milano-Cortina 2026: James 48.75 and 93.50, Yamada 92.00 twice; the second best decides between equals.
    "best of three, then the second best": Construct(
        contest(*THREE_RUNS, final={"score": [BEST], "ties": [{"by": "next_best"}]}),
        "JYZ",
        {
            "r1": {"J": "48.7", "Y": "92", "Z": "92"},
            "r2": {"J": "93.5", "Y": "-", "Z": "90"},
            "r3": {"J": "-", "Y": "92", "Z": "-"},
        },
        {"final": ["1 J 93.50", "2 Y 92.00 (next_best)", "3 Z 92.00 (next_best)"]},
    ),
    "best two criteria of three": Construct(
        contest(
            weighted(
                {"k1": 1, "k2": 1, "k3": 1},
                score=[
                    {"over": "criteria", "by": "mean", "best": 2},
                    {"over": "judges", "by": "sum", "best": 1, "round": 1},
                ],
            )
        ),
        "A",
        {"r1 J1": {"A": "10 20 30"}, "r1 J2": {"A": "40 0 40"}},
        {"r1": ["1 A 40.0"]},
    ),
    # Mean of A's marks 20 and of B's 10; J1 has sd 8.16..., J2 gives everybody the same.
    "standardised marks": Construct(
        contest(single(score=[{"over": "judges", "by": "z_score", "round_terms": 3, "round": 3}])),
        "ABC",
        {"r1": {"A": "30 50", "B": "20 50", "C": "10 50"}},
        {"r1": ["1 A 0.613", "2 B 0.000", "3 C -0.613"]},
    ),
    # Jury 12 and 8 give 10, the public 4; with 75 and 25 percent 8.5.
    "juries with shares": Construct(
        contest(
            single(
                juries=[
                    {"id": "ahli", "name": "Ahli", "judges": ["J1", "J2"], "share": 75},
                    {"id": "publik", "name": "Publik", "judges": ["J3"], "share": 25},
                ]
            )
        ),
        "ABC",
        {"r1": {"A": "12 8 4", "B": "6 6 18", "C": "50 50 -"}},
        {"r1": ["1 B 9.00", "2 A 8.50", "– C None"]},
    ),
    # J1 is 2 below everybody else, yet alone in a jury: nothing is pulled in. Over one panel it would be.
    "extreme marks are pulled in within a jury": Construct(
        contest(
            single(
                juries=[
                    {"id": "a", "name": "A", "judges": ["J1"]},
                    {"id": "b", "name": "B", "judges": ["J2", "J3", "J4"]},
                ],
                score=[{"over": "judges", "by": "clipped_mean", "limit": "0.5", "round": 2}],
            )
        ),
        "A",
        {"r1": {"A": "3 5 5 8"}},
        {"r1": ["1 A 4.42"]},
    ),
    # Eurovision 2019, second semi-final: jury and televote of Albania alone, 12-10-8 for the first three of each.
    "jury and televote": Construct(
        contest(
            ballots("points", 10, table=[12, 10, 8, 7, 6, 5, 4, 3, 2, 1], round=0) | {"missing": "zero"},
            ballots("points", 10, table=[12, 10, 8, 7, 6, 5, 4, 3, 2, 1], round=0) | {"missing": "zero"},
            final={"score": [SUM], "ties": [{"by": "round", "of": "r2"}]},
        ),
        ["mk", "az", "nl", "se", "no"],
        {
            "r1 J": {"mk": "1", "az": "2", "se": "4", "nl": "7", "no": "-"},
            "r2 T": {"no": "1", "nl": "2", "mk": "3", "az": "4", "se": "7"},
        },
        {
            "r1": ["1 mk 12", "2 az 10", "3 se 8", "4 nl 7", "5 no 0"],
            "final": ["1 mk 20", "2 nl 17 (r2)", "3 az 17 (r2)", "4 se 14", "5 no 12"],
        },
    ),
}

MISSING = {
    "no score": ["1 B 60.00", "– A None"],
    "zero": ["1 B 60.00", "2 A 40.00"],
    "left_out": ["1 A 80.00", "2 B 60.00"],
}
SCORES |= {
    f"missing: {name}": Construct(
        contest(single(missing=name.replace(" ", "_"))), "AB", {"r1": {"A": "80 -", "B": "60 60"}}, {"r1": expected}
    )
    for name, expected in MISSING.items()
}
SCORES |= {
    "missing in one criterion: the weights that are there": Construct(
        contest(weighted({"k1": 60, "k2": 40}, missing="left_out")),
        "A",
        {"r1 J1": {"A": "50 -"}, "r1 J2": {"A": "50 100"}},
        {"r1": ["1 A 60.00"]},
    )
}

BY_CATEGORY = [
    {"id": "k1", "name": "k1", "weight": 50},
    {"id": "k2", "name": "k2", "weight": 50, "where": {"category": ["a"]}},
    {"id": "k3", "name": "k3", "weight": 50, "where": {"category": ["b"]}},
]
PANELS = {
    "criteria by category": Construct(
        contest(weighted({"k1": 100}, criteria=BY_CATEGORY)),
        {"A": "G1/a", "B": "G1/b"},
        {"r1 J1": {"A": "80 60 -", "B": "80 - 70"}},
        {"r1": ["1 B 75.00", "2 A 70.00"]},
    ),
    # Who is on no panel of an entry is not waited for; the expert marks k2 alone, the others all the rest.
    "a panel for one criterion": Construct(
        contest(
            weighted(
                {"k1": 50, "k2": 50},
                criteria=[
                    {"id": "k1", "name": "k1", "weight": 50, "panel": ["J1", "J2"]},
                    {"id": "k2", "name": "k2", "weight": 50, "panel": ["J3"]},
                ],
                score=[{"over": "judges", "by": "mean"}, {"over": "criteria", "by": "weighted_mean", "round": 2}],
            )
        ),
        "A",
        {"r1 J1": {"A": "60 -"}, "r1 J2": {"A": "80 -"}, "r1 J3": {"A": "- 50"}},
        {"r1": ["1 A 60.00"]},
    ),
    "a shadow panel does not count": Construct(
        contest(single(panels=[{"judges": ["J1", "J2"]}, {"judges": ["J3"], "shadow": True}])),
        "A",
        {"r1": {"A": "60 80 10"}},
        {"r1": ["1 A 70.00"]},
    ),
}

# Formula 1 of 1988 in small: equal points, more wins; then more second places.
RACE = {
    "kind": "values",
    "missing": "zero",
    "score": [{"over": "criteria", "by": "sum", "round": 0}],
}


def race(name: str) -> dict[str, Any]:
    """A race whose places are values."""
    places = [{"at_least": place, "points": points} for place, points in ((1, 9), (2, 6), (3, 4), (4, 3), (5, 0))]
    return RACE | {"criteria": [{"id": "place", "name": "Tempat", "value": name, "bands": places}]}


def places(**of_races: str) -> dict[str, Any]:
    """The order of finish of each race."""
    return {"values": {(entry, name): str(n) for name, order in of_races.items() for n, entry in enumerate(order, 1)}}


TIES = {
    "countback over rounds": Construct(
        contest(*map(race, ("a", "b", "c")), final={"score": [SUM], "ties": [{"by": "countback"}]}),
        "PQRS",
        {},
        {"final": ["1 P 19", "2 R 16 (countback)", "3 Q 16 (countback)", "4 S 15"]},
        places(a="PQRS", b="RPQS", c="SQPR"),
    ),
    "countback over judges": Construct(
        contest(single(ties=[{"by": "countback"}])),
        "ABC",
        {"r1": {"A": "9 1 5", "B": "6 6 3", "C": "2 2 4"}},
        {"r1": ["1 A 5.00 (countback)", "2 B 5.00 (countback)", "3 C 2.67"]},
    ),
    # J2 left B out, who stands behind C and A on that ballot: C has a first place, A has none.
    "countback over ballots with gaps": Construct(
        contest(ballots("points", 3, curve="borda", round=0) | {"missing": "zero", "ties": [{"by": "countback"}]}),
        "ABC",
        {"r1": {"A": "2 2", "B": "1 -", "C": "3 1"}},
        {"r1": ["1 B 2", "2 C 1 (countback)", "3 A 1 (countback)"]},
    ),
    "the earlier submission": Construct(
        contest(single(ties=[{"by": "column", "of": "submitted"}])),
        "ABCD",
        {"r1": {"A": "5", "B": "5", "C": "5", "D": "5"}},
        {
            "r1": [
                "1 B 5.00 (column:submitted)",
                "2 A 5.00 (column:submitted)",
                "3= C 5.00 (column:submitted)",
                "3= D 5.00 (column:submitted)",
            ]
        },
        columns(submitted="A:10 B:9"),
    ),
    "the later date": Construct(
        contest(single(ties=[{"by": "column", "of": "submitted", "first": "high"}])),
        "AB",
        {"r1": {"A": "5", "B": "5"}},
        {"r1": ["1 B 5.00 (column:submitted)", "2 A 5.00 (column:submitted)"]},
        columns(submitted="A:2025-01-09 B:2025-01-10"),
    ),
}


def cut(**advance: object) -> list[dict[str, Any]]:
    """A round with a cut, and another one."""
    return [one_judge(advance={"scope": "overall", **advance}), one_judge()]


# Four Hills Tournament: the winner of each duel, and of the losers the best. A meets D, B meets C, E meets F.
DUELS = columns(duel="A:1 D:1 B:2 C:2 E:3 F:3")
FIRST = {"A": "90", "B": "85", "C": "84", "D": "80", "E": "60", "F": "50"}
CUTS = {
    "duels with the best loser": Construct(
        contest(*cut(places=1, within="duel", plus_best=1)),
        "ABCDEF",
        {"r1": FIRST, "r2": dict.fromkeys("ABCE", "1")},
        {
            "r2": ["1= A 1", "1= B 1", "1= C 1", "1= E 1"],
            "final": ["1= A 1", "1= B 1", "1= C 1", "1= E 1", "5 D 80", "6 F 50"],
        },
        DUELS,
    ),
    "a threshold": Construct(
        contest(*cut(at_least=84)),
        "ABCDEF",
        {"r1": FIRST, "r2": dict.fromkeys("ABC", "1")},
        {"r2": ["1= A 1", "1= B 1", "1= C 1"]},
    ),
    "at most one of a unit": Construct(
        contest(*cut(places=3, per_unit=1)),
        "ABCDEF",
        {"r1": FIRST, "r2": dict.fromkeys("ACE", "1")},
        {"r2": ["1= A 1", "1= C 1", "1= E 1"]},
        {"units": {"A": "U1", "B": "U1", "C": "U2", "D": "U2", "E": "U3", "F": "U3"}},
    ),
    # Golf: the lowest total of two rounds goes on, though another led the second.
    "the total so far, the lowest first": Construct(
        contest(
            one_judge(direction="low"),
            one_judge(direction="low", advance={"scope": "overall", "places": 1, "score": SUM}),
            one_judge(direction="low"),
            final={"score": [SUM]},
        ),
        "ABC",
        {"r1": {"A": "67", "B": "73", "C": "80"}, "r2": {"A": "73", "B": "69", "C": "68"}, "r3": {"A": "72"}},
        {"r2": ["1 A 140", "2 B 142", "3 C 148"], "final": ["1 A 212", "2 B 142", "3 C 148"]},
    ),
}

GIVEN = {"A": "90", "B": "80", "C": "70", "D": "60"}
AWARDS = {
    "medals by score": Construct(
        contest(
            one_judge(),
            final=final({"bands": [{"at_least": 60, "name": "Perunggu"}, {"at_least": 80, "name": "Emas"}]}),
        ),
        "ABCD",
        {"r1": GIVEN | {"D": "59"}},
        {"final": ["1 A 90 Emas", "2 B 80 Emas", "3 C 70 Perunggu", "4 D 59"]},
    ),
    "a score that is needed": Construct(
        contest(one_judge(), final=final({"names": ["I", "II", "III"], "at_least": 80})),
        "ABCD",
        {"r1": GIVEN},
        {"final": ["1 A 90 I", "2 B 80 II", "3 C 70", "4 D 60"]},
    ),
    "at most one of a unit": Construct(
        contest(one_judge(), final=final({"names": ["I", "II"], "per_unit": 1})),
        "ABCD",
        {"r1": GIVEN},
        {"final": ["1 A 90 I", "2 B 80", "3 C 70 II", "4 D 60"]},
        {"units": {"A": "U1", "B": "U1", "C": "U2", "D": "U2"}},
    ),
    # The favourite by votes of the public; who has an award already is passed over.
    "two series and no double prize": Construct(
        contest(
            one_judge(),
            final=final(
                {"names": ["I"]}, {"id": "favorit", "names": ["Favorit"], "basis": {"value": "v"}, "no_double": True}
            ),
        ),
        "ABCD",
        {"r1": GIVEN},
        {
            "final": ["1 A 90 I", "2 B 80", "3 C 70", "4 D 60"],
            "favorit": ["1 A 900", "2 D 700 Favorit", "– B None", "– C None"],
        },
        values_of(A=900, D=700),
    ),
    "a series for some, by one criterion": Construct(
        contest(
            weighted({"k1": 50, "k2": 50}),
            final=final(
                {
                    "id": "k1",
                    "names": ["Terbaik"],
                    "basis": {"round": "r1", "criterion": "k1"},
                    "where": {"category": ["a"]},
                }
            ),
        ),
        {"A": "G1/a", "B": "G1/a", "C": "G1/b"},
        {"r1 J1": {"A": "80 20", "B": "40 90", "C": "100 100"}},
        {"k1": ["1 A 40.00 Terbaik", "2 B 20.00"]},
    ),
}


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=name)
        for group in (VOTES, SCORES, PANELS, TIES, CUTS, AWARDS)
        for name, one in group.items()
    ],
)
def test_each_construct_gives_its_result(one: Construct, tmp_path: Path) -> None:
    rules_ = rules(one.document, tmp_path)
    result = rank(rules_, record(case(rules_, one.entries, one.marks, **one.more)))
    got = {key: shown(result, *(key.split() if " " in key else (key, "overall", "overall"))) for key in one.expected}
    assert got == one.expected


def test_a_panel_for_each_category(tmp_path: Path) -> None:
    """Judges are asked about the entries of their category alone; one panel is for all."""
    panels = [
        {"judges": ["J1"], "where": {"category": ["a"]}},
        {"judges": ["J2"], "where": {"category": ["b"]}},
        {"judges": ["J3"]},
    ]
    rules(contest(single(panels=panels)), tmp_path)
    (tmp_path / "units.csv").write_text("unit_id,name,unit_type\nU,Unit,Dinas\n", encoding="utf-8")
    entries = "entry_id,title,unit_id,category\nA,Satu,U,a\nB,Dua,U,b\n"
    (tmp_path / "entries.csv").write_text(entries, encoding="utf-8")
    (tmp_path / "judges.csv").write_text("judge_id,name\nJ1,Satu\nJ2,Dua\nJ3,Tiga\n", encoding="utf-8")
    panel = Edition(tmp_path).panel("r1")
    pairs = zip(panel["entry_id"], panel["judge_id"], strict=True)
    assert sorted(map("".join, pairs)) == ["AJ1", "AJ3", "BJ2", "BJ3"]
