"""Exact columns against Python's fractions, around every edge of int64."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import round_to

from kit.scoring.exact import Exact, fit

small = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)
huge = st.one_of(
    st.integers(-(2**70), 2**70).map(Fraction),
    st.fractions(max_denominator=2**40),
    st.sampled_from([2**62, 2**62 - 1, -(2**62), 2**63 - 1, -(2**63), 2**61]).map(Fraction),
)
numbers = st.one_of(small, huge)
columns = st.lists(numbers, min_size=1, max_size=8)
counts = st.lists(st.integers(1, 7), min_size=1, max_size=8)


@given(columns)
def test_numbers_come_back_as_they_went_in(values: list[Fraction]) -> None:
    assert Exact.of(values).fractions() == values
    assert len(Exact.of(values)) == len(values)
    assert Exact.of(values)[1:].fractions() == values[1:]


def test_decimals_are_not_floats() -> None:
    assert Exact.of([Decimal("0.1"), Decimal("-2.50"), 3]).fractions() == [Fraction(1, 10), Fraction(-5, 2), 3]


def test_nothing_is_a_column_too() -> None:
    assert Exact.of([]).rounded(2, "half_away").decimals() == []


@given(columns, numbers)
def test_one_factor_multiplies_all(values: list[Fraction], factor: Fraction) -> None:
    assert Exact.of(values).times([factor]).fractions() == [value * factor for value in values]


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=5), st.tuples(numbers, numbers, numbers))
def test_a_matrix_is_weighed_column_by_column(rows: list[tuple[Fraction, ...]], factors: tuple[Fraction, ...]) -> None:
    matrix = Exact.columns([Exact.of(column) for column in zip(*rows, strict=True)])
    assert matrix.fractions() == [value for row in rows for value in row]
    weighed = matrix.times(factors)
    assert weighed.fractions() == [v * f for row in rows for v, f in zip(row, factors, strict=True)]
    assert weighed.summed_across().fractions() == [
        sum((v * f for v, f in zip(row, factors, strict=True)), Fraction(0)) for row in rows
    ]


@given(st.lists(st.lists(numbers, min_size=1, max_size=4), min_size=1, max_size=5))
def test_runs_of_rows_are_added_up(runs: list[list[Fraction]]) -> None:
    starts = np.cumsum([0, *(len(run) for run in runs)])[:-1]
    column = Exact.of(value for run in runs for value in run)
    assert column.summed(starts).fractions() == [sum(run, Fraction(0)) for run in runs]


@given(st.lists(st.tuples(numbers, st.integers(1, 2**40)), min_size=1, max_size=8))
def test_each_row_has_its_own_divisor_and_factor(rows: list[tuple[Fraction, int]]) -> None:
    column, own = Exact.of(value for value, _ in rows), np.array([n for _, n in rows])
    assert column.divided_by(own).fractions() == [value / n for value, n in rows]
    assert column.scaled(own).fractions() == [value * n for value, n in rows]


def test_rows_of_a_matrix_have_their_own_divisor_and_factor() -> None:
    matrix = Exact(np.array([[1, 2], [3, 4]]))
    assert matrix.divided_by(np.array([2, 3])).fractions() == [Fraction(1, 2), 1, 1, Fraction(4, 3)]
    assert matrix.scaled(np.array([2, -3])).fractions() == [2, 4, -9, -12]


@given(columns, st.integers(0, 6), st.sampled_from(["half_away", "half_even"]))
@settings(max_examples=300)
def test_rounding_is_that_of_fractions(values: list[Fraction], places: int, rounding: str) -> None:
    rounded = Exact.of(values).rounded(places, rounding)  # type: ignore[arg-type]
    assert rounded.fractions() == [round_to(value, places, rounding) for value in values]
    assert [Fraction(decimal) for decimal in rounded.decimals()] == rounded.fractions()


HALVES = ["-2.5", "-1.5", "-0.5", "-0.4", "0", "0.4", "0.5", "1.5", "2.5", "2.500001", "2.499999", "1e18"]


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("half_away", [-3, -2, -1, 0, 0, 0, 1, 2, 3, 3, 2, 10**18]),
        ("half_even", [-2, -2, 0, 0, 0, 0, 0, 2, 2, 3, 2, 10**18]),
    ],
)
def test_halves_go_away_from_zero_or_to_the_even_neighbour(rounding: str, expected: list[int]) -> None:
    column = Exact.of(Decimal(text) for text in HALVES)
    assert column.rounded(0, rounding).decimals() == expected  # type: ignore[arg-type]


@given(st.lists(st.decimals(-(10**6), 10**6, places=4), min_size=1), st.integers(0, 3))
def test_rounding_is_also_that_of_decimal(values: list[Decimal], places: int) -> None:
    """A second opinion, from a module that had nothing to do with this one."""
    unit = Decimal(1).scaleb(-places)
    column = Exact.of(values)
    for rounding, mode in (("half_away", ROUND_HALF_UP), ("half_even", ROUND_HALF_EVEN)):
        assert column.rounded(places, rounding).decimals() == [value.quantize(unit, mode) for value in values]  # type: ignore[arg-type]


def test_rounded_numbers_are_written_with_all_their_digits() -> None:
    column = Exact.of([Decimal("73.8"), Decimal(-1), Decimal(0)])
    assert [str(value) for value in column.rounded(2, "half_away").decimals()] == ["73.80", "-1.00", "0.00"]
    assert [str(value) for value in column.rounded(0, "half_away").decimals()] == ["74", "-1", "0"]


def test_only_rounded_numbers_have_decimals() -> None:
    with pytest.raises(ValueError, match="only rounded numbers"):
        Exact.of([Fraction(1, 3)]).decimals()


@pytest.mark.parametrize(
    ("numbers", "factor", "kind"),
    [
        ([1, 2], 3, np.int64),
        ([], 2**70, np.int64),
        ([2**40, -1], 2**21, np.int64),
        ([2**40, -1], 2**22, object),
        ([-(2**40)], -(2**22), object),
        ([-(2**63)], 1, object),
        ([0], 2**62, object),
    ],
)
def test_integers_become_pythons_before_they_overflow(numbers: list[int], factor: int, kind: type) -> None:
    assert fit(np.array(numbers, dtype=np.int64), factor).dtype == kind


def test_a_denominator_beyond_int64_does_not_overflow() -> None:
    column = Exact.of([Fraction(10**18, 3**45), Fraction(-(10**18), 7**25)])
    assert column.rounded(3, "half_away").fractions() == [
        round_to(Fraction(10**18, 3**45), 3, "half_away"),
        round_to(Fraction(-(10**18), 7**25), 3, "half_away"),
    ]
