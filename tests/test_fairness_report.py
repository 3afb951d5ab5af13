"""The fairness analysis in words: every sentence follows from the marks, and no judge is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pytest
from contests import contest, single
from folders import save
from homes import empty_home, play, stage
from samples import SIMULATED, blocks, said, sample_home, tables

import kit
from kit.edition import StillOpen
from kit.fairness.study import Study
from kit.fields import UnknownRound
from kit.report.annual import AnnualReport
from kit.report.browse import fairness
from kit.report.fairness import FairnessReport, process_quality

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = ("opening", "agreement", "severity", "adjusted", "uncertainty", "sensitivity", "decisive", "habits")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield from sample_home(tmp_path_factory.mktemp("home"), patch)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from empty_home(tmp_path, monkeypatch)


def whole(report: FairnessReport) -> list[dict[str, Any]]:
    return blocks(report.masthead(), *(getattr(report, part)() for part in PARTS))


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("edition", [*SIMULATED, "paris-1976"])
def test_every_sample_edition_has_its_analysis_and_names_no_judge(edition: str, language: Any) -> None:
    opened = kit.open(edition, language)
    for round_ in opened.states:
        report = FairnessReport(opened, round_)
        text = json.dumps(whole(report), ensure_ascii=False)
        assert "NaN" not in text
        assert " nan" not in text
        for judge in opened.registers.judges.to_dict("records"):
            assert f'"{judge["judge_id"]}"' not in text
            assert judge["name"] not in text
        assert whole(report)[0]["circulation"] == "restricted"


def test_the_analysis_waits_until_the_round_is_closed(home: Path) -> None:
    edition = stage(home, contest(single()), ["E1", "E2", "E3"])
    edition.open_round("r1")
    with pytest.raises(StillOpen):
        Study(edition)
    with pytest.raises(UnknownRound):
        Study(edition, "tiada")


def analysed(home: Path, marks: dict[str, str], **more: Any) -> FairnessReport:
    """The analysis of a contest of single marks, its three best advancing."""
    first = single(advance={"scope": "overall", "places": more.pop("places", 2)})
    edition = stage(home, contest(first, single(), **more.pop("rules", {})), list(marks), **more)
    return FairnessReport(play(edition, "r1", marks, reason="uji"))


FOUR = {"E1": "90 80 70", "E2": "80 71 60", "E3": "70 60 51", "E4": "60 50 40"}


def test_severity_is_told_in_points_of_the_total(home: Path) -> None:
    report = analysed(home, FOUR)
    # J1 gives 90, 80, 70, 60 and J3 70, 60, 51, 40: 19.75 apart, and hardly shrunken where so little is left over.
    (line,) = [line for line in said(report.severity()) if line.startswith("Juri yang paling tegas")]
    assert "rata-rata 19,7" in line
    table = tables(report.severity())["Ketegasan dan kekonsistenan setiap juri"]
    severities = {row[0]: float(row[2].replace(",", ".")) for row in table[1:]}
    letters = report.study.letters
    order = sorted(letters, key=lambda judge: severities[letters[judge]])
    assert order == ["J1", "J2", "J3"]  # J3 gives the least


def test_a_crossed_panel_confirms_nothing(home: Path) -> None:
    lines = said(analysed(home, FOUR).adjusted())
    assert any("tidak dapat mengubah urutan" in line and "bukan penguatan" in line for line in lines)


def test_a_recused_judge_lets_the_order_differ(home: Path) -> None:
    marks = {"E1": "90 80 70", "E2": "85 78 -", "E3": "70 60 51", "E4": "60 50 40"}
    report = analysed(home, marks, conflicts={"J3": "E2:kin"})
    # Without J3, who gives least, E2 has 81.5 against E1's 80; had all judged alike, E1 would be first.
    (line,) = said(report.adjusted())[1:]
    assert "2 inovasi berpindah peringkat, paling jauh 1 peringkat" in line
    assert "bukan penguatan" not in line


def test_panels_without_a_common_judge_are_named_and_not_compared(home: Path) -> None:
    seats = [("r1", entry, judge) for entry in ("E1", "E2") for judge in ("J1", "J2")]
    seats += [("r1", entry, judge) for entry in ("E3", "E4") for judge in ("J3", "J4")]
    edition = stage(home, contest(single()), ["E1", "E2", "E3", "E4"], ("J1", "J2", "J3", "J4"), assignments=seats)
    edition.open_round("r1")
    rows = [["round", "judge_id", "entry_id", "value"]]
    given = {"E1": {"J1": "90", "J2": "80"}, "E2": {"J1": "80", "J2": "71"}}
    given |= {"E3": {"J3": "70", "J4": "60"}, "E4": {"J3": "60", "J4": "51"}}
    rows += [["r1", judge, entry, value] for entry, own in given.items() for judge, value in own.items()]
    edition.import_marks([save(edition.folder.parent / "nilai.csv", rows)])
    edition.close_round("r1")
    report = FairnessReport(edition)
    text = " ".join(said(report.severity(), report.adjusted(), report.uncertainty()))
    assert "Panel terbagi menjadi 2 bagian" in text
    assert "tidak dapat dibandingkan" in text
    assert any("bagian tanpa juri bersama" in line for line in process_quality(edition, "r1"))


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
    report = FairnessReport(play(edition, "r1", marks))
    text = json.dumps(whole(report), ensure_ascii=False)
    assert "NaN" not in text
    assert " nan" not in text
    list(process_quality(edition, "r1"))


def test_the_sets_say_how_many_are_surely_in_and_out(home: Path) -> None:
    marks = {"E1": "90 91 90", "E2": "90 89 90", "E3": "20 21 20", "E4": "20 19 20"}
    lines = said(analysed(home, marks).uncertainty())
    assert any("memastikan 2 inovasi berada di dalam 2 besar dan 2 di luarnya; 0 lainnya" in line for line in lines)


def test_what_decided_a_cut_is_told(home: Path) -> None:
    marks = {"E1": "90 90 90", "E2": "80 80 50", "E3": "69 69 69", "E4": "20 19 20"}
    report = analysed(home, marks)
    ((*_,), row) = tables(report.decisive())["Selisih pada setiap batas dan penentunya"]
    assert row[2:5] == ["E2", "E3", "1,00"]
    letter = report.study.letters
    assert f"Juri {letter['J1']}" in row[6]
    assert f"Juri {letter['J3']}" not in row[6]


def test_the_rules_say_whether_the_plenary_sees_it(home: Path) -> None:
    assert any("tidak disajikan" in line for line in said(analysed(home, FOUR).opening()))


def test_the_rules_may_say_that_it_does(home: Path) -> None:
    report = analysed(home, FOUR, rules={"fairness_in_plenary": True})
    assert any("disajikan dalam rapat pleno." in line for line in said(report.opening()))


@pytest.mark.usefixtures("samples")
def test_the_report_says_two_calm_sentences() -> None:
    edition = kit.open("2025")
    reliable, linked = process_quality(edition, "proposal")
    assert reliable.startswith("Pada tahap Penilaian proposal, nilai rata-rata 3 juri membandingkan inovasi dengan")
    assert "keandalan sangat baik (0,98 dari 1" in reliable
    assert "Koo dan Li 2016" in reliable
    assert linked.startswith("Tidak semua juri menilai semua inovasi")  # one is recused
    text = " ".join(said(AnnualReport(edition).process()))
    assert reliable in text
    assert "Juri A" not in text


@pytest.mark.usefixtures("samples")
def test_the_widgets_show_another_list_and_view() -> None:
    box = fairness(FairnessReport(kit.open("2025")))
    pair, view, shown = box.children
    assert isinstance(shown, widgets.HTML)
    first = shown.value
    assert "Ketidakpastian peringkat" in first
    pair.value = ("category", "pelayanan")
    assert shown.value != first
    view.value = "sensitivity"
    assert "Kepekaan hasil" in shown.value


@pytest.mark.usefixtures("samples")
def test_letters_are_the_same_for_the_same_data_and_do_not_follow_ids() -> None:
    letters = [Study(kit.open(edition)).letters for edition in SIMULATED]
    assert letters == [Study(kit.open(edition)).letters for edition in SIMULATED]
    assert any(list(own) != sorted(own) for own in letters)
