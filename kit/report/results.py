"""The chapters of a report about results: rankings, cuts and ties, the distribution of scores, and the method."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Problem
from kit.explain import basis, final_parts, tie_words
from kit.render import charts
from kit.render.blocks import Block, Bullets, Callout, Cell, Column, Figure, Group, Heading, Paragraph, Table
from kit.report import summaries
from kit.report.context import (
    award_name,
    by_title,
    columns,
    contenders,
    ranked_by,
    scopes_of,
    score_basis,
    tie_sentence,
    withheld_awards,
)
from kit.rule_words import bands_said, juries_said, ratio, step_said, where_said
from kit.rules import ByColumn, ByOrderOfParts, ByPeople, WeightedMean
from kit.scoring.ranking import FINAL
from kit.scoring.scores import criterion_factors
from kit.scoring.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.explain import Explanation
    from kit.report.context import Context, Label
    from kit.rules import Round, Scale, Scope, Step, TieRule
    from kit.scoring.ranking import Cut
    from kit.texts import Texts


def results(context: Context) -> Group:
    """Return the final rankings, or the finalists while there is no final, with cuts, ties and withheld awards."""
    return Group([*rankings(context).blocks, *cuts(context).blocks])


def rankings(
    context: Context, ranking: pd.DataFrame | None = None, *, places: int | None = None, columns: Sequence[str] = ()
) -> Group:
    """Return the final rankings of those who compete for awards; the finalists while there is no final.

    Args:
        context: of the report.
        ranking: the rows to show, as ``contest.ranking()`` returns them for one kind of lists; those who compete for
            awards, in all lists that awards are given in, unless given.
        places: the last rank that is shown; all unless given.
        columns: which columns, in this order (:func:`ranking_table`).
    """
    if not context.done:
        return Group([context.heading("finalists"), *finalists_tables(context)])
    blocks: list[Block] = [context.heading("results")]
    for (scope, scope_id), table in _lists(context, ranking):
        name = context.names[scope, scope_id]
        if table.empty:
            blocks.append(Paragraph(context.say("no_finalist", scope=name, last=context.rounds[context.last])))
            continue
        finalists = (table["last_round"] == context.last).all()
        shown = ranking_table(
            context,
            table if places is None else table[(table["rank"] <= places).fillna(value=False)],
            context.t("report.results_caption", scope=name),
            "report.column_final" if finalists else "report.column_score",
            rounds=[*context.result.scores] if len(context.result.scores) > 1 else [],
            notes=[ranked_by(context, scope)],
            names=columns,
        )
        blocks.append(shown)
    return Group(blocks)


def _lists(context: Context, ranking: pd.DataFrame | None) -> Iterator[tuple[tuple[Scope, str], pd.DataFrame]]:
    """Yield the lists of a ranking that have rows, and those in which nobody competes; other kinds as they are."""
    kind = "" if ranking is None else kind_of(ranking)
    given = {} if ranking is None else dict(lists_of(context, ranking, FINAL))
    of_awards = not kind or kind in {own for own, _ in context.award_scopes}
    for pair in context.award_scopes if of_awards else scopes_of(context, FINAL, kind):
        own = contenders(context, summaries.standings(context.edition, *pair))
        if pair[0] != kind or own.empty:
            yield pair, own
        elif pair in given:
            yield pair, given[pair]


def kind_of(ranking: pd.DataFrame) -> Scope:
    """Return which kind of lists a ranking holds, as ``contest.ranking()`` returns it."""
    return "_".join(_keys(ranking)) or "overall"  # type: ignore[return-value]  # one of the kinds of lists


def _keys(ranking: pd.DataFrame) -> list[str]:
    return [name for name in ("group", "category") if f"{name}_name" in ranking]


def lists_of(context: Context, ranking: pd.DataFrame, round_: str) -> Iterator[tuple[tuple[Scope, str], pd.DataFrame]]:
    """Part a ranking of one kind of lists, as ``contest.ranking()`` returns it, into its lists.

    Yields:
        The kind and id of a list, and its rows with the score of each round as ``round <id>``; where an entry did not
        reach the final, its score is that of the last round it reached, and every score has its declared decimals.

    Raises:
        table_column_unknown: a column that a ranking needs has been dropped.
    """
    for key in ("entry_id", "title", "unit", "rank", "score", "award", "last_round"):
        if key not in ranking:
            raise Problem("table_column_unknown", key=key, known=[*ranking.columns])
    keys = _keys(ranking)
    scores = {name: own.by_entry for name, own in context.result.scores.items()}
    decimals = {name: context.rules.round(name).decimals for name in scores} | {FINAL: context.rules.decimals}
    table = ranking.assign(round=round_)
    for name, own in scores.items():
        table[f"round {name}"] = pd.Series([own.get(entry) for entry in table["entry_id"]], table.index, dtype=object)
    table["score"] = pd.Series(
        [
            scores.get(last, {}).get(entry) if pd.isna(score) else exactly(score, decimals[round_])
            for score, last, entry in ranking[["score", "last_round", "entry_id"]].itertuples(index=False)
        ],
        ranking.index,
        dtype=object,
    )
    parts = table.groupby(keys, sort=False) if keys else [((), table)]
    for ids, part in parts:
        yield (kind_of(ranking), "/".join(map(str, ids)) or "overall"), part.reset_index(drop=True)


def exactly(score: float | Decimal, decimals: int) -> Decimal:
    """Return a score with its declared decimals."""
    return Decimal(f"{score:.{decimals}f}")


def cuts(context: Context) -> Group:
    """Return a sentence for each cut with the scores at both sides, each tie that matters, and each award withheld."""
    said = [cut_sentence(context, round_, cut) for round_, own in context.result.cuts.items() for cut in own]
    said += [tie_sentence(context, tie) for tie in context.ties]
    said += [context.t("report.withheld_because", **award) for award in withheld_awards(context)]
    return Group([Bullets(said)] if said else [])


def finalists_tables(context: Context) -> Iterator[Table]:
    """Yield who goes on to the next round, by title and without ranks: a table for each list."""
    for cut in context.result.cuts.get(context.latest, ()):
        table = summaries.standings(context.edition, cut.scope, cut.scope_id, context.latest)
        through = by_title(table[table["entry_id"].isin(cut.through)])
        if len(through):
            caption = context.t("report.finalists_caption", scope=context.names[cut.scope, cut.scope_id])
            about = {"caption": caption, "row_header": "title", "notes": [context.t("report.finalists_note")]}
            yield Table.of(through, context.t, columns=columns(context.t, "title unit"), **about)


def ranking_table(
    context: Context,
    table: pd.DataFrame,
    caption: str,
    score: str,
    *,
    rounds: Sequence[str] = (),
    notes: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Table:
    """Return a ranking as a table.

    Args:
        context: of the document.
        table: rows as :func:`summaries.standings`; awards are shown where there are any.
        caption: above the table.
        score: the key of the score's label; ``report.column_score`` adds a column for where each score comes from.
        rounds: ids of the rounds whose scores are shown.
        notes: below the table.
        names: the columns to show instead, in this order: those that are shown otherwise, by name (a round by its id),
            and any other column of the table.
    """
    t = context.t
    awards = [award_name(context, name) for name in table["award"]]
    shown = table.assign(award=awards, basis=score_basis(context, table))
    named = [
        *columns(t, "rank award title unit" if any(awards) else "rank title unit"),
        *[Column(f"round {name}", context.rounds[name], "decimal") for name in rounds],
        *columns(t, score=(score, "decimal")),
        *columns(t, "basis" if score == "report.column_score" else ""),
    ]
    return table_of(shown, t, named, names, caption, notes)


def table_of(
    data: pd.DataFrame, t: Texts, shown: list[Column], names: Sequence[str], caption: str, notes: Sequence[str] = ()
) -> Table:
    """Return a table of entries.

    Args:
        data: a row for each entry.
        t: the language.
        shown: its columns; those of rounds have the key ``round <id>``.
        names: the columns to show instead, in this order: any of ``shown`` (a round by its id), and any other column of
            ``data``, under the label that the catalogue has for it, or else its name.
        caption: above the table.
        notes: below it.
    """
    known = {column.key.removeprefix("round "): column for column in shown}
    for name in names:
        label = t(f"columns.{name}") if t.has(f"columns.{name}") else name
        number = name in data and pd.api.types.is_numeric_dtype(data[name])
        known.setdefault(name, Column(name, label, "decimal" if number else "text"))
    named = [known[name] for name in names] or shown
    header = "title" if "title" in {column.key for column in named} else named[0].key
    return Table.of(data, t, columns=named, caption=caption, row_header=header, notes=notes)


def cut_sentence(context: Context, round_: str, cut: Cut) -> str:
    """Say where a cut divides a list, or why that is still open."""
    values = {"scope": context.names[cut.scope, cut.scope_id], "round": context.rounds[round_], "n": len(cut.through)}
    if not cut.complete:
        return context.t("report.cut_incomplete", **values)
    scores = context.result.of(round_, cut.scope, cut.scope_id).set_index("entry_id")["score"]
    if open_ := [entry for entry in cut.tied if entry not in cut.through]:
        return context.t("report.cut_open", **values, entries=open_, score=scores[open_[0]])
    outside = scores.drop([*cut.through, *cut.tied], errors="ignore")
    if outside.empty or not cut.through:
        return context.t("report.cut_all" if cut.through else "report.cut_nobody", **values)
    return context.t("report.cut", **values, last=scores[cut.through[-1]], first=outside.iloc[0])


# Views across groups


def categories(
    context: Context, ranking: pd.DataFrame | None = None, *, places: int = 5, columns: Sequence[str] = ()
) -> Group:
    """Return the highest scores of each category, as an analysis without awards.

    Args:
        context: of the report.
        ranking: as ``contest.ranking("category", report.latest)`` returns it, or what is left of it.
        places: the last rank that is shown.
        columns: which columns, in this order (:func:`ranking_table`).
    """
    scopes = scopes_of(context, context.latest, "category")
    if len(scopes) < 2 or scopes[0] in context.award_scopes:
        return Group([])
    blocks: list[Block] = [context.heading("categories"), Paragraph(context.say("categories_intro"))]
    blocks.append(Paragraph(ranked_by(context, "", context.latest)))
    if apart := [context.names[scope] for scope in scopes if _panels(context, *scope) > 1]:
        blocks.append(Callout(context.say("panels_differ", scopes=apart), kind="warning"))
    for pair, table in latest_lists(context, "category", ranking):
        caption = context.t("report.category_caption", scope=context.names[pair])
        highest = table[(table["rank"] <= places).fillna(value=False)].assign(award=None)
        blocks.append(ranking_table(context, highest, caption, "report.column_score", names=columns))
    return Group(blocks)


def latest_lists(
    context: Context, kind: Scope, ranking: pd.DataFrame | None
) -> Iterator[tuple[tuple[Scope, str], pd.DataFrame]]:
    """Yield the lists of one kind in the latest ranking: those that are given, or all."""
    if ranking is not None:
        yield from lists_of(context, ranking, context.latest)
        return
    for pair in scopes_of(context, context.latest, kind):
        yield pair, summaries.standings(context.edition, *pair, context.latest)


def _panels(context: Context, scope: Scope, scope_id: str) -> int:
    """Return the largest number of different panels that marked a scope's entries in one round."""
    table = context.result.of(context.latest, scope, scope_id)
    most = 0
    for round_, entries in table.groupby("last_round")["entry_id"]:
        sheets = context.result.scores[str(round_)].sheets.of([*entries])
        most = max(most, len(set(pd.Series(sheets.judge).groupby(sheets.entry).agg(frozenset))))
    return most


def cells(context: Context, ranking: pd.DataFrame | None = None) -> Group:
    """Return how many entries every combination of group and category has, and its first place or why there is none.

    Args:
        context: of the report.
        ranking: as ``contest.ranking("group_category", report.latest)`` returns it, or what is left of it.
    """
    groups, categories = context.rules.groups, context.rules.categories
    if len(groups) == 1 or len(categories) == 1:
        return Group([])
    t, known = context.t, {name: own for (_, name), own in latest_lists(context, "group_category", ranking)}
    rows = [
        {"category": context.names["category", category.id]}
        | {group.id: _cell(context, known.get(f"{group.id}/{category.id}", pd.DataFrame())) for group in groups}
        for category in categories
    ]
    shown = columns(t, category="columns.category")
    shown += [Column(group.id, context.names["group", group.id]) for group in groups]
    about = {"caption": t("report.cell_caption"), "row_header": "category"}
    return Group([context.heading("cells"), Table.of(rows, t, columns=shown, **about)])


def _cell(context: Context, table: pd.DataFrame) -> str:
    t, n = context.t, len(table)
    if n < 2:
        return t("report.cell_single" if n else "report.cell_empty")
    best = table[table["rank"] == 1]
    if best.empty:
        return t("report.cell_unscored", n=n)
    first = t.enumeration([t("report.cell_first", title=row.title, unit=row.unit) for row in best.itertuples()])
    basis = {"score": best["score"].iloc[0], "basis": score_basis(context, best)[0]}
    return t("report.cell_two" if n == 2 else "report.cell", n=n, first=first, **basis)


# Marks

_MOST_DOTS = 600  # of more entries, a chart counts those of each step


def marks(
    context: Context,
    scores: pd.DataFrame | None = None,
    means: Mapping[str, pd.DataFrame] | None = None,
    *,
    rounds: Sequence[str] = (),
) -> Group:
    """Return the distribution of scores within groups, and which criteria were marked high and low.

    Args:
        context: of the report.
        scores: as ``contest.scores()`` returns them, or what is left of them.
        means: by round, the mean marks of its criteria (:func:`kit.report.summaries.mean_marks`).
        rounds: which rounds; all that are closed unless given.
    """
    blocks: list[Block] = [context.heading("marks")]
    for name in rounds or context.result.scores:
        blocks += _distribution(context, name, scores)
        blocks += _profile(context, context.rules.round(name), (means or {}).get(name))
    return Group(blocks)


def _distribution(context: Context, round_: str, table: pd.DataFrame | None) -> Iterator[Block]:
    t, decimals = context.t, context.rules.round(round_).decimals
    if table is None:
        scores = context.result.scores[round_].by_entry
        groups = context.edition.registers.entries.set_index("entry_id")["group"]
        table = pd.DataFrame({"group": groups[[*scores]], round_: [float(score) for score in scores.values()]})
    series: dict[str, list[Decimal]] = {}
    for group in context.rules.groups:
        if own := [exactly(score, decimals) for score in table.loc[table["group"] == group.id, round_].dropna()]:
            series[context.names["group", group.id]] = own
    if not series:
        return
    parts = [
        t("report.distribution_part", group=group, n=len(own), low=min(own), high=max(own))
        for group, own in series.items()
    ]
    many, draw = "", charts.dot_rows
    if sum(map(len, series.values())) > _MOST_DOTS:
        many, draw = "_many", charts.histogram_rows
    yield Paragraph(context.say(f"marks_intro{many}", round=context.rounds[round_]))
    yield Figure(
        caption=t("report.distribution_caption", round=context.rounds[round_]),
        alt=t(f"report.distribution_alt{many}", parts="; ".join(parts)),
        svg=draw([(group, [float(score) for score in own]) for group, own in series.items()], t),
    )


def _profile(context: Context, round_: Round, means: pd.DataFrame | None) -> Iterator[Block]:
    """Yield mean marks by criterion, if there are several criteria on one scale."""
    t, scales = context.t, scales_of(round_)
    if len(round_.criteria) < 2 or len(scales) > 1:
        return
    scale = scales[0]
    names = {criterion.id: criterion.name.say(t.language) for criterion in round_.criteria}
    means = (summaries.mean_marks(context.edition, round_.id) if means is None else means).rename(index=names)
    overall, by_group = means.pop(""), means.rename(columns=lambda group: context.names["group", group])
    if by_group.empty:
        return
    parts = [
        f"{group}: " + "; ".join(f"{name} ({t.decimal(exactly(mean, 2))})" for name, mean in own.dropna().items())
        for group, own in by_group.items()
    ]
    if overall.max() > overall.min():
        best, worst = _where(overall, overall.max()), _where(overall, overall.min())
        yield Paragraph(context.say("profile_said", best=best, worst=worst))
    yield Figure(
        caption=t("report.profile_caption", round=context.rounds[round_.id]),
        alt=t("report.profile_alt", low=scale.low, high=scale.high, parts=". ".join(parts)),
        svg=charts.dot_profile(by_group, float(scale.low), float(scale.high), t),
    )


# How scores come about


def method(context: Context) -> Group:
    """Return how scores are computed: scales, weights, roundings and ties."""
    said = [sentence for round_ in context.rules.scored_rounds for sentence in _round_sentences(context, round_)]
    blocks: list[Block] = [context.heading("method"), Bullets([*said, *_final_sentences(context)])]
    return Group([*blocks, *(_weights(context, round_) for round_ in context.rules.scored_rounds if round_.criteria)])


def _round_sentences(context: Context, round_: Round) -> Iterator[str]:
    t, name = context.t, context.rounds[round_.id]
    if round_.kind == "values":
        said = t("report.method_values", round=name)
    elif round_.kind == "ranks":
        said = t("report.method_ballot", round=name)
    elif len(scales := scales_of(round_)) == 1:
        said = t("report.method_scale", round=name, low=scales[0].low, high=scales[0].high, step=scales[0].step)
    else:
        said = t("report.method_scales", round=name)
    yield " ".join([said, *(_step(context, step, round_) for step in round_.reducing)])
    for step in round_.adjusting:
        yield t("report.method_of", round=name, said=_step(context, step, round_))
    if round_.kind == "ranks":
        yield t("report.method_ballot_best", round=name)
    if round_.direction == "low":
        yield t("report.method_low", round=name)
    yield from _parts_said(context, round_)
    yield from _judged_by(context, round_)
    if round_.missing != "no_score":
        unranked = round_.kind == "ranks" and round_.missing == "zero"
        yield t(f"report.method_{'unranked' if unranked else f'missing_{round_.missing}'}", round=name)
    several = len(context.rules.scored_rounds) > 1
    yield from _ties_said(context, name, round_.ties if several else context.rules.final_ties, round_.id)


def _parts_said(context: Context, round_: Round) -> Iterator[str]:
    """Yield which entries and judges a criterion is for, and which values stand in the place of marks."""
    t, name, known = context.t, context.rounds[round_.id], _judges_named(context)
    for part in round_.criteria:
        words = {"round": name, "criterion": part.name.say(t.language)}
        if part.where:
            yield t("report.method_criterion_where", **words, where=where_said(part.where, context.rules, t))
        if part.panel:
            yield t("report.method_criterion_panel", **words, judges=[known.get(judge, judge) for judge in part.panel])
        if part.value:
            worth = t("explain.worth_by_bands", bands=bands_said(part.bands, t)) if part.bands else ""
            yield t("report.method_criterion_value", **words, value=part.value, worth=worth).rstrip()


def _judges_named(context: Context) -> dict[str, str]:
    return dict(context.edition.registers.judges[["judge_id", "name"]].itertuples(index=False, name=None))


def _judged_by(context: Context, round_: Round) -> Iterator[str]:
    """Yield who judges a round, as far as the rules say it."""
    t, name, known = context.t, context.rounds[round_.id], _judges_named(context)

    def named(judges: Sequence[str]) -> list[str]:
        return [known.get(judge, judge) for judge in judges]

    if round_.panel:
        yield t("report.method_panel", round=name, judges=named(round_.panel))
    for panel in round_.panels:
        words = {"round": name, "judges": named(panel.judges), "where": where_said(panel.where, context.rules, t)}
        yield t("report.method_panel_where" if panel.where else "report.method_panel", **words)
    if round_.juries:
        yield t("report.method_of", round=name, said=juries_said(round_, t))
    for jury in round_.juries:
        yield t("report.method_jury", round=name, jury=jury.name.say(t.language), judges=named(jury.judges))
    if round_.uncounted:
        yield t("report.method_not_counting", round=name, judges=named(round_.uncounted))
    if round_.min_judges > 1 and round_.kind != "values":
        yield t("report.method_min", round=name, n=round_.min_judges)
    if round_.quorum:
        yield t("report.method_quorum", round=name, n=round_.quorum)


def _step(context: Context, step: Step, round_: Round | None = None) -> str:
    rules = context.rules
    said = [step_said(step, rules, context.t, round_.direction if round_ else rules.direction)]
    if round_ and step.by == "points" and round_.kind != "ranks":
        said.append(context.t("report.method_order"))
    if step.round is not None:
        said.append(context.t("report.method_rounded", n=step.round))
    return " ".join(said)


def _ties_said(context: Context, name: str, ties: Sequence[TieRule], round_: str) -> Iterator[str]:
    words = [
        tie_words([tie], label(tie), context.rules, round_, context.t)
        for tie in ties
        if not (isinstance(tie, ByPeople) and tie.by == "shared")
    ]
    if words:
        then = reduce(lambda first, second: context.t("report.then", first=first, second=second), words)
        yield context.t("report.method_ties", round=name, rules=then)


def _final_sentences(context: Context) -> Iterator[str]:
    t, rules, rounds = context.t, context.rules, context.rules.scored_rounds
    step, adjusting = rules.final.score[0], rules.final.adjusting
    if len(rounds) > 1:
        if step.by == "last":
            yield t("report.method_last", round=context.rounds[context.last])
        else:
            terms = "" if step.round_terms is None else f" {t('explain.terms_rounded')}"
            places = step.round if adjusting else rules.decimals
            key = "final" if places is not None else "final_unrounded"
            yield t(f"report.method_{key}", parts=" + ".join(final_parts(rules, t)), n=places) + terms
    for each in adjusting:
        yield t("report.method_of", round=context.rounds[FINAL], said=_step(context, each))
    if len(rounds) > 1:
        yield from _ties_said(context, context.rounds[FINAL], rules.final_ties, context.last)
        yield basis(rules, t)
    yield from _ties_explained(context)
    decides = any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in _all_ties(context))
    yield t("report.method_shared_undecided" if decides else "report.method_shared")
    yield t(f"report.method_{rules.rounding}")


def _all_ties(context: Context) -> list[TieRule]:
    return [tie for round_ in context.rules.scored_rounds for tie in round_.ties] + [*context.rules.final_ties]


def _ties_explained(context: Context) -> Iterator[str]:
    """Yield how equal scores are compared, if the rules compare them."""
    ties = _all_ties(context)
    if any(not isinstance(tie, (ByPeople, ByColumn)) for tie in ties):
        yield context.t("report.method_ties_unrounded")
    if any(isinstance(tie, ByOrderOfParts) for tie in ties):
        yield context.t("report.method_parts")
    if any(isinstance(tie, ByColumn) for tie in ties):
        yield context.t("report.method_column")
    if any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in ties):
        yield context.t("report.method_ruling")


def _weights(context: Context, round_: Round) -> Table:
    t, language = context.t, context.t.language
    step = next((s for s in round_.score if isinstance(s, WeightedMean) and s.over == "criteria"), None)
    scales = [None if c.value else round_.scale_of(c.id) for c in round_.criteria]
    whole = step is not None and not any(c.where for c in round_.criteria)  # else factors depend on the entry
    table = pd.DataFrame(
        {
            "criterion": [f"{c.id} {c.name.say(language)}" for c in round_.criteria],
            "scale": [t("report.scale", low=s.low, high=s.high, step=s.step) if s else "–" for s in scales],
            "weight": [c.weight for c in round_.criteria],
            "factor": [ratio(factor, t) for factor in criterion_factors(step, round_)] if step and whole else "",
            "question": [c.question.say(language) if c.question else "" for c in round_.criteria],
        }
    )
    shown: dict[str, Label] = {"criterion": "report.column_criterion"}
    if len(scales_of(round_)) > 1:
        shown["scale"] = "report.column_scale"
    if step:
        shown |= {"weight": ("explain.weight", "decimal")}
    if whole:
        shown |= {"factor": ("explain.factor", "decimal")}
    if any(table["question"]):
        shown["question"] = "report.column_question"
    caption = t("report.weights_caption", round=context.rounds[round_.id])
    notes = [] if whole or not step else [t("report.weights_of_some")]
    return Table.of(table, t, columns=columns(t, **shown), caption=caption, row_header="criterion", notes=notes)


def scales_of(round_: Round) -> list[Scale]:
    """Return the different scales of a round."""
    return list(dict.fromkeys(round_.scale_of(criterion.id) for criterion in round_.marked))


def _where(values: pd.Series[float], value: float) -> list[str]:
    """Return the labels of the elements that have a value."""
    return [str(name) for name in values.index[values == value]]


def explanation_blocks(explanation: Explanation, t: Texts) -> Group:
    """Return an explanation as blocks to read."""
    blocks: list[Block] = [Heading(explanation.title), Paragraph(explanation.subtitle)]
    for section in explanation.sections:
        blocks.append(Heading(section.title, 3))
        if section.table is not None:
            first, *others = map(str, section.table.columns)
            columns = [Column(first, first), *(Column(name, name, "decimal") for name in others)]
            shown = section.table.to_dict("records")
            rows = [{c.key: _explained_cell(str(row[c.key]), t) for c in columns} for row in shown]
            blocks.append(Table(caption=t(section.caption), columns=columns, rows=rows, row_header=columns[0].key))
        blocks.append(Bullets(section.lines))
    return Group(blocks)


def _explained_cell(text: str, t: Texts) -> Cell:
    """Return a cell of an explanation; the text of a number becomes a number that a workbook can compute with."""
    plain = text.replace(".", "").replace(",", ".") if t.language == "id" else text.replace(",", "")
    return Cell(text, Decimal(plain) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else None)
