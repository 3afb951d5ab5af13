"""Reading a rules file: YAML taken exactly, and every mistake with its line.

A plain YAML loader turns ``0.1`` into a float, ``NO`` into ``False`` and ``12:30`` into a number, and forgets
lines. What the grammar (:mod:`kit.rules`) cannot see, because several keys contradict each other, is found here too,
and also beside mistakes of grammar, so that a file's mistakes come all at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ValidationError, create_model
from ruamel.yaml import YAML, MappingNode, SequenceNode
from ruamel.yaml.error import YAMLError

from kit import rules as r
from kit.errors import Collector, Problem
from kit.reading import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails
    from ruamel.yaml import Node

Value: TypeAlias = "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"
Place: TypeAlias = tuple[str | int, ...]  # the keys and positions that lead to a value
Finding: TypeAlias = tuple[Place, Problem]
Part = TypeVar("Part")
Model = TypeVar("Model", bound=BaseModel)

_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}  # the tags of what is no text
# What a number looks like in YAML 1.1; 1.2 has more forms, such as 1e3, which are text here as they have always been.
_INTEGER = re.compile(r"[-+]?(0[0-7]*|[1-9][0-9]*)(?<!.{40})")
_DECIMAL = re.compile(r"([-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?")
_LEVEL = re.compile(r"-?\d+(\.\d+)?")
_QUOTED = re.compile(r"'([^']*)'")
_LARGEST = 300_000  # bytes of a file; rules have about 10,000
_EXPANDED = 2_000_000  # values and characters once the aliases are written out
_EXPONENT = 40  # of a number, at most


class YamlTooLarge(Problem, ValueError):
    """A YAML file repeats parts of itself by aliases until it is larger than any rules."""


def read_rules(path: Path) -> tuple[r.Rules, str]:
    """Read and check a rules file.

    Returns:
        The rules, and the file's content in canonical form: JSON with sorted keys, free of comments, layout
        and line ends, so that equal rules have equal hashes on every machine.

    Raises:
        file_missing: there is no such file.
        not_utf8: it is not UTF-8.
        not_yaml, YamlTooLarge: it is not YAML, or without end; the message names the line.
        Mistakes: everything that the grammar does not know or that contradicts itself, with its line.
    """
    mistakes = Collector()
    document, lines = read_yaml(path, mistakes)
    rules = _legible((r.Rules,), document)
    found = (*ungrammatical(r.Rules, document, path.name), *contradictions(rules))
    _stop_if_any(mistakes, found, lines, path.name)
    return rules, canonical(document)


def read_as(path: Path, model: type[Model]) -> Model:
    """Read another YAML file of an edition as what a model says of it.

    Raises:
        file_missing, not_utf8, not_yaml: as :func:`read_rules`.
        Mistakes: everything that the model does not know, with its line.
    """
    mistakes = Collector()
    document, lines = read_yaml(path, mistakes)
    _stop_if_any(mistakes, ungrammatical(model, document, path.name), lines, path.name)
    return model.model_validate(document)


def _stop_if_any(mistakes: Collector, found: Iterable[Finding], lines: dict[Place, int], file: str) -> None:
    """Raise what was found in a file, in the order of its lines."""
    for place, mistake in found:
        mistake.data |= {"file": file, "row": line_of(lines, place)}
        mistakes.add(mistake)
    mistakes.found.sort(key=lambda mistake: int(str(mistake.data["row"])))
    mistakes.stop_if_any()


def ungrammatical(model: type[BaseModel], document: Value, file: str) -> Iterator[Finding]:
    """Find what a grammar does not know in a document; nothing where the document can be read as ``model``."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        for detail in error.errors():
            # A list that is short because its items are wrong is not too short as well.
            if detail["type"] != "too_short" or detail["ctx"]["actual_length"] == len(detail["input"]):
                yield _of_grammar(detail, file, model)


def canonical(document: object) -> str:
    """Write a document as JSON whose bytes depend on its content alone."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _of_grammar(detail: ErrorDetails, file: str, model: type[BaseModel]) -> Finding:
    """Say what pydantic found in a document that is to be a ``model``."""
    place, context, shown = detail["loc"], detail.get("ctx", {}), _shown(detail["input"])
    key = str(place[-1]) if place else file
    mistake: Problem = Problem("impossible_number", key=key, value=shown)
    match detail["type"]:
        case "extra_forbidden":
            mistake = Problem("unknown_key", key=key, known=_keys_at(model, place[:-1]))
        case "union_tag_not_found":
            mistake = Problem("key_missing", key="by")
        case "union_tag_invalid":
            place, choices = (*place, "by"), _QUOTED.findall(str(context["expected_tags"]))
            mistake = Problem("unknown_choice", key="by", value=context["tag"], choices=choices)
        case "literal_error":
            mistake = Problem("unknown_choice", key=key, value=shown, choices=_QUOTED.findall(str(context["expected"])))
        case "string_pattern_mismatch" | "string_too_long":
            mistake = Problem("unknown_choice", key=key, value=shown, choices="A–Z a–z 0–9 . _ -")
        case kind if kind == "missing" or detail["input"] is None:
            mistake = Problem("key_missing", key=key)
        case kind if kind.endswith(("_type", "_parsing", "is_instance_of")):
            mistake = Problem("wrong_type", key=key, value=shown)
    return place, mistake


def _keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a place of a document that is to be a ``model``."""
    models = [model]
    for part in place:
        inner = [one for each in models if part in each.model_fields for one in _models(each.model_fields[str(part)])]
        # A member of a union stands in the place by its ``by``; positions and the names in a mapping say nothing.
        of_kind = [one for one in models if "by" in one.model_fields and part in _choices(one)]
        models = inner or of_kind or models
    return [*dict.fromkeys(name for one in models for name in one.model_fields)]


def _models(field: object) -> list[type[BaseModel]]:
    """The models that a field's type is made of."""
    annotation = getattr(field, "annotation", field)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _choices(model: type[BaseModel]) -> tuple[object, ...]:
    return get_args(model.model_fields["by"].annotation)


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list() | dict():
            return "[…]" if isinstance(value, list) else "{…}"
    return str(value)


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of a place, or of the nearest thing around it that stands in the file."""
    known: Place = ()
    for part in place:  # pydantic puts the names of union members between real keys; those are passed over
        if (*known, part) in lines:
            known = (*known, part)
    return lines[known]


def read_yaml(path: Path, mistakes: Collector) -> tuple[Value, dict[Place, int]]:
    """Read a YAML file exactly: its content, and the line of each place in it.

    Raises:
        Problem: it cannot be read; ``mistakes`` gets keys that stand twice.
    """
    lines: dict[Place, int] = {(): 1}
    try:
        root = compose(read_bytes(path, _LARGEST).decode("utf-8-sig"))
        document = _value(root, (), lines, mistakes, path.name) if root else None
    except UnicodeDecodeError:
        raise Problem("not_utf8", file=path.name) from None
    except YamlTooLarge as mistake:
        raise mistake.at(file=path.name) from None
    except (YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Problem("not_yaml", file=path.name, row=mark.line + 1 if mark else None) from None
    return ({} if document is None else document), lines


def compose(text: str) -> Node | None:
    """Return a YAML text as nodes with places; aliases share their node. None where it says nothing.

    Raises:
        YAMLError: it is not YAML.
        YamlTooLarge: its aliases written out would be larger than any rules.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False  # the later one holds, as YAML 1.2 has it
    root: Node | None = yaml.compose(text)
    if root:
        _measure(root, {})
    return root


def _measure(node: Node, sizes: dict[int, int]) -> int:
    """Count the values and characters of a node, its aliases written out."""
    if id(node) not in sizes:
        parts = chain.from_iterable(node.value) if isinstance(node, MappingNode) else node.value
        own = len(parts) if isinstance(parts, str) else sum(_measure(part, sizes) for part in parts)
        sizes[id(node)] = own + 1
        if own >= _EXPANDED:
            raise YamlTooLarge(row=node.start_mark.line + 1)
    return sizes[id(node)]


def _value(node: Node, place: Place, lines: dict[Place, int], mistakes: Collector, file: str) -> Value:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, SequenceNode):
        return [_value(item, (*place, n), lines, mistakes, file) for n, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        return _scalar(str(node.value)) if node.tag in _PLAIN else str(node.value)
    mapping: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in mapping:
            mistakes.add(Problem("key_twice", file=file, row=line, key=key))
        lines[*place, key] = line
        mapping[key] = _value(value_node, (*place, key), lines, mistakes, file)
    return mapping


def _scalar(text: str) -> Value:
    """Return what a plain scalar stands for: nothing, true or false, an exact number; all else is text."""
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        with suppress(InvalidOperation):
            number = Decimal(text)
            return number if abs(number.adjusted()) < _EXPONENT else text
    return text


# What several keys together get wrong


def contradictions(rules: r.Rules) -> Iterator[Finding]:
    """Find what the grammar can say but no contest can mean.

    A check that needs something illegible (see :func:`_legible`) has nothing to say.
    """
    yield from _checked((), rules, _names, _unit_types, _cuts, _ties_of_rounds, _ties_of_final)
    for n, round_ in enumerate(getattr(rules, "rounds", ())):
        with suppress(AttributeError):
            of_marks = (_no_items, _criteria, _scales, _levels, _axes, _steps, _weights, _panel)
            yield from _checked(("rounds", n), round_, *(of_marks if round_.scored else (_checklist,)))
    with suppress(AttributeError):
        yield from _checked(("final",), rules.final, _steps, _awards, partial(_final_step, rounds=rules.rounds))


def _checked(place: Place, part: Part, *checks: Callable[[Part], Iterator[Finding]]) -> Iterator[Finding]:
    for check in checks:
        with suppress(AttributeError):
            yield from (((*place, *inner), mistake) for inner, mistake in check(part))


def _twice(place: Place, names: Iterable[str | None]) -> Iterator[Finding]:
    seen: set[str | None] = {None}
    for n, name in enumerate(names):
        if name in seen - {None}:
            yield (*place, n, "id"), Problem("name_twice", name=name)
        seen.add(name)


def _names(rules: r.Rules) -> Iterator[Finding]:
    for kind in ("groups", "categories", "rounds"):
        names = [getattr(thing, "id", None) for thing in getattr(rules, kind, ())]
        yield from _twice((kind,), names)
        if kind == "rounds" and "final" in names:
            yield ("rounds", names.index("final"), "id"), Problem("name_reserved", name="final")


def _unit_types(rules: r.Rules) -> Iterator[Finding]:
    owner: dict[str, int] = {}
    for n, group in enumerate(rules.groups):
        for m, unit_type in enumerate(getattr(group, "unit_types", ())):
            if owner.setdefault(unit_type, n) != n:
                yield ("groups", n, "unit_types", m), Problem("unit_type_in_two_groups", unit_type=unit_type)


def _cuts(rules: r.Rules) -> Iterator[Finding]:
    scored = [n for n, round_ in enumerate(rules.rounds) if round_.scored]
    if not scored:
        yield ("rounds",), Problem("key_missing", key="kind: marks")
    elif getattr(rules.rounds[scored[-1]], "advance", None):
        yield ("rounds", scored[-1], "advance"), Problem("advance_from_last_round", round=rules.rounds[scored[-1]].id)


def _ties_of_rounds(rules: r.Rules) -> Iterator[Finding]:
    scored = [(n, round_) for n, round_ in enumerate(rules.rounds) if round_.scored]
    for k, (n, round_) in enumerate(scored, 1):
        been = [earlier for _, earlier in scored[:k]]
        yield from _references(("rounds", n, "ties"), getattr(round_, "ties", ()), been, itself=round_.id)


def _ties_of_final(rules: r.Rules) -> Iterator[Finding]:
    if been := [round_ for round_ in rules.rounds if round_.scored]:
        alone = isinstance(rules.final.score[0], r.Last)
        yield from _references(("final", "ties"), rules.final.ties, been, itself=been[-1].id if alone else None)


def _references(
    place: Place, ties: Iterable[r.TieRule], been: Sequence[r.Round], itself: str | None
) -> Iterator[Finding]:
    """Find what tie rules name and the tied have not been through; their own score cannot separate them either."""
    known = {round_.id: round_ for round_ in been}
    for n, tie in enumerate(ties):
        with suppress(AttributeError):
            if isinstance(tie, r.ByPeople):
                continue
            where = tie.of if isinstance(tie, r.ByRound) else tie.round or been[-1].id
            if where not in known or (isinstance(tie, r.ByRound) and where == itself):
                yield (*place, n), Problem("unknown_reference", name=where)
            elif isinstance(tie, r.ByCriteria):
                there = {criterion.id for criterion in known[where].marked}
                yield from (
                    ((*place, n, "of"), Problem("unknown_reference", name=name)) for name in tie.of if name not in there
                )


def _checklist(round_: r.Round) -> Iterator[Finding]:
    of_marks = {
        "scale",
        "criteria",
        "score",
        "ties",
        "advance",
        "min_judges",
        "not_counting",
        "quorum",
        "weights_total",
    }
    yield from (((key,), Problem("key_out_of_place", key=key)) for key in sorted(round_.model_fields_set & of_marks))
    yield from _twice(("items",), (getattr(item, "id", None) for item in round_.items))


def _no_items(round_: r.Round) -> Iterator[Finding]:
    if "items" in round_.model_fields_set:
        yield ("items",), Problem("key_out_of_place", key="items")


def _criteria(round_: r.Round) -> Iterator[Finding]:
    names = [getattr(criterion, "id", None) for criterion in round_.criteria]
    yield from _twice(("criteria",), names)
    for n, name in enumerate(names):
        if name and name.casefold() in r.RESERVED_CRITERIA:
            yield ("criteria", n, "id"), Problem("name_reserved", name=name)


def _possible(scale: r.Scale) -> bool:
    return scale.low < scale.high and (scale.high - scale.low) % scale.step == 0


def _scale(round_: r.Round, criterion: r.Criterion) -> r.Scale | None:
    """A criterion's scale, if it is one."""
    scale = criterion.scale or round_.scale
    return scale if scale and _possible(scale) else None


def _above_zero(round_: r.Round) -> bool:
    scales = [_scale(round_, criterion) for criterion in round_.criteria]
    return all(scale.high > 0 for scale in scales if scale)


def _scales(round_: r.Round) -> Iterator[Finding]:
    own: list[tuple[Place, r.Scale | None]] = [(("criteria", n), c.scale) for n, c in enumerate(round_.criteria)]
    if round_.scale is None and (not own or None in [scale for _, scale in own]):
        yield (), Problem("key_missing", key="scale")
    for place, scale in ((), round_.scale), *own:
        if scale and not _possible(scale):
            shown = f"{scale.low}–{scale.high} / {scale.step}"
            yield (*place, "scale"), Problem("impossible_number", key="scale", value=shown)


def _levels(round_: r.Round) -> Iterator[Finding]:
    for n, criterion in enumerate(round_.criteria):
        with suppress(AttributeError):
            if scale := _scale(round_, criterion):
                for level in criterion.levels:
                    if not (_LEVEL.fullmatch(level) and scale.holds(Decimal(level))):
                        yield (
                            ("criteria", n, "levels", level),
                            Problem("level_off_scale", level=level, criterion=criterion.id),
                        )


def _axes(round_: r.Round) -> Iterator[Finding]:
    axes, wanted = sorted(step.over for step in round_.score), ["criteria", "judges"] if round_.criteria else ["judges"]
    if axes != wanted:
        yield ("score",), Problem("axis_not_reduced", axes=", ".join(axes) or "–", wanted=wanted)
    elif round_.kind == "ranks" and not any(isinstance(step, r.Points) for step in round_.score):
        yield ("score",), Problem("key_missing", key="by: points")


def _steps(part: r.Round | r.Final) -> Iterator[Finding]:
    """Check each step by itself, and that the last one rounds."""
    criteria = part.criteria if isinstance(part, r.Round) else ()
    for n, step in enumerate(part.score):
        place = ("score", n)
        with suppress(AttributeError):
            match step:
                case r.WeightedMean(over="criteria", weights={}):
                    yield (*place, "weights"), Problem("key_out_of_place", key="weights")
                case r.WeightedMean(over="judges" | "rounds") if not step.weights:
                    yield place, Problem("key_missing", key="weights")
                case r.WeightedMean(over="judges" | "rounds", out_of=Decimal()):
                    yield (*place, "out_of"), Problem("key_out_of_place", key="out_of")
                case r.WeightedMean(out_of=Decimal()) if isinstance(part, r.Round) and not _above_zero(part):
                    yield (*place, "out_of"), Problem("impossible_number", key="out_of", value=step.out_of)
                case r.TrimmedMean(over="criteria", drop_high=high, drop_low=low) if high + low >= len(criteria):
                    yield place, Problem("impossible_number", key="drop_high + drop_low", value=high + low)
                case r.Points(table=table, curve=curve) if (table is None) == (curve is None):
                    yield place, Problem("key_missing", key="table | curve")
                case r.Points(table=tuple(table)) if list(table) != sorted(table, reverse=True):
                    yield (*place, "table"), Problem("impossible_number", key="table", value=" ".join(map(str, table)))
    if part.score and part.score[-1].round is None and not isinstance(part.score[-1], r.Last):
        yield ("score", len(part.score) - 1), Problem("last_step_must_round")


def _weights(round_: r.Round) -> Iterator[Finding]:
    total = sum((criterion.weight for criterion in round_.criteria), Decimal(0))
    weighted = any(isinstance(step, r.WeightedMean) and step.over == "criteria" for step in round_.score)
    if weighted and total != round_.weights_total:
        yield ("criteria",), Problem("weights_do_not_add_up", total=total, expected=round_.weights_total)


def _panel(round_: r.Round) -> Iterator[Finding]:
    """Where the rules name the panel, nobody else may be named, and enough of it must count."""
    if round_.panel is None:
        return
    strangers: list[tuple[Place, str]] = [(("not_counting", n), name) for n, name in enumerate(round_.not_counting)]
    for n, step in enumerate(round_.score):
        if isinstance(step, r.WeightedMean) and step.over == "judges":
            strangers += [(("score", n, "weights", name), name) for name in step.weights or ()]
    yield from (
        (place, Problem("unknown_reference", name=name)) for place, name in strangers if name not in round_.panel
    )
    if len({*round_.panel} - {*round_.not_counting}) < round_.min_judges:
        yield ("min_judges",), Problem("impossible_number", key="min_judges", value=round_.min_judges)


def _final_step(final: r.Final, rounds: Sequence[r.Round]) -> Iterator[Finding]:
    step = final.score[0]
    if step.over != "rounds":
        yield ("score",), Problem("axis_not_reduced", axes=step.over, wanted=["rounds"])
    elif isinstance(step, r.WeightedMean) and step.weights:
        strangers = step.weights.keys() - {round_.id for round_ in rounds if round_.scored}
        yield from (
            (("score", 0, "weights", name), Problem("unknown_reference", name=name)) for name in sorted(strangers)
        )
        total = sum(step.weights.values(), Decimal(0))
        if step.by == "weighted_mean" and total not in {1, 100}:
            yield ("score", 0, "weights"), Problem("round_weights_do_not_add_up", total=total, expected=100)


def _awards(final: r.Final) -> Iterator[Finding]:
    scopes = [getattr(awards, "scope", None) for awards in final.awards]
    for n, scope in enumerate(scopes):
        if scope and scope in scopes[:n]:
            yield ("awards", n, "scope"), Problem("awards_twice", scope=scope)


_PARTS: dict[str, tuple[type[BaseModel], ...]] = {
    "groups": (r.Group,),
    "categories": (r.Category,),
    "rounds": (r.Round,),
    "criteria": (r.Criterion,),
    "score": (r.Mean, r.WeightedMean, r.Median, r.TrimmedMean, r.ClippedMean, r.Points, r.Last),
    "ties": (r.ByCriteria, r.ByRound, r.ByHeadCount, r.ByPeople),
    "awards": (r.Awards,),
}


def _legible(models: Sequence[type[BaseModel]], raw: Value) -> Any:  # noqa: ANN401  (one of the models, or its remains)
    """Read what is right of a part of the document; asking the result for anything else is an AttributeError.

    A key that is not there does not stand for its default beside an unknown one that looks like it.

    Args:
        models: what the part may be; where there are several, ``by`` tells which.
        raw: the part.
    """
    if not isinstance(raw, dict):
        return object()
    of_kind = (model for model in models if raw.get("by") in get_args(model.model_fields["by"].annotation))
    model = models[0] if len(models) == 1 else next(of_kind, None)
    if model is None:
        return object()
    with suppress(ValidationError):
        return model.model_validate(raw)
    unknown = raw.keys() - model.model_fields.keys()
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name not in raw:
            if not (field.is_required() or get_close_matches(name, unknown)):
                found[name] = field.get_default()
            continue
        value = raw[name]
        with suppress(ValidationError):
            alone: dict[str, Any] = {name: (field.annotation, field)}
            found[name] = getattr(create_model(name, __base__=r.Rule, **alone).model_validate({name: value}), name)
            continue
        if name in _PARTS and isinstance(value, list) and value:
            found[name] = [_legible(_PARTS[name], part) for part in value]
        elif name == "final":
            found[name] = _legible((r.Final,), value)
    part = model.model_construct(_fields_set=found.keys() & raw.keys(), **found)
    for name in model.model_fields.keys() - found.keys():
        part.__dict__.pop(name, None)
    return part
