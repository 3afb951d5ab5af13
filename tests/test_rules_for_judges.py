"""What judges and the committee see of rules that say more than marks on a scale: ballots, values, juries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from homes import empty_home, stage

from kit.contest import rounds
from kit.judging.desk import Desk
from kit.screens.judge_form import JudgeForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kit.edition import Edition


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from empty_home(tmp_path, monkeypatch)


def ballots(most: int = 4, **more: Any) -> dict[str, Any]:
    """A round in which judges order the entries."""
    points = {"over": "judges", "by": "points", "table": [3, 2, 1], "round": 2}
    return single(**{"kind": "ranks", "scale": {"low": 1, "high": most, "step": 1}, "score": [points], **more})


def opened(home: Path, round_: Mapping[str, Any], entries: Any = ("E1", "E2", "E3"), **more: Any) -> Edition:
    edition = stage(home, contest(round_), entries, **more)
    rounds.open(edition, "r1", "semua hadir")
    return edition


def form(edition: Edition, judge: str = "J1") -> JudgeForm:
    return JudgeForm(Desk(edition, "r1", judge))


def saved(form: JudgeForm, *changes: tuple[str, str, str]) -> dict[str, Any]:
    named = ("entry_id", "field", "text")
    said = [dict(zip(named, change, strict=True), key=f"k{n}") for n, change in enumerate(changes)]
    return form.answer({"type": "save", "changes": said})


# Ballots, and low scores


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"by": "points", "table": [3, 2, 1]}, "tempat 1: 3; tempat 2: 2; tempat 3: 1; tempat sesudahnya: 0."),
        ({"by": "points", "curve": "borda"}, "banyaknya proposal di bawah proposal itu"),
        ({"by": "majority"}, "menurut mayoritas"),
        ({"by": "pairwise"}, "metode Schulze"),
        ({"by": "runoff"}, "gugur"),
    ],
)
def test_a_ballot_says_that_1_is_the_best_and_how_places_count(home: Path, step: dict[str, Any], said: str) -> None:
    setup = form(opened(home, ballots(score=[{"over": "judges", "round": 2, **step}]))).setup
    about = " ".join(setup["about"])
    assert "tulis 1 untuk proposal yang terbaik" in about
    assert said in about
    assert (setup["texts"]["mark"], setup["texts"]["sort_total"]) == ("Tempat", "Urutan saya, dari yang terbaik")
    assert setup["criteria"][0]["scale"] == "1–4; 1 = terbaik"


def test_a_place_given_twice_is_a_remark_and_no_refusal(home: Path) -> None:
    own = form(opened(home, ballots(), ["E1", "E2", "E3", "E4"]))
    told = saved(own, ("E1", "mark", "1"), ("E2", "mark", "1"), ("E3", "mark", "4"))
    assert [outcome["said"] for outcome in told["outcomes"]] == ["", "", ""]
    twice, unused = told["ballot"]
    assert twice == {
        "said": "Tempat 1 diberikan kepada E1 dan E2. Jika memang demikian, proposal itu berbagi tempat.",
        "twice": True,
    }
    assert unused["said"] == "Tempat yang belum dipakai: 3."
    assert [told["sheets"][entry]["standing"] for entry in ("E1", "E3")] == ["tempat 1", "tempat 4"]
    assert told["sheets"]["E1"]["order"] > told["sheets"]["E3"]["order"]
    (refused,) = saved(own, ("E4", "mark", "5"))["outcomes"]
    assert refused["said"].startswith("5 bukan tempat dalam urutan ini.")


def test_places_after_the_last_may_stay_empty_where_the_rules_count_them(home: Path) -> None:
    own = form(opened(home, ballots(missing="zero"), ["E1", "E2", "E3", "E4"]))
    assert saved(own, ("E1", "mark", "1"), ("E2", "mark", "2"))["ballot"] == []


def test_the_lowest_mark_is_the_best_where_the_rules_say_so(home: Path) -> None:
    own = form(opened(home, weighted({"A": 40, "B": 60}, direction="low")))
    told = saved(own, *((entry, name, mark) for entry, mark in (("E1", "10"), ("E2", "20")) for name in "AB"))
    assert own.setup["about"][0] == "Nilai terendah adalah yang terbaik."
    assert own.setup["texts"]["sort_total"] == "Nilai saya, dari yang terendah"
    assert told["sheets"]["E1"]["order"] > told["sheets"]["E2"]["order"]


def test_the_form_speaks_of_entries_in_the_contests_own_words(home: Path) -> None:
    edition = stage(home, contest(single(), words={"entry": {"id": "lagu", "en": "song"}}), ["E1"])
    assert form(edition).setup["texts"]["entries"] == "Daftar lagu"


# Missing marks


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("no_score", "Kriteria yang kosong tidak dihitung sebagai nol."),
        ("zero", "Menurut ketentuan, kriteria yang kosong dihitung 0."),
        ("left_out", "Menurut ketentuan, kriteria yang kosong tidak ikut dihitung."),
    ],
)
def test_the_form_says_what_an_empty_criterion_counts_as(home: Path, missing: str, said: str) -> None:
    assert form(opened(home, weighted({"A": 40, "B": 60}, missing=missing))).setup["counts"] == said
