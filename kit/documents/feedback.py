"""Feedback for one entry: its scores beside its group's, what is strong, what to improve, and what to do next.

Marks are means over the judges who count. The mean of one judge is that judge's mark, so where only one counts for the
entry in a round, neither its score nor any mean of its marks is shown; where a group has fewer than five entries in a
round, no mean of it is.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.contest.decisions import comments
from kit.documents.official_paper import Paper
from kit.pseudonyms import shuffled
from kit.render.blocks import Block, Bullets, Column, Fact, Facts, Heading, Paragraph, Table, sentence
from kit.report.context import award_name, columns, ranked_by
from kit.report.lasting import ELEMENTS, is_over, lasting
from kit.report.summaries import known_by
from kit.scoring.exact import Exact
from kit.scoring.ranking import FINAL
from kit.texts import within_sentence
from kit.years.followup_report import lasting_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.report.context import Context
    from kit.rules import Criterion, Round, Scale
    from kit.scoring.scores import Scores
    from kit.texts import Language

_SMALLEST = 5  # entries of a group whose mean may be shown
_JUDGES = 2  # whose mean may be shown
_NAMED = 3  # criteria named as strong, and as many to improve
_PLACES = 2
# Where on its scale a mark is good, such as 3.5 from 1 to 5; and from where on if it is above the group's mean.
_GOOD, _MIDDLE = Fraction(5, 8), Fraction(1, 2)
# A level that is described by another, such as "Seperti tingkat 4, dan ...".
_LIKE = re.compile(
    r"(?P<like>(?:Seperti tingkat|As level|Like level) (?P<level>\d+(?:\.\d+)?))(?P<rest>[,; ].*)", re.DOTALL
)


class _Marked(NamedTuple):
    """The sums of one round's marks over sheets that count, by entry, and the places of each group's entries."""

    scores: Scores
    sums: np.ndarray[tuple[int, int], np.dtype[np.object_]]
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    groups: dict[str, list[int]]

    def mean(self, rows: list[int], criteria: list[int]) -> list[Fraction]:
        """Return the mean mark of some criteria over the sheets of some entries."""
        sums, counts = self.sums[rows].sum(axis=0), self.counts[rows].sum(axis=0)
        return [Fraction(int(sums[n]), int(counts[n]) * self.scores.sheets.marks.denominator) for n in criteria]


@lru_cache(maxsize=2)
def _marked(edition: Edition, _: str) -> dict[str, _Marked]:
    """Return the rounds whose marks can be shown, computed once for all entries of an edition with one fingerprint."""
    group = edition.registers.entries.set_index("entry_id")["group"]
    found = {}
    for name, scores in edition.result.scores.items():
        sheets, complete = scores.sheets, scores.sheets.complete
        if sheets.round.kind == "marks" and sheets.entries:
            used = sheets.used[complete]
            sums = np.zeros((len(sheets.entries), used.shape[1]), dtype=object)
            counts = np.zeros(sums.shape, dtype=np.int64)
            np.add.at(sums, sheets.entry[complete], sheets.marks.numerators[complete].astype(object) * used)
            np.add.at(counts, sheets.entry[complete], used)
            places = pd.Series(range(len(sheets.entries))).groupby(group[sheets.entries].to_numpy()).agg(list)
            found[name] = _Marked(scores, sums, counts, {str(name): own for name, own in places.items()})
    return found


@lru_cache(maxsize=2)
def _comments(edition: Edition, _: str) -> dict[str, list[str]]:
    """Return the approved comments for each entry, in a secret order."""
    found, known = {}, comments(edition)
    for entry, texts in known.loc[known["approved"]].groupby("entry_id")["text"]:
        found[str(entry)] = list(shuffled(edition, f"feedback/{entry}", texts))
    return found


def feedback(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return one entry's feedback.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    paper, entry = Paper(edition, part, made_at), known_by(edition).loc[part.id]
    t, context = paper.t, paper.context
    group, category = (context.names[kind, str(entry[kind])] for kind in ("group", "category"))
    about = {
        "subtitle": t("papers.feedback_about", unit=entry["unit"], group=group, category=category),
        "audience": t("papers.for_unit", unit=entry["unit"]),
    }
    rounds: list[Block] = []
    for name, marked in _marked(edition, edition.fingerprint).items():
        status = marked.scores.sheets.status
        if part.id in status.index and status.loc[part.id, "scored"]:
            rounds += [Heading(paper.rounds[name]), *_round(paper, name, marked)]
    return [
        paper.masthead(t("papers.title_feedback", title=entry["title"]), form="sheet", **about),
        paper.say("papers.feedback_said", title=paper.contest),
        Facts([*_facts(context, part.id, group)]),
        Paragraph(ranked_by(context, "group", context.latest)),
        *rounds,
        Heading(t("papers.feedback_comments")),
        _said(paper),
        Heading(t("papers.feedback_next")),
        *_next(paper),
        lasting_profile(edition, part.id),
    ]


def _facts(context: Context, entry: str, group: str) -> Iterator[Fact]:
    t = context.t
    for name, scores in context.result.scores.items():
        counted, required = _judges(scores, entry)
        if (score := scores.by_entry.get(entry)) is not None and counted >= _JUDGES:
            yield Fact(t.decimal(score), context.rounds[name], t("papers.feedback_judges", n=counted, total=required))
    ranking = context.result.ranking
    own = ranking[ranking["entry_id"] == entry]
    for row in own[(own["round"] == context.latest) & (own["scope"] == "group") & own["rank"].notna()].itertuples():
        size = len(context.result.of(context.latest, "group", str(row.scope_id)))
        detail = t("papers.feedback_rank_of", n=size, scope=group)
        yield Fact(t.integer(int(str(row.rank))), t("report.column_rank"), detail)
    for row in own[(own["round"] == FINAL) & own["award"].notna()].itertuples():
        scope = context.names[str(row.scope), str(row.scope_id)]
        yield Fact(award_name(context, row.award), t("report.column_award"), scope)


def _judges(scores: Scores, entry: str) -> tuple[int, int]:
    """Return how many judges count for the entry in a round, and of how many; zeros if it does not take part."""
    status = scores.sheets.status[["judges_counted", "judges_required"]].reindex([entry], fill_value=0)
    counted, required = status.to_numpy(dtype=int)[0].tolist()
    return counted, required


def _round(paper: Paper, name: str, marked: _Marked) -> Iterator[Block]:
    t, sheets, entry = paper.t, marked.scores.sheets, paper.part.id
    if _judges(marked.scores, entry)[0] < _JUDGES:
        yield paper.say("papers.feedback_alone")
        return
    place = sheets.entries.index(entry)
    asked = [n for n, part in enumerate(sheets.round.parts) if part.value is None and marked.counts[place][n]]
    marks = [sheets.round.parts[n] for n in asked]
    group = paper.edition.registers.entries.set_index("entry_id")["group"][entry]
    own, peers, group_name = marked.mean([place], asked), marked.groups[group], paper.context.names["group", group]
    many = len(peers) >= _SMALLEST
    scales = [sheets.round.scale_of(criterion.id) for criterion in marks]
    rows = zip(
        [criterion.name.say(t.language) for criterion in marks],
        [t("report.scale", low=scale.low, high=scale.high, step=scale.step) for scale in scales],
        _decimals(paper, own),
        *([_decimals(paper, marked.mean(peers, asked))] if many else []),
        strict=True,
    )
    shown = columns(
        t,
        criterion="report.column_criterion",
        scale="report.column_scale",
        own=("papers.feedback_own", "decimal"),
    )
    if many:
        shown.append(Column("group", t("papers.feedback_group", group=group_name), "decimal"))
    notes = [t("papers.feedback_mean", n=int(marked.counts[place].max()))]
    if not many:
        notes.append(t("papers.feedback_few", group=group_name, n=_SMALLEST))
    if any(step.by not in {"mean", "weighted_mean"} for step in sheets.round.score):
        notes.append(t("papers.feedback_otherwise"))
    caption = t("papers.feedback_caption", round=paper.rounds[name])
    yield Table.of([*rows], t, columns=shown, caption=caption, row_header="criterion", notes=notes)
    means = marked.mean(peers, asked) if many else []
    yield from _advice(paper, sheets.round, [*zip(marks, own, scales, strict=True)], means)


def _decimals(paper: Paper, values: Sequence[Fraction]) -> list[Decimal]:
    """Return means rounded as they are shown."""
    return [*Exact.of(values).rounded(_PLACES, paper.rules.rounding).decimals()]


def _advice(
    paper: Paper, round_: Round, marks: list[tuple[Criterion, Fraction, Scale]], means: list[Fraction]
) -> Iterator[Block]:
    """Yield the best criteria, as far as they are good, and those most to improve; none is in both lists.

    Args:
        paper: of the entry.
        round_: whose marks.
        marks: of each criterion, with its scale.
        means: of the group; none where they are not shown.
    """
    t, n, low = paper.t, min(_NAMED, len(marks) // 2), round_.direction == "low"
    if not n:
        return
    means = means or [mark for _, mark, _ in marks]
    places = [_place(mark, scale, low=low) for _, mark, scale in marks]
    order = sorted(range(len(marks)), key=lambda at: places[at], reverse=True)
    better = [places[at] > _place(mean, marks[at][2], low=low) for at, mean in enumerate(means)]
    strong = [at for at in order[:n] if places[at] >= _GOOD or (better[at] and places[at] >= _MIDDLE)]
    weak = [at for at in order[: -n - 1 : -1] if places[at] < 1]
    quoted = []
    for title, chosen in (("strong", strong), ("improve", weak)):
        items = []
        for criterion, mark, scale in (marks[at] for at in chosen):
            level = (_reached if title == "strong" else _aim)(criterion, mark, scale) if not low else None
            said = _level(criterion, level, t.language) if level else ""
            quoted += [criterion.levels[level]] if level else []
            words = {"criterion": criterion.name.say(t.language), "mark": t.decimal(_decimals(paper, [mark])[0])}
            key = f"papers.feedback_{'plain' if not level else title}_item"
            items.append(sentence(t, key, **words, level=level, said=said))
        if items or title == "strong":
            yield Heading(t(f"papers.feedback_{title}"), 3)
            yield Bullets(items) if items else paper.say("papers.feedback_none_strong")
    if t.language != paper.rules.language and any(one.id == one.en for one in quoted):
        yield paper.say("papers.feedback_quoted")


def _place(mark: Fraction, scale: Scale, *, low: bool) -> Fraction:
    """Return where a mark lies on its scale, from 0, the worst, to 1, the best."""
    place = (mark - Fraction(scale.low)) / Fraction(scale.high - scale.low)
    return 1 - place if low else place


def _reached(criterion: Criterion, mark: Fraction, _: Scale) -> str | None:
    """Return the level that the mark has reached, if the rules describe it."""
    return max((level for level in criterion.levels if Fraction(level) <= mark), key=Fraction, default=None)


def _aim(criterion: Criterion, mark: Fraction, scale: Scale) -> str | None:
    """Return the next level, or the one in the middle of the scale where the next is below that."""
    above = sorted((level for level in criterion.levels if Fraction(level) > mark), key=Fraction)
    middle = Fraction(scale.low + scale.high) / 2
    return next((level for level in above if Fraction(level) >= middle), above[-1] if above else None)


def _level(criterion: Criterion, level: str, language: Language) -> str:
    """Return what the rules say of a level; a level that it likens itself to is written out."""
    said = criterion.levels[level].say(language)
    found = _LIKE.fullmatch(said)
    if not found or found["level"] not in criterion.levels or Fraction(found["level"]) >= Fraction(level):
        return said
    other, rest = _level(criterion, found["level"], language).rstrip("."), found["rest"]
    return f"{other}{rest}" if rest.startswith((",", ";")) else f"{found['like']} ({within_sentence(other)}){rest}"


def _said(paper: Paper) -> Block:
    """Return the approved comments of the judges; those that wait for approval are not spoken of."""
    texts = _comments(paper.edition, paper.edition.fingerprint).get(paper.part.id, [])
    return Bullets(texts) if texts else paper.say("papers.feedback_no_comment")


def _next(paper: Paper) -> Iterator[Block]:
    """Yield what the entry lacks by the latest answers; what is unknown is left out."""
    t, found = paper.t, lasting(paper.edition)
    profile, why = found.profiles[paper.part.id], found.reasons[paper.part.id]
    if is_over(profile):
        yield paper.say(f"papers.next_{profile['status'].value}", year=profile["status"].year)
    else:
        steps = [t(f"papers.next_{reason.removeprefix('lacks_')}") for reason in why]
        if "partners" in profile and profile["partners"].value == "tidak":
            steps.append(t("papers.next_partners"))
        all_known = set(ELEMENTS) <= profile.keys()
        if why:
            yield Paragraph(t("papers.next_support"))
        yield Bullets([*steps, t("papers.next_keep" if all_known and not steps else "papers.next_again")])
    if paper.office.contact:
        yield paper.say("papers.contact", contact=paper.office.contact)
