"""Whether a file is as it was made, and whether it matches the data that it claims.

What is compared with is ``CHECKSUMS``, beside the file or in the edition's folder, and the edition's data. Whoever can
change both the file and ``CHECKSUMS`` can deceive: keep a copy of ``CHECKSUMS`` elsewhere.
"""

from __future__ import annotations

import html
import json
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import kit
from kit.documents.shelf import Shelf, original_of, sha256
from kit.edition import fingerprint_of
from kit.errors import FileMissing, KitError
from kit.reading import DAMAGE, directory_size, read_bytes
from kit.report.layout import claims_in, masthead_of
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kit.edition import Edition
    from kit.texts import Language


class NotMadeByKit(KitError, ValueError):
    """A file says nothing of the data that it was made from."""


class ContentAltered(KitError, ValueError):
    """A file is not as it was made."""


class ContentAddedTo(KitError, ValueError):
    """A PDF has more in it than what was made, and no signature covers all of it."""


class ContentUnrecorded(KitError, LookupError):
    """A file is in no list of checksums, under whatever name."""


class DataDiffer(KitError, ValueError):
    """A file claims data that its edition has never had, as far as the ledger tells."""


@dataclass(frozen=True)
class Verdict:
    """What was found about a file.

    Args:
        path: the file.
        claims: what it says of itself.
        found: what is in order, in sentences.
        mistakes: what is not.
    """

    path: Path
    claims: Mapping[str, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    mistakes: tuple[KitError, ...] = ()


def verify(paths: Iterable[Path], language: Language = "id") -> Iterator[Verdict]:
    """Find out of each file whether it is as it was made and matches its data; what is wrong is part of the verdict."""
    t, opened = Texts(language), cache(kit.open)
    for path in paths:
        if not path.is_file():
            yield Verdict(path, mistakes=(FileMissing(file=path.name, folder=path.absolute().parent.name),))
            continue
        try:
            content = read_bytes(path)
        except KitError as mistake:
            yield Verdict(path, mistakes=(mistake,))
            continue
        claims = claims_of(content)
        if not claims.keys() >= _NEEDED:
            yield Verdict(path, mistakes=(NotMadeByKit(file=path.name),))
            continue
        findings = [_content(path, content, t, claims["edition"]), _data(path, t, claims, opened)]
        said = tuple(finding for finding in findings if isinstance(finding, str))
        yield Verdict(path, claims, said, tuple(finding for finding in findings if isinstance(finding, KitError)))


_METADATA = 1_000_000  # bytes; more would not be ours
_NEEDED = {"edition", "fingerprint", "made_at", "state", "circulation", "version"}


def claims_of(content: bytes) -> dict[str, str]:
    """What a document says of itself in its metadata, without ``kit:``; nothing, if the kit did not make it."""
    if content.startswith(b"%PDF-"):  # the first metadata are the original's, whatever was added
        keywords = content.partition(b"<pdf:Keywords>")[2][:_METADATA].partition(b"</pdf:Keywords>")
        pairs = re.findall(r"kit:(\w+)=(.*?)(?=, kit:|$)", _text(keywords[0] if keywords[1] else b""), re.DOTALL)
    elif content.startswith(b"PK"):
        pattern = r'name="kit:(\w+)"[^<>]{0,200}>\s{0,20}<vt:lpwstr>([^<]*)</vt:lpwstr>'
        pairs = re.findall(pattern, _text(_custom_properties(content)))
    elif content.startswith(b"{"):
        pairs = [(name.removeprefix("kit:"), text) for name, text in _notebook(content).items()]
    else:
        pairs = re.findall(
            r'<meta name="kit:(\w+)" content="([^"]*)">', _text(content[:_METADATA].partition(b"</head>")[0])
        )
    return {name: html.unescape(text) for name, text in pairs}


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _notebook(content: bytes) -> dict[str, str]:
    import nbformat  # noqa: PLC0415

    from kit.report.notebook import blocks_of  # noqa: PLC0415

    try:
        return claims_in(masthead_of(blocks_of(nbformat.reads(_text(content), as_version=4))))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _custom_properties(content: bytes) -> bytes:
    try:
        if directory_size(BytesIO(content)) > _METADATA:
            return b""
        with zipfile.ZipFile(BytesIO(content)) as archive, archive.open("docProps/custom.xml") as file:
            return file.read(_METADATA)
    except (*DAMAGE, KeyError):
        return b""


def _content(path: Path, content: bytes, t: Texts, edition: str) -> str | KitError:
    """Whether the file is as it was made; of what was added to a PDF, whether a signature covers all of it."""
    try:
        known = _checksums(path, edition)
    except KitError as mistake:
        return mistake
    if own := known.get(sha256(content)):
        return t("batch.as_made") if own == path.name else t("batch.as_made_named", name=own)
    end = original_of(content, known)
    if end is None:
        return ContentAltered(file=path.name) if path.name in known.values() else ContentUnrecorded(file=path.name)
    return t("batch.signed", bytes=end) if _is_signed(content) else ContentAddedTo(file=path.name, bytes=end)


def _checksums(path: Path, edition: str) -> dict[str, str]:
    """The names of files by their SHA-256: those of the edition's folder, and of the one in which the file lies."""
    try:
        kept = Shelf(kit.edition.find_home() / "reports" / edition).checksums()
    except KitError:
        kept = {}
    return kept | Shelf(path.absolute().parent).checksums()


def _is_signed(content: bytes) -> bool:
    """Tell whether the last signature of a PDF reaches to the end of the file, so that nothing came after it."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*0\s+\d{1,18}\s+(\d{1,18})\s+(\d{1,18})\s*\]", content)
    return bool(ranges) and int(ranges[-1][0]) + int(ranges[-1][1]) >= len(content.rstrip())


def _data(path: Path, t: Texts, claims: Mapping[str, str], opened: Callable[[str], Edition]) -> str | KitError:
    """Whether the edition's data are, or once were, those that the file was made from."""
    name = claims["edition"]
    try:
        edition = opened(name)
        if edition.fingerprint == claims["fingerprint"]:
            return t("batch.data_same", edition=name)
        since = events_since(edition, claims["fingerprint"])
    except KitError as mistake:
        return mistake
    if since is None:
        return DataDiffer(file=path.name, edition=name)
    return t("batch.data_went_on", edition=name, n=since)


def events_since(edition: Edition, fingerprint: str) -> int | None:
    """How many events were recorded since an edition's data had a fingerprint; None if they never had it.

    The ledger tells what its earlier states were, and each lock what rules and registers were.
    """
    locks = [json.loads(text) for text in edition.ledger.events(["rules_locked", "rules_accepted"])["text"]]
    states = list(edition.ledger.fingerprints())
    for events, state in enumerate(states):
        if any(fingerprint_of(state, lock["registers"], lock["document"]) == fingerprint for lock in locks):
            return len(states) - 1 - events
    return None


def summary(claims: Mapping[str, str], language: Language) -> str:
    """What a file says of itself, in a sentence."""
    t = Texts(language)
    about = {name: claims[name] for name in ("edition", "state", "version")}
    circulation = t(f"document.{claims['circulation']}_short") if claims["circulation"] in _CIRCULATIONS else "–"
    return t("batch.claims", made_at=_moment(claims["made_at"], t), circulation=circulation, **about)


_CIRCULATIONS = ("restricted", "public")


def _moment(written: str, t: Texts) -> str:
    try:
        return t.moment(datetime.fromisoformat(written))
    except ValueError:
        return written
