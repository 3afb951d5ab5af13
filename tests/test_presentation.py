"""The day of presentations: a draw that anybody can work out again, lights without values, the recap at its end."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import TODAY, TODAY_SAID, give, play, stage
from hypothesis import given
from hypothesis import strategies as st
from problems import problem
from samples import said, tables

import kit
from kit.actions import append
from kit.cli import main
from kit.contest import decisions, plenary, rounds
from kit.contest.presentation import draw, drawn_order, draws, lights, programme
from kit.ledger import Event
from kit.report.progress import presentation_recap, running_order
from kit.screens.stage import Stage
from kit.screens.stage import stage as on_stage
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.edition import Edition

ADVANCE = {"scope": "group", "places": 3, "at_cut": "include_all"}
RULES = contest(
    single(advance=ADVANCE), single(not_counting=["J3"]), final={"awards": [{"scope": "group", "names": ["Juara I"]}]}
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G1/b", "E5": "G2/a"}
FIRST = {"E1": "80 80 80", "E2": "70 70 70", "E3": "60|-|60", "E4": "50 50 50", "E5": "90 90 90"}
LAST = {"E1": "80 81 90", "E2": "70 75 90", "E5": "60 65 90"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """E1, E2 and E3 of the first group and E5 of the second go on stage; their round is open."""
    edition = play(stage(home, RULES, ENTRIES, conflicts={"J2": "E3:kerabat"}), "r1", FIRST)
    rounds.open(edition, "r2", "jadwal tetap")
    return edition


# The draw


def test_the_order_is_that_of_the_digests_as_anybody_computes_them(edition: Edition) -> None:
    made = draw(edition, "r2", "G1", " 137 ")
    by_hand = sorted(["E1", "E2", "E3"], key=lambda entry: hashlib.sha256(f"137 {entry}".encode()).hexdigest())
    assert list(made.order) == by_hand
    assert made.digest("E1") == "4fc1005614d6de90d724f54cfa7a40efe22d8db93f9d0e5d6aec1a98f7220a3f"  # by sha256sum
    (event,) = edition.history.events(["draw"]).to_dict("records")
    assert (event["round"], event["criterion"], event["value"]) == ("r2", "G1", "137")
    assert event["text"] == " > ".join(by_hand)
    assert draws(kit.open("2025"), "r2") == {"G1": made}


@given(st.text(min_size=1), st.sets(st.from_regex(r"[A-Z][0-9]-[0-9]{2}", fullmatch=True), max_size=12), st.randoms())
def test_the_order_follows_from_seed_and_entries_alone(seed: str, entries: set[str], shuffler: Any) -> None:
    """However the entries come in; and leaving one out moves none of the others past each other."""
    mixed = sorted(entries)
    shuffler.shuffle(mixed)
    order = drawn_order(seed, mixed)
    assert sorted(order) == sorted(entries)
    assert order == drawn_order(seed, sorted(entries))
    assert drawn_order(seed, order[1:]) == order[1:]


def test_seeds_lead_to_every_order() -> None:
    orders = {drawn_order(str(seed), ["E1", "E2", "E3"]) for seed in range(60)}
    assert len(orders) == 6


def test_a_second_draw_needs_a_reason_and_says_it(edition: Edition) -> None:
    draw(edition, "r2", "G1", "137")
    again = draw(edition, "r2", "G1", "138", "Satu saksi belum hadir")
    assert draws(edition, "r2")["G1"] == again
    assert again.reason == "Satu saksi belum hadir"
    assert "Diundi ulang dengan alasan: Satu saksi belum hadir" in said(running_order(edition, "r2"))
    assert len(edition.history.events(["draw"])) == 2


FORBIDDEN: dict[str, tuple[Callable[[Edition], object], str]] = {
    "a draw without a seed": (lambda e: draw(e, "r2", "G1", "  "), "seed_missing"),
    "a second draw": (lambda e: draw(e, "r2", "G2", "5"), "drawn_already"),
    "a group that there is not": (lambda e: draw(e, "r2", "G9", "5"), "unknown_group"),
    "a round that there is not": (lambda e: draw(e, "r9", "G1", "5"), "unknown_round"),
    "a round that is over": (lambda e: draw(e, "r1", "G1", "5"), "draw_too_late"),
    "a start at no time": (lambda e: programme(e, "r2", "pagi"), "time_of_day_unreadable"),
    "an absence without a reason": (lambda e: decisions.mark_absent(e, "r2", "E1", " "), "reason_needed"),
    "an absence of who has marks": (lambda e: decisions.mark_absent(e, "r2", "E5", "sakit"), "has_marks"),
    "a return of who was there": (lambda e: decisions.mark_present(e, "r2", "E1", "datang"), "not_absent"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_move_is_refused_with_a_sentence_and_leaves_no_trace(edition: Edition, name: str) -> None:
    draw(edition, "r2", "G2", "4")
    give(edition, "r2", {"E5": "60 65 90"})
    before = edition.ledger.fingerprint()
    move, kind = FORBIDDEN[name]
    with problem(kind) as refusal:
        move(edition)
    assert len({refusal.value.sentence(language) for language in LANGUAGES}) == 2
    assert edition.ledger.fingerprint() == before


def test_nobody_is_drawn_before_the_finalists_are_known(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES, conflicts={"J2": "E3:kerabat"})
    rounds.open(edition, "r1")
    with problem("entrants_unknown"):
        draw(edition, "r2", "G1", "1")
    give(edition, "r1", {**FIRST, "E5": "- - -"})
    decisions.withdraw(edition, "E5", "Ditarik")
    rounds.close(edition, "r1")
    with problem("nothing_to_draw"):
        draw(edition, "r2", "G2", "1")
    assert draw(edition, "r2", "G1", "1").order


# Lights and the running order


def light(edition: Edition) -> dict[str, tuple[str, int, int]]:
    return {str(row.entry_id): (row.light, row.complete, row.asked) for row in lights(edition, "r2").itertuples()}  # type: ignore[misc]


def mark(edition: Edition, judge: str, entry: str) -> None:
    place = {"round": "r2", "judge_id": judge, "entry_id": entry, "criterion": edition.rules.round("r2").marked[0].id}
    append(edition, Event(kind="mark", actor=judge, value="50", **place))


def test_a_light_goes_on_when_every_sheet_that_counts_is_in(edition: Edition) -> None:
    assert light(edition) == {
        "E1": ("waiting", 0, 2),
        "E2": ("waiting", 0, 2),
        "E3": ("waiting", 0, 1),
        "E5": ("waiting", 0, 2),
    }
    mark(edition, "J1", "E1")
    mark(edition, "J3", "E1")
    assert light(edition)["E1"] == ("waiting", 1, 2)
    mark(edition, "J2", "E1")
    mark(edition, "J1", "E3")
    assert light(edition)["E1"] == ("in", 2, 2)
    assert light(edition)["E3"] == ("in", 1, 1)  # the other is recused


def test_an_absent_finalist_is_neither_waited_for_nor_zero(edition: Edition) -> None:
    decisions.mark_absent(edition, "r2", "E3", "Tidak datang")
    assert light(edition)["E3"][0] == "absent"
    decisions.mark_present(edition, "r2", "E3", "Datang terlambat")
    assert light(edition)["E3"][0] == "waiting"
    decisions.mark_absent(edition, "r2", "E3", "Tidak datang")
    give(edition, "r2", LAST)
    rounds.close(edition, "r2")  # without a reason: nobody owes a sheet
    decide(edition, "r1", "r2")
    first, *_ = tables(presentation_recap(edition, "r2")).values()
    assert [row[1] for row in first[1:]] == ["E1", "E2"]
    assert "Tidak hadir pada presentasi: Inovasi E3." in said(presentation_recap(edition, "r2"))


def test_the_list_is_alphabetical_until_it_is_drawn_and_then_has_places_and_times(edition: Edition) -> None:
    assert [*programme(edition, "r2")["entry_id"]] == ["E1", "E2", "E3", "E5"]
    order = draw(edition, "r2", "G1", "3").order
    table = programme(edition, "r2", "09:00", 40)
    assert [*table["entry_id"]] == [*order, "E5"]
    assert [*table["place"]] == [1, 2, 3, 0]
    assert [*table["time"]] == ["09.00", "09.40", "10.20", ""]
    shown = tables(running_order(edition, "r2", "09.00", 40))
    assert shown["Urutan presentasi Satu"][0][:2] == ["No.", "Waktu"]
    assert shown["Urutan presentasi Dua"][0][0] == "Kode"


def test_who_came_back_after_the_draw_stands_last(edition: Edition) -> None:
    decisions.withdraw(edition, "E1", "Ditarik")
    draw(edition, "r2", "G1", "3")
    decisions.reinstate(edition, "E1", "Penarikan dibatalkan")
    own = programme(edition, "r2").query("group == 'G1'")
    assert [*own["entry_id"]][-1] == "E1"
    assert own["place"].iloc[-1] == 0
    assert own["place"].iloc[:-1].gt(0).all()


# The recap


def decide(edition: Edition, *rounds: str) -> None:
    """Hold a plenary about each round, with all judges, and fix what it decides."""
    for name in rounds:
        plenary.begin(edition, name)
        plenary.attend(edition, name, *plenary.panel(edition, name), present=True)
        plenary.decide(edition, name)
    edition.refresh()


def test_no_value_is_shown_before_the_round_is_decided(edition: Edition) -> None:
    give(edition, "r2", {**LAST, "E3": "77.7|-|33.3"})
    seen = []
    for _ in range(2):
        shown = (
            str(presentation_recap(edition, "r2").to_json())
            + str(running_order(edition, "r2").to_json())
            + str(light(edition))
        )
        seen.append("77" in shown)
        assert "callout" in shown
        assert "belum diputuskan dalam rapat pleno" in shown
        rounds.close(edition, "r2") if edition.states["r2"] == "open" else decide(edition, "r1")
    decide(edition, "r2")
    assert [*seen, "77,7" in str(presentation_recap(edition, "r2").to_json())] == [False, False, True]


def test_the_recap_of_a_decided_round_says_nothing_of_a_later_one_that_is_not(edition: Edition) -> None:
    give(edition, "r2", {**LAST, "E3": "77.7|-|33.3"})
    rounds.close(edition, "r2")
    decide(edition, "r1")
    shown = str(presentation_recap(edition, "r1").to_json())
    assert "70,00" in shown
    assert "77,7" not in shown


def test_the_recap_of_a_decreed_result_says_by_which_decree(edition: Edition) -> None:
    give(edition, "r2", {**LAST, "E3": "77.7|-|33.3"})
    rounds.close(edition, "r2")
    decide(edition, "r1", "r2")
    decisions.record_decree(edition, "12/2099", f"{TODAY}")
    edition.refresh()
    assert f"Ditetapkan dengan Keputusan Nomor 12/2099 tanggal {TODAY_SAID}" in said(presentation_recap(edition, "r2"))


def test_a_time_that_papermill_read_as_a_number_is_the_time(edition: Edition) -> None:
    draw(edition, "r2", "G1", "3")
    assert [*programme(edition, "r2", 9.3, 40)["time"]][:2] == ["09.30", "10.10"]
    assert "09.30" in str(running_order(edition, "r2", 9.3).to_json())


# On the projector


class Page:
    """What a page would see."""

    def __init__(self, shown: Stage) -> None:
        self.shown = shown
        self.told: list[dict[str, Any]] = []
        shown.send = lambda message, *_: self.told.append(message)

    def ask(self, kind: str, **message: object) -> dict[str, Any]:
        self.shown._answer(self.shown, {"type": kind, **message}, [])
        return self.told[-1]


def test_the_room_sees_states_and_scores_only_after_the_decision_when_they_are_asked_for(edition: Edition) -> None:
    page = Page(Stage(edition, "r2", "09.00", 30))
    other = kit.open("2025")
    give(other, "r2", {**LAST, "E3": "77.7|-|33.3"})
    told = page.ask("load")
    assert {row["light"] for row in told["state"]["rows"]} == {"in"}
    assert (told["refused"], told["state"]["open"]) == ("", True)
    for step in (lambda: rounds.close(other, "r2"), lambda: decide(other, "r1")):
        step()
        for asked in ({}, {"recap": True}):
            assert page.ask("load", **asked)["state"]["recap"] == ""
        told = page.ask("recap")
        assert "belum diputuskan dalam rapat pleno" in told["refused"]
        assert "77,7" not in str(page.told)
    decide(other, "r2")
    assert page.ask("load")["state"]["recap"] == ""
    shown = page.ask("recap")["state"]["recap"]
    assert "77,7" in shown
    assert page.ask("load", recap=True)["state"]["recap"] is shown  # made once
    plenary.begin(other, "r2", "keliru")
    assert page.ask("load", recap=True)["state"]["recap"] == ""


def test_the_room_is_offered_as_absent_whom_nobody_marked_and_who_is_absent(edition: Edition) -> None:
    page = Page(Stage(edition, "r2"))
    mark(edition, "J1", "E1")
    decisions.mark_absent(edition, "r2", "E3", "Tidak datang")
    rows = page.ask("load")["state"]["rows"]
    assert {row["entry_id"] for row in rows if row["absence"]} == {"E2", "E3", "E5"}


def test_the_room_draws_and_notes_absences(edition: Edition) -> None:
    page = Page(Stage(edition, "r2"))
    assert "saksi" in page.ask("draw", group="G1", seed="")["refused"]
    told = page.ask("draw", group="G1", seed="137")
    assert told["refused"] == ""
    assert "137" in told["state"]["drawn"]["G1"]
    assert "alasan" in page.ask("draw", group="G1", seed="1")["refused"]
    assert page.ask("absent", entry="E3", reason="")["refused"]
    told = page.ask("absent", entry="E3", reason="Tidak datang")
    assert [row["light"] for row in told["state"]["rows"] if row["entry_id"] == "E3"] == ["absent"]
    page.ask("present", entry="E3", reason="Datang")
    assert len(edition.history.events(["draw", "absent", "present"])) == 3


def test_what_hinders_the_page_is_said(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r1")
    assert 'role="alert"' in on_stage("2025").value
    assert said(running_order(edition, "r2")) == said(running_order(edition))
    assert "Tahap 1 belum ditutup" in str(running_order(edition).to_json())
    assert "2031" in on_stage("2031").value


def test_the_command_draws(edition: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["round", "draw", "2025", "r2", "G1", "--seed", "137"]) == 0
    said_ = capsys.readouterr().out
    assert [line.split()[1] for line in said_.splitlines()[:3]] == [*draws(edition, "r2")["G1"].order]
    assert "sha256sum" in said_
    assert main(["round", "draw", "2025", "r2", "G1", "--seed", "137"]) == 1
