"""What a rules file may say: one contest as data.

The models below are the grammar of ``data/<edition>/rules.yaml``; :mod:`kit.rulesfile` reads such a file against
them and looks for what contradicts itself.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kit.errors import Problem
from kit.exact import Rounding  # noqa: TC001  (pydantic reads it at run time)
from kit.texts import Language  # noqa: TC001

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


class Rule(BaseModel):
    """Whatever a rules file says: keys that nobody knows and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
    name: Localized
    unit_types: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Category(Rule):
    """A form of innovation, or whatever else entries are sorted into."""

    id: Id
    name: Localized


class Scale(Rule):
    """The marks that a judge may give: ``low``, ``low + step``, ... up to ``high``."""

    low: Number
    high: Number
    step: Positive

    def holds(self, mark: Decimal) -> bool:
        """Tell whether a judge may give this mark."""
        return self.low <= mark <= self.high and (mark - self.low) % self.step == 0


class Criterion(Rule):
    """One thing that judges mark, with its weight and what each level means."""

    id: Id
    name: Localized
    weight: Positive = Decimal(1)
    question: Localized | None = None
    levels: dict[str, Localized] = {}
    scale: Scale | None = None


class Item(Rule):
    """One thing that a checklist asks of every entry: yes, to be completed, or no."""

    id: Id
    name: Localized


class _Step(Rule):
    round: Places | None = None
    round_terms: Places | None = None


class Mean(_Step):
    """The mean or the sum of equals; over judges, a sum is the mean times the nominal panel."""

    over: Literal["criteria", "judges", "rounds"]
    by: Literal["mean", "sum"]


class WeightedMean(_Step):
    """The mean or the sum with weights: those of the criteria, or given here for judges and rounds.

    A judge without a weight has 1; a round without one does not count. With ``out_of`` the best possible mark counts
    as that many points.
    """

    over: Literal["criteria", "judges", "rounds"]
    by: Literal["weighted_mean", "weighted_sum"]
    weights: dict[str, Positive] | None = None
    out_of: Positive | None = None


class Median(_Step):
    """The middle value, or the mean of the middle two."""

    over: Literal["criteria", "judges"]
    by: Literal["median"]


class TrimmedMean(_Step):
    """The mean without the highest and the lowest few."""

    over: Literal["criteria", "judges"]
    by: Literal["trimmed_mean"]
    drop_high: Count = 1
    drop_low: Count = 1


class ClippedMean(_Step):
    """The mean after marks further than ``limit`` from the mean of all are pulled to that limit."""

    over: Literal["judges"]
    by: Literal["clipped_mean"]
    limit: Positive


class Points(_Step):
    """Each judge's order of the entries in scope, turned into points and added up.

    A tied place earns the mean of the points of the places it covers. ``borda`` gives the number of entries on
    the judge's ballot minus the place, ``dowdall`` one over the place, a ``table`` its own (0 beyond its end).
    ``recused`` says what an entry gets whose judge is recused: nothing can be said (``no_score``), or the mean
    of the others' points times the nominal panel (``mean``).
    """

    over: Literal["judges"]
    by: Literal["points"]
    table: Annotated[tuple[Number, ...], Field(min_length=1, strict=False)] | None = None
    curve: Literal["borda", "dowdall"] | None = None
    recused: Literal["no_score", "mean"] = "no_score"


class Last(_Step):
    """The last round alone decides."""

    over: Literal["rounds"]
    by: Literal["last"]


Step = Annotated[Mean | WeightedMean | Median | TrimmedMean | ClippedMean | Points | Last, Field(discriminator="by")]


class ByCriteria(Rule):
    """A tie is broken by one criterion, or by several with their weights.

    Judges are summed up by the same steps as the round's score, without any rounding.
    """

    by: Literal["criteria"]
    of: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    round: Id | None = None


class ByRound(Rule):
    """A tie is broken by the score of an earlier round before its last rounding."""

    by: Literal["round"]
    of: Id


class ByHeadCount(Rule):
    """A tie is broken by how many judges prefer which entry, among judges who marked all of the tied.

    A judge prefers the entry with the higher of the judge's own scores, unrounded.
    """

    by: Literal["head_count"]
    round: Id | None = None


class ByPeople(Rule):
    """A tie ends as a shared place, or the judges decide it on the record; no rule after it is looked at."""

    by: Literal["shared", "judges_decide"]


TieRule = Annotated[ByCriteria | ByRound | ByHeadCount | ByPeople, Field(discriminator="by")]


class Advance(Rule):
    """How many entries of each scope go on to the next round."""

    scope: Scope
    places: Annotated[int, Field(ge=1)]
    at_cut: AtCut = "include_all"


class Awards(Rule):
    """The awards of each scope, best first: ``among`` those who reached the last round, or all in the list."""

    scope: Scope
    names: Annotated[tuple[Localized, ...], Field(min_length=1, strict=False)]
    at_cut: AtCut = "include_all"
    among: Literal["finalists", "all"] = "finalists"


class Round(Rule):
    """One stage: a checklist of items without marks, or a scored round with its panel, criteria and steps.

    In a ``blind`` round judges do not see whose entry it is; its documents may still tell. The plenary can decide when
    ``quorum`` judges are there, more than half of the panel unless said.
    """

    id: Id
    name: Localized
    kind: Literal["marks", "ranks", "checklist"] = "marks"
    blind: bool = False
    items: Annotated[tuple[Item, ...], Field(strict=False)] = ()
    panel: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)] | None = None
    not_counting: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    min_judges: Annotated[int, Field(ge=1)] = 2
    quorum: Annotated[int, Field(ge=1)] | None = None
    scale: Scale | None = None
    weights_total: Positive = Decimal(100)
    criteria: Annotated[tuple[Criterion, ...], Field(strict=False)] = ()
    score: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    ties: Annotated[tuple[TieRule, ...], Field(strict=False)] = ()
    advance: Advance | None = None

    @property
    def scored(self) -> bool:
        """Whether judges mark in this round."""
        return self.kind != "checklist"

    @property
    def marked(self) -> tuple[Criterion, ...]:
        """What each judge fills in: the criteria, or the one mark of a round without criteria."""
        return self.criteria or (Criterion(id=SINGLE_MARK, name=self.name),)

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
    ties: Annotated[tuple[TieRule, ...], Field(strict=False)] = ()
    awards: Annotated[tuple[Awards, ...], Field(strict=False)] = ()


class Rules(Rule):
    """One edition's contest.

    ``fairness_in_plenary`` says beforehand whether the plenary sees the fairness analysis before it decides.
    Objections may be lodged until ``objection_days`` after a result was published (no limit unless said); names and
    contacts of persons may be erased ``retention_years`` after the decree (never unless said).
    """

    edition: Id
    title: Localized
    organiser: Localized
    notice: Localized | None = None
    simulated: bool = False
    language: Language = "id"
    rounding: Rounding = "half_away"
    groups: Annotated[tuple[Group, ...], Field(min_length=1, strict=False)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1, strict=False)]
    rounds: Annotated[tuple[Round, ...], Field(min_length=1, strict=False)]
    final: Final = Final()
    fairness_in_plenary: bool = False
    objection_days: Count | None = None
    retention_years: Count | None = None
    columns: dict[Literal["units", "entries", "judges", "assignments"], dict[str, str]] = {}

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
