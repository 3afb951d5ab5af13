"""What a test expects to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import Problem

if TYPE_CHECKING:
    from _pytest.raises import RaisesExc


def problem(*codes: str, match: str | None = None) -> RaisesExc[Problem]:
    """Expect a problem with one of these codes, as :func:`pytest.raises` expects an exception."""

    def has_code(error: Problem) -> bool:
        assert error.code in codes, repr(error)
        return True

    return pytest.raises(Problem, match=match, check=has_code)
