"""A small edition on disk for tests of registers and marks: two groups, two rounds, three judges, four entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook

from kit.registers import Registers, load_registers
from kit.rules import read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kit.rules import Rules

RULES = """
edition: "2025"
title: Kompetisi Contoh
organiser: Kota Contoh
groups:
  - {id: K1, name: Kelompok 1, unit_types: [Dinas, Kecamatan]}
  - {id: K2, name: Kelompok 2, unit_types: [Kelurahan]}
categories:
  - {id: pelayanan, name: {id: Inovasi pelayanan publik, en: Public service innovation}}
  - {id: tata-kelola, name: {id: Tata kelola pemerintahan, en: Governance}}
rounds:
  - {id: berkas, name: Seleksi administrasi, kind: checklist}
  - id: proposal
    name: Penilaian proposal
    scale: {low: 1, high: 5, step: 0.5}
    criteria:
      - {id: K1, name: {id: Kebaruan, en: Novelty}, weight: 40}
      - {id: K2, name: {id: "Manfaat: kemudahan", en: "Benefit: ease"}, weight: 60}
    score: [{over: criteria, by: weighted_mean}, {over: judges, by: mean, round: 2}]
  - id: presentasi
    name: Presentasi
    scale: {low: 0, high: 100, step: 0.1}
    score: [{over: judges, by: mean, round: 2}]
"""
UNITS = [
    ["unit_id", "name", "unit_type", "parent"],
    ["U1", "Dinas Contoh Anggrek", "Dinas", ""],
    ["U2", "Kelurahan Contoh Melati", "Kelurahan", "U3"],
    ["U3", "Kecamatan Contoh Utara", "Kecamatan", ""],
]
ENTRIES = [
    ["entry_id", "title", "unit_id", "category", "sop", "applied_since", "partners"],
    ["K1-01", "Antrean Cepat", "U1", "pelayanan", "ya", "2024-03-01", "Kampus Contoh; Radio Contoh"],
    ["K1-02", "Arsip Rapi", "U1", "tata-kelola", "tidak", "", ""],
    ["K2-01", "Kebun Gizi", "U2", "pelayanan", "", "", ""],
    ["K2-02", "Peta Banjir", "U3", "pelayanan", "ya", "2025-01-15", ""],
]
JUDGES = [
    ["judge_id", "name", "institution", "rounds", "conflicts"],
    ["J1", "Ani Contoh", "Lembaga A", "", ""],
    ["J2", "Budi Contoh", "Lembaga B", "proposal", ""],
    ["J3", "Citra Contoh", "Lembaga C", "", ""],
]

Rows = list[list[str]]


def text(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    """Rows as CSV, each cell between quotes."""
    return "".join(delimiter.join('"' + str(cell).replace('"', '""') + '"' for cell in row) + "\n" for row in rows)


def save(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write rows as what the file's suffix says."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(list(row))
        book.save(path)
    else:
        path.write_text(text(rows), encoding="utf-8", newline="")
    return path


def with_cell(rows: Rows, row: int, column: str, cell: str) -> Rows:
    """The rows with one cell replaced, or a new column with it; ``row`` as a spreadsheet counts."""
    header = rows[0] if column in rows[0] else [*rows[0], column]
    changed = [header, *([*cells, *[""] * (len(header) - len(cells))] for cells in rows[1:])]
    changed[row - 1][header.index(column)] = cell
    return changed


def edition(folder: Path, rules: str = RULES, **registers: Rows | None) -> Path:
    """Write the edition, with registers replaced, added or (None) left out."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8", newline="\n")
    for name, rows in ({"units": UNITS, "entries": ENTRIES, "judges": JUDGES} | registers).items():
        if rows is not None:
            save(folder / f"{name}.csv", rows)
    return folder


def opened(folder: Path) -> tuple[Rules, Registers]:
    """Read the edition's rules and registers."""
    rules, _ = read_rules(folder / "rules.yaml")
    return rules, load_registers(folder, rules)
