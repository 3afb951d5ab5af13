"""All documents of an edition, or those named: what has to be made is made, the rest is left alone.

A :class:`Plan` says what has to be made, as a list of :class:`Job`. One job is one document made from an edition's
data, as bytes; it writes nothing and may be done again. Any process can do it, on this machine or another: it opens the
edition itself, and refuses when its data or its program are not those that were asked for. What comes of it is written
by the process that planned it, which then writes ``index.html`` and ``CHECKSUMS``.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import signal
import tempfile
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kit
from kit.documents import manifest
from kit.documents.kinds import KINDS
from kit.documents.manifest import Entry, sha256
from kit.documents.official_paper import FILE as OFFICE
from kit.documents.overview import write_overview
from kit.edition import Edition, shared
from kit.errors import Collector, Known, Mistakes, Problem
from kit.files import remove_leftovers, write
from kit.folder import find_home
from kit.render.prepare import first_rows, is_long, masthead_of, prepare
from kit.report.summaries import earlier
from kit.rules import canonical, fingerprint
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from nbformat import NotebookNode

    from kit.documents.kinds import Kind
    from kit.documents.official_paper import Part
    from kit.render.prepare import Json
    from kit.texts import Language

# In sheets of feedback: what a notebook takes, and what it takes to start another process.
_NOTEBOOK, _WORTH_A_PROCESS = 40, 80
_RETRIES = 2  # by workers of a cluster, of a job whose worker died
_TIMEOUT = 30  # seconds for a scheduler to answer and for its first worker to turn up


class DocumentFailed(Problem, RuntimeError):
    """A document could not be made, for a reason that nobody foresaw."""


class WorkerLost(Problem, RuntimeError):
    """The process that made a document ended before it was done."""


@dataclass(frozen=True)
class Job:
    """One document to make.

    Args:
        edition: its name.
        language: of the document.
        kind: its name in :data:`~kit.documents.kinds.KINDS`.
        part: which of that kind.
        made_at: ISO 8601 time with its zone that the document carries.
        data: digest of all data that it is made from.
        program: digest of all that makes it.
        more: further parameters of its notebook, such as the first year that is compared.
    """

    edition: str
    language: Language
    kind: str
    part: Part
    made_at: str
    data: str
    program: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The document's name; no two documents of an edition have the same."""
        return self.part.stem

    def inputs(self, declared: str) -> str:
        """Return the digest of what the document follows from; a time counts only if somebody declared it."""
        about = (self.edition, self.language, self.kind, *self.part, declared, self.data, self.program, *self.more)
        return fingerprint(canonical(list(about)))


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Args:
        job: the job.
        files: the content of each file by name; of a failed notebook, the notebook as it stood.
        about: what the document says of itself: title, subtitle, and its claims without ``kit:``.
        mistake: why there is no document.
        noted: what of the notebook could not be printed, and which figures lack a description.
    """

    job: Job
    files: Mapping[str, bytes] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    mistake: Problem | None = None
    noted: tuple[Problem, ...] = ()


@dataclass
class Plan:
    """What is to be done.

    Args:
        edition: in the language of the documents.
        folder: where they are.
        declared: the time that they are to carry, or blank.
        jobs: what has to be made; what takes longest comes first.
        unchanged: names of documents that are here already, from the same data by the same kit.
        refused: why others are not made.
        waiting: why there is nothing of a kind yet, by its name.
        counts: how many documents there are of each kind.
        left_over: names of documents that the edition no longer has.
    """

    edition: Edition
    folder: Path
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
        noted: what of their notebooks could not be printed, each with the name of the document.
    """

    plan: Plan
    files: list[Path] = field(default_factory=list)
    count: int = 0
    failed: list[Problem] = field(default_factory=list)
    noted: list[Problem] = field(default_factory=list)


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
        more: further parameters of notebooks, where not blank.

    Raises:
        unknown_kind, unknown_part: there is no such document.
        shard_unreadable: the share is not written like that.
        Mistakes: the ledger was tampered with, so that nothing can be made of it.
        Problem: a kind was named of which there is nothing yet.
    """
    share, shares = _shard(shard)
    if tampered := [*edition.history.mistakes, *edition.ledger.verify_store(thoroughly=True)]:
        raise Mistakes(dict.fromkeys(tampered))
    moment = made_at or datetime.now(UTC).replace(microsecond=0).isoformat()
    plan = Plan(edition, out or find_home() / "reports" / edition.name, made_at)
    data, known = _data_of(edition), manifest.read_records(plan.folder)
    number = 0
    for kind, parts in _parts(plan, named):
        program = _program_of(kind)
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
    """Yield the kinds that were named, or all, each with its documents."""
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
    states = manifest.states(plan.folder, entry) if entry else {}
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
        dask_missing: Dask is not installed.
        scheduler_unreachable: there is no scheduler at that address.
    """
    from tqdm import tqdm  # noqa: PLC0415  (only who makes documents waits)

    t, made = plan.edition.texts, Made(plan, failed=[*plan.refused])
    bar: Any = {"desc": t("batch.progress"), "unit": f" {t('batch.progress_unit')}", "disable": not progress}
    effort = sum(_NOTEBOOK if KINDS[job.kind].notebook else 1 for job in plan.jobs)
    wanted = processes or min(_cores(), 1 + effort // _WORTH_A_PROCESS)
    remove_leftovers(plan.folder)
    for name in plan.left_over:
        manifest.forget(plan.folder, name)
    try:
        done = _done(plan.jobs, max(1, min(wanted, len(plan.jobs))), scheduler)
        for outcome in tqdm(done, total=len(plan.jobs), **bar):
            _keep(outcome, made)
    finally:  # also of what was made before somebody pressed Ctrl-C
        write_overview(plan.edition, plan.folder)
        manifest.write_checksums(plan.folder)
    return made


def _keep(outcome: Outcome, made: Made) -> None:
    """Write a document and its record, or what is left of it."""
    job, folder = outcome.job, made.plan.folder
    try:
        if outcome.mistake:
            made.failed.append(outcome.mistake)
            for name, content in outcome.files.items():
                write(folder / name, content)
            return
        digests = {name: sha256(content) for name, content in outcome.files.items()}
        inputs = job.inputs(made.plan.declared)
        manifest.put(
            folder, Entry(job.name, job.kind, job.part.id, inputs, dict(outcome.about), digests), outcome.files
        )
        (folder / _failed_notebook(job)).unlink(missing_ok=True)
        made.noted += [problem.at(file=job.name) for problem in outcome.noted]
        made.count += 1
        made.files += [folder / name for name in outcome.files]
    except Problem as mistake:
        made.failed.append(mistake)


# One document

# A notebook takes over the process while it runs, and drawings share their settings.
_ONE_AT_A_TIME = threading.Lock()


def make(job: Job) -> Outcome:
    """Make one document in all its formats; a mistake that a user can correct is part of the outcome.

    Raises:
        DocumentFailed: anything else went wrong, so that it may be worth trying again.
    """
    try:
        with _ONE_AT_A_TIME:
            return _made(job)
    except Problem as mistake:
        return Outcome(job, mistake=mistake)
    except Exception as error:  # noqa: BLE001  (whatever a document or the machine comes up with)
        raise DocumentFailed(file=job.name, said=f"{type(error).__name__}: {error}") from None


def _made(job: Job) -> Outcome:
    from kit.render.notebook import NotebookFailed  # noqa: PLC0415  (slow to import, for those who only plan)

    kind = KINDS.get(job.kind)
    if kind is None or _program_of(kind) != job.program:
        raise Problem("worker_differs", edition=job.edition, version=kit.__version__)
    edition = _edition(find_home(), job.edition, job.language, job.data)
    if not kind.notebook:
        blocks = [block.to_json() for block in kind.blocks(edition, job.part, job.made_at)]
        return _in_formats(job, blocks, kind.beside(edition, job.part))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / _failed_notebook(job)
        try:
            with shared(edition):
                return _from_notebook(job, kept)
        except NotebookFailed as mistake:
            return Outcome(job, {kept.name: kept.read_bytes()}, mistake=mistake)


def _failed_notebook(job: Job) -> str:
    """Return the name of the file that shows where a notebook failed."""
    return Texts(job.language)("batch.failed_name", name=job.name) + ".ipynb"


def _from_notebook(job: Job, kept: Path) -> Outcome:
    """Run the notebook that makes a document; the executed notebook comes with it."""
    import nbformat  # noqa: PLC0415

    from kit.render.notebook import blocks_of, run_notebook  # noqa: PLC0415

    about = {"edition": job.edition, "language": job.language, "made_at": job.made_at}
    parameters = about | dict(KINDS[job.kind].asks(job.part.id)) | dict(job.more)
    source = find_home() / "notebooks" / f"{KINDS[job.kind].notebook}.ipynb"
    executed, noted = run_notebook(source, kept, parameters), Collector()
    blocks = blocks_of(executed, job.name, noted, source.parent)
    _forget_run(executed)
    beside = {f"{job.name}.ipynb": (nbformat.writes(executed) + "\n").encode()}
    return replace(_in_formats(job, blocks, beside), noted=tuple(noted.found))


def _forget_run(executed: NotebookNode) -> None:
    """Take out when and where a notebook was run, and random ids, so that the same data give the same bytes."""
    from kit.render.notebook import WIDGET  # noqa: PLC0415

    executed.metadata.pop("widgets", None)
    for part in (executed, *executed.cells):
        part.metadata.pop("papermill", None)
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "parameters"
        if "outputs" in cell:  # without widgets, dead once their kernel is gone
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]


def _in_formats(job: Job, blocks: list[Json], beside: Mapping[str, bytes] | None = None) -> Outcome:
    """Write blocks in every format of the job's kind; in a workbook as well, where pages have no room for all rows."""
    document, kind, book = prepare([masthead_of(blocks)]), KINDS[job.kind], f"{job.name}.xlsx"
    about = {name.removeprefix("kit:"): text for name, text in document.claims.items()}
    about |= {"title": document.masthead["title"], "subtitle": document.masthead["subtitle"]}
    formats = [*kind.formats, *(["xlsx"] if kind.notebook and is_long(blocks) else [])]
    shown = dict.fromkeys(formats, blocks)
    if "xlsx" in formats:
        t = Texts(job.language)
        shown |= {s: first_rows(blocks, t, book, html=s == "html") for s in formats if s in {"html", "pdf", "docx"}}
    files = {f"{job.name}.{suffix}": _written(suffix, own) for suffix, own in shown.items()}
    return Outcome(job, files | dict(beside or {}), about)


def _written(suffix: str, blocks: list[Json]) -> bytes:
    """Return blocks in a format, as the content of a file."""
    from kit.render.docx import to_docx  # noqa: PLC0415  (writers are slow to import, for those who only plan)
    from kit.render.html import to_html  # noqa: PLC0415
    from kit.render.pdf import to_pdf  # noqa: PLC0415
    from kit.render.pptx import to_pptx  # noqa: PLC0415
    from kit.render.xlsx import to_csv, to_xlsx  # noqa: PLC0415

    writers: dict[str, Callable[[list[Json]], str | bytes]] = {
        "html": to_html,
        "pdf": to_pdf,
        "docx": to_docx,
        "pptx": to_pptx,
        "xlsx": to_xlsx,
        "csv": to_csv,
    }
    content = writers[suffix](blocks)
    return content.encode() if isinstance(content, str) else content


@lru_cache(maxsize=1)
def _edition(home: Path, name: str, language: Language, data: str) -> Edition:  # noqa: ARG001  (another home, another edition)
    """Return the edition with the data that were asked for, opened once for all its documents.

    Raises:
        worker_differs: the data here are others.
    """
    edition = Edition.open(name, language)
    if _data_of(edition) != data:
        raise Problem("worker_differs", edition=name, version=kit.__version__)
    return edition


def _data_of(edition: Edition) -> str:
    """Return the digest of all data that documents are made from: edition, office, crest, and earlier editions."""
    pictures, index = {".png", ".jpg", ".jpeg"}, {"index", "index-innovations"}
    beside = [p for p in sorted(edition.folder.iterdir()) if p.suffix in pictures or p.stem in index]
    office = edition.folder / OFFICE
    before = earlier(edition)
    parts = {
        "data": edition.fingerprint,
        "beside": [[path.name, sha256(path.read_bytes())] for path in (*beside, office) if path.is_file()],
        "earlier": [_fingerprint(other) for other in before.editions],
        "left_out": [*before.unreadable, *before.simulated],
    }
    return fingerprint(canonical(parts))


def _fingerprint(other: Edition) -> str:
    """Return the fingerprint of an earlier edition, or what is wrong with it."""
    try:
        return other.fingerprint
    except Problem as mistake:
        return repr(mistake)


def _program_of(kind: Kind) -> str:
    """Return the digest of what makes documents of a kind: the kit with its words and templates, and a notebook."""
    notebook = find_home() / "notebooks" / f"{kind.notebook}.ipynb"
    return hashlib.sha256(_kit() + (notebook.read_bytes() if notebook.is_file() else b"")).hexdigest()


@cache
def _kit() -> bytes:
    root, digest = Path(kit.__file__).parent, hashlib.sha256(kit.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()


# Who does the work: this process, processes of this machine, or the workers of a Dask cluster


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _done(jobs: Iterable[Job], processes: int, scheduler: str = "") -> Iterator[Outcome]:
    """Do jobs, and yield what came of each as soon as it is known.

    Args:
        jobs: in the order in which they are begun.
        processes: how many of this machine; with one, this process does it all.
        scheduler: address of a Dask scheduler, whose workers do it instead.

    Raises:
        dask_missing: Dask is not installed.
        scheduler_unreachable: there is no scheduler at that address.
    """
    if processes == 1 and not scheduler:
        for job in jobs:
            yield _outcome(job, partial(make, job))
        return
    left, lost = deque(jobs), deque[Job]()
    while left:
        with _cluster(scheduler) if scheduler else _processes(processes) as (executor, ahead):
            yield from _through(executor, ahead, left, lost)
    # Processes that die, for instance for want of memory, lose all jobs under way, and only one of these is the reason:
    # alone, each shows whether it is.
    while lost:
        with _cluster(scheduler) if scheduler else _processes(1) as (executor, _):
            yield from _through(executor, lambda: 1, lost)


def _through(
    executor: Executor, ahead: Callable[[], int], left: deque[Job], lost: deque[Job] | None = None
) -> Iterator[Outcome]:
    """Take jobs from ``left`` until none is left, or the executor is of no use any more.

    Args:
        executor: who does them.
        ahead: how many to send ahead.
        left: the jobs, which are taken out when they are sent.
        lost: takes the jobs whose process died; without it, that is what came of them.
    """
    waiting: dict[Future[Outcome], Job] = {}
    broken = False
    while waiting or (left and not broken):
        while left and not broken and len(waiting) < ahead():
            try:
                waiting[executor.submit(make, left[0])] = left[0]
            except BrokenExecutor:
                broken = True
            else:
                left.popleft()
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            job = waiting.pop(future)
            outcome = _outcome(job, future.result)
            if isinstance(outcome.mistake, WorkerLost):
                broken = True
                if lost is not None:
                    lost.append(job)
                    continue
            yield outcome


def _outcome(job: Job, result: Callable[[], Outcome]) -> Outcome:
    """Return the result of a job; what went wrong is part of it."""
    try:
        return result()
    except (BrokenExecutor, CancelledError):
        return Outcome(job, mistake=WorkerLost(file=job.name))
    except Problem as mistake:
        return Outcome(job, mistake=mistake)
    except Exception as error:  # noqa: BLE001  (of whoever carried the job there and back)
        return Outcome(job, mistake=DocumentFailed(file=job.name, said=f"{type(error).__name__}: {error}"))


@contextmanager
def _processes(number: int) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Give new processes of this machine, which end with this one whatever ends it, and how many jobs to send ahead.

    Sent ahead are enough jobs to keep all busy, and not so many that results pile up.
    """
    others = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), _begin)
    try:
        yield executor, lambda: 3 * number
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        executor.shutdown()


def _begin() -> None:
    """Begin a process that leaves Ctrl-C to its parent and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None  # only children begin like this

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Give the workers of a Dask cluster; its scheduler gives the job of a lost worker to another."""
    try:
        from distributed import Client  # noqa: PLC0415  (an extra that only a cluster needs)
    except ImportError:
        raise Problem("dask_missing") from None
    try:
        client = Client(address, timeout=_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Problem("scheduler_unreachable", address=address, said=str(error)) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_TIMEOUT)
        except TimeoutError as error:
            raise Problem("scheduler_unreachable", address=address, said=str(error)) from None
        executor = client.get_executor(pure=False, retries=_RETRIES)
        yield executor, lambda: 3 * max(1, sum(client.nthreads().values()))
