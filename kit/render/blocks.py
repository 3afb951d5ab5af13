"""What documents are made of: blocks, which look the same in JupyterLab, HTML, PDF and Word.

A notebook ends its cells in blocks. Each shows itself as HTML and carries its record under :data:`MIME`, so that
documents are built from the same record and never by reading rendered HTML back. :mod:`kit.render.prepare` makes the
records of a document ready, and a module for each format writes them.
"""

from __future__ import annotations

import dataclasses
import json
import re
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from kit.errors import Problem
from kit.render.html import block_html
from kit.texts import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from kit.render.page import Page
    from kit.render.prepare import Json
    from kit.texts import Texts

MIME = "application/vnd.kit.block"
MISSING = "–"

Kind = Literal["text", "integer", "decimal", "percent", "date"]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style. The text is data and prints as typed."""

    text: str
    strong: bool = False
    em: bool = False
    code: bool = False
    href: str | None = None


Prose = str | tuple[Run, ...]

# Stands for a value's own asterisk while the template's are read. No file or form can bring in half a surrogate pair.
_ASTERISK = "\udc2a"


def runs(text: str) -> tuple[Run, ...]:
    """Read ``**strong**`` in a sentence of our own. Never give it data: use :func:`sentence`."""
    parts = re.split(r"\*\*(.+?)\*\*", text, flags=re.DOTALL)
    return tuple(Run(part, strong=n % 2 == 1) for n, part in enumerate(parts) if part)


def sentence(t: Texts, key: str, /, **values: object) -> tuple[Run, ...]:
    """The catalogue's sentence ``key`` as runs: its ``**strong**`` is read, its values print as typed."""
    shown = {name: t.show(value) for name, value in values.items()}
    guarded = {
        name: shown[name].replace("*", _ASTERISK) if "*" in shown[name] else value for name, value in values.items()
    }
    return tuple(dataclasses.replace(run, text=run.text.replace(_ASTERISK, "*")) for run in runs(t(key, **guarded)))


def _json(value: object) -> Any:  # noqa: ANN401, PLR0911  (JSON has no narrower type; a line for each kind)
    match value:
        case Block():
            return value.to_json()
        case Decimal():
            return float(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_json(item) for item in value]
        case dict():
            return {key: _json(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {name: item for name, item in _fields(value).items() if item is not None and item is not False}
    return value


def _fields(value: Any) -> Json:  # noqa: ANN401  (any dataclass)
    return {field.name: _json(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _runs(prose: Prose) -> tuple[Run, ...]:
    return (Run(prose),) if isinstance(prose, str) else tuple(prose)


def packed(record: Json) -> str:
    """Return a block's record as a notebook holds it: a tenth of its JSON, which would double every notebook."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def unpacked(text: str) -> Json:
    """Return the record that a notebook holds (:func:`packed`)."""
    record: Json = json.loads(zlib.decompress(b64decode(text)))
    return record


class Block:
    """One thing in a document. Subclasses are frozen dataclasses whose fields are the block's JSON."""

    type: ClassVar[str]

    def to_json(self) -> Json:
        """Return the block as the record that documents are built from."""
        return {"type": self.type, **_fields(self)}

    def _repr_mimebundle_(self, **_: object) -> Json:
        """Show the block in a notebook exactly as in the document."""
        record = self.to_json()
        return {MIME: packed(record), "text/html": block_html(record, spoken()), "text/plain": in_passing(record)}


@dataclass(frozen=True, kw_only=True)
class Document(Block):
    """The masthead: what this document is, for whom, and from which data. First in every notebook, and only once.

    Args:
        edition: blank for a notebook about no edition, which has no state, circulation or fingerprint either.
        state: what the result may be called, as a sentence of the catalogue.
        notice: a line that every document of this edition shows, for instance that the rubric is a proposal.
        caution: a sentence that stands on every page, for instance that a number is no official one.
        made_at: with its zone.
        fingerprint: SHA-256 of the data, in hexadecimal.
        stem: the file name without its extension.
        audience: who a restricted document is for, where that is not leadership, committee and panel.
        form: how it is set. A report begins with its title and what it is, and a sheet is a report too short for a list
            of contents; an official document, such as minutes, begins with a letterhead and a centred title, which are
            blocks; a certificate is one framed page, and a poster one page of pictures.
        page: of an official document or a poster; as offices have it unless given.
    """

    type: ClassVar[str] = "document"
    title: str
    edition: str
    state: str
    circulation: Literal["restricted", "public", ""]
    simulated: bool
    made_at: datetime
    version: str
    fingerprint: str
    stem: str
    subtitle: str = ""
    organiser: str = ""
    language: Literal["id", "en"] = "id"
    notice: str | None = None
    caution: str = ""
    audience: str = ""
    form: Literal["report", "sheet", "official", "certificate", "poster"] = "report"
    page: Page | None = None


@dataclass(frozen=True)
class Heading(Block):
    """A section (level 2) or a subsection (level 3). The document's title is level 1."""

    type: ClassVar[str] = "heading"
    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True)
class Paragraph(Block):
    """Running text; ``lead`` sets the document's opening sentence larger."""

    type: ClassVar[str] = "paragraph"
    runs: Prose
    lead: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", _runs(self.runs))


@dataclass(frozen=True)
class Bullets(Block):
    """A list, numbered where the order matters.

    Args:
        level: how deep a list inside another stands, each piece of which is a block.
        start: the number of its first item.
    """

    type: ClassVar[str] = "list"
    items: Sequence[Prose]
    ordered: bool = False
    level: int = 0
    start: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(_runs(item) for item in self.items))


@dataclass(frozen=True)
class Fact:
    """One key number: ``Fact("49", "inovasi", "7 lebih banyak daripada 2024")``."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True)
class Facts(Block):
    """Key numbers side by side."""

    type: ClassVar[str] = "facts"
    items: Sequence[Fact]


@dataclass(frozen=True)
class Winner:
    """Who is recommended for one award."""

    award: str
    title: str
    unit: str
    score: str


@dataclass(frozen=True)
class WinnerScope:
    """The recommended winners of one group, in the order of their awards."""

    title: str
    rows: Sequence[Winner]


@dataclass(frozen=True)
class Winners(Block):
    """Who is recommended, group by group: the first thing that leadership looks for."""

    type: ClassVar[str] = "winners"
    scopes: Sequence[WinnerScope]


@dataclass(frozen=True)
class Column:
    """A table's column.

    Args:
        places: decimals that :meth:`Table.of` writes; without it a Decimal keeps its own.
    """

    key: str
    label: str
    kind: Kind = "text"
    places: int | None = None


# The key of the label, and the kind, of columns that many tables share.
SHARED: dict[str, tuple[str, Kind]] = {
    "award": ("report.column_award", "text"),
    "basis": ("report.column_basis", "text"),
    "chain": ("report.column_chain", "text"),
    "entries": ("report.column_entries", "integer"),
    "entry_id": ("report.column_code", "text"),
    "events": ("report.column_events", "integer"),
    "hash": ("report.column_hash", "text"),
    "judges": ("report.column_judges", "text"),
    "number": ("document.signing_number", "integer"),
    "rank": ("report.column_rank", "integer"),
    "round": ("report.column_round", "text"),
    "score": ("report.column_score", "decimal"),
    "state": ("columns.state", "text"),
    "title": ("report.column_innovation", "text"),
    "unit": ("report.column_unit", "text"),
    "year": ("report.column_year", "text"),
}


def columns_of(t: Texts, keys: str) -> list[Column]:
    """Return columns that many tables share, by their keys: ``columns_of(t, "rank title unit score")``."""
    return [Column(key, t(label), kind) for key in keys.split() for label, kind in [SHARED[key]]]


@dataclass(frozen=True)
class Cell:
    """A table's cell: what is shown, and for workbooks the number behind it.

    Args:
        formula: for workbooks, with ``value`` as its cached result; ``{score}`` names the cell of the column ``score``
            in the same row.
        links: in HTML they stand for the text; each may lead to a file beside the document.
        fill: colour behind the text, as ``#rrggbb``.
        colour: of the text, as ``#rrggbb``.
    """

    text: str
    value: float | Decimal | date | None = None
    strong: bool = False
    formula: str | None = None
    links: Sequence[Run] | None = None
    fill: str | None = None
    colour: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """A table with its caption.

    Args:
        rows: each maps column keys to cells.
        row_header: key of the column that names its row.
        sheet: the sheet's name in a workbook; the caption serves when it is empty.
        folded: in HTML only its caption is seen until somebody opens it.

    Raises:
        table_column_unknown: ``row_header`` or a row's key is not among the columns.
    """

    type: ClassVar[str] = "table"
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    row_header: str
    notes: Sequence[str] = ()
    sheet: str = ""
    folded: bool = False

    def __post_init__(self) -> None:
        known = [column.key for column in self.columns]
        for key in (self.row_header, *(key for row in self.rows for key in row)):
            if key not in known:
                raise Problem("table_column_unknown", key=key, known=known)

    @classmethod
    def of(
        cls,
        data: pd.DataFrame | Sequence[Mapping[str, object] | Sequence[object]],
        t: Texts,
        *,
        columns: Iterable[Column],
        strong: Iterable[object] = (),
        **about: Any,  # noqa: ANN401  (the remaining fields, checked by the constructor)
    ) -> Self:
        """Return a table of ``data``'s named columns, with values written as the language writes them.

        Args:
            data: a data frame; or rows, as mappings or in the order of ``columns``. A missing value is shown as a dash.
            t: the language.
            columns: which to show, in this order.
            strong: index labels of rows to emphasise, such as totals.
            about: caption, row_header, notes and sheet.

        Raises:
            table_column_unknown: ``data`` lacks one of the columns.
        """
        import pandas as pd  # noqa: PLC0415  (whoever has a table has it loaded)

        shown, emphasised = tuple(columns), set(strong)
        if not isinstance(data, pd.DataFrame):
            data = pd.DataFrame(data, columns=[column.key for column in shown])
        for column in shown:
            if column.key not in data.columns:
                raise Problem("table_column_unknown", key=column.key, known=list(data.columns))
        values = [data[column.key].tolist() for column in shown]
        rows = [
            {column.key: _cell(value, column, t, label in emphasised) for column, value in zip(shown, row, strict=True)}
            for label, row in zip(data.index, zip(*values, strict=True), strict=True)
        ]
        return cls(columns=shown, rows=rows, **about)


def _cell(value: object, column: Column, t: Texts, strong: bool) -> Cell:  # noqa: FBT001  (private)
    import pandas as pd  # noqa: PLC0415  (whoever has a table has it loaded)

    number: float | Decimal | date | None = None
    match value:
        case Cell():
            return value
        case _ if pd.isna(value):  # type: ignore[call-overload]  # any object is answered
            text = MISSING
        case bool() | str():
            text = t.show(value)
        case int() | float() | Decimal() if column.kind == "percent":
            number, text = value, t.percent(float(value), column.places or 0)
        case int() | float() | Decimal() if column.kind == "integer":
            number, text = int(value), t.integer(int(value))
        case int() | float() | Decimal():
            number, text = value, t.decimal(Decimal(str(value)), column.places)
        case datetime() if value.tzinfo:
            number, text = value, t.moment(value)
        case date():
            number, text = value, t.date(value)
        case _:
            text = t.show(value)
    return Cell(text, number, strong)


@dataclass(frozen=True)
class Chart:
    """The numbers behind a figure, for programs that draw charts themselves: bars below one another.

    Args:
        labels: of the bars, the first one on top.
        series: their values by what these are; a later series is drawn over an earlier one.
        total: what each value is a part of, drawn behind them; 0 where there is none.
        places: decimals of the values.
    """

    labels: Sequence[str]
    series: Mapping[str, Sequence[Decimal | int | None]]
    total: int = 0
    places: int = 0


@dataclass(frozen=True, kw_only=True)
class Figure(Block):
    """A drawing with its caption and, for those who cannot see it, what it says.

    Args:
        alt: the message of the drawing in a sentence or two, not a repetition of the caption.
        svg: the drawing itself.
        undescribed: nobody wrote ``alt``, so that it only stands in for one.
        chart: the numbers behind it, where it can stand on a slide.

    Raises:
        figure_alt_missing: ``alt`` is blank.
    """

    type: ClassVar[str] = "figure"
    caption: str
    alt: str
    svg: str
    undescribed: bool = False
    chart: Chart | None = None

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise Problem("figure_alt_missing", caption=self.caption)

    def to_json(self) -> Json:
        """Return the record, in which ``undescribed`` and ``chart`` stand only where there is such a thing."""
        optional = {"undescribed", "chart"}
        return {name: item for name, item in super().to_json().items() if item or name not in optional}


@dataclass(frozen=True)
class Printed(Block):
    """Text as a program printed it, in letters of one width; ``note`` says that it is a remark of the program."""

    type: ClassVar[str] = "printed"
    text: str
    note: bool = False


@dataclass(frozen=True)
class Style(Block):
    """How the whole document looks, where that is not the kit's own look; it shows nothing itself.

    Args:
        accent: the colour of headings and key numbers, as ``#rrggbb``.
        logo: a picture for the masthead, as a data URI.
    """

    type: ClassVar[str] = "style"
    accent: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Callout(Block):
    """A remark set apart: information, a warning, or a decision that is asked for."""

    type: ClassVar[str] = "callout"
    runs: Prose
    kind: Literal["info", "warning", "decision"] = "info"
    title: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", _runs(self.runs))


@dataclass(frozen=True)
class PageBreak(Block):
    """The rest begins on a new page. In a report the first one ends the summary, which fits on one page."""

    type: ClassVar[str] = "pagebreak"


@dataclass(frozen=True)
class Notes(Block):
    """What the notes of a slide say, such as where its figures come from; of slides only."""

    type: ClassVar[str] = "notes"
    text: str


@dataclass(frozen=True)
class Group(Block):
    """Several blocks from one cell."""

    type: ClassVar[str] = "group"
    blocks: Sequence[Block]


# Blocks of documents in official form


@dataclass(frozen=True)
class Letterhead(Block):
    """Whose letter it is: crest, lines in capitals, address, and a rule below.

    Args:
        lines: the last one names the office itself.
        address: lines in small letters.
        crest: a PNG or JPEG as a data URI; without one there is none.
        alt: what the crest shows.
    """

    type: ClassVar[str] = "letterhead"
    lines: Sequence[str]
    address: Sequence[str] = ()
    crest: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Title(Block):
    """The title of an official document, line by line in the centre.

    Args:
        lines: the title; what is in capitals is written so.
        aside: not the title but what the document is annexed to, beside it on the right.
    """

    type: ClassVar[str] = "title"
    lines: Sequence[str]
    aside: bool = False


@dataclass(frozen=True)
class Praise:
    """One line of a certificate: who gets it, for which award, with which work, or the words between them."""

    text: str
    role: Literal["said", "number", "recipient", "award", "work"] = "said"


@dataclass(frozen=True)
class Honour(Block):
    """What a certificate says, line by line in the centre.

    Args:
        lines: from its number to its basis.
        gold: whether it is drawn in gold.
    """

    type: ClassVar[str] = "honour"
    lines: Sequence[Praise]
    gold: bool = False


@dataclass(frozen=True)
class Signature:
    """Room for one signature.

    Args:
        above: lines before it, such as the office.
        name: in full; or a blank to be filled in.
        below: lines after the name.
    """

    above: Sequence[str]
    name: str
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Signatures(Block):
    """Who signs, side by side; the last one stands at the right.

    Args:
        signers: one to three of them.
        place: place and date, above the last one.
    """

    type: ClassVar[str] = "signatures"
    signers: Sequence[Signature]
    place: str = ""


@dataclass(frozen=True)
class Signer:
    """One member of those who all sign."""

    name: str
    position: str


@dataclass(frozen=True)
class SignatureList(Block):
    """A table in which everybody signs: number, name, position, signature."""

    type: ClassVar[str] = "signature_list"
    rows: Sequence[Signer]


# Plain text

_IN_PASSING = 400  # characters

# What a reader of plain text does not miss.
_UNSAID = {"type", "level", "lead", "kind", "svg", "language", "stem", "crest", "logo", "form", "role", "chart"}


def plain(record: Json) -> str:
    """Return a block as plain text, for a terminal; the cells of a column stand below each other."""
    return "\n".join(_lines(record))


def in_passing(record: Json) -> str:
    """Return the beginning of a block as plain text, for where a notebook cannot show HTML."""
    text = plain(record)
    return text if len(text) <= _IN_PASSING else text[:_IN_PASSING].rpartition("\n")[0] + "\n…"


def _lines(value: Any) -> Iterator[str]:  # noqa: ANN401  (JSON has no narrower type)
    match value:
        case str():
            yield from filter(None, [value])
        case [{"text": str()}, *_] if "type" not in value[0]:
            yield "".join(run["text"] for run in value)
        case list():
            yield from (line for item in value for line in _lines(item))
        case {"type": "table"}:
            yield from (*_lines(value["caption"]), *_grid(value), *value["notes"])
        case {"type": "list"}:
            yield from (f"- {line}" for line in _lines(value["items"]))
        case {"type": _} | {"rows": _}:
            yield from (line for key, item in value.items() if key not in _UNSAID for line in _lines(item))
        case dict():
            yield "\t".join(line for item in value.values() for line in _lines(item))


def _grid(table: Json) -> Iterator[str]:
    labels = {column["key"]: column["label"] for column in table["columns"]}
    rows = [labels, *({key: row[key]["text"] if key in row else "" for key in labels} for row in table["rows"])]
    widths = {key: max(len(row[key]) for row in rows) for key in labels}
    numbers = {column["key"] for column in table["columns"] if column["kind"] in {"integer", "decimal"}}
    for row in rows:
        cells = (row[key].rjust(n) if key in numbers else row[key].ljust(n) for key, n in widths.items())
        yield "  ".join(cells).rstrip()
