"""The form of the administrative selection, message by message: what a page may ask for, and what it is told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import stage
from labs import violations
from samples import begun, said, sample_home
from selections import ENTRIES, ITEMS, admitted, answers, say, selecting
from views import show_view

import kit
from kit.contest import rounds
from kit.contest.selection import Change, dossiers, record
from kit.report.progress import selection_progress
from kit.screens.checklist import Checklist, checklist_form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page as Browser

    from kit.edition import Edition


class Page:
    """What a page would see of the form."""

    def __init__(self, language: kit.texts.Language = "id") -> None:
        self.form = Checklist(kit.open("2025", language))

    def ask(self, type_: str, key: str = "k", **message: Any) -> dict[str, Any]:
        return self.form.answer({"type": type_, "key": key, "verifier": "SEK-1", "entry": "E1", **message})

    def load(self) -> dict[str, Any]:
        return self.ask("load", "", entry="")

    def all(self, what: str, key: str = "a", **more: Any) -> dict[str, Any]:
        """Say the same about many entries, as the form asks before."""
        asks = self.load()["many"].get(what, {}).get("asks", "")
        return self.ask("all", key, entry="", **{"what": what, "confirmed": asks, **more})

    def check(self, item: str, value: str, key: str = "k", **more: Any) -> dict[str, Any]:
        return self.ask("save", key, kind="checked", criterion=item, value=value, **more)


@pytest.fixture
def page(home: Path) -> Page:
    selecting(home)
    return Page()


def test_an_answer_is_told_with_the_entry_as_it_is_now(page: Page) -> None:
    told = page.check("surat", "to_complete", text="Belum ditandatangani", seen=0)
    assert (told["type"], told["key"], [*told["entries"]]) == ("saved", "k", ["E1"])
    shown = told["entries"]["E1"]
    assert shown["state"] == "to_complete"
    assert shown["said"]["checked|surat"]["text"] == "Belum ditandatangani"
    assert shown["said"]["checked|surat"]["actor"] == "SEK-1"


def test_the_page_is_told_of_all_entries_at_first(page: Page) -> None:
    told = page.load()
    assert [*told["entries"]] == [*ENTRIES]
    assert [entry["id"] for entry in page.form.setup["entries"]] == [*ENTRIES]
    assert told["closed"] == ""


def test_a_page_that_knows_everything_is_told_nothing_twice(page: Page) -> None:
    at = page.load()["at"]
    assert page.ask("load", "", entry="", at=at) == {"type": "same"}
    page.check("surat", "yes")
    assert [*page.ask("load", "", entry="", at=at)["entries"]] == [*ENTRIES]


def test_what_is_refused_is_said_and_changes_nothing(page: Page) -> None:
    before = kit.open("2025").ledger.fingerprint()
    assert "pemeriksa" in page.check("surat", "yes", verifier=" ")["said"]
    assert "butir belum dijawab" in page.ask("save", kind="admission", criterion="", value="eligible")["said"]
    assert "jawaban yang dikenal" in page.ask("save", kind="mark", criterion="surat", value="5")["said"]
    assert "E9" in page.check("surat", "yes", entry="E9")["said"]
    assert "alasan" in page.ask("decide", what="category", value="b", reason="")["said"].lower()
    assert kit.open("2025").ledger.fingerprint() == before


def test_what_was_changed_elsewhere_is_not_written_over(page: Page) -> None:
    say(kit.open("2025"), answers("E1", "no"))
    told = page.check("surat", "yes", seen=0)
    assert told["type"] == "refused"
    assert told["entries"]["E1"]["said"]["checked|surat"]["value"] == "no"
    assert (
        page.check("surat", "yes", "k2", seen=told["entries"]["E1"]["said"]["checked|surat"]["number"])["type"]
        == "saved"
    )


# Much at once


def given(edition: Edition) -> dict[str, list[str]]:
    """The answers of every entry, in the order of the items, and its outcome."""
    return {
        entry: [one.of("checked", item["id"]).value for item in ITEMS] + [one.admission]
        for entry, one in dossiers(edition).items()
    }


def test_one_button_answers_the_rest_of_an_entry_and_never_what_was_answered_or_noted(page: Page) -> None:
    page.check("isi", "no", "k1")
    told = page.ask("all", "k2")
    assert told["said"].startswith("1 jawaban Ya tercatat pukul ")
    assert told["said"].endswith("pilih jawaban lain pada butirnya.")
    assert given(kit.open("2025"))["E1"] == ["yes", "no", ""]
    page.check("surat", "", "k3", text="Menunggu surat asli")
    assert page.ask("all", "k4")["said"] == "Tidak ada yang perlu dicatat lagi."
    assert given(kit.open("2025"))["E1"] == ["", "no", ""]


def test_all_that_nobody_checked_is_answered_at_once_then_the_exceptions_then_who_is_eligible(page: Page) -> None:
    page.check("isi", "no", "k1", entry="E3")
    many = page.load()["many"]
    assert [*many] == ["yes"]
    assert many["yes"]["button"] == "Semua ya bagi 2 proposal yang belum diperiksa"
    assert many["yes"]["asks"].startswith("Akan dicatat atas nama {verifier}: 4 jawaban Ya bagi 2 proposal")
    before = len(kit.open("2025").history.events(["checked"]))
    told = page.all("yes")
    assert told["said"].startswith("4 jawaban Ya bagi 2 proposal tercatat pukul ")
    edition = kit.open("2025")
    assert len(edition.history.events(["checked"])) - before == 4  # an event an answer, as if each was given alone
    assert set(edition.history.events(["checked"])["actor"]) == {"SEK-1"}
    page.check("surat", "to_complete", "k2", entry="E2")
    assert page.load()["many"]["eligible"]["button"] == "Memenuhi syarat bagi 1 proposal yang semua butirnya ya"
    assert page.all("eligible", "a2")["said"].startswith("1 proposal tercatat memenuhi syarat pukul ")
    assert given(kit.open("2025")) == {
        "E1": ["yes", "yes", "eligible"],
        "E2": ["to_complete", "yes", ""],
        "E3": ["", "no", ""],
    }
    assert page.load()["many"] == {}


def test_who_must_mend_something_is_not_answered_for(page: Page) -> None:
    page.ask("save", kind="cure_until", criterion="", value="2025-10-24", text="Surat")
    assert "2 proposal" in page.load()["many"]["yes"]["button"]
    page.all("yes")
    assert given(kit.open("2025"))["E1"] == ["", "", ""]


def test_what_was_confirmed_is_what_is_recorded_though_somebody_was_quicker(page: Page) -> None:
    asks = page.load()["many"]["yes"]["asks"]
    say(kit.open("2025"), answers("E2", "no"))
    before = given(kit.open("2025"))
    told = page.all("yes", confirmed=asks)
    assert told["type"] == "refused"
    assert "jumlahnya berubah" in told["said"]
    assert "2 proposal" in told["many"]["yes"]["asks"]
    assert given(kit.open("2025")) == before
    assert page.all("yes", confirmed=told["many"]["yes"]["asks"])["type"] == "saved"
    assert given(kit.open("2025")) == {"E1": ["yes", "yes", ""], "E2": ["no", "", ""], "E3": ["yes", "yes", ""]}


def test_what_is_sent_again_is_recorded_once(page: Page) -> None:
    asks = page.load()["many"]["yes"]["asks"]
    page.all("yes", confirmed=asks)
    say(kit.open("2025"), answers("E1", "no"))
    other = Page()  # the line dropped, and the message goes to another process
    assert other.all("yes", confirmed=asks)["said"] == "Tidak ada yang perlu dicatat lagi."
    assert given(kit.open("2025"))["E1"] == ["no", "yes", ""]


@pytest.mark.parametrize(
    "message", [None, [], {"type": "all"}, {"type": "all", "entry": "E9"}, {"type": "x", "key": 3}]
)
def test_no_message_goes_unanswered(page: Page, message: object) -> None:
    before = kit.open("2025").ledger.fingerprint()
    assert page.form.answer(message)["type"] == "refused"
    assert kit.open("2025").ledger.fingerprint() == before


def test_who_signed_in_is_who_recorded_it_whatever_a_message_says(home: Path) -> None:
    form = Checklist(selecting(home), "SEK-7", signed_in=True)
    assert form.setup["signed_in"] == "Dicatat atas nama SEK-7."
    form.answer({"type": "all", "key": "k", "entry": "E1", "verifier": "SEK-1"})
    assert set(kit.open("2025").history.events(["checked"])["actor"]) == {"SEK-7"}


@pytest.mark.parametrize(("what", "value"), [("category", "b"), ("duplicate", "E2")])
def test_a_decision_that_is_sent_again_is_recorded_once(page: Page, what: str, value: str) -> None:
    for own in (page, page, Page()):  # the last after the line dropped
        assert own.ask("decide", what=what, value=value, reason="Isi sama")["type"] == "saved"
    edition = kit.open("2025")
    assert len(edition.history.events(["correction", "duplicate"])) == 1
    assert dossiers(edition)["E1"].out == ("duplicate" if what == "duplicate" else "")


def test_the_page_and_the_board_say_what_closing_with_a_reason_means_for_the_undecided(page: Page) -> None:
    edition = kit.open("2025")
    n = len(dossiers(edition))
    told = page.load()["undecided"]
    assert told.startswith(f"{n} proposal belum diputuskan. Jika tahap ditutup beserta alasannya, proposal tanpa")
    assert told in said(selection_progress(edition))
    page.ask("save", "k1", kind="admission", criterion="", value="not_eligible", text="berkas tidak lengkap")
    rounds.close(edition, "r1", "waktu habis")
    told = page.load()["undecided"]
    assert told.startswith(f"{n - 1} proposal tanpa keputusan lolos dan ikut dinilai")
    edition.refresh()
    assert told in said(selection_progress(edition))


def test_a_closed_selection_is_said_to_be_closed(page: Page) -> None:
    edition = kit.open("2025")
    admitted(edition, *ENTRIES)
    rounds.close(edition, "r1")
    assert "tidak sedang dibuka" in page.ask("load", "")["closed"]
    assert page.check("surat", "no")["type"] == "refused"


# In a browser


@pytest.fixture
def shown(chromium_page: Browser, tmp_path: Path) -> Iterator[Browser]:
    """The selection of 2025 on a page that counts clicks."""
    with sample_home(tmp_path) as home:
        edition = begun(home, "administrasi")
        chromium_page.set_viewport_size({"width": 1280, "height": 800})
        show_view(chromium_page, Checklist(edition, "SEK-1", signed_in=True), "checklist")
        chromium_page.locator(".list li[data-state]").first.wait_for()
        chromium_page.evaluate("window.clicks = 0; addEventListener('pointerdown', () => window.clicks++)")
        yield chromium_page


def outcomes() -> Counter[str]:
    return Counter(one.state for one in dossiers(kit.open("2025")).values())


@pytest.mark.browser
def test_49_entries_take_a_few_clicks_and_the_exceptions(shown: Browser) -> None:
    """One by one it is 49 entries opened, 11 answers each and 49 outcomes: 637 clicks."""
    page = shown
    page.get_by_role("button", name="Semua ya bagi 49 proposal").click()
    page.get_by_text("Akan dicatat atas nama SEK-1: 539 jawaban Ya bagi 49 proposal").wait_for()
    assert outcomes() == {"not_begun": 49}
    page.get_by_role("button", name="Ya, catat").click()
    page.get_by_text("539 jawaban Ya bagi 49 proposal tercatat").wait_for()
    page.locator('[data-entry="K2-33"]').click()
    page.locator('tr[data-item="surat"] [data-value="no"]').click()
    page.locator('tr[data-item="surat"] .note').fill("Belum ditandatangani")
    page.keyboard.press("Enter")
    page.locator('[data-state="to_complete"] [data-entry="K2-33"]').wait_for()
    page.get_by_role("button", name="Memenuhi syarat bagi 48 proposal").click()
    page.get_by_role("button", name="Ya, catat").click()
    page.get_by_text("48 proposal tercatat memenuhi syarat").wait_for()
    assert page.evaluate("window.clicks") == 6
    assert outcomes() == {"eligible": 48, "to_complete": 1}
    assert not page.locator(".many button").first.is_visible()


@pytest.mark.browser
def test_keys_answer_and_go_on_but_not_while_somebody_types(shown: Browser) -> None:
    page = shown
    page.locator('[data-entry="K1-01"]').press("Enter")
    page.locator('tr[data-item="surat"] .note').fill("My")
    page.keyboard.type(" note: yjmk")
    assert outcomes() == {"not_begun": 49}
    page.locator('tr[data-item="surat"] .note').fill("")
    page.locator('tr[data-item="surat"] input[value="yes"]').focus()
    page.keyboard.press("y")
    page.get_by_text("11 jawaban Ya tercatat").wait_for()
    page.keyboard.press("m")
    page.keyboard.press("j")
    page.locator('[aria-current="true"][data-entry="K1-02"]').wait_for()
    page.locator('[data-state="eligible"] [data-entry="K1-01"]').wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", name=kit.open("2025").registers.entries["title"].iloc[0]).wait_for()
    assert outcomes() == {"eligible": 1, "not_begun": 48}


@pytest.mark.browser
def test_the_list_stays_in_place_and_follows_what_others_record(shown: Browser) -> None:
    page = shown
    page.locator('[data-entry="K1-05"]').evaluate("(node) => (window.kept = node)")
    page.get_by_role("button", name="Semua ya bagi 49 proposal").click()
    record(kit.open("2025"), [Change("K1-05", "checked", "surat", "no")], "SEK-2")
    page.get_by_role("button", name="Ya, catat").click()
    page.get_by_text("jumlahnya berubah").wait_for()
    page.get_by_text("528 jawaban Ya bagi 48 proposal").wait_for()
    assert outcomes() == {"not_begun": 48, "to_complete": 1}
    assert page.locator('[data-state="to_complete"] [data-entry="K1-05"]').evaluate("(node) => node === window.kept")
    page.get_by_role("button", name="Ya, catat").click()
    page.get_by_text("528 jawaban Ya bagi 48 proposal tercatat").wait_for()
    assert outcomes() == {"checked": 48, "to_complete": 1}


@pytest.mark.browser
def test_what_is_given_while_the_line_is_down_is_said_and_sent_later(shown: Browser) -> None:
    page = shown
    page.locator('[data-entry="K1-01"]').click()
    page.evaluate("window.away = true; heard.disconnected('')")
    page.locator('tr[data-item="surat"] [data-value="yes"]').click()
    page.get_by_text("Sambungan terputus").wait_for()
    page.locator('[data-entry="K1-02"]').click()  # and go on
    page.get_by_role("button", name="Semua ya bagi 49 proposal").click()
    page.get_by_role("button", name="Ya, catat").click()
    assert outcomes() == {"not_begun": 49}
    page.evaluate("window.away = false; heard.reconnected()")
    page.get_by_text("jumlahnya berubah").wait_for()  # the answer came first
    page.get_by_text("528 jawaban Ya bagi 48 proposal").wait_for()
    assert outcomes() == {"not_begun": 48, "partial": 1}


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_form_can_be_used_by_everybody(shown: Browser, width: int) -> None:
    page = shown
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("button", name="Semua ya bagi").click()
    assert violations(page, ".kit-form") == []
    page.get_by_role("button", name="Batal").click()
    page.locator('[data-entry="K2-27"]').click()
    assert violations(page, ".kit-form") == []
    height = "(nodes) => nodes.filter((node) => node.checkVisibility()).map((n) => n.getBoundingClientRect().height)"
    targets = "button, select, summary, fieldset label, input:not([type=radio])"
    assert min(page.locator(".kit-form").locator(targets).evaluate_all(height)) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_hinders_the_form_is_said(home: Path) -> None:
    assert "2031" in checklist_form("2031").value  # type: ignore[attr-defined]
    stage(home, contest(single()), ENTRIES)
    assert 'role="alert"' in checklist_form("2025").value  # type: ignore[attr-defined]


def test_everything_is_said_in_english_too(home: Path) -> None:
    selecting(home)
    page = Page("en")
    assert page.form.setup["texts"]["state_eligible"] == "Eligible"
    assert "not answered with yes" in page.ask("save", kind="admission", criterion="", value="eligible")["said"]
