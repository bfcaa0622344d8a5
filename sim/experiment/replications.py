"""Running a scenario: its replications, over workers, into a run folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.asked import Figure, QuestionError
from sim.experiment.designs import as_table
from sim.experiment.job import ALWAYS, ON_REQUEST, Point
from sim.experiment.precision import MORE, Precision, how_many
from sim.experiment.run_folder import finish
from sim.experiment.store import held
from sim.experiment.study import Progress, Study, whole_draws
from sim.experiment.warm_up import settling, starts_empty
from sim.experiment.workers import Workers
from sim.model.claims import expected_claims
from sim.results import RunTables
from sim.scenario import Scenario, dump
from sim.scenario.uncertainty import factors


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    precision: float | None = None,
    figures: Sequence[Figure] = (),
    seed: int | None = None,
    workers: int | Workers | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    people: bool = False,
    events: bool = False,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> RunTables:
    """Run a scenario and make its tables.

    Args:
        scenario: what to run.
        replications: how many; the scenario's number if left out. With a precision, at most so many.
        precision: as many as it takes for the intervals of the figures to reach no further than this share of their means to each side,
            see :mod:`sim.experiment.precision`.
        figures: those.
        seed: of all luck; the scenario's if left out.
        workers: processes; as many as processors if left out. Changes no result.
        cluster: address of a Dask scheduler, in place of processes here. Changes no result.
        out: the run folder; finished replications of the same run are taken from it. Nothing is kept on disk if left out.
        people: also keep a row per person.
        events: also keep a row per event.
        uncertain: vary the assumptions within their intervals too, a draw for each two replications; estimates and intervals are then
            over draws, see :mod:`sim.results.draws`.
        progress: told how many replications are finished.

    Raises:
        RunError: if the folder or the cluster cannot be used or a worker dies.
        ValueError: if a number is out of range.
        QuestionError: if draws of the assumptions would not have the same number of replications.
        ConservationError: if the model lost someone.
    """
    seed = scenario.seed if seed is None else seed
    if uncertain:
        whole_draws(replications or (MOST if precision is not None else scenario.replications))
    if (replications is not None and replications < 1) or (isinstance(workers, int) and workers < 1):
        raise ValueError(f"replications and workers must be at least 1, not {replications} and {workers}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 4294967295, not {seed}")
    tables = (*ALWAYS, *(name for name, wanted in zip(ON_REQUEST, (people, events), strict=True) if wanted))
    with ExitStack() as stack:
        path = stack.enter_context(tempfile.TemporaryDirectory(prefix="jobcentre-")) if out is None else out
        folder = stack.enter_context(held(path))
        staff = workers if isinstance(workers, Workers) else stack.enter_context(Workers(workers, cluster))
        expected = _Expected(progress)
        study = Study(folder, staff, seed, tables=tables, uncertain=uncertain, progress=expected)
        point = Point(scenario)
        told: dict[str, Any] = {}
        if precision is None:
            number = scenario.replications if replications is None else replications
        else:
            number, told = until_precise(study, point, figures, precision, replications, expected)
        jobs = [study.job(point, i) for i in range(number)]
        study.make(jobs)
        if starts_empty(scenario):
            told["warm_up"] = settling(scenario, pd.concat(folder.read(job.key, "daily") for job in jobs))
        info = {
            "scenario": scenario.name,
            "fingerprint": point.fingerprint,
            "period": [scenario.period.from_.isoformat(), scenario.period.to.isoformat()],
            "replications": number,
            "tables": list(tables),
            "expected_claims": float(expected_claims(scenario).sum()),
            **told,
            **({"draws": whole_draws(number), "replications_per_draw": study.per_draw} if uncertain else {}),
            **study.info(),
        }
        drawn = None
        if uncertain:
            members = {factor.name: factor.members for factor in factors(scenario)}
            drawn = as_table(members, [job.positions for job in jobs[:: study.per_draw]])
        done = finish(folder, [job.key for job in jobs], tables, info, dump(scenario), drawn)
        return done.in_memory() if out is None else done


MOST = 1000
"""Replications at most where a precision is asked for and no number."""


class _Expected:
    """Progress towards the replications that are likely in the end, where these are more than were asked for so far."""

    def __init__(self, progress: Progress | None) -> None:
        self.likely, self._progress = 0, progress

    def __call__(self, done: int, total: int) -> None:
        if self._progress:
            self._progress(done, max(total, self.likely))


def until_precise(
    study: Study, point: Point, figures: Sequence[Figure], precision: float, most: int | None, expected: _Expected
) -> tuple[int, dict[str, Any]]:
    """Make replications until the intervals of the figures are narrow enough.

    Args:
        most: replications at most; :data:`MOST` if None.
        expected: told how many are likely in the end.

    Returns:
        How many there are in the end, and for ``run.json`` how that came: the outcome in words, the number recommended without the
        look-ahead, and half the interval as a share of the mean after each replication, or each draw of uncertain assumptions, by figure.

    Raises:
        QuestionError: if there is no figure, one is a date, or there are too few replications for a look-ahead.
    """
    figures = list(dict.fromkeys(figures))
    if not figures:
        raise QuestionError("expected a figure for the precision, such as first_meeting_wait.mean")
    if dates := [str(figure) for figure in figures if figure.unit == "date"]:
        raise QuestionError(f"expected a figure with a size for a share of it to be told, not the date {dates[0]}")
    try:
        wanted = Precision(target=precision, most=(MOST if most is None else most) // study.per_draw)
        if precision >= 1:
            raise ValueError(f"expected a precision below 1, such as 0.05 for 5%, not {precision:.6g}")
    except ValueError as error:
        of_draws = f"; {study.per_draw} replications are a draw of the assumptions, which is what counts here" * (study.per_draw > 1)
        raise QuestionError(f"{error}{of_draws}") from None
    looked = how_many(np.zeros((len(figures), 0)), wanted)
    while looked.outcome == MORE:
        jobs = [study.job(point, i) for i in range(looked.replications * study.per_draw)]
        values = np.concatenate([study.figures([jobs], figure) for figure in figures])
        looked = how_many(_by_draw(values, study.per_draw), wanted)
        expected.likely = looked.likely * study.per_draw
    told = {
        "target": precision,
        "figures": [str(figure) for figure in figures],
        "outcome": looked.outcome,
        "recommended": None if looked.recommended is None else looked.recommended * study.per_draw,
        "not_precise": [str(figures[i]) for i in looked.short],
        "half_width_over_mean": {
            str(figure): [round(float(share), 6) if np.isfinite(share) else None for share in row]
            for figure, row in zip(figures, looked.relative, strict=True)
        },
    }
    return looked.replications * study.per_draw, {"precision": told}


def _by_draw(values: NDArray[np.float64], per_draw: int) -> NDArray[np.float64]:
    """The mean over the replications of each draw of the assumptions that have a value, shape (figures, draws)."""
    each = values.reshape(len(values), -1, per_draw)
    known = np.isfinite(each)
    means: NDArray[np.float64] = np.where(known, each, 0).sum(axis=2) / np.where(known.any(axis=2), known.sum(axis=2), np.nan)
    return means
