"""Which lever made the difference: what a figure gains with each scenario on the way from one to another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.contrasts import verdict
from sim.results import half_width

TOTAL = "all of them"
"""Names the last row, the difference between the two ends."""


def contributions(values: NDArray[np.float64], levers: Sequence[str]) -> pd.DataFrame:
    """What each step contributes to the difference between the last scenario and the first.

    A contribution is the mean over replications of the figure with the lever less the figure without it, all levers before it being there
    in both. So contributions add up to the total, and each depends on the order: what two levers do only together goes to the later one.
    Intervals are Student's t over replications, paired by common random numbers; each holds with 95% by itself, and contributions of
    neighbouring steps are correlated, so intervals do not add up. Replications in which some scenario has no value are left out of
    every step: otherwise the steps would be means over different replications and would not add up.

    Args:
        values: the figure, shape (steps + 1, n), a row per scenario from the first to the last, a column per replication; NaN for none.
        levers: what is new in each scenario but the first, in words, shape (steps,).

    Returns:
        A row per step and one for the total: lever, base_estimate, other_estimate (the figure before and after), difference, low, high,
        replications, verdict. NaN where no replication is left; no interval from fewer than two.

    Raises:
        ValueError: if there are not as many levers as steps, or a value is infinite.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) < 2 or len(levers) != len(values) - 1:
        raise ValueError(
            f"expected values of shape (levers + 1, replications) with one lever or more, not {values.shape} for {len(levers)}"
        )
    if np.isinf(values).any():
        raise ValueError("expected finite values, or NaN where a replication has none")
    values = values[:, ~np.isnan(values).any(axis=0)]
    count = values.shape[1]
    before, after = np.vstack([values[:-1], values[:1]]), np.vstack([values[1:], values[-1:]])
    gained = after - before
    unknown = np.full(len(gained), np.nan)
    difference = gained.mean(axis=1) if count else unknown
    half = half_width(gained.std(axis=1, ddof=1) if count > 1 else unknown, np.full(len(gained), count))
    return pd.DataFrame(
        {
            "lever": [*levers, TOTAL],
            "base_estimate": before.mean(axis=1) if count else unknown,
            "other_estimate": after.mean(axis=1) if count else unknown,
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
            "replications": np.full(len(gained), count, dtype=np.int32),
            "verdict": verdict(difference, difference - half, difference + half),
        }
    )
