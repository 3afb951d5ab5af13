"""What can be wrong: one type of problem, with a code and data.

The catalogue's chapter ``errors`` holds the sentence of every code in each language; it is the only list of codes, and
the ``Raises:`` of a docstring name them. A class of its own has only what some part of the kit catches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING, Self

from kit.texts import LANGUAGES, Texts, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.texts import Language

LIMIT = 100  # mistakes of one kind in one column; a wrong file would have a million
_ALIKE = 3  # of one kind in one column are said one by one; of more, the first
_NAMED = 10  # ids, rows and other values that one mistake names
_COMPARABLE = 2_000  # ids among which a similar one is sought


class Problem(Exception):
    """Something that a user can understand and correct.

    Args:
        code: which one; the name of the class in snake case unless given.
        data: what the sentence's braces need; where it happened: ``file`` (name), ``row`` (line or row number in the
            file, from 1) and ``column`` (letter or header), which are put before the sentence; and ``near``, the name
            that was probably meant, which is put after it.
    """

    def __init__(self, code: str = "", /, **data: object) -> None:
        super().__init__()
        self.code = code or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()
        self.data = data

    def at(self, **place: object) -> Self:
        """Return the problem with this said as well: where it happened, as a rule."""
        return type(self)(self.code, **self.data | place)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, so that problems cross processes."""
        return (_rebuild, (type(self), self.code, self.data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and (self.code, self.data) == (other.code, other.data)

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted((k, str(v)) for k, v in self.data.items()))))

    def __str__(self) -> str:
        return self.say("id")

    def __repr__(self) -> str:
        data = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"Problem({self.code!r}, {data})"

    def say(self, language: Language = "id") -> str:
        """The mistake as one sentence: what is wrong, where, and what to do."""
        t = Texts(language if language in LANGUAGES else "id")
        sentence = t(f"errors.{self.code}", **self.data)
        if self.data.get("near"):
            sentence += f" {t('errors.nearest', near=self.data['near'])}"
        place = [str(self.data["file"])] if self.data.get("file") else []
        place += [
            t(f"errors.at_{part}", value=str(self.data[part]))
            for part in ("row", "column")
            if self.data.get(part) is not None
        ]
        return f"{', '.join(place)}: {sentence}" if place else sentence

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of the mistake (IPython's interface): its sentence, and no code of the kit."""
        return self.sentence().splitlines()

    def sentence(self, language: Language | None = None) -> str:
        """The mistake as a sentence that stands alone; where it begins with a file's name, that stays as it is.

        It is in the language that a notebook asked for last (:func:`kit.texts.spoken`) unless one is given.
        """
        language = language or spoken()
        said, first = self.say(language), self.found[0] if isinstance(self, Mistakes) else self
        return said if first.data.get("file") else said[:1].upper() + said[1:]


def _rebuild(kind: type[Problem], code: str, data: dict[str, object]) -> Problem:
    return kind(code, **data)


class Mistakes(Problem, ValueError):
    """All the mistakes found in one go; nothing was written.

    Args:
        found: at least one mistake, in the order in which a reader meets them.
    """

    def __init__(self, found: Iterable[Problem]) -> None:
        self.found = tuple(found)
        super().__init__(n=len(self.found))

    def __reduce__(self) -> tuple[object, ...]:
        return (Mistakes, (self.found,))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def say(self, language: Language = "id") -> str:
        """A headline with the count, then every mistake on a line; many that are alike in one column share a line."""
        lines = [_line(alike, language) for alike in self._alike()]
        if len(self.found) == 1:
            return lines[0]
        return "\n".join([super().say(language), *(f"{n}. {line}" for n, line in enumerate(lines, 1))])

    def _alike(self) -> list[list[Problem]]:
        groups: dict[object, list[Problem]] = {}
        for at, mistake in enumerate(self.found):
            data = mistake.data
            place = data.get("file"), data.get("column")
            groups.setdefault((mistake.code, *place) if place[1] and "value" in data else at, []).append(mistake)
        return [part for own in groups.values() for part in ([own] if len(own) > _ALIKE else [[one] for one in own])]


def _line(alike: list[Problem], language: Language) -> str:
    first, *others = alike
    if not others:
        return first.say(language)
    places = [row for one in alike for row in str(one.data.get("row") or "").split(", ") if row]
    rows = [*runs(int(row) for row in places if row.isdecimal()), *(row for row in places if not row.isdecimal())]
    said = first.at(**{"row": ", ".join(first_few(rows))} if rows else {}).say(language)
    values = first_few(f'"{one.data["value"]}"' for one in others)
    return f"{said} {Texts(language)('errors.alike', n=len(others), values=', '.join(values))}"


def runs(rows: Iterable[int]) -> Iterator[str]:
    """Yield row numbers shortly, those that follow one another as one part: ``5``, ``9–12``."""
    for _, own in groupby(enumerate(sorted(set(rows))), lambda pair: pair[1] - pair[0]):
        first, *others = (row for _, row in own)
        yield f"{first}–{others[-1]}" if others else str(first)


def first_few(names: Iterable[object]) -> list[str]:
    """Return the first of many ids or rows as texts, as a mistake names them, and that there are more."""
    first = [str(name) for name in islice(names, _NAMED + 1)]
    return first if len(first) <= _NAMED else [*first[:_NAMED], "…"]


class Collector:
    """Gathers mistakes so that a user sees them all at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, mistake: Problem) -> None:
        """Note one mistake (or all those of a :class:`Mistakes`) and go on."""
        self.found.extend(mistake if isinstance(mistake, Mistakes) else [mistake])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop_if_any()

    def stop_if_any(self, *, in_order: bool = False) -> None:
        """Raise what was gathered.

        Args:
            in_order: the way a reader meets it: file by file, row by row.

        Raises:
            Mistakes: at least one mistake was noted.
        """
        if self.found:
            raise Mistakes(_in_reading_order(self.found) if in_order else self.found)


def _in_reading_order(found: list[Problem]) -> list[Problem]:
    files = list(dict.fromkeys(str(mistake.data.get("file")) for mistake in found))

    def key(mistake: Problem) -> tuple[int, float]:
        rows = re.search(r"\d+", str(mistake.data.get("row") or mistake.data.get("rows")))
        return files.index(str(mistake.data.get("file"))), int(rows[0]) if rows else float("inf")

    return sorted(found, key=key)


class NotYet(Problem, RuntimeError):
    """Something cannot be shown yet, as the contest stands: nothing is wrong."""


def fold(text: str) -> str:
    """Return what two spellings of a header or name have in common: their letters and digits."""
    return "".join(character for character in text.casefold() if character.isalnum())


class Known:
    """The ids that may stand in a place; called with a text, it returns the id.

    Args:
        known: the ids, or other spellings of them with the id.
        code: of the problem to raise for anything else.
        data: what that problem's sentence needs beside the text.
    """

    def __init__(self, known: Iterable[str] | Mapping[str, str], code: str, **data: object) -> None:
        self.known = known if isinstance(known, Mapping) else {name: name for name in known}
        self.code = code
        self.data = data
        self._suggestions = LIMIT

    def __call__(self, text: str) -> str:
        """Return the id that ``text`` names.

        Raises:
            Problem: it names none.
        """
        text = str(text)  # a notebook's parameter may be a number
        if text in self.known:
            return self.known[text]
        self._suggestions -= 1
        near = self._nearest(text) if self._suggestions >= 0 else None
        raise Problem(self.code, value=text, near=near, **self.data)

    @cached_property
    def _by_fold(self) -> dict[str, list[str]]:
        spellings: dict[str, list[str]] = {}
        for name in self.known:
            spellings.setdefault(fold(name), []).append(name)
        return spellings

    def _nearest(self, text: str) -> str | None:
        same = self._by_fold.get(fold(text), [])
        if len(same) == 1 or len(self.known) > _COMPARABLE:
            return same[0] if len(same) == 1 else None
        close = get_close_matches(text, self.known, n=2)
        likeness = [SequenceMatcher(None, text, name).ratio() for name in close]
        # Of K2-08 and K2-09, neither is what K2-99 meant: a wrong suggestion is worse than none.
        return close[0] if close and likeness[0] > max(likeness[1:], default=0) else None


def known_language(language: object) -> Language:
    """Return a language of the catalogue.

    Raises:
        language_unknown: it has no such language.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise Problem("language_unknown", value=str(language), choices=", ".join(LANGUAGES))
