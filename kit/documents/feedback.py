"""Feedback for one entry: its scores beside its group's, what is strong, what to improve, and what to do next.

Marks are means over the judges who count. The mean of one judge is that judge's mark, so where only one counts for the
entry in a round, neither its score nor any mean of its marks is shown; where a group has fewer than five entries in a
round, no mean of it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.documents.approval import comments
from kit.documents.paper import Paper
from kit.explain import scope_names
from kit.pseudonyms import shuffled
from kit.render.blocks import Block, Bullets, Callout, Column, Fact, Facts, Heading, Paragraph, Table, sentence
from kit.report.context import award_name, ranked_by
from kit.report.lasting import ELEMENTS, is_over, lasting
from kit.scoring.exact import Exact
from kit.scoring.ranking import FINAL
from kit.years.followup_report import lasting_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.report.context import Context
    from kit.rules import Criterion
    from kit.scoring.scores import Scores

_SMALLEST = 5  # entries of a group whose mean may be shown
_JUDGES = 2  # whose mean may be shown
_NAMED = 3  # criteria named as strong, and as many to improve
_PLACES = 2


class _Entry(NamedTuple):
    """The entry that the feedback is for."""

    id: str
    title: str
    unit: str
    group: str
    group_name: str
    category_name: str


def _entry(edition: Edition, entry_id: str) -> _Entry:
    row = edition.registers.entries.set_index("entry_id").loc[entry_id]
    unit = str(edition.registers.units.set_index("unit_id")["name"][row["unit_id"]])
    names = scope_names(edition.rules, edition.texts)
    group, category = str(row["group"]), str(row["category"])
    return _Entry(entry_id, str(row["title"]), unit, group, names["group", group], names["category", category])


@dataclass(frozen=True)
class _Marked:
    """The sums of one round's marks over complete sheets, by entry, and the entries of each group."""

    scores: Scores
    sums: np.ndarray[tuple[int, int], np.dtype[np.object_]]
    counts: np.ndarray[tuple[int], np.dtype[np.int64]]
    groups: dict[str, list[int]]

    def mean(self, rows: list[int]) -> list[Fraction]:
        """Return the mean mark of each criterion over the sheets of some entries."""
        size = int(self.counts[rows].sum()) * self.scores.sheets.marks.denominator
        return [Fraction(int(total), size) for total in self.sums[rows].sum(axis=0)]


@lru_cache(maxsize=2)
def _marked(edition: Edition, _: str) -> dict[str, _Marked]:
    """Return the rounds whose marks can be shown, computed once for all entries of an edition with one fingerprint."""
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
    """Judges' comments for one entry: the approved ones in a secret order, and how many wait for approval."""

    texts: tuple[str, ...]
    waiting: int


@lru_cache(maxsize=2)
def _said(edition: Edition, _: str) -> dict[str, _Said]:
    found = {}
    for entry, own in comments(edition).groupby("entry_id"):
        texts = own.loc[own["approved"], "text"]
        found[str(entry)] = _Said(tuple(shuffled(edition, f"feedback/{entry}", texts)), len(own) - len(texts))
    return found


def feedback(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return one entry's feedback.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    paper, entry = Paper(edition, made_at), _entry(edition, part.id)
    context, t = paper.context, paper.t
    about = t("papers.feedback_about", unit=entry.unit, group=entry.group_name, category=entry.category_name)
    title, audience = t("papers.title_feedback", title=entry.title), t("papers.for_unit", unit=entry.unit)
    own = {name: marked for name, marked in _marked(edition, edition.fingerprint).items() if _in(entry, marked)}
    return [
        paper.masthead(part, title, form="sheet", subtitle=about, audience=audience),
        paper.say("papers.feedback_said", title=paper.contest),
        Facts([*_facts(context, entry)]),
        Paragraph(ranked_by(context, "group", context.latest)),
        *[block for name, marked in own.items() for block in _round(paper, entry, name, marked)],
        *_comments(paper, entry),
        *_next(paper, entry),
        lasting_profile(edition, entry.id),
    ]


def _in(entry: _Entry, marked: _Marked) -> bool:
    status = marked.scores.sheets.status
    return entry.id in status.index and bool(status.loc[entry.id, "scored"])


def _facts(context: Context, entry: _Entry) -> Iterator[Fact]:
    t = context.t
    for name, scores in context.result.scores.items():
        counted, required = _judges(entry, scores)
        if (score := scores.by_entry.get(entry.id)) is not None and counted >= _JUDGES:
            yield Fact(t.decimal(score), context.rounds[name], t("papers.feedback_judges", n=counted, total=required))
    ranking = context.result.ranking
    own = ranking[ranking["entry_id"] == entry.id]
    latest = own[(own["round"] == context.latest) & (own["scope"] == "group") & own["rank"].notna()]
    for scope_id, rank in latest[["scope_id", "rank"]].itertuples(index=False, name=None):
        size = len(context.result.of(context.latest, "group", scope_id))
        detail = t("papers.feedback_rank_of", n=size, scope=entry.group_name)
        yield Fact(t.integer(int(rank)), t("report.column_rank"), detail)
    final = own[(own["round"] == FINAL) & own["award"].notna()]
    for scope, scope_id, award in final[["scope", "scope_id", "award"]].itertuples(index=False, name=None):
        yield Fact(award_name(context, award), t("report.column_award"), context.names[scope, scope_id])


def _judges(entry: _Entry, scores: Scores) -> tuple[int, int]:
    """Return how many judges count for the entry in a round, and of how many; zeros if it does not take part."""
    status = scores.sheets.status
    if entry.id not in status.index:
        return 0, 0
    own = status.loc[entry.id]
    return int(str(own["judges_counted"])), int(str(own["judges_required"]))


def _round(paper: Paper, entry: _Entry, name: str, marked: _Marked) -> Iterator[Block]:
    t, round_ = paper.t, marked.scores.sheets.round
    if _judges(entry, marked.scores)[0] < _JUDGES:
        yield Heading(paper.context.rounds[name])
        yield paper.say("papers.feedback_alone")
        return
    place = marked.scores.sheets.entries.index(entry.id)
    own, peers = marked.mean([place]), marked.groups[entry.group]
    told = len(peers) >= _SMALLEST
    scales = [round_.scale_of(criterion.id) for criterion in round_.marked]
    rows = pd.DataFrame(
        {
            "criterion": [criterion.name.say(t.language) for criterion in round_.marked],
            "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) for s in scales],
            "own": pd.Series(_decimals(paper, own), dtype=object),
            "group": pd.Series(_decimals(paper, marked.mean(peers)), dtype=object) if told else "",
        }
    )
    columns = [
        Column("criterion", t("report.column_criterion")),
        Column("scale", t("report.column_scale")),
        Column("own", t("papers.feedback_own"), "decimal"),
        *([Column("group", t("papers.feedback_group", group=entry.group_name), "decimal")] if told else []),
    ]
    notes = [t("papers.feedback_mean", n=int(marked.counts[place]))]
    notes += [] if told else [t("papers.feedback_few", group=entry.group_name, n=_SMALLEST)]
    if any(step.by not in {"mean", "weighted_mean"} for step in round_.score):
        notes.append(t("papers.feedback_otherwise"))
    caption = t("papers.feedback_caption", round=paper.context.rounds[name])
    yield Heading(paper.context.rounds[name])
    yield Table.of(rows, t, columns=columns, caption=caption, row_header="criterion", notes=notes)
    yield from _advice(paper, list(zip(round_.marked, own, strict=True)), marked)


def _decimals(paper: Paper, values: Sequence[Fraction]) -> list[Decimal]:
    """Return means rounded as they are shown."""
    return [*Exact.of(values).rounded(_PLACES, paper.rules.rounding).decimals()]


def _advice(paper: Paper, marks: list[tuple[Criterion, Fraction]], marked: _Marked) -> Iterator[Block]:
    """Yield the criteria with the highest marks for their scale, and those with the lowest; none is in both lists."""
    t, round_ = paper.t, marked.scores.sheets.round

    def share(mark: tuple[Criterion, Fraction]) -> Fraction:
        scale = round_.scale_of(mark[0].id)
        return (mark[1] - Fraction(scale.low)) / Fraction(scale.high - scale.low)

    n = min(_NAMED, len(marks) // 2)
    ordered = sorted(marks, key=share, reverse=True)
    if n:
        yield Heading(t("papers.feedback_strong"), 3)
        yield Bullets([sentence(t, "papers.feedback_item", **_strong(paper, *mark)) for mark in ordered[:n]])
        yield Heading(t("papers.feedback_improve"), 3)
        lowest = reversed(ordered[-n:])
        yield Bullets([sentence(t, "papers.feedback_item", **_weak(paper, *mark)) for mark in lowest])


def _strong(paper: Paper, criterion: Criterion, mark: Fraction) -> dict[str, str]:
    """Return what the rules say of the level that the mark has reached."""
    reached = [level for level in criterion.levels if Fraction(level) <= mark]
    said = criterion.levels[max(reached, key=Fraction)].say(paper.t.language) if reached else ""
    return _item(paper, criterion, mark, said)


def _weak(paper: Paper, criterion: Criterion, mark: Fraction) -> dict[str, str]:
    """Return what the rules ask for at the next level."""
    above = [level for level in criterion.levels if Fraction(level) > mark]
    if not above:
        return _item(paper, criterion, mark, paper.t("papers.feedback_keep"))
    level = min(above, key=Fraction)
    said = criterion.levels[level].say(paper.t.language)
    return _item(paper, criterion, mark, paper.t("papers.feedback_to_level", level=level, said=said))


def _item(paper: Paper, criterion: Criterion, mark: Fraction, said: str) -> dict[str, str]:
    (shown,) = _decimals(paper, [mark])
    return {"criterion": criterion.name.say(paper.t.language), "mark": paper.t.decimal(shown), "said": said}


def _comments(paper: Paper, entry: _Entry) -> Iterator[Block]:
    """Yield the approved comments of the judges, and how many wait for approval."""
    t, said = paper.t, _said(paper.edition, paper.edition.fingerprint).get(entry.id)
    yield Heading(t("papers.feedback_comments"))
    if said is None:
        yield paper.say("papers.feedback_no_comment")
        return
    if said.texts:
        yield Bullets(said.texts)
    if said.waiting:
        yield Callout(t("papers.feedback_waiting", n=said.waiting), "warning")


def _next(paper: Paper, entry: _Entry) -> Iterator[Block]:
    """Yield what the entry lacks by the latest answers; what is unknown is left out."""
    t, found = paper.t, lasting(paper.edition)
    profile, why = found.profiles[entry.id], found.reasons[entry.id]
    known = [aspect for aspect in ELEMENTS if aspect in profile]
    steps = [t(f"papers.next_{reason.removeprefix('lacks_')}") for reason in why]
    if "partners" in profile and profile["partners"].value == "tidak" and not is_over(profile):
        steps.append(t("papers.next_partners"))
    yield Heading(t("papers.feedback_next"))
    if is_over(profile):
        yield paper.say(f"papers.next_{profile['status'].value}", year=profile["status"].year)
    else:
        if why:
            yield Paragraph(t("papers.next_support"))
        steps.append(t("papers.next_again" if steps or len(known) < len(ELEMENTS) else "papers.next_keep"))
        yield Bullets(steps)
    if paper.office.contact:
        yield paper.say("papers.contact", contact=paper.office.contact)
