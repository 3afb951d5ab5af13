"""Commands by which marks come in: rounds, judges, sheets, progress; the pages, and the personal links to them."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kit.cli._command import Whole, command, require_yes, show, show_remarks, show_written
from kit.errors import Problem
from kit.texts import Texts

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.screens.access import Access

_HERE, _HERE_COMMITTEE = "http://localhost:8866", "http://localhost:8867"


@command("serve")
def serve(
    edition: str,
    round_: str,
    t: Texts,
    *,
    port: Annotated[int, Whole(1, 65535)] = 8866,
    address: str = "127.0.0.1",
    host_name: tuple[str, ...] = (),
    user_header: str | None = None,
) -> None:
    from kit.screens.judge_page import serve

    serve(
        edition,
        round_,
        port=port,
        address=address,
        user_header=user_header,
        host_names=host_name,
        language=t.language,
    )


@command("present")
def present(
    edition: str,
    t: Texts,
    *,
    round_: str = "",
    by: str = "",
    port: Annotated[int, Whole(1, 65535)] = 8867,
    address: str = "127.0.0.1",
    host_name: tuple[str, ...] = (),
) -> None:
    from kit.screens.present import present

    present(edition, round_id=round_, by=by, port=port, address=address, host_names=host_name, language=t.language)


@command("round open")
def open_round(edition: "Edition", round_: str, *, reason: str = "") -> None:
    from kit.contest import rounds
    from kit.report.preview import preview

    gate = rounds.gate(edition, round_)
    show(preview(edition, round_))
    rounds.open(edition, round_, reason)
    show_remarks(edition.texts, gate.remarks)
    print(edition.texts("cli.opened", round=edition.say(round_)))


@command("round close")
def close_round(edition: "Edition", round_: str, *, reason: str = "") -> None:
    from kit.contest import rounds
    from kit.ledger import anchor_lines

    left = [*rounds.unfinished(edition, round_)] if reason else []
    rounds.close(edition, round_, reason)
    said = [
        edition.texts(f"cli.closed_{one.code}", n=one.data["n"], counts=one.data["counts"])
        for one in left
        if "counts" in one.data
    ]
    print(" ".join([*said, edition.texts("cli.closed", round=edition.say(round_))]))
    print(anchor_lines(edition.history.heads()), end="")


@command("round draw")
def draw(edition: "Edition", round_: str, group: str, *, seed: str, reason: str = "") -> None:
    from kit.contest import presentation

    made = presentation.draw(edition, round_, group, seed, reason)
    titles = edition.registers.entries.set_index("entry_id")["title"]
    for n, entry in enumerate(made.order, 1):
        print(f"{n:>3}  {entry:<10}  {made.digest(entry)[:12]}  {titles[entry]}")
    print(edition.texts("presentation.how", seed=made.seed, entry=made.order[0]))


@command("round schedule")
def schedule(
    edition: "Edition", round_: str, group: str, start: str, *, minutes: Annotated[int, Whole(1, 999)] = 30
) -> None:
    from kit.contest import presentation

    presentation.schedule(edition, round_, group, start, minutes)
    begins = presentation.schedules(edition, round_)[group]
    print(edition.texts("presentation.begins", start=begins.start, n=begins.minutes))


@command("judge assign")
def assign(
    edition: "Edition",
    round_: str,
    *,
    judges: Annotated[int, Whole(1, 1_000)],
    seed: Annotated[int, Whole(0, 10**18 - 1)] = 1,
) -> None:
    from kit.judging.assignment import assign_round

    path = assign_round(edition, round_, judges, seed)
    print(edition.texts("cli.assigned", file=path.name, judges=judges, seed=seed))


@command("judge substitute")
def substitute(edition: "Edition", round_: str, judge: str, *, by: str, reason: str, everything: bool = False) -> None:
    from kit.judging.assignment import substitute

    n = substitute(edition, round_, judge, by, reason, everything=everything)
    print(edition.texts("cli.substituted", n=n, judge=judge, by=by))


@command("judge links")
def links(edition: "Edition", judges: tuple[str, ...] = ()) -> None:
    _list_links(edition, *_judges(edition, judges))


@command("judge invite")
def invite(
    edition: "Edition", judges: tuple[str, ...] = (), *, days: Annotated[int, Whole(1, 366)] = 14, site: str = _HERE
) -> None:
    _issue_links(edition, *_judges(edition, judges), days, site, local=site == _HERE)


@command("judge revoke")
def revoke(edition: "Edition", judges: tuple[str, ...] = ()) -> None:
    _revoke_links(edition, *_judges(edition, judges))


@command("committee links")
def committee_links(edition: "Edition", codes: tuple[str, ...] = ()) -> None:
    _list_links(edition, *_members(edition, codes))


@command("committee invite")
def committee_invite(
    edition: "Edition",
    codes: tuple[str, ...],
    *,
    days: Annotated[int, Whole(1, 366)] = 14,
    site: str = _HERE_COMMITTEE,
) -> None:
    from kit.screens.access import MEMBER, Access
    from kit.screens.present import member_code

    members, access = [member_code(edition, code) for code in codes], Access.open(edition.folder, MEMBER)
    _issue_links(edition, access, members, days, site, local=site == _HERE_COMMITTEE)


@command("committee revoke")
def committee_revoke(edition: "Edition", codes: tuple[str, ...] = ()) -> None:
    _revoke_links(edition, *_members(edition, codes))


def _list_links(edition: "Edition", access: "Access", holders: list[str]) -> None:
    for link in access.links().to_dict("records"):
        if link["holder"] in holders:
            state = edition.texts(f"cli.link_{link['state']}")
            expires = link["expires"].to_pydatetime()
            print(edition.texts("cli.link_line", holder=link["holder"], state=state, expires=expires))


def _issue_links(
    edition: "Edition", access: "Access", holders: list[str], days: int, site: str, *, local: bool
) -> None:
    t = edition.texts
    for holder in holders:
        new = access.issue(holder, days)
        print(t("cli.link_issued", holder=holder, link=new.address(site), pin=new.pin, expires=new.expires))
    print(t("cli.link_advice"))
    if local:
        print(t("cli.link_local"), file=sys.stderr)


def _revoke_links(edition: "Edition", access: "Access", holders: list[str]) -> None:
    for holder in holders:
        access.revoke(holder)
    _list_links(edition, access, holders)


def _judges(edition: "Edition", judges: tuple[str, ...]) -> "tuple[Access, list[str]]":
    """Return the judges' links and the ids of judges, all if none is named."""
    from kit.errors import Known
    from kit.screens.access import Access

    registered = edition.registers.judges["judge_id"]
    known = Known(registered, "unknown_judge")
    return Access.open(edition.folder), [known(judge) for judge in judges or registered]


def _members(edition: "Edition", codes: tuple[str, ...]) -> "tuple[Access, list[str]]":
    """Return the committee's links and the codes of members, of all who were ever given one if none is named."""
    from kit.errors import Known
    from kit.screens.access import MEMBER, Access

    access = Access.open(edition.folder, MEMBER)
    invited = [*dict.fromkeys(access.links()["holder"])]
    known = Known(invited, "unknown_member")
    return access, [known(code) for code in codes or invited]


@command("marks sheets")
def sheets(edition: "Edition", round_: str, judges: tuple[str, ...] = (), *, out: Path) -> None:
    from kit.judging.score_sheet import write_sheets

    show_written(edition.texts, write_sheets(edition, round_, out, list(judges) or None))


@command("marks import")
def import_marks(
    edition: "Edition",
    files: tuple[Path, ...],
    *,
    round_: str | None = None,
    sheet: str | None = None,
    replace: bool = False,
    yes: bool = False,
) -> None:
    from kit.judging.incoming import read_files, record_files

    t, incoming = edition.texts, read_files(edition, files, round_, sheet)
    print(incoming.preview(edition))
    named = {"--round": round_, "--sheet": sheet}
    words = ["kit", "marks", "import", edition.name, *map(str, files)]
    words += [word for option, value in named.items() if value for word in (option, value)]
    fresh, differing = incoming.count("new", "changed"), incoming.count("differs")
    if differing and not replace and not fresh:
        sys.stdout.flush()
        raise Problem("marks_not_replaced", n=differing, command=shlex.join([*words, "--replace", "--yes"]))
    if fresh or differing:
        again = shlex.join([*words, *["--replace"] * replace, "--yes"])
        require_yes(t, "cli.ask_record", "marks_not_recorded", yes=yes, command=again)
        brought = record_files(edition, incoming, replace=replace)
        print(t("cli.imported", marks=brought.marks, comments=brought.comments))
        if brought.left:
            print(t("cli.imported_left", n=brought.left))


@command("marks progress")
def progress(edition: "Edition", *, round_: str = "", letters: bool = False) -> None:
    from kit.report.progress import judges_progress, reminders

    if letters:
        for judge, letter in reminders(edition, round_).items():
            print(f"=== {judge}\n\n{letter}\n")
    else:
        show(*judges_progress(edition, round_).blocks)


@command("marks history")
def history(edition: "Edition", round_: str, judge: str, entry: str, *, criterion: str | None = None) -> None:
    from kit.report.event_log import history_text, mark_history

    about = (edition, round_, judge, entry)
    print(history_text(*about, mark_history(*about, criterion)))


@command("marks comments")
def comments(edition: "Edition") -> None:
    from kit.contest.decisions import comments

    table = comments(edition)
    waiting = table[~table["approved"]]
    for entry, key, text in waiting[["entry_id", "key", "text"]].itertuples(index=False, name=None):
        print(f"{key}  {entry:<10}  {text}")
    print(edition.texts("cli.waiting", n=len(waiting), approved=len(table) - len(waiting), edition=edition.name))


@command("marks approve")
def approve(edition: "Edition", keys: tuple[str, ...] = (), *, by: str) -> None:
    from kit.contest import decisions

    print(edition.texts("cli.approved", n=decisions.approve(edition, by, list(keys)), by=by))
