"""The judge's form in a real browser: under JupyterLab, and on the judge's page behind link and PIN."""

from __future__ import annotations

import csv
import io
import re
import shutil
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pytest
from judge_screen import (
    CRITERIA,
    at_page,
    given,
    loaded,
    marks,
    open_entry,
    open_new,
    says,
    sheet_is,
    shown,
    status,
    tap,
)
from labs import TIMEOUT, free_port, jupyterlab, run_all, running
from pypdf import PdfReader
from samples import begun, sample_home

import kit
from kit.actions import append
from kit.contest import rounds
from kit.judging.desk import Change, Desk
from kit.ledger import Event
from kit.screens.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LONG = "K1-02"  # whose title is one word that no screen is wide enough for


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the edition 2025 as it is in the year, its round `proposal` open and empty."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        _lengthen(home / "data" / "2025" / "entries.csv")
        begun(home, "proposal")
        yield home


def _lengthen(register: Path) -> None:
    with register.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    for row in rows:
        if row["entry_id"] == LONG:
            row["title"], row["benefit"] = "Inovasi" * 40, "Manfaat bagi warga yang dilayani. " * 20
    with register.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    """JupyterLab on the home."""
    with jupyterlab(home) as address:
        yield address


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[str]:
    """The judge's page of the open round."""
    with served(home, "2025") as address:
        yield address


@contextmanager
def served(home: Path, edition: str) -> Iterator[str]:
    """The judge's page of an edition."""
    address = f"http://127.0.0.1:{free_port()}"
    command = ["kit.cli", "serve", edition, "proposal", "--port", address.rpartition(":")[2]]
    with running(command, f"{address}/", home):
        yield address


@pytest.fixture(scope="module")
def large(home: Path) -> Iterator[str]:
    """The page of an edition whose judges give 1 to 100."""
    folder = shutil.copytree(home / "data" / "2025", home / "data" / "besar", ignore=shutil.ignore_patterns("ledger*"))
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text(
        rules.replace("high: 5,", "high: 100,").replace('edition: "2025"', "edition: besar"), encoding="utf-8"
    )
    rounds.open(kit.open("besar"), "proposal")
    with served(home, "besar") as address:
        yield address


def at_lab(page: Page, lab: str, judge: str) -> None:
    """Open the notebook in JupyterLab, run it, choose the judge and give the judge's PIN."""
    new = Access.open(kit.open("2025").folder).issue(judge)
    run_all(page, lab, "scoring")
    choose_judge(page, judge)
    assert not page.locator(".kit-form").count()
    page.locator(".jp-OutputArea input[type=password]").fill(new.pin)
    page.keyboard.press("Enter")
    loaded(page)


def choose_judge(page: Page, judge: str) -> None:
    choice = page.locator(".jp-OutputArea .widget-dropdown select")
    choice.wait_for(timeout=TIMEOUT)
    choice.select_option(label=next(o for o in choice.locator("option").all_inner_texts() if f"({judge})" in o))


def focused(page: Page) -> str:
    """Return the criterion that has the focus, or what else has it."""
    where = "(one) => one.closest('[data-criterion]')?.dataset.criterion || one.tagName"
    return str(page.evaluate(f"() => ({where})(document.activeElement)"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there: what cannot be reached so cannot be reached by keyboard."""
    for _ in range(300):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(selector)


def press(page: Page, keys: str) -> int:
    """Press keys one after another, apart by blanks; how many they are."""
    for key in keys.split():
        page.keyboard.press(key)
    return len(keys.split())


MARKS = {"K1": "4", "K2": "3.5", "K3": "3", "K4": "4.5", "K5": "5", "K6": "2", "K7": "1"}


@pytest.mark.parametrize("place", ["lab", "site"])
def test_an_entry_is_scored_by_keyboard_alone_and_found_again(
    chromium_page: Page, place: str, request: pytest.FixtureRequest
) -> None:
    page, address = chromium_page, request.getfixturevalue(place)
    page.set_viewport_size({"width": 1280, "height": 900})
    judge = {"lab": "J-A", "site": "J-B"}[place]
    (at_lab if place == "lab" else at_page)(page, address, judge)
    entry = shown(page)
    if place == "lab":
        assert "#" not in page.url
        assert focused(page) not in CRITERIA  # nothing that is shown takes the focus from the notebook
        page.locator(".kit-form .menu").focus()
        tab_to(page, ".kit-form [role=radio]")
    scrolled = page.evaluate(NOTEBOOK_SCROLL)
    assert focused(page) == "K1"
    press(page, "4 3 , 3 4 . 5 2 1")
    assert page.evaluate("document.activeElement.matches('.foot .main')")
    assert page.evaluate(NOTEBOOK_SCROLL) == scrolled
    page.locator(".kit-form textarea").first.focus()
    page.keyboard.type("Manfaatnya nyata; lengkapi data sebelum dan sesudah.")
    page.keyboard.press("Escape")
    assert focused(page) == "K1"
    status(page, r"^Tersimpan pukul \d\d\.\d\d WIB$")
    says(page, ".sum", "7 dari 7")
    assert marks(kit.open("2025"), judge, entry) == MARKS
    page.keyboard.press("Control+Enter")
    sheet_is(page, entry, "submitted")
    sent = kit.open("2025").history.events(["submitted"])
    assert (judge, entry) in set(sent[["judge_id", "entry_id"]].itertuples(index=False, name=None))
    open_entry(page, entry)
    if place == "site":
        page.reload()
        loaded(page)
        assert shown(page) == entry
    assert given(page) == [text.replace(".", ",") for text in MARKS.values()]
    assert page.locator(".kit-form textarea").first.input_value().startswith("Manfaatnya nyata")
    assert "Sudah dikirim" in str(page.locator(f'[data-entry="{entry}"]').text_content())


NOTEBOOK_SCROLL = "(document.querySelector('.jp-WindowedPanel-outer') || document.scrollingElement).scrollTop"


def test_seven_criteria_are_marked_and_sent_with_ten_keys_at_most(chromium_page: Page, site: str) -> None:
    page = chromium_page
    at_page(page, site, "J-B")
    first = open_new(page)
    assert press(page, "4 3 5 4 3 4 2 Control+Enter") <= 10
    sheet_is(page, first, "submitted")
    page.wait_for_function("before => location.hash !== before", arg=f"#{first}")
    assert shown(page) != first
    assert focused(page) == "K1"
    assert [*marks(kit.open("2025"), "J-B", first).values()] == ["4", "3", "5", "4", "3", "4", "2"]


def test_every_key_does_what_the_card_says(chromium_page: Page, site: str) -> None:
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 900})
    at_page(page, site, "J-B")
    entry = open_new(page)
    page.keyboard.down("4")
    page.keyboard.down("4")  # held down
    page.keyboard.up("4")
    assert given(page)[:2] == ["4", ""]
    press(page, ", 2 Backspace")
    assert (given(page)[:3], focused(page)) == (["4,5", "", ""], "K2")
    press(page, "Backspace")
    assert (given(page)[:2], focused(page)) == (["", ""], "K1")
    press(page, "9")
    says(page, ".criterion .error:not(:empty)", "Tidak ada tingkat 9")
    press(page, "5 ,")
    says(page, ".criterion .error:not(:empty)", "tidak memiliki nilai setengah")
    page.locator('[data-criterion="K3"] [data-at="1"]').focus()
    press(page, ",")  # K3 has no mark yet, and K1 is not the one that is looked at any more
    assert given(page)[:3] == ["5", "", ""]
    page.locator('[data-criterion="K2"] [data-at="1"]').focus()
    press(page, "ArrowDown ArrowDown")
    assert (given(page)[:2], focused(page)) == (["5", "2"], "K2")
    press(page, "Tab")
    status(page, "^Tersimpan")
    assert marks(kit.open("2025"), "J-B", entry) == {"K1": "5", "K2": "2"}
    press(page, "j")
    after = shown(page)
    press(page, "k")
    assert (after != entry, shown(page)) == (True, entry)
    press(page, "?")
    assert "memberi nilai" in page.get_by_role("dialog").inner_text()
    press(page, "4 Escape /")
    assert marks(kit.open("2025"), "J-B", entry) == {"K1": "5", "K2": "2"}
    page.keyboard.type(f"{LONG} inovasi")
    assert page.locator(".kit-form [data-entry]:visible").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    says(page, ".said", "Masih ada 5 kriteria yang kosong")
    assert focused(page) == "K3"
    press(page, "4")
    says(page, ".said", "^$")  # five were empty before this mark


def test_the_address_names_the_entry_for_back_reload_and_links(chromium_page: Page, site: str) -> None:
    page = chromium_page
    at_page(page, site, "J-B")
    first = shown(page)
    assert page.url == f"{site}/#{first}"
    unfinished = ("not_begun", "partial")
    assert page.locator(f'.kit-form li:has([data-entry="{first}"])').get_attribute("data-state") in unfinished
    page.go_back()  # past the first sheet, where the PIN was given
    page.wait_for_url(f"{site}/#{first}")
    loaded(page)
    open_entry(page, LONG)
    open_entry(page, "K2-27")
    page.go_back()
    page.wait_for_url(f"{site}/#{LONG}")
    assert shown(page) == LONG
    page.reload()
    loaded(page)
    assert shown(page) == LONG
    page.evaluate("location.hash = 'K1-05'")
    page.wait_for_selector('.kit-form [data-entry="K1-05"][aria-current="true"]', state="attached")
    page.goto(f"{site}/#tidak-ada")
    page.reload()
    loaded(page)
    assert shown(page) == first


def test_the_list_is_searched_and_filtered(chromium_page: Page, site: str) -> None:
    page = chromium_page
    at_page(page, site, "J-B")
    entry = open_new(page)
    page.get_by_label("Tandai untuk ditinjau kembali").check()
    press(page, "Tab")
    for criterion in CRITERIA:
        tap(page, criterion, "3")
    sheet_is(page, entry, "complete")
    page.locator(".kit-form .menu").click()
    listed = page.locator(".kit-form [data-entry]:visible")
    for name in ("Tinjau kembali", "Lengkap, belum dikirim"):
        page.get_by_role("button", name=re.compile(f"^{name} 1$")).click()
        assert [row.get_attribute("data-entry") for row in listed.all()] == [entry]
    page.get_by_role("button", name=re.compile("^Belum selesai ")).click()
    assert entry not in [row.get_attribute("data-entry") for row in listed.all()]
    page.get_by_label("Cari kode").fill("tidak ada yang begini")
    page.get_by_text("Tidak ada proposal yang sesuai.").wait_for()
    page.get_by_role("button", name="Kirim semua lembar yang lengkap (1)").click()
    sheet_is(page, entry, "submitted")


@pytest.fixture
def page(chromium_page: Page, site: str) -> Page:
    """The page of judge J-C, with an entry that nobody has scored open on a phone."""
    chromium_page.set_viewport_size({"width": 390, "height": 844})
    at_page(chromium_page, site, "J-C")
    open_new(chromium_page)
    return chromium_page


def test_a_mark_off_a_large_scale_is_refused_and_never_clamped(chromium_page: Page, large: str) -> None:
    page = chromium_page
    at_page(page, large, "J-C", "besar")
    entry, box = shown(page), page.locator('input[data-criterion="K1"]')
    off_scale = "Nilai 107 berada di luar skala 1–100."
    for text, said in {"107": off_scale, "3,7": "Gunakan 3,5 atau 4,0", "lima": "lima"}.items():
        box.fill(text)
        box.press("Enter")
        says(page, ".criterion .error", re.escape(said))
        assert (box.input_value(), box.get_attribute("aria-invalid")) == (text, "true")
    status(page, "tidak disimpan")
    press(page, "Control+Enter")
    says(page, ".said", "Masih ada 6 kriteria yang kosong")
    assert marks(kit.open("besar"), "J-C", entry) == {}
    box.fill("50")
    box.press("Enter")
    assert focused(page) == "K2"
    page.locator(".kit-form .menu").focus()
    press(page, "4 Backspace")  # keys that are for levels
    assert page.locator('input[data-criterion="K2"]').input_value() == ""
    assert box.input_value() == "50"
    box.focus()
    status(page, "^Tersimpan")
    assert box.get_attribute("aria-invalid") is None
    assert marks(kit.open("besar"), "J-C", entry) == {"K1": "50"}
    box.fill("")
    box.press("Enter")
    says(page, ".sum", "0 dari 7")
    assert marks(kit.open("besar"), "J-C", entry) == {}


def test_a_cut_connection_is_said_and_loses_nothing(page: Page) -> None:
    entry = shown(page)
    before = len(kit.open("2025").history.events(["mark"]))
    page.context.set_offline(True)
    page.evaluate("() => { window.kitCut = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }")
    for criterion, text in {"K1": "4", "K2": "2,5"}.items():
        tap(page, criterion, text)
    says(page, ".sum", "2 dari 7")
    page.locator("textarea").first.fill("Ditulis tanpa sambungan.")
    page.keyboard.press("Tab")
    status(page, "^Belum tersimpan karena sambungan terputus")
    assert marks(kit.open("2025"), "J-C", entry) == {}
    page.context.set_offline(False)
    page.evaluate("() => { WebSocket.prototype.send = window.kitCut; }")
    status(page, "^Tersimpan pukul")
    assert marks(kit.open("2025"), "J-C", entry) == {"K1": "4", "K2": "2.5"}
    assert len(kit.open("2025").history.events(["mark"])) == before + 2


def test_what_was_unsaved_when_the_page_died_is_saved_by_the_next(page: Page, site: str) -> None:
    entry = shown(page)
    page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
    tap(page, "K3", "3")
    status(page, "^Belum tersimpan")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site)
    loaded(page)
    status(page, "^Tersimpan pukul")
    assert marks(kit.open("2025"), "J-C", entry) == {"K3": "3"}


def test_what_is_being_typed_when_the_page_goes_is_saved_by_the_next(page: Page, site: str) -> None:
    entry = shown(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("textarea").nth(1).focus()
    page.keyboard.type("Belum selesai diketik")
    page.goto(site)
    loaded(page)
    status(page, "^(Tersimpan pukul|Setiap isian)")  # by this page, or by the other as it went
    comments = kit.open("2025").history.events(["comment"], "proposal", "J-C")
    assert comments.loc[comments["entry_id"] == entry, "text"].tolist()[-1] == "Belum selesai diketik"


def test_an_answer_that_comes_late_does_not_take_the_field_that_is_typed_into(chromium_page: Page, site: str) -> None:
    chromium_page.add_init_script(
        """const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (message) {
          const said = typeof message === "string" ? message : new TextDecoder().decode(message);
          if (window.kitLate || !said.includes('"type":"load"')) send.call(this, message);
          else window.kitLate = () => send.call(this, message); // the form asks again
        };"""
    )
    at_page(chromium_page, site, "J-C")
    open_new(chromium_page)
    area = chromium_page.locator("textarea").first
    area.focus()
    chromium_page.keyboard.type("Sudah")
    chromium_page.evaluate("() => kitLate()")
    chromium_page.wait_for_timeout(1000)
    chromium_page.keyboard.type(" diperiksa")
    assert area.input_value() == "Sudah diperiksa"


def test_a_page_connects_by_itself_to_a_server_that_starts_again(chromium_page: Page, home: Path) -> None:
    port = free_port()
    site, page = f"http://127.0.0.1:{port}", chromium_page
    command = ["kit.cli", "serve", "2025", "proposal", "--port", str(port)]
    with running(command, site, home):
        at_page(page, site, "J-C")
        entry, (first, second) = open_new(page), page.locator("textarea").all()
        second.focus()
    first.fill("Ditulis selagi peladen berhenti")
    tap(page, "K4", "2")
    status(page, "^Belum tersimpan karena sambungan terputus")
    second.focus()
    elsewhere = Desk(kit.open("2025"), "proposal", "J-C")
    elsewhere.save([Change(entry, "internal", "Dari perangkat lain", "x")])
    with running(command, site, home):
        status(page, "^Tersimpan pukul")
        assert marks(kit.open("2025"), "J-C", entry) == {"K4": "2"}
        says(page, ".sum", "1 dari 7")
        assert second.input_value() == "Dari perangkat lain"  # entered only, so that it shows what is on record
        page.keyboard.type("!")
        status(page, "^Tersimpan pukul")
    comments = kit.open("2025").history.events(["comment"], "proposal", "J-C")
    assert comments.loc[comments["entry_id"] == entry, "text"].tolist()[-3:] == [
        *("Dari perangkat lain", "Ditulis selagi peladen berhenti", "Dari perangkat lain!")
    ]


def test_an_ended_session_is_said_and_what_was_unsaved_is_sent_with_a_new_link(page: Page, site: str) -> None:
    entry = shown(page)
    Access.open(kit.open("2025").folder).revoke("J-C")
    tap(page, "K2", "3")
    status(page, "^Sesi Anda sudah berakhir")
    assert marks(kit.open("2025"), "J-C", entry) == {}
    page.on("dialog", lambda dialog: dialog.accept())
    at_page(page, site, "J-C")
    status(page, "^Tersimpan pukul")
    assert marks(kit.open("2025"), "J-C", entry) == {"K2": "3"}


def test_a_comment_beyond_all_measure_is_refused_and_holds_up_nothing(page: Page) -> None:
    page.locator("textarea").first.fill("x" * (2**20 + 1))
    tap(page, "K1", "3")
    says(page, "textarea + .error", "terlalu panjang untuk disimpan")
    says(page, ".sum", "1 dari 7")
    page.locator("textarea").first.fill("Cukup")
    page.keyboard.press("Tab")
    status(page, "^Tersimpan pukul")


def test_a_conflict_between_windows_is_chosen_by_a_button_and_holds_up_nothing(page: Page) -> None:
    entry = shown(page)
    other = page.context.new_page()
    other.goto(page.url)
    loaded(other)
    assert shown(other) == entry
    page.locator("textarea").first.fill("4,5")
    page.keyboard.press("Tab")
    status(page, "^Tersimpan")
    area = other.locator("textarea").first
    area.fill("4,6")
    other.keyboard.press("Tab")
    says(other, "textarea + .error", 'sudah diubah di tempat lain menjadi "4,5"')
    status(other, "tidak disimpan")
    tap(other, "K5", "3")
    says(other, ".sum", "1 dari 7")  # the other field is saved
    assert marks(kit.open("2025"), "J-C", entry) == {"K5": "3"}
    area.focus()
    other.keyboard.type("7")
    other.keyboard.press("Tab")
    other.wait_for_timeout(1500)  # longer than the pause after which a field saves itself
    assert comment(entry) == "4,5"
    other.get_by_role("button", name="Simpan isian saya").click()
    status(other, "^Tersimpan")
    assert comment(entry) == area.input_value()
    says(other, "textarea + .error", "^$")

    tap(page, "K5", "5")
    says(page, ".criterion .error:not(:empty)", "sudah diubah di tempat lain menjadi 3")
    for key in ("Enter", "4"):
        page.locator('[data-criterion="K5"] [aria-checked="true"]').press(key)
        page.wait_for_timeout(500)
        assert marks(kit.open("2025"), "J-C", entry) == {"K5": "3"}
    page.get_by_role("button", name="Pakai isian yang tercatat").click()
    assert given(page)[4] == "3"
    status(page, "^Tersimpan")
    other.close()


def comment(entry: str) -> str:
    comments = kit.open("2025").history.events(["comment"], "proposal", "J-C")
    return str(comments.loc[comments["entry_id"] == entry, "text"].iloc[-1])


def test_a_change_that_is_never_answered_does_not_hold_up_another(page: Page, site: str) -> None:
    entry = shown(page)
    page.add_init_script(
        """const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (message) {
          const said = typeof message === "string" ? message : new TextDecoder().decode(message);
          if (!said.includes("tak terjawab")) send.call(this, message);
        };"""
    )
    page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
    page.locator("textarea").first.fill("tak terjawab")
    page.keyboard.press("Tab")
    tap(page, "K6", "3")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site)
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
    page.wait_for_selector(f'.kit-form li[data-state="partial"] [data-entry="{entry}"]', state="attached")
    assert marks(kit.open("2025"), "J-C", entry) == {"K6": "3"}
    status(page, "^Belum tersimpan")
    page.evaluate("() => localStorage.clear()")


def test_a_submitted_sheet_that_was_changed_says_so_until_it_is_sent_again(page: Page) -> None:
    entry, send = shown(page), page.locator(".kit-form .foot .main")
    for criterion in CRITERIA:
        tap(page, criterion, "4")
    send.click()
    sheet_is(page, entry, "submitted")
    open_entry(page, entry)
    says(page, ".foot .main", "^Lanjut$")
    for text in ("3", "2"):
        tap(page, "K1", text)
        status(page, f"^Tersimpan pukul .* · {entry}: Belum dikirim kembali.")
        page.get_by_text("Lembar ini sudah pernah dikirim, lalu diubah").wait_for()
    assert "Belum dikirim kembali" in str(page.locator(f'[data-entry="{entry}"]').text_content())
    send.click()
    sheet_is(page, entry, "submitted")
    open_entry(page, entry)
    status(page, r"^Tersimpan pukul \d\d\.\d\d WIB$")
    page.get_by_text("Lembar ini sudah pernah dikirim, lalu diubah").wait_for(state="hidden")


def test_what_a_substitute_s_sheet_no_longer_takes_is_said_in_the_bar(page: Page) -> None:
    entry = shown(page)
    place = {"round": "proposal", "judge_id": "J-C", "entry_id": entry, "value": "J-B", "text": "sakit"}
    tap(page, "K1", "4")
    status(page, "^Tersimpan")
    append(kit.open("2025"), Event(kind="substituted", actor="committee", **place))
    tap(page, "K2", "3")
    says(page, ".criterion .error:not(:empty)", "tidak ditugasi")
    status(page, "^Ada isian yang tidak disimpan")
    page.get_by_role("button", name="Buang isian saya").click()
    status(page, "^Tersimpan")


def test_a_typist_in_jupyterlab_sees_and_changes_nothing_of_the_judge(
    chromium_page: Page, lab: str, home: Path
) -> None:
    desk = Desk(kit.open("2025"), "proposal", "J-A")
    entry = next(name for name in desk.entries if desk.state(name) == "not_begun")
    desk.save([Change(entry, "K1", "4.5", "a"), Change(entry, "internal", "Rahasia", "b")])
    notebook = home / "notebooks" / "scoring.ipynb"
    source = notebook.read_text(encoding="utf-8")
    try:
        notebook.write_text(source.replace('typist: str = \\"\\"', 'typist: str = \\"SEK-1\\"'), encoding="utf-8")
        chromium_page.set_viewport_size({"width": 1280, "height": 900})
        run_all(chromium_page, lab, "scoring")
        choose_judge(chromium_page, "J-A")
        loaded(chromium_page)
        says(chromium_page, ".top .notice", "Diketik oleh SEK-1 dari lembar cetak")
        open_entry(chromium_page, entry)
        boxes = chromium_page.locator("input[data-criterion], .kit-form textarea").all()
        assert {box.input_value() for box in boxes} == {""}
        assert all_violations(chromium_page, ".kit-form") == []
        assert "Rahasia" not in chromium_page.locator(".kit-form").inner_text()
        chromium_page.locator('input[data-criterion="K1"]').fill("4,5")
        chromium_page.keyboard.press("Enter")
        says(chromium_page, ".criterion .error:not(:empty)", "tidak dapat ditimpa")
        chromium_page.locator('input[data-criterion="K1"]').fill("")
        chromium_page.keyboard.press("Enter")
        chromium_page.locator('input[data-criterion="K2"]').fill("3")
        chromium_page.keyboard.press("Enter")
        status(chromium_page, "^Tersimpan")
        says(chromium_page, ".sum", "2 dari 7")
    finally:
        notebook.write_text(source, encoding="utf-8")
    assert marks(kit.open("2025"), "J-A", entry) == {"K1": "4.5", "K2": "3"}


def test_a_sheet_with_a_refused_mark_is_not_submitted(chromium_page: Page, large: str) -> None:
    page = chromium_page
    at_page(page, large, "J-B", "besar")
    entry = shown(page)
    for criterion in CRITERIA:
        page.locator(f'input[data-criterion="{criterion}"]').fill("107" if criterion == "K2" else "40")
        page.keyboard.press("Enter")
    assert focused(page) == "TEXTAREA"
    says(page, '[data-of="K2"] .error', "di luar skala")
    page.keyboard.press("Control+Enter")
    says(page, ".said", f"Masih ada isian yang belum tersimpan pada {entry}")
    page.locator('input[data-criterion="K2"]').fill("3")
    page.keyboard.press("Control+Enter")
    sheet_is(page, entry, "submitted")


def test_a_declared_conflict_closes_the_sheet(page: Page) -> None:
    entry = shown(page)
    page.get_by_text("Nyatakan konflik kepentingan").click()
    page.get_by_role("button", name="Nyatakan dan tutup lembar ini").click()
    assert page.get_by_text("Pilih jenis konflik dan tulis alasannya.").is_visible()
    page.get_by_label("Jenis konflik").select_option(index=1)
    page.get_by_label("Alasan").fill("Sepupu dari ketua tim")
    page.get_by_role("button", name="Nyatakan dan tutup lembar ini").click()
    page.get_by_text("Anda tidak menilai proposal ini karena konflik kepentingan").wait_for()
    assert all(level.is_disabled() for level in page.get_by_role("radio").all())
    recusals = kit.open("2025").history.events(["recusal"])
    assert recusals[["judge_id", "entry_id", "text"]].to_numpy().tolist()[-1] == [
        *("J-C", entry, "Hubungan keluarga: Sepupu dari ketua tim")
    ]


def test_a_phone_shows_one_thing_at_a_time(page: Page) -> None:
    open_entry(page, LONG)
    parts = {name: page.locator(f".kit-form {name}") for name in (".list", ".marks", ".about")}

    def visible() -> list[str]:
        return [name for name, part in parts.items() if part.is_visible()]

    assert visible() == [".marks"]
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    page.get_by_role("button", name="Proposal", exact=True).click()
    assert visible() == [".about"]
    page.locator(".kit-form .menu").click()
    assert parts[".list"].is_visible()
    assert page.locator(".kit-form .list").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


def test_what_one_touches_is_large_enough(page: Page) -> None:
    small = """() => [...document.querySelectorAll('.kit-form :is(button, select, summary, a, label.check)')]
        .filter((one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < 44)
        .map((one) => one.outerHTML)"""
    assert page.evaluate(small) == []
    page.locator(".kit-form .menu").click()
    assert page.evaluate(small) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_violation(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert all_violations(page) == []
        for opened in (".menu", ".top .square"):
            page.locator(f".kit-form {opened}").click()
            assert all_violations(page) == []
            page.keyboard.press("Escape")


def all_violations(page: Page, within: str | None = None) -> list[tuple[str, str]]:
    """What axe-core finds, of whatever impact, on the page or in a part of it."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only CI installs it)

    found = Axe().run(page, context=within).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


def test_one_sheet_is_printed_on_two_pages(page: Page, site: str) -> None:
    page.goto(f"{site}/#{LONG}")
    loaded(page)
    for criterion in CRITERIA:
        tap(page, criterion, "3,5")
    for area in page.locator("textarea").all():
        area.fill("Catatan juri tentang proposal ini. " * 20)
    printed = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert len(printed) <= 2
    text = " ".join(" ".join(one.extract_text() for one in printed).split())
    for said in (
        "Contoh Citra Wulandari",
        "InovasiInovasi",
        "Replikasi",
        "3,5",
        "Ada pedoman teknis",
        "Catatan juri tentang proposal ini.",
    ):
        assert said in text
    assert "Kirim dan lanjut" not in text


def test_a_long_comment_leaves_the_history_readable(page: Page) -> None:
    page.locator("textarea").first.fill("Panjang sekali. " * 60)
    tap(page, "K1", "4")
    status(page, "^Tersimpan")
    page.get_by_text("Riwayat nilai saya").click()
    widths = [row.bounding_box()["width"] for row in page.locator(".past li").all()]  # type: ignore[index]
    assert len(widths) == 2
    assert min(widths) > 300


def test_a_proposal_is_shown_in_its_place_and_to_its_judge_alone(page: Page, site: str, home: Path) -> None:
    entry = shown(page)
    file = home / "data" / "2025" / "documents" / entry / "Proposal.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"%PDF-1.4 contoh")
    page.add_init_script("Object.defineProperty(navigator, 'pdfViewerEnabled', {get: () => window.name !== 'tidak'})")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.reload()
    loaded(page)
    link = page.get_by_role("link", name="Proposal", exact=True)
    address = f"{site}{link.get_attribute('href')}"
    assert str(page.locator("iframe.pdf").get_attribute("src")).startswith(str(link.get_attribute("href")))
    page.frames[1].wait_for_url(re.compile(re.escape(address)))
    assert "Surat usulan" in page.get_by_text("berkasnya tidak tersedia di sini").inner_text()
    assert page.get_by_role("link", name="Surat usulan").count() == 0
    page.evaluate("window.name = 'tidak'")
    page.reload()
    loaded(page)
    assert page.locator("iframe.pdf").count() == 0
    answer = page.request.get(address)
    assert (answer.status, answer.body()) == (200, b"%PDF-1.4 contoh")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address)
