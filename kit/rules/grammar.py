"""What a rules file may say: one contest as data.

The models below are the grammar of ``data/<edition>/rules.yaml``; what contradicts itself is found in
:mod:`kit.rules.consistency`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WrapValidator, model_validator

from kit.errors import Problem
from kit.rules.legible import Rule, legible
from kit.tables import day_of
from kit.texts import Language  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Mapping

Rounding = Literal["half_away", "half_even"]
SINGLE_MARK = "mark"  # the criterion's id where a judge gives a single mark

# Words that stand beside criteria: fields of a sheet that are no marks, columns of a file of marks, names of tie rules.
RESERVED_CRITERIA = frozenset(
    {
        *("flag", "entrant", "internal", "submitted"),
        *("round", "judge_id", "entry_id", "criterion", "value", "comment_entrant", "comment_internal"),
        *("head_count", "judges_decide", "shared", "countback", "next_best"),
    }
)


def _number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    try:
        return day_of(str(value))
    except Problem:
        return value


def _several(value: object) -> object:
    """One text, or a list of them."""
    return [_id(item) for item in value] if isinstance(value, (list, tuple)) else [_id(value)]


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[Decimal, BeforeValidator(_number), Field(max_digits=18)]
Positive = Annotated[Number, Field(gt=0)]
Id = Annotated[str, BeforeValidator(_id), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Places = Annotated[int, Field(ge=0, le=9)]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[date, BeforeValidator(_day)]
Where = dict[str, Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1, strict=False)]]
Missing = Literal["no_score", "zero", "left_out"]
Direction = Literal["high", "low"]
Scope = Literal["overall", "group", "category", "group_category"]
AtCut = Literal["include_all", "decide"]
SCOPES: tuple[Scope, ...] = ("overall", "group", "category", "group_category")


def fits(where: Where, about: Mapping[str, str]) -> bool:
    """Tell whether an entry, of which the registers say so much, fits all that ``where`` asks; case is ignored."""
    return all(about.get(name, "").strip().casefold() in {*map(str.casefold, each)} for name, each in where.items())


def worth(value: Decimal, bands: tuple[Band, ...]) -> Fraction:
    """Return what a value is worth: itself, or the points of the highest band that it reaches, if it reaches any."""
    if not bands:
        return Fraction(value)
    return max(
        ((Fraction(band.at_least), Fraction(band.points or 0)) for band in bands if value >= band.at_least),
        default=(Fraction(0), Fraction(0)),
    )[1]


class Localized(Rule):
    """A text in both languages; a plain string serves for both."""

    id: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, value: object) -> object:
        if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
            return {"id": str(value), "en": str(value)}
        return value

    def say(self, language: Language) -> str:
        """Return the text in one language."""
        return self.en if language == "en" else self.id

    def __str__(self) -> str:
        return self.id


class Group(Rule):
    """A group of entries, ruled by the type of their unit."""

    id: Id
    """Short name that commands and documents use."""
    name: Localized
    """Name that readers see."""
    unit_types: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    """Types of unit, as `unit_type` in `units.csv` has them; each type is in one group only."""


class Category(Rule):
    """A form of innovation, or whatever else entries are sorted into."""

    id: Id
    """As the column `category` of `entries.csv` has it."""
    name: Localized
    """Name that readers see."""


class Scale(Rule):
    """The marks that a judge may give: ``low``, ``low + step``, ... up to ``high``."""

    low: Number
    """Lowest mark."""
    high: Number
    """Highest mark."""
    step: Positive
    """What lies between two neighbouring marks."""

    def refusal(self, mark: Decimal, **about: object) -> Problem | None:
        """Return what keeps a mark off this scale: ``mark_outside_scale`` or ``mark_off_step``, if any does."""
        if not self.low <= mark <= self.high:
            return Problem("mark_outside_scale", value=mark, low=self.low, high=self.high, **about)
        if self.holds(mark):
            return None
        below = self.low + (mark - self.low) // self.step * self.step
        return Problem("mark_off_step", value=mark, step=self.step, below=below, above=below + self.step, **about)

    def holds(self, mark: Decimal) -> bool:
        """Tell whether a judge may give this mark."""
        return self.low <= mark <= self.high and (mark - self.low) % self.step == 0


class Band(Rule):
    """From a number on: what it is called, or the points that it is worth, until the next band begins."""

    at_least: Number
    """Where the band begins."""
    name: Localized | None = None
    """What a score in this band is called."""
    points: Number | None = None
    """What a value in this band is worth."""


Bands = Annotated[tuple[Band, ...], Field(strict=False)]


class Criterion(Rule):
    """One thing that judges mark, with its weight and what each level means.

    Only the entries that fit ``where`` are marked on it, and only by its ``panel`` if it has one. Its mark is a
    ``value`` of the entry instead of a judge's where it names one.
    """

    id: Id
    """Short name, such as `K1`."""
    name: Localized
    """Name that judges and readers see."""
    weight: Positive = Decimal(1)
    """Its part of `weights_total`."""
    question: Localized | None = None
    """What the judge asks of the entry."""
    levels: dict[str, Localized] = {}  # noqa: RUF012  (pydantic copies it)
    """What a mark means, by the mark."""
    scale: Scale | None = None
    """A scale of its own; otherwise the round's."""
    where: Where = {}  # noqa: RUF012  (pydantic copies it)
    """Entries that it concerns, by columns of their register or their unit's: `{category: [lingkungan]}`."""
    panel: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)] | None = None
    """Judges who mark it; otherwise all of the entry's judges."""
    value: Id | None = None
    """A value of `values.csv` that stands in the place of the judges' marks."""
    bands: Bands = ()
    """What that value is worth, band by band; otherwise it counts as it is."""


class Item(Rule):
    """One thing that a checklist asks of every entry: yes, to be completed, or no."""

    id: Id
    """Short name."""
    name: Localized
    """What is asked of the entry."""


class _Step(Rule):
    round: Places | None = None
    """Decimals to which the result of this step is rounded; the last step needs it."""
    round_terms: Places | None = None
    """Decimals to which each of the numbers that it sums up is rounded first."""

    def unrounded(self) -> Self:
        """Return the same step without its roundings."""
        return self.model_copy(update={"round": None, "round_terms": None})


class Mean(_Step):
    """The mean or the sum of equals; over judges, a sum is the mean times the nominal panel.

    With ``best`` only that many of the best count, of rounds for instance the best of three attempts.
    """

    over: Literal["criteria", "judges", "rounds"]
    """What is summed up."""
    by: Literal["mean", "sum"]
    """`mean` divides by how many there are; `sum` does not."""
    best: Annotated[int, Field(ge=1)] | None = None
    """How many of the best count; otherwise all."""


class WeightedMean(_Step):
    """The mean or the sum with weights: those of the criteria, or given here for judges and rounds.

    A judge without a weight has 1; a round without one does not count. With ``out_of`` the best possible mark counts
    as that many points.
    """

    over: Literal["criteria", "judges", "rounds"]
    """What is summed up."""
    by: Literal["weighted_mean", "weighted_sum"]
    """`weighted_mean` divides by the weights' total; `weighted_sum` does not."""
    weights: dict[str, Positive] | None = None
    """Weights of judges or rounds by their id; criteria have their own."""
    out_of: Positive | None = None
    """How many points the best possible mark earns, such as 100."""


class Median(_Step):
    """The middle value, or the mean of the middle two."""

    over: Literal["criteria", "judges"]
    """What is summed up."""
    by: Literal["median"]
    """The middle."""


class TrimmedMean(_Step):
    """The mean or the sum without the highest and the lowest few."""

    over: Literal["criteria", "judges"]
    """What is summed up."""
    by: Literal["trimmed_mean", "trimmed_sum"]
    """The mean or the sum without the extremes."""
    drop_high: Count = 1
    """How many of the highest are left out."""
    drop_low: Count = 1
    """How many of the lowest are left out."""


class ClippedMean(_Step):
    """The mean after marks further than ``limit`` from the mean of all are pulled to that limit."""

    over: Literal["judges"]
    """Judges."""
    by: Literal["clipped_mean"]
    """The mean after extreme marks are pulled in."""
    limit: Positive
    """How far a judge's mark may lie from the mean of all."""


class Points(_Step):
    """Each judge's order of the entries in scope, turned into points and added up.

    A tied place earns the mean of the points of the places it covers. ``borda`` gives the number of entries on
    the judge's ballot minus the place, ``dowdall`` one over the place, a ``table`` its own (0 beyond its end).
    ``places`` the place itself, with which the lowest score stands first.
    ``recused`` says what an entry gets whose judge is recused: nothing can be said (``no_score``), or the mean
    of the others' points times the nominal panel (``mean``).
    """

    over: Literal["judges"]
    """Judges."""
    by: Literal["points"]
    """Points for places."""
    table: Annotated[tuple[Number, ...], Field(min_length=1, strict=False)] | None = None
    """Points of the first place, the second and so on."""
    curve: Literal["borda", "dowdall", "places"] | None = None
    """`borda`, `dowdall` or `places` instead of a table."""
    recused: Literal["no_score", "mean"] = "no_score"
    """What an entry gets for a judge who is recused."""


class Ballots(_Step):
    """Each judge's order of the entries in scope, counted by a method of voting.

    The score is how many entries of the list stand behind. ``majority``: the entry that more than half of the judges
    put on the highest place or better, as ballroom's Skating System does (rules 5 to 8). ``pairwise``: Condorcet's
    comparison of each pair, and Schulze's strongest paths where it goes round in a circle. ``runoff``: whoever is
    first on the fewest ballots falls out, until one is left; all who are equally few fall out together.
    """

    over: Literal["judges"]
    """Judges."""
    by: Literal["majority", "pairwise", "runoff"]
    """The method."""
    round: Places | None = 0
    """Decimals, which whole numbers do not need."""


class ZScore(_Step):
    """The mean of standardised marks: how many standard deviations a judge's mark lies above the judge's own mean.

    Mean and standard deviation (of all, not of a sample) are those of the judge's marks in the list. Every standardised
    mark is rounded to ``round_terms`` decimals, which it therefore needs. A judge whose marks are all equal gives 0.
    Where judges mark different entries this rewards whoever met the weaker ones.
    """

    over: Literal["judges"]
    """Judges."""
    by: Literal["z_score"]
    """Standardised marks."""

    def unrounded(self) -> Self:
        """Return the same step without the rounding of its mean; a root has no other form than a rounded one."""
        return self.model_copy(update={"round": None})


class Adjust(_Step):
    """What is added to an entry's score, or what it is multiplied by, after judges and criteria were summed up.

    The amount is ``points``, the same for all, or the entry's ``value`` in `values.csv`, as it is or by ``bands``. Only
    entries that fit ``where`` are adjusted. With ``share`` the score becomes a part of the best score in the list:
    the best earns ``points``.
    """

    over: Literal["entry"]
    """The entry."""
    by: Literal["add", "times", "share"]
    """`add`, `times`, or `share` of the best score in the list."""
    name: Localized | None = None
    """What it is called, such as a bonus for remote districts."""
    points: Number | None = None
    """The amount, the same for all; of `share`, what the best score earns."""
    value: Id | None = None
    """The value of `values.csv` that is the amount."""
    bands: Bands = ()
    """What that value is worth, band by band; otherwise it counts as it is."""
    where: Where = {}  # noqa: RUF012
    """Entries that are adjusted, by columns of their register or their unit's: `{remote: ya}`."""


class Last(_Step):
    """The last round alone decides."""

    over: Literal["rounds"]
    """Rounds."""
    by: Literal["last"]
    """The score of the last round."""


Step = Annotated[
    Mean | WeightedMean | Median | TrimmedMean | ClippedMean | Points | Ballots | ZScore | Adjust | Last,
    Field(discriminator="by"),
    WrapValidator(legible),
]


class ByCriteria(Rule):
    """A tie is broken by one criterion, or by several with their weights.

    Judges are summed up by the same steps as the round's score, without any rounding.
    """

    by: Literal["criteria"]
    """The higher mark on these criteria stands first."""
    of: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    """Ids of one criterion or several."""
    round: Id | None = None
    """The round of these criteria; otherwise the round whose rule this is, and for the final the last."""


class ByRound(Rule):
    """A tie is broken by the score of an earlier round before its last rounding."""

    by: Literal["round"]
    """The higher score of an earlier round stands first."""
    of: Id
    """Id of that round."""


class ByHeadCount(Rule):
    """A tie is broken by how many judges prefer which entry, among judges who marked all of the tied.

    A judge prefers the entry with the higher of the judge's own scores, unrounded.
    """

    by: Literal["head_count"]
    """The entry that more judges prefer stands first."""
    round: Id | None = None
    """The round of the judges' marks; otherwise the round whose rule this is, and for the final the last."""


class ByOrderOfParts(Rule):
    """A tie is broken by the parts of the score, best first.

    The parts are the rounds that count, in the final, and each judge's own score in a round. ``next_best``: the better
    best part stands first, then the better second, and so on. ``countback``: more first places among all entries of the
    list, part by part, then more second places, and so on.
    """

    by: Literal["countback", "next_best"]
    """`countback`: more first places, then more second. `next_best`: the best part, then the next."""


class ByColumn(Rule):
    """A tie is broken by a column of the entries' register, such as the time of submission."""

    by: Literal["column"]
    """The entry with the lower or the higher text or number stands first; without any, last."""
    of: str
    """The column of `entries.csv`."""
    first: Direction = "low"
    """Which stands first: the lowest (earliest) or the highest."""


class ByPeople(Rule):
    """A tie ends as a shared place, or the judges decide it on the record; no rule after it is looked at."""

    by: Literal["shared", "judges_decide"]
    """`shared`: equal places stay. `judges_decide`: the plenary rules, with a reason."""


TieRule = Annotated[
    ByCriteria | ByRound | ByHeadCount | ByOrderOfParts | ByColumn | ByPeople,
    Field(discriminator="by"),
    WrapValidator(legible),
]


class Advance(Rule):
    """How many entries of each scope go on to the next round: so many places, all with a score, or both.

    With ``score`` the round's list is ranked by the rounds so far instead of the round alone. With ``within`` places
    are counted among the entries of a scope that have the same text in that column, such as the two of a duel, and
    ``plus_best`` of all others go on as well.
    """

    scope: Scope
    """In which lists places are counted."""
    places: Annotated[int, Field(ge=1)] | None = None
    """How many of each list go on; otherwise all with the score."""
    at_least: Number | None = None
    """The score that is needed, or a better one."""
    per_unit: Annotated[int, Field(ge=1)] | None = None
    """How many entries of one unit may go on; the next in the list take their places."""
    within: str | None = None
    """A column of `entries.csv`: places are counted among entries with the same text there."""
    plus_best: Annotated[int, Field(ge=1)] | None = None
    """How many of the best others of each list go on as well."""
    score: Step | None = None
    """The step from the rounds so far to the score of this list; otherwise the round's own score."""
    at_cut: AtCut = "include_all"
    """When the last place is tied: `include_all` takes all of the tied, `decide` waits for the plenary."""


class Basis(Rule):
    """What an award goes by, if not by the final score: a round, a criterion of it, or a value."""

    round: Id | None = None
    """Id of a round."""
    criterion: Id | None = None
    """Id of a criterion of that round."""
    value: Id | None = None
    """A value of `values.csv`, the highest first."""


class Awards(Rule):
    """The awards of each scope, best first: ``among`` those who reached the last round, or all in the list.

    Several series may be given in one scope; each but one has an ``id`` then, and is a list of its own. A series gives
    ``names`` for places or ``bands`` for scores. A series listed earlier is given earlier, which matters to
    ``no_double``.
    """

    id: Id | None = None
    """Short name of a series with a list of its own."""
    name: Localized | None = None
    """What readers call the series."""
    scope: Scope
    """In which lists awards are given."""
    names: Annotated[tuple[Localized, ...], Field(min_length=1, strict=False)] = ()
    """Names of the awards, best first."""
    bands: Bands = ()
    """Names by score instead of place, such as medals."""
    basis: Basis | None = None
    """What decides; otherwise the final score."""
    at_least: Number | None = None
    """The score that is needed, or a better one."""
    at_cut: AtCut = "include_all"
    """When the last award is tied: all of the tied get it, or the plenary decides."""
    among: Literal["finalists", "all"] = "finalists"
    """`finalists`: those who reached the last round; `all`: everybody in the list."""
    where: Where = {}  # noqa: RUF012
    """Entries that it is for, by columns of their register or their unit's."""
    per_unit: Annotated[int, Field(ge=1)] | None = None
    """How many awards of one list a unit may have; the next in the list take their places."""
    no_double: bool = False
    """Whether an entry that has an award of an earlier series is passed over."""


class Panel(Rule):
    """Judges for some of the entries, by columns of their register or their unit's."""

    judges: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    """Ids of the judges."""
    where: Where = {}  # noqa: RUF012
    """Entries that they judge; otherwise all."""
    shadow: bool = False
    """Whether their marks are recorded and do not count."""


class Jury(Rule):
    """Judges whose marks are summed up among themselves, and count as one part of the score."""

    id: Id
    """Short name, such as `ahli`."""
    name: Localized
    """Name that readers see."""
    judges: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    """Ids of the judges."""
    share: Positive = Decimal(1)
    """Its part of the score, beside those of the other juries."""


class Round(Rule):
    """One stage: a checklist of items without marks, or a scored round with its panel, criteria and steps.

    In a ``blind`` round judges do not see whose entry it is; its documents may still tell. The plenary can decide when
    ``quorum`` judges are there, more than half of the panel unless said. A round of ``values`` has no judges: its
    criteria name values of the entries.

    A judge who did not mark something that was asked leaves the entry without a score (``missing: no_score``); with
    ``zero`` it counts as 0, on a ballot as the last place without points, and with ``left_out`` the others' marks alone
    count. A recusal is none of these.
    """

    id: Id
    """Short name that commands use, such as `proposal`."""
    name: Localized
    """Name that readers see."""
    kind: Literal["marks", "ranks", "values", "checklist"] = "marks"
    """`marks`: criteria with marks. `ranks`: each judge orders the entries. `values`: values that no judge gives.
    `checklist`: administrative selection."""
    closes: Day | None = None
    """Last day for marks or answers: papers print it, progress counts down to it, and nothing closes by itself."""
    blind: bool = False
    """Whether units are hidden from judges."""
    items: Annotated[tuple[Item, ...], Field(strict=False)] = ()
    """What a checklist asks."""
    panel: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)] | None = None
    """Judges of this round; otherwise those whose `rounds` in `judges.csv` name it or are blank."""
    panels: Annotated[tuple[Panel, ...], Field(strict=False)] = ()
    """Panels for some of the entries each, instead of one; an entry has the judges of all that it fits."""
    juries: Annotated[tuple[Jury, ...], Field(strict=False)] = ()
    """Juries whose marks are summed up apart, each with its share of the score."""
    not_counting: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    """Judges whose marks are recorded and do not count."""
    min_judges: Annotated[int, Field(ge=1)] = 2
    """Fewer counting judges than this give no score; in each jury, one is enough."""
    missing: Missing = "no_score"
    """What counts for a mark that was asked and not given: the entry has no score, zero, or the others' marks."""
    direction: Direction = "high"
    """Which score stands first: the highest, or the lowest (times, placings)."""
    quorum: Annotated[int, Field(ge=1)] | None = None
    """Judges that a plenary needs; otherwise more than half of the panel."""
    scale: Scale | None = None
    """Marks that may be given, for all criteria without a scale of their own."""
    weights_total: Positive = Decimal(100)
    """What the weights of the criteria must add up to."""
    criteria: Annotated[tuple[Criterion, ...], Field(strict=False)] = ()
    """What judges mark; without criteria each judge gives one mark."""
    score: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    """Steps from marks to one score, in order; each reduces criteria or judges once."""
    ties: Annotated[tuple[TieRule, ...], Field(strict=False)] = ()
    """What decides between equal scores, in order."""
    advance: Advance | None = None
    """How many go on to the next round."""

    @property
    def scored(self) -> bool:
        """Whether entries get a score in this round."""
        return self.kind != "checklist"

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """What a score is made of: the criteria, or the one mark of a round without criteria."""
        return self.criteria or (Criterion(id=SINGLE_MARK, name=self.name),)

    @property
    def marked(self) -> tuple[Criterion, ...]:
        """What judges fill in: the parts that are no values of the entries."""
        return tuple(criterion for criterion in self.parts if criterion.value is None)

    def asked(self, judge_id: str, about: Mapping[str, str]) -> tuple[Criterion, ...]:
        """Return what one judge fills in for one entry.

        Args:
            judge_id: a judge of the entry.
            about: what the registers say of the entry, by column.
        """
        return tuple(
            criterion
            for criterion in self.marked
            if fits(criterion.where, about) and (criterion.panel is None or judge_id in criterion.panel)
        )

    @property
    def alike(self) -> bool:
        """Whether all judges of an entry fill in the same for all entries."""
        return not any(criterion.where or criterion.panel for criterion in self.criteria)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Judges whose marks are recorded and do not count."""
        shadows = chain(*(panel.judges for panel in self.panels if panel.shadow))
        return tuple(dict.fromkeys((*self.not_counting, *shadows)))

    @property
    def reducing(self) -> tuple[Step, ...]:
        """The steps over criteria and judges."""
        return tuple(step for step in self.score if not isinstance(step, Adjust))

    @property
    def adjusting(self) -> tuple[Adjust, ...]:
        """The steps after those, which adjust an entry's score."""
        return tuple(step for step in self.score if isinstance(step, Adjust))

    @property
    def ballots(self) -> bool:
        """Whether a score depends on the list it is in, as where each judge's order of the entries makes points."""
        relative = (Points, Ballots, ZScore)
        return any(isinstance(step, relative) or step.by == "share" for step in self.score)

    @property
    def whole_panel(self) -> bool:
        """Whether an entry has no score as soon as one of its judges is recused."""
        gap = (isinstance(step, Ballots) or getattr(step, "recused", "") == "no_score" for step in self.score)
        return any(gap)

    @property
    def fewest_judges(self) -> int:
        """How many judges must have marked an entry before it can have a score."""
        if self.kind == "values":
            return 1
        trimmed = (step for step in self.score if isinstance(step, TrimmedMean) and step.over == "judges")
        return max([self.min_judges, *(step.drop_high + step.drop_low + 1 for step in trimmed)])

    def scale_of(self, criterion: str) -> Scale:
        """Return the scale of one criterion, which is the round's unless it has its own."""
        own = next(c.scale for c in self.parts if c.id == criterion)
        scale = own or self.scale
        assert scale is not None  # the reader of rules files has seen to it
        return scale

    @property
    def decimals(self) -> int:
        """The decimals at which this round's scores are decided."""
        places = self.score[-1].round
        assert places is not None  # the reader of rules files has seen to it
        return places


class Final(Rule):
    """How the rounds become one result, and what it earns."""

    score: Annotated[tuple[Step, ...], Field(min_length=1, strict=False)] = (Last(over="rounds", by="last"),)
    """The one step from the rounds' scores to the final score, and what adjusts it."""
    ties: Annotated[tuple[TieRule, ...], Field(strict=False)] = ()
    """What decides between equal final scores, in order."""
    awards: Annotated[tuple[Awards, ...], Field(strict=False)] = ()
    """Awards, one list for each scope, and series with lists of their own."""

    @property
    def main_awards(self) -> tuple[Awards, ...]:
        """Awards for places in the final's own lists, at most one series for each scope."""
        return tuple(awards for awards in self.awards if awards.id is None)

    @property
    def series(self) -> tuple[Awards, ...]:
        """Series of awards with lists of their own."""
        return tuple(awards for awards in self.awards if awards.id is not None)

    @property
    def adjusting(self) -> tuple[Adjust, ...]:
        """What adjusts the final score."""
        return tuple(step for step in self.score if isinstance(step, Adjust))


class Rules(Rule):
    """One edition's contest.

    ``fairness_in_plenary`` says beforehand whether the plenary sees the fairness analysis before it decides.
    Objections may be lodged until ``objection_days`` after a result was published (no limit unless said); names and
    contacts of persons may be erased ``retention_years`` after the decree (never unless said).
    """

    edition: Id
    """Name of the edition, the same as its folder's."""
    title: Localized
    """Title of the contest."""
    organiser: Localized
    """Who holds it."""
    notice: Localized | None = None
    """A remark that stands on every document, for instance that the rules are a proposal."""
    simulated: bool = False
    """Whether documents say that the data are simulated."""
    language: Language = "id"
    """Language of documents and messages unless another is asked for."""
    rounding: Rounding = "half_away"
    """How halves are rounded wherever the rules round."""
    groups: Annotated[tuple[Group, ...], Field(min_length=1, strict=False)]
    """Groups of units that compete among themselves."""
    categories: Annotated[tuple[Category, ...], Field(min_length=1, strict=False)]
    """Kinds of entry."""
    rounds: Annotated[tuple[Round, ...], Field(min_length=1, strict=False)]
    """The stages, in order."""
    final: Final = Final()
    """How the rounds become one result."""
    fairness_in_plenary: bool = False
    """Whether the plenary sees the fairness analysis before it decides."""
    objection_days: Count | None = None
    """Days after publication in which objections may be lodged."""
    retention_years: Count | None = None
    """Years after the decree until names may be erased."""
    words: dict[Literal["unit", "entry", "category", "group", "judge"], Localized] = {}  # noqa: RUF012
    """Own words for these: `{unit: {id: sekolah, en: school}}`."""
    columns: dict[Literal["units", "entries", "judges", "assignments"], dict[str, str]] = {}  # noqa: RUF012
    """Headers of your own files by register: the kit's column name, then the file's header."""

    @property
    def scored_rounds(self) -> tuple[Round, ...]:
        """The rounds in which judges mark, in order."""
        return tuple(r for r in self.rounds if r.scored)

    @property
    def first_round(self) -> str:
        """The id of the first round that carries marks."""
        return self.scored_rounds[0].id

    @property
    def last_round(self) -> str:
        """The id of the last round that carries marks."""
        return self.scored_rounds[-1].id

    @property
    def final_ties(self) -> tuple[TieRule, ...]:
        """The final's tie rules: where the last round alone decides, those of that round unless it has its own."""
        alone = isinstance(self.final.score[0], Last)
        return self.final.ties or (self.scored_rounds[-1].ties if alone else ())

    @property
    def decimals(self) -> int:
        """The decimals at which the final is decided."""
        own = self.final.score[-1].round
        return self.scored_rounds[-1].decimals if own is None else own

    @property
    def direction(self) -> Direction:
        """Which final score stands first: as in the last round, whose direction all that count have."""
        return self.scored_rounds[-1].direction

    def list_name(self, name: str, language: Language) -> str | None:
        """Return what a list of the ranking is called: a round, or a series of awards; None for the final."""
        series = next((awards for awards in self.final.series if awards.id == name), None)
        if series is not None:
            return series.name.say(language) if series.name else name
        return next((round_.name.say(language) for round_ in self.rounds if round_.id == name), None)

    @property
    def _wheres(self) -> list[Where]:
        wheres: list[Where] = [awards.where for awards in self.final.awards]
        wheres += [step.where for step in self.final.adjusting]
        for round_ in self.rounds:
            wheres += [part.where for part in round_.criteria]
            wheres += [part.where for part in round_.panels]
            wheres += [part.where for part in round_.adjusting]
        return wheres

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Columns of the registers, beyond the kit's own perhaps, that these rules look at."""
        names: list[str] = [tie.of for tie in self.final.ties if isinstance(tie, ByColumn)]
        for round_ in self.rounds:
            names += [tie.of for tie in round_.ties if isinstance(tie, ByColumn)]
            names += [round_.advance.within] if round_.advance and round_.advance.within else []
        return tuple(sorted({*chain(*self._wheres), *names} - {"group", "category"}))

    def asked_texts(self, column: str) -> tuple[str, ...]:
        """Return the texts in a column that these rules ask for."""
        return tuple(dict.fromkeys(text for where in self._wheres for text in where.get(column, ())))

    @property
    def named_values(self) -> tuple[str, ...]:
        """Values of the entries that these rules look at."""
        names = [awards.basis.value for awards in self.final.awards if awards.basis]
        names += [step.value for step in self.final.adjusting]
        for round_ in self.rounds:
            names += [part.value for part in round_.criteria]
            names += [step.value for step in round_.adjusting]
        return tuple(sorted({name for name in names if name}))

    def round(self, name: str) -> Round:
        """Return the round with this id.

        Raises:
            unknown_reference: there is none.
        """
        for round_ in self.rounds:
            if round_.id == name:
                return round_
        raise Problem("unknown_reference", name=name)

    def group_of(self, unit_type: str) -> str | None:
        """Return the id of the group that a unit type belongs to, or None."""
        return next((g.id for g in self.groups if unit_type in g.unit_types), None)
