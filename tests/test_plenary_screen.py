"""The screen of a plenary through its messages, as people at the meeting use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from homes import give, play, stage
from samples import ROOT
from test_plenary import ENTRIES, FIRST, LAST, TWO

import kit
from kit.contest import plenary, rounds
from kit.errors import Collector
from kit.render.blocks import plain
from kit.render.notebook import blocks_of, run_notebook
from kit.report import agenda as parts
from kit.report.agenda import Agenda
from kit.screens.plenary_screen import plenary_view

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition
    from kit.screens.topics import TopicScreen


class Window:
    """One window on a plenary's screen."""

    def __init__(self, edition: Edition, round_id: str = "r1", actor: str = "S-1") -> None:
        self.view: TopicScreen = plenary_view(edition, round_id, actor)
        self.load()

    def load(self) -> None:
        self.topics = {topic["id"]: topic for topic in self.view.answer({"type": "load"})["topics"]}

    def text(self, topic: str) -> str:
        return re.sub(r"<[^>]*>", " ", self.topics[topic]["html"])

    def acts(self, topic: str) -> dict[str, Any]:
        return {act["id"]: act for act in self.topics[topic]["acts"]}

    def press(self, topic: str, act: str, confirmed: str | None = None, **typed: str) -> str:
        """Fill in what is given, press the button, confirm what is asked, and return what stands beside it."""
        fields = self.acts(topic)[act]["fields"]
        seen = {field["name"]: field["value"] for field in fields}
        first = {field["name"]: field["value"] or (field["options"] or [[""]])[0][0] for field in fields}
        orders = [field for field in fields if field["kind"] == "order"]
        first |= {field["name"]: ">".join(one for one, _ in field["options"]) for field in orders}
        message = {"type": "act", "key": "k", "topic": topic, "act": act, "seen": seen, "values": first | typed}
        answer = self.view.answer(message)
        if answer["type"] == "asks":
            self.asked = answer["asks"]
            answer = self.view.answer(message | {"confirmed": self.asked if confirmed is None else confirmed})
        self.answer = answer
        self.topics = {topic["id"]: topic for topic in answer["topics"]}
        return str(answer["said"])


@pytest.fixture
def edition(home: Path) -> Edition:
    return play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)


@pytest.fixture
def window(edition: Edition) -> Window:
    return Window(edition)


@pytest.fixture
def begun(window: Window) -> Window:
    """The plenary goes on, and two of three judges are there."""
    window.press("opening", "begin")
    window.press("attendance", "attend", J1="on", J2="on")
    return window


def test_a_plenary_is_held_from_its_beginning_to_publication(window: Window) -> None:
    assert "Tercatat" in window.press("opening", "begin")
    assert window.asked.startswith("Mencatat: rapat pleno tentang tahap 1 dimulai")
    assert "Nama J1 hadir" in window.press("attendance", "attend", J1="on")
    window.press("attendance", "attend", J1="on", J2="on")
    assert "Hadir 2 dari 3 juri; kuorum 2." in window.text("attendance")
    assert "besok" in window.press("minutes", "minutes", place="Aula Contoh", day="besok")  # none is recorded
    assert window.acts("minutes")["minutes"]["fields"][0]["value"] == ""
    window.press("minutes", "minutes", place="Aula Contoh")
    assert window.acts("minutes")["minutes"]["fields"][0]["value"] == "Aula Contoh"

    edition = window.view.edition
    letter = Agenda(edition, "r1").letters["J1"]
    said = window.press("sheets", "reopen", judge="J1", entry="E4", reason="salah baca dokumen")
    assert f"Lembar Juri {letter} bagi E4" in said
    assert "salah baca dokumen" in window.text("sheets")
    sheet = f"sheets/{letter}/E4"
    assert "J1" not in str(window.topics[sheet])
    assert "9" in window.press(sheet, "marks", K1="9", K2="3")  # none is recorded
    assert window.answer["type"] == "refused"
    assert "K1 2 → 2,5" in window.press(sheet, "marks", K1="2,5")
    assert "2,5" in window.text("sheets")

    assert "masih sama" in window.text("decision")
    assert not window.acts("decision")
    window.press("ties", "rule-E2-E3", order="E3>E2", reason="manfaat lebih luas")
    assert "E3 · Inovasi E3; E2 · Inovasi E2" in window.asked
    assert "Tidak ada yang menghalangi keputusan." in window.text("decision")
    assert "Berita acara ditulis ke" in window.press("decision", "decide", remark="bulat")
    assert "Versi 1 dipublikasikan" not in window.text("decision")
    window.press("decision", "publish")
    assert window.asked == "Mencatat: hasil tahap 1 dipublikasikan sebagai versi 1."
    assert "Versi 1 dipublikasikan" in window.text("decision")
    window.press("opening", "begin_again", reason="keberatan diterima")
    assert edition.states["r1"] == "plenary"

    events = edition.history.events()
    meeting = events[events["round"].eq("r1") & ~events["kind"].isin(["mark", "round_opened", "round_closed"])]
    assert {*meeting["actor"]} == {"S-1"}
    assert [(c.judge_id, c.before, c.after) for c in edition.meetings("r1")[0].changes] == [("J1", "2", "2.5")]


def test_nothing_of_the_marks_is_seen_before_the_plenary_has_begun(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST | {"E2": "4 4|4 4|4 4"})
    window = Window(edition)
    for _ in ("open", "closed"):
        assert "<table" not in str(window.topics)
        assert not [name for name in window.topics if name != "opening" and window.acts(name)]
        assert "belum dimulai" in window.text("decision")
        window.press("opening", next(iter(window.acts("opening"))))
    assert edition.states["r1"] == "plenary"
    assert "<table" in window.topics["spread"]["html"]


def test_an_incomplete_round_is_closed_with_a_reason_only(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rounds.open(edition, "r1")
    window = Window(edition)
    assert "belum diisi" in window.press("opening", "close_early")
    assert "Tercatat" in window.press("opening", "close_early", reason="tenggat")
    assert edition.history.events(["round_closed"])["actor"].tolist() == ["S-1"]


def test_a_refusal_stands_with_the_topics_as_they_are(begun: Window) -> None:
    assert "belum diisi" in begun.press("ties", "rule-E2-E3", order="E3>E2")
    plenary.attend(begun.view.edition, "r1", "J1", "J2", present=False)
    plenary.attend(begun.view.edition, "r1", "J3", present=True)
    said = begun.press("ties", "rule-E2-E3", order="E3>E2", reason="pleno")  # who is there has a conflict
    assert (begun.answer["type"], begun.answer["key"]) == ("refused", "k")
    assert "E2" in said


def test_a_judge_with_a_conflict_decides_nothing_about_the_entry(begun: Window) -> None:
    judge = Window(begun.view.edition, actor="J3")
    judge.press("ties", "rule-E2-E3", reason="pleno")
    assert judge.answer["type"] == "refused"
    assert not begun.view.edition.meetings("r1")[-1].rulings


def test_the_committee_itself_says_who_types_marks(begun: Window) -> None:
    begun.press("sheets", "reopen", judge="J1", entry="E4", reason="salah baca")
    committee = Window(begun.view.edition, actor="committee")
    (sheet,) = [name for name in committee.topics if name.startswith("sheets/")]
    assert "belum diisi" in committee.press(sheet, "marks", K1="3")
    committee.press(sheet, "marks", K1="3", typist="J2")
    assert committee.answer["type"] == "refused"
    assert "Tercatat" in committee.press(sheet, "marks", K1="3", typist="S-2")
    assert begun.view.edition.history.events(["mark"])["actor"].tolist()[-1] == "S-2"


def test_only_entries_that_nobody_marked_are_offered_as_absent(home: Path) -> None:
    edition = play(stage(home, TWO, ENTRIES), "r1", FIRST | {"E2": "4 4|4 4|4 4", "E4": "||"}, "satu tidak hadir")
    window = Window(edition)
    window.press("opening", "begin")
    assert [one for one, _ in window.acts("absence")["absent"]["fields"][0]["options"]] == ["E4"]
    window.press("absence", "absent", reason="tidak datang")
    assert [*window.acts("absence")] == ["present"]
    window.press("absence", "present", reason="datang terlambat")
    assert [*window.acts("absence")] == ["absent"]


def test_an_award_is_withheld_and_given_after_all_and_dissent_stands(home: Path) -> None:
    edition = play(stage(home, TWO, ENTRIES), "r1", FIRST | {"E2": "4 4|4 4|4 5"})
    play(edition, "r2", LAST | {"E2": "80 80 70"}, "jadwal")
    window = Window(edition, "r2")
    window.press("opening", "begin")
    assert "Semua penghargaan" in window.text("award")
    window.press("award", "withhold", award="group/G2/1", reason="di bawah ambang")
    assert "di bawah ambang" in window.text("award")
    assert [one for one, _ in window.acts("award")["give"]["fields"][0]["options"]] == ["group/G2/1"]
    window.press("award", "give", reason="sudah memenuhi")
    assert "give" not in window.acts("award")
    assert not window.acts("dissent")
    window.press("attendance", "attend", J2="on")
    window.press("dissent", "dissent_save", reason="kurang bukti")
    assert "Nama J2: kurang bukti" in window.text("dissent")


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_two_windows_see_what_the_other_recorded(begun: Window, store: str, request: pytest.FixtureRequest) -> None:
    if store == "postgresql":
        begun.view.edition.move_ledger(f"{request.getfixturevalue('server')}&options=-csearch_path%3Dtwo_windows")
    other = Window(kit.open("2025"), actor="S-2")
    begun.press("minutes", "minutes", place="Aula")
    other.press("minutes", "minutes", day="28/11/2025")  # does not undo the place
    assert other.view.edition.meetings("r1")[-1].said == {"place": "Aula", "day": "2025-11-28"}
    assert "28 November 2025" in [field["value"] for field in other.acts("minutes")["minutes"]["fields"]]
    begun.press("minutes", "minutes", place="Balai")
    assert "Balai" in other.press("minutes", "minutes", place="Kantor")  # written over knowingly only
    assert other.answer["type"] == "refused"
    other.press("attendance", "attend", J1="", J2="on")
    begun.press("attendance", "attend", J1="on", J2="")
    assert begun.view.edition.meetings("r1")[-1].present == ()
    begun.press("sheets", "reopen", judge="J2", entry="E4", reason="x")
    begun.press("attendance", "attend", J1="on", J2="on")
    begun.press("ties", "rule-E2-E3", order="E3>E2", reason="manfaat")
    other.load()
    begun.press("decision", "decide")
    assert "tidak tersedia lagi" in other.press("decision", "decide")
    assert other.acts("opening").keys() == {"begin_again"}
    assert other.view.answer({"type": "look", "at": 0})["type"] == "topics"


def test_a_document_made_of_the_notebook_says_what_its_screens_show(begun: Window, tmp_path: Path) -> None:
    begun.view.edition.ledger.close()
    noted = Collector()
    executed = run_notebook(ROOT / "notebooks" / "plenary.ipynb", tmp_path / "out.ipynb", {"round_id": "r1"})
    said = "\n".join(plain(block) for block in blocks_of(executed, "plenary", noted))
    assert "Hadir 2 dari 3 juri" in said
    assert "Nilai setiap juri bagi proposal" in said
    assert noted.found == []


def test_every_label_of_a_topic_says_what_it_is_about(begun: Window) -> None:
    begun.press("sheets", "reopen", judge="J1", entry="E4", reason="salah baca")
    for topic in begun.topics.values():
        labels = [act["button"] for act in topic["acts"]]
        labels += [field["label"] for act in topic["acts"] for field in act["fields"]]
        assert len({*labels}) == len(labels)
        assert not {"Simpan", "Alasan", "Pilih"} & {*labels}


def test_the_agenda_puts_the_largest_doubt_first_and_names_no_judge(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    play(edition, "r1", FIRST | {"E4": "1 1|3 3|5 5", "E2": "4 4|4 4|4 5"})
    agenda = Agenda(kit.open("2025"), "r1")
    assert parts.most_disputed(agenda) == ["E4", "E2", "E1", "E3"]
    said = "\n".join(
        plain(group.to_json()) for group in (parts.spread(agenda), parts.cuts(agenda), parts.equals(agenda))
    )
    assert not any(f"J{n}" in said or f"Nama J{n}" in said for n in (1, 2, 3))
    assert "K1" in said
    assert "Juri A" in said
