"""Marks and comments that come in files: read, compared with the ledger, shown, and recorded.

It is one way for all files. A score sheet of the kit's own knows what it held at its export, so what it brings is
compared three ways. Any other table says nothing of its origin: what differs from what is on record is shown with who
gave it when, and replaces it only when somebody says so. A file that says what was on record before is older, and
reverts nothing. No value that is on record is ever shown, since a round that takes marks is open.

Files are read while everybody may write. What they say is compared again in the moment of recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from textwrap import shorten
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kit.actions import record
from kit.errors import Collector, Mistakes, Problem, first_few
from kit.judging.mark_files import read_marks
from kit.judging.score_sheet import is_sheet, marks_on_record, read_score_sheet, said_by
from kit.ledger import COMMITTEE, Event
from kit.workbooks import ABOUT, FRESH, SAID, compare, event_id, place_of, said_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from kit.edition import Edition
    from kit.texts import Texts

_LONGEST_SHOWN = 60  # characters of a comment in a preview
_SHOWN = 30  # judges, and cells, of a file that a preview names
_IN_FOLDERS = (".xlsx", ".csv")
_PAIR = ["judge_id", "entry_id"]
_PLACE = ["file", "cell", *ABOUT]
_COUNTED = ("new", "changed", "differs", "same", "kept", "older", "conflict")


@dataclass(frozen=True)
class Incoming:
    """What files say, and what recording it would do.

    Args:
        files: the names of those that were read.
        said: their cells, with the columns :data:`kit.workbooks.SAID`.
        changes: the cells that say something, with the ``outcome`` of each; ``number``, ``actor`` and ``time`` of what
            is on record.
        remarks: what somebody should know beside that, such as columns that were not read.
    """

    files: Sequence[str]
    said: pd.DataFrame
    changes: pd.DataFrame
    remarks: Sequence[Problem]

    def count(self, *outcomes: str) -> int:
        """Return how many cells have one of these outcomes."""
        return int(self.changes["outcome"].isin(outcomes).sum())

    def preview(self, edition: Edition) -> str:
        """Return what recording would do: counts for each file, judge and round, every cell that needs a look, remarks.

        It says what the files say, and never what the ledger holds.
        """
        t, own = edition.texts, dict(iter(self.changes.groupby("file", sort=False)))
        said = ["\n".join(_lines(edition, file, own.get(file, self.changes.head(0)))) for file in self.files]
        said += [remark.sentence(t.language) for remark in self.remarks]
        if differing := self.count("differs"):
            said.append(t("incoming.differing", n=differing))
        return "\n\n".join(said)


class Brought(NamedTuple):
    """What was recorded: how many marks and comments, and how many cells no more, since the ledger has moved on."""

    marks: int
    comments: int
    left: int


def read_files(
    edition: Edition, paths: Iterable[Path], round_: str | None = None, sheet: str | None = None
) -> Incoming:
    """Read and check files of marks; nothing is recorded.

    Args:
        edition: the contest.
        paths: score sheets of the kit's own, other workbooks and CSV files with marks, and folders with such files.
        round_: the round, where tables have no column that says so.
        sheet: the sheet of workbooks that are no score sheets; the first by default.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        rules_changed: rules or registers differ from what was locked.
        Mistakes: everything that is wrong, in all files, with its cells.
    """
    if round_ is not None:
        edition.scored(round_)
    edition.refresh()
    recorded = marks_on_record(edition)
    pieces = [pd.DataFrame(columns=list(SAID)).astype({"last": "int64"})]
    remarks: list[Problem] = []
    with Collector() as mistakes:
        files, unread = _files(paths, mistakes)
        for file, path in files.items():
            try:
                if is_sheet(path):
                    own = read_score_sheet(edition, path, file, recorded, mistakes)
                    if round_ not in {None, own.imprint.round}:
                        raise Problem("sheet_of_other_round", found=own.imprint.round, round=round_)  # noqa: TRY301
                    pieces.append(said_on([own]))
                else:
                    table = read_marks(path, edition.rules, edition.registers, round_, sheet=sheet)
                    pieces.append(table.cells.assign(file=file, base="", revision="", last=0)[list(SAID)])
                    remarks += table.remarks
            except Problem as error:
                named = isinstance(error, Mistakes) or "file" in error.data
                mistakes.add(error if named else error.at(file=file))
        said = pd.concat(pieces, ignore_index=True)
        changes = _compared(edition, said, mistakes)
    edition.require_accepted()
    remarks += _places_twice(edition, said)
    if unread:
        remarks.append(Problem("files_not_read", files=unread))
    return Incoming([*files], said, changes, remarks)


def record_files(edition: Edition, incoming: Incoming, *, replace: bool = False) -> Brought:
    """Record what files bring, all or nothing.

    They are compared anew, so that what was recorded since the preview is not reverted, and a recusal or a
    substitution since then is heeded.

    Args:
        edition: the contest.
        incoming: what was read, and shown.
        replace: whether tables replace what differs from them, as far as that was on record when it was shown.

    Raises:
        rules_changed: rules or registers differ from what was locked.
        Mistakes: a judge may not write any more where a file brings something.
    """
    outcomes = [*FRESH, *["differs"] * replace]
    wanted = incoming.changes[incoming.changes["outcome"].isin(outcomes)]
    brought = Brought(0, 0, 0)

    def check() -> list[Event] | pd.DataFrame:
        nonlocal brought
        edition.require_accepted()
        with Collector() as mistakes:
            changes = _compared(edition, incoming.said, mistakes)
        now = wanted[[*_PLACE, "number"]].merge(changes, on=_PLACE, suffixes=("_shown", ""))
        unmoved = now["number"] == now["number_shown"]
        fresh = now[now["outcome"].isin(FRESH) | (now["outcome"].isin(outcomes) & unmoved)]
        counts = fresh["kind"].value_counts()
        left = len(now) - len(fresh) - int((now["outcome"] == "same").sum())
        brought = Brought(int(counts.get("mark", 0)), int(counts.get("comment", 0)), left)
        return _events(edition, fresh)

    record(edition, check)
    return brought


def _events(edition: Edition, fresh: pd.DataFrame) -> list[Event] | pd.DataFrame:
    """Return what is to be recorded; a sheet's cells have keys by which they are known again."""
    is_mark = fresh["kind"] == "mark"
    said = fresh[ABOUT].assign(
        actor=COMMITTEE, value=fresh["after"].where(is_mark, ""), text=fresh["after"].mask(is_mark, "")
    )
    if (fresh["revision"] == "").all():
        return said
    keys = [event_id(edition, row, row["after"]) if row["revision"] else None for row in fresh.to_dict("records")]
    return [Event(event_id=key, **row) for key, row in zip(keys, said.to_dict("records"), strict=True)]  # type: ignore[arg-type]  # columns are text


def _files(paths: Iterable[Path], mistakes: Collector) -> tuple[dict[str, Path], list[str]]:
    """The files by name, each once, and what else is in folders but for what programs leave there unseen."""
    found: dict[Path, Path] = {}
    unread: dict[Path, str] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path.resolve(), path)
            continue
        inside = [one for one in sorted(path.iterdir()) if not one.name.startswith(("~$", "."))]
        own = [one for one in inside if one.suffix.lower() in _IN_FOLDERS and one.is_file()]
        if not own:
            mistakes.add(Problem("inbox_empty", folder=path.absolute().name))
        for one in inside:
            if one in own:
                found.setdefault(one.resolve(), one)
            else:
                unread[one.resolve()] = f"{one.name}/" if one.is_dir() else one.name
    names = [path.name for path in found.values()]
    files = {path.name if names.count(path.name) == 1 else path.as_posix(): path for path in found.values()}
    return files, list(unread.values())


def _places_twice(edition: Edition, said: pd.DataFrame) -> Iterator[Problem]:
    """Find places that a file gives to several entries on one judge's ballot; they share them, if that is meant."""
    ballots = [round_.id for round_ in edition.rules.scored_rounds if round_.kind == "ranks"]
    places = said[(said["kind"] == "mark") & said["round"].isin(ballots) & (said["after"] != "")]
    for key, own in places.groupby(["file", "judge_id", "criterion", "after"], sort=False):
        if len(entries := [*dict.fromkeys(own["entry_id"])]) > 1:
            file, judge, _, place = map(str, key)
            yield Problem("place_twice_in_file", file=file, judge=judge, place=place, entries=first_few(entries))


# Compared with the ledger


def _compared(edition: Edition, said: pd.DataFrame, mistakes: Collector) -> pd.DataFrame:
    """Return what cells would change, as the ledger is now (:attr:`Incoming.changes`).

    What two files bring alike is fresh once. Noted are cells on which a judge may not write, where they bring what is
    not on record, and files that bring different things.
    """
    changes = compare(edition, said, marks_on_record(edition))
    differing = changes[(changes["outcome"] == "conflict") & (changes["revision"] == "")]
    events = edition.history.events(["mark", "comment"]).merge(differing[ABOUT].drop_duplicates(), on=ABOUT)
    before = events.assign(after=said_by(events))[[*ABOUT, "after"]].drop_duplicates()
    older = differing[[*ABOUT, "after"]].merge(before, how="left", indicator=True)["_merge"] == "both"
    changes.loc[differing.index, "outcome"] = np.where(older, "older", "differs")
    brings = changes["outcome"].isin([*FRESH, "differs"])
    _refuse_forbidden(edition, changes[brings | (changes["outcome"] == "conflict")], mistakes)
    _refuse_disagreement(changes[brings | ((changes["outcome"] == "same") & (changes["revision"] == ""))], mistakes)
    fresh = changes[brings]
    changes.loc[fresh.index[fresh.duplicated(ABOUT)], "outcome"] = "same"
    return changes


def _refuse_forbidden(edition: Edition, changes: pd.DataFrame, mistakes: Collector) -> None:
    """Note where a judge may not write as the ledger has it now: each reason once for a file and round, or judge."""
    for key, whole in changes.groupby(["file", "round"], sort=False):
        file, round_ = map(str, key)
        takes = _takes_marks(edition, round_, pd.MultiIndex.from_frame(whole[_PAIR]))
        if not takes.all():
            mistakes.add(Problem("round_not_open", file=file, **place_of(whole.loc[~takes, "cell"]), round=round_))
        if not takes.any():
            continue
        try:
            entrants = edition.entrants(round_)
        except Problem as unknown:
            mistakes.add(unknown.at(file=file))
            continue
        own, panel, recused = whole[takes], edition.panel(round_), edition.record.recused(round_)
        entries, pairs = own["entry_id"], pd.MultiIndex.from_frame(own[_PAIR])
        reasons: dict[str, np.ndarray[Any, np.dtype[np.bool_]]] = {
            "not_in_panel": ~own["judge_id"].isin(panel["judge_id"]).to_numpy(),
            "unknown_entry": ~entries.isin(edition.registers.entries["entry_id"]).to_numpy(),
            "not_taking_part": ~entries.isin(entrants).to_numpy(),
            "not_assigned": ~pairs.isin(pd.MultiIndex.from_frame(panel[_PAIR])),
            "recused_mark": pairs.isin(pd.MultiIndex.from_frame(recused[_PAIR])),
            "not_asked": _not_asked(edition, round_, own),
        }
        reason = pd.Series("", index=own.index)
        for code, wrong in reversed(reasons.items()):  # the first that holds stands
            reason[wrong] = code
        by = own["judge_id"].mask(reason == "unknown_entry", entries).mask(reason == "not_taking_part", "")
        for (why, value), cells in own[reason != ""].groupby([reason, by], sort=False):
            named = first_few(dict.fromkeys(cells["entry_id"]))
            about = {"round": round_, "judge": cells["judge_id"].iloc[0], "entries": named, "value": value}
            about["entry"] = named if len(named) > 1 else named[0]
            about["criteria"] = [*dict.fromkeys(cells["criterion"])]
            mistakes.add(Problem(str(why), file=file, **place_of(cells["cell"]), **about))


def _not_asked(edition: Edition, round_: str, changes: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell of each cell whether it is a mark that the rules do not ask of its judge for its entry."""
    wrong = np.full(len(changes), fill_value=False)
    if edition.rules.round(round_).alike:
        return wrong
    cells = changes[["judge_id", "entry_id", "criterion"]].itertuples(index=False, name=None)
    asked: dict[tuple[str, str], set[str]] = {}
    for n, (judge, entry, criterion) in enumerate(cells):
        if (judge, entry) not in asked:
            asked[judge, entry] = {part.id for part in edition.asked(round_, judge, entry)}
        wrong[n] = criterion not in asked[judge, entry]
    return wrong & (changes["kind"] == "mark").to_numpy()


def _takes_marks(edition: Edition, round_: str, pairs: pd.MultiIndex) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell of each sheet whether it takes marks: while the round is open, or where a plenary has reopened it."""
    state = edition.states[round_]
    if state != "plenary":
        return np.full(len(pairs), state == "open")
    reopened = [(sheet.judge_id, sheet.entry_id) for sheet in edition.meetings(round_)[-1].reopened]
    return pairs.isin(reopened) if reopened else np.full(len(pairs), fill_value=False)


def _refuse_disagreement(changes: pd.DataFrame, mistakes: Collector) -> None:
    """Note each pair of files that say one thing in two ways, with how often they do and where first."""
    said = changes.drop_duplicates([*ABOUT, "after"])
    twice = said[said.duplicated(ABOUT, keep=False)]
    later = twice.assign(other=twice.groupby(ABOUT)["file"].shift()).dropna(subset="other")
    for (file, other), cells in later.groupby(["file", "other"], sort=False):
        first = cells.rename(columns={"judge_id": "judge", "entry_id": "entry"}).iloc[0]
        which = {name: str(first[name]) for name in ("round", "judge", "entry", "criterion")}
        mistakes.add(Problem("files_disagree", file=file, other=other, n=len(cells), **which))


# In words


def _lines(edition: Edition, file: str, changes: pd.DataFrame) -> Iterator[str]:
    """What recording one file would do."""
    t, outcomes = edition.texts, changes["outcome"]
    yield file
    if changes.empty:
        yield "  " + t("incoming.nothing")
    elif outcomes.isin(["same", "kept"]).all():
        yield "  " + t("incoming.imported_before" if (outcomes == "same").any() else "incoming.nothing_new")
    names = edition.registers.judges.set_index("judge_id")["name"]
    emptied = (outcomes == "kept") & (changes["base"] != "") & (changes["after"] == "")
    looked_at = changes.index[outcomes.isin(["changed", "differs", "older", "conflict"]) | emptied]
    named = {*looked_at[:_SHOWN]}
    groups = changes.groupby(["judge_id", "round"], sort=False)
    for n, (key, own) in enumerate(groups):
        if n == _SHOWN:
            yield "  " + t("incoming.more_judges", n=groups.ngroups - _SHOWN)
            break
        judge, round_ = map(str, key)
        about = {"judge": judge, "name": names[judge], "round": edition.say(round_)}
        counts = [_counted(t, str(kind), cells) for kind, cells in own.groupby("kind", sort=False)["outcome"]]
        yield "  " + t("incoming.judge", **about, counts="; ".join(counts))
        yield from ("    " + _line(t, row) for row in own[own.index.isin(named)].to_dict("records"))
    if len(looked_at) > _SHOWN:
        yield "    " + t("incoming.more_cells", n=len(looked_at) - _SHOWN)


def _counted(t: Texts, kind: str, outcomes: pd.Series[str]) -> str:
    counts = outcomes.value_counts()
    return t(f"incoming.{kind}", counts=[t(f"incoming.count_{o}", n=int(counts[o])) for o in _COUNTED if o in counts])


def _line(t: Texts, row: Mapping[Any, Any]) -> str:
    """What one cell says, with who gave when what is on record."""
    is_mark, criterion = row["kind"] == "mark", row["criterion"]
    what = t(
        "incoming.what_mark" if is_mark else f"incoming.what_{criterion}", entry=row["entry_id"], criterion=criterion
    )
    comment = f'"{shorten(row["after"], _LONGEST_SHOWN, placeholder="…")}"'
    after = t.decimal(Decimal(row["after"])) if is_mark and row["after"] else comment
    actor = row["actor"]
    by = "file" if actor == COMMITTEE else "judge" if actor == row["judge_id"] else "typist"
    about = {"cell": row["cell"] or t("incoming.row_gone"), "what": what, "after": after, "time": row["time"]}
    return t(f"incoming.line_{row['outcome']}", by=t(f"incoming.by_{by}", actor=actor), **about)
