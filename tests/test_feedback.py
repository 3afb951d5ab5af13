"""Feedback sheets: no single judge's mark, each award in its own scope, and next steps from what was last heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, weighted
from homes import play, stage
from papers import records

import kit
from kit.documents import leaders
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
    given = {value: detail for label, value, detail in facts(records(edition, "feedback", "E5")) if label == "Predikat"}
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
    assert f"pendampingan bagi {n} dari " in json.dumps(leaders.first_page(report).to_json())


def test_a_units_explanation_does_not_show_the_marks_of_a_judge_who_was_alone(home: Path) -> None:
    """Two judges, of whom one may not score E1: the letter A would hide nobody."""
    edition = stage(home, contest(weighted({"K1": 50, "K2": 50})), FIVE, ("J1", "J2"), conflicts={"J2": "E1:kerabat"})
    play(edition, "r1", {entry: f"6{n} 7{n}|8{n} 4{n}" for n, entry in enumerate(FIVE)} | {"E1": "91.3 17.9|"})
    text = explain(edition, "E1", to_unit=True).text()
    assert "hanya satu juri yang menilai inovasi ini" in text
    assert not any(mark in text for mark in ("91,3", "17,9", "54,6"))
    assert "91,3" in explain(edition, "E1").text()  # for the committee


def test_a_units_explanation_shows_means_and_no_judges_marks_where_there_are_fewer_than_five(home: Path) -> None:
    marks = {entry: f"6{n} 7{n}|8{n} 4{n}|50 51" for n, entry in enumerate(FIVE)} | {"E1": "91.3 17.9|80 20|70 30"}
    edition = play(stage(home, contest(weighted({"K1": 50, "K2": 50})), FIVE), "r1", marks)
    text = explain(edition, "E1", to_unit=True).text()
    assert "Inovasi ini dinilai oleh 3 juri." in text
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
