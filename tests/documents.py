"""Documents for tests: a small annual report with every kind of block, and text that means harm."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kit.render.blocks import (
    Bullets,
    Callout,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    Heading,
    Honour,
    Letterhead,
    PageBreak,
    Paragraph,
    Praise,
    Signature,
    SignatureList,
    Signatures,
    Signer,
    Table,
    Title,
    Winner,
    Winners,
    WinnerScope,
    runs,
)
from kit.texts import WIB

if TYPE_CHECKING:
    from kit.render.blocks import Block
    from kit.render.prepare import Json

FINGERPRINT = "3f8a1c55d0e94b7a2f60c1d98e4b7a663f8a1c55d0e94b7a2f60c1d98e4b7a66"

HOSTILE = (
    '=HYPERLINK("https://contoh.invalid") <script>alert(1)</script> @SUM(A1) *tebal* __garis__ #judul $x^2$ '
    r"\alpha `kode` [tautan](javascript:alert) {{ 7*7 }} {% raw %} </style> ]]> & &amp; 'a' -- {row}"
)

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300pt" height="120pt" viewBox="0 0 300 120">'
    '<rect width="200" height="40" fill="#0b5260"/></svg>'
)


def masthead(**other: Any) -> Document:
    """The masthead of a simulated annual report."""
    about: dict[str, Any] = {
        "title": "Laporan Hasil Kompetisi Inovasi Kota Contoh Tahun 2025",
        "subtitle": "Peserta, penilaian, dan rekomendasi dewan juri",
        "edition": "2025",
        "state": "Hasil penilaian, belum ditetapkan",
        "circulation": "restricted",
        "simulated": True,
        "made_at": datetime(2025, 11, 23, 9, 5, tzinfo=WIB),
        "version": "0.1.0",
        "fingerprint": FINGERPRINT,
        "stem": "laporan-2025-SIMULASI",
        "organiser": "Badan Contoh Kota Contoh",
        "notice": "USULAN: bobot dan uraian tingkat bukan ketentuan resmi.",
    }
    return Document(**{**about, **other})


def table(rows: int = 3, **other: Any) -> Table:
    """A ranking with every kind of column."""
    about: dict[str, Any] = {
        "caption": "Peringkat Kelompok 2",
        "columns": [
            Column("rank", "Peringkat", "integer"),
            Column("title", "Inovasi"),
            Column("unit", "Unit kerja"),
            Column("score", "Nilai", "decimal"),
            Column("share", "Kelengkapan", "percent"),
            Column("day", "Tanggal", "date"),
        ],
        "rows": [
            {
                "rank": Cell(str(n), n),
                "title": Cell(f"Antre Tanpa Menunggu {n}", strong=n == 1),
                "unit": Cell("UPT Puskesmas Contoh Kampung Melati Dalam Indah"),
                "score": Cell(f"8{n % 10},50", Decimal(f"8{n % 10}.50")),
                "share": Cell("49,4%", 0.494),
                "day": Cell("23 November 2025", date(2025, 11, 23)),
            }
            for n in range(1, rows + 1)
        ],
        "row_header": "title",
        "notes": ["Nilai akhir keduanya sama."],
        "sheet": "Kelompok 2",
    }
    return Table(**{**about, **other})


def report(rows: int = 3, **other: Any) -> list[Json]:
    """A document with a first page, four sections and every kind of block."""
    winners = [Winner("Juara I", "Antre Tanpa Menunggu", "Kelurahan Contoh Melati", "91,33")]
    blocks = [
        masthead(**other),
        Paragraph(runs("Kompetisi tahun 2025 diikuti **49 inovasi** dari 44 unit kerja."), lead=True),
        Facts([Fact("49", "inovasi", "7 lebih banyak daripada 2024"), Fact("44", "unit kerja")]),
        Winners([WinnerScope("Kelompok 1", winners), WinnerScope("Kelompok 2", winners)]),
        Callout("Menetapkan enam pemenang.", kind="decision", title="Keputusan yang diminta"),
        PageBreak(),
        Group([Heading("Proses"), Bullets(["Seleksi administrasi", "Penilaian proposal"], ordered=True)]),
        Heading("Peserta", 2),
        Heading("Menurut jenis unit", 3),
        Figure(
            caption="Jumlah inovasi menurut jenis unit",
            alt="Kelurahan mengirim inovasi terbanyak.",
            svg=DRAWING,
            chart=Chart(["Kelurahan", "Kecamatan"], {"inovasi": [31, 18]}),
        ),
        Callout("Hasil ini bersifat sementara.", kind="warning"),
        Heading("Hasil"),
        table(rows),
        Heading("Lampiran"),
        Paragraph("Nilai dihitung ulang."),
    ]
    return [block.to_json() for block in blocks]


def hostile() -> list[Block]:
    """Blocks whose every text means harm."""
    cells = {"columns": [Column("a", HOSTILE)], "rows": [{"a": Cell(HOSTILE)}], "row_header": "a"}
    return [
        Heading(HOSTILE),
        Paragraph(HOSTILE),
        Bullets([HOSTILE]),
        Facts([Fact("1", HOSTILE)]),
        Callout(HOSTILE, title=HOSTILE),
        Table(caption=HOSTILE, notes=[HOSTILE], **cells),  # type: ignore[arg-type]
        Figure(caption=HOSTILE, alt=HOSTILE, svg=DRAWING),
    ]


# Every block of official form, as it follows the masthead.
SIGNED = [
    Letterhead(["PEMERINTAH KOTA CONTOH", "BADAN CONTOH"], ["Jalan Contoh"]),
    Title(["LAMPIRAN", "NOMOR ……"], aside=True),
    Title(["BERITA ACARA", "TENTANG", "HASIL"]),
    Honour([Praise("diberikan kepada"), Praise("Kelurahan Contoh", "recipient"), Praise("Juara I", "award")]),
    Signatures([Signature(["Ketua,"], "Contoh Sari", ["NIP ……"])], "Pontianak, ……"),
    SignatureList([Signer("Contoh Sari", "Ketua"), Signer("Contoh Budi", "Anggota")]),
]


def official(**other: Any) -> list[Json]:
    """A document in official form, with every block of it and a table."""
    about = {"form": "official", "title": "Berita acara hasil", **other}
    return [block.to_json() for block in (masthead(**about), *SIGNED[:4], table(), *SIGNED[4:])]
