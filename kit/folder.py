"""Where editions lie, and where the ledger of each."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from kit.errors import Problem
from kit.files import built, write
from kit.ledger import Ledger, LedgerExists, LedgerMissing, NoLedger


class HomeMissing(Problem, FileNotFoundError):
    """No folder with editions was found."""


class EditionMissing(Problem, FileNotFoundError):
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
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
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
        raise EditionMissing(edition=name, known=", ".join(edition_names()) or "–")
    return folders[name]


def edition_names() -> list[str]:
    """Return the names of the editions under ``data/``, oldest first where they are years."""
    return sorted(path.parent.name for path in (find_home() / "data").glob("*/rules.yaml"))


def current_edition() -> str:
    """Return the edition that is meant where none is named.

    It is what ``data/current.txt`` names (:func:`choose_edition` writes it), else the newest year or the last name; a
    copy for a rehearsal or for practice is meant only where it is named.

    Raises:
        EditionMissing: there is no edition at all.
    """
    chosen = find_home() / "data" / CURRENT
    if chosen.is_file() and (name := chosen.read_text(encoding="utf-8").strip()):
        return name
    names = [name for name in edition_names() if not name.endswith(COPIES)]
    if not names:
        raise EditionMissing(edition="", known="–")
    years = [name for name in names if name.isdecimal()]
    return max(years, key=int) if years else names[-1]


def choose_edition(name: str) -> None:
    """Make an edition the one that is meant where none is named.

    Raises:
        EditionMissing: there is no such edition.
    """
    find_edition(name)
    write(find_home() / "data" / CURRENT, f"{name}\n")


COPIES = ("-simulasi", "-latihan")  # how the names of copies end: for a rehearsal, for judges to practise
CURRENT = "current.txt"  # under `data/`: the name of the edition that notebooks open
LEDGER = "ledger.sqlite"
POINTER = "ledger.url"
JOURNAL = "journal.csv"
STARTED = "ledger.started"  # there when something was recorded: a ledger that is gone since then is not made anew
FORM_MEMORY = "entries-form.json"  # how the last export of a form was read, and what it said of each entry
MOVING = "ledger.moving"  # where the ledger is going, while it moves


def ledger_place(folder: Path) -> Path | str:
    """Return where an edition's ledger lies: beside its rules, or on the server that ``ledger.url`` names.

    Raises:
        pointer_unreadable: the file holds no address.
    """
    pointer = folder / POINTER
    if not pointer.exists():
        return folder / LEDGER
    try:
        url = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        url = ""
    if "://" not in url or not url.isprintable():
        raise Problem("pointer_unreadable", file=POINTER)
    return url


def open_ledger(folder: Path) -> Ledger:
    """Open an edition's ledger; it is made, from the journal where there is one, only if none was ever written to.

    Raises:
        ledger_lost: something was recorded in a ledger that is not there any more.
        journal_differs: the ledger does not begin with what the journal says.
        pointer_unreadable: ``ledger.url`` holds no address.
    """
    place, journal = ledger_place(folder), folder / JOURNAL
    started = (folder / STARTED).exists()
    if not started and journal.exists() and isinstance(place, Path) and not place.exists():
        with suppress(LedgerExists):  # another process built it just now
            return Ledger.from_journal(journal, place)
    try:
        ledger = Ledger.open(place, create=not started and not journal.exists())
    except (LedgerMissing, NoLedger) as error:
        if started and (isinstance(error, LedgerMissing) or isinstance(place, str)):
            raise Problem("ledger_lost", file=LEDGER if isinstance(place, Path) else POINTER, marker=STARTED) from error
        raise
    try:
        if (folder / MOVING).exists() and ledger.has_moved:  # a move was interrupted
            ledger.close()
            _arrive(folder)
            return open_ledger(folder)
        if started and ledger.is_empty:
            raise Problem("ledger_lost", file=LEDGER if isinstance(place, Path) else POINTER, marker=STARTED)  # noqa: TRY301
        if journal.exists() and not ledger.continues(journal):
            raise Problem("journal_differs", file=JOURNAL, ledger=place.name if isinstance(place, Path) else POINTER)  # noqa: TRY301
    except Problem:
        ledger.close()
        raise
    return ledger


def note_ledger(folder: Path) -> None:
    """Note beside the rules that something is recorded in the ledger."""
    with suppress(OSError):
        (folder / STARTED).touch()


def server_place(url: str, edition: str) -> str:
    """Return the URL with a schema of the edition's own, unless it asks for one itself."""
    if "search_path" in url:
        return url
    schema = "kit_" + re.sub(r"\W", "_", edition.lower())
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"


def moved(ledger: Ledger, folder: Path, edition: str, where: str) -> Ledger:
    """Move an edition's ledger to a server's URL or to a ``file``, and return it there; the old file gets a dated name.

    Stopped at any moment, the ledger is whole in one of the two places, and the next who opens the edition finds it.

    Raises:
        LedgerExists: there is a ledger already.
        store_unknown, ServerUnreachable: the URL leads nowhere.
    """
    new = folder / LEDGER if where == "file" else server_place(where, edition)
    with built(folder / MOVING, replace=True) as text:
        text.touch(mode=0o600)  # it may hold a password
        text.write_text(f"{LEDGER if isinstance(new, Path) else new}\n", encoding="utf-8")
    try:
        there = ledger.move(new)
    except Problem:
        (folder / MOVING).unlink(missing_ok=True)
        raise
    ledger.close()
    _arrive(folder)
    return there


def _arrive(folder: Path) -> None:
    """Let the edition look for its ledger where it went, once the old one is sealed."""
    old, moving, pointer = ledger_place(folder), folder / MOVING, folder / POINTER
    with suppress(FileNotFoundError):  # another process did so just now
        if moving.read_text(encoding="utf-8").strip() == LEDGER:
            pointer.unlink()
            moving.unlink()
        else:
            moving.replace(pointer)
    if isinstance(old, Path):
        dated = f"ledger-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite"
        for path in old.parent.glob(f"{old.name}*"):  # with its log, where another program still holds it
            with suppress(PermissionError):  # Windows keeps the name while it is open; sealed it is all the same
                path.rename(path.with_name(path.name.replace(old.name, dated)))
