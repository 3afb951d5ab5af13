"""What the grammar can say but no contest can mean, because several keys contradict each other."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.rules import grammar as r
from kit.rules.legible import Illegible, Rule, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kit.rules.legible import Finding, Place

_LEVEL = re.compile(r"-?\d+(\.\d+)?")
_OF_MARKS = ["scale", "criteria", "score", "ties", "advance", "min_judges", "not_counting", "quorum", "weights_total"]


def _repeated(parts: Iterable[object], key: str = "id") -> Iterator[tuple[int, str]]:
    """The positions of parts whose name stood before, and that name."""
    names = [vars(part).get(key) for part in parts]
    yield from ((n, name) for n, name in enumerate(names) if name and name in names[:n])


def _names(rules: r.Rules) -> Iterator[Finding]:
    for kind in ("groups", "categories", "rounds"):
        for n, name in _repeated(vars(rules).get(kind, ())):
            yield (kind, n, "id"), Problem("name_twice", name=name)
    for n, round_ in enumerate(rules.rounds):
        if vars(round_).get("id") == "final":
            yield ("rounds", n, "id"), Problem("name_reserved", name="final")


def _unit_types(rules: r.Rules) -> Iterator[Finding]:
    owner: dict[str, int] = {}
    for n, group in enumerate(rules.groups):
        for m, unit_type in enumerate(vars(group).get("unit_types", ())):
            if owner.setdefault(unit_type, n) != n:
                yield ("groups", n, "unit_types", m), Problem("unit_type_in_two_groups", unit_type=unit_type)


def _cuts(rules: r.Rules) -> Iterator[Finding]:
    scored = [n for n, round_ in enumerate(rules.rounds) if round_.scored]
    if not scored:
        yield ("rounds",), Problem("key_missing", key="kind: marks")
    elif rules.rounds[scored[-1]].advance:
        yield ("rounds", scored[-1], "advance"), Problem("advance_from_last_round", round=rules.rounds[scored[-1]].id)


def _ties_of_rounds(rules: r.Rules) -> Iterator[Finding]:
    scored = [(n, round_) for n, round_ in enumerate(rules.rounds) if round_.scored]
    for k, (n, round_) in enumerate(scored, 1):
        with suppress(Illegible):
            been = [earlier for _, earlier in scored[:k]]
            yield from _references(("rounds", n, "ties"), round_.ties, been, itself=round_.id)


def _ties_of_final(rules: r.Rules) -> Iterator[Finding]:
    if been := rules.scored_rounds:
        alone = isinstance(rules.final.score[0], r.Last)
        yield from _references(("final", "ties"), rules.final.ties, been, itself=been[-1].id if alone else None)


def _references(
    place: Place, ties: Iterable[r.TieRule], been: Sequence[r.Round], itself: str | None
) -> Iterator[Finding]:
    """Find what tie rules name and the tied have not been through; their own score cannot separate them either."""
    known = {round_.id: round_ for round_ in been}
    for n, tie in enumerate(ties):
        with suppress(Illegible):
            if isinstance(tie, r.ByPeople):
                continue
            where = tie.of if isinstance(tie, r.ByRound) else tie.round or been[-1].id
            if where not in known or (isinstance(tie, r.ByRound) and where == itself):
                yield (*place, n), Problem("unknown_reference", name=where)
            elif isinstance(tie, r.ByCriteria):
                there = {criterion.id for criterion in known[where].marked}
                for name in tie.of:
                    if name not in there:
                        yield (*place, n, "of"), Problem("unknown_reference", name=name)


def _final_step(rules: r.Rules) -> Iterator[Finding]:
    step = rules.final.score[0]
    if step.over != "rounds":
        yield ("final", "score"), Problem("axis_not_reduced", axes=step.over, wanted=["rounds"])
    elif isinstance(step, r.WeightedMean) and step.weights:
        place = ("final", "score", 0, "weights")
        for name in sorted(step.weights.keys() - {round_.id for round_ in rules.scored_rounds}):
            yield (*place, name), Problem("unknown_reference", name=name)
        total = sum(step.weights.values(), Decimal(0))
        if step.by == "weighted_mean" and total not in {1, 100}:
            yield place, Problem("round_weights_do_not_add_up", total=total, expected=100)


def _awards(final: r.Final) -> Iterator[Finding]:
    for n, scope in _repeated(final.awards, "scope"):
        yield ("awards", n, "scope"), Problem("awards_twice", scope=scope)


def _checklist(round_: r.Round) -> Iterator[Finding]:
    for key in _OF_MARKS:
        if key in round_.model_fields_set:
            yield (key,), Problem("key_out_of_place", key=key)
    for n, name in _repeated(round_.items):
        yield ("items", n, "id"), Problem("name_twice", name=name)


def _criteria(round_: r.Round) -> Iterator[Finding]:
    if "items" in round_.model_fields_set:
        yield ("items",), Problem("key_out_of_place", key="items")
    for n, name in _repeated(round_.criteria):
        yield ("criteria", n, "id"), Problem("name_twice", name=name)
    for n, criterion in enumerate(round_.criteria):
        with suppress(Illegible):
            if criterion.id.casefold() in r.RESERVED_CRITERIA:
                yield ("criteria", n, "id"), Problem("name_reserved", name=criterion.id)


def _possible(scale: r.Scale) -> bool:
    return scale.low < scale.high and (scale.high - scale.low) % scale.step == 0


def _steps_of_scale(scale: r.Scale) -> Iterator[Finding]:
    if not _possible(scale):
        shown = f"{scale.low}–{scale.high} / {scale.step}"
        yield (), Problem("impossible_number", key="scale", value=shown)


def _scale(round_: r.Round) -> Iterator[Finding]:
    if round_.scale is None and not (round_.criteria and all(criterion.scale for criterion in round_.criteria)):
        yield (), Problem("key_missing", key="scale")


def _levels(round_: r.Round) -> Iterator[Finding]:
    for n, criterion in enumerate(round_.criteria):
        with suppress(Illegible):
            scale = criterion.scale or round_.scale
            if scale and _possible(scale):
                for level in criterion.levels:
                    if not (_LEVEL.fullmatch(level) and scale.holds(Decimal(level))):
                        place = ("criteria", n, "levels", level)
                        yield place, Problem("level_off_scale", level=level, criterion=criterion.id)


def _axes(round_: r.Round) -> Iterator[Finding]:
    axes, wanted = sorted(step.over for step in round_.score), ["criteria", "judges"] if round_.criteria else ["judges"]
    if axes != wanted:
        yield ("score",), Problem("axis_not_reduced", axes=", ".join(axes) or "–", wanted=wanted)
    elif round_.kind == "ranks" and not any(isinstance(step, r.Points) for step in round_.score):
        yield ("score",), Problem("key_missing", key="by: points")


def _last_step(part: r.Round | r.Final) -> Iterator[Finding]:
    if part.score and part.score[-1].round is None and not isinstance(part.score[-1], r.Last):
        yield ("score", len(part.score) - 1), Problem("last_step_must_round")


def _weights_of_step(step: r.WeightedMean) -> Iterator[Finding]:
    if step.over == "criteria":
        if step.weights is not None:
            yield ("weights",), Problem("key_out_of_place", key="weights")
    elif not step.weights:
        yield (), Problem("key_missing", key="weights")
    elif step.out_of is not None:
        yield ("out_of",), Problem("key_out_of_place", key="out_of")


def _points(step: r.Points) -> Iterator[Finding]:
    if (step.table is None) == (step.curve is None):
        yield (), Problem("key_missing", key="table | curve")
    elif step.table and list(step.table) != sorted(step.table, reverse=True):
        yield ("table",), Problem("impossible_number", key="table", value=" ".join(map(str, step.table)))


def _steps_over_criteria(round_: r.Round) -> Iterator[Finding]:
    for n, step in enumerate(round_.score):
        with suppress(Illegible):
            if step.over != "criteria":
                continue
            if isinstance(step, r.WeightedMean) and step.out_of is not None and not _above_zero(round_):
                yield ("score", n, "out_of"), Problem("impossible_number", key="out_of", value=step.out_of)
            if isinstance(step, r.TrimmedMean) and step.drop_high + step.drop_low >= len(round_.criteria):
                value = step.drop_high + step.drop_low
                yield ("score", n), Problem("impossible_number", key="drop_high + drop_low", value=value)


def _above_zero(round_: r.Round) -> bool:
    """Whether the best mark on every scale is above zero; a scale that is none has been found elsewhere."""
    scales = [criterion.scale or round_.scale for criterion in round_.criteria]
    return all(scale.high > 0 for scale in scales if scale and _possible(scale))


def _weights(round_: r.Round) -> Iterator[Finding]:
    total = sum((criterion.weight for criterion in round_.criteria), Decimal(0))
    weighted = any(isinstance(step, r.WeightedMean) and step.over == "criteria" for step in round_.score)
    if weighted and total != round_.weights_total:
        yield ("criteria",), Problem("weights_do_not_add_up", total=total, expected=round_.weights_total)


def _panel(round_: r.Round) -> Iterator[Finding]:
    """Where the rules name the panel, nobody else may be named, and enough of it must count."""
    if round_.panel is None:
        return
    named: list[tuple[Place, str]] = [(("not_counting", n), name) for n, name in enumerate(round_.not_counting)]
    for n, step in enumerate(round_.score):
        if isinstance(step, r.WeightedMean) and step.over == "judges":
            named += [(("score", n, "weights", name), name) for name in step.weights or ()]
    for place, name in named:
        if name not in round_.panel:
            yield place, Problem("unknown_reference", name=name)
    if len({*round_.panel} - {*round_.not_counting}) < round_.min_judges:
        yield ("min_judges",), Problem("impossible_number", key="min_judges", value=round_.min_judges)


_OF_MARKED = (_criteria, _scale, _levels, _axes, _last_step, _steps_over_criteria, _weights, _panel)
_CHECKS: dict[tuple[type[Rule], str | None], tuple[Callable[[Any], Iterator[Finding]], ...]] = {
    (r.Rules, None): (_names, _unit_types, _cuts, _ties_of_rounds, _ties_of_final, _final_step),
    (r.Round, "checklist"): (_checklist,),
    (r.Round, "marks"): _OF_MARKED,
    (r.Round, "ranks"): _OF_MARKED,
    (r.Scale, None): (_steps_of_scale,),
    (r.WeightedMean, None): (_weights_of_step,),
    (r.Points, None): (_points,),
    (r.Final, None): (_last_step, _awards),
}


def contradictions(whole: Rule) -> Iterator[Finding]:
    """Find what contradicts itself; a check that needs something illegible has nothing to say."""
    for place, part in parts(whole):
        for check in _CHECKS.get((type(part), vars(part).get("kind")), ()):  # type: ignore[arg-type]
            with suppress(Illegible):
                yield from (((*place, *inner), mistake) for inner, mistake in check(part))
