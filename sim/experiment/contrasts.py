"""What only two scenarios together can tell: net job entries, whom they displace, and what one more of them costs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim import first_spells
from sim.results import ALL, CONFIDENCE, OVER_DRAWS, SPLIT, RunTables, draw_range, half_width

LOWER, HIGHER, SAME, UNKNOWN = "lower", "higher", "the same", "no difference can be told"
UNDEFINED, PER_ENTRY_GAINED, PER_ENTRY_LOST = "undefined", "per job entry gained", "per job entry lost"


@dataclass(frozen=True)
class Contrast:
    """One thing that a comparison tells beside the differences in measures."""

    name: str
    unit: str
    definition: str
    statistics: tuple[str, ...]


_ALL = (
    Contrast(
        "net_entries",
        "people",
        "Job entries of claimants in the other scenario less those in the base, those of the initial stock and of people who claimed "
        "again included. Entries of some that came at the cost of other claimants are netted out; those at the cost of people who do not "
        "claim are not.",
        ("count",),
    ),
    Contrast(
        "displaced_entries",
        "people",
        "Person by person, with the same luck in both: people whose first spell, in the run or in the initial stock, ended in work by the "
        "end of the run in the base but not in the other scenario (among_claimants), and the converse (gained), whatever the reason; of "
        "people who are there in both. Where there is a labour market, also the vacancies that others filled in the base less those in "
        "the other scenario (among_others).",
        ("among_claimants", "gained", "among_others"),
    ),
    Contrast(
        "cost_per_additional_entry",
        "pounds per job entry",
        "Difference in cost over net job entries, with Fieller's 95% interval over paired replications. Undefined where the 95% interval "
        "of net job entries includes none, or there is one replication only. The verdict says whether entries are gained, and a negative "
        "figure then is a saving, or lost, and the figure then is what each of them saves.",
        ("ratio",),
    ),
)

CONTRASTS: dict[str, Contrast] = {contrast.name: contrast for contrast in _ALL}
"""Every one by name."""


def verdict(difference: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.str_]:
    """What can be told of differences from their intervals."""
    equal = (difference == 0) & (low == high)
    return np.select([equal, high < 0, low > 0], [SAME, LOWER, HIGHER], default=UNKNOWN)


def contrasts(base: RunTables, other: RunTables) -> pd.DataFrame:
    """The rows of a comparison for :data:`CONTRASTS`, as far as the runs tell; columns as in its table but for the scenarios' names."""
    return pd.DataFrame([row | dict.fromkeys(SPLIT, ALL) for row in _rows(base, other)])


def _rows(base: RunTables, other: RunTables) -> Iterator[dict[str, Any]]:
    per_draw = base.per_draw
    entries = _pairs(base, other, "job_entries", "count")
    others = _pairs(base, other, "hires_by_others", "count")
    cost = _pairs(base, other, "cost", "total")
    if len(entries):
        estimates = {"base_estimate": entries["base"].mean(), "other_estimate": entries["other"].mean()}
        yield _row("net_entries", "count", entries["other"] - entries["base"], per_draw) | estimates
    if base.first_spells is not None and other.first_spells is not None:
        people = first_spells.changed(base.first_spells, other.first_spells)
        for statistic, column in (("among_claimants", "displaced"), ("gained", "gained")):
            row = _row("displaced_entries", statistic, people[column], per_draw)
            yield row | {"low": np.maximum(row["low"], 0)}
    if len(others):
        yield _row("displaced_entries", "among_others", others["base"] - others["other"], per_draw)
    if len(entries) and len(cost):
        both = pd.DataFrame({"cost": cost["other"] - cost["base"], "entries": entries["other"] - entries["base"]}).dropna()
        count, both = len(both), both.groupby(both.index // per_draw).mean()
        more = both["entries"].to_numpy(dtype=float)
        estimate, low, high = fieller(both["cost"].to_numpy(dtype=float), more)
        said = UNDEFINED if math.isnan(estimate) else PER_ENTRY_GAINED if more.mean() > 0 else PER_ENTRY_LOST
        numbers = {"difference": estimate, "low": low, "high": high, "replications": count, "verdict": said}
        yield _keys("cost_per_additional_entry", "ratio") | numbers | ({"draws": len(both)} if per_draw > 1 else {})


def _keys(name: str, statistic: str) -> dict[str, Any]:
    return {"measure": name, "statistic": statistic, "unit": CONTRASTS[name].unit, "base_estimate": math.nan, "other_estimate": math.nan}


def _row(name: str, statistic: str, values: pd.Series[Any], per_draw: int) -> dict[str, Any]:
    """The mean over replications with its interval, or over draws of the assumptions where replications share them."""
    each = values.groupby(values.index // per_draw).mean()
    mean, count = float(each.mean()), len(values)
    half = float(half_width(np.array([each.std()]), np.array([len(each)]))[0])
    said = str(verdict(np.array([mean]), np.array([mean - half]), np.array([mean + half]))[0])
    numbers: dict[str, Any] = {"difference": mean, "low": mean - half, "high": mean + half, "replications": count, "verdict": said}
    if per_draw > 1:
        drawn = draw_range(values.rename("value").rename_axis("replication").reset_index().assign(all=ALL), ["all"], per_draw)
        numbers |= {name: drawn[name].iloc[0] for name in OVER_DRAWS}
    return _keys(name, statistic) | numbers


def _pairs(base: RunTables, other: RunTables, measure: str, statistic: str) -> pd.DataFrame:
    """A measure of everyone in both runs, by replication."""
    of = []
    for run in (base, other):
        table = run.replications
        rows = table[(table["measure"] == measure) & (table["statistic"] == statistic) & (table[SPLIT] == ALL).all(axis=1)]
        of.append(rows.set_index("replication")["value"])
    if measure == "cost":  # in no table where nothing has a price, as before a programme is added
        of = [costs if len(costs) else pd.Series(0.0, index=others.index) for costs, others in zip(of, of[::-1], strict=True)]
    return pd.DataFrame({"base": of[0], "other": of[1]}).dropna()


def fieller(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> tuple[float, float, float]:
    """The ratio of two means and its 95% interval, from pairs.

    With pairs (x, y), means X and Y, and the ratio r of the expected values, the mean of x - r y is normal about 0, so that

        (X - r Y)^2 <= t^2 (sxx - 2 r sxy + r^2 syy) / n

    holds with 95% confidence for Student's t with n - 1 degrees of freedom. The r that satisfy it are those between the roots of

        (Y^2 - t^2 syy / n) r^2 - 2 (X Y - t^2 sxy / n) r + (X^2 - t^2 sxx / n) = 0

    as long as the first coefficient is positive, that is, as long as Y's own interval does not include 0. Otherwise they reach to
    infinity, and no estimate is given.

    Source: E. C. Fieller (1954), Some problems in interval estimation, Journal of the Royal Statistical Society B 16, 175-185; for
    cost-effectiveness ratios A. R. Willan and B. J. O'Brien (1996), Health Economics 5, 297-305.

    Args:
        numerator, denominator: shape (n,).

    Returns:
        Estimate, low and high; all NaN where the ratio is undefined, also for fewer than two pairs.
    """
    n = len(numerator)
    if n < 2:
        return math.nan, math.nan, math.nan
    x, y = float(numerator.mean()), float(denominator.mean())
    spread = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) ** 2 * np.cov(numerator, denominator) / n
    a, b, c = y * y - spread[1, 1], x * y - spread[0, 1], x * x - spread[0, 0]
    if a <= 0:
        return math.nan, math.nan, math.nan
    root = math.sqrt(max(0.0, b * b - a * c))  # not negative but for rounding: x / y always satisfies the inequality
    return x / y, (b - root) / a, (b + root) / a
