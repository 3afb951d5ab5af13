"""Documents of editions at the edge: hostile text, few and many finalists, comments, the shortest and longest names."""

from __future__ import annotations

import csv
import html
import re
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from documents import HOSTILE
from homes import give, play, stage
from papers import html_text, pdf, pdf_text, records, sheet_rows, squeezed, word_text
from pptx import Presentation

import kit
from kit import errors
from kit.actions import append
from kit.contest import rounds
from kit.contest.decisions import approve
from kit.documents.kinds import KINDS
from kit.ledger import Event
from kit.render.pptx import to_pptx

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

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
    assert len(pdf(edition, "visual-summary").pages) == 1
    order = [block["text"] for block in records(edition, "order-sheet") if block["type"] == "heading"][1:]
    assert order == [f"{k}. {name}" for k, name in enumerate(names[::-1], 1)]
    for name in ("slides-ceremony", "slides-leadership"):
        deck = Presentation(BytesIO(to_pptx(records(edition, name))))
        said = [slide.shapes.title.text_frame.text for slide in deck.slides]
        assert name != "slides-ceremony" or len([one for one in said if one.startswith("Unit E")]) == n
        assert all(
            shape.top >= 0 and shape.top + shape.height <= deck.slide_height
            for slide in deck.slides
            for shape in slide.shapes
        )


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


LONG = "Unit Pelaksana Teknis Dinas Contoh " * 8


@pytest.mark.parametrize(("title", "unit"), [("A", "B"), (LONG, LONG)])
def test_what_is_for_a_wall_is_one_page_whatever_the_name(home: Path, title: str, unit: str) -> None:
    edition = stage(home, TWO, ["E1", "E2"])
    edition = renamed(renamed(edition, "entries", "title", [title]), "units", "name", [unit])
    edition = finished(edition, ["E1", "E2"], 2)
    for name in ("certificates", "certificates-award", "visual-summary"):
        part = KINDS[name].parts(edition)[0]
        assert len(pdf(edition, name, part.id).pages) == 1
        assert squeezed(unit) in pdf_text(edition, name, part.id)


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
