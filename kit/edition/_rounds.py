"""What cannot be done with a round, or shown of it, in its state."""

from __future__ import annotations

from kit.errors import NotYet, Problem


class StillOpen(NotYet, PermissionError):
    """Values and ranks cannot be shown while the round is open."""


class NotOpenedYet(NotYet, LookupError):
    """A round has not been opened, so it has no result."""


class LaterRoundStands(Problem, PermissionError):
    """A round was to be taken up or opened again although a later one builds on it."""
