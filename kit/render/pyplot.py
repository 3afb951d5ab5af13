"""matplotlib's backend for notebooks that run in this process: ``plt.show()`` lets the cell show its figures."""

from __future__ import annotations

import sys

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

BACKEND = f"module://{__name__}"


class FigureManager(FigureManagerBase):
    """Shows figures as the output of the cell."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:  # noqa: ARG003  (matplotlib's interface)
        """Show all figures that are open."""
        show_open_figures()


class FigureCanvas(FigureCanvasAgg):
    """Draws as the kit's charts are drawn."""

    manager_class = FigureManager


def show_open_figures() -> None:
    """Show what pyplot holds open as the output of the cell, and close it."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is None or not plt.get_fignums():
        return
    from IPython.display import display  # noqa: PLC0415

    for number in plt.get_fignums():
        display(plt.figure(number))
    plt.close("all")
