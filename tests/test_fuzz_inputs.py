"""A minute of bad input made from a seed: no traceback, no hang, no gigabyte, nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "benchmarks" / "fuzz_inputs.py"


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are set for Linux")
def test_bad_input_is_refused_in_a_sentence_or_taken() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "--seconds", "60", "--workers", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("area")
