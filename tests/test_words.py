"""Numbers and dates in words, against tables and read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.texts import LANGUAGES, Texts, date_in_words, in_words

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
