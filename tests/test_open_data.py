"""Open data: aggregates of a published result from which nobody's score and no judge can be read or computed."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
from contests import contest, single
from homes import decide, play, stage
from hypothesis import given
from hypothesis import strategies as st
from papers import records
from problems import problem
from samples import first_page, said, tables

import kit
from kit.contest import decisions, plenary
from kit.contest.rounds import publish
from kit.documents.awards import FEWEST, aggregates, may_be_shown, publish_data
from kit.report import annual
from kit.report.context import Context
from kit.report.progress import status
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

RULES = contest(single(), simulated=True)
# Nine entries: six and three by group, five and four by category.
ENTRIES = {
    **dict.fromkeys(("E1", "E2", "E3"), "G1/a"),
    **dict.fromkeys(("E4", "E5", "E6"), "G1/b"),
    **dict.fromkeys(("E7", "E8"), "G2/a"),
    "E9": "G2/b",
}
MARKS = {f"E{n}": f"{n}1 {n}2 {n}6" for n in range(1, 10)}


@pytest.fixture
def edition(home: Path) -> Edition:
    return play(stage(home, RULES, ENTRIES), "r1", MARKS)


@pytest.fixture
def published(edition: Edition) -> Edition:
    decide(edition, "r1")
    publish(edition, "r1")
    return edition


def test_nothing_leaves_before_publication_or_while_it_is_taken_up_again(edition: Edition, home: Path) -> None:
    for act in (lambda: None, lambda: plenary.begin(edition, "r1")):
        act()
        with problem("not_published") as caught:
            publish_data(edition)
        assert len({caught.value.sentence(language) for language in LANGUAGES}) == 2
        assert not (home / "reports").exists()


def test_files_say_that_they_are_simulated_and_what_is_in_them(published: Edition, home: Path) -> None:
    made = publish_data(published)
    assert [path.name for path in made] == [
        "peserta-2025-SIMULASI.csv",
        "unit-kerja-2025-SIMULASI.csv",
        "sebaran-nilai-2025-SIMULASI.csv",
        "BACA-SAYA-2025-SIMULASI.txt",
    ]
    assert {path.parent for path in made} == {home / "reports" / "2025" / "data-terbuka"}
    about = made[-1].read_text(encoding="utf-8")
    assert about.startswith("DATA SIMULASI, BUKAN HASIL KOMPETISI SEBENARNYA\n")
    assert published.fingerprint in about
    assert "5 inovasi atau lebih" in about
    before = [path.read_bytes() for path in made]
    assert [path.read_bytes() for path in publish_data(published)] == before


def test_entries_and_units_are_counted(published: Edition) -> None:
    tables = aggregates(published)
    counted = tables["entries"]
    assert [tuple(row) for row in counted[["group", "category", "unit_type", "entries"]].to_numpy()] == [
        ("G1", "a", "Dinas", 3),
        ("G1", "b", "Dinas", 3),
        ("G2", "a", "Kelurahan", 2),
        ("G2", "b", "Kelurahan", 1),
    ]
    assert tables["units"].to_numpy().tolist() == [["Dinas", 6, 6, 6], ["Kelurahan", 3, 3, 3]]


def test_no_distribution_of_fewer_than_five_and_none_that_tells_the_rest(published: Edition) -> None:
    scores = aggregates(published)["scores"].set_index(["scope", "scope_id"])
    assert list(scores["entries"]) == [9, 6, 3, 5, 4]
    # G2 and category b are too small, and beside the whole G1 and category a would tell of them.
    assert list(scores["median"].notna()) == [True, False, False, False, False]
    assert scores.loc[("overall", "overall"), ["quartile_1", "median", "quartile_3"]].tolist() == [33.0, 53.0, 73.0]


def test_a_duplicate_is_not_counted_and_a_withdrawn_entry_is_as_in_the_report(edition: Edition) -> None:
    decisions.declare_duplicate(edition, "E9", "E8", "Dikirim dua kali")
    decisions.withdraw(edition, "E7", "Unit mengundurkan diri")
    decide(edition, "r1")
    publish(edition, "r1")
    assert aggregates(edition)["entries"]["entries"].sum() == 8
    assert aggregates(edition)["units"]["taking_part"].tolist() == [6, 2]


def test_no_judge_no_entry_and_no_single_mark_can_be_read(published: Edition) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in publish_data(published))
    text = text.replace(published.fingerprint, "")
    assert not re.search(r"\bJ[1-3]\b|Nama|\bE[1-9]\b|Inovasi E|Unit E", text)
    english = kit.open("2025", "en")
    assert publish_data(english)[0].name == "entries-2025-SIMULASI.csv"


cells = st.dictionaries(st.sampled_from(list(product("ABC", "abc"))), st.integers(0, 12), min_size=1)


@given(cells)
def test_whatever_is_hidden_stays_hidden_beside_the_totals(sizes: dict[tuple[str, str], int]) -> None:
    lists = {("overall", "overall"): sum(sizes.values())}
    for scope, at in (("group", 0), ("category", 1)):
        for key, n in sizes.items():
            lists[scope, key[at]] = lists.get((scope, key[at]), 0) + n
    lists = {key: n for key, n in lists.items() if n}
    told = may_be_shown(lists)
    assert all(lists[key] >= FEWEST for key in told)
    for scope in ("group", "category"):
        parts = {key for key in lists if key[0] == scope}
        rest = sum(lists[key] for key in parts - told)
        assert rest == 0 or rest >= FEWEST or not parts & told


def test_a_decided_duplicate_counts_in_no_document(home: Path) -> None:
    """The press text, the report and the table of rounds speak of the same number of entries."""
    rules = contest(
        single(),
        final={"score": [{"over": "rounds", "by": "last"}], "awards": [{"scope": "overall", "names": ["Juara I"]}]},
    )
    edition = stage(home, rules, ENTRIES)
    decisions.declare_duplicate(edition, "E9", "E8", "Dikirim dua kali")
    play(edition, "r1", {entry: marks for entry, marks in MARKS.items() if entry != "E9"})
    report = Context(edition)
    lead = said(first_page(report))[0]
    assert "8 inovasi dari 8 unit kerja" in lead
    press = "".join(run["text"] for block in records(edition, "press") for run in block.get("runs", ()))
    assert "8 inovasi dari 8 unit kerja" in press
    (row,) = tables(annual.process(report))["Tahap penilaian"][1:]
    assert row[2] == "8"
    assert tables(annual.participation(report))["Unit kerja menurut jenis"][-1][1:3] == ["9", "8"]
    assert "8 inovasi" in " ".join(said(status(edition)))
