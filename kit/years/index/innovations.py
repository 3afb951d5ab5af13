"""The parts of the document about each innovation: its maturity, its evidence, its best next step."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from kit.report.blocks import Block, Cell, Column, Figure, Group, Paragraph, Table
from kit.report.context import brief
from kit.years.index.story import IndexStory, exactly
from kit.years.index.yardstick import TOP

if TYPE_CHECKING:
    from kit.years.index.advice import Step

DRAWN = 60  # innovations that one figure can show
LISTED = 25  # rows of a list that goes on in the workbook


class Innovations(IndexStory):
    """What is claimed and verified, innovation by innovation."""

    def maturity(self) -> Group:
        """The maturity of each innovation, as claimed and as verified, against the cut."""
        from kit.years.index import figures  # noqa: PLC0415  (plots are slow to import)

        table = self.data.table.sort_values(["maturity", "claimed"], ascending=False, kind="stable")
        line = self.yardstick.top if self.yardstick.cut is None else Fraction(self.yardstick.cut)
        near = table["maturity"].map(lambda value: abs(value - line)).sort_values(kind="stable").index[:DRAWN]
        drawn = table[table.index.isin(near)].rename_axis("entry_id").reset_index()
        drawn["title"] = drawn["title"].map(brief)
        caption = self.word("maturity_caption")
        if len(table) > DRAWN:
            caption = self.word("maturity_caption_near", n=DRAWN, value=exactly(line))
        figure = Figure(
            caption=caption, alt=self._maturity_alt(table), svg=figures.maturities(drawn, self.yardstick, self.t)
        )
        said = Paragraph(self._say("maturity_said", top=exactly(self.yardstick.top)))
        return Group([self._heading("maturity"), said, figure, self.maturity_table(table)])

    def _maturity_alt(self, table: pd.DataFrame) -> str:
        values = {"low": table["verified"].min(), "high": table["verified"].max()}
        values |= {"low_claimed": table["claimed"].min(), "high_claimed": table["claimed"].max()}
        shown = {name: exactly(value) for name, value in values.items()}
        cut = self.yardstick.cut
        if cut is None:
            return self.word("maturity_alt_no_cut", **shown)
        above = int((table["verified"] >= cut).sum())
        return self.word("maturity_alt", **shown, above=above, n=len(table), cut=cut)

    def maturity_table(self, table: pd.DataFrame) -> Table:
        """Each row of :attr:`Readiness.table` with its state, as it is sorted."""
        shown = table.assign(
            code=table.index,
            innovation=table["title"].map(brief),
            claimed=table["claimed"].map(exactly),
            verified=table["verified"].map(exactly),
            unfilled=[", ".join(map(str, numbers)) for numbers in table["unfilled"]],
        )
        columns = [
            self._column("code"),
            self._column("innovation", width=3),
            self._column("unit", width=3),
            *(self._column(name, "decimal") for name in ("claimed", "verified")),
            *(self._column(name, "integer") for name in ("waiting", "unevidenced")),
            self._column("unfilled"),
        ]
        caption = self.word("maturity_table")
        return Table.of(shown, self.t, columns=columns, caption=caption, row_header="innovation")

    # Evidence

    def evidence(self) -> Group:
        """The checklist: what is shown and what is verified of each indicator, and which claims lack evidence."""
        claims = self.data.claims.table
        claims = claims[claims["claimed"] > 0]
        lowered = (claims["verified"] < claims["claimed"]).fillna(value=False)
        lacking = claims[claims["evidence"] == ""]
        counts = {"verified": int(claims["verified"].notna().sum()), "lowered": int(lowered.sum())}
        said = self._say("evidence_said", n=len(claims), lacking=len(lacking), **counts)
        blocks: list[Block] = [self._heading("evidence"), Paragraph(said), self._checklist(claims, lowered)]
        if len(lacking):
            blocks.append(self._unevidenced(lacking.head(LISTED)))
        if len(lacking) > LISTED:
            blocks.append(Paragraph(self._say("evidence_more", n=len(lacking) - LISTED)))
        return Group(blocks)

    def _checklist(self, claims: pd.DataFrame, lowered: pd.Series[bool]) -> Table:
        of = claims["indicator"]
        counts = pd.DataFrame(
            {
                "claims": of.groupby(of).size(),
                "evidenced": (claims["evidence"] != "").groupby(of).sum(),
                "verified": claims["verified"].notna().groupby(of).sum(),
                "lowered": lowered.groupby(of).sum(),
            }
        )
        shown = counts.reindex([*self.yardstick.weights]).fillna(0)
        known = [self.yardstick.by_number[int(no)] for no in shown.index]
        shown = shown.assign(
            no=[str(indicator.no) for indicator in known],
            indicator=[self.marked(indicator) for indicator in known],
            weight=pd.Series([indicator.weight for indicator in known], shown.index, dtype=object),
        )
        columns = [
            self._column("no"),
            self._column("indicator", width=4),
            self._column("weight", "decimal"),
            *(self._column(name, "integer") for name in ("claims", "evidenced", "verified", "lowered")),
        ]
        caption = self.word("evidence_caption")
        return Table.of(shown, self.t, columns=columns, caption=caption, row_header="indicator")

    def _unevidenced(self, claims: pd.DataFrame) -> Table:
        shown = claims.assign(
            code=claims["innovation_id"],
            innovation=claims["innovation_id"].map(self.data.table["title"]).map(brief),
            parameter=claims["claimed"],
            needed=[self.level(*pair) for pair in zip(claims["indicator"], claims["claimed"], strict=True)],
            indicator=[f"{no} {self.indicator(no)}" for no in claims["indicator"]],
        )
        columns = [
            self._column("code"),
            self._column("innovation", width=2),
            self._column("indicator", width=3),
            self._column("parameter", "integer"),
            self._column("needed", width=3),
        ]
        return Table.of(shown, self.t, columns=columns, caption=self.word("evidence_list"), row_header="innovation")

    # Next steps

    def steps(self) -> Group:
        """The best next step of each innovation."""
        best: list[Step] = [steps[0] for name in self.data.table.index if (steps := self.data.steps(name))]
        if not best:
            return Group([self._heading("steps"), Paragraph(self.word("steps_none"))])
        about = {"caption": self.word("steps_caption"), "row_header": "innovation"}
        table = Table(columns=self._step_columns, rows=self._steps_table(best), **about)
        return Group([self._heading("steps"), Paragraph(self._say("steps_said")), table])

    def all_steps(self) -> Table:
        """For the workbook: the next step on every indicator of every innovation."""
        steps = [step for name in self.data.table.index for step in self.data.steps(name)]
        about = {"caption": self.word("all_steps_caption"), "sheet": self.word("steps_sheet")}
        return Table(columns=self._step_columns, rows=self._steps_table(steps), row_header="innovation", **about)

    def entries(self, count: str) -> Table:
        """For the workbook: the parameters of each innovation in the order of the indicators, and its maturity."""
        data, numbers = self.data, [*self.yardstick.weights]
        columns = [self._column("code"), self._column("innovation", width=3), self._column("why", width=3)]
        columns += [Column(str(no), f"{no} {self.marked(self.yardstick.by_number[no])}", "integer") for no in numbers]
        rows = [
            {
                "code": Cell(name),
                "innovation": Cell(data.table["title"][name]),
                "why": Cell(self._decision(name)),
                **{str(no): Cell(str(given.get(no, 0)), given.get(no, 0)) for no in numbers},
                "maturity": self._number(exactly(data.table[count][name])),
            }
            for name, given in data.parameters[count].items()
        ]
        said = self.word(f"count_{count}")
        columns.append(self._column("maturity", "decimal"))
        about = {"caption": self.word("export_caption", count=said), "sheet": self.word("export_sheet", count=said)}
        return Table(columns=columns, rows=rows, row_header="innovation", **about)

    def indicators(self) -> Table:
        """What the yardstick says of each indicator."""
        columns = [self._column("no"), self._column("indicator", width=3), self._column("weight", "decimal")]
        columns += [Column(str(parameter), str(parameter), width=3) for parameter in range(1, TOP + 1)]
        rows = [
            {
                "no": Cell(str(no)),
                "indicator": Cell(self.marked(indicator)),
                "weight": self._number(indicator.weight),
                **{str(parameter): Cell(self.level(no, parameter)) for parameter in range(1, TOP + 1)},
            }
            for no, indicator in sorted(self.yardstick.by_number.items())
        ]
        return Table(caption=self.word("indicators_caption"), columns=columns, rows=rows, row_header="indicator")
