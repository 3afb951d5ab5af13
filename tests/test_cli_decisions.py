"""The commands of the plenary, of decisions and of publication, as they are typed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from homes import empty_home, play, stage
from test_plenary import ENTRIES, FIRST, LAST, TWO

import kit
from kit import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for folder in empty_home(tmp_path, monkeypatch):
        play(stage(folder, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)
        yield folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def typed(line: str) -> tuple[int, str]:
        code = cli.main(shlex.split(line))
        said = capsys.readouterr()
        return code, said.out + said.err

    return typed


@pytest.mark.usefixtures("home")
def test_a_contest_is_decided_and_corrected_from_the_command_line(run: Callable[..., tuple[int, str]]) -> None:
    assert run("round 2025 r1 plenary") == (0, "Rapat pleno tentang tahap Tahap 1 dimulai. Catat kehadiran juri.\n")
    code, said = run("plenary 2025 r1 present J1 J2")
    assert code == 0
    assert "Hadir 2 dari 3 juri (kuorum 2): J1, J2" in said
    assert "ketentuan menyerahkan urutannya kepada juri" in said
    code, said = run("round 2025 r1 decide")
    assert (code, "masih sama" in said) == (1, True)
    assert run("plenary 2025 r1 note place 'Aula Contoh'")[0] == 0
    assert run("plenary 2025 r1 rule E2 E3 --reason 'manfaat lebih luas'")[0] == 0
    assert run("plenary 2025 r1 reopen J1 E4 --reason 'salah baca'")[0] == 0
    code, said = run("plenary 2025 r1 mark J1 E4 K1 2,5 --by S-1")
    assert code == 0
    assert "Nilai diubah: J1, E4, K1: 2 → 2,5" in said
    assert "kit round 2025 r1 decide" in said
    assert run("plenary 2025 r1 mark J1 E4 K1 2,7 --by S-1")[0] == 1
    assert run("plenary 2025 r1 mark J2 E4 K1 2,5 --by S-1")[0] == 1
    code, said = run("round 2025 r1 decide --reason bulat")
    assert (code, "committee" in said) == (0, True)  # the chain heads
    assert run("round 2025 r1 publish")[1].startswith("Hasil dipublikasikan sebagai versi 1.")
    assert run("round 2025 r1 publish")[0] == 1
    assert run("decide 2025 correct E1 --column title --value Baru --reason ketik")[1].startswith(
        "title: Inovasi E1 → Baru"
    )
    edition = play(kit.open("2025"), "r2", LAST)
    assert run("decree 2025 --number 1/2025 --date 2099-11-28")[0] == 1
    run("round 2025 r2 plenary")
    run("plenary 2025 r2 present J1 J2 J3")
    run("plenary 2025 r2 absent J3")
    assert run("plenary 2025 final rule E1 E2 --reason pleno")[0] == 0
    assert run("plenary 2025 r2 withhold group/G2/2 --reason 'tidak ada'")[0] == 0
    assert run("plenary 2025 r2 give group/G2/2 --reason keliru")[0] == 0
    assert run("plenary 2025 r2 dissent J2 --reason 'lain pendapat'")[0] == 0
    assert run("round 2025 r2 decide")[0] == 0
    assert run("plenary 2025 r2 status")[1] == "Tahap Tahap 2 tidak sedang dalam rapat pleno.\n"
    assert run("round 2025 r2 publish")[0] == 0
    assert run("decree 2025 --number 1/2025 --date 2099-11-28")[0] == 0
    run("round 2025 r2 plenary --reason sanggahan")
    run("plenary 2025 r2 present J1 J2")
    run("plenary 2025 r2 reopen J1 E2 --reason 'lembar cetak'")
    run("plenary 2025 r2 mark J1 E2 mark 95 --by S-1")
    run("round 2025 r2 decide")
    said = run("versions 2025 r2")[1]
    assert "Berubah sejak versi terakhir" in said
    moved = "nilai 80,00 → 87,50; peringkat 2 → 1; juara Juara II → Juara I"
    assert f"- Nilai akhir, Satu, E2: {moved}" in said
    assert run("round 2025 r2 publish --language en")[1].startswith("The result is published as version 2.")
    assert run("versions 2025 r2")[1].count("Versi ") == 2
    assert edition.name == "2025"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("decide 2025 withdraw E9 --reason x", "E9"),
        ("decide 2025 withdraw E1", "alasan"),
        ("decide 2025 duplicate E1 --reason x", "Keputusan duplicate memerlukan --of."),
        ("decide 2025 correct E1 --value x --reason x", "Keputusan correct memerlukan --column."),
        ("decide 2025 absent E1 --reason x", "Keputusan absent memerlukan --round."),
        ("decide 2025 absent E1 --round r2 --reason x", "belum dibuka"),
        ("decide 2025 withdraw E2 --reason x --by J3", "konflik kepentingan"),
        ("plenary 2025 r1 reopen J1 --reason x", "Tindakan reopen memerlukan: JUDGE ENTRY."),
        ("plenary 2025 r1 present", "Tindakan present memerlukan: JUDGE...."),
        ("plenary 2025 r1 present J1", "rapat pleno"),
        ("plenary 2025 r9 present J1", "r9"),
        ("plenary 2025 r9 status", 'Tahap "r9" tidak dikenal'),
        ("plenary 2025 r1 mark J1 E1 mark 5", "Keputusan mark memerlukan --by."),
        ("round 2025 r2 plenary", "ditutup lebih dahulu"),
        ("round 2025 r1 publish", "belum diputuskan"),
        ("decree 2025 --number 1 --date 2025-11-28", "Keputusan belum dapat dicatat"),
        ("versions 2025 r9", "r9"),
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
def test_decisions_about_entries_are_recorded(run: Callable[..., tuple[int, str]]) -> None:
    said = "Tercatat: E4 (Inovasi E4) sama dengan E1.\n"
    assert run("decide 2025 duplicate E4 --of E1 --reason 'judul sama' --by S-1") == (0, said)
    assert run("decide 2025 reinstate E4 --reason keliru")[0] == 0
    assert run("decide 2025 withdraw E4 --reason pindah")[0] == 0
    assert run("decide 2025 disqualify E3 --reason 'dokumen palsu'")[0] == 0
    assert kit.open("2025").decisions.excluded["kind"].tolist() == ["disqualified", "withdrawn"]
    assert run("versions 2025 r1") == (0, "Belum ada hasil yang dipublikasikan untuk tahap ini.\n")
