"""The chapters of the annual report that are not about results (:mod:`kit.report.results`), one function each.

Each returns the blocks that a cell of the notebook shows. Every sentence follows from the data; the wording stands in
the catalogue's chapter ``report``. What an edition does not have, such as earlier years, is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.ledger import COMMITTEE
from kit.render import charts
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    PageBreak,
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.edition import Edition
    from kit.render.blocks import Run
    from kit.report.context import Context
    from kit.report.summaries import Earlier
    from kit.rules import Scope

_PODIUM = 3  # places of each scope that the first page shows; the rest follow under the results
_PROPOSED = ("USULAN", "BELUM DITETAPKAN")  # how a notice begins whose rules nobody has adopted


def masthead(context: Context) -> Document:
    """Return what the document is, for whom, and from which data."""
    return report_masthead(context.edition, "report", context.made_at)


# The first page


def summary(context: Context, *, alone: bool = False) -> Group:
    """Return the first page: who is recommended, who took part, what citizens gain, what the reader is to decide.

    Args:
        context: of the report.
        alone: whether it is a document of its own, apart from the rest of the report.
    """
    blocks: list[Block] = [Paragraph(_lead(context), lead=True), *_recommended(context), _facts(context)]
    if gains := [*_gains(context)]:
        blocks += [context.heading("gains", 3), Bullets(gains)]
    blocks.append(Paragraph(" ".join(_process_line(context))))
    if decisions := [*_decisions(context, "_alone" if alone else "")]:
        blocks += [context.heading("decisions", 3), Bullets(decisions, ordered=True)]
    return Group([*blocks, PageBreak()])


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


def _recommended(context: Context) -> Iterator[Block]:
    """Yield what is still open, and who is recommended as far as that is known."""
    if not context.done:
        waiting = next(r.id for r in context.rules.scored_rounds if r.id not in context.result.scores)
        yield Callout(context.say("not_ready", round=context.rounds[waiting]), kind="warning")
    scopes, without = [], []
    for scope, scope_id in context.award_scopes:
        table = summaries.standings(context.edition, scope, scope_id)
        shown = table[table["award"].notna() & (table["rank"] <= _PODIUM)]
        winners = [
            Winner(award_name(context, row.award), str(row.title), str(row.unit), context.t.show(row.score))
            for row in shown.itertuples()
        ]
        if winners:
            scopes.append(WinnerScope(context.names[scope, scope_id], winners))
        elif context.rules.final.awards:
            without.append((scope, scope_id))
    said = []
    if reasons := [context.t(f"report.open_{name}", n=n) for name, n in open_matters(context).items() if n]:
        said.append(context.t("report.provisional", reasons=reasons))
    if entries := undecided(context):
        said.append(context.t("report.undecided", n=len(entries)))
    said += _without_awards(context, without)
    if said:
        yield Callout(" ".join(said), kind="warning")
    if scopes:
        yield context.heading("recommended", 3)
        yield Winners(scopes)


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


def _facts(context: Context) -> Facts:
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
        items.append(Fact(t.integer(context.readiness["all"]), label, _aspects(context, "fact_aspect")))
    if context.earlier.editions:
        continuing = summaries.years([*context.earlier.editions, context.edition])["continuing"].iloc[-1]
        items.append(Fact(t.integer(int(continuing)), t("report.fact_continuing", n=n)))
    return Facts(items)


def _aspects(context: Context, key: str) -> str:
    """Return the elements of sustainability as a list in words, each with the number of entries that have it."""
    return context.t.enumeration(
        [
            context.t(f"report.{key}", name=context.t(f"report.aspect_{name}"), n=context.readiness[name])
            for name in ELEMENTS
            if name in context.readiness
        ]
    )


def _gains(context: Context) -> Iterator[tuple[Run, ...]]:
    benefits = context.edition.registers.entries.set_index("entry_id")["benefit"]
    for scope, scope_id in context.award_scopes if (benefits != "").any() else ():
        table = summaries.standings(context.edition, scope, scope_id)
        for row in table[table["award"].notna() & (table["rank"] == 1)].itertuples():
            benefit = benefits[str(row.entry_id)] or context.t("report.gain_unknown")
            yield context.say("gain", title=brief(str(row.title)), benefit=benefit)


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


def _decisions(context: Context, where: str) -> Iterator[tuple[Run, ...]]:
    document = masthead(context).title
    for name, n in open_matters(context).items():
        if n:
            yield context.say(f"decide_{name}", n=n)
    if entries := undecided(context):
        yield context.say("decide_ties", entries=entries)
    if not any(open_matters(context).values()) and not entries:
        if not context.done and context.result.cuts.get(context.latest):
            yield context.say(f"decide_finalists{where}", document=document)
        elif context.done and context.rules.final.awards:
            yield context.say(f"decide_winners{where}", document=document)
    if context.rules.notice and context.rules.notice.id.startswith(_PROPOSED):
        yield context.say("decide_rules")
    if needy := context.readiness["support"]:
        yield context.say("decide_support", n=needy, total=len(context.entries))


# Process


def process(context: Context) -> Group:
    """Return how the rounds went, who judged, and what was changed after scoring began."""
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
    for own in context.round_counts:
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
    return Group([*blocks, _panel(context), *accepted_changes(context.edition)])


def _period(context: Context, counts: summaries.RoundCounts) -> str:
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
    if silent := {judge for round_ in context.rules.scored_rounds for judge in round_.not_counting}:
        yield context.t("report.not_counting", n=len(silent))


def _panel(context: Context) -> Table:
    """Return who judges, with the rounds where not everybody judges in all."""
    t = context.t
    panels = {r.id: context.edition.registers.panel(r) for r in context.rules.scored_rounds}
    own = [
        [context.rounds[name] for name, panel in panels.items() if judge in panel]
        for judge in context.edition.registers.judges["judge_id"]
    ]
    judges = context.edition.registers.judges.assign(rounds=[t.enumeration(rounds) for rounds in own])
    shown = {"name": "columns.judges_name"}
    if any(judges["institution"]):
        shown["institution"] = "columns.institution"
    if any(len(rounds) < len(panels) for rounds in own):
        shown["rounds"] = "report.column_round"
    return Table.of(judges, t, columns=columns(t, **shown), caption=t("report.panel_caption"), row_header="name")


# Participation


def participation(context: Context) -> Group:
    """Return who took part, by group and category and by type of unit."""
    t, cells = context.t, summaries.cells(context.edition)
    blocks: list[Block] = []
    if cells.size > 1:
        by_group = _counted(context, "group", cells.sum())
        by_category = _counted(context, "category", cells.sum(axis=1))
        blocks.append(Paragraph(context.say("participation_intro", groups=by_group, categories=by_category)))
        parts = [
            t("report.cell_alt", scope=context.names["group_category", f"{group}/{category}"], n=int(n))
            for group in cells
            for category, n in cells[group].items()
        ]
        drawn = cells.rename(index=lambda c: context.names["category", c], columns=lambda g: context.names["group", g])
        alt, caption = t("report.cells_alt", cells="; ".join(parts)), t("report.cells_caption")
        blocks.append(Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, t)))
    if len(set(context.edition.registers.units["unit_type"])) > 1:
        blocks.append(_unit_types(context))
    return Group([context.heading("participation"), *blocks] if blocks else [])


def _counted(context: Context, kind: str, counts: pd.Series[int]) -> list[str]:
    return [context.t("report.counted", n=n, name=context.names[kind, str(name)]) for name, n in counts.items() if n]


def _unit_types(context: Context) -> Table:
    t = context.t
    table = summaries.unit_types(context.edition)
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


def sustainability(context: Context) -> Group:
    """Return how many entries have what lets an innovation last, by the latest answers."""
    t, total = context.t, len(context.entries)
    if "all" not in context.readiness:
        return Group([])
    aspects = pd.Series(context.readiness).drop(["all", "support"])
    counts = aspects.rename(lambda name: _capital(t(f"report.aspect_{name}")))
    parts = [f"{name}: {t('report.share_of', n=int(n), total=total)}" for name, n in counts.items()]
    heard, all_ = lasting(context.edition).years, context.readiness["all"]
    source = t("report.lasting_heard", years=heard) if heard else t("report.lasting_registered")
    said = context.say("lasting", n=total, aspects=_aspects(context, "lasting_aspect"), all=all_, source=source)
    alt, caption = t("report.lasting_alt", parts="; ".join(parts)), t("report.lasting_caption", source=source)
    figure = Figure(caption=caption, alt=alt, svg=charts.shares(counts, total, t))
    return Group([context.heading("lasting_title", 3), Paragraph(said), figure])


# Earlier years


def earlier_years(context: Context) -> Group:
    """Compare this edition with earlier ones, and name those that cannot be compared."""
    blocks = [*years_compared(context.edition, context.earlier, [context.t("report.history_note")])]
    return Group([context.heading("history"), *blocks] if blocks else [])


def years_compared(edition: Edition, earlier: Earlier, notes: Sequence[str] = ()) -> Iterator[Block]:
    """Yield how many took part year by year, and which years cannot be compared; nothing if there is no other year.

    Args:
        edition: the last one.
        earlier: the editions before it.
        notes: to print under the table.
    """
    if earlier.editions:
        yield from _compared([*earlier.editions, edition], notes)
    for key, years in {"unreadable": earlier.unreadable, "simulated": earlier.simulated}.items():
        if years:
            yield Paragraph(sentence(edition.texts, f"report.history_{key}", years=[*years]))


def _compared(editions: list[Edition], notes: Sequence[str]) -> Iterator[Block]:
    t, table = editions[-1].texts, summaries.years(editions)
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
    parts = [f"{year}: {t.integer(int(n))}" for year, n in drawn["entries"].items()]
    alt, caption = t("report.history_alt", parts="; ".join(parts)), t("report.history_figure_caption")
    yield Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, t))
    about = {"caption": t("report.history_caption"), "notes": [*notes]}
    yield Table.of(table, t, columns=shown, row_header="year", **about)


# Appendix


def appendix(context: Context) -> Group:
    """Return all entries' scores, unless the results show them, and the fingerprints of the data."""
    scopes = scopes_of(context, context.latest, "group")
    shown = scopes == context.award_scopes and len(context.rules.scored_rounds) == 1
    tables = [] if shown else [_all_scores(context, scope_id) for _, scope_id in scopes]
    return Group([context.heading("appendix"), *tables, *_integrity(context)])


def _all_scores(context: Context, group: str) -> Table:
    t = context.t
    table = summaries.standings(context.edition, "group", group, context.latest)
    table["judges"] = share_of(t, table["judges_counted"], table["judges_required"])
    table["category"] = [context.names["category", name] for name in table["category"]]
    table["final"] = table["score"].where((table["last_round"] == context.last) & context.done, None)
    shown = [
        *columns(t, "rank entry_id title unit"),
        *(columns(t, category="columns.category") if len(context.rules.categories) > 1 else []),
        *[Column(f"round {name}", context.rounds[name], "decimal") for name in context.result.scores],
        *(columns(t, final=("report.column_final", "decimal")) if context.done else []),
        *columns(t, "judges"),
    ]
    caption = t("report.appendix_caption", scope=context.names["group", group])
    return Table.of(table, t, columns=shown, caption=caption, row_header="title")


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
