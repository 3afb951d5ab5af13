"""Commands that look across the years: how they compare, and how innovations fare after the prize."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kit.cli._documents import add_where_and_when, make
from kit.cli._parser import opened, require_yes

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands
    from kit.years.answers import FollowUp


def add_commands(commands: Commands) -> None:
    """Add ``trends`` and ``follow-up``."""
    t = commands.texts
    _, options = commands.add("trends", _trends)
    options.add_argument("--years", default="", metavar=t("cli.edition"), help=t("cli.arg_years"))
    add_where_and_when(t, options)

    arguments, options = commands.add("follow-up", _follow_up)
    actions = ["state", "sheets", "import", "report"]
    arguments.add_argument("action", choices=actions, help=t("cli.arg_follow_up"))
    arguments.add_argument("files", nargs="*", type=Path, metavar=t("cli.file"), help=t("cli.arg_follow_up_files"))
    options.add_argument("--yes", action="store_true", help=t("cli.arg_yes"))
    options.add_argument("--since", default="", metavar=t("cli.edition"), help=t("cli.arg_first_year"))
    options.add_argument("--public", action="store_true", help=t("cli.arg_public"))
    add_where_and_when(t, options)


def _trends(options: argparse.Namespace) -> None:
    from kit.years.span import Span  # noqa: PLC0415  (help and wrong commands answer at once)

    edition = opened(options)
    Span.of(edition, options.years)  # refuses years that there are not before anything is made
    make(edition, ["trends"], options, {"years": options.years})


def _follow_up(options: argparse.Namespace) -> None:
    from kit.edition import find_home  # noqa: PLC0415
    from kit.report.blocks import plain  # noqa: PLC0415
    from kit.years.answers import FollowUp  # noqa: PLC0415
    from kit.years.report import FollowUpReport  # noqa: PLC0415
    from kit.years.sheets import write_sheets  # noqa: PLC0415
    from kit.years.span import Span  # noqa: PLC0415
    from kit.years.told import PUBLIC  # noqa: PLC0415

    edition = opened(options)
    span = Span.of(edition, since=options.since)
    if options.action == "report":
        part = f"follow-up/{PUBLIC}" if options.public else "follow-up"
        make(edition, [part], options, {"since": options.since})
    elif options.action == "state":
        print(plain(FollowUpReport(span, public=options.public).state().to_json()))
    elif options.action == "sheets":
        for path in write_sheets(FollowUp(span), options.out or find_home() / "reports" / edition.name / "follow-up"):
            print(edition.texts("cli.wrote", file=str(path)))
    else:
        _import(FollowUp(span), options)


def _import(followup: FollowUp, options: argparse.Namespace) -> None:
    """Show what follow-up sheets would record; record it once somebody has said yes."""
    from kit.years.returned import read_returned  # noqa: PLC0415

    t, returned = followup.edition.texts, read_returned(followup, options.files)
    print(returned.preview())
    if returned.fresh(returned.decided()):
        require_yes(t, yes=options.yes)
        print(t("cli.answers_recorded", n=returned.record()))
