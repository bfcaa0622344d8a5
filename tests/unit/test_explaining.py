"""Contributions of levers: they add up, are paired, and are judged as a comparison is."""

import math

import numpy as np
import pytest

from sim.experiment.contrasts import HIGHER, LOWER, SAME, UNKNOWN
from sim.experiment.explaining import TOTAL, contributions

LEVERS = ("recruits", "sites", "window")


def noisy(seed, steps=3, replications=20, common=50.0, own=1.0):
    """A figure with much luck that all scenarios share and a little that each has for itself."""
    rng = np.random.default_rng(seed)
    effects = np.cumsum([0.0, *rng.normal(0, 2, steps)])
    return 100 + effects[:, None] + rng.normal(0, common, replications) + rng.normal(0, own, (steps + 1, replications)), effects


def test_by_hand():
    values = np.array([[10.0, 12.0, 14.0], [9.0, 10.0, 11.0], [9.0, 10.0, 11.0], [9.0, 12.0, 12.0]])
    table = contributions(values, LEVERS)
    assert list(table["lever"]) == [*LEVERS, TOTAL]
    assert list(table["base_estimate"]) == [12, 10, 10, 12]
    assert list(table["other_estimate"]) == [10, 10, 11, 11]
    assert list(table["difference"]) == [-2, 0, 1, -1]
    t = 4.302653  # with 2 degrees of freedom, from a printed table
    half = [t * 1 / math.sqrt(3), 0, t * 1 / math.sqrt(3), t * 1 / math.sqrt(3)]  # deviations of (-1,-2,-3), (0,0,0), (0,2,1), (-1,0,-2)
    assert list(table["high"] - table["difference"]) == pytest.approx(half, abs=1e-6)
    assert list(table["difference"] - table["low"]) == pytest.approx(half, abs=1e-6)
    assert list(table["verdict"]) == [UNKNOWN, SAME, UNKNOWN, UNKNOWN]
    assert list(table["replications"]) == [3] * 4


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_contributions_add_up_to_the_total(seed, scale):
    """Up to rounding: a few units in the last place of the figure for each step."""
    values, _ = noisy(seed, steps=12)
    values *= scale
    values[3, 4] = values[7, 0] = np.nan
    table = contributions(values, [str(step) for step in range(12)])
    tolerance = 12 * 4 * np.finfo(float).eps * np.nanmax(np.abs(values))
    assert abs(table["difference"][:-1].sum() - table["difference"].iloc[-1]) <= tolerance
    assert table["other_estimate"].iloc[-1] - table["base_estimate"].iloc[-1] == pytest.approx(table["difference"].iloc[-1], abs=tolerance)
    assert list(table["base_estimate"][1:-1]) == list(table["other_estimate"][:-2]), "each step goes on from the one before"


def test_verdicts_are_those_of_a_comparison():
    up = np.array([1.0, 1.1, 0.9, 1.05])
    base = np.array([5.0, 50.0, 500.0, 5000.0])
    values = np.array([base, base + up, base + up, base, base + np.array([1, -1, 2, -2.5])])
    assert list(contributions(values, "abcd")["verdict"]) == [HIGHER, SAME, LOWER, UNKNOWN, UNKNOWN]


def test_luck_that_is_shared_cancels():
    values, effects = noisy(1, common=1000.0)
    table = contributions(values, LEVERS)
    half = (table["high"] - table["low"]) / 2
    assert (half < 2).all() and np.allclose(table["difference"][:-1], np.diff(effects), atol=2)
    shuffled = np.array([np.random.default_rng(step).permutation(row) for step, row in enumerate(values)])
    broken = contributions(shuffled, LEVERS)
    assert ((broken["high"] - broken["low"]) / 2 > 100).all(), "pairing is by column"


def test_intervals_cover_in_95_of_100():
    """2,000 tables of 10 replications: between 93.5% and 96.5% of the intervals of a step; chance alone misses that about once in 500."""
    inside = []
    for seed in range(2000):
        values, effects = noisy(seed, steps=1, replications=10)
        difference = values[1] - values[0]
        if seed < 200:  # building a table each time would take most of the time; the rest goes by the same formula
            row = contributions(values, ["lever"]).iloc[0]
            low, high = row["low"], row["high"]
        else:
            half = 2.262157 * difference.std(ddof=1) / math.sqrt(10)
            low, high = difference.mean() - half, difference.mean() + half
        inside.append(low <= effects[1] <= high)
    assert 0.935 <= np.mean(inside) <= 0.965


def test_a_replication_without_a_value_somewhere_is_left_out_everywhere():
    values, _ = noisy(2)
    holed = values.copy()
    holed[2, 5] = np.nan
    table, without = contributions(holed, LEVERS), contributions(np.delete(values, 5, axis=1), LEVERS)
    assert table.equals(without) and set(table["replications"]) == {19}


def test_one_replication_has_no_interval_and_none_nothing():
    one = contributions(np.array([[1.0], [3.0]]), ["lever"])
    assert list(one["difference"]) == [2, 2] and one[["low", "high"]].isna().all(axis=None) and set(one["verdict"]) == {UNKNOWN}
    for empty in (np.full((2, 3), np.nan), np.zeros((2, 0))):
        none = contributions(empty, ["lever"])
        assert none[["difference", "low", "high", "base_estimate"]].isna().all(axis=None)
        assert set(none["replications"]) == {0} and set(none["verdict"]) == {UNKNOWN}


@pytest.mark.parametrize("values, levers", [(np.zeros((3, 4)), ["one"]), (np.zeros((1, 4)), []), (np.zeros(4), ["a"] * 3)])
def test_levers_and_scenarios_must_fit(values, levers):
    with pytest.raises(ValueError, match="expected values of shape"):
        contributions(values, levers)


def test_an_infinite_value_is_refused():
    with pytest.raises(ValueError, match="finite"):
        contributions(np.array([[1.0, np.inf], [1.0, 2.0]]), ["lever"])
