"""A papermill engine that runs a notebook inside this process: no kernel to start, nothing imported twice.

It is for notebooks that only show things. Widgets need a kernel and stay with papermill's own engine.
"""

from __future__ import annotations

import atexit
import builtins
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets.config import Config

from kit.errors import NotYet
from kit.render.blocks import Callout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

_Data = dict[str, Any]


class _ShowResult(DisplayHook):
    """Keeps a cell's last value instead of printing it."""

    def quiet(self) -> bool:
        """Tell whether the cell ends in a semicolon, and so shows nothing."""
        assert self.shell is not None  # the shell that made this hook
        return bool(self.semicolon_at_end_of_expression(self.shell.source))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: _Data, md_dict: _Data | None = None) -> None:
        """Keep the value in all its forms."""
        assert self.shell is not None
        shown = {"data": format_dict, "metadata": md_dict or {}, "execution_count": self.shell.execution_count}
        self.shell.outputs.append(new_output("execute_result", **shown))


class _ShowDisplay(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: _Data, metadata: _Data | None = None, *_: object, **__: object) -> None:
        """Keep the display in all its forms."""
        self.shell.outputs.append(new_output("display_data", data=data, metadata=metadata or {}))


class _Shell(InteractiveShell):
    """IPython without a terminal, a history file or anything of the user's own configuration."""

    displayhook_class = _ShowResult
    display_pub_class = _ShowDisplay
    source: str
    outputs: list[NotebookNode]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.append(
            new_output("error", ename=getattr(evalue, "code", etype.__name__), evalue=str(evalue), traceback=stb)
        )

    def run(self, source: str, number: int) -> tuple[list[NotebookNode], BaseException | None]:
        """Run one cell and return its outputs, and what stopped it.

        Raises:
            KeyboardInterrupt: the user did; this ends the notebook and is no failure of the cell.
        """
        self.source, self.outputs = source, []
        self.execution_count = number
        with capture_output(display=False) as printed:
            result = self.run_cell(source)  # type: ignore[no-untyped-call]
        stopped = result.error_before_exec or result.error_in_exec
        if isinstance(stopped, KeyboardInterrupt):
            raise stopped
        streams = [("stdout", printed.stdout), ("stderr", printed.stderr)]
        written = [new_output("stream", name=name, text=text) for name, text in streams if text]
        return [*written, *self.outputs], stopped


@contextmanager
def _shell() -> Iterator[_Shell]:
    """A shell that is the one IPython knows of, after which the process is as it was."""
    main, path, outer = sys.modules["__main__"], list(sys.path), InteractiveShell._instance  # noqa: SLF001  (no public way)
    with _names_kept(sys, builtins), warnings.catch_warnings():
        shell = _Shell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]
        InteractiveShell._instance = shell  # type: ignore[assignment]  # noqa: SLF001  (else `display` prints)
        try:
            yield shell
        finally:
            InteractiveShell._instance = outer  # noqa: SLF001
            sys.modules["__main__"], sys.path[:] = main, path
            atexit.unregister(shell.atexit_operations)  # which would keep all that the notebook made


@contextmanager
def _names_kept(*modules: ModuleType) -> Iterator[None]:
    """Give modules their names back as they were before."""
    before = [dict(vars(module)) for module in modules]
    try:
        yield
    finally:
        for module, names in zip(modules, before, strict=True):
            for name in vars(module).keys() - names.keys():
                delattr(module, name)
            vars(module).update(names)


def _end_here(cell: NotebookNode, rest: Sequence[NotebookNode], why: NotYet) -> None:
    """Say in a cell why the notebook ends with it; the cells after it have nothing to show."""
    block = Callout(why.sentence(), kind="info")
    cell.outputs = [new_output("display_data", data=block._repr_mimebundle_())]
    for number, later in enumerate((other for other in rest if other.cell_type == "code"), cell.execution_count + 1):
        later.outputs, later.execution_count = [], number


class InProcessEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Runs each cell in one IPython shell of this process; the cell that fails is the last that runs.

    A cell that cannot show something yet, such as a result while a round is open, says so and ends the notebook well.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: object) -> None:  # noqa: ARG003
        """Run the notebook's cells, keeping their outputs (papermill's interface)."""
        number = 0
        with _shell() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                stopped = None
                if cell.cell_type == "code" and cell.source.strip():
                    number += 1
                    cell.outputs, stopped = shell.run(cell.source, number)
                    cell.execution_count = number
                if isinstance(stopped, NotYet):
                    _end_here(cell, nb_man.nb.cells[index + 1 :], stopped)
                    nb_man.cell_complete(cell, index)
                    break
                if stopped is not None:
                    nb_man.cell_exception(cell, index, exception=stopped)
                    break
                nb_man.cell_complete(cell, index)
