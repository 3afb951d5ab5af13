"""The plenary: what it may do, what it may not, and that nothing reaches a published result without its events."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import CI
from contests import contest, single, weighted
from homes import TODAY, decide, empty_home, give, meet, play, stage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from problems import refused

import kit
from kit.actions import append
from kit.contest import decisions, plenary, rounds
from kit.contest.rounds import computed_ranking, differences, publish, unpublished
from kit.edition import Edition
from kit.errors import Problem
from kit.judging.assignment import substitute
from kit.judging.desk import Change, Desk
from kit.ledger import Event, Ledger
from kit.ledger.events import stamp
from kit.report.agenda import Agenda, changes

if TYPE_CHECKING:
    from collections.abc import Callable

JUDGES_DECIDE = [{"by": "judges_decide"}]
TWO = contest(
    weighted(
        {"K1": 40, "K2": 60},
        scale={"low": 1, "high": 5, "step": "0.5"},
        advance={"scope": "group", "places": 2, "at_cut": "decide"},
        ties=JUDGES_DECIDE,
    ),
    single(ties=JUDGES_DECIDE),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}], "ties": JUDGES_DECIDE},
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}
# E2 and E3 are equal where the cut goes through; J3 has a conflict of interest with E2.
FIRST = {"E1": "5 5|5 5|5 5", "E2": "4 4|4 4|", "E3": "4 4|4 4|4 4", "E4": "2 2|2 2|2 2"}
LAST = {"E1": "80 80 80", "E2": "80 80 -", "E4": "70 70 70"}


@pytest.fixture
def scored(home: Path) -> Edition:
    """The first round is closed."""
    return play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)


@pytest.fixture
def met(scored: Edition) -> Edition:
    """Its plenary has begun, and two of three judges are there."""
    meet(scored, "r1")
    return scored


def attend(edition: Edition, round_id: str, *judges: str) -> None:
    plenary.attend(edition, round_id, *judges, present=True)


def decided(edition: Edition, round_id: str, reason: str = "", *tie: str) -> Edition:
    """Take a closed round through a plenary that rules on a tie."""
    meet(edition, round_id, reason=reason)
    if tie:
        plenary.rule_tie(edition, "final" if round_id == "r2" else round_id, tie, "pleno")
    plenary.decide(edition, round_id)
    return edition


@pytest.fixture
def done(scored: Edition) -> Edition:
    """Both rounds are decided, each after a ruling."""
    decided(scored, "r1", "", "E2", "E3")
    return decided(play(scored, "r2", LAST), "r2", "", "E2", "E1")


def mark(value: str, judge: str = "J1", entry: str = "E3", criterion: str = "K1") -> Event:
    about = {"round": "r1", "judge_id": judge, "entry_id": entry, "criterion": criterion}
    return Event(kind="mark", actor=judge, value=value, **about)


# A whole plenary


def test_reasons_and_remarks_are_one_printable_line(scored: Edition) -> None:
    meet(scored, "r1", reason="dibahas\nlagi\x07")
    plenary.rule_tie(scored, "r1", ["E2", "E3"], "pleno")
    plenary.decide(scored, "r1", "sepakat\x07 bulat")
    events = scored.history.events(["round_plenary", "round_decided"])
    assert events["text"].tolist() == ["dibahas lagi", "sepakat bulat"]


def test_the_minutes_know_who_was_there_what_was_changed_and_what_was_decided(met: Edition) -> None:
    plenary.attend(met, "r1", "J3", present=False)
    plenary.note(met, "r1", {"place": "Aula  Contoh"})
    plenary.reopen_sheet(met, "r1", "J1", "E3", "salah baca dokumen")
    append(met, mark("4.5"), mark("5"), mark("4", criterion="K2"))
    plenary.dissent(met, "r1", "J2", "menilai cukup")
    plenary.decide(met, "r1", "bulat")
    (meeting,) = kit.open("2025").meetings("r1")
    assert meeting.present == ("J1", "J2")
    assert meeting.attendance == {"J1": True, "J2": True, "J3": False}
    assert meeting.said == {"place": "Aula Contoh"}
    assert meeting.reopened == [("J1", "E3", "salah baca dokumen")]
    assert meeting.changes == [("J1", "E3", "K1", "4", "5")]
    assert meeting.dissents == [("J2", "menilai cukup")]
    assert (meeting.remark, meeting.decided is not None) == ("bulat", True)
    assert met.states["r1"] == "decided"


def test_a_ruling_settles_the_tie_at_the_cut_and_may_be_changed_until_the_decision(met: Edition) -> None:
    assert [*plenary.tied(met, "r1")] == [("E2", "E3")]
    (hindrance,) = plenary.hindrances(met, "r1")
    assert hindrance.code == "tie_undecided"
    refused("mistakes", lambda: plenary.decide(met, "r1"))
    plenary.rule_tie(met, "r1", ["E3", "E2"], "manfaat lebih luas")
    plenary.rule_tie(met, "r1", ["E2", "E3"], "dihitung kembali")
    assert [set(cut.through) for cut in met.result.cuts["r1"]] == [{"E1", "E2"}, {"E4"}]
    plenary.decide(met, "r1")
    assert [ruling.entries for ruling in met.meetings("r1")[0].rulings] == [("E3", "E2"), ("E2", "E3")]
    refused("round_not_in_plenary", lambda: plenary.rule_tie(met, "r1", ["E3", "E2"], "x"))


def test_the_last_plenary_decides_the_final_and_its_awards(done: Edition) -> None:
    final = done.result.of("final", "group", "G1")
    assert list(zip(final["entry_id"], final["award"], strict=True))[:2] == [("E2", "Juara I"), ("E1", "Juara II")]
    assert [ruling.entries for ruling in done.meetings("r2")[0].rulings] == [("E2", "E1")]
    plenary.begin(done, "r2", "penghargaan dibahas kembali")
    assert plenary.awards(done) == ["group/G1/1", "group/G1/2", "group/G2/1", "group/G2/2"]
    plenary.withhold_award(done, "group/G1/1", "tidak ada yang memenuhi ambang")
    assert done.result.of("final", "group", "G1")["award"].tolist()[:2] == [None, "Juara II"]
    refused("no_such_award", lambda: plenary.withhold_award(done, "group/G1/3", "x"))
    refused("no_such_award", lambda: plenary.withhold_award(done, "group/G1/2", "x", given=True))
    plenary.withhold_award(done, "group/G1/1", "keliru", given=True)
    assert done.result.of("final", "group", "G1")["award"].tolist()[:2] == ["Juara I", "Juara II"]


def test_a_judge_who_is_replaced_after_the_sheet_was_reopened_is_still_a_letter(home: Path) -> None:
    rules = contest(single(panel=["J1", "J2", "J3"]))
    edition = stage(home, rules, {"E1": "G1/a"}, judges=("J1", "J2", "J3", "J4"))
    rounds.open(edition, "r1")
    for judge in ("J1", "J2", "J3"):
        append(edition, mark("80", judge, "E1", "mark"))
    rounds.close(edition, "r1")
    plenary.begin(edition, "r1")
    plenary.reopen_sheet(edition, "r1", "J1", "E1", "salah baca dokumen")
    rounds.open(edition, "r1", "dinilai kembali")
    substitute(edition, "r1", "J1", "J4", "sakit", everything=True)
    rounds.close(edition, "r1", "lembar menyusul")
    agenda = Agenda(edition, "r1")
    assert sorted(agenda.letters) == ["J1", "J2", "J3", "J4"]
    assert "salah baca dokumen" in str(changes(agenda).to_json())


# Who may do what, and when


def test_what_no_plenary_may_do(met: Edition) -> None:
    before = met.fingerprint
    refused("unknown_topic", lambda: plenary.note(met, "r1", {"cuaca": "cerah"}))
    refused("not_in_panel", lambda: plenary.attend(met, "r1", "J3", "J9", present=True))
    refused("not_assigned", lambda: plenary.reopen_sheet(met, "r1", "J9", "E3", "x"))
    refused("recused_mark", lambda: plenary.reopen_sheet(met, "r1", "J3", "E2", "x"))
    refused("reason_needed", lambda: plenary.reopen_sheet(met, "r1", "J1", "E3", " "))
    refused("not_there", lambda: plenary.dissent(met, "r1", "J3", "x"))
    refused("not_one_tie", lambda: plenary.rule_tie(met, "r1", ["E1", "E3"], "x"))
    refused("not_one_tie", lambda: plenary.rule_tie(met, "r1", ["E3"], "x"))
    refused("reason_needed", lambda: plenary.rule_tie(met, "r1", ["E3", "E2"], ""))
    refused("decider_in_conflict", lambda: plenary.rule_tie(met, "r1", ["E3", "E2"], "x", actor="J3"))
    refused("round_not_in_plenary", lambda: plenary.rule_tie(met, "final", ["E3", "E2"], "x"))
    refused("round_not_in_plenary", lambda: plenary.withhold_award(met, "group/G1/1", "x"))
    refused("round_is_closed", lambda: append(met, mark("5")))
    refused("plenary_not_possible", lambda: plenary.begin(met, "r1", "lagi"))
    refused("nothing_to_publish", lambda: publish(met, "r1"))
    assert kit.open("2025").fingerprint == before


def test_judges_who_all_have_a_conflict_cannot_rule(scored: Edition) -> None:
    meet(scored, "r1", "J3")
    refused("nobody_free", lambda: plenary.rule_tie(scored, "r1", ["E3", "E2"], "x"))


def test_the_rules_may_not_leave_ties_to_the_judges(home: Path) -> None:
    shared = contest(single(advance={"scope": "group", "places": 1}, ties=[{"by": "shared"}]), single())
    edition = play(stage(home, shared, {"E1": "G1/a", "E2": "G1/a"}), "r1", {"E1": "80 80 80", "E2": "80 80 80"})
    meet(edition, "r1")
    refused("rules_decide_ties", lambda: plenary.rule_tie(edition, "r1", ["E1", "E2"], "x"))
    plenary.decide(edition, "r1")


def test_a_tie_for_an_award_across_groups_can_be_ruled(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 1}, ties=JUDGES_DECIDE)
    final = {"awards": [{"scope": "overall", "names": ["Juara Umum"]}], "ties": JUDGES_DECIDE}
    entries = {"E1": "G1/a", "E2": "G1/a", "E3": "G2/a"}
    edition = stage(home, contest(first, single(), final=final), entries)
    decided(play(edition, "r1", {"E1": "90 90 90", "E2": "80 80 80", "E3": "90 90 90"}), "r1")
    decided(play(edition, "r2", {"E1": "80 80 80", "E3": "80 80 80"}), "r2", "", "E3", "E1")
    overall = edition.result.of("final", "overall", "overall")
    assert overall["entry_id"].tolist() == ["E3", "E1", "E2"]
    assert overall["award"].tolist() == ["Juara Umum", None, None]


@pytest.mark.parametrize("earlier", [False, True], ids=["of this version", "of an earlier version"])
def test_a_ruling_does_not_settle_a_tie_that_came_later(home: Path, *, earlier: bool) -> None:
    """The plenary is held again, and both are marked anew: they are equal once more, at another score."""
    final = {"awards": [{"scope": "group", "names": ["Juara"]}]}
    edition = play(
        stage(home, contest(single(ties=JUDGES_DECIDE), final=final), ["E1", "E2"]),
        "r1",
        {"E1": "80 80 80", "E2": "80 80 80"},
    )
    meet(edition, "r1", "J1", "J2", "J3")
    if earlier:  # it did not say at which scores they were tied
        append(edition, Event(kind="tie_ruling", actor="committee", round="final", value="E2>E1", text="pleno"))
    else:
        plenary.rule_tie(edition, "final", ["E2", "E1"], "pleno")
    plenary.decide(edition, "r1")
    meet(edition, "r1", "J1", "J2", "J3", reason="keberatan")
    mistake = refused("tie_of_final", lambda: plenary.rule_tie(edition, "r1", ["E1", "E2"], "pleno"))
    assert '"final"' in mistake.say("id")  # what the list is called, where there is one round only
    for entry in ("E1", "E2"):
        plenary.reopen_sheet(edition, "r1", "J1", entry, "keliru")
    assert edition.result.of("final", "group", "G1")["entry_id"].tolist() == ["E2", "E1"]  # nothing is changed yet
    desk = Desk(edition, "r1", "J1")
    desk.save([Change(entry, "mark", "50", entry) for entry in ("E1", "E2")])
    edition.refresh()
    assert edition.result.of("final", "group", "G1")["rank"].tolist() == [1, 1]
    error = refused("mistakes", lambda: plenary.decide(edition, "r1"))
    assert "tie_undecided" in {one.code for one in error}  # type: ignore[attr-defined]
    plenary.rule_tie(edition, "final", ["E1", "E2"], "pleno kedua")
    plenary.decide(edition, "r1")
    assert edition.result.of("final", "group", "G1")["entry_id"].tolist() == ["E1", "E2"]


def test_a_quorum_is_more_than_half_of_the_panel(scored: Edition) -> None:
    meet(scored, "r1", "J1")
    plenary.rule_tie(scored, "r1", ["E3", "E2"], "pleno")
    error = refused("mistakes", lambda: plenary.decide(scored, "r1"))
    assert [(e.code, e.data["n"], e.data["needed"]) for e in error] == [("quorum_missing", 1, 2)]  # type: ignore[attr-defined]
    attend(scored, "r1", "J2", "J3")
    plenary.attend(scored, "r1", "J3", present=False)  # had to leave
    plenary.decide(scored, "r1")


def test_the_rules_may_ask_for_another_quorum(home: Path) -> None:
    edition = play(stage(home, contest(single(quorum=3)), {"E1": "G1/a"}), "r1", {"E1": "80 80 80"})
    meet(edition, "r1")
    assert [error.data["needed"] for error in plenary.hindrances(edition, "r1")] == [3]


def test_a_round_with_a_missing_sheet_is_not_decided(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", {**FIRST, "E2": "4 4|4 4|4 3", "E4": "2 2|2 -|2 2"})
    rounds.close(edition, "r1", "juri sakit")
    meet(edition, "r1")
    error = refused("mistakes", lambda: plenary.decide(edition, "r1"))
    assert [(e.code, e.data["entries"]) for e in error] == [("result_incomplete", ["E4"])]  # type: ignore[attr-defined]
    decisions.withdraw(edition, "E4", "mengundurkan diri")
    plenary.decide(edition, "r1")


def test_where_the_best_rounds_count_an_entry_may_lack_one(home: Path) -> None:
    """The final needs as many scores as count; who has fewer keeps the last round from being decided."""
    best = {"score": [{"over": "rounds", "by": "mean", "best": 1, "round": 2}]}
    edition = stage(home, contest(single(), single(), final=best), {"E1": "G1/a", "E2": "G1/a"})
    for round_, marks in {"r1": {"E1": "80 80 80", "E2": "- 70 70"}, "r2": {"E1": "60 60 60", "E2": "- 50 50"}}.items():
        rounds.open(edition, round_)
        give(edition, round_, marks)
        rounds.close(edition, round_, "satu percobaan gagal")
        meet(edition, round_)
        if round_ == "r1":
            plenary.decide(edition, round_)
    error = refused("mistakes", lambda: plenary.decide(edition, "r2"))
    assert [(e.code, e.data["entries"]) for e in error] == [("result_incomplete", ["E2"])]  # type: ignore[attr-defined]


def test_nothing_is_shown_or_decided_while_the_round_is_open(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST | {"E2": "4 4|4 4|4 4"})
    refused("plenary_not_possible", lambda: plenary.begin(edition, "r1"))
    refused("still_open", lambda: edition.ranking_table("r1"))
    refused("round_not_in_plenary", lambda: plenary.decide(edition, "r1"))
    refused("nothing_to_publish", lambda: publish(edition, "r1"))
    assert edition.states["r1"] == "open"


def test_a_round_from_which_every_entry_was_withdrawn_is_decided_and_told(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    for entry in ENTRIES:
        decisions.withdraw(edition, entry, "mengundurkan diri")
    rounds.open(edition, "r1", "uji")
    rounds.close(edition, "r1", "uji")
    decide(edition, "r1", "J1", "J2", "J3")
    assert edition.states["r1"] == "decided"
    assert edition.result.ranking.empty


def test_an_earlier_round_is_taken_up_again_only_after_the_later_and_decided_before_it(done: Edition) -> None:
    refused("later_round_stands", lambda: plenary.begin(done, "r1", "sanggahan"))
    plenary.begin(done, "r2", "sanggahan tentang tahap pertama")
    plenary.begin(done, "r1", "sanggahan")
    attend(done, "r2", "J1", "J2")
    attend(done, "r1", "J1", "J2")
    error = refused("mistakes", lambda: plenary.decide(done, "r2"))
    assert "earlier_undecided" in [one.code for one in error]  # type: ignore[attr-defined]
    plenary.decide(done, "r1")
    plenary.decide(done, "r2")


def test_a_round_is_not_decided_before_those_it_builds_on(scored: Edition) -> None:
    play(scored, "r2", {"E1": "80 80 80", "E4": "70 70 70"}, unasked=True)
    meet(scored, "r2")
    error = refused("mistakes", lambda: plenary.decide(scored, "r2"))
    assert [(e.code, e.data["earlier"]) for e in error] == [("earlier_undecided", "Tahap 1")]  # type: ignore[attr-defined]
    plenary.begin(scored, "r1")
    rounds.open(scored, "r1", "nilai ulang")
    error = refused("mistakes", lambda: plenary.decide(scored, "r2"))
    assert "earlier_undecided" in [one.code for one in error]  # type: ignore[attr-defined]


def test_who_was_admitted_stays_once_a_round_is_decided(home: Path) -> None:
    both = [{"id": "berkas", "name": "Berkas", "kind": "checklist"}, *TWO["rounds"]]
    edition = stage(home, {**TWO, "rounds": both}, ENTRIES, conflicts={"J3": "E2:kerabat"})
    decided(play(edition, "r1", FIRST), "r1", "", "E2", "E3")
    refused("later_round_stands", lambda: rounds.open(edition, "berkas"))
    meet(edition, "r1", reason="laporan masyarakat")
    rounds.open(edition, "berkas")
    error = refused("mistakes", lambda: plenary.decide(edition, "r1"))
    assert [(e.code, e.data["earlier"]) for e in error] == [("earlier_undecided", "Berkas")]  # type: ignore[attr-defined]
    rounds.close(edition, "berkas", "semua ikut dinilai")
    plenary.decide(edition, "r1")


# Versions


def test_what_was_published_stays_and_a_later_version_names_its_differences(done: Edition) -> None:
    first = publish(done, "r2")
    assert (first.number, first.round) == (1, "r2")
    assert set(first.ranking["round"]) == {"r2", "final"}
    refused("nothing_to_publish", lambda: publish(done, "r2"))
    plenary.begin(done, "r2", "sanggahan S-01: salah ketik")
    plenary.reopen_sheet(done, "r2", "J1", "E1", "lembar cetak berbunyi 95")
    append(done, Event(kind="mark", actor="J1", round="r2", judge_id="J1", entry_id="E1", criterion="mark", value="95"))
    attend(done, "r2", "J1", "J2")
    refused("nothing_to_publish", lambda: publish(done, "r2"))
    plenary.decide(done, "r2")
    changed = unpublished(done, "r2")
    assert changed.equals(differences(first.ranking, publish(done, "r2").ranking))
    group = changed[(changed["scope"] == "group") & (changed["round"] == "final")].set_index("entry_id")
    assert group.loc["E1"].tolist()[3:] == ["80.00", "2", "Juara II", "85.00", "1", "Juara I"]
    assert group.loc["E2"].tolist()[3:] == ["80.00", "1", "Juara I", "80.00", "2", "Juara II"]
    assert [version.number for version in kit.open("2025").history.versions("r2")] == [1, 2]
    assert kit.open("2025").history.versions("r2")[0].ranking.equals(first.ranking)
    assert unpublished(done, "r2").empty


def test_a_second_window_decides_and_publishes_what_is_recorded_by_now(done: Edition) -> None:
    window = kit.open("2025")
    assert unpublished(window, "r2").empty  # it has seen the result
    meet(done, "r2", reason="sanggahan")
    plenary.reopen_sheet(done, "r2", "J1", "E4", "lembar cetak")
    window.refresh()
    assert plenary.hindrances(window, "r2") == []
    append(done, Event(kind="mark", actor="J1", round="r2", judge_id="J1", entry_id="E4", criterion="mark", value=""))
    refused("mistakes", lambda: plenary.decide(window, "r2"))
    append(done, Event(kind="mark", actor="J1", round="r2", judge_id="J1", entry_id="E4", criterion="mark", value="5"))
    plenary.decide(done, "r2")
    publish(window, "r2")
    assert unpublished(kit.open("2025"), "r2").empty


def rebuilt(home: Path, edition: Edition, events: int) -> Edition:
    """The edition as its journal tells it up to some event, in another folder and with nothing else."""
    lines = edition.history.events().head(events)
    folder = home / "data" / "2024"
    shutil.copytree(edition.folder, folder, ignore=shutil.ignore_patterns("*.sqlite*", "journal.csv"))
    ledger = Ledger.open(folder / "ledger.sqlite", create=True)
    ledger.append(lines.drop(columns="number").assign(time=[stamp(t.to_pydatetime()) for t in lines["time"]]))
    ledger.close()
    return Edition(folder)


def test_the_journal_alone_rebuilds_the_result_and_what_was_published(done: Edition, home: Path) -> None:
    version = publish(done, "r2")
    again = rebuilt(home, done, len(done.history.events()))
    assert again.result.ranking.equals(done.result.ranking)
    assert again.history.versions("r2")[0].ranking.equals(version.ranking)


# Whatever people do, and in whatever order

ROUNDS = st.sampled_from(["r1", "r2"])
JUDGES = st.sampled_from(["J1", "J2", "J3"])
SOME = st.sampled_from(list(ENTRIES))
REASONS = st.sampled_from(["alasan", "alasan", ""])


class AnyPlenary(RuleBasedStateMachine):
    """Commands at random: each is done, or refused without a trace; what is published follows from its events."""

    @initialize(steps=st.integers(0, 3))
    def begin(self, steps: int) -> None:
        """Start where a contest may stand: before it, with a closed round, with a decided one, at the end."""
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.home = self.stack.enter_context(empty_home(Path(folder)))
        self.edition = stage(self.home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"})
        if steps > 0:
            play(self.edition, "r1", FIRST)
        if steps > 1:
            decided(self.edition, "r1", "", "E2", "E3")
        if steps > 2:
            decided(play(self.edition, "r2", LAST), "r2", "", "E2", "E1")

    def attempt(self, act: Callable[..., object], *arguments: Any, **more: Any) -> None:
        before = self.edition.fingerprint
        refusal: Problem | None = None
        try:
            act(*arguments, **more)
        except Problem as error:
            refusal = error
        assert refusal is None or (self.edition.fingerprint == before and refusal.say("id") and refusal.say("en"))

    @rule(round_=ROUNDS, reason=REASONS, opens=st.booleans())
    def open_or_close(self, round_: str, reason: str, *, opens: bool) -> None:
        self.attempt(rounds.open if opens else rounds.close, self.edition, round_, reason)

    @rule(round_=ROUNDS, judge=JUDGES, entry=SOME, value=st.sampled_from(["2", "4.5", ""]))
    def mark(self, round_: str, judge: str, entry: str, value: str) -> None:
        about = {"actor": judge, "judge_id": judge, "entry_id": entry, "round": round_}
        criterion = "K1" if round_ == "r1" else "mark"
        self.attempt(append, self.edition, Event(kind="mark", criterion=criterion, value=value, **about))

    @rule(round_=ROUNDS, reason=REASONS)
    def take_up(self, round_: str, reason: str) -> None:
        self.attempt(plenary.begin, self.edition, round_, reason)

    @rule(round_=ROUNDS, judge=JUDGES, present=st.sampled_from([True, True, False]))
    def attend(self, round_: str, judge: str, *, present: bool) -> None:
        self.attempt(plenary.attend, self.edition, round_, judge, present=present)

    @rule(round_=ROUNDS, judge=JUDGES, entry=SOME, reason=REASONS)
    def reopen(self, round_: str, judge: str, entry: str, reason: str) -> None:
        self.attempt(plenary.reopen_sheet, self.edition, round_, judge, entry, reason)

    @rule(where=st.sampled_from(["r1", "r2", "final"]), order=st.permutations(["E1", "E2", "E3"]), n=st.integers(2, 3))
    def rule_on_a_tie(self, where: str, order: list[str], n: int) -> None:
        self.attempt(plenary.rule_tie, self.edition, where, order[:n], "pleno")

    @rule(award=st.sampled_from(["group/G1/1", "group/G2/1", "group/G1/9"]), given=st.booleans())
    def withhold(self, award: str, *, given: bool) -> None:
        self.attempt(plenary.withhold_award, self.edition, award, "pleno", given=given)

    @rule(verb=st.sampled_from([decisions.withdraw, decisions.disqualify, decisions.reinstate]), entry=SOME)
    def leave(self, verb: Callable[..., None], entry: str) -> None:
        self.attempt(verb, self.edition, entry, "alasan")

    @rule(verb=st.sampled_from([decisions.mark_absent, decisions.mark_present]), round_=ROUNDS, entry=SOME)
    def come(self, verb: Callable[..., None], round_: str, entry: str) -> None:
        self.attempt(verb, self.edition, round_, entry, "alasan")

    @rule(entry=SOME, value=st.sampled_from(["a", "b"]))
    def move(self, entry: str, value: str) -> None:
        self.attempt(decisions.correct, self.edition, entry, "category", value, "alasan")

    @rule(round_=ROUNDS)
    def decide(self, round_: str) -> None:
        self.attempt(plenary.decide, self.edition, round_)

    @rule(round_=ROUNDS)
    def publish(self, round_: str) -> None:
        self.attempt(publish, self.edition, round_)

    @rule()
    def decree(self) -> None:
        self.attempt(decisions.record_decree, self.edition, "1/2025", f"{TODAY}")

    @invariant()
    def what_is_decided_stays(self) -> None:
        """A decided list changes only after a plenary took it up again."""
        if not hasattr(self, "edition"):
            return
        kept = getattr(self, "kept", {})
        self.kept: dict[str, bytes] = {}
        for name, state in self.edition.states.items():
            if state in {"decided", "published"}:
                ranking = self.edition.result.ranking
                final = ["final"] if name == "r2" else []
                now = ranking[ranking["round"].isin([name, *final])].to_csv().encode()
                assert kept.get(name, now) == now
                self.kept[name] = now

    def teardown(self) -> None:
        """Every version follows from the events before it, and each of these allowed it."""
        events = self.edition.history.events()
        assert self.edition.ledger.verify() == []
        for name in self.edition.states:
            for version, number in zip(
                self.edition.history.versions(name),
                events.loc[(events["kind"] == "round_published") & (events["round"] == name), "number"],
                strict=True,
            ):
                before = events[(events["number"] < number) & (events["round"] == name)]
                moves = before[before["kind"].str.startswith("round_")]
                assert moves["kind"].iloc[-2:].tolist() == ["round_plenary", "round_decided"]
                sitting = before[before["number"] > moves["number"].iloc[-2]]
                there = sitting[sitting["kind"] == "attendance"].drop_duplicates("judge_id", keep="last")
                assert (there["value"] == "present").sum() >= 2
                again = rebuilt(self.home, self.edition, int(number) - 1)
                assert computed_ranking(again, name).equals(version.ranking)
                assert again.history.round_states()[name] == "decided"
                final = version.ranking[version.ranking["round"] == ("final" if name == "r2" else name)]
                assert "provisional" not in set(final.loc[final["scope"] == "group", "state"])
                again.ledger.close()
                shutil.rmtree(again.folder)
        self.stack.close()


AnyPlenary.TestCase.settings = settings(max_examples=15 if CI else 5, stateful_step_count=30, deadline=None)
test_no_sequence_of_commands_publishes_what_its_events_do_not_justify = AnyPlenary.TestCase
