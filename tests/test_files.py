"""Files written whole; what is in the making stays while in use, and what a killed process left goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from problems import problem

from kit.files import remove_leftovers, temporary_file, temporary_folder, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
_KILLED = """
import os, pathlib, signal, sys
from kit.files import temporary_file, temporary_folder
with temporary_folder(pathlib.Path()) as folder, temporary_file(pathlib.Path()) as file:
    (folder / "isi").mkdir()
    (folder / "isi" / "nilai").write_text("80")
    file.write_text("80")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kill_one(folder: Path) -> None:
    run = subprocess.run([sys.executable, "-c", _KILLED], cwd=folder, check=False, env={**os.environ})
    assert run.returncode == -signal.SIGKILL


def test_what_is_made_is_gone_when_it_is_done(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder, temporary_file(tmp_path) as file:
        assert names(tmp_path) == sorted([folder.name, file.name])
        assert folder.stat().st_mode & 0o077 == 0
    assert names(tmp_path) == []


def test_a_file_that_took_its_name_stays(tmp_path: Path) -> None:
    with temporary_file(tmp_path) as file:
        file.write_text("x", encoding="utf-8")
        file.rename(tmp_path / "a.txt")
    assert names(tmp_path) == ["a.txt"]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    kill_one(tmp_path)
    (tmp_path / ".new-kosong").mkdir()  # killed before anything was in it
    assert len(names(tmp_path)) == 3
    with temporary_folder(tmp_path) as folder:
        assert names(tmp_path) == [folder.name]
        with temporary_file(tmp_path) as file, temporary_folder(tmp_path) as other:
            remove_leftovers(tmp_path)
            assert names(tmp_path) == sorted([folder.name, file.name, other.name])  # in use
    assert names(tmp_path) == []


@pytest.mark.long
def test_a_command_that_is_killed_has_done_all_or_nothing_and_can_be_run_again() -> None:
    """A share of what the benchmark does."""
    script = Path(__file__).parent / "benchmarks" / "kill_commands.py"
    run = subprocess.run([sys.executable, str(script), "3"], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(run.stdout.splitlines()) == 6


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "new" / "a.txt", "satu\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"satu\n"

    def refuse(self: Path, target: Path) -> Path:  # noqa: ARG001
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    with problem("file_open_elsewhere"):
        write(tmp_path / "new" / "a.txt", "dua\n")
    assert names(tmp_path / "new") == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"satu\n"
