"""Any tidy table becomes a panel, or says what is wrong with it; and what can be called on it is documented."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from panels import TRUTH, paris
from problems import problem

import kit.fairness
from kit.fairness import Panel, icc, kendall_w, rasch
from kit.rules import Scale

ROOT = Path(__file__).parents[1]


def tidy(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["judge_id", "entry_id", "value"])


def test_columns_and_ids_may_be_called_anything() -> None:
    read = pd.read_csv(TRUTH / "shrout_fleiss_1979.csv")  # numbers as they come
    found = icc(Panel.of(read, judge="judge", entry="target", value="score"))
    assert round(found["icc_a1"].value, 2) == 0.29


def test_a_wide_table_is_melted() -> None:
    wide = pd.read_csv(TRUTH / "paris1976_red.csv").drop(columns="name")
    sheets = Panel.of(wide.melt("wine"), judge="variable", entry="wine")
    assert kendall_w(sheets) == kendall_w(paris())
    assert sheets.criteria == ("mark",)


@pytest.mark.parametrize("value", [3, 3.0, "3", Decimal(3), "3.0"])
def test_a_mark_may_be_any_kind_of_number(value: object) -> None:
    assert list(Panel.of(tidy((1, "a", value), (2, "a", "2"))).value) == [3, 2]


@pytest.mark.parametrize("nothing", ["", None, float("nan"), pd.NA])
def test_no_mark_is_no_mark(nothing: object) -> None:
    found = Panel.of(tidy((1, "a", 3), (2, "a", nothing), (None, "b", nothing)))
    assert (found.judges, found.entries) == (("1",), ("a",))


@pytest.mark.parametrize(
    ("table", "kind", "row"),
    [
        (tidy((1, "a", 3)).rename(columns={"value": "mark"}), "column_missing", None),
        (tidy((1, "a", 3), (2, "a", "tiga")), "mark_not_number", 2),
        (tidy((1, "a", 3), (2, "a", float("inf"))), "mark_not_number", 2),
        (tidy((1, "a", 3), (None, "a", 4)), "required_blank", 2),
        (tidy((1, "a", 3), (1, " ", 4)), "required_blank", 2),
        (tidy((1, "a", 3), (1, "b", 3), (1, "a", 4)), "mark_twice", None),
        (tidy((1, "a", 3), ("1", "a", 4)), "mark_twice", None),
    ],
)
def test_what_is_wrong_is_said_with_its_row(table: pd.DataFrame, kind: str, row: int | None) -> None:
    with problem(kind) as caught:
        Panel.of(table)
    assert caught.value.data.get("row") == row
    assert caught.value.say("id") != caught.value.say("en")


def test_a_mark_given_twice_is_named_with_both_rows() -> None:
    with problem("mark_twice") as caught:
        Panel.of(tidy(("J", "a", 3), ("J", "b", None), ("J", "c", 3), ("J", "a", 4)))
    assert caught.value.data["rows"] == ["1", "4"]


@pytest.mark.parametrize("value", ["2.25", "6", "0"])
def test_marks_off_the_scale_have_no_rasch_measures(value: str) -> None:
    marks = tidy((1, "a", 1), (1, "b", 2), (2, "a", 3), (2, "b", value))
    assert rasch(Panel.of(marks), Scale(low=1, high=5, step=Decimal("0.5"))).why == "fairness.rasch_off_scale"


def test_every_way_in_is_in_the_handbook_with_a_line_of_use() -> None:
    said = (ROOT / "docs" / "guides" / "fairness.md").read_text(encoding="utf-8")
    assert [name for name in kit.fairness.__all__ if f"{name}(" not in said and f"{name}.of(" not in said] == []
