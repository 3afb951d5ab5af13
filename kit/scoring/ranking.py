"""The result: every round and the final, in every scope, with ties, cuts and awards as the rules say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.history import ranking_as_text
from kit.rules import SCOPES, Last, WeightedMean
from kit.scoring.exact import Exact
from kit.scoring.scores import Scores, collect_sheets, rescored, score_round
from kit.scoring.ties import Placing, Ruling, TieBreaker, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.rules import Advance, AtCut, Awards, Round, Rules, Scope
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
        entries: ``entry_id``, ``group``, ``category`` of every registered entry.
        panel: ``round``, ``entry_id``, ``judge_id``: the sheets that each round asks for.
        recusals: ``judge_id``, ``entry_id``, ``round`` (empty: all rounds).
        marks: ``round``, ``judge_id``, ``entry_id``, ``criterion``, ``value`` as decimal text.
        out: entries that were not admitted, withdrew or were disqualified: from which scored round on they are out.
        closed: ids of the rounds whose values may be shown.
        absent: ``(round, entry_id)`` of entries that did not come to a round; it ends their part in the contest, and
            one that never came to any round is in no list.
        withheld: ``(scope, scope_id, place)`` of awards that the judges did not give.
        rulings: per round, or ``final``, what the judges decided about tied entries, the latest ruling first.
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
        ranking: one row per round (or ``final``), scope and entry; its columns are :data:`COLUMNS`, its order is that
            of the rules' rounds, scopes, groups and categories, and rank. ``score`` is a Decimal or None; ``tied``
            tells whether the place is still shared after every tie rule; ``last_round`` names the last round that the
            entry took part in: in the final, those whom it names the last one have the final score, and stand first.
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
        never_came = record.gone(rules.scored_rounds[0].id)
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

    def _score(self, round_: Round, taking_part: Sequence[str]) -> Scores:
        record = self.record
        recusals = record.recused(round_.id)
        panel = record.panel[record.panel["round"] == round_.id]
        marks = record.marks[record.marks["round"] == round_.id]
        return score_round(collect_sheets(round_, taking_part, panel, recusals, marks), self.rules.rounding)

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

    def _breaker(self, round_: str, scope: Scope, scope_id: str, rulings: Sequence[Ruling]) -> TieBreaker:
        return TieBreaker(round_, {name: self._within((name, scope, scope_id)) for name in self.scores}, rulings)

    def _round_part(self, round_: Round, key: Key, here: Sequence[str], rulings: Sequence[Ruling] = ()) -> pd.DataFrame:
        """Rank some of a scope's entries by one round's score; some rulings on ties come before the round's own."""
        _, scope, scope_id = key
        scores = self._within((round_.id, scope, scope_id))
        position = scores.positions(here)
        ranked = [entry for entry, known in zip(here, position >= 0, strict=True) if known]
        breaker = self._breaker(round_.id, scope, scope_id, [*rulings, *self.record.rulings.get(round_.id, ())])
        placing = place(ranked, scores.rounded[position[position >= 0]], round_.ties, breaker)
        return self._part(round_.id, here, placing, scores.by_entry)

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
        for (where, scope, scope_id), table in self.parts.items():
            if where == round_ and scope == advance.scope:
                complete = bool(table["rank"].notna().all())
                through, tied = _cut(table, advance.places, advance.at_cut) if complete else ((), ())
                if not complete:
                    self.waiting.update(table["entry_id"])
                elif advance.at_cut == "decide":
                    self.waiting.update(tied)
                yield Cut(scope, scope_id, through, tied, complete)

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
        for awards in self.rules.final.awards:
            if awards.scope == scope:
                self._award(key, awards)

    def _final_part(self, key: Key, finalists: Sequence[str]) -> pd.DataFrame:
        """Combine the rounds for those who reached the last one."""
        _, scope, scope_id = key
        last = self.rules.scored_rounds[-1].id
        ranked, scores = combined(self.rules, lambda name: self._within((name, scope, scope_id)), finalists)
        breaker = self._breaker(last, scope, scope_id, final_rulings(self.rules, self.record))
        placing = place(ranked, scores, self.rules.final_ties, breaker)
        return self._part(last, finalists, placing, dict(zip(ranked, scores.decimals(), strict=True)))

    def _award(self, key: Key, awards: Awards) -> None:
        """Give a complete scope's awards; a shared place consumes the next ones, and what nobody earns is not given."""
        table = self.parts[key]
        if (table["state"] == "provisional").any():
            return
        finalists = table["last_round"] == self.rules.scored_rounds[-1].id
        winners, _ = _cut(table[finalists] if awards.among == "finalists" else table, len(awards.names), awards.at_cut)
        withheld = [place for *scope, place in self.record.withheld if tuple(scope) == key[1:]]
        eligible = table["entry_id"].isin(winners) & ~table["rank"].isin(withheld)
        names = [name.say(self.rules.language) for name in awards.names]
        table.loc[eligible, "award"] = [names[rank - 1] for rank in table.loc[eligible, "rank"]]


def scope_ids(entries: pd.DataFrame) -> pd.DataFrame:
    """Return in which list of each kind of scope every entry is, by its id.

    Args:
        entries: ``entry_id``, ``group`` and ``category``.
    """
    group, category = entries["group"], entries["category"]
    return pd.DataFrame(
        {"overall": "overall", "group": group, "category": category, "group_category": group + "/" + category}
    ).set_axis(entries["entry_id"].astype(object))


def final_weights(rules: Rules) -> dict[str, Fraction]:
    """What the score of each round is multiplied by before the final adds them up."""
    step = rules.final.score[0]
    weights = dict.fromkeys((round_.id for round_ in rules.scored_rounds), Fraction(1))
    if isinstance(step, Last):
        return {rules.scored_rounds[-1].id: Fraction(1)}
    if isinstance(step, WeightedMean):
        weights = {name: Fraction(weight) for name, weight in (step.weights or {}).items()}
    total = sum(weights.values()) if step.by in {"mean", "weighted_mean"} else Fraction(1)
    return {name: weight / total for name, weight in weights.items()}


def combined(rules: Rules, scores_of: Callable[[str], Scores], entries: Sequence[str]) -> tuple[list[str], Exact]:
    """Return the entries that have a score in every round that counts, and their final scores.

    Args:
        rules: the contest.
        scores_of: gives the scores of a round.
        entries: those who reached the last round.
    """
    weights = final_weights(rules)
    rounds = [scores_of(name) for name in weights]
    positions = np.array([scores.positions(entries) for scores in rounds])
    known: Integers = np.all(positions >= 0, axis=0)
    terms = Exact.columns([scores.rounded[at] for scores, at in zip(rounds, positions[:, known], strict=True)])
    terms = terms.times(list(weights.values()))
    places = rules.final.score[0].round_terms
    terms = terms if places is None else terms.rounded(places, rules.rounding)
    scored = [entry for entry, each in zip(entries, known, strict=True) if each]
    return scored, terms.summed_across().rounded(rules.decimals, rules.rounding)


def final_rulings(rules: Rules, record: Record) -> list[Ruling]:
    """Return the rulings on ties of the final, and those of the last round where that alone decides."""
    alone = isinstance(rules.final.score[0], Last)
    last = record.rulings.get(rules.scored_rounds[-1].id, ()) if alone else ()
    return [*record.rulings.get(FINAL, ()), *last]


def _cut(table: pd.DataFrame, places: int, at_cut: AtCut) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is within the first places of a complete list, and who shares a place through which the cut goes."""
    inside = table[table["rank"] <= places]
    astride = inside[(inside["rank"] == inside["rank"].max()) & (len(inside) > places)]
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
