"""The editor of rules: what a change shows at once, what it leaves alone, and when nothing is saved."""

from __future__ import annotations

import html
import re
import shutil
from difflib import ndiff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pytest
from folders import edition
from homes import empty_home
from labs import jupyterlab, run_all, violations

import kit
import kit.folder
from kit.contest import rounds
from kit.newedition import new_edition
from kit.screens.rules_editor import rules_editor
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from kit.texts import Language

PRESETS = sorted(path.stem for path in (Path(kit.__file__).parent / "presets").glob("*.yaml"))
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "rules.ipynb"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with empty_home(tmp_path) as folder:
        (folder / "notebooks").mkdir()
        yield folder
    widgets.Widget.close_all()


class Shown:
    """An editor's widgets as somebody sees them."""

    def __init__(self, preset: str = "", language: Language = "id") -> None:
        if preset:
            new_edition("2026", preset=preset)
        self.box = rules_editor("2026", language)
        self.path = kit.folder.find_edition("2026") / "rules.yaml"

    def all(self, kind: type[Any], part: Any = None) -> list[Any]:
        own = self.box if part is None else part
        found = [own] if isinstance(own, kind) else []
        return found + [each for child in getattr(own, "children", ()) for each in self.all(kind, child)]

    def fields(self, hint: str) -> list[Any]:
        return [each for each in self.all(widgets.Text) if each.placeholder == hint]

    def button(self, name: str) -> Any:
        return next(each for each in self.all(widgets.Button) if name in {each.description, each.tooltip})

    @property
    def rounds(self) -> Any:
        return next(each for each in self.all(widgets.Dropdown) if each.options[0][0].startswith("1. "))

    @property
    def file(self) -> Any:
        return self.all(widgets.Textarea)[0]

    @property
    def text(self) -> str:
        shown = " ".join(each.value for each in self.all(widgets.HTML))
        return html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", shown, flags=re.DOTALL))

    def scores(self) -> dict[str, str]:
        """The example's entries with their scores, as the ranking shows them."""
        return dict(re.findall(r"(Contoh [ABC])\s+Juara I*\s+([0-9,]+)", self.text))


def changed(before: str, after: str) -> list[str]:
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_shown_with_a_worked_example(home: Path, preset: str, language: Language) -> None:
    shown = Shown(preset, language)
    assert home in shown.path.parents
    assert 'role="alert"' not in "".join(each.value for each in shown.all(widgets.HTML))
    assert ("Perhitungan Nilai" if language == "id" else "was scored") in shown.text
    for choice in shown.all(widgets.Dropdown):  # another group, category and entry
        if choice.description and choice.layout.display != "none":
            choice.value = choice.options[-1][1]
    assert 'role="alert"' not in "".join(each.value for each in shown.all(widgets.HTML))


@pytest.mark.parametrize("preset", sorted({*PRESETS} - {"peringkat", "pelajar"}))
def test_other_weights_change_these_numbers_and_nothing_else(home: Path, preset: str) -> None:
    shown = Shown(preset)
    before = shown.path.read_bytes().decode()
    if not any(each.description == "Tambah kriteria" for each in shown.all(widgets.Button)):  # a checklist
        shown.rounds.value = 1
    first, second = shown.fields("bobot")[:2]
    was = float(first.value), float(second.value)
    first.value, second.value = f"{was[0] + 2.5:g}".replace(".", ","), f"{was[1] - 2.5:g}"
    shown.button("Simpan").click()
    after = shown.path.read_bytes().decode()
    assert "Tersimpan pada 2026/rules.yaml" in shown.text
    lines = changed(before, after)
    assert [line[0] for line in lines] == ["-", "+", "-", "+"] or [line[0] for line in lines] == ["-", "-", "+", "+"]
    first, second = shown.fields("bobot")[:2]
    first.value, second.value = f"{was[0]:g}", f"{was[1]:g}"
    shown.button("Simpan").click()
    assert shown.path.read_bytes().decode() == before
    assert home in shown.path.parents


def test_a_weight_changes_sentences_and_example_at_once(home: Path) -> None:
    shown = Shown("satu-tahap")
    before = shown.scores()
    assert len(before) == 3
    assert home in shown.path.parents
    weights = shown.fields("bobot")
    weights[0].value = "50"
    assert "1 hal perlu diperbaiki" in shown.text
    assert "Jumlah bobot 110 dari 100" in shown.text
    assert shown.scores() == before  # still those from before the mistake
    weights[1].value = "30"
    assert "perlu diperbaiki" not in shown.text
    assert shown.scores() != before
    assert re.search(r"gagasan Gagasan\s+50\s+0,5", shown.text)
    weights[0].value, weights[1].value = "40", "40"
    assert shown.scores() == before


def test_a_mistake_names_its_line_and_is_not_saved(home: Path) -> None:
    shown = Shown("satu-tahap")
    before = shown.path.read_bytes()
    shown.fields("bobot")[0].value = "banyak"
    n = next(n for n, line in enumerate(shown.file.value.splitlines(), 1) if "id: gagasan" in line)
    assert f"Baris {n}: " in shown.text
    assert "weight: banyak}»" in shown.text
    shown.button("Simpan").click()
    assert "Belum disimpan: masih ada 1 kesalahan" in shown.text
    shown.file.value = "edition: [\n"
    assert "YAML tidak dapat dibaca" in shown.text
    shown.button("Simpan").click()
    assert shown.path.read_bytes() == before
    assert home in shown.path.parents


def test_the_last_day_of_a_round_is_typed_and_taken_away(home: Path) -> None:
    shown = Shown("satu-tahap")
    before, day = shown.file.value, shown.fields("Hari terakhir")[0]
    day.value = "15 agustus"
    assert 'tanggal "15 agustus" tidak dapat dibaca' in shown.text
    day.value = "2026-08-15"
    assert "Hari terakhir tahap ini: 15 Agustus 2026." in shown.text
    day.value = ""
    assert shown.file.value == before
    assert home in shown.path.parents


def test_keys_of_another_name_are_named_with_the_known_ones(home: Path) -> None:
    shown = Shown("pelajar")
    shown.file.value = shown.file.value.replace("per_unit: 2", "per_units: 2")
    assert "per_units" in shown.text
    assert "per_unit, within" in shown.text
    assert home in shown.path.parents


def test_the_edition_in_the_file_is_that_of_its_folder(home: Path) -> None:
    shown = Shown("satu-tahap")
    shown.file.value = shown.file.value.replace('edition: "2026"', 'edition: "2027"')
    shown.button("Simpan").click()
    assert "Belum disimpan" in shown.text
    assert home in shown.path.parents


def test_a_file_that_changed_meanwhile_is_not_overwritten(home: Path) -> None:
    shown = Shown("satu-tahap")
    theirs = shown.path.read_text(encoding="utf-8") + "# mereka\n"
    shown.path.write_text(theirs, encoding="utf-8", newline="\n")
    shown.fields("Judul kompetisi")[0].value = "Lomba kami"
    shown.button("Simpan").click()
    assert "sudah diubah oleh orang atau program lain" in shown.text
    assert shown.path.read_text(encoding="utf-8") == theirs
    shown.button("Muat ulang dari berkas").click()
    assert "akan hilang" in shown.text
    shown.button("Muat ulang dari berkas").click()
    assert shown.file.value == theirs
    assert "Sama dengan berkas yang tersimpan" in shown.text
    assert home in shown.path.parents


def test_line_ends_and_byte_order_mark_stay(home: Path) -> None:
    new_edition("2026", preset="dua-tahap")
    path = home / "data" / "2026" / "rules.yaml"
    before = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)
    shown = Shown()
    shown.fields("Judul kompetisi")[0].value = "Lomba: baru"
    shown.button("Simpan").click()
    assert path.read_bytes() == before.replace(b"{id: Lomba 2026,", b'{id: "Lomba: baru",')


def test_what_is_emptied_and_typed_again_stands_where_it_was(home: Path) -> None:
    shown = Shown("dua-tahap")
    before = shown.file.value
    field = shown.fields("Nilai paling rendah")[0]
    field.value = ""
    assert shown.file.value == before.replace(", at_least: 60", "")
    field.value = "75"
    assert shown.file.value == before.replace("at_least: 60", "at_least: 75")
    assert home in shown.path.parents


def test_rows_and_rounds_come_and_go(home: Path) -> None:
    shown = Shown("dua-tahap")
    before = shown.file.value
    for add in ("Tambah kelompok", "Tambah kategori", "Tambah kriteria", "Tambah penghargaan", "Tambah tahap"):
        shown.button(add).click()
        assert shown.file.value != before
    assert "- {id: k1, name: Baru 1}" in shown.file.value
    assert "Tahap 3" in shown.text
    shown.button("Hapus tahap ini").click()
    shown.rounds.value = 0
    for name in ("Hapus Baru 1",) * 3 + ("Hapus Penghargaan 2",):
        shown.button(name).click()
    assert shown.file.value == before
    assert home in shown.path.parents


def test_a_round_without_criteria_has_single_marks(home: Path) -> None:
    shown = Shown("satu-tahap")
    for name in ("Gagasan", "Manfaat", "Penyajian"):
        shown.button(f"Hapus {name}").click()
    shown.file.value = shown.file.value.replace("      - {by: criteria, of: [manfaat]}\n", "")
    assert "perlu diperbaiki" not in shown.text
    assert "setiap juri memberi satu nilai" in shown.text
    shown.button("Tambah kriteria").click()
    assert "perlu diperbaiki" not in shown.text
    assert shown.file.value.index("over: criteria, by: weighted_mean") < shown.file.value.index("over: judges")
    assert home in shown.path.parents


def test_locked_rules_say_what_a_change_needs(home: Path) -> None:
    (home / "data" / "2025").mkdir()
    edition(home / "data" / "2025")
    contest = kit.open("2025")
    rounds.open(contest, "berkas", "uji")
    contest.ledger.close()
    shown = rules_editor("2025")
    text = " ".join(each.value for each in shown.children if isinstance(each, widgets.HTML))
    assert "Ketentuan dikunci pada" in text
    assert "kit edition accept 2025" in text


def test_an_edition_that_is_not_there_is_a_sentence(home: Path) -> None:
    assert home
    shown = rules_editor("2031")
    assert "2031" in " ".join(each.value for each in shown.children if isinstance(each, widgets.HTML))


@pytest.mark.browser
def test_a_weight_is_typed_in_jupyterlab(home: Path, chromium_page: Page) -> None:
    new_edition("2026", preset="satu-tahap")
    shutil.copy(NOTEBOOK, home / "notebooks")
    page = chromium_page
    page.set_viewport_size({"width": 1280, "height": 1000})
    with jupyterlab(home) as lab:
        run_all(page, lab, "rules")
        page.get_by_role("tab", name="Tahap").click()
        weights = page.get_by_placeholder("bobot")
        weights.nth(0).fill("50")
        page.get_by_text("1 hal perlu diperbaiki").wait_for()
        weights.nth(1).fill("30")
        page.get_by_text("1 hal perlu diperbaiki").wait_for(state="hidden")
        page.get_by_role("row", name=re.compile("gagasan Gagasan 50 0,5")).first.wait_for()
        page.get_by_role("tab", name="Contoh perhitungan").click()
        page.get_by_role("heading", name="Perhitungan Nilai A").wait_for()
        page.get_by_role("row", name=re.compile("gagasan Gagasan 50 0,5")).last.wait_for()
        assert violations(page, ".kit-rules") == []
        page.get_by_role("button", name="Simpan").click()
        page.get_by_text("Tersimpan pada 2026/rules.yaml").wait_for()
    text = (home / "data" / "2026" / "rules.yaml").read_text(encoding="utf-8")
    assert "en: Idea}, weight: 50}" in text
    assert "# jumlah bobot 100" in text
