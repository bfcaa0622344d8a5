"""Over replications: means with Student-t 95% intervals, order statistics of dates, and tables as text.

The ``value`` of tables of one replication becomes ``estimate``, ``low`` and ``high`` and ``replications``, how many of them had a value.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim.results.draws import OVER_DRAWS, by_draw, draw_range
from sim.results.replication import MEASURE_KEYS, SPLIT

CONFIDENCE = 0.95
_ORDER = {"p10": 0.1, "median": 0.5, "p90": 0.9}


def over_replications(frame: pd.DataFrame, keys: list[str], per_draw: int = 1) -> pd.DataFrame:
    """Mean and Student-t 95% interval of ``value`` over replications, for each combination of keys in order of appearance.

    Blank values are left out and ``replications`` says how many there were; with fewer than two there is no interval. No measure can be
    below zero and no share above one, so neither are the intervals' ends.

    With ``per_draw``, so many replications share a draw of the assumptions, and mean and interval are over draws; beside them then stand
    the columns of :func:`sim.results.draws.draw_range`.
    """
    if per_draw > 1:
        table = over_replications(by_draw(frame, keys, per_draw), keys)
        counts = frame.groupby(keys, sort=False, observed=True)["value"].count().to_numpy(dtype=np.int32)
        return table.assign(replications=counts).merge(draw_range(frame, keys, per_draw), on=keys, how="left")
    grouped = frame.groupby(keys, sort=False, observed=True)["value"].agg(["mean", "std", "count"]).reset_index()
    half = half_width(grouped["std"].to_numpy(), grouped["count"].to_numpy())
    table = grouped[keys].copy()
    table["estimate"], table["low"], table["high"] = grouped["mean"], np.maximum(grouped["mean"] - half, 0), grouped["mean"] + half
    if "unit" in keys:
        table["high"] = table["high"].where(grouped["unit"] != "share", np.minimum(table["high"], 1))
    table["replications"] = grouped["count"].astype(np.int32)
    return table


def half_width(deviation: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Half the Student-t interval of a mean, from the sample's standard deviation and size; NaN below two."""
    enough = count >= 2
    freedom = np.where(enough, count - 1, 1)
    half: NDArray[np.float64] = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * deviation / np.sqrt(np.maximum(count, 1))
    return np.where(enough, half, np.nan)


def summarise(measures: pd.DataFrame, scenario: str, per_draw: int = 1) -> pd.DataFrame:
    """The summary: one row for each measure, statistic and split, with its interval.

    A date is given as the share of replications that reach it (with Wilson's interval) and order statistics over all of them, those
    that never do counted as later than any date. Where replications share draws of the assumptions, these are over one replication of
    each draw, since a mean of dates of which one is never reached is none.
    """
    dates = measures["unit"] == "date"
    parts = [over_replications(measures[~dates], MEASURE_KEYS, per_draw)]
    alone = dates & (measures["replication"] % per_draw == 0) if per_draw > 1 else dates
    for key, values in measures[alone].groupby(MEASURE_KEYS, sort=False, observed=True)["value"]:
        fixed = dict(zip(MEASURE_KEYS, key, strict=True))
        parts.append(pd.DataFrame([fixed | row for row in _of_dates(values.to_numpy(dtype=float))]).assign(draws=len(values)))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "scenario", scenario)
    beside = OVER_DRAWS if per_draw > 1 else []
    return table[["scenario", "measure", "statistic", *SPLIT, "estimate", "low", "high", "replications", *beside, "unit"]]


def _of_dates(values: NDArray[np.float64]) -> list[dict[str, Any]]:
    reached = np.isfinite(values)
    known, total = int(reached.sum()), len(values)
    wilson = stats.binomtest(known, total).proportion_ci(CONFIDENCE, method="wilson")
    share = {"estimate": known / total, "low": wilson.low, "high": wilson.high} if total >= 2 else {"estimate": known / total}
    rows = [{"statistic": "share", "unit": "share", **share, "replications": total}]
    ordered = np.sort(np.where(reached, values, np.inf))
    for name, quantile in _ORDER.items():
        estimate = ordered[math.ceil(quantile * total) - 1]
        # Ranks between which the quantile lies with 95% confidence, whatever the distribution; there may be too few replications for that.
        interval: Any = stats.quantile_test(ordered, p=quantile).confidence_interval(CONFIDENCE)
        known_bounds = np.isfinite([interval.low, interval.high]).all()
        low, high = (interval.low, interval.high) if known_bounds else (math.nan, math.nan)
        row = {"statistic": name, "estimate": estimate if math.isfinite(estimate) else math.nan, "low": low, "high": high}
        rows.append(row | {"replications": known})
    return rows


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """A copy for reading: where the unit is ``date``, estimates and their bounds in ISO (differences of dates stay days)."""
    table = table.copy()
    of_dates = ("base_estimate", "other_estimate") if "base_estimate" in table else ("estimate", "low", "high")
    if "unit" not in table or not {*of_dates} <= {*table.columns}:
        return table
    dates = table["unit"] == "date"
    for name in of_dates:
        days = table.loc[dates, name].astype(float)
        table[name] = table[name].astype(object)
        table.loc[dates, name] = [None if math.isnan(d) else (dt.date(1970, 1, 1) + dt.timedelta(round(d))).isoformat() for d in days]
    return table


def csv(table: pd.DataFrame) -> str:
    """A table as text: dates in ISO, other numbers to eight digits, blank where there is none."""
    table = readable(table)
    for name in table.columns[[kind.kind in "fO" for kind in table.dtypes]]:
        table[name] = [_eight_digits(value) if isinstance(value, float) else value for value in table[name]]
    return table.to_csv(index=False, lineterminator="\n")


def _eight_digits(value: float) -> str:
    return "" if math.isnan(value) else np.format_float_positional(value, 8, fractional=False, trim="-")
