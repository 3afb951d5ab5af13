"""How scores come about, in sentences and tables that follow from the rules alone."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

import pandas as pd

from kit.explain import tie_words
from kit.ranking import FINAL, final_weights
from kit.report.blocks import Block, Bullets, Column, Group, Table
from kit.report.story import Told
from kit.rules import ByPeople, WeightedMean
from kit.scores import criterion_factors
from kit.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from kit.rules import Round, Scale, Step, TieRule
    from kit.texts import Texts


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
        if round_.min_judges > 1:
            yield t("report.method_min", round=name, n=round_.min_judges)
        several = len(self.rules.scored_rounds) > 1
        yield from self._ties_said(name, round_.ties if several else self.rules.final_ties, round_.id)

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
                parts = [_part(weight, self.rounds[name], t) for name, weight in final_weights(self.rules).items()]
                terms = "" if step.round_terms is None else f" {t('explain.terms_rounded')}"
                yield t("report.method_final", parts=" + ".join(parts), n=self.rules.decimals) + terms
            yield from self._ties_said(self.rounds[FINAL], self.rules.final_ties, self.last)
            yield t("report.method_finalists")
        yield t("report.method_shared")
        yield t(f"report.method_{self.rules.rounding}")

    def _weights(self, round_: Round) -> Table:
        t, language = self.t, self.t.language
        step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
        scales = [round_.scale_of(c.id) for c in round_.criteria]
        table = pd.DataFrame(
            {
                "criterion": [f"{c.id} {c.name.say(language)}" for c in round_.criteria],
                "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) for s in scales],
                "weight": [c.weight for c in round_.criteria],
                "factor": [_ratio(factor, t) for factor in criterion_factors(step, round_)] if step else "",
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


def _ratio(value: Fraction, t: Texts) -> str:
    """A factor: as a decimal number where it ends soon, else as a fraction."""
    if 10**6 % value.denominator:
        return f"{value.numerator}/{value.denominator}"
    return t.decimal(Decimal(value.numerator) / value.denominator)


def _part(weight: Fraction, round_: str, t: Texts) -> str:
    """What a round adds to the final score: ``60% Penilaian proposal``, or its factor where that is no percentage."""
    percentage = weight < 1 and 10**6 % weight.denominator == 0
    return f"{_ratio(weight * 100, t)}% {round_}" if percentage else f"{_ratio(weight, t)} × {round_}"
