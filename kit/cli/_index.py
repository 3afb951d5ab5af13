"""The command about the national index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.cli._contest import add_document_options, say_made
from kit.cli._parser import opened

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands


def add_commands(commands: Commands) -> None:
    """Add ``index``."""
    t = commands.texts
    _, options = commands.add("index", _index)
    options.add_argument("--count", choices=["verified", "claimed"], default="verified", help=t("cli.arg_count"))
    add_document_options(options, t)


def _index(options: argparse.Namespace) -> None:
    from kit.years.index.report import render_index  # noqa: PLC0415

    edition = opened(options)
    say_made(edition, render_index(edition, options.count, made_at=options.made_at, out=options.out))
