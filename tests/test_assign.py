"""Who scores what: as many judges an entry, as many sheets a judge, no conflict, all judges linked, one seed."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from contests import contest, single
from folders import save
from homes import play, stage
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import problem

import kit
from kit.actions import append
from kit.contest import rounds
from kit.errors import Problem
from kit.judging.assignment import assign, assign_round
from kit.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

Pair = tuple[str, str]


def conflicts(*pairs: Pair) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["judge_id", "entry_id"], dtype="str")


def ids(letter: str, n: int) -> list[str]:
    return [f"{letter}{number}" for number in range(1, n + 1)]


def panels(assigned: pd.DataFrame) -> dict[str, set[str]]:
    """Who scores each entry."""
    return {str(entry): set(judges) for entry, judges in assigned.groupby("entry_id")["judge_id"]}


def loads(assigned: pd.DataFrame, judges: Sequence[str]) -> list[int]:
    count = Counter(assigned["judge_id"])
    return sorted(count[judge] for judge in judges)


def linked(groups: Collection[set[str]], judges: Collection[str]) -> bool:
    """Whether one can go from any judge to any other by entries that two of them share."""
    reached = {min(judges)}
    for _ in judges:
        reached |= {judge for group in groups if group & reached for judge in group}
    return reached == set(judges)


@st.composite
def sharings(draw: st.DrawFn, *, conflict: bool) -> tuple[list[str], list[str], list[Pair], int]:
    entries, judges = ids("E", draw(st.integers(1, 12))), ids("J", draw(st.integers(2, 7)))
    pairs = [(judge, entry) for judge in judges for entry in entries]
    met = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=len(pairs) // 2)) if conflict else []
    return entries, judges, met, draw(st.integers(2, 4))


@given(sharings(conflict=False), st.integers())
def test_without_conflicts_it_is_as_even_as_numbers_allow(
    sharing: tuple[list[str], list[str], list[Pair], int], seed: int
) -> None:
    entries, judges, _, k = sharing
    if k > len(judges):
        with problem("too_few_judges"):
            assign(entries, judges, conflicts(), k, seed)
    elif len(entries) * (k - 1) < len(judges) - 1:  # each entry ties at most k - 1 judges to the others
        with problem("judges_not_linked"):
            assign(entries, judges, conflicts(), k, seed)
    else:
        assigned = assign(entries, judges, conflicts(), k, seed)
        assert {entry: len(group) for entry, group in panels(assigned).items()} == dict.fromkeys(entries, k)
        assert not assigned.duplicated().any()
        least, *_, most = loads(assigned, judges)
        assert most - least <= 1
        assert linked(panels(assigned).values(), judges)


@given(sharings(conflict=True), st.integers(0, 3))
def test_conflicts_are_kept_apart(sharing: tuple[list[str], list[str], list[Pair], int], seed: int) -> None:
    entries, judges, met, k = sharing
    free = {entry: {judge for judge in judges if (judge, entry) not in met} for entry in entries}
    lacking = sorted(entry for entry in entries if len(free[entry]) < k)
    if lacking:
        with problem("too_few_judges") as caught:
            assign(entries, judges, conflicts(*met), k, seed)
        assert caught.value.data["n"] == len(lacking)
        assert caught.value.data["entries"] == (lacking if len(lacking) <= 10 else [*lacking[:10], "…"])
        return
    try:
        groups = panels(assign(entries, judges, conflicts(*met), k, seed))
    except Problem as error:
        assert error.code == "judges_not_linked"
        return
    assert all(len(groups[entry]) == k and groups[entry] <= free[entry] for entry in entries)
    assert linked(groups.values(), judges)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_it_fails_only_where_nothing_else_would_do_and_is_nearly_the_most_even(data: st.DataObject) -> None:
    """Against every assignment that there is."""
    entries, judges, k = ids("E", 4), ids("J", data.draw(st.integers(3, 5))), 2
    pairs = [(judge, entry) for judge in judges for entry in entries]
    met = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=8))
    choices = [
        [set(group) for group in itertools.combinations([j for j in judges if (j, entry) not in met], k)]
        for entry in entries
    ]
    spreads = []
    for groups in itertools.product(*choices):
        if linked(groups, judges):
            count = Counter(itertools.chain.from_iterable(groups))
            spreads.append(max(count[judge] for judge in judges) - min(count[judge] for judge in judges))
    try:
        least, *_, most = loads(assign(entries, judges, conflicts(*met), k, 1), judges)
    except Problem as error:
        assert error.code in {"too_few_judges", "judges_not_linked"}
        assert spreads == []
    else:
        assert most - least <= min(spreads) + 1


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random: object) -> None:
    entries, judges, met = ids("E", 9), ids("J", 5), [("J1", "E1"), ("J2", "E1"), ("J3", "E7")]
    expected = assign(entries, judges, conflicts(*met), 3, 7)
    for table in (entries, judges, met):
        random.shuffle(table)  # type: ignore[attr-defined]
    assert assign(entries, judges, conflicts(*met), 3, 7).equals(expected)


def test_a_seed_always_gives_the_same() -> None:
    """On every machine and version of Python: written down once."""
    assigned = assign(ids("E", 6), ids("J", 4), conflicts(), 2, 2025)
    groups = ["".join(sorted(group)) for group in panels(assigned).values()]
    assert groups == ["J1J2", "J1J4", "J3J4", "J2J4", "J1J3", "J2J3"]
    assert not assigned.equals(assign(ids("E", 6), ids("J", 4), conflicts(), 2, 2026))


def test_pairs_of_judges_meet_about_equally_often() -> None:
    groups = panels(assign(ids("E", 60), ids("J", 5), conflicts(), 2, 1)).values()
    met = Counter(frozenset(group) for group in groups)
    assert set(met.values()) == {6}


def test_sheets_pass_along_chains_where_none_can_pass_directly() -> None:
    """J1 may score E1 and E2 only; still everybody gets the same."""
    met = [("J1", entry) for entry in ids("E", 8)[2:]]
    assert loads(assign(ids("E", 8), ids("J", 4), conflicts(*met), 2, 1), ids("J", 4)) == [2, 4, 5, 5]
    met = [("J1", entry) for entry in ids("E", 8)[4:]]
    assert loads(assign(ids("E", 8), ids("J", 4), conflicts(*met), 2, 1), ids("J", 4)) == [4, 4, 4, 4]


@pytest.mark.parametrize("seed", range(20))
def test_two_camps_are_linked_by_the_only_entries_that_can(seed: int) -> None:
    """J1 to J3 and J4 to J6 have conflicts with each other's entries, but for one of each."""
    entries, judges = ids("E", 10), ids("J", 6)
    met = [(judge, entry) for judge in judges[:3] for entry in entries[5:9]]
    met += [(judge, entry) for judge in judges[3:] for entry in entries[:4]]
    assigned = assign(entries, judges, conflicts(*met), 2, seed)
    assert linked(panels(assigned).values(), judges)
    least, *_, most = loads(assigned, judges)
    assert most - least <= 1


def test_a_link_is_found_where_only_one_sheet_can_be_spared() -> None:
    met = ["J1 E1", "J3 E1", "J3 E2", "J3 E3", "J3 E4", "J4 E1", "J4 E5", "J5 E1", "J6 E3", "J6 E5"]
    pairs = [(judge, entry) for judge, entry in map(str.split, met)]
    assert linked(panels(assign(ids("E", 5), ids("J", 6), conflicts(*pairs), 2, 1)).values(), ids("J", 6))


def test_camps_that_nothing_links_are_named() -> None:
    met = [(judge, entry) for judge in ("J1", "J2") for entry in ("E3", "E4")]
    met += [(judge, entry) for judge in ("J3", "J4") for entry in ("E1", "E2")]
    with problem("judges_not_linked") as caught:
        assign(ids("E", 4), ids("J", 4), conflicts(*met), 2, 1)
    assert str(caught.value).startswith("Dengan 2 juri per proposal, 4 proposal tidak dapat dibagikan sehingga nilai 4")


@pytest.mark.parametrize(("judges", "k", "mistake"), [(1, 1, "nobody_to_compare"), (0, 1, "nobody_to_compare")])
def test_one_judge_compares_with_nobody(judges: int, k: int, mistake: type[Exception]) -> None:
    with problem(mistake):
        assign(["E1"], ids("J", judges), conflicts(), k, 1)


@pytest.mark.parametrize("k", [1, 0, -1])
def test_a_single_judge_an_entry_links_nobody(k: int) -> None:
    with problem("judges_not_linked"):
        assign(ids("E", 9), ids("J", 3), conflicts(), k, 1)


def test_many_entries_without_enough_judges_are_not_all_named() -> None:
    with problem("too_few_judges") as caught:
        assign(ids("E", 30), ids("J", 3), conflicts(), 4, 1)
    assert caught.value.data["n"] == 30
    assert len(caught.value.data["entries"]) == 11  # type: ignore[arg-type]


def test_thousands_of_entries_take_seconds() -> None:
    entries, judges = ids("E", 2000), ids("J", 50)
    start = time.perf_counter()
    assigned = assign(entries, judges, conflicts(*((f"J{n % 50 + 1}", f"E{n}") for n in range(1, 2001, 3))), 5, 1)
    assert time.perf_counter() - start < 2
    assert loads(assigned, judges) == [200] * 50


# On disk

RULES = contest(single(advance={"scope": "group", "places": 2}), single(not_counting=["J4"]))
JUDGES = ["J1", "J2", "J3", "J4"]


def rows(edition: kit.Edition, round_: str) -> list[tuple[str, str]]:
    assigned = edition.registers.assignments
    own = assigned[assigned["round"] == round_]
    return [*own[["entry_id", "judge_id"]].itertuples(index=False, name=None)]


def test_an_assignment_is_written_before_the_round_opens(home: Path) -> None:
    edition = stage(home, RULES, ids("E", 6), JUDGES, conflicts={"J1": "E1:keluarga"})
    path = assign_round(edition, "r1", 2, 2025)
    assert path == home / "data" / "2025" / "assignments.csv"
    edition = kit.open("2025")
    expected = assign(ids("E", 6), JUDGES, conflicts(("J1", "E1")), 2, 2025)
    assert rows(edition, "r1") == [*expected.itertuples(index=False, name=None)]
    assert {path.name for path in path.parent.iterdir()} >= {"assignments.csv", "rules.yaml"}
    assert not [path for path in path.parent.iterdir() if path.name.startswith(".")]
    rounds.open(edition, "r1")
    assert rounds.missing(edition, "r1") == dict.fromkeys(JUDGES, 3)
    assert edition.unaccepted() is None


def test_it_can_be_made_again_with_another_seed(home: Path) -> None:
    edition = stage(home, RULES, ids("E", 6), JUDGES)
    first = assign_round(edition, "r1", 2, 1).read_bytes()
    assert assign_round(kit.open("2025"), "r1", 2, 2).read_bytes() != first
    assert assign_round(kit.open("2025"), "r1", 2, 1).read_bytes() == first


def test_a_later_round_is_shared_out_among_its_finalists_and_must_be_accepted(home: Path) -> None:
    """Judges whose marks do not count keep every entry; the rows of other rounds stay."""
    by_hand = [("r1", entry, judge) for entry in ids("E", 3) for judge in JUDGES]
    edition = stage(home, RULES, ids("E", 3), JUDGES, assignments=by_hand)
    with problem("entrants_unknown"):
        assign_round(edition, "r2", 2, 1)
    play(edition, "r1", {"E1": "9 9 9 9", "E2": "8 8 8 8", "E3": "1 1 1 1"})
    assign_round(edition, "r2", 2, 1)
    edition = kit.open("2025")
    assert rows(edition, "r1") == [(entry, judge) for _, entry, judge in by_hand]
    counting = [pair for pair in rows(edition, "r2") if pair[1] != "J4"]
    assert sorted(entry for entry, _ in counting) == ["E1", "E1", "E2", "E2"]
    assert sorted(Counter(judge for _, judge in counting).values()) == [1, 1, 2]
    assert [entry for entry, judge in rows(edition, "r2") if judge == "J4"] == ["E1", "E2"]
    assert "assignments" in str(edition.unaccepted())
    rounds.accept_changes(edition, "Pembagian proposal tahap presentasi")
    rounds.open(edition, "r2", "jadwal tetap")


def test_declared_conflicts_are_kept_apart_like_registered_ones(home: Path) -> None:
    """Those of all rounds and of this one, not of another."""
    edition = stage(home, contest(single(), single()), ids("E", 4), JUDGES)
    about = {"kind": "recusal", "judge_id": "J1", "text": "kin: ipar"}
    rounds.open(edition, "r1")
    append(
        edition,
        Event(actor="J1", entry_id="E1", **about),  # type: ignore[arg-type]  # all are text
        Event(actor="J1", entry_id="E2", round="r1", **about),  # type: ignore[arg-type]
    )
    rounds.close(edition, "r1", "uji")
    shared = [rows(kit.open("2025"), "r2") for seed in range(6) if assign_round(kit.open("2025"), "r2", 2, seed)]
    assert not any(("E1", "J1") in pairs for pairs in shared)
    assert any(("E2", "J1") in pairs for pairs in shared)


def test_what_has_been_opened_is_not_shared_out_anew(home: Path) -> None:
    edition = stage(home, RULES, ids("E", 3), JUDGES)
    with problem("unknown_round"):
        assign_round(edition, "r9", 2, 1)
    rounds.open(edition, "r1")
    with problem("assigned_too_late", match="kit judge substitute 2025 r1"):
        assign_round(edition, "r1", 2, 1)
    assert not (edition.folder / "assignments.csv").exists()


def test_a_workbook_of_assignments_is_left_alone(home: Path) -> None:
    edition = stage(home, RULES, ids("E", 3), JUDGES)
    save(edition.folder / "assignments.xlsx", [["round", "entry_id", "judge_id"], ["r1", "E1", "J1"]])
    with problem("file_twice"):
        assign_round(kit.open("2025"), "r1", 2, 1)
    assert not (edition.folder / "assignments.csv").exists()
