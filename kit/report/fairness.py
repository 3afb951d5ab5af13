"""The fairness analysis of one round as a document for the committee, and what the report says of it in public."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kit.fairness.agreement import icc, reading
from kit.fairness.study import Study
from kit.ranking import FINAL, final_weights
from kit.report.blocks import Callout, Document, Group, Paragraph, sentence
from kit.report.fairness_order import OrderAnalysis
from kit.report.story import masthead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.fairness.panel import Panel

_LEAST = 5  # entries of a list of which a spread may be told in public


class FairnessReport(OrderAnalysis):
    """The parts of the analysis; see :class:`~kit.report.fairness_judges.JudgesAnalysis` for its arguments."""

    def masthead(self) -> Document:
        """What the document is."""
        return fairness_masthead(self.edition, self.study.where, self.made_at)

    def opening(self) -> Group:
        """What the analysis is for, what it rests on, and who sees it."""
        if self.study.final:
            entries = len({entry for pair in self.scopes for entry in self.study.entries(*pair)})
            rounds = [self.rounds[name] for name in self.study.rounds]
            base = sentence(self.t, "study.base_final", entries=entries, rounds=rounds)
        else:
            counts = {"entries": len(self.study.totals.entries), "judges": self.study.judges}
            sheets = len(self.study.totals.value)
            base = sentence(self.t, "study.base", round=self.rounds[self.round.id], sheets=sheets, **counts)
        seen = self.word("plenary_yes" if self.rules.fairness_in_plenary else "plenary_no")
        return Group([Callout(self.word("about")), Paragraph(base), Paragraph(seen)])


def fairness_masthead(edition: Edition, where: str, made_at: str = "") -> Document:
    """What the document of a round, or of the final, says of itself; otherwise as :func:`masthead`."""
    t, document = edition.texts, masthead(edition, "fairness", made_at)
    name = t("explain.final_title") if where == FINAL else edition.rules.round(where).name.say(t.language)
    title = t("study.title_of", title=document.title, round=name)
    return replace(document, title=title, stem=document.stem.replace(edition.name, f"{edition.name}-{where}", 1))


def annexes(edition: Edition) -> dict[str, str]:
    """The stem of each fairness analysis that this edition can have: of every closed round, and of the final."""
    closed = [*edition.result.scores]
    several = len(final_weights(edition.rules)) > 1 and FINAL in set(edition.result.ranking["round"])
    return {where: fairness_masthead(edition, where).stem for where in [*closed, *([FINAL] if several else [])]}


def process_quality(edition: Edition) -> Iterator[str]:
    """Two calm sentences about the closed rounds that follow from their marks and put no judge beside a mark."""
    t = edition.texts
    parts: list[Panel] = []
    told: list[str] = []
    for name in edition.result.scores:
        study = Study(edition, name)
        lists = [study.totals.part(entries=study.entries(*pair)) for pair in study.scopes]
        parts += lists
        found = [icc(each)["icc_ck"] for each in lists]
        known = {one.value: one for one in found if one.n >= _LEAST and one.value is not None}
        if known:
            least = known[min(known)]
            level = t(f"study.level_{reading('icc', least).removeprefix('fairness.icc_')}")
            value = t.decimal(Decimal(f"{least.value:.2f}"))
            told.append(t("study.report_round", level=level, round=study.round.name.say(t.language), value=value))
    if told:
        yield t("study.report_reliable", rounds=told)
    if any(len(each.judges) > 1 for each in parts):
        crossed, linked = all(each.crossed for each in parts), all(each.components().number < 2 for each in parts)
        yield t(f"study.report_{'crossed' if crossed else 'linked' if linked else 'apart'}")
