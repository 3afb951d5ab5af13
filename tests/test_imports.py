"""Who may import whom, as pyproject.toml says it, and what `import kit` costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]


def test_imports_keep_the_contracts() -> None:
    """Run import-linter; what it found is in the captured output."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_import_kit_is_light() -> None:
    """`import kit` loads nothing heavy, and takes less than 0.3 s."""
    code = (
        "import json, sys, time; start = time.perf_counter(); import kit; "
        "print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))"
    )
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT)) for _ in range(3)]
    heavy = {"IPython", "babel", "matplotlib", "numpy", "pandas", "pydantic", "ruamel", "sqlalchemy", "typst"}
    assert not heavy & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < 0.3
