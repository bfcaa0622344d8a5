import math

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from scipy import stats

from sim.experiment.designs import Design, one_at_a_time, saltelli, trajectories
from sim.experiment.indices import LEFT_OUT, PARTIAL, PLAIN, morris, rank_correlations, sobol, tornado, variance_components

THREE = {"x1": 1, "x2": 1, "x3": 1}


def ishigami(points):
    """Ishigami and Homma (1990), An importance quantification technique in uncertainty analysis for computer models, ISUMA 1990."""
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """First and total, by integrating the function by hand."""
    one, two = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 7**2 / 8
    both = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = one + two + both
    return np.array([one, two, 0]) / variance, np.array([one + both, two, both]) / variance


def lucky(seed):
    rng = np.random.default_rng(seed)
    return lambda name, trajectory, count: rng.random()


def in_order(table, names=THREE):
    return table.set_index("factor").loc[list(names)]


# One at a time


def test_a_tornado_by_hand():
    design = one_at_a_time({"a": 1, "b": 2})
    luck = np.array([10.0, -10, 0])
    effects = [[0, 0, 0], [-2, -3, -4], [4, 5, 6], [0, 0, 0], [0, 0, 0], [-1, 1, 0], [1, 2, 0]]
    outputs = luck + np.array(effects)
    table = tornado(design, outputs)
    assert list(zip(table["factor"], table["part"], table["told"], strict=True)) == [("a", 0, True), ("b", 1, False), ("b", 0, False)]
    half = 4.302653 / math.sqrt(3)  # t with 2 degrees of freedom, from a printed table; the differences' standard deviation is 1
    assert table.loc[0, ["at_low", "at_low_from", "at_low_to"]].tolist() == pytest.approx([-3, -3 - half, -3 + half], abs=1e-5)
    assert table.loc[0, ["at_high", "at_high_from", "at_high_to"]].tolist() == pytest.approx([5, 5 - half, 5 + half], abs=1e-5)
    assert table["swing"].tolist() == [8, 1, 0] and (table["replications"] == 3).all()


def test_a_swing_counts_the_base_too():
    table = tornado(one_at_a_time({"a": 1}), np.array([[1.0], [4.0], [3.0]]))
    assert table.loc[0, "swing"] == 3 and not table.loc[0, "told"] and math.isnan(table.loc[0, "at_low_from"])


def test_a_tornado_with_gaps():
    outputs = np.array([[0, 0, 0, np.nan], [1, 1, np.nan, 1], [2, 4, 9, 2], [np.nan] * 4, [1, 1, 1, 1]])
    table = tornado(one_at_a_time({"b": 1, "a": 1}), outputs)
    assert table["factor"].tolist() == ["b", "a"] and table["replications"].tolist() == [2, 0]
    assert table.loc[0, ["at_low", "at_high", "swing"]].tolist() == [1, 3, 3]
    assert table.loc[1, ["at_low", "at_high", "swing"]].isna().all() and not table.loc[1, "told"]


# Morris


def test_morris_as_salib_1_6_0():
    design = trajectories(THREE, 12, lucky(1))
    outputs = ishigami(design.points)
    ours = in_order(morris(design, outputs[:, np.newaxis]))
    problem = {"num_vars": 3, "names": list(THREE), "bounds": [[0, 1]] * 3}
    theirs = salib_morris.analyze(problem, design.points, outputs, num_levels=4, seed=1)
    for name in ("mu_star", "mu", "sigma"):
        np.testing.assert_allclose(ours[name], np.asarray(theirs[name], dtype=float), rtol=1e-12, atol=1e-12)
    assert ours["luck"].isna().all() and (ours["trajectories"] == 12).all()


def test_sets_as_salib_1_6_0():
    design = trajectories({"x1": 1, "rest": 2}, 9, lucky(2))
    outputs = ishigami(design.points)
    ours = in_order(morris(design, outputs[:, np.newaxis]), ["x1", "rest"])
    problem = {"num_vars": 3, "names": list(THREE), "bounds": [[0, 1]] * 3, "groups": ["x1", "rest", "rest"]}
    theirs = salib_morris.analyze(problem, design.points, outputs, num_levels=4, seed=1)
    assert list(theirs["names"]) == ["x1", "rest"] and ours["mu_star"].tolist() == pytest.approx(list(theirs["mu_star"]), rel=1e-12)
    assert ours.loc["rest", ["mu", "sigma"]].isna().all() and ours.loc["x1", ["mu", "sigma"]].notna().all()


def test_an_elementary_effect_is_that_of_the_whole_interval():
    design = trajectories({"none": 1, "down": 1, "up": 1}, 5, lucky(3))
    table = in_order(morris(design, (7 - 4 * design.points[:, [1]] + 3 * design.points[:, [2]])), ["down", "up", "none"])
    assert table["mu"].tolist() == pytest.approx([-4, 3, 0], abs=1e-12) and table["mu_star"].tolist() == pytest.approx([4, 3, 0], abs=1e-12)
    assert table["sigma"].tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert morris(design, -4 * design.points[:, [1]])["factor"].tolist() == ["down", "none", "up"]


def test_luck_in_an_elementary_effect():
    design = trajectories(THREE, 200, lucky(4))
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 2, (len(design.points), 4)) + 50 * rng.normal(size=4)  # what is common to all points does not count
    table = in_order(morris(design, noise))
    # Of a difference of two means of 4, over 2/3; 200 x 3 degrees of freedom: one standard deviation is 2.9%, five miss 1 in 10^6.
    assert table["luck"].tolist() == pytest.approx([2 * math.sqrt(2 / 4) / (2 / 3)] * 3, rel=0.15)
    # Nothing but luck: |N(0, s)| has the mean s sqrt(2 / pi).
    assert table["mu_star"].tolist() == pytest.approx([math.sqrt(2 / np.pi) * 2 * math.sqrt(2 / 4) / (2 / 3)] * 3, rel=0.3)
    assert (table["mu_from"] < 0).all() and (table["mu_to"] > 0).all()


def test_morris_intervals_and_gaps():
    design = trajectories({"a": 1, "b": 1}, 4, lucky(5))
    slopes = np.repeat([1.0, 2, 3, 9], 3)
    outputs = (slopes * design.points[:, 0])[:, np.newaxis]
    outputs[-1] = np.nan
    table = in_order(morris(design, outputs), ["a", "b"])
    half = 4.302653 / math.sqrt(3)  # t with 2 degrees of freedom; the three effects 1, 2, 3 have the standard deviation 1
    assert table.loc["a", ["mu_star_from", "mu_star_to"]].tolist() == pytest.approx([0, 2 + half], abs=1e-5)
    assert table.loc["a", ["mu_from", "mu_to", "sigma", "trajectories"]].tolist() == pytest.approx([2 - half, 2 + half, 1, 3], abs=1e-5)
    outputs[::3] = np.nan
    with pytest.raises(ValueError, match="in 0 of 4 trajectories; at least 1 must"):
        morris(design, outputs)
    one = trajectories({"a": 1}, 1, lucky(6))
    assert morris(one, one.points).loc[0, ["mu_star_from", "mu_star_to", "mu_from", "sigma"]].isna().all()


# Sobol


def test_sobol_on_the_ishigami_function():
    design = saltelli(THREE, 1024, seed=1)
    outputs = ishigami(design.points)
    ours = in_order(sobol(design, outputs[:, np.newaxis], seed=1))
    first, total = ishigami_indices()
    assert first.tolist() == pytest.approx([0.3139, 0.4424, 0], abs=1e-4) and total.tolist() == pytest.approx(
        [0.5576, 0.4424, 0.2437], abs=1e-4
    )
    assert ((ours["first_from"] < first) & (first < ours["first_to"])).all()
    assert ((ours["total_from"] < total) & (total < ours["total_to"])).all()
    assert (ours[["first_to", "total_to"]].to_numpy() - ours[["first_from", "total_from"]].to_numpy()).max() < 0.3

    rows = outputs.reshape(1024, 5)
    parts = {"f_A": rows[:, 0], "f_B": rows[:, 1], "f_AB": rows[:, 2:].T[:, np.newaxis]}
    scipys = stats.sobol_indices(func=parts, n=1024)
    np.testing.assert_allclose(ours["first"], scipys.first_order, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours["total"], scipys.total_order, rtol=1e-10, atol=1e-12)

    problem = {"num_vars": 3, "names": list(THREE), "bounds": [[0, 1]] * 3}
    salibs = salib_sobol.analyze(problem, rows[:, [0, 2, 3, 4, 1]].ravel(), calc_second_order=False, seed=1)
    np.testing.assert_allclose(ours["total"], salibs["ST"], rtol=1e-10)
    # SALib 1.6.0 centres by the mean of all points, ours and scipy by that of A and B. In the mean of b (mixed - a) that adds the
    # difference of the two times the mean of (mixed - a), which is of the order of 1 / n.
    moved = (rows[:, :2].mean() - rows.mean()) * (rows[:, 2:] - rows[:, :1]).mean(axis=0) / rows[:, :2].var()
    np.testing.assert_allclose(ours["first"] + moved, salibs["S1"], rtol=1e-10, atol=1e-12)
    assert 0 < np.abs(moved).max() < 1e-3
    # The bootstraps resample the same rows: standard errors from our percentiles and SALib's normal interval agree within their own noise,
    # a tenth or so with SALib's 100 resamples.
    widths = (ours["first_to"] - ours["first_from"]) / 2, (ours["total_to"] - ours["total_from"]) / 2
    np.testing.assert_allclose(widths, [salibs["S1_conf"], salibs["ST_conf"]], rtol=0.4)


def test_a_set_counts_as_the_sum_of_its_numbers_where_there_are_no_interactions():
    weights, sizes = np.array([3.0, 1, 2, 0, 1]), {"a": 1, "set": 2, "none": 1, "b": 1}
    design = saltelli(sizes, 1024, seed=2)
    table = in_order(sobol(design, (design.points @ weights)[:, np.newaxis], seed=2), sizes)
    expected = np.array([9, 1 + 4, 0, 1]) / 15
    np.testing.assert_allclose(table["first"], expected, atol=0.02)
    np.testing.assert_allclose(table["total"], expected, atol=0.02)
    assert table.loc["none", ["first", "first_from", "first_to", "total", "total_from", "total_to"]].tolist() == [0] * 6
    alone = saltelli(dict.fromkeys("abcde", 1), 1024, seed=2)
    each = in_order(sobol(alone, (alone.points @ weights)[:, np.newaxis], seed=2), "abcde")
    assert table.loc["set", "total"] == pytest.approx(each.loc[["b", "c"], "total"].sum(), abs=0.02)


def test_interactions_within_a_set_are_the_sets_own():
    sizes = {"pair": 2, "x2": 1}  # x1 and x3 of the Ishigami function, which interact with each other only
    design = saltelli(sizes, 1024, seed=3)
    table = in_order(sobol(design, ishigami(design.points[:, [0, 2, 1]])[:, np.newaxis], seed=3), sizes)
    total = 1 - ishigami_indices()[0][1]
    np.testing.assert_allclose(table[["first", "total"]], [[total, total], [1 - total, 1 - total]], atol=0.03)


def test_one_factor_is_all():
    design = saltelli({"a": 1}, 512, seed=4)
    table = sobol(design, design.points**2, seed=4)
    assert table[["first", "total"]].to_numpy() == pytest.approx(1, abs=0.05)


def test_luck_in_a_total_index():
    # Noise of its own at each point: a factor without influence gets the total index that noise has in the variance, and says so.
    design = saltelli({"a": 1, "none": 1}, 1024, seed=5)
    rng = np.random.default_rng(5)
    outputs = 6 * design.points[:, [0]] + rng.normal(0, 1, (len(design.points), 3)) + 100 * rng.normal(size=3)
    table = in_order(sobol(design, outputs, seed=5), ["a", "none"])
    share = (1 / 3) / (36 / 12 + 1 / 3)
    # Half the mean squared difference of two such has a relative standard deviation of sqrt(2 / 1024), 4.4%; five miss 1 in 10^6.
    assert table.loc["none", "total"] == pytest.approx(share, rel=0.22) and table.loc["none", "luck"] == pytest.approx(share, rel=0.22)
    assert table.loc["a", "total"] - table.loc["a", "luck"] == pytest.approx(1 - share, abs=0.1)
    assert sobol(design, outputs[:, :1], seed=5)["luck"].isna().all()


def test_sobol_is_its_seeds_and_leaves_rows_with_gaps_out():
    design = saltelli(THREE, 64, seed=6)
    outputs = np.column_stack([ishigami(design.points), ishigami(design.points) + 1])
    table = sobol(design, outputs, seed=6)
    pd.testing.assert_frame_equal(table, sobol(design, outputs, seed=6))
    other = sobol(design, outputs, seed=7)
    assert other["total"].equals(table["total"]) and not other["total_from"].equals(table["total_from"])
    outputs[5 * 10 + 3, 1] = np.nan
    kept = np.delete(np.arange(320), np.arange(50, 55))
    left = sobol(design, outputs, seed=6)
    assert (left["rows"] == 63).all()
    pd.testing.assert_frame_equal(left, sobol(Design(THREE, design.points[kept]), outputs[kept], seed=6))
    with pytest.raises(ValueError, match="in 0 of 64 rows; at least 2 must"):
        sobol(design, outputs * np.nan, seed=6)


@pytest.mark.parametrize("row", [0, 7, 15])
def test_what_a_single_row_tells_is_in_the_interval_whichever_row_it_is(row):
    """One factor moves the figure in one row only, the first or the last: some of the resampled have it, some have not."""
    design = saltelli({"rare": 1, "other": 1}, 16, seed=8)
    outputs = design.points[:, [1]].copy()
    outputs[4 * row : 4 * row + 4] += 5 * design.points[4 * row : 4 * row + 4, [0]]
    rare = sobol(design, outputs, seed=8).set_index("factor").loc["rare"]
    assert 0 == rare["total_from"] < rare["total"] < rare["total_to"]


def test_a_figure_that_never_changes_has_no_shares():
    design = saltelli(THREE, 16, seed=7)
    table = sobol(design, np.full((80, 3), 0.1), seed=7)
    assert table["factor"].tolist() == list(THREE) and table.drop(columns=["factor", "rows"]).isna().to_numpy().all()


# Random draws


def own(shape):
    return np.arange(math.prod(shape)).reshape(shape)


def test_variance_components_by_hand():
    # Draw means 1, 4, 4; B = 2 x 3 = 6 with 2 degrees of freedom; W = (2 + 2 + 8) / 3 = 4 with 3.
    outputs = np.array([[0.0, 2], [3, 5], [2, 6]])
    parts = variance_components(outputs, own((3, 2)))
    assert (parts.draws, parts.replications, parts.mean) == (3, 2, 3)
    assert (parts.parameters, parts.luck, parts.share, parts.luck_in_means) == pytest.approx((1, 4, 1 / 5, 4 / 6))
    # Student's t and F from printed tables: t(2) 4.302653, t(3) 3.182446; F(2, 3) at 97.5% 16.04411, at 2.5% 1 / 39.16549.
    assert parts.interval == pytest.approx((3 - 4.302653, 3 + 4.302653), abs=1e-5)
    within = 3.182446 * math.sqrt(4 / 6)
    assert parts.monte_carlo == pytest.approx((3 - within, 3 + within), abs=1e-5)
    high = 1.5 * 39.16549
    assert parts.share_interval == pytest.approx((0, (high - 1) / (high + 1)), abs=1e-6)
    assert parts.luck_in_means_interval == pytest.approx((1 / high, 1), abs=1e-6)
    assert parts.range == pytest.approx((1 + 3 * 0.05, 4))
    assert stats.f_oneway(*outputs).statistic == pytest.approx(6 / 4)


def test_variance_components_of_luck_only_or_none():
    only_luck = variance_components(np.array([[0.0, 2], [2, 0], [0, 2]]), own((3, 2)))
    assert (only_luck.parameters, only_luck.luck, only_luck.share, only_luck.luck_in_means) == (0, 2, 0, 1)
    none = variance_components(np.array([[0.1] * 3, [0.7] * 3]), own((2, 3)))
    assert (none.luck, none.share, none.share_interval, none.luck_in_means) == (0, 1, (1, 1), 0)
    assert none.luck_in_means_interval == (0, 0) and none.monte_carlo == (none.mean, none.mean)
    still = variance_components(np.full((4, 3), 0.1), own((4, 3)))
    assert (still.parameters, still.luck) == (0, 0) and math.isnan(still.share) and math.isnan(still.luck_in_means)


def test_draws_with_gaps_are_left_out_and_shared_luck_refused():
    outputs = np.array([[0.0, 2], [3, 5], [1, np.nan], [2, 6]])
    parts = variance_components(outputs, own((4, 2)))
    assert parts == variance_components(outputs[[0, 1, 3]], own((3, 2))) and parts.draws == 3
    with pytest.raises(ValueError, match="draws share replications"):
        variance_components(outputs, np.tile([0, 1], (4, 1)))
    with pytest.raises(ValueError, match="two replications or more"):
        variance_components(np.ones((4, 1)), own((4, 1)))
    with pytest.raises(ValueError, match="in 1 of 1 draws; at least 2 must"):
        variance_components(outputs[:1], own((1, 2)))


def test_intervals_of_variance_components_hold_what_they_should():
    # 600 studies of 30 draws x 2: at 95% the number that hold the truth has a standard deviation of 5.3, so that 570 +- 21 (four of them)
    # misses one time in 16,000 each.
    rng = np.random.default_rng(8)
    held = np.zeros(4)
    estimates = []
    for _ in range(600):
        draws = rng.normal(0, 2, (30, 1))
        outputs = 10 + draws + rng.normal(0, 3, (30, 2))
        parts = variance_components(outputs, own((30, 2)))
        pairs = [
            (parts.share_interval, 4 / 13),
            (parts.luck_in_means_interval, 4.5 / 8.5),
            (parts.interval, 10),
            (parts.monte_carlo, 10 + draws.mean()),
        ]
        held += [low <= truth <= high for (low, high), truth in pairs]
        estimates.append((parts.parameters, parts.luck))
    assert np.abs(held - 570).max() <= 21
    # Means over 600 of estimates of 4 and 9. Standard deviations of one: 2.5 (two mean squares of 17 and 9) and 2.3; four of the mean.
    assert np.mean(estimates, axis=0) == pytest.approx([4, 9], abs=0.41)


def hypercube(rng, draws, numbers):
    return (np.argsort(rng.random((numbers, draws)), axis=1).T + rng.random((draws, numbers))) / draws


def test_plain_and_partial_rank_correlations_against_scipy():
    rng = np.random.default_rng(9)
    points = hypercube(rng, 9, 4)
    y = np.exp(points[:, [0]] * 2) - points[:, [1]] + rng.normal(0, 0.3, (9, 2))
    plain = in_order(rank_correlations(Design(dict.fromkeys("abcd", 1), points[:8]), y[:8]), "abcd")
    assert (plain["kind"] == PLAIN).all() and (plain["draws"] == 8).all()
    expected = [stats.spearmanr(points[:8, i], y[:8].mean(axis=1)).statistic for i in range(4)]
    assert plain["correlation"].tolist() == pytest.approx(expected)
    partial = in_order(rank_correlations(Design(dict.fromkeys("abcd", 1), points), y), "abcd")
    assert (partial["kind"] == PARTIAL).all()
    inverse = np.linalg.inv(stats.spearmanr(np.column_stack([points, y.mean(axis=1)])).statistic)
    np.testing.assert_allclose(partial["correlation"], -inverse[4, :4] / np.sqrt(inverse[4, 4] * np.diag(inverse)[:4]))
    r = partial.loc["a", "correlation"]
    half = 1.959964 * math.sqrt((1 + r * r / 2) / (9 - 3 - 3))
    assert np.arctanh(partial.loc["a", ["low", "high"]].to_numpy(dtype=float)) == pytest.approx(
        [np.arctanh(r) - half, np.arctanh(r) + half], abs=1e-5
    )


def test_rank_correlations_leave_sets_out_and_say_so():
    rng = np.random.default_rng(10)
    points = hypercube(rng, 40, 4)
    y = -points[:, [3]] + 0.1 * points[:, [0]] + 0.3 * points[:, [2]]
    table = rank_correlations(Design({"a": 1, "set": 2, "b": 1}, points), y)
    assert table["factor"].tolist() == ["b", "a", "set"] and table["kind"].tolist() == [PARTIAL, PARTIAL, LEFT_OUT]
    assert table.loc[0, "correlation"] < -0.9 and math.isnan(table.loc[2, "correlation"])
    sets_only = rank_correlations(Design({"set": 4}, points), y)
    assert sets_only["kind"].tolist() == [LEFT_OUT]


def test_rank_correlations_of_what_is_settled():
    points = hypercube(np.random.default_rng(11), 20, 2)
    table = in_order(rank_correlations(Design({"a": 1, "b": 1}, points), points[:, [0]] ** 3), "ab")
    assert table.loc["a", ["correlation", "low", "high"]].tolist() == pytest.approx([1, 1, 1])
    assert table.loc["b", ["correlation", "low", "high"]].isna().all()  # nothing is left for it to explain
    still = rank_correlations(Design({"a": 1, "b": 1}, points), np.full((20, 2), 5.0))
    assert still["correlation"].isna().all()
    gaps = np.where(np.arange(20) < 3, np.nan, points[:, 0])[:, np.newaxis]
    assert (rank_correlations(Design({"a": 1}, points[:, :1]), gaps)["draws"] == 17).all()
    with pytest.raises(ValueError, match="in 0 of 20 draws; at least 2 must"):
        rank_correlations(Design({"a": 1}, points[:, :1]), gaps * np.nan)


def test_intervals_of_rank_correlations_hold_what_they_should():
    # 100 studies of 40 draws and 12 factors, of which 10 have no influence: 1,000 intervals at 95%, the share of which that hold 0 has a
    # standard deviation of 0.7 points. Four of those, and one for the approximation: one time in 16,000.
    rng = np.random.default_rng(12)
    held = []
    for _ in range(100):
        points = hypercube(rng, 40, 12)
        y = 3 * points[:, [0]] + points[:, [1]] + rng.normal(0, 0.3, (40, 1))
        table = in_order(rank_correlations(Design({f"f{i}": 1 for i in range(12)}, points), y), [f"f{i}" for i in range(12)])[2:]
        held.append(((table["low"] < 0) & (table["high"] > 0)).mean())
    assert np.mean(held) == pytest.approx(0.95, abs=0.038)


def test_outputs_must_be_those_of_the_design():
    design = saltelli(THREE, 4, 1)
    for outputs in (np.zeros((19, 2)), np.zeros(20), np.zeros((20, 0))):
        with pytest.raises(ValueError, match="expected outputs of 20 points"):
            sobol(design, outputs, seed=1)
