"""What an analyst shows in a notebook prints: DataFrames, styled tables, figures, text, widgets; nothing vanishes."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing
from openpyxl import load_workbook
from PIL import Image
from problems import problem
from pypdf import PdfReader
from samples import ROOT

import kit
from kit import theme
from kit.errors import Collector
from kit.render import charts, outputs
from kit.render.blocks import MIME, packed, unpacked
from kit.render.exporters import DocxExporter, HtmlExporter, PdfExporter, XlsxExporter
from kit.render.notebook import blocks_of, run_notebook
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

code, markdown, output = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell, nbformat.v4.new_output

FRAME = """import pandas as pd
df = pd.DataFrame({"unit": ["A", "B"], "year": [2024, 2025], "entries": [1200, 3], "score": [82.5, None]})
"""


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    with outputs.kept():
        yield


def shown(**data: Any) -> nbformat.NotebookNode:
    """A cell that shows one thing, its forms named with _ for / and __ for +."""
    names = {"html": "text/html", "plain": "text/plain", "markdown": "text/markdown", "png": "image/png"}
    bundle = {names.get(name, name): content for name, content in data.items()}
    return code("x", execution_count=1, outputs=[output("display_data", bundle)])


def read(*cells: nbformat.NotebookNode, **metadata: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The blocks of a notebook without its masthead, and the codes of what was noted."""
    noted = Collector()
    found = blocks_of(nbformat.v4.new_notebook(cells=list(cells), metadata=metadata), "laporan", noted)
    for note in noted.found:
        assert len({note.sentence(language) for language in LANGUAGES}) == len(LANGUAGES)
    return found[1:], [f"{note.code} {note.data['cell']}" for note in noted.found]


def run(folder: Path, *sources: str) -> nbformat.NotebookNode:
    nbformat.write(nbformat.v4.new_notebook(cells=[code(source) for source in sources]), folder / "in.ipynb")
    return run_notebook(folder / "in.ipynb", folder / "out.ipynb", {})


def texts(table: dict[str, Any]) -> list[list[str]]:
    labels = [column["label"] for column in table["columns"]]
    return [labels, *([row[column["key"]]["text"] for column in table["columns"]] for row in table["rows"])]


# Tables


def test_a_dataframe_prints_its_values_in_the_language_of_the_edition(tmp_path: Path) -> None:
    found, noted = read(*run(tmp_path, FRAME + "df", "df.set_index('unit').score").cells)
    frame, series = found
    assert texts(frame) == [
        ["unit", "year", "entries", "score"],
        ["A", "2024", "1.200", "82,50"],
        ["B", "2025", "3", "–"],
    ]
    assert [column["kind"] for column in frame["columns"]] == ["text", "text", "integer", "decimal"]
    assert frame["rows"][0]["3"]["value"] == 82.5
    assert texts(series) == [["unit", "score"], ["A", "82,50"], ["B", "–"]]
    assert noted == []


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("pd.DataFrame({'a': [1.5, 2]}, index=['x', 'y'])", [["", "a"], ["x", "1,50"], ["y", "2,00"]]),
        ("pd.DataFrame({'a': [1, None], 'b': [True, False]})", [["a", "b"], ["1", "ya"], ["–", "tidak"]]),
        ("pd.DataFrame([[1, 2]], columns=[['K', 'K'], ['p', 'q']])", [["K · p", "K · q"], ["1", "2"]]),
        ("pd.DataFrame({'a': [0.00123, -0.5e-3]})", [["a"], ["0,0012"], ["-0,0005"]]),
        ("pd.DataFrame({'a': [float('inf')], 'b': [[1, 2]]})", [["a", "b"], ["∞", "1 dan 2"]]),
        ("pd.DataFrame({'a': pd.to_datetime(['2025-01-02'])})", [["a"], ["2 Januari 2025"]]),
        ("pd.DataFrame({'a': [3, 4, 5]}).query('a > 3')", [["a"], ["4"], ["5"]]),
        ("pd.DataFrame({'a': [3, 4]}, index=[2024, 2025])", [["", "a"], ["2024", "3"], ["2025", "4"]]),
        ("pd.DataFrame([[1, 2]], columns=['a', 'a'])", [["a", "a"], ["1", "2"]]),
        ("pd.DataFrame({'a': []})", [["a"]]),
    ],
)
def test_every_kind_of_value_and_of_index_has_its_form(tmp_path: Path, made: str, expected: list[list[str]]) -> None:
    (found,), _ = read(*run(tmp_path, f"import pandas as pd\n{made}").cells)
    assert texts(found) == expected


def test_a_long_dataframe_says_how_many_rows_it_has(tmp_path: Path) -> None:
    (found,), _ = read(*run(tmp_path, "import pandas as pd\npd.DataFrame({'a': range(1500)})").cells)
    assert (len(found["rows"]), found["notes"]) == (1000, ["1.000 dari 1.500 baris yang ditampilkan."])


STYLED = """df.style.format({"score": "{:.1f}"}, na_rep="-").set_caption("Gaya").map(
    lambda v: "background-color: #ff0000; color: white; font-weight: bold" if v == 82.5 else "", subset=["score"])"""


def test_a_styled_table_keeps_its_format_its_colours_and_its_values(tmp_path: Path) -> None:
    executed = run(tmp_path, FRAME + STYLED)
    with_kit = read(*executed.cells)[0][0]
    del executed.cells[0].outputs[0].data[MIME]  # as from a notebook without the kit
    for table in (with_kit, read(*executed.cells)[0][0]):
        assert table["caption"] == "Gaya"
        assert [row[3] for row in texts(table)] == ["score", "82,5", "–"]
        cell = table["rows"][0][table["columns"][3]["key"]]
        assert (cell["fill"], cell["colour"], cell["strong"], cell["value"]) == ("#ff0000", "#ffffff", True, 82.5)


def test_without_the_kit_the_html_of_pandas_is_read(tmp_path: Path) -> None:
    executed = run(tmp_path, FRAME + "df", "df.groupby(['unit', 'year']).agg({'score': ['mean', 'max']})")
    for cell in executed.cells:
        del cell.outputs[0].data[MIME]
    first, second = read(*executed.cells)[0]
    assert texts(first) == [
        ["unit", "year", "entries", "score"],
        ["A", "2024", "1.200", "82,50"],
        ["B", "2025", "3", "–"],
    ]
    assert texts(second)[:2] == [["unit", "year", "score · mean", "score · max"], ["A", "2024", "82,50", "82,50"]]


def test_kit_table_gives_columns_the_catalogues_names() -> None:
    df = pd.DataFrame({"unit": ["A"], "score": [Decimal("82.50")], "lain": [3]})
    made = kit.table(df, "Nilai", notes=["Catatan."])
    assert [column.label for column in made.columns] == ["Unit kerja", "Nilai", "lain"]
    assert made.rows[0]["score"].text == "82,50"
    outputs.opened("en")
    chosen = kit.table(df, "Scores", columns={"lain": "Others", "unit": ""}, header="unit")
    assert [column.label for column in chosen.columns] == ["Others", "Unit"]
    assert chosen.row_header == "unit"


def test_kit_table_says_what_it_cannot_use() -> None:
    with problem("table_of_nothing", match="int"):
        kit.table(3, "x")  # type: ignore[arg-type]
    for wrong in ({"columns": ["b"]}, {"header": "b"}):
        with problem("table_column_unknown"):
            kit.table(pd.DataFrame({"a": [1]}), "x", **wrong)  # type: ignore[arg-type]


# Figures


PLOT = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\n"


@pytest.mark.parametrize("end", ["", "plt.show()", "fig", "display(fig)"])
def test_a_matplotlib_figure_prints_once_and_its_missing_description_is_noted(tmp_path: Path, end: str) -> None:
    found, noted = read(*run(tmp_path, PLOT + end).cells)
    assert [block["type"] for block in found] == ["figure"]
    assert found[0]["svg"].startswith("<svg")
    assert noted == ["figure_undescribed 1"]


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (read(*run(tmp_path, PLOT).cells)[0] for _ in range(2))
    assert first == second


def test_kit_figure_has_a_caption_and_a_description(tmp_path: Path) -> None:
    cells = run(tmp_path, PLOT + "import kit\nkit.figure(fig, 'Naik', alt='Garis naik.')").cells
    (found,), noted = read(*cells)
    assert (found["caption"], found["alt"], noted) == ("Naik", "Garis naik.", [])
    (found,), noted = read(*run(tmp_path, PLOT + "import kit\nkit.figure(ax, 'Naik')").cells)
    assert (found["alt"], noted) == ("Naik", ["figure_undescribed 1"])
    with problem("figure_of_nothing", match="str"):
        kit.figure("gambar", "x")  # type: ignore[arg-type]


def test_a_heavy_figure_is_kept_as_a_picture() -> None:
    fig = Drawing()
    fig.subplots().scatter(range(20_000), range(20_000))
    svg = kit.figure(fig, "Titik", alt="Banyak titik.").svg
    assert "data:image/png;base64," in svg
    assert len(svg) < 300_000


def png() -> str:
    out = BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_pictures_of_outputs_markdown_and_html_are_figures() -> None:
    attached = markdown("![Bendera](attachment:b.png) dan teks", attachments={"b.png": {"image/png": png()}})
    inside = shown(html=f'<p>Lihat:</p><img src="data:image/png;base64,{png()}" alt="Merah">')
    found, noted = read(shown(png=png(), plain="<Figure>"), attached, inside)
    assert [block["type"] for block in found] == ["figure", "paragraph", "figure", "paragraph", "figure"]
    assert [block["alt"] for block in found if block["type"] == "figure"][1:] == ["Bendera", "Merah"]
    assert noted == ["figure_undescribed 1"]


# Text, HTML, widgets


def test_printed_text_prints_and_what_went_to_stderr_is_a_note(tmp_path: Path) -> None:
    source = "import sys\nprint('\\x1b[31ma  b\\x1b[0m')\nprint('1%\\r100%', file=sys.stderr)\n'akhir'"
    found, _ = read(*run(tmp_path, source).cells)
    assert [(block["text"], block["note"]) for block in found] == [("a  b", False), ("100%", True), ("'akhir'", False)]


def test_markdown_and_html_of_a_cell_become_blocks() -> None:
    page = "<h2>Judul</h2><p>Teks <b>tebal</b> <a href='https://a.id'>t</a></p><ul><li>satu</li></ul><pre>a  b</pre>"
    found, noted = read(shown(markdown="**Kata**", plain="x"), shown(html=page, plain="<HTML object>"))
    assert [block["type"] for block in found] == ["paragraph", "heading", "paragraph", "list", "printed"]
    assert {"text": "tebal", "strong": True} in found[2]["runs"]
    assert noted == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"application/javascript": "alert(1)", "plain": "<Javascript object>"}, "application/javascript"),
        ({"application/vnd.plotly.v1+json": {}, "plain": "Figure()"}, "application/vnd.plotly.v1+json"),
        ({"html": "<video src='a.mp4'></video>", "plain": "<Video>"}, "video"),
        ({"html": "<div id=x></div><script>draw()</script>", "plain": "<HTML>"}, "JavaScript"),
        ({"html": "<img src='https://a.id/x.png'>"}, "img"),
    ],
)
def test_what_cannot_print_is_named_by_its_cell(data: dict[str, Any], kind: str) -> None:
    noted = Collector()
    found = blocks_of(nbformat.v4.new_notebook(cells=[code("1", execution_count=1), shown(**data)]), "x", noted)
    assert len(found) == 1  # the masthead
    (note,) = noted.found
    assert (note.code, note.data) == ("output_unprintable", {"cell": 2, "kind": kind})


def test_widgets_print_as_they_stand(tmp_path: Path) -> None:
    source = """import ipywidgets as w
    box = w.VBox([w.HTML("<p>Isi <b>tebal</b></p>"), w.Dropdown(options=["Satu", "Dua"], description="Babak"),
        w.FloatSlider(value=0.3, description="Bobot:"), w.Checkbox(True, description="Tampil"),
        w.SelectMultiple(options=["a", "b"], value=["a", "b"], description="Juri"),
        w.Button(description="Simpan"), w.Tab([w.Text("x", description="Nama")], titles=["Isian"]),
        w.IntRangeSlider(value=(1, 5), description="Antara")])
    box"""
    executed = run(tmp_path, source.replace("\n    ", "\n"), "box.children[1].value = 'Dua'")
    found, noted = read(*executed.cells, **executed.metadata)
    assert ["".join(run["text"] for run in block["runs"]) for block in found] == [
        *("Isi tebal", "Babak: Dua", "Bobot: 0,3", "Tampil: ya", "Juri: a, b", "Isian", "Nama: x", "Antara: 1–5")
    ]
    assert noted == []


def test_the_line_that_says_what_was_opened_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_HOME", str(ROOT))
    executed = run(tmp_path, "import kit\nfrom kit.screens.opened import opened", "opened(kit.open('2024', 'en'))")
    noted = Collector()
    masthead, said = blocks_of(executed, "x", noted)
    assert (masthead["edition"], noted.found) == ("2024", [])
    assert "".join(run["text"] for run in said["runs"]).startswith("Edition 2024")


def test_a_widget_whose_state_nobody_kept_is_named() -> None:
    assert read(shown(**{"application/vnd.jupyter.widget-view+json": {"model_id": "a"}})) == (
        [],
        ["output_unprintable 1"],
    )


@pytest.mark.parametrize(("language", "words"), [("id", ["Halo.", "Keduanya."]), ("en", ["Hello.", "Keduanya."])])
def test_a_tag_chooses_the_language_or_the_screen(language: str, words: list[str]) -> None:
    cells = [
        code(f'language = "{language}"', execution_count=1, metadata={"tags": ["parameters"]}),
        markdown("Halo.", metadata={"tags": ["id"]}),
        markdown("Hello.", metadata={"tags": ["en"]}),
        markdown("Untuk layar.", metadata={"tags": ["about"]}),
        markdown("Keduanya."),
    ]
    found, _ = read(*cells)
    assert [block["runs"][0]["text"] for block in found] == words


# The look


def test_style_changes_charts_and_the_document_and_only_this_one(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20), "red").save(tmp_path / "logo.png")
    table = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    before = theme.accent(), charts.grouped_bars(table, Texts())
    source = f"""import kit, matplotlib, pandas
from kit.render.charts import grouped_bars
kit.style(series=["#112233"], accent="#223344", logo={str(tmp_path / "logo.png")!r})
drawn = grouped_bars(pandas.DataFrame({{"a": [1, 2]}}, index=["x", "y"]), kit.texts.Texts())
print(matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0], "#112233" in drawn, "#0b5260" in drawn)"""
    executed = run(tmp_path, source)
    assert (theme.accent(), charts.grouped_bars(table, Texts())) == before
    assert executed.cells[0].outputs[0].text == "#112233 True False\n"
    html, _ = HtmlExporter().from_notebook_node(executed)
    assert "--kit-accent: #223344" in html
    assert 'class="kit-logo" src="data:image/png;base64,' in html
    for kind in (PdfExporter, DocxExporter, XlsxExporter):
        assert kind().from_notebook_node(executed)[0]
    executed.cells[0].metadata["tags"] = ["about"]  # it shows nothing, but what it chose holds
    html, _ = HtmlExporter().from_notebook_node(executed)
    assert "--kit-accent: #223344" in html
    assert "True False" not in html


@pytest.mark.parametrize(
    ("wrong", "code_"),
    [
        ({"series": ["merah"]}, "style_colour"),
        ({"accent": "#12"}, "style_colour"),
        ({"accent": "#ffee00"}, "style_pale"),
        ({"logo": "tidak-ada.png"}, "style_logo"),
        ({"logo": __file__}, "style_logo"),
    ],
)
def test_style_says_what_it_cannot_use(wrong: dict[str, Any], code_: str) -> None:
    with problem(code_):
        kit.style(**wrong)
    assert theme.accent() == theme.PALETTE["accent"]


# Whole documents


def own_notebook(folder: Path) -> nbformat.NotebookNode:
    """A notebook of an analyst, without a masthead."""
    executed = run(folder, FRAME + "df", FRAME + STYLED, PLOT + "print('tercetak')")
    executed.cells.insert(0, markdown("# Laporan saya\n\nKata pembuka."))
    return executed


def test_a_notebook_without_a_masthead_makes_every_format(tmp_path: Path) -> None:
    executed = own_notebook(tmp_path)
    html, _ = HtmlExporter().from_notebook_node(executed)
    pdf, _ = PdfExporter().from_notebook_node(executed)
    word, _ = DocxExporter().from_notebook_node(executed)
    book, about = XlsxExporter().from_notebook_node(executed)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    document = docx.Document(BytesIO(word))
    prose = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for whole in (html, text, prose):
        assert whole.count("Laporan saya") >= 1
        assert "Kata pembuka." in whole
        assert "tercetak" in whole
    assert [table.cell(1, 0).text for table in document.tables] == ["A", "A"]
    assert len(document.inline_shapes) == 1
    sheets = load_workbook(BytesIO(book))
    assert sheets.sheetnames == ["Dokumen", "Tabel 1", "Gaya", "Gambar 1"]
    assert sheets["Tabel 1"]["D4"].value == 82.5
    assert about["output_extension"] == ".xlsx"


def test_the_title_is_the_first_heading_or_the_files_name() -> None:
    made = blocks_of(nbformat.v4.new_notebook(cells=[markdown("Teks.")]), "analisis-saya")
    assert (made[0]["title"], len(made)) == ("analisis-saya", 2)
    made = blocks_of(nbformat.v4.new_notebook(cells=[markdown("# Judul\n\nTeks.")]), "analisis-saya")
    assert (made[0]["title"], len(made)) == ("Judul", 2)
    both = '<div lang="en">\n\n# Ranking\n\n</div>\n<div lang="id">\n\n# Peringkat\n\n</div>'
    screen = nbformat.v4.new_markdown_cell(both, metadata={"tags": ["about"]})
    made = blocks_of(nbformat.v4.new_notebook(cells=[screen, markdown("Teks.")]), "analisis-saya")
    assert (made[0]["title"], len(made)) == ("Peringkat", 2)


def test_what_is_shown_of_an_edition_carries_its_masthead(tmp_path: Path) -> None:
    about = {"edition": "2025", "simulated": True, "circulation": "restricted", "state": "sementara"}
    executed = run(tmp_path, FRAME + "df")
    executed.cells[0].outputs[0].metadata = {MIME: {"type": "document", "language": "id", "title": "", **about}}
    made = blocks_of(executed, "saya")
    assert {name: made[0][name] for name in about} == about
    assert made[0]["title"] == "saya"
    _, resources = PdfExporter().from_notebook_node(executed, {"metadata": {"name": "saya"}})
    assert resources["output_extension"] == "-SIMULASI.pdf"


@pytest.mark.parametrize("kind", [HtmlExporter, PdfExporter, DocxExporter, XlsxExporter])
def test_a_notebook_never_run_says_so_in_the_document_or_to_the_command(kind: type[Any]) -> None:
    notebook = nbformat.v4.new_notebook(cells=[markdown("# Judul"), code("1 + 1")])
    made, _ = kind().from_notebook_node(notebook, {"metadata": {"name": "saya"}, "config_dir": "x"})
    if kind is HtmlExporter:
        assert "Sel 2 pada notebook belum dijalankan" in made
    with pytest.raises(SystemExit, match="Sel 2 pada notebook belum dijalankan"):
        kind().from_notebook_node(notebook, {"unique_key": "saya"})


def test_exporters_log_what_cannot_print(caplog: pytest.LogCaptureFixture) -> None:
    notebook = nbformat.v4.new_notebook(cells=[shown(**{"application/javascript": "x"})])
    exporter = HtmlExporter()
    exporter.log.propagate = True
    exporter.from_notebook_node(notebook)
    assert "Sel 1: application/javascript tidak dapat dicetak" in caplog.text


def test_blocks_stay_plain_json(tmp_path: Path) -> None:
    """A NaN or an infinity would break readers of notebooks."""
    executed = run(tmp_path, "import pandas as pd\npd.DataFrame({'a': [float('nan'), float('inf'), 1.5]})")
    assert "NaN" not in json.dumps(unpacked(executed.cells[0].outputs[0].data[MIME]))


# Long tables


def long_notebook(rows: int) -> nbformat.NotebookNode:
    table = kit.table(pd.DataFrame({"kode": [f"K{n}" for n in range(rows)], "nilai": range(rows)}), "Panjang")
    return nbformat.v4.new_notebook(cells=[shown(**{MIME: packed(table.to_json())})])


def test_pages_print_the_first_rows_of_a_long_table_and_say_where_the_rest_is() -> None:
    notebook, note = long_notebook(320), "300 baris pertama dari 320. Seluruhnya ada pada berkas Excel"
    pdf, _ = PdfExporter().from_notebook_node(notebook)
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)
    assert note in text
    assert "K299" in text
    assert "K300" not in text
    word = docx.Document(BytesIO(DocxExporter().from_notebook_node(notebook)[0]))
    assert len(word.tables[0].rows) == 301
    assert any(note in paragraph.text for paragraph in word.paragraphs)
    html, _ = HtmlExporter().from_notebook_node(notebook)
    assert "K319" in html
    assert note not in html
    book = load_workbook(BytesIO(XlsxExporter().from_notebook_node(notebook)[0]))
    assert book["Panjang"].max_row == 3 + 320


def test_a_notebook_shows_the_first_rows_and_keeps_them_all() -> None:
    table = kit.table(pd.DataFrame({"kode": [f"K{n}" for n in range(320)]}), "Panjang")
    shown = table._repr_mimebundle_()
    assert "300 dari 320 baris yang ditampilkan." in shown["text/html"]
    assert "K299" in shown["text/html"]
    assert "K300" not in shown["text/html"]
    assert len(unpacked(shown[MIME])["rows"]) == 320


def test_an_html_file_stays_under_three_megabytes() -> None:
    html, _ = HtmlExporter().from_notebook_node(long_notebook(40_000))
    assert len(html) < 3_000_000
    assert "baris pertama dari 40.000" in html


def test_a_wide_table_goes_on_pages_turned_on_their_side_in_word() -> None:
    wide = kit.table(pd.DataFrame({f"kolom nomor {n}": [12345.5] for n in range(20)}), "Lebar")
    notebook = nbformat.v4.new_notebook(cells=[markdown("Sebelum."), shown(**{MIME: packed(wide.to_json())})])
    word = docx.Document(BytesIO(DocxExporter().from_notebook_node(notebook)[0]))
    shapes = [(section.page_width or 0) > (section.page_height or 0) for section in word.sections]
    assert shapes == [False, True, False]
    assert len(word.tables) == 2  # in parts, each with the column that names the rows
    assert {table.cell(0, 0).text for table in word.tables} == {"kolom nomor 0"}


def test_kit_open_lets_what_is_shown_say_what_it_is_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_HOME", str(ROOT))
    executed = run(tmp_path, "import kit\ncontest = kit.open('2024', 'en')", "contest.entries[['title']].head(2)")
    made = blocks_of(executed, "mine")
    assert (made[0]["edition"], made[0]["simulated"], made[0]["language"]) == ("2024", True, "en")
    assert len(made[0]["fingerprint"]) == 64


def test_the_stylesheet_stands_once_in_a_notebook_where_the_edition_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_HOME", str(ROOT))
    block = "kit.table(contest.entries[['title']].head(2), 'Dua')"
    opened = run(tmp_path, "import kit", "contest = kit.open('2024', 'en')", block, "contest = kit.open('2024')", block)
    styled = [["<style>" in own.data.get("text/html", "") for own in cell.outputs] for cell in opened.cells]
    assert styled == [[], [True], [False], [True], [False]]  # also when the cell that opens it runs again


def test_a_block_of_no_edition_brings_its_style_along(tmp_path: Path) -> None:
    executed = run(tmp_path, "import kit, pandas as pd", "kit.table(pd.DataFrame({'a': [1]}), 'Satu')")
    assert ".kit-note {" in executed.cells[1].outputs[0].data["text/html"]
    coloured = run(tmp_path, "import kit", "kit.style(accent='#264653')")
    assert "--kit-accent: #264653" in coloured.cells[1].outputs[0].data["text/html"]


def test_markdown_prints_whole_or_is_named(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20)).save(tmp_path / "foto.png")
    text = "- a ![Foto](foto.png)\n\n![Lain](../foto.png)\n\n$x$\n\n<p>HTML <b>tebal</b></p>\n\n<script>1</script>"
    noted = Collector()
    notebook = nbformat.v4.new_notebook(cells=[markdown(text)])
    found = blocks_of(notebook, noted=noted, folder=tmp_path)[1:]
    assert [block["type"] for block in found] == ["list", "figure", "paragraph", "paragraph"]
    assert found[1]["alt"] == "Foto"
    assert [run["text"] for run in found[3]["runs"]] == ["HTML ", "tebal"]
    named = [(note.code, note.data.get("kind")) for note in noted.found]
    assert named == [
        ("output_unprintable", "../foto.png"),
        ("math_as_typed", None),
        ("output_unprintable", "JavaScript"),
    ]


def test_word_has_links_and_lists_inside_lists_and_small_pictures_stay_small(tmp_path: Path) -> None:
    Image.new("RGB", (50, 50)).save(tmp_path / "titik.png")
    notebook = nbformat.v4.new_notebook(
        cells=[markdown("[a](https://example.org)\n\n1. b\n   - c\n2. d\n\n![e](titik.png)")]
    )
    made, _ = DocxExporter().from_notebook_node(notebook, {"metadata": {"path": str(tmp_path)}})
    word = docx.Document(BytesIO(made))
    assert [link.address for paragraph in word.paragraphs for link in paragraph.hyperlinks] == ["https://example.org"]
    indents = [p.paragraph_format.left_indent for p in word.paragraphs if p.text in {"b", "c", "d"}]
    assert [indent is not None for indent in indents] == [False, True, False]
    assert word.inline_shapes[0].width.mm < 20
