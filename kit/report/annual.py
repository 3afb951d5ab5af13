"""The chapters of the annual report that are not about results (:mod:`kit.report.results`), one function each.

Each returns the blocks that a cell of the notebook shows. Every sentence follows from the data; the wording stands in
the catalogue's chapter ``report``. What an edition does not have, such as earlier years, is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.ledger import COMMITTEE
from kit.render import charts
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    Paragraph,
    Table,
    Winner,
    Winners,
    WinnerScope,
    sentence,
)
from kit.report import summaries
from kit.report.context import (
    accepted_changes,
    award_name,
    brief,
    columns,
    contenders,
    left_contest,
    report_masthead,
    scopes_of,
    share_of,
    withheld_awards,
)
from kit.report.fairness_report import annexes, process_quality
from kit.report.lasting import ELEMENTS, lasting
from kit.report.results import kind_of, latest_lists, lists_of, table_of
from kit.texts import within_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.edition import Edition
    from kit.render.blocks import Prose, Run
    from kit.report.context import Context
    from kit.report.summaries import Earlier
    from kit.rules import Scope
    from kit.texts import Texts

_PROPOSED = ("USULAN", "BELUM DITETAPKAN")  # how a notice begins whose rules nobody has adopted


def masthead(context: Context) -> Document:
    """Return what the document is, for whom, and from which data."""
    return report_masthead(context.edition, "report", context.made_at)


# The first page


def lead(context: Context) -> Group:
    """Return the sentence that the report begins with: how many took part, and how many more than last year."""
    return Group([Paragraph(_lead(context), lead=True)])


def _lead(context: Context) -> tuple[Run, ...]:
    entries = context.entries
    title, units = context.rules.title.say(context.t.language), entries["unit_id"].nunique()
    key, values = _against_last_year(context)
    return context.say(f"lead_{key}", n=len(entries), title=title, units=units, **values)


def _against_last_year(context: Context) -> tuple[str, dict[str, object]]:
    """Compare the number of entries with the last edition: the key of a sentence, and its values."""
    if not context.earlier.editions:
        return "alone", {}
    before = context.earlier.editions[-1]
    more = len(context.entries) - len(summaries.entries(before))
    if more == 0:
        return "same" if int(before.name) == int(context.edition.name) - 1 else "same_as", {"year": before.name}
    return "more" if more > 0 else "fewer", {"difference": abs(more), "year": before.name}


def recommended(context: Context, winners: pd.DataFrame | None = None, *, places: int = 3) -> Group:
    """Return who is recommended as far as that is known, and what is still open.

    Args:
        context: of the report.
        winners: as ``contest.ranking().query("award.notna()")`` returns them, or what is left of them; unless given,
            all in all lists that awards are given in.
        places: the last rank that is shown; the rest follow under the results.
    """
    blocks: list[Block] = []
    if not context.done:
        waiting = next(r.id for r in context.rules.scored_rounds if r.id not in context.result.scores)
        blocks.append(Callout(context.say("not_ready", round=context.rounds[waiting]), kind="warning"))
    given = {} if winners is None else dict(lists_of(context, winners, context.latest))
    scopes, without = [], []
    for pair in context.award_scopes:
        table = summaries.standings(context.edition, *pair)
        won = bool(table["award"].notna().any())
        if winners is not None and pair[0] == kind_of(winners):
            table = given.get(pair, table.head(0))
        shown = table[table["award"].notna() & (table["rank"] <= places)]
        if rows := _winners(context, shown):
            scopes.append(WinnerScope(context.names[pair], rows))
        elif context.rules.final.awards and not won:
            without.append(pair)
    scopes += _of_series(context, places)
    said = []
    if reasons := [context.t(f"report.open_{name}", n=n) for name, n in open_matters(context).items() if n]:
        said.append(context.t("report.provisional", reasons=reasons))
    if entries := undecided(context):
        said.append(context.t("report.undecided", n=len(entries)))
    said += _without_awards(context, without)
    if said:
        blocks.append(Callout(" ".join(said), kind="warning"))
    if scopes:
        blocks += [context.heading("recommended"), Winners(scopes)]
    return Group(blocks)


def _of_series(context: Context, places: int) -> Iterator[WinnerScope]:
    """Yield the winners of the series of awards with lists of their own."""
    for series, scope, scope_id in context.series_lists:
        table = summaries.standings(context.edition, scope, scope_id, series)
        if rows := _winners(context, table[table["award"].notna() & (table["rank"] <= places)]):
            yield WinnerScope(context.list_name(series, scope, scope_id), rows)


def _winners(context: Context, table: pd.DataFrame) -> list[Winner]:
    return [
        Winner(award_name(context, row.award), brief(str(row.title)), str(row.unit), context.t.show(row.score))
        for row in table.itertuples()
    ]


def _without_awards(context: Context, scopes: list[tuple[Scope, str]]) -> Iterator[str]:
    """Say which awards the judges do not give, and why other scopes have no winner."""
    t, held = context.t, withheld_awards(context)
    if held:
        yield t("report.withheld", awards=[f"{one['award']} {one['scope']}" for one in held])
    said = {one["scope"] for one in held}
    without = [(context.names[pair], pair) for pair in scopes if context.names[pair] not in said]
    empty = [
        name
        for name, pair in without
        if context.done and contenders(context, summaries.standings(context.edition, *pair)).empty
    ]
    for name in empty:
        yield t("report.no_finalist", scope=name, last=context.rounds[context.last])
    if waiting := [name for name, _ in without if name not in empty]:
        yield t("report.without_awards", scopes=waiting)


def open_matters(context: Context) -> dict[str, int]:
    """Count the sheets that judges still owe, and the entries that too few judges may score."""
    return {
        "sheets": sum(r.missing for r in context.round_counts),
        "judges": sum(r.unscored for r in context.round_counts),
    }


def undecided(context: Context) -> list[str]:
    """Return the ids of the entries whose order the judges still have to decide."""
    return sorted({entry for tie in context.ties if tie.waiting for entry in tie.left})


def facts(context: Context) -> Group:
    """Return the key numbers: entries, units, what lets innovations last, and how many took part before."""
    t, entries, units = context.t, context.entries, context.edition.registers.units
    n, took_part = len(entries), entries["unit_id"].nunique()
    key, values = _against_last_year(context)
    against = t(f"report.fact_{key.removesuffix('_as')}", **values) if values else ""
    items = [
        Fact(t.integer(n), t("report.fact_entries"), against),
        Fact(t.integer(took_part), t("report.fact_units", n=len(units)), t.percent(took_part / len(units))),
    ]
    if "all" in context.readiness:
        label = t("report.fact_lasting", n=n)
        items.append(Fact(t.integer(context.readiness["all"]), label))
    if context.earlier.editions:
        continuing = summaries.years([*context.earlier.editions, context.edition])["continuing"].iloc[-1]
        items.append(Fact(t.integer(int(continuing)), t("report.fact_continuing", n=n)))
    return Group([Facts(items)])


def aspects_said(context: Context, key: str) -> str:
    """Return the elements of sustainability as a list in words, each with the number of entries that have it."""
    return context.t.enumeration(
        [
            context.t(f"report.{key}", name=context.t(f"report.aspect_{name}"), n=context.readiness[name])
            for name in ELEMENTS
            if name in context.readiness
        ]
    )


def gains(context: Context, *, places: int = 1) -> Group:
    """Return what citizens gain from the innovations that won, as their proposals say.

    Args:
        context: of the report.
        places: the last rank of each list that is shown.
    """
    benefits = context.edition.registers.entries.set_index("entry_id")["benefit"]
    said = []
    for scope, scope_id in context.award_scopes if (benefits != "").any() else ():
        table = summaries.standings(context.edition, scope, scope_id)
        for row in table[table["award"].notna() & (table["rank"] <= places)].itertuples():
            benefit = benefits[str(row.entry_id)] or context.t("report.gain_unknown")
            said.append(context.say("gain", title=brief(str(row.title)), benefit=benefit))
    return Group([context.heading("gains", 3), Bullets(said)] if said else [])


def process_line(context: Context) -> Group:
    """Return in a few sentences whether all sheets came in, who did not score what, and which scores were equal."""
    return Group([Paragraph(" ".join(_process_line(context)))])


def _process_line(context: Context) -> Iterator[str]:
    t, missing = context.t, open_matters(context)["sheets"]
    rounds = context.round_counts
    asked, recused = sum(own.asked for own in rounds), sum(own.recused for own in rounds)
    yield t("report.sheets_missing", n=missing, total=asked) if missing else t("report.sheets_all", n=asked)
    unassigned = any(own.conflicts for own in rounds)
    kind = "recusals" if recused else "conflicts_unassigned" if unassigned else "no_recusals"
    yield t(f"report.{kind}", n=recused)
    if context.rules.final.awards or context.result.cuts:
        settled = "" if undecided(context) else f" {t('report.ties_settled')}"
        yield t("report.ties", n=len(context.ties)) + settled if context.ties else t("report.no_ties")
    if context.edition.acceptances:
        yield t("report.changed")


def decisions(context: Context, more: Iterable[Prose] = (), *, alone: bool = False) -> Group:
    """Return what the reader is asked to decide.

    Args:
        context: of the report.
        more: what else is asked for, after the result and before support.
        alone: whether it stands in a document of its own, apart from the rest of the report.
    """
    asked = [*_decisions(context, "_alone" if alone else ""), *more]
    if needy := context.readiness["support"]:
        asked.append(context.say("decide_support", n=needy, total=len(context.entries)))
    return Group([context.heading("decisions"), Bullets(asked, ordered=True)] if asked else [])


def _decisions(context: Context, where: str) -> Iterator[tuple[Run, ...]]:
    about = {"document": masthead(context).title} if where else {}
    for name, n in open_matters(context).items():
        if n:
            yield context.say(f"decide_{name}", n=n)
    if entries := undecided(context):
        yield context.say("decide_ties", entries=entries)
    if not any(open_matters(context).values()) and not entries:
        if not context.done and context.result.cuts.get(context.latest):
            yield context.say(f"decide_finalists{where}", **about)
        elif context.done and context.rules.final.awards:
            yield context.say(f"decide_winners{where}", **about)
    if context.rules.notice and context.rules.notice.id.startswith(_PROPOSED):
        yield context.say("decide_rules")


# Process


def process(context: Context, rounds: pd.DataFrame | None = None, judges: pd.DataFrame | None = None) -> Group:
    """Return how the rounds went, who judged, and what was changed after scoring began.

    Args:
        context: of the report.
        rounds: how each round went, as ``pd.DataFrame(report.round_counts)``, or what is left of it.
        judges: who is named, as ``contest.judges``, or what is left of it.
    """
    t = context.t
    blocks: list[Block] = [context.heading("process"), Paragraph(context.say("process_intro"))]
    if counts := summaries.admissions(context.edition):
        whole = "admission_all" if counts["eligible"] == counts["n"] else "admission"
        said = [t(f"report.{whole}", n=counts["n"], eligible=counts["eligible"])]
        more = ("cured", "duplicate", "undecided")
        said += [t(f"report.admission_{name}", n=counts[name]) for name in more if counts[name]]
        blocks.append(Paragraph(" ".join(said)))
    counted = ("admission", "duplicate") if counts else ()
    if left := left_contest(context, *context.rounds, but=counted):
        blocks.append(Bullets(left))
    rows: list[tuple[object, ...]] = []
    counted_rounds: Iterable[Any] = context.round_counts if rounds is None else rounds.itertuples()
    for own in counted_rounds:
        sheets = t("report.share_of", n=own.asked - own.missing, total=own.asked)
        known = (own.entries, sheets, own.recused) if own.closed else (None, None, None)
        rows.append((context.rounds[own.round], _period(context, own), *known))
    shown = columns(
        t,
        "round",
        period="report.column_period",
        entries=("report.column_entries", "integer"),
        sheets="report.column_sheets",
        recused=("report.column_recused", "integer"),
    )
    about = {"caption": t("report.rounds_caption"), "row_header": "round", "notes": [*_notes(context)]}
    blocks.append(Table.of(rows, t, columns=shown, **about))
    if said := [*process_quality(context.edition)]:
        blocks.append(Paragraph(" ".join(said)))
    named = context.edition.registers.judges if judges is None else judges
    return Group([*blocks, _panel(context, named), *accepted_changes(context.edition)])


def _period(context: Context, counts: Any) -> str:  # noqa: ANN401  (how a round went, or such a row of a table)
    if counts.closed is None:
        return context.t("report.period_from", start=counts.opened)
    if counts.closed == counts.opened:
        return context.t.date(counts.opened)
    return context.t("report.period", start=counts.opened, end=counts.closed)


def _notes(context: Context) -> Iterator[str]:
    for name, scores in context.result.scores.items():
        status = scores.sheets.status
        fewer = status[(status["judges_recused"] > 0) & status["scored"]]
        for (counted, required), rows in fewer.groupby(["judges_counted", "judges_required"]):
            values = {"counted": counted, "required": required, "round": context.rounds[name]}
            yield context.t("report.recused_entries", n=len(rows), entries=sorted(rows.index), **values)
    if silent := {judge for round_ in context.rules.scored_rounds for judge in round_.uncounted}:
        yield context.t("report.not_counting", n=len(silent))


def _panel(context: Context, judges: pd.DataFrame) -> Table:
    """Return who judges, with the rounds where not everybody judges in all."""
    t = context.t
    panels = {r.id: context.edition.registers.panel(r) for r in context.rules.scored_rounds}
    own = [[context.rounds[name] for name, panel in panels.items() if judge in panel] for judge in judges["judge_id"]]
    judges = judges.assign(rounds=[t.enumeration(rounds) for rounds in own])
    shown = {"name": "columns.judges_name"}
    if any(judges["institution"]):
        shown["institution"] = "columns.institution"
    if any(len(rounds) < len(panels) for rounds in own):
        shown["rounds"] = "report.column_round"
    return Table.of(judges, t, columns=columns(t, **shown), caption=t("report.panel_caption"), row_header="name")


# Participation


def participation(context: Context, counts: pd.DataFrame | None = None, types: pd.DataFrame | None = None) -> Group:
    """Return who took part, by group and category and by type of unit.

    Args:
        context: of the report.
        counts: entries by category and group, as :func:`kit.report.summaries.cells` returns them.
        types: units by type, as :func:`kit.report.summaries.unit_types` returns them.
    """
    cells = summaries.cells(context.edition) if counts is None else counts
    blocks: list[Block] = []
    if cells.size > 1:
        by_group = _counted(context, "group", cells.sum())
        by_category = _counted(context, "category", cells.sum(axis=1))
        blocks.append(Paragraph(context.say("participation_intro", groups=by_group, categories=by_category)))
    if len(set(context.edition.registers.units["unit_type"])) > 1:
        blocks.append(_unit_types(context, summaries.unit_types(context.edition) if types is None else types))
    return Group([context.heading("participation"), *blocks] if blocks else [])


def _counted(context: Context, kind: str, counts: pd.Series[int]) -> list[str]:
    names = {str(name): context.names[kind, str(name)] for name in counts.index}
    if kind == "category":
        names = {name: within_sentence(said) for name, said in names.items()}
    return [context.t("report.counted", n=n, name=names[str(name)]) for name, n in counts.items() if n]


def _unit_types(context: Context, table: pd.DataFrame) -> Table:
    t = context.t
    total = table[["units", "took_part", "entries"]].sum().to_dict()
    table = pd.concat([table, pd.DataFrame([{"unit_type": t("report.total"), **total}])], ignore_index=True)
    table["share"] = table["took_part"] / table["units"]
    shown = columns(
        t,
        unit_type="columns.unit_type",
        units=("report.column_units", "integer"),
        took_part=("report.column_took_part", "integer"),
        share=("report.column_share", "percent"),
        entries=("report.column_entries", "integer"),
    )
    about = {"caption": t("report.types_caption"), "notes": [t("report.types_note")]}
    return Table.of(table, t, columns=shown, row_header="unit_type", strong=[len(table) - 1], **about)


def sustainability(context: Context, counts: pd.Series[int] | None = None) -> Group:
    """Return how many entries have what lets an innovation last, by the latest answers.

    Args:
        context: of the report.
        counts: how many have each aspect, as ``pd.Series(report.readiness)``, or what is left of it.
    """
    t, total = context.t, len(context.entries)
    if "all" not in context.readiness:
        return Group([])
    known = pd.Series(context.readiness) if counts is None else counts
    aspects = known.drop(["all", "support"], errors="ignore")
    named = aspects.rename(lambda name: _capital(t(f"report.aspect_{name}")))
    parts = [f"{name}: {t('report.share_of', n=int(n), total=total)}" for name, n in named.items()]
    heard, all_ = lasting(context.edition).years, context.readiness["all"]
    source = t("report.lasting_heard", years=heard) if heard else t("report.lasting_registered")
    said = context.say("lasting", n=total, aspects=aspects_said(context, "lasting_aspect"), all=all_, source=source)
    alt, caption = t("report.lasting_alt", parts="; ".join(parts)), t("report.lasting_caption", source=source)
    chart = Chart([*named.index], {t("report.column_entries"): [int(n) for n in named]}, total)
    figure = Figure(caption=caption, alt=alt, svg=charts.shares(named, total, t), chart=chart)
    return Group([context.heading("lasting_title"), Paragraph(said), figure])


# Earlier years


def earlier_years(context: Context, years: pd.DataFrame | None = None) -> Group:
    """Compare this edition with earlier ones, and name those that cannot be compared.

    Args:
        context: of the report.
        years: as :func:`kit.report.summaries.years` returns them, or what is left of them.
    """
    blocks = [*years_compared(context.edition, context.earlier, [context.t("report.history_note")], years)]
    return Group([context.heading("history"), *blocks] if blocks else [])


def years_compared(
    edition: Edition, earlier: Earlier, notes: Sequence[str] = (), years: pd.DataFrame | None = None
) -> Iterator[Block]:
    """Yield how many took part year by year, and which years cannot be compared; nothing if there is no other year.

    Args:
        edition: the last one.
        earlier: the editions before it.
        notes: to print under the table.
        years: as :func:`kit.report.summaries.years` returns them, or what is left of them.
    """
    if earlier.editions:
        table = summaries.years([*earlier.editions, edition]) if years is None else years
        yield from _compared(edition.texts, table, notes)
    for key, names in {"unreadable": earlier.unreadable, "simulated": earlier.simulated}.items():
        if names:
            yield Paragraph(sentence(edition.texts, f"report.history_{key}", years=[*names]))


def _compared(t: Texts, table: pd.DataFrame, notes: Sequence[str]) -> Iterator[Block]:
    now = table.iloc[-1]
    values = {name: int(now[name]) for name in ("continuing", "new", "ended")}
    yield Paragraph(sentence(t, "report.history_said", n=int(now["entries"]), year=table["year"].iloc[-2], **values))
    if now["unnamed"]:
        yield Paragraph(sentence(t, "report.history_unnamed", n=int(now["unnamed"])))
    shown = columns(
        t,
        "year entries",
        units=("report.column_units_took_part", "integer"),
        new=("report.column_new", "integer"),
        continuing=("report.column_continuing", "integer"),
    )
    drawn = table.set_index("year")[["entries"]]
    parts = [t("report.history_part", n=int(n), year=year) for year, n in drawn["entries"].items()]
    alt, caption = t("report.history_alt", parts=parts), t("report.history_figure_caption")
    chart = Chart([*drawn.index], {t("report.column_entries"): [int(n) for n in drawn["entries"]]})
    yield Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, t), chart=chart)
    about = {"caption": t("report.history_caption"), "notes": [*notes]}
    yield Table.of(table, t, columns=shown, row_header="year", **about)


# Appendix


def appendix(context: Context, ranking: pd.DataFrame | None = None, *, columns: Sequence[str] = ()) -> Group:
    """Return all entries' scores, unless the results show them, and the fingerprints of the data.

    Args:
        context: of the report.
        ranking: as ``contest.ranking("group", report.latest)`` returns it, or what is left of it.
        columns: which columns, in this order: ``rank``, ``entry_id``, ``title``, ``unit``, ``category``, rounds by
            their ids, ``final`` and ``judges``; all but ``category`` unless given, which an upright page has room for.
    """
    scopes = scopes_of(context, context.latest, "group")
    shown = scopes == context.award_scopes and len(context.rules.scored_rounds) == 1
    lists = [] if shown else latest_lists(context, "group", ranking)
    scores = [_all_scores(context, group, table, columns) for (_, group), table in lists]
    return Group([context.heading("appendix"), *scores, *_integrity(context)])


def _all_scores(context: Context, group: str, table: pd.DataFrame, names: Sequence[str]) -> Table:
    t, categories = context.t, context.edition.registers.entries.set_index("entry_id")["category"]
    table["judges"] = share_of(t, table["judges_counted"], table["judges_required"])
    table["category"] = [context.names["category", categories[entry]] for entry in table["entry_id"]]
    table["final"] = table["score"].where((table["last_round"] == context.last) & context.done, None)
    shown = [
        *columns(t, "rank entry_id title unit"),
        *(columns(t, category="columns.category") if len(context.rules.categories) > 1 else []),
        *[Column(f"round {name}", context.rounds[name], "decimal") for name in context.result.scores],
        *(columns(t, final=("report.column_final", "decimal")) if context.done else []),
        *columns(t, "judges"),
    ]
    caption = t("report.appendix_caption", scope=context.names["group", group])
    names = names or [column.key.removeprefix("round ") for column in shown if column.key != "category"]
    return table_of(table, t, shown, names, caption)


def _integrity(context: Context) -> Iterator[Block]:
    t, edition = context.t, context.edition
    yield context.heading("integrity", 3)
    yield Paragraph(context.say("integrity_said", fingerprint=edition.fingerprint))
    yield Paragraph(t("study.report_annex", files=[*annexes(edition).values()]))
    rows = [
        (t("report.chain_committee") if chain == COMMITTEE else t("report.chain_judge", judge=chain), *head)
        for chain, head in sorted(edition.history.heads().items())
    ]
    shown, caption = columns(t, "chain events hash"), t("report.integrity_chains")
    yield Table.of(rows, t, columns=shown, caption=caption, row_header="chain")


def _capital(text: str) -> str:
    """Return a text with its first letter in upper case; the other letters stay as they are."""
    return text[:1].upper() + text[1:]
