"""Verifying files: as made, altered, signed elsewhere or added to, and whether their data are still the data."""

from __future__ import annotations

import re
import shutil
import time
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from documents import masthead
from homes import empty_home, keep, taken_up
from judged_edition import WHEN, judged
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject
from samples import ROOT
from signatures import added_to, repainted, signed

import kit
from kit.actions import append
from kit.cli import main
from kit.contest import rounds
from kit.contest.archive import archive
from kit.documents.batch import make_documents, plan_documents
from kit.documents.manifest import CHECKSUMS, ChecksumsUnreadable, Verdict, claims_of, sha256, verify
from kit.errors import Problem
from kit.ledger import COMMITTEE, Event
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.render.pptx import to_pptx
from kit.render.xlsx import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AS_MADE = "Isi berkas masih seperti saat dibuat."
SAME_DATA = "Data edisi 2025 saat ini sama dengan data dokumen ini."
KINDS = ["finalists", "recap"]
LIST = "daftar-finalis-2025-SIMULASI"
GOES_ON = Event(kind="cure_until", actor=COMMITTEE, entry_id="E1", value="2025-01-01", text="uji")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition's folder and its documents."""
    folder = tmp_path_factory.mktemp("snapshot")
    with empty_home(folder) as home:
        edition = judged(home)
        assert make_documents(plan_documents(edition, KINDS, made_at=WHEN), processes=1).failed == []
        keep(edition, folder / "judged")
    return folder


@pytest.fixture
def home(snapshot: Path, home: Path) -> Path:
    taken_up(home, snapshot / "judged")
    shutil.copytree(snapshot / "reports", home / "reports")
    return home


@pytest.fixture
def reports(home: Path) -> Path:
    return home / "reports" / "2025"


def verdict(path: Path) -> Verdict:
    [found] = verify([path])
    return found


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
    for content in (to_pdf(blocks), to_html(blocks).encode(), to_docx(blocks), to_pptx(blocks), to_xlsx(blocks)):
        assert claims_of(content)["state"].startswith(state.partition(", kit:")[0])
        assert claims_of(content)["edition"] == "2025"


def test_a_file_whose_compressed_parts_are_damaged_is_not_one_of_ours(tmp_path: Path) -> None:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("docProps/custom.xml", "<a>" + "kit " * 500 + "</a>")
    start = whole.getvalue().index(b"custom.xml") + len("custom.xml")
    for at in range(start, start + 8):
        content = bytearray(whole.getvalue())
        content[at] ^= 0xFF
        path = tmp_path / "rusak.docx"
        path.write_bytes(content)
        assert [mistake.code for mistake in verdict(path).mistakes] == ["not_made_by_kit"]


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
    append(kit.open("2025"), GOES_ON, GOES_ON)
    found = verdict(reports / f"{LIST}.pdf")
    assert found.mistakes == ()
    assert found.found[1] == (
        "Dokumen ini sesuai dengan data edisi 2025 saat itu. Sejak itu 2 peristiwa dicatat sehingga dokumen ini bukan "
        "yang terbaru."
    )


def test_a_document_matches_the_rules_and_registers_of_its_time(home: Path, reports: Path) -> None:
    entries = home / "data" / "2025" / "entries.csv"
    entries.write_text(entries.read_text(encoding="utf-8").replace("Inovasi E3", "Inovasi Tiga"), encoding="utf-8")
    found = verdict(reports / f"{LIST}.pdf")
    assert found.mistakes == ()
    assert "sesuai dengan data edisi 2025 saat itu" in found.found[1]
    rounds.accept_changes(kit.open("2025"), "Judul diperbaiki")
    assert "sesuai dengan data edisi 2025 saat itu" in verdict(reports / f"{LIST}.pdf").found[1]


def test_data_that_never_were_are_told(home: Path, reports: Path) -> None:
    page = reports / f"{LIST}.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(kit.open("2025").fingerprint, "0" * 64), encoding="utf-8")
    assert [mistake.code for mistake in verdict(page).mistakes] == ["content_altered", "data_differ"]
    shutil.rmtree(home / "data" / "2025")
    assert [mistake.code for mistake in verdict(reports / f"{LIST}.pdf").mistakes] == ["edition_missing"]


# Files that are not as they were made


@pytest.mark.parametrize("suffix", ["pdf", "html", "docx", "xlsx"])
def test_one_byte_is_enough(reports: Path, suffix: str) -> None:
    path = reports / f"{LIST}.{suffix}"
    content = bytearray(path.read_bytes())
    content[-30 if suffix != "pdf" else 2000] ^= 1
    path.write_bytes(bytes(content))
    assert verdict(path).mistakes[:1] == (Problem("content_altered", file=path.name),)


def test_a_draft_that_was_edited_is_told(reports: Path) -> None:
    path = reports / f"{LIST}.docx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"E1", b"E2"))
    found = verdict(path)
    assert found.mistakes == (Problem("content_altered", file=path.name),)
    assert found.found == (SAME_DATA,)


def test_what_no_list_knows_is_in_doubt(reports: Path, tmp_path: Path) -> None:
    copy = tmp_path / "salinan.html"
    copy.write_bytes((reports / f"{LIST}.html").read_bytes() + b"\n")
    assert verdict(copy).mistakes == (Problem("content_unrecorded", file="salinan.html"),)


def test_other_files_are_not_ours(tmp_path: Path) -> None:
    for name, content in (("a.pdf", b"%PDF-1.7\n%%EOF"), ("b.xlsx", b"PK\x03\x04"), ("c", b"{"), ("d.txt", b"\xff")):
        (tmp_path / name).write_bytes(content)
        assert verdict(tmp_path / name).mistakes == (Problem("not_made_by_kit", file=name),)
    assert verdict(tmp_path / "tidak-ada.pdf").mistakes == (
        Problem("file_missing", file="tidak-ada.pdf", folder=tmp_path.name),
    )


# PDF signed elsewhere


def sent(original: Path, content: bytes) -> Path:
    """The file as somebody sent it back."""
    path = original.parents[2] / "kiriman" / original.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def signs(reports: Path) -> tuple[Path, bytes]:
    path = reports / f"{LIST}.pdf"
    return path, path.read_bytes()


def test_a_signed_pdf_is_still_the_original(reports: Path) -> None:
    path, original = signs(reports)
    found = verdict(sent(path, signed(original)))
    assert found.mistakes == ()
    size = f"{len(original):,}".replace(",", ".")
    assert found.found[0].startswith(f"Isi asli ({size} bita pertama) masih seperti saat dibuat.")
    assert found.found[1:] == (SAME_DATA,)


def test_a_signature_that_shows_is_named_with_its_page(reports: Path) -> None:
    path, original = signs(reports)
    found = verdict(sent(path, signed(signed(original), box=(300, 60, 500, 120))))  # signed twice
    assert found.mistakes == ()
    assert found.found[1].startswith("Kotak tanda tangan terlihat di halaman 1.")


def test_a_pdf_that_a_real_signer_signed_twice_is_still_the_original(reports: Path) -> None:
    """One signature shows, and what proves its validity later came after it."""
    content = (ROOT / "tests" / "signed" / "twice.pdf").read_bytes()
    path = sent(reports / "laporan.pdf", content)
    (reports / CHECKSUMS).write_text(f"{sha256(content[:26_032])}  {path.name}\n", encoding="utf-8")
    found = verdict(path)
    assert found.found[0].startswith("Isi asli (26.032 bita pertama) masih seperti saat dibuat.")
    assert found.found[1].startswith("Kotak tanda tangan terlihat di halaman 1.")
    assert [mistake.code for mistake in found.mistakes] == ["data_differ"]


def without_a_signature(original: bytes) -> bytes:
    return added_to(original, repainted)


def with_a_text_like_a_signature(original: bytes) -> bytes:
    content = added_to(original, repainted)
    ending = b"\n%%EOF\n"
    size = len(content) + 60 + len(ending)
    return content + f"% /ByteRange[0 10 20 {size - 20}]".encode().ljust(60) + ending


def with_a_true_signature(original: bytes) -> bytes:
    return signed(original, also=repainted)


def after_the_signature(original: bytes) -> bytes:
    return added_to(signed(original), repainted)


def with_a_box_over_the_page(original: bytes) -> bytes:
    return signed(original, box=(0, 0, 595, 800))


def without_what_was_drawn(original: bytes) -> bytes:
    """The page's content counts as deleted."""
    content = signed(original)
    drawn = PdfReader(BytesIO(original)).pages[0].raw_get("/Contents").idnum
    before = re.findall(rb"startxref\s+(\d+)", content)[-1].decode()
    root = PdfReader(BytesIO(original)).trailer.raw_get("/Root").idnum
    table = f"xref\n{drawn} 1\n0000000000 00001 f \ntrailer\n<</Size 999/Root {root} 0 R/Prev {before}>>\n"
    return content + f"{table}startxref\n{len(content)}\n%%EOF\n".encode()


@pytest.mark.parametrize(
    "forged",
    [
        without_a_signature,
        with_a_true_signature,
        after_the_signature,
        with_a_box_over_the_page,
        without_what_was_drawn,
    ],
)
def test_a_page_that_was_changed_by_an_update_is_named(
    reports: Path, forged: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    path, original = signs(reports)
    forgery = sent(path, forged(original))
    assert verdict(forgery).mistakes == (Problem("pages_changed", file=path.name, bytes=len(original), pages=["1"]),)
    assert main(["archive", "verify", str(forgery)]) == 1
    assert f"{path.name}: tambahan setelah isi asli" in capsys.readouterr().err


def with_bytes_after_the_end(original: bytes) -> bytes:
    return signed(original) + b"8 0 obj\n<<>>\nendobj\n%%EOF\n"


def with_another_title(original: bytes) -> bytes:
    return added_to(original, lambda writer: writer.add_metadata({"/Title": "Lain"}))


def with_an_action(original: bytes) -> bytes:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    return signed(original, also=lambda writer: writer.root_object.update({NameObject("/OpenAction"): action}))


@pytest.mark.parametrize(
    "forged", [with_a_text_like_a_signature, with_bytes_after_the_end, with_another_title, with_an_action]
)
def test_whatever_else_was_added_is_no_signature(reports: Path, forged: Callable[[bytes], bytes]) -> None:
    path, original = signs(reports)
    found = verdict(sent(path, forged(original))).mistakes
    assert found == (Problem("content_added_to", file=path.name, bytes=len(original)),)


def test_a_changed_original_under_a_signature_is_altered(reports: Path) -> None:
    path, original = signs(reports)
    content = bytearray(signed(original))
    content[2000] ^= 1
    assert verdict(sent(path, bytes(content))).mistakes == (Problem("content_altered", file=path.name),)


def test_a_pdf_full_of_ends_is_read_in_no_time(reports: Path) -> None:
    path, original = signs(reports)
    begun = time.monotonic()
    claims = original[: original.index(b"</pdf:Keywords>") + 15]
    verdict(sent(path, claims + b"%%EOF\n" * 1_000_000 + b"<pdf:Keywords>" * 100_000))
    assert time.monotonic() - begun < 20


# Lists of checksums


def test_a_list_that_came_with_the_file_does_not_count_where_the_edition_has_one(reports: Path) -> None:
    path = reports / f"{LIST}.html"
    forged = path.read_bytes().replace(b"Inovasi E1", b"Inovasi E2")
    assert forged != path.read_bytes()
    received = sent(path, forged)
    (received.parent / CHECKSUMS).write_text(f"{sha256(forged)}  {path.name}\n", encoding="utf-8")
    assert verdict(received).mistakes == (Problem("content_altered", file=path.name),)
    (reports / CHECKSUMS).unlink()
    found = verdict(received)
    assert found.mistakes == ()
    assert found.found[1].startswith("Dibandingkan dengan CHECKSUMS di folder berkas ini")


def test_a_file_that_names_a_folder_as_its_edition_does_not_choose_the_list(reports: Path) -> None:
    forged = (reports / f"{LIST}.html").read_bytes()
    received = sent(reports / f"{LIST}.html", forged.replace(b'"2025"', b'"../kiriman"'))
    (received.parent / CHECKSUMS).write_text(f"{sha256(received.read_bytes())}  x.html\n", encoding="utf-8")
    found = verdict(received)
    assert found.found[1].startswith("Dibandingkan dengan CHECKSUMS di folder berkas ini")
    assert [mistake.code for mistake in found.mistakes] == ["edition_missing"]


def test_a_list_that_was_kept_elsewhere_knows_what_was_made_before(
    reports: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = home / "simpanan" / "daftar lama"
    kept.parent.mkdir()
    shutil.move(reports / CHECKSUMS, kept)
    (reports / CHECKSUMS).write_text("", encoding="utf-8")
    path = reports / f"{LIST}.pdf"
    assert verdict(path).mistakes == (Problem("content_unrecorded", file=path.name),)
    assert main(["archive", "verify", str(path), "--checksums", str(kept)]) == 0
    assert AS_MADE in capsys.readouterr().out
    assert main(["archive", "verify", str(path), "--checksums", str(kept.parent / "tiada")]) == 1
    assert "tiada: berkas ini tidak ditemukan" in capsys.readouterr().err


@pytest.mark.parametrize("line", [b"kata\n", b"0123  a.pdf\n", b"0" * 64 + b"  \xff.pdf\n"])
def test_a_damaged_list_is_named_with_its_line(reports: Path, line: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = reports / f"{LIST}.pdf"
    (reports / CHECKSUMS).write_bytes((reports / CHECKSUMS).read_bytes() + line)
    rows = len((reports / CHECKSUMS).read_bytes().splitlines())
    assert verdict(path).mistakes == (ChecksumsUnreadable(file=CHECKSUMS, row=rows),)
    assert main(["archive", "verify", str(path)]) == 1
    assert f"CHECKSUMS, baris {rows}: baris ini bukan SHA-256" in capsys.readouterr().err


# Files that are something else


@pytest.mark.usefixtures("home")
def test_an_archive_is_sent_to_kit_restore(capsys: pytest.CaptureFixture[str]) -> None:
    kept = archive(kit.open("2025")).path
    assert main(["archive", "verify", str(kept)]) == 1
    assert f"kit archive restore {kept.name}" in capsys.readouterr().err


def test_properties_without_end_and_nesting_without_end_are_not_ours(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("docProps/custom.xml", '<a name="kit:x"><vt:lpwstr>' * 30_000)
    (tmp_path / "b.ipynb").write_text('{"a":' * 200_000, encoding="utf-8")
    begun = time.monotonic()
    for name in ("a.docx", "b.ipynb"):
        assert verdict(tmp_path / name).mistakes == (Problem("not_made_by_kit", file=name),)
    assert time.monotonic() - begun < 10


# The command


def test_the_command_says_what_is_in_order_and_what_is_not(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = reports / f"{LIST}.pdf", reports / f"{LIST}.docx"
    assert main(["archive", "verify", str(good)]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].endswith(good.name)
    assert re.fullmatch(r"  Edisi 2025 · Simulasi · Untuk publik · dibuat 21 November 2025 .* · kit \S+", lines[1])
    assert [line.strip() for line in lines[2:]] == [AS_MADE, SAME_DATA]
    bad.write_bytes(bad.read_bytes() + b" ")
    assert main(["archive", "verify", str(good), str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out.count(SAME_DATA) == 2
    assert said.err.startswith(f"{bad.name}: isi berkas ini tidak lagi seperti saat dibuat")
    assert main(["archive", "verify", str(good), "--language", "en"]) == 0
    assert "The file is as it was made." in capsys.readouterr().out
