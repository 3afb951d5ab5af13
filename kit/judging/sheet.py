"""What the writer and the reader of a judge's workbook agree on: its columns, its formulas, and its imprint.

The imprint says whose sheet it is and what each cell held when it was exported. It lies encoded on a hidden sheet, so
that no program that saves the workbook again can reword it.
"""

from __future__ import annotations

import base64
import json
import re
from binascii import Error as NotBase64
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Self

from kit.errors import Problem
from kit.history import COMMENTS
from kit.rules import Mean, WeightedMean
from kit.scoring.exact import Exact
from kit.scoring.scores import criterion_factors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.edition import Edition
    from kit.rules import Round, Rules

    Slot = tuple[str, str]  # kind of event, criterion
    Said = dict[tuple[str, str, str], tuple[str, int]]  # entry, kind, criterion: what was said, in which event

HIDDEN = "kit"  # the sheet with the imprint
FORMAT = "kit: lembar penilaian 1"  # its first cell
PROPERTY = "kit"  # the workbook's property that repeats whose it is, in which revision

# Above each column stands, in a hidden row, what it holds; an entry's id stands in a hidden column too.
KEY, HEADER = "kit:key", "kit:header"  # the column of ids, and what it says beside the headers
ENTRY, TITLE, TOTAL, EMPTY = "kit:entry", "kit:title", "kit:total", "kit:empty"

_PIECE = 30_000  # characters; a cell takes 32,767
_BLANK = " \t\n\u00a0\u2007\u202f\u200b\ufeff"
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\u2028\u2029]")


def slots(round_: Round) -> list[Slot]:
    """Return what a judge fills in for an entry: a mark for each criterion, and two comments."""
    return [*(("mark", criterion.id) for criterion in round_.marked), ("comment", "entrant"), ("comment", "internal")]


def column_id(slot: Slot) -> str:
    """Return what stands above the column of a slot."""
    return ":".join(("kit", *slot))


def plain(text: str) -> str:
    """Return a text without the blanks around it, its lines parted as every program parts them."""
    return _BREAK.sub("\n", text).strip(_BLANK)


def number(value: str | Decimal) -> str:
    """Write a mark in its one form: ``4.50`` and ``4.5`` are the same mark."""
    return f"{Decimal(value).normalize():f}" if value != "" else ""


def said_in(edition: Edition, round_id: str) -> dict[str, Said]:
    """Return what each judge's marks and comments in a round are now, cleared ones included."""
    said: dict[str, Said] = {}
    for (judge, entry), sheet in edition.history.sheets(round_id).items():
        for name, at in sheet.numbers.items():
            if name in COMMENTS:
                said.setdefault(judge, {})[entry, "comment", name] = (plain(sheet.comments.get(name, "")), at)
            elif name not in {"flag", "submitted"}:
                said.setdefault(judge, {})[entry, "mark", name] = (number(sheet.marks.get(name, "")), at)
    return said


# Formulas


@dataclass(frozen=True)
class Total:
    """The round's first step, where it makes one number of a judge's marks.

    Args:
        factors: what each criterion's mark is multiplied by.
        terms: the decimals to which the products are rounded, if they are.
        places: the decimals to which their sum is rounded, if it is.
        divisor: what the sum is divided by.
    """

    factors: tuple[Fraction, ...]
    terms: int | None
    places: int | None
    divisor: int

    @classmethod
    def of(cls, rules: Rules, round_: Round) -> Total | None:
        """Return the total that a judge can be shown, or None where the rules begin with the judges."""
        step = round_.score[0]
        if step.over != "criteria" or not isinstance(step, (Mean, WeightedMean)):
            return None
        ones = [Fraction(1)] * len(round_.criteria)
        factors = criterion_factors(step, round_) if isinstance(step, WeightedMean) else ones
        # A spreadsheet rounds halves away from zero; what is rounded otherwise is shown unrounded.
        rounds = rules.rounding == "half_away"
        terms, places = (step.round_terms, step.round) if rounds else (None, None)
        return cls(tuple(factors), terms, places, len(factors) if step.by == "mean" else 1)

    def formula(self, cells: Sequence[str]) -> str:
        """Return the formula over the cells of the criteria, blank while one of them is: blank is not zero."""
        common = 1 if self.terms is not None else Exact.of(self.factors).denominator
        products = [_rounded(f"{_times(factor * common)}{cell}", self.terms)
                    for factor, cell in zip(self.factors, cells, strict=True)]  # fmt: skip
        total = "+".join(products)
        divisor = common * self.divisor
        total = _rounded(total if divisor == 1 else f"({total})/{divisor}", self.places)
        return f'=IF(COUNT({",".join(cells)})<{len(cells)},"",{total})'

    def value(self, marks: Sequence[str]) -> float | str:
        """Return what the formula comes to."""
        if not all(marks):
            return ""
        terms = Exact.of(factor * Fraction(mark) for factor, mark in zip(self.factors, marks, strict=True))
        if self.terms is not None:
            terms = terms.rounded(self.terms, "half_away")
        total = Exact.of([sum(terms.fractions(), Fraction(0)) / self.divisor])
        return float((total if self.places is None else total.rounded(self.places, "half_away")).fractions()[0])


def _times(factor: Fraction) -> str:
    return "" if factor == 1 else f"{factor}*"


def _rounded(formula: str, places: int | None) -> str:
    return formula if places is None else f"ROUND({formula},{places})"


def empty_formula(cells: Sequence[str]) -> str:
    """Return the formula that counts the cells without a mark."""
    return f"={len(cells)}-COUNT({','.join(cells)})"


def same_formula(one: str, other: str) -> bool:
    """Tell whether two formulas are the same but for blanks, case and dollar signs."""
    return re.sub(r"[\s$]", "", one).upper() == re.sub(r"[\s$]", "", other).upper()


# The imprint


@dataclass(frozen=True)
class Imprint:
    """What a workbook knows about itself.

    Args:
        edition: the edition's name.
        round: the round's id.
        judge_id: whose sheet it is.
        last: the number of the judge's last event in the round when it was exported, 0 for none.
        titles: the entries on it with their titles.
        base: what each filled cell held, by entry, kind and criterion.
    """

    edition: str
    round: str
    judge_id: str
    last: int
    titles: Mapping[str, str]
    base: Mapping[tuple[str, str, str], str]
    format: ClassVar[str] = FORMAT

    @property
    def revision(self) -> str:
        """How far the judge was at the export, and a hash over all of this."""
        return f"{self.last}-{sha256(self._document().encode()).hexdigest()[:12]}"

    @property
    def name(self) -> str:
        """Whose sheet it is, in which revision: what the workbook's property says."""
        return f"{self.edition} {self.round} {self.judge_id} {self.revision}"

    def _document(self) -> str:
        base = sorted([*key, text] for key, text in self.base.items())
        return json.dumps({**vars(self), "titles": dict(self.titles), "base": base}, sort_keys=True)

    def cells(self) -> Iterator[str]:
        """Yield the first column of the hidden sheet."""
        encoded = base64.b64encode(self._document().encode()).decode()
        yield from (self.format, self.revision)
        yield from (encoded[at : at + _PIECE] for at in range(0, len(encoded), _PIECE))

    @classmethod
    def of(cls, cells: Sequence[str], file: str) -> Self:
        """Read the hidden sheet of ``file``.

        Raises:
            hidden_data_changed: it does not hold what was written.
        """
        try:
            document = json.loads(base64.b64decode("".join(cells[2:]), validate=True))
            base = {(entry, kind, criterion): text for entry, kind, criterion, text in document.pop("base")}
            found = cls(**document, base=base)
        except (NotBase64, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Problem("hidden_data_changed", file=file) from None
        if found.revision != cells[1]:
            raise Problem("hidden_data_changed", file=file)
        return found
