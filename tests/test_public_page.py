"""The page for citizens: only what is decreed, in plain words, with no score and no judge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from papers import html_text, records
from problems import problem
from samples import sample_home
from test_golden import check

import kit
from kit.contest import decisions
from kit.documents.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with sample_home(tmp_path_factory.mktemp("public")) as home:
        with problem("not_public_yet"):
            KINDS["public-page"].parts(kit.open("2025"))
        decisions.record_decree(kit.open("2025"), "800/1/2025", "2025-11-25")
        yield home


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_what_it_said(language: kit.texts.Language) -> None:
    _, *page = records(kit.open("2025", language), "public-page")  # the fingerprint follows from the decree's time
    check(f"public-page-{language}", page)


@pytest.mark.usefixtures("home")
def test_no_score_and_no_judge_stands_on_the_page() -> None:
    edition = kit.open("2025")
    text = re.sub(r"<style>.*?</style>|<script.*?</script>", "", html_text(edition, "public-page"), flags=re.DOTALL)
    judges = edition.registers.judges
    assert not [name for name in (*judges["name"], *judges["judge_id"]) if name in text]
    scores = {f"{score:.2f}".replace(".", ",") for score in edition.ranking_table()["score"].dropna()}
    assert not [score for score in scores if score in text]
    assert not re.search(r'(src|href)="(?!data:|#|mailto:)', text)


@pytest.mark.usefixtures("home")
def test_the_page_waits_for_the_end_of_the_embargo() -> None:
    edition = kit.open("2025")
    (part,) = KINDS["public-page"].parts(edition)
    days = {"2025-11-24T09:59:00+07:00": "restricted", "2025-11-24T10:00:00+07:00": "public"}
    for made_at, circulation in days.items():
        masthead, second, *_ = KINDS["public-page"].blocks(edition, part, made_at)
        assert masthead.to_json()["circulation"] == circulation
        assert (second.type == "callout") == (circulation == "restricted")


@pytest.mark.usefixtures("home")
def test_once_decreed_the_ceremony_waits_for_the_end_of_the_embargo_alone() -> None:
    edition, kind = kit.open("2025"), KINDS["slides-ceremony"]
    days = {"2025-11-24T09:59:00+07:00": ("restricted", True), "2025-11-24T10:00:00+07:00": ("public", False)}
    for made_at, marked in days.items():
        masthead = kind.blocks(edition, kind.parts(edition)[0], made_at)[0].to_json()
        assert (masthead["circulation"], bool(masthead["caution"])) == marked
