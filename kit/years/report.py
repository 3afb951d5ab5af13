"""How innovations fare after the prize: one method per part of the follow-up, for a notebook's cells.

A document for the public holds totals alone. No innovation has failed: it needs support, or it stopped for a reason.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.index.report import index_page
from kit.registers import flag_of
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Fact,
    Facts,
    Group,
    Heading,
    Paragraph,
    Table,
    columns_of,
    sentence,
)
from kit.report.context import brief
from kit.report.lasting import current, given, profiles, reasons
from kit.years.courses import winners
from kit.years.figures import survival_figure
from kit.years.lasting import elements, worded
from kit.years.questions import RUNNING, STATUSES
from kit.years.span import Span
from kit.years.survival import LEAST, curve_of, lives, still_there
from kit.years.told import masthead_of, provenance
from kit.years.trends import Trends
from kit.years.units import Lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from kit.render.blocks import Run
    from kit.report.context import Context
    from kit.years.survival import Curve

_MOST = 80  # rows of a list; what is more is counted under the table
_FIRST = 10  # innovations that the annual report names
_PANELS = 6  # curves that are drawn beside one another
_STATES = (*STATUSES, "unanswered", "over")  # how an innovation fares by the answers of one year


class FollowUpReport:
    """The parts of one year's follow-up.

    Args:
        span: the editions up to that year, which is the last; it has the language of the document.
        made_at: ISO 8601 time with its zone; now, where blank.
        public: whether the document is for the public: totals, and no innovation by name.
    """

    def __init__(self, span: Span, made_at: str = "", *, public: bool = False) -> None:
        self.span, self.t, self.made_at, self.public = span, span.edition.texts, made_at, flag_of(public)
        self.lineage = Lineage(span)

    @cached_property
    def lives(self) -> pd.DataFrame:
        """What is known of each innovation (:func:`kit.years.survival.lives`)."""
        return lives(self.span)

    @cached_property
    def answered(self) -> set[str]:
        """The innovations of which this year's follow-up has heard."""
        found = current(given(self.span.edition))
        return {name for name in self.lives.index if "status" in found.get(name, {})}

    @cached_property
    def states(self) -> pd.Series[str]:
        """How each innovation fares by this year's answer: its status, no answer yet, or not asked any more."""
        waiting = self.lives["status"].map(lambda status: "unanswered" if still_there(status) else "over")
        return self.lives["status"].where(self.lives.index.isin(self.answered), waiting)

    @cached_property
    def profiles(self) -> dict[str, Any]:
        """What each innovation has (:func:`kit.report.lasting.profiles`)."""
        return profiles(self.span.editions.values())

    def masthead(self) -> Document:
        """What the document is."""
        return masthead_of(self.span, "follow_up", self.made_at, public=self.public)

    # How they fare

    def state(self) -> Group:
        """How many run, changed, merged, stopped, and of how many nobody has heard."""
        t, table = self.t, self.lives
        if table.empty:
            return Group([self._heading("state"), Paragraph(self._say("unasked"))])
        blocks: list[Block] = [self._heading("state"), Paragraph(self._lead())]
        if self.span.missing:
            blocks.append(Paragraph(self._say("missing", years=self.span.missing)))
        counts = self.states.value_counts()
        shown = (*RUNNING, "stopped", "unanswered")
        facts = [Fact(t.integer(int(counts.get(state, 0))), t(f"followup.status_{state}")) for state in shown]
        states = pd.crosstab(table["first"], self.states).reindex(columns=[*_STATES], fill_value=0)
        states.loc[t("report.total")] = states.sum()
        states = states.assign(total=states.sum(axis=1)).rename_axis("first").reset_index()
        columns = [Column("first", t("followup.column_first"))]
        columns += [Column(state, t(f"followup.status_{state}"), "integer") for state in _STATES]
        columns.append(Column("total", t("report.total"), "integer"))
        notes, last = [t("followup.state_note", year=self.span.edition.name)], len(states) - 1
        return Group([*blocks, Facts(facts), self._table(states, "state", columns, notes=notes, strong=[last])])

    def _lead(self) -> tuple[Run, ...]:
        asked = self.states != "over"
        n, unnamed = len(self.answered), int((self.span.entries["innovation_id"] == "").sum())
        more = " " + self.t("followup.unnamed", n=unnamed) if unnamed else ""
        return self._say("lead", n=n, total=int(asked.sum()), year=self.span.edition.name, more=more)

    # How long they live

    def survival(self) -> Group:
        """How long innovations run after their first contest: all, and by year, group, category and origin."""
        whole, t = curve_of(self.lives), self.t
        if whole.ends == 0:
            said = [Paragraph(self._say("no_ends", n=len(whole.lived)))] if len(whole.lived) else []
            return Group([self._heading("survival"), *said] if said else [])
        blocks: list[Block] = [self._heading("survival"), Paragraph(self._say("survival_intro")), self._lived(whole)]
        blocks.append(survival_figure([(t("followup.all"), whole)], t("followup.survival_caption"), t))
        for kind in ("first", "group", "category", "origin"):
            blocks += self._compared(kind)
        return Group([*blocks, Callout(self._say("survival_care"))])

    def _lived(self, curve: Curve) -> Bullets:
        known = [(years, at) for years in (1, 2, 3, 5) for at in [curve.at(years)] if at is not None]
        told = [{"years": years, "share": self._share(at), "n": curve.at_risk(years)} for years, at in known]
        return Bullets([self._say("lived", **about) for about in told])

    def _compared(self, kind: str) -> Iterator[Block]:
        """One way to part the lives: a table of all parts, and the curves of those that are large enough."""
        t, labels = self.t, self.span.labels(kind) if kind in {"group", "category"} else {}
        parts = {str(key): curve_of(own) for key, own in self.lives.groupby(kind)}
        order = [key for key in labels if key in parts] or [*parts]
        curves = [(labels.get(key, key or t("followup.unsaid")), parts[key]) for key in order]
        if len(curves) < 2:
            return
        rows = [{"part": name, "n": len(c.lived), "ends": c.ends, **self._row(c)} for name, c in curves]
        columns = [
            Column("part", t(f"followup.by_{kind}")),
            Column("n", t("followup.column_n"), "integer"),
            Column("ends", t("followup.status_stopped"), "integer"),
            *(Column(f"at {years}", t("followup.column_at", years=years)) for years in (1, 2)),
        ]
        yield self._table(pd.DataFrame(rows), f"by_{kind}", columns, notes=[t("followup.few_note", n=LEAST)])
        large = [(name, curve) for name, curve in curves if len(curve.lived) >= LEAST and curve.ends]
        if len(large) > 1:
            yield survival_figure(large[:_PANELS], t(f"followup.f_by_{kind}"), t)

    def _row(self, curve: Curve) -> dict[str, str | None]:
        """The shares of one part after one and two years, each with its interval; nothing of a part that is small."""
        row: dict[str, str | None] = {}
        for years in (1, 2):
            at = curve.at(years) if len(curve.lived) >= LEAST else None
            row[f"at {years}"] = None if at is None else self._share(at)
        return row

    def _share(self, estimate: tuple[float, float, float]) -> str:
        """A share with its interval, where it has one."""
        share, low, high = (self.t.percent(value) if value == value else "" for value in estimate)  # noqa: PLR0124  (NaN)
        return self.t("followup.interval", share=share, low=low, high=high) if low else share

    # Who needs support

    @cached_property
    def needy(self) -> pd.DataFrame:
        """The innovations that need support, those with most reasons first: ``title``, ``unit``, ``reasons``, ``last``.

        ``last`` is the year of the last contest in which it took part.
        """
        rows = []
        for innovation, life in self.lives.iterrows():
            if why := reasons(self.profiles[str(innovation)], silent=life["silent"] > 0):
                unit = self.lineage.names[self.lineage.today(life["unit_id"])]
                rows.append({"title": life["title"], "unit": unit, "reasons": why, "last": life["last"]})
        table = pd.DataFrame(rows, columns=["title", "unit", "reasons", "last"])
        return table.sort_values("reasons", key=lambda own: -own.map(len), kind="stable", ignore_index=True)

    def support(self) -> Group:
        """Who needs support, and why; in public how many."""
        blocks: list[Block] = [self._heading("support"), Paragraph(self._needy())]
        counts = self.needy["reasons"].explode().value_counts()
        if len(counts):
            blocks.append(Bullets([self._say(f"because_{reason}", n=int(n)) for reason, n in counts.items()]))
        if len(self.needy) and not self.public:
            blocks.append(self._support_table(self.needy.head(_MOST), len(self.needy) - _MOST))
        return Group(blocks)

    def _needy(self) -> tuple[Run, ...]:
        total = int(self.lives["status"].map(still_there).sum())
        own = int((self.needy["last"] == self.span.edition.name).sum())
        key = "needy" if len(self.needy) else "needy_nobody"
        return self._say(key, n=len(self.needy), total=total, own=own, year=self.span.edition.name)

    def _support_table(self, table: pd.DataFrame, more: int) -> Table:
        why = ["; ".join(worded(own, self.t)) for own in table["reasons"]]
        columns = [*columns_of(self.t, "title unit"), Column("why", self.t("followup.column_why"))]
        notes = [self.t("trends.more_rows", n=more)] if more > 0 else []
        shown = table.assign(why=why, title=[brief(title) for title in table["title"]])
        return self._table(shown, "support", columns, notes=notes)

    def over(self) -> Group:
        """Which stopped and which were merged, when and why; in public nothing."""
        table = self.lives[~self.lives["status"].map(still_there)]
        if table.empty or self.public:
            return Group([])
        told = {name: current(given(edition)) for name, edition in self.span.editions.items()}
        rows = []
        for innovation, life in table.iterrows():
            answers = told[life["heard"]][str(innovation)]
            merged = life["status"] == "merged"
            other = self.lives["title"].get(answers.get("merged_with", ""), answers.get("merged_with", ""))
            why = self.t("followup.into", title=brief(other)) if merged else answers.get("stopped_because", "")
            day = (
                date.fromisoformat(told_on)
                if (told_on := answers.get("checked_on" if merged else "stopped_on"))
                else None
            )
            state = self.t(f"followup.status_{life['status']}")
            rows.append({"title": brief(life["title"]), "state": state, "day": day, "why": why})
        columns = [
            Column("title", self.t("report.column_innovation")),
            Column("state", self.t("followup.column_state")),
            Column("day", self.t("followup.column_day"), "date"),
            Column("why", self.t("followup.column_why")),
        ]
        return Group([self._heading("over"), self._table(pd.DataFrame(rows), "over", columns)])

    def readiness(self) -> Group:
        """What each innovation that still runs has; in public nothing."""
        there = self.lives[self.lives["status"].map(still_there)]
        if there.empty or self.public:
            return Group([])
        more = len(there) - _MOST
        notes = [self.t("trends.more_rows", n=more)] if more > 0 else []
        rows = [(brief(title), self.profiles[str(name)]) for name, title in there["title"].head(_MOST).items()]
        caption = self.t("followup.t_readiness")
        return Group([self._heading("readiness"), elements(rows, self.t, caption, notes)])

    def won(self) -> Iterator[Table]:
        """What the innovations have that won this year's awards, if any did."""
        won = winners(self.span, self.lineage)
        won = won[(won["year"] == self.span.edition.name) & (won["innovation_id"] != "")]
        named = zip(won["title"], won["innovation_id"], strict=True)
        rows = [(brief(title), self.profiles[innovation]) for title, innovation in named]
        if rows:
            yield elements(rows, self.t, self.t("followup.t_won"))

    def replaced(self) -> Group:
        """This year's answers that a later one superseded; in public nothing."""
        answers = given(self.span.edition)
        again = answers[answers.duplicated(["innovation_id", "question"], keep=False)]
        if again.empty or self.public:
            return Group([])
        again = again.sort_values(["innovation_id", "question", "number"])
        shown = again.assign(
            time=[self.t.moment(moment.to_pydatetime()) for moment in again["time"]],
            question=[self.t(f"followup.q_{question}") for question in again["question"]],
        )
        columns = [Column("innovation_id", self.t("columns.innovation_id"))]
        columns += [Column(name, self.t(f"followup.column_{name}")) for name in ("question", "answer", "time")]
        return Group([self._heading("replaced"), self._table(shown, "replaced", columns)])

    def provenance(self) -> Table:
        """From which data all this comes."""
        return provenance(self.span)

    def page(self) -> Group:
        """What the annual report tells of all this; nothing where no follow-up has been made."""
        if not (self.lives["heard"] != "").any():
            return Group([])
        counts = self.states.value_counts()
        shown = {state: int(counts.get(state, 0)) for state in _STATES}
        blocks: list[Block] = [self._heading("page"), Paragraph(self._lead()), Paragraph(self._say("totals", **shown))]
        whole = curve_of(self.lives)
        blocks += [self._lived(whole)] if whole.ends else []
        blocks += [Paragraph(self._needy())]
        if len(self.needy) and not self.public:
            blocks.append(self._support_table(self.needy.head(_FIRST), len(self.needy) - _FIRST))
        return Group(blocks)

    # Words

    def _say(self, key: str, **values: object) -> tuple[Run, ...]:
        return sentence(self.t, f"followup.{key}", **values)

    def _heading(self, key: str, level: Literal[2, 3] = 2) -> Heading:
        return Heading(self.t(f"followup.h_{key}"), level)

    def _table(
        self,
        data: pd.DataFrame,
        key: str,
        columns: Iterable[Column],
        notes: Iterable[str] = (),
        strong: Iterable[int] = (),
    ) -> Table:
        shown = [*columns]
        about: dict[str, Any] = {"caption": self.t(f"followup.t_{key}"), "notes": [*notes], "strong": [*strong]}
        return Table.of(data, self.t, columns=shown, row_header=shown[0].key, **about)


def pages(context: Context) -> Group:
    """Return the pages of the annual report on trends, on innovations after their contest, and on the index."""
    span = Span(context.edition, context.earlier)
    after = FollowUpReport(span)
    index = index_page(context.edition)
    return Group([*Trends(span).page().blocks, *after.page().blocks, *after.won(), *index.blocks])
