"""Sign-in and the list of the committee's screens in a real browser: read, reached, and connected again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from labs import TIMEOUT, free_port, running, violations
from samples import begun, sample_home

import kit
from kit.screens.access import MEMBER, Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SMALL = """() => [...document.querySelectorAll('button, a, input:not([type=hidden]), select')]
    .filter((one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < 44)
    .map((one) => one.outerHTML)"""
WIDE = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the edition 2025 as it is in the year, its round `proposal` open and empty."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        begun(home, "proposal")
        yield home


@pytest.fixture(scope="module")
def judges(home: Path) -> Iterator[str]:
    """The judge's page."""
    port = free_port()
    with running(["kit.cli", "serve", "2025", "proposal", "--port", str(port)], f"http://127.0.0.1:{port}", home):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def screens(home: Path) -> Iterator[str]:
    """The committee's screens, before there is a PIN."""
    port = free_port()
    with running(["kit.cli", "present", "2025", "--port", str(port)], f"http://127.0.0.1:{port}", home):
        yield f"http://127.0.0.1:{port}"


def sound(page: Page) -> None:
    """Look at a page at every size: nothing too small to touch, cut off, or hidden from a screen reader."""
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SMALL) == []
        assert not page.evaluate(WIDE)
        assert violations(page, "html") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_can_be_read_and_reached(chromium_page: Page, judges: str, scheme: Literal["light", "dark"]) -> None:
    page, link = chromium_page, Access.open(kit.open("2025").folder).issue("J-B")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{judges}/masuk")
    page.get_by_text("Bukalah halaman ini melalui tautan pribadi Anda").wait_for()
    sound(page)
    page.goto(link.address(judges))
    assert page.locator("h1").inner_text() == "Kompetisi Inovasi Kota Pontianak 2025"
    assert page.evaluate("document.fonts.load('1rem \"Plus Jakarta Sans\"').then((found) => found.length)")
    sound(page)
    page.keyboard.type("12")
    page.keyboard.press("Enter")  # the browser asks for six digits
    assert page.url.endswith("/masuk")
    page.keyboard.type("3456" if link.pin != "123456" else "3457")
    page.keyboard.press("Enter")
    page.get_by_text("Masih tersisa 4").wait_for()
    sound(page)
    page.keyboard.type(link.pin)
    page.keyboard.press("Enter")
    page.locator(".kit-form.form, .kit-form").first.wait_for(timeout=TIMEOUT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_of_screens_can_be_read_and_reached(
    chromium_page: Page, screens: str, scheme: Literal["light", "dark"]
) -> None:
    page = chromium_page
    page.emulate_media(color_scheme=scheme)
    page.goto(screens)
    sound(page)
    for name in ("Panggung", "Hari presentasi", "Rapat pleno", "Kemajuan penilaian", "Seleksi administrasi"):
        page.get_by_role("link", name=name, exact=True).click()
        page.locator(".kit-form").wait_for(timeout=TIMEOUT)
        assert page.locator("#notice").is_hidden()
        page.go_back()


def test_a_screen_connects_again_by_itself_and_closes_when_its_member_leaves(chromium_page: Page, home: Path) -> None:
    page, port = chromium_page, free_port()
    site, command = f"http://127.0.0.1:{port}", ["kit.cli", "present", "2025", "--port", str(port)]
    link = Access.open(home / "data" / "2025", MEMBER).issue("SEK-1")
    with running(command, site, home):
        page.goto(f"{site}/pleno")
        page.get_by_text("melalui tautan pribadi").wait_for()
        page.goto(link.address(site))
        page.get_by_label("PIN").fill(link.pin)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Rapat pleno").click()
        page.get_by_text("SEK-1").wait_for(timeout=TIMEOUT)
    page.locator(".kit-form [role=alert]:visible").first.wait_for(timeout=TIMEOUT)
    with running(command, site, home):
        page.locator(".kit-form [role=alert]:visible").first.wait_for(state="detached", timeout=TIMEOUT)
        page.goto(site)
        page.get_by_role("button", name="Keluar").click()
        page.get_by_text("Anda telah keluar").wait_for()
        page.goto(f"{site}/pleno")
        page.get_by_text("melalui tautan pribadi").wait_for()
