"""PDF files that were added to: signed as a signing service does it, or forged."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HOLE = b"0\x82" + b"\x00" * 510  # where the signature's value goes


def signed(
    original: bytes, box: Sequence[float] = (0, 0, 0, 0), also: Callable[[PdfWriter], object] = lambda _: None
) -> bytes:
    """Add a signature by an incremental update, with a box on the first page and whatever else somebody adds."""
    writer = PdfWriter(PdfReader(BytesIO(original)), incremental=True)
    page, root = writer.pages[0], writer.root_object
    place = [NumberObject(0), *[NumberObject(1_000_000_000 + n) for n in range(3)]]
    value = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Sig"),
            NameObject("/Filter"): NameObject("/Adobe.PPKLite"),
            NameObject("/SubFilter"): NameObject("/ETSI.CAdES.detached"),
            NameObject("/Contents"): ByteStringObject(_HOLE),
            NameObject("/ByteRange"): ArrayObject(place),
        }
    )
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): TextStringObject(f"Tanda tangan {len(original)}"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, box)),
            NameObject("/P"): page.indirect_reference,
            NameObject("/V"): writer._add_object(value),
        }
    )
    if box[2:] != box[:2]:
        shown = DecodedStreamObject()
        shown.set_data(b"0 0 0 rg 0 0 10 10 re f")
        shown.update(
            {NameObject("/Subtype"): NameObject("/Form"), NameObject("/BBox"): ArrayObject(map(FloatObject, box))}
        )
        field[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(shown)})
    reference = writer._add_object(field)
    form = root.get("/AcroForm", DictionaryObject()).get_object()
    fields = ArrayObject([*form.get("/Fields", []), reference])
    form.update({NameObject("/Fields"): fields, NameObject("/SigFlags"): NumberObject(3)})
    root[NameObject("/AcroForm")] = form
    page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", []), reference])
    also(writer)
    out = BytesIO()
    writer.write(out)
    return _filled(out.getvalue(), len(original))


def _filled(content: bytes, start: int) -> bytes:
    """Put in where the hole for the signature's value is, once everything has its place."""
    hole = content.index(_HOLE.hex().encode(), start) - 1
    after = hole + len(_HOLE) * 2 + 2
    for n, number in enumerate((hole, after, len(content) - after)):
        old = str(1_000_000_000 + n).encode()
        at = content.index(old, start)
        content = content[:at] + str(number).rjust(len(old)).encode() + content[at + len(old) :]
    return content


def repainted(writer: PdfWriter) -> None:
    """Draw something else on the first page."""
    drawn = DecodedStreamObject()
    drawn.set_data(b"0 0 0 rg 50 50 400 400 re f")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(drawn)


def added_to(original: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """Change a PDF by an incremental update without any signature."""
    writer = PdfWriter(PdfReader(BytesIO(original)), incremental=True)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
