"""How fast the engine is: appointments a second, the ratio to the oracle, and where the time goes.

Run with ``python -m benchmarks.engine`` from the top of the repository. The ratio is taken on one scenario within this process, with
event logs shown to be identical; absolute figures hold for the machine they were taken on.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from statistics import median
from typing import Any

from sim.experiment.replications import run
from sim.model import clerk, working_day
from sim.model.simulation import simulate
from sim.scenario import Scenario, load

REGION, SMALL = "scenarios/west_midlands.yaml", "scenarios/one_jobcentre.yaml"
WITH_PROGRAMMES = "scenarios/west_midlands_programmes.yaml"


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of this process and what the function returned."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


@contextmanager
def phases(seconds: dict[str, float]) -> Any:
    """Add up the time inside each compiled phase of the day."""
    where = {"survey": working_day, "live": working_day, "bump": clerk, "book": clerk}
    originals = {name: getattr(module, name) for name, module in where.items()}

    def stopwatch(name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            start = time.process_time()
            try:
                return originals[name](*args)
            finally:
                seconds[name] += time.process_time() - start

        return call

    try:
        for name, module in where.items():
            setattr(module, name, stopwatch(name))
        yield
    finally:
        for name, function in originals.items():
            setattr(where[name], name, function)


def appointments(scenario: Scenario, runs: int) -> None:
    """Appointments a second over a replication of the region, and the share of time by phase."""
    simulate(scenario, 1, 0)
    taken, seconds = [], defaultdict(float)
    for i in range(runs):
        spent, record = timed(lambda i=i: simulate(scenario, 1, i))  # type: ignore[misc]
        taken.append(spent)
    served = int(record.people["held"].sum() + record.people["missed"].sum())
    print(f"{scenario.name}: {len(record.people):,} people, {served:,} appointments a replication")
    print(f"  {median(taken):.2f} s a replication (processor time, median of {runs}): {served / median(taken):,.0f} appointments a second")
    with phases(seconds):
        whole, _ = timed(lambda: simulate(scenario, 1, 0))
    meaning = {"live": "appointments and hazards", "book": "the clerk", "bump": "bumping", "survey": "the first list"}
    for name, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"  {spent / whole:6.1%}  {meaning[name]}")
    print(f"  {1 - sum(seconds.values()) / whole:6.1%}  everything else: drawing people, capacity, the clock, writing down")


def against_oracle(scenario: Scenario, runs: int) -> None:
    """The ratio of the oracle's time to the engine's on a scenario on which both give the same event log."""
    from tests.oracle.compare import engine_events  # here, since every worker process imports this module
    from tests.oracle.model import run_oracle

    engine_events(scenario, 1, 0)
    ratios = []
    for i in range(runs):
        slow, expected = timed(lambda i=i: run_oracle(scenario, 1, i))  # type: ignore[misc]
        fast, events = timed(lambda i=i: engine_events(scenario, 1, i))  # type: ignore[misc]
        if [tuple(event) for event in events] != expected:
            sys.exit("engine and oracle differ: no ratio can be given")
        ratios.append(slow / fast)
    print(f"{scenario.name}: the oracle takes {median(ratios):.0f} times as long, event logs identical ({len(expected):,} events)")


def with_and_without(plain: Scenario, full: Scenario, runs: int) -> None:
    """How much longer a replication takes with programmes, vacancies, returns and hubs than without, turn by turn."""
    simulate(full, 1, 0)
    ratios = []
    for i in range(runs):
        without, _ = timed(lambda i=i: simulate(plain, 1, i))  # type: ignore[misc]
        with_them, _ = timed(lambda i=i: simulate(full, 1, i))  # type: ignore[misc]
        ratios.append(with_them / without)
    print(f"{full.name}: {median(ratios):.2f} times as long as {plain.name} (median of {runs})")


def whole_run(scenario: Scenario, replications: int) -> None:
    """Wall time of a run with two workers, as a planner waits for it."""
    start = time.perf_counter()
    run(scenario, replications=replications, workers=2)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{replications} replications on two workers: {time.perf_counter() - start:.1f} s, at most {children:.0f} MB a process")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--replications", type=int, default=10)
    chosen = options.parse_args()
    tenfold = {key: "*10" for key in ("areas.*.claimants", "areas.*.claims_per_week", "jobcentres.*.coaches", "jobcentres.*.desks")}
    against_oracle(load(SMALL).change(tenfold), chosen.runs)
    appointments(load(REGION), chosen.runs)
    with_and_without(load(REGION), load(WITH_PROGRAMMES), chosen.runs)
    whole_run(load(REGION), chosen.replications)


if __name__ == "__main__":
    main()
