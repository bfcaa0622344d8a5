"""How many replications. Values are drawn with numpy's default generator and the seeds given, with mean 10."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from sim.experiment.precision import IMPRECISE, MORE, NO_VALUE, PRECISE, UNCONFIRMED, Precision, how_many


def normal(spread, seed, n=700):
    """With a standard deviation of so many times the mean."""
    return 10 + 10 * spread * np.random.default_rng(seed).standard_normal(n)


def lognormal(spread, seed, n=700):
    """With a median of 10."""
    return 10 * np.exp(math.sqrt(math.log(1 + spread**2)) * np.random.default_rng(seed).standard_normal(n))


def by_definition(values, precision):
    """The recommended number, by trying each: all intervals narrow there and over the whole look-ahead."""

    def narrow(n):
        t = stats.t.ppf(0.975, n - 1)
        return all(t * np.std(row[:n], ddof=1) / math.sqrt(n) <= precision.target * abs(np.mean(row[:n])) for row in np.atleast_2d(values))

    numbers = range(precision.initial, np.shape(values)[-1] - precision.look_ahead)
    return next(n for n in numbers if all(narrow(m) for m in range(n, precision.end(n) + 1)))


def test_it_agrees_with_sim_tools():
    """Expected numbers are those of ReplicationsAlgorithm of sim-tools 1.3.0 (alpha 0.05, 3 initial replications, budget 600)."""
    expected = [
        (normal, 0.02, 3, 5, 0.05, 5),
        (normal, 0.05, 3, 10, 0.10, 6),
        (normal, 0.10, 3, 5, 0.05, 25),
        (normal, 0.20, 3, 5, 0.05, 79),
        (normal, 0.25, 3, 0, 0.05, 109),
        (normal, 0.25, 3, 5, 0.05, 118),
        (normal, 0.60, 3, 10, 0.10, 159),
        (lognormal, 0.05, 3, 5, 0.05, 13),
        (lognormal, 0.15, 3, 5, 0.05, 48),
        (lognormal, 0.20, 3, 10, 0.10, 28),
        (lognormal, 0.35, 3, 0, 0.05, 206),
        (lognormal, 0.35, 3, 5, 0.05, 208),
        (lognormal, 0.50, 3, 10, 0.10, 123),
        (lognormal, 0.60, 3, 5, 0.05, 537),
    ]
    for draw, spread, seed, look_ahead, target, number in expected:
        found = how_many(draw(spread, seed), Precision(target=target, look_ahead=look_ahead, most=700))
        assert found.recommended == number, (draw.__name__, spread, look_ahead)


def test_it_differs_from_sim_tools_where_the_paper_does():
    """Where 100 replications are passed, sim-tools 1.3.0 corrects its answer with a look-ahead that does not grow with them.

    It says 180 here. The interval is narrow at 180 to 185 but not at 186; the paper looks ahead to 180 + 5 * 180 / 100 = 189. It also lets
    the look-ahead grow while it looks, so that after 199 it makes 10 replications, not 9.
    """
    values = normal(0.35, 5)
    found = how_many(values, Precision(most=700))
    assert (found.recommended, found.replications) == (188, 197)
    assert (found.relative[0, 179:185] <= 0.05).all() and found.relative[0, 185] > 0.05
    found = how_many(normal(0.35, 3), Precision(most=700))
    assert (found.recommended, found.replications) == (199, 208)


def test_the_look_ahead_grows_beyond_a_hundred():
    precision = Precision(most=1000)
    assert [precision.end(n) for n in (3, 100, 101, 119, 120, 199, 200)] == [8, 105, 106, 124, 126, 208, 210]
    assert all(a < b for a, b in pairwise(precision.end(n) for n in range(1, 1000)))
    assert Precision(look_ahead=0, most=3).end(500) == 500


def test_the_interval_is_students():
    found = how_many([9.0, 10.0, 11.0, 10.0], Precision(most=20))
    assert found.mean[0].tolist() == [9, 9.5, 10, 10] and found.values[0].tolist() == [1, 2, 3, 4]
    assert math.isnan(found.relative[0, 0])
    assert found.relative[0, 2] == pytest.approx(4.302653 / math.sqrt(3) / 10, abs=1e-7)  # t, 2 degrees of freedom, from a printed table
    assert found.relative[0, 3] == pytest.approx(3.182446 * math.sqrt(2 / 3) / 2 / 10, abs=1e-7)


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_what_the_definition_says(seed):
    rows = np.array([normal(0.05 + 0.02 * (seed % 4), 100 + seed, 260), lognormal(0.12, 200 + seed, 260), -normal(0.1, 300 + seed, 260)])
    precision = Precision(target=0.04 + 0.01 * (seed % 3), look_ahead=seed % 7, initial=3 + seed % 5, most=260)
    for values in (rows[0], rows[:2], rows):
        found = how_many(values, precision)
        assert found.outcome == PRECISE
        assert found.recommended == by_definition(values, precision)
        assert found.replications == precision.end(found.recommended)


@pytest.mark.parametrize("most", [60, 400])
@pytest.mark.parametrize("seed", range(6))
def test_it_does_not_matter_how_many_are_made_at_once(seed, most):
    """What is asked for, one by one, by sevens, far more than asked for: the same answer; and nothing asked for is made in vain."""
    values = np.array([normal(0.2, seed, 500), lognormal(0.1, seed + 50, 500)])
    values[1, ::7] = math.nan
    precision = Precision(target=0.04, most=most)

    def search(at_once):
        made = 0
        while (found := how_many(values[:, :made], precision)).outcome == MORE:
            assert made < found.replications <= found.likely <= most
            made = at_once(made, found.replications)
        return made, found

    made, found = search(lambda made, asked: asked)
    assert made == found.replications == found.mean.shape[1]
    assert (found.outcome == PRECISE) == (most == 400) and found.outcome in (PRECISE, IMPRECISE, UNCONFIRMED)
    for at_once in (lambda made, asked: made + 1, lambda made, asked: made + 7, lambda made, asked: asked + 20, lambda made, asked: 500):
        _, other = search(at_once)
        told = ("outcome", "replications", "recommended", "likely", "short")
        assert [getattr(other, name) for name in told] == [getattr(found, name) for name in told]
        for name in ("values", "mean", "relative"):
            np.testing.assert_array_equal(getattr(other, name), getattr(found, name))


def test_all_figures_have_to_be_precise_at_the_same_time():
    """The first is precise early, then again after an outlier at 20 is outweighed; the second from 17 on. Neither counts by itself."""
    first = np.tile([9.9, 10.1], 60)
    first[19] = 20
    second = np.tile([9.0, 11.0], 60)
    precision = Precision(most=120)
    alone = [how_many(row, precision).recommended for row in (first, second)]
    assert alone == [3, 19]
    together = how_many([first, second], precision)
    assert together.recommended == by_definition([first, second], precision) > 30
    assert (together.relative[:, together.recommended - 1 :] <= 0.05).all() and together.short == ()


def test_the_look_ahead_keeps_from_stopping_by_luck():
    """Three that happen to be alike."""
    values = np.concatenate([[10, 10.001, 9.999], normal(0.2, 1)])
    assert how_many(values, Precision(look_ahead=0, most=700)).recommended == 3
    assert how_many(values, Precision(most=700)).recommended > 20


def test_no_fewer_are_recommended_than_the_initial_ones():
    assert how_many(normal(0.02, 3), Precision(initial=20, most=100)).recommended == 20


def test_what_is_asked_for_first():
    """Nothing is known yet; the initial replications and their look-ahead are needed in any case."""
    for nothing in ([], np.zeros((2, 0))):
        found = how_many(nothing, Precision(initial=4, most=100))
        assert (found.outcome, found.replications, found.likely, found.short) == (MORE, 9, 9, ())


def test_the_guess_grows_with_the_square():
    """Twice too wide at 10: about 40, and the look-ahead."""
    values = np.tile([9.0, 11.0], 5)
    relative = how_many(values, Precision(most=10)).relative[0, -1]
    found = how_many(values, Precision(target=relative / 2 + 1e-9, most=100))
    assert (found.outcome, found.replications, found.likely, found.short) == (MORE, 16, 45, (0,))
    assert how_many(values, Precision(target=relative / 2 + 1e-9, most=30)).likely == 30


def test_the_most_allowed_is_never_passed_and_said():
    values = normal(0.2, 3)  # precise from 79 on
    too_few = how_many(values, Precision(most=70))
    assert (too_few.outcome, too_few.replications, too_few.recommended, too_few.short) == (IMPRECISE, 70, None, (0,))
    hardly = how_many(values, Precision(most=83))
    assert (hardly.outcome, hardly.replications, hardly.recommended, hardly.short) == (UNCONFIRMED, 83, None, ())
    enough = how_many(values, Precision(most=84))
    assert (enough.outcome, enough.replications, enough.recommended) == (PRECISE, 84, 79)
    assert how_many(values[:80], Precision(most=83)).replications == 83, "the most, not the end of the look-ahead"


def test_values_all_the_same_are_precise():
    for constant in (0.0, 0.1, -3.7, 1e9):
        found = how_many(np.full(30, constant), Precision(target=1e-9, most=30))
        assert (found.outcome, found.recommended, found.relative[0, -1]) == (PRECISE, 3, 0.0)


def test_a_mean_of_zero_is_never_precise():
    found = how_many(np.tile([-1.0, 1.0], 50), Precision(most=100))
    assert found.outcome == IMPRECISE and math.isinf(found.relative[0, -1])
    assert how_many(np.tile([-1.0, 1.0], 20), Precision(most=100)).likely == 100


def test_negative_means_count_by_their_size():
    up, down = (how_many(sign * normal(0.2, 3), Precision(most=700)) for sign in (1, -1))
    assert down.recommended == up.recommended == 79
    np.testing.assert_array_equal(down.relative, up.relative)


def test_replications_without_a_value_are_left_out():
    """Every third has none: the interval is that of the others, and as many replications more are needed."""
    there = normal(0.1, 3)
    values = np.full(600, math.nan)
    values[np.arange(600) % 3 != 2] = there[:400]
    whole, found = how_many(there, Precision(look_ahead=0, most=600)), how_many(values, Precision(look_ahead=0, most=600))
    assert found.recommended == 37 and found.values[0, 36] == whole.recommended == 25
    assert found.relative[0, 36] == whole.relative[0, 24]
    late = np.concatenate([[math.nan] * 4, np.full(30, 5.0)])
    assert how_many(late, Precision(most=30)).recommended == 7, "three values at least"


def test_a_figure_without_a_value_ends_the_search():
    nothing, good = np.full(30, math.nan), np.full(30, 5.0)
    found = how_many([good, nothing], Precision(most=30))
    assert (found.outcome, found.replications, found.recommended, found.short) == (NO_VALUE, 8, None, (1,))
    assert how_many([good[:7], nothing[:7]], Precision(most=30)).replications == 8


def test_a_small_spread_beside_the_mean_is_not_lost():
    values = 1e9 + normal(0.1, 1, 40)
    expected = stats.t.ppf(0.975, 39) * np.std(values - 1e9, ddof=1) / math.sqrt(40)
    found = how_many(values, Precision(target=1e-12, most=40))
    assert found.relative[0, -1] * found.mean[0, -1] == pytest.approx(expected, rel=1e-6)


def test_the_interval_reported_holds_about_as_often_as_it_says():
    """2,000 searches. The coverage is 94%; 92.5% or less would then be seen once in 400. Without a look-ahead it is 90%."""
    precision, covered = Precision(target=0.1, most=60), 0
    for seed in range(2000):
        found = how_many(normal(0.15, 10_000 + seed, 60), precision)
        assert found.outcome == PRECISE
        covered += abs(found.mean[0, -1] - 10) <= found.relative[0, -1] * found.mean[0, -1]
    assert covered / 2000 > 0.925


def test_what_cannot_be_is_refused():
    for wrong, message in (
        ({"target": 0.0}, "above 0%"),
        ({"target": math.nan}, "above 0%"),
        ({"initial": 2}, "at least 3 initial"),
        ({"look_ahead": -1}, "look-ahead of at least 0"),
        ({"most": 7}, "at least 8 replications"),
    ):
        with pytest.raises(ValueError, match=message):
            Precision(**({"most": 100} | wrong))
    with pytest.raises(ValueError, match="finite"):
        how_many([1.0, math.inf], Precision(most=100))
    for shape in ((0, 5), (2, 3, 4)):
        with pytest.raises(ValueError, match="by figure and replication"):
            how_many(np.ones(shape), Precision(most=100))
