"""Exporters for ``jupyter nbconvert --to kit_pdf`` and JupyterLab's "Save and Export", one for each format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter

from kit.errors import Collector, Problem
from kit.render.blocks import Callout
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.notebook import blank_document, blocks_of, language_of
from kit.render.pdf import to_pdf
from kit.render.prepare import first_rows, masthead_of
from kit.render.xlsx import to_xlsx
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbformat import NotebookNode

    from kit.render.prepare import Json

# Every file made from a simulated edition carries this word in its name.
SIMULATED = "SIMULASI"


class _BlocksExporter(Exporter):
    """Writes the document inside an executed notebook; nbconvert wants a class for each format."""

    write: Callable[[list[Json], Texts, str], str | bytes]

    def from_notebook_node(  # type: ignore[override]  # exporters return what they made, whatever the base says
        self,
        nb: NotebookNode,
        resources: dict[str, Any] | None = None,
        **kw: Any,  # noqa: ANN401  (nbconvert's own signature)
    ) -> tuple[str | bytes, dict[str, Any]]:
        """Return the file's content, and in the resources the ending of its name; log what cannot be printed.

        Raises:
            SystemExit: the notebook was not run or has a cell that failed; nbconvert's command ends with the sentence.
            Problem: the same, for who calls it from Python.
        """
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        name = str(resources.get("unique_key") or resources.get("metadata", {}).get("name", ""))
        language, noted = language_of(notebook), Collector()
        try:
            folder = resources.get("metadata", {}).get("path")
            blocks = blocks_of(notebook, name, noted, None if folder is None else Path(folder))
        except Problem as problem:
            sentence = problem.sentence(language)
            if "unique_key" in resources:  # the command, which would print a traceback around it
                raise SystemExit(sentence) from None
            if "config_dir" not in resources:
                raise
            # JupyterLab's menu would show no more than "500": the document says it instead.
            self.log.warning(sentence)
            title = Texts(language)("outputs.not_made")
            blocks = [blank_document(notebook, title, name, language), Callout(sentence, kind="warning").to_json()]
        for note in noted.found:
            self.log.warning(note.sentence(language))
            if "config_dir" in resources and note.code == "output_unprintable":  # nobody reads the server's log
                blocks.append(Callout(note.sentence(language), kind="warning").to_json())
        mark = f"-{SIMULATED}" if masthead_of(blocks)["simulated"] and SIMULATED not in name else ""
        if mark:  # both nbconvert and the Jupyter server put this behind the notebook's name
            resources["output_extension"] = f"{mark}{self.file_extension}"
        return self.write(blocks, Texts(language), f"{name}{mark}{XlsxExporter.file_extension}"), resources


class HtmlExporter(_BlocksExporter):
    """The document as one HTML file."""

    export_from_notebook, file_extension, output_mimetype = "Laporan HTML (kit)", ".html", "text/html"

    @staticmethod
    def write(blocks: list[Json], t: Texts, file: str) -> str:
        """Return the document with as much of long tables as a browser holds."""
        return to_html(first_rows(blocks, t, file, html=True))


class PdfExporter(_BlocksExporter):
    """The document as PDF/UA-1 and PDF/A-2a."""

    export_from_notebook, file_extension, output_mimetype = "Laporan PDF (kit)", ".pdf", "application/pdf"

    @staticmethod
    def write(blocks: list[Json], t: Texts, file: str) -> bytes:
        """Return the document with the first rows of long tables."""
        return to_pdf(first_rows(blocks, t, file))


class DocxExporter(_BlocksExporter):
    """The document as a Word file, to be edited."""

    export_from_notebook, file_extension = "Laporan Word (kit)", ".docx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @staticmethod
    def write(blocks: list[Json], t: Texts, file: str) -> bytes:
        """Return the document with the first rows of long tables."""
        return to_docx(first_rows(blocks, t, file))


class XlsxExporter(_BlocksExporter):
    """The document's tables as a workbook."""

    export_from_notebook, file_extension = "Tabel Excel (kit)", ".xlsx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @staticmethod
    def write(blocks: list[Json], t: Texts, file: str) -> bytes:  # noqa: ARG004  (as the others)
        """Return the document's tables whole."""
        return to_xlsx(blocks)
