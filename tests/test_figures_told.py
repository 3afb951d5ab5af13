"""No two documents of one edition state different numbers of the same thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from figures_told import contradictions, told
from samples import MADE_AT, blocks, sample_home, whole

import kit
from kit.contest import decisions
from kit.documents import official_paper, public_page, slides
from kit.index import index_report
from kit.index.index_report import IndexContext
from kit.render.blocks import Chart
from kit.report import annual, summaries
from kit.report.context import Context
from kit.years import trends
from kit.years.followup import FollowUp
from kit.years.series import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from figures_told import Told


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with sample_home(tmp_path_factory.mktemp("told")) as home:
        decisions.record_decree(kit.open("2025"), "800/1/2025", "2025-11-25")  # the public page waits for it
        yield home


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    ("year", "language"),
    [
        *(pytest.param(year, "id", marks=pytest.mark.long) for year in ("2023", "2024")),
        ("2025", "id"),
        ("2025", "en"),
        ("paris-1976", "en"),
    ],
)
def test_documents_agree_on_every_figure_that_they_share(year: str, language: kit.texts.Language) -> None:
    found = told(kit.open(year, language))
    assert contradictions(found) == {}
    shared = {figure for figure, documents in found.items() if len(documents) > 1}
    least = {"entries", "units that took part"}
    if year != "paris-1976":
        least |= {"sheets asked", "winners", "entries that need support", "innovations that need support"}
        least |= {"no answer yet", "innovations still there", "entries with every element", "people reached"}
        assert len(shared) > 250
    assert least <= shared


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("language", ["id", "en"])
def test_who_cannot_see_a_figure_is_told_every_number_that_it_shows(language: kit.texts.Language) -> None:
    edition = kit.open("2025", language)
    index = index_report.summary(IndexContext(edition, made_at=MADE_AT))
    found = [*whole(Context(edition, MADE_AT)), *blocks(index, trends.participation(Span.of(edition)))]
    figures = [block for block in found if block["type"] == "figure"]
    assert len(figures) >= 10
    for figure in figures:
        written = re.findall(r"<!-- (\d+[.,]\d\d) -->", figure["svg"])
        if re.match("Diagram batang|Bar chart", figure["alt"]):  # has no axis, and so no other numbers
            written += re.findall(r"<!-- (\d+)\b", figure["svg"])
        missing = [number for number in written if not re.search(rf"(?<![\d.,]){number}(?![.,]?\d)", figure["alt"])]
        assert missing == [], figure["alt"]
        words = re.findall(r"[^\W\d_]", figure["alt"])
        assert len(words) > 0.5 * len(figure["alt"]), figure["alt"]  # reads as language


OWN = {
    "entries": (Context, "entries", property(lambda context: summaries.entries(context.edition).iloc[1:])),
    "no answer yet": (FollowUp, "states", property(lambda report: report.lives["status"])),
}


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("figure", OWN)
def test_a_document_that_counts_by_itself_is_found(figure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*OWN[figure])
    found: Told = told(kit.open("2025"), "press")
    assert figure in contradictions(found)


@pytest.mark.usefixtures("samples")
def test_a_score_of_its_own_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The final rankings of the papers, but not those of the report, are one hundredth higher."""
    right = official_paper.winners

    def higher(context: Context, *scope: str) -> pd.DataFrame:
        table = right(context, *scope)  # type: ignore[arg-type]  # a scope of the rules
        return table.assign(score=[score + score.scaleb(-2).quantize(score) for score in table["score"]])

    monkeypatch.setattr(official_paper, "winners", higher)
    assert any(
        figure.startswith("score of K1-09")
        for figure in contradictions(told(kit.open("2025"), "minutes-result", "decree-annex"))
    )


@pytest.mark.usefixtures("samples")
def test_a_chart_of_other_numbers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def higher(labels: list[str], series: dict[str, list[int]], total: int = 0) -> Chart:
        return Chart(labels, {name: [value + 1 for value in values] for name, values in series.items()}, total)

    monkeypatch.setattr(annual, "Chart", higher)
    assert {"entries", "entries that have: sop"} <= {*contradictions(told(kit.open("2025"), "slides-leadership"))}


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(("module", "kind"), [(public_page, "public-page"), (slides, "slides-ceremony")])
def test_an_award_that_goes_to_another_is_found(module: object, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def reversed_(context: Context) -> list[tuple[str, str, pd.DataFrame]]:
        given = official_paper.awards_given(context)
        return [(name, scope, table.assign(award=[*table["award"]][::-1])) for name, scope, table in given]

    monkeypatch.setattr(module, "awards_given", reversed_)
    found = contradictions(told(kit.open("2025"), kind, "minutes-result"))
    assert {"award of K1-09", "awards of K1-09, with their lists"} <= {*found}
