"""The reporting notebooks: what they print as the contest stands, and what an analyst's changes do to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from contests import contest, single
from homes import give, play, stage
from problems import problem
from samples import MADE_AT, ROOT, blocks, once, tables, whole

import kit
from kit.contest import rounds
from kit.index import index_report
from kit.index.index_report import index_page
from kit.render.blocks import MIME, plain, unpacked
from kit.render.notebook import blocks_of, run_notebook
from kit.report import annual, fairness_report, results
from kit.report.context import Context
from kit.report.fairness_report import Analysis
from kit.years import followup_report, series, trends
from kit.years.followup import FollowUp
from kit.years.series import Span

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("annual-report", "fairness", "follow-up", "index-readiness", "ranking", "trends")
AWARDS = {"scope": "group", "names": ["Juara I", "Juara II"]}
TWO_ROUNDS = contest(
    single(advance={"scope": "group", "places": 2}),
    single(),
    final={"score": [{"over": "rounds", "by": "mean", "round": 2}], "awards": [AWARDS]},
)
ENTRIES = {"E1": "G1/a", "E2": "G1/b", "E3": "G1/b", "E4": "G2/a", "E5": "G2/b"}
FIRST = {"E1": "90 90 90", "E2": "80 80 80", "E3": "70 70 70", "E4": "60 60 60", "E5": "50 50 50"}


def run(name: str, folder: Path, *, source: Path = ROOT / "notebooks", **parameters: object) -> Any:
    return run_notebook(source / f"{name}.ipynb", folder / "out.ipynb", parameters)


def printed(executed: Any) -> list[str]:
    """What a document from the notebook says, block by block."""
    records = [own for block in blocks_of(executed) for own in block.get("blocks", [block])]
    return [plain(record) for record in records]


# What they print


@pytest.mark.parametrize(("year", "language"), [("2025", "id"), ("2025", "en"), ("2023", "id"), ("paris-1976", "en")])
def test_the_annual_report_prints_the_chapters_and_nothing_of_the_data_beside_them(
    samples: Path, year: str, language: kit.texts.Language
) -> None:
    """The chapters themselves, made without a table from outside, stand in ``tests/golden``."""
    executed = run("annual-report", samples, edition=year, language=language, made_at=MADE_AT)
    assert len(nbformat.writes(executed)) < 400_000
    told = printed(executed)
    report = Context(kit.open(year, language), MADE_AT)
    after = FollowUp(span := Span(report.edition, report.earlier))
    of_years = (trends.page(span), trends.partners(span))
    more = (*of_years, followup_report.page(after), followup_report.won(after), index_page(report.edition))
    expected = [plain(record) for record in whole(report)]
    assert sorted(told) == sorted([*expected, *map(plain, blocks(*more))])
    rest = iter(told)
    assert all(text in rest for text in expected)  # in this order


def test_data_are_shown_as_plain_tables_on_the_screen_alone(samples: Path) -> None:
    executed = run("annual-report", samples, edition="2025")
    shown = [cell for cell in executed.cells if cell.cell_type == "code" and "about" in cell.metadata.get("tags", [])]
    assert len(shown) >= 10
    assert all("text/html" in own.data for cell in shown[1:] for own in cell.outputs)  # after the opening
    assert all(cell.outputs for cell in shown)


@pytest.mark.parametrize(("language", "winner"), [("id", "Juara I\tAntre Daring\tDinas U1\t4,23"), ("en", "4.23")])
def test_the_tutorial_goes_from_marks_to_a_report(home: Path, language: str, winner: str) -> None:
    executed = run("tutorial", home, language=language)
    outputs = [own for cell in executed.cells if cell.cell_type == "code" for own in cell.outputs]
    assert not any(own.output_type in {"error", "stream"} for own in outputs)
    told = "\n".join(printed(executed))
    assert winner in told
    assert "J1" not in told
    (moved,) = [own.data["text/plain"] for own in outputs if "rank_before" in own.data["text/plain"]]
    assert re.search(r"1 +2 +1 +Arsip Rapi", moved)
    assert list((home / "data").iterdir()) == []  # it keeps to a folder of its own


# While the contest goes on


def test_while_a_round_is_open_each_notebook_ends_in_one_sentence(home: Path) -> None:
    edition = stage(home, TWO_ROUNDS, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST)
    for name in NAMES:
        executed = run(name, home, edition="2025")
        outputs = [own for cell in executed.cells if cell.cell_type == "code" for own in cell.outputs]
        assert not any(own.output_type in {"error", "stream"} for own in outputs)
        if name in {"annual-report", "fairness", "ranking"}:
            (sentence,) = (unpacked(own.data[MIME]) for own in outputs if MIME in own.data)
            assert sentence["type"] == "callout"
        assert not re.search(r"\b[5-9]0[.,]0", "".join(own.data.get("text/plain", "") for own in outputs))


def test_between_two_rounds_the_annual_report_tells_of_the_first(home: Path) -> None:
    edition = play(stage(home, TWO_ROUNDS, ENTRIES), "r1", FIRST)
    rounds.open(edition, "r2", "uji")
    told = printed(run("annual-report", home, edition="2025", made_at=MADE_AT))
    expected = [plain(record) for record in whole(Context(kit.open("2025"), MADE_AT))]
    assert set(expected) <= set(told)
    assert "Finalis" in told


# What an analyst changes


def test_a_changed_cell_changes_the_report_and_a_dropped_chapter_is_gone(samples: Path) -> None:
    source = nbformat.read(ROOT / "notebooks" / "annual-report.ipynb", as_version=4)
    source.cells = [cell for cell in source.cells if cell.source != "results.cells(report, by_cell)"]
    for cell in source.cells:
        cell.source = cell.source.replace('query("award.notna()")', "query(\"award == 'Juara I'\")")
        cell.source = cell.source.replace("results.rankings(report, finalists)", "results.rankings(report, winners)")
    nbformat.write(source, samples / "mine.ipynb")
    told = printed(run("mine", samples, source=samples, edition="2025"))
    assert "Hasil menurut kelompok dan bentuk inovasi" not in told
    (ranking,) = [text for text in told if text.startswith("Peringkat akhir Kelompok 1")]
    assert "RAPI KARSA" in ranking
    assert "AKTA TIBA" not in ranking


@pytest.fixture
def report(samples: Path) -> Context:  # noqa: ARG001  (makes the home)
    return Context(kit.open("2025"), MADE_AT)


def test_a_ranking_shows_the_rows_places_and_columns_that_are_asked_for(samples: Path, report: Context) -> None:  # noqa: ARG001
    final = kit.open("2025").ranking()
    mine = final.groupby("group").head(2).assign(luas=[1.5, 2.0, 3.0, 4.0])
    told = tables(results.rankings(report, mine, columns=["rank", "title", "presentasi", "score", "luas"]))
    header, first, second = told["Peringkat akhir Kelompok 1"]
    assert header == ["Peringkat", "Inovasi", "Presentasi dan wawancara", "Nilai akhir", "luas"]
    assert [first[0], *first[2:]] == ["1", "91,67", "91,37", "1,5"]
    assert second[2:] == ["85,17", "86,97", "2,0"]
    places = tables(results.rankings(report, places=1))
    assert {caption: len(rows) for caption, rows in places.items()} == {
        "Peringkat akhir Kelompok 1": 2,
        "Peringkat akhir Kelompok 2": 2,
    }
    overall = tables(results.rankings(report, kit.open("2025").ranking("overall"), places=3))
    assert [len(rows) for rows in overall.values()] == [4]


def test_a_ranking_without_a_column_that_it_needs_is_refused_by_name(report: Context) -> None:
    with problem("table_column_unknown", match='"last_round"'):
        results.rankings(report, kit.open("2025").ranking().drop(columns="last_round"))


def test_entries_that_never_reached_the_last_round_show_the_score_of_their_own(report: Context) -> None:
    ranking = kit.open("2025").ranking("category")
    assert tables(results.categories(report, ranking)) == tables(once.categories(report))
    (*_, last) = tables(results.categories(report, ranking, places=4))[
        "Nilai tertinggi, Tata kelola pemerintahan daerah"
    ]
    assert last[0] == "4"
    assert last[-2:] == ["67,67", "Penilaian proposal"]


def test_the_first_page_shows_as_many_winners_as_asked_for(report: Context) -> None:
    winners = kit.open("2025").ranking().query("award.notna()")
    for given in (None, winners):
        (scopes,) = [
            block["scopes"] for block in blocks(annual.recommended(report, given, places=1)) if "scopes" in block
        ]
        assert [[row["award"] for row in scope["rows"]] for scope in scopes] == [["Juara I"], ["Juara I"]]
    one = winners[winners["group"] == winners["group"].iloc[0]]
    (scopes,) = [block["scopes"] for block in blocks(annual.recommended(report, one)) if "scopes" in block]
    assert [scope["title"] for scope in scopes] == ["Kelompok 1"]


def test_chapters_across_years_show_the_rows_and_columns_that_are_asked_for(samples: Path) -> None:  # noqa: ARG001
    span = Span.of(kit.open("2025"))
    after = FollowUp(span)
    again = series.innovations(span).query("times > 1")
    (told,) = [rows for rows in tables(trends.innovations(span, most=5)).values() if len(rows[0]) > 3]
    assert len(told) == 1 + min(5, len(again))
    won = series.winners(span).query("year == '2025'")
    (told,) = tables(trends.winners(span, won)).values()
    assert {row[0] for row in told[1:]} == {"2025"}
    by_year = [block for block in blocks(trends.participation(span, by=["group"])) if block["type"] == "figure"]
    assert len(by_year) == 2
    (told,) = tables(followup_report.support(after, after.needy.query("last == '2025'"), most=3)).values()
    assert len(told) == 4
    (told,) = tables(followup_report.readiness(after, most=2, columns=["team", "sop"])).values()
    assert told[0] == ["Inovasi", "Tim pelaksana", "SOP"]
    assert len(told) == 3
    whole_, parted = (tables(followup_report.survival(after, by=by)) for by in ([], ["group"]))
    assert (len(whole_), len(parted)) == (0, 1)


def test_chapters_on_the_index_show_the_innovations_and_columns_that_are_asked_for(samples: Path) -> None:  # noqa: ARG001
    readiness = index_report.read_index(kit.open("2025"))
    waiting = index_report.innovations(readiness).query("waiting > 0")
    (told,) = tables(index_report.maturity(readiness, waiting, columns=["code", "innovation", "waiting"])).values()
    assert [row[0] for row in told[1:]] == [*waiting.sort_values(["maturity", "claimed"], ascending=False).index]
    assert len(told[0]) == 3
    best = index_report.best_steps(readiness).nlargest(3, "gain")
    (told,) = tables(index_report.steps(readiness, best)).values()
    assert [row[0] for row in told[1:]] == [*best["innovation"]]
    _, listed = tables(index_report.evidence(readiness, most=2)).values()
    assert len(listed) == 3
    by_sending = index_report.scenarios(readiness)
    assert tables(index_report.index(readiness, by_sending)) == tables(index_report.index(readiness))
    assert by_sending["index"].dtype == float


def test_chapters_on_fairness_show_letters_and_as_many_rows_as_asked_for(samples: Path) -> None:  # noqa: ARG001
    analysis = Analysis(kit.open("2025"))
    judges = fairness_report.judges_table(analysis)
    data = [judges, fairness_report.margins(analysis), fairness_report.agreement_table(analysis)]
    assert not re.search("J-[ABC]|Contoh Andini", " ".join(table.to_string() for table in data))
    assert "sheets" not in judges
    told = tables(fairness_report.severity(analysis, judges.head(2)))["Keketatan dan kekonsistenan setiap juri"]
    assert [row[0] for row in told[1:]] == ["A", "B"]
    first = tables(fairness_report.uncertainty(analysis, analysis.scopes[:1], most=3))
    assert [len(rows) for rows in first.values()] == [4]
    assert len(fairness_report.rank_ranges(analysis, analysis.scopes[0])) > 3


def test_the_fairness_notebook_is_there_for_the_final_too(samples: Path) -> None:
    """The judges of several rounds are not compared with one another; all other chapters are there."""
    assert len(printed(run("fairness", samples, edition="2025", round_id="final"))) > 20
