"""Stage and control of presentation day in a real browser: pages, letters, keys, and one result that both share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from labs import violations
from samples import end_journal, sample_home
from views import show_view, smallest_letters

import kit
from kit.contest import presentation
from kit.screens.stage import Shown, StageView, presentation_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from kit.edition import Edition

pytestmark = pytest.mark.browser
SIZES = {"a projector": (1920, 1080), "a laptop": (1280, 720), "a phone": (390, 844)}
ROWS = """() => [...document.querySelectorAll("tbody tr:not([hidden])")].map((row) => {
    const { right, bottom } = row.getBoundingClientRect();
    return [row.querySelector(".title").textContent, right, bottom];
})"""
AWARDS = ("Juara I", "Juara II", "Juara III", "Harapan I", "Harapan II", "Harapan III")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    """The finalists of 2025 are about to present."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        end_journal(home, "2025", ",round_opened,presentasi,")
        yield kit.open("2025")


class Crowded(StageView):
    """The stage with the twelve longest titles of each group, or more."""

    n = 12

    def answer(self, message: object) -> dict[str, Any]:
        state = super().answer(message | {"at": ""})  # type: ignore[operator]
        table = self.edition.registers.entries.merge(self.edition.registers.units, on="unit_id")
        table = table.sort_values("title", key=lambda titles: -titles.str.len())
        for group, shown in zip(self.edition.rules.groups, state["lists"], strict=True):
            own = table[table["group"] == group.id].head(self.n)
            known = zip(own["title"], own["entry_id"] + " · " + own["name"], strict=True)
            shown["rows"] = [self.row(n, title, unit) for n, (title, unit) in enumerate(known, 1)]
            shown["heads"] = [[key, key] for key in shown["rows"][0] if key not in {"light", "now"}]
        return state

    def row(self, n: int, title: str, unit: str) -> dict[str, Any]:
        about = {"title": title, "unit": unit, "sheets": "Semua lembar masuk", "light": "in", "now": n == 4}
        return {"place": str(n), "time": f"{8 + n:02}.30", **about}


class Awarded(Crowded):
    """The recap of as many."""

    def answer(self, message: object) -> dict[str, Any]:
        return super().answer(message) | {"recap": True}

    def row(self, n: int, title: str, unit: str) -> dict[str, Any]:
        award = AWARDS[n - 1] if n <= len(AWARDS) else ""
        return {"rank": str(n), "award": award, "title": title, "unit": unit, "score": "91,25"}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [Crowded, Awarded])
def test_twelve_finalists_are_read_from_the_back_row(
    edition: Edition, chromium_page: Page, kind: type[Crowded], size: str, colours: Any
) -> None:
    page, (width, height) = chromium_page, SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=colours)
    show_view(page, kind(edition, "presentasi", Shown()), "stage")
    seen = set[str]()
    for _ in range(8):
        page.wait_for_selector("tbody tr:visible")
        for title, right, bottom in page.evaluate(ROWS):
            seen.add(title)
            assert right <= width
            assert size == "a phone" or bottom <= height  # nothing has to be scrolled to
        page.keyboard.press("ArrowRight")
    assert len(seen) == 24
    assert size == "a phone" or smallest_letters(page) >= 0.024 * height
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert violations(page, ".kit-form") == []


def test_arrow_keys_turn_pages_and_groups(edition: Edition, chromium_page: Page) -> None:
    page = chromium_page
    page.set_viewport_size({"width": 1920, "height": 1080})
    view = Crowded(edition, "presentasi", Shown())
    view.n = 20
    show_view(page, view, "stage")
    where = page.locator(".pages span")
    where.get_by_text("Halaman 1 dari 2").wait_for()
    pressed = page.locator(".tabs [aria-pressed=true]")
    for key, group, at in (
        *(("PageDown", 1, 2), ("ArrowRight", 2, 1), ("ArrowDown", 2, 2), ("ArrowRight", 2, 2)),
        *(("ArrowLeft", 2, 1), ("PageUp", 1, 2), ("ArrowUp", 1, 1), ("ArrowLeft", 1, 1)),
    ):
        page.keyboard.press(key)
        assert (pressed.inner_text(), where.inner_text()) == (f"Kelompok {group}", f"Halaman {at} dari 2")
    page.get_by_role("button", name="Kelompok 2").click()
    assert where.inner_text() == "Halaman 1 dari 2"


def test_the_stage_follows_the_control(edition: Edition, chromium_page: Page, chromium: Any) -> None:
    shown, page = Shown(), chromium_page
    page.set_viewport_size({"width": 1280, "height": 800})
    messages = show_view(page, StageView(edition, "", shown), "stage")
    page.get_by_text("Urutan belum diundi").wait_for()
    control = chromium.new_page(viewport={"width": 1280, "height": 800}, locale="id-ID")
    show_view(control, presentation_view(kit.open("2025"), "", shown, "sek-1"), "topics")
    control.get_by_label("Angka undian").fill("137")
    control.get_by_role("button", name="Undi urutan").click()
    control.get_by_text("Mencatat undian urutan presentasi Kelompok 1").wait_for()
    assert presentation.draws(kit.open("2025"), "presentasi") == {}
    control.get_by_role("button", name="Ya, catat").click()
    control.get_by_text("Jika keliru, undi ulang dengan alasan.").wait_for()
    control.get_by_label("Mulai pukul").fill("09.00")
    control.get_by_role("button", name="Tetapkan waktu").click()
    control.get_by_text("Jika berubah, tetapkan waktu").wait_for()
    assert violations(control, ".kit-form") == []
    control.close()
    page.get_by_text("dengan angka undian 137").wait_for()
    page.wait_for_selector("tbody tr >> text=11.30")
    order = presentation.draws(kit.open("2025"), "presentasi")["K1"].order
    assert [unit.split(" ")[0] for unit in page.locator("td.unit").all_inner_texts()] == [*order]
    assert {message["type"] for message in messages} == {"load"}
    page.evaluate("window.away = true")
    page.evaluate("heard.disconnected('')")
    page.get_by_text("Sambungan terputus").wait_for()
    page.evaluate("window.away = false")
    page.evaluate("heard.reconnected()")
    page.get_by_text("Sambungan terputus").wait_for(state="hidden")
    assert violations(page, ".kit-form") == []
