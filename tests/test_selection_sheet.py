"""The checklist as a workbook: what was filled in is recorded, and nothing else; whatever does not fit is named."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from problems import problem
from samples import sample_home
from scoresheets import opened, resaved, sheet_of
from selections import ENTRIES, admitted, answers, eligible, say, selecting

import kit
from kit.cli import main
from kit.contest import rounds
from kit.contest.selection import _both, _one, dossiers, in_one_line, read_checklist, record_checklist, write_checklist
from kit.errors import Mistakes
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kit.edition import Edition


@pytest.fixture
def edition(home: Path) -> Edition:
    return selecting(home)


@pytest.fixture
def path(edition: Edition, home: Path) -> Path:
    write_checklist(edition, home / "daftar.xlsx")
    return home / "daftar.xlsx"


def places(sheet: Worksheet) -> tuple[dict[str, int], dict[str, int]]:
    """The rows of entries and the columns of ids, as the hidden row and column have them."""
    columns = {str(cell.value).removeprefix("kit:"): cell.column for cell in sheet[1] if cell.value}
    return {str(row[0].value): row[0].row for row in sheet.iter_rows(min_row=5)}, columns


def filled(path: Path, wanted: Mapping[tuple[str, str], Any]) -> Path:
    """Type into a workbook, by entry and column."""
    book = load_workbook(path)
    sheet = book.worksheets[1]
    rows, columns = places(sheet)
    for (entry, column), value in wanted.items():
        sheet.cell(rows[entry], columns[column]).value = value
    book.save(path)
    return path


def at(path: Path, entry: str, column: str) -> tuple[int, str]:
    rows, columns = places(load_workbook(path).worksheets[1])
    return rows[entry], get_column_letter(columns[column])


ALL = {
    ("E1", "received:digital"): datetime.fromisoformat("2025-10-17 14:30"),
    ("E1", "received:paper"): "2025-10-17 15:00",
    ("E1", "checked:surat"): "Ya",
    ("E1", "checked:isi"): "yes",
    ("E1", "admission:"): "Memenuhi syarat",
    ("E2", "checked:surat"): "Perlu perbaikan",
    ("E2", "checked:surat:note"): "Belum\nditandatangani",
    ("E2", "cure_until:"): datetime.fromisoformat("2025-10-24"),
    ("E2", "cure_until::note"): "Surat ditandatangani",
    ("E3", "admission:"): "Tidak memenuhi syarat",
    ("E3", "admission::note"): "Di luar kewenangan daerah",
}


def brought(edition: Edition, path: Path) -> int:
    return record_checklist(edition, read_checklist(edition, path), "SEK-1")


def test_what_was_filled_in_is_recorded_once(edition: Edition, path: Path) -> None:
    filled(path, ALL)
    returned = read_checklist(edition, path)
    assert edition.history.events(["checked", "admission"]).empty
    assert "8 baru, 0 berubah" in returned.preview(edition)
    assert record_checklist(edition, returned, "SEK-1") == 8
    held = dossiers(edition)
    assert {entry: dossier.state for entry, dossier in held.items()} == {
        "E1": "eligible",
        "E2": "to_complete",
        "E3": "not_eligible",
    }
    assert held["E1"].of("received", "digital").value == "2025-10-17T14:30+07:00"
    assert held["E1"].of("received", "paper").value == "2025-10-17T15:00+07:00"
    assert held["E2"].of("checked", "surat")[:2] == ("to_complete", "Belum ditandatangani")
    assert held["E2"].of("cure_until")[:2] == ("2025-10-24", "Surat ditandatangani")
    assert held["E3"].of("admission").actor == "SEK-1"
    before = edition.ledger.fingerprint()
    again = read_checklist(edition, path)
    assert "Tidak ada yang berubah" in again.preview(edition)
    assert (record_checklist(edition, again, "SEK-1"), edition.ledger.fingerprint()) == (0, before)


@pytest.mark.parametrize("written", ["01/03/2024 09:00", "1/3/2024 9.00", "1 Maret 2024 09.00", "1 March 2024, 09:00"])
def test_a_moment_is_read_as_the_checklist_says_and_as_people_write_it(
    edition: Edition, path: Path, written: str
) -> None:
    filled(path, {("E1", "received:digital"): written})
    assert brought(edition, path) == 1
    assert dossiers(edition)["E1"].of("received", "digital").value == "2024-03-01T09:00+07:00"


def test_an_untouched_workbook_brings_nothing_whatever_is_on_record(edition: Edition, home: Path, path: Path) -> None:
    brought(edition, filled(path, ALL))
    write_checklist(edition, home / "lagi.xlsx")
    assert read_checklist(edition, home / "lagi.xlsx").changes["outcome"].unique().tolist() == ["same"]
    assert brought(edition, home / "lagi.xlsx") == 0


def test_emptying_deletes_nothing_and_an_old_file_reverts_nothing(edition: Edition, home: Path, path: Path) -> None:
    brought(edition, filled(path, ALL))
    write_checklist(edition, home / "lama.xlsx")
    say(edition, answers("E2", "yes"))
    old = filled(home / "lama.xlsx", {("E2", "checked:surat:note"): None, ("E3", "admission:"): None})
    assert brought(edition, old) == 0
    assert dossiers(edition)["E2"].of("checked", "surat").value == "yes"
    conflict = filled(old, {("E2", "checked:surat"): "Tidak"})
    assert "padahal isian yang tercatat berbeda" in read_checklist(edition, conflict).preview(edition)
    assert brought(edition, conflict) == 0


def test_an_emptied_note_beside_an_answer_stands(edition: Edition, home: Path, path: Path) -> None:
    brought(edition, filled(path, ALL))
    write_checklist(edition, home / "lagi.xlsx")
    assert brought(edition, filled(home / "lagi.xlsx", {("E2", "checked:surat:note"): None})) == 0
    assert dossiers(edition)["E2"].of("checked", "surat").text == "Belum ditandatangani"


def test_a_verifier_goes_on_in_the_same_file(edition: Edition, path: Path) -> None:
    assert brought(edition, filled(path, {("E1", "checked:surat"): "Tidak"})) == 1
    assert brought(edition, filled(path, {("E1", "checked:surat"): "Ya"})) == 1
    assert dossiers(edition)["E1"].of("checked", "surat").value == "yes"


@pytest.mark.parametrize(
    ("cell", "value", "kind"),
    [
        (("E1", "checked:surat"), "mungkin", "check_unknown"),
        (("E1", "received:paper"), "kemarin", "unclear_moment"),
        (("E1", "received:paper"), "31/02/2024 09:00", "unclear_moment"),
        (("E1", "admission:"), "Memenuhi syarat", "items_not_met"),
        (("E2", "admission:"), "Not eligible", "refusal_without_reason"),
        (("E2", "title"), "Inovasi E1", "row_mixed_up"),
    ],
)
def test_a_mistake_is_named_with_its_cell_and_nothing_is_recorded(
    edition: Edition, path: Path, cell: tuple[str, str], value: str, kind: type[Exception]
) -> None:
    filled(path, {("E3", "checked:surat"): "Ya", cell: value})
    with pytest.raises(Mistakes) as refusal:
        read_checklist(edition, path)
    (found,) = refusal.value
    row, column = at(path, *cell)
    assert (found.code, found.data["row"]) == (kind, row)
    assert str(found.data["column"]).split(", ")[0] == column
    assert all(said.startswith("daftar.xlsx") for said in (found.say(language) for language in LANGUAGES))
    assert edition.history.events(["checked"]).empty


def test_a_row_copied_twice_is_refused(edition: Edition, path: Path) -> None:
    book = load_workbook(path)
    sheet = book.worksheets[1]
    sheet.append([cell.value for cell in sheet[5]])
    book.save(path)
    with pytest.raises(Mistakes) as refusal:
        read_checklist(edition, path)
    assert "duplicate_entry" in {mistake.code for mistake in refusal.value}


def test_other_files_are_refused(edition: Edition, home: Path, path: Path) -> None:
    (home / "rusak.xlsx").write_bytes(b"PK")
    with problem("mistakes", "damaged_workbook"):
        read_checklist(edition, home / "rusak.xlsx")
    with problem("sheets_exist"):
        write_checklist(edition, path)


def test_a_score_sheet_is_no_checklist(home: Path) -> None:
    scores = sheet_of(opened(home), home)
    for left in (home / "data" / "2025").glob("ledger.*"):
        left.unlink()
    with problem("not_score_sheet"):
        read_checklist(selecting(home), scores)


def test_a_closed_selection_takes_no_file(edition: Edition, path: Path) -> None:
    returned = read_checklist(edition, filled(path, {("E1", "checked:surat"): "Ya"}))
    admitted(edition, *ENTRIES)
    rounds.close(edition, "r1")
    with problem("selection_not_open"):
        record_checklist(edition, returned, "SEK-1")


def test_what_was_decided_since_the_preview_is_heeded(edition: Edition, path: Path) -> None:
    returned = read_checklist(edition, filled(path, {("E1", "checked:surat"): "Tidak"}))
    say(edition, [*answers("E1", "yes", "yes"), eligible("E1")])
    assert record_checklist(edition, returned, "SEK-1") == 0
    assert dossiers(edition)["E1"].state == "eligible"


def test_a_note_without_an_answer_is_a_note(edition: Edition, path: Path) -> None:
    assert brought(edition, filled(path, {("E1", "checked:surat:note"): "Tanyakan kepada unit"})) == 1
    assert dossiers(edition)["E1"].of("checked", "surat")[:2] == ("", "Tanyakan kepada unit")
    assert brought(edition, path) == 0


@settings(max_examples=200)
@given(st.sampled_from(["", "yes", "no"]), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_an_answer_and_its_note_come_apart_as_they_were_put_together(value: str, note: str) -> None:
    assert _both(_one("checked", value, note)) == (value, in_one_line(note))


@pytest.mark.office
def test_libreoffice_keeps_everything(edition: Edition, home: Path, path: Path) -> None:
    saved = resaved(filled(path, ALL), home)
    assert brought(edition, saved) == 8
    assert dossiers(edition)["E1"].of("received", "digital").value == "2025-10-17T14:30+07:00"


def test_the_city_s_checklist_has_every_entry_and_item(tmp_path: Path) -> None:
    with sample_home(tmp_path) as home:
        edition = kit.open("2025")
        write_checklist(edition, home / "daftar.xlsx")
        rows, columns = places(load_workbook(home / "daftar.xlsx").worksheets[1])
        assert len(rows) == 49
        assert len([name for name in columns if name.startswith("checked:") and not name.endswith("note")]) == 11
        assert read_checklist(edition, home / "daftar.xlsx").fresh.empty


# The command


def test_the_command_shows_writes_and_takes_back(
    edition: Edition, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["entry", "selection", "2025"]) == 0
    assert "Dari 3 proposal terdaftar" in capsys.readouterr().out
    path = str(home / "keluar.xlsx")
    assert main(["entry", "checklist", "2025", "--out", path]) == 0
    filled(home / "keluar.xlsx", ALL)
    capsys.readouterr()
    for code in ("", "SEK-1"):
        assert main(["entry", "import", "2025", path, "--by", code]) == 1
    said = capsys.readouterr()
    assert "Kode pemeriksa belum diisi" in said.err
    assert "8 baru" in said.out
    assert edition.history.events(["checked"]).empty
    assert main(["entry", "import", "2025", path, "--by", "SEK-1", "--yes"]) == 0
    edition.refresh()
    assert len(edition.history.events(["checked"])) == 3
    assert main(["round", "close", "2025", "r1"]) == 1
    assert "E2" in capsys.readouterr().err
    assert main(["round", "close", "2025", "r1", "--reason", "E2 menyusul"]) == 0
