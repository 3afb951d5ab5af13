"""The fairness analysis of one round as a document for the committee, and what the report says of it in public."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.fairness.agreement import icc, reading
from kit.fairness.study import Study
from kit.report.blocks import Callout, Document, Group, Paragraph, sentence
from kit.report.fairness_order import OrderAnalysis
from kit.report.story import masthead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition


class FairnessReport(OrderAnalysis):
    """The parts of the analysis; see :class:`~kit.report.fairness_judges.JudgesAnalysis` for its arguments."""

    def masthead(self) -> Document:
        """What the document is."""
        return masthead(self.edition, "fairness", self.made_at)

    def opening(self) -> Group:
        """What the analysis is for, what it rests on, and who sees it."""
        counts = {"entries": len(self.study.totals.entries), "judges": len(self.study.letters)}
        base = sentence(
            self.t, "study.base", round=self.rounds[self.round.id], sheets=len(self.study.totals.value), **counts
        )
        seen = self.word("plenary_yes" if self.rules.fairness_in_plenary else "plenary_no")
        return Group([Callout(self.word("about")), Paragraph(base), Paragraph(seen)])


def process_quality(edition: Edition, round_id: str) -> Iterator[str]:
    """Two calm sentences about a closed round that follow from its marks and put no judge beside a mark."""
    study, t = Study(edition, round_id), edition.texts
    judges = len(study.letters)
    reliability = icc(study.totals)["icc_ck"].value
    if reliability is not None:
        level = t(f"study.level_{reading('icc', reliability).removeprefix('fairness.icc_')}")
        value = t.decimal(Decimal(f"{reliability:.2f}"))
        name = study.round.name.say(t.language)
        yield t("study.report_reliable", round=name, judges=judges, value=value, level=level)
    if judges > 1:
        crossed = study.totals.crossed
        linked = study.severity.connected
        yield t(f"study.report_{'crossed' if crossed else 'linked' if linked else 'apart'}")
