"""Commands by which marks come in: sheets, the judge's page, who scores what, and how far they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kit.cli._parser import language_of, opened, require_yes, whole
from kit.errors import Problem
from kit.texts import Texts

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands
    from kit.edition import Edition


_HERE = "http://localhost:8866"


def add_commands(commands: Commands) -> None:
    """Add ``sheets``, ``import``, ``progress``, ``history``, ``links``, ``serve`` and what decides who scores what."""
    t = commands.texts
    _, options = commands.add("sheets", _sheets)
    options.add_argument("--round", required=True, metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--out", required=True, type=Path, metavar=t("cli.folder"), help=t("cli.arg_sheets_out"))
    options.add_argument("--judge", action="append", metavar=t("cli.judge"), help=t("cli.arg_sheets_judge"))

    arguments, options = commands.add("import", _import)
    arguments.add_argument("files", nargs="+", type=Path, metavar=t("cli.file"), help=t("cli.arg_files"))
    options.add_argument("--round", metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--sheet", metavar=t("cli.name"), help=t("cli.arg_sheet"))
    options.add_argument("--yes", action="store_true", help=t("cli.arg_yes"))

    _, options = commands.add("progress", _progress)
    options.add_argument("--round", default="", metavar=t("cli.round"), help=t("cli.arg_current_round"))
    options.add_argument("--letters", action="store_true", help=t("cli.arg_letters"))

    arguments, options = commands.add("history", _history)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    arguments.add_argument("judge", metavar=t("cli.judge"), help=t("cli.arg_judge"))
    arguments.add_argument("entry", metavar=t("cli.entry"), help=t("cli.arg_entry"))
    options.add_argument("--criterion", metavar=t("cli.name"), help=t("cli.arg_criterion"))

    arguments, options = commands.add("assign", _assign)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--judges", required=True, type=whole(t, 1, 1_000), metavar="N", help=t("cli.arg_judges_each"))
    options.add_argument("--seed", type=whole(t, 0, 10**18 - 1), default=1, metavar="N", help=t("cli.arg_seed"))

    arguments, options = commands.add("substitute", _substitute)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    arguments.add_argument("judge", metavar=t("cli.judge"), help=t("cli.arg_leaving"))
    options.add_argument("--by", required=True, metavar=t("cli.judge"), help=t("cli.arg_by"))
    options.add_argument("--reason", required=True, metavar=t("cli.text"), help=t("cli.arg_reason"))
    options.add_argument("--everything", action="store_true", help=t("cli.arg_everything"))

    arguments, options = commands.add("links", _links)
    arguments.add_argument("action", choices=["list", "issue", "revoke"], help=t("cli.arg_links"))
    arguments.add_argument("judges", nargs="*", metavar=t("cli.judge"), help=t("cli.arg_links_judges"))
    options.add_argument("--days", type=whole(t, 1, 366), default=14, metavar="N", help=t("cli.arg_days"))
    options.add_argument("--site", default=_HERE, metavar="URL", help=t("cli.arg_site"))

    arguments, options = commands.add("serve", _serve)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--port", type=whole(t, 1, 65535), default=8866, metavar="N", help=t("cli.arg_port"))
    options.add_argument("--address", default="127.0.0.1", metavar="IP", help=t("cli.arg_address"))
    options.add_argument("--host-name", action="append", default=[], metavar=t("cli.name"), help=t("cli.arg_host"))
    options.add_argument("--user-header", metavar=t("cli.name"), help=t("cli.arg_user_header"))

    _, options = commands.add("move", _move)
    options.add_argument("--to", required=True, metavar="URL", help=t("cli.arg_to"))

    commands.add("practice", _practice)


def _sheets(options: argparse.Namespace) -> None:
    from kit.scoring.workbook import write_sheets  # noqa: PLC0415  (help and wrong commands answer at once)

    edition = opened(options)
    for path in write_sheets(edition, options.round, options.out, options.judge):
        print(edition.texts("cli.wrote", file=str(path)))


def _import(options: argparse.Namespace) -> None:
    from kit.scoring.reader import is_sheet  # noqa: PLC0415

    edition = opened(options)
    own = [path.is_dir() or is_sheet(path) for path in options.files]
    if all(own):
        _import_sheets(edition, options)
        return
    if any(own):
        raise Problem(
            "sheets_apart", file=next(path.name for path, sheet in zip(options.files, own, strict=True) if sheet)
        )
    brought = edition.import_marks(options.files, options.round, options.sheet)
    for file, (marks, comments) in zip(options.files, brought, strict=True):
        key = "cli.imported" if marks or comments else "cli.imported_nothing"
        print(edition.texts(key, file=file.name, marks=marks, comments=comments))


def _import_sheets(edition: Edition, options: argparse.Namespace) -> None:
    """Show what score sheets would change; record it once somebody has said yes."""
    from kit.scoring.merge import FRESH  # noqa: PLC0415
    from kit.scoring.returned import read_returned, record_returned  # noqa: PLC0415

    t = edition.texts
    returned = read_returned(edition, options.files)
    print(returned.preview(edition))
    if not returned.changes["outcome"].isin(FRESH).any():
        return
    require_yes(t, yes=options.yes)
    print(t("cli.recorded", n=record_returned(edition, returned)))


def _progress(options: argparse.Namespace) -> None:
    from kit.report.blocks import plain  # noqa: PLC0415
    from kit.scoring.progress import board, reminders  # noqa: PLC0415

    edition = opened(options)
    if options.letters:
        for judge, letter in reminders(edition, options.round).items():
            print(f"=== {judge}\n\n{letter}\n")
    else:
        print(*map(plain, board(edition, options.round).to_json()["blocks"]), sep="\n\n")


def _history(options: argparse.Namespace) -> None:
    from kit.scoring.history import history_text, mark_history  # noqa: PLC0415

    edition = opened(options)
    about = (edition, options.round, options.judge, options.entry)
    print(history_text(*about, mark_history(*about, options.criterion)))


def _assign(options: argparse.Namespace) -> None:
    from kit.scoring.assign import assign_round  # noqa: PLC0415

    edition = opened(options)
    path = assign_round(edition, options.round, options.judges, options.seed)
    print(edition.texts("cli.assigned", file=path.name, judges=options.judges, seed=options.seed))


def _substitute(options: argparse.Namespace) -> None:
    from kit.scoring.substitute import substitute  # noqa: PLC0415

    edition = opened(options)
    about = (options.round, options.judge, options.by, options.reason)
    n = substitute(edition, *about, everything=options.everything)
    print(edition.texts("cli.substituted", n=n, judge=options.judge, by=options.by))


def _links(options: argparse.Namespace) -> None:
    from kit.columns import Known  # noqa: PLC0415
    from kit.scoring.access import Access  # noqa: PLC0415

    edition = opened(options)
    t, access = edition.texts, Access.open(edition.folder)
    known = Known(edition.registers.judges["judge_id"], "unknown_judge")
    judges = [known(judge) for judge in options.judges or edition.registers.judges["judge_id"]]
    if options.action == "issue":
        for judge in judges:
            new = access.issue(judge, options.days)
            print(t("cli.link_issued", judge=judge, link=new.address(options.site), pin=new.pin, expires=new.expires))
        print(t("cli.link_advice"))
        if options.site == _HERE:
            print(t("cli.link_local"), file=sys.stderr)
        return
    if options.action == "revoke":
        for judge in judges:
            access.revoke(judge)
    for link in access.links().to_dict("records"):
        if link["judge_id"] in judges:
            expires = link["expires"].to_pydatetime()
            print(t("cli.link_line", judge=link["judge_id"], state=t(f"cli.link_{link['state']}"), expires=expires))


def _serve(options: argparse.Namespace) -> None:
    from kit.scoring.server import serve  # noqa: PLC0415

    serve(
        options.edition,
        options.round,
        port=options.port,
        address=options.address,
        user_header=options.user_header,
        host_names=options.host_name,
        language=language_of(options),
    )


def _move(options: argparse.Namespace) -> None:
    edition = opened(options)
    edition.move_ledger(options.to)
    print(edition.texts("cli.moved", fingerprint=edition.history.fingerprint()))


def _practice(options: argparse.Namespace) -> None:
    from kit.scoring.practice import practice_edition  # noqa: PLC0415

    t, folder = Texts(language_of(options)), practice_edition(options.edition)
    print(t("cli.practice", edition=folder.name, folder=f"{folder.parent.name}/{folder.name}"))
