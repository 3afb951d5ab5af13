"""Comments leave only after somebody approved exactly what they say now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from homes import give, play, stage
from papers import pdf_text, records, squeezed
from problems import problem

from kit.actions import append
from kit.cli import main
from kit.contest import rounds
from kit.contest.decisions import approve, comments
from kit.ledger import Event

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

ONE = contest(single(), final={"awards": [{"scope": "group", "names": ["Juara I"]}]})
SAID = {"J1": "Kata pertama.", "J2": "Kata kedua.", "J3": "Kata ketiga."}


def say(edition: Edition, text: str, judge: str = "J1", entry: str = "E1", criterion: str = "entrant") -> None:
    about = {"round": "r1", "judge_id": judge, "entry_id": entry, "criterion": criterion}
    append(edition, Event(kind="comment", actor=judge, text=text, **about))


@pytest.fixture
def commented(home: Path) -> Edition:
    """Three judges left a comment on E1, and one of them an internal note."""
    edition = stage(home, ONE, ["E1", "E2"])
    rounds.open(edition, "r1")
    give(edition, "r1", {"E1": "90 90 90", "E2": "80 80 80"})
    for judge, text in SAID.items():
        say(edition, text, judge)
    say(edition, "Hanya untuk juri.", "J2", criterion="internal")
    return edition


@pytest.fixture
def closed(commented: Edition) -> Edition:
    rounds.close(commented, "r1")
    return commented


def test_nothing_is_listed_while_the_round_is_open(commented: Edition) -> None:
    assert comments(commented).empty
    with problem("nothing_to_approve"):
        approve(commented, "S-01")


def test_what_waits_does_not_leave(closed: Edition) -> None:
    text = pdf_text(closed, "feedback", "E1")
    assert "Tidakadacatatandewanjuriyangdisampaikan" in text
    assert "menunggu" not in text
    assert not any(squeezed(said) in text for said in SAID.values())


def test_what_is_approved_leaves_without_a_name(closed: Edition) -> None:
    assert approve(closed, "S-01") == 3
    text = pdf_text(closed, "feedback", "E1")
    assert all(squeezed(said) in text for said in SAID.values())
    assert "menunggu" not in text
    assert "Hanyauntukjuri" not in text
    assert "J1" not in text
    assert "S-01" not in text
    events = closed.history.events(["approved"])
    assert set(events["actor"]) == {"S-01"}
    with problem("nothing_to_approve"):
        approve(closed, "S-01")


def test_only_what_is_named_is_approved(closed: Edition) -> None:
    table = comments(closed)
    key = table.loc[table["text"] == "Kata kedua.", "key"].item()
    assert approve(closed, "S-01", [key]) == 1
    text = pdf_text(closed, "feedback", "E1")
    assert "Katakedua." in text
    assert "menunggu" not in text
    with problem("comment_unknown"):
        approve(closed, "S-01", [key])


def test_a_comment_that_changed_waits_again(closed: Edition) -> None:
    old = comments(closed)["key"].tolist()
    approve(closed, "S-01")
    rounds.open(closed, "r1", "Catatan diperbaiki")
    say(closed, "Kata baru.")
    say(closed, "", "J3")
    rounds.close(closed, "r1")
    table = comments(closed).set_index("text")
    assert table["approved"].to_dict() == {"Kata baru.": False, "Kata kedua.": True}
    assert table["key"]["Kata baru."] not in old
    text = pdf_text(closed, "feedback", "E1")
    assert "Katabaru" not in text
    assert "Katapertama" not in text


def test_an_entry_without_comments_says_so(closed: Edition) -> None:
    assert "Tidakadacatatandewanjuriyangdisampaikan" in pdf_text(closed, "feedback", "E2")


def test_the_order_of_comments_is_not_that_of_the_judges(home: Path) -> None:
    entries = [f"E{n}" for n in range(1, 21)]
    edition = stage(home, ONE, entries)
    rounds.open(edition, "r1")
    give(edition, "r1", dict.fromkeys(entries, "80 80 80"))
    for entry in entries:
        for judge, text in SAID.items():
            say(edition, text, judge, entry)
    rounds.close(edition, "r1")
    approve(edition, "S-01")
    told = {entry: told_about(edition, entry) for entry in entries}
    assert len(set(told.values())) > 3
    assert {frozenset(order) for order in told.values()} == {frozenset(SAID.values())}
    # Nor is it the order of the keys, which anybody can work out who knows the judges' ids.
    listed = comments(edition).groupby("entry_id")["text"].agg(tuple).to_dict()
    assert sum(told[entry] != listed[entry] for entry in entries) > 5


def told_about(edition: Edition, entry: str) -> tuple[str, ...]:
    """The comments of a feedback sheet, in order."""
    lists = [block["items"] for block in records(edition, "feedback", entry) if block["type"] == "list"]
    return next(tuple(item[0]["text"] for item in items) for items in lists if items[0][0]["text"] in SAID.values())


def test_somebody_must_be_named(closed: Edition) -> None:
    with problem("approver_missing"):
        approve(closed, " ")


def test_the_command_lists_first_and_then_records(closed: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    closed.ledger.close()
    assert main(["marks", "comments", "2025"]) == 0
    listed = capsys.readouterr().out
    assert all(said in listed for said in SAID.values())
    assert not any(f" {judge} " in listed for judge in SAID)
    assert "3 catatan menunggu persetujuan, 0 sudah disetujui." in listed
    key = next(line.split()[0] for line in listed.splitlines() if "Kata kedua." in line)
    assert main(["marks", "approve", "2025", key]) == 2
    assert "--by" in capsys.readouterr().err
    assert main(["marks", "approve", "2025", key, "--by", "S-01"]) == 0
    assert capsys.readouterr().out.startswith("1 catatan disetujui oleh S-01.")
    assert main(["marks", "approve", "2025", "--by", "S-02", "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith("2 comments were approved by S-02.")


def test_small_groups_show_no_mean(home: Path) -> None:
    for n, told in ((4, False), (5, True)):
        entries = [f"E{k}" for k in range(1, n + 1)]
        document = contest(single(criteria=[], score=[{"over": "judges", "by": "mean", "round": 2}]))
        edition = play(stage(home, document, entries), "r1", dict.fromkeys(entries, "80 80 80"))
        table = next(block for block in records(edition, "feedback", "E1") if block["type"] == "table")
        assert any(column["key"] == "group" for column in table["columns"]) == told
        assert ("tidak ditampilkan" in " ".join(table["notes"])) == (not told)
        edition.ledger.close()
        for path in edition.folder.glob("*"):
            path.unlink()
