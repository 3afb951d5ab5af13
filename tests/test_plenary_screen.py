"""The widgets of a plenary, as people at the meeting use them; what they show is read from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pytest
from homes import give, play, stage
from test_plenary import ENTRIES, FIRST, TWO

import kit
from kit.contest import rounds
from kit.render.blocks import plain
from kit.report import agenda as parts
from kit.report.agenda import Agenda
from kit.screens.plenary_screen import PlenaryScreen
from kit.screens.widget import ViewWidget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def screen(home: Path) -> Any:
    play(stage(home, TWO, ENTRIES, conflicts={"J3": "E2:kerabat"}), "r1", FIRST)
    return PlenaryScreen("2025", "r1")


def inside(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def field(part: widgets.Widget, label: str) -> Any:
    return next(w for w in inside(part) if getattr(w, "description", "") == label and not hasattr(w, "click"))


def press(part: widgets.Widget, label: str) -> str:
    """Press a button and return what the part says."""
    next(w for w in inside(part) if isinstance(w, widgets.Button) and w.description == label).click()
    return str(part.children[-1].value)


def text(part: widgets.Widget) -> str:
    return "\n".join(w.value for w in inside(part) if isinstance(w, widgets.HTML))


def test_a_plenary_is_held_from_its_beginning_to_publication(screen: Any) -> None:
    opening, sheets, rulings, decision = screen.opening(), screen.sheets(), screen.rulings(), screen.decision()
    assert "belum dimulai" in text(opening)
    press(opening, "Mulai rapat pleno")
    assert "Dalam rapat pleno" in text(opening)
    for judge in ("Nama J1", "Nama J2"):
        field(opening, judge).value = True
    press(opening, "Simpan")
    assert "Hadir 2 dari 3 juri; kuorum 2." in text(opening)
    field(opening, "Tempat").value = "Aula Contoh"
    next(w for w in list(inside(opening))[::-1] if isinstance(w, widgets.Button)).click()
    assert screen.edition.meetings("r1")[-1].said == {"place": "Aula Contoh"}
    assert field(opening, "Tempat").value == "Aula Contoh"

    field(sheets, "Proposal").value = "E4"
    letters = Agenda(screen.edition, "r1").letters
    field(sheets, "Juri").value = "J1"
    assert "alasan" in press(sheets, "Buka kembali lembar ini").lower()
    field(sheets, "Alasan").value = "salah baca dokumen"
    press(sheets, "Buka kembali lembar ini")
    assert "salah baca dokumen" in text(sheets)
    field(sheets, "Kode petugas yang mengetik").value = "S-1"
    (form,) = [w for w in inside(sheets) if isinstance(w, ViewWidget)]
    assert form.setup["judge"] == f"Juri {letters['J1']}"
    assert [entry["id"] for entry in form.setup["entries"]] == ["E4"]
    change = {"entry_id": "E4", "field": "K1", "text": "2,5", "key": "k1", "seen": None}
    form._answer(None, {"type": "save", "changes": [change]}, None)
    assert [(c.before, c.after) for c in screen.edition.meetings("r1")[-1].changes] == [("2", "2.5")]
    assert form in list(inside(sheets))  # whoever types goes on typing
    assert "Nilai yang diubah dalam rapat pleno" in text(sheets)

    assert "masih sama" in text(decision)
    assert "E2" in text(rulings)
    field(rulings, "Urutan 1").value = "E3"
    field(rulings, "Urutan 2").value = "E2"
    field(rulings, "Alasan").value = "manfaat lebih luas"
    press(rulings, "Catat urutan keputusan juri")
    assert "Tidak ada yang menghalangi keputusan." in text(decision)
    decide = next(w for w in inside(decision) if isinstance(w, widgets.Button))
    assert decide.disabled
    next(w for w in inside(decision) if isinstance(w, widgets.Checkbox)).value = True
    assert not decide.disabled
    decide.click()
    assert screen.edition.states["r1"] == "decided"
    press(decision, "Publikasikan hasil sebagai versi bernomor")
    assert "Versi 1 dipublikasikan" in text(decision)
    assert "alasan tertulis" in text(opening)  # to take it up again


def test_what_is_refused_is_said_beside_the_button_and_what_was_typed_stays(screen: Any) -> None:
    opening, rulings = screen.opening(), screen.rulings()
    press(opening, "Mulai rapat pleno")
    field(rulings, "Urutan 1").value = "E3"
    field(rulings, "Urutan 2").value = "E3"
    field(rulings, "Alasan").value = "pleno"
    assert "bukan seluruh proposal" in press(rulings, "Catat urutan keputusan juri")
    field(opening, "Nama J1").value = True
    press(opening, "Simpan")  # shows every part anew
    assert field(rulings, "Alasan").value == "pleno"
    assert field(rulings, "Urutan 1").value == "E3"


def test_only_entries_that_nobody_marked_are_offered_as_absent(home: Path) -> None:
    play(stage(home, TWO, ENTRIES), "r1", FIRST | {"E2": "4 4|4 4|4 4", "E4": "||"}, "satu tidak hadir")
    screen = PlenaryScreen("2025", "r1")
    opening, rulings = screen.opening(), screen.rulings()
    press(opening, "Mulai rapat pleno")
    offered = [name for _, name in field(rulings, "Proposal").options]
    assert offered == ["E4"]
    for reason in (w for w in inside(rulings) if getattr(w, "description", "") == "Alasan"):
        reason.value = "tidak datang"
    assert "Tercatat" in press(rulings, "Catat tidak hadir")
    assert "tidak ada yang dapat dicatat tidak hadir" in text(rulings)
    assert not [w for w in inside(rulings) if getattr(w, "description", "") == "Catat tidak hadir"]


def test_two_windows_see_what_the_other_recorded(screen: Any) -> None:
    other = PlenaryScreen("2025", "r1")
    first, second = screen.opening(), other.opening()
    press(first, "Mulai rapat pleno")
    assert "belum dapat dimulai" in press(second, "Mulai rapat pleno")
    assert "Dalam rapat pleno" in text(second)


def test_no_value_is_shown_while_the_round_is_open(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    rounds.open(edition, "r1")
    give(edition, "r1", FIRST | {"E2": "4 4|4 4|4 4"})
    screen = PlenaryScreen("2025", "r1", "en")
    for part in (screen.opening(), screen.doubts(), screen.sheets(), screen.rulings(), screen.decision()):
        assert "still open" in text(part) or "cannot be shown" in text(part)
        assert "<table" not in text(part)


def test_the_agenda_puts_the_largest_doubt_first_and_names_no_judge(home: Path) -> None:
    edition = stage(home, TWO, ENTRIES)
    play(edition, "r1", FIRST | {"E4": "1 1|3 3|5 5", "E2": "4 4|4 4|4 5"})
    agenda = Agenda(kit.open("2025"), "r1")
    assert parts.most_disputed(agenda) == ["E4", "E2", "E1", "E3"]
    said = "\n".join(
        plain(group.to_json()) for group in (parts.spread(agenda), parts.cuts(agenda), parts.equals(agenda))
    )
    assert not any(f"J{n}" in said or f"Nama J{n}" in said for n in (1, 2, 3))
    assert "K1" in said
    assert "Juri A" in said
