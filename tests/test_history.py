"""The whole life of a mark, for those who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contests import contest, weighted
from homes import stage
from problems import problem

from kit.actions import append
from kit.contest import rounds
from kit.ledger import COMMITTEE, Event
from kit.report.event_log import history_text, mark_history

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

RULES = contest(weighted({"K1": 40, "K2": 60}))
ABOUT = ("r1", "J1", "E1")


def event(kind: str, actor: str, criterion: str, value: str = "", text: str = "", entry: str = "E1") -> Event:
    more = {"criterion": criterion, "value": value, "text": text}
    return Event(kind=kind, actor=actor, round="r1", judge_id="J1", entry_id=entry, **more)


@pytest.fixture
def edition(home: Path) -> Edition:
    edition = stage(home, RULES, ["E1", "E2"])
    rounds.open(edition, "r1")
    append(
        edition,
        event("mark", "J1", "K1", "70"),
        event("mark", "J1", "K2", "60.5"),
        event("mark", "J1", "K1", "1", entry="E2"),
        event("comment", "J1", "internal", text="Periksa\ndata"),
        event("mark", "J1", "K1", "75"),
        event("comment", "J1", "internal", text="Data benar"),
        event("mark", "J1", "K1"),
        event("typed", "S1", "K1", "80"),
        event("typed", "S1", "entrant", text="Bagus"),
        event("typed", "S2", "K1", "80"),
        event("mark", "S2", "K1", "80"),
        event("mark", COMMITTEE, "K1", "81"),  # as an import brought it before files left alone what judges gave
    )
    return edition


@pytest.fixture
def closed(edition: Edition) -> Edition:
    rounds.close(edition, "r1", "Uji")
    return edition


def lived(edition: Edition, criterion: str | None = None) -> list[tuple[str, ...]]:
    table = mark_history(edition, *ABOUT, criterion)
    return [*table.drop(columns="time").itertuples(index=False, name=None)]


def test_every_change_is_told_with_what_stood_before(closed: Edition) -> None:
    assert lived(closed) == [
        ("J1", "mark", "K1", "", "70", "judge"),
        ("J1", "mark", "K2", "", "60.5", "judge"),
        ("J1", "comment", "internal", "", "Periksa\ndata", "judge"),
        ("J1", "mark", "K1", "70", "75", "judge"),
        ("J1", "comment", "internal", "Periksa\ndata", "Data benar", "judge"),
        ("J1", "mark", "K1", "75", "", "judge"),
        ("S1", "typed", "K1", "", "80", "typed"),
        ("S1", "typed", "entrant", "", "Bagus", "typed"),
        ("S2", "typed", "K1", "", "80", "typed"),
        ("S2", "mark", "K1", "", "80", "typed"),
        ("committee", "mark", "K1", "80", "81", "import"),
    ]
    table = mark_history(closed, *ABOUT)
    assert list(table.columns) == ["time", "actor", "kind", "criterion", "before", "after", "how"]
    assert table["time"].is_monotonic_increasing


def test_one_criterion_has_no_comments(closed: Edition) -> None:
    assert [row[4] for row in lived(closed, "K1")] == ["70", "75", "", "80", "80", "80", "81"]
    assert [row[4] for row in lived(closed, "K2")] == ["60.5"]


def test_a_mark_that_was_never_given_has_no_history(closed: Edition) -> None:
    table = mark_history(closed, "r1", "J2", "E2")
    assert table.empty
    assert history_text(closed, "r1", "J2", "E2", table).splitlines() == [
        "Riwayat Nilai: J2, E2, Tahap 1",
        "Belum ada nilai atau catatan.",
    ]


def test_while_the_round_is_open_nobody_sees_values(edition: Edition) -> None:
    with problem("still_open"):
        mark_history(edition, *ABOUT)
    rounds.close(edition, "r1", "Uji")
    assert len(mark_history(edition, *ABOUT)) == 11
    rounds.open(edition, "r1", "Salah salin")
    with problem("still_open"):
        mark_history(edition, *ABOUT)


@pytest.mark.parametrize(
    ("about", "mistake"),
    [
        (("r9", "J1", "E1", None), "unknown_round"),
        (("r1", "J9", "E1", None), "unknown_judge"),
        (("r1", "J1", "E9", None), "unknown_entry"),
        (("r1", "J1", "E1", "K9"), "unknown_criterion"),
    ],
)
def test_what_there_is_not_is_named(
    edition: Edition, about: tuple[str, str, str, str | None], mistake: type[Exception]
) -> None:
    with problem(mistake):
        mark_history(edition, *about)


def test_it_reads_as_one_line_an_event(closed: Edition) -> None:
    table = mark_history(closed, *ABOUT)
    title, *lines = history_text(closed, *ABOUT, table).splitlines()
    assert title == "Riwayat Nilai: J1, E1, Tahap 1"
    when = closed.texts.moment(table["time"].iloc[0].to_pydatetime())
    assert lines[0] == f"{when} · K1: kosong → 70 (oleh juri J1)"
    assert [line.partition(" · ")[2] for line in lines[1:]] == [
        "K2: kosong → 60,5 (oleh juri J1)",
        'Catatan internal dewan juri: kosong → "Periksa data" (oleh juri J1)',
        "K1: 70 → 75 (oleh juri J1)",
        'Catatan internal dewan juri: "Periksa data" → "Data benar" (oleh juri J1)',
        "K1: 75 → kosong (oleh juri J1)",
        "K1: terbaca 80 pada lembar cetak (diketik oleh S1)",
        'Catatan untuk peserta: terbaca "Bagus" pada lembar cetak (diketik oleh S1)',
        "K1: terbaca 80 pada lembar cetak (diketik oleh S2)",
        "K1: kosong → 80 (diketik oleh S2)",
        "K1: 80 → 81 (diimpor oleh committee)",
    ]
