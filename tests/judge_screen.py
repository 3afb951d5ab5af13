"""The judge's form as a person uses it in a browser: on the judge's page and in JupyterLab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from labs import TIMEOUT

import kit
from kit.screens.access import Access

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from kit.edition import Edition

CRITERIA = [f"K{n}" for n in range(1, 8)]


def at_page(page: Page, site: str, judge: str, edition: str = "2025") -> None:
    """Enter the judge's page by link and PIN."""
    new = Access.open(kit.open(edition).folder).issue(judge)
    page.goto(new.address(site))
    page.get_by_label("PIN").fill(new.pin)
    page.keyboard.press("Enter")
    loaded(page)
    assert new.token not in page.url


def loaded(page: Page) -> None:
    """Wait until a sheet is shown."""
    page.wait_for_selector(".kit-form .criterion", timeout=TIMEOUT)
    status(page, "^(Setiap isian disimpan|Tersimpan|Menyimpan)")


def says(page: Page, selector: str, pattern: str) -> None:
    """Wait until a part of the form says what is looked for."""
    from playwright.sync_api import expect  # noqa: PLC0415  (only CI installs it)

    expect(page.locator(f".kit-form {selector}").first).to_have_text(re.compile(pattern), timeout=30_000)


def status(page: Page, said: str) -> None:
    """Wait until the footer says that things are saved, or not."""
    says(page, ".status", said)


def open_entry(page: Page, entry: str) -> None:
    """Open an entry from the list."""
    page.locator(".kit-form .menu").click()
    page.locator(f'.kit-form [data-entry="{entry}"]').click()


def open_new(page: Page) -> str:
    """Open the first entry in the list that nobody has marked; its id."""
    page.locator(".kit-form .menu").click()
    first = page.locator('.kit-form li[data-state="not_begun"] [data-entry]').first
    entry = str(first.get_attribute("data-entry"))
    first.click()
    return entry


def shown(page: Page) -> str:
    """Return the entry whose sheet is shown."""
    return str(page.locator('.kit-form [data-entry][aria-current="true"]').get_attribute("data-entry"))


def sheet_is(page: Page, entry: str, state: str) -> None:
    """Wait until the list says how far a sheet is."""
    page.wait_for_selector(f'.kit-form li[data-state="{state}"] [data-entry="{entry}"]', state="attached")


def tap(page: Page, criterion: str, level: str) -> None:
    """Give a mark by its level."""
    page.locator(f'.kit-form [data-criterion="{criterion}"] [data-at="{level}"]').click()


def given(page: Page) -> list[str]:
    """Return the marks that the levels of each criterion show."""
    chosen = "groups => groups.map(g => g.querySelector('[aria-checked=true]')?.dataset.at || '')"
    found: list[str] = page.locator(".kit-form [role=radiogroup]").evaluate_all(chosen)
    return found


def marks(edition: Edition, judge: str, entry: str) -> dict[str, str]:
    """Return the marks on record for one sheet of the round `proposal`."""
    table = edition.history.marks("proposal")
    own = table[(table["judge_id"] == judge) & (table["entry_id"] == entry)]
    return dict(zip(own["criterion"], own["value"], strict=True))
