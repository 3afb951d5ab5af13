"""The log: every event in words, filtered, taken along, and silent about what may not be seen yet."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from contests import contest, single
from homes import give, play, stage
from problems import refused

import kit
from kit.actions import append
from kit.contest import decisions, rounds
from kit.ledger import KINDS, Event
from kit.report.event_log import Filter, log, log_table, write_log
from kit.texts import LANGUAGES, WIB, Texts

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

RULES = contest(single(), single(), simulated=True)
MARKS = {"E1": "80.5 70 60", "E2": "75 71 90"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """The first round is closed, the second open."""
    edition = play(stage(home, RULES, ["E1", "E2"]), "r1", MARKS)
    rounds.open(edition, "r2", "jadwal tetap")
    give(edition, "r2", {"E1": "93.7 - -"})
    about = {"round": "r2", "judge_id": "J2", "entry_id": "E1"}
    append(
        edition,
        Event(kind="comment", actor="J2", criterion="entrant", text="Sangat rahasia", **about),
        Event(kind="typed", actor="sek-1", criterion="mark", value="88.8", **about),
        Event(kind="flag", actor="J2", value="on", **about),
    )
    return edition


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_event_has_its_words(language: str) -> None:
    t = Texts(language)  # type: ignore[arg-type]
    words = {kind: t(f"log.kind_{kind}") for kind in KINDS}
    assert len(set(words.values())) == len(KINDS)


def test_every_event_stands_in_it_in_order(edition: Edition) -> None:
    assert list(log(edition)["number"]) == list(edition.history.events()["number"])
    rows = log_table(edition).rows
    assert [row["kind"].text for row in rows[:3]] == ["Ketentuan dan daftar dikunci", "Tahap dibuka", "Nilai diberikan"]
    assert rows[1]["round"].text == "Tahap 1"
    assert "WIB" in rows[1]["time"].text


def test_codes_and_numbers_are_written_as_the_language_writes_them(edition: Edition) -> None:
    about = {"actor": "committee", "entry_id": "E1"}
    append(
        edition,
        Event(kind="objection", round="r1", criterion="S-01", value="arithmetic", text="x", **about),
        Event(kind="admission", value="not_eligible", text="a", **about),
        Event(kind="tie_ruling", actor="committee", round="final", value="E2>E1", text="b"),
    )
    rows = {row["kind"].text: [row[key].text for key in ("criterion", "value")] for row in log_table(edition).rows}
    assert rows["Sanggahan dicatat"] == ["S-01", "perhitungan nilai"]
    assert rows["Hasil seleksi administrasi"] == ["", "tidak memenuhi syarat"]
    assert rows["Catatan ditulis"] == ["catatan untuk peserta", ""]
    assert rows["Urutan nilai sama diputuskan"] == ["", "E2>E1"]
    assert list(log(edition, Filter(round="final"))["kind"]) == ["tie_ruling"]
    english = log_table(kit.open("2025", "en")).rows
    assert english[2]["value"].text == "80.5"


def test_what_an_open_round_holds_is_covered(edition: Edition) -> None:
    text = str(log_table(edition).to_json())
    assert "80,5" in text  # of the round that is closed
    for secret in ("93,7", "88,8", "rahasia"):
        assert secret not in text
    shown = log(edition, Filter(round="r2"))
    assert list(shown["kind"]) == ["round_opened", "mark", "comment", "typed", "flag"]
    assert list(shown["value"]) == ["", "•", "", "•", "on"]
    assert list(shown["text"]) == ["jadwal tetap", "", "•", "", ""]
    assert any("•" in note for note in log_table(edition).notes)


def test_a_reopened_round_is_covered_again_with_what_was_recomputed(edition: Edition) -> None:
    rounds.close(edition, "r2", "juri sakit")
    about = {"round": "r1", "entry_id": "E1", "criterion": "S-01"}
    append(edition, Event(kind="recomputed", actor="committee", value="70.17", text="70.17", **about))
    assert [row["text"].text for row in log_table(edition).rows][-1] == "70,17"
    rounds.open(edition, "r1", "salah hitung")
    text = str(log_table(edition).to_json())
    for secret in ("70,17", "80,5", "93,7"):  # the later round follows from the earlier
        assert secret not in text
    assert "salah hitung" in text


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Filter(kinds=["round_opened", "round_closed"]), ["round_opened", "round_closed", "round_opened"]),
        (Filter(judge="J2", round="r2"), ["comment", "typed", "flag"]),
        (Filter(actor="sek-1"), ["typed"]),
        (Filter(entry="E2", judge="J3"), ["mark"]),
        (Filter(entry="E2", kinds=["comment"]), []),
    ],
)
def test_filters_let_through_what_meets_all_of_them(edition: Edition, wanted: Filter, kinds: list[str]) -> None:
    assert list(log(edition, wanted)["kind"]) == kinds


def test_since_is_a_day_on_the_contests_clock_or_a_moment(home: Path) -> None:
    edition = stage(home, RULES, ["E1", "E2"])
    append(
        edition,
        *(
            Event(kind="follow_up", actor="committee", entry_id="I-1", criterion="jalan", value=str(n), time=time)
            for n, time in enumerate(
                [
                    datetime(2025, 11, 11, 23, 59, tzinfo=WIB),
                    datetime(2025, 11, 12, 0, 0, tzinfo=WIB),
                    datetime(2025, 11, 12, 9, 0, tzinfo=WIB),
                ]
            )
        ),
    )
    assert list(log(edition, Filter(since="2025-11-12"))["value"]) == ["1", "2"]
    assert list(log(edition, Filter(since="12 November 2025"))["value"]) == ["1", "2"]
    assert list(log(edition, Filter(since="2025-11-12T01:00:00+00:00"))["value"]) == ["2"]
    assert list(log(edition, Filter(entry="I-1", since="2025-11-13"))["value"]) == []
    refused("since_unreadable", lambda: log(edition, Filter(since="kemarin")))


def test_what_is_not_known_is_refused(edition: Edition) -> None:
    refused("unknown_event_kind", lambda: log(edition, Filter(kinds=["nilai"])))
    refused("unknown_round", lambda: log(edition, Filter(round="r9")))
    refused("unknown_judge", lambda: log(edition, Filter(judge="J9")))
    refused("unknown_entry", lambda: log(edition, Filter(entry="E9")))


def test_reasons_stand_in_full_and_locks_in_brief(edition: Edition) -> None:
    rounds.close(edition, "r2", "juri sakit")
    decisions.disqualify(edition, "E2", "Bukan karya sendiri")
    units = edition.folder / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Unit E1", "Unit Baru"), encoding="utf-8")
    edition = kit.open("2025")
    rounds.accept_changes(edition, "nama unit berubah")
    texts = dict(zip(log(edition)["kind"], log(edition)["text"], strict=True))
    assert len(texts["rules_locked"]) == 14
    assert texts["rules_accepted"].startswith("nama unit berubah [")
    assert texts["round_closed"] == "juri sakit"
    assert texts["disqualified"] == "Bukan karya sendiri"
    assert texts["round_opened"] == "jadwal tetap"


def test_it_is_read_even_while_a_change_of_rules_waits(edition: Edition, tmp_path: Path) -> None:
    rounds.close(edition, "r2", "x")
    units = edition.folder / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Unit E1", "Unit Baru"), encoding="utf-8")
    write_log(kit.open("2025"), tmp_path / "log.xlsx")
    assert (tmp_path / "log.xlsx").exists()


def test_it_is_taken_along_as_csv_and_as_a_workbook(edition: Edition, tmp_path: Path) -> None:
    rounds.close(edition, "r2", '=HYPERLINK("x");"a"')
    write_log(edition, tmp_path / "log.csv", Filter(kinds=["round_closed", "mark"]))
    data = (tmp_path / "log.csv").read_bytes()
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0][:4] == ["No.", "Waktu", "Oleh", "Peristiwa"]
    assert rows[-1][-1] == '\'=HYPERLINK("x");"a"'
    write_log(edition, tmp_path / "log.xlsx", Filter(kinds=["round_closed", "mark"]))
    book = openpyxl.load_workbook(tmp_path / "log.xlsx")
    assert book.sheetnames[-1] == "Catatan"
    cells = [str(cell.value) for row in book["Catatan"].iter_rows() for cell in row]
    assert '=HYPERLINK("x");"a"' in cells
    (last,) = [row[1] for row in book["Catatan"].iter_rows() if row[-1].value == '=HYPERLINK("x");"a"']
    assert (last.data_type, last.number_format) == ("d", r"[$-421]d mmmm yyyy hh\.mm")
    assert not [cell for row in book["Catatan"].iter_rows() for cell in row if cell.data_type == "f"]
    assert "DATA SIMULASI" in str([cell.value for sheet in book for row in sheet.iter_rows() for cell in row])
    refused("log_format_unknown", lambda: write_log(edition, tmp_path / "log.pdf"))
