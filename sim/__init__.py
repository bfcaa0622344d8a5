"""Jobcentre capacity simulator: a scenario file in; waiting times, job entries and their uncertainty out.

>>> import sim
>>> scenario = sim.load("scenarios/one_jobcentre.yaml")
>>> result = sim.run(scenario, replications=10)
>>> result.summary, result.weekly, result.plot.waits()
>>> sim.compare(scenario, scenario.change({"jobcentres.High Street.coaches": "+1"}))
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario import Scenario, ScenarioError
    from sim.show.result import Comparison, Result

__all__ = ["Comparison", "Result", "Scenario", "ScenarioError", "__version__", "compare", "load", "run"]

try:
    __version__ = version("jobcentre-sim")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"

_ELSEWHERE = {"Comparison": "sim.show.result", "Result": "sim.show.result", "Scenario": "sim.scenario", "ScenarioError": "sim.scenario"}


def load(path: str | os.PathLike[str], set: Iterable[str] | Mapping[str, Any] = ()) -> Scenario:
    """Read and check a scenario file.

    Args:
        path: a YAML file.
        set: keys to change, as ``["KEY=VALUE", ...]`` or ``{KEY: VALUE}``; see :func:`sim.scenario.change`.

    Raises:
        ScenarioError: everything that is wrong, with file, line and column.
    """
    from sim.scenario import load

    return load(path, set.items() if isinstance(set, Mapping) else set)


def run(
    scenario: Scenario | str | os.PathLike[str],
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    people: bool = False,
    events: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Run a scenario, or the scenario in a file; see :func:`sim.experiment.replications.run`.

    With ``out`` the run folder gets the tables and figures; without, nothing is written.
    """
    from sim.experiment import replications as experiment
    from sim.show import charts
    from sim.show.result import Result

    given = _scenario(scenario)
    folder = None if out is None else Path(out)
    tables = experiment.run(
        given, replications=replications, seed=seed, workers=workers, out=folder, people=people, events=events, progress=progress
    )
    if folder is not None:
        charts.save(tables, folder / "figures", given)
    return Result.of_run(tables, given)


def compare(
    base: Scenario | Result | str | os.PathLike[str],
    *others: Scenario | Result | str | os.PathLike[str],
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Paired differences of scenarios from a base, each a scenario, its file or its result; see :func:`sim.experiment.compare.compare`.

    With ``out`` a folder gets the runs, ``comparison.csv`` and figures; without, nothing is written.
    """
    from sim.experiment import compare as experiment
    from sim.results import RunTables
    from sim.show import charts
    from sim.show.result import Comparison, Result

    given = [one if isinstance(one, RunTables) else _scenario(one) for one in (base, *others)]
    folder = None if out is None else Path(out)
    found = experiment.compare(*given, replications=replications, seed=seed, workers=workers, out=folder, progress=progress)
    if folder is not None:
        charts.write({name: make(found) for name, make in charts.COMPARISON_FIGURES.items()}, folder / "figures")
    runs = [
        done if isinstance(done, Result) else Result.of_run(done, None if isinstance(one, RunTables) else one)
        for done, one in zip((found.base, *found.others), given, strict=True)
    ]
    return Comparison(found.table, runs[0], tuple(runs[1:]))


def _scenario(given: Scenario | str | os.PathLike[str]) -> Scenario:
    return load(given) if isinstance(given, (str, os.PathLike)) else given


def __getattr__(name: str) -> Any:
    """Names that need the heavy libraries, found when first asked for."""
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
