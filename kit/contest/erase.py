"""Names of persons leave an edition once they have been kept as long as its rules say.

Personal are the names and institutions of judges, what registers hold in columns that the kit does not read (forms
bring telephone numbers and addresses along), who initiated an innovation, the office's file with officials and members,
and the store of judges' links. The ledger holds ids only and stays as it is, so that its result and its chains can be
checked for ever. What people wrote freely, in comments and reasons, in proposals and in documents made before, the kit
cannot know: it says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kit.actions import action
from kit.contest.decisions import reason_of
from kit.edition import LEDGER, Edition, find_home
from kit.errors import Problem
from kit.ledger import COMMITTEE, Event, built
from kit.registers import COLUMNS, load_registers
from kit.texts import WIB

if TYPE_CHECKING:
    import pandas as pd

    from kit.registers import Name

OFFICE = "office.yaml"
ACCESS = "access.sqlite"
_REGISTERS: tuple[Name, ...] = ("units", "entries", "judges")


@dataclass(frozen=True)
class Erasure:
    """What erasing would change, or has changed.

    Args:
        rewritten: registers that keep ids and what the contest was about.
        removed: files that go altogether.
        left: where free text may still name somebody.
    """

    rewritten: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


def erasable(edition: Edition, today: date | None = None) -> Erasure:
    """Return what would be erased today; nothing is changed.

    Raises:
        retention_not_set: the rules do not say how long names are kept.
        not_decreed: the years are counted from the decree, and there is none.
        retention_not_over: it is too early.
        nothing_to_erase: everything is erased, and the ledger says so.
    """
    years, decree = edition.rules.retention_years, edition.decisions.decree
    if years is None:
        raise Problem("retention_not_set", edition=edition.name)
    if decree is None:
        raise Problem("not_decreed", edition=edition.name)
    until = _years_later(decree.date, years)
    if (today or datetime.now(WIB).date()) < until:
        raise Problem("retention_not_over", edition=edition.name, date=until)
    rewritten = tuple(f"{name}.csv" for name in _REGISTERS if _differs(edition, name))
    removed = tuple(name for name in (OFFICE, ACCESS) if (edition.folder / name).exists())
    if not rewritten and not removed and _begun(edition) and not edition.unaccepted():
        raise Problem("nothing_to_erase", edition=edition.name)
    reports = find_home() / "reports" / edition.name
    events = edition.history.events()
    written = events.loc[~events["kind"].str.startswith("rules_"), "text"]  # comments, reasons, remarks
    left = {
        LEDGER: (written != "").any(),
        "documents/": (edition.folder / "documents").is_dir(),
        f"reports/{edition.name}/": reports.is_dir(),
        "archives/": (find_home() / "archives").is_dir(),
    }
    return Erasure(rewritten, removed, tuple(name for name, there in left.items() if there))


def erase_personal(edition: Edition, reason: str, today: date | None = None) -> Erasure:
    """Record that names are erased, erase what :func:`erasable` names, and accept the registers as they then are.

    Recorded first, what is cut off in the middle can be told from a change that nobody meant; the next call ends it.

    Raises:
        reason_needed: the reason is blank.
        rules_changed: something else in rules or registers differs from what was locked.
        retention_not_set, not_decreed, retention_not_over, nothing_to_erase: see :func:`erasable`.
    """
    reason = reason_of(reason)
    erasure = erasable(edition, today)
    if not _begun(edition):
        _begin(edition, reason)
    for name in _REGISTERS:
        if f"{name}.csv" in erasure.rewritten:
            _rewrite(edition, name)
    for file in erasure.removed:
        for path in edition.folder.glob(f"{file}*"):
            path.unlink()
    erased = Edition(edition.folder, edition.language)
    if erased.unaccepted():
        erased.accept_changes(reason)
    erased.ledger.close()
    return erasure


@action
def _begin(edition: Edition, reason: str) -> list[Event]:
    edition.require_accepted()
    return [] if _begun(edition) else [Event(kind="personal_erased", actor=COMMITTEE, text=reason)]


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # from 29 February
        return date(day.year + years, 3, 1)


def _begun(edition: Edition) -> bool:
    return not edition.history.events(["personal_erased"]).empty


def _without_names(edition: Edition, name: Name) -> pd.DataFrame:
    """A register in the kit's own columns, with ids in the place of names of persons."""
    filed = load_registers(edition.folder, edition.rules)
    table: pd.DataFrame = getattr(filed, name)[list(COLUMNS[name])]
    if name == "judges":
        return table.assign(name=table["judge_id"], institution="")
    return table.assign(initiator="") if name == "entries" else table


def _canonical(edition: Edition, name: Name) -> bytes:
    return _without_names(edition, name).to_csv(index=False, lineterminator="\n").encode()


def _differs(edition: Edition, name: Name) -> bool:
    path = edition.folder / f"{name}.csv"
    return not path.exists() or path.read_bytes() != _canonical(edition, name)


def _rewrite(edition: Edition, name: Name) -> None:
    path = edition.folder / f"{name}.csv"
    content = _canonical(edition, name)
    with built(path, replace=True) as new:
        new.write_bytes(content)
    path.with_suffix(".xlsx").unlink(missing_ok=True)
