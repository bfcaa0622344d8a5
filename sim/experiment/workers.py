"""Jobs spread over processes.

Each job is a pure function of its arguments and leaves its results on disk, so how many workers there are, and which finishes
first, changes nothing but the time it takes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


class RunError(Exception):
    """A run that cannot be made or go on; the message tells its user why and what to do."""


def each(task: Callable[[Job], Outcome], jobs: Sequence[Job], workers: int | None = None) -> Generator[Outcome, None, None]:
    """Outcomes of a task for every job, as they finish.

    Args:
        task: a function of a module, so that another process can find it.
        jobs: its arguments.
        workers: processes; as many as processors if left out. With 1 the jobs are done here, in order.

    Raises:
        RunError: if a worker dies.
        Exception: whatever the task raises; jobs not yet begun are dropped.
    """
    workers = min(len(jobs), workers or os.cpu_count() or 1)
    if workers <= 1:
        yield from map(task, jobs)
        return
    strangers = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        with _nothing_to_import():
            futures = [pool.submit(task, job) for job in jobs]
        for future in as_completed(futures):
            yield future.result()
        pool.shutdown()
    except BrokenProcessPool:
        raise RunError(
            "A worker process died, most often because memory ran out. What had finished is kept: the same command goes on from there; "
            "fewer workers need less memory."
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - strangers:  # after an interruption or an error
            child.terminate()
            child.join()


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
