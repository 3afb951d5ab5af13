"""The fairness analysis of one round, for the committee, and what the annual report says of it in public.

:class:`Analysis` is the context of its chapters. Those on the judges (:mod:`kit.report.fairness_judges`) and on the
order of the entries (:mod:`kit.report.fairness_order`) are functions that take it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from kit.fairness.agreement import icc, reading
from kit.fairness.study import Study
from kit.registers import text_of
from kit.render.blocks import MISSING, Callout, Document, Group, Paragraph, sentence
from kit.report.context import Context, report_masthead
from kit.scoring.ranking import FINAL, final_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.fairness.panel import Panel

_LEAST = 5  # entries of a list of which a spread may be told in public


class Analysis:
    """One round's marks, studied in the language of a document.

    Args:
        edition: the edition, in the language of the document.
        where: a scored round that is closed, or ``final``; the first round unless given.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unknown_round, StillOpen, NotOpenedYet, rules_changed: the round cannot be studied (:class:`Study`).
    """

    def __init__(self, edition: Edition, where: str = "", made_at: str = "") -> None:
        context = self.context = Context(edition, made_at)
        self.t, self.rules, self.titles = context.t, context.rules, context.titles
        self.names, self.rounds = context.names, context.rounds
        self.study = Study(edition, text_of(where))
        self.round = self.study.round
        self.criteria = {known.id: known.name.say(self.t.language) for known in self.round.marked}
        self.scopes: list[tuple[str, str]] = [*self.study.scopes]

    def word(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``study``."""
        return self.t(f"study.{key}", **values)

    def judge(self, judge_id: str) -> str:
        """Return a judge's letter in words."""
        return self.word("judge_letter", letter=self.study.letters[judge_id])

    def number(self, value: float | None, places: int = 2) -> str:
        """Return a number at so many decimals, or a dash."""
        return MISSING if value is None or not np.isfinite(value) else self.t.decimal(Decimal(f"{value:.{places}f}"))


def masthead(analysis: Analysis) -> Document:
    """Return what the document is, for whom, and from which data."""
    return fairness_masthead(analysis.context.edition, analysis.study.where, analysis.context.made_at)


def opening(analysis: Analysis) -> Group:
    """Return what the analysis is for, which marks it uses, and who sees it."""
    if analysis.study.final:
        entries = len({entry for pair in analysis.scopes for entry in analysis.study.entries(*pair)})
        rounds = [analysis.rounds[name] for name in analysis.study.rounds]
        base = sentence(analysis.t, "study.base_final", entries=entries, rounds=rounds)
    else:
        counts = {"entries": len(analysis.study.totals.entries), "judges": analysis.study.judges}
        sheets = len(analysis.study.totals.value)
        base = sentence(analysis.t, "study.base", round=analysis.rounds[analysis.round.id], sheets=sheets, **counts)
    seen = analysis.word("plenary_yes" if analysis.rules.fairness_in_plenary else "plenary_no")
    return Group([Callout(analysis.word("about")), Paragraph(base), Paragraph(seen)])


def fairness_masthead(edition: Edition, where: str, made_at: str = "") -> Document:
    """Return the masthead of the analysis of a round or of the final (:func:`kit.report.context.report_masthead`)."""
    t, document = edition.texts, report_masthead(edition, "fairness", made_at)
    name = t("explain.final_title") if where == FINAL else edition.rules.round(where).name.say(t.language)
    title = t("study.title_of", title=document.title, round=name)
    return replace(document, title=title, stem=document.stem.replace(edition.name, f"{edition.name}-{where}", 1))


def annexes(edition: Edition) -> dict[str, str]:
    """Return the file name, without extension, of each fairness analysis: of every closed round, and of the final."""
    closed = [*edition.result.scores]
    several = len(final_weights(edition.rules)) > 1 and FINAL in set(edition.result.ranking["round"])
    return {where: fairness_masthead(edition, where).stem for where in [*closed, *([FINAL] if several else [])]}


def process_quality(edition: Edition) -> Iterator[str]:
    """Yield up to two sentences about the agreement in closed rounds; they put no judge beside a mark."""
    t = edition.texts
    parts: list[Panel] = []
    reliable: list[str] = []
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
            reliable.append(t("study.report_round", level=level, round=study.round.name.say(t.language), value=value))
    if reliable:
        yield t("study.report_reliable", rounds=reliable)
    if any(len(each.judges) > 1 for each in parts):
        crossed, linked = all(each.crossed for each in parts), all(each.components().number < 2 for each in parts)
        yield t(f"study.report_{'crossed' if crossed else 'linked' if linked else 'apart'}")
