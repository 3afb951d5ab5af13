"""One word for one thing: words that must not stand in the place of those of docs/reference/glossary.md."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kit.texts import chapters

ROOT = Path(__file__).parents[1]

# What to write instead, and in which language.
FORBIDDEN = {
    ("id", "penghargaan (predikat hanya untuk Indeks Inovasi Daerah)"): r"\bpredikat\b",
    ("id", "kompetisi"): r"\b(per)?lomba(an)?\b|\bajang\b",
    ("id", "piagam"): r"\bsertifikat\b",
    ("id", "panel juri"): r"\bkelompok juri\b",
    ("id", "daftar nilai lain"): r"\bdaftar values\b",
    ("id", "ketentuan"): r"\baturan\b",
    ("id", "memutuskan (yang menetapkan ialah pejabat)"): r"\bpleno menetapkan\b|\bkeputusan pleno\b.*\bditetapkan\b",
    ("id", "dikabulkan, ditolak"): r"\btidak diterima\b|\bditerima sebagian\b",
    ("id", "kode keutuhan"): r"\bujung rantai\b",
    ("id", "keketatan, lebih ketat"): r"\bketegasan\b|\b(paling|lebih) tegas\b",
    ("id", "kesepakatan antarjuri"): r"\bkesepahaman\b",
    ("id", "selang kepercayaan 95%"): r"\b(batas|rentang) (95%|ketidakpastian)|\bselang 95%",
    ("id", "persentase inovasi"): r"\bbagian inovasi\b",
    ("id", "ditanyakan (inovasi tidak ditanya)"): r"\binovasi yang ditanya\b|\bditanya lagi\b",
    ("en", "the {round} round"): r"\bthe round \**\{",
    ("en", "readiness to continue"): r"\breadiness( of \w+ \w+)? to last\b",
    ("en", "severity"): r"\bstrictness\b|\bequally strict\b",
    ("en", "confidence interval"): r"\b95% (limits|interval\b)|\blimits of uncertainty\b",
    ("en", "integrity code"): r"\bchain heads?\b|\bends of the chains\b",
}

# Where a word may stand all the same: what to write otherwise, where, and why.
INDEX = "the predicate of the national index"
EXCEPTIONS = {
    ("penghargaan", r"index\..*|errors\.bounds_.*|report\.(answer|visual)_index.*|slides\.index"): INDEX,
    ("penghargaan", r"notebooks/(index-readiness|annual-report)\.ipynb|docs/panduan/dokumen\.md"): INDEX,
}


def texts() -> dict[tuple[str, str], str]:
    """Every text by its language and its key in the catalogue, or its file."""
    found = {
        (language, f"{chapter}.{name}"): said[language]
        for chapter, names in chapters().items()
        for name, said in names.items()
        for language in ("id", "en")
    }
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        for language in ("id", "en"):
            parts = [part for text in prose for part in _in(language, text)]
            found[language, f"notebooks/{path.name}"] = "\n".join(parts)
    for path in (ROOT / "README.id.md", *sorted((ROOT / "docs" / "panduan").glob("*.md"))):
        found["id", path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


def _in(language: str, text: str) -> list[str]:
    """Return the parts of a notebook's text in one language: English stands in an element of its own."""
    english = re.findall(r'<div lang="en"[^>]*>(.*?)</div>', text, re.DOTALL)
    return english if language == "en" else [re.sub(r'<div lang="en"[^>]*>.*?</div>', "", text, flags=re.DOTALL)]


def wrong(language: str, text: str) -> list[str]:
    """Return what to write instead of each forbidden word in a text."""
    return [
        right
        for (of, right), pattern in FORBIDDEN.items()
        if of == language and re.search(pattern, text, re.IGNORECASE)
    ]


def excepted(right: str, key: str) -> list[tuple[str, str]]:
    """Return the exceptions that allow a word in a text."""
    return [one for one in EXCEPTIONS if right.startswith(one[0]) and re.fullmatch(one[1], key)]


def test_the_words_of_the_glossary_are_used() -> None:
    found = {
        key: right
        for (language, key), text in texts().items()
        for right in wrong(language, text)
        if not excepted(right, key)
    }
    assert found == {}


def test_every_exception_is_needed_and_there_are_few_rules() -> None:
    used = {
        one
        for (language, key), text in texts().items()
        for right in wrong(language, text)
        for one in excepted(right, key)
    }
    assert used == set(EXCEPTIONS)
    assert len(FORBIDDEN) <= 20


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Predikat juara"),
        ("id", "peserta lomba"),
        ("id", "dicetak pada sertifikat"),
        ("id", "setiap kelompok juri"),
        ("id", "angka dari daftar values"),
        ("id", "menurut aturan"),
        ("id", "Rapat pleno menetapkan hasil"),
        ("id", "Sanggahan tidak diterima"),
        ("id", "Ujung rantai catatan"),
        ("id", "juri yang paling tegas"),
        ("id", "Kesepahaman juri"),
        ("id", "dengan batas 95%"),
        ("id", "Bagian inovasi yang masih berjalan"),
        ("id", "inovasi yang ditanya"),
        ("en", "after the round {round}"),
        ("en", "Readiness of the winners to last"),
        ("en", "strictness of the judges"),
        ("en", "with 95% limits"),
        ("en", "Chain heads"),
    ],
)
def test_each_forbidden_word_is_caught(language: str, text: str) -> None:
    assert len(wrong(language, text)) == 1


def test_the_page_defines_each_word_once() -> None:
    lines = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines[7:] for word in line.split("|")[1].strip().split(", ")]
    assert {"inovasi", "proposal", "peserta", "lembar penilaian", "nilai", "skor", "juara", "predikat"} <= {*words}
    assert len(words) == len({*words})
