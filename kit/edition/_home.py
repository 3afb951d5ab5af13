"""Where editions lie."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.ledger import built
from kit.rulesfile import NotUtf8

if TYPE_CHECKING:
    from kit.ledger import Ledger


class HomeMissing(KitError, FileNotFoundError):
    """No folder with editions was found."""


class EditionNameDiffers(KitError, ValueError):
    """The rules name another edition than the folder that they lie in."""


class JournalDiffers(KitError, ValueError):
    """The committed journal and the ledger built from it tell different stories."""


class EditionMissing(KitError, FileNotFoundError):
    """There is no edition of this name."""


def find_home() -> Path:
    """Return the folder that holds ``data/`` and ``notebooks/``.

    It is ``KIT_HOME`` where that is set, else the nearest such folder around the working directory, else the one that
    the kit was installed from.

    Raises:
        HomeMissing: there is none, or ``KIT_HOME`` holds no ``data/``.
    """
    if named := os.environ.get("KIT_HOME"):
        home = Path(named).absolute()
        if not (home / "data").is_dir():
            raise HomeMissing(folder=str(home))
        return home
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "data").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise HomeMissing(folder=str(here))


def find_edition(name: str) -> Path:
    """Return an edition's folder.

    Raises:
        EditionMissing: there is no folder of exactly this name; the message names the editions that there are.
    """
    folders = {path.name: path for path in (find_home() / "data").iterdir() if path.is_dir()}
    if name not in folders:
        known = sorted(name for name, path in folders.items() if (path / "rules.yaml").is_file())
        raise EditionMissing(edition=name, known=", ".join(known) or "–")
    return folders[name]


LEDGER = "ledger.sqlite"
POINTER = "ledger.url"


def ledger_place(folder: Path) -> Path | str:
    """Return where an edition's ledger lies: beside its rules, or on the server that ``ledger.url`` names."""
    pointer = folder / POINTER
    if not pointer.exists():
        return folder / LEDGER
    try:
        place = pointer.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise NotUtf8(file=POINTER) from None
    if not place.isprintable():
        raise NotUtf8(file=POINTER)
    return place


def server_place(url: str, edition: str) -> str:
    """Return the URL with a schema of the edition's own, unless it asks for one itself."""
    if "search_path" in url:
        return url
    schema = "kit_" + re.sub(r"\W", "_", edition.lower())
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"


def moved(ledger: Ledger, folder: Path, edition: str, where: str) -> Ledger:
    """Move an edition's ledger to a server's URL or to a ``file``, and return it there; the old file gets a dated name.

    Raises:
        LedgerExists: there is a ledger already.
        StoreUnknown, ServerUnreachable: the URL leads nowhere.
    """
    old, pointer = ledger_place(folder), folder / POINTER
    new = folder / LEDGER if where == "file" else server_place(where, edition)
    there = ledger.move(new)
    ledger.close()
    if isinstance(new, Path):
        pointer.unlink()
    else:
        with built(pointer, replace=True) as text:
            text.write_text(new + "\n", encoding="utf-8")
            text.chmod(0o600)  # it may hold a password
    if isinstance(old, Path):
        dated = f"ledger-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite"
        for path in old.parent.glob(f"{old.name}*"):  # with its log, where another program still holds it
            with suppress(PermissionError):  # Windows keeps the name while it is open; sealed it is all the same
                path.rename(path.with_name(path.name.replace(old.name, dated)))
    return there
