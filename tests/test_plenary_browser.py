"""The plenary in a real browser under JupyterLab, as on the projector of the room where it is held."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from labs import TIMEOUT, click_until, jupyterlab, run_all, violations
from samples import sample_home

import kit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the edition 2025, whose last round is closed."""
    with pytest.MonkeyPatch.context() as patch:
        for home in sample_home(tmp_path_factory.mktemp("home"), patch):
            _before_the_last_plenary(home)
            yield home


def _before_the_last_plenary(home: Path) -> None:
    """Let the journal end where the last round is closed."""
    journal = home / "data" / "2025" / "journal.csv"
    text = journal.read_text(encoding="utf-8")
    journal.write_text(
        text[: re.search(r"^.*,round_plenary,presentasi,", text, re.MULTILINE).start()], encoding="utf-8"
    )  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    with jupyterlab(home) as address:
        yield address


def press(page: Page, label: str, nth: int = 0) -> None:
    """Press a button once the kernel has taken in what was typed, as somebody who reads first would."""
    page.wait_for_timeout(300)
    page.get_by_text("| Idle").wait_for(timeout=TIMEOUT)
    page.get_by_role("button", name=label).nth(nth).click()
    page.wait_for_timeout(1_500)
    page.get_by_text("| Idle").wait_for(timeout=TIMEOUT)


def fill(page: Page, label: str, text: str, nth: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(nth)
    field.fill(text)
    field.press("Tab")


def wait(page: Page, text: str) -> Locator:
    found = page.get_by_text(text).first
    found.wait_for(timeout=TIMEOUT)
    return found


def test_a_plenary_is_held_on_the_projector(chromium_page: Page, lab: str, home: Path) -> None:
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 720})
    run_all(page, lab, "plenary")
    page.get_by_role("button", name="Mulai rapat pleno").wait_for(timeout=TIMEOUT)
    press(page, "Mulai rapat pleno")
    wait(page, "Hadir 0 dari 3 juri")
    for name in ("Contoh Andini Lestari", "Contoh Bagas Prakoso"):
        page.get_by_label(name).check()
    press(page, "Simpan")
    wait(page, "Hadir 2 dari 3 juri")
    fill(page, "Tempat", "Aula Contoh")
    press(page, "Simpan", 1)

    page.get_by_label("Proposal", exact=True).first.select_option(label="K1-07 · METER MANDIRI")
    page.get_by_label("Alasan", exact=True).first.fill("salah baca rubrik")
    page.get_by_label("Alasan", exact=True).first.press("Tab")
    press(page, "Buka kembali lembar ini")
    wait(page, "Alasan: salah baca rubrik")
    fill(page, "Kode petugas yang mengetik", "S-1")
    mark = page.locator(".kit-form input[data-criterion=P1]")
    click_until(page.locator(".kit-form .list li button").first, mark)
    before = mark.input_value()
    mark.fill("3" if before != "3" else "4")
    mark.press("Enter")
    wait(page, "Nilai yang diubah dalam rapat pleno")
    edition = kit.open("2025")
    (meeting,) = edition.meetings("presentasi")
    assert [(change.entry_id, change.criterion) for change in meeting.changes] == [("K1-07", "P1")]
    assert meeting.said == {"place": "Aula Contoh"}
    assert violations(page, ".kit-plenary") == []

    page.set_viewport_size({"width": 1920, "height": 1080})
    page.get_by_label("Keputusan dibacakan kepada juri").check()
    press(page, "Tetapkan keputusan dan cetak berita acara")
    wait(page, "Berita acara ditulis ke")
    minutes = sorted((home / "reports" / "2025").glob("*.pdf"))
    assert len(minutes) == 1
    press(page, "Publikasikan hasil sebagai versi bernomor")
    wait(page, "Versi 1 dipublikasikan")
    edition.refresh()
    assert edition.states["presentasi"] == "published"
