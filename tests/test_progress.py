"""How far the judges are: states and counts, who is behind and what to write to them, and never a value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from contests import contest, single, weighted
from homes import give, play, stage
from labs import violations
from problems import problem
from samples import blocks, notes, said, tables
from selections import admitted, selecting
from views import show_view, smallest_letters

import kit
from kit.actions import append
from kit.contest import rounds
from kit.judging.assignment import current_round, sheet_states
from kit.judging.desk import Desk
from kit.ledger import Event, Ledger
from kit.render.blocks import Group, plain
from kit.report.progress import judges_progress, letters, progress_said, reminders, sheets_now
from kit.screens.progress_screen import progress_view

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from kit.edition import Edition
    from kit.screens.topics import TopicScreen

TWO = weighted({"K1": 40, "K2": 60})
RULES = contest(TWO)
MAP = "Keadaan setiap lembar penilaian"


def event(kind: str, entry: str = "", judge: str = "J1", **more: str) -> Event:
    return Event(kind=kind, actor=judge, round="r1", judge_id=judge, entry_id=entry, **more)


def mark(entry: str, criterion: str, value: str = "7.3", judge: str = "J1") -> Event:
    return event("mark", entry, judge, criterion=criterion, value=value)


def filled(entry: str, judge: str = "J1") -> list[Event]:
    return [mark(entry, "K1", judge=judge), mark(entry, "K2", judge=judge)]


def begun(home: Path, *events: Event, **more: object) -> Edition:
    edition = stage(home, RULES, ["E1", "E2", "E3"], ["J1", "J2"], **more)  # type: ignore[arg-type]
    rounds.open(edition, "r1")
    if events:
        append(edition, *events)
    return edition


def states(edition: Edition, judge: str = "J1", round_: str = "r1") -> list[str]:
    """The states of one judge's sheets, in the order of the entries."""
    table = sheet_states(edition, round_)
    return table.loc[table["judge_id"] == judge, "state"].tolist()


# Sheets


def test_a_sheet_goes_from_empty_to_submitted(home: Path) -> None:
    edition = begun(home)
    told = []
    for step in (
        mark("E1", "K1"),
        mark("E1", "K2"),
        event("submitted", "E1"),
        event("flag", "E1", value="on"),
        mark("E1", "K1", "8"),
        event("submitted", "E1"),
        event("comment", "E1", criterion="internal", text="Periksa lagi"),
        event("submitted"),
        mark("E1", "K1", ""),
        event("submitted"),
        mark("E1", "K2", ""),
    ):
        append(edition, step)
        told += states(edition)[:1]
    assert told == [
        *("partial", "complete", "submitted", "submitted", "complete", "submitted", "complete", "submitted"),
        *("partial", "partial", "not_begun"),
    ]
    assert states(edition, "J2") == ["not_begun"] * 3


def test_sending_everything_sends_what_was_complete_then(home: Path) -> None:
    edition = begun(home, *filled("E1"), mark("E2", "K1"), event("submitted"), mark("E2", "K2"), *filled("E1", "J2"))
    assert states(edition) == ["submitted", "complete", "not_begun"]
    assert states(edition, "J2") == ["complete", "not_begun", "not_begun"]
    assert states(edition)[1] == "complete"


def test_the_board_and_the_judges_own_desk_agree(home: Path) -> None:
    """After each of many events of every kind, in an order that chance gives."""
    edition = begun(home, conflicts={"J2": "E3:keluarga"})
    desks = {judge: Desk(edition, "r1", judge) for judge in ("J1", "J2")}
    chance = Random(3)
    seen = set()
    for _ in range(120):
        judge, entry = chance.choice(["J1", "J2"]), chance.choice(["E1", "E2"])
        kinds = ["mark"] * 4 + ["typed"] * 3 + ["comment", "flag", "submitted", "everything"]
        match chance.choice(kinds):
            case "mark":
                append(edition, mark(entry, chance.choice(["K1", "K2"]), chance.choice(["5", "6", "7", ""]), judge))
            case "typed":
                about = {"criterion": chance.choice(["K1", "K2"]), "value": chance.choice(["5", "6", ""])}
                sheet = Event(
                    kind="typed", actor=chance.choice(["S-1", "S-2"]), round="r1", judge_id=judge, entry_id=entry
                )
                append(edition, replace(sheet, **about))
            case "comment":
                append(edition, event("comment", entry, judge, criterion="entrant", text="Baik"))
            case "flag":
                append(edition, event("flag", entry, judge, value="on"))
            case "submitted":
                append(edition, event("submitted", entry, judge))
            case _:
                append(edition, event("submitted", judge=judge))
        for judge, desk in desks.items():
            desk.refresh()
            assert states(edition, judge) == [desk.state(entry) for entry in ("E1", "E2", "E3")]
            seen |= set(states(edition, judge))
    assert seen == {"recused", "not_begun", "partial", "complete", "submitted"}


def test_marks_for_criteria_that_the_rules_no_longer_have_fill_nothing(home: Path) -> None:
    edition = begun(home, mark("E1", "K1"))
    with Ledger.open(edition.folder / "ledger.sqlite") as ledger:  # recorded when the rules had it
        ledger.append([mark("E1", "K9")])
    edition.refresh()
    assert states(edition)[0] == "partial"


def test_zero_is_a_mark(home: Path) -> None:
    assert states(begun(home, mark("E1", "K1", "0"), mark("E1", "K2", "0")))[0] == "complete"


def test_conflicts_of_the_register_and_those_declared_are_recusals(home: Path) -> None:
    declared = event("recusal", "E2", text="bawahan: pernah memimpin unit ini")
    edition = begun(home, *filled("E2"), declared, conflicts={"J1": "E1:keluarga"})
    assert states(edition) == ["recused", "recused", "not_begun"]
    assert states(edition, "J2") == ["not_begun"] * 3


def test_states_carry_counts_and_times_and_no_value(home: Path) -> None:
    edition = begun(home, mark("E2", "K1"), *filled("E3"), event("submitted", "E3"))
    table = sheet_states(edition, "r1")
    assert list(table.columns) == ["judge_id", "entry_id", "state", "filled", "asked", "last"]
    assert table[["judge_id", "entry_id"]].to_numpy().tolist() == [
        [judge, entry] for judge in ("J1", "J2") for entry in ("E1", "E2", "E3")
    ]
    assert table["filled"].tolist() == [0, 1, 2, 0, 0, 0]
    assert set(table["asked"]) == {2}
    times = edition.history.events(["mark", "submitted"])["time"].tolist()
    assert table["last"].tolist()[:3] == [pd.NaT, times[0], times[3]]


def test_only_entrants_and_assigned_sheets_are_asked_for(home: Path) -> None:
    assignments = [("r1", "E1", "J1"), ("r1", "E2", "J1"), ("r1", "E2", "J2"), ("r1", "E3", "J2")]
    out = Event(kind="admission", actor="committee", entry_id="E3", value="not_eligible", text="-")
    edition = begun(home, out, assignments=assignments)
    table = sheet_states(edition, "r1")
    assert table[["entry_id", "judge_id"]].to_numpy().tolist() == [["E1", "J1"], ["E2", "J1"], ["E2", "J2"]]
    assert dict(table[table["state"] == "not_begun"]["judge_id"].value_counts()) == rounds.missing(edition, "r1")


def test_a_passed_sheet_is_the_substitutes(home: Path) -> None:
    passed = Event(
        kind="substituted", actor="committee", round="r1", judge_id="J1", entry_id="E2", value="J3", text="sakit"
    )
    edition = stage(home, RULES, ["E1", "E2"], ["J1", "J2", "J3"], assignments=ASSIGNED)
    rounds.open(edition, "r1")
    append(edition, *filled("E2"), passed, mark("E2", "K1", judge="J3"))
    table = sheet_states(edition, "r1")
    assert table[["judge_id", "entry_id", "state"]].to_numpy().tolist() == [
        *(["J1", "E1", "not_begun"], ["J2", "E1", "not_begun"], ["J2", "E2", "not_begun"], ["J3", "E2", "partial"]),
    ]


ASSIGNED = [("r1", entry, judge) for entry in ("E1", "E2") for judge in ("J1", "J2")]


def test_rounds_are_known_or_refused(home: Path) -> None:
    edition = stage(home, contest(single(advance={"scope": "group", "places": 1}), single()), ["E1", "E2"])
    assert current_round(edition) == "r1"
    assert set(sheet_states(edition, "r1")["state"]) == {"not_begun"}
    with problem("unknown_round"):
        sheet_states(edition, "r9")
    with problem("entrants_unknown"):
        sheet_states(edition, "r2")
    play(edition, "r1", {"E1": "9 9 9", "E2": "8 8 8"})
    assert current_round(edition) == "r1"
    rounds.open(edition, "r2", "jadwal tetap")
    assert current_round(edition) == "r2"
    rounds.close(edition, "r2", "Uji")
    assert current_round(edition) == "r2"
    rounds.open(edition, "r1", "Salah salin")
    assert current_round(edition) == "r1"


# The board


def test_the_board_counts_and_shows_words_and_no_value(home: Path) -> None:
    edition = begun(
        home,
        *filled("E1"),
        event("submitted"),
        *filled("E2"),
        mark("E3", "K1"),
        event("recusal", "E1", "J2", text="mitra: ikut menyusun proposal"),
    )
    shown = judges_progress(edition)
    table = tables(shown)
    _, first, second, total = table["Keadaan lembar penilaian setiap juri"]
    assert first == ["Nama J2 (J2)", "2", "2", "0", "0", "0", "1", "–"]  # who owes the most stands first
    assert second[:7] == ["Nama J1 (J1)", "1", "0", "1", "1", "1", "0"]
    assert second[7] == edition.texts.moment(edition.history.events(["mark"])["time"].iloc[-1].to_pydatetime())
    assert total == ["Jumlah", "3", "2", "1", "1", "1", "1", "–"]
    assert table[MAP] == [
        ["Kode", "J1", "J2", "Ditunggu"],
        ["Ditunggu", "1", "2", "3"],
        ["E1", "✓ dikirim", "⊘ tidak menilai", "0"],
        ["E2", "● lengkap", "○ belum", "1"],
        ["E3", "◐ 1 dari 2", "○ belum", "2"],
    ]
    matrix = next(block for block in blocks(shown) if block.get("caption") == MAP)
    strong = [[row[name].get("strong", False) for name in ("J1", "J2", "awaited")] for row in matrix["rows"]]
    assert strong == [[True] * 3, [False] * 3, [False, True, True], [True] * 3]
    assert len({row[judge]["fill"] for row in matrix["rows"][1:] for judge in ("J1", "J2")}) == 5
    assert "◐ terisi sebagian; ● lengkap" in notes(shown)[0]
    lines = said(shown)
    assert "Status tahap: Dibuka. Dari 5 lembar penilaian yang dihitung, 2 sudah lengkap dan 3 belum lengkap." in lines
    assert "Nama J2 (J2) tidak menilai E1 Inovasi E1 (mitra)" in lines
    assert "menyusun" not in plain(shown.to_json())
    for value in ("7.3", "7,3"):
        assert value not in str(shown.to_json())


def test_the_board_names_what_was_not_typed_alike_and_no_value(home: Path) -> None:
    typed = replace(mark("E1", "K1", "7.3"), kind="typed")
    edition = begun(home, *filled("E1"), replace(typed, actor="S-1"), replace(typed, actor="S-2", value="8.1"))
    lines = said(judges_progress(edition))
    assert "Nama J1 (J1): E1 Inovasi E1, K1" in lines
    assert not {value for value in ("7,3", "8,1") if value in str(lines)}
    assert rounds.missing(edition, "r1")["J1"] == 3
    append(edition, replace(typed, actor="S-2"))  # as it is recorded
    assert not any(line.endswith("E1, K1") for line in said(judges_progress(edition)))
    assert rounds.missing(edition, "r1")["J1"] == 2


@pytest.mark.parametrize("text", ["Saudara saya kepala dinasnya", ": saudara"])
def test_a_recusal_without_a_kind_shows_no_reason(text: str, home: Path) -> None:
    shown = judges_progress(begun(home, event("recusal", "E1", text=text)))
    assert "Nama J1 (J1) tidak menilai E1 Inovasi E1 (lainnya)" in said(shown)
    assert "audara" not in plain(shown.to_json())


def test_missing_sheets_are_those_that_keep_the_round_open(home: Path) -> None:
    document = contest(weighted({"K1": 40, "K2": 60}, not_counting=["J3"]))
    edition = stage(home, document, ["E1", "E2"], conflicts={"J1": "E1:keluarga"})
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "|7 -|", "E2": "7 7|7 7|"})
    lines = said(judges_progress(edition))
    assert "Dari 3 lembar penilaian yang dihitung, 2 sudah lengkap dan 1 belum lengkap." in lines[1]
    assert sum(rounds.missing(edition, "r1").values()) == 1
    assert "Nilai Nama J3 (J3) dicatat, tetapi tidak dihitung; lembarnya tidak ditunggu." in lines
    assert list(reminders(edition)) == ["J2"]
    give(edition, "r1", {"E1": "|7 7|"}, "lagi.csv")
    assert said(judges_progress(edition))[1].endswith("yang dihitung, yaitu 3 lembar, sudah lengkap.")
    rounds.close(edition, "r1")
    assert said(judges_progress(edition))[1].startswith("Status tahap: Ditutup.")


@pytest.mark.parametrize(("judges", "cell"), [(8, "○ belum"), (9, "○"), (24, "○"), (25, "")])
def test_a_table_of_sheets_says_words_then_signs_and_is_left_out_where_nobody_could_read_it(
    home: Path, judges: int, cell: str
) -> None:
    edition = stage(home, contest(single()), ["E1"], [f"J{n}" for n in range(1, judges + 1)])
    rounds.open(edition, "r1")
    told = judges_progress(edition, "r1")
    assert [row[1] for row in tables(told).get(MAP, [])[2:]] == [cell] * bool(cell)
    assert sum("25 orang, terlalu banyak" in line for line in said(told)) == (not cell)


def test_of_very_many_entries_only_those_that_wait_are_shown(home: Path) -> None:
    edition = stage(home, RULES, [f"E{n:03}" for n in range(122)], ["J1"])
    rounds.open(edition, "r1")
    append(edition, *filled("E000"))
    told = judges_progress(edition)
    rows = [row[0] for row in tables(told)[MAP][1:]]
    assert rows == ["Ditunggu", *(f"E{n:03}" for n in range(1, 121))]
    assert "Dari 122 proposal, 121 masih menunggu lembar penilaian; 120 di antaranya ditampilkan." in said(told)


@pytest.mark.parametrize(
    ("today", "left"),
    [("2025-08-12", "3 hari lagi"), ("2025-08-15", "hari ini"), ("2025-08-17", "lewat 2 hari")],
)
def test_days_are_left_until_the_last_day_that_the_rules_name(home: Path, today: str, left: str) -> None:
    edition = stage(home, contest(weighted({"K1": 40, "K2": 60}, closes="2025-08-15")), ["E1"])
    day = date.fromisoformat(today)

    def lines() -> list[str]:
        return said(Group(progress_said(edition, "r1", sheets_now(edition, "r1"), day)))

    assert lines()[-1] == f"Hari terakhir: 15 Agustus 2025 ({left})."
    rounds.open(edition, "r1")
    assert lines()[-1] == f"Hari terakhir: 15 Agustus 2025 ({left})."
    assert "Hari terakhir tahap ini: 15 Agustus 2025. Kriteria yang kosong" in reminders(edition)["J1"]
    rounds.close(edition, "r1", "Uji")
    assert len(lines()) == 1


def test_sheets_that_nobody_asks_for_are_dashes(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"], ["J1", "J2"], assignments=[*ASSIGNED[:2], ("r1", "E2", "J1")])
    rounds.open(edition, "r1")
    rows = tables(judges_progress(edition))[MAP][2:]
    assert [row[1:] for row in rows] == [["○ belum", "○ belum", "2"], ["○ belum", "–", "1"]]


def test_the_board_speaks_english(home: Path) -> None:
    edition = begun(home, *filled("E1"), language="en")
    table = tables(judges_progress(edition))
    assert table["Score sheets of each judge"][2][:7] == ["Nama J1 (J1)", "2", "2", "0", "1", "0", "0"]
    assert said(judges_progress(edition))[-1] == "None."


# The screen


def topics(view: TopicScreen) -> dict[str, Group]:
    """The blocks of each topic by its title, those of groups among them."""
    return {
        topic.title: Group([own for block in topic.blocks for own in getattr(block, "blocks", [block])])
        for topic in view.topics(view.edition)
    }


def test_the_screen_has_who_is_behind_and_then_the_entries_of_each_group_a_page_at_a_time(home: Path) -> None:
    entries = {f"E{n:02}": "G1/a" for n in range(1, 41)} | {"F1": "G2/a"}
    edition = stage(home, contest(weighted({"K1": 40, "K2": 60}, closes="2025-08-15")), entries, ["J1", "J2", "J3"])
    rounds.open(edition, "r1")
    append(edition, mark("E01", "K1"), *filled("E02", "J2"))
    shown = topics(progress_view(edition))
    assert [*shown] == ["Tahap 1", "Satu: E01 s.d. E20", "Satu: E21 s.d. E40", "Dua: F1 s.d. F1"]
    judges = tables(shown["Tahap 1"])["Keadaan lembar penilaian setiap juri"]
    assert [row[1] for row in judges] == ["Ditunggu", "41", "41", "40", "122"]
    page = shown["Satu: E01 s.d. E20"]
    assert [*tables(page)] == ["E01–E10", "E11–E20"]
    assert tables(page)["E01–E10"][:3] == [
        ["Kode", "J1", "J2", "J3", "Ditunggu"],
        ["E01", "◐ 1", "○", "○", "3"],
        ["E02", "○", "●", "○", "2"],
    ]
    assert said(page)[0].startswith("Hari terakhir: 15 Agustus 2025 (lewat ")
    assert said(page)[0].endswith("Lembar yang ditunggu pada halaman ini: J1 (20), J3 (20), dan J2 (19).")
    assert not [topic for topic in shown.values() if "7.3" in str(topic.to_json()) or "7,3" in str(topic.to_json())]


def test_of_very_many_judges_the_screen_shows_those_who_owe_the_most(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"], [f"J{n:03}" for n in range(300)])
    rounds.open(edition, "r1")
    append(edition, *filled("E1", "J000"))
    shown = topics(progress_view(edition, "r1"))
    assert [*shown] == ["Tahap 1"]
    judges = tables(shown["Tahap 1"])["Keadaan lembar penilaian setiap juri"]
    assert len(judges) == 1 + 12 + 1
    assert judges[-1][:2] == ["Jumlah", "599"]
    assert "Nama J000" not in str(judges)
    assert any(line.startswith("Yang ditampilkan adalah 12 dari 300 juri") for line in said(shown["Tahap 1"]))


def test_the_screen_shows_the_selection_while_it_is_open(home: Path) -> None:
    edition = selecting(home)
    admitted(edition, "E1")
    (shown,) = topics(progress_view(edition)).values()
    assert "memenuhi syarat" in said(shown)[0]
    assert "Hasil pemeriksaan menurut butir" in tables(shown)
    rounds.close(edition, "r1", "waktu habis")
    assert next(iter(topics(progress_view(edition)))) == "Tahap 2"


@pytest.mark.parametrize(("round_", "line"), [("r2", "belum ditutup"), ("r9", "r9")])
def test_a_round_that_cannot_be_shown_is_said(home: Path, round_: str, line: str) -> None:
    edition = stage(home, contest(single(advance={"scope": "group", "places": 1}), single()), ["E1", "E2"])
    assert line in progress_view(edition, round_).answer({"type": "load"})["topics"][0]["html"]


@pytest.mark.browser
def test_a_group_of_35_entries_fits_a_projector_and_the_screen_follows_the_ledger(
    chromium_page: Page, home: Path
) -> None:
    edition = stage(home, RULES, [f"K2-{n:02}" for n in range(1, 36)], ["J-A", "J-B", "J-C"])
    rounds.open(edition, "r1")
    page = chromium_page
    page.set_viewport_size({"width": 1920, "height": 1080})
    show_view(page, progress_view(edition), "topics")
    page.get_by_role("cell", name="105").first.wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="K2-01 s.d. K2-35").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight") == 1080
    assert smallest_letters(page) >= 0.024 * 1080
    append(kit.open("2025"), *filled("K2-07", "J-B"))
    page.get_by_role("row", name="K2-07 ○ ● ○").wait_for(timeout=15_000)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert violations(page, ".kit-form") == []


# What to write


def test_a_reminder_names_sheets_and_counts_empty_criteria(home: Path) -> None:
    edition = begun(home, *filled("E1"), mark("E3", "K2"))
    assert reminders(edition)["J1"] == (
        "Yth. Nama J1,\n\n"
        "Terima kasih atas kesediaan Bapak/Ibu menjadi juri Kompetisi. Pada tahap 1, 2 lembar penilaian "
        "Bapak/Ibu belum lengkap:\n\n"
        "- E2 Inovasi E2 – 2 kriteria masih kosong\n"
        "- E3 Inovasi E3 – 1 kriteria masih kosong\n\n"
        "Kriteria yang kosong tidak dihitung sebagai nol. Tahap ini baru dapat ditutup setelah lembar penilaian "
        "lengkap. Mohon kesediaan Bapak/Ibu melengkapinya. Jika terdapat konflik kepentingan atau kendala, mohon "
        "hubungi kami.\n\n"
        "Hormat kami,\nSekretariat Kompetisi\nKota"
    )


def test_reminders_go_to_those_who_owe_something(home: Path) -> None:
    edition = begun(home, *filled("E1"), *filled("E2"), language="en", conflicts={"J1": "E3:keluarga"})
    assert list(reminders(edition)) == ["J2"]
    assert "E1 Inovasi E1 – 2 criteria still empty" in reminders(edition)["J2"]
    append(edition, mark("E1", "K1", judge="J2"), *filled("E2", "J2"), *filled("E3", "J2"))
    letter = reminders(edition)["J2"]
    assert "1 of your score sheets is not" in letter
    assert "1 criterion still" in letter
    assert "7.3" not in letter


def test_letters_are_the_reminders_under_the_judges_names(home: Path) -> None:
    edition = begun(home, *filled("E1"), *filled("E2"), *filled("E3"))
    lines = said(letters(edition))
    assert lines[0] == "Nama J2 (J2)"
    assert lines[1:] == reminders(edition)["J2"].replace("\n\n- ", "\n\n").replace("\n- ", "\n\n").split("\n\n")
    append(edition, *(mark_ for entry in ("E1", "E2", "E3") for mark_ in filled(entry, "J2")))
    assert said(letters(edition)) == ["Tidak ada lembar penilaian yang ditunggu."]


def test_nobody_is_reminded_before_the_round_opens_or_who_has_no_sheet(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"], ["J1", "J2", "J3"], assignments=ASSIGNED)
    assert reminders(edition) == {}
    rounds.open(edition, "r1")
    assert list(reminders(edition)) == ["J1", "J2"]
