"""The document on index readiness, its page in the annual report, and its workbook, as one function per part.

Each function takes an :class:`IndexContext` and returns what a cell of the notebook shows. Where the index data cannot
be read, :func:`read_index` returns :class:`Unreadable`; the summary then says why, and all other chapters are empty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, NamedTuple, ParamSpec

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from kit.errors import Mistakes, Problem
from kit.index.indicators import CLAIMS, COLUMNS, FILE, TOP, has_claims
from kit.index.readiness import COUNTS, NoClaims, Readiness, Step, UnknownCount, earned_at, predicate
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    Heading,
    PageBreak,
    Paragraph,
    Run,
    Table,
    sentence,
)
from kit.render.charts import (
    ACCENT,
    BELOW,
    BIG,
    INK,
    LINE,
    MUTED,
    PALE,
    SMALL,
    as_svg,
    drawing,
    entry_labels,
    fitted,
    legend,
    number_axis,
    rows,
    spaced,
    write_right,
    written,
)
from kit.report.context import brief, document, marked
from kit.scoring.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kit.edition import Edition
    from kit.index.indicators import Bound, Indicator, Yardstick
    from kit.index.readiness import Estimate, Plan, Sending
    from kit.render.blocks import Kind
    from kit.texts import Texts

DRAWN = 60  # innovations that one figure can show
LISTED = 25  # rows of a list that goes on in the workbook
_PLACES = 2  # decimals at which parts of the index are shown
_PARTS = ("spd_maximum", "number", "k", "indicators", "affairs", "window", "times", "bounds", "cut", "spd", "effort")
_DASHED: Any = {"color": MUTED, "linestyle": (0, (4, 2))}
# The columns that are no text; their labels stand in the catalogue as ``index.column_...``.
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("waiting", "unevidenced", "claims", "evidenced", "lowered", "parameter"), "integer"),
    **dict.fromkeys(("with_claims", "ready", "sent", "n"), "integer"),
    **dict.fromkeys(("claimed", "verified", "maturity", "weight", "gain", "effort", "per_effort"), "decimal"),
    **dict.fromkeys(("mean", "number", "sid", "index", "from", "to", "earned", "missing"), "decimal"),
}


def decimal(value: Fraction, places: int = _PLACES) -> Decimal:
    """Return a fraction at some decimals, halves away from zero."""
    return Exact.of([value]).rounded(places, "half_away").decimals()[0]


def exactly(value: Fraction) -> Decimal:
    """Return a maturity with its own decimals: weights have few."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _at_least(value: Fraction) -> Decimal:
    """What is needed, rounded up: less would not be enough."""
    return Decimal(math.ceil(value * 10**_PLACES)).scaleb(-_PLACES)


class IndexContext:
    """One edition's readiness for the index in the language of a document.

    Args:
        edition: the edition, in the language of the document.
        count: which parameters count, ``verified`` or ``claimed``.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        UnknownCount, yardstick_missing, Mistakes: see :class:`Readiness`.
    """

    def __init__(self, edition: Edition, count: str = "verified", made_at: str = "") -> None:
        self.edition, self.made_at, self.t = edition, made_at, edition.texts
        self.data = Readiness(edition, count)
        self.yardstick = self.data.yardstick
        self.computable = self.yardstick.k is not None

    def word(self, name: str, /, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``index`` as plain text."""
        return self.t(f"index.{name}", **values)

    def say(self, name: str, /, **values: object) -> tuple[Run, ...]:
        """Return a sentence of the catalogue's chapter ``index``, with its emphasis."""
        return sentence(self.t, f"index.{name}", **values)

    def heading(self, name: str, /, level: Literal[2, 3] = 2, **values: object) -> Heading:
        """Return a heading of the catalogue's chapter ``index``."""
        return Heading(self.word(name, **values), level)

    def columns(self, keys: str, **kinds: Kind) -> list[Column]:
        """Return columns by their keys; ``kinds`` says which are of another kind than elsewhere."""
        known = _KINDS | kinds
        return [Column(key, self.word(f"column_{key}"), known.get(key, "text")) for key in keys.split()]

    def table(
        self,
        data: pd.DataFrame | Sequence[Mapping[str, object]],
        columns: Sequence[Column],
        caption: str,
        row_header: str = "innovation",
        **about: Any,  # noqa: ANN401  (a table's other fields)
    ) -> Table:
        """Return a table of some data with its caption."""
        return Table.of(data, self.t, columns=columns, caption=caption, row_header=row_header, **about)

    def counted(self) -> str:
        """Return which parameters count, in words."""
        return self.word(f"count_{self.data.count}")

    def named(self, innovations: Iterable[str]) -> list[str]:
        """Return innovations by their short titles and ids."""
        titles = self.data.table["title"]
        return [f"{brief(titles[name])} ({name})" for name in innovations]

    def indicator(self, no: int) -> str:
        """Return an indicator's name."""
        return self.yardstick.by_number[no].name.say(self.t.language)

    def marked(self, indicator: Indicator) -> str:
        """Return an indicator's name, with a mark where it is mandatory."""
        return indicator.name.say(self.t.language) + "*" * indicator.mandatory

    def level(self, no: int, parameter: int) -> str:
        """Return what a parameter of an indicator stands for."""
        return self.yardstick.by_number[no].levels[parameter - 1].say(self.t.language)

    def reasons(self, innovation: str, obstacles: Iterable[str]) -> str:
        """Return all that keeps an innovation from being sent."""
        yardstick, year = self.yardstick, self.data.table["heard"][innovation]
        values = {"times": yardstick.times, "cut": yardstick.cut, "years": yardstick.window and yardstick.window.years}
        return "; ".join(self.word(f"obstacle_{obstacle}", year=year, **values) for obstacle in obstacles)

    def predicate(self, value: Decimal) -> str:
        """Return the name of an index's predicate."""
        found = predicate(self.yardstick, value)
        return found.name.say(self.t.language) if found else self.word("no_predicate")

    def decision(self, innovation: str) -> str:
        """Return whether an innovation is best sent, or why not."""
        if found := self.data.table["obstacles"][innovation]:
            return self.reasons(innovation, found)
        if not self.computable:
            return ""
        return self.word("send" if innovation in self.data.sending.innovations else "lowers")

    def affair(self, affair: str) -> str:
        """Return the name of an affair of government."""
        names = {known.id: known.name.say(self.t.language) for known in self.yardstick.affairs.of}
        return names.get(affair, self.word("affair_other") if affair else "")


@dataclass(frozen=True)
class Unreadable:
    """Index data that cannot be read.

    Args:
        edition: the edition, in the language of the document.
        why: what is wrong.
        made_at: ISO 8601 time with its zone; now, where blank.
    """

    edition: Edition
    why: Problem
    made_at: str = ""


def innovations(context: IndexContext | Unreadable) -> pd.DataFrame:
    """Return each innovation with its maturity and what keeps it from being sent; nothing if unreadable.

    Returns:
        The columns of :attr:`Readiness.table`, by innovation_id, with maturities as floats.
    """
    if isinstance(context, Unreadable):
        return pd.DataFrame()
    table = context.data.table
    return table.assign(**{name: table[name].astype(float) for name in (*COUNTS, "maturity")})


def claims(context: IndexContext | Unreadable) -> pd.DataFrame:
    """Return what units claim, a row for each innovation and indicator; nothing if unreadable."""
    return pd.DataFrame() if isinstance(context, Unreadable) else context.data.claims.table.copy()


def best_steps(context: IndexContext | Unreadable) -> pd.DataFrame:
    """Return the best next step of each innovation; nothing if unreadable.

    Returns:
        ``innovation``, ``indicator``, ``low``, ``high``, ``gain``, ``effort`` and whether it is ``claimed`` already.
    """
    if isinstance(context, Unreadable):
        return pd.DataFrame()
    found = [steps[0] for name in context.data.table.index if (steps := context.data.steps(name))]
    return pd.DataFrame(found, columns=[*Step._fields]).astype({"gain": float, "effort": float})


def scenarios(context: IndexContext | Unreadable) -> pd.DataFrame:
    """Return what the index comes to by what is sent; nothing if unreadable, or where the yardstick has no divisor.

    Returns:
        ``scenario``, ``n`` (innovations sent), ``mean``, ``number``, ``sid``, ``index`` and ``predicate``.
    """
    if isinstance(context, Unreadable) or not context.computable:
        return pd.DataFrame()
    rows = []
    for name, found in _scenarios(context).items():
        value = context.data.index(found)
        numbers = {key: float(decimal(getattr(found, key))) for key in ("mean", "number", "sid")}
        about = {"index": value and float(value), "predicate": None if value is None else context.predicate(value)}
        rows.append({"scenario": name, "n": found.n, **numbers, **about})
    return pd.DataFrame(rows)


def read_index(edition: Edition, count: str = "verified", made_at: str = "") -> IndexContext | Unreadable:
    """Read an edition's index data; what is wrong with it is kept for the summary to say.

    Args:
        edition: the edition, in the language of the document.
        count: which parameters count, ``verified`` or ``claimed``.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        UnknownCount: ``count`` is neither.
    """
    try:
        return IndexContext(edition, count, made_at)
    except UnknownCount:
        raise
    except Problem as why:
        return Unreadable(edition, why, made_at)


_P = ParamSpec("_P")


def _chapter(
    of: Callable[Concatenate[IndexContext, _P], Group],
) -> Callable[Concatenate[IndexContext | Unreadable, _P], Group]:
    """Make a chapter empty where the index data cannot be read."""

    @wraps(of)
    def whole(context: IndexContext | Unreadable, *args: _P.args, **more: _P.kwargs) -> Group:
        return Group([]) if isinstance(context, Unreadable) else of(context, *args, **more)

    return whole  # type: ignore[return-value]  # the first argument has a name here alone


def masthead(context: IndexContext | Unreadable) -> Document:
    """Return what the document is; it says on every page that it is no official score."""
    edition, t = context.edition, context.edition.texts
    stem = f"{t('papers.stem_index_readiness')}-{edition.name}"
    about = {"title": t("index.title_none"), "stem": stem}
    if isinstance(context, IndexContext):
        title = context.word("title", year=str(context.yardstick.year))
        about = {"title": title, "caution": context.word("caution")}
        about["stem"] = marked(edition, f"{stem}-{context.data.count}")
    subtitle = edition.rules.title.say(t.language)
    return document(edition, context.made_at, subtitle=subtitle, state=t("index.state"), notice=None, **about)


# The first page


def summary(context: IndexContext | Unreadable) -> Group:
    """Return the first page: how many can be sent, what that comes to, what to do; or why nothing can be read."""
    if isinstance(context, Unreadable):
        t, why = context.edition.texts, context.why
        lines = [mistake.sentence(t.language) for mistake in (why.found if isinstance(why, Mistakes) else [why])]
        return Group([Callout(t("index.none"), kind="warning"), Bullets(lines)])
    return Group([Paragraph(_lead(context), lead=True), *_overview(context), PageBreak()])


def page(context: IndexContext | Unreadable) -> Group:
    """Return one page for the annual report, a page of its own because it carries the caution."""
    if isinstance(context, Unreadable):
        return Group([Heading(context.edition.texts("index.title_none")), *summary(context).blocks])
    blocks: list[Block] = [PageBreak(), context.heading("page", year=str(context.yardstick.year))]
    blocks += [Callout(context.word("caution"), kind="warning"), Paragraph(_lead(context)), *_overview(context)]
    return Group([*blocks, Paragraph(context.word("help", document=masthead(context).title)), PageBreak()])


def index_page(edition: Edition) -> Group:
    """Return the page of the annual report on index readiness; nothing where the edition has no claims.

    A mistake in the index data is said on that page, and does not hold up the report.
    """
    if not has_claims(edition.folder):
        return Group([])
    context = read_index(edition)
    nothing = isinstance(context, Unreadable) and isinstance(context.why, NoClaims)
    return Group([]) if nothing else page(context)


class Position(NamedTuple):
    """Where the city stands by what is verified, as an internal estimate.

    Args:
        year: of the index.
        value: the index.
        predicate: its name.
        bounds: of all predicates that span more than one value, highest first: name, lowest and highest value.
        line: the name of the next predicate; blank where there is none.
        low: its lowest value.
        steps: how many steps the plan to it takes; 0 where there is no plan.
        after: the index after the plan.
    """

    year: str
    value: Decimal
    predicate: str
    bounds: list[tuple[str, Decimal, Decimal]]
    line: str = ""
    low: Decimal = Decimal()
    steps: int = 0
    after: Decimal = Decimal()

    @property
    def gap(self) -> Decimal:
        """What is missing to the next predicate."""
        return self.low - self.value


def position(edition: Edition) -> Position | None:
    """Return where the city stands; None where the index cannot be computed."""
    context = read_index(edition) if has_claims(edition.folder) else None
    if not isinstance(context, IndexContext) or not context.computable:
        return None
    data, language = context.data, context.t.language
    value = data.index(data.sending.estimate)
    if value is None or not context.yardstick.bounds:
        return None
    bounds = [(b.name.say(language), b.low, b.high) for b in context.yardstick.bounds if b.high > b.low]
    found = Position(str(context.yardstick.year), value, context.predicate(value), bounds)
    if data.line:
        found = found._replace(line=data.line.name.say(language), low=data.line.low)
    after = data.index(data.plan.after) if data.plan else None
    return found if after is None or not data.plan else found._replace(steps=len(data.plan.steps), after=after)


def _lead(context: IndexContext) -> tuple[Run, ...]:
    data = context.data
    said = context.say("lead", n=len(data.table), ready=len(data.ready), count=context.counted())
    if not context.computable:
        more = context.say("lead_no_k", year=str(context.yardstick.year))
    else:
        found = data.sending.estimate
        value, all_ = data.index(found), "_all" if found.n == len(data.ready) > 1 else ""
        if value is None:
            more = context.say(f"lead_no_spd{all_}", sent=found.n, sid=decimal(found.sid), most=_most_sid(context))
        else:
            more = context.say(f"lead_index{all_}", sent=found.n, index=value, predicate=context.predicate(value))
    return (*said, Run(" "), *more)


def _most_sid(context: IndexContext) -> Decimal:
    return exactly(context.yardstick.total) - context.yardstick.spd_maximum


def _overview(context: IndexContext) -> Iterator[Block]:
    """Yield the key numbers, a figure of them among the bounds, and what to do next."""
    yield _facts(context)
    if context.computable and context.yardstick.bounds:
        found = ((name, context.data.index(each)) for name, each in _scenarios(context).items())
        if values := [(name, value) for name, value in found if value is not None]:
            yield _city_figure(context, values)
    if todo := [*_todo(context)]:
        yield context.heading("next", 3)
        yield Bullets(todo, ordered=True)


def _facts(context: IndexContext) -> Facts:
    t, data, cut = context.t, context.data, context.yardstick.cut
    of_cut = "" if cut is None else context.word("fact_cut", cut=cut, top=exactly(context.yardstick.top))
    items = [Fact(t.integer(len(data.table)), context.word("fact_innovations"))]
    items.append(Fact(t.integer(len(data.ready)), context.word("fact_ready"), of_cut))
    if context.computable:
        found, of_most = data.sending.estimate, context.word("fact_of", most=_most_sid(context))
        items.append(Fact(t.decimal(decimal(found.sid)), context.word("fact_sid"), of_most))
        if (value := data.index(found)) is not None:
            items.append(Fact(t.decimal(value), context.word("fact_index"), context.predicate(value)))
    return Facts(items)


def _todo(context: IndexContext) -> Iterator[tuple[Run, ...]]:
    data, affairs = context.data, context.yardstick.affairs
    waiting, lacking = (int(data.table[name].sum()) for name in ("waiting", "unevidenced"))
    if waiting or lacking:
        yield context.say("next_verify", n=waiting, lacking=lacking)
    unfilled = data.table.index[data.table["unfilled"].astype(bool)]
    if len(unfilled):
        named, rest = context.named(unfilled[:3]), len(unfilled) - 3
        if rest > 0:
            named.append(context.word("next_mandatory_rest", n=rest))
        yield context.say("next_mandatory", n=len(unfilled), innovations=context.t.enumeration(named))
    if not context.computable:
        return
    found = data.sending.estimate
    if not found.covered:
        missing = [context.affair(affair.id) for affair in affairs.of if affair.id not in found.affairs]
        counts = {"n": len(found.affairs), "of": len(affairs.of), "required": affairs.required}
        yield context.say("next_coverage", **counts, missing="; ".join(missing))
    if data.plan and data.line:
        line = data.line.name.say(context.t.language)
        yield context.say("next_plan", n=len(data.plan.steps), line=line, index=data.index(data.plan.after))


# Each innovation: its maturity, its evidence, its best next step


@_chapter
def maturity(context: IndexContext, shown: pd.DataFrame | None = None, *, columns: Sequence[str] = ()) -> Group:
    """Return the maturity of each innovation, as claimed and as verified, compared with the cut.

    Args:
        context: of the document.
        shown: which innovations, as :func:`innovations` returns them, or what is left of them.
        columns: of the table, in this order: ``code``, ``innovation``, ``unit``, ``claimed``, ``verified``,
            ``waiting``, ``unevidenced`` and ``unfilled``.
    """
    table = _rows(context, shown).sort_values(["maturity", "claimed"], ascending=False, kind="stable")
    line = context.yardstick.top if context.yardstick.cut is None else Fraction(context.yardstick.cut)
    near = table["maturity"].map(lambda value: abs(value - line)).sort_values(kind="stable").index[:DRAWN]
    drawn = table[table.index.isin(near)].rename_axis("entry_id").reset_index()
    drawn["title"] = drawn["title"].map(brief)
    caption = context.word("maturity_caption")
    if len(table) > DRAWN:
        caption = context.word("maturity_caption_near", n=DRAWN, value=exactly(line))
    svg = _maturities(drawn, context.yardstick, context.t)
    figure = Figure(caption=caption, alt=_maturity_alt(context, table), svg=svg)
    said = Paragraph(context.say("maturity_said", top=exactly(context.yardstick.top)))
    return Group([context.heading("maturity"), said, figure, _maturity_table(context, table, columns)])


def _rows(context: IndexContext, shown: pd.DataFrame | None) -> pd.DataFrame:
    """The rows of the table of innovations that an analyst has left, with their exact maturities."""
    table = context.data.table
    return table if shown is None else table.loc[shown.index].assign(title=shown["title"], unit=shown["unit"])


def _maturity_alt(context: IndexContext, table: pd.DataFrame) -> str:
    values = {"low": table["verified"].min(), "high": table["verified"].max()}
    values |= {"low_claimed": table["claimed"].min(), "high_claimed": table["claimed"].max()}
    shown = {name: exactly(value) for name, value in values.items()}
    cut = context.yardstick.cut
    if cut is None:
        return context.word("maturity_alt_no_cut", **shown)
    above = int((table["verified"] >= cut).sum())
    return context.word("maturity_alt", **shown, above=above, n=len(table), cut=cut)


def _maturity_table(context: IndexContext, table: pd.DataFrame, names: Sequence[str] = ()) -> Table:
    shown = table.assign(
        code=table.index,
        innovation=table["title"].map(brief),
        claimed=table["claimed"].map(exactly),
        verified=table["verified"].map(exactly),
        unfilled=[", ".join(map(str, numbers)) for numbers in table["unfilled"]],
    )
    columns = context.columns(" ".join(names) or "code innovation unit claimed verified waiting unevidenced unfilled")
    return context.table(shown, columns, context.word("maturity_table"))


@_chapter
def evidence(context: IndexContext, claims: pd.DataFrame | None = None, *, most: int = LISTED) -> Group:
    """Return what has evidence and what is verified by indicator, and which claims lack evidence.

    Args:
        context: of the document.
        claims: as :func:`claims` returns them, or what is left of them.
        most: of the claims that lack evidence, how many are listed; what is more is counted.
    """
    claims = context.data.claims.table if claims is None else claims
    claims = claims[claims["claimed"] > 0]
    claims = claims.assign(
        evidenced=claims["evidence"] != "",
        lowered=(claims["verified"] < claims["claimed"]).fillna(value=False),
        verified=claims["verified"].notna(),
    )
    lacking = claims[~claims["evidenced"]]
    counts = {name: int(claims[name].sum()) for name in ("verified", "lowered")}
    said = context.say("evidence_said", n=len(claims), lacking=len(lacking), **counts)
    blocks: list[Block] = [context.heading("evidence"), Paragraph(said), _checklist(context, claims)]
    if len(lacking):
        blocks.append(_unevidenced(context, lacking.head(most)))
    if len(lacking) > most:
        blocks.append(Paragraph(context.say("evidence_more", n=len(lacking) - most)))
    return Group(blocks)


def _checklist(context: IndexContext, claims: pd.DataFrame) -> Table:
    of = claims.assign(claims=1).groupby("indicator")[["claims", "evidenced", "verified", "lowered"]]
    known = [context.yardstick.by_number[no] for no in context.yardstick.weights]
    shown = of.sum().reindex([*context.yardstick.weights]).fillna(0)
    shown = shown.assign(
        no=[str(indicator.no) for indicator in known],
        indicator=[context.marked(indicator) for indicator in known],
        weight=pd.Series([indicator.weight for indicator in known], shown.index, dtype=object),
    )
    columns = context.columns("no indicator weight claims evidenced verified lowered", verified="integer")
    return context.table(shown, columns, context.word("evidence_caption"), "indicator")


def _unevidenced(context: IndexContext, claims: pd.DataFrame) -> Table:
    shown = claims.assign(
        code=claims["innovation_id"],
        innovation=claims["innovation_id"].map(context.data.table["title"]).map(brief),
        parameter=claims["claimed"],
        needed=[context.level(*pair) for pair in zip(claims["indicator"], claims["claimed"], strict=True)],
        indicator=[f"{no} {context.indicator(no)}" for no in claims["indicator"]],
    )
    return context.table(
        shown, context.columns("code innovation indicator parameter needed"), context.word("evidence_list")
    )


@_chapter
def steps(context: IndexContext, best: pd.DataFrame | None = None) -> Group:
    """Return the best next step of each innovation.

    Args:
        context: of the document.
        best: as :func:`best_steps` returns them, or what is left of them.
    """
    best = best_steps(context) if best is None else best
    if best.empty:
        return Group([context.heading("steps"), Paragraph(context.word("steps_none"))])
    known = {step[:4]: step for name in context.data.table.index for step in context.data.steps(name)}  # exact
    shown = best[[*Step._fields[:4]]].itertuples(index=False, name=None)
    table = _steps_table(context, [known[step] for step in shown], "steps_caption")
    return Group([context.heading("steps"), Paragraph(context.say("steps_said")), table])


def _steps_table(context: IndexContext, steps: Iterable[Step], caption: str, **about: str) -> Table:
    titles = context.data.table["title"]
    shown = [
        {
            "code": step.innovation,
            "innovation": brief(titles[step.innovation]),
            "step": context.word(
                "step_verify" if step.claimed else "step_raise",
                no=str(step.indicator),
                indicator=context.indicator(step.indicator),
                low=step.low,
                high=step.high,
                what=context.level(step.indicator, step.high),
            ),
            "gain": exactly(step.gain),
            "effort": step.effort,
            "per_effort": decimal(step.per_effort),
        }
        for step in steps
    ]
    columns = context.columns("code innovation step gain effort per_effort")
    return context.table(shown, columns, context.word(caption), **about)


# The city: what to send, which affairs that covers, the index, and the plan to the next predicate


@_chapter
def sending(context: IndexContext, shown: pd.DataFrame | None = None) -> Group:
    """Return which innovations are best sent, and why the others are not.

    Args:
        context: of the document.
        shown: which innovations the table names, as :func:`innovations` returns them, or what is left of them.
    """
    blocks: list[Block] = [context.heading("sending")]
    if not context.computable:
        return Group([*blocks, Paragraph(context.say("lead_no_k", year=str(context.yardstick.year)))])
    data, found = context.data, context.data.sending.estimate
    window = context.yardstick.window
    if window and window.until is None:
        blocks.append(Callout(context.say("window_open", years=window.years)))
    if found.n:
        values = {name: decimal(getattr(found, name)) for name in ("mean", "number", "sid")}
        blocks.append(Paragraph(context.say("sending_said", sent=found.n, ready=len(data.ready), **values)))
        blocks += [Bullets(notes)] if (notes := [*_sending_notes(context)]) else []
        blocks += [_sending_figure(context)] if len(data.ready) > 1 else []
    else:
        blocks.append(Paragraph(context.say("sending_none", count=context.counted())))
    return Group([*blocks, _sending_table(context, _rows(context, shown))])


def _sending_notes(context: IndexContext) -> Iterator[str]:
    data, found = context.data, context.data.sending.estimate
    if found.n < (context.yardstick.k or 0):
        yield context.word("sending_divisor", k=context.yardstick.k)
    if found.n < len(data.ready):
        more = data.sendings[found.n + 1]
        added = next(iter(context.named(sorted({*more.innovations} - {*data.sending.innovations}))))
        values = {"mean": decimal(found.mean), "lower": decimal(more.estimate.mean)}
        yield context.word("sending_falls", innovation=added, sid=decimal(more.estimate.sid), **values)


def _sending_figure(context: IndexContext) -> Figure:
    data = context.data
    best, last = data.sending.estimate, data.sendings[-1].estimate
    values = {"sid": decimal(best.sid), "sent": best.n, "all": last.n, "last": decimal(last.sid)}
    svg = _by_number_sent(data.sendings, best.n, context.t)
    return Figure(caption=context.word("sending_figure"), alt=context.word("sending_alt", **values), svg=svg)


def _sending_table(context: IndexContext, table: pd.DataFrame) -> Table:
    """Every innovation, those that are best sent first, with the reason against the others."""
    sent = {*context.data.sending.innovations}
    table = table.sort_values("maturity", ascending=False, kind="stable")
    table = table.assign(kept=[name not in sent for name in table.index]).sort_values("kept", kind="stable")
    shown = table.assign(
        code=table.index,
        innovation=table["title"].map(brief),
        maturity=table["maturity"].map(exactly),
        affair=table["affair"].map(context.affair),
        why=table.index.map(context.decision),
    )
    columns = context.columns("code innovation affair maturity why")
    return context.table(shown, columns, context.word("sending_caption"), strong=table.index[~table["kept"]])


@_chapter
def coverage(context: IndexContext) -> Group:
    """Return which affairs have an innovation that counts."""
    affairs = context.yardstick.affairs
    if not affairs.of or not context.computable:
        return Group([])
    data, found = context.data, context.data.sending.estimate
    key = "coverage_met" if found.covered else "coverage_unmet"
    said = context.say(key, n=len(found.affairs), of=len(affairs.of), required=affairs.required)
    tables = {"with_claims": data.table, "ready": data.ready, "sent": data.table.loc[list(data.sending.innovations)]}
    counts = {name: table["affair"].value_counts() for name, table in tables.items()}
    shown = [
        {"affair": Cell(context.affair(affair.id), strong=affair.id not in found.affairs)}
        | {name: int(of.get(affair.id, 0)) for name, of in counts.items()}
        for affair in affairs.of
    ]
    columns = context.columns("affair with_claims ready sent")
    table = context.table(shown, columns, context.word("coverage_caption"), "affair")
    return Group([context.heading("coverage"), Paragraph(said), table])


@_chapter
def index(context: IndexContext, by_sending: pd.DataFrame | None = None) -> Group:
    """Return the index by what is sent, and its distance to each predicate.

    Args:
        context: of the document.
        by_sending: as :func:`scenarios` returns it, or what is left of it.
    """
    if not context.computable:
        return Group([])
    blocks: list[Block] = [
        context.heading("city"),
        _scenario_table(context, scenarios(context) if by_sending is None else by_sending),
    ]
    if not context.yardstick.bounds:
        return Group([*blocks, Paragraph(context.say("bounds_none", year=str(context.yardstick.year)))])
    return Group([*blocks, _distances(context)])


def _scenarios(context: IndexContext) -> dict[str, Estimate]:
    data = context.data
    sets = {"best": data.sending.innovations, "ready": data.ready.index, "all": data.table.index}
    found = {context.word(f"scenario_{name}"): data.estimate(innovations) for name, innovations in sets.items()}
    if data.plan and data.line:
        found[context.word("scenario_plan", line=data.line.name.say(context.t.language))] = data.plan.after
    return found


def _scenario_table(context: IndexContext, table: pd.DataFrame) -> Table:
    places = dict.fromkeys(("mean", "number", "sid"), _PLACES) | {"index": context.yardstick.decimals}
    keys = "scenario n mean number sid" + " index predicate" * (context.yardstick.spd is not None)
    columns = [replace(column, places=places.get(column.key)) for column in context.columns(keys)]
    return context.table(table, columns, context.word("city_caption"), "scenario", strong=table.index[:1])


def _city_figure(context: IndexContext, values: list[tuple[str, Decimal]]) -> Figure:
    """A figure of the scenarios' indexes among the bounds of the predicates."""
    bounds = [
        context.word("city_bound", name=bound.name.say(context.t.language), low=bound.low)
        for bound in context.yardstick.bounds
    ]
    points = [
        context.word("city_point", name=name, index=value, predicate=context.predicate(value)) for name, value in values
    ]
    alt = context.word("city_alt", points="; ".join(points), bounds=bounds)
    svg = _among_bounds(values, context.yardstick.bounds, context.t)
    lines = [bound for bound in context.yardstick.bounds if bound.high > bound.low][-2::-1]  # the lowest is no aim
    labels = [context.word("city_line", name=bound.name.say(context.t.language)) for bound in lines]
    labels = [*(name for name, _ in values), *labels]
    series = {
        context.word("fact_index"): [*(value for _, value in values), *[None] * len(lines)],
        context.word("column_predicate"): [*[None] * len(values), *(bound.low for bound in lines)],
    }
    chart = Chart(labels, series, places=context.yardstick.decimals)
    return Figure(caption=context.word("city_figure"), alt=alt, svg=svg, chart=chart)


def _distances(context: IndexContext) -> Table:
    yardstick, found = context.yardstick, context.data.sending.estimate
    needed = {bound: earned_at(yardstick, bound) for bound in yardstick.bounds}
    last = "spd_needed" if yardstick.spd is None else "missing"
    shown = [
        {
            "predicate": bound.name.say(context.t.language),
            "from": decimal(Fraction(bound.low), yardstick.decimals),
            "to": decimal(Fraction(bound.high), yardstick.decimals),
            "earned": _at_least(earned),
            last: _at_least(max(earned - found.sid - Fraction(yardstick.spd or 0), Fraction())),
        }
        for bound, earned in needed.items()
    ]
    label = context.word(f"column_{last}", **({"most": yardstick.spd_maximum} if yardstick.spd is None else {}))
    columns = [*context.columns("predicate from to earned"), Column(last, label, "decimal")]
    return context.table(shown, columns, context.word("bounds_caption", year=str(yardstick.year)), "predicate")


@_chapter
def plan(context: IndexContext, *, most: int = LISTED) -> Group:
    """Return the steps of least effort to the next predicate.

    Args:
        context: of the document.
        most: how many steps are listed; what is more is counted.
    """
    data = context.data
    if not context.computable or not context.yardstick.bounds or context.yardstick.spd is None:
        return Group([context.heading("plan_sheet"), Paragraph(context.word("plan_no_index"))])
    if data.line is None:
        return Group([context.heading("plan_sheet"), Paragraph(context.word("plan_there"))])
    about = {"line": data.line.name.say(context.t.language), "low": data.line.low}
    blocks: list[Block] = [context.heading("plan", line=about["line"])]
    if data.plan is None:
        return Group([*blocks, Paragraph(context.say("plan_none", **about))])
    found = data.plan
    values = {"sent": len(found.innovations), "n": len(found.steps), "effort": found.effort}
    blocks.append(Paragraph(context.say("plan_said", **about, **values, index=data.index(found.after))))
    blocks.append(Paragraph(context.say("plan_exact" if found.exact else "plan_near")))
    blocks.append(_plan_table(context, found, most))
    if len(found.steps) > most:
        blocks.append(Paragraph(context.say("plan_more", n=len(found.steps) - most)))
    return Group(blocks)


def _plan_table(context: IndexContext, found: Plan, most: int | None = None) -> Table:
    return _steps_table(context, found.steps[:most], "plan_caption", sheet=context.word("plan_sheet"))


# The method


@_chapter
def method(context: IndexContext) -> Group:
    """Return how the index is computed, the source of each part, and the indicators."""
    yardstick = context.yardstick
    values = {
        "cap": yardstick.number.cap,
        "each": yardstick.number.each,
        "total": exactly(yardstick.total),
        "year": str(yardstick.year),
        "k": context.word("not_found") if yardstick.k is None else yardstick.k,
        "spd": yardstick.spd_maximum,
        "top": exactly(yardstick.top),
        "number": yardstick.number.each * yardstick.number.cap,
    }
    blocks: list[Block] = [context.heading("method"), Paragraph(context.say("method_formula", **values))]
    blocks += [Callout(context.say("method_remark")), _sources(context), _indicators(context)]
    return Group([*blocks, Paragraph(context.say("method_fingerprint", digest=context.data.fingerprint))])


def _sources(context: IndexContext) -> Table:
    files, shown = context.data.files, []
    for part in _PARTS:
        if getattr(context.yardstick, part) is None:
            mark = context.word("not_found")
        elif files.get(part) == FILE:
            mark = context.word("own_setting")
        else:
            mark = context.yardstick.sources.get(part, "")
        if part in files:
            shown.append({"part": context.word(f"part_{part}"), "source": mark, "file": files[part]})
    return context.table(shown, context.columns("part source file"), context.word("sources_caption"), "part")


def _indicators(context: IndexContext) -> Table:
    """What the yardstick says of each indicator."""
    levels = range(1, TOP + 1)
    columns = [*context.columns("no indicator weight"), *(Column(str(level), str(level)) for level in levels)]
    shown = [
        {"no": str(no), "indicator": context.marked(indicator), "weight": indicator.weight}
        | {str(level): context.level(no, level) for level in levels}
        for no, indicator in sorted(context.yardstick.by_number.items())
    ]
    return context.table(shown, columns, context.word("indicators_caption"), "indicator")


# The workbook


def workbook(context: IndexContext) -> list[Block]:
    """Return the tables of the workbook, whole: entries in the order of the indicators, claims, steps, plan."""
    data = context.data
    counts = sorted(COUNTS, key=lambda count: count != data.count)  # what counts comes first
    every = [step for name in data.table.index for step in data.steps(name)]
    blocks: list[Block] = [*(_entries(context, count) for count in counts), _claims(context)]
    blocks.append(_maturity_table(context, data.table))
    blocks.append(_steps_table(context, every, "all_steps_caption", sheet=context.word("steps_sheet")))
    return [*blocks, *([_plan_table(context, data.plan)] if context.computable and data.plan else [])]


def _entries(context: IndexContext, count: str) -> Table:
    """Each innovation's parameters in the order of the indicators, and its maturity."""
    data, known = context.data, context.yardstick.by_number
    numbers = [Column(str(no), f"{no} {context.marked(known[no])}", "integer") for no in context.yardstick.weights]
    shown = [
        {"code": name, "innovation": data.table["title"][name], "why": context.decision(name)}
        | {str(no): given.get(no, 0) for no in context.yardstick.weights}
        | {"maturity": exactly(data.table[count][name])}
        for name, given in data.parameters[count].items()
    ]
    columns = [*context.columns("code innovation why"), *numbers, *context.columns("maturity")]
    said = context.word(f"count_{count}")
    sheet = context.word("export_sheet", count=said)
    return context.table(shown, columns, context.word("export_caption", count=said), sheet=sheet)


def _claims(context: IndexContext) -> Table:
    claims = context.data.claims.table
    kinds: dict[str, Kind] = {"verified_on": "date", **dict.fromkeys(("indicator", "claimed", "verified"), "integer")}
    columns = [Column(name, context.t(f"columns.{name}"), kinds.get(name, "text")) for name in COLUMNS[CLAIMS]]
    days = [date.fromisoformat(day) if day else None for day in claims["verified_on"]]
    shown = claims.assign(verified_on=pd.Series(days, dtype=object, index=claims.index))
    about = {"caption": context.word("claims_caption"), "sheet": context.word("claims_sheet")}
    return context.table(shown, columns, row_header="innovation_id", **about)


# Drawings


def _maturities(table: pd.DataFrame, yardstick: Yardstick, t: Texts) -> str:
    """Draw each innovation's maturity, as claimed and as verified, with the city's cut.

    Args:
        table: ``entry_id`` and ``title`` to write at the left; ``claimed``, ``verified``, and ``maturity``, the one
            of the two that counts, to write at the right.
        yardstick: its highest maturity is the right edge.
        t: the language.
    """
    left, right = 3.1, 0.55
    with rows(len(table), left=left, right=right, top=0.42, bottom=0.4, most=0.2) as (canvas, axes, size):
        low = min(float(table["verified"].min()), float(table["claimed"].min()), float(yardstick.cut or 0))
        axes.set_xlim(max(0, low - 8), float(yardstick.top) + 1)
        entry_labels(axes, table, left, size)
        claimed, verified = (table[name].astype(float).tolist() for name in ("claimed", "verified"))
        y = range(len(table))
        axes.hlines(y, verified, claimed, color=LINE, linewidth=2.2, zorder=2)
        axes.scatter(claimed, y, s=30, color="white", edgecolors=INK, linewidth=0.9, zorder=3)
        axes.scatter(verified, y, s=30, color=ACCENT, edgecolors=INK, linewidth=0.6, zorder=4)
        for place, value in zip(y, table["maturity"].astype(float), strict=True):
            write_right(axes, place, right - 0.05, written(value, t), size)
        dot: Any = {"marker": "o", "linestyle": "", "markersize": 5.5, "markeredgecolor": INK}
        marks = [
            Line2D([], [], **dot, markerfacecolor=face, label=spaced(t(f"index.series_{name}")))
            for name, face in (("verified", ACCENT), ("claimed", "white"))
        ]
        if yardstick.cut is not None:
            axes.axvline(float(yardstick.cut), linewidth=1, zorder=1, **_DASHED)
            marks.append(Line2D([], [], linewidth=1, **_DASHED, label=spaced(t("index.cut", cut=yardstick.cut))))
        legend(canvas, marks)
        number_axis(axes, t)
        return as_svg(canvas)


def _by_number_sent(sendings: Sequence[Sending], best: int, t: Texts) -> str:
    """Draw SID and mean maturity against how many innovations are sent, the best number marked."""
    with drawing(2.7, left=0.5, right=0.3, top=0.42, bottom=0.55) as (canvas, axes):
        n = [sending.estimate.n for sending in sendings]
        sid, mean = ([float(getattr(sending.estimate, name)) for sending in sendings] for name in ("sid", "mean"))
        marker = "o" if len(n) <= 40 else ""
        axes.plot(n, sid, color=ACCENT, linewidth=1.6, marker=marker, markersize=4, zorder=3)
        axes.plot(n, mean, linewidth=1.2, zorder=3, **_DASHED)
        axes.scatter([n[best]], [sid[best]], s=70, color=ACCENT, edgecolors=INK, linewidth=1, zorder=4)
        label = f"{t.integer(n[best])}: {written(sid[best], t, 2)}"
        side = "right" if n[best] > 0.7 * n[-1] else "left"
        about = {"ha": side, "va": "bottom", "size": BIG, "weight": "bold", **BELOW}
        axes.annotate(spaced(label), (n[best], sid[best]), (6 if side == "left" else -4, 7), **about)
        axes.set_xlim(0, n[-1] * 1.02 + 0.2)
        axes.set_ylim(0, max(*sid, *mean) * 1.18)
        axes.set_xlabel(spaced(t("index.axis_sent")), size=SMALL)
        number_axis(axes, t)
        axes.grid(axis="y")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: written(value, t))
        solid = Line2D([], [], color=ACCENT, linewidth=1.6, label=spaced(t("index.series_sid")))
        legend(canvas, [solid, Line2D([], [], linewidth=1.2, **_DASHED, label=spaced(t("index.series_mean")))])
        return as_svg(canvas)


def _among_bounds(values: Sequence[tuple[str, Decimal]], bounds: Sequence[Bound], t: Texts) -> str:
    """Draw indexes from 0 to 100 over the stretches of the predicates, a row for each value."""
    left, right = 2.4, 0.6
    shown = [bound for bound in bounds if bound.high > bound.low]
    with rows(len(values), left=left, right=right, top=0.55, bottom=0.4, most=0.42) as (canvas, axes, size):
        beside: Any = {"xycoords": axes.get_yaxis_transform(), "ha": "left", "va": "center", "size": size}
        above: Any = {"xycoords": axes.get_xaxis_transform(), "ha": "center", "va": "bottom", "size": SMALL}
        axes.set_xlim(0, 100)
        for n, bound in enumerate(sorted(shown, key=lambda bound: bound.low)):
            low, high = float(bound.low), float(bound.high)
            axes.axvspan(low, high, color=(PALE, "white")[n % 2], alpha=0.6, linewidth=0, zorder=0)
            room = (high - low) / 100 * (6.7 - left - right) - 0.08
            name = "\n".join(fitted(bound.name.say(t.language), room, SMALL, 2))
            axes.annotate(spaced(name), ((low + high) / 2, 1), (0, 4), color=MUTED, linespacing=1.1, **above, **BELOW)
            if low > 1:
                axes.axvline(low, color=MUTED, linewidth=0.8, zorder=1)
        for y, (label, value) in enumerate(values):
            name = "\n".join(fitted(label, left - 0.15, size, 2))
            axes.annotate(spaced(name), (0, y), (-72 * left, 0), linespacing=1.1, **beside, **BELOW)
            axes.hlines(y, 0, float(value), color=LINE, linewidth=2.2, zorder=2)
            axes.scatter([float(value)], [y], s=44, color=ACCENT, edgecolors=INK, linewidth=0.6, zorder=4)
            write_right(axes, y, right - 0.02, t.decimal(value), size, weight="bold")
        number_axis(axes, t)
        return as_svg(canvas)
