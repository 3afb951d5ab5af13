"""No two documents of one edition state different numbers of the same thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from figures_told import contradictions, told

import kit
from kit.documents import official_paper
from kit.report import summaries
from kit.report.context import Context
from kit.years.followup import FollowUp

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
