"""What a screen reader is given of a PDF: the elements of its structure tree in reading order, with their text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader


def spoken(reader: PdfReader) -> list[tuple[str, str]]:
    """Each element by kind, such as ``H1`` or ``TD``, with the text of its own and its alternative text."""
    texts = {page.indirect_reference.idnum: _marked(page) for page in reader.pages if page.indirect_reference}
    found: list[tuple[str, str]] = []

    def walk(element: Any, page: int) -> str:
        """Note the elements below one; return the text that is its own."""
        element = element.get_object()
        if isinstance(element, int):
            return texts[page][element]
        if isinstance(element, list):
            return "".join(walk(child, page) for child in element)
        page = element.raw_get("/Pg").idnum if "/Pg" in element else page
        if "/S" not in element:  # a piece of a page, or an annotation
            return texts[page][element["/MCID"]] if "/MCID" in element else ""
        place = len(found)
        found.append((element["/S"][1:], ""))
        text = walk(element["/K"], page) if "/K" in element else ""
        found[place] = found[place][0], " ".join((text + element.get("/Alt", "")).split())
        return text if element["/S"] in {"/Span", "/Strong", "/Em", "/Link", "/Code"} else ""

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"], 0)
    return found


def _marked(page: PageObject) -> dict[int, str]:
    """The text of each piece of a page that the structure refers to by number."""
    found: defaultdict[int, str] = defaultdict(str)
    inside: list[int] = []

    def enter(operator: bytes, operands: Any, *_: object) -> None:
        if operator in {b"BDC", b"BMC"}:
            about = operands[1] if len(operands) > 1 else {}
            inside.append(about.get("/MCID", -1) if isinstance(about, dict) else -1)
        elif operator == b"EMC":
            inside.pop()

    def note(text: str, *_: object) -> None:
        if inside:
            found[inside[-1]] += text

    page.extract_text(visitor_operand_before=enter, visitor_text=note)
    return found
