"""Parts of the rules in words, as explanations and the printed rules say them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kit.rules import Adjust, Ballots, Mean, Points
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.rules import Band, Direction, Round, Rules, Step, Where
    from kit.texts import Texts

_OPTIONS = {"high": "drop_high", "low": "drop_low", "limit": "limit"}  # placeholders of a step's sentence, and its keys


def number(value: Fraction, t: Texts) -> str:
    """Write a number in full where it ends within six decimals, else its first four and an ellipsis."""
    if 10**6 % value.denominator == 0:
        return t.decimal(Decimal(value.numerator) / value.denominator)
    return f"{t.decimal(Decimal(int(value * 10**4)).scaleb(-4))}…"


def ratio(value: Fraction, t: Texts) -> str:
    """Write a factor: as a decimal number where that is exact, else as a fraction."""
    return number(value, t) if 10**6 % value.denominator == 0 else f"{value.numerator}/{value.denominator}"


def share(value: Fraction, t: Texts) -> str:
    """Write a share as a percentage, or as a fraction where that does not end."""
    whole = 10**6 % (value * 100).denominator == 0
    return f"{number(value * 100, t)}%" if whole else ratio(value, t)


def column(name: str, t: Texts) -> str:
    """Return what readers call a column of the registers; one of the contest's own has its name alone."""
    return t(f"columns.{name}") if t.has(f"columns.{name}") else name


def where_said(where: Where, rules: Rules, t: Texts) -> str:
    """Say which entries are meant: ``Category A or B and remote ya``."""
    names = {
        "category": {each.id.casefold(): each.name.say(t.language) for each in rules.categories},
        "group": {each.id.casefold(): each.name.say(t.language) for each in rules.groups},
    }
    said = []
    for name, texts in where.items():
        shown = [names.get(name, {}).get(text.strip().casefold(), text) for text in texts]
        said.append(t("explain.where_is", column=column(name, t), texts=either(shown, t)))
    return t.enumeration(said)


def about_said(where: Where, about: Mapping[str, str], rules: Rules, t: Texts) -> str:
    """Say the same of one entry, with what the registers say of it."""
    return where_said({name: (about.get(name, ""),) for name in where}, rules, t)


def either(texts: Sequence[str], t: Texts) -> str:
    """Return ``A, B or C``."""
    *others, last = texts
    return t("explain.either", first=", ".join(others), last=last) if others else last


def bands_said(bands: Sequence[Band], t: Texts) -> str:
    """Say what values are worth, or are called, band by band: ``from 0: 1; from 10: 50``."""
    return "; ".join(
        t("explain.band", at_least=band.at_least, worth=band.name.say(t.language) if band.name else band.points)
        for band in sorted(bands, key=lambda band: band.at_least)
    )


def step_said(step: Step, rules: Rules, t: Texts, direction: Direction = "high") -> str:
    """Say what a step does with what it sums up, without its last rounding."""
    if isinstance(step, Adjust):
        return _adjust_said(step, rules, t)
    words = {name: getattr(step, key, "") for name, key in _OPTIONS.items()}
    said = [t(f"explain.{step.over}_{step.by}", **words)]
    if isinstance(step, Mean) and step.best:
        said.append(t("explain.best_low" if direction == "low" else "explain.best", n=step.best))
    if isinstance(step, Points):
        said += _points_said(step, t)
    if step.by == "z_score":
        said.append(t("explain.z_rounded", n=step.round_terms))
    elif step.round_terms is not None:
        said.append(t("explain.terms_rounded"))
    return " ".join(said)


def _points_said(step: Points, t: Texts) -> Iterator[str]:
    """Say how places become points."""
    if step.table is not None:
        places = [t("explain.points_place", place=n, points=points) for n, points in enumerate(step.table, 1)]
        yield t("explain.points_table", places="; ".join(places))
    else:
        yield t(f"explain.points_{step.curve}")
    yield t("explain.points_shared")


def _adjust_said(step: Adjust, rules: Rules, t: Texts) -> str:
    """Say what a score is adjusted by, and for which entries."""
    name = step.name.say(t.language) if step.name else t("explain.adjustment")
    key, amount = str(step.by), step.points
    if step.value:
        key = f"{key}_value"
    elif step.by == "add" and amount is not None and amount < 0:
        key, amount = "deduct", -amount
    said = [t(f"explain.entry_{key}", name=name, amount=amount, value=step.value)]
    if step.bands:
        said.append(t("explain.worth_by_bands", bands=bands_said(step.bands, t)))
    if step.where:
        said.append(t("explain.for_where", where=where_said(step.where, rules, t)))
    return " ".join(said)


def juries_said(round_: Round, t: Texts) -> str:
    """Say which juries a round has, with their shares of the score."""
    whole = sum(Fraction(jury.share) for jury in round_.juries)
    named = [f"{jury.name.say(t.language)} {share(Fraction(jury.share) / whole, t)}" for jury in round_.juries]
    return t("explain.by_jury", juries=named)


def days_left_said(closes: date, t: Texts, today: date | None = None) -> str:
    """Say how many days are left, on the contest's clock: ``3 hari lagi``, ``hari ini``, ``lewat 2 hari``."""
    days = (closes - (today or datetime.now(WIB).date())).days
    return t(f"scoring.days_{'left' if days > 0 else 'past' if days < 0 else 'none'}", n=abs(days))


def last_day_said(round_: Round, t: Texts) -> list[str]:
    """Say which is the last day of a round; nothing where the rules name none."""
    return [t("scoring.closes", day=round_.closes)] if round_.closes else []


def judging_said(round_: Round, rules: Rules, t: Texts) -> list[str]:
    """Say what a judge has to know: that the round is a ballot, which mark is best, what an empty one counts as."""
    if round_.kind != "ranks":
        low = [t("scoring.low_best")] if round_.direction == "low" else []
        return [*low, empty_said(round_, t)]
    count = next(step for step in round_.score if isinstance(step, (Points, Ballots)))
    return [t("scoring.ballot"), step_said(count, rules, t), empty_said(round_, t)]


def empty_said(round_: Round, t: Texts) -> str:
    """Say what counts for a mark that was asked and not given."""
    return t(f"scoring.{'unranked' if round_.kind == 'ranks' else 'empty'}_{round_.missing}")
