"""The fairness analysis of one round as a document for the committee, and what the report says of it in public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from kit.fairness.agreement import icc, reading
from kit.fairness.study import Study
from kit.report.blocks import Callout, Document, Group, Paragraph, sentence
from kit.report.fairness_order import OrderAnalysis
from kit.report.html import block_html
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

    def explore(self) -> widgets.VBox:
        """Choose a list and a view of it."""
        views = {name: getattr(self, name) for name in ("uncertainty", "adjusted", "sensitivity")}
        lists = [(self.names[pair], pair) for pair in self.study.replay.scopes(self.round.id)]
        pair = widgets.Dropdown(description=self.word("explore_list"), options=lists, value=self.scopes[0])
        view = widgets.Dropdown(
            description=self.word("explore_view"), options=[(self.word(name), name) for name in views]
        )
        shown = widgets.HTML()

        def show(_: object = None) -> None:
            parts = views[view.value]([pair.value])
            shown.value = block_html(parts.to_json(), self.t.language)

        pair.observe(show, "value")
        view.observe(show, "value")
        show()
        return widgets.VBox([pair, view, shown])


def process_quality(edition: Edition, round_id: str) -> Iterator[str]:
    """Two calm sentences about a closed round that follow from its marks and put no judge beside a mark."""
    study, t = Study(edition, round_id), edition.texts
    judges = len(study.letters)
    reliability = icc(study.totals)["icc_ck"].value
    if reliability is not None:
        value = f"{reliability:.2f}".replace(".", "," if t.language == "id" else ".")
        words = {"round": study.round.name.say(t.language), "judges": judges, "value": value}
        yield t("study.report_reliable", **words, reading=t(reading("icc", reliability)))
    if judges > 1:
        crossed = study.totals.crossed
        linked = study.severity.connected
        yield t(f"study.report_{'crossed' if crossed else 'linked' if linked else 'apart'}")
