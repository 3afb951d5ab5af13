"""Running a notebook through papermill."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import Problem
from kit.files import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

ENGINE = "kit"  # the name under which papermill knows the engine of kit.render.engine


class NotebookFailed(Problem, RuntimeError):
    """A cell of a notebook stopped with an error."""


def run_notebook(notebook: Path, output: Path, parameters: Mapping[str, object]) -> NotebookNode:
    """Run a notebook with papermill and return it executed.

    Args:
        notebook: the notebook to run.
        output: where the notebook goes if a cell fails, so that it can be looked at; nothing is written otherwise.
        parameters: values for the notebook's ``parameters`` cell.

    Raises:
        unknown_parameter: the notebook has no such parameter.
        NotebookFailed: a cell failed.
    """
    import papermill  # noqa: PLC0415  (slow to import; only rendering needs it)
    from papermill.engines import papermill_engines  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    from kit.render.engine import InProcessEngine  # noqa: PLC0415

    papermill_engines.register(ENGINE, InProcessEngine)
    if not notebook.is_file():
        raise Problem("file_missing", file=notebook.name, folder=notebook.parent.name)
    known = papermill.inspect_notebook(str(notebook))
    for name in parameters:
        if name not in known:
            raise Problem("unknown_parameter", file=notebook.name, parameter=name, known=", ".join(known))
    with tempfile.TemporaryDirectory() as workshop:
        executed = Path(workshop) / output.name
        try:
            made: NotebookNode = papermill.execute_notebook(
                str(notebook),
                str(executed),
                parameters=dict(parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
            )
        except PapermillExecutionError as error:
            write(output, executed.read_bytes())
            said = f"{error.ename}: {error.evalue}"
            raise NotebookFailed(file=output.name, cell=error.exec_count, said=said) from error
    return made
