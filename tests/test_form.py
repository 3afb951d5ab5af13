"""The judge's form, message by message: what a page may ask for, and what it is told."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pytest
from folders import ENTRIES, with_cell
from folders import edition as write_edition
from problems import problem

import kit
from kit.contest import rounds
from kit.judging.desk import Desk
from kit.screens.access import TRIES, Access
from kit.screens.form import scoring_form
from kit.screens.judge_form import JudgeForm
from kit.screens.widget import ViewWidget

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an edition whose round `proposal` is open."""
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    folder = home / "data" / "2025"
    folder.mkdir()
    link = "Proposal: https://contoh.example/a.pdf; Surat usulan"
    write_edition(folder, entries=with_cell(ENTRIES, 2, "documents", link))
    rounds.open(kit.open("2025"), "proposal")
    return folder


class Page:
    """What a page would see of one form."""

    def __init__(self, desk: Desk, *, served: bool = False) -> None:
        self.form = JudgeForm(desk, served=served)
        self.setup = self.form.setup

    def ask(self, **message: Any) -> dict[str, Any]:
        return self.form.answer(message)

    def save(self, entry: str, field: str, text: str, key: str = "k1") -> dict[str, Any]:
        change = {"entry_id": entry, "field": field, "text": text, "key": key}
        return self.ask(type="save", changes=[change])


def page(judge: str = "J1", language: kit.texts.Language | None = None, *, served: bool = False, **more: Any) -> Page:
    return Page(Desk(kit.open("2025", language), "proposal", judge, **more), served=served)


def test_a_saved_mark_is_told_with_its_time_and_the_sheet_as_it_is_now() -> None:
    told = page().save("K1-01", "K1", "3,5")
    ((outcome,), sheet) = told["outcomes"], told["sheets"]["K1-01"]
    assert (outcome["key"], outcome["said"], outcome["again"]) == ("k1", "", False)
    assert outcome["time"].endswith(" WIB")
    assert (sheet["marks"], sheet["state"], sheet["total"]) == ({"K1": "3,5"}, "partial", "1,40")
    assert [step["text"] for step in sheet["history"]] == ["3,5"]


def test_a_refused_mark_is_told_with_its_reason() -> None:
    told = page().save("K1-01", "K1", "17")
    assert told["outcomes"][0]["said"] == "Nilai 17 berada di luar skala 1–5. Nilai ini tidak disimpan."
    assert told["sheets"]["K1-01"]["marks"] == {}


def test_a_page_that_loads_gets_its_own_sheets_only() -> None:
    page("J2").save("K1-02", "K1", "5")
    own = page("J1")
    own.save("K1-01", "K1", "2")
    told = own.ask(type="load")
    assert told["open"]
    assert {entry: sheet["marks"] for entry, sheet in told["sheets"].items() if sheet["marks"]} == {
        "K1-01": {"K1": "2"}
    }


def test_submitting_and_recusing_are_answered_under_their_key() -> None:
    own = page()
    told = own.ask(type="submit", entries=["K1-01"], key="s")
    assert (told["type"], told["key"]) == ("refused", "s")
    assert told["said"].startswith("Masih ada 2 kriteria yang kosong")
    for criterion in ("K1", "K2"):
        own.save("K1-01", criterion, "4", key=criterion)
    told = own.ask(type="submit", entries=["K1-01"], key="s")
    assert (told["type"], told["sheets"]["K1-01"]["state"]) == ("done", "submitted")
    told = own.ask(type="recuse", entry="K1-02", kind="Lainnya", reason="alasan", key="r")
    assert (told["type"], told["sheets"]["K1-02"]["state"]) == ("done", "recused")


def test_the_page_knows_what_a_judge_must_see() -> None:
    setup = page().setup
    assert {entry["id"] for entry in setup["entries"]} == {"K1-01", "K1-02", "K2-01", "K2-02"}
    first = next(entry for entry in setup["entries"] if entry["id"] == "K1-01")
    assert ["Unit kerja", "Dinas Contoh Anggrek"] in [list(fact) for fact in first["facts"]]
    assert first["documents"] == [
        {"name": "Proposal", "url": "https://contoh.example/a.pdf"},
        {"name": "Surat usulan", "url": ""},
    ]
    criterion = setup["criteria"][1]
    assert (criterion["name"], criterion["weight"]) == ("Manfaat: kemudahan", "Bobot 60 dari 100")
    assert criterion["scale"] == "Skala 1–5, kelipatan 0,5"
    assert setup["texts"]["state_submitted"] == "Sudah dikirim"  # the word that the committee reads, too
    assert "value" not in str(setup["entries"])


def test_documents_on_file_have_an_address(folder: Path) -> None:
    (folder / "documents" / "K2-01").mkdir(parents=True)
    (folder / "documents" / "K2-01" / "proposal.pdf").write_bytes(b"%PDF-")
    for served, place in ((False, "files/data/2025/documents/K2-01/"), (True, "dokumen/K2-01/")):
        entry = next(e for e in page(served=served).setup["entries"] if e["id"] == "K2-01")
        assert entry["documents"] == [{"name": "proposal.pdf", "url": f"{place}proposal.pdf"}]


def test_a_document_of_the_register_is_the_file_of_that_name(folder: Path) -> None:
    (folder / "documents" / "K1-01").mkdir(parents=True)
    for name in ("surat-usulan.pdf", "Surat usulan.docx"):
        (folder / "documents" / "K1-01" / name).write_bytes(b"x")
    entry = next(e for e in page(served=True).setup["entries"] if e["id"] == "K1-01")
    assert [(one["name"], one["url"].rpartition("/")[2]) for one in entry["documents"]] == [
        ("Proposal", "a.pdf"),
        ("Surat usulan", "Surat usulan.docx"),
        ("surat-usulan.pdf", "surat-usulan.pdf"),
    ]


def test_a_typist_types_whatever_the_scale() -> None:
    criteria = page("J1", typist="S-1").setup["criteria"]
    assert [(criterion["tapped"], criterion["levels"]) for criterion in criteria] == [(False, []), (False, [])]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8 are Linux's")
def test_a_document_whose_name_is_not_utf_8_is_named_without_an_address(folder: Path) -> None:
    (folder / "documents" / "K2-01").mkdir(parents=True)
    (folder / "documents" / "K2-01" / os.fsdecode(b"Surat \xff.pdf")).write_bytes(b"%PDF-")
    setup = page(served=True).setup
    entry = next(entry for entry in setup["entries"] if entry["id"] == "K2-01")
    assert entry["documents"] == [{"name": "Surat \ufffd.pdf", "url": ""}]
    assert json.dumps(setup, ensure_ascii=False).encode()


def test_a_blind_round_hides_units_and_partners(folder: Path) -> None:
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text(
        rules.replace("  - id: proposal\n", "  - id: proposal\n    blind: true\n"), encoding="utf-8"
    )
    setup = page().setup
    assert setup["blind"]
    assert "Dinas Contoh Anggrek" not in str(setup["entries"])
    assert "Kampus Contoh" not in str(setup["entries"])


def test_every_word_comes_in_the_language_asked_for() -> None:
    setup = page(language="en").setup
    assert (setup["texts"]["send_on"], setup["criteria"][0]["weight"]) == ("Submit and go on", "Weight 40 of 100")
    assert page(language="en").save("K1-01", "K1", "3,5")["sheets"]["K1-01"]["marks"] == {"K1": "3.5"}


def test_a_notebook_carries_the_same_messages() -> None:
    told: list[Any] = []
    form = scoring_form("2025", judge="J1", typist="S-1")
    form.send = lambda message, *_: told.append(message)
    for message in ({"type": "load"}, {"type": "save", "changes": []}, 5):
        form._handle_custom_msg(message, [])
    assert [answer["type"] for answer in told] == ["loaded", "saved", "refused"]
    assert form.setup["judge"] == "Ani Contoh"


# Who the judge is


def judge_of(form: widgets.Widget) -> str:
    assert isinstance(form, ViewWidget)
    assert isinstance(form.view, JudgeForm)
    return form.view.desk.judge_id


def test_a_hub_says_who_the_judge_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "J3")
    assert judge_of(scoring_form("2025")) == "J3"
    assert judge_of(scoring_form("2025", judge="J2")) == "J3"  # a judge cannot open another's form
    assert judge_of(scoring_form("2025", judge="J2", typist="SEK-1")) == "J3"  # nor type for another


def press(box: widgets.Widget, label: str) -> None:
    next(part for part in box.children if isinstance(part, widgets.Button) and part.description == label).click()


def enter(box: widgets.Widget, judge: str, pin: str) -> str:
    """Choose a judge and give a PIN; what is said about it."""
    _, choice, field, _, said = box.children
    choice.value, field.value = judge, pin
    if box.children[-1] is said:  # the question still stands
        press(box, "Masuk")
    return str(said.value)


def test_in_a_notebook_a_judge_s_form_is_shown_after_the_pin_only(folder: Path) -> None:
    pin = Access.open(folder).issue("J2").pin
    box = scoring_form("2025")
    assert isinstance(box, widgets.VBox)
    _, choice, field, _, _ = question = box.children
    assert [name for name, _ in choice.options] == ["–", "Ani Contoh (J1)", "Budi Contoh (J2)", "Citra Contoh (J3)"]
    wrong = f"{(int(pin) + 1) % 10**6:06}"
    assert "Pilih juri dan ketik enam angka PIN." in enter(box, "", pin)
    assert "Masih tersisa 4 kali percobaan." in enter(box, "J2", wrong)
    assert "Juri J1 belum memiliki PIN yang berlaku." in enter(box, "J1", pin)
    assert box.children == question
    enter(box, "J2", f" {pin[:3]} {pin[3:]} ")
    assert judge_of(box.children[1]) == "J2"
    assert field.value == ""  # a saved notebook holds no PIN
    press(box, "Keluar")
    assert box.children == question


def test_a_judge_whom_a_parameter_names_gives_the_pin_all_the_same(folder: Path) -> None:
    pin = Access.open(folder).issue("J2").pin
    box = scoring_form("2025", judge="J2")
    assert [j for _, j in box.children[1].options] == ["J2"]
    enter(box, "J2", pin)
    assert judge_of(box.children[1]) == "J2"


def test_wrong_pins_in_a_notebook_lock_the_link_as_on_the_page(folder: Path) -> None:
    access, now = Access.open(folder), datetime.now(UTC)
    link = access.issue("J2", now=now)
    wrong = f"{(int(link.pin) + 1) % 10**6:06}"
    with problem("pin_wrong"):
        access.enter(link.token, wrong)
    box = scoring_form("2025")
    said = [enter(box, "J2", wrong) for _ in range(TRIES - 1)]
    assert "Masih tersisa 3 kali percobaan." in said[0]
    assert "terkunci" in said[-1]
    assert "terkunci" in enter(box, "J2", link.pin)
    with problem("link_locked"):
        access.enter(link.token, link.pin)
    access.revoke("J2")
    assert "belum memiliki PIN" in enter(box, "J2", link.pin)


def test_a_typist_chooses_the_judge_and_gives_no_pin() -> None:
    box = scoring_form("2025", typist="S-1")
    (choice,) = box.children
    assert [j for _, j in choice.options] == ["", "J1", "J2", "J3"]
    choice.value = "J2"
    assert judge_of(box.children[1]) == "J2"
    choice.value = ""
    assert box.children == (choice,)
    assert judge_of(scoring_form("2025", judge="J2", typist="S-1")) == "J2"


def test_no_message_tells_a_typist_what_the_judge_entered() -> None:
    own = page("J1")
    for field, text in {"K1": "4,5", "K2": "3", "internal": "Rahasia", "flag": "on"}.items():
        own.save("K1-01", field, text, key=field)
    typist = page("J1", typist="S-1")
    told = [typist.ask(type="load"), typist.save("K1-01", "K1", "4,5", key="k9"), typist.ask(type="load")]
    sheet = told[-1]["sheets"]["K1-01"]
    assert (sheet["state"], sheet["filled"]) == ("complete", 2)
    assert (sheet["marks"], sheet["comments"], sheet["total"], sheet["history"]) == ({}, {}, "0,00", None)
    assert "tidak dapat ditimpa" in told[1]["outcomes"][0]["said"]
    for secret in ("4,5", "4.5", "Rahasia"):
        assert secret not in str(told)
    assert "isian yang sudah bernilai tidak ditimpa" in typist.setup["typed"]


def test_a_message_that_nobody_has_foreseen_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    told = page().ask(type="save", key="k", changes=5)
    assert (told["type"], told["key"]) == ("refused", "k")
    assert "kesalahan yang tidak terduga" in told["said"]
    assert "TypeError" in caplog.text


def test_what_keeps_a_form_away_is_a_sentence() -> None:
    for edition, said in {"2099": "2099", "2025": "J9"}.items():
        for typist in ("", "S-1"):
            form = scoring_form(edition, judge="J9", typist=typist)
            assert isinstance(form, widgets.HTML)
            assert said in form.value


def test_a_closed_round_can_be_read() -> None:
    own = page()
    own.save("K1-01", "K1", "4")
    rounds.close(kit.open("2025"), "proposal", "uji")
    told = own.ask(type="load")
    assert (told["open"], told["sheets"]["K1-01"]["marks"]) == (False, {"K1": "4"})
    assert "telah ditutup" in own.save("K1-01", "K1", "5", key="k2")["outcomes"][0]["said"]


def test_a_typist_sees_the_own_and_not_the_other_s_figures() -> None:
    first, second = (page(typist=name, twice=True) for name in ("S-1", "S-2"))
    first.save("K1-01", "K1", "4")
    assert first.ask(type="load")["sheets"]["K1-01"]["readings"] == {"K1": "typed_waits"}
    sheet = second.ask(type="load")["sheets"]["K1-01"]
    assert (sheet["readings"], sheet["marks"], sheet["numbers"]["K1"]) == ({}, {}, 0)
    sheet = second.save("K1-01", "K1", "4")["sheets"]["K1-01"]
    assert (sheet["readings"], sheet["marks"]) == ({}, {"K1": "4"})


def test_typists_who_differ_are_told_and_the_judge_too_once_a_mark_is_at_stake() -> None:
    first, second = (page(typist=name, twice=True) for name in ("S-1", "S-2"))
    first.save("K1-01", "K1", "4")
    sheet = second.save("K1-01", "K1", "3")["sheets"]["K1-01"]
    assert (sheet["readings"], sheet["marks"]) == ({"K1": "typed_other"}, {"K1": "3"})
    assert page().ask(type="load")["sheets"]["K1-01"]["readings"] == {}
    second.save("K1-01", "K1", "4", key="k2")
    first.save("K1-01", "K1", "5", key="k3")
    own = page().ask(type="load")["sheets"]["K1-01"]
    assert (own["readings"], own["marks"], own["filled"]) == ({"K1": "typed_open"}, {"K1": "4"}, 0)
    told = page().save("K1-01", "K1", "4", key="k4")["sheets"]["K1-01"]
    assert (told["readings"], told["filled"]) == ({}, 1)


def test_a_message_from_another_judge_s_sheet_is_refused_without_a_look_at_this_one() -> None:
    own = page()
    change = {"entry_id": "K1-01", "field": "K1", "text": "4", "key": "k1"}
    told = own.ask(type="save", changes=[change], store=page("J2").setup["store"], key="k")
    assert told == {
        "type": "refused",
        "key": "k",
        "said": "Isian ini berasal dari lembar juri lain sehingga tidak disimpan. Muat ulang halaman ini.",
    }
    assert own.ask(type="save", changes=[change], store=own.setup["store"])["outcomes"][0]["said"] == ""


def test_an_answer_says_that_the_round_has_closed_meanwhile() -> None:
    own = page()
    rounds.close(kit.open("2025"), "proposal", "uji")
    told = own.save("K1-01", "K1", "4")
    assert (told["open"], told["sheets"]["K1-01"]["locked"], told["sheets"]["K1-01"]["marks"]) == (False, True, {})
    assert told["outcomes"][0]["said"].startswith("Tahap proposal telah ditutup")
