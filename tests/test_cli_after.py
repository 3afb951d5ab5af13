"""The commands for what comes after the marks, as they are typed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import decide, play, stage

import kit
from kit.contest import decisions, plenary
from kit.contest.rounds import publish

if TYPE_CHECKING:
    from pathlib import Path

RULES = contest({"kind": "checklist"}, single(), simulated=True, retention_years=0, objection_days=3)
MARKS = {"E1": "80.5 70 60", "E2": "75 71 90"}


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a published edition."""
    edition = play(stage(home, RULES, ["E1", "E2"]), "r2", MARKS)
    decide(edition, "r2")
    publish(edition, "r2")
    monkeypatch.chdir(home)
    return home


def test_an_objection_goes_its_way(run: Any, home: Path) -> None:
    assert "Belum ada sanggahan" in run("objection list 2025")[1]
    code, out, _ = run('objection lodge 2025 r2 E1 --ground arithmetic --text "Nilai keliru"')
    assert (code, out) == (0, "Sanggahan dicatat sebagai S-01.\n")
    assert "kit objection recompute 2025 S-01" in run("objection list 2025")[1]
    assert run("objection answer 2025 S-01 --outcome rejected --reason benar") == (
        1,
        "",
        (
            "Sanggahan S-01 menyangkut perhitungan nilai dan belum dihitung ulang. "
            "Jalankan lebih dahulu: kit objection recompute 2025 S-01.\n"
        ),
    )
    code, out, _ = run("objection recompute 2025 S-01")
    assert code == 0
    assert "tidak ditemukan kesalahan perhitungan" in out
    assert "70,17" in out
    assert "Lembar Excel atau berkas, diimpor panitia" in out
    assert run("objection answer 2025 S-01 --outcome rejected --reason benar")[0] == 0
    assert "Ditolak" in run("objection list 2025")[1]
    code, out, _ = run("objection papers 2025 S-01")
    assert (code, len(out.splitlines())) == (0, 7)
    assert len([*(home / "reports" / "2025").glob("*sanggahan-S-01-2025-SIMULASI.*")]) == 7
    assert run("objection list 2025 --language en")[1].startswith("Objections\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("objection lodge 2025 r2 E9 --ground procedure --text x", 'Kode proposal "E9" tidak terdaftar.'),
        ("objection lodge 2025 r9 E1 --ground procedure --text x", 'Tahap "r9" tidak dikenal di sini.'),
        ("objection lodge 2025 r2 E1 --ground procedure --text ' '", "Alasan belum diisi."),
        ("objection recompute 2025 S-01", 'Sanggahan "S-01" tidak tercatat.'),
        ("objection papers 2025 S-01", 'Sanggahan "S-01" tidak tercatat.'),
        ("objection answer 2025 S-01 --outcome upheld --reason x", 'Sanggahan "S-01" tidak tercatat.'),
        ("edition log 2025 --kind nilai", 'Jenis peristiwa "nilai" tidak dikenal.'),
        ("edition log 2025 --since kemarin", '"kemarin" bukan tanggal atau waktu.'),
        ("edition log 2025 --out log.pdf", "log.pdf: catatan peristiwa tidak dapat disimpan sebagai .pdf."),
        ("archive backup 2025 --out data/2025/rules.yaml", "rules.yaml: berkas ini sudah ada"),
        ("archive backup 2025 --out tiada/cadangan.zip", "tidak ada atau tidak dapat ditulisi"),
        ("archive restore tiada.zip", "tiada.zip: berkas ini tidak ditemukan"),
        ("archive restore data/2025/units.csv", "units.csv: berkas ini bukan arsip kit, atau rusak."),
        ("archive erase 2025 --reason x", "Masa simpan edisi 2025 dihitung sejak keputusan penetapan"),
    ],
)
def test_mistakes_are_one_sentence_and_leave_nothing(run: Any, home: Path, line: str, said: str) -> None:
    before = kit.open("2025").ledger.fingerprint(), {*home.rglob("*.*")}
    code, out, err = run(line)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
    assert (kit.open("2025").ledger.fingerprint(), {*home.rglob("*.*")}) == before


def test_the_log_is_printed_and_saved(run: Any, home: Path) -> None:
    code, out, _ = run("edition log 2025 --kind mark --entry E1 --judge J1 --round r2")
    assert code == 0
    assert "Catatan peristiwa edisi 2025: 1 peristiwa" in out
    assert "80,5" in out
    assert run("edition log 2025 --actor committee --since 2020-01-01 --out log.xlsx")[0] == 0
    assert (home / "log.xlsx").exists()


def test_an_edition_is_archived_and_restored(run: Any, home: Path) -> None:
    fingerprint = kit.open("2025").fingerprint
    assert run("archive backup 2025 --out cadangan.zip")[0] == 0
    code, out, _ = run("archive make 2025")
    assert code == 0
    assert fingerprint in out
    shutil.rmtree(home / "data" / "2025")
    code, out, err = run("archive restore archives/arsip-2025-SIMULASI.zip --language en")
    assert (code, err) == (0, "")
    assert out.startswith("Edition 2025 is restored")
    assert fingerprint in out
    assert kit.open("2025").fingerprint == fingerprint


def test_names_are_erased_only_when_somebody_says_so(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = kit.open("2025")
    decided = edition.meetings("r2")[-1].decided
    assert decided
    decisions.record_decree(edition, "1/2025", f"{decided.astimezone(kit.texts.WIB):%Y-%m-%d}")
    code, _, err = run("archive erase 2025 --reason habis")
    assert code == 1
    assert err.endswith("Jalankan kembali dengan --yes untuk menghapus.\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "t")
    assert "Tidak ada yang dihapus" in run("archive erase 2025 --reason habis")[2]
    assert list(kit.open("2025").registers.judges["name"]) == ["Nama J1", "Nama J2", "Nama J3"]
    monkeypatch.setattr("builtins.input", lambda _: "ya")
    code, out, _ = run("archive erase 2025 --reason habis")
    assert code == 0
    assert out.endswith("Nama orang dihapus. Buku nilai dan hasilnya tetap.\n")
    assert list(kit.open("2025").registers.judges["name"]) == ["J1", "J2", "J3"]
    assert run("rank 2025")[0] == 0
    assert run("archive erase 2025 --reason habis") == (1, "", "Nama pada edisi 2025 sudah dihapus.\n")


def test_open_data_is_written(run: Any, home: Path) -> None:
    code, out, _ = run("result open-data 2025 --out terbuka")
    assert (code, len(out.splitlines())) == (0, 4)
    assert (home / "terbuka" / "peserta-2025-SIMULASI.csv").exists()
    plenary.begin(kit.open("2025"), "r2", "sanggahan")
    code, _, err = run("result open-data 2025 --out lain")
    assert code == 1
    assert err == "Data agregat baru dapat dibuat setelah hasil tahap 2 dipublikasikan.\n"
    assert not (home / "lain").exists()
