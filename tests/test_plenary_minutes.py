"""The minutes of a plenary: attendance, quorum, changes of marks, rulings, dissent, absences, awards not given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from homes import TODAY, give, play, stage
from papers import MADE_AT, pdf, pdf_text, records, word_rows, word_text
from samples import first_page
from samples import said as told
from test_plenary import ENTRIES, FIRST, LAST, TWO

import kit
from kit.actions import append
from kit.contest import decisions, plenary, rounds
from kit.documents.kinds import KINDS
from kit.ledger import Event
from kit.report import annual, results
from kit.report.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition


@pytest.fixture
def met(home: Path) -> Edition:
    """The first round is in plenary, and two of three judges are there."""
    edition = play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)
    plenary.begin(edition, "r1")
    plenary.attend(edition, "r1", "J1", present=True)
    plenary.attend(edition, "r1", "J2", present=True)
    plenary.attend(edition, "r1", "J3", present=False)
    return edition


def said(edition: Edition, key: str, id_: str = "") -> str:
    """The prose of a document, in order."""
    blocks = records(edition, key, id_)
    lines = [block["text"] for block in blocks if block["type"] == "heading"]
    for block in blocks:
        lines += ["".join(run["text"] for run in block.get("runs", ()))]
        lines += ["".join(run["text"] for run in item) for item in block.get("items", ()) if block["type"] == "list"]
    return "\n".join(filter(None, lines))


def change(edition: Edition, judge: str, entry: str, **marks: str) -> None:
    for criterion, value in marks.items():
        where = {"round": "r1", "judge_id": judge, "entry_id": entry}
        append(edition, Event(kind="mark", actor=judge, criterion=criterion, value=value, **where))


def test_who_was_there_stands_in_the_minutes_with_the_quorum(met: Edition) -> None:
    rows = word_rows(met, "minutes-plenary", "r1-1")
    assert ["Nama J1", "Anggota Dewan Juri", "Hadir"] in rows
    assert ["Nama J3", "Anggota Dewan Juri", "Tidak hadir"] in rows
    text = said(met, "minutes-plenary")
    assert "yang dihadiri oleh dua dari tiga anggota" in text
    assert "Rapat dihadiri 2 dari 3 anggota. Kuorum, yaitu 2 anggota, terpenuhi." in text


def test_too_few_are_said_to_be_too_few(met: Edition) -> None:
    plenary.attend(met, "r1", "J2", present=False)
    assert "Kuorum, yaitu 2 anggota, tidak terpenuhi." in said(met, "minutes-plenary")


def test_day_and_place_are_those_typed_in(met: Edition) -> None:
    assert "Pada hari ini, ……" in said(met, "minutes-plenary")
    plenary.note(met, "r1", {"day": "2025-11-24", "place": "Ruang Contoh", "began": "09.00 WIB"})
    text = said(met, "minutes-plenary")
    day = "Senin, tanggal dua puluh empat bulan November tahun dua ribu dua puluh lima"
    assert f"Pada hari ini, {day}, bertempat di Ruang Contoh, telah dilaksanakan rapat pleno" in text
    assert "Rapat dimulai pukul 09.00 WIB dan berakhir pukul ……………………." in text


def test_marks_changed_stand_before_and_after_with_the_reason(met: Edition) -> None:
    plenary.reopen_sheet(met, "r1", "J1", "E1", "Bukti K2 diperiksa ulang")
    plenary.reopen_sheet(met, "r1", "J2", "E4", "Salah baris")
    change(met, "J1", "E1", K2="4.5")
    rows = [row for row in word_rows(met, "minutes-plenary") if len(row) == 6]
    assert rows[1:] == [["Inovasi E1 (E1)", "Nama J1", "K2", "5", "4,5", "Bukti K2 diperiksa ulang"]]
    assert "Lembar Nama J2 untuk Inovasi E4 (E4) dibuka kembali (Salah baris); tidak ada nilai yang berubah." in said(
        met, "minutes-plenary"
    )
    change(met, "J1", "E1", K2="")
    assert [row[3:5] for row in word_rows(met, "minutes-plenary") if len(row) == 6][1:] == [["5", "kosong"]]


def test_nothing_changed_is_said_too(met: Edition) -> None:
    assert "Tidak ada lembar penilaian yang dibuka kembali dalam rapat pleno." in said(met, "minutes-plenary")
    assert "Nama J3 tidak menilai Inovasi E2 (E2)." in said(met, "minutes-plenary")


def test_rulings_and_dissent_stand_with_their_reasons(met: Edition) -> None:
    plenary.rule_tie(met, "r1", ["E3", "E2"], "Manfaat lebih luas")
    plenary.dissent(met, "r1", "J2", "Nilai K1 seharusnya menentukan")
    assert "Rapat pleno belum mengambil keputusan." in said(met, "minutes-plenary")
    plenary.decide(met, "r1", "Sepakat")
    text = said(met, "minutes-plenary")
    assert "Urutan yang diputuskan: (1) Inovasi E3 (E3); (2) Inovasi E2 (E2). Alasan: Manfaat lebih luas" in text
    assert "Nama J2: Nilai K1 seharusnya menentukan" in text
    assert "Rapat pleno memutuskan hasil penilaian tahap 1 sebagai rekomendasi dewan juri." in text
    assert "Catatan: Sepakat" in text


def test_an_open_tie_at_the_cut_stands_wherever_finalists_do(met: Edition) -> None:
    """E2 and E3 are equal at the second place of two, and nobody has ruled: one of them advances, and neither yet."""
    open_ = (
        "Satu: baru 1 inovasi lolos dari tahap 1. E2 dan E3 bernilai sama pada batas lolos, yaitu 4,00; "
        "rapat pleno dewan juri belum memutuskan siapa yang lolos."
    )
    undecided = "Daftar ini belum diputuskan dalam rapat pleno dewan juri"
    assert open_ in said(met, "minutes-scores", "r1")
    assert undecided in said(met, "finalists")
    assert open_ in said(met, "finalists")
    plenary.rule_tie(met, "r1", ["E3", "E2"], "Manfaat lebih luas")
    assert undecided in said(met, "finalists")
    assert "baru 1 inovasi lolos" not in said(met, "finalists")
    plenary.decide(met, "r1")
    assert undecided not in said(met, "finalists")


def test_each_plenary_has_minutes_of_its_own(met: Edition) -> None:
    plenary.rule_tie(met, "r1", ["E3", "E2"], "Manfaat lebih luas")
    plenary.decide(met, "r1")
    plenary.begin(met, "r1", "Sanggahan diterima")
    parts = KINDS["minutes-plenary"].parts(met)
    assert [part.id for part in parts] == ["r1-1", "r1-2"]
    assert len({part.stem for part in parts}) == 2
    assert "Kehadiran belum dicatat" in said(met, "minutes-plenary", "r1-2")


def test_what_ended_an_entry_and_what_is_not_given_is_told(met: Edition) -> None:
    plenary.rule_tie(met, "r1", ["E2", "E3"], "Manfaat lebih luas")
    plenary.decide(met, "r1")
    play(met, "r2", LAST)
    plenary.begin(met, "r2")
    plenary.attend(met, "r2", "J1", present=True)
    plenary.attend(met, "r2", "J2", present=True)
    plenary.withhold_award(met, "group/G2/1", "Belum layak")
    decisions.withdraw(met, "E3", "Permintaan unit kerja")
    text = said(met, "minutes-plenary", "r2-1")
    assert "Juara I Dua: Belum layak" in text
    assert "Inovasi E3 (E3) mengundurkan diri: Permintaan unit kerja" in text
    result = said(met, "minutes-result")
    assert "Juara I Dua: Belum layak" in result
    assert "2 pemenang" in result


def test_the_report_tells_who_left_and_which_awards_are_not_given(sent_on: Edition) -> None:
    rounds.open(sent_on, "r2")
    decisions.mark_absent(sent_on, "r2", "E3", "Tidak datang")
    give(sent_on, "r2", {"E1": "80 80 80", "E4": "70 70 70"})
    rounds.close(sent_on, "r2")
    decisions.withdraw(sent_on, "E2", "Permintaan unit kerja")
    plenary.begin(sent_on, "r2")
    plenary.withhold_award(sent_on, "group/G2/1", "Belum layak")
    report = Context(sent_on, MADE_AT)
    process = told(annual.process(report))
    assert "Inovasi E3 (E3) tidak hadir pada tahap 2: Tidak datang" in process
    assert "Inovasi E2 (E2) mengundurkan diri: Permintaan unit kerja" in process
    first = "".join(told(first_page(report)))
    assert "Menurut keputusan dewan juri, tidak diberikan: Juara I Dua." in first
    assert "belum diberikan" not in first
    assert "Juara I Dua tidak diberikan menurut keputusan dewan juri. Alasan: Belum layak" in told(
        results.results(report)
    )


def test_conflicts_are_the_same_in_minutes_and_report(home: Path) -> None:
    """J3 has a conflict with E2 and was never to mark it; J4, who has one with E1, is in no panel."""
    assigned = [
        ("r1", entry, judge) for entry in ENTRIES for judge in ("J1", "J2", "J3") if (entry, judge) != ("E2", "J3")
    ]
    document = {**TWO, "rounds": [{**round_, "panel": ["J1", "J2", "J3"]} for round_ in TWO["rounds"]]}
    conflicts = {"J3": "E2:kerabat", "J4": "E1:kerabat"}
    staged = stage(home, document, ENTRIES, ("J1", "J2", "J3", "J4"), conflicts=conflicts, assignments=assigned)
    edition = play(staged, "r1", {entry: f"{marks}|" for entry, marks in FIRST.items()})
    minutes, first = said(edition, "minutes-scores", "r1"), "".join(told(first_page(Context(edition, MADE_AT))))
    assert "Nama J3 tidak menilai Inovasi E2 (E2)." in minutes
    assert "Nama J4" not in minutes
    assert "Tidak ada konflik kepentingan" not in first
    assert "Juri yang memiliki konflik kepentingan tidak ditugaskan menilai inovasi yang bersangkutan." in first


def test_chapters_are_numbered_without_gaps(met: Edition) -> None:
    headings = [block["text"] for block in records(met, "minutes-plenary") if block["type"] == "heading"]
    *chapters, annex = headings
    numbers = [heading.partition(".")[0] for heading in chapters]
    assert numbers == ["I", "II", "III", "IV", "V", "VI", "VII"][: len(numbers)]
    assert annex == "Lampiran: Keterangan keutuhan data"


def test_the_decree_fills_the_blanks_and_opens_the_announcement(met: Edition) -> None:
    plenary.rule_tie(met, "r1", ["E2", "E3"], "Manfaat lebih luas")
    plenary.decide(met, "r1")
    play(met, "r2", LAST)
    assert records(met, "announcement")[0]["circulation"] == "restricted"
    assert "Nomor……………………tanggal……………………" in pdf_text(met, "announcement")
    assert "Rancangan" in pdf_text(met, "decree-annex")
    append(met, Event(kind="decreed", actor="committee", value="412/BAP/2025", text="2025-12-01"))
    first = records(met, "announcement")[0]
    assert first["circulation"] == "public"
    assert first["state"] == "Ditetapkan dengan Keputusan Nomor 412/BAP/2025 tanggal 1 Desember 2025"
    assert "Nomor412/BAP/2025tanggal1Desember2025" in pdf_text(met, "announcement")
    assert "Nomor412/BAP/2025tanggal1Desember2025" in word_text(met, "announcement")
    annex = pdf_text(met, "decree-annex")
    assert "NOMOR412/BAP/2025TANGGAL1DESEMBER2025" in annex
    assert "Rancangan" not in annex
    assert re.search(r"Nomor412/BAP/2025", pdf_text(met, "certificates-award"))


def test_minutes_with_every_chapter_are_made(met: Edition) -> None:
    """Nine chapters, numbered to the end, and the annex."""
    plenary.rule_tie(met, "r1", ["E2", "E3"], "Manfaat lebih luas")
    plenary.decide(met, "r1")
    play(met, "r2", {"E1": "80 80 80", "E2": "80 80 -", "E4": "70 70 70"}, "lembar J3 menyusul")
    plenary.begin(met, "r2", "Sanggahan diterima")
    plenary.attend(met, "r2", "J1", "J2", present=True)
    decisions.withdraw(met, "E4", "Pindah tugas")
    plenary.withhold_award(met, "group/G1/2", "Nilai belum memadai")
    plenary.rule_tie(met, "final", ["E1", "E2"], "Manfaat lebih luas")
    plenary.dissent(met, "r2", "J2", "Nilai K1 seharusnya menentukan")
    plenary.decide(met, "r2")
    headings = [block["text"] for block in records(met, "minutes-plenary", "r2-1") if block["type"] == "heading"]
    numbers = [text.partition(".")[0] for text in headings]
    assert numbers[:-1] == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]


# A month later


def decided_twice(edition: Edition) -> None:
    """Bring the contest to its end after the first plenary: another round, another conflict, corrections, a decree."""
    play(edition, "r2", {"E1": "80 80 80", "E3": "80 80 80", "E4": "70 70 70"})
    append(edition, Event(kind="recusal", actor="J1", judge_id="J1", entry_id="E2", round="", text="kerabat"))
    plenary.begin(edition, "r2")
    plenary.attend(edition, "r2", "J1", "J2", "J3", present=True)
    decisions.withdraw(edition, "E4", "Pindah tugas")
    decisions.correct(edition, "E2", "title", "Judul lain sama sekali", "salah ketik")
    plenary.rule_tie(edition, "final", ["E1", "E3"], "Manfaat lebih luas")
    plenary.decide(edition, "r2")
    decisions.record_decree(edition, "7/2025", f"{TODAY}")


@pytest.fixture
def sent_on(met: Edition) -> Edition:
    """The first plenary has ruled on the tie at the cut and decided."""
    plenary.rule_tie(met, "r1", ["E3", "E2"], "Manfaat lebih luas")
    plenary.decide(met, "r1")
    return met


@pytest.mark.parametrize(("kind", "part"), [("minutes-scores", "r1"), ("minutes-plenary", "r1-1")])
def test_minutes_of_a_past_moment_stay_the_same_however_the_contest_goes_on(
    sent_on: Edition, kind: str, part: str
) -> None:
    before = pdf(sent_on, kind, part).stream.getvalue()
    decided_twice(sent_on)
    assert pdf(sent_on, kind, part).stream.getvalue() == before


def test_registers_that_were_accepted_since_are_named_in_the_minutes_made_with_them(sent_on: Edition) -> None:
    key, since = ("minutes-plenary", "r1-1"), "Setelah saat yang dicatat di sini"
    assert since not in said(sent_on, *key)
    judges = sent_on.folder / "judges.csv"
    judges.write_text(judges.read_text(encoding="utf-8").replace("Nama J1", "Nama Satu"), encoding="utf-8")
    sent_on.ledger.close()
    changed = kit.open("2025")
    rounds.accept_changes(changed, "Nama diperbaiki")
    assert since in said(changed, *key)
    assert ("Daftar juri", "Nama diperbaiki") in [
        (row["changes"]["text"], row["reason"]["text"])
        for block in records(changed, *key)
        for row in block.get("rows", ())
        if "changes" in row
    ]


def test_the_recommendation_stays_as_the_plenary_decided_it(sent_on: Edition) -> None:
    decided_twice(sent_on)
    before = records(sent_on, "minutes-result")
    append(sent_on, Event(kind="follow_up", actor="committee", entry_id="I-1", criterion="status", value="running"))
    plenary.begin(sent_on, "r2", "Sanggahan diterima")
    plenary.withhold_award(sent_on, "group/G1/1", "Ditarik")
    assert records(sent_on, "minutes-result") == before


def test_the_plenary_names_who_goes_on_and_the_tie_at_the_cut_with_its_ruling(sent_on: Edition) -> None:
    names = [block["caption"] for block in records(sent_on, "minutes-plenary") if block["type"] == "table"]
    assert [name for name in names if name.startswith("Finalis")] == ["Finalis Satu", "Finalis Dua"]
    rows = [row[1] for row in word_rows(sent_on, "minutes-plenary") if re.fullmatch(r"E\d", row[1])]
    assert rows == ["E1", "E3", "E4"]
    text = said(sent_on, "minutes-plenary")
    assert re.search(r"nilai Inovasi E3 \(E3\) dan Inovasi E2 \(E2\) sama, yaitu \d", text)
    assert "keputusan rapat pleno dewan juri" in text


def test_only_conflicts_with_entries_of_the_round_stand_in_its_minutes(home: Path) -> None:
    edition = play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", {**FIRST, "E2": "1 1|1 1|"})
    plenary.begin(edition, "r1")
    plenary.attend(edition, "r1", "J1", "J2", present=True)
    plenary.decide(edition, "r1")
    play(edition, "r2", {"E1": "80 80 80", "E3": "60 60 60", "E4": "70 70 70"})
    assert "Nama J3 tidak menilai Inovasi E2 (E2)." in said(edition, "minutes-scores", "r1")
    assert "Tidak ada juri yang menyatakan konflik kepentingan pada tahap ini." in said(edition, "minutes-scores", "r2")


def test_the_heads_are_those_on_which_the_plenary_decided(sent_on: Edition) -> None:
    decision = sent_on.meetings("r1")[0].decision
    assert decision is not None
    heads = sent_on.at(decision - 1).history.heads()
    decided_twice(sent_on)
    rows = {row[0]: row[1:] for row in word_rows(sent_on, "minutes-plenary", "r1-1") if len(row) == 3}
    assert rows["Panitia"] == [str(heads["committee"].count), heads["committee"].hash]
