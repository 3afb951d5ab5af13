"""The fairness analysis about the judges: agreement, severity and habits, with letters for their names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.fairness.agreement import reading
from kit.fairness.rasch_flags import bias, flags
from kit.fairness.study import Study
from kit.fields import text_of
from kit.report import fairness_figures
from kit.report.blocks import MISSING, Block, Bullets, Callout, Column, Group, Heading, Paragraph, Table
from kit.report.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.fairness.agreement import Estimate, Kind
    from kit.fairness.study import Agreement

_LISTED = 12  # marks far from what was expected that are shown
_CLEAR = 2.0  # |t| from which a pair of judge and criterion is named


class JudgesAnalysis(Story):
    """What the marks say about the judges of one round.

    Args:
        edition: the edition, in the language of the document.
        where: a scored round that is closed, or ``final``, whose rounds say themselves how they were judged; the
            first round unless given.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unknown_round, StillOpen, NotOpenedYet, rules_changed: the round cannot be studied (:class:`Study`).
    """

    def __init__(self, edition: Edition, where: str = "", made_at: str = "") -> None:
        super().__init__(edition, made_at)
        self.study = Study(edition, text_of(where))
        self.round = self.study.round
        self.criteria = {known.id: known.name.say(self.t.language) for known in self.round.marked}
        self.titles = edition.registers.entries.set_index("entry_id")["title"]

    def word(self, key: str, **values: object) -> str:
        """A sentence of this analysis."""
        return self.t(f"study.{key}", **values)

    def judge(self, judge_id: str) -> str:
        """A judge by letter."""
        return self.word("judge_letter", letter=self.study.letters[judge_id])

    def number(self, value: float | None, places: int = 2) -> str:
        """A number at so many decimals, or a dash."""
        return MISSING if value is None or not np.isfinite(value) else self.t.decimal(Decimal(f"{value:.{places}f}"))

    # Agreement

    def agreement(self) -> Group:
        """How far the judges agree, list by list and criterion by criterion, and how many judges it would take."""
        if self.study.final:
            return Group([])
        lists = [(self.names[pair], self.study.agreement(*pair)) for pair in self.scopes]
        criteria = [(name, self.study.agreement_on(known)) for known, name in self.criteria.items()]
        totals = [(self.word("of_list", scope=name), found) for name, found in lists]
        rows = [self._agreement_row(what, found) for what, found in (*totals, *(criteria if len(criteria) > 1 else []))]
        columns = [
            Column("what", self.word("what"), width=3),
            *(Column(name, self.word(name), width=2) for name in ("alpha", "icc_single", "icc_average", "kendall")),
        ]
        table = Table.of(
            pd.DataFrame(rows, columns=[column.key for column in columns]),
            self.t,
            columns=columns,
            caption=self.word("agreement_caption"),
            row_header="what",
            notes=[self.word("agreement_note")],
        )
        readings = [self.word("reads", scope=name, reading=self._reading(found)) for name, found in lists]
        return Group([Heading(self.word("agreement")), Bullets(readings), self._planner(), table])

    def _agreement_row(self, what: str, found: Agreement) -> dict[str, str]:
        named = {"alpha": found.alpha, "icc_single": found.single, "icc_average": found.average, "kendall": found.w}
        return {"what": what, **{name: self._between(estimate) for name, estimate in named.items()}}

    def _between(self, estimate: Estimate) -> str:
        if estimate.value is None or estimate.low is None:
            return self.number(estimate.value)
        limits = {"low": self.number(estimate.low), "high": self.number(estimate.high)}
        return self.word("between", value=self.number(estimate.value), **limits)

    def _reading(self, found: Agreement) -> str:
        """What the three numbers of a list mean, in words; a reason that all of them share is told once."""
        kinds: tuple[tuple[Kind, Estimate], ...] = (("icc", found.average), ("alpha", found.alpha), ("w", found.w))
        said = [
            self.t(reading(kind, estimate) if estimate.value is not None else estimate.why or "fairness.no_marks")
            for kind, estimate in kinds
        ]
        return " ".join(dict.fromkeys(said))

    def _planner(self) -> Paragraph:
        found = self.study.generalizability
        if found.value is None:
            return Paragraph(self.t(found.why or "fairness.no_marks"))
        needed = [
            str(n) if n is not None else self.word("unreachable")
            for n in (found.judges_needed, found.judges_needed_absolute)
        ]
        words = {"value": self.number(found.value), "needed": needed[0], "absolute": needed[1]}
        return Paragraph(self.word("planner", judges=found.judges, **words))

    # Severity

    def severity(self) -> Group:
        """How severe and how consistent each judge is, by both models."""
        if self.study.final:
            return Group([])
        blocks: list[Block] = [Heading(self.word("severity"))]
        additive = self.study.severity
        if len(additive.judges):
            judges = self._judges()
            blocks += [Paragraph(self._severity_said()), self._judges_table(judges)]
            drawn = judges.assign(label=judges["judge_id"].map(self.judge)).sort_values("label")
            blocks += filter(None, [fairness_figures.severity_figure(drawn[["label", "severity", "error"]], self.t)])
        if additive.why:
            blocks.append(Callout(self.t(additive.why)))
        if additive.parts.number > 1:
            blocks += [Callout(said, kind="warning") for said in self._parts()]
        return Group([*blocks, *self._rasch()])

    def _severity_said(self) -> str:
        found = self.study.severity
        severities = found.judges["severity"]
        if found.between <= 0:
            return self.word("severity_alike")
        return self.word("severity_said", difference=self.number(severities.max() - severities.min()))

    def _judges(self) -> pd.DataFrame:
        """What is known of each judge, with one standard error for all.

        Neither the number of sheets nor an error that follows from it is shown: a judge who scored fewer had a
        conflict of interest, and the minutes name that judge.
        """
        found = self.study.severity.judges
        return found.assign(letter=found["judge_id"].map(self.study.letters), error=found["error"].max())

    def _judges_table(self, table: pd.DataFrame) -> Table:
        columns = [
            Column("letter", self.word("judge")),
            Column("severity", self.word("severe"), "decimal", places=2),
            Column("error", self.word("error"), "decimal", places=2),
            Column("scatter", self.word("scatter"), "decimal", places=2),
        ]
        measures = self.study.rasch.measures
        if len(measures):
            own = measures[measures["facet"] == "judge"].set_index("id")
            for name in ("measure", "fair", "infit", "outfit"):
                table[name] = table["judge_id"].map(own[name])
                columns.append(Column(name, self.word(name), "decimal", places=2))
        return Table.of(
            table.sort_values("letter"),
            self.t,
            columns=columns,
            caption=self.word("severity_caption"),
            row_header="letter",
            notes=[self.word("severity_note")],
        )

    def _parts(self) -> Iterator[str]:
        found = self.study.severity
        for part, own in found.judges.groupby("part"):
            letters = sorted(own["judge_id"].map(self.study.letters))
            yield self.word("parts", n=found.parts.number, part=int(str(part)) + 1, judges=letters)

    def _rasch(self) -> Iterator[Block]:
        found = self.study.rasch
        if found.fitted is None:
            yield Callout(self.t(found.why or "fairness.no_marks"))
            return
        yield self._facets()
        drawn = found.measures[found.measures["measure"].notna()]
        letters = self.study.letters  # the map has a column for judges, where "Juri" need not be said of each
        labels = [
            letters[name] if facet == "judge" else self._element(facet, name)
            for facet, name in zip(drawn["facet"], drawn["id"], strict=True)
        ]
        figure = fairness_figures.variable_map(drawn.assign(label=labels), found.thresholds, self.t)
        if figure:
            yield figure
        notes = [self.t(note.key, **note.data) for note in found.notes]
        if notes:
            yield Bullets(notes)
        if len(self.criteria) > 1:
            yield Paragraph(self._bias())
        signs = flags(self.study.panel, found)
        signs = signs[signs["facet"] != "entry"]
        if len(signs):
            yield Heading(self.word("flags"), 3)
            lines = [
                self.word(
                    "flag_line",
                    who=self._element(row["facet"], row["id"]),
                    said=self.t(row["flag"]).rstrip("."),
                    value=self.number(row["value"]),
                )
                for row in signs.to_dict("records")
            ]
            yield Bullets(lines)
            yield Paragraph(self.word("flags_note"))

    def _element(self, facet: object, name: object) -> str:
        return {"judge": self.judge, "criterion": self.criteria.__getitem__}.get(str(facet), str)(str(name))

    def _facets(self) -> Table:
        table = self.study.rasch.facets
        table = table[table["elements"] > 1]
        table = table.assign(facet=[self.word(f"facet_{facet}") for facet in table["facet"]])
        columns = [
            Column("facet", self.word("facet")),
            Column("elements", self.word("elements"), "integer"),
            *(
                Column(name, self.word(name), "decimal", places=2)
                for name in ("spread", "error", "separation", "reliability")
            ),
        ]
        return Table.of(table, self.t, columns=columns, caption=self.word("facets_caption"), row_header="facet")

    def _bias(self) -> str:
        fitted = self.study.rasch.fitted
        assert fitted is not None  # whoever asks has looked
        cells = bias(fitted).cells
        clear = cells[cells["t"].abs() > _CLEAR].sort_values("t", key=abs, ascending=False, kind="stable")
        pairs = [
            self.word(
                "pair",
                judge=self.judge(row["judge"]),
                criterion=self.criteria[row["criterion"]],
                t=self.number(row["t"], 1),
            )
            for row in clear.to_dict("records")
        ]
        return (
            self.word("bias_said", cells=len(cells), pairs=pairs) if pairs else self.word("bias_none", cells=len(cells))
        )

    # Habits

    def habits(self) -> Group:
        """Marks for a second look, sheets filled in fast, and drift along the reading order."""
        if self.study.final:
            return Group([])
        blocks: list[Block] = [Heading(self.word("habits")), *self._extremes(), Paragraph(self._pace())]
        drift = self.study.drift
        if drift["slope"].notna().any():
            columns = [
                Column("letter", self.word("judge")),
                Column("slope", self.word("slope"), "decimal", places=3),
                Column("error", self.word("error"), "decimal", places=3),
                Column("whole", self.word("whole"), "decimal", places=2),
                Column("p", self.word("p"), "decimal", places=2),
            ]
            table = drift.assign(letter=drift["judge_id"].map(self.study.letters)).sort_values("letter")
            caption = self.word("drift_caption")
            blocks.append(Table.of(table, self.t, columns=columns, caption=caption, row_header="letter"))
        return Group(blocks)

    def _extremes(self) -> Iterator[Block]:
        found = self.study.extreme_marks
        if found.empty:
            yield Paragraph(self.word("extremes_none"))
            return
        shown = found.head(_LISTED)
        table = shown.assign(
            name=shown["criterion"].map(self.criteria),
            value=[self.t.decimal(Decimal(value)) for value in shown["value"]],
            comment=[row["internal"] or row["entrant"] or MISSING for row in shown.to_dict("records")],
        )
        columns = [
            Column("entry_id", self.t("report.column_code")),
            Column("name", self.t("study.facet_criterion"), width=2),
            Column("value", self.t("columns.value")),
            Column("expected", self.word("expected"), "decimal", places=1),
            Column("comment", self.word("comment"), width=4),
        ]
        more = len(found) - len(shown)
        yield Table.of(
            table,
            self.t,
            columns=columns,
            caption=self.word("extremes_caption"),
            row_header="entry_id",
            notes=[self.word("extremes_more", n=more)] if more else [],
        )

    def _pace(self) -> str:
        pace = self.study.pace
        if pace.empty:
            return self.word("pace_none")
        return self.word("pace_said", n=int(pace["hurried"].sum()), sheets=len(pace))

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """The lists that the round decides about."""
        return [*self.study.scopes]
