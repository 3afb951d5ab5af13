"""What several editions tell together, as one function per part; each returns what a cell of the notebook shows.

Every sentence follows from the data; the wording stands in the catalogue's chapter ``trends``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from kit.edition import NotOpenedYet, StillOpen
from kit.errors import Problem
from kit.render import charts
from kit.render.blocks import (
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Group,
    Heading,
    Paragraph,
    Table,
    columns_of,
    sentence,
)
from kit.report.annual import years_compared
from kit.report.context import brief, document, marked, state_of
from kit.report.lasting import KIND
from kit.years import series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from kit.edition import Edition
    from kit.render.blocks import Run
    from kit.years.series import Span, UnitChange

PUBLIC = "public"  # the part of the follow-up that holds totals alone


# What documents about several editions say of themselves


def stems(edition: Edition, kind: Literal["trends", "follow_up"]) -> dict[str, str]:
    """Return the files' names of a kind of document, by its part: ``""``, and for the follow-up :data:`PUBLIC`."""
    t = edition.texts
    plain = t(f"report.{kind}_stem", edition=edition.name)
    names = {"": plain} if kind == "trends" else {"": plain, PUBLIC: f"{plain}-{t('followup.public')}"}
    return {part: marked(edition, stem) for part, stem in names.items()}


def require_answers(edition: Edition) -> None:
    """Refuse to report on a follow-up of which nothing has been heard.

    Raises:
        no_follow_up_yet: nobody has answered this year.
    """
    if edition.history.events([KIND]).empty:
        raise Problem("no_follow_up_yet", edition=edition.name)


def masthead(
    span: Span, made_at: str = "", kind: Literal["trends", "follow_up"] = "trends", *, public: bool = False
) -> Document:
    """Return what the document is; it can be made before there is a result.

    Args:
        span: the editions.
        made_at: ISO 8601 time with its zone; now, where blank.
        kind: which document.
        public: whether it is for the public.
    """
    edition, t = span.edition, span.t
    try:
        state = state_of(edition)
    except (StillOpen, NotOpenedYet):
        state = t("report.state_waiting")
    notice = {"notice": None} if kind == "follow_up" else {}  # it is about weights and scores
    return document(
        edition,
        made_at,
        **notice,
        title=document_title(span, kind),
        state=state,
        circulation="public" if public else "restricted",
        stem=stems(edition, kind)[PUBLIC if public else ""],
    )


def document_title(span: Span, kind: Literal["trends", "follow_up"]) -> str:
    """Return what the years compared, or the follow-up, is called."""
    title = span.edition.rules.title.say(span.t.language)
    return span.t(f"report.{kind}_title", title=title, first=span.names[0], last=span.names[-1])


def provenance(span: Span) -> Table:
    """Return the fingerprint of each edition that is told."""
    rows = [{"edition": name, "hash": edition.fingerprint} for name, edition in span.editions.items()]
    columns = [Column("edition", span.t("columns.edition")), *columns_of(span.t, "hash")]
    return _table(span, rows, "provenance", columns)


# What is compared


def opening(span: Span) -> Group:
    """Return which editions are told together, which years lack, and what was agreed otherwise."""
    lines = [*_gaps(span), *_rules(span)]
    said = Paragraph(_say(span, "span", years=span.names))
    return Group([_heading(span, "opening"), said, *([Bullets(lines)] if lines else [])])


def _gaps(span: Span) -> Iterator[tuple[Run, ...]]:
    if len(span.names) == 1:
        yield _say(span, "alone")
    if span.missing:
        yield _say(span, "missing", years=span.missing, n=len(span.missing))


def _rules(span: Span) -> Iterator[tuple[Run, ...]]:
    changed = span.changed_rules()
    for (old, new), parts in changed.items():
        yield _say(span, "rules_changed", old=old, new=new, parts=[span.t(f"trends.rules_{part}") for part in parts])
    if len(span.names) > 1 and not changed:
        yield _say(span, "rules_same")


# Who takes part


def participation(
    span: Span,
    years: pd.DataFrame | None = None,
    types: pd.DataFrame | None = None,
    *,
    by: Sequence[str] = ("group", "category"),
) -> Group:
    """Return entries by year, group, category and unit type.

    Args:
        span: the editions.
        years: as :func:`kit.report.summaries.years` returns them, or what is left of them.
        types: as :func:`kit.years.series.by_type` returns them, or what is left of them.
        by: what entries are counted by beside the years.
    """
    t, blocks = span.t, [_heading(span, "participation"), *years_compared(span.edition, span.earlier, (), years)]
    for kind in by:
        counts, labels = span.participation(kind), span.labels(kind)
        if len(counts) > 1:
            drawn = counts.T.rename(columns=labels)
            parts = [
                f"{year}: " + "; ".join(t("trends.count_part", n=int(n), name=name) for name, n in row.items())
                for year, row in drawn.iterrows()
            ]
            caption, alt = t(f"trends.{kind}_caption"), t("trends.counts_alt", parts=". ".join(parts))
            blocks.append(Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, t)))
    columns = [
        Column("unit_type", t("columns.unit_type")),
        *(Column(name, name, "integer") for name in span.names),
        *_columns(span, "ever units", "integer"),
    ]
    table = series.by_type(span) if types is None else types
    return Group([*blocks, _table(span, table, "types", columns, notes=[t("trends.types_note")])])


def units(span: Span, never: pd.DataFrame | None = None) -> Group:
    """Return what became of units, and which never took part.

    Args:
        span: the editions.
        never: the rows to show, as :func:`kit.years.series.never` returns them, or what is left of them.
    """
    t, table = span.t, series.never(span) if never is None else never
    blocks: list[Block] = [_heading(span, "units"), Paragraph(_never(span))]
    if changes := _changes(span):
        blocks += [_heading(span, "unit_changes", 3), Bullets(changes)]
    if len(table):
        columns = [Column("name", t("columns.units_name")), Column("unit_type", t("columns.unit_type"))]
        columns += _columns(span, "below", "integer")
        blocks.append(_table(span, table, "never", columns, notes=[t("trends.never_note")]))
    return Group(blocks)


def _never(span: Span) -> tuple[Run, ...]:
    table, total = series.never(span), len(span.lineage.last)
    if table.empty:
        return _say(span, "never_nobody", total=total)
    return _say(span, "never", n=len(table), total=total, through=int((table["below"] > 0).sum()))


def _changes(span: Span) -> list[tuple[Run, ...]]:
    def said(change: UnitChange) -> tuple[Run, ...]:
        return _say(span, f"unit_{change.kind}", year=change.year, before=change.before, now=change.now)

    return [said(change) for change in span.lineage.changes()]


# Innovations


def innovations(
    span: Span, known: pd.DataFrame | None = None, shifts: pd.DataFrame | None = None, *, most: int = 60
) -> Group:
    """Return which came back, which are new, which ended, which moved to another group or category.

    Args:
        span: the editions.
        known: as :func:`kit.years.series.innovations` returns them, or what is left of them; the table shows those that
            took part more than once.
        shifts: as :func:`kit.years.series.shifts` returns them, or what is left of them.
        most: rows of that table; what is more is counted under it.
    """
    if len(span.names) == 1:
        return Group([])
    blocks: list[Block] = [_heading(span, "innovations"), *map(Paragraph, _came_back(span))]
    again = (series.innovations(span) if known is None else known).query("times > 1")
    again = again.sort_values(["times", "first", "innovation"], ascending=[False, True, True])
    if len(again):
        marks = {name: again[name].map({True: "●", False: "–"}) for name in span.names}
        columns = [*columns_of(span.t, "title unit"), *(Column(name, name) for name in span.names)]
        notes = more_rows(span, len(again) - most)
        blocks.append(_table(span, again.assign(**marks).head(most), "again", columns, notes=notes))
    shifts = series.shifts(span) if shifts is None else shifts.copy()
    blocks.append(Paragraph(_shifted(span, shifts)))
    if len(shifts):
        for year, column in (("old_year", "old"), ("year", "new")):
            places = zip(shifts["kind"], shifts[column], strict=True)
            shifts[column] = [span.labels(str(kind)).get(str(place), "") for kind, place in places]
            shifts[column] = shifts[year] + ": " + shifts[column]
        columns = [*columns_of(span.t, "title"), *_columns(span, "old new")]
        blocks.append(_table(span, shifts, "shifts", columns))
    return Group(blocks)


def _came_back(span: Span) -> Iterator[tuple[Run, ...]]:
    table = series.innovations(span)
    if returned := int((table["state"] == "returning").sum()):
        yield _say(span, "returned", n=returned, before=span.names[-2])
    yield _say(span, "every_year", n=int((table["times"] == len(span.names)).sum()), years=len(span.names))
    yield _say(span, "ended_note")


def _shifted(span: Span, table: pd.DataFrame) -> tuple[Run, ...]:
    counts = table["kind"].value_counts()
    groups, categories = int(counts.get("group", 0)), int(counts.get("category", 0))
    return _say(span, "shifted" if len(table) else "not_shifted", groups=groups, categories=categories)


# Collaboration and winners


def partners(span: Span, counts: pd.DataFrame | None = None) -> Group:
    """Return with what kinds of partners innovations were made.

    Args:
        span: the editions.
        counts: as :func:`kit.years.series.partners` returns them, or what is left of them.
    """
    table = series.partners(span) if counts is None else counts
    if table.empty:
        return Group([])
    shown = table.assign(kind=[partner_kind(span, str(kind)) for kind in table.index])
    columns = [*_columns(span, "kind"), *(Column(year, year, "integer") for year in table.columns)]
    about = _table(span, shown, "partners", columns, notes=[span.t("trends.partners_note")])
    return Group([_heading(span, "partners"), *map(Paragraph, _collaborated(span)), about])


def partner_kind(span: Span, kind: str) -> str:
    """Return the name of a kind of partner of :func:`kit.years.series.partners`."""
    words = {series.NO_PARTNER: "trends.no_partner", series.KIND_UNSAID: "trends.kind_unsaid"}
    key = words.get(kind, f"trends.partner_{kind.casefold().replace(' ', '_')}")
    said = span.t(key) if span.t.has(key) else kind  # registers may have kinds of their own
    return said[:1].upper() + said[1:]


def _collaborated(span: Span) -> Iterator[tuple[Run, ...]]:
    table, last = series.partners(span), span.names[-1]
    if last in table:
        n, alone = int((span.entries["year"] == last).sum()), int(table[last].get(series.NO_PARTNER, 0))
        kinds = table[last].drop([series.NO_PARTNER, series.KIND_UNSAID], errors="ignore")
        most = partner_kind(span, str(kinds.idxmax())) if len(kinds) and kinds.max() else span.t("trends.no_kind")
        yield _say(span, "collaborated", year=last, n=n - alone, total=n, kind=most.casefold())


def winners(span: Span, won: pd.DataFrame | None = None) -> Group:
    """Return who won in which year, and which units did so more than once.

    Args:
        span: the editions.
        won: as :func:`kit.years.series.winners` returns them, or what is left of them.
    """
    table = series.winners(span) if won is None else won
    if table.empty:
        return Group([])
    blocks: list[Block] = [_heading(span, "winners")]
    times = table.groupby("unit_id").size().sort_values(ascending=False, kind="stable")
    often = times[times > 1].items()
    if said := [span.t("trends.times", unit=span.lineage.names[str(unit)], n=int(n)) for unit, n in often]:
        blocks.append(Paragraph(_say(span, "often", units=said)))
    year = columns_of(span.t, "year") if len(span.names) > 1 else []
    columns = [*year, *_columns(span, "scope"), *columns_of(span.t, "award title unit")]
    shown = table.assign(title=table["title"].map(brief))
    return Group([*blocks, _table(span, shown, "winners", columns, header="title")])


# Scores


def levels(span: Span, known: pd.DataFrame | None = None) -> Group:
    """Return whether scores of different years can be compared, and what links them.

    Args:
        span: the editions.
        known: a row for each two years, as ``pd.DataFrame(series.levels(span))``, or what is left of it.
    """
    rows: Iterable[Any] = series.levels(span) if known is None else known.itertuples()
    lines = [_level(span, level) for level in rows]
    said = Paragraph(_say(span, "levels_intro"))
    return Group([_heading(span, "levels"), said, Bullets(lines)] if lines else [])


def _level(span: Span, level: Any) -> tuple[Run, ...]:  # noqa: ANN401  (a level, or such a row of a table)
    numbers = {name: Decimal(f"{getattr(level, name):.2f}") for name in ("old", "new", "low", "high")}
    key = f"level_{level.basis}"
    if level.basis in {"judges", "entries"}:
        change = numbers["new"] - numbers["old"]
        numbers["by"] = abs(change)
        key += "_up" if change > 0 else "_down" if change < 0 else "_same"
    return _say(span, key, before=level.before, now=level.now, n=level.linking, **numbers)


# The annual report


def page(span: Span) -> Group:
    """Return what the annual report tells of all this, in words; nothing where there is one year alone."""
    if len(span.names) == 1:
        return Group([])
    lines = [*_gaps(span), *_rules(span), *_groups(span), *_came_back(span), _shifted(span, series.shifts(span))]
    return Group([_heading(span, "page", 3), Bullets([*lines, _never(span), *_changes(span)])])


def _groups(span: Span) -> Iterator[tuple[Run, ...]]:
    first, last = span.names[0], span.names[-1]
    for kind in ("group", "category"):
        counts = span.participation(kind)
        if len(counts) > 1:
            ends = counts[[first, last]].rename(index=span.labels(kind))
            parts = [
                span.t(f"trends.from_{'same' if old == new else 'to'}", name=name, old=int(old), new=int(new))
                for name, old, new in ends.itertuples()
            ]
            yield _say(span, f"by_{kind}", old=first, new=last, parts=parts)


# Words


def more_rows(span: Span, more: int, document: str = "") -> list[str]:
    """Return the note under a table that leaves out some rows, and which document has them; nothing if it shows all."""
    key = "more_rows" if document else "more_rows_left_out"
    return [span.t(f"trends.{key}", n=more, name=document)] if more > 0 else []


def _say(span: Span, key: str, **values: object) -> tuple[Run, ...]:
    return sentence(span.t, f"trends.{key}", **values)


def _heading(span: Span, key: str, level: Literal[2, 3] = 2) -> Heading:
    return Heading(span.t(f"trends.h_{key}"), level)


def _columns(span: Span, keys: str, kind: Literal["text", "integer"] = "text") -> list[Column]:
    return [Column(key, span.t(f"trends.column_{key}"), kind) for key in keys.split()]


def _table(
    span: Span,
    data: pd.DataFrame | list[dict[str, str]],
    key: str,
    columns: Sequence[Column],
    header: str = "",
    notes: Iterable[str] = (),
) -> Table:
    about: dict[str, Any] = {"caption": span.t(f"trends.t_{key}"), "notes": [*notes]}
    return Table.of(data, span.t, columns=columns, row_header=header or columns[0].key, **about)
