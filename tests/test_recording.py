"""What is checked and what is written are one, and what was tampered with is named."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

import pytest
from contests import contest, single
from homes import decide, give, meet, play, stage
from problems import refused
from test_ledger import new_schema

import kit
from kit import folder, history
from kit.actions import append
from kit.check import check
from kit.cli import main
from kit.contest import decisions, plenary, rounds
from kit.contest.rounds import publish
from kit.errors import Problem
from kit.history import ranking_hash
from kit.judging.desk import Change, Desk
from kit.ledger import COMMITTEE, FIELDS, Event, Head, Ledger, SchemaChanged, store
from kit.ledger.chain import link
from kit.ledger.events import stamp
from kit.ledger.store import ServerUnreachable
from kit.rules import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.edition import Edition
    from kit.ledger.events import Fields

CUT = {"scope": "group", "places": 2, "at_cut": "decide"}
TWO = contest(
    single(ties=[{"by": "judges_decide"}], advance=CUT),
    single(),
    final={"awards": [{"scope": "group", "names": ["Juara I"]}]},
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}
FIRST = {"E1": "90 90 90", "E2": "80 80 80", "E3": "70 70 70", "E4": "60 60 60"}
LAST = {"E1": "50 50 50", "E2": "60 60 60", "E4": "70 70 70"}
VIEW = """CREATE VIEW current_marks AS SELECT number, time, round, judge_id, entry_id, criterion,
    CASE WHEN entry_id = 'E3' THEN '100' ELSE value END AS value FROM events WHERE kind = 'mark'"""
SWALLOW = "CREATE TRIGGER quiet BEFORE INSERT ON events WHEN NEW.kind = 'mark' BEGIN SELECT RAISE(IGNORE); END"
DOUBLED = """DO $do$ BEGIN EXECUTE 'CREATE FUNCTION events_stay(integer) RETURNS void LANGUAGE plpgsql AS '
    || (SELECT quote_literal(prosrc) FROM pg_proc
        WHERE proname = 'events_stay' AND pronamespace = current_schema()::regnamespace); END $do$"""
STAY = "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events_stay'); END"
COMPUTED = ", ".join(name if name != "value" else "upper(value) AS value" for name in store.COLUMNS)
GUARDS = ("stay", "remain", "follow", "in_round")
HOLLOW = "CREATE TRIGGER events_stay BEFORE UPDATE ON events WHEN 0 BEGIN SELECT RAISE(ABORT, 'events_stay'); END"


@pytest.fixture
def edition(home: Path) -> Edition:
    return stage(home, TWO, ENTRIES)


@pytest.fixture
def scored(edition: Edition) -> Edition:
    """The first round is closed."""
    return play(edition, "r1", FIRST)


def past_the_kit(edition: Edition, *statements: str) -> Edition:
    """Run SQL in the ledger's file as somebody else would, and open the edition anew."""
    edition.ledger.close()
    with sqlite3.connect(edition.folder / "ledger.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return kit.open("2025")


def kinds(edition: Edition) -> list[str]:
    return edition.history.events()["kind"].tolist()


# Tampering


def test_a_view_of_marks_changes_no_ranking_and_is_named(scored: Edition) -> None:
    before = scored.result.csv("r1")
    opened = past_the_kit(scored, VIEW)
    assert opened.ranked.csv("r1") == before
    assert opened.ledger.verify() == [SchemaChanged(name="view current_marks")]
    refused("ledger_not_sound", lambda: opened.result)


@pytest.mark.parametrize(
    ("statements", "name"),
    [
        (["DROP TRIGGER events_stay", HOLLOW], "trigger events_stay"),
        (["DROP TRIGGER events_remain"], "trigger events_remain"),
        ([SWALLOW], "trigger quiet"),
        (["CREATE INDEX quick ON events (kind, value)"], "index quick"),
        (["DROP INDEX events_rounds"], "index events_rounds"),
        (["CREATE TABLE more (value TEXT)"], "table more"),
    ],
)
def test_every_changed_object_of_the_store_is_named(scored: Edition, statements: list[str], name: str) -> None:
    opened = past_the_kit(scored, *statements)
    assert opened.ledger.verify() == [SchemaChanged(name=name)]
    assert check(opened).mistakes == [SchemaChanged(name=name)]


@pytest.mark.parametrize(
    ("statements", "name"),
    [
        (["CREATE VIEW current_marks AS SELECT number FROM events"], "relation current_marks"),
        (
            ["CREATE OR REPLACE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"],
            "function events_stay()",
        ),
        (
            [  # the hollow guard hides behind another function of its name that reads as the guard did
                "SET check_function_bodies TO off",
                DOUBLED,
                "CREATE OR REPLACE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            ],
            "function events_stay()",
        ),
        (["CREATE TABLE more () INHERITS (events)"], "relation events"),
        (["ALTER TABLE events DISABLE TRIGGER events_in_round"], "trigger events_in_round"),
        (["CREATE RULE quiet AS ON INSERT TO events WHERE NEW.kind = 'mark' DO INSTEAD NOTHING"], "rule quiet"),
        (["CREATE INDEX quick ON events (kind)"], "index quick"),
        (
            [
                "ALTER FUNCTION events_in_round() RENAME TO kept",
                "CREATE FUNCTION events_in_round() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE FUNCTION events_in_round(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            ],
            "function events_in_round()",
        ),
        (["ALTER TABLE events SET UNLOGGED"], "relation events"),
        (["CREATE SCHEMA apart", "CREATE TABLE apart.more () INHERITS (events)"], "relation events"),
        (["ALTER TABLE events ADD CONSTRAINT few CHECK (value <> '12')"], "constraint few"),
        (['ALTER TABLE events ALTER COLUMN criterion TYPE text COLLATE "C"'], "column events.criterion"),
    ],
)
def test_every_changed_object_is_named_on_a_server_too(server: str, statements: list[str], name: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as ledger:
        assert ledger.verify() == []
        place.run(*statements)
        assert SchemaChanged(name=name) in ledger.verify()


def test_a_schema_that_somebody_else_compares_with_is_in_nobodys_way(server: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as ledger:
        place.run("CREATE SCHEMA IF NOT EXISTS kit_compare")
        assert ledger.verify() == []


def test_a_ledger_without_its_events_is_a_sentence(scored: Edition) -> None:
    opened = past_the_kit(scored, "DROP TABLE events")
    refused("no_ledger", lambda: opened.result)
    assert main(["check", "2025"]) == 1


def test_guards_that_a_server_never_asks_are_named(server: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as ledger:
        place.run("ALTER ROLE CURRENT_USER SET session_replication_role TO replica")
    try:
        with Ledger.open(place.url) as ledger:
            assert ledger.verify() == [SchemaChanged(name="setting session_replication_role")]
    finally:
        place.run("ALTER ROLE CURRENT_USER RESET session_replication_role")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE events",
        "ALTER TABLE events RENAME COLUMN criterion TO kriteria",
        "DELETE FROM ledger_versions",
        "DELETE FROM ledger_versions WHERE version = 5",
    ],
)
def test_a_store_whose_tables_are_gone_or_others_is_named(
    scored: Edition, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    past_the_kit(scored, *(f"DROP TRIGGER events_{name}" for name in GUARDS), statement)
    for command in ("check", "rank"):
        assert main([command, "2025"]) == 1
        assert re.search("pada basis data buku nilai hilang|ini bukan buku nilai", capsys.readouterr().err)


@pytest.mark.parametrize(
    "view",
    ["SELECT * FROM kept LIMIT 1", f"SELECT {COMPUTED} FROM kept"],
)
def test_a_store_whose_tables_are_others_is_named_on_a_server_too(server: str, view: str) -> None:
    place = new_schema(server)
    Ledger.open(place.url, create=True).close()
    place.run("ALTER TABLE events RENAME TO kept", f"CREATE VIEW events AS {view}")
    with Ledger.open(place.url) as ledger:
        assert SchemaChanged(name="relation events") in ledger.verify()
        refused("schema_changed", lambda: ledger.append([Event(kind="round_opened", actor="committee", round="r1")]))


def test_a_refusal_of_a_server_is_told_once(server: str, caplog: pytest.LogCaptureFixture) -> None:
    with Ledger.open(new_schema(server).url, create=True) as ledger:
        refused("mistakes", lambda: ledger.append([Event(kind="round_closed", actor="committee", round="r1")] * 2))
    assert not caplog.records


def test_a_store_that_swallows_events_acknowledges_none(edition: Edition) -> None:
    rounds.open(edition, "r1")
    with sqlite3.connect(edition.folder / "ledger.sqlite") as connection:
        connection.execute(SWALLOW)
    connection.close()
    refused("nothing_written", lambda: give(edition, "r1", {"E1": "90 90 90"}))
    assert "mark" not in kinds(edition)


def test_nothing_is_shown_decided_or_published_of_a_ledger_that_was_tampered_with(scored: Edition) -> None:
    meet(scored, "r1")
    opened = past_the_kit(
        scored,
        "DROP TRIGGER events_stay",
        "UPDATE events SET value = '100' WHERE kind = 'mark' AND entry_id = 'E3'",
        "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events_stay'); END",
    )
    refused("ledger_not_sound", lambda: opened.result)
    refused("ledger_not_sound", lambda: plenary.decide(opened, "r1"))
    refused("ledger_not_sound", lambda: decisions.withdraw(opened, "E1", "mundur"))
    assert main(["rank", "2025"]) == 1


def test_a_running_program_notices_that_what_it_had_read_was_replaced(scored: Edition) -> None:
    before = scored.history.last
    with sqlite3.connect(scored.folder / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER events_stay")
        connection.execute(f"UPDATE events SET hash = 'x', text = 'lain' WHERE number = {before}")
    connection.close()
    scored.refresh()
    assert scored.history.mistakes


def test_rows_of_the_wrong_type_are_tampering_and_no_crash(scored: Edition) -> None:
    opened = past_the_kit(
        scored,
        "DROP TRIGGER events_stay",
        "UPDATE events SET link = 'drei', seals = x'00', value = x'ff00' WHERE number = 5",
    )
    assert opened.ledger.verify()
    refused("ledger_not_sound", lambda: opened.result)


@pytest.mark.parametrize(
    ("mark", "mistake"),
    [({"value": "99999"}, "mark_outside_scale"), ({"judge_id": "NOBODY", "actor": "NOBODY"}, "unknown_judge")],
)
def test_no_event_contradicts_the_rules_and_registers_whoever_records_it(
    edition: Edition, mark: dict[str, str], mistake: str
) -> None:
    rounds.open(edition, "r1")
    criterion = edition.rules.round("r1").marked[0].id
    about = {"round": "r1", "judge_id": "J1", "actor": "J1", "entry_id": "E1", "criterion": criterion, "value": "90"}
    wrong = Event(kind="mark", **about | mark)
    for recorded in (partial(append, edition), lambda event: edition.ledger.append([event])):
        found = refused("mistakes", lambda recorded=recorded: recorded(wrong))
        assert [one.code for one in found.found] == [mistake]
    with Ledger.open(edition.folder / "ledger.sqlite") as ledger:  # a program that knows no rules
        ledger.append([wrong])
    assert [one.code for one in check(kit.open("2025")).mistakes] == [mistake]


@pytest.mark.parametrize(
    ("kind", "fields", "mistake"),
    [
        ("correction", {"entry_id": "E1", "criterion": "category", "value": "zz"}, "unknown_category"),
        ("correction", {"entry_id": "E1", "criterion": "zz", "value": "x"}, "not_correctable"),
        ("tie_ruling", {"round": "r1", "value": "E1>E9"}, "unknown_entry"),
        ("duplicate", {"entry_id": "E1", "value": "E9"}, "unknown_entry"),
        ("award_withheld", {"value": "x"}, "event_malformed"),
        ("decreed", {"value": "1/2025", "text": "2025-02-30"}, "event_malformed"),
    ],
)
def test_no_event_names_what_there_is_not(edition: Edition, kind: str, fields: dict[str, str], mistake: str) -> None:
    event = Event(kind=kind, actor="committee", **{"text": "sebab", **fields})
    found = refused("mistakes", lambda: append(edition, event))
    assert [one.code for one in found.found] == [mistake]
    assert kinds(edition) == []


def test_of_several_corrections_the_last_must_fit(scored: Edition) -> None:
    with Ledger.open(scored.folder / "ledger.sqlite") as ledger:  # a program that knows no rules
        about = {"kind": "correction", "actor": "committee", "entry_id": "E1", "criterion": "category", "text": "x"}
        ledger.append([Event(value="zz", **about)])
        assert [one.code for one in check(kit.open("2025")).mistakes] == ["unknown_category"]
        ledger.append([Event(value="b", **about)])
    assert check(kit.open("2025")).mistakes == []


def test_a_mark_off_its_scale_is_in_no_result_until_it_is_replaced(edition: Edition) -> None:
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST)
    criterion = edition.rules.round("r1").marked[0].id
    mark = {"kind": "mark", "actor": "J1", "round": "r1", "judge_id": "J1", "entry_id": "E3", "criterion": criterion}
    with Ledger.open(edition.folder / "ledger.sqlite") as ledger:  # a program that knows no rules
        ledger.append([Event(value="99999", **mark)])
    rounds.close(edition, "r1")
    meet(edition, "r1")
    refused("marks_off_scale", lambda: edition.result)
    refused("marks_off_scale", lambda: plenary.decide(edition, "r1"))
    assert main(["rank", "2025"]) == 1
    plenary.reopen_sheet(edition, "r1", "J1", "E3", "salah baca")
    append(edition, Event(value="70", **mark))
    assert check(edition).mistakes == []
    plenary.decide(edition, "r1")


def forged(edition: Edition, **fields: str) -> Edition:
    """Write an event into the ledger's file, chained as the kit would but without its checks, and open it anew."""
    edition.ledger.close()
    said = {"time": stamp(datetime.now(UTC)), "actor": COMMITTEE, **fields}
    row = cast("Fields", tuple(said.get(name, "") for name in FIELDS))
    with sqlite3.connect(edition.folder / "ledger.sqlite") as connection:
        chain, count, digest = connection.execute(
            "SELECT chain, link, hash FROM events WHERE chain = ? ORDER BY number DESC", [COMMITTEE]
        ).fetchone()
        ((last, time),) = connection.execute("SELECT max(number), max(time) FROM events").fetchall()
        (made,) = link([(row, None)], (last, time), {chain: Head(count, digest)}, None)
        connection.execute(f"INSERT INTO events VALUES ({', '.join('?' * len(made))})", made)
    connection.close()
    return kit.open("2025")


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "mark", "round": "r1", "judge_id": "J1", "entry_id": "E1", "criterion": "mark", "value": "abc"},
        {"kind": "award_withheld", "value": "x", "text": "sebab"},
        {"kind": "tie_ruling", "round": "r1", "value": "E1>E2", "criterion": "x", "text": "sebab"},
        {"kind": "decreed", "value": "1/2025", "text": "x"},
        {"kind": "rename", "text": "sebab"},
        {"kind": "withdrawn", "entry_id": "E1", "text": "sebab", "time": "9999-12-31T23:59:59.000000+00:00"},
    ],
)
def test_an_event_that_the_kit_never_wrote_is_named_and_not_counted(edition: Edition, fields: dict[str, str]) -> None:
    rounds.open(edition, "r1")
    before = edition.history.events()
    opened = forged(edition, **fields)
    assert [one.code for one in check(opened).mistakes] == ["event_foreign"]
    assert opened.history.events().equals(before)
    refused("ledger_not_sound", lambda: opened.result)
    refused("mistakes", lambda: rounds.open(opened, "r2"))
    assert Desk(opened, "r1", "J1").state("E1") == "not_begun"
    assert main(["check", "2025"]) == 1


def test_reading_that_was_stopped_leaves_no_event_out(scored: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_BATCH", 5)
    opened = kit.open("2025")
    stored = opened.ledger.stored

    def stopped(first: int = 1) -> Iterator[object]:
        yield from islice(stored(first), 5)
        raise ServerUnreachable(file="basis data", detail="putus")

    monkeypatch.setattr(opened.ledger, "stored", stopped)
    refused("server_unreachable", lambda: opened.history)
    monkeypatch.setattr(opened.ledger, "stored", stored)
    assert opened.history.events().equals(scored.history.events())
    assert opened.result.csv("r1") == scored.result.csv("r1")


def test_a_record_of_a_publication_that_is_no_ranking_is_a_sentence(scored: Edition) -> None:
    decide(scored, "r1")
    text = '{"fingerprint": "x", "ranking": "a,b\\n1,2\\n"}'
    append(scored, Event(kind="round_published", actor="committee", round="r1", value="1", text=text))
    refused("version_unreadable", lambda: scored.result)
    assert [one.code for one in check(scored).mistakes] == ["version_unreadable"]


def test_an_edition_of_the_past_is_read_only(scored: Edition) -> None:
    opening = scored.at(2)
    assert opening.states == {"r1": "open", "r2": "not_opened"}
    before = scored.ledger.fingerprint()
    refused("edition_of_the_past", lambda: decisions.withdraw(opening, "E1", "mundur"))
    refused("edition_of_the_past", lambda: append(opening, Event(kind="withdrawn", actor="x", entry_id="E1", text="x")))
    saved = Desk(opening, "r1", "J1").save([Change("E1", "mark", "1", "k")])
    assert [outcome.saved for outcome in saved] == [None]
    assert scored.ledger.fingerprint() == before
    decisions.withdraw(scored, "E1", "mundur")
    for number in (-1, scored.history.last + 1):
        refused("no_such_event", lambda number=number: scored.at(number))


def test_a_clock_that_was_wrong_is_remarked_upon(scored: Edition) -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    append(scored, Event(kind="round_plenary", actor="committee", round="r1", time=later))
    assert Problem("event_in_future", event=scored.history.last, time=later) in check(scored).remarks


# Check and write are one


def test_nobody_else_can_record_while_a_decision_is_checked(scored: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(scored, "r1")
    plenary.reopen_sheet(scored, "r1", "J1", "E3", "salah baca")
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    other = kit.open("2025")
    criterion = scored.rules.round("r1").marked[0].id
    mark = Event(kind="mark", actor="J1", round="r1", judge_id="J1", entry_id="E3", criterion=criterion, value="100")
    seen: list[Problem] = []

    def in_between(csv: str) -> str:
        seen.append(refused("ledger_busy", lambda: append(other, mark)))
        return ranking_hash(csv)

    monkeypatch.setattr(plenary, "ranking_hash", in_between)
    plenary.decide(scored, "r1")
    assert seen
    assert scored.decisions.ranking_of["r1"] == ranking_hash(scored.result.csv("r1"))
    with pytest.raises(Problem):  # the round is decided now
        append(other, mark)


def test_a_round_that_another_program_opened_does_not_close_while_sheets_are_owed(edition: Edition) -> None:
    other = kit.open("2025")
    assert other.states["r1"] == "not_opened"
    rounds.open(edition, "r1")
    refused("sheets_missing", lambda: rounds.close(other, "r1"))


def test_a_decision_about_an_entry_sees_what_another_program_recorded(edition: Edition) -> None:
    other = kit.open("2025")
    assert len(other.registers.entries) == len(ENTRIES)
    decisions.withdraw(edition, "E1", "mundur")
    refused("already_out", lambda: decisions.withdraw(other, "E1", "mundur"))


# What was decided and published


def another_ranking(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Edition:
    """Let the kit compute something else from the same events, as a later version might."""
    from kit import edition as module  # noqa: PLC0415

    def rank(rules: object, record: object) -> object:
        ranked = real(rules, record)
        awards = ranked.ranking["award"].where(ranked.ranking["entry_id"] != "E2", None)
        ranks = ranked.ranking["rank"] + (ranked.ranking["round"] == "r1")
        return replace(ranked, ranking=ranked.ranking.assign(rank=ranks, award=awards))

    real = module.rank
    monkeypatch.setattr(module, "rank", rank)
    edition.refresh()
    return edition


def test_a_decided_ranking_that_comes_out_otherwise_is_not_shown(
    scored: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_ranking(decide(scored, "r1"), monkeypatch)
    refused("decision_differs", lambda: scored.result)
    refused("decision_differs", lambda: publish(scored, "r1"))
    assert [one.code for one in check(scored).mistakes] == ["decision_differs"]


def test_a_published_ranking_is_shown_as_it_was_published(scored: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(decide(scored, "r1"), "r1")
    before = scored.ranking_table("r1")
    another_ranking(scored, monkeypatch)
    assert scored.computed.csv("r1") != scored.result.csv("r1")
    assert scored.ranking_table("r1").equals(before)
    found = check(scored)
    assert (found.mistakes, [one.code for one in found.remarks]) == ([], ["published_otherwise"])


def test_the_hashes_of_earlier_versions_stay_readable(scored: Edition) -> None:
    meet(scored, "r1")
    append(
        scored, Event(kind="round_decided", actor="committee", round="r1", value=fingerprint(scored.result.csv("r1")))
    )
    assert not scored.overturned("r1", scored.result)
    publish(scored, "r1")
    assert check(scored).mistakes == []


def test_a_decision_of_an_earlier_version_that_comes_out_otherwise_is_remarked_upon(scored: Edition) -> None:
    plenary.begin(scored, "r1")
    append(scored, Event(kind="round_decided", actor="committee", round="r1", value="0" * 64))
    assert [one.code for one in check(scored).remarks] == ["decided_otherwise"]
    assert not scored.result.ranking.empty


def test_a_publication_of_something_that_was_not_decided_is_named(scored: Edition) -> None:
    publish(decide(scored, "r1"), "r1")
    event = scored.history.events(["round_published"]).iloc[0]
    decide(scored, "r1", reason="keberatan")
    text = str(event["text"]).replace("E3", "E9")
    append(scored, Event(kind="round_published", actor="committee", round="r1", value="2", text=text))
    assert Problem("published_not_decided", round="Tahap 1", number=2) in check(scored).mistakes


def test_what_was_published_and_never_decided_is_not_shown(scored: Edition) -> None:
    publish(decide(scored, "r1"), "r1")
    event = scored.history.events(["round_published"]).iloc[0]
    assert not scored.result.ranking.empty
    decide(scored, "r1", reason="keberatan")
    text = str(event["text"]).replace("E3", "E9")
    append(scored, Event(kind="round_published", actor="committee", round="r1", value="2", text=text))
    refused("published_not_decided", lambda: scored.result)
    assert main(["rank", "2025"]) == 1


def test_a_mark_that_is_no_number_is_tampering_and_no_crash(scored: Edition) -> None:
    opened = past_the_kit(
        scored, "DROP TRIGGER events_stay", "UPDATE events SET value = 'banyak' WHERE number = 5", STAY
    )
    assert len(check(opened).mistakes) == 1


# The gate through which a round opens


def test_a_round_opens_after_an_undecided_one_only_with_a_reason(scored: Edition) -> None:
    refused("earlier_not_decided", lambda: rounds.open(scored, "r2"))
    rounds.open(scored, "r2", "jadwal presentasi tidak dapat digeser")
    assert scored.states["r2"] == "open"


def test_no_reason_opens_a_round_while_nobody_knows_who_of_a_group_goes_on(edition: Edition) -> None:
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST | {"E3": "70 70 -"})
    rounds.close(edition, "r1", "juri sakit")
    refused("cut_unknown", lambda: rounds.open(edition, "r2", "lanjut saja"))
    assert edition.states["r2"] == "not_opened"


def test_no_reason_opens_a_round_over_a_tie_at_the_cut(edition: Edition) -> None:
    play(edition, "r1", FIRST | {"E3": "80 80 80"})
    found = refused("tie_at_cut_open", lambda: rounds.open(edition, "r2", "lanjut saja"))
    assert found.data["entries"] == ["E2", "E3"]
    assert "pada batas lolos Satu," in found.sentence("id")  # the list by its name, not by its id


def test_a_round_opens_with_entries_that_cannot_get_a_score_only_with_a_reason(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES, conflicts=dict.fromkeys(("J1", "J2", "J3"), "E1:kerabat"))
    with pytest.raises(Problem):
        rounds.open(edition, "r1")
    assert edition.states["r1"] == "not_opened"
    rounds.open(edition, "r1", "E1 dinilai juri pengganti")
    assert edition.states["r1"] == "open"


def test_two_entries_of_one_unit_with_one_title_are_decided_before_marks_are_given(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    path = edition.folder / "entries.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Inovasi E2","U-E2"', '"INOVASI  E1","U-E1"'), encoding="utf-8")
    edition = kit.open("2025")
    found = refused("same_titles", lambda: rounds.open(edition, "r1"))
    assert found.data["entries"] == ["E1", "E2"]
    assert found in check(edition).remarks
    decisions.declare_duplicate(edition, "E2", "E1", "ganda")
    rounds.open(edition, "r1")


def test_two_entries_with_one_title_are_named_while_the_selection_goes_on(home: Path) -> None:
    edition = stage(home, contest({"kind": "checklist"}, single()), ENTRIES)
    path = edition.folder / "entries.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Inovasi E2","U-E2"', '"INOVASI  E1","U-E1"'), encoding="utf-8")

    def named() -> list[list[str]]:
        found = check(kit.open("2025")).remarks
        return [one.data["entries"] for one in found if one.code == "same_titles"]

    assert named() == [["E1", "E2"]]
    rounds.open(kit.open("2025"), "r1")
    assert named() == [["E1", "E2"]]


def test_a_round_does_not_open_on_other_registers_than_those_shown(edition: Edition) -> None:
    path = edition.folder / "judges.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Nama J1", "Nama lain"), encoding="utf-8")
    edition.refresh()
    refused("files_changed", lambda: rounds.open(edition, "r1", "alasan"))
    rounds.open(kit.open("2025"), "r1")
    assert kit.open("2025").unaccepted() is None


@pytest.mark.usefixtures("edition")
def test_opening_says_what_it_is_about_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["round", "open", "2025", "r1"]) == 0
    assert "4 inovasi, 12 lembar penilaian, 3 juri" in capsys.readouterr().out


# Where the ledger is


def test_a_ledger_that_is_gone_is_not_made_anew(scored: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    scored.ledger.close()
    (scored.folder / "ledger.sqlite").unlink()
    refused("ledger_lost", lambda: kit.open("2025").states)
    assert main(["check", "2025"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not (scored.folder / "ledger.sqlite").exists()


@pytest.mark.parametrize("content", [b"rubbish\n", b"", b"\xff\xfe"])
def test_a_damaged_address_of_the_ledger_makes_no_file(scored: Edition, content: bytes) -> None:
    scored.ledger.close()
    (scored.folder / "ledger.url").write_bytes(content)
    before = sorted(path.name for path in scored.folder.iterdir())
    refused("pointer_unreadable", lambda: kit.open("2025").states)
    assert sorted(path.name for path in scored.folder.iterdir()) == before


@pytest.mark.parametrize("stopped", ["move", "_arrive"])
def test_a_move_that_was_stopped_is_finished_or_repeated(
    scored: Edition, server: str, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    """Stopped before the old ledger is sealed, or after."""
    url, told = f"{new_schema(server).url}", scored.history.fingerprint()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        target = (Ledger, "move") if stopped == "move" else (folder, "_arrive")
        patch.setattr(*target, stop)
        with pytest.raises(KeyboardInterrupt):
            scored.move_ledger(url)
    scored.ledger.close()
    opened = kit.open("2025")
    assert opened.history.fingerprint() == told
    assert (opened.folder / "ledger.url").exists() == (stopped == "_arrive")
    if stopped == "move":
        opened.move_ledger(url)
    decide(opened, "r1")
    opened.ledger.close()


def test_a_ledger_goes_to_a_server_back_and_there_again(scored: Edition, server: str) -> None:
    url = f"{new_schema(server).url}"
    scored.move_ledger(url)
    decide(scored, "r1")
    scored.move_ledger("file")
    publish(scored, "r1")
    told = scored.history.fingerprint()
    scored.move_ledger(url)
    assert scored.history.fingerprint() == told
    plenary.begin(scored, "r1", "keberatan")
    assert scored.ledger.verify() == []


@pytest.mark.parametrize("there", ["file", "server"])
def test_who_has_the_edition_open_follows_a_ledger_that_moves(
    edition: Edition, request: pytest.FixtureRequest, there: str
) -> None:
    url = str(new_schema(request.getfixturevalue("server")).url)
    if there == "file":
        edition.move_ledger(url)
    rounds.open(edition, "r1")
    watching, bringing, another = (kit.open("2025") for _ in range(3))
    assert {opened.states["r1"] for opened in (watching, bringing, another)} == {"open"}
    desk = Desk(another, "r1", "J1")
    edition.move_ledger(url if there == "server" else "file")
    assert desk.save([Change("E1", "mark", "90", "k")])[0].saved
    watching.refresh()
    assert watching.history.marks()["value"].tolist() == ["90"]
    assert give(bringing, "r1", {"E2": "80 80 80"}) == (3, 0)
    assert desk.submit(["E1"], "s")
    assert (edition.folder / "ledger.sqlite").exists() == (there == "file")
    edition.refresh()
    assert edition.history.last == 7
    assert check(edition).mistakes == []


def test_a_change_that_the_server_s_driver_refuses_is_not_asked_for_again(edition: Edition, server: str) -> None:
    edition.move_ledger(str(new_schema(server).url))
    rounds.open(edition, "r1")
    (outcome,) = Desk(edition, "r1", "J1").save([Change("E1", "mark", "90", "k\0")])
    assert (outcome.saved, outcome.again) == (None, False)
    assert outcome.said


@pytest.mark.usefixtures("scored")
def test_a_ledger_whose_file_is_gone_leaves_no_empty_one() -> None:
    opened = kit.open("2025")
    opened.ledger.close()
    (opened.folder / "ledger.sqlite").unlink()
    refused("ledger_lost", lambda: opened.result)
    refused("ledger_lost", lambda: decisions.withdraw(opened, "E1", "mundur"))
    assert not (opened.folder / "ledger.sqlite").exists()


def test_an_empty_ledger_in_the_place_of_a_filled_one_is_not_taken_for_it(scored: Edition) -> None:
    scored.ledger.close()
    (scored.folder / "ledger.sqlite").unlink()
    Ledger.open(scored.folder / "ledger.sqlite", create=True).close()
    refused("ledger_lost", lambda: kit.open("2025").ledger)


def test_an_opening_that_failed_leaves_the_edition_as_new(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", lambda *_, **__: refuse())
        refused("disk_full", lambda: rounds.open(edition, "r1"))
    assert kit.open("2025").states["r1"] == "not_opened"


def refuse() -> None:
    raise store.DiskFull(file="ledger.sqlite", folder="data", detail="penuh")


def test_a_ledger_does_not_move_onto_other_events(scored: Edition, server: str) -> None:
    place = new_schema(server)
    with Ledger.open(place.url, create=True) as other:
        other.append([Event(kind="round_opened", actor="committee", round="r9")])
    refused("ledger_exists", lambda: scored.move_ledger(str(place.url)))
    decide(scored, "r1")


# The disk


@pytest.mark.parametrize("full", [True, False])
def test_an_error_of_the_disk_is_not_called_damage(edition: Edition, *, full: bool) -> None:
    """A write that fails says that nothing was saved, and never advises to put a backup over good marks."""
    rounds.open(edition, "r1")
    edition.ledger.close()
    code = (
        "import resource, shutil, collections, kit, homes, pathlib\n"
        "from kit.ledger import store\n"
        f"free = {0 if full else 1 << 40}\n"
        "store.shutil.disk_usage = lambda _: collections.namedtuple('U', 'free')(free)\n"
        "edition = kit.open('2025'); edition.states\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from kit.actions import append; from kit.ledger import Event\n"
        "try:\n"
        "    append(edition, *[Event(kind='objection', actor='committee', round='r1', entry_id='E1',\n"
        "        criterion=f'S-{n}', value='procedure', text='x' * 500) for n in range(400)])\n"
        "except Exception as error: print(error.code)\n"
    )
    path = os.pathsep.join([*sys.path])
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["disk_full" if full else "disk_failing"]
    assert kit.open("2025").ledger.verify() == []


def test_an_edition_on_a_medium_that_is_read_only_can_be_ranked(
    scored: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored.ledger.close()
    before = {path.name: path.read_bytes() for path in scored.folder.iterdir()}
    monkeypatch.setattr(store.os, "access", lambda *_: False)
    opened = kit.open("2025")
    assert opened.ranking_table("r1")["rank"].notna().all()
    assert {path.name: path.read_bytes() for path in scored.folder.iterdir()} == before
    with pytest.raises(Problem):
        decisions.withdraw(opened, "E1", "mundur")


def test_text_that_is_not_utf_8_is_damage(scored: Edition) -> None:
    opened = past_the_kit(
        scored, "DROP TRIGGER events_stay", "UPDATE events SET text = CAST(x'ff41' AS TEXT) WHERE number = 4"
    )
    refused("ledger_damaged", lambda: opened.states)


def test_a_schema_that_is_not_utf_8_is_damage(scored: Edition) -> None:
    opened = past_the_kit(
        scored,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = CAST(sql || ' -- ' || x'ff' AS TEXT) WHERE name = 'events_rounds'",
    )
    refused("ledger_damaged", lambda: opened.states)
