"""An edition: who may see what when, what a change of rules stops, and how marks come in."""

from __future__ import annotations

import json
import re
import shutil
from itertools import product
from typing import TYPE_CHECKING

import pytest
from contests import contest, single, weighted
from folders import save
from homes import empty_home, give, imported, keep, play, sheets, stage, taken_up
from openpyxl import load_workbook
from problems import problem
from problems import refused as refused_with

import kit
from kit.contest import rounds
from kit.edition import Edition
from kit.errors import Mistakes, Problem
from kit.explain import explain
from kit.folder import find_home
from kit.judging.incoming import read_files
from kit.ledger import COMMITTEE, Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


CHECKLIST = {"id": "berkas", "name": "Seleksi administrasi", "kind": "checklist"}
TWO = contest(
    weighted({"K1": 40, "K2": 60}, scale={"low": 1, "high": 5, "step": "0.5"}, advance={"scope": "group", "places": 1}),
    single(),
)
TWO["rounds"].insert(0, CHECKLIST)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G2/a", "E4": "G2/a"}
FIRST = {"E1": "4 5|4 4|3 4", "E2": "3 3|2 4|3 4", "E3": "1 1|2 2|3 3", "E4": "5 5|4 4|5 4"}
LAST = {"E1": "80 90 70.5", "E4": "60 50 70"}


@pytest.fixture
def edition(home: Path) -> Edition:
    """Two groups, a checklist and two scored rounds; one entry a group goes on."""
    return stage(home, TWO, ENTRIES)


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition's folder as it was while the first round was open, when it was closed, and when all was done."""
    folder = tmp_path_factory.mktemp("snapshots")
    with empty_home(folder) as home:
        edition = stage(home, TWO, ENTRIES)
        play(edition, "r1", FIRST)
        keep(edition, folder / "closed")
        play(edition, "r2", LAST)
        keep(edition, folder / "done")
        shutil.rmtree(edition.folder)
        edition = stage(home, TWO, ENTRIES, conflicts={"J3": "E1:kerabat"})
        rounds.open(edition, "r1")
        give(edition, "r1", {"E4": "4 4||"})
        keep(edition, folder / "scoring")
    return folder


@pytest.fixture
def scoring(home: Path, snapshots: Path) -> Edition:
    """The first round is open, J3 is recused from E1, and J1 has scored E4."""
    return taken_up(home, snapshots / "scoring")


@pytest.fixture
def closed(home: Path, snapshots: Path) -> Edition:
    """The first round is closed."""
    return taken_up(home, snapshots / "closed")


@pytest.fixture
def done(home: Path, snapshots: Path) -> Edition:
    """Both rounds are closed."""
    return taken_up(home, snapshots / "done")


def reopened() -> Edition:
    """The edition once more, as the next command finds it."""
    return kit.open("2025")


def refused(act: Callable[[], object]) -> str:
    """The code of the problem, which has a sentence in both languages."""
    return refused_with("", act).code


def edit(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


# Homes and folders


def test_home_is_the_folder_that_kit_home_names(home: Path) -> None:
    assert find_home() == home


def test_home_that_holds_no_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "nowhere"))
    with problem("home_missing", match="KIT_HOME"):
        find_home()


def test_home_is_found_from_a_folder_inside_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_HOME")
    (home / "notebooks" / "mine").mkdir(parents=True)
    monkeypatch.chdir(home / "notebooks" / "mine")
    assert find_home() == home


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize("name", ["2025", 2025])
def test_editions_open_by_text_or_number(name: str | int) -> None:
    assert kit.open(name).name == "2025"


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize("name", [".", "..", "2026", "../data/2025", "2025/", "2025\0", "C:2025", 2026])
def test_unknown_editions_are_refused_with_those_there_are(name: str | int) -> None:
    with problem("edition_missing", match=r"Edisi yang tersedia: 2025\."):
        kit.open(name)


def test_rules_in_the_wrong_folder_are_refused(edition: Edition) -> None:
    edition.folder.rename(edition.folder.with_name("2026"))
    with problem("edition_name_differs", match=r"rules\.yaml"):
        kit.open("2026")


@pytest.mark.parametrize("file", ["rules.yaml", "units.csv", "entries.csv", "judges.csv"])
def test_folders_that_lack_a_file_are_refused(edition: Edition, file: str) -> None:
    (edition.folder / file).unlink()
    with pytest.raises(Problem, match=rf"{file}: berkas ini tidak ditemukan di folder 2025"):
        reopened()


# Rounds


def test_a_round_does_not_close_while_an_earlier_one_is_reopened(closed: Edition) -> None:
    rounds.open(closed, "r2", "jadwal tetap")
    rounds.open(closed, "r1", "salah ketik")
    assert refused(lambda: rounds.close(closed, "r2", "cukup")) == "entrants_unknown"


def test_rounds_go_through_their_states(edition: Edition) -> None:
    seen = [edition.states]
    for act in (lambda name: rounds.open(edition, name), lambda name: rounds.close(edition, name, "cukup")):
        act("r1")
        seen.append(edition.states)
    assert seen == [{"r1": state, "r2": "not_opened"} for state in ("not_opened", "open", "closed")]
    assert reopened().states == seen[-1]


@pytest.mark.parametrize(
    ("acts", "mistake"),
    [
        (["open x"], "unknown_round"),
        (["close x"], "unknown_round"),
        (["close r1"], "round_never_opened"),
        (["close berkas"], "round_never_opened"),
        (["open r1", "open r1"], "round_already_open"),
        (["open r1", "close r1 Cukup", "close r1"], "round_is_closed"),
        (["open r1", "close r1 Cukup", "open r1"], "reason_missing"),
        (["open r1", "close r1 Cukup", "open r1 \n\t "], "reason_missing"),
        (["open r1", "close r1"], "sheets_missing"),
        (["open r1", "close r1 \n"], "sheets_missing"),
        (["open r2"], "entrants_unknown"),
        (["open r1", "open r2"], "entrants_unknown"),
        (["open berkas", "open r1"], "entrants_unknown"),
        (["open r1", "close r1 Cukup", "open r2 Jadwal"], "mistakes"),
    ],
)
def test_rounds_that_cannot_open_or_close_stay_as_they_are(edition: Edition, acts: list[str], mistake: str) -> None:
    def act(said: str) -> None:
        verb, name, reason = (*said.split(" ", 2), "")[:3]
        (rounds.open if verb == "open" else rounds.close)(edition, name, reason)

    for said in acts[:-1]:
        act(said)
    before = edition.ledger.fingerprint()
    assert refused(lambda: act(acts[-1])) == mistake
    assert edition.ledger.fingerprint() == before


def test_a_checklist_opens_and_closes_and_is_no_scored_round(edition: Edition) -> None:
    rounds.open(edition, "berkas")
    rounds.close(edition, "berkas", "semua berkas lengkap")
    assert edition.history.round_states() == {"berkas": "closed"}
    assert list(edition.states) == ["r1", "r2"]
    assert refused(lambda: rounds.missing(edition, "berkas")) == "unknown_round"
    rounds.open(edition, "r1")


def test_a_closed_round_reopens_with_a_reason(closed: Edition) -> None:
    rounds.open(closed, "r1", " Nilai E1\nsalah\x07 ketik ")
    assert closed.states["r1"] == "open"
    assert closed.history.events(["round_opened"])["text"].tolist() == ["", "Nilai E1 salah ketik"]


def test_missing_sheets_are_counted_by_judge_and_say_no_value(edition: Edition) -> None:
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "4.5 5|4 4|", "E2": "3 -|2 4|3 4", "E3": "||", "E4": "5 5|4 4|5 -"})
    assert rounds.missing(edition, "r1") == {"J1": 2, "J2": 1, "J3": 3}
    with pytest.raises(Problem) as caught:
        rounds.close(edition, "r1")
    assert caught.value.say("id") == (
        "Tahap 1 belum dapat ditutup karena 6 lembar penilaian belum lengkap: J1 (2), J2 (1), J3 (3). "
        "Kriteria yang kosong tidak dihitung sebagai nol. Lengkapi lembar itu, atau tutup tahap beserta alasannya: "
        'kit round close 2025 r1 --reason "…".'
    )
    rounds.close(edition, "r1", "Juri sakit")
    assert json.loads(edition.history.events(["round_closed"])["text"].iloc[0])["remark"] == "Juri sakit"


def test_recused_and_not_counting_judges_owe_nothing(home: Path) -> None:
    document = contest(single(not_counting=["J3"]))
    edition = stage(home, document, ["E1", "E2"], conflicts={"J1": "E1:kerabat"})
    rounds.open(edition, "r1")
    assert rounds.missing(edition, "r1") == {"J1": 1, "J2": 2}
    edition.ledger.append([Event(kind="recusal", actor="J2", judge_id="J2", entry_id="E2", text="x")])
    assert rounds.missing(reopened(), "r1") == {"J1": 1, "J2": 1}


def test_only_those_who_advanced_owe_sheets_in_the_next_round(closed: Edition) -> None:
    rounds.open(closed, "r2", "jadwal tetap")
    assert rounds.missing(closed, "r2") == {"J1": 2, "J2": 2, "J3": 2}
    give(closed, "r2", LAST)
    assert rounds.missing(closed, "r2") == {}
    rounds.close(closed, "r2")


def test_only_those_assigned_owe_sheets(home: Path) -> None:
    assigned = [("r1", "E1", "J1"), ("r1", "E2", "J1"), ("r1", "E2", "J2")]
    edition = stage(home, contest(single()), ["E1", "E2"], assignments=assigned)
    rounds.open(edition, "r1")
    assert rounds.missing(edition, "r1") == {"J1": 2, "J2": 1}


def test_entries_that_were_not_admitted_owe_nothing(edition: Edition) -> None:
    out = Event(kind="admission", actor=COMMITTEE, entry_id="E2", value="not_eligible", text="x")
    edition.ledger.append([out])
    rounds.open(edition, "r1")
    assert rounds.missing(edition, "r1") == {"J1": 3, "J2": 3, "J3": 3}


# What is shown when

DOORS: dict[str, Callable[[Edition], object]] = {
    "result": lambda edition: edition.result,
    "state": lambda edition: edition.state,
    "ranking_table": lambda edition: edition.ranking_table(),
    "ranking_table of a round": lambda edition: edition.ranking_table("r1"),
    "ranking_table of the final": lambda edition: edition.ranking_table("final"),
    "explain": lambda edition: explain(edition, "E1"),
}


def answers(edition: Edition) -> set[str]:
    """What the doors say when they are asked for values."""
    return {refused(lambda door=door: door(edition)) for door in DOORS.values()}


def test_no_door_shows_anything_before_the_first_round_is_closed(edition: Edition) -> None:
    assert answers(edition) == {"not_opened_yet"}
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST)
    assert answers(edition) == {"still_open"} == answers(reopened())


def test_no_door_shows_anything_while_an_earlier_round_is_reopened(done: Edition) -> None:
    for door in DOORS.values():
        door(done)
    rounds.open(done, "r1", "Salah ketik")
    assert answers(done) == {"still_open"}
    assert done.record.closed == set()  # what reports look at


def test_a_later_open_round_does_not_hide_an_earlier_one(closed: Edition) -> None:
    before = closed.ranking_table()
    rounds.open(closed, "r2", "jadwal tetap")
    give(closed, "r2", LAST)
    assert closed.ranking_table().equals(before)
    assert set(closed.ranking_table("r1")["round"]) == {"r1"} == set(before["round"])
    assert list(closed.result.scores) == ["r1"]
    assert closed.state == "provisional"
    assert "Tahap 2" not in explain(closed, "E1").text()
    assert refused(lambda: closed.ranking_table("r2")) == "still_open"
    assert refused(lambda: closed.ranking_table("final")) == "still_open"


def test_a_round_that_was_never_opened_has_no_ranking(closed: Edition) -> None:
    assert refused(lambda: closed.ranking_table("r2")) == "not_opened_yet"
    assert refused(lambda: closed.ranking_table("berkas")) == "unknown_round"
    assert refused(lambda: closed.ranking_table("r3")) == "unknown_round"


def test_the_ranking_names_titles_and_units(done: Edition) -> None:
    table = done.ranking_table("final")
    group = table[table["scope_id"] == "G1"]
    assert group[["entry_id", "title", "unit", "rank"]].to_numpy().tolist() == [
        ["E1", "Inovasi E1", "Unit E1", 1],
        ["E2", "Inovasi E2", "Unit E2", 2],
    ]


@pytest.mark.parametrize(
    ("simulated", "marks", "state"),
    [
        (True, LAST, "simulation"),
        (False, LAST, "result"),
        (False, {"E1": "80 90 -", "E4": "60 50 70"}, "provisional"),
        (True, {"E1": "80 90 -", "E4": "60 50 70"}, "provisional"),
    ],
)
def test_what_the_result_may_be_called(home: Path, *, simulated: bool, marks: dict[str, str], state: str) -> None:
    edition = stage(home, TWO | {"simulated": simulated}, ENTRIES)
    assert play(play(edition, "r1", FIRST), "r2", marks, reason="x").state == state


def test_rulings_count_with_the_latest_first(home: Path) -> None:
    decide = [{"by": "judges_decide"}]
    edition = play(stage(home, contest(single(ties=decide)), ["E1", "E2"]), "r1", {"E1": "5 5 5", "E2": "5 5 5"})
    assert edition.ranking_table("r1")["rank"].max() == 1
    for order in ("E1>E2", "E2>E1"):
        ruling = Event(kind="tie_ruling", actor=COMMITTEE, round="r1", value=order, text="Pleno")
        edition.ledger.append([ruling])
    assert list(reopened().result.of("r1", "group", "G1")["entry_id"]) == ["E2", "E1"]


def test_the_last_word_on_admission_counts(edition: Edition) -> None:
    for value in ("not_eligible", "eligible", "not_eligible"):
        edition.ledger.append([Event(kind="admission", actor=COMMITTEE, entry_id="E2", value=value, text="x")])
    edition.ledger.append([Event(kind="admission", actor=COMMITTEE, entry_id="E1", value="eligible", text="x")])
    assert reopened().record.out == {"E2": "r1"}


# The lock


def changes(edition: Edition) -> list[str]:
    """What differs from the lock, as the mistake says it."""
    mistake = edition.unaccepted()
    return str(mistake.data["changes"]).split("; ") if mistake else []


def test_the_first_opening_locks_and_no_later_one(edition: Edition) -> None:
    rounds.open(edition, "berkas")
    rounds.close(edition, "berkas", "semua berkas lengkap")
    play(edition, "r1", FIRST)
    kinds = edition.history.events()["kind"]
    assert kinds.iloc[:2].tolist() == ["rules_locked", "round_opened"]
    assert (kinds == "rules_locked").sum() == 1
    lock = json.loads(edition.history.events(["rules_locked"])["text"].iloc[0])
    assert lock["registers"] == edition.registers.hashes()
    assert lock["rules"] == kit.rules.fingerprint(lock["document"])


def test_nothing_is_locked_before(edition: Edition) -> None:
    edit(edition.folder / "rules.yaml", "title: Kompetisi", "title: Lomba")
    assert changes(reopened()) == []
    assert refused(lambda: rounds.accept_changes(reopened(), "Baru")) == "nothing_to_accept"


def as_workbook(folder: Path) -> None:
    """Turn a register into a workbook with the same content."""
    lines = (folder / "units.csv").read_text(encoding="utf-8").splitlines()
    (folder / "units.csv").unlink()
    save(folder / "units.xlsx", [line.strip('"').split('","') for line in lines])


def in_other_order(folder: Path) -> None:
    """Reverse rows and columns of a register and add a column that nobody asked for."""
    header, *rows = (folder / "entries.csv").read_text(encoding="utf-8").splitlines()
    turned = [line.strip('"').split('","')[::-1] for line in [header, *rows[::-1]]]
    save(folder / "entries.csv", [[*cells, "catatan"] for cells in turned])


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda folder: edit(folder / "rules.yaml", "title: Kompetisi", "# nama lomba\ntitle:   'Kompetisi'  # ya\n"),
        lambda folder: edit(folder / "rules.yaml", "edition: 2025", 'edition: "2025"'),
        lambda folder: edit(folder / "rules.yaml", "edition", "notice:\nedition"),
        lambda folder: (folder / "rules.yaml").write_bytes(
            b"\xef\xbb\xbf" + (folder / "rules.yaml").read_bytes().replace(b"\n", b"\r\n")
        ),
        as_workbook,
        in_other_order,
    ],
    ids=["comments and layout", "quotes", "an empty key", "line ends and BOM", "xlsx for csv", "order"],
)
def test_what_means_the_same_is_no_change(closed: Edition, rewrite: Callable[[Path], object]) -> None:
    rewrite(closed.folder)
    assert changes(reopened()) == []
    assert reopened().result.ranking.equals(closed.result.ranking)


CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a text": (
        lambda folder: edit(folder / "rules.yaml", "title: Kompetisi", "title: Lomba"),
        ["rules.yaml: title: Kompetisi → Lomba"],
    ),
    "a number": (
        lambda folder: edit(folder / "rules.yaml", "min_judges: 1", "min_judges: 3"),
        ["rules.yaml: rounds[r1].min_judges: 1 → 3"],
    ),
    "a key more": (
        lambda folder: edit(folder / "rules.yaml", "edition:", "simulated: true\nedition:"),
        ["rules.yaml: simulated: – → true"],
    ),
    "an item less": (
        lambda folder: edit(folder / "rules.yaml", "- id: b\n  name: B\n", ""),
        ['rules.yaml: categories[b]: {"id": "b", "name": "B"} → –'],
    ),
    "an item more": (
        lambda folder: edit(folder / "rules.yaml", "  - Dinas\n", "  - Dinas\n  - Badan\n"),
        ["rules.yaml: groups[G1].unit_types[2]: – → Badan"],
    ),
    "units": (lambda folder: edit(folder / "units.csv", "Unit E1", "Unit Satu"), ["units"]),
    "entries": (lambda folder: edit(folder / "entries.csv", "Inovasi E1", "Inovasi Satu"), ["entries"]),
    "judges": (lambda folder: edit(folder / "judges.csv", '"Nama J1",""', '"Nama J1","E1:kerabat"'), ["judges"]),
    "assignments": (
        lambda folder: save(folder / "assignments.csv", [["round", "entry_id", "judge_id"], ["r2", "E1", "J1"]]),
        ["assignments"],
    ),
    "values": (lambda folder: save(folder / "values.csv", [["entry_id", "bonus"], ["E1", "2"]]), ["values"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_blocks_every_door_until_it_is_accepted(done: Edition, change: str) -> None:
    rewrite, said = CHANGES[change]
    rewrite(done.folder)
    edition = reopened()
    assert changes(edition) == said
    assert answers(edition) == {"rules_changed"}
    before = edition.ledger.fingerprint()
    recording = (
        lambda: rounds.open(edition, "r2", "Baru"),
        lambda: rounds.close(edition, "r2", "Baru"),
        lambda: give(edition, "r2", LAST),
    )
    assert [refused(act) for act in recording] == ["rules_changed"] * 3
    assert edition.ledger.fingerprint() == before
    assert refused(lambda: rounds.accept_changes(edition, " \n")) == "reason_needed"
    rounds.accept_changes(edition, "  Perbaikan\nSK 12 ")
    for after in (edition, reopened()):
        assert changes(after) == []
        assert [(a.reason, list(a.changes)) for a in after.acceptances] == [("Perbaikan SK 12", said)]
        assert after.acceptances[0].time.tzinfo
        for door in DOORS.values():
            door(after)
    assert refused(lambda: rounds.accept_changes(edition, "Lagi")) == "nothing_to_accept"


def test_values_that_are_gone_again_are_a_change_too(done: Edition) -> None:
    before = done.fingerprint
    path = save(done.folder / "values.csv", [["entry_id", "bonus"], ["E1", "2"]])
    rounds.accept_changes(reopened(), "Bonus dicatat")
    assert reopened().fingerprint != before
    path.unlink()
    assert changes(reopened()) == ["values"]


def test_every_accepted_change_is_listed_with_its_own_difference(closed: Edition) -> None:
    rules = closed.folder / "rules.yaml"
    edit(rules, "title: Kompetisi", "title: Lomba")
    rounds.accept_changes(reopened(), "Satu")
    edit(rules, "title: Lomba", "title: Kompetisi")
    edit(closed.folder / "units.csv", "Unit E1", "Unit Satu")
    assert changes(reopened()) == ["rules.yaml: title: Lomba → Kompetisi", "units"]
    rounds.accept_changes(reopened(), "Dua")
    assert [(a.reason, a.changes) for a in reopened().acceptances] == [
        ("Satu", ("rules.yaml: title: Kompetisi → Lomba",)),
        ("Dua", ("rules.yaml: title: Lomba → Kompetisi", "units")),
    ]


def test_another_order_is_a_change(closed: Edition) -> None:
    rules = closed.folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    first = re.search(r"  - id: K1\n(?:    .*\n)+", text)
    assert first
    second = re.compile(r"(  - id: K2\n(?:    .*\n)+)")
    rules.write_text(second.sub(lambda found: found[1] + first[0], text.replace(first[0], "")), encoding="utf-8")
    assert changes(reopened()) == ["rules.yaml: rounds[r1].criteria: [K1][K2] → [K2][K1]"]


@pytest.mark.parametrize("text", ["bukan JSON", "[]", "{}", '{"document": "x", "registers": {}}'])
def test_a_damaged_lock_is_a_sentence(edition: Edition, text: str) -> None:
    edition.ledger.append([Event(kind="rules_locked", actor=COMMITTEE, text=text)])
    assert refused(lambda: reopened().result) == "lock_unreadable"
    assert refused(lambda: reopened().acceptances) == "lock_unreadable"


# Marks from files

HEADER = ["round", "judge_id", "entry_id", "criterion", "value"]
GOOD = ["r1", "J1", "E1", "K1", "3.5"]


def rows_of(edition: Edition) -> list[list[str]]:
    """The current marks, by what they are about."""
    marks = edition.history.marks()[HEADER]
    return sorted(marks.to_numpy().tolist())


BAD: dict[str, tuple[list[list[str]], str]] = {
    "outside the scale": ([["r1", "J1", "E1", "K1", "5.5"]], "baris 2, kolom E: Nilai 5,5 berada di luar skala 1–5"),
    "off the step": (
        [["r1", "J1", "E1", "K1", "3.7"]],
        "baris 2, kolom E: Nilai 3,7 tidak sesuai dengan kelipatan 0,5",
    ),
    "unknown entry": ([["r1", "J1", "E9", "K1", "3"]], 'baris 2, kolom C: kode proposal "E9" tidak terdaftar'),
    "unknown judge": ([["r1", "J9", "E1", "K1", "3"]], 'baris 2, kolom B: kode juri "J9" tidak terdaftar'),
    "unknown criterion": ([["r1", "J1", "E1", "K9", "3"]], 'baris 2, kolom D: kriteria "K9" tidak ada pada tahap "r1"'),
    "unknown round": ([["r9", "J1", "E1", "K1", "3"]], 'baris 2, kolom A: tahap "r9" tidak dikenal'),
    "recused judge": ([["r1", "J3", "E1", "K1", "3"]], 'baris 2, kolom E: juri "J3" memiliki konflik kepentingan'),
    "round not open": ([["r2", "J1", "E1", "mark", "3"]], 'baris 2, kolom E: tahap "r2" tidak sedang dibuka'),
    "mixed decimals": ([GOOD, ["r1", "J1", "E1", "K2", "3,5"]], "kolom E: Kolom value memuat koma dan titik desimal"),
    "text for a number": ([["r1", "J1", "E1", "K1", "empat"]], 'baris 2, kolom E: isi "empat" bukan angka'),
    "formula": ([["r1", "J1", "E1", "K1", "=1+2"]], "baris 2, kolom E: "),
    "leading plus": ([["r1", "J1", "E1", "K1", "+3"]], "baris 2, kolom E: "),
    "leading at": ([["r1", "@J1", "E1", "K1", "3"]], "baris 2, kolom B: "),
    "control character": ([["r1", "J1", "E1\x07", "K1", "3"]], "baris 2, kolom C: "),
    "a mark twice": ([GOOD, ["r1", "J1", "E1", "K1", "4.0"]], 'nilai juri "J1" untuk proposal "E1"'),
}


@pytest.fixture(scope="module")
def desk(snapshots: Path) -> Iterator[Edition]:
    """An open round in which nothing is ever written."""
    edition = Edition(snapshots / "scoring")
    before = edition.ledger.fingerprint()
    yield edition
    assert edition.ledger.fingerprint() == before
    edition.ledger.close()


# A workbook cannot hold a control character.
@pytest.mark.parametrize(
    ("case", "suffix"), [*product(BAD, ["csv"]), *product(sorted(BAD.keys() - {"control character"}), ["xlsx"])]
)
def test_bad_input_is_said_with_its_place_and_writes_nothing(
    desk: Edition, tmp_path: Path, case: str, suffix: str
) -> None:
    rows, said = BAD[case]
    path = save(tmp_path / f"nilai.{suffix}", [HEADER, *rows, ["r1", "J2", "E2", "K1", "4.0"]])
    before = desk.ledger.fingerprint()
    with pytest.raises(Mistakes) as caught:
        imported(desk, path)
    assert f"nilai.{suffix}" in caught.value.say("id")
    assert said in caught.value.say("id")
    assert caught.value.say("en") != caught.value.say("id")
    assert desk.ledger.fingerprint() == before


def test_marks_for_a_closed_round_are_refused(closed: Edition) -> None:
    before = closed.ledger.fingerprint()
    with pytest.raises(Mistakes, match=r'nilai.csv, baris 2, kolom E: tahap "r1" tidak sedang dibuka'):
        give(closed, "r1", {"E1": "5 5||"})
    assert closed.ledger.fingerprint() == before


def test_all_mistakes_of_all_files_come_at_once(scoring: Edition) -> None:
    folder = scoring.folder.parent
    before = scoring.ledger.fingerprint()
    files = [
        save(folder / f"{n}.csv", [HEADER, *(row for rows, _ in pair for row in rows)])
        for n, pair in enumerate([(BAD["unknown entry"], BAD["off the step"]), (BAD["round not open"],)])
    ]
    good = save(folder / "benar.csv", [HEADER, GOOD])
    with pytest.raises(Mistakes) as caught:
        imported(scoring, files[0], folder / "tiada.csv", good, files[1])
    assert [mistake.code for mistake in caught.value] == [
        "unknown_entry",
        "mark_off_step",
        "file_missing",
        "round_not_open",
    ]
    assert scoring.ledger.fingerprint() == before


LONG = [
    [*HEADER, "comment_entrant", "comment_internal"],
    ["r1", "J1", "E1", "K1", "3,5", "Bagus; lanjutkan", "Ragu"],
    ["r1", "J1", "E1", "K2", "4", "", ""],
    ["r1", "J2", "E2", "K1", "5,0", "Kurang data", ""],
    ["r1", "J2", "E2", "K2", "1", "", ""],
]
WIDE = [
    ["judge_id", "entry_id", "K1", "K2", "comment_entrant", "comment_internal"],
    ["J1", "E1", "3,5", "4", "Bagus; lanjutkan", "Ragu"],
    ["J2", "E2", "5,0", "1", "Kurang data", ""],
]


def in_bytes(encoding: str, delimiter: str) -> Callable[[Path], Path]:
    """Save the wide table as another program would."""

    def write(folder: Path) -> Path:
        lines = [delimiter.join(f'"{cell}"' for cell in row) for row in WIDE]
        (folder / "nilai.csv").write_bytes("\r\n".join(lines).encode(encoding))
        return folder / "nilai.csv"

    return write


@pytest.mark.parametrize(
    ("write", "round_"),
    [
        (lambda folder: save(folder / "nilai.csv", LONG), None),
        (lambda folder: save(folder / "nilai.xlsx", LONG), None),
        (lambda folder: save(folder / "nilai.csv", WIDE), "r1"),
        (lambda folder: save(folder / "nilai.xlsx", WIDE), "r1"),
        (in_bytes("utf-8-sig", ","), "r1"),
        (in_bytes("latin-1", ";"), "r1"),
    ],
    ids=["long CSV", "long XLSX", "wide CSV", "wide XLSX", "BOM", "Latin-1 and semicolons"],
)
def test_every_layout_brings_the_same_marks_and_comments(
    scoring: Edition, write: Callable[[Path], Path], round_: str | None
) -> None:
    assert imported(scoring, write(scoring.folder.parent), round_=round_) == (4, 3)
    assert [row for row in rows_of(scoring) if row[2] != "E4"] == [
        ["r1", "J1", "E1", "K1", "3.5"],
        ["r1", "J1", "E1", "K2", "4"],
        ["r1", "J2", "E2", "K1", "5"],
        ["r1", "J2", "E2", "K2", "1"],
    ]
    comments = scoring.history.events(["comment"])[["actor", "judge_id", "entry_id", "criterion", "text"]]
    assert comments.to_numpy().tolist() == [
        ["committee", "J1", "E1", "entrant", "Bagus; lanjutkan"],
        ["committee", "J1", "E1", "internal", "Ragu"],
        ["committee", "J2", "E2", "entrant", "Kurang data"],
    ]


def test_a_sheet_of_a_workbook_can_be_named(scoring: Edition) -> None:
    path = save(scoring.folder.parent / "nilai.xlsx", [["Petunjuk"], ["isi lembar berikutnya"]])
    book = load_workbook(path)
    for row in [HEADER, GOOD]:
        (book["Nilai"] if "Nilai" in book.sheetnames else book.create_sheet("Nilai")).append(row)
    book.save(path)
    assert read_files(scoring, [path], sheet="Nilai").count("new") == 1
    with pytest.raises(Mistakes, match="Tiada"):
        read_files(scoring, [path], sheet="Tiada")


def test_files_that_disagree_are_refused(scoring: Edition) -> None:
    folder = scoring.folder.parent
    first = save(folder / "satu.csv", [HEADER, GOOD, ["r1", "J2", "E2", "K1", "4.0"]])
    other = save(folder / "dua.csv", [HEADER, [*GOOD[:-1], "4.5"], ["r1", "J2", "E2", "K1", "3.0"]])
    same = save(folder / "tiga.csv", [HEADER, GOOD])
    before = scoring.ledger.fingerprint()
    with pytest.raises(Mistakes) as caught:
        imported(scoring, first, same, other)
    assert caught.value.say("id") == (
        'dua.csv: isi berkas ini berbeda dengan satu.csv untuk 2 nilai atau catatan, misalnya dari juri "J1" untuk '
        'proposal "E1" pada kriteria "K1" tahap "r1". Tentukan mana yang benar.'
    )
    assert scoring.ledger.fingerprint() == before
    # Not even where one of them only repeats what the ledger says.
    imported(scoring, first)
    with pytest.raises(Mistakes, match="berbeda dengan"):
        imported(scoring, other, first)


def test_marks_for_an_entry_that_did_not_advance_are_refused(closed: Edition) -> None:
    rounds.open(closed, "r2", "jadwal tetap")
    before = closed.ledger.fingerprint()
    with pytest.raises(Mistakes, match=r"nilai.csv, baris 8–13, kolom E: proposal E2 dan E3 tidak mengikuti"):
        give(closed, "r2", LAST | {"E2": "50 60 70", "E3": "1 2 3"})
    assert closed.ledger.fingerprint() == before
    rounds.open(closed, "r1", "Salah ketik")
    with pytest.raises(Mistakes, match=r"nilai.csv: tahap 1 belum ditutup sehingga peserta"):
        give(closed, "r2", LAST)
    assert give(closed, "r1", {"E1": "5 5||"}) == (1, 0)


def test_marks_for_an_entry_that_was_not_admitted_are_refused(scoring: Edition) -> None:
    scoring.ledger.append([Event(kind="admission", actor=COMMITTEE, entry_id="E2", value="not_eligible", text="x")])
    with pytest.raises(Mistakes, match="proposal E2 tidak mengikuti"):
        give(reopened(), "r1", {"E2": "5 5||"})


def test_no_file_brings_nothing(scoring: Edition) -> None:
    assert imported(scoring) == (0, 0)


def test_import_is_seen_at_once(scoring: Edition) -> None:
    before = scoring.fingerprint
    assert rounds.missing(scoring, "r1")["J2"] == 4
    give(scoring, "r1", {"E2": "|4 4|"})
    assert rounds.missing(scoring, "r1")["J2"] == 3
    assert scoring.fingerprint != before


# The journal


@pytest.fixture
def fingerprint(done: Edition) -> str:
    """The fingerprint of an edition that now is as committed: with a journal, and no ledger."""
    before = done.fingerprint
    done.ledger.to_journal(done.folder / "journal.csv")
    done.ledger.close()
    for left in done.folder.glob("ledger.*"):
        left.unlink()
    return before


@pytest.fixture
def journal(fingerprint: str, home: Path) -> Path:
    """That edition's journal."""
    assert fingerprint
    return home / "data" / "2025" / "journal.csv"


def test_a_journal_becomes_the_same_ledger(fingerprint: str) -> None:
    edition = reopened()
    assert edition.fingerprint == fingerprint == reopened().fingerprint
    assert edition.ledger.verify() == []
    assert edition.ranking_table("final")["rank"].notna().all()


def test_a_ledger_may_go_on_after_its_journal(fingerprint: str) -> None:
    edition = reopened()
    rounds.open(edition, "r1", "Salah ketik")
    assert reopened().states["r1"] == "open"
    assert reopened().fingerprint == edition.fingerprint != fingerprint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",mark,r1,J1,E1,K1,4,", ",mark,r1,J1,E1,K1,empat,", r"journal.csv, baris \d+, kolom value: "),
        (",mark,r1,J1,E1,K1,4,", ",tanda,r1,J1,E1,K1,4,", r"journal.csv, baris \d+, kolom kind: "),
        (",mark,r1,J1,E1,K1,4,", ",mark,r1,J1,E1,K1,4", r"journal.csv, baris \d+: baris ini terdiri atas 8 sel"),
        ("time,actor", "waktu,actor", r"journal.csv, baris 1: "),
        ("committee,round_opened,r1", "committee,round_closed,r1", r"journal.csv, baris \d+: "),
        (",mark,r1,J1,E1,K1,4,", ',mark,r1,J1,E1,K1,"4,', r"journal.csv: jurnal ini tidak dapat dibaca"),
    ],
    ids=["value", "kind", "length", "header", "state", "quotes"],
)
def test_a_damaged_journal_is_a_sentence_with_its_row(journal: Path, old: str, new: str, said: str) -> None:
    edit(journal, old, new)
    with pytest.raises(Problem, match=said):
        _ = reopened().ledger
    assert not journal.with_name("ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [(",mark,r1,J1,E1,K1,4,", ",mark,r1,J1,E1,K1,5,"), ("Z", "Z")],
    ids=["a changed mark", "an event more"],
)
def test_a_journal_changed_after_the_ledger_was_built_is_refused(journal: Path, old: str, new: str) -> None:
    built = reopened().ledger
    before = built.fingerprint()
    if old == new:
        last = journal.read_text(encoding="utf-8").splitlines()[-1].split(",")
        journal.write_bytes(
            journal.read_bytes() + ",".join([last[0], "committee", "round_opened", "r1", *[""] * 4, "x\n"]).encode()
        )
    else:
        edit(journal, old, new)
    with problem("journal_differs", match=r"journal.csv: jurnal ini berbeda dari isi ledger.sqlite"):
        _ = reopened().ledger
    assert built.fingerprint() == before


def test_a_journal_damaged_after_the_ledger_was_built_is_a_sentence(journal: Path) -> None:
    _ = reopened().ledger
    edit(journal, ",mark,r1,J1,E1,K1,4,", ",mark,r1,J1,E1,K1,4")
    with pytest.raises(Problem, match=r"journal.csv, baris \d+: baris ini terdiri atas 8 sel"):
        _ = reopened().ledger


def test_the_fingerprint_covers_rules_registers_and_ledger(edition: Edition) -> None:
    seen = {edition.fingerprint}
    rounds.open(edition, "r1")
    seen.add(edition.fingerprint)
    edit(edition.folder / "units.csv", "Unit E1", "Unit Satu")
    seen.add(reopened().fingerprint)
    edit(edition.folder / "rules.yaml", "title: Kompetisi", "title: Lomba")
    seen.add(reopened().fingerprint)
    assert len(seen) == 4


def test_sheets_are_written_as_they_are_read(edition: Edition) -> None:
    """This proves that the tests above import what they say."""
    assert sheets(edition, "r2", {"E1": "80 - 70.5"})[1:] == [
        ["r2", "J1", "E1", "mark", "80"],
        ["r2", "J3", "E1", "mark", "70.5"],
    ]
