"""What several editions tell together: one method per part, each returning what a cell of the notebook shows.

Every sentence follows from the data; the wording stands in the catalogue's chapter ``trends``.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
from kit.report.context import brief
from kit.report.history import years_compared
from kit.years import courses
from kit.years.levels import levels
from kit.years.told import masthead_of, provenance
from kit.years.units import Lineage, by_type, never

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    import pandas as pd

    from kit.render.blocks import Run
    from kit.years.levels import Step
    from kit.years.span import Span

_MOST = 60  # rows of a list of innovations; what is more is counted under the table


class Trends:
    """The parts of the story of several editions.

    Args:
        span: the editions, the last in the language of the document.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    def __init__(self, span: Span, made_at: str = "") -> None:
        self.span, self.t, self.made_at = span, span.edition.texts, made_at
        self.lineage = Lineage(span)

    def masthead(self) -> Document:
        """What the document is."""
        return masthead_of(self.span, "trends", self.made_at)

    # What is compared

    def opening(self) -> Group:
        """Which editions are told together, which years lack, and what was agreed otherwise."""
        return Group([self._heading("opening"), Paragraph(self._say("span", years=self.span.names)), *self._about()])

    def _about(self) -> Iterator[Block]:
        lines = [*self._gaps(), *self._rules()]
        if lines:
            yield Bullets(lines)

    def _gaps(self) -> Iterator[tuple[Run, ...]]:
        if len(self.span.names) == 1:
            yield self._say("alone")
        if self.span.missing:
            yield self._say("missing", years=self.span.missing, n=len(self.span.missing))

    def _rules(self) -> Iterator[tuple[Run, ...]]:
        changed = self.span.changed_rules()
        for (old, new), parts in changed.items():
            yield self._say("rules_changed", old=old, new=new, parts=[self.t(f"trends.rules_{part}") for part in parts])
        if len(self.span.names) > 1 and not changed:
            yield self._say("rules_same")

    # Who takes part

    def participation(self) -> Group:
        """Entries by year, group, category and unit type."""
        blocks: list[Block] = [self._heading("participation"), *years_compared(self.span.edition, self.span.earlier)]
        for kind in ("group", "category"):
            counts, labels = self.span.participation(kind), self.span.labels(kind)
            if len(counts) > 1:
                drawn = counts.T.rename(columns=labels)
                parts = [f"{year}: " + "; ".join(self._counted(row)) for year, row in drawn.iterrows()]
                caption, alt = self.t(f"trends.{kind}_caption"), self.t("trends.counts_alt", parts=". ".join(parts))
                blocks.append(Figure(caption=caption, alt=alt, svg=charts.grouped_bars(drawn, self.t)))
        columns = [
            *(Column(name, name, "integer") for name in self.span.names),
            Column("ever", self.t("trends.column_ever"), "integer"),
            Column("units", self.t("trends.column_units"), "integer"),
        ]
        table, first = by_type(self.span, self.lineage), Column("unit_type", self.t("columns.unit_type"))
        return Group([*blocks, self._table(table, "types", [first, *columns], notes=[self.t("trends.types_note")])])

    def _counted(self, counts: pd.Series[int]) -> list[str]:
        return [f"{name} {self.t.integer(int(n))}" for name, n in counts.items()]

    def units(self) -> Group:
        """What became of units, and which never took part."""
        changes = [self._change(*change) for change in self.lineage.changes()]
        table = never(self.span, self.lineage)
        blocks: list[Block] = [self._heading("units"), Paragraph(self._never())]
        if changes:
            blocks += [self._heading("unit_changes", 3), Bullets(changes)]
        if len(table):
            columns = [
                Column("name", self.t("columns.units_name")),
                Column("unit_type", self.t("columns.unit_type")),
                Column("below", self.t("trends.column_below"), "integer"),
            ]
            blocks.append(self._table(table, "never", columns, notes=[self.t("trends.never_note")]))
        return Group(blocks)

    def _never(self) -> tuple[Run, ...]:
        table = never(self.span, self.lineage)
        through = int((table["below"] > 0).sum())
        if table.empty:
            return self._say("never_nobody", total=len(self.lineage.last))
        return self._say("never", n=len(table), total=len(self.lineage.last), through=through)

    def _change(self, kind: str, year: str, before: tuple[str, ...], now: tuple[str, ...]) -> tuple[Run, ...]:
        return self._say(f"unit_{kind}", year=year, before=[*before], now=[*now])

    # Innovations

    @cached_property
    def innovations_table(self) -> pd.DataFrame:
        """Every innovation with its years (:func:`kit.years.courses.innovations`)."""
        return courses.innovations(self.span, self.lineage)

    def innovations(self) -> Group:
        """Which came back, which are new, which ended, which moved to another group or category."""
        blocks: list[Block] = [self._heading("innovations"), *map(Paragraph, self._came_back())]
        again = self.innovations_table[self.innovations_table["times"] > 1]
        again = again.sort_values(["times", "first", "innovation"], ascending=[False, True, True])
        if len(again):
            marks = {name: again[name].map({True: "●", False: "–"}) for name in self.span.names}
            columns = [*columns_of(self.t, "title unit"), *(Column(name, name) for name in self.span.names)]
            notes = [self.t("trends.more_rows", n=len(again) - _MOST)] if len(again) > _MOST else []
            blocks.append(self._table(again.assign(**marks).head(_MOST), "again", columns, notes=notes))
        return Group([*blocks, *self._shifts()] if len(self.span.names) > 1 else [])

    def _came_back(self) -> Iterator[tuple[Run, ...]]:
        if len(self.span.names) > 1:
            returned = int((self.innovations_table["state"] == "returning").sum())
            if returned:
                yield self._say("returned", n=returned, before=self.span.names[-2])
            all_years = int((self.innovations_table["times"] == len(self.span.names)).sum())
            yield self._say("every_year", n=all_years, years=len(self.span.names))
            yield self._say("ended_note")

    def _shifts(self) -> Iterator[Block]:
        table = courses.shifts(self.span)
        if len(self.span.names) > 1:
            yield Paragraph(self._shifted(table))
        if len(table):
            for column in ("old", "new"):
                places = zip(table["kind"], table[column], strict=True)
                table[column] = [self.span.labels(str(kind)).get(str(name), "") for kind, name in places]
            table["old"], table["new"] = table["old_year"] + ": " + table["old"], table["year"] + ": " + table["new"]
            columns = [Column("title", self.t("report.column_innovation"))]
            columns += [Column(name, self.t(f"trends.column_{name}")) for name in ("old", "new")]
            yield self._table(table, "shifts", columns)

    def _shifted(self, table: pd.DataFrame) -> tuple[Run, ...]:
        counts = table["kind"].value_counts()
        groups, categories = int(counts.get("group", 0)), int(counts.get("category", 0))
        return self._say("shifted" if len(table) else "not_shifted", groups=groups, categories=categories)

    # Collaboration and winners

    def partners(self) -> Group:
        """With what kinds of partners innovations were made."""
        table = courses.partners(self.span)
        if table.empty:
            return Group([])
        named = [self._kind(str(kind)) for kind in table.index]
        shown = table.assign(kind=named)
        columns = [Column("kind", self.t("trends.column_kind"))]
        columns += [Column(year, year, "integer") for year in table.columns]
        about = self._table(shown, "partners", columns, notes=[self.t("trends.partners_note")])
        return Group([self._heading("partners"), *map(Paragraph, self._collaborated()), about])

    def _kind(self, kind: str) -> str:
        words = {courses.NO_PARTNER: "trends.no_partner", courses.KIND_UNSAID: "trends.kind_unsaid"}
        return self.t(words[kind]) if kind in words else kind[:1].upper() + kind[1:]

    def _collaborated(self) -> Iterator[tuple[Run, ...]]:
        table, sizes = courses.partners(self.span), self.span.entries["year"].value_counts()
        last = self.span.names[-1]
        if last in table:
            alone = int(table[last].get(courses.NO_PARTNER, 0))
            kinds = table[last].drop([courses.NO_PARTNER, courses.KIND_UNSAID], errors="ignore")
            most = self._kind(str(kinds.idxmax())) if len(kinds) and kinds.max() else self.t("trends.no_kind")
            n = int(sizes[last])
            yield self._say("collaborated", year=last, n=n - alone, total=n, kind=most.casefold())

    def winners(self) -> Group:
        """Who won in which year, and which units did so more than once."""
        table = courses.winners(self.span, self.lineage)
        if table.empty:
            return Group([])
        columns = [
            *[Column("year", self.t("report.column_year"))] * (len(self.span.names) > 1),
            Column("scope", self.t("trends.column_scope")),
            *columns_of(self.t, "award title unit"),
        ]
        times = table.groupby("unit_id").size().sort_values(ascending=False, kind="stable")
        often = [
            self.t("trends.times", unit=self.lineage.names[str(unit)], n=int(n)) for unit, n in times.items() if n > 1
        ]
        blocks: list[Block] = [self._heading("winners")]
        if often:
            blocks.append(Paragraph(self._say("often", units=often)))
        shown = table.assign(title=[brief(title) for title in table["title"]])
        return Group([*blocks, self._table(shown, "winners", columns, header="title")])

    # Scores

    def levels(self) -> Group:
        """Whether scores of different years can be compared, and what links them."""
        steps = levels(self.span)
        lines = [self._level(step) for step in steps]
        blocks: list[Block] = [self._heading("levels"), Paragraph(self._say("levels_intro")), Bullets(lines)]
        return Group(blocks if lines else [])

    def _level(self, step: Step) -> tuple[Run, ...]:
        numbers = {name: Decimal(f"{getattr(step, name):.2f}") for name in ("old", "new", "low", "high")}
        if step.basis in {"judges", "entries"}:
            change = numbers["new"] - numbers["old"]
            numbers["by"] = abs(change)
            key = f"level_{step.basis}_{'up' if change > 0 else 'down' if change < 0 else 'same'}"
        else:
            key = f"level_{step.basis}"
        return self._say(key, before=step.before, now=step.now, n=step.linking, **numbers)

    def provenance(self) -> Table:
        """From which data all this comes."""
        return provenance(self.span)

    def page(self) -> Group:
        """What the annual report tells of all this, in words; nothing where there is one year alone."""
        if len(self.span.names) == 1:
            return Group([])
        changes = [self._change(*change) for change in self.lineage.changes()]
        lines = [*self._gaps(), *self._rules(), *self._groups(), *self._came_back()]
        lines += [self._shifted(courses.shifts(self.span)), self._never(), *changes, *self._collaborated()]
        return Group([self._heading("page", 3), Bullets(lines)])

    def _groups(self) -> Iterator[tuple[Run, ...]]:
        for kind in ("group", "category"):
            counts = self.span.participation(kind)
            if len(counts) > 1:
                ends = counts[[self.span.names[0], self.span.names[-1]]].rename(index=self.span.labels(kind))
                parts = [
                    self.t(f"trends.from_{'same' if old == new else 'to'}", name=name, old=int(old), new=int(new))
                    for name, old, new in ends.itertuples()
                ]
                yield self._say(f"by_{kind}", old=self.span.names[0], new=self.span.names[-1], parts=parts)

    # Words

    def _say(self, key: str, **values: object) -> tuple[Run, ...]:
        return sentence(self.t, f"trends.{key}", **values)

    def _heading(self, key: str, level: Literal[2, 3] = 2) -> Heading:
        return Heading(self.t(f"trends.h_{key}"), level)

    def _table(
        self, data: pd.DataFrame, key: str, columns: Iterable[Column], header: str = "", notes: Iterable[str] = ()
    ) -> Table:
        shown = [*columns]
        about: dict[str, Any] = {"caption": self.t(f"trends.t_{key}"), "notes": [*notes]}
        return Table.of(data, self.t, columns=shown, row_header=header or shown[0].key, **about)
