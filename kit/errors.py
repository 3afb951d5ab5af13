"""What can be wrong, one class per mistake.

Every mistake carries its data; the catalogue's chapter ``errors`` holds its sentence in each language under
the class's name in snake case. The data ``file``, ``row`` and ``column`` say where, and are put before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.texts import Language


class KitError(Exception):
    """A mistake that a user can understand and correct.

    Args:
        data: what the sentence's braces need, and where it happened: ``file`` (name), ``row`` (line or row
            number in the file, from 1) and ``column`` (letter or header).
    """

    def __init__(self, **data: object) -> None:
        super().__init__()
        self.data = data

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, so that mistakes cross processes."""
        return (_rebuild, (type(self), self.data))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.data == getattr(other, "data", None)

    def __hash__(self) -> int:
        return hash((type(self), tuple(sorted((k, str(v)) for k, v in self.data.items()))))

    def __str__(self) -> str:
        return self.say("id")

    def __repr__(self) -> str:
        data = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{type(self).__name__}({data})"

    def say(self, language: Language = "id") -> str:
        """The mistake as one sentence: what is wrong, where, and what to do."""
        t = Texts(language)
        key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()
        sentence = t(f"errors.{key}", **self.data)
        place = [str(self.data["file"])] if self.data.get("file") else []
        place += [
            t(f"errors.at_{part}", value=str(self.data[part]))
            for part in ("row", "column")
            if self.data.get(part) is not None
        ]
        return f"{', '.join(place)}: {sentence}" if place else sentence

    def sentence(self, language: Language = "id") -> str:
        """The mistake as a sentence that stands alone; where it begins with a file's name, that stays as it is."""
        said, first = self.say(language), self.found[0] if isinstance(self, Mistakes) else self
        return said if first.data.get("file") else said[:1].upper() + said[1:]


def _rebuild(kind: type[KitError], data: dict[str, object]) -> KitError:
    return kind(**data)


class Mistakes(KitError, ValueError):
    """All the mistakes found in one go; nothing was written.

    Args:
        found: at least one mistake, in the order in which a reader meets them.
    """

    def __init__(self, found: Iterable[KitError]) -> None:
        self.found = tuple(found)
        super().__init__(n=len(self.found))

    def __reduce__(self) -> tuple[object, ...]:
        return (Mistakes, (self.found,))

    def __iter__(self) -> Iterator[KitError]:
        return iter(self.found)

    def say(self, language: Language = "id") -> str:
        """A headline with the count, then every mistake on a line of its own."""
        lines = [mistake.say(language) for mistake in self.found]
        if len(lines) == 1:
            return lines[0]
        return "\n".join([super().say(language), *(f"{n}. {line}" for n, line in enumerate(lines, 1))])


class Collector:
    """Gathers mistakes so that a user sees them all at once."""

    def __init__(self) -> None:
        self.found: list[KitError] = []

    def add(self, mistake: KitError) -> None:
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


class FileMissing(KitError, FileNotFoundError):
    """A file that is needed is not there."""
