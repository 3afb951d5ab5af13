"""An explanation: every printed sum is right, leads from the marks to the score, and gives nobody else away."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, law, random_case, single, weighted
from contests import rules as written
from folders import save
from homes import give, play, stage
from hypothesis import example, given
from hypothesis import strategies as st
from oracle import round_to
from stand_ins import StandIn

import kit
from kit.contest import rounds
from kit.errors import Problem
from kit.explain import basis, deciding_scope, explain, tie_words
from kit.ledger import COMMITTEE, Event
from kit.scoring.ranking import FINAL, scope_names
from kit.tables import letter
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from kit.edition import Edition
    from kit.explain import Section
    from kit.rules import Rules
    from kit.texts import Language


def number(text: str) -> Fraction:
    """Read a number as Indonesians write it, or a fraction; of one that does not end, what is printed."""
    return Fraction(text.rstrip("…").replace(".", "").replace(",", "."))


def worked_out(line: str) -> Fraction | None:
    """Work out a printed sum with a pocket calculator: its right side, rounded as it says; None if it is no sum.

    Numbers with an ellipsis cannot be added up: of such a line the rounded number is taken as it stands.
    """
    if "; batasnya " in line or not (found := SUM.fullmatch(line)):
        return None
    shown, rounded = found["right"], found["rounded"]
    if "…" in found["left"]:
        return number(rounded or "0")
    ordered = [worth(term) for term in (found["sorted"] or "").split("; ") if term]
    assert ordered == sorted(ordered), line
    inside, _, divided = found["left"].strip("(").partition(") ÷ ")
    terms = re.split(r" \+ (?![^\[]*\])", inside)
    total = sum(map(worth, terms), Fraction(0))
    if divided:
        count, _, panel = divided.partition(" × ")
        assert int(count) == len(terms), line
        total = total / len(terms) * int(panel or 1)
    if shown:
        assert abs(number(shown) - total) < Fraction(1, 10**4), line
        assert shown.endswith("…") or number(shown) == total, line
    if rounded:
        places = len(rounded.partition(",")[2])
        assert number(rounded) in {round_to(total, places, way) for way in ("half_away", "half_even")}, line
    return number(rounded) if rounded else total


def worth(term: str) -> Fraction:
    """Work out a number, a factor and a number, a share of the best, or what stands after an arrow in brackets."""
    if " ÷ " in term:
        own, best, points = map(number, re.split(" [÷×] ", term))
        return own / best * points
    factor, _, value = term.strip("[]").rpartition("→ ")[2].rpartition(" × ")
    return number(value) * (number(factor) if factor else 1)


SUM = re.compile(
    r"(?:(?:Juri [A-Z]+|\w+): )?(?:diurutkan (?P<sorted>[^→]+(?:→ [^→]+\][^→]*)*) → )?"
    r"(?P<left>[-\d.,…/×÷+→ \[\]()]+?)(?: = (?P<right>\S+))?(?: → dibulatkan menjadi (?P<rounded>\S+))?"
)


def sums(section: Section) -> list[str]:
    """The lines of the steps that hold the arithmetic, and the limits of clipped means."""
    return [line for line in section.lines if "; batasnya " in line or worked_out(line) is not None]


def lettered(edition: Edition, entry: str) -> dict[str, str]:
    """Each judge's letter in an entry's explanation, found by marks that no two judges share."""
    table = explain(edition, entry).sections[0].table
    assert table is not None
    marks = edition.history.marks("r1")
    own = marks[marks["entry_id"] == entry].groupby("judge_id")["value"].agg(list)
    columns = {name: [cell.replace(",", ".") for cell in table[name]] for name in table if name.startswith("Juri ")}
    return {judge: name for judge, values in own.items() for name, cells in columns.items() if cells == values}


# The sums, one kind of step after the other


def over(axis: str, by: str, **more: Any) -> dict[str, Any]:
    return {"over": axis, "by": by, **more}


def criteria(weights: dict[str, int], *score: dict[str, Any], **scale: Any) -> dict[str, Any]:
    """A round of criteria, on a scale from 0 to 100 unless another is given, scored by these steps."""
    return weighted(weights) | {"score": list(score)} | ({"scale": scale} if scale else {})


def one_mark(*score: dict[str, Any]) -> dict[str, Any]:
    """A round of a single mark from 0 to 100, scored by these steps."""
    return single() | {"score": list(score)}


MEAN = over("judges", "mean", round=2)
# The round, what the judges J1 to J3 gave (a letter x: recused), and the lines; A is J1.
STEPS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "weighted mean out of 100": (
        criteria(
            {"K1": 15, "K2": 25, "K3": 60}, over("criteria", "weighted_mean", out_of=100), MEAN, low=1, high=5, step=0.5
        ),
        "4 3.5 5|4 3 5|1 5 2.5",
        [
            "Juri A: 3 × 4 + 5 × 3,5 + 12 × 5 = 89,5",
            "Juri B: 3 × 4 + 5 × 3 + 12 × 5 = 87",
            "Juri C: 3 × 1 + 5 × 5 + 12 × 2,5 = 58",
            "(89,5 + 87 + 58) ÷ 3 = 78,1666… → dibulatkan menjadi 78,17",
        ],
    ),
    "weighted sum, marks below zero": (
        criteria({"K1": 1, "K2": 2}, over("criteria", "weighted_sum"), MEAN, low=-3, high=3, step=1),
        "-2 3|0 -3|1 -1",
        [
            "Juri A: 1 × -2 + 2 × 3 = 4",
            "Juri B: 1 × 0 + 2 × -3 = -6",
            "Juri C: 1 × 1 + 2 × -1 = -1",
            "(4 + -6 + -1) ÷ 3 = -1 → dibulatkan menjadi -1,00",
        ],
    ),
    "factors that do not end": (
        criteria({"K1": 1, "K2": 6}, over("criteria", "weighted_mean", round=1), MEAN),
        "80 90|70 70|0 1",
        [
            "Juri A: 1/7 × 80 + 6/7 × 90 = 88,5714… → dibulatkan menjadi 88,6",
            "Juri B: 1/7 × 70 + 6/7 × 70 = 70 → dibulatkan menjadi 70,0",
            "Juri C: 1/7 × 0 + 6/7 × 1 = 0,8571… → dibulatkan menjadi 0,9",
            "(88,6 + 70 + 0,9) ÷ 3 = 53,1666… → dibulatkan menjadi 53,17",
        ],
    ),
    "rounded terms": (
        criteria({"K1": 30, "K2": 70}, over("criteria", "weighted_mean", round_terms=0), MEAN),
        "81 82|80 90|5 5",
        [
            "Juri A: [0,3 × 81 → 24] + [0,7 × 82 → 57] = 81",
            "Juri B: 0,3 × 80 + 0,7 × 90 = 87",
            "Juri C: [0,3 × 5 → 2] + [0,7 × 5 → 4] = 6",
            "(81 + 87 + 6) ÷ 3 = 58 → dibulatkan menjadi 58,00",
        ],
    ),
    "judges first": (
        criteria(
            {"K1": 15, "K2": 25, "K3": 60}, over("judges", "mean", round=1), over("criteria", "weighted_mean", round=2)
        ),
        "4 3 5|4 3 6|5 3 9",
        [
            "K1: (4 + 4 + 5) ÷ 3 = 4,3333… → dibulatkan menjadi 4,3",
            "K2: (3 + 3 + 3) ÷ 3 = 3 → dibulatkan menjadi 3,0",
            "K3: (5 + 6 + 9) ÷ 3 = 6,6666… → dibulatkan menjadi 6,7",
            "0,15 × 4,3 + 0,25 × 3 + 0,6 × 6,7 = 5,415 → dibulatkan menjadi 5,42",
        ],
    ),
    "trimmed criteria, median of judges": (
        criteria(
            {"K1": 1, "K2": 1, "K3": 1, "K4": 1}, over("criteria", "trimmed_mean"), over("judges", "median", round=1)
        ),
        "70 90 80 60|1 2 3 4|70 70 70 70",
        [
            "Juri A: diurutkan 60; 70; 80; 90 → (70 + 80) ÷ 2 = 75",
            "Juri B: diurutkan 1; 2; 3; 4 → (2 + 3) ÷ 2 = 2,5",
            "Juri C: diurutkan 70; 70; 70; 70 → (70 + 70) ÷ 2 = 70",
            "diurutkan 2,5; 70; 75 → 70 → dibulatkan menjadi 70,0",
        ],
    ),
    "mean of criteria, sum of judges": (
        criteria({"K1": 1, "K2": 1}, over("criteria", "mean"), over("judges", "sum", round=0)),
        "70 91|70 90|0 100",
        [
            "Juri A: (70 + 91) ÷ 2 = 80,5",
            "Juri B: (70 + 90) ÷ 2 = 80",
            "Juri C: (0 + 100) ÷ 2 = 50",
            "80,5 + 80 + 50 = 210,5 → dibulatkan menjadi 211",
        ],
    ),
    "sum of criteria": (
        criteria({"K1": 1, "K2": 1}, over("criteria", "sum"), MEAN),
        "70 91|70 90|0 100",
        [
            "Juri A: 70 + 91 = 161",
            "Juri B: 70 + 90 = 160",
            "Juri C: 0 + 100 = 100",
            "(161 + 160 + 100) ÷ 3 = 140,3333… → dibulatkan menjadi 140,33",
        ],
    ),
    "sum with a recusal": (
        one_mark(over("judges", "sum", round=1)),
        "80 81.5 x",
        ["(80 + 81,5) ÷ 2 × 3 = 242,25 → dibulatkan menjadi 242,3"],
    ),
    "mean with a recusal": (one_mark(MEAN), "80 81 x", ["(80 + 81) ÷ 2 = 80,5 → dibulatkan menjadi 80,50"]),
    "one judge left": (one_mark(MEAN), "80.5 x x", ["80,5 → dibulatkan menjadi 80,50"]),
    "even median": (
        one_mark(over("judges", "median", round=2)),
        "90 80 x",
        ["diurutkan 80; 90 → (80 + 90) ÷ 2 = 85 → dibulatkan menjadi 85,00"],
    ),
    "trimmed mean of judges": (
        one_mark(over("judges", "trimmed_mean", drop_low=0, round=2)),
        "90 70 81",
        ["diurutkan 70; 81; 90 → (70 + 81) ÷ 2 = 75,5 → dibulatkan menjadi 75,50"],
    ),
    "clipped mean": (
        one_mark(over("judges", "clipped_mean", limit=5, round=2)),
        "80 80 95",
        [
            "rata-rata semua juri (80 + 80 + 95) ÷ 3 = 85; batasnya 80 dan 90",
            "(80 + 80 + [95 → 90]) ÷ 3 = 83,3333… → dibulatkan menjadi 83,33",
        ],
    ),
    "judges with weights": (
        one_mark(over("judges", "weighted_mean", weights={"J1": 2}, round=2)),
        "80 90 70",
        ["0,5 × 80 + 0,25 × 90 + 0,25 × 70 = 80 → dibulatkan menjadi 80,00"],
    ),
    "weights of judges with a recusal": (
        one_mark(over("judges", "weighted_sum", weights={"J3": 2}, round=2)),
        "80 90 x",
        ["2 × 80 + 2 × 90 = 340 → dibulatkan menjadi 340,00"],
    ),
    "points": (
        one_mark(over("judges", "points", table=[12, 10, 8], round=1)),
        "90 80 70",
        ["12 + 8 + 8 = 28 → dibulatkan menjadi 28,0"],
    ),
    "points with a recusal": (
        one_mark(over("judges", "points", curve="borda", recused="mean", round=1)),
        "90 80 x",
        ["(3 + 1) ÷ 2 × 3 = 6 → dibulatkan menjadi 6,0"],
    ),
}
STEPS |= {
    "the best two": (
        one_mark(over("judges", "mean", best=2, round=1)),
        "80 90 75",
        ["diurutkan 75; 80; 90 → (80 + 90) ÷ 2 = 85 → dibulatkan menjadi 85,0"],
    ),
    "the best two of criteria, the lowest": (
        criteria({"K1": 1, "K2": 1, "K3": 1}, over("criteria", "sum", best=2), MEAN) | {"direction": "low"},
        "4 3 5|4 3 6|5 3 9",
        [
            "Juri A: diurutkan 3; 4; 5 → 3 + 4 = 7",
            "Juri B: diurutkan 3; 4; 6 → 3 + 4 = 7",
            "Juri C: diurutkan 3; 5; 9 → 3 + 5 = 8",
            "(7 + 7 + 8) ÷ 3 = 7,3333… → dibulatkan menjadi 7,33",
        ],
    ),
    "the sum without the extremes": (
        one_mark(over("judges", "trimmed_sum", drop_low=0, round=0)),
        "80 90 x",
        ["diurutkan 80; 90 → 80 × 2 = 160 → dibulatkan menjadi 160"],
    ),
    "juries": (
        one_mark(MEAN)
        | {
            "juries": [
                {"id": "ahli", "name": "Ahli", "judges": ["J1", "J3"], "share": 70},
                {"id": "warga", "name": "Warga", "judges": ["J2"], "share": 30},
            ]
        },
        "80 60 71",
        ["Ahli: (80 + 71) ÷ 2 = 75,5", "Warga: 60", "0,7 × 75,5 + 0,3 × 60 = 70,85 → dibulatkan menjadi 70,85"],
    ),
    "a bonus, a factor and a share of the best": (
        one_mark(
            over("judges", "mean"),
            over("entry", "add", points=-2.5, where={"category": "A"}),
            over("entry", "times", points=1.1, where={"category": "b"}),
            over("entry", "share", points=40, round=2),
        ),
        "80 60 70",
        ["(80 + 60 + 70) ÷ 3 = 70", "70 + -2,5 = 67,5", "67,5 ÷ 80,8333… × 40 = 33,4020… → dibulatkan menjadi 33,40"],
    ),
    # J1: (90 - 68.75) / 15.155..., J2: (85 - 80) / 11.726..., J3: (75 - 76.25) / 10.825...
    "standardised marks": (
        one_mark(over("judges", "z_score", round_terms=2, round=2)),
        "90 85 75",
        ["(1,4 + 0,43 + -0,12) ÷ 3 = 0,57 → dibulatkan menjadi 0,57"],
    ),
    "a mark left out": (
        criteria({"K1": 1, "K2": 1}, over("criteria", "weighted_mean"), MEAN) | {"missing": "left_out"},
        "70 91|70 -|0 100",
        [
            "Juri A: 0,5 × 70 + 0,5 × 91 = 80,5",
            "Juri B: 1 × 70 = 70",
            "Juri C: 0,5 × 0 + 0,5 × 100 = 50",
            "(80,5 + 70 + 50) ÷ 3 = 66,8333… → dibulatkan menjadi 66,83",
        ],
    ),
    "a mark counted as 0": (
        criteria({"K1": 1, "K2": 1}, over("criteria", "mean"), MEAN) | {"missing": "zero"},
        "70 91|70 -|0 100",
        [
            "Juri A: (70 + 91) ÷ 2 = 80,5",
            "Juri B: (70 + 0) ÷ 2 = 35",
            "Juri C: (0 + 100) ÷ 2 = 50",
            "(80,5 + 35 + 50) ÷ 3 = 55,1666… → dibulatkan menjadi 55,17",
        ],
    ),
}
OTHERS = {"E2": "75 85 90", "E3": "60 60 60", "E4": "50 90 80"}  # where ballots are put in order


@pytest.fixture
def by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters follow the judges' ids, so that lines can be written down."""

    def ordered(_edition: Edition, _document: str, judges: set[str]) -> dict[str, str]:
        return {judge: letter(n) for n, judge in enumerate(sorted(judges))}

    monkeypatch.setattr("kit.explain.letters", ordered)


def told(home: Path, round_: dict[str, Any], marks: str, **more: Any) -> Edition:
    """A contest of one round that is over; ``x`` stands for a judge who is recused from E1."""
    parts = marks.split("|") if "|" in marks else marks.split()
    conflicts = {f"J{n}": "E1:kerabat" for n, part in enumerate(parts, 1) if part == "x"}
    others = {} if "|" in marks else OTHERS
    edition = stage(home, contest(round_, **more), ["E1", *others], conflicts=conflicts)
    return play(edition, "r1", {"E1": marks.replace("x", "-"), **others}, "uji" if "-" in marks else "")


@pytest.mark.usefixtures("by_id")
@pytest.mark.parametrize("case", STEPS)
def test_each_kind_of_step_is_printed_as_a_sum(home: Path, case: str) -> None:
    round_, marks, lines = STEPS[case]
    edition = told(home, round_, marks)
    section = explain(edition, "E1").sections[0]
    assert sums(section) == lines
    assert worked_out(lines[-1]) == Fraction(
        edition.result.of("r1", "group", "G1").set_index("entry_id")["score"]["E1"]
    )


# The same on random contests of every kind


@given(st.integers(0, 2**32 - 1), st.booleans())
@example(408, True)  # noqa: FBT003  (the middle of each jury, of which the parts are in no order)
@example(241, True)  # noqa: FBT003  (criteria of which none concerns an entry)
@law(60)
def test_every_printed_sum_of_any_contest_leads_to_the_score(seed: int, wide: bool) -> None:  # noqa: FBT001
    edition: Any = StandIn(random_case(Random(seed), most=5, wide=wide))
    rules, ranking = edition.rules, edition.result.ranking
    for entry in edition.registers.entries["entry_id"]:
        sections = {section.title: section for section in explain(edition, entry).sections}
        own = ranking[ranking["entry_id"] == entry].set_index(["round", "scope"])
        for name in edition.result.scores:
            round_ = rules.round(name)
            section = sections.get(Texts()("explain.marks_of", round=round_.name.say("id")))
            assert (section is None) == own.empty
            if section is None or (name, "group") not in own.index:
                continue
            score = own["score"][name, deciding_scope(rules, name)]
            steps = [line for line in section.lines if line.startswith("Langkah")]
            assert len(steps) in {0, len(round_.score)}
            if score is not None:
                votes = "Proposal yang berada di belakangnya: "
                found = [
                    number(line.removeprefix(votes).rstrip(".")) if line.startswith(votes) else worked_out(line)
                    for line in section.lines
                    if line.startswith(votes) or line in sums(section)
                ]
                assert found[-1] == Fraction(score)
        if (FINAL, "group") in own.index:
            check_final(sections["Nilai akhir"], own.loc[(FINAL, deciding_scope(rules, FINAL))], rules)


def check_final(section: Section, row: pd.Series[Any], rules: Rules) -> None:
    """An entry that was scored in the last round has a sum that leads to its score, and no other has one."""
    alone = [number(line.rpartition(" ")[2]) for line in section.lines if line.startswith("Nilai tahap terakhir saja")]
    found = [*alone, *map(worked_out, sums(section))]
    scored = row["last_round"] == rules.scored_rounds[-1].id and row["score"] is not None
    assert found[-1:] == ([Fraction(row["score"])] if scored else [])
    assert rules.final.adjusting or len(found) == scored


# What else an explanation says


def said(edition: Edition, entry: str, n: int = 0) -> list[str]:
    """The sentences of one section that hold no sum."""
    lines = explain(edition, entry).sections[n].lines
    return [line for line in lines if not line.startswith("Langkah") and worked_out(line) is None]


LETTERS = (
    "Huruf juri diacak untuk dokumen ini dan tidak menunjukkan urutan nama. "
    "Juri yang sama mendapat huruf yang sama di semua tahap."
)
ALONE = "Hanya ada satu peserta pada {} sehingga peringkat tidak ditampilkan."


RECUSED = "1 juri tidak menilai karena konflik kepentingan."
TOO_FEW = (
    "Jumlah juri yang berhak menilai (2) kurang dari yang disyaratkan (3) sehingga tidak ada nilai pada tahap ini."
)
SHEETS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "complete": (one_mark(MEAN), "80 80 80", []),
    "recused": (one_mark(MEAN), "80 81 x", [RECUSED, "Nilai ini adalah rata-rata nilai 2 di antara 3 juri."]),
    "recused, no mean": (
        one_mark(over("judges", "median", round=2)),
        "80 81 x",
        [RECUSED, "Nilai dihitung dari nilai 2 di antara 3 juri."],
    ),
    "missing": (
        one_mark(MEAN),
        "80 - -",
        ["2 lembar penilaian belum lengkap sehingga proposal ini belum memiliki nilai pada tahap ini."],
    ),
    "too few": (one_mark(MEAN) | {"min_judges": 3}, "80 81 x", [RECUSED, TOO_FEW]),
    "too few to trim": (one_mark(over("judges", "trimmed_mean", round=2)), "80 81 x", [RECUSED, TOO_FEW]),
    "no points": (
        one_mark(over("judges", "points", curve="borda", round=1)),
        "80 81 x",
        [RECUSED, "Menurut ketentuan, urutan dari sebagian juri saja tidak menghasilkan nilai pada tahap ini."],
    ),
    "not counting": (
        one_mark(MEAN) | {"not_counting": ["J3"]},
        "80 81 82",
        ["Nilai dari 1 juri lain dicatat, tetapi menurut ketentuan tidak dihitung."],
    ),
    "not counting, no mark": (one_mark(MEAN) | {"not_counting": ["J3"]}, "80 81 -", []),
}


@pytest.mark.parametrize("case", SHEETS)
def test_what_is_said_about_the_sheets(home: Path, case: str) -> None:
    round_, marks, lines = SHEETS[case]
    conflicts = {"J3": "E1:kerabat"} if marks.endswith("x") else {}
    edition = stage(home, contest(round_), ["E1"], conflicts=conflicts)
    rounds.open(edition, "r1", "Cukup")
    give(edition, "r1", {"E1": marks.replace("x", "-")})
    rounds.close(edition, "r1", "Cukup")
    assert [line for line in said(edition, "E1") if "peringkat" not in line] == [LETTERS, *lines]


# What the rules may ask beyond marks: values, places, votes, thresholds, series of awards


def with_registers(
    home: Path, document: dict[str, Any], entries: dict[str, str], values: dict[str, str] | None = None, **columns: str
) -> Edition:
    """An edition whose entries have further columns (a text an entry, parted by blanks) and values (``suara:5``)."""
    edition = stage(home, contest(single()), entries)
    written(document, edition.folder)
    path = edition.folder / "entries.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    texts = zip(*(column.split() for column in columns.values()), strict=True)
    save(path, [[*head, *columns], *([*row, *more] for row, more in zip(rows, texts or [[]] * len(rows), strict=True))])
    found = [[entry, *value.split(":"), "Panitia"] for entry, own in (values or {}).items() for value in own.split()]
    save(edition.folder / "values.csv", [["entry_id", "value_id", "value", "source"], *found])
    edition.ledger.close()
    return kit.open("2025")


@pytest.mark.usefixtures("by_id")
def test_a_value_says_where_it_stands_and_what_it_is_worth(home: Path) -> None:
    bands = [{"at_least": 0, "points": 10}, {"at_least": 100, "points": 60}]
    parts = [
        {"id": "K1", "name": "Manfaat", "weight": 3},
        {"id": "K2", "name": "Lain", "weight": 1, "where": {"category": ["b"]}},
        {"id": "K3", "name": "Suara warga", "weight": 1, "value": "suara", "bands": bands},
    ]
    score = [over("criteria", "weighted_mean"), over("judges", "mean"), over("entry", "add", value="denda", round=2)]
    document = contest(single(criteria=parts, weights_total=5, score=score))
    edition = with_registers(
        home, document, {"E1": "G1/a", "E2": "G1/b"}, {"E1": "suara:120 denda:-3", "E2": "suara:5"}, jauh="ya tidak"
    )
    play(edition, "r1", {"E1": "80 -|60 -|70 -", "E2": "80 70|60 70|70 70"})
    section = explain(edition, "E1").sections[0]
    assert section.table is not None
    assert section.table["Kriteria"].tolist() == ["K1 Manfaat", "K3 Suara warga"]
    assert section.table["Pengali"].tolist() == ["0,75", "0,25"]
    assert section.table["Dari daftar"].tolist() == ["–", "60"]
    for line in (
        "Kriteria yang berlaku bagi proposal ini: Manfaat dan Suara warga.",
        (
            "Suara warga: 120, dari daftar nilai lain (suara). Sumber: Panitia. "
            "Menurut tabel pada ketentuan (mulai 0: 10; mulai 100: 60), angka itu bernilai 60."
        ),
        "Juri A: 0,75 × 80 + 0,25 × 60 = 75",
        "Penyesuaian: -3, dari daftar nilai lain (denda). Sumber: Panitia.",
        "67,5 + -3 = 64,5 → dibulatkan menjadi 64,50",
    ):
        assert line in section.lines
    assert "58 → dibulatkan menjadi 58,00" in explain(edition, "E2").sections[0].lines
    assert "Daftar nilai lain tidak memuat denda untuk proposal ini sehingga tidak ada yang ditambahkan." in said(
        edition, "E2"
    )
    means = explain(edition, "E1", to_unit=True).sections[0].lines
    assert "0,75 × 70 + 0,25 × 60 = 67,5" in means
    assert means.index("0,75 × 70 + 0,25 × 60 = 67,5") < means.index("67,5 + -3 = 64,5 → dibulatkan menjadi 64,50")


BALLOTS = {"kind": "ranks", "scale": {"low": 1, "high": 9, "step": 1}}
VOTES = {"E1": "1 1 3", "E2": "2 3 1", "E3": "3 2 2", "E4": "4 4 4"}


@pytest.mark.usefixtures("by_id")
def test_places_become_points_before_they_are_added_up(home: Path) -> None:
    ballots = one_mark(over("judges", "points", table=[12, 10, 8], round=0)) | BALLOTS
    edition = play(stage(home, contest(ballots), list(VOTES)), "r1", VOTES)
    lines = said(edition, "E1")
    assert lines[1] == "Setiap juri menyusun urutan; 1 adalah yang terbaik."
    assert "Juri A: tempat 1 dari 4 → 12" in lines
    section = explain(edition, "E1").sections[0]
    assert section.caption == "explain.places_caption"
    assert any("tempat 1: 12; tempat 2: 10; tempat 3: 8; tempat sesudahnya: 0." in line for line in section.lines)


@pytest.mark.usefixtures("by_id")
def test_marks_of_judges_become_places_which_are_shared(home: Path) -> None:
    edition = told(home, one_mark(over("judges", "points", table=[12, 10, 8], round=1)), "90 85 90")
    assert [line for line in said(edition, "E1") if " → " in line] == [
        "Juri A: nilai 90, tempat 1 dari 4 → 12",
        "Juri B: nilai 85, tempat 2 sampai 3 bersama-sama dari 4 → (10 + 8) ÷ 2 = 9",
        "Juri C: nilai 90, tempat 1 sampai 2 bersama-sama dari 4 → (12 + 10) ÷ 2 = 11",
    ]


METHODS = {
    "majority": [
        "Ada 3 juri; mayoritas ialah sekurang-kurangnya 2 juri.",
        (
            "Banyaknya juri yang menempatkan proposal ini: tempat 1 atau lebih baik 2 (jumlah tempatnya 2); tempat 2 "
            "atau lebih baik 2 (jumlah tempatnya 2); tempat 3 atau lebih baik 3 (jumlah tempatnya 5); tempat 4 atau "
            "lebih baik 3 (jumlah tempatnya 5)."
        ),
        "Mayoritas tercapai pada tempat 1.",
    ],
    "pairwise": [
        "Satu lawan satu: menang atas E2 (2 banding 1); menang atas E3 (2 banding 1); menang atas E4 (3 banding 0)."
    ],
    "runoff": [
        "Putaran 1: 2 tempat pertama; paling sedikit 0, 2 proposal gugur.",
        "Putaran 2: 2 tempat pertama; paling sedikit 1, 1 proposal gugur.",
        "Putaran 3: 3 tempat pertama, sama dengan semua yang tersisa.",
    ],
}


@pytest.mark.usefixtures("by_id")
@pytest.mark.parametrize("method", METHODS)
def test_votes_are_counted_in_the_open(home: Path, method: str) -> None:
    ballots = one_mark(over("judges", method)) | BALLOTS
    edition = play(stage(home, contest(ballots), list(VOTES)), "r1", VOTES)
    lines = said(edition, "E1")
    assert [line for line in lines if line in METHODS[method]] == METHODS[method]
    assert "Proposal yang berada di belakangnya: 3." in lines
    to_unit = " ".join(explain(edition, "E1", to_unit=True).text())
    assert not any(other in to_unit for other in ("E2", "E3", "E4"))


def test_thresholds_units_and_series_of_awards_are_explained(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 2, "at_least": 60, "within": "duel", "plus_best": 1})
    awards = [
        {"scope": "group", "names": ["Juara I", "Juara II"], "at_least": 75},
        {"id": "favorit", "name": "Favorit", "scope": "overall", "names": ["Terfavorit"], "basis": {"value": "suara"}}
        | {"among": "all", "no_double": True},
        {
            "id": "medali",
            "scope": "overall",
            "bands": [{"at_least": 50, "name": "Perak"}, {"at_least": 80, "name": "Emas"}],
        },
    ]
    final = {"score": [over("rounds", "mean", best=1, round=1)], "ties": [{"by": "column", "of": "masuk"}]}
    entries = dict.fromkeys(["E1", "E2", "E3", "E4"], "G1/a")
    edition = with_registers(
        home,
        contest(first, single(), final=final | {"awards": awards}),
        entries,
        {"E1": "suara:9", "E2": "suara:5", "E3": "suara:7"},
        duel="x x y y",
        masuk="2 1 3 4",
    )
    play(edition, "r1", {"E1": "80 80 80", "E2": "80 80 80", "E3": "70 70 70", "E4": "50 50 50"})
    play(edition, "r2", {"E1": "70 70 70", "E2": "60 60 60", "E3": "50 50 50"})
    sections = explain(edition, "E2").sections
    assert [section.title for section in sections[2:]] == [
        "Nilai akhir",
        "Favorit",
        "Penghargaan untuk seluruh peserta",
    ]
    cut = sections[0].lines
    assert "Nilai yang disyaratkan untuk lolos (60) tercapai." in cut
    assert "Tempat dihitung di antara proposal dengan duel: x." in cut
    assert "Selain itu, 1 yang terbaik di antara yang lain juga lolos." in cut
    assert "Nilai yang disyaratkan untuk lolos (60) tidak tercapai." in said(edition, "E4")
    assert "diurutkan 60; 80 → 80 → dibulatkan menjadi 80,0" in sections[2].lines
    assert "Penghargaan menurut hasil penilaian: Juara I." in sections[2].lines
    tie = "urutan ditentukan oleh masuk (yang lebih awal atau lebih kecil lebih dahulu)."
    assert any(line.endswith(tie) for line in sections[2].lines)
    assert "Nilai yang disyaratkan untuk penghargaan (75) tercapai." in sections[2].lines
    assert sections[3].lines[0] == "Peringkat menurut suara pada daftar nilai lain, yang tertinggi lebih dahulu."
    assert (
        "Menurut ketentuan penghargaan ini dilewati bagi proposal yang sudah menerima penghargaan lain."
        in sections[3].lines
    )
    assert "Penghargaan menurut hasil penilaian: Emas." in sections[4].lines
    assert "Penghargaan menurut hasil penilaian: Terfavorit." in explain(edition, "E3").sections[3].lines


def test_entries_of_one_unit_are_passed_over_and_told_so(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 2, "per_unit": 1, "score": over("rounds", "sum", round=0)})
    edition = stage(home, contest(first, single()), ["E1", "E2", "E3"])
    path = edition.folder / "entries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("U-E2", "U-E1"), encoding="utf-8", newline="\n")
    edition.ledger.close()
    edition = play(kit.open("2025"), "r1", {"E1": "80 80 80", "E2": "70 70 70", "E3": "60 60 60"})
    passed = (
        "Menurut ketentuan paling banyak 1 proposal dari satu unit kerja yang lolos, dan proposal lain dari unit ini "
        "lebih tinggi peringkatnya."
    )
    assert passed in said(edition, "E2")
    assert passed not in said(edition, "E3")
    assert "1 × 80 = 80 → dibulatkan menjadi 80" in explain(edition, "E1").sections[0].lines


def test_recused_judges_have_no_column_and_letters_leave_no_gap(home: Path) -> None:
    edition = told(home, one_mark(MEAN), "80 x 90")
    table = explain(edition, "E1").sections[0].table
    assert table is not None
    assert list(table.columns) == ["Kriteria", "Juri A", "Juri B"]
    assert sorted(table.iloc[0, 1:]) == ["80", "90"]


@pytest.mark.usefixtures("by_id")
def test_partial_sheets_show_what_is_there(home: Path) -> None:
    edition = stage(home, contest(criteria({"K1": 1, "K2": 3}, over("criteria", "weighted_mean"), MEAN)), ["E1"])
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "80.5 -||70 0"})
    rounds.close(edition, "r1", "Cukup")
    table = explain(edition, "E1").sections[0].table
    assert table is not None
    assert {name: table[name].tolist() for name in table} == {
        "Kriteria": ["K1 K1", "K2 K2"],
        "Bobot": ["1", "3"],
        "Pengali": ["0,25", "0,75"],
        "Juri A": ["80,5", "–"],
        "Juri B": ["–", "–"],
        "Juri C": ["70", "0"],
    }


def test_places_ties_and_cuts(home: Path) -> None:
    first = single(ties=[{"by": "head_count"}], advance={"scope": "group", "places": 2})
    edition = stage(
        home, contest(first, single()), {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G1/a", "E5": "G2/a"}
    )
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "70 70 70", "E2": "71 71 68", "E3": "10 10 10", "E4": "5 9 10", "E5": "10 9 5"})
    rounds.close(edition, "r1")
    tie = (
        "Nilainya sama dengan proposal lain, yaitu 70,00. "
        "Sesuai dengan ketentuan penilaian, urutan ditentukan oleh jumlah juri yang mengunggulkan."
    )
    assert said(edition, "E1")[1:] == [
        "Peringkat 2 dari 5 pada seluruh peserta.",
        "Peringkat 2 dari 4 pada Satu.",
        tie,
        "Peringkat 2 dari 4 pada A.",
        "Peringkat 2 dari 3 pada Satu · A.",
        "Lolos ke tahap berikutnya. Jumlah tempat: 2.",
    ]
    assert said(edition, "E2")[1:4] == [
        "Peringkat 1 dari 5 pada seluruh peserta.",
        "Peringkat 1 dari 4 pada Satu.",
        tie,
    ]
    assert said(edition, "E3")[1:] == [
        "Peringkat 3 dari 5 pada seluruh peserta.",
        "Peringkat 3 dari 4 pada Satu.",
        ALONE.format("B"),
        ALONE.format("Satu · B"),
        "Tidak lolos ke tahap berikutnya. Jumlah tempat: 2.",
        "Nilai terendah yang lolos: 70,00.",
    ]
    assert said(edition, "E5")[2] == ALONE.format("Dua")


def test_a_place_that_is_shared_and_a_cut_that_awaits_the_judges(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 1, "at_cut": "decide"})
    edition = play(stage(home, contest(first, single()), ["E1", "E2", "E3"]), "r1", {
        "E1": "70 70 70", "E2": "70 70 70", "E3": "60 60 60",
    })  # fmt: skip
    tied = (
        "Nilainya sama dengan proposal lain, yaitu 70,00. "
        "Ketentuan tentang nilai sama tidak memisahkannya sehingga peringkatnya sama."
    )
    assert said(edition, "E1")[2:4] == ["Peringkat 1 dari 3 pada Satu.", tied]
    assert said(edition, "E1")[-1] == (
        "Nilainya sama pada batas 1 tempat ke tahap berikutnya; kelolosannya menunggu keputusan rapat pleno dewan juri."
    )
    assert said(edition, "E3")[-1] == "Tidak lolos ke tahap berikutnya. Jumlah tempat: 1."


def test_nobody_advances_from_incomplete_results(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 1})
    edition = stage(home, contest(first, single()), ["E1", "E2", "E3"])
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "70 70 70", "E2": "60 60 60", "E3": "70 70 -"})
    rounds.close(edition, "r1", "Cukup")
    assert said(edition, "E1")[2] == "Peringkat sementara 1 dari 3 pada Satu; hasil pada cakupan ini belum lengkap."
    assert said(edition, "E3")[3] == "Belum ada peringkat pada Satu."
    incomplete = "Belum ada yang lolos ke tahap berikutnya karena hasil pada Satu belum lengkap."
    assert said(edition, "E1")[-1] == said(edition, "E3")[-1] == incomplete


WEIGHTS = {"score": [over("rounds", "weighted_mean", weights={"r1": 60, "r2": 40}, round=2)]}
AWARDS = [{"scope": "group", "names": ["Juara I", "Juara II"]}]
TWO_ROUNDS = {"E1": "70 70 71", "E2": "60 60 60", "E3": "50 50 50"}


def two_rounds(home: Path, final: dict[str, Any]) -> Edition:
    """Two of three entries go on, in a contest of two groups."""
    document = contest(single(advance={"scope": "group", "places": 2}), single(), final=final)
    edition = stage(home, document, {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"})
    play(edition, "r1", TWO_ROUNDS | {"E4": "65 65 65"})
    return play(edition, "r2", {"E1": "80 80 80", "E2": "99 99 99", "E4": "1 1 1"})


BASIS = (
    "Peringkat menurut nilai akhir (60% tahap 1 + 40% tahap 2) di antara finalis; inovasi yang tidak mencapai tahap "
    "2 menempati urutan sesudahnya menurut nilai tahap 1."
)


def test_the_final_adds_up_the_rounds(home: Path) -> None:
    edition = two_rounds(home, WEIGHTS | {"awards": AWARDS})
    assert list(explain(edition, "E1").sections[-1].lines) == [
        "Nilai setiap tahap dikalikan bobotnya, lalu dijumlahkan.",
        "0,6 × 70,33 + 0,4 × 80 = 74,198 → dibulatkan menjadi 74,20",
        f"{BASIS} Penghargaan hanya diberikan kepada finalis.",
        "Peringkat 2 dari 4 pada seluruh peserta.",
        "Peringkat 2 dari 3 pada Satu.",
        "Penghargaan menurut hasil penilaian: Juara II.",
        "Peringkat 2 dari 3 pada A.",
        "Peringkat 2 dari 2 pada Satu · A.",
    ]


def test_the_final_may_round_its_terms(home: Path) -> None:
    step = over("rounds", "weighted_sum", weights={"r1": 2, "r2": 1}, round_terms=1, round=0)
    lines = explain(two_rounds(home, {"score": [step]}), "E1").sections[-1].lines
    assert lines[1] == "[2 × 70,33 → 140,7] + 1 × 80 = 220,7 → dibulatkan menjadi 221"


def test_the_final_adds_up_ballots_of_the_scope_that_it_decides(home: Path) -> None:
    """All of both groups go on, but awards are given in the group, where E1 has fewer points than among all."""
    ballots = one_mark(over("judges", "points", curve="borda", round=0)) | {
        "advance": {"scope": "overall", "places": 9}
    }
    final = {"score": [over("rounds", "sum", round=0)], "awards": AWARDS}
    edition = stage(home, contest(ballots, single(), final=final), {"E1": "G1/a", "E2": "G1/a", "E3": "G2/a"})
    marks = {"E1": "9 9 9", "E2": "8 8 8", "E3": "1 1 1"}
    sections = explain(play(play(edition, "r1", marks), "r2", marks), "E1").sections
    assert "2 + 2 + 2 = 6 → dibulatkan menjadi 6" in sections[0].lines
    assert "Peringkat 1 dari 2 pada Satu. Nilai pada cakupan ini: 3." in sections[0].lines
    assert sections[2].lines[1] == "1 × 3 + 1 × 9 = 12 → dibulatkan menjadi 12"
    assert "Peringkat 1 dari 3 pada seluruh peserta. Nilai pada cakupan ini: 15." in sections[2].lines


def test_the_last_round_may_decide_alone(home: Path) -> None:
    edition = two_rounds(home, {"awards": AWARDS})
    assert explain(edition, "E2").sections[-1].lines[0] == "Nilai tahap terakhir saja yang menentukan: 99,00"
    assert "Penghargaan menurut hasil penilaian: Juara I." in explain(edition, "E2").sections[-1].lines


def test_an_entry_that_did_not_go_on_stands_behind_those_that_did(home: Path) -> None:
    sections = explain(two_rounds(home, WEIGHTS), "E3").sections
    assert [section.title for section in sections] == [
        "Nilai pada tahap 1",
        "Nilai pada tahap 2",
        "Nilai akhir",
    ]
    assert sections[1].lines == ("Proposal ini tidak mengikuti tahap 2.",)
    assert sections[1].table is None
    assert sections[2].lines[:3] == (BASIS, "Peringkat 4 dari 4 pada seluruh peserta.", "Peringkat 3 dari 3 pada Satu.")


@pytest.mark.parametrize(
    ("rounds", "final", "said"),
    [
        (1, {}, "Peringkat menurut nilai akhir (nilai tahap 1)."),
        (2, WEIGHTS | {"awards": AWARDS}, f"{BASIS} Penghargaan hanya diberikan kepada finalis."),
        (
            3,
            {
                "score": [over("rounds", "sum", round=0)],
                "awards": [{"scope": "group", "names": ["Juara"], "among": "all"}],
            },
            (
                "Peringkat menurut nilai akhir (1 × tahap 1 + 1 × tahap 2 + 1 × tahap 3) di antara finalis; inovasi "
                "yang tidak mencapai tahap 3 menempati urutan sesudahnya menurut nilai tahap terakhir yang "
                "diikutinya. Penghargaan diberikan menurut urutan tersebut, termasuk kepada inovasi yang tidak "
                "mencapai tahap 3."
            ),
        ),
    ],
)
def test_one_sentence_says_on_what_ranks_and_awards_rest(
    rounds: int, final: dict[str, Any], said: str, tmp_path: Path
) -> None:
    rules = written(contest(*[single()] * rounds, final=final), tmp_path)
    assert basis(rules, Texts("id"), "group") == said
    assert basis(rules, Texts("id"), "category") == said.partition(" Penghargaan")[0]
    assert basis(rules, Texts("id"), "group", "r1") == "Peringkat menurut nilai tahap 1."
    assert basis(rules, Texts("en"), "group").startswith("Ranked by the final score")


def test_an_entry_that_was_not_admitted_has_only_its_reason(home: Path) -> None:
    edition = stage(home, contest(single()), ["E1", "E2", "E3"])
    for entry, reason in {"E1": "Bukan kewenangan daerah.", "E2": ""}.items():
        out = Event(kind="admission", actor=COMMITTEE, entry_id=entry, value="not_eligible", text=reason)
        edition.ledger.append([out])
    play(edition, "r1", {"E3": "70 70 70"})
    not_admitted = "Proposal ini tidak memenuhi syarat sehingga tidak dinilai."
    assert [(s.title, s.lines, s.table) for s in explain(edition, "E1").sections] == [
        ("Seleksi administrasi", (not_admitted, "Alasan: Bukan kewenangan daerah."), None)
    ]
    assert explain(edition, "E2").sections[0].lines == (not_admitted,)


def test_ballots_are_explained_in_the_scope_that_decides(home: Path) -> None:
    """Within its group E1 has other points than among all; the sum is that of the group, and each list says its own."""
    borda = one_mark(over("judges", "points", curve="borda", round=0))
    entries = {"E1": "G1/a", "E2": "G1/a", "E3": "G2/a"}
    edition = play(stage(home, contest(borda), entries), "r1", {"E1": "9 9 9", "E2": "8 8 10", "E3": "1 1 1"})
    section = explain(edition, "E1").sections[0]
    assert "1 + 0 + 1 = 2 → dibulatkan menjadi 2" in [re.sub(r"^(.*) =", sorted_terms, line) for line in section.lines]
    assert "Peringkat 1 dari 3 pada seluruh peserta. Nilai pada cakupan ini: 5." in section.lines
    assert "Peringkat 1 dari 2 pada Satu." in section.lines


def sorted_terms(found: re.Match[str]) -> str:
    """Letters are shuffled, so this sum's terms come in any order."""
    return "1 + 0 + 1 =" if sorted(found[1].split(" + ")) == ["0", "1", "1"] else found[0]


# What it must not say


def test_nobody_else_is_given_away(home: Path) -> None:
    edition = two_rounds(home, WEIGHTS | {"awards": AWARDS})
    for entry in ("E1", "E2", "E3", "E4"):
        text = explain(edition, entry).text()
        assert f"Inovasi {entry} · Unit {entry} · " in text
        others = {"E1", "E2", "E3", "E4"} - {entry}
        strangers = [*others, *(f"Inovasi {other}" for other in others), *(f"U-{other}" for other in others)]
        judges = edition.registers.judges[["judge_id", "name"]].to_numpy().ravel().tolist()
        assert [name for name in (*strangers, *judges) if re.search(rf"\b{name}\b", text)] == []


def test_letters_stay_the_same_for_the_same_data_and_in_all_rounds(home: Path) -> None:
    document = contest(single(advance={"scope": "overall", "places": 9}), single())
    entries = [f"E{n}" for n in range(1, 9)]
    marks = dict.fromkeys(entries, "10 20 30 40 50")
    edition = stage(home, document, entries, judges=["J1", "J2", "J3", "J4", "J5"])
    play(play(edition, "r1", marks), "r2", marks)
    orders = set()
    for entry in entries:
        first, second = (section.table for section in explain(edition, entry).sections[:2])
        assert first is not None
        assert second is not None
        assert first.iloc[0, 1:].tolist() == second.iloc[0, 1:].tolist()
        assert list(first.columns[1:]) == [f"Juri {letter}" for letter in "ABCDE"]
        assert explain(kit.open("2025"), entry).text() == explain(edition, entry).text()
        orders.add(tuple(first.iloc[0, 1:]))
    assert len(orders) > 4  # shuffled for each document
    text = explain(edition, "E1").text()
    assert text.count(LETTERS) == 1
    rounds.open(edition, "r2", "Salah ketik")
    rounds.close(edition, "r2")
    later = [explain(edition, entry).sections[0].table for entry in entries]
    assert {tuple(table.iloc[0, 1:]) for table in later if table is not None} == orders


def test_letters_cannot_be_worked_out_from_the_printed_fingerprint(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = told(home, one_mark(MEAN), "70 80 90")
    before = lettered(edition, "E1")
    monkeypatch.setattr(type(edition), "fingerprint", "another")
    assert lettered(edition, "E1") == before


# Names, languages, mistakes


def test_tie_words_name_what_decided(tmp_path: Path) -> None:
    document = contest(
        weighted({"K1": 50, "K2": 50}, ties=[{"by": "criteria", "of": ["K1", "K2"]}, {"by": "head_count"}]),
        single(ties=[
            {"by": "round", "of": "r1"}, {"by": "criteria", "of": ["K2"], "round": "r1"}, {"by": "judges_decide"},
        ]),
    )  # fmt: skip
    rules = written(document, tmp_path)
    first, second = (round_.ties for round_ in rules.scored_rounds)
    for t, words in ((Texts("id"), ["nilai kriteria K1 dan K2", "jumlah juri yang mengunggulkan"]), (Texts("en"), [
        "the criteria K1 and K2", "the number of judges who prefer it",
    ])):  # fmt: skip
        assert tie_words(first, "K1+K2", rules, "r1", t) == words[0]
        assert tie_words(first, "head_count", rules, "r1", t) == words[1]
        assert tie_words(first, "K1+K2 > head_count", rules, "r1", t) == t.enumeration(words)
    said_ = tie_words(second, "r1 > r1:K2 > judges_decide", rules, "r2", Texts("id"))
    assert said_ == "nilai tahap 1 sebelum dibulatkan, nilai kriteria K2, dan keputusan rapat pleno dewan juri"
    assert tie_words(second, "r1:K2", rules, "r2", Texts("en")) == "the criterion K2"


def test_every_scope_has_a_name(tmp_path: Path) -> None:
    rules = written(contest(single()), tmp_path)
    assert scope_names(rules, Texts("en")) == {
        ("overall", "overall"): "all entries",
        ("group", "G1"): "Satu",
        ("group", "G2"): "Dua",
        ("category", "a"): "A",
        ("category", "b"): "B",
        ("group_category", "G1/a"): "Satu · A",
        ("group_category", "G1/b"): "Satu · B",
        ("group_category", "G2/a"): "Dua · A",
        ("group_category", "G2/b"): "Dua · B",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_for_a_terminal_is_whole(home: Path, language: Language) -> None:
    two_rounds(home, WEIGHTS | {"awards": AWARDS})
    explanation = explain(kit.open("2025", language), "E1")
    lines = explanation.text().splitlines()
    assert lines[:2] == [explanation.title, explanation.subtitle]
    for section in explanation.sections:
        at = lines.index(section.title)
        assert lines[at + 1] == "-" * len(section.title)
        assert set(section.lines) <= set(lines[at:])
    assert (" = 74,198 " in explanation.text()) == (language == "id")
    assert (" = 74.198 " in explanation.text()) == (language == "en")


def test_unknown_entries_are_refused(home: Path) -> None:
    edition = told(home, one_mark(MEAN), "70 80 90")
    with pytest.raises(Problem, match='kode proposal "E9" tidak terdaftar'):
        explain(edition, "E9")
