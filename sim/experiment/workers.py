"""Jobs spread over processes of this machine, or over the workers of a Dask cluster.

Each job is a pure function of its arguments, and what it returns is kept by whoever asked, so how many workers there are, where
they run and which finishes first change nothing but the time it takes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

KEPT = "What had finished is kept if the run has a folder: the same command goes on from there"
AHEAD = 2
"""Jobs handed out for each worker: one that it does and one that waits, so that none is idle and few results are in memory."""
LOOK = 2.0
"""Seconds between looks at who is there on a cluster."""


class RunError(Exception):
    """A run that cannot be made or go on; the message tells its user why and what to do."""


class Workers:
    """Where jobs are done: here, in local processes, or on a cluster. They start when first needed and end with the context.

    Args:
        number: local processes; as many as processors if left out. With 1 the jobs are done here, in order.
        cluster: address of a Dask scheduler, in place of local processes.

    Raises:
        ValueError: if the number is below 1.
        RunError: if both are given, or the cluster cannot be used.
    """

    def __init__(self, number: int | None = None, cluster: str | None = None) -> None:
        if number is not None and number < 1:
            raise ValueError(f"workers must be at least 1, not {number}")
        if number is not None and cluster is not None:
            raise RunError("expected workers or a cluster, not both: a cluster has its own workers")
        self.number = number or os.cpu_count() or 1
        self._local: ProcessPoolExecutor | None = None
        self._strangers = set[Any]()
        self._cluster: Any = None
        if cluster is not None:
            from sim.experiment.cluster import Cluster  # Dask is an extra

            self._cluster = Cluster(cluster)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close(gently=kind is None)

    def each(self, task: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Generator[tuple[int, Outcome], None, None]:
        """The number of each job and its outcome, as they finish.

        Args:
            task: a function of a module, so that another process can find it.
            jobs: its arguments.

        Raises:
            RunError: if a worker dies, or the cluster is lost.
            Exception: whatever the task raises; jobs not yet begun are dropped.
        """
        if not jobs:
            return
        executor, ahead = self._executor(len(jobs))
        if executor is None:
            for number, job in enumerate(jobs):
                yield number, task(job)
            return
        to_do, running = deque(enumerate(jobs)), dict[Future[Outcome], int]()
        looked = time.monotonic()
        try:
            while to_do or running:
                with _nothing_to_import():
                    while to_do and len(running) < ahead:
                        number, job = to_do.popleft()
                        running[executor.submit(task, job)] = number
                done, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda one: (_failed(one), running[one])):  # what is done is handed over before an error
                    yield running.pop(future), future.result()
                if self._cluster is not None and time.monotonic() > looked + LOOK:
                    ahead, looked = self._cluster_ahead(), time.monotonic()
        except BrokenProcessPool:
            raise RunError(f"A worker process died, most often because memory ran out. {KEPT}; fewer workers need less memory.") from None
        except Exception as error:
            if self._cluster is not None and (why := self._cluster.why(error)):
                raise RunError(why) from None
            raise
        finally:
            for future in running:
                future.cancel()

    def close(self, gently: bool = False) -> None:
        """End them, and what they are doing. ``gently`` waits for those that have nothing to do."""
        if self._cluster is not None:
            self._cluster.close()
        if self._local is not None:
            self._local.shutdown(wait=gently, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - self._strangers:
                child.terminate()
                child.join()
            self._local = None

    def _executor(self, jobs: int) -> tuple[Executor | None, int]:
        """What does the jobs, None if that is this process, and how many to hand out at once."""
        if self._cluster is not None:
            return self._cluster.executor, self._cluster_ahead()
        if self._local is None:
            if min(jobs, self.number) <= 1:
                return None, 1
            self._strangers = set(multiprocessing.active_children())
            self._local = ProcessPoolExecutor(self.number, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
        return self._local, AHEAD * self.number

    def _cluster_ahead(self) -> int:
        """Jobs to hand out; its workers come and go. Raises RunError if there is nothing to wait for."""
        workers: int = self._cluster.workers()
        return AHEAD * max(1, workers)


def each(task: Callable[[Job], Outcome], jobs: Sequence[Job], workers: int | None = None) -> Generator[Outcome, None, None]:
    """Outcomes of a task for every job, as they finish, by workers that end with it; see :meth:`Workers.each`."""
    with Workers(min(len(jobs), workers or os.cpu_count() or 1) or 1) as staff, closing(staff.each(task, jobs)) as outcomes:
        for _, outcome in outcomes:
            yield outcome


def _failed(future: Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None


def _begin() -> None:
    """In a worker: leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _nothing_to_import() -> Iterator[None]:
    """Workers import the task's module alone: a script that calls ``run`` at its top level must not run again in each of them."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
