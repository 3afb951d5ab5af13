"""The document on index readiness, its page in the annual report, and the workbook and the CSV beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import Mistakes, Problem
from kit.report.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Group,
    Heading,
    PageBreak,
    Paragraph,
    Run,
    Table,
)
from kit.report.story import document
from kit.years.index.city import City
from kit.years.index.claims import has_claims
from kit.years.index.readiness import COUNTS, NoClaims, UnknownCount
from kit.years.index.story import decimal, exactly
from kit.years.index.yardstick import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition

_PARTS = ("spd_maximum", "number", "k", "indicators", "affairs", "window", "times", "bounds", "cut", "spd", "effort")


class IndexReport(City):
    """The parts of the document; see :class:`IndexStory` for its arguments."""

    def masthead(self) -> Document:
        """What the document is; it says on every page that it is no official score."""
        words, simulated = self.t("papers.stem_index_readiness"), "SIMULASI" * self.edition.rules.simulated
        return document(
            self.edition,
            self.made_at,
            title=self.word("title", year=str(self.yardstick.year)),
            subtitle=self.edition.rules.title.say(self.t.language),
            state=self.word("state"),
            caution=self.word("caution"),
            circulation="restricted",
            notice=None,
            stem="-".join(filter(None, [words, self.edition.name, self.data.count, simulated])),
        )

    def summary(self) -> Group:
        """The first page: how many can be sent, what that comes to, and what is to be done."""
        return Group([Paragraph(self._lead(), lead=True), *self._overview(), PageBreak()])

    def _overview(self) -> Iterator[Block]:
        """The key numbers, where they lie among the bounds, and what is to be done."""
        yield self._facts()
        if self.computable and self.yardstick.bounds and (values := self._indexes()):
            yield self._city_figure(values)
        if todo := [*self._todo()]:
            yield self._heading("next", 3)
            yield Bullets(todo, ordered=True)

    def _lead(self) -> tuple[Run, ...]:
        data, year = self.data, str(self.yardstick.year)
        said = self._say("lead", n=len(data.table), ready=len(data.ready), count=self._counted())
        if not self.computable:
            more = self._say("lead_no_k", year=year)
        else:
            found = data.sending.estimate
            value = data.index(found)
            if value is None:
                more = self._say("lead_no_spd", sent=found.n, sid=decimal(found.sid), most=self._most_sid())
            else:
                more = self._say("lead_index", sent=found.n, index=value, predicate=self.predicate(value))
        return (*said, Run(" "), *more)

    def _most_sid(self) -> object:
        return exactly(self.yardstick.total) - self.yardstick.spd_maximum

    def _facts(self) -> Facts:
        t, data, cut = self.t, self.data, self.yardstick.cut
        top = exactly(self.yardstick.top)
        items = [
            Fact(t.integer(len(data.table)), self.word("fact_innovations")),
            Fact(
                t.integer(len(data.ready)),
                self.word("fact_ready"),
                "" if cut is None else self.word("fact_cut", cut=cut, top=top),
            ),
        ]
        if self.computable:
            found = data.sending.estimate
            of = self.word("fact_of", most=self._most_sid())
            items.append(Fact(t.decimal(decimal(found.sid)), self.word("fact_sid"), of))
            value = data.index(found)
            if value is not None:
                items.append(Fact(t.decimal(value), self.word("fact_index"), self.predicate(value)))
        return Facts(items)

    def _todo(self) -> Iterator[tuple[Run, ...]]:
        data, affairs = self.data, self.yardstick.affairs
        waiting, lacking = (int(data.table[name].sum()) for name in ("waiting", "unevidenced"))
        if waiting or lacking:
            yield self._say("next_verify", n=waiting, lacking=lacking)
        unfilled = data.table.index[data.table["unfilled"].astype(bool)]
        if len(unfilled):
            named = self._named(unfilled[:3]) + (["…"] if len(unfilled) > 3 else [])
            yield self._say("next_mandatory", n=len(unfilled), innovations=", ".join(named))
        if not self.computable:
            return
        found = data.sending.estimate
        if not found.covered:
            missing = [self._affair(affair.id) for affair in affairs.of if affair.id not in found.affairs]
            counts = {"n": len(found.affairs), "of": len(affairs.of), "required": affairs.required}
            yield self._say("next_coverage", **counts, missing="; ".join(missing))
        if data.plan and data.line:
            line = data.line.name.say(self.t.language)
            yield self._say("next_plan", n=len(data.plan.steps), line=line, index=data.index(data.plan.after))

    def page(self) -> Group:
        """One page for the annual report, a page of its own because it carries the caution."""
        blocks: list[Block] = [PageBreak(), self._heading("page", year=str(self.yardstick.year))]
        blocks += [Callout(self.word("caution"), kind="warning"), Paragraph(self._lead()), *self._overview()]
        return Group([*blocks, Paragraph(self.word("help", edition=self.edition.name)), PageBreak()])

    # The method

    def method(self) -> Group:
        """How it is computed, where each part comes from, and what the indicators are."""
        yardstick = self.yardstick
        values = {
            "cap": yardstick.number.cap,
            "each": yardstick.number.each,
            "total": exactly(yardstick.total),
            "year": str(yardstick.year),
            "k": self.word("not_found") if yardstick.k is None else yardstick.k,
            "spd": yardstick.spd_maximum,
            "top": exactly(yardstick.top),
            "number": yardstick.number.each * yardstick.number.cap,
        }
        blocks: list[Block] = [self._heading("method"), Paragraph(self._say("method_formula", **values))]
        blocks += [Callout(self._say("method_remark")), self._sources(), self.indicators()]
        return Group([*blocks, Paragraph(self._say("method_fingerprint", digest=self.data.fingerprint))])

    def _sources(self) -> Table:
        files = self.data.files
        rows = []
        for part in _PARTS:
            if getattr(self.yardstick, part) is None:
                mark = self.word("not_found")
            elif files.get(part) == FILE:
                mark = self.word("own_setting")
            else:
                mark = self.yardstick.sources.get(part, "")
            if part in files:
                rows.append({"part": Cell(self.word(f"part_{part}")), "source": Cell(mark), "file": Cell(files[part])})
        columns = [self._column("part", width=3), self._column("source", width=2), self._column("file", width=2)]
        return Table(caption=self.word("sources_caption"), columns=columns, rows=rows, row_header="part")

    # Beside the document

    def workbook(self) -> list[Block]:
        """The tables of the workbook, whole: entries in the order of the indicators, claims, steps, plan."""
        counts = sorted(COUNTS, key=lambda count: count != self.data.count)  # what counts comes first
        blocks: list[Block] = [*map(self.entries, counts), self._claims()]
        blocks += [self.maturity_table(self.data.table), self.all_steps()]
        return [*blocks, *([self._plan_table(self.data.plan)] if self.computable and self.data.plan else [])]

    def _claims(self) -> Table:
        claims = self.data.claims.table
        names = ("innovation_id", "indicator", "claimed", "basis", "evidence", "verified", "verifier", "verified_on")
        whole = {"claimed", "verified"}
        columns = [Column(name, self.t(f"columns.{name}"), "integer" if name in whole else "text") for name in names]
        shown = claims.assign(indicator=claims["indicator"].astype(str))
        about = {"caption": self.word("claims_caption"), "sheet": self.word("claims_sheet")}
        return Table.of(shown, self.t, columns=columns, row_header="innovation_id", **about)


class NoIndexReport:
    """What the document says in place of its parts where the index data cannot be read.

    Args:
        edition: the edition, in the language of the document.
        why: what is wrong.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    def __init__(self, edition: Edition, why: Problem, made_at: str = "") -> None:
        self.edition, self.why, self.made_at, self.t = edition, why, made_at, edition.texts

    def masthead(self) -> Document:
        """What the document is."""
        return document(
            self.edition,
            self.made_at,
            title=self.t("index.title_none"),
            subtitle=self.edition.rules.title.say(self.t.language),
            state=self.t("index.state"),
            circulation="restricted",
            notice=None,
            stem=f"{self.t('papers.stem_index_readiness')}-{self.edition.name}",
        )

    def summary(self) -> Group:
        """Why there is no more."""
        found = self.why.found if isinstance(self.why, Mistakes) else [self.why]
        lines = [mistake.sentence(self.t.language) for mistake in found]
        return Group([Callout(self.t("index.none"), kind="warning"), Bullets(lines)])

    def page(self) -> Group:
        """The same for the annual report."""
        return Group([Heading(self.t("index.title_none")), *self.summary().blocks])

    def maturity(self) -> Group:
        """Nothing."""
        return Group([])

    evidence = steps = sending = coverage = city = plan = method = maturity


def index_report(edition: Edition, count: str = "verified", made_at: str = "") -> IndexReport | NoIndexReport:
    """Return the document on index readiness, or what stands in its place where there is no readable index data.

    Args:
        edition: the edition, in the language of the document.
        count: which parameters count, ``verified`` or ``claimed``.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        UnknownCount: ``count`` is neither.
    """
    try:
        return IndexReport(edition, count, made_at)
    except UnknownCount:
        raise
    except Problem as why:
        return NoIndexReport(edition, why, made_at)


def index_page(edition: Edition) -> Group:
    """Return the page of the annual report on index readiness; nothing where the edition has no claims.

    A mistake in the index data is said on that page, and does not hold up the report.
    """
    try:
        return IndexReport(edition).page() if has_claims(edition.folder) else Group([])
    except NoClaims:
        return Group([])
    except Problem as why:
        return NoIndexReport(edition, why).page()
