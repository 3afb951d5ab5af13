"""Reading a document as a model so that a mistake hides no other: what is right of it stays, and all else is named."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, field_validator, model_validator

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import ValidationInfo
    from pydantic_core import ErrorDetails

Place: TypeAlias = tuple[str | int, ...]  # the keys and positions that lead to a value
Finding: TypeAlias = tuple[Place, Problem]
Model = TypeVar("Model", bound="Rule")

_QUOTED = re.compile(r"'([^']*)'")


class Illegible(Exception):
    """What stands in the place of a value that cannot be read; using such a value raises it.

    Args:
        details: what pydantic found wrong there; without any, it has been said elsewhere.
    """

    def __init__(self, *details: Any) -> None:  # noqa: ANN401  (dictionaries, as pydantic has them)
        super().__init__()
        self.details = details

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name) if name.startswith("__") else self


def legible(value: object, handler: Callable[[object], Any], info: ValidationInfo) -> Any:  # noqa: ANN401
    """Where mistakes are gathered, put an :class:`Illegible` in the place of a value that cannot be read."""
    if info.context is None or isinstance(value, Illegible):
        return value if isinstance(value, Illegible) else handler(value)
    try:
        return handler(value)
    except ValidationError as error:
        found = error.errors()
        # A list that is short because its items are wrong is not too short as well.
        return Illegible(*(one for one in found if one["type"] != "too_short" or len(found) == 1))


class Rule(BaseModel):
    """Whatever a rules file says: keys that nobody knows and values of another type are refused.

    :func:`read_part` gathers mistakes instead; of a part, a field that could not be read raises :class:`Illegible`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    _illegible: dict[str, Illegible] = PrivateAttr(default_factory=dict)

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401  (pydantic's)
        """Read each field by :func:`legible`, but for the one that tells members of a union apart."""
        super().__init_subclass__(**options)
        if names := {name for name in cls.__annotations__ if name != "by" and name[0] != "_"}:
            setattr(cls, f"_read_{cls.__name__}", field_validator(*names, mode="wrap")(legible))

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: object, handler: Callable[[object], Self], info: ValidationInfo) -> Any:  # noqa: ANN401
        if info.context is None or not isinstance(value, dict):
            return legible(value, handler, info)
        fields, unknown = cls.model_fields, [key for key in value if key not in cls.model_fields]
        absent = Illegible({"type": "missing", "loc": (), "input": None})
        needed = {name: absent for name, field in fields.items() if field.is_required()}
        part = handler(needed | {key: found for key, found in value.items() if key in fields})
        bad = {name: found for name, found in vars(part).items() if isinstance(found, Illegible)}
        # A key that is not there does not stand for its default beside an unknown one that looks like it.
        bad |= {name: Illegible() for name in fields if name not in {*value, *bad} and get_close_matches(name, unknown)}
        for name in bad:
            del vars(part)[name]
        for key in unknown:
            bad[key] = Illegible({"type": "unknown", "loc": (), "input": value[key], "ctx": {"known": [*fields]}})
        part._illegible.update(bad)  # noqa: SLF001  (it is one of these)
        return part

    def inside(self) -> dict[str, object]:
        """Return what stands under each key of the file, and under those that it lacks."""
        return vars(self) | self._illegible

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Raise what stands in the place of a field; called where the field has no value."""
            if name in type(self).model_fields:
                raise Illegible
            return super().__getattr__(name)


def read_part(model: type[Model], document: object, file: str) -> tuple[Model, list[Finding]]:
    """Read a document as a model: what is right of it, and all that the grammar does not know, with its place."""
    whole = model.model_validate(document, context="gather")
    bad = [(place, part) for place, part in parts(whole) if isinstance(part, Illegible)]
    return whole, [_finding((*place, *one["loc"]), one, file) for place, part in bad for one in part.details]


def parts(value: object, place: Place = ()) -> Iterator[tuple[Place, Rule | Illegible]]:
    """Give a part and every part inside, with its place."""
    if isinstance(value, (Rule, Illegible)):
        yield place, value
    inside = value.inside() if isinstance(value, Rule) else value
    items = enumerate(inside) if isinstance(inside, tuple) else inside.items() if isinstance(inside, dict) else ()
    for key, part in items:
        yield from parts(part, (*place, key))


def _finding(place: Place, detail: ErrorDetails, file: str) -> Finding:
    """Say in the kit's words what pydantic found."""
    context, value = detail.get("ctx", {}), detail["input"]
    key, shown = str(place[-1]) if place else file, _shown(value)
    mistake = _out_of_bounds(detail["type"], context, key, shown)
    match detail["type"]:
        case "unknown":
            mistake = Problem("unknown_key", key=key, known=context["known"])
        case "union_tag_not_found":
            mistake = Problem("key_missing", key="by")
        case "union_tag_invalid":
            place, choices = (*place, "by"), _QUOTED.findall(context["expected_tags"])
            mistake = Problem("unknown_choice", key="by", value=context["tag"], choices=choices)
        case "literal_error" if key == "[key]":  # of a mapping with keys of its own
            place, known = place[:-1], _QUOTED.findall(context["expected"])
            mistake = Problem("unknown_key", key=place[-1], known=known)
        case "literal_error":
            mistake = Problem("unknown_choice", key=key, value=shown, choices=_QUOTED.findall(context["expected"]))
        case "string_pattern_mismatch" | "string_too_long":
            mistake = Problem("unknown_choice", key=key, value=shown, choices="A–Z a–z 0–9 . _ -")
        case kind if kind == "missing" or value is None:
            mistake = Problem("key_missing", key=key)
        case "date_type":
            mistake = Problem("unclear_date", value=shown)
        case kind if kind.endswith(("_type", "_parsing", "is_instance_of")):
            mistake = Problem("wrong_type", key=key, value=shown)
    return place, mistake


def _out_of_bounds(kind: str, context: Mapping[str, object], key: str, shown: str) -> Problem:
    """Say which bound a number or the length of a list is beyond."""
    match kind:
        case "greater_than":
            return Problem("number_not_above", key=key, value=shown, bound=context["gt"])
        case "greater_than_equal":
            return Problem("number_too_small", key=key, value=shown, bound=context["ge"])
        case "less_than_equal":
            return Problem("number_too_large", key=key, value=shown, bound=context["le"])
        case "decimal_max_digits":
            return Problem("number_too_long", key=key, value=shown, n=context["max_digits"])
        case "too_short":
            return Problem("list_too_short", key=key, n=context["min_length"])
    return Problem("impossible_number", key=key, value=shown)


def _shown(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    return str(value).lower() if isinstance(value, bool) else str(value)
