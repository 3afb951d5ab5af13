"""Slides: real titles, tables, pictures with a description and notes; text as typed; the same bytes each time."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from documents import FINGERPRINT, masthead, report, table
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR

from kit.render.blocks import (
    Bullets,
    Callout,
    Cell,
    Chart,
    Column,
    Figure,
    Heading,
    Honour,
    Notes,
    Paragraph,
    Praise,
    Run,
    Table,
)
from kit.render.pptx import to_pptx
from kit.render.prepare import printable

if TYPE_CHECKING:
    from pathlib import Path

    from kit.render.blocks import Block

BARS = Chart(["SOP", "=Pembiayaan", "Batas"], {"indeks": [Decimal("42.93"), Decimal("65.02"), None]}, places=2)
SHARES = Chart(["SOP", "Pembiayaan"], {"inovasi": [28, 0]}, total=49)


def content(*blocks: Block, **about: Any) -> bytes:
    return to_pptx([masthead(**about).to_json(), *(block.to_json() for block in blocks)])


def made(*blocks: Block, **about: Any) -> Any:
    return Presentation(BytesIO(content(*blocks, **about)))


def said(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def tables(slide: Any) -> list[list[list[str]]]:
    found = [shape.table for shape in slide.shapes if shape.has_table]
    return [[[cell.text_frame.text for cell in row.cells] for row in one.rows] for one in found]


def within(deck: Any) -> bool:
    """Whether everything on every slide stands inside it."""
    return all(
        shape.left >= 0
        and shape.left + shape.width <= deck.slide_width + 9144
        and shape.top >= 0
        and shape.top + shape.height <= deck.slide_height + 9144
        for slide in deck.slides
        for shape in slide.shapes
    )


def test_every_heading_begins_a_slide_whose_outline_can_be_read() -> None:
    deck = made(
        Paragraph("Pembuka."), Heading("Satu"), Bullets(["a", "b"]), Heading("Dua", 3), Heading("Tiga"), table(4)
    )
    assert titles(deck) == ["Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025", "Satu", "Tiga"]
    assert deck.slide_width * 9 == pytest.approx(deck.slide_height * 16, rel=1e-3)
    first, second, third = deck.slides
    assert "Pembuka." in first.placeholders[1].text_frame.text
    assert [p.text for p in second.placeholders[1].text_frame.paragraphs] == ["a", "b", "Dua"]
    assert [shape.placeholder_format.idx for shape in third.placeholders if shape.placeholder_format.idx < 10] == [0]


def test_a_table_is_real_with_its_header_flagged_and_described() -> None:
    slide = made(Heading("Peringkat"), table(4)).slides[1]
    (shape,) = (shape for shape in slide.shapes if shape.has_table)
    assert shape.table.first_row
    assert shape._element.nvGraphicFramePr.cNvPr.get("descr") == "Peringkat Kelompok 2"
    rows = tables(slide)[0]
    assert rows[0] == ["Peringkat", "Inovasi", "Unit kerja", "Nilai", "Kelengkapan", "Tanggal"]
    assert len(rows) == 5
    assert rows[4][3] == "84,50"


def test_a_long_table_goes_on_with_its_header_on_another_slide() -> None:
    deck = made(Heading("Peringkat"), Paragraph("Keterangan."), table(60))
    assert titles(deck)[1] == f"Peringkat (1/{len(deck.slides) - 1})"
    parts = [rows for slide in deck.slides for rows in tables(slide)]
    assert len(parts) > 2
    assert len({tuple(part[0]) for part in parts}) == 1
    assert [row[0] for part in parts for row in part[1:]] == [str(n) for n in range(1, 61)]
    assert within(deck)


def figure(chart: Chart) -> Figure:
    return Figure(caption="Judul gambar", alt="Satu batang hitam.", svg="<svg/>", chart=chart)


def charts(deck: Any) -> list[Any]:
    return [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_a_figure_is_a_chart_of_its_numbers_that_says_what_it_shows() -> None:
    deck = made(Heading("Gambar"), Paragraph("Teks."), figure(BARS), Heading("Bagian"), figure(SHARES))
    bars, shares = charts(deck)
    assert bars._element.nvGraphicFramePr.cNvPr.get("descr") == "Satu batang hitam."
    (series,) = bars.chart.plots[0].series
    assert (series.name, [*series.values]) == ("indeks", [42.93, 65.02, None])
    assert series.data_labels.number_format == "[$-421]#,##0.00"
    assert series.format.fill.fore_color.theme_color == MSO_THEME_COLOR.ACCENT_1
    rest, own = shares.chart.plots[0].series
    assert ([*rest.values], [*own.values]) == ([49, 49], [28, 0])
    assert shares.chart.value_axis.maximum_scale == 49
    assert own.data_labels.number_format == "[$-421]#,##0"
    assert within(deck)


def test_the_sheet_behind_a_chart_holds_its_numbers_and_no_time_of_its_own() -> None:
    (bars,) = charts(made(Heading("Gambar"), figure(BARS)))
    blob = bars.chart.part.chart_workbook.xlsx_part.blob
    book = load_workbook(BytesIO(blob))
    expected = [(None, "indeks"), ("SOP", 42.93), ("=Pembiayaan", 65.02), ("Batas", None)]
    assert [*book["Sheet1"].values] == expected
    assert book["Sheet1"]["A3"].data_type == "s"
    assert book.properties.created == datetime(2025, 11, 23, 2, 5, tzinfo=UTC).replace(tzinfo=None)


def test_who_gets_an_award_appears_on_a_click() -> None:
    won = Honour([Praise("Unit", "recipient"), Praise("Inovasi", "work")])
    _, award, other = made(Heading("Juara I"), won, Heading("Kelompok 1"), Honour([Praise("Kompetisi")])).slides
    target = award.element.xpath("p:timing//p:spTgt/@spid")
    assert target == [str(award.placeholders[1].shape_id)]
    assert award.placeholders[1].text_frame.text == "Unit\nInovasi"
    assert not other.element.xpath("p:timing")


def test_notes_say_where_figures_come_from() -> None:
    notes = Table(caption="t", columns=[Column("a", "A")], rows=[{"a": Cell("1")}], row_header="a", notes=["Di bawah."])
    deck = made(Heading("Satu"), notes, Notes("Sumber: contoh."))
    assert FINGERPRINT in deck.slides[0].notes_slide.notes_text_frame.text
    assert deck.slides[1].notes_slide.notes_text_frame.text == "Di bawah.\nSumber: contoh."


def test_every_slide_says_what_its_data_are_and_for_whom_it_is() -> None:
    blocks = [
        Heading("Satu"),
        Paragraph("a"),
        Heading("Juara I"),
        Honour([Praise("Unit", "award")]),
        Heading("Tabel"),
        table(4),
    ]
    for simulated in (True, False):
        deck = made(*blocks, simulated=simulated, caution="EMBARGO")
        for number, slide in enumerate(deck.slides, 1):
            text = said(slide)
            assert ("DATA SIMULASI" in text) == simulated
            assert "EMBARGO" in text
            assert "Terbatas · Sidik digital data 3f8a1c55d0e9…" in text
            foot = {shape.placeholder_format.type: shape.text_frame.text for shape in slide.placeholders}
            assert str(number) in foot.values()


def test_properties_say_what_the_document_is() -> None:
    about = made().core_properties
    assert about.title == "Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025"
    assert about.author == "Badan Contoh Kota Contoh"
    assert about.created == about.modified == datetime(2025, 11, 23, 2, 5, tzinfo=UTC).replace(tzinfo=None)
    assert (about.language, made(language="en").core_properties.language) == ("id-ID", "en-GB")
    with ZipFile(BytesIO(content())) as file:
        assert FINGERPRINT in file.read("docProps/custom.xml").decode()
        assert "Plus Jakarta Sans" in file.read("ppt/theme/theme1.xml").decode()
        assert not [name for name in file.namelist() if "thumbnail" in name or "printer" in name]


@pytest.mark.parametrize("letters", [3, 160, 600])
def test_names_of_any_length_shrink_and_do_not_overflow(letters: int) -> None:
    name = ("Unit Pelaksana Teknis Contoh " * 30)[:letters]
    blocks = [Heading(name), Honour([Praise("Juara II", "award"), Praise(name, "work")])]
    blocks += [Heading(name), Bullets([name] * 12, ordered=True)]
    rows = [{"a": Cell(name), "b": Cell(name)}] * 3
    blocks += [
        Heading("T"),
        Table(caption="t", columns=[Column("a", "A"), Column("b", "B")], rows=rows, row_header="a"),
    ]
    deck = made(*blocks)
    assert within(deck)
    assert sum(said(slide).count(name) for slide in deck.slides) >= 14
    award = deck.slides[1].shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt
    assert (award == 54) == (letters == 3)


ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=30)
@given(ANY)
def test_any_text_comes_out_as_typed(text: str) -> None:
    shown = Table(caption="t", columns=[Column("a", "A")], rows=[{"a": Cell(text)}], row_header="a")
    slide = made(Heading("x" + text), Callout("«" + text + "»"), shown).slides[1]
    plain = printable(text).replace("\n", "\v")
    assert slide.shapes.title.text_frame.text == "x" + plain
    assert slide.placeholders[1].text_frame.text == "«" + plain + "»"
    assert tables(slide)[0][1] == [plain]


def test_the_same_document_has_the_same_bytes() -> None:
    assert to_pptx(report()) == to_pptx(report())


# The order in which PowerPoint wants the parts of a property; it calls a file damaged otherwise.
ORDER = {
    "pPr": "lnSpc spcBef spcAft buFont buNone buAutoNum buChar",
    "rPr": "ln solidFill latin hlinkClick",
    "defRPr": "solidFill latin ea cs",
    "lvl1pPr": "spcBef buFont buNone buChar defRPr",
    "bodyPr": "noAutofit normAutofit",
    "tcPr": "solidFill",
    "txBody": "bodyPr lstStyle p",
    "sldMaster": "cSld clrMap sldLayoutIdLst txStyles",
    "cSld": "bg spTree extLst",
    "sld": "cSld clrMapOvr timing",
}


def test_properties_stand_in_the_order_that_powerpoint_wants() -> None:
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

    link = Paragraph((Run("a", strong=True, href="https://contoh.invalid"), Run("b", em=True)))
    filled = Table(caption="t", columns=[Column("a", "A")], rows=[{"a": Cell("1", fill="#ffeeaa")}], row_header="a")
    award = [Heading("Juara I"), Honour([Praise("Unit", "recipient")])]
    made = content(Heading("Satu"), link, Bullets(["a"], ordered=True), filled, *award)
    seen = set()
    with ZipFile(BytesIO(made)) as file:
        names = [name for name in file.namelist() if name.endswith(".xml") and "notes" not in name]
        trees = [etree.fromstring(file.read(name)) for name in names]
        slides = [file.read(name).decode() for name in names if "slides/slide" in name]
    for element in (element for tree in trees for element in tree.iter(tag=etree.Element)):
        name = etree.QName(element).localname
        if name in ORDER and "presentationml/2006/main" in str(element.getroottree().getroot().tag):
            order = ORDER[name].split()
            places = [order.index(etree.QName(child).localname) for child in element]
            assert places == sorted(places), etree.tostring(element)
            seen.add(name)
    assert seen == set(ORDER)
    for slide in slides:
        ids = re.findall(r'<p:cNvPr id="(\d+)"', slide)
        assert len(ids) == len(set(ids)) > 2


@pytest.mark.office
def test_libreoffice_opens_it_and_keeps_charts_tables_and_notes(tmp_path: Path) -> None:
    path, again = tmp_path / "a.pptx", tmp_path / "again"
    path.write_bytes(
        content(Heading("Satu"), Paragraph("a"), table(60), Heading("Dua"), figure(BARS), Notes("Sumber."))
    )
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for form, where in (("pdf", tmp_path), ("pptx", again)):
        command = ["soffice", "--headless", profile, "--convert-to", form, "--outdir", str(where), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    from pypdf import PdfReader  # noqa: PLC0415

    pages = PdfReader(tmp_path / "a.pdf").pages
    ours, theirs = (Presentation(str(one)) for one in (path, again / "a.pptx"))
    assert len(pages) == len(ours.slides) == len(theirs.slides)
    assert "DATA SIMULASI" in pages[0].extract_text()
    assert titles(theirs) == titles(ours)
    assert [tables(slide) for slide in theirs.slides] == [tables(slide) for slide in ours.slides]
    (chart,) = charts(theirs)
    assert [*chart.chart.plots[0].series[0].values][:2] == [42.93, 65.02]
    assert "Sumber." in theirs.slides[-1].notes_slide.notes_text_frame.text
