"""An edition's office file: what it may say, how its mistakes are named, and where what it says comes out."""

from __future__ import annotations

import zlib
from base64 import b64encode
from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from homes import TODAY, decide, one_round
from papers import html_text, pdf, pdf_text, records, squeezed, word, word_text
from problems import problem

from kit.contest.decisions import record_decree
from kit.documents.official_paper import Office, read_office
from kit.errors import Mistakes
from kit.render.docx import to_docx

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition


@pytest.fixture
def edition(home: Path) -> Edition:
    return one_round(home)


def office(edition: Edition, text: str) -> Office:
    (edition.folder / "office.yaml").write_text(text, encoding="utf-8")
    return read_office(edition.folder, edition.registers)


def png(width: int = 4, height: int = 4) -> bytes:
    """A small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


# What it may say


def test_an_edition_needs_none_and_its_papers_have_blanks_then(edition: Edition) -> None:
    assert read_office(edition.folder, edition.registers) == Office()
    text = pdf_text(edition, "announcement")
    assert "KOTA" in text  # the organiser of the rules
    assert "Alamat……" in text
    assert "belumbolehdiumumkansebelum……" in text
    assert "denganKeputusan……………………Nomor……………………tanggal……………………" in text


def test_papers_are_set_as_the_office_says(edition: Edition) -> None:
    def size(kind: str) -> tuple[int, int]:
        page = pdf(edition, kind).pages[0].mediabox
        return round(float(page.width) / 72 * 25.4), round(float(page.height) / 72 * 25.4)

    assert size("announcement") == (210, 297)
    assert "BookmanOldStyle" in squeezed(str(word(edition, "announcement").styles.element.xml))
    office(edition, "page: {paper: f4, size: 11, left: 35, typeface: Plus Jakarta Sans}\n")
    assert size("announcement") == (215, 330)
    section = word(edition, "announcement").sections[0]
    assert [round(edge.mm) for edge in (section.page_width, section.page_height, section.left_margin)] == [215, 330, 35]
    assert size("feedback") == (210, 297)  # which is no official paper
    with pytest.raises(Mistakes):
        office(edition, "page: {paper: letter}\n")


def test_a_draft_is_marked_and_initialled_until_it_is_decreed(edition: Edition) -> None:
    office(edition, "competent: {position: Wali Kota Contoh}\ncommittee: [{position: Sekretaris Daerah}]\n")
    for kind in ("announcement", "decree-annex"):
        before = pdf_text(edition, kind)
        assert before.index("Rancangan:") < before.index("WALIKOTACONTOH")
        assert "ParafkoordinasiNo.JabatanParafTanggal1SekretarisDaerah" in before
    decide(edition, "r1", "J1", "J2", "J3")
    record_decree(edition, "7/2025", f"{TODAY}")
    for kind in ("announcement", "decree-annex"):
        assert not any(said in pdf_text(edition, kind) for said in ("Rancangan", "Paraf"))


def test_the_letterhead_is_that_of_who_signs(edition: Edition) -> None:
    office(
        edition,
        "letterhead: {lines: [BADAN CONTOH]}\n"
        "competent: {position: Wali Kota Contoh, letterhead: {lines: [WALI KOTA CONTOH]}}\n",
    )
    assert "BADANCONTOH" not in pdf_text(edition, "announcement")
    assert "WALIKOTACONTOH" in pdf_text(edition, "certificates-award")
    assert "BADANCONTOH" in pdf_text(edition, "rules")


def test_every_mistake_is_named_at_once_with_its_line(edition: Edition) -> None:
    wrong = (
        "place: Pontianak\nletterhed:\n  lines: [A]\ncommittee:\n  - position: Ketua\n    nip: 123\nembargo: besok\n"
    )
    with pytest.raises(Mistakes) as caught:
        office(edition, wrong)
    assert [(one.code, one.data["file"], one.data["row"]) for one in caught.value] == [
        ("unknown_key", "office.yaml", 2),
        ("unknown_key", "office.yaml", 6),
        ("impossible_number", "office.yaml", 7),
    ]


def test_it_changes_nothing_of_the_result(edition: Edition) -> None:
    before = edition.fingerprint
    office(edition, "place: Pontianak\n")
    assert edition.fingerprint == before


def test_numbers_of_persons_have_no_key(edition: Edition) -> None:
    for key in ("nip", "number", "stamp", "signature", "qr"):
        with pytest.raises(Mistakes):
            office(edition, f"competent: {{position: Wali Kota, {key}: x}}\n")


def test_who_signs_and_where(edition: Edition) -> None:
    office(
        edition,
        "place: Kota Contoh\n"
        "competent: {position: Wali Kota Contoh, name: Contoh Sari, titled: 'Dr. Contoh Sari, M.A.'}\n"
        "committee: [{position: Ketua Panitia, titled: 'Contoh Budi, S.T.', civil_servant: true}]\n"
        "panel: {J1: {position: Ketua Dewan Juri, titled: 'Prof. Nama J1'}}\n",
    )
    announced = pdf_text(edition, "announcement")
    assert "DikeluarkandiKotaContohpadatanggal……………………WALIKOTACONTOH,Dr.ContohSari,M.A." in announced
    assert "NIP" not in announced
    annex = pdf_text(edition, "decree-annex")
    assert "ContohSari" in annex
    assert "Dr." not in annex
    rules = pdf_text(edition, "rules")
    assert "ContohBudi,S.T.Pangkat……" in rules
    assert "NIP……" in rules
    assert "1Prof.NamaJ1KetuaDewanJuri" in rules
    assert "2NamaJ2AnggotaDewanJuri" in rules


def test_the_embargo_is_on_the_contests_clock(edition: Edition) -> None:
    office(edition, "embargo: 2026-01-24T10:00\n")
    assert "sebelum24Januari2026pukul10.00WIB." in pdf_text(edition, "press")
    office(edition, "embargo: 2026-01-24T03:00:00+00:00\n")
    assert "sebelum24Januari2026pukul10.00WIB." in word_text(edition, "press")


# The crest


def test_the_crest_is_in_every_format_with_what_it_shows(edition: Edition) -> None:
    (edition.folder / "lambang.png").write_bytes(png())
    office(edition, "letterhead: {lines: [KOTA CONTOH], crest: lambang.png, crest_shows: Lambang Kota Contoh}\n")
    assert len(pdf(edition, "announcement").pages[0].images) == 1
    page = html_text(edition, "announcement")
    assert f'src="data:image/png;base64,{b64encode(png()).decode()}" alt="Lambang Kota Contoh"' in page
    with ZipFile(BytesIO(to_docx(records(edition, "announcement")))) as file:
        assert [file.read(name) for name in file.namelist() if name.startswith("word/media/")] == [png()]
        assert 'descr="Lambang Kota Contoh"' in file.read("word/document.xml").decode()


@pytest.mark.parametrize("content", [b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"0" * 1_000_001])
def test_another_kind_of_picture_is_refused(edition: Edition, content: bytes) -> None:
    (edition.folder / "lambang").write_bytes(content)
    office(edition, "letterhead: {crest: lambang}\n")
    with problem("crest_unusable"):
        records(edition, "announcement")


@pytest.mark.parametrize("path", ["tidak-ada.png", "../2025/rules.yaml"])
def test_a_crest_lies_beside_the_file(edition: Edition, path: str) -> None:
    office(edition, f"letterhead: {{crest: {path}}}\n")
    with problem("file_missing"):
        records(edition, "announcement")
