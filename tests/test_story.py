"""Prose that follows the data: one small contest for each thing that a report may have to say."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from contests import contest, single, weighted
from contests import rules as contest_rules
from folders import save
from homes import give, play, stage
from problems import problem
from samples import blocks, first_page, notes, said, tables, text

import kit
from kit.contest import rounds
from kit.ledger import COMMITTEE, Event
from kit.report import annual, results
from kit.report.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition


AWARDS = [{"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}]
ONE_ROUND = contest(single(), final={"awards": AWARDS})
TWO_ROUNDS = contest(
    single(advance={"scope": "group", "places": 2}),
    single(),
    final={"score": [{"over": "rounds", "by": "mean", "round": 2}], "awards": AWARDS},
)
SIX = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a", "E5": "G2/b", "E6": "G2/b"}
FIRST = {"E1": "90 90 90", "E2": "80 80 80", "E3": "70 70 70", "E4": "60 60 60", "E5": "50 50 50", "E6": "40 40 40"}
LAST = {"E1": "60 60 60", "E2": "90 90 90", "E4": "80 80 80", "E5": "70 70 70"}


def enriched(edition: Edition, **columns: Sequence[str]) -> Edition:
    """The edition with more columns in its register of entries, before its first round is opened."""
    header, *entries = [
        line.split(",") for line in (edition.folder / "entries.csv").read_text(encoding="utf-8").splitlines()
    ]
    wide = [[cell.strip('"') for cell in row] for row in [header, *entries]]
    table = [
        [*row, *more]
        for row, more in zip(
            wide, zip(*([name, *values] for name, values in columns.items()), strict=True), strict=True
        )
    ]
    save(edition.folder / "entries.csv", table)
    return kit.open("2025", edition.language)


def written(home: Path, year: str, n: int, **rules: object) -> Edition:
    """An edition of a year with some entries, each of a unit of its own, and one unit more."""
    folder = home / "data" / year
    folder.mkdir()
    contest_rules(contest(single(), **{"edition": year, "final": {"awards": AWARDS}, **rules}), folder)
    save(
        folder / "units.csv",
        [["unit_id", "name", "unit_type"], *([f"U{k}", f"Unit {k}", "Dinas"] for k in range(n + 1))],
    )
    entries = [[f"E{k}", f"Inovasi {k}", f"U{k}", "a", f"I{k}"] for k in range(n)]
    save(folder / "entries.csv", [["entry_id", "title", "unit_id", "category", "innovation_id"], *entries])
    save(folder / "judges.csv", [["judge_id", "name"], ["J1", "Nama Satu"], ["J2", "Nama Dua"], ["J3", "Nama Tiga"]])
    return kit.open(year)


def marked(edition: Edition) -> Context:
    """The report after a round in which every entry got a score of its own."""
    marks = {entry: f"{90 - n} {90 - n} {90 - n}" for n, entry in enumerate(edition.registers.entries["entry_id"])}
    return Context(play(edition, "r1", marks))


@pytest.mark.parametrize(
    ("earlier", "lead", "fact"),
    [
        ({}, ".", None),
        ({"2024": 3}, ", bertambah 1 inovasi dibandingkan dengan tahun 2024.", "1 lebih banyak daripada tahun 2024"),
        ({"2024": 6}, ", berkurang 2 inovasi dibandingkan dengan tahun 2024.", "2 lebih sedikit daripada tahun 2024"),
        ({"2024": 4}, ". Jumlah peserta sama dengan tahun sebelumnya.", "sama dengan tahun 2024"),
        ({"2022": 4}, ". Jumlah peserta sama dengan tahun 2022.", "sama dengan tahun 2022"),
        (
            {"2022": 9, "2024": 3, "2026": 5},
            ", bertambah 1 inovasi dibandingkan dengan tahun 2024.",
            "1 lebih banyak daripada tahun 2024",
        ),
    ],
)
def test_the_lead_compares_with_the_last_edition_before(
    home: Path, earlier: dict[str, int], lead: str, fact: str | None
) -> None:
    for year, n in earlier.items():
        written(home, year, n)
    report = marked(written(home, "2025", 4))
    assert said(first_page(report))[0] == f"Kompetisi diikuti 4 inovasi dari 4 unit kerja{lead}"
    facts = next(block["items"] for block in blocks(first_page(report)) if block["type"] == "facts")
    assert facts[0].get("detail", "") == (fact or "")
    assert len(facts) == (3 if any(year < "2025" for year in earlier) else 2)


@pytest.mark.parametrize("wrong", ["rules", "entries", "nothing there", "another's rules"])
def test_an_earlier_edition_that_is_broken_is_named_and_stops_nothing(home: Path, wrong: str) -> None:
    written(home, "2023", 2)
    broken = written(home, "2024", 9).folder
    if wrong == "nothing there":
        (broken / "units.csv").unlink()
    elif wrong == "another's rules":
        shutil.copy(home / "data" / "2023" / "rules.yaml", broken)
    else:
        path = broken / ("rules.yaml" if wrong == "rules" else "entries.csv")
        path.write_text("edition: [", encoding="utf-8")
    report = marked(written(home, "2025", 4))
    assert "bertambah 2 inovasi dibandingkan dengan tahun 2023." in said(first_page(report))[0]
    assert said(annual.earlier_years(report))[-1] == "Data tahun 2024 tidak dapat dibaca sehingga tidak dibandingkan."


def test_an_earlier_edition_that_is_open_is_compared_by_its_entries_alone(home: Path) -> None:
    rounds.open(written(home, "2024", 3), "r1")
    report = marked(written(home, "2025", 4))
    assert tables(annual.earlier_years(report))["Keikutsertaan menurut tahun"][1:] == [
        ["2024", "3", "3", "–", "–"],
        ["2025", "4", "4", "1", "3"],
    ]


def test_a_real_edition_is_not_compared_with_simulated_ones(home: Path) -> None:
    written(home, "2023", 3, simulated=True)
    written(home, "2024", 3, simulated=True)
    report = marked(written(home, "2025", 4))
    assert said(first_page(report))[0].endswith("4 unit kerja.")
    assert said(annual.earlier_years(report)) == [
        "Perubahan dari tahun ke tahun",
        "Data tahun 2023 dan 2024 merupakan simulasi sehingga tidak dibandingkan.",
    ]


def test_entries_without_an_innovation_id_are_said_to_count_as_new(home: Path) -> None:
    written(home, "2024", 3)
    edition = written(home, "2025", 4)
    text_ = (edition.folder / "entries.csv").read_text(encoding="utf-8").replace('"I0"', '""').replace('"I3"', '""')
    (edition.folder / "entries.csv").write_text(text_, encoding="utf-8")
    report = marked(kit.open("2025"))
    assert said(annual.earlier_years(report))[1:3] == [
        (
            "Dari 4 inovasi, 2 pernah ikut pada tahun-tahun sebelumnya dan 2 baru. Sebanyak 1 inovasi tahun 2024 "
            "tidak ikut lagi."
        ),
        "Di antaranya, 2 inovasi belum memiliki kode inovasi dan dihitung sebagai inovasi baru.",
    ]


def test_one_of_a_kind_is_singular_in_english(home: Path) -> None:
    edition = written(home, "2025", 1)
    edition = kit.open("2025", "en")
    report = marked(edition)
    assert said(first_page(report))[0] == "The Kompetisi drew 1 entry from 1 unit."
    assert "entries in" not in text(report)


def test_an_open_round_is_refused_with_a_sentence(home: Path) -> None:
    edition = stage(home, ONE_ROUND, SIX)
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST)
    with problem("still_open", match="Nilai dan peringkat belum dapat ditampilkan"):
        annual.masthead(Context(edition))


def test_after_the_first_round_finalists_are_listed_without_ranks_or_scores(home: Path) -> None:
    edition = play(stage(home, TWO_ROUNDS, SIX), "r1", FIRST)
    rounds.open(edition, "r2", "jadwal tetap")
    give(edition, "r2", {"E1": "13.7 13.7 13.7"})
    report = Context(edition)
    summary = said(first_page(report))
    assert summary[1] == "Rekomendasi pemenang belum tersedia karena tahap 2 belum selesai."
    assert summary[-2:] == ["Keputusan yang dimohonkan", "Mengumumkan finalis menurut daftar pada bagian Finalis."]
    assert tables(results.results(report)) == {
        "Finalis Satu": [["Inovasi", "Unit kerja"], ["Inovasi E1", "Unit E1"], ["Inovasi E2", "Unit E2"]],
        "Finalis Dua": [["Inovasi", "Unit kerja"], ["Inovasi E4", "Unit E4"], ["Inovasi E5", "Unit E5"]],
    }
    assert set(notes(results.results(report))) == {
        "Daftar finalis disusun menurut abjad dan tidak menunjukkan peringkat."
    }
    assert "13,7" not in text(report)
    assert annual.masthead(report).state == "Nilai sementara"
    assert [row[3:] for row in tables(annual.process(report))["Tahap penilaian"][1:]] == [
        ["18 dari 18", "0"],
        ["–", "–"],
    ]
    assert not any(block["type"] == "winners" for block in blocks(first_page(report)))


def test_finalists_stand_in_alphabetical_order(home: Path) -> None:
    edition = stage(home, TWO_ROUNDS, SIX)
    path = edition.folder / "entries.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Inovasi E1", "siaga").replace("Inovasi E2", "AMAN"), encoding="utf-8"
    )
    report = Context(play(kit.open("2025"), "r1", FIRST))
    assert [row[0] for row in tables(results.results(report))["Finalis Satu"][1:]] == ["AMAN", "siaga"]


def test_missing_sheets_leave_their_group_without_awards(home: Path) -> None:
    edition = play(stage(home, ONE_ROUND, SIX), "r1", FIRST | {"E5": "50 50 -"}, "juri sakit")
    report = Context(edition)
    summary = said(first_page(report))
    assert summary[1] == (
        "Hasil ini bersifat sementara karena 1 lembar penilaian belum lengkap. Penghargaan belum diberikan pada Dua."
    )
    assert "Dari 18 lembar penilaian, 1 belum lengkap." in " ".join(summary)
    assert summary[-1] == "Meminta juri melengkapi 1 lembar penilaian sebelum pemenang ditetapkan."
    winners = next(block["scopes"] for block in blocks(first_page(report)) if block["type"] == "winners")
    assert [scope["title"] for scope in winners] == ["Satu"]
    assert annual.masthead(report).state == "Nilai sementara"
    _, *table = tables(results.results(report))["Peringkat akhir Dua"]
    assert [(row[0], row[1], row[3]) for row in table] == [
        ("1", "Inovasi E4", "60,00"),
        ("2", "Inovasi E6", "40,00"),
        ("–", "Inovasi E5", "–"),
    ]


def test_too_few_judges_are_told_apart_from_missing_sheets(home: Path) -> None:
    rules = contest(single(min_judges=3), final={"awards": AWARDS})
    edition = stage(home, rules, SIX, conflicts={"J1": "E5:keluarga"})
    report = Context(play(edition, "r1", FIRST | {"E5": "- 50 50"}))
    summary = said(first_page(report))
    assert summary[1].startswith("Hasil ini bersifat sementara karena 1 inovasi belum dinilai oleh cukup juri.")
    assert summary[-1] == "Menunjuk juri pengganti bagi 1 inovasi yang belum dinilai oleh cukup juri."
    assert "Seluruh lembar penilaian, yaitu 17 lembar" in " ".join(summary)


def test_a_shared_award_is_shown_twice_and_takes_the_next_one_with_it(home: Path) -> None:
    marks = FIRST | {"E3": "80 80 80"}
    report = Context(play(stage(home, ONE_ROUND, SIX), "r1", marks))
    winners = next(block["scopes"] for block in blocks(first_page(report)) if block["type"] == "winners")
    assert [(row["award"], row["title"]) for row in winners[0]["rows"]] == [
        ("Juara I", "Inovasi E1"),
        ("Juara II", "Inovasi E2"),
        ("Juara II", "Inovasi E3"),
    ]
    assert said(results.results(report))[-1] == (
        "Satu, Nilai akhir: nilai Inovasi E2 (E2) dan Inovasi E3 (E3) sama, yaitu 80,00. Nilai E2 dan E3 tetap sama "
        "setelah seluruh ketentuan diterapkan sehingga peringkatnya sama."
    )
    assert "Terdapat 1 kasus nilai sama yang memengaruhi hasil. Penyelesaiannya mengikuti" in " ".join(
        said(first_page(report))
    )


def test_everybody_on_the_third_place_is_on_the_first_page(home: Path) -> None:
    entries = {f"E{n}": "G1/a" for n in range(1, 7)}
    marks = {"E1": "90 90 90", "E2": "80 80 80"} | {f"E{n}": "70 70 70" for n in range(3, 7)}
    report = Context(play(stage(home, ONE_ROUND, entries), "r1", marks))
    winners = next(block["scopes"] for block in blocks(first_page(report)) if block["type"] == "winners")
    assert [row["award"] for row in winners[0]["rows"]] == ["Juara I", "Juara II", *["Juara III"] * 4]


def decided(**tie: object) -> dict[str, Any]:
    """A contest of one round whose last tie rule is this."""
    return contest(single(), final={"awards": AWARDS, "ties": [tie]})


def test_an_order_that_the_judges_have_yet_to_decide_is_asked_for(home: Path) -> None:
    edition = play(stage(home, decided(by="judges_decide"), SIX), "r1", FIRST | {"E3": "80 80 80"})
    report = Context(edition)
    summary = said(first_page(report))
    assert summary[1] == "Urutan 2 inovasi yang nilainya sama masih menunggu keputusan rapat pleno dewan juri."
    assert summary[-1] == ("Meminta rapat pleno dewan juri memutuskan urutan E2 dan E3 karena nilainya tetap sama.")
    assert "Penyelesaiannya" not in " ".join(summary)
    assert said(results.results(report))[-1].endswith("urutannya menunggu keputusan rapat pleno dewan juri.")
    edition.ledger.append([Event(kind="tie_ruling", actor=COMMITTEE, round="final", value="E3>E2", text="pleno")])
    settled = Context(kit.open("2025"))
    assert said(results.results(settled))[-1].endswith("urutan ditentukan oleh keputusan rapat pleno dewan juri.")
    assert "menunggu" not in text(settled)
    assert said(first_page(settled))[-1].startswith("Menetapkan pemenang")


@pytest.mark.parametrize(
    ("at_cut", "through", "ending"),
    [
        (
            "include_all",
            ["Inovasi E1", "Inovasi E2", "Inovasi E3"],
            "Karena nilai E2 dan E3 tetap sama setelah seluruh ketentuan diterapkan, semuanya lolos.",
        ),
        ("decide", ["Inovasi E1"], "Nilai E2 dan E3 tetap sama; urutannya menunggu keputusan rapat pleno dewan juri."),
    ],
)
def test_a_tie_at_the_cut_is_told_as_the_rules_have_it(
    home: Path, at_cut: str, through: list[str], ending: str
) -> None:
    rules = contest(
        single(advance={"scope": "group", "places": 2, "at_cut": at_cut}), single(), final={"awards": AWARDS}
    )
    report = Context(play(stage(home, rules, SIX), "r1", FIRST | {"E3": "80 80 80"}))
    assert [row[0] for row in tables(results.results(report))["Finalis Satu"][1:]] == through
    assert said(results.results(report))[-1].endswith(ending)
    asked = [line for line in said(first_page(report)) if line.startswith("Meminta rapat pleno")]
    assert bool(asked) == (at_cut == "decide")


def test_a_three_way_tie_that_is_settled_in_part_says_both(home: Path) -> None:
    weights = weighted({"c1": 50, "c2": 50})
    rules = contest(weights, final={"awards": AWARDS, "ties": [{"by": "criteria", "of": ["c1"]}]})
    marks = {"E1": "80 60|80 60|80 60", "E2": "70 70|70 70|70 70", "E3": "70 70|70 70|70 70"}
    report = Context(play(stage(home, rules, dict.fromkeys(marks, "G1/a")), "r1", marks))
    assert said(results.results(report))[-1] == (
        "Satu, Nilai akhir: nilai Inovasi E1 (E1), Inovasi E2 (E2), dan Inovasi E3 (E3) sama, yaitu 70,00. "
        "Sesuai dengan "
        "ketentuan penilaian, urutan ditentukan oleh nilai kriteria c1. Nilai E2 dan E3 tetap sama setelah seluruh "
        "ketentuan diterapkan sehingga peringkatnya sama."
    )


@pytest.mark.parametrize(
    ("notice", "asked"),
    [("USULAN penyusun", True), ("BELUM DITETAPKAN, disalin", True), ("Sumber adalah arsip", False), (None, False)],
)
def test_rules_are_to_be_adopted_only_where_the_notice_says_so(home: Path, notice: str | None, *, asked: bool) -> None:
    rules = ONE_ROUND | ({"notice": notice} if notice else {})
    report = Context(play(stage(home, rules, SIX), "r1", FIRST))
    assert any(line.startswith("Menetapkan bobot") for line in said(first_page(report))) == asked
    assert annual.masthead(report).notice == notice


MATRIX = "Jumlah inovasi dan nilai tertinggi setiap kelompok dan bentuk inovasi"


def test_cells_with_none_one_and_two_entries_claim_no_contest(home: Path) -> None:
    report = Context(play(stage(home, ONE_ROUND, SIX | {"E6": "G2/a"}), "r1", FIRST))
    one = "Satu inovasi saja sehingga peringkat tidak ditampilkan."
    assert tables(results.cells(report))[MATRIX] == [
        ["Bentuk inovasi", "Satu", "Dua"],
        ["A", *(f"Hanya dua inovasi. Tertinggi: {best} (Nilai akhir)." for best in TWO)],
        ["B", one, one],
    ]


TWO = ("Inovasi E1 (Unit E1), 90,00", "Inovasi E4 (Unit E4), 60,00")


def test_equal_bests_of_a_cell_are_both_named(home: Path) -> None:
    entries = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/a", "E4": "G2/b"}
    marks = {"E1": "80 80 80", "E2": "80 80 80", "E3": "70 70 70", "E4": "60 60 60"}
    report = Context(play(stage(home, ONE_ROUND, entries), "r1", marks))
    first, second = tables(results.cells(report))[MATRIX][1:]
    best = "Inovasi E1 (Unit E1) dan Inovasi E2 (Unit E2)"
    assert first == ["A", f"3 inovasi. Tertinggi: {best}, 80,00 (Nilai akhir).", "Tidak ada peserta."]
    assert second[1] == "Tidak ada peserta."


@pytest.mark.parametrize(
    ("benefits", "gains"),
    [
        ("", []),
        ("E1", ["Inovasi E1: Warga untung.", "Inovasi E4: manfaat belum diisi pada daftar peserta."]),
    ],
)
def test_what_citizens_gain_is_said_as_far_as_it_is_known(home: Path, benefits: str, gains: list[str]) -> None:
    edition = stage(home, ONE_ROUND, SIX)
    edition = enriched(edition, benefit=["Warga untung." if entry in benefits.split() else "" for entry in SIX])
    lines = said(annual.gains(Context(play(edition, "r1", FIRST))))
    title = "Manfaat bagi warga menurut proposal, belum diverifikasi"
    assert lines[lines.index(title) + 1 :][: len(gains)] == gains if gains else title not in lines


def test_elements_that_the_register_does_not_know_are_not_counted(home: Path) -> None:
    yes = ["ya", "ya", "tidak", "", "ya", "ya"]
    edition = enriched(stage(home, ONE_ROUND, SIX), team=yes, sop=["ya", "tidak", "ya", "ya", "ya", "tidak"])
    report = Context(play(edition, "r1", FIRST))
    assert said(annual.sustainability(report))[1] == (
        "Menurut daftar peserta, dari 6 inovasi, 4 memiliki tim pelaksana dan 4 memiliki SOP; 2 memiliki semuanya."
    )
    assert said(first_page(report))[-1].startswith("Menugaskan pendampingan bagi 3 dari 6 inovasi")
    assert "pembiayaan" not in text(report)


def test_entries_that_were_not_admitted_are_counted_and_not_ranked(home: Path) -> None:
    edition = stage(home, ONE_ROUND, SIX)
    admitted = [
        ("E1", "eligible"),
        ("E2", "not_eligible"),
        ("E2", "eligible"),
        ("E3", "not_eligible"),
        *((f"E{n}", "eligible") for n in (4, 5, 6)),
    ]
    edition.ledger.append(
        [
            Event(kind="admission", actor=COMMITTEE, entry_id=entry, value=value, text="berkas")
            for entry, value in admitted
        ]
    )
    marks = {entry: said for entry, said in FIRST.items() if entry != "E3"}
    report = Context(play(kit.open("2025"), "r1", marks))
    assert said(first_page(report))[0].startswith("Kompetisi diikuti 6 inovasi dari 6 unit kerja")
    assert "Pada seleksi administrasi, 5 dari 6 inovasi memenuhi syarat; yang lain tidak dinilai." in said(
        annual.process(report)
    )
    assert "Inovasi E3" not in text(report)
    assert tables(annual.process(report))["Tahap penilaian"][1][2:4] == ["5", "15 dari 15"]


def test_sixty_finalists_are_all_listed(home: Path) -> None:
    entries = {f"E{n:02}": "G1/a" for n in range(1, 61)}
    rules = contest(single(advance={"scope": "group", "places": 60}), single(), final={"awards": AWARDS})
    marks = {entry: f"{99 - n} {99 - n} {99 - n}" for n, entry in enumerate(entries)}
    report = Context(play(play(stage(home, rules, entries), "r1", marks), "r2", marks))
    assert len(tables(results.results(report))["Peringkat akhir Satu"]) == 61
    assert said(results.results(report))[1] == "Satu: seluruh inovasi (60) lolos dari tahap 1."
    assert "Setiap titik mewakili nilai satu inovasi pada tahap 2." in said(results.marks(report))
    many = pd.DataFrame({"group": "G1", "r2": [*range(50), *range(100)] * 5})
    assert "Setiap batang menghitung inovasi" in said(results.marks(report, many, rounds=["r2"]))[1]


def test_an_accepted_change_is_printed_with_its_reason_and_time(home: Path) -> None:
    edition = play(stage(home, ONE_ROUND, SIX), "r1", FIRST)
    path = edition.folder / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Juara III", "Juara Ketiga"), encoding="utf-8")
    edition = kit.open("2025")
    rounds.accept_changes(edition, "salah ketik")
    report = Context(edition)
    [(_, reason, changes)] = tables(annual.process(report))["Perubahan setelah penilaian dimulai"][1:]
    assert reason == "salah ketik"
    assert "Juara III" in changes
    assert "Juara Ketiga" in changes
    assert "tercantum pada setiap dokumen." in " ".join(said(first_page(report)))


def test_panels_that_differ_by_round_are_told(home: Path) -> None:
    first = single(advance={"scope": "group", "places": 2}, panel=["J1", "J2", "J3"])
    rules = contest(first, single(panel=["J1", "J2"]), final={"awards": AWARDS})
    edition = play(stage(home, rules, SIX), "r1", FIRST)
    assert tables(annual.process(Context(edition)))["Dewan juri"] == [
        ["Nama juri", "Tahap"],
        ["Nama J1", "Tahap 1 dan Tahap 2"],
        ["Nama J2", "Tahap 1 dan Tahap 2"],
        ["Nama J3", "Tahap 1"],
    ]


BALLOT = {
    "kind": "ranks",
    "scale": {"low": 1, "high": 6, "step": 1},
    "score": [{"over": "judges", "by": "points", "curve": "borda", "round": 1}],
}
TRIMMED = single(
    score=[{"over": "judges", "by": "trimmed_mean", "drop_high": 1, "drop_low": 0, "round_terms": 1, "round": 2}]
)
OWN_SCALES = weighted({"c1": 1, "c2": 2})
OWN_SCALES["criteria"][0]["scale"] = {"low": 1, "high": 5, "step": "0.5"}


THIRDS = {"final": {"score": [{"over": "rounds", "by": "mean", "round": 1}]}}
SUMMED = {"final": {"score": [{"over": "rounds", "by": "sum", "round": 2, "round_terms": 0}]}}


@pytest.mark.parametrize(
    ("rounds", "more", "sentence"),
    [
        (
            [single()],
            {},
            "Tahap 1: skala 0–100, kelipatan 0,1. Rata-rata nilai para juri yang menilai. Hasilnya dibulatkan",
        ),
        ([single(min_judges=2)], {}, "Tahap 1: nilai hanya sah jika sekurang-kurangnya 2 juri menilai."),
        ([single()], {}, "Jika nilai tetap sama, peringkatnya sama dan peringkat berikutnya dilewati."),
        ([single()], {}, "Angka yang tepat di tengah dibulatkan ke atas, misalnya 2,345 menjadi 2,35"),
        (
            [TRIMMED],
            {},
            "Rata-rata nilai juri tanpa 1 nilai tertinggi dan 0 nilai terendah. Setiap suku dibulatkan lebih",
        ),
        (
            [BALLOT],
            {},
            "setiap juri menyusun peringkat. Urutan menurut setiap juri diubah menjadi angka urutan",
        ),
        ([OWN_SCALES], {}, "setiap kriteria memiliki skala sendiri. Setiap nilai kriteria dikalikan pengalinya, lalu"),
        ([single()], {"rounding": "half_even"}, "Angka tepat di tengah dibulatkan ke angka genap terdekat."),
        ([single(), single()], {}, "Nilai akhir: nilai tahap 2 saja."),
        (
            [single(), single(), single()],
            THIRDS,
            "1/3 × tahap 1 + 1/3 × tahap 2 + 1/3 × tahap 3, dibulatkan menjadi 1 desimal.",
        ),
        ([single(), single()], SUMMED, "1 × tahap 1 + 1 × tahap 2, dibulatkan menjadi 2 desimal. Setiap suku"),
        (
            [single(ties=[{"by": "head_count"}, {"by": "shared"}])],
            {},
            "Tahap 1: jika nilai sama, urutan ditentukan oleh jumlah juri yang mengunggulkan.",
        ),
    ],
)
def test_the_method_says_what_the_rules_say(
    home: Path, rounds: Sequence[Mapping[str, Any]], more: Mapping[str, Any], sentence: str
) -> None:
    edition = stage(home, contest(*rounds, **more), ["E1", "E2", "E3"])
    marks = {
        f"E{n}": "|".join([" ".join([str(n)] * max(len(rounds[0].get("criteria", ())), 1))] * 3) for n in (1, 2, 3)
    }
    for round_ in edition.rules.scored_rounds:
        play(edition, round_.id, marks)
    assert sentence in "\n".join(said(results.method(Context(kit.open("2025")))))


def test_the_mean_of_a_criterion_is_over_all_sheets_and_not_over_groups(home: Path) -> None:
    """The mean of the groups' means would put c2 first and c1 last."""
    marks = {f"E{n}": "70 50 50|70 50 50|70 50 50" for n in (1, 2, 3)} | {"E4": "10 60 50|10 60 50|10 60 50"}
    entries = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/a", "E4": "G2/a"}
    edition = stage(home, contest(weighted({"c1": 1, "c2": 1, "c3": 1})), entries)
    lines = said(results.marks(Context(play(edition, "r1", marks))))
    assert lines[2] == "Nilai rata-rata tertinggi diberikan pada kriteria c1, yang terendah pada kriteria c3."


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ("50 50 50|50 50 50|50 50 50", None),
        ("60 60 50|60 60 50|60 60 50", "tertinggi diberikan pada kriteria c1 dan c2, yang terendah pada kriteria c3."),
    ],
)
def test_equal_means_claim_no_single_best(home: Path, marks: str, sentence: str | None) -> None:
    edition = stage(home, contest(weighted({"c1": 1, "c2": 1, "c3": 1})), ["E1", "E2"])
    lines = said(results.marks(Context(play(edition, "r1", {"E1": marks, "E2": marks}))))
    assert (len(lines) == 2) if sentence is None else lines[2].endswith(sentence)


@pytest.mark.parametrize("made_at", ["kemarin", "2025-11-21", "21/11/2025"])
def test_a_time_without_an_hour_or_sense_is_refused(home: Path, made_at: str) -> None:
    report = Context(play(stage(home, ONE_ROUND, SIX), "r1", FIRST), made_at)
    with problem("unclear_moment") as refused:
        annual.masthead(report)
    for language in ("id", "en"):
        assert made_at in refused.value.say(language)
