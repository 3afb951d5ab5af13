"""Judging and reporting kit: from a contest's rules and marks to its ranking and reports.

Start with :func:`kit.open`, which returns the :class:`Contest` that notebooks hold. What this module offers is all that
an analyst needs to import.

For those who read the code, from the bottom up; each package says which of its modules to read first:

========================  ==============================================================================================
``texts``, ``errors``     the catalogue of words in two languages; one type of problem
``rules``                 what a rules file may say, read and checked
``ledger``, ``history``   the events that were recorded, chained by hash; what they mean at any moment
``registers``, ``tables`` units, entries and judges; CSV and Excel with the place of each cell
``scoring``               from marks to scores, ties and the ranking, exactly
``edition``, ``actions``  one edition, to be read; the checked way to record
``folder``, ``files``     where editions lie and where their ledger is; files written whole or not at all
``newedition``            a new edition's folder, from a preset or an earlier edition
``explain``               one result, step by step
``rule_words``            parts of the rules in words
``pseudonyms``            letters in the place of judges
``workbooks``             workbooks that go out and come back
``register_templates``,   workbooks in which registers are filled in; entries from the export of a form
``form_export``,
``register_import``
``judging``, ``contest``  the judges' desk and sheets; rounds, selection, plenary, decisions, objections, archive
``fairness``              statistics about a closed round
``render``                from typed blocks to HTML, PDF, Word, Excel and CSV
``report``, ``documents`` what reports say; official papers, and how all documents are made
``years``, ``index``      several editions together; the national index
``screens``, ``cli``      forms, pages and widgets; commands
``analyst``, ``check``    tables for analysts; everything that is wrong with an edition
``rehearsal``, ``proof``  a contest played on its rules in a copy that never counts; real contests computed again
``theme``                 colours and typeface
========================  ==============================================================================================
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Contest", "__version__", "compare", "editions", "figure", "open", "style", "table"]

if TYPE_CHECKING:
    from kit.analyst import Contest, compare, editions, open  # noqa: A004  (reads as kit.open)
    from kit.render.outputs import figure, style, table

_FROM = dict.fromkeys(("Contest", "compare", "editions", "open"), "kit.analyst")
_FROM |= dict.fromkeys(("figure", "style", "table"), "kit.render.outputs")


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: ``import kit`` alone stays under 0.3 s."""
    if name in _FROM:
        return getattr(import_module(_FROM[name]), name)
    message = f"module 'kit' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Offer what is meant for analysts, and nothing else, to Tab."""
    return __all__


if "IPython" in sys.modules:  # in a notebook, DataFrames carry what documents print
    import_module("kit.render.outputs").register()
