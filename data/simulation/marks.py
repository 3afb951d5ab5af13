"""How judges mark: quality, what the register shows, severity, taste and noise; then a nudge where a tie must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.scoring.ranking import FINAL, Record, Result, rank
from simulation.plan import SEVERITY
from simulation.proposals import bell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.registers import Registers
    from kit.rules import Round, Rules
    from kit.scoring.ties import Ruling
    from simulation.plan import Tie
    from simulation.proposals import Proposal


class Cell(NamedTuple):
    """What one mark is for."""

    round: str
    judge_id: str
    entry_id: str
    criterion: str


Marks = dict[Cell, float]  # halves are exact

_A_FEW = range(-2, 3)


def expected(proposal: Proposal, criterion: str) -> tuple[float, float, float]:
    """What a fair judge would give, and the lowest and highest mark that the level descriptions allow.

    A judge reads off the register how far the innovation is in use, who is responsible, what is decreed and who helps.
    """
    quality, row = proposal.quality, proposal.row
    decreed, funded = row["legal_basis"] == "ya", row["funding"] == "ya"
    ready, partners = 3 - len(proposal.missing), len(proposal.partners)
    reach = ("inisiatif", "uji coba", "penerapan").index(row["stage"])
    level = 3.45 + quality - 0.7 * (reach == 0)
    backing = (3, 5 if funded else 3.5) if decreed else (1, 2.5)
    fair, (low, high) = {
        "K1": (level, (1, 5)),
        "K2": (level + 0.2, [(2, 2), (2.5, 4), (2.5, 5)][reach]),
        "K3": (level - 0.2, [(1, 2), (1, 3.5), (1, 5)][reach]),
        "K4": (1.3 + 0.8 * ready + 0.45 * quality, [(1, 2), (1.5, 2.5), (2, 3.5), (3, 5)][ready]),
        "K5": (1.8 + 1.3 * decreed + 0.6 * funded + 0.4 * quality, backing),
        "K6": (1.6 + 0.9 * partners + 0.4 * quality, [(1, 2), (2, 3.5), (2.5, 5)][min(partners, 2)]),
        "K7": (level - 0.4, [(1, 2.5), (1, 3.5), (1, 5)][reach]),
        "P1": (level + 0.3, (1, 5)),
        "P2": (2.6 + 0.4 * ready + 0.5 * quality, (1, 5) if ready == 3 and decreed else (1, 4)),
        "P3": (3.5 + 0.6 * quality, (1, 5)),
        "P4": (3.5 + 0.4 * quality, (1, 5)),
    }[criterion]
    return fair, low, high


def judged(contest: Contest, round_: Round, entries: Sequence[Proposal], throw: int) -> Marks:
    """Every mark that judges give to these entries in a round, in half steps, by one throw of the dice."""
    rng = Random(f"{contest.rules.edition} {round_.id} {throw}")
    judges = list(contest.registers.judges["judge_id"])
    criteria = [criterion.id for criterion in round_.criteria]
    taste = {(judge, criterion): 0.15 * bell(rng) for judge in judges for criterion in criteria}
    marks = {}
    for proposal in entries:
        for criterion in criteria:
            fair, low, high = expected(proposal, criterion)
            fair += 0.2 * bell(rng)
            for judge in judges:
                felt = fair + SEVERITY[judge] + taste[judge, criterion] + 0.33 * bell(rng)
                if (judge, proposal.id) not in contest.out:
                    marks[Cell(round_.id, judge, proposal.id, criterion)] = min(max(round(felt * 2) / 2, low), high)
    return marks


@dataclass
class Contest:
    """One edition before it has a ledger.

    Args:
        rules: its rules.
        registers: who takes part.
        out: who does not mark what, judge and entry.
        rulings: what the judges decided about tied entries, by round.
    """

    rules: Rules
    registers: Registers
    out: frozenset[tuple[str, str]]
    rulings: dict[str, list[Ruling]] = field(default_factory=dict)

    def result(self, marks: Marks) -> Result:
        """What the kit makes of the marks."""
        sheets = sorted({(cell.round, cell.entry_id) for cell in marks})
        judges = self.registers.judges["judge_id"]
        record = Record(
            entries=self.registers.entries[["entry_id", "group", "category"]],
            panel=pd.DataFrame(sheets, columns=["round", "entry_id"]).merge(judges, how="cross"),
            recusals=pd.DataFrame(sorted(self.out), columns=["judge_id", "entry_id"], dtype="str").assign(round=""),
            marks=pd.DataFrame(
                [(*cell, f"{mark:g}") for cell, mark in marks.items()], columns=(*Cell._fields, "value")
            ),
            closed=frozenset(cell.round for cell in marks),
            rulings=self.rulings,
        )
        return rank(self.rules, record)


class NoNudge(Exception):
    """No small change of one entry's marks makes the tie; the dice must be thrown again."""


def tie_at_cut(contest: Contest, marks: Marks, tie: Tie, entries: Mapping[str, Proposal]) -> tuple[str, str]:
    """Change a few half steps of the first entry below the cut, so that it ends exactly level with the last above it.

    Returns:
        The two, the one that was above first.
    """
    round_ = next(round_ for round_ in contest.rules.scored_rounds if round_.advance)
    assert round_.advance
    order = list(contest.result(marks).of(round_.id, "group", tie.group)["entry_id"])
    above, below = order[round_.advance.places - 1 : round_.advance.places + 1]
    have, want = _totals(marks, below, round_), _totals(marks, above, round_)
    steps = {name: [want[name] - have[name]] if name in tie.equal else _A_FEW for name in want}
    for change in _small_changes(steps):
        left = {name: want[name] - have[name] - change[name] for name in want}
        level = sum(criterion.weight * left[criterion.id] for criterion in round_.criteria) == 0
        decided = not tie.decided_by or left[tie.decided_by] != 0
        if level and decided and _nudge(marks, entries[below], round_.id, change):
            scores = list(contest.result(marks).of(round_.id, "group", tie.group)["score"])
            if scores.count(scores[round_.advance.places]) == 2:
                return above, below
            break
    raise NoNudge


def tie_for_award(contest: Contest, marks: Marks, tie: Tie, entries: Mapping[str, Proposal]) -> None:
    """Change a few half steps of the last round, so that only third and fourth place share a final score."""
    first, *_, last = contest.rules.scored_rounds
    before = contest.result(marks).of(FINAL, "group", tie.group)
    for rising, other in ((3, 2), (2, 3)):
        gap = float(before["score"][other] - before["score"][rising])
        for change in _small_changes({criterion.id: _A_FEW for criterion in last.criteria}):
            gain = sum(float(criterion.weight) * change[criterion.id] for criterion in last.criteria)
            tried = dict(marks)
            # A half step is worth a tenth of its weight to a judge, 40 % of a third of that in the end.
            if abs(gap - gain / 75) < 0.02 and _nudge(tried, entries[before["entry_id"][rising]], last.id, change):
                decided = contest.result(tried).of(FINAL, "group", tie.group)["tie_broken_by"].head(6)
                if list(decided) == [None, None, *[f"{first.id}:{tie.decided_by}"] * 2, None, None]:
                    marks.update(tried)
                    return
    raise NoNudge


def _totals(marks: Marks, entry: str, round_: Round) -> dict[str, int]:
    """The judges' marks for one entry, added up by criterion, in half steps."""
    totals = {criterion.id: 0 for criterion in round_.criteria}
    for cell, mark in marks.items():
        if (cell.round, cell.entry_id) == (round_.id, entry):
            totals[cell.criterion] += int(mark * 2)
    return totals


def _small_changes(steps: Mapping[str, Sequence[int]]) -> Iterator[dict[str, int]]:
    """At most six half steps to add to the criteria's totals, out of those allowed, the smallest changes first."""
    small = ((sum(map(abs, change)), change) for change in product(*steps.values()))
    return (dict(zip(steps, change, strict=True)) for size, change in sorted(small) if size <= 6)


def _nudge(marks: Marks, proposal: Proposal, round_: str, change: dict[str, int]) -> bool:
    """Add half steps to an entry's marks if what the level descriptions allow leaves room for them.

    Each half step goes to the judge who was hardest on that criterion, and is taken from the mildest.
    """
    tried = {cell: mark for cell, mark in marks.items() if (cell.round, cell.entry_id) == (round_, proposal.id)}
    for criterion, steps in change.items():
        _, low, high = expected(proposal, criterion)
        for _ in range(abs(steps)):
            by_mark = sorted((mark, cell) for cell, mark in tried.items() if cell.criterion == criterion)
            _, cell = by_mark[0] if steps > 0 else by_mark[-1]
            tried[cell] += 0.5 if steps > 0 else -0.5
            if not low <= tried[cell] <= high:
                return False
    marks.update(tried)
    return True
