"""Contests for tests: small ones written out, and random ones of every kind that the rules can say."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from conftest import CI
from hypothesis import settings
from oracle import Case
from ruamel.yaml import YAML

from kit.rules import Rules, read_rules
from kit.scoring.ranking import Record
from kit.scoring.ties import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from random import Random

    from kit.scoring.ranking import Result

    Key = tuple[str, str, str, str]  # round, judge, entry, criterion

SCALES = [
    ("1", "5", "0.5"),
    ("1", "3", "1"),
    ("0", "100", "0.1"),
    ("0", "20", "0.5"),
    ("1", "25", "1"),
    ("-3", "3", "1"),
]

TWO_GROUPS = [
    {"id": "G1", "name": "Satu", "unit_types": ["Dinas"]},
    {"id": "G2", "name": "Dua", "unit_types": ["Kelurahan"]},
]


def contest(*rounds: Mapping[str, Any], final: Mapping[str, Any] | None = None, **other: object) -> dict[str, Any]:
    """A rules document of two groups and two categories with these rounds; numbers may be given as text."""
    return {
        "edition": "2025",
        "title": "Kompetisi",
        "organiser": "Kota",
        "groups": TWO_GROUPS,
        "categories": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        "rounds": [{"id": f"r{n}", "name": f"Tahap {n}", **round_} for n, round_ in enumerate(rounds, 1)],
        **({"final": final} if final else {}),
        **other,
    }


def single(**more: object) -> dict[str, Any]:
    """A round of single marks from 0 to 100, averaged over judges to two decimals, with any of it replaced."""
    steps = [{"over": "judges", "by": "mean", "round": 2}]
    return {"scale": {"low": 0, "high": 100, "step": "0.1"}, "min_judges": 1, "score": steps, **more}


def weighted(weights: Mapping[str, object], **more: object) -> dict[str, Any]:
    """A round whose criteria have these weights, averaged over criteria and then judges, with any of it replaced."""
    criteria = [{"id": name, "name": name, "weight": weight} for name, weight in weights.items()]
    steps = [{"over": "criteria", "by": "weighted_mean"}, {"over": "judges", "by": "mean", "round": 2}]
    total = sum(Decimal(str(weight)) for weight in weights.values())
    return single(**{"criteria": criteria, "weights_total": str(total), "score": steps, **more})


def rules(document: Mapping[str, Any], folder: Path) -> Rules:
    """Read a rules document through a file, as everybody does."""
    path = folder / "rules.yaml"
    # Numbers given as text are written without quotes.
    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.sort_base_mapping_type_on_output = yaml.default_flow_style = False
    yaml.dump(document, text)
    path.write_text(text.getvalue().replace("'", ""), encoding="utf-8", newline="\n")
    return read_rules(path)[0]


def seeds(few: int, many: int) -> list[Any]:
    """Seeds for :func:`random_case`: so many of which only ``few`` are tried outside of CI."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(few, many))]


def law(examples: int) -> settings:
    """Settings of a law that is tried on so many random contests, and outside of CI on half of them."""
    return settings(max_examples=examples if CI else examples // 2, deadline=None)


def case(
    rules_: Rules,
    entries: Mapping[str, str] | Sequence[str],
    marks: Mapping[str, Mapping[str, object]],
    **more: Any,
) -> Case:
    """A contest by hand.

    Args:
        rules_: its rules.
        entries: ids, each with ``group/category`` (``G1/a`` if none is said).
        marks: per round (``r1``) or round and judge (``r1 J1``), what each entry got: one mark, or text with one mark
            per criterion. Without a judge, the marks of one text are those of judges J1, J2, ...; ``-`` is a mark
            that is missing, ``x`` a sheet of a recused judge.
        more: further fields of the case; a ruling may be an order alone, or an order and scores.
    """
    cells = dict(entries) if isinstance(entries, Mapping) else dict.fromkeys(entries, "G1/a")
    panel, recusals, flat = set(), set(), {}
    for key, given in marks.items():
        round_, _, judge = key.partition(" ")
        criteria = [criterion.id for criterion in rules_.round(round_).marked]
        for entry, said in given.items():
            values = str(said).split()
            sheets = {judge: values} if judge else {f"J{n}": [value] for n, value in enumerate(values, 1)}
            for who, sheet in sheets.items():
                panel.add((round_, entry, who))
                if "x" in sheet:
                    recusals.add((who, entry, ""))
                    continue
                for criterion, value in zip(criteria, sheet, strict=True):
                    if value != "-":
                        flat[round_, who, entry, criterion] = value
    return Case(
        rules_,
        {entry: (cell.split("/")[0], cell.split("/")[1]) for entry, cell in cells.items()},
        frozenset(panel),
        frozenset(recusals | set(more.pop("recusals", ()))),
        flat,
        closed=more.pop("closed", frozenset(round_.id for round_ in rules_.scored_rounds)),
        rulings={
            name: [ruling if isinstance(ruling, tuple) else (ruling, ()) for ruling in orders]
            for name, orders in more.pop("rulings", {}).items()
        },
        **more,
    )


def record(case_: Case, random: Random | None = None) -> Record:
    """The tables of a contest, their rows shuffled if there is anything to shuffle with."""

    def table(rows: Iterable[tuple[str, ...]], *columns: str) -> pd.DataFrame:
        rows = sorted(rows)
        if random:
            random.shuffle(rows)
        return pd.DataFrame(rows, columns=list(columns), dtype=str)

    columns = case_.rules.named_columns
    return Record(
        absent=case_.absent,
        withheld=case_.withheld,
        entries=table(
            [
                (entry, case_.unit(entry), *cell, *(case_.about.get(entry, {}).get(name, "") for name in columns))
                for entry, cell in case_.entries.items()
            ],
            *("entry_id", "unit_id", "group", "category", *columns),
        ),
        panel=table(case_.panel, "round", "entry_id", "judge_id"),
        recusals=table(case_.recusals, "judge_id", "entry_id", "round"),
        marks=table(
            [(*key, value) for key, value in case_.marks.items()],
            *("round", "judge_id", "entry_id", "criterion", "value"),
        ),
        out=case_.out,
        closed=case_.closed,
        rulings={
            name: [Ruling(tuple(order), frozenset(map(Decimal, scores))) for order, scores in orders]
            for name, orders in case_.rulings.items()
        },
        values=table([(*key, value) for key, value in case_.values.items()], "entry_id", "value_id", "value"),
    )


def shown(result: Result, round_: str = "r1", scope: str = "overall", scope_id: str = "overall") -> list[str]:
    """One list as text, best first: ``1 E1 82.33``, with what broke a tie, what it won, and ``=`` on a shared place."""
    lines = []
    for row in result.of(round_, scope, scope_id).itertuples():
        words = ["–" if row.rank is pd.NA else f"{row.rank}{'=' * bool(row.tied)}", row.entry_id, str(row.score)]
        words += [f"({row.tie_broken_by})"] * bool(row.tie_broken_by) + [str(row.award)] * bool(row.award)
        lines.append(" ".join(map(str, words)))
    return lines


# Random contests


def random_case(r: Random, most: int = 12, *, wide: bool = False) -> Case:
    """Any contest: rules, marks and gaps drawn at random, with many ties.

    Args:
        r: where chance comes from.
        most: the largest number of entries.
        wide: whether the rules say more than steps, ties, cuts and awards by place.
    """
    groups, categories = r.randint(1, 2), r.randint(1, 3)
    entries = {
        f"E{n:03}": (f"G{r.randint(1, groups)}", f"c{r.randint(1, categories)}")
        for n in r.sample(range(1000), r.randint(0, most))
    }
    judges = [f"J{n}" for n in range(1, r.randint(1, 5) + 1)]
    document = random_rules(r, groups, categories, judges)
    if wide:
        widen(r, document, judges)
    rules_ = Rules.model_validate(document)
    scored = [round_.id for round_ in rules_.scored_rounds]
    panel = frozenset(
        (round_, entry, judge)
        for round_ in scored
        if rules_.round(round_).kind != "values"
        for some in [r.choice([0, 0, 3])]
        for entry in entries
        for judge in (r.sample(judges, min(some, len(judges))) if some else judges)
    )
    share = r.choice([0, 0, 0.1])
    recusals = {(j, e, r.choice(["", round_])) for round_, e, j in sorted(panel) if r.random() < share}
    if r.random() < 0.2:
        recusals.add(("stranger", "E000", ""))
    return Case(
        rules_,
        entries,
        panel,
        frozenset(recusals),
        _random_marks(r, rules_, panel),
        out={entry: r.choice(scored) for entry in entries if r.random() < r.choice([0, 0, 0.1])},
        closed=frozenset(scored if r.random() < 0.8 else r.sample(scored, r.randint(0, len(scored)))),
        absent=frozenset((name, entry) for name in scored for entry in entries if r.random() < r.choice([0, 0, 0.15])),
        withheld=frozenset(
            (scope, scope_id, r.randint(1, 3))
            for entry, (group, category) in entries.items()
            for scope, scope_id in (("overall", "overall"), ("group", group), ("category", category))
            if r.random() < r.choice([0, 0.2])
        ),
        rulings={
            name: [
                (r.sample(some, len(some)), r.choice([[], [], [], ["1.00", "0", "2.50"]])) for some in _sets(r, entries)
            ]
            for name in [*scored, "final"]
            if r.random() < 0.7
        },
        **(_random_facts(r, entries) if wide else {}),
    )


def _random_facts(r: Random, entries: Iterable[str]) -> dict[str, Any]:
    """Units that several entries have in common, columns beyond the kit's own, and values, some of them missing."""
    submitted = r.choice([["9", "10", "10.0", "-1", ""], ["2025-01-02", "2025-01-10", "", "9"]])
    gaps = r.choice([0, 0, 0.2])
    return {
        "units": {entry: f"U{r.randint(1, 3)}" for entry in entries},
        "about": {
            entry: {
                "remote": r.choice(["ya", "Ya", "tidak", ""]),
                "duel": r.choice(["D1", "D2", "D3", ""]),
                "submitted": r.choice(submitted),
            }
            for entry in entries
        },
        "values": {
            (entry, value): r.choice(["0", "1", "2.5", "10", "-1"])
            for entry in entries
            for value in ("v1", "v2")
            if r.random() >= gaps
        },
    }


def _sets(r: Random, entries: Iterable[str]) -> list[tuple[str, ...]]:
    """Most pairs of the entries and some larger sets of them, any of which may turn out to be tied."""
    ids = sorted(entries)
    sets = [pair for pair in combinations(ids, 2) if r.random() < 0.8]
    sets += [tuple(r.sample(ids, r.randint(1, len(ids)))) for _ in range(4 if ids else 0)]
    return r.sample(sets, len(sets))


def _random_marks(r: Random, rules_: Rules, panel: Iterable[tuple[str, str, str]]) -> dict[Key, str]:
    marks: dict[Key, str] = {}
    missing, palette = r.choice([0, 0, 0, 0.03]), r.choice([2, 3, 40])
    levels = {}
    for round_ in rules_.scored_rounds:
        for criterion in round_.marked:
            scale = round_.scale_of(criterion.id)
            steps = int((scale.high - scale.low) / scale.step)
            levels[round_.id, criterion.id] = [
                str(scale.low + r.randint(0, steps) * scale.step) for _ in range(palette)
            ]
    for where, entry, judge in sorted(panel):
        for criterion in rules_.round(where).marked:
            if r.random() >= missing:
                marks[where, judge, entry, criterion.id] = r.choice(levels[where, criterion.id])
            elif r.random() < 0.5:
                marks[where, judge, entry, criterion.id] = ""  # cleared
    if r.random() < 0.3:
        marks |= {
            (round_, judge, entry, criterion): "1"
            for round_ in ("r1", "elsewhere")
            for judge in ("J1", "stranger")
            for entry in ("E000", "nobody")
            for criterion in ("mark", "c1", "nothing")
            if (round_, judge, entry, criterion) not in marks and (round_, entry, judge) not in panel
        }
    return marks


def random_rules(r: Random, groups: int, categories: int, judges: Sequence[str]) -> dict[str, Any]:
    """A rules document of up to three scored rounds."""
    rounds = [_random_round(r, n, judges) for n in range(1, r.choice([1, 1, 2, 3]) + 1)]
    for n, round_ in enumerate(rounds):
        round_["ties"] = _random_ties(r, rounds[:n], round_)
        if n < len(rounds) - 1 and r.random() < 0.8:
            round_["advance"] = {"scope": _scope(r), "places": r.randint(1, 4), "at_cut": _at_cut(r)}
    kind = r.choice(["last", "mean", "sum", "weighted_mean", "weighted_sum"])
    final: dict[str, Any] = {"ties": _random_ties(r, rounds[:-1] if kind == "last" else rounds, rounds[-1])}
    step: dict[str, Any] = {"over": "rounds", "by": kind}
    if kind != "last":
        step |= {"round": r.randint(0, 2)}
    if kind.startswith("weighted"):
        names = [round_["id"] for round_ in rounds if round_ is rounds[-1] or r.random() < 0.8]
        shares = [Decimal(r.randint(1, 9)) for _ in names[1:]]
        step["weights"] = dict(zip(names, [*shares, 100 - sum(shares)], strict=True))
    if r.random() < 0.3:
        step["round_terms"] = r.randint(0, 2)
    final["score"] = [step]
    final["awards"] = [
        {"scope": scope, "names": ["Juara I", "Juara II", "Harapan"][: r.randint(1, 3)], "at_cut": _at_cut(r)}
        | r.choice([{}, {"among": "all"}, {"among": "finalists"}])
        for scope in r.sample(["overall", "group", "category", "group_category"], r.randint(0, 2))
    ]
    checklist = [{"id": "berkas", "name": "Berkas", "kind": "checklist"}] if r.random() < 0.3 else []
    return contest(final=final) | {
        "groups": [{"id": f"G{n}", "name": f"G{n}", "unit_types": [f"T{n}"]} for n in range(1, groups + 1)],
        "categories": [{"id": f"c{n}", "name": f"c{n}"} for n in range(1, categories + 1)],
        "rounds": [*checklist, *rounds],
        "rounding": r.choice(["half_away", "half_even"]),
        "simulated": r.random() < 0.5,
    }


# Rules that say more

NEVER: list[dict[str, Any]] = [{}, {}, {}]  # three times in four, nothing is said


def widen(r: Random, document: dict[str, Any], judges: Sequence[str]) -> None:
    """Let a random rules document say more: values, adjustments, juries, ballots, series of awards and so on."""
    rounds = [round_ for round_ in document["rounds"] if round_["kind"] != "checklist"]
    low = r.random() < 0.2
    for n, round_ in enumerate(rounds):
        _widen_round(r, round_, judges, low=low)
        round_["ties"] += [_wider_tie(r) for _ in range(r.choice([0, 1, 1]))]
        r.shuffle(round_["ties"])
        if advance := round_.get("advance"):
            _widen_advance(r, advance, rounds[: n + 1])
    final = document["final"]
    final["ties"] += [_wider_tie(r) for _ in range(r.choice([0, 0, 1]))]
    step = final["score"][0]
    if step["by"] in {"mean", "sum"} and r.random() < 0.5:
        step["best"] = r.randint(1, len(rounds))
    if r.random() < 0.25:
        final["score"].append(_adjust(r, low=low) | {"round": r.randint(0, 2)})
    for n, awards in enumerate(final["awards"]):
        _widen_awards(r, awards, n, rounds)


def _where(r: Random) -> dict[str, list[str]]:
    return r.choice([{"category": ["c1"]}, {"category": ["c1", "C2"]}, {"remote": ["YA"]}, {"remote": ["tidak", ""]}])


def _bands(r: Random, key: str) -> list[dict[str, Any]]:
    marks = r.sample(["-1", "0", "1", "2", "2.5", "60"], r.randint(1, 3))
    return [{"at_least": Decimal(mark), key: r.choice([Decimal(1), Decimal("2.5"), Decimal(7)])} for mark in marks]


def _widen_round(r: Random, round_: dict[str, Any], judges: Sequence[str], *, low: bool) -> None:
    round_["missing"] = r.choice(["no_score", "zero", "left_out"])
    round_["direction"] = "low" if low else "high"
    if round_["criteria"] and round_["kind"] == "marks" and r.random() < 0.15:
        _make_values(r, round_)
    else:
        step = next(step for step in round_["score"] if step["over"] == "judges")
        _widen_judges(r, round_, judges, step)
        for criterion in round_["criteria"][1:]:
            if r.random() < 0.2:
                criterion.update(_value(r))
                criterion.pop("panel", None)
    for criterion in round_["criteria"]:
        if r.random() < 0.25:
            criterion["where"] = _where(r)
    steps = round_["score"]
    for step in steps:
        if step["by"] in {"mean", "sum"} and r.random() < 0.4:
            step["best"] = r.randint(1, 3)
        if step["by"] == "trimmed_mean" and r.random() < 0.5:
            step["by"] = "trimmed_sum"
    if r.random() < 0.3:
        steps += [_adjust(r, low=low) for _ in range(r.randint(1, 2))]
        steps[-1]["round"] = r.randint(0, 2)


def _value(r: Random) -> dict[str, Any]:
    return {"value": r.choice(["v1", "v2"])} | r.choice([{}, {"bands": _bands(r, "points")}])


def _make_values(r: Random, round_: dict[str, Any]) -> None:
    """Let all criteria of a round be values, and keep a step over judges now and then: it has one row to sum up."""
    round_["kind"] = "values"
    for criterion in round_["criteria"]:
        criterion.update(_value(r))
    step = next(step for step in round_["score"] if step["over"] == "judges")
    step.clear()
    step |= {"over": "judges", "by": r.choice(["mean", "sum"])}
    if r.random() < 0.3:
        step |= {"by": "points", "curve": "borda"}
    elif r.random() < 0.7:
        round_["score"] = [other for other in round_["score"] if other is not step]
    round_["score"][-1]["round"] = r.randint(0, 2)


def _widen_judges(r: Random, round_: dict[str, Any], judges: Sequence[str], step: dict[str, Any]) -> None:
    """Let judges be brought together by a vote, by standardised marks, in juries, or in panels by criterion."""
    steps, chance = round_["score"], r.random()
    if chance < 0.3 and (steps[0] is not step or not round_["criteria"]):
        step.clear()
        step |= {"over": "judges", "by": r.choice(["majority", "pairwise", "runoff"])}
    elif chance < 0.4 and round_["kind"] == "marks":
        step.clear()
        step |= {"over": "judges", "by": "z_score", "round_terms": r.randint(0, 3), "round": r.randint(0, 3)}
    elif step["by"] == "points" and r.random() < 0.4:
        step.pop("table", None)
        step["curve"] = "places"
    if step["by"] not in {"weighted_mean", "weighted_sum", "majority", "pairwise", "runoff"} and r.random() < 0.25:
        part = r.randint(0, len(judges))
        halves = [("a", judges[:part]), ("b", judges[part:])]
        round_["juries"] = [
            {"id": name, "name": name, "judges": own, "share": Decimal(r.choice(["1", "2", "0.5"]))}
            for name, own in halves
            if own
        ]
    elif round_["criteria"] and steps[0] is step and len(judges) > 1 and r.random() < 0.4:
        for criterion in round_["criteria"]:
            if r.random() < 0.5:
                criterion["panel"] = r.sample(judges, r.randint(min(2, len(judges)), len(judges)))  # one may not count
    if r.random() < 0.1:
        round_["panels"] = [{"judges": r.sample(judges, 1), "shadow": True}]


def _adjust(r: Random, *, low: bool) -> dict[str, Any]:
    by = r.choice(["add", "times"] if low else ["add", "times", "share"])
    amount: dict[str, Any] = {"points": Decimal(r.choice(["-2", "0.5", "3"]))}
    if by == "share":
        amount = {"points": Decimal(100)}
    elif r.random() < 0.6:
        amount = {"value": r.choice(["v1", "v2"])} | r.choice([{}, {"bands": _bands(r, "points")}])
    return {"over": "entry", "by": by, **amount, **r.choice([{}, {"where": _where(r)}])} | r.choice(
        [*NEVER, {"round": r.randint(0, 2)}]
    )


def _wider_tie(r: Random) -> dict[str, Any]:
    column = {"by": "column", "of": r.choice(["submitted", "remote"]), "first": r.choice(["low", "high"])}
    return r.choice([{"by": "countback"}, {"by": "next_best"}, column])


def _widen_advance(r: Random, advance: dict[str, Any], so_far: Sequence[Mapping[str, Any]]) -> None:
    if r.random() < 0.3:
        advance["at_least"] = Decimal(r.choice(["1", "2.5", "40", "0"]))
        if r.random() < 0.4:
            del advance["places"]
    if r.random() < 0.3:
        advance["per_unit"] = r.randint(1, 2)
    if "places" in advance and r.random() < 0.3:
        advance["within"] = "duel"
        if r.random() < 0.6:
            advance["plus_best"] = r.randint(1, 2)
    if r.random() < 0.3:
        names = [round_["id"] for round_ in so_far]
        step = {"over": "rounds", "by": r.choice(["mean", "sum", "weighted_mean", "weighted_sum", "last"])}
        if step["by"].startswith("weighted"):
            step["weights"] = {
                name: Decimal(r.randint(1, 9)) for name in names if name == names[-1] or r.random() < 0.8
            }
        if step["by"] in {"mean", "sum"} and r.random() < 0.5:
            step["best"] = r.randint(1, len(names))
        advance["score"] = step | r.choice([{}, {"round": r.randint(0, 2)}])


def _widen_awards(r: Random, awards: dict[str, Any], n: int, rounds: Sequence[Mapping[str, Any]]) -> None:
    if r.random() < 0.3:
        del awards["names"]
        awards |= {"bands": _bands(r, "name"), "at_cut": "include_all"}
        for band, name in zip(awards["bands"], ["Emas", "Perak", "Perunggu"], strict=False):
            band["name"] = name
    awards |= r.choice([{}, {"at_least": Decimal(r.choice(["1", "2.5", "40"]))}])
    awards |= r.choice([*NEVER, {"per_unit": r.randint(1, 2)}]) | r.choice([{}, {"no_double": True}])
    if r.random() < 0.6:
        awards["id"] = f"s{n}"
        awards |= r.choice([{}, {"where": _where(r)}])
        round_ = r.choice(rounds)
        bases: list[dict[str, Any]] = [{}, {"basis": {"value": "v1"}}, {"basis": {"round": round_["id"]}}]
        bases += [
            {"basis": {"round": round_["id"], "criterion": criterion["id"]}} for criterion in round_["criteria"][:1]
        ]
        awards |= r.choice(bases)


def _scope(r: Random) -> str:
    return r.choice(["overall", "group", "group", "category", "group_category"])


def _at_cut(r: Random) -> str:
    return r.choice(["include_all", "decide"])


def _random_round(r: Random, n: int, judges: Sequence[str]) -> dict[str, Any]:
    kind = r.choice(["marks", "marks", "marks", "ranks"])
    criteria = [] if kind == "ranks" else [f"c{k}" for k in range(1, r.choice([0, 1, 2, 3, 4]) + 1)]
    scale = _scale(r) if kind == "marks" else {"low": Decimal(1), "high": Decimal(12), "step": Decimal(1)}
    weights = [Decimal(r.choice(["1", "2", "15", "30", "2.5"])) for _ in criteria]
    by_criteria: dict[str, Any] = {
        "over": "criteria",
        "by": r.choice(["weighted_mean", "weighted_mean", "weighted_sum", "mean", "sum", "median", "trimmed_mean"]),
    }
    if by_criteria["by"].startswith("weighted") and r.random() < 0.5:
        by_criteria["out_of"] = Decimal(100)
    if by_criteria["by"] == "trimmed_mean":
        by_criteria |= {"drop_high": min(1, max(len(criteria) - 1, 0)), "drop_low": 1 if len(criteria) > 2 else 0}
    by_judges = _over_judges(r, kind, judges)
    steps = [by_criteria, by_judges] if r.random() < 0.7 else [by_judges, by_criteria]
    if not criteria:
        steps = [by_judges]
    for step in steps:
        if r.random() < 0.2:
            step["round_terms"] = r.randint(0, 2)
        if r.random() < 0.2 or step is steps[-1]:
            step["round"] = r.randint(0, 2)
    own = [{"scale": _scale(r)} if r.random() < 0.2 else {} for _ in criteria]
    return {
        "id": f"r{n}",
        "name": f"Tahap {n}",
        "kind": kind,
        "scale": scale,
        "min_judges": r.randint(1, 3),
        "not_counting": r.sample(judges, 1) if r.random() < 0.2 else [],
        "weights_total": sum(weights, Decimal(0)) or Decimal(1),
        "criteria": [
            {"id": name, "name": name, "weight": weight} | more
            for name, weight, more in zip(criteria, weights, own, strict=True)
        ],
        "score": steps,
    }


def _scale(r: Random) -> dict[str, Decimal]:
    return dict(zip(("low", "high", "step"), map(Decimal, r.choice(SCALES)), strict=True))


def _over_judges(r: Random, kind: str, judges: Sequence[str]) -> dict[str, Any]:
    by = r.choice(
        ["points"]
        if kind == "ranks"
        else [
            "mean",
            "mean",
            "sum",
            "median",
            "trimmed_mean",
            "clipped_mean",
            "weighted_mean",
            "weighted_sum",
            "points",
        ]
    )
    step: dict[str, Any] = {"over": "judges", "by": by}
    if by == "trimmed_mean":
        step |= {"drop_high": r.randint(0, 1), "drop_low": r.randint(0, 1)}
    if by == "clipped_mean":
        step["limit"] = Decimal(r.choice(["0.5", "1", "10"]))
    if by.startswith("weighted"):
        step["weights"] = {judge: Decimal(r.choice(["1", "2", "0.5"])) for judge in judges if r.random() < 0.7} or {
            judges[0]: Decimal(2)
        }
    if by == "points":
        step |= r.choice(
            [
                {"curve": "borda"},
                {"curve": "dowdall"},
                {"table": [Decimal(12), Decimal(10), Decimal(8), Decimal("7.5")]},
            ]
        )
        step["recused"] = r.choice(["no_score", "mean"])
    return step


def _random_ties(r: Random, earlier: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> list[dict[str, Any]]:
    rounds = [*earlier, own] if own not in earlier else list(earlier)
    ties: list[dict[str, Any]] = []
    for _ in range(r.randint(0, 3)):
        where = r.choice(rounds)
        named = {"round": where["id"]} if where is not own or r.random() < 0.3 else {}
        names = [criterion["id"] for criterion in where["criteria"]] or ["mark"]
        choices: list[dict[str, Any]] = [
            {"by": "criteria", "of": r.sample(names, r.randint(1, len(names))), **named},
            {"by": "head_count", **named},
        ]
        if earlier:
            choices.append({"by": "round", "of": r.choice(earlier)["id"]})
        ties.append(r.choice(choices))
    if r.random() < 0.3:
        ties.insert(r.randint(0, len(ties)), {"by": r.choice(["judges_decide", "judges_decide", "shared"])})
    return ties
