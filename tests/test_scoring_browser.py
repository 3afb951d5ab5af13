"""The judge's form in a real browser: under JupyterLab, and on the judge's page behind link and PIN."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from labs import TIMEOUT, free_port, jupyterlab, run_all, running
from samples import sample_home

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

    from kit.edition import Edition

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the edition 2025 as it is in the year, its round `proposal` open and empty."""
    with pytest.MonkeyPatch.context() as patch:
        for home in sample_home(tmp_path_factory.mktemp("home"), patch):
            (home / "data" / "2025" / "journal.csv").unlink()
            rounds.open(kit.open("2025"), "proposal")
            yield home


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    """JupyterLab on the home."""
    with jupyterlab(home) as address:
        yield address


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[str]:
    """The judge's page of the open round."""
    port = free_port()
    with running(["kit.cli", "serve", "2025", "proposal", "--port", str(port)], f"http://127.0.0.1:{port}/", home):
        yield f"http://127.0.0.1:{port}"


def at_lab(page: Page, lab: str, judge: str) -> None:
    """Open the notebook in JupyterLab, run it, choose the judge and give the judge's PIN."""
    new = Access.open(kit.open("2025").folder).issue(judge)
    run_all(page, lab, "scoring")
    choose_judge(page, judge)
    assert not page.locator(".kit-form").count()
    page.locator(".jp-OutputArea input[type=password]").fill(new.pin)
    page.keyboard.press("Enter")
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)


def choose_judge(page: Page, judge: str) -> None:
    choice = page.locator(".jp-OutputArea .widget-dropdown select")
    choice.wait_for(timeout=TIMEOUT)
    choice.select_option(label=next(o for o in choice.locator("option").all_inner_texts() if f"({judge})" in o))


def at_page(page: Page, site: str, judge: str) -> None:
    """Enter the judge's page by link and PIN."""
    new = Access.open(kit.open("2025").folder).issue(judge)
    page.goto(new.address(site))
    page.get_by_label("PIN").fill(new.pin)
    page.keyboard.press("Enter")
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
    assert new.token not in page.url


def says(page: Page, selector: str, pattern: str) -> None:
    """Wait until a part of the form says what is looked for."""
    from playwright.sync_api import expect  # noqa: PLC0415  (only CI installs it)

    expect(page.locator(f".kit-form {selector}").first).to_have_text(re.compile(pattern), timeout=30_000)


def loaded(page: Page) -> None:
    page.wait_for_selector(".kit-form .list li", timeout=TIMEOUT)
    says(page, ".status", "^(Setiap isian disimpan|Tersimpan|Menyimpan)")


def status(page: Page, said: str) -> None:
    says(page, ".status", said)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.criterion || document.activeElement.tagName"))


def marks(edition: Edition, judge: str, entry: str) -> dict[str, str]:
    table = edition.history.marks("proposal")
    own = table[(table["judge_id"] == judge) & (table["entry_id"] == entry)]
    return dict(zip(own["criterion"], own["value"], strict=True))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there: what cannot be reached so cannot be reached by keyboard."""
    for _ in range(300):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(selector)


SEVEN = ["4", "3,5", "3", "4.5", "5", "2", "1"]
READ = ["4", "3.5", "3", "4.5", "5", "2", "1"]
CRITERIA = [f"K{n}" for n in range(1, 8)]


@pytest.mark.parametrize("place", ["lab", "site"])
def test_an_entry_is_scored_by_keyboard_alone_and_found_again(
    chromium_page: Page, place: str, request: pytest.FixtureRequest
) -> None:
    page, address = chromium_page, request.getfixturevalue(place)
    page.set_viewport_size({"width": 1280, "height": 900})
    judge = {"lab": "J-A", "site": "J-B"}[place]
    (at_lab if place == "lab" else at_page)(page, address, judge)
    loaded(page)
    page.locator(".kit-form select").first.focus()
    tab_to(page, ".kit-form .list li button")
    entry = str(page.evaluate("document.activeElement.dataset.entry"))
    page.keyboard.press("Enter")
    tab_to(page, ".kit-form input[data-criterion]")
    for criterion, text in zip(CRITERIA, SEVEN, strict=True):
        assert focused(page) == criterion
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    assert focused(page) == "TEXTAREA"
    page.keyboard.type("Manfaatnya nyata; lengkapi data sebelum dan sesudah.")
    page.keyboard.press("Tab")
    status(page, r"^Tersimpan pukul \d\d\.\d\d WIB$")
    says(page, ".sum", "7 dari 7")
    edition = kit.open("2025")
    assert marks(edition, judge, entry) == dict(zip(CRITERIA, READ, strict=True))
    tab_to(page, ".kit-form .sheet button.main")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.kit-form li[data-state="submitted"] [data-entry="{entry}"]', state="attached")
    sent = kit.open("2025").history.events(["submitted"])
    assert (judge, entry) in set(sent[["judge_id", "entry_id"]].itertuples(index=False, name=None))
    if place == "site":
        page.reload()
        page.wait_for_selector(".kit-form", timeout=TIMEOUT)
        loaded(page)
        page.locator(f'[data-entry="{entry}"]').click()
        assert [box.input_value() for box in page.locator("input[data-criterion]").all()] == [
            t.replace(".", ",") for t in SEVEN
        ]
        assert page.locator(".kit-form textarea").first.input_value().startswith("Manfaatnya nyata")
        assert "Sudah dikirim" in page.locator(f'[data-entry="{entry}"]').inner_text()


@pytest.fixture
def page(chromium_page: Page, site: str) -> Page:
    """The page of judge J-C, with an entry that nobody has scored open on a phone."""
    chromium_page.set_viewport_size({"width": 390, "height": 844})
    at_page(chromium_page, site, "J-C")
    loaded(chromium_page)
    chromium_page.locator('.kit-form li[data-state="not_begun"] button').first.click()
    return chromium_page


def shown(page: Page) -> str:
    return str(page.locator('.kit-form [aria-current="true"]').get_attribute("data-entry"))


def test_a_mark_off_the_scale_is_refused_and_never_clamped(page: Page) -> None:
    box = page.locator('input[data-criterion="K1"]')
    for text, said in {
        "17": "Nilai 17 berada di luar skala 1–5.",
        "3,7": "Gunakan 3,5 atau 4,0",
        "lima": "lima",
    }.items():
        box.fill(text)
        box.press("Enter")
        says(page, "td .error", re.escape(said))
        assert (box.input_value(), box.get_attribute("aria-invalid")) == (text, "true")
    status(page, "tidak disimpan")
    assert marks(kit.open("2025"), "J-C", shown(page)) == {}
    box.fill("5")
    box.press("Enter")
    status(page, "^Tersimpan")
    assert box.get_attribute("aria-invalid") is None
    assert marks(kit.open("2025"), "J-C", shown(page)) == {"K1": "5"}
    box.fill("")
    box.press("Enter")
    says(page, ".sum", "0 dari 7")
    assert marks(kit.open("2025"), "J-C", shown(page)) == {}


def test_a_cut_connection_is_said_and_loses_nothing(page: Page) -> None:
    entry = shown(page)
    before = len(kit.open("2025").history.events(["mark"]))
    page.context.set_offline(True)
    page.evaluate("() => { window.kitCut = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }")
    for criterion, text in {"K1": "4", "K2": "2,5"}.items():
        page.locator(f'input[data-criterion="{criterion}"]').fill(text)
        page.keyboard.press("Enter")
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
    page.locator('input[data-criterion="K3"]').fill("3")
    page.keyboard.press("Enter")
    status(page, "^Belum tersimpan")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site)
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
    loaded(page)
    status(page, "^Tersimpan pukul")
    assert marks(kit.open("2025"), "J-C", entry) == {"K3": "3"}


def test_what_is_being_typed_when_the_page_goes_is_saved_by_the_next(page: Page, site: str) -> None:
    entry = shown(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("textarea").nth(1).focus()
    page.keyboard.type("Belum selesai diketik")
    page.goto(site)
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
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
    loaded(chromium_page)
    chromium_page.locator('.kit-form li[data-state="not_begun"] button').first.click()
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
        loaded(page)
        page.locator('.kit-form li[data-state="not_begun"] button').first.click()
        entry, (first, second) = shown(page), page.locator("textarea").all()
        second.focus()
    first.fill("Ditulis selagi peladen berhenti")
    page.locator('input[data-criterion="K4"]').fill("2")
    page.keyboard.press("Enter")
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
    page.locator('input[data-criterion="K2"]').fill("3")
    page.keyboard.press("Enter")
    status(page, "^Sesi Anda sudah berakhir")
    assert marks(kit.open("2025"), "J-C", entry) == {}
    page.on("dialog", lambda dialog: dialog.accept())
    at_page(page, site, "J-C")
    status(page, "^Tersimpan pukul")
    assert marks(kit.open("2025"), "J-C", entry) == {"K2": "3"}


def test_a_comment_beyond_all_measure_is_refused_and_holds_up_nothing(page: Page) -> None:
    page.locator("textarea").first.fill("x" * (2**20 + 1))
    page.locator('input[data-criterion="K1"]').fill("3")
    page.keyboard.press("Enter")
    says(page, "textarea + .error", "terlalu panjang untuk disimpan")
    says(page, ".sum", "1 dari 7")
    page.locator("textarea").first.fill("Cukup")
    page.keyboard.press("Tab")
    status(page, "^Tersimpan pukul")


def second_window(page: Page, site: str, entry: str) -> Page:
    """The same judge's page once more, at the same entry, as it is now."""
    other = page.context.new_page()
    other.goto(site)
    other.wait_for_selector(".kit-form", timeout=TIMEOUT)
    loaded(other)
    other.locator(f'[data-entry="{entry}"]').click()
    return other


def test_a_conflict_between_windows_is_chosen_by_a_button_and_holds_up_nothing(page: Page, site: str) -> None:
    entry = shown(page)
    other = second_window(page, site, entry)
    page.locator("textarea").first.fill("4,5")
    page.keyboard.press("Tab")
    status(page, "^Tersimpan")
    area = other.locator("textarea").first
    area.fill("4,6")
    other.keyboard.press("Tab")
    says(other, "textarea + .error", 'sudah diubah di tempat lain menjadi "4,5"')
    status(other, "tidak disimpan")
    mark = other.locator('input[data-criterion="K5"]')
    mark.fill("3")
    mark.press("Enter")
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

    box = page.locator('input[data-criterion="K5"]')
    box.fill("5")
    box.press("Enter")
    says(page, "td .error:not(:empty)", "sudah diubah di tempat lain menjadi 3")
    box.press("Enter")
    page.wait_for_timeout(500)
    assert marks(kit.open("2025"), "J-C", entry) == {"K5": "3"}
    page.get_by_role("button", name="Pakai isian yang tercatat").click()
    assert box.input_value() == "3"
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
    page.locator('input[data-criterion="K6"]').fill("3")
    page.keyboard.press("Enter")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(site)
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
    page.wait_for_selector(f'.kit-form li[data-state="partial"] [data-entry="{entry}"]', state="attached")
    assert marks(kit.open("2025"), "J-C", entry) == {"K6": "3"}
    status(page, "^Belum tersimpan")
    page.evaluate("() => localStorage.clear()")


def test_a_submitted_sheet_that_was_changed_says_so_until_it_is_sent_again(page: Page) -> None:
    entry, send = shown(page), page.get_by_role("button", name="Kirim lembar penilaian", exact=True)
    for criterion in CRITERIA:
        page.locator(f'input[data-criterion="{criterion}"]').fill("4")
        page.keyboard.press("Enter")
    says(page, ".sum", "7 dari 7")
    send.click()
    page.wait_for_selector(f'.kit-form li[data-state="submitted"] [data-entry="{entry}"]', state="attached")
    for text in ("3", "2"):
        page.locator('input[data-criterion="K1"]').fill(text)
        page.keyboard.press("Enter")
        status(page, f"^Tersimpan pukul .* · {entry}: Belum dikirim kembali.")
        page.get_by_text("Lembar ini sudah pernah dikirim, lalu diubah").wait_for()
    assert "Belum dikirim kembali" in page.locator(f'[data-entry="{entry}"]').inner_text()
    send.click()
    status(page, r"^Tersimpan pukul \d\d\.\d\d WIB$")
    page.get_by_text("Lembar ini sudah pernah dikirim, lalu diubah").wait_for(state="hidden")


def test_what_a_substitute_s_sheet_no_longer_takes_is_said_in_the_bar(page: Page) -> None:
    entry = shown(page)
    place = {"round": "proposal", "judge_id": "J-C", "entry_id": entry, "value": "J-B", "text": "sakit"}
    page.locator('input[data-criterion="K1"]').fill("4")
    page.keyboard.press("Enter")
    status(page, "^Tersimpan")
    append(kit.open("2025"), Event(kind="substituted", actor="committee", **place))
    page.locator('input[data-criterion="K2"]').fill("3")
    page.keyboard.press("Enter")
    says(page, "td .error:not(:empty)", "tidak ditugasi")
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
        says(chromium_page, "header .notice", "Diketik oleh SEK-1 dari lembar cetak")
        chromium_page.locator(f'[data-entry="{entry}"]').click()
        boxes = chromium_page.locator("input[data-criterion], .kit-form textarea").all()
        assert {box.input_value() for box in boxes} == {""}
        assert "Rahasia" not in chromium_page.locator(".kit-form").inner_text()
        chromium_page.locator('input[data-criterion="K1"]').fill("4,5")
        chromium_page.keyboard.press("Enter")
        says(chromium_page, "td .error:not(:empty)", "tidak dapat ditimpa")
        chromium_page.locator('input[data-criterion="K1"]').fill("")
        chromium_page.keyboard.press("Enter")
        chromium_page.locator('input[data-criterion="K2"]').fill("3")
        chromium_page.keyboard.press("Enter")
        status(chromium_page, "^Tersimpan")
        says(chromium_page, ".sum", "2 dari 7")
    finally:
        notebook.write_text(source, encoding="utf-8")
    assert marks(kit.open("2025"), "J-A", entry) == {"K1": "4.5", "K2": "3"}


def test_a_sheet_with_a_refused_mark_is_not_submitted(page: Page) -> None:
    for criterion in CRITERIA:
        page.locator(f'input[data-criterion="{criterion}"]').fill("4")
        page.keyboard.press("Enter")
    says(page, ".sum", "7 dari 7")
    page.locator('input[data-criterion="K2"]').fill("17")
    page.keyboard.press("Enter")
    says(page, 'tr:has([data-criterion="K2"]) .error', "di luar skala")
    page.get_by_role("button", name="Kirim lembar penilaian", exact=True).click()
    page.get_by_text("Masih ada isian yang belum tersimpan pada").wait_for()
    page.locator('input[data-criterion="K2"]').fill("3")
    page.keyboard.press("Enter")
    status(page, "^Tersimpan")
    page.get_by_role("button", name="Kirim lembar penilaian", exact=True).click()
    page.wait_for_selector(f'.kit-form li[data-state="submitted"] [data-entry="{shown(page)}"]', state="attached")


def test_a_declared_conflict_closes_the_sheet(page: Page) -> None:
    entry = shown(page)
    page.get_by_text("Nyatakan konflik kepentingan").click()
    page.get_by_role("button", name="Nyatakan dan tutup lembar ini").click()
    assert page.get_by_text("Pilih jenis konflik dan tulis alasannya.").is_visible()
    page.get_by_label("Jenis konflik").select_option(index=1)
    page.get_by_label("Alasan").fill("Sepupu dari ketua tim")
    page.get_by_role("button", name="Nyatakan dan tutup lembar ini").click()
    page.get_by_text("Anda tidak menilai proposal ini karena konflik kepentingan").wait_for()
    assert all(box.is_disabled() for box in page.locator("input[data-criterion]").all())
    recusals = kit.open("2025").history.events(["recusal"])
    assert recusals[["judge_id", "entry_id", "text"]].to_numpy().tolist()[-1] == [
        *("J-C", entry, "Hubungan keluarga: Sepupu dari ketua tim")
    ]


def test_one_entry_fills_a_phone_s_screen(page: Page) -> None:
    assert not page.locator(".kit-form .list").is_visible()
    assert page.evaluate("document.querySelector('.kit-form').scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Kembali ke daftar").click()
    assert page.locator(".kit-form .list").is_visible()
    assert not page.locator(".kit-form .sheet").is_visible()


def test_the_page_has_no_serious_violation(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only CI installs it)

    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found: Any = Axe().run(page).response["violations"]
        assert [
            (rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in {"serious", "critical"}
        ] == []


def test_a_document_opens_for_its_judge_alone(page: Page, site: str, home: Path) -> None:
    entry = shown(page)
    file = home / "data" / "2025" / "documents" / entry / "proposal.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"%PDF-1.4 contoh")
    page.reload()
    page.locator(f'[data-entry="{entry}"]').click()
    address = f"{site}{page.get_by_role('link', name='proposal.pdf').get_attribute('href')}"
    answer = page.request.get(address)
    assert (answer.status, answer.body()) == (200, b"%PDF-1.4 contoh")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address)
