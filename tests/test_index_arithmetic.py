"""The arithmetic of the national index: the worked examples of its sources, its edges, and what must always hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import problem

from kit.index.indicators import TOP, read_yardstick
from kit.index.readiness import earned_at, estimate, estimates, index, maturity, predicate


def of_year(year, **changes):
    """The kit's yardstick of a year; a folder of that name holds nothing of its own."""
    from pathlib import Path  # noqa: PLC0415

    return read_yardstick(Path(str(year)))[0].model_copy(update=changes)


Y2026 = of_year(2026)
AFFAIRS = [affair.id for affair in Y2026.affairs.of]
parameters = st.dictionaries(st.sampled_from(list(Y2026.weights)), st.integers(0, TOP))


def test_everything_at_its_highest_is_250_and_an_index_of_100():
    """63 + 111 + 76 = 250: two hundred innovations of full maturity, every affair covered."""
    full = maturity(Y2026, dict.fromkeys(Y2026.weights, TOP))
    found = estimate(Y2026, [full] * 200, AFFAIRS + [""] * 194)
    assert (full, found.mean, found.number, found.sid) == (111, 111, 76, 187)
    assert Fraction(Y2026.spd_maximum) + found.sid == 250
    assert index(Y2026, found.sid, Decimal(63)) == Decimal("100.00")


@pytest.mark.parametrize(("n", "number"), [(0, "0"), (1, "0.38"), (49, "18.62"), (200, "76"), (201, "76"), (771, "76")])
def test_the_number_earns_038_each_up_to_200(n, number):
    free = of_year(2026, affairs=type(Y2026.affairs)())
    assert estimate(free, [Fraction(90)] * n, [""] * n).number == Fraction(Decimal(number))


@pytest.mark.parametrize(("year", "k"), [(2023, 10), (2026, 12), (2027, 14)])
@pytest.mark.parametrize("n", [1, 9, 10, 11, 12, 13, 14, 15])
def test_the_sum_is_divided_by_k_or_by_the_number_if_that_is_more(year, k, n):
    found = estimate(of_year(year), [Fraction(90)] * n, [""] * n)
    assert (found.divisor, found.mean) == (max(k, n), Fraction(90 * n, max(k, n)))


@pytest.mark.parametrize("year", [2024, 2025])
def test_without_a_k_nothing_is_divided(year):
    with problem("divisor_unknown", match=str(year)):
        estimate(of_year(year), [Fraction(90)], [""])


@pytest.mark.parametrize(("covered", "counts"), [(0, False), (4, False), (5, True), (6, True)])
def test_in_2026_the_number_counts_once_five_of_six_affairs_are_covered(covered, counts):
    affairs = [*AFFAIRS[:covered], "lainnya", "", AFFAIRS[0] if covered else ""]
    found = estimate(Y2026, [Fraction(90)] * len(affairs), affairs)
    assert (found.covered, found.number) == (counts, Fraction("0.38") * len(affairs) if counts else 0)


def test_in_2023_it_counts_always():
    assert estimate(of_year(2023), [Fraction(1)], [""]).number == Fraction("0.38")


@pytest.mark.parametrize(
    ("year", "value", "name"),
    [
        *((2023, value, "Tidak Dapat Dinilai") for value in ("0.00",)),
        *((2023, value, "Kurang Inovatif") for value in ("0.01", "34.99")),
        *((2023, value, "Inovatif") for value in ("35.00", "60.00")),
        *((2023, value, "Sangat Inovatif") for value in ("60.01", "100.00")),
        *((2024, value, name) for value, name in (("60.00", "Inovatif"), ("60.01", "Sangat Inovatif"))),
        *((2025, value, "Sangat Inovatif") for value in ("65.01", "100.00")),
        *((2026, value, "Tidak Dapat Dinilai") for value in ("0.00",)),
        *((2026, value, "Kurang Inovatif") for value in ("0.01", "40.00")),
        *((2026, value, "Inovatif") for value in ("40.01", "65.00")),
        *((2026, value, "Sangat Inovatif") for value in ("65.01", "100.00")),
    ],
)
def test_predicates_with_their_edges(year, value, name):
    assert predicate(of_year(year), Decimal(value)).name.id == name


def test_where_bounds_were_not_found_there_is_no_predicate():
    assert predicate(of_year(2027), Decimal(70)) is None


def test_what_a_predicate_takes_is_what_rounds_to_it():
    very, *_ = Y2026.bounds
    needed = earned_at(Y2026, very)
    assert needed == Fraction("162.5125")
    assert index(Y2026, needed - 50, Decimal(50)) == Decimal("65.01")
    assert index(Y2026, needed - 50 - Fraction(1, 10**9), Decimal(50)) == Decimal("65.00")


def test_the_estimates_of_the_first_few_are_those_of_sets_of_their_own():
    matured, affairs = [Fraction(n) for n in (90, 80, 111, 70)], [AFFAIRS[0], "", AFFAIRS[1], AFFAIRS[0]]
    assert estimates(Y2026, matured, affairs) == [estimate(Y2026, matured[:n], affairs[:n]) for n in range(5)]


@given(parameters, st.sampled_from(list(Y2026.weights)))
def test_maturity_grows_by_the_weight_with_every_parameter(given_parameters, no):
    before = maturity(Y2026, given_parameters)
    now = given_parameters.get(no, 0)
    if now < TOP:
        assert maturity(Y2026, given_parameters | {no: now + 1}) == before + Y2026.weights[no]
    assert 0 <= before <= 111


innovations = st.lists(st.tuples(st.integers(0, 111).map(Fraction), st.sampled_from(["", *AFFAIRS])), max_size=30)


@given(innovations, st.integers(0, 63), st.randoms(use_true_random=False))
def test_the_order_of_innovations_changes_nothing(pairs, spd, random):
    shuffled = random.sample(pairs, len(pairs))
    found, other = (estimate(Y2026, [m for m, _ in given], [a for _, a in given]) for given in (pairs, shuffled))
    assert found == other
    assert index(Y2026, found.sid, Decimal(spd)) == index(Y2026, other.sid, Decimal(spd))


@given(innovations.filter(bool), st.data())
def test_the_index_never_falls_when_an_innovation_matures(pairs, data):
    at = data.draw(st.integers(0, len(pairs) - 1))
    raised = [(min(m + 5, Fraction(111)) if n == at else m, a) for n, (m, a) in enumerate(pairs)]
    before, after = (estimate(Y2026, [m for m, _ in given], [a for _, a in given]) for given in (pairs, raised))
    assert after.sid >= before.sid
    assert index(Y2026, after.sid, Decimal(40)) >= index(Y2026, before.sid, Decimal(40))
