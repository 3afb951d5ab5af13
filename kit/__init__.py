"""Judging and reporting kit: from a contest's rules and marks to its ranking and reports.

Start with :func:`kit.open`, which returns the :class:`~kit.edition.Edition` that notebooks hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Edition", "__version__", "open"]

if TYPE_CHECKING:
    from kit.edition import Edition, open  # noqa: A004  (reads as kit.open)


def __getattr__(name: str) -> object:
    """Import the edition layer only when it is asked for: `import kit` stays under 0.3 s."""
    if name in {"Edition", "open"}:
        from kit import edition  # noqa: PLC0415

        return getattr(edition, name)
    message = f"module 'kit' has no attribute {name!r}"
    raise AttributeError(message)
