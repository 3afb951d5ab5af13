"""How scores come about, in sentences and tables that follow from the rules alone."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import pandas as pd

from kit.explain import basis, final_parts, ratio, tie_words
from kit.ranking import FINAL
from kit.report.blocks import Block, Bullets, Column, Group, Table
from kit.report.story import Told
from kit.rules import ByPeople, WeightedMean
from kit.scores import criterion_factors
from kit.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.rules import Round, Scale, Step, TieRule


class Method(Told):
    """The rules of an edition, told before anybody has scored."""

    def method(self) -> Group:
        """How scores come about: scales, weights, roundings, ties."""
        said = [sentence for round_ in self.rules.scored_rounds for sentence in self._round_sentences(round_)]
        blocks: list[Block] = [self._heading("method"), Bullets([*said, *self._final_sentences()])]
        return Group([*blocks, *(self._weights(round_) for round_ in self.rules.scored_rounds if round_.criteria)])

    def _round_sentences(self, round_: Round) -> Iterator[str]:
        t, name = self.t, self.rounds[round_.id]
        if round_.kind == "ranks":
            said = t("report.method_ballot", round=name)
        elif len(scales := scales_of(round_)) == 1:
            said = t("report.method_scale", round=name, low=scales[0].low, high=scales[0].high, step=scales[0].step)
        else:
            said = t("report.method_scales", round=name)
        yield " ".join([said, *map(self._step, round_.score)])
        yield from self._judged_by(round_)
        several = len(self.rules.scored_rounds) > 1
        yield from self._ties_said(name, round_.ties if several else self.rules.final_ties, round_.id)

    def _judged_by(self, round_: Round) -> Iterator[str]:
        """Who judges a round, as far as the rules say it."""
        t, name = self.t, self.rounds[round_.id]
        known = dict(self.edition.registers.judges[["judge_id", "name"]].itertuples(index=False, name=None))
        if round_.panel:
            yield t("report.method_panel", round=name, judges=[known[judge] for judge in round_.panel])
        if round_.not_counting:
            yield t("report.method_not_counting", round=name, judges=[known[judge] for judge in round_.not_counting])
        if round_.min_judges > 1:
            yield t("report.method_min", round=name, n=round_.min_judges)
        if round_.quorum:
            yield t("report.method_quorum", round=name, n=round_.quorum)

    def _step(self, step: Step) -> str:
        options = {name: getattr(step, key, "") for name, key in _OPTIONS.items()}
        said = [self.t(f"explain.{step.over}_{step.by}", **options)]
        if step.round_terms is not None:
            said.append(self.t("explain.terms_rounded"))
        if step.round is not None:
            said.append(self.t("report.method_rounded", n=step.round))
        return " ".join(said)

    def _ties_said(self, name: str, ties: Sequence[TieRule], round_: str) -> Iterator[str]:
        words = [
            tie_words([tie], label(tie), self.rules, round_, self.t)
            for tie in ties
            if not (isinstance(tie, ByPeople) and tie.by == "shared")
        ]
        if words:
            then = reduce(lambda first, second: self.t("report.then", first=first, second=second), words)
            yield self.t("report.method_ties", round=name, rules=then)

    def _final_sentences(self) -> Iterator[str]:
        t, step, rounds = self.t, self.rules.final.score[0], self.rules.scored_rounds
        if len(rounds) > 1:
            if step.by == "last":
                yield t("report.method_last", round=self.rounds[self.last])
            else:
                terms = "" if step.round_terms is None else f" {t('explain.terms_rounded')}"
                yield (
                    t("report.method_final", parts=" + ".join(final_parts(self.rules, t)), n=self.rules.decimals)
                    + terms
                )
            yield from self._ties_said(self.rounds[FINAL], self.rules.final_ties, self.last)
            yield basis(self.rules, t)
        yield from self._ties_explained()
        yield t("report.method_shared")
        yield t(f"report.method_{self.rules.rounding}")

    def _ties_explained(self) -> Iterator[str]:
        """How equal scores are compared, as far as the rules have them compared."""
        ties = [tie for round_ in self.rules.scored_rounds for tie in round_.ties] + [*self.rules.final_ties]
        if any(not isinstance(tie, ByPeople) for tie in ties):
            yield self.t("report.method_ties_unrounded")
        if any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in ties):
            yield self.t("report.method_ruling")

    def _weights(self, round_: Round) -> Table:
        t, language = self.t, self.t.language
        step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
        scales = [round_.scale_of(c.id) for c in round_.criteria]
        table = pd.DataFrame(
            {
                "criterion": [f"{c.id} {c.name.say(language)}" for c in round_.criteria],
                "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) for s in scales],
                "weight": [c.weight for c in round_.criteria],
                "factor": [ratio(factor, t) for factor in criterion_factors(step, round_)] if step else "",
                "question": [c.question.say(language) if c.question else "" for c in round_.criteria],
            }
        )
        weights = [Column("weight", t("explain.weight"), "decimal"), Column("factor", t("explain.factor"), "decimal")]
        columns = [
            Column("criterion", t("report.column_criterion"), width=3),
            *([Column("scale", t("report.column_scale"))] if len(scales_of(round_)) > 1 else []),
            *(weights if step else []),
            *([Column("question", t("report.column_question"), width=4)] if any(table["question"]) else []),
        ]
        caption = t("report.weights_caption", round=self.rounds[round_.id])
        return Table.of(table, t, columns=columns, caption=caption, row_header="criterion")


# What the sentence of a step names, and the key of the rule that holds it.
_OPTIONS = {"high": "drop_high", "low": "drop_low", "limit": "limit"}


def scales_of(round_: Round) -> list[Scale]:
    """The different scales of a round."""
    return list(dict.fromkeys(round_.scale_of(criterion.id) for criterion in round_.marked))
