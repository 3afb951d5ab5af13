"""Commands that make documents, of one year and across the years."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from kit.cli._command import Moment, Opening, Whole, command, require_yes, show, show_written
from kit.errors import Collector, Mistakes, Problem
from kit.texts import Texts

if TYPE_CHECKING:
    from kit.documents.batch import Made
    from kit.edition import Edition

MadeAt = Annotated[str, Moment()]
_LISTED = 12  # files that are named one by one; of more, the page that leads to them


class DocumentsNotMade(Mistakes):
    """Documents could not be made; the others were."""


@command("report")
def report(
    editions: tuple[str, ...],
    *,
    t: Texts,
    opened: Opening,
    since: str = "",
    out: Path | None = None,
    made_at: MadeAt = "",
) -> None:
    from kit.report.summaries import years_from

    def of(edition: "Edition", folder: Path | None) -> "Made":
        years_from(edition, since)  # refuses what is no year before anything is made
        return made(edition, ["annual-report", "recap"], out=folder, made_at=made_at, more={"since": since})

    _each(editions, opened, of, out, t)


@command("documents")
def documents(
    edition: str,
    kinds: tuple[str, ...] = (),
    *,
    t: Texts,
    opened: Opening,
    list_: bool = False,
    out: Path | None = None,
    made_at: MadeAt = "",
    processes: Annotated[int, Whole(1, 1_000)] | None = None,
    scheduler: str = "",
    shard: str = "1/1",
) -> None:
    from kit.folder import edition_names

    known = edition_names()
    editions = [edition, *(name for name in kinds if name in known or name.isdecimal())]
    asked = [name for name in kinds if name not in editions]

    def of(opened_: "Edition", folder: Path | None) -> "Made | None":
        if list_:
            _list(opened_, asked, folder, made_at)
            return None
        how = {"processes": processes, "scheduler": scheduler}
        return made(opened_, asked, out=folder, made_at=made_at, shard=shard, how=how)

    _each(editions, opened, of, out, t)


def _each(
    names: Sequence[str],
    opened: Opening,
    of: Callable[["Edition", Path | None], "Made | None"],
    out: Path | None,
    t: Texts,
) -> None:
    """Make the documents of one edition, or of several: then what fails stops no other, and a table ends it.

    Raises:
        DocumentsNotMade: some were not made.
    """
    mistakes: list[Problem] = []
    rows: list[list[str]] = []
    several = len(set(names)) > 1
    for name in dict.fromkeys(names):
        found = Collector()
        if several:
            print(f"\n{t('document.edition')} {name}" if rows else f"{t('document.edition')} {name}")
        try:
            made = of(opened(name), out / name if out and several else out)
            counts = [made.count, len(made.plan.unchanged), len(made.failed)] if made else ["–", "–", 0]
            found.found += made.failed if made else []
        except Exception as error:
            if not several:
                raise
            found.add(error if isinstance(error, Problem) else unforeseen(name, error))
            counts = ["–", "–", 1]
        for problem in found.found:
            file = problem.data.get("file", name)
            mistakes.append(problem.at(file=file if file == name else f"{name}/{file}") if several else problem)
        rows.append([name, *map(str, counts)])
        sys.stdout.flush()
    if several and any(row[1:3] != ["–", "–"] or row[3] != "0" for row in rows):
        heads = [t(f"cli.editions_{part}") for part in ("edition", "made", "unchanged", "failed")]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        print()
        for row in (heads, *rows):
            cells = [
                text.ljust(w) if n == 0 else text.rjust(w) for n, (text, w) in enumerate(zip(row, widths, strict=True))
            ]
            print("  ".join(cells).rstrip())
    require_all_made(mistakes)


def require_all_made(mistakes: Sequence[Problem]) -> None:
    """Say why documents were not made, each reason once.

    Raises:
        DocumentsNotMade: there is a reason.
    """
    if mistakes:
        sys.stdout.flush()
        raise DocumentsNotMade({mistake.say(): mistake for mistake in mistakes}.values())


def unforeseen(name: str, error: Exception) -> Problem:
    """Return what went wrong with an edition for a reason that nobody foresaw, as a problem."""
    return Problem("document_failed", file=name, said=f"{type(error).__name__}: {error}")


def _list(edition: "Edition", kinds: Sequence[str], out: Path | None, made_at: str) -> None:
    from kit.documents.batch import plan_documents
    from kit.documents.kinds import KINDS

    t, plan = edition.texts, plan_documents(edition, kinds, made_at=made_at, out=out)
    for name, kind in KINDS.items():
        if name in plan.counts:
            due = sum(job.kind == name for job in plan.jobs)
            state = t("cli.documents_listed", n=plan.counts[name], due=due)
        elif name in plan.waiting:
            state = t("cli.documents_not_yet", why=plan.waiting[name].say(t.language))
        else:
            continue
        print(f"{name:<24} {', '.join(kind.formats):<12} {state}")


def make(edition: "Edition", kinds: Sequence[str], *, out: Path | None, made_at: str, **more: str) -> None:
    """Make documents (:func:`made`).

    Raises:
        DocumentsNotMade: some were not.
    """
    require_all_made(made(edition, kinds, out=out, made_at=made_at, more=more).failed)


def made(
    edition: "Edition",
    kinds: Sequence[str],
    *,
    out: Path | None,
    made_at: str,
    shard: str = "1/1",
    how: dict[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> "Made":
    """Make documents, and say what was made, what was not, and what of their notebooks could not be printed.

    Args:
        edition: the edition.
        kinds: of documents, as :func:`kit.documents.batch.plan_documents` knows them.
        out: the folder; that of the edition's reports by default.
        made_at: when they say that they were made; now if blank.
        shard: which share of them.
        how: in which processes; in this one by default.
        more: parameters of their notebooks; blank ones are left out.
    """
    from kit.documents.batch import make_documents, plan_documents
    from kit.documents.manifest import INDEX

    t, asked = edition.texts, {name: text for name, text in (more or {}).items() if text}
    plan = plan_documents(edition, kinds, made_at=made_at, out=out, shard=shard, **({"more": asked} if asked else {}))
    done = make_documents(plan, **(how or {"processes": 1, "scheduler": ""}), progress=bool(plan.jobs))
    for path in done.files if len(done.files) <= _LISTED else [plan.folder / INDEX]:
        print(t("cli.wrote", file=path_from_here(path)))
    for kind, why in plan.waiting.items():
        print(t("cli.documents_waiting", kind=kind, why=why.say(t.language)))
    if plan.left_over:
        print(t("cli.documents_left_over", n=len(plan.left_over), names=", ".join(plan.left_over[:_LISTED])))
    counts = {"made": done.count, "unchanged": len(plan.unchanged), "failed": len(done.failed)}
    print(t("cli.documents_done", **counts, folder=path_from_here(plan.folder)))
    for problem in done.noted:
        print(problem.sentence(t.language), file=sys.stderr)
    return done


def path_from_here(path: Path) -> str:
    """Return a path as short as it can be from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


# Across the years


@command("years trends")
def trends(edition: "Edition", *, years: str = "", out: Path | None = None, made_at: MadeAt = "") -> None:
    from kit.years.series import Span

    Span.of(edition, years)  # refuses years that there are not before anything is made
    make(edition, ["trends"], out=out, made_at=made_at, years=years)


@command("years index")
def index(
    edition: "Edition",
    *,
    count: Literal["verified", "claimed"] = "verified",
    out: Path | None = None,
    made_at: MadeAt = "",
) -> None:
    make(edition, [f"index-readiness/{count}", f"index-entries/{count}"], out=out, made_at=made_at)


@command("years follow-up")
def follow_up(
    edition: "Edition", *, since: str = "", public: bool = False, out: Path | None = None, made_at: MadeAt = ""
) -> None:
    from kit.years.series import Span
    from kit.years.trends import PUBLIC

    Span.of(edition, since=since)
    kinds = [f"follow-up/{PUBLIC}" if public else "follow-up"]
    make(edition, kinds, out=out, made_at=made_at, since=since)


@command("years status")
def status(edition: "Edition", *, since: str = "", public: bool = False) -> None:
    from kit.years.followup import FollowUp
    from kit.years.followup_report import state
    from kit.years.series import Span

    show(state(FollowUp(Span.of(edition, since=since), public=public)))


@command("years sheets")
def sheets(edition: "Edition", *, since: str = "", out: Path | None = None) -> None:
    from kit.folder import find_home
    from kit.years.followup import FollowUp
    from kit.years.series import Span
    from kit.years.sheets import write_sheets

    folder = out or find_home() / "reports" / edition.name / "follow-up"
    show_written(edition.texts, write_sheets(FollowUp(Span.of(edition, since=since)), folder))


@command("years import")
def import_answers(edition: "Edition", files: tuple[Path, ...], *, since: str = "", yes: bool = False) -> None:
    from kit.years.followup import FollowUp
    from kit.years.series import Span
    from kit.years.sheets import read_returned

    returned = read_returned(FollowUp(Span.of(edition, since=since)), files)
    print(returned.preview())
    if returned.fresh():
        require_yes(edition.texts, "cli.ask_record", "not_recorded", yes=yes)
        print(edition.texts("cli.answers_recorded", n=returned.record()))
