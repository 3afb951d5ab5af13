"""Who does the work: this process, processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kit.documents.work import DocumentFailed, Job, Outcome, make
from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    # An executor, and how many jobs to give it ahead: enough to keep all busy, and not so many that results pile up.
    Staff = AbstractContextManager[tuple[Executor, Callable[[], int]]]

_TRIES = 2  # a job whose process was killed, for instance for want of memory, gets another
_PATIENCE = 30  # seconds for a scheduler to answer and for its first worker to turn up


class WorkerLost(Problem, RuntimeError):
    """The process that made a document ended before it was done."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def done(jobs: Iterable[Job], processes: int, scheduler: str = "") -> Iterator[Outcome]:
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
        yield from map(_attempt, jobs)
        return
    left, tries = deque(jobs), Counter[Job]()
    while left:
        with _cluster(scheduler) if scheduler else _processes(processes) as (executor, ahead):
            yield from _through(executor, ahead, left, tries)


def _attempt(job: Job) -> Outcome:
    try:
        return make(job)
    except DocumentFailed as mistake:
        return Outcome(job, mistake=mistake)


def _through(executor: Executor, ahead: Callable[[], int], left: deque[Job], tries: Counter[Job]) -> Iterator[Outcome]:
    """Take jobs from ``left`` until none is left, or the executor is of no use any more."""
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
            outcome = _outcome(job, future)
            if isinstance(outcome.mistake, WorkerLost):
                broken = True
                tries[job] += 1
                if tries[job] < _TRIES:
                    left.append(job)
                    continue
            yield outcome


def _outcome(job: Job, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        return Outcome(job, mistake=WorkerLost(file=job.name))
    except Problem as mistake:
        return Outcome(job, mistake=mistake)
    except Exception as error:  # noqa: BLE001  (of whoever carried the job there and back)
        return Outcome(job, mistake=DocumentFailed(file=job.name, said=f"{type(error).__name__}: {error}"))


@contextmanager
def _processes(number: int) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Processes of this machine, started afresh, that end with this one whatever ends it."""
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
    """Begin a process: Ctrl-C is its parent's business, and without the parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None  # only children begin like this

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """The workers of a Dask cluster; its scheduler gives the job of a lost worker to another."""
    try:
        from distributed import Client  # noqa: PLC0415  (an extra that only a cluster needs)
    except ImportError:
        raise Problem("dask_missing") from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Problem("scheduler_unreachable", address=address, said=str(error)) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise Problem("scheduler_unreachable", address=address, said=str(error)) from None
        executor = client.get_executor(pure=False, retries=_TRIES)
        yield executor, lambda: 3 * max(1, sum(client.nthreads().values()))
