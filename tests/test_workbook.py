"""A judge's workbook says all that the judge needs, takes what the rules have, and computes what the kit computes."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from contests import single, weighted
from documents import HOSTILE
from openpyxl import Workbook, load_workbook
from problems import problem
from samples import begun, sample_home
from scoresheets import ENTRIES, SCALE, address, filled, opened, places, resaved, say, sheet_of, table

from kit.actions import append
from kit.contest import rounds
from kit.judging.assignment import reading_order
from kit.judging.score_sheet import write_sheets
from kit.ledger import Event
from kit.scoring.scores import collect_sheets, score_round
from kit.workbooks import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kit.edition import Edition


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    """The sample edition of 2025 as it was before anybody had scored."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        yield begun(home, "proposal")


def words(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def row(path: Path, entry: str, *, values: bool = False) -> dict[str, Any]:
    """An entry's cells by the ids above them."""
    sheet = table(path, values=values)
    rows, columns = places(sheet)
    return {name: sheet.cell(rows[entry], column).value for name, column in columns.items()}


def test_each_judge_gets_a_workbook(city: Edition, tmp_path: Path) -> None:
    made = write_sheets(city, "proposal", tmp_path / "keluar")
    assert [path.name for path in made] == [
        f"lembar-penilaian-2025-proposal-{judge}-SIMULASI.xlsx" for judge in ("J-A", "J-B", "J-C")
    ]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == sorted(made)
    book = load_workbook(made[0])
    assert book.sheetnames == ["Petunjuk", "Rubrik", "Penilaian", "kit"]
    assert [sheet.sheet_state for sheet in book] == ["visible"] * 3 + ["veryHidden"]
    for sheet in book.worksheets[:3]:
        assert any("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA" in text for text in words(sheet))
        assert sheet.oddHeader.center.text is not None
        assert "DATA SIMULASI" in sheet.oddHeader.center.text
    assert not book.vba_archive


def test_forty_nine_entries_and_three_judges_take_about_a_second(city: Edition, tmp_path: Path) -> None:
    start = time.perf_counter()
    write_sheets(city, "proposal", tmp_path)
    assert time.perf_counter() - start < 3  # 0.4 s on two cores; a slow machine may take longer


def test_the_instructions_say_what_to_do_and_whose_sheet_it_is(city: Edition, tmp_path: Path) -> None:
    book = load_workbook(write_sheets(city, "proposal", tmp_path, ["J-C"])[0])
    said = words(book["Petunjuk"])
    assert {"J-C · Contoh Citra Wulandari", "49", "1–5, kelipatan 0,5"} <= set(said)
    assert [text for text in said if text.endswith(".") and text[:-1].isdigit()] == [f"{n}." for n in range(1, 10)]
    assert any("sekretariat Pemerintah Kota Pontianak" in text for text in said)
    assert any('"Penilaian"' in text for text in said)
    revision = said[said.index("Revisi lembar") + 1]
    assert f"2025 proposal J-C {revision}" in str(book["Penilaian"].oddFooter.center.text)


def test_the_table_has_every_entry_in_the_judges_own_order(city: Edition, tmp_path: Path) -> None:
    path = write_sheets(city, "proposal", tmp_path, ["J-B"])[0]
    rows, columns = places(table(path))
    entries = [entry for entry in rows if entry in city.entrants("proposal")]
    assert entries == reading_order(city, "proposal", "J-B", city.registers.entries["entry_id"])
    assert len(entries) == 49
    found = row(path, "K1-05")
    assert (found["title"], found["unit"], found["category"]) == (
        'GERAI SERASI: Layanan "Sekali Datang, Sekali Urus" bagi Pelaku Usaha Mikro',
        "Dinas Contoh Pelayanan Terpadu",
        "Pelayanan publik",
    )
    assert [name for name in columns if name.startswith("K")] == [f"K{n}" for n in range(1, 8)]


def test_the_rubric_has_criteria_weights_questions_and_levels(city: Edition, tmp_path: Path) -> None:
    sheet = load_workbook(write_sheets(city, "proposal", tmp_path, ["J-A"])[0])["Rubrik"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=11)]
    assert lines[0] == ["Kriteria", "Bobot", "Skala", "Pertanyaan", *(f"Tingkat {n}" for n in range(1, 6))]
    assert lines[6][:4] == ["K6 Kolaborasi", "5", "1–5, kelipatan 0,5", "Siapa yang ikut bekerja, dan apa perannya?"]
    assert lines[6][4] == "Dikerjakan sendiri tanpa mitra."
    for criterion, line in zip(city.rules.round("proposal").criteria, lines[1:], strict=True):
        assert line[4:] == [criterion.levels[str(n)].id for n in range(1, 6)]
    assert any("USULAN" in text for text in words(sheet))


def test_only_marks_and_comments_can_be_typed(home: Path) -> None:
    edition = opened(home, conflicts={"J1": "E2:kin"})
    sheet = table(sheet_of(edition, home))
    rows, columns = places(sheet)
    open_cells = {
        (entry, name)
        for entry, at in rows.items()
        for name, column in columns.items()
        if not sheet.cell(at, column).protection.locked
    }
    assert open_cells == {(e, name) for e in ("E1", "E3") for name in ("A", "B", "entrant", "internal")}
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet.protection.autoFilter  # openpyxl says what is forbidden
    assert all(page.protection.sheet for page in load_workbook(sheet_of(edition, home / "lagi")).worksheets[:3])


def test_recused_entries_stand_greyed_and_are_not_missing(home: Path) -> None:
    edition = opened(home, conflicts={"J1": "E2:kin"})
    append(edition, Event(kind="recusal", actor="J1", round="r1", judge_id="J1", entry_id="E3", text="kin: ipar"))
    path = sheet_of(edition, home)
    assert [row(path, entry)["empty"] for entry in ("E2", "E3")] == ["tidak menilai"] * 2
    assert row(path, "E1", values=True)["empty"] == 2
    sheet = table(path)
    rows, columns = places(sheet)
    colours = {entry: sheet.cell(rows[entry], columns["A"]).fill.fgColor.rgb for entry in ENTRIES}
    assert colours["E2"] == colours["E3"] != colours["E1"]


def test_a_sheet_scrolls_prints_filters_marks_what_is_due_and_is_signed(home: Path) -> None:
    path = sheet_of(opened(home), home)
    sheet, page = table(path), table(path).page_setup
    assert path.name == "lembar-penilaian-2025-r1-J1.xlsx"
    assert not any("SIMULASI" in text for one in load_workbook(path) for text in words(one))
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("E5", "$4:$4", "A4:L7")
    assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    due = {str(area.sqref): area.rules[0].formula for area in sheet.conditional_formatting}
    assert due == {f"{column}5:{column}7": [f"AND(ISBLANK({column}5),N($J5)>0)"] for column in "GH"}
    below = [str(cell.value) for row in sheet.iter_rows(min_row=8) for cell in row if cell.value]
    assert [text.split(":")[0] for text in below] == ["Tempat dan tanggal", "Tanda tangan", "J1 · Nama J1"]
    assert "....." in below[0]


def test_marks_and_comments_of_this_judge_alone_are_filled_in(home: Path) -> None:
    edition = opened(home)
    say(edition, "J1", {("E1", "A"): "3.5", ("E1", "B"): "5", ("E2", "A"): "4", ("E1", "internal"): HOSTILE})
    say(edition, "J1", {("E2", "A"): ""})
    say(edition, "J2", {("E3", "A"): "2", ("E1", "entrant"): "milik juri lain"})
    rounds.close(edition, "r1", "uji")
    path = sheet_of(edition, home)
    found = row(path, "E1")
    assert (found["A"], found["B"], found["entrant"], found["internal"]) == (3.5, 5, None, HOSTILE)
    assert [row(path, entry)["A"] for entry in ("E2", "E3")] == [None, None]
    assert not any("milik juri lain" in text for sheet in load_workbook(path) for text in words(sheet))
    sheet = table(path)
    assert sheet[address(path, "E1", "internal")].data_type == "s"
    assert sheet[address(path, "E1", "internal")].quotePrefix
    assert not any("tidak ditampilkan pada lembar ini" in text for text in words(load_workbook(path)["Petunjuk"]))


def test_while_the_round_is_open_no_value_is_on_it(home: Path) -> None:
    edition = opened(home)
    say(edition, "J1", {("E1", "A"): "3.5", ("E1", "B"): "5", ("E1", "internal"): "rahasia"})
    path = sheet_of(edition, home)
    found = row(path, "E1", values=True)
    assert [found[name] for name in ("A", "B", "entrant", "internal")] == [None] * 4
    assert (found["total"] or "", found["empty"]) == ("", 2)
    assert Origin.of([str(cell.value) for cell in load_workbook(path)["kit"]["A"]], path.name).base == {}
    assert any("tidak ditampilkan pada lembar ini" in text for text in words(load_workbook(path)["Petunjuk"]))


def test_nothing_is_overwritten(home: Path) -> None:
    edition = opened(home)
    made = write_sheets(edition, "r1", home / "keluar", ["J1", "J3"])
    filled(made[0], {("E1", "A"): 4})
    before = [path.read_bytes() for path in made]
    with problem("sheets_exist") as caught:
        write_sheets(edition, "r1", home / "keluar")
    assert caught.value.data["files"] == [path.name for path in made]
    assert "pindahkan berkas itu atau pilih folder lain" in str(caught.value)
    assert sorted((home / "keluar").iterdir()) == made
    assert [path.read_bytes() for path in made] == before


STEP = {"over": "judges", "by": "mean", "round": 2}
TOTALS = {
    "weighted mean": weighted({"A": 40, "B": 60}, scale=SCALE),
    "out of": weighted({"A": 40, "B": 60}, scale=SCALE, score=[
        {"over": "criteria", "by": "weighted_mean", "out_of": 100}, STEP]),
    "thirds": weighted({"A": 1, "B": 1, "C": 1}, scale=SCALE, score=[
        {"over": "criteria", "by": "weighted_mean", "round": 2}, STEP]),
    "mean": weighted({"A": 40, "B": 60}, scale=SCALE, score=[{"over": "criteria", "by": "mean", "round": 1}, STEP]),
    "sum": weighted({"A": 40, "B": 60}, scale=SCALE, score=[{"over": "criteria", "by": "sum"}, STEP]),
    "rounded terms": weighted({"A": 33, "B": 67}, scale=SCALE, score=[
        {"over": "criteria", "by": "weighted_mean", "round_terms": 1, "round": 1}, STEP]),
}  # fmt: skip


def judges_score(edition: Edition, entry: str) -> float:
    """What the kit makes of one judge's sheet, by its own steps."""
    marks = edition.history.marks("r1")
    panel = edition.panel("r1")
    own = (panel["judge_id"] == "J1") & (panel["entry_id"] == entry)
    sheets = collect_sheets(edition.rules.round("r1"), [entry], panel[own], marks.head(0), marks)
    return float(score_round(sheets, "half_away").stages[0].after.fractions()[0])


@pytest.fixture(params=TOTALS)
def scored(request: pytest.FixtureRequest, home: Path) -> Edition:
    edition = opened(home, round_=TOTALS[request.param])
    criteria = [criterion.id for criterion in edition.rules.round("r1").criteria]
    given = {"E1": ("3.5", "4.5", "2.5"), "E2": ("1", "1.5", "5")}
    say(edition, "J1", {(e, c): mark for e, marks in given.items() for c, mark in zip(criteria, marks, strict=False)})
    say(edition, "J1", {("E3", "A"): "4"})
    rounds.close(edition, "r1", "uji")
    return edition


def test_totals_carry_the_score_that_the_kit_computes(scored: Edition, home: Path) -> None:
    path = sheet_of(scored, home)
    for entry in ("E1", "E2"):
        assert row(path, entry, values=True)["total"] == pytest.approx(judges_score(scored, entry), abs=1e-12)
        assert row(path, entry, values=True)["empty"] == 0
    assert row(path, "E3", values=True)["total"] in {None, ""}  # empty is not zero
    assert row(path, "E3", values=True)["empty"] == len(scored.rules.round("r1").criteria) - 1


@pytest.mark.office
def test_a_spreadsheet_computes_the_same_totals(scored: Edition, home: Path) -> None:
    path = sheet_of(scored, home)
    fresh = resaved(filled(path, {}, home / "kosong.xlsx"), home)  # openpyxl leaves out what was computed
    for entry in ENTRIES:
        cached, computed = (row(one, entry, values=True) for one in (path, fresh))
        assert computed["empty"] == cached["empty"]
        assert computed["total"] in {None, ""} if entry == "E3" else computed["total"] == cached["total"]


@pytest.mark.parametrize(
    "round_",
    [
        single(),
        weighted({"A": 1, "B": 1}, weights_total=2, score=[
            {"over": "judges", "by": "mean"}, {"over": "criteria", "by": "mean", "round": 2}]),
        weighted({"A": 1, "B": 1}, weights_total=2, score=[{"over": "criteria", "by": "median"}, STEP]),
    ],
)  # fmt: skip
def test_without_a_sum_over_criteria_first_there_is_no_total(round_: dict[str, Any], home: Path) -> None:
    path = sheet_of(opened(home, round_=round_), home)
    assert "total" not in places(table(path))[1]


def test_halves_to_even_are_shown_unrounded(home: Path) -> None:
    steps = [{"over": "criteria", "by": "mean", "round": 1}, STEP]
    edition = opened(home, round_=weighted({"A": 40, "B": 60}, scale=SCALE, score=steps), rounding="half_even")
    say(edition, "J1", {("E1", "A"): "3.5", ("E1", "B"): "5"})
    rounds.close(edition, "r1", "uji")
    assert row(sheet_of(edition, home), "E1", values=True)["total"] == 4.25


def test_a_header_is_the_criterion_s_name_after_a_code_alone(home: Path) -> None:
    criteria = [{"id": "baru", "name": "Kebaruan", "weight": 40}, {"id": "K2", "name": "Manfaat", "weight": 60}]
    headers = [
        cell.value
        for cell in table(sheet_of(opened(home, round_=weighted({"baru": 40, "K2": 60}, criteria=criteria)), home))[4]
    ]
    assert [header for header in headers if "bobot" in str(header)] == ["Kebaruan (bobot 40)", "K2 Manfaat (bobot 60)"]


def test_cells_refuse_in_words_and_show_the_levels(city: Edition, tmp_path: Path) -> None:
    sheet = table(write_sheets(city, "proposal", tmp_path, ["J-A"])[0])
    rules = sheet.data_validations.dataValidation
    assert [rule.promptTitle for rule in rules][:2] == ["K1 Kebaruan dan nilai tambah", "K2 Manfaat bagi warga:…"]
    assert {rule.error for rule in rules} == {
        "Nilai harus berupa angka pada skala 1–5 dengan kelipatan 0,5. Kosongkan sel jika belum dinilai."
    }
    assert all(len(rule.prompt or "") <= 255 and rule.errorStyle in {None, "stop"} for rule in rules)
    assert [line[:2] for line in str(rules[0].prompt).splitlines()] == ["1–", "1:", "2:", "3:", "4:", "5:"]
    assert str(rules[5].prompt).splitlines()[1] == "1: Dikerjakan sendiri tanpa mitra."
    assert [str(rule.sqref) for rule in rules] == [f"{letter}5:{letter}53" for letter in "GHIJKLM"]


@pytest.mark.office
@pytest.mark.parametrize("scale", [("1", "5", "0.5"), ("0", "100", "0.1"), ("-3", "3", "1")], ids=str)
def test_validation_holds_exactly_the_scale(scale: tuple[str, str, str], home: Path) -> None:
    low, high, step = map(Decimal, scale)
    edition = opened(home, round_=single(scale=dict(zip(("low", "high", "step"), scale, strict=True))))
    path = sheet_of(edition, home)
    rule = table(path).data_validations.dataValidation[0]
    cell = str(rule.sqref).partition(":")[0]
    tried = [low + step * n / 2 for n in range(-2, int((high - low) / step) * 2 + 3)]
    book = Workbook()
    for n, value in enumerate([*map(float, tried), "4"], 1):
        book.worksheets[0].append([value, f"={rule.formula1}".replace(cell, f"A{n}")])
    book.save(home / "uji.xlsx")
    computed = load_workbook(resaved(home / "uji.xlsx", home), data_only=True).worksheets[0]
    holds = edition.rules.rounds[0].scale_of("mark").holds
    assert [bool(cell.value) for cell in computed["B"]] == [*map(holds, tried), False]


def test_a_blind_round_names_no_unit(home: Path) -> None:
    blind = sheet_of(opened(home, round_=weighted({"A": 40, "B": 60}, blind=True)), home)
    said = [text for sheet in load_workbook(blind) for text in words(sheet)]
    assert not any("Unit E" in text for text in said)
    assert any("Judul dan kepala surat" in text for text in said)
    assert "unit" not in places(table(blind))[1]


def test_a_sheet_is_in_the_language_of_the_edition(home: Path) -> None:
    book = load_workbook(sheet_of(opened(home, language="en"), home))
    assert book.sheetnames == ["Instructions", "Rubric", "Scoring", "kit"]
    assert {"Entry code", "Title", "Empty cells", "Judge's score"} <= set(words(book["Scoring"]))


def test_assigned_entries_alone_are_on_the_sheet(home: Path) -> None:
    edition = opened(home, assignments=[("r1", "E1", "J1"), ("r1", "E2", "J2"), ("r1", "E3", "J1")])
    made = write_sheets(edition, "r1", home / "keluar")
    assert [path.stem[-2:] for path in made] == ["J1", "J2"]
    assert set(places(table(made[1]))[0]) & set(ENTRIES) == {"E2"}
    with problem("not_in_panel"):
        write_sheets(edition, "r1", home, ["J3"])


def test_unknown_rounds_and_judges_are_refused(home: Path) -> None:
    edition = opened(home)
    with problem("unknown_round"):
        write_sheets(edition, "r9", home)
    with problem("unknown_judge"):
        write_sheets(edition, "r1", home, ["J9"])
    assert not list(home.glob("*.xlsx"))


def test_entries_that_are_not_admitted_are_left_out(home: Path) -> None:
    edition = opened(home)
    append(edition, Event(kind="admission", actor="committee", entry_id="E2", value="not_eligible", text="terlambat"))
    assert set(places(table(sheet_of(edition, home)))[0]) & set(ENTRIES) == {"E1", "E3"}
