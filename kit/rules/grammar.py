"""What a rules file may say: one contest as data.

The models below are the grammar of ``data/<edition>/rules.yaml``; what contradicts itself is found in
:mod:`kit.rules.consistency`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WrapValidator, model_validator

from kit.errors import Problem
from kit.rules.legible import Rule, legible
from kit.texts import Language  # noqa: TC001

Rounding = Literal["half_away", "half_even"]
SINGLE_MARK = "mark"  # the criterion's id where a judge gives a single mark

# Words that stand beside criteria: fields of a sheet that are no marks, columns of a file of marks, names of tie rules.
RESERVED_CRITERIA = frozenset(
    {
        *("flag", "entrant", "internal", "submitted"),
        *("round", "judge_id", "entry_id", "criterion", "value", "comment_entrant", "comment_internal"),
        *("head_count", "judges_decide", "shared"),
    }
)


def _number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[Decimal, BeforeValidator(_number), Field(max_digits=18)]
Positive = Annotated[Number, Field(gt=0)]
Id = Annotated[str, BeforeValidator(_id), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Places = Annotated[int, Field(ge=0, le=9)]
Count = Annotated[int, Field(ge=0)]
Scope = Literal["overall", "group", "category", "group_category"]
AtCut = Literal["include_all", "decide"]
SCOPES: tuple[Scope, ...] = ("overall", "group", "category", "group_category")


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


class Criterion(Rule):
    """One thing that judges mark, with its weight and what each level means."""

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
    """The mean or the sum of equals; over judges, a sum is the mean times the nominal panel."""

    over: Literal["criteria", "judges", "rounds"]
    """What is summed up."""
    by: Literal["mean", "sum"]
    """`mean` divides by how many there are; `sum` does not."""


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
    """The mean without the highest and the lowest few."""

    over: Literal["criteria", "judges"]
    """What is summed up."""
    by: Literal["trimmed_mean"]
    """The mean without the extremes."""
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
    ``recused`` says what an entry gets whose judge is recused: nothing can be said (``no_score``), or the mean
    of the others' points times the nominal panel (``mean``).
    """

    over: Literal["judges"]
    """Judges."""
    by: Literal["points"]
    """Points for places."""
    table: Annotated[tuple[Number, ...], Field(min_length=1, strict=False)] | None = None
    """Points of the first place, the second and so on."""
    curve: Literal["borda", "dowdall"] | None = None
    """`borda` or `dowdall` instead of a table."""
    recused: Literal["no_score", "mean"] = "no_score"
    """What an entry gets for a judge who is recused."""


class Last(_Step):
    """The last round alone decides."""

    over: Literal["rounds"]
    """Rounds."""
    by: Literal["last"]
    """The score of the last round."""


Step = Annotated[
    Mean | WeightedMean | Median | TrimmedMean | ClippedMean | Points | Last,
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


class ByPeople(Rule):
    """A tie ends as a shared place, or the judges decide it on the record; no rule after it is looked at."""

    by: Literal["shared", "judges_decide"]
    """`shared`: equal places stay. `judges_decide`: the plenary rules, with a reason."""


TieRule = Annotated[ByCriteria | ByRound | ByHeadCount | ByPeople, Field(discriminator="by"), WrapValidator(legible)]


class Advance(Rule):
    """How many entries of each scope go on to the next round."""

    scope: Scope
    """In which lists places are counted."""
    places: Annotated[int, Field(ge=1)]
    """How many of each list go on."""
    at_cut: AtCut = "include_all"
    """When the last place is tied: `include_all` takes all of the tied, `decide` waits for the plenary."""


class Awards(Rule):
    """The awards of each scope, best first: ``among`` those who reached the last round, or all in the list."""

    scope: Scope
    """In which lists awards are given."""
    names: Annotated[tuple[Localized, ...], Field(min_length=1, strict=False)]
    """Names of the awards, best first."""
    at_cut: AtCut = "include_all"
    """When the last award is tied: all of the tied get it, or the plenary decides."""
    among: Literal["finalists", "all"] = "finalists"
    """`finalists`: those who reached the last round; `all`: everybody in the list."""


class Round(Rule):
    """One stage: a checklist of items without marks, or a scored round with its panel, criteria and steps.

    In a ``blind`` round judges do not see whose entry it is; its documents may still tell. The plenary can decide when
    ``quorum`` judges are there, more than half of the panel unless said.
    """

    id: Id
    """Short name that commands use, such as `proposal`."""
    name: Localized
    """Name that readers see."""
    kind: Literal["marks", "ranks", "checklist"] = "marks"
    """`marks`: criteria with marks. `ranks`: each judge orders the entries. `checklist`: administrative selection."""
    blind: bool = False
    """Whether units are hidden from judges."""
    items: Annotated[tuple[Item, ...], Field(strict=False)] = ()
    """What a checklist asks."""
    panel: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)] | None = None
    """Judges of this round; otherwise those whose `rounds` in `judges.csv` name it or are blank."""
    not_counting: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    """Judges whose marks are recorded and do not count."""
    min_judges: Annotated[int, Field(ge=1)] = 2
    """Fewer counting judges than this give no score."""
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
        """Whether judges mark in this round."""
        return self.kind != "checklist"

    @property
    def marked(self) -> tuple[Criterion, ...]:
        """What each judge fills in: the criteria, or the one mark of a round without criteria."""
        return self.criteria or (Criterion(id=SINGLE_MARK, name=self.name),)

    @property
    def ballots(self) -> bool:
        """Whether each judge's order of the entries makes points, so that a score depends on the list it is in."""
        return any(isinstance(step, Points) for step in self.score)

    @property
    def whole_panel(self) -> bool:
        """Whether an entry has no score as soon as one of its judges is recused."""
        return any(isinstance(step, Points) and step.recused == "no_score" for step in self.score)

    @property
    def fewest_judges(self) -> int:
        """How many judges must have marked an entry before it can have a score."""
        trimmed = (step for step in self.score if isinstance(step, TrimmedMean) and step.over == "judges")
        return max([self.min_judges, *(step.drop_high + step.drop_low + 1 for step in trimmed)])

    def scale_of(self, criterion: str) -> Scale:
        """Return the scale of one criterion, which is the round's unless it has its own."""
        own = next(c.scale for c in self.marked if c.id == criterion)
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

    score: Annotated[tuple[Step, ...], Field(min_length=1, max_length=1, strict=False)] = (
        Last(over="rounds", by="last"),
    )
    """The one step from the rounds' scores to the final score."""
    ties: Annotated[tuple[TieRule, ...], Field(strict=False)] = ()
    """What decides between equal final scores, in order."""
    awards: Annotated[tuple[Awards, ...], Field(strict=False)] = ()
    """Awards, one list for each scope."""


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
    columns: dict[Literal["units", "entries", "judges", "assignments"], dict[str, str]] = {}  # noqa: RUF012
    """Headers of your own files by register: the kit's column name, then the file's header."""

    @property
    def scored_rounds(self) -> tuple[Round, ...]:
        """The rounds in which judges mark, in order."""
        return tuple(r for r in self.rounds if r.scored)

    @property
    def final_ties(self) -> tuple[TieRule, ...]:
        """The final's tie rules: where the last round alone decides, those of that round unless it has its own."""
        alone = isinstance(self.final.score[0], Last)
        return self.final.ties or (self.scored_rounds[-1].ties if alone else ())

    @property
    def decimals(self) -> int:
        """The decimals at which the final is decided."""
        own = self.final.score[0].round
        return self.scored_rounds[-1].decimals if own is None else own

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
