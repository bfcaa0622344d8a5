"""What a second worker is worth: two against one on the region, beside what two processes that share nothing are worth on this machine.

Run with ``python -m benchmarks.workers`` from the top of the repository, on a machine that does nothing else. The two are measured turn
by turn, so that what else the machine does hits both. A ratio below 2 has four parts, and the figures tell them apart: workers take time to
start, the parent writes the last tables alone, and two replications at once are slower than one where processors or memory are shared.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim.experiment import store
from sim.experiment.job import FIGURES, Job, Point, identity, replicate
from sim.experiment.replications import run
from sim.experiment.workers import Workers
from sim.scenario import Scenario, load

REGION, SMALL = "scenarios/west_midlands.yaml", "scenarios/one_jobcentre.yaml"


@dataclass
class Taken:
    """Seconds of one run: all of it, until the last replication was written, and in the parent for writing replications."""

    whole: float
    replications: float
    writing: float


def once(scenario: Scenario, replications: int, workers: int, folder: Path | None) -> Taken:
    """A run into a new folder below another."""
    written, writing, keep = 0.0, 0.0, store.Folder.keep

    def timed(*arguments: Any) -> None:
        nonlocal written, writing
        start = time.perf_counter()
        keep(*arguments)
        written = time.perf_counter()
        writing += written - start

    with tempfile.TemporaryDirectory(dir=folder) as out:
        store.Folder.keep = timed  # type: ignore[method-assign, assignment]
        try:
            start = time.perf_counter()
            run(scenario, replications=replications, workers=workers, out=out)
            return Taken(time.perf_counter() - start, written - start, writing)
        finally:
            store.Folder.keep = keep  # type: ignore[method-assign]


def start_up(scenario: Scenario, workers: int) -> float:
    """Seconds until every worker has started and made a replication of something small, which loads the compiled code."""
    jobs = [Job(Point(scenario), 1, i, FIGURES, {}, None, identity()) for i in range(2 * workers)]
    start = time.perf_counter()
    with Workers(workers) as staff:
        for _ in staff.each(replicate, jobs):
            pass
        return time.perf_counter() - start


def arithmetic(steps: int) -> int:
    """Work that touches no memory to speak of."""
    x = 1
    for _ in range(steps):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
    return x


def streaming(times: int) -> float:
    """Work that does little but read and write more memory than any cache holds."""
    rows = np.zeros(24_000_000)  # 192 MB
    for _ in range(times):
        rows += 1.0
    return float(rows[0])


def two_against_one(pool: ProcessPoolExecutor, task: Callable[[int], Any], size: int) -> float:
    """How many times as fast two processes, started before, do a task each as one does both."""
    start = time.perf_counter()
    for _ in range(2):
        pool.submit(task, size).result()
    apart = time.perf_counter() - start
    start = time.perf_counter()
    for future in [pool.submit(task, size) for _ in range(2)]:
        future.result()
    return apart / (time.perf_counter() - start)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median and the range."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def compare(region: Scenario, small: Scenario, replications: int, rounds: int, folder: Path | None, size: int = 100) -> None:
    """Measure and print. ``size`` is of the work that shares nothing, 100 being some seconds of it."""
    once(small, 2, 1, folder)  # what is compiled is compiled
    one, two, starts, bounds = list[Taken](), list[Taken](), list[float](), dict[str, list[float]]()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(arithmetic, [10_000_000 * size // 100] * 2):
            pass
        for _ in range(rounds):
            one.append(once(region, replications, 1, folder))
            two.append(once(region, replications, 2, folder))
            starts.append(start_up(small, 2))
            for task, amount in ((arithmetic, 300_000 * size), (streaming, size)):
                bounds.setdefault(task.__name__, []).append(two_against_one(pool, task, amount))
    print(f"{region.name}: {replications} replications, {rounds} rounds turn by turn; medians, and from the least to the most")
    for name, runs in (("one worker ", one), ("two workers", two)):
        last = [done.whole - done.replications for done in runs]
        print(f"  {name}  {spread([done.whole for done in runs], 1)} s, of it {median(last):.1f} s for the last tables")
    print(f"  two workers are {spread([a.whole / b.whole for a, b in zip(one, two, strict=True)])} times as fast as one")
    ready = median(starts)
    alone = [a.replications / (b.replications - ready) for a, b in zip(one, two, strict=True)]
    print(f"  until both have started {spread(starts, 1)} s; without that and the last tables {spread(alone)} times as fast")
    print(f"  the parent writes a replication in {1000 * median(done.writing for done in two) / replications:.0f} ms")
    print("Two processes that share nothing but the machine, against one")
    for name, ratios in bounds.items():
        print(f"  {name}: {spread(ratios)} times as fast")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replications", type=int, default=6)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out", type=Path, help="where the run folders are made, and removed; on a disk, not in memory")
    chosen = options.parse_args()
    compare(load(REGION), load(SMALL), chosen.replications, chosen.rounds, chosen.out)


if __name__ == "__main__":
    main()
