"""The Rasch model gives back what Facets prints and what was simulated, and says so where it can give nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contests import contest, rules, single, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.fairness.mark_arrays import Panel
from kit.fairness.rasch import Rasch, bias, common_scale, flags, probabilities, rasch
from kit.rules import Scale
from kit.texts import Texts

TRUTH = Path(__file__).parent / "truth"
# What Facets prints it has from a search that ends when measures move by less than 0.01 logit.
FACETS_STOPS = 0.03

# Joint maximum likelihood run to its end: truth/README.md.
JUDGES = {"Avogadro": 0.040, "Brahe": 0.245, "Cavendish": -0.096}
SCIENTISTS = {"Anne": -0.071, "Betty": 0.664, "Chris": -0.255, "David": -0.482} | {
    "Edward": 0.441,
    "Fred": -0.584,
    "George": 0.288,
}
TRAITS = {"Attack": -0.280, "Basis": -0.147, "Clarity": 0.211, "Daring": -0.302, "Enthusiasm": 0.518}
THRESHOLDS = [-0.69, -2.35, 0.81, -1.48, 1.72, -0.98, 2.39, 0.58]


def scale(low: object, high: object, step: object = 1) -> Scale:
    return Scale(low=Decimal(str(low)), high=Decimal(str(high)), step=Decimal(str(step)))


def panel(*rows: str) -> Panel:
    """Marks as ``judge entry: marks on k1, k2, ...``; ``-`` is a mark that is missing."""
    flat = []
    for row in rows:
        who, _, marks = row.partition(":")
        judge, entry = who.split()
        flat += [(judge, entry, f"k{n}", mark) for n, mark in enumerate(marks.split(), 1) if mark != "-"]
    return Panel.of(pd.DataFrame(flat, columns=["judge_id", "entry_id", "criterion", "value"], dtype=str))


def measures(found: Rasch, facet: str, column: str = "measure") -> dict[str, float]:
    table = found.measures[found.measures["facet"] == facet].set_index("id")
    return table[column].to_dict()


@pytest.fixture(scope="module")
def guilford() -> Rasch:
    names = {"judge": "judge_id", "scientist": "entry_id", "trait": "criterion", "score": "value"}
    table = pd.read_csv(TRUTH / "guilford_creativity.csv", dtype=str).rename(columns=names)
    return rasch(Panel.of(table), scale(1, 9))


# Published results


def test_guilford_is_recovered_to_the_last_digit(guilford: Rasch) -> None:
    centre = np.mean([*measures(guilford, "entry").values()])  # the source centres scientists and frees judges
    scientists = {name: value - centre for name, value in measures(guilford, "entry").items()}
    judges = {name: value - centre for name, value in measures(guilford, "judge").items()}
    assert scientists == pytest.approx(SCIENTISTS, abs=0.001)
    assert judges == pytest.approx(JUDGES, abs=0.001)
    assert measures(guilford, "criterion") == pytest.approx(TRAITS, abs=0.001)
    assert guilford.thresholds["threshold"].to_list() == pytest.approx(THRESHOLDS, abs=0.0051)
    assert guilford.thresholds["value"].to_list() == [2, 3, 4, 5, 6, 7, 8, 9]


def test_guilford_is_what_facets_prints(guilford: Rasch) -> None:
    centre = np.mean([*measures(guilford, "entry").values()])
    assert measures(guilford, "judge")["Brahe"] - centre == pytest.approx(0.24, abs=FACETS_STOPS)
    assert measures(guilford, "entry")["David"] - centre == pytest.approx(-0.46, abs=FACETS_STOPS)
    assert measures(guilford, "entry")["Edward"] - centre == pytest.approx(0.42, abs=FACETS_STOPS)
    assert guilford.fitted
    found = bias(guilford.fitted, "judge", "entry")
    cells = found.cells.set_index(["judge", "entry"])
    for who, observed, expected, size, error, t in [
        ("David", 25, 17.3, 0.71, 0.29, 2.43),
        ("Edward", 14, 27.0, -1.27, 0.36, -3.55),
    ]:
        cell = cells.loc[("Brahe", who)]
        assert cell["observed"] == observed
        assert cell["expected"] == pytest.approx(expected, abs=0.1)
        assert cell["bias"] == pytest.approx(size, abs=FACETS_STOPS + 0.005)
        assert cell["error"] == pytest.approx(error, abs=0.01)
        assert cell["t"] == pytest.approx(t, abs=(FACETS_STOPS + 0.005) / error)
    assert found.freedom == len(found.cells) == 21
    assert found.chi_square == pytest.approx(41.6, rel=0.04)  # each bias squared: 0.96 of ours, as the measures are
    assert found.p < 0.01


# Known truth


def simulated(entries: int, judges: int, each: int, criteria: int, seed: int) -> tuple[Panel, dict[str, np.ndarray]]:
    """Marks 1-5 drawn mark by mark from the model as Linacre writes it, not from the kit's code."""
    r = np.random.default_rng(seed)
    truth = {
        "entry": r.normal(0, 1, entries),
        "judge": r.normal(0, 0.6, judges),
        "criterion": r.normal(0, 0.4, criteria),
    }
    truth["judge"] -= truth["judge"].mean()
    truth["criterion"] -= truth["criterion"].mean()
    threshold = np.array([-2.0, -0.7, 0.7, 2.0])
    rows = []
    for e in range(entries):
        for j in r.permutation(judges)[:each]:
            for c in range(criteria):
                odds = np.exp(truth["entry"][e] - truth["judge"][j] - truth["criterion"][c] - threshold)
                chance = np.cumprod([1.0, *odds])
                rows.append((f"J{j:02}", f"E{e:03}", f"k{c}", str(1 + r.choice(5, p=chance / chance.sum()))))
    return Panel.of(pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"])), truth


@pytest.mark.parametrize(("entries", "judges", "each"), [(60, 5, 5), (150, 12, 3)])
def test_what_was_simulated_is_recovered(entries: int, judges: int, each: int) -> None:
    panel_, truth = simulated(entries, judges, each, criteria=6, seed=7)
    found = rasch(panel_, scale(1, 5))
    for facet in ("judge", "criterion"):
        error = np.array([*measures(found, facet, "error").values()])
        away = np.array([*measures(found, facet).values()]) - truth[facet]
        assert np.abs(away / error).max() < 3.5
    assert np.corrcoef([*measures(found, "entry").values()], truth["entry"])[0, 1] > 0.95
    assert found.measures["infit"].mean() == pytest.approx(1, abs=0.05)
    assert found.measures["outfit_z"].std() < 1.3
    summary = found.facets.set_index("facet")
    assert summary.loc["judge", "reliability"] > 0.9
    assert summary.loc["judge", "separation"] == pytest.approx(
        (summary.loc["judge", "reliability"] / (1 - summary.loc["judge", "reliability"])) ** 0.5
    )
    assert flags(panel_, found)["flag"].isin(["fairness.flag_misfit", "fairness.flag_overfit"]).all()


def test_the_mean_squares_of_marks_from_the_model_are_standard_normal() -> None:
    z = [rasch(simulated(30, 4, 4, 5, seed)[0], scale(1, 5)).measures for seed in range(8)]
    for name in ("infit_z", "outfit_z"):
        values = np.concatenate([table.loc[table["facet"] == "entry", name].dropna() for table in z])
        assert np.mean(values) == pytest.approx(0, abs=0.2)
        assert np.std(values) == pytest.approx(1, abs=0.15)


def test_the_inflation_that_the_notes_tell_is_there() -> None:
    panel_, truth = simulated(400, 2, 2, 1, seed=3)
    found = rasch(panel_, scale(1, 5))
    spread = np.std([*measures(found, "judge").values()]) / np.std(truth["judge"])
    note = next(note for note in found.notes if note.key == "fairness.rasch_inflated")
    assert note.data == {"n": 2, "factor": Decimal("2.00")}
    assert 1.2 < spread < 2.5


def test_a_fully_converged_fit_expects_just_what_was_given(guilford: Rasch) -> None:
    fitted = guilford.fitted
    assert fitted
    for code in (fitted.panel.entry, fitted.panel.judge, fitted.panel.criterion):
        assert np.bincount(code, fitted.moments.expected) == pytest.approx(np.bincount(code, fitted.category), abs=1e-3)


def test_fair_marks_tell_what_an_average_judge_would_have_given(guilford: Rasch) -> None:
    table = guilford.measures
    assert (table["fair"] - table["mean"]).abs().max() < 0.1  # all judged all, so means are nearly fair
    lucky = simulated(60, 6, 2, 4, seed=2)[0]  # two judges each: who drew the mild ones was lucky
    found = rasch(lucky, scale(1, 5))
    severity = measures(found, "judge")
    met = pd.Series([severity[lucky.judges[n]] for n in lucky.judge]).groupby(lucky.entry).mean().to_numpy()
    entries = found.measures[found.measures["facet"] == "entry"]
    assert np.corrcoef(entries["fair"] - entries["mean"], met)[0, 1] > 0.9


def test_the_order_of_rows_changes_nothing(guilford: Rasch) -> None:
    table = pd.read_csv(TRUTH / "guilford_creativity.csv", dtype=str)
    table = table.rename(columns={"judge": "judge_id", "scientist": "entry_id", "trait": "criterion", "score": "value"})
    again = rasch(Panel.of(table.sample(frac=1, random_state=1)), scale(1, 9))
    pd.testing.assert_frame_equal(again.measures, guilford.measures)


# Marks that the model cannot take as they are


def test_extremes_get_a_finite_measure_and_say_so() -> None:
    panel_ = panel(
        *("A e1: 5 5", "B e1: 5 5", "C e1: 5 5"),
        *("A e2: 1 2", "B e2: 2 3", "C e2: 3 4"),
        *("A e3: 4 3", "B e3: 2 2", "C e3: 5 4"),
        *("A e4: 1 1", "B e4: 1 1", "C e4: 1 1"),
        *("A e5: 2 3", "B e5: 3 4", "C e5: 4 4"),
    )
    found = rasch(panel_, scale(1, 5))
    entries = found.measures[found.measures["facet"] == "entry"].set_index("id")
    assert entries["why"].to_dict() == {
        "e1": "fairness.rasch_extreme_high",
        "e2": None,
        "e3": None,
        "e4": "fairness.rasch_extreme_low",
        "e5": None,
    }
    assert entries["measure"].idxmax() == "e1"
    assert entries["measure"].idxmin() == "e4"
    assert (entries["error"] > 0).all()
    assert entries["infit"].notna().to_list() == [False, True, True, False, True]
    # Where e1 stands, its six marks are expected to fall 0.3 short of all six.
    fitted = found.fitted
    assert fitted
    theta = entries.loc["e1", "measure"] + fitted.point.judge[:, None] + fitted.point.criterion
    chance = probabilities(theta.ravel(), fitted.point.step)
    assert (np.arange(len(chance)) @ chance).sum() == pytest.approx(6 * (len(chance) - 1) - 0.3, abs=1e-3)


def test_leaving_extremes_out_may_make_others_extreme() -> None:
    # Without B, who gave everyone the best mark, e3 has lowest marks only.
    panel_ = panel(
        *("A e1: 1 3", "B e1: 3 3", "C e1: 2 2"),
        *("A e2: 2 1", "B e2: 3 3", "C e2: 3 1"),
        *("A e3: 1 1", "B e3: 3 3", "C e3: 1 1"),
        *("A e4: 3 2", "B e4: 3 3", "C e4: 1 2"),
    )
    found = rasch(panel_, scale(1, 3))
    assert found.why is None
    why = found.measures.set_index("id")["why"].dropna().to_dict()
    assert why == {"B": "fairness.rasch_extreme_high", "e3": "fairness.rasch_extreme_low"}
    severity = measures(found, "judge")
    assert severity["B"] < min(severity["A"], severity["C"])
    assert found.measures["measure"].notna().all()


def test_values_that_nobody_used_are_left_out_and_named() -> None:
    panel_ = panel(
        "A e1: 1 3", "A e2: 5 3", "A e3: 3 1", "B e1: 3 5", "B e2: 5 1", "B e3: 1 3", "B e4: 3 3", "A e4: 1 5"
    )
    found = rasch(panel_, scale(1, 5))
    assert found.thresholds["value"].to_list() == [3, 5]
    assert next(note for note in found.notes if note.key == "fairness.rasch_unused").data == {
        "values": [Decimal(2), Decimal(4)]
    }


GAPS = [("A", ("", "- -")), ("B", ("- -", ""))]  # each criterion has its own judge
CROSSED = ["A e1: 1 2", "A e2: 2 3", "A e3: 3 1", "B e1: 2 2", "B e2: 3 2", "B e3: 1 3"]


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ([], "fairness.no_marks"),
        (["A e1: 2 2", "B e1: 2 2", "A e2: 2 2", "B e2: 2 2"], "fairness.all_equal"),
        (["A e1: 1 1", "B e1: 1 1", "A e2: 3 3", "B e2: 3 3"], "fairness.rasch_ends_only"),
        (["A e1: 2"], "fairness.all_equal"),
        (["A e1: 1", "A e2: 2", "A e3: 3", "A e4: 2"], "fairness.rasch_ends_only"),  # each lowest or highest in turn
        (["A e1: 1 -", "B e1: - 2", "A e2: 2 -", "B e2: - 1"], "fairness.no_residual"),
        (["A e1: 1 2", "A e2: 2 1", "B e3: 1 2", "B e4: 2 1"], "fairness.disconnected"),
        (
            [f"{judge} e{n}: {gap[0]} {n % 3 + 1} {n % 2 + 1} {gap[1]}" for n in range(5) for judge, gap in GAPS],
            "fairness.rasch_inseparable",
        ),
        # One step apart is as much as anybody's marks are: the further, the more probable.
        (["A e1: 1 2", "A e2: 2 3", "B e1: 1 2", "B e2: 2 3"], "fairness.rasch_infinite"),
    ],
)
def test_where_there_is_no_fit_a_sentence_says_why(marks: list[str], why: str) -> None:
    panel_ = panel(*marks)
    found = rasch(panel_, scale(1, 3))
    assert found.why == why
    assert found.measures.empty
    assert flags(panel_, found).empty
    assert Texts("en")(why)


def test_one_judge_or_one_entry_or_two_entries_have_measures_too() -> None:
    alone = rasch(panel("A e1: 1 2 2", "A e2: 2 3 1", "A e3: 3 1 3", "A e4: 1 3 1"), scale(1, 3))
    assert measures(alone, "judge") == {"A": pytest.approx(0, abs=1e-9)}
    assert alone.facets.set_index("facet").loc["judge", "why"] == "fairness.rasch_alone"
    entry = rasch(panel("A e1: 1 2 2", "B e1: 2 3 1", "C e1: 3 1 3", "D e1: 1 3 1"), scale(1, 3))
    assert entry.why is None
    two = rasch(panel("A e1: 1 2 3", "B e1: 3 3 1", "A e2: 2 1 3", "B e2: 1 3 2"), scale(1, 3))
    assert two.why is None
    for found in (alone, entry, two):
        assert found.facets.drop(columns="why").notna().all(axis=None)
        assert found.measures.drop(columns="why").notna().all(axis=None)


def test_a_single_scale_for_all_criteria_is_needed(tmp_path: Path) -> None:
    one = weighted({"k1": 60, "k2": 40})
    assert common_scale(rules(contest(one), tmp_path).rounds[0]) == scale(0, 100, "0.1")
    one["criteria"][0]["scale"] = {"low": 1, "high": 3, "step": 1}
    assert common_scale(rules(contest(one), tmp_path).rounds[0]) is None
    ballots = single(kind="ranks", scale={"low": 1, "high": 9, "step": 1})
    ballots["score"] = [{"over": "judges", "by": "points", "curve": "borda", "round": 2}]
    assert common_scale(rules(contest(ballots), tmp_path).rounds[0]) is None
    assert rasch(panel(*CROSSED), None).why == "fairness.rasch_scales_differ"


def test_a_wide_scale_is_for_the_additive_model() -> None:
    marks = [f"{judge} e{n}: {n} {40 - n}" for n in range(30) for judge in "AB"]
    assert rasch(panel(*marks), scale(0, 40)).why == "fairness.rasch_scale_too_wide"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_marks_give_numbers_or_a_sentence(data: Any) -> None:
    entries, judges, criteria, top = (data.draw(st.integers(1, n)) for n in (5, 4, 3, 4))
    some = st.integers(0, top) | st.none()
    rows = [
        (f"J{j}", f"E{e}", f"k{k}", str(mark))
        for j in range(judges)
        for e in range(entries)
        for k in range(criteria)
        if (mark := data.draw(some)) is not None
    ]
    panel_ = Panel.of(pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"], dtype=str))
    found = rasch(panel_, scale(0, 4))
    listed = flags(panel_, found)
    assert (found.why is None) == (found.fitted is not None) == (not found.measures.empty)
    assert listed["value"].notna().all()
    if found.fitted:
        plain = found.measures[found.measures["why"].isna()]
        assert np.isfinite(plain.drop(columns=["facet", "id", "why"]).astype(float)).all(axis=None)
        lost = found.measures["measure"].isna()
        assert (found.measures.loc[lost, "why"] == "fairness.rasch_unlinked").all()
        assert np.isfinite(bias(found.fitted).cells["t"]).all()
        assert found.facets.drop(columns="why").notna().all(axis=None)
    else:
        assert found.why
        assert Texts("id")(found.why)


# What stands out


def odd_one_out(odd: str) -> tuple[Panel, Rasch]:
    """Twelve entries, four criteria, five judges of the same severity, of whom J0 judges in an odd way."""
    r = np.random.default_rng(11)
    rows = []
    for e in range(12):
        quality = r.normal(3, 1.1)
        for j in range(5):
            marks = np.clip(np.rint(quality + r.normal(0, 0.9, 4)), 1, 5)
            if j == 0 and odd == "halo":
                marks = np.full(4, marks[0])
            if j == 0 and odd == "central":
                marks = 3 + (np.arange(4) == e % 4)
            if j == 0 and odd == "same":
                marks = np.full(4, 3)
            if j == 0 and odd == "range":
                marks = 2 - (np.arange(4) == e % 4) * (-1) ** e
            if j == 0 and odd == "noise":
                marks = r.integers(1, 6, 4)
            rows += [(f"J{j}", f"E{e:02}", f"k{k}", str(int(mark))) for k, mark in enumerate(marks)]
    panel_ = Panel.of(pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"], dtype=str))
    return panel_, rasch(panel_, scale(1, 5))


@pytest.mark.parametrize(
    ("odd", "flag"),
    [
        ("halo", "flag_halo"),
        ("central", "flag_central"),
        ("same", "flag_central"),
        ("range", "flag_range"),
        ("noise", "flag_misfit|flag_distorts"),
    ],
)
def test_an_odd_judge_is_flagged_for_what_they_do(odd: str, flag: str) -> None:
    listed = flags(*odd_one_out(odd))
    judges = listed[listed["facet"] == "judge"]
    found = judges[judges["flag"].str.contains(flag)]
    assert found["id"].to_list() == ["J0"]
    named = {"flag_halo", "flag_central", "flag_range"} - {flag}
    assert not judges["flag"].str.removeprefix("fairness.").isin(named).any()
    assert all(Texts("id")(key) for key in judges["flag"])


def test_nobody_is_flagged_where_all_judge_alike() -> None:
    listed = flags(*odd_one_out("none"))
    assert listed[listed["facet"] == "judge"].empty


def test_a_judge_who_favours_a_criterion_shows_in_one_cell() -> None:
    panel_, _ = odd_one_out("none")
    raised = np.where((panel_.judge == 1) & (panel_.criterion == 2), np.minimum(panel_.value + 2, 5), panel_.value)
    changed = Panel(
        *(getattr(panel_, name) for name in ("entries", "judges", "criteria", "entry", "judge")),
        panel_.criterion,
        raised,
    )
    found = rasch(changed, scale(1, 5))
    assert found.fitted
    cells = bias(found.fitted).cells
    assert len(cells) == 20
    worst = cells.loc[cells["t"].idxmax()]
    assert (worst["judge"], worst["criterion"]) == ("J1", "k2")
    assert worst["t"] > 2.5
    assert worst["observed"] > worst["expected"]
