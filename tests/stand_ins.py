"""A contest by hand or by chance that answers like an edition, without a folder or a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
from contests import record

from kit.edition import Decisions
from kit.ledger import FIELDS
from kit.scoring.ranking import rank
from kit.texts import Texts

if TYPE_CHECKING:
    from oracle import Case

    from kit.rules import Rules
    from kit.scoring.ranking import Record, Result
    from kit.texts import Language


@dataclass(eq=False)
class StandIn:
    """What the analyses ask of an edition; every round that is closed has no other events than its marks."""

    case: Case
    language: Language = "id"
    name: str = "2025"
    fingerprint: str = "0" * 64
    acceptances: tuple[Any, ...] = ()

    @property
    def rules(self) -> Rules:
        return self.case.rules

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.language)

    @cached_property
    def record(self) -> Record:
        return record(self.case)

    @cached_property
    def result(self) -> Result:
        return rank(self.rules, self.record)

    @property
    def states(self) -> dict[str, str]:
        return {r.id: "closed" if r.id in self.case.closed else "open" for r in self.rules.scored_rounds}

    @property
    def state(self) -> str:
        return "simulation"

    @cached_property
    def registers(self) -> Any:
        ids = self.record.entries["entry_id"]
        units = pd.DataFrame({"unit_id": "U-" + ids, "name": "U-" + ids})
        return SimpleNamespace(
            entries=self.record.entries.assign(title="Inovasi " + ids, unit_id="U-" + ids), units=units
        )

    @cached_property
    def decisions(self) -> Decisions:
        blank = dict.fromkeys(["number", *FIELDS], "")
        out = [{"number": n, "kind": "withdrawn", "entry_id": entry} for n, entry in enumerate(self.case.out)]
        gone = [{"number": -1, "kind": "absent", "round": name, "entry_id": entry} for name, entry in self.case.absent]
        return Decisions(pd.DataFrame([blank | event for event in [*out, *gone]], columns=list(blank)))

    @property
    def history(self) -> Any:
        return SimpleNamespace(last=0, events=lambda *_: pd.DataFrame(columns=["number", *FIELDS]))

    def ranking_table(self, _: str | None = None) -> pd.DataFrame:
        return self.result.ranking
