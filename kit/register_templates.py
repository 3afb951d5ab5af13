"""Workbooks in which registers are filled in: choices from the rules, locked headers, a guide.

The register stands on the first sheet, which the kit reads like any other register; the guide with its examples is a
sheet of its own, so no example is ever taken for an entry. Choices that the workbook offers lie on a hidden sheet.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kit.registers import COLUMNS, DATES, REQUIRED, RESERVE, STAGES, YES_OR_NO
from kit.tables import letter
from kit.texts import Texts
from kit.workbooks import HEAD, MUTED, OPEN, PROTECTED, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.registers import Name
    from kit.rules import Rules
    from kit.workbooks import Page

_ROWS = 5_000  # that offer choices, at least
_WIDTHS = {"title": 44, "name": 40, "unit_id": 30, "category": 28, "benefit": 40, "institution": 32, "conflicts": 30}
_WIDTHS |= dict.fromkeys(DATES, 19) | {"unit_type": 24, "partners": 34, "documents": 34, "rounds": 22}
_LOOK = {"valign": "top", "text_wrap": True}
_DAY = {"id": "[$-421]d mmmm yyyy", "en": "[$-809]d mmmm yyyy"}  # in words: nobody mistakes the month for the day
_EXAMPLE_DAY = date(2026, 2, 27)


def label(name: Name, column: str, t: Texts) -> str:
    """Return a column's header on the template; those that must be filled end in a star."""
    known = next((key for key in (f"columns.{name}_{column}", f"columns.{column}") if t.has(key)), None)
    return (t(known) if known else column) + (" *" if column in REQUIRED[name] else "")


def register_columns(name: Name, rules: Rules) -> tuple[str, ...]:
    """Return the columns of a register, with those of the entries that the rules look at beside the kit's own."""
    own = COLUMNS[name]
    if name != "entries":
        return own
    return (*own, *(column for column in rules.named_columns if column not in {*own, *COLUMNS["units"]}))


def _about(name: Name, column: str, rules: Rules, t: Texts) -> str:
    """Return what a column holds."""
    if column in COLUMNS[name]:
        return t(f"registers.about_{name}_{column}")
    texts = rules.asked_texts(column)
    return t("registers.about_named_as", texts=list(texts)) if texts else t("registers.about_named")


def template(name: Name, rules: Rules, rows: Iterable[Mapping[Any, str]] = (), units: Sequence[str] = ()) -> bytes:
    """Return the workbook of a register.

    Args:
        name: ``units``, ``entries``, ``judges`` or ``values``.
        rules: what there is to choose from, and the language.
        rows: what is filled in already, by the kit's own column names.
        units: the names of units that entries can choose from; other texts may be typed as well.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  (only workbooks need it)

    t, written, rows = Texts(rules.language), BytesIO(), list(rows)
    book = Workbook(written, {"in_memory": True})
    page, guide, hidden = (book.add_worksheet(title) for title in (t(f"registers.{name}"), t("registers.guide"), "kit"))
    hidden.hide()
    last = max(_ROWS, 2 * len(rows))
    head, optional = book.add_format(HEAD), book.add_format(HEAD | MUTED)
    days = book.add_format(OPEN | _LOOK | {"num_format": _DAY[t.language], "align": "left"})
    words = book.add_format(OPEN | _LOOK | {"num_format": "@"})  # as text: a code keeps its zeros
    for at, column in enumerate(register_columns(name, rules)):
        look = days if column in DATES else words
        page.set_column(at, at, 16 if at == 0 else _WIDTHS.get(column, 16), look)
        page.write_string(0, at, label(name, column, t), head if column in REQUIRED[name] else optional)
        page.data_validation(1, at, last, at, _validation(name, column, at, rules, units, hidden, t))
        for row, cells in enumerate(rows, 1):
            if text := cells.get(column, ""):
                if column in DATES:
                    page.write_datetime(row, at, date.fromisoformat(text), look)
                else:
                    page.write_string(row, at, text, look)
    page.set_row(0, 34)
    page.freeze_panes(1, 1)
    page.protect("", PROTECTED | {"insert_rows": True, "delete_rows": True})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1 if name != "entries" else 2, 0)
    page.repeat_rows(0)
    _guide(book, guide, name, rules, units, t)
    book.close()
    return written.getvalue()


def _choices(name: Name, column: str, rules: Rules, units: Sequence[str], t: Texts) -> Sequence[str]:
    """Return what a column offers to choose from; nothing where anything may be typed."""
    if column == "unit_type":
        return [kind for group in rules.groups for kind in group.unit_types]
    if column == "category":
        return [category.name.say(t.language) for category in rules.categories]
    if column == "rounds":
        return [*(round_.id for round_ in rules.rounds), RESERVE]
    if name == "entries" and column == "unit_id":
        return units
    if column in {"stage", "value_id"}:
        return STAGES if column == "stage" else rules.named_values
    return [t("labels.yes"), t("labels.no")] if column in YES_OR_NO else ()


def _validation(
    name: Name,
    column: str,
    at: int,
    rules: Rules,
    units: Sequence[str],
    hidden: Page,
    t: Texts,
) -> dict[str, object]:
    """Return what Excel shows beside the cells of a column, and what it lets in."""
    about: dict[str, object] = {
        "input_title": label(name, column, t)[:32],
        "input_message": _about(name, column, rules, t),
    }
    if choices := _choices(name, column, rules, units, t):
        hidden.write_column(0, at, choices)
        source = f"=kit!${letter(at)}$1:${letter(at)}${len(choices)}"
        strict = column not in {"unit_id", "rounds"}  # which may hold something else as well
        return about | {
            "validate": "list", "source": source, "error_title": t("registers.choose"),
            "error_message": t("registers.not_a_choice"), "error_type": "stop" if strict else "information",
        }  # fmt: skip
    if column == COLUMNS[name][0] and name != "values":
        ids = letter(at)
        once = f"=COUNTIF(${ids}:${ids},{ids}2)=1"
        return about | {"validate": "custom", "value": once, "error_message": t("registers.id_twice")}
    if column in DATES:
        return about | {
            "validate": "date", "criteria": ">", "value": date(1950, 1, 1), "error_type": "warning",
            "error_message": t("registers.not_a_date"),
        }  # fmt: skip
    return about | {"validate": "any"}


def _guide(book: Any, page: Page, name: Name, rules: Rules, units: Sequence[str], t: Texts) -> None:  # noqa: ANN401
    """Write the guide: what to do, what each column holds with an example, and which type is in which group."""
    title, head = book.add_format({"bold": True, "font_size": 14}), book.add_format(HEAD)
    text, muted = book.add_format(TEXT | {"valign": "top"}), book.add_format(TEXT | MUTED | {"valign": "top"})
    plain, number = book.add_format(_LOOK), book.add_format({"valign": "top", "align": "right"})
    about = {"sheet": t(f"registers.{name}"), "edition": rules.edition, "file": f"{name}.xlsx"}
    for at, width in enumerate((4, 30, 10, 62, 40)):
        page.set_column(at, at, width)
    page.write_string(0, 0, t("registers.guide_title", **about), title)
    steps = ["rows", "required", "save", "check", *(["form"] if name == "entries" else [])]
    for n, step in enumerate(steps, 1):
        page.write_string(n, 0, f"{n}.", number)
        page.merge_range(n, 1, n, 4, t(f"registers.step_{step}", **about), plain)
    row = len(steps) + 2
    for at, part in enumerate(("column", "required", "about", "example"), 1):
        page.write_string(row, at, t(f"registers.head_{part}"), head)
    for column in register_columns(name, rules):
        row += 1
        needed = t("labels.yes") if column in REQUIRED[name] else "–"
        cells = [label(name, column, t), needed, _about(name, column, rules, t)]
        for at, said in enumerate(cells, 1):
            page.write_string(row, at, said, text)
        page.write_string(row, 4, _example(name, column, rules, units, t), muted)
    if name == "units":
        row += 2
        page.write_string(row, 1, t("registers.head_type"), head)
        page.merge_range(row, 2, row, 3, t("registers.head_group"), head)
        for group in rules.groups:
            for kind in group.unit_types:
                row += 1
                page.write_string(row, 1, kind, text)
                page.merge_range(row, 2, row, 3, f"{group.id}: {group.name.say(t.language)}", text)
    page.hide_gridlines(2)
    page.protect()
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _example(name: Name, column: str, rules: Rules, units: Sequence[str], t: Texts) -> str:
    """Return what a column of an invented row could hold."""
    own = f"registers.example_{name}_{column}"
    if t.has(own):
        return t(own)
    if column in DATES:
        return t.date(_EXAMPLE_DAY)
    if column == "entry_id":
        return f"{rules.groups[0].id}-01"
    if column == "unit_id":
        return units[0] if units else t("registers.example_units_name")
    if column not in COLUMNS[name]:
        return next(iter(rules.asked_texts(column)), "")
    return _choices(name, column, rules, units, t)[0]
