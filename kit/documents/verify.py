"""Whether a file is as it was made, and whether it matches the data that it claims.

What is compared with is ``CHECKSUMS`` in the edition's folder of reports, and the edition's data. A list that came with
the file counts only where the edition has none here, and the verdict says so. Whoever can change both the file and
``CHECKSUMS`` can deceive: keep a copy of ``CHECKSUMS`` elsewhere, and compare with that.
"""

from __future__ import annotations

import html
import json
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import kit
from kit.documents.shelf import CHECKSUMS, ChecksumsUnreadable, original_of, read_checksums, sha256
from kit.documents.signed import added
from kit.edition import fingerprint_of
from kit.errors import Problem
from kit.folder import EditionMissing, HomeMissing, find_edition, find_home
from kit.render.prepare import claims_in, masthead_of
from kit.tables import directory_size, read_bytes
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kit.edition import Edition
    from kit.texts import Language


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
    mistakes: tuple[Problem, ...] = ()


def verify(paths: Iterable[Path], language: Language = "id", *, checksums: Path | None = None) -> Iterator[Verdict]:
    """Find out of each file whether it is as it was made and matches its data; what is wrong is part of the verdict.

    Args:
        paths: the files.
        language: of the verdicts.
        checksums: a copy of ``CHECKSUMS`` to compare with instead of the edition's own.

    Raises:
        file_missing, ChecksumsUnreadable: there is no such copy, or a line of it is something else.
    """
    t, opened = Texts(language), cache(kit.open)
    given = _Known(read_checksums(checksums), own=True) if checksums else None
    for path in paths:
        if not path.is_file():
            yield Verdict(path, mistakes=(Problem("file_missing", file=path.name, folder=path.absolute().parent.name),))
            continue
        try:
            content = read_bytes(path)
        except Problem as mistake:
            yield Verdict(path, mistakes=(mistake,))
            continue
        claims = claims_of(content)
        if not claims.keys() >= _NEEDED:
            code = "is_archive" if _is_archive(content) else "not_made_by_kit"
            yield Verdict(path, mistakes=(Problem(code, file=path.name),))
            continue
        known = given or _checksums(path, claims["edition"])
        findings = [*_content(path, content, t, known), _data(path, t, claims, opened)]
        said = tuple(finding for finding in findings if isinstance(finding, str))
        yield Verdict(path, claims, said, tuple(finding for finding in findings if isinstance(finding, Problem)))


_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError)  # of a ZIP file
_METADATA = 1_000_000  # bytes; more would not be ours
_NEEDED = {"edition", "fingerprint", "made_at", "state", "circulation", "version"}


def claims_of(content: bytes) -> dict[str, str]:
    """Return what a document says of itself in its metadata, without ``kit:``; nothing, if the kit did not make it."""
    if content.startswith(b"%PDF-"):  # the first metadata are the original's, whatever was added
        keywords = content.partition(b"<pdf:Keywords>")[2][:_METADATA].partition(b"</pdf:Keywords>")[0]
        return _unescaped(re.findall(r"kit:(\w+)=(.*?)(?=, kit:|$)", _text(keywords), re.DOTALL))
    if content.startswith(b"PK"):
        return _custom_properties(content)
    if content.startswith(b"{"):
        return {name.removeprefix("kit:"): text for name, text in _notebook(content).items()}
    head = _text(content[:_METADATA].partition(b"</head>")[0])
    return _unescaped(re.findall(r'<meta name="kit:(\w+)" content="([^"]*)">', head))


def _unescaped(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in pairs}


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _notebook(content: bytes) -> dict[str, str]:
    import nbformat  # noqa: PLC0415

    from kit.render.notebook import blocks_of  # noqa: PLC0415

    try:
        return claims_in(masthead_of(blocks_of(nbformat.reads(_text(content), as_version=4))))
    except (Problem, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _custom_properties(content: bytes) -> dict[str, str]:
    try:
        if directory_size(BytesIO(content)) > _METADATA:
            return {}
        with zipfile.ZipFile(BytesIO(content)) as archive, archive.open("docProps/custom.xml") as file:
            text = file.read(_METADATA)
        if b"<!DOCTYPE" in text:  # none of ours has entities
            return {}
        properties = [*ET.fromstring(text)]  # noqa: S314  (without entities, and small)
    except (*_DAMAGE, KeyError, ET.ParseError):
        return {}
    named = {each.get("name", ""): each[0].text or "" for each in properties if len(each)}
    return {name.removeprefix("kit:"): text for name, text in named.items() if name.startswith("kit:")}


def _is_archive(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {"manifest.json", "data/rules.yaml"} <= {*archive.namelist()}
    except _DAMAGE:
        return False


class _Known(NamedTuple):
    """A list of checksums; ``own`` where it is the edition's or was named by whoever asks."""

    names: Mapping[str, str]
    own: bool


def _content(path: Path, content: bytes, t: Texts, known: _Known | Problem) -> Iterator[str | Problem]:
    """Say whether the file is as it was made, and what was added to a PDF."""
    if isinstance(known, Problem):
        yield known
        return
    if name := known.names.get(sha256(content)):
        yield t("batch.as_made") if name == path.name else t("batch.as_made_named", name=name)
    elif (end := original_of(content, known.names)) is not None:
        what = added(content, end)
        if not what.signed and what.pages:
            yield Problem("pages_changed", file=path.name, bytes=end, pages=[*map(str, what.pages)])
        elif not what.signed:
            yield Problem("content_added_to", file=path.name, bytes=end)
        else:
            yield t("batch.signed", bytes=end)
            if what.pages:
                yield t("batch.signed_shown", pages=[*map(str, what.pages)])
    else:
        yield Problem("content_altered" if path.name in known.names.values() else "content_unrecorded", file=path.name)
        return
    if not known.own:
        yield t("batch.checksums_beside", file=CHECKSUMS)


def _checksums(path: Path, edition: str) -> _Known | Problem:
    """Return the edition's own list; one that lies beside the file where the edition has none here."""
    try:
        with suppress(EditionMissing, HomeMissing):
            find_edition(edition)  # also refuses a name that would lead elsewhere
            own = find_home() / "reports" / edition / CHECKSUMS
            if own.is_file():
                return _Known(read_checksums(own), own=True)
        beside = path.absolute().parent / CHECKSUMS
        return _Known(read_checksums(beside) if beside.is_file() else {}, own=False)
    except ChecksumsUnreadable as mistake:
        return mistake


def _data(path: Path, t: Texts, claims: Mapping[str, str], opened: Callable[[str], Edition]) -> str | Problem:
    """Whether the edition's data are, or once were, those that the file was made from."""
    name = claims["edition"]
    try:
        edition = opened(name)
        if edition.fingerprint == claims["fingerprint"]:
            return t("batch.data_same", edition=name)
        since = events_since(edition, claims["fingerprint"])
    except Problem as mistake:
        return mistake
    if since is None:
        return Problem("data_differ", file=path.name, edition=name)
    return t("batch.data_went_on", edition=name, n=since)


def events_since(edition: Edition, fingerprint: str) -> int | None:
    """How many events were recorded since an edition's data had a fingerprint; None if they never had it.

    The ledger tells what its earlier states were, and each lock what rules and registers were.
    """
    locks = [json.loads(text) for text in edition.history.events(["rules_locked", "rules_accepted"])["text"]]
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
