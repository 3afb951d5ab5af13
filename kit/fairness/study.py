"""One closed round of an edition, prepared for every statistic of this room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import pandas as pd

from kit.columns import Known
from kit.fairness.adjusted import adjusted
from kit.fairness.agreement import alpha, icc, kendall_w
from kit.fairness.decisive import decisive
from kit.fairness.generalize import generalizability
from kit.fairness.habits import drift, extreme_marks, pace
from kit.fairness.panel import Panel, factors
from kit.fairness.rank_sets import chances_of_first, rank_sets
from kit.fairness.rasch import common_scale, rasch
from kit.fairness.replay import Replay
from kit.fairness.severity import severity
from kit.fields import UnknownRound
from kit.ranking import FINAL
from kit.reading import letter

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.fairness.adjusted import Adjusted
    from kit.fairness.agreement import Estimate
    from kit.fairness.generalize import Generalizability
    from kit.fairness.rank_sets import Chances, RankSets
    from kit.fairness.rasch import Rasch
    from kit.fairness.severity import Severity
    from kit.rules import Round, Scope


@dataclass(frozen=True)
class Agreement:
    """How far the judges agree about one set of sheets; each estimate says itself why it has no value.

    Args:
        alpha: Krippendorff's, interval, over totals; over one criterion's marks, ordinal.
        single: ICC(A,1), of one judge's totals.
        average: ICC(C,k), of the mean of all judges, for comparing entries.
        w: Kendall's, with ties.
    """

    alpha: Estimate
    single: Estimate
    average: Estimate
    w: Estimate


class Study:
    """Everything about one round that the fairness analysis asks of an edition, computed once when it is asked.

    Only sheets that count are studied: those of counting judges, complete and not recused, for entries with a score.

    Args:
        edition: the edition.
        round_id: a scored round that is closed; the first unless given.

    Raises:
        UnknownRound: there is no such round, or it carries no marks.
        StillOpen, NotOpenedYet, RulesChanged: its values cannot be shown (see :meth:`Edition.ranking_table`).
    """

    def __init__(self, edition: Edition, round_id: str = "") -> None:
        self.edition = edition
        name = round_id or next(iter(edition.states))
        self.round: Round = edition.rules.round(Known([*edition.states], UnknownRound)(name))
        edition.ranking_table(self.round.id)  # refuses what must not be shown
        self.replay = Replay(edition.rules, edition.record, edition.result)
        self._counting = edition.result.scores[self.round.id]
        self._weights = factors(self.round)

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
        """One value for each sheet that counts, weighted by the rules."""
        return self.panel.totals(self._weights)

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each judge, in an order that their ids do not tell; the same for the same data."""

        def place(judge: str) -> bytes:
            return sha256(f"{self.edition.fingerprint}\x1f{judge}".encode()).digest()

        return {judge: letter(n) for n, judge in enumerate(sorted(self.panel.judges, key=place))}

    @cached_property
    def scopes(self) -> list[tuple[Scope, str]]:
        """The lists that this round decides about: those of its cut, or else of the awards, or else of all entries."""
        rules, listed = self.edition.rules, self.replay.scopes(self.round.id)
        kinds = [self.round.advance.scope] if self.round.advance else [awards.scope for awards in rules.final.awards]
        chosen = [pair for pair in listed if pair[0] in kinds] or [pair for pair in listed if pair[0] == "overall"]
        return chosen or listed[:1]  # type: ignore[return-value]  # scopes of the rules

    def ranking(self, scope: str, scope_id: str) -> pd.DataFrame:
        """The list by the rules, with titles."""
        titles = self.edition.registers.entries.set_index("entry_id")["title"]
        table = self.edition.result.of(self.round.id, scope, scope_id)
        return table.assign(title=table["entry_id"].map(titles))

    def entries(self, scope: str, scope_id: str) -> list[str]:
        """The entries of a list that have a rank."""
        table = self.ranking(scope, scope_id)
        return list(table.loc[table["rank"].notna(), "entry_id"])

    def cut(self, scope: str, scope_id: str) -> int | None:
        """How many entries of a list go on or win, if it is divided."""
        for cut in self.edition.result.cuts.get(self.round.id, ()):
            if (cut.scope, cut.scope_id) == (scope, scope_id):
                return len(cut.through)
        awards = [len(each.names) for each in self.edition.rules.final.awards if each.scope == scope]
        return awards[0] if awards else None

    # The statistics

    def agreement(self, scope: str, scope_id: str) -> Agreement:
        """Agreement about the totals of a list."""
        return _agreement(self.totals.part(entries=self.entries(scope, scope_id)), "interval")

    def agreement_on(self, criterion: str) -> Agreement:
        """Agreement about one criterion over all entries."""
        return _agreement(self.panel.part(criteria=[criterion]), "ordinal")

    @cached_property
    def generalizability(self) -> Generalizability:
        """The planner's question, over all entries."""
        return generalizability(self.totals)

    @cached_property
    def severity(self) -> Severity:
        """The additive model of all totals."""
        return severity(self.totals)

    @cached_property
    def rasch(self) -> Rasch:
        """The Rasch model of all marks."""
        return rasch(self.panel, common_scale(self.round))

    def adjusted(self, scope: str, scope_id: str) -> Adjusted:
        """The order of a list with severity removed, beside the rules'."""
        entries = self.entries(scope, scope_id)
        ranking = self.ranking(scope, scope_id)
        ranking = ranking[ranking["entry_id"].isin(entries)].astype({"rank": int})
        return adjusted(self.totals.part(entries=entries), ranking[["entry_id", "rank"]])

    def rank_sets(self, scope: str, scope_id: str) -> RankSets:
        """The places that the marks allow each entry of a list."""
        return rank_sets(self.totals.part(entries=self.entries(scope, scope_id)), self.cut(scope, scope_id))

    def chances(self, scope: str, scope_id: str) -> Chances:
        """How likely each entry of a list is the best."""
        return chances_of_first(self.totals.part(entries=self.entries(scope, scope_id)))

    @cached_property
    def decisive(self) -> pd.DataFrame:
        """What decided each cut of the round; and each award, where the round alone decides it."""
        errors: dict[str, float] = {}
        for scope, scope_id in self.scopes:
            table = self.rank_sets(scope, scope_id).table
            errors |= dict(zip(table["entry_id"], table["error"], strict=True)) if len(table) else {}
        own = decisive(self.replay, self.round.id, errors)
        last = self.round.id == self.edition.rules.scored_rounds[-1].id
        done = FINAL in set(self.edition.result.ranking["round"])
        return pd.concat([own, decisive(self.replay, FINAL)], ignore_index=True) if last and done else own

    @cached_property
    def _events(self) -> pd.DataFrame:
        return self.edition.ledger.events(["mark", "comment"], self.round.id)

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


def _agreement(panel: Panel, level: Literal["ordinal", "interval"]) -> Agreement:
    by_model = icc(panel)
    return Agreement(alpha(panel, level), by_model["icc_a1"], by_model["icc_ck"], kendall_w(panel))
