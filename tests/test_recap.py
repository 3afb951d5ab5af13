"""The Excel recap: scores as constants that equal the ranking, and beside them formulas that compute them anew."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from documents import HOSTILE
from folders import save
from homes import empty_home, give, imported, play, stage
from openpyxl import load_workbook
from samples import MADE_AT, rows

import kit
from kit.contest import rounds
from kit.documents.batch import make_documents, plan_documents
from kit.documents.official_paper import Part
from kit.documents.recap import marks_apart, recap
from kit.ledger import Event
from kit.render.xlsx import to_xlsx
from kit.report.context import report_masthead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kit.edition import Edition

SHEETS = {
    "2025": ["Akhir Kelompok 1", "Akhir Kelompok 2", "Penilaian proposal", "Presentasi dan wawancara"],
    "paris-1976": ["Akhir Semua anggur", "Pencicipan buta"],
}
FIRST = 4  # the row below the caption, the state and the header


def made(edition: Edition) -> bytes:
    return to_xlsx(block.to_json() for block in recap(edition, report_masthead(edition, "recap", MADE_AT)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows of a sheet by their headers, without the notes below."""
    header = [cell.value for cell in sheet[FIRST - 1]]
    found = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=FIRST, values_only=True)]
    return [*takewhile(lambda row: row[header[0]] is not None, found)]


@pytest.fixture(scope="module", params=["2025", "paris-1976"])
def edition(request: pytest.FixtureRequest, samples: Path) -> Edition:  # noqa: ARG001  (makes the home)
    return kit.open(request.param)


@pytest.fixture(scope="module")
def workbook(edition: Edition) -> bytes:
    return made(edition)


def ranks(edition: Edition) -> dict[tuple[str, str, str], tuple[float | None, int | None]]:
    """Score and rank by round, scope name and entry."""
    names = {**{r.id: r.name.id for r in edition.rules.rounds}, "final": "Nilai akhir"}
    scopes = {g.id: g.name.id for g in edition.rules.groups} | {c.id: c.name.id for c in edition.rules.categories}
    found = {}
    for row in edition.ranking_table().itertuples():
        scope = " · ".join(scopes.get(part, "seluruh peserta") for part in row.scope_id.split("/"))
        found[names[row.round], scope, row.entry_id] = (None if row.score is None else float(row.score), row.rank)
    return found


def test_every_ranking_is_in_it(edition: Edition, workbook: bytes) -> None:
    sheet = load_workbook(BytesIO(workbook), data_only=True)["Semua peringkat"]
    found = {(row["Tahap"], row["Cakupan"], row["Kode"]): (row["Nilai"], row["Peringkat"]) for row in table(sheet)}
    assert found == ranks(edition)


def test_scores_of_rounds_and_finals_equal_the_ranking(edition: Edition, workbook: bytes) -> None:
    book, expected = load_workbook(BytesIO(workbook), data_only=True), ranks(edition)
    finals, rounds = 0, 0
    for name in SHEETS[edition.name]:
        for row in table(book[name]):
            if name.startswith("Akhir "):
                score, rank = expected["Nilai akhir", name.removeprefix("Akhir "), row["Kode"]]
                assert row["Peringkat"] == rank
                if row["Nilai akhir"] != "–":
                    assert row["Nilai akhir"] == score
                    finals += 1
            else:
                assert row["Nilai"] == expected[name, "seluruh peserta", row["Kode"]][0]
                rounds += 1
        if name.startswith("Akhir "):
            said = [cell.value for cell in book[name]["A"]][-1]
            assert said == edition.texts("explain.basis_alone", score="nilai akhir (nilai tahap pencicipan buta)") or (
                said.startswith("Peringkat menurut nilai akhir (60% penilaian proposal + 40% presentasi dan wawancara)")
            )
    assert (finals, rounds) == {"2025": (12, 61), "paris-1976": (10, 10)}[edition.name]


def test_every_mark_of_the_journal_is_in_it(edition: Edition, workbook: bytes, samples: Path) -> None:
    book = load_workbook(BytesIO(workbook), data_only=True)
    marks = {}
    for event in rows(samples, edition.name, "journal"):
        if event["kind"] == "mark":
            marks[event["round"], event["entry_id"], event["judge_id"], event["criterion"]] = event["value"]
    found = {}
    for round_ in edition.rules.scored_rounds:
        for row in table(book[round_.name.id]):
            for judge in edition.registers.judges["judge_id"]:
                for criterion in round_.marked:
                    label = f"{judge} {criterion.id}" if round_.criteria else judge
                    label += " (tidak dihitung)" if judge in round_.not_counting else ""
                    if isinstance(row[label], int | float):
                        found[round_.id, row["Kode"], judge, criterion.id] = float(row[label])
    assert found == {key: float(value) for key, value in marks.items() if value}


def checks(book: Any, name: str) -> list[tuple[str, Any]]:
    """Row by row, each formula of a sheet that computes something anew, by its header."""
    return [
        (header, value)
        for row in table(book[name])
        for header, value in row.items()
        if header.startswith(("Hitung ulang", "Jumlah ")) and value not in {None, "", "–"}
    ]


def test_checks_are_formulas_over_cells_with_the_score_as_cached_value(edition: Edition, workbook: bytes) -> None:
    formulas, values = load_workbook(BytesIO(workbook)), load_workbook(BytesIO(workbook), data_only=True)
    counted = 0
    for name in SHEETS[edition.name]:
        kinds = [value for _, value in checks(formulas, name)]
        assert all(re.fullmatch(r"=[A-Z0-9+*/(),.$]+", formula) for formula in kinds)
        assert all(re.search(r"[A-Z]+\d+", formula) for formula in kinds)
        for row, (header, formula) in enumerate(checks(formulas, name)):
            if header == "Hitung ulang":
                assert formula.startswith("=ROUND(")
            assert isinstance(checks(values, name)[row][1], int | float)
        for row in table(values[name]):
            score = row.get("Nilai akhir" if name.startswith("Akhir") else "Nilai")
            if "Hitung ulang" in row and row["Hitung ulang"] not in {None, ""}:
                assert row["Hitung ulang"] == score
                counted += 1
    assert counted == {"2025": 12 + 61, "paris-1976": 10}[edition.name]


@pytest.mark.office
def test_a_spreadsheet_computes_the_same_scores(edition: Edition, workbook: bytes, tmp_path: Path) -> None:
    """LibreOffice works out every formula afresh: the cached values are taken out of the file before it reads it."""
    book = load_workbook(BytesIO(workbook))  # openpyxl keeps formulas without their cached values
    book.save(tmp_path / "rekap.xlsx")
    blank = load_workbook(tmp_path / "rekap.xlsx", data_only=True)
    assert all(value is None for name in SHEETS[edition.name] for _, value in checks(blank, name))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += [
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "out"),
        str(tmp_path / "rekap.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    computed = load_workbook(tmp_path / "out" / "rekap.xlsx", data_only=True)
    kept = load_workbook(BytesIO(workbook), data_only=True)
    for name in SHEETS[edition.name]:
        ours = checks(kept, name)
        assert len(ours) > 0 or name.startswith("Akhir Semua")
        for (header, value), (_, theirs) in zip(ours, checks(computed, name), strict=True):
            exact = header == "Hitung ulang"
            assert theirs == value if exact else theirs == pytest.approx(value, abs=1e-9)


def test_sheets_are_made_to_be_read(workbook: bytes, edition: Edition) -> None:
    book = load_workbook(BytesIO(workbook))
    assert book.sheetnames == ["Dokumen", *SHEETS[edition.name], "Semua peringkat"]
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert re.fullmatch(r"[A-Z]+4", str(sheet.freeze_panes))
        assert sheet.auto_filter.ref
        header = {cell.value: cell.column_letter for cell in sheet[FIRST - 1]}
        score = header.get("Nilai akhir") or header["Nilai"]
        assert sheet[f"{score}{FIRST}"].number_format == "#,##0.00"
    assert book["Semua peringkat"][f"C{FIRST}"].number_format == "#,##0"
    assert ("SIMULASI" in str(book["Dokumen"]["A2"].value)) == edition.rules.simulated
    assert report_masthead(edition, "recap").stem == {"2025": "rekap-nilai-2025-SIMULASI"}.get(
        edition.name, "rekap-nilai-paris-1976"
    )


def test_the_same_data_and_time_give_the_same_bytes(edition: Edition, workbook: bytes) -> None:
    assert made(kit.open(edition.name)) == workbook


# Contests made for one thing each


CRITERIA = weighted({"c1": 1, "c2": 2})


def over(criteria: str, judges: str, **more: object) -> dict[str, Any]:
    """A round of two criteria, reduced in these two ways."""
    steps = [{"over": "criteria", "by": criteria}, {"over": "judges", "by": judges, "round": 2}]
    return CRITERIA | {"score": steps, **more}


@pytest.mark.parametrize(
    ("round_", "more", "check", "total"),
    [
        (over("weighted_mean", "mean"), {}, "=ROUND(AVERAGE(I4,J4,K4),2)", "=1/3*C4+2/3*D4"),
        (over("weighted_sum", "sum"), {}, "=ROUND(SUM(I4,J4,K4),2)", "=C4+2*D4"),
        (over("mean", "median"), {}, "=ROUND(MEDIAN(I4,J4,K4),2)", "=AVERAGE(C4,D4)"),
        (over("sum", "mean"), {}, "=ROUND(AVERAGE(I4,J4,K4),2)", "=SUM(C4,D4)"),
        (over("weighted_mean", "mean"), {"rounding": "half_even"}, None, None),
        (
            over("weighted_mean", "trimmed_mean"),
            {},
            "=ROUND((SUM(I4,J4,K4)-MAX(I4,J4,K4)-MIN(I4,J4,K4))/1,2)",
            "=1/3*C4+2/3*D4",
        ),
        (
            single(score=[{"over": "judges", "by": "mean", "round_terms": 0, "round": 2}]),
            {},
            "=ROUND((ROUND(C4,0)+ROUND(D4,0)+ROUND(E4,0))/3,2)",
            None,
        ),
        (single(), {}, "=ROUND(AVERAGE(C4,D4,E4),2)", None),
    ],
)
def test_checks_follow_the_rules_where_a_spreadsheet_can(
    home: Path, round_: Mapping[str, Any], more: Mapping[str, Any], check: str | None, total: str | None
) -> None:
    edition = stage(home, contest(round_, **more), ["E1", "E2"])
    marks = (
        {"E1": "80 60 70", "E2": "50 50 50"}
        if not round_.get("criteria")
        else {"E1": "80 61|70 60|70 70", "E2": "5 5|5 5|5 5"}
    )
    sheet = load_workbook(BytesIO(made(play(edition, "r1", marks))))["Tahap 1"]
    first = table(sheet)[0]
    assert first.get("Hitung ulang") == check
    formula = first.get("Jumlah J1")
    assert (formula if isinstance(formula, str) else None) == total


def test_only_judges_who_count_are_added_up(home: Path) -> None:
    """A recused judge has no mark and no part in the check; an entry without a score has no check."""
    edition = stage(home, contest(over("weighted_mean", "sum")), ["E1", "E2"], conflicts={"J2": "E1:kin"})
    play(edition, "r1", {"E1": "80 61||70 70", "E2": "5 5|5 5|"}, "tanpa J3")
    first, second = table(load_workbook(BytesIO(made(edition)))["Tahap 1"])
    assert first["Hitung ulang"] == "=ROUND(SUM(I4,K4)/2*3,2)"
    assert (first["J2 c1"], first["Jumlah J2"], first["Juri"]) == ("–", "–", "2 dari 3")
    assert (second["Nilai"], second["Hitung ulang"], second["Juri"]) == ("–", "", "2 dari 3")


def test_marks_of_a_judge_who_declares_a_conflict_later_are_left_out(home: Path) -> None:
    edition = stage(home, contest(single()), ["E1", "E2"])
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "90 80 70", "E2": "50 50 50"})
    edition.ledger.append([Event(kind="recusal", actor="J2", judge_id="J2", entry_id="E1", text="kerabat: sepupu")])
    rounds.close(edition, "r1")
    [first, _] = table(load_workbook(BytesIO(made(kit.open("2025"))))["Tahap 1"])
    assert [first[name] for name in ("J1", "J2", "J3", "Nilai", "Juri")] == [90, "–", 70, 80, "2 dari 3"]


def test_hostile_titles_stay_text(home: Path) -> None:
    edition = stage(
        home, contest(single(), final={"awards": [{"scope": "overall", "names": ["Juara I"]}]}), ["E1", "E2"]
    )
    path = edition.folder / "entries.csv"
    hostile = "Siaga " + HOSTILE.replace('"', '""')
    path.write_text(path.read_text(encoding="utf-8").replace("Inovasi E1", hostile), encoding="utf-8")
    edition = play(kit.open("2025"), "r1", {"E1": "9 9 9", "E2": "8 8 8"})
    title = edition.registers.entries["title"][0]
    book = load_workbook(BytesIO(made(edition)))
    for name in ("Akhir seluruh peserta", "Tahap 1", "Semua peringkat"):
        cell = next(cell for row in book[name].iter_rows() for cell in row if cell.value == title)
        assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_an_accepted_change_is_a_sheet_of_its_own(home: Path) -> None:
    edition = play(stage(home, contest(single()), ["E1", "E2"]), "r1", {"E1": "9 9 9", "E2": "8 8 8"})
    path = edition.folder / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kompetisi", "Lomba"), encoding="utf-8")
    edition = kit.open("2025")
    rounds.accept_changes(edition, "nama dibetulkan")
    [row] = table(load_workbook(BytesIO(made(edition))).worksheets[-1])
    assert row["Alasan"] == "nama dibetulkan"
    assert "Lomba" in row["Perubahan"]


def test_before_the_final_there_are_rounds_and_rankings_alone(home: Path) -> None:
    rules = contest(single(advance={"scope": "overall", "places": 1}), single())
    edition = play(stage(home, rules, ["E1", "E2"]), "r1", {"E1": "9 9 9", "E2": "8 8 8"})
    assert load_workbook(BytesIO(made(edition))).sheetnames == ["Dokumen", "Tahap 1", "Semua peringkat"]


# More marks than a workbook has room for


def test_marks_without_room_are_in_a_file_that_the_workbook_names_and_that_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of sixty judges for each of 120 entries, on thirty criteria: 216,000 cells, most of them empty."""
    entries, judges = ([f"{letter}{n:03}" for n in range(size)] for letter, size in (("E", 120), ("J", 60)))
    criteria = [f"k{n:02}" for n in range(30)]
    asked = [("r1", entry, judges[(n + own) % 60]) for n, entry in enumerate(entries) for own in (0, 1)]
    marks = {(judge, entry): [f"{len(entry + judge) + n % 7}.5" for n in range(30)] for _, entry, judge in asked}
    own = [["round", "judge_id", "entry_id", *criteria], *(["r1", *pair, *given] for pair, given in marks.items())]
    with empty_home(tmp_path) as home:
        rules = contest(weighted(dict.fromkeys(criteria, 1)), final={"awards": [{"scope": "group", "names": ["Satu"]}]})
        edition = stage(home, rules, entries, judges, assignments=asked)
        rounds.open(edition, "r1")
        imported(edition, save(home / "nilai.csv", own))
        given = edition.history.marks()
        rounds.close(edition, "r1")
        monkeypatch.setattr("kit.documents.recap._MOST_ROWS", 700)  # of all rankings, which are 8 x 120
        folder = make_documents(plan_documents(edition, ["recap"], made_at=MADE_AT), processes=1).files[0].parent
        book = load_workbook(folder / "rekap-nilai-2025.xlsx")
        assert [cell.value for cell in book["Tahap 1"]["A"]][-1] == edition.texts(
            "recap.marks_apart", file="rekap-nilai-2025.csv"
        )
        scores = edition.result.scores["r1"].by_entry
        assert {row["Kode"]: row["Nilai"] for row in table(book["Tahap 1"])} == pytest.approx(
            {entry: float(score) for entry, score in scores.items()}
        )
        expected = {
            (name, row): rank for (_, name, row), (_, rank) in ranks(edition).items() if name == "seluruh peserta"
        }
        for row in table(book["Semua peringkat"]):
            assert row["Peringkat: Tahap 1, seluruh peserta"] == expected["seluruh peserta", row["Kode"]]
        with (folder / "rekap-nilai-2025.csv").open(encoding="utf-8-sig") as file:
            _, header, *lines = (line.rstrip("\n").split(";") for line in file)
        assert header == ["Tahap", "Kode juri", "Kode proposal", *criteria]
        read = {
            (judge, entry, name): mark
            for _, judge, entry, *own in lines
            for name, mark in zip(criteria, own, strict=True)
        }
        columns = ["judge_id", "entry_id", "criterion", "value"]
        assert read == {tuple(key): mark.replace(".", ",") for *key, mark in given[columns].itertuples(index=False)}


def test_a_small_recap_has_no_file_beside_it(edition: Edition) -> None:
    assert marks_apart(edition, Part("", "rekap")) == {}
