"""Personal links to the judge's page and to the committee's screens: who may enter, with which PIN, until when.

The store holds hashes only, never a link or a PIN, and is no part of the ledger. A holder is of one kind, and a link or
a session of one kind opens nothing of the other, even where a judge and a member of the committee have the same code.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import secrets
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE = "access.sqlite"
TRIES = 5  # wrong PINs before a link is locked
SESSION = timedelta(hours=12)
# What keeps a sound store from being used, by SQLite's names.
_OUTSIDE = tuple(f"SQLITE_{name}" for name in ("BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "PERM", "READONLY"))

_TABLES = """
CREATE TABLE IF NOT EXISTS links (
    token TEXT PRIMARY KEY, judge_id TEXT NOT NULL, salt BLOB NOT NULL, pin BLOB NOT NULL,
    issued TEXT NOT NULL, expires TEXT NOT NULL, wrong INTEGER NOT NULL DEFAULT 0, revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, judge_id TEXT NOT NULL, expires TEXT NOT NULL);
"""
JUDGE, MEMBER = "judge", "member"  # the kinds of holders: judges, and members of the committee


class LinkInvalid(Problem, PermissionError):
    """A link is forged, expired or revoked; the sentence does not say which."""


class PinWrong(Problem, PermissionError):
    """The link is valid, the PIN is not."""


class LinkLocked(Problem, PermissionError):
    """Too many wrong PINs: the link opens no more."""


@dataclass(frozen=True)
class Issued:
    """A new link, told this once; ``token`` and ``pin`` travel apart from each other.

    Args:
        holder: whom it admits.
        token: the secret in the link.
        pin: six digits.
        expires: when it ends.
    """

    holder: str
    token: str
    pin: str
    expires: datetime

    def address(self, site: str) -> str:
        """Return the link, for the page at ``site``; browsers send nothing that stands after ``#``."""
        return f"{site.rstrip('/')}/masuk#{self.token}"


class Access:
    """The personal links of one edition and kind, in a file beside its rules that only its owner can read.

    Safe to use from several threads and processes. Every ``now`` is the present unless given.

    Args:
        path: the file.
        kind: whose links: ``JUDGE`` or ``MEMBER``.
    """

    def __init__(self, path: Path, kind: str = JUDGE) -> None:
        self._path, self._kind = path, kind
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)  # before SQLite makes it for everybody to read
        if hasattr(os, "fchmod"):
            with suppress(PermissionError):  # it is somebody else's, who lets us write
                os.fchmod(file, 0o600)  # a copy may have become readable for all
        os.close(file)
        with self._writing() as store:
            for statement in _TABLES.split(";"):
                store.execute(statement)
            for table in ("links", "sessions"):  # in a store from before there were kinds, all were judges'
                if "kind" not in [column[1] for column in store.execute(f"PRAGMA table_info({table})")]:
                    store.execute(f"ALTER TABLE {table} ADD COLUMN kind TEXT NOT NULL DEFAULT '{JUDGE}'")

    @classmethod
    def open(cls, folder: Path, kind: str = JUDGE) -> Access:
        """Open the store of the edition in ``folder``; made where there is none."""
        return cls(folder / STORE, kind)

    def issue(self, holder: str, days: int = 14, now: datetime | None = None) -> Issued:
        """Give somebody a new link, and end all earlier ones."""
        now = now or datetime.now(UTC)
        new = Issued(holder, secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}", now + timedelta(days=days))
        salt = secrets.token_bytes(16)
        row = (_hashed(new.token), holder, salt, _pin_hashed(new.pin, salt), _stamp(now), _stamp(new.expires))
        query = "INSERT INTO links (token, judge_id, salt, pin, issued, expires, kind) VALUES (?, ?, ?, ?, ?, ?, ?)"
        with self._writing() as store:
            self._revoke(store, holder)
            store.execute(query, (*row, self._kind))
        return new

    def revoke(self, holder: str) -> None:
        """End all links and sessions of somebody."""
        with self._writing() as store:
            self._revoke(store, holder)

    def _revoke(self, store: sqlite3.Connection, holder: str) -> None:
        store.execute("UPDATE links SET revoked = 1 WHERE kind = ? AND judge_id = ?", (self._kind, holder))
        store.execute("DELETE FROM sessions WHERE kind = ? AND judge_id = ?", (self._kind, holder))

    def used(self) -> bool:
        """Tell whether there was ever a link, whatever became of it."""
        with self._connected() as store:
            return store.execute("SELECT 1 FROM links WHERE kind = ?", (self._kind,)).fetchone() is not None

    def links(self, now: datetime | None = None) -> pd.DataFrame:
        """Return every link as ``holder``, ``issued``, ``expires`` and ``state``, and nothing that opens it.

        The state is ``valid``, ``expired``, ``revoked`` or ``locked``.
        """
        query = "SELECT judge_id, issued, expires, wrong, revoked FROM links WHERE kind = ?"
        with self._connected() as store:
            found = store.execute(f"{query} ORDER BY judge_id, issued, rowid", (self._kind,)).fetchall()
            rows = [(link[0], *map(datetime.fromisoformat, link[1:3]), _state(link[2:], now)) for link in found]
        return pd.DataFrame(rows, columns=["holder", "issued", "expires", "state"])

    def enter(self, token: str, pin: str, now: datetime | None = None) -> str:
        """Exchange a link and its PIN for a session, which lasts 12 hours and no longer than the link.

        Raises:
            LinkInvalid: there is no such link any more.
            PinWrong: the PIN is another; its data ``n`` says how many tries are left.
            LinkLocked: too many wrong PINs, this one or those before.
        """
        now = now or datetime.now(UTC)
        session = secrets.token_urlsafe(32)
        with self._writing() as store:  # one at a time, so that no two tries count as one
            refusal = self._refusal(store, _hashed(token), pin, now)
            if not refusal:
                store.execute("DELETE FROM sessions WHERE expires <= ?", (_stamp(now),))
                store.execute(
                    "INSERT INTO sessions (session, judge_id, expires, kind)"
                    " SELECT ?, judge_id, min(expires, ?), kind FROM links WHERE token = ?",
                    (_hashed(session), _stamp(now + SESSION), _hashed(token)),
                )
        if refusal:
            raise refusal
        return session

    def check(self, judge_id: str, pin: str, now: datetime | None = None) -> None:
        """Check a judge's PIN where no link is at hand; a wrong one counts as it does with the link, and locks it.

        Raises:
            pin_missing: the judge has no link that is valid.
            PinWrong: the PIN is another; its data ``n`` says how many tries are left.
            LinkLocked: too many wrong PINs, this one or those before.
        """
        with self._writing() as store:
            # One at most, since a new one ends the others.
            query = "SELECT token FROM links WHERE kind = ? AND judge_id = ? AND revoked = 0"
            own = store.execute(query, (self._kind, judge_id)).fetchone()
            refusal = self._refusal(store, own[0] if own else "", pin, now or datetime.now(UTC))
        if isinstance(refusal, LinkInvalid):
            raise Problem("pin_missing", judge=judge_id)
        if refusal:
            raise refusal

    def holder_of(self, session: str, now: datetime | None = None) -> str | None:
        """Return whose session this is, while it lasts."""
        query = "SELECT judge_id FROM sessions WHERE kind = ? AND session = ? AND expires > ?"
        asked = (self._kind, _hashed(session), _stamp(now or datetime.now(UTC)))
        with self._connected() as store:
            row = store.execute(query, asked).fetchone()
        return row[0] if row else None

    def leave(self, session: str) -> None:
        """End one session."""
        with self._writing() as store:
            store.execute("DELETE FROM sessions WHERE session = ?", (_hashed(session),))

    def _refusal(self, store: sqlite3.Connection, token: str, pin: str, now: datetime) -> Problem | None:
        """Count a try with a link, and say why it fails, if it does."""
        query = "SELECT expires, wrong, revoked, salt, pin FROM links WHERE kind = ? AND token = ?"
        link = store.execute(query, (self._kind, token)).fetchone()
        state = _state(link[:3], now) if link else "unknown"
        if state != "valid":
            return LinkLocked() if state == "locked" else LinkInvalid()
        _, wrong, _, salt, right = link
        wrong = 0 if hmac.compare_digest(_pin_hashed(pin, salt), right) else wrong + 1
        store.execute("UPDATE links SET wrong = ? WHERE token = ?", (wrong, token))
        if not wrong:
            return None
        return PinWrong(n=TRIES - wrong) if wrong < TRIES else LinkLocked()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as store:
                yield store
        except (sqlite3.Error, TypeError, ValueError) as error:  # the last two of what a row should not hold
            code = getattr(error, "sqlite_errorname", "")
            if code.startswith(_OUTSIDE):
                number = errno.ENOSPC if code == "SQLITE_FULL" else errno.EIO
                raise OSError(number, str(error), str(self._path)) from error
            raise Problem("access_damaged", file=self._path.name) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the store for one change, which is kept unless an exception leaves the block."""
        with self._connected() as store:
            store.execute("BEGIN IMMEDIATE")
            yield store
            store.execute("COMMIT")


def _state(link: tuple[str, int, int], now: datetime | None) -> str:
    expires, wrong, revoked = link
    if revoked:
        return "revoked"
    if expires <= _stamp(now or datetime.now(UTC)):
        return "expired"
    return "locked" if wrong >= TRIES else "valid"


def _hashed(secret: str) -> str:
    """The hash of what is too random to be guessed; nothing slow is needed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _pin_hashed(pin: str, salt: bytes) -> bytes:
    """The hash of a PIN, slow because there are only a million of them."""
    return hashlib.scrypt(pin.encode(errors="surrogatepass"), salt=salt, n=2**14, r=8, p=1)


def _stamp(moment: datetime) -> str:
    """A time as text that sorts like it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
