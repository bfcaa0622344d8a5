"""Jobcentre capacity simulator: a scenario file in; waiting times, job entries and their uncertainty out.

>>> import sim
>>> scenario = sim.load("scenarios/one_jobcentre.yaml")
>>> result = sim.run(scenario, replications=10)
>>> result.summary, result.weekly, result.plot.waits()
>>> sim.compare(scenario, scenario.change({"jobcentres.High Street.coaches": "+1"}))
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sim.experiment.asked import Figure, QuestionError
    from sim.experiment.workers import RunError
    from sim.scenario import Scenario, ScenarioError
    from sim.show.answers import Answer, Explanation, Seek, Sensitivity, Sites, Sweep
    from sim.show.result import Comparison, Result

    ScenarioLike = Scenario | str | os.PathLike[str]

__all__ = [
    "Comparison",
    "QuestionError",
    "Result",
    "RunError",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "explain",
    "load",
    "run",
    "seek",
    "sensitivity",
    "sites",
    "sweep",
]


AnAnswer = TypeVar("AnAnswer", bound="Answer")
MEASURE = "first_meeting_wait.mean"
"""What a figure is of unless told otherwise."""

try:
    __version__ = version("jobcentre-sim")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"

_ELSEWHERE = {
    "Comparison": "sim.show.result",
    "QuestionError": "sim.experiment.asked",
    "Result": "sim.show.result",
    "RunError": "sim.experiment.workers",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
}


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
    scenario: ScenarioLike,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    people: bool = False,
    events: bool = False,
    progress: Callable[[int, int], None] | None = None,
    *,
    precision: float | None = None,
    measures: str | Sequence[str] = (),
    cluster: str | None = None,
    uncertain: bool = False,
) -> Result:
    """Run a scenario, or the scenario in a file; see :func:`sim.experiment.replications.run`.

    With ``out`` the run folder gets the tables and figures; without, nothing is written. ``precision`` is about the figures ``measures``,
    such as ``["first_meeting_wait.p90"]``; the mean wait for the first meeting held if left out.
    """
    from sim.experiment import replications as experiment
    from sim.show import charts
    from sim.show.result import Result

    given = _scenario(scenario)
    folder = None if out is None else Path(out)
    tables = experiment.run(
        given,
        replications=replications,
        precision=precision,
        figures=_figures(given, measures),
        seed=seed,
        workers=workers,
        cluster=cluster,
        out=folder,
        people=people,
        events=events,
        uncertain=uncertain,
        progress=progress,
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
    cluster: str | None = None,
    uncertain: bool = False,
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
    found = experiment.compare(
        *given, replications=replications, seed=seed, workers=workers, cluster=cluster, out=folder, uncertain=uncertain, progress=progress
    )
    if folder is not None:
        charts.write({name: make(found) for name, make in charts.COMPARISON_FIGURES.items()}, folder / "figures")
    runs = [
        done if isinstance(done, Result) else Result.of_run(done, None if isinstance(one, RunTables) else one)
        for done, one in zip((found.base, *found.others), given, strict=True)
    ]
    return Comparison(found.table, found.weekly, runs[0], tuple(runs[1:]))


def sweep(scenario: ScenarioLike, vary: Mapping[str, Sequence[Any]], measures: str | Sequence[str] = (), **options: Any) -> Sweep:
    """A grid over levers: every combination of the values of each key.

    Values are a list, or as on the command line ``"0.04,0.06"`` or ``"0..10/2"``. ``measures`` are the figures shown, such as
    ``["first_meeting_wait.p90"]``; the mean wait for the first meeting held if left out.
    Options are those of :func:`sim.experiment.sweep.sweep`.
    """
    from sim.experiment.sweep import sweep as experiment
    from sim.scenario.grid import listed
    from sim.show.answers import Sweep

    given = _scenario(scenario)
    values = {key: listed(f"{key}={its}")[1] if isinstance(its, str) else its for key, its in vary.items()}
    return _answer(Sweep, experiment(given, values, figures=_figures(given, measures), **options))


def explain(base: ScenarioLike, other: ScenarioLike, measures: str | Sequence[str] = (), **options: Any) -> Explanation:
    """Which lever made the difference: each added in turn, in the order in which the other file gives them, adding up to the whole.

    Options are those of :func:`sim.experiment.explain.explain`; ``order`` and ``groups`` choose another order and join levers.
    """
    from sim.experiment.explain import explain as experiment
    from sim.scenario.levers import order_of
    from sim.show.answers import Explanation

    given, its = _scenario(base), _scenario(other)
    _figures(its, measures)  # which has to have them too
    written = order_of(other) if isinstance(other, (str, os.PathLike)) else ()
    return _answer(Explanation, experiment(given, its, figures=_figures(given, measures), **{"written": written, **options}))


def seek(
    scenario: ScenarioLike,
    vary: str,
    low: Any,
    high: Any,
    until: str,
    step: Any = None,
    by: str | dt.date | None = None,
    **options: Any,
) -> Seek:
    """The smallest value of a key, from ``low`` to ``high`` in steps, for which a promise such as ``"review_delay <= 2"`` holds.

    Values are numbers, amounts such as ``"+10%"``, or dates. With ``by`` the promise is counted from that day on. Options are those of
    :func:`sim.experiment.seek.seek`, such as ``share``, ``confidence``, ``indifference``, ``largest`` and ``most``.
    """
    from sim.experiment.asked import Promise
    from sim.experiment.seek import seek as experiment
    from sim.scenario.grid import steps
    from sim.show.answers import Seek

    given = _scenario(scenario)
    promise = Promise.parse(until, given, from_a_day=by is not None)
    values = steps(str(low), str(high), None if step is None else str(step), "--from, --to and --step")
    since = dt.date.fromisoformat(by) if isinstance(by, str) else by
    return _answer(Seek, experiment(given, vary, values, promise, since=since, **options))


def sites(scenario: ScenarioLike, choose: int, measure: str = MEASURE, by: str | dt.date | None = None, **options: Any) -> Sites:
    """Which ``choose`` of the temporary jobcentres to open, those that cannot be told apart, and whether opening none is as good.

    With ``by`` the figure is counted from that day on. Options are those of :func:`sim.experiment.sites.sites`, such as ``candidates``,
    ``indifference`` and ``most``.
    """
    from sim.experiment.asked import Figure
    from sim.experiment.sites import sites as experiment
    from sim.show.answers import Sites

    given = _scenario(scenario)
    figure = Figure.parse(measure, given, from_a_day=by is not None)
    since = dt.date.fromisoformat(by) if isinstance(by, str) else by
    return _answer(Sites, experiment(given, choose, figure=figure, since=since, **options))


def sensitivity(scenario: ScenarioLike, measures: str | Sequence[str] = (), **options: Any) -> Sensitivity:
    """Which assumptions an answer hangs on, and how uncertain they make it.

    Options are those of :func:`sim.experiment.sensitivity.sensitivity`, such as ``methods``, ``only``, ``replications`` and ``draws``.
    """
    from sim.experiment.sensitivity import sensitivity as experiment
    from sim.show.answers import Sensitivity

    given = _scenario(scenario)
    return _answer(Sensitivity, experiment(given, figures=_figures(given, measures), **options))


def _figures(scenario: Scenario, measures: str | Sequence[str]) -> list[Figure]:
    from sim.experiment.asked import Figure

    return [Figure.parse(text, scenario) for text in ([measures] if isinstance(measures, str) else measures) or [MEASURE]]


def _answer(kind: type[AnAnswer], found: Any) -> AnAnswer:
    """What an experiment found, ready to be shown; its figures are drawn into its folder."""
    shown = kind.of(found)
    if found.folder is not None:
        shown.save(found.folder / "figures")
    return shown


def _scenario(given: ScenarioLike) -> Scenario:
    return load(given) if isinstance(given, (str, os.PathLike)) else given


def __getattr__(name: str) -> Any:
    """Names that need the heavy libraries, found when first asked for."""
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
