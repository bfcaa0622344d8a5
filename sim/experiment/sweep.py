"""A grid over levers: every combination of their values with the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.asked import Figure
from sim.experiment.job import Point
from sim.experiment.study import Progress, open_study, over_points, whole_draws
from sim.results import MEASURE_KEYS, by_draw, csv, half_width, over_replications
from sim.scenario import Scenario, dump
from sim.scenario.grid import grid, varied

BESIDE = ["difference", "difference_low", "difference_high"]


@dataclass(frozen=True)
class Sweep:
    """What came out at each point of a grid.

    Attributes:
        name: of the scenario that was varied.
        vary: the values of each key, as written.
        table: a column for each key, then measure, statistic, jobcentre, area, age_group, programme, unit, estimate, low, high,
            replications, and the paired difference from the first point with its interval: difference, difference_low, difference_high.
            Where the assumptions were varied too, with the same draws at every point, all of it is over draws, and there are also draws,
            range_low, range_high and luck_share, see :func:`sim.results.draws.draw_range`.
        figures: what is shown of it.
        info: what ``study.json`` says.
        folder: where it was written; None if nowhere.
    """

    name: str
    vary: dict[str, list[str]]
    table: pd.DataFrame
    figures: tuple[Figure, ...]
    info: dict[str, Any]
    folder: Path | None = None

    def rows(self, figure: Figure) -> pd.DataFrame:
        """The rows of one figure, a row for each point, in the order of the grid."""
        its = np.ones(len(self.table), dtype=bool)
        for key in MEASURE_KEYS[:-1]:
            its &= (self.table[key] == getattr(figure, key)).to_numpy()
        return self.table[its].reset_index(drop=True)


def sweep(
    scenario: Scenario,
    vary: Mapping[str, Sequence[Any]],
    *,
    figures: Sequence[Figure],
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Run every combination of values.

    Args:
        scenario: what is varied.
        vary: values by key; text is read as on the command line.
        figures: what is shown; the table has every measure.
        replications, seed: of the scenario if left out.
        workers, cluster, out, uncertain, progress: see :func:`sim.experiment.replications.run`.

    Raises:
        ScenarioError: what is wrong with any of the combinations.
        QuestionError: if draws of the assumptions would not have the same number of replications.
        RunError: if the folder or the cluster cannot be used or a worker dies.
    """
    combinations = grid(vary)
    points = [Point(one) for one in varied(scenario, combinations)]
    replications = scenario.replications if replications is None else replications
    if uncertain:
        whole_draws(replications)
    seed = scenario.seed if seed is None else seed
    with open_study(out, seed, workers=workers, cluster=cluster, uncertain=uncertain, progress=progress) as study:
        for figure in figures:
            study.figures([[study.job(point, i) for i in range(replications)] for point in points], figure)
        values = over_points(study, points, replications)
        named = pd.DataFrame([{key: _name(value) for key, value in one.items()} for one in combinations])
        table = _table(values, named, study.per_draw)
        written = {key: [_name(value) for value in values] for key, values in vary.items()}
        asked = {
            "experiment": "sweep",
            "scenario": scenario.name,
            "vary": written,
            "figures": [str(figure) for figure in figures],
            "replications": replications,
        }
        info = study.finish({"scenario.yaml": dump(scenario), "sweep.csv": csv(table)}, asked)
    return Sweep(scenario.name, written, table, tuple(figures), info, None if out is None else Path(out))


def _table(values: pd.DataFrame, named: pd.DataFrame, per_draw: int) -> pd.DataFrame:
    """Estimates by point with their intervals, and paired differences from the first point; over draws of the assumptions where
    replications share them."""
    keys = ["point", *MEASURE_KEYS]
    table = over_replications(values, keys, per_draw)
    if per_draw > 1:
        values = by_draw(values, keys, per_draw)
    first = values[values["point"] == 0].drop(columns="point")
    paired = values.merge(first, on=["replication", *MEASURE_KEYS], suffixes=("", "_first"))
    spread = (paired["value"] - paired["value_first"]).groupby([paired[key] for key in keys], sort=False, observed=True)
    both = spread.agg(["mean", "std", "count"]).reset_index()
    half = half_width(both["std"].to_numpy(), both["count"].to_numpy())
    both = both.assign(difference=both["mean"], difference_low=both["mean"] - half, difference_high=both["mean"] + half)
    table = table.merge(both[[*keys, *BESIDE]], on=keys, how="left")
    at = table.pop("point").to_numpy()
    return pd.concat([named.iloc[at].reset_index(drop=True), table], axis=1)


def _name(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
