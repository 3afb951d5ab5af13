"""The fairness analysis in words: every sentence follows from the marks, and no judge is named."""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets
import pytest
from contests import case, contest, random_case, rules, seeds, single, weighted
from folders import save
from homes import imported, play, stage
from problems import problem
from samples import SIMULATED, blocks, said, tables
from stand_ins import StandIn

import kit
from kit.contest import rounds
from kit.fairness.study import Study
from kit.report import (
    annual,
    fairness_plots,
    fairness_report,
)
from kit.report.context import Context
from kit.report.fairness_report import process_quality
from kit.scoring.ranking import FINAL
from kit.screens import browse

if TYPE_CHECKING:
    from pathlib import Path

CHAPTERS = (
    fairness_report.summary,
    fairness_report.opening,
    fairness_report.agreement,
    fairness_report.severity,
    fairness_report.adjusted,
    fairness_report.uncertainty,
    fairness_report.sensitivity,
    fairness_report.decisive,
    fairness_report.habits,
)


def whole(report: fairness_report.Analysis) -> list[dict[str, Any]]:
    return blocks(fairness_report.masthead(report), *(chapter(report) for chapter in CHAPTERS))


WEIGHED = [{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "mean", "round": 2}]
JUDGES_FIRST = [{"over": "judges", "by": "mean"}, {"over": "criteria", "by": "weighted_mean", "round": 2}]
JURIES = [{"id": "a", "name": "A", "judges": ["J1", "J2"], "share": 2}, {"id": "b", "name": "B", "judges": ["J3"]}]
VALUE = {"id": "K2", "name": "Suara", "weight": 50, "value": "v"}
K1, K2 = ({"id": name, "name": name, "weight": 50} for name in ("K1", "K2"))
BESIDE = "Nilai tahap ini bukan hanya rata-rata nilai semua juri"
# Rules, and a sentence that says why a chapter has no figure; None where all chapters have theirs.
UNUSUAL: dict[str, tuple[dict[str, Any], str | None]] = {
    "values": (
        {"kind": "values", "criteria": [VALUE | {"weight": 100}], "score": [WEIGHED[0] | {"round": 2}]},
        "Tahap ini tidak dinilai oleh juri.",
    ),
    "a value": (single(criteria=[K1, VALUE], score=WEIGHED), BESIDE),
    "criteria of some judges": (
        single(criteria=[K1 | {"panel": ["J1"]}, K2], score=JUDGES_FIRST),
        "Kriteria tahap ini dinilai oleh juri yang berbeda-beda",
    ),
    "criteria of some entries": (
        single(criteria=[K1, *(K2 | {"id": f"K{n}", "where": {"category": n}} for n in "ab")], score=WEIGHED),
        "Nilai akhir tahap ini tidak berubah secara lurus menurut bobot",
    ),
    "juries": (single(juries=JURIES), BESIDE),
    "a share": (
        single(score=[JUDGES_FIRST[0], {"over": "entry", "by": "share", "points": 40, "round": 2}]),
        BESIDE,
    ),
    "low": (single(direction="low"), "Pada tahap ini nilai terendah yang terbaik; model Rasch tidak dipakai."),
    "a vote": (
        single(kind="ranks", scale={"low": 1, "high": 9, "step": 1}, score=[{"over": "judges", "by": "majority"}]),
        "alfa Krippendorff, ICC, dan G tidak berlaku. Kesepakatan dibaca dari W Kendall.",
    ),
    "points for the order of marks": (
        single(score=[{"over": "judges", "by": "points", "curve": "borda", "round": 0}]),
        "Alfa: ordinal untuk nilai keseluruhan",
    ),
    "standardised": (single(score=[{"over": "judges", "by": "z_score", "round_terms": 2, "round": 2}]), None),
    "left out": (single(missing="left_out"), None),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_every_chapter_has_its_figures_or_says_why_not(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    round_, why = UNUSUAL[name]
    entries = {f"E{n}": f"G1/{'ab'[n % 2]}" for n in range(1, 6)}
    (home / "data" / "2025").mkdir()
    save(
        home / "data" / "2025" / "values.csv", [["entry_id", "value_id", "value"], *([e, "v", e[1:]] for e in entries)]
    )
    awards = [{"scope": "group", "names": ["Juara I", "Juara II"]}]
    edition = stage(home, contest(round_, final={"awards": awards}), entries)
    r1, random = edition.rules.round("r1"), Random(1)
    marks = {}
    for entry in entries if r1.marked else ():
        about = edition.record.facts.about[entry]
        sheets = [{part.id for part in r1.asked(judge, about)} for judge in ("J1", "J2", "J3")]
        cells = [[str(random.randint(1, 9)) if part.id in asked else "-" for part in r1.marked] for asked in sheets]
        marks[entry] = "|".join(" ".join(sheet) for sheet in cells)
    if marks:
        play(edition, "r1", marks)
    else:
        rounds.open(edition, "r1")
        rounds.close(edition, "r1")
    for where in ("r1", FINAL):
        report = fairness_report.Analysis(edition, where)
        text = json.dumps(whole(report), ensure_ascii=False)
        fairness_report.margins(report)
        if where == "r1":
            assert why is None or why in text
    [*process_quality(edition)]


def draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the figures, which have tests of their own and take most of the time."""
    for name in [name for name in vars(fairness_plots) if name.endswith("_figure") or name == "variable_map"]:
        monkeypatch.setattr(fairness_plots, name, lambda *_: None)


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    ("edition", "language"),
    [
        *(pytest.param(name, "id", marks=pytest.mark.long) for name in ("2023", "2024")),
        *(("2025", "id"), ("2025", "en"), ("paris-1976", "id")),
    ],
)
def test_every_sample_edition_has_its_analysis_and_names_no_judge(
    edition: str, language: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (edition, language) != ("2025", "id"):
        draw_nothing(monkeypatch)
    opened = kit.open(edition, language)
    for where in opened.result.ranking["round"].unique():
        records = whole(fairness_report.Analysis(opened, where))
        text = json.dumps(records, ensure_ascii=False)
        assert "NaN" not in text
        assert " nan" not in text
        for judge in opened.registers.judges.to_dict("records"):
            assert f'"{judge["judge_id"]}"' not in text
            assert judge["name"] not in text
        assert records[0]["circulation"] == "restricted"


def test_the_analysis_waits_until_the_round_is_closed(home: Path) -> None:
    edition = stage(home, contest(single()), ["E1", "E2", "E3"])
    rounds.open(edition, "r1")
    with problem("still_open"):
        Study(edition)
    with problem("unknown_round"):
        Study(edition, "tiada")


def analysed(home: Path, marks: dict[str, str], **more: Any) -> fairness_report.Analysis:
    """The analysis of a contest of single marks, its three best advancing."""
    first = single(advance={"scope": "overall", "places": more.pop("places", 2)})
    edition = stage(home, contest(first, single(), **more.pop("rules", {})), list(marks), **more)
    return fairness_report.Analysis(play(edition, "r1", marks, reason="uji"))


FOUR = {"E1": "90 80 70", "E2": "80 71 60", "E3": "70 60 51", "E4": "60 50 40"}


@pytest.mark.usefixtures("samples")
def test_the_first_page_says_what_is_certain_and_what_would_turn() -> None:
    report = fairness_report.Analysis(kit.open("2025"))
    one, two, severe, turns, steady, rules_ = said(fairness_report.summary(report))
    assert one == "Kelompok 1: 5 dari 6 finalis dapat dipastikan. Belum pasti: K1-07 (peringkat 6–12)."
    assert two == "Kelompok 2: tidak satu pun dari 6 finalis dapat dipastikan. Peringkat 6 dan 7 bernilai sama."
    (_, *ranges) = tables(fairness_report.summary(report))["Tempat yang menentukan dan rentang peringkatnya"]
    assert [row[5] for row in ranges] == ["pasti"] * 5 + ["belum pasti"] * 7
    chapter = [row for rows in tables(fairness_report.uncertainty(report)).values() for row in rows[1:]]
    known = {row[1]: row[5] for row in chapter}
    assert {row[2]: row[4] for row in ranges} == {row[2]: known[row[2]] for row in ranges}
    assert severe in said(fairness_report.severity(report))
    rows = tables(fairness_report.sensitivity(report))[
        "Yang berubah jika satu juri atau satu kriteria tidak ikut dihitung"
    ]
    left = [row[0] for row in rows[1:] if row[2] != "tetap"]
    assert {row[1] for row in rows[1:] if row[2] != "tetap"} == {"Kelompok 2"}
    judges = [name for name in left if name.startswith("Juri ")]
    named = f"{', '.join(judges)} dan {len(left) - len(judges)} kriteria"
    assert turns == f"Peringkat pertama Kelompok 2 berganti jika salah satu dari {named} tidak ikut dihitung."
    assert steady.startswith("Peringkat pertama Kelompok 1 tetap sama")
    assert rules_ == "Hasil tetap menurut ketentuan."


@pytest.mark.usefixtures("samples")
def test_a_list_that_the_round_does_not_decide_about_is_computed_without_each_judge_too() -> None:
    report = fairness_report.Analysis(kit.open("2025"))
    lines = said(fairness_report.sensitivity(report, [("category", "pelayanan")]))
    assert any("dihitung ulang" in line and ", 10 kali" in line for line in lines)


@pytest.mark.usefixtures("samples")
def test_the_first_page_of_the_final_names_who_may_be_first() -> None:
    report = fairness_report.Analysis(kit.open("2025"), "final")
    lines = said(fairness_report.summary(report))
    assert lines[0] == "Kelompok 1: peringkat pertama belum dapat dipastikan: K1-09 (peringkat 1–2)."
    assert lines[2] == "Seberapa ketat setiap juri dibahas dalam analisis setiap tahap."
    (rows,) = tables(fairness_report.summary(report)).values()
    assert [row[2:6:3] for row in rows[1:3]] == [["K1-09", "belum pasti"], ["K1-06", "mungkin pertama"]]


@pytest.mark.usefixtures("samples")
def test_the_first_page_ends_before_the_contents() -> None:
    report = fairness_report.Analysis(kit.open("2025", "en"))
    first = blocks(fairness_report.summary(report), fairness_report.opening(report))
    assert [block["type"] for block in first] == ["list", "table", "callout", "paragraph", "paragraph", "pagebreak"]


@pytest.mark.parametrize(
    ("marks", "more", "expected"),
    [
        (
            {"E1": "90 91 90", "E2": "90 89 90", "E3": "20 21 20", "E4": "20 19 20"},
            {},
            "semua 2 finalis dapat dipastikan.",
        ),
        (
            {"E1": "90 91 90", "E2": "30 29 30", "E3": "20 21 20", "E4": "10 9 10"},
            {"places": 1},
            "pertama dapat dipastikan.",
        ),
        (
            {"E1": "90 50 70", "E2": "60 80 71", "E3": "50 80 60"},
            {"places": 1},
            "pertama belum dapat dipastikan: E2 (peringkat 1–3).",
        ),
        ({"E1": "90", "E2": "80", "E3": "70"}, {"judges": ("J1",)}, "Hanya ada satu juri"),
        ({"E1": "80 80", "E2": "80 80", "E3": "80 80"}, {"judges": ("J1", "J2")}, "Semua nilai sama"),
    ],
)
def test_the_first_page_says_so_if_all_or_nothing_is_certain_or_known(
    home: Path, marks: dict[str, str], more: dict[str, Any], expected: str
) -> None:
    assert expected in said(fairness_report.summary(analysed(home, marks, **more)))[0]


def test_without_one_judge_the_first_place_changes(home: Path) -> None:
    report = analysed(home, {"E1": "95 70 70", "E2": "80 72 72", "E3": "60 50 50"})
    letter = report.study.letters["J1"]
    assert f"Tanpa Juri {letter}, peringkat pertama seluruh peserta berganti." in said(fairness_report.summary(report))


def test_the_first_page_names_few_of_many(home: Path) -> None:
    marks = {f"E{n:02}": f"{99 - n} {98 - n} {97 - n + n % 2}" for n in range(1, 41)}
    report = fairness_report.summary(analysed(home, marks, places=35))
    (rows,) = tables(report).values()
    assert len(rows) == 13
    assert "23 inovasi lain" in json.dumps(report.to_json())


def test_severity_is_told_in_points_of_the_total(home: Path) -> None:
    report = analysed(home, FOUR)
    # J1 gives 90, 80, 70, 60 and J3 70, 60, 51, 40: 19.75 apart, and hardly shrunken where so little is left over.
    (line,) = [line for line in said(fairness_report.severity(report)) if line.startswith("Juri yang paling ketat")]
    assert "rata-rata 19,7" in line
    assert "belum pasti" not in line
    table = tables(fairness_report.severity(report))["Keketatan dan kekonsistenan setiap juri"]
    severities = {row[0]: float(row[1].replace(",", ".")) for row in table[1:]}
    letters = report.study.letters
    order = sorted(letters, key=lambda judge: severities[letters[judge]])
    assert order == ["J1", "J2", "J3"]  # J3 gives the least


def test_a_difference_of_severity_whose_intervals_all_hold_zero_is_not_certain(home: Path) -> None:
    report = analysed(home, {"E1": "82 87 86", "E2": "79 79 83", "E3": "54 78 68", "E4": "59 58 56"})
    (line,) = [line for line in said(fairness_report.summary(report)) if line.startswith("Juri yang paling ketat")]
    assert line.endswith("selang kepercayaan 95% setiap juri memuat nol sehingga perbedaan itu belum pasti.")


def test_a_crossed_panel_confirms_nothing(home: Path) -> None:
    lines = said(fairness_report.adjusted(analysed(home, FOUR)))
    assert any("tidak dapat mengubah urutan" in line and "bukan penguatan" in line for line in lines)


def test_a_recused_judge_lets_the_order_differ(home: Path) -> None:
    marks = {"E1": "90 80 70", "E2": "85 78 -", "E3": "70 60 51", "E4": "60 50 40"}
    report = analysed(home, marks, places=1, conflicts={"J3": "E2:kin"})
    # Without J3, who gives least, E2 has 81.5 against E1's 80; had all judged alike, E1 would be first.
    (line,) = said(fairness_report.adjusted(report))[1:]
    assert "2 inovasi berpindah peringkat, paling jauh 1 peringkat" in line
    assert "E2 keluar dan E1 masuk" in line
    assert "bukan penguatan" not in line
    assert [block["type"] for block in blocks(fairness_report.adjusted(report))] == ["heading", "paragraph", "figure"]


def test_an_order_that_stays_is_not_drawn(home: Path) -> None:
    marks = {"E1": "90 80 70", "E2": "70 60 -", "E3": "50 40 31", "E4": "30 20 10"}
    report = analysed(home, marks, places=1, conflicts={"J3": "E2:kin"})
    assert [block["type"] for block in blocks(fairness_report.adjusted(report))] == ["heading", "paragraph"]


def test_panels_without_a_common_judge_are_named_and_not_compared(home: Path) -> None:
    seats = [("r1", entry, judge) for entry in ("E1", "E2") for judge in ("J1", "J2")]
    seats += [("r1", entry, judge) for entry in ("E3", "E4") for judge in ("J3", "J4")]
    edition = stage(home, contest(single()), ["E1", "E2", "E3", "E4"], ("J1", "J2", "J3", "J4"), assignments=seats)
    rounds.open(edition, "r1")
    rows = [["round", "judge_id", "entry_id", "value"]]
    given = {"E1": {"J1": "90", "J2": "80"}, "E2": {"J1": "80", "J2": "71"}}
    given |= {"E3": {"J3": "70", "J4": "60"}, "E4": {"J3": "60", "J4": "51"}}
    rows += [["r1", judge, entry, value] for entry, own in given.items() for judge, value in own.items()]
    imported(edition, save(edition.folder.parent / "nilai.csv", rows))
    rounds.close(edition, "r1")
    report = fairness_report.Analysis(edition)
    text = " ".join(
        said(fairness_report.severity(report), fairness_report.adjusted(report), fairness_report.uncertainty(report))
    )
    assert "Panel terbagi menjadi 2 bagian" in text
    assert "tidak dapat dibandingkan" in text
    assert "paling ketat" not in f"{text} {said(fairness_report.summary(report))}"
    assert any("bagian tanpa juri bersama" in line for line in process_quality(edition))


def test_a_criterion_that_nobody_used_leaves_nothing_to_analyse_and_says_so(home: Path) -> None:
    edition = stage(home, contest(weighted({"k1": 50, "k2": 50})), ["E1", "E2", "E3"])
    report = fairness_report.Analysis(
        play(edition, "r1", {"E1": "9 -|8 -|7 -", "E2": "6 -|5 -|4 -", "E3": "3 -|2 -|1 -"}, "uji")
    )
    assert any("Belum ada nilai" in line for line in said(fairness_report.severity(report)))
    assert "NaN" not in json.dumps(whole(report))
    assert not list(process_quality(edition))


BAD = {
    "one judge": ({"E1": "90", "E2": "80"}, ("J1",)),
    "one entry": ({"E1": "90 80 70"}, ("J1", "J2", "J3")),
    "all equal": ({"E1": "80 80 80", "E2": "80 80 80", "E3": "80 80 80"}, ("J1", "J2", "J3")),
    "a judge who gives everyone the same": ({"E1": "90 50 70", "E2": "80 50 65"}, ("J1", "J2", "J3")),
    "ends only": ({"E1": "100 100 100", "E2": "0 0 0"}, ("J1", "J2", "J3")),
    "two": ({"E1": "90 85 70", "E2": "80 90 65"}, ("J1", "J2", "J3")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_poor_panel_gets_sentences_and_no_traceback(home: Path, name: str) -> None:
    marks, judges = BAD[name]
    edition = stage(home, contest(single()), list(marks), judges=judges)
    report = fairness_report.Analysis(play(edition, "r1", marks))
    text = json.dumps(whole(report), ensure_ascii=False)
    assert "NaN" not in text
    assert " nan" not in text
    list(process_quality(edition))


def test_the_sets_say_how_many_are_surely_in_and_out(home: Path) -> None:
    marks = {"E1": "90 91 90", "E2": "90 89 90", "E3": "20 21 20", "E4": "20 19 20"}
    lines = said(fairness_report.uncertainty(analysed(home, marks)))
    assert any(
        "2 inovasi dapat dipastikan masuk 2 besar dan 2 lainnya dapat dipastikan berada di luarnya." in line
        for line in lines
    )


def test_what_decided_a_cut_is_told(home: Path) -> None:
    marks = {"E1": "90 90 90", "E2": "80 80 50", "E3": "69 69 69", "E4": "20 19 20"}
    report = analysed(home, marks)
    ((*_,), row) = tables(fairness_report.decisive(report))["Selisih pada setiap batas dan penentunya"]
    assert row[2:5] == ["E2", "E3", "1,00"]
    letter = report.study.letters
    assert f"Juri {letter['J1']}" in row[6]
    assert f"Juri {letter['J3']}" not in row[6]


def test_the_rules_say_whether_the_plenary_sees_it(home: Path) -> None:
    assert any("tidak disajikan" in line for line in said(fairness_report.opening(analysed(home, FOUR))))


def test_the_rules_may_say_that_it_does(home: Path) -> None:
    report = analysed(home, FOUR, rules={"fairness_in_plenary": True})
    assert any("disajikan dalam rapat pleno." in line for line in said(fairness_report.opening(report)))


@pytest.mark.usefixtures("samples")
def test_the_report_says_two_calm_sentences() -> None:
    edition = kit.open("2025")
    reliable, linked = process_quality(edition)
    assert reliable == (
        "Keandalan nilai juri untuk membandingkan inovasi: sangat baik pada tahap penilaian proposal dan belum dapat "
        "dipastikan pada tahap presentasi dan wawancara."
    )
    assert linked.startswith("Tidak semua juri menilai semua inovasi")  # one is recused
    report = Context(edition)
    text = " ".join(said(annual.process(report)))
    assert f"{reliable} {linked}" in text
    assert "Juri A" not in text
    (annex,) = [line for line in said(annual.appendix(report)) if "lampiran terbatas" in line]
    for where in ("proposal", "presentasi", "final"):
        assert f"analisis-keadilan-2025-{where}-SIMULASI" in annex


def test_a_list_of_fewer_than_five_tells_no_spread_in_public(home: Path) -> None:
    edition = stage(home, contest(single()), list(FOUR))
    (linked,) = process_quality(play(edition, "r1", FOUR))
    assert linked.startswith("Di dalam setiap daftar peringkat, semua juri")


def test_the_report_speaks_of_the_list_of_which_least_is_known(home: Path) -> None:
    """Two lists of nearly the same reliability: of five entries the interval is wide, of twelve it is not."""
    few = ["25 32", "40 24", "56 56", "67 58", "89 73"]
    many = ["18 20", "53 38", "43 38", "37 36", "39 54", "67 48", "57 66", "81 81", "95 79", "86 91", "76 93", "92 100"]
    marks = {f"E{n:02}": mark for n, mark in enumerate([*few, *many], 1)}
    entries = {entry: "G1/a" if n < len(few) else "G2/a" for n, entry in enumerate(marks)}
    by_group = contest(single(), final={"awards": [{"scope": "group", "names": ["Juara I"]}]})
    edition = play(stage(home, by_group, entries, judges=("J1", "J2")), "r1", marks)
    one, other = (Study(edition, "r1").agreement("group", group).average for group in ("G1", "G2"))
    assert one.value > other.value > 0.9
    assert one.low < 0.5 < other.low
    assert next(iter(process_quality(edition))).startswith(
        "Keandalan nilai juri untuk membandingkan inovasi: belum dapat"
    )


# The final result

FIVE = {"E1": "90 80 70", "E2": "88 79 70", "E3": "70 60 51", "E4": "60 50 40", "E5": "50 40 35"}


def finals(home: Path, weights: dict[str, int]) -> fairness_report.Analysis:
    rounds = [single(advance={"scope": "overall", "places": 3}), single()]
    step = {"over": "rounds", "by": "weighted_mean", "weights": weights, "round": 2}
    final = {"score": [step], "awards": [{"scope": "overall", "names": ["Juara I"]}]}
    edition = stage(home, contest(*rounds, final=final), list(FIVE))
    play(edition, "r1", FIVE)
    play(edition, "r2", {"E1": "80 70 61", "E2": "83 72 60", "E3": "50 45 40"})
    return fairness_report.Analysis(edition, "final")


def test_the_final_is_analysed_over_all_rounds_that_count(home: Path) -> None:
    report = finals(home, {"r1": 60, "r2": 40})
    assert whole(report)[0]["title"].endswith(": Nilai akhir")
    (table,) = tables(fairness_report.uncertainty(report)).values()
    # 0.6 x 80 + 0.4 x 70.33 against 0.6 x 79 + 0.4 x 71.67.
    assert [row[1:4:2] for row in table[1:]] == [["E1", "76,13"], ["E2", "76,07"], ["E3", "54,20"]]
    ((*_,), row) = tables(fairness_report.decisive(report))["Selisih pada setiap batas dan penentunya"]
    assert row[2:5] == ["E1", "E2", "0,06"]
    errors = [float(row[4].replace(",", ".")) for row in table[1:3]]
    assert float(row[5].replace(",", ".")) == pytest.approx(1 / 15 / (errors[0] ** 2 + errors[1] ** 2) ** 0.5, abs=0.05)
    assert not said(fairness_report.agreement(report), fairness_report.severity(report), fairness_report.habits(report))


def test_a_round_that_counts_for_little_blurs_the_final_little(home: Path) -> None:
    study = finals(home, {"r1": 99, "r2": 1}).study
    both, first = study.rank_sets("overall", "overall"), study.rounds["r1"].rank_sets("overall", "overall")
    assert both.freedom == pytest.approx(first.freedom, rel=0.01)
    errors = [found.table.set_index("entry_id").loc[["E1", "E2", "E3"], "error"] for found in (both, first)]
    assert list(errors[0]) == pytest.approx(list(errors[1]), rel=0.2)


def test_a_final_of_points_has_no_error(tmp_path: Path) -> None:
    rounds = [single(), single(score=[{"over": "judges", "by": "median", "round": 2}])]
    final = {"score": [{"over": "rounds", "by": "mean", "round": 2}]}
    given = case(rules(contest(*rounds, final=final), tmp_path), list(FIVE), {"r1": FIVE, "r2": FIVE})
    report = fairness_report.Analysis(cast("Any", StandIn(given)), "final")
    assert any("tahap demi tahap" in line for line in said(fairness_report.uncertainty(report)))
    assert {row["in_errors"] for row in report.study.decisive.to_dict("records")} <= {None}


def test_a_sum_over_judges_counts_its_margin_in_errors_of_the_sum(tmp_path: Path) -> None:
    found = []
    for by in ("mean", "sum"):
        first = single(score=[{"over": "judges", "by": by, "round": 2}], advance={"scope": "overall", "places": 2})
        given = case(rules(contest(first, single()), tmp_path), list(FIVE), {"r1": FIVE}, closed=frozenset({"r1"}))
        found += Study(cast("Any", StandIn(given)), "r1").decisive["in_errors"].tolist()
    assert found[0] == pytest.approx(found[1])


@pytest.mark.parametrize("seed", seeds(6, 12))
def test_any_contest_has_an_analysis_without_a_trace_of_machinery(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, gaps and recusals of every kind."""
    draw_nothing(monkeypatch)
    edition: Any = StandIn(random_case(Random(seed)))
    for where in edition.result.ranking["round"].unique():
        report = fairness_report.Analysis(edition, where)
        text = json.dumps(blocks(*(chapter(report) for chapter in CHAPTERS)), ensure_ascii=False)
        assert not re.search(r"NaN|\bnan\b|None|Infinity|<NA>", text)
    list(process_quality(edition))


@pytest.mark.usefixtures("samples")
def test_the_widgets_show_another_list_and_view() -> None:
    box = browse.fairness(fairness_report.Analysis(kit.open("2025")))
    pair, view, shown = box.children
    assert isinstance(shown, widgets.HTML)
    first = shown.value
    assert "Ketidakpastian peringkat" in first
    pair.value = ("category", "pelayanan")
    assert shown.value != first
    view.value = "sensitivity"
    assert "Kepekaan hasil" in shown.value


@pytest.mark.usefixtures("samples")
def test_every_list_of_the_final_can_be_explored() -> None:
    pair, view, shown = browse.fairness(fairness_report.Analysis(kit.open("2025"), "final")).children
    for choice in (view, pair):
        for _, name in choice.options:
            choice.value = name
            assert shown.value


@pytest.mark.usefixtures("samples")
def test_letters_are_the_same_for_the_same_data_and_do_not_follow_ids() -> None:
    letters = [Study(kit.open(edition)).letters for edition in SIMULATED]
    assert letters == [Study(kit.open(edition)).letters for edition in SIMULATED]
    assert any(list(own) != sorted(own) for own in letters)
