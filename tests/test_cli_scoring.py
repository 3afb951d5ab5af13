"""The commands by which marks come in, as they are typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from folders import ENTRIES, JUDGES, RULES
from folders import edition as write_edition

import kit
from kit.actions import append
from kit.contest import rounds
from kit.ledger import Event

if TYPE_CHECKING:
    from pathlib import Path

FOUR = [*JUDGES, ["J4", "Dedi Contoh", "", "cadangan", ""]]


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an edition that has a reserve; no round is open."""
    (home / "data" / "2025").mkdir()
    write_edition(home / "data" / "2025", RULES, judges=FOUR, entries=ENTRIES)
    monkeypatch.chdir(home)
    return home


def mark(judge: str = "J1", entry: str = "K1-01", criterion: str = "K1", value: str = "4") -> None:
    place = {"round": "proposal", "judge_id": judge, "entry_id": entry, "criterion": criterion}
    append(kit.open("2025"), Event(kind="mark", actor=judge, value=value, **place))


def fill(path: Path, value: float) -> None:
    """Type the first mark of a sheet that is empty, as a judge would."""
    book = openpyxl.load_workbook(path)
    table = next(
        page for page in book.worksheets if page.sheet_state == "visible" and page.title.startswith("Penilaian")
    )
    row, column = next(
        (cell.row, cell.column) for cells in table.iter_rows() for cell in cells if not cell.protection.locked
    )
    table.cell(row, column).value = value
    book.save(path)


def test_sheets_go_out_and_come_back(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("round open 2025 proposal")
    code, out, _ = run("marks sheets 2025 proposal J1 J3 --out lembar")
    assert (code, len(out.splitlines())) == (0, 2)
    first = min((home / "lembar").iterdir())
    fill(first, 3.5)
    code, out, err = run("marks import 2025 lembar")
    assert "1 baru" in out
    assert (code, err) == (1, "Tidak ada yang disimpan. Untuk menyimpan: kit marks import 2025 lembar --yes\n")
    assert kit.open("2025").history.marks().empty
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, recorded in {"t": 0, "": 0, "Ya": 1}.items():
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert run("marks import 2025 lembar")[0] == 1 - recorded
        assert len(kit.open("2025").history.marks()) == recorded
    code, out, _ = run("marks import 2025 lembar --yes")
    assert code == 0
    assert "Isi berkas ini sudah tercatat. Tidak ada nilai yang berubah." in out
    assert len(kit.open("2025").history.events(["mark"])) == 1


def test_progress_tells_states_and_never_values(run: Any) -> None:
    run("round open 2025 proposal")
    mark(value="4.5")
    code, out, _ = run("marks progress 2025")
    assert code == 0
    header, *judges = re.findall(r"^(?:Juri|Ani|Budi|Citra) .*$", out, flags=re.MULTILINE)
    assert judges[0].split("  ")[0] == "Ani Contoh (J1)"
    at = header.index("Terisi sebagian") + len("Terisi sebagian") - 1  # numbers stand right
    assert [line[at] for line in judges[:3]] == ["1", "0", "0"]
    assert not re.search(r"4[.,]5", out)
    code, out, _ = run("marks progress 2025 --letters")
    assert re.findall(r"^=== (\w+)$", out, flags=re.MULTILINE) == ["J1", "J2", "J3"]


def test_history_waits_until_the_round_is_closed(run: Any) -> None:
    run("round open 2025 proposal")
    mark(value="4.5")
    mark(value="3")
    code, out, err = run("marks history 2025 proposal J1 K1-01")
    assert (code, out) == (1, "")
    assert "masih dibuka" in err
    run("round close 2025 proposal --reason uji")
    code, out, _ = run("marks history 2025 proposal J1 K1-01 --criterion K1")
    assert code == 0
    assert "4,5" in out.splitlines()[1]
    assert "3" in out.splitlines()[2]


def test_entries_are_shared_out_before_the_round_opens(run: Any) -> None:
    code, out, _ = run("judge assign 2025 proposal --judges 2 --seed 7")
    assert (code, "assignments.csv" in out) == (0, True)
    panel = kit.open("2025").panel("proposal")
    assert panel["entry_id"].value_counts().tolist() == [2] * 4
    assert "J4" not in set(panel["judge_id"])
    run("round open 2025 proposal")
    code, _, err = run("judge assign 2025 proposal --judges 3")
    assert code == 1
    assert "kit judge substitute 2025 proposal" in err


def test_a_substitute_takes_over_what_is_not_complete(run: Any) -> None:
    run("round open 2025 proposal")
    for criterion in ("K1", "K2"):
        mark("J2", "K1-01", criterion)
    code, out, _ = run('judge substitute 2025 proposal J2 --by J4 --reason "J2 sakit"')
    assert (code, out) == (0, "3 lembar dialihkan dari J2 kepada J4.\n")
    edition = kit.open("2025")
    panel = edition.panel("proposal")
    assert set(panel.loc[panel["judge_id"] == "J4", "entry_id"]) == {"K1-02", "K2-01", "K2-02"}
    assert rounds.missing(edition, "proposal") == {"J1": 4, "J3": 4, "J4": 3}


def test_links_are_told_once_and_can_be_revoked(run: Any, home: Path) -> None:
    code, out, _ = run("judge invite 2025 J1 --site https://juri.contoh.go.id")
    token, pin = re.findall(r"https://juri\.contoh\.go\.id/masuk#(\S+)\n  PIN: (\d{6})", out)[0]
    kept = (home / "data" / "2025" / "access.sqlite").read_bytes()
    assert token.encode() not in kept
    assert pin.encode() not in kept
    assert run("judge links 2025")[1].startswith("J1: berlaku, sampai ")
    assert "dicabut" in run("judge revoke 2025 J1")[1]
    code, _, err = run("judge invite 2025 J9")
    assert (code, "J9" in err) == (1, True)


def test_the_ledger_moves_to_a_server_and_back(run: Any, home: Path, server: str) -> None:
    run("round open 2025 proposal")
    mark()
    edition = kit.open("2025")
    before = edition.ledger.fingerprint()
    edition.ledger.close()
    code, out, _ = run(f"edition move 2025 --to {server}")
    assert (code, before in out) == (0, True)
    folder = home / "data" / "2025"
    assert "search_path%3Dkit_2025" in (folder / "ledger.url").read_text(encoding="utf-8")
    assert not (folder / "ledger.sqlite").exists()
    mark("J3")
    assert run("check 2025")[0] == 0
    edition = kit.open("2025")
    after = edition.ledger.fingerprint()
    edition.ledger.close()
    code, out, _ = run("edition move 2025 --to file")
    assert (code, after in out) == (0, True)
    assert not (folder / "ledger.url").exists()
    assert kit.open("2025").history.marks()["judge_id"].tolist() == ["J1", "J3"]
    code, _, err = run("edition move 2025 --to mysql://h/d")
    assert (code, "postgresql://" in err) == (1, True)
    assert kit.open("2025").ledger.fingerprint() == after


def test_a_page_for_no_round_is_refused(run: Any) -> None:
    code, _, err = run("serve 2025 tiada")
    assert (code, "tiada" in err) == (1, True)
