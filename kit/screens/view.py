"""What a screen is, whoever carries its messages: a page (:mod:`kit.screens.web`) or a notebook."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.edition import Edition

    Json = dict[str, Any]

T = TypeVar("T")
_log = logging.getLogger(__name__)


class View(Protocol):
    """What a screen shows and records.

    Args:
        edition: read anew before every answer; a server puts its own thread's here.
        setup: what the front end needs to know once.
    """

    edition: Edition
    setup: Json

    def answer(self, message: object) -> Json:
        """Return the answer to a message, whatever it holds; never raises."""
        ...


def attempt(act: Callable[[], T], whose: str, otherwise: str = "change_failed") -> T | Problem:
    """Return what ``act`` returns, or why it could not: a front end that gets no answer would ask for ever.

    Args:
        act: does what a message asks for.
        whose: the message is, for the log.
        otherwise: the code of the problem where nobody foresaw what went wrong, which is logged.
    """
    try:
        return act()
    except Problem as error:
        return error
    except Exception:  # noqa: BLE001  (logged, and said of the message that it befell)
        _log.exception("a message of %s could not be answered", whose)
        return Problem(otherwise)
