"""Numbers and dates in words, as minutes and certificates write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kit.texts import Texts


def in_words(n: int, t: Texts) -> str:
    """A whole number from 0 to 9,999: ``dua ribu dua puluh enam``, ``two thousand and twenty-six``.

    Raises:
        ValueError: the number lies outside.
    """
    if not 0 <= n <= 9_999:
        message = f"no words for {n}"
        raise ValueError(message)
    return (_indonesian if t.language == "id" else _english)(n, t)


def _indonesian(n: int, t: Texts) -> str:
    """``se-`` stands for the one of ten, hundred and thousand; the teens are ``belas``."""
    small = t("words.small").split()
    if n < 12:
        return small[n]
    if n < 20:
        return f"{small[n - 10]} belas"
    for size, name, one in ((1000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "sepuluh")):
        if n >= size:
            many, rest = divmod(n, size)
            head = one if many == 1 else f"{_indonesian(many, t)} {name}"
            return f"{head} {_indonesian(rest, t)}" if rest else head
    raise AssertionError(n)


def _english(n: int, t: Texts) -> str:
    small, tens = t("words.small").split(), t("words.tens").split()
    if n < 20:
        return small[n]
    if n < 100:
        return tens[n // 10 - 2] + (f"-{small[n % 10]}" if n % 10 else "")
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    many, rest = divmod(n, size)
    joint = "" if not rest else " and " if rest < 100 else " "
    return f"{_english(many, t)} {name}{joint}{_english(rest, t) if rest else ''}"


def date_in_words(day: date, t: Texts) -> str:
    """``Senin, tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam``; the like in English."""
    from babel.dates import get_day_names, get_month_names  # noqa: PLC0415  (slow to import, seldom needed)

    names = {"weekday": get_day_names("wide", locale=t.language)[day.weekday()]}
    names["month"] = get_month_names("wide", locale=t.language)[day.month]
    number = in_words(day.day, t) if t.language == "id" else _ordinal(day.day, t)
    return t("words.date", day=number, year=in_words(day.year, t), **names)


def _ordinal(n: int, t: Texts) -> str:
    """``twenty-third``, up to 31."""
    ordinals, tens = t("words.ordinals").split(), t("words.tens").split()
    if n < 20:
        return ordinals[n - 1]
    return f"{tens[n // 10 - 2]}-{ordinals[n % 10 - 1]}" if n % 10 else f"{tens[n // 10 - 2][:-1]}ieth"
