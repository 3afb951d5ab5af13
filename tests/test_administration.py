"""Administrative selection: what may be said of an entry, what may not, and who goes on."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from homes import empty_home, stage
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import squeezed, word_rows, word_text
from problems import problem
from samples import said, sample_home, tables
from selections import ENTRIES, ITEMS, admitted, answers, eligible, refused, say, selecting

import kit
from kit.contest import decisions, rounds
from kit.contest.selection import ADMISSIONS, CHECKS, Change, counts, dossiers, record
from kit.documents.kinds import KINDS
from kit.errors import Mistakes, Problem
from kit.report import annual
from kit.report.context import Context
from kit.report.progress import selection_progress
from kit.report.summaries import admissions
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from kit.edition import Edition


@pytest.fixture
def edition(home: Path) -> Edition:
    return selecting(home)


def states(edition: Edition) -> dict[str, str]:
    return {entry: dossier.state for entry, dossier in dossiers(edition).items()}


def test_an_entry_goes_from_not_begun_over_to_be_completed_to_eligible(edition: Edition) -> None:
    seen = [states(edition)["E1"]]
    for step in (
        answers("E1", "yes"),
        answers("E1", "yes", "to_complete"),
        [Change("E1", "cure_until", "", "2026-10-24", "Isi dilengkapi")],
        answers("E1", "yes", "yes"),
        [eligible("E1")],
    ):
        say(edition, step)
        seen.append(states(edition)["E1"])
    assert seen == ["not_begun", "partial", "to_complete", "to_complete", "checked", "eligible"]
    events = edition.history.events(["checked", "cure_until", "admission"])
    assert set(events["actor"]) == {"SEK-1"}
    assert list(events["round"]) == ["r1", "r1", "r1", "", "r1", "r1", ""]


def test_a_receipt_keeps_its_minute_and_its_zone(edition: Edition) -> None:
    say(edition, [Change("E1", "received", "digital", "2025-10-17 14:30")])
    say(edition, [Change("E1", "received", "paper", "2025-10-17T07:29:40+00:00")])
    held = dossiers(edition)["E1"]
    assert held.of("received", "digital").value == held.of("received", "paper").value == "2025-10-17T14:30+07:00"
    say(edition, [Change("E1", "received", "paper", "")])
    assert dossiers(edition)["E1"].of("received", "paper").value == ""
    assert counts(dossiers(edition))["digital"] == 1
    assert counts(dossiers(edition))["paper"] == 0


NOW = datetime(2026, 1, 1, tzinfo=UTC)
FORBIDDEN: dict[str, tuple[list[Change], str, str]] = {
    "eligible with an item to complete": (
        [*answers("E1", "yes", "to_complete"), eligible("E1")],
        "SEK-1",
        "items_not_met",
    ),
    "eligible with a no": ([*answers("E1", "no", "yes"), eligible("E1")], "SEK-1", "items_not_met"),
    "eligible before all is checked": ([*answers("E1", "yes"), eligible("E1")], "SEK-1", "items_not_met"),
    "not eligible without reason": ([refused("E1", "  ")], "SEK-1", "refusal_without_reason"),
    "an eligible entry's item undone": (answers("E3", "to_complete"), "SEK-1", "eligible_already"),
    "an eligible entry's item cleared": (answers("E3", ""), "SEK-1", "eligible_already"),
    "an answer that there is not": (answers("E1", "mungkin"), "SEK-1", "check_unknown"),
    "an item that there is not": ([Change("E1", "checked", "x", "yes")], "SEK-1", "check_unknown"),
    "a mark": ([Change("E1", "mark", "surat", "5")], "SEK-1", "check_unknown"),
    "an admission taken back to nothing": ([Change("E3", "admission", "", "")], "SEK-1", "check_unknown"),
    "an entry that there is not": (answers("E9", "yes"), "SEK-1", "unknown_entry"),
    "a day without an hour": ([Change("E1", "received", "digital", "2025-10-17")], "SEK-1", "unclear_moment"),
    "an hour that there is not": ([Change("E1", "received", "paper", "2025-10-17 25:00")], "SEK-1", "unclear_moment"),
    "a receipt to come": ([Change("E1", "received", "paper", "2026-01-01 07:01")], "SEK-1", "receipt_in_future"),
    "a cure without what to mend": ([Change("E1", "cure_until", "", "2025-10-24")], "SEK-1", "cure_without_reason"),
    "a cure until no day": ([Change("E1", "cure_until", "", "24 Oktober", "Isi")], "SEK-1", "unclear_date"),
    "nobody's check": (answers("E1", "yes"), " ", "verifier_missing"),
    "a judge's check": (answers("E1", "yes"), "J1", "verifier_is_judge"),
    "a check in ignorance": ([Change("E3", "checked", "surat", "yes", "lagi", seen=1)], "SEK-1", "changed_elsewhere"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_move_is_refused_with_a_sentence_and_leaves_no_trace(edition: Edition, name: str) -> None:
    changes, verifier, kind = FORBIDDEN[name]
    admitted(edition, "E3")
    before = edition.ledger.fingerprint()
    with pytest.raises(Problem) as refusal:
        record(edition, [*answers("E2", "yes"), *changes], verifier, now=NOW)
    found = refusal.value.found[0] if isinstance(refusal.value, Mistakes) else refusal.value
    assert found.code == kind
    assert len({found.sentence(language) for language in LANGUAGES}) == 2
    assert edition.ledger.fingerprint() == before


@pytest.mark.parametrize("state", ["not_opened", "closed"])
def test_nothing_is_recorded_while_the_selection_is_not_open(home: Path, state: str) -> None:
    edition = stage(home, contest({"kind": "checklist", "items": ITEMS}, single()), ENTRIES)
    if state == "closed":
        rounds.open(edition, "r1")
        admitted(edition, *ENTRIES)
        rounds.close(edition, "r1")
    before = edition.ledger.fingerprint()
    for change in (answers("E1", "no"), [refused("E1")], [Change("E1", "received", "digital", "2025-10-17 14:30")]):
        with problem("selection_not_open") as refusal:
            say(edition, change)
        assert {refusal.value.say(language) for language in LANGUAGES}
    assert edition.ledger.fingerprint() == before
    rounds.open(edition, "r1", "Berkas susulan diterima panitia")
    assert say(edition, [refused("E1")]) == 1


def test_all_mistakes_are_named_at_once(edition: Edition) -> None:
    with pytest.raises(Mistakes) as refusal:
        say(edition, [eligible("E1"), refused("E2", ""), *answers("E9", "yes")])
    assert [mistake.code for mistake in refusal.value] == ["items_not_met", "refusal_without_reason", "unknown_entry"]


def test_a_change_sent_twice_is_recorded_once(edition: Edition) -> None:
    change = answers("E1", "yes")[0]._replace(key="a")
    assert (say(edition, [change]), say(edition, [change])) == (1, 0)
    assert len(edition.history.events(["checked"])) == 1


def test_two_verifiers_do_not_undo_each_other(edition: Edition) -> None:
    other = kit.open("2025")
    admitted(other, "E1")
    with pytest.raises(Mistakes) as refusal:
        say(edition, answers("E1", "no"))
    assert refusal.value.found[0].code == "eligible_already"


def test_rules_changed_after_the_opening_hold_back_the_selection(edition: Edition) -> None:
    path = edition.folder / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Isi sesuai", "Isi cocok"), encoding="utf-8")
    with problem("rules_changed"):
        say(kit.open("2025"), answers("E1", "yes"))


def test_a_contest_without_selection_says_so(home: Path) -> None:
    edition = stage(home, contest(single()), ENTRIES)
    with problem("no_checklist"):
        dossiers(edition)
    assert selection_progress(edition).to_json()["blocks"][0]["type"] == "callout"
    rounds.open(edition, "r1")
    rounds.close(edition, "r1", "tanpa nilai")
    assert edition.states == {"r1": "closed"}


# What an entry can become

CHANGES = st.one_of(
    st.builds(
        lambda entry, item, value, note: Change(entry, "checked", item["id"], value, note),
        *(st.sampled_from([*ENTRIES]), st.sampled_from(ITEMS), st.sampled_from(["", *CHECKS])),
        st.sampled_from(["", "catatan"]),
    ),
    st.builds(
        lambda entry, value, reason: Change(entry, "admission", "", value, reason),
        *(st.sampled_from([*ENTRIES]), st.sampled_from(ADMISSIONS), st.sampled_from(["", "alasan"])),
    ),
)


@settings(max_examples=12)
@given(st.lists(st.lists(CHANGES, max_size=3), max_size=12))
def test_however_it_is_checked_an_eligible_entry_has_only_yes(batches: list[list[Change]]) -> None:
    """And a batch is recorded whole or not at all; who is not eligible is out, who is eligible takes part."""
    with tempfile.TemporaryDirectory() as folder, empty_home(Path(folder)) as home:
        edition = selecting(home)
        for batch in batches:
            before = len(edition.history.events())
            try:
                say(edition, batch)
            except Problem:
                assert len(edition.history.events()) == before
            held = dossiers(edition).values()
            eligible_ = {one.entry_id for one in held if one.admission == "eligible"}
            assert all(one.answered("yes") == [*one.items] for one in held if one.entry_id in eligible_)
            assert all(one.of("admission").text for one in held if one.admission == "not_eligible")
        rounds.close(edition, "r1", "uji")
        not_eligible = {entry for entry, state in states(edition).items() if state == "not_eligible"}
        assert edition.entrants("r2") == set(ENTRIES) - not_eligible


# Closing


def test_the_selection_is_not_closed_over_undecided_entries_without_a_reason(edition: Edition) -> None:
    admitted(edition, "E1")
    say(edition, [refused("E2")])
    for language in LANGUAGES:
        with problem("entries_undecided") as refusal:
            rounds.close(kit.open("2025", language), "r1")
        assert "E3" in refusal.value.say(language)
    assert edition.history.round_states() == {"r1": "open"}
    rounds.close(edition, "r1", "E3 diperiksa menyusul")
    assert edition.entrants("r2") == {"E1", "E3"}


def test_a_selection_closed_over_undecided_entries_has_minutes_that_name_them_and_the_reason(edition: Edition) -> None:
    with problem("no_selection"):
        KINDS["minutes-selection"].parts(edition)
    rounds.close(edition, "r1", "Semua berkas diperiksa bersama juri")
    KINDS["minutes-selection"].parts(edition)
    rows = [row for row in word_rows(edition, "minutes-selection") if row[0] in ENTRIES]
    assert [row[3] for row in rows] == ["Belum diputuskan"] * 6  # among those with a note, and in the list of all
    text = word_text(edition, "minutes-selection")
    assert squeezed("sebelum 3 inovasi diputuskan; inovasi tersebut tetap mengikuti penilaian") in text
    assert squeezed("Alasan: Semua berkas diperiksa bersama juri") in text


def test_an_entry_that_left_is_not_undecided(edition: Edition) -> None:
    admitted(edition, "E1")
    decisions.withdraw(edition, "E2", "Ditarik unit kerja")
    decisions.declare_duplicate(edition, "E3", "E1", "Isi sama")
    assert states(edition) == {"E1": "eligible", "E2": "out", "E3": "out"}
    rounds.close(edition, "r1")
    assert edition.entrants("r2") == {"E1"}


# Progress and counts


def test_the_progress_counts_for_the_minutes(edition: Edition) -> None:
    admitted(edition, "E1")
    say(edition, [*answers("E2", "yes", "to_complete"), Change("E2", "received", "digital", "2025-10-17 14:30")])
    say(edition, [Change("E2", "cure_until", "", "2026-10-24", "Isi dilengkapi")])
    decisions.correct(edition, "E2", "category", "a", "Isinya pelayanan")
    decisions.declare_duplicate(edition, "E3", "E1", "Isi sama")
    shown = selection_progress(edition, date(2026, 10, 24))
    lines = said(shown)
    assert (
        "Dari 3 proposal terdaftar, 1 memenuhi syarat, 0 tidak memenuhi syarat, dan 1 belum diputuskan; 1" in lines[1]
    )
    assert "E2 Inovasi E2: Isi sesuai. Perbaikan ditunggu sampai dengan 24 Oktober 2026." in lines
    assert "E2 Inovasi E2 dipindahkan ke bentuk inovasi A: Isinya pelayanan" in lines
    assert "E3 Inovasi E3 dinyatakan sama dengan E1: Isi sama" in lines
    day_after = said(selection_progress(edition, date(2026, 10, 25)))
    assert any("berakhir pada 24 Oktober 2026" in line for line in day_after)
    by_group, by_item = tables(shown).values()
    assert by_group[1:] == [
        ["Satu", *"2100010100"],
        ["Dua", *"1000000001"],
        ["Jumlah", *"3100010101"],
    ]
    assert by_item[1:] == [["1. Surat usulan", *"2001"], ["2. Isi sesuai", *"1101"]]


def test_every_count_adds_up(edition: Edition) -> None:
    names = ("not_begun", "partial", "to_complete", "checked", "eligible", "not_eligible", "out")
    for one, other in product(("yes", "no", ""), repeat=2):
        say(edition, answers("E1", one, other))
        found = counts(dossiers(edition))
        assert sum(found[name] for name in names) == found["entries"] == 3
        assert found["undecided"] == 3


# The annual report


def test_what_came_of_the_selection_is_counted(edition: Edition) -> None:
    assert admissions(edition) == {}
    say(edition, [*answers("E1", "yes", "no"), Change("E1", "cure_until", "", "2026-10-24", "Isi")])
    admitted(edition, "E1")
    assert admissions(edition) == {"n": 1, "eligible": 1, "cured": 1, "duplicate": 0, "undecided": 2}
    decisions.declare_duplicate(edition, "E2", "E1", "Isi sama")
    say(edition, [refused("E3")])
    assert admissions(edition) == {"n": 2, "eligible": 1, "cured": 1, "duplicate": 1, "undecided": 0}


def test_the_report_tells_of_the_selection(tmp_path: Path) -> None:
    with sample_home(tmp_path):
        edition = kit.open("2025")
        lines = said(annual.process(Context(edition, "2025-11-21T09:00:00+07:00")))
        found = dossiers(edition).values()
        cured = sum(bool(one.of("cure_until").value) for one in found)
        assert (
            f"Pada seleksi administrasi, seluruh inovasi (49) memenuhi syarat. Sebanyak {cured} di antaranya "
            "melengkapi berkas dalam masa perbaikan."
        ) in lines
        assert counts(dossiers(edition))["eligible"] == 49
