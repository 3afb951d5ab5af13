"""What may stand in a cell of a register, or be a mark: a text's canonical form, or what is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from kit.errors import Collector, Known, Problem, fold
from kit.ledger import COMMITTEE
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.rules import Round, Rules, Scale

    Reader: TypeAlias = Callable[[str], str]

NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")  # a thousand, as people write it, or three decimals
_ITEMS = 10  # of a list that are wrong and named
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_IN_WORDS = re.compile(r"([0-9]{1,2})[ -]+([A-Za-z]{3,12})\.?,?[ -]+([0-9]{4})")
_STAGES = {fold(stage): stage for stage in ("inisiatif", "uji coba", "penerapan")}
_YES_OR_NO = {
    **dict.fromkeys(("ya", "yes", "true", "benar", "1"), "ya"),
    **dict.fromkeys(("tidak", "no", "false", "salah", "0"), "tidak"),
}


def text_of(parameter: object) -> str:
    """Return a notebook's parameter as text: papermill makes numbers of what looks like one, and None of None."""
    text = "" if parameter is None else str(parameter).strip()
    return text.encode("utf-8", errors="replace").decode()  # half a character cannot be looked up or shown


def in_one_line(text: str) -> str:
    """Return a text without line breaks and unprintable characters, as it can stand in every document."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def flag_of(parameter: object) -> bool:
    """Return a notebook's parameter that says yes or no, as papermill or a person writes it.

    Raises:
        unclear_yes_or_no: it says something else.
    """
    return yes_or_no(text_of(parameter) or "tidak") == "ya"


def parts(text: str) -> list[str]:
    """Return the items of a semicolon list."""
    return [part.strip() for part in text.split(";") if part.strip()]


def listed(text: str) -> str:
    """Return a semicolon list without blanks, in its own order."""
    return ";".join(parts(text))


def each(read: Reader) -> Reader:
    """Return the reader of a semicolon list whose order says nothing: every item read, then sorted."""

    def read_all(text: str) -> str:
        items = set()
        with Collector() as mistakes:
            for part in parts(text):
                try:
                    items.add(read(part))
                except Problem as error:
                    if len(mistakes.found) < _ITEMS:
                        mistakes.add(error)
        return ";".join(sorted(items))

    return read_all


def usable_id(text: str) -> str:
    """Return an id made of letters, digits, hyphens, underscores and points, at most 40."""
    if not _ID.fullmatch(text):
        raise Problem("unusable_id", value=text)
    return text


def judge_id(text: str) -> str:
    """Return an id (:func:`usable_id`) that is not the committee's."""
    if usable_id(text).casefold() == COMMITTEE:
        raise Problem("judge_id_reserved", value=text)
    return text


def yes_or_no(text: str) -> str:
    """Return ``ya`` or ``tidak``."""
    if text.casefold() not in _YES_OR_NO:
        raise Problem("unclear_yes_or_no", value=text)
    return _YES_OR_NO[text.casefold()]


def stage(text: str) -> str:
    """Return one of the three stages of an innovation."""
    if fold(text) not in _STAGES:
        raise Problem("unknown_stage", value=text)
    return _STAGES[fold(text)]


def iso_date(text: str) -> str:
    """Return a day that exists, year-month-day; with the month in words it may be written day first."""
    if not (_DATE.fullmatch(text) or _IN_WORDS.fullmatch(text)):
        raise Problem("unclear_date", value=text)
    return day_of(text).isoformat()


def day_of(text: str) -> date:
    """Return the day that ``2026-03-01``, ``1/3/2026`` or ``1 Maret 2026`` names, the day before the month.

    Raises:
        unclear_date: the text names none.
    """
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _IN_WORDS.fullmatch(text):
            return date(int(found[3]), _months().get(found[2].casefold(), 0), int(found[1]))
    except ValueError:
        pass
    raise Problem("unclear_date", value=text)


@cache
def _months() -> dict[str, int]:
    """The number of each month by its names in every language, long and short."""
    from babel.dates import get_month_names  # noqa: PLC0415  (slow to import, seldom needed)

    names = (get_month_names(width, locale=language) for language in LANGUAGES for width in ("wide", "abbreviated"))
    return {name.casefold().rstrip("."): number for months in names for number, name in months.items()}


def category(rules: Rules) -> Reader:
    """Return the reader of a category, given by its id or its name in either language."""
    spellings = {c.id: c.id for c in rules.categories}
    spellings |= {c.name.say(language): c.id for c in rules.categories for language in LANGUAGES}
    folded = {fold(text): name for text, name in spellings.items()}
    known = Known(spellings, "unknown_category")
    return lambda text: folded.get(fold(text)) or known(text)


def unit_type(rules: Rules) -> Reader:
    """Return the reader of a unit's type, which must belong to a group."""
    types = {fold(name): name for group in rules.groups for name in group.unit_types}

    def read(text: str) -> str:
        if rules.group_of(text) is not None:
            return text
        if fold(text) not in types:
            raise Problem("unit_type_without_group", value=text)
        return types[fold(text)]

    return read


def conflict(units: Known, entries: Known) -> Reader:
    """Return the reader of one conflict of interest, ``id:kind``."""
    either = Known({*units.known, *entries.known}, "unknown_conflict")

    def read(text: str) -> str:
        name, _, kind = (part.strip() for part in text.partition(":"))
        either(name)
        if name in units.known and name in entries.known:
            raise Problem("ambiguous_conflict", value=name)
        if not kind:
            raise Problem("conflict_without_kind", value=name)
        return f"{name}:{kind}"

    return read


def check_mark(rules: Rules, round: str, criterion: str, text: str) -> Decimal:  # noqa: A002  (the field's word)
    """Return the mark that a text means, exactly; nothing is rounded or pulled into the scale.

    Args:
        rules: the contest.
        round: the id of a scored round.
        criterion: the id of one of its criteria.
        text: digits with a decimal comma or point.

    Returns:
        The mark without exponent and trailing zeros: ``str`` of it is how the ledger writes it.

    Raises:
        unknown_criterion: the round has no such criterion.
        mark_not_number: the text is no number.
        mark_ambiguous: it can be read as decimals and as thousands.
        mark_outside_scale: the scale does not reach it.
        mark_off_step: the scale has no such step; the message names its neighbours.
    """
    asked = rules.round(round)
    ids = [c.id for c in asked.marked]
    if criterion not in ids:
        Known(ids, "unknown_criterion", round=round)(criterion)
    if not NUMBER.fullmatch(text):
        raise Problem("mark_not_number", value=text)
    scale = asked.scale_of(criterion)
    _refuse_thousands(scale, text)
    with localcontext() as context:
        context.prec = len(text) + 40  # more digits than the context has would be rounded away
        mark = Decimal(text.replace(",", ".")).normalize() + 0
        mark = Decimal(f"{mark:f}")
        if not scale.low <= mark <= scale.high:
            raise Problem("mark_outside_scale", value=mark, low=scale.low, high=scale.high)
        if not scale.holds(mark):
            below = scale.low + (mark - scale.low) // scale.step * scale.step
            raise Problem("mark_off_step", value=mark, step=scale.step, below=below, above=below + scale.step)
    return mark


def _refuse_thousands(scale: Scale, text: str) -> None:
    if _GROUPED.fullmatch(text):
        large = Decimal(re.sub("[.,]", "", text))
        if scale.low <= large <= scale.high and scale.holds(large):
            small = Decimal(text.replace(",", ".").rstrip("0").rstrip("."))
            raise Problem("mark_ambiguous", value=text, small=small, large=str(large))  # as text: without a separator


def certain(number: str) -> str:
    """Return a true number of a workbook, as its text, so that nobody takes its decimals for thousands."""
    return f"{number}0" if _GROUPED.fullmatch(number) else number


def criteria_by_name(round_: Round) -> dict[str, str]:
    """Return the criteria of a round by every folded spelling that a file may use: their ids and names."""
    names = {fold(c.name.say(language)): c.id for c in round_.marked for language in LANGUAGES}
    return names | {fold(c.id): c.id for c in round_.marked}
