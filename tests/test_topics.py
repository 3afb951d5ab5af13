"""A screen of topics, as its messages go and as it looks in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from homes import stage
from labs import violations
from test_plenary import ENTRIES, TWO
from views import show_view, smallest_letters

from kit.actions import append
from kit.errors import Problem
from kit.ledger import Event
from kit.render.blocks import Paragraph
from kit.screens.topics import Act, Field, Topic, TopicScreen

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from kit.edition import Edition

LONG = "Pelayananadministrasikependudukanterintegrasiberbasiskelurahan " * 3


class Notes:
    """Topics about something small: a note, a box for each of two people, an order."""

    def __init__(self, edition: Edition) -> None:
        self.texts = {"place": "", "A": "", "B": "", "order": "E1>E2"}
        self.closed = False
        self.shown = "Di mana?"
        self.view = TopicScreen(edition, "notes", self.topics, "Catatan rapat")

    def note(self, values: dict[str, str]) -> str:
        if values.get("place") == "salah":
            raise Problem("reason_needed")
        self.texts |= values
        append(
            self.view.edition,
            Event(kind="approved", actor="S", judge_id="J1", entry_id="E1", criterion="entrant", round="r1"),
        )
        return f"Tercatat: {values}."

    def topics(self, edition: Edition) -> list[Topic]:
        assert edition is self.view.edition
        place = Field("place", "Tempat rapat", value=self.texts["place"])
        boxes = [Field(name, f"Hadir: {name}", "check", self.texts[name]) for name in "AB"]
        options = [("E1", "E1 · satu"), ("E2", "E2 · dua")]
        order = Field("order", "Urutan proposal", "order", self.texts["order"], options)
        choice = Field("entry", "Proposal yang dibahas", "choice", options=options)

        def asked(values: dict[str, str]) -> str:
            return f"Mencatat: urutan {values['order']} untuk {values['entry']}."

        acts = [] if self.closed else [Act("order", "Catat urutan", self.note, [order, choice], asks=asked)]
        return [
            Topic("place", "Tempat", [Paragraph(self.shown)], [Act("place", "Simpan tempat", self.note, [place])]),
            Topic(
                "there",
                "Kehadiran",
                [Paragraph(LONG)],
                [Act("there", "Siapa yang hadir", self.note, boxes, at_once=True)],
            ),
            Topic("order/1", "Urutan", [], acts),
        ]


@pytest.fixture
def notes(home: Path) -> Notes:
    return Notes(stage(home, TWO, ENTRIES))


def act(notes: Notes, topic: str, values: dict[str, str], **more: Any) -> Any:
    name = topic.partition("/")[0]
    return notes.view.answer({"type": "act", "key": "k", "topic": topic, "act": name, "values": values, **more})


def test_an_act_is_recorded_with_what_was_typed_and_answered_with_all_topics(notes: Notes) -> None:
    first = notes.view.answer({"type": "load"})
    assert [topic["title"] for topic in first["topics"]] == ["Tempat", "Kehadiran", "Urutan"]
    assert notes.view.answer({"type": "look", "at": first["at"]}) == {"type": "same"}
    done = act(notes, "place", {"place": "Aula"}, seen={"place": ""})
    assert (done["type"], done["key"], done["said"]) == ("done", "k", "Tercatat: {'place': 'Aula'}.")
    assert done["topics"][0]["acts"][0]["fields"][0]["value"] == "Aula"
    assert notes.view.answer({"type": "look", "at": first["at"]})["type"] == "topics"
    assert (
        act(notes, "place", {"place": "salah"}, seen={"place": "Aula"})["said"] == Problem("reason_needed").sentence()
    )


def test_what_was_not_typed_over_never_undoes_what_another_window_recorded(notes: Notes) -> None:
    notes.texts["A"] = "on"
    assert act(notes, "there", {"A": "", "B": "on"}, seen={"A": "", "B": ""})["type"] == "done"
    assert (notes.texts["A"], notes.texts["B"]) == ("on", "on")
    notes.texts["place"] = "Aula"
    said = act(notes, "place", {"place": "Balai"}, seen={"place": ""})
    assert (said["type"], notes.texts["place"]) == ("refused", "Aula")
    assert "Aula" in said["said"]
    assert act(notes, "place", {"place": "Balai"}, seen={"place": "Aula"})["type"] == "done"


def test_what_is_confirmed_is_what_is_recorded(notes: Notes) -> None:
    asked = act(notes, "order/1", {"order": "E2>E1", "entry": "E1"})
    assert asked == {"type": "asks", "key": "k", "asks": "Mencatat: urutan E2>E1 untuk E1."}
    assert act(notes, "order/1", {"order": "E1>E2", "entry": "E1"}, confirmed=asked["asks"])["type"] == "asks"
    assert notes.texts["order"] == "E1>E2"
    assert act(notes, "order/1", {"order": "E2>E1", "entry": "E1"}, confirmed=asked["asks"])["type"] == "done"
    assert notes.texts["order"] == "E2>E1"


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"type": "act"},
        {"type": "act", "topic": "place", "act": "there", "values": {}},
        {"type": "act", "topic": "place", "act": "place", "values": "x"},
        {"type": "act", "topic": "order/1", "act": "order", "values": {"order": "E1>E1"}},
        {"type": "act", "topic": "order/1", "act": "order", "values": {"order": "E1>E2", "entry": "E9"}},
        {"type": "run", "key": 3},
    ],
)
def test_a_message_made_by_hand_is_refused_and_records_nothing(notes: Notes, message: object) -> None:
    answer = notes.view.answer(message)
    assert answer["type"] == "refused"
    assert answer["said"]
    assert notes.view.edition.history.last == 0


def test_a_notebook_shows_some_topics_and_those_that_belong_to_them(notes: Notes) -> None:
    shown = notes.view.widget("order", "place").view.answer({"type": "load"})["topics"]
    assert [topic["id"] for topic in shown] == ["place", "order/1"]


def test_what_cannot_be_shown_is_said(notes: Notes) -> None:
    def refuse(_: Edition) -> list[Topic]:
        raise Problem("nothing_to_accept", edition="2025")

    notes.view.topics = refuse
    (topic,) = notes.view.answer({"type": "load"})["topics"]
    assert "2025" in topic["html"]


@pytest.mark.browser
class TestInABrowser:
    """The front end; whoever reads sees one topic."""

    def test_keys_list_and_address_lead_to_topics(self, notes: Notes, chromium_page: Page) -> None:
        page = chromium_page
        page.set_viewport_size({"width": 1920, "height": 1080})
        show_view(page, notes.view, "topics")
        heading = page.get_by_role("heading", level=2)
        heading.get_by_text("Tempat").wait_for()
        page.keyboard.press("ArrowRight")
        assert heading.inner_text() == "Kehadiran"
        page.keyboard.press("PageDown")
        assert heading.inner_text() == "Urutan"
        assert page.evaluate("decodeURIComponent(location.hash)") == "#order/1"
        page.keyboard.press("ArrowRight")
        assert heading.inner_text() == "Urutan"
        page.go_back()
        heading.get_by_text("Kehadiran").wait_for()
        page.get_by_role("button", name="Daftar topik").click()
        page.get_by_role("listitem").get_by_role("button", name="Tempat").click()
        assert heading.inner_text() == "Tempat"
        page.get_by_label("Tempat rapat").press("ArrowRight")  # moves the caret, not the topic
        assert heading.inner_text() == "Tempat"

    def test_typed_text_and_focus_survive_what_others_record(self, notes: Notes, chromium_page: Page) -> None:
        page = chromium_page
        show_view(page, notes.view, "topics")
        field = page.get_by_label("Tempat rapat")
        field.fill("Aula Con")
        notes.note({"A": "on"})
        page.wait_for_timeout(5_000)  # two looks
        field.press_sequentially("toh")
        assert field.input_value() == "Aula Contoh"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")  # as a form is sent
        page.get_by_role("status").get_by_text("Tercatat").wait_for()
        assert notes.texts["place"] == "Aula Contoh"
        field.fill("salah")
        page.get_by_role("button", name="Simpan tempat").click()
        page.locator(".act .said.error").wait_for()
        assert field.input_value() == "salah"

    def test_nothing_moves_while_a_button_is_being_pressed(self, notes: Notes, chromium_page: Page) -> None:
        page = chromium_page
        show_view(page, notes.view, "topics")
        field, button = page.get_by_label("Tempat rapat"), page.get_by_role("button", name="Simpan tempat")
        field.fill("Aula")
        box = button.bounding_box()
        assert box
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        notes.shown = "Di mana? " * 100
        append(notes.view.edition, Event(kind="withdrawn", actor="S", entry_id="E2", text="contoh"))
        page.evaluate("dispatchEvent(new CustomEvent('kit-recorded', { detail: 'another' }))")
        page.wait_for_timeout(800)
        assert button.bounding_box() == box
        page.mouse.up()
        page.get_by_role("status").get_by_text("Tercatat").wait_for()
        assert notes.texts["place"] == "Aula"
        assert button.bounding_box() != box

    def test_a_box_is_recorded_when_it_is_ticked_and_a_quick_second_thought_too(
        self, notes: Notes, chromium_page: Page
    ) -> None:
        page = chromium_page
        messages = show_view(page, notes.view, "topics")
        page.get_by_role("heading", name="Tempat").wait_for()
        page.keyboard.press("ArrowRight")
        page.evaluate(
            "() => { const [a, b] = document.querySelectorAll('[type=checkbox]'); a.click(); b.click(); a.click(); }"
        )
        page.wait_for_function("() => !document.querySelector('.said').textContent.includes('Sedang')")
        assert (notes.texts["A"], notes.texts["B"]) == ("", "on")
        assert len([message for message in messages if message["type"] == "act"]) == 2

    def test_what_matters_asks_once_beside_its_button(self, notes: Notes, chromium_page: Page) -> None:
        page = chromium_page
        messages = show_view(page, notes.view, "topics")
        page.get_by_role("heading", name="Tempat").wait_for()
        page.keyboard.press("End")
        page.evaluate("location.hash = 'order/1'")
        page.get_by_role("button", name="Naikkan E2 · dua").click()
        page.get_by_role("button", name="Catat urutan").click()
        page.get_by_text("Mencatat: urutan E2>E1 untuk E1.").wait_for()
        page.keyboard.press("Enter")  # the question has the focus, and no button
        page.get_by_role("button", name="Batal").click()
        assert notes.texts["order"] == "E1>E2"
        page.get_by_role("button", name="Catat urutan").click()
        page.get_by_text("Mencatat: urutan E2>E1 untuk E1.").wait_for()
        page.get_by_role("button", name="Ya, catat").click()
        page.get_by_role("status").get_by_text("Tercatat").wait_for()
        assert notes.texts["order"] == "E2>E1"
        notes.closed = True
        page.get_by_role("button", name="Catat urutan").click()
        page.get_by_text("tidak tersedia lagi").wait_for()  # said where the button was
        assert next(m for m in messages if m.get("confirmed"))["values"]["order"] == "E2>E1"

    def test_without_a_line_nothing_is_said_to_be_recorded(self, notes: Notes, chromium_page: Page) -> None:
        page = chromium_page
        show_view(page, notes.view, "topics")
        page.get_by_label("Tempat rapat").fill("Aula")
        page.evaluate("() => { window.away = true; }")
        page.get_by_role("button", name="Simpan tempat").click()
        page.evaluate("() => heard.disconnected('')")
        page.get_by_role("status").get_by_text("belum pasti").wait_for()
        page.get_by_role("alert").get_by_text("Sambungan terputus").wait_for()
        page.get_by_role("button", name="Simpan tempat").click()
        page.evaluate("() => { window.away = false; heard.reconnected(); }")
        page.get_by_role("button", name="Simpan tempat").click()
        page.get_by_role("status").get_by_text("Tercatat").wait_for()
        assert notes.texts["place"] == "Aula"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("size", [(390, 844), (1280, 720), (1920, 1080)])
    def test_letters_are_large_nothing_is_cut_and_readers_meet_no_barrier(
        self, notes: Notes, chromium_page: Page, size: tuple[int, int], scheme: Any
    ) -> None:
        page = chromium_page
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        show_view(page, notes.view, "topics")
        for heading in ("Tempat", "Kehadiran", "Urutan"):
            page.get_by_role("heading", name=heading).wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert violations(page, "body") == []
            assert smallest_letters(page) >= (0.024 * size[1] if size[0] > 1000 else 16)
            page.keyboard.press("ArrowRight")
