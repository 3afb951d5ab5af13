"""Steps, what to send, and the plan to a line: against every choice there is, where there are few enough."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.index.indicators import TOP, Yardstick
from kit.index.readiness import (
    Candidate,
    best_sending,
    by_number,
    earned_at,
    estimate,
    maturity,
    next_steps,
    obstacles,
    plan,
)

INDICATOR = {"name": "x", "levels": ["a", "b", "c"]}
DOCUMENT = {
    "year": 2026,
    "spd_maximum": 2,
    "spd": 1,
    "k": 2,
    "number": {"each": Decimal("0.5"), "cap": 3},
    "affairs": {"required": 1, "of": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]},
    "indicators": [
        {"no": 16, "weight": 2, "mandatory": True, **INDICATOR},
        {"no": 17, "weight": Decimal("0.5"), **INDICATOR},
    ],
    "bounds": [{"name": "Tinggi", "low": 60, "high": 100}, {"name": "Rendah", "low": 0, "high": Decimal("59.99")}],
    "cut": 3,
    "effort": {"verification": 1, "step": 2, "of": {"17": Decimal("1.5")}},
}
SMALL = Yardstick.model_validate(DOCUMENT)  # maturity 7.5 at most; 2 + 7.5 + 1.5 = 11


def changed(**changes):
    return Yardstick.model_validate(DOCUMENT | changes)


def candidate(name="I-1", mature=10, affair="a", applied="2025-01-01", sent=0, unfilled=()):
    return Candidate(name, Fraction(mature), affair, applied, sent, unfilled)


# Steps


def test_a_claim_that_stands_costs_its_verification_and_goes_all_the_way():
    first, second = next_steps(SMALL, "I-1", {16: 1}, {16: 3, 17: 0})
    assert (first.indicator, first.low, first.high, first.gain, first.effort, first.claimed) == (16, 1, 3, 4, 1, True)
    assert (second.indicator, second.low, second.high, second.effort, second.claimed) == (
        17,
        0,
        1,
        Decimal("1.5"),
        False,
    )


def test_unfilled_mandatory_indicators_come_first_whatever_they_gain():
    dear = changed(effort={"of": {"16": 99}})
    assert [step.indicator for step in next_steps(dear, "I-1", {}, {})] == [16, 17]
    assert [step.indicator for step in next_steps(dear, "I-1", {16: 1}, {16: 1})] == [17, 16]


def test_at_the_top_there_is_nothing_to_do():
    full = dict.fromkeys(SMALL.weights, TOP)
    assert next_steps(SMALL, "I-1", full, full) == []


# What to send


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, []),
        ({"mature": 2}, ["cut"]),
        ({"mature": 3}, []),
        ({"sent": 1}, []),
        ({"sent": 2}, ["times"]),
        ({"applied": "2023-12-31"}, ["window"]),
        ({"applied": ""}, ["unapplied"]),
        ({"unfilled": (16,), "mature": 0}, ["mandatory", "cut"]),
    ],
)
def test_what_keeps_an_innovation_from_being_sent(changes, why):
    yardstick = changed(times=2, window={"years": 2, "until": "2025-12-31"})
    assert obstacles(yardstick, candidate(**changes)) == why


def test_without_a_last_day_the_window_keeps_nobody():
    assert obstacles(changed(window={"years": 2}), candidate(applied="1999-01-01")) == []
    assert obstacles(changed(window={"years": 2}), candidate(applied="")) == []


def test_sending_one_more_pays_up_to_k_and_may_cost_after():
    yardstick = changed(affairs={"required": 0, "of": []}, number={"each": Decimal("0.1"), "cap": 9})
    found = by_number(yardstick, [candidate(f"I-{n}", mature) for n, mature in enumerate((7, 6, 4, 3))])
    assert [sending.estimate.sid for sending in found] == [
        0,
        Fraction("3.6"),
        Fraction("6.7"),
        Fraction(17, 3) + Fraction("0.3"),
        Fraction("5.4"),
    ]
    assert best_sending(found).innovations == ("I-0", "I-1")


def test_a_less_mature_innovation_goes_first_where_its_affair_makes_the_number_count():
    found = by_number(
        changed(k=1), [candidate("I-1", 7, ""), candidate("I-2", 7, ""), candidate("I-3", Fraction("6.9"), "a")]
    )
    assert found[2].innovations == ("I-3", "I-1")
    assert found[2].estimate.covered


people = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from(["", "a", "b"])).map(lambda pair: (Fraction(pair[0], 2), pair[1])),
    max_size=6,
)


@given(people, st.integers(0, 2), st.integers(1, 4))
def test_the_best_set_of_each_size_is_the_best_of_all_sets(pairs, required, k):
    yardstick = changed(affairs=DOCUMENT["affairs"] | {"required": required}, k=k)
    candidates = [candidate(f"I-{n}", mature, affair) for n, (mature, affair) in enumerate(pairs)]
    for n, sending in enumerate(by_number(yardstick, candidates)):
        every = [
            estimate(yardstick, [c.maturity for c in chosen], [c.affair for c in chosen]).sid
            for chosen in combinations(candidates, n)
        ]
        assert sending.estimate.sid == max(every)
        assert len(sending.innovations) == n


# The plan

levels = st.tuples(st.integers(0, TOP), st.integers(0, TOP))
some = st.lists(st.tuples(levels, levels, st.sampled_from(["", "a"])), min_size=1, max_size=3)


def cheapest(yardstick, innovations):
    """The least effort of all that could be done and sent, by trying everything; None where nothing is enough."""
    line = max(yardstick.bounds, key=lambda bound: bound.low)
    wanted = earned_at(yardstick, line) - Fraction(yardstick.spd)
    options = {}
    for name, (now, claimed, affair) in innovations.items():
        options[name] = [None]
        for highs in product(range(TOP + 1), repeat=2):
            after = dict(zip(yardstick.weights, highs, strict=True))
            if (
                all(after[no] >= now[no] for no in after)
                and after[16] > 0
                and maturity(yardstick, after) >= yardstick.cut
            ):
                efforts = [
                    yardstick.effort.of_step(no) * max(0, after[no] - max(now[no], claimed[no]))
                    + (yardstick.effort.verification if claimed[no] > now[no] else 0)
                    for no in after
                    if after[no] > now[no]
                ]
                options[name].append((sum(efforts, Decimal()), maturity(yardstick, after), affair))
    found = None
    for choice in product(*options.values()):
        sent = [option for option in choice if option]
        effort = sum((option[0] for option in sent), Decimal())
        reached = estimate(yardstick, [option[1] for option in sent], [option[2] for option in sent]).sid
        if reached >= wanted and (found is None or effort < found):
            found = effort
    return found


def planned(yardstick, innovations, **limits):
    candidates = [candidate(name, 0, affair) for name, (_, _, affair) in innovations.items()]
    now, claimed = ({name: told[at] for name, told in innovations.items()} for at in (0, 1))
    line = max(yardstick.bounds, key=lambda bound: bound.low)
    return plan(yardstick, candidates, now, claimed, line, **limits)


def told(pairs):
    return {
        f"I-{n}": (dict(zip(SMALL.weights, now, strict=True)), dict(zip(SMALL.weights, claimed, strict=True)), affair)
        for n, (now, claimed, affair) in enumerate(pairs)
    }


@settings(deadline=None, max_examples=60)
@given(some, st.integers(0, 1), st.integers(1, 3), st.sampled_from([40, 60, 75]), st.sampled_from([1, 3]))
def test_the_exact_plan_is_the_cheapest_of_everything_that_could_be_done(pairs, required, k, low, cut):
    bounds = [
        {"name": "Tinggi", "low": low, "high": 100},
        {"name": "Rendah", "low": 0, "high": Decimal(low) - Decimal("0.01")},
    ]
    yardstick = changed(affairs=DOCUMENT["affairs"] | {"required": required}, k=k, bounds=bounds, cut=cut)
    innovations = told(pairs)
    found, least = planned(yardstick, innovations), cheapest(yardstick, innovations)
    assert (found is None) == (least is None)
    if found is not None:
        assert found.exact
        assert found.effort == least
        holds(yardstick, innovations, found)


@settings(deadline=None, max_examples=60)
@given(some, st.integers(0, 1), st.integers(1, 3))
def test_a_plan_that_is_not_proven_reaches_the_line_too_and_says_so(pairs, required, k):
    yardstick = changed(affairs=DOCUMENT["affairs"] | {"required": required}, k=k)
    innovations = told(pairs)
    found, exact = planned(yardstick, innovations, proven_up_to=-1), planned(yardstick, innovations)
    if found is not None:
        assert not found.exact
        assert found.effort >= exact.effort
        holds(yardstick, innovations, found)


def holds(yardstick, innovations, found):
    """A plan's steps lead where it says, and there the line is reached with what may be sent."""
    after = {name: dict(innovations[name][0]) for name in found.innovations}
    for step in found.steps:
        assert after[step.innovation][step.indicator] == step.low
        after[step.innovation][step.indicator] = step.high
    matured = [maturity(yardstick, parameters) for parameters in after.values()]
    assert all(value >= yardstick.cut for value in matured)
    assert all(parameters[16] > 0 for parameters in after.values())
    reached = estimate(yardstick, matured, [innovations[name][2] for name in after])
    assert reached == found.after
    assert reached.sid + Fraction(yardstick.spd) >= earned_at(yardstick, max(yardstick.bounds, key=lambda b: b.low))


def test_a_mandatory_indicator_is_filled_though_the_cut_does_not_ask_for_it():
    """The second innovation would pass the cut without its regulation, and be sent for the number alone."""
    bounds = [{"name": "Tinggi", "low": 75, "high": 100}, {"name": "Rendah", "low": 0, "high": Decimal("74.99")}]
    yardstick = changed(cut=1, bounds=bounds, k=1, affairs={"required": 0, "of": []}, number={"each": 3, "cap": 3})
    found = planned(yardstick, told([((3, 3), (3, 3), ""), ((0, 3), (0, 3), "")]))
    assert [(step.innovation, step.indicator) for step in found.steps] == [("I-1", 16)]


def test_what_the_least_effort_is_does_not_depend_on_the_order():
    pairs = [((1, 0), (2, 2), "a"), ((0, 0), (3, 3), "b"), ((2, 1), (2, 1), ""), ((1, 1), (3, 1), "a")]
    innovations = told(pairs)
    turned = dict(reversed(innovations.items()))
    assert planned(SMALL, innovations).effort == planned(SMALL, turned).effort


@pytest.mark.parametrize("number", [2, 5])
def test_of_steps_that_cost_the_same_the_ones_that_come_first_are_taken(number):
    """All innovations are alike, and one of them has to be raised."""
    bounds = [{"name": "Tinggi", "low": 66, "high": 100}, {"name": "Rendah", "low": 0, "high": Decimal("65.99")}]
    free = {"affairs": {"required": 0, "of": []}, "number": {"each": Decimal("0.5"), "cap": 1}}
    yardstick = changed(bounds=bounds, k=number, **free)
    found = planned(yardstick, told([((2, 2), (2, 2), "")] * number))
    assert found.exact
    assert [step.innovation for step in found.steps] == ["I-0"]
