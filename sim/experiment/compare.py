"""Scenarios compared replication by replication.

In the same replication the same people have the same luck in every scenario, so most of what chance does cancels in the
difference, and its interval is that of the differences: usually far narrower than either scenario's own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiment.contrasts import HIGHER, LOWER, SAME, UNKNOWN, contrasts, verdict
from sim.experiment.replications import Progress, run
from sim.experiment.store import write_text
from sim.experiment.workers import RunError
from sim.results import MEASURE_KEYS, SPLIT, RunTables, csv, half_width
from sim.scenario import Scenario

__all__ = ["HIGHER", "LOWER", "SAME", "UNKNOWN", "Comparison", "compare"]

COLUMNS = ["base", "other", "measure", "statistic", *SPLIT]
NUMBERS = ["base_estimate", "other_estimate", "difference", "low", "high", "replications"]


@dataclass(frozen=True)
class Comparison:
    """Differences of scenarios from a base.

    Attributes:
        table: base, other, measure, statistic, jobcentre, area, age_group, programme, base_estimate, other_estimate, difference (other
            minus base), low, high, replications (pairs in which both have a value; estimates are over these), unit, verdict. A date differs
            by days. Each interval holds with 95% by itself: of many rows without a true difference one in twenty will show one.
            Below these are the rows of :data:`sim.experiment.contrasts.CONTRASTS`, whose ``difference`` is the figure itself.
        base: the run of the base.
        others: the runs of the others, in the order given.
    """

    table: pd.DataFrame
    base: RunTables
    others: tuple[RunTables, ...]


def compare(
    base: Scenario | RunTables,
    *others: Scenario | RunTables,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Paired differences of one or more scenarios from a base.

    Args:
        base: a scenario, which is run, or the tables of a run.
        others: the same.
        replications: how many; those of the first finished run given, or of the base scenario, if left out.
        seed: likewise.
        workers: processes.
        out: a folder for a run folder of each scenario and ``comparison.csv``.
        progress: told how many replications of all the scenarios to run are finished.

    Raises:
        RunError: if runs differ in seed, number of replications or period, or a run cannot go on.
        ValueError: if there is nothing to compare with.
    """
    if not others:
        raise ValueError("expected at least one scenario to compare with the base")
    inputs = (base, *others)
    finished = [given for given in inputs if isinstance(given, RunTables)]
    if finished:
        replications = finished[0].info["replications"] if replications is None else replications
        seed = finished[0].info["seed"] if seed is None else seed
    elif isinstance(base, Scenario):
        replications = base.replications if replications is None else replications
        seed = base.seed if seed is None else seed
    for done in finished:
        for what, value in (("seed", seed), ("replications", replications)):
            if (its := done.info[what]) != value:
                raise RunError(f"cannot pair runs: '{done.name}' has {what} {its}, not {value}; run it again with {what} {value}")
    periods = [_period(given) for given in inputs]
    for given, period in zip(inputs, periods, strict=True):
        if period != periods[0]:
            raise RunError(f"cannot pair runs: '{given.name}' runs {' to '.join(period)}, the base {' to '.join(periods[0])}")
    runs: list[RunTables] = []
    made, to_make = 0, len(inputs) - len(finished)
    for number, given in enumerate(inputs):
        if isinstance(given, RunTables):
            runs.append(given)
            continue
        folder = None if out is None else Path(out) / f"{number}_{re.sub(r'[^a-z0-9]+', '_', given.name.lower())[:60]}"
        told = _part_of(progress, made, to_make)
        runs.append(run(given, replications=replications, seed=seed, workers=workers, out=folder, progress=told))
        made += 1
    names = _distinct([one.name for one in runs])
    tables = [differences(runs[0], other, names[0], name) for other, name in zip(runs[1:], names[1:], strict=True)]
    result = Comparison(pd.concat(tables, ignore_index=True), runs[0], tuple(runs[1:]))
    if out is not None:
        write_text(Path(out), "comparison.csv", csv(result.table))
    return result


def differences(base: RunTables, other: RunTables, base_name: str, other_name: str) -> pd.DataFrame:
    """The table of one comparison, see :class:`Comparison`; only measures that both runs have, then what only both together tell."""
    pairs = base.replications.merge(other.replications, on=["replication", *MEASURE_KEYS], suffixes=("_base", "_other"))
    pairs = pairs.assign(difference=pairs["value_other"] - pairs["value_base"])
    pairs.loc[pairs["difference"].isna(), ["value_base", "value_other"]] = np.nan
    grouped = pairs.groupby(MEASURE_KEYS, sort=False, observed=True)
    table = grouped[["value_base", "value_other", "difference"]].mean().reset_index()
    spread = grouped["difference"].agg(["std", "count"])
    half = half_width(spread["std"].to_numpy(), spread["count"].to_numpy())
    table = table.rename(columns={"value_base": "base_estimate", "value_other": "other_estimate"})
    table["low"], table["high"] = table["difference"] - half, table["difference"] + half
    table["replications"] = spread["count"].to_numpy(dtype=np.int32)
    table["verdict"] = verdict(*(table[name].to_numpy() for name in ("difference", "low", "high")))
    table = pd.concat([table, contrasts(base, other)], ignore_index=True)
    table["base"], table["other"] = base_name, other_name
    return table[[*COLUMNS, *NUMBERS, "unit", "verdict"]]


def _period(given: Scenario | RunTables) -> list[str]:
    """First and last day, ISO."""
    if isinstance(given, RunTables):
        return list(given.info["period"])
    return [given.period.from_.isoformat(), given.period.to.isoformat()]


def _part_of(progress: Progress | None, before: int, runs: int) -> Progress | None:
    """Progress of one run as progress of all of them."""
    return progress and (lambda done, total: progress(before * total + done, runs * total))


def _distinct(names: list[str]) -> list[str]:
    """Names by which runs can be told apart, also where two scenarios have the same."""
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct
