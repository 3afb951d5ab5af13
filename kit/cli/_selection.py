"""Commands around the marks: the administrative selection, and the day of presentations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kit.cli._parser import opened, require_yes

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands


def add_commands(commands: Commands) -> None:
    """Add ``administration`` and ``draw``."""
    t = commands.texts
    _, options = commands.add("administration", _administration)
    way = options.add_mutually_exclusive_group()
    way.add_argument("--out", type=Path, metavar=t("cli.file"), help=t("cli.arg_checklist_out"))
    way.add_argument("--import", dest="file", type=Path, metavar=t("cli.file"), help=t("cli.arg_checklist_in"))
    options.add_argument("--by", default="", metavar=t("cli.code"), help=t("cli.arg_verifier"))
    options.add_argument("--yes", action="store_true", help=t("cli.arg_yes"))

    arguments, options = commands.add("draw", _draw)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    arguments.add_argument("group", metavar=t("cli.group"), help=t("cli.arg_draw_group"))
    options.add_argument("--seed", required=True, metavar=t("cli.text"), help=t("cli.arg_draw_seed"))
    options.add_argument("--reason", default="", metavar=t("cli.text"), help=t("cli.arg_draw_reason"))


def _administration(options: argparse.Namespace) -> None:
    from kit.contest.administration import verifier_code  # noqa: PLC0415  (help and wrong commands answer at once)
    from kit.contest.selection import board  # noqa: PLC0415
    from kit.contest.selection_sheet import read_checklist, record_checklist, write_checklist  # noqa: PLC0415
    from kit.report.blocks import plain  # noqa: PLC0415

    edition = opened(options)
    t = edition.texts
    if options.out:
        write_checklist(edition, options.out)
        print(t("cli.wrote", file=str(options.out)))
    elif options.file:
        verifier_code(edition, options.by)
        returned = read_checklist(edition, options.file)
        print(returned.preview(edition))
        if len(returned.fresh):
            require_yes(t, yes=options.yes)
            print(t("cli.recorded", n=record_checklist(edition, returned, options.by)))
    else:
        print(*map(plain, board(edition).to_json()["blocks"]), sep="\n\n")


def _draw(options: argparse.Namespace) -> None:
    from kit.contest.presentation import draw  # noqa: PLC0415

    edition = opened(options)
    made = draw(edition, options.round, options.group, options.seed, options.reason)
    titles = edition.registers.entries.set_index("entry_id")["title"]
    for n, entry in enumerate(made.order, 1):
        print(f"{n:>3}  {entry:<10}  {made.digest(entry)[:12]}  {titles[entry]}")
    print(edition.texts("presentation.how", seed=made.seed, entry=made.order[0]))
