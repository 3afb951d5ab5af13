"""The plenary in a real browser under JupyterLab, as on the projector of the room where it is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from labs import TIMEOUT, free_port, jupyterlab, run_all, running, violations
from samples import end_journal, sample_home
from views import show_view, smallest_letters

import kit
from kit.contest import plenary
from kit.screens.plenary_screen import plenary_view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the edition 2025, whose last round is closed."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        end_journal(home, "2025", ",round_closed,presentasi,")
        yield home


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    with jupyterlab(home) as address:
        yield address


def press(page: Page, label: str, said: str) -> None:
    """Press a button, confirm what it asks, and wait for what stands beside it."""
    page.get_by_role("button", name=label, exact=True).click()
    yes, answer = page.get_by_role("button", name="Ya, catat"), page.get_by_role("status").get_by_text(said)
    yes.or_(answer).first.wait_for(timeout=TIMEOUT)
    if yes.is_visible():
        yes.click()
    answer.wait_for(timeout=TIMEOUT)


def turn(page: Page, title: str) -> None:
    """Choose a topic from the list of the cell that has it."""
    cell = page.locator(".topics").filter(has=page.get_by_role("button", name=title, include_hidden=True))
    cell.get_by_role("button", name="Daftar topik").click()
    cell.get_by_role("listitem").get_by_role("button", name=title).click()


def present(home: Path, port: int) -> AbstractContextManager[object]:
    """The committee's screens on this machine, where S-7 sits."""
    command = ["kit.cli", "present", "2024", "--port", str(port), "--by", "S-7"]
    return running(command, f"http://127.0.0.1:{port}/", home)


def test_a_server_that_is_gone_for_a_while_costs_no_typed_word(chromium_page: Page, home: Path) -> None:
    page, port = chromium_page, free_port()
    with present(home, port):
        page.goto(f"http://127.0.0.1:{port}/pleno")
        again = page.get_by_label("Alasan membahas kembali")
        again.fill("keberatan K1-02")
        again.press("Enter")
        page.get_by_text("dimulai kembali dengan alasan: keberatan K1-02.").wait_for(timeout=TIMEOUT)
        page.get_by_role("button", name="Ya, catat").click()
        page.get_by_role("status").get_by_text("Tercatat").wait_for(timeout=TIMEOUT)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.get_by_label("Tempat", exact=True).fill("Aula Con")
    page.get_by_role("alert").get_by_text("terputus").wait_for(timeout=TIMEOUT)
    page.get_by_label("Tempat", exact=True).press_sequentially("toh")
    page.get_by_role("button", name="Simpan isian berita acara").click()
    with present(home, port):
        page.get_by_role("alert").wait_for(state="hidden", timeout=TIMEOUT)
        press(page, "Simpan isian berita acara", "Tercatat")
        page.reload()
        page.get_by_role("heading", name="Isian berita acara").wait_for(timeout=TIMEOUT)
        assert page.get_by_label("Tempat", exact=True).input_value() == "Aula Contoh"
    edition = kit.open("2024")
    (*_, meeting) = edition.meetings([*edition.states][-1])
    assert (meeting.reason, meeting.said) == ("keberatan K1-02", {"place": "Aula Contoh"})
    assert {*edition.history.events(["meeting"])["actor"][-1:]} == {"S-7"}


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(390, 844, "dark"), (1280, 720, "light"), (1920, 1080, "dark")]
)
def test_every_topic_can_be_read_from_the_back_row(chromium_page: Page, width: int, height: int, scheme: Any) -> None:
    page, view = chromium_page, plenary_view(kit.open("2023"), "presentasi", "S-1")
    if view.edition.states["presentasi"] != "plenary":
        plenary.begin(view.edition, "presentasi", "contoh")
        plenary.reopen_sheet(
            view.edition, "presentasi", "J-A", next(iter(view.edition.entrants("presentasi"))), "contoh"
        )
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    show_view(page, view, "topics")
    for topic in view.answer({"type": "load"})["topics"]:
        page.get_by_role("heading", name=topic["title"], level=2).wait_for(timeout=TIMEOUT)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert smallest_letters(page) >= (0.024 * height if width > 1000 else 16)
        assert violations(page, "body") == []
        page.keyboard.press("ArrowRight")


def test_a_plenary_is_held_on_the_projector(chromium_page: Page, lab: str, home: Path) -> None:
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 720})
    run_all(page, lab, "plenary")
    page.get_by_role("button", name="Mulai rapat pleno").wait_for(timeout=TIMEOUT)
    assert page.locator(".topics table").count() == 0
    press(page, "Mulai rapat pleno", "Tercatat")
    page.locator(".topics table").first.wait_for(timeout=TIMEOUT)  # the other cells have heard of it

    turn(page, "Kehadiran")
    for name in ("Contoh Andini Lestari", "Contoh Bagas Prakoso"):
        page.get_by_label(name).check()
    page.get_by_text("Hadir 2 dari 3 juri").wait_for(timeout=TIMEOUT)
    turn(page, "Isian berita acara")
    page.get_by_label("Tempat", exact=True).fill("Aula Contoh")
    page.get_by_label("Tempat", exact=True).press("ArrowLeft")  # is JupyterLab's no more than the screen's
    press(page, "Simpan isian berita acara", "isian berita acara: Tempat")

    page.get_by_label("Proposal yang lembarnya dibuka kembali").select_option(label="K1-07 · METER MANDIRI")
    page.get_by_label("Alasan membuka kembali lembar").fill("salah baca rubrik")
    press(page, "Buka kembali lembar ini", "dibuka kembali dengan alasan: salah baca rubrik")
    turn(page, "Lembar Juri")
    mark = page.get_by_label("kelipatan").first
    mark.fill("3" if mark.input_value() != "3" else "4")
    page.get_by_label("Kode petugas yang mengetik").fill("S-1")
    press(page, page.get_by_role("button", name="Simpan nilai").inner_text(), "bagi K1-07: ")
    edition = kit.open("2025")
    (meeting,) = edition.meetings("presentasi")
    assert [(change.entry_id, change.criterion) for change in meeting.changes] == [("K1-07", "P1")]
    assert meeting.said == {"place": "Aula Contoh"}
    assert violations(page, ".topics") == []

    page.set_viewport_size({"width": 1920, "height": 1080})
    press(page, "Tetapkan keputusan dan cetak berita acara", "Berita acara ditulis ke")
    assert len([*(home / "reports" / "2025").glob("*.pdf")]) == 1
    press(page, "Publikasikan hasil sebagai versi bernomor", "dipublikasikan sebagai versi 1")
    edition.refresh()
    assert edition.states["presentasi"] == "published"
    page.get_by_role("button", name="Layar penuh").first.click()
    page.wait_for_function("() => document.fullscreenElement?.classList.contains('full')")
    assert smallest_letters(page) >= 0.024 * 1080
