"""Follow-up: answers through the form and through sheets, by the same checks into the same ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from folders import save
from openpyxl import load_workbook
from problems import problem
from samples import blocks, said, tables
from years import Year, city, span

import kit
from kit.cli import main
from kit.errors import Mistakes, Problem
from kit.report.lasting import current, given
from kit.screens.follow_up import followup_form
from kit.years import followup_report, trends
from kit.years.followup import FollowUp
from kit.years.followup_report import lasting_profile
from kit.years.series import Span
from kit.years.sheets import read_returned, write_sheets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.render.blocks import Block

RUNS = {"status": "Berjalan", "checked_on": "2025-12-05"}
STOPS = RUNS | {"status": "Berhenti", "stopped_on": "2025-11-01", "stopped_because": "Anggaran tidak ada."}
PARTS = ("state", "survival", "support", "over", "readiness", "replaced", "page")


@pytest.fixture
def followup(home) -> FollowUp:
    """Four innovations of two years; this year's follow-up has heard of one."""
    more = {"team": "ya", "sop": "tidak", "funding": "", "legal_basis": "ya", "partners": "komunitas: A"}
    city(
        home,
        Year("2024", {"I-1": "U1", "I-2": "U1", "I-3": "U1"}, more=more),
        Year(
            "2025", {"I-1": "U1", "I-4": "U1", "-5": "U1"}, {"I-2": {"status": "running", "checked_on": "2025-12-05"}}
        ),
    )
    return FollowUp(span())


def chapters(followup: FollowUp) -> list[Block]:
    return [getattr(followup_report, part)(followup) for part in PARTS]


def now(followup: FollowUp) -> dict[str, dict[str, str]]:
    followup.edition.refresh()
    return current(given(followup.edition))


def sheet(path: Path, *rows: Mapping[str, object], header: Mapping[str, str] | None = None) -> Path:
    """A table with a row for each innovation, its columns named as the kit names them unless told otherwise."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    names = [(header or {}).get(name, name) for name in columns]
    return save(path, [names, *([row.get(name, "") for name in columns] for row in rows)])


def fill_in(path: Path, innovation: str, **answers: str) -> None:
    """Write answers into a sheet that the kit wrote."""
    book = load_workbook(path)
    page = book.worksheets[0]
    header = [cell.value for cell in page[4]]
    row = next(row for row in page.iter_rows(min_row=5) if row[0].value == innovation)
    for question, answer in answers.items():
        label = kit.texts.Texts("id")(f"followup.q_{question}")
        row[header.index(label)].value = answer
    book.save(path)


# The checks, the same on every way in


@pytest.mark.parametrize(
    ("answers", "sentences"),
    [
        ({"status": "Jalan"}, ['"Jalan" bukan keadaan inovasi']),
        ({**RUNS, "beneficiaries": "1.250"}, ['"1.250" bukan jumlah orang']),
        ({**RUNS, "beneficiaries": "-3", "sop": "mungkin"}, ['"mungkin"', '"-3" bukan jumlah orang']),
        ({**RUNS, "checked_on": "12/25/2025"}, ['tanggal "12/25/2025" tidak dapat dibaca']),
        ({**RUNS, "evidence": "=1+1"}, ["rumus"]),
        ({"sop": "ya"}, ['isi "Keadaan sekarang"', 'isi "Tanggal diperiksa"']),
        ({**RUNS, "status": "Digabung"}, ['isi "Digabung dengan (kode)"']),
        ({**RUNS, "status": "digabung", "merged_with": "I-9"}, ['kode inovasi "I-9" tidak pernah ikut']),
        ({**RUNS, "status": "merged", "merged_with": "I-1"}, ["digabung dengan dirinya sendiri"]),
        ({**RUNS, "status": "Berhenti"}, ['isi "Berhenti pada tanggal"', 'isi "Alasan berhenti"']),
        ({**RUNS, "stopped_on": "2025-11-01"}, ['tidak sesuai dengan keadaan "Berjalan"']),
        ({**STOPS, "stopped_on": "2025-10-01"}, ["berhenti pada 1 Oktober 2025, padahal masih ikut kompetisi"]),
        ({**STOPS, "stopped_on": "2025-12-06"}, ["setelah tanggal diperiksa"]),
    ],
)
def test_wrong_answers_are_refused_with_their_reason_all_at_once(
    followup: FollowUp, tmp_path: Path, answers: dict[str, str], sentences: list[str]
) -> None:
    """By the form and by a sheet alike; the sheet says where, and nothing is recorded."""
    before = now(followup)
    with pytest.raises(Mistakes) as by_form:
        followup.save("I-1", answers)
    path = sheet(tmp_path / "a.csv", {"innovation_id": "I-1", "status": "", **answers})
    with pytest.raises(Mistakes) as by_sheet:
        read_returned(followup, [path]).record()
    for wrong in (by_form, by_sheet):
        lines = [mistake.say("id") for mistake in wrong.value]
        assert len(lines) == len(sentences)
        assert all(any(sentence in line for line in lines) for sentence in sentences), lines
    assert all(re.match(r"a\.csv, baris 2, kolom [A-Z]: ", mistake.say("id")) for mistake in by_sheet.value)
    assert now(followup) == before


def test_an_unknown_innovation_is_refused_with_its_cell(followup: FollowUp, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", {"innovation_id": "I-2", **RUNS}, {"innovation_id": "I-77", **RUNS})
    with pytest.raises(Mistakes) as wrong:
        read_returned(followup, [path])
    assert str(wrong.value) == (
        'a.xlsx, baris 3, kolom A: kode inovasi "I-77" tidak pernah ikut pada edisi mana pun sampai tahun ini. '
        "Periksa kodenya pada daftar peserta."
    )
    with problem("unknown_innovation"):
        followup.save("I-77", RUNS)


def test_an_innovation_of_a_later_year_is_not_known_yet(followup: FollowUp) -> None:
    earlier = FollowUp(span("2024"))
    assert "I-4" in followup.innovations.index
    with problem("unknown_innovation"):
        earlier.save("I-4", RUNS)


def test_the_same_innovation_twice_in_one_file_or_two_ways_in_two_is_refused(
    followup: FollowUp, tmp_path: Path
) -> None:
    twice = sheet(tmp_path / "a.csv", {"innovation_id": "I-1", **RUNS}, {"innovation_id": "I-1", **STOPS})
    with pytest.raises(Mistakes, match="pada baris 2 dan 3"):
        read_returned(followup, [twice])
    one = sheet(tmp_path / "b.csv", {"innovation_id": "I-1", **RUNS, "sop": "ya"})
    other = sheet(tmp_path / "c.csv", {"innovation_id": "I-1", **RUNS, "sop": "tidak"})
    with pytest.raises(Mistakes, match=r"^c\.csv, baris 2, kolom D: .* ya dan tidak"):
        read_returned(followup, [one, other]).record()
    assert "I-1" not in now(followup)


@pytest.mark.parametrize("missing", ["innovation_id", "status"])
def test_a_file_without_its_columns_is_refused(followup: FollowUp, tmp_path: Path, missing: str) -> None:
    row = {name: text for name, text in {"innovation_id": "I-1", **RUNS}.items() if name != missing}
    with pytest.raises(Mistakes, match=f"{missing} / "):
        read_returned(followup, [sheet(tmp_path / "a.csv", row)])


def test_headers_in_both_languages_and_words_in_any_case_are_read(followup: FollowUp, tmp_path: Path) -> None:
    header = {"innovation_id": "Innovation code", "status": "KEADAAN SEKARANG", "checked_on": "verified on"}
    path = sheet(tmp_path / "a.xlsx", {"innovation_id": "I-1", **RUNS, "status": "running, changed"}, header=header)
    assert read_returned(followup, [path]).record() == 2
    assert now(followup)["I-1"] == {"status": "changed", "checked_on": "2025-12-05"}


# Two answers in one year


def test_the_later_answer_counts_and_the_earlier_is_kept(followup: FollowUp) -> None:
    followup.save("I-1", RUNS | {"sop": "ya"})
    followup.save("I-1", STOPS, actor="S-1")
    assert now(followup)["I-1"]["status"] == "stopped"
    own = given(followup.edition).query("innovation_id == 'I-1' and question == 'status'")
    assert own[["answer", "actor"]].to_numpy().tolist() == [["running", "committee"], ["stopped", "S-1"]]
    shown = tables(followup_report.replaced(FollowUp(span())))["Jawaban tahun ini yang diganti; yang terakhir berlaku"]
    assert [row[:3] for row in shown[1:]] == [
        ["I-1", "Keadaan sekarang", "running"],
        ["I-1", "Keadaan sekarang", "stopped"],
    ]
    assert followup.edition.ledger.verify() == []


def test_saving_the_same_again_records_nothing_and_a_blank_takes_back(followup: FollowUp) -> None:
    assert len(followup.save("I-1", RUNS | {"sop": "ya"})) == 3
    assert followup.save("I-1", RUNS | {"sop": "ya"}) == []
    assert len(followup.save("I-1", RUNS | {"sop": ""})) == 1
    assert "sop" not in now(followup)["I-1"]


def test_a_day_is_shown_and_typed_in_words(followup: FollowUp) -> None:
    _, fields = form_of()
    fields["Inovasi"].value = "I-2"
    assert fields["Tanggal diperiksa"].value == "5 Desember 2025"
    fields["Tanggal diperiksa"].value = "06/12/2025"
    fields["Simpan"].click()
    assert now(followup)["I-2"] == {"status": "running", "checked_on": "2025-12-06"}


def test_what_somebody_else_answered_meanwhile_stays(followup: FollowUp) -> None:
    _, fields = form_of()
    fields["Inovasi"].value = "I-2"
    followup.save("I-2", {"sop": "ya"})
    fields["Bukti"].value = "Foto"
    fields["Simpan"].click()
    assert now(followup)["I-2"] == {"status": "running", "checked_on": "2025-12-05", "sop": "ya", "evidence": "Foto"}
    assert fields["SOP"].value == "ya"


# Sheets go out and come back


def test_a_sheet_comes_back_as_it_was_filled_in(followup: FollowUp, tmp_path: Path) -> None:
    (path,) = write_sheets(followup, tmp_path / "out")
    assert path.name == "lembar-tindak-lanjut-2025-U1.xlsx"
    assert read_returned(followup, [path]).record() == 0
    fill_in(path, "I-1", **STOPS, evidence="Notulen; foto")
    fill_in(path, "I-2", sop="Ya", beneficiaries="1250")
    returned = read_returned(followup, [path])
    assert (
        returned.preview()
        .splitlines()[0]
        .endswith(
            "7 jawaban baru, 0 berubah, 2 sama dengan yang tercatat, 0 lebih lama daripada yang tercatat, "
            "0 perlu keputusan."
        )
    )
    assert returned.record() == 7
    assert read_returned(followup, [path]).record() == 0  # the same sheet twice changes nothing
    assert now(followup)["I-1"] == {
        **STOPS,
        "status": "stopped",
        "evidence": "Notulen; foto",
    }
    assert now(followup)["I-2"]["beneficiaries"] == "1250"


def test_a_sheet_that_comes_back_late_reverts_nothing(followup: FollowUp, tmp_path: Path) -> None:
    (path,) = write_sheets(followup, tmp_path / "out")
    followup.save("I-2", {"status": "changed", "checked_on": "2025-12-05", "sop": "ya"})
    fill_in(path, "I-2", sop="tidak", team="ya")
    returned = read_returned(followup, [path])
    assert "D" not in returned.preview().splitlines()[0]
    assert "tidak dicatat karena jawaban lain sudah tercatat setelah lembar ini dibuat" in returned.preview()
    assert returned.record() == 1
    assert now(followup)["I-2"] == {"status": "changed", "checked_on": "2025-12-05", "sop": "ya", "team": "ya"}


def test_an_answer_that_came_and_went_since_is_decided_by_people(followup: FollowUp, tmp_path: Path) -> None:
    (path,) = write_sheets(followup, tmp_path / "out")
    followup.save("I-2", {"sop": "ya"})
    followup.save("I-2", {"sop": ""})
    fill_in(path, "I-2", sop="tidak")
    assert read_returned(followup, [path]).record() == 0
    assert "sop" not in now(followup)["I-2"]


def test_an_emptied_cell_deletes_nothing_and_a_new_state_takes_back_what_went_with_the_old(
    followup: FollowUp, tmp_path: Path
) -> None:
    followup.save("I-1", STOPS)
    (path,) = write_sheets(followup, tmp_path / "out")
    fill_in(path, "I-1", status="", stopped_on="", stopped_because="")
    assert read_returned(followup, [path]).record() == 0
    fill_in(path, "I-1", status="Berjalan", stopped_on=None, stopped_because=None)
    assert read_returned(followup, [path]).record() == 3
    assert now(followup)["I-1"] == {"status": "running", "checked_on": "2025-12-05"}


def test_a_changed_revision_is_refused(followup: FollowUp, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.csv", {"innovation_id": "I-1", **RUNS, "revision": "dua"})
    with pytest.raises(Mistakes, match="bukan revisi lembar"):
        read_returned(followup, [path])


def test_what_stopped_in_an_earlier_year_is_not_asked_again(home, tmp_path: Path) -> None:
    stopped = {"status": "stopped", "stopped_on": "2024-11-01", "stopped_because": "x", "checked_on": "2024-12-05"}
    merged = {"status": "merged", "merged_with": "I-3", "checked_on": "2024-12-05"}
    first = Year("2024", dict.fromkeys(("I-1", "I-2", "I-3"), "U1"), {"I-1": stopped, "I-2": merged})
    city(home, first, Year("2025", {"I-4": "U1"}))
    (path,) = write_sheets(FollowUp(span()), tmp_path / "out")
    rows = [row[0].value for row in load_workbook(path).worksheets[0].iter_rows(min_row=5)]
    assert rows == ["I-3", "I-4"]


def test_sheets_are_never_overwritten(followup: FollowUp, tmp_path: Path) -> None:
    write_sheets(followup, tmp_path)
    with problem("sheets_exist"):
        write_sheets(followup, tmp_path)


# The form


def form_of(edition: str = "2025", **more: Any) -> tuple[Any, dict[str, Any]]:
    form = followup_form(edition, **more)
    return form, {child.description: child for child in form.children if hasattr(child, "description")}


def test_the_form_shows_what_is_on_record_and_records_what_is_saved(followup: FollowUp) -> None:
    form, fields = form_of(actor="S-1")
    choice = fields["Inovasi"]
    assert [value for _, value in choice.options] == ["I-1", "I-2", "I-3", "I-4"]
    choice.value = "I-2"
    assert fields["Keadaan sekarang"].value == "running"
    assert fields["Berhenti pada tanggal"].layout.display == "none"
    fields["Keadaan sekarang"].value = "stopped"
    assert fields["Berhenti pada tanggal"].layout.display is None
    fields["Simpan"].click()
    assert 'role="alert"' in form.children[-1].value
    assert now(followup)["I-2"]["status"] == "running"
    fields["Berhenti pada tanggal"].value, fields["Alasan berhenti"].value = "2025-11-01", "Anggaran tidak ada."
    fields["Simpan"].click()
    assert "3 jawaban" in form.children[-1].value
    assert now(followup)["I-2"]["status"] == "stopped"
    assert given(followup.edition)["actor"].iloc[-1] == "S-1"
    fields["Keadaan sekarang"].value = "running"
    fields["Simpan"].click()
    assert now(followup)["I-2"] == {"status": "running", "checked_on": "2025-12-05"}


@pytest.mark.usefixtures("followup")
def test_the_form_says_what_is_wrong_with_an_edition_or_that_there_is_nothing_to_ask(home) -> None:
    assert "2031" in followup_form("2031").value
    city(home, Year("2025", {"-1": "U1"}))
    (home / "data" / "2024" / "rules.yaml").unlink()
    assert "Belum ada inovasi berkode" in followup_form("2025").value


# What lets them last


def test_the_profile_takes_the_latest_of_register_and_follow_up(followup: FollowUp) -> None:
    followup.save("I-1", RUNS | {"sop": "ya", "funding": "tidak", "backing": "ya"})
    table = lasting_profile(kit.open("2025"), "E-01")
    rows = [[cell.text for cell in row.values()] for row in table.rows]
    assert rows == [
        ["Tim pelaksana", "Ya", "daftar peserta 2024"],
        ["SOP", "Ya", "tindak lanjut 2025"],
        ["Pembiayaan", "Tidak", "tindak lanjut 2025"],
        ["Dasar hukum", "Ya", "daftar peserta 2024"],
        ["Pengawalan pimpinan", "Ya", "tindak lanjut 2025"],
        ["Mitra", "Ya", "daftar peserta 2024"],
    ]
    assert [*table.notes] == ["Inovasi ini perlu pendampingan agar tetap berjalan: belum ada pembiayaan."]
    unnamed = lasting_profile(kit.open("2025"), "E-03")
    assert {row["now"].text for row in unnamed.rows} == {"Belum diketahui"}


def test_a_profile_made_before_an_answer_is_not_kept_after_it(followup: FollowUp) -> None:
    edition = followup.edition
    assert lasting_profile(edition, "E-02").rows[1]["now"].text == "Belum diketahui"
    followup.save("I-4", RUNS | {"sop": "tidak"})
    assert lasting_profile(edition, "E-02").rows[1]["now"].text == "Tidak"


# The document


def test_who_needs_support_and_why(followup: FollowUp) -> None:
    followup.save("I-1", RUNS | {"sop": "tidak", "person_changed": "ya", "backing": "tidak"})
    report = FollowUp(span())
    assert report.needy[["title", "reasons"]].to_numpy().tolist() == [
        ["Inovasi I-1", ["lacks_sop", "lacks_backing", "handover"]],
        ["Inovasi I-3", ["lacks_sop", "silent"]],
        ["Inovasi I-2", ["lacks_sop"]],
        ["Inovasi I-4", ["silent"]],
    ]
    assert tables(followup_report.support(report))["Inovasi yang perlu pendampingan dan alasannya"][1] == [
        "Inovasi I-1",
        "Dinas Contoh",
        "belum ada SOP dan pengawalan pimpinan; berganti penanggung jawab tanpa SOP",
    ]


@pytest.fixture(scope="module")
def report(samples: Path) -> FollowUp:  # noqa: ARG001  (makes the home)
    return FollowUp(Span.of(kit.open("2025")))


def test_the_samples_hold_every_fate(report: FollowUp) -> None:
    assert report.lives.loc[["I-006", "I-010", "I-011", "I-048"], "status"].tolist() == [
        "running",
        "merged",
        "stopped",
        "unanswered",
    ]
    assert report.lives.loc["I-006", "years"] > 2
    counts = report.lives["status"].value_counts().to_dict()
    assert counts == {"running": 63, "changed": 17, "stopped": 11, "unanswered": 3, "merged": 1}
    over = {row[0]: row[1:] for row in tables(followup_report.over(report))["Inovasi yang berhenti atau digabung"]}
    assert over["AIR TERANG"] == ["Digabung", "5 Desember 2024", "digabung dengan METER MANDIRI"]
    assert over["LENTERA TEPIAN"][:2] == ["Berhenti", "31 Mei 2024"]
    assert len(over) == 1 + 12


def test_all_innovations_are_parted_once_into_answered_waiting_and_no_longer_asked(report: FollowUp) -> None:
    """What has not answered has one number wherever it stands."""
    header, *_, total = tables(followup_report.state(report))["Keadaan inovasi menurut tahun pertama ikut"]
    counts = dict(zip(header[1:], map(int, total[1:]), strict=True))
    answered = sum(counts[name] for name in ("Berjalan", "Berjalan dengan perubahan", "Digabung", "Berhenti"))
    assert (answered, counts["Belum menjawab"], counts["Tidak ditanyakan lagi"], counts["Jumlah"]) == (76, 13, 6, 95)
    prose = " ".join(said(followup_report.state(report), followup_report.support(report), followup_report.page(report)))
    assert f"unit kerja sudah menjawab untuk {answered} dari {answered + 13} inovasi yang ditanyakan" in prose
    facts = {fact["label"]: fact["value"] for fact in blocks(followup_report.state(report))[2]["items"]}
    waiting = [facts["Belum menjawab"], *re.findall(r"belum menjawab (\d+)", prose)]
    waiting += re.findall(r"(\d+) inovasi belum menjawab", prose)
    assert waiting == ["13"] * 3


def test_nobody_is_said_to_have_failed(report: FollowUp) -> None:
    told = chapters(report)
    assert not re.search(r"\bgagal\b|menggagal", str([block.to_json() for block in told]), re.IGNORECASE)
    assert "perlu pendampingan" in " ".join(said(*told))


def test_an_entry_without_partners_lacks_them_and_needs_no_support_for_that(report: FollowUp) -> None:
    edition = report.span.edition
    entries = edition.registers.entries
    alone = entries[entries["partners"] == ""].iloc[0]
    assert lasting_profile(edition, alone["entry_id"]).rows[-1]["now"].text == "Tidak"
    reasons = {reason for own in report.needy["reasons"] for reason in own}
    assert "lacks_partners" not in reasons


def test_the_public_sees_totals_alone(report: FollowUp) -> None:
    public = FollowUp(report.span, public=True)
    told = str([block.to_json() for block in chapters(public)])
    titles = report.lives["title"].str.partition(":")[0]
    units = report.span.edition.registers.units["name"]
    assert [name for name in [*titles, *units] if name in told] == []
    assert "Sebanyak " in " ".join(said(followup_report.support(public)))
    document = followup_report.masthead(public)
    assert (document.circulation, document.stem) == ("public", "tindak-lanjut-2025-publik-SIMULASI")
    assert followup_report.masthead(report).circulation == "restricted"


def test_small_parts_are_counted_and_not_estimated(followup: FollowUp) -> None:
    followup.save("I-1", STOPS)
    shown = tables(followup_report.survival(FollowUp(span())))["Inovasi yang masih berjalan menurut tahun pertama ikut"]
    assert shown[1:] == [["2024", "3", "1", "–", "–"], ["2025", "1", "0", "–", "–"]]


def test_entries_without_codes_leave_nothing_to_follow(home) -> None:
    city(home, Year("2025", {"-1": "U1"}, marks={"J1": 3, "J2": 4, "J3": 5}))
    report = FollowUp(span())
    assert said(followup_report.state(report))[1:] == [
        "Belum ada inovasi berkode yang dapat ditindaklanjuti pada edisi ini."
    ]
    for chapter in chapters(report):
        chapter.to_json()
    assert blocks(followup_report.won(report)) == []
    assert followup_report.masthead(report).stem == "tindak-lanjut-2025"


def test_without_any_answer_the_annual_report_says_nothing_of_it(home) -> None:
    city(home, Year("2025", {"I-1": "U1"}, marks={"J1": 3, "J2": 4, "J3": 5}))
    assert blocks(followup_report.page(FollowUp(span()))) == []


def test_the_annual_report_has_its_pages(samples: Path) -> None:  # noqa: ARG001
    years = Span.of(kit.open("2025"), since="2024")
    after = FollowUp(years)
    told = [trends.page(years), followup_report.page(after), followup_report.won(after)]
    lines = said(*told)
    assert "Yang tetap dan yang berubah" in lines
    assert "Inovasi setelah kompetisi" in lines
    assert "dari tahun 2024 sampai tahun 2025" in " ".join(lines)
    assert len(tables(*told)["Kesiapan para pemenang untuk berlanjut"]) == 1 + 12
    assert len(tables(*told)["Inovasi yang perlu pendampingan dan alasannya"]) == 1 + 10


def test_every_part_can_be_told_in_english(samples: Path) -> None:  # noqa: ARG001
    told = chapters(FollowUp(Span.of(kit.open("2025", "en"))))
    answered = "In the follow-up of 2025, units have answered for 76 of the 89 innovations asked about."
    assert answered in " ".join(said(*told))


# The command


def test_the_public_document_names_no_innovation_in_any_of_its_files(samples: Path, capsys) -> None:
    assert main(["years", "follow-up", "2025", "--public", "--out", str(samples / "out")]) == 0
    made = sorted(path.name for path in (samples / "out").iterdir() if path.stem.startswith("tindak-lanjut"))
    assert made == [f"tindak-lanjut-2025-publik-SIMULASI.{suffix}" for suffix in ("html", "ipynb", "pdf")]
    notebook = (samples / "out" / made[1]).read_text(encoding="utf-8")
    page = (samples / "out" / made[0]).read_text(encoding="utf-8")
    names = kit.open("2025").registers.entries["title"].str.partition(":")[0]
    assert [name for name in names if name in notebook or name in page] == []
    assert "publik" in capsys.readouterr().out


def test_nothing_is_reported_before_anybody_has_answered(home, capsys) -> None:
    city(home, Year("2025", {"I-1": "U1"})).ledger.close()
    assert main(["years", "follow-up", "2025"]) == 1
    assert "Belum ada jawaban tindak lanjut pada edisi 2025" in capsys.readouterr().err


def test_the_command_writes_reads_and_shows(followup: FollowUp, tmp_path: Path, capsys) -> None:
    followup.edition.ledger.close()
    out = tmp_path / "lembar"
    assert main(["years", "sheets", "2025", "--out", str(out)]) == 0
    (path,) = out.iterdir()
    fill_in(path, "I-1", **STOPS)
    assert main(["years", "import", "2025", str(path)]) == 1
    assert "4 jawaban baru" in capsys.readouterr().out
    assert main(["years", "status", "2025"]) == 0
    assert "1 dari 4 inovasi" in capsys.readouterr().out  # nothing was recorded without a yes
    assert main(["years", "import", "2025", str(path), "--yes"]) == 0
    assert "4 jawaban dicatat." in capsys.readouterr().out
    assert main(["years", "status", "2025"]) == 0
    assert "2 dari 4 inovasi" in capsys.readouterr().out


def test_a_wrong_file_is_refused_by_the_command(followup: FollowUp, tmp_path: Path, capsys) -> None:
    followup.edition.ledger.close()
    path = sheet(tmp_path / "a.csv", {"innovation_id": "I-77", **RUNS})
    assert main(["years", "import", "2025", str(path), "--yes"]) == 1
    assert "a.csv, baris 2, kolom A" in capsys.readouterr().err


def test_every_mistake_can_be_said_in_both_languages(followup: FollowUp) -> None:
    with pytest.raises(Mistakes) as wrong:
        followup.save("I-1", {"sop": "ya"})
    assert isinstance(wrong.value, Problem)
    assert 'fill in "Present state"' in wrong.value.say("en")
