"""The annual report: one method per part, each returning the blocks that a cell of the notebook shows.

Every sentence follows from the data; the wording stands in the catalogue's chapter ``report``. What an edition does
not have, such as earlier years, is not spoken of.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from kit.ledger import COMMITTEE
from kit.report import figures, summaries
from kit.report.blocks import (
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
)
from kit.report.fairness import annexes, process_quality
from kit.report.history import history
from kit.report.lasting import ELEMENTS, lasting
from kit.report.results import Results
from kit.report.story import accepted_changes, brief, masthead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.report.blocks import Run
    from kit.rules import Scope

_PODIUM = 3  # places of each scope that the first page shows; the rest follow under the results
_PROPOSED = ("USULAN", "BELUM DITETAPKAN")  # how a notice begins whose rules nobody has adopted


class AnnualReport(Results):
    """The parts of one edition's annual report; see :class:`~kit.report.story.Story` for its arguments."""

    def masthead(self) -> Document:
        """What the document is."""
        return masthead(self.edition, "report", self.made_at)

    # The first page

    def summary(self, *, alone: bool = False) -> Group:
        """The first page: who is recommended, who took part, what citizens gain, what is asked of the reader.

        Args:
            alone: it is a document of its own, and the rest of the report stands in another.
        """
        blocks: list[Block] = [Paragraph(self._lead(), lead=True), *self._recommended(), self._facts()]
        if gains := [*self._gains()]:
            blocks += [self._heading("gains", 3), Bullets(gains)]
        blocks.append(Paragraph(" ".join(self._process_line())))
        if decisions := [*self._decisions("_alone" if alone else "")]:
            blocks += [self._heading("decisions", 3), Bullets(decisions, ordered=True)]
        return Group([*blocks, PageBreak()])

    def _lead(self) -> tuple[Run, ...]:
        entries = self.entries
        title, units = self.rules.title.say(self.t.language), entries["unit_id"].nunique()
        key, values = self._against_last_year()
        return self._say(f"lead_{key}", n=len(entries), title=title, units=units, **values)

    def _against_last_year(self) -> tuple[str, dict[str, object]]:
        """How many entries there are against the last edition: a word of the catalogue, and what it needs."""
        if not self.earlier.editions:
            return "alone", {}
        before = self.earlier.editions[-1]
        more = len(self.entries) - len(summaries.entries(before))
        if more == 0:
            return "same" if int(before.name) == int(self.edition.name) - 1 else "same_as", {"year": before.name}
        return "more" if more > 0 else "fewer", {"difference": abs(more), "year": before.name}

    def _recommended(self) -> Iterator[Block]:
        """What is still open, and who is recommended as far as that is known."""
        if not self.done:
            waiting = next(r.id for r in self.rules.scored_rounds if r.id not in self.result.scores)
            yield Callout(self._say("not_ready", round=self.rounds[waiting]), kind="warning")
        scopes, without = [], []
        for scope, scope_id in self.award_scopes:
            table = self._final(scope, scope_id)
            shown = table[table["award"].notna() & (table["rank"] <= _PODIUM)]
            winners = [
                Winner(self._award(row.award), str(row.title), str(row.unit), self.t.show(row.score))
                for row in shown.itertuples()
            ]
            if winners:
                scopes.append(WinnerScope(self.names[scope, scope_id], winners))
            elif self.rules.final.awards:
                without.append((scope, scope_id))
        said = []
        if reasons := [self.t(f"report.open_{name}", n=n) for name, n in self.open_matters.items() if n]:
            said.append(self.t("report.provisional", reasons=reasons))
        if self.undecided:
            said.append(self.t("report.undecided", n=len(self.undecided)))
        said += self._without_awards(without)
        if said:
            yield Callout(" ".join(said), kind="warning")
        if scopes:
            yield self._heading("recommended", 3)
            yield Winners(scopes)

    def _without_awards(self, scopes: list[tuple[Scope, str]]) -> Iterator[str]:
        """Say which awards the judges do not give, and why other scopes have no winner."""
        t, held = self.t, self.withheld_awards
        if held:
            yield t("report.withheld", awards=[f"{one['award']} {one['scope']}" for one in held])
        said = {one["scope"] for one in held}
        without = [(self.names[pair], pair) for pair in scopes if self.names[pair] not in said]
        empty = [name for name, pair in without if self.done and self._contenders(self._final(*pair)).empty]
        for name in empty:
            yield t("report.no_finalist", scope=name, last=self.rounds[self.last])
        if waiting := [name for name, _ in without if name not in empty]:
            yield t("report.without_awards", scopes=waiting)

    @cached_property
    def open_matters(self) -> dict[str, int]:
        """Sheets that judges still owe, and entries that too few judges may score."""
        return {"sheets": sum(r.missing for r in self.went), "judges": sum(r.unscored for r in self.went)}

    @cached_property
    def undecided(self) -> list[str]:
        """Ids of the entries whose order the rules leave to the judges, who have not said it yet."""
        return sorted({entry for tie in self.ties if tie.waiting for entry in tie.left})

    def _facts(self) -> Facts:
        t, entries, units = self.t, self.entries, self.edition.registers.units
        n, took_part = len(entries), entries["unit_id"].nunique()
        key, values = self._against_last_year()
        against = t(f"report.fact_{key.removesuffix('_as')}", **values) if values else ""
        items = [
            Fact(t.integer(n), t("report.fact_entries"), against),
            Fact(t.integer(took_part), t("report.fact_units", n=len(units)), t.percent(took_part / len(units))),
        ]
        if "all" in self.readiness:
            label = t("report.fact_lasting", n=n)
            items.append(Fact(t.integer(self.readiness["all"]), label, self._aspects("fact_aspect")))
        if self.earlier.editions:
            continuing = summaries.years([*self.earlier.editions, self.edition])["continuing"].iloc[-1]
            items.append(Fact(t.integer(int(continuing)), t("report.fact_continuing", n=n)))
        return Facts(items)

    def _aspects(self, key: str) -> str:
        """The elements of sustainability, each with how many entries have it."""
        return self.t.enumeration(
            [
                self.t(f"report.{key}", name=self.t(f"report.aspect_{name}"), n=self.readiness[name])
                for name in ELEMENTS
                if name in self.readiness
            ]
        )

    def _gains(self) -> Iterator[tuple[Run, ...]]:
        benefits = self.edition.registers.entries.set_index("entry_id")["benefit"]
        for scope, scope_id in self.award_scopes if (benefits != "").any() else ():
            table = self._final(scope, scope_id)
            for row in table[table["award"].notna() & (table["rank"] == 1)].itertuples():
                benefit = benefits[str(row.entry_id)] or self.t("report.gain_unknown")
                yield self._say("gain", title=brief(str(row.title)), benefit=benefit)

    def _process_line(self) -> Iterator[str]:
        t, missing = self.t, self.open_matters["sheets"]
        asked, recused = sum(r.asked for r in self.went), sum(r.recused for r in self.went)
        yield t("report.sheets_missing", n=missing, total=asked) if missing else t("report.sheets_all", n=asked)
        unassigned = any(r.conflicts for r in self.went)
        kind = "recusals" if recused else "conflicts_unassigned" if unassigned else "no_recusals"
        yield t(f"report.{kind}", n=recused)
        if self.rules.final.awards or self.result.cuts:
            settled = "" if self.undecided else f" {t('report.ties_settled')}"
            yield t("report.ties", n=len(self.ties)) + settled if self.ties else t("report.no_ties")
        if self.edition.acceptances:
            yield t("report.changed")

    def _decisions(self, where: str) -> Iterator[tuple[Run, ...]]:
        document = self.masthead().title
        for name, n in self.open_matters.items():
            if n:
                yield self._say(f"decide_{name}", n=n)
        if self.undecided:
            yield self._say("decide_ties", entries=self.undecided)
        if not any(self.open_matters.values()) and not self.undecided:
            if not self.done and self.result.cuts.get(self.latest):
                yield self._say(f"decide_finalists{where}", document=document)
            elif self.done and self.rules.final.awards:
                yield self._say(f"decide_winners{where}", document=document)
        if self.rules.notice and self.rules.notice.id.startswith(_PROPOSED):
            yield self._say("decide_rules")
        if needy := self.readiness["support"]:
            yield self._say("decide_support", n=needy, total=len(self.entries))

    # Process

    def process(self) -> Group:
        """How the rounds went, who judged, and what was changed on the way."""
        t = self.t
        blocks: list[Block] = [self._heading("process"), Paragraph(self._say("process_intro"))]
        if counts := summaries.admissions(self.edition):
            whole = "admission_all" if counts["eligible"] == counts["n"] else "admission"
            said = [t(f"report.{whole}", n=counts["n"], eligible=counts["eligible"])]
            more = ("cured", "duplicate", "undecided")
            said += [t(f"report.admission_{name}", n=counts[name]) for name in more if counts[name]]
            blocks.append(Paragraph(" ".join(said)))
        if left := self.left(*self.rounds, but=("admission", "duplicate") if counts else ()):  # not what was counted
            blocks.append(Bullets(left))
        shown = pd.DataFrame(
            [
                {
                    "round": self.rounds[course.round],
                    "period": self._period(course),
                    "entries": course.entries if course.closed else None,
                    "sheets": t("report.share_of", n=course.asked - course.missing, total=course.asked)
                    if course.closed
                    else None,
                    "recused": course.recused if course.closed else None,
                }
                for course in self.went
            ]
        )
        columns = [
            Column("round", t("report.column_round")),
            Column("period", t("report.column_period")),
            Column("entries", t("report.column_entries"), "integer"),
            Column("sheets", t("report.column_sheets")),
            Column("recused", t("report.column_recused"), "integer"),
        ]
        caption, notes = t("report.rounds_caption"), [*self._notes()]
        blocks.append(Table.of(shown, t, columns=columns, caption=caption, row_header="round", notes=notes))
        if said := [*process_quality(self.edition)]:
            blocks.append(Paragraph(" ".join(said)))
        return Group([*blocks, self._panel(), *accepted_changes(self.edition)])

    def _period(self, course: summaries.Course) -> str:
        if course.closed is None:
            return self.t("report.period_from", start=course.opened)
        if course.closed == course.opened:
            return self.t.date(course.opened)
        return self.t("report.period", start=course.opened, end=course.closed)

    def _notes(self) -> Iterator[str]:
        for name, scores in self.result.scores.items():
            status = scores.sheets.status
            fewer = status[(status["judges_recused"] > 0) & status["scored"]]
            for (counted, required), rows in fewer.groupby(["judges_counted", "judges_required"]):
                values = {"counted": counted, "required": required, "round": self.rounds[name]}
                yield self.t("report.recused_entries", n=len(rows), entries=sorted(rows.index), **values)
        if silent := {judge for round_ in self.rules.scored_rounds for judge in round_.not_counting}:
            yield self.t("report.not_counting", n=len(silent))

    def _panel(self) -> Table:
        """Who judges; and in which rounds, where that differs."""
        t = self.t
        panels = {r.id: self.edition.registers.panel(r) for r in self.rules.scored_rounds}
        own = [
            [self.rounds[name] for name, panel in panels.items() if judge in panel]
            for judge in self.edition.registers.judges["judge_id"]
        ]
        judges = self.edition.registers.judges.assign(rounds=[t.enumeration(rounds) for rounds in own])
        columns = [
            Column("name", t("columns.judges_name")),
            *([Column("institution", t("columns.institution"))] if any(judges["institution"]) else []),
            *([Column("rounds", t("report.column_round"))] if any(len(rounds) < len(panels) for rounds in own) else []),
        ]
        return Table.of(judges, t, columns=columns, caption=t("report.panel_caption"), row_header="name")

    # Participation

    def participation(self) -> Group:
        """Who took part: cells and unit types."""
        t, cells = self.t, summaries.cells(self.edition)
        blocks: list[Block] = []
        if cells.size > 1:
            by_group = self._counted("group", cells.sum())
            by_category = self._counted("category", cells.sum(axis=1))
            blocks.append(Paragraph(self._say("participation_intro", groups=by_group, categories=by_category)))
            parts = [
                t("report.cell_alt", scope=self.names["group_category", f"{group}/{category}"], n=int(n))
                for group in cells
                for category, n in cells[group].items()
            ]
            drawn = cells.rename(index=lambda c: self.names["category", c], columns=lambda g: self.names["group", g])
            alt, caption = t("report.cells_alt", cells="; ".join(parts)), t("report.cells_caption")
            blocks.append(Figure(caption=caption, alt=alt, svg=figures.grouped_bars(drawn, t)))
        if len(set(self.edition.registers.units["unit_type"])) > 1:
            blocks.append(self._unit_types())
        return Group([self._heading("participation"), *blocks] if blocks else [])

    def _counted(self, kind: str, counts: pd.Series[int]) -> list[str]:
        return [self.t("report.counted", n=n, name=self.names[kind, str(name)]) for name, n in counts.items() if n]

    def _unit_types(self) -> Table:
        t = self.t
        table = summaries.unit_types(self.edition)
        total = table[["units", "took_part", "entries"]].sum().to_dict()
        table = pd.concat([table, pd.DataFrame([{"unit_type": t("report.total"), **total}])], ignore_index=True)
        table["share"] = table["took_part"] / table["units"]
        columns = [
            Column("unit_type", t("columns.unit_type")),
            Column("units", t("report.column_units"), "integer"),
            Column("took_part", t("report.column_took_part"), "integer"),
            Column("share", t("report.column_share"), "percent"),
            Column("entries", t("report.column_entries"), "integer"),
        ]
        about = {"caption": t("report.types_caption"), "notes": [t("report.types_note")]}
        return Table.of(table, t, columns=columns, row_header="unit_type", strong=[len(table) - 1], **about)

    def lasting(self) -> Group:
        """How many entries have what lets them outlive their makers, as last heard."""
        t, total = self.t, len(self.entries)
        if "all" not in self.readiness:
            return Group([])
        aspects = pd.Series(self.readiness).drop(["all", "support"])
        counts = aspects.rename(lambda name: _capital(t(f"report.aspect_{name}")))
        parts = [f"{name}: {t('report.share_of', n=int(n), total=total)}" for name, n in counts.items()]
        heard, all_ = lasting(self.edition).years, self.readiness["all"]
        source = t("report.lasting_heard", years=heard) if heard else t("report.lasting_registered")
        said = self._say("lasting", n=total, aspects=self._aspects("lasting_aspect"), all=all_, source=source)
        alt, caption = t("report.lasting_alt", parts="; ".join(parts)), t("report.lasting_caption", source=source)
        figure = Figure(caption=caption, alt=alt, svg=figures.shares(counts, total, t))
        return Group([self._heading("lasting_title", 3), Paragraph(said), figure])

    # Earlier years

    def history(self) -> Group:
        """What changed against the editions before, and which of them could not be compared."""
        blocks = [*history(self.edition, self.earlier, [self.t("report.history_note")])]
        return Group([self._heading("history"), *blocks] if blocks else [])

    # Appendix

    def appendix(self) -> Group:
        """Every entry's scores, unless the results show them all, and what proves which data they come from."""
        scopes = self._scopes_of(self.latest, "group")
        told = scopes == self.award_scopes and len(self.rules.scored_rounds) == 1
        tables = [] if told else [self._all_scores(scope_id) for _, scope_id in scopes]
        return Group([self._heading("appendix"), *tables, *self._integrity()])

    def _all_scores(self, group: str) -> Table:
        t = self.t
        table = summaries.standings(self.edition, "group", group, self.latest)
        table["judges"] = [
            t("report.share_of", n=row.judges_counted, total=row.judges_required) for row in table.itertuples()
        ]
        table["category"] = [self.names["category", name] for name in table["category"]]
        table["final"] = table["score"].where((table["last_round"] == self.last) & self.done, None)
        columns = [
            Column("rank", t("report.column_rank"), "integer"),
            Column("entry_id", t("report.column_code")),
            Column("title", t("report.column_innovation"), width=4),
            Column("unit", t("report.column_unit"), width=3),
            *([Column("category", t("columns.category"), width=2)] if len(self.rules.categories) > 1 else []),
            *[Column(f"round {name}", self.rounds[name], "decimal") for name in self.result.scores],
            *([Column("final", t("report.column_final"), "decimal")] if self.done else []),
            Column("judges", t("report.column_judges")),
        ]
        caption = t("report.appendix_caption", scope=self.names["group", group])
        return Table.of(table, t, columns=columns, caption=caption, row_header="title")

    def _integrity(self) -> Iterator[Block]:
        t, edition = self.t, self.edition
        yield self._heading("integrity", 3)
        yield Paragraph(self._say("integrity_said", fingerprint=edition.fingerprint))
        yield Paragraph(t("study.report_annex", files=[*annexes(edition).values()]))
        rows = [
            {"chain": self._chain(chain), "events": head.count, "hash": head.hash}
            for chain, head in sorted(edition.history.heads().items())
        ]
        columns = [
            Column("chain", t("report.column_chain"), width=2),
            Column("events", t("report.column_events"), "integer"),
            Column("hash", t("report.column_hash"), width=6),
        ]
        caption = t("report.integrity_chains")
        yield Table.of(pd.DataFrame(rows), t, columns=columns, caption=caption, row_header="chain")

    def _chain(self, chain: str) -> str:
        t = self.t
        return t("report.chain_committee") if chain == COMMITTEE else t("report.chain_judge", judge=chain)


def _capital(text: str) -> str:
    """``text`` as a label; abbreviations stay as they are."""
    return text[:1].upper() + text[1:]
