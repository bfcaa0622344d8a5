"""The fewest coaches, the earliest date, the smallest number of desks for which a promise holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.asked import Promise, QuestionError
from sim.experiment.evidence import Plan, Promised, first_chance
from sim.experiment.job import Point
from sim.experiment.seeking import Sought, point_error
from sim.experiment.seeking import seek as search
from sim.experiment.study import Progress, open_study
from sim.results import CONFIDENCE, csv
from sim.scenario import Scenario, dump
from sim.scenario.grid import varied

SMALL_SHARE, SMALL_PART, SMALL_SHARE_OF_RUNS = 0.01, 0.01, 0.05
"""What does not matter unless told otherwise: of a share a percentage point, of any other promised value one per cent, of a share of
replications five percentage points."""
MOST, MOST_FOR_A_SHARE = 100, 400
"""Replications of one value at most unless told otherwise; a share of them needs many to be shown."""


@dataclass(frozen=True)
class Seek:
    """What a search found.

    Attributes:
        name: of the scenario.
        key: what was varied.
        values: over which values, as written, in order.
        promise: what was to hold.
        share: in which share of replications; None for the mean over them.
        since: from which day on it is counted; None for the whole run.
        sought: the answer, see :class:`sim.experiment.seeking.Sought`.
        table: the evidence, a row for each value that was run: value, replications, estimate, low, high, decision, look.
        info: what ``study.json`` says.
        folder: where it was written; None if nowhere.
    """

    name: str
    key: str
    values: tuple[str, ...]
    promise: Promise
    share: float | None
    since: dt.date | None
    sought: Sought
    table: pd.DataFrame
    info: dict[str, Any]
    folder: Path | None = None

    @property
    def answer(self) -> str | None:
        """The value shown to keep the promise, as written; None where there is none. ``sought.outcome`` says whether that settles it."""
        return None if self.sought.answer is None else self.values[self.sought.answer]

    @property
    def unit(self) -> str:
        """Of the estimates: that of the figure, or ``share`` of replications."""
        return self.promise.figure.unit if self.share is None else "share"


def seek(
    scenario: Scenario,
    key: str,
    values: Sequence[str],
    promise: Promise,
    *,
    share: float | None = None,
    since: dt.date | None = None,
    largest: bool = False,
    confidence: float = CONFIDENCE,
    indifference: float | None = None,
    most: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Seek:
    """Find the smallest value for which a promise holds.

    Args:
        scenario: what is varied.
        key: a lever.
        values: in order, as written, see :func:`sim.scenario.grid.steps`.
        promise: what is to hold of the mean over replications.
        share: it is to hold in this share of replications instead.
        since: count from this day on.
        largest: seek the largest value instead.
        confidence: of the whole search.
        indifference: how near to the promise a value need not be told from it, in the figure's unit; of the share where one is promised. If
            left out 0.01 of a share, 1% of another promised value, or 0.05 where a share of replications is promised.
        most: replications of one value, at most; 100, or 400 where a share of them is promised, if left out.
        seed: of all luck; the scenario's if left out.
        workers, cluster, out, uncertain, progress: see :func:`sim.experiment.replications.run`.

    Raises:
        ScenarioError: what is wrong with the scenario at any of the values.
        QuestionError: if the question makes no sense.
        RunError: if the folder or the cluster cannot be used or a worker dies.
    """
    if promise.figure.unit == "date" and share is None:
        raise QuestionError(
            f"{promise.figure} has no mean where a replication never gets there: say in which share of replications it is to hold"
        )
    if since is not None and not scenario.period.from_ <= since <= scenario.period.to:
        raise QuestionError(f"expected a day of the run, {scenario.period.from_} to {scenario.period.to}, not {since}")
    most = most or (MOST if share is None else MOST_FOR_A_SHARE)
    if indifference is None:
        small = SMALL_SHARE if promise.figure.unit == "share" else SMALL_PART * abs(promise.value)
        indifference = SMALL_SHARE_OF_RUNS if share is not None else small
        if indifference == 0:
            raise QuestionError(f"'{promise}': say how near to 0 does not matter (an indifference), since one per cent of 0 is nothing")
    try:
        promised = Promised(promise.value, promise.at_least, share)
        plan = Plan(indifference=indifference, confidence=confidence, most=most, first=min(5, most))
    except ValueError as error:
        raise QuestionError(str(error)) from None
    if share is not None and first_chance(promised, plan, point_error(len(values), plan)) is None:
        raise QuestionError(
            f"even if all of {most} replications kept the promise, that would not show that {100 * share:.6g}% do: allow more than {most}"
        )
    points = [Point(one) for one in varied(scenario, [{key: value} for value in values])]
    seed = scenario.seed if seed is None else seed
    with open_study(out, seed, workers=workers, cluster=cluster, since=since, uncertain=uncertain, progress=progress) as study:
        sought = search(study.values(points, promise.figure), len(points), promised, plan, smallest=not largest)
        table = sought.table
        unit = promise.figure.unit if share is None else "share"
        table.insert(0, "value", [values[point] for point in table.pop("point")])
        asked = {
            "experiment": "seek",
            "scenario": scenario.name,
            "key": key,
            "values": list(values),
            "promise": str(promise),
            "share_of_replications": share,
            "counted_from": since,
            "sought": "largest" if largest else "smallest",
            "confidence": confidence,
            "indifference": indifference,
            "most": most,
            "outcome": sought.outcome,
            "answer": None if sought.answer is None else values[sought.answer],
        }
        info = study.finish(
            {"scenario.yaml": dump(scenario), "evidence.csv": csv(table.assign(unit=unit))},
            asked,
        )
    folder = None if out is None else Path(out)
    return Seek(scenario.name, key, tuple(values), promise, share, since, sought, table, info, folder)
