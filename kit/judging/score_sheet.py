"""A judge's score sheet as a workbook: written for a round, and read when it comes back.

It has instructions, the rubric, and a table that refuses what the rules do not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from textwrap import shorten
from typing import TYPE_CHECKING

from kit.errors import Known, Problem
from kit.judging.assignment import reading_order, require_judges
from kit.judging.mark_files import check_mark
from kit.rule_words import empty_said, judging_said, last_day_said, where_said
from kit.rules import Mean, WeightedMean
from kit.scoring.recount import rounded
from kit.scoring.scores import criterion_factors
from kit.theme import PALETTE
from kit.workbooks import (
    ABOUT,
    BORDER,
    HEAD,
    HEADER_ROW,
    KEY,
    LONGEST,
    MUTED,
    OPEN,
    TEXT,
    TITLE,
    Form,
    Head,
    Origin,
    Pages,
    ReturnedSheet,
    Workbook,
    column_id,
    is_workbook,
    load,
    plain,
    read_sheet,
    write_new,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from kit.edition import Edition
    from kit.errors import Collector
    from kit.rules import Criterion, Round, Rules
    from kit.texts import Texts
    from kit.workbooks import Cell, OnRecord, Page, Slot

KIND = "kit: lembar penilaian 1"
TOTAL, EMPTY = "kit:total", "kit:empty"  # above the columns with formulas

_DOTS = "." * 60
_GREY = {"bg_color": PALETTE["line"]}
_PROMPT_TITLE, _PROMPT = 32, 255  # characters, by Excel's own limits


def criteria_of(round_: Round, judge: str) -> list[Criterion]:
    """Return the criteria that a judge marks, of some entries at least."""
    return [criterion for criterion in round_.marked if criterion.panel is None or judge in criterion.panel]


def slots(round_: Round, judge: str) -> list[Slot]:
    """Return what a judge fills in for an entry: a mark for each criterion, and two comments."""
    marks = (("mark", criterion.id) for criterion in criteria_of(round_, judge))
    return [*marks, ("comment", "entrant"), ("comment", "internal")]


def number(value: str | Decimal) -> str:
    """Write a mark in its one form: ``4.50`` and ``4.5`` are the same mark."""
    return f"{Decimal(value).normalize():f}" if value != "" else ""


def marks_on_record(edition: Edition) -> pd.DataFrame:
    """Return the last event about each mark and comment, cleared ones included.

    Returns:
        The columns :data:`kit.workbooks.ABOUT`; what was said in its one form as ``text``, blank where it was cleared;
        ``number``, ``actor`` and ``time`` of the event.
    """
    events = edition.history.events(["mark", "comment"]).drop_duplicates(ABOUT, keep="last")
    return events.assign(text=said_by(events))[[*ABOUT, "text", "number", "actor", "time"]]


def said_by(events: pd.DataFrame) -> pd.Series[str]:
    """Return what events say, marks and comments in the one form in which they are compared."""
    marks, comments = events["value"], events["text"]
    values = {value: number(value) for value in marks.unique()}
    return marks.map(values).where(events["kind"] == "mark", comments.map(plain)).astype("str")


def _held(recorded: pd.DataFrame, round_id: str, judge: str) -> OnRecord:
    """What is on record about one judge's sheet."""
    own = recorded[(recorded["round"] == round_id) & (recorded["judge_id"] == judge)]
    columns = ["entry_id", "kind", "criterion", "text", "number"]
    return {(*about,): (text, at) for *about, text, at in own[columns].itertuples(index=False, name=None)}


# Formulas


@dataclass(frozen=True)
class Total:
    """The round's first step, where it makes one number of a judge's marks.

    Args:
        factors: what each criterion's mark is multiplied by.
        terms: the decimals to which the products are rounded, if they are.
        places: the decimals to which their sum is rounded, if it is.
        divisor: what the sum is divided by.
    """

    factors: tuple[Fraction, ...]
    terms: int | None
    places: int | None
    divisor: int

    @classmethod
    def of(cls, rules: Rules, round_: Round, asked: Sequence[Criterion]) -> Total | None:
        """Return the total of what is asked of a judge for an entry, or None where the rules make none of it alone."""
        step = round_.score[0]
        if step.over != "criteria" or not isinstance(step, (Mean, WeightedMean)) or getattr(step, "best", None):
            return None
        ones = [Fraction(1)] * len(asked)
        factors = criterion_factors(step, round_, asked) if isinstance(step, WeightedMean) else ones
        # A spreadsheet rounds halves away from zero; what is rounded otherwise is shown unrounded.
        terms, places = (step.round_terms, step.round) if rules.rounding == "half_away" else (None, None)
        return cls(tuple(factors), terms, places, len(factors) if step.by == "mean" else 1)

    def formula(self, cells: Sequence[str]) -> str:
        """Return the formula over the cells of the criteria, blank while one of them is: blank is not zero."""
        common = 1 if self.terms is not None else lcm(*(factor.denominator for factor in self.factors))
        scaled = zip([factor * common for factor in self.factors], cells, strict=True)
        total = "+".join(_rounded(cell if factor == 1 else f"{factor}*{cell}", self.terms) for factor, cell in scaled)
        divisor = common * self.divisor
        total = _rounded(total if divisor == 1 else f"({total})/{divisor}", self.places)
        return f'=IF(COUNT({",".join(cells)})<{len(cells)},"",{total})'

    def value(self, marks: Sequence[str]) -> float | str:
        """Return what the formula comes to."""
        if not all(marks):
            return ""
        terms = [factor * Fraction(mark) for factor, mark in zip(self.factors, marks, strict=True)]
        if self.terms is not None:
            terms = [Fraction(rounded(term, self.terms, "half_away")) for term in terms]
        total = sum(terms, Fraction(0)) / self.divisor
        return float(total if self.places is None else rounded(total, self.places, "half_away"))


def _rounded(formula: str, places: int | None) -> str:
    return formula if places is None else f"ROUND({formula},{places})"


def _empty_formula(cells: Sequence[str]) -> str:
    """Return the formula that counts the cells without a mark."""
    return f"={len(cells)}-COUNT({','.join(cells)})"


def _same_formula(one: str, other: str) -> bool:
    """Tell whether two formulas are the same but for blanks, case and dollar signs."""
    return re.sub(r"[\s$]", "", one).upper() == re.sub(r"[\s$]", "", other).upper()


# Out


def write_sheets(edition: Edition, round_id: str, folder: Path, judges: Sequence[str] | None = None) -> list[Path]:
    """Write one workbook for each judge of a round's panel; nothing is ever overwritten.

    While the round is open, nobody but the judge sees values: marks and comments are left blank, and what the form has
    recorded counts as newer when the sheet comes back. In a closed round they are filled in as they are now.

    Args:
        edition: the contest; the workbooks are in its language.
        round_id: a scored round.
        folder: where they go.
        judges: ids; the whole panel unless given.

    Raises:
        unknown_round, unknown_judge: there is no such round or judge.
        round_of_values: no judge scores the round.
        not_in_panel: the judge has nothing to score in the round.
        EntrantsUnknown: a round before it is not closed.
        sheets_exist: files of these names are there; none is written.
        file_open_elsewhere: another program holds one of the files open.
    """
    require_judges(edition, round_id)
    panel = edition.panel(round_id)
    panel = panel[panel["entry_id"].isin(edition.entrants(round_id))]
    known, on_panel = Known(edition.registers.judges["judge_id"], "unknown_judge"), set(panel["judge_id"])
    asked = sorted(on_panel) if judges is None else [known(judge) for judge in judges]
    if strangers := [judge for judge in asked if judge not in on_panel]:
        raise Problem("not_in_panel", judge=strangers[0], round=round_id)
    made, recorded = {}, marks_on_record(edition)
    for judge in asked:
        own = reading_order(edition, round_id, judge, panel.loc[panel["judge_id"] == judge, "entry_id"])
        stem = edition.texts("sheets.stem", edition=edition.rules.edition, round=round_id, judge=judge)
        path = folder / f"{stem}{'-SIMULASI' if edition.rules.simulated else ''}.xlsx"
        made[path] = _workbook(edition, round_id, judge, own, _held(recorded, round_id, judge))
    return write_new(made)


def _workbook(edition: Edition, round_id: str, judge: str, entries: Sequence[str], on_record: OnRecord) -> bytes:
    """One judge's workbook."""
    is_open = edition.states[round_id] == "open"
    shown = {
        key: (plain(text[:LONGEST]), at) for key, (text, at) in on_record.items() if key[0] in entries and not is_open
    }
    round_, name = edition.rules.round(round_id), edition.registers.judges.set_index("judge_id").loc[judge, "name"]
    about = ["category", *["unit"] * (not round_.blind)]
    pages = Pages(edition, Origin.made(edition, round_id, judge, entries, on_record, shown), about)
    person = pages.t("sheets.judge_named", judge=judge, name=name)
    _instructions(pages, round_, person, is_open=is_open)
    _rubric(pages, round_)
    asked = {entry: edition.asked(round_id, judge, entry) for entry in entries}
    _table(pages, round_, person, asked, set(edition.record.recused(round_id, judge)["entry_id"]))
    return pages.to_xlsx(KIND, pages.t("sheets.table_title", round=round_.name.say(pages.t.language)))


def _page(pages: Pages, round_: Round, name: str, *, first: int = 0, landscape: bool = True) -> Page:
    t = pages.t
    contest = t("sheets.about", contest=pages.rules.title.say(t.language), judge=pages.imprint.judge_id)
    ranks = "_ranks" if round_.kind == "ranks" else ""
    title = t(f"sheets.{name}_title{ranks}", round=round_.name.say(t.language))
    return pages.page(t(f"sheets.{name}"), title, contest, first=first, landscape=landscape)


def _instructions(pages: Pages, round_: Round, person: str, *, is_open: bool) -> None:
    t, rules, page = pages.t, pages.rules, _page(pages, round_, "instructions", landscape=False)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 80)
    facts = {
        "contest": rules.title.say(t.language),
        "judge": person,
        "entries": t.show(len(pages.imprint.titles)),
        "scale": "; ".join(dict.fromkeys(_scale(round_, criterion, t) for criterion in _own(pages, round_))),
        "revision": pages.imprint.revision,
    }
    for row, (key, fact) in enumerate(facts.items(), HEADER_ROW + 1):
        pages.text(page, (row, 0), t(f"sheets.{key}"), **MUTED)
        pages.text(page, (row, 1), fact, text_wrap=True)
    ranks = "_ranks" if round_.kind == "ranks" else ""
    steps = [
        f"marks{ranks}",
        *["open"] * is_open,
        f"scale{ranks}",
        "empty" if Total.of(rules, round_, ()) else "yellow",
    ]
    steps += [*["unasked"] * (not round_.alike), "recused", "comments", *["blind"] * round_.blind]
    steps += ["saved", "returned", "alone"]
    words = {name: t(f"sheets.{name}") for name in ("table", "rubric", "recused")}
    words["organiser"] = rules.organiser.say(t.language)
    words["counts"] = empty_said(round_, t)
    first = HEADER_ROW + len(facts) + 2
    own = [*last_day_said(round_, t), *judging_said(round_, rules, t)[:-1]]
    said = [*own, *(t(f"sheets.how_{step}", **words) for step in steps)]
    pages.steps(page, first, said)
    if rules.notice:
        pages.text(page, (first + len(said) + 1, 1), rules.notice.say(t.language), text_wrap=True, **MUTED)


def _rubric(pages: Pages, round_: Round) -> None:
    t, page, own = pages.t, _page(pages, round_, "rubric"), _own(pages, round_)
    levels = sorted({level for criterion in own for level in criterion.levels}, key=Decimal)
    weight = bool(round_.criteria)
    asked = any(criterion.question for criterion in own)
    heads = [(t("columns.criterion"), 24), *[(t("sheets.weight"), 8)] * weight, (t("sheets.scale"), 15)]
    heads += [*[(t("sheets.question"), 26)] * asked, *((t("sheets.level", level=level), 27) for level in levels)]
    for column, (head, width) in enumerate(heads):
        page.set_column(column, column, width)
        pages.text(page, (HEADER_ROW, column), head, **HEAD)
    for row, criterion in enumerate(own, HEADER_ROW + 1):
        question = criterion.question.say(t.language) if criterion.question else ""
        name = [_named(round_, criterion, t)]
        if criterion.where:
            name.append(t("explain.for_where", where=where_said(criterion.where, pages.rules, t)))
        cells = ["\n".join(name), *[t.decimal(criterion.weight)] * weight, _scale(round_, criterion, t)]
        cells += [*[question] * asked, *(_level(criterion, level, t) for level in levels)]
        for column, cell in enumerate(cells):
            pages.text(page, (row, column), cell, **TEXT, bold=column == 0)
    if pages.rules.notice:
        pages.text(page, (HEADER_ROW + len(own) + 2, 0), pages.rules.notice.say(t.language), **MUTED)
    page.freeze_panes(HEADER_ROW + 1, 1)
    page.repeat_rows(HEADER_ROW)


def _own(pages: Pages, round_: Round) -> list[Criterion]:
    """The criteria that the workbook's judge marks."""
    return criteria_of(round_, pages.imprint.judge_id)


def _table(
    pages: Pages, round_: Round, person: str, asked: Mapping[str, Sequence[Criterion]], recused: set[str]
) -> None:
    from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # noqa: PLC0415

    t, page, own = pages.t, _page(pages, round_, "table", first=1), _own(pages, round_)
    marks = [column_id(("mark", criterion.id)) for criterion in own]
    several, entries = bool(round_.criteria), pages.imprint.titles
    heads = [Head(name, _weighted(round_, c, t), 9, several) for name, c in zip(marks, own, strict=True)]
    heads += [*[Head(TOTAL, t("sheets.total"), 9)] * bool(Total.of(pages.rules, round_, ()))]
    heads += [Head(EMPTY, t("sheets.empty"), 13)]
    heads += [Head(column_id(("comment", to)), t(f"sheets.comment_{to}"), 30) for to in ("entrant", "internal")]
    place = pages.table(page, heads, len(entries), 160 if several else 48)
    open_: dict[str, list[int]] = {criterion.id: [] for criterion in own}  # rows in which it is asked
    for row, entry in enumerate(entries, HEADER_ROW + 1):
        look = _GREY if entry in recused else {}
        _row(pages, page, row, place, entry, look, {criterion.id for criterion in asked[entry]})
        cells = [xl_rowcol_to_cell(row, place[column_id(("mark", criterion.id))]) for criterion in asked[entry]]
        held = [pages.imprint.base.get((entry, "mark", criterion.id), "") for criterion in asked[entry]]
        for criterion in asked[entry]:
            open_[criterion.id].append(row)
        if total := Total.of(pages.rules, round_, asked[entry]):
            style = pages.format(**BORDER, **look, bold=True, num_format="0.00", align="center")
            page.write_formula(row, place[TOTAL], total.formula(cells), style, total.value(held))
        if entry in recused:
            pages.text(page, (row, place[EMPTY]), t("sheets.recused"), **TEXT, **look)
        else:
            words = f'0 "{t("sheets.empty_format")}";;"{t("sheets.complete_format")}"'
            style = pages.format(**BORDER, num_format=words, align="left")
            page.write_formula(row, place[EMPTY], _empty_formula(cells), style, held.count(""))
    last, empty = HEADER_ROW + len(entries), xl_col_to_name(place[EMPTY])
    for criterion in own:
        if rows := open_[criterion.id]:
            column = place[column_id(("mark", criterion.id))]
            cell, runs = xl_rowcol_to_cell(rows[0], column), _runs(rows)
            others = [[first, column, end, column] for first, end in runs[1:]]
            allowed = _validation(round_, criterion, cell, t) | ({"other_cells": others} if others else {})
            page.data_validation(rows[0], column, runs[0][1], column, allowed)
            letters = xl_col_to_name(column)
            sand = {"format": pages.book.add_format({"bg_color": PALETTE["sand"]})}
            ranges = " ".join(f"{letters}{first + 1}:{letters}{end + 1}" for first, end in runs)
            missing = f"=AND(ISBLANK({cell}),N(${empty}{rows[0] + 1})>0)"
            where = (rows[0], column, runs[0][1], column)
            more = {"multi_range": ranges} if others else {}
            page.conditional_format(*where, {"type": "formula", "criteria": missing, **sand, **more})
            if round_.kind == "ranks":
                twice = pages.book.add_format({"font_color": PALETTE["amber"], "bold": True, "underline": 1})
                page.conditional_format(*where, {"type": "duplicate", "format": twice, **more})
    for row, line in ((last + 4, t("sheets.sign_date", line=_DOTS)), (last + 6, t("sheets.sign", line=_DOTS))):
        pages.text(page, (row, place[TITLE]), line)
    pages.text(page, (last + 8, place[TITLE]), person)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last of each run of rows without a gap."""
    starts = [row for n, row in enumerate(rows) if n == 0 or row != rows[n - 1] + 1]
    ends = [row for n, row in enumerate(rows) if n == len(rows) - 1 or row != rows[n + 1] - 1]
    return [*zip(starts, ends, strict=True)]


def _row(
    pages: Pages,
    page: Page,
    row: int,
    place: Mapping[str, int],
    entry: str,
    look: Mapping[str, object],
    asked: set[str],
) -> None:
    """Write what an entry is, and the cells that the judge fills in, unless these have a ``look`` of their own.

    Cells of criteria that are not asked are grey and locked.
    """
    pages.entry(page, row, place, entry, **look)
    for slot in slots(pages.rules.round(pages.imprint.round), pages.imprint.judge_id):
        at = (row, place[column_id(slot)])
        text, own = pages.imprint.base.get((entry, *slot), ""), look or OPEN
        if slot[0] == "mark" and slot[1] not in asked:
            own = _GREY
        if slot[0] == "comment":
            pages.text(page, at, text, **BORDER, **own, text_wrap=True)
        elif text:
            page.write_number(*at, float(text), pages.format(**BORDER, **own, align="center"))
        else:
            pages.text(page, at, text, **BORDER, **own, align="center")


# A round's criteria in words


def _scale(round_: Round, criterion: Criterion, t: Texts) -> str:
    """The marks that there are."""
    scale = round_.scale_of(criterion.id)
    key = "scale_ranks" if round_.kind == "ranks" else "scale_low" if round_.direction == "low" else "scale_said"
    return t(f"sheets.{key}", low=scale.low, high=scale.high, step=scale.step)


def _level(criterion: Criterion, level: str, t: Texts) -> str:
    """What a level means, where the criterion describes it."""
    return criterion.levels[level].say(t.language) if level in criterion.levels else ""


def _named(round_: Round, criterion: Criterion, t: Texts) -> str:
    """The criterion's name, after its id where that is a code such as K1; a single mark has the round's name."""
    name = criterion.name.say(t.language)
    code = any(map(str.isdigit, criterion.id))  # a word such as "baru" says no more than the name
    if not round_.criteria or name == criterion.id or not code:
        return name
    return t("sheets.criterion", id=criterion.id, name=name)


def _weighted(round_: Round, criterion: Criterion, t: Texts) -> str:
    """The same with the weight."""
    name = _named(round_, criterion, t)
    if round_.kind == "ranks":
        return t("sheets.ranked", criterion=name, low=round_.scale_of(criterion.id).low)
    return t("sheets.weighted", criterion=name, weight=criterion.weight) if round_.criteria else name


def _validation(round_: Round, criterion: Criterion, cell: str, t: Texts) -> dict[str, object]:
    """What a cell accepts, in xlsxwriter's words, with what it shows when selected and when it refuses.

    The rounding is for steps such as 0.1, which no computer holds exactly.
    """
    scale = round_.scale_of(criterion.id)
    refused = "refused_ranks" if round_.kind == "ranks" else "refused"
    steps = f"({cell}-({scale.low:f}))/{scale.step:f}"
    holds = f"ROUND({steps},6)=ROUND({steps},0)"
    return {
        "validate": "custom",
        "value": f"=AND(ISNUMBER({cell}),{cell}>={scale.low:f},{cell}<={scale.high:f},{holds})",
        "input_title": shorten(_named(round_, criterion, t), _PROMPT_TITLE, placeholder="…"),
        "input_message": _prompt(round_, criterion, t),
        "error_title": t("sheets.refused_title"),
        "error_message": t(f"sheets.{refused}", low=scale.low, high=scale.high, step=scale.step),
    }


def _prompt(round_: Round, criterion: Criterion, t: Texts) -> str:
    """The scale, and as much of each level's description as fits."""
    levels = [(level, _level(criterion, level, t)) for level in sorted(criterion.levels, key=Decimal)]
    for longest in range(_PROMPT, 0, -1):
        said = [(level, shorten(text, longest, placeholder="…")) for level, text in levels]
        lines = [t("sheets.level_said", level=level, text=text) for level, text in said]
        if len(message := "\n".join([_scale(round_, criterion, t), *lines])) <= _PROMPT:
            return message
    return _scale(round_, criterion, t)


# Back


def is_sheet(path: Path) -> bool:
    """Tell whether a file is one of the kit's score sheets."""
    return is_workbook(path, KIND)


def read_score_sheet(
    edition: Edition, path: Path, file: str, recorded: pd.DataFrame, mistakes: Collector
) -> ReturnedSheet:
    """Read and check a score sheet; nothing is compared or recorded.

    Args:
        edition: the contest.
        path: where the workbook lies.
        file: its name in mistakes.
        recorded: what the ledger holds (:func:`marks_on_record`); what was right once is not checked again.
        mistakes: gets everything that is wrong in cells.

    Raises:
        Problem: it is no score sheet of this edition, or not as it was written.
    """
    book = load(path, KIND, edition.name, file)
    return read_sheet(book, _form(edition, book, recorded), mistakes)


def _form(edition: Edition, book: Workbook, recorded: pd.DataFrame) -> Form:
    """What the score sheet of this judge has to fill in.

    Raises:
        unknown_round, unknown_judge: there is no such round or judge any more.
    """
    own = book.imprint
    round_ = edition.scored(own.round)
    Known(edition.registers.judges["judge_id"], "unknown_judge")(own.judge_id)
    totals = Total.of(edition.rules, round_, ()) is not None

    def read(slot: Slot, texts: Sequence[str], _: str) -> str:
        return number(check_mark(edition.rules, round_.id, slot[1], texts[0])) if slot[0] == "mark" else texts[0]

    def wrong(row: Mapping[str, Cell]) -> Iterator[tuple[Problem, Cell]]:
        asked = edition.asked(round_.id, own.judge_id, row[KEY].text)
        cells = [row[column_id(("mark", criterion.id))].coordinate for criterion in asked]
        wanted = {EMPTY: _empty_formula(cells)} if row[EMPTY].kind != "s" else {}  # a word where recused
        if total := Total.of(edition.rules, round_, asked):
            wanted |= {TOTAL: total.formula(cells)}
        for name, formula in wanted.items():
            if row[name].kind != "f" or not _same_formula(row[name].text, formula):
                yield Problem("formula_changed"), row[name]

    on_record = _held(recorded, own.round, own.judge_id)
    return Form(slots(round_, own.judge_id), on_record, read, computed=[EMPTY, *[TOTAL] * totals], wrong=wrong)
