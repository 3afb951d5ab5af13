"""The plenary in a real browser under JupyterLab, as on the projector of the room where it is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from samples import sample_home
from test_scoring_browser import PATIENCE, free_port, running, violations

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
        yield from sample_home(tmp_path_factory.mktemp("home"), patch)


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    options += [f"--ServerApp.root_dir={home}", "--LabApp.news_url=None", "--ServerApp.terminals_enabled=False"]
    with running(["jupyterlab", *options], f"http://127.0.0.1:{port}/api", home):
        yield f"http://127.0.0.1:{port}"


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label).first.click()


def fill(page: Page, label: str, text: str, nth: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(nth)
    field.fill(text)
    field.press("Tab")


def wait(page: Page, text: str) -> Locator:
    found = page.get_by_text(text).first
    found.wait_for(timeout=PATIENCE)
    return found


def test_a_plenary_is_held_on_the_projector(chromium_page: Page, lab: str, home: Path) -> None:
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{lab}/lab/tree/notebooks/plenary.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
    page.get_by_text("| Idle").wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.get_by_role("button", name="Mulai rapat pleno").wait_for(timeout=PATIENCE)
    press(page, "Mulai rapat pleno")
    wait(page, "Hadir 0 dari 3 juri")
    for name in ("Contoh Andini Lestari", "Contoh Bagas Prakoso"):
        page.get_by_label(name).check()
    press(page, "Simpan")
    wait(page, "Hadir 2 dari 3 juri")
    fill(page, "Tempat", "Aula Contoh")
    page.get_by_role("button", name="Simpan").nth(1).click()

    page.get_by_label("Proposal", exact=True).first.select_option(value="K1-07")
    page.get_by_label("Alasan", exact=True).first.fill("salah baca rubrik")
    page.get_by_label("Alasan", exact=True).first.press("Tab")
    press(page, "Buka kembali lembar ini")
    wait(page, "Alasan: salah baca rubrik")
    fill(page, "Kode petugas yang mengetik", "S-1")
    mark = page.locator(".kit-form input[data-criterion=P1]")
    mark.wait_for(timeout=PATIENCE)
    before = mark.input_value()
    mark.fill("3" if before != "3" else "4")
    mark.press("Enter")
    wait(page, "Nilai yang diubah dalam rapat pleno")
    edition = kit.open("2025")
    (meeting,) = edition.meetings("presentasi")
    assert [(change.entry_id, change.criterion) for change in meeting.changes] == [("K1-07", "P1")]
    assert meeting.said == {"place": "Aula Contoh"}
    assert violations(page, ".kit-room") == []

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
