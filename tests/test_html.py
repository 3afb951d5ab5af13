"""HTML: complete, self-contained, safe, and in an order that everybody can follow."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from documents import DRAWING, HOSTILE, hostile, masthead, official, report, table
from pypdf import PdfReader
from samples import ROOT

from kit.render.blocks import Cell, Column, Figure, Heading, Letterhead, PageBreak, Paragraph, Run, Table, Title, runs
from kit.render.html import block_html, to_html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from kit.render.blocks import Block
    from kit.render.prepare import Json

SCRIPT = (ROOT / "kit" / "render" / "templates" / "document.js").read_text(encoding="utf-8").strip()
VOID = {"meta", "img", "hr", "br", "link", "input"}


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements in order, the text of each, and what stands open at the end."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[list[str]] = []
        self.open: list[int] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open[-1]][0] == tag, f"</{tag}> closes {self.elements[self.open[-1]]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            self.texts[element].append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str], str]]:
        """Tag, attributes and text of every element of these kinds."""
        return [
            (tag, attrs, "".join(text))
            for (tag, attrs), text in zip(self.elements, self.texts, strict=True)
            if tag in tags
        ]


def page(*blocks: Block, **about: object) -> str:
    return to_html([masthead(**about).to_json(), *(block.to_json() for block in blocks)])


def test_the_page_is_well_formed_and_in_its_language() -> None:
    reader = Reader(to_html(report()))
    assert reader.open == []
    assert reader.all("html")[0][1]["lang"] == "id"
    assert Reader(page(language="en")).all("html")[0][1]["lang"] == "en"


def test_one_title_then_headings_that_never_skip() -> None:
    levels = [int(tag[1]) for tag, _, _ in Reader(to_html(report())).all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_skip_link_and_contents_lead_somewhere() -> None:
    reader = Reader(to_html(report()))
    ids = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for _, attrs, _ in reader.all("a")]
    assert links[0] == "#isi"
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert [text for _, _, text in reader.all("a")][1:] == [
        "Proses",
        "Peserta",
        "Menurut jenis unit",
        "Hasil",
        "Lampiran",
    ]
    assert {tag for tag, _ in reader.elements} >= {"header", "main", "nav", "footer"}
    named = {attrs["aria-labelledby"] for _, attrs in reader.elements if "aria-labelledby" in attrs}
    assert named <= set(ids)
    assert reader.all("nav")[0][1]["aria-labelledby"] in named


def test_a_short_document_has_no_contents() -> None:
    assert Reader(page(Heading("Satu"), Heading("Dua"))).all("nav") == []


def test_the_contents_do_not_repeat_the_summary() -> None:
    sections = [Heading(text) for text in ("Proses", "Peserta", "Hasil")]
    assert "Ringkasan" not in Reader(page(Heading("Ringkasan"), PageBreak(), *sections)).all("nav")[0][2]


def test_tables_have_captions_scopes_and_a_region_that_a_keyboard_reaches() -> None:
    reader = Reader(page(table()))
    assert reader.all("caption")[0][2] == "Tabel 1. Peringkat Kelompok 2"
    scopes = [(attrs["scope"], text) for _, attrs, text in reader.all("th")]
    assert scopes[:2] == [("col", "Peringkat"), ("col", "Inovasi")]
    assert scopes[6:] == [("row", f"Antre Tanpa Menunggu {n}") for n in (1, 2, 3)]
    (region,) = [attrs for _, attrs, _ in reader.all("div") if attrs.get("role") == "region"]
    assert region["tabindex"] == "0"
    numbers = [text for _, attrs, text in reader.all("td") if "kit-number" in attrs.get("class", "")]
    assert numbers == ["1", "81,50", "49,4%", "2", "82,50", "49,4%", "3", "83,50", "49,4%"]


def test_figures_are_images_with_their_message() -> None:
    reader = Reader(page(Figure(caption="Jumlah", alt='Kelurahan "terbanyak".', svg=DRAWING)))
    ((_, image, _),) = reader.all("img")
    assert image["alt"] == 'Kelurahan "terbanyak".'
    assert image["src"].startswith("data:image/svg+xml,%3Csvg%20")
    assert reader.all("figcaption")[0][2] == "Gambar 1. Jumlah"


def test_every_page_has_one_title() -> None:
    letter, minutes = (
        Reader(to_html([block.to_json() for block in (masthead(form="official"), Title(["BERITA"], aside=aside))]))
        for aside in (True, False)
    )
    assert [text for _, _, text in letter.all("h1")] == ["Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025"]
    assert [text for _, _, text in minutes.all("h1")] == ["BERITA"]


def test_addresses_lead_where_they_say() -> None:
    office = Letterhead(["BADAN CONTOH"], ["Jalan Contoh · inovasi@contoh.invalid"])
    own = Run("a@b.go.id", href="https://contoh.go.id/surat")
    reader = Reader(page(office, Paragraph([*runs("Lihat https://contoh.go.id/a?b=c. Atau "), own])))
    found = [attrs["href"] for _, attrs, _ in reader.all("a") if attrs["href"] != "#isi"]
    assert found == ["mailto:inovasi@contoh.invalid", "https://contoh.go.id/a?b=c", "https://contoh.go.id/surat"]


def test_hostile_text_is_text_everywhere() -> None:
    words = dict.fromkeys(("title", "subtitle", "state", "edition", "organiser", "notice", "version"), HOSTILE)
    reader = Reader(page(*hostile(), **words))
    assert reader.open == []
    assert reader.all("iframe", "form") == []
    assert [text for _, _, text in reader.all("script")] == [SCRIPT]
    shown = [
        text.strip() for _, _, text in reader.all("h1", "h2", "p", "li", "th", "td", "caption", "figcaption", "dd")
    ]
    assert [text for text in shown if "alert" in text] != []
    assert all(HOSTILE in text for text in shown if "alert" in text)
    assert len([text for text in shown if HOSTILE in text]) >= 17
    assert reader.all("img")[0][1]["alt"] == HOSTILE


def test_hostile_text_does_not_leave_the_style_sheet() -> None:
    (style,) = [
        text for _, _, text in Reader(page(title=HOSTILE, state="x } </style> * { display: none }")).all("style")
    ]
    assert HOSTILE not in style
    assert "display: none }" not in style.partition("@page {")[2].partition("@page :first")[0]


def test_nothing_leaves_the_file() -> None:
    made = to_html(report())
    reader = Reader(made)
    assert reader.all("link", "iframe", "object", "embed", "base", "form") == []
    loaded = [
        attrs[name]
        for _, attrs in reader.elements
        for name in ("src", "srcset", "poster", "background")
        if name in attrs
    ]
    loaded += re.findall(r"url\(([^)]*)\)", made) + re.findall(r"@import\s+(\S+)", made)
    assert len(loaded) == 5
    assert all(address.startswith("data:") for address in loaded)
    assert not any(name.startswith("on") for _, attrs in reader.elements for name in attrs)
    (policy,) = [attrs["content"] for _, attrs, _ in reader.all("meta") if attrs.get("http-equiv")]
    assert policy.startswith("default-src 'none'")


def test_no_script_runs_but_ours() -> None:
    reader = Reader(to_html(report()))
    ((_, _, script),) = reader.all("script")
    (policy,) = [attrs["content"] for _, attrs, _ in reader.all("meta") if attrs.get("http-equiv")]
    allowed = re.findall(r"script-src ([^;]*)", policy)
    assert allowed == [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"]


@pytest.mark.parametrize(
    ("href", "is_link"),
    [
        ("https://contoh.go.id/?a=1&b=2", True),
        ("mailto:a@contoh.go.id", True),
        ("daftar-finalis-2025.pdf", True),
        ("../2024/daftar.pdf", False),
        ("//contoh.invalid", False),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:x", False),
    ],
)
def test_only_addresses_that_cannot_act_become_links(href: str, *, is_link: bool) -> None:
    reader = Reader(page(Paragraph((Run("tautan", href=href),))))
    assert ([attrs["href"] for _, attrs, _ in reader.all("a")][1:] == [href]) is is_link


def test_blocks_in_a_notebook_do_not_share_ids() -> None:
    first, second = block_html(table().to_json()), block_html(table(caption="Lain").to_json())
    assert not set(re.findall(r'id="([^"]+)"', first)) & set(re.findall(r'id="([^"]+)"', second))


# In a browser


@pytest.fixture
def shown(chromium_page: Page, tmp_path: Path) -> Page:
    path = tmp_path / "laporan.html"
    path.write_text(to_html([*report(40), *(block.to_json() for block in hostile())]), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    return chromium_page


@pytest.mark.browser
def test_the_typeface_comes_with_the_page(shown: Page) -> None:
    assert shown.evaluate("document.fonts.ready.then(() => document.fonts.check('600 16px \"Plus Jakarta Sans\"'))")
    assert shown.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length") >= 3


@pytest.mark.browser
def test_every_printed_page_says_that_the_data_are_simulated(shown: Page) -> None:
    pages = [" ".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(shown.pdf())).pages]
    assert len(pages) > 3
    assert all("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA" in text for text in pages)
    assert [f"Halaman {n} dari {len(pages)}" in text for n, text in enumerate(pages, 1)] == [True] * len(pages)
    assert sum("Peringkat Inovasi Unit kerja" in text for text in pages) > 1


# Long tables in a browser


def scores(n: int = 12, total: bool = True) -> Table:  # noqa: FBT001, FBT002
    """A table whose columns each sort in a way of their own; one score is missing, and the last row is the sum."""
    rows = [
        {
            "title": Cell(f"Inovasi Émpang {chr(64 + k)}"),
            "group": Cell(f"Kelompok {1 + k % 2}"),
            "score": Cell("–") if k == 5 else Cell(f"{(k * 37) % 101},50", (k * 37) % 101 + 0.5),
            "day": Cell(f"{k} Desember 2025", date(2025, 12, k)),
        }
        for k in range(1, n + 1)
    ]
    end = {key: Cell("Jumlah", strong=True) for key in ("title", "group", "score", "day")}
    columns = [Column("title", "Inovasi"), Column("group", "Kelompok"), Column("score", "Nilai", "decimal")]
    about = {"caption": "Nilai", "columns": [*columns, Column("day", "Hari", "date")], "row_header": "title"}
    return Table(rows=[*rows, end] if total else rows, **about)


@pytest.fixture
def long(chromium_page: Page, tmp_path: Path) -> Page:
    path = tmp_path / "rekap.html"
    path.write_text(page(Paragraph("Rekap."), scores()), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    return chromium_page


def column(shown: Page, number: int) -> list[str]:
    cells = shown.locator(f"tbody tr:not([hidden]) > *:nth-child({number})").all_inner_texts()
    return [text.strip() for text in cells]


@pytest.mark.browser
def test_a_column_sorts_up_down_and_back(long: Page) -> None:
    """By value, not by letters; what is missing comes last either way, and so does the sum."""
    before = column(long, 1)
    button = long.get_by_role("button", name="Nilai")
    values = [float(text.replace(",", ".")) for text in column(long, 3) if "," in text]
    for state, ordered in (("ascending", sorted(values)), ("descending", sorted(values, reverse=True))):
        button.focus()
        long.keyboard.press("Enter")
        assert long.locator("th[aria-sort]").get_attribute("aria-sort") == state
        *shown, missing, total = column(long, 3)
        assert [float(text.replace(",", ".")) for text in shown] == ordered
        assert (missing, total) == ("–", "Jumlah")
    long.get_by_role("button", name="Hari").click()
    assert [text.split()[0] for text in column(long, 4)[:-1]] == [str(k) for k in range(1, 13)]
    for _ in range(2):
        long.get_by_role("button", name="Hari").click()
    assert column(long, 1) == before
    assert long.locator("th[aria-sort]").count() == 0


@pytest.mark.browser
def test_search_and_lists_narrow_a_table_and_say_how_far(long: Page) -> None:
    status = long.get_by_role("status")
    assert status.inner_text() == "12 dari 12 baris"
    search = long.get_by_label("Cari di tabel ini")
    search.fill("EMPANG c")
    assert column(long, 1) == ["Inovasi Émpang C"]
    assert status.inner_text() == "1 dari 12 baris"
    search.fill("")
    assert long.get_by_role("combobox").count() == 1
    long.get_by_label("Kelompok").select_option("Kelompok 2")
    assert set(column(long, 2)) == {"Kelompok 2"}
    assert status.inner_text() == "6 dari 12 baris"
    search.fill("tidak ada")
    assert (column(long, 1), status.inner_text()) == ([], "0 dari 12 baris")


@pytest.mark.browser
def test_print_shows_all_rows_and_no_tools(long: Page) -> None:
    long.get_by_label("Cari di tabel ini").fill("Émpang C")
    printed = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(long.pdf())).pages)
    assert [f"pang {chr(64 + k)}" in printed for k in range(1, 13)] == [True] * 12
    assert "Cari di tabel ini" not in printed


@pytest.mark.browser
def test_short_tables_are_left_as_they_are(chromium_page: Page, tmp_path: Path) -> None:
    path = tmp_path / "pendek.html"
    path.write_text(page(scores(7)), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    assert chromium_page.locator(".kit-tools, thead button").count() == 0


@pytest.mark.browser
def test_a_long_table_reads_without_a_script(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "rekap.html"
    path.write_text(page(scores()), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(path.as_uri())
    assert len(column(shown, 1)) == 13
    assert shown.locator("input, select, button").count() == 0
    context.close()


DOCUMENTS: dict[str, Callable[[], list[Json]]] = {
    "report": lambda: [*report(40), *(block.to_json() for block in hostile())],
    "long tables": lambda: [masthead().to_json(), scores().to_json()],
    **{
        form: lambda form=form: [masthead(form=form).to_json(), *official()[1:]]  # type: ignore[misc]
        for form in ("official", "sheet", "certificate")
    },
}


@pytest.mark.browser
@pytest.mark.parametrize("name", DOCUMENTS)
def test_axe_finds_nothing_that_hinders_anybody_and_only_tables_and_figures_scroll_sideways(
    chromium_page: Page, tmp_path: Path, name: str
) -> None:
    """640 is what a screen of 1280 has left at 200 %."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only CI installs it)

    path = tmp_path / "dokumen.html"
    path.write_text(to_html(DOCUMENTS[name]()), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    if name == "long tables":
        chromium_page.get_by_role("button", name="Nilai").click()
    for width in (1280, 640, 390):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(chromium_page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert chromium_page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
def test_marks_of_a_drawing_say_their_values_on_hover(chromium_page: Page, tmp_path: Path) -> None:
    """Drawings without titles stay images, and a drawing's styles do not leave it."""
    titled = DRAWING.replace("<rect", "<style>p { display: none }</style><g><title>83,50</title><rect", 1)
    svg = titled.replace("</svg>", "</g></svg>")
    drawings = [Figure(caption="Sebaran", alt="Satu nilai.", svg=one) for one in (svg, DRAWING)]
    path = tmp_path / "gambar.html"
    path.write_text(page(*drawings, Paragraph("Terlihat.")), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    drawn = chromium_page.get_by_role("img", name="Satu nilai.")
    assert drawn.evaluate_all("all => all.map(one => one.shadowRoot?.querySelector('title').textContent)") == [
        "83,50",
        None,
    ]
    boxes = [drawn.nth(n).bounding_box() for n in (0, 1)]
    assert [round(box["width"]) for box in boxes if box] == [400, 400]
    assert chromium_page.get_by_text("Terlihat.").is_visible()
