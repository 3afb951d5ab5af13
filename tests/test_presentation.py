"""The day of presentations: a draw that anybody can work out again, lights without values, the recap at its end."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import TODAY, TODAY_SAID, give, play, stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from problems import problem
from samples import said, tables

import kit
from kit.actions import append
from kit.cli import main
from kit.contest import decisions, plenary, rounds
from kit.contest.presentation import draw, drawn_order, draws, lights, programme, schedule
from kit.errors import Problem
from kit.ledger import Event, ServerUnreachable
from kit.report.event_log import Filter, log_table
from kit.report.progress import running_order
from kit.screens.stage import Shown, StageView, presentation_view
from kit.texts import LANGUAGES, WIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
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
    "a round that is over": (lambda e: draw(e, "r1", "G1", "5"), "presentations_over"),
    "a start at no time": (lambda e: schedule(e, "r2", "G1", "pagi"), "time_of_day_unreadable"),
    "a start at an hour alone": (lambda e: schedule(e, "r2", "G1", "9"), "time_of_day_unreadable"),
    "a start at no hour of a day": (lambda e: schedule(e, "r2", "G1", "24.00"), "time_of_day_unreadable"),
    "no minutes": (lambda e: schedule(e, "r2", "G1", "09.00", "lama"), "minutes_unreadable"),
    "zero minutes": (lambda e: schedule(e, "r2", "G1", "09.00", 0), "minutes_unreadable"),
    "an end on the next day": (lambda e: schedule(e, "r2", "G1", "23.00", 30), "schedule_past_midnight"),
    "times of a group that there is not": (lambda e: schedule(e, "r2", "G9", "09.00"), "unknown_group"),
    "times of a round that there is not": (lambda e: schedule(e, "r9", "G1", "09.00"), "unknown_round"),
    "times of a round that is over": (lambda e: schedule(e, "r1", "G1", "09.00"), "presentations_over"),
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
    for act in (draw, schedule):
        with problem("entrants_unknown"):
            act(edition, "r2", "G1", "09.00")
    give(edition, "r1", {**FIRST, "E5": "- - -"})
    decisions.withdraw(edition, "E5", "Ditarik")
    rounds.close(edition, "r1")
    for act in (draw, schedule):
        with problem("nobody_presents"):
            act(edition, "r2", "G2", "09.00")
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


def test_the_list_is_alphabetical_until_it_is_drawn_and_then_has_places_and_times(edition: Edition) -> None:
    assert [*programme(edition, "r2")["entry_id"]] == ["E1", "E2", "E3", "E5"]
    order = draw(edition, "r2", "G1", "3").order
    schedule(edition, "r2", "G1", "9:00", 40)
    schedule(edition, "r2", "G2", "13.00")
    table = programme(edition, "r2")
    assert [*table["entry_id"]] == [*order, "E5"]
    assert [*table["place"]] == [1, 2, 3, 0]
    assert [*table["time"]] == [time(9), time(9, 40), time(10, 20), None]  # who has no place has no time
    shown = tables(running_order(edition, "r2"))
    assert [row[:2] for row in shown["Urutan presentasi Satu"]][:2] == [["No.", "Waktu"], ["1", "09.00"]]
    assert shown["Urutan presentasi Dua"][0][0] == "Kode"
    assert "Mulai pukul 13.00, 30 menit setiap presentasi." in said(running_order(edition, "r2"))


def test_times_are_events_that_a_later_one_corrects(edition: Edition) -> None:
    draw(edition, "r2", "G1", "3")
    schedule(edition, "r2", "G1", "09.00", actor="sek-1")
    schedule(edition, "r2", "G1", "09.30", 20, actor="sek-2")
    again = kit.open("2025")
    assert [*programme(again, "r2")["time"]][:3] == [time(9, 30), time(9, 50), time(10, 10)]
    events = edition.history.events(["schedule"])[["actor", "round", "criterion", "value", "text"]]
    assert events.to_numpy().tolist() == [["sek-1", "r2", "G1", "09:00", "30"], ["sek-2", "r2", "G1", "09:30", "20"]]
    rows = log_table(edition, Filter(kinds=["schedule"])).rows
    assert [rows[1][name].text for name in ("kind", "criterion", "value", "text")] == [
        *("Waktu presentasi ditetapkan", "G1", "09.30", "20 menit setiap presentasi")
    ]


def test_who_came_back_after_the_draw_stands_last(edition: Edition) -> None:
    decisions.withdraw(edition, "E1", "Ditarik")
    draw(edition, "r2", "G1", "3")
    decisions.reinstate(edition, "E1", "Penarikan dibatalkan")
    own = programme(edition, "r2").query("group == 'G1'")
    assert [*own["entry_id"]][-1] == "E1"
    assert own["place"].iloc[-1] == 0
    assert own["place"].iloc[:-1].gt(0).all()


# The stage


def decide(edition: Edition, *rounds: str) -> None:
    """Hold a plenary about each round, with all judges, and fix what it decides."""
    for name in rounds:
        plenary.begin(edition, name, "sekali lagi" if edition.meetings(name) else "")
        plenary.attend(edition, name, *plenary.panel(edition, name), present=True)
        plenary.decide(edition, name)
    edition.refresh()


def load(view: StageView) -> dict[str, Any]:
    return view.answer({"type": "load"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KINDS = (
    "load",
    "recap",
    "draw",
    "schedule",
    "absent",
    "present",
    "show",
    "hide",
    "act",
    "save",
    "submit",
    "decide",
    "",
)
SAID = {"group": "G1", "seed": "1", "entry": "E1", "reason": "x", "recap": True, "shown": True, "at": "", "act": "show"}
SAID |= {"topic": "recap", "confirmed": True, "edition": "2025", "round": "r1", "key": "k", "values": {"seed": "1"}}
ATTACKS = JSON | st.builds(
    lambda kind, names, odd: {**{name: SAID[name] for name in names}, **odd, "type": kind},
    st.sampled_from(KINDS) | JSON,
    st.sets(st.sampled_from([*SAID])),
    st.dictionaries(st.sampled_from([*SAID]), JSON, max_size=2),
)


def test_whatever_is_sent_to_the_stage_writes_nothing_and_reveals_nothing(edition: Edition) -> None:
    """In every state of the round, a score leaves only when it is decided and the committee has let it."""
    shown, committee = Shown(), kit.open("2025")
    view = StageView(edition, "r2", shown)
    steps: dict[str, tuple[Callable[[], object], bool]] = {
        "marked": (lambda: give(committee, "r2", {**LAST, "E3": "77.7|-|33.3"}), False),
        "closed": (lambda: rounds.close(committee, "r2"), False),
        "decided before": (lambda: decide(committee, "r1"), False),
        "in plenary": (lambda: plenary.begin(committee, "r2"), False),
        "decided": (lambda: decide_begun(committee), False),
        "shown": (lambda: shown.show(committee, "r2"), True),
        "published": (lambda: rounds.publish(committee, "r2"), True),
        "taken up again": (lambda: plenary.begin(committee, "r2", "keliru"), False),
        "decided again": (lambda: decide_begun(committee), False),
        "shown again": (lambda: shown.show(committee, "r2"), True),
        "hidden": (shown.hide, False),
    }

    def decide_begun(edition: Edition) -> None:
        plenary.attend(edition, "r2", *plenary.panel(edition, "r2"), present=True)
        plenary.decide(edition, "r2")

    for name, (step, open_) in steps.items():
        step()
        before = committee.ledger.fingerprint()

        @settings(max_examples=40, suppress_health_check=[*HealthCheck], deadline=None)
        @given(ATTACKS, st.just(open_))
        def stands(message: object, may_show: object) -> None:
            answer = view.answer(message)
            json.dumps(answer)
            asked = isinstance(message, dict) and message.get("type") == "load"
            assert answer["type"] in ({"state", "same"} if asked else {"refused"})
            assert ("77,7" in str(answer)) == (may_show and answer["type"] == "state")

        stands()
        assert ("77,7" in str(load(view))) == open_, name
        assert ("77,7" in str(load(StageView(kit.open("2025"), "", Shown())))) is False, f"{name}, and restarted"
        assert committee.ledger.fingerprint() == before, name
    assert "hanya menampilkan" in view.answer({"type": "draw"})["said"]


def test_nothing_can_be_shown_before_it_is_decided(edition: Edition) -> None:
    give(edition, "r2", {**LAST, "E3": "77.7|-|33.3"})
    rounds.close(edition, "r2")
    shown = Shown()
    with problem("recap_too_early"):
        shown.show(edition, "r2")
    assert not shown.shows(edition, "r2")


def test_the_stage_shows_the_order_with_lights_and_who_is_on_by_the_clock(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2026, 11, 27, 9, 42, tzinfo=WIB).astimezone(tz)

    monkeypatch.setattr("kit.screens.stage.datetime", Clock)
    view = StageView(edition, "", Shown())
    first, second = load(view)["lists"]
    assert [name for name, _ in first["heads"]] == ["title", "unit", "sheets"]
    assert (first["name"], first["rows"][0]["title"]) == ("Satu", "Inovasi E1")
    mark(edition, "J1", "E1")
    mark(edition, "J2", "E1")
    draw(edition, "r2", "G1", "3")
    order = draw(edition, "r2", "G1", "4", "Saksi terlambat").order
    decisions.mark_absent(edition, "r2", "E3", "Tidak datang")
    schedule(edition, "r2", "G1", "09.00", 40)
    draw(edition, "r2", "G2", "4")
    schedule(edition, "r2", "G2", "09.43")
    first, second = load(view)["lists"]
    assert {row["unit"][:2]: row["light"] for row in first["rows"]} == {"E1": "in", "E2": "waiting", "E3": "absent"}
    assert "Diundi ulang dengan alasan: Saksi terlambat" in first["notes"]
    assert [row["unit"][:2] for row in first["rows"]] == [*order]
    assert [(row["time"], row["now"]) for row in first["rows"]] == [("09.00", False), ("09.40", True), ("10.20", False)]
    assert [(row["time"], row["now"]) for row in second["rows"]] == [("09.43", False)]
    assert view.answer({"type": "load", "at": load(view)["at"]}) == {"type": "same"}


def test_the_recap_has_a_list_for_each_that_awards_are_given_in(edition: Edition) -> None:
    give(edition, "r2", LAST)
    decisions.mark_absent(edition, "r2", "E3", "Tidak datang")
    rounds.close(edition, "r2")
    decide(edition, "r1", "r2")
    decisions.record_decree(edition, "12/2099", f"{TODAY}")
    shown = Shown()
    shown.show(edition, "r2")
    state = load(StageView(edition, "r2", shown))
    assert state["word"] == f"Ditetapkan dengan Keputusan Nomor 12/2099 tanggal {TODAY_SAID}"
    first, _ = state["lists"]
    assert [label for _, label in first["heads"]] == ["Peringkat", "Penghargaan", "Finalis", "Unit", "Nilai"]
    best, *_ = first["rows"]
    assert (best["rank"], best["award"], best["title"], best["score"]) == ("1", "Juara I", "Inovasi E1", "80,50")
    assert first["notes"] == ["Tidak hadir pada presentasi: Inovasi E3."]


def test_the_recap_of_a_decided_round_says_nothing_of_a_later_one_that_is_not(edition: Edition) -> None:
    give(edition, "r2", {**LAST, "E3": "77.7|-|33.3"})
    rounds.close(edition, "r2")
    decide(edition, "r1")
    shown = Shown()
    shown.show(edition, "r1")
    seen = str(load(StageView(edition, "r1", shown)))
    assert "70,00" in seen
    assert "77,7" not in seen
    assert "77,7" not in str(load(StageView(edition, "r2", shown)))


def test_the_stage_names_no_database_out_of_reach(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    view = StageView(edition, "", Shown())

    def refuse() -> None:
        raise ServerUnreachable(detail="host=db.contoh user=kit")

    monkeypatch.setattr(edition, "refresh", refuse)
    said_ = view.answer({"type": "load"})["said"]
    assert said_ == Problem("screen_failed").sentence("id")


def test_before_the_finalists_are_known_stage_and_control_say_so(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r1")
    said_ = "Tahap 1 belum ditutup"
    assert load(StageView(edition, "", Shown()))["said"].startswith(said_)
    assert said_ in str(presentation_view(edition, "", Shown()).answer({"type": "load"})["topics"])
    assert said(running_order(edition, "r2")) == said(running_order(edition))
    assert said_ in str(running_order(edition).to_json())
    for view in (StageView, presentation_view):
        with problem("unknown_round"):
            view(edition, "r9", Shown())


# The control


class Control:
    """The control as somebody uses it; what asks is confirmed."""

    def __init__(self, edition: Edition, actor: str = "sek-1") -> None:
        self.shown = Shown()
        self.view = presentation_view(edition, "r2", self.shown, actor)

    def press(self, topic: str, act: str, **values: str) -> dict[str, Any]:
        message = {"type": "act", "topic": topic, "act": act, "values": values}
        answer = self.view.answer(message)
        if answer["type"] == "asks":
            answer = self.view.answer({**message, "confirmed": answer["asks"]}) | {"asked": answer["asks"]}
        return answer

    def offered(self) -> list[str]:
        topics = self.view.answer({"type": "load"})["topics"]
        return [f"{topic['id']} {act['id']}" for topic in topics for act in topic["acts"]]


def test_the_control_records_in_the_name_of_whoever_uses_it_and_says_what_corrects_it(edition: Edition) -> None:
    control = Control(edition)
    assert "saksi" in control.press("order/G1", "draw", seed=" ")["said"]
    first = control.press("order/G1", "draw", seed="137")
    assert "angka undian 137 untuk 3 finalis" in first["asked"]
    assert "Jika keliru, undi ulang dengan alasan." in first["said"]
    assert "alasan tertulis" in control.press("order/G1", "draw", seed="138", reason="")["said"]
    again = control.press("order/G1", "draw", seed="138", reason="Saksi terlambat")
    assert "Saksi terlambat" in again["asked"]
    assert "tidak terbaca" in control.press("order/G1", "times", start="pagi", minutes="20")["said"]
    times = control.press("order/G1", "times", start="09.00", minutes="20")
    assert "09.00, 20 menit setiap presentasi. Jika berubah" in times["said"]
    assert "Alasan belum diisi" in control.press("presence/G1", "absent", entry="E3", reason="")["said"]
    absent = control.press("presence/G1", "absent", entry="E3", reason="Sakit")
    assert "Mencatat E3 Inovasi E3 tidak hadir pada tahap 2, karena: Sakit." in absent["asked"]
    assert "catat hadir kembali" in absent["said"]
    assert control.press("presence/G1", "present", entry="E3", reason="Datang")["type"] == "done"
    events = edition.history.events(["draw", "schedule", "absent", "present"])
    assert [*events["kind"]] == ["draw", "draw", "schedule", "absent", "present"]
    assert {*events["actor"]} == {"sek-1"}


def test_the_control_offers_what_can_be_done(edition: Edition) -> None:
    control = Control(edition)
    mark(edition, "J1", "E5")
    everything = ["order/G1 draw", "order/G1 times", "order/G2 draw", "order/G2 times"]
    assert control.offered() == [*everything, "presence/G1 absent"]  # E5 has a mark
    give(edition, "r2", LAST | {"E3": "60|-|60"})
    rounds.close(edition, "r2")
    assert control.offered() == []
    decide(edition, "r1", "r2")
    assert control.offered() == ["recap show"]
    assert "Menampilkan nilai" in control.press("recap", "show")["asked"]
    assert control.shown.shows(edition, "r2")
    assert control.offered() == ["recap hide"]
    assert control.press("recap", "show")["type"] == "refused"
    control.press("recap", "hide")
    assert not control.shown.shows(edition, "r2")


# The commands


def test_the_command_draws(edition: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["round", "draw", "2025", "r2", "G1", "--seed", "137"]) == 0
    said_ = capsys.readouterr().out
    assert [line.split()[1] for line in said_.splitlines()[:3]] == [*draws(edition, "r2")["G1"].order]
    assert "sha256sum" in said_
    assert main(["round", "draw", "2025", "r2", "G1", "--seed", "137"]) == 1


def test_the_command_sets_times(edition: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    draw(edition, "r2", "G1", "3")
    assert main(["round", "schedule", "2025", "r2", "G1", "08.30", "--minutes", "15"]) == 0
    assert "Mulai pukul 08.30, 15 menit setiap presentasi." in capsys.readouterr().out
    assert [*programme(kit.open("2025"), "r2")["time"]][:2] == [time(8, 30), time(8, 45)]
    assert main(["round", "schedule", "2025", "r2", "G1", "25.00"]) == 1
