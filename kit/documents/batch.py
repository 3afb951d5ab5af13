"""All documents of an edition, or those named: what has to be made is made, the rest is left alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.documents import work, workers
from kit.documents.index import write_index
from kit.documents.kinds import KINDS
from kit.documents.shelf import Entry, Shelf, sha256
from kit.documents.work import Job
from kit.errors import Known, Mistakes, Problem
from kit.files import remove_leftovers, write
from kit.folder import find_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kit.documents.kinds import Kind
    from kit.documents.paper import Part
    from kit.documents.work import Outcome
    from kit.edition import Edition


# In sheets of feedback: what a notebook takes, and what it takes to start another process.
_NOTEBOOK, _WORTH_A_PROCESS = 40, 80


@dataclass
class Plan:
    """What is to be done.

    Args:
        edition: in the language of the documents.
        shelf: where they stand.
        declared: the time that they are to carry, or blank.
        jobs: what has to be made; what takes longest comes first.
        unchanged: names of documents that are here already, from the same data by the same kit.
        refused: why others are not made.
        waiting: why there is nothing of a kind yet, by its name.
        counts: how many documents there are of each kind.
        left_over: names of documents that the edition no longer has.
    """

    edition: Edition
    shelf: Shelf
    declared: str
    jobs: list[Job] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    waiting: dict[str, Problem] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    left_over: list[str] = field(default_factory=list)


@dataclass
class Made:
    """What was done.

    Args:
        plan: what was to be done.
        files: what was written, in that order.
        count: how many documents these are.
        failed: why documents were not made, one mistake for each.
    """

    plan: Plan
    files: list[Path] = field(default_factory=list)
    count: int = 0
    failed: list[Problem] = field(default_factory=list)


def plan_documents(
    edition: Edition,
    named: Sequence[str] = (),
    *,
    made_at: str = "",
    out: Path | None = None,
    shard: str = "1/1",
    more: Mapping[str, str] | None = None,
) -> Plan:
    """Find out which documents have to be made.

    Args:
        edition: in the language of the documents.
        named: kinds, or ``kind/part`` for one document; all unless given.
        made_at: ISO 8601 time with its zone that the documents carry; now, where blank.
        out: the folder; ``reports/<edition>`` unless given.
        shard: ``i/n`` for the i-th of n shares of the work; each may be done by another process.
        more: further parameters of the notebooks that tell them, where not blank.

    Raises:
        unknown_kind, unknown_part: there is no such document.
        shard_unreadable: the share is not written like that.
        Mistakes: the ledger was tampered with, so that nothing can be made of it.
        Problem: a kind was named of which there is nothing yet.
    """
    share, shares = _shard(shard)
    if tampered := edition.ledger.verify():
        raise Mistakes(tampered)
    moment = made_at or datetime.now(UTC).replace(microsecond=0).isoformat()
    plan = Plan(edition, Shelf(out or find_home() / "reports" / edition.name), made_at)
    data, known = work.data_of(edition), plan.shelf.entries()
    number = 0
    for kind, parts in _parts(plan, named):
        program = work.program_of(kind)
        plan.counts[kind.name] = len(parts)
        for part in parts:
            number += 1
            if number % shares == share % shares:
                asked = tuple((more or {}).items()) if kind.notebook else ()
                job = Job(edition.name, edition.language, kind.name, part, moment, data, program, asked)
                _place(job, known.get(job.name), plan)
        if not named or kind.name in named:
            own = {part.stem for part in parts}
            plan.left_over += [
                name
                for name, entry in known.items()
                if (entry.kind, entry.about.get("language")) == (kind.name, edition.language) and name not in own
            ]
    plan.jobs.sort(key=lambda job: not KINDS[job.kind].notebook)
    return plan


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    share, shares = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= share <= shares:
        raise Problem("shard_unreadable", value=text)
    return share, shares


def _parts(plan: Plan, named: Sequence[str]) -> Iterator[tuple[Kind, list[Part]]]:
    """The kinds that were named, or all, each with its documents."""
    wanted: dict[str, list[str]] = {}
    for name in named or KINDS:
        kind, _, part = name.partition("/")
        wanted.setdefault(Known([*KINDS], "unknown_kind", kinds=", ".join(KINDS))(kind), []).append(part)
    for name, ids in wanted.items():
        try:
            parts = KINDS[name].parts(plan.edition)
        except Problem as mistake:
            if named:
                raise
            plan.waiting[name] = mistake
            continue
        if "" not in ids:
            by_id = {part.id: part for part in parts}
            check = Known([*by_id], "unknown_part", document=name)
            parts = [by_id[check(id_)] for id_ in ids]
        yield KINDS[name], parts


def _place(job: Job, entry: Entry | None, plan: Plan) -> None:
    """Make a document, or leave it, or refuse to replace what somebody has worked on."""
    states = plan.shelf.states(entry) if entry else {}
    same = entry is not None and entry.inputs == job.inputs(plan.declared)
    worked_on = [name for name, state in states.items() if state == "altered" or (state == "added_to" and not same)]
    if worked_on:
        plan.refused.append(Problem("document_altered", file=worked_on[0]))
    elif same and "missing" not in states.values():
        plan.unchanged.append(job.name)
    else:
        plan.jobs.append(job)


def make_documents(plan: Plan, *, processes: int | None = None, scheduler: str = "", progress: bool = False) -> Made:
    """Make what has to be made; a document that fails is reported, and the rest goes on.

    Args:
        plan: from :func:`plan_documents`.
        processes: how many of this machine; as many as it has cores and as the work is worth unless given.
        scheduler: address of a Dask scheduler, whose workers make the documents instead.
        progress: show a bar that counts documents.

    Raises:
        dask_missing, scheduler_unreachable: see :func:`kit.documents.workers.done`.
    """
    from tqdm import tqdm  # noqa: PLC0415  (only who makes documents waits)

    t, made = plan.edition.texts, Made(plan, failed=[*plan.refused])
    bar: Any = {"desc": t("batch.progress"), "unit": f" {t('batch.progress_unit')}", "disable": not progress}
    wanted = processes or min(workers.cores(), 1 + sum(map(_effort, plan.jobs)) // _WORTH_A_PROCESS)
    workforce = max(1, min(wanted, len(plan.jobs)))
    remove_leftovers(plan.shelf.folder)
    for name in plan.left_over:
        plan.shelf.forget(name)
    try:
        for outcome in tqdm(workers.done(plan.jobs, workforce, scheduler), total=len(plan.jobs), **bar):
            _keep(outcome, made)
    finally:  # also of what was made before somebody pressed Ctrl-C
        write_index(plan.edition, plan.shelf)
        plan.shelf.write_checksums()
    return made


def _effort(job: Job) -> int:
    return _NOTEBOOK if KINDS[job.kind].notebook else 1


def _keep(outcome: Outcome, made: Made) -> None:
    """Put a document on the shelf, or what is left of it."""
    job, shelf = outcome.job, made.plan.shelf
    failed = work.failed_notebook(job)
    try:
        if outcome.mistake:
            made.failed.append(outcome.mistake)
            for name, content in outcome.files.items():
                write(shelf.folder / name, content)
            return
        digests = {name: sha256(content) for name, content in outcome.files.items()}
        inputs = job.inputs(made.plan.declared)
        shelf.put(Entry(job.name, job.kind, job.part.id, inputs, dict(outcome.about), digests), outcome.files)
        (shelf.folder / failed).unlink(missing_ok=True)
        made.count += 1
        made.files += [shelf.folder / name for name in outcome.files]
    except Problem as mistake:
        made.failed.append(mistake)
