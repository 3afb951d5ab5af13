"""Events held against the rules and registers that they are about."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, cast

from kit.errors import Known, Problem
from kit.scoring.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from kit.ledger._events import Fields
    from kit.registers import Registers
    from kit.rules import Rules

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch  # whatever else stands there, the ledger names
_OF_INNOVATIONS = {"follow_up"}  # their entry is an innovation, of whatever edition


def misfits(rows: Iterable[Fields], rules: Rules, registers: Registers) -> list[Problem]:
    """Return what events name that rules and registers do not know, and marks outside their scale, each once.

    Args:
        rows: events; those that say the same about the same are looked at once.
        rules: the contest.
        registers: its entries and judges.
    """
    rounds = Known([*(round_.id for round_ in rules.rounds), FINAL], "unknown_round")
    judges = Known(registers.judges["judge_id"], "unknown_judge")
    entries = Known(registers.entries["entry_id"], "unknown_entry")
    found = _Found()
    corrected: dict[tuple[str, str], str] = {}
    for _, _, kind, round_, judge, entry, criterion, value, _ in rows:
        if kind in _OF_INNOVATIONS:
            continue
        found.look(rounds, round_)
        found.look(judges, judge, value if kind == "substituted" else "")
        found.look(entries, entry, *_entries_named(kind, value))
        if kind == "correction":
            corrected[entry, criterion] = value
        elif kind in {"mark", "typed"} and value and round_ in rounds.known:
            found.check((round_, criterion, value), partial(_require_on_scale, rules, round_, criterion, value))
    for (_, column), value in corrected.items():  # of several the last stands
        found.check((column, value), partial(registers.correction, rules, column, value))
    return [*found.mistakes]


class _Found:
    """Gathers mistakes, and looks at nothing twice."""

    def __init__(self) -> None:
        self.mistakes: dict[Problem, None] = {}
        self._seen: set[tuple[object, ...]] = set()

    def look(self, known: Known, *names: str) -> None:
        for name in filter(None, names):
            self.check((known, name), partial(known, name))

    def check(self, about: tuple[object, ...], rule: Callable[[], object]) -> None:
        if about not in self._seen:
            self._seen.add(about)
            try:
                rule()
            except Problem as mistake:
                self.mistakes[mistake] = None


def _entries_named(kind: str, value: str) -> list[str]:
    """Return the entries that the value of an event names."""
    if kind == "tie_ruling":
        return value.split(">")
    return [value] if kind == "duplicate" and ":" not in value else []  # else it is one of another edition


def off_scale(marks: pd.DataFrame, rules: Rules) -> int:
    """Return how many of a ledger's current marks are not on their scale; those that the rules do not ask for aside."""
    wrong = 0
    for mark, n in marks[["round", "criterion", "value"]].value_counts().items():
        round_id, criterion, value = map(str, cast("tuple[str, ...]", mark))
        if any(criterion == known.id for r in rules.scored_rounds if r.id == round_id for known in r.marked):
            wrong += 0 if rules.round(round_id).scale_of(criterion).holds(Decimal(value)) else n
    return wrong


def _require_on_scale(rules: Rules, round_id: str, criterion: str, value: str) -> None:
    round_ = rules.round(round_id)
    Known([known.id for known in round_.marked], "unknown_criterion", round=round_id)(criterion)
    scale, mark = round_.scale_of(criterion), Decimal(value)
    about = {"round": round_id, "column": criterion}
    if not scale.low <= mark <= scale.high:
        raise Problem("mark_outside_scale", value=mark, low=scale.low, high=scale.high, **about)
    if not scale.holds(mark):
        raise Problem("mark_off_step", value=mark, step=scale.step, below=scale.low, above=scale.high, **about)
