"""Feedback for one entry: how it was scored against its group, what is strong, what to improve, and what comes next.

Marks are means over the judges who count. The mean of one judge is that judge's mark, so where only one counts for the
entry in a round, neither its score nor any mean of its marks is shown; where a group has fewer than five entries in a
round, no mean of it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.documents.approval import comments
from kit.documents.paper import ResultPaper
from kit.exact import Exact
from kit.pseudonyms import shuffled
from kit.ranking import FINAL
from kit.report.blocks import Block, Bullets, Callout, Column, Fact, Facts, Heading, Paragraph, Table, sentence
from kit.report.lasting import ELEMENTS, is_over, lasting
from kit.years.lasting import lasting_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kit.documents.kinds import Part
    from kit.edition import Edition
    from kit.rules import Criterion
    from kit.scores import Scores

_SMALLEST = 5  # entries of a group whose mean may be shown
_JUDGES = 2  # whose mean may be shown
_NAMED = 3  # criteria named as strong, and as many to improve
_PLACES = 2


def feedback(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """One entry's feedback.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    return _Feedback(edition, part, made_at).blocks()


@dataclass(frozen=True)
class _Marked:
    """The sums of one round's marks over complete sheets: per entry, and per group with at least five entries."""

    scores: Scores
    sums: np.ndarray[tuple[int, int], np.dtype[np.object_]]
    counts: np.ndarray[tuple[int], np.dtype[np.int64]]
    groups: dict[str, list[int]]

    def mean(self, rows: list[int]) -> list[Fraction]:
        """The mean mark of each criterion over the sheets of some entries."""
        size = int(self.counts[rows].sum()) * self.scores.sheets.marks.denominator
        return [Fraction(int(total), size) for total in self.sums[rows].sum(axis=0)]


@lru_cache(maxsize=2)
def _marked(edition: Edition, _: str) -> dict[str, _Marked]:
    """The rounds whose marks can be told, once for all entries of an edition with one fingerprint."""
    group = edition.registers.entries.set_index("entry_id")["group"]
    found = {}
    for name, scores in edition.result.scores.items():
        sheets = scores.sheets
        if sheets.round.kind != "marks" or not sheets.entries:
            continue
        sums = np.zeros((len(sheets.entries), sheets.marks.numerators.shape[1]), dtype=object)
        np.add.at(sums, sheets.entry[sheets.complete], sheets.marks.numerators[sheets.complete].astype(object))
        positions = pd.Series(range(len(sheets.entries))).groupby(group[sheets.entries].to_numpy()).agg(list)
        counts = np.bincount(sheets.entry[sheets.complete], minlength=len(sheets.entries))
        found[name] = _Marked(scores, sums, counts, {str(g): rows for g, rows in positions.items()})
    return found


@dataclass(frozen=True)
class _Said:
    """What judges wrote for one entrant: what may leave, in an order that nobody can work out, and what waits."""

    texts: tuple[str, ...]
    waiting: int


@lru_cache(maxsize=2)
def _said(edition: Edition, _: str) -> dict[str, _Said]:
    found = {}
    for entry, own in comments(edition).groupby("entry_id"):
        texts = own.loc[own["approved"], "text"]
        found[str(entry)] = _Said(tuple(shuffled(edition, f"feedback/{entry}", texts)), len(own) - len(texts))
    return found


class _Feedback(ResultPaper):
    """The parts of one entry's feedback."""

    def __init__(self, edition: Edition, part: Part, made_at: str) -> None:
        super().__init__(edition, made_at)
        self.part = part
        self.entry = edition.registers.entries.set_index("entry_id").loc[part.id]
        self.unit = str(edition.registers.units.set_index("unit_id")["name"][self.entry["unit_id"]])
        self.group = self.names["group", str(self.entry["group"])]
        self.standing = self.result.ranking[self.result.ranking["entry_id"] == part.id]

    def blocks(self) -> list[Block]:
        """Everything."""
        t, form = self.t, self.names["category", str(self.entry["category"])]
        about = t("papers.feedback_about", unit=self.unit, group=self.group, category=form)
        title = t("papers.title_feedback", title=self.entry["title"])
        audience = t("papers.for_unit", unit=self.unit)
        own = {
            name: marked for name, marked in _marked(self.edition, self.edition.fingerprint).items() if self._in(marked)
        }
        return [
            self.masthead(self.part, title, form="sheet", subtitle=about, audience=audience),
            self.say("papers.feedback_said", title=self.contest),
            Facts([*self._facts()]),
            Paragraph(self.ranked_by("group", self.latest)),
            *[block for name, marked in own.items() for block in self._round(name, marked)],
            *self._comments(),
            *self._next(),
            lasting_profile(self.edition, self.part.id),
        ]

    def _in(self, marked: _Marked) -> bool:
        status = marked.scores.sheets.status
        return self.part.id in status.index and bool(status.loc[self.part.id, "scored"])

    def _facts(self) -> Iterator[Fact]:
        t = self.t
        for name, scores in self.result.scores.items():
            counted, required = self._judges(scores)
            if (score := scores.by_entry.get(self.part.id)) is not None and counted >= _JUDGES:
                yield Fact(t.decimal(score), self.rounds[name], t("papers.feedback_judges", n=counted, total=required))
        own = self.standing[(self.standing["round"] == self.latest) & (self.standing["scope"] == "group")]
        for scope_id, rank in own[own["rank"].notna()][["scope_id", "rank"]].itertuples(index=False, name=None):
            size = len(self.result.of(self.latest, "group", scope_id))
            detail = t("papers.feedback_rank_of", n=size, scope=self.group)
            yield Fact(t.integer(int(rank)), t("report.column_rank"), detail)
        final = self.standing[(self.standing["round"] == FINAL) & self.standing["award"].notna()]
        for scope, scope_id, award in final[["scope", "scope_id", "award"]].itertuples(index=False, name=None):
            yield Fact(self._award(award), t("report.column_award"), self.names[scope, scope_id])

    def _judges(self, scores: Scores) -> tuple[int, int]:
        """How many judges count for the entry in a round, and of how many; none where it does not take part."""
        status = scores.sheets.status
        if self.part.id not in status.index:
            return 0, 0
        own = status.loc[self.part.id]
        return int(str(own["judges_counted"])), int(str(own["judges_required"]))

    def _round(self, name: str, marked: _Marked) -> Iterator[Block]:
        t, round_ = self.t, marked.scores.sheets.round
        if self._judges(marked.scores)[0] < _JUDGES:
            yield Heading(self.rounds[name])
            yield self.say("papers.feedback_alone")
            return
        place = marked.scores.sheets.entries.index(self.part.id)
        own, peers = marked.mean([place]), marked.groups[str(self.entry["group"])]
        told = len(peers) >= _SMALLEST
        scales = [round_.scale_of(criterion.id) for criterion in round_.marked]
        rows = pd.DataFrame(
            {
                "criterion": [criterion.name.say(t.language) for criterion in round_.marked],
                "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) for s in scales],
                "own": pd.Series(self._decimals(own), dtype=object),
                "group": pd.Series(self._decimals(marked.mean(peers)), dtype=object) if told else "",
            }
        )
        columns = [
            Column("criterion", t("report.column_criterion"), width=5),
            Column("scale", t("report.column_scale"), width=2),
            Column("own", t("papers.feedback_own"), "decimal"),
            *([Column("group", t("papers.feedback_group", group=self.group), "decimal")] if told else []),
        ]
        notes = [t("papers.feedback_mean", n=int(marked.counts[place]))]
        notes += [] if told else [t("papers.feedback_few", group=self.group, n=_SMALLEST)]
        if any(step.by not in {"mean", "weighted_mean"} for step in round_.score):
            notes.append(t("papers.feedback_otherwise"))
        caption = t("papers.feedback_caption", round=self.rounds[name])
        yield Heading(self.rounds[name])
        yield Table.of(rows, t, columns=columns, caption=caption, row_header="criterion", notes=notes)
        yield from self._advice(list(zip(round_.marked, own, strict=True)), marked)

    def _decimals(self, values: Sequence[Fraction]) -> list[Decimal]:
        """Means as they are shown."""
        return [*Exact.of(values).rounded(_PLACES, self.rules.rounding).decimals()]

    def _advice(self, marks: list[tuple[Criterion, Fraction]], marked: _Marked) -> Iterator[Block]:
        """The criteria with the highest marks for their scale, and those with the lowest; none is both."""
        t, round_ = self.t, marked.scores.sheets.round

        def share(mark: tuple[Criterion, Fraction]) -> Fraction:
            scale = round_.scale_of(mark[0].id)
            return (mark[1] - Fraction(scale.low)) / Fraction(scale.high - scale.low)

        n = min(_NAMED, len(marks) // 2)
        ordered = sorted(marks, key=share, reverse=True)
        if n:
            yield Heading(t("papers.feedback_strong"), 3)
            yield Bullets([sentence(t, "papers.feedback_item", **self._strong(*mark)) for mark in ordered[:n]])
            yield Heading(t("papers.feedback_improve"), 3)
            lowest = reversed(ordered[-n:])
            yield Bullets([sentence(t, "papers.feedback_item", **self._weak(*mark)) for mark in lowest])

    def _strong(self, criterion: Criterion, mark: Fraction) -> dict[str, str]:
        """What the level says that the mark has reached."""
        reached = [level for level in criterion.levels if Fraction(level) <= mark]
        said = criterion.levels[max(reached, key=Fraction)].say(self.t.language) if reached else ""
        return self._item(criterion, mark, said)

    def _weak(self, criterion: Criterion, mark: Fraction) -> dict[str, str]:
        """What the next level asks for."""
        above = [level for level in criterion.levels if Fraction(level) > mark]
        if not above:
            return self._item(criterion, mark, self.t("papers.feedback_keep"))
        level = min(above, key=Fraction)
        said = criterion.levels[level].say(self.t.language)
        return self._item(criterion, mark, self.t("papers.feedback_to_level", level=level, said=said))

    def _item(self, criterion: Criterion, mark: Fraction, said: str) -> dict[str, str]:
        (shown,) = self._decimals([mark])
        return {"criterion": criterion.name.say(self.t.language), "mark": self.t.decimal(shown), "said": said}

    def _comments(self) -> Iterator[Block]:
        """What judges wrote, as far as it is approved, and how much of it is not."""
        t, said = self.t, _said(self.edition, self.edition.fingerprint).get(self.part.id)
        yield Heading(t("papers.feedback_comments"))
        if said is None:
            yield self.say("papers.feedback_no_comment")
            return
        if said.texts:
            yield Bullets(said.texts)
        if said.waiting:
            yield Callout(t("papers.feedback_waiting", n=said.waiting), "warning")

    def _next(self) -> Iterator[Block]:
        """What the entry lacks, as last heard; nothing is said about what nobody knows."""
        t, found = self.t, lasting(self.edition)
        profile, why = found.profiles[self.part.id], found.reasons[self.part.id]
        known = [aspect for aspect in ELEMENTS if aspect in profile]
        steps = [t(f"papers.next_{reason.removeprefix('lacks_')}") for reason in why]
        if "partners" in profile and profile["partners"].value == "tidak" and not is_over(profile):
            steps.append(t("papers.next_partners"))
        yield Heading(t("papers.feedback_next"))
        if is_over(profile):
            yield self.say(f"papers.next_{profile['status'].value}", year=profile["status"].year)
        else:
            if why:
                yield Paragraph(t("papers.next_support"))
            steps.append(t("papers.next_again" if steps or len(known) < len(ELEMENTS) else "papers.next_keep"))
            yield Bullets(steps)
        if self.office.contact:
            yield self.say("papers.contact", contact=self.office.contact)
