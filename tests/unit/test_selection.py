import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from sim.experiment.selection import BEST, IN_ALL, IN_NONE, IN_SOME, NO_VALUE, choose, h_squared, select


class Table:
    """Values known beforehand, and what was asked for."""

    def __init__(self, rows):
        self.rows, self.asked = np.asarray(rows, dtype=float), []

    def __call__(self, points, n):
        self.asked.append((list(points), n))
        return self.rows[list(points), :n]


def run(rows, **options):
    rows = np.asarray(rows, dtype=float)
    defaults = {"better": "lower", "indifference": 1.0, "first": 10, "step": 5, "most": rows.shape[1]}
    return select(Table(rows), range(len(rows)), **defaults | options)


def by_point(selected):
    return {row.point: row for row in selected.rows}


def normal(seed, means, replications, correlation=0.0):
    """Standard normal values about the means, columns correlated as by common luck."""
    rng = np.random.default_rng(seed)
    shared, own = rng.normal(size=replications), rng.normal(size=(len(means), replications))
    return np.array(means)[:, None] + math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own


# Against sim-tools 1.3.0


@pytest.mark.parametrize(  # k, confidence, first: h^2 as sim_tools.ovs.indifference_zone.KN of sim-tools 1.3.0 has it
    ("k", "confidence", "first", "expected"),
    [
        (2, 0.95, 10, 6.012904834800527),
        (5, 0.95, 10, 11.429410772766115),
        (10, 0.95, 20, 11.511484538672446),
        (3, 0.9, 5, 8.649110640673516),
        (100, 0.95, 10, 32.68110455907516),
    ],
)
def test_the_constant_is_that_of_sim_tools(k, confidence, first, expected):
    assert h_squared(k, first, confidence) == pytest.approx(expected, rel=1e-12)


TWO = ["hogmofjglpqfimplilkjillkjgjojgomqk", "njkkmolokmfhnjnnpnoljjkijlmkflmonj"]
THREE = ["ijkjikkjiknlfjikjmlljjklkjljjiiiflk", "jkikjikkiijjkhijlfkikiklkkkikjijjkj", "kijikjijlhjklmjjkjjlmkklhkinlkkglmj"]


@pytest.mark.parametrize(
    ("rows", "better", "zone", "best", "dropped"),
    [
        (TWO, "lower", 2.0, 0, {1: 32}),
        (TWO, "higher", 2.0, 1, {0: 32}),
        (THREE, "lower", 0.7, 1, {0: 20, 2: 21}),
        (THREE, "higher", 0.7, 2, {1: 20, 0: 33}),
    ],
)
def test_decisions_on_given_sequences_are_those_of_sim_tools(rows, better, zone, best, dropped):
    """Best and dropped are what KN of sim-tools 1.3.0 says, with n_0 = 6 and alpha = 0.05. It mixes up the variances of pairs when
    there are more than two points, so the first six values of the three are such that all pairs have the same."""
    values = [[ord(letter) - ord("a") for letter in row] for row in rows]
    selected = run(values, better=better, indifference=zone, first=6, step=1)
    assert selected.finished and selected.best == best
    assert {row.point: row.replications for row in selected.rows if row.dropped} == dropped


# What is decided, and what is told


def test_clear_differences_are_told_at_the_first_look():
    table = Table(normal(1, [30, 10, 20], 50))
    selected = select(table, [0, 1, 2], better="lower", indifference=1, first=10, most=50, step=5)
    assert (selected.best, selected.finished, selected.told_apart, selected.replications) == (1, True, True, 30)
    assert table.asked == [([0, 1, 2], 10)]
    assert [row.verdict for row in selected.rows] == [BEST, "higher", "higher"]
    assert [(row.point, row.against, row.dropped) for row in selected.rows] == [(1, None, False), (2, 1, True), (0, 1, True)]
    higher = select(table, [0, 1, 2], better="higher", indifference=1, first=10, most=50, step=5)
    assert higher.best == 0 and {row.verdict for row in higher.rows[1:]} == {"lower"}


def test_intervals_allow_for_the_others_and_for_looking_again():
    rows = normal(2, [0, 1, 9], 60)
    selected = by_point(run(rows, indifference=0.5))
    assert [selected[i].replications for i in (1, 2)] == [15, 10] and selected[1].against == selected[2].against == 0
    for point, n, shares in ((2, 10, 2), (1, 15, 6)):  # dropped at the first look and at the second: halves and sixths of the risk
        gap = rows[point, :n] - rows[0, :n]
        half = stats.t.ppf(1 - 0.05 / (2 * 2 * shares), n - 1) * gap.std(ddof=1) / math.sqrt(n)
        row = selected[point]
        assert row.pairs == n and (row.difference, row.low, row.high) == pytest.approx((gap.mean(), gap.mean() - half, gap.mean() + half))


def test_a_dropped_point_that_may_be_as_good_is_a_rival():
    rows = normal(3, [0, 0.05, 5], 400)
    selected = run(rows, indifference=0.5, first=10, step=5)
    other = selected.rows[1]
    assert selected.finished and other.dropped and other.verdict == "no difference can be told" and other.low < 0 < other.high
    assert [row.point for row in selected.rivals] == [other.point] and not selected.told_apart
    assert selected.rows[2].point == 2 and selected.rows[2].verdict == "higher"


def test_only_those_left_get_more_and_never_more_than_the_budget():
    table = Table(normal(4, [0, 0.1, 8], 100))
    selected = select(table, [0, 1, 2], better="lower", indifference=0.1, first=10, most=33, step=10)
    assert table.asked == [([0, 1, 2], 10), ([0, 1], 20), ([0, 1], 30), ([0, 1], 33)]
    assert not selected.finished and not selected.told_apart and selected.replications == 33 + 33 + 10
    assert {row.point: row.dropped for row in selected.rows} == {0: False, 1: False, 2: True}
    assert selected.rivals[0].against == selected.best and selected.rivals[0].pairs == 33


def test_what_another_dropped_is_compared_with_the_best_all_the_same():
    """The second drops the third at once, and then loses to the first, which swings too widely to tell the third from it."""
    swing = np.tile([6.0, -6.0], 30)
    rows = np.array([swing, np.r_[np.full(10, -1.0), np.full(50, 3.0)], np.full(60, 5.0)])
    selected = run(rows)
    third = by_point(selected)[2]
    gap = rows[2, :10] - rows[0, :10]
    assert selected.best == 0 and third.dropped and third.against == 1 and third.verdict == "higher"
    assert third.difference == pytest.approx(gap.mean()) and third.low < 0 < third.high
    assert [row.point for row in selected.rivals] == [1]


def test_the_numbers_of_points_are_the_callers():
    selected = select(Table(normal(5, [9, 0, 9, 5, 9], 20)), [3, 1], better="higher", indifference=1, most=20)
    assert selected.best == 3 and selected.rows[1].point == 1 and selected.rows[1].against == 3


# Degenerate cases


def test_one_point_is_the_best_of_one():
    selected = run(normal(6, [4], 40))
    assert (selected.best, selected.finished, selected.told_apart, selected.replications) == (0, True, True, 10)
    assert selected.rows[0].verdict == BEST


def test_equal_points_are_both_listed_and_end_at_once():
    same = normal(7, [2], 1000)[0]
    selected = run([same, same, same + 3])
    assert selected.best == 0 and selected.finished and selected.replications == 30
    assert [row.verdict for row in selected.rows] == [BEST, "the same", "higher"]
    assert (selected.rivals[0].low, selected.rivals[0].high, selected.rivals[0].dropped) == (0, 0, False)


def test_a_constant_difference_needs_no_more_than_the_first_look():
    selected = run([np.arange(40.0), np.arange(40.0) - 0.25], indifference=1)  # exact in binary, and less than the zone
    worse = selected.rows[1]
    assert (selected.best, worse.replications, worse.verdict) == (1, 10, "higher")
    assert worse.difference == worse.low == worse.high == 0.25


def test_tied_means_with_noise_go_on_to_the_bound():
    """Means that are equal at every look are never decided; the bound ends it, not the budget."""
    swing = np.tile([-1.0, 1.0], 500)
    selected = run([swing, -swing], step=2)
    bound = h_squared(2, 10, 0.95) * np.var(2 * swing[:10], ddof=1)
    assert selected.finished and selected.rows[0].replications == 2 * (math.floor(bound) // 2 + 1)
    assert selected.rivals[0].verdict == "no difference can be told"


# Replications without a value


def test_pairs_are_replications_in_which_both_have_a_value():
    rows = normal(8, [0, 4], 60, correlation=0.5)
    rows[0, ::3] = np.nan
    holes, whole = run(rows), run(rows[:, np.isfinite(rows).all(axis=0)], step=1)
    assert holes.best == whole.best == 0 and holes.told_apart
    assert holes.rows[1].replications == 15 and holes.rows[1].pairs == 10  # ten pairs are needed, and come with the second stage
    assert holes.rows[1].difference == pytest.approx(whole.rows[1].difference)
    assert holes.rows[0].estimate == pytest.approx(np.nanmean(rows[0, :15]))


def test_a_point_without_values_is_set_aside():
    rows = normal(9, [0, 4, 0], 60)
    rows[2] = np.nan
    selected = run(rows)
    assert selected.best == 0 and selected.finished and selected.told_apart
    assert selected.rows[-1].verdict == NO_VALUE and selected.rows[-1].replications == 10 and math.isnan(selected.rows[-1].estimate)
    with pytest.raises(ValueError, match="no point has a value in the first 10 replications"):
        run(np.full((2, 20), np.nan))


def test_points_that_beat_one_another_in_a_ring_are_not_all_dropped():
    """Each beats the next in the replications that the two share, which are different ones for each pair."""
    rows = np.full((3, 60), np.nan)
    for pair, (winner, loser) in enumerate([(0, 1), (1, 2), (2, 0)]):
        rows[winner, pair::3], rows[loser, pair::3] = 0.0, 5.0 + pair
    selected = run(rows)
    assert selected.rows[0].verdict == BEST and len(selected.rows) == 3


def test_only_what_is_worse_is_told_apart():
    """By its own mean the first point is best; where both have a value the second is, clearly, and so it is a rival."""
    rows = normal(11, [5.0, 3.0], 60, correlation=0.98)
    rows[0, 1::2] = 0.0
    rows[1, 1::2] = np.nan
    selected = run(rows)
    assert selected.best == 0 and selected.rows[1].verdict == "lower"
    assert [row.point for row in selected.rivals] == [1]


def test_scarce_values_end_with_the_budget():
    rows = normal(10, [0, 4], 60)
    rows[1, 1:] = np.nan
    selected = run(rows)
    assert not selected.finished and selected.rows[0].replications == 60 and not selected.told_apart
    assert selected.rivals[0].pairs == 1 and math.isnan(selected.rivals[0].low)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"better": "faster"}, "better must be"),
        ({"indifference": 0}, "above 0"),
        ({"indifference": math.nan}, "above 0"),
        ({"confidence": 0.5}, "between 0.5 and 1"),
        ({"first": 1}, "2 <= first <= most"),
        ({"most": 9}, "2 <= first <= most"),
        ({"step": 0}, "step >= 1"),
    ],
)
def test_arguments_out_of_range_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        run(np.zeros((2, 20)), **wrong)


def test_points_are_asked_for_once():
    for points in ([], [1, 1]):
        with pytest.raises(ValueError, match="each once"):
            select(Table(np.zeros((2, 20))), points, better="lower", indifference=1)


# Promises, by chance: fixed seeds


def shares(means, correlation, tries, **options):
    """How often the best is the first point, how often it is that or a rival, and the mean number of replications."""
    found = [run(normal([97, i], means, 400, correlation), **options) for i in range(tries)]
    named = sum(each.best == 0 for each in found)
    listed = sum(0 in (each.best, *(row.point for row in each.rivals)) for each in found)
    assert all(each.finished for each in found)
    return named, listed, np.mean([each.replications for each in found])


@pytest.mark.parametrize("step", [1, 5])
def test_the_best_is_named_as_often_as_promised_in_the_least_favourable_case(step):
    """The best of five is better than the others by exactly the zone. At 95%, fewer than 275 of 300 happens once in 200 times; with
    half of h^2 it is about 265 without common luck."""
    means, options = [0.0, 0.5, 0.5, 0.5, 0.5], {"indifference": 0.5, "step": step}
    independent, paired = shares(means, 0.0, 300, **options), shares(means, 0.7, 300, **options)
    assert independent[0] >= 275 and paired[0] >= 275
    assert paired[2] < 0.5 * independent[2]  # common luck leaves 0.3 of the variance of a difference


def test_the_best_is_listed_even_if_it_is_better_by_less_than_the_zone():
    """Another is named in a third of the cases. Fewer than 137 of 150 listed would happen once in 50 times at 95%."""
    named, listed, _ = shares([0.0, 0.2, 0.2], 0.0, 150, indifference=0.6)
    assert listed >= 137 > named


def test_points_that_do_not_differ_are_not_told_apart():
    """Independent values, equal means: whatever is told apart is so by chance. Any one of the four is told from another in at most 5%,
    any two, of twice as many pairs, in at most 10%; more than 25 of 150 would happen once in 250 times. Intervals that allow neither
    for the number of points nor for looking again give about 47."""
    found = [run(normal([5, i], [0.0] * 4, 400), indifference=0.6) for i in range(150)]
    assert all(each.finished for each in found)
    assert sum(len(each.rivals) < 3 for each in found) <= 25


# Subsets


GAIN = {"Ash": 5.0, "Birch": 3.0, "Cedar": 2.9, "Dell": 0.5}


class Sites:
    """A wait that each open site shortens, and common luck; `together` are subsets that do something more."""

    def __init__(self, gain, together=(), noise=0.3):
        self.gain, self.together, self.noise, self.asked = gain, dict(together), noise, []

    def __call__(self, subsets, n):
        self.asked.append(list(subsets))
        shared = np.random.default_rng(1).normal(20, 2, n)
        return np.array([shared - self.of(each) + self.own(each, n) for each in subsets])

    def of(self, subset):
        return sum(self.gain[name] for name in subset) + self.together.get(subset, 0.0)

    def own(self, subset, n):
        names = list(self.gain)
        return np.random.default_rng([2, *(names.index(name) for name in subset)]).normal(0, self.noise, n)


def test_all_subsets_are_compared_where_they_are_few():
    sites = Sites(GAIN)
    chosen = choose(sites, list(GAIN), 2, better="lower", indifference=0.3)
    assert chosen.exhaustive and chosen.finished and sites.asked[0] == list(combinations(GAIN, 2))
    assert {chosen.best, *chosen.rivals} == {("Ash", "Birch"), ("Ash", "Cedar")}
    assert chosen.standing == {"Ash": IN_ALL, "Birch": IN_SOME, "Cedar": IN_SOME, "Dell": IN_NONE}
    assert chosen.counts == {"Ash": 2, "Birch": 1, "Cedar": 1, "Dell": 0}


def test_a_build_up_adds_to_those_chosen():
    sites = Sites(GAIN)
    chosen = choose(sites, list(GAIN), 2, better="lower", indifference=0.3, most_subsets=5)
    assert not chosen.exhaustive and [each.best for each in chosen.rounds] == [("Ash",), chosen.best]
    assert {chosen.best, *chosen.rivals} == {("Ash", "Birch"), ("Ash", "Cedar")}
    assert chosen.standing == {"Ash": IN_ALL, "Birch": IN_SOME, "Cedar": IN_SOME, "Dell": IN_NONE}
    assert {len(subset) for asked in sites.asked for subset in asked} == {1, 2}
    order = list(GAIN)
    assert all(list(subset) == sorted(subset, key=order.index) for asked in sites.asked for subset in asked)


def test_a_build_up_does_not_call_certain_what_it_took_by_chance():
    """The first round cannot tell Ash from Birch, though every subset of the second contains the one it took."""
    gain = {"Ash": 5.0, "Birch": 5.0, "Cedar": 1.0, "Dell": 0.5}
    chosen = choose(Sites(gain), list(gain), 2, better="lower", indifference=0.3, most_subsets=5)
    assert set(chosen.best) == {"Ash", "Birch"} and not chosen.rivals
    first, second = chosen.rounds[0].best[0], next(name for name in chosen.best if name != chosen.rounds[0].best[0])
    assert chosen.standing == {first: IN_SOME, second: IN_ALL, "Cedar": IN_NONE, "Dell": IN_NONE}


def test_a_build_up_may_miss_what_is_good_together_only():
    together = {("Cedar", "Dell"): 9.0}
    every = choose(Sites(GAIN, together), list(GAIN), 2, better="lower", indifference=0.3)
    step_by_step = choose(Sites(GAIN, together), list(GAIN), 2, better="lower", indifference=0.3, most_subsets=5)
    assert every.best == ("Cedar", "Dell") and step_by_step.best[0] == "Ash"


def test_the_rounds_of_a_build_up_share_the_risk():
    sites = Sites(GAIN)
    chosen = choose(sites, list(GAIN), 2, better="lower", indifference=0.3, most_subsets=5)
    first = select(
        lambda points, n: sites([(list(GAIN)[i],) for i in points], n), range(4), better="lower", indifference=0.3, confidence=0.975
    )
    assert chosen.rounds[0].selected == first


def test_choosing_all_or_one():
    everything = choose(Sites(GAIN), list(GAIN), 4, better="lower", indifference=0.3)
    assert everything.best == tuple(GAIN) and not everything.rivals and set(everything.standing.values()) == {IN_ALL}
    assert choose(Sites(GAIN), list(GAIN), 1, better="higher", indifference=0.3).best == ("Dell",)


def test_what_cannot_be_chosen_is_refused():
    for k in (0, 5):
        with pytest.raises(ValueError, match=f"between 1 and 4 candidates, not {k}"):
            choose(Sites(GAIN), list(GAIN), k, better="lower", indifference=1)
    with pytest.raises(ValueError, match="each candidate once"):
        choose(Sites(GAIN), ["Ash", "Ash"], 1, better="lower", indifference=1)
