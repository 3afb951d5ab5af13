"""Decisions about entries: what they change, what they never reach, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from contests import contest, single, weighted
from homes import TODAY, TODAY_SAID, decide, give, meet, play, stage
from problems import refused

import kit
from kit.actions import append
from kit.cli import main
from kit.contest import decisions as d
from kit.contest import plenary, rounds
from kit.contest.rounds import publish
from kit.explain import explain
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.edition import Edition

TWO = contest(
    weighted({"K1": 40, "K2": 60}, scale={"low": 1, "high": 5, "step": "0.5"}, advance={"scope": "group", "places": 2}),
    single(),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}]},
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}
FIRST = {"E1": "5 5|5 5|5 5", "E2": "4 4|4 4|4 4", "E3": "3 3|3 3|3 3", "E4": "2 2|2 2|2 2"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """Two rounds; two of each group go on. J3 has a conflict of interest with E2."""
    return stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"})


@pytest.fixture
def scored(edition: Edition) -> Edition:
    """The first round is closed."""
    return play(edition, "r1", {**FIRST, "E2": "4 4|4 4|"})


def decided(edition: Edition, round_id: str) -> Edition:
    """Take a closed round through its plenary."""
    decide(edition, round_id, reason="dibahas")
    return edition


def order(edition: Edition, round_id: str, scope_id: str = "G1") -> list[str]:
    return edition.result.of(round_id, "group", scope_id)["entry_id"].tolist()


ENDS: dict[str, Callable[..., None]] = {
    "withdrawn": d.withdraw,
    "disqualified": d.disqualify,
    "duplicate": partial(d.declare_duplicate, other="E1"),
}


def end(kind: str, edition: Edition, entry: str, reason: str = "alasan", **more: str) -> None:
    if kind == "duplicate":
        d.declare_duplicate(edition, entry, "E1", reason, **more)
    else:
        ENDS[kind](edition, entry, reason, **more)


# Who leaves


@pytest.mark.parametrize("kind", ENDS)
def test_who_left_before_a_round_is_decided_is_in_no_list_until_reinstated(scored: Edition, kind: str) -> None:
    assert order(scored, "r1") == ["E1", "E2", "E3"]
    end(kind, scored, "E2")
    assert order(scored, "r1") == ["E1", "E3"]
    assert scored.entrants("r2") == {"E1", "E3", "E4"}
    assert scored.decisions.excluded["kind"].tolist() == [kind]
    assert "Alasan: alasan" in explain(scored, "E2").text()
    d.reinstate(scored, "E2", "keliru")
    assert order(scored, "r1") == ["E1", "E2", "E3"]


@pytest.mark.parametrize("kind", ENDS)
def test_who_left_after_a_round_was_decided_stays_in_its_list_and_nobody_moves_up(scored: Edition, kind: str) -> None:
    decided(scored, "r1")
    before = scored.result.of("r1", "group", "G1")
    end(kind, scored, "E2")
    assert scored.result.of("r1", "group", "G1").equals(before)
    assert scored.entrants("r2") == {"E1", "E4"}
    play(scored, "r2", {"E1": "80 80 80", "E4": "70 70 70"})
    assert order(scored, "final") == ["E1", "E3"]


def test_who_left_may_not_come_back_into_a_round_decided_since(scored: Edition) -> None:
    d.withdraw(scored, "E2", "pindah tugas")
    decided(scored, "r1")
    refused("round_decided", lambda: d.reinstate(scored, "E2", "keliru"))
    plenary.begin(scored, "r1", "penarikan diri keliru dicatat")
    d.reinstate(scored, "E2", "keliru")
    assert order(scored, "r1") == ["E1", "E2", "E3"]


def test_once_every_round_is_decided_nobody_leaves_without_another_plenary(scored: Edition) -> None:
    decided(scored, "r1")
    decided(play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"}), "r2")
    refused("round_decided", lambda: d.disqualify(scored, "E2", "dokumen palsu"))
    publish(scored, "r2")
    plenary.begin(scored, "r2", "laporan masyarakat")
    d.disqualify(scored, "E2", "dokumen palsu")
    assert order(scored, "final") == ["E1", "E3"]
    assert order(scored, "r1") == ["E1", "E2", "E3"]  # as it was decided


def test_a_duplicate_may_be_of_an_earlier_edition(edition: Edition, home: Path) -> None:
    d.declare_duplicate(edition, "E2", "2025:E1", "judul sama")
    assert edition.decisions.excluded["value"].tolist() == ["E1"]
    refused("edition_missing", lambda: d.declare_duplicate(edition, "E3", "2024:E1", "judul sama"))
    refused("same_entry", lambda: d.declare_duplicate(edition, "E3", "E3", "judul sama"))
    refused("unknown_entry", lambda: d.declare_duplicate(edition, "E3", "E9", "judul sama"))
    assert len(kit.open("2025").decisions.excluded) == 1
    assert home


@pytest.mark.parametrize("kind", ENDS)
def test_what_no_decision_may_be(scored: Edition, kind: str) -> None:
    before = scored.fingerprint
    refused("unknown_entry", lambda: end(kind, scored, "E9"))
    refused("reason_needed", lambda: end(kind, scored, "E2", " \n"))
    refused("decider_in_conflict", lambda: end(kind, scored, "E2", actor="J3"))
    refused("not_out", lambda: d.reinstate(scored, "E2", "keliru"))
    assert kit.open("2025").fingerprint == before
    end(kind, scored, "E2", actor="J1")
    refused("already_out", lambda: d.withdraw(scored, "E2", "lagi"))


def test_a_second_window_decides_about_an_entry_by_what_is_recorded_by_now(scored: Edition) -> None:
    window = kit.open("2025")
    assert window.decisions.excluded.empty  # it has seen that
    d.withdraw(scored, "E2", "pindah tugas")
    decided(scored, "r1")
    refused("already_out", lambda: d.withdraw(window, "E2", "pindah tugas"))  # else out from the next round only


# Corrections


def test_a_moved_category_moves_the_entry_from_list_to_list(scored: Edition) -> None:
    assert d.correct(scored, "E3", "category", "a", "isi proposal") == ("b", "a")
    assert scored.result.of("r1", "group_category", "G1/a")["entry_id"].tolist() == ["E1", "E2", "E3"]
    assert kit.open("2025").registers.entries["category"].tolist() == ["a"] * 4
    assert scored.unaccepted() is None  # the files are as they were locked


def test_a_corrected_unit_brings_its_group(scored: Edition) -> None:
    d.correct(scored, "E3", "unit_id", "U-E4", "salah unit")
    assert order(scored, "r1", "G2") == ["E3", "E4"]


def test_a_correction_never_moves_an_entry_in_a_decided_round(scored: Edition) -> None:
    decided(scored, "r1")
    refused("round_decided", lambda: d.correct(scored, "E3", "category", "a", "isi proposal"))
    d.correct(scored, "E3", "title", "Judul  yang benar", "salah ketik")
    assert scored.ranking_table("r1")["title"].tolist().count("Judul yang benar") == 4  # in each scope


@pytest.mark.parametrize(
    ("column", "value", "mistake"),
    [
        ("entry_id", "E9", "not_correctable"),
        ("warna", "biru", "not_correctable"),
        ("title", " ", "correction_blank"),
        ("category", "", "correction_blank"),
        ("category", "z", "unknown_category"),
        ("unit_id", "U-9", "unknown_unit"),
        ("applied_since", "kemarin", "unclear_date"),
        ("category", "b", "nothing_corrected"),
    ],
)
def test_what_no_correction_may_be(scored: Edition, column: str, value: str, mistake: str) -> None:
    refused(mistake, lambda: d.correct(scored, "E3", column, value, "alasan"))
    assert scored.decisions.of("correction").empty


# Absence


def test_an_absent_finalist_is_neither_zero_nor_recused_and_stands_behind_who_came(scored: Edition) -> None:
    rounds.open(scored, "r2", "jadwal tetap")
    d.mark_absent(scored, "r2", "E1", "tidak hadir sampai giliran terakhir")
    give(scored, "r2", {"E2": "50 50 -", "E4": "70 70 70"})
    rounds.close(scored, "r2")  # nobody owes a sheet for E1
    final = scored.result.of("final", "group", "G1")
    assert final["entry_id"].tolist() == ["E2", "E1", "E3"]
    assert final["score"].tolist() == [Decimal("50.00"), Decimal("5.00"), Decimal("3.00")]
    assert final["award"].tolist() == ["Juara I", None, None]
    assert "tidak hadir pada tahap" in explain(scored, "E1").text()
    d.mark_present(scored, "r2", "E1", "hadir daring")
    assert scored.state == "provisional"


def test_what_no_absence_may_be(scored: Edition) -> None:
    refused("round_never_opened", lambda: d.mark_absent(scored, "r2", "E1", "x"))
    rounds.open(scored, "r2", "jadwal tetap")
    refused("unknown_round", lambda: d.mark_absent(scored, "r9", "E1", "x"))
    refused("not_an_entrant", lambda: d.mark_absent(scored, "r2", "E3", "x"))
    refused("not_absent", lambda: d.mark_present(scored, "r2", "E1", "x"))
    give(scored, "r2", {"E1": "80 80 80", "E2": "50 50 -", "E4": "70 70 70"})
    refused("has_marks", lambda: d.mark_absent(scored, "r2", "E1", "x"))
    rounds.close(scored, "r2")
    decided(decided(scored, "r1"), "r2")
    refused("round_decided", lambda: d.mark_absent(scored, "r2", "E1", "x"))


# Changed rules and registers


def test_a_change_of_files_is_not_accepted_where_it_would_move_what_is_decided(scored: Edition) -> None:
    decided(scored, "r1")
    judges = scored.folder / "judges.csv"
    before = judges.read_text(encoding="utf-8")
    judges.write_text(before.replace("Nama J1", "Dr. Nama"), encoding="utf-8")
    rounds.accept_changes(kit.open("2025"), "gelar")  # the ranking stays
    edition = kit.open("2025")
    before = judges.read_text(encoding="utf-8")
    judges.write_text(before + "J4,Nama J4,\n", encoding="utf-8")  # all of whose sheets would be missing
    refused("decision_overturned", lambda: rounds.accept_changes(kit.open("2025"), "juri baru"))
    judges.write_text(before, encoding="utf-8")
    plenary.begin(edition, "r1", "juri tertinggal")
    judges.write_text(before + "J4,Nama J4,\n", encoding="utf-8")
    rounds.accept_changes(kit.open("2025"), "juri baru")


def test_a_cut_is_not_moved_where_a_plenary_has_decided_who_goes_on(scored: Edition) -> None:
    decided(scored, "r1")
    assert kit.open("2025").entrants("r2") == {"E1", "E2", "E4"}
    path = scored.folder / "rules.yaml"
    before = path.read_text(encoding="utf-8")
    assert before.count("places: 2") == 1
    path.write_text(before.replace("places: 2", "places: 1"), encoding="utf-8")
    refused("decision_overturned", lambda: rounds.accept_changes(kit.open("2025"), "satu finalis"))
    path.write_text(before.replace("places: 2", "places: 2\n    at_cut: decide"), encoding="utf-8")
    rounds.accept_changes(kit.open("2025"), "yang lolos sama")


# Recusals


def test_a_conflict_declared_after_a_round_was_decided_does_not_reach_back(scored: Edition) -> None:
    decided(scored, "r1")
    before = scored.result.of("r1", "group", "G1")
    rounds.open(scored, "r2", "jadwal tetap")
    append(scored, Event(kind="recusal", actor="J1", judge_id="J1", entry_id="E1", text="keluarga"))
    assert set(scored.record.recused("r2", "J1")["entry_id"]) == {"E1"}
    assert scored.record.recused("r1", "J1").empty
    assert rounds.missing(scored, "r2") == {"J1": 2, "J2": 3, "J3": 2}
    give(scored, "r2", {"E1": "- 80 80", "E2": "50 50 -", "E4": "70 70 70"})
    rounds.close(scored, "r2")
    assert scored.result.of("r1", "group", "G1").equals(before)


# The decree


def test_a_decree_needs_a_decided_result_a_number_and_a_day(scored: Edition) -> None:
    refused("decree_too_early", lambda: d.record_decree(scored, "1/2025", f"{TODAY}"))
    decided(scored, "r1")
    decided(play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"}), "r2")
    refused("decree_number_missing", lambda: d.record_decree(scored, " ", f"{TODAY}"))
    refused("unclear_date", lambda: d.record_decree(scored, "1/2025", "11-28-2099"))
    refused("decree_in_future", lambda: d.record_decree(scored, "1/2025", f"{TODAY + timedelta(days=1)}"))
    refused("decree_before_plenary", lambda: d.record_decree(scored, "1/2025", "2001-01-01"))
    assert scored.state == "result"
    d.record_decree(scored, "1/2025", f"{TODAY}")
    assert scored.state == "decreed"
    assert kit.open("2025").decisions.decree == ("1/2025", TODAY)


def test_a_second_decree_names_the_one_that_it_replaces(scored: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    decided(scored, "r1")
    decided(play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"}), "r2")
    d.record_decree(scored, "1/2O25", f"{TODAY}")
    refused("decree_recorded", lambda: d.record_decree(scored, "1/2025", f"{TODAY}", replaces="1/2024"))
    mistake = refused("decree_recorded", lambda: d.record_decree(scored, "1/2025", f"{TODAY}"))
    assert f"Nomor 1/2O25 tanggal {TODAY_SAID}" in mistake.say("id")
    scored.ledger.close()
    assert main(["result", "decree", "2025", "--number", "1/2025", "--date", f"{TODAY}", "--replaces", "1/2O25"]) == 0
    assert "Nomor 1/2025" in capsys.readouterr().out
    edition = kit.open("2025")
    assert edition.decisions.decree == ("1/2025", TODAY)
    refused("decree_unknown", lambda: d.record_decree(decided(edition, "r2"), "2/2025", f"{TODAY}", replaces="1/2025"))


def test_the_ranking_in_a_terminal_says_that_it_is_decreed(scored: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    decided(scored, "r1")
    decided(play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"}), "r2")
    scored.ledger.close()
    assert main(["rank", "2025"]) == 0
    assert "Hasil penilaian, belum ditetapkan" in capsys.readouterr().out
    d.record_decree(kit.open("2025"), "1/2025", f"{TODAY}")
    assert main(["rank", "2025"]) == 0
    said = capsys.readouterr().out
    assert f"Ditetapkan dengan Keputusan Nomor 1/2025 tanggal {TODAY_SAID}" in said
    assert "belum ditetapkan" not in said
    assert main(["rank", "2025", "--format", "csv"]) == 0
    assert ",decreed" in capsys.readouterr().out


def test_a_decree_and_a_meeting_typed_in_later_are_compared_by_the_day_noted(scored: Edition) -> None:
    decided(scored, "r1")
    play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"})
    meet(scored, "r2", "J1", "J2", "J3")
    plenary.note(scored, "r2", {"day": "20 April 2024"})
    plenary.decide(scored, "r2")
    mistake = refused("decree_before_plenary", lambda: d.record_decree(scored, "1/2024", "19/4/2024"))
    assert mistake.say("id").startswith(
        "Tanggal keputusan 19 April 2024 mendahului rapat pleno yang memutuskan hasilnya, yaitu 20 April 2024."
    )
    d.record_decree(scored, "1/2024", "25/4/2024")
    assert kit.open("2025").decisions.decree == ("1/2024", d.day_of("2024-04-25"))


def test_a_decree_does_not_speak_for_a_result_that_was_taken_up_again(scored: Edition) -> None:
    decided(scored, "r1")
    decided(play(scored, "r2", {"E1": "80 80 80", "E2": "90 90 -", "E4": "70 70 70"}), "r2")
    d.record_decree(scored, "1/2025", f"{TODAY}")
    decided(scored, "r2")
    assert (scored.decisions.decree, scored.state) == (None, "result")
    d.record_decree(scored, "2/2025", f"{TODAY}")
    assert scored.state == "decreed"
