"""A document as a Word file, for drafts that somebody edits: real styles, header rows, language and properties.

Styles, page and lists come from ``templates/styles.docx``, which can be opened and changed in Word.
"""

from __future__ import annotations

from base64 import b64decode
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.image import Image
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips

from kit.files import rezipped
from kit.render.office_file import CLAIMS, LOCALES, claims, describe
from kit.render.page import REPORT
from kit.render.prepare import GAP, as_png, logo_drawing, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.shape import InlineShape
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

    from kit.render.page import Page
    from kit.render.prepare import Json, Prepared

_STYLES = Path(__file__).parent / "templates" / "styles.docx"
_CREST = 22  # mm
_PER_INCH = 200  # pixels of a figure
_BULLETED, _ORDERED = 1, 1  # a list with bullets, and the definition of numbered lists, among those of the file
_INDENT = 397  # of a list in the file, in twentieths of a point
_KEPT, _LINE = 2, 70  # lines or rows that stay with a signature, and the letters of a line
_SHORT = 8, 600  # rows and letters of a table that stays whole
_LONG_PANEL = 14  # who signs; a longer list goes over pages
_REPORT_SIZE = 10  # of the text in the file of styles, in points


def to_docx(blocks: Iterable[Json]) -> bytes:
    """Return the document as DOCX; a figure is a picture that says what it shows.

    Raises:
        document_missing: there is no masthead.
        document_repeated: there are several.
    """
    document = prepare(blocks)
    masthead = document.masthead
    word = docx.Document(str(_STYLES))
    if document.setup is not REPORT:
        _set_page(word, document.setup)
    _describe(word, document)
    _running_lines(word, document)
    if masthead["form"] in {"report", "sheet"}:
        if masthead["logo"]:
            shown = as_png(logo_drawing(masthead["logo"]))
            _describe_picture(
                _paragraph(word, "Subtitle").add_run().add_picture(BytesIO(shown), height=Mm(14)),
                masthead["organiser"] or masthead["title"],
            )
        if masthead["organiser"]:
            _paragraph(word, "Subtitle", _bold(masthead["organiser"]))
        _paragraph(word, "Report Title", masthead["title"])
        if masthead["subtitle"]:
            _paragraph(word, "Subtitle", masthead["subtitle"])
    starts, broken = [], False
    for block in document.blocks:
        starts.append(len(word.element.body) - 1)
        _WRITERS[block["type"]](word, block, document)
        begun = word.element.body[starts[-1]]
        if block["type"] != "pagebreak" and broken and begun.tag == qn("w:p"):
            begun.get_or_add_pPr().get_or_add_pageBreakBefore()
        broken = block["type"] == "pagebreak"
    about = _paragraph(word, "Note", " · ".join("{label}: {text}".format_map(part) for part in document.about.values()))
    about.paragraph_format.space_before, about.paragraph_format.keep_together = Pt(6), True
    about.runs[0].font.size = Pt(7)
    _keep_signatures(word, document.blocks, starts)
    saved = BytesIO()
    word.save(saved)
    return rezipped(saved.getvalue())


# The file around the text


def _set_page(word: Document, page: Page) -> None:
    """Give the file an office's paper, margins and letters; the styles are those of a report otherwise."""
    section = word.sections[0]
    section.page_width, section.page_height = (Mm(edge) for edge in page.edges)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Mm(getattr(page, side)))
    for face in word.styles.element.iter(qn("w:rFonts")):
        for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            face.set(qn(name), page.typeface)
    larger = page.size - _REPORT_SIZE
    for size in word.styles.element.iter(qn("w:sz"), qn("w:szCs")):
        size.set(qn("w:val"), str(round(int(size.get(qn("w:val"), "20")) + 2 * larger)))
    for style, own in {"Table Text": page.table_size, "Caption": page.table_size, "Note": page.size - 3}.items():
        word.styles[style].font.size = Pt(own)
    running = word.styles["Header"]
    running.font.size, running.paragraph_format.tab_stops[0].position = Pt(8), Twips(_room(word))


def _room(word: Document) -> int:
    """Return the width of the text on the last page, in twentieths of a point."""
    section = word.sections[-1]
    edges = (section.page_width, section.left_margin, section.right_margin)
    page, left, right = (int(edge or 0) for edge in edges)
    return (page - left - right) // int(Twips(1))


def _describe(word: Document, document: Prepared) -> None:
    """Set the language of the text and the properties of the file."""
    masthead = document.masthead
    locale = LOCALES[masthead["language"]]
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), locale)
        language.set(qn("w:eastAsia"), locale)
    for symbol in word.settings.element.iter(qn("w:decimalSymbol")):
        symbol.set(qn("w:val"), "," if masthead["language"] == "id" else ".")
    describe(word.core_properties, document)
    package, kind = word.part.package, CONTENT_TYPE.OFC_CUSTOM_PROPERTIES
    part = Part(PackURI(CLAIMS), kind, claims(document), package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _running_lines(word: Document, document: Prepared) -> None:
    """Fill the headers and the footer of all pages."""
    masthead, section = document.masthead, word.sections[0]
    first, other = section.first_page_header.paragraphs[0], section.header.paragraphs[0]
    first.add_run(masthead["notice"] or "")
    other.add_run(f"{masthead['title']}\t{document.edition}" if document.edition else masthead["title"])
    if masthead["simulated"]:
        for line in (first, other):
            line.insert_paragraph_before(document.t("document.simulated"), "Simulated")
    footer, (before, between, after) = section.footer.paragraphs[0], document.page
    footer.add_run(f"{document.state}\t{before}")
    _field(footer, "PAGE")
    footer.add_run(between)
    _field(footer, "NUMPAGES")
    footer.add_run(after)


def _field(paragraph: Paragraph, name: str) -> None:
    """Add a number that Word computes, such as that of the page."""
    field = _element("w:fldSimple", instr=name)
    field.append(paragraph.add_run("1").font.element)
    paragraph.paragraph_format.element.append(field)


# Page breaks


def _keep_signatures(word: Document, blocks: Sequence[Json], starts: Sequence[int]) -> None:
    """Let no page begin with what signs, or with the note at the end; ``starts``: where each block begins."""
    elements = [*word.element.body][:-1]  # the last says how pages are set
    _keep(elements, len(elements) - 1)
    first = next((n for n, block in enumerate(blocks) if block["type"] in {"signatures", "signature_list"}), None)
    if first is not None:
        ends = (n for n in range(first, len(blocks)) if blocks[n]["type"] in {"heading", "pagebreak"})
        end = next(ends, None)
        _keep(elements if end is None else elements[: starts[end]], starts[first])


def _keep(elements: Sequence[Any], first: int) -> None:
    """Keep elements on one page from the first on, with two lines or rows before them."""
    lines = 0
    for element in reversed(elements[:first]):
        if element.tag == qn("w:tbl"):
            _keep_with_next(*element.findall(qn("w:tr"))[-_KEPT:])
            break
        _keep_with_next(element)
        if element.style != "Note":  # which belongs to its table
            lines += -(-sum(len(text.text) for text in element.iter(qn("w:t"))) // _LINE)
        if lines >= _KEPT:
            break
    for element in elements[first:-1]:
        rows = element.findall(qn("w:tr"))
        many = len(rows) > _LONG_PANEL
        _keep_with_next(*([*rows[:_KEPT], *rows[-_KEPT:]] if many else [element]))


def _keep_with_next(*elements: Any) -> None:  # noqa: ANN401  (elements of lxml)
    for element in elements:
        for paragraph in element.iter(qn("w:p")):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


# Paragraphs and tables


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Return an element that python-docx has no call for."""
    return OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})


def _bold(text: str) -> Json:
    return {"text": text, "strong": True}


def _runs(texts: Iterable[str]) -> list[Json]:
    return [{"text": text} for text in texts]


def _paragraph(place: Document | _Cell, style: str | None, *runs: str | Json) -> Paragraph:
    """Add a paragraph of runs."""
    paragraph = place.add_paragraph(style=style)
    for run in runs:
        about = {"text": run} if isinstance(run, str) else run
        added = paragraph.add_run(about["text"])
        added.bold, added.italic = about.get("strong"), about.get("em")
        if (about.get("href") or "").startswith(("https://", "http://", "mailto:")):
            _link(paragraph, added, about["href"])
    return paragraph


def _link(paragraph: Paragraph, added: Run, address: str) -> None:
    link = _element("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(added._r)  # noqa: SLF001  (python-docx makes no links)
    paragraph._p.append(link)  # noqa: SLF001
    added.underline = True


def _table(  # noqa: PLR0913  (named where they are given)
    word: Document,
    style: str,
    widths: Sequence[float],
    rows: Iterable[Sequence[Json]],
    *,
    head: Sequence[str] = (),
    described: str = "",
    right: Sequence[bool] = (),
    room: float = 0,
    kept: int = 0,
) -> Table:
    """Add a table whose columns share the width of the page.

    Args:
        word: the file.
        style: a style of tables.
        widths: of the columns, in any unit.
        rows: a run for each column.
        head: the row that every page repeats; none if empty.
        described: what the table shows, for those who cannot see it.
        right: whether a column's texts stand at the right; none unless given.
        room: the width, in twentieths of a point; that of the text unless given.
        kept: how many of the first rows, the head among them, stay on the page of the next.
    """
    table: Table = word.add_table(0, len(widths), word.styles[style])
    whole = room or _room(word)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(int(whole * width / sum(widths)))
    body = table._tbl  # noqa: SLF001  (no call for the description, or for what a row repeats or keeps together)
    if described:
        body.tblPr.append(_element("w:tblCaption", val=described))
    pattern = table.add_row()  # type: ignore[no-untyped-call]  # python-docx says no types here
    pattern._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001
    for number, cell in enumerate(pattern.cells):
        cell.paragraphs[0].style = word.styles["Table Text"]
        cell.paragraphs[0].add_run()
        if right and right[number]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    body.remove(pattern._tr)  # noqa: SLF001
    staying = deepcopy(pattern._tr)  # noqa: SLF001
    _keep_with_next(staying)
    for place, runs in enumerate([*([[*map(_bold, head)]] if head else []), *rows]):
        row = deepcopy(staying if place < kept else pattern._tr)  # noqa: SLF001  (six times as fast as a new row)
        if head and place == 0:
            row.trPr.append(_element("w:tblHeader"))
        for box, added, run in zip(row.iter("{*}tc"), row.iter("{*}r"), runs, strict=True):
            added.text = run["text"]
            _look(box, added, run)
        body.append(row)
    return table


def _look(box: Any, added: Any, run: Json) -> None:  # noqa: ANN401  (elements of lxml)
    """Give a cell its bold letters and colours."""
    if run.get("strong"):
        added.get_or_add_rPr().append(_element("w:b"))
    if run.get("colour"):
        added.get_or_add_rPr().append(_element("w:color", val=run["colour"][1:]))
    if run.get("fill"):
        box.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=run["fill"][1:]))


def _item(word: Document, list_number: int, *runs: str | Json, level: int = 0) -> None:
    """Add an item of a list."""
    added = _paragraph(word, "List Paragraph", *runs)
    if level:
        added.paragraph_format.left_indent = Twips(_INDENT * (level + 1))
        added.paragraph_format.first_line_indent = Twips(-_INDENT)
    properties = added.paragraph_format.element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, list_number


# The blocks


def _heading(word: Document, block: Json, _: Prepared) -> None:
    _paragraph(word, f"Heading {block['level'] - 1}", block["text"])


def _running_text(word: Document, block: Json, _: Prepared) -> None:
    _paragraph(word, None, *block["runs"])


def _list(word: Document, block: Json, _: Prepared) -> None:
    number = _BULLETED
    if block["ordered"]:  # each list in order begins anew
        added = word.part.numbering_part.element.add_num(_ORDERED)
        added.add_lvlOverride(0).add_startOverride(block["start"])
        number = added.numId
    for item in block["items"]:
        _item(word, number, *item, level=block["level"])


def _facts(word: Document, block: Json, _: Prepared) -> None:
    for fact in block["items"]:
        detail = f" ({fact['detail']})" if fact["detail"] else ""
        _item(word, _BULLETED, _bold(fact["value"]), f" {fact['label']}{detail}")


def _winners(word: Document, block: Json, document: Prepared) -> None:
    labels = ("report.column_award", "report.column_innovation", "report.column_unit", "document.score")
    for scope in block["scopes"]:
        _paragraph(word, "Caption", _bold(scope["title"]))
        rows = [_runs(row[name] for name in ("award", "title", "unit", "score")) for row in scope["rows"]]
        _table(word, "Ruled", [2, 4, 3, 1], rows, head=[*map(document.t, labels)], described=scope["title"])


def _callout(word: Document, block: Json, _: Prepared) -> None:
    title = [_bold(f"{block['title']}: ")] if block["title"] else []
    _paragraph(word, "Warning" if block["kind"] == "warning" else "Callout", *title, *block["runs"])


def _data(word: Document, block: Json, document: Prepared) -> None:
    if not block["cramped"]:
        _part(word, block, [*range(len(block["columns"]))], block["widths"], block["label"], document)
        _notes(word, block)
        return
    _turn(word)
    for number, part in enumerate(block["parts"], 1):
        count = len(block["parts"])
        label = f"{block['label']} ({number}/{count})" if count > 1 else block["label"]
        _part(word, block, part["columns"], part["widths"], label, document)
        if number < count:
            _paragraph(word, "Note", "")
    _notes(word, block)
    _turn(word)


def _part(
    word: Document, block: Json, numbers: Sequence[int], widths: Sequence[float], label: str, document: Prepared
) -> None:
    """Add columns of a table with their caption."""
    columns, em = [block["columns"][n] for n in numbers], 20 * document.setup.table_size * document.setup.breadth
    widths = [em * (width + GAP) for width in widths]
    rows, letters = len(block["rows"]), sum(len(cell["text"]) for row in block["rows"] for cell in row)
    _paragraph(word, "Caption", _bold(f"{label}. "), block["caption"])
    _table(
        word,
        "Ruled",
        widths,
        [[row[n] for n in numbers] for row in block["rows"]],
        head=[column["label"] for column in columns],
        described=block["caption"] or label,
        right=[column["numeric"] for column in columns],
        room=min(sum(widths), _room(word)),
        kept=rows if rows <= _SHORT[0] and letters <= _SHORT[1] else _KEPT,
    )


def _notes(word: Document, block: Json) -> None:
    for note in block["notes"] or [""]:
        last = _paragraph(word, "Note", note)
    last.paragraph_format.space_after = Pt(9)


def _turn(word: Document) -> None:
    """Begin pages turned the other way than those before."""
    before = word.sections[-1]
    width, height = before.page_width, before.page_height
    turned = word.add_section(WD_SECTION.NEW_PAGE)
    turned.page_width, turned.page_height = height, width
    upright = before.orientation == WD_ORIENT.LANDSCAPE
    turned.orientation = WD_ORIENT.PORTRAIT if upright else WD_ORIENT.LANDSCAPE
    turned.different_first_page_header_footer = False


def _figure(word: Document, block: Json, _: Prepared) -> None:
    picture = Image.from_blob(as_png(block["svg"], _PER_INCH))
    width = min(Mm(25.4 * picture.px_width / _PER_INCH), Twips(_room(word)))
    drawn = _paragraph(word, None).add_run().add_picture(BytesIO(picture.blob), width=width)
    _describe_picture(drawn, block["alt"])
    _paragraph(word, "Caption", _bold(f"{block['label']}. "), block["caption"])


def _describe_picture(drawn: InlineShape, alt: str) -> None:
    for about in drawn._inline.iter("{*}docPr", "{*}cNvPr"):  # noqa: SLF001  (no call for what a picture shows)
        about.set("name", alt)
        about.set("descr", alt)


def _printed(word: Document, block: Json, document: Prepared) -> None:
    if block["note"]:
        _paragraph(word, "Note", document.t("outputs.note"))
    printed = _paragraph(word, None, block["text"])
    printed.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    for run in printed.runs:
        run.font.name, run.font.size = "DejaVu Sans Mono", Pt(8)


def _letterhead(word: Document, block: Json, _: Prepared) -> None:
    if block["crest"]:
        picture = BytesIO(b64decode(block["crest"].partition(",")[2]))
        drawn = _paragraph(word, "Letterhead").add_run().add_picture(picture, Mm(_CREST), Mm(_CREST))
        _describe_picture(drawn, block["alt"])
    for line in block["lines"]:
        _paragraph(word, "Letterhead", line)
    for line in block["address"]:
        _paragraph(word, "Note", line).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(word, "Letterhead Rule")


def _title(word: Document, block: Json, _: Prepared) -> None:
    if not block["aside"]:
        _paragraph(word, "Title", "\n".join(block["lines"]))
        return
    for line in block["lines"]:
        shape = word.add_paragraph(line).paragraph_format
        shape.space_after, shape.left_indent = Pt(0), Twips(_room(word) // 2)


def _honour(word: Document, block: Json, _: Prepared) -> None:
    for line in block["lines"]:
        _paragraph(word, "Honour", line["text"] if line["role"] == "said" else _bold(line["text"]))


def _signatures(word: Document, block: Json, _: Prepared) -> None:
    signers = block["signers"]
    word.add_paragraph()

    def lines(signer: Json) -> list[str | Json]:
        place = [block["place"] if signer is signers[-1] else ""] if block["place"] else []
        return [*place, *signer["above"], "", "", "", _bold(signer["name"]), *signer["below"]]

    if len(signers) == 1:
        for line in lines(*signers):
            _paragraph(word, "Signing", line).paragraph_format.left_indent = Twips(_room(word) // 2)
    else:
        cells = _table(word, "Normal Table", [1] * len(signers), [_runs([""] * len(signers))]).rows[0].cells
        for cell, signer in zip(cells, signers, strict=True):
            for line in lines(signer):
                _paragraph(cell, "Signing", line)
            cell._tc.remove(cell.paragraphs[0]._p)  # noqa: SLF001  (no call takes a paragraph out)
    word.add_paragraph()


def _signature_list(word: Document, block: Json, document: Prepared) -> None:
    blank, head = document.t("document.blank"), document.signing
    rows = [_runs([str(number), row["name"], row["position"], blank]) for number, row in enumerate(block["rows"], 1)]
    table = _table(word, "Boxed", [1, 4, 3, 4], rows, head=head, described=head[-1])
    for row in list(table.rows)[1:]:
        row.height = Mm(13.5)
    word.add_paragraph()


_WRITERS: dict[str, Callable[[Document, Json, Prepared], None]] = {
    "heading": _heading,
    "paragraph": _running_text,
    "list": _list,
    "facts": _facts,
    "winners": _winners,
    "callout": _callout,
    "printed": _printed,
    "table": _data,
    "figure": _figure,
    "pagebreak": lambda *_: None,  # what comes after it says so
    "letterhead": _letterhead,
    "title": _title,
    "honour": _honour,
    "signatures": _signatures,
    "signature_list": _signature_list,
}
