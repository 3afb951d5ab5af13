"""Who stands where when scores are equal: the rules' ordered list, applied to ever smaller sets without restart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kit.rules import ByColumn, ByCriteria, ByHeadCount, ByOrderOfParts, ByPeople, ByRound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.rules import Direction, TieRule
    from kit.scoring.exact import Exact, Integers
    from kit.scoring.scores import Facts, Scores

    Telling = ByCriteria | ByRound | ByHeadCount | ByOrderOfParts | ByColumn


class Ruling(NamedTuple):
    """The order that the judges decided for the entries of one tie; it binds that tie and no other.

    Args:
        order: all entries of the tie, best first.
        scores: the score at which they were tied, in each list; a ruling without any binds them at every score.
    """

    order: tuple[str, ...]
    scores: frozenset[Decimal] = frozenset()


class Placing(NamedTuple):
    """Entries in order, best first; those that share a place by id.

    Args:
        entries: ids.
        ranks: 1, 2, 2, 4.
        broken_by: per entry, the rules that told it apart from its equals, joined by `` > ``, or None.
        tied: per entry, whether it still shares its place after every rule.
    """

    entries: list[str]
    ranks: list[int]
    broken_by: list[str | None]
    tied: list[bool]


def place(
    entries: Sequence[str],
    scores: Exact,
    ties: Sequence[TieRule],
    breaker: TieBreaker,
    direction: Direction = "high",
) -> Placing:
    """Order entries by score, and equal scores by the tie rules.

    Args:
        entries: ids, sorted.
        scores: the rounded scores.
        ties: the rules, in order; each splits what the ones before left together.
        breaker: knows the marks behind the scores, and what the judges ruled.
        direction: which scores stand first.
    """
    names = np.array(entries, dtype=object)
    classes = _dense(
        _best_first(scores.numerators, direction)
    )  # per entry, the number of its place so far: 0 is best, equal is tied
    labels: list[str] = []
    used = np.zeros(len(names), dtype=np.int64)  # bit n: the n-th label told the entry apart
    for tie in ties:
        shared = _size(classes) > 1
        if not shared.any() or (isinstance(tie, ByPeople) and tie.by == "shared"):
            break
        codes = np.zeros(len(names), dtype=np.int64)
        codes[shared] = (
            breaker.ruled(names[shared], classes[shared], scores[shared])
            if isinstance(tie, ByPeople)
            else breaker.codes(tie, names[shared], classes[shared], entries)
        )
        finer = _dense(classes * (codes.max() + 1) + codes)
        used |= (_size(finer) < _size(classes)).astype(np.int64) << len(labels)
        labels.append(label(tie))
        classes = finer
        if isinstance(tie, ByPeople):  # what the judges have yet to decide, no later rule decides for them
            break
    order = np.argsort(classes, kind="stable")
    better = np.concatenate([[0], np.cumsum(np.bincount(classes))])[classes]
    broken_by = {
        bits: " > ".join(name for n, name in enumerate(labels) if bits >> n & 1) or None for bits in set(used.tolist())
    }
    return Placing(
        names[order].tolist(),
        (better[order] + 1).tolist(),
        [broken_by[bits] for bits in used[order].tolist()],
        (_size(classes)[order] > 1).tolist(),
    )


def label(tie: TieRule) -> str:
    """Name a tie rule as the ranking's column ``tie_broken_by`` does: ``K2``, ``proposal:K2``, ``head_count``."""
    match tie:
        case ByCriteria(of=names, round=round_):
            return f"{round_}:{'+'.join(names)}" if round_ else "+".join(names)
        case ByRound(of=round_):
            return round_
        case ByColumn(of=column):
            return f"column:{column}"
    return tie.by


def _best_first(numbers: Integers, direction: Direction) -> Integers:
    """Return numbers of which the lowest is the best."""
    return numbers if direction == "low" else -numbers


def _dense(numbers: Integers) -> Integers:
    """Replace numbers by 0, 1, 2, ... in their order."""
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def _size(classes: Integers) -> Integers:
    """How many share each element's class."""
    return np.bincount(classes)[classes] if len(classes) else classes


@dataclass(frozen=True)
class TieBreaker:
    """What the tie rules of one ranking look at.

    Args:
        round: the round whose marks a rule means that names none.
        scores: the scores of each round.
        rulings: what the judges decided, the latest ruling first.
        parts: the rounds that the ranked score is made of; of none where it is one round's own score.
        facts: what the registers say of the entries.
    """

    round: str
    scores: Mapping[str, Scores]
    rulings: Sequence[Ruling] = ()
    parts: Sequence[str] = ()
    facts: Facts | None = None

    def codes(self, tie: Telling, names: Integers, classes: Integers, listed: Sequence[str]) -> Integers:
        """Per entry, a number that is lower the better the rule places it among those of its class.

        ``listed`` are all entries of the list, with those that are not tied. A class stays together when the rule knows
        nothing about one of its members.
        """
        if isinstance(tie, ByColumn):
            return self._by_column(tie, names, listed)
        if isinstance(tie, ByOrderOfParts):
            return self._by_parts(tie, names, listed)
        scores = self.scores[tie.of if isinstance(tie, ByRound) else tie.round or self.round]
        direction = scores.sheets.round.direction
        position = scores.positions(names)
        known = ~np.isin(classes, classes[position < 0])
        codes = np.zeros(len(names), dtype=np.int64)
        if not known.any():  # for instance a round without a complete sheet
            return codes
        match tie:
            case ByCriteria(of=criteria):
                codes[known] = _dense(_best_first(scores.compared_by(criteria)[position[known]], direction))
            case ByRound():
                codes[known] = _dense(_best_first(scores.exact.numerators[position[known]], direction))
            case ByHeadCount():
                codes[known] = _by_head_count(scores, position[known], classes[known])
        return codes

    def _by_column(self, tie: ByColumn, names: Integers, listed: Sequence[str]) -> Integers:
        """By a column of the registers: numbers by size if all are, else texts by the alphabet; blank ones last."""
        about = self.facts.about if self.facts else {}
        texts = {name: about.get(name, {}).get(tie.of, "").strip() for name in listed}
        keys: Mapping[str, Decimal] | Mapping[str, str] = {name: text for name, text in texts.items() if text}
        with suppress(InvalidOperation):
            keys = {name: Decimal(text.replace(",", ".")) for name, text in texts.items() if text}
        order = {key: n for n, key in enumerate(sorted({*keys.values()}, reverse=tie.first == "high"))}
        return np.array([order[keys[name]] if name in keys else len(order) for name in names], dtype=np.int64)

    def _by_parts(self, tie: ByOrderOfParts, names: Integers, listed: Sequence[str]) -> Integers:
        """By the places or the values of the parts of the score, best first.

        Every part is a number for each entry that has it, of which the higher is better.
        """
        known = {*listed}
        parts = [
            {name: value for name, value in part.items() if name in known}
            for part in (self._rounds() if self.parts else self._judges())
        ]
        keys: list[tuple[float | Fraction, ...]] = []
        if tie.by == "next_best":
            keys = [tuple(sorted(-part[name] for part in parts if name in part)) for name in names]
        else:
            places = [_places(part) for part in parts]
            last = max(map(len, parts), default=0)
            for name in names:
                own = [part[name] for part in places if name in part]
                keys.append(tuple(Fraction(-own.count(place)) for place in range(1, last + 1)))
        longest = max(map(len, keys), default=0)
        padded = [key + (inf,) * (longest - len(key)) for key in keys]
        rank = {key: n for n, key in enumerate(sorted({*padded}))}
        return np.array([rank[key] for key in padded], dtype=np.int64)

    def _rounds(self) -> list[dict[str, Fraction]]:
        """The scores of the rounds that count, by entry, higher being better."""
        found = []
        for name in self.parts:
            scores = self.scores[name]
            sign = -1 if scores.sheets.round.direction == "low" else 1
            pairs = zip(scores.by_entry, scores.exact.fractions(), strict=True)
            found.append({entry: sign * value for entry, value in pairs})
        return found

    def _judges(self) -> list[dict[str, Fraction]]:
        """The judges' own scores in the round, by entry, higher being better."""
        scores = self.scores[self.round]
        found: dict[int, dict[str, Fraction]] = {}
        some, entries = scores.has_own, scores.sheets.entry[scores.rows]
        for judge, entry, value in zip(scores.judge[some], entries[some], scores.own[some], strict=True):
            found.setdefault(int(judge), {})[scores.sheets.entries[entry]] = Fraction(int(value))
        return [*found.values()]

    def ruled(self, names: Integers, classes: Integers, scores: Exact) -> Integers:
        """Per entry, its place by the latest ruling on exactly the entries tied with it, or 0."""
        codes = np.zeros(len(names), dtype=np.int64)
        at = {name: n for n, name in enumerate(names)}
        size, score = _size(classes), scores.fractions()
        decided: set[int] = set()
        for ruling in self.rulings:
            places = [at[name] for name in ruling.order if name in at]
            tied = set(classes[places])
            if len(tied) != 1 or not len(places) == len(ruling.order) == len({*places}) == size[places[0]]:
                continue
            at_score = not ruling.scores or score[places[0]] in {Fraction(known) for known in ruling.scores}
            if at_score and decided.isdisjoint(tied):
                codes[places] = np.arange(len(places))
                decided |= tied
        return codes


def _places(part: Mapping[str, Fraction]) -> dict[str, int]:
    """The place of each entry, 1 for the highest number."""
    first: dict[Fraction, int] = {}
    for place_, value in enumerate(sorted(part.values(), reverse=True), 1):
        first.setdefault(value, place_)
    return {name: first[value] for name, value in part.items()}


def _by_head_count(scores: Scores, positions: Integers, classes: Integers) -> Integers:
    """Order each class by how many judges prefer which entry, among judges who marked all of the class.

    Args:
        scores: whose sheets count.
        positions: per entry, its position among the scored.
        classes: per entry, the tied set that it belongs to.
    """
    codes = np.zeros(len(positions), dtype=np.int64)
    counts = scores.counts[positions]
    # One row for each sheet of each entry: whose entry it is, where the sheet stands in `scores`, and by which judge.
    owner = np.repeat(np.arange(len(positions)), counts)
    row = np.arange(len(owner)) + np.repeat(scores.starts[positions] - np.cumsum(counts) + counts, counts)
    owner, row = owner[scores.has_own[row]], row[scores.has_own[row]]
    judge, tied = scores.judge[row], classes[owner]
    _, ballot, size = np.unique(tied * (len(scores.sheets.judges) + 1) + judge, return_inverse=True, return_counts=True)
    whole = np.flatnonzero(size[ballot] == _size(classes)[owner])  # rows of judges who marked all of the tied set
    order = whole[np.lexsort((owner[whole], judge[whole], tied[whole]))]
    preferred = scores.own[row]
    for one in np.split(order, np.flatnonzero(np.diff(tied[order])) + 1) if len(order) else ():
        width = int(size[ballot[one[0]]])
        codes[owner[one[:width]]] = _by_majority(preferred[one].reshape(-1, width))
    return codes


def _by_majority(ballots: Integers) -> Integers:
    """Order entries so that each is preferred by more judges to all in later places; a circle or draw shares one.

    Args:
        ballots: judges x entries, higher is better.
    """
    lead = sum((ballot[:, None] > ballot).astype(np.int32) - (ballot[:, None] < ballot) for ballot in ballots)
    wins = 2 * (lead > 0).sum(axis=1) + (lead == 0).sum(axis=1) - 1  # twice the wins; a draw is half of one
    order = np.argsort(-wins, kind="stable")
    # The first k form a separate place if they beat all the others: their wins are then the most that k can have.
    k, n = np.arange(1, len(wins) + 1), len(wins)
    ends = np.cumsum(wins[order]) == k * (k - 1) + 2 * k * (n - k)
    codes = np.empty(n, dtype=np.int64)
    codes[order] = np.cumsum(ends) - ends
    return codes
