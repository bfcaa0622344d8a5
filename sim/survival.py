"""Times to an event when not everyone has been watched to the end, by counting on whole-number times.

Two estimators, both for right-censored times: the product-limit curve (Kaplan and Meier 1958) and, where another event may come
first, the cumulative incidence (Aalen and Johansen 1978). Who is censored at a time was still at risk at it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ROUNDING = 1e-12  # a share reached but for the last bits of a sum has been reached


@dataclass(frozen=True)
class Curve:
    """The share to whom the event has happened by each time 0, 1, 2 … up to the last time seen."""

    happened: NDArray[np.float64]
    """Share, shape (last + 1,); empty if nobody was watched."""
    at_risk: NDArray[np.int64]
    """People still watched at each time, shape (last + 1,)."""

    def at(self, time: int, fewest: int = 1) -> float:
        """The share by a time; NaN where fewer than ``fewest`` people are at risk at it."""
        if time >= len(self.happened) or self.at_risk[time] < fewest:
            return math.nan
        return float(self.happened[time])

    def quantile(self, share: float, fewest: int = 1) -> float:
        """The time by which a share is reached, interpolated as if events at ``t`` were spread evenly over (t - 1, t].

        NaN where the curve never gets there, or fewer than ``fewest`` people are at risk when it does.
        """
        reached = np.flatnonzero(self.happened >= share - _ROUNDING)
        if len(reached) == 0 or self.at_risk[reached[0]] < fewest:
            return math.nan
        last = int(reached[0])
        before = float(self.happened[last - 1]) if last else 0.0
        return last - 1 + min(1.0, (share - before) / (float(self.happened[last]) - before))

    def mean(self, tail: float = 0.01) -> float:
        """The mean up to the last time seen; NaN where more than ``tail`` of the curve lies beyond it."""
        if len(self.happened) == 0 or 1 - self.happened[-1] > tail + _ROUNDING:
            return math.nan
        return float(np.sum(1 - self.happened[:-1]))


def aalen_johansen(times: ArrayLike, causes: ArrayLike, cause: int = 1) -> Curve:
    """Cumulative incidence of one cause, with every other as a competing risk.

    Args:
        times: whole numbers from 0, shape (n,).
        causes: what happened at that time, shape (n,); 0 if the person was only watched until then.
        cause: the one of interest.
    """
    at, what = np.asarray(times, dtype=np.int64), np.asarray(causes)
    length = int(at.max()) + 1 if len(at) else 0
    at_risk = np.cumsum(np.bincount(at, minlength=length)[::-1])[::-1]
    events = np.bincount(at[what != 0], minlength=length) / at_risk
    of_interest = np.bincount(at[what == cause], minlength=length) / at_risk
    free_of_any = np.cumprod(1 - events)
    free_before = np.concatenate([[1.0], free_of_any[:-1]])[:length]
    return Curve(np.cumsum(free_before * of_interest), at_risk)


def kaplan_meier(times: ArrayLike, observed: ArrayLike) -> Curve:
    """One minus the product-limit survival: the cumulative incidence when nothing competes.

    Args:
        times: whole numbers from 0, shape (n,).
        observed: whether the event was seen at that time, shape (n,); else the person was watched until it.
    """
    return aalen_johansen(times, np.asarray(observed, dtype=bool).astype(np.int8))
