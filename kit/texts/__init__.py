"""The one catalogue of everything a judge, an analyst or leadership reads.

Each ``*.toml`` file beside this module is one chapter; a sentence is a table with one string per language::

    [mark_outside_scale]
    id = "Nilai {value} berada di luar skala {low}–{high}. Nilai ini tidak disimpan."
    en = "{value} is outside the scale {low}–{high}. It was not saved."

and its key is ``chapter.name``, here ``errors.mark_outside_scale``. English may add ``en_one``, taken when
``n`` is 1.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

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
    """

    def __init__(self, language: Language = "id") -> None:
        self.language: Language = language
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
        template = one or sentence[self.language]
        return template.format(**{name: self.show(value) for name, value in values.items()})

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
        from babel.dates import format_date  # noqa: PLC0415  (slow to import, seldom needed)

        return format_date(value, "d MMMM y", locale=self._locale)

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


def utc(moment: str) -> datetime:
    """Read an ISO 8601 time with its zone, as stored in ledgers and journals, into UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC)
