"""Changes to the text of rules: what a change is not about stays as it is, byte for byte."""

from __future__ import annotations

from decimal import Decimal
from difflib import ndiff
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from problems import problem

from kit.rules.edits import add, content, drop, put, reorder

if TYPE_CHECKING:
    from collections.abc import Sequence

PRESETS = sorted((Path(__file__).parents[1] / "kit" / "presets").glob("*.yaml"))


def changed(before: str, after: str) -> list[str]:
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_another_number_changes_that_number_and_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for n, round_ in enumerate(content(text)["rounds"]):
        places: list[Sequence[str | int]] = [
            (m, "weight") for m, c in enumerate(round_.get("criteria", [])) if "weight" in c
        ]
        for place in [("criteria", *each) for each in places] + [("scale", "high")] * ("scale" in round_):
            where = ("rounds", n, *place)
            after = put(text, where, Decimal("17.5"))
            assert len(changed(text, after)) == 2
            old = round_
            for key in place:
                old = old[key]
            assert put(after, where, old) == text


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_what_was_added_can_be_dropped_again(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    group = {"id": "baru", "name": {"id": "Baru, sekali: #1", "en": "New"}, "unit_types": ["X", "2025", "true"]}
    more = add(text, ("groups",), group)
    assert content(more)["groups"][-1] == group
    assert all(line.startswith("+") for line in changed(text, more))
    assert drop(more, ("groups", len(content(more)["groups"]) - 1)) == text
    words = put(text, ("words", "entry"), "karya")
    assert content(words) == content(text) | {"words": content(text).get("words", {}) | {"entry": "karya"}}
    assert put(put(text, ("objection_days",), 3), ("objection_days",), 5) == put(text, ("objection_days",), 5)


TEXT = """\
# Atas
rounds: # tahap
  - id: a   # satu
    scale: {low: 1,  high: 5, step: 0.5} # skala
    # sela
    names: [ 'x', "y" , z ]
    note: |
      Dua
      baris
  - {id: b}

awards:
- one
# Bawah
"""


@pytest.mark.parametrize(
    ("after", "old", "new"),
    [
        (put(TEXT, ("rounds", 0, "scale", "high"), 10), "high: 5,", "high: 10,"),
        (put(TEXT, ("rounds", 0, "scale"), {"low": 0}), "{low: 1,  high: 5, step: 0.5}", "{low: 0}"),
        (put(TEXT, ("rounds", 0, "names", 0), "q"), "'x'", '"q"'),
        (put(TEXT, ("rounds", 0, "names", 2), "no: #"), "z ]", '"no: #" ]'),
        (put(TEXT, ("rounds", 1, "x"), {"y": True}), "{id: b}", "{id: b, x: {y: true}}"),
        (put(TEXT, ("rounds", 0, "x", "y"), [1]), "baris\n", "baris\n    x: {y: [1]}\n"),
        (put(TEXT, ("rounds", 0, "note"), "satu"), " |\n      Dua\n      baris\n", " satu\n"),
        (put(TEXT, ("awards",), ["2"]), "\n- one", ' ["2"]'),
        (add(TEXT, ("rounds",), {"id": "c"}), "{id: b}\n", "{id: b}\n  - {id: c}\n"),
        (add(TEXT, ("rounds", 0, "names"), "w"), "z ]", "z, w ]"),
        (add(TEXT, ("awards",), "two"), "- one\n", "- one\n- two\n"),
        (add(TEXT, ("ties",), "x"), "- one\n", "- one\nties: [x]\n"),
        (drop(TEXT, ("rounds", 0, "scale", "low")), "low: 1,  ", ""),
        (drop(TEXT, ("rounds", 0, "names", 2)), " , z", ""),
        (drop(TEXT, ("rounds", 0, "note")), "    note: |\n      Dua\n      baris\n", ""),
        (drop(TEXT, ("rounds", 1)), "  - {id: b}\n", ""),
        (drop(TEXT, ("awards", 0)), "awards:\n- one\n", ""),
        (drop(TEXT, ("nothing", 3, "here")), "", ""),
    ],
)
def test_a_change_leaves_the_rest(after: str, old: str, new: str) -> None:
    assert after == TEXT.replace(old, new, 1)


def test_items_change_places_and_comments_stay_in_theirs() -> None:
    after = reorder(TEXT, ("rounds",), [1, 0])
    assert [item["id"] for item in content(after)["rounds"]] == ["b", "a"]
    assert after.startswith("# Atas\nrounds: # tahap\n  - {id: b}")
    assert "# sela" in after
    assert reorder(TEXT, ("rounds", 0, "names"), [2, 0, 1]) == TEXT.replace("""'x', "y" , z""", """z, 'x' , "y\"""")


def test_a_long_item_is_written_in_lines() -> None:
    names = [{"id": name, "name": {"id": f"Kriteria {name}", "en": f"Criterion {name}"}} for name in ("K1", "K2")]
    after = add(
        TEXT, ("rounds",), {"id": "c", "criteria": names, "score": [{"over": "judges", "by": "mean", "round": 2}]}
    )
    assert changed(TEXT, after) == [
        "+   - id: c",
        "+     criteria:",
        "+       - {id: K1, name: {id: Kriteria K1, en: Criterion K1}}",
        "+       - {id: K2, name: {id: Kriteria K2, en: Criterion K2}}",
        "+     score: [{over: judges, by: mean, round: 2}]",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: &x {b: 1}\nc: *x\n", ("c", "b")), ("a: 1\n", ("a", "b", "c")), ("- 1\n", ("a", "b"))],
)
def test_what_would_change_more_is_refused(text: str, place: tuple[str, ...]) -> None:
    with problem("change_by_hand"):
        put(text, place, 2)


def test_what_is_no_yaml_is_refused_with_its_line() -> None:
    with problem("not_yaml", match="baris 3"):
        put("a: 1\nb: [\n", ("a",), 2)
