"""The document on index readiness: every number follows from the data, and every page says that it is an estimate."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from problems import problem
from pypdf import PdfReader
from samples import MADE_AT, blocks, rows, said, tables
from yardsticks import CLAIMS, ENTRIES, SMALL, yardstick

import kit
from kit.cli import main
from kit.index import index_report
from kit.index.index_report import IndexContext
from kit.index.readiness import Readiness
from kit.screens.whatif import what_if

if TYPE_CHECKING:
    from pathlib import Path

CAUTION = "Perkiraan internal kematangan inovasi; bukan nilai resmi Indeks Inovasi Daerah."
# Each chapter is made only once for a context: drawing takes time.
CHAPTERS = {
    name: cache(getattr(index_report, name))
    for name in ["summary", "maturity", "evidence", "steps", "sending", "coverage", "index", "plan", "method"]
}
STEMS = ("kesiapan-indeks-2025-verified-SIMULASI", "isian-indeks-2025-verified-SIMULASI")


@pytest.fixture(scope="module")
def made(samples: Path) -> Path:
    """The folder with the documents of 2025."""
    assert main(["years", "index", "2025", "--made-at", MADE_AT]) == 0
    return samples / "reports" / "2025"


@pytest.fixture(scope="module")
def report(samples: Path) -> IndexContext:  # noqa: ARG001  (makes the home)
    return IndexContext(kit.open("2025"), made_at=MADE_AT)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an edition with two claiming innovations and a small yardstick."""
    import folders  # noqa: PLC0415

    folder = tmp_path / "data" / "2025"
    folder.mkdir(parents=True)
    monkeypatch.setenv("KIT_HOME", str(tmp_path))
    folders.edition(folder, entries=ENTRIES)
    folders.save(folder / "index.csv", CLAIMS)
    yardstick(folder)
    return folder


def prose(report: IndexContext, *parts: str) -> str:
    return " ".join(said(*(CHAPTERS[name](report) for name in parts or CHAPTERS)))


# The numbers, counted once more from the files


def counted(samples: Path, column: str) -> dict[str, int]:
    """The maturity of each innovation by an independent count."""
    weights = dict(zip(range(16, 36), (3, 2, 2, 2, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 2, 3, 2, 3, 2, 4), strict=True))
    found: dict[str, int] = {}
    for row in rows(samples, "2025", "index"):
        points = weights[int(row["indicator"])] * int(row[column] or 0)
        found[row["innovation_id"]] = found.get(row["innovation_id"], 0) + points
    return found


def test_what_the_follow_up_heard_to_have_stopped_is_neither_sent_nor_planned(report: IndexContext) -> None:
    sending = {row[0]: row[-1] for row in tables(index_report.sending(report))[SENDING][1:]}
    assert sending["I-062"] == "berhenti menurut tindak lanjut 2025"
    steps = [
        row[0]
        for part in (index_report.steps(report), index_report.plan(report))
        for table in tables(part).values()
        for row in table[1:]
    ]
    assert steps
    assert "I-062" not in steps


@pytest.mark.parametrize(("column", "label"), [("claimed", "Diklaim"), ("verified", "Terverifikasi")])
def test_maturities_are_those_of_the_register(samples: Path, report: IndexContext, column: str, label: str) -> None:
    header, *body = tables(index_report.maturity(report))["Kematangan dan verifikasi setiap inovasi"]
    shown = {row[0]: int(row[header.index(label)]) for row in body}
    assert shown == counted(samples, column)


def test_the_first_page_says_what_the_register_comes_to(samples: Path, report: IndexContext) -> None:
    """7 innovations sum up to 682 points over K = 12: one of 98 has stopped; three affairs of six are too few."""
    mature = counted(samples, "verified")
    sent = {row[0] for row in tables(index_report.sending(report))[SENDING][1:] if row[-1] == "dilaporkan"}
    assert len(sent) == 7
    assert "I-062" not in sent
    assert sum(mature[name] for name in sent) == 682
    facts = [
        fact["value"]
        for block in blocks(index_report.summary(report))
        if block["type"] == "facts"
        for fact in block["items"]
    ]
    assert facts == ["24", "7", "56,83", "42,93"]  # (50.5 + 682/12) / 250
    assert "baru 3 dari 6 yang terwakili" in prose(report, "summary")


SENDING = "Inovasi yang sebaiknya dilaporkan, dan alasan inovasi lainnya tidak"


def test_why_an_innovation_is_not_sent_is_said(report: IndexContext) -> None:
    why = {row[0]: row[-1] for row in tables(index_report.sending(report))[SENDING][1:]}
    assert why["I-028"] == "diterapkan di luar kurun 2 tahun terakhir; sudah 2 kali dilaporkan"
    assert why["I-038"] == "sudah 2 kali dilaporkan; indikator wajib kosong; kematangan di bawah 90"
    assert why["I-013"] == "kematangan di bawah 90"


def test_claims_alone_would_come_to_more(samples: Path) -> None:  # noqa: ARG001
    told = IndexContext(kit.open("2025"), "claimed", MADE_AT)
    assert "menurut parameter yang diklaim" in prose(told, "summary")
    found = told.data.sending.estimate
    assert found.covered
    assert told.data.index(found) > IndexContext(kit.open("2025")).data.index(found) - 1
    assert "menurunkan rata-rata kematangan dari" in prose(told, "sending")


def test_the_plan_leads_to_the_next_predicate(report: IndexContext) -> None:
    text = prose(report, "plan")
    assert "Untuk mencapai 65,01 dengan beban kerja paling ringan" in text
    assert "dihitung secara tuntas" in text
    assert report.data.plan is not None
    assert report.data.index(report.data.plan.after) >= report.data.line.low


def test_everything_is_told_in_english_too(samples: Path) -> None:  # noqa: ARG001
    told = IndexContext(kit.open("2025", "en"), made_at=MADE_AT)
    assert index_report.masthead(told).caution == "Internal estimate of maturity; not an official index score."
    text = prose(told)
    assert not re.search(r"\b(inovasi|kematangan|dilaporkan|bobot)\b", text)


def test_the_source_remark_stands_in_the_method(report: IndexContext) -> None:
    assert "transkripsi pihak kedua: bahan perkiraan, bukan ketentuan" in prose(report, "method")
    sources = {
        row[0]: row[1:] for row in next(t for c, t in tables(index_report.method(report)).items() if "Asal" in c)[1:]
    }
    assert sources["Indikator, bobot, dan parameter"] == ["R", "2026.yaml"]
    assert sources["Batas kematangan kota"] == ["ketentuan edisi", "index.yaml"]


# Less data


def test_without_spd_there_is_no_index_but_what_spd_must_bring(small: Path) -> None:  # noqa: ARG001
    told = IndexContext(kit.open("2025"))
    assert "skor SPD belum diisi" in prose(told, "summary")
    table = tables(index_report.index(told))["Jarak ke batas predikat indeks 2026"]
    assert table[0][-1] == "SPD yang diperlukan (dari 2)"
    assert "setelah skor SPD diisi" in prose(told, "plan")
    assert index_report.index_page(told.edition).blocks


def test_without_k_maturities_are_told_and_nothing_else(small: Path) -> None:
    yardstick(small, SMALL.replace("k: 2\n", ""))
    told = IndexContext(kit.open("2025"))
    assert "pembagi K untuk indeks 2026 tidak ditemukan" in prose(told, "summary")
    assert index_report.index(told).blocks == index_report.coverage(told).blocks == []
    assert len(tables(index_report.maturity(told))) == 1
    assert what_if(told).children
    assert prose(told)


def test_without_bounds_no_predicate_is_said(small: Path) -> None:
    yardstick(small, SMALL.partition("bounds:")[0] + "spd: 1\n")
    told = IndexContext(kit.open("2025"))
    assert "Batas predikat indeks 2026 tidak ditemukan" in prose(told, "index")
    assert "batas predikat tahun ini tidak ditemukan" in prose(told, "summary")


def test_where_nothing_can_be_sent_the_document_says_so(small: Path) -> None:
    yardstick(small, cut=18, spd=1)
    told = IndexContext(kit.open("2025"))
    assert "Belum ada inovasi yang dapat dilaporkan" in prose(told, "sending")
    assert told.data.sending.estimate.n == 0


def test_an_index_of_zero_cannot_be_assessed(small: Path) -> None:
    """No SPD, nothing that can be sent: 0.00, and 2026 calls that "tidak dapat dinilai"."""
    (small / "index.yaml").write_text("year: 2026\nbased_on: 2026\nspd: 0\ncut: 111\n", encoding="utf-8")
    told = IndexContext(kit.open("2025"))
    assert "diperkirakan 0,00 (Tidak Dapat Dinilai)" in prose(told, "summary")


def test_a_line_out_of_reach_is_said_to_be(small: Path) -> None:
    yardstick(small, SMALL.replace("low: 60.01", "low: 99.99").replace("high: 60}", "high: 99.98}"), spd=0)
    assert "tidak terjangkau" in prose(IndexContext(kit.open("2025")), "plan")


def test_the_highest_predicate_needs_no_plan(small: Path) -> None:
    yardstick(small, SMALL.replace("low: 60.01", "low: 0.01").replace("high: 60}", "high: 0}"), spd=2)
    assert "predikat tertinggi" in prose(IndexContext(kit.open("2025")), "plan")


def test_other_parameters_than_these_two_cannot_be_counted(small: Path) -> None:  # noqa: ARG001
    with problem("unknown_count", match="verified"):
        Readiness(kit.open("2025"), "semua")


def test_the_fingerprint_follows_the_claims(small: Path) -> None:
    before = Readiness(kit.open("2025")).fingerprint
    assert Readiness(kit.open("2025")).fingerprint == before
    (small / "index.csv").write_text((small / "index.csv").read_text("utf-8").replace("Perda contoh", "X"), "utf-8")
    assert Readiness(kit.open("2025")).fingerprint != before


def test_a_register_that_claims_nothing_is_named_and_has_no_page(small: Path) -> None:
    (small / "index.csv").write_text("innovation_id,indicator,claimed\nI-1,16,\nI-2,16,0\n", encoding="utf-8")
    edition = kit.open("2025")
    assert index_report.index_page(edition).blocks == []
    with problem("no_claims", match=r"index\.csv"):
        IndexContext(edition)
    assert main(["check", "2025"]) == 0
    edition.ledger.close()


def test_checking_an_edition_checks_its_claims_too(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "index.csv").write_text("innovation_id,indicator,claimed\nI-1,16,4\nI-8,16,1\n", encoding="utf-8")
    assert main(["check", "2025"]) == 1
    shown = capsys.readouterr().err
    assert "index.csv, baris 2, kolom C" in shown
    assert "index.csv, baris 3, kolom A" in shown


def test_what_spd_must_bring_is_rounded_up(small: Path) -> None:  # noqa: ARG001
    """60.005% of 24 is 14.4012; a third of a hundredth less would not be enough."""
    table = tables(index_report.index(IndexContext(kit.open("2025"))))["Jarak ke batas predikat indeks 2026"]
    assert table[1][3] == "14,41"


# The documents


def test_every_page_says_that_it_is_an_estimate_and_simulated(made: Path) -> None:
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(made / f"{STEMS[0]}.pdf").pages]
    assert len(pages) > 5
    assert all(CAUTION in page and "DATA SIMULASI" in page for page in pages)


def test_the_page_in_html_says_so_on_screen_and_on_every_printed_page(made: Path) -> None:
    text = (made / f"{STEMS[0]}.html").read_text(encoding="utf-8")
    assert text.count(CAUTION) >= 2
    assert re.search(r'class="kit-band".*?' + re.escape(CAUTION), text, flags=re.DOTALL)


def test_every_sheet_of_the_workbook_says_so_on_screen_and_on_paper(made: Path) -> None:
    book = load_workbook(made / f"{STEMS[1]}.xlsx")
    for sheet in book.worksheets[1:]:
        assert CAUTION in sheet["A2"].value
        assert CAUTION in sheet.oddFooter.left.text
    assert CAUTION in [cell.value for cell in book.worksheets[0]["B"]]


def test_the_export_follows_the_order_of_the_indicators(made: Path, samples: Path) -> None:
    raw = (made / f"{STEMS[1]}.csv").read_bytes().decode("utf-8-sig")
    first, header, *body = csv.reader(io.StringIO(raw), delimiter=";")
    assert CAUTION in first[0]
    assert "DATA SIMULASI" in first[0]
    assert [label.split()[0] for label in header[3:-1]] == [str(no) for no in range(16, 36)]
    assert {row[0]: int(row[-1]) for row in body} == counted(samples, "verified")
    assert sum(row[2] == "dilaporkan" for row in body) == 7
    book = load_workbook(made / f"{STEMS[1]}.xlsx")
    sheet = book["Isian parameter terverifikasi"]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows(min_row=4, max_row=27)] == body


def test_the_command_writes_the_same_bytes_and_says_what_it_wrote(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["years", "index", "2025", "--out", str(tmp_path), "--made-at", MADE_AT]) == 0
    said = capsys.readouterr().out
    for name in (f"{STEMS[0]}.html", f"{STEMS[0]}.pdf", f"{STEMS[1]}.xlsx", f"{STEMS[1]}.csv"):
        assert name in said
    for name in (f"{STEMS[0]}.html", f"{STEMS[0]}.pdf", f"{STEMS[1]}.xlsx", f"{STEMS[1]}.csv"):
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes(), name


def test_wrong_claims_stop_the_command_with_all_that_is_wrong(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (small / "index.csv").read_text("utf-8").replace('"3"', '"5"')
    (small / "index.csv").write_text(text, "utf-8")
    assert main(["years", "index", "2025", "--out", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr().err
    assert "index.csv, baris 2, kolom C" in shown
    assert "index.csv, baris 2, kolom F" in shown
    assert not (tmp_path / "out").exists()


def test_an_edition_without_claims_has_no_page_and_no_document(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert index_report.index_page(kit.open("2024")).blocks == []
    assert main(["years", "index", "2024", "--language", "en"]) == 1
    assert "index.csv" in capsys.readouterr().err
    assert not (samples / "reports" / "2024").exists()


def test_the_page_of_the_annual_report_stands_alone_and_says_what_it_is(samples: Path) -> None:
    page = [block.to_json() for block in index_report.index_page(kit.open("2025")).blocks]
    assert (page[0]["type"], page[-1]["type"]) == ("pagebreak", "pagebreak")
    assert CAUTION in str(page[2])
    cells = json.loads((samples / "notebooks" / "annual-report.ipynb").read_text(encoding="utf-8"))["cells"]
    assert ["index_page(contest)"] in [cell["source"][-1:] for cell in cells]


# Trying out


def field(box, label):
    """The widget whose description begins with a word."""
    found = [*box.children]
    while found:
        widget = found.pop(0)
        if getattr(widget, "description", "").startswith(label):
            return widget
        found += getattr(widget, "children", ())
    raise LookupError(label)


def shown(box):
    return re.sub(r"<style>.*?</style>", "", box.children[3].value, flags=re.DOTALL)


def test_a_tried_parameter_moves_maturity_and_index_and_is_listed(report: IndexContext) -> None:
    box = what_if(report)
    field(box, "Inovasi").value = "I-029"
    assert "semula" not in shown(box)
    field(box, "33 ").value = 1
    assert "semula 97" in shown(box)
    assert "SIAP MELATI: 33 Kemanfaatan inovasi, 2 → 1" in shown(box)
    field(box, "33 ").value = 2
    assert "SIAP MELATI: 33" not in shown(box)


def test_an_spd_off_its_range_is_refused_and_changes_nothing(report: IndexContext) -> None:
    box = what_if(report)
    before = shown(box)
    spd = field(box, "Skor SPD")
    for wrong in ("64", "-1", "banyak", "1.2.3"):
        spd.value = wrong
        assert f"Skor SPD {wrong} bukan angka" in box.children[2].value
        assert shown(box) == before
    spd.value = "60,5"
    assert box.children[2].value == ""
    assert "46,93" in shown(box)  # 42.93 and ten points of 250


def test_what_is_put_in_though_it_cannot_be_sent_is_warned_of_and_all_can_be_undone(report: IndexContext) -> None:
    box = what_if(report)
    before = shown(box)
    field(box, "Inovasi").value = "I-013"
    field(box, "ikut dilaporkan").value = True
    assert "belum dapat dilaporkan: kematangan di bawah 90" in shown(box)
    assert "LURUS ALUR: dilaporkan" in shown(box)
    field(box, "Kembalikan semua").click()
    field(box, "Inovasi").value = "I-001"
    assert shown(box) == before


def test_a_mistake_in_the_index_data_is_a_sentence_of_the_annual_report(samples: Path) -> None:
    file = samples / "data" / "2025" / "index-innovations.csv"
    kept = file.read_bytes()
    try:
        file.write_bytes(kept.replace(b"I-001,", b"I-999,", 1))
        edition = kit.open("2025")
        (heading, warning, lines) = blocks(index_report.index_page(edition))[-3:]
        assert heading["text"] == "Kesiapan Inovasi untuk Indeks Inovasi Daerah"
        assert "tidak dapat ditampilkan" in warning["runs"][0]["text"]
        assert "index-innovations.csv, baris 2" in str(lines["items"])
        told = index_report.read_index(edition)
        assert blocks(index_report.masthead(told))[0]["title"] == heading["text"]
        assert blocks(index_report.maturity(told), index_report.plan(told)) == []
    finally:
        file.write_bytes(kept)
