"""Where editions lie."""

from __future__ import annotations

import os
import re
from pathlib import Path

from kit.errors import KitError


class HomeMissing(KitError, FileNotFoundError):
    """No folder with editions was found."""


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
    return pointer.read_text(encoding="utf-8").strip() if pointer.exists() else folder / LEDGER


def server_place(url: str, edition: str) -> str:
    """Return the URL with a schema of the edition's own, unless it asks for one itself."""
    if "search_path" in url:
        return url
    schema = "kit_" + re.sub(r"\W", "_", edition.lower())
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
