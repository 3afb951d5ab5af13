"""Commands about entries: the administrative selection, decisions about one of them, objections."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kit.cli._command import command, require_yes, show, show_written
from kit.texts import Texts

if TYPE_CHECKING:
    from kit.edition import Edition


@command("entry register")
def register(
    edition: str,
    file: Path,
    t: Texts,
    *,
    column: tuple[str, ...] = (),
    cell: tuple[str, ...] = (),
    sheet: str | None = None,
    yes: bool = False,
) -> None:
    from kit.folder import find_edition
    from kit.register_import import begun, preview, read_form, write_registers

    folder = find_edition(edition)
    found = read_form(folder, file, columns=column, cells=cell, sheet=sheet)
    print(preview(found, t))
    sys.stdout.flush()
    found.export.mistakes.stop_if_any()
    if found.fresh:
        require_yes(t, "cli.ask_record", "not_recorded", yes=yes)
        files = [path.name for path in write_registers(found)]
        print(t("cli.registered", files=files, edition=edition))
        if begun(folder):
            print(t("cli.registered_late", edition=edition))


@command("entry selection")
def selection(edition: "Edition") -> None:
    from kit.report.progress import selection_progress

    show(*selection_progress(edition).blocks)


@command("entry checklist")
def checklist(edition: "Edition", *, out: Path) -> None:
    from kit.contest.selection import write_checklist

    write_checklist(edition, out)
    show_written(edition.texts, [out])


@command("entry import")
def import_checklist(edition: "Edition", file: Path, *, by: str, yes: bool = False) -> None:
    from kit.contest.selection import read_checklist, record_checklist, verifier_code

    verifier_code(edition, by)
    returned = read_checklist(edition, file)
    print(returned.preview(edition))
    if len(returned.fresh):
        require_yes(edition.texts, "cli.ask_record", "not_recorded", yes=yes)
        print(edition.texts("cli.recorded", n=record_checklist(edition, returned, by)))


def _decide(decision: str, edition: "Edition", entry: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import decisions

    getattr(decisions, decision)(edition, entry, reason, actor=by)
    _noted(edition, entry, decision)


for _decision in ("withdraw", "disqualify", "reinstate"):
    command(f"entry {_decision}")(partial(_decide, _decision))


@command("entry duplicate")
def duplicate(edition: "Edition", entry: str, other: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import decisions

    decisions.declare_duplicate(edition, entry, other, reason, actor=by)
    _noted(edition, entry, "duplicate", of=other)


@command("entry correct")
def correct(edition: "Edition", entry: str, column: str, value: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import decisions

    old, new = decisions.correct(edition, entry, column, value, reason, actor=by)
    print(edition.texts("cli.corrected", column=column, old=old or "–", new=new or "–"))
    _noted(edition, entry, "correct")


def _attend(state: str, edition: "Edition", round_: str, entry: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import decisions

    getattr(decisions, f"mark_{state}")(edition, round_, entry, reason, actor=by)
    _noted(edition, entry, state, round=edition.say(round_))


for _state in ("absent", "present"):
    command(f"entry {_state}")(partial(_attend, _state))


def _noted(edition: "Edition", entry: str, decision: str, **named: str) -> None:
    titles = edition.registers.entries.set_index("entry_id")["title"]
    said = edition.texts(f"cli.decided_{decision}", about=f"{entry} ({titles[entry]})", **named)
    print(edition.texts("cli.noted", said=said))


@command("objection list")
def objections(edition: "Edition") -> None:
    from kit.documents.objection_papers import overview

    show(overview(edition))


@command("objection lodge")
def lodge(
    edition: "Edition",
    round_: str,
    entry: str,
    *,
    ground: Literal["completeness", "arithmetic", "procedure"],
    text: str,
) -> None:
    from kit.contest import objections

    made = objections.lodge(edition, entry, round_, ground, text)
    print(edition.texts("cli.objection_lodged", number=made.number))
    if made.late and made.deadline:
        print(edition.texts("cli.objection_late", date=made.deadline))


@command("objection recompute")
def recompute(edition: "Edition", number: str) -> None:
    from kit.contest import objections
    from kit.documents.objection_papers import detail

    objections.recompute(edition, number)
    show(detail(edition, number))


@command("objection answer")
def answer(
    edition: "Edition",
    number: str,
    *,
    outcome: Literal["upheld", "partly_upheld", "rejected"],
    reason: str,
    by: str = "committee",
) -> None:
    from kit.contest import objections

    objections.answer(edition, number, outcome, reason, actor=by)
    print(edition.texts("cli.objection_answered", number=number, edition=edition.name))


@command("objection papers")
def papers(edition: "Edition", number: str, *, out: Path | None = None) -> None:
    from kit.documents.objection_papers import write_papers

    show_written(edition.texts, write_papers(edition, number, out))
