"""Objections: registered whenever they come, recomputed from the events, answered by people, corrected in plenary."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from homes import TODAY, TODAY_SAID, give, meet, play, stage
from problems import refused as refused_with
from pypdf import PdfReader
from samples import MADE_AT, said, tables

import kit
from kit.actions import append
from kit.contest import decisions, plenary, rounds
from kit.contest.objections import answer, lodge, objection, objections, origins, recompute, recomputed_score
from kit.contest.rounds import publish
from kit.documents.objection_papers import detail, overview, paper, write_papers
from kit.judging.desk import Change, Desk
from kit.ledger import Event, Ledger
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.edition import Edition
    from kit.errors import Problem

RULES = contest(
    {"kind": "checklist"},
    weighted({"K1": 40, "K2": 60}, scale={"low": 1, "high": 5, "step": "0.5"}, advance={"scope": "group", "places": 2}),
    single(),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}]},
    objection_days=3,
    simulated=True,
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}
# J2's sheet for E3 comes on paper: it says 4 and 4.
FIRST = {"E1": "5 5|5 5|5 5", "E2": "3.5 3.5|3.5 3.5|", "E3": "3 3||4 3.5", "E4": "2 2|2 2|2 2"}
LAST = {"E1": "90 90 90", "E2": "80 80 -", "E4": "70 70 70"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """One round is closed. Of J2's paper sheet for E3, somebody typed a 2 where it says 4; E3 is third in its group."""
    edition = stage(home, RULES, ENTRIES, conflicts={"J3": "E2:kerabat"})
    rounds.open(edition, "r2", "jadwal tetap")
    give(edition, "r2", FIRST)
    for typist in ("sek-1", "sek-2"):  # both misread it
        desk = Desk(edition, "r2", "J2", typist=typist, twice=True)
        read = {"K1": "4", "K2": "2"}
        assert all(one.saved for one in desk.save([Change("E3", c, v, f"{typist}/{c}") for c, v in read.items()]))
    edition.refresh()
    rounds.close(edition, "r2")
    return edition


def held(edition: Edition, round_id: str, reason: str = "") -> Edition:
    meet(edition, round_id, reason=reason)
    return edition


@pytest.fixture
def published(edition: Edition) -> Edition:
    plenary.decide(held(edition, "r2"), "r2")
    publish(edition, "r2")
    return edition


def refused(edition: Edition, kind: str, act: Callable[[], object]) -> Problem:
    """The mistake, once it is sure that it has a sentence in both languages and left nothing behind."""
    before = edition.ledger.fingerprint()
    found = refused_with(kind, act)
    assert edition.ledger.fingerprint() == before
    return found


def test_numbers_run_within_the_edition(published: Edition) -> None:
    made = [
        lodge(published, "E3", "r2", "arithmetic", "Nilai K2 dari satu juri keliru"),
        lodge(published, "E4", "r1", "completeness", "Berkas sudah lengkap"),
        lodge(published, "E3", "r2", "procedure", "Jadwal berubah"),
    ]
    assert [one.number for one in made] == ["S-01", "S-02", "S-03"] == [*objections(published)]
    assert [one.state for one in made] == ["lodged"] * 3
    table = tables(overview(published))["Sanggahan yang tercatat"]
    assert [row[0] for row in table[1:]] == ["S-01", "S-02", "S-03"]
    assert said(overview(published))[-3:] == [
        "S-01: hitung ulang nilainya: kit objection recompute 2025 S-01.",
        'S-02: catat putusannya: kit objection answer 2025 S-02 --outcome PUTUSAN --reason "…".',
        'S-03: catat putusannya: kit objection answer 2025 S-03 --outcome PUTUSAN --reason "…".',
    ]


def test_two_at_once_never_get_one_number(published: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    other = kit.open("2025")
    alone, raced = Ledger.alone, []

    def overtaken(self: Ledger) -> Any:
        if not raced:
            raced.append(True)
            lodge(other, "E4", "r2", "procedure", "Lebih cepat")
        return alone(self)

    monkeypatch.setattr(Ledger, "alone", overtaken)
    assert lodge(published, "E3", "r2", "procedure", "Lebih lambat").number == "S-02"
    assert [one.entry_id for one in objections(published).values()] == ["E4", "E3"]


def test_what_cannot_be_registered_is_refused(published: Edition) -> None:
    for kind, arguments in {
        "unknown_entry": ("E9", "r2", "procedure", "x"),
        "unknown_round": ("E3", "r9", "procedure", "x"),
        "unknown_ground": ("E3", "r2", "rasa", "x"),
        "reason_needed": ("E3", "r2", "procedure", " \n"),
    }.items():
        refused(published, kind, lambda arguments=arguments: lodge(published, *arguments))
    refused(published, "unknown_objection", lambda: objection(published, "S-01"))


def test_a_late_objection_is_recorded_and_said_to_be_late(published: Edition) -> None:
    day = published.history.versions("r2")[-1].time.astimezone(WIB).date()
    at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=WIB) + timedelta(days=3)
    about = {"actor": "committee", "round": "r2", "entry_id": "E3", "value": "procedure", "text": "Keberatan"}
    append(published, Event(kind="objection", criterion="S-01", time=at, **about))
    append(published, Event(kind="objection", criterion="S-02", time=at + timedelta(minutes=1), **about))
    first, second = objections(published).values()
    assert first.deadline == second.deadline == day + timedelta(days=3)
    assert (first.late, second.late) == (False, True)
    assert "TERLAMBAT" in tables(overview(published))["Sanggahan yang tercatat"][2][3]
    assert any("setelah tenggat" in line for line in said(*paper(published, "S-02", "answer", MADE_AT)))


def test_before_anything_is_published_there_is_no_deadline(edition: Edition) -> None:
    assert lodge(edition, "E3", "r2", "procedure", "x").deadline is None


# Recomputing


def test_a_recomputation_is_an_event_and_finds_the_arithmetic_right(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    about = recompute(published, "S-01")
    (found,) = about.recomputed
    assert (found.score, found.official, found.same) == (Decimal("3.17"), Decimal("3.17"), True)
    assert about.state == "recomputed"
    lines = said(detail(published, "S-01"))
    # Two of its marks were typed, so nobody can say yet that the record is what the paper says.
    (told,) = [line for line in lines if "tidak ditemukan kesalahan perhitungan" in line]
    assert "berdasarkan nilai sebagaimana tercatat" in told
    assert "3,17" in told
    assert any(line.startswith("2 dari 6 nilai diketik dari lembar kertas;") for line in lines)


def test_the_marks_are_listed_with_their_origin(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    marks = origins(published, "r2", "E3")
    assert [(m.judge_id, m.criterion, str(m.value), m.how, m.typists) for m in marks] == [
        ("J1", "K1", "3", "import", ()),
        ("J1", "K2", "3", "import", ()),
        ("J2", "K1", "4", "typed", ("sek-1", "sek-2")),
        ("J2", "K2", "2", "typed", ("sek-1", "sek-2")),
        ("J3", "K1", "4", "import", ()),
        ("J3", "K2", "3.5", "import", ()),
    ]
    (table,) = tables(detail(published)).values()
    assert table[3][0] == "J2"
    assert table[3][4] == "Lembar kertas, diketik sek-1 dan sek-2"
    assert table[3][5] == ""


def test_a_score_that_does_not_follow_from_the_marks_is_said_to_differ(
    published: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    monkeypatch.setattr("kit.contest.objections.official_score", lambda *_: Decimal("3.20"))
    assert not recompute(published, "S-01").recomputed[-1].same
    assert any("hasilnya berbeda" in line and "3,20" in line for line in said(detail(published)))


def test_a_recused_judge_has_no_part_in_it(published: Edition) -> None:
    lodge(published, "E2", "r2", "arithmetic", "Nilai keliru")
    assert recompute(published, "S-01").recomputed[-1].score == Decimal("3.50")
    assert any("berdasarkan lembar penilaian asli" in line for line in said(detail(published)))


def test_marks_of_a_judge_who_declared_a_conflict_since_do_not_count(home: Path) -> None:
    edition = stage(home, RULES, ENTRIES)
    rounds.open(edition, "r2", "jadwal tetap")
    give(edition, "r2", {entry: marks for entry, marks in FIRST.items() if entry in {"E1", "E4"}})
    append(edition, Event(kind="recusal", actor="J1", judge_id="J1", entry_id="E4", text="keluarga"))
    rounds.close(edition, "r2", "hanya dua proposal dinilai")
    lodge(edition, "E4", "r2", "arithmetic", "x")
    assert {mark.judge_id for mark in origins(edition, "r2", "E4")} == {"J2", "J3"}
    assert recompute(edition, "S-01").recomputed[-1].same


def test_there_must_be_a_score_to_recompute(published: Edition) -> None:
    lodge(published, "E3", "r1", "arithmetic", "x")
    refused(published, "not_theirs", lambda: recompute(published, "S-01"))
    play(published, "r3", LAST)
    lodge(published, "E3", "r3", "arithmetic", "x")  # it was not sent on
    refused(published, "not_theirs", lambda: recompute(published, "S-02"))
    assert [block["type"] for block in [b.to_json() for b in detail(published, "S-01").blocks]] == ["heading", "list"]


def test_nothing_is_recomputed_from_a_ledger_that_was_tampered_with(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "x")
    with published.ledger._store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_stay")
        connection.exec_driver_sql("UPDATE events SET value = '5' WHERE kind = 'mark' AND entry_id = 'E3'")
    published.refresh()
    refused(published, "mistakes", lambda: recompute(published, "S-01"))


def test_while_a_round_is_open_again_nothing_of_it_is_told(edition: Edition) -> None:
    lodge(edition, "E3", "r2", "arithmetic", "x")
    recompute(edition, "S-01")
    rounds.open(edition, "r2", "juri sakit")
    for act in (
        lambda: recompute(edition, "S-01"),
        lambda: detail(edition, "S-01"),
        lambda: paper(edition, "S-01", "comparison"),
        lambda: paper(edition, "S-01", "pack"),
        lambda: paper(edition, "S-01", "answer"),
    ):
        refused(edition, "still_open", act)
    assert "3,17" not in str(overview(edition).to_json())


@pytest.mark.parametrize(
    "step",
    [{"by": "points", "curve": "borda"}, {"by": "median"}, {"by": "trimmed_mean"}, {"by": "clipped_mean", "limit": 5}],
)
def test_every_way_of_scoring_is_recomputed(home: Path, step: dict[str, object]) -> None:
    """Judges' orders too, in which the other entries of the list have their part."""
    rules = contest(single(score=[{"over": "judges", "round": 2, **step}]))
    marks = {"E1": "80 70 60", "E2": "75 71 90", "E3": "75 40 50", "E4": "10 20 30"}
    edition = play(stage(home, rules, ENTRIES), "r1", marks)
    for entry in ENTRIES:
        about = lodge(edition, entry, "r1", "arithmetic", "x")
        assert recompute(edition, about.number).recomputed[-1].same
        assert recomputed_score(edition, about) is not None


@pytest.mark.parametrize("by", ["median", "trimmed_mean", "mean"])
def test_a_unit_is_told_its_score_whether_or_not_it_follows_from_the_means(home: Path, by: str) -> None:
    """Of 60, 70 and 95 the mean is 75; the middle one is 70, and no means give that."""
    steps = [{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": by, "round": 2}]
    rules = contest(weighted({"K1": 50, "K2": 50}, score=steps, scale={"low": 0, "high": 100, "step": 1}))
    edition = play(stage(home, rules, ["E1"]), "r1", {"E1": "60 60|70 70|95 95"})
    lodge(edition, "E1", "r1", "arithmetic", "x")
    recompute(edition, "S-01")
    text = words(paper(edition, "S-01", "pack", MADE_AT))
    assert ("Nilai pada tahap ini ialah 70,00." in text) is (by != "mean")
    assert ("75,00" in text) is (by == "mean")
    assert "Rata-rata nilai semua juri" in text
    assert "kalkulator" not in text


# Answering


def test_an_answer_is_recorded_once_with_its_reason(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    refused(published, "not_recomputed", lambda: answer(published, "S-01", "rejected", "Sudah benar"))
    recompute(published, "S-01")
    refused(published, "reason_needed", lambda: answer(published, "S-01", "rejected", ""))
    refused(published, "unknown_outcome", lambda: answer(published, "S-01", "maybe", "x"))
    refused(published, "unknown_objection", lambda: answer(published, "S-02", "rejected", "x"))
    given = answer(published, "S-01", "rejected", "Sudah benar", actor="J1").answer
    assert given
    assert given[1:] == ("J1", "rejected", "Sudah benar")
    refused(published, "objection_answered", lambda: answer(published, "S-01", "upheld", "x"))


def test_a_judge_in_conflict_does_not_answer(published: Edition) -> None:
    lodge(published, "E2", "r2", "procedure", "x")
    refused(published, "decider_in_conflict", lambda: answer(published, "S-01", "upheld", "x", actor="J3"))
    assert answer(published, "S-01", "upheld", "x", actor="J1").answer


# What is written


def words(blocks: list[Any]) -> str:
    return str([block.to_json() for block in blocks])


def test_the_units_pack_names_no_judge_and_no_other_entry(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    recompute(published, "S-01")
    text = words(paper(published, "S-01", "pack", MADE_AT))
    assert not re.search(r"\bJ[123]\b|Nama J|sek-|\bE[124]\b|Inovasi E[124]", text)
    assert "Juri A" not in text
    assert "Inovasi E3" in text
    comparison = words(paper(published, "S-01", "comparison", MADE_AT))
    assert "J2" in comparison
    assert not re.search(r"\bE[124]\b|Inovasi E[124]", comparison)


def test_the_draft_leaves_blank_what_people_decide(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai *keliru* & <b>salah</b>")
    recompute(published, "S-01")
    before = "\n".join(said(*paper(published, "S-01", "answer", MADE_AT)))
    assert "Nomor: …" in before
    assert "sanggahan dinyatakan …" in before
    assert "Nilai *keliru* & <b>salah</b>" in before
    answer(published, "S-01", "partly_upheld", "Satu nilai salah ketik")
    after = "\n".join(said(*paper(published, "S-01", "answer", MADE_AT)))
    assert "sanggahan dinyatakan dikabulkan sebagian." in after
    assert "Alasan: Satu nilai salah ketik" in after
    assert "'signers': [{'above': ['Jabatan: …" in words(paper(published, "S-01", "answer", MADE_AT))
    assert not re.search(r"\bJ[123]\b|sek-", after)


def test_an_answer_is_an_official_letter(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    office = "place: Kota Contoh\nletterhead: {lines: [BADAN CONTOH]}\ncopies: [Inspektur Kota Contoh]\n"
    (published.folder / "office.yaml").write_text(office, encoding="utf-8")
    blocks = paper(published, "S-01", "answer", MADE_AT)
    assert [block.to_json()["type"] for block in blocks[:3]] == ["document", "letterhead", "callout"]
    text = "\n".join(said(*blocks))
    heads = [
        "Kota Contoh, …",
        "Nomor: …",
        "Sifat: …",
        "Lampiran: –",
        "Hal: Jawaban",
        "Yth. Pimpinan",
        "Tembusan:",
        "Inspektur",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_documents_are_written_as_pdf_and_html(published: Edition, tmp_path: Path) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai keliru")
    recompute(published, "S-01")
    made = write_papers(published, "S-01", tmp_path / "out", MADE_AT)
    assert sorted(path.name for path in made) == sorted(
        f"{stem}-S-01-2025-SIMULASI.{suffix}"
        for stem in ("pencocokan-sanggahan", "penjelasan-sanggahan", "konsep-jawaban-sanggahan")
        for suffix in (("docx", "html", "pdf") if stem.startswith("konsep") else ("html", "pdf"))
    )
    for path in made:
        if path.suffix == ".pdf":
            assert all("DATA SIMULASI" in page.extract_text() for page in PdfReader(path).pages)
    again = {path: path.read_bytes() for path in made}
    assert {path: path.read_bytes() for path in write_papers(published, "S-01", tmp_path / "out", MADE_AT)} == again


def test_documents_say_what_the_result_may_be_called(home: Path) -> None:
    edition = play(
        stage(home, contest(single()), {"E1": "G1/a", "E2": "G1/b"}), "r1", {"E1": "80 70 60", "E2": "1 2 3"}
    )
    lodge(edition, "E1", "r1", "procedure", "x")
    assert "Hasil penilaian, belum ditetapkan" in words(paper(edition, "S-01", "answer", MADE_AT))
    plenary.decide(held(edition, "r1"), "r1")
    decisions.record_decree(edition, "12/2099", f"{TODAY}")
    text = words(paper(edition, "S-01", "answer", MADE_AT))
    assert f"Ditetapkan dengan Keputusan Nomor 12/2099 tanggal {TODAY_SAID}" in text
    units = edition.folder / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Unit E2", "Unit Lain"), encoding="utf-8")
    assert "Nilai sementara" in words(paper(kit.open("2025"), "S-01", "answer", MADE_AT))


def test_before_there_is_a_result_only_the_answer_can_be_drafted(home: Path, tmp_path: Path) -> None:
    edition = stage(home, RULES, ENTRIES)
    lodge(edition, "E4", "r1", "completeness", "Berkas sudah lengkap")
    assert {path.suffix for path in write_papers(edition, "S-01", tmp_path / "out")} == {".pdf", ".html", ".docx"}
    assert len([*(tmp_path / "out").iterdir()]) == 3
    english = kit.open("2025", "en")
    assert "Draft of an answer to objection S-01" in words(paper(english, "S-01", "answer", MADE_AT))


# The whole way: an error in a typed sheet is found by people, and a new version published


def test_a_mistyped_mark_is_corrected_in_plenary_and_published_anew(published: Edition) -> None:
    lodge(published, "E3", "r2", "arithmetic", "Nilai K2 dari satu juri keliru")
    recompute(published, "S-01")
    held(published, "r2", "sanggahan S-01")
    plenary.reopen_sheet(published, "r2", "J2", "E3", "Salah ketik: lembar kertas menyebut 4")
    mark = {"round": "r2", "judge_id": "J2", "entry_id": "E3", "criterion": "K2", "value": "4"}
    append(published, Event(kind="mark", actor="sek-1", **mark))
    plenary.decide(published, "r2")
    publish(published, "r2")
    recompute(published, "S-01")
    answer(published, "S-01", "upheld", "Satu nilai salah ketik dan telah diperbaiki")
    about = objection(published, "S-01")
    assert [(str(one.score), one.same) for one in about.recomputed] == [("3.17", True), ("3.57", True)]
    text = "\n".join(said(*paper(published, "S-01", "answer", MADE_AT)))
    assert "satu nilai pada kriteria K2 diubah." in text
    assert "dipublikasikan sebagai versi 2" in text
    assert "3,57" in text
    ranking = published.ranking_table("r2")
    own = ranking[(ranking["scope"] == "group") & (ranking["entry_id"] == "E3")]
    assert list(own["rank"]) == [2]
    first, second = published.history.versions("r2")
    assert set(first.ranking.loc[first.ranking["entry_id"] == "E3", "score"]) == {"3.17"}
    assert set(second.ranking.loc[second.ranking["entry_id"] == "E3", "score"]) == {"3.57"}


def test_an_entry_that_left_the_contest_still_gets_its_answer(published: Edition, tmp_path: Path) -> None:
    lodge(published, "E3", "r2", "procedure", "x")
    play(published, "r3", LAST)
    decisions.disqualify(published, "E3", "Bukan karya sendiri")
    answer(published, "S-01", "rejected", "Sesuai prosedur")
    assert len(write_papers(published, "S-01", tmp_path / "out")) == 7
