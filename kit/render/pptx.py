"""A document as slides for PowerPoint and LibreOffice: real titles and text for the outline, real tables, notes.

Each heading of level 2 begins a slide; the masthead makes the first one. What does not fit shrinks, and then goes on
another slide. A figure is a chart with its numbers in a sheet. Layouts, colours and typeface stand in the file's
master, where whoever edits it can change them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt
from xlsxwriter import Workbook

from kit.files import rezipped
from kit.render.office_file import CLAIMS, LOCALES, LONGEST, claims, describe
from kit.render.prepare import prepare
from kit.theme import FAMILY, PALETTE, SERIES, ems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pptx.presentation import Presentation as Deck
    from pptx.slide import Slide

    from kit.render.prepare import Json, Prepared

Box = tuple[float, float, float, float]  # left, top, width and height, in inches

_WIDTH, _HEIGHT = 13.333, 7.5
_TITLE: Box = (0.6, 0.5, 12.13, 1.1)
_BODY: Box = (0.6, 1.75, 12.13, 5.0)
_FOOT: Box = (0.6, 6.95, 10.6, 0.35)
_NUMBER: Box = (11.4, 6.95, 1.33, 0.35)
_BAND: Box = (0, 0, _WIDTH, 0.36)

# Layouts of the library's own file that are kept, by what they are used for here.
_LAYOUTS = {"opening": "Title Slide", "text": "Title and Content", "award": "Section Header", "plain": "Title Only"}
_TITLES: dict[str, Box] = {"opening": (0.9, 1.5, 11.5, 2.1), "award": (0.9, 1.1, 11.5, 1.8)}
_TEXTS: dict[str, Box] = {"opening": (0.9, 3.85, 11.5, 2.9), "award": (0.9, 3.3, 11.5, 3.5), "text": _BODY}
_TITLE_SIZES = {"opening": 40, "award": 54, "text": 30, "plain": 30}

# Points. The larger sizes are tried first; from the last one on, a slide goes on another.
_SIZES = (24, 22, 20, 18, 16)
_DIVIDED = 18  # of a slide that goes on another
_LEAST = 9  # of anything
_OF_TABLE = 0.72  # the size of a table's text, beside that of the slide
_LINE = 1.22  # height of a line, beside its size
_INDENT = 0.4  # inches before the text of a list
_GAP = 0.35  # between paragraphs, as above
_PADDING = 0.06  # inches around the text of a cell and of a box
_CHART = 180  # the least height of a chart, in points
_ROWS = 3  # of a table that begin on a slide with something else
_WIDER = 1.08  # another typeface may stand in for ours
_BOLD = 1.12  # how much wider bold letters are
_SHORT = 8  # ems of a text that is not broken
_WORD, _READABLE = 14, 32  # ems that the longest word and the longest line of a column get at most
_NUMBERS = {"id": "[$-421]#,##0", "en": "[$-809]#,##0"}  # how charts write numbers
_BAR = 0.6  # of the room of a bar, without the gap to the next one


@dataclass(frozen=True)
class _Line:
    """A paragraph on a slide.

    Args:
        runs: its text.
        size: beside the size of the slide's text.
        mark: what stands before it: a bullet, or its number in a list.
        level: how deep its list stands in another.
        strong: whether all of it is bold.
        colour: a colour of the theme; that of the placeholder unless given.
    """

    runs: Sequence[Json]
    size: float = 1
    mark: str | int = ""
    level: int = 0
    strong: bool = False
    colour: str = ""


@dataclass
class _Page:
    """What one slide shows: text, then tables and figures, and what its notes say."""

    title: str
    layout: Literal["opening", "text", "award"] = "text"
    lines: list[_Line] = field(default_factory=list)
    shown: list[Json] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reveals: bool = False  # its text appears on a click


def to_pptx(blocks: Iterable[Json]) -> bytes:
    """Return the document as PPTX, 16:9; its figures have numbers, and are charts that can be edited.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = prepare(blocks)
    deck = _template(LOCALES[document.masthead["language"]])
    _describe(deck, document)
    for page in _pages(document):
        for size, part in _divided(page):
            _draw(deck, part, size, document)
    saved = BytesIO()
    deck.save(saved)
    return rezipped(saved.getvalue())


# The file around the slides


def _template(locale: str) -> Deck:
    """Return an empty file with our layouts, colours and typeface."""
    deck: Deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    deck.element.sldSz.attrib.pop("type", None)  # of the library's own size
    for layout in list(deck.slide_layouts):
        if layout.name not in _LAYOUTS.values():
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    _colour(next(rel.target_part for rel in master.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.THEME))
    styles = master.element.find(qn("p:txStyles"))
    styles.replace(
        styles[0], parse_xml(f"<p:titleStyle {_SPACES}>{_level(1, 3000, 'tx2', strong=True)}</p:titleStyle>")
    )
    body = "".join(_level(n, size, "tx1", bullet=True) for n, size in enumerate((2400, 2000, 1800, 1800, 1800), 1))
    styles.replace(styles[1], parse_xml(f"<p:bodyStyle {_SPACES}>{body}</p:bodyStyle>"))
    _place(master, {"title": _TITLE, "body": _BODY}, "tx1")
    for use, name in _LAYOUTS.items():
        kept: Any = deck.slide_layouts.get_by_name(name)
        boxes = {"title": _TITLES.get(use, _TITLE), "body": _TEXTS.get(use, _BODY)}
        _place(kept, boxes, "bg1" if use in _TITLES else "tx1")
        if use in _TITLES:
            _darken(kept, "ctr" if use == "award" else "l", _TITLE_SIZES[use])
    for package in (deck.part.package, deck.part):  # the library's own picture and printer
        for id_, rel in list(package._rels.items()):  # noqa: SLF001  (no call for what is not named)
            if rel.reltype.rpartition("/")[2] in {"thumbnail", "printerSettings"}:
                package.drop_rel(id_) if package is deck.part.package else package._rels.pop(id_)  # noqa: SLF001
    for element in (deck.element, master.element, *(layout.element for layout in deck.slide_layouts)):
        for one in element.xpath("//*[@lang]"):
            one.set("lang", locale)
    return deck


_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


# A shape that appears on the first click. The ids are those of the steps.
_STEP = '<p:par><p:cTn id="{id}" {about}fill="hold"><p:stCondLst><p:cond delay="{delay}"/></p:stCondLst><p:childTnLst>'
_ON_CLICK = (
    f'<p:timing {_SPACES}><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot">'
    '<p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq">'
    "<p:childTnLst>"
    + _STEP.format(id=3, about="", delay="indefinite")
    + _STEP.format(id=4, about="", delay=0)
    + _STEP.format(id=5, about='presetID="1" presetClass="entr" presetSubtype="0" nodeType="clickEffect" ', delay=0)
    + '<p:set><p:cBhvr><p:cTn id="6" dur="1" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst></p:cTn>'
    '<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl><p:attrNameLst><p:attrName>style.visibility</p:attrName>'
    '</p:attrNameLst></p:cBhvr><p:to><p:strVal val="visible"/></p:to></p:set>'
    + "</p:childTnLst></p:cTn></p:par>"
    * 3
    + '</p:childTnLst></p:cTn><p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond>'
    '</p:prevCondLst><p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond>'
    "</p:nextCondLst></p:seq></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"
)


def _level(number: int, size: int, colour: str, align: str = "l", *, strong: bool = False, bullet: bool = False) -> str:
    """Return how the text of one level looks; its size is in hundredths of a point."""
    left = 285750 + 342900 * (number - 1)
    indent = f'marL="{left}" indent="-285750"' if bullet else 'marL="0" indent="0"'
    mark = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if bullet else "<a:buNone/>"
    return (
        f'<a:lvl{number}pPr {indent} algn="{align}" defTabSz="457200" rtl="0" eaLnBrk="1" latinLnBrk="0" '
        f'hangingPunct="1"><a:spcBef><a:spcPts val="{int(size * _GAP)}"/></a:spcBef>{mark}'
        f'<a:defRPr sz="{size}" b="{int(strong)}" kern="1200"><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
        f'<a:latin typeface="+{"mj" if strong else "mn"}-lt"/></a:defRPr></a:lvl{number}pPr>'
    )


def _colour(theme: Any) -> None:  # noqa: ANN401  (a part of the file)
    """Give a theme our colours and typeface; a program without it takes another without serifs."""
    root = parse_xml(theme.blob)
    names = ("dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
    ours = [PALETTE["ink"], "#ffffff", PALETTE["accent"], PALETTE["tint"], *SERIES, PALETTE["amber"]]
    colours = dict(zip(names, ours, strict=True)) | {"hlink": PALETTE["accent"], "folHlink": PALETTE["muted"]}
    for name, colour in colours.items():
        own = root.find(f".//{qn(f'a:{name}')}")
        own[:] = [parse_xml(f'<a:srgbClr {_SPACES} val="{colour[1:]}"/>')]
    for fonts in root.iter(qn("a:majorFont"), qn("a:minorFont")):
        latin = fonts.find(qn("a:latin"))
        latin.attrib.update({"typeface": FAMILY, "panose": "020B0604020202020204", "pitchFamily": "34", "charset": "0"})
    from lxml import etree  # noqa: PLC0415  (the library's own)

    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)  # noqa: SLF001


def _place(page: Any, boxes: dict[str, Box], foot: str) -> None:  # noqa: ANN401  (a master or a layout)
    """Put the placeholders of a master or layout where they belong on a wide slide; dates have no place."""
    kinds = {"ctrTitle": "title", "title": "title", "subTitle": "body", "body": "body", None: "body"}
    for shape in list(page.placeholders):
        kind = shape.element.ph.get("type")
        if kind == "dt":
            shape.element.getparent().remove(shape.element)
        elif kind in {"ftr", "sldNum"}:
            _move(shape, _FOOT if kind == "ftr" else _NUMBER)
            _restyle(shape, _level(1, 1100, foot, "l" if kind == "ftr" else "r"))
        else:
            _move(shape, boxes[kinds[kind]])


def _darken(layout: Any, align: str, size: int) -> None:  # noqa: ANN401  (a layout)
    """Give a layout white text on our colour, with a line of gold between title and text."""
    layout.background.fill.solid()
    layout.background.fill.fore_color.theme_color = 15  # the theme's second dark colour
    for shape in layout.placeholders:
        if shape.element.ph.get("type") in {"ctrTitle", "title"}:
            _restyle(shape, _level(1, size * 100, "bg1", align, strong=True), "b")
        elif shape.element.ph.get("type") in {"subTitle", "body"}:
            _restyle(shape, _level(1, 2400, "bg1", align), "t")
    left, top, width, height = _TITLES["award" if align == "ctr" else "opening"]
    start = left + (width - 2.4) / 2 if align == "ctr" else left + _PADDING
    box = "".join(f'{name}="{Inches(each)}" ' for name, each in (("x", start), ("y", top + height + 0.1)))
    layout.shapes._spTree.append(  # noqa: SLF001  (layouts have no call for shapes of their own)
        parse_xml(
            f'<p:sp {_SPACES}><p:nvSpPr><p:cNvPr id="99" name="line"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
            f'<p:spPr><a:xfrm><a:off {box}/><a:ext cx="{Inches(2.4)}" cy="{Inches(0.05)}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent2"/></a:solidFill>'
            "</p:spPr></p:sp>"
        )
    )


def _move(shape: Any, box: Box) -> None:  # noqa: ANN401  (any shape)
    shape.left, shape.top, shape.width, shape.height = map(Inches, box)


def _restyle(shape: Any, level: str, anchor: str = "ctr") -> None:  # noqa: ANN401  (a placeholder)
    text = shape.text_frame._txBody  # noqa: SLF001  (no call for styles of levels)
    text.replace(text.find(qn("a:lstStyle")), parse_xml(f"<a:lstStyle {_SPACES}>{level}</a:lstStyle>"))
    text.bodyPr.set("anchor", anchor)


def _describe(deck: Deck, document: Prepared) -> None:
    """Set the properties of the file."""
    describe(deck.core_properties, document)
    package, kind = deck.part.package, CONTENT_TYPE.OFC_CUSTOM_PROPERTIES
    part = Part(PackURI(CLAIMS), kind, package, claims(document))
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


# From blocks to slides


def _pages(document: Prepared) -> Iterator[_Page]:
    """Yield what each slide is to show, whether it fits or not."""
    masthead, about = document.masthead, document.about
    page = _Page(masthead["title"], "opening", notes=["{label}: {text}".format_map(part) for part in about.values()])
    said = [masthead["organiser"], masthead["subtitle"]]
    said += [about[name]["text"] for name in ("state", "circulation", "made_at") if name in about]
    page.lines = [_Line([{"text": text}], 0.9) for text in said if text]
    if masthead["notice"]:
        page.lines.append(_Line([{"text": masthead["notice"]}], 0.7))
    for block in document.blocks:
        if block["type"] == "heading" and block["level"] == 2:
            yield page
            page = _Page(block["text"])
        elif block["type"] == "notes":
            page.notes.append(block["text"])
        elif block["type"] in {"table", "figure"}:
            columns = [{"text": column["label"], "numeric": column["numeric"]} for column in block.get("columns", [])]
            page.shown.append(block | {"columns": columns})
            page.notes += block.get("notes", [])
        elif block["type"] == "winners":
            page.shown.append(_winners(block, document))
        else:
            if block["type"] == "honour":
                page.layout = "award"
                page.reveals |= any(line["role"] == "recipient" for line in block["lines"])
            page.lines += _lines(block)
    yield page


def _lines(block: Json) -> Iterator[_Line]:
    """Yield the paragraphs of a block of text."""
    match block["type"]:
        case "heading":
            yield _Line([{"text": block["text"]}], strong=True, colour="tx2")
        case "paragraph":
            yield _Line(block["runs"], 1.1 if block["lead"] else 1)
        case "list":
            for nth, item in enumerate(block["items"], block["start"]):
                yield _Line(item, mark=nth if block["ordered"] else "•", level=block["level"])
        case "callout":
            title = [{"text": f"{block['title']}: ", "strong": True}] if block["title"] else []
            yield _Line([*title, *block["runs"]], colour="accent6" if block["kind"] == "warning" else "")
        case "facts":
            for fact in block["items"]:
                detail = f" ({fact['detail']})" if fact["detail"] else ""
                number = {"text": fact["value"], "strong": True, "colour": "tx2", "size": 1.6}
                yield _Line([number, {"text": f"  {fact['label']}{detail}"}])
        case "honour":
            for line in block["lines"]:
                looks: Json = {"recipient": {"size": 1.5, "strong": True}}
                yield _Line([{"text": line["text"]}], **looks.get(line["role"], {}))
        case kind:
            assert kind == "pagebreak", kind  # no slide has signatures or what a program printed


def _winners(block: Json, document: Prepared) -> Json:
    """Return who is recommended as one table."""
    t, names = document.t, ("award", "title", "unit", "score")
    keys = ("report.column_award", "report.column_innovation", "report.column_unit", "document.score")
    labels = dict(zip(names, map(t, keys), strict=True))
    rows = [[{"text": one[name]} for name in names] for scope in block["scopes"] for one in scope["rows"]]
    columns = [{"text": label, "numeric": name == "score"} for name, label in labels.items()]
    titles = [scope["title"] for scope in block["scopes"]]
    if len(titles) > 1:
        where = [{"text": scope["title"]} for scope in block["scopes"] for _ in scope["rows"]]
        rows = [[scope, *row] for scope, row in zip(where, rows, strict=True)]
        columns = [{"text": t("plenary.column_list"), "numeric": False}, *columns]
    return {"type": "table", "caption": "; ".join(titles), "columns": columns, "rows": rows}


# What fits


def _rows_of(text: str, size: float, inches: float) -> int:
    """Return how many lines a text takes; a word longer than a line is broken."""
    room, space, lines = inches * 72 / size / _WIDER, ems(" "), 0
    for piece in text.split("\n"):
        left, lines = room, lines + 1
        for word in piece.split(" "):
            width = ems(word)
            if width > left and left < room:
                left, lines = room, lines + 1
            broken = max(0, ceil(width / room - 1e-9) - 1)
            lines, left = lines + broken, left - width - space + broken * room
    return lines


def _height_of(line: _Line, size: float, inches: float) -> float:
    """Return the height of a paragraph with the gap before it, in points."""
    largest = size * line.size * max((run.get("size", 1) for run in line.runs), default=1)
    text = "".join(run["text"] for run in line.runs)
    indent = _INDENT * (line.level + 1) if line.mark else 0
    wide = size * line.size * (_BOLD if line.strong else 1)
    return _rows_of(text, wide, inches - indent - 2 * _PADDING) * largest * _LINE + size * _GAP


def _room_of(lines: Iterable[_Line], size: float, inches: float) -> float:
    return sum(_height_of(line, size, inches) for line in lines)


def _row_heights(table: Json, size: float) -> list[float]:
    """Return the height of a table's rows, its header first, in points."""
    widths = [width - 2.4 * _PADDING for width in _column_widths(table, size)]
    rows = [(table["columns"], size * _BOLD), *((row, size) for row in table["rows"])]
    return [
        max(_rows_of(cell["text"], wide, width) for cell, width in zip(row, widths, strict=True)) * size * _LINE
        + 2 * 72 * _PADDING
        for row, wide in rows
    ]


def _column_widths(table: Json, size: float) -> list[float]:
    """Return the widths of a table's columns on a slide, in inches; the parts of a divided table have the same.

    Short texts stay on one line where there is room for it, then the longest word does; the rest is shared by the
    longest line.
    """
    if "shared" in table:
        shared: list[float] = table["shared"]
        return shared
    inch, gap = size / 72 * _WIDER, 2.5 * _PADDING
    columns = [
        [(head["text"], _BOLD), *((cell["text"], 1.0) for cell in cells)]
        for head, *cells in zip(table["columns"], *table["rows"], strict=True)
    ]
    room, least = _BODY[2] / inch - len(columns) * gap / inch, [0.0]
    for short in (_SHORT, 0):
        least = [max(min(_WORD, _longest_word(text, short) * wide) for text, wide in own) for own in columns]
        if sum(least) <= room:
            break
    lines = [min(_READABLE, max(ems(text) * wide for text, wide in own)) for own in columns]
    most = [max(low, line) for low, line in zip(least, lines, strict=True)]
    share = max(0.0, min(1.0, (room - sum(least)) / ((sum(most) - sum(least)) or 1)))
    shown = [(low + share * (high - low)) * inch + gap for low, high in zip(least, most, strict=True)]
    return [_BODY[2] * width / sum(shown) for width in shown]


def _longest_word(text: str, short: float) -> float:
    """Return the width of a text's longest word in ems; of all of it, if that is short."""
    whole = ems(text)
    return whole if whole <= short else max(map(ems, text.split()), default=0.0)


def _fits(page: _Page, size: float) -> bool:
    _, _, width, height = _TEXTS[page.layout]
    room = 72 * height - _room_of(page.lines, size, width)
    for block in page.shown:
        room -= sum(_row_heights(block, size * _OF_TABLE)) if block["type"] == "table" else _CHART
        room -= size * _GAP
    return room >= 0


def _divided(page: _Page) -> Iterator[tuple[float, _Page]]:
    """Yield a slide with the size of its text; several, where one has no room for it all."""
    sizes = _SIZES if page.layout == "text" else range(28, _LEAST, -1)
    fitting = next((size for size in sizes if _fits(page, size)), 0.0)
    if fitting or page.layout != "text":
        yield fitting or _LEAST, page
        return
    parts = [*_parted(page)]
    for number, part in enumerate(parts, 1):
        yield _DIVIDED, replace(part, title=f"{page.title} ({number}/{len(parts)})", notes=page.notes)


def _parted(page: _Page) -> Iterator[_Page]:
    """Yield as many slides as a page takes: its text first, then its tables row by row and its figures."""
    whole, size = 72 * _BODY[3], _DIVIDED * _OF_TABLE
    part, left = _Page(page.title), whole
    for line in page.lines:
        height = _height_of(line, _DIVIDED, _BODY[2])
        if height > left and part.lines:
            yield part
            part, left = _Page(page.title), whole
        shrunk = min(1.0, whole / height)
        part.lines.append(replace(line, size=line.size * shrunk))
        left -= height
    for block in page.shown:
        if block["type"] == "figure":
            if left < _CHART:
                yield part
                part, left = _Page(page.title), whole
            part.shown.append(block)
            left -= _CHART
            continue
        alike = block | {"shared": _column_widths(block, size)}
        head, *heights = _row_heights(alike, size)
        rows = block["rows"]
        while rows:
            taken, room = 0, left - head - _DIVIDED * _GAP
            while taken < len(rows) and heights[taken] <= room:
                room -= heights[taken]
                taken += 1
            if taken < min(_ROWS, len(rows)) and (part.lines or part.shown):
                yield part
                part, left = _Page(page.title), whole
                continue
            taken = max(taken, 1)
            part.shown.append(alike | {"rows": rows[:taken]})
            rows, heights, left = rows[taken:], heights[taken:], room
            if rows:
                yield part
                part, left = _Page(page.title), whole
    yield part


# One slide


def _draw(deck: Deck, page: _Page, size: float, document: Prepared) -> None:
    """Add a slide."""
    use = page.layout if page.lines or page.layout != "text" else "plain"
    layout: Any = deck.slide_layouts.get_by_name(_LAYOUTS[use])
    slide = deck.slides.add_slide(layout)
    locale = LOCALES[document.masthead["language"]]
    box = _TITLES.get(use, _TITLE)
    title_size = _TITLE_SIZES[use]
    while (
        title_size > _LEAST
        and _rows_of(page.title, title_size * _BOLD, box[2] - 0.2) * title_size * _LINE > 72 * box[3]
    ):
        title_size -= 1
    title = slide.shapes.title
    colour = "accent2" if page.reveals else ""
    _write(title.text_frame, [_Line([{"text": page.title}], colour=colour)], title_size, locale)
    left, top, width, height = _TEXTS.get(use, _BODY)
    taken = 0.0
    if page.lines:
        body = slide.placeholders[1]
        dark = use in _TITLES
        lines = [replace(line, colour="accent2") if dark and line.colour else line for line in page.lines]
        _write(body.text_frame, lines, size, locale)
        taken = _room_of(page.lines, size, width)
        if page.shown:
            _move(body, (left, top, width, taken / 72))
    at, figures = top + (taken + size * _GAP * bool(taken)) / 72, [b for b in page.shown if b["type"] == "figure"]
    tables = [b for b in page.shown if b["type"] == "table"]
    heights = [_row_heights(table, size * _OF_TABLE) for table in tables]
    room = top + height - at - sum(map(sum, heights)) / 72 - size * _GAP / 72 * len(tables)
    for table, own in zip(tables, heights, strict=True):
        _table(slide, table, own, at, size * _OF_TABLE, locale)
        at += (sum(own) + size * _GAP) / 72
    for figure in figures:
        _chart(slide, figure, (left, at, width, room / len(figures) - 0.1), size * _OF_TABLE, document)
        at += room / len(figures)
    _running(slide, layout, document, locale)
    if page.reveals:
        slide.element.append(parse_xml(_ON_CLICK.format(shape=slide.placeholders[1].shape_id)))
    if page.notes:
        slide.notes_slide.notes_text_frame.text = "\n".join(page.notes)


def _write(frame: Any, lines: Sequence[_Line], size: float, locale: str) -> None:  # noqa: ANN401
    """Fill a text frame; where somebody edits it, it goes on shrinking to fit."""
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    start = 0  # of the list in order; its further items are counted from it
    for number, line in enumerate(lines):
        paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
        if isinstance(line.mark, int) and (not number or lines[number - 1].mark != line.mark - 1):
            start = line.mark
        _marked(paragraph, replace(line, mark=start) if isinstance(line.mark, int) else line, size)
        for run in line.runs:
            about = {"strong": line.strong, "colour": line.colour} | {name: item for name, item in run.items() if item}
            for place, text in enumerate(run["text"].split("\n")):
                if place:
                    paragraph.add_line_break()
                added = paragraph.add_run()
                added.text = text
                added.font.size = Pt(max(1, round(size * line.size * run.get("size", 1))))
                _look(added, about, locale)


def _look(added: Any, about: Json, locale: str) -> None:  # noqa: ANN401  (a run)
    """Give a run its language, its emphasis, its colour and its link."""
    properties = added._r.get_or_add_rPr()  # noqa: SLF001  (no call for the language)
    properties.set("lang", locale)
    if about["strong"]:
        added.font.bold = True
    if about.get("em"):
        added.font.italic = True
    if about["colour"]:
        properties.insert(0, _fill(about["colour"]))
    if about.get("href", "").startswith(("https://", "http://", "mailto:")):
        added.hyperlink.address = about["href"]


def _fill(colour: str) -> Any:  # noqa: ANN401  (an element)
    """Return a colour of the theme, or one as ``#rrggbb``."""
    own = f'<a:srgbClr val="{colour[1:]}"/>' if colour.startswith("#") else f'<a:schemeClr val="{colour}"/>'
    return parse_xml(f"<a:solidFill {_SPACES}>{own}</a:solidFill>")


def _marked(paragraph: Any, line: _Line, size: float) -> None:  # noqa: ANN401
    """Give a paragraph its bullet or number, or none, and the gap before it."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  (no call for bullets)
    left = Inches(_INDENT * (line.level + 1)) if line.mark else 0
    properties.set("marL", str(left))
    properties.set("indent", str(-Inches(_INDENT) if line.mark else 0))
    paragraph.space_before = Pt(round(size * _GAP))
    if isinstance(line.mark, int):
        properties.append(parse_xml(f'<a:buFont {_SPACES} typeface="+mj-lt"/>'))
        properties.append(parse_xml(f'<a:buAutoNum {_SPACES} type="arabicPeriod" startAt="{line.mark}"/>'))
    elif not line.mark:
        properties.append(parse_xml(f"<a:buNone {_SPACES}/>"))


def _table(slide: Slide, block: Json, heights: Sequence[float], top: float, size: float, locale: str) -> None:
    """Add a table whose first row is its header."""
    columns, rows = block["columns"], block["rows"]
    box = map(Inches, (_BODY[0], top, _BODY[2], sum(heights) / 72))
    frame = slide.shapes.add_table(len(rows) + 1, len(columns), *box)
    frame.name = block["caption"][:LONGEST]
    frame._element.nvGraphicFramePr.cNvPr.set("descr", block["caption"])  # noqa: SLF001  (no call for it)
    table: Any = frame.table
    table.horz_banding = False
    for column, width in zip(table.columns, _column_widths(block, size), strict=True):
        column.width = Inches(width)
    labels = [{**column, "strong": True, "colour": "bg1"} for column in columns]
    for row, height, cells in zip(table.rows, heights, [labels, *rows], strict=True):
        row.height = Emu(int(height * 12700))
        for cell, about, column in zip(row.cells, cells, columns, strict=True):
            cell.margin_left = cell.margin_right = Inches(1.2 * _PADDING)
            cell.margin_top = cell.margin_bottom = Inches(_PADDING)
            run = {name: about[name] for name in ("text", "strong", "colour") if about.get(name)}
            _write(cell.text_frame, [_Line([{"text": "", **run}])], size, locale)
            cell.text_frame.paragraphs[0].space_before = Pt(0)
            if column["numeric"]:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            if about.get("fill"):
                cell._tc.get_or_add_tcPr().append(_fill(about["fill"]))  # noqa: SLF001


def _chart(slide: Slide, block: Json, box: Box, size: float, document: Prepared) -> None:
    """Add a figure as a chart of bars, each with its value; bars of one place lie over one another."""
    about, total = block["chart"], block["chart"].get("total", 0)
    places, made_at = about.get("places", 0), datetime.fromisoformat(document.masthead["made_at"]).astimezone(UTC)
    series = ({block["caption"]: [total] * len(about["labels"])} if total else {}) | about["series"]
    form = _NUMBERS[document.masthead["language"]] + f".{'0' * places}".rstrip(".")
    data: Any = CategoryChartData(number_format=form)  # type: ignore[no-untyped-call]
    data.categories = about["labels"]
    for name, values in series.items():
        data.add_series(name, values)
    left, top, width, height = map(Inches, box)
    frame: Any = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, left, top, width, height, data)
    frame.name = block["caption"][:LONGEST]
    frame._element.nvGraphicFramePr.cNvPr.set("descr", block["alt"])  # noqa: SLF001  (no call for it)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_numbers(about["labels"], series, form, made_at))
    for own in chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):  # noqa: SLF001  (the library's are below zero)
        own.set("val", own.get("val").lstrip("-"))
    chart.has_title, chart.has_legend, chart.font.size = False, False, Pt(max(14, round(size)))
    chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    across, up = chart.category_axis, chart.value_axis
    across.reverse_order, across.major_tick_mark = True, XL_TICK_MARK.NONE
    across.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_5
    up.visible, up.has_major_gridlines, up.minimum_scale = False, False, 0
    if total:
        up.maximum_scale = total
    plot = chart.plots[0]
    plot.overlap, plot.gap_width = 100, round(100 * (1 - _BAR) / _BAR)
    colours = [MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_2]
    for own, colour in zip(plot.series, ([MSO_THEME_COLOR.ACCENT_5] if total else []) + colours, strict=False):
        own.format.fill.solid()
        own.format.fill.fore_color.theme_color = colour
        own.invert_if_negative = False
    for own in [*plot.series][1 if total else 0 :]:
        labels = own.data_labels
        labels.show_value, labels.position = True, XL_LABEL_POSITION.OUTSIDE_END
        labels.number_format, labels.number_format_is_linked = form, False
        labels.font.bold = True


def _numbers(labels: Sequence[str], series: Json, form: str, made_at: datetime) -> bytes:
    """Return the sheet behind a chart; its text is text, and it has no time of writing."""
    written = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(written, plain) as book:
        book.set_properties({"created": made_at})
        sheet, number = book.add_worksheet("Sheet1"), book.add_format({"num_format": form})  # as the chart refers to it
        sheet.write_column(1, 0, labels)
        for column, (name, values) in enumerate(series.items(), 1):
            sheet.write(0, column, name)
            sheet.write_column(1, column, values, number)
    return rezipped(written.getvalue())


def _running(slide: Slide, layout: Any, document: Prepared, locale: str) -> None:  # noqa: ANN401
    """Add what every slide says: that data are simulated, the state, for whom it is, and its number."""
    masthead, t = document.masthead, document.t
    band = [t("document.simulated")] if masthead["simulated"] else []
    band += [masthead["caution"]] if masthead["caution"] else []
    if band:
        shape = slide.shapes.add_textbox(*map(Inches, _BAND))
        shape.name = band[0][:LONGEST]
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(*bytes.fromhex(PALETTE["sand"][1:]))  # type: ignore[no-untyped-call]
        text = " · ".join(band)
        size = next((n for n in range(13, _LEAST, -1) if _rows_of(text, n * _BOLD, _BAND[2] - 0.2) == 1), _LEAST)
        shape.text_frame.word_wrap = True
        _write(shape.text_frame, [_Line([{"text": text}], strong=True, colour=PALETTE["amber"])], size, locale)
        shape.text_frame.auto_size = MSO_AUTO_SIZE.NONE
        shape.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        shape.text_frame.paragraphs[0].space_before = Pt(0)
    slides = slide.part.package.presentation_part.presentation.slides
    about = f'lang="{locale}" sz="1100"'
    face = '<a:latin typeface="+mn-lt"/>'
    said = {
        "ftr": f"<a:r><a:rPr {about}>{face}</a:rPr><a:t>{escape(document.state)}</a:t></a:r>",
        "sldNum": f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum"><a:rPr {about}>{face}</a:rPr>'
        f"<a:t>{len(slides)}</a:t></a:fld>",
    }
    for own in layout.placeholders:  # the library copies neither foot nor number
        kind = own.element.ph.get("type")
        if kind in said:
            shape = deepcopy(own.element)
            shape.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))  # noqa: SLF001  (no call for it)
            properties = shape.find(qn("p:spPr"))
            properties[:] = []  # as in the layout
            text = shape.find(qn("p:txBody"))
            text.replace(text.find(qn("a:lstStyle")), parse_xml(f"<a:lstStyle {_SPACES}/>"))
            for old in text.findall(qn("a:p")):
                text.remove(old)
            align = "l" if kind == "ftr" else "r"
            text.append(parse_xml(f'<a:p {_SPACES}><a:pPr algn="{align}"/>{said[kind]}</a:p>'))
            slide.shapes._spTree.append(shape)  # noqa: SLF001
