"""Commands about an edition's folder: making it, its rules in print, its events, and what is kept of it."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from kit.cli._command import Whole, command, require_yes, show, show_written
from kit.cli.documents import MadeAt, made, make, path_from_here, require_all_made
from kit.errors import Mistakes, Problem
from kit.texts import Texts

if TYPE_CHECKING:
    from kit.contest.archive import Kept
    from kit.edition import Edition


class FilesInDoubt(Mistakes):
    """Files are not as they were made, or do not match their data."""


@command("edition new")
def new(edition: str, t: Texts, *, from_: str | None = None, preset: str | None = None) -> None:
    from kit.cli.questions import preset_asked, presets_listed, questioned
    from kit.newedition import new_edition

    change = None
    if from_ is None and preset is None and sys.stdin.isatty():
        preset, change = preset_asked(t), partial(questioned, t=t)
    if (from_ is None) == (preset is None):
        raise click.UsageError(t("cli.said_one_of", names="--from, --preset"), click.get_current_context())
    try:
        folder = new_edition(edition, source=from_, preset=preset, change=change)
    except Problem as problem:
        if problem.code != "preset_missing":
            raise
        raise problem.at(known=f"\n{presets_listed(t)}") from None
    print(t("cli.made_new", edition=edition, folder=f"{folder.parent.name}/{folder.name}"))


@command("rehearse")
def rehearse(edition: str, t: Texts, *, seed: Annotated[int, Whole(0, 10**18 - 1)] = 1, open_: bool = False) -> None:
    from kit.contest.objections import objections
    from kit.documents.objection_papers import write_papers
    from kit.rehearsal import practise, rehearse, summary

    if open_:
        folder = practise(edition)
        print(t("cli.practice", edition=folder.name, folder=f"{folder.parent.name}/{folder.name}"))
        return
    played = rehearse(edition, seed, t.language)
    copy = played.edition
    made_ = made(copy, [], out=None, made_at="", how={})
    for number in objections(copy):
        write_papers(copy, number, made_.plan.folder)
    print("\n")
    show(*summary(played).blocks)
    print("\n")
    print(t("cli.rehearsed", folder=f"data/{copy.name}", documents=path_from_here(made_.plan.folder)))
    sys.stdout.flush()
    if played.stopped:
        raise Problem("rehearsal_stopped", said=played.stopped.say(t.language))
    require_all_made(made_.failed)


@command("edition accept")
def accept(edition: "Edition", *, reason: str) -> None:
    from kit.contest import rounds

    rounds.accept_changes(edition, reason)
    print(edition.texts("cli.accepted"))


@command("edition move")
def move(edition: "Edition", *, to: str) -> None:
    edition.move_ledger(to)
    print(edition.texts("cli.moved", fingerprint=edition.history.fingerprint()))


@command("edition log")
def log(
    edition: "Edition",
    *,
    kind: tuple[str, ...] = (),
    round_: str = "",
    judge: str = "",
    entry: str = "",
    actor: str = "",
    since: str = "",
    out: Path | None = None,
) -> None:
    from kit.report.event_log import Filter, log_table, write_log

    wanted = Filter(kind, round_, judge=judge, entry=entry, actor=actor, since=since)
    if out:
        write_log(edition, out, wanted)
        show_written(edition.texts, [out])
    else:
        show(log_table(edition, wanted))


@command("rules print")
def print_rules(edition: "Edition", *, out: Path | None = None, made_at: MadeAt = "") -> None:
    make(edition, ["rules"], out=out, made_at=made_at)


@command("archive make")
def archive(edition: "Edition", *, out: Path | None = None) -> None:
    from kit.contest.archive import archive

    _say_kept(edition.texts, "cli.archived", archive(edition, out))


@command("archive backup")
def backup(edition: "Edition", *, out: Path) -> None:
    from kit.contest.archive import backup

    _say_kept(edition.texts, "cli.backed_up", backup(edition, out))


@command("archive restore")
def restore(file: Path, t: Texts) -> None:
    from kit.contest.archive import restore

    _say_kept(t, "cli.restored", restore(file))


def _say_kept(t: Texts, key: str, kept: "Kept") -> None:
    print(t(key, file=str(kept.path), edition=kept.edition))
    print(t("cli.kept", fingerprint=kept.fingerprint, digest=kept.digest))


@command("archive erase")
def erase(edition: "Edition", *, reason: str, yes: bool = False) -> None:
    from kit.contest.archive import erasable, erase_personal

    t, erasure = edition.texts, erasable(edition)
    print(t("cli.erase_rewritten", files=", ".join(erasure.rewritten) or "–"))
    print(t("cli.erase_removed", files=", ".join(erasure.removed) or "–"))
    print(t("cli.erase_left", places=", ".join(erasure.left) or "–"))
    require_yes(t, "cli.ask_erase", "not_erased", yes=yes)
    erase_personal(edition, reason)
    print(t("cli.erased"))


@command("archive verify")
def verify(files: tuple[Path, ...], t: Texts, *, checksums: Path | None = None) -> None:
    from kit.documents.manifest import summary, verify

    wrong: list[Problem] = []
    for verdict in verify(files, t.language, checksums=checksums):
        if verdict.claims:
            print(path_from_here(verdict.path), summary(verdict.claims, t.language), *verdict.found, sep="\n  ")
        wrong += verdict.mistakes
    if wrong:
        sys.stdout.flush()
        raise FilesInDoubt(wrong)
