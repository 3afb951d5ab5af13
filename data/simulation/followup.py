"""What units answer in the December after each contest when they are asked how their innovations fare."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from kit.ledger import COMMITTEE, Event
from simulation.plan import PLANS, at
from simulation.proposals import READINESS, course_of, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.proposals import Course

# The cases that the editions must hold: what an innovation answers in which year, and who never answers.
CASES: dict[tuple[str, str], dict[str, str]] = {
    ("I-006", "2024"): {"status": "running"},
    ("I-006", "2025"): {"status": "running"},
    ("I-010", "2024"): {"status": "merged", "merged_with": "I-014"},
    ("I-011", "2024"): {
        "status": "stopped",
        "stopped_on": "2024-05-31",
        "stopped_because": "Pegawai yang mengelolanya pindah tugas dan belum ada penggantinya.",
    },
}
SILENT = {"I-048"}
REASONS = (
    "Pegawai yang mengelolanya pindah tugas dan belum ada penggantinya.",
    "Anggaran tahun berjalan tidak memuat pembiayaannya.",
    "Laporan diklat telah selesai dan kegiatan tidak dilanjutkan.",
    "Aplikasinya tidak dipelihara lagi setelah masa kerja sama berakhir.",
)
EVIDENCE = (
    "Laporan bulanan dan foto kegiatan",
    "Daftar penerima layanan",
    "Hasil survei kepuasan",
    "Tangkapan layar aplikasi dan catatan transaksi",
)
OVER = {"stopped", "merged"}


def follow_up(edition: str) -> list[Event]:
    """The answers of one year, as events of its ledger."""
    day = date(int(edition), 12, 8)
    asked = [row for row in read("innovations.csv") if row["editions"][:4] <= edition]
    events: list[Event] = []
    for n, row in enumerate(asked):
        answers = dict(_answers(row["innovation_id"], row["editions"].split(";")))
        time = at(day + timedelta(days=n // 40), "09.00") + timedelta(minutes=9 * (n % 40))
        for question, answer in answers.get(edition, {}).items():
            field = "text" if question in {"stopped_because", "evidence", "verifier"} else "value"
            about = {"entry_id": row["innovation_id"], "criterion": question, field: answer}
            events.append(Event(kind="follow_up", actor=COMMITTEE, time=time, **about))
    return events


def _answers(innovation: str, editions: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """What is answered about one innovation year by year; nothing more once it has stopped or was merged."""
    rng = Random(f"{innovation} follow-up")
    course = course_of(innovation, int(editions[0]))
    reached = 60 + rng.randrange(900)
    for year in range(int(editions[0]), int(PLANS[-1].edition) + 1):
        edition, age = str(year), year - int(editions[0])
        has = {name: course.threshold[name] < chance + 0.12 * age for name, chance in READINESS.items()}
        status = _status(rng, edition, editions, has, course)
        heard = rng.random() < (0.95 if edition in editions else 0.8)
        answer = CASES.get((innovation, edition), status)
        reached += rng.randrange(1 + reached // 3)
        told = _told(rng, edition, has, reached)
        if (innovation, edition) in CASES or (heard and innovation not in SILENT):
            yield edition, answer | (told if answer["status"] not in OVER else {}) | _checked(edition)
        if answer["status"] in OVER:
            return


def _status(rng: Random, edition: str, editions: list[str], has: dict[str, bool], course: Course) -> dict[str, str]:
    """Running, changed or stopped; what takes part now or again later has not stopped."""
    risk = 0.1 + 0.1 * (4 - sum(has.values())) + 0.2 * course.origin.startswith("Aksi")
    chance, days, reason = rng.random(), rng.randrange(300), rng.choice(REASONS)
    if chance < risk and edition > editions[-1]:
        stopped = date(int(edition), 1, 15) + timedelta(days=days)
        return {"status": "stopped", "stopped_on": stopped.isoformat(), "stopped_because": reason}
    return {"status": "changed" if chance > 0.85 else "running"}


def _told(rng: Random, edition: str, has: dict[str, bool], reached: int) -> dict[str, str]:
    """What is in place where an innovation still runs."""
    said = {name: "ya" if own else "tidak" for name, own in has.items()}
    said["backing"] = "ya" if has["legal_basis"] or rng.random() < 0.4 else "tidak"
    said["person_changed"] = "ya" if rng.random() < 0.1 + 0.08 * (edition > PLANS[0].edition) else "tidak"
    return said | {"beneficiaries": str(reached), "evidence": rng.choice(EVIDENCE)}


def _checked(edition: str) -> dict[str, str]:
    return {"verifier": "Sekretariat Contoh", "checked_on": f"{edition}-12-05"}
