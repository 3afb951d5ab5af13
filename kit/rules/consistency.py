"""What the grammar can say but no contest can mean, because several keys contradict each other."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.rules import grammar as r
from kit.rules.legible import Illegible, Rule, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kit.rules.legible import Finding, Place

_LEVEL = re.compile(r"-?\d+(\.\d+)?")
_OF_JUDGES = ["panel", "panels", "juries", "min_judges", "not_counting", "quorum", "blind"]
_OF_MARKS = ["scale", "criteria", "score", "ties", "advance", "weights_total", "missing", "direction"]
_OF_MARKS += [key for key in _OF_JUDGES if key not in {"panel", "blind"}]


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


def _wheres(rules: r.Rules) -> Iterator[Finding]:
    """Find conditions on a group or category that there is not, which no entry would fit."""
    known = {"group": [group.id for group in rules.groups], "category": [each.id for each in rules.categories]}
    for place, part in parts(rules):
        where = vars(part).get("where", {})
        for key in where.keys() & known.keys():
            for text in where[key]:
                if text.casefold() not in {*map(str.casefold, known[key])}:
                    yield (*place, "where", key), Problem("unknown_choice", key=key, value=text, choices=known[key])


def _cuts(rules: r.Rules) -> Iterator[Finding]:
    scored = [n for n, round_ in enumerate(rules.rounds) if round_.scored]
    if not scored:
        yield ("rounds",), Problem("key_missing", key="kind: marks")
    elif rules.rounds[scored[-1]].advance:
        yield ("rounds", scored[-1], "advance"), Problem("advance_from_last_round", round=rules.rounds[scored[-1]].id)
    for k, n in enumerate(scored, 1):
        with suppress(Illegible):
            if (advance := rules.rounds[n].advance) and advance.score:
                place = ("rounds", n, "advance", "score")
                yield from _over_rounds(place, advance.score, [rules.rounds[m] for m in scored[:k]])


def _days(rules: r.Rules) -> Iterator[Finding]:
    closing = [(n, round_.closes) for n, round_ in enumerate(rules.rounds) if round_.closes]
    for (_, earlier), (n, later) in pairwise(closing):
        if later < earlier:
            yield ("rounds", n, "closes"), Problem("closes_before", value=later, earlier=earlier)


def _advance(advance: r.Advance) -> Iterator[Finding]:
    if advance.places is None and advance.at_least is None:
        yield (), Problem("key_missing", key="places")
    for key, needed in (("within", "places"), ("plus_best", "within")):
        if vars(advance)[key] is not None and vars(advance)[needed] is None:
            yield (key,), Problem("key_missing", key=needed)


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
            if isinstance(tie, (r.ByPeople, r.ByColumn, r.ByOrderOfParts)):
                continue
            where = tie.of if isinstance(tie, r.ByRound) else tie.round or been[-1].id
            if where not in known or (isinstance(tie, r.ByRound) and where == itself):
                yield (*place, n), Problem("unknown_reference", name=where)
            elif isinstance(tie, r.ByCriteria):
                there = {criterion.id for criterion in known[where].parts}
                for name in tie.of:
                    if name not in there:
                        yield (*place, n, "of"), Problem("unknown_reference", name=name)


def _final_step(rules: r.Rules) -> Iterator[Finding]:
    yield from _over_rounds(("final", "score", 0), rules.final.score[0], rules.scored_rounds)
    for n, step in enumerate(rules.final.score[1:], 1):
        if not isinstance(step, r.Adjust):
            yield ("final", "score", n), Problem("axis_not_reduced", axes=f"rounds, {step.over}", wanted=["rounds"])
    counted = [rules.scored_rounds[-1]] if isinstance(rules.final.score[0], r.Last) else rules.scored_rounds
    if len({round_.direction for round_ in counted}) > 1:
        yield ("final", "score"), Problem("directions_mixed", rounds=[round_.id for round_ in counted])


def _over_rounds(place: Place, step: r.Step, rounds: Sequence[r.Round]) -> Iterator[Finding]:
    """Find what is wrong with a step from the scores of some rounds to one."""
    if step.over != "rounds":
        yield place[:-1] if place[-1] == 0 else place, Problem("axis_not_reduced", axes=step.over, wanted=["rounds"])
    elif isinstance(step, r.WeightedMean) and step.weights:
        place = (*place, "weights")
        for name in sorted(step.weights.keys() - {round_.id for round_ in rounds}):
            yield (*place, name), Problem("unknown_reference", name=name)
        total = sum(step.weights.values(), Decimal(0))
        if step.by == "weighted_mean" and total not in {1, 100}:
            yield place, Problem("round_weights_do_not_add_up", total=total, expected=100)
    elif isinstance(step, r.Mean) and step.best and step.best > len(rounds):
        yield (*place, "best"), Problem("impossible_number", key="best", value=step.best)


def _awards(final: r.Final) -> Iterator[Finding]:
    for n, scope in _repeated((awards for awards in final.awards if vars(awards).get("id") is None), "scope"):
        yield ("awards", n, "scope"), Problem("awards_twice", scope=scope)


def _series(rules: r.Rules) -> Iterator[Finding]:
    """Find series of awards whose names or bases are not their own."""
    rounds = {round_.id: round_ for round_ in rules.rounds if vars(round_).get("id")}
    for n, name in _repeated(rules.final.awards):
        yield ("final", "awards", n, "id"), Problem("name_twice", name=name)
    for n, awards in enumerate(rules.final.awards):
        with suppress(Illegible):
            place: Place = ("final", "awards", n)
            if awards.id in {*rounds, "final"}:
                yield (*place, "id"), Problem("name_reserved", name=awards.id)
            apart = [key for key in ("basis", "where") if vars(awards)[key]]
            if awards.id is None and apart:
                yield (*place, apart[0]), Problem("key_missing", key="id")
            if bool(awards.names) == bool(awards.bands):
                yield place, Problem("key_missing", key="names | bands")
            for m, band in enumerate(awards.bands):
                if band.name is None:
                    yield (*place, "bands", m), Problem("key_missing", key="name")
            if awards.bands and awards.at_cut == "decide":
                yield (*place, "at_cut"), Problem("key_out_of_place", key="at_cut")
            if basis := awards.basis:
                yield from _basis((*place, "basis"), basis, rounds)


def _basis(place: Place, basis: r.Basis, rounds: Mapping[str, r.Round]) -> Iterator[Finding]:
    if (basis.round is None) == (basis.value is None):
        yield place, Problem("key_missing", key="round | value")
    elif basis.round is None:
        if basis.criterion is not None:
            yield (*place, "criterion"), Problem("key_out_of_place", key="criterion")
    elif basis.round not in rounds or not rounds[basis.round].scored:
        yield (*place, "round"), Problem("unknown_reference", name=basis.round)
    elif basis.criterion and basis.criterion not in {part.id for part in rounds[basis.round].criteria}:
        yield (*place, "criterion"), Problem("unknown_reference", name=basis.criterion)


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
    marked = [criterion for criterion in round_.parts if criterion.value is None]
    if round_.scale is None and not all(criterion.scale for criterion in marked):
        yield (), Problem("key_missing", key="scale")


def _values(round_: r.Round) -> Iterator[Finding]:
    """Find criteria that mix values of the entries with what judges do."""
    order = [step.over for step in round_.score]
    for n, criterion in enumerate(round_.criteria):
        with suppress(Illegible):
            place: Place = ("criteria", n)
            if criterion.value is None:
                if round_.kind == "values":
                    yield place, Problem("key_missing", key="value")
                if criterion.bands:
                    yield (*place, "bands"), Problem("key_missing", key="value")
            elif round_.kind == "ranks" or criterion.panel:
                key = "panel" if criterion.panel else "value"
                yield (*place, key), Problem("key_out_of_place", key=key)
            yield from _points_of_bands(place, criterion.bands)
            if criterion.panel and {*criterion.panel} <= {*round_.uncounted}:
                yield (*place, "panel"), Problem("panel_counts_nobody", criterion=criterion.id)
            if criterion.panel and order[:1] != ["judges"]:
                yield (*place, "panel"), Problem("panel_needs_judges_first", criterion=criterion.id)


def _share(round_: r.Round) -> Iterator[Finding]:
    """Find scores of which nobody could say who stands first."""
    for n, step in enumerate(round_.score):
        if step.by == "share" and round_.direction == "low":
            yield ("score", n), Problem("key_out_of_place", key="by: share")
        if getattr(step, "curve", None) == "places" and round_.missing == "zero":  # 0 would be the best place
            yield ("missing",), Problem("key_out_of_place", key="missing: zero")
    if round_.kind == "marks" and round_.criteria and all(part.value for part in round_.criteria):
        yield ("kind",), Problem("key_missing", key="kind: values")


def _of_values(round_: r.Round) -> Iterator[Finding]:
    if round_.kind != "values":
        return
    if not round_.criteria:
        yield (), Problem("key_missing", key="criteria")
    for key in _OF_JUDGES:
        if key in round_.model_fields_set:
            yield (key,), Problem("key_out_of_place", key=key)


def _points_of_bands(place: Place, bands: Sequence[r.Band]) -> Iterator[Finding]:
    for n, band in enumerate(bands):
        if band.points is None:
            yield (*place, "bands", n), Problem("key_missing", key="points")


def _adjust(step: r.Adjust) -> Iterator[Finding]:
    amounts = [key for key in ("points", "value") if vars(step)[key] is not None]
    if amounts != ["points"] and (step.by == "share" or amounts != ["value"]):
        yield (), Problem("key_missing", key="points" if step.by == "share" else "points | value")
    if step.bands and step.value is None:
        yield ("bands",), Problem("key_missing", key="value")
    yield from _points_of_bands((), step.bands)


def _z_score(step: r.ZScore) -> Iterator[Finding]:
    if step.round_terms is None:
        yield (), Problem("key_missing", key="round_terms")


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
    order = [step.over for step in round_.score]
    axes, wanted = sorted(over for over in order if over != "entry"), ["criteria", "judges"]
    if round_.kind == "values":
        wanted = wanted if "judges" in axes else ["criteria"]
    elif not round_.criteria:
        wanted = ["judges"]
    if axes != wanted or "entry" in order[: len(wanted)]:
        yield ("score",), Problem("axis_not_reduced", axes=", ".join(order) or "–", wanted=wanted)
        return
    voting = (step for step in round_.score if isinstance(step, r.Ballots))
    if any(voting) and order[0] == "judges" and "criteria" in order:
        yield ("score", 0), Problem("ballots_need_one_mark")
    if round_.kind == "ranks" and not any(isinstance(step, (r.Points, r.Ballots)) for step in round_.score):
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
    return None not in scales and all(scale.high > 0 for scale in scales if scale and _possible(scale))


def _weights(round_: r.Round) -> Iterator[Finding]:
    """Find weights that do not add up, for every kind of entry that criteria are for."""
    if not any(isinstance(step, r.WeightedMean) and step.over == "criteria" for step in round_.score):
        return
    of_all = sum((criterion.weight for criterion in round_.criteria if not criterion.where), Decimal(0))
    wheres = {canonical_where(criterion.where) for criterion in round_.criteria if criterion.where}
    apart: dict[tuple[str, str], Decimal] = {}
    for criterion in round_.criteria:
        if len(criterion.where) == 1:
            for name, each in criterion.where.items():
                for text in each:
                    apart[name, text.casefold()] = apart.get((name, text.casefold()), Decimal(0)) + criterion.weight
    columns = {name for name, _ in apart}
    totals = {of_all} if not wheres else {of_all + own for own in apart.values()}
    if len(columns) > 1 or any(len(where) > 1 for where in wheres):
        return  # which of them meet in one entry is known to the registers alone
    for total in sorted(totals - {round_.weights_total}):
        yield ("criteria",), Problem("weights_do_not_add_up", total=total, expected=round_.weights_total)


def canonical_where(where: r.Where) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what a ``where`` asks in a form that can be compared."""
    return tuple(sorted((name, tuple(sorted(map(str.casefold, each)))) for name, each in where.items()))


def _panel(round_: r.Round) -> Iterator[Finding]:
    """Where the rules name the panel, nobody else may be named, and enough of it must count."""
    if round_.panels and round_.panel is not None:
        yield ("panels",), Problem("key_out_of_place", key="panels")
    panels = [panel.judges for panel in round_.panels] if round_.panel is None else [round_.panel]
    if known := {judge for judges in panels for judge in judges}:
        for place, name in _judges_named(round_):
            if name not in known:
                yield place, Problem("unknown_reference", name=name)
        if len(known.difference(round_.uncounted)) < round_.min_judges:
            yield ("min_judges",), Problem("impossible_number", key="min_judges", value=round_.min_judges)


def _judges_named(round_: r.Round) -> Iterator[tuple[Place, str]]:
    """Every judge that a round names beside its panel, with the place."""
    yield from ((("not_counting", n), name) for n, name in enumerate(round_.not_counting))
    for key, parts_ in (("juries", round_.juries), ("criteria", round_.criteria)):
        for n, part in enumerate(parts_):
            inner = "judges" if key == "juries" else "panel"
            yield from (((key, n, inner, m), name) for m, name in enumerate(vars(part)[inner] or ()))
    for n, step in enumerate(round_.score):
        if isinstance(step, r.WeightedMean) and step.over == "judges":
            yield from ((("score", n, "weights", name), name) for name in step.weights or ())


def _juries(round_: r.Round) -> Iterator[Finding]:
    """Find judges of two juries or of none, and weights of judges beside the shares of juries."""
    jury_of: dict[str, str] = {}
    for n, name in _repeated(round_.juries):
        yield ("juries", n, "id"), Problem("name_twice", name=name)
    for n, jury in enumerate(round_.juries):
        for m, judge in enumerate(jury.judges):
            if jury_of.setdefault(judge, jury.id) != jury.id:
                yield ("juries", n, "judges", m), Problem("name_twice", name=judge)
    panels = {*(round_.panel or ())}.union(*(panel.judges for panel in round_.panels))
    if round_.juries and (apart := panels.difference(round_.uncounted, jury_of)):
        yield ("juries",), Problem("judges_without_jury", judges=sorted(apart))
    for n, step in enumerate(round_.score if round_.juries else ()):
        if step.over == "judges" and isinstance(step, (r.WeightedMean, r.Ballots)):
            yield ("score", n), Problem("key_out_of_place", key=f"by: {step.by}")


_OF_MARKED = (
    *(_criteria, _scale, _values, _of_values, _levels, _axes, _last_step, _steps_over_criteria, _weights),
    *(_panel, _juries, _share),
)
_CHECKS: dict[tuple[type[Rule], str | None], tuple[Callable[[Any], Iterator[Finding]], ...]] = {
    (r.Rules, None): (
        *(_names, _unit_types, _wheres, _cuts, _days, _ties_of_rounds, _ties_of_final, _final_step, _series),
    ),
    (r.Round, "checklist"): (_checklist,),
    (r.Round, "marks"): _OF_MARKED,
    (r.Round, "ranks"): _OF_MARKED,
    (r.Round, "values"): _OF_MARKED,
    (r.Advance, None): (_advance,),
    (r.Adjust, None): (_adjust,),
    (r.ZScore, None): (_z_score,),
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
