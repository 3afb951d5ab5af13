"""Documents of editions at the edge: hostile text, few and many finalists, comments, the shortest and longest names."""

from __future__ import annotations

import csv
import html
import re
import shutil
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contests import TWO_GROUPS, contest, single
from documents import HOSTILE
from homes import give, play, stage
from papers import MADE_AT, html_text, pdf, pdf_text, records, sheet_rows, squeezed, word_text
from PIL import ImageFont
from pptx import Presentation
from pypdf import PdfReader
from samples import ROOT, SIMULATED, blocks, first_page

import kit
from kit import errors, theme
from kit.actions import append
from kit.contest import rounds
from kit.contest.decisions import approve
from kit.documents.kinds import KINDS
from kit.ledger import Event
from kit.render.blocks import Heading, Paragraph
from kit.render.pdf import to_pdf
from kit.render.pptx import to_pptx
from kit.report import annual
from kit.report.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pypdf import PageObject

    from kit.edition import Edition
    from kit.texts import Language

AWARDS = {"awards": [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]}
TWO = contest(single(advance={"scope": "group", "places": 3}), single(), final=AWARDS)
TYPES = ["“ganda”", "‘tunggal’", '"lurus"', "'apostrof'", "„bawah‟", "«sudut»", "`balik`"]
WORD = "Ketersediaanberkelanjutan" * 4  # 100 letters without a blank
FOREIGN = "مرحبا بكم 欢迎光临 😀 Ω≈ç√"
# A register refuses what a spreadsheet would run.
TITLES = [
    HOSTILE.lstrip("="),
    f"{WORD} {FOREIGN}",
    " ".join([r"#set page(1) $x$ @ref <label> \u{41} //", *TYPES]),
    "A",
    "Ä" * 80,
]


def renamed(edition: Edition, register: str, column: str, names: list[str]) -> Edition:
    """Give the first rows of a register other names."""
    path = edition.folder / f"{register}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    for row, name in zip(table, names, strict=False):
        row[column] = name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return kit.open("2025")


def finished(edition: Edition, entries: list[str], through: int) -> Edition:
    """Play both rounds; every entry has a score of its own."""
    scores = {entry: " ".join([str(90 - n)] * 3) for n, entry in enumerate(entries)}
    play(edition, "r1", scores)
    return play(edition, "r2", {entry: scores[entry] for entry in entries[:through]})


def everything(edition: Edition) -> list[tuple[str, str]]:
    """Every document that can be made: its kind and its part."""
    # What they tell of, this edition has not.
    lacking = {"minutes-plenary", "minutes-selection", "slides-plenary", "public-page", "index-entries"}
    kinds = [name for name, kind in KINDS.items() if name not in lacking and not kind.notebook]
    return [(name, part.id) for name in kinds for part in KINDS[name].parts(edition)]


def without_arabic(text: str) -> str:
    """Arabic runs from right to left, and a reader of pages gives it back in another place."""
    return re.sub("[\u0600-\u06ff]+", "", text)


def normal(text: str) -> str:
    """A text as a page can give it back: no blanks, and what no glyph draws as its code point."""
    from kit import theme  # noqa: PLC0415

    drawable = theme.covered()
    return squeezed("".join(c if ord(c) in drawable or c.isspace() else f"[U+{ord(c):04X}]" for c in text))


# Hostile text


@pytest.fixture
def hostile(home: Path) -> Edition:
    entries = ["E1", "E2", "E3", "E4", "E5"]
    edition = stage(home, TWO, entries)
    edition = renamed(edition, "entries", "title", TITLES)
    edition = renamed(edition, "units", "name", TITLES[::-1])
    edition = renamed(edition, "judges", "name", [HOSTILE.lstrip("="), FOREIGN, "Nama"])
    (edition.folder / "office.yaml").write_text(
        f"letterhead:\n  lines: ['{FOREIGN}', '*KOTA* #CONTOH']\nplace: '$Kota_'\ncontact: '<b>@</b>'\n",
        encoding="utf-8",
    )
    rounds.open(edition, "r1")
    give(edition, "r1", {entry: " ".join([str(90 - n)] * 3) for n, entry in enumerate(entries)})
    about = {"round": "r1", "judge_id": "J1", "entry_id": "E1", "criterion": "entrant"}
    append(edition, Event(kind="comment", actor="J1", text=f"{HOSTILE}\n{FOREIGN} **tebal** [x](y)", **about))
    rounds.close(edition, "r1")
    edition = play(edition, "r2", {"E1": "90 90 90", "E2": "80 80 80", "E3": "70 70 70"})
    approve(edition, "S")
    return edition


def test_hostile_text_comes_out_as_typed_in_every_format(hostile: Edition, caplog: pytest.LogCaptureFixture) -> None:
    told = {"minutes-result", "decree-annex", "announcement", "press", "minutes-scores", "finalists"}
    for name in sorted(told):
        text = pdf_text(hostile, name)
        for title in TITLES[:3]:
            assert without_arabic(normal(title)) in without_arabic(text), (name, title)
        assert "مرحبا" in text
        if "docx" in KINDS[name].formats:
            assert all(squeezed(title) in word_text(hostile, name) for title in TITLES[:3]), name
        if "html" in KINDS[name].formats:
            shown = squeezed(html.unescape(re.sub(r"<[^>]*>", "", html_text(hostile, name).partition("<body")[2])))
            assert all(squeezed(title) in shown for title in TITLES[:3]), name
        if "xlsx" in KINDS[name].formats:
            cells = {str(cell) for row in sheet_rows(hostile, name) for cell in row}
            assert set(TITLES[:3]) <= cells, name
    assert "tidak ada dalam huruf yang dipakai" in caplog.text


def test_hostile_text_spoils_no_document(hostile: Edition) -> None:
    for name, part in everything(hostile):
        if "pptx" in KINDS[name].formats:
            assert to_pptx(records(hostile, name, part))
        else:
            assert name == "recap" or pdf_text(hostile, name, part)


def test_a_hostile_comment_is_passed_on_as_typed(hostile: Edition) -> None:
    said = without_arabic(normal(f"{HOSTILE} {FOREIGN} **tebal** [x](y)"))
    assert said in without_arabic(pdf_text(hostile, "feedback", "E1"))


# Sizes


@pytest.mark.parametrize("n", [1, 60])
def test_any_number_of_finalists(home: Path, n: int) -> None:
    entries = [f"E{k:02}" for k in range(1, n + 3)]
    names = ["Juara I"] if n == 1 else ["Juara I", "Juara II", *(f"Harapan {k}" for k in range(1, n - 1))]
    awards = {"awards": [{"scope": "group", "names": names}]}
    document = contest(single(advance={"scope": "group", "places": n}), single(), final=awards)
    edition = finished(stage(home, document, entries), entries, n)
    text = pdf_text(edition, "finalists")
    assert all(squeezed(f"Inovasi {entry}") in text for entry in entries[:n])
    assert not any(squeezed(f"Inovasi {entry}") in text for entry in entries[n:])
    assert len(KINDS["certificates-award"].parts(edition)) == n
    annex = pdf_text(edition, "decree-annex")
    assert all(squeezed(f"Inovasi {entry} Unit {entry}") in annex for entry in entries[:n])
    order = [block["text"] for block in records(edition, "order-sheet") if block["type"] == "heading"][1:]
    assert order == [f"{k}. {name}" for k, name in enumerate(names[::-1], 1)]
    deck = Presentation(BytesIO(to_pptx(records(edition, "slides-ceremony"))))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert [title for title in titles if title.removesuffix(" Satu") in names] == [
        f"{name} Satu" for name in names[::-1]
    ]


def test_forty_comments(home: Path) -> None:
    judges = [f"J{n:02}" for n in range(1, 41)]
    edition = stage(home, contest(single()), ["E1", "E2"], judges)
    rounds.open(edition, "r1")
    marks = " ".join(["80"] * 40)
    give(edition, "r1", {"E1": marks, "E2": marks})
    for n, judge in enumerate(judges):
        about = {"round": "r1", "judge_id": judge, "entry_id": "E1", "criterion": "entrant"}
        append(edition, Event(kind="comment", actor=judge, text=f"Catatan nomor {n} dari banyak.", **about))
    rounds.close(edition, "r1")
    assert approve(edition, "S-01") == 40
    text = pdf_text(edition, "feedback", "E1")
    assert all(squeezed(f"Catatan nomor {n} dari banyak.") in text for n in range(40))


# What must be one page, and what must stay inside its edges, in every extreme


def named(home: Path, language: Language, letters: int) -> Edition:
    """The last sample edition with those before it, its innovations and units having names of so many letters."""
    edition = sampled(home, language)
    for register, column, word in (("entries", "title", "Pelayanan Terpadu "), ("units", "name", "Unit Pelaksana ")):
        ends = [f"{n:03}" for n in range(len(getattr(edition.registers, register)))]
        edition = renamed(edition, register, column, [(word * 12)[: letters - 3] + end for end in ends])
    rounds.accept_changes(edition, "nama")
    return kit.open("2025", language)


def sampled(home: Path, language: Language, years: Sequence[str] = SIMULATED) -> Edition:
    for year in years:
        shutil.copytree(ROOT / "data" / year, home / "data" / year, ignore=shutil.ignore_patterns("ledger*"))
    return kit.open("2025", language)


def unheard(home: Path, language: Language) -> Edition:
    """The sample editions without any answer to a follow-up and without data for the index."""
    for year in SIMULATED:
        ignored = shutil.ignore_patterns("ledger*", "index*")
        folder = Path(shutil.copytree(ROOT / "data" / year, home / "data" / year, ignore=ignored))
        journal = (folder / "journal.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in journal if ",follow_up," not in line]
        assert len(kept) < len(journal)
        (folder / "journal.csv").write_text("".join(kept), encoding="utf-8")
    return kit.open("2025", language)


def small(home: Path, language: Language, entries: int, **other: object) -> Edition:
    """A contest of so many entries in the first group, all of which get an award."""
    names = [f"Juara {n}" for n in range(1, entries + 1)]
    document = contest(single(), final={"awards": [{"scope": "group", "names": names}]}, **other)
    known = [f"E{n:02}" for n in range(1, entries + 1)]
    edition = stage(home, document, known, language=language)
    return play(edition, "r1", {entry: " ".join([str(90 - n)] * 3) for n, entry in enumerate(known)})


EXTREMES: dict[str, Callable[[Path, Language], Edition]] = {
    "names of 3 letters": partial(named, letters=3),
    "names of 160 letters": partial(named, letters=160),
    "no follow-up and no index": unheard,
    "no earlier year": partial(sampled, years=("2025",)),
    "1 finalist": partial(small, entries=1),
    "60 finalists": partial(small, entries=60),
    "one group": partial(small, entries=6, groups=TWO_GROUPS[:1]),
    "one category": partial(small, entries=6, categories=[{"id": "a", "name": "A"}]),
}


QUICK = [("names of 160 letters", "id"), ("1 finalist", "en")]  # the others take long


@pytest.mark.parametrize(
    ("extreme", "language"),
    [
        pytest.param(extreme, language, marks=() if (extreme, language) in QUICK else pytest.mark.long)
        for extreme in EXTREMES
        for language in ("id", "en")
    ],
)
def test_one_page_is_one_page_and_nothing_leaves_its_edges(home: Path, extreme: str, language: Language) -> None:
    edition = EXTREMES[extreme](home, language)
    context = Context(edition, MADE_AT)
    rest = [Heading("Bab"), Paragraph("Isi.")]
    report = PdfReader(BytesIO(to_pdf(blocks(annual.masthead(context), first_page(context), *rest))))
    posters = [pdf(edition, "visual-summary", paper) for paper in ("a4", "a3")]
    assert [len(made.pages) for made in (report, *posters)] == [2, 1, 1]
    certificates = [pdf(edition, kind, KINDS[kind].parts(edition)[0].id) for kind in ("certificates-award", "names")]
    for made in (report, *posters, *certificates):
        for page in made.pages:
            assert off_the_page(page) == []
    for kind in ("slides-leadership", "slides-ceremony", "slides-plenary"):
        for part in KINDS[kind].parts(edition) if kind != "slides-plenary" or edition.meetings("presentasi") else ():
            deck = Presentation(BytesIO(to_pptx(records(edition, kind, part.id))))
            assert off_the_slide(deck) == []
            titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
            assert not [title for title in titles if "/4)" in title], titles  # nothing goes on over so many slides


def off_the_page(page: PageObject) -> list[str]:
    """The texts of a page that begin or end outside it."""
    found: list[str] = []
    right, top = (float(edge) for edge in page.mediabox.upper_right)

    def note(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        lines = text.strip("\n").split("\n")
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        width = max(map(theme.ems, lines)) / 1.05 * abs(size * tm[0] * cm[0])  # it is the most that a text may take
        if text.strip() and not (0 <= x <= x + 0.95 * width <= right and 0 <= y <= top):
            found.append(text)

    page.extract_text(visitor_text=note)
    return found


def off_the_slide(deck: Any) -> list[tuple[int, str]]:
    """The shapes that leave their slide, and texts that leave their shapes in a typeface that is wider than ours."""
    found = []
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            inside = shape.left >= 0 and shape.left + shape.width <= deck.slide_width + 9144
            inside &= shape.top >= 0 and shape.top + shape.height <= deck.slide_height + 9144
            if shape.has_text_frame and shape.text_frame.text:
                inside &= height_of(shape.text_frame, shape.width / 12700) <= 1.05 * shape.height / 12700
            if not inside:
                found.append((number, shape.name))
    return found


def height_of(frame: Any, width: float) -> float:
    """How high a text is in points, where a box is so wide."""
    font = ImageFont.truetype(str(theme.fallback_files()[0]), 100)
    height = 0.0
    for paragraph in frame.paragraphs:
        size = max((run.font.size.pt for run in paragraph.runs if run.font.size), default=11)
        lines, left = 1, width - 9
        for word in re.split(r"(?<=\s)", paragraph.text):
            taken = font.getlength(word.rstrip()) / 100 * size
            lines, left = (lines + 1, width - 9) if taken > left else (lines, left)
            left -= font.getlength(word) / 100 * size
        height += lines * size * 1.17 + (paragraph.space_before.pt if paragraph.space_before else 0)
    return height


def test_some_papers_can_be_made_before_anybody_has_scored(home: Path) -> None:
    edition = stage(home, TWO, ["E1", "E2"])
    made = {}
    for name, kind in KINDS.items():
        with suppress(errors.Problem):
            made |= {} if kind.notebook else {name: len(kind.parts(edition))}
    assert made == {"certificates": 2, "names": 1, "judges-pack": 3, "rules": 1}
    for name in made:
        assert pdf_text(edition, name)
        assert "Penilaian belum selesai" in str(records(edition, name)[0]["state"])


def test_a_blind_round_does_not_tell_whose_entry_it_is(home: Path) -> None:
    edition = stage(home, contest(single(blind=True)), ["E1", "E2"])
    text = pdf_text(edition, "judges-pack", "J1")
    assert "InovasiE1" in text
    assert "UnitE1" not in text
