"""Archive, backup and restore: one file, the same edition elsewhere, and nothing half-written whatever happens."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from folders import save
from homes import empty_home, give, play, stage
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as st
from problems import problem, refused
from selections import selecting

import kit
from kit.actions import append
from kit.cli import main
from kit.contest import archive as archives
from kit.contest import rounds
from kit.contest.archive import MANIFEST, archive, backup, restore
from kit.errors import Problem
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.edition import Edition

RULES = contest(single(advance={"scope": "group", "places": 1}), single(), simulated=True)
ENTRIES = {"E1": "G1/a", "E2": "G1/b", "E3": "G2/a"}
FIRST = {"E1": "80 70 60", "E2": "75 71.5 90", "E3": "60 60 60"}
LAST = {"E2": "75 71.5 90", "E3": "60 60 60"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """Both rounds are closed; entrants handed files in, documents were made, and a link and a secret lie about."""
    save(stage(home, RULES, ENTRIES).folder / "values.csv", [["entry_id", "bonus"], ["E1", "0,5"]])
    edition = play(play(kit.open("2025"), "r1", FIRST), "r2", LAST)
    append(
        edition, Event(kind="follow_up", actor="committee", entry_id="I-1", criterion="jalan", text='Kata, "kutip"\nya')
    )
    (edition.folder / "documents" / "E1").mkdir(parents=True)
    (edition.folder / "documents" / "E1" / "Proposal é.pdf").write_bytes(b"%PDF\x00" * 1000)
    (edition.folder / "access.sqlite").write_bytes(b"rahasia")
    (edition.folder / ".ipynb_checkpoints").mkdir()
    (edition.folder / ".ipynb_checkpoints" / "x").write_text("x", encoding="utf-8")
    (home / "reports" / "2025").mkdir(parents=True)
    (home / "reports" / "2025" / "laporan-2025-SIMULASI.pdf").write_bytes(b"%PDF laporan")
    return edition


def elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another machine's home."""
    other = home / "mesin-lain"
    (other / "data").mkdir(parents=True)
    monkeypatch.setenv("KIT_HOME", str(other))
    return other


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


# There and back


def test_an_archive_is_restored_elsewhere_with_the_same_fingerprint_and_ranking(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = archive(edition)
    assert kept.path == home / "archives" / "arsip-2025-SIMULASI.zip"
    assert kept.digest == hashlib.sha256(kept.path.read_bytes()).hexdigest()
    other = elsewhere(home, monkeypatch)
    back = restore(kept.path)
    assert (back.edition, back.fingerprint, back.digest) == ("2025", kept.fingerprint, kept.digest)
    again = kit.open("2025")
    assert again.folder == other / "data" / "2025"
    assert again.fingerprint == edition.fingerprint == kept.fingerprint
    assert again.history.heads() == edition.history.heads()
    assert again.ledger.verify() == []
    assert again.ranking_table().equals(edition.ranking_table())
    assert again.registers.values["value"].tolist() == ["0.5"]
    assert (again.folder / "documents" / "E1" / "Proposal é.pdf").read_bytes() == b"%PDF\x00" * 1000
    assert (other / "reports" / "2025" / "laporan-2025-SIMULASI.pdf").read_bytes() == b"%PDF laporan"


def test_the_same_edition_gives_the_same_bytes_here_and_there(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = archive(edition, home / "a.zip").path.read_bytes()
    assert archive(kit.open("2025", "en"), home / "b.zip").path.read_bytes() == first
    elsewhere(home, monkeypatch)
    restore(home / "a.zip")
    assert archive(kit.open("2025"), home / "c.zip").path.read_bytes() == first


def test_an_archive_opens_with_any_program_and_says_what_it_is(edition: Edition, home: Path) -> None:
    path = archive(edition, home / "a.zip").path
    assert path.stat().st_mode & 0o222 == 0
    with zipfile.ZipFile(path) as source:
        assert source.testzip() is None
        assert {info.date_time for info in source.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = source.namelist()
        assert names == [
            "BACA-SAYA.txt",
            "data/documents/E1/Proposal é.pdf",
            "data/entries.csv",
            "data/journal.csv",
            "data/judges.csv",
            "data/rules.yaml",
            "data/units.csv",
            "data/values.csv",
            "reports/laporan-2025-SIMULASI.pdf",
            "manifest.json",
        ]
        manifest = json.loads(source.read(MANIFEST))
        for name, about in manifest["members"].items():
            data = source.read(name)
            assert about == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        assert hashlib.sha256(source.read("data/journal.csv")).hexdigest() == edition.ledger.fingerprint()
        assert manifest["fingerprint"] == edition.fingerprint
        assert manifest["rounds"] == {"r1": "closed", "r2": "closed"}
        assert manifest["simulated"] is True
        about = source.read("BACA-SAYA.txt").decode()
        assert about.startswith("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA\n")
        assert edition.fingerprint in about


def test_a_journal_beside_the_ledger_gives_way_to_the_ledger(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r1")
    edition.ledger.to_journal(edition.folder / "journal.csv")
    give(edition, "r1", FIRST)
    rounds.close(edition, "r1")
    archive(edition, home / "a.zip")
    elsewhere(home, monkeypatch)
    restore(home / "a.zip")
    assert kit.open("2025").ledger.fingerprint() == edition.ledger.fingerprint()


def test_a_ledger_on_a_server_is_kept_as_well(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    edition.move_ledger(f"{server}&options=-csearch_path%3Dkept_elsewhere")
    kept = archive(edition, home / "a.zip")
    elsewhere(home, monkeypatch)
    restore(home / "a.zip")
    again = kit.open("2025")
    assert again.fingerprint == kept.fingerprint == edition.fingerprint
    assert not (again.folder / "ledger.url").exists()


# What is refused


def test_an_open_round_is_backed_up_and_not_archived(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "80 70 -"})
    refused("archive_too_early", lambda: archive(edition))
    assert not (home / "archives").exists()
    backup(edition, home / "cadangan.zip")
    elsewhere(home, monkeypatch)
    restore(home / "cadangan.zip")
    again = kit.open("2025")
    assert again.states == {"r1": "open", "r2": "not_opened"}
    assert again.history.marks().equals(edition.history.marks())
    give(again, "r1", {"E1": "80 70 60"})  # and it goes on


def test_an_edition_whose_selection_is_open_is_not_archived(home: Path) -> None:
    edition = selecting(home)
    refused("archive_too_early", lambda: archive(edition))
    assert not (home / "archives").exists()
    backup(edition, home / "a.zip")


def test_an_archive_is_never_overwritten(edition: Edition, home: Path) -> None:
    before = archive(edition, home / "a.zip").path.read_bytes()
    refused("archive_exists", lambda: archive(edition, home / "a.zip"))
    refused("archive_exists", lambda: backup(edition, home / "a.zip"))
    assert (home / "a.zip").read_bytes() == before


def test_what_was_tampered_with_or_never_accepted_is_not_archived(edition: Edition, home: Path) -> None:
    rules = edition.folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("places: 1", "places: 2"), encoding="utf-8")
    refused("rules_changed", lambda: archive(kit.open("2025")))
    rules.write_text(text, encoding="utf-8")
    with edition.ledger._store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_stay")
        connection.exec_driver_sql("UPDATE events SET value = '99' WHERE number = 5")
    refused("mistakes", lambda: archive(kit.open("2025")))
    assert not (home / "archives").exists()


def test_a_name_that_leads_elsewhere_is_not_archived(edition: Edition, home: Path) -> None:
    (edition.folder / "documents" / "C:x.pdf").write_bytes(b"x")
    mistake = refused("mistakes", lambda: archive(edition, home / "a.zip"))
    assert "documents/C:x.pdf" in str(mistake)
    assert not (home / "a.zip").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8 are Linux's")
def test_a_name_that_is_not_utf_8_is_named_as_far_as_it_can_be(
    edition: Edition, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (edition.folder / "documents" / os.fsdecode(b"Surat \xff.pdf")).write_bytes(b"x")
    assert main(["archive", "backup", "2025", "--out", str(home / "a.zip")]) == 1
    assert 'Nama berkas "documents/Surat \ufffd.pdf" tidak dapat dipakai' in capsys.readouterr().err
    assert not (home / "a.zip").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_leaves_the_edition_is_refused_and_not_followed(
    edition: Edition, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sandi").write_text("rahasia", encoding="utf-8")
    (home / "lain").mkdir()
    documents = edition.folder / "documents"
    (documents / "a.txt").symlink_to(home / "sandi")
    (documents / "b").symlink_to(home / "lain")
    (home / "reports" / "2025" / "c.pdf").symlink_to(home / "sandi")
    assert main(["archive", "backup", "2025", "--out", str(home / "a.zip")]) == 1
    said = capsys.readouterr().err
    assert [f'"{name}" adalah tautan ke {home}' in said for name in ("documents/a.txt", "documents/b", "c.pdf")] == [
        True
    ] * 3
    assert not (home / "a.zip").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_within_the_edition_is_kept_as_what_it_shows(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edition.folder / "documents" / "lagi.pdf").symlink_to(edition.folder / "documents" / "E1" / "Proposal é.pdf")
    backup(edition, home / "a.zip")
    other = elsewhere(home, monkeypatch)
    restore(home / "a.zip")
    again = other / "data" / "2025" / "documents" / "lagi.pdf"
    assert again.read_bytes() == b"%PDF\x00" * 1000
    assert not again.is_symlink()


# Who may read it


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_holds_marks_in_clear_is_its_owner_s_alone(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(edition, home / "a.zip")
    backup(edition, home / "b.zip")
    other = elsewhere(home, monkeypatch)
    restore(home / "a.zip")
    kit.open("2025").ledger.close()
    marks = [edition.folder / "ledger.sqlite", home / "a.zip", home / "b.zip"]
    marks += [other / "data" / "2025" / name for name in ("ledger.sqlite", "journal.csv")]
    assert [path.name for path in marks if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize(("command", "language", "said"), [("backup", "id", "tanpa sandi"), ("make", "en", "in clear")])
def test_the_command_says_that_marks_are_in_it_in_clear(
    edition: Edition, home: Path, capsys: pytest.CaptureFixture[str], command: str, language: str, said: str
) -> None:
    edition.ledger.close()
    assert main(["archive", command, "2025", "--out", str(home / "a.zip"), "--language", language]) == 0
    assert said in capsys.readouterr().out
    with zipfile.ZipFile(home / "a.zip") as source:
        assert "tanpa sandi" in source.read("BACA-SAYA.txt").decode()


def test_restoring_never_overwrites(edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(edition, home / "a.zip")
    before = everything(home / "data")
    refused("edition_exists", lambda: restore(home / "a.zip"))
    assert everything(home / "data") == before
    other = elsewhere(home, monkeypatch)
    (other / "reports" / "2025").mkdir(parents=True)
    (other / "reports" / "2025" / "laporan-2025-SIMULASI.pdf").write_bytes(b"%PDF lain")
    refused("documents_in_the_way", lambda: restore(home / "a.zip"))
    assert everything(other / "data") == set()
    # The very same documents are what a restoring leaves that was cut off just before its end.
    (other / "reports" / "2025" / "laporan-2025-SIMULASI.pdf").write_bytes(b"%PDF laporan")
    assert restore(home / "a.zip").edition == "2025"


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("archived")
    with empty_home(folder) as home:
        edition = play(stage(home, RULES, ENTRIES), "r1", FIRST)
        return archive(edition, home / "a.zip").path.read_bytes()


Members = dict[str, bytes]


def rezipped(data: bytes, change: Callable[[Members], object], compression: int = zipfile.ZIP_STORED) -> bytes:
    """The archive with its members changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def manifest(**changes: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | changes).encode()

    return change


def named(name: str) -> Callable[[Members], None]:
    """A member that the manifest knows."""

    def change(members: Members) -> None:
        members[name] = b"jahat"
        about = json.loads(members[MANIFEST])
        about["members"][name] = {"bytes": 5, "sha256": hashlib.sha256(b"jahat").hexdigest()}
        members[MANIFEST] = json.dumps(about).encode()

    return change


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Members], object]:
    return lambda members: members.update({name: members[name].replace(old, new, 1)})


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (replaced("data/journal.csv", b",80,", b",81,"), "archive_altered", "data/journal.csv"),
        (replaced("data/rules.yaml", b"places: 1", b"places: 2"), "archive_altered", "data/rules.yaml"),
        (lambda members: members.pop("data/units.csv"), "member_missing", "data/units.csv"),
        (lambda members: members.update({"data/notes.txt": b"x"}), "member_unknown", "data/notes.txt"),
        (manifest(fingerprint="0" * 64), "archive_altered", MANIFEST),
        (manifest(edition="2024"), "archive_altered", MANIFEST),
        (manifest(edition="../2025"), "archive_unreadable", ""),
        (manifest(format=99), "archive_too_new", "kit versi"),
        (manifest(members=[]), "archive_unreadable", ""),
        (manifest(members={"a": {}}), "archive_unreadable", ""),
        (lambda members: members.pop(MANIFEST), "archive_unreadable", ""),
        (lambda members: members.update({MANIFEST: b"{"}), "archive_unreadable", ""),
        (named("data/../../../jahat.txt"), "member_name_unsafe", "jahat.txt"),
        (named("/jahat.txt"), "member_name_unsafe", "jahat.txt"),
        (named("data/C:\\jahat.txt"), "member_name_unsafe", "jahat.txt"),
        (named("data//jahat.txt"), "member_name_unsafe", "jahat.txt"),
        (named("data/ledger.url"), "member_name_unsafe", "ledger.url"),
        (named("data/ledger.sqlite"), "member_name_unsafe", "ledger.sqlite"),
        (named("data/access.sqlite"), "member_name_unsafe", "access.sqlite"),
        (named("data/.hidden/x"), "member_name_unsafe", ".hidden"),
    ],
)
def test_an_altered_archive_is_refused_and_leaves_nothing(
    archived: bytes, home: Path, change: Callable[[Members], object], kind: str, said: str
) -> None:
    path = home / "a.zip"
    path.write_bytes(rezipped(archived, change))
    before = everything(home)
    with problem(kind, "mistakes") as caught:
        restore(path)
    mistake = caught.value
    assert kind in {one.code for one in getattr(mistake, "found", [mistake])}
    assert said in str(mistake)
    assert "a.zip" in str(mistake)
    assert everything(home) == before


def test_a_packed_member_is_refused_unread(archived: bytes, home: Path) -> None:
    """Nothing of ours is packed; what is could grow without end."""
    (home / "a.zip").write_bytes(rezipped(archived, len, zipfile.ZIP_DEFLATED))
    refused("archive_unreadable", lambda: restore(home / "a.zip"))
    assert everything(home / "data") == set()


def test_a_packed_or_endlessly_nested_manifest_is_refused_unread(home: Path) -> None:
    def packed(content: bytes, compression: int) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            target.writestr(MANIFEST, content, compression)
        return out.getvalue()

    (home / "a.zip").write_bytes(packed(b" " * 100_000_000, zipfile.ZIP_DEFLATED))
    (home / "b.zip").write_bytes(packed(b'{"a":' * 100_000, zipfile.ZIP_STORED))
    refused("archive_unreadable", lambda: restore(home / "a.zip"))
    refused("archive_unreadable", lambda: restore(home / "b.zip"))


def test_a_great_many_members_are_read_in_no_time(archived: bytes, home: Path) -> None:
    (home / "a.zip").write_bytes(
        rezipped(archived, lambda members: members.update({f"x{n}": b"" for n in range(30_000)}))
    )
    begun = time.monotonic()
    assert len(refused("mistakes", lambda: restore(home / "a.zip")).found) == 30_000
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("content", [b"", b"PK", b"bukan arsip", b"PK\x03\x04" + b"\x00" * 100])
def test_what_is_no_archive_is_refused(home: Path, content: bytes) -> None:
    (home / "a.zip").write_bytes(content)
    refused("archive_unreadable", lambda: restore(home / "a.zip"))
    refused("file_missing", lambda: restore(home / "tiada.zip"))


@given(st.data())
@law(max_examples=40)
def test_no_flipped_byte_gets_through(archived: bytes, data: st.DataObject) -> None:
    """Wherever a byte is changed, nothing is restored, or what is restored is what was archived."""
    at = data.draw(st.integers(0, len(archived) - 1))
    flipped = bytearray(archived)
    flipped[at] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder, empty_home(Path(folder)) as home:
        (home / "a.zip").write_bytes(bytes(flipped))
        try:
            restore(home / "a.zip")
        except Problem:
            assert everything(home / "data") == set()
        else:
            with zipfile.ZipFile(io.BytesIO(archived)) as source:
                assert kit.open("2025").fingerprint == json.loads(source.read(MANIFEST))["fingerprint"]


# Whatever happens meanwhile


def _write_on(home: str, judge: str, stop: Any, done: Any) -> None:
    """Mark and mark again, as a judge at a form does."""
    os.environ["KIT_HOME"] = home
    edition = kit.open("2025")
    n = 0
    while not stop.is_set():
        value = str(50 + n % 50)
        about = {"round": "r1", "judge_id": judge, "entry_id": f"E{n % 3 + 1}", "criterion": "mark", "value": value}
        edition.ledger.append([Event(kind="mark", actor=judge, **about)])
        n += 1
    done.put(n)
    edition.ledger.close()


def test_a_backup_while_judges_write_is_one_moment_of_the_contest(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r1")
    context = multiprocessing.get_context("spawn")
    stop, done = context.Event(), context.Queue()
    writers = [context.Process(target=_write_on, args=(str(home), judge, stop, done)) for judge in ("J1", "J2")]
    for writer in writers:
        writer.start()
    try:
        deadline = time.monotonic() + 60
        while len(edition.history.events(["mark"])) < 20:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            edition.refresh()
        kept = [backup(edition, home / f"{n}.zip") for n in range(2)]
    finally:
        stop.set()
        written = sum(done.get(timeout=60) for _ in writers)
        for writer in writers:
            writer.join(60)
    edition.refresh()
    assert len(edition.history.events(["mark"])) == written  # nobody was held up or turned away
    whole = edition.history.events()
    for n, one in enumerate(kept):
        with pytest.MonkeyPatch.context() as patch:
            (home / str(n) / "data").mkdir(parents=True)
            patch.setenv("KIT_HOME", str(home / str(n)))
            restore(one.path)
            events = kit.open("2025").history.events()
            assert kit.open("2025").fingerprint == one.fingerprint
            assert events.equals(whole.head(len(events)))
    assert len({one.fingerprint for one in kept}) == 2


_ARCHIVE = "import kit; from kit.contest.archive import archive; archive(kit.open('2025'))"
_RESTORE = "from pathlib import Path; from kit.contest.archive import restore; restore(Path('a.zip'))"


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("moment", ["_add", pytest.param("_digest", marks=pytest.mark.long)])
def test_killed_in_the_middle_there_is_no_archive(edition: Edition, home: Path, moment: str) -> None:
    edition.ledger.close()
    killed(f"from kit.contest import archive as a; a.{moment} = die; {_ARCHIVE}", home)
    assert not list((home / "archives").glob("*.zip"))
    assert archive(kit.open("2025")).path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("moment", ["_opened", pytest.param("_extracted", marks=pytest.mark.long)])
def test_killed_in_the_middle_nothing_is_restored(
    edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    archive(edition, home / "a.zip")
    other = elsewhere(home, monkeypatch)
    shutil.copyfile(home / "a.zip", other / "a.zip")
    killed(f"from kit.contest import archive as a; a.{moment} = die; {_RESTORE}", other)
    assert not (other / "data" / "2025").exists()
    assert not (other / "reports" / "2025").exists()
    assert restore(other / "a.zip").fingerprint == edition.fingerprint


def killed(code: str, home: Path) -> None:
    """Run code in a process that kills itself where it says ``die``."""
    die = "import os, signal\ndef die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
    run = subprocess.run([sys.executable, "-c", die + code], cwd=home, check=False, capture_output=True)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()


def test_another_who_was_first_keeps_the_name(edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = archives._write

    def slow(path: Path, *rest: Any) -> None:
        (home / "a.zip").write_bytes(b"milik orang lain")
        write(path, *rest)

    monkeypatch.setattr(archives, "_write", slow)
    refused("archive_exists", lambda: archive(edition, home / "a.zip"))
    assert (home / "a.zip").read_bytes() == b"milik orang lain"
    assert [path.name for path in home.iterdir() if path.name.startswith("a.zip")] == ["a.zip"]
