"""The widgets of the ranking notebook: what they show and save, and how they behave in JupyterLab."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import nbformat
import pytest
from labs import run_all, violations
from openpyxl import load_workbook
from PIL import Image
from samples import ROOT

import kit
from kit.render.blocks import MIME, unpacked
from kit.report import results
from kit.report.context import Context
from kit.screens import browse
from kit.screens.weights import weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from kit import Contest
    from kit.screens.grid import Grid


@pytest.fixture(scope="module")
def edition(samples: Path) -> Contest:  # noqa: ARG001  (makes the home)
    return kit.open("2025")


@pytest.fixture
def shown(edition: Contest) -> Iterator[dict[str, Any]]:
    """The widgets of the rankings by what they are."""
    box = browse.rankings(edition)
    names = ["round", "scope", "ranking", "save_ranking", "entry", "explanation", "save_explanation"]
    names += ["judge", "marks", "save_marks"]
    yield dict(zip(names, box.children, strict=True))
    widgets.Widget.close_all()


def caption(grid: Grid) -> str:
    return str(grid.data["caption"])


def texts(grid: Grid) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in grid.data["rows"]]


def press(saver: widgets.HBox) -> str:
    """Press a save button, and return what it then says."""
    button, said = saver.children
    button.click()
    return re.sub(r"<[^>]+>", "", said.value)


def test_it_opens_on_the_final_ranking_of_the_first_awards(shown: dict[str, Any]) -> None:
    assert caption(shown["ranking"]) == "Nilai akhir · Kelompok 1"
    assert shown["entry"].label.startswith("K1-09 · RAPI KARSA: Ruang Arsip Pegawai dengan Pengingat")
    assert "Perhitungan Nilai K1-09" in shown["explanation"].value
    assert texts(shown["ranking"])[0][:3] == ["1", "Juara I", "K1-09"]


def test_the_ranking_follows_round_and_scope_and_the_explanation_the_entry(shown: dict[str, Any]) -> None:
    shown["scope"].value = ("group", "K2")
    shown["round"].value = "presentasi"
    assert caption(shown["ranking"]) == "Presentasi dan wawancara · Kelompok 2"  # the scope stays
    assert len(shown["entry"].options) == 6
    shown["entry"].value = "K2-33"
    assert "Perhitungan Nilai K2-33" in shown["explanation"].value
    shown["round"].value = "proposal"
    assert shown["entry"].value == "K2-33"  # and so does the entry
    assert len(shown["entry"].options) == 35


def test_a_ranking_of_all_says_where_its_scores_come_from(shown: dict[str, Any]) -> None:
    shown["scope"].value = ("overall", "overall")
    assert caption(shown["ranking"]) == "Nilai akhir · seluruh peserta"
    assert "Asal nilai" in [column["label"] for column in shown["ranking"].data["columns"]]
    (note,) = shown["ranking"].data["notes"]
    assert "di antara finalis; inovasi yang tidak mencapai tahap presentasi dan wawancara" in note
    ties = {text for row in texts(shown["ranking"]) for text in row if "kriteria" in text}
    assert any("nilai kriteria “Manfaat bagi warga" in text for text in ties)  # what broke a tie, in words


def test_the_marks_of_a_judge_follow_the_list_and_the_round(edition: Contest, shown: dict[str, Any]) -> None:
    shown["round"].value, shown["scope"].value, shown["judge"].value = "proposal", ("group", "K2"), "J-B"
    assert caption(shown["marks"]) == "Nilai Contoh Bagas Prakoso (J-B) · Penilaian proposal"
    marks = edition.marks("proposal").query("judge_id == 'J-B' and entry_id.str.startswith('K2')")
    given = marks.pivot_table(index="entry_id", columns="criterion", values="mark").to_numpy().tolist()
    numbers = [[cell["by"] for cell in row[2:-1]] for row in shown["marks"].data["rows"]]
    assert numbers == given


def test_every_choice_can_be_made(edition: Contest, shown: dict[str, Any]) -> None:
    for _, round_ in shown["round"].options:
        shown["round"].value = round_
        for _, scope in shown["scope"].options:
            shown["scope"].value = scope
            ids = [entry for _, entry in shown["entry"].options]
            assert ids == list(edition.result.of(round_, *scope)["entry_id"])


def test_rankings_and_explanations_are_saved_as_workbooks(samples: Path, shown: dict[str, Any]) -> None:
    folder = samples / "reports" / "2025"
    assert press(shown["save_ranking"]) == "Dibuat: reports/2025/nilai-akhir-kelompok-1-2025-SIMULASI.xlsx"
    book = load_workbook(folder / "nilai-akhir-kelompok-1-2025-SIMULASI.xlsx")
    assert book.sheetnames[0] == "Dokumen"
    assert book.worksheets[0]["A2"].value == "DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA"
    assert [cell.value for cell in book.worksheets[1][4]][:4:2] == [1, "K1-09"]
    assert press(shown["save_explanation"]) == "Dibuat: reports/2025/perhitungan-nilai-k1-09-2025-SIMULASI.xlsx"
    marks = load_workbook(folder / "perhitungan-nilai-k1-09-2025-SIMULASI.xlsx").worksheets[1]
    header, first = ([cell.value for cell in marks[row]] for row in (3, 4))
    assert header == ["Kriteria", "Bobot", "Pengali", "Juri A", "Juri B", "Juri C"]
    assert all(isinstance(value, int | float) for value in first[1:])


def test_tables_and_figures_each_have_a_button(samples: Path, edition: Contest) -> None:
    report = Context(edition)
    shown = browse.savable(edition, results.results(report)).children
    assert [press(part) for part in shown if isinstance(part, widgets.HBox)] == [
        f"Dibuat: reports/2025/peringkat-akhir-kelompok-{n}-2025-SIMULASI.xlsx" for n in (1, 2)
    ]
    offered = browse.savable(edition, results.marks(report))
    assert unpacked(offered._repr_mimebundle_()[MIME]) == results.marks(report).to_json()  # what documents print of it
    marks = offered.children
    said = [press(part) for part in marks if isinstance(part, widgets.HBox)]
    assert said[0] == "Dibuat: reports/2025/sebaran-nilai-tahap-penilaian-proposal-2025-SIMULASI.png"
    assert len(set(said)) == 4
    for line in said:
        picture = Image.open(BytesIO((samples / line.removeprefix("Dibuat: ")).read_bytes()))
        assert picture.format == "PNG"


def test_a_file_that_is_open_elsewhere_is_said_beside_the_button(
    shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:  # noqa: ARG001
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    assert press(shown["save_ranking"]) == (
        "nilai-akhir-kelompok-1-2025-SIMULASI.xlsx: berkas ini sedang dibuka di program lain. Tutup berkas tersebut, "
        "lalu jalankan kembali."
    )


def test_a_saved_file_can_be_opened_by_the_link_beside_its_button(samples: Path, shown: dict[str, Any]) -> None:
    press(shown["save_ranking"])
    name = "nilai-akhir-kelompok-1-2025-SIMULASI.xlsx"
    data, file = re.findall(
        r'href="data:[^;]+;base64,([^"]+)" download="([^"]+)"', shown["save_ranking"].children[1].value
    )[0]
    assert file == name
    assert b64decode(data) == (samples / "reports" / "2025" / name).read_bytes()


# Other weights


def tried(edition: Contest) -> tuple[dict[str, widgets.FloatSlider], widgets.VBox, Grid]:
    """The sliders by criterion, the whole, and the table beside them; the lists are those of all proposals."""
    box = weights(edition)
    box.children[0].value, box.children[1].value = "proposal", ("overall", "overall")
    controls, grid = box.children[3].children
    rows = [part for part in controls.children if isinstance(part, widgets.VBox)]
    return {row.children[1].children[0].description: row.children[1].children[0] for row in rows}, box, grid


def test_sliders_rank_again_as_what_if_does_and_in_time(edition: Contest) -> None:
    sliders, box, grid = tried(edition)
    assert caption(grid).endswith("dengan bobot ketentuan")
    began = time.perf_counter()
    for value in (10, 20, 30, 40):
        sliders["K1"].value = value
    assert (time.perf_counter() - began) / 4 < 0.15  # with all 49 entries
    total = sum(slider.value for slider in sliders.values())
    proportional = {name: slider.value * 100 / total for name, slider in sliders.items()}
    assert proportional["K1"] > 30
    sliders["K1"].value, sliders["K2"].value = 25, 15  # together as much as before: the weights are as they stand
    box.children[2].value = "J-B"
    wanted = {name: slider.value for name, slider in sliders.items()}
    expected = edition.what_if(wanted, without_judge="J-B", by="overall", round="proposal")
    ranks = [[cell["by"] for cell in row[:2]] for row in grid.data["rows"]]
    assert ranks == expected[["rank", "rank_before"]].to_numpy().tolist()
    assert [row[2] for row in texts(grid)] == [*expected["entry_id"]]
    for slider in sliders.values():
        slider.value = 0
    assert "harus berbobot" in box.children[3].children[0].children[-1].value
    box.children[3].children[0].children[-2].click()  # back to the rules
    assert caption(grid).endswith("dengan bobot ketentuan")
    assert not [row for row in texts(grid) if "▲" in row[1] or "▼" in row[1]]


# Which edition, and the recap


def test_an_edition_is_chosen_once_for_all(samples: Path) -> None:
    box = browse.editions("", "en")
    _, choice, said, use, shown = box.children
    assert choice.value == "2025"
    assert use.layout.display == "none"
    choice.value = "2024"
    assert "other notebooks whose parameter edition is empty open edition <strong>2025</strong>" in said.value
    assert "What comes next" in shown.value
    use.click()
    assert kit.open().name == "2024"
    assert "Edition <strong>2024</strong> is opened by every notebook" in said.value
    (samples / "data" / "current.txt").write_text("1999", encoding="utf-8")
    try:
        box = browse.editions("", "en")
        assert box.children[2].value.count("1999") == 1  # a sentence, and a list to choose from
        box.children[1].value = "2025"
        box.children[3].click()
        assert kit.open().name == "2025"
    finally:
        (samples / "data" / "current.txt").unlink()


# In JupyterLab


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def lab(samples: Path) -> Iterator[str]:
    """A JupyterLab on the sample home, without anything of the user's own configuration; its address."""
    own = samples / "jupyter"
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(own / name.lower()) for name in folders}
    environment |= {"KIT_HOME": str(samples), "PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"}
    environment["JUPYTER_CONFIG_PATH"] = str(ROOT / "kit" / "screens" / "jupyter")  # as run.py has it
    settings = {
        "notebook-extension/tracker": {"windowingMode": "none"},  # every cell stays on the page
    }
    for name, setting in settings.items():
        path = own / "jupyterlab_settings_dir" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(setting), encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    command += [f"--ServerApp.root_dir={samples}", "--LabApp.extension_manager=readonly"]
    with (samples / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=samples, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def opened(page: Page, lab: str, name: str) -> Page:
    """A notebook with all of its cells run."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(f"{lab}/lab/tree/notebooks/{name}.ipynb?reset")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)  # sooner, it asks for a kernel
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    done = r"[...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].filter(p => p.offsetParent)"
    done += r".every(p => /^(\[\d+\]:)?$/.test(p.textContent.trim()))"
    run = r"[...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].some(p => /\[\d+\]/.test(p.textContent))"
    page.wait_for_function(f"{run} && {done}", timeout=60_000)
    return page


def choose(select: Locator, key: str) -> str:
    """Choose the next or the last by keyboard alone, and return what is chosen then."""
    select.focus()
    for name in ("Space", key, "Enter"):
        select.page.keyboard.press(name)
        select.page.wait_for_timeout(200)
    return " ".join(select.evaluate("list => list.options[list.selectedIndex].text").split())


@pytest.mark.browser
def test_an_analyst_browses_and_saves_by_keyboard(lab: str, samples: Path, chromium_page: Page) -> None:
    page = opened(chromium_page, lab, "ranking")
    selects = page.locator(".widget-dropdown select")
    selects.nth(2).wait_for(timeout=20_000)
    assert choose(selects.nth(0), "ArrowUp") == "Presentasi dan wawancara"
    page.locator(".jp-OutputArea").get_by_text("Presentasi dan wawancara · Kelompok 1").wait_for()
    assert choose(selects.nth(1), "ArrowDown") == "Kelompok 2"
    page.locator(".jp-OutputArea").get_by_text("Presentasi dan wawancara · Kelompok 2").wait_for()
    entry = choose(selects.nth(2), "ArrowDown").split(" · ")[0]
    page.locator(".jp-OutputArea").get_by_role("heading", name=f"Perhitungan Nilai {entry}").wait_for()
    file = "presentasi-dan-wawancara-kelompok-2-2025-SIMULASI.xlsx"
    page.get_by_role("button", name="Simpan peringkat ke Excel").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"Dibuat: reports/2025/{file}").wait_for()
    assert load_workbook(samples / "reports" / "2025" / file).sheetnames[0] == "Dokumen"


def written(samples: Path, name: str, *cells: str) -> str:
    """A notebook of somebody's own, of some cells of code; its name."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, samples / "notebooks" / f"{name}.ipynb")
    return name


@pytest.mark.browser
def test_a_slider_ranks_again_and_the_table_sorts_filters_and_copies(
    lab: str, samples: Path, chromium_page: Page
) -> None:
    cells = ("import kit", "from kit.screens.weights import weights", "weights(kit.open('2025'))")
    page = opened(chromium_page, lab, written(samples, "weights", *cells))
    grid = page.locator(".kit-grid")
    page.locator(".widget-dropdown select").nth(0).select_option("Penilaian proposal")
    page.locator(".widget-dropdown select").nth(1).select_option("seluruh peserta")
    grid.get_by_text("49 dari 49 baris").wait_for()
    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("PageUp")
    grid.get_by_text("dengan bobot percobaan").wait_for()
    grid.get_by_role("button", name="Kode").click()
    first = grid.locator("tbody tr").first
    assert "K1-01" in first.inner_text()
    grid.get_by_role("button", name="Kode").click()
    assert "K2-35" in first.inner_text()
    grid.get_by_role("searchbox").fill("akta tiba")
    grid.get_by_text("1 dari 49 baris").wait_for()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    grid.get_by_role("button", name="Salin tabel").click()
    grid.get_by_text("1 baris disalin").wait_for()
    header, row = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert header.split("\t")[2:4] == ["Kode", "Inovasi"]
    assert row.split("\t")[2] == "K1-06"
    assert not violations(page, ".kit-grid")


@pytest.mark.browser
def test_after_run_all_the_top_is_in_sight_in_the_language_asked_for(
    lab: str, samples: Path, chromium_page: Page
) -> None:
    notebook = (samples / "notebooks" / "progress.ipynb").read_text(encoding="utf-8")
    english = notebook.replace('language: str = \\"id\\"', 'language: str = \\"en\\"')
    assert english != notebook
    (samples / "notebooks" / "english.ipynb").write_text(english, encoding="utf-8")
    page = opened(chromium_page, lab, "english")
    page.get_by_text("| Idle").wait_for()
    line = page.get_by_text("Edition 2025 · Pontianak City Innovation Contest 2025")
    line.wait_for()
    page.wait_for_timeout(1000)
    box = line.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 300
    assert page.get_by_role("heading", name="State of the score sheets").is_visible()
    assert not page.get_by_role("heading", name="Keadaan lembar penilaian").is_visible()
    assert page.get_by_text("Jupyter news").count() == 0
    cut = "[...document.querySelectorAll('.kit-scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert page.evaluate(cut) == 0


@pytest.mark.browser
def test_after_run_all_the_sentence_about_an_unknown_edition_is_in_sight(
    lab: str, samples: Path, chromium_page: Page
) -> None:
    notebook = (samples / "notebooks" / "ranking.ipynb").read_text(encoding="utf-8")
    unknown = notebook.replace('edition: str = \\"\\"', 'edition: str = \\"2099\\"')
    (samples / "notebooks" / "unknown.ipynb").write_text(unknown, encoding="utf-8")
    page = chromium_page  # in which most cells are never run
    run_all(page, lab, "unknown")
    line = page.get_by_text('Edisi "2099" tidak ada')
    line.wait_for()
    page.wait_for_timeout(1000)
    box = line.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 300


@pytest.mark.browser
def test_the_export_menu_brings_each_format(lab: str, chromium_page: Page) -> None:
    page = opened(chromium_page, lab, "objections")
    page.locator(".jp-OutputArea").get_by_text("sidik digital data").wait_for()
    page.get_by_role("heading", name="Daftar sanggahan").click()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Save and Export Notebook As").hover()
    with page.context.expect_event("request", lambda request: "/nbconvert/kit_pdf/" in request.url) as asked:
        page.locator(".lm-Menu-itemLabel", has_text="Kit_pdf").click()
    address = asked.value.url
    for name, begin in {"pdf": b"%PDF-1.7", "html": b"<!doctype", "docx": b"PK", "xlsx": b"PK"}.items():
        answer = page.request.get(address.replace("kit_pdf", f"kit_{name}"), headers={"Referer": page.url})
        assert answer.ok
        assert f"objections-SIMULASI.{name}" in answer.headers["content-disposition"]
        assert answer.body().startswith(begin)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["annual-report", "index-readiness"])
def test_no_table_of_a_document_is_cut_off(lab: str, chromium_page: Page, name: str) -> None:
    page = opened(chromium_page, lab, name)
    page.set_viewport_size({"width": 1280, "height": 16_000})  # JupyterLab draws only what is in sight
    page.mouse.move(700, 400)
    page.mouse.wheel(0, -40_000)
    page.locator(".jp-OutputArea .kit-table").nth(5).wait_for()
    cut = "[...document.querySelectorAll('.kit-scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    assert page.evaluate(f"{cut}.map(e => e.innerText.slice(0, 200))") == []


@pytest.mark.browser
def test_nothing_of_the_widgets_is_cut_off(lab: str, chromium_page: Page) -> None:
    """What is too wide scrolls in its own cell; lists and tables end within the notebook."""
    page = opened(chromium_page, lab, "ranking")
    selects = page.locator(".widget-dropdown select")
    selects.nth(2).wait_for(timeout=20_000)
    edge = page.locator(".jp-OutputArea-output").first.bounding_box()
    assert edge is not None
    for part in (selects.nth(0), selects.nth(2), page.locator(".widget-html").first):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 1
    label = (
        "list => { const s = document.createElement('canvas').getContext('2d'); s.font = getComputedStyle(list).font;"
    )
    label += " return Math.max(...[...list.options].map(o => s.measureText(o.text).width)) + 40 <= list.clientWidth }"
    assert selects.nth(0).evaluate(label)
    assert selects.nth(1).evaluate(label)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("start", ["DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA", "Langkah berikutnya"]),
        ("annual-report", ["Pemenang yang direkomendasikan", "Keputusan yang dimohonkan"]),
    ],
)
def test_the_other_notebooks_show_their_documents(lab: str, chromium_page: Page, name: str, words: list[str]) -> None:
    page = opened(chromium_page, lab, name)
    for word in words:
        page.locator(".jp-OutputArea").get_by_text(word).first.wait_for(timeout=20_000)
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
