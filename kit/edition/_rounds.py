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


class FilesChanged(KitError, PermissionError):
    """Rules or registers on disk are not those that the edition was opened with, and shows."""


class EarlierNotDecided(KitError, PermissionError):
    """A round was to be opened before a plenary has decided the round that sends entries on to it."""


class CutUnknown(KitError, PermissionError):
    """A round was to be opened although entries of an earlier one lack a score, so that nobody is sent on."""


class TieAtCutOpen(KitError, PermissionError):
    """A round was to be opened although the judges have yet to decide who of tied entries goes on."""


class SameTitles(KitError, ValueError):
    """Entries of one unit have one title, and nobody has said whether they are duplicates."""


class EntriesUndecided(KitError, ValueError):
    """The administrative selection was to be closed without a reason although entries are undecided."""


class DecisionDiffers(KitError, ValueError):
    """The ranking of a decided round is not the one that its plenary decided."""


class PublishedNotDecided(KitError, ValueError):
    """What was published of a round is not what its plenary had decided."""
