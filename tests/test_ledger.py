"""The ledger keeps what it acknowledged, refuses what is closed, and shows what was tampered with."""

from __future__ import annotations

import contextlib
import csv
import io
import multiprocessing
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_writers import write_marks, write_until_killed
from problems import problem

from kit import files
from kit.errors import Mistakes, Problem
from kit.history import History, Reader
from kit.ledger import (
    FIELDS,
    KINDS,
    STATES,
    Closing,
    Event,
    Head,
    Ledger,
    SchemaChanged,
    SyncedFolder,
    anchor_lines,
    chain,
    read_anchors,
    store,
)
from kit.ledger import events as form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Processes that start from a clean server with the ledger imported; Windows has only the slower kind.
PROCESSES = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
if PROCESSES.get_start_method() == "forkserver":
    PROCESSES.set_forkserver_preload(["kit.ledger"])

MORNING = datetime(2025, 10, 27, 2, 5, tzinfo=UTC)


def opening(name: str = "proposal", text: str = "") -> Event:
    return Event(kind="round_opened", actor="committee", round=name, text=text)


def closing(name: str = "proposal", text: str = "") -> Event:
    return Event(kind="round_closed", actor="committee", round=name, text=text)


def mark(value: str = "4", judge: str = "J1", entry: str = "E1", criterion: str = "K1", **more: Any) -> Event:
    place = {"round": "proposal", "judge_id": judge, "entry_id": entry, "criterion": criterion, "actor": judge}
    return Event(**{"kind": "mark", "value": value} | place | more)


def comment(text: str, judge: str = "J1", entry: str = "E1", criterion: str = "entrant", **more: Any) -> Event:
    return replace(mark("", judge, entry, criterion, kind="comment", text=text), **more)


def history_of(ledger: Ledger) -> History:
    return Reader(ledger).history()


# Both stores


@dataclass
class Place:
    """Where a ledger lies, and a way in for other programs."""

    url: str | Path

    def engine(self) -> sa.Engine:
        if isinstance(self.url, Path):
            return sa.create_engine(sa.URL.create("sqlite", database=str(self.url)))
        return sa.create_engine(sa.make_url(self.url).set(drivername="postgresql+psycopg"))

    def run(self, *statements: str) -> None:
        """Run SQL past the kit."""
        engine = self.engine()
        try:
            with engine.begin() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()


SCHEMAS = count()


def new_schema(server: str) -> Place:
    """A place on the server where no ledger is yet."""
    name = f"edition_{next(SCHEMAS)}"
    Place(server).run(f"CREATE SCHEMA {name}")
    return Place(f"{server}&options=-csearch_path%3D{name}")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place where no ledger is yet."""
    if request.param == "sqlite":
        return Place(tmp_path / "ledger.sqlite")
    return new_schema(request.getfixturevalue("server"))


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A ledger on either store in which the round `proposal` is open."""
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening()])
        yield ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with the ledger of :func:`tell`."""
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        tell(ledger)
    return tmp_path / "ledger.sqlite"


def tell(ledger: Ledger, value: str = "4") -> None:
    """Ten events: J1 has numbers 3, 5 and 7 in the ledger, J2 has 4 and 6."""
    events = [
        Event(kind="rules_locked", actor="committee", text='{"rules":"…"}'),
        opening(),
        mark(value),
        mark("3.5", "J2"),
        mark("2", entry="E2"),
        comment('Bagus, tetapi "mahal".\nPeriksa lagi.', "J2"),
        mark("", entry="E2"),
        closing(text="semua lembar lengkap"),
        Event(kind="admission", actor="committee", entry_id="E1", value="eligible"),
        Event(kind="tie_ruling", actor="committee", round="final", value="E1>E2", text="rapat pleno"),
    ]
    ledger.append([replace(e, time=MORNING + timedelta(minutes=n)) for n, e in enumerate(events)])


# Recording


def test_what_was_recorded_is_returned_and_read_back(ledger: Ledger) -> None:
    (first,) = ledger.append([mark("3.5", time=MORNING.astimezone(timezone(timedelta(hours=7))) + timedelta(days=900))])
    (second,) = ledger.append([comment("Baik")])
    assert (first.number, first.chain, first.head.count) == (2, "J1", 1)
    assert (second.number, second.chain, second.head.count) == (3, "J1", 2)
    assert first.event == mark("3.5", time=MORNING + timedelta(days=900))
    events = history_of(ledger).events()
    assert list(events.columns) == ["number", *FIELDS]
    assert events["number"].tolist() == [1, 2, 3]
    assert events["time"].iloc[1] == pd.Timestamp(MORNING + timedelta(days=900))
    assert events["text"].tolist() == ["", "", "Baik"]
    assert ledger.heads() == {"committee": ledger.heads()["committee"], "J1": second.head}


def hashes(path: Path) -> dict[int, str]:
    """The hash of every event, computed as the documentation says."""
    connection = sqlite3.connect(path)
    rows = connection.execute(f"SELECT number, chain, {', '.join(FIELDS)} FROM events").fetchall()
    connection.close()
    ends: dict[str, str] = {}
    computed: dict[int, str] = {}
    for number, name, *fields in rows:
        text = "\x1f".join([ends.get(name, ""), str(number), *fields])
        computed[number] = ends[name] = sha256(text.encode()).hexdigest()
    return computed


def test_the_hash_of_an_event_can_be_recomputed_by_anybody(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert hashes(path) == dict(connection.execute("SELECT number, hash FROM events").fetchall())
    connection.close()


@pytest.mark.parametrize(
    ("actor", "judge", "name"),
    [("J1", "J1", "J1"), ("committee", "J1", "committee"), ("panitia-2", "J1", "committee"), ("J2", "J1", "committee")],
)
def test_a_judges_chain_holds_what_the_judge_did(ledger: Ledger, actor: str, judge: str, name: str) -> None:
    assert ledger.append([mark(judge=judge, actor=actor)])[0].chain == name


def test_events_are_filtered_by_kind_and_round(ledger: Ledger) -> None:
    ledger.append([opening("practice"), mark(), mark(round="practice"), comment("a")])
    assert history_of(ledger).events(["mark"])["round"].tolist() == ["proposal", "practice"]
    assert history_of(ledger).events(["mark", "comment"], "proposal")["kind"].tolist() == ["mark", "comment"]
    assert history_of(ledger).events([]).empty
    assert history_of(ledger).events(["submitted"]).dtypes.equals(history_of(ledger).events().dtypes)
    assert history_of(ledger).marks("practice")["entry_id"].tolist() == ["E1"]
    assert history_of(ledger).marks("final").dtypes.equals(history_of(ledger).marks().dtypes)


def test_all_or_none_is_recorded(ledger: Ledger) -> None:
    before = ledger.fingerprint()
    for events in ([mark(), mark(round="final")], [mark(), mark("4,5")], [mark(), closing(), mark()]):
        with pytest.raises(Problem):
            ledger.append(events)
        assert ledger.fingerprint() == before
    with problem("round_is_closed", match=f"{datetime.now(UTC).year} pukul .* WIB"):
        ledger.append([closing(), mark()])


def test_an_event_sent_twice_is_recorded_once(ledger: Ledger) -> None:
    sent = [mark("3", event_id="a"), mark("4", event_id="b")]
    first = ledger.append(sent)
    assert ledger.append([*sent, mark("4", event_id="b"), mark("5", event_id="c")])[:3] == [*first, first[1]]
    ledger.append([replace(closing(), event_id="d")])
    assert ledger.append(sent) == first  # although the round has been closed since
    assert ledger.append([replace(closing(), event_id="d")])[0].number == 5
    assert history_of(ledger).events()["value"].tolist() == ["", "3", "4", "5", ""]


@pytest.mark.parametrize("again", [[mark("5", event_id="a")], [mark("4", event_id="b"), mark("5", event_id="b")]])
def test_a_key_never_stands_for_two_events(ledger: Ledger, again: list[Event]) -> None:
    ledger.append([mark("4", event_id="a")])
    with pytest.raises(Problem, match="sudah dipakai untuk peristiwa lain"):
        ledger.append(again)
    assert len(history_of(ledger).events()) == 2


def test_time_never_goes_back(ledger: Ledger) -> None:
    ledger.append([mark(time=datetime(2099, 1, 1, tzinfo=UTC))])
    assert ledger.append([mark()])[0].event.time == datetime(2099, 1, 1, tzinfo=UTC)
    with problem("time_goes_back", match=r"27 Oktober 2025 pukul 09.05 WIB.*1 Januari 2099 pukul 07.00 WIB"):
        ledger.append([mark(time=MORNING)])
    later, latest = datetime(2100, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
    with problem("time_goes_back"):
        ledger.append([mark(time=latest), mark(time=later)])
    assert [kept.event.time for kept in ledger.append([mark(time=later), mark()])] == [later, later]


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        mark(time=datetime(2025, 1, 1)).fields()  # noqa: DTZ001


ANY = dict.fromkeys(("round", "judge_id", "entry_id", "criterion", "value", "text"), "x")


@pytest.mark.parametrize(
    ("event", "mistake", "field"),
    [
        (Event(kind="award", actor="committee"), "event_kind_unknown", "kind"),
        (mark(actor=""), "event_malformed", "actor"),
        (mark(round=""), "event_malformed", "round"),
        (mark(judge="", actor="committee"), "event_malformed", "judge_id"),
        (mark(entry=""), "event_malformed", "entry_id"),
        (mark(criterion=""), "event_malformed", "criterion"),
        (mark(text="baik"), "event_malformed", "text"),
        *((mark(value), "event_malformed", "value") for value in ("3,5", "tiga", "1e3", ".5", "5.", " 4", "٤", "NaN")),
        (comment("a", criterion="K1"), "event_malformed", "criterion"),
        (comment("a", value="4"), "event_malformed", "value"),
        (Event(kind="admission", actor="committee", entry_id="E1", value="ya"), "event_malformed", "value"),
        (Event(kind="rules_locked", actor="committee"), "event_malformed", "text"),
        (Event(kind="tie_ruling", actor="committee", round="final", value="A>B"), "event_malformed", "text"),
        (opening(""), "event_malformed", "round"),
        *((comment(f"a{c}b"), "event_unprintable", "text") for c in "\0\x07\x1b\x1f\x7f\x85\ud800"),
        (mark(entry="E\n\x001"), "event_unprintable", "entry_id"),
    ],
)
def test_a_malformed_event_is_refused(ledger: Ledger, event: Event, mistake: str, field: str) -> None:
    with pytest.raises(Mistakes) as caught:
        ledger.append([event])
    assert [(e.code, e.data["column"]) for e in caught.value] == [(mistake, field)]
    assert caught.value.say("en") != caught.value.say("id")


def test_what_was_looked_at_once_is_not_taken_for_something_else(ledger: Ledger) -> None:
    whole_sheet = Event(kind="submitted", round="proposal", actor="J1", judge_id="J1")
    with pytest.raises(Mistakes) as caught:
        ledger.append([whole_sheet, mark(), mark(), mark(entry=""), mark(entry="E\x01"), mark()])
    assert [(e.code, e.data["column"]) for e in caught.value] == [
        ("event_malformed", "entry_id"),
        ("event_unprintable", "entry_id"),
    ]


DECISIONS: list[dict[str, Any]] = [
    {"kind": "checked", "round": "administrasi", "entry_id": "E1", "criterion": "A1", "value": "to_complete"},
    {"kind": "received", "entry_id": "E1", "criterion": "paper", "value": "2025-10-18T08:00:00+07:00"},
    {"kind": "cure_until", "entry_id": "E1", "value": "2025-10-21", "text": "surat usulan"},
    {"kind": "award_withheld", "value": "group/K1/3", "text": "pleno"},
    {"kind": "award_given", "value": "group/K1/3", "text": "pleno"},
    {"kind": "draw", "round": "proposal", "criterion": "K1", "value": "17", "text": "E2>E1"},
    {"kind": "schedule", "round": "proposal", "criterion": "K1", "value": "09:00", "text": "30"},
    *({"kind": kind, "round": "proposal", "entry_id": "E1", "text": "sakit"} for kind in ("absent", "present")),
    *({"kind": kind, "entry_id": "E1", "text": "x"} for kind in ("withdrawn", "disqualified", "reinstated")),
    {"kind": "duplicate", "entry_id": "E1", "value": "E2", "text": "judul sama"},
    {"kind": "correction", "entry_id": "E1", "criterion": "category", "value": "lainnya", "text": "isi proposal"},
    *(
        {"kind": kind, "round": "proposal", "entry_id": "E1", "criterion": "S-01", "value": value, "text": "x"}
        for kind, value in [("objection", "arithmetic"), ("recomputed", "same"), ("objection_answered", "rejected")]
    ),
    {"kind": "decreed", "value": "1/2025", "text": "2025-11-28"},
    {"kind": "approved", "round": "proposal", "judge_id": "J1", "entry_id": "E1", "criterion": "entrant"},
    {"kind": "personal_erased", "text": "masa simpan"},
    {"kind": "follow_up", "entry_id": "I-1", "criterion": "running", "value": "berjalan"},
]


def test_every_kind_of_event_can_be_recorded(ledger: Ledger) -> None:
    judge = {"actor": "J1", "judge_id": "J1"}
    events = [
        Event(kind="rules_locked", actor="committee", text="{}"),
        Event(kind="rules_accepted", actor="committee", text="{}"),
        mark("-0.50"),
        comment("Ada tab\t, baris\r\nbaru, “kutip”, emoji 🎉"),
        Event(kind="submitted", round="proposal", **judge),
        Event(kind="submitted", round="proposal", entry_id="E1", **judge),
        Event(kind="recusal", round="proposal", entry_id="E2", text="keluarga: sepupu", **judge),
        Event(kind="flag", round="proposal", entry_id="E1", value="on", **judge),
        mark("4.5", kind="typed", actor="S-1"),
        mark("J4", criterion="", kind="substituted", actor="committee", text="sakit"),
        closing(),
        Event(kind="recusal", entry_id="E3", **judge),
        Event(kind="admission", actor="committee", entry_id="E1", value="not_eligible", text="bukan inovasi"),
        Event(kind="tie_ruling", actor="committee", round="proposal", value="E1>E2", text="pleno"),
        opening(text="salah ketik"),
        closing(),
        moved("plenary"),
        *IN_PLENARY.values(),
        moved("decided"),
        moved("published", "{}"),
        *(Event(actor="committee", **fields) for fields in DECISIONS),
    ]
    ledger.append(events)
    assert set(history_of(ledger).events()["kind"]) == set(KINDS)
    assert history_of(ledger).events()["text"].iloc[4] == "Ada tab\t, baris\r\nbaru, “kutip”, emoji 🎉"
    assert ledger.verify() == []


def test_a_table_is_recorded_like_single_events(ledger: Ledger) -> None:
    table = pd.DataFrame({"judge_id": ["J1", "J2"], "entry_id": ["E1", "E1"], "value": ["3", "4.5"]})
    table = table.assign(kind="mark", round="proposal", criterion="K1", actor=table["judge_id"])
    ledger.append(table)
    ledger.append(table.iloc[:0])
    assert [tuple(row) for row in history_of(ledger).marks()[["judge_id", "value"]].to_numpy()] == [
        ("J1", "3"),
        ("J2", "4.5"),
    ]
    assert ledger.verify() == []


def test_a_table_is_refused_with_all_its_mistakes(ledger: Ledger) -> None:
    table = pd.DataFrame([vars(mark(v)) for v in ("4", "4,5", "4", "x")])[["kind", "actor", "value", "round"]]
    table = table.assign(judge_id=table["actor"], entry_id=["E1", "E1", "", "E1"], criterion="K1")
    with pytest.raises(Mistakes) as caught:
        ledger.append(table)
    assert [(e.data["row"], e.data["column"]) for e in caught.value] == [(2, "value"), (3, "entry_id"), (4, "value")]
    with pytest.raises(ValueError, match="an event has no nilai"):
        ledger.append(table.assign(nilai="4"))
    assert len(history_of(ledger).events()) == 1


# Current marks

IDS = st.tuples(st.sampled_from(["p", "q"]), st.sampled_from(["J1", "J2"]), st.sampled_from(["E1", "E2"]))
STEPS = st.lists(st.lists(st.tuples(IDS, st.sampled_from(["K1", "K2"]), st.sampled_from(["", "0", "3.5", "5"]))))


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_current_marks_are_the_last_of_each(steps: list[list[tuple[tuple[str, str, str], str, str]]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder, "ledger.sqlite"), create=True) as ledger,
    ):
        ledger.append([opening("p"), opening("q")])
        expected: dict[tuple[str, ...], str] = {}
        for step in steps:
            ledger.append([mark(value, j, e, criterion, round=r) for (r, j, e), criterion, value in step])
            for ids, criterion, value in step:
                expected.pop((*ids, criterion), None)
                expected |= {(*ids, criterion): value} if value else {}
        kept = [tuple(row) for row in history_of(ledger).marks().drop(columns="time").to_numpy()]
        assert kept == [(*key, value) for key, value in expected.items()]
        assert history_of(ledger).marks("p")["round"].tolist() == [key[0] for key in expected if key[0] == "p"]


# Rounds


def test_a_closed_round_refuses_until_it_is_reopened_with_a_reason(ledger: Ledger) -> None:
    assert history_of(ledger).round_states() == {"proposal": "open"}
    shut = ledger.append([mark(), replace(closing(), time=datetime(2099, 11, 12, 9, tzinfo=UTC))])
    assert history_of(ledger).round_states() == {"proposal": "closed"}
    refused = "Tahap proposal telah ditutup pada 12 November 2099 pukul 16.00 WIB. Nilai hanya dapat diubah "
    with problem("round_is_closed", match=refused + "setelah tahap dibuka kembali dengan alasan tertulis"):
        ledger.append([mark("5")])
    with problem("round_is_closed"):
        ledger.append(pd.DataFrame([vars(mark("5"))]).drop(columns=["time", "event_id"]))
    for text in ("", "  ", "\n", " \t\r\n"):
        with problem("reason_missing"):
            ledger.append([opening(text=text)])
    ledger.append([opening(text="salah ketik pada lembar J1"), mark("5")])
    assert history_of(ledger).marks()["value"].tolist() == ["5"]
    assert history_of(ledger).round_states() == {"proposal": "open"}
    assert shut[1].event.time == datetime(2099, 11, 12, 9, tzinfo=UTC)


def test_every_round_that_forbids_is_named_once(ledger: Ledger) -> None:
    ledger.append([opening("a"), closing("a")])
    with pytest.raises(Mistakes) as caught:
        ledger.append([mark(), mark(round="b"), mark("3", round="a"), mark("2", round="b")])
    assert [(e.code, e.data["round"]) for e in caught.value] == [("round_never_opened", "b"), ("round_is_closed", "a")]


J1 = {"actor": "J1", "judge_id": "J1"}
J2 = {"actor": "J2", "judge_id": "J2"}
NEEDS_OPEN = {
    "mark": mark(),
    "comment": comment("a"),
    "submitted": Event(kind="submitted", round="proposal", **J1),
    "recusal": Event(kind="recusal", round="proposal", entry_id="E1", **J1),
    "flag": Event(kind="flag", round="proposal", entry_id="E1", value="on", **J1),
    "typed": mark(kind="typed", actor="S-1"),
    "substituted": mark("J4", criterion="", kind="substituted", actor="committee", text="sakit"),
    "closing": closing(),
}
FREE = {
    "recusal from all": Event(kind="recusal", entry_id="E1", **J1),
    "admission": Event(kind="admission", actor="committee", entry_id="E1", value="eligible"),
    "ruling": Event(kind="tie_ruling", actor="committee", round="proposal", value="E1>E2", text="pleno"),
    "reopening": opening(text="alasan"),
}
IN_PLENARY = {
    "sheet": Event(kind="sheet_reopened", actor="committee", round="proposal", judge_id="J1", entry_id="E1", text="x"),
    "meeting": Event(kind="meeting", actor="committee", round="proposal", criterion="place", text="Aula"),
    "attendance": Event(kind="attendance", actor="committee", round="proposal", judge_id="J1", value="present"),
    "dissent": Event(kind="dissent", actor="committee", round="proposal", judge_id="J1", text="x"),
}


def moved(kind: str, text: str = "", name: str = "proposal") -> Event:
    return Event(kind=f"round_{kind}", actor="committee", round=name, text=text, value="1" * (kind == "published"))


@pytest.mark.parametrize("before", [[], [opening(), closing()]], ids=["never opened", "closed"])
@pytest.mark.parametrize("name", [*NEEDS_OPEN, *FREE])
def test_what_needs_an_open_round(tmp_path: Path, before: list[Event], name: str) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        ledger.append(before)
        if name in FREE:
            assert ledger.append([FREE[name]])
        else:
            with problem("round_is_closed" if before else "round_never_opened"):
                ledger.append([NEEDS_OPEN[name]])


def test_an_open_round_is_not_opened_again(ledger: Ledger) -> None:
    with problem("round_already_open"):
        ledger.append([opening(text="alasan")])


MORE = ("round_opened", "round_closed", "mark", "recusal", "admission", "sheet_reopened", "attendance", "mark")
LIVES = st.lists(
    st.tuples(
        st.sampled_from([*chain.STATES, *MORE]),
        st.sampled_from(["p", "p", "q", ""]),
        st.sampled_from(["alasan", "", "  ", "\n"]),
    ),
    max_size=20,
)
# What a round goes through when all goes well, from which random steps branch off.
USUAL = [(f"round_{name}", "p", "") for name in ("opened", "closed", "plenary", "decided", "published")]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(USUAL)), LIVES)
def test_the_guard_and_its_sentences_agree(usual: int, steps: list[tuple[str, str, str]]) -> None:
    """Whatever the store accepts or refuses, the rules behind the sentences and the verification say the same."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder, "ledger.sqlite"), create=True) as ledger,
    ):
        rounds = chain.Rounds()
        for kind, name, text in [*USUAL[:usual], *steps]:
            event = {
                "mark": mark(round=name or "p"),
                "sheet_reopened": replace(IN_PLENARY["sheet"], round=name or "p"),
                "attendance": replace(IN_PLENARY["attendance"], round=name or "p"),
                "round_published": moved("published", text or "x", name or "p"),
                "recusal": Event(kind="recusal", round=name, entry_id="E1", **J1),
                "admission": FREE["admission"],
            }.get(kind, Event(kind=kind, actor="committee", round=name or "p", text=text))
            after = deepcopy(rounds)
            expected = after.follow(event.fields())
            with problem(expected.code) if expected else contextlib.nullcontext():
                ledger.append([event])
            rounds = rounds if expected else after
        assert history_of(ledger).round_states() == {name: STATES[kind] for name, (kind, _) in rounds._last.items()}
        assert ledger.verify() == []


def test_only_the_sheet_that_the_plenary_reopened_takes_marks_and_only_until_the_decision(place: Place) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening(), mark("3"), mark("4", **J2), closing()])
        for event in IN_PLENARY.values():
            with problem("not_in_plenary"):
                ledger.append([event])
        ledger.append([moved("plenary"), *IN_PLENARY.values(), mark("5"), comment("a")])
        with problem("round_is_closed"):
            ledger.append([mark("5", **J2)])
        ledger.append([moved("decided")])
        with problem("round_is_closed"):
            ledger.append([mark("1")])
        with problem("round_is_decided"):
            ledger.append([opening(text="alasan")])
        with problem("reason_missing"):
            ledger.append([moved("plenary")])
        ledger.append([moved("published", "x"), moved("plenary", "sanggahan")])
        with problem("round_is_closed"):  # reopened for the plenary before
            ledger.append([mark("1")])
        with problem("nothing_to_publish"):
            ledger.append([moved("published", "x")])
        assert history_of(ledger).marks()["value"].tolist() == ["4", "5"]
        assert ledger.verify() == []


@pytest.mark.parametrize("kind", ["withdrawn", "disqualified", "reinstated", "sheet_reopened", "absent", "dissent"])
def test_a_decision_without_a_reason_is_malformed(ledger: Ledger, kind: str) -> None:
    about = {"round": "proposal", "judge_id": "J1", "entry_id": "E1"}
    needed = {"withdrawn", "disqualified", "reinstated"}
    fields = {"entry_id": "E1"} if kind in needed else about
    fields = {k: v for k, v in fields.items() if (kind, k) not in {("absent", "judge_id"), ("dissent", "entry_id")}}
    for text in ("", " ", "\n"):
        with pytest.raises(Mistakes) as caught:
            ledger.append([Event(kind=kind, actor="committee", text=text, **fields)])
        assert [error.data["field"] for error in caught.value] == ["text"]


# The store itself refuses


def raw(number: int, link: int, event: Event, name: str = "J1") -> str:
    """SQL that adds an event past the kit."""
    fields = [chain.stamp(MORNING + timedelta(days=30_000)), *event.fields()[1:]]
    values = [str(number), f"'{name}'", str(link), *(f"'{field}'" for field in fields), "NULL", "0", "'0'"]
    return f"INSERT INTO events VALUES ({', '.join(values)})"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET value = '5' WHERE kind = 'mark'",
        "UPDATE events SET time = '2020' WHERE number = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE number = 3",
        *(raw(4, 2, NEEDS_OPEN[name]) for name in NEEDS_OPEN if name != "closing"),
        *(raw(4, 3, event, "committee") for event in (closing(), opening(), opening(text="  "))),
        raw(4, 2, mark(round="never")),
    ],
)
def test_the_store_refuses_by_any_way_in(place: Place, statement: str) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening(), mark(), closing()])
        before = ledger.fingerprint()
        with pytest.raises(sa.exc.DBAPIError, match="events_"):
            place.run(statement)
        assert ledger.fingerprint() == before
        place.run(raw(4, 2, FREE["recusal from all"]))
        assert history_of(ledger).events()["kind"].iloc[3] == "recusal"


@pytest.mark.parametrize(
    "statement",
    [
        raw(3, 1, mark("5")).replace("INSERT", "INSERT OR REPLACE"),
        raw(4, 1, mark("5")).replace("INSERT", "INSERT OR REPLACE"),
        raw(4, 2, mark("5")).replace("INSERT", "INSERT OR REPLACE").replace("NULL", "'a'"),
        raw(9, 2, mark("5")),
        raw(4, 9, mark("5")),
    ],
)
def test_sqlite_replaces_nothing_and_leaves_no_gap(tmp_path: Path, statement: str) -> None:
    place = Place(tmp_path / "ledger.sqlite")
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening(), opening("final"), mark(event_id="a")])
        with pytest.raises(sa.exc.IntegrityError, match="events_follow"):
            place.run(statement)
        assert history_of(ledger).marks()["value"].tolist() == ["4"]


def test_postgresql_is_not_emptied(server: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening()])
        with pytest.raises(sa.exc.DBAPIError, match="events_stay"):
            place.run("TRUNCATE events")
        with pytest.raises(sa.exc.DBAPIError, match="events_stay"):
            place.run(raw(1, 1, mark()) + " ON CONFLICT (number) DO UPDATE SET value = '5'")


# Tampering


def tamper(path: Path, *statements: str, guards: bool = True) -> None:
    """Change the file past its guards, and put them up again unless told otherwise."""
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers if guards else []:
        connection.execute(sql)
    connection.commit()
    connection.close()


def found(path: Path, anchors: dict[str, Head] | None = None) -> list[tuple[str, ...]]:
    """What verification says of the file: class, chain or round, and events."""
    with Ledger.open(path) as ledger:
        mistakes = ledger.verify(anchors)
    for mistake in mistakes:
        assert mistake.say("id") != mistake.say("en")
    return [
        tuple(str(part) for part in (e.code, e.data.get("about"), e.data.get("events")) if part is not None)
        for e in mistakes
    ]


def swapped(a: int, b: int) -> list[str]:
    """SQL that lets two events change places."""
    return [f"UPDATE events SET number = {new} WHERE number = {old}" for old, new in ((a, 0), (b, a), (0, b))]


CUT = [("ledger_truncated", "committee")]
TAMPERED = {
    "a value": (["UPDATE events SET value = '5' WHERE number = 3"], [("event_altered", "J1", "3")]),
    "a text": (["UPDATE events SET text = 'Baik' WHERE number = 6"], [("event_altered", "J2", "6")]),
    "an entry": (["UPDATE events SET entry_id = 'E3' WHERE number = 5"], [("event_altered", "J1", "5")]),
    "a judge": (["UPDATE events SET judge_id = 'J2' WHERE number = 5"], [("event_altered", "J1", "5")]),
    "an actor": (["UPDATE events SET actor = 'J2' WHERE number = 5"], [("event_altered", "J1", "5")]),
    "several values": (
        ["UPDATE events SET value = '1' WHERE kind = 'mark'"],
        [("event_altered", "J1", "3, 5, 7"), ("event_altered", "J2", "4")],
    ),
    "neighbours": (["UPDATE events SET text = 'a' WHERE number > 8"], [("event_altered", "committee", "9–10")]),
    "a separator": (
        ["UPDATE events SET criterion = 'K1' || char(31) || value, value = '' WHERE number = 3"],
        [("event_altered", "J1", "3")],
    ),
    "a time": (
        ["UPDATE events SET time = replace(time, '02:07:00', '02:07:01') WHERE number = 3"],
        [("time_altered", "J1", "3")],
    ),
    "a time far away": (["UPDATE events SET time = '1999' WHERE number = 4"], [("time_altered", "J2", "4")]),
    "a time and a value": (
        ["UPDATE events SET time = '1999', value = '1' WHERE number = 4"],
        [("event_altered", "J2", "4"), ("time_altered", "J2", "4")],
    ),
    "the order of two judges": (swapped(3, 4), [("order_altered", "J2", "3"), ("order_altered", "J1", "4")]),
    "the order of one judge": (
        [
            *(f"UPDATE events SET link = {link} WHERE number = {n}" for n, link in ((3, 9), (5, 1), (3, 2))),
            *swapped(3, 5),
        ],
        [("order_altered", "J1", "3, 5")],
    ),
    "a deletion": (["DELETE FROM events WHERE number = 5"], [("event_deleted", "", "5")]),
    "a deletion of the first": (["DELETE FROM events WHERE number = 1"], [("event_deleted", "", "1")]),
    "a deletion of several": (
        ["DELETE FROM events WHERE number IN (3, 5, 6)"],
        [("event_deleted", "", "3, 5–6"), ("ledger_truncated", "J2")],
    ),
    "a deletion closed up": (
        [
            "DELETE FROM events WHERE number = 5",
            "UPDATE events SET link = link - 1 WHERE number = 7",
            *(f"UPDATE events SET number = {n - 1} WHERE number = {n}" for n in range(6, 11)),
        ],
        [("order_altered", "J2", "5"), ("order_altered", "J1", "6"), ("order_altered", "committee", "7–9")],
    ),
    "a hash": (["UPDATE events SET hash = hash || 'f' WHERE number = 5"], [("chain_broken", "J1", "5")]),
    "a chain": (["UPDATE events SET chain = 'J3' WHERE number = 5"], [("chain_broken", "J3", "5")]),
    "seals": (["UPDATE events SET seals = seals + 1 WHERE number = 3"], [("seals_altered", "J1", "3")]),
    "seals that are no number": (["UPDATE events SET seals = 'x' WHERE number = 3"], [("seals_altered", "J1", "3")]),
    "a cut tail": (["DELETE FROM events WHERE number > 8"], []),
    "nothing that is evidence": (["UPDATE events SET event_id = 'a' WHERE number = 3"], []),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_named(path: Path, what: str) -> None:
    statements, expected = TAMPERED[what]
    assert found(path) == []
    tamper(path, *statements)
    assert found(path) == expected


def test_a_cut_tail_is_seen_by_an_anchor(path: Path) -> None:
    with Ledger.open(path) as ledger:
        anchors = read_anchors(anchor_lines(ledger.heads()))
    assert found(path, anchors) == []
    tamper(path, "DELETE FROM events WHERE number > 8")
    assert found(path, anchors) == CUT
    tamper(path, "DELETE FROM events WHERE number > 6")
    assert sorted(found(path, anchors)) == [("ledger_truncated", "J1"), *CUT]


def test_an_older_anchor_still_holds(path: Path) -> None:
    with Ledger.open(path) as ledger:
        anchors = ledger.heads()
        ledger.append([Event(kind="admission", actor="committee", entry_id="E2", value="eligible")])
    assert found(path, anchors) == []


def forge(path: Path, *, closings: bool) -> None:
    """Write the history anew with another mark: all hashes are right, and the heads in the closing if told so."""
    connection = sqlite3.connect(path)
    events = [Event.of(row) for row in connection.execute(f"SELECT {', '.join(FIELDS)} FROM events ORDER BY number")]
    connection.close()
    path.unlink()
    events[2] = replace(events[2], value="5")
    if closings:
        events[7] = replace(events[7], text=Closing.read(events[7].text).remark)
        with Ledger.open(path, create=True) as ledger:
            ledger.append(events)
    else:
        journal = path.with_suffix(".csv")
        lines = form.journal_lines(event.fields() for event in events)
        journal.write_text("".join(lines), encoding="utf-8", newline="\n")
        Ledger.from_journal(journal, path).close()


def test_a_chain_written_anew_contradicts_the_closing(path: Path) -> None:
    forge(path, closings=False)
    assert found(path) == [("history_rewritten", "J1")]


def test_a_ledger_written_anew_contradicts_only_an_anchor(path: Path) -> None:
    with Ledger.open(path) as ledger:
        anchors = ledger.heads()
    forge(path, closings=True)
    assert found(path) == []
    assert found(path, anchors) == [("history_rewritten", "J1"), ("history_rewritten", "committee")]


def test_an_event_slipped_in_before_a_closing_is_seen(path: Path) -> None:
    journal = path.with_suffix(".csv")
    with Ledger.open(path) as ledger:
        ledger.to_journal(journal)
    lines = journal.read_text(encoding="utf-8").split("\n")
    lines.insert(4, lines[3].replace("J1", "J9"))
    journal.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    path.unlink()
    Ledger.from_journal(journal, path).close()
    assert ("history_rewritten", "J9") in found(path)


def test_a_forger_must_keep_the_times_in_order(path: Path) -> None:
    tamper(path, "UPDATE events SET time = replace(time, '02:14', '02:12') WHERE number = 10")
    tamper(path, *(f"UPDATE events SET hash = '{new}' WHERE number = {n}" for n, new in hashes(path).items()))
    assert found(path) == [("time_altered", "committee", "10")]


@pytest.mark.parametrize(
    "change", ["value = 'banyak'", "kind = 'apa'", "text = 'a'", "time = time || 'x'", "entry_id = ''"]
)
def test_an_event_of_a_form_that_the_kit_never_records_is_seen_though_its_hash_is_right(
    path: Path, change: str
) -> None:
    tamper(path, f"UPDATE events SET {change} WHERE number = 3")
    for _ in range(3):  # each hash goes into the next
        tamper(path, *(f"UPDATE events SET hash = '{new}' WHERE number = {n}" for n, new in hashes(path).items()))
    assert ("event_foreign", "J1", "3") in found(path)


def test_a_mark_written_past_the_guard_is_seen(path: Path) -> None:
    guards = [row[0] for row in sqlite3.connect(path).execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    tamper(path, guards=False)
    with Ledger.open(path) as ledger:
        ledger.append([mark("5")])
        names = ("events_follow", "events_in_round", "events_remain", "events_stay")
        changed = [SchemaChanged(name=f"trigger {name}") for name in names]
        assert [e for e in ledger.verify() if e.code == "schema_changed"] == changed
    Place(path).run(*guards)
    assert found(path) == [("guard_bypassed", "proposal", "11")]


def test_tampering_is_named_on_postgresql_too(server: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as ledger:
        tell(ledger)
        assert ledger.verify() == []
        place.run("ALTER TABLE events DISABLE TRIGGER events_stay", "UPDATE events SET value = '5' WHERE number = 3")
        assert [e.code for e in ledger.verify()] == ["event_altered", "schema_changed"]


def test_a_closing_records_the_chains_of_all_who_ever_wrote(ledger: Ledger) -> None:
    ledger.append([mark(), mark(judge="J2")])
    ledger.append([mark("5")])
    heads = ledger.heads()
    (shut,) = ledger.append([closing(text="lengkap")])
    assert Closing.read(shut.event.text) == Closing("lengkap", heads)


def test_anchors_survive_the_minutes(path: Path) -> None:
    heads = {"J1": Head(343, "ab" * 32), "juri 2 (UPT)": Head(1, "0" * 64), "committee": Head(12, "9f" * 32)}
    assert read_anchors(anchor_lines(heads)) == heads
    assert read_anchors("\n  J1   343\t" + "ab" * 32 + "  \r\n\n") == {"J1": heads["J1"]}
    for line in ("J1 343", "J1 343 " + "AB" * 32, "343 " + "ab" * 32, "J1 -1 " + "ab" * 32):
        with problem("anchor_unreadable", match="baris 2"):
            read_anchors("\n" + line)
    with Ledger.open(path) as ledger:
        text = history_of(ledger).events(["round_closed"])["text"].iloc[0]
    said = Closing.read(text)
    assert (said.remark, said.text()) == ("semua lembar lengkap", text)
    assert {name: head.count for name, head in said.heads.items()} == {"committee": 2, "J1": 3, "J2": 2}
    assert Closing.read("selesai") == Closing("selesai")
    assert Closing.read('{"heads": 3}') == Closing('{"heads": 3}')


# Many writers, and writers that die


def test_fifty_writers_lose_and_double_nothing(place: Place) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening()])
        workers = [PROCESSES.Process(target=write_marks, args=(place.url, n, 10, 3)) for n in range(5)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.exitcode for worker in workers] == [0] * 5
        assert len(history_of(ledger).events(["mark"])) == len(history_of(ledger).marks()) == 5 * 10 * 3
        assert ledger.verify() == []
        assert {head.count for name, head in ledger.heads().items() if name != "committee"} == {3}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill so")
def test_what_was_acknowledged_survives_a_kill(place: Place) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        ledger.append([opening()])
    for n in range(20 if isinstance(place.url, Path) else 10):
        receiving, sending = PROCESSES.Pipe(duplex=False)
        writer = PROCESSES.Process(target=write_until_killed, args=(place.url, f"J{n}", sending))
        writer.start()
        sending.close()
        log = [receiving.recv() for _ in range(n % 5 + 1)]
        os.kill(writer.pid or 0, signal.SIGKILL)
        with contextlib.suppress(EOFError):
            while True:
                log.append(receiving.recv())
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        with Ledger.open(place.url) as ledger:
            marks = history_of(ledger).marks()
            kept = marks.loc[marks["judge_id"] == f"J{n}", "value"].astype(int).tolist()
        assert kept == list(range(len(kept)))
        assert log == list(range(len(log)))
        assert len(kept) in {2 * len(log), 2 * len(log) + 2}  # the last may not have been heard of, but is whole
    with Ledger.open(place.url) as ledger:
        assert ledger.verify() == []


# Durability


def test_sqlite_syncs_every_commit(path: Path) -> None:
    with Ledger.open(path) as ledger, ledger._store.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
        assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_a_store_that_does_not_sync_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hasty(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("synchronous = FULL", "synchronous = NORMAL"), *values)

    monkeypatch.setattr(sqlite3.dbapi2, "connect", partial(sqlite3.connect, factory=Hasty))
    with problem("not_durable", match="synchronous bernilai 1; seharusnya 2"):
        Ledger.open(path)


def test_a_server_that_does_not_sync_is_refused(server: str) -> None:
    place = new_schema(server)
    Ledger.open(place.url, create=True).close()
    engine = sa.create_engine(sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf(), pg_sleep(0.2)")
            with problem("not_durable", match="fsync bernilai off; seharusnya on"):
                Ledger.open(place.url)
        finally:
            connection.exec_driver_sql("ALTER SYSTEM RESET fsync")
            connection.exec_driver_sql("SELECT pg_reload_conf(), pg_sleep(0.2)")
    engine.dispose()


# Migrations


def test_a_ledger_of_version_1_opens_and_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(Path(__file__).with_name("ledgers").joinpath("version-1.sql").read_text(encoding="utf-8"))
    connection.close()
    with Ledger.open(path) as ledger:
        assert ledger.fingerprint() == "8e163bbbfc81361dbdcaf2fe8392afaeb9f8dec1ed9ec9c55cba8200be9ea23b"
        assert ledger.heads()["J1"] == Head(3, "739b243f6297adc56d9dfcf33059b8d46273088c5350d432ebb0b4e2350cfac0")
        assert history_of(ledger).marks()["value"].tolist() == ["4", "3.5"]
        assert ledger.verify() == []
        assert ledger.append([FREE["admission"]])[0].number == 11
        with problem("round_is_closed"):
            ledger.append([NEEDS_OPEN["flag"]])
    versions = sqlite3.connect(path).execute("SELECT version FROM ledger_versions").fetchall()
    assert versions == [(1,), (2,), (3,), (4,), (5,)]


def test_a_server_s_ledger_of_an_earlier_kit_learns_the_new_kinds(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = new_schema(server)
    with monkeypatch.context() as before:
        before.setattr(store, "MIGRATIONS", store.MIGRATIONS[:2])
        Ledger.open(place.url, create=True).close()
    with Ledger.open(place.url) as ledger, problem("round_never_opened"):
        ledger.append([NEEDS_OPEN["typed"]])


def test_a_ledger_of_a_later_kit_is_left_alone(place: Place) -> None:
    Ledger.open(place.url, create=True).close()
    place.run("INSERT INTO ledger_versions VALUES (99, '2031')")
    with problem("ledger_too_new", match=r"versi kit yang lebih baru.*99"):
        Ledger.open(place.url)


# Places


def test_only_told_so_a_ledger_is_made(tmp_path: Path, server: str) -> None:
    with problem("ledger_missing", match=r"ledger\.sqlite: buku nilai ini tidak ada"):
        Ledger.open(tmp_path / "ledger.sqlite")
    with problem("ledger_missing"):
        Ledger.open(tmp_path)
    with problem("no_ledger", match=r"^postgresql://postgres@/postgres: ini bukan buku nilai"):
        Ledger.open(new_schema(server).url)
    assert list(tmp_path.iterdir()) == []


def test_closing_leaves_one_file(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["ledger.sqlite"]


def test_making_a_ledger_again_changes_nothing(place: Place) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        tell(ledger)
        before = ledger.fingerprint()
    with Ledger.open(place.url, create=True) as ledger:
        assert ledger.fingerprint() == before


def test_what_an_old_ledger_left_behind_is_not_played_into_a_new_one(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE later (a)")
    connection.commit()
    remains = path.with_name("ledger.sqlite-wal").read_bytes()
    connection.close()
    path.unlink()
    path.with_name("ledger.sqlite-wal").write_bytes(remains)
    with Ledger.open(path, create=True) as ledger:
        assert history_of(ledger).events().empty
        assert ledger.verify() == []
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    ("mounts", "refused"),
    [
        ("server:/data {folder} nfs4 rw 0 0", True),
        ("//server/data {folder} cifs rw 0 0", True),
        ("//server/data {folder} smb3 rw 0 0", True),
        ("a {folder} 9p rw 0 0", True),
        ("a {folder} fuse.sshfs rw 0 0", True),
        ("a / ext4 rw 0 0\nb {parent} nfs rw 0 0", True),
        ("a / ext4 rw 0 0\nb {parent} nfs rw 0 0\nc {folder} ext4 rw 0 0", False),
        ("a {folder} ext4 rw 0 0\nb {folder} nfs rw 0 0", True),
        ("a / ext4 rw 0 0\nb {folder}-x nfs rw 0 0", False),
        ("a {folder} nfs rw 0 0\nb {parent} ext4 rw 0 0", False),
        ("a {folder} fuse.ntfs-3g rw 0 0", False),
        ("a / overlay rw 0 0", False),
        ("", False),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's list of mounts")
def test_a_network_drive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: str, *, refused: bool
) -> None:
    folder = tmp_path / "data 2025"
    folder.mkdir()
    names = {name: str(path).replace(" ", r"\040") for name, path in (("folder", folder), ("parent", tmp_path))}
    listed = tmp_path / "proc" / "self" / "mounts"
    listed.parent.mkdir(parents=True)
    listed.write_text(mounts.format(**names), encoding="utf-8")
    monkeypatch.setattr("psutil.PROCFS_PATH", f"{tmp_path / 'proc'}")
    with problem("network_drive", match="penyimpanan jaringan") if refused else contextlib.nullcontext():
        Ledger.open(folder / "ledger.sqlite", create=True).close()
    assert (folder / "ledger.sqlite").exists() != refused


@pytest.mark.parametrize(
    ("folder", "warned"),
    [
        *(
            (name, True)
            for name in ("OneDrive", "OneDrive - Pemkot Pontianak", "Dropbox", "Dropbox (Tim)", "Google Drive")
        ),
        *(
            (name, True)
            for name in ("GoogleDrive-ani@x.id", "My Drive", "iCloudDrive", "Mobile Documents", "Nextcloud")
        ),
        *((name, False) for name in ("Dropboxes", "data", "onedrivers")),
    ],
)
def test_a_synced_folder_is_warned_about(tmp_path: Path, folder: str, *, warned: bool) -> None:
    (tmp_path / folder).mkdir()
    with pytest.warns(SyncedFolder, match="disinkronkan") if warned else contextlib.nullcontext():
        Ledger.open(tmp_path / folder / "ledger.sqlite", create=True).close()
    assert (tmp_path / folder / "ledger.sqlite").exists()


# Many who save at once


def at_once(ledger: Ledger, threads: list[threading.Thread]) -> None:
    """Run threads that write: none before all of them wait for their turn."""
    with ledger.alone():
        for thread in threads:
            thread.start()
        while len(ledger._store.waiting) < len(threads):
            time.sleep(0.001)
    for thread in threads:
        thread.join(20)


@pytest.mark.parametrize(
    ("refused", "together"), [("", [4]), ("overtaken", [3]), ("round_never_opened", [4, 1, 1, 1, 1])]
)
def test_who_waits_is_recorded_together_and_refused_alone(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, refused: str, together: list[int]
) -> None:
    """While one holds the ledger four come; whoever has the next turn records all of them in one transaction."""
    sent = [mark(f"{n + 1}", judge=f"J{n}") for n in range(4)]
    if refused == "round_never_opened":
        sent[2] = replace(sent[2], round="final")
    answers: dict[int, str] = {}

    def save(n: int) -> None:
        try:
            (made,) = ledger.append([sent[n]], after={"J2": 7} if n == 2 and refused == "overtaken" else None)
            answers[n] = made.event.value
        except Problem as error:
            answers[n] = error.code

    inserts: list[int] = []
    insert = store.insert

    def noted(connection: sa.Connection, events: list[Any], **more: Any) -> None:
        inserts.append(len(events))
        insert(connection, events, **more)

    monkeypatch.setattr(store, "insert", noted)
    threads = [threading.Thread(target=save, args=(n,)) for n in range(4)]
    at_once(ledger, threads)
    assert answers == {0: "1", 1: "2", 2: refused or "3", 3: "4"}
    assert inserts == together
    marks = history_of(ledger).marks()
    assert sorted(zip(marks["judge_id"], marks["value"], strict=True)) == [
        (f"J{n}", f"{n + 1}") for n in range(4) if not (n == 2 and refused)
    ]
    assert ledger.verify() == []


def test_one_key_sent_twice_at_once_is_one_event(ledger: Ledger) -> None:
    """As from two windows that both send what was kept: both are told what was recorded."""
    answers: list[int] = []
    event = mark("3", event_id="same")
    threads = [threading.Thread(target=lambda: answers.append(ledger.append([event])[0].number)) for _ in range(2)]
    at_once(ledger, threads)
    assert answers == [2, 2]


@pytest.mark.parametrize("joined", [True, False])
def test_a_history_that_goes_on_is_the_same_as_one_read_anew(ledger: Ledger, *, joined: bool) -> None:
    reader = Reader(ledger)
    for n in range(4):
        ledger.append([mark(str(n + 1)), comment(f"Catatan {n}")])
        if n == 2:
            ledger.append([closing(text="cukup")])
            ledger.append([opening(text="lagi")])
        history = reader.history()
        if joined:
            assert len(history.table) == history.last
        new = history_of(ledger)
        assert (history.last, history.round_states()) == (new.last, new.round_states())
    pd.testing.assert_frame_equal(history.table, new.table)
    assert history.until(4).last == 4


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder that this process may read but not write to, even in a test run by root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Ledger.open(folder / "ledger.sqlite", create=True).close()
        for path, mode in ((folder, 0o555), (folder / "ledger.sqlite", 0o444)):
            path.chmod(mode)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        yield folder
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_a_folder_that_cannot_be_written_to_is_named(unprivileged: Path) -> None:
    with problem("folder_not_writable", match="tidak dapat ditulisi"):
        Ledger.open(unprivileged / "new.sqlite", create=True)
    with problem("folder_not_writable", match=str(unprivileged)):
        Ledger.open(unprivileged / "ledger.sqlite").append([opening()])


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with problem("folder_not_writable", match="nowhere"):
        Ledger.open(tmp_path / "nowhere" / "ledger.sqlite", create=True)


def test_a_ledger_held_by_another_program_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Ledger.open(path) as ledger:
        assert len(history_of(ledger).events()) == 10
        with problem("ledger_busy", match="Nilai belum tersimpan; coba lagi"):
            ledger.append([FREE["admission"]])
        other.close()
        ledger.append([FREE["admission"]])


def test_a_full_disk_is_named(path: Path) -> None:
    with Ledger.open(path) as ledger:
        engine = ledger._store._engine
        engine.dispose()
        sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 10"))
        with problem("disk_full", match="diska penuh"):
            ledger.append([Event(kind="rules_accepted", actor="committee", text="x" * 100_000)])
        assert len(history_of(ledger).events()) == 10


@pytest.mark.parametrize("damage", ["overwritten", "cut off"])
def test_a_damaged_file_is_named(path: Path, damage: str) -> None:
    with Ledger.open(path) as ledger:
        ledger.append([Event(kind="rules_accepted", actor="committee", text="x" * 1_000)] * 100)
    content = path.read_bytes()
    middle = len(content) // 2
    end = b"\xa5" * (len(content) - middle) if damage == "overwritten" else b""
    path.write_bytes(content[:middle] + end)
    with problem("ledger_damaged", match="rusak"), Ledger.open(path) as ledger:
        ledger.verify()


@pytest.mark.parametrize("kind", ["text", "empty", "another database"])
def test_what_is_no_ledger_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("kode;nilai\n" * 100 if kind == "text" else "", encoding="utf-8")
    if kind == "another database":
        Place(path).run("CREATE TABLE events (a)")
    before = path.read_bytes()
    with problem("no_ledger", match="bukan buku nilai"):
        Ledger.open(path, create=True)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


@pytest.mark.parametrize("url", ["mysql://h/d", "postgres//h", "sqlite:///x", "oracle://h/d", "https://h/d"])
def test_an_unknown_kind_of_store_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with problem("store_unknown" if "://" in url else "ledger_missing"):
        Ledger.open(url)


def test_without_its_driver_postgresql_is_not_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with problem("driver_missing", match="diperlukan paket psycopg"):
        Ledger.open("postgresql://kit:rahasia@127.0.0.1:9/d")


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with problem("server_unreachable", match=r"^postgresql://kit:\*\*\*@127.0.0.1:9/d: ") as caught:
        Ledger.open("postgresql://kit:rahasia@127.0.0.1:9/d")
    assert "rahasia" not in str(caught.value) + repr(caught.value)


# The journal


def test_a_journal_makes_the_same_ledger_again(place: Place, tmp_path: Path) -> None:
    with Ledger.open(place.url, create=True) as ledger:
        tell(ledger)
        ledger.to_journal(tmp_path / "journal.csv")
        told = ledger.fingerprint(), ledger.heads(), ledger.verify()
    with Ledger.from_journal(tmp_path / "journal.csv", tmp_path / "again.sqlite") as again:
        assert (again.fingerprint(), again.heads(), again.verify()) == told
        again.to_journal(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "journal.csv").read_bytes()
    assert sha256((tmp_path / "journal.csv").read_bytes()).hexdigest() == told[0]


def test_a_ledger_moves_to_postgresql_and_back(path: Path, server: str, tmp_path: Path) -> None:
    place = new_schema(server)
    with Ledger.open(path) as ledger:
        before = ledger.fingerprint()
        ledger.to_journal(tmp_path / "journal.csv")
    with Ledger.from_journal(tmp_path / "journal.csv", place.url) as moved:
        assert moved.fingerprint() == before
        assert moved.verify() == []
    with problem("ledger_exists"):
        Ledger.from_journal(tmp_path / "journal.csv", place.url)


def test_the_journal_is_written_as_promised(path: Path, tmp_path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.to_journal(tmp_path / "journal.csv")
    lines = (tmp_path / "journal.csv").read_bytes().split(b"\n")
    assert lines[0] == b"time,actor,kind,round,judge_id,entry_id,criterion,value,text"
    assert lines[3] == b"2025-10-27T02:07:00.000000+00:00,J1,mark,proposal,J1,E1,K1,4,"
    assert lines[6].endswith(b'J2,comment,proposal,J2,E1,entrant,,"Bagus, tetapi ""mahal"".')


PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t\r"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PRINTABLE, min_size=len(FIELDS), max_size=len(FIELDS))))
def test_any_text_survives_the_journal(rows: list[list[str]]) -> None:
    text = "".join(form.journal_lines(rows))
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [list(FIELDS), *rows]


def test_a_journal_with_a_very_long_text_is_read_back(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        ledger.append([Event(kind="rules_locked", actor="committee", text='{"a":"' + "x" * 200_000 + '"}')])
        ledger.to_journal(tmp_path / "journal.csv")
        fingerprint = ledger.fingerprint()
    with Ledger.from_journal(tmp_path / "journal.csv", tmp_path / "again.sqlite") as again:
        assert again.fingerprint() == fingerprint
    assert csv.field_size_limit() == 131_072


def test_a_ledger_continues_the_journal_that_it_came_from(path: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.csv"
    with Ledger.open(path) as ledger:
        ledger.to_journal(journal)
        ledger.append([FREE["admission"]])
        assert ledger.continues(journal)
        text = journal.read_text(encoding="utf-8")
        journal.write_text(text.replace("K1,4,", "K1,5,"), encoding="utf-8", newline="\n")
        assert not ledger.continues(journal)
        ledger.to_journal(journal)
    with Ledger.open(tmp_path / "other.sqlite", create=True) as other:
        assert not other.continues(journal)


def edited(lines: list[str], row: int, old: str, new: str) -> list[str]:
    assert old in lines[row - 1]
    return [line.replace(old, new) if n == row else line for n, line in enumerate(lines, 1)]


TIME = "2025-10-27T02:07:00.000000+00:00"
WRONG: dict[str, tuple[Callable[[list[str]], list[str]], list[tuple[str, int, str | None]]]] = {
    "a column too few": (lambda n: edited(n, 4, ",4,", ",4"), [("journal_row_length", 4, None)]),
    "a column too many": (lambda n: edited(n, 4, ",4,", ",4,,"), [("journal_row_length", 4, None)]),
    "an empty line": (lambda n: [*n[:4], "", *n[4:]], [("journal_row_length", 5, None)]),
    "a local time": (lambda n: edited(n, 4, "+00:00", "+07:00"), [("time_unreadable", 4, "time")]),
    "no time": (
        lambda n: edited(n, 4, TIME, ""),
        [("time_unreadable", 4, "time"), ("time_goes_back", 4, "time")],
    ),
    "an impossible time": (lambda n: edited(n, 12, "10-27", "10-32"), [("time_unreadable", 12, "time")]),
    "an earlier time": (lambda n: edited(n, 5, "02:08", "02:06"), [("time_goes_back", 5, "time")]),
    "an unknown kind": (lambda n: edited(n, 4, "mark", "nilai"), [("event_kind_unknown", 4, "kind")]),
    "a decimal comma": (lambda n: edited(n, 5, "3.5", '"3,5"'), [("event_malformed", 5, "value")]),
    "a control character": (lambda n: edited(n, 7, "Bagus", "Ba\x07gus"), [("event_unprintable", 7, "text")]),
    "a line after a text of two lines": (lambda n: edited(n, 9, ",E2,", ",,"), [("event_malformed", 9, "entry_id")]),
    "a round never opened": (lambda n: edited(n, 5, "proposal", "final"), [("round_never_opened", 5, None)]),
    "a round closed too early": (
        lambda n: [*n[:3], n[9].replace("02:12", "02:06"), *n[3:9], *n[10:]],
        [("round_is_closed", 5, None)],
    ),
    "a round opened twice": (lambda n: [*n[:3], n[2], *n[3:]], [("round_already_open", 4, None)]),
    "many things": (
        lambda n: edited(edited(edited(n, 4, ",4,", ",x,"), 5, "K1", ""), 11, "eligible,", "ya"),
        [("event_malformed", 4, "value"), ("event_malformed", 5, "criterion"), ("journal_row_length", 11, None)],
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_journal_is_refused_with_all_its_mistakes(path: Path, tmp_path: Path, what: str) -> None:
    journal, target = tmp_path / "journal.csv", tmp_path / "again.sqlite"
    with Ledger.open(path) as ledger:
        ledger.to_journal(journal)
    change, expected = WRONG[what]
    lines = change(journal.read_text(encoding="utf-8").split("\n"))
    journal.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    with pytest.raises(Mistakes) as caught:
        Ledger.from_journal(journal, target)
    assert [(e.code, e.data["row"], e.data.get("column")) for e in caught.value] == expected
    assert {e.data["file"] for e in caught.value} == {"journal.csv"}
    assert str(caught.value).count("journal.csv, baris ") == len(expected)
    assert not target.exists()


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "journal_columns"),
        (b"waktu,nilai\n", "journal_columns"),
        (b"\xff\xfe", "journal_unreadable"),
        (",".join(FIELDS).encode() + b'\n"a"b,,,,,,,,\n', "journal_unreadable"),
        (None, "journal_unreadable"),
    ],
)
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes | None, mistake: str) -> None:
    journal = tmp_path / "journal.csv"
    if content is not None:
        journal.write_bytes(content)
    with problem(mistake, match=r"^journal\.csv"):
        Ledger.from_journal(journal, tmp_path / "ledger.sqlite")
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_journal_never_takes_a_ledgers_place(path: Path, tmp_path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.to_journal(tmp_path / "journal.csv")
    before = path.read_bytes()
    with problem("ledger_exists", match="tidak ditimpa"):
        Ledger.from_journal(tmp_path / "journal.csv", path)
    assert path.read_bytes() == before


def test_who_comes_second_finds_the_first_ones_ledger(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(FileExistsError), files.built(path) as new:
        new.write_text("second", encoding="utf-8")
    assert path.read_bytes() == before


def test_a_failure_halfway_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), files.built(tmp_path / "ledger.sqlite") as new:
        new.write_text("half \ud800", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        tell(ledger)
    with pytest.raises(FileExistsError), files.built(tmp_path / "ledger.sqlite") as new:
        new.write_text("second", encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_that_moved_takes_no_more_events(place: Place, server: str, tmp_path: Path) -> None:
    """To the other store and back with the same fingerprint, hashes and senders' keys."""
    target = new_schema(server).url if isinstance(place.url, Path) else tmp_path / "moved.sqlite"
    with Ledger.open(place.url, create=True) as ledger:
        tell(ledger)
        ledger.append([opening(text="lanjut"), mark("5", event_id="tab-1")])
        told = ledger.fingerprint(), ledger.heads()
        with ledger.move(target) as moved:
            assert (moved.fingerprint(), moved.heads(), moved.verify()) == (*told, [])
            with problem("ledger_moved"):
                ledger.append([mark("2")])
            assert ledger.fingerprint() == told[0]
            assert moved.append([mark("5", event_id="tab-1")])[0].number == 12
            with moved.move(tmp_path / "back.sqlite") as back:
                assert back.fingerprint() == told[0]
                assert back.append([mark("2")])[0].number == 13


def test_a_ledger_does_not_move_onto_another(ledger: Ledger, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "other.sqlite", create=True) as other:
        other.append([opening("final")])
    with problem("ledger_exists"):
        ledger.move(tmp_path / "other.sqlite")
    assert ledger.append([mark()])
