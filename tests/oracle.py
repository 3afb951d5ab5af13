"""The design's semantics a second time, in plain Python with fractions: what the kit's ranking is held to.

Written from the design and not from the kit; only the models of the rules are shared. It is slow and says everything
the long way round: one entry, one judge, one mark at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.rules import Advance, Awards, Points, Round, Rules, Step, TieRule, WeightedMean

    Place = tuple[str, str, str]  # round or "final", scope, scope_id

SCOPES = ("overall", "group", "category", "group_category")


@dataclass(frozen=True)
class Case:
    """A contest in plain values: entries with group and category, and sets and mappings of ids."""

    rules: Rules
    entries: Mapping[str, tuple[str, str]]
    panel: frozenset[tuple[str, str, str]]  # round, entry, judge
    recusals: frozenset[tuple[str, str, str]]  # judge, entry, round or ""
    marks: Mapping[tuple[str, str, str, str], str]  # round, judge, entry, criterion
    out: Mapping[str, str] = field(default_factory=dict)  # entry to the first round without it
    closed: frozenset[str] = frozenset()
    absent: frozenset[tuple[str, str]] = frozenset()  # round, entry
    withheld: frozenset[tuple[str, str, int]] = frozenset()  # scope, scope_id, place
    # The orders that the judges decided, and the scores at which the entries were tied (at any, where there is none).
    rulings: Mapping[str, Sequence[tuple[Sequence[str], Sequence[str]]]] = field(default_factory=dict)


@dataclass
class Row:
    """One entry in one list."""

    entry: str
    score: Decimal | None
    rank: int | None
    broken_by: list[str]
    tied: bool
    counted: int
    required: int
    last_round: str
    award: str | None = None
    state: str = ""


def round_to(value: Fraction, places: int, rounding: str) -> Fraction:
    """Round a fraction: the nearest neighbour, and of two equally near the outer or the even one."""
    scaled = value * 10**places
    below = floor(scaled)
    rest = scaled - below
    if rest == Fraction(1, 2):
        even = below if below % 2 == 0 else below + 1
        outer = below if scaled < 0 else below + 1
        return Fraction(even if rounding == "half_even" else outer, 10**places)
    return Fraction(below if rest < Fraction(1, 2) else below + 1, 10**places)


def as_decimal(value: Fraction, places: int) -> Decimal:
    """Write a rounded fraction with its decimals."""
    return Decimal(int(value * 10**places)).scaleb(-places)


@dataclass(frozen=True)
class Asked:
    """Where entries are tied."""

    score: Fraction
    names: Sequence[str]  # whose rulings are looked at
    round: Round
    scope: tuple[str, str]


class Oracle:
    """One contest, worked out list by list.

    After construction ``lists`` holds the rows of every list, best first, and ``through`` who advanced.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rules = case.rules
        self.panels: dict[tuple[str, str], list[str]] = {}
        for round_id, entry, judge in sorted(case.panel):
            self.panels.setdefault((round_id, entry), []).append(judge)
        self.known_sheets: dict[tuple[str, str], dict[str, dict[str, Fraction]]] = {}
        rounds = [round_ for round_ in self.rules.rounds if round_.kind != "checklist"]
        never_came = {entry for entry in case.entries if self.leaves(entry, rounds[0].id)}
        self.entries = sorted(set(case.entries) - never_came)
        self.took_part: dict[str, list[str]] = {}
        self.lists: dict[Place, list[Row]] = {}
        self.through: dict[str, dict[str, tuple[list[str], list[str], bool]]] = {}
        self.unsettled: set[str] = set()  # entries that a cut neither lets through nor ends
        self.rounds = rounds
        here = self.entries
        for round_ in rounds:
            if round_.id not in case.closed:
                return
            here = [entry for entry in here if not self.leaves(entry, round_.id)]
            self.took_part[round_.id] = here
            for scope, scope_id in self.scopes(here):
                members = self.members(here, scope, scope_id)
                rows = self.list_of_round(round_, scope, scope_id, members)
                self.finish((round_.id, scope, scope_id), rows)
            # Only now: that a cut is not settled says nothing about the list that it was made in.
            if round_.advance:
                self.through[round_.id] = self.cut(round_, round_.advance, here)
                here = sorted(entry for inside, _, _ in self.through[round_.id].values() for entry in inside)
                for scope_id, (_, astride, complete) in self.through[round_.id].items():
                    if not complete:
                        self.unsettled |= {*self.members(self.took_part[round_.id], round_.advance.scope, scope_id)}
                    elif round_.advance.at_cut == "decide":
                        self.unsettled |= {*astride}
        self.entries = [entry for entry in self.entries if entry not in case.out]
        for scope, scope_id in self.scopes(self.entries):
            self.final(scope, scope_id)

    # Who stands where

    def leaves(self, entry: str, round_id: str) -> bool:
        return (round_id, entry) in self.case.absent or self.case.out.get(entry) == round_id

    def scope_id(self, entry: str, scope: str) -> str:
        group, category = self.case.entries[entry]
        return {
            "overall": "overall",
            "group": group,
            "category": category,
            "group_category": f"{group}/{category}",
        }[scope]

    def scopes(self, entries: Iterable[str]) -> list[tuple[str, str]]:
        """The scopes that hold any of these entries, groups and categories as the rules list them."""
        held = {(scope, self.scope_id(entry, scope)) for entry in entries for scope in SCOPES}
        groups = [group.id for group in self.rules.groups]
        categories = [category.id for category in self.rules.categories]
        every = [("overall", "overall")]
        every += [("group", group) for group in groups]
        every += [("category", category) for category in categories]
        every += [("group_category", f"{group}/{category}") for group in groups for category in categories]
        return [scope for scope in every if scope in held]

    def members(self, entries: Iterable[str], scope: str, scope_id: str) -> list[str]:
        return sorted(entry for entry in entries if self.scope_id(entry, scope) == scope_id)

    # One round's scores

    def asked(self, round_: Round, entry: str) -> list[str]:
        """The judges whose marks count, were they all there: the nominal panel."""
        return [judge for judge in self.panels.get((round_.id, entry), []) if judge not in round_.not_counting]

    def recused(self, round_: Round, entry: str, judge: str) -> bool:
        return bool({(judge, entry, ""), (judge, entry, round_.id)} & self.case.recusals)

    def sheet(self, round_: Round, entry: str, judge: str) -> dict[str, Fraction] | None:
        """One judge's marks of one entry, if every criterion is marked."""
        marks = {
            criterion.id: self.case.marks[round_.id, judge, entry, criterion.id]
            for criterion in round_.marked
            if self.case.marks.get((round_.id, judge, entry, criterion.id), "") != ""
        }
        return {name: Fraction(text) for name, text in marks.items()} if len(marks) == len(round_.marked) else None

    def sheets(self, round_: Round, entry: str) -> dict[str, dict[str, Fraction]]:
        """The complete sheets of the judges who are not recused."""
        if (round_.id, entry) not in self.known_sheets:
            found = {
                judge: self.sheet(round_, entry, judge)
                for judge in self.asked(round_, entry)
                if not self.recused(round_, entry, judge)
            }
            self.known_sheets[round_.id, entry] = {judge: sheet for judge, sheet in found.items() if sheet is not None}
        return self.known_sheets[round_.id, entry]

    def has_score(self, round_: Round, entry: str) -> bool:
        asked = self.asked(round_, entry)
        free = [judge for judge in asked if not self.recused(round_, entry, judge)]
        counting = self.sheets(round_, entry)
        if set(free) != set(counting) or len(counting) < round_.min_judges:
            return False
        for step in round_.score:
            if step.by == "trimmed_mean" and step.over == "judges" and len(free) <= step.drop_high + step.drop_low:
                return False
            if step.by == "points" and step.recused == "no_score" and len(free) < len(asked):
                return False
        return True

    def exact_scores(self, round_: Round, among: Iterable[str]) -> dict[str, Fraction]:
        """The scores before the last rounding; judges' orders hold these entries and no others."""
        scored = [entry for entry in among if self.has_score(round_, entry)]
        # values[entry][judge or None][criterion or None]: None stands for an axis that has been reduced
        values: dict[str, dict[str | None, dict[str | None, Fraction]]] = {}
        for entry in scored:
            sheets = self.sheets(round_, entry)
            named = bool(round_.criteria)
            values[entry] = {
                judge: {(name if named else None): mark for name, mark in sheet.items()}
                for judge, sheet in sheets.items()
            }
        for n, step in enumerate(round_.score):
            places = step.round if n < len(round_.score) - 1 else None
            if step.over == "criteria":
                values = {
                    entry: {
                        judge: {None: self.over_criteria(round_, step, row)} for judge, row in values[entry].items()
                    }
                    for entry in scored
                }
            else:
                values = self.over_judges(round_, step, values)
            if places is not None:
                values = {
                    entry: {
                        judge: {c: round_to(value, places, self.rules.rounding) for c, value in row.items()}
                        for judge, row in rows.items()
                    }
                    for entry, rows in values.items()
                }
        return {entry: values[entry][None][None] for entry in scored}

    def scores(self, round_: Round, among: Iterable[str]) -> dict[str, Fraction]:
        places = round_.score[-1].round
        assert places is not None
        return {
            entry: round_to(value, places, self.rules.rounding)
            for entry, value in self.exact_scores(round_, among).items()
        }

    def terms(self, step: Step, values: Sequence[Fraction]) -> list[Fraction]:
        if step.round_terms is None:
            return list(values)
        return [round_to(value, step.round_terms, self.rules.rounding) for value in values]

    def over_criteria(self, round_: Round, step: Step, row: Mapping[str | None, Fraction]) -> Fraction:
        if step.by in {"weighted_mean", "weighted_sum"}:
            factors = factors_of(round_, step)
            return sum(self.terms(step, [row[name] * factor for name, factor in factors.items()]), Fraction(0))
        return summary(step, self.terms(step, list(row.values())))

    def over_judges(
        self, round_: Round, step: Step, values: Mapping[str, Mapping[str | None, Mapping[str | None, Fraction]]]
    ) -> dict[str, dict[str | None, dict[str | None, Fraction]]]:
        found: dict[str, dict[str | None, dict[str | None, Fraction]]] = {entry: {None: {}} for entry in values}
        names = list(dict.fromkeys(name for rows in values.values() for row in rows.values() for name in row))
        for name in names:
            column = {entry: {str(judge): row[name] for judge, row in rows.items()} for entry, rows in values.items()}
            if step.by == "points":
                column = points(step, column, best_is_low=round_.kind == "ranks")
            for entry, given in column.items():
                found[entry][None][name] = self.over_one_panel(round_, step, entry, given)
        return found

    def over_one_panel(self, round_: Round, step: Step, entry: str, given: Mapping[str, Fraction]) -> Fraction:
        nominal = self.asked(round_, entry)
        if step.by in {"weighted_mean", "weighted_sum"}:
            weights = {judge: Fraction((step.weights or {}).get(judge, 1)) for judge in nominal}
            there = sum(weights[judge] for judge in given)
            whole = sum(weights.values()) if step.by == "weighted_sum" else 1
            return sum(
                self.terms(step, [value * weights[judge] / there * whole for judge, value in given.items()]),
                Fraction(0),
            )
        values = list(given.values())
        if step.by == "clipped_mean":
            centre, limit = sum(values, Fraction(0)) / len(values), Fraction(step.limit)
            values = [min(max(value, centre - limit), centre + limit) for value in values]
        values = self.terms(step, values)
        if step.by in {"sum", "points"}:
            return sum(values, Fraction(0)) / len(values) * len(nominal)
        return summary(step, values)

    # One list

    def list_of_round(self, round_: Round, scope: str, scope_id: str, here: Sequence[str], *names: str) -> list[Row]:
        """Rank some of a scope's entries by a round's score; rulings of these names come before the round's own."""
        among = self.members(self.took_part[round_.id], scope, scope_id)
        scores = self.scores(round_, among)
        decimals = round_.score[-1].round
        assert decimals is not None
        ranked = {entry: scores[entry] for entry in here if entry in scores}
        order = self.order(ranked, round_.ties, [*names, round_.id], round_, (scope, scope_id))
        return self.rows(order, here, round_, {entry: as_decimal(value, decimals) for entry, value in ranked.items()})

    def order(
        self,
        scores: Mapping[str, Fraction],
        ties: Sequence[TieRule],
        names: Sequence[str],
        round_: Round,
        scope: tuple[str, str],
    ) -> list[tuple[list[str], dict[str, list[str]]]]:
        """Places, best first: who shares each, and by which rules each came to stand there."""
        places: list[tuple[list[str], dict[str, list[str]]]] = []
        for score in sorted(set(scores.values()), reverse=True):
            tied = sorted(entry for entry in scores if scores[entry] == score)
            ask = Asked(score, names, round_, scope)
            places += self.split(tied, list(ties), {entry: [] for entry in tied}, ask)
        return places

    def split(
        self, tied: list[str], ties: list[TieRule], so_far: dict[str, list[str]], ask: Asked
    ) -> list[tuple[list[str], dict[str, list[str]]]]:
        if len(tied) == 1 or not ties or ties[0].by == "shared":
            return [(tied, so_far)]
        parts = self.ruled(tied, ask) if ties[0].by == "judges_decide" else self.parts(tied, ties[0], ask)
        if len(parts) > 1:
            so_far = {entry: [*so_far[entry], rule_name(ties[0])] for entry in tied}
        left = [] if ties[0].by == "judges_decide" else ties[1:]  # nobody but the judges decides what is left to them
        return [
            place for part in parts for place in self.split(part, left, {entry: so_far[entry] for entry in part}, ask)
        ]

    def ruled(self, tied: list[str], ask: Asked) -> list[list[str]]:
        """The order that the judges decided for these entries, no more and no fewer, at this score."""
        for order, scores in [ruling for name in ask.names for ruling in self.case.rulings.get(name, ())]:
            at_score = not scores or ask.score in {Fraction(score) for score in scores}
            if sorted(order) == sorted(tied) and at_score:
                return [[entry] for entry in order]
        return [tied]

    def parts(self, tied: list[str], tie: TieRule, ask: Asked) -> list[list[str]]:
        """Split tied entries by one rule, best first."""
        where = self.rules.round(tie.of) if tie.by == "round" else ask.round
        if tie.by in {"criteria", "head_count"} and tie.round:
            where = self.rules.round(tie.round)
        if tie.by == "head_count":
            return self.head_count(where, tied)
        among = self.members(self.took_part[where.id], *ask.scope)
        known = self.by_criteria(where, tie.of, among) if tie.by == "criteria" else self.exact_scores(where, among)
        if not set(tied) <= set(known):  # what was never scored cannot be compared
            return [tied]
        return [
            [entry for entry in tied if known[entry] == value]
            for value in sorted({known[entry] for entry in tied}, reverse=True)
        ]

    def by_criteria(self, round_: Round, names: Iterable[str], among: Iterable[str]) -> dict[str, Fraction]:
        """Some criteria with their weights, judges summed up as in the score, and nothing rounded."""
        factors = counting_factors(round_)
        over_judges = next(step for step in round_.score if step.over == "judges")
        step = over_judges.model_copy(update={"round_terms": None})
        scored = [entry for entry in among if self.has_score(round_, entry)]
        sheets = {
            entry: {
                judge: {name: sheet[name] * factors[name] for name in names}
                for judge, sheet in self.sheets(round_, entry).items()
            }
            for entry in scored
        }
        if round_.score[0].over == "criteria":  # each judge's criteria first, then the judges
            sheets = {
                entry: {judge: {"": sum(sheet.values(), Fraction(0))} for judge, sheet in own.items()}
                for entry, own in sheets.items()
            }
        found = self.over_judges(round_, step, sheets)
        return {entry: sum(found[entry][None].values(), Fraction(0)) for entry in scored}

    def own_score(self, round_: Round, sheet: Mapping[str, Fraction]) -> Fraction:
        """What a judge's sheet comes to by itself, unrounded; higher is better."""
        for step in round_.score:
            if step.over == "criteria":
                return self.over_criteria(round_, step.model_copy(update={"round_terms": None}), sheet)
        (mark,) = sheet.values()
        return -mark if round_.kind == "ranks" else mark

    def head_count(self, round_: Round, tied: list[str]) -> list[list[str]]:
        given: dict[str, dict[str, Fraction]] = {}
        for entry in tied:
            if not self.has_score(round_, entry):
                return [tied]
            for judge, sheet in self.sheets(round_, entry).items():
                given.setdefault(judge, {})[entry] = self.own_score(round_, sheet)
        ballots = [ballot for ballot in given.values() if len(ballot) == len(tied)]

        def beats(a: str, b: str) -> bool:
            return sum(ballot[a] > ballot[b] for ballot in ballots) > sum(ballot[b] > ballot[a] for ballot in ballots)

        def hangs_together(first: str, rest: list[str]) -> set[str]:
            """Everybody whom the first, or anybody else in here, does not beat."""
            part = {first}
            while more := {b for a in part for b in rest if b not in part and not beats(a, b)}:
                part |= more
            return part

        rest, parts = list(tied), []
        while rest:
            # The smallest set of which each member beats everybody outside it; a circle is never cut.
            part = min((hangs_together(first, rest) for first in rest), key=len)
            parts.append([entry for entry in rest if entry in part])
            rest = [entry for entry in rest if entry not in part]
        return parts

    def rows(
        self,
        places: Sequence[tuple[list[str], dict[str, list[str]]]],
        here: Iterable[str],
        round_: Round,
        scores: Mapping[str, Decimal],
    ) -> list[Row]:
        rows = []
        rank = 1
        for place, broken_by in places:
            rows += [
                self.row(entry, round_, scores[entry], rank, broken_by[entry], tied=len(place) > 1) for entry in place
            ]
            rank += len(place)
        without = sorted(set(here) - set(scores))
        return rows + [self.row(entry, round_, None, None, [], tied=False) for entry in without]

    def row(
        self, entry: str, round_: Round, score: Decimal | None, rank: int | None, broken_by: list[str], *, tied: bool
    ) -> Row:
        counted, required = len(self.sheets(round_, entry)), len(self.asked(round_, entry))
        return Row(entry, score, rank, broken_by, tied, counted, required, round_.id)

    def finish(self, place: Place, rows: list[Row]) -> None:
        """Say what a list may be called: nothing is final while one may still come in through an earlier cut."""
        awaited = [entry for entry in self.unsettled if entry not in self.case.out]
        here = any(self.scope_id(entry, place[1]) == place[2] for entry in awaited)
        complete = all(row.rank is not None for row in rows) and not here
        for row in rows:
            row.state = ("simulation" if self.rules.simulated else "result") if complete else "provisional"
        self.lists[place] = rows

    # Cuts and the final

    def cut(self, round_: Round, advance: Advance, here: Sequence[str]) -> dict[str, tuple[list[str], list[str], bool]]:
        """Per scope: who goes on, who stands on both sides of the cut, whether the list is complete."""
        found: dict[str, tuple[list[str], list[str], bool]] = {}
        for scope, scope_id in self.scopes(here):
            if scope == advance.scope:
                rows = self.lists[round_.id, scope, scope_id]
                if any(row.rank is None for row in rows):
                    found[scope_id] = ([], [], False)
                else:
                    found[scope_id] = (*inside_the_cut(rows, advance.places, advance.at_cut), True)
        return found

    def last_round(self, entry: str) -> str:
        return [name for name, here in self.took_part.items() if entry in here][-1]

    def final(self, scope: str, scope_id: str) -> None:
        """Finalists by the final score, then the others, round by round, by the score of their own last round."""
        members = self.members(self.entries, scope, scope_id)
        ends = [round_.id for round_ in self.rounds]
        rows: list[Row] = []
        for name in reversed(ends):
            here = [entry for entry in members if self.last_round(entry) == name]
            if name == ends[-1]:
                part = self.final_rows(scope, scope_id, here)
            else:
                part = self.list_of_round(self.rules.round(name), scope, scope_id, here, "final")
            for row in part:
                row.rank = None if row.rank is None else row.rank + len(rows)
            rows += part
        self.finish(("final", scope, scope_id), rows)
        for awards in self.rules.final.awards:
            if awards.scope == scope and rows[0].state != "provisional":
                self.give(awards, [row for row in rows if awards.among == "all" or row.last_round == ends[-1]])
                for row in rows:
                    if (scope, scope_id, row.rank) in self.case.withheld:
                        row.award = None

    def final_rows(self, scope: str, scope_id: str, finalists: Sequence[str]) -> list[Row]:
        step = self.rules.final.score[0]
        last = self.rounds[-1]
        if step.by == "last":
            weights = {last.id: Fraction(1)}
        elif step.by in {"weighted_mean", "weighted_sum"}:
            weights = {name: Fraction(weight) for name, weight in (step.weights or {}).items()}
        else:
            weights = {round_.id: Fraction(1) for round_ in self.rounds}
        whole = sum(weights.values()) if step.by in {"mean", "weighted_mean"} else 1
        of_round = {
            name: self.scores(self.rules.round(name), self.members(self.took_part[name], scope, scope_id))
            for name in weights
        }
        places = last.score[-1].round if step.round is None else step.round
        assert places is not None
        scores = {
            entry: round_to(
                sum(
                    self.terms(step, [of_round[name][entry] * weight / whole for name, weight in weights.items()]),
                    Fraction(0),
                ),
                places,
                self.rules.rounding,
            )
            for entry in finalists
            if all(entry in of_round[name] for name in weights)
        }
        ties, names = self.rules.final.ties, ["final"]
        if step.by == "last":  # the last round's list is the final one, and so are its rule and rulings
            ties, names = ties or last.ties, ["final", last.id]
        order = self.order(scores, ties, names, last, (scope, scope_id))
        return self.rows(order, finalists, last, {entry: as_decimal(value, places) for entry, value in scores.items()})

    def give(self, awards: Awards, rows: list[Row]) -> None:
        inside, _ = inside_the_cut(rows, len(awards.names), awards.at_cut)
        for row in rows:
            if row.entry in inside and row.rank:
                row.award = awards.names[row.rank - 1].say(self.rules.language)


def inside_the_cut(rows: Sequence[Row], places: int, at_cut: str) -> tuple[list[str], list[str]]:
    """Who is inside, and who shares the place through which the cut goes."""
    inside = [row for row in rows if row.rank is not None and row.rank <= places]
    astride = [row for row in inside if row.rank == inside[-1].rank] if len(inside) > places else []
    if at_cut == "decide":
        inside = [row for row in inside if row not in astride]
    return [row.entry for row in inside], [row.entry for row in astride]


def factors_of(round_: Round, step: WeightedMean) -> dict[str, Fraction]:
    """What each criterion's mark is multiplied by."""
    whole = sum(Fraction(c.weight) for c in round_.criteria) if step.by == "weighted_mean" else Fraction(1)
    factors = {}
    for criterion in round_.criteria:
        factors[criterion.id] = Fraction(criterion.weight) / whole
        if step.out_of is not None:
            factors[criterion.id] *= Fraction(step.out_of) / Fraction(round_.scale_of(criterion.id).high)
    return factors


def counting_factors(round_: Round) -> dict[str, Fraction]:
    """How much each criterion counts in this round's score; all alike where it has no weights."""
    for step in round_.score:
        if step.over == "criteria" and step.by in {"weighted_mean", "weighted_sum"}:
            return factors_of(round_, step)
    return {criterion.id: Fraction(1) for criterion in round_.marked}


def summary(step: Step, values: Sequence[Fraction]) -> Fraction:
    """One number for several."""
    ordered = sorted(values)
    if step.by == "median":
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    if step.by == "trimmed_mean":
        for _ in range(step.drop_high):
            ordered.remove(max(ordered))
        for _ in range(step.drop_low):
            ordered.remove(min(ordered))
    total = sum(ordered, Fraction(0))
    return total if step.by == "sum" else total / len(ordered)


def points(
    step: Points, column: Mapping[str, Mapping[str, Fraction]], *, best_is_low: bool
) -> dict[str, dict[str, Fraction]]:
    """Turn each judge's order of the entries into points; tied places share what they cover."""
    found: dict[str, dict[str, Fraction]] = {entry: {} for entry in column}
    for judge in sorted({judge for given in column.values() for judge in given}):
        ballot = {entry: given[judge] for entry, given in column.items() if judge in given}
        if best_is_low:
            ballot = {entry: -value for entry, value in ballot.items()}
        for entry, value in ballot.items():
            ahead = sum(other > value for other in ballot.values())
            level = sum(other == value for other in ballot.values())
            covered = [worth(step, place, len(ballot)) for place in range(ahead + 1, ahead + level + 1)]
            found[entry][judge] = sum(covered, Fraction(0)) / level
    return found


def worth(step: Points, place: int, size: int) -> Fraction:
    """The points of one place, counted from 1."""
    if step.curve == "borda":
        return Fraction(size - place)
    if step.curve == "dowdall":
        return Fraction(1, place)
    table = step.table or ()
    return Fraction(table[place - 1]) if place <= len(table) else Fraction(0)


def rule_name(tie: TieRule) -> str:
    """How a list names the rule that split a tie."""
    if tie.by == "criteria":
        return (f"{tie.round}:" if tie.round else "") + "+".join(tie.of)
    return tie.of if tie.by == "round" else tie.by
