import numpy as np
import pytest
from SALib.sample import sobol as salib_sobol
from scipy.stats import kstest

from sim.experiment.designs import columns, one_at_a_time, saltelli, trajectories
from sim.luck import Luck, Purpose, Subject, name_hash

SIZES = {"claims": 1, "shares": 3, "wait": 1}


def uniform(name, trajectory, count):
    return Luck(7, 0).uniform(Subject(name_hash(name), trajectory, 0), Purpose.HOME, count)


def test_one_at_a_time():
    expected = [[0.5, 0.5, 0.5], [0, 0.5, 0.5], [1, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 0], [0.5, 0.5, 1]]
    design = one_at_a_time({"a": 1, "b": 2})
    assert design.points.tolist() == expected
    assert design.positions(4) == {"a": (0.5,), "b": (1.0, 0.5)}


def test_factors_must_be_there():
    for make in (columns, one_at_a_time):
        with pytest.raises(ValueError, match="no factor"):
            make({})
        with pytest.raises(ValueError, match="'b' has no number"):
            make({"a": 1, "b": 0})


def test_every_factor_moves_once_by_two_thirds_along_a_trajectory():
    design = trajectories(SIZES, 50, uniform)
    assert design.points.shape == (50 * 4, 5)
    where = list(columns(SIZES).values())
    for points, moved in zip(design.points.reshape(50, 4, 5), design.moved, strict=True):
        assert sorted(moved) == [0, 1, 2]
        for before, after, factor in zip(points[:-1], points[1:], moved, strict=True):
            change = np.abs(after - before)
            assert change[where[factor]] == pytest.approx(2 / 3)
            assert change.sum() == pytest.approx(2 / 3 * SIZES[list(SIZES)[factor]])
    assert set(np.round(design.points.ravel() * 3, 12)) == {0, 1, 2, 3}


def test_levels_directions_and_order_are_even():
    # 600 trajectories: a count of 600 p has a standard deviation of at most 12.2; five of them miss one time in two million.
    design = trajectories(SIZES, 600, uniform)
    points = design.points.reshape(600, 4, 5)
    for column in range(5):
        for points_at in (points[:, 0], points[:, -1]):
            assert np.bincount(np.round(points_at[:, column] * 3).astype(int), minlength=4) == pytest.approx(150, abs=53)
        assert np.sum(points[:, -1, column] > points[:, 0, column]) == pytest.approx(300, abs=61)
    together = (points[:, -1, 1] > points[:, 0, 1]) == (points[:, -1, 2] > points[:, 0, 2])
    assert together.sum() == pytest.approx(300, abs=61)  # numbers of a set move in directions of their own
    assert np.bincount(design.moved[:, 0]) == pytest.approx(200, abs=58)


def test_a_factor_moves_alike_whichever_others_there_are():
    few, many = trajectories({"wait": 1, "claims": 1}, 20, uniform), trajectories(SIZES, 20, uniform)
    few_points, many_points = few.points.reshape(20, 3, 2), many.points.reshape(20, 4, 5)
    for end in (0, -1):
        np.testing.assert_array_equal(few_points[:, end], many_points[:, end][:, [4, 0]])
    first = [[("wait", "claims")[factor] for factor in order] for order in few.moved]
    assert first == [[name for factor in order if (name := list(SIZES)[factor]) != "shares"] for order in many.moved]


def test_saltellis_design_mixes_one_factor_at_a_time():
    design = saltelli(SIZES, 16, seed=3)
    rows = design.points.reshape(16, 5, 5)
    a, b = rows[:, 0], rows[:, 1]
    assert not np.any(a == b)
    for factor, where in enumerate(columns(SIZES).values()):
        mixed = a.copy()
        mixed[:, where] = b[:, where]
        np.testing.assert_array_equal(rows[:, 2 + factor], mixed)
    for column in [*a.T, *b.T]:  # one point in each sixteenth: the sequence's balance
        assert sorted(np.floor(column * 16)) == list(range(16))
    # SALib 1.6.0 with the same groups makes as many points, B last and the mixed ones between.
    problem = {"num_vars": 5, "names": list("abcde"), "bounds": [[0, 1]] * 5, "groups": ["claims", "shares", "shares", "shares", "wait"]}
    theirs = salib_sobol.sample(problem, 16, calc_second_order=False, seed=1).reshape(16, 5, 5)
    same = [(rows == rows[:, [k]]).all(axis=0) for k in (0, 1)]
    assert [kind[[0, 2, 3, 4, 1]].tolist() for kind in same] == [(theirs == theirs[:, [k]]).all(axis=0).tolist() for k in (0, 4)]


def test_saltellis_design_is_its_seeds_whatever_the_order_of_factors():
    one, same, other = (saltelli(SIZES, 64, seed).points for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.any(one == other)
    turned = saltelli({name: SIZES[name] for name in ("wait", "shares", "claims")}, 64, 1)
    np.testing.assert_array_equal(turned.points.reshape(64, 5, 5)[:, [0, 1, 4, 3, 2]][:, :, [4, 1, 2, 3, 0]], one.reshape(64, 5, 5))
    assert kstest(one.reshape(64, 5, 5)[:, :2].ravel(), "uniform").pvalue > 0.01


def test_a_sobol_sequence_has_a_power_of_two_points():
    for n in (0, 1, 3, 100):
        with pytest.raises(ValueError, match=f"a power of two, not {n}"):
            saltelli(SIZES, n, 1)
