"""What the documents of the sample editions say, word for word: files in ``tests/golden``, read as diffs in a review.

``KIT_GOLDEN=1 pytest tests/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from papers import records
from samples import MADE_AT, whole

import kit
from kit.documents.kinds import KINDS
from kit.render.blocks import plain
from kit.report.context import Context

if TYPE_CHECKING:
    from kit.edition import Edition

GOLDEN = Path(__file__).parent / "golden"
PARTS = {
    "minutes-scores": "proposal",
    "feedback": "K1-01",
    "certificates": "K2-16",
    "judges-pack": "J-C",
}
# Recap and index entries are long workbooks, every cell of which is checked elsewhere; the samples are not decreed.
ELSEWHERE = {"recap", "index-entries", "public-page"}
CHECKED = [name for name, kind in KINDS.items() if not kind.notebook and name not in ELSEWHERE]
REPORTS = [("2023", "id"), ("2024", "id"), ("2025", "id"), ("2025", "en"), ("paris-1976", "en")]


@pytest.fixture(scope="module", params=["id", "en"])
def edition(samples: Path, request: pytest.FixtureRequest) -> Edition:  # noqa: ARG001  (makes the home)
    return kit.open("2025", request.param)


def check(name: str, document: list[dict[str, Any]]) -> None:
    said = "\n\n".join(f"[{record['type']}]\n{plain(record)}".rstrip() for record in document) + "\n"
    said = said.replace(kit.__version__, "VERSION")
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("KIT_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said.splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", CHECKED)
def test_a_document_says_what_it_said(edition: Edition, kind: str) -> None:
    check(f"{kind}-{edition.language}", records(edition, kind, PARTS.get(kind, "")))


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(("year", "language"), REPORTS)
def test_the_annual_report_says_what_it_said(year: str, language: kit.texts.Language) -> None:
    check(f"annual-report-{year}-{language}", whole(Context(kit.open(year, language), MADE_AT)))
