"""What a test expects to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import Problem
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.raises import RaisesExc


def problem(*codes: str, match: str | None = None) -> RaisesExc[Problem]:
    """Expect a problem with one of these codes, as :func:`pytest.raises` expects an exception."""

    def has_code(error: Problem) -> bool:
        assert error.code in codes, repr(error)
        return True

    return pytest.raises(Problem, match=match, check=has_code)


def refused(code: str, act: Callable[[], object]) -> Problem:
    """Return the problem with this code (blank for any) that an act ends in, once both languages have a sentence."""
    with problem(code) if code else pytest.raises(Problem) as caught:
        act()
    assert len({caught.value.sentence(language) for language in LANGUAGES}) == len(LANGUAGES)
    return caught.value
