"""Small cities of several editions for the tests of what looks across the years."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import folders

import kit
from kit.actions import append
from kit.ledger import Event
from kit.report.lasting import KIND
from kit.texts import WIB
from kit.years.followup import TEXTS
from kit.years.series import Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.edition import Edition

UNITS = [["unit_id", "name", "unit_type", "parent"], ["U1", "Dinas Contoh", "Dinas", ""]]


@dataclass(frozen=True)
class Year:
    """One edition of a city.

    Args:
        name: the year.
        innovations: innovation id to the unit that sent it, perhaps with a category after a slash; an id that begins
            with a dash stands for an entry without one.
        answers: what the follow-up of the year has heard of each innovation, by question.
        units: the register of units; one unit unless given.
        more: further columns of the register of entries, the same for all.
        opened: whether the first round was opened, on 20 October.
        rules: replacements in the rules' text.
        marks: what each judge gives to every entry in the proposal round, which is then closed.
        judges: the register of judges.
    """

    name: str
    innovations: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: folders.Rows | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    opened: bool = True
    rules: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, float] = field(default_factory=dict)
    judges: folders.Rows | None = None


def city(home: Path, *years: Year) -> Edition:
    """Write editions into a home and open the last."""
    for year in years:
        play(home, year)
    return kit.open(years[-1].name)


def play(home: Path, year: Year) -> Path:
    """Write one edition, and let happen what has happened."""
    folder = home / "data" / year.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = folders.RULES.replace('edition: "2025"', f'edition: "{year.name}"')
    for old, new in year.rules.items():
        assert old in text
        text = text.replace(old, new)
    rows = [["entry_id", "innovation_id", "title", "unit_id", "category", *year.more]]
    for n, (innovation, sent) in enumerate(year.innovations.items(), 1):
        unit, _, category = sent.partition("/")
        own = "" if innovation.startswith("-") else innovation
        about = [f"E-{n:02}", own, f"Inovasi {innovation}", unit, category or "pelayanan"]
        rows.append([*about, *year.more.values()])
    judges = year.judges or folders.JUDGES
    folders.edition(folder, text, units=year.units or UNITS, entries=rows, judges=judges)
    edition = kit.open(year.name)
    events = [event(edition, "10-20", kind="round_opened", round="proposal")] if year.opened else []
    if year.marks:
        for judge, mark in year.marks.items():
            for entry in edition.registers.entries["entry_id"]:
                about = {"judge_id": judge, "entry_id": entry, "value": f"{mark:g}", "round": "proposal"}
                events += [
                    event(edition, "10-21", judge, kind="mark", criterion=name, **about) for name in ("K1", "K2")
                ]
        events.append(event(edition, "10-22", kind="round_closed", round="proposal"))
    for innovation, answers in year.answers.items():
        for question, answer in answers.items():
            says = {"text" if question in TEXTS else "value": answer}
            events.append(event(edition, "12-08", kind=KIND, entry_id=innovation, criterion=question, **says))
    if events:
        append(edition, *events)
    edition.ledger.close()
    return folder


def happens(edition: Edition, day: str, actor: str = "committee", **about: Any) -> None:
    """Record an event of that year."""
    append(edition, event(edition, day, actor, **about))


def event(edition: Edition, day: str, actor: str = "committee", **about: Any) -> Event:
    """An event of that year."""
    month, number = map(int, day.split("-"))
    return Event(actor=actor, time=datetime(int(edition.name), month, number, tzinfo=WIB), **about)


def span(name: str = "", years: str = "") -> Span:
    """The span up to an edition; up to the last that there is unless named."""
    last = name or max(path.name for path in (kit.folder.find_home() / "data").iterdir())
    return Span.of(kit.open(last), years)
