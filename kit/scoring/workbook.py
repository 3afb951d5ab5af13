"""A judge's score sheet as a workbook: instructions, rubric, and a table that refuses what the rules do not have."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kit.columns import Known
from kit.errors import KitError
from kit.fields import UnknownJudge, UnknownRound
from kit.registers import NotInPanel
from kit.report.batch import write
from kit.report.style import PALETTE
from kit.scoring import sheet as form
from kit.scoring.order import reading_order
from kit.scoring.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kit.edition import Edition

    _Page = Any  # xlsxwriter has no types

# Rows of the table, from 0: the hidden ids, the title, what the sheet is, the header; entries follow.
_IDS, _TITLE, _ABOUT, _HEADER = range(4)

# Excel's own limit, in characters.
_CELL = 32_767

_LIVE = ("=", "+", "-", "@")  # what a spreadsheet would read as a formula when somebody edits the cell
_DOTS = "." * 60
_BORDER = {"border": 1, "border_color": PALETTE["line"]}
_HEAD = {**_BORDER, "bold": True, "text_wrap": True, "bg_color": PALETTE["tint"], "valign": "bottom"}
_TEXT = {**_BORDER, "text_wrap": True}
_OPEN = {"locked": False}
_GREY = {"bg_color": PALETTE["line"]}
_WARNING = {"font_color": PALETTE["amber"], "bold": True}
_MUTED = {"font_color": PALETTE["muted"]}
_PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}


class SheetsExist(KitError, FileExistsError):
    """Score sheets were to be written where files of that name lie; a judge may have filled them in."""


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
        UnknownRound, UnknownJudge: there is no such round or judge.
        NotInPanel: the judge has nothing to score in the round.
        EntrantsUnknown: a round before it is not closed.
        SheetsExist: files of these names are there; none is written.
        FileOpenElsewhere: another program holds one of the files open.
    """
    Known([*edition.states], UnknownRound)(round_id)
    panel = edition.panel(round_id)
    panel = panel[panel["entry_id"].isin(edition.entrants(round_id))]
    known, on_panel = Known(edition.registers.judges["judge_id"], UnknownJudge), set(panel["judge_id"])
    asked = sorted(on_panel) if judges is None else [known(judge) for judge in judges]
    if strangers := [judge for judge in asked if judge not in on_panel]:
        raise NotInPanel(judge=strangers[0], round=round_id)
    made, said = {}, form.said_in(edition, round_id)
    for judge in asked:
        own = reading_order(edition, round_id, judge, panel.loc[panel["judge_id"] == judge, "entry_id"])
        sheet = _JudgeSheet(edition, round_id, judge, own, said.get(judge, {}))
        made[folder / f"{sheet.stem}.xlsx"] = sheet.to_xlsx()
    if there := [path.name for path in made if path.exists()]:
        raise SheetsExist(n=len(there), files=there)
    for path, content in made.items():
        write(path, content)
    return list(made)


class _JudgeSheet:
    """One judge's workbook."""

    def __init__(self, edition: Edition, round_id: str, judge: str, entries: Sequence[str], said: form.Said) -> None:
        self.rules, self.t = edition.rules, edition.texts
        self.round, self.judge = edition.rules.round(round_id), judge
        known = {str(facts["entry_id"]): facts for facts in edition.registers.entries.to_dict("records")}
        self.entries = {entry: known[entry] for entry in entries}
        self.units = edition.registers.units.set_index("unit_id")["name"]
        self.person = edition.registers.judges.set_index("judge_id").loc[judge, "name"]
        self.recused = set(edition.record.recused(round_id, judge)["entry_id"])
        self.open = edition.states[round_id] == "open"
        shown = {} if self.open else {key: text for key, (text, _) in said.items() if text and key[0] in self.entries}
        self.imprint = form.Imprint(
            edition=edition.name,
            round=round_id,
            judge_id=judge,
            last=max((number for _, number in said.values()), default=0),
            titles={entry: form.plain(facts["title"][:_CELL]) for entry, facts in self.entries.items()},
            base={key: form.plain(text[:_CELL]) for key, text in shown.items()},
        )
        self.total = form.Total.of(edition.rules, self.round)
        self.say = Wording(self.round, self.t)
        self.formats: dict[str, Any] = {}

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        stem = self.t("sheets.stem", edition=self.rules.edition, round=self.round.id, judge=self.judge)
        return f"{stem}-SIMULASI" if self.rules.simulated else stem

    @property
    def name(self) -> str:
        """The round's name."""
        return self.round.name.say(self.t.language)

    def to_xlsx(self) -> bytes:
        """The workbook as bytes."""
        import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

        written = BytesIO()
        with xlsxwriter.Workbook(written, {"in_memory": True}) as self.book:
            self.book.set_properties({"title": self.t("sheets.table_title", round=self.name)})
            self.book.set_custom_property(form.PROPERTY, self.imprint.name)
            self._instructions()
            self._rubric()
            self._table()
            hidden = self.book.add_worksheet(form.HIDDEN)
            hidden.very_hidden()
            for row, piece in enumerate(self.imprint.cells()):
                hidden.write_string(row, 0, piece)
        return written.getvalue()

    # Pages

    def _page(self, name: str, *, landscape: bool = True) -> _Page:
        """A new sheet for A4, as wide as the paper, with its title and whether all is simulated."""
        t, page = self.t, self.book.add_worksheet(self.t(f"sheets.{name}"))
        page.hide_gridlines(2)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        if landscape:
            page.set_landscape()
        simulated = t("document.simulated") if self.rules.simulated else ""
        page.set_header(f"&C&B{simulated}")
        number = t("document.page", page="&P", pages="&N")
        page.set_footer(f"&L{t('sheets.circulation')}&C{self.imprint.name}&R{number}")
        page.protect("", _PROTECTED)
        first = 1 if name == "table" else 0  # the ids stand to the left of the table
        contest = t("sheets.about", contest=self.rules.title.say(t.language), judge=self.judge)
        self._text(page, (_TITLE, first), t(f"sheets.{name}_title", round=self.name), bold=True, font_size=14)
        self._text(page, (_ABOUT, first), f"{simulated} · {contest}".strip(" ·"), **_WARNING if simulated else _MUTED)
        return page

    def _format(self, **look: object) -> Any:  # noqa: ANN401  (xlsxwriter has no types)
        key = repr(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", "font_color": PALETTE["ink"], **look})
        return self.formats[key]

    def _text(self, page: _Page, at: tuple[int, int], text: str, **look: object) -> None:
        """Write text that stays text, also when somebody edits the cell."""
        look |= {"quote_prefix": True} if text.startswith(_LIVE) else {}
        (page.write_string if text else page.write_blank)(*at, text[:_CELL], self._format(**look))

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
        for row, (key, fact) in enumerate(facts.items(), _HEADER + 1):
            self._text(page, (row, 0), t(f"sheets.{key}"), **_MUTED)
            self._text(page, (row, 1), fact, text_wrap=True)
        steps = ["marks", *["open"] * self.open, "scale", "empty", "recused", "comments"]
        steps += ["blind"] * self.round.blind
        steps += ["saved", "returned", "alone"]
        words = {"table": t("sheets.table"), "rubric": t("sheets.rubric"), "recused": t("sheets.recused")}
        words["organiser"] = self.rules.organiser.say(t.language)
        first = _HEADER + len(facts) + 2
        for n, step in enumerate(steps):
            self._text(page, (first + n, 0), f"{n + 1}.", align="right")
            self._text(page, (first + n, 1), t(f"sheets.how_{step}", **words), text_wrap=True)
        if self.rules.notice:
            self._text(page, (first + len(steps) + 1, 1), self.rules.notice.say(t.language), text_wrap=True, **_MUTED)

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
            self._text(page, (_HEADER, column), head, **_HEAD)
        for row, criterion in enumerate(self.round.marked, _HEADER + 1):
            question = criterion.question.say(t.language) if criterion.question else ""
            cells = [self.say.criterion(criterion), *[t.decimal(criterion.weight)] * weight, self.say.scale(criterion)]
            cells += [*[question] * asked, *(self.say.level(criterion, level) for level in levels)]
            for column, cell in enumerate(cells):
                self._text(page, (row, column), cell, **_TEXT, bold=column == 0)
        if self.rules.notice:
            self._text(page, (_HEADER + len(self.round.marked) + 2, 0), self.rules.notice.say(t.language), **_MUTED)
        page.freeze_panes(_HEADER + 1, 1)
        page.repeat_rows(_HEADER)

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
            self._text(page, (_IDS, column), name)
            self._text(page, (_HEADER, column), head, **_HEAD, **turned)
        for row, entry in enumerate(self.entries, _HEADER + 1):
            cells = [xl_rowcol_to_cell(row, column) for column in at]
            self._row(page, row, entry, place, cells)
        first, last = _HEADER + 1, _HEADER + len(self.entries)
        for criterion, column in zip(self.round.marked, at, strict=True):
            cell = xl_rowcol_to_cell(first, column)
            page.data_validation(first, column, last, column, self.say.validation(criterion, cell))
        missing = (
            f"=AND(ISBLANK({xl_rowcol_to_cell(first, at[0])}),N(${xl_col_to_name(place[form.EMPTY])}{first + 1})>0)"
        )
        rule = {"type": "formula", "criteria": missing, "format": self.book.add_format({"bg_color": PALETTE["sand"]})}
        page.conditional_format(first, at[0], last, at[-1], rule)
        page.set_row(_IDS, None, None, {"hidden": True})
        page.set_row(_HEADER, 160 if self.round.criteria else 48)
        page.set_column(0, 0, None, None, {"hidden": True})
        page.autofilter(_HEADER, 0, last, len(columns) - 1)
        page.freeze_panes(first, place[form.TITLE] + 1)
        page.repeat_rows(_HEADER)
        for row, line in enumerate(("sheets.sign_date", "sheets.sign"), last + 2):
            self._text(page, (2 * row - last, place[form.TITLE]), t(line, line=_DOTS))
        self._text(page, (last + 8, place[form.TITLE]), t("sheets.judge_named", judge=self.judge, name=self.person))

    def _row(self, page: _Page, row: int, entry: str, place: dict[str, int], cells: Sequence[str]) -> None:
        facts = self.entries[entry]
        category = next(c.name.say(self.t.language) for c in self.rules.categories if c.id == facts["category"])
        shown = {form.KEY: entry, form.ENTRY: entry, form.TITLE: self.imprint.titles[entry], "kit:category": category}
        if not self.round.blind:
            shown["kit:unit"] = self.units[facts["unit_id"]]
        recused = entry in self.recused
        look = _GREY if recused else {}
        for name, text in shown.items():
            self._text(page, (row, place[name]), text, **_TEXT, **look)
        page.write_number(row, place["kit:number"], row - _HEADER, self._format(**_TEXT, **look, align="center"))
        for slot in form.slots(self.round):
            at = (row, place[form.column_id(slot)])
            text, own = self.imprint.base.get((entry, *slot), ""), look if recused else _OPEN
            if slot[0] == "mark" and text:
                page.write_number(*at, float(text), self._format(**_BORDER, **own, align="center"))
            else:
                self._text(page, at, text, **_BORDER, **own, **_mark_or_comment(slot[0]))
        marks = [self.imprint.base.get((entry, "mark", criterion.id), "") for criterion in self.round.marked]
        if self.total:
            style = self._format(**_BORDER, **look, bold=True, num_format="0.00", align="center")
            page.write_formula(row, place[form.TOTAL], self.total.formula(cells), style, self.total.value(marks))
        if recused:
            self._text(page, (row, place[form.EMPTY]), self.t("sheets.recused"), **_TEXT, **look)
        else:
            words = f'0 "{self.t("sheets.empty_format")}";;"{self.t("sheets.complete_format")}"'
            style = self._format(**_BORDER, num_format=words, align="left")
            page.write_formula(row, place[form.EMPTY], form.empty_formula(cells), style, marks.count(""))


def _mark_or_comment(kind: str) -> dict[str, object]:
    return {"text_wrap": True} if kind == "comment" else {"align": "center"}
