"""Marks and comments from a table that anybody made, CSV or XLSX: read and checked; nothing is compared or recorded.

A table may be long, with one row for each mark, its criterion and its value. Or it may be wide: one row for each judge
and entry with a column for each criterion, or one row for each entry with a column for each judge. Where a round has a
single mark, a column of values needs no criterion beside it. Judges, criteria and rounds are known by id or name, by
the headers of the kit's own score sheets, and judges without their titles too.

Every check is made once for each different text or combination: two million rows have few of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.errors import LIMIT, Collector, Known, Problem, first_few, fold
from kit.registers import GROUPED, NUMBER, certain, exact_decimal, refuse_mixed_decimals
from kit.tables import Cells, Table, check_each, labels, missing_column, read_table
from kit.texts import LANGUAGES, read_chapter
from kit.workbooks import KEY, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from kit.registers import Registers
    from kit.rules import Round, Rules, Scale
    from kit.tables import Integers, Sheet

COLUMNS = ("cell", "round", "judge_id", "entry_id", "criterion", "kind", "after")

_KEYS = ["round", "judge_id", "entry_id"]
_COMMENTS = {"comment_entrant": "entrant", "comment_internal": "internal"}


class MarkTable(NamedTuple):
    """What a table of marks says.

    Args:
        cells: a row for each mark and comment, with the columns :data:`COLUMNS`: where it stands, whose it is, and in
            ``after`` what it says. In order of the ids, so that the order of rows and columns changes nothing.
        remarks: what somebody should know of columns before it is recorded.
    """

    cells: pd.DataFrame
    remarks: list[Problem]


def read_marks(
    path: Path,
    rules: Rules,
    registers: Registers,
    round: str | None = None,  # noqa: A002  (the field's word)
    *,
    sheet: str | None = None,
) -> MarkTable:
    """Read and check a table of marks.

    An empty cell is no mark: neither a zero nor the clearing of an earlier one.

    Args:
        path: a CSV file or an XLSX workbook.
        rules: the contest.
        registers: its entries and judges.
        round: the round that the marks belong to, where the file has no column that says so.
        sheet: the workbook's sheet, the first by default.

    Raises:
        Problem: the file cannot be read as a table, or its columns do not make a file of marks.
        Mistakes: everything that is wrong in its cells, with row and column.
    """
    source = read_table(path, sheet)
    if KEY in source.header.values():
        raise Problem("score_sheet_without_imprint", file=source.file)
    mistakes = Collector()
    cells, remarks = _mark_cells(source, rules, registers, round, mistakes)
    refuse_mixed_decimals(source, cells.marks, mistakes)
    found = [read(cells, rules, registers, mistakes) for read in (_marks, _comments)]
    mistakes.stop_if_any(in_order=True)
    return MarkTable(pd.concat(found, ignore_index=True), remarks)


# Where the marks are


@dataclass(frozen=True, eq=False)
class _MarkCells:
    """The filled cells of a file that hold marks or comments.

    Args:
        file: the file's name.
        frame: one row for each cell, indexed by its row in the file. ``round``, ``judge_id`` and ``entry_id`` are
            positions among the scored rounds and in the registers, -1 where a mistake was noted; ``criterion`` is as
            the file names it, empty where the round has a single mark, and NaN where a mistake was noted; ``comment``
            says for whom a comment is, and is empty for a mark; ``text`` is what the cell holds, ``letter`` its column.
        letters: the columns that say whose the marks are, by name.
        marks: the columns that hold marks, letter to header.
    """

    file: str
    frame: pd.DataFrame
    letters: Mapping[str, str]
    marks: Mapping[str, str]

    def only(self, which: pd.Series[bool]) -> _MarkCells:
        return replace(self, frame=self.frame[which])

    def place(self, name: str) -> Cells:
        """Where each cell's criterion is named: in a column of its own, or by the cell's."""
        own = self.letters.get(name) or self.frame["letter"].to_numpy(dtype=object)
        return Cells(self.file, self.frame.index.to_numpy(), own)


@dataclass(frozen=True)
class _Layout:
    letters: dict[str, str]  # column name to letter: ids, criterion, comments
    marks: Mapping[str, str]  # letter to header: the columns that hold marks
    named: Mapping[str, str] = field(default_factory=dict)  # letter to the criterion or judge that its header names
    by_judge: bool = False  # whether these headers name judges


def _mark_cells(
    sheet: Sheet, rules: Rules, registers: Registers, round_id: str | None, mistakes: Collector
) -> tuple[_MarkCells, list[Problem]]:
    """Find a file's marks and comments, and whose they are; with what is to be said of its columns."""
    rounds, judges = _round_names(rules), judge_names(registers)
    known = {
        "round": Known([r.id for r in rules.scored_rounds], "unknown_round"),
        "judge_id": Known(registers.judges["judge_id"], "unknown_judge"),
        "entry_id": Known(registers.entries["entry_id"], "unknown_entry"),
    }
    layout, remarks = _layout(sheet, rules, judges, rounds, round_id)
    table = Table.take(sheet, layout.letters | {letter: letter for letter in layout.marks}, mistakes)
    held = [*layout.marks, *(name for name in _COMMENTS if name in layout.letters)]
    table = replace(table, frame=table.frame[np.logical_or.reduce([table.frame[name] != "" for name in held])])
    for name in layout.letters.keys() - _COMMENTS.keys():
        if name != "round" or round_id is None:
            table.require(name, mistakes)
    readers = {name: _named(ids, {"round": rounds, "judge_id": judges}.get(name, {})) for name, ids in known.items()}
    table = table.convert_all(readers | {"round": _only(round_id, readers["round"])}, mistakes)
    positions = {name: _positions(table, name, ids, round_id) for name, ids in known.items()}
    places = list(known["judge_id"].known)
    pieces = []
    for name in held:
        texts = table.frame[name]
        if name in layout.marks:
            typed = {text: certain(text) for text in sheet.numbers.get(name, ())}
            if changed := {text: plain for text, plain in typed.items() if text != plain}:
                texts = texts.replace(changed)
        at = np.flatnonzero((texts != "") & texts.notna())
        piece = {column: rows[at] for column, rows in positions.items()}
        if layout.by_judge and name in layout.marks:
            piece["judge_id"] = np.full(len(at), places.index(layout.named[name]))
        criterion = table.frame["criterion"].iloc[at] if "criterion" in table.letters else ""
        more = {
            "criterion": criterion if layout.by_judge or not layout.named else layout.named.get(name, ""),
            "comment": _COMMENTS.get(name, ""),
            "text": texts.iloc[at],
            "letter": table.letters[name],
        }
        pieces.append(pd.DataFrame(piece | more, index=table.frame.index[at]))
    return _MarkCells(sheet.file, pd.concat(pieces), layout.letters, layout.marks), remarks


def _layout(
    sheet: Sheet, rules: Rules, judges: Mapping[str, str], rounds: Mapping[str, str], round_id: str | None
) -> tuple[_Layout, list[Problem]]:
    """Find what each column is; with remarks about those that are not read, or not as their header says."""
    with Collector() as mistakes:
        wanted = {name: labels(name) for name in ("round", "judge_id", "entry_id", "criterion", "value")}
        letters = _claimed(sheet, {}, {fold(label): name for name, own in wanted.items() for label in own}, mistakes)
        if "judge_id" not in letters:  # a name serves where there is no code
            words = dict.fromkeys(map(fold, _words("columns", "judges_name", "judge")), "judge_id")
            letters |= _claimed(sheet, letters, words, mistakes)
        if "entry_id" not in letters:
            mistakes.add(missing_column(sheet, wanted["entry_id"]))
    spoken_of = _rounds(sheet, letters.get("round"), rules, rounds, round_id)
    value, criterion = letters.pop("value", None), letters.pop("criterion", None)
    with Collector() as mistakes:
        letters |= _comment_columns(sheet, [*letters.values(), value, criterion], spoken_of, mistakes)
    letters |= {"criterion": criterion} if criterion else {}
    single = all(len(r.marked) == 1 for r in spoken_of)
    if "judge_id" in letters and value and (criterion or single):
        layout = _Layout(letters, {value: sheet.header[value]})
    elif "judge_id" in letters and criterion:
        raise missing_column(sheet, wanted["value"])
    elif "judge_id" in letters:
        named = _criterion_columns(sheet, letters, spoken_of)
        layout = _Layout(letters, named, named)
    elif not criterion and not single:
        raise missing_column(sheet, wanted["criterion"])
    else:
        layout = _judge_columns(sheet, letters, judges, spoken_of)
    return layout, [*_remarks(sheet, layout)]


def _words(chapter: str, *keys: str) -> list[str]:
    """Return words of the catalogue in every language."""
    sentences = read_chapter(chapter)
    return [sentences[key][language] for key in keys for language in LANGUAGES]


def _round_names(rules: Rules) -> dict[str, str]:
    names = {fold(r.name.say(language)): r.id for r in rules.scored_rounds for language in LANGUAGES}
    return names | {fold(r.id): r.id for r in rules.scored_rounds}


def _rounds(
    sheet: Sheet, letter: str | None, rules: Rules, names: Mapping[str, str], round_id: str | None
) -> list[Round]:
    """The rounds that the file speaks of."""
    scored = rules.scored_rounds
    if round_id is None and letter is None and len(scored) > 1:
        raise Problem("round_not_named", file=sheet.file)
    said = sheet.cells[letter].unique() if letter else [scored[0].id]
    named = {round_id} if round_id else {names.get(fold(text), text) for text in said}
    return [r for r in scored if r.id in named] or list(scored)


def _criterion_columns(sheet: Sheet, letters: Mapping[str, str], rounds: Sequence[Round]) -> dict[str, str]:
    """Letter to header of the columns whose headers name criteria; every criterion must have one."""
    with Collector() as mistakes:
        found = {round_.id: _claimed(sheet, letters, criteria_by_name(round_), mistakes) for round_ in rounds}
        for round_ in rounds:
            for criterion in round_.marked:
                if criterion.id not in found[round_.id]:
                    spellings = [criterion.id, criterion.name.id, criterion.name.en]
                    mistakes.add(missing_column(sheet, spellings))
        names = {spelling: name for round_ in rounds for spelling, name in criteria_by_name(round_).items()}
        _note_unknown_columns(sheet, letters, names, rounds, mistakes)
    return {letter: sheet.header[letter] for columns in found.values() for letter in columns.values()}


def _judge_columns(sheet: Sheet, letters: dict[str, str], names: Mapping[str, str], rounds: Sequence[Round]) -> _Layout:
    """The layout of a table with a column for each judge, whose header names the judge."""
    with Collector() as mistakes:
        found = {letter: judge for judge, letter in _claimed(sheet, letters, names, mistakes).items()}
        for name in letters.keys() & _COMMENTS.keys():
            if (sheet.cells[letters[name]] != "").any():
                place = {"file": sheet.file, "row": sheet.header_row, "column": letters[name]}
                mistakes.add(Problem("comment_without_judge", **place))
        if not found:
            mistakes.add(missing_column(sheet, labels("judge_id")))
        else:
            _note_unknown_columns(sheet, letters, names, rounds, mistakes)
    letters = {name: letter for name, letter in letters.items() if name not in _COMMENTS}
    return _Layout(letters, {letter: sheet.header[letter] for letter in found}, found, by_judge=True)


# What stands behind a header in brackets with a number in it, such as the weight or the scale.
_REMARK = re.compile(r"\s*\([^()]*[0-9][^()]*\)\s*$")


def _by_name(names: Mapping[str, str], text: str) -> str | None:
    """Return what a text names, whatever stands behind it in brackets, or around a person's name."""
    return names.get(fold(text)) or names.get(fold(_REMARK.sub("", text))) or names.get(_without_titles(text))


def _claimed(sheet: Sheet, letters: Mapping[str, str], names: Mapping[str, str], mistakes: Collector) -> dict[str, str]:
    """Return the column of each thing that a header names, by their folded ``names``; noting where two name one."""
    found: dict[str, list[str]] = {}
    for letter, header in sheet.header.items():
        if letter not in letters.values() and header and (name := _by_name(names, header)):
            found.setdefault(name, []).append(letter)
    for own in found.values():
        if len(own) > 1:
            place = {"file": sheet.file, "row": sheet.header_row, "column": ", ".join(own)}
            mistakes.add(Problem("column_twice", **place, header=sheet.header[own[0]]))
    return {name: own[0] for name, own in found.items()}


# How headers of comments begin, folded, and what those for the entrant have in them.
_COMMENT = ("catatan", "komentar", "comment", "saran", "masukan", "umpanbalik", "feedback", "note", "internalnote")
_TO_ENTRANT = ("peserta", "entrant")
_INTERNAL = "internal"


def _comment_columns(
    sheet: Sheet, taken: Sequence[str | None], rounds: Sequence[Round], mistakes: Collector
) -> dict[str, str]:
    """The columns of comments: those for the entrant say so, all others are internal."""
    criteria = {spelling: name for round_ in rounds for spelling, name in criteria_by_name(round_).items()}
    spellings = {}
    for letter, header in sheet.header.items():
        key = fold(header)
        if letter not in taken and key.startswith(_COMMENT) and not _by_name(criteria, header):
            to_entrant = _INTERNAL not in key and any(word in key for word in _TO_ENTRANT)
            spellings[key] = "comment_entrant" if to_entrant else "comment_internal"
    return _claimed(sheet, {str(at): letter for at, letter in enumerate(taken) if letter}, spellings, mistakes)


# Columns that say what an entry is, or follow from the marks, of the kit's own sheets and of others.
_PASSED_OVER = (
    *("number", "title", "innovation_id", "unit_id", "unit", "units_name", "category", "group"),
    *("judge", "judges_name"),
)


def _remarks(sheet: Sheet, layout: _Layout) -> Iterable[Problem]:
    """Say which columns with something in them are not read, and which comments are taken for internal ones."""
    internal = layout.letters.get("comment_internal")
    if internal and _INTERNAL not in fold(sheet.header[internal]):
        yield Problem("comment_taken_internal", file=sheet.file, column=internal, header=sheet.header[internal])
    read = {*layout.letters.values(), *layout.marks}
    known = {fold(word) for word in [*_words("columns", *_PASSED_OVER), *_words("sheets", "total", "empty")]}
    unread = [
        f"{letter} ({header})"
        for letter, header in sheet.header.items()
        if header and letter not in read and fold(header) not in known and (sheet.cells[letter] != "").any()
    ]
    if unread:
        yield Problem("columns_not_read", file=sheet.file, columns=first_few(unread))


def _note_unknown_columns(
    sheet: Sheet, letters: Mapping[str, str], names: Mapping[str, str], rounds: Sequence[Round], mistakes: Collector
) -> None:
    """Note columns that look like marks and would be passed over."""
    known = {fold(text) for sentence in read_chapter("columns").values() for text in sentence.values()}
    known |= {fold(word) for word in _words("sheets", "total", "empty")}
    for letter, header in sheet.header.items():
        if not header or letter in letters.values() or fold(header) in known or _by_name(names, header):
            continue
        texts = [text for text in sheet.cells[letter].unique() if text]
        if all(map(NUMBER.fullmatch, texts)) and any(_fits(text, round_) for text in texts for round_ in rounds):
            place = {"file": sheet.file, "row": sheet.header_row, "column": letter}
            mistakes.add(Problem("unknown_mark_column", **place, header=header))


def _fits(text: str, round_: Round) -> bool:
    number = Decimal(text.replace(",", "."))
    scales = [round_.scale_of(criterion.id) for criterion in round_.marked]
    return any(scale.low <= number <= scale.high and scale.holds(number) for scale in scales)


def _named(known: Known, names: Mapping[str, str]) -> Callable[[str], str]:
    """Return the reader of an id that may be given by name."""
    return lambda text: text if text in known.known else _by_name(names, text) or known(text)


def _only(round_id: str | None, known: Callable[[str], str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = known(text)
        if found != (round_id or found):
            raise Problem("other_round", value=text, round=round_id)
        return found

    return read


def _positions(table: Table, name: str, ids: Known, round_id: str | None) -> Integers:
    names = pd.Index(list(ids.known))
    if name not in table.letters:  # the round that was named, or the only one
        return np.full(len(table.frame), names.get_loc(round_id) if name == "round" and round_id else 0)
    texts = table.frame[name]
    return names.get_indexer(pd.Index(texts.replace("", round_id) if name == "round" and round_id else texts))


# Whether they may be there, and what they say


def _once_each(places: Cells, parts: list[Integers], check: Callable[..., int], mistakes: Collector) -> Integers:
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
    combinations = zip(*(part.tolist() for part in np.unravel_index(keys, sizes)), strict=True)
    found, wrong = check_each(combinations, lambda combination: check(*combination), -1)
    results[complete] = codes
    places.refuse(mistakes, results, wrong)
    results[complete] = np.array(found)[codes]
    return results


def _marks(cells: _MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    cells = cells.only(cells.frame["comment"] == "")
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
        return slots.index((round_.id, _by_name(ids, names[name]) or criterion(names[name])))

    def value_of(slot: int, text: int) -> int:
        value = f"{check_mark(rules, *slots[slot], texts[text]):f}"
        return values.setdefault(value, len(values))

    slot = _once_each(cells.place("criterion"), [cells.frame["round"].to_numpy(), named], slot_of, mistakes)
    value = _once_each(cells.place("text"), [slot, written], value_of, mistakes)
    frame = cells.frame.assign(
        slot=slot,
        criterion=np.array([*(criterion for _, criterion in slots), ""], dtype=object)[slot],
        after=np.array([*values, ""], dtype=object)[value],
    )
    return _events("mark", replace(cells, frame=frame), rules, registers, mistakes)


def _comments(cells: _MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    to = cells.frame["comment"]
    frame = cells.frame.assign(slot=(to == "internal").astype(int), criterion=to)[to != ""]
    cells = replace(cells, frame=frame.assign(after=frame["text"].map(plain)))
    cells = cells.only(~cells.frame.duplicated([*_KEYS, "comment", "after"]))
    return _events("comment", cells, rules, registers, mistakes)


def _events(kind: str, cells: _MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    """Return sorted rows with ids in place of positions, and note what stands in more than one row."""
    frame = cells.frame[(cells.frame[[*_KEYS, "slot"]] >= 0).all(axis="columns")].rename_axis(index="row")
    frame = frame.sort_values([*_KEYS, "slot", "row"])
    ids: tuple[Iterable[str], ...] = (
        [round_.id for round_ in rules.scored_rounds],
        registers.judges["judge_id"],
        registers.entries["entry_id"],
    )
    named = {key: np.array([*own], dtype=object)[frame[key]] for key, own in zip(_KEYS, ids, strict=True)}
    events = frame.assign(kind=kind, cell=frame["letter"] + frame.index.astype("str"), **named)
    about = [*_KEYS, "criterion"]
    code = {"mark": "mark_twice", "comment": "comment_twice"}[kind]
    groups = events[events.duplicated(about, keep=False)].groupby(about, sort=False)
    for (_, judge, entry, criterion), own in islice(groups, LIMIT):
        which = {"judge": judge, "entry": entry, "criterion": criterion}
        place = {"file": cells.file, "column": ", ".join(dict.fromkeys(own["letter"]))}
        mistakes.add(Problem(code, **place, **which, rows=first_few(own.index), value=f"{judge}, {entry}, {criterion}"))
    if len(groups) > LIMIT:
        mistakes.add(Problem("more_of_these", file=cells.file, n=len(groups) - LIMIT))
    return events[list(COLUMNS)].astype("str")


# One mark


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
        no_such_place: nor does the order of a ballot have it.
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
        mark = exact_decimal(text)
        if refusal := scale.refusal(mark):
            place = Problem("no_such_place", value=mark, low=scale.low, high=scale.high)
            raise place if asked.kind == "ranks" else refusal
    return mark


def _refuse_thousands(scale: Scale, text: str) -> None:
    if GROUPED.fullmatch(text):
        large = Decimal(re.sub("[.,]", "", text))
        if scale.low <= large <= scale.high and scale.holds(large):
            small = Decimal(text.replace(",", ".").rstrip("0").rstrip("."))
            raise Problem("mark_ambiguous", value=text, small=small, large=str(large))  # as text: without a separator


def criteria_by_name(round_: Round) -> dict[str, str]:
    """Return the criteria of a round by every folded spelling that a file may use: ids, names, and both together."""
    said = [(c.id, c.name.say(language)) for c in round_.marked for language in LANGUAGES]
    spelled = {fold(f"{criterion} {name}"): criterion for criterion, name in said}
    return spelled | {fold(name): criterion for criterion, name in said} | {fold(c.id): c.id for c in round_.marked}


# Before and behind names of people; whatever follows a comma or has a point within is a degree.
_TITLES = {*("dr", "drs", "dra", "ir", "prof", "h", "hj", "kh", "apt", "ns", "bapak", "bpk", "pak", "ibu", "bu")}
_TITLES |= {*("sdr", "sdri", "mr", "mrs", "ms")}


def _without_titles(name: str) -> str:
    """Return a person's name folded, after a sign that nothing else folds to."""
    words = name.split(",", maxsplit=1)[0].split()
    while len(words) > 1 and words[0].casefold().rstrip(".") in _TITLES:
        words.pop(0)
    while len(words) > 1 and "." in words[-1].rstrip("."):
        words.pop()
    return "~" + fold(" ".join(words))


def judge_names(registers: Registers) -> dict[str, str]:
    """Return the judges by folded id, name, and name without titles; what several judges share names none of them."""
    found: dict[str, set[str]] = {}
    for judge, name in registers.judges[["judge_id", "name"]].itertuples(index=False, name=None):
        for spelled in (fold(judge), fold(name), _without_titles(name)):
            found.setdefault(spelled, set()).add(judge)
    return {spelled: judge for spelled, (judge, *others) in found.items() if spelled and not others}
