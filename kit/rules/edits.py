"""Changes to the text of a rules file: what a change is not about stays as it is, to the letter, comments included.

Places are keys and positions, such as ``("rounds", 0, "scale", "low")``. What is written is held against the content
that it should have, so that a change is right or refused.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruamel.yaml import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.error import YAMLError

from kit.errors import Collector, Problem
from kit.rules import composed, plain_scalar, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ruamel.yaml import Node

    from kit.rules.legible import Place

_PLAIN = re.compile(r"\w(?:[\w ./()&%+'-]*[\w.)%])?")  # what needs no quotes, wherever it stands
_LONGEST = 110  # characters of what is written in one line


def content(text: str) -> Any:  # noqa: ANN401  (a document)
    """Return what a text says: texts, exact numbers, lists and mappings.

    Raises:
        not_yaml: it is not YAML.
    """
    node = _composed(text)
    return value_of(node, (), {}, Collector(), "") if node else {}


def at(document: Any, place: Place, otherwise: Any = None) -> Any:  # noqa: ANN401
    """Return what stands at a place of a document, whatever is in it, or ``otherwise`` where nothing does."""
    for key in place:
        known = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
        if key not in known:
            return otherwise
        document = document[key]
    return document


def put(text: str, place: Place, value: object) -> str:
    """Return the text with another value at a place; a key that is not there is made, with those above it.

    Raises:
        change_by_hand: this cannot be changed without changing more.
        not_yaml: the text is not YAML.
    """
    if place[:-1] and at(content(text), place[:-1]) is None:
        return put(text, place[:-1], {place[-1]: value})

    def change(document: Any) -> None:  # noqa: ANN401
        at(document, place[:-1])[place[-1]] = value

    parent = _node(text, place[:-1])
    if isinstance(parent, SequenceNode) != isinstance(place[-1], int):
        raise Problem("change_by_hand", place=_said(place))
    if (child := _child(parent, place[-1])) is None:
        return _checked(text, _with_child(text, parent, value, str(place[-1])), change)
    start, end = child.start_mark.index, _end(child)
    quoted = isinstance(child, ScalarNode) and child.style in {"'", '"'}
    written = _flow(value, quoted=quoted) if isinstance(child, ScalarNode) or _is_flow(child) else ""
    if not written:  # a block makes room for a value in one line
        key = _key(parent, place[-1])
        start = text.index(":", key.end_mark.index) + 1 if key else start
        written = f" {_flow(value)}" if key else _flow(value)
    if start == end and text[start - 1 : start] == ":":  # a key without anything
        written = f" {written}"
    new = text[:start] + written + ("\n" if text[start:end].endswith("\n") else "") + text[end:]
    return _checked(text, new, change)


def add(text: str, place: Place, value: object) -> str:
    """Return the text with one more item at the end of a list, which is made where it is not there.

    Raises:
        change_by_hand, not_yaml: as :func:`put`.
    """
    if at(content(text), place) in (None, []):
        return put(text, place, [value])
    new = _with_child(text, _node(text, place), value)
    return _checked(text, new, lambda document: at(document, place).append(value))


def drop(text: str, place: Place) -> str:
    """Return the text without a key or an item; what it leaves empty goes with it. It may be gone already.

    Raises:
        change_by_hand, not_yaml: as :func:`put`.
    """
    if at(content(text), place, _NONE) is _NONE:
        return text
    while len(place) > 1 and len(at(content(text), place[:-1])) == 1:
        place = place[:-1]

    def change(document: Any) -> None:  # noqa: ANN401
        del at(document, place[:-1])[place[-1]]

    parent = _node(text, place[:-1])
    items = [(key or value, value) for key, value in _items(parent)]
    names = [key.value for key, _ in parent.value] if isinstance(parent, MappingNode) else [*range(len(items))]
    n = [str(name) for name in names].index(str(place[-1]))
    if _is_flow(parent):
        start = items[n][0].start_mark.index if n < len(items) - 1 else _end(items[n - 1][1]) if n else 0
        end = items[n + 1][0].start_mark.index if n < len(items) - 1 else _end(items[n][1])
        start = start or items[n][0].start_mark.index
    else:
        start = text.rfind("\n", 0, items[n][0].start_mark.index) + 1
        end = _line_end(text, _end(items[n][1])) + 1
    return _checked(text, text[:start] + text[end:], change)


def reorder(text: str, place: Place, order: Sequence[int]) -> str:
    """Return the text with the items of a list in another order; comments between them stay where they are.

    Args:
        text: the rules.
        place: of the list.
        order: the position that each item has now.

    Raises:
        change_by_hand, not_yaml: as :func:`put`.
    """
    ends = [(item.start_mark.index, _end(item)) for _, item in _items(_node(text, place))]
    spans = [(start, end - (text[end - 1] == "\n")) for start, end in ends]
    new = text
    for (start, end), n in reversed([*zip(spans, order, strict=True)]):
        new = new[:start] + text[slice(*spans[n])] + new[end:]

    def change(document: Any) -> None:  # noqa: ANN401
        items = at(document, place)
        items[:] = [items[n] for n in order]

    return _checked(text, new, change)


# Nodes and their places in the text

_NONE = object()


def _composed(text: str) -> Node | None:
    try:
        return composed(text)
    except (YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Problem("not_yaml", file="rules.yaml", row=mark.line + 1 if mark else None) from None


def _items(node: Node) -> list[tuple[Node | None, Node]]:
    return node.value if isinstance(node, MappingNode) else [(None, item) for item in node.value]


def _child(node: Node, key: str | int) -> Node | None:
    if isinstance(node, SequenceNode):
        return node.value[key] if isinstance(key, int) and key < len(node.value) else None
    return next((value for name, value in node.value if name.value == key), None)


def _key(node: Node, key: str | int) -> Node | None:
    return next((name for name, _ in _items(node) if name is not None and name.value == key), None)


def _node(text: str, place: Place) -> Node:
    node = _composed(text)
    for key in place:
        node = _child(node, key) if isinstance(node, (MappingNode, SequenceNode)) else None
    if not isinstance(node, (MappingNode, SequenceNode)):
        raise Problem("change_by_hand", place=_said(place))
    return node


def _is_flow(node: Node) -> bool:
    """Tell whether a mapping or list stands in brackets."""
    return bool(getattr(node, "flow_style", False))


def _end(node: Node) -> int:
    """Return where a value ends; a block reaches to the end of its last part, and not to what follows it."""
    if isinstance(node, (MappingNode, SequenceNode)) and node.value and not _is_flow(node):
        return _end(_items(node)[-1][1])
    return int(node.end_mark.index)


def _line_end(text: str, position: int) -> int:
    if text[position - 1 : position] == "\n":  # a text in lines ends after its last one
        return position - 1
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _with_child(text: str, parent: Node, value: object, key: str | None = None) -> str:
    """Return the text with one more key or item at the end of a mapping or list."""
    lead = "" if key is None else f"{key}: "
    if not parent.value:
        start, end = parent.start_mark.index, parent.end_mark.index
        written = f"[{_flow(value)}]" if key is None else f"{{{lead}{_flow(value)}}}"
        return text[:start] + written + text[end:]
    position = _end(_items(parent)[-1][1])
    if _is_flow(parent):
        return f"{text[:position]}, {lead}{_flow(value)}{text[position:]}"
    position = _line_end(text, position)
    indent = " " * parent.start_mark.column
    written = _block_item(value, indent) if key is None else _block_key(key, value, indent)
    return f"{text[:position]}\n{written}{text[position:]}"


def _checked(old: str, new: str, change: Callable[[Any], None]) -> str:
    """Return the new text if it says what the old one does with this change, and nothing else."""
    wanted = deepcopy(content(old))
    change(wanted)
    try:
        same = content(new) == wanted
    except Problem:
        same = False
    if not same:
        raise Problem("change_by_hand", place=_said(_difference(content(old), wanted)))
    return new


def _difference(old: Any, new: Any, place: Place = ()) -> Place:  # noqa: ANN401
    """Return the place of the first difference."""
    if type(old) is type(new) and isinstance(old, (dict, list)):
        keys = [*old, *(key for key in new if key not in old)] if isinstance(old, dict) else range(len(old))
        for key in keys:
            one, other = (at(part, (key,), _NONE) for part in (old, new))
            if one != other:
                return _difference(one, other, (*place, key))
    return place


def _said(place: Place) -> str:
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in place).lstrip(".")


# Values as YAML


def _flow(value: object, *, quoted: bool = False) -> str:
    """Write a value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    said = str(value)
    plain = not quoted and _PLAIN.fullmatch(said) and plain_scalar(said) == said
    return said if plain else json.dumps(said, ensure_ascii=False)


def _block_key(key: str, value: object, indent: str) -> str:
    """Write a key with its value, in one line if there is room."""
    line = f"{indent}{key}: {_flow(value)}"
    if len(line) <= _LONGEST or not isinstance(value, (dict, list)):
        return line
    inside = f"{indent}  "
    if isinstance(value, dict):
        return "\n".join([f"{indent}{key}:", *(_block_key(name, part, inside) for name, part in value.items())])
    return "\n".join([f"{indent}{key}:", *(_block_item(part, inside) for part in value)])


def _block_item(value: object, indent: str) -> str:
    """Write an item of a list, in one line if there is room."""
    line = f"{indent}- {_flow(value)}"
    if len(line) <= _LONGEST or not isinstance(value, dict):
        return line
    keys = [_block_key(name, part, f"{indent}  ") for name, part in value.items()]
    return "\n".join([f"{indent}- {keys[0].lstrip()}", *keys[1:]])
