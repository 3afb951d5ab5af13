"""The command by which comments for entrants are read and approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.cli._parser import opened

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands


def add_commands(commands: Commands) -> None:
    """Add ``approve``."""
    t = commands.texts
    arguments, options = commands.add("approve", _approve)
    arguments.add_argument("keys", nargs="*", metavar=t("cli.key"), help=t("cli.arg_approved_keys"))
    options.add_argument("--by", default="", metavar=t("cli.code"), help=t("cli.arg_approved_by"))


def _approve(options: argparse.Namespace) -> None:
    """List what waits; with ``--by``, approve it."""
    from kit.documents.approval import approve, comments  # noqa: PLC0415

    edition = opened(options)
    if options.by or options.keys:
        n = approve(edition, options.by, options.keys)
        print(edition.texts("cli.approved", n=n, by=options.by))
        return
    table = comments(edition)
    waiting = table[~table["approved"]]
    for entry, key, text in waiting[["entry_id", "key", "text"]].itertuples(index=False, name=None):
        print(f"{key}  {entry:<10}  {text}")
    print(edition.texts("cli.waiting", n=len(waiting), approved=len(table) - len(waiting), edition=edition.name))
