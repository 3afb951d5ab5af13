"""Personal links: who gets in with them, until when, and what the store gives away."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from homes import stage

from kit.cli import main
from kit.errors import Problem
from kit.screens.access import MEMBER, Access, LinkInvalid, LinkLocked, PinWrong

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.screens.access import Issued

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access.open(tmp_path)


def wrong(link: Issued) -> str:
    return f"{(int(link.pin) + 1) % 10**6:06}"


def refusal(access: Access, token: str, pin: str, now: datetime = NOW) -> object:
    """The class of the mistake that an attempt to enter ends with, with the tries left where it says them."""
    try:
        access.enter(token, pin, now)
    except PinWrong as error:
        return "pin_wrong", error.data["n"]
    except (LinkInvalid, LinkLocked) as error:
        return error.code
    return None


def test_a_link_and_its_pin_become_a_session(access: Access) -> None:
    link = access.issue("J1", now=NOW)
    session = access.enter(link.token, link.pin, NOW)
    assert access.holder_of(session, NOW) == "J1"
    assert access.holder_of(session + "x", NOW) is None
    assert access.holder_of(link.token, NOW) is None


def test_a_link_can_be_used_again_and_every_session_is_new(access: Access) -> None:
    link = access.issue("J1", now=NOW)
    first, second = (access.enter(link.token, link.pin, NOW) for _ in range(2))
    assert first != second
    assert access.holder_of(first, NOW) == access.holder_of(second, NOW) == "J1"


def test_links_are_random_and_long(access: Access) -> None:
    links = [access.issue(f"J{n}") for n in range(20)]
    assert len({link.token for link in links}) == 20
    assert len({link.pin for link in links}) > 15
    assert all(len(link.token) >= 43 and len(link.pin) == 6 and link.pin.isdecimal() for link in links)


def test_the_token_stands_where_browsers_do_not_send_it(access: Access) -> None:
    link = access.issue("J1")
    assert link.address("https://juri.example.id/") == f"https://juri.example.id/masuk#{link.token}"


@pytest.mark.parametrize(
    ("happens", "ends"),
    [
        (lambda access: access.revoke("J1"), "link_invalid"),
        (lambda access: access.issue("J1", now=NOW), "link_invalid"),
        (lambda access: access.revoke("J2"), None),
        (lambda access: access.issue("J2", now=NOW), None),
    ],
)
def test_what_ends_a_link_ends_its_sessions(
    access: Access, happens: Callable[[Access], object], ends: type | None
) -> None:
    link = access.issue("J1", now=NOW)
    session = access.enter(link.token, link.pin, NOW)
    happens(access)
    assert refusal(access, link.token, link.pin) == ends
    assert (access.holder_of(session, NOW) is None) == (ends is not None)


@pytest.mark.parametrize(
    ("days", "after", "admitted"),
    [
        (14, timedelta(days=14) - SECOND, True),
        (14, timedelta(days=14), False),
        (1, timedelta(days=2), False),
        (30, timedelta(days=29), True),
    ],
)
def test_a_link_expires(access: Access, days: int, after: timedelta, admitted: bool) -> None:  # noqa: FBT001
    link = access.issue("J1", days, NOW)
    assert link.expires == NOW + timedelta(days=days)
    assert refusal(access, link.token, link.pin, NOW + after) == (None if admitted else "link_invalid")


def test_a_session_lasts_twelve_hours_and_no_longer_than_its_link(access: Access) -> None:
    link = access.issue("J1", 1, NOW)
    early = access.enter(link.token, link.pin, NOW)
    assert access.holder_of(early, NOW + timedelta(hours=12) - SECOND) == "J1"
    assert access.holder_of(early, NOW + timedelta(hours=12)) is None
    late = access.enter(link.token, link.pin, NOW + timedelta(hours=23))
    assert access.holder_of(late, NOW + timedelta(hours=24) - SECOND) == "J1"
    assert access.holder_of(late, NOW + timedelta(hours=24)) is None


def test_leaving_ends_one_session(access: Access) -> None:
    link = access.issue("J1", now=NOW)
    here, there = (access.enter(link.token, link.pin, NOW) for _ in range(2))
    access.leave(here)
    assert access.holder_of(here, NOW) is None
    assert access.holder_of(there, NOW) == "J1"


def test_five_wrong_pins_lock_a_link_until_a_new_one_is_issued(access: Access) -> None:
    link, other = access.issue("J1", now=NOW), access.issue("J2", now=NOW)
    session = access.enter(link.token, link.pin, NOW)
    tries = [refusal(access, link.token, wrong(link)) for _ in range(6)]
    assert tries == [
        ("pin_wrong", 4),
        ("pin_wrong", 3),
        ("pin_wrong", 2),
        ("pin_wrong", 1),
        "link_locked",
        "link_locked",
    ]
    assert refusal(access, link.token, link.pin) == "link_locked"
    assert access.holder_of(session, NOW) == "J1"  # who is in stays in: a stranger with the link cannot end the work
    assert refusal(access, other.token, other.pin) is None
    new = access.issue("J1", now=NOW)
    assert refusal(access, new.token, new.pin) is None


def test_the_right_pin_forgives_the_wrong_ones(access: Access) -> None:
    link = access.issue("J1", now=NOW)
    for _ in range(3):
        assert [refusal(access, link.token, wrong(link)) for _ in range(4)][-1] == ("pin_wrong", 1)
        assert refusal(access, link.token, link.pin) is None


@pytest.mark.parametrize("pin", ["", "0", "0000000", "\udcff", "'; DROP TABLE links; --"])
def test_no_other_text_passes_for_a_pin(access: Access, pin: str) -> None:
    link = access.issue("J1", now=NOW)
    assert refusal(access, link.token, pin) == ("pin_wrong", 4)


def test_a_link_opens_only_what_its_kind_of_holder_may_open(access: Access, tmp_path: Path) -> None:
    committee = Access.open(tmp_path, MEMBER)
    link, other = access.issue("J1", now=NOW), committee.issue("J1", now=NOW)
    session, theirs = access.enter(link.token, link.pin, NOW), committee.enter(other.token, other.pin, NOW)
    assert refusal(committee, link.token, link.pin) == refusal(access, other.token, other.pin) == "link_invalid"
    assert (access.holder_of(session, NOW), committee.holder_of(session, NOW)) == ("J1", None)
    assert (access.holder_of(theirs, NOW), committee.holder_of(theirs, NOW)) == (None, "J1")
    access.revoke("J1")
    assert committee.holder_of(theirs, NOW) == "J1"
    assert [*access.links(NOW)["state"], *committee.links(NOW)["state"]] == ["revoked", "valid"]
    with pytest.raises(PinWrong):
        committee.check("J1", wrong(other), NOW)
    assert committee.used()


def test_links_from_before_there_was_a_committee_are_judges(tmp_path: Path) -> None:
    access = Access.open(tmp_path)
    link = access.issue("J1", now=NOW)
    session = access.enter(link.token, link.pin, NOW)
    with closing(sqlite3.connect(tmp_path / "access.sqlite", isolation_level=None)) as store:
        for table in ("links", "sessions"):
            store.execute(f"ALTER TABLE {table} DROP COLUMN kind")
    access, committee = Access.open(tmp_path), Access.open(tmp_path, MEMBER)
    assert (access.holder_of(session, NOW), committee.holder_of(session, NOW)) == ("J1", None)
    assert refusal(access, link.token, link.pin) is None
    assert not committee.used()


def test_tries_at_the_same_time_count_one_by_one(access: Access) -> None:
    link = access.issue("J1", now=NOW)
    with ThreadPoolExecutor(16) as pool:
        tries = [*pool.map(lambda _: refusal(access, link.token, wrong(link)), range(16))]
    assert sorted(n for _, n in [t for t in tries if t != "link_locked"]) == [1, 2, 3, 4]


def test_the_list_says_how_links_stand(access: Access) -> None:
    access.issue("J1", now=NOW)
    access.issue("J1", now=NOW + SECOND)
    access.issue("J2", 1, NOW)
    locked = access.issue("J3", 3, NOW)
    for _ in range(5):
        refusal(access, locked.token, wrong(locked))
    listed = access.links(NOW + timedelta(days=1))
    assert [*listed.columns] == ["holder", "issued", "expires", "state"]
    assert [*zip(listed["holder"], listed["state"], strict=True)] == [
        ("J1", "revoked"),
        ("J1", "valid"),
        ("J2", "expired"),
        ("J3", "locked"),
    ]
    assert listed["expires"].iloc[3] == NOW + timedelta(days=3)


def test_an_empty_list_has_its_columns(access: Access) -> None:
    assert [*access.links().columns] == ["holder", "issued", "expires", "state"]


def test_the_store_gives_no_secret_away(access: Access, tmp_path: Path) -> None:
    link = access.issue("J1", now=NOW)
    session = access.enter(link.token, link.pin, NOW)
    (file,) = tmp_path.iterdir()
    assert file.name == "access.sqlite"
    stored = file.read_bytes()
    assert b"J1" in stored
    assert not [secret for secret in (link.token, link.pin, session) if secret.encode() in stored]
    shown = access.links().to_csv()
    assert link.token not in shown
    assert link.pin not in shown


@pytest.mark.skipif(os.name != "posix", reason="needs a system with file modes")
def test_only_its_owner_can_read_the_store(access: Access, tmp_path: Path) -> None:
    access.issue("J1")
    assert stat.S_IMODE((tmp_path / "access.sqlite").stat().st_mode) == 0o600


def test_a_copy_that_all_could_read_is_its_owner_s_alone_again(access: Access, tmp_path: Path) -> None:
    access.issue("J1")
    (tmp_path / "access.sqlite").chmod(0o644)
    Access.open(tmp_path)
    assert sys.platform == "win32" or stat.S_IMODE((tmp_path / "access.sqlite").stat().st_mode) == 0o600


# A damaged store


@pytest.mark.parametrize("content", [b"bukan SQLite" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_named_with_the_way_out(
    home: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    edition = stage(home, contest(single()), ["E1"])
    (edition.folder / "access.sqlite").write_bytes(content)
    assert main(["judge", "links", "2025"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("access.sqlite: berkas tautan juri ini rusak. Hapus atau pindahkan")
    assert "kit judge invite" in said


def test_no_damaged_byte_ends_in_anything_but_a_sentence(access: Access, tmp_path: Path) -> None:
    for judge in ("J1", "J2", "J3"):
        link = access.issue(judge)
    path = tmp_path / "access.sqlite"
    sound, chance = path.read_bytes(), random.Random(1)
    told = 0
    for _ in range(60):
        damaged = bytearray(sound)
        for _ in range(chance.choice([1, 4, 64])):
            damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
        path.write_bytes(damaged)
        for act in (lambda: Access.open(tmp_path).links(), lambda: access.enter(link.token, link.pin)):
            try:
                act()
            except Problem as mistake:
                told += mistake.code == "access_damaged"
            except OSError:  # which the command line says in a sentence
                continue
    assert told
