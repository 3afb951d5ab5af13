"""Documents of a contest whose awards cross the cuts: who gets them, and the sentence that says on what they rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import meet, play, stage
from papers import records

import kit
from kit.contest import plenary, rounds
from kit.documents.recap import recap
from kit.explain import basis
from kit.report import annual, fairness_report, results
from kit.report.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

WEIGHTS = {"over": "rounds", "by": "weighted_mean", "weights": {"r1": 40, "r2": 60}, "round": 2}
ENTRIES = {"E1": "G1/a", "E2": "G1/b", "E3": "G2/a", "E4": "G2/b"}
# In the first round E4 has most of category b, and does not go on: its group sends E3 on.
FIRST = {"E1": "60 60 60", "E2": "50 50 50", "E3": "90 90 90", "E4": "80 80 80"}
LAST = {"E1": "99 99 99", "E3": "20 20 20"}
BASIS = (
    "Peringkat menurut nilai akhir (40% tahap 1 + 60% tahap 2) di antara finalis; inovasi yang tidak mencapai tahap "
    "2 menempati urutan sesudahnya menurut nilai tahap 1. Penghargaan hanya diberikan kepada finalis."
)


def scored(home: Path, **awards: object) -> Edition:
    """Both rounds, and awards for each category."""
    final = {"score": [WEIGHTS], "awards": [{"scope": "category", "names": ["Terbaik", "Kedua"], **awards}]}
    document = contest(single(advance={"scope": "group", "places": 1}), single(), final=final)
    return both_rounds(stage(home, document, ENTRIES), LAST)


def both_rounds(edition: Edition, last: dict[str, str]) -> Edition:
    """The first round is decided, and the second in plenary."""
    for round_, marks in (("r1", FIRST), ("r2", last)):
        play(edition, round_, marks)
        meet(edition, round_)
        if round_ == "r1":
            plenary.decide(edition, round_)
    return edition


def tables(edition: Edition, kind: str) -> dict[str, dict[str, Any]]:
    return {block["caption"]: block for block in records(edition, kind) if block["type"] == "table"}


def rows(table: dict[str, Any]) -> list[str]:
    return [" ".join(row[key]["text"] for key in ("title", "award") if key in row) for row in table["rows"]]


def test_awards_across_groups_go_by_the_final_score_of_the_finalists(home: Path) -> None:
    """E3 has the most in the first round; E1 wins by the final score. Nobody of category b reached the last round."""
    edition = scored(home)
    ranking = tables(edition, "minutes-result")
    assert next(iter(ranking)) == "Peringkat A"
    assert rows(ranking["Peringkat A"]) == ["Inovasi E1 Terbaik", "Inovasi E3 Kedua"]
    assert [column["label"] for column in ranking["Peringkat A"]["columns"]][-2:] == ["Nilai akhir", "Penghargaan"]
    assert rows(tables(edition, "decree-annex")["Pemenang A"]) == ["Inovasi E1 Terbaik", "Inovasi E3 Kedua"]
    assert "Pemenang B" not in tables(edition, "decree-annex")


def test_a_list_without_finalists_is_not_shown_as_a_final_ranking(home: Path) -> None:
    said = json.dumps([block.to_json() for block in [results.results(Context(scored(home)))]], ensure_ascii=False)
    assert "Peringkat akhir A" in said
    assert "Peringkat akhir B" not in said
    assert "B: tidak ada inovasi yang mencapai tahap 2." in said


def test_minutes_say_that_a_list_has_no_finalists_instead_of_an_empty_table(home: Path) -> None:
    edition = scored(home)
    assert "Peringkat B" not in tables(edition, "minutes-result")
    assert "B: tidak ada inovasi yang mencapai tahap 2." in json.dumps(records(edition, "minutes-result"))


def test_a_register_that_changed_is_called_by_its_name(home: Path) -> None:
    edition = scored(home)
    path = edition.folder / "judges.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Nama J3", "Nama lain"), encoding="utf-8")
    changed = kit.open("2025")
    rounds.accept_changes(changed, "salah tulis")
    table = tables(changed, "minutes-result")["Perubahan setelah penilaian dimulai"]
    assert [row["changes"]["text"] for row in table["rows"]] == ["Daftar juri"]


def test_lists_are_analysed_in_the_order_of_the_rules_and_each_entry_is_counted_once(home: Path) -> None:
    """E1 is the first by id and stands in the last group; every finalist stands in two lists."""
    awards = [{"scope": scope, "names": ["Terbaik"]} for scope in ("group", "overall")]
    final = {"score": [WEIGHTS], "awards": awards}
    document = contest(single(advance={"scope": "group", "places": 2}), single(), final=final)
    cells = {"E1": "G2/a", "E2": "G1/a", "E3": "G1/a", "E4": "G2/a"}
    edition = both_rounds(stage(home, document, cells), dict.fromkeys(cells, LAST["E1"]))
    report = fairness_report.Analysis(edition, "final")
    assert report.study.scopes == [("overall", "overall"), ("group", "G1"), ("group", "G2")]
    assert "hasil akhir 4 inovasi" in json.dumps(fairness_report.opening(report).to_json())


def test_where_all_compete_scores_of_a_round_are_not_called_final(home: Path) -> None:
    edition = scored(home, among="all")
    annex = tables(edition, "decree-annex")
    assert rows(annex["Pemenang B"]) == ["Inovasi E4 Terbaik", "Inovasi E2 Kedua"]
    labels = {caption: [column["label"] for column in table["columns"]] for caption, table in annex.items()}
    assert "Nilai akhir" in labels["Pemenang A"]
    assert "Nilai akhir" not in labels["Pemenang B"]
    said = "Penghargaan diberikan menurut urutan tersebut, termasuk kepada inovasi yang tidak mencapai tahap 2."
    assert annex["Pemenang B"]["notes"][0].endswith(said)


@pytest.mark.parametrize("kind", ["minutes-result", "decree-annex", "announcement", "press"])
def test_the_basis_stands_under_every_table_of_awards(home: Path, kind: str) -> None:
    edition = scored(home)
    shown = [table for caption, table in tables(edition, kind).items() if caption in {"Peringkat A", "Pemenang A"}]
    assert [table["notes"] for table in shown] == [[BASIS]]
    assert basis(edition.rules, edition.texts, "category") == BASIS


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("minutes-scores", "Peringkat menurut nilai tahap 1."),
        ("feedback", BASIS.partition(" Penghargaan")[0]),
        ("certificates-award", "menurut nilai akhir (40% tahap 1 + 60% tahap 2)"),
        ("rules", BASIS.partition(" Penghargaan")[0]),
        (
            "rules",
            "Penghargaan untuk setiap bentuk inovasi: Terbaik dan Kedua. Penghargaan hanya diberikan kepada finalis.",
        ),
    ],
)
def test_other_documents_say_it_too(home: Path, kind: str, said: str) -> None:
    assert said in json.dumps(records(scored(home), kind), ensure_ascii=False)


def test_report_and_recap_say_it_under_their_rankings(home: Path) -> None:
    edition = scored(home)
    for blocks in ([results.results(Context(edition))], recap(edition, annual.masthead(Context(edition)))):
        assert BASIS in json.dumps([block.to_json() for block in blocks], ensure_ascii=False)


# What the printed rules say


@pytest.mark.parametrize(
    ("first", "awards", "said"),
    [
        ({}, {}, ["Jika nilai pada batas itu tetap sama, semuanya lolos."]),
        ({}, {}, ["Jika nilai untuk penghargaan terakhir tetap sama, semuanya menerima penghargaan itu."]),
        (
            {"advance": {"scope": "group", "places": 1, "at_cut": "decide"}},
            {"at_cut": "decide"},
            [
                "Jika nilai pada batas itu tetap sama, rapat pleno dewan juri memutuskan siapa yang lolos.",
                "Jika nilai untuk penghargaan terakhir tetap sama, rapat pleno dewan juri memutuskan penerimanya.",
            ],
        ),
        ({"panel": ["J3", "J1"]}, {}, ["Tahap 1: dinilai oleh Nama J3 dan Nama J1."]),
        ({"not_counting": ["J2"]}, {}, ["Tahap 1: nilai dari Nama J2 dicatat, tetapi tidak dihitung."]),
        ({"quorum": 3}, {}, ["Tahap 1: rapat pleno dapat memutuskan jika dihadiri sekurang-kurangnya 3 juri."]),
        (
            {"ties": [{"by": "head_count"}, {"by": "judges_decide"}]},
            {},
            [
                "Untuk menentukan urutan pada nilai yang sama, angka dibandingkan sebelum dibulatkan.",
                "Keputusan rapat pleno tentang nilai yang sama hanya berlaku untuk inovasi dan nilai yang diputuskan",
            ],
        ),
    ],
)
def test_printed_rules_leave_nothing_out(
    home: Path, first: dict[str, Any], awards: dict[str, Any], said: list[str]
) -> None:
    final = {"awards": [{"scope": "group", "names": ["Juara"], **awards}]}
    document = contest(single(**{"advance": {"scope": "group", "places": 1}} | first), single(), final=final)
    printed = json.dumps(records(stage(home, document, ENTRIES), "rules"), ensure_ascii=False)
    assert [sentence for sentence in said if sentence not in printed] == []


def test_scopes_are_printed_in_the_rules_order(home: Path) -> None:
    """The groups of these rules are G2 before G1, and category b before a."""
    final = {"score": [WEIGHTS], "awards": [{"scope": scope, "names": ["Juara"]} for scope in ("group", "category")]}
    document = contest(single(), single(), final=final)
    document["groups"] = document["groups"][::-1]
    document["categories"] = document["categories"][::-1]
    edition = both_rounds(stage(home, document, ENTRIES), FIRST)
    captions = [caption for caption in tables(edition, "decree-annex") if caption.startswith("Pemenang")]
    assert captions == ["Pemenang Dua", "Pemenang Satu", "Pemenang B", "Pemenang A"]
