"""The documents of an edition, read back in every format: each score, rank, award and name, and nothing private."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from docx.oxml.ns import qn
from papers import pdf, pdf_text, records, sheet_rows, squeezed, word, word_rows, workbook
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from problems import problem
from samples import rows

import kit
from kit.documents.kinds import KINDS
from kit.documents.manifest import events_since
from kit.render.office_file import LOCALES
from kit.render.pptx import to_pptx
from kit.report import summaries
from kit.report.context import brief
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

TOLD = [name for name, kind in KINDS.items() if not kind.notebook and name != "public-page"]  # that needs a decree
MADE = [name for name in TOLD if name not in {"minutes-plenary", "recap"}]
PUBLIC = ["finalists", "announcement", "press", "rules"]


@pytest.fixture(scope="module")
def home(samples: Path) -> Path:
    return samples


@pytest.fixture(scope="module")
def editions(home: Path) -> dict[str, Edition]:  # noqa: ARG001  (makes the home)
    """The edition in each language; to be read only."""
    return {language: kit.open("2025", language) for language in LANGUAGES}


@pytest.fixture(scope="module")
def edition(editions: dict[str, Edition]) -> Edition:
    return editions["id"]


def ranking(edition: Edition, round_: str = "final", scope: str = "group") -> list[dict[str, object]]:
    table = edition.ranking_table(round_)
    return table[table["scope"] == scope].to_dict("records")  # type: ignore[return-value]


def winners(edition: Edition) -> list[dict[str, object]]:
    return [row for row in ranking(edition) if row["award"]]


# What there is


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_has_its_own_name_and_says_that_it_is_simulated(editions: dict[str, Edition], language: str) -> None:
    edition = editions[language]
    parts = [
        part for name in KINDS if name not in {"minutes-plenary", "public-page"} for part in KINDS[name].parts(edition)
    ]
    stems = [part.stem for part in parts]
    assert len(stems) == len(set(stems)) > 49 * 2
    assert all(re.fullmatch(r"[a-z0-9-]+-2025[A-Za-z0-9._-]*-SIMULASI", stem) for stem in stems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*MADE, "recap"])
def test_each_begins_with_its_masthead_under_its_own_name(
    editions: dict[str, Edition], name: str, language: str
) -> None:
    edition = editions[language]
    part = KINDS[name].parts(edition)[-1]
    first = records(edition, name, part.id)[0]
    assert first["type"] == "document"
    assert first["stem"] == part.stem
    assert first["made_at"].startswith("2025-12-31T02:00:00")
    since = events_since(edition, first["fingerprint"])
    assert since is not None
    assert (since == 0) == (not name.startswith("minutes-"))  # minutes are about a past moment
    assert first["title"].strip()
    assert not first["title"].isupper()


@pytest.mark.usefixtures("edition")
def test_no_plenary_no_minutes_of_one() -> None:
    with problem("no_plenary"):
        KINDS["minutes-plenary"].parts(kit.open("paris-1976"))


@pytest.mark.parametrize("name", [name for name in MADE if "pptx" not in KINDS[name].formats])
def test_the_pdf_says_that_the_data_are_simulated_on_every_page(edition: Edition, name: str) -> None:
    fingerprint = records(edition, name)[0]["fingerprint"]
    pages = pdf(edition, name).pages
    for page in {0: pages[0], 1: pages[min(1, len(pages) - 1)], -1: pages[-1]}.values():
        text = page.extract_text()
        assert "DATA SIMULASI" in text
        kept_off = name.startswith("certificates")  # which are for a wall: it is in the metadata of their files
        assert kept_off or f"Sidik digital data {fingerprint[:12]}" in text


# Columns of ids; an id may be a number. And of lists of them.
IDS = {"Kode", "Code", "Entry", "Kode inovasi", "Innovation code", "Wajib kosong", "Mandatory unfilled"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in TOLD if "xlsx" in KINDS[name].formats])
def test_workbooks_hold_numbers_and_days_with_one_format_a_column(
    editions: dict[str, Edition], name: str, language: str
) -> None:
    book = workbook(editions[language], name)
    assert not any(re.match("Tab(el|le) ", sheet.title) for sheet in book.worksheets)
    for sheet in book.worksheets[1:]:
        for label, *cells in zip(*sheet[sheet.auto_filter.ref], strict=True):
            typed = [cell for cell in cells if cell.data_type == "s" and label.value not in IDS]
            assert not [cell.value for cell in typed if re.fullmatch(r"[\d.,/-]*\d%?|\d+ \w+ \d{4}", cell.value)], (
                label.value
            )
            formats = {cell.number_format for cell in cells if cell.data_type in "nfd" and cell.value is not None}
            assert len(formats) <= 1, label.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in TOLD if "docx" in KINDS[name].formats])
def test_word_files_have_real_headings_table_headers_alt_texts_and_a_language(
    editions: dict[str, Edition], name: str, language: str
) -> None:
    made, title = word(editions[language], name), records(editions[language], name)[0]["title"]
    assert (made.core_properties.title, made.core_properties.language) == (title[:255], LOCALES[language])
    assert {tag.get(qn("w:val")) for tag in made.styles.element.iter(qn("w:lang"))} == {LOCALES[language]}
    styles = [paragraph.style.name for paragraph in made.paragraphs if paragraph.text.strip()]
    levels = [int(style[-1]) for style in styles if style.startswith("Heading")]
    assert styles.count("Title") == 1
    assert not levels or levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in made.tables:
        if table.style.name != "Normal Table":  # which has no lines, and holds signatures
            first, *others = table._tbl.tr_lst
            assert first.trPr.find(qn("w:tblHeader")) is not None
            assert not any(row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is not None for row in others)
            assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")).strip()
    assert all(picture.get("descr", "").strip() for picture in made.element.iter("{*}docPr"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in TOLD if "pptx" in KINDS[name].formats])
def test_slides_have_titles_table_headers_alt_texts_and_a_language(
    editions: dict[str, Edition], name: str, language: str
) -> None:
    blocks = records(editions[language], name)
    deck = Presentation(BytesIO(to_pptx(blocks)))
    assert (deck.core_properties.title, deck.core_properties.language) == (blocks[0]["title"][:255], LOCALES[language])
    for slide in deck.slides:
        assert slide.shapes[0] == slide.shapes.title  # which is read first
        assert slide.shapes.title.text_frame.text.strip()
        assert {run.get("lang") for run in slide.element.iter("{*}rPr")} == {LOCALES[language]}
        for shape in slide.shapes:
            assert not shape.has_table or shape.table.first_row
            if shape.has_table or shape.has_chart or shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
                assert next(shape.element.iter("{*}cNvPr")).get("descr", "").strip()


# Scores, ranks, awards and names


def shown(edition: Edition, row: dict[str, object], *keys: str) -> list[str]:
    """A row of the ranking as a table writes it."""
    return [edition.texts.show(row[key]) for key in keys]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("minutes-result", ("rank", "entry_id", "title", "unit", "score", "award")),
        ("decree-annex", ("rank", "title", "unit", "score", "award")),
    ],
)
def test_rankings_are_those_of_the_ranking_table(edition: Edition, name: str, keys: tuple[str, ...]) -> None:
    expected = [shown(edition, row, *keys) for row in winners(edition)]
    assert len(expected) == 12
    cells = [row for row in word_rows(edition, name) if row[-1].startswith(("Juara", "Harapan"))]
    assert cells == expected
    sheets = [row for row in sheet_rows(edition, name) if str(row[-1]).startswith(("Juara", "Harapan"))]
    assert [[str(cell) for cell in row if not isinstance(cell, (int, float))] for row in sheets] == [
        [cell for key, cell in zip(keys, row, strict=True) if key not in {"rank", "score"}] for row in expected
    ]
    numbers = [[Decimal(str(cell)) for cell in row if isinstance(cell, (int, float))] for row in sheets]
    assert numbers == [[Decimal(str(row["rank"])), row["score"]] for row in winners(edition)]
    text = pdf_text(edition, name)
    for row in expected:
        assert squeezed("".join(row)) in text


def test_finalists_stand_in_the_order_of_their_titles_and_without_any_number(edition: Edition) -> None:
    through = {entry for cut in edition.result.cuts["proposal"] for entry in cut.through}
    titles = {row["title"] for row in ranking(edition, "proposal") if row["entry_id"] in through}
    for table in [
        [row[1] for row in word_rows(edition, "finalists") if row[0].isdigit()],
        [str(row[1]) for row in sheet_rows(edition, "finalists") if isinstance(row[0], (int, float))],
    ]:
        assert set(table) == titles
        assert table[:6] == sorted(table[:6], key=str.casefold)
        assert table[6:] == sorted(table[6:], key=str.casefold)
    text = pdf_text(edition, "finalists")
    assert "Daftarfinalisdisusunmenurutabjaddantidakmenunjukkanperingkat." in text
    assert "Peringkat" not in text
    assert not any(edition.texts.show(row["score"]) in text for row in ranking(edition, "proposal"))


@pytest.mark.parametrize("name", ["announcement", "press"])
def test_what_is_announced_names_every_winner_and_no_score(edition: Edition, name: str) -> None:
    pairs = [row[:2] for row in word_rows(edition, name) if row[0].startswith(("Juara", "Harapan"))]
    assert pairs == [[row["award"], row["title"]] for row in winners(edition)]
    text = pdf_text(edition, name)
    assert not any(edition.texts.show(row["score"]) in text for row in ranking(edition))
    assert "belumbolehdiumumkansebelumhasilnyaditetapkan" in text
    assert records(edition, name)[0]["circulation"] == "restricted"


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("a3", 842)])
def test_leaders_get_one_page_of_pictures(edition: Edition, paper: str, width: int) -> None:
    (page,) = pdf(edition, "visual-summary", paper).pages
    assert round(page.mediabox.width) == width
    text = squeezed(page.extract_text())
    for row in winners(edition):
        told = row["rank"] <= 3  # type: ignore[operator]
        assert (squeezed(brief(str(row["title"]))) in text) == told
    assert edition.fingerprint in text
    assert squeezed("51.404 orang terjangkau") in text
    drawn = [block["alt"] for block in records(edition, "visual-summary", paper) if block["type"] == "figure"]
    years = "36 inovasi pada tahun 2023, 42 inovasi pada tahun 2024, dan 49 inovasi pada tahun 2025"
    assert drawn[0] == f"Garis jumlah inovasi menurut tahun: {years}."
    assert "Sangat Inovatif mulai 65,01" in drawn[1]
    entries = summaries.entries(edition)
    assert sum(map(int, re.findall(r": (\d+)", drawn[2].partition(": ")[2]))) == len(entries)


def test_a_page_of_pictures_says_what_is_not_known(home: Path) -> None:  # noqa: ARG001
    blocks = records(kit.open("2023"), "visual-summary")
    said = ["".join(run["text"] for run in block["runs"]) for block in blocks if block["type"] == "paragraph"]
    assert not [block for block in blocks if block["type"] == "heading" and "dari tahun ke tahun" in block["text"]]
    assert any("belum dapat diperkirakan" in line for line in said)


def test_every_award_has_its_certificate(edition: Edition) -> None:
    parts = KINDS["certificates-award"].parts(edition)
    assert [part.id for part in parts] == [f"{row['scope_id']}/{row['entry_id']}" for row in winners(edition)]
    for part, row in zip(parts, winners(edition), strict=True):
        reader = pdf(edition, "certificates-award", part.id)
        text = squeezed(reader.pages[0].extract_text())
        assert len(reader.pages) == 1
        scope = {"K1": "Kelompok 1", "K2": "Kelompok 2"}[str(row["scope_id"])]
        for said in ("PIAGAM PENGHARGAAN", "WALI KOTA PONTIANAK", row["unit"], row["title"], f"{row['award']} {scope}"):
            assert squeezed(str(said)) in text
        assert "Sidik" not in text
        assert edition.fingerprint in reader.metadata["/Keywords"]
        (honour,) = (one for one in records(edition, "certificates-award", part.id) if one["type"] == "honour")
        assert honour["gold"] == (row["rank"] <= 3)  # type: ignore[operator]
    assert squeezed("PIAGAM PARTISIPASI") in pdf_text(edition, "certificates", "K1-01")


# Judges


def test_a_judge_gets_what_is_to_score_and_nobody_elses_name(edition: Edition) -> None:
    text = {judge: pdf_text(edition, "judges-pack", judge) for judge in ("J-A", "J-C")}
    assert "ContohAndiniLestari" in text["J-A"]
    assert "ContohCitra" not in text["J-A"]
    recused = edition.record.recused("proposal", "J-C")["entry_id"]
    assert len(recused) == 2
    tables = [block for block in records(edition, "judges-pack", "J-C") if block["type"] == "table"]
    first = [row["entry_id"]["text"] for row in tables[0]["rows"]]
    assert set(first) == set(edition.registers.entries["entry_id"]) - set(recused)
    assert all(f"({entry})" in text["J-C"] for entry in recused)
    assert squeezed("Masalah didukung data; gagasan diadaptasi dari tempat lain") in text["J-A"]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_never_reads_who_gave_a_mark(edition: Edition, name: str) -> None:
    text = pdf_text(edition, name)
    marked = {row["judge_id"] for row in edition.registers.judges.to_dict("records")}
    assert not any(f"{judge}" in text for judge in marked)
    if name != "rules":
        assert not any(squeezed(person) in text for person in edition.registers.judges["name"])


# Feedback


def means(home: Path) -> tuple[dict[tuple[str, str], Fraction], dict[tuple[str, str], Fraction]]:
    """The mean mark by entry and criterion, and by group and criterion over sheets, from the journal alone."""
    marks: dict[tuple[str, str, str, str], str] = {}
    for row in rows(home, "2025", "journal"):
        if row["kind"] == "mark":
            marks[row["round"], row["judge_id"], row["entry_id"], row["criterion"]] = row["value"]
    own, group = defaultdict(list), defaultdict(list)
    for (_, _, entry, criterion), value in marks.items():
        if value:
            own[entry, criterion].append(Fraction(value))
            group[entry[:2], criterion].append(Fraction(value))
    return (
        {key: sum(found, Fraction()) / len(found) for key, found in own.items()},
        {key: sum(found, Fraction()) / len(found) for key, found in group.items()},
    )


def rounded(value: Fraction) -> str:
    """Two decimals, half away from zero, with a comma."""
    return f"{Decimal(int(value * 100 + Fraction(1, 2))) / 100:.2f}".replace(".", ",")


@pytest.mark.parametrize("entry", ["K1-01", "K2-07", "K2-10", "K2-35"])
def test_feedback_sets_an_entry_beside_its_group(edition: Edition, home: Path, entry: str) -> None:
    own, group = means(home)
    *tables, lasting = [block for block in records(edition, "feedback", entry) if block["type"] == "table"]
    assert lasting["caption"] == "Kesiapan untuk berlanjut"
    names = {c.name.id: c.id for round_ in edition.rules.scored_rounds for c in round_.criteria}
    assert len(tables) == (2 if entry == "K1-01" else 1)
    for table in tables:
        for row in table["rows"]:
            criterion = names[row["criterion"]["text"]]
            assert row["own"]["text"] == rounded(own[entry, criterion])
            assert row["group"]["text"] == rounded(group[entry[:2], criterion])


@pytest.mark.parametrize("entry", ["K1-09", "K2-10", "K2-35"])
def test_feedback_names_no_judge_and_no_other_entry(edition: Edition, entry: str) -> None:
    text = pdf_text(edition, "feedback", entry)
    assert not re.search(r"J-[A-C]|Andini|Bagas|Citra", text)
    others = set(edition.registers.entries["title"]) - {edition.registers.entries.set_index("entry_id")["title"][entry]}
    assert not any(squeezed(title) in text for title in others if len(title) > 25)


# What a document says of itself


@pytest.mark.parametrize(
    ("made_at", "said"),
    [
        ("2025-11-24T09:59:00+07:00", "sebelum 24 November 2025 pukul 10.00 WIB"),
        ("2025-11-24T10:00:00+07:00", "sebelum hasilnya ditetapkan"),
    ],
)
@pytest.mark.parametrize("kind", ["announcement", "press", "order-sheet", "slides-ceremony"])
def test_an_embargo_ends(edition: Edition, kind: str, made_at: str, said: str) -> None:
    (part,) = KINDS[kind].parts(edition)
    boxes = [block.to_json() for block in KINDS[kind].blocks(edition, part, made_at)]
    (embargo,) = [box["runs"][0]["text"] for box in boxes if box["type"] == "callout" and box["title"] == "Embargo"]
    assert embargo.endswith(f"{said}.")


def test_the_notice_on_weights_stands_where_scores_or_weights_do(edition: Edition) -> None:
    noticed = {name: records(edition, name)[0]["notice"] is not None for name in TOLD if name != "minutes-plenary"}
    without = {"minutes-selection", "finalists", "announcement", "press", "order-sheet", "names", "index-entries"}
    without |= {"certificates", "certificates-award", "slides-ceremony"}
    assert noticed == {name: name not in without for name in noticed}


def test_every_slide_of_the_ceremony_says_until_when_it_must_wait(edition: Edition) -> None:
    (part,) = KINDS["slides-ceremony"].parts(edition)
    days = ("2025-11-24T09:59:00+07:00", "2025-11-24T10:00:00+07:00")
    caution = [KINDS["slides-ceremony"].blocks(edition, part, day)[0] for day in days]
    assert [one.to_json()["caution"] != "" for one in caution] == [True, True]  # the embargo, and then the decree
    assert {one.to_json()["circulation"] for one in caution} == {"restricted"}


def test_the_ceremony_has_one_slide_for_each_award_and_the_first_place_last(edition: Edition) -> None:
    said = [b["text"] if b["type"] == "heading" else b for b in records(edition, "slides-ceremony")]
    titles = [one for one in said if isinstance(one, str)]
    names = ["Harapan III", "Harapan II", "Harapan I", "Juara III", "Juara II", "Juara I"]
    for group in ("Kelompok 1", "Kelompok 2"):
        start = titles.index(group)
        assert titles[start + 1 : start + 7] == [f"{name} {group}" for name in names]
        assert titles[start + 7] == f"Pemenang {group}"
    unit, work = said[said.index("Juara I Kelompok 1") + 1]["lines"]
    assert unit == {"text": "Badan Contoh Kepegawaian dan Pengembangan Sumber Daya Manusia", "role": "recipient"}
    assert work["role"] == "work"


def test_the_slides_of_a_plenary_name_no_judge_and_wait_for_it_to_begin(edition: Edition) -> None:
    judges = [*edition.registers.judges["name"], *edition.registers.judges["judge_id"]]
    for part in KINDS["slides-plenary"].parts(edition):
        text = str(records(edition, "slides-plenary", part.id))
        assert "Juri A" in text
        assert not [judge for judge in judges if judge in text]
    began = edition.meetings("proposal")[0].number
    with problem("no_plenary"):
        KINDS["slides-plenary"].parts(edition.at(began - 1))


# The same data, the same bytes


@pytest.mark.parametrize("name", ["decree-annex", "feedback", "certificates", "minutes-scores", "visual-summary"])
def test_the_same_data_give_the_same_blocks(edition: Edition, home: Path, name: str) -> None:  # noqa: ARG001
    assert records(edition, name) == records(kit.open("2025"), name)
