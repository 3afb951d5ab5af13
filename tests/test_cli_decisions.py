"""The commands of the plenary, of decisions and of publication, as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from homes import TODAY, play, stage
from test_plenary import ENTRIES, FIRST, LAST, TWO

import kit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def home(home: Path) -> Path:
    play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)
    return home


@pytest.fixture
def run(run: Callable[[str], tuple[int, str, str]]) -> Callable[[str], tuple[int, str]]:
    """Run a command and return its exit code and all that it printed."""

    def typed(line: str) -> tuple[int, str]:
        code, out, err = run(line)
        return code, out + err

    return typed


@pytest.mark.usefixtures("home")
def test_a_contest_is_decided_and_corrected_from_the_command_line(run: Callable[..., tuple[int, str]]) -> None:
    assert run("plenary begin 2025 r1") == (0, "Rapat pleno tentang tahap 1 dimulai. Catat kehadiran juri.\n")
    code, said = run("plenary present 2025 r1 J1 J2")
    assert code == 0
    assert "Hadir 2 dari 3 juri (kuorum 2): J1, J2" in said
    assert "ketentuan menyerahkan urutannya kepada juri" in said
    code, said = run("plenary decide 2025 r1")
    assert (code, "masih sama" in said) == (1, True)
    assert run("plenary note 2025 r1 place 'Aula Contoh'")[0] == 0
    assert run("plenary rule 2025 r1 E2 E3 --reason 'manfaat lebih luas'")[0] == 0
    assert run("plenary reopen 2025 r1 J1 E4 --reason 'salah baca'")[0] == 0
    code, said = run("plenary mark 2025 r1 J1 E4 K1 2,5 --by S-1")
    assert code == 0
    assert "Nilai diubah: J1, E4, K1: 2 → 2,5" in said
    assert "kit plenary decide 2025 r1" in said
    assert run("plenary mark 2025 r1 J1 E4 K1 2,7 --by S-1")[0] == 1
    assert run("plenary mark 2025 r1 J2 E4 K1 2,5 --by S-1")[0] == 1
    code, said = run("plenary decide 2025 r1 --reason bulat")
    assert (code, "committee" in said) == (0, True)  # the chain heads
    assert run("result publish 2025 r1")[1].startswith("Hasil dipublikasikan sebagai versi 1.")
    assert run("result publish 2025 r1")[0] == 1
    assert run("entry correct 2025 E1 title Baru --reason ketik")[1].startswith("title: Inovasi E1 → Baru")
    edition = play(kit.open("2025"), "r2", LAST)
    assert run(f"result decree 2025 --number 1/2025 --date {TODAY}")[0] == 1
    run("plenary begin 2025 r2")
    run("plenary present 2025 r2 J1 J2 J3")
    run("plenary absent 2025 r2 J3")
    assert run("plenary rule 2025 final E1 E2 --reason pleno")[0] == 0
    assert run("plenary withhold 2025 r1 group/G2/2 --reason 'tidak ada'")[0] == 1  # a round that decides no awards
    assert run("plenary withhold 2025 r2 group/G2/2 --reason 'tidak ada'")[0] == 0
    assert run("plenary give 2025 r2 group/G2/2 --reason keliru")[0] == 0
    assert run("plenary dissent 2025 r2 J2 --reason 'lain pendapat'")[0] == 0
    assert run("plenary decide 2025 r2")[0] == 0
    assert run("plenary status 2025 r2")[1] == "Tahap 2 tidak sedang dalam rapat pleno.\n"
    assert run("result publish 2025 r2")[0] == 0
    assert run(f"result decree 2025 --number 1/2025 --date {TODAY}")[0] == 0
    run("plenary begin 2025 r2 --reason sanggahan")
    run("plenary present 2025 r2 J1 J2")
    run("plenary reopen 2025 r2 J1 E2 --reason 'lembar cetak'")
    run("plenary mark 2025 r2 J1 E2 mark 95 --by S-1")
    run("plenary decide 2025 r2")
    said = run("result versions 2025 r2")[1]
    assert "Berubah sejak versi terakhir" in said
    moved = "nilai 80,00 → 87,50; peringkat 2 → 1; juara Juara II → Juara I"
    assert f"- Nilai akhir, Satu, E2: {moved}" in said
    assert run("result publish 2025 r2 --language en")[1].startswith("The result is published as version 2.")
    assert run("result versions 2025 r2")[1].count("Versi ") == 2
    assert edition.name == "2025"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("entry withdraw 2025 E9 --reason x", "E9"),
        ("entry withdraw 2025 E1 --reason ' '", "Alasan"),
        ("entry absent 2025 r2 E1 --reason x", "belum dibuka"),
        ("entry withdraw 2025 E2 --reason x --by J3", "konflik kepentingan"),
        ("plenary present 2025 r1 J1", "rapat pleno"),
        ("plenary present 2025 r9 J1", "r9"),
        ("plenary status 2025 r9", 'Tahap "r9" tidak dikenal'),
        ("plenary mark 2025 r1 J1 E1 mark -5 --by S-1", "Nilai tidak diubah."),
        ("plenary begin 2025 r2", "ditutup lebih dahulu"),
        ("result publish 2025 r1", "belum diputuskan"),
        ("result decree 2025 --number 1 --date 2025-11-28", "Keputusan belum dapat dicatat"),
        ("result versions 2025 r9", "r9"),
    ],
)
def test_what_is_refused_is_one_sentence_and_leaves_no_trace(
    run: Callable[..., tuple[int, str]], line: str, said: str
) -> None:
    before = kit.open("2025").fingerprint
    code, answer = run(line)
    assert code == 1
    assert said in answer
    assert answer.count("\n") == 1
    assert kit.open("2025").fingerprint == before


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("entry withdraw 2025 E1", "belum diisi: --reason"),
        ("entry duplicate 2025 E1 --reason x", "belum diisi: PASANGAN"),
        ("plenary reopen 2025 r1 J1 --reason x", "belum diisi: PROPOSAL"),
        ("plenary present 2025 r1", "belum diisi: JURI..."),
        ("plenary mark 2025 r1 J1 E1 mark 5", "belum diisi: --by"),  # else it would seem to be by the judge's own hand
    ],
)
def test_what_is_incomplete_is_told_with_the_usage(run: Callable[..., tuple[int, str]], line: str, said: str) -> None:
    code, answer = run(line)
    assert (code, said in answer) == (2, True)


@pytest.mark.usefixtures("home")
def test_decisions_about_entries_are_recorded(run: Callable[..., tuple[int, str]]) -> None:
    said = "Tercatat: E4 (Inovasi E4) sama dengan E1.\n"
    assert run("entry duplicate 2025 E4 E1 --reason 'judul sama' --by S-1") == (0, said)
    assert run("entry reinstate 2025 E4 --reason keliru")[0] == 0
    assert run("entry withdraw 2025 E4 --reason pindah")[0] == 0
    assert run("entry disqualify 2025 E3 --reason 'dokumen palsu'")[0] == 0
    assert kit.open("2025").decisions.excluded["kind"].tolist() == ["disqualified", "withdrawn"]
    assert run("result versions 2025 r1") == (0, "Belum ada hasil yang dipublikasikan untuk tahap ini.\n")
