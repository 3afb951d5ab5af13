"""Numbers and dates in words, against tables and read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.texts import LANGUAGES, Language, Texts, date_in_words, in_words

UNITS = {
    "id": ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
}
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]


def read_indonesian(words: str) -> int:
    """The number that Indonesian words say: ``puluh`` and the like multiply what stands before them."""
    sizes = {"ribu": 1000, "ratus": 100, "puluh": 10}
    one = {f"se{name}": size for name, size in sizes.items()}
    total, now = 0, 0
    for said in words.split():
        if said in sizes:
            total, now = total + now * sizes[said], 0
        elif said in one:
            total += one[said]
        elif said in {"belas", "sebelas"}:
            total, now = total + 10 + (now if said == "belas" else 1), 0
        else:
            now = UNITS["id"].index(said)
    return total + now


def read_english(words: str) -> int:
    total, now = 0, 0
    for said in words.replace("-", " ").replace(" and ", " ").split():
        if said in {"thousand", "hundred"}:
            total, now = total + now * (1000 if said == "thousand" else 100), 0
        else:
            names = [*UNITS["en"], *TEENS]
            now += names.index(said) if said in names else 20 + 10 * TENS.index(said)
    return total + now


@given(st.integers(0, 9_999))
def test_numbers_in_words_say_the_number(n: int) -> None:
    assert read_english(in_words(n, Texts("en"))) == n
    assert read_indonesian(in_words(n, Texts("id"))) == n


@pytest.mark.parametrize(
    ("n", "indonesian", "english"),
    [
        (0, "nol", "zero"),
        (3, "tiga", "three"),
        (9, "sembilan", "nine"),
        (10, "sepuluh", "ten"),
        (11, "sebelas", "eleven"),
        (12, "dua belas", "twelve"),
        (19, "sembilan belas", "nineteen"),
        (20, "dua puluh", "twenty"),
        (21, "dua puluh satu", "twenty-one"),
        (90, "sembilan puluh", "ninety"),
        (100, "seratus", "one hundred"),
        (111, "seratus sebelas", "one hundred and eleven"),
        (147, "seratus empat puluh tujuh", "one hundred and forty-seven"),
        (911, "sembilan ratus sebelas", "nine hundred and eleven"),
        (1000, "seribu", "one thousand"),
        (1976, "seribu sembilan ratus tujuh puluh enam", "one thousand nine hundred and seventy-six"),
        (2026, "dua ribu dua puluh enam", "two thousand and twenty-six"),
        (9999, "sembilan ribu sembilan ratus sembilan puluh sembilan", "nine thousand nine hundred and ninety-nine"),
    ],
)
def test_numbers_as_they_are_said(n: int, indonesian: str, english: str) -> None:
    assert (in_words(n, Texts("id")), in_words(n, Texts("en"))) == (indonesian, english)


@pytest.mark.parametrize("n", [-1, 10_000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_other_numbers_are_refused(n: int, language: str) -> None:
    with pytest.raises(ValueError, match=str(n)):
        in_words(n, Texts(language))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "indonesian", "english"),
    [
        (
            date(2026, 11, 23),
            "Senin, tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam",
            "Monday, the twenty-third of November two thousand and twenty-six",
        ),
        (
            date(2025, 8, 1),
            "Jumat, tanggal satu bulan Agustus tahun dua ribu dua puluh lima",
            "Friday, the first of August two thousand and twenty-five",
        ),
        (
            date(2025, 11, 20),
            "Kamis, tanggal dua puluh bulan November tahun dua ribu dua puluh lima",
            "Thursday, the twentieth of November two thousand and twenty-five",
        ),
        (
            date(2025, 12, 31),
            "Rabu, tanggal tiga puluh satu bulan Desember tahun dua ribu dua puluh lima",
            "Wednesday, the thirty-first of December two thousand and twenty-five",
        ),
        (
            date(2024, 2, 12),
            "Senin, tanggal dua belas bulan Februari tahun dua ribu dua puluh empat",
            "Monday, the twelfth of February two thousand and twenty-four",
        ),
    ],
)
def test_days_as_minutes_write_them(day: date, indonesian: str, english: str) -> None:
    assert (date_in_words(day, Texts("id")), date_in_words(day, Texts("en"))) == (indonesian, english)


# Names of rounds


@pytest.mark.parametrize(
    ("language", "round_", "said"),
    [
        ("id", "Penilaian proposal", "Peringkat menurut nilai tahap penilaian proposal."),
        ("id", "Tahap 1", "Peringkat menurut nilai tahap 1."),
        ("id", "Demo", "Peringkat menurut nilai tahap demo."),
        ("id", "Temu Juri", "Peringkat menurut nilai tahap Temu Juri."),
        ("id", "SD", "Peringkat menurut nilai tahap SD."),
        ("id", "R1", "Peringkat menurut nilai tahap R1."),
        ("en", "Proposal scoring", "Ranked by the score of the proposal scoring round."),
        ("en", "Round 1", "Ranked by the score of round 1."),
        ("en", "KIPP", "Ranked by the score of the KIPP round."),
    ],
)
def test_a_round_s_name_within_a_sentence_begins_in_lower_case(language: Language, round_: str, said: str) -> None:
    assert Texts(language)("explain.basis_round", round=round_) == said


def test_a_sentence_may_begin_with_a_round() -> None:
    t = Texts("en")
    assert t("errors.round_already_open", round="Round 1") == "Round 1 is open already."
    assert t("errors.round_already_open", round="Proposal scoring") == "The proposal scoring round is open already."
    assert Texts("id")("errors.round_already_open", round="Tahap 1") == "Tahap 1 sudah dibuka."


def test_rounds_in_a_list_begin_in_lower_case_too() -> None:
    said = Texts("id")("study.base_final", entries=2, rounds=["Penilaian proposal", "Wawancara"])
    assert "dari tahap penilaian proposal dan wawancara." in said
    assert Texts("id")("report.method_scale", round="Wawancara", low=1, high=5, step=1).startswith("Wawancara: skala")
