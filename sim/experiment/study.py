"""An experiment's replications: of any scenarios, with the same luck in each, made when asked for and each made once.

What an experiment adds is which replications it asks for and what it says of them. They are kept in its folder, so that an experiment
that was stopped, however it was, finds there what it had and goes on.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.asked import Figure, QuestionError
from sim.experiment.job import FIGURES, Job, Point, identity, replicate, software
from sim.experiment.store import STUDY, Folder, clearly, held, write_text
from sim.experiment.values import Values
from sim.experiment.workers import Workers
from sim.results import MEASURE_KEYS
from sim.scenario.uncertainty import Positions, draw

Progress = Callable[[int, int], None]
"""Called with the replications finished and how many are asked for: at the start, then after each. An adaptive experiment asks for more
as it goes."""

LUCK_PER_DRAW = 2
"""Replications that share a draw of the assumptions, so that luck and assumptions can be told apart. More draws tell more of a mean than
more luck in each, and so it is as few as will do."""

Asked = tuple[Point, int, Positions]
"""A scenario, a replication's number, and positions of its assumptions (empty: as written)."""


class Study:
    """The replications of one experiment.

    Args:
        folder: where they are kept.
        workers: what makes them.
        seed: of all luck.
        tables: what is kept of each.
        since: the first day from which figures are counted; None for the whole run.
        uncertain: each :data:`LUCK_PER_DRAW` replications have a draw of the assumptions of their own, the same in every scenario.
        progress: told how many are finished.

    Attributes:
        found: how many were there from before.
        made: how many were made.
    """

    def __init__(
        self,
        folder: Folder,
        workers: Workers,
        seed: int,
        *,
        tables: tuple[str, ...] = FIGURES,
        since: dt.date | None = None,
        uncertain: bool = False,
        progress: Progress | None = None,
    ) -> None:
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed must be a whole number from 0 to 4294967295, not {seed}")
        self.folder, self.workers, self.seed, self.since, self.uncertain = folder, workers, seed, since, uncertain
        self.tables = tables
        self.found = self.made = 0
        self._progress = progress
        self._made_by = identity()
        self._keys = dict[str, None]()
        self._values = dict[tuple[str, Figure], float]()
        self._started, self._clock = dt.datetime.now(dt.UTC), time.perf_counter()

    @property
    def per_draw(self) -> int:
        """Replications that share a draw of the assumptions."""
        return LUCK_PER_DRAW if self.uncertain else 1

    @property
    def keys(self) -> list[str]:
        """The parts asked for so far, in the order in which they were."""
        return list(self._keys)

    def job(self, point: Point, replication: int, positions: Positions | None = None) -> Job:
        """A replication of a scenario, with its draw of the assumptions if they are uncertain."""
        if positions is None:
            positions = draw(point.scenario, self.seed, replication // LUCK_PER_DRAW) if self.uncertain else {}
        return Job(point, self.seed, replication, self.tables, positions, self.since, self._made_by)

    def make(self, jobs: Iterable[Job]) -> None:
        """Have these replications, whether they were there or not.

        Raises:
            RunError: if a part cannot be written, a worker dies, or workers run another version.
            ConservationError: if the model lost someone.
        """
        names = (*self.tables, *(["since"] if self.since else []))
        new = {job.key: job for job in jobs if job.key not in self._keys}
        to_do = [job for key, job in new.items() if not self.folder.finished(key, names)]
        self._keys.update(dict.fromkeys(new))
        self.found += len(new) - len(to_do)
        self._tell()
        with closing(self.workers.each(replicate, to_do)) as outcomes:
            for number, tables in outcomes:
                self.folder.keep(to_do[number].key, tables)
                self.made += 1
                self._tell()

    def values(self, points: Sequence[Point], figure: Figure) -> Values:
        """A figure of numbered scenarios as adaptive procedures ask for it.

        These take replications as independent. Where the assumptions are uncertain, replications that share a draw are not, and so only
        the first of each draw is made: as many draws as replications. That serves a mean best, and a share of replications is then one of
        all that may come, by luck and by the assumptions alike.
        """
        step = self.per_draw

        def look(numbers: Sequence[int], replications: int) -> NDArray[np.float64]:
            jobs = [[self.job(points[number], i * step) for i in range(replications)] for number in numbers]
            return self.figures(jobs, figure)

        return look

    def figures(self, jobs: Sequence[Sequence[Job]], figure: Figure) -> NDArray[np.float64]:
        """A figure of each of these replications, made if need be; same shape."""
        self.make(job for row in jobs for job in row)
        return np.array([[self._value(job, figure) for job in row] for row in jobs], dtype=np.float64).reshape(len(jobs), -1)

    def measures(self, jobs: Iterable[Job]) -> Iterator[pd.DataFrame]:
        """The measures of each of these replications, which are there: those counted from ``since`` on, if that is asked for."""
        for job in jobs:
            yield self.folder.read(job.key, "since" if self.since else "measures")

    def _value(self, job: Job, figure: Figure) -> float:
        known = (job.key, figure)
        if known not in self._values:
            (table,) = self.measures([job])
            self._values[known] = figure.of(table)
        return self._values[known]

    def _tell(self) -> None:
        if self._progress:
            self._progress(self.found + self.made, len(self._keys))

    def info(self) -> dict[str, Any]:
        """What made the results, for ``run.json`` or ``study.json``."""
        ended = dt.datetime.now(dt.UTC)
        return {
            "seed": self.seed,
            **software(),
            **({"uncertain": True} if self.uncertain else {}),
            "found_finished": self.found,
            "started": self._started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._clock, 3),
        }

    def finish(self, files: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        """Write the results into the folder, ``study.json`` last, and remove what belongs to other experiments.

        Args:
            files: text by file name.
            asked: what the experiment was, for ``study.json``.

        Returns:
            What ``study.json`` says.
        """
        path = self.folder.path
        info = {**asked, **self.info(), "files": list(files)}
        with clearly(path):
            for name in [STUDY, *self._files_before()]:
                (path / name).unlink(missing_ok=True)
            shutil.rmtree(path / "figures", ignore_errors=True)  # drawn anew from what is found now
        for name, text in files.items():
            write_text(path, name, text)
        write_text(path, STUDY, json.dumps(info, indent=2, default=str) + "\n")
        self.folder.keep_only(self._keys)
        return info

    def _files_before(self) -> list[str]:
        """What the experiment that finished here before wrote; nothing where that cannot be read."""
        with suppress(OSError, ValueError, AttributeError, TypeError):
            files = json.loads((self.folder.path / STUDY).read_text(encoding="utf-8")).get("files", [])
            return [name for name in files if isinstance(name, str) and Path(name).name == name]
        return []


def whole_draws(replications: int) -> int:
    """How many draws of the assumptions so many replications are.

    Raises:
        QuestionError: if a draw would have fewer replications than the others.
    """
    if replications % LUCK_PER_DRAW:
        raise QuestionError(
            f"with uncertain assumptions each {LUCK_PER_DRAW} replications share a draw of them: expected an even number of replications, "
            f"not {replications}"
        )
    return replications // LUCK_PER_DRAW


@contextmanager
def open_study(
    out: str | Path | None,
    seed: int,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    since: dt.date | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Iterator[Study]:
    """A study in a folder, or in one that is gone afterwards.

    Raises:
        RunError: if the folder cannot be used, or the cluster.
    """
    with ExitStack() as stack:
        path = stack.enter_context(tempfile.TemporaryDirectory(prefix="jobcentre-")) if out is None else out
        folder = stack.enter_context(held(path, STUDY))
        staff = stack.enter_context(Workers(workers, cluster))
        yield Study(folder, staff, seed, since=since, uncertain=uncertain, progress=progress)


def over_points(study: Study, points: Sequence[Point], replications: int) -> pd.DataFrame:
    """Every measure of every replication of numbered scenarios: ``point``, ``replication``, the keys of a measure, ``value``."""
    tables = []
    for number, point in enumerate(points):
        jobs = [study.job(point, i) for i in range(replications)]
        study.make(jobs)
        tables += [table.assign(point=number) for table in study.measures(jobs)]
    return pd.concat(tables, ignore_index=True)[["point", "replication", *MEASURE_KEYS, "value"]]
