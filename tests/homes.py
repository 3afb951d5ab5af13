"""A home with an edition on disk, and a contest that goes on in it through the public doors."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import contests
import pytest
from folders import save

import kit
from kit.actions import append
from kit.contest import plenary, rounds
from kit.errors import Problem
from kit.judging.incoming import read_files, record_files
from kit.ledger import FIELDS, Event, Ledger
from kit.texts import WIB, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kit.edition import Edition


@contextmanager
def empty_home(folder: Path) -> Iterator[Path]:
    """Make a folder the home, and close all ledgers in the end."""
    (folder / "data").mkdir()
    opened: list[Ledger] = []
    start = Ledger.__init__

    def note(self: Ledger, *arguments: Any) -> None:
        start(self, *arguments)
        opened.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_HOME", str(folder))
        patch.setattr(Ledger, "__init__", note)
        yield folder
    for ledger in opened:
        ledger.close()


TODAY = datetime.now(WIB).date()
TODAY_SAID = Texts("id").date(TODAY)

UNIT_TYPES = {"G1": "Dinas", "G2": "Kelurahan"}  # as in contests.TWO_GROUPS


def stage(
    home: Path,
    document: Mapping[str, Any],
    entries: Mapping[str, str] | Sequence[str],
    judges: Sequence[str] = ("J1", "J2", "J3"),
    *,
    conflicts: Mapping[str, str] | None = None,
    assignments: Sequence[tuple[str, str, str]] = (),
    language: kit.texts.Language | None = None,
) -> Edition:
    """Write ``data/2025`` and open it.

    Args:
        home: where ``data`` is or shall be; KIT_HOME must point there.
        document: the rules, from :func:`contests.contest`.
        entries: ids, each with ``group/category`` (``G1/a`` if none is said). Each has a title and a unit of its own.
        judges: ids.
        conflicts: judge to what stands in the register, such as ``E1:kin``.
        assignments: round, entry and judge.
        language: of what is shown.
    """
    folder = home / "data" / "2025"
    folder.mkdir(parents=True, exist_ok=True)
    contests.rules(document, folder)
    cells = dict(entries) if not isinstance(entries, (list, tuple)) else dict.fromkeys(entries, "G1/a")
    units = [[f"U-{entry}", f"Unit {entry}", UNIT_TYPES[cell[:2]]] for entry, cell in cells.items()]
    save(folder / "units.csv", [["unit_id", "name", "unit_type"], *units])
    rows = [[entry, f"Inovasi {entry}", f"U-{entry}", cell.partition("/")[2]] for entry, cell in cells.items()]
    save(folder / "entries.csv", [["entry_id", "title", "unit_id", "category"], *rows])
    people = [[judge, f"Nama {judge}", (conflicts or {}).get(judge, "")] for judge in judges]
    save(folder / "judges.csv", [["judge_id", "name", "conflicts"], *people])
    if assignments:
        save(folder / "assignments.csv", [["round", "entry_id", "judge_id"], *assignments])
    return kit.open("2025", language)


def sheets(edition: Edition, round_: str, marks: Mapping[str, str]) -> list[list[str]]:
    """Marks as the rows of a long file.

    Args:
        edition: the contest.
        round_: the round.
        marks: what each entry got: a part per judge, in the order of their ids, parted by ``|`` (or by blanks, where
            each judge gives a single mark) with a mark per criterion. ``-`` is a missing mark, and an empty part no
            sheet at all.
    """
    criteria = [criterion.id for criterion in edition.rules.round(round_).marked]
    rows = [["round", "judge_id", "entry_id", "criterion", "value"]]
    for entry, said in marks.items():
        parts = said.split("|") if "|" in said or len(criteria) > 1 else said.split()
        for judge, part in zip(edition.registers.judges["judge_id"], parts, strict=True):
            given = zip(criteria, part.split(), strict=True) if part.strip() else []
            rows += [[round_, judge, entry, criterion, value] for criterion, value in given if value != "-"]
    return rows


def imported(edition: Edition, *files: Path, round_: str | None = None, replace: bool = True) -> tuple[int, int]:
    """Import files, as far as nothing is wrong with them, and return how many marks and comments they brought."""
    brought = record_files(edition, read_files(edition, files, round_), replace=replace)
    return brought.marks, brought.comments


def give(edition: Edition, round_: str, marks: Mapping[str, str], name: str = "nilai.csv") -> tuple[int, int]:
    """Import marks (see :func:`sheets`) into an open round."""
    return imported(edition, save(edition.folder.parent / name, sheets(edition, round_, marks)))


_PLAYED: dict[str, list[Event]] = {}  # what opening, importing and closing recorded, by what it was recorded on


def play(
    edition: Edition, round_: str, marks: Mapping[str, str], reason: str = "", *, unasked: bool = False
) -> Edition:
    """Open a round, import its marks and close it; return the edition.

    The same round of an equal edition, played before by the same process, is recorded again without being checked anew.

    Args:
        edition: the contest.
        round_: the round.
        marks: as :func:`sheets` has them.
        reason: why it opens and closes; where it only needs one because of what may be passed over, one is given.
        unasked: open it past what stands against it, as ledgers of earlier versions did.
    """
    before = edition.history.events()
    files = [path.read_bytes() for path in sorted(edition.folder.glob("*.*")) if not path.name.startswith("ledger.")]
    said = before[list(FIELDS)].assign(time="", text=before["text"].mask(before["kind"] == "round_closed"))  # heads
    key = repr((files, said.to_numpy().tolist(), round_, [*marks.items()], reason, unasked))
    if key in _PLAYED:
        append(edition, *_PLAYED[key])
        return edition
    if unasked:
        append(edition, Event(kind="round_opened", actor="committee", round=round_, text=reason))
    else:
        try:
            rounds.open(edition, round_, reason)
        except Problem:
            if reason:
                raise
            rounds.open(edition, round_, "jadwal tetap")
    give(edition, round_, marks)
    rounds.close(edition, round_, reason)
    new = edition.history.events().iloc[len(before) :][list(FIELDS)].assign(time=None).to_dict("records")
    _PLAYED[key] = [Event(**row | ({"text": reason} if row["kind"] == "round_closed" else {})) for row in new]
    return edition


def one_round(home: Path) -> Edition:
    """A contest of one round, which is closed: E1 has 90 and gets the award, E2 has 80."""
    document = contests.contest(contests.single(), final={"awards": [{"scope": "group", "names": ["Juara I"]}]})
    return play(stage(home, document, ["E1", "E2"]), "r1", {"E1": "90 90 90", "E2": "80 80 80"})


def meet(edition: Edition, round_: str, *judges: str, reason: str = "") -> Edition:
    """Begin the plenary of a closed round; J1 and J2 are there unless others are named."""
    plenary.begin(edition, round_, reason)
    plenary.attend(edition, round_, *(judges or ("J1", "J2")), present=True)
    return edition


def decide(edition: Edition, round_: str, *judges: str, reason: str = "") -> Edition:
    """Take a closed round through its plenary."""
    plenary.decide(meet(edition, round_, *judges, reason=reason), round_)
    return edition


def keep(edition: Edition, where: Path) -> None:
    """Copy an edition's folder as it is."""
    edition.ledger.close()
    shutil.copytree(edition.folder, where)


def taken_up(home: Path, snapshot: Path) -> Edition:
    """Open a copy of an edition."""
    shutil.copytree(snapshot, home / "data" / "2025")
    return kit.open("2025")
