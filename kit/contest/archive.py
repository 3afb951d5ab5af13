"""An edition in one file: for the archive when it is over, as a backup while judges work, and back again.

The file is a ZIP without compression, so that the same edition gives the same bytes everywhere and any program can
open it: rules, registers, the ledger as ``journal.csv``, what entrants handed in, the documents that were made, and a
manifest with the SHA-256 of each. The ledger's journal is read in one transaction, so it is one moment of the contest
however many judges are writing. Links and PINs of judges, and the address of a server, stay outside.

Names of persons leave an edition once they have been kept as long as its rules say (:func:`erase_personal`). Personal
are the names and institutions of judges, what registers hold in columns that the kit does not read (forms bring
telephone numbers and addresses along), who initiated an innovation, the office's file with officials and members, what
a form's last export said, and the store of judges' links. The ledger holds ids only and stays as it is, so that its
result and its chains can be checked for ever. What people wrote freely, in comments and reasons, in proposals and in
documents made before, the kit cannot know: it says where to look.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

import kit
from kit.actions import action
from kit.contest import rounds
from kit.edition import Edition
from kit.errors import Collector, Mistakes, Problem
from kit.files import built, placed
from kit.folder import FORM_MEMORY, JOURNAL, LEDGER, find_home
from kit.ledger import COMMITTEE, Event
from kit.registers import COLUMNS, load_registers, reason_of, register_path
from kit.tables import DAMAGED_ZIP, directory_size
from kit.texts import WIB, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from kit.registers import Name

MANIFEST = "manifest.json"
README = "BACA-SAYA.txt"
FORMAT = 1
# What belongs to this machine, and not to an edition.
_OUTSIDE = re.compile(r"\.|~\$|ledger\.(sqlite|url|started|moving)|ledger-.*\.sqlite|access\.sqlite")
_UNSAFE = re.compile(r"[\\:\x00-\x1f\x7f\ud800-\udfff]")
_NOT_UTF8 = re.compile(r"[\ud800-\udfff]")
_CHUNK = 1 << 20
# Bytes; an edition has a few thousand files, each with about 150 bytes in either.
_DIRECTORY = _MANIFEST = 20_000_000


@dataclass(frozen=True)
class Kept:
    """An edition in one file.

    Args:
        path: the file.
        edition: the edition's name.
        fingerprint: that of its data (:attr:`Edition.fingerprint`).
        digest: the SHA-256 of the file. Written down elsewhere, it tells whether the file is still the same.
    """

    path: Path
    edition: str
    fingerprint: str
    digest: str


def archive(edition: Edition, out: Path | None = None) -> Kept:
    """Write everything that belongs to an edition into one file that is never overwritten.

    Args:
        edition: an edition of which no round is open, a checklist included.
        out: the file; ``archives/arsip-<edition>.zip`` where none is given.

    Raises:
        only_a_rehearsal: the edition is a rehearsal.
        archive_too_early: a round is open.
        rules_changed: rules or registers differ from what was locked.
        Mistakes: the ledger was tampered with.
        archive_exists: there is such a file.
        Mistakes: links lead elsewhere, or names could not be restored everywhere; all of them are named.
    """
    edition.require_contest()
    for round_, state in edition.history.round_states().items():
        if state == "open":
            raise Problem("archive_too_early", round=edition.say(round_), edition=edition.name)
    if tampered := edition.ledger.verify():
        raise Mistakes(tampered)
    edition.require_accepted()
    if out is None:
        folder = find_home() / "archives"
        folder.mkdir(exist_ok=True)
        out = folder / Texts(edition.rules.language)(
            "archive.file", edition=edition.name + "-SIMULASI" * edition.rules.simulated
        )
    return _kept(edition, out, "archive")


def backup(edition: Edition, out: Path) -> Kept:
    """Write an edition as it is at this moment into one file, also while judges work; :func:`restore` reads it.

    Raises:
        archive_exists: there is such a file.
        FolderNotWritable: its folder is not there.
        Mistakes: links lead elsewhere, or names could not be restored everywhere; all of them are named.
    """
    return _kept(edition, out, "backup")


def _kept(edition: Edition, out: Path, kind: Literal["archive", "backup"]) -> Kept:
    if out.exists():
        raise Problem("archive_exists", file=out.name)
    with tempfile.TemporaryDirectory() as workshop:
        stage = Path(workshop) / edition.name
        stage.mkdir()
        reports = find_home() / "reports" / edition.name
        with Collector() as found:
            data = {path: path.relative_to(edition.folder) for path in _files(edition.folder, found)}
            documents = [*_files(reports, found)]
        for path, place in data.items():
            if place.parent == Path():
                shutil.copyfile(path, stage / place)
        edition.ledger.to_journal(stage / JOURNAL)
        # Opened before it takes its name: what cannot be restored is no backup.
        with _opened(stage) as tried:
            about: dict[str, object] = {"edition": tried.name, "fingerprint": tried.fingerprint, "rounds": tried.states}
        sources: dict[str, Path | bytes] = {f"data/{place.as_posix()}": path for path, place in data.items()}
        sources |= {f"data/{path.name}": path for path in _files(stage)}
        sources |= {f"reports/{path.relative_to(reports).as_posix()}": path for path in documents}
        sources[README] = _readme(edition, about)
        about |= {"format": FORMAT, "kind": kind, "kit": kit.__version__, "simulated": edition.rules.simulated}
        try:
            with built(out) as new:
                _write(new, sources, about)
                digest = _digest(new)
                new.chmod(0o600)  # for whoever made it alone, since all marks are in it
        except FileExistsError:
            raise Problem("archive_exists", file=out.name) from None
    out.chmod(0o400)
    return Kept(out, edition.name, str(about["fingerprint"]), digest)


def _readme(edition: Edition, about: Mapping[str, object]) -> bytes:
    t = Texts(edition.rules.language)
    said = [t("document.simulated")] if edition.rules.simulated else []
    return "\n\n".join([*said, t("archive.readme", **about), ""]).encode()


def _files(folder: Path, found: Collector | None = None) -> Iterator[Path]:
    """Give the files in a folder, by name, without what stays outside.

    Args:
        folder: it need not exist.
        found: takes what cannot be kept; what is not to be kept is not looked at without it.
    """
    top = folder.resolve()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        place = path.relative_to(folder)
        if any(_OUTSIDE.match(part) for part in place.parts):
            continue
        if found is not None and (mistake := _not_to_keep(path, place.as_posix(), top)):
            found.add(mistake)
        elif path.is_file():
            yield path


def _not_to_keep(path: Path, name: str, top: Path) -> Problem | None:
    """Find a link that leads out of a folder, or to a folder, and a name that could not be restored everywhere."""
    if path.is_symlink() and (path.is_dir() or not path.resolve().is_relative_to(top)):
        return Problem("link_leaves", member=_printable(name), target=_printable(str(path.resolve())))
    return _unsafe(name) if path.is_file() else None


def _printable(name: str) -> str:
    """Return a name with a sign in place of each byte that is not UTF-8."""
    return _NOT_UTF8.sub("\ufffd", name)


@contextmanager
def _opened(folder: Path) -> Iterator[Edition]:
    edition = Edition(folder)
    try:
        yield edition
    finally:
        edition.ledger.close()


def _write(path: Path, sources: Mapping[str, Path | bytes], about: Mapping[str, object]) -> None:
    """Write the members by name and then the manifest, with nothing of this machine or moment in them."""
    members: dict[str, dict[str, object]] = {}
    with zipfile.ZipFile(path, "w") as target:
        for name, source in sorted(sources.items()):
            members[name] = _add(target, name, source)
        text = json.dumps({**about, "members": members}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        _add(target, MANIFEST, text.encode())
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _add(target: zipfile.ZipFile, name: str, source: Path | bytes) -> dict[str, object]:
    info = zipfile.ZipInfo(name)  # of 1 January 1980, as long as nobody says otherwise
    info.create_system, info.external_attr = 3, 0o100444 << 16
    info.file_size = len(source) if isinstance(source, bytes) else source.stat().st_size
    digest = sha256()
    size = 0
    with target.open(info, "w") as member:
        for chunk in [source] if isinstance(source, bytes) else _chunks(source):
            digest.update(chunk)
            size += member.write(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


# Back again


def restore(path: Path) -> Kept:
    """Verify an archive or backup and make its edition's folder, whole or not at all.

    Raises:
        file_missing: there is no such file.
        archive_unreadable, archive_too_new: it is no archive that this kit can read.
        edition_exists: there is such an edition.
        documents_in_the_way: there are other documents of such an edition.
        Mistakes: members are altered, missing, unknown or unsafely named; all of them are named.
    """
    if not path.is_file():
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name)
    with _zip(path) as source:
        manifest = _manifest(source, path.name)
        with Collector() as found:
            _check_names(source, manifest.members, path.name, found)
        _restore(source, manifest, path.name)
    return Kept(path, manifest.edition, manifest.fingerprint, _digest(path))


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        with path.open("rb") as file:
            if directory_size(file) > _DIRECTORY:
                raise Problem("archive_unreadable", file=path.name)
        return zipfile.ZipFile(path)
    except PermissionError:
        raise
    except DAMAGED_ZIP as error:
        raise Problem("archive_unreadable", file=path.name) from error


def _contents(source: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Read a member in pieces; whatever keeps it from being read is damage."""
    try:
        with source.open(info) as member:
            while chunk := member.read(_CHUNK):
                yield chunk
    except DAMAGED_ZIP as error:
        raise zipfile.BadZipFile from error


class _Member(BaseModel, strict=True):
    bytes: int
    sha256: str


class _Manifest(BaseModel, strict=True):
    format: int
    kit: str = ""
    edition: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    fingerprint: str
    members: dict[str, _Member]


def _manifest(source: zipfile.ZipFile, file: str) -> _Manifest:
    try:
        info = source.getinfo(MANIFEST)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MANIFEST:
            raise Problem("archive_unreadable", file=file)
        manifest = _Manifest.model_validate_json(b"".join(_contents(source, info)))
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise Problem("archive_unreadable", file=file) from error
    if manifest.format > FORMAT:
        raise Problem("archive_too_new", file=file, version=manifest.kit)
    return manifest


def _check_names(source: zipfile.ZipFile, members: Iterable[str], file: str, found: Collector) -> None:
    """Note what is too much, missing, or named so that it would lead elsewhere."""
    names = Counter(source.namelist())
    wanted = {*members, MANIFEST}
    for name in sorted({*names, *members}):
        if name not in wanted or names[name] > 1:
            found.add(Problem("member_unknown", file=file, member=name))
        elif name not in names:
            found.add(Problem("member_missing", file=file, member=name))
        if mistake := _unsafe(name):
            found.add(mistake.at(file=file))


def _unsafe(name: str) -> Problem | None:
    """Find a name that would lead out of the edition's folder, here or on another system."""
    outside = any(not part or _OUTSIDE.match(part) for part in name.split("/"))  # "..", too
    return Problem("member_name_unsafe", member=_printable(name)) if outside or _UNSAFE.search(name) else None


def _restore(source: zipfile.ZipFile, manifest: _Manifest, file: str) -> None:
    home, name, members = find_home(), manifest.edition, manifest.members
    target, reports = home / "data" / name, home / "reports" / name
    if target.exists():
        raise Problem("edition_exists", edition=name)
    made = {
        member.removeprefix("reports/"): about for member, about in members.items() if member.startswith("reports/")
    }
    there = {path.relative_to(reports).as_posix(): path for path in _files(reports)}
    # Documents may be there from a restoring that was cut off just before its end, but only those.
    if there and {name: _digest(path) for name, path in there.items()} != {n: m.sha256 for n, m in made.items()}:
        raise Problem("documents_in_the_way", folder=f"reports/{name}")
    with ExitStack() as both, Collector() as found:
        places = {"data": both.enter_context(placed(target))}
        if made and not there:
            reports.parent.mkdir(exist_ok=True)
            places["reports"] = both.enter_context(placed(reports))
        for member, about in members.items():
            top, _, rest = member.partition("/")
            into = places[top] / rest if rest and top in places else None
            if not _extracted(source.getinfo(member), source, into, about):
                found.add(Problem("archive_altered", file=file, member=member))
        found.stop_if_any()
        (places["data"] / JOURNAL).chmod(0o600)  # all marks are in it
        with _opened(places["data"]) as edition:
            if (edition.name, edition.fingerprint) != (name, manifest.fingerprint):
                raise Problem("archive_altered", file=file, member=MANIFEST)
            if tampered := edition.ledger.verify():
                raise Mistakes(tampered)


def _extracted(info: zipfile.ZipInfo, source: zipfile.ZipFile, into: Path | None, about: _Member) -> bool:
    """Write a member to its place, if it has one, and tell whether it is what the manifest says."""
    # Members are never packed or locked: what is, is not ours, and could grow without end.
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.file_size != about.bytes:
        return False
    digest = sha256()
    try:
        with ExitStack() as files:
            if into is not None:
                into.parent.mkdir(parents=True, exist_ok=True)
            target = files.enter_context(into.open("wb")) if into else None
            for chunk in _contents(source, info):
                digest.update(chunk)
                if target:
                    target.write(chunk)
    except zipfile.BadZipFile:
        return False
    return digest.hexdigest() == about.sha256


# Names of persons are erased

OFFICE = "office.yaml"
ACCESS = "access.sqlite"
_REGISTERS: tuple[Name, ...] = ("units", "entries", "judges", "values")


@dataclass(frozen=True)
class Erasure:
    """What erasing would change, or has changed.

    Args:
        rewritten: registers that keep ids and what the contest was about.
        removed: files that go altogether.
        left: where free text may still name somebody.
    """

    rewritten: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


def erasable(edition: Edition, today: date | None = None) -> Erasure:
    """Return what would be erased today; nothing is changed.

    Raises:
        retention_not_set: the rules do not say how long names are kept.
        not_decreed: the years are counted from the decree, and there is none.
        retention_not_over: it is too early.
        nothing_to_erase: everything is erased, and the ledger says so.
    """
    years, decree = edition.rules.retention_years, edition.decisions.decree
    if years is None:
        raise Problem("retention_not_set", edition=edition.name)
    if decree is None:
        raise Problem("not_decreed", edition=edition.name)
    until = _years_later(decree.date, years)
    if (today or datetime.now(WIB).date()) < until:
        raise Problem("retention_not_over", edition=edition.name, date=until)
    rewritten = tuple(f"{name}.csv" for name in _REGISTERS if _differs(edition, name))
    removed = tuple(name for name in (OFFICE, ACCESS, FORM_MEMORY) if (edition.folder / name).exists())
    if not rewritten and not removed and _begun(edition) and not edition.unaccepted():
        raise Problem("nothing_to_erase", edition=edition.name)
    reports = find_home() / "reports" / edition.name
    events = edition.history.events()
    written = events.loc[~events["kind"].str.startswith("rules_"), "text"]  # comments, reasons, remarks
    values = edition.registers.values
    left = {
        LEDGER: (written != "").any(),
        "values.csv": (values[["source", "note"]] != "").any(axis=None),
        "documents/": (edition.folder / "documents").is_dir(),
        f"reports/{edition.name}/": reports.is_dir(),
        "archives/": (find_home() / "archives").is_dir(),
    }
    return Erasure(rewritten, removed, tuple(name for name, there in left.items() if there))


def erase_personal(edition: Edition, reason: str, today: date | None = None) -> Erasure:
    """Record that names are erased, erase what :func:`erasable` names, and accept the registers as they then are.

    Recorded first, what is cut off in the middle can be told from a change that nobody meant; the next call ends it.

    Raises:
        reason_needed: the reason is blank.
        rules_changed: something else in rules or registers differs from what was locked.
        retention_not_set, not_decreed, retention_not_over, nothing_to_erase: see :func:`erasable`.
    """
    reason = reason_of(reason)
    erasure = erasable(edition, today)
    if not _begun(edition):
        _begin(edition, reason)
    for name in _REGISTERS:
        if f"{name}.csv" in erasure.rewritten:
            _rewrite(edition, name)
    for file in erasure.removed:
        for path in edition.folder.glob(f"{file}*"):
            path.unlink()
    erased = Edition(edition.folder, edition.language)
    if erased.unaccepted():
        rounds.accept_changes(erased, reason)
    erased.ledger.close()
    return erasure


@action
def _begin(edition: Edition, reason: str) -> list[Event]:
    edition.require_accepted()
    return [] if _begun(edition) else [Event(kind="personal_erased", actor=COMMITTEE, text=reason)]


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # from 29 February
        return date(day.year + years, 3, 1)


def _begun(edition: Edition) -> bool:
    return not edition.history.events(["personal_erased"]).empty


def _without_names(edition: Edition, name: Name) -> pd.DataFrame:
    """A register in the kit's own columns, with ids in the place of names of persons."""
    filed = load_registers(edition.folder, edition.rules)
    table: pd.DataFrame = getattr(filed, name)[list(COLUMNS[name])]
    if name == "judges":
        return table.assign(name=table["judge_id"], institution="")
    return table.assign(initiator="") if name == "entries" else table


def _canonical(edition: Edition, name: Name) -> bytes:
    return _without_names(edition, name).to_csv(index=False, lineterminator="\n").encode()


def _differs(edition: Edition, name: Name) -> bool:
    path = register_path(edition.folder, name, needed=name != "values")
    return path is not None and (path.suffix != ".csv" or path.read_bytes() != _canonical(edition, name))


def _rewrite(edition: Edition, name: Name) -> None:
    path = edition.folder / f"{name}.csv"
    content = _canonical(edition, name)
    with built(path, replace=True) as new:
        new.write_bytes(content)
    path.with_suffix(".xlsx").unlink(missing_ok=True)
