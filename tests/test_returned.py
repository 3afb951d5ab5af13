"""A sheet that comes back brings what the judge changed on it, and nothing else; whatever does not fit is named."""

from __future__ import annotations

import shutil
from datetime import datetime
from itertools import count, product
from typing import TYPE_CHECKING, Any

import pytest
from conftest import CI
from contests import single
from homes import TODAY_SAID, empty_home
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from problems import problem
from scoresheets import (
    ENTRIES,
    address,
    filled,
    now,
    opened,
    places,
    rearranged,
    resaved,
    say,
    sheet_of,
    table,
)

import kit
from kit.actions import append
from kit.contest import rounds
from kit.edition import Edition
from kit.errors import Mistakes, Problem
from kit.judging.incoming import Incoming, read_files, record_files
from kit.judging.score_sheet import is_sheet, write_sheets
from kit.ledger import Event
from kit.workbooks import FRESH, outcome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def edition(home: Path) -> Edition:
    return opened(home)


@pytest.fixture
def path(edition: Edition, home: Path) -> Path:
    return sheet_of(edition, home / "kotak")


def exported(edition: Edition, folder: Path) -> Path:
    """The workbook with values in it, as only a closed round has it; the round is open again."""
    rounds.close(edition, "r1", "uji")
    path = sheet_of(edition, folder)
    rounds.open(edition, "r1", "uji")
    return path


def outcomes(edition: Edition, *paths: Path) -> dict[tuple[str, str], str]:
    """What becomes of each cell that says something."""
    changes = read_files(edition, paths).changes
    return {(row.entry_id, row.criterion): row.outcome for row in changes.itertuples()}


def recorded(edition: Edition, incoming: Incoming) -> int:
    """Record what was read, and return how many cells that was."""
    brought = record_files(edition, incoming)
    return brought.marks + brought.comments


def brought(edition: Edition, *paths: Path) -> int:
    return recorded(edition, read_files(edition, paths))


def refused(edition: Edition, *paths: Path) -> list[Problem]:
    """Every mistake of the files; nothing is recorded."""
    before = edition.ledger.fingerprint()
    with pytest.raises(Mistakes) as caught:
        read_files(edition, paths)
    assert edition.ledger.fingerprint() == before
    return list(caught.value)


FULL = {
    **{(entry, "A"): 3.5 for entry in ENTRIES},
    **{(entry, "B"): 4 for entry in ENTRIES},
    ("E1", "entrant"): "Bukti kuat.\nLanjutkan.",
    ("E3", "internal"): "+ rapi, - belum ada SOP",
}
RECORDED = {key: str(value) for key, value in FULL.items()}


# Out and back


def test_a_filled_sheet_brings_its_marks_and_comments(edition: Edition, path: Path) -> None:
    filled(path, FULL)
    assert set(outcomes(edition, path).values()) == {"new"}
    assert brought(edition, path) == 8
    assert now(edition) == RECORDED
    events = edition.history.events(["mark", "comment"])
    assert set(events["actor"]) == {"committee"}
    assert edition.ledger.verify() == []


def test_the_same_sheet_twice_changes_nothing(edition: Edition, path: Path) -> None:
    filled(path, FULL)
    brought(edition, path)
    before = edition.ledger.fingerprint()
    again = read_files(edition, [path])
    assert recorded(edition, again) == 0
    assert edition.ledger.fingerprint() == before
    assert set(again.changes["outcome"]) == {"same"}
    assert again.preview(edition).splitlines() == [
        path.name,
        "  Isi berkas ini sudah tercatat. Tidak ada nilai yang berubah.",
        "  juri J1 (Nama J1), tahap 1: nilai 6 sama; catatan 2 sama",
    ]


def test_an_untouched_sheet_brings_nothing(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "3.5", ("E1", "entrant"): "Baik."})
    back = read_files(edition, [exported(edition, home)])
    assert "Isi berkas ini sudah tercatat." in back.preview(edition)
    assert recorded(edition, back) == 0
    empty = read_files(edition, [sheet_of(edition, home / "kosong", "J2")])
    assert "Berkas ini tidak memuat nilai atau catatan." in empty.preview(edition)


def test_recording_twice_what_was_read_once_records_once(edition: Edition, path: Path) -> None:
    back = read_files(edition, [filled(path, FULL)])
    assert [recorded(edition, back), recorded(edition, back)] == [8, 0]


def test_a_mark_that_came_in_after_the_preview_is_not_reverted(edition: Edition, path: Path) -> None:
    back = read_files(edition, [filled(path, {("E1", "A"): 3, ("E1", "B"): 4})])
    say(edition, "J1", {("E1", "A"): "5"})
    assert recorded(edition, back) == 1
    assert now(edition) == {("E1", "A"): "5", ("E1", "B"): "4"}


def test_judges_round_and_revision_are_known_from_inside(edition: Edition, home: Path) -> None:
    say(edition, "J2", {("E1", "A"): "2"})
    made = {judge: sheet_of(edition, home / "keluar", judge) for judge in ("J1", "J2")}
    inbox = home / "masuk"
    inbox.mkdir()
    for judge, path in made.items():
        shutil.copy(filled(path, {("E2", "A"): 3}), inbox / f"Salinan (1) {'J1' if judge == 'J2' else 'J2'}.XLSX")
    (inbox / "~$Salinan.xlsx").write_bytes(b"Juri")
    (inbox / "catatan.txt").write_text("bukan lembar", encoding="utf-8")
    back = read_files(edition, [inbox])
    assert len(back.files) == 2
    assert recorded(edition, back) == 2
    assert (now(edition), now(edition, "J2")) == ({("E2", "A"): "3"}, {("E1", "A"): "2", ("E2", "A"): "3"})


def test_a_file_named_twice_or_sent_twice_counts_once(edition: Edition, path: Path) -> None:
    filled(path, FULL)
    shutil.copy(path, path.with_name("lagi.xlsx"))
    back = read_files(edition, [path, path.parent, path.parent / ".." / path.parent.name / path.name])
    assert len(back.files) == 2
    assert back.changes.groupby("file")["outcome"].unique().map(list).tolist() in (
        [["new"], ["same"]],
        [["same"], ["new"]],
    )
    assert recorded(edition, back) == 8


def test_copies_in_two_folders_are_told_apart(edition: Edition, path: Path) -> None:
    other = path.parent / "lain" / path.name
    other.parent.mkdir()
    shutil.copy(filled(path, FULL), other)
    assert len(set(read_files(edition, [path, other]).changes["file"])) == 2


def test_marks_are_read_as_judges_type_them(edition: Edition, path: Path) -> None:
    brought(edition, filled(path, {("E1", "A"): "3,5", ("E1", "B"): " 3.5 ", ("E2", "A"): "3,50", ("E2", "B"): 3.5}))
    assert set(now(edition).values()) == {"3.5"}


def test_sorted_rows_and_moved_columns_bring_the_same(edition: Edition, path: Path) -> None:
    filled(path, FULL)
    plain = outcomes(edition, path)
    rearranged(path, ["E3", "E1", "E2"], ["internal", "B", "total", "empty", "A", "entrant", "key", "title", "entry"])
    assert outcomes(edition, path) == plain
    brought(edition, path)
    assert now(edition) == RECORDED


def test_comments_keep_what_was_written(edition: Edition, path: Path) -> None:
    brought(edition, filled(path, {("E1", "entrant"): "  a_x000D_\nb_x000B_c\u00a0d \n", ("E1", "internal"): 5}))
    assert now(edition) == {("E1", "entrant"): "a\nb\nc\u00a0d", ("E1", "internal"): "5"}


def test_comments_that_nobody_touched_stay_as_they_are(edition: Edition, home: Path) -> None:
    texts = ["baris\r\nbaru", "_x0041_ apa adanya", "=1+1", " tepi ", "a\u2028b", "x" * 40_000]
    say(edition, "J1", dict(zip(product(ENTRIES, ("entrant", "internal")), texts, strict=True)))
    assert brought(edition, filled(exported(edition, home), {})) == 0


@pytest.mark.office
@pytest.mark.parametrize("through", ["xlsx", "ods"])
def test_every_mark_survives_libreoffice(through: str, edition: Edition, home: Path, path: Path) -> None:
    say(edition, "J1", {("E1", "A"): "1.5", ("E2", "internal"): "tetap\nada"})
    path = filled(exported(edition, path.parent / "isi"), FULL)
    plain = read_files(edition, [path])
    saved = read_files(edition, [resaved(path, home, through=through)])
    assert saved.preview(edition) == plain.preview(edition)
    assert saved.changes.equals(plain.changes)
    assert recorded(edition, saved) == 8
    assert now(edition) == RECORDED | {("E2", "internal"): "tetap\nada"}


# Three ways

VALUES = ("", "1", "2", "3")


def test_every_case_of_the_merge() -> None:
    for base, theirs, ours, moved in product(VALUES, VALUES, VALUES, [False, True]):
        found, wrote = outcome(base, theirs, ours, moved=moved), theirs not in {"", base}
        if found in FRESH:  # the judge wrote something, and nobody else did
            assert wrote
            assert (ours, moved) == (base, False)
            assert found == ("changed" if ours else "new")
        elif found == "conflict":  # both wrote, and not the same
            assert wrote
            assert ours != theirs
            assert moved or ours != base
        elif found == "kept":  # the sheet has a blank, or what it was exported with
            assert ours != theirs
            assert not wrote
        else:
            assert ours == theirs
            assert found == ("same" if ours else None)


def test_an_old_sheet_never_reverts_newer_marks(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "2", ("E1", "B"): "2"})
    path = exported(edition, home)
    say(edition, "J1", {("E1", "A"): "5", ("E1", "B"): ""})
    filled(path, {("E2", "A"): 3})
    assert outcomes(edition, path) == {("E1", "A"): "kept", ("E1", "B"): "kept", ("E2", "A"): "new"}
    assert "dikosongkan" not in read_files(edition, [path]).preview(edition)
    brought(edition, path)
    assert now(edition) == {("E1", "A"): "5", ("E2", "A"): "3"}


def test_blanks_never_delete(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "2", ("E1", "entrant"): "Baik."})
    path = filled(exported(edition, home), {("E1", "A"): None, ("E1", "entrant"): "  "})
    back = read_files(edition, [path])
    assert set(back.changes["outcome"]) == {"kept"}
    assert (
        f"{address(path, 'E1', 'A')}, E1 kriteria A: sel dikosongkan, isian yang tercatat tetap berlaku"
        in back.preview(edition)
    )
    assert recorded(edition, back) == 0
    assert now(edition) == {("E1", "A"): "2", ("E1", "entrant"): "Baik."}


def test_a_deleted_row_deletes_nothing(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "2"})
    path = exported(edition, home)
    book = load_workbook(path)
    sheet = book.worksheets[2]
    for cell in sheet[places(sheet)[0]["E1"]]:
        cell.value = None
    book.save(path)
    back = read_files(edition, [path])
    assert back.changes[["cell", "outcome"]].to_numpy().tolist() == [["", "kept"]]
    assert "(baris dihapus), E1 kriteria A" in back.preview(edition)


def test_conflicts_are_listed_and_not_written(edition: Edition, path: Path) -> None:
    say(edition, "J1", {("E1", "A"): "5", ("E1", "internal"): "di formulir"})
    filled(path, {("E1", "A"): 3, ("E1", "internal"): "di lembar", ("E1", "B"): 2})
    back = read_files(edition, [path])
    assert outcomes(edition, path) == {("E1", "A"): "conflict", ("E1", "internal"): "conflict", ("E1", "B"): "new"}
    said = back.preview(edition)
    assert "nilai 1 baru dan 1 bertentangan; catatan 1 bertentangan" in said
    assert f"{address(path, 'E1', 'A')}, E1 kriteria A: 3 bertentangan dengan isian juri J1 pada {TODAY_SAID}" in said
    assert 'catatan internal: "di lembar" bertentangan' in said
    assert recorded(edition, back) == 1
    assert now(edition) == {("E1", "A"): "5", ("E1", "B"): "2", ("E1", "internal"): "di formulir"}


def test_what_was_taken_back_or_confirmed_since_is_not_changed(edition: Edition, home: Path) -> None:
    """The ledger holds what it held at the export, but the judge has had second thoughts in between."""
    say(edition, "J1", {("E1", "A"): "2"})
    path = filled(exported(edition, home), {("E1", "A"): 3, ("E1", "B"): 3})
    assert outcomes(edition, path) == {("E1", "A"): "changed", ("E1", "B"): "new"}
    say(edition, "J1", {("E1", "A"): "2", ("E1", "B"): "3"})
    say(edition, "J1", {("E1", "B"): ""})
    assert outcomes(edition, path) == {("E1", "A"): "conflict", ("E1", "B"): "conflict"}
    assert brought(edition, path) == 0


def test_changes_are_shown_before_they_are_written(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "2.5", ("E2", "A"): "1"})
    path = filled(exported(edition, home), {("E1", "A"): 4, ("E3", "B"): 1})
    back = read_files(edition, [path])
    file, counts, line = back.preview(edition).splitlines()
    assert (file, counts) == (
        path.name,
        "  juri J1 (Nama J1), tahap 1: nilai 1 baru, 1 berubah, dan 1 sama",
    )
    changed = f"    {address(path, 'E1', 'A')}, E1 kriteria A: 4 menggantikan isian juri J1 pada {TODAY_SAID} pukul "
    assert line.startswith(changed)
    (row,) = back.changes[back.changes["outcome"] == "changed"].to_dict("records")
    assert (row["file"], row["cell"], row["base"], row["after"]) == (path.name, address(path, "E1", "A"), "2.5", "4")
    assert len(now(edition)) == 2


def test_two_sheets_of_a_judge_that_disagree_are_both_named(edition: Edition, path: Path) -> None:
    other = filled(path, {("E1", "A"): 4, ("E1", "B"): 4}, path.with_name("lain.xlsx"))
    filled(path, {("E1", "A"): 3, ("E1", "B"): 4})
    assert refused(edition, path, other) == [
        Problem(
            "files_disagree", file="lain.xlsx", other=path.name, n=1, round="r1", judge="J1", entry="E1", criterion="A"
        )
    ]


def test_a_later_sheet_may_go_on_from_an_earlier_one(edition: Edition, path: Path) -> None:
    filled(path, {("E1", "A"): 4})
    brought(edition, path)
    later = filled(exported(edition, path.parent / "lagi"), {("E1", "A"): 5, ("E1", "B"): 2})
    assert brought(edition, path, later) == 2
    assert now(edition) == {("E1", "A"): "5", ("E1", "B"): "2"}


def test_a_judge_may_go_on_in_the_same_sheet_and_correct_it(edition: Edition, path: Path) -> None:
    old = filled(path, {("E1", "A"): 4, ("E1", "entrant"): "Baik."}, path.with_name("salinan-lama.xlsx"))
    brought(edition, old)
    filled(path, {("E1", "A"): 3, ("E1", "B"): 2, ("E1", "entrant"): "Baik sekali."})
    assert outcomes(edition, path) == {("E1", "A"): "changed", ("E1", "B"): "new", ("E1", "entrant"): "changed"}
    assert brought(edition, old, path) == 3
    assert now(edition) == {("E1", "A"): "3", ("E1", "B"): "2", ("E1", "entrant"): "Baik sekali."}
    assert brought(edition, old, path) == 0  # the old copy lies there still, and reverts nothing
    assert outcomes(edition, old)["E1", "A"] == "conflict"
    filled(path, {("E1", "A"): 2})
    assert brought(edition, path) == 1
    assert now(edition)["E1", "A"] == "2"


def test_what_the_form_said_since_is_not_the_sheets_to_correct(edition: Edition, path: Path) -> None:
    brought(edition, filled(path, {("E1", "A"): 4}))
    say(edition, "J1", {("E1", "A"): "5"})
    say(edition, "J1", {("E1", "A"): "4"})
    assert outcomes(edition, filled(path, {("E1", "A"): 3})) == {("E1", "A"): "conflict"}


def test_another_sheet_of_an_open_round_does_not_correct_the_first(edition: Edition, path: Path) -> None:
    """It holds nothing of what was recorded, so that nobody can tell whether the judge knew of it."""
    brought(edition, filled(path, {("E1", "A"): 4, ("E1", "B"): 4, ("E2", "A"): 4}))
    later = filled(sheet_of(edition, path.parent / "lagi"), {("E1", "A"): 5, ("E1", "B"): 4})
    assert outcomes(edition, later) == {("E1", "A"): "conflict", ("E1", "B"): "same", ("E2", "A"): "kept"}


def test_the_preview_says_no_value_of_the_ledger(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "4.5", ("E1", "B"): "4.5", ("E2", "A"): "4.5", ("E1", "internal"): "rahasia"})
    path = filled(exported(edition, home), {("E1", "A"): 3, ("E1", "B"): None, ("E2", "A"): 2, ("E1", "internal"): "x"})
    say(edition, "J1", {("E2", "A"): "3.5"})
    back = read_files(edition, [path])
    assert sorted(back.changes["outcome"]) == ["changed", "changed", "conflict", "kept"]
    assert not any(value in back.preview(edition) for value in ("4,5", "4.5", "3,5", "3.5", "rahasia"))
    assert "sel dikosongkan" in back.preview(edition)
    blank = read_files(edition, [filled(sheet_of(edition, home / "buta"), {("E3", "A"): 1})])
    assert "sel dikosongkan" not in blank.preview(edition)
    assert not {"4.5", "3.5", "rahasia"} & {str(cell) for row in blank.changes.to_numpy() for cell in row}


CELL = st.sampled_from(["", "1", "2.5", "4"])
KEYS = [("E1", "A"), ("E1", "B"), ("E2", "A"), ("E3", "entrant")]
NUMBERS = count()


@given(base=st.tuples(*[CELL] * 4), typed=st.tuples(*[CELL] * 4), since=st.tuples(*[st.none() | CELL] * 4),
       order=st.permutations([*ENTRIES]), blank=st.booleans())  # fmt: skip
@settings(max_examples=15 if CI else 6)
def test_what_the_judge_wrote_on_the_sheet_and_nowhere_else_arrives_once(
    base: Any, typed: Any, since: Any, order: list[str], *, blank: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What the judge wrote on the sheet and nowhere else arrives, once; all else stays as the ledger has it."""
    with empty_home(tmp_path_factory.mktemp(f"gabung{next(NUMBERS)}")) as home:
        edition = opened(home)
        say(edition, "J1", {key: value for key, value in zip(KEYS, base, strict=True) if value})
        path = (sheet_of if blank else exported)(edition, home)
        filled(path, {key: value or None for key, value in zip(KEYS, typed, strict=True)})
        hidden = {key for key, value in zip(KEYS, base, strict=True) if blank and value}
        moved = {key: value for key, value in zip(KEYS, since, strict=True) if value is not None}
        say(edition, "J1", moved)
        ours = now(edition)
        sheet = zip(KEYS, base, typed, strict=True)
        expected = ours | {
            key: says for key, was, says in sheet if says not in {"", was} and key not in {*moved, *hidden}
        }
        found = outcomes(edition, path)
        assert outcomes(edition, rearranged(path, order)) == found
        assert brought(edition, path) == sum(value != ours.get(key) for key, value in expected.items())
        assert now(edition) == expected
        before = edition.ledger.fingerprint()
        assert brought(edition, path) == 0
        assert edition.ledger.fingerprint() == before


# What does not fit

WRONG = [
    (6, "mark_outside_scale", "Nilai 6 berada di luar skala 1–5."),
    (3.7, "mark_off_step", "Nilai 3,7 tidak sesuai dengan kelipatan 0,5."),
    ("baik", "mark_not_number", 'isi "baik" bukan angka.'),
    (True, "mark_not_number", 'isi "TRUE" bukan angka.'),
    (datetime(2026, 5, 3), "mark_not_number", "bukan angka"),  # noqa: DTZ001  (as a spreadsheet keeps 3.5 in some countries)
    ("=2+2", "formula_cell", 'diawali tanda "="'),
    ("#DIV/0!", "error_cell", "pesan kesalahan #DIV/0!"),
]


def test_a_wrong_mark_is_refused_with_its_cell(edition: Edition, path: Path) -> None:
    cell = address(path, "E2", "A")
    for typed, kind, said in WRONG:
        (mistake,) = refused(edition, filled(path, {("E2", "A"): typed, ("E1", "A"): 3}))
        assert mistake.code == kind
        assert str(mistake).startswith(f"{path.name}, baris {cell[1:]}, kolom {cell[0]}: ")
        assert said in str(mistake)


def test_all_mistakes_of_all_files_come_at_once(edition: Edition, home: Path) -> None:
    folder = home / "kotak"
    filled(sheet_of(edition, folder, "J1"), {("E1", "A"): 9, ("E2", "B"): "x", ("E3", "internal"): "=A1"})
    filled(sheet_of(edition, folder, "J2"), {("E1", "A"): 0})
    (folder / "rusak.xlsx").write_bytes(b"PK")
    kinds = [mistake.code for mistake in refused(edition, folder)]
    assert sorted(kinds) == [
        "damaged_workbook", "formula_cell", "mark_not_number", "mark_outside_scale", "mark_outside_scale"]  # fmt: skip


def typed_row(path: Path, key: str, **cells: object) -> Path:
    """Write in a new row below the table, under the ids of the columns."""
    book = load_workbook(path)
    sheet = book.worksheets[2]
    _, columns = places(sheet)
    for name, value in {"key": key, **cells}.items():
        sheet.cell(20, columns[name]).value = value  # type: ignore[assignment]
    book.save(path)
    return path


def test_a_row_that_somebody_added_is_refused(edition: Edition, path: Path) -> None:
    typed_row(path, "", entry="E9", A=3)
    (mistake,) = refused(edition, path)
    assert (mistake.code, mistake.data["value"], mistake.data["row"]) == ("unknown_entry", "E9", 20)
    formula = {"empty": "=2-COUNT(G20,H20)", "total": '=IF(COUNT(G20,H20)<2,"",(2*G20+3*H20)/5)'}
    typed_row(path, "E9", A=3, B=3, **formula)
    (mistake,) = refused(edition, path)
    assert (mistake.code, mistake.data["column"]) == ("unknown_entry", "G, H")


def test_a_row_that_stands_twice_is_refused(edition: Edition, path: Path) -> None:
    rows, columns = places(table(path))
    copied = {name: table(path).cell(rows["E1"], column).value for name, column in columns.items()}
    copied = {name: str(value).replace(str(rows["E1"]), "20") if str(value).startswith("=") else value
              for name, value in copied.items()}  # fmt: skip
    typed_row(path, "E1", **{name: value for name, value in copied.items() if name != "key"})
    (mistake,) = refused(edition, path)
    assert mistake == Problem("duplicate_entry", file=path.name, value="E1", rows=[str(rows["E1"]), "20"])


def test_columns_sorted_apart_are_noticed(edition: Edition, path: Path) -> None:
    for column in ("entry", "title"):
        shown = {entry: table(path)[address(path, entry, column)].value for entry in ENTRIES}
        swapped = {("E1", column): shown["E2"], ("E2", column): shown["E1"]}
        found = refused(edition, filled(path, swapped, path.with_name(f"{column}.xlsx")))
        assert [mistake.code for mistake in found] == ["row_mixed_up"] * 2


def test_a_changed_formula_is_refused(edition: Edition, path: Path) -> None:
    for column, value in product(["total", "empty"], [99, "=1+1", None]):
        changed, cell = path.with_name("berubah.xlsx"), address(path, "E2", column)
        mistake = Problem("formula_changed", file=changed.name, row=int(cell[1:]), column=cell[0])
        assert refused(edition, filled(path, {("E2", column): value}, changed)) == [mistake]


def test_a_lost_or_doubled_column_is_refused(edition: Edition, path: Path) -> None:
    book = load_workbook(path)
    _, columns = places(book.worksheets[2])
    book.worksheets[2].cell(1, columns["B"]).value = "kit:mark:A"
    book.save(path)
    assert refused(edition, path) == [Problem("sheet_columns", file=path.name, columns=["mark:A", "mark:B"])]


def test_changed_hidden_data_are_noticed(edition: Edition, path: Path) -> None:
    for cell in ("A2", "A3", "property"):
        book, changed = load_workbook(path), path.with_name(f"{cell}.xlsx")
        if cell == "property":
            book.custom_doc_props["kit"].value = "2025 r1 J2 0-000000000000"  # type: ignore[attr-defined]
        else:
            text = str(book["kit"][cell].value)
            book["kit"][cell].value = text[:20] + ("B" if text[20:21] == "A" else "A") + text[21:]
        book.save(changed)
        assert refused(edition, changed) == [Problem("hidden_data_changed", file=changed.name)]


def test_the_hidden_sheet_of_another_workbook_is_noticed(edition: Edition, home: Path) -> None:
    """A table pasted over another judge's sheet keeps its own ids, but the titles and the property tell."""
    mine, other = (sheet_of(edition, home / judge, judge) for judge in ("J1", "J2"))
    book, source = load_workbook(mine), load_workbook(other)
    for cell in source["kit"]["A"]:
        book["kit"][cell.coordinate].value = cell.value
    book.save(mine)
    assert refused(edition, mine) == [Problem("hidden_data_changed", file=mine.name)]


def test_comments_with_control_characters_are_refused(edition: Edition, path: Path) -> None:
    filled(path, {("E1", "entrant"): "a_x0007_b"})
    (mistake,) = refused(edition, path)
    assert (mistake.code, mistake.data["code"]) == ("control_character", "U+0007")


def test_a_sheet_with_recused_entries_comes_back(home: Path) -> None:
    edition = opened(home, conflicts={"J1": "E2:kin"})
    path = filled(sheet_of(edition, home), {("E1", "A"): 3, ("E3", "A"): 4})
    assert brought(edition, path) == 2
    (mistake,) = refused(edition, filled(path, {("E2", "A"): 5}))
    assert mistake.code == "recused_mark"


def moved_on(edition: Edition, event: str) -> None:
    """What takes E1 away from J1."""
    about = {"entry_id": "E1"} if event == "admission" else {"entry_id": "E1", "round": "r1", "judge_id": "J1"}
    says = {"recusal": {"text": "kin: ipar"}, "substituted": {"value": "J3", "text": "sakit"}}
    left = {"value": "not_eligible", "text": "mundur"}
    append(edition, Event(kind=event, actor="committee", **about, **says.get(event, left)))


FORBIDS = {"recusal": "recused_mark", "substituted": "not_assigned", "admission": "not_taking_part"}


@pytest.mark.parametrize("event", FORBIDS)
def test_what_is_on_record_already_never_holds_up_other_sheets(event: str, edition: Edition, path: Path) -> None:
    brought(edition, filled(path, FULL))
    moved_on(edition, event)
    other = filled(sheet_of(edition, path.parent, "J2"), {("E2", "A"): 5})
    assert brought(edition, path.parent) == 1
    assert now(edition, "J2") == {("E2", "A"): "5"}
    assert now(edition) == RECORDED
    (mistake,) = refused(edition, filled(path, {("E1", "A"): 1, ("E1", "internal"): "x"}), other)
    row = int(address(path, "E1", "A")[1:])
    assert (mistake.code, mistake.data["row"], mistake.data["column"]) == (FORBIDS[event], row, "G, L")


def test_a_judge_who_left_the_panel_brings_nothing_new(edition: Edition, path: Path) -> None:
    brought(edition, filled(path, FULL))
    everything = [{"entry_id": entry, "value": "J3"} for entry in ENTRIES]
    passed = {"kind": "substituted", "actor": "committee", "round": "r1", "judge_id": "J1", "text": "sakit"}
    append(edition, *(Event(**passed, **one) for one in everything))  # type: ignore[arg-type]  # all are text
    assert brought(edition, path) == 0
    (mistake,) = refused(edition, filled(path, {("E1", "A"): 1}))
    assert (mistake.code, mistake.data["judge"], mistake.data["file"]) == ("not_in_panel", "J1", path.name)


@pytest.mark.parametrize("event", FORBIDS)
def test_what_is_forbidden_since_the_preview_is_not_recorded(event: str, edition: Edition, path: Path) -> None:
    back = read_files(edition, [filled(path, {("E1", "A"): 3, ("E2", "A"): 3})])
    moved_on(kit.open("2025"), event)
    with pytest.raises(Mistakes) as caught:
        recorded(edition, back)
    assert [mistake.code for mistake in caught.value] == [FORBIDS[event]]
    assert now(edition) == {}


def test_a_recusal_in_the_last_moment_is_noticed(edition: Edition, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back = read_files(edition, [filled(path, {("E1", "A"): 3})])
    alone, late = edition.ledger.alone, [Event(kind="recusal", actor="J1", judge_id="J1", entry_id="E1", text="a: b")]

    def overtaken() -> Any:
        if late:
            edition.ledger.append([late.pop()])
        return alone()

    monkeypatch.setattr(edition.ledger, "alone", overtaken)
    with pytest.raises(Mistakes, match="konflik kepentingan"):
        recorded(edition, back)
    assert now(edition) == {}


def test_what_was_not_read_in_a_folder_is_named(edition: Edition, path: Path) -> None:
    folder = filled(path, {("E1", "A"): 3}).parent
    for name in ("juri-2.ods", "juri-3.xlsm", ".tersembunyi.ods", "~$juri-2.ods"):
        (folder / name).write_bytes(b"")
    (folder / "sub").mkdir()
    said = read_files(edition, [folder]).preview(edition)
    assert said.splitlines()[-1].startswith("Tidak dibaca: juri-2.ods, juri-3.xlsm, dan sub/. ")
    assert "Tidak dibaca" not in read_files(edition, [path]).preview(edition)


@pytest.mark.parametrize(
    ("file", "old", "new", "kind"),
    [
        ("rules.yaml", "edition: 2025", "edition: 2024", "sheet_of_other_edition"),
        ("rules.yaml", "id: r1", "id: r2", "unknown_round"),
        ("rules.yaml", "  min_judges:", "  panel: [J1, J2]\n  min_judges:", "not_in_panel"),
        ("judges.csv", "J3", "J9", "unknown_judge"),
    ],
)
def test_a_sheet_from_elsewhere_is_refused(
    file: str, old: str, new: str, kind: str, edition: Edition, home: Path
) -> None:
    """It says itself for which edition, round and judge it was written."""
    path = filled(sheet_of(edition, home, "J3"), {("E1", "A"): 3})
    source = edition.folder / file
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace(old, new), encoding="utf-8")
    (mistake,) = refused(Edition(edition.folder), path)
    assert (mistake.code, mistake.data["file"]) == (kind, path.name)


def test_files_that_are_no_sheets_are_named(edition: Edition, home: Path) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "rekap"
    book.save(home / "rekap.xlsx")
    (home / "kunci.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    (home / "rusak.xlsx").write_bytes(b"tidak ada")
    (home / "kosong").mkdir()
    names = ["rekap.xlsx", "kunci.xlsx", "rusak.xlsx", "tidak-ada.xlsx", "kosong"]
    assert {
        mistake.code: str(mistake).partition(":")[0] for mistake in refused(edition, *(home / n for n in names))
    } == {
        "column_missing": "rekap.xlsx, baris 1",
        "password_protected": "kunci.xlsx",
        "damaged_workbook": "rusak.xlsx",
        "file_missing": "tidak-ada.xlsx",
        "inbox_empty": "Folder kosong tidak memuat lembar penilaian atau berkas nilai (.xlsx atau .csv).",
    }
    assert not any(is_sheet(home / name) for name in names)


def test_a_sheet_is_known_from_other_workbooks(path: Path) -> None:
    assert is_sheet(path)
    renamed = path.rename(path.with_name("apa saja.xlsx"))
    assert is_sheet(renamed)
    assert not is_sheet(renamed.rename(renamed.with_suffix(".zip")))


def test_a_round_that_is_closed_before_or_after_the_preview_takes_nothing(edition: Edition, path: Path) -> None:
    back = read_files(edition, [filled(path, {("E1", "A"): 3, ("E2", "internal"): "x"})])
    rounds.close(edition, "r1", "uji")
    (mistake,) = refused(edition, path)
    assert (mistake.code, mistake.data["row"], mistake.data["column"]) == ("round_not_open", "5, 7", "G, L")
    with pytest.raises(Mistakes, match='"r1" tidak sedang dibuka'):
        record_files(edition, back)
    assert now(edition) == {}


def test_changed_rules_hold_the_record_back(edition: Edition, path: Path) -> None:
    filled(path, {("E1", "A"): 3})
    entries = edition.folder / "entries.csv"
    entries.write_text(entries.read_text(encoding="utf-8").replace("Inovasi E3", "Inovasi lain"), encoding="utf-8")
    changed = Edition(edition.folder)
    with problem("rules_changed"):
        recorded(changed, read_files(changed, [path]))


def test_a_mark_that_the_scale_has_lost_since_does_not_spoil_the_sheet(edition: Edition, home: Path) -> None:
    say(edition, "J1", {("E1", "A"): "5"})
    path = filled(sheet_of(edition, home), {("E1", "B"): 4})
    rules = edition.folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("high: 5", "high: 4"), encoding="utf-8")
    rounds.accept_changes(Edition(edition.folder), "uji")
    assert outcomes(Edition(edition.folder), filled(path, {("E1", "A"): 5})) == {
        ("E1", "A"): "same", ("E1", "B"): "new"}  # fmt: skip


def test_a_round_of_single_marks_goes_out_and_comes_back(home: Path) -> None:
    edition = opened(home, round_=single())
    path = filled(
        write_sheets(edition, "r1", home)[0], {("E1", "mark"): "80,1", ("E2", "mark"): 0, ("E3", "mark"): 80.1}
    )
    assert brought(edition, path) == 3
    assert now(edition) == {("E1", "mark"): "80.1", ("E2", "mark"): "0", ("E3", "mark"): "80.1"}


def test_a_true_number_has_decimals_and_a_text_may_mean_thousands(home: Path) -> None:
    edition = opened(home, round_=single(scale={"low": 0, "high": 10_000, "step": "0.001"}))
    path = filled(write_sheets(edition, "r1", home)[0], {("E1", "mark"): 1.234})
    assert brought(edition, path) == 1
    assert now(edition) == {("E1", "mark"): "1.234"}
    (mistake,) = refused(edition, filled(path, {("E2", "mark"): "1.234"}))
    assert mistake.code == "mark_ambiguous"


def test_the_preview_speaks_the_language_of_the_edition(home: Path) -> None:
    edition = opened(home, language="en")
    path = filled(sheet_of(edition, home), {("E1", "A"): 3.5})
    assert read_files(edition, [path]).preview(edition).splitlines() == [
        "score-sheet-2025-r1-J1.xlsx",
        "  judge J1 (Nama J1), round Tahap 1: marks 1 new",
    ]
