"""Commands for what comes after the marks: objections, the log, archive and backup, erasing names, open data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kit.cli._parser import language_of, opened
from kit.errors import Problem
from kit.texts import Texts

if TYPE_CHECKING:
    import argparse

    from kit.cli._parser import Commands
    from kit.contest.archive import Kept


_GROUNDS = ("completeness", "arithmetic", "procedure")
_OUTCOMES = ("upheld", "partly_upheld", "rejected")


def add_commands(commands: Commands) -> None:
    """Add ``object``, ``objections``, ``recompute``, ``answer``, ``pack``, ``log`` and what keeps or erases data."""
    t = commands.texts
    commands.add("objections", _objections)

    arguments, options = commands.add("object", _object)
    arguments.add_argument("entry", metavar=t("cli.entry"), help=t("cli.arg_entry"))
    options.add_argument("--round", required=True, metavar=t("cli.round"), help=t("cli.arg_objected_round"))
    options.add_argument("--ground", required=True, choices=_GROUNDS, help=t("cli.arg_ground"))
    options.add_argument("--text", required=True, metavar=t("cli.text"), help=t("cli.arg_objection_text"))

    arguments, _ = commands.add("recompute", _recompute)
    arguments.add_argument("number", metavar=t("cli.number"), help=t("cli.arg_number"))

    arguments, options = commands.add("answer", _answer)
    arguments.add_argument("number", metavar=t("cli.number"), help=t("cli.arg_number"))
    options.add_argument("--outcome", required=True, choices=_OUTCOMES, help=t("cli.arg_outcome"))
    options.add_argument("--reason", required=True, metavar=t("cli.text"), help=t("cli.arg_answer_reason"))
    options.add_argument("--by", default="committee", metavar=t("cli.name"), help=t("cli.arg_actor"))

    arguments, options = commands.add("pack", _pack)
    arguments.add_argument("number", metavar=t("cli.number"), help=t("cli.arg_number"))
    options.add_argument("--out", type=Path, metavar=t("cli.folder"), help=t("cli.arg_out"))

    _, options = commands.add("log", _log)
    options.add_argument("--kind", action="append", default=[], metavar=t("cli.name"), help=t("cli.arg_kind"))
    options.add_argument("--round", default="", metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--judge", default="", metavar=t("cli.judge"), help=t("cli.arg_judge"))
    options.add_argument("--entry", default="", metavar=t("cli.entry"), help=t("cli.arg_entry"))
    options.add_argument("--actor", default="", metavar=t("cli.name"), help=t("cli.arg_log_actor"))
    options.add_argument("--since", default="", metavar=t("cli.time"), help=t("cli.arg_since"))
    options.add_argument("--out", type=Path, metavar=t("cli.file"), help=t("cli.arg_log_out"))

    _, options = commands.add("archive", _archive)
    options.add_argument("--out", type=Path, metavar=t("cli.file"), help=t("cli.arg_archive_out"))

    _, options = commands.add("backup", _backup)
    options.add_argument("--out", required=True, type=Path, metavar=t("cli.file"), help=t("cli.arg_backup_out"))

    arguments, _ = commands.add("restore", _restore, edition=False)
    arguments.add_argument("file", type=Path, metavar=t("cli.file"), help=t("cli.arg_archive"))

    _, options = commands.add("erase-personal", _erase)
    options.add_argument("--reason", required=True, metavar=t("cli.text"), help=t("cli.arg_reason"))
    options.add_argument("--yes", action="store_true", help=t("cli.arg_erase_yes"))

    _, options = commands.add("publish-data", _publish_data)
    options.add_argument("--out", type=Path, metavar=t("cli.folder"), help=t("cli.arg_out"))


def _objections(options: argparse.Namespace) -> None:
    from kit.contest.objection_papers import overview  # noqa: PLC0415  (help and wrong commands answer at once)
    from kit.report.blocks import plain  # noqa: PLC0415

    print(plain(overview(opened(options)).to_json()))


def _object(options: argparse.Namespace) -> None:
    from kit.contest.objections import lodge  # noqa: PLC0415

    edition = opened(options)
    made = lodge(edition, options.entry, options.round, options.ground, options.text)
    print(edition.texts("cli.objection_lodged", number=made.number))
    if made.late and made.deadline:
        print(edition.texts("cli.objection_late", date=made.deadline))


def _recompute(options: argparse.Namespace) -> None:
    from kit.contest.objection_papers import detail  # noqa: PLC0415
    from kit.contest.objections import recompute  # noqa: PLC0415
    from kit.report.blocks import plain  # noqa: PLC0415

    edition = opened(options)
    recompute(edition, options.number)
    print(plain(detail(edition, options.number).to_json()))


def _answer(options: argparse.Namespace) -> None:
    from kit.contest.objections import answer  # noqa: PLC0415

    edition = opened(options)
    answer(edition, options.number, options.outcome, options.reason, actor=options.by)
    print(edition.texts("cli.objection_answered", number=options.number))


def _pack(options: argparse.Namespace) -> None:
    from kit.contest.objection_papers import write_papers  # noqa: PLC0415

    edition = opened(options)
    for path in write_papers(edition, options.number, options.out):
        print(edition.texts("cli.wrote", file=str(path)))


def _log(options: argparse.Namespace) -> None:
    from kit.contest.log import Filter, log_table, write_log  # noqa: PLC0415
    from kit.report.blocks import plain  # noqa: PLC0415

    edition = opened(options)
    people = {"judge": options.judge, "entry": options.entry, "actor": options.actor}
    wanted = Filter(tuple(options.kind), options.round, **people, since=options.since)
    if options.out:
        write_log(edition, options.out, wanted)
        print(edition.texts("cli.wrote", file=str(options.out)))
    else:
        print(plain(log_table(edition, wanted).to_json()))


def _archive(options: argparse.Namespace) -> None:
    from kit.contest.archive import archive  # noqa: PLC0415

    _say_kept(opened(options).texts, "cli.archived", archive(opened(options), options.out))


def _backup(options: argparse.Namespace) -> None:
    from kit.contest.archive import backup  # noqa: PLC0415

    edition = opened(options)
    _say_kept(edition.texts, "cli.backed_up", backup(edition, options.out))


def _restore(options: argparse.Namespace) -> None:
    from kit.contest.archive import restore  # noqa: PLC0415

    _say_kept(Texts(language_of(options)), "cli.restored", restore(options.file))


def _say_kept(t: Texts, key: str, kept: Kept) -> None:
    print(t(key, file=str(kept.path), edition=kept.edition))
    print(t("cli.kept", fingerprint=kept.fingerprint, digest=kept.digest))


def _erase(options: argparse.Namespace) -> None:
    from kit.contest.erase import erasable, erase_personal  # noqa: PLC0415

    edition = opened(options)
    t, erasure = edition.texts, erasable(edition)
    print(t("cli.erase_rewritten", files=", ".join(erasure.rewritten) or "–"))
    print(t("cli.erase_removed", files=", ".join(erasure.removed) or "–"))
    print(t("cli.erase_left", places=", ".join(erasure.left) or "–"))
    if not options.yes:
        said = input(t("cli.ask_erase") + " ") if sys.stdin.isatty() else ""
        if said.strip().casefold() not in t("cli.yes_words").split():
            sys.stdout.flush()
            raise Problem("not_erased")
    erase_personal(edition, options.reason)
    print(t("cli.erased"))


def _publish_data(options: argparse.Namespace) -> None:
    from kit.contest.open_data import publish_data  # noqa: PLC0415

    edition = opened(options)
    for path in publish_data(edition, options.out):
        print(edition.texts("cli.wrote", file=str(path)))
