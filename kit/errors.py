"""What can be wrong: one type of problem, with a code and data.

The catalogue's chapter ``errors`` holds the sentence of every code in each language; it is the only list of codes, and
the ``Raises:`` of a docstring name them. A class of its own has only what some part of the kit catches.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Self

from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.texts import Language


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

    def sentence(self, language: Language = "id") -> str:
        """The mistake as a sentence that stands alone; where it begins with a file's name, that stays as it is."""
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


_ALIKE = 3  # of one kind in one column are said one by one; of more, the first
_NAMED = 10  # rows, and other values, that such a line names


def _line(alike: list[Problem], language: Language) -> str:
    first, *others = alike
    if not others:
        return first.say(language)
    rows = _runs([row for one in alike for row in str(one.data.get("row") or "").split(", ") if row])
    rows = [*rows[:_NAMED], *["…"] * (len(rows) > _NAMED)]
    said = first.at(**{"row": ", ".join(rows)} if rows else {}).say(language)
    values = [f'"{one.data["value"]}"' for one in others[:_NAMED]] + ["…"] * (len(others) > _NAMED)
    return f"{said} {Texts(language)('errors.alike', n=len(others), values=', '.join(values))}"


def _runs(rows: list[str]) -> list[str]:
    """Write row numbers that follow one another as one part."""
    numbers = sorted({int(row) for row in rows if row.isdecimal()})
    runs = [[n for _, n in own] for _, own in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs] + [
        row for row in rows if not row.isdecimal()
    ]


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

    def stop_if_any(self) -> None:
        """Raise what was gathered.

        Raises:
            Mistakes: at least one mistake was noted.
        """
        if self.found:
            raise Mistakes(self.found)


class NotYet(Problem, RuntimeError):
    """Something cannot be shown yet, as the contest stands: nothing is wrong."""


def known_language(language: object) -> Language:
    """Return a language of the catalogue.

    Raises:
        language_unknown: it has no such language.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise Problem("language_unknown", value=str(language), choices=", ".join(LANGUAGES))
