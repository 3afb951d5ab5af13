"""The contest played again with a judge, a criterion or a weight changed, by the kit's own exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.errors import Problem
from kit.rules import ByCriteria, ByPeople, Points, TrimmedMean
from kit.scoring.exact import Exact
from kit.scoring.ranking import FINAL, final_rulings, final_weights, listed, parts_of
from kit.scoring.scores import rescored, score_round
from kit.scoring.ties import TieBreaker, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.rules import Rules, TieRule
    from kit.scoring.ranking import Record, Result
    from kit.scoring.scores import Scores, Sheets


class Change(NamedTuple):
    """What is other than it was: the rules, and the scores of some rounds."""

    rules: Rules
    scores: Mapping[str, Scores]


@dataclass(frozen=True, eq=False)
class Replay:
    """A contest that has been ranked, ready to be ranked again from other scores.

    The entries of each round stay those that the contest had: a changed first round sends nobody else on.

    Args:
        rules: the contest's rules.
        record: for the rulings of the judges on ties.
        result: what came of it.
    """

    rules: Rules
    record: Record
    result: Result

    def rounds_of(self, where: str) -> tuple[str, ...]:
        """Return the rounds whose scores count in a round (itself) or in the final."""
        return tuple(final_weights(self.rules)) if where == FINAL else (parts_of(self.rules, where) or (where,))

    def scopes(self, where: str) -> list[tuple[str, str]]:
        """Return the lists of a round or the final that can be ranked again."""
        return [(scope, scope_id) for name, scope, scope_id in self._lists if name == where]

    def ranked(self, where: str, scope: str, scope_id: str) -> dict[str, int | None]:
        """Return the ranks by the rules of the entries that compete for the first places of a list, by id.

        In the final these are the entries that reached the last round; the others stand behind them whatever happens.
        """
        return self._lists.get((where, scope, scope_id), {})

    @cached_property
    def _lists(self) -> dict[tuple[str, str, str], dict[str, int | None]]:
        table = self.result.ranking
        last = self.rules.last_round
        known = {FINAL, *(round_.id for round_ in self.rules.scored_rounds)}  # a series of awards has a list too
        table = table[((table["round"] != FINAL) | (table["last_round"] == last)) & table["round"].isin(known)]
        keys = table[["round", "scope", "scope_id"]].drop_duplicates()  # in the order of the rules
        lists: dict[tuple[str, str, str], dict[str, int | None]] = {
            key: {} for key in keys.itertuples(index=False, name=None)
        }
        table = table.sort_values("entry_id", kind="stable")
        columns = (table[name] for name in ("round", "scope", "scope_id", "entry_id", "rank"))
        for where, scope, scope_id, entry, rank in zip(*columns, strict=True):
            lists[where, scope, scope_id][entry] = None if rank is pd.NA else int(rank)
        return lists

    def ranks(self, where: str, scope: str, scope_id: str, change: Change) -> dict[str, int]:
        """Rank a list again; entries without a score are not in it."""
        return {entry: rank for entry, (rank, _) in self.placed(where, scope, scope_id, change).items()}

    def placed(self, where: str, scope: str, scope_id: str, change: Change) -> dict[str, tuple[int, Fraction]]:
        """Rank a list again: the rank and the score of each entry that has one, best first."""
        entries = list(self.ranked(where, scope, scope_id))
        within = {
            name: self._within(name, scope, scope_id, change.scores.get(name, own))
            for name, own in self.result.scores.items()
        }
        facts = self.record.facts
        entries, scores = listed(change.rules, where, within.__getitem__, entries, facts)
        if where == FINAL:
            round_, ties = self.rules.last_round, change.rules.final_ties
            rulings = final_rulings(self.rules, self.record)
        else:
            round_, ties = where, change.rules.round(where).ties
            rulings = [*self.record.rulings.get(where, ())]
        breaker = TieBreaker(round_, within, rulings, parts_of(change.rules, where), facts)
        placing = place(entries, scores, ties, breaker, change.rules.round(round_).direction)
        score = dict(zip(entries, scores.fractions(), strict=True))
        return {entry: (rank, score[entry]) for entry, rank in zip(placing.entries, placing.ranks, strict=True)}

    def unrounded(self, where: str, scope: str, scope_id: str) -> dict[str, Fraction]:
        """Return the scores of the entries that compete in a list as they are without any rounding at the end.

        In the final, the unrounded scores of its rounds with their weights.
        """
        entries, scores = listed(
            self.rules,
            where,
            lambda name: self._within(name, scope, scope_id, self.result.scores[name]),
            list(self.ranked(where, scope, scope_id)),
            self.record.facts,
            exact=True,
        )
        return dict(zip(entries, scores.fractions(), strict=True))

    def then(self, change: Change) -> Replay:
        """Return the contest after a change, to be changed further; its lists hold the ranks from before."""
        scores = {**self.result.scores, **change.scores}
        return replace(self, rules=change.rules, result=replace(self.result, scores=scores))

    def with_weights(self, round_: str, weights: Mapping[str, Fraction]) -> Change:
        """Change the weights of some criteria of a round; those of the others shrink or grow to keep the total.

        Raises:
            weights_impossible: a weight is negative, or the others have none that could keep the total.
        """
        old = self.rules.round(round_)
        total = sum(Fraction(known.weight) for known in old.criteria)
        rest = sum(Fraction(known.weight) for known in old.criteria if known.id not in weights)
        left = total - sum(weights.values())
        if min(weights.values()) < 0 or left < 0 or (rest == 0 and left != 0):
            raise Problem("weights_impossible", total=Decimal(total.numerator) / Decimal(total.denominator))
        factor = left / rest if rest else Fraction(0)
        criteria = tuple(
            known.model_copy(update={"weight": weights.get(known.id, Fraction(known.weight) * factor)})
            for known in old.criteria
        )
        new = old.model_copy(update={"criteria": criteria})
        rounds = tuple(new if each.id == round_ else each for each in self.rules.rounds)
        scores = self._score(replace(self.result.scores[round_].sheets, round=new))
        return Change(self.rules.model_copy(update={"rounds": rounds}), {round_: scores})

    def without_judge(self, judge: str, where: str) -> Change:
        """Change the scores that count in a round or the final as if a judge had been recused from all entries.

        One judge fewer than the rules ask for is enough then.
        """
        sheets = {name: self.result.scores[name].sheets for name in self.rounds_of(where)}
        return Change(
            self.rules,
            {name: self._score(_without_judge(own, judge)) for name, own in sheets.items() if judge in own.judges},
        )

    def without_criterion(self, round_: str, criterion: str) -> Change | None:
        """Return the contest without a criterion, the other weights in proportion; None if too few are left.

        The tie rules do without it too.
        """
        old = self.rules.round(round_)
        kept = [n for n, known in enumerate(old.criteria) if known.id != criterion]
        step = next((step for step in old.score if step.over == "criteria"), None)
        needed = step.drop_high + step.drop_low + 1 if isinstance(step, TrimmedMean) else 1
        if len(kept) < needed:
            return None
        weight = {n: Fraction(known.weight) for n, known in enumerate(old.criteria)}
        grown = sum(weight.values()) / sum(weight[n] for n in kept)
        criteria = tuple(old.criteria[n].model_copy(update={"weight": weight[n] * grown}) for n in kept)
        new = old.model_copy(update={"criteria": criteria})
        sheets = self.result.scores[round_].sheets
        marks = Exact(sheets.marks.numerators[:, kept], sheets.marks.denominator)
        scores = self._score(
            replace(sheets, round=new, marks=marks, marked=sheets.marked[:, kept], asked=sheets.asked[:, kept])
        )
        rounds = tuple(
            (new if each.id == round_ else each).model_copy(
                update={"ties": _ties_without(each.ties, each.id, round_, criterion)}
            )
            for each in self.rules.rounds
        )
        ties = _ties_without(self.rules.final.ties, self.rules.last_round, round_, criterion)
        final = self.rules.final.model_copy(update={"ties": ties})
        return Change(self.rules.model_copy(update={"rounds": rounds, "final": final}), {round_: scores})

    def _score(self, sheets: Sheets) -> Scores:
        return score_round(sheets, self.rules.rounding)

    def _within(self, name: str, scope: str, scope_id: str, scores: Scores) -> Scores:
        """A round's scores within a scope."""
        return rescored(scores, list(self.result.of(name, scope, scope_id)["entry_id"]), self.rules.rounding)


def _without_judge(sheets: Sheets, judge: str) -> Sheets:
    """The sheets as if a judge had been recused from all entries; ballots do without theirs."""
    steps = tuple(
        step.model_copy(update={"recused": "mean"}) if isinstance(step, Points) else step for step in sheets.round.score
    )
    fewer = {"min_judges": max(sheets.round.min_judges - 1, 1), "score": steps}
    out = sheets.judge == sheets.judges.index(judge)
    return replace(sheets, round=sheets.round.model_copy(update=fewer), recused=sheets.recused | out)


def _ties_without(ties: Sequence[TieRule], own: str, round_: str, criterion: str) -> tuple[TieRule, ...]:
    """The tie rules of a round, or the final, without one criterion of a round."""
    kept: list[TieRule] = []
    for tie in ties:
        if isinstance(tie, ByCriteria) and (tie.round or own) == round_:
            of = tuple(name for name in tie.of if name != criterion)
            kept += [tie.model_copy(update={"of": of})] if of else []
        else:
            kept.append(tie)
    return tuple(kept) or ((ByPeople(by="shared"),) if ties else ())
