"""Where an edition stands: states and counts and the next step, and never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contests import contest, single
from homes import TODAY, decide, give, play, stage
from samples import said, tables

import kit
from kit.contest import plenary, rounds
from kit.contest.decisions import record_decree
from kit.contest.rounds import publish
from kit.report.progress import provenance, status

if TYPE_CHECKING:
    from pathlib import Path

RULES = contest(single(advance={"scope": "group", "places": 1}), single(), simulated=True, notice="USULAN penyusun")
MARKS = {"E1": "83.7 83.7 83.7", "E2": "71.9 71.9 71.9"}
RANK = "Lihat peringkat dan perhitungannya di ranking.ipynb."
REPORT = "Buat laporan untuk pimpinan: kit report 2025. Hasilnya ada di folder reports/2025."


def discussing(n: int) -> str:
    return f"Bahas Tahap {n} dalam rapat pleno di plenary.ipynb, atau mulai dengan kit plenary begin 2025 r{n}."


def table_of_rounds(edition: kit.Edition) -> list[list[str]]:
    """The table of rounds, without the times."""
    _, *rows = tables(status(edition))["Tahap penilaian"]
    return [[name, state, *counts] for name, state, _, *counts in rows]


def following(edition: kit.Edition) -> list[str]:
    lines = said(status(edition))
    return lines[lines.index("Langkah berikutnya") + 1 :]


def test_an_edition_is_followed_from_its_first_day_to_the_report(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"])
    opening = "Buka Tahap 1: kit round open 2025 r1. Pembukaan pertama mengunci ketentuan."
    assert table_of_rounds(edition) == [["Tahap 1", "Belum dibuka", "0", "–"], ["Tahap 2", "Belum dibuka", "0", "–"]]
    assert following(edition) == [opening]

    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "83.7 83.7 -"})
    assert table_of_rounds(edition)[0] == ["Tahap 1", "Dibuka", "2", "4"]
    assert [line.split(":")[0] for line in following(edition)] == [
        "Kumpulkan nilai Tahap 1",
        "Tutup Tahap 1 setelah semua lembar lengkap",
    ]
    everything = "\n".join([*said(status(edition)), *(cell for row in table_of_rounds(edition) for cell in row)])
    assert "83" not in everything

    give(edition, "r1", MARKS)
    rounds.close(edition, "r1")
    assert table_of_rounds(edition)[0] == ["Tahap 1", "Ditutup", "6", "0"]
    then = "Buka Tahap 2: kit round open 2025 r2. Pembukaan pertama mengunci ketentuan."
    assert following(edition) == [discussing(1), then, RANK, REPORT]

    plenary.begin(edition, "r1")
    assert table_of_rounds(edition)[0] == ["Tahap 1", "Dalam rapat pleno", "6", "0"]
    deciding = "Selesaikan rapat pleno tentang Tahap 1, lalu tetapkan keputusannya: kit plenary decide 2025 r1."
    assert following(edition) == [deciding, RANK, REPORT]
    for judge in ("J1", "J2"):
        plenary.attend(edition, "r1", judge, present=True)
    plenary.decide(edition, "r1")
    publishing = "Publikasikan hasil Tahap 1 sebagai versi bernomor: kit result publish 2025 r1."
    assert following(edition) == [publishing, then, RANK, REPORT]
    publish(edition, "r1")
    assert following(edition) == [then, RANK, REPORT]

    play(edition, "r2", {"E1": "83.7 83.7 83.7"})
    assert table_of_rounds(edition)[1] == ["Tahap 2", "Ditutup", "3", "0"]
    assert following(edition) == [discussing(2), RANK, REPORT]

    decide(edition, "r2")
    publish(edition, "r2")
    record_decree(edition, "12/2099", f"{TODAY}")
    archive = "Arsipkan edisi ini sebagai satu berkas yang dapat diperiksa: kit archive make 2025."
    assert following(edition) == [RANK, REPORT, archive]


def test_changed_rules_are_the_first_thing_to_settle(home: Path) -> None:
    edition = play(stage(home, RULES, ["E1", "E2"]), "r1", MARKS)
    path = edition.folder / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kompetisi", "Lomba"), encoding="utf-8")
    lines = following(kit.open("2025"))
    assert lines[0].startswith("Ketentuan atau daftar berubah setelah penilaian dimulai.")
    assert REPORT not in lines


def test_it_opens_with_what_the_edition_is(home: Path) -> None:
    assert said(status(stage(home, RULES, ["E1", "E2"], language="en")))[:4] == [
        "Kompetisi",
        "SIMULATED DATA, NOT A REAL RESULT",
        "USULAN penyusun",
        "Registered: 2 as entries, from 2 of 2 units, and 3 as judges.",
    ]


def test_provenance_names_data_and_version(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"])
    [line] = said(provenance(edition))
    assert line == f"Edisi 2025 · sidik digital data (SHA-256) {edition.fingerprint} · versi kit {kit.__version__}"
