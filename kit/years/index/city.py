"""The parts of the document about the city: what to send, which affairs that covers, the index, the plan to a line."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kit.report.blocks import Block, Bullets, Callout, Cell, Column, Figure, Group, Paragraph, Table
from kit.report.context import brief
from kit.years.index.arithmetic import earned_at
from kit.years.index.innovations import LISTED, Innovations
from kit.years.index.story import at_least, decimal, exactly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kit.years.index.arithmetic import Estimate
    from kit.years.index.plan import Plan


class City(Innovations):
    """What the innovations come to together."""

    # What to send

    def sending(self) -> Group:
        """Which innovations are best sent, and why the others are not."""
        blocks: list[Block] = [self._heading("sending")]
        if not self.computable:
            return Group([*blocks, Paragraph(self._say("lead_no_k", year=str(self.yardstick.year)))])
        data, found = self.data, self.data.sending.estimate
        window = self.yardstick.window
        if window and window.until is None:
            blocks.append(Callout(self._say("window_open", years=window.years)))
        if found.n:
            values = {"mean": decimal(found.mean), "number": decimal(found.number), "sid": decimal(found.sid)}
            blocks.append(Paragraph(self._say("sending_said", sent=found.n, ready=len(data.ready), **values)))
            blocks += [Bullets(notes)] if (notes := [*self._sending_notes()]) else []
            blocks += [self._sending_figure()] if len(data.ready) > 1 else []
        else:
            blocks.append(Paragraph(self._say("sending_none", count=self._counted())))
        return Group([*blocks, self._sending_table()])

    def _sending_notes(self) -> Iterator[str]:
        data, found = self.data, self.data.sending.estimate
        if found.n < (self.yardstick.k or 0):
            yield self.word("sending_divisor", k=self.yardstick.k)
        if found.n < len(data.ready):
            more = data.sendings[found.n + 1]
            added = next(iter(self._named(sorted({*more.innovations} - {*data.sending.innovations}))))
            values = {"mean": decimal(found.mean), "lower": decimal(more.estimate.mean)}
            yield self.word("sending_falls", innovation=added, sid=decimal(more.estimate.sid), **values)

    def _sending_figure(self) -> Figure:
        from kit.years.index import figures  # noqa: PLC0415  (plots are slow to import)

        data = self.data
        best, last = data.sending.estimate, data.sendings[-1].estimate
        values = {"sid": decimal(best.sid), "sent": best.n, "all": last.n, "last": decimal(last.sid)}
        svg = figures.by_number_sent(data.sendings, best.n, self.t)
        return Figure(caption=self.word("sending_figure"), alt=self.word("sending_alt", **values), svg=svg)

    def _sending_table(self) -> Table:
        """Every innovation, those that are best sent first, with what keeps the others."""
        sent = {*self.data.sending.innovations}
        table = self.data.table.sort_values("maturity", ascending=False, kind="stable")
        table = table.assign(kept=[name not in sent for name in table.index]).sort_values("kept", kind="stable")
        shown = table.assign(
            code=table.index,
            innovation=table["title"].map(brief),
            maturity=table["maturity"].map(exactly),
            affair=table["affair"].map(self._affair),
            why=table.index.map(self._decision),
        )
        columns = [
            self._column("code"),
            self._column("innovation", width=3),
            self._column("affair", width=3),
            self._column("maturity", "decimal"),
            self._column("why", width=4),
        ]
        about = {"caption": self.word("sending_caption"), "strong": table.index[~table["kept"]]}
        return Table.of(shown, self.t, columns=columns, row_header="innovation", **about)

    # Coverage

    def coverage(self) -> Group:
        """Which affairs have an innovation that counts."""
        affairs = self.yardstick.affairs
        if not affairs.of or not self.computable:
            return Group([])
        found, sent = self.data.sending.estimate, self.data.table.loc[list(self.data.sending.innovations)]
        key = "coverage_met" if found.covered else "coverage_unmet"
        said = self._say(key, n=len(found.affairs), of=len(affairs.of), required=affairs.required)
        tables = {"with_claims": self.data.table, "ready": self.data.ready, "sent": sent}
        counts = {name: table["affair"].value_counts() for name, table in tables.items()}
        rows = [
            {"affair": Cell(affair.name.say(self.t.language), strong=affair.id not in found.affairs)}
            | {name: Cell(self.t.integer(n := int(of.get(affair.id, 0))), n) for name, of in counts.items()}
            for affair in affairs.of
        ]
        columns = [self._column("affair", width=4), *(self._column(name, "integer") for name in tables)]
        table = Table(caption=self.word("coverage_caption"), columns=columns, rows=rows, row_header="affair")
        return Group([self._heading("coverage"), Paragraph(said), table])

    # The index

    def city(self) -> Group:
        """The index by what is sent, and how far it is from each predicate."""
        if not self.computable:
            return Group([])
        blocks: list[Block] = [self._heading("city"), self._scenario_table(self._scenarios())]
        if not self.yardstick.bounds:
            return Group([*blocks, Paragraph(self._say("bounds_none", year=str(self.yardstick.year)))])
        return Group([*blocks, self._distances()])

    def _indexes(self) -> list[tuple[str, Decimal]]:
        """The index of each scenario; none while nobody has typed in what SPD earns."""
        found = self._scenarios().items()
        return [(name, value) for name, each in found if (value := self.data.index(each)) is not None]

    def _scenarios(self) -> dict[str, Estimate]:
        data = self.data
        sets = {"best": data.sending.innovations, "ready": data.ready.index, "all": data.table.index}
        found = {self.word(f"scenario_{name}"): data.estimate(innovations) for name, innovations in sets.items()}
        if data.plan and data.line:
            found[self.word("scenario_plan", line=data.line.name.say(self.t.language))] = data.plan.after
        return found

    def _scenario_table(self, scenarios: dict[str, Estimate]) -> Table:
        rows: list[dict[str, Cell]] = []
        for name, found in scenarios.items():
            row = {"scenario": Cell(name, strong=not rows), "n": Cell(self.t.integer(found.n), found.n)}
            row |= {key: self._number(decimal(getattr(found, key))) for key in ("mean", "number", "sid")}
            if (value := self.data.index(found)) is not None:
                row |= {"index": self._number(value), "predicate": Cell(self.predicate(value))}
            rows.append(row)
        columns = [self._column("scenario", width=4), self._column("n", "integer")]
        columns += [self._column(key, "decimal") for key in ("mean", "number", "sid")]
        if self.yardstick.spd is not None:
            columns += [self._column("index", "decimal"), self._column("predicate", width=2)]
        return Table(caption=self.word("city_caption"), columns=columns, rows=rows, row_header="scenario")

    def _city_figure(self, values: list[tuple[str, Decimal]]) -> Figure:
        from kit.years.index import figures  # noqa: PLC0415

        bounds = [
            self.word("city_bound", name=bound.name.say(self.t.language), low=bound.low)
            for bound in self.yardstick.bounds
        ]
        _, value = values[0]
        alt = self.word("city_alt", index=value, predicate=self.predicate(value), bounds=bounds)
        svg = figures.among_bounds(values, self.yardstick.bounds, self.t)
        return Figure(caption=self.word("city_figure"), alt=alt, svg=svg)

    def _distances(self) -> Table:
        yardstick, found = self.yardstick, self.data.sending.estimate
        has = yardstick.spd is not None
        last = "missing" if has else "spd_needed"
        rows = []
        for bound in yardstick.bounds:
            needed = earned_at(yardstick, bound)
            missing = at_least(max(needed - found.sid - Fraction(yardstick.spd or 0), Fraction()))
            rows.append(
                {
                    "predicate": Cell(bound.name.say(self.t.language)),
                    "from": Cell(self.t.decimal(bound.low, yardstick.decimals), bound.low),
                    "to": Cell(self.t.decimal(bound.high, yardstick.decimals), bound.high),
                    "earned": self._number(at_least(needed)),
                    last: self._number(missing),
                }
            )
        label = self.word(f"column_{last}", **({} if has else {"most": yardstick.spd_maximum}))
        columns = [self._column("predicate", width=3)]
        columns += [self._column(name, "decimal") for name in ("from", "to", "earned")]
        columns.append(Column(last, label, "decimal"))
        caption = self.word("bounds_caption", year=str(yardstick.year))
        return Table(caption=caption, columns=columns, rows=rows, row_header="predicate")

    # The plan

    def plan(self) -> Group:
        """The steps of least effort to the next predicate."""
        data = self.data
        if not self.computable or not self.yardstick.bounds or self.yardstick.spd is None:
            return Group([self._heading("plan_sheet"), Paragraph(self.word("plan_no_index"))])
        if data.line is None:
            return Group([self._heading("plan_sheet"), Paragraph(self.word("plan_there"))])
        about = {"line": data.line.name.say(self.t.language), "low": data.line.low}
        blocks: list[Block] = [self._heading("plan", line=about["line"])]
        if data.plan is None:
            return Group([*blocks, Paragraph(self._say("plan_none", **about))])
        found = data.plan
        values = {"sent": len(found.innovations), "n": len(found.steps), "effort": found.effort}
        blocks.append(Paragraph(self._say("plan_said", **about, **values, index=data.index(found.after))))
        blocks.append(Paragraph(self._say("plan_exact" if found.exact else "plan_greedy")))
        blocks.append(self._plan_table(found, LISTED))
        if len(found.steps) > LISTED:
            blocks.append(Paragraph(self._say("plan_more", n=len(found.steps) - LISTED)))
        return Group(blocks)

    def _plan_table(self, found: Plan, most: int | None = None) -> Table:
        about = {"caption": self.word("plan_caption"), "sheet": self.word("plan_sheet")}
        rows = self._steps_table(found.steps[:most])
        return Table(columns=self._step_columns, rows=rows, row_header="innovation", **about)
