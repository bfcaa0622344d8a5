"""Running a scenario: its replications, over workers, into a run folder."""

from __future__ import annotations

import datetime as dt
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment.store import ALWAYS, ON_REQUEST, RunFolder, code_fingerprint, mark, part_key, run_folder, write_part
from sim.experiment.workers import each
from sim.model.simulation import simulate
from sim.results import RunTables, replication_tables
from sim.scenario import Scenario, dump, fingerprint

LIBRARIES = ("numpy", "scipy", "numba", "simpy", "pandas", "pyarrow")
Progress = Callable[[int, int], None]
"""Called with the replications finished and their total: once at the start, then after each."""


@dataclass(frozen=True)
class Job:
    """One replication to make and where to leave it."""

    scenario: Scenario
    seed: int
    replication: int
    folder: Path
    key: str
    tables: tuple[str, ...]


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    people: bool = False,
    events: bool = False,
    progress: Progress | None = None,
) -> RunTables:
    """Run a scenario and make its tables.

    Args:
        scenario: what to run.
        replications: how many; the scenario's number if left out.
        seed: of all luck; the scenario's if left out.
        workers: processes; as many as processors if left out. Changes no result.
        out: the run folder; finished replications of the same run are taken from it. Nothing is kept on disk if left out.
        people: also keep a row per person.
        events: also keep a row per event.
        progress: told how many replications are finished.

    Raises:
        RunError: if the folder cannot be used or a worker dies.
        ValueError: if a number is out of range.
        ConservationError: if the model lost someone.
    """
    replications = scenario.replications if replications is None else replications
    seed = scenario.seed if seed is None else seed
    if replications < 1 or (workers is not None and workers < 1):
        raise ValueError(f"replications and workers must be at least 1, not {replications} and {workers}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 4294967295, not {seed}")
    tables = (*ALWAYS, *(name for name, wanted in zip(ON_REQUEST, (people, events), strict=True) if wanted))
    if out is not None:
        with run_folder(out) as folder:
            return _run(scenario, replications, seed, workers, folder, tables, progress)
    with tempfile.TemporaryDirectory(prefix="jobcentre-") as temporary, run_folder(temporary) as folder:
        return _run(scenario, replications, seed, workers, folder, tables, progress).in_memory()


def _run(
    scenario: Scenario,
    replications: int,
    seed: int,
    workers: int | None,
    folder: RunFolder,
    tables: tuple[str, ...],
    progress: Progress | None,
) -> RunTables:
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    info = {
        "scenario": scenario.name,
        "fingerprint": fingerprint(scenario),
        "period": [scenario.period.from_.isoformat(), scenario.period.to.isoformat()],
        "seed": seed,
        "replications": replications,
        "tables": list(tables),
        **software(),
    }
    depends_on = [str(info[name]) for name in ("fingerprint", "seed", "tables", "version", "code", "libraries")]
    jobs = [Job(scenario, seed, i, folder.path, part_key(i, *depends_on), tables) for i in range(replications)]
    to_do = [job for job in jobs if not folder.finished(job.key, tables)]
    if progress:
        progress(replications - len(to_do), replications)
    with closing(each(replicate, to_do, workers)) as outcomes:
        for done, _ in enumerate(outcomes, start=replications - len(to_do) + 1):
            if progress:
                progress(done, replications)
    info["found_finished"] = replications - len(to_do)
    info["started"] = started.isoformat(timespec="seconds")
    info["ended"] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    info["seconds"] = round(time.perf_counter() - clock, 3)
    return folder.finish([job.key for job in jobs], tables, info, dump(scenario))


def replicate(job: Job) -> int:
    """Make one replication and leave its tables in the run folder."""
    people, events = (name in job.tables for name in ON_REQUEST)
    record = simulate(job.scenario, job.seed, job.replication, events=events)
    tables = replication_tables(record, people=people, events=events)
    for table in tables.values():
        mark(table, {"scenario": job.scenario.name, "fingerprint": fingerprint(job.scenario)})
    write_part(job.folder, job.key, tables)
    return job.replication


def software() -> dict[str, Any]:
    """What made the results, for ``run.json``: version, source, libraries, Python, platform."""
    return {
        "version": __version__,
        "code": code_fingerprint(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }
