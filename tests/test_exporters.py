"""The exporters: what nbconvert and JupyterLab offer, and the names of the files that they write."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from documents import masthead, report
from openpyxl import load_workbook
from problems import problem
from pypdf import PdfReader

from kit.render.blocks import MIME, packed
from kit.render.exporters import DocxExporter, HtmlExporter, PdfExporter, XlsxExporter

ROOT = Path(__file__).parents[1]
EXPORTERS = {"kit_html": HtmlExporter, "kit_pdf": PdfExporter, "kit_docx": DocxExporter, "kit_xlsx": XlsxExporter}


def executed(**about: Any) -> nbformat.NotebookNode:
    """A notebook as papermill leaves it: prose about itself, and one cell that shows the document."""
    outputs = [nbformat.v4.new_output("display_data", {MIME: packed(block)}) for block in report(**about)]
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Untuk analis", metadata={"tags": ["about"]}),
            nbformat.v4.new_code_cell("rahasia = edition.report()", execution_count=1, outputs=outputs),
            nbformat.v4.new_markdown_cell("Kata analis."),
        ]
    )


@pytest.mark.parametrize("name", EXPORTERS)
def test_exporters_are_offered_by_name(name: str) -> None:
    declared = {point.name: point.value for point in entry_points(group="nbconvert.exporters")}
    if name not in declared:
        pytest.skip("the kit is not installed here")
    module, _, attribute = declared[name].partition(":")
    assert (module, attribute) == (EXPORTERS[name].__module__, EXPORTERS[name].__name__)


@pytest.mark.parametrize(
    ("kind", "extension", "mimetype", "begin"),
    [
        (HtmlExporter, ".html", "text/html", "<!doctype html>"),
        (PdfExporter, ".pdf", "application/pdf", b"%PDF-1.7"),
        (DocxExporter, ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        (XlsxExporter, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    ],
)
def test_an_executed_notebook_becomes_a_document(kind: type[Any], extension: str, mimetype: str, begin: Any) -> None:
    made, resources = kind().from_notebook_node(executed(simulated=False))
    assert made.startswith(begin)
    assert (resources["output_extension"], kind().output_mimetype) == (extension, mimetype)
    assert kind.export_from_notebook


def test_the_analysts_words_are_in_it_and_code_never() -> None:
    html, _ = HtmlExporter().from_notebook_node(executed())
    pdf, _ = PdfExporter().from_notebook_node(executed())
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for face in (html, text):
        assert "Kata analis." in face
        assert "rahasia" not in face
        assert "Untuk analis" not in face


@pytest.mark.parametrize("kind", EXPORTERS.values())
@pytest.mark.parametrize(
    ("simulated", "name", "ending"),
    [(True, "laporan", "-SIMULASI"), (True, "laporan-SIMULASI", ""), (False, "laporan", ""), (False, "simulasi", "")],
)
def test_files_of_simulated_editions_say_so_in_their_name(
    kind: type[Any], *, simulated: bool, name: str, ending: str
) -> None:
    exporter = kind()
    for resources in ({"unique_key": name}, {"metadata": {"name": name}}):
        _, after = exporter.from_notebook_node(executed(simulated=simulated), resources)
        assert after["output_extension"] == ending + exporter.file_extension


def test_a_notebook_that_was_not_run_is_refused() -> None:
    notebook = executed()
    notebook.cells[1].execution_count = None
    with problem("notebook_not_executed"):
        PdfExporter().from_notebook_node(notebook)


def test_jupyterlabs_menu_says_in_the_document_what_is_missing_from_it() -> None:
    """Nobody reads the warnings in its log."""
    notebook = executed()
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    notebook.cells[1].outputs.append(nbformat.v4.new_output("display_data", widget))
    sentence = "Sel 2: widget tidak dapat dicetak"
    assert sentence in HtmlExporter().from_notebook_node(notebook, {"config_dir": ""})[0]
    assert sentence not in HtmlExporter().from_notebook_node(notebook)[0]


def test_nbconvert_writes_the_file_with_simulasi_in_its_name(tmp_path: Path) -> None:
    nbformat.write(executed(), tmp_path / "laporan.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "kit.render.exporters.XlsxExporter", "laporan.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=_environment(tmp_path), capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("laporan*")) == ["laporan-SIMULASI.xlsx", "laporan.ipynb"]
    made = load_workbook(tmp_path / "laporan-SIMULASI.xlsx")
    assert made.worksheets[0]["A1"].value == masthead().title


def _environment(home: Path) -> dict[str, str]:
    import os  # noqa: PLC0415

    return {**os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(home), "PYTHONUTF8": "1"}


@pytest.mark.parametrize("module", ["html", "pdf", "xlsx", "blocks", "notebook"])
def test_faces_load_only_what_they_need(module: str) -> None:
    code = f"import sys, json; import kit.render.{module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT)))
    assert not loaded & {
        "nbconvert",
        "typst",
        "jinja2",
        "xlsxwriter",
        "mistune",
        "pandas",
        "matplotlib",
        "fontTools",
        "babel",
    }
