"""Verifying files: as made, altered, signed elsewhere or added to, and whether their data are still the data."""

from __future__ import annotations

import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from documents import masthead
from homes import empty_home, keep, taken_up
from pypdf import PdfReader, PdfWriter
from rooms import WHEN, judged

import kit
from kit.cli import main
from kit.documents.batch import make_documents, plan_documents
from kit.documents.verify import (
    ContentAddedTo,
    ContentAltered,
    ContentUnrecorded,
    DataDiffer,
    NotMadeByKit,
    Verdict,
    claims_of,
    verify,
)
from kit.edition import EditionMissing
from kit.errors import FileMissing
from kit.ledger import COMMITTEE, Event
from kit.report.docx import to_docx
from kit.report.html import to_html
from kit.report.pdf import to_pdf
from kit.report.xlsx import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AS_MADE = "Isi berkas masih seperti saat dibuat."
SAME_DATA = "Data edisi 2025 saat ini sama dengan data dokumen ini."
KINDS = ["finalists", "recap"]
LIST = "daftar-finalis-2025-SIMULASI"
GOES_ON = Event(kind="recusal", actor=COMMITTEE, judge_id="J9", entry_id="E9")  # of nobody who takes part


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition's folder and its documents."""
    folder = tmp_path_factory.mktemp("snapshot")
    with pytest.MonkeyPatch.context() as patch:
        for home in empty_home(folder, patch):
            edition = judged(home)
            assert make_documents(plan_documents(edition, KINDS, made_at=WHEN), processes=1).failed == []
            keep(edition, folder / "judged")
    return folder


@pytest.fixture
def home(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for folder in empty_home(tmp_path, monkeypatch):
        taken_up(folder, snapshot / "judged")
        shutil.copytree(snapshot / "reports", folder / "reports")
        yield folder


@pytest.fixture
def reports(home: Path) -> Path:
    return home / "reports" / "2025"


def verdict(path: Path) -> Verdict:
    [found] = verify([path])
    return found


def signed(original: bytes, *, covers_all: bool = True) -> bytes:
    """A PDF as a signing service returns it: something appended, with a signature over all bytes but itself."""
    empty = b"\n9 0 obj\n<</Type/Sig/ByteRange[0 %010d %010d %010d]/Contents<" % (0, 0, 0)
    hole = b"0" * 64
    after = b">>>\nendobj\nstartxref\n0\n%%EOF\n"
    start, end = len(original) + len(empty), len(original) + len(empty) + len(hole)
    filled = b"\n9 0 obj\n<</Type/Sig/ByteRange[0 %010d %010d %010d]/Contents<" % (start, end, len(after))
    return original + filled + hole + after + (b"" if covers_all else b"8 0 obj\n<<>>\nendobj\n%%EOF\n")


# Files as they were made


@pytest.mark.parametrize("suffix", ["pdf", "html", "docx", "xlsx"])
def test_every_format_says_what_it_was_made_from(reports: Path, suffix: str) -> None:
    found = verdict(reports / f"{LIST}.{suffix}")
    assert found.found == (AS_MADE, SAME_DATA)
    assert found.mistakes == ()
    edition = kit.open("2025")
    assert found.claims == {
        "edition": "2025",
        "language": "id",
        "state": "Simulasi",
        "circulation": "public",
        "simulated": "yes",
        "made_at": found.claims["made_at"],
        "version": kit.__version__,
        "fingerprint": edition.fingerprint,
    }
    assert found.claims["made_at"].startswith("2025-11-21T02:00:00")


def test_claims_with_commas_and_signs_come_back_as_they_were() -> None:
    state = 'Ditetapkan dengan Keputusan Nomor 12/A&B "<3>", tanggal 1 Desember 2025, kit:x=y'
    blocks = [masthead(state=state).to_json()]
    for content in (to_pdf(blocks), to_html(blocks).encode(), to_docx(blocks), to_xlsx(blocks)):
        assert claims_of(content)["state"].startswith(state.partition(", kit:")[0])
        assert claims_of(content)["edition"] == "2025"


def test_a_file_under_another_name_and_elsewhere_is_known_by_its_content(reports: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kiriman" / "dari surel.pdf"
    elsewhere.parent.mkdir()
    shutil.copy(reports / f"{LIST}.pdf", elsewhere)
    found = verdict(elsewhere)
    assert found.found == (f"Isi berkas masih seperti saat dibuat dengan nama {LIST}.pdf.", SAME_DATA)


def test_the_page_that_leads_to_documents_is_verified_as_well(reports: Path) -> None:
    assert verdict(reports / "index.html").mistakes == ()


# Data that went on


def test_a_document_matches_the_data_of_its_time(reports: Path) -> None:
    kit.open("2025").append(GOES_ON, GOES_ON)
    found = verdict(reports / f"{LIST}.pdf")
    assert found.mistakes == ()
    assert found.found[1] == (
        "Dokumen ini sesuai dengan data edisi 2025 saat itu. Sejak itu 2 peristiwa dicatat, jadi dokumen ini bukan "
        "yang terbaru."
    )


def test_a_document_matches_the_rules_and_registers_of_its_time(home: Path, reports: Path) -> None:
    entries = home / "data" / "2025" / "entries.csv"
    entries.write_text(entries.read_text(encoding="utf-8").replace("Inovasi E3", "Inovasi Tiga"), encoding="utf-8")
    found = verdict(reports / f"{LIST}.pdf")
    assert found.mistakes == ()
    assert "sesuai dengan data edisi 2025 saat itu" in found.found[1]
    kit.open("2025").accept_changes("Judul diperbaiki")
    assert "sesuai dengan data edisi 2025 saat itu" in verdict(reports / f"{LIST}.pdf").found[1]


def test_data_that_never_were_are_told(home: Path, reports: Path) -> None:
    page = reports / f"{LIST}.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(kit.open("2025").fingerprint, "0" * 64), encoding="utf-8")
    assert [type(mistake) for mistake in verdict(page).mistakes] == [ContentAltered, DataDiffer]
    shutil.rmtree(home / "data" / "2025")
    assert [type(mistake) for mistake in verdict(reports / f"{LIST}.pdf").mistakes] == [EditionMissing]


# Files that are not as they were made


@pytest.mark.parametrize("suffix", ["pdf", "html", "docx", "xlsx"])
def test_one_byte_is_enough(reports: Path, suffix: str) -> None:
    path = reports / f"{LIST}.{suffix}"
    content = bytearray(path.read_bytes())
    content[-30 if suffix != "pdf" else 2000] ^= 1
    path.write_bytes(bytes(content))
    assert verdict(path).mistakes[:1] == (ContentAltered(file=path.name),)


def test_a_draft_that_was_edited_is_told(reports: Path) -> None:
    path = reports / f"{LIST}.docx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"E1", b"E2"))
    found = verdict(path)
    assert found.mistakes == (ContentAltered(file=path.name),)
    assert found.found == (SAME_DATA,)


def test_what_no_list_knows_is_in_doubt(reports: Path, tmp_path: Path) -> None:
    copy = tmp_path / "salinan.html"
    copy.write_bytes((reports / f"{LIST}.html").read_bytes() + b"\n")
    assert verdict(copy).mistakes == (ContentUnrecorded(file="salinan.html"),)


def test_other_files_are_not_ours(tmp_path: Path) -> None:
    for name, content in (("a.pdf", b"%PDF-1.7\n%%EOF"), ("b.xlsx", b"PK\x03\x04"), ("c", b"{"), ("d.txt", b"\xff")):
        (tmp_path / name).write_bytes(content)
        assert verdict(tmp_path / name).mistakes == (NotMadeByKit(file=name),)
    assert verdict(tmp_path / "tidak-ada.pdf").mistakes == (FileMissing(file="tidak-ada.pdf", folder=tmp_path.name),)


# PDF signed elsewhere


def test_a_signed_pdf_is_still_the_original(reports: Path) -> None:
    path = reports / f"{LIST}.pdf"
    original = path.read_bytes()
    path.write_bytes(signed(original))
    found = verdict(path)
    assert found.mistakes == ()
    size = f"{len(original):,}".replace(",", ".")
    assert found.found[0].startswith(f"Isi asli ({size} bita pertama) masih seperti saat dibuat.")


def test_a_pdf_that_was_signed_twice_is_still_the_original(reports: Path, tmp_path: Path) -> None:
    path = tmp_path / "bertanda-tangan.pdf"
    path.write_bytes(signed(signed((reports / f"{LIST}.pdf").read_bytes())))
    assert verdict(path).mistakes == ()


def test_what_comes_after_the_signature_is_in_doubt(reports: Path) -> None:
    path = reports / f"{LIST}.pdf"
    original = path.read_bytes()
    path.write_bytes(signed(original, covers_all=False))
    assert verdict(path).mistakes == (ContentAddedTo(file=path.name, bytes=len(original)),)


def test_a_pdf_that_was_added_to_without_a_signature_is_in_doubt(reports: Path) -> None:
    """An incremental update by a real library, which leaves the bytes before it alone."""
    path = reports / f"{LIST}.pdf"
    original = path.read_bytes()
    writer = PdfWriter(PdfReader(path), incremental=True)
    writer.add_metadata({"/Title": "Lain"})
    writer.write(path)
    assert path.read_bytes().startswith(original)
    assert len(path.read_bytes()) > len(original)
    assert verdict(path).mistakes == (ContentAddedTo(file=path.name, bytes=len(original)),)


def test_a_changed_original_under_a_signature_is_altered(reports: Path) -> None:
    path = reports / f"{LIST}.pdf"
    content = bytearray(signed(path.read_bytes()))
    content[2000] ^= 1
    path.write_bytes(bytes(content))
    assert verdict(path).mistakes == (ContentAltered(file=path.name),)


# The command


def test_the_command_says_what_is_in_order_and_what_is_not(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = reports / f"{LIST}.pdf", reports / f"{LIST}.docx"
    assert main(["verify", str(good)]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].endswith(good.name)
    assert re.fullmatch(r"  Edisi 2025 · Simulasi · Untuk publik · dibuat 21 November 2025 .* · kit \S+", lines[1])
    assert [line.strip() for line in lines[2:]] == [AS_MADE, SAME_DATA]
    bad.write_bytes(bad.read_bytes() + b" ")
    assert main(["verify", str(good), str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out.count(SAME_DATA) == 2
    assert said.err.startswith(f"{bad.name}: isi berkas ini tidak lagi seperti saat dibuat")
    assert main(["verify", str(good), "--language", "en"]) == 0
    assert "The file is as it was made." in capsys.readouterr().out
