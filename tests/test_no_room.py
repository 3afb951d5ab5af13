"""A full disk: each command says so in one sentence, and nothing is half-written."""

from __future__ import annotations

import errno
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from contests import contest, single
from homes import play, stage

from kit.cli import main

ENTRIES = {"E1": "G1/a", "E2": "G1/b", "E3": "G2/a"}


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    edition = stage(home, contest(single()), ENTRIES)
    play(edition, "r1", dict.fromkeys(ENTRIES, "80 70 60")).ledger.close()
    monkeypatch.chdir(home)
    return home


def everything(home: Path) -> dict[str, bytes]:
    """All files but those that SQLite keeps beside an open ledger, and an empty store of links."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm")) and path.stat().st_size
    }


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_store(*where: Any, connect: Any = sqlite3.connect, **how: Any) -> sqlite3.Connection:
    """A store on a disk that has no room for another page."""
    store: sqlite3.Connection = connect(*where, **how)
    store.execute("PRAGMA max_page_count = 1")
    return store


@pytest.mark.parametrize(
    ("command", "place", "writes", "instead"),
    [
        ("archive backup 2025 --out cadangan.zip", zipfile.ZipFile, "open", full),
        ("archive make 2025", zipfile.ZipFile, "open", full),
        ("edition log 2025 --out catatan.csv", Path, "write_bytes", full),
        ("edition log 2025 --out catatan.xlsx", Path, "write_bytes", full),
        ("edition new 2026 --preset pontianak", Path, "write_text", full),
        ("edition new 2026 --from 2025", Path, "write_text", full),
        ("rehearse 2025 --open", Path, "write_text", full),
        ("judge invite 2025", sqlite3, "connect", full_store),
    ],
)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    place: object,
    writes: str,
    instead: object,
) -> None:
    before = everything(home)
    with monkeypatch.context() as patch:
        patch.setattr(place, writes, instead)
        assert main(command.split()) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Diska penuh sehingga perintah ini tidak selesai.")
    assert len(said.err.splitlines()) == 1
    assert said.out == ""
    assert everything(home) == before
    assert main(command.split()) == 0  # with room again
