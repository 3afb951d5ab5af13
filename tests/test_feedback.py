"""Feedback sheets: no single judge's mark, each award in its own scope, and next steps from what was last heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, weighted
from homes import play, stage
from papers import records
from samples import first_page

import kit
from kit.documents.kinds import KINDS
from kit.explain import explain
from kit.report.context import Context

if TYPE_CHECKING:
    from pathlib import Path

FIVE = [f"E{n}" for n in range(1, 6)]


def facts(sheet: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What the figures at the top of a sheet say: label, value and detail."""
    return [
        (fact["label"], fact["value"], fact["detail"])
        for block in sheet
        if block["type"] == "facts"
        for fact in block["items"]
    ]


def test_what_only_one_judge_marked_is_not_shown(home: Path) -> None:
    """Two judges, of whom one may not score E1: a mean would be the other's mark."""
    rules = contest(weighted({"K1": 50, "K2": 50}))
    edition = stage(home, rules, FIVE, ("J1", "J2"), conflicts={"J2": "E1:kerabat"})
    marks = {entry: f"6{n} 7{n}|8{n} 4{n}" for n, entry in enumerate(FIVE)}
    play(edition, "r1", marks | {"E1": "91.3 17.9|"})
    alone, both = records(edition, "feedback", "E1"), records(edition, "feedback", "E2")
    text = json.dumps(alone, ensure_ascii=False)
    assert "hanya satu juri yang menilai inovasi ini" in text
    assert not any(mark in text for mark in ("91,3", "17,9", "54,6"))
    assert [label for label, *_ in facts(alone)] == ["Peringkat"]
    assert ("Tahap 1", "63,50", "menurut 2 dari 2 juri") in facts(both)
    assert "71,00" in json.dumps(both)  # the mean of K1


def test_each_award_stands_with_the_scope_that_gives_it(home: Path) -> None:
    awards = [{"scope": "overall", "names": ["Juara Umum"]}, {"scope": "category", "names": ["Terbaik"]}]
    rules = contest(weighted({"K1": 100}), final={"score": [{"over": "rounds", "by": "last"}], "awards": awards})
    edition = play(stage(home, rules, FIVE), "r1", {entry: f"6{n}|6{n}|6{n}" for n, entry in enumerate(FIVE)})
    given = {
        value: detail for label, value, detail in facts(records(edition, "feedback", "E5")) if label == "Penghargaan"
    }
    assert given == {"Juara Umum": "seluruh peserta", "Terbaik": "A"}


def test_a_trimmed_mean_is_called_no_mean_and_may_differ_from_the_criteria(home: Path) -> None:
    steps = [
        {"over": "criteria", "by": "weighted_mean"},
        {"over": "judges", "by": "trimmed_mean", "drop_high": 1, "drop_low": 1, "round": 2},
    ]
    edition = stage(home, contest(weighted({"K1": 100}, score=steps, min_judges=3)), FIVE)
    sheet = records(play(edition, "r1", dict.fromkeys(FIVE, "10|20|90")), "feedback", "E1")
    assert ("Tahap 1", "20,00", "menurut 3 dari 3 juri") in facts(sheet)
    (notes,) = [block["notes"] for block in sheet if block["type"] == "table" and "kriteria" in block["caption"]]
    assert any("bukan dari rata-rata ini" in note for note in notes)


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("year", ["2023", "2024", "2025"])
def test_as_many_sheets_say_that_support_is_needed_as_the_report_asks_support_for(year: str) -> None:
    """Of the elements the register and the follow-up say different things; the latest word counts in all documents."""
    edition = kit.open(year)
    n = 0
    for part in KINDS["feedback"].parts(edition):
        *paragraphs, table = records(edition, "feedback", part.id)
        says = "perlu pendampingan" in json.dumps(paragraphs)
        assert says == ("perlu pendampingan" in json.dumps(table["notes"])), part.id
        assert not (says and "Pertahankan seluruh unsur" in json.dumps(paragraphs)), part.id
        n += says
    report = Context(edition)
    assert n == report.readiness["support"]
    assert f"pendampingan bagi {n} dari " in json.dumps(first_page(report).to_json())


def test_a_units_explanation_does_not_show_the_marks_of_a_judge_who_was_alone(home: Path) -> None:
    """Two judges, of whom one may not score E1: the letter A would hide nobody."""
    edition = stage(home, contest(weighted({"K1": 50, "K2": 50})), FIVE, ("J1", "J2"), conflicts={"J2": "E1:kerabat"})
    play(edition, "r1", {entry: f"6{n} 7{n}|8{n} 4{n}" for n, entry in enumerate(FIVE)} | {"E1": "91.3 17.9|"})
    text = explain(edition, "E1", to_unit=True).text()
    assert "hanya satu juri yang menilai proposal ini" in text
    assert not any(mark in text for mark in ("91,3", "17,9", "54,6"))
    assert "91,3" in explain(edition, "E1").text()  # for the committee


def test_a_units_explanation_shows_means_and_no_judges_marks_where_there_are_fewer_than_five(home: Path) -> None:
    marks = {entry: f"6{n} 7{n}|8{n} 4{n}|50 51" for n, entry in enumerate(FIVE)} | {"E1": "91.3 17.9|80 20|70 30"}
    edition = play(stage(home, contest(weighted({"K1": 50, "K2": 50})), FIVE), "r1", marks)
    text = explain(edition, "E1", to_unit=True).text()
    assert "Proposal ini dinilai oleh 3 juri." in text
    assert "0,5 × 80,4333… + 0,5 × 22,6333… = 51,5333… → dibulatkan menjadi 51,53" in text
    assert not any(mark in text for mark in ("91,3", "17,9", "54,6", "Juri A"))
    assert "Juri A" in explain(edition, "E1").text()


@pytest.mark.parametrize(
    ("steps", "score"),
    [
        (
            [{"over": "judges", "by": "weighted_mean", "weights": {"J1": 2}}, {"over": "criteria", "by": "mean"}],
            "71,50",
        ),
        ([{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "mean", "round_terms": 0}], "75,33"),
    ],
)
def test_a_unit_sees_no_sum_of_means_that_leads_to_another_score(
    home: Path, steps: list[dict[str, Any]], score: str
) -> None:
    """Judges who weigh differently, and totals that are rounded before their mean: the means give 75,17."""
    steps[-1]["round"] = 2
    edition = stage(home, contest(weighted({"K1": 50, "K2": 50}, score=steps)), ["E1"])
    text = explain(play(edition, "r1", {"E1": "60 61|70 70|95 95"}), "E1", to_unit=True).text()
    assert f"Nilai pada tahap ini ialah {score}." in text
    assert "75,17" not in text


LEVELS = {
    1: "Belum ada.",
    2: "Ada satu.",
    3: "Ada dua.",
    4: "Ada tiga; terdokumentasi.",
    5: "Seperti tingkat 4, dan terbukti berjalan.",
}


def told(home: Path, marks: dict[str, str], language: str = "id", **more: Any) -> list[str]:
    """The headings and list items of E1's sheet, on criteria A, B and so on with levels 1 to 5 that count alike."""
    names = [chr(ord("A") + n) for n in range(len(marks["E1"].split("|")[0].split()))]
    round_ = weighted(dict.fromkeys(names, 1), scale={"low": 1, "high": 5, "step": "0.5"}, **more)
    for criterion in round_["criteria"]:
        criterion["levels"] = LEVELS
    edition = play(stage(home, contest(round_), [*marks]), "r1", marks)
    lines = []
    for block in records(kit.open(edition.name, language) if language != "id" else edition, "feedback", "E1"):
        if block["type"] == "heading":
            lines.append(block["text"])
        elif block["type"] in {"list", "paragraph"}:
            items = block.get("items", [block.get("runs", [])])
            lines += ["".join(run["text"] for run in item) for item in items]
    return lines


def test_only_what_was_good_is_praised(home: Path) -> None:
    """A and B reach the upper part of the scale; C is the best of the rest, and no strength."""
    lines = told(home, {"E1": "|".join(["4 3.5 3 2 1.5 1"] * 3)})
    at = lines.index("Kekuatan utama")
    assert lines[at + 1 : at + 3] == ["A (4,00). “Ada tiga; terdokumentasi.”", "B (3,50). “Ada dua.”"]
    assert lines[at + 3] == "Saran perbaikan"


def test_above_the_groups_mean_is_a_strength_from_the_middle_of_the_scale(home: Path) -> None:
    others = {entry: "|".join(["1 1"] * 3) for entry in FIVE}
    lines = told(home, others | {"E1": "|".join(["3 2.5"] * 3)})
    assert lines[lines.index("Kekuatan utama") + 1].startswith("A (3,00)")
    lines = told(home, others | {"E1": "|".join(["2.5 2"] * 3)})
    assert lines[lines.index("Kekuatan utama") + 1] == "Belum ada kriteria yang menonjol pada tahap ini."


def test_advice_aims_at_the_middle_of_the_scale_at_least(home: Path) -> None:
    lines = told(home, {"E1": "|".join(["4.5 4 3 1"] * 3)})
    at = lines.index("Saran perbaikan")
    assert lines[at + 1] == "D (1,00). Sasaran berikutnya ialah tingkat 3: “Ada dua.”"
    assert lines[at + 2] == "C (3,00). Sasaran berikutnya ialah tingkat 4: “Ada tiga; terdokumentasi.”"


def test_a_level_like_another_is_written_out(home: Path) -> None:
    lines = told(home, {"E1": "|".join(["5 4"] * 3)})
    assert "A (5,00). “Ada tiga; terdokumentasi, dan terbukti berjalan.”" in lines
    assert "B (4,00). Sasaran berikutnya ialah tingkat 5: “Ada tiga; terdokumentasi, dan terbukti berjalan.”" in lines


def test_the_highest_mark_gets_no_advice(home: Path) -> None:
    assert "Saran perbaikan" not in told(home, {"E1": "|".join(["5 5"] * 3)})


def test_where_the_lowest_mark_is_the_best_it_is_the_strength(home: Path) -> None:
    lines = told(home, {"E1": "|".join(["4.5 1.5"] * 3)}, direction="low")
    assert lines[lines.index("Kekuatan utama") + 1].startswith("B (1,50)")
    assert lines[lines.index("Saran perbaikan") + 1] == "A (4,50)."


def test_english_feedback_says_that_levels_are_quoted_in_the_language_of_the_rules(home: Path) -> None:
    note = "The level descriptions are quoted in the language of the rules."
    assert note in told(home, {"E1": "|".join(["4 2"] * 3)}, "en")
    assert not any("bahasa ketentuan" in line for line in told(home, {"E1": "|".join(["4 2"] * 3)}))


def test_no_comment_waiting_for_approval_is_spoken_of(samples: Path) -> None:  # noqa: ARG001  (makes the home)
    text = json.dumps(records(kit.open("2025"), "feedback", "K1-01"), ensure_ascii=False)
    assert "menunggu persetujuan" not in text
    assert "Tidak ada catatan dewan juri yang disampaikan untuk inovasi ini." in text
