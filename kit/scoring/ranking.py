"""The result: every round and the final, in every scope, with ties, cuts and awards as the rules say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.history import ranking_as_text
from kit.rules import SCOPES, Adjust, Last, Mean, WeightedMean
from kit.scoring.exact import Exact
from kit.scoring.scores import Facts, Scores, adjusted, collect_sheets, rescored, score_round
from kit.scoring.ties import Placing, Ruling, TieBreaker, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.rules import Advance, AtCut, Awards, Band, Basis, Direction, Localized, Round, Rules, Scope, Step
    from kit.scoring.exact import Integers
    from kit.texts import Texts

    Key = tuple[str, Scope, str]  # round or `final`, scope, scope_id

FINAL = "final"  # what the combination of all rounds is called in the column `round`

COLUMNS = [
    "round",
    "scope",
    "scope_id",
    "entry_id",
    "score",
    "rank",
    "award",
    "tie_broken_by",
    "judges_counted",
    "judges_required",
    "state",
    "last_round",
    "tied",
]


@dataclass(frozen=True)
class Record:
    """What the result needs of the registers and the ledger, as tables.

    Args:
        entries: ``entry_id``, ``unit_id``, ``group``, ``category`` of every registered entry, and the columns of the
            registers that the rules look at.
        panel: ``round``, ``entry_id``, ``judge_id``: the sheets that each round asks for.
        recusals: ``judge_id``, ``entry_id``, ``round`` (empty: all rounds).
        marks: ``round``, ``judge_id``, ``entry_id``, ``criterion``, ``value`` as decimal text.
        out: entries that were not admitted, withdrew or were disqualified: from which scored round on they are out.
        closed: ids of the rounds whose values may be shown.
        absent: ``(round, entry_id)`` of entries that did not come to a round; it ends their part in the contest, and
            one that never came to any round is in no list.
        withheld: ``(scope, scope_id, place)`` of awards that the judges did not give.
        rulings: per round, or ``final``, what the judges decided about tied entries, the latest ruling first.
        values: ``entry_id``, ``value_id``, ``value`` as decimal text: what entries have that no judge gives.
    """

    entries: pd.DataFrame
    panel: pd.DataFrame
    recusals: pd.DataFrame
    marks: pd.DataFrame
    out: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    absent: frozenset[tuple[str, str]] = frozenset()
    withheld: frozenset[tuple[str, str, int]] = frozenset()
    rulings: Mapping[str, Sequence[Ruling]] = field(default_factory=dict)
    values: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["entry_id", "value_id", "value"]))

    @cached_property
    def facts(self) -> Facts:
        """What the registers say of the entries, for rules that look at it."""
        return Facts.of(self.entries, self.values)

    def gone(self, round_: str) -> set[str]:
        """Return the entries that a round is the first to lack: absent from it, or out from it on."""
        absent = {entry for name, entry in self.absent if name == round_}
        return absent | {entry for entry, name in self.out.items() if name == round_}

    def recused(self, round_: str, judge_id: str | None = None) -> pd.DataFrame:
        """Return the recusals that hold in a round, of all judges or one, as ``judge_id`` and ``entry_id``."""
        held = self.recusals[self.recusals["round"].isin(["", round_])]
        own = held if judge_id is None else held[held["judge_id"] == judge_id]
        return own[["judge_id", "entry_id"]].drop_duplicates()


@dataclass(frozen=True)
class Cut:
    """Where the list of one scope ends.

    Args:
        scope: the scope's kind.
        scope_id: which one.
        through: ids of the entries that advance, by rank.
        tied: ids of entries that share a place on both sides of the cut after every tie rule.
        complete: whether every entry of the scope has a score; if not, nobody advances.
    """

    scope: Scope
    scope_id: str
    through: tuple[str, ...]
    tied: tuple[str, ...]
    complete: bool


@dataclass(frozen=True)
class Result:
    """A contest's result.

    Args:
        ranking: one row per round (or ``final``, or series of awards with a list of its own), scope and entry; its
            columns are :data:`COLUMNS`, its order is that of the rules' rounds, scopes, groups and categories, and
            rank. ``score`` is a Decimal or None; ``tied`` tells whether the place is still shared after every tie
            rule; ``last_round`` names the last round that the entry took part in: in the final, those whom it names the
            last one have the final score, and stand first.
        scores: per scored and closed round, the scores over all of its entries.
        cuts: per round that sends entries on, the cut of each scope.
    """

    ranking: pd.DataFrame
    scores: Mapping[str, Scores]
    cuts: Mapping[str, tuple[Cut, ...]]

    def csv(self, *rounds: str) -> str:
        """Write the ranking of some rounds as text, the same for the same ranking."""
        return self.ranking[self.ranking["round"].isin(rounds)].to_csv(index=False, lineterminator="\n")

    def with_published(self, published: pd.DataFrame) -> Result:
        """Return the result in which the rounds of a published ranking are as they were published.

        Args:
            published: the ranking, every cell as text.
        """
        rounds = [*dict.fromkeys(published["round"])]
        if published.equals(ranking_as_text(self.csv(*rounds))):
            return self
        rows = published.assign(
            score=pd.Series([Decimal(text) if text else None for text in published["score"]], dtype=object),
            rank=pd.array([int(text) if text else pd.NA for text in published["rank"]], dtype="Int64"),
            award=published["award"].astype(object).where(published["award"] != "", None),
            tie_broken_by=published["tie_broken_by"].astype(object).where(published["tie_broken_by"] != "", None),
            judges_counted=published["judges_counted"].astype("int64"),
            judges_required=published["judges_required"].astype("int64"),
            tied=published["tied"] == "True",
        )
        order = [*dict.fromkeys(self.ranking["round"])]
        tables = [rows if name in rounds else self.ranking for name in order]
        parts = [table[table["round"] == name] for table, name in zip(tables, order, strict=True)]
        return replace(self, ranking=pd.concat(parts, ignore_index=True)[COLUMNS])

    def cut(self, round_: str, scope: str, scope_id: str) -> Cut | None:
        """Return where the list of one scope ends, if it is cut."""
        cuts = self.cuts.get(round_, ())
        return next((cut for cut in cuts if (cut.scope, cut.scope_id) == (scope, scope_id)), None)

    def of(self, round_: str, scope: str, scope_id: str) -> pd.DataFrame:
        """Return the ranking of one scope in one round or the final, best first."""
        table = self.ranking
        chosen = (table["round"] == round_) & (table["scope"] == scope) & (table["scope_id"] == scope_id)
        return table[chosen].reset_index(drop=True)


def rank(rules: Rules, record: Record) -> Result:
    """Rank a contest by its rules.

    Rounds that are not closed are left out, and with them the final. No permutation of rows in the tables of
    ``record`` changes anything.
    """
    contest = _Contest(rules, record)
    contest.run()
    parts = list(contest.parts.values())
    ranking = pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)
    return Result(ranking, contest.scores, contest.cuts)


class _Contest:
    """One pass over the rounds; later ones look back at earlier ones."""

    def __init__(self, rules: Rules, record: Record) -> None:
        self.rules = rules
        self.record = record
        never_came = record.gone(rules.first_round)
        entries = record.entries[~record.entries["entry_id"].isin(never_came)].sort_values("entry_id")
        self.scope_ids = scope_ids(entries)
        groups, categories = ([kind.id for kind in kinds] for kinds in (rules.groups, rules.categories))
        self.scope_order = {
            "overall": ["overall"],
            "group": groups,
            "category": categories,
            "group_category": [f"{name}/{category}" for name in groups for category in categories],
        }
        self.members: dict[Key, list[str]] = {}  # per round, or `final`, and scope
        self.scores: dict[str, Scores] = {}
        self.rescored: dict[Key, Scores] = {}
        self.cuts: dict[str, tuple[Cut, ...]] = {}
        self.awarded: set[str] = set()  # entries with an award of a series that was given before
        self.waiting: set[str] = set()  # entries of which nobody knows yet whether a cut lets them through
        self.parts: dict[Key, pd.DataFrame] = {}

    def run(self) -> None:
        record = self.record
        taking_part = list(self.scope_ids.index)
        for round_ in self.rules.scored_rounds:
            if round_.id not in record.closed:
                return
            gone = record.gone(round_.id)
            taking_part = [entry for entry in taking_part if entry not in gone]
            self.scores[round_.id] = self._score(round_, taking_part)
            for key, members in self._scopes(round_.id, taking_part):
                self._add(key, [self._round_part(round_, key, members)])
            if round_.advance:
                self.cuts[round_.id] = tuple(self._cuts(round_.id, round_.advance))
                taking_part = sorted(entry for cut in self.cuts[round_.id] for entry in cut.through)
        for key, _ in self._scopes(FINAL, [entry for entry in self.scope_ids.index if entry not in record.out]):
            self._final(key)
        for awards in self.rules.final.awards:
            keys = [key for key in self.parts if key[:2] == (FINAL, awards.scope)]
            if awards.id is not None:
                keys = [self._series(key, awards) for key in keys]
            for key in keys:
                self._award(key, awards)

    def _score(self, round_: Round, taking_part: Sequence[str]) -> Scores:
        record = self.record
        recusals = record.recused(round_.id)
        panel = record.panel[record.panel["round"] == round_.id]
        marks = record.marks[record.marks["round"] == round_.id]
        sheets = collect_sheets(round_, taking_part, panel, recusals, marks, record.facts)
        return score_round(sheets, self.rules.rounding)

    def _scopes(self, round_: str, entries: Sequence[str]) -> list[tuple[Key, list[str]]]:
        """Every scope that holds any of the entries, in the rules' order, and which ones."""
        table = self.scope_ids.loc[list(entries)]
        found: list[tuple[Key, list[str]]] = []
        for scope in SCOPES:
            held = {scope_id: list(members.index) for scope_id, members in table.groupby(scope)}
            found += [((round_, scope, name), held[name]) for name in self.scope_order[scope] if name in held]
        self.members.update(found)
        return found

    def _within(self, key: Key) -> Scores:
        """A round's scores within a scope."""
        if key not in self.rescored:
            self.rescored[key] = rescored(self.scores[key[0]], self.members.get(key, []), self.rules.rounding)
        return self.rescored[key]

    def _breaker(
        self, round_: str, scope: Scope, scope_id: str, rulings: Sequence[Ruling], parts: Sequence[str] = ()
    ) -> TieBreaker:
        within = {name: self._within((name, scope, scope_id)) for name in self.scores}
        return TieBreaker(round_, within, rulings, parts, self.record.facts)

    def _round_part(self, round_: Round, key: Key, here: Sequence[str], rulings: Sequence[Ruling] = ()) -> pd.DataFrame:
        """Rank some of a scope's entries by one round's score; some rulings on ties come before the round's own."""
        _, scope, scope_id = key
        ranked, scores = listed(
            self.rules, round_.id, lambda name: self._within((name, scope, scope_id)), here, self.record.facts
        )
        rulings = [*rulings, *self.record.rulings.get(round_.id, ())]
        breaker = self._breaker(round_.id, scope, scope_id, rulings, parts_of(self.rules, round_.id))
        placing = place(ranked, scores, round_.ties, breaker, round_.direction)
        return self._part(round_.id, here, placing, dict(zip(ranked, scores.decimals(), strict=True)))

    def _part(self, round_: str, here: Sequence[str], placing: Placing, scores: Mapping[str, Decimal]) -> pd.DataFrame:
        unranked = sorted(set(here) - set(placing.entries))
        ids, gap = [*placing.entries, *unranked], len(unranked)
        status = self.scores[round_].sheets.status.loc[ids]
        return pd.DataFrame(
            {
                "entry_id": pd.Series(ids, dtype=str),
                "score": pd.Series([scores.get(entry) for entry in ids], dtype=object),
                "rank": pd.array([*placing.ranks, *[pd.NA] * gap], dtype="Int64"),
                "award": pd.Series([None] * len(ids), dtype=object),
                "tie_broken_by": pd.Series([*placing.broken_by, *[None] * gap], dtype=object),
                "judges_counted": status["judges_counted"].to_numpy(),
                "judges_required": status["judges_required"].to_numpy(),
                "last_round": round_,
                "tied": [*placing.tied, *[False] * gap],
            }
        )

    def _add(self, key: Key, parts: Sequence[pd.DataFrame]) -> None:
        """Keep a list; it is provisional while an entry lacks a score or may still come in through an earlier cut."""
        table = pd.concat(parts, ignore_index=True)
        table["round"], table["scope"], table["scope_id"] = key
        awaited = self.scope_ids.loc[sorted(self.waiting.difference(self.record.out)), key[1]]
        provisional = table["rank"].isna().any() or (awaited == key[2]).any()
        table["state"] = "provisional" if provisional else "simulation" if self.rules.simulated else "result"
        self.parts[key] = table

    def _cuts(self, round_: str, advance: Advance) -> Iterator[Cut]:
        direction = self.rules.round(round_).direction
        for (where, scope, scope_id), table in self.parts.items():
            if where == round_ and scope == advance.scope:
                complete = bool(table["rank"].notna().all())
                through, tied = self._through(table, advance, direction) if complete else ((), ())
                if not complete:
                    self.waiting.update(table["entry_id"])
                elif advance.at_cut == "decide":
                    self.waiting.update(tied)
                yield Cut(scope, scope_id, through, tied, complete)

    def _through(self, table: pd.DataFrame, advance: Advance, direction: Direction) -> tuple[tuple[str, ...], ...]:
        """Who goes on from a complete list, by rank, and who shares a place on both sides of the cut."""
        open_to = self._allowed(table, advance, direction)
        if advance.places is None:
            return tuple(open_to["entry_id"]), ()
        if advance.within is None:
            return _cut(open_to, advance.places, advance.at_cut)
        about = self.record.facts.about
        texts = [about[entry].get(advance.within, "").strip() or f"\0{entry}" for entry in open_to["entry_id"]]
        lists = [_cut(_replaced(own), advance.places, advance.at_cut) for _, own in open_to.groupby(texts, sort=False)]
        chosen, tied = ({entry for part in lists for entry in part[n]} for n in (0, 1))
        if advance.plus_best:
            rest = open_to[~open_to["entry_id"].isin(chosen | tied)]
            best, astride = _cut(_replaced(rest), advance.plus_best, advance.at_cut)
            chosen, tied = chosen.union(best), tied.union(astride)
        order = open_to["entry_id"]
        return tuple(order[order.isin(chosen)]), tuple(order[order.isin(tied)])

    def _allowed(
        self,
        table: pd.DataFrame,
        rule: Advance | Awards,
        direction: Direction,
        passed_over: frozenset[str] | set[str] = frozenset(),
    ) -> pd.DataFrame:
        """Those of a list, in its order, who may be chosen, with the ``place`` that they have among themselves."""
        table = table[table["rank"].notna() & ~table["entry_id"].isin([*passed_over])]
        if rule.at_least is not None:
            good = [reaches(score, rule.at_least, direction) for score in table["score"]]
            table = table[np.array(good, dtype=bool)]
        if rule.per_unit is None:
            return _replaced(table)
        taken: dict[str, int] = {}  # unit: entries that stand strictly before those of the present rank
        allowed: list[bool] = []
        about = self.record.facts.about
        for _, tied in table.groupby("rank", sort=False):
            units = [about[entry].get("unit_id", entry) for entry in tied["entry_id"]]
            own = [taken.get(unit, 0) < rule.per_unit for unit in units]
            for unit, chosen in zip(units, own, strict=True):
                taken[unit] = taken.get(unit, 0) + chosen
            allowed += own
        return _replaced(table[np.array(allowed, dtype=bool)])

    def _final(self, key: Key) -> None:
        """Rank a scope over all rounds and give its awards.

        Those who reached the last round stand first, by the final score; behind them come the others, those of a later
        round before those of an earlier one, by the score of the last round that they took part in.
        """
        _, scope, scope_id = key
        parts: list[pd.DataFrame] = []
        placed: set[str] = set()
        for round_ in reversed(self.rules.scored_rounds):
            been = self.members.get((round_.id, scope, scope_id), [])
            if here := [entry for entry in been if entry not in self.record.out and entry not in placed]:
                last = round_ is self.rules.scored_rounds[-1]
                rulings = self.record.rulings.get(FINAL, ())
                part = self._final_part(key, here) if last else self._round_part(round_, key, here, rulings)
                part["rank"] += len(placed)
                parts.append(part)
                placed.update(here)
        self._add(key, parts)

    def _final_part(self, key: Key, finalists: Sequence[str]) -> pd.DataFrame:
        """Combine the rounds for those who reached the last one."""
        _, scope, scope_id = key
        last = self.rules.last_round
        ranked, scores = listed(
            self.rules, FINAL, lambda name: self._within((name, scope, scope_id)), finalists, self.record.facts
        )
        rulings = final_rulings(self.rules, self.record)
        breaker = self._breaker(last, scope, scope_id, rulings, parts_of(self.rules, FINAL))
        placing = place(ranked, scores, self.rules.final_ties, breaker, self.rules.direction)
        return self._part(last, finalists, placing, dict(zip(ranked, scores.decimals(), strict=True)))

    def _series(self, key: Key, awards: Awards) -> Key:
        """Make the list of a series of awards in one scope."""
        _, scope, scope_id = key
        table, facts = self.parts[key], self.record.facts
        last = table["last_round"] == self.rules.last_round
        table = table[last] if awards.among == "finalists" else table
        table = table[facts.fitting(awards.where, [*table["entry_id"]])].reset_index(drop=True)
        here, basis = [*table["entry_id"]], awards.basis
        if basis is None:
            ranks = table["rank"].rank(method="min").astype("Int64")
            part = table.assign(rank=ranks, award=None, tied=ranks.duplicated(keep=False) & ranks.notna())
        else:
            part = self._by_basis(table, basis, scope, scope_id)
        own: Key = (str(awards.id), scope, scope_id)
        self.members[own] = here
        self._add(own, [part.drop(columns=["round", "scope", "scope_id", "state"])])
        self.parts[own]["state"] = self.parts[key]["state"].iloc[0]  # who has no rank here holds nobody up
        return own

    def _by_basis(self, table: pd.DataFrame, basis: Basis, scope: Scope, scope_id: str) -> pd.DataFrame:
        """Rank some entries by a round, a criterion of one, or a value."""
        here = sorted(table["entry_id"])
        if basis.round is not None:
            round_ = self.rules.round(basis.round)
            scores = self._within((basis.round, scope, scope_id))
            if basis.criterion is None:
                members = {*self.members.get((basis.round, scope, scope_id), ())}
                been = [entry for entry in here if entry in members]
                part = self._round_part(round_, (basis.round, scope, scope_id), been)
                part = part[part["rank"].notna()]
                known = dict(zip(part["entry_id"], part["score"], strict=True))
                broken_by = part["tie_broken_by"].tolist()
                placed = Placing([*known], part["rank"].tolist(), broken_by, part["tied"].tolist())
            else:
                position = scores.positions(here)
                entries = [entry for entry, at in zip(here, position, strict=True) if at >= 0]
                values = scores.by_criteria([basis.criterion])[position[position >= 0]]
                values = values.rounded(round_.decimals, self.rules.rounding)
                placed = place(entries, values, (), self._breaker(round_.id, scope, scope_id, ()), round_.direction)
                known = dict(zip(entries, values.decimals(), strict=True))
        else:
            held = {entry: self.record.facts.values.get((entry, str(basis.value))) for entry in here}
            known = {entry: value for entry, value in held.items() if value is not None}
            last = self.rules.last_round
            placed = place([*known], Exact.of(known.values()), (), self._breaker(last, scope, scope_id, ()))
        return _relisted(table, placed, known)

    def _award(self, key: Key, awards: Awards) -> None:
        """Give a complete scope's awards; a shared place consumes the next ones, and what nobody earns is not given."""
        table = self.parts[key]
        if (table["state"] == "provisional").any():
            return
        chosen = table
        if awards.among == "finalists":
            chosen = table[table["last_round"] == self.rules.last_round]
        direction = self._direction(awards)
        chosen = self._allowed(chosen, awards, direction, self.awarded if awards.no_double else frozenset())
        language = self.rules.language
        if awards.bands:
            given = {
                entry: named.say(language)
                for entry, score in zip(chosen["entry_id"], chosen["score"], strict=True)
                if (named := band_of(score, awards.bands, direction))
            }
        else:
            winners, _ = _cut(chosen, len(awards.names), awards.at_cut)
            withheld = {at for *scope, at in self.record.withheld if tuple(scope) == key[1:] and key[0] == FINAL}
            places = dict(zip(chosen["entry_id"], chosen["place"], strict=True))
            given = {
                entry: awards.names[places[entry] - 1].say(language)
                for entry in winners
                if places[entry] not in withheld
            }
        rows = table["entry_id"].isin(given)
        table.loc[rows, "award"] = [given[entry] for entry in table.loc[rows, "entry_id"]]
        self.awarded.update(given)

    def _direction(self, awards: Awards) -> Direction:
        """Which scores of a series' list stand first."""
        if awards.basis is None:
            return self.rules.direction
        return "high" if awards.basis.round is None else self.rules.round(awards.basis.round).direction


def scope_ids(entries: pd.DataFrame) -> pd.DataFrame:
    """Return in which list of each kind of scope every entry is, by its id.

    Args:
        entries: ``entry_id``, ``group`` and ``category``.
    """
    group, category = entries["group"], entries["category"]
    return pd.DataFrame(
        {"overall": "overall", "group": group, "category": category, "group_category": group + "/" + category}
    ).set_axis(entries["entry_id"].astype(object))


def reaches(score: Decimal, least: Decimal, direction: Direction) -> bool:
    """Tell whether a score is as good as the rules ask."""
    return score <= least if direction == "low" else score >= least


def band_of(score: Decimal | None, bands: Sequence[Band], direction: Direction = "high") -> Localized | None:
    """Return the name of the best band that a score reaches, if it reaches any."""
    if score is None:
        return None
    best_first = sorted(bands, key=lambda band: band.at_least, reverse=direction == "high")
    return next((band.name for band in best_first if reaches(score, band.at_least, direction)), None)


def _relisted(table: pd.DataFrame, placing: Placing, scores: Mapping[str, Decimal]) -> pd.DataFrame:
    """The rows of some entries in another order; those that are not placed follow without a rank."""
    rest = sorted({*table["entry_id"]} - {*placing.entries})
    order, gap = [*placing.entries, *rest], len(rest)
    rows = table.set_index("entry_id").loc[order].reset_index()
    return rows.assign(
        score=pd.Series([scores.get(entry) for entry in order], dtype=object),
        rank=pd.array([*placing.ranks, *[pd.NA] * gap], dtype="Int64"),
        award=pd.Series([None] * len(order), dtype=object),
        tie_broken_by=pd.Series([*placing.broken_by, *[None] * gap], dtype=object),
        tied=[*placing.tied, *[False] * gap],
    )


def parts_of(rules: Rules, where: str) -> tuple[str, ...]:
    """Return the rounds that a list's score is made of; none where it is one round's own score."""
    if where != FINAL:
        advance = rules.round(where).advance
        if advance is None or advance.score is None:
            return ()
    weights = final_weights(rules, where)
    return tuple(weights) if len(weights) > 1 else ()


def _steps(rules: Rules, where: str) -> tuple[Step, ...]:
    """The step over rounds by which a list is ranked, and what adjusts it; none where it is a round's own score."""
    if where == FINAL:
        return rules.final.score
    advance = rules.round(where).advance
    return (advance.score,) if advance and advance.score else ()


def final_weights(rules: Rules, where: str = FINAL) -> dict[str, Fraction]:
    """What the score of each round is multiplied by before the final, or a list by the rounds so far, adds them up."""
    names = [round_.id for round_ in rules.scored_rounds]
    if where != FINAL:
        names = names[: names.index(where) + 1]
    step = next(iter(_steps(rules, where)), Last(over="rounds", by="last"))
    weights = dict.fromkeys(names, Fraction(1))
    if isinstance(step, Last):
        return {names[-1]: Fraction(1)}
    if isinstance(step, WeightedMean):
        weights = {name: Fraction(weight) for name, weight in (step.weights or {}).items()}
    of_each = step.by in {"mean", "weighted_mean"} and not getattr(step, "best", None)
    total = sum(weights.values()) if of_each else Fraction(1)
    return {name: weight / total for name, weight in weights.items()}


def listed(
    rules: Rules,
    where: str,
    scores_of: Callable[[str], Scores],
    entries: Sequence[str],
    facts: Facts,
    *,
    exact: bool = False,
) -> tuple[list[str], Exact]:
    """Return those of some entries that have a score in a list, and these scores.

    Args:
        rules: the contest.
        where: a round, or ``final``.
        scores_of: gives the scores of a round.
        entries: the entries of the list; in the final, those who reached the last round.
        facts: what the registers say of the entries.
        exact: leave out the roundings of the rounds' scores and of this step.
    """
    steps = _steps(rules, where)
    if not steps:
        scores = scores_of(where)
        position = scores.positions(entries)
        known = [entry for entry, at in zip(entries, position, strict=True) if at >= 0]
        return known, (scores.exact if exact else scores.rounded)[position[position >= 0]]
    step, *after = steps
    decimals = (
        rules.decimals if where == FINAL else (step.round if step.round is not None else rules.round(where).decimals)
    )
    scored, values = _over_rounds(rules, step, final_weights(rules, where), scores_of, entries, exact=exact)
    for n, step_ in enumerate([step, *after]):
        if isinstance(step_, Adjust):
            amounts = facts.worth(step_.value, step_.bands, scored) if step_.value else [Fraction(0)] * len(scored)
            missing = facts.fitting(step_.where, scored) & np.array([amount is None for amount in amounts], dtype=bool)
            if step_.by == "times" and missing.any():
                values = values[np.flatnonzero(~missing)]
                scored = [entry for entry, gap in zip(scored, missing, strict=True) if not gap]
            values = adjusted(step_, values, scored, facts) if scored else values
        places = decimals if n == len(after) else step_.round
        values = values if exact or places is None else values.rounded(places, rules.rounding)
    return scored, values


def _over_rounds(
    rules: Rules,
    step: Step,
    weights: Mapping[str, Fraction],
    scores_of: Callable[[str], Scores],
    entries: Sequence[str],
    *,
    exact: bool,
) -> tuple[list[str], Exact]:
    """Sum up the rounds' scores of the entries that have them in every round that counts, or in the best of them."""
    rounds = [scores_of(name) for name in weights]
    positions = np.array([scores.positions(entries) for scores in rounds])
    best = step.best if isinstance(step, Mean) else None
    known: Integers = np.sum(positions >= 0, axis=0) >= (best or len(rounds))
    scored = [entry for entry, each in zip(entries, known, strict=True) if each]
    columns = [scores.exact if exact else scores.rounded for scores in rounds]
    if best:
        low = rules.round(next(iter(weights))).direction == "low"
        if step.round_terms is not None and not exact:
            columns = [column.rounded(step.round_terms, rules.rounding) for column in columns]
        held = [column.fractions() for column in columns]
        sums: list[Fraction] = []
        for at in positions[:, known].T:
            own = sorted((held[n][m] for n, m in enumerate(at) if m >= 0), reverse=not low)[:best]
            sums.append(sum(own, Fraction(0)) / (best if step.by == "mean" else 1))
        return scored, Exact.of(sums)
    terms = Exact.columns([column[at] for column, at in zip(columns, positions[:, known], strict=True)])
    terms = terms.times(list(weights.values()))
    terms = terms if exact or step.round_terms is None else terms.rounded(step.round_terms, rules.rounding)
    return scored, terms.summed_across()


def final_rulings(rules: Rules, record: Record) -> list[Ruling]:
    """Return the rulings on ties of the final, and those of the last round where that alone decides."""
    alone = isinstance(rules.final.score[0], Last)
    last = record.rulings.get(rules.last_round, ()) if alone else ()
    return [*record.rulings.get(FINAL, ()), *last]


def _replaced(table: pd.DataFrame) -> pd.DataFrame:
    """Some rows of a list with the ``place`` that they have among themselves."""
    return table.assign(place=table["rank"].rank(method="min").astype("int64"))


def _cut(table: pd.DataFrame, places: int, at_cut: AtCut) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who has one of the first places, and who shares a place through which the cut goes."""
    inside = table[table["place"] <= places]
    astride = inside[(inside["place"] == inside["place"].max()) & (len(inside) > places)]
    if at_cut == "decide":
        inside = inside[~inside["entry_id"].isin(astride["entry_id"])]
    return tuple(inside["entry_id"]), tuple(astride["entry_id"])


def scope_names(rules: Rules, t: Texts) -> dict[tuple[str, str], str]:
    """The name of every scope by (scope, scope_id)."""
    groups = {group.id: group.name.say(t.language) for group in rules.groups}
    categories = {category.id: category.name.say(t.language) for category in rules.categories}
    return {
        ("overall", "overall"): t("explain.scope_overall"),
        **{("group", name): shown for name, shown in groups.items()},
        **{("category", name): shown for name, shown in categories.items()},
        **{
            ("group_category", f"{group}/{category}"): f"{groups[group]} · {categories[category]}"
            for group in groups
            for category in categories
        },
    }
