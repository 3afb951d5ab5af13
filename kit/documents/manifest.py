"""Which file was made from what, what became of it since, and whether it matches the data that it claims.

Beside the documents, ``.made`` holds a record of each, so that several processes may fill one folder without meeting,
and ``CHECKSUMS`` what ``sha256sum --check`` reads. A file is compared with ``CHECKSUMS`` in the edition's folder of
reports, and with the edition's data. A list that came with the file counts only where the edition has none here, and
the verdict says so. Whoever can change both the file and ``CHECKSUMS`` can deceive: keep a copy of ``CHECKSUMS``
elsewhere, and compare with that.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple
from xml.etree import ElementTree as ET

from kit.documents.signed import added
from kit.edition import Edition, fingerprint_of
from kit.errors import Problem
from kit.files import write
from kit.folder import EditionMissing, HomeMissing, find_edition, find_home
from kit.render.prepare import claims_in, masthead_of
from kit.tables import DAMAGED_ZIP, directory_size, read_bytes
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kit.texts import Language

CHECKSUMS = "CHECKSUMS"
INDEX = "index.html"
_RECORDS = ".made"
_CHECKSUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_STATES = 1_000  # of a PDF, at most, in which it may be the original; each signature adds one


# Of a file: as it was made; a PDF that was added to, for instance signed; changed otherwise; or not there.
State = Literal["as_made", "added_to", "altered", "missing"]


class ChecksumsUnreadable(Problem, ValueError):
    """A line of ``CHECKSUMS`` is not a SHA-256 and a file's name."""


@dataclass(frozen=True)
class Entry:
    """A document that was made.

    Args:
        name: the name of its files without their extension.
        kind: its kind.
        part: which of the kind.
        inputs: digest of what it followed from (:meth:`kit.documents.batch.Job.inputs`).
        about: what it says of itself.
        files: SHA-256 of each file by name.
    """

    name: str
    kind: str
    part: str
    inputs: str
    about: Mapping[str, str]
    files: Mapping[str, str]

    def file(self, suffix: str) -> str | None:
        """The name of its file in a format."""
        return next((name for name in self.files if name.endswith(f".{suffix}")), None)


def read_records(folder: Path) -> dict[str, Entry]:
    """Return the documents that were made into a folder, by name; a record that cannot be read counts as none."""
    found = {}
    for path in sorted((folder / _RECORDS).glob("*.json")):
        try:
            entry = Entry(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(entry.files, dict) and isinstance(entry.about, dict):
            found[entry.name] = entry
    return found


def complete(folder: Path) -> list[Entry]:
    """Return the documents in a folder of which no file is gone."""
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return [entry for entry in read_records(folder).values() if there.issuperset(entry.files)]


def states(folder: Path, entry: Entry) -> dict[str, State]:
    """Return what became of each file of a document since it was made."""
    return {name: _state(folder / name, digest) for name, digest in entry.files.items()}


def _state(path: Path, digest: str) -> State:
    if not path.is_file():
        return "missing"
    content = path.read_bytes()
    if sha256(content) == digest:
        return "as_made"
    return "altered" if original_of(content, {digest}) is None else "added_to"


def put(folder: Path, entry: Entry, files: Mapping[str, bytes]) -> None:
    """Write a document's files, each whole or not at all, and then its record.

    Raises:
        file_open_elsewhere: another program holds a file open.
    """
    for name in files:
        _refuse_if_open(folder / name)
    forget(folder, entry.name)  # half replaced files have no record, and are made again
    for name, content in files.items():
        write(folder / name, content)
    text = json.dumps(asdict(entry), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write(folder / _RECORDS / f"{entry.name}.json", text)


def forget(folder: Path, name: str) -> None:
    """Remove a document's record; its files stay."""
    (folder / _RECORDS / f"{name}.json").unlink(missing_ok=True)


def write_checksums(folder: Path) -> None:
    """Write ``CHECKSUMS`` for all documents in a folder, and for the page that leads to them."""
    digests = {name: digest for entry in complete(folder) for name, digest in entry.files.items()}
    if (index := folder / INDEX).is_file():
        digests[INDEX] = sha256(index.read_bytes())
    write(folder / CHECKSUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())))


def read_checksums(path: Path) -> dict[str, str]:
    """Return the name of each file by its SHA-256, as ``sha256sum`` writes them.

    Raises:
        file_missing: there is no such file.
        ChecksumsUnreadable: a line of it is something else.
    """
    if not path.is_file():
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name)
    found = {}
    for row, line in enumerate(path.read_bytes().splitlines(), 1):
        match = _CHECKSUM.fullmatch(line.decode("utf-8", errors="replace"))
        if line.strip() and (not match or "\ufffd" in match[2]):
            raise ChecksumsUnreadable(file=path.name, row=row)
        if match:
            found[match[1]] = match[2]
    return found


def _refuse_if_open(path: Path) -> None:
    """Find out before the first of several files is replaced; only Windows holds open files back."""
    try:
        if path.exists():
            path.open("r+b").close()
    except PermissionError:
        raise Problem("file_open_elsewhere", file=path.name) from None


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def original_of(content: bytes, digests: Iterable[str]) -> int | None:
    """Return where in a PDF that was added to since, for instance signed, the original ends; None if it is not in it.

    Whoever signs a PDF appends to it: the bytes before are those that were made, up to the end of their last line.
    """
    known, digest, done = set(digests), hashlib.sha256(), 0
    for end in _ends(content):
        digest.update(content[done:end])  # each byte once, however many ends there are
        done = end
        if end < len(content) and digest.hexdigest() in known:
            return end
    return None


def _ends(content: bytes) -> Iterator[int]:
    """Yield where a PDF ends in each of its states, with the line ends that may belong to it."""
    if not content.startswith(b"%PDF-"):
        return
    for found in islice(re.finditer(rb"%%EOF", content), _STATES):
        yield from (found.end(), found.end() + 1, found.end() + 2)


# Verification


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
    t, opened = Texts(language), cache(Edition.open)
    given = _Known(read_checksums(checksums), own=True) if checksums else None
    for path in paths:
        try:
            yield _verdict(path, t, given, opened)
        except Problem as mistake:
            yield Verdict(path, mistakes=(mistake,))


def _verdict(path: Path, t: Texts, given: _Known | None, opened: Callable[[str], Edition]) -> Verdict:
    if not path.is_file():
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name)
    content = read_bytes(path)
    claims = claims_of(content)
    if not claims.keys() >= _NEEDED:
        raise Problem("is_archive" if _is_archive(content) else "not_made_by_kit", file=path.name)
    known = given or _checksums(path, claims["edition"])
    findings = [*_content(path, content, t, known), _data(path, t, claims, opened)]
    said = tuple(finding for finding in findings if isinstance(finding, str))
    return Verdict(path, claims, said, tuple(finding for finding in findings if isinstance(finding, Problem)))


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
    except (*DAMAGED_ZIP, KeyError, ET.ParseError):
        return {}
    named = {each.get("name", ""): each[0].text or "" for each in properties if len(each)}
    return {name.removeprefix("kit:"): text for name, text in named.items() if name.startswith("kit:")}


def _is_archive(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {"manifest.json", "data/rules.yaml"} <= {*archive.namelist()}
    except DAMAGED_ZIP:
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
