"""One entry's result as arithmetic that its unit can check with a pocket calculator.

Judges are letters, shuffled per document, and no other entry's marks are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.columns import Known
from kit.exact import Exact
from kit.explain._sums import Sums, equation, products, ratio, rounded_to
from kit.pseudonyms import letters
from kit.ranking import FINAL, final_weights, scope_names
from kit.rules import ByCriteria, ByRound, Last, Points
from kit.scores import score_round
from kit.ties import label

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from typing import Any

    from kit.edition import Edition
    from kit.rules import Rules, Scope, TieRule
    from kit.scores import Scores
    from kit.texts import Texts

__all__ = [
    "Explanation",
    "Section",
    "basis",
    "explain",
    "final_parts",
    "final_score",
    "ratio",
    "scope_names",
    "tie_rules",
    "tie_words",
]

_JUDGES = 5  # fewer could be told apart by their marks, so an entry's unit sees means only


@dataclass(frozen=True)
class Section:
    """A part of an explanation: a heading, sentences and sums to follow, and perhaps a table before them.

    Args:
        title: the heading.
        lines: what to read, in order.
        table: text cells; the first column names the row.
        caption: of the table, in the catalogue.
    """

    title: str
    lines: tuple[str, ...]
    table: pd.DataFrame | None = None
    caption: str = "explain.marks_caption"


@dataclass(frozen=True)
class Explanation:
    """How one entry came to its score and rank.

    Args:
        title: which entry.
        subtitle: its title, unit, group and category.
        sections: one per round, and the final.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]

    def text(self) -> str:
        """The explanation for a terminal."""
        parts = [self.title, self.subtitle]
        for section in self.sections:
            parts += ["", section.title, "-" * len(section.title)]
            if section.table is not None:
                parts += [section.table.to_string(index=False), ""]
            parts += section.lines
        return "\n".join(parts)


def explain(edition: Edition, entry_id: str, *, to_unit: bool = False) -> Explanation:
    """Explain one entry's result in the edition's language.

    Args:
        edition: the edition.
        entry_id: one of its entries.
        to_unit: it is for the entry's unit, which sees means where fewer than five judges scored, and of a judge who
            scored alone nothing.

    Raises:
        unknown_entry: no such entry is registered.
        StillOpen, NotOpenedYet, rules_changed: there is no result to explain (see :attr:`Edition.result`).
    """
    entries = edition.registers.entries.set_index("entry_id")
    entry = entries.loc[Known(entries.index, "unknown_entry")(entry_id)]
    names = scope_names(edition.rules, edition.texts)
    subtitle = edition.texts(
        "explain.entry_line",
        title=entry["title"],
        unit=edition.registers.units.set_index("unit_id")["name"][entry["unit_id"]],
        group=names["group", str(entry["group"])],
        category=names["category", str(entry["category"])],
    )
    sections = tuple(_Story(edition, entry_id, to_unit=to_unit).sections())
    return Explanation(edition.texts("explain.title", entry=entry_id), subtitle, sections)


def basis(rules: Rules, t: Texts, scope: str = "", round_: str = FINAL) -> str:
    """Say on what the ranks of a list rest, and the awards that it carries.

    Args:
        rules: the contest.
        t: the language.
        scope: the kind of scope; blank where no awards are to be spoken of.
        round_: a round, or ``final``.
    """
    if round_ != FINAL:
        return t("explain.basis_round", round=rules.round(round_).name.say(t.language))
    *earlier, last = (each.name.say(t.language) for each in rules.scored_rounds)
    words = {"score": final_score(rules, t), "last": last}
    if not earlier:
        return t("explain.basis_alone", **words)
    key = "finalists" if len(earlier) == 1 else "finalists_of_several"
    said = [t(f"explain.basis_{key}", **words, earlier=earlier[0])]
    said += [t(f"explain.basis_among_{own.among}", **words) for own in rules.final.awards if own.scope == scope]
    return " ".join(said)


def final_score(rules: Rules, t: Texts) -> str:
    """Say what the final score is made of: ``the final score (60% Proposal + 40% Presentation)``."""
    if [*final_weights(rules).values()] == [1]:
        return t("explain.score_of_one", round=rules.round(*final_weights(rules)).name.say(t.language))
    return t("explain.score_of_several", parts=" + ".join(final_parts(rules, t)))


def final_parts(rules: Rules, t: Texts) -> list[str]:
    """Say what each round adds to the final score: ``60% Proposal``, or its factor where that is no percentage."""
    return [_part(weight, rules.round(name).name.say(t.language), t) for name, weight in final_weights(rules).items()]


def _part(weight: Fraction, round_: str, t: Texts) -> str:
    percentage = weight < 1 and 10**6 % weight.denominator == 0
    return f"{ratio(weight * 100, t)}% {round_}" if percentage else f"{ratio(weight, t)} × {round_}"


def tie_rules(rules: Rules, round_: str, last_round: str) -> tuple[TieRule, ...]:
    """Return the tie rules by which a row of the ranking found its place, from its ``round`` and ``last_round``."""
    final = round_ == FINAL and last_round == rules.scored_rounds[-1].id
    return rules.final_ties if final else rules.round(last_round).ties


def tie_words(ties: Sequence[TieRule], broken_by: str, rules: Rules, round_: str, t: Texts) -> str:
    """Say which rules told an entry apart, from the ranking's ``tie_broken_by``.

    Args:
        ties: the tie rules of that round or the final.
        broken_by: as in the ranking, such as ``K2 > K4``.
        rules: the contest.
        round_: the round whose criteria a rule means that names none.
        t: the language.
    """
    words = []
    for tie in ties:
        if label(tie) not in broken_by.split(" > "):
            continue
        match tie:
            case ByCriteria(of=ids, round=where):
                names = {c.id: c.name.say(t.language) for c in rules.round(where or round_).marked}
                words.append(t("explain.rule_criteria", n=len(ids), names=[names[name] for name in ids]))
            case ByRound(of=where):
                words.append(t("explain.rule_round", round=rules.round(where).name.say(t.language)))
            case _:
                words.append(t(f"explain.rule_{tie.by}"))
    return t.enumeration(words)


class _Story:
    """One entry's way through the contest."""

    def __init__(self, edition: Edition, entry_id: str, *, to_unit: bool) -> None:
        self.edition, self.entry, self.to_unit = edition, entry_id, to_unit
        self.t, self.rules, self.result = edition.texts, edition.rules, edition.result
        self.names = scope_names(self.rules, self.t)
        ranking = self.result.ranking
        self.rows = ranking[ranking["entry_id"] == entry_id]

    def sections(self) -> Iterator[Section]:
        """The rounds and the final, or why the entry was not judged."""
        t = self.t
        ended = [*self._ended()]
        if ended and self.rows.empty:
            admission = t("explain.not_admitted") in ended
            yield Section(t("explain.admission" if admission else "explain.participation"), tuple(ended))
            return
        letters, hidden = self._letters(), False
        said = [t("explain.letters")] if len(letters) > 1 else []
        for name in self.result.scores:
            shown = self._named(name)
            title = t("explain.marks_of", round=shown)
            if name not in set(self.rows["round"]):
                yield Section(title, (t("explain.not_taking_part", round=shown),))
                continue
            sums = Sums(self._scores(name, within=name), self.entry, letters, t)
            if self.to_unit and len(sums.sheets) < _JUDGES:
                alone = len(sums.sheets) < 2
                hidden |= alone
                lines = [*sums.means_lines(), *self._standing(name), *self._cut(name)]
                lines = [t("explain.one_judge")] if alone else lines
                yield Section(title, tuple(lines), sums.means_table(alone=alone), "explain.means_caption")
                continue
            lines = [*said, *sums.lines(), *self._not_counting(name), *self._standing(name), *self._cut(name)]
            yield Section(title, tuple(lines), sums.table())
            said = []
        if FINAL in set(self.rows["round"]):
            rests = basis(self.rules, t, self._deciding(FINAL))
            final = [] if hidden else [*self._final_sum()]
            yield Section(t("explain.final_title"), (*final, rests, *self._standing(FINAL)))
        if ended:
            yield Section(t("explain.participation"), tuple(ended))

    def _ended(self) -> Iterator[str]:
        """What ended the entry's part in the contest, and why."""
        t, decisions = self.t, self.edition.decisions
        rounds = {round_.id: round_.name.say(t.language) for round_ in self.rules.rounds}
        kinds = {"admission": "not_admitted"}
        for event in pd.concat([decisions.excluded, decisions.absences]).itertuples():
            if event.entry_id == self.entry:
                shown = rounds.get(str(event.round), "")
                yield t(f"explain.{kinds.get(str(event.kind), event.kind)}", round=shown, other=event.value)
                if event.text:
                    yield t("explain.reason", reason=event.text)

    def _letters(self) -> dict[str, str]:
        """A letter for each judge of the entry, of this explanation alone."""
        judges: set[str] = set()
        for scores in self.result.scores.values():
            sheets = scores.sheets
            own = np.array(sheets.entries, dtype=object)[sheets.entry] == self.entry
            judges |= {sheets.judges[n] for n in sheets.judge[own & ~sheets.recused]}
        return letters(self.edition, f"explanation/{self.entry}", judges)

    def _named(self, round_: str) -> str:
        return self.rules.round(round_).name.say(self.t.language)

    def _deciding(self, round_: str) -> Scope:
        """The scope in which a round sends entries on, or else the one in which awards are given."""
        advance = None if round_ == FINAL else self.rules.round(round_).advance
        given = [awards.scope for awards in self.rules.final.awards]
        return advance.scope if advance else given[0] if given else "group"

    def _row(self, round_: str) -> pd.Series:
        """The entry's row in the list that decides."""
        rows = self.rows[(self.rows["round"] == round_) & (self.rows["scope"] == self._deciding(round_))]
        return rows.iloc[0]

    def _scores(self, round_: str, within: str) -> Scores:
        """The scores of a round; ballots are put in order anew in the scope that decides ``within`` a round."""
        scores = self.result.scores[round_]
        if not any(isinstance(step, Points) for step in scores.sheets.round.score):
            return scores
        row = self._row(within)
        members = self.result.of(round_, row["scope"], row["scope_id"])["entry_id"]
        return score_round(scores.sheets.of(list(members)), self.rules.rounding)

    def _not_counting(self, round_: str) -> Iterator[str]:
        marks = self.edition.record.marks
        own = marks[(marks["round"] == round_) & (marks["entry_id"] == self.entry)]
        if n := len(set(own["judge_id"]).intersection(self.rules.round(round_).not_counting)):
            yield self.t("explain.not_counting", n=n)

    def _standing(self, round_: str) -> Iterator[str]:
        t, own = self.t, self._row(round_)
        for row in self.rows[self.rows["round"] == round_].to_dict("records"):
            scope = row["scope"], row["scope_id"]
            words = {"scope": self.names[scope], "round": self._named(row["last_round"])}
            size = len(self.result.of(round_, *scope))
            if row["score"] is None:
                yield t("explain.no_rank", **words)
                continue
            if size == 1:
                yield t("explain.alone", **words)
            else:
                key = "explain.rank_provisional" if row["state"] == "provisional" else "explain.rank"
                said = [t(key, rank=int(row["rank"]), n=size, **words)]
                if row["score"] != own["score"]:
                    said.append(t("explain.score_here", score=row["score"]))
                yield " ".join(said)
            if row["scope"] == own["scope"]:
                yield from self._tie(row)
            if row["award"]:
                yield t("explain.award", award=row["award"])

    def _tie(self, row: Mapping[Hashable, Any]) -> Iterator[str]:
        t, where = self.t, row["last_round"]
        ties = tie_rules(self.rules, row["round"], where)
        if row["tie_broken_by"]:
            yield t("explain.tie", score=row["score"], rule=tie_words(ties, row["tie_broken_by"], self.rules, where, t))
        if row["tied"]:
            yield t("explain.tied", score=row["score"])

    def _cut(self, round_: str) -> Iterator[str]:
        """Whether the entry goes on to the next round."""
        t, advance, row = self.t, self.rules.round(round_).advance, self._row(round_)
        cuts = {(cut.scope, cut.scope_id): cut for cut in self.result.cuts.get(round_, ())}
        if advance is None or (cut := cuts.get((row["scope"], row["scope_id"]))) is None:
            return
        if not cut.complete:
            yield t("explain.cut_incomplete", scope=self.names[cut.scope, cut.scope_id])
        elif self.entry in cut.through:
            yield t("explain.advanced", places=advance.places)
        elif self.entry in cut.tied:
            yield t("explain.cut_undecided", places=advance.places)
        else:
            yield t("explain.not_advanced", places=advance.places)
            scores = self.result.of(round_, cut.scope, cut.scope_id).set_index("entry_id")["score"]
            yield from (t("explain.lowest", score=scores[last]) for last in cut.through[-1:])

    def _final_sum(self) -> Iterator[str]:
        """How the rounds make the final score of an entry that reached the last one and has that score."""
        t, own, step = self.t, self._row(FINAL), self.rules.final.score[0]
        if own["last_round"] != self.rules.scored_rounds[-1].id or own["score"] is None:
            return
        weights = final_weights(self.rules)
        scores = [self._scores(name, within=FINAL).by_entry[self.entry] for name in weights]
        score = Fraction(own["score"])
        end = f" → {rounded_to(score, self.rules.decimals, t)}"
        if isinstance(step, Last):
            yield t("explain.final_last", value=scores[0]) + (end if score != Fraction(scores[0]) else "")
            return
        yield t("explain.weighted_over")
        terms = [weight * Fraction(value) for weight, value in zip(weights.values(), scores, strict=True)]
        if step.round_terms is not None:
            terms = Exact.of(terms).rounded(step.round_terms, self.rules.rounding).fractions()
        left = " + ".join(products(weights.values(), map(Fraction, scores), terms, t))
        yield equation(left, sum(terms, Fraction(0)), t) + end
