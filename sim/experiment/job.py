"""One replication of one scenario: what it takes, what it gives back, and the key under which that is kept."""

from __future__ import annotations

import datetime as dt
import json
import platform
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from typing import Any

from sim import __version__
from sim.experiment.store import code_fingerprint, parquet, part_key
from sim.experiment.workers import RunError
from sim.model.simulation import simulate
from sim.results import mark, replication_tables
from sim.scenario import Scenario, fingerprint
from sim.scenario.uncertainty import Positions, vary

LIBRARIES = ("numpy", "scipy", "numba", "simpy", "pandas", "pyarrow")
ALWAYS = ("measures", "daily", "weekly", "incidence", "first_spells")
ON_REQUEST = ("people", "events")
FIGURES = ("measures",)
"""Tables of a replication: those of every run, those a run may keep besides, and what an experiment over many scenarios needs."""

CODE = code_fingerprint()
"""Taken when the code is read: a notebook that stays open while the source is edited goes on with what it read."""


@dataclass(frozen=True, eq=False)
class Point:
    """A scenario of an experiment, known by its content."""

    scenario: Scenario

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.scenario)


@dataclass(frozen=True, eq=False)
class Job:
    """One replication to make.

    Attributes:
        point: the scenario, before it is varied.
        positions: of its assumptions within their intervals; as written if empty.
        tables: which to give back, see :func:`sim.results.replication_tables`.
        since: the first day of the table ``since``, in which measures are counted from then on; no such table if None.
        made_by: :func:`identity` of the program that asks, which that of the worker must equal.
    """

    point: Point
    seed: int
    replication: int
    tables: tuple[str, ...]
    positions: Positions
    since: dt.date | None
    made_by: str

    @cached_property
    def key(self) -> str:
        """Says everything that the bits of the tables depend on."""
        positions = json.dumps({name: list(self.positions[name]) for name in sorted(self.positions)})
        depends_on = (self.point.fingerprint, str(self.seed), " ".join(self.tables), str(self.since), positions, self.made_by)
        return part_key(self.replication, *depends_on)


def replicate(job: Job) -> dict[str, bytes]:
    """Make one replication: its tables as Parquet.

    Raises:
        RunError: if this is another version of the program than the one that asks, as on a cluster that was not brought up to date.
    """
    if (here := identity()) != job.made_by:
        raise RunError(f"a worker runs another version of the program or its libraries than this one does: {_differing(here, job.made_by)}")
    scenario = vary(job.point.scenario, job.positions) if job.positions else job.point.scenario
    record = simulate(scenario, job.seed, job.replication, events="events" in job.tables)
    tables = replication_tables(record, job.tables, since=job.since)
    for table in tables.values():
        mark(table, {"scenario": scenario.name, "fingerprint": job.point.fingerprint})
    return {name: parquet(table) for name, table in tables.items()}


@cache
def identity() -> str:
    """Version, source, libraries, Python and machine: what decides the bits, besides the scenario and its luck.

    Python's own version counts, since how ``sum`` adds floats changed with 3.12.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    parts = {"version": __version__, "source": CODE[:16], "python": python, sys.platform: platform.machine(), **_libraries()}
    return ", ".join(f"{name} {version}" for name, version in parts.items())


def _differing(there: str, here: str) -> str:
    """What differs between the identities of a worker and of this program, in words."""
    theirs, ours = (dict((part.rpartition(" ")[::2]) for part in one.split(", ")) for one in (there, here))
    names = [name for name in theirs | ours if theirs.get(name) != ours.get(name)]
    return ", ".join(f"{name} {theirs.get(name, 'none')} there and {ours.get(name, 'none')} here" for name in names)


def software() -> dict[str, Any]:
    """What made the results, for ``run.json``: version, source, libraries, Python, platform."""
    return {
        "version": __version__,
        "code": CODE,
        "libraries": _libraries(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }


def _libraries() -> dict[str, str]:
    return {name: metadata.version(name) for name in LIBRARIES}
