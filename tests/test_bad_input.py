"""Files and commands that nobody should give, and somebody will: each is one sentence, and nothing is left behind."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from contests import contest, single, weighted
from documents import masthead
from folders import RULES, edition, opened, save
from homes import imported, stage
from problems import problem

import kit
from kit.cli import main
from kit.contest import rounds
from kit.documents.manifest import ChecksumsUnreadable, verify
from kit.documents.official_paper import read_office
from kit.errors import Mistakes, Problem
from kit.folder import ledger_place
from kit.render.html import to_html
from kit.rules import read_rules
from kit.screens.access import Access

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition


@pytest.fixture
def ready(home: Path) -> Edition:
    return stage(home, contest(weighted({"K1": 40, "K2": 60}), single()), {"E1": "G1/a", "E2": "G1/b"})


# Commands


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("judge invite 2025 --days -1", '--days: "-1" bukan bilangan bulat dari 1 sampai 366'),
        ("judge invite 2025 --days 99999999", '--days: "99999999" bukan bilangan bulat dari 1 sampai 366'),
        ("serve 2025 r1 --port 70000", '--port: "70000" bukan bilangan bulat dari 1 sampai 65535'),
        ("serve 2025 r1 --port 0", '--port: "0" bukan bilangan bulat dari 1 sampai 65535'),
        ("judge assign 2025 r1 --judges -1", '--judges: "-1" bukan bilangan bulat dari 1 sampai 1000'),
        (f"judge assign 2025 r1 --judges 2 --seed {'9' * 5000}", "bukan bilangan bulat dari 0 sampai"),
        ("documents 2025 --made-at 0001-01-01T00:00:00+14:00", 'waktu "0001-01-01T00:00:00+14:00" tidak terbaca'),
        ("rank", "belum diisi: EDISI"),
        ("rank 2025 --format xml", '--format: "xml" tidak dikenal; pilihannya table'),
        ("rank 2025 --format", "--format memerlukan isi"),
        ("edition new 2030", "tepat satu wajib diisi: --from, --preset"),
        ("edition new 2030 --from a --preset b", "tepat satu wajib diisi: --from, --preset"),
        ("rank 2025 --entah 1", "tidak dikenal: --entah"),
    ],
)
def test_a_wrong_command_is_said_in_indonesian(capsys, line, said):
    assert main(shlex.split(line)) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert said in last
    assert "argument" not in last


def test_links_without_a_site_say_that_they_open_here_only(ready, capsys):
    ready.ledger.close()
    assert main(["judge", "invite", "2025", "J1"]) == 0
    assert "hanya dapat dibuka pada komputer ini" in capsys.readouterr().err
    assert main(["judge", "invite", "2025", "J1", "--site", "https://nilai.example.org"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("language", ["xx", "", 1, "EN"])
@pytest.mark.usefixtures("ready")
def test_a_language_that_there_is_not_is_a_sentence(language):
    if language == "":
        assert kit.open("2025", language).language == "id"  # the rules' own
        return
    with problem("language_unknown", match=r"tidak tersedia. Pilihannya: id, en."):
        kit.open("2025", language)


# Files


@pytest.mark.parametrize("content", [b"satu\n", b"\xff\xfe\x00", b"kecil  x.pdf\n", b"0" * 64 + b"\n"])
def test_a_list_of_checksums_that_is_none_is_named_with_its_line(home, content):
    path = home / "dokumen.html"
    path.write_text(to_html([masthead().to_json()]), encoding="utf-8")
    (home / "CHECKSUMS").write_bytes(content)
    (verdict,) = verify([path])
    assert ChecksumsUnreadable(file="CHECKSUMS", row=1) in verdict.mistakes


def test_a_final_without_steps_is_a_mistake_of_the_rules(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES + "final: {score: []}\n", encoding="utf-8")
    with pytest.raises(Mistakes, match="score"):
        read_rules(tmp_path / "rules.yaml")


def test_an_assignment_without_a_round_is_named_with_its_cell(tmp_path):
    rows = [["round", "entry_id", "judge_id"], ["", "K1-01", "J1"]]
    with pytest.raises(Mistakes, match=r"assignments.csv, baris 2, kolom A"):
        opened(edition(tmp_path, assignments=rows))


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_an_embargo_in_a_year_that_no_document_can_carry_is_refused(ready, year):
    (ready.folder / "office.yaml").write_text(f"embargo: {year}-01-01T00:00:00+14:00\n", encoding="utf-8")
    with pytest.raises(Mistakes, match=r"office.yaml, baris 1"):
        read_office(ready.folder, ready.registers)


@pytest.mark.parametrize("content", [b"bukan basis data, tetapi cukup panjang " * 10, b"\xff" * 100])
def test_a_damaged_store_of_links_is_a_sentence(ready, content):
    (ready.folder / "access.sqlite").write_bytes(content)
    with problem("access_damaged", match=r"access.sqlite: berkas tautan juri ini rusak"):
        Access.open(ready.folder)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\x00b"])
def test_a_pointer_that_is_no_text_is_a_sentence(ready, content):
    (ready.folder / "ledger.url").write_bytes(content)
    with problem("pointer_unreadable", match=r"ledger.url"):
        ledger_place(ready.folder)


def test_a_document_whose_name_is_no_text_stops_a_backup_with_a_sentence(ready, home):
    (ready.folder / "documents").mkdir()
    try:
        (ready.folder / "documents" / "b\udcff.pdf").write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    from kit.contest.archive import backup  # noqa: PLC0415

    with pytest.raises(Mistakes) as caught:
        backup(ready, home / "cadangan.zip")
    assert [one.code for one in caught.value] == ["member_name_unsafe"]
    assert caught.value.say("id").encode("utf-8", errors="replace")
    assert not (home / "cadangan.zip").exists()


def test_a_full_disk_is_a_sentence(ready, monkeypatch, capsys):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kit.report.event_log.write", full)
    ready.ledger.close()
    assert main(["edition", "log", "2025", "--out", "log.csv"]) == 1
    assert capsys.readouterr().err.startswith("Diska penuh sehingga perintah ini tidak selesai.")


def test_a_mistake_that_cannot_be_shown_in_a_language_is_shown_in_indonesian():
    assert Problem.say(Problem("language_unknown", value="xx", choices="id, en"), "xx").startswith('bahasa "xx"')


def test_marks_for_many_rows_of_a_wrong_judge_are_one_line(ready, home):
    rounds.open(ready, "r1")
    rows = [["judge_id", "entry_id", "K1", "K2"], *([f"X{n}", "E1", "1", "1"] for n in range(30))]
    with pytest.raises(Mistakes) as caught:
        imported(ready, save(home / "nilai.csv", rows), round_="r1")
    assert len(caught.value.say("id").splitlines()) == 2
