"""No two documents of one edition state different numbers of the same thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from figures_told import contradictions, told
from samples import MADE_AT, blocks, whole

import kit
from kit.documents import official_paper
from kit.index import index_report
from kit.index.index_report import IndexContext
from kit.report import summaries
from kit.report.context import Context
from kit.years import trends
from kit.years.followup import FollowUp
from kit.years.series import Span

if TYPE_CHECKING:
    import pandas as pd
    from figures_told import Told


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
        least |= {"no answer yet", "innovations still there", "entries with every element"}
        assert len(shared) > 250
    assert least <= shared


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("language", ["id", "en"])
def test_who_cannot_see_a_figure_is_told_every_number_that_it_shows(language: kit.texts.Language) -> None:
    edition = kit.open("2025", language)
    index = index_report.summary(IndexContext(edition, made_at=MADE_AT))
    found = [*whole(Context(edition, MADE_AT)), *blocks(index, trends.participation(Span.of(edition)))]
    figures = [block for block in found if block["type"] == "figure"]
    assert len(figures) >= 11
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
