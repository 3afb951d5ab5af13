"""What units are handed: their own papers only, in a folder and a ZIP each, and a table for mail merge."""

from __future__ import annotations

import csv
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from homes import decide, one_round
from papers import squeezed
from problems import problem
from pypdf import PdfReader

from kit.cli import main
from kit.contest import rounds
from kit.documents.handing_out import hand_out

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition


@pytest.fixture
def edition(home: Path) -> Edition:
    return one_round(home)


def published(edition: Edition) -> Edition:
    decide(edition, "r1", "J1", "J2", "J3")
    rounds.publish(edition, "r1")
    return edition


def test_nothing_is_handed_out_before_the_result_is_public(edition: Edition, tmp_path: Path) -> None:
    with problem("handed_out_early"):
        hand_out(edition, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_each_unit_gets_its_own_papers_and_nobody_elses(edition: Edition, tmp_path: Path) -> None:
    out, made_at = tmp_path / "out", "2025-12-01T10:00:00+07:00"
    done = hand_out(published(edition), out, made_at)
    entries, units = edition.registers.entries, edition.registers.units.set_index("unit_id")["name"]
    rows = [*csv.reader(done.table.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")]
    assert len(rows) == 1 + done.units == 1 + entries["unit_id"].nunique()
    for _, name, titles, awards, count, folder, archive in rows[1:]:
        own = entries[entries["unit_id"] == folder]
        assert (name, titles) == (units[folder], "; ".join(own["title"]))
        assert awards.startswith("Juara I") == ("E1" in set(own["entry_id"]))
        files = {path.name: path.read_bytes() for path in (out / folder).iterdir()}
        with ZipFile(out / archive) as zipped:
            assert {name: zipped.read(name) for name in zipped.namelist()} == files
        assert len(files) == int(count)
        others = entries.loc[entries["unit_id"] != folder, "title"]
        for content in files.values():
            text = squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))
            assert not any(squeezed(str(title)) in text for title in others)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    hand_out(edition, out, made_at)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_the_command_says_where_they_are(edition: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["result", "handout", "2025"]) == 1
    assert "kit result publish 2025 r1" in capsys.readouterr().err
    published(edition)
    assert main(["result", "handout", "2025"]) == 0
    assert "untuk-unit-kerja" in capsys.readouterr().out
