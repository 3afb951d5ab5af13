"""Rules as data: read a rules file exactly, and say every mistake with its line.

The plain YAML loaders turn ``0.1`` into a float, ``NO`` into ``False`` and ``12:30`` into a number, and forget lines;
so YAML is read here, into text and exact numbers. What a file may say stands in :mod:`kit.rules.grammar`, what
contradicts itself in :mod:`kit.rules.consistency`. Read the grammar first.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from ruamel.yaml import YAML, MappingNode, SequenceNode
from ruamel.yaml.error import YAMLError

from kit.errors import Collector, Problem
from kit.rules.consistency import contradictions
from kit.rules.grammar import *  # noqa: F403
from kit.rules.grammar import Rules
from kit.rules.legible import read_part
from kit.tables import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ruamel.yaml import Node

    from kit.rules.legible import Model, Place

Value: TypeAlias = "bool | int | Decimal | str | list[Value] | dict[str, Value] | None"

_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}  # the tags of what is no text
# What a number looks like in YAML 1.1; 1.2 has more forms, such as 1e3, which are text here as they have always been.
_INTEGER = re.compile(r"[-+]?(0[0-7]*|[1-9][0-9]*)(?<!.{40})")
_DECIMAL = re.compile(r"([-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?")
LARGEST = 300_000  # bytes of a file; rules have about 10,000
_EXPANDED = 2_000_000  # values and characters once the aliases are written out
_EXPONENT = 40  # of a number, at most


class YamlTooLarge(Problem, ValueError):
    """A YAML file repeats parts of itself by aliases until it is larger than any rules."""


def read_rules(path: Path) -> tuple[Rules, str]:
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
    return _read(path.name, read_bytes(path, LARGEST), Rules)


def rules_of(text: str) -> Rules:
    """Return the rules that the text of a rules file states.

    Raises:
        Problem: as :func:`read_rules`, of ``rules.yaml``.
    """
    return _read("rules.yaml", text.encode(), Rules)[0]


def read_as(path: Path, model: type[Model]) -> Model:
    """Read another YAML file of an edition as what a model says of it.

    Raises:
        file_missing, not_utf8, not_yaml: as :func:`read_rules`.
        Mistakes: everything that the model does not know, with its line.
    """
    return _read(path.name, read_bytes(path, LARGEST), model)[0]


def _read(file: str, data: bytes, model: type[Model]) -> tuple[Model, str]:
    mistakes = Collector()
    document, lines = read_yaml(file, data, mistakes)
    part, found = read_part(model, document, file)
    for place, mistake in [*found, *contradictions(part)]:
        mistakes.add(mistake.at(file=file, row=line_of(lines, place)))
    mistakes.found.sort(key=lambda mistake: int(str(mistake.data["row"])))
    mistakes.stop_if_any()
    return part, canonical(document)


def canonical(document: object) -> str:
    """Write a document as JSON whose bytes depend on its content alone."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of a place, or of the nearest thing around it that stands in the file."""
    while place not in lines:
        place = place[:-1]
    return lines[place]


def read_yaml(file: str, data: bytes, mistakes: Collector) -> tuple[Value, dict[Place, int]]:
    """Read the bytes of a YAML file exactly: its content, and the line of each place in it.

    Raises:
        Problem: it cannot be read; ``mistakes`` gets keys that stand twice.
    """
    lines: dict[Place, int] = {(): 1}
    try:
        root = composed(data.decode("utf-8-sig"))
        document = value_of(root, (), lines, mistakes, file) if root else None
    except UnicodeDecodeError:
        raise Problem("not_utf8", file=file) from None
    except YamlTooLarge as mistake:
        raise mistake.at(file=file) from None
    except (YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Problem("not_yaml", file=file, row=mark.line + 1 if mark else None) from None
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


# Every action reads the rules on disk again, and they are mostly the same; who reads the nodes does not change them.
composed = lru_cache(maxsize=8)(compose)


def _measure(node: Node, sizes: dict[int, int]) -> int:
    """Count the values and characters of a node, its aliases written out."""
    if id(node) not in sizes:
        parts = chain.from_iterable(node.value) if isinstance(node, MappingNode) else node.value
        own = len(parts) if isinstance(parts, str) else sum(_measure(part, sizes) for part in parts)
        sizes[id(node)] = own + 1
        if own >= _EXPANDED:
            raise YamlTooLarge(row=node.start_mark.line + 1)
    return sizes[id(node)]


def value_of(node: Node, place: Place, lines: dict[Place, int], mistakes: Collector, file: str) -> Value:
    """Return what a node says; ``lines`` gets the line of each place, ``mistakes`` the keys that stand twice."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, SequenceNode):
        return [value_of(item, (*place, n), lines, mistakes, file) for n, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        return plain_scalar(str(node.value)) if node.tag in _PLAIN else str(node.value)
    mapping: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in mapping:
            mistakes.add(Problem("key_twice", file=file, row=line, key=key))
        lines[*place, key] = line
        mapping[key] = value_of(value_node, (*place, key), lines, mistakes, file)
    return mapping


def plain_scalar(text: str) -> Value:
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
