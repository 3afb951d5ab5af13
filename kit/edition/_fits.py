"""Events held against the rules and registers that they are about."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from kit.columns import Known
from kit.errors import KitError
from kit.fields import MarkOffStep, MarkOutsideScale, UnknownCriterion, UnknownEntry, UnknownJudge, UnknownRound
from kit.ranking import FINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kit.ledger._events import Fields
    from kit.registers import Registers
    from kit.rules import Rules

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch  # whatever else stands there, the ledger names
_OF_INNOVATIONS = {"follow_up"}  # their entry is an innovation, of whatever edition


def misfits(rows: Iterable[Fields], rules: Rules, registers: Registers) -> list[KitError]:
    """Return what events name that rules and registers do not know, and marks outside their scale, each once.

    Args:
        rows: events; those that say the same about the same are looked at once.
        rules: the contest.
        registers: its entries and judges.
    """
    rounds = Known([*(round_.id for round_ in rules.rounds), FINAL], UnknownRound)
    judges = Known(registers.judges["judge_id"], UnknownJudge)
    entries = Known(registers.entries["entry_id"], UnknownEntry)
    found: dict[KitError, None] = {}
    seen: set[tuple[object, ...]] = set()

    def look(known: Known, name: str) -> None:
        if name and (known, name) not in seen:
            seen.add((known, name))
            check(lambda: known(name))

    def check(rule: Callable[[], object]) -> None:
        try:
            rule()
        except KitError as mistake:
            found[mistake] = None

    for _, _, kind, round_, judge, entry, criterion, value, _ in rows:
        if kind in _OF_INNOVATIONS:
            continue
        look(rounds, round_)
        look(judges, judge)
        look(entries, entry)
        mark = (round_, criterion, value)
        if kind in {"mark", "typed"} and _NUMBER(value) and round_ in rounds.known and mark not in seen:
            seen.add(mark)
            check(partial(_require_on_scale, rules, *mark))
    return [*found]


def _require_on_scale(rules: Rules, round_id: str, criterion: str, value: str) -> None:
    round_ = rules.round(round_id)
    Known([known.id for known in round_.marked], UnknownCriterion, round=round_id)(criterion)
    scale, mark = round_.scale_of(criterion), Decimal(value)
    about = {"round": round_id, "column": criterion}
    if not scale.low <= mark <= scale.high:
        raise MarkOutsideScale(value=mark, low=scale.low, high=scale.high, **about)
    if not scale.holds(mark):
        raise MarkOffStep(value=mark, step=scale.step, below=scale.low, above=scale.high, **about)
