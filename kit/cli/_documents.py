"""Commands that make documents and verify them."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.cli._parser import language_of, opened, whole
from kit.errors import Mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.cli._parser import Commands, Group
    from kit.edition import Edition
    from kit.errors import Problem
    from kit.texts import Texts


_FIRST, _LAST = "1980", "2199"  # the years that every format of document can carry
_LISTED = 12  # files that are named one by one; of more, the page that leads to them


class DocumentsNotMade(Mistakes):
    """Documents could not be made; the others were."""


class FilesInDoubt(Mistakes):
    """Files are not as they were made, or do not match their data."""


def add_commands(commands: Commands) -> None:
    """Add ``documents``, ``report``, ``fairness``, ``index`` and ``verify``."""
    t = commands.texts
    arguments, options = commands.add("documents", _documents)
    arguments.add_argument("kinds", nargs="*", metavar=t("cli.kind"), help=t("cli.arg_kinds"))
    options.add_argument("--list", action="store_true", help=t("cli.arg_list"))
    add_where_and_when(t, options)
    options.add_argument("--processes", type=whole(t, 1, 1_000), metavar="N", help=t("cli.arg_processes"))
    options.add_argument("--scheduler", default="", metavar=t("cli.address"), help=t("cli.arg_scheduler"))
    options.add_argument("--shard", default="1/1", metavar="I/N", help=t("cli.arg_shard"))

    _, options = commands.add("report", _report)
    options.add_argument("--since", default="", metavar=t("cli.edition"), help=t("cli.arg_first_year"))
    add_where_and_when(t, options)

    _, options = commands.add("fairness", _fairness)
    options.add_argument("--round", default="", metavar=t("cli.round"), help=t("cli.arg_studied_round"))
    add_where_and_when(t, options)

    _, options = commands.add("index", _index)
    options.add_argument("--count", choices=["verified", "claimed"], default="verified", help=t("cli.arg_count"))
    add_where_and_when(t, options)

    arguments, options = commands.add("rules", _rules)
    arguments.add_argument("action", choices=["print"], help=t("cli.arg_rules_action"))
    add_where_and_when(t, options)

    arguments, options = commands.add("verify", _verify, edition=False)
    arguments.add_argument("files", nargs="+", type=Path, metavar=t("cli.file"), help=t("cli.arg_verify"))
    options.add_argument("--checksums", type=Path, metavar=t("cli.file"), help=t("cli.arg_checksums"))


def add_where_and_when(t: Texts, options: Group) -> None:
    """Add where documents go, and when they say that they were made."""
    options.add_argument("--out", type=Path, metavar=t("cli.folder"), help=t("cli.arg_out"))
    moment = partial(_moment, t)
    options.add_argument("--made-at", type=moment, default="", metavar=t("cli.time"), help=t("cli.arg_made_at"))


def _moment(t: Texts, text: str) -> str:
    """A time that documents can carry, or blank for now."""
    with suppress(ValueError):
        if not text or (datetime.fromisoformat(text).tzinfo and _FIRST <= text[:4] <= _LAST):
            return text
    raise argparse.ArgumentTypeError(t("cli.wrong_time", value=text))


def _documents(options: argparse.Namespace) -> None:
    edition = opened(options)
    if options.list:
        _list(edition, options)
    else:
        make(edition, options.kinds, options)


def _report(options: argparse.Namespace) -> None:
    from kit.report.summaries import years_from  # noqa: PLC0415  (help answers at once)

    edition = opened(options)
    years_from(edition, options.since)  # refuses what is no year before anything is made
    make(edition, ["annual-report", "recap"], options, {"since": options.since})


def _rules(options: argparse.Namespace) -> None:
    make(opened(options), ["rules"], options)


def _fairness(options: argparse.Namespace) -> None:
    edition = opened(options)
    round_ = options.round or edition.rules.scored_rounds[0].id
    make(edition, [f"fairness/{round_}"], options)


def _index(options: argparse.Namespace) -> None:
    make(opened(options), [f"index-readiness/{options.count}", f"index-entries/{options.count}"], options)


def make(
    edition: Edition, kinds: Sequence[str], options: argparse.Namespace, more: Mapping[str, str] | None = None
) -> None:
    """Make documents, and say what was made, what was not, and why.

    Args:
        edition: the edition.
        kinds: of documents, as :func:`kit.documents.batch.plan_documents` knows them.
        options: what was typed.
        more: parameters of their notebooks; blank ones are left out.

    Raises:
        DocumentsNotMade: some were not.
    """
    from kit.documents.batch import make_documents, plan_documents  # noqa: PLC0415  (help answers at once)
    from kit.documents.shelf import INDEX  # noqa: PLC0415

    t, given = edition.texts, vars(options)
    about: dict[str, Any] = {"made_at": options.made_at, "out": options.out, "shard": given.get("shard", "1/1")}
    if asked := {name: text for name, text in (more or {}).items() if text}:
        about["more"] = asked
    plan = plan_documents(edition, kinds, **about)
    how = {"processes": given.get("processes", 1), "scheduler": given.get("scheduler", "")}
    made = make_documents(plan, **how, progress=bool(plan.jobs))
    for path in made.files if len(made.files) <= _LISTED else [plan.shelf.folder / INDEX]:
        print(t("cli.wrote", file=_shown(path)))
    for kind, why in plan.waiting.items():
        print(t("cli.documents_waiting", kind=kind, why=why.say(t.language)))
    if plan.left_over:
        print(t("cli.documents_left_over", n=len(plan.left_over), names=", ".join(plan.left_over[:_LISTED])))
    counts = {"made": made.count, "unchanged": len(plan.unchanged), "failed": len(made.failed)}
    print(t("cli.documents_done", **counts, folder=_shown(plan.shelf.folder)))
    if made.failed:
        sys.stdout.flush()
        raise DocumentsNotMade({mistake.say(): mistake for mistake in made.failed}.values())  # each reason once


def _list(edition: Edition, options: argparse.Namespace) -> None:
    from kit.documents.batch import plan_documents  # noqa: PLC0415
    from kit.documents.kinds import KINDS  # noqa: PLC0415

    t = edition.texts
    plan = plan_documents(edition, options.kinds, made_at=options.made_at, out=options.out)
    for name, kind in KINDS.items():
        if name in plan.counts:
            due = sum(job.kind == name for job in plan.jobs)
            state = t("cli.documents_listed", n=plan.counts[name], due=due)
        elif name in plan.waiting:
            state = t("cli.documents_not_yet", why=plan.waiting[name].say(t.language))
        else:
            continue
        print(f"{name:<24} {', '.join(kind.formats):<12} {state}")


def _shown(path: Path) -> str:
    """A path as short as it can be from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _verify(options: argparse.Namespace) -> None:
    """Say what is in order with each file.

    Raises:
        FilesInDoubt: what is not, of all files.
    """
    from kit.documents.verify import summary, verify  # noqa: PLC0415

    language = language_of(options)
    wrong: list[Problem] = []
    for verdict in verify(options.files, language, checksums=options.checksums):
        if verdict.claims:
            print(_shown(verdict.path), summary(verdict.claims, language), *verdict.found, sep="\n  ")
        wrong += verdict.mistakes
    if wrong:
        sys.stdout.flush()
        raise FilesInDoubt(wrong)
