"""The administrative selection and the day of presentations in a real browser, under JupyterLab and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from labs import TIMEOUT, jupyterlab, run_all, violations
from samples import begun, end_journal, sample_home

import kit
from kit.actions import append
from kit.contest import plenary, rounds
from kit.contest.presentation import drawn_order, draws
from kit.contest.selection import dossiers
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which the selection of 2025 is open and empty, and the finalists of 2024 are about to present."""
    with sample_home(tmp_path_factory.mktemp("home")) as home:
        begun(home, "administrasi")
        end_journal(home, "2024", ",round_opened,presentasi,")
        path = home / "notebooks" / "presentation-day.ipynb"
        text = path.read_text(encoding="utf-8").replace('edition: str = \\"\\"', 'edition: str = \\"2024\\"')
        path.write_text(text, encoding="utf-8")
        yield home


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[str]:
    with jupyterlab(home) as address:
        yield address


def on_a_phone(page: Page, lab: str, notebook: str) -> None:
    """Run a notebook, and then make the window as narrow as a phone, without JupyterLab's own panel."""
    page.set_viewport_size({"width": 1280, "height": 844})
    run_all(page, lab, notebook)
    page.wait_for_selector(".kit-form", timeout=TIMEOUT)
    page.keyboard.press("Control+B")
    page.set_viewport_size({"width": 390, "height": 844})


def says(page: Page, selector: str, pattern: str) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415  (only CI installs it)

    expect(page.locator(f".kit-form {selector}").first).to_have_text(re.compile(pattern), timeout=30_000)


# Administrative selection


def test_an_entry_is_checked_by_keyboard_and_admitted(chromium_page: Page, lab: str) -> None:
    page, entry = chromium_page, "K2-33"
    page.set_viewport_size({"width": 1280, "height": 900})
    run_all(page, lab, "administration")
    page.wait_for_selector(".kit-form .list li", timeout=TIMEOUT)
    says(page, ".status", "^Isi kode pemeriksa")
    page.get_by_label("Kode pemeriksa").fill("SEK-1")
    page.locator(f'.kit-form [data-entry="{entry}"]').press("Enter")
    page.locator(".kit-form .sheet .name").press("y")  # JupyterLab has a command of its own on this key
    page.get_by_text("11 jawaban Ya tercatat").wait_for()
    page.locator('tr[data-item="replikasi"] input[value="yes"]').focus()
    page.keyboard.press("ArrowRight")  # to be completed
    page.locator('tr[data-item="replikasi"] .note').fill("Pedoman belum ada")
    page.keyboard.press("Enter")
    page.get_by_label("Berkas digital diterima pada").fill("2025-10-17T14:30")
    page.get_by_label("Perbaikan sampai dengan").fill("2025-10-24")
    page.get_by_label("Yang harus diperbaiki").fill("Pedoman replikasi")
    page.keyboard.press("Enter")
    says(page, ".status", "^Semua jawaban tersimpan")
    page.locator('fieldset input[value="eligible"]').press(" ")
    page.locator(".kit-form .error", has_text="belum dijawab").wait_for()
    says(page, ".status", "tidak disimpan")
    held = dossiers(kit.open("2025"))[entry]
    assert held.of("checked", "replikasi")[:2] == ("to_complete", "Pedoman belum ada")
    assert held.state == "to_complete"
    assert held.of("received", "digital").value == "2025-10-17T14:30+07:00"
    page.locator('tr[data-item="replikasi"] input[value="yes"]').press(" ")
    page.wait_for_selector(f'.kit-form li[data-state="checked"] [data-entry="{entry}"]', state="attached")
    page.locator('fieldset input[value="not_eligible"]').press(" ")
    page.locator('fieldset input[value="eligible"]').press(" ")
    page.wait_for_selector(f'.kit-form li[data-state="eligible"] [data-entry="{entry}"]', state="attached")
    says(page, ".status", "^Semua jawaban tersimpan")
    assert dossiers(kit.open("2025"))[entry].of("admission").actor == "SEK-1"
    assert violations(page, ".kit-form") == []


def test_a_moved_category_and_a_duplicate_are_decided_with_a_reason(chromium_page: Page, lab: str) -> None:
    page = chromium_page
    on_a_phone(page, lab, "administration")
    page.wait_for_selector(".kit-form .list li", timeout=TIMEOUT)
    page.get_by_label("Kode pemeriksa").fill("SEK-2")
    page.locator('.kit-form [data-entry="K1-03"]').click()
    assert not page.locator(".kit-form .list").is_visible()
    moved, same = page.locator(".kit-form .sheet details").all()
    moved.locator("summary").click()
    moved.get_by_label("Bentuk inovasi yang sesuai").select_option("lainnya")
    moved.get_by_role("button").click()
    says(page, ".sheet details .error", "[Aa]lasan")
    moved.get_by_label("Alasan").fill("Isinya bukan pelayanan")
    moved.get_by_role("button").click()
    says(page, ".sheet details .beside", "Keputusan tercatat")
    same.locator("summary").click()
    same.get_by_label("Kode proposal yang sama").fill("2024:K1-02")
    same.get_by_label("Alasan").fill("Proposal tahun lalu tanpa pembaruan")
    same.get_by_role("button").click()
    page.wait_for_selector('.kit-form li[data-state="out"] [data-entry="K1-03"]', state="attached")
    edition = kit.open("2025")
    assert edition.registers.entries.set_index("entry_id").loc["K1-03", "category"] == "lainnya"
    assert edition.decisions.excluded["value"].tolist() == ["2024:K1-02"]
    assert set(edition.history.events(["correction", "duplicate"])["actor"]) == {"SEK-2"}
    assert page.evaluate("document.querySelector('.kit-form').scrollWidth <= window.innerWidth")
    assert violations(page, ".kit-form") == []


# The day of presentations


def mark_all(entry: str) -> None:
    """Every judge marks an entry of 2024."""
    edition = kit.open("2024")
    panel = edition.panel("presentasi")
    criteria = [criterion.id for criterion in edition.rules.round("presentasi").marked]
    append(
        edition,
        *(
            Event(
                kind="mark",
                actor=judge,
                round="presentasi",
                judge_id=judge,
                entry_id=entry,
                criterion=criterion,
                value="4",
            )
            for judge in panel.loc[panel["entry_id"] == entry, "judge_id"]
            for criterion in criteria
        ),
    )


def decide(*rounds: str) -> None:
    """Hold a plenary about each round of 2024 that is closed, with all judges, and fix what it decides."""
    edition = kit.open("2024")
    for name in rounds:
        if edition.states[name] == "closed":
            plenary.begin(edition, name)
            plenary.attend(edition, name, *plenary.panel(edition, name), present=True)
            where = "final" if name == [*edition.states][-1] else name
            for tie in plenary.tied(edition, where):
                plenary.rule_tie(edition, where, tie, "diundi")
            plenary.decide(edition, name)
            edition.refresh()


def press(page: Page, button: str, said: str) -> None:
    """Press a button of the control, and confirm."""
    page.locator(".topics").get_by_role("button", name=button, exact=True).click()
    page.locator(".topics").get_by_role("button", name="Ya, catat").click()
    page.locator(".topics .said").get_by_text(said).wait_for(timeout=TIMEOUT)


def test_the_day_from_the_draw_to_the_recap(chromium_page: Page, lab: str) -> None:
    page, edition = chromium_page, kit.open("2024")
    finalists = sorted(edition.entrants("presentasi"))
    own = [entry for entry in finalists if entry.startswith("K1")]
    page.set_viewport_size({"width": 1280, "height": 720})
    run_all(page, lab, "presentation-day")
    control, stage = page.locator(".topics"), page.locator(".stage")
    rows = stage.locator("tbody tr")
    rows.first.wait_for(timeout=TIMEOUT)
    titles = rows.locator(".title").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)
    control.get_by_label("Angka undian").fill("41")
    press(page, "Undi urutan", "Jika keliru, undi ulang")
    stage.get_by_text("angka undian 41").wait_for(timeout=TIMEOUT)
    order = [unit.split(" ")[0] for unit in rows.locator(".unit").all_inner_texts()]
    assert order == [*drawn_order("41", own)] == [*draws(kit.open("2024"), "presentasi")["K1"].order]
    first, *others = order
    mark_all(first)
    stage.locator('tr[data-light="in"]').get_by_text(first).wait_for(timeout=TIMEOUT)
    assert stage.locator('tr[data-light="waiting"]').count() == len(others)
    control.get_by_role("button", name="Daftar topik").click()
    control.get_by_role("button", name="Kelompok 1: kehadiran").click()
    control.get_by_label("Finalis yang tidak hadir").select_option(others[0])
    control.get_by_label("Alasan tidak hadir").fill("Tidak datang")
    press(page, "Catat tidak hadir", "catat hadir kembali")
    stage.locator('tr[data-light="absent"]').get_by_text(others[0]).wait_for(timeout=TIMEOUT)
    assert violations(page, ".stage") == violations(page, ".topics") == []
    for entry in set(finalists) - {first, others[0]}:
        mark_all(entry)
    rounds.close(kit.open("2024"), "presentasi")
    stage.locator(".clock").get_by_text("Ditutup").wait_for(timeout=TIMEOUT)
    control.get_by_role("button", name="Daftar topik").click()
    control.get_by_role("button", name="Rekapitulasi di panggung").click()
    control.get_by_text("belum diputuskan dalam rapat pleno").wait_for(timeout=TIMEOUT)
    decide("proposal", "presentasi")
    control.get_by_role("button", name="Tampilkan").wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(4000)  # longer than from one look to the next
    assert stage.locator("td.score").count() == 0
    press(page, "Tampilkan", "tampil di panggung")
    stage.locator("tbody .score").first.wait_for(timeout=TIMEOUT)
    best = kit.open("2024").result.of("final", "group", "K1")["score"].iloc[0]
    assert edition.texts.decimal(best) in stage.inner_text()
    assert "Tidak hadir pada presentasi" in stage.inner_text()
    assert violations(page, ".stage") == []


def test_the_day_fits_a_phone(chromium_page: Page, lab: str) -> None:
    page = chromium_page
    on_a_phone(page, lab, "presentation-day")
    page.wait_for_selector(".stage tbody tr", timeout=TIMEOUT)
    for form in page.locator(".kit-form").all():
        assert form.evaluate("(node) => node.scrollWidth <= window.innerWidth")
    assert violations(page, ".kit-form") == []
