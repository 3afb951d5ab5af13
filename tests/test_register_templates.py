"""Templates of the registers: choices from the rules, locked headers, and nothing in them is taken for an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from folders import ENTRIES, JUDGES, RULES, UNITS, opened
from openpyxl import load_workbook

from kit.errors import Mistakes, fold
from kit.register_templates import template
from kit.registers import COLUMNS, load_registers
from kit.rules import read_rules
from kit.texts import LANGUAGES, read_chapter

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from kit.rules import Rules

NAMES = ("units", "entries", "judges")


@pytest.fixture(params=LANGUAGES)
def rules(request: pytest.FixtureRequest, tmp_path: Path) -> Rules:
    """The rules in each language."""
    (tmp_path / "rules.yaml").write_text(f"language: {request.param}\n" + RULES, encoding="utf-8")
    return read_rules(tmp_path / "rules.yaml")[0]


@pytest.fixture
def folder(rules: Rules, tmp_path: Path) -> Path:
    """The templates of all registers, for units that are known."""
    (tmp_path / "units.xlsx").write_bytes(template("units", rules))
    (tmp_path / "entries.xlsx").write_bytes(template("entries", rules, units=[row[1] for row in UNITS[1:]]))
    (tmp_path / "judges.xlsx").write_bytes(template("judges", rules))
    return tmp_path


def fill(path: Path, rows: list[list[str]]) -> Worksheet:
    """Fill in a template as a person does: what is known, below the header that it belongs to."""
    book = load_workbook(path)
    page, columns = book.worksheets[0], COLUMNS[path.stem]  # type: ignore[index]
    for number, row in enumerate(rows[1:], 2):
        for column, text in zip(rows[0], row, strict=True):
            page.cell(number, columns.index(column) + 1).value = text or None
    book.save(path)
    return page


def test_what_is_filled_in_is_the_register(folder: Path) -> None:
    fill(folder / "units.xlsx", UNITS)
    names = {unit: name for unit, name, *_ in UNITS[1:]}
    fill(folder / "entries.xlsx", [[names.get(cell, cell) for cell in row] for row in ENTRIES])
    fill(folder / "judges.xlsx", JUDGES)
    _, registers = opened(folder)
    assert registers.units["parent"].tolist() == ["", "U3", ""]
    assert registers.entries[["entry_id", "unit_id", "applied_since"]].to_numpy().tolist() == [
        ["K1-01", "U1", "2024-03-01"],
        ["K1-02", "U1", ""],
        ["K2-01", "U2", ""],
        ["K2-02", "U3", "2025-01-15"],
    ]
    assert registers.judges["name"].tolist() == [row[1] for row in JUDGES[1:]]


def test_examples_and_guide_are_no_entries(folder: Path, rules: Rules) -> None:
    with pytest.raises(Mistakes) as caught:
        load_registers(folder, rules)
    assert [mistake.code for mistake in caught.value] == ["empty_register", "empty_edition", "empty_register"]


def choices(path: Path) -> dict[str, list[str]]:
    """What each column of a template offers, by the column's name."""
    book = load_workbook(path)
    found = {}
    for rule in book.worksheets[0].data_validations.dataValidation:
        if rule.type == "list":
            cells = book["kit"][rule.formula1.removeprefix("kit!").replace("$", "")]
            column = COLUMNS[path.stem][next(iter(rule.sqref.ranges)).min_col - 1]  # type: ignore[index]
            found[column] = [row[0].value for row in cells] if isinstance(cells, tuple) else [cells.value]
    return found


def test_cells_offer_what_the_rules_say(folder: Path, rules: Rules) -> None:
    yes_or_no = [["ya", "tidak"], ["yes", "no"]][rules.language == "en"]
    assert choices(folder / "units.xlsx") == {"unit_type": ["Dinas", "Kecamatan", "Kelurahan"]}
    assert choices(folder / "judges.xlsx") == {"rounds": ["berkas", "proposal", "presentasi", "cadangan"]}
    assert choices(folder / "entries.xlsx") == {
        "unit_id": [row[1] for row in UNITS[1:]],
        "category": [category.name.say(rules.language) for category in rules.categories],
        "stage": ["inisiatif", "uji coba", "penerapan"],
        **dict.fromkeys(("digital", "team", "sop", "funding", "legal_basis"), yes_or_no),
    }


@pytest.mark.parametrize("name", NAMES)
def test_headers_are_locked_and_in_sight_and_cells_are_open(folder: Path, name: str) -> None:
    book = load_workbook(folder / f"{name}.xlsx")
    page, guide, hidden = book.worksheets
    assert (page.sheet_state, guide.sheet_state, hidden.sheet_state) == ("visible", "visible", "hidden")
    assert page.protection.sheet
    assert page.freeze_panes == "B2"
    assert all(cell.protection.locked for cell in page[1])
    assert not any(columns.protection.locked for columns in page.column_dimensions.values())
    shown = [fold(str(value)) for row in guide.values for value in row if value]
    assert {fold(str(cell.value)) for cell in page[1]} <= set(shown)


def test_excel_shows_what_is_said_of_each_column() -> None:
    """It takes titles of 32 characters and messages of 255; xlsxwriter would leave out what is longer."""
    for key, text in read_chapter("registers").items():
        assert max(map(len, text.values())) <= 255, key
