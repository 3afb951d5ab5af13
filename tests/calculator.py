"""A pocket calculator: works out the printed lines of an explanation again, from what is printed alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"-?\d[\d.]*(?:,\d+)?…?"
_PIECE = rf"(?:-?\d+/\d+|{_NUMBER})(?: × {_NUMBER})?"
_TERM = rf"(?:\[{_PIECE} → {_NUMBER}\]|{_PIECE})"
_SUM = rf"{_TERM}(?: \+ {_TERM})*"
_LEFT = rf"\((?P<inner>{_SUM})\) ÷ (?P<count>\d+)(?: × (?P<panel>\d+))?|(?P<plain>{_SUM})"
_SORTED = rf"diurutkan (?P<sorted>{_TERM}(?:; {_TERM})*) → "
_END = rf"(?: = (?P<total>{_NUMBER}))?(?: → dibulatkan menjadi (?P<rounded>{_NUMBER}))?"
_NAME = r"(?:(?P<name>Juri [A-Z]+|\w+): )?"
LINE = re.compile(rf"{_NAME}(?:{_SORTED})?(?:{_LEFT}){_END}")
LIMITS = re.compile(rf"{_NAME}rata-rata semua juri (?P<mean>.+); batasnya (?P<low>{_NUMBER}) dan (?P<high>{_NUMBER})")


@dataclass(frozen=True)
class Worked:
    """One printed line.

    Args:
        name: whose line it is, if it says so.
        inputs: the numbers that go in, as printed: marks, or results of the step before.
        terms: what they became before they were added up.
        value: what comes out, worked out from the line; inexact where the line prints ``…``.
        result: what comes out, as printed: rounded if it was rounded.
    """

    name: str
    inputs: list[str]
    terms: list[str]
    value: Fraction
    result: str


def number(text: str) -> Fraction:
    """Read a number as Indonesians write it, or a fraction."""
    return Fraction(text.rstrip("…").replace(".", "").replace(",", "."))


def worth(piece: str) -> Fraction:
    """The value of a number, or of a factor and a number."""
    factor, _, value = piece.rpartition(" × ")
    return number(value) * (number(factor) if factor else 1)


def slack(*texts: str) -> Fraction:
    """How much the numbers that print ``…`` may lack together."""
    return sum((Fraction(1, 10**4) for text in texts if text.endswith("…")), Fraction(0))


def work_out(line: str) -> Worked | None:
    """Work a line out again; None if it is no sum.

    Raises:
        AssertionError: the line is wrong.
    """
    found = LINE.fullmatch(line)
    if not found:
        return None
    terms = re.findall(_TERM, found["inner"] or found["plain"])
    inputs, became, total, unsure = [], [], Fraction(0), Fraction(0)
    for term in terms:
        shown, _, changed = term.strip("[]").partition(" → ")
        factor, _, value = shown.rpartition(" × ")
        inputs.append(value)
        became.append(changed or shown)
        total += worth(changed or shown)
        unsure += (
            slack(changed)
            if changed
            else slack(value) * abs(number(factor or "1")) + slack(factor) * abs(number(value))
        )
    if found["count"]:
        assert int(found["count"]) == len(terms)
        total, unsure = (part / len(terms) * int(found["panel"] or 1) for part in (total, unsure))
    if found["sorted"]:
        order = re.findall(_TERM, found["sorted"])
        values = [number(term.strip("[]").rpartition("→ ")[2]) for term in order]
        assert values == sorted(values), line
        assert any(order[n : n + len(terms)] == terms for n in range(len(order))), line
        inputs = [term.strip("[]").partition(" → ")[0] for term in order]
    shown = found["total"] or became[0]
    assert abs(total - number(shown)) <= unsure + slack(shown), line
    assert shown.endswith("…") or unsure or total == number(shown), line
    if rounded := found["rounded"]:
        half = Fraction(1, 2 * 10 ** len(rounded.partition(",")[2]))
        assert abs(total - number(rounded)) <= half + unsure, line
    return Worked(found["name"] or "", inputs, became, total, rounded or shown)
