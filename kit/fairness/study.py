"""One closed round of an edition, or the final result, prepared for every statistic of this package."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Known
from kit.fairness.judge_effects import Adjusted, adjusted, drift, extreme_marks, pace, severity
from kit.fairness.mark_arrays import Panel, by_judges_alone, factors, worth
from kit.fairness.rank_sets import Chances, RankSets, chances_of_first, rank_sets
from kit.fairness.rasch import Rasch, common_scale, rasch
from kit.fairness.reliability import Estimate, alpha, icc, kendall_w
from kit.fairness.sensitivity import decisive, without_each_criterion, without_each_judge
from kit.fairness.variance_components import Generalizability, generalizability
from kit.pseudonyms import letters
from kit.rules import Ballots, Mean, Points, fits
from kit.scoring.ranking import FINAL, final_weights
from kit.scoring.replay import Replay

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.fairness.judge_effects import Severity
    from kit.fairness.reliability import Level
    from kit.rules import Round, Scope


_BENT = "fairness.no_sum_of_means"
_RANKS = "fairness.ranks_not_marks"
_BESIDE = "fairness.not_by_judges_alone"


@dataclass(frozen=True)
class Agreement:
    """How far the judges agree about one set of sheets; each estimate says itself why it has no value.

    Args:
        alpha: Krippendorff's; over one criterion's marks, ordinal.
        single: ICC(A,1), of one judge's totals.
        average: ICC(C,k), of the mean of all judges, for comparing entries.
        w: Kendall's, with ties.
    """

    alpha: Estimate
    single: Estimate
    average: Estimate
    w: Estimate


class Study:
    """Everything that the fairness analysis asks of an edition about one round or the final, computed once when asked.

    Only sheets that count are studied: those of counting judges, complete and not recused, for entries with a score.
    In the final, the entries are those that reached the last round; what is asked about judges is asked of that round.

    Args:
        edition: the edition.
        where: a scored round that is closed, or ``final``; the first round unless given.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        StillOpen, NotOpenedYet, rules_changed: its values cannot be shown (see :meth:`Edition.ranking_table`).
    """

    def __init__(self, edition: Edition, where: str = "") -> None:
        self.edition = edition
        self.where = Known([*edition.states, FINAL], "unknown_round")(where or edition.rules.first_round)
        edition.ranking_table(self.where)  # refuses what must not be shown
        self.replay = Replay(edition.rules, edition.record, edition.result)
        self.final = self.where == FINAL
        self._shares = final_weights(edition.rules) if self.final else {self.where: Fraction(1)}
        self.round: Round = edition.rules.round([*self._shares][-1])
        self._counting = edition.result.scores[self.round.id]
        self._rank_sets: dict[tuple[str, str], RankSets] = {}

    @cached_property
    def marks(self) -> pd.DataFrame:
        """The marks that count, as in the ledger."""
        sheets = self._counting.sheets
        entries = [sheets.entries[n] for n in sheets.entry[self._counting.rows]]
        judges = [sheets.judges[n] for n in sheets.judge[self._counting.rows]]
        counted = pd.MultiIndex.from_arrays([entries, judges])
        marks = self.edition.record.marks
        marks = marks[marks["round"] == self.round.id]
        return marks[pd.MultiIndex.from_frame(marks[["entry_id", "judge_id"]]).isin(counted)].reset_index(drop=True)

    @cached_property
    def panel(self) -> Panel:
        """All marks that count."""
        return Panel.of(self.marks)

    @cached_property
    def totals(self) -> Panel:
        """One value for each sheet that counts, weighted by the rules; of criteria for some entries, those it has."""
        marked = self.round.marked
        if not any(part.where for part in marked):
            return self.panel.totals(factors(self.round, () if self.lacking else marked))
        about, whole = self.edition.record.facts.about, self.panel
        kinds: dict[tuple[str, ...], list[str]] = {}
        for entry in whole.entries:
            names = tuple(part.id for part in marked if fits(part.where, about.get(entry, {})))
            kinds.setdefault(names, []).append(entry)
        rows: list[tuple[str, str, str, str]] = []
        for names, entries in kinds.items():
            asked = [part for part in marked if part.id in names and not self.lacking]
            own = whole.part(entries=entries, criteria=names).totals(factors(self.round, asked))
            values = zip(own.judge, own.entry, own.value, strict=True)
            rows += [(own.judges[judge], own.entries[at], "total", repr(float(value))) for judge, at, value in values]
        return Panel.of(pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion", "value"]))

    @property
    def lowest_first(self) -> bool:
        """Whether the lowest marks are the best, so that totals are negative."""
        return self.round.kind == "ranks" or self.round.direction == "low"

    @property
    def lacking(self) -> str | None:
        """Why no judge has a total for an entry, if none has."""
        if self.round.kind == "values":
            return "fairness.no_judges"
        return "fairness.no_totals" if any(part.panel for part in self.round.criteria) else None

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each judge, of this analysis alone."""
        judges = {judge for name in self.rounds for judge in self.edition.result.scores[name].sheets.judges if judge}
        return letters(self.edition, f"fairness/{self.where}", judges)

    @cached_property
    def rounds(self) -> dict[str, Study]:
        """The rounds whose scores count: the round itself, or those of the final."""
        return {name: Study(self.edition, name) for name in self._shares} if self.final else {self.where: self}

    @property
    def judges(self) -> int:
        """How many judges' sheets are studied."""
        return len({judge for each in self.rounds.values() for judge in each.totals.judges})

    @cached_property
    def scopes(self) -> list[tuple[Scope, str]]:
        """The lists that are decided about: those of the round's cut, or else of the awards, or else of all entries."""
        rules, listed = self.edition.rules, self.replay.scopes(self.where)
        advance = None if self.final else self.round.advance
        kinds = [advance.scope] if advance else [awards.scope for awards in rules.final.main_awards]
        chosen = [pair for pair in listed if pair[0] in kinds] or [pair for pair in listed if pair[0] == "overall"]
        return chosen or listed[:1]  # type: ignore[return-value]  # scopes of the rules

    def ranking(self, scope: str, scope_id: str) -> pd.DataFrame:
        """The list by the rules."""
        table = self.edition.result.of(self.where, scope, scope_id)
        return table[table["entry_id"].isin(list(self.replay.ranked(self.where, scope, scope_id)))]

    def entries(self, scope: str, scope_id: str) -> list[str]:
        """The entries of a list that have a rank."""
        table = self.ranking(scope, scope_id)
        return list(table.loc[table["rank"].notna(), "entry_id"])

    def cut(self, scope: str, scope_id: str) -> int | None:
        """How many entries of a list go on or win, if that divides it."""
        if cut := self.edition.result.cut(self.where, scope, scope_id):
            inside = len(cut.through)
        else:
            inside = next((len(each.names) for each in self.edition.rules.final.main_awards if each.scope == scope), 0)
        return inside if 0 < inside < len(self.entries(scope, scope_id)) else None

    # The statistics

    def agreement(self, scope: str, scope_id: str) -> Agreement:
        """Agreement about the totals of a list; of ranks, each of which hangs on the others, Kendall's W alone."""
        totals = self.totals.part(entries=self.entries(scope, scope_id))
        if self.round.kind == "ranks":
            none = Estimate(n=len(totals.entries), judges=len(totals.judges), why=_RANKS)
            return Agreement(none, none, none, kendall_w(totals))
        return _agreement(totals, self.level)

    @property
    def level(self) -> Level:
        """What counts of the totals: their differences, unless the rules count nothing but each judge's order."""
        return "ordinal" if any(isinstance(step, (Points, Ballots)) for step in self.round.score) else "interval"

    def agreement_on(self, criterion: str) -> Agreement:
        """Agreement about one criterion over all entries; its levels have an order, and no distance that is known."""
        return _agreement(self.panel.part(criteria=[criterion]), "ordinal")

    @cached_property
    def generalizability(self) -> Generalizability:
        """The planner's question, over all entries."""
        if self.round.kind == "ranks":
            return Generalizability(n=len(self.totals.entries), judges=len(self.totals.judges), why=_RANKS)
        return generalizability(self.totals)

    @cached_property
    def severity(self) -> Severity:
        """The additive model of all totals."""
        return severity(self.totals)

    @cached_property
    def rasch(self) -> Rasch:
        """The Rasch model of all marks."""
        if self.round.direction == "low":
            return Rasch(why="fairness.rasch_low")
        return rasch(self.panel, common_scale(self.round))

    def _totals(self, scope: str, scope_id: str) -> list[tuple[Panel, float]] | str:
        """The totals of a list, round by round with their weights; or why these do not make its order."""
        step, found = self.edition.rules.final.score[0], []
        best = isinstance(step, Mean) and step.best
        if self.final and (best or self.edition.rules.final.adjusting):
            return _BENT
        for name, each in self.rounds.items():
            if not self.final and not by_judges_alone(each.round):
                return self.lacking or _BESIDE
            if (worth_ := each.worth if self.final else 1.0) is None:
                return _BENT
            # The last round's are those of this list alone; an earlier one's others help to tell how noisy marks were.
            entries = (self if name == self.round.id else each).entries(scope, scope_id)
            found.append((each.totals.part(entries=entries), float(self._shares[name]) * worth_))
        return found

    @property
    def worth(self) -> float | None:
        """What one more in the mean of an entry's totals is worth in its score (:func:`.mark_arrays.worth`)."""
        return worth(self.round, int(max(self._counting.sheets.status["judges_required"], default=0)))

    def adjusted(self, scope: str, scope_id: str) -> Adjusted:
        """The order of a list with severity removed, beside the rules'."""
        if isinstance(totals := self._totals(scope, scope_id), str):
            return Adjusted(why=totals)
        ranking = self.ranking(scope, scope_id)
        return adjusted(totals, ranking[ranking["rank"].notna()].astype({"rank": int})[["entry_id", "rank"]])

    def rank_sets(self, scope: str, scope_id: str) -> RankSets:
        """The places that the marks allow each entry of a list."""
        if (pair := (scope, scope_id)) not in self._rank_sets:
            totals = self._totals(*pair)
            found = RankSets(why=totals) if isinstance(totals, str) else rank_sets(totals, self.cut(*pair))
            self._rank_sets[pair] = found
        return self._rank_sets[pair]

    def chances(self, scope: str, scope_id: str) -> Chances:
        """How likely each entry of a list is the best."""
        if isinstance(totals := self._totals(scope, scope_id), str):
            return Chances(why=totals)
        return chances_of_first(totals)

    @cached_property
    def left_out(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Every list ranked again without each judge, and without each criterion."""
        return without_each_judge(self.replay, self.where), without_each_criterion(self.replay, self.where)

    @cached_property
    def decisive(self) -> pd.DataFrame:
        """What decided each cut of the round, or each award of the final; of both, where the round alone decides."""
        errors = self._errors()
        alone = not self.final and {*final_weights(self.edition.rules)} == {self.where}
        done = FINAL in set(self.edition.result.ranking["round"])
        places = [self.where, FINAL] if alone and done else [self.where]
        return pd.concat([decisive(self.replay, where, errors) for where in places], ignore_index=True)

    def _errors(self) -> dict[str, float]:
        """The standard error of each entry's score, where scores are means or sums of the judges' totals."""
        scale = 1.0 if self.final else self.worth
        if scale is None:
            return {}
        tables = [self.rank_sets(*pair).table for pair in self.scopes]
        known = pd.concat([table for table in tables if len(table)] or [pd.DataFrame(columns=["entry_id", "error"])])
        return dict(zip(known["entry_id"], known["error"] * scale, strict=True))

    @cached_property
    def _events(self) -> pd.DataFrame:
        events = self.edition.history.events(["mark", "comment"], self.round.id)
        return events[events["judge_id"].isin(self.panel.judges)]

    @cached_property
    def extreme_marks(self) -> pd.DataFrame:
        """Marks far from what entry, judge and criterion let expect, with their comments."""
        return extreme_marks(self.round, self.marks, self._events)

    @cached_property
    def pace(self) -> pd.DataFrame:
        """How long each sheet took, in each judge's own order."""
        return pace(self.round, self._events)

    @cached_property
    def drift(self) -> pd.DataFrame:
        """Whether a judge became stricter or more lenient on the way."""
        return drift(self.totals, self.pace)


def _agreement(panel: Panel, level: Level) -> Agreement:
    by_model = icc(panel)
    return Agreement(alpha(panel, level), by_model["icc_a1"], by_model["icc_ck"], kendall_w(panel))
