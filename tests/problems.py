"""What a test expects to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import Problem

if TYPE_CHECKING:
    from _pytest.raises import RaisesExc


def problem(code: str, match: str | None = None) -> RaisesExc[Problem]:
    """Expect a problem with this code, as :func:`pytest.raises` expects an exception."""
    return pytest.raises(Problem, match=match, check=lambda error: error.code == code)
