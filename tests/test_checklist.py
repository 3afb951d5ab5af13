"""The form of the administrative selection, message by message: what a page may ask for, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from homes import stage
from samples import said
from selections import ENTRIES, admitted, answers, say, selecting

import kit
from kit.contest import rounds
from kit.contest.selection import dossiers
from kit.report.progress import selection_progress
from kit.screens.checklist import ChecklistForm, checklist_form

if TYPE_CHECKING:
    from pathlib import Path


class Page:
    """What a page would see of the form."""

    def __init__(self, language: kit.texts.Language = "id") -> None:
        self.form = ChecklistForm(kit.open("2025", language))
        self.told: list[dict[str, Any]] = []
        self.form.send = lambda message, *_: self.told.append(message)

    def ask(self, type_: str, key: str = "k", **message: Any) -> dict[str, Any]:
        said = {"type": type_, "key": key, "verifier": "SEK-1", "entry": "E1", **message}
        self.form._answer(self.form, said, [])
        return self.told[-1]

    def check(self, item: str, value: str, key: str = "k", **more: Any) -> dict[str, Any]:
        return self.ask("save", key, kind="checked", criterion=item, value=value, **more)


@pytest.fixture
def page(home: Path) -> Page:
    selecting(home)
    return Page()


def test_an_answer_is_told_with_the_entry_as_it_is_now(page: Page) -> None:
    told = page.check("surat", "to_complete", text="Belum ditandatangani", seen=0)
    assert (told["type"], told["key"], [*told["entries"]]) == ("saved", "k", ["E1"])
    shown = told["entries"]["E1"]
    assert shown["state"] == "to_complete"
    assert shown["said"]["checked|surat"]["text"] == "Belum ditandatangani"
    assert shown["said"]["checked|surat"]["actor"] == "SEK-1"


def test_the_page_is_told_of_all_entries_at_first(page: Page) -> None:
    told = page.ask("load", "", entry="")
    assert [*told["entries"]] == [*ENTRIES]
    assert [entry["id"] for entry in page.form.setup["entries"]] == [*ENTRIES]
    assert told["closed"] == ""


def test_what_is_refused_is_said_and_changes_nothing(page: Page) -> None:
    before = kit.open("2025").ledger.fingerprint()
    assert "pemeriksa" in page.check("surat", "yes", verifier=" ")["said"]
    assert "butir belum dijawab" in page.ask("save", kind="admission", criterion="", value="eligible")["said"]
    assert "jawaban yang dikenal" in page.ask("save", kind="mark", criterion="surat", value="5")["said"]
    assert "E9" in page.check("surat", "yes", entry="E9")["said"]
    assert "alasan" in page.ask("decide", what="category", value="b", reason="")["said"].lower()
    assert kit.open("2025").ledger.fingerprint() == before


def test_what_was_changed_elsewhere_is_not_written_over(page: Page) -> None:
    say(kit.open("2025"), answers("E1", "no"))
    told = page.check("surat", "yes", seen=0)
    assert told["type"] == "refused"
    assert told["entries"]["E1"]["said"]["checked|surat"]["value"] == "no"
    assert (
        page.check("surat", "yes", "k2", seen=told["entries"]["E1"]["said"]["checked|surat"]["number"])["type"]
        == "saved"
    )


@pytest.mark.parametrize(("what", "value"), [("category", "b"), ("duplicate", "E2")])
def test_a_decision_that_is_sent_again_is_recorded_once(page: Page, what: str, value: str) -> None:
    for _ in range(2):
        assert page.ask("decide", what=what, value=value, reason="Isi sama")["type"] == "saved"
    edition = kit.open("2025")
    assert len(edition.history.events(["correction", "duplicate"])) == 1
    assert dossiers(edition)["E1"].out == ("duplicate" if what == "duplicate" else "")


def test_the_page_and_the_board_say_what_closing_with_a_reason_means_for_the_undecided(page: Page) -> None:
    edition = kit.open("2025")
    n = len(dossiers(edition))
    told = page.ask("load", "", entry="")["undecided"]
    assert told.startswith(f"{n} proposal belum diputuskan. Jika tahap ditutup beserta alasannya, proposal tanpa")
    assert told in said(selection_progress(edition))
    page.ask("save", "k1", kind="admission", criterion="", value="not_eligible", text="berkas tidak lengkap")
    rounds.close(edition, "r1", "waktu habis")
    told = page.ask("load", "", entry="")["undecided"]
    assert told.startswith(f"{n - 1} proposal tanpa keputusan lolos dan ikut dinilai")
    edition.refresh()
    assert told in said(selection_progress(edition))


def test_a_closed_selection_is_said_to_be_closed(page: Page) -> None:
    edition = kit.open("2025")
    admitted(edition, *ENTRIES)
    rounds.close(edition, "r1")
    assert "tidak sedang dibuka" in page.ask("load", "")["closed"]
    assert page.check("surat", "no")["type"] == "refused"


def test_what_hinders_the_form_is_said(home: Path) -> None:
    assert "2031" in checklist_form("2031").value  # type: ignore[attr-defined]
    stage(home, contest(single()), ENTRIES)
    assert 'role="alert"' in checklist_form("2025").value  # type: ignore[attr-defined]


def test_everything_is_said_in_english_too(home: Path) -> None:
    selecting(home)
    page = Page("en")
    assert page.form.setup["texts"]["state_eligible"] == "Eligible"
    assert "not answered with yes" in page.ask("save", kind="admission", criterion="", value="eligible")["said"]
