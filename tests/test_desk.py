"""A judge's desk: only its own judge's sheets, nothing lost, nothing changed in silence, each refusal a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, rules, single
from folders import JUDGES, RULES, with_cell
from folders import edition as write_edition
from problems import problem

import kit
from kit.actions import append
from kit.contest import rounds
from kit.errors import Mistakes
from kit.history import Sheet
from kit.judging.desk import Change, Desk, own_score
from kit.ledger import Event, Ledger, Overtaken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.edition import Edition

WITH_CONFLICT = with_cell(JUDGES, 2, "conflicts", "K2-02:keluarga")


@pytest.fixture
def edition(home: Path) -> Edition:
    """The edition of :mod:`folders`, its round `proposal` open; J1 is recused from K2-02."""
    folder = home / "data" / "2025"
    folder.mkdir()
    write_edition(folder, judges=WITH_CONFLICT)
    opened = kit.open("2025")
    rounds.open(opened, "proposal")
    return opened


KEYS = iter(range(10**6))


def save(desk: Desk, entry: str, field: str, text: str) -> Any:
    (outcome,) = desk.save([Change(entry, field, text, f"k{next(KEYS)}")])
    return outcome


def test_a_mark_is_recorded_as_the_judge_s_own(edition: Edition) -> None:
    outcome = save(Desk(edition, "proposal", "J1"), "K1-01", "K1", "3,5")
    assert (outcome.value, outcome.said) == ("3.5", "")
    (event,) = edition.history.events(["mark"]).to_dict("records")
    assert (event["actor"], event["judge_id"], event["entry_id"], event["value"]) == ("J1", "J1", "K1-01", "3.5")
    assert event["time"] == outcome.saved


def test_what_is_saved_is_there_again_at_another_desk(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    save(desk, "K1-01", "K1", "4")
    save(desk, "K1-01", "entrant", "Bagus.\nLanjutkan.")
    save(desk, "K1-01", "flag", "on")
    save(desk, "K1-01", "K1", "")
    save(desk, "K1-01", "K2", "2.5")
    for seen in (desk, Desk(edition, "proposal", "J1")):
        sheet = seen.sheets["K1-01"]
        assert (sheet.marks, sheet.comments, sheet.flagged) == ({"K2": "2.5"}, {"entrant": "Bagus.\nLanjutkan."}, True)
        assert [(step.field, step.text) for step in sheet.history] == [
            *(("K1", "4"), ("entrant", "Bagus.\nLanjutkan."), ("K1", ""), ("K2", "2.5"))
        ]


@pytest.mark.parametrize(
    ("entry", "field", "text", "said"),
    [
        ("K1-01", "K1", "17", "Nilai 17 berada di luar skala 1–5. Nilai ini tidak disimpan."),
        ("K1-01", "K1", "3,7", "Nilai 3,7 tidak sesuai dengan kelipatan 0,5. Gunakan 3,5 atau 4,0."),
        ("K1-01", "K1", "empat", "empat"),
        ("K1-01", "K9", "4", "K9"),
        ("K1-01", "K9", "", "K9"),
        ("K1-01", "entrant", "a\x07b", "U+0007"),
        ("K2-02", "K1", "4", "konflik kepentingan"),
        ("X", "K1", "4", "tidak ditugasi"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(
    edition: Edition, entry: str, field: str, text: str, said: str
) -> None:
    outcome = save(Desk(edition, "proposal", "J1"), entry, field, text)
    assert said in outcome.said
    assert (outcome.saved, outcome.again) == (None, False)
    assert edition.history.events(["mark", "comment"]).empty


def test_one_wrong_change_does_not_hold_up_the_others(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    texts = {"K1": "9", "K2": "4", "entrant": "a\x00", "internal": "b"}
    outcomes = desk.save([Change("K1-01", field, text, field) for field, text in texts.items()])
    assert [bool(outcome.saved) for outcome in outcomes] == [False, True, False, True]
    assert Desk(edition, "proposal", "J1").sheets["K1-01"].marks == {"K2": "4"}


def test_the_same_key_is_recorded_once(edition: Edition) -> None:
    change = Change("K1-01", "K1", "4", "tab-1/7")
    first, again = Desk(edition, "proposal", "J1").save([change])[0], Desk(edition, "proposal", "J1").save([change])[0]
    assert first == again
    assert len(edition.history.events(["mark"])) == 1


def test_a_zero_is_a_mark_and_a_blank_is_none(home: Path) -> None:
    folder = home / "data" / "2025"
    folder.mkdir()
    write_edition(folder, rules=RULES.replace("low: 1, high: 5, step: 0.5", "low: 0, high: 5, step: 0.5"))
    edition = kit.open("2025")
    rounds.open(edition, "proposal")
    desk = Desk(edition, "proposal", "J1")
    save(desk, "K1-01", "K1", "0")
    assert (desk.sheets["K1-01"].marks, desk.state("K1-01")) == ({"K1": "0"}, "partial")
    save(desk, "K1-01", "K1", " ")
    assert (desk.sheets["K1-01"].marks, desk.state("K1-01")) == ({}, "not_begun")


def test_the_state_of_a_sheet_follows_what_is_done(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    states = [desk.state("K1-01")]
    with problem("sheet_incomplete", match="Masih ada 2 kriteria"):
        desk.submit(["K1-01"], "s0")
    for criterion in ("K1", "K2"):
        save(desk, "K1-01", criterion, "4")
        states.append(desk.state("K1-01"))
    desk.submit(["K1-01"], "s1")
    states.append(desk.state("K1-01"))
    save(desk, "K1-01", "flag", "on")
    states.append(desk.state("K1-01"))
    save(desk, "K1-01", "K1", "4,5")
    states.append(desk.state("K1-01"))
    desk.submit(["K1-01"], "s2")
    assert states == ["not_begun", "partial", "complete", "submitted", "submitted", "complete"]
    assert Desk(edition, "proposal", "J1").state("K1-01") == "submitted"
    assert desk.state("K2-02") == "recused"


def test_nothing_is_submitted_if_one_sheet_is_incomplete(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    for criterion in ("K1", "K2"):
        save(desk, "K1-01", criterion, "4")
    with problem("sheet_incomplete"):
        desk.submit(["K1-01", "K1-02"], "s")
    assert edition.history.events(["submitted"]).empty


def test_a_declared_conflict_closes_the_sheet(edition: Edition) -> None:
    desk, window = Desk(edition, "proposal", "J1"), Desk(kit.open("2025"), "proposal", "J1")
    save(desk, "K1-01", "K1", "4")
    with problem("kind_missing"):
        desk.recuse("K1-01", "  ", "sepupu", "r0")
    desk.recuse("K1-01", "keluarga", "sepupu\ndari ketua", "r1")
    assert desk.state("K1-01") == "recused"
    for seen in (desk, window):
        assert "konflik kepentingan" in save(seen, "K1-01", "K2", "4").said
    with problem("recused_mark"):
        desk.submit(["K1-01"], "s")
    (event,) = edition.history.events(["recusal"]).to_dict("records")
    assert (event["actor"], event["round"], event["text"]) == ("J1", "", "keluarga: sepupu dari ketua")
    assert edition.history.marks()["value"].tolist() == ["4"]


def test_another_judge_s_sheets_are_out_of_reach(edition: Edition) -> None:
    save(Desk(edition, "proposal", "J2"), "K1-01", "K1", "5")
    desk = Desk(edition, "proposal", "J1")
    assert not any(sheet.marks or sheet.history for sheet in desk.sheets.values())
    with problem("not_in_panel"):
        Desk(kit.open("2025"), "proposal", "J9")


def test_a_sheet_that_passed_to_a_substitute_is_the_substitute_s(edition: Edition) -> None:
    leaving = Desk(edition, "proposal", "J1")
    save(leaving, "K1-01", "K1", "4")
    place = {"round": "proposal", "judge_id": "J1", "entry_id": "K1-02", "value": "J3", "text": "sakit"}
    append(kit.open("2025"), Event(kind="substituted", actor="committee", **place))
    assert "tidak ditugasi" in save(leaving, "K1-02", "K1", "4").said
    with problem("not_assigned"):
        leaving.submit(["K1-02"], "s")
    assert leaving.state("K1-02") == "passed"
    assert "K1-02" in Desk(kit.open("2025"), "proposal", "J3").entries


def test_a_closed_round_takes_nothing(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    rounds.close(kit.open("2025"), "proposal", "uji")
    outcome = save(desk, "K1-01", "K1", "4")
    assert outcome.said.startswith("Tahap proposal telah ditutup pada")
    assert not outcome.again
    with problem("round_not_open"):
        desk.recuse("K1-01", "keluarga", "", "r")


def test_each_judge_reads_in_an_own_order_that_never_changes(edition: Edition) -> None:
    orders = {judge: Desk(edition, "proposal", judge).entries for judge in ("J1", "J2", "J3")}
    assert {tuple(sorted(order)) for order in orders.values()} == {("K1-01", "K1-02", "K2-01", "K2-02")}
    assert len(set(orders.values())) > 1
    assert Desk(kit.open("2025"), "proposal", "J1").entries == orders["J1"]


def test_a_change_made_in_ignorance_of_a_newer_one_is_refused(edition: Edition) -> None:
    """A laptop that was offline does not revert what the judge has decided since on another."""
    laptop, desktop = Desk(edition, "proposal", "J1"), Desk(kit.open("2025"), "proposal", "J1")
    first = laptop.save([Change("K1-01", "K1", "3", "a", 0)])[0]
    desktop.refresh()
    desktop.save([Change("K1-01", "K1", "4.5", "b", first.number)])
    (late,) = laptop.save([Change("K1-01", "K1", "2", "c", first.number)])
    assert late.saved is None
    assert "diubah di tempat lain menjadi 4,5" in late.said
    assert edition.history.marks()["value"].tolist() == ["4.5"]
    (again,) = laptop.save([Change("K1-01", "K1", "2", "d", laptop.sheets["K1-01"].numbers["K1"])])
    assert again.saved


def test_a_change_sent_again_after_newer_ones_changes_nothing(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    old = Change("K1-01", "K1", "3", "a", 0)
    first = desk.save([old])[0]
    desk.save([Change("K1-01", "K1", "4", "b", first.number), Change("K1-01", "K2", "4", "c", 0)])
    desk.submit(["K1-01"], "s")
    assert desk.save([old]) == [first]
    assert desk.submit(["K1-01"], "s")
    sheet = desk.sheets["K1-01"]
    assert (sheet.marks, desk.state("K1-01"), len(sheet.history)) == ({"K1": "4", "K2": "4"}, "submitted", 3)
    assert len(edition.history.events(["mark"])) == 3


def test_a_comment_that_looks_like_a_number_is_refused_as_text(edition: Edition) -> None:
    window, other = Desk(edition, "proposal", "J1"), Desk(kit.open("2025"), "proposal", "J1")
    window.save([Change("K1-01", "entrant", "4,5", "a", 0)])
    late, mark = other.save([Change("K1-01", "entrant", "4,6", "b", 0), Change("K1-01", "K1", "3", "c", 0)])
    assert (late.saved, late.conflict) == (None, True)
    assert 'diubah di tempat lain menjadi "4,5"' in late.said
    assert mark.saved


def test_an_unforeseen_failure_is_one_change_s_refusal_and_in_the_log(
    edition: Edition, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk, events_of = Desk(edition, "proposal", "J1"), Desk._events_of

    def failing(self: Desk, change: Change) -> list[Event]:
        if change.field == "K1":
            raise ZeroDivisionError
        return events_of(self, change)

    monkeypatch.setattr(Desk, "_events_of", failing)
    first, second = desk.save([Change("K1-01", "K1", "4", "a"), Change("K1-01", "K2", "3", "b")])
    assert (first.saved, first.again) == (None, False)
    assert "kesalahan yang tidak terduga" in first.said
    assert second.saved
    assert "ZeroDivisionError" in caplog.text


def test_a_ledger_that_moved_nobody_knows_where_is_asked_again_later(edition: Edition, tmp_path: Path) -> None:
    desk = Desk(edition, "proposal", "J1")
    Ledger.open(edition.folder / "ledger.sqlite").move(
        tmp_path / "elsewhere.sqlite"
    ).close()  # and nothing points there
    outcome = save(desk, "K1-01", "K1", "4")
    assert (outcome.saved, outcome.again) == (None, True)
    assert "telah dipindahkan" in outcome.said


def test_a_write_that_others_always_overtake_is_asked_again_later(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(edition, "proposal", "J1")

    def overtaken(*_: object, **__: object) -> None:
        raise Overtaken

    with monkeypatch.context() as busy:
        busy.setattr(Ledger, "append", overtaken)
        outcomes = desk.save([Change("K1-01", "K1", "4", "a"), Change("K1-01", "K2", "4", "b")])
        with problem("overtaken"):
            desk.recuse("K1-02", "keluarga", "", "r")
    assert [outcome.again for outcome in outcomes] == [True, True]
    assert [bool(outcome.saved) for outcome in desk.save([Change("K1-01", "K1", "4", "a")])] == [True]


def test_a_failure_while_reading_leaves_nothing_newer_unnoticed(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it the desk still knows that others wrote something which it has not seen."""
    desk = Desk(edition, "proposal", "J1")
    number = save(desk, "K1-01", "K1", "3").number
    save(Desk(kit.open("2025"), "proposal", "J1"), "K1-01", "K1", "5")

    def failing(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("kit.judging.desk.Sheet.follow", failing)
        with pytest.raises(ZeroDivisionError):
            desk.refresh()
    (late,) = desk.save([Change("K1-01", "K1", "2", "late", number)])
    assert late.conflict


def test_a_desk_that_goes_on_knows_the_same_as_one_that_is_opened_anew(edition: Edition) -> None:
    """Whatever happens meanwhile: another window, a typist, a sending of everything, a recusal, a closed round."""
    desk, other = Desk(edition, "proposal", "J1"), Desk(kit.open("2025"), "proposal", "J1")
    acts: list[Callable[[], object]] = [
        lambda: save(other, "K1-01", "K1", "3"),
        lambda: save(Desk(kit.open("2025"), "proposal", "J1", typist="S1", twice=True), "K1-02", "K1", "4"),
        lambda: save(Desk(kit.open("2025"), "proposal", "J2"), "K1-01", "K1", "5"),
        lambda: append(kit.open("2025"), Event(kind="submitted", actor="J1", round="proposal", judge_id="J1")),
        lambda: save(other, "K1-02", "K2", "2"),
        lambda: other.recuse("K1-02", "keluarga", "", "r1"),
        lambda: rounds.close(kit.open("2025"), "proposal", "cukup"),
    ]
    for act in acts:
        other.refresh()
        act()
        desk.refresh()
        new = Desk(kit.open("2025"), "proposal", "J1")
        assert (desk.sheets, desk.open) == (new.sheets, new.open)
        assert [*map(desk.state, desk.entries)] == [*map(new.state, new.entries)]
        sheets = new.edition.history.sheets("proposal", "J1")
        assert {entry: sheet for entry, sheet in desk.sheets.items() if sheet != Sheet()} == {
            entry: sheet for (_, entry), sheet in sheets.items()
        }


def test_a_submitted_sheet_is_withdrawn_by_a_change_until_it_is_sent_again(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    for criterion in ("K1", "K2"):
        save(desk, "K1-01", criterion, "4")
    withdrawn = [desk.sheets["K1-01"].withdrawn]
    desk.submit(["K1-01"], "s1")
    for text in ("3", "2"):
        save(desk, "K1-01", "K1", text)
        withdrawn.append(Desk(kit.open("2025"), "proposal", "J1").sheets["K1-01"].withdrawn)
    desk.submit(["K1-01"], "s2")
    assert [*withdrawn, desk.sheets["K1-01"].withdrawn] == [False, True, True, False]


def test_a_recusal_sent_again_is_answered_alike(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    assert desk.recuse("K1-01", "keluarga", "sepupu", "r") == desk.recuse("K1-01", "keluarga", "sepupu", "r")
    assert len(edition.history.events(["recusal"])) == 1


def test_a_desk_finds_the_ledger_where_it_has_moved(edition: Edition, server: str) -> None:
    desk = Desk(kit.open("2025"), "proposal", "J1")
    save(desk, "K1-01", "K1", "4")
    edition.move_ledger(f"{server}&options=-csearch_path%3Dmoved_desk")
    assert save(desk, "K1-01", "K2", "3").saved
    assert sorted(edition.history.marks()["value"]) == ["3", "4"]
    edition.ledger.close()
    desk.edition.ledger.close()


# Paper


def test_the_event_says_who_typed_for_whom(edition: Edition) -> None:
    save(Desk(edition, "proposal", "J1", typist="S-1"), "K1-01", "K1", "4")
    (event,) = edition.history.events(["mark"]).to_dict("records")
    assert (event["actor"], event["judge_id"]) == ("S-1", "J1")
    assert Desk(edition, "proposal", "J1").sheets["K1-01"].history[0].actor == "S-1"


@pytest.mark.parametrize("typist", ["J1", "J2", "committee"])
def test_nobody_types_under_the_name_of_a_judge(edition: Edition, typist: str) -> None:
    with problem("typist_is_judge"):
        Desk(edition, "proposal", "J1", typist=typist)


def test_typed_twice_counts_only_where_both_agree(edition: Edition) -> None:
    first, second = (Desk(edition, "proposal", "J1", typist=name, twice=True) for name in ("S-1", "S-2"))
    for criterion, text in {"K1": "4", "K2": "3", "entrant": "Baik"}.items():
        save(first, "K1-01", criterion, text)
        save(first, "K1-01", criterion, text)  # the same person twice proves nothing
    assert edition.history.marks().empty
    for criterion, text in {"K1": "4,0", "K2": "3,5", "entrant": "Baik"}.items():
        save(second, "K1-01", criterion, text)
    sheet = Desk(edition, "proposal", "J1").sheets["K1-01"]
    assert (sheet.marks, sheet.comments) == ({"K1": "4"}, {"entrant": "Baik"})
    assert sheet.typed == {"K2": {"S-1": "3", "S-2": "3.5"}}
    save(first, "K1-01", "K2", "3,5")
    assert Desk(edition, "proposal", "J1").sheets["K1-01"].marks == {"K1": "4", "K2": "3.5"}


def test_typists_of_one_sheet_do_not_hinder_each_other(edition: Edition) -> None:
    first, second = (Desk(kit.open("2025"), "proposal", "J1", typist=name, twice=True) for name in ("S-1", "S-2"))
    for desk, key in ((first, "a"), (second, "b")):
        for field, text in {"K1": "4", "K2": "3", "entrant": "Baik"}.items():
            (outcome,) = desk.save([Change("K1-01", field, text, f"{key}/{field}", desk.number("K1-01", field))])
            assert outcome.saved, outcome.said
    assert edition.history.marks()["value"].tolist() == ["4", "3"]
    (again,) = first.save([Change("K1-01", "K1", "5", "c", first.number("K1-01", "K1"))])
    assert again.saved


@pytest.mark.usefixtures("edition")
def test_what_was_typed_at_another_window_of_the_same_typist_is_not_typed_over() -> None:
    desks = [Desk(kit.open("2025"), "proposal", "J1", typist="S-1", twice=True) for _ in range(2)]
    first, second = (desk.save([Change("K1-01", "K1", str(n), f"k{n}", 0)])[0] for n, desk in enumerate(desks, 1))
    assert first.saved
    assert second.conflict
    assert second.said.startswith("Isian ini sudah diketik di jendela lain dengan kode petugas ini.")  # and not what


def test_a_later_disagreement_between_typists_is_open_until_two_agree_again(edition: Edition) -> None:
    first, second = (Desk(edition, "proposal", "J1", typist=name, twice=True) for name in ("S-1", "S-2"))
    for desk in (first, second):
        for criterion in ("K1", "K2"):
            save(desk, "K1-01", criterion, "3")
    first.submit(["K1-01"], "s")
    seen = [(Desk(edition, "proposal", "J1").state("K1-01"), rounds.missing(edition, "proposal")["J1"])]
    for desk, text in ((first, "4"), (second, "4"), (first, "2"), (first, "4")):
        save(desk, "K1-01", "K1", text)
        seen.append((Desk(edition, "proposal", "J1").state("K1-01"), rounds.missing(edition, "proposal")["J1"]))
        if text == "2":
            with problem("readings_differ"):
                second.submit(["K1-01"], "t")
    assert seen == [("submitted", 2), ("partial", 3), ("complete", 2), ("partial", 3), ("complete", 2)]
    assert edition.history.marks()["value"].tolist() == ["3", "4"]


def test_closing_names_what_was_not_typed_alike(edition: Edition) -> None:
    for name, text in {"S-1": "3", "S-2": "4"}.items():
        save(Desk(edition, "proposal", "J1", typist=name, twice=True), "K1-01", "K1", text)
        save(Desk(edition, "proposal", "J1", typist=name, twice=True), "K1-01", "K2", "5")
    with pytest.raises(Mistakes, match=r"\(juri/proposal/kriteria\): J1/K1-01/K1\."):
        rounds.close(edition, "proposal")
    rounds.close(edition, "proposal", "lembar hilang")


# What a typist sees of what others entered: nothing


def test_a_typist_neither_sees_nor_writes_over_what_the_judge_entered(edition: Edition) -> None:
    save(Desk(edition, "proposal", "J1"), "K1-01", "K1", "4")
    save(Desk(edition, "proposal", "J1"), "K1-01", "internal", "Rahasia")
    for twice in (False, True):
        desk = Desk(kit.open("2025"), "proposal", "J1", typist="S-1", twice=twice)
        refused = [save(desk, "K1-01", "K1", text).said for text in ("4", "5", "")]
        assert len(set(refused)) == 1  # trying tells nothing
        assert "tidak dapat ditimpa" in refused[0]
        save(desk, "K1-01", "K2", "3")
        sheet = desk.visible("K1-01")
        assert (sheet.marks, sheet.comments, sheet.history) == ({"K2": "3"}, {}, [])
        assert desk.number("K1-01", "K1") == 0
    assert edition.history.marks()["value"].tolist() == ["4", "3"]


def test_a_typist_corrects_the_own_typing_and_no_other_s(edition: Edition) -> None:
    save(Desk(edition, "proposal", "J1", typist="S-1"), "K1-01", "K1", "4")
    other, again = (Desk(edition, "proposal", "J1", typist=name) for name in ("S-2", "S-1"))
    assert "tidak dapat ditimpa" in save(other, "K1-01", "K1", "4").said
    assert again.visible("K1-01").marks == {}  # another may have signed so
    assert save(again, "K1-01", "K1", "4,5").saved
    assert again.visible("K1-01").marks == {"K1": "4.5"}
    save(Desk(edition, "proposal", "J1"), "K1-01", "K1", "2")
    assert "tidak dapat ditimpa" in save(again, "K1-01", "K1", "4,5").said
    assert edition.history.marks()["value"].tolist() == ["2"]


def test_a_closed_round_s_values_are_no_secret_of_its_typist(edition: Edition) -> None:
    save(Desk(edition, "proposal", "J1"), "K1-01", "K1", "4")
    rounds.close(edition, "proposal", "uji")
    assert Desk(edition, "proposal", "J1", typist="S-1").visible("K1-01").marks == {"K1": "4"}


# The running total


def test_the_running_total_is_the_judge_s_own_score(edition: Edition) -> None:
    desk = Desk(edition, "proposal", "J1")
    totals = [desk.total("K1-01")]
    for criterion, text in {"K1": "4", "K2": "3,5"}.items():
        save(desk, "K1-01", criterion, text)
        totals.append(desk.total("K1-01"))
    assert list(map(str, totals)) == ["0.00", "1.60", "3.70"]


def test_a_single_mark_has_no_total(edition: Edition) -> None:
    assert own_score(edition.rules, edition.rules.round("presentasi"), {"mark": "80"}, ["mark"]) is None


def test_the_total_rounds_marks_before_it_divides_their_sum_as_the_score_does(tmp_path: Path) -> None:
    steps = [{"over": "criteria", "by": "mean", "round_terms": 0}, {"over": "judges", "by": "mean", "round": 2}]
    mean = rules(
        contest(single(criteria=[{"id": "K1", "name": "Satu"}, {"id": "K2", "name": "Dua"}], score=steps)), tmp_path
    )
    # 84.5 and 85.5 count as 85 and 86; half of each would count as 42 and 43.
    assert str(own_score(mean, mean.round("r1"), {"K1": "84.5", "K2": "85.5"}, ["K1", "K2"])) == "85.50"
