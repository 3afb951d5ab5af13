"""The one way to record events: nobody else can record between a check and the write that follows it.

An action is a function of an edition that checks, and returns the events to be recorded::

    @action
    def withdraw(edition: Edition, entry_id: str, reason: str) -> Event:
        require_entry(edition, entry_id)
        return Event(kind="withdrawn", ...)

Called, it runs on the edition as the ledger has it at that moment, and records what it returned.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from kit.ledger import Event, LedgerMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from kit.edition import Edition
    from kit.ledger import Recorded

P = ParamSpec("P")


def record(edition: Edition, check: Callable[[], Event | Iterable[Event] | pd.DataFrame]) -> list[Recorded]:
    """Run ``check`` on the edition as it is now, record the events that it returns, and return them as recorded.

    Everybody else waits meanwhile. Whatever ``check`` raises is raised, and nothing is recorded.

    Raises:
        Problem: the ledger cannot be written to, or the store refuses.
    """
    try:
        return _record(edition, check)
    except LedgerMoved:
        edition.reopen()
        return _record(edition, check)


def _record(edition: Edition, check: Callable[[], Event | Iterable[Event] | pd.DataFrame]) -> list[Recorded]:
    try:
        with edition.ledger.alone() as append:
            edition.refresh()
            events = check()
            recorded = append([events] if isinstance(events, Event) else events)
        edition.note_ledger()
    finally:
        edition.refresh()
    return recorded


def action(
    check: Callable[Concatenate[Edition, P], Event | Iterable[Event]],
) -> Callable[Concatenate[Edition, P], list[Recorded]]:
    """Make a function that checks and returns events record them, and return them as recorded."""

    @wraps(check)
    def act(edition: Edition, /, *arguments: P.args, **named: P.kwargs) -> list[Recorded]:
        return record(edition, lambda: check(edition, *arguments, **named))

    return act


def append(edition: Edition, *events: Event) -> list[Recorded]:
    """Record events as they are: for scripts that rebuild a contest. The actions of :mod:`kit.contest` check first.

    Raises:
        Mistakes: events name a round, judge, entry or criterion that there is not, or a mark is outside its scale.
        Problem: the ledger refuses them (:meth:`Ledger.append`).
    """
    return record(edition, lambda: events)
