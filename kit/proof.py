"""A self-test: real contests whose results were published, computed again from rules, registers and marks alone.

Each folder of ``data/museum`` is an edition without a ledger: rules and registers, marks in ``marks.csv`` (or as the
journal of a ledger), what was published in ``published.csv``, and in ``source.yaml`` the rule in few words and where
it comes from.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kit.edition import Edition
from kit.errors import Collector, Problem
from kit.folder import JOURNAL, LEDGER, find_home
from kit.judging.mark_files import read_marks
from kit.ledger import Ledger
from kit.rules import Localized, read_as
from kit.rules.legible import Rule
from kit.scoring.ranking import rank
from kit.tables import read_table, take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.scoring.ranking import Result

MARKS, PUBLISHED, SOURCE = "marks.csv", "published.csv", "source.yaml"
_NEEDED = ("round", "entry_id", "what", "value")


class Source(Rule):
    """Where a contest comes from."""

    rule: Localized
    """How its result is worked out, in few words."""
    source: str
    """Who published marks and result."""
    licence: str
    """Under which licence; `facts` where there is none and none is needed."""


@dataclass(frozen=True)
class Proof:
    """What came of one contest.

    Args:
        name: of its folder.
        title: what it is called.
        source: its rule and origin.
        compared: how many published figures there are.
        different: those that came out differently.
    """

    name: str
    title: Localized
    source: Source
    compared: int
    different: tuple[Problem, ...]


def prove() -> Iterator[Proof]:
    """Compute each contest and compare every published figure with it.

    Raises:
        file_missing: there are no such contests, or one of their files is not there.
        Mistakes: one of their files is wrong.
    """
    museum = find_home() / "data" / "museum"
    folders = sorted(path.parent for path in museum.glob(f"*/{PUBLISHED}"))
    if not folders:
        raise Problem("file_missing", file=f"*/{PUBLISHED}", folder=museum.name)
    for folder in folders:
        edition, result = _compute(folder)
        figures = _published(folder / PUBLISHED)
        yield Proof(
            folder.name,
            edition.rules.title,
            read_as(folder / SOURCE, Source),
            len(figures),
            tuple(
                Problem("figure_differs", contest=folder.name, **figure, computed=computed)
                for figure in figures
                if (computed := _differing(figure, result)) is not None
            ),
        )


def _compute(folder: Path) -> tuple[Edition, Result]:
    """Rank a contest; what a ledger is needed for is made beside it and thrown away."""
    edition = Edition(folder)
    with TemporaryDirectory() as place:
        journal, ledger = folder / JOURNAL, Path(place) / LEDGER
        edition.ledger = Ledger.from_journal(journal, ledger) if journal.exists() else Ledger.open(ledger, create=True)
        try:
            if journal.exists():
                return edition, edition.ranked
            record = replace(edition.record, closed=frozenset(edition.states))
            if (folder / MARKS).exists():
                marks = read_marks(folder / MARKS, edition.rules, edition.registers).cells
                record = replace(record, marks=marks.rename(columns={"after": "value"}))
            return edition, rank(edition.rules, record)
        finally:
            edition.ledger.close()


def _published(path: Path) -> list[dict[str, str]]:
    with Collector() as mistakes:
        wanted = {name: [name] for name in (*_NEEDED, "scope")}
        frame = take(read_table(path), wanted, _NEEDED, mistakes).frame
    rows = frame.reindex(columns=[*wanted], fill_value="").itertuples(index=False, name=None)
    return [dict(zip(wanted, row, strict=True)) for row in rows]


def _differing(figure: dict[str, str], result: Result) -> str | None:
    """Return what was computed, if it is not what was published."""
    what, value = figure["what"], figure["value"]
    if what == "advances":
        through = {entry for cut in result.cuts.get(figure["round"], ()) for entry in cut.through}
        computed = "yes" if figure["entry_id"] in through else "no"
        return None if computed == value else computed
    table = result.ranking
    where = (table["round"] == figure["round"]) & (table["entry_id"] == figure["entry_id"])
    rows = table[where & (table["scope"] == (figure["scope"] or "overall"))]
    computed = "–" if rows.empty or what not in rows else str(rows[what].iloc[0])
    with suppress(InvalidOperation):
        if what == "score" and Decimal(computed) == Decimal(value):
            return None
    return None if computed == value else computed
