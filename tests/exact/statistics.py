"""Ways to make a check: means and shares with their standard errors, and what must be equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tests.evidence import Check


def mean(what: str, expected: float, values: ArrayLike, size: str) -> Check:
    """The mean of independent values, with the standard error that they show."""
    of = np.asarray(values, dtype=float)
    return Check(what, expected, float(of.mean()), float(of.std(ddof=1) / np.sqrt(len(of))), size, degrees=len(of) - 1)


def ratio(what: str, expected: float, parts: ArrayLike, wholes: ArrayLike, size: str) -> Check:
    """A sum over a sum, both over independent batches."""
    part, whole = np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float)
    observed = float(part.sum() / whole.sum())
    error = np.std(part - observed * whole, ddof=1) / whole.mean() / np.sqrt(len(whole))
    return Check(what, expected, observed, float(error), size, degrees=len(whole) - 1)


def share(what: str, expected: float, happened: ArrayLike, size: str) -> Check:
    """Independent trials of one probability, whose standard error is known from it."""
    trials = np.asarray(happened, dtype=bool)
    return Check(what, expected, float(trials.mean()), float(np.sqrt(expected * (1 - expected) / len(trials))), size)


def count(what: str, expected: float, observed: float, size: str) -> Check:
    """A Poisson number, whose variance is its mean."""
    return Check(what, float(expected), float(observed), float(np.sqrt(expected)), size)


def equal(what: str, expected: ArrayLike, observed: ArrayLike, size: str, tolerance: float = 0.0) -> Check:
    """Two counts of the same, item by item: differences are added to the total without their signs, so that none makes up for another."""
    one, other = np.asarray(expected, dtype=float), np.asarray(observed, dtype=float)
    if one.shape != other.shape:
        raise ValueError(f"{what}: {one.shape} and {other.shape} cannot be equal item by item")
    return Check(what, float(one.sum()), float(one.sum() + np.abs(other - one).sum()), 0.0, size, tolerance=tolerance)
