"""How long a run that starts empty takes to settle: MSER-5.

The first days of a run that does not start as it will go on pull its mean aside. Leaving out days makes the mean less wrong, but also
less sure. The marginal standard error rule (MSER) leaves out as many as make the standard error of the mean of the others least, each
taken as if it were independent of the rest; MSER-5 does so with means of five days.

Sources: K. P. White (1997), An effective truncation heuristic for bias reduction in simulation output, Simulation 69, 323-334; with
batches of five, K. P. White, M. J. Cobb and S. C. Spratt (2000), A comparison of five steady-state truncation heuristics for simulation,
Proceedings of the Winter Simulation Conference, 755-760, and W. W. Franklin and K. P. White (2008), Stationarity tests and MSER-5:
exploring the intuition behind mean-squared-error-reduction in detecting and correcting initialization bias, the same, 541-546; without
anyone's judgement, K. Hoad, S. Robinson and R. Davies (2010), Automating warm-up length estimation, Journal of the Operational Research
Society 61, 1389-1403.

It is for scenarios whose numbers stay the same over the run. Where claims surge or coaches are hired there is no steady state to find, and
what this gives then means nothing. It is shown, and no result leaves days out because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.calendar import bank_holidays
from sim.scenario import Scenario

BATCH = 5
LAST = 5
"""Batches always kept: few that happen to be alike would seem the steadiest part of any run."""
FEWEST = 2 * LAST
"""With fewer batches all that could be left out in the first half of the run would not have been looked at."""


@dataclass(frozen=True, eq=False)
class WarmUp:
    """Where a series settles.

    Attributes:
        days: to leave out at the start; None if no steady state is found in the run, as it settles, if at all, in its second half, or the
            run is too short to tell (``statistic`` is empty then).
        left_out: the numbers of days looked at, 0, 5, 10, ..., shape (points,).
        statistic: for each the squared standard error of the mean of the remaining batches, shape (points,); it is least at the best.
    """

    days: int | None
    left_out: NDArray[np.int64]
    statistic: NDArray[np.float64]


def mser(daily: ArrayLike, batch: int = BATCH) -> WarmUp:
    """Days to leave out by MSER-5.

    With k batches, z their means and d of them left out, the statistic is the sum of (z - mean of z)^2 over the batches from d on, by
    (k - d)^2. The smallest d at which it is least is taken if it is not above k / 2.

    Working days go well with batches of five, a week each. In a series of all calendar days the week shows; batches of seven avoid that.

    Args:
        daily: a value for each day, the mean over replications, shape (days,). A day may have none (NaN). Days at the end that do not
            fill a batch are not used.
        batch: days in a batch.

    Raises:
        ValueError: if a whole batch has no value, or a value is infinite.
    """
    series = np.asarray(daily, dtype=np.float64)
    if series.ndim != 1 or batch < 1:
        raise ValueError(f"expected a value for each day and batches of at least one, not shape {series.shape} and {batch}")
    number = len(series) // batch
    days = series[: number * batch].reshape(number, batch)
    if np.isinf(days).any() or np.isnan(days).all(axis=1).any():
        raise ValueError(f"expected finite values, at least one in any {batch} days from the first")
    if number < FEWEST:
        return WarmUp(None, np.zeros(0, dtype=np.int64), np.zeros(0))
    means = np.nanmean(days, axis=1)
    means = means - means[-1]  # so that a series that has become constant has no spread at all, whatever the rounding of its mean
    points = np.arange(number - LAST + 1)
    statistic = np.array([means[d:].var() / (number - d) for d in points])
    best = int(statistic.argmin())
    return WarmUp(best * batch if 2 * best <= number else None, points * batch, statistic)


SERIES = {"waiting": ("waiting",), "caseload": ("waiting", "in_reviews")}
"""What is looked at of a run, by name: columns of its daily table that are added up."""


def starts_empty(scenario: Scenario) -> bool:
    """Whether nobody is there at the start, in any area."""
    return all(float(area.claimants) == 0 for area in scenario.areas.values())


def settling(scenario: Scenario, daily: pd.DataFrame) -> dict[str, Any]:
    """What MSER-5 would leave out of a run, for its ``run.json``.

    Args:
        daily: the daily table of all replications.

    Returns:
        The rule in words; ``calendar``, which says what working days are; how many of them the run has; and by name of
        :data:`SERIES` how many would be left out, None where no steady state is found.
    """
    series = working_days(daily, scenario.working_days)
    days = {name: mser(series[name].to_numpy()).days for name in SERIES}
    rule = "MSER-5 on working days, mean over replications; nothing was left out"
    return {"rule": rule, "calendar": scenario.working_days, "working_days": len(series), "would_leave_out": days}


def working_days(daily: pd.DataFrame, calendar: str) -> pd.DataFrame:
    """The series of all jobcentres together, mean over replications: a row for each working day, a column for each of :data:`SERIES`."""
    totals = daily.groupby("date")[["waiting", "in_reviews"]].sum() / daily["replication"].nunique()
    holidays = np.array(bank_holidays(calendar), dtype="datetime64[D]")
    worked = totals[np.is_busday(totals.index.to_numpy().astype("datetime64[D]"), holidays=holidays)]
    return pd.DataFrame({name: worked[list(columns)].sum(axis=1) for name, columns in SERIES.items()})
