"""What was added to a PDF since it was made: electronic signatures alone, or something else.

Whoever signs a PDF appends an update (ISO 32000, 7.5.6) with new versions of some objects. A signature needs few: its
field and its value, the form that lists it in the catalog, its box among a page's annotations, the date of the change,
and perhaps what proves its validity later. Anything else may show what was never made. Whether a signature is valid,
and whose it is, a PDF reader tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject

# What may be otherwise in the catalog and in the document's information, and what the form of signatures may say.
_IN_CATALOG = {"/AcroForm", "/DSS", "/Extensions", "/Perms", "/Version"}
_IN_INFORMATION = {"/ModDate", "/Producer"}
_IN_FORM = {"/Fields", "/SigFlags", "/DR", "/DA"}
_ACTIONS = {"/A", "/AA"}
_PAGES = {"/Page", "/Pages"}
_LARGEST_BOX = 0.2  # of its page; a larger one would hide what is written there

_END = re.compile(rb"startxref\s+([0-9]{1,12})\s+%%EOF\s*\Z")
_TAIL = 2048  # bytes at the end of a file in which that stands
_SECTION = re.compile(rb"\s*([0-9]{1,10}) ([0-9]{1,10}) ?[\r\n]{1,2}")
_ENTRY = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([nf])(?: \r| \n|\r\n)")
_TRAILER = re.compile(rb"\s*trailer\s*")
_OBJECT = re.compile(rb"\s*([0-9]{1,10})\s+0\s+obj\s*")

Place = int | tuple[int, int] | None  # of an object: an offset; a stream of objects and its index in it; it is gone


@dataclass(frozen=True)
class Added:
    """What was added to a PDF.

    Args:
        signed: whether that is at least one signature, and nothing else.
        pages: those on which a signature shows; where something else was added, those that it changes.
    """

    signed: bool
    pages: tuple[int, ...] = ()


def added(content: bytes, end: int) -> Added:
    """Return what was added to a PDF after its first ``end`` bytes, which are as they were made."""
    update = None
    try:
        update = _Update(content, end)
        return Added(signed=True, pages=tuple(update.signed_pages()))
    except Exception:  # noqa: BLE001  (whatever a parser meets in a forged file, it is not a signature)
        return Added(signed=False, pages=tuple(update.changed_pages()) if update else ())


class _NotASignature(Exception):
    """Something was added that no signature needs."""


def _require(condition: object) -> None:
    if not condition:
        raise _NotASignature


class _Update:
    """The updates of a PDF, read strictly: what only a lenient reader understands is no signature.

    Objects are pypdf's; ``Any`` because their classes say nothing of what a file holds.
    """

    def __init__(self, content: bytes, end: int) -> None:
        from pypdf import PdfReader  # noqa: PLC0415  (only who was sent a PDF that was added to waits for it)

        self._content, self._end = content, end
        self._original: Any = PdfReader(BytesIO(content[:end]), strict=True)
        self._pages: list[PageObject] = [*PdfReader(BytesIO(content[:end]), strict=True).pages]  # it changes them
        self._known = {number for numbers in self._original.xref.values() for number in numbers}
        self._known |= {*self._original.xref_objStm}
        self._places: dict[int, Place] = {}  # of the last version of each object that was added
        self._follow_tables()
        self._changed = self._known.intersection(self._places)

    # The tables of the updates, from the last to the original's

    def _follow_tables(self) -> None:
        original, at, before = _startxref(self._content[: self._end]), _startxref(self._content), len(self._content)
        while at != original:
            _require(self._end <= at < before)
            trailer = self._stream_table(at) if _OBJECT.match(self._content, at) else self._table(at)
            _require(trailer.raw_get("/Root") == self._original.trailer.raw_get("/Root"))
            _require(not trailer.keys() & {"/Encrypt", "/XRefStm"})
            at, before = int(trailer.raw_get("/Prev")), at

    def _table(self, at: int) -> Any:  # noqa: ANN401
        _require(self._content.startswith(b"xref", at))
        at += len(b"xref")
        while section := _SECTION.match(self._content, at):
            first, count = map(int, section.groups())
            at = section.end()
            for number in range(first, first + count):
                offset, generation, kind = _matched(_ENTRY, self._content, at).groups()
                self._note(number, int(offset) if kind == b"n" else None, int(generation))
                at += 20
        return self._read(self._content, _matched(_TRAILER, self._content, at).end())

    def _stream_table(self, at: int) -> Any:  # noqa: ANN401
        stream = self._object_at(at)
        widths, sections = [*stream["/W"]], [*stream.get("/Index", [0, stream["/Size"]])]
        _require(stream["/Type"] == "/XRef" and len(widths) == 3)
        rows = BytesIO(stream.get_data())
        _require(sum(sections[1::2]) * sum(widths) <= rows.getbuffer().nbytes)
        for first, count in zip(sections[::2], sections[1::2], strict=True):
            for number in range(first, first + count):
                kind, one, two = (int.from_bytes(rows.read(width)) for width in widths)
                _require(widths[0] and kind <= 2)
                place: dict[int, Place] = {0: None, 1: one, 2: (one, two)}
                self._note(number, place[kind], two if kind == 1 else 0)
        return stream

    def _note(self, number: int, place: Place, generation: int) -> None:
        """Take in where an object is, unless a later update has it elsewhere."""
        _require(place is None or generation == 0)
        _require(not isinstance(place, int) or self._end <= place)
        if number:  # 0 heads the list of what is gone
            self._places.setdefault(number, place)

    # Objects

    def _read(self, content: bytes, at: int) -> Any:  # noqa: ANN401
        from pypdf.generic import read_object  # noqa: PLC0415

        stream = BytesIO(content)
        stream.seek(at)
        return read_object(stream, self._original)

    def _object_at(self, at: int, number: int | None = None) -> Any:  # noqa: ANN401
        header = _matched(_OBJECT, self._content, at)
        _require(number is None or int(header[1]) == number)
        return self._read(self._content, header.end())

    def _now(self, value: Any) -> Any:  # noqa: ANN401
        """Return an object as it is now; what is no reference is returned as it is."""
        if not _is_reference(value):
            return value
        if value.idnum not in self._places:
            return value.get_object()
        _require(value.generation == 0)
        match self._places[value.idnum]:
            case int(offset):
                return self._object_at(offset, value.idnum)
            case (stream, index):
                holder = self._places[stream]
                if not isinstance(holder, int):
                    raise _NotASignature
                packed = self._object_at(holder, stream)
                data, first = packed.get_data(), int(packed["/First"])
                numbers = [int(number) for number in data[:first].split()]
                _require(packed["/Type"] == "/ObjStm" and numbers[2 * index] == value.idnum)
                return self._read(data, first + numbers[2 * index + 1])
        raise _NotASignature

    # What a signature may have changed

    def signed_pages(self) -> list[int]:
        """Return on which pages a signature shows.

        Raises:
            Exception: there is no signature, or something else was added.
        """
        trailer = self._original.trailer
        root = trailer.raw_get("/Root")
        catalog = self._now(root)
        free = {self._same_but(root, _IN_CATALOG)}
        if "/Metadata" in catalog:  # what a file says of itself is read from the first that are in it
            free.add(catalog.raw_get("/Metadata").idnum)
        if "/Info" in trailer:
            free.add(self._same_but(trailer.raw_get("/Info"), _IN_INFORMATION))
        _require(self._now(_value(catalog, "/Perms", {})).keys() <= {"/DocMDP"})
        self._require_signatures(self._now(catalog.raw_get("/AcroForm")))
        shown = []
        for number, page in enumerate(self._pages, 1):
            if self._shows_a_box(page, free):
                shown.append(number)
        _require(self._changed <= free)
        return shown

    def _shows_a_box(self, page: PageObject, free: set[int]) -> bool:
        """Tell whether a signature shows on a page, to which nothing but boxes for signatures may have been added.

        Args:
            page: the page as it was made.
            free: gains the numbers of what may have changed.
        """
        reference = self._reference(page)
        free.add(self._same_but(reference, {"/Annots"}))
        before = _value(reference.get_object(), "/Annots", [])
        if _is_reference(before):
            free.add(before.idnum)
            before = before.get_object()
        now = self._now(_value(self._now(reference), "/Annots", []))
        _require([*now[: len(before)]] == [*before])
        return True in {self._is_visible(self._now(box), page) for box in now[len(before) :]}  # looks at all of them

    def _reference(self, page: PageObject) -> Any:  # noqa: ANN401
        from pypdf.generic import IndirectObject  # noqa: PLC0415

        assert page.indirect_reference is not None  # as every page of a file has
        return IndirectObject(page.indirect_reference.idnum, page.indirect_reference.generation, self._original)

    def _same_but(self, reference: Any, keys: set[str]) -> int:  # noqa: ANN401
        """Require that an object of the original is as it was but for some keys, and return its number."""
        before, now = reference.get_object(), self._now(reference)
        for key in {*before, *now} - keys:
            _require(key in before and key in now and before.raw_get(key) == now.raw_get(key))
        return int(reference.idnum)

    def _require_signatures(self, form: Any) -> None:  # noqa: ANN401
        """Require a form of nothing but new fields for signatures, one of them signed."""
        fields = self._now(form.raw_get("/Fields"))
        _require(form.keys() <= _IN_FORM and not {field.idnum for field in fields} & self._known)
        signed = False
        for field in map(self._now, fields):
            _require(field["/FT"] == "/Sig" and not field.keys() & _ACTIONS)
            if "/V" in field:
                self._require_signature(self._now(field.raw_get("/V")))
                signed = True
        _require(signed)

    def _require_signature(self, value: Any) -> None:  # noqa: ANN401
        """Require that a signature is about the original, and about all but itself up to where its state ends."""
        start, one, two, length = map(int, self._now(value.raw_get("/ByteRange")))
        _require(_value(value, "/Type", "/Sig") in {"/Sig", "/DocTimeStamp"} and start == 0)
        _require(self._end <= one < two and length > 0 and two + length <= len(self._content))
        written = self._content[one:two]
        _require(written[:1] + written[-1:] == b"<>")
        _require(bytes.fromhex(written[1:-1].decode("ascii")) == value["/Contents"].original_bytes)

    def _is_visible(self, box: Any, page: PageObject) -> bool:  # noqa: ANN401
        """Tell whether a new annotation, which has to be a signature's box, can be seen."""
        kinds = {_value(each, "/FT", "") for each in (box, self._now(_value(box, "/Parent", box)))}
        _require(box["/Subtype"] == "/Widget" and "/Sig" in kinds and not box.keys() & _ACTIONS)
        left, bottom, right, top = map(float, self._now(box.raw_get("/Rect")))
        area = abs(right - left) * abs(top - bottom)
        _require(area <= _LARGEST_BOX * float(page.mediabox.width * page.mediabox.height))
        return area > 0

    def changed_pages(self) -> Iterator[int]:
        """Give the pages that the updates change otherwise than a signature does."""
        for number, page in enumerate(self._pages, 1):
            free: set[int] = set()
            try:
                self._shows_a_box(page, free)
            except Exception:  # noqa: BLE001  (as in :func:`added`)
                yield number
            else:
                if (self._changed - free) & self._belonging(self._reference(page)):
                    yield number

    def _belonging(self, page: Any) -> set[int]:  # noqa: ANN401
        """Return the numbers of the objects of which the original makes a page."""
        found: set[int] = set()
        ahead = [page]
        while ahead:
            value = ahead.pop()
            if _is_reference(value):
                target = value.get_object()
                other = isinstance(target, dict) and value is not page and _value(target, "/Type", "") in _PAGES
                if value.idnum not in found and not other:
                    found.add(value.idnum)
                    ahead.append(target)
            elif isinstance(value, dict):
                ahead += [value.raw_get(key) for key in value]  # type: ignore[attr-defined]  # pypdf's dictionaries
            elif isinstance(value, list):
                ahead += value
        return found


def _matched(pattern: re.Pattern[bytes], content: bytes, at: int) -> re.Match[bytes]:
    found = pattern.match(content, at)
    if found is None:
        raise _NotASignature
    return found


def _startxref(content: bytes) -> int:
    found = _END.search(content[-_TAIL:])
    if found is None:
        raise _NotASignature
    return int(found[1])


def _value(holder: Any, key: str, default: object) -> Any:  # noqa: ANN401
    """Return what a dictionary holds, without following a reference."""
    return holder.raw_get(key) if key in holder else default


def _is_reference(value: object) -> bool:
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    return isinstance(value, IndirectObject)
