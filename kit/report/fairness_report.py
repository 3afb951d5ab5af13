"""The fairness analysis of one round or the final, for the committee, and what the annual report says of it in public.

:class:`Analysis` holds the studied marks in the language of a document; the chapters are functions of it. The first,
:func:`summary`, says in a few sentences what the others show; these are on the judges
(:func:`agreement`, :func:`severity`, :func:`habits`; letters stand for names) and on the order of the entries
(:func:`adjusted`, :func:`uncertainty`, :func:`sensitivity`, :func:`decisive`). ``scopes`` limits a chapter to some
lists; all lists that the round decides about are shown unless it is given.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.explain import tie_words
from kit.fairness.judge_effects import Z_SCORES
from kit.fairness.rasch import bias, flags
from kit.fairness.reliability import reading
from kit.fairness.sensitivity import (
    AGGREGATIONS,
    aggregations,
    smallest_changes,
    weight_space,
)
from kit.fairness.study import Study
from kit.registers import text_of
from kit.render.blocks import (
    MISSING,
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Group,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    columns_of,
    runs,
    sentence,
)
from kit.report import fairness_plots
from kit.report.context import Context, award_name, report_masthead
from kit.scoring.ranking import FINAL, final_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.edition import Edition
    from kit.fairness.mark_arrays import Panel
    from kit.fairness.reliability import Estimate, Kind
    from kit.fairness.study import Agreement
    from kit.render.blocks import Kind as ColumnKind
    from kit.render.blocks import Prose

    Pair = tuple[str, str]  # scope, scope_id

_LEAST = 5  # entries of a list of which a spread may be told in public
_NAMED, _FIRST = 3, 12  # entries that a sentence of the first page names, and that its table shows
_ENTRIES = 20  # entries of a list that tables show unless an analyst wants more; figures show more
_CLEAR = 2.0  # |t| from which a pair of judge and criterion is named
_COVERAGE = 0.95
_NARROW = 2.0  # standard errors
_NEVER = "fairness.no_weight_changes_it"
_NO_MARKS, _SCALES = "fairness.no_marks", "fairness.rasch_scales_differ"


class Analysis:
    """One round's marks, studied in the language of a document.

    Args:
        edition: the edition, in the language of the document.
        where: a scored round that is closed, or ``final``; the first round unless given.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unknown_round, StillOpen, NotOpenedYet, rules_changed: the round cannot be studied (:class:`Study`).
    """

    def __init__(self, edition: Edition, where: str = "", made_at: str = "") -> None:
        context = self.context = Context(edition, made_at)
        self.t, self.rules, self.titles = context.t, context.rules, context.titles
        self.names, self.rounds = context.names, context.rounds
        self.study = Study(edition, text_of(where))
        self.round = self.study.round
        named = self.criteria_of(self.round.id)
        self.criteria = {part.id: named[part.id] for part in self.round.marked}
        self.scopes: list[Pair] = [*self.study.scopes]

    def word(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``study``."""
        return self.t(f"study.{key}", **values)

    def judge(self, judge_id: str) -> str:
        """Return a judge's letter in words."""
        return self.word("judge_letter", letter=self.study.letters[judge_id])

    def number(self, value: float | None, places: int = 2) -> str:
        """Return a number at so many decimals, or a dash."""
        return MISSING if value is None or not np.isfinite(value) else self.t.decimal(Decimal(f"{value:.{places}f}"))

    def reason(self, why: str | None) -> str:
        """Say why there is no figure; where no judge has a total, that is why."""
        lacking = None if self.study.final else self.study.lacking
        return self.t(lacking if lacking and why in {None, _NO_MARKS, _SCALES} else why or _NO_MARKS)

    def criteria_of(self, round_: str) -> dict[str, str]:
        """Return the names of a round's criteria by id."""
        return {known.id: known.name.say(self.t.language) for known in self.rules.round(round_).parts}

    def criterion(self, round_: str, name: str) -> str:
        """Return a criterion's name, with its round if several count."""
        known = self.criteria_of(round_)[name]
        return self.word("of_round", criterion=known, round=self.rounds[round_]) if self.study.final else known

    def about(self, pair: Pair, said: str) -> str:
        """Return what is said about a list, under its name."""
        return self.word("reads", scope=self.first(pair), reading=said)

    def first(self, pair: Pair) -> str:
        """Return a list's name as it begins a sentence."""
        return self.names[pair][:1].upper() + self.names[pair][1:]

    def columns(self, keys: str, kind: ColumnKind = "text", places: int | None = None) -> list[Column]:
        """Return columns by key; the heading is the word of that name, or of the name after a colon."""
        pairs = (key.partition(":") for key in keys.split())
        return [Column(key, self.word(word or key), kind, places) for key, _, word in pairs]

    def table(self, data: Any, columns: list[Column], caption: str, named_by: str = "", note: str = "") -> Table:  # noqa: ANN401
        """Return a table (:meth:`Table.of`); its rows are named by the first column unless another is."""
        about = {"caption": caption, "row_header": named_by or columns[0].key, "notes": [note] if note else []}
        return Table.of(data, self.t, columns=columns, **about)


def masthead(analysis: Analysis) -> Document:
    """Return what the document is, for whom, and from which data."""
    return fairness_masthead(analysis.context.edition, analysis.study.where, analysis.context.made_at)


def opening(analysis: Analysis) -> Group:
    """Return what the analysis is for, which marks it uses, and who sees it."""
    study, rounds = analysis.study, analysis.rounds
    if study.final:
        entries = len({entry for pair in analysis.scopes for entry in study.entries(*pair)})
        words: dict[str, object] = {"entries": entries, "rounds": [rounds[name] for name in study.rounds]}
    else:
        words = {"entries": len(study.totals.entries), "judges": study.judges, "sheets": len(study.totals.value)}
        words["round"] = rounds[analysis.round.id]
    base = sentence(analysis.t, "study.base_final" if study.final else "study.base", **words)
    seen = analysis.word("plenary_yes" if analysis.rules.fairness_in_plenary else "plenary_no")
    return Group([Callout(analysis.word("about")), Paragraph(base), Paragraph(seen), PageBreak()])


def summary(analysis: Analysis) -> Group:
    """Return the few sentences that decide: which places are certain, how far judges differ, what would turn a list."""
    certain = {pair: _certain(analysis, pair) for pair in analysis.scopes}
    severe = analysis.word("gist_by_round") if analysis.study.final else _severity_said(analysis)
    said = [said for said, _ in certain.values()]
    said += [severe, *_turning(analysis), sentence(analysis.t, "study.gist_rules")]
    most = max(_FIRST // max(len(certain), 1), 1)
    shown = [table.head(most).assign(list=analysis.names[pair]) for pair, (_, table) in certain.items() if len(table)]
    if not shown:
        return Group([Bullets(said)])
    more = sum(len(table) for _, table in certain.values()) - sum(map(len, shown))
    columns = (
        analysis.columns("list") + columns_of(analysis.t, "rank entry_id title") + analysis.columns("range certain")
    )
    note = " ".join([analysis.word("gist_ranges"), *([analysis.word("gist_more", n=more)] if more else [])])
    table = analysis.table(pd.concat(shown), columns, analysis.word("gist_caption"), "title", note)
    return Group([Bullets(said), table])


def _certain(analysis: Analysis, pair: Pair) -> tuple[Prose, pd.DataFrame]:
    """Say how many of the places that count in a list are certain; return, with ranges, who has one or may be first."""
    study, table = analysis.study, rank_ranges(analysis, pair)
    if table.empty:
        return analysis.about(pair, analysis.reason(study.rank_sets(*pair).why)), table
    place, cut = study.cut(*pair) or 1, study.edition.result.cut(study.where, *pair)
    moments = [row for row in study.decisive.to_dict("records") if (row["scope"], row["scope_id"]) == pair]
    moments = [row for row in moments if row["place"] == place and (row["kind"] == "cut") == (cut is not None)]
    if cut and place > 1 and (why := next((row["why"] for row in moments if row["why"]), None)):
        return analysis.about(pair, analysis.t(str(why))), table[:0]
    counting = table["entry_id"].isin(cut.through) if cut and place > 1 else table["rank"] <= place
    counts = table[counting]
    sure = counts["high"] <= place
    shown = table[counting | ((table["low"] <= 1) & (place == 1))]
    shown = shown.assign(certain=analysis.word("may_be_first"), range=_ranges(analysis, shown))
    shown.loc[counts.index, "certain"] = [analysis.word("sure" if known else "unsure") for known in sure]
    if cut is None:
        what = "winners" if study.final else "best"
    else:
        what = "finalists" if analysis.rules.scored_rounds[-2:-1] == (analysis.round,) else "through"
    key = ("first_" if place == 1 else "") + ("all" if sure.all() else "some" if sure.any() else "none")
    left = shown.loc[counts.index[~sure]]
    named = [
        analysis.word("gist_ranked", entry=row.entry_id, range=row.range) for row in left.head(_NAMED).itertuples()
    ]
    more = len(left) - len(named)
    named += [analysis.word("gist_others", n=more)] if more else []
    words: dict[str, object] = {
        "scope": analysis.first(pair),
        "n": int(sure.sum()),
        "total": len(counts),
        "unsure": named,
    }
    said = sentence(analysis.t, f"study.gist_{key}", what=analysis.word(f"gist_{what}"), **words)
    if any(row["margin"] == 0 for row in moments):
        said += runs(f" {analysis.word('gist_level', place=place, next=place + 1)}")
    return said, shown


def _ranges(analysis: Analysis, table: pd.DataFrame) -> list[str]:
    """Return the range of ranks of each entry, in words."""
    ends = table[["low", "high"]].itertuples(index=False)
    return [analysis.word("range_of", low=int(low), high=int(high)) for low, high in ends]


def _turning(analysis: Analysis) -> Iterator[str]:
    """Yield without which judges and criteria the first place of a list changes, and of which lists it never does."""
    tries, steady = [*_tries(analysis, analysis.scopes)], []
    for pair in analysis.scopes:
        scope, own = analysis.names[pair], [row for row in tries if row["pair"] == pair]
        turns = [row for row in own if row["turns"]]
        judges = [row["left"] for row in turns if not row["criterion"]]
        criteria = [analysis.word("gist_criterion", name=row["left"]) for row in turns if row["criterion"]]
        if len(criteria) > 1:
            criteria = [analysis.word("gist_criteria", n=len(criteria))]
        if turns:
            left = analysis.t.enumeration([*judges, *criteria])
            yield analysis.word("gist_turns" if len(turns) == 1 else "gist_turns_any", left=left, scope=scope)
        elif any(row["done"] for row in own):
            steady.append(scope)
        elif not any(row["thin"] for row in own):
            why = next((row["winner"] for row in own if "winner" in row), None)
            yield analysis.about(pair, why or analysis.reason(None))
    if steady:
        yield analysis.word("gist_steady", lists=steady)
    if thin := _thin(tries):
        yield analysis.word("without_thin", lists=thin)


def fairness_masthead(edition: Edition, where: str, made_at: str = "") -> Document:
    """Return the masthead of the analysis of a round or of the final (:func:`kit.report.context.report_masthead`)."""
    t, document = edition.texts, report_masthead(edition, "fairness", made_at)
    name = t("explain.final_title") if where == FINAL else edition.rules.round(where).name.say(t.language)
    title = t("study.title_of", title=document.title, round=name)
    return replace(document, title=title, stem=document.stem.replace(edition.name, f"{edition.name}-{where}", 1))


def annexes(edition: Edition) -> dict[str, str]:
    """Return the file name, without extension, of each fairness analysis: of every closed round, and of the final."""
    closed = [*edition.result.scores]
    several = len(final_weights(edition.rules)) > 1 and FINAL in set(edition.result.ranking["round"])
    return {where: fairness_masthead(edition, where).stem for where in [*closed, *([FINAL] if several else [])]}


def process_quality(edition: Edition) -> Iterator[str]:
    """Yield up to two sentences about the agreement in closed rounds; they put no judge beside a mark."""
    t = edition.texts
    parts: list[Panel] = []
    reliable: list[str] = []
    for name in edition.result.scores:
        study = Study(edition, name)
        parts += [study.totals.part(entries=study.entries(*pair)) for pair in study.scopes]
        found = [study.agreement(*pair).average for pair in study.scopes]
        known = [one for one in found if one.n >= _LEAST and one.value is not None]
        if known:
            # The list of which least is known; of one without limits, nothing unless the judges agree wholly.
            least = min(known, key=lambda one: (one.value == 1.0) - 1.0 if one.low is None else one.low)
            level = t(f"study.level_{reading('icc', least).removeprefix('fairness.icc_')}")
            reliable.append(t("study.report_round", level=level, round=study.round.name.say(t.language)))
    if reliable:
        yield t("study.report_reliable", rounds=reliable)
    if any(len(each.judges) > 1 for each in parts):
        crossed, linked = all(each.crossed for each in parts), all(each.components().number < 2 for each in parts)
        yield t(f"study.report_{'crossed' if crossed else 'linked' if linked else 'apart'}")


# The judges: agreement


def agreement_table(analysis: Analysis) -> pd.DataFrame:
    """Return how far the judges agree in each list of the round, as numbers; nothing of the final.

    Returns:
        ``list`` (its name), and for ``alpha``, ``single`` and ``average`` (intraclass correlation of one judge, and of
        the judges' mean) and ``w`` the estimate with its 95 % interval as ``..._low`` and ``..._high``.
    """
    rows = []
    for pair in [] if analysis.study.final else analysis.scopes:
        found = analysis.study.agreement(*pair)
        row: dict[str, object] = {"list": analysis.names[pair]}
        for name in ("alpha", "single", "average", "w"):
            estimate = getattr(found, name)
            row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        rows.append(row)
    ends = [f"{name}{end}" for name in ("alpha", "single", "average", "w") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["list", *ends])


def agreement(analysis: Analysis, scopes: list[Pair] | None = None) -> Group:
    """Return how far the judges agree, by list and by criterion, and how many judges would be needed."""
    if analysis.study.final:
        return Group([])
    lists = [(pair, analysis.study.agreement(*pair)) for pair in scopes or analysis.scopes]
    rows = [_intervals(analysis, analysis.word("of_list", scope=analysis.names[pair]), found) for pair, found in lists]
    if len(analysis.criteria) > 1:
        named = analysis.criteria.items()
        rows += [_intervals(analysis, name, analysis.study.agreement_on(known)) for known, name in named]
    note = analysis.word("agreement_note", level=analysis.study.level)
    columns = analysis.columns("what alpha single:icc_single average:icc_average w:kendall")
    if analysis.round.kind == "ranks":
        note, columns = analysis.word("agreement_note_ranks"), [columns[0], columns[-1]]
    table = analysis.table(rows, columns, analysis.word("agreement_caption"), note=note)
    alike: dict[str, list[str]] = {}
    for pair, found in lists:
        alike.setdefault(_reading(analysis, found), []).append(analysis.first(pair))
    said = [analysis.word("reads", scope=analysis.t.enumeration(names), reading=own) for own, names in alike.items()]
    return Group([Heading(analysis.word("agreement")), Bullets(said), _planner(analysis), table])


def _intervals(analysis: Analysis, what: str, found: Agreement) -> dict[str, str]:
    """Return a row of what was judged and each estimate with its limits."""
    row = {"what": what}
    for name, estimate in vars(found).items():
        numbers = {end: analysis.number(getattr(estimate, end)) for end in ("value", "low", "high")}
        row[name] = numbers["value"] if estimate.low is None else analysis.word("between", **numbers)
    return row


def _reading(analysis: Analysis, found: Agreement) -> str:
    """Say what the three numbers of a list mean; a reason that they share is said once."""
    kinds: tuple[tuple[Kind, Estimate], ...] = (("icc", found.average), ("alpha", found.alpha), ("w", found.w))
    kinds = kinds[2:] if analysis.round.kind == "ranks" else kinds
    said = [
        analysis.t(reading(kind, estimate)) if estimate.value is not None else analysis.reason(estimate.why)
        for kind, estimate in kinds
    ]
    return " ".join(dict.fromkeys(said))


def _planner(analysis: Analysis) -> Paragraph:
    """Say how many judges would be needed."""
    found = analysis.study.generalizability
    if found.value is None:
        return Paragraph(analysis.reason(found.why))
    needed, absolute = (
        analysis.word("unreachable") if n is None else analysis.word("planner_judges", n=n)
        for n in (found.judges_needed, found.judges_needed_absolute)
    )
    value = analysis.number(found.value, 3)
    said = analysis.word("planner", judges=found.judges, value=value, needed=needed, absolute=absolute)
    return Paragraph(said if len(analysis.scopes) < 2 else f"{said} {analysis.word('planner_lists')}")


# The judges: severity


def judges_table(analysis: Analysis) -> pd.DataFrame:
    """Return how severe and how consistent each judge is, by both models; nothing of the final.

    Returns:
        ``letter`` (letters stand for names), ``severity``, ``error``, ``scatter``, and by the Rasch model ``measure``,
        ``fair``, ``infit`` and ``outfit``.
    """
    if analysis.study.final or analysis.study.severity.judges.empty:
        return pd.DataFrame()
    # One standard error for all, and no number of sheets: a judge with fewer sheets had a conflict of interest, and
    # the minutes name that judge.
    judges = analysis.study.severity.judges
    letters = judges["judge_id"].map(analysis.study.letters)
    table = judges.assign(letter=letters, error=judges["error"].max())
    shown, measures = ["letter", "severity", "error", "scatter"], analysis.study.rasch.measures
    if len(measures):
        by_model = ["measure", "fair", "infit", "outfit"]
        table = table.join(measures[measures["facet"] == "judge"].set_index("id")[by_model], on="judge_id")
        shown += by_model
    return table.sort_values("letter", ignore_index=True)[shown]


def severity(analysis: Analysis, judges: pd.DataFrame | None = None) -> Group:
    """Return how severe and how consistent each judge is, by both models.

    Args:
        analysis: of the round.
        judges: as :func:`judges_table` returns them, or what is left of them.
    """
    if analysis.study.final:
        return Group([])
    blocks: list[Block] = [Heading(analysis.word("severity"))]
    found = analysis.study.severity
    judges = judges_table(analysis) if judges is None else judges
    if len(judges):
        labels = [analysis.word("judge_letter", letter=letter) for letter in judges["letter"]]
        drawn = judges.assign(label=labels)[["label", "severity", "error"]].sort_values("label")
        figure = fairness_plots.severity_figure(drawn, analysis.t)
        blocks += [
            Paragraph(_severity_said(analysis, judges)),
            Paragraph(analysis.word("severity_model")),
            _judges_table(analysis, judges),
            *filter(None, [figure]),
        ]
    if found.why:
        blocks.append(Callout(analysis.reason(found.why)))
    if found.parts.number > 1:
        for part, own in found.judges.groupby("part"):
            those = sorted(own["judge_id"].map(analysis.study.letters))
            said = analysis.word("parts", n=found.parts.number, part=int(str(part)) + 1, judges=those)
            blocks.append(Callout(said, kind="warning"))
    return Group([*blocks, *_rasch(analysis)])


def _severity_said(analysis: Analysis, judges: pd.DataFrame | None = None) -> str:
    """Say how far the strictest and the most lenient judge differ, or why that is not known."""
    found = analysis.study.severity
    judges = judges_table(analysis) if judges is None else judges
    if judges.empty:
        return analysis.reason(found.why)
    if found.parts.number > 1:
        return analysis.t("fairness.disconnected")
    apart = analysis.number(judges["severity"].max() - judges["severity"].min())
    if not found.between:
        return analysis.word("severity_alike")
    said = analysis.word("severity_said", difference=apart)
    clear = (judges["severity"].abs() > fairness_plots.Z95 * judges["error"]).any()
    return said if clear else f"{said} {analysis.word('severity_unclear')}"


def _judges_table(analysis: Analysis, judges: pd.DataFrame) -> Table:
    columns = analysis.columns("letter:judge")
    columns += analysis.columns("severity:severe error scatter", "decimal", 2)
    if "measure" in judges:
        columns += analysis.columns("measure fair infit outfit", "decimal", 2)
    return analysis.table(judges, columns, analysis.word("severity_caption"), note=analysis.word("severity_note"))


def _rasch(analysis: Analysis) -> Iterator[Block]:
    """Yield what the Rasch model says: facets, the map, bias, and what deserves a second look."""
    found = analysis.study.rasch
    if found.fitted is None:
        yield Callout(analysis.reason(found.why))
        return
    facets = found.facets[found.facets["elements"] > 1]
    facets = facets.assign(facet=[analysis.word(f"facet_{facet}") for facet in facets["facet"]])
    columns = [*analysis.columns("facet"), *analysis.columns("elements", "integer")]
    columns += analysis.columns("spread error separation reliability", "decimal", 2)
    yield analysis.table(facets, columns, analysis.word("facets_caption"))
    drawn = found.measures[found.measures["measure"].notna()]
    letters = analysis.study.letters  # the map has a column for judges, where "Juri" need not be said of each
    names = {"judge": letters, "criterion": analysis.criteria}
    labels = [names.get(facet, {}).get(name, name) for facet, name in zip(drawn["facet"], drawn["id"], strict=True)]
    yield from filter(None, [fairness_plots.variable_map(drawn.assign(label=labels), found.thresholds, analysis.t)])
    if found.notes:
        yield Bullets([analysis.t(note.key, **note.data) for note in found.notes])
    if len(analysis.criteria) > 1:
        cells = bias(found.fitted).cells
        clear = cells[cells["t"].abs() > _CLEAR].sort_values("t", key=abs, ascending=False, kind="stable")
        pairs = [
            analysis.word(
                "pair", judge=analysis.judge(judge), criterion=analysis.criteria[criterion], t=analysis.number(t, 1)
            )
            for judge, criterion, t in clear[["judge", "criterion", "t"]].itertuples(index=False)
        ]
        yield Paragraph(analysis.word("bias_said" if pairs else "bias_none", cells=len(cells), pairs=pairs))
    signs = flags(analysis.study.panel, found)
    lines = [
        analysis.word(
            "flag_line",
            who=analysis.judge(sign["id"]) if sign["facet"] == "judge" else analysis.criteria[sign["id"]],
            said=analysis.t(sign["flag"]).rstrip("."),
            value=analysis.number(sign["value"]),
        )
        for sign in signs[signs["facet"] != "entry"].to_dict("records")
    ]
    if lines:
        yield from (Heading(analysis.word("flags"), 3), Bullets(lines), Paragraph(analysis.word("flags_note")))


# The judges: habits


def habits(analysis: Analysis, *, marks: int = 12) -> Group:
    """Return the marks to look at again, the sheets that were filled in fast, and drift along the reading order.

    Args:
        analysis: of the round.
        marks: how many of the marks that are far from what was expected are shown.
    """
    study = analysis.study
    if study.final:
        return Group([])
    pace, drift = study.pace, study.drift
    said = analysis.word("pace_said", n=int(pace["hurried"].sum()), sheets=len(pace))
    said = analysis.word("pace_none") if pace.empty else said
    blocks: list[Block] = [Heading(analysis.word("habits")), _extremes(analysis, marks), Paragraph(said)]
    if drift["slope"].notna().any():
        columns = analysis.columns("letter:judge") + analysis.columns("slope error", "decimal", 3)
        columns += analysis.columns("whole p", "decimal", 2)
        table = drift.assign(letter=drift["judge_id"].map(study.letters)).sort_values("letter")
        blocks.append(analysis.table(table, columns, analysis.word("drift_caption")))
    return Group(blocks)


def _extremes(analysis: Analysis, marks: int) -> Block:
    """Return the marks that are farthest from what was to be expected."""
    found = analysis.study.extreme_marks
    if found.empty:
        return Paragraph(analysis.word("extremes_none"))
    shown = found.head(marks)
    table = shown.assign(
        name=shown["criterion"].map(analysis.criteria),
        value=[analysis.t.decimal(Decimal(value)) for value in shown["value"]],
        comment=[row["internal"] or row["entrant"] or MISSING for row in shown.to_dict("records")],
    )
    columns = [*columns_of(analysis.t, "entry_id"), *analysis.columns("name:facet_criterion")]
    columns += [Column("value", analysis.t("columns.value")), *analysis.columns("expected", "decimal", 1)]
    columns += analysis.columns("comment")
    more = len(found) - len(shown)
    note = analysis.word("extremes_more", n=more) if more else ""
    return analysis.table(table, columns, analysis.word("extremes_caption"), note=note)


# The order with severity removed


def adjusted(analysis: Analysis, scopes: list[Pair] | None = None) -> Group:
    """Return the order with the judges' severity removed, beside the order by the rules, never instead of it."""
    blocks: list[Block] = [Heading(analysis.word("adjusted"))]
    for pair in scopes or analysis.scopes:
        found = analysis.study.adjusted(*pair)
        if found.why:
            blocks.append(Paragraph(analysis.about(pair, analysis.t(found.why))))
        elif found.cannot_differ:
            blocks.append(Paragraph(analysis.word("cannot_differ", scope=analysis.names[pair])))
        else:
            blocks.append(Paragraph(_moved(analysis, pair, found.table)))
            if found.table["rank_value"].equals(found.table["rank_mean"]):
                continue
            # The rules tell equals apart and the model does not: only what the removal moves is to be seen.
            moved = (found.table["rank"] + found.table["rank_value"] - found.table["rank_mean"]).rank(method="min")
            drawn = found.table.assign(title=found.table["entry_id"].map(analysis.titles), rank_other=moved)
            blocks += filter(None, [fairness_plots.slope_figure(drawn, analysis.t, analysis.study.cut(*pair))])
    return Group(blocks)


def _moved(analysis: Analysis, pair: Pair, table: pd.DataFrame) -> str:
    """Say what the removal of severity changes in a list, compared with the plain means."""
    scope, place = analysis.names[pair], analysis.study.cut(*pair)
    apart = (table["rank_value"] - table["rank_mean"]).abs()
    if not apart.any():
        return analysis.word("adjusted_same", scope=scope)
    into, out = _exchanged(table, "rank_mean", "rank_value", place)
    crossing = analysis.word("crossing", out=out, into=into) if into or out else analysis.word("crossing_none")
    words = {"n": int((apart > 0).sum()), "most": int(apart.max()), "place": place or 1}
    return analysis.word("adjusted_moves", scope=scope, crossing=crossing, **words)


def _exchanged(table: pd.DataFrame, before: str, after: str, place: int | None) -> tuple[list[str], list[str]]:
    """Return who comes in among the first places from one ranking to another, and who drops out."""
    if not place:
        return [], []
    old, new = ({*table.loc[table[name] <= place, "entry_id"]} for name in (before, after))
    return sorted(new - old), sorted(old - new)


# Uncertainty


def rank_ranges(analysis: Analysis, pair: Pair) -> pd.DataFrame:
    """Return the ranks that the marks allow for each entry of a list; nothing where the marks allow no estimate.

    Returns:
        ``rank`` (by the rules), ``entry_id``, ``title``, ``score`` (the mean), ``error``, ``low`` and ``high`` rank.
    """
    found = analysis.study.rank_sets(*pair)
    if found.why or found.table.empty:
        return pd.DataFrame()
    by_rules = analysis.study.ranking(*pair).set_index("entry_id")["rank"]
    entries = found.table["entry_id"]
    table = found.table.assign(title=entries.map(analysis.titles), rank=entries.map(by_rules).astype(int))
    if analysis.study.lowest_first:
        table["score"] = -table["score"]  # the totals are negative, so that more is better
    first = ["rank", "entry_id", "title"]
    table = table[[*first, *(name for name in table if name not in first)]]
    return table.sort_values(["rank", "entry_id"], ignore_index=True)


def uncertainty(analysis: Analysis, scopes: list[Pair] | None = None, *, most: int = _ENTRIES) -> Group:
    """Return the range of ranks that the marks allow for each entry.

    Args:
        analysis: of the round.
        scopes: which lists.
        most: rows of each table.
    """
    blocks: list[Block] = [Heading(analysis.word("uncertainty")), Paragraph(analysis.word("uncertainty_said"))]
    noted = False
    for pair in scopes or analysis.scopes:
        found, chances = analysis.study.rank_sets(*pair), analysis.study.chances(*pair)
        if (table := rank_ranges(analysis, pair)).empty:
            blocks.append(Paragraph(analysis.about(pair, analysis.reason(found.why))))
            continue
        place = analysis.study.cut(*pair)
        said = analysis.word("sets_uncut", scope=analysis.names[pair])
        if place:
            inside, outside = int((table["high"] <= place).sum()), int((table["low"] > place).sum())
            unsure = len(table) - inside - outside
            key = "all" if not unsure else "said" if inside else "none_in" if outside else "none"
            words = {"n": inside, "out": outside, "unsure": unsure, "place": place}
            said = analysis.word(f"sets_{key}", scope=analysis.names[pair], judges=analysis.study.judges, **words)
        blocks.append(Paragraph(said))
        blocks += filter(None, [fairness_plots.rank_sets_figure(table, analysis.t, place, _COVERAGE)])
        table["range"] = _ranges(analysis, table)
        columns = columns_of(analysis.t, "rank entry_id title")
        columns += analysis.columns(f"score:{'mean_final' if analysis.study.final else 'mean'} error", "decimal", 2)
        columns += analysis.columns("range")
        note = analysis.word("sets_errors")
        if not chances.why and len(chances.table):
            note += f" {analysis.t(chances.assumptions)}"
            table["chance"] = table["entry_id"].map(chances.table.set_index("entry_id")["chance"])
            columns += analysis.columns("chance", "percent")
        caption = analysis.word("sets_caption", scope=analysis.names[pair])
        blocks.append(analysis.table(table.head(most), columns, caption, "title", "" if noted else note))
        noted = True
    return Group(blocks)


# Sensitivity


def sensitivity(analysis: Analysis, scopes: list[Pair] | None = None) -> Group:
    """Return how winners and finalists change when a judge, a criterion, a method or a weight is changed."""
    scopes = scopes or analysis.scopes
    return Group(
        [
            Heading(analysis.word("sensitivity")),
            *_left_out(analysis, scopes),
            *(_ways(analysis, pair, analysis.t(Z_SCORES) if pair == scopes[0] else "") for pair in scopes),
            *_weights(analysis, scopes),
        ]
    )


def _left_out(analysis: Analysis, scopes: list[Pair]) -> Iterator[Block]:
    """Yield the judges and criteria without which a first place or a cut changes; the others are counted."""
    tries = [*_tries(analysis, scopes)]
    rows = [row for row in tries if "winner" in row]
    yield Paragraph(analysis.word("without_said" if rows else "without_none", tried=len(tries), n=len(rows)))
    if rows:
        divided = any(analysis.study.cut(*pair) for pair in scopes)
        columns = analysis.columns("left:left_out list winner" + " through" * divided)
        yield analysis.table(rows, columns, analysis.word("without_caption"))
    if thin := _thin(tries):
        yield Paragraph(analysis.word("without_thin", lists=thin))


def _tries(analysis: Analysis, scopes: list[Pair]) -> Iterator[dict[str, Any]]:
    """Yield each list ranked without each judge and each criterion, with what changes in words if something does."""
    for found in analysis.study.left_out:
        letters = found["left_out"].map(analysis.study.letters)
        table = found.assign(letter=letters).sort_values("letter", kind="stable")
        for key, own in table.groupby(["of_round", "left_out", "scope", "scope_id"], sort=False):
            round_, left, *scope = map(str, key)
            if (pair := (scope[0], scope[1])) not in scopes:
                continue
            # The letter would tell who scored the entries that have too few judges without that judge.
            thin = not round_ and own.loc[own["rank"].notna(), "rank_without"].isna().any()
            known = own[own["rank"].notna() & own["rank_without"].notna()]
            changes = {} if thin else _changed(analysis, pair, own)
            label = analysis.criterion(round_, left) if round_ else analysis.judge(left)
            yield {
                "pair": pair,
                "list": analysis.names[pair],
                "left": label,
                "criterion": bool(round_),
                "thin": bool(thin),
                "done": not thin and not known.empty,
                "turns": not thin and any(_exchanged(known, "rank", "rank_without", 1)),
                **changes,
            }


def _thin(tries: list[dict[str, Any]]) -> list[str]:
    """Return the lists that cannot be computed without one of their judges."""
    return [*dict.fromkeys(row["list"] for row in tries if row["thin"])]


def _changed(analysis: Analysis, pair: Pair, own: pd.DataFrame) -> dict[str, str]:
    """Return how the first place and the cut change, in words; nothing if neither does."""
    own = own[own["rank"].notna()]
    known = own[own["rank_without"].notna()]
    if known.empty:
        return {"winner": analysis.t(str(why)), "through": MISSING} if (why := next(iter(own["why"]), None)) else {}
    place, stays = analysis.study.cut(*pair), analysis.word("stays")
    changes = {"winner": stays, "through": stays if place else MISSING}
    if any(_exchanged(known, "rank", "rank_without", 1)):
        first = sorted(known.loc[known["rank_without"] <= 1, "entry_id"])
        changes["winner"] = analysis.t.enumeration(first)
    if any(swapped := _exchanged(known, "rank", "rank_without", place)):
        into, out = (analysis.t.enumeration(names) or MISSING for names in swapped)
        changes["through"] = analysis.word("swaps", into=into, out=out)
    return changes if {*changes.values()} - {stays, MISSING} else {}


def _ways(analysis: Analysis, pair: Pair, note: str) -> Block:
    """Return a list ranked by other ways of bringing marks together, or in the final by each of its rounds."""
    if not analysis.study.final and analysis.study.lacking:
        return Paragraph(analysis.about(pair, analysis.t(analysis.study.lacking)))
    found = analysis.study.adjusted(*pair)
    other = None if found.why else found.table[["entry_id", "rank_value", "rank_z"]]
    heads = {f"rank_{name}": analysis.word(f"way_{name}") for name in ("value", "z", *AGGREGATIONS)}
    if analysis.study.final:
        table = analysis.study.ranking(*pair)[["entry_id", "rank"]]
        for name, each in analysis.study.rounds.items():
            table[f"rank_of {name}"] = table["entry_id"].map(each.ranking(*pair).set_index("entry_id")["rank"])
            heads[f"rank_of {name}"] = analysis.rounds[name]
        table = table if other is None else table.merge(other, on="entry_id", how="left")
    else:
        table = aggregations(analysis.study.replay, analysis.round.id, *pair, adjusted=other)
    columns = columns_of(analysis.t, "entry_id") + analysis.columns("rank:rank_rules", "integer")
    columns += [Column(key, heads[key], "integer") for key in table.columns if key in heads]
    shown = table[table["rank"].notna()].sort_values(["rank", "entry_id"]).head(_ENTRIES)
    return analysis.table(shown, columns, analysis.word("ways_caption", scope=analysis.names[pair]), note=note)


def _weights(analysis: Analysis, scopes: list[Pair]) -> Iterator[Block]:
    """Yield the smallest change of each weight that matters, and who is first under all possible weights."""
    table = smallest_changes(analysis.study.replay, analysis.study.where)
    table = table[pd.MultiIndex.from_frame(table[["scope", "scope_id"]]).isin(scopes)]
    if reasons := {str(why) for why in table.loc[table["criterion"].isna(), "why"]}:
        yield Callout(" ".join(analysis.t(why) for why in sorted(reasons)))
        return
    rows = [_weight_row(analysis, row) for row in table[table["why"] != _NEVER].to_dict("records")]
    columns = analysis.columns("list what:changes criterion:facet_criterion")
    columns += analysis.columns("weight:weight_now", "percent", 0) + analysis.columns("to:weight_to", "percent", 1)
    columns += analysis.columns("who:who_passes")
    if rows:
        caption, note = analysis.word("weights_caption"), analysis.word("weights_note")
        yield analysis.table(rows, columns, caption, "criterion", note)
    else:
        yield Paragraph(analysis.word("weights_none"))
    nearest = []
    for (round_, criterion), own in table.groupby(["of_round", "criterion"], sort=False):
        weight, low, high = (own[name].astype(float) for name in ("weight", "to_low", "to_high"))
        nearest.append((analysis.criterion(str(round_), str(criterion)), weight.iloc[0], low.max(), high.min()))
    drawn = pd.DataFrame(nearest, columns=["criterion", "weight", "to_low", "to_high"])
    yield from filter(None, [fairness_plots.weights_figure(drawn, analysis.t)])
    for pair in scopes:
        yield from _space(analysis, pair)


def _weight_row(analysis: Analysis, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return how far one weight may move before a list changes, and who then passes whom."""
    if row["why"]:
        who = analysis.t(str(row["why"]))
    else:
        who = analysis.word("passes" if row["change"] else "level", passing=row["passing"], passed=row["passed"])
    return {
        "list": analysis.names[row["scope"], row["scope_id"]],
        "what": analysis.word(f"changes_{row['kind']}"),
        "criterion": analysis.criterion(row["of_round"], row["criterion"]),
        "weight": float(row["weight"]),
        "to": None if row["to"] is None else float(row["to"]),
        "who": who,
    }


def _space(analysis: Analysis, pair: Pair) -> Iterator[Block]:
    """Yield who of a list is first, and how often each rank comes out, when all weights are equally likely."""
    space = weight_space(analysis.study.replay, analysis.study.where, *pair)
    if space.why or space.entries.empty:
        return
    best = space.entries.sort_values(["first", "rank"], ascending=[False, True]).iloc[0]
    words = {"entry": best["entry_id"], "share": analysis.t.percent(float(best["first"])), "samples": space.samples}
    yield Paragraph(analysis.word("space_said", scope=analysis.names[pair], **words))
    shares = space.ranks.pivot_table(index="entry_id", columns="rank", values="share", fill_value=0.0)
    shares = shares.loc[list(space.entries["entry_id"])].reset_index()
    shares["title"] = shares["entry_id"].map(analysis.titles)
    places = analysis.study.cut(*pair) or 3
    yield from filter(None, [fairness_plots.acceptability_figure(shares, analysis.t, places)])


# What decided


def margins(analysis: Analysis) -> pd.DataFrame:
    """Return the margin at every cut and award; letters stand for judges.

    Returns:
        ``list``, ``place`` (or the award), ``inside`` and ``outside`` (the entries at both sides), ``margin``,
        ``in_errors`` (the margin in standard errors), and ``decided``: the judges, criteria or rules that decided it.
    """
    rows = [_moment(analysis, row) for row in analysis.study.decisive.to_dict("records")]
    table = pd.DataFrame(rows, columns=["list", "place", "inside", "outside", "margin", "in_errors", "decided"])
    return table.assign(in_errors=pd.to_numeric(table["in_errors"]))


def decisive(analysis: Analysis, moments: pd.DataFrame | None = None) -> Group:
    """Return the margin at every cut, in standard errors, and the judges, criteria or rules that decided it.

    Args:
        analysis: of the round.
        moments: as :func:`margins` returns them, or what is left of them.
    """
    rows = margins(analysis) if moments is None else moments
    if rows.empty:
        return Group([])
    columns = analysis.columns("list place inside outside") + analysis.columns("margin", "decimal")
    columns += analysis.columns("in_errors", "decimal", 1) + analysis.columns("decided:decided_by")
    note = analysis.word("narrow") if (rows["in_errors"] < _NARROW).any() else ""
    table = analysis.table(rows, columns, analysis.word("decisive_caption"), "place", note)
    return Group([Heading(analysis.word("decisive")), table])


def _moment(analysis: Analysis, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return one cut or award with its margin and with what decided it."""
    if row["why"]:
        decided = analysis.t(str(row["why"]))
    else:
        judges = analysis.t.enumeration(sorted(map(analysis.judge, row["judges"])))
        decided = "; ".join(filter(None, [judges, *_criteria(analysis, row["criteria"])])) or MISSING
    if row["tie_rule"]:
        ties = analysis.rules.final_ties if row["kind"] == "award" else analysis.round.ties
        rule = tie_words(ties, str(row["tie_rule"]), analysis.rules, analysis.round.id, analysis.t)
        decided = f"{analysis.word('tie_rule', rule=rule)}; {decided}"
    place = analysis.word("after_place", place=row["place"]) if row["place"] else MISSING
    return {
        "list": analysis.names[row["scope"], row["scope_id"]],
        "place": (row["award"] and award_name(analysis.context, row["award"])) or place,
        "decided": decided,
        **{name: row[name] for name in ("inside", "outside", "margin", "in_errors")},
    }


def _criteria(analysis: Analysis, names: Iterable[str]) -> Iterator[str]:
    """Yield the criteria that decided, by round if several count."""
    by_round: dict[str, list[str]] = {}
    for name in names:
        round_, _, criterion = name.rpartition(":")
        by_round.setdefault(round_, []).append(analysis.criteria_of(round_ or analysis.round.id)[criterion])
    for round_, known in by_round.items():
        said = analysis.t.enumeration(known)
        yield analysis.word("reads", scope=analysis.rounds[round_], reading=said) if round_ else said
