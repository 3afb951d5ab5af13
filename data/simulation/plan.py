"""The three simulated years: their calendars, panels, and the cases that each of them must hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kit.texts import WIB

JUDGES = {
    "J-A": ("Contoh Andini Lestari", "Lembaga Contoh Ombudsman"),
    "J-B": ("Contoh Bagas Prakoso", "Inkubator Teknologi Universitas Contoh"),
    "J-C": ("Contoh Citra Wulandari", "Harian Contoh Khatulistiwa"),
    "J-D": ("Contoh Damar Setiawan", "Harian Contoh Khatulistiwa"),
}
# How far a judge's marks lie from those of the others.
SEVERITY = {"J-A": -0.3, "J-B": 0.25, "J-C": 0.0, "J-D": 0.1}


@dataclass(frozen=True)
class Tie:
    """An exact tie that the marks of one group are nudged to hold.

    Args:
        group: where.
        equal: criteria of the proposal round on which the two are equal too.
        decided_by: the criterion that tells them apart, or blank if none does.
    """

    group: str
    equal: tuple[str, ...]
    decided_by: str


@dataclass(frozen=True)
class Plan:
    """One year.

    Args:
        edition: the year.
        deadline: last day of registration; what is said of an innovation was so on that day.
        selection: first of the two days of the administrative selection.
        opened: first day of proposal scoring, which is closed two weeks later.
        stage: first of the two days of presentations, a group a day.
        judges: the panel.
        conflicts: conflicts of interest in the register: judge to unit and kind.
        declared: conflicts that a judge declared when the proposals were handed out: judge, innovation, reason.
        cut: the tie between the last finalist and the next entry.
        award: the group in which third and fourth place are tied in the end, and what decides.
        ruling: why the judges put one entry first where nothing in the rules decides; blank: no ruling.
        throw: the throw of the dice to begin with; with all earlier ones the ties need more than a nudge.
        changed: how many marks a judge changed later, and how many were cleared and given again.
    """

    edition: str
    deadline: date
    selection: date
    opened: date
    stage: date
    judges: tuple[str, ...]
    cut: Tie
    conflicts: tuple[tuple[str, str], ...] = ()
    declared: tuple[tuple[str, str, str], ...] = ()
    award: Tie | None = None
    ruling: str = ""
    changed: tuple[int, int] = (1, 0)
    throw: int = 1

    @property
    def closed(self) -> datetime:
        """When proposal scoring was closed."""
        return at(self.opened + timedelta(days=14), "16.00")


def at(day: date, clock: str) -> datetime:
    """The moment of a day at which the contest's clock shows ``clock``, such as ``09.05``."""
    hour, minute = map(int, clock.split("."))
    return datetime.combine(day, time(hour, minute), WIB)


PLANS = (
    Plan(
        edition="2023",
        deadline=date(2023, 10, 20),
        selection=date(2023, 10, 23),
        opened=date(2023, 10, 30),
        stage=date(2023, 11, 22),
        judges=("J-A", "J-B", "J-D"),
        cut=Tie(group="K1", equal=("K2", "K4", "K3"), decided_by=""),
        ruling=(
            "Nilai proposal serta nilai ketiga kriteria penentu sama. Rapat pleno tanggal 14 November 2023 memutuskan "
            "dengan suara bulat berdasarkan kelengkapan bukti pendukung."
        ),
        throw=123,
    ),
    Plan(
        edition="2024",
        deadline=date(2024, 10, 18),
        selection=date(2024, 10, 21),
        opened=date(2024, 10, 28),
        stage=date(2024, 11, 20),
        judges=("J-A", "J-B", "J-C"),
        declared=(("J-B", "I-069", "hubungan afiliasi: lembaga juri merupakan mitra dalam inovasi ini"),),
        cut=Tie(group="K2", equal=("K2", "K4", "K3"), decided_by=""),
        throw=2,
    ),
    Plan(
        edition="2025",
        deadline=date(2025, 10, 18),
        selection=date(2025, 10, 20),
        opened=date(2025, 10, 27),
        stage=date(2025, 11, 19),
        judges=("J-A", "J-B", "J-C"),
        conflicts=(("J-C", "PK-06:hubungan keluarga"),),
        cut=Tie(group="K2", equal=("K2",), decided_by="K4"),
        award=Tie(group="K2", equal=(), decided_by="K2"),
        changed=(2, 1),
        throw=9,
    ),
)
