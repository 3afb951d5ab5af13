"""Where a ledger's file may lie: on a local disk, in a folder that can be written to, better not in a synced one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import Problem
from kit.files import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = re.compile(
    r"(9p|afp|afs|ceph|cifs|davfs|gluster|lustre|ncp|nfs|smb|vboxsf|webdav"
    r"|fuse\.(ceph|davfs|gluster|gvfsd|rclone|s3fs|sshfs)).*"
)
# The folders that synchronising programs make; OneDrive adds the organisation's name.
_SYNCED = re.compile(
    r"(onedrive|dropbox|google ?drive|my drive|icloud(drive)?|mobile documents|com~apple~clouddocs|nextcloud)\b.*",
    re.IGNORECASE,
)


class SyncedFolder(Problem, UserWarning):
    """A ledger's file lies in a folder that a program copies elsewhere while it is written to: only a warning."""


class FolderNotWritable(Problem, PermissionError):
    """A folder does not exist or cannot be written to."""


class LedgerExists(Problem, FileExistsError):
    """There is a ledger at this place already."""


def local(path: Path) -> Path:
    """Return the path in full, if a ledger may lie there.

    Warns:
        SyncedFolder: a program copies the folder elsewhere.

    Raises:
        network_drive: the folder is on a network drive.
    """
    full = path.resolve()
    if _on_network(full):
        raise Problem("network_drive", file=full.name, folder=str(full.parent))
    for part in full.parent.parts:
        if _SYNCED.fullmatch(part):
            warnings.warn(SyncedFolder(folder=str(full.parent), service=part), stacklevel=4)
            break
    return full


def _on_network(full: Path) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  (windll is nowhere else)

        return full.drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{full.drive}\\") == 4
    if sys.platform == "darwin":
        listed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False).stdout
        mounts = re.findall(r"^.* on (.+) \(([^,)]+)", listed, flags=re.MULTILINE)
    else:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines() if _MOUNTS.exists() else []
        mounts = [(_unescaped(line.split(" ")[1]), line.split(" ")[2]) for line in lines]
    return _NETWORK.fullmatch(_file_system(full, mounts)) is not None


def _file_system(full: Path, mounts: Sequence[tuple[str, str]]) -> str:
    """The type of what the file lies on; of what is mounted above it, the last hides the others."""
    return next((kind for point, kind in reversed(mounts) if full.is_relative_to(point)), "")


def _unescaped(point: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), point)


@contextmanager
def built(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a place to build a file, which takes its name, durably, only when the block ends well.

    Args:
        path: the name.
        replace: whether it may take the name from another file.

    Raises:
        FolderNotWritable: there is no such folder, or it cannot be written to.
        LedgerExists: the name is taken.
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
        raise LedgerExists(file=path.name) from None
    except OSError:  # a file system without links, such as exFAT
        if path.exists():
            raise LedgerExists(file=path.name) from None
        new.rename(path)
