"""The yardstick of the national index: what the kit ships, how an edition overrides it, and every mistake in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from problems import problem
from yardsticks import SMALL, yardstick

from kit.errors import Problem
from kit.index.indicators import FILE, Window, read_yardstick, shipped_years


def shipped(tmp_path, year):
    folder = tmp_path / str(year)
    folder.mkdir()
    return read_yardstick(folder)[0]


def said(folder, text, language="en"):
    """What is wrong with a yardstick, line by line."""
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_yardstick(folder)
    return [mistake.say(language) for mistake in (caught.value if hasattr(caught.value, "found") else [caught.value])]


# What the kit ships


def test_the_maxima_of_2026_add_up_to_250(tmp_path):
    """63 + 111 + 76 = 250, with 20 indicators numbered 16 to 35."""
    found = shipped(tmp_path, 2026)
    assert list(found.weights) == list(range(16, 36))
    assert (found.spd_maximum, found.top, found.number.each * found.number.cap) == (63, 111, 76)
    assert found.total == 250


def test_k_is_each_years_own_or_not_known(tmp_path):
    assert {year: shipped(tmp_path, year).k for year in shipped_years()} == {
        "2023": 10,
        "2024": None,
        "2025": None,
        "2026": 12,
        "2027": 14,
    }


@pytest.mark.parametrize(
    ("year", "bounds"),
    [
        ("2023", [("60.01", "100"), ("35.00", "60.00"), ("0.01", "34.99"), ("0", "0")]),
        ("2024", [("60.01", "100"), ("35.00", "60.00"), ("0.01", "34.99"), ("0", "0")]),
        ("2025", [("65.01", "100"), ("0", "65.00")]),
        ("2026", [("65.01", "100"), ("40.01", "65.00"), ("0.01", "40.00"), ("0", "0")]),
        ("2027", []),
    ],
)
def test_bounds_are_each_years_own(tmp_path, year, bounds):
    found = shipped(tmp_path, year).bounds
    assert [(bound.low, bound.high) for bound in found] == [(Decimal(low), Decimal(high)) for low, high in bounds]


def test_the_mandatory_indicators_are_those_of_the_table(tmp_path):
    found = shipped(tmp_path, 2026)
    assert [no for no, indicator in found.by_number.items() if indicator.mandatory] == [16, 17, 32, 33, 35]
    assert {no: len(indicator.bases) for no, indicator in found.by_number.items() if indicator.bases} == {33: 6}
    assert (found.affairs.required, len(found.affairs.of), found.times, found.window.years) == (5, 6, 2, 2)


def test_what_is_second_hand_says_so(tmp_path):
    found = shipped(tmp_path, 2026)
    assert {part for part, mark in found.sources.items() if mark == "R"} >= {"k", "indicators", "affairs", "bounds"}
    assert found.sources["number"] == "O"
    assert (found.cut, found.spd, found.window.until) == (None, None, None)  # nobody's but the edition's to say


# An edition's own


def test_an_edition_says_only_what_differs(tmp_path):
    (tmp_path / FILE).write_text("year: 2026\nbased_on: 2026\nk: 3\ncut: 90\n", encoding="utf-8")
    found, document, files = read_yardstick(tmp_path)
    assert (found.k, found.cut, found.total) == (3, 90, 250)
    assert "k" not in found.sources  # it is no longer the source's
    assert "indicators" in found.sources
    assert (files["k"], files["indicators"]) == (FILE, "2026.yaml")
    assert document["k"] == 3


def test_a_whole_yardstick_needs_no_base(tmp_path):
    found = yardstick(tmp_path, cut=9)
    assert (found.top, found.total, found.cut) == (18, 24, 9)


def test_a_base_may_have_a_base(tmp_path):
    assert shipped(tmp_path, 2024).weights == shipped(tmp_path, 2026).weights


def test_effort_is_the_users_own_number(tmp_path):
    found = yardstick(tmp_path, effort='{step: 3, of: {"16": 0.5}}')
    assert (found.effort.of_step(16), found.effort.of_step(17)) == (Decimal("0.5"), 3)


def test_an_edition_without_a_yardstick_is_told_how_to_get_one(tmp_path):
    folder = tmp_path / "2031"
    folder.mkdir()
    with problem("yardstick_missing", match=r"2031.*based_on: 2026.*2023, 2024, 2025, 2026, 2027"):
        read_yardstick(folder)


@pytest.mark.parametrize(
    ("day", "inside"), [("2023-12-31", False), ("2024-01-01", True), ("2025-12-31", True), ("2026-01-01", False)]
)
def test_the_window_ends_with_its_last_day_and_is_two_years_long(day, inside):
    assert Window(years=2, until="2025-12-31").holds(date.fromisoformat(day)) == inside
    assert Window(years=2).holds(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("until", "first"), [("2024-02-28", "2023-02-28"), ("2024-02-29", "2023-03-01"), ("2025-02-28", "2024-03-01")]
)
def test_the_window_is_whole_around_leap_days(until, first):
    assert Window(years=1, until=until).days[0].isoformat() == first


# Mistakes


WHOLE = "The bounds must run from 0 to 100 without a gap."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("low: 60.01", "low: 60", 'row 11: the bounds of the predicates "Rendah" and "Tinggi" overlap at 60–60.'),
        ("low: 60.01", "low: 60.02", f"row 11: there is no predicate for an index of 60.01–60.01. {WHOLE}"),
        ("high: 100", "high: 99.99", f"row 11: there is no predicate for an index of 100.00–100. {WHOLE}"),
        ("low: 0,", "low: 1,", f"row 12: there is no predicate for an index of 0–0.99. {WHOLE}"),
        ("high: 60}", "high: 61.005}", "row 11"),  # off the grid of decimals, and over its neighbour
        ("k: 2", "k: 0", 'row 4: the value of "k", 0, must be at least 1.'),
        ("k: 2", "K: 2", 'row 4: the key "K" is not known here. The known keys are: year, based_on'),
        ("no: 17", "no: 16", 'row 8: the id "16" is used more than once. Every id must be different.'),
        ("[a, b, c]}\n  - {no: 33", "[a, b]}\n  - {no: 33", "row 8"),
        ("[a, b, c]}\n  - {no: 33", "[a, b, c, d]}\n  - {no: 33", "row 8"),
        ("k: 2", "k: 2\ncut: 18.5", "row 5"),
        ("k: 2", "k: 2\nspd: 2.5", "row 5"),
        ("k: 2", "k: 2\naffairs: {required: 1, of: []}", "row 5"),
        ("k: 2", 'k: 2\neffort: {of: {"99": 1}}', "row 5"),
        ("k: 2", "k: 2\neffort: {step: 0}", "row 5"),
        ("k: 2", "k: 2\nsources: {kk: R}", "row 5"),
        ("k: 2", "k: 2\nsources: {k: X}", "row 5"),
        ("k: 2", 'k: 2\nwindow: {years: 2, until: "30 Februari 2025"}', "row 5"),
        ("k: 2", "k: 2\nbased_on: 1999", "row 5"),
        ("year: 2026", "year: dua ribu", "row 2"),
    ],
)
def test_each_mistake_has_its_file_and_line(tmp_path, old, new, sentence):
    found = said(tmp_path, SMALL.replace(old, new, 1))
    assert found[0].startswith(f"{FILE}, {sentence}")


def test_all_mistakes_come_at_once(tmp_path):
    text = SMALL.replace("k: 2", "k: 2\ncut: 99\nspd: 9").replace("low: 60.01", "low: 50")
    assert [sentence.partition(":")[0] for sentence in said(tmp_path, text)] == [
        f"{FILE}, row {row}" for row in (5, 6, 13)
    ]


def test_a_mistake_in_an_overlaid_part_stands_in_the_editions_file(tmp_path):
    found = said(tmp_path, "year: 2026\nbased_on: 2026\nbounds:\n  - {name: Semua, low: 0, high: 99}\n")
    assert len(found) == 1
    assert found[0].startswith(f"{FILE}, row 4")


def test_weights_are_exact(tmp_path):
    found = yardstick(tmp_path, SMALL.replace("weight: 3", "weight: 0.1"))
    assert found.weights[16] == Fraction(1, 10)
