"""Scenarios compared replication by replication.

In the same replication the same people have the same luck in every scenario, so most of what chance does cancels in the
difference, and its interval is that of the differences: usually far narrower than either scenario's own.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiment.contrasts import HIGHER, LOWER, SAME, UNKNOWN, contrasts, verdict
from sim.experiment.controls import controlled
from sim.experiment.job import CODE, software
from sim.experiment.replications import run
from sim.experiment.store import COMPARISON, KIND, RUN, clearly, entered, parquet, whole, write_text
from sim.experiment.study import Progress
from sim.experiment.workers import RunError, Workers
from sim.results import ALL, MEASURE_KEYS, OVER_DRAWS, SPLIT, WEEKLY_KEYS, RunTables, by_draw, csv, draw_range, half_width
from sim.scenario import Scenario

__all__ = ["HIGHER", "LOWER", "SAME", "UNKNOWN", "Comparison", "compare"]

COLUMNS = ["base", "other", "measure", "statistic", *SPLIT]
FILES = (COMPARISON, "comparison.csv", "comparison_weekly.parquet", "figures")
"""Beside the run folders, whose names are a number and that of the scenario."""
_RUN_FOLDER = re.compile(r"\d+_[a-z0-9_]*")
NUMBERS = ["base_estimate", "other_estimate", "difference", "low", "high", "replications"]
BESIDE = ["variance_ratio", "adjusted", "adjusted_low", "adjusted_high", "adjusted_freedom"]


ROUNDING = 1e-12
"""Below this share of the values, differences that scatter do so by rounding."""


@dataclass(frozen=True)
class Comparison:
    """Differences of scenarios from a base.

    Attributes:
        table: base, other, measure, statistic, jobcentre, area, age_group, programme, base_estimate, other_estimate, difference (other
            minus base), low, high, replications (pairs in which both have a value; estimates are over these), unit, verdict. A date differs
            by days. Each interval holds with 95% by itself: of many rows without a true difference one in twenty will show one.
            Below these are the rows of :data:`sim.experiment.contrasts.CONTRASTS`, whose ``difference`` is the figure itself.
            Beside them: variance_ratio, of the difference between runs with luck of their own over that between these, so how many times
            as many replications those would need; and where the number of new claims, whose mean is known, tells something of the
            difference, adjusted, adjusted_low, adjusted_high and adjusted_freedom (degrees), see :mod:`sim.experiment.controls`.
            Where the assumptions were varied too, with the same draws in both, estimates and intervals are over draws, and draws,
            range_low, range_high and luck_share tell how far draws differ in the difference, see :func:`sim.results.draws.draw_range`.
        weekly: the same by week (its Monday), area, programme, measure and statistic, without verdicts.
        base: the run of the base.
        others: the runs of the others, in the order given.
    """

    table: pd.DataFrame
    weekly: pd.DataFrame
    base: RunTables
    others: tuple[RunTables, ...]


def compare(
    base: Scenario | RunTables,
    *others: Scenario | RunTables,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Paired differences of one or more scenarios from a base.

    Args:
        base: a scenario, which is run, or the tables of a run.
        others: the same.
        replications: how many; those of the first finished run given, or of the base scenario, if left out.
        seed: likewise.
        workers, cluster, uncertain: see :func:`sim.experiment.replications.run`.
        out: a folder for a run folder of each scenario, ``comparison.csv``, ``comparison_weekly.parquet`` and, written last,
            ``comparison.json``; what another comparison left there goes.
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
        for what, value in (("seed", seed), ("replications", replications), ("uncertain", uncertain)):
            its = bool(done.info.get(what)) if what == "uncertain" else done.info[what]
            if its != value:
                raise RunError(f"cannot pair runs: '{done.name}' has {what} {its}, not {value}; run it again with {what} {value}")
        if done.info.get("code", CODE) != CODE:
            raise RunError(f"cannot pair runs: '{done.name}' was made by another version of the program; run it again")
    periods = [_period(given) for given in inputs]
    for given, period in zip(inputs, periods, strict=True):
        if period != periods[0]:
            raise RunError(f"cannot pair runs: '{given.name}' runs {' to '.join(period)}, the base {' to '.join(periods[0])}")
    runs: list[RunTables] = []
    folders: list[str] = []
    made, to_make = 0, len(inputs) - len(finished)
    with ExitStack() as stack:
        folder = None if out is None else stack.enter_context(entered(out, COMPARISON))
        if folder is not None:
            _forget(folder, FILES)
        staff = stack.enter_context(Workers(workers, cluster))
        for number, given in enumerate(inputs):
            if isinstance(given, RunTables):
                runs.append(given)
                continue
            its = None if folder is None else folder / f"{number}_{re.sub(r'[^a-z0-9]+', '_', given.name.lower())[:60]}"
            told = _part_of(progress, made, to_make)
            one = run(given, replications=replications, seed=seed, workers=staff, out=its, uncertain=uncertain, progress=told)
            runs.append(one)
            made += 1
            if its is not None:
                folders.append(its.name)
        names = _distinct([one.name for one in runs])
        pairs = list(zip(runs[1:], names[1:], strict=True))
        table, weekly = (
            pd.concat([make(runs[0], other, names[0], name) for other, name in pairs], ignore_index=True)
            for make in (differences, weekly_differences)
        )
        if folder is not None:
            write_text(folder, "comparison.csv", csv(table))
            with whole(folder, "comparison_weekly.parquet") as file:
                file.write_bytes(parquet(weekly))
            _forget(folder, [path.name for path in folder.iterdir() if _is_run_folder(path) and path.name not in folders])
            asked = {"experiment": "compare", "scenarios": names, "folders": folders, "replications": replications, "seed": seed}
            write_text(folder, COMPARISON, json.dumps({**asked, "uncertain": uncertain, **software()}, indent=2) + "\n")
    return Comparison(table, weekly, runs[0], tuple(runs[1:]))


def _is_run_folder(path: Path) -> bool:
    """Whether a comparison made it: not by its name alone, which a folder of somebody's own may have too."""
    return bool(_RUN_FOLDER.fullmatch(path.name)) and any((path / name).is_file() for name in (RUN, KIND))


def _forget(folder: Path, names: Iterable[str]) -> None:
    """Remove what is of another comparison, so that nothing in the folder is of two."""
    with clearly(folder):
        for name in names:
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            else:
                (folder / name).unlink(missing_ok=True)


def differences(base: RunTables, other: RunTables, base_name: str, other_name: str) -> pd.DataFrame:
    """The table of one comparison, see :class:`Comparison`; only measures that both runs have, then what only both together tell."""
    table = _paired(base.replications, other.replications, MEASURE_KEYS, _claims(base, other), base.per_draw)
    table["verdict"] = verdict(*(table[name].to_numpy() for name in ("difference", "low", "high")))
    table = pd.concat([table, contrasts(base, other)], ignore_index=True)
    table["base"], table["other"] = base_name, other_name
    return table.reindex(columns=[*COLUMNS, *NUMBERS, *(OVER_DRAWS if base.per_draw > 1 else ()), "unit", "verdict", *BESIDE])


def weekly_differences(base: RunTables, other: RunTables, base_name: str, other_name: str) -> pd.DataFrame:
    """The table by week, see :class:`Comparison`; no rows where runs do not hold weekly figures of their replications."""
    columns = ["base", "other", *WEEKLY_KEYS, *NUMBERS, *(OVER_DRAWS if base.per_draw > 1 else ())]
    if base.weekly_replications is None or other.weekly_replications is None:
        return pd.DataFrame(columns=columns)
    table = _paired(base.weekly_replications, other.weekly_replications, WEEKLY_KEYS, per_draw=base.per_draw)
    return table.assign(base=base_name, other=other_name)[columns]


def _paired(
    base: pd.DataFrame, other: pd.DataFrame, keys: list[str], claims: pd.DataFrame | None = None, per_draw: int = 1
) -> pd.DataFrame:
    """Differences over replications with their intervals; with the claims of replications also what pairing and these are worth.

    Args:
        claims: ``claims`` by replication, and ``expected``; as an index the replication.
        per_draw: replications that share a draw of the assumptions; with more than one, differences are over draws.
    """
    pairs = base.merge(other, on=["replication", *keys], suffixes=("_base", "_other"))
    pairs = pairs.assign(difference=pairs["value_other"] - pairs["value_base"])
    pairs.loc[pairs["difference"].isna(), ["value_base", "value_other"]] = np.nan
    counts = pairs.groupby(keys, sort=False, observed=True)["difference"].count()
    drawn = draw_range(pairs, keys, per_draw, "difference") if per_draw > 1 else None
    if drawn is not None:
        pairs = by_draw(pairs, keys, per_draw, ("value_base", "value_other", "difference"))
    grouped = pairs.groupby(keys, sort=False, observed=True)
    table = grouped[["value_base", "value_other", "difference"]].mean().reset_index()
    spread = grouped["difference"].agg(["std", "count"])
    half = half_width(spread["std"].to_numpy(), spread["count"].to_numpy())
    table = table.rename(columns={"value_base": "base_estimate", "value_other": "other_estimate"})
    table["low"], table["high"] = table["difference"] - half, table["difference"] + half
    table["replications"] = counts.to_numpy(dtype=np.int32)
    apart = grouped[["value_base", "value_other"]].var().sum(axis=1, skipna=False).to_numpy()
    values = grouped[["value_base", "value_other"]]
    largest = np.maximum(values.max(), -values.min()).max(axis=1).to_numpy()
    varies = spread["std"].to_numpy() > ROUNDING * largest
    table["variance_ratio"] = np.divide(apart, spread["std"].to_numpy() ** 2, out=np.full(len(table), np.nan), where=varies)
    if drawn is not None:
        table = table.merge(drawn, on=keys, how="left")
    if claims is not None:
        by_replication = pairs.set_index([*keys, "replication"])["difference"].unstack("replication")
        rows = by_replication.reindex(pd.MultiIndex.from_frame(table[keys]))[claims.index]
        found = controlled(rows.to_numpy(dtype=float), claims["claims"].to_numpy(dtype=float), float(claims["expected"].iloc[0]))
        numbers = (found.mean, found.mean - found.half, found.mean + found.half, found.pairs - 2)
        for name, column in zip(BESIDE[1:], numbers, strict=True):
            table[name] = np.where(found.helps, column, np.nan)
    return table


def _claims(base: RunTables, other: RunTables) -> pd.DataFrame | None:
    """New claims by replication, where they are the same in both runs and their mean is known."""
    expected = [one.info.get("expected_claims") for one in (base, other)]
    if expected[0] is None or expected[0] != expected[1] or base.info.get("uncertain") or other.info.get("uncertain"):
        return None
    both = []
    for one in (base, other):
        rows = one.replications[(one.replications["measure"] == "claims") & (one.replications[SPLIT] == ALL).all(axis=1)]
        both.append(rows.set_index("replication")["value"].sort_index())
    return pd.DataFrame({"claims": both[0], "expected": expected[0]}) if both[0].equals(both[1]) else None


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
