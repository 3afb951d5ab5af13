"""What judges write beside their marks: sentences that fit the marks and what the register says."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

from kit.texts import Texts
from simulation.proposals import HERE

if TYPE_CHECKING:
    from simulation.proposals import Proposal

INDONESIAN = Texts("id")


class Pen:
    """Writes one edition's comments, going through all sentences of a kind before any comes again."""

    def __init__(self, edition: str) -> None:
        self._rng = Random(f"{edition} comments")
        self._sentences = tomllib.loads((HERE / "comments.toml").read_text(encoding="utf-8"))
        self._waiting: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def for_entrant(self, proposal: Proposal, marks: dict[str, float]) -> str:
        """One to three sentences for the entrant on one judge's sheet; blank for a judge who writes nothing."""
        style = self._rng.random()
        if style < 0.12:
            return ""
        best, worst = (self._one_of(marks, bound) for bound in (max(marks.values()), min(marks.values())))
        praise = self._praise(proposal, best, marks[best])
        advice = self._advice(proposal, worst, marks[worst])
        if style < 0.3:
            parts = [advice] if marks[worst] <= 3 else [praise]
        elif style < 0.78:
            parts = [praise, advice]
        else:
            parts = [praise, advice, self._sentence("general", "next", proposal)]
        return " ".join(dict.fromkeys(parts))

    def for_panel(self, proposal: Proposal, kind: str) -> str:
        """Now and then a note for the panel: ``note_proposal``, or ``note_stage`` after a presentation."""
        return self._sentence("general", kind, proposal) if self._rng.random() < 0.1 else ""

    def _one_of(self, marks: dict[str, float], mark: float) -> str:
        return self._rng.choice([criterion for criterion, own in marks.items() if own == mark])

    def _praise(self, proposal: Proposal, criterion: str, mark: float) -> str:
        if mark < 3:
            return self._sentence("general", "opening", proposal)
        return self._sentence(criterion, "strong" if mark >= 4 else "fair", proposal)

    def _advice(self, proposal: Proposal, criterion: str, mark: float) -> str:
        if mark >= 4:
            return self._sentence("general", "next", proposal)
        if mark <= 2:
            return self._sentence(criterion, "basic", proposal)
        lacks = {"K4": bool(proposal.missing), "K5": proposal.row["legal_basis"] == "tidak"}
        return self._sentence(criterion, "improve" if lacks.get(criterion, True) else "complete", proposal)

    def _sentence(self, chapter: str, kind: str, proposal: Proposal) -> str:
        waiting = self._waiting[chapter, kind]
        if not waiting:
            waiting += self._sentences[chapter][kind]
            self._rng.shuffle(waiting)
        return waiting.pop().format(
            name=proposal.name,
            audience=proposal.audience,
            missing=INDONESIAN.enumeration(proposal.missing),
            partners=INDONESIAN.enumeration(proposal.partners),
        )
