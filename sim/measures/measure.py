"""What a measure is, and what several are computed or told with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from sim.record import Record
from sim.survival import Curve
from sim.view import View

HALF_A_DAY = 0.5
"""Waits are counts of whole days, so that percentiles are taken around the day, to agree with the mean."""
FEWEST_AT_RISK = 30
"""A job-entry rate is blank where fewer people are still followed."""

OF_SITES = ((), ("jobcentre",), ("area",))
OF_PEOPLE = (*OF_SITES, ("age_group",))
OF_PROGRAMMES = ((), ("area",), ("age_group",), ("programme",), ("area", "programme"), ("age_group", "programme"))
OF_PLACES = (("programme",),)
OF_THE_REGION = ((),)
"""How a measure may be split; the empty split is everyone."""


def always(record: Record) -> bool:
    return True


def has_programmes(record: Record) -> bool:
    return len(record.programmes) > 0


def has_labour_market(record: Record) -> bool:
    return len(record.sectors) > 0


def has_costs(record: Record) -> bool:
    return bool(record.costs.any() or record.cost_per_start.any())


@dataclass(frozen=True)
class Measure:
    """One thing a planner may ask of a run."""

    name: str
    unit: str
    definition: str
    statistics: tuple[str, ...]
    better: Literal["lower", "higher", ""]
    compute: Callable[[View], Sequence[float]]
    """One value for each statistic, NaN for blank. A date is in days since 1970-01-01."""
    splits: tuple[tuple[str, ...], ...] = OF_PEOPLE
    applies: Callable[[Record], bool] = always
    """Whether a scenario has what is measured; else the measure is in no table."""
    weekly: bool = True
    """Means something for one week."""

    @property
    def within_replication(self) -> tuple[str, ...]:
        """The statistics of one replication. A date has one; its statistics are taken over replications."""
        return ("date",) if self.unit == "date" else self.statistics

    @property
    def of_sites(self) -> bool:
        """Does not split by age group."""
        return ("age_group",) not in self.splits

    def unit_of(self, statistic: str) -> str:
        """The unit of a statistic: the measure's, but for its share of something."""
        return "share" if statistic == "share" else self.unit


def share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else math.nan


def level(by_day: NDArray[Any]) -> tuple[float, float]:
    """Mean over days, and at the end."""
    return float(by_day.mean()), float(by_day[-1])


def total(by_day: NDArray[Any]) -> float:
    return float(by_day.sum())


def wait(curve: Curve) -> tuple[float, float, float]:
    return curve.mean(), curve.quantile(0.5) + HALF_A_DAY, curve.quantile(0.9) + HALF_A_DAY


CENSORED = "Estimated by Kaplan and Meier: {gone}, who still waits at the end of the run on its last day. "
QUANTILES = (
    "The median and the 90th percentile are interpolated within the day, a wait of w days spread over (w - 1/2, w + 1/2], and blank "
    "where the curve does not come down so far; the mean is of whole days, and blank where over 1% wait longer than can be seen."
)
CLOSE = "at the close of the day: mean over calendar days, and on the last day."
