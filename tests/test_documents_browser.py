"""The pages for leadership as a browser shows them: the recap of 49 entries, and what leads to all documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from judged_edition import WHEN
from samples import sample_home

import kit
from kit.documents.batch import make_documents, plan_documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = ["index.html", "rekap-nilai-2025-SIMULASI.html"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        plan = plan_documents(kit.open("2025"), ["recap", "finalists", "certificates"], made_at=WHEN)
        assert make_documents(plan, processes=1).failed == []
        yield home / "reports" / "2025"


@pytest.mark.parametrize("width", [1280, 640, 390])
@pytest.mark.parametrize("name", PAGES)
def test_pages_hinder_nobody_and_fit(folder: Path, chromium_page: Page, name: str, width: int) -> None:
    """640 is what a screen of 1280 has left at 200 %."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only CI installs it)

    assert (folder / name).stat().st_size < 2 * 1024 * 1024
    chromium_page.set_viewport_size({"width": width, "height": 900})
    chromium_page.goto((folder / name).as_uri())
    found = Axe().run(chromium_page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert chromium_page.evaluate("document.documentElement.scrollWidth") == width


def test_every_link_of_the_index_leads_to_a_file(folder: Path, chromium_page: Page) -> None:
    chromium_page.goto((folder / "index.html").as_uri())
    links = chromium_page.locator("td a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) == len(set(links)) == 2 + 4 + 49
    assert all((folder / link).is_file() for link in links)
    chromium_page.get_by_text("Piagam partisipasi (49)").first.click()
    chromium_page.get_by_label("Cari di tabel ini").fill("detak teratai")
    assert chromium_page.get_by_role("status").inner_text() == "1 dari 49 baris"
    assert (
        chromium_page.locator("details td a:visible").get_attribute("href") == "piagam-peserta-2025-K2-30-SIMULASI.pdf"
    )
    assert chromium_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_tools_are_reached_in_the_order_of_reading(folder: Path, chromium_page: Page) -> None:
    """Search, lists, the table's region, then its headers, with the keyboard alone."""
    chromium_page.goto((folder / PAGES[1]).as_uri())
    tools = chromium_page.locator(".kit-tools").last
    tools.locator("input").focus()
    reached = []
    for _ in range(tools.locator("select").count() + 2):
        chromium_page.keyboard.press("Tab")
        reached.append(
            chromium_page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className")
        )
    assert [name.partition(".")[0] for name in reached] == ["SELECT"] * (len(reached) - 2) + ["DIV", "BUTTON"]
