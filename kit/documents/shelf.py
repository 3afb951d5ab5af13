"""The folder in which an edition's documents stand: what was made from what, and what became of it since.

Beside the documents, ``.made`` holds a record of each, so that several processes may fill one folder without meeting,
and ``CHECKSUMS`` what ``sha256sum --check`` reads.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from kit.errors import Problem
from kit.files import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

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
        name: what it goes by, the name of its files without their extension.
        kind: its kind.
        part: which of the kind.
        inputs: digest of what it followed from (:meth:`kit.documents.work.Job.inputs`).
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


class Shelf:
    """A folder of documents.

    Args:
        folder: it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> dict[str, Entry]:
        """What stands here, by name; a record that cannot be read counts as none."""
        found = {}
        for path in sorted((self.folder / _RECORDS).glob("*.json")):
            try:
                entry = Entry(**json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError, RecursionError):
                continue
            if isinstance(entry.files, dict) and isinstance(entry.about, dict):
                found[entry.name] = entry
        return found

    def complete(self) -> list[Entry]:
        """The documents of which no file is gone."""
        there = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        return [entry for entry in self.entries().values() if there.issuperset(entry.files)]

    def states(self, entry: Entry) -> dict[str, State]:
        """What became of each file of a document since it was made."""
        return {name: self._state(self.folder / name, digest) for name, digest in entry.files.items()}

    def _state(self, path: Path, digest: str) -> State:
        if not path.is_file():
            return "missing"
        content = path.read_bytes()
        if sha256(content) == digest:
            return "as_made"
        return "altered" if original_of(content, {digest}) is None else "added_to"

    def put(self, entry: Entry, files: Mapping[str, bytes]) -> None:
        """Write a document's files, each whole or not at all, and then its record.

        Raises:
            file_open_elsewhere: another program holds a file open.
        """
        for name in files:
            _refuse_if_open(self.folder / name)
        self.forget(entry.name)  # half replaced files have no record, and are made again
        for name, content in files.items():
            write(self.folder / name, content)
        write(self._record(entry.name), json.dumps(asdict(entry), ensure_ascii=False, indent=1, sort_keys=True) + "\n")

    def forget(self, name: str) -> None:
        """Leave a document's files where they are, as nobody's."""
        self._record(name).unlink(missing_ok=True)

    def write_checksums(self) -> None:
        """Write ``CHECKSUMS`` for all documents that stand here, and for the page that leads to them."""
        digests = {name: digest for entry in self.complete() for name, digest in entry.files.items()}
        if (index := self.folder / INDEX).is_file():
            digests[INDEX] = sha256(index.read_bytes())
        lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
        write(self.folder / CHECKSUMS, "".join(lines))

    def _record(self, name: str) -> Path:
        return self.folder / _RECORDS / f"{name}.json"


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
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def original_of(content: bytes, digests: Iterable[str]) -> int | None:
    """Where in a PDF that was added to since, for instance signed, the original ends; None if it is not in it.

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
    """Where a PDF ends in one of its states, each with the line ends that may belong to it."""
    if not content.startswith(b"%PDF-"):
        return
    for found in islice(re.finditer(rb"%%EOF", content), _STATES):
        yield from (found.end(), found.end() + 1, found.end() + 2)
