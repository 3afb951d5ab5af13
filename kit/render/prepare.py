"""Blocks made ready for every format: in one list, checked, numbered, measured, and with printable characters only.

:func:`prepare` answers whatever the writers of the formats ask, in one result; they import it and not one another.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import pairwise
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.render.page import REPORT, Page
from kit.texts import Texts
from kit.theme import PALETTE, ems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Json = dict[str, Any]

# What a document says of itself to programs.
_CLAIMS = ("edition", "language", "state", "circulation", "simulated", "made_at", "version", "fingerprint")

# A table of contents is made from this many sections on.
_SECTIONS_WORTH_LISTING = 3

# Controls, halves of surrogate pairs, private characters, noncharacters, and the marks that reverse the order of what
# follows them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)

# A fingerprint: what somebody compares letter by letter, or copies; and how wide it is set, in points.
CODE = re.compile(r"\b[0-9a-f]{64}\b")
_CODE_WIDTH = 64 * 0.602 * 7  # of the letters of one width

# Parts of a block that nobody reads.
_UNREAD = ("svg", "href", "crest", "logo", "fill", "colour")


@dataclass(frozen=True)
class Prepared:
    """A document in the order of its pages.

    A heading has its ``anchor``, a figure and a table its ``anchor`` and its numbered ``label``; what else a table has
    is told at :func:`_measured`.

    Args:
        masthead: the document block.
        t: the catalogue in the document's language.
        summary: the blocks of the first page, before the table of contents.
        body: the other blocks.
        contents: the headings of the body; empty when a list would not help.
        about: what the document is made of: the ``label`` and ``text`` of each part by its name. What a notebook
            without an edition does not know, such as a state, is not among them.
        claims: what it says of itself to programs, in the metadata of every format; names begin with ``kit:``.
        edition: for the top of a page, such as ``Edisi 2025``.
        state: for the foot of a page: what the result may be called, for whom it is, and the data.
        page: the number of a page in words, before, between and after its two numbers.
        signing: the labels of the columns in which everybody signs.
        palette: the colours, by their names in :data:`kit.theme.PALETTE`.
        setup: paper, margins and letters.
    """

    masthead: Json
    t: Texts
    summary: list[Json]
    body: list[Json]
    contents: list[Json]
    about: dict[str, dict[str, str]]
    claims: dict[str, str]
    edition: str
    state: str
    page: list[str]
    signing: list[str]
    palette: dict[str, str]
    setup: Page

    @property
    def blocks(self) -> list[Json]:
        """Everything after the masthead."""
        return [*self.summary, *self.body]

    @property
    def tables(self) -> list[Json]:
        """The tables, in order."""
        return [block for block in self.blocks if block["type"] == "table"]

    def told(self, name: str) -> str:
        """Return the text of one part of :attr:`about`; blank if it is not known."""
        return self.about[name]["text"] if name in self.about else ""


def prepare(blocks: Iterable[Json]) -> Prepared:
    """Put the blocks of a document in order and make them ready.

    Groups are opened, tables and figures numbered, tables measured; headings get anchors and never skip a level.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    found = [_cleaned(block) for block in flat(blocks)]
    masthead = masthead_of(found)
    t = Texts(masthead["language"])
    styles = [block for block in found if block["type"] == "style"]
    accent = next((style["accent"] for style in reversed(styles) if style["accent"]), PALETTE["accent"])
    masthead["logo"] = next((style["logo"] for style in reversed(styles) if style["logo"]), "")
    numbered = list(_numbered([block for block in found if block is not masthead and block not in styles], t))
    paged = masthead["form"] in {"official", "poster"}
    setup = Page(**(masthead.get("page") or {})) if paged else REPORT
    _measure(numbered, setup)
    report = masthead["form"] == "report"
    first = next((place for place, block in enumerate(numbered) if block["type"] == "pagebreak" and report), -1)
    summary, body = numbered[: max(first, 0)], numbered[first + 1 :]
    while body and body[-1]["type"] == "pagebreak":
        body.pop()
    headings = [block for block in body if block["type"] == "heading"]
    listed = report and sum(heading["level"] == 2 for heading in headings) >= _SECTIONS_WORTH_LISTING
    state = [shorten(masthead["state"], 64, placeholder="…")]
    if masthead["circulation"]:
        state.append(t(f"document.{masthead['circulation']}_short"))
    if masthead["fingerprint"]:
        state.append(t("document.fingerprint_short", start=masthead["fingerprint"][:12]))
    return Prepared(
        masthead=masthead,
        t=t,
        summary=summary,
        body=body,
        contents=headings if listed else [],
        about=masthead["about"],
        claims=claims_in(masthead),
        edition=f"{t('document.edition')} {masthead['edition']}" if masthead["edition"] else "",
        state=" · ".join(filter(None, state)),
        page=t("document.page", page="\n", pages="\n").split("\n"),
        signing=[t(f"document.signing_{word}") for word in ("number", "name", "position", "signature")],
        palette=PALETTE | {"accent": accent},
        setup=setup,
    )


def prepare_single(block: Json) -> list[Json]:
    """Make the blocks of one cell ready, to be shown without their document."""
    found = [_cleaned(part) for part in flat([block]) if part["type"] != "style"]
    _measure(found, REPORT)
    return found


def claims_in(masthead: Json) -> dict[str, str]:
    """Return what a masthead says to programs (:attr:`Prepared.claims`)."""
    claims = {name: masthead[name] for name in _CLAIMS} | {"simulated": "yes" if masthead["simulated"] else "no"}
    if not masthead["edition"]:  # a notebook about no edition
        del claims["simulated"]
    return {f"kit:{name}": text for name, text in claims.items() if text}


def _about(masthead: Json) -> dict[str, dict[str, str]]:
    t = Texts(masthead["language"])
    about = {
        "edition": masthead["edition"],
        "state": masthead["state"],
        "circulation": masthead["audience"] or (masthead["circulation"] and t(f"document.{masthead['circulation']}")),
        "data": masthead["edition"] and t("document.simulated" if masthead["simulated"] else "document.genuine"),
        "made_at": t.moment(datetime.fromisoformat(masthead["made_at"])),
        "version": masthead["version"],
        "fingerprint": masthead["fingerprint"],
    }
    return {name: {"label": t(f"document.{name}"), "text": text} for name, text in about.items() if text}


def masthead_of(blocks: Iterable[Json]) -> Json:
    """Return the one masthead among the blocks, wherever it stands.

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
    """Yield the blocks with every group opened."""
    for block in blocks:
        if block["type"] == "group":
            yield from flat(block["blocks"])
        else:
            yield block


# Pictures


def picture_drawing(picture: bytes, pixels_per_inch: float = 100) -> str:
    """Return a PNG or JPEG inside a drawing, the one kind of picture that every format takes."""
    from PIL import Image  # noqa: PLC0415  (matplotlib's own; only notebooks with pictures need it)

    with Image.open(BytesIO(picture)) as opened:
        (width, height), kind = opened.size, Image.MIME[opened.format or "PNG"]
    points = [f"{72 * side / pixels_per_inch:.2f}" for side in (width, height)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{points[0]}pt" '
        f'height="{points[1]}pt" viewBox="0 0 {points[0]} {points[1]}"><image width="{points[0]}" height="{points[1]}" '
        f'xlink:href="data:{kind};base64,{b64encode(picture).decode("ascii")}"/></svg>'
    )


def slim_drawing(svg: str) -> str:
    """Return matplotlib's drawing in half its size, looking the same.

    Lines get relative coordinates, rounded to a hundredth of a point, and letters to 1/320 of their size; names that
    nothing refers to go, and so does what the drawing says of its program.
    """
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(
        rf'\bd="([^"]*)"\s+{re.escape(_LETTER)}', lambda d: f'd="{_slim_path(d[1], 0.05)}" {_SLIM_LETTER}', svg
    )
    svg = re.sub(r'\bd="(M[^"]*\n[^"]*)"', lambda d: f'd="{_slim_path(d[1], 100)}"', svg)
    letter = r'<use xlink:href=("[^"]+") transform="translate\((-?[\d.]+) 0\)"/>'
    svg = re.sub(letter, lambda x: f'<use href={x[1]} x="{float(x[2]):.1f}"/>', svg)
    names = {name: f"{n:x}" for n, name in enumerate(dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)))}
    svg = re.sub(r' id="([^"]+)"', lambda own: f' id="{names[own[1]]}"' if own[1] in names else "", svg)
    svg = re.sub(r'(href="#|url\(#)([^")]+)', lambda used: used[1] + names[used[2]], svg)
    return re.sub(r">\s*\n\s*<", "><", svg)


_LETTER, _SLIM_LETTER = 'transform="scale(0.015625)"', 'transform="scale(.3125)"'


def _slim_path(path: str, scale: float) -> str:
    """Return a path of M, L, Q, C and z with relative coordinates, rounded to whole numbers after scaling."""
    found, last, at, start = "", "", [0, 0], [0, 0]
    for command, given in re.findall(r"([MLQCz])([^MLQCz]*)", path):
        if command == "z":
            found, last, at = found + "z", "z", start
            continue
        numbers = [round(float(number) * scale) for number in given.split()]
        steps = [number - at[n % 2] for n, number in enumerate(numbers)]
        at = numbers[-2:]
        start = at if command == "M" else start
        name = command.lower()
        if name == "l" and 0 in steps:
            name, steps = ("h", steps[:1]) if steps[1] == 0 else ("v", steps[1:])
        words = [f"{step / scale:.2f}".rstrip("0").rstrip(".") if scale > 1 else str(step) for step in steps]
        said = "".join(word if word.startswith("-") or not n else f" {word}" for n, word in enumerate(words))
        again = name == last or (name, last) == ("l", "m")
        found, last = found + ((" " if said[0] != "-" else "") if again else name) + said, name
    return found


def logo_drawing(picture: str) -> str:
    """Return a logo, given as a data URI, as a drawing; blank if there is none."""
    head, _, content = picture.partition(",")
    if not picture or "svg" in head:
        return b64decode(content).decode("utf-8")
    return picture_drawing(b64decode(content))


def as_png(svg: str, pixels_per_inch: float = 200) -> bytes:
    """Turn a drawing into a picture."""
    import typst  # noqa: PLC0415  (a big library, needed only to save a picture)

    page = '#set page(width: auto, height: auto, margin: 6pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    picture = typst.compile(page.encode(), format="png", ppi=pixels_per_inch, sys_inputs={"svg": svg})
    assert isinstance(picture, bytes)  # one page, one picture
    return picture


# Long tables

# Rows of a table that a page-bound format and a notebook show; and what an HTML file holds, in characters.
_MOST_ROWS = 300
_MOST_HTML = 2_500_000
_PER_CELL, _PER_CHARACTER = 60, 1.1  # of the HTML around and in a cell


def is_long(blocks: Iterable[Json]) -> bool:
    """Tell whether :func:`first_rows` would leave out rows on pages."""
    return any(block["type"] == "table" and len(block["rows"]) > _MOST_ROWS for block in flat(blocks))


def first_rows(blocks: Iterable[Json], t: Texts, file: str, *, html: bool = False) -> list[Json]:
    """Return the blocks of a document in which long tables have their first rows only, and say where all are.

    Args:
        blocks: of the document.
        t: its language.
        file: the workbook beside it that holds its tables whole.
        html: bound the file, which can be searched, and not the rows of each table.
    """
    found = list(flat(blocks))
    most = _rows_in_html([block for block in found if block["type"] == "table"]) if html else _MOST_ROWS
    return [_shortened(block, most, "outputs.rows_left_out", t, file=file) for block in found]


def _rows_in_html(tables: list[Json]) -> int:
    """Return how many rows each table may have so that all fit into one file."""
    sizes = [
        (len(table["rows"]), sum(_PER_CELL + _PER_CHARACTER * len(cell["text"]) for cell in row.values()))
        for table in tables
        for row in table["rows"][:1]
    ]
    most = max((rows for rows, _ in sizes), default=0)
    while sum(min(rows, most) * size for rows, size in sizes) > _MOST_HTML:
        most = most * 9 // 10
    return most


def _shortened(block: Json, most: int, key: str, t: Texts, **about: str) -> Json:
    if block["type"] != "table" or len(block["rows"]) <= most:
        return block
    note = t(key, shown=most, n=len(block["rows"]), **about)
    return {**block, "rows": block["rows"][:most], "notes": [note, *block["notes"]]}


def brief(block: Json, t: Texts) -> Json:
    """Return a block as a notebook shows it, with the first rows of long tables."""
    if block["type"] == "group":
        return {**block, "blocks": [brief(part, t) for part in block["blocks"]]}
    return _shortened(block, _MOST_ROWS, "outputs.rows_shown", t)


# Characters


def code_point(character: str) -> str:
    """Return how a character that cannot be shown is written: ``[U+0007]``."""
    return f"[U+{ord(character):04X}]"


def printable(text: str) -> str:
    """Return ``text`` with every character that no typeface could show written as its code point."""
    return _UNPRINTABLE.sub(lambda found: code_point(found[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  (JSON keeps its shape)
    """Return the same JSON with ``change`` made to every text that is read."""
    match value:
        case str():
            return change(value)
        case dict():
            return {name: item if name in _UNREAD else each_text(item, change) for name, item in value.items()}
        case list() | tuple():
            return [each_text(item, change) for item in value]
    return value


def _cleaned(block: Json) -> Json:
    clean: Json = each_text(block, printable)
    return clean | {"about": _about(clean)} if clean["type"] == "document" else clean


# Numbers


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
        if kind in counts:
            counts[kind] += 1
            block["anchor"] = f"{kind}-{counts[kind]}"
        if kind == "heading":
            block["level"] = level = min(block["level"], level + 1)
        elif kind in counts:
            block["label"] = t(f"document.{kind}", number=counts[kind])
        yield block


# Widths

# In letters: the longest word that a column makes room for, and a line of text that reads well in a narrow column.
_LONGEST_WORD = "n" * 26
_READABLE_LINE = "n" * 21

# In ems of a table's letters: the space between columns, and how much more of it columns get where there is room.
GAP = 1.2
_AIR = 3.0

# A table that takes less than this share of the page is set as wide as it is, not as wide as the page.
_NARROW = 0.5

# A table wider than its page by this much is set less comfortably rather than on a page turned on its side.
_SQUEEZED = 1.1


def _measure(blocks: list[Json], page: Page) -> None:
    """Measure the tables; those with the same columns are measured together, so that they line up."""
    alike: defaultdict[str, list[Json]] = defaultdict(list)
    for block in blocks:
        if block["type"] == "table":
            alike[repr(block["columns"])].append(block)
    for tables in alike.values():
        columns = [
            _column(column, [row for table in tables for row in table["rows"]], page) for column in tables[0]["columns"]
        ]
        for table in tables:
            _measured(table, columns, page)


def _measured(table: Json, columns: list[Json], page: Page) -> None:
    """Complete a table.

    - ``rows``: lists of cells in the order of the columns, none left out;
    - ``names``: the number of the column that names its row;
    - ``widths`` of its columns in ems of the table's letters, and ``landscape``: whether its page is turned;
    - ``narrow``: whether it takes less than half of an upright page, and ``cramped``: whether its words do not fit one;
    - ``parts``: the pieces in which it fits pages, each with the numbers of its ``columns``, ``widths``, ``landscape``;
    - each column: whether it is ``numeric``, and as how wide it may be set (:func:`_column`).
    """
    keys = [column["key"] for column in columns]
    table["columns"] = columns
    table["rows"] = [[row.get(key) or {"text": ""} for key in keys] for row in table["rows"]]
    table["names"] = keys.index(table["row_header"])
    table["parts"] = [_fit(columns, part, page) for part in _parts(columns, table["names"], page.room(turned=True))]
    table["narrow"] = _total(columns, "natural") < _NARROW * page.room()
    table["cramped"] = _total(columns, "least") > page.room()
    table |= {name: item for name, item in _fit(columns, [*range(len(columns))], page).items() if name != "columns"}


def _column(column: Json, rows: list[Json], page: Page) -> Json:
    """Return a column with what it asks for, in ems of the table's letters.

    - ``least``: its longest word or a code; longer words than a column can make room for are broken;
    - ``comfortable``: at this width its text reads well, and its label takes two lines at most;
    - ``natural``: its longest line, unbroken; ``longest`` is that of its cells alone.
    """
    texts = [row[column["key"]]["text"] for row in rows if column["key"] in row]
    label = column["label"].split()
    halves = [max(ems(" ".join(label[:n])), ems(" ".join(label[n:]))) for n in range(len(label))]
    numeric = column["kind"] in {"integer", "decimal", "percent"}
    coded = _CODE_WIDTH / page.table_size / page.breadth if any(map(CODE.search, texts)) else 0.0
    texts = [CODE.sub("", text) for text in texts]
    natural = max((ems(line) for text in texts for line in text.splitlines()), default=0.0)
    word = natural if numeric else max((ems(word) for text in texts for word in text.split()), default=0.0)
    least = max(min(word, ems(_LONGEST_WORD)), *map(ems, label), coded)
    comfortable = max(least, min(natural, ems(_READABLE_LINE)), min(halves, default=0.0))
    return {
        **column,
        "numeric": numeric,
        "least": least,
        "comfortable": comfortable,
        "natural": max(natural, comfortable),
        "longest": natural,
    }


def _parts(columns: list[Json], names: int, room: float) -> list[list[int]]:
    """Divide the columns of a table that no page is wide enough for; each part has the column that names the rows."""
    if _total(columns, "least") <= room:
        return [[*range(len(columns))]]
    parts = [[names]]
    for number in range(len(columns)):
        if number == names:
            continue
        if len(parts[-1]) > 1 and _total([columns[n] for n in [*parts[-1], number]], "comfortable") > room:
            parts.append([names])
        parts[-1].append(number)
    return parts


def _total(columns: Sequence[Json], width: str) -> float:
    total: float = sum(column[width] + GAP for column in columns)
    return total


def _fit(columns: list[Json], numbers: list[int], page: Page) -> Json:
    """Let columns share a page by what they ask for: the upright page, if they are comfortable on it."""
    own = [columns[n] for n in numbers]
    # An official paper is turned only where words do not fit.
    asked = _total(own, "comfortable") / _SQUEEZED if page is REPORT else _total(own, "least")
    landscape = asked > page.room()
    room = page.room(turned=landscape) - GAP * (len(own) - 1)
    steps = [
        [0.0 for _ in own],
        *([column[width] for column in own] for width in ("least", "comfortable", "natural")),
        [column["natural"] + _AIR for column in own],
    ]
    widths = steps[-1]
    for tight, loose in pairwise(steps):
        if sum(loose) > room:
            share = (room - sum(tight)) / (sum(loose) - sum(tight))
            widths = [low + share * (high - low) for low, high in zip(tight, loose, strict=True)]
            break
    return {"columns": numbers, "widths": widths, "landscape": landscape}
