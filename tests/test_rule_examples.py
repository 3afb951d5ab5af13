"""The examples of the rules' reference: there is one for each key, and each is read in a small contest."""

from __future__ import annotations

import importlib.util
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from contests import contest, single, weighted
from contests import rules as read
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
EXAMPLES = YAML(typ="base", pure=True).load((ROOT / "docs" / "rule_examples.yaml").read_text(encoding="utf-8"))
CASES = [(model, key) for model, keys in EXAMPLES.items() for key in keys]

FINAL = {
    "score": [{"over": "rounds", "by": "weighted_mean", "weights": {"proposal": 60, "presentasi": 40}, "round": 2}]
}
ROUNDS = [weighted({"K1": 40, "K2": 60}) | {"id": name, "name": "Tahap"} for name in ("proposal", "presentasi")]
THEMES = [{"id": name, "name": name} for name in ("lingkungan", "digital")]
BASE = contest(*ROUNDS, final=FINAL, categories=THEMES)

JUDGES, AWARDS, TIE = "rounds.0.score.1", "final.awards.0", "final.ties.0"
# Where the part of a model, or of a model for one key, stands in that contest.
PLACES = {
    "Rules": "",
    "Group": "groups.2",
    "Category": "categories.2",
    "Round": "rounds.0",
    "Item": "rounds.0.items.0",
    "Panel": "rounds.0.panels.1",
    "Jury": "rounds.0.juries.1",
    "Scale": "rounds.0.scale",
    "Band": "final.awards.0.bands.0",
    "Band.points": "rounds.0.criteria.0.bands.0",
    "Criterion": "rounds.0.criteria.0",
    **dict.fromkeys(["Mean", "WeightedMean", "Median", "TrimmedMean", "ClippedMean"], JUDGES),
    **dict.fromkeys(["Points", "Ballots", "ZScore"], JUDGES),
    "WeightedMean.out_of": "rounds.0.score.0",
    "Adjust": "rounds.0.score.2",
    "Last": "final.score.0",
    **dict.fromkeys(["ByCriteria", "ByRound", "ByHeadCount", "ByOrderOfParts", "ByColumn", "ByPeople"], TIE),
    "Advance": "rounds.0.advance",
    "Advance.score": "rounds.1.advance",
    "Final": "final",
    "Awards": AWARDS,
    "Basis": f"{AWARDS}.basis",
}
CHECKLIST = {
    "rounds.0": {"id": "berkas", "name": "Berkas", "kind": "checklist"},
    "final": {"score": [{"over": "rounds", "by": "last"}]},
}
SERIES = {AWARDS: {"id": "x", "scope": "overall", "names": ["X"]}}
JUDGES_FIRST = [{"over": "judges", "by": "mean"}, {"over": "criteria", "by": "weighted_mean", "round": 2}]
# What the contest says beside the example of a model, or of one key; None takes away.
BESIDE: dict[str, dict[str, Any]] = {
    "Rules.rounds": {"final": None},
    "Group": {"groups.2": {"id": "x", "name": "X", "unit_types": ["X"]}},
    "Category": {"categories.2": {"id": "x", "name": "X"}},
    "Round.kind": {
        "rounds.0.criteria": None,
        "rounds.0.score": [{"over": "judges", "by": "points", "curve": "borda", "round": 0}],
    },
    "Round.items": CHECKLIST,
    "Round.direction": {"rounds.1.direction": "low"},
    "Round.weights_total": {"rounds.0.criteria.0.weight": "0.4", "rounds.0.criteria.1.weight": "0.6"},
    "Item": CHECKLIST | {"rounds.0.items": [{"id": "x", "name": "X"}]},
    "Panel": {"rounds.0.panels": [{"judges": ["J8", "J9"]}, {"judges": ["J1", "J2"]}]},
    "Jury": {
        "rounds.0.juries": [{"id": "y", "name": "Y", "judges": ["J9"]}, {"id": "x", "name": "X", "judges": ["J8"]}]
    },
    "Scale": {"rounds.0.scale": {"low": 0, "high": 11, "step": "0.5"}},
    "Band": {AWARDS: {"id": "x", "scope": "overall", "bands": [{"at_least": 10, "name": "X"}]}},
    "Band.points": {"rounds.0.criteria.0.value": "v", "rounds.0.criteria.0.bands": [{"at_least": 10}]},
    "Criterion.levels": {"rounds.0.criteria.0.scale": {"low": 1, "high": 5, "step": 1}},
    "Criterion.panel": {"rounds.0.score": JUDGES_FIRST},
    "Criterion.where": {"rounds.0.score.0.by": "mean"},
    "Criterion.bands": {"rounds.0.criteria.0.value": "v"},
    "WeightedMean": {JUDGES: {"over": "judges", "by": "weighted_mean", "weights": {"J1": 2}, "round": 2}},
    "Median": {f"{JUDGES}.by": "median"},
    "TrimmedMean": {f"{JUDGES}.by": "trimmed_mean"},
    "ClippedMean": {f"{JUDGES}.by": "clipped_mean", f"{JUDGES}.limit": 5},
    "Points": {f"{JUDGES}.by": "points", f"{JUDGES}.curve": "borda"},
    "Points.table": {f"{JUDGES}.curve": None},
    "Ballots": {f"{JUDGES}.by": "majority"},
    "ZScore": {f"{JUDGES}.by": "z_score", f"{JUDGES}.round_terms": 6},
    "Adjust": {"rounds.0.score.2": {"over": "entry", "by": "add", "points": 1, "round": 2}},
    "Adjust.value": {"rounds.0.score.2.points": None},
    "Adjust.bands": {"rounds.0.score.2.points": None, "rounds.0.score.2.value": "v"},
    "Last": {"final.score": [{"over": "rounds", "by": "last"}]},
    "ByCriteria": {TIE: {"by": "criteria", "of": ["K1"]}},
    "ByRound": {TIE: {"by": "round", "of": "proposal"}},
    "ByHeadCount": {TIE: {"by": "head_count"}},
    "ByColumn": {TIE: {"by": "column", "of": "remote"}},
    "Advance": {"rounds.0.advance": {"scope": "overall", "places": 3}},
    "Advance.plus_best": {"rounds.0.advance.within": "duel"},
    "Advance.score": {
        "rounds.2": single(id="akhir", name="Akhir"),
        "rounds.1.advance": {"scope": "group", "places": 3},
    },
    "Awards": SERIES,
    "Awards.bands": {f"{AWARDS}.names": None},
    "Basis": SERIES,
    "Basis.criterion": {f"{AWARDS}.basis": {"round": "presentasi"}},
}


def put(document: Any, place: str, value: Any) -> None:
    """Put a value at a place of a document; lists and mappings are made on the way, and None takes away."""
    *above, last = [int(key) if key.isdecimal() else key for key in place.split(".")]
    for key, after in pairwise([*above, last]):
        empty: Any = [] if isinstance(after, int) else {}
        if isinstance(key, int):
            document += [empty] * (key + 1 - len(document))
        else:
            document.setdefault(key, empty)
        document = document[key]
    if value is None:
        document.pop(last, None)
    elif isinstance(last, int):
        document[last : last + 1] = [value]
    else:
        document[last] = value


@pytest.mark.parametrize(("model", "key"), CASES, ids=map(".".join, CASES))
def test_each_example_is_read(model: str, key: str, tmp_path: Path) -> None:
    document = deepcopy(BASE)
    for name in (model, f"{model}.{key}"):
        for place, value in BESIDE.get(name, {}).items():
            put(document, place, deepcopy(value))
    place = PLACES.get(f"{model}.{key}", PLACES[model])
    put(document, f"{place}.{key}".lstrip("."), EXAMPLES[model][key])
    read(document, tmp_path)


def test_each_key_has_an_example() -> None:
    spec = importlib.util.spec_from_file_location("make_code_reference", ROOT / "docs" / "make_code_reference.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    models = {model for model in generator.MODELS if model.__name__ != "Localized"}
    assert {*CASES} == {(model.__name__, key) for model in models for key in model.model_fields}
