"""Commands that make documents, of one year and across the years."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from kit.cli._command import Moment, Whole, command, require_yes
from kit.errors import Mistakes

if TYPE_CHECKING:
    from kit.edition import Edition

MadeAt = Annotated[str, Moment()]
_LISTED = 12  # files that are named one by one; of more, the page that leads to them


class DocumentsNotMade(Mistakes):
    """Documents could not be made; the others were."""


@command("report")
def report(edition: "Edition", *, since: str = "", out: Path | None = None, made_at: MadeAt = "") -> None:
    from kit.report.summaries import years_from

    years_from(edition, since)  # refuses what is no year before anything is made
    make(edition, ["annual-report", "recap"], out=out, made_at=made_at, since=since)


@command("documents")
def documents(
    edition: "Edition",
    kinds: tuple[str, ...] = (),
    *,
    list_: bool = False,
    out: Path | None = None,
    made_at: MadeAt = "",
    processes: Annotated[int, Whole(1, 1_000)] | None = None,
    scheduler: str = "",
    shard: str = "1/1",
) -> None:
    if list_:
        _list(edition, kinds, out, made_at)
    else:
        how = {"processes": processes, "scheduler": scheduler}
        make(edition, kinds, out=out, made_at=made_at, shard=shard, how=how)


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


def make(
    edition: "Edition",
    kinds: Sequence[str],
    *,
    out: Path | None,
    made_at: str,
    shard: str = "1/1",
    how: dict[str, Any] | None = None,
    **more: str,
) -> None:
    """Make documents, and say what was made, what was not, and why.

    Args:
        edition: the edition.
        kinds: of documents, as :func:`kit.documents.batch.plan_documents` knows them.
        out: the folder; that of the edition's reports by default.
        made_at: when they say that they were made; now if blank.
        shard: which share of them.
        how: in which processes; in this one by default.
        more: parameters of their notebooks; blank ones are left out.

    Raises:
        DocumentsNotMade: some were not.
    """
    from kit.documents.batch import make_documents, plan_documents
    from kit.documents.manifest import INDEX

    t, asked = edition.texts, {name: text for name, text in more.items() if text}
    plan = plan_documents(edition, kinds, made_at=made_at, out=out, shard=shard, **({"more": asked} if asked else {}))
    made = make_documents(plan, **(how or {"processes": 1, "scheduler": ""}), progress=bool(plan.jobs))
    for path in made.files if len(made.files) <= _LISTED else [plan.folder / INDEX]:
        print(t("cli.wrote", file=path_from_here(path)))
    for kind, why in plan.waiting.items():
        print(t("cli.documents_waiting", kind=kind, why=why.say(t.language)))
    if plan.left_over:
        print(t("cli.documents_left_over", n=len(plan.left_over), names=", ".join(plan.left_over[:_LISTED])))
    counts = {"made": made.count, "unchanged": len(plan.unchanged), "failed": len(made.failed)}
    print(t("cli.documents_done", **counts, folder=path_from_here(plan.folder)))
    if made.failed:
        sys.stdout.flush()
        raise DocumentsNotMade({mistake.say(): mistake for mistake in made.failed}.values())  # each reason once


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
    make(edition, [f"follow-up/{PUBLIC}" if public else "follow-up"], out=out, made_at=made_at, since=since)


@command("years status")
def status(edition: "Edition", *, since: str = "", public: bool = False) -> None:
    from kit.render.blocks import plain
    from kit.years.followup import FollowUp
    from kit.years.followup_report import state
    from kit.years.series import Span

    print(plain(state(FollowUp(Span.of(edition, since=since), public=public)).to_json()))


@command("years sheets")
def sheets(edition: "Edition", *, since: str = "", out: Path | None = None) -> None:
    from kit.folder import find_home
    from kit.years.followup import FollowUp
    from kit.years.series import Span
    from kit.years.sheets import write_sheets

    folder = out or find_home() / "reports" / edition.name / "follow-up"
    for path in write_sheets(FollowUp(Span.of(edition, since=since)), folder):
        print(edition.texts("cli.wrote", file=str(path)))


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
