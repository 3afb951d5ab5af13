"""Names of persons leave an edition after their time, and nothing else changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from folders import save
from homes import decide, play, stage
from problems import refused as refused_with

import kit
from kit.actions import append
from kit.contest import archive, rounds
from kit.contest.archive import erasable, erase_personal
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.edition import Edition

RULES = contest(single(), retention_years=5)
MARKS = {"E1": "80 70 60", "E2": "75 71 90"}
REASON = "Masa simpan berakhir"


def decreed(home: Path, document: object = RULES, day: str = "2099-02-28") -> Edition:
    """A decided contest whose forms brought along what nobody asked for."""
    folder = home / "data" / "2025"
    edition = stage(home, document, {"E1": "G1/a", "E2": "G2/b"}, conflicts={"J3": "E2:kerabat"})  # type: ignore[arg-type]
    header = ["Kode", "entry_id", "title", "unit_id", "category", "initiator", "Nomor WhatsApp"]
    rows = [["x", "E1", "Inovasi E1", "U-E1", "a", "Siti Contoh", "0812-000"]]
    rows += [["y", "E2", "Inovasi E2", "U-E2", "b", "Unit kerja", "0813-000"]]
    save(folder / "entries.csv", [header, *rows])
    people = [["J1", "Ani", "Lembaga A", "0811", ""], ["J2", "Budi", "", "", ""], ["J3", "Citra", "", "", "E2:kerabat"]]
    save(folder / "judges.csv", [["judge_id", "name", "institution", "telepon", "conflicts"], *people])
    (folder / "office.yaml").write_text("lead: {name: Dewi}\n", encoding="utf-8")
    (folder / "access.sqlite").write_bytes(b"x")
    (folder / "entries-form.json").write_text('{"entries": {"E1": {"initiator": "Siti Contoh"}}}', encoding="utf-8")
    edition = play(kit.open("2025"), "r1", {"E1": "80 70 60", "E2": "75 71 -"}, "konflik kepentingan")
    decide(edition, "r1")
    if day:
        append(edition, Event(kind="decreed", actor="committee", value="12/2099", text=day))
    return edition


def refused(edition: Edition, kind: str, act: Callable[[], object]) -> None:
    """It has a sentence in both languages and changes neither ledger nor files."""
    before = edition.ledger.fingerprint(), files(edition)
    refused_with(kind, act)
    assert (edition.ledger.fingerprint(), files(edition)) == before


def files(edition: Edition) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in edition.folder.iterdir() if p.suffix in {".csv", ".yaml"}}


AFTER = date(2104, 2, 28)


def test_names_go_and_the_result_stays(home: Path) -> None:
    edition = decreed(home)
    ranking, fingerprint = edition.ranking_table(), edition.ledger.fingerprint()
    journal = home / "before.csv"
    edition.ledger.to_journal(journal)
    erasure = erase_personal(edition, REASON, AFTER)
    assert erasure.rewritten == ("units.csv", "entries.csv", "judges.csv")
    assert erasure.removed == ("office.yaml", "access.sqlite", "entries-form.json")
    after = kit.open("2025")
    text = "".join(path.read_text(encoding="utf-8") for path in after.folder.glob("*.csv"))
    for name in ("Ani", "Budi", "Citra", "Siti", "0812", "0811", "Lembaga"):
        assert name not in text
    assert list(after.registers.judges["name"]) == ["J1", "J2", "J3"]
    assert list(after.registers.judges["conflicts"]) == ["", "", "E2:kerabat"]
    assert after.ranking_table().equals(ranking)
    assert after.ledger.continues(journal)
    assert after.ledger.verify() == []
    assert after.ledger.fingerprint() != fingerprint  # it says what was done
    assert list(after.history.events().tail(2)["kind"]) == ["personal_erased", "rules_accepted"]
    assert [change.reason for change in after.acceptances] == [REASON]
    assert after.acceptances[0].changes == ("entries", "judges")
    refused(after, "nothing_to_erase", lambda: erasable(after, AFTER))


def test_values_stay_without_the_columns_that_forms_brought_along(home: Path) -> None:
    edition = decreed(home)
    rows = [["entry_id", "value_id", "value", "source", "Nomor WhatsApp"], ["E1", "bonus", "2,0", "Dewi", "0812-000"]]
    save(edition.folder / "values.xlsx", rows)
    edition = kit.open("2025")
    rounds.accept_changes(edition, "bonus dicatat")
    erasure = erase_personal(edition, REASON, AFTER)
    assert erasure.rewritten[-1] == "values.csv"
    assert "values.csv" in erasure.left
    assert (edition.folder / "values.csv").read_text(encoding="utf-8") == (
        "entry_id,value_id,value,source,note\nE1,bonus,2,Dewi,\n"
    )
    assert not (edition.folder / "values.xlsx").exists()
    assert kit.open("2025").unaccepted() is None


def test_a_workbook_register_leaves_no_workbook_behind(home: Path) -> None:
    folder = home / "data" / "2025"
    edition = decreed(home)
    rows = [["judge_id", "name", "conflicts"], ["J1", "Ani", ""], ["J2", "Budi", ""], ["J3", "Citra", "E2:kerabat"]]
    (folder / "judges.csv").unlink()
    save(folder / "judges.xlsx", rows)
    edition = kit.open("2025")
    rounds.accept_changes(edition, "daftar juri diganti berkas Excel")
    erase_personal(edition, REASON, AFTER)
    assert not (folder / "judges.xlsx").exists()
    assert list(kit.open("2025").registers.judges["name"]) == ["J1", "J2", "J3"]


@pytest.mark.parametrize(("day", "first"), [("2099-02-28", date(2104, 2, 28)), ("2096-02-29", date(2101, 3, 1))])
def test_the_years_are_counted_from_the_decree(home: Path, day: str, first: date) -> None:
    edition = decreed(home, day=day)
    refused(edition, "retention_not_over", lambda: erase_personal(edition, REASON, first.replace(year=first.year - 1)))
    refused(edition, "retention_not_over", lambda: erasable(edition, date.fromordinal(first.toordinal() - 1)))
    assert erasable(edition, first).rewritten


def test_without_the_setting_or_a_decree_or_a_reason_nothing_is_erased(home: Path) -> None:
    edition = decreed(home, day="")
    refused(edition, "not_decreed", lambda: erase_personal(edition, REASON, AFTER))
    append(edition, Event(kind="decreed", actor="committee", value="12/2099", text="2099-02-28"))
    refused(edition, "reason_needed", lambda: erase_personal(edition, " ", AFTER))
    refused(edition, "retention_not_over", lambda: erase_personal(edition, REASON))  # today is long before


def test_an_edition_that_sets_no_time_keeps_its_names(home: Path) -> None:
    edition = decreed(home, contest(single()))
    refused(edition, "retention_not_set", lambda: erase_personal(edition, REASON, AFTER))


def test_a_change_that_nobody_accepted_is_not_swept_along(home: Path) -> None:
    edition = decreed(home)
    path = edition.folder / "units.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Unit E1", "Unit Lain"), encoding="utf-8")
    changed = kit.open("2025")
    refused(changed, "rules_changed", lambda: erase_personal(changed, REASON, AFTER))


@pytest.mark.parametrize("survived", range(4))
def test_what_was_cut_off_is_finished_by_the_next_call(
    home: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    edition = decreed(home)
    ranking = edition.ranking_table()
    rewrite, left = archive._rewrite, [survived]

    def dies(*arguments: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        rewrite(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_rewrite", dies)
        patch.setattr(rounds, "accept_changes", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erase_personal(edition, REASON, AFTER)
    erase_personal(kit.open("2025"), REASON, AFTER)
    after = kit.open("2025")
    assert after.ranking_table().equals(ranking)
    assert list(after.history.events(["personal_erased", "rules_accepted"])["kind"]) == [
        "personal_erased",
        "rules_accepted",
    ]


def test_it_says_where_names_may_still_stand(home: Path) -> None:
    edition = decreed(home)
    (edition.folder / "documents" / "E1").mkdir(parents=True)
    (home / "reports" / "2025").mkdir(parents=True)
    assert erasable(edition, AFTER).left == ("ledger.sqlite", "documents/", "reports/2025/")
