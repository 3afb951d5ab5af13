"""PDF: tagged, archival, the same bytes each time, and nothing lost between the data and the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from documents import DRAWING, FINGERPRINT, masthead, official, report, table
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import squeezed
from pypdf import PdfReader
from tags import spoken

from kit import theme
from kit.render.blocks import (
    Bullets,
    Cell,
    Column,
    Fact,
    Facts,
    Figure,
    Heading,
    Letterhead,
    PageBreak,
    Paragraph,
    Run,
    Table,
    Title,
    Winner,
    Winners,
    WinnerScope,
    runs,
)
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.texts import WIB

if TYPE_CHECKING:
    from pypdf import PageObject

    from kit.render.blocks import Block


def made(*blocks: Block, **about: object) -> PdfReader:
    return PdfReader(BytesIO(to_pdf([masthead(**about).to_json(), *(block.to_json() for block in blocks)])))


def words(reader: PdfReader) -> str:
    return squeezed("".join(page.extract_text() for page in reader.pages))


def places(page: PageObject) -> list[tuple[str, float, float]]:
    """Each stretch of text with where it begins and how large it is set, from the left edge in points."""
    found: list[tuple[str, float, float]] = []

    def note(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            found.append((text.strip(), tm[4] * cm[0] + tm[5] * cm[2] + cm[4], abs(size * tm[0] * cm[0])))

    page.extract_text(visitor_text=note)
    return found


def page_of(reader: PdfReader, text: str) -> int:
    return next(n for n, page in enumerate(reader.pages) if squeezed(text) in squeezed(page.extract_text()))


def kinds(reader: PdfReader) -> list[str]:
    """The kind of every element of the structure, in reading order."""
    return [kind for kind, _ in spoken(reader)]


def headings(reader: PdfReader) -> list[tuple[str, str]]:
    return [(kind, squeezed(text)) for kind, text in spoken(reader) if re.fullmatch("H[1-6]", kind)]


@pytest.fixture(scope="module")
def annual() -> PdfReader:
    return PdfReader(BytesIO(to_pdf(report(rows=90))))


def test_the_file_says_that_it_is_accessible_and_archival(annual: PdfReader) -> None:
    root = annual.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r"<pdfuaid:part>1<", xmp)
    assert re.search(r"<pdfaid:part>2<", xmp)
    assert re.search(r"<pdfaid:conformance>A<", xmp)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "id-ID"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_metadata_say_what_the_document_is(annual: PdfReader) -> None:
    about = annual.metadata
    assert about is not None
    assert about.title == "Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025"
    assert about.author == "Badan Contoh Kota Contoh"
    assert about.creation_date == datetime(2025, 11, 23, 9, 5, tzinfo=WIB)
    assert FINGERPRINT in about["/Keywords"]
    assert "DATA SIMULASI" in about["/Keywords"]


def test_every_page_says_what_the_document_is(annual: PdfReader) -> None:
    count = len(annual.pages)
    assert count >= 4
    for number, page in enumerate(annual.pages, 1):
        text = page.extract_text()
        assert "DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA" in text
        assert f"Halaman {number} dari {count}" in text
        assert "Hasil penilaian, belum ditetapkan · Terbatas · Sidik digital data 3f8a1c55d0e9…" in text
        assert squeezed("Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025") in squeezed(text)
        assert "2025" in text


def test_the_title_is_the_first_heading_and_no_level_is_skipped(annual: PdfReader) -> None:
    found = ["H1 Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025", "H2 Proses", "H2 Peserta"]
    found += ["H3 Menurut jenis unit", "H2 Hasil", "H2 Lampiran", "H2 Tentang dokumen ini"]
    assert headings(annual) == [(level, squeezed(text)) for level, _, text in (one.partition(" ") for one in found)]


def test_paragraphs_are_tagged_as_such() -> None:
    assert ("P", "Nilai dihitung ulang.") in spoken(made(Paragraph("Nilai dihitung ulang.")))


def test_headings_are_bookmarks_and_listed_with_their_pages(annual: PdfReader) -> None:
    def titles(outline: list[object]) -> list[object]:
        return [titles(item) if isinstance(item, list) else item.title for item in outline]  # type: ignore[attr-defined]

    assert titles(annual.outline) == ["Proses", "Peserta", ["Menurut jenis unit"], "Hasil", "Lampiran"]
    listed = annual.pages[1].extract_text()
    assert listed.index("Daftar isi") < listed.index("Lampiran")
    assert re.search(rf"Lampiran[ .]*{page_of(annual, 'Nilai dihitung ulang.') + 1}\n", listed)


def test_a_long_table_repeats_its_header_and_loses_no_row(annual: PdfReader) -> None:
    pages = [page.extract_text() for page in annual.pages]
    with_rows = [text for text in pages if "Antre Tanpa Menunggu 8" in text or "Antre Tanpa Menunggu 40" in text]
    assert len(with_rows) >= 2
    assert all(squeezed("Peringkat Inovasi Unit kerja Nilai") in squeezed(text) for text in with_rows)
    assert re.findall(r"Antre Tanpa Menunggu (\d+)\b", "".join(pages[1:])) == [str(n) for n in range(1, 91)]
    # The reader hears the header once: repetitions are not part of the structure.
    assert kinds(annual).count("TH") == 6 + 2 * 2


def test_every_font_is_embedded(annual: PdfReader) -> None:
    fonts = {font.get_object()["/BaseFont"] for page in annual.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts
    assert {re.sub("-.*", "", name.partition("+")[2]) for name in fonts} == {"PlusJakartaSans", "DejaVuSansMono"}


def test_figures_say_what_they_show() -> None:
    reader = made(Figure(caption="Jumlah", alt="Kelurahan mengirim terbanyak.", svg=DRAWING))
    assert ("Figure", "Kelurahan mengirim terbanyak.") in spoken(reader)
    assert "Gambar1.Jumlah" in words(reader)


@pytest.mark.parametrize(
    "size",
    ['width="900pt" height="90pt"', 'width="20mm" height="900cm"', "", 'height="10"', 'width="5in" height="3in"'],
)
def test_figures_of_any_size_find_room(size: str) -> None:
    svg = DRAWING.replace('width="300pt" height="120pt"', size)
    assert len(made(Figure(caption="Jumlah", alt="Isi.", svg=svg)).pages) <= 2


def test_a_character_without_a_glyph_is_printed_as_its_code_point(caplog: pytest.LogCaptureFixture) -> None:
    text = words(made(Paragraph("Jepang 日, nol \x00, Łódź → ≥ ✓ e\u0301")))
    assert "Jepang[U+65E5],nol[U+0000],Łódź→≥✓" in text
    (warning,) = [record.getMessage() for record in caplog.records]
    assert warning.startswith("Dokumen laporan-2025-SIMULASI: karakter [U+65E5] tidak ada dalam huruf yang dipakai")


@settings(max_examples=30, deadline=None)
@given(st.text())
def test_no_text_stops_the_document(text: str) -> None:
    to_pdf(
        [
            masthead(title="x" + text).to_json(),
            Heading(text).to_json(),
            Paragraph(text).to_json(),
            table(1, caption=text).to_json(),
        ]
    )


def test_every_letter_of_the_fonts_can_be_printed() -> None:
    letters = [chr(code) for code in sorted(theme.covered())]
    made(*(Paragraph("a".join(letters[start : start + 500])) for start in range(0, len(letters), 500)))


def test_words_longer_than_their_column_break_and_lose_nothing() -> None:
    word = "Pneumono" * 30
    rows = [{"a": Cell(word), "b": Cell("1,00", 1.0)}]
    reader = made(
        Paragraph(word),
        Heading(word),
        Table(caption=word, columns=[Column("a", "A"), Column("b", "B", "decimal")], rows=rows, row_header="a"),
    )
    assert words(reader).count(word) == 4
    # What is copied is what was written: nothing that has no glyph stands in the text.
    assert not any(b"/ActualText" in page["/Contents"].get_data() for page in reader.pages)
    for page in reader.pages:
        ends = [start + 0.5 * size * max(map(len, text.split())) for text, start, size in places(page)]
        assert max(ends) < float(page.mediabox.width) - 20


@pytest.mark.parametrize("form", ["report", "official"])
def test_a_code_is_copied_as_it_was_written(form: str) -> None:
    codes = [sha256(bytes([n])).hexdigest() for n in range(3)]
    rows = [{"name": Cell("Dr. Contoh Andini Lestari, M.H."), "count": Cell("1.467", 1467), "code": Cell(codes[0])}]
    columns = [Column("name", "Catatan"), Column("count", "Jumlah", "integer"), Column("code", "Kode terakhir")]
    chains = Table(caption="Kode keutuhan", columns=columns, rows=rows, row_header="name")
    blocks = [masthead(form=form, fingerprint=codes[2]), Paragraph(f"Klaim (SHA-256): {codes[1]}. Selesai."), chains]
    document = [block.to_json() for block in blocks]
    (page,) = PdfReader(BytesIO(to_pdf(document))).pages
    assert [page.extract_text().count(code) for code in codes] == [1, 1, 1]
    assert all(start + 200 < float(page.mediabox.width) for said, start, _ in places(page) if said in codes)
    with ZipFile(BytesIO(to_docx(document))) as word:
        for text in (to_html(document), word.read("word/document.xml").decode()):
            assert all(code in text for code in codes[:2])


def test_a_wide_table_turns_its_page_and_takes_its_heading_along() -> None:
    columns = [Column("name", "Unit kerja"), *(Column(f"k{n}", f"Indikator {n} panjang") for n in range(12))]
    rows = [{"name": Cell("Kelurahan Contoh"), **{f"k{n}": Cell("tersedia lengkap") for n in range(12)}}]
    wide = Table(caption="Lebar", columns=columns, rows=rows, row_header="name")
    reader = made(Paragraph("Awal."), Heading("Judul"), Paragraph("Pengantar."), wide, wide, Paragraph("Akhir."))
    shapes = ["landscape" if page.mediabox.width > page.mediabox.height else "portrait" for page in reader.pages]
    assert shapes == ["portrait", "landscape", "portrait"]
    assert "Judul" in reader.pages[1].extract_text()
    assert "Judul" not in reader.pages[0].extract_text()


def test_a_table_that_no_page_can_hold_comes_in_parts_that_each_name_the_rows() -> None:
    columns = [Column("name", "Unit kerja"), *(Column(f"k{n}", f"Nilai{n}") for n in range(40))]
    rows = [{"name": Cell("Kelurahan Contoh"), **{f"k{n}": Cell(f"isi kolom {n}") for n in range(40)}}]
    text = words(made(Table(caption="Lebar", columns=columns, rows=rows, row_header="name", notes=["Catatan."])))
    parts = text.count("KelurahanContoh")
    assert parts >= 3
    assert f"Tabel1({parts}/{parts})" in text
    assert text.count("Catatan.") == 1
    assert all(f"isikolom{n}" in text for n in range(40))


def test_a_cell_longer_than_a_page_goes_on_over_the_next() -> None:
    rows = [{"a": Cell("kata " * 3000)}]
    reader = made(Table(caption="Panjang", columns=[Column("a", "A")], rows=rows, row_header="a"))
    assert reader.pages[0].extract_text().count("kata") > 300
    assert words(reader).count("kata") == 3000


# The first page


LONG_TITLE = (
    "RUMAH KELOLA SAMPAH TERPADU: Gerakan Bersama Warga dan Sekolah untuk Lingkungan yang Lebih Bersih, " * 2
)[:130]
UNIT = "Badan Contoh Kepegawaian dan Pengembangan Sumber Daya Manusia"


def opening(winners: int, scopes: int = 2, decisions: int = 4) -> list[Block]:
    """A first page with so many winners in each group, all with long titles, and what follows it."""
    scope = [Winner(f"Juara {n}", LONG_TITLE, UNIT, "91,33") for n in range(winners)]
    gain = f"{LONG_TITLE}: warga mengambil nomor antrean dari rumah sehingga tidak lagi menunggu di puskesmas."
    return [
        Paragraph(
            runs("Kompetisi diikuti **49 inovasi** dari 44 unit kerja, 7 lebih banyak daripada 2024."), lead=True
        ),
        Heading("Direkomendasikan sebagai pemenang"),
        *([Winners([WinnerScope(f"Kelompok {n}", scope) for n in range(scopes)])] if winners else []),
        Facts([Fact("49", "memiliki keempat unsur", "tim 37, SOP 30, pembiayaan 31, dasar hukum 27")] * 4),
        Heading("Manfaat bagi warga menurut proposal, belum diverifikasi"),
        Bullets([gain, gain]),
        Paragraph("Seluruh lembar penilaian telah diterima lengkap sebelum tahap ditutup, dan tidak ada konflik. " * 2),
        Heading("Keputusan yang dimohonkan"),
        Bullets(
            ["Menetapkan pemenang setiap kelompok menurut daftar lengkap."] * (decisions - 1) + ["TUNTAS"], ordered=True
        ),
        PageBreak(),
        Heading("Proses"),
    ]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("winners", [0, 1, 3])
def test_the_summary_is_one_page_and_legible(winners: int, language: str) -> None:
    reader = made(*opening(winners), language=language)
    pages = [page.extract_text() for page in reader.pages]
    assert ["TUNTAS" in text for text in pages] == [True, False]
    assert "Proses" in pages[1]
    body = [size for text, _, size in places(reader.pages[0]) if "Menetapkan" in text or "RUMAH" in text]
    assert min(body) >= 8.49
    assert max(size for text, _, size in places(reader.pages[0]) if "Menetapkan" in text) <= 9.51


def test_the_summary_shrinks_only_where_it_must() -> None:
    def size_of(winners: int) -> float:
        return next(size for text, _, size in places(made(*opening(winners)).pages[0]) if "Menetapkan" in text)

    assert size_of(0) == pytest.approx(9.5)
    assert size_of(3) < size_of(1)


def test_a_summary_that_no_page_can_hold_goes_on_over_the_next() -> None:
    reader = made(*opening(winners=5, decisions=30))
    assert words(reader).count("Menetapkanpemenang") == 29
    assert page_of(reader, "TUNTAS") > 0
    assert min(size for text, _, size in places(reader.pages[0]) if "Menetapkan" in text or "RUMAH" in text) >= 9.4


def test_the_contents_do_not_repeat_the_first_page() -> None:
    sections = [Heading(text) for text in ("Proses", "Peserta", "Hasil")]
    reader = made(Heading("Ringkasan"), PageBreak(), *sections)
    assert ["Ringkasan" in page.extract_text() for page in reader.pages] == [True, False]
    assert len(reader.outline) == 4


# What belongs together


def lines(count: int) -> Paragraph:
    return Paragraph("\n".join(map(str, range(count))))


LONG_ROWS = [{"title": Cell("Antre Tanpa Menunggu\n" * 4 + str(n))} for n in range(1, 9)]


def drawn(height: int) -> Figure:
    size = DRAWING.replace('"120pt"', f'"{height}pt"').replace("300 120", f"300 {height}")
    return Figure(caption="Jumlah", alt="Isi.", svg=size)


@pytest.mark.parametrize("before", [20, 33])
@pytest.mark.parametrize(
    ("block", "together"),
    [
        (table(2), ["Tabel 1.", "Tanpa Menunggu 1", "Tanpa Menunggu 2", "Nilai akhir keduanya sama."]),
        (
            replace(table(), rows=LONG_ROWS),
            ["Tabel 1.", "Tanpa Menunggu 1", "Tanpa Menunggu 8", "Nilai akhir keduanya sama."],
        ),
        (table(30), ["Tabel 1.", "Tanpa Menunggu 1", "Tanpa Menunggu 2"]),
        (drawn(200), ["Gambar 1."]),
    ],
    ids=["tiny", "short", "long", "figure"],
)
def test_headings_captions_and_short_tables_stay_together(before: int, block: Block, together: list[str]) -> None:
    reader = made(lines(before), Heading("Hasil"), Paragraph("Pengantar."), block)
    assert len({page_of(reader, text) for text in ["Hasil Pengantar.", *together]}) == 1


@pytest.mark.parametrize("before", [20, 30])
def test_a_tall_figure_leaves_no_page_half_empty(before: int) -> None:
    """It goes to the head or foot of a page, and what follows it in the text goes on where it would have stood."""
    reader = made(lines(before), Heading("Hasil"), Paragraph("Pengantar."), drawn(400), Paragraph("Kemudian."))
    assert [page_of(reader, text) for text in ("Hasil Pengantar.", "Kemudian.", "Gambar 1.")] == [0, 0, 1]


def test_short_texts_stay_on_one_line_beside_long_ones() -> None:
    columns = [
        Column("award", "Penghargaan"),
        Column("title", "Inovasi"),
        Column("unit", "Unit kerja"),
        Column("score", "Presentasi dan wawancara", "decimal"),
        Column("judges", "Juri"),
    ]
    row = {"award": "Harapan III", "title": LONG_TITLE, "unit": UNIT, "score": "91,33", "judges": "3 dari 3"}
    rows = [{key: Cell(text) for key, text in row.items()}]
    lines = [
        text for text, _, _ in places(made(Table(caption="", columns=columns, rows=rows, row_header="title")).pages[0])
    ]
    assert {"Harapan III", "3 dari 3", "91,33", "Presentasi dan", "wawancara"} <= set(lines)


def test_tables_with_the_same_columns_line_up() -> None:
    first = table()
    other = replace(first, rows=[{**row, "title": Cell("Pendek")} for row in first.rows])
    starts = [start for text, start, _ in places(made(first, other).pages[0]) if text == "Unit kerja"]
    assert len(starts) == 2
    assert starts[0] == starts[1]


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [PageBreak(), PageBreak(), Paragraph("a"), PageBreak(), PageBreak()],
        [table(0)],
        [Bullets([]), Facts([]), Paragraph("")],
        [
            Paragraph("a\nb\n\nc"),
            Paragraph(
                (Run("a", em=True, strong=True), Run("b", code=True), Run("c", href="https://contoh.go.id/?a=<b>&c"))
            ),
        ],
    ],
)
def test_odd_documents_are_documents(blocks: list[Block]) -> None:
    assert 1 <= len(made(*blocks).pages) <= 2


def test_a_page_break_before_a_wide_table_leaves_no_empty_page() -> None:
    columns = [Column(f"k{n}", f"Indikator {n} panjang") for n in range(12)]
    wide = Table(
        caption="Lebar", columns=columns, rows=[{f"k{n}": Cell("tersedia lengkap") for n in range(12)}], row_header="k0"
    )
    assert len(made(Paragraph("a"), PageBreak(), wide).pages) == 2  # the colophon stands on the turned page


# Official form


def test_an_official_document_begins_with_its_letterhead_and_ends_with_what_it_is() -> None:
    reader = PdfReader(BytesIO(to_pdf(official())))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    order = [
        "DATASIMULASI",
        "PEMERINTAHKOTACONTOH",
        "BERITAACARATENTANGHASIL",
        "Tabel1.",
        "Ketua,ContohSari",
        "Tandatangan",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert FINGERPRINT in text
    assert "Daftarisi" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Berita acara hasil"


def test_its_title_and_table_are_tagged_as_such() -> None:
    reader = PdfReader(BytesIO(to_pdf(official())))
    assert headings(reader) == [("H1", "BERITAACARATENTANGHASIL")]
    assert kinds(reader).count("Table") == 2
    assert kinds(reader).count("TH") == len(table().columns) + 4


def test_its_sections_come_below_its_title_and_a_letter_needs_none() -> None:
    blocks = [Heading("Satu"), Heading("Dua", 3)]
    minutes = made(Title(["BERITA ACARA"]), *blocks, form="official")
    assert headings(minutes) == [("H1", "BERITAACARA"), ("H2", "Satu"), ("H3", "Dua")]
    letter = made(Title(["LAMPIRAN"], aside=True), *blocks, form="official")
    assert headings(letter) == [("H1", "Satu"), ("H2", "Dua")]


@pytest.mark.parametrize("form", ["official", "sheet", "report"])
def test_what_a_document_is_is_said_once_to_who_hears_it(form: str) -> None:
    heard = squeezed(" ".join(text for kind, text in spoken(made(Paragraph("a"), form=form)) if kind in {"P", "Span"}))
    assert heard.count(FINGERPRINT) == 1
    about = ["Hasilpenilaian,belumditetapkan", "Terbatas:pimpinan,panitia,dewanjuri", "23November2025pukul09.05WIB"]
    assert all(said in heard for said in about)


def test_a_caution_is_said_to_who_hears_it_and_stands_on_every_page() -> None:
    caution = "Perkiraan internal; bukan nilai resmi."
    reader = made(Paragraph("a"), PageBreak(), Paragraph("b"), PageBreak(), Paragraph("c"), caution=caution)
    assert [page.extract_text().count(caution) for page in reader.pages] == [1, 1, 1]
    assert spoken(reader).count(("P", caution)) == 1


def test_addresses_lead_where_they_say() -> None:
    office = Letterhead(["BADAN CONTOH"], ["Jalan Contoh · inovasi@contoh.invalid"])
    own = Run("a@b.go.id", href="https://contoh.go.id/surat")
    text = Paragraph([*runs("Lihat https://contoh.go.id/a?b=c. Atau"), own])
    reader = made(office, text, form="official")
    found = [link.get_object()["/A"]["/URI"] for page in reader.pages for link in page["/Annots"]]
    assert found == ["mailto:inovasi@contoh.invalid", "https://contoh.go.id/a?b=c", "https://contoh.go.id/surat"]


def test_a_certificate_is_one_page_on_its_side() -> None:
    (page,) = PdfReader(BytesIO(to_pdf(official(form="certificate")))).pages
    assert page.mediabox.width > page.mediabox.height
    assert all(said in page.extract_text() for said in ("DATA SIMULASI", "BADAN CONTOH", "Juara I", "Contoh Sari"))


def test_a_sheet_has_no_list_of_contents_and_one_that_ends_in_its_summary_is_one_page() -> None:
    blocks = [Heading("A"), Heading("B"), Heading("C"), Heading("D")]
    assert "Daftarisi" in words(made(*blocks))
    assert "Daftarisi" not in words(made(*blocks, form="sheet"))
    assert len(made(*blocks, PageBreak()).pages) == 1
    assert len(made(*blocks, PageBreak(), Heading("E")).pages) == 2
