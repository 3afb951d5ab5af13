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
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from kit.ledger import Event, LedgerMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from kit.ledger import Ledger, Recorded


class Recording(Protocol):
    """What of an edition recording needs."""

    @property
    def ledger(self) -> Ledger:
        """Where its events stand."""

    def refresh(self) -> None:
        """Forget what was computed from the ledger as it was."""

    def reopen(self) -> None:
        """Open the ledger where it is now."""

    def note_ledger(self) -> None:
        """Note that something is recorded."""


P = ParamSpec("P")
E = TypeVar("E", bound=Recording)


def record(edition: Recording, check: Callable[[], Event | Iterable[Event] | pd.DataFrame]) -> list[Recorded]:
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


def _record(edition: Recording, check: Callable[[], Event | Iterable[Event] | pd.DataFrame]) -> list[Recorded]:
    try:
        with edition.ledger.alone() as append:
            edition.refresh()
            events = check()
            recorded = append([events] if isinstance(events, Event) else events)
        edition.note_ledger()
    finally:
        edition.refresh()
    return recorded


def action(check: Callable[Concatenate[E, P], Event | Iterable[Event]]) -> Callable[Concatenate[E, P], list[Recorded]]:
    """Make a function that checks and returns events record them, and return them as recorded."""

    @wraps(check)
    def act(edition: E, /, *arguments: P.args, **named: P.kwargs) -> list[Recorded]:
        return record(edition, lambda: check(edition, *arguments, **named))

    return act
