"""Word documents: real styles, header rows, language and properties; text as typed; the same bytes each time."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import docx
import pytest
from documents import FINGERPRINT, SIGNED, masthead, report, table
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.render.blocks import Bullets, Cell, Column, Heading, Paragraph, Run, Table
from kit.render.docx import to_docx
from kit.render.prepare import printable

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as WordDocument

    from kit.render.blocks import Block


def made(*blocks: Block, **about: Any) -> WordDocument:
    return docx.Document(BytesIO(to_docx([masthead(**about).to_json(), *(block.to_json() for block in blocks)])))


def part(content: bytes, name: str) -> str:
    with ZipFile(BytesIO(content)) as file:
        return file.read(name).decode()


def test_properties_say_what_the_document_is() -> None:
    about = made().core_properties
    assert about.title == "Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025"
    assert about.author == "Badan Contoh Kota Contoh"
    assert about.subject == "Hasil penilaian, belum ditetapkan"
    assert about.category == "Terbatas: pimpinan, panitia, dewan juri"
    assert FINGERPRINT in about.comments
    assert "DATA SIMULASI" in about.keywords
    assert about.created == about.modified == datetime(2025, 11, 23, 2, 5, tzinfo=UTC)
    assert (made().core_properties.language, made(language="en").core_properties.language) == ("id-ID", "en-GB")


def test_every_page_says_that_data_are_simulated_and_nothing_says_so_otherwise() -> None:
    for simulated in (True, False):
        section = made(simulated=simulated).sections[0]
        headers = [section.header, section.first_page_header]
        said = ["DATA SIMULASI" in "".join(p.text for p in header.paragraphs) for header in headers]
        assert said == [simulated, simulated]
        footer = "".join(p.text for p in section.footer.paragraphs)
        assert "Terbatas · Sidik digital data 3f8a1c55d0e9…" in footer


def test_headings_and_lists_are_real() -> None:
    blocks = [
        Heading("Satu"),
        Heading("Dua", 3),
        Bullets(["a", "b"], ordered=True),
        Bullets(["c"]),
        Bullets(["d"], ordered=True),
    ]
    document = made(*blocks)
    styles = [(p.text, p.style.name) for p in document.paragraphs]
    assert ("Satu", "Heading 1") in styles
    assert ("Dua", "Heading 2") in styles
    numbers = {
        p.text: p._p.pPr.numPr.numId.val
        for p in document.paragraphs
        if p._p.pPr is not None and p._p.pPr.numPr is not None
    }
    assert numbers["a"] == numbers["b"]
    assert len({numbers["a"], numbers["c"], numbers["d"]}) == 3  # each list in order begins with 1
    assert part(to_docx([block.to_json() for block in (masthead(), *blocks)]), "word/numbering.xml").count(
        '<w:startOverride w:val="1"/>'
    ) == len([block for block in blocks if isinstance(block, Bullets) and block.ordered])


def test_tables_have_marked_header_rows_and_a_description() -> None:
    content = to_docx([masthead().to_json(), table().to_json(), *(block.to_json() for block in SIGNED)])
    body = part(content, "word/document.xml")
    tables = re.findall(r"<w:tbl>.*?</w:tbl>", body, flags=re.DOTALL)
    with_head = [found for found in tables if "<w:tblHeader/>" in found]
    assert len(tables) == len(with_head) == 2  # the ranking, those who all sign
    assert all(found.index("<w:tblHeader/>") < found.index("<w:p>") for found in with_head)
    assert '<w:tblCaption w:val="Peringkat Kelompok 2"/>' in with_head[0]


def test_tables_read_as_they_were_given() -> None:
    rows = [[cell.text for cell in row.cells] for row in made(table(4)).tables[0].rows]
    assert rows[0] == ["Peringkat", "Inovasi", "Unit kerja", "Nilai", "Kelengkapan", "Tanggal"]
    unit = "UPT Puskesmas Contoh Kampung Melati Dalam Indah"
    assert rows[4] == ["4", "Antre Tanpa Menunggu 4", unit, "84,50", "49,4%", "23 November 2025"]


def test_official_form_is_there() -> None:
    document = made(*SIGNED, form="official")
    paragraphs = {p.text: p.style.name for p in document.paragraphs}
    assert paragraphs["BERITA ACARA\nTENTANG\nHASIL"] == "Title"
    assert paragraphs["BADAN CONTOH"] == "Letterhead"
    assert "LAMPIRAN" in paragraphs
    assert paragraphs["Contoh Sari"] == "Signing"
    cells = [[cell.text for cell in row.cells] for found in document.tables for row in found.rows]
    assert cells[-1][:3] == ["2", "Contoh Budi", "Anggota"]


ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=50)
@given(ANY)
def test_any_text_comes_out_as_typed(text: str) -> None:
    blocks = [
        masthead(title="x" + text),
        Paragraph((Run("«" + text + "»", strong=True),)),
        Table(caption="t", columns=[Column("a", "A")], rows=[{"a": Cell(text)}], row_header="a"),
    ]
    document = docx.Document(BytesIO(to_docx([block.to_json() for block in blocks])))
    assert document.tables[0].rows[1].cells[0].text == printable(text)
    assert f"«{printable(text)}»" in [paragraph.text for paragraph in document.paragraphs]
    assert document.core_properties.title == "x" + printable(text)


def test_a_title_may_be_longer_than_a_property_of_the_file() -> None:
    document = made(title="Judul " * 60)
    assert document.core_properties.title == ("Judul " * 60)[:255]
    assert "Judul " * 60 in [paragraph.text for paragraph in document.paragraphs]


# The order in which Word wants the parts of a property; it calls a file damaged otherwise.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs spacing ind contextualSpacing jc outlineLvl",
    "rPr": "rFonts b bCs i iCs color sz szCs lang",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "trPr": "cantSplit trHeight tblHeader",
    "sectPr": "headerReference footerReference pgSz pgMar titlePg",
    "style": "name basedOn next uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr tblStylePr",
}


def test_properties_stand_in_the_order_that_word_wants() -> None:
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

    content = to_docx([masthead().to_json(), table().to_json(), *report()[1:], *(block.to_json() for block in SIGNED)])
    with ZipFile(BytesIO(content)) as file:
        trees = [etree.fromstring(file.read(name)) for name in file.namelist() if name.endswith((".xml", ".rels"))]
    seen = set()
    for tree in trees:
        for element in tree.iter():
            name = etree.QName(element).localname
            if name in ORDER:
                order = ORDER[name].split()
                places = [order.index(etree.QName(child).localname) for child in element]
                assert places == sorted(places), etree.tostring(element)
                seen.add(name)
    assert seen == set(ORDER)


@pytest.mark.office
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "laporan.docx"
    path.write_bytes(to_docx([*report(), *(block.to_json() for block in SIGNED)]))
    office = shutil.which("soffice") or ""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
