"""Which assumptions an answer hangs on, and how uncertain they make it.

Four ways of looking, each a design of positions of the assumptions in their intervals (:mod:`sim.experiment.designs`) and what the
outputs tell (:mod:`sim.experiment.indices`): one at a time (a tornado), a Latin hypercube over all at once, Morris's screening where
there are many, and Sobol indices where there are few.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.asked import Figure, QuestionError
from sim.experiment.designs import Design, Trajectories, as_table, one_at_a_time, saltelli, trajectories
from sim.experiment.indices import VarianceComponents, morris, rank_correlations, sobol, tornado, variance_components
from sim.experiment.job import Job, Point
from sim.experiment.study import LUCK_PER_DRAW, Progress, Study, open_study
from sim.luck import Luck, Purpose, Subject, name_hash
from sim.results import csv
from sim.scenario import Scenario, dump
from sim.scenario.problems import nearest
from sim.scenario.uncertainty import Factor, factors, latin

TORNADO, LATIN, MORRIS, SOBOL = "tornado", "latin", "morris", "sobol"
METHODS = (TORNADO, LATIN, MORRIS, SOBOL)
MOST_FOR_SOBOL = 12
"""Factors for which indices are worth their runs; above, screen first."""
FEWEST_DRAWS, DRAWS_EACH = 100, 3
"""Draws of the Latin hypercube unless told otherwise, and at least so many for each assumption. Of a hundred draws the 2.5% and 97.5%
quantiles lie inside what was drawn; and correlations that hold the other assumptions constant need more than two draws for each."""
_DATED = ["mean", *(f"{name}_{end}" for name in ("monte_carlo", "interval", "range") for end in ("low", "high"))]
"""What in ``uncertainty.csv`` is a date where the figure is one; the variances are of days."""
_OF_MORRIS = 16
"""The first count of luck that Morris's design takes; those below belong to draws."""


@dataclass(frozen=True)
class Sensitivity:
    """What was found, a table for each way of looking that was asked for.

    Attributes:
        name: of the scenario.
        figures: what it is about.
        factors: factor, label, members, keys (how many), low, as_written, high, interval, unit, confidence, source.
        tables: by method; each begins with ``figure`` and ``factor``, see :mod:`sim.experiment.indices`. That of ``tornado`` has ``base``,
            the figure with all assumptions as written, and in place of ``part`` the ``member`` of a set; that of ``latin`` the rank
            correlations.
        components: of the Latin hypercube, by figure: how uncertain it is, and how much of that is luck.
        draws: of the Latin hypercube: draw, then a column for each figure (mean over its replications) and each factor (its position).
        info: what ``study.json`` says.
        folder: where it was written; None if nowhere.
    """

    name: str
    figures: tuple[Figure, ...]
    factors: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    components: dict[str, VarianceComponents]
    draws: pd.DataFrame
    info: dict[str, Any]
    folder: Path | None = None

    def rows(self, method: str, figure: Figure) -> pd.DataFrame:
        """What a method told of one figure, with ``label`` and ``interval`` of each assumption."""
        table = self.tables[method]
        table = table[table["figure"] == str(figure)]
        return table.merge(self.factors[["factor", "label", "interval"]], on="factor", how="left")


def sensitivity(
    scenario: Scenario,
    *,
    figures: Sequence[Figure],
    methods: Sequence[str] = (TORNADO, LATIN),
    only: Sequence[str] = (),
    policy: bool = False,
    replications: int = 4,
    draws: int | None = None,
    paths: int = 10,
    rows: int = 64,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Vary the assumptions within their intervals.

    Args:
        scenario: whose.
        figures: what may hang on them.
        methods: of :data:`METHODS`. The tornado tells by how much each assumption alone moves a figure, the Latin hypercube how much all
            leave open together; Morris's screening and Sobol indices, which tell also what assumptions do in combination, take several
            times as many replications and are made on request.
        only: names or labels of factors; the others stay as written. All if left out.
        policy: also vary what a planner decides.
        replications: at each point, with the same luck at all, so that differences from point to point are paired.
        draws: points of the Latin hypercube, each with two replications with luck of their own; see :data:`FEWEST_DRAWS` if left out.
        paths: Morris's trajectories.
        rows: of the Sobol sequence, a power of two.
        seed: of all luck; the scenario's if left out.
        workers, cluster, out, progress: see :func:`sim.experiment.replications.run`. The number of replications is known from the start,
            see :func:`cost`.

    Raises:
        QuestionError: for a method or factor that is none, too many factors for Sobol indices, or a figure without values.
        ScenarioError: if intervals contradict one another.
        RunError: if the folder or the cluster cannot be used or a worker dies.
    """
    chosen = _chosen(scenario, only, policy)
    _check(methods, chosen, replications, draws, paths, rows)
    seed = scenario.seed if seed is None else seed
    designs = _designs(chosen, methods, seed, draws, paths, rows)
    point = Point(scenario)
    with open_study(out, seed, workers=workers, cluster=cluster, progress=progress) as study:
        jobs = {name: _jobs(study, point, name, design, replications) for name, design in designs.items()}
        first = next(iter(jobs.values()))[0][:1]
        for figure in figures:  # one that the scenario does not have is said at once
            study.figures([first], figure)
        study.make(job for points in jobs.values() for row in points for job in row)
        values = {name: [study.figures(rows, figure) for figure in figures] for name, rows in jobs.items()}
        tables, components = _told(designs, values, figures, seed)
        drawn = pd.DataFrame()
        if LATIN in designs:
            positions = [designs[LATIN].positions(number) for number in range(len(designs[LATIN].points))]
            drawn = as_table({factor.name: factor.members for factor in chosen}, positions)
            for column, (figure, its) in enumerate(zip(figures, values[LATIN], strict=True), start=1):
                drawn.insert(column, str(figure), its.mean(axis=1))
        if TORNADO in tables:
            _name_members(tables[TORNADO], chosen)
        listed = _listed(chosen)
        asked = {
            "experiment": "sensitivity",
            "scenario": scenario.name,
            "figures": [str(figure) for figure in figures],
            "factors": [factor.name for factor in chosen],
            "methods": {name: {"points": len(rows), "replications_of_each": len(rows[0])} for name, rows in jobs.items()},
        }
        files = {"scenario.yaml": dump(scenario), "factors.csv": csv(listed)}
        dates = [str(figure) for figure in figures if figure.unit == "date"]
        for name, table in tables.items():
            files[f"{name}.csv"] = csv(_in_dates(table, table["figure"].isin(dates), ["base"] if name == TORNADO else []))
        if LATIN in designs:
            files["draws.csv"] = csv(_in_dates(drawn, True, dates))
            flat = pd.DataFrame([{"figure": name, **_flat(one)} for name, one in components.items()])
            files["uncertainty.csv"] = csv(_in_dates(flat, flat["figure"].isin(dates), _DATED))
        info = study.finish(files, asked)
    return Sensitivity(scenario.name, tuple(figures), listed, tables, components, drawn, info, None if out is None else Path(out))


def cost(
    scenario: Scenario,
    *,
    methods: Sequence[str] = (TORNADO, LATIN),
    only: Sequence[str] = (),
    policy: bool = False,
    replications: int = 4,
    draws: int | None = None,
    paths: int = 10,
    rows: int = 64,
) -> dict[str, int]:
    """How many replications each method takes, as asked of :func:`sensitivity`.

    Raises:
        QuestionError: as there.
    """
    chosen = _chosen(scenario, only, policy)
    _check(methods, chosen, replications, draws, paths, rows)
    numbers, each = sum(factor.size for factor in chosen), len(chosen)
    points = {TORNADO: 1 + 2 * numbers, LATIN: _draws(chosen, draws), MORRIS: paths * (each + 1), SOBOL: rows * (each + 2)}
    return {name: points[name] * (LUCK_PER_DRAW if name == LATIN else replications) for name in METHODS if name in methods}


def _draws(chosen: Sequence[Factor], draws: int | None) -> int:
    return max(FEWEST_DRAWS, DRAWS_EACH * len(chosen)) if draws is None else draws


def _designs(chosen: Sequence[Factor], methods: Sequence[str], seed: int, draws: int | None, paths: int, rows: int) -> dict[str, Design]:
    """By method, in the order of :data:`METHODS`."""
    sizes = {factor.name: factor.size for factor in chosen}
    luck = Luck(seed, 0)

    def spread() -> Design:
        each = latin(chosen, seed, _draws(chosen, draws))
        return Design(sizes, np.array([[position for name in sizes for position in one[name]] for one in each]))

    def uniform(name: str, trajectory: int, count: int) -> float:
        return luck.uniform(Subject(name_hash(name), 0, trajectory), Purpose.ASSUMPTION, _OF_MORRIS + count)

    makers: dict[str, Callable[[], Design]] = {
        TORNADO: lambda: one_at_a_time(sizes),
        LATIN: spread,
        MORRIS: lambda: trajectories(sizes, paths, uniform),
        SOBOL: lambda: saltelli(sizes, rows, seed),
    }
    return {name: makers[name]() for name in METHODS if name in methods}


def _jobs(study: Study, point: Point, method: str, design: Design, replications: int) -> list[list[Job]]:
    """By point: with the same replications at each, but of the Latin hypercube with luck of its own, as in every random draw."""
    each, own = (LUCK_PER_DRAW, LUCK_PER_DRAW) if method == LATIN else (replications, 0)
    return [[study.job(point, number * own + i, design.positions(number)) for i in range(each)] for number in range(len(design.points))]


def _told(
    designs: Mapping[str, Design], values: Mapping[str, Sequence[NDArray[np.float64]]], figures: Sequence[Figure], seed: int
) -> tuple[dict[str, pd.DataFrame], dict[str, VarianceComponents]]:
    """What the values of each figure tell: tables by method, and of the Latin hypercube components by figure."""
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in designs}
    components: dict[str, VarianceComponents] = {}
    for name, design in designs.items():
        for figure, its in zip(figures, values[name], strict=True):
            try:
                if name == TORNADO:
                    table = _end_by_end(design, its)
                    table.insert(2, "base", np.nanmean(its[0]) if np.isfinite(its[0]).any() else np.nan)
                elif name == LATIN:
                    components[str(figure)] = variance_components(its, np.arange(its.size).reshape(its.shape))
                    table = rank_correlations(design, its)
                elif name == MORRIS:
                    assert isinstance(design, Trajectories)
                    table = morris(design, its)
                else:
                    table = sobol(design, its, seed)
            except ValueError as error:
                raise QuestionError(f"{figure}: {error}") from None
            table.insert(0, "figure", str(figure))
            tables[name].append(table)
    return {name: pd.concat(each, ignore_index=True) for name, each in tables.items()}, components


def _end_by_end(design: Design, outputs: NDArray[np.float64]) -> pd.DataFrame:
    """The tornado, but where no replication has a value at base, low and high alike, each end by itself; those of which an end has none
    at all come first, since no swing is as wide."""
    table = tornado(design, outputs)
    none = (table["replications"] == 0).to_numpy()
    of_either = np.zeros(len(table), dtype=int)
    for end, other in (("low", 2), ("high", 1)):
        alone = outputs.copy()
        alone[other::2] = outputs[0]
        found = tornado(design, alone).set_index(["factor", "part"]).loc[[*zip(table["factor"], table["part"], strict=True)]]
        columns = [f"at_{end}", f"at_{end}_from", f"at_{end}_to"]
        table.loc[none, columns] = found[columns].to_numpy()[none]
        table.loc[none, "told"] |= found["told"].to_numpy()[none]
        of_either = np.maximum(of_either, np.where(none, found["replications"].to_numpy(), 0))
    table["replications"] = np.maximum(table["replications"], of_either)
    both = table[["at_low", "at_high"]].to_numpy(dtype=float)
    swing = np.maximum(both.max(axis=1), 0) - np.minimum(both.min(axis=1), 0)
    table["swing"] = table["swing"].where(table["swing"].notna(), swing)
    return table.sort_values("swing", ascending=False, kind="stable", na_position="first", ignore_index=True)


def _in_dates(table: pd.DataFrame, rows: pd.Series[bool] | bool, columns: Sequence[str]) -> pd.DataFrame:
    """A copy to be written, with days since 1970 in ISO."""
    table = table.copy()
    for name in columns:
        which = pd.Series(rows, index=table.index)
        days = table[name].astype(float)
        table[name] = [
            None if its and math.isnan(value) else (dt.date(1970, 1, 1) + dt.timedelta(round(value))).isoformat() if its else value
            for its, value in zip(which, days, strict=True)
        ]
    return table


def _name_members(table: pd.DataFrame, chosen: Sequence[Factor]) -> None:
    """A number of a set by the name of its member."""
    members = {factor.name: factor.members for factor in chosen}
    part = table.columns.get_loc("part")
    assert isinstance(part, int)
    named = [members[name][number] for name, number in zip(table["factor"], table.pop("part"), strict=True)]
    table.insert(part, "member", named)


def _chosen(scenario: Scenario, only: Sequence[str], policy: bool) -> tuple[Factor, ...]:
    there = factors(scenario, policy)
    if not there:
        raise QuestionError("the scenario has no assumption with an interval: give numbers a low and a high")
    known = {name for factor in there for name in (factor.name, factor.label)}
    for name in only:
        if name not in known:
            hint = nearest(name, known)
            raise QuestionError(f"'{name}' is no assumption with an interval" + (f"; did you mean '{hint}'?" if hint else ""))
    return tuple(factor for factor in there if not only or factor.name in only or factor.label in only)


def _check(methods: Sequence[str], chosen: Sequence[Factor], replications: int, draws: int | None, paths: int, rows: int) -> None:
    if not methods:
        raise QuestionError(f"expected a method, one of {', '.join(METHODS)}")
    for method in methods:
        if method not in METHODS:
            raise QuestionError(f"expected methods of {', '.join(METHODS)}, not '{method}'")
    if SOBOL in methods and len(chosen) > MOST_FOR_SOBOL:
        raise QuestionError(
            f"Sobol indices of {len(chosen)} assumptions take {rows * (len(chosen) + 2):,} points of {replications} replications: choose "
            f"at most {MOST_FOR_SOBOL} of them, such as the first of a tornado, or screen with the method morris"
        )
    if replications < 2 or (draws is not None and draws < 2) or paths < 2:
        raise QuestionError(f"expected at least 2 replications, draws and paths, not {replications}, {draws} and {paths}")
    if rows < 2 or rows & (rows - 1):
        raise QuestionError(f"expected a power of two as the number of rows, such as 64, not {rows}")


def _listed(chosen: Sequence[Factor]) -> pd.DataFrame:
    rows = []
    for factor in chosen:
        low, value, high = factor.in_words
        beside = {"confidence": "; ".join(factor.confidences), "source": "; ".join(factor.sources)}
        label = {"factor": factor.name, "label": factor.label, "members": "; ".join(factor.members), "keys": len(factor.keys)}
        rows.append(label | {"low": low, "as_written": value, "high": high, "interval": factor.interval, "unit": factor.unit} | beside)
    return pd.DataFrame(rows)


def _flat(one: VarianceComponents) -> dict[str, float]:
    """Intervals in two columns each."""
    out: dict[str, float] = {}
    for name, value in vars(one).items():
        out |= {f"{name}_low": value[0], f"{name}_high": value[1]} if isinstance(value, tuple) else {name: value}
    return out
