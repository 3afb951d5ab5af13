"""The one catalogue of everything a judge, an analyst or leadership reads.

Each ``*.toml`` file beside this module is one chapter; a sentence is a table with one string per language::

    [mark_outside_scale]
    id = "Nilai {value} berada di luar skala {low}–{high}. Nilai ini tidak disimpan."
    en = "{value} is outside the scale {low}–{high}. It was not saved."

and its key is ``chapter.name``, here ``errors.mark_outside_scale``. English may add ``en_one``, taken when
``n`` is 1.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, get_args

from kit.texts.vocabulary import in_own_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.texts.vocabulary import Thing

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# What notebooks say outside of a document, such as a mistake: the language that was asked for last.
_spoken: list[Language] = ["id"]


def speak(language: Language) -> None:
    """Let notebooks say what belongs to no document, such as a mistake, in this language from now on."""
    _spoken[0] = language


def spoken() -> Language:
    """Return the language that :func:`speak` chose last; Indonesian at first."""
    return _spoken[0]


# Where a sentence names a round.
_ROUND: dict[Language, re.Pattern[str]] = {
    "id": re.compile(r"\b(?P<word>tahap) (?P<mark>\**)\{(?P<name>\w+)\}", re.IGNORECASE),
    "en": re.compile(r"(?:\bthe )?(?P<mark>\**)\{(?P<name>\w+)\}(?P=mark) (?P<word>round)\b", re.IGNORECASE),
}


def within_sentence(name: str) -> str:
    """Return a name as it stands within a sentence: ``penilaian proposal``; names with further capitals stay."""
    return name[0].lower() + name[1:] if re.fullmatch(r"[^\W\d_][a-z][^A-Z]*", name) else name


# The contest's clock. Western Indonesia has one offset and no daylight saving.
WIB = timezone(timedelta(hours=7), "WIB")


@cache
def read_chapter(name: str) -> dict[str, dict[str, str]]:
    """Return one chapter of the catalogue: sentence name to language to text."""
    source = files(__package__).joinpath(f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def chapters() -> dict[str, dict[str, dict[str, str]]]:
    """Every chapter of the catalogue by name: sentence name to language to text."""
    names = sorted(item.name.removesuffix(".toml") for item in files(__package__).iterdir())
    return {name: read_chapter(name) for name in names if name.isidentifier() and not name.startswith("_")}


class Texts:
    """The catalogue in one language, with that language's numbers and dates.

    Args:
        language: ``"id"`` (the default everywhere) or ``"en"``.
        words: a contest's own for unit, entry, category, group and judge, in that language.
    """

    def __init__(self, language: Language = "id", words: Mapping[Thing, str] | None = None) -> None:
        self.language: Language = language
        self._words = dict(words or {})
        self._put: dict[str, str] = {}  # sentences with the contest's own words, by the sentence
        self._locale = {"id": "id_ID", "en": "en_GB"}[language]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence ``key`` with its braces filled.

        Values that are not strings are written the way the language writes them (:meth:`show`).

        Raises:
            KeyError: the catalogue has no such sentence, or a brace has no value.
        """
        chapter, _, name = key.partition(".")
        sentence = read_chapter(chapter)[name]
        one = sentence.get(f"{self.language}_one") if values.get("n") == 1 else None
        template, values = self._within(self._worded(chapter, one or sentence[self.language]), values)
        return template.format(**{name: self.show(value) for name, value in values.items()})

    def templates(self, chapter: str) -> dict[str, str]:
        """Return a chapter's sentences with their braces unfilled, for pages that fill them."""
        return {name: self._worded(chapter, said[self.language]) for name, said in read_chapter(chapter).items()}

    def _worded(self, chapter: str, template: str) -> str:
        if not self._words:
            return template
        if template not in self._put:
            self._put[template] = in_own_words(chapter, template, self.language, self._words)
        return self._put[template]

    def _within(self, template: str, values: dict[str, object]) -> tuple[str, dict[str, object]]:
        """Return a sentence and its values with names of rounds as they stand within a sentence.

        ``tahap {round}`` and ``the {round} round`` become ``tahap penilaian proposal`` and ``the proposal scoring
        round``; where the name itself begins so, ``tahap 1`` and ``round 1``.
        """
        within = dict(values)

        def put(found: re.Match[str]) -> str:
            value, key = values.get(found["name"]), f"{found['name']}_within"
            if isinstance(value, str) and value.lower().startswith(f"{found['word'].lower()} "):
                within[key] = (value[0].upper() if found[0][0].isupper() else value[0].lower()) + value[1:]
                return f"{found['mark']}{{{key}}}{found['mark'] if self.language == 'en' else ''}"
            if isinstance(value, (list, tuple)):
                within[key] = [within_sentence(str(each)) for each in value]
            elif isinstance(value, str):
                within[key] = within_sentence(value)
            else:
                return found[0]
            return found[0].replace(f"{{{found['name']}}}", f"{{{key}}}")

        return _ROUND[self.language].sub(put, template), within

    def has(self, key: str) -> bool:
        """Tell whether the catalogue holds the sentence ``key``."""
        chapter, _, name = key.partition(".")
        return name in read_chapter(chapter)

    def show(self, value: object) -> str:  # noqa: PLR0911  (one line per type)
        """Write one value: integers grouped, decimals with their own digits, dates and times in words."""
        match value:
            case bool():
                return self("labels.yes" if value else "labels.no")
            case int():
                return self.integer(value)
            case Decimal():
                return self.decimal(value)
            case datetime():
                return self.moment(value)
            case date():
                return self.date(value)
            case time():
                return value.strftime({"id": "%H.%M", "en": "%H:%M"}[self.language])
            case list() | tuple():
                return self.enumeration([self.show(item) for item in value])
            case _:
                return str(value)

    def integer(self, value: int) -> str:
        """``1029`` as ``1.029`` (id) or ``1,029`` (en)."""
        mark = {"id": ".", "en": ","}[self.language]
        return f"{value:,}".replace(",", mark)

    def decimal(self, value: Decimal, places: int | None = None) -> str:
        """``Decimal("82.33")`` as ``82,33`` (id) or ``82.33`` (en), with ``places`` decimals if given."""
        written = f"{value:,f}" if places is None else f"{value:,.{places}f}"
        if self.language == "id":
            written = written.translate(str.maketrans(",.", ".,"))
        return written

    def percent(self, share: float, places: int = 0) -> str:
        """``0.4943`` with two places as ``49,43%`` (id) or ``49.43%`` (en)."""
        return self.decimal(Decimal(f"{share * 100:.{places}f}")) + "%"

    def date(self, value: date) -> str:
        """``23 November 2026`` in the language's month names."""
        return _day(value, self._locale)

    def time(self, value: datetime) -> str:
        """``09.05 WIB`` (id) or ``09:05 WIB`` (en), on the contest's clock.

        Raises:
            ValueError: the time has no zone, so the contest's clock cannot be read from it.
        """
        if value.tzinfo is None:
            message = "a time without a zone cannot be shown on the contest's clock"
            raise ValueError(message)
        local = value.astimezone(WIB)
        return local.strftime({"id": "%H.%M WIB", "en": "%H:%M WIB"}[self.language])

    def moment(self, value: datetime) -> str:
        """Date and time: ``23 November 2026 pukul 09.05 WIB``."""
        day = value.astimezone(WIB).date()
        return {"id": "{} pukul {}", "en": "{} at {}"}[self.language].format(self.date(day), self.time(value))

    def enumeration(self, items: list[str]) -> str:
        """``A, B, dan C`` (id) or ``A, B and C`` (en)."""
        if len(items) < 2:
            return "".join(items)
        last = {("id", 2): " dan ", ("en", 2): " and "}.get((self.language, len(items)))
        joiner = last or {"id": ", dan ", "en": " and "}[self.language]
        return joiner.join([", ".join(items[:-1]), items[-1]])


@lru_cache(maxsize=1_000)  # a sheet's history says the same day again and again
def _day(value: date, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  (slow to import, seldom needed)

    return format_date(value, "d MMMM y", locale=locale)


def utc(moment: str) -> datetime:
    """Read an ISO 8601 time with its zone, as stored in ledgers and journals, into UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC)


# Numbers and dates in words, as minutes write them


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
