"""Files written whole; files and folders in the making, and what killed processes left of them.

A process holds a lock on what it makes as long as it lives. What nobody holds any more is removed by the next that
makes a folder in the same place, and before documents are made.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be removed by others
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".new-"
_LOCK = ".lock"


class FolderNotWritable(Problem, PermissionError):
    """A folder does not exist or cannot be written to."""


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Give a new folder in another one, which is gone when the block ends; only its owner can look into it.

    Raises:
        OSError: there is no such other folder, or it cannot be written to.
    """
    remove_leftovers(parent)
    lock = None
    while lock is None:  # again, if another took the new folder for a leftover
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = _locked(folder / _LOCK)
    try:
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)  # another may be removing it already


@contextmanager
def temporary_file(parent: Path) -> Iterator[Path]:
    """Give a new empty file in a folder, which is gone when the block ends unless it has taken another name."""
    lock = None
    while lock is None:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=parent)
        os.close(handle)
        lock = _locked(Path(name)) if fcntl else os.open(os.devnull, os.O_RDONLY)  # Windows renames no open file
    try:
        yield Path(name)
    finally:
        os.close(lock)
        Path(name).unlink(missing_ok=True)


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; its folder is made where there is none.

    Raises:
        file_open_elsewhere: another program (Excel, Acrobat) holds the file open.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_file(path.parent) as new:
        new.write_bytes(data)
        new.chmod(0o644)
        try:
            new.replace(path)
        except PermissionError:
            raise Problem("file_open_elsewhere", file=path.name) from None


def remove_leftovers(parent: Path) -> None:
    """Remove what killed processes were making in a folder."""
    for path in parent.glob(f"{_PREFIX}*"):
        lock = path / _LOCK if path.is_dir() else path
        with suppress(OSError):  # it is in use, or another was quicker
            if path.is_dir() and not lock.exists():
                path.rmdir()  # killed before its lock was there; or just made, and then made again
            elif fcntl:
                _remove_unless_held(path, lock)
            elif path.is_dir():
                lock.unlink()
                shutil.rmtree(path)


def _remove_unless_held(path: Path, lock: Path) -> None:
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    finally:
        os.close(handle)


def _locked(path: Path) -> int | None:
    """Open and lock a file; None if another removed it meanwhile."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except FileNotFoundError:
        return None
    with suppress(OSError):  # a file system without locks: nobody can tell a leftover there
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX)
    if not path.exists() or not os.path.samestat(os.fstat(handle), path.stat()):
        os.close(handle)
        return None
    return handle


# Whole or not at all


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """Give a new folder beside its place, where it goes whole when the block ends well, or not at all."""
    with temporary_folder(target.parent) as temporary:
        folder = temporary / target.name
        folder.mkdir()
        yield folder
        folder.rename(target)


@contextmanager
def built(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a place to build a file, which takes its name, durably, only when the block ends well.

    Args:
        path: the name.
        replace: whether it may take the name from another file.

    Raises:
        FolderNotWritable: there is no such folder, or it cannot be written to.
        FileExistsError: the name is taken.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder(path.parent))
        except OSError as error:
            raise FolderNotWritable(folder=str(path.parent)) from error
        yield folder / path.name
        with (folder / path.name).open("rb+") as file:
            os.fsync(file.fileno())
        if replace:
            (folder / path.name).replace(path)
        else:
            _put(folder / path.name, path)
        if os.name == "posix":  # elsewhere a folder cannot be synced, and need not be
            around = os.open(path.parent, os.O_RDONLY)
            os.fsync(around)
            os.close(around)


def _put(new: Path, path: Path) -> None:
    try:
        os.link(new, path)  # unlike renaming, this fails everywhere when another program was first
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as exFAT
        if path.exists():
            raise FileExistsError(path) from None
        new.rename(path)


_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP file can write


def rezipped(content: bytes) -> bytes:
    """Return a ZIP file, such as an office document, in which no time of writing stands."""
    with ZipFile(BytesIO(content)) as made:
        return zipped({name: made.read(name) for name in made.namelist()})


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file of members by name; the same members give the same bytes."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as file:
        for name in sorted(members):  # of an office document, what the parts are comes first, the text last
            about = ZipInfo(name, _EPOCH)
            about.compress_type, about.external_attr = ZIP_DEFLATED, 0o600 << 16
            file.writestr(about, members[name])
    return written.getvalue()
