"""HTML that a cell shows, read into blocks: tables of pandas and others, running text, lists, pictures."""

from __future__ import annotations

import math
import re
from base64 import b64decode
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes

from kit.render.blocks import MISSING, Bullets, Cell, Column, Figure, Heading, Paragraph, Printed, Run, Table
from kit.render.prepare import picture_drawing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from kit.render.blocks import Block, Kind
    from kit.render.prepare import Json
    from kit.texts import Texts

# What no page can show, and what it is called in the warning.
_LIVE = {"script": "JavaScript", "iframe": "iframe", "video": "video", "audio": "audio", "canvas": "canvas"}
_LIVE |= {"object": "object", "embed": "embed"}
_HIDDEN = {"style", "head", "title", "meta", "link", "template", "noscript", "button", "input", "select", "textarea"}
_INLINE = {"a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s"}
_INLINE |= {"samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "time", "bdi", "bdo"}
_STRONG, _EM, _CODE = {"b", "strong"}, {"i", "em", "cite", "var"}, {"code", "kbd", "samp", "tt"}

_YEARS = ("year", "tahun", "edition", "edisi")
_FIRST_YEAR = 1900
_NUMBER = re.compile(r"[-−+]?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.(\d+))?(%)?")
_BLANK = {"", "nan", "NaN", "None", "<NA>", "NaT", "-", MISSING}
_LEFT_OUT = {"...", "…", "⋮", "⋯"}
_PANDAS_SIZE = re.compile(r"(\d+) rows × (\d+) columns")
_PANDAS_PLACES = 6  # decimals of a float for which nobody asked for a format


def html_blocks(markup: str, t: Texts) -> tuple[list[Block], list[str]]:
    """Return HTML as blocks, and what in it cannot be printed."""
    reader = _Reader(t)
    if markup.strip():
        from lxml import html  # noqa: PLC0415  (only notebooks with HTML of their own need it)

        root = html.fragment_fromstring(markup, create_parent="div")
        reader.styles = _styles("\n".join(part.text or "" for part in root.iter("style")))
        reader.read(root)
        reader.end()
    return reader.blocks, reader.unprintable


def styled(markup: str, data: pd.DataFrame, t: Texts) -> Table | None:
    """Return the HTML of a Styler as a table whose cells know the values of ``data``."""
    from lxml import html  # noqa: PLC0415

    root = html.fragment_fromstring(markup, create_parent="div")
    styles = _styles("\n".join(part.text or "" for part in root.iter("style")))
    found = next(root.iter("table"), None)
    return None if found is None else read_table(found, styles, t, data)


def described(svg: str, caption: str, alt: str, t: Texts) -> Figure:
    """Return a drawing as a figure; without ``alt`` its caption, or that there is none, stands for it."""
    said = alt.strip() or caption or t("outputs.no_alt")
    return Figure(caption=caption, alt=said, svg=svg, undescribed=not alt.strip())


def flat_label(parts: Sequence[object]) -> str:
    """Return the labels of a column in several rows as one; what is blank or said already is left out."""
    return " · ".join(dict.fromkeys(str(part) for part in parts if str(part).strip()))


def number_kind(numbers: Sequence[float], name: str, *, whole: bool) -> tuple[Kind, int | None]:
    """Return how numbers are written: years as they are, whole ones without decimals, others with two or what shows."""
    sizes = [abs(number) for number in numbers if math.isfinite(number)]
    if whole:
        named = not name.strip() or any(word in name.casefold() for word in _YEARS)
        years = named and all(_FIRST_YEAR <= size <= 2100 for size in sizes)
        return ("text" if years else "integer"), None
    largest = max(sizes, default=1.0)
    return "decimal", 2 if largest >= 0.1 or largest == 0 else min(8, 1 - math.floor(math.log10(largest)))


def only_count(index: Sequence[object]) -> bool:
    """Tell whether an index without a name counts rows, as after a selection, and does not say years, for instance."""
    counts = all(isinstance(value, int) and 0 <= value < _FIRST_YEAR for value in index)
    return counts and len({*index}) == len(index)


def hex_colour(text: str) -> str | None:
    """Return a colour of CSS as ``#rrggbb``; None for what is none, or transparent."""
    from PIL import ImageColor  # noqa: PLC0415  (matplotlib's own; only coloured cells need it)

    try:
        red, green, blue, *alpha = ImageColor.getrgb(text.strip().lower())
    except ValueError:
        return None
    return None if alpha and alpha[0] == 0 else f"#{red:02x}{green:02x}{blue:02x}"


# Running text


class _Reader:
    """Reads elements in their order; what is inline gathers until something begins a new block."""

    def __init__(self, t: Texts) -> None:
        self.t = t
        self.blocks: list[Block] = []
        self.unprintable: list[str] = []
        self.styles: dict[str, dict[str, str]] = {}
        self.runs: list[Run] = []

    def end(self) -> None:
        """End the paragraph."""
        if runs := _trimmed(self.runs):
            self._paragraph(runs)
        self.runs = []

    def _paragraph(self, runs: list[Run]) -> None:
        size = _PANDAS_SIZE.fullmatch("".join(run.text for run in runs))
        last = self.blocks[-1] if self.blocks else None
        if size and isinstance(last, Table):  # which pandas says below a table on the screen
            note = self.t("outputs.rows_shown", shown=sum(_is_whole(row) for row in last.rows), n=int(size[1]))
            if int(size[1]) > len(last.rows):
                about = {**vars(last), "notes": (note,)}
                self.blocks[-1] = Table(**about)
            return
        self.blocks.append(Paragraph(tuple(runs)))

    def read(self, element: Any, **style: Any) -> None:  # noqa: ANN401  (an element of lxml)
        """Read an element and what is in it."""
        if not isinstance(element.tag, str):  # a comment
            return
        tag, look = element.tag.lower(), _declared(element.get("style", ""))
        if tag in _LIVE:
            self.unprintable.append(_LIVE[tag])
        elif tag in _HIDDEN or look.get("display") == "none":
            pass
        elif tag == "br":
            self.runs.append(Run("\n", **style))
        elif tag in _INLINE:
            style |= {name: True for name, tags in (("strong", _STRONG), ("em", _EM), ("code", _CODE)) if tag in tags}
            if _is_bold(look):
                style["strong"] = True
            if tag == "a" and element.get("href"):
                style["href"] = element.get("href")
            self._inside(element, **style)
        else:
            self.end()
            self._block(element, tag, style)
            self.end()

    def _block(self, element: Any, tag: str, style: dict[str, Any]) -> None:  # noqa: ANN401
        match tag:
            case "table":
                table = read_table(element, self.styles, self.t)
                self.blocks += [table] if table else []
            case "img" | "svg":
                svg = _drawing(element, tag)
                if svg:
                    self.blocks.append(described(svg, "", element.get("alt") or "", self.t))
                else:
                    self.unprintable.append("img")
            case "pre":
                self.blocks.append(Printed(element.text_content().strip("\n")))
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                text = " ".join(element.text_content().split())
                self.blocks += [Heading(text, 2 if tag < "h3" else 3)] if text else []
            case "ul" | "ol":
                items = [item for item in map(_item, element.iter("li")) if item]
                self.blocks += [Bullets(items, ordered=tag == "ol")] if items else []
            case _:
                self._inside(element, **style)

    def _inside(self, element: Any, **style: Any) -> None:  # noqa: ANN401
        self._text(element.text, style)
        for child in element:
            self.read(child, **style)
            self._text(child.tail, style)

    def _text(self, text: str | None, style: dict[str, Any]) -> None:
        if text:
            self.runs.append(Run(re.sub(r"[ \t\r\n]+", " ", text), **style))


def _item(element: Any) -> tuple[Run, ...]:  # noqa: ANN401
    nested = {part for child in element if child.tag in {"ul", "ol"} for part in child.iter()}
    texts = [
        element.text,
        *(p for c in element.iter() if c not in nested and c is not element for p in (c.text, c.tail)),
    ]
    texts += [child.tail for child in element if child in nested]
    text = " ".join(" ".join(filter(None, texts)).split())
    return (Run(text),) if text else ()


def _trimmed(runs: list[Run]) -> list[Run]:
    """Return the runs of a paragraph without space around them; none if there is nothing else."""
    if not "".join(run.text for run in runs).strip():
        return []
    kept = [*runs]
    while not kept[0].text.strip():
        kept.pop(0)
    while not kept[-1].text.strip():
        kept.pop()
    first = kept[0]
    kept[0] = Run(**{**vars(first), "text": first.text.lstrip()})
    last = kept[-1]
    kept[-1] = Run(**{**vars(last), "text": last.text.rstrip()})
    return kept


def _drawing(element: Any, tag: str) -> str:  # noqa: ANN401
    """Return a picture inside HTML as a drawing; blank for one that is somewhere else."""
    if tag == "svg":
        from lxml import html  # noqa: PLC0415

        element.set("xmlns", "http://www.w3.org/2000/svg")
        return str(html.tostring(element, encoding="unicode", with_tail=False))
    return picture_at(element.get("src") or "")


def picture_at(address: str, folder: Path | None = None) -> str:
    """Return the picture that a data URI holds, or a file in a folder, as a drawing; blank for any other address."""
    found = re.match(r"data:image/(png|jpeg|jpg|svg\+xml)(?:;[^;,]*)*?(;base64)?,", address, re.IGNORECASE)
    if not found:
        return _picture_in(folder, unquote(address)) if folder else ""
    rest = address[found.end() :]
    content = b64decode(rest) if found[2] else unquote_to_bytes(rest)
    return content.decode("utf-8") if found[1].lower() == "svg+xml" else picture_drawing(content)


def _picture_in(folder: Path, name: str) -> str:
    """Return a PNG, JPEG or SVG file in a folder, or below it, as a drawing; blank if there is none."""
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()) or file.suffix.lower() not in {".png", ".jpg", ".jpeg", ".svg"}:
        return ""
    try:
        content = file.read_bytes()
        return _svg_in(content.decode("utf-8")) if file.suffix.lower() == ".svg" else picture_drawing(content)
    except (OSError, ValueError):
        return ""


def _svg_in(text: str) -> str:
    return text[text.index("<svg") :]  # after what is said to programs


# Tables


def read_table(
    element: Any,  # noqa: ANN401
    styles: dict[str, dict[str, str]],
    t: Texts,
    data: pd.DataFrame | None = None,
) -> Table | None:
    """Return a table of HTML; None if it has no cells.

    Args:
        element: the table.
        styles: declarations of CSS by the id of the cell that they are for.
        t: the language.
        data: the values of a Styler, by the row and column that its cells name.
    """
    grid = _grid(element, styles)
    heads = next((n for n, row in enumerate(grid) if not all(cell["head"] for cell in row)), len(grid))
    width = max((len(row) for row in grid), default=0)
    if not width:
        return None
    blank = {"text": "", "head": False, "look": {}, "at": None}
    grid = [row + [blank] * (width - len(row)) for row in grid]
    body = grid[heads:]
    stubs = sum(all(row[n]["head"] for row in body) for n in range(width)) if body else 0
    labels = [
        flat_label([next(filter(None, texts), "")] if n < stubs else texts[::-1])
        for n in range(width)
        for texts in [[row[n]["text"] for row in grid[:heads]][::-1]]
    ]
    first = 1 if _is_count(body, labels, stubs) and width > 1 else 0
    columns, cells = [], []
    for n in range(first, width):
        own = [row[n] for row in body]
        column, texts = _typed(own, str(n), labels[n], t, data)
        columns.append(column)
        cells.append(texts)
    caption = next((" ".join(part.text_content().split()) for part in element.iter("caption")), "")
    keys = [column.key for column in columns]
    rows = [dict(zip(keys, row, strict=True)) for row in zip(*cells, strict=True)]
    return Table(caption=caption, columns=columns, rows=rows, row_header=keys[0])


def _grid(element: Any, styles: dict[str, dict[str, str]]) -> list[list[Json]]:  # noqa: ANN401
    """Return the cells of a table row by row, one that spans several rows or columns in each of them."""
    grid: list[list[Json]] = []
    waiting: dict[int, tuple[int, Json]] = {}  # by column: in how many more rows a cell from above stands
    for line in element.iter("tr"):
        row: list[Json] = []
        for part in [*(child for child in line if child.tag in {"td", "th"}), None]:
            while len(row) in waiting:
                left, above = waiting.pop(len(row))
                if left > 1:
                    waiting[len(row)] = left - 1, above
                row.append(above)
            cell = _cell(part, styles) if part is not None else None
            for _ in range(_span(part, "colspan") if cell else 0):
                if (down := _span(part, "rowspan")) > 1:
                    waiting[len(row)] = down - 1, cell or {}
                row.append(cell or {})
        if row:
            grid.append(row)
    return grid


def _cell(part: Any, styles: dict[str, dict[str, str]]) -> Json | None:  # noqa: ANN401
    """Return what a cell of a table says, how it looks, and which value of a Styler it shows; None if it is hidden."""
    look = styles.get(part.get("id") or "", {}) | _declared(part.get("style", ""))
    if look.get("display") == "none":
        return None
    place = re.search(r"\brow(\d+) col(\d+)\b", part.get("class") or "")
    return {
        "text": " ".join(part.text_content().split()),
        "head": part.tag == "th",
        "look": look,
        "at": (int(place[1]), int(place[2])) if place and part.tag == "td" else None,
    }


def _span(part: Any, name: str) -> int:  # noqa: ANN401
    text = part.get(name) or "1"
    return min(max(int(text), 1), 1000) if text.isdecimal() else 1


def _is_count(body: list[list[Json]], labels: list[str], stubs: int) -> bool:
    """Tell whether the first column is an index that only counts."""
    if stubs != 1 or labels[0]:
        return False
    texts = [row[0]["text"] for row in body if row[0]["text"] not in _LEFT_OUT]
    return all(text.isdecimal() for text in texts) and only_count([int(text) for text in texts])


def _typed(cells: list[Json], key: str, label: str, t: Texts, data: pd.DataFrame | None) -> tuple[Column, list[Cell]]:
    """Return a column and its cells: numbers where all that it holds are numbers."""
    if data is not None:
        cells = [_unformatted(cell, data, t) for cell in cells]
    texts = [cell["text"] for cell in cells if cell["text"] not in _BLANK | _LEFT_OUT]
    found = [_NUMBER.fullmatch(text) for text in texts]
    if not texts or not all(found) or any(cell["head"] for cell in cells):
        written = [Cell(_dashed(cell["text"]), _value(cell, data), **_look(cell)) for cell in cells]
        numeric = data is not None and texts and all(cell.value is not None or cell.text == MISSING for cell in written)
        return Column(key, label, "decimal" if numeric else "text"), written
    places = max((len(one[1] or "") for one in found if one), default=0)
    if any(one and one[2] for one in found):
        kind: Kind = "percent"
    else:
        asked = any(cell["at"] for cell in cells) and places != _PANDAS_PLACES  # by the format of a Styler
        numbers = [_number(text) for text in texts]
        kind, natural = number_kind(numbers, label, whole=not places)
        places = places if asked or natural is None else natural
    return Column(key, label, kind), [_numeric(cell, kind, places, t, data) for cell in cells]


def _unformatted(cell: Json, data: pd.DataFrame, t: Texts) -> Json:
    """Return a cell of a Styler; a date or a truth value that it did not format is written as the language does."""
    value = data.iat[cell["at"]] if cell["at"] else None  # noqa: PD009
    if cell["at"] is None or str(value) != cell["text"]:
        return cell
    if cell["text"] in {"True", "False"}:
        return {**cell, "text": t.show(cell["text"] == "True"), "at": None}
    if isinstance(value, date) and value == value:  # noqa: PLR0124  (NaT is not)
        day = t.date(value)
        clock = cell["text"].partition(" ")[2][:5]
        return {**cell, "text": day if clock in {"", "00:00"} else f"{day} {clock}", "at": None}
    return cell


def _numeric(cell: Json, kind: Kind, places: int, t: Texts, data: pd.DataFrame | None) -> Cell:
    text = cell["text"]
    if text in _BLANK | _LEFT_OUT:
        return Cell(_dashed(text), **_look(cell))
    number = _number(text)
    value = _value(cell, data)
    exact = number / 100 if kind == "percent" else number
    match kind:
        case "percent":
            written = t.percent(exact, places)
        case "integer":
            written = t.integer(int(number))
        case "decimal":
            written = t.decimal(Decimal(str(number if value is None else value)), places)
        case _:
            written = text
    return Cell(written, exact if value is None else value, **_look(cell))


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").rstrip("%"))


def _value(cell: Json, data: pd.DataFrame | None) -> float | None:
    """Return the number that a Styler wrote in a cell."""
    if data is None or cell["at"] is None:
        return None
    value: object = data.iat[cell["at"]]  # noqa: PD009  (by position, as the Styler names its cells)
    if not isinstance(value, Real | Decimal):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _dashed(text: str) -> str:
    return MISSING if text in _BLANK - {""} else text


def _is_whole(row: Any) -> bool:  # noqa: ANN401
    return any(cell.text not in _LEFT_OUT for cell in row.values())


def _look(cell: Json) -> Json:
    """Return what a cell's style says that documents keep: colours, and bold letters."""
    look = cell["look"]
    found: Json = {"strong": True} if _is_bold(look) else {}
    for name, declared in (
        ("fill", look.get("background-color") or look.get("background")),
        ("colour", look.get("color")),
    ):
        if declared and (colour := hex_colour(declared)):
            found[name] = colour
    return found


def _is_bold(look: dict[str, str]) -> bool:
    weight = look.get("font-weight", "")
    return weight in {"bold", "bolder"} or (weight.isdecimal() and int(weight) >= 600)


def _declared(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in text.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip() for name, _, value in pairs if name.strip()}


def _styles(sheet: str) -> dict[str, dict[str, str]]:
    """Return what a Styler's stylesheet declares, by the id of each cell."""
    found: dict[str, dict[str, str]] = {}
    for selectors, declared in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        for name in re.findall(r"#(T_\w+_row\d+_col\d+)\s*(?:,|$)", selectors.strip()):
            found.setdefault(name, {}).update(_declared(declared))
    return found
