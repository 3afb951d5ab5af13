"""Who may import whom, as pyproject.toml says it, and what `import kit` loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_imports_keep_the_contracts() -> None:
    """Run import-linter in a process of its own, since it sets up logging for all that follows."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_import_kit_is_light() -> None:
    """`import kit` loads nothing heavy."""
    code = "import json, sys, kit; print(json.dumps(sorted(sys.modules)))"
    heavy = {"IPython", "babel", "matplotlib", "numpy", "pandas", "pydantic", "ruamel", "sqlalchemy", "typst"}
    assert not heavy & set(json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT)))


def test_notebooks_are_read_without_a_grammar_of_web_addresses() -> None:
    """jsonschema would spend a second on it."""
    code = "import json, sys, kit.render.notebook, nbformat; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT)))
    assert "jsonschema" in loaded
    assert not {"lark", "rfc3987_syntax.syntax_helpers"} & loaded
