"""The design's semantics a second time, in plain Python with fractions: what the kit's ranking is held to.

Written from the design and not from the kit; only the models of the rules are shared. It is slow and says everything
the long way round: one entry, one judge, one mark at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import floor, isqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.rules import Advance, Awards, Points, Round, Rules, Step, TieRule, WeightedMean
    from kit.rules.grammar import Adjust, Basis, ByColumn, Criterion, ZScore

    Place = tuple[str, str, str]  # round or "final", scope, scope_id
    # Per entry, judge and criterion; None stands for an axis that has been reduced.
    Matrix = dict[str, dict[str | None, dict[str | None, Any]]]

VOTING = ("majority", "pairwise", "runoff")
TRIMMED = ("trimmed_mean", "trimmed_sum")
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
    about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # entry to further columns of its register
    units: Mapping[str, str] = field(default_factory=dict)  # entry to its unit; its own where nothing is said
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)  # entry, value

    def unit(self, entry: str) -> str:
        """The unit of an entry."""
        return self.units.get(entry, f"U-{entry}")


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

    names: Sequence[str]  # whose rulings are looked at
    round: Round
    scope: tuple[str, str]
    list: Sequence[str]  # all that have a score in the list
    direction: str
    rounds: Sequence[str] = ()  # where several make the score
    score: Fraction = Fraction(0)


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
        self.play_rounds()
        if {round_.id for round_ in rounds} <= case.closed:
            self.play_final()

    def play_rounds(self) -> None:
        """Work out the rounds up to the first that is not closed."""
        here = self.entries
        for round_ in self.rounds:
            if round_.id not in self.case.closed:
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

    def play_final(self) -> None:
        """Work out the final, then the series of awards in their order."""
        self.entries = [entry for entry in self.entries if entry not in self.case.out]
        scopes = self.scopes(self.entries)
        for scope, scope_id in scopes:
            self.final(scope, scope_id)
        for awards in self.rules.final.awards:
            for scope, scope_id in scopes:
                if awards.scope == scope:
                    self.series(awards, scope, scope_id, self.lists["final", scope, scope_id])

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

    def tells(self, entry: str) -> dict[str, str]:
        """What the registers say of an entry, by column."""
        group, category = self.case.entries[entry]
        return {"group": group, "category": category, **self.case.about.get(entry, {})}

    def concerns(self, where: Mapping[str, Sequence[str]], entry: str) -> bool:
        """Whether an entry is one of those that ``where`` asks for."""
        about = self.tells(entry)
        for column, texts in where.items():
            if about.get(column, "").strip().lower() not in [text.lower() for text in texts]:
                return False
        return True

    def cells(self, round_: Round, entry: str, judge: str) -> list[Criterion]:
        """What a judge is asked about an entry."""
        parts = [part for part in round_.parts if part.value is None and self.concerns(part.where, entry)]
        return [part for part in parts if not part.panel or judge in part.panel]

    def asked(self, round_: Round, entry: str) -> list[str]:
        """The judges whose marks count, were they all there: the nominal panel."""
        uncounted = set(round_.not_counting)
        for panel in round_.panels:
            if panel.shadow:
                uncounted |= set(panel.judges)
        judges = [judge for judge in self.panels.get((round_.id, entry), []) if judge not in uncounted]
        return [judge for judge in judges if self.cells(round_, entry, judge)]

    def recused(self, round_: Round, entry: str, judge: str) -> bool:
        return bool({(judge, entry, ""), (judge, entry, round_.id)} & self.case.recusals)

    def sheet(self, round_: Round, entry: str, judge: str) -> dict[str, Fraction | None] | None:
        """One judge's marks of one entry, if they count; None stands for an entry that a ballot leaves unranked."""
        texts = {
            part.id: self.case.marks.get((round_.id, judge, entry, part.id), "")
            for part in self.cells(round_, entry, judge)
        }
        marks: dict[str, Fraction | None] = {name: Fraction(text) for name, text in texts.items() if text != ""}
        if round_.missing == "zero":
            nothing = None if round_.kind == "ranks" else Fraction(0)
            return {name: marks.get(name, nothing) for name in texts}
        if round_.missing == "left_out":
            return marks or None
        return marks if len(marks) == len(texts) else None

    def sheets(self, round_: Round, entry: str) -> dict[str, dict[str, Fraction | None]]:
        """The sheets that count."""
        if (round_.id, entry) not in self.known_sheets:
            found = {
                judge: self.sheet(round_, entry, judge)
                for judge in self.asked(round_, entry)
                if not self.recused(round_, entry, judge)
            }
            self.known_sheets[round_.id, entry] = {judge: sheet for judge, sheet in found.items() if sheet is not None}
        return self.known_sheets[round_.id, entry]

    def worth_of(self, entry: str, part: Criterion | Adjust) -> Fraction | None:
        """What an entry's value is worth, by bands if there are any; None where there is no value."""
        text = self.case.values.get((entry, str(part.value)), "")
        if text == "":
            return None
        if not part.bands:
            return Fraction(text)
        reached = [band for band in part.bands if Fraction(text) >= Fraction(band.at_least)]
        return Fraction(max(reached, key=lambda band: band.at_least).points) if reached else Fraction(0)

    def value_row(self, round_: Round, entry: str) -> dict[str, Fraction | None]:
        """The criteria that are values of the entry: what each is worth."""
        row = {
            part.id: self.worth_of(entry, part)
            for part in round_.parts
            if part.value is not None and self.concerns(part.where, entry)
        }
        if round_.missing == "zero":
            return {name: Fraction(0) if value is None else value for name, value in row.items()}
        if round_.missing == "left_out":
            return {name: value for name, value in row.items() if value is not None}
        return row

    def has_score(self, round_: Round, entry: str) -> bool:
        values = self.value_row(round_, entry)
        if None in values.values() or self.lacks_a_factor(round_, entry) or self.nothing_left(round_, entry):
            return False
        if round_.kind == "values":
            return bool(values)
        asked, counting = self.asked(round_, entry), self.sheets(round_, entry)
        free = [judge for judge in asked if not self.recused(round_, entry, judge)]
        if round_.missing == "no_score" and (set(free) != set(counting) or self.lacks_a_judge(round_, entry)):
            return False
        if len(free) < len(asked) and any(step.by in VOTING or needs_all(step) for step in round_.score):
            return False
        return len(counting) >= max(round_.min_judges, 1)

    def lacks_a_factor(self, round_: Round, entry: str) -> bool:
        """Whether a value is missing with which the score would be multiplied."""
        factors = [step for step in round_.score if step.by == "times" and step.value]
        return any(self.concerns(step.where, entry) and self.worth_of(entry, step) is None for step in factors)

    def lacks_a_judge(self, round_: Round, entry: str) -> bool:
        """Whether a criterion concerns the entry that nobody who counts has marked."""
        marked = {name for sheet in self.sheets(round_, entry).values() for name in sheet}
        parts = [part for part in round_.parts if part.value is None and self.concerns(part.where, entry)]
        return any(part.id not in marked for part in parts)

    def nothing_left(self, round_: Round, entry: str) -> bool:
        """Whether a trimmed step has too few to drop any, or a jury nobody who counts."""
        for step in round_.score:
            dropped = step.drop_high + step.drop_low if step.by in TRIMMED else 0
            if step.over == "judges" and round_.kind != "values":
                for column in self.columns(round_, entry):
                    juries = [jury.judges for jury in round_.juries] or [column]
                    if any(len([judge for judge in column if judge in jury]) <= dropped for jury in juries):
                        return True
            if step.over == "criteria" and dropped and any(len(row) <= dropped for row in self.rows_of(round_, entry)):
                return True
        return False

    def columns(self, round_: Round, entry: str) -> list[list[str]]:
        """The judges of each column of marks that a step over judges sums up."""
        sheets = self.sheets(round_, entry)
        if round_.score[0].over == "criteria":
            return [list(sheets)]
        names = {name for sheet in sheets.values() for name in sheet}
        return [[judge for judge, sheet in sheets.items() if name in sheet] for name in names]

    def rows_of(self, round_: Round, entry: str) -> list[set[str]]:
        """The criteria of each row that a step over criteria sums up."""
        values, sheets = set(self.value_row(round_, entry)), self.sheets(round_, entry)
        if round_.kind == "values":
            return [values]
        if round_.score[0].over == "judges":
            return [values.union(*sheets.values())]
        return [values | set(sheet) for sheet in sheets.values()]

    def exact_scores(self, round_: Round, among: Iterable[str]) -> dict[str, Fraction]:
        """The scores before the last rounding; judges' orders hold these entries and no others."""
        scored = [entry for entry in among if self.has_score(round_, entry)]
        return self.carried_out(round_, round_.score, scored, self.rows_to_reduce(round_, scored))

    def rows_to_reduce(self, round_: Round, scored: Sequence[str]) -> Matrix:
        """Per entry and judge the marks, with the values of the entry where criteria come first."""
        rows: Matrix = {}
        for entry in scored:
            values = self.value_row(round_, entry)
            if round_.kind == "values":
                rows[entry] = {"": dict(values)}
            elif round_.score[0].over == "criteria":
                rows[entry] = {judge: {**sheet, **values} for judge, sheet in self.sheets(round_, entry).items()}
            else:
                rows[entry] = {judge: dict(sheet) for judge, sheet in self.sheets(round_, entry).items()}
        return rows

    def carried_out(
        self, round_: Round, steps: Sequence[Step], scored: Sequence[str], rows: Matrix
    ) -> dict[str, Fraction]:
        """The steps one after another, without the last rounding; None as a judge or criterion is an axis reduced."""
        by_rounding = self.rules.rounding
        axes = {step.over for step in steps}
        for n, step in enumerate(steps):
            places = step.round if n < len(steps) - 1 else None
            if step.over == "criteria":
                rows = {
                    entry: {
                        judge: {None: self.over_criteria(round_, step, row)} if row else {}
                        for judge, row in rows[entry].items()
                    }
                    for entry in scored
                }
            elif step.over == "judges":
                rows = self.over_judges(round_, step, rows)
            else:
                rows = self.adjusted(step, rows, round_.direction)
            if places is not None:
                rows = {
                    entry: {
                        judge: {name: round_to(value, places, by_rounding) for name, value in row.items()}
                        for judge, row in of_judges.items()
                    }
                    for entry, of_judges in rows.items()
                }
            if step.over == "judges" and n == 0 and "criteria" in axes and round_.kind != "values":
                for entry in scored:
                    rows[entry][None] |= self.value_row(round_, entry)
        return {entry: next(iter(next(iter(rows[entry].values())).values())) for entry in scored}

    def adjusted(self, step: Adjust, rows: Matrix, direction: str) -> Matrix:
        """What a bonus, a factor or a share of the best makes of scores."""
        scores = {entry: next(iter(next(iter(of_judges.values())).values())) for entry, of_judges in rows.items()}
        return {entry: {None: {None: score}} for entry, score in self.adjust(step, scores, direction).items()}

    def adjust(self, step: Adjust, scores: Mapping[str, Fraction], direction: str) -> dict[str, Fraction]:
        if step.by == "share":
            best = max(scores.values(), default=Fraction(0))
            assert direction == "high"
            found = {entry: score / best * Fraction(step.points) if best > 0 else 0 for entry, score in scores.items()}
            return {
                entry: Fraction(found[entry] if self.concerns(step.where, entry) else scores[entry]) for entry in scores
            }
        found = {}
        for entry, score in scores.items():
            amount = Fraction(step.points) if step.value is None else self.worth_of(entry, step)
            if not self.concerns(step.where, entry):
                found[entry] = score
            elif step.by == "add":
                found[entry] = score + (amount or 0)
            elif amount is not None:
                found[entry] = score * amount
        return found

    def scores(self, round_: Round, among: Iterable[str]) -> dict[str, Fraction]:
        return {
            entry: round_to(value, decimals_of(round_), self.rules.rounding)
            for entry, value in self.exact_scores(round_, among).items()
        }

    def terms(self, step: Step, values: Sequence[Fraction]) -> list[Fraction]:
        if step.round_terms is None:
            return list(values)
        return [round_to(value, step.round_terms, self.rules.rounding) for value in values]

    def over_criteria(self, round_: Round, step: Step, row: Mapping[str | None, Fraction]) -> Fraction:
        if step.by in {"weighted_mean", "weighted_sum"}:
            factors = factors_of(round_, step, row)
            return sum(self.terms(step, [row[name] * factor for name, factor in factors.items()]), Fraction(0))
        return summary(step, self.terms(step, list(row.values())), round_.direction)

    def over_judges(self, round_: Round, step: Step, values: Matrix) -> Matrix:
        found: Matrix = {entry: {None: {}} for entry in values}
        names = list(dict.fromkeys(name for rows in values.values() for row in rows.values() for name in row))
        for name in names:
            column = {
                entry: {str(judge): row[name] for judge, row in rows.items() if name in row}
                for entry, rows in values.items()
                if any(name in row for row in rows.values())
            }
            if step.by in VOTING:
                for entry, score in counted_by(step.by, column, best_is_low=round_.kind == "ranks").items():
                    found[entry][None][name] = Fraction(score)
                continue
            if step.by == "points":
                column = points(step, column, best_is_low=round_.kind == "ranks")
            if step.by == "z_score":
                column = standardised(step, column, self.rules.rounding)
            for entry, given in column.items():
                found[entry][None][name] = self.over_juries(round_, step, entry, name, given)
        return found

    def over_juries(
        self, round_: Round, step: Step, entry: str, name: str | None, given: Mapping[str, Fraction]
    ) -> Fraction:
        """Judges summed up, within each jury if there are any."""
        nominal = [""] if round_.kind == "values" else self.asked(round_, entry)
        if name in {part.id for part in round_.parts} and round_.criteria and round_.kind != "values":
            nominal = [judge for judge in nominal if name in {part.id for part in self.cells(round_, entry, judge)}]
        if not round_.juries:
            return self.over_one_panel(round_, step, nominal, given)
        shares = sum(Fraction(jury.share) for jury in round_.juries)
        total = Fraction(0)
        for jury in round_.juries:
            own = {judge: value for judge, value in given.items() if judge in jury.judges}
            of_jury = self.over_one_panel(round_, step, [judge for judge in nominal if judge in jury.judges], own)
            total += Fraction(jury.share) / shares * of_jury
        return total

    def over_one_panel(
        self, round_: Round, step: Step, nominal: Sequence[str], given: Mapping[str, Fraction]
    ) -> Fraction:
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
        if step.by != "z_score":  # whose terms are rounded already
            values = self.terms(step, values)
        if step.by in {"sum", "points"}:
            kept = best_of(values, getattr(step, "best", None), round_.direction)
            return sum(kept, Fraction(0)) / len(kept) * min(getattr(step, "best", None) or len(nominal), len(nominal))
        if step.by == "trimmed_sum":
            mean = summary(step.model_copy(update={"by": "trimmed_mean"}), values, round_.direction)
            return mean * (len(nominal) - step.drop_high - step.drop_low)
        return summary(step, values, round_.direction)

    # One list

    def list_of_round(self, round_: Round, scope: str, scope_id: str, here: Sequence[str], *names: str) -> list[Row]:
        """Rank some of a scope's entries by a round's score; rulings of these names come before the round's own."""
        parts: list[str] = []
        if round_.advance and round_.advance.score:  # the rounds so far
            step, decimals = round_.advance.score, self.decimals_of_list(round_)
            so_far = self.rounds[: self.rounds.index(round_) + 1]
            parts = self.parts_of(step, so_far)
            everybody = self.members(self.took_part[round_.id], scope, scope_id)
            exact = self.brought_together(step, so_far, (scope, scope_id), everybody, round_.direction)
            scores = {entry: round_to(value, decimals, self.rules.rounding) for entry, value in exact.items()}
        else:
            among = self.members(self.took_part[round_.id], scope, scope_id)
            scores, decimals = self.scores(round_, among), decimals_of(round_)
        ranked = {entry: scores[entry] for entry in here if entry in scores}
        ask = Asked([*names, round_.id], round_, (scope, scope_id), sorted(ranked), round_.direction, parts)
        order = self.order(ranked, round_.ties, ask)
        return self.rows(order, here, round_, {entry: as_decimal(value, decimals) for entry, value in ranked.items()})

    def order(
        self, scores: Mapping[str, Fraction], ties: Sequence[TieRule], ask: Asked
    ) -> list[tuple[list[str], dict[str, list[str]]]]:
        """Places, best first: who shares each, and by which rules each came to stand there."""
        places: list[tuple[list[str], dict[str, list[str]]]] = []
        for score in sorted(set(scores.values()), reverse=ask.direction == "high"):
            tied = sorted(entry for entry in scores if scores[entry] == score)
            places += self.split(tied, list(ties), {entry: [] for entry in tied}, replace(ask, score=score))
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
        if tie.by in {"countback", "next_best"}:
            known = self.by_order_of_parts(tie.by, ask)
        elif tie.by == "column":
            known = self.by_column(tie, ask.list)
        else:
            among = self.members(self.took_part[where.id], *ask.scope)
            known = self.by_criteria(where, tie.of, among) if tie.by == "criteria" else self.exact_scores(where, among)
            known = {entry: -value if where.direction == "low" else value for entry, value in known.items()}
        if not set(tied) <= set(known):  # what was never scored cannot be compared
            return [tied]
        return [
            [entry for entry in tied if known[entry] == value]
            for value in sorted({known[entry] for entry in tied}, reverse=True)
        ]

    def by_order_of_parts(self, by: str, ask: Asked) -> dict[str, Any]:
        """Per entry of the list something that is higher the better its parts are."""
        parts: list[dict[str, Fraction]] = []  # per part, the entries that have it; higher is better
        if ask.rounds:
            for name in ask.rounds:
                round_ = self.rules.round(name)
                exact = self.exact_scores(round_, self.members(self.took_part[name], *ask.scope))
                sign = -1 if round_.direction == "low" else 1
                parts.append({entry: sign * exact[entry] for entry in ask.list if entry in exact})
        else:
            scored = [entry for entry in ask.list if self.has_score(ask.round, entry)]
            for judge in sorted({judge for entry in scored for judge in self.judges(ask.round, entry)}):
                own = {e: self.own_score(ask.round, e, judge) for e in scored if judge in self.judges(ask.round, e)}
                parts.append({entry: value for entry, value in own.items() if value is not None})
        if by == "next_best":
            most = len(parts)
            best = {entry: sorted((part[entry] for part in parts if entry in part), reverse=True) for entry in ask.list}
            return {e: (*((1, value) for value in own), *[(0, 0)] * (most - len(own))) for e, own in best.items()}
        counts = {entry: [0] * len(ask.list) for entry in ask.list}
        for part in parts:
            for entry, value in part.items():
                counts[entry][sum(other > value for other in part.values())] += 1
        return {entry: tuple(own) for entry, own in counts.items()}

    def by_column(self, tie: ByColumn, among: Sequence[str]) -> dict[str, Any]:
        texts = {entry: self.tells(entry).get(tie.of, "").strip() for entry in among}
        there = {entry: text for entry, text in texts.items() if text}
        try:
            known: dict[str, Any] = {entry: Fraction(text) for entry, text in there.items()}
        except ValueError:
            known = dict(there)
        values = sorted(set(known.values()), reverse=tie.first == "low")
        return {entry: values.index(known[entry]) if entry in known else -1 for entry in among}

    def by_criteria(self, round_: Round, names: Iterable[str], among: Iterable[str]) -> dict[str, Fraction]:
        """Some criteria with their weights, judges summed up as in the score, and nothing rounded."""
        scored = [entry for entry in among if self.has_score(round_, entry)]
        steps = [
            step.model_copy(update={"round": None}) for step in round_.score if step.over in {"judges", "criteria"}
        ]
        steps = [step if step.by == "z_score" else step.model_copy(update={"round_terms": None}) for step in steps]
        weighting = [step for step in steps if step.over == "criteria" and step.by in {"weighted_mean", "weighted_sum"}]
        values = self.rows_to_reduce(round_, scored)

        names_of_all = [part.id for part in round_.parts]
        factors = (
            factors_of(round_, weighting[0], names_of_all) if weighting else dict.fromkeys(names_of_all, Fraction(1))
        )
        factors |= {None: Fraction(1)}

        def chosen(row: Mapping[str | None, Fraction | None]) -> dict[str | None, Any]:
            return {
                name: None if value is None else value * factors[name] for name, value in row.items() if name in names
            }

        first = steps[0].over
        rows = {entry: {judge: chosen(row) for judge, row in values[entry].items()} for entry in scored}
        if first == "criteria":  # each judge's criteria first, then the judges
            rows = {
                entry: {judge: {"": sum(row.values(), Fraction(0))} for judge, row in own.items()}
                for entry, own in rows.items()
            }
        for step in steps:
            if step.over == "judges":
                rows = self.over_judges(round_, step, rows)
        found = {entry: sum(next(iter(rows[entry].values())).values(), Fraction(0)) for entry in scored}
        if first == "judges" and round_.kind != "values":
            for entry in scored:
                found[entry] += sum(chosen(self.value_row(round_, entry)).values(), Fraction(0))
        return found

    def judges(self, round_: Round, entry: str) -> list[str]:
        """Whose own scores of an entry there are; the one row of a round of values stands for a judge's."""
        return [""] if round_.kind == "values" else list(self.sheets(round_, entry))

    def own_score(self, round_: Round, entry: str, judge: str) -> Fraction | None:
        """What a judge's sheet comes to by itself, unrounded, higher being better; None where it comes to nothing."""
        row = self.rows_to_reduce(round_, [entry])[entry][judge]
        sign = -1 if round_.kind == "ranks" or round_.direction == "low" else 1
        if round_.kind == "ranks" and None in row.values():
            return Fraction(-(10**18))  # behind all that the judge ranked
        for step in round_.score:
            if step.over == "criteria":
                if step.by in TRIMMED and len(row) <= step.drop_high + step.drop_low:
                    return None
                return sign * self.over_criteria(round_, step.model_copy(update={"round_terms": None}), row)
        (mark,) = row.values()
        return sign * mark

    def head_count(self, round_: Round, tied: list[str]) -> list[list[str]]:
        given: dict[str, dict[str, Fraction]] = {}
        for entry in tied:
            if not self.has_score(round_, entry):
                return [tied]
            for judge in self.judges(round_, entry):
                own = self.own_score(round_, entry, judge)
                if own is not None:
                    given.setdefault(judge, {})[entry] = own
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
        if round_.kind == "values":  # one row, whoever made it
            asked = any(self.concerns(part.where, entry) for part in round_.parts)
            values = self.value_row(round_, entry)
            counted, required = int(bool(values) and None not in values.values()), int(asked)
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
                    found[scope_id] = (*self.through_the_cut(rows, advance, round_.direction), True)
        return found

    def allowed(self, rows: Sequence[Row], rule: Advance | Awards, direction: str) -> list[Row]:
        """The rows that reach the score and are not passed over for others of their unit."""
        reached = [
            row
            for row in rows
            if row.rank is not None
            and (
                rule.at_least is None
                or (row.score >= rule.at_least if direction == "high" else row.score <= rule.at_least)
            )
        ]
        allowed: list[Row] = []
        for row in reached:
            own = self.case.unit(row.entry)
            ahead = [other for other in allowed if other.rank < row.rank and self.case.unit(other.entry) == own]
            if rule.per_unit is None or len(ahead) < rule.per_unit:
                allowed.append(row)
        return allowed

    def through_the_cut(self, rows: Sequence[Row], advance: Advance, direction: str) -> tuple[list[str], list[str]]:
        allowed = self.allowed(rows, advance, direction)
        contests: dict[str, list[Row]] = {}
        for row in allowed:
            text = self.tells(row.entry).get(advance.within, "").strip().lower() if advance.within else "all"
            contests.setdefault(text or f" {row.entry}", []).append(row)
        inside: list[str] = []
        astride: list[str] = []
        for contest in contests.values():
            own, between = inside_the_cut(contest, advance.places, advance.at_cut)
            inside, astride = inside + own, astride + between
        if advance.plus_best:
            rest = [row for row in allowed if row.entry not in inside and row.entry not in astride]
            own, between = inside_the_cut(rest, advance.plus_best, advance.at_cut)
            inside, astride = inside + own, astride + between
        order = [row.entry for row in rows]
        return sorted(inside, key=order.index), sorted(astride, key=order.index)

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

    def series(self, awards: Awards, scope: str, scope_id: str, final: list[Row]) -> None:
        """One series of awards: in the final's list, or in a list of its own."""
        among = [row for row in final if awards.among == "all" or row.last_round == self.rounds[-1].id]
        rows, direction = final, self.rules.direction
        if awards.id is not None:
            among = [row for row in among if self.concerns(awards.where, row.entry)]
            if not among:
                return
            rows, direction = self.own_list(awards, scope, scope_id, among)
            for row in rows:  # who has no rank here holds nobody up
                row.state = final[0].state
            self.lists[awards.id, scope, scope_id] = among = rows
        if rows[0].state == "provisional":
            return
        had = {row.entry for place, own in self.lists.items() for row in own if row.award is not None}
        if awards.no_double:
            among = [row for row in among if row.entry not in had]
        allowed = self.allowed(among, awards, direction)
        if awards.bands:
            self.give_bands(awards, allowed, direction)
        else:
            inside, _ = inside_the_cut(allowed, len(awards.names), awards.at_cut)
            for row in allowed:
                place = 1 + sum(other.rank < row.rank for other in allowed)
                withheld = awards.id is None and (scope, scope_id, place) in self.case.withheld
                if row.entry in inside and not withheld:
                    row.award = awards.names[place - 1].say(self.rules.language)

    def give_bands(self, awards: Awards, allowed: Sequence[Row], direction: str) -> None:
        for row in allowed:
            for band in sorted(awards.bands, key=lambda band: band.at_least, reverse=direction == "low"):
                if row.score >= band.at_least if direction == "high" else row.score <= band.at_least:
                    row.award = band.name.say(self.rules.language)

    def own_list(self, awards: Awards, scope: str, scope_id: str, among: Sequence[Row]) -> tuple[list[Row], str]:
        """The list of a series, and which of its scores stands first."""
        here = [row.entry for row in among]
        basis = awards.basis
        if basis is None:
            ranks = [row.rank for row in among if row.rank is not None]
            rows = [
                replace(
                    row,
                    award=None,
                    rank=None if row.rank is None else 1 + sum(rank < row.rank for rank in ranks),
                    tied=ranks.count(row.rank) > 1,
                )
                for row in among
            ]
            return rows, self.rules.direction
        known, ties, places = self.by_basis(basis, scope, scope_id, here)
        round_ = self.rules.round(basis.round) if basis.round else self.rounds[-1]
        direction = round_.direction if basis.round else "high"
        ask = Asked([round_.id], round_, (scope, scope_id), sorted(known), direction)
        shown = {entry: as_decimal(value, places) for entry, value in known.items()}
        if basis.value:
            shown = {entry: Decimal(self.case.values[entry, basis.value]) for entry in known}
        rows = self.rows(self.order(known, ties, ask), here, round_, shown)
        of_final = {row.entry: row for row in among}
        for row in rows:  # in all that a basis says nothing about, as in the final
            own = of_final[row.entry]
            row.counted, row.required, row.last_round = own.counted, own.required, own.last_round
        return rows, direction

    def by_basis(
        self, basis: Basis, scope: str, scope_id: str, here: Sequence[str]
    ) -> tuple[dict[str, Fraction], Sequence[TieRule], int]:
        """By what a series is sorted, the tie rules of that, and its decimals."""
        if basis.value:
            texts = {entry: self.case.values.get((entry, basis.value), "") for entry in here}
            return {entry: Fraction(text) for entry, text in texts.items() if text}, [], 0
        round_ = self.rules.round(basis.round)
        among = self.members(self.took_part[round_.id], scope, scope_id)
        if not basis.criterion:
            rows = self.list_of_round(round_, scope, scope_id, [entry for entry in here if entry in among])
            known = {row.entry: Fraction(row.score) for row in rows if row.score is not None}
            return known, round_.ties, self.decimals_of_list(round_)
        compared, places = self.by_criteria(round_, [basis.criterion], among), decimals_of(round_)
        rounded = {entry: round_to(value, places, self.rules.rounding) for entry, value in compared.items()}
        return {entry: rounded[entry] for entry in here if entry in rounded}, [], places

    def decimals_of_list(self, round_: Round) -> int:
        """The decimals of a round's list, which may be that of the rounds so far."""
        so_far = round_.advance.score if round_.advance else None
        return decimals_of(round_) if so_far is None or so_far.round is None else so_far.round

    # Rounds brought together

    def counting_rounds(self, step: Step, rounds: Sequence[Round]) -> dict[str, Fraction]:
        """The rounds that a step looks at, with what the score of each is multiplied by."""
        if step.by == "last":
            return {rounds[-1].id: Fraction(1)}
        if step.by in {"weighted_mean", "weighted_sum"}:
            known = [round_.id for round_ in rounds]
            weights = {name: Fraction(weight) for name, weight in (step.weights or {}).items() if name in known}
            whole = sum(weights.values()) if step.by == "weighted_mean" else 1
            return {name: weight / whole for name, weight in weights.items()}
        return {round_.id: Fraction(1) for round_ in rounds}

    def parts_of(self, step: Step, rounds: Sequence[Round]) -> list[str]:
        """The rounds that a score is made of; none where it is one round's own."""
        parts = list(self.counting_rounds(step, rounds))
        return parts if len(parts) > 1 else []

    def brought_together(
        self, step: Step, rounds: Sequence[Round], scope: tuple[str, str], here: Sequence[str], direction: str
    ) -> dict[str, Fraction]:
        """The scores of several rounds as one, before the step's own rounding."""
        weights = self.counting_rounds(step, rounds)
        of_round = {
            name: self.scores(self.rules.round(name), self.members(self.took_part[name], *scope)) for name in weights
        }
        found = {}
        for entry in here:
            own = [of_round[name][entry] * weight for name, weight in weights.items() if entry in of_round[name]]
            needed = len(weights)
            if step.by in {"mean", "sum"}:
                needed = step.best or needed
            if len(own) < needed:
                continue
            if step.by in {"mean", "sum"} and step.best:
                best = best_of(self.terms(step, own), step.best, direction)
                found[entry] = sum(best, Fraction(0)) / (needed if step.by == "mean" else 1)
                continue
            if step.by == "mean":
                own = [value / needed for value in own]
            found[entry] = sum(self.terms(step, own), Fraction(0))
        return found

    def final_rows(self, scope: str, scope_id: str, finalists: Sequence[str]) -> list[Row]:
        step, *adjusting = self.rules.final.score
        last, direction = self.rounds[-1], self.rules.direction
        scores = self.brought_together(step, self.rounds, (scope, scope_id), finalists, direction)
        decimals = decimals_of(last)
        for each in [step, *adjusting]:
            if each is not step:
                scores = self.adjust(each, scores, direction)
            end = each is self.rules.final.score[-1]
            places = decimals if each.round is None and end else each.round
            if places is not None:
                scores = {entry: round_to(value, places, self.rules.rounding) for entry, value in scores.items()}
                decimals = places if end else decimals
        ties, names = self.rules.final.ties, ["final"]
        rounds = self.parts_of(step, self.rounds)
        if step.by == "last":  # the last round's list is the final one, and so are its rule and rulings
            ties, names = ties or last.ties, ["final", last.id]
        ask = Asked(names, last, (scope, scope_id), sorted(scores), direction, rounds)
        order = self.order(scores, ties, ask)
        return self.rows(
            order, finalists, last, {entry: as_decimal(value, decimals) for entry, value in scores.items()}
        )


def inside_the_cut(rows: Sequence[Row], places: int | None, at_cut: str) -> tuple[list[str], list[str]]:
    """Who is inside, and who shares the place through which the cut goes; places are those among these rows."""
    ranks = [row.rank for row in rows if row.rank is not None]
    place = {row.entry: 1 + sum(rank < row.rank for rank in ranks) for row in rows if row.rank is not None}
    if places is None:
        return list(place), []
    inside = [entry for entry in place if place[entry] <= places]
    astride = [entry for entry in inside if place[entry] == place[inside[-1]]] if len(inside) > places else []
    if at_cut == "decide":
        inside = [entry for entry in inside if entry not in astride]
    return inside, astride


def needs_all(step: Step) -> bool:
    """Whether points cannot be given as soon as a judge is recused."""
    return step.by == "points" and step.recused == "no_score"


def decimals_of(round_: Round) -> int:
    """The decimals at which a round's scores are decided; a count of entries is whole."""
    return 0 if round_.score[-1].by in VOTING else round_.score[-1].round


def factors_of(round_: Round, step: WeightedMean, row: Iterable[str | None]) -> dict[str, Fraction]:
    """What each criterion's mark is multiplied by, in a row that has these."""
    there = [criterion for criterion in round_.criteria if criterion.id in set(row)]
    whole = sum(Fraction(c.weight) for c in there) if step.by == "weighted_mean" else Fraction(1)
    factors = {}
    for criterion in there:
        factors[criterion.id] = Fraction(criterion.weight) / whole
        if step.out_of is not None:
            factors[criterion.id] *= Fraction(step.out_of) / Fraction(round_.scale_of(criterion.id).high)
    return factors


def best_of(values: Sequence[Fraction], best: int | None, direction: str) -> list[Fraction]:
    """The so many best of some values; all unless said."""
    return list(values) if best is None else sorted(values, reverse=direction == "high")[:best]


def summary(step: Step, values: Sequence[Fraction], direction: str) -> Fraction:
    """One number for several."""
    ordered = sorted(values)
    if step.by == "median":
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    if step.by in TRIMMED:
        for _ in range(step.drop_high):
            ordered.remove(max(ordered))
        for _ in range(step.drop_low):
            ordered.remove(min(ordered))
    ordered = best_of(ordered, getattr(step, "best", None), direction)
    total = sum(ordered, Fraction(0))
    return total if step.by in {"sum", "trimmed_sum"} else total / len(ordered)


def ballots_of(column: Mapping[str, Mapping[str, Any]], *, best_is_low: bool) -> dict[str, dict[str, Any]]:
    """Per judge, what the judge thinks of each entry: the higher the better, None of one that is unranked."""
    ballots: dict[str, dict[str, Any]] = {}
    for judge in sorted({judge for given in column.values() for judge in given}):
        ballot = {entry: given[judge] for entry, given in column.items() if judge in given}
        ballots[judge] = {
            entry: value if value is None or not best_is_low else -value for entry, value in ballot.items()
        }
    return ballots


def points(
    step: Points, column: Mapping[str, Mapping[str, Any]], *, best_is_low: bool
) -> dict[str, dict[str, Fraction]]:
    """Turn each judge's order of the entries into points; tied places share what they cover."""
    found: dict[str, dict[str, Fraction]] = {entry: {} for entry in column}
    for judge, whole in ballots_of(column, best_is_low=best_is_low).items():
        ballot = {entry: value for entry, value in whole.items() if value is not None}
        for entry in whole:
            found[entry][judge] = Fraction(0)
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
    if step.curve == "places":
        return Fraction(place)
    table = step.table or ()
    return Fraction(table[place - 1]) if place <= len(table) else Fraction(0)


def standardised(
    step: ZScore, column: Mapping[str, Mapping[str, Fraction]], rounding: str
) -> dict[str, dict[str, Fraction]]:
    """How many standard deviations each value of a judge lies above the judge's mean."""
    found: dict[str, dict[str, Fraction]] = {entry: {} for entry in column}
    for judge in sorted({judge for given in column.values() for judge in given}):
        own = {entry: given[judge] for entry, given in column.items() if judge in given}
        mean = sum(own.values(), Fraction(0)) / len(own)
        variance = sum(((value - mean) ** 2 for value in own.values()), Fraction(0)) / len(own)
        for entry, value in own.items():
            found[entry][judge] = rounded_root(value - mean, variance, step.round_terms, rounding)
    return found


def rounded_root(difference: Fraction, variance: Fraction, places: int, rounding: str) -> Fraction:
    """``difference / sqrt(variance)``, rounded without ever taking the root."""
    if not variance or not difference:
        return Fraction(0)
    square = difference**2 / variance
    nearest = isqrt(floor(square * 100**places))  # the number of last decimals that is at or below the root
    between = Fraction(2 * nearest + 1, 2 * 10**places) ** 2
    if square > between or (square == between and (rounding == "half_away" or nearest % 2)):
        nearest += 1
    return Fraction(nearest if difference > 0 else -nearest, 10**places)


def counted_by(method: str, column: Mapping[str, Mapping[str, Any]], *, best_is_low: bool) -> dict[str, int]:
    """How many entries each stands before, by a method of voting."""
    entries = list(column)
    ballots = []
    given = ballots_of(column, best_is_low=best_is_low)
    for ballot in given.values():
        ranked = {entry: value for entry, value in ballot.items() if value is not None}
        ballots.append({entry: (entry in ranked, ranked.get(entry, 0)) for entry in entries})
    if method == "majority":
        return majority(entries, ballots, [list(ballot) for ballot in given.values()])
    return pairwise(entries, ballots) if method == "pairwise" else runoff(entries, ballots)


def majority(
    entries: Sequence[str], ballots: Sequence[Mapping[str, Any]], judged: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Ballroom's rules 5 to 8: the first column with a majority, the larger majority, the lower sum, the next column.

    The majority is that of the judges who were to place the entry.
    """
    keys: dict[str, list[Any]] = {}
    for entry in entries:
        places = []
        for ballot, own in zip(ballots, judged, strict=True):
            if entry not in own:
                continue
            ahead = sum(other > ballot[entry] for other in ballot.values())
            level = sum(other == ballot[entry] for other in ballot.values())
            places.append(ahead + Fraction(level + 1, 2))
        key: list[Any] = []
        for column in range(1, len(entries) + 1):
            there = [place for place in places if place <= column]
            if not key and 2 * len(there) > len(places):
                key.append(column)
            if key:
                key += [-len(there), sum(there, Fraction(0))]
        keys[entry] = key
    return {entry: sum(other > key for other in keys.values()) for entry, key in keys.items()}


def pairwise(entries: Sequence[str], ballots: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Schulze: the strongest path from each to each, a path being as strong as its weakest win."""
    prefer = {(a, b): sum(ballot[a] > ballot[b] for ballot in ballots) for a in entries for b in entries}
    path = {(a, b): votes if votes > prefer[b, a] else 0 for (a, b), votes in prefer.items()}
    for over in entries:
        for a in entries:
            for b in entries:
                path[a, b] = max(path[a, b], min(path[a, over], path[over, b]))
    return {a: sum(path[a, b] > path[b, a] for b in entries if a != b) for a in entries}


def runoff(entries: Sequence[str], ballots: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Whoever is first on the fewest ballots falls out, until all that are left are equal."""
    left, score = list(entries), {}
    while left:
        firsts = dict.fromkeys(left, Fraction(0))
        for ballot in ballots:
            tops = [entry for entry in left if ballot[entry] == max(ballot[other] for other in left)]
            for entry in tops:
                firsts[entry] += Fraction(1, len(tops))
        fewest = [entry for entry in left if firsts[entry] == min(firsts.values())]
        for entry in fewest:
            score[entry] = len(entries) - len(left)
        left = [entry for entry in left if entry not in fewest]
    return score


def rule_name(tie: TieRule) -> str:
    """How a list names the rule that split a tie."""
    if tie.by == "criteria":
        return (f"{tie.round}:" if tie.round else "") + "+".join(tie.of)
    if tie.by == "column":
        return f"column:{tie.of}"
    return tie.of if tie.by == "round" else tie.by
