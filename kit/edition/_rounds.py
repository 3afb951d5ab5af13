"""What cannot be done with a round, or shown of it, in its state."""

from __future__ import annotations

from kit.errors import KitError, NotYet


class StillOpen(NotYet, PermissionError):
    """Values and ranks cannot be shown while the round is open."""


class NotOpenedYet(NotYet, LookupError):
    """A round has not been opened, so it has no result."""


class StillInPlenary(KitError, PermissionError):
    """A round was to be opened while the plenary about an earlier one has not decided."""


class LaterRoundStands(KitError, PermissionError):
    """A round was to be taken up or opened again although a later one builds on it."""


class DecisionOverturned(KitError, PermissionError):
    """Changed rules or registers were to be accepted although they change what a plenary has decided."""


class SheetsMissing(KitError, ValueError):
    """A round was to be closed without a reason although judges owe score sheets."""
