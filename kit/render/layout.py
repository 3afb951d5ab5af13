"""Blocks made ready to be set: in one row, checked, numbered, with every character in a shape that can be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.render.blocks import NUMERIC
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kit.render.blocks import Json


# What a document says of itself to programs.
_CLAIMS = ("edition", "language", "state", "circulation", "simulated", "made_at", "version", "fingerprint")

# Below this many sections a table of contents says nothing that the page does not.
_SECTIONS_WORTH_LISTING = 3

# Controls, halves of surrogate pairs, private characters, noncharacters, and the marks that reverse the order of what
# follows them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True)
class Arranged:
    """A document in the order of its pages.

    Args:
        masthead: the document block.
        summary: what stands on the first page, before the table of contents.
        body: the rest.
        contents: the headings of the body, each with its anchor; empty when a list would not help.
    """

    masthead: Json
    summary: list[Json]
    body: list[Json]
    contents: list[Json]

    @property
    def texts(self) -> Texts:
        """The catalogue in the document's language."""
        return Texts(self.masthead["language"])

    @property
    def about(self) -> list[tuple[str, str, str]]:
        """What the document is made of: name, label and text of each part."""
        t, masthead = self.texts, self.masthead
        values = {
            "edition": masthead["edition"],
            "state": masthead["state"],
            "circulation": masthead["audience"] or t(f"document.{masthead['circulation']}"),
            "data": t("document.simulated" if masthead["simulated"] else "document.genuine"),
            "made_at": t.moment(datetime.fromisoformat(masthead["made_at"])),
            "version": masthead["version"],
            "fingerprint": masthead["fingerprint"],
        }
        return [(name, t(f"document.{name}"), text) for name, text in values.items()]

    @property
    def claims(self) -> dict[str, str]:
        """What the document says of itself to programs, in the metadata of every format; names begin with ``kit:``."""
        return claims_in(self.masthead)

    @property
    def blocks(self) -> list[Json]:
        """Everything after the masthead."""
        return [*self.summary, *self.body]


def claims_in(masthead: Json) -> dict[str, str]:
    """What a masthead says to programs (:attr:`Arranged.claims`)."""
    said = {name: masthead[name] for name in _CLAIMS} | {"simulated": "yes" if masthead["simulated"] else "no"}
    return {f"kit:{name}": text for name, text in said.items()}


def code_point(character: str) -> str:
    """How a character that cannot be shown is written: ``[U+0007]``."""
    return f"[U+{ord(character):04X}]"


def printable(text: str) -> str:
    """``text`` with every character that no face could show written as its code point."""
    return _UNPRINTABLE.sub(lambda found: code_point(found[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


def arranged(blocks: Iterable[Json]) -> Arranged:
    """Put the blocks of a document in order.

    Groups are opened, tables and figures numbered, headings given anchors and never skip a level.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    found = [cleaned(block) for block in flat(blocks)]
    masthead = masthead_of(found)
    numbered = list(_numbered([block for block in found if block is not masthead], Texts(masthead["language"])))
    report = masthead["form"] == "report"
    first = next((place for place, block in enumerate(numbered) if block["type"] == "pagebreak" and report), -1)
    summary, body = numbered[: max(first, 0)], numbered[first + 1 :]
    while body and body[-1]["type"] == "pagebreak":
        body.pop()
    headings = [block for block in body if block["type"] == "heading"]
    worth = report and sum(heading["level"] == 2 for heading in headings) >= _SECTIONS_WORTH_LISTING
    return Arranged(masthead=masthead, summary=summary, body=body, contents=headings if worth else [])


def masthead_of(blocks: Iterable[Json]) -> Json:
    """The one masthead among the blocks, wherever it stands.

    Raises:
        document_missing: there is none.
        document_repeated: there are several.
    """
    found = [block for block in flat(blocks) if block["type"] == "document"]
    if not found:
        raise Problem("document_missing")
    if len(found) > 1:
        raise Problem("document_repeated", n=len(found))
    return found[0]


def flat(blocks: Iterable[Json]) -> Iterator[Json]:
    """The blocks with every group opened."""
    for block in blocks:
        if block["type"] == "group":
            yield from flat(block["blocks"])
        else:
            yield block


# The columns in which everybody signs.
SIGNING = ("number", "name", "position", "signature")

# Parts of a block that nobody reads.
_UNREAD = ("svg", "href", "crest")


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  (JSON keeps its shape)
    """The same JSON with ``change`` made to every text that is read."""
    match value:
        case str():
            return change(value)
        case dict():
            return {name: item if name in _UNREAD else each_text(item, change) for name, item in value.items()}
        case list() | tuple():
            return [each_text(item, change) for item in value]
    return value


def cleaned(block: Json) -> Json:
    """A block with every text made :func:`printable`."""
    clean: Json = each_text(block, printable)
    return clean


def _numbered(blocks: list[Json], t: Texts) -> Iterator[Json]:
    counts = {"heading": 0, "table": 0, "figure": 0}
    level = 1
    previous = "document"
    for block in blocks:
        kind = block["type"]
        if kind == "heading" and not block["text"].strip():
            continue
        if kind == "pagebreak" and previous in {"document", "pagebreak"}:
            continue
        previous = kind
        if kind not in counts:
            yield block
            continue
        counts[kind] += 1
        place: Json = {"anchor": f"{kind}-{counts[kind]}"}
        if kind == "heading":
            level = min(block["level"], level + 1)
            place["level"] = level
        else:
            place["label"] = t(f"document.{kind}", number=counts[kind])
        yield {**block, **place}


# In letters: the longest word that a column makes room for, and a line of text that reads well in a narrow column.
_LONGEST_WORD = "n" * 26
_READABLE_LINE = "n" * 21


@dataclass(frozen=True)
class Width:
    """How wide a column wants to be, in the unit of whoever measures.

    Args:
        least: its longest word; longer ones than a column can make room for are broken.
        comfortable: at this width its text reads well, and its label takes two lines at most.
        natural: its longest line, unbroken.
    """

    least: float
    comfortable: float
    natural: float


def widths(table: Json, measure: Callable[[str], float]) -> list[Width]:
    """What each column of a table asks for; ``measure`` tells the width of a line of text."""
    return [_width(column, table["rows"], measure) for column in table["columns"]]


def _width(column: Json, rows: list[Json], measure: Callable[[str], float]) -> Width:
    texts = [row[column["key"]]["text"] for row in rows if column["key"] in row]
    label = column["label"].split()
    halves = [max(measure(" ".join(label[:n])), measure(" ".join(label[n:]))) for n in range(len(label))]
    natural = max((measure(line) for text in texts for line in text.splitlines()), default=0.0)
    if column["kind"] in NUMERIC:
        word = natural
    else:
        word = max((measure(word) for text in texts for word in text.split()), default=0.0)
    least = max(min(word, measure(_LONGEST_WORD)), *map(measure, label), 0.0)
    comfortable = max(least, min(natural, measure(_READABLE_LINE)), min(halves, default=0.0))
    return Width(least, comfortable, max(natural, comfortable))


@dataclass(frozen=True)
class Fit:
    """How a table finds room on a page.

    Args:
        landscape: the page is turned on its side.
        columns: the width of each column, in ems of the table's letters.
    """

    landscape: bool
    columns: list[float]


# In ems of a table's letters: the width of the text on a page, upright and on its side; the space between columns, and
# how much more of it columns get where there is room.
_ROOM = {False: 60.2, True: 91.0}
WIDEST = _ROOM[True]
GAP = 1.2
_AIR = 3.0

# A table wider than its page by this much is set less comfortably rather than on a page turned on its side.
_SQUEEZED = 1.1


def fit(asked: list[Width]) -> Fit:
    """The upright page, where the columns are comfortable on it; there they share the room by what they ask for."""
    landscape = sum(width.comfortable + GAP for width in asked) > _SQUEEZED * _ROOM[False]
    room = _ROOM[landscape] - GAP * (len(asked) - 1)
    steps = [
        [0.0 for _ in asked],
        [width.least for width in asked],
        [width.comfortable for width in asked],
        [width.natural for width in asked],
        [width.natural + _AIR for width in asked],
    ]
    for tight, loose in pairwise(steps):
        if sum(loose) > room:
            share = (room - sum(tight)) / (sum(loose) - sum(tight))
            return Fit(landscape, [low + share * (high - low) for low, high in zip(tight, loose, strict=True)])
    return Fit(landscape, steps[-1])
