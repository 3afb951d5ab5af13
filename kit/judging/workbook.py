"""A judge's score sheet as a workbook: instructions, rubric, and a table that refuses what the rules do not have."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.columns import Known
from kit.errors import Problem
from kit.files import write
from kit.judging import sheet as form
from kit.judging.assignment import reading_order
from kit.judging.pages import BORDER, CELL, HEAD, HEADER, IDS, MUTED, OPEN, TEXT, Pages
from kit.judging.wording import Wording
from kit.theme import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.judging.pages import Page

_DOTS = "." * 60
_GREY = {"bg_color": PALETTE["line"]}


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
        not_in_panel: the judge has nothing to score in the round.
        EntrantsUnknown: a round before it is not closed.
        sheets_exist: files of these names are there; none is written.
        file_open_elsewhere: another program holds one of the files open.
    """
    Known([*edition.states], "unknown_round")(round_id)
    panel = edition.panel(round_id)
    panel = panel[panel["entry_id"].isin(edition.entrants(round_id))]
    known, on_panel = Known(edition.registers.judges["judge_id"], "unknown_judge"), set(panel["judge_id"])
    asked = sorted(on_panel) if judges is None else [known(judge) for judge in judges]
    if strangers := [judge for judge in asked if judge not in on_panel]:
        raise Problem("not_in_panel", judge=strangers[0], round=round_id)
    made, said = {}, form.said_in(edition, round_id)
    for judge in asked:
        own = reading_order(edition, round_id, judge, panel.loc[panel["judge_id"] == judge, "entry_id"])
        sheet = _JudgeSheet(edition, round_id, judge, own, said.get(judge, {}))
        made[folder / f"{sheet.stem}.xlsx"] = sheet.to_xlsx()
    if there := [path.name for path in made if path.exists()]:
        raise Problem("sheets_exist", n=len(there), files=there)
    for path, content in made.items():
        write(path, content)
    return list(made)


class _JudgeSheet(Pages):
    """One judge's workbook."""

    def __init__(self, edition: Edition, round_id: str, judge: str, entries: Sequence[str], said: form.Said) -> None:
        self.round, self.judge = edition.rules.round(round_id), judge
        known = {str(facts["entry_id"]): facts for facts in edition.registers.entries.to_dict("records")}
        self.entries = {entry: known[entry] for entry in entries}
        self.units = edition.registers.units.set_index("unit_id")["name"]
        self.person = edition.registers.judges.set_index("judge_id").loc[judge, "name"]
        self.recused = set(edition.record.recused(round_id, judge)["entry_id"])
        self.open = edition.states[round_id] == "open"
        shown = {} if self.open else {key: text for key, (text, _) in said.items() if text and key[0] in self.entries}
        imprint = form.Imprint(
            edition=edition.name,
            round=round_id,
            judge_id=judge,
            last=max((number for _, number in said.values()), default=0),
            titles={entry: form.plain(facts["title"][:CELL]) for entry, facts in self.entries.items()},
            base={key: form.plain(text[:CELL]) for key, text in shown.items()},
        )
        super().__init__(edition.rules, edition.texts, imprint)
        self.total = form.Total.of(edition.rules, self.round)
        self.say = Wording(self.round, self.t)

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        stem = self.t("sheets.stem", edition=self.rules.edition, round=self.round.id, judge=self.judge)
        return f"{stem}-SIMULASI" if self.rules.simulated else stem

    @property
    def name(self) -> str:
        """The round's name."""
        return self.round.name.say(self.t.language)

    def fill(self) -> str:
        """Instructions, rubric and table."""
        self._instructions()
        self._rubric()
        self._table()
        return self.t("sheets.table_title", round=self.name)

    # Pages

    def _page(self, name: str, *, landscape: bool = True) -> Page:
        contest = self.t("sheets.about", contest=self.rules.title.say(self.t.language), judge=self.judge)
        title = self.t(f"sheets.{name}_title", round=self.name)
        first = 1 if name == "table" else 0  # the ids stand to the left of the table
        return self.page(self.t(f"sheets.{name}"), title, contest, first=first, landscape=landscape)

    def _instructions(self) -> None:
        t, page = self.t, self._page("instructions", landscape=False)
        page.set_column(0, 0, 24)
        page.set_column(1, 1, 80)
        facts = {
            "contest": self.rules.title.say(t.language),
            "judge": t("sheets.judge_named", judge=self.judge, name=self.person),
            "entries": t.show(len(self.entries)),
            "scale": "; ".join(dict.fromkeys(self.say.scale(criterion) for criterion in self.round.marked)),
            "revision": self.imprint.revision,
        }
        for row, (key, fact) in enumerate(facts.items(), HEADER + 1):
            self.text(page, (row, 0), t(f"sheets.{key}"), **MUTED)
            self.text(page, (row, 1), fact, text_wrap=True)
        steps = ["marks", *["open"] * self.open, "scale", "empty", "recused", "comments"]
        steps += ["blind"] * self.round.blind
        steps += ["saved", "returned", "alone"]
        words = {"table": t("sheets.table"), "rubric": t("sheets.rubric"), "recused": t("sheets.recused")}
        words["organiser"] = self.rules.organiser.say(t.language)
        first = HEADER + len(facts) + 2
        for n, step in enumerate(steps):
            self.text(page, (first + n, 0), f"{n + 1}.", align="right")
            self.text(page, (first + n, 1), t(f"sheets.how_{step}", **words), text_wrap=True)
        if self.rules.notice:
            self.text(page, (first + len(steps) + 1, 1), self.rules.notice.say(t.language), text_wrap=True, **MUTED)

    def _rubric(self) -> None:
        t, page = self.t, self._page("rubric")
        levels = sorted({level for c in self.round.marked for level in c.levels}, key=Decimal)
        weight = bool(self.round.criteria)
        asked = any(criterion.question for criterion in self.round.marked)
        heads = [t("columns.criterion"), *[t("sheets.weight")] * weight, t("sheets.scale")]
        heads += [*[t("sheets.question")] * asked, *(t("sheets.level", level=level) for level in levels)]
        widths = [24, *[8] * weight, 15, *[26] * asked, *[27] * len(levels)]
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            page.set_column(column, column, width)
            self.text(page, (HEADER, column), head, **HEAD)
        for row, criterion in enumerate(self.round.marked, HEADER + 1):
            question = criterion.question.say(t.language) if criterion.question else ""
            cells = [self.say.criterion(criterion), *[t.decimal(criterion.weight)] * weight, self.say.scale(criterion)]
            cells += [*[question] * asked, *(self.say.level(criterion, level) for level in levels)]
            for column, cell in enumerate(cells):
                self.text(page, (row, column), cell, **TEXT, bold=column == 0)
        if self.rules.notice:
            self.text(page, (HEADER + len(self.round.marked) + 2, 0), self.rules.notice.say(t.language), **MUTED)
        page.freeze_panes(HEADER + 1, 1)
        page.repeat_rows(HEADER)

    # The table

    def _table(self) -> None:
        from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # noqa: PLC0415

        t, page = self.t, self._page("table")
        given = [(form.ENTRY, t("columns.entry_id"), 9), (form.TITLE, t("columns.title"), 34)]
        facts = [*[("unit", 24)] * (not self.round.blind), ("category", 14)]
        given += [(f"kit:{name}", t(f"columns.{name}"), width) for name, width in facts]
        marks = [(form.column_id(("mark", c.id)), self.say.weighted(c), 9) for c in self.round.marked]
        ends = [*[(form.TOTAL, t("sheets.total"), 9)] * bool(self.total), (form.EMPTY, t("sheets.empty"), 13)]
        comments = [(form.column_id(("comment", to)), t(f"sheets.comment_{to}"), 30) for to in ("entrant", "internal")]
        columns = [(form.KEY, form.HEADER, 0), ("kit:number", t("columns.number"), 5), *given, *marks, *ends, *comments]
        place = {name: column for column, (name, _, _) in enumerate(columns)}
        at = [place[name] for name, _, _ in marks]
        for column, (name, head, width) in enumerate(columns):
            turned = {"rotation": 90, "align": "center"} if column in at and self.round.criteria else {}
            page.set_column(column, column, width)
            self.text(page, (IDS, column), name)
            self.text(page, (HEADER, column), head, **HEAD, **turned)
        for row, entry in enumerate(self.entries, HEADER + 1):
            cells = [xl_rowcol_to_cell(row, column) for column in at]
            self._row(page, row, entry, place, cells)
        first, last = HEADER + 1, HEADER + len(self.entries)
        for criterion, column in zip(self.round.marked, at, strict=True):
            cell = xl_rowcol_to_cell(first, column)
            page.data_validation(first, column, last, column, self.say.validation(criterion, cell))
        missing = (
            f"=AND(ISBLANK({xl_rowcol_to_cell(first, at[0])}),N(${xl_col_to_name(place[form.EMPTY])}{first + 1})>0)"
        )
        rule = {"type": "formula", "criteria": missing, "format": self.book.add_format({"bg_color": PALETTE["sand"]})}
        page.conditional_format(first, at[0], last, at[-1], rule)
        page.set_row(IDS, None, None, {"hidden": True})
        page.set_row(HEADER, 160 if self.round.criteria else 48)
        page.set_column(0, 0, None, None, {"hidden": True})
        page.autofilter(HEADER, 0, last, len(columns) - 1)
        page.freeze_panes(first, place[form.TITLE] + 1)
        page.repeat_rows(HEADER)
        for row, line in enumerate(("sheets.sign_date", "sheets.sign"), last + 2):
            self.text(page, (2 * row - last, place[form.TITLE]), t(line, line=_DOTS))
        self.text(page, (last + 8, place[form.TITLE]), t("sheets.judge_named", judge=self.judge, name=self.person))

    def _row(self, page: Page, row: int, entry: str, place: dict[str, int], cells: Sequence[str]) -> None:
        facts = self.entries[entry]
        category = next(c.name.say(self.t.language) for c in self.rules.categories if c.id == facts["category"])
        shown = {form.KEY: entry, form.ENTRY: entry, form.TITLE: self.imprint.titles[entry], "kit:category": category}
        if not self.round.blind:
            shown["kit:unit"] = self.units[facts["unit_id"]]
        recused = entry in self.recused
        look = _GREY if recused else {}
        for name, text in shown.items():
            self.text(page, (row, place[name]), text, **TEXT, **look)
        page.write_number(row, place["kit:number"], row - HEADER, self.format(**TEXT, **look, align="center"))
        for slot in form.slots(self.round):
            at = (row, place[form.column_id(slot)])
            text, own = self.imprint.base.get((entry, *slot), ""), look if recused else OPEN
            if slot[0] == "mark" and text:
                page.write_number(*at, float(text), self.format(**BORDER, **own, align="center"))
            else:
                self.text(page, at, text, **BORDER, **own, **_mark_or_comment(slot[0]))
        marks = [self.imprint.base.get((entry, "mark", criterion.id), "") for criterion in self.round.marked]
        if self.total:
            style = self.format(**BORDER, **look, bold=True, num_format="0.00", align="center")
            page.write_formula(row, place[form.TOTAL], self.total.formula(cells), style, self.total.value(marks))
        if recused:
            self.text(page, (row, place[form.EMPTY]), self.t("sheets.recused"), **TEXT, **look)
        else:
            words = f'0 "{self.t("sheets.empty_format")}";;"{self.t("sheets.complete_format")}"'
            style = self.format(**BORDER, num_format=words, align="left")
            page.write_formula(row, place[form.EMPTY], form.empty_formula(cells), style, marks.count(""))


def _mark_or_comment(kind: str) -> dict[str, object]:
    return {"text_wrap": True} if kind == "comment" else {"align": "center"}
