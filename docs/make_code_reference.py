"""Write the reference of the rules file and of the public Python API from the code: docs/reference/rules.md, api.md.

python docs/make_code_reference.py
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import kit.contest.rounds
import kit.edition
import kit.explain
import kit.fairness
import kit.history
from kit.rules import grammar as rules

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "reference"

# The rules file ---------------------------------------------------------------------------------------------------

# In the order in which a reader meets them; each with its heading.
MODELS: dict[type[BaseModel], str] = {
    rules.Rules: "The file",
    rules.Localized: "Text",
    rules.Group: "A group",
    rules.Category: "A category",
    rules.Round: "A round",
    rules.Item: "An item of a checklist",
    rules.Panel: "A panel",
    rules.Jury: "A jury",
    rules.Scale: "A scale",
    rules.Criterion: "A criterion",
    rules.Band: "A band",
    rules.Mean: "Step: mean, sum",
    rules.WeightedMean: "Step: weighted_mean, weighted_sum",
    rules.Median: "Step: median",
    rules.TrimmedMean: "Step: trimmed_mean, trimmed_sum",
    rules.ClippedMean: "Step: clipped_mean",
    rules.Points: "Step: points",
    rules.Ballots: "Step: majority, pairwise, runoff",
    rules.ZScore: "Step: z_score",
    rules.Adjust: "Step: add, times, share",
    rules.Last: "Step: last",
    rules.ByCriteria: "Tie rule: criteria",
    rules.ByRound: "Tie rule: round",
    rules.ByHeadCount: "Tie rule: head_count",
    rules.ByOrderOfParts: "Tie rule: countback, next_best",
    rules.ByColumn: "Tie rule: column",
    rules.ByPeople: "Tie rule: shared, judges_decide",
    rules.Advance: "Who goes on",
    rules.Final: "The final",
    rules.Awards: "Awards",
    rules.Basis: "What an award goes by",
}
RULES = """\
# Reference: the rules file

This page is made from `kit/rules/grammar.py` by `python docs/make_code_reference.py`; change the docstrings there.
How to write a rules file, with examples: [Rules](../guides/rules.md).

A key that is not in these tables is refused, and so is a value of another kind. A key without an entry under "unless
said" has to be there. An id is made of letters, digits, `.`, `_` and `-`, at most 40 of them, and begins with a
letter or a digit.

The examples are parts of the file: the key as it is written in the place that the heading names. They stand in
`docs/rule_examples.yaml`, and a test reads each of them.
"""
KINDS = (
    (rules.Id, "id"),
    (rules.Number, "number"),
    (rules.Positive, "number above 0"),
    (rules.Places, "whole number, 0 to 9"),
    (rules.Count, "whole number from 0"),
    (rules.Day, "day, `2026-08-15` or `15 Agustus 2026`"),
    (rules.Step, "one of the steps below"),
    (rules.TieRule, "one of the tie rules below"),
    (str, "text"),
    (int, "whole number"),
    (bool, "`true` or `false`"),
)
FIRST = "by over"  # keys that tell one step or tie rule from another stand before the others


def rules_page() -> str:
    """Return the page on the rules file."""
    parts, examples = [RULES], _examples()
    for model, title in MODELS.items():
        parts += [f"## {title}\n", _text(model)]
        documented = {**_documented(rules._Step), **_documented(model)}  # noqa: SLF001  (what all steps share)
        if model is rules.Localized:
            continue
        rows = ["| key | what it says | kind of value | unless said | example |", "|---|---|---|---|---|"]
        for name, field in sorted(model.model_fields.items(), key=lambda item: FIRST.find(item[0]), reverse=True):
            hint = get_type_hints(model, include_extras=True)[name]
            example = f"`{examples[model.__name__, name]}`"
            rows.append(f"| `{name}` | {documented[name]} | {_kind(hint)} | {_default(field.default)} | {example} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _examples() -> dict[tuple[str, str], str]:
    """Return the example of each key by model and key, as it is written."""
    found, model = {}, ""
    for line in (FOLDER.parent / "rule_examples.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            found[model, line.split(":")[0].strip()] = line.strip()
        elif not line.startswith("#"):
            model = line.rstrip(":")
    return found


def _documented(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring below each field of a model."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[ast.unparse(field.target)] = " ".join(str(after.value.value).split())
    return found


def _kind(hint: Any) -> str:  # noqa: ANN401  (any annotation)
    """Return a type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        words = f"[{MODELS[hint].lower()}]({_anchor(hint)})"
    elif named := [kind for known, kind in KINDS if hint == known]:
        (words,) = named
    elif origin is Annotated:
        least = [getattr(part, "ge", None) for part in hint.__metadata__ for part in getattr(part, "metadata", [part])]
        words = _kind(arguments[0]) + (" from 1" if 1 in least else "")
    elif origin is Literal:
        words = ", ".join(f"`{choice}`" for choice in arguments)
    elif origin in {Union, types.UnionType}:
        words = _kind(next(part for part in arguments if part is not type(None)))
    elif origin is tuple:
        words = f"list of: {_kind(arguments[0])}"
    else:
        words = f"mapping: {_kind(arguments[0])} to {_kind(arguments[1])}"
    return words


def _anchor(model: type[BaseModel]) -> str:
    return "#" + re.sub(r"[^\w -]", "", MODELS[model].lower()).replace(" ", "-")


def _default(value: object) -> str:
    if value is PydanticUndefined:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (str, int, Decimal)):
        return f"`{value}`"
    if value == (rules.Last(over="rounds", by="last"),):
        return "the last round alone"
    return "as below" if isinstance(value, BaseModel) else "none"


# The public API ---------------------------------------------------------------------------------------------------

API = """\
# Reference: Python

This page is made from docstrings by `python docs/make_code_reference.py`; change them there. What an analyst needs
first is in [Analysis in Python](../guides/analysis.md).
"""
CLASSES = {
    "kit.Contest": kit.Contest,
    "Edition": kit.edition.Edition,
    "History": kit.history.History,
}
ROUNDS = (
    "gate",
    "open",
    "close",
    "missing",
    "open_readings",
    "accept_changes",
    "publish",
    "differences",
    "unpublished",
)
HOW_TO_GET = {
    "Edition": "A `kit.Contest` offers all of this as well.",
    "History": "`contest.history` of an opened edition.",
}


def api_page() -> str:
    """Return the page on what is offered to Python."""
    parts = [
        API,
        "## kit\n",
        *(_callable(f"kit.{name}", getattr(kit, name)) for name in ("open", "editions", "compare")),
    ]
    for name, class_ in CLASSES.items():
        parts += [f"## {name}\n", *([HOW_TO_GET[name] + "\n"] if name in HOW_TO_GET else []), _text(class_)]
        parts += [_member(member, inspect.getattr_static(class_, member)) for member in _members(class_)]
    parts += ["## kit.contest.rounds\n", _text(kit.contest.rounds)]
    parts += [_callable(f"rounds.{name}", getattr(kit.contest.rounds, name)) for name in ROUNDS]
    parts += ["## kit.explain\n", _callable("explain", kit.explain.explain), "## kit.fairness\n", _text(kit.fairness)]
    parts += [
        _callable(name, getattr(kit.fairness, name)) for name in kit.fairness.__all__ if _shown(kit.fairness, name)
    ]
    return "\n".join(part for part in parts if part)


def _shown(module: types.ModuleType, name: str) -> bool:
    offered = getattr(module, name)
    return callable(offered) and not (inspect.isclass(offered) and issubclass(offered, Exception))


def _members(class_: type) -> Iterator[str]:
    return (name for name, member in vars(class_).items() if not name.startswith("_") and _has_text(member))


def _has_text(member: object) -> bool:
    return bool(inspect.getdoc(getattr(member, "func", member))) and isinstance(
        member, (types.FunctionType, property, cached_property)
    )


def _member(name: str, member: Any) -> str:  # noqa: ANN401  (a function or a property)
    if isinstance(member, types.FunctionType):
        return _callable(name, member)
    return f"### `{name}`\n\n{_text(member)}"


class _Bare(str):
    """An annotation that a signature shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _callable(name: str, member: Any) -> str:  # noqa: ANN401  (a function or a class)
    if inspect.isclass(member):
        return f"### `{name}`\n\n{_text(member)}"
    shown = inspect.signature(member)
    bare = [part.replace(annotation=_Bare(part.annotation)) for part in shown.parameters.values()]
    taken = [part for part in bare if part.name != "self"]
    shown = shown.replace(parameters=taken, return_annotation=_Bare(shown.return_annotation))
    return f"### `{name}`\n\n```text\n{name.rpartition('.')[2]}{shown}\n```\n\n{_text(member)}"


def _text(documented: object) -> str:
    """Return a docstring as Markdown: sections as lists, roles as code."""
    text = inspect.getdoc(documented) or ""
    text = re.sub(r":\w+:`~?([^`]*)`", lambda found: f"`{found[1].rpartition('.')[2]}`", text)
    text = text.replace("``", "`")
    # An example that runs becomes a block of code.
    text = re.sub(r"(?m)^ {4}>>> (?:.*\n?)(?: {4}\S.*\n?)*", lambda found: _fenced(found[0]), text)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if section := re.fullmatch(r"(Args|Raises|Returns|Yields|Example|Examples):", line):
            lines += [f"**{section[1]}**", ""]
            inside = section[1] in {"Args", "Raises"}
        elif inside and (item := re.fullmatch(r" {4}(\S[^:]*): (.*)", line)):
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif inside and line.startswith(" "):
            lines.append(f"  {line.strip()}")
        else:
            inside = inside and not line
            lines.append(line.removeprefix("    ") if lines and line.startswith("    ") and not inside else line)
    return "\n".join(lines) + "\n"


def _fenced(example: str) -> str:
    return f"```pycon\n{textwrap.dedent(example).rstrip()}\n```\n"


PAGES = {"rules.md": rules_page, "api.md": api_page}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, page in PAGES.items():
        (FOLDER / file).write_text(page(), encoding="utf-8", newline="\n")
