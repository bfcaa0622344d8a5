"""Which lever made the difference between two scenarios: each added in turn, adding up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.asked import Figure
from sim.experiment.explaining import contributions
from sim.experiment.job import Point
from sim.experiment.study import Progress, open_study
from sim.results import csv
from sim.scenario import Scenario, dump
from sim.scenario.factors import Assumption, factors
from sim.scenario.levers import chain, with_levers
from sim.scenario.tree import Path as Key

INTERVALS = "other intervals"
"""The last step where the assumptions vary and some have another interval in the other scenario."""


@dataclass(frozen=True)
class Explanation:
    """What each lever contributes.

    Attributes:
        name, other: of the two scenarios.
        levers: what is new at each step, in words.
        table: figure, key (of the levers of the step), then as :func:`sim.experiment.explaining.contributions`, with the unit: a row for
            each step, and the whole.
        figures: what it is about.
        info: what ``study.json`` says.
        folder: where it was written; None if nowhere.
    """

    name: str
    other: str
    levers: tuple[str, ...]
    table: pd.DataFrame
    figures: tuple[Figure, ...]
    info: dict[str, Any]
    folder: Path | None = None

    def rows(self, figure: Figure) -> pd.DataFrame:
        """The steps of one figure, and the whole."""
        return self.table[self.table["figure"] == str(figure)].reset_index(drop=True)


def explain(
    base: Scenario,
    other: Scenario,
    *,
    figures: Sequence[Figure],
    order: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    written: Sequence[Key] = (),
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Explanation:
    """Run the scenarios on the way from one to another.

    Args:
        base, other: scenarios over the same days.
        figures: what the contributions are to.
        order, groups, written: in which order levers are added, see :func:`sim.scenario.levers.levers`.
        replications, seed: of the base if left out.
        workers, cluster, out, uncertain, progress: see :func:`sim.experiment.replications.run`.

    Raises:
        ScenarioError: if there is nothing to explain, or a key is not among what differs.
        RunError: if the folder or the cluster cannot be used or a worker dies.
    """
    steps = chain(base, other, order=order, groups=groups, written=written)
    scenarios = [step.scenario for step in steps]
    replications = base.replications if replications is None else replications
    levers = tuple(step.words for step in steps[1:])
    keys = [", ".join(lever.key for lever in step.levers) for step in steps[1:]]
    together = with_levers(base, [lever for step in steps for lever in step.levers])
    if uncertain and (apart := _intervals_apart(together, other)):
        scenarios.insert(-1, together)
        levers, keys = (*levers, f"{INTERVALS}: {', '.join(apart)}"), [*keys, INTERVALS]
    points = [Point(scenario) for scenario in scenarios]
    seed = base.seed if seed is None else seed
    with open_study(out, seed, workers=workers, cluster=cluster, uncertain=uncertain, progress=progress) as study:
        tables = []
        for figure in figures:
            found = contributions(study.values(points, figure)([*range(len(points))], replications), levers)
            found.insert(0, "figure", str(figure))
            found.insert(1, "key", [*keys, "all"])
            tables.append(found.assign(unit=figure.unit))
        table = pd.concat(tables, ignore_index=True)
        asked = {
            "experiment": "explain",
            "scenario": base.name,
            "other": other.name,
            "levers": list(levers),
            "figures": [str(figure) for figure in figures],
            "replications": replications,
        }
        files = {"scenario.yaml": dump(base), "other.yaml": dump(other), "explanation.csv": csv(table)}
        info = study.finish(files, asked)
    return Explanation(base.name, other.name, levers, table, tuple(figures), info, None if out is None else Path(out))


def _intervals_apart(base: Scenario, other: Scenario) -> list[str]:
    """Assumptions of which only the interval differs. That is no lever, but where assumptions vary it does something."""
    ours, theirs = ({factor.name: factor.entries for factor in factors(one)} for one in (base, other))
    return [name for name in dict.fromkeys((*ours, *theirs)) if _ends(ours.get(name, ())) != _ends(theirs.get(name, ()))]


def _ends(entries: Sequence[Assumption]) -> list[tuple[object, ...]]:
    return [(one.path, one.low, one.high) for one in entries]
