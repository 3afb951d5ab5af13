"""Files of marks as checked rows for the ledger.

Every check is made once for each different text or combination: two million rows have few of them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from kit.errors import LIMIT, Collector, Known, Problem, first_few, fold
from kit.fields import NUMBER, check_mark, criteria_by_name
from kit.markfiles import mark_cells
from kit.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kit.markfiles import MarkCells
    from kit.registers import Registers
    from kit.rules import Rules
    from kit.tables import Cells, Sheet

    Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

COLUMNS = ("kind", "round", "judge_id", "entry_id", "criterion", "value", "text")


class Duties(NamedTuple):
    """Who may mark what at this moment.

    Args:
        assigned: round, judge_id, entry_id: the sheets of rounds in which not every judge of the panel has them all.
        recusals: judge_id, entry_id, round; an empty round means all rounds.
        states: round to state; only ``open`` rounds take marks.
    """

    assigned: pd.DataFrame
    recusals: pd.DataFrame
    states: Mapping[str, str]


def read_marks(
    path: Path,
    rules: Rules,
    registers: Registers,
    duties: Duties,
    round: str | None = None,  # noqa: A002  (the field's word)
    *,
    sheet: str | None = None,
) -> pd.DataFrame:
    """Read and check a file of marks.

    An empty cell is no mark: neither a zero nor the clearing of an earlier one.

    Args:
        path: a CSV file or an XLSX workbook.
        rules: the contest.
        registers: its entries and judges.
        duties: who may mark what.
        round: the round that the marks belong to, where the file has no column that says so.
        sheet: the workbook's sheet, the first by default.

    Returns:
        The columns :data:`COLUMNS` of the ledger's events, sorted: marks with their ``value``, then comments with
        their ``text``. The order of rows and columns in the file changes nothing. The index is the row in the file.

    Raises:
        Problem: the file cannot be read as a table, or its columns do not make a file of marks.
        Mistakes: everything that is wrong in its cells, with row and column.
    """
    source = read_table(path, sheet)
    mistakes = Collector()
    cells = mark_cells(source, rules, registers, round, mistakes)
    _refuse_mixed_decimals(source, cells, mistakes)
    _refuse_outsiders(cells, rules, registers, duties, mistakes)
    marks = _marks(cells, rules, registers, mistakes)
    comments = _comments(cells, rules, registers, mistakes)
    mistakes.stop_if_any(in_order=True)
    return pd.concat([marks, comments])


def _once_each(places: Cells, parts: list[Array], check: Callable[..., int], mistakes: Collector) -> Array:
    """Check each different combination of positions once.

    Returns:
        What ``check`` returned for the combination of each cell; -1 where it raised, or where a part is -1 already.
    """
    results = np.full(len(parts[0]), -1)
    complete = np.flatnonzero(np.logical_and.reduce([part >= 0 for part in parts]))
    if not len(complete):
        return results
    sizes = [int(part.max()) + 1 for part in parts]
    keys, codes = np.unique(np.ravel_multi_index([part[complete] for part in parts], sizes), return_inverse=True)
    found = np.full(len(keys), -1)
    wrong: list[tuple[int, Problem]] = []
    for code, combination in enumerate(zip(*(p.tolist() for p in np.unravel_index(keys, sizes)), strict=True)):
        try:
            found[code] = check(*combination)
        except Problem as error:
            wrong.append((code, error if len(wrong) < LIMIT else wrong[0][1]))  # of the rest only the count is said
    results[complete] = codes
    places.refuse(mistakes, results, wrong)
    results[complete] = found[codes]
    return results


def _refuse_mixed_decimals(source: Sheet, cells: MarkCells, mistakes: Collector) -> None:
    for letter, header in cells.marks.items():
        typed = source.numbers.get(letter, ())  # true numbers of a workbook have neither comma nor point
        written = [text for text in source.cells[letter].unique() if text not in typed and NUMBER.fullmatch(text)]
        if any("," in text for text in written) and any("." in text for text in written):
            mistakes.add(Problem("mixed_decimals", file=source.file, column=letter, header=header))


def _refuse_outsiders(
    cells: MarkCells,
    rules: Rules,
    registers: Registers,
    duties: Duties,
    mistakes: Collector,
) -> None:
    """Note marks and comments where the round, the panel, the assignment or a recusal forbids them."""
    rounds = [round_.id for round_ in rules.scored_rounds]
    judges, entries = registers.judges["judge_id"].tolist(), registers.entries["entry_id"].tolist()
    sheets = set(duties.assigned[["round", "judge_id", "entry_id"]].itertuples(index=False, name=None))
    by_hand = {name for name, _, _ in sheets}
    panels = [set(registers.panel(round_)) for round_ in rules.scored_rounds]
    for name, judge, _ in sheets:  # a substitute may come from outside the panel
        panels[rounds.index(name)].add(judge)
    recused = set(duties.recusals[["round", "judge_id", "entry_id"]].itertuples(index=False, name=None))

    def is_open(at: int) -> int:
        if duties.states.get(rounds[at]) != "open":
            raise Problem("round_not_open", round=rounds[at])
        return at

    def in_panel(at: int, judge: int) -> int:
        if judges[judge] not in panels[at]:
            raise Problem("not_in_panel", judge=judges[judge], round=rounds[at])
        return judge

    def may_mark(at: int, judge: int, entry: int) -> int:
        name, pair = rounds[at], (judges[judge], entries[entry])
        if (name, *pair) in recused or ("", *pair) in recused:
            raise Problem("recused_mark", judge=pair[0], entry=pair[1])
        if name in by_hand and (name, *pair) not in sheets:
            raise Problem("not_assigned", judge=pair[0], entry=pair[1], round=name)
        return entry

    at, judge, entry = (cells.frame[name].to_numpy() for name in ("round", "judge_id", "entry_id"))
    _once_each(cells.places["round"], [at], is_open, mistakes)
    member = _once_each(cells.places["judge_id"], [at, judge], in_panel, mistakes)
    _once_each(cells.places["judge_id"], [at, member, entry], may_mark, mistakes)


def _marks(cells: MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    cells = cells.only((cells.frame["comment"] == "").to_numpy())
    named, criteria = pd.factorize(cells.frame["criterion"])
    written, marks = pd.factorize(cells.frame["text"])
    names, texts = criteria.tolist(), marks.tolist()  # lists, since each is looked up one by one
    slots = [(round_.id, criterion.id) for round_ in rules.scored_rounds for criterion in round_.marked]
    known = [
        (round_, criteria_by_name(round_), Known([c.id for c in round_.marked], "unknown_criterion", round=round_.id))
        for round_ in rules.scored_rounds
    ]
    values: dict[str, int] = {}

    def slot_of(at: int, name: int) -> int:
        round_, ids, criterion = known[at]
        if not names[name]:  # a single mark needs no criterion; where there are several, the blank is noted already
            return slots.index((round_.id, round_.marked[0].id)) if len(round_.marked) == 1 else -1
        return slots.index((round_.id, ids.get(fold(names[name])) or criterion(names[name])))

    def value_of(slot: int, text: int) -> int:
        value = f"{check_mark(rules, *slots[slot], texts[text]):f}"
        return values.setdefault(value, len(values))

    slot = _once_each(cells.places["criterion"], [cells.frame["round"].to_numpy(), named], slot_of, mistakes)
    value = _once_each(cells.places["text"], [slot, written], value_of, mistakes)
    frame = cells.frame.assign(slot=slot, value=value).reset_index(names="row")
    frame = frame[(frame[["slot", "judge_id", "entry_id"]] >= 0).all(axis="columns")]
    frame = frame.sort_values(["round", "judge_id", "entry_id", "slot", "row"], ignore_index=True)
    events = _events("mark", frame, rules, registers).assign(
        criterion=np.array([criterion for _, criterion in slots], dtype=object)[frame["slot"]],
        value=np.array([*values, ""], dtype=object)[frame["value"]],
    )
    _refuse_repeated(cells, events, frame["row"], "mark_twice", mistakes)
    return events[list(COLUMNS)].astype("str").set_index(pd.Index(frame["row"], name="row"))


def _comments(cells: MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    cells = cells.only((cells.frame["comment"] != "").to_numpy())
    frame = cells.frame.reset_index(names="row")
    frame = frame[(frame[["round", "judge_id", "entry_id"]] >= 0).all(axis="columns")]
    frame = frame.drop_duplicates(["round", "judge_id", "entry_id", "comment", "text"])
    frame = frame.sort_values(["round", "judge_id", "entry_id", "comment", "row"], ignore_index=True)
    events = _events("comment", frame, rules, registers)
    events = events.assign(criterion=frame["comment"], text=frame["text"])
    _refuse_repeated(cells, events, frame["row"], "comment_twice", mistakes)
    return events[list(COLUMNS)].astype("str").set_index(pd.Index(frame["row"], name="row"))


def _events(kind: str, frame: pd.DataFrame, rules: Rules, registers: Registers) -> pd.DataFrame:
    """Rows of the ledger, with ids in place of positions."""
    rounds = np.array([round_.id for round_ in rules.scored_rounds], dtype=object)
    return pd.DataFrame(
        {
            "kind": kind,
            "round": rounds[frame["round"]],
            "judge_id": registers.judges["judge_id"].to_numpy(dtype=object)[frame["judge_id"]],
            "entry_id": registers.entries["entry_id"].to_numpy(dtype=object)[frame["entry_id"]],
            "criterion": "",
            "value": "",
            "text": "",
        },
        dtype="str",
    )


def _refuse_repeated(
    cells: MarkCells, events: pd.DataFrame, rows: pd.Series[int], code: str, mistakes: Collector
) -> None:
    """Note what stands in more than one row."""
    keys = ["round", "judge_id", "entry_id", "criterion"]
    twice = events.duplicated(keys, keep=False)
    groups = rows[twice].groupby([events.loc[twice, key] for key in keys], sort=False)
    place = {"file": cells.places["text"].file}
    for (_, judge, entry, criterion), found in islice(groups, LIMIT):
        which = {"judge": judge, "entry": entry, "criterion": criterion}
        mistakes.add(Problem(code, **place, **which, rows=first_few(found)))
    if len(groups) > LIMIT:
        mistakes.add(Problem("more_of_these", **place, n=len(groups) - LIMIT))
