"""Marks and comments from any file: read, checked, and recorded as far as the ledger does not say them yet.

A file may be long, with one row for each mark, its criterion and its value. Or it may be wide: one row for each judge
and entry with a column for each criterion, or one row for each entry with a column for each judge. Where a round has a
single mark, a column of values needs no criterion beside it.

Every check is made once for each different text or combination: two million rows have few of them.

A file does not say what the ledger held when it was written. So a file never takes back what came later: a mark or
comment that the ledger had before its present one is old and left alone, and what a judge gave is no file's to change.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.actions import record
from kit.edition import EntrantsUnknown
from kit.errors import LIMIT, Collector, Known, Problem, first_few, fold
from kit.ledger import COMMITTEE
from kit.registers import GROUPED, NUMBER, certain, exact_decimal, refuse_mixed_decimals
from kit.tables import Cells, Table, check_each, labels, locate, missing_column, read_table, rows_shown
from kit.texts import LANGUAGES, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition
    from kit.registers import Registers
    from kit.rules import Round, Rules, Scale
    from kit.tables import Integers, Sheet

COLUMNS = ("kind", "round", "judge_id", "entry_id", "criterion", "value", "text")

_KEYS = ["round", "judge_id", "entry_id"]
_COMMENTS = {"comment_entrant": "entrant", "comment_internal": "internal"}
_NAMES = (*_KEYS, *_COMMENTS, "criterion", "value")


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
    cells = _mark_cells(source, rules, registers, round, mistakes)
    refuse_mixed_decimals(source, cells.marks, mistakes)
    _note_forbidden(cells, rules, registers, duties, mistakes)
    found = [read(cells, rules, registers, mistakes) for read in (_marks, _comments)]
    mistakes.stop_if_any(in_order=True)
    return pd.concat(found)


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
        """Where each cell's round, judge, entry or criterion is named: in a column of its own, or by the cell's."""
        own = self.letters.get(name) or self.frame["letter"].to_numpy(dtype=object)
        return Cells(self.file, self.frame.index.to_numpy(), own)


@dataclass(frozen=True)
class _Layout:
    letters: dict[str, str]  # column name to letter: ids, criterion, comments
    marks: Mapping[str, str]  # letter to header: the columns that hold marks
    names_criteria: bool = False  # whether these headers name criteria
    judges: Mapping[str, str] = field(default_factory=dict)  # letter to the judge whom its header names


def _mark_cells(
    sheet: Sheet, rules: Rules, registers: Registers, round_id: str | None, mistakes: Collector
) -> _MarkCells:
    """Find a file's marks and comments, and whose they are."""
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
    table = replace(table, frame=table.frame[np.logical_or.reduce([table.frame[name] != "" for name in held])])
    for name in layout.letters.keys() - _COMMENTS.keys():
        if name != "round" or round_id is None:
            table.require(name, mistakes)
    table = table.convert_all(known | {"round": _only(round_id, known["round"])}, mistakes)
    positions = {name: _positions(table, name, ids, round_id) for name, ids in known.items()}
    judges = list(known["judge_id"].known)
    pieces = []
    for name in held:
        texts = table.frame[name]
        if name in layout.marks:
            typed = {text: certain(text) for text in sheet.numbers.get(name, ())}
            if changed := {text: plain for text, plain in typed.items() if text != plain}:
                texts = texts.replace(changed)
        at = np.flatnonzero((texts != "") & texts.notna())
        piece = {column: rows[at] for column, rows in positions.items()}
        if name in layout.judges:
            piece["judge_id"] = np.full(len(at), judges.index(layout.judges[name]))
        criterion = table.frame["criterion"].iloc[at] if "criterion" in table.letters else ""
        more = {
            "criterion": layout.marks.get(name, "") if layout.names_criteria else criterion,
            "comment": _COMMENTS.get(name, ""),
            "text": texts.iloc[at],
            "letter": table.letters[name],
        }
        pieces.append(pd.DataFrame(piece | more, index=table.frame.index[at]))
    return _MarkCells(sheet.file, pd.concat(pieces), layout.letters, layout.marks)


def _layout(sheet: Sheet, rules: Rules, registers: Registers, round_id: str | None) -> _Layout:
    with Collector() as mistakes:
        letters = locate(sheet, {name: labels(name) for name in _NAMES}, mistakes)
        if "entry_id" not in letters:
            mistakes.add(missing_column(sheet, labels("entry_id")))
    rounds = _rounds(sheet, letters.get("round"), rules, round_id)
    value, criterion = letters.pop("value", None), letters.pop("criterion", None)
    named = letters | ({"criterion": criterion} if criterion else {})
    single = all(len(r.marked) == 1 for r in rounds)
    if "judge_id" in letters and value and (criterion or single):
        return _Layout(named, {value: sheet.header[value]})
    if "judge_id" in letters and not criterion:
        return _Layout(letters, _criterion_columns(sheet, letters, rounds), names_criteria=True)
    if "judge_id" in letters:
        raise missing_column(sheet, labels("value"))
    if not criterion and not single:
        raise missing_column(sheet, labels("criterion"))
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
                    mistakes.add(missing_column(sheet, spellings))
        _note_unknown_columns(sheet, letters, [criteria_by_name(round_) for round_ in rounds], rounds, mistakes)
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
            raise missing_column(sheet, labels("judge_id"))
        _note_unknown_columns(sheet, letters, [judges], rounds, mistakes)
    return {letter: judge for judge, letter in found.items()}


def _claimed(sheet: Sheet, letters: Mapping[str, str], names: Mapping[str, str], mistakes: Collector) -> dict[str, str]:
    """Which column each criterion or judge has, by its folded spellings."""
    wanted: dict[str, list[str]] = {}
    for spelling, name in names.items():
        wanted.setdefault(name, []).append(spelling)
    free = {at: header for at, header in sheet.header.items() if at not in letters.values()}
    return locate(replace(sheet, header=free), wanted, mistakes)


def _note_unknown_columns(
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


def _only(round_id: str | None, known: Known) -> Callable[[str], str]:
    def read(text: str) -> str:
        if known(text) != (round_id or text):
            raise Problem("other_round", value=text, round=round_id)
        return text

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


def _note_forbidden(cells: _MarkCells, rules: Rules, registers: Registers, duties: Duties, mistakes: Collector) -> None:
    """Note marks and comments where the round, the panel, the assignment or a recusal forbids them."""
    rounds = [round_.id for round_ in rules.scored_rounds]
    judges, entries = registers.judges["judge_id"].tolist(), registers.entries["entry_id"].tolist()
    sheets = set(duties.assigned[_KEYS].itertuples(index=False, name=None))
    by_hand = {name for name, _, _ in sheets}
    panels = [set(registers.panel(round_)) for round_ in rules.scored_rounds]
    for name, judge, _ in sheets:  # a substitute may come from outside the panel
        panels[rounds.index(name)].add(judge)
    recused = set(duties.recusals[_KEYS].itertuples(index=False, name=None))

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

    at, judge, entry = (cells.frame[name].to_numpy() for name in _KEYS)
    _once_each(cells.place("round"), [at], is_open, mistakes)
    member = _once_each(cells.place("judge_id"), [at, judge], in_panel, mistakes)
    _once_each(cells.place("judge_id"), [at, member, entry], may_mark, mistakes)


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
        return slots.index((round_.id, ids.get(fold(names[name])) or criterion(names[name])))

    def value_of(slot: int, text: int) -> int:
        value = f"{check_mark(rules, *slots[slot], texts[text]):f}"
        return values.setdefault(value, len(values))

    slot = _once_each(cells.place("criterion"), [cells.frame["round"].to_numpy(), named], slot_of, mistakes)
    value = _once_each(cells.place("text"), [slot, written], value_of, mistakes)
    frame = cells.frame.assign(
        slot=slot,
        criterion=np.array([*(criterion for _, criterion in slots), ""], dtype=object)[slot],
        value=np.array([*values, ""], dtype=object)[value],
        text="",
    )
    return _events("mark", replace(cells, frame=frame), rules, registers, mistakes)


def _comments(cells: _MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    to = cells.frame["comment"]
    frame = cells.frame.assign(slot=(to == "internal").astype(int), criterion=to, value="")
    cells = replace(cells, frame=frame).only(to != "")
    cells = cells.only(~cells.frame.duplicated([*_KEYS, "comment", "text"]))
    return _events("comment", cells, rules, registers, mistakes)


def _events(kind: str, cells: _MarkCells, rules: Rules, registers: Registers, mistakes: Collector) -> pd.DataFrame:
    """Return sorted rows of the ledger, with ids in place of positions, and note what stands in more than one row."""
    frame = cells.frame[(cells.frame[[*_KEYS, "slot"]] >= 0).all(axis="columns")].rename_axis(index="row")
    frame = frame.sort_values([*_KEYS, "slot", "row"])
    ids: tuple[Iterable[str], ...] = (
        [round_.id for round_ in rules.scored_rounds],
        registers.judges["judge_id"],
        registers.entries["entry_id"],
    )
    named = {key: np.array([*own], dtype=object)[frame[key]] for key, own in zip(_KEYS, ids, strict=True)}
    events = frame.assign(kind=kind, **named)[list(COLUMNS)].astype("str")
    about = [*_KEYS, "criterion"]
    code = {"mark": "mark_twice", "comment": "comment_twice"}[kind]
    groups = events[events.duplicated(about, keep=False)].groupby(about, sort=False)
    for (_, judge, entry, criterion), own in islice(groups, LIMIT):
        which = {"judge": judge, "entry": entry, "criterion": criterion}
        mistakes.add(Problem(code, file=cells.file, **which, rows=first_few(own.index)))
    if len(groups) > LIMIT:
        mistakes.add(Problem("more_of_these", file=cells.file, n=len(groups) - LIMIT))
    return events


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
            raise refusal
    return mark


def _refuse_thousands(scale: Scale, text: str) -> None:
    if GROUPED.fullmatch(text):
        large = Decimal(re.sub("[.,]", "", text))
        if scale.low <= large <= scale.high and scale.holds(large):
            small = Decimal(text.replace(",", ".").rstrip("0").rstrip("."))
            raise Problem("mark_ambiguous", value=text, small=small, large=str(large))  # as text: without a separator


def criteria_by_name(round_: Round) -> dict[str, str]:
    """Return the criteria of a round by every folded spelling that a file may use: their ids and names."""
    names = {fold(c.name.say(language)): c.id for c in round_.marked for language in LANGUAGES}
    return names | {fold(c.id): c.id for c in round_.marked}


# Recorded: several files are read as one

_ABOUT = ["kind", "round", "judge_id", "entry_id", "criterion"]  # what a mark or comment is about
_SAID = [*_ABOUT, "value", "text"]


class OlderThanLedger(Problem, UserWarning):
    """A file repeats marks or comments that the ledger had before its present ones; they were left alone."""


def import_marks(
    edition: Edition, paths: Sequence[Path], round_: str | None = None, sheet: str | None = None
) -> list[tuple[int, int]]:
    """Record the marks and comments of files, all files or none; what the ledger says already is passed over.

    Args:
        edition: the contest.
        paths: CSV files or workbooks.
        round_: the round, where the files have no column that says so.
        sheet: the workbooks' sheet; the first by default.

    Returns:
        How many marks and how many comments each file brought.

    Raises:
        rules_changed: rules or registers differ from what was locked.
        Mistakes: everything that is wrong in all files.
    """
    brought: Counter[tuple[int, str]] = Counter()

    def check() -> pd.DataFrame:
        edition.require_accepted()
        brought.clear()  # of an attempt at a ledger that has moved
        duties = Duties(edition.assigned, edition.record.recusals, edition.states)

        def read(path: Path) -> pd.DataFrame:
            return read_marks(path, edition.rules, edition.registers, duties, round_, sheet=sheet)

        fresh = _fresh_events(paths, read, cache(edition.entrants), edition.history.events(["mark", "comment"]))
        brought.update(zip(fresh["file"], fresh["kind"], strict=True))
        return fresh.drop(columns="file").assign(actor=COMMITTEE)

    record(edition, check)
    return [(brought[at, "mark"], brought[at, "comment"]) for at in range(len(paths))]


def _fresh_events(
    paths: Sequence[Path],
    read: Callable[[Path], pd.DataFrame],
    entrants: Callable[[str], set[str]],
    events: pd.DataFrame,
) -> pd.DataFrame:
    """Return the events that files bring, with the position of the first ``file`` that brings each.

    Warns (:class:`OlderThanLedger`) of each file that repeats what the ledger had before its present marks.

    Args:
        paths: the files.
        read: reads and checks one of them; the index of what it returns is the row in the file.
        entrants: the ids of the entries that take part in a round.
        events: the marks and comments that the ledger has, all of them in order.

    Raises:
        Mistakes: everything that is wrong in all files.
    """
    events = events[[*_SAID, "actor"]].assign(value=_plain(events["value"]))
    known = events.drop_duplicates(_ABOUT, keep="last")
    tables = [known.head(0).assign(file=-1, row=0)]
    names = [path.name for path in paths]
    with Collector() as mistakes:
        for at, path in enumerate(paths):
            try:
                table = read(path)
            except Problem as error:
                mistakes.add(error)
            else:
                _refuse_absent(table, entrants, path.name, mistakes)
                tables.append(table.rename_axis(index="row").reset_index().assign(file=at))
        said = pd.concat(tables, ignore_index=True)[[*_SAID, "file", "row"]].drop_duplicates(_SAID)
        _refuse_disagreement(said, names, mistakes)
        now = said.merge(known, how="left", on=_ABOUT, suffixes=("", "_now"))
        given, same = now["actor"].notna(), (now["value"] == now["value_now"]) & (now["text"] == now["text_now"])
        old = given & ~same & _said_before(said, events)
        _refuse_overwriting(said[(given & ~same & ~old & (now["actor"] != COMMITTEE)).to_numpy()], names, mistakes)
    for own, rows in said[old.to_numpy()].groupby("file")["row"]:
        place = {"file": names[int(str(own))], "row": rows_shown(rows)}
        warnings.warn(OlderThanLedger(**place, n=len(rows)), stacklevel=3)
    return said[(~same & ~old).to_numpy()].drop(columns="row")


def _plain(values: pd.Series[str]) -> pd.Series[str]:
    """Marks in their one form: ``4.50`` and ``4.5`` are the same mark."""
    codes, texts = pd.factorize(values)
    plain = [text.rstrip("0").rstrip(".") if "." in text else text for text in texts]
    return pd.Series(np.array([*plain, ""], dtype=object)[codes], index=values.index, dtype="str")


def _said_before(said: pd.DataFrame, events: pd.DataFrame) -> pd.Series[bool]:
    """Whether the ledger had, at whatever time, what each row says."""
    found = said.merge(events[_SAID].drop_duplicates(), how="left", on=_SAID, indicator=True)
    return found["_merge"] == "both"


def _refuse_absent(table: pd.DataFrame, entrants: Callable[[str], set[str]], file: str, mistakes: Collector) -> None:
    for round_, own in table.groupby("round"):
        try:
            absent = sorted(set(own["entry_id"]) - entrants(str(round_)))
        except EntrantsUnknown as error:
            mistakes.add(EntrantsUnknown(file=file, **error.data))
        else:
            if absent:
                mistakes.add(Problem("not_taking_part", file=file, entries=absent, round=round_))


def _refuse_disagreement(said: pd.DataFrame, files: Sequence[str], mistakes: Collector) -> None:
    """Note each pair of files that say one thing in two ways, with how often they do and where first."""
    twice = said[said.duplicated(_ABOUT, keep=False)]
    later = twice.assign(other=twice.groupby(_ABOUT)["file"].shift()).dropna(subset="other").astype({"other": int})
    for other, file in later[["other", "file"]].drop_duplicates().itertuples(index=False, name=None):
        cells = later[(later["other"] == other) & (later["file"] == file)]
        first = cells.rename(columns={"judge_id": "judge", "entry_id": "entry"}).iloc[0]
        place = {name: str(first[name]) for name in ("round", "judge", "entry", "criterion")}
        mistakes.add(Problem("files_disagree", file=files[file], other=files[other], n=len(cells), **place))


def _refuse_overwriting(cells: pd.DataFrame, files: Sequence[str], mistakes: Collector) -> None:
    """Note each cell that says something else than its judge; never what the judge said."""
    names = ["file", "row", "judge_id", "entry_id", "criterion", "round"]
    for file, row, judge, entry, criterion, round_ in cells[names].head(LIMIT).itertuples(index=False, name=None):
        about = {"judge": judge, "entry": entry, "criterion": criterion, "round": round_}
        mistakes.add(Problem("given_by_judge", file=files[file], row=row, **about))
    if len(cells) > LIMIT:
        mistakes.add(Problem("more_of_these", file=files[cells["file"].iloc[LIMIT]], n=len(cells) - LIMIT))
