"""The chapters of the fairness analysis on the order of the entries.

They show the order with severity removed, its uncertainty, its sensitivity, and what decided it. ``scopes`` limits a
chapter to some lists; all lists that the round decides about are shown unless it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.explain import tie_words
from kit.fairness.judge_effects import Z_SCORES
from kit.fairness.sensitivity import (
    AGGREGATIONS,
    aggregations,
    smallest_changes,
    weight_space,
    without_each_criterion,
    without_each_judge,
)
from kit.render.blocks import MISSING, Block, Callout, Column, Group, Heading, Paragraph, Table, columns_of
from kit.report import fairness_figures
from kit.report.context import award_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.report.fairness import Analysis

_LISTED = 20  # entries of a list that tables show in full; figures show more
_COVERAGE = 0.95
_NARROW = 2.0  # standard errors
_NEVER = "fairness.no_weight_changes_it"


# The order with severity removed


def adjusted(analysis: Analysis, scopes: list[tuple[str, str]] | None = None) -> Group:
    """Return the order with the judges' severity removed, beside the order by the rules, never instead of it."""
    blocks: list[Block] = [Heading(analysis.word("adjusted"))]
    for pair in scopes or analysis.scopes:
        found = analysis.study.adjusted(*pair)
        if found.why:
            blocks.append(Paragraph(analysis.word("reads", scope=analysis.names[pair], reading=analysis.t(found.why))))
            continue
        blocks.append(Paragraph(_moved(analysis, pair, found.table, cannot_differ=found.cannot_differ)))
        if not found.cannot_differ:
            # The rules tell equals apart and the model does not: only what the removal moves is to be seen.
            moved = (found.table["rank"] + found.table["rank_value"] - found.table["rank_mean"]).rank(method="min")
            drawn = found.table.assign(title=found.table["entry_id"].map(analysis.titles), rank_other=moved)
            blocks += filter(None, [fairness_figures.slope_figure(drawn, analysis.t, analysis.study.cut(*pair))])
    return Group(blocks)


def _moved(analysis: Analysis, pair: tuple[str, str], table: pd.DataFrame, *, cannot_differ: bool) -> str:
    """Say what the removal of severity changes in a list, compared with the plain means."""
    scope, place = analysis.names[pair], analysis.study.cut(*pair)
    if cannot_differ:
        return analysis.word("cannot_differ", scope=scope)
    apart = (table["rank_value"] - table["rank_mean"]).abs()
    if not apart.any():
        return analysis.word("adjusted_same", scope=scope)
    crossing = analysis.word("crossing_none")
    if place:
        before, after = (set(table.loc[table[name] <= place, "entry_id"]) for name in ("rank_mean", "rank_value"))
        if before != after:
            crossing = analysis.word("crossing", out=sorted(before - after), into=sorted(after - before))
    words = {"n": int((apart > 0).sum()), "most": int(apart.max()), "place": place or 1}
    return analysis.word("adjusted_moves", scope=scope, crossing=crossing, **words)


# Uncertainty


def uncertainty(analysis: Analysis, scopes: list[tuple[str, str]] | None = None) -> Group:
    """Return the range of ranks that the marks allow for each entry."""
    blocks: list[Block] = [Heading(analysis.word("uncertainty")), Paragraph(analysis.word("uncertainty_said"))]
    assumptions = ""
    for pair in scopes or analysis.scopes:
        found, chances = analysis.study.rank_sets(*pair), analysis.study.chances(*pair)
        if found.why or found.table.empty:
            why = analysis.t(found.why or "fairness.no_marks")
            blocks.append(Paragraph(analysis.word("reads", scope=analysis.names[pair], reading=why)))
            continue
        by_rules = analysis.study.ranking(*pair).set_index("entry_id")["rank"]
        table = found.table.assign(
            title=found.table["entry_id"].map(analysis.titles), rank=found.table["entry_id"].map(by_rules).astype(int)
        ).sort_values(["rank", "entry_id"], ignore_index=True)
        place = analysis.study.cut(*pair)
        said = (
            _surely(analysis, pair, table, place) if place else analysis.word("sets_uncut", scope=analysis.names[pair])
        )
        blocks.append(Paragraph(said))
        blocks += filter(None, [fairness_figures.rank_sets_figure(table, analysis.t, place, _COVERAGE)])
        ranges = zip(table["low"], table["high"], strict=True)
        table["range"] = [analysis.word("range_of", low=int(low), high=int(high)) for low, high in ranges]
        columns = [
            *columns_of(analysis.t, "rank entry_id title"),
            Column("score", analysis.word("mean_final" if analysis.study.final else "mean"), "decimal", places=2),
            Column("error", analysis.word("error"), "decimal", places=2),
            Column("range", analysis.word("range")),
        ]
        if not chances.why and len(chances.table):
            assumptions = analysis.t(chances.assumptions)
            table["chance"] = table["entry_id"].map(chances.table.set_index("entry_id")["chance"])
            columns.append(Column("chance", analysis.word("chance"), "percent"))
        caption = analysis.word("sets_caption", scope=analysis.names[pair])
        blocks.append(Table.of(table.head(_LISTED), analysis.t, columns=columns, caption=caption, row_header="title"))
    return Group([*blocks, *([Callout(assumptions)] if assumptions else [])])


def _surely(analysis: Analysis, pair: tuple[str, str], table: pd.DataFrame, place: int) -> str:
    inside, outside = int((table["high"] <= place).sum()), int((table["low"] > place).sum())
    words = {"n": inside, "out": outside, "unsure": len(table) - inside - outside, "place": place}
    return analysis.word("sets_said", scope=analysis.names[pair], judges=analysis.study.judges, **words)


# Sensitivity


def sensitivity(analysis: Analysis, scopes: list[tuple[str, str]] | None = None) -> Group:
    """Return how winners and finalists change when a judge, a criterion, a method or a weight is changed."""
    scopes = scopes or analysis.scopes
    blocks: list[Block] = [Heading(analysis.word("sensitivity")), *_left_out(analysis, scopes)]
    for pair in scopes:
        blocks += _ways(analysis, pair)
    return Group([*blocks, Callout(analysis.t(Z_SCORES)), *_weights(analysis, scopes)])


def _left_out(analysis: Analysis, scopes: list[tuple[str, str]]) -> Iterator[Block]:
    """Yield the judges and criteria without which a first place or a cut changes; the others are counted."""
    replay, where = analysis.study.replay, analysis.study.where
    rows, tried, thin = [], 0, dict[str, None]()
    keys = ["of_round", "left_out", "scope", "scope_id"]
    for found in (without_each_judge(replay, where), without_each_criterion(replay, where)):
        letters = found["left_out"].map(analysis.study.letters)
        table = found.assign(letter=letters).sort_values("letter", kind="stable")
        for (round_, left, scope, scope_id), own in table.groupby(keys, sort=False):
            if (pair := (str(scope), str(scope_id))) not in scopes:
                continue
            tried += 1
            if not round_ and own.loc[own["rank"].notna(), "rank_without"].isna().any():
                thin[analysis.names[pair]] = None  # the letter would tell who scored which entries
                continue
            if changes := _changed(analysis, pair, own):
                label = _criterion(analysis, str(round_), str(left)) if round_ else analysis.judge(str(left))
                rows.append({"left": label, "list": analysis.names[pair], **changes})
    yield Paragraph(analysis.word("without_said", tried=tried, n=len(rows)))
    divided = any(analysis.study.cut(*pair) for pair in scopes)
    columns = [
        Column("left", analysis.word("left_out")),
        Column("list", analysis.word("list")),
        Column("winner", analysis.word("winner")),
        *([Column("through", analysis.word("through"))] if divided else []),
    ]
    if rows:
        yield Table.of(rows, analysis.t, columns=columns, caption=analysis.word("without_caption"), row_header="left")
    if thin:
        yield Paragraph(analysis.word("without_thin", lists=[*thin]))


def _changed(analysis: Analysis, pair: tuple[str, str], own: pd.DataFrame) -> dict[str, str]:
    """Return how the first place and the cut change, in words; nothing if neither does."""
    own = own[own["rank"].notna()]
    known = own[own["rank_without"].notna()]
    if known.empty:
        return {"winner": analysis.t(str(why)), "through": MISSING} if (why := next(iter(own["why"]), None)) else {}
    place, stays = analysis.study.cut(*pair), analysis.word("stays")
    told = {
        "winner": _swap(analysis, known, 1, becomes=True),
        "through": _swap(analysis, known, place, becomes=False) if place else MISSING,
    }
    return told if {*told.values()} - {stays, MISSING} else {}


def _swap(analysis: Analysis, known: pd.DataFrame, place: int, *, becomes: bool) -> str:
    before, after = (set(known.loc[known[name] <= place, "entry_id"]) for name in ("rank", "rank_without"))
    if before == after:
        return analysis.word("stays")
    if becomes:
        return analysis.t.enumeration(sorted(after))
    into, out = (analysis.t.enumeration(sorted(names)) or MISSING for names in (after - before, before - after))
    return analysis.word("swaps", into=into, out=out)


def _ways(analysis: Analysis, pair: tuple[str, str]) -> Iterator[Block]:
    found = analysis.study.adjusted(*pair)
    other = None if found.why else found.table[["entry_id", "rank_value", "rank_z"]]
    heads = {name: analysis.word(f"way_{name.removeprefix('rank_')}") for name in ("rank_value", "rank_z")}
    if analysis.study.final:
        table = analysis.study.ranking(*pair)[["entry_id", "rank"]]
        for name, each in analysis.study.rounds.items():
            own = each.ranking(*pair).set_index("entry_id")["rank"]
            table[f"rank_of {name}"] = table["entry_id"].map(own)
            heads[f"rank_of {name}"] = analysis.rounds[name]
        table = table if other is None else table.merge(other, on="entry_id", how="left")
    else:
        table = aggregations(analysis.study.replay, analysis.round.id, *pair, adjusted=other)
        heads |= {f"rank_{name}": analysis.word(f"way_{name}") for name in AGGREGATIONS}
    table = table[table["rank"].notna()]
    columns = [
        Column("entry_id", analysis.t("report.column_code")),
        Column("rank", analysis.word("rank_rules"), "integer"),
        *(Column(key, heads[key], "integer") for key in table.columns if key in heads),
    ]
    caption = analysis.word("ways_caption", scope=analysis.names[pair])
    shown = table.sort_values(["rank", "entry_id"]).head(_LISTED)
    yield Table.of(shown, analysis.t, columns=columns, caption=caption, row_header="entry_id")


def _weights(analysis: Analysis, scopes: list[tuple[str, str]]) -> Iterator[Block]:
    table = smallest_changes(analysis.study.replay, analysis.study.where)
    pairs = pd.Series(list(zip(table["scope"], table["scope_id"], strict=True)), index=table.index)
    table = table[pairs.isin(scopes)]
    if reasons := {str(why) for why in table.loc[table["criterion"].isna(), "why"]}:
        yield Callout(" ".join(analysis.t(why) for why in sorted(reasons)))
        return
    moved = table[(table["why"] != _NEVER)]
    rows = [_weight_row(analysis, row) for row in moved.to_dict("records")]
    columns = [
        Column("list", analysis.word("list")),
        Column("what", analysis.word("changes")),
        Column("criterion", analysis.word("facet_criterion")),
        Column("weight", analysis.word("weight_now"), "percent", places=0),
        Column("to", analysis.word("weight_to"), "percent", places=1),
        Column("who", analysis.word("who_passes")),
    ]
    if not rows:
        yield Paragraph(analysis.word("weights_none"))
    else:
        caption = analysis.word("weights_caption")
        note = [analysis.word("weights_note")]
        yield Table.of(rows, analysis.t, columns=columns, caption=caption, row_header="criterion", notes=note)
    yield from filter(None, [fairness_figures.weights_figure(_nearest(analysis, table), analysis.t)])
    yield from _space(analysis, scopes)


def _weight_row(analysis: Analysis, row: Mapping[Any, Any]) -> dict[str, Any]:
    if row["why"]:
        who = analysis.t(str(row["why"]))
    else:
        key = "passes" if row["change"] else "level"
        who = analysis.word(key, passing=row["passing"], passed=row["passed"])
    return {
        "list": analysis.names[row["scope"], row["scope_id"]],
        "what": analysis.word(f"changes_{row['kind']}"),
        "criterion": _criterion(analysis, row["of_round"], row["criterion"]),
        "weight": float(row["weight"]),
        "to": None if row["to"] is None else float(row["to"]),
        "who": who,
    }


def _nearest(analysis: Analysis, table: pd.DataFrame) -> pd.DataFrame:
    """Return each criterion's weight and the nearest weights below and above that change a list, as shares."""
    rows = []
    for (round_, criterion), own in table.groupby(["of_round", "criterion"], sort=False):
        bounds = {name: [float(to) for to in own[name] if to is not None] for name in ("to_low", "to_high")}
        rows.append(
            {
                "criterion": _criterion(analysis, str(round_), str(criterion)),
                "weight": float(own["weight"].iloc[0]),
                "to_low": max(bounds["to_low"], default=float("nan")),
                "to_high": min(bounds["to_high"], default=float("nan")),
            }
        )
    return pd.DataFrame(rows, columns=["criterion", "weight", "to_low", "to_high"])


def _space(analysis: Analysis, scopes: list[tuple[str, str]]) -> Iterator[Block]:
    for pair in scopes:
        space = weight_space(analysis.study.replay, analysis.study.where, *pair)
        if space.why or space.entries.empty:
            continue
        best = space.entries.sort_values(["first", "rank"], ascending=[False, True]).iloc[0]
        share = analysis.t.percent(float(best["first"]))
        words = {"entry": best["entry_id"], "share": share, "samples": space.samples}
        yield Paragraph(analysis.word("space_said", scope=analysis.names[pair], **words))
        shares = space.ranks.pivot_table(index="entry_id", columns="rank", values="share", fill_value=0.0)
        shares = shares.loc[list(space.entries["entry_id"])].reset_index()
        shares["title"] = shares["entry_id"].map(analysis.titles)
        places = analysis.study.cut(*pair) or 3
        yield from filter(None, [fairness_figures.acceptability_figure(shares, analysis.t, places)])


# What decided


def decisive(analysis: Analysis) -> Group:
    """Return the margin at every cut, in standard errors, and the judges, criteria or rules that decided it."""
    rows = [_moment(analysis, row) for row in analysis.study.decisive.to_dict("records")]
    columns = [
        Column("list", analysis.word("list")),
        Column("place", analysis.word("place")),
        Column("inside", analysis.word("inside")),
        Column("outside", analysis.word("outside")),
        Column("margin", analysis.word("margin"), "decimal"),
        Column("in_errors", analysis.word("in_errors"), "decimal", places=1),
        Column("decided", analysis.word("decided_by")),
    ]
    caption = analysis.word("decisive_caption")
    blocks: list[Block] = [
        Heading(analysis.word("decisive")),
        Table.of(rows, analysis.t, columns=columns, caption=caption, row_header="place"),
    ]
    if any(row["in_errors"] is not None and row["in_errors"] < _NARROW for row in rows):
        blocks.append(Callout(analysis.word("narrow")))
    return Group(blocks)


def _moment(analysis: Analysis, row: Mapping[Any, Any]) -> dict[str, Any]:
    if row["why"]:
        decided = analysis.t(str(row["why"]))
    else:
        judges = sorted(analysis.judge(judge) for judge in row["judges"])
        decided = (
            "; ".join([*filter(None, [analysis.t.enumeration(judges)]), *_criteria(analysis, row["criteria"])])
            or MISSING
        )
    if row["tie_rule"]:
        final = row["kind"] == "award"
        ties = analysis.rules.final_ties if final else analysis.round.ties
        rule = tie_words(ties, str(row["tie_rule"]), analysis.rules, analysis.round.id, analysis.t)
        decided = f"{analysis.word('tie_rule', rule=rule)}; {decided}"
    place = analysis.word("after_place", place=row["place"]) if row["place"] else MISSING
    award = award_name(analysis.context, row["award"]) if row["award"] else ""
    told = {name: row[name] for name in ("inside", "outside", "margin", "in_errors")}
    return {"list": analysis.names[row["scope"], row["scope_id"]], "place": award or place, "decided": decided, **told}


def _criteria(analysis: Analysis, names: Iterable[str]) -> Iterator[str]:
    """Yield the criteria that decided, by round if several count."""
    by_round: dict[str, list[str]] = {}
    for name in names:
        round_, _, criterion = name.rpartition(":")
        by_round.setdefault(round_, []).append(_named(analysis, round_ or analysis.round.id)[criterion])
    for round_, known in by_round.items():
        said = analysis.t.enumeration(known)
        yield analysis.word("reads", scope=analysis.rounds[round_], reading=said) if round_ else said


def _criterion(analysis: Analysis, round_: str, name: str) -> str:
    """Return a criterion's name, with its round if several count."""
    known = _named(analysis, round_)[name]
    return analysis.word("of_round", criterion=known, round=analysis.rounds[round_]) if analysis.study.final else known


def _named(analysis: Analysis, round_: str) -> dict[str, str]:
    return {known.id: known.name.say(analysis.t.language) for known in analysis.rules.round(round_).marked}
