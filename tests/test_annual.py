"""The annual report of the sample editions: figures counted anew from their files, and what it never says.

Every sentence of it stands in ``tests/golden``; scores and ranks are checked by the oracle.
"""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from samples import MADE_AT, blocks, chapters, notes, once, rows, said, tables, text, whole

import kit
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.report.annual import masthead
from kit.report.context import Context

if TYPE_CHECKING:
    from pathlib import Path

STATISTICS = r"rata-rata|median|simpangan|ragam|korelasi|persentil|peluang|signifikan|mean|average|deviation|variance"
ELEMENTS = ("team", "sop", "funding", "legal_basis", "backing")


@pytest.fixture(scope="module", params=["2023", "2024", "2025"])
def year(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(samples: Path, year: str) -> Context:  # noqa: ARG001  (makes the home)
    return Context(kit.open(year), MADE_AT)


def known(home: Path, year: str) -> dict[str, dict[str, str]]:
    """What was last said of each innovation: in registers, and after them in the follow-ups of the same years."""
    found: dict[str, dict[str, str]] = {}
    for name in [str(n) for n in range(2023, int(year) + 1)]:
        for entry in rows(home, name, "entries"):
            own = {column: entry[column] for column in ELEMENTS if entry.get(column)}
            partners = {"partners": "ya" if entry["partners"] else "tidak"}
            found[entry["innovation_id"]] = found.get(entry["innovation_id"], {}) | own | partners
        for event in rows(home, name, "journal"):
            if event["kind"] == "follow_up":
                found[event["entry_id"]][event["criterion"]] = event["value"]
    return found


def test_the_first_page_counts_who_took_part_and_what_lets_innovations_last(
    samples: Path, year: str, report: Context
) -> None:
    entries, units, profiles = rows(samples, year, "entries"), rows(samples, year, "units"), known(samples, year)
    own = [entry["innovation_id"] for entry in entries]
    lasting = sum(all(profiles[name].get(element) == "ya" for element in ELEMENTS) for name in own)
    expected = [len(entries), len({entry["unit_id"] for entry in entries}), lasting]
    if earlier := [str(y) for y in range(2023, int(year))]:
        before = {entry["innovation_id"] for y in earlier for entry in rows(samples, y, "entries")}
        expected.append(sum(name in before for name in own))
    summary = once.summary(report)
    items = next(block["items"] for block in blocks(summary) if block["type"] == "facts")
    assert [int(item["value"]) for item in items] == expected
    assert items[1]["detail"] == f"{expected[1] * 100 / len(units):.0f}%"
    has = {name: sum(profiles[each].get(name) == "ya" for each in own) for name in (*ELEMENTS, "partners")}
    (answer,) = [line for line in said(summary) if line.startswith("Keberlanjutan dan dukungan pimpinan")]
    counts = answer.partition("): ")[2].partition(", menurut")[0]
    assert re.findall(r"\d+", counts) == [str(has[name]) for name in ELEMENTS]
    figure = next(block for block in blocks(once.sustainability(report)) if block["type"] == "figure")
    assert re.findall(r": (\d+) dari", figure["alt"]) == [str(n) for n in has.values()]
    # Those that lack something, or of which this year's follow-up has not heard; the samples' all still run.
    heard = {event["entry_id"] for event in rows(samples, year, "journal") if event["kind"] == "follow_up"}
    needy = {name for name in own if "tidak" in {profiles[name].get(e) for e in ELEMENTS} or name not in heard}
    needy -= {name for name in own if profiles[name].get("status") in {"stopped", "merged"}}
    assert said(summary)[-1].startswith(f"Menugaskan pendampingan bagi {len(needy)} dari {len(entries)} inovasi")


def test_the_first_page_is_one_page_without_words_of_statistics(report: Context, year: str) -> None:
    pages = [page.extract_text() for page in PdfReader(BytesIO(to_pdf(whole(report)))).pages]
    first = " ".join(pages[0].split())
    assert "Menugaskan pendampingan bagi" in first
    assert "Peringkat akhir" not in first
    assert not re.search(STATISTICS, first, re.IGNORECASE)
    assert all("DATA SIMULASI" in page for page in pages)
    assert masthead(report).stem == f"laporan-tahunan-{year}-SIMULASI"


def test_ranks_follow_the_scores(report: Context) -> None:
    """Rank n + 1 for n better scores; entries that a rule told apart have ranks of their own."""
    for caption, (_, *table) in tables(once.results(report), once.categories(report), once.appendix(report)).items():
        if caption.startswith(("Peringkat akhir", "Nilai seluruh", "Nilai tertinggi, ")):
            ranks = [int(row[0]) for row in table]
            assert ranks == sorted(ranks)
            assert not caption.startswith("Nilai tertinggi, ") or ranks[-1] <= 5
            assert all(sum(other < rank for other in ranks) == rank - 1 for rank in ranks)


def test_no_judge_stands_beside_a_mark(report: Context, samples: Path, year: str) -> None:
    """In the report judges are named in the table of the panel, by id beside the chains, and nowhere else."""
    people = [row[key] for row in rows(samples, year, "judges") for key in ("judge_id", "name", "institution")]
    found = {
        caption
        for caption, table in tables(*chapters(report)).items()
        if any(person in cell for row in table for cell in row for person in people)
    }
    assert found == {"Dewan juri", "Kode keutuhan terakhir dari catatan setiap juri dan panitia"}
    free = "\n".join([*said(*chapters(report)), *notes(*chapters(report))])
    assert not any(person in free for person in people)
    page = to_html(whole(report))
    assert all(page.count(name) == 1 for name in people[1::3])


def test_the_same_data_and_time_give_the_same_bytes(report: Context) -> None:
    again = Context(kit.open(report.edition.name), MADE_AT)
    assert whole(again) == whole(report)


def test_a_contest_with_one_list_does_not_speak_of_what_it_lacks(samples: Path) -> None:
    report = Context(kit.open("paris-1976"), MADE_AT)
    assert [block["text"] for block in whole(report) if block["type"] == "heading" and block["level"] == 2] == [
        "Pemenang yang direkomendasikan",
        "Keputusan yang dimohonkan",
        "Hasil akhir",
        "Proses dan dewan juri",
        "Sebaran nilai",
        "Cara penilaian",
        "Lampiran",
    ]
    words = text(report)
    assert not re.search(
        r"kelompok|bentuk inovasi|finalis|usulan|keberlanjutan|SOP|tahun lalu|sebelumnya|edisi", words, re.IGNORECASE
    )
    assert said(once.summary(report))[-2:] == [
        "Keputusan yang dimohonkan",
        "Menetapkan pemenang menurut daftar lengkap pada bagian Hasil akhir.",
    ]
    _, *table = tables(once.results(report))["Peringkat akhir Semua anggur"]
    published = ["A", "B", "D", "C", "E", "F", "I", "H", "G", "J"]
    titles = {row["entry_id"]: row["title"] for row in rows(samples, "paris-1976", "entries")}
    assert [row[2] for row in table] == [titles[entry] for entry in published]
    assert list(tables(once.appendix(report))) == ["Kode keutuhan terakhir dari catatan setiap juri dan panitia"]
    assert notes(once.process(report)) == ["Nilai dari 2 juri dicatat, tetapi menurut ketentuan tidak dihitung."]


@pytest.mark.parametrize("edition", ["2025", "paris-1976"])
def test_english_is_english_throughout(samples: Path, edition: str) -> None:
    report = Context(kit.open(edition, "en"), MADE_AT)
    registered = [
        row[key]
        for name, keys in {
            "entries": ("title", "benefit", "origin"),
            "units": ("name", "unit_type"),
            "judges": ("name", "institution"),
        }.items()
        for row in rows(samples, edition, name)
        for key in keys
    ]
    words = text(report)
    for known in sorted(filter(None, registered), key=len, reverse=True):
        words = words.replace(known, "").replace(known.split(":")[0], "")
    asked = {c.question.en for r in report.rules.rounds for c in r.criteria if c.question}
    for question in asked:
        words = words.replace(question, "")
    found = re.findall(r"\b(dan|inovasi|nilai|tahap|juri|yang|kelompok|unit kerja|dari|oleh)\b", words, re.IGNORECASE)
    assert found == []


def test_scopes_whose_entries_had_different_panels_say_so(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one judge's sheet for one entry away: its panel is then another one."""
    assert "panel yang sama" not in " ".join(said(once.categories(Context(kit.open("2025"), MADE_AT))))
    monkeypatch.setenv("KIT_HOME", str(samples))
    edition = kit.open("2025")
    panel = edition.record.panel
    dropped = (panel["entry_id"] == "K1-14") & (panel["judge_id"] == "J-A")
    monkeypatch.setitem(edition.__dict__, "record", replace(edition.record, panel=panel[~dropped]))
    monkeypatch.setitem(edition.__dict__, "result", edition.computed)
    shown = " ".join(said(once.categories(Context(edition, MADE_AT))))
    assert "tidak semua inovasi dinilai oleh panel yang sama" in shown
