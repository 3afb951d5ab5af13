"""What judges and the committee see of rules that say more than marks on a scale: ballots, values, juries."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from folders import save
from homes import give, imported, meet, sheets, stage
from judge_screen import at_page, open_entry
from judged_edition import WHEN
from labs import TIMEOUT, free_port, running
from openpyxl import load_workbook
from problems import refused
from scoresheets import address, filled, places, resaved, sheet_of, table

import kit
from kit.check import check
from kit.contest import rounds
from kit.documents.judges_pack import judges_pack, rules
from kit.documents.official_paper import Part
from kit.judging.assignment import assign_round
from kit.judging.desk import Desk
from kit.judging.incoming import read_files
from kit.report.agenda import Agenda, attendance, without_marks
from kit.report.progress import judges_progress, reminders
from kit.screens.judge_form import JudgeForm
from kit.screens.judge_page import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from playwright.sync_api import Page

    from kit.edition import Edition
    from kit.errors import Problem


def ballots(most: int = 4, **more: Any) -> dict[str, Any]:
    """A round in which judges order the entries."""
    points = {"over": "judges", "by": "points", "table": [3, 2, 1], "round": 2}
    return single(**{"kind": "ranks", "scale": {"low": 1, "high": most, "step": 1}, "score": [points], **more})


def opened(home: Path, round_: Mapping[str, Any], entries: Any = ("E1", "E2", "E3"), **more: Any) -> Edition:
    edition = stage(home, contest(round_), entries, **more)
    rounds.open(edition, "r1", "semua hadir")
    return edition


def form(edition: Edition, judge: str = "J1") -> JudgeForm:
    return JudgeForm(Desk(edition, "r1", judge))


def saved(form: JudgeForm, *changes: tuple[str, str, str]) -> dict[str, Any]:
    named = ("entry_id", "field", "text")
    said = [dict(zip(named, change, strict=True), key=f"k{n}") for n, change in enumerate(changes)]
    return form.answer({"type": "save", "changes": said})


# Scales, ballots, and low scores


@pytest.mark.parametrize(
    ("low", "high", "step", "levels"),
    [
        (1, 5, "0.5", "1 1,5 2 2,5 3 3,5 4 4,5 5"),
        (1, 9, "1", "1 2 3 4 5 6 7 8 9"),
        (0, 2, "1", "0 1 2"),
        (0, 9, "1", ""),  # ten levels
        (1, 5, "0.25", ""),
        (8, 12, "1", ""),
        (0, 100, "0.1", ""),
    ],
)
def test_a_scale_of_at_most_nine_levels_is_given_by_digits(
    home: Path, low: int, high: int, step: str, levels: str
) -> None:
    scale = {"low": low, "high": high, "step": step}
    (criterion,) = form(opened(home, single(scale=scale))).setup["criteria"]
    assert criterion["tapped"] == bool(levels)
    assert " ".join(level["value"] for level in criterion["levels"]) == levels


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"by": "points", "table": [3, 2, 1]}, "tempat 1: 3; tempat 2: 2; tempat 3: 1; tempat sesudahnya: 0."),
        ({"by": "points", "curve": "borda"}, "banyaknya proposal di bawah proposal itu"),
        ({"by": "majority"}, "menurut mayoritas"),
        ({"by": "pairwise"}, "metode Schulze"),
        ({"by": "runoff"}, "gugur"),
    ],
)
def test_a_ballot_says_that_1_is_the_best_and_how_places_count(home: Path, step: dict[str, Any], said: str) -> None:
    setup = form(opened(home, ballots(score=[{"over": "judges", "round": 2, **step}]))).setup
    about = " ".join(setup["about"])
    assert "tulis 1 untuk proposal yang terbaik" in about
    assert said in about
    assert setup["texts"]["filled"] == "{filled} dari {asked} tempat"
    assert setup["texts"]["sort_total"] == "Urutan saya, dari yang terbaik"
    assert setup["criteria"][0]["scale"] == "1–4; 1 = terbaik"


def test_the_last_day_stands_on_the_form_on_papers_and_on_sheets(home: Path) -> None:
    edition = opened(home, single(closes="2025-08-15"))
    day = "Hari terakhir tahap ini: 15 Agustus 2025."
    assert form(edition).setup["about"] == [day]
    for write in (judges_pack, rules):
        paper = [block.to_json() for block in write(edition, Part("J1", "J1"), WHEN)]
        assert day in json.dumps(paper, ensure_ascii=False)
    how = load_workbook(sheet_of(edition, home)).worksheets[0]
    assert day in {cell.value for row in how.iter_rows() for cell in row}


def test_a_place_given_twice_is_a_remark_and_no_refusal(home: Path) -> None:
    own = form(opened(home, ballots(), ["E1", "E2", "E3", "E4"]))
    told = saved(own, ("E1", "mark", "1"), ("E2", "mark", "1"), ("E3", "mark", "4"))
    assert [outcome["said"] for outcome in told["outcomes"]] == ["", "", ""]
    twice, unused = told["ballot"]
    assert twice == {
        "said": "Tempat 1 diberikan kepada E1 dan E2. Jika memang demikian maksudnya, proposal itu berbagi tempat.",
        "twice": True,
    }
    assert unused["said"] == "Tempat yang belum dipakai: 3."
    assert [told["sheets"][entry]["standing"] for entry in ("E1", "E3")] == ["tempat 1", "tempat 4"]
    assert told["sheets"]["E1"]["order"] > told["sheets"]["E3"]["order"]
    (refused,) = saved(own, ("E4", "mark", "5"))["outcomes"]
    assert refused["said"].startswith("5 bukan tempat dalam urutan ini.")


@pytest.mark.browser
def test_the_page_of_a_ballot_names_places_that_are_used_twice(home: Path, chromium_page: Page) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415  (only CI installs it)

    edition, page, port = opened(home, ballots()), chromium_page, free_port()
    address = f"http://127.0.0.1:{port}"
    with running(["kit.cli", "serve", "2025", "r1", "--port", str(port)], f"{address}/", home):
        at_page(page, address, "J1", edition.name)
        expect(page.locator(".kit-form .marks")).to_contain_text("tulis 1 untuk proposal yang terbaik", timeout=TIMEOUT)
        for entry in ("E1", "E2"):
            open_entry(page, entry)
            page.locator('[data-criterion="mark"]').fill("1")
            page.keyboard.press("Enter")
            expect(page.locator(f'[data-entry="{entry}"]')).to_contain_text("tempat 1")
        expect(page.locator(".ballot .notice")).to_contain_text("Tempat 1 diberikan kepada E1 dan E2.")
        expect(page.locator(".kit-form .criterion .head").first).not_to_contain_text("Nilai")


def test_a_file_with_a_place_twice_is_previewed_with_a_remark(home: Path) -> None:
    edition = opened(home, ballots())
    rows = sheets(edition, "r1", {"E1": "1 2 1", "E2": "1 1 2", "E3": "2 3 3"})
    path = save(home / "urutan.csv", rows)
    (found,) = read_files(edition, [path]).remarks
    assert (found.code, found.data["judge"], found.data["entries"]) == ("place_twice_in_file", "J1", ["E1", "E2"])
    assert imported(edition, path) == (9, 0)


def test_places_after_the_last_may_stay_empty_where_the_rules_count_them(home: Path) -> None:
    own = form(opened(home, ballots(missing="zero"), ["E1", "E2", "E3", "E4"]))
    assert saved(own, ("E1", "mark", "1"), ("E2", "mark", "2"))["ballot"] == []


def test_the_lowest_mark_is_the_best_where_the_rules_say_so(home: Path) -> None:
    own = form(opened(home, weighted({"A": 40, "B": 60}, direction="low")))
    told = saved(own, *((entry, name, mark) for entry, mark in (("E1", "10"), ("E2", "20")) for name in "AB"))
    assert own.setup["about"][0] == "Nilai terendah adalah yang terbaik."
    assert own.setup["texts"]["sort_total"] == "Nilai saya, dari yang terendah"
    assert told["sheets"]["E1"]["order"] > told["sheets"]["E2"]["order"]


def test_the_form_speaks_of_entries_in_the_contests_own_words(home: Path) -> None:
    edition = stage(home, contest(single(), words={"entry": {"id": "lagu", "en": "song"}}), ["E1"])
    assert form(edition).setup["texts"]["entries"] == "Daftar lagu"


# Missing marks


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("no_score", "Kriteria yang kosong tidak dihitung sebagai nol."),
        ("zero", "Menurut ketentuan, kriteria yang kosong dihitung 0."),
        ("left_out", "Menurut ketentuan, kriteria yang kosong tidak ikut dihitung."),
    ],
)
def test_the_form_says_what_an_empty_criterion_counts_as(home: Path, missing: str, said: str) -> None:
    assert form(opened(home, weighted({"A": 40, "B": 60}, missing=missing))).setup["counts"] == said


def test_closing_with_empty_sheets_says_what_they_count_as(home: Path, run: Any) -> None:
    opened(home, single(missing="zero"), ["E1"])
    code, _, err = run("round close 2025 r1")
    assert (code, "Menurut ketentuan, kriteria yang kosong dihitung 0." in err) == (1, True)
    code, out, _ = run("round close 2025 r1 --reason sakit")
    said = "3 lembar penilaian tidak lengkap. Menurut ketentuan, kriteria yang kosong dihitung 0. Tahap 1 ditutup."
    assert (code, out.startswith(said)) == (0, True)


def test_a_letter_says_what_an_empty_place_counts_as(home: Path) -> None:
    letter = reminders(opened(home, ballots(missing="zero"), ["E1"]), "r1")["J1"]
    assert "- E1 Inovasi E1 – belum diberi tempat" in letter
    assert "proposal yang tidak diberi tempat berada di belakang semua yang diberi tempat" in letter


# Values


VALUES = {"kind": "values", "criteria": [{"id": "v", "name": "Suara", "value": "votes"}]}
VALUES |= {"score": [{"over": "criteria", "by": "sum", "round": 0}]}


def with_values(edition: Edition, *rows: tuple[str, str, str]) -> Edition:
    save(edition.folder / "values.csv", [["entry_id", "value_id", "value"], *rows])
    return kit.open("2025")


def test_a_round_of_values_says_so_and_names_what_is_lacking(home: Path, run: Any) -> None:
    edition = with_values(stage(home, contest(VALUES), ["E1", "E2"]), ("E1", "votes", "7"))
    code, out, _ = run("round open 2025 r1")
    assert (code, "Tahap ini tidak dinilai juri; angkanya dibaca dari daftar nilai lain" in out) == (0, True)
    shown = json.dumps(judges_progress(kit.open("2025"), "r1").to_json())
    assert "Tahap ini tidak dinilai juri" in shown
    assert "E2 Inovasi E2 (votes)" in shown
    code, _, err = run("round close 2025 r1")
    assert (code, "1 angka belum ada pada daftar nilai lain: E2 (votes). Proposal tanpa" in err) == (1, True)
    with_values(edition, ("E1", "votes", "7"), ("E2", "votes", "9"))
    assert run("edition accept 2025 --reason suara")[0] == 0
    assert run("round close 2025 r1")[0] == 0
    assert "Semua angka yang dipakai tahap ini" in json.dumps(judges_progress(kit.open("2025"), "r1").to_json())


def test_a_value_that_no_entry_has_is_a_remark(home: Path) -> None:
    edition = with_values(stage(home, contest(VALUES), ["E1"]), ("E1", "vote", "7"))
    codes = {one.code: one.data for one in check(edition).remarks}
    assert (codes["value_of_none"]["value"], codes["value_of_none"]["known"]) == ("votes", ["vote"])


def test_a_value_is_lacking_where_the_criterion_concerns_the_entry(home: Path) -> None:
    part = {"id": "v", "name": "Bonus", "weight": 100, "value": "bonus", "where": {"category": "b"}}
    edition = stage(home, contest(VALUES | {"criteria": [part]}), {"E1": "G1/a", "E2": "G1/b"})
    assert rounds.lacking_values(edition, "r1") == [("E2", "bonus")]


# Juries, and criteria with a panel of their own


JURIES = [
    {"id": "ahli", "name": "Ahli", "judges": ["J1", "J2"], "share": 60},
    {"id": "guru", "name": "Guru", "judges": ["J3"], "share": 40},
]


def test_a_jury_that_has_nobody_left_for_an_entry_is_named_before_the_round_opens(home: Path) -> None:
    edition = stage(home, contest(single(juries=JURIES)), ["E1", "E2"], conflicts={"J3": "E2:kin"})
    (found,) = rounds.gate(edition, "r1").remarks
    assert (found.code, found.data["name"], found.data["entries"]) == ("jury_without_judges", "Guru", ["E2"])


def test_a_criterion_whose_panel_has_nobody_left_for_an_entry_is_named(home: Path) -> None:
    steps = [{"over": "judges", "by": "mean"}, {"over": "criteria", "by": "weighted_mean", "round": 2}]
    round_ = weighted({"A": 40, "B": 60}, score=steps)
    round_["criteria"][1] |= {"panel": ["J3"], "where": {"category": "a"}}
    edition = stage(home, contest(round_), {"E1": "G1/a", "E2": "G1/b"}, conflicts={"J3": "E1:kin; E2:kin"})
    (found,) = rounds.gate(edition, "r1").remarks
    assert (found.code, found.data["name"], found.data["entries"]) == ("criterion_without_judges", "B", ["E1"])


def test_progress_and_attendance_are_shown_by_jury(home: Path) -> None:
    edition = opened(home, single(juries=JURIES), ["E1", "E2"])
    give(edition, "r1", {"E1": "50 60 70", "E2": "50 - -"})
    (table,) = [block for block in judges_progress(edition, "r1").blocks if getattr(block, "row_header", "") == "jury"]
    said = [[cell.text for cell in row.values()] for row in table.rows]
    assert said == [
        ["Ahli", "Nama J1 (J1) dan Nama J2 (J2)", "4", "3", "1", "0"],
        ["Guru", "Nama J3 (J3)", "2", "1", "1", "0"],
    ]
    rounds.close(edition, "r1", "sakit")
    meet(edition, "r1", "J1", "J3")
    shown = json.dumps(attendance(Agenda(edition, "r1")).to_json())
    assert "Ahli: hadir 1 dari 2 juri" in shown
    assert "Guru: hadir 1 dari 1 juri" in shown


def test_the_plenary_sees_values_with_their_source_and_what_empty_sheets_count_as(home: Path) -> None:
    value = {"id": "v", "name": "Bonus", "weight": 50, "value": "bonus"}
    round_ = weighted({"A": 50}, missing="zero", weights_total=100)
    edition = stage(home, contest(round_ | {"criteria": [*round_["criteria"], value]}), ["E1", "E2"])
    rows = [["entry_id", "value_id", "value", "source"], ["E1", "bonus", "7", "Dinas"]]
    save(edition.folder / "values.csv", rows)
    edition = kit.open("2025")
    rounds.open(edition, "r1", "semua hadir")
    give(edition, "r1", {"E1": "5|6|7", "E2": "||"})
    rounds.close(edition, "r1", "sakit")
    shown = json.dumps(without_marks(Agenda(edition, "r1")).to_json())
    for said in (
        "3 lembar penilaian tidak lengkap. Menurut ketentuan, kriteria yang kosong dihitung 0.",
        "Dinas",
        "E2 (bonus)",
    ):
        assert said in shown


# Criteria for some entries or judges, on score sheets and in files


def for_some(**more: Any) -> dict[str, Any]:
    """A round whose criterion B is for category b alone, and C for category a."""
    round_ = weighted({"A": 60, "B": 40, "C": 40}, weights_total="100", scale={"low": 0, "high": 10, "step": 1}, **more)
    round_["criteria"][1] |= {"where": {"category": "b"}}
    round_["criteria"][2] |= {"where": {"category": "a"}}
    return round_


def not_asked(act: Callable[[], object]) -> Problem:
    """The one mistake, a mark that is not asked."""
    (found,) = refused("mistakes", act).found  # type: ignore[attr-defined]
    assert found.code == "not_asked"
    return found


def test_a_score_sheet_asks_of_each_entry_what_concerns_it(home: Path) -> None:
    edition = opened(home, for_some(), {"E1": "G1/a", "E2": "G1/b"})
    path = filled(sheet_of(edition, home), {("E1", "A"): 5, ("E1", "C"): 10, ("E2", "A"): 4})
    sheet, shown = table(path), {name: address(path, *name) for name in product(("E1", "E2"), "ABC")}
    locked = {name for name, cell in shown.items() if sheet[cell].protection.locked}
    assert locked == {("E1", "B"), ("E2", "C")}
    for entry, unasked in (("E1", "B"), ("E2", "C")):
        assert shown[entry, unasked] not in str(sheet[address(path, entry, "total")].value)
    assert imported(edition, path) == (3, 0)


@pytest.mark.office
def test_a_spreadsheet_computes_the_total_and_the_empty_cells_of_what_is_asked(home: Path) -> None:
    edition = opened(home, for_some(), {"E1": "G1/a", "E2": "G1/b"})
    path = resaved(filled(sheet_of(edition, home), {("E1", "A"): 5, ("E1", "C"): 10, ("E2", "A"): 4}), home)
    whole = table(path, values=True)
    found = {entry: [whole[address(path, entry, name)].value for name in ("total", "empty")] for entry in ("E1", "E2")}
    assert found == {"E1": [7, 0], "E2": [None, 1]}


def test_a_mark_that_is_not_asked_is_refused_with_its_cell(home: Path) -> None:
    edition = opened(home, for_some(), {"E1": "G1/a", "E2": "G1/b"})
    path = filled(sheet_of(edition, home), {("E1", "A"): 5, ("E1", "B"): 6})
    found = not_asked(lambda: imported(edition, path))
    assert f"{found.data['column']}{found.data['row']}" == address(path, "E1", "B")
    rows = [["judge_id", "entry_id", "criterion", "value"], ["J1", "E2", "B", "5"], ["J1", "E2", "C", "5"]]
    said = not_asked(lambda: imported(edition, save(home / "nilai.csv", rows))).say("id")
    assert said.startswith('nilai.csv, baris 3, kolom D: juri "J1" tidak menilai kriteria C pada proposal E2')
    assert edition.history.marks().empty


def test_a_criterion_of_other_judges_is_no_column_of_the_sheet(home: Path) -> None:
    steps = [{"over": "judges", "by": "mean"}, {"over": "criteria", "by": "weighted_mean", "round": 2}]
    round_ = weighted({"A": 40, "B": 60}, score=steps)
    round_["criteria"][1] |= {"panel": ["J2", "J3"]}
    edition = opened(home, round_)
    assert "B" not in places(table(sheet_of(edition, home)))[1]
    assert "B" in places(table(sheet_of(edition, home, "J2")))[1]
    marks = {"E1": "5 5|5 5|5 5", "E2": "5 -|5 5|5 5", "E3": "5 -|5 5|5 5"}
    assert not_asked(lambda: give(edition, "r1", marks)).data["entry"] == "E1"


def test_the_sheet_of_a_ballot_says_so_and_marks_places_used_twice(home: Path) -> None:
    path = sheet_of(opened(home, ballots()), home)
    said = " ".join(str(cell.value) for sheet in load_workbook(path) for row in sheet for cell in row if cell.value)
    for words in (
        "Lembar Urutan: Tahap 1",
        "tulis 1 untuk proposal yang terbaik",
        "tempat 1–4; 1 = terbaik",
        "Tahap 1 (1 = terbaik)",
    ):
        assert words in said
    assert "Nilai yang tidak sesuai" not in said
    rules = [rule.type for area in table(path).conditional_formatting for rule in area.rules]
    assert "duplicateValues" in rules


# Panels for some entries, and judges whose marks do not count


def test_each_panel_shares_out_its_own_entries(home: Path) -> None:
    panels = [{"judges": ["J1", "J2", "J3"], "where": {"category": "a"}}]
    panels += [{"judges": ["J4", "J5"], "where": {"category": "b"}}, {"judges": ["J6"], "shadow": True}]
    entries = {f"E{n}": f"G1/{'ab'[n % 2]}" for n in range(6)}
    edition = stage(home, contest(single(panels=panels)), entries, [f"J{n}" for n in range(1, 7)])
    assign_round(edition, "r1", 2, 1)
    edition = kit.open("2025")
    given = edition.panel("r1").groupby("entry_id")["judge_id"].agg(set).to_dict()
    assert given["E1"] == {"J4", "J5", "J6"}
    assert all(
        len(own & {"J1", "J2", "J3"}) == 2 and "J6" in own
        for entry, own in given.items()
        if entry in {"E0", "E2", "E4"}
    )
    rounds.open(edition, "r1")
    shown = json.dumps(judges_progress(edition, "r1").to_json())
    assert "Nilai Nama J6 (J6) dicatat, tetapi tidak dihitung" in shown
    assert "J6" not in reminders(edition, "r1")


def test_a_judges_pack_describes_the_criteria_that_this_judge_marks(home: Path) -> None:
    round_ = for_some(panels=[{"judges": ["J1"], "where": {"category": "a"}}, {"judges": ["J2", "J3"]}])
    for criterion in round_["criteria"]:
        criterion["levels"] = {"0": f"Tidak {criterion['id']}", "10": f"Sangat {criterion['id']}"}
    edition = stage(home, contest(round_, single(missing="zero")), {"E1": "G1/a", "E2": "G1/b"})
    said = {
        judge: json.dumps([b.to_json() for b in judges_pack(edition, Part(judge, judge), WHEN)])
        for judge in ("J1", "J2")
    }
    assert ("Sangat B" in said["J1"], "Sangat C" in said["J1"]) == (False, True)
    assert ("Sangat B" in said["J2"], "Sangat C" in said["J2"]) == (True, True)
    assert "Menurut ketentuan, kriteria yang kosong dihitung 0." in said["J1"]
    assert "lengkapi semua kriteria" not in said["J1"]
    assert "Uraian tingkat: Tahap 2" not in said["J1"]


def test_the_running_score_leaves_out_what_the_rules_leave_out(home: Path) -> None:
    own = form(opened(home, weighted({"A": 40, "B": 60}, missing="left_out")))
    assert saved(own, ("E1", "B", "10"))["sheets"]["E1"]["total"] == "10,00"


def test_a_round_of_values_has_no_sheets_desks_or_assignments(home: Path) -> None:
    edition = with_values(stage(home, contest(VALUES), ["E1"]), ("E1", "votes", "7"))
    for act in (
        lambda: assign_round(edition, "r1", 2, 1),
        lambda: sheet_of(edition, home),
        lambda: Desk(edition, "r1", "J1"),
        lambda: serve("2025", "r1"),
    ):
        refused("round_of_values", act)
