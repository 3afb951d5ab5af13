"""What Word and PowerPoint files say of themselves: the properties of the file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from kit.render.prepare import Prepared

LOCALES = {"id": "id-ID", "en": "en-GB"}
LONGEST = 255  # letters that a property can have
CLAIMS = "/docProps/custom.xml"  # where :func:`claims` stand in the file

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def describe(properties: Any, document: Prepared) -> None:  # noqa: ANN401  (python-docx's or python-pptx's)
    """Set the core properties of a file: what the document is, whose, from which data, and when it was made."""
    masthead, about = document.masthead, document.about
    said = {
        "title": masthead["title"],
        "subject": document.told("state"),
        "author": masthead["organiser"],
        "last_modified_by": masthead["organiser"],
        "keywords": "; ".join(part["text"] for part in about.values()),
        "comments": "{label}: {text}".format_map(about["fingerprint"]) if "fingerprint" in about else "",
        "category": document.told("circulation"),
        "language": LOCALES[masthead["language"]],
    }
    for name, text in said.items():
        setattr(properties, name, text[:LONGEST])
    properties.created = properties.modified = (
        datetime.fromisoformat(masthead["made_at"]).astimezone(UTC).replace(tzinfo=None)
    )


def claims(document: Prepared) -> bytes:
    """Return the custom properties of a file: what the document says of itself to programs."""
    listed = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(document.claims.items(), 2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">{listed}</Properties>'
    ).encode()
