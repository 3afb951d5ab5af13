"""The contest's own words for unit, entry, category, group and judge."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from homes import stage

from kit.texts import LANGUAGES, Language, Texts, chapters
from kit.texts.vocabulary import in_own_words

if TYPE_CHECKING:
    from pathlib import Path

OWN = {
    "unit": {"id": "sekolah", "en": "school"},
    "entry": {"id": "karya", "en": "artwork"},
    "category": {"id": "tema", "en": "theme"},
    "judge": {"id": "penilai", "en": "assessor"},
}


@pytest.mark.parametrize(
    ("key", "language", "said"),
    [
        ("report.lead_alone", "id", "Lomba diikuti **2 karya** dari **3 sekolah**."),
        ("report.lead_alone", "en", "The Lomba drew **2 artworks** from **3 schools**."),
        ("report.column_unit", "id", "Sekolah"),
        ("report.open_judges", "en", "2 artworks were not scored by enough assessors"),
    ],
)
def test_sentences_have_the_contest_s_own_words(key: str, language: Language, said: str) -> None:
    words = {thing: word[language] for thing, word in OWN.items()}
    assert Texts(language, words)(key, title="Lomba", n=2, units=3) == said  # type: ignore[arg-type]
    assert Texts(language)(key, title="Lomba", n=2, units=3) != said


@pytest.mark.parametrize(
    ("template", "words", "said"),
    [
        ("an entry and a unit; entries", {"entry": "work", "unit": "agency"}, "a work and an agency; works"),
        ("Units: {units}, `kit entry`", {"unit": "agency"}, "Agencies: {units}, `kit entry`"),
        ("two entries", {"entry": "opus | opera"}, "two opera"),
    ],
)
def test_articles_and_plurals_follow(template: str, words: dict[str, str], said: str) -> None:
    assert in_own_words("report", template, "en", words) == said  # type: ignore[arg-type]


def fields(template: str) -> list[str | None]:
    return [name for _, name, _, _ in Formatter().parse(template)]


def test_no_brace_is_touched() -> None:
    """Whatever a sentence is filled with stands in its braces, and the national index keeps its name."""
    for language in LANGUAGES:
        words = {thing: f"kata-{n}" for n, thing in enumerate(("unit", "entry", "category", "group", "judge"))}
        for chapter, sentences in chapters().items():
            for sentence in sentences.values():
                put = in_own_words(chapter, sentence[language], language, words)  # type: ignore[arg-type]
                assert fields(put) == fields(sentence[language])
    assert in_own_words("report", "Indeks Inovasi Daerah", "id", {"entry": "karya"}) == "Indeks Inovasi Daerah"


def test_an_edition_speaks_its_own_words_in_both_languages(home: Path) -> None:
    edition = stage(home, contest(single(), words=OWN), ["E1", "E2"])
    assert edition.texts("report.column_unit") == "Sekolah"
    assert type(edition).open(edition.name, "en").texts("report.column_unit") == "School"


@pytest.mark.parametrize(
    ("word", "said"),
    [("{x", "Jenis {x"), ("regu {0}", "Jenis regu {0}"), ("", "Jenis unit kerja"), (" ", "Jenis unit kerja")],
)
def test_any_word_can_be_put(word: str, said: str) -> None:
    assert Texts("id", {"unit": word})("columns.unit_type") == said
