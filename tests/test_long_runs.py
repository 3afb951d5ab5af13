"""Half a minute of random interleavings, and every known way of tampering, on both stores."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "benchmarks"))

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the processes are forked"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str | None:
    """Where ledgers lie: the URL of a server, or None for files."""
    url: str | None = request.getfixturevalue("server") if request.param == "postgresql" else None
    return url


def test_whatever_two_processes_do_at_once_every_event_was_right_when_it_was_recorded(
    place: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import interleave  # noqa: PLC0415

    monkeypatch.setenv("KIT_HOME", "")  # put back afterwards
    done, kinds, faults = interleave.run(100_000, 25, place)
    assert not faults
    assert done > 2
    assert kinds.total() > done


def test_tampering_is_found_and_changes_nothing_unseen(place: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import tamper  # noqa: PLC0415

    monkeypatch.setenv("KIT_HOME", "")
    lines, faults = tamper.run({"postgresql" if place else "sqlite": place}, 25)
    assert not faults
    assert len(lines) > 60
