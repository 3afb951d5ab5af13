"""How a file lays out its marks, and its filled cells in one form whatever the layout.

Long: one row for each mark, with its criterion and value. Wide: one row for each judge and entry with a column for
each criterion, or one row for each entry with a column for each judge. Where a round has a single mark, a column of
values needs no criterion beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kit.errors import Collector, Known, Problem, fold
from kit.fields import NUMBER, certain, criteria_by_name
from kit.tables import Cells, Table, labels, locate
from kit.texts import read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kit.registers import Registers
    from kit.rules import Round, Rules
    from kit.tables import Sheet

    Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_KEYS = ("round", "judge_id", "entry_id")
_COMMENTS = {"comment_entrant": "entrant", "comment_internal": "internal"}
_NAMES = (*_KEYS, *_COMMENTS, "criterion", "value")


@dataclass(frozen=True, eq=False)
class MarkCells:
    """The filled cells of a file that hold marks or comments.

    Args:
        frame: one row for each cell. ``round``, ``judge_id`` and ``entry_id`` are positions among the scored rounds
            and in the registers, -1 where a mistake was noted; ``criterion`` is as the file names it, empty where
            the round has a single mark, and NaN where a mistake was noted; ``comment`` says for whom a comment is,
            and is empty for a mark; ``text`` is what the cell holds.
        places: where each cell stands, by ``text``, and where its round, judge, entry and criterion are named.
        marks: the columns that hold marks, letter to header.
    """

    frame: pd.DataFrame
    places: Mapping[str, Cells]
    marks: Mapping[str, str]

    def only(self, which: Array) -> MarkCells:
        """Return the cells where ``which`` is true."""
        places = {name: cells.only(which) for name, cells in self.places.items()}
        return MarkCells(self.frame[which], places, self.marks)


@dataclass(frozen=True)
class _Layout:
    letters: dict[str, str]  # column name to letter: ids, criterion, comments
    marks: Mapping[str, str]  # letter to header: the columns that hold marks
    names_criteria: bool = False  # whether these headers name criteria
    judges: Mapping[str, str] = field(default_factory=dict)  # letter to the judge whom its header names


def mark_cells(
    sheet: Sheet, rules: Rules, registers: Registers, round_id: str | None, mistakes: Collector
) -> MarkCells:
    """Find a file's marks and comments, and whose they are.

    Args:
        sheet: the file.
        rules: the contest.
        registers: its entries and judges.
        round_id: the round, where the file has no column that says so.
        mistakes: gets what is wrong with ids, and with cells that cannot be read.

    Raises:
        Problem: the columns do not make a file of marks.
    """
    known = {
        "round": Known([r.id for r in rules.scored_rounds], "unknown_round"),
        "judge_id": Known(registers.judges["judge_id"], "unknown_judge"),
        "entry_id": Known(registers.entries["entry_id"], "unknown_entry"),
    }
    if round_id is not None:
        known["round"](round_id)
    layout = _layout(sheet, rules, registers, round_id)
    table = Table.take(sheet, layout.letters | {letter: letter for letter in layout.marks}, mistakes)
    held = [*layout.marks, *(name for name in _COMMENTS if name in layout.letters)]
    filled = np.logical_or.reduce([table.frame[name] != "" for name in held])
    table = replace(table, frame=table.frame[filled])
    for name in layout.letters.keys() - _COMMENTS.keys():
        if name != "round" or round_id is None:
            table.require(name, mistakes)
    table = table.convert_all(known | {"round": _only(round_id, known["round"])}, mistakes)
    positions = {name: _positions(table, name, ids, round_id) for name, ids in known.items()}
    judges = list(known["judge_id"].known)
    owners = {letter: judges.index(judge) for letter, judge in layout.judges.items()}
    return _flat(table, layout, positions, owners)


def _layout(sheet: Sheet, rules: Rules, registers: Registers, round_id: str | None) -> _Layout:
    with Collector() as mistakes:
        letters = locate(sheet, {name: labels(name) for name in _NAMES}, mistakes)
        if "entry_id" not in letters:
            mistakes.add(_missing(sheet, labels("entry_id")))
    rounds = _rounds(sheet, letters.get("round"), rules, round_id)
    value, criterion = letters.pop("value", None), letters.pop("criterion", None)
    named = letters | ({"criterion": criterion} if criterion else {})
    single = all(len(r.marked) == 1 for r in rounds)
    if "judge_id" in letters and value and (criterion or single):
        return _Layout(named, {value: sheet.header[value]})
    if "judge_id" in letters and not criterion:
        return _Layout(letters, _criterion_columns(sheet, letters, rounds), names_criteria=True)
    if "judge_id" in letters:
        raise _missing(sheet, labels("value"))
    if not criterion and not single:
        raise _missing(sheet, labels("criterion"))
    if comments := letters.keys() & _COMMENTS.keys():
        place = {"row": sheet.header_row, "column": ", ".join(sorted(letters[name] for name in comments))}
        raise Problem("comment_without_judge", file=sheet.file, **place)
    judges = _judge_columns(sheet, named, registers, rounds)
    return _Layout(named, {letter: sheet.header[letter] for letter in judges}, judges=judges)


def _rounds(sheet: Sheet, letter: str | None, rules: Rules, round_id: str | None) -> list[Round]:
    """The rounds that the file speaks of."""
    scored = rules.scored_rounds
    if round_id is None and letter is None and len(scored) > 1:
        raise Problem("round_not_named", file=sheet.file)
    named = {round_id} if round_id else set(sheet.cells[letter].unique()) if letter else {scored[0].id}
    return [r for r in scored if r.id in named] or list(scored)


def _criterion_columns(sheet: Sheet, letters: Mapping[str, str], rounds: Sequence[Round]) -> dict[str, str]:
    """Letter to header of the columns whose headers name criteria; every criterion must have one."""
    with Collector() as mistakes:
        found = {round_.id: _claimed(sheet, letters, criteria_by_name(round_), mistakes) for round_ in rounds}
        for round_ in rounds:
            for criterion in round_.marked:
                if criterion.id not in found[round_.id]:
                    spellings = [criterion.id, criterion.name.id, criterion.name.en]
                    mistakes.add(_missing(sheet, spellings))
        _refuse_strangers(sheet, letters, [criteria_by_name(round_) for round_ in rounds], rounds, mistakes)
    return {letter: sheet.header[letter] for columns in found.values() for letter in columns.values()}


def _judge_columns(
    sheet: Sheet, letters: Mapping[str, str], registers: Registers, rounds: Sequence[Round]
) -> dict[str, str]:
    """Letter to judge of the columns whose headers name judges."""
    names = registers.judges[~registers.judges["name"].map(fold).duplicated(keep=False)]
    judges = dict(zip(names["name"].map(fold), names["judge_id"], strict=True))
    judges |= {fold(judge): judge for judge in registers.judges["judge_id"]}
    with Collector() as mistakes:
        found = _claimed(sheet, letters, judges, mistakes)
        if not found:
            raise _missing(sheet, labels("judge_id"))
        _refuse_strangers(sheet, letters, [judges], rounds, mistakes)
    return {letter: judge for judge, letter in found.items()}


def _claimed(sheet: Sheet, letters: Mapping[str, str], names: Mapping[str, str], mistakes: Collector) -> dict[str, str]:
    """Which column each criterion or judge has, by its folded spellings."""
    wanted: dict[str, list[str]] = {}
    for spelling, name in names.items():
        wanted.setdefault(name, []).append(spelling)
    free = {at: header for at, header in sheet.header.items() if at not in letters.values()}
    return locate(replace(sheet, header=free), wanted, mistakes)


def _refuse_strangers(
    sheet: Sheet,
    letters: Mapping[str, str],
    names: Sequence[Mapping[str, str]],
    rounds: Sequence[Round],
    mistakes: Collector,
) -> None:
    """Note columns that look like marks and would be passed over in silence."""
    known = {fold(text) for sentence in read_chapter("columns").values() for text in sentence.values()}.union(*names)
    for letter, header in sheet.header.items():
        texts = [text for text in sheet.cells[letter].unique() if text]
        if not header or letter in letters.values() or fold(header) in known:
            continue
        if all(map(NUMBER.fullmatch, texts)) and any(_fits(text, round_) for text in texts for round_ in rounds):
            place = {"file": sheet.file, "row": sheet.header_row, "column": letter}
            mistakes.add(Problem("unknown_mark_column", **place, header=header))


def _fits(text: str, round_: Round) -> bool:
    number = Decimal(text.replace(",", "."))
    scales = [round_.scale_of(criterion.id) for criterion in round_.marked]
    return any(scale.low <= number <= scale.high and scale.holds(number) for scale in scales)


def _missing(sheet: Sheet, spellings: Iterable[str]) -> Problem:
    accepted = " / ".join(dict.fromkeys(spellings))
    found = list(sheet.header.values())
    return Problem("column_missing", file=sheet.file, row=sheet.header_row, accepted=accepted, found=found)


def _only(round_id: str | None, known: Known) -> Callable[[str], str]:
    def read(text: str) -> str:
        if known(text) != (round_id or text):
            raise Problem("other_round", value=text, round=round_id)
        return text

    return read


def _positions(table: Table, name: str, ids: Known, round_id: str | None) -> Array:
    names = pd.Index(list(ids.known))
    if name not in table.letters:  # the round that was named, or the only one
        return np.full(len(table.frame), names.get_loc(round_id) if name == "round" and round_id else 0)
    texts = table.frame[name]
    return names.get_indexer(pd.Index(texts.replace("", round_id) if name == "round" and round_id else texts))


def _flat(table: Table, layout: _Layout, positions: Mapping[str, Array], owners: Mapping[str, int]) -> MarkCells:
    pieces = []
    for name in (*layout.marks, *(name for name in _COMMENTS if name in layout.letters)):
        texts = table.frame[name]
        if name in layout.marks:
            typed = {text: certain(text) for text in table.sheet.numbers.get(name, ())}
            if changed := {text: plain for text, plain in typed.items() if text != plain}:
                texts = texts.replace(changed)
        at = np.flatnonzero((texts != "") & texts.notna())
        header = layout.marks.get(name, "")
        piece = {column: rows[at] for column, rows in positions.items()}
        if name in owners:
            piece["judge_id"] = np.full(len(at), owners[name])
        criterion = table.frame["criterion"].iloc[at] if "criterion" in table.letters else ""
        more = {
            "criterion": header if layout.names_criteria else criterion,
            "comment": _COMMENTS.get(name, ""),
            "text": texts.iloc[at],
            "letter": table.letters[name],
        }
        pieces.append(pd.DataFrame(piece | more, index=table.frame.index[at]))
    frame = pd.concat(pieces)
    rows, own = frame.index.to_numpy(), frame.pop("letter").to_numpy(dtype=object)
    places = {
        name: Cells(table.sheet.file, rows, table.letters.get(name, own)) for name in (*_KEYS, "criterion", "text")
    }
    return MarkCells(frame, places, layout.marks)
