"""Places on a programme against queueing theory: Erlang's C where people wait, his B where nobody does, and exactly in days.

Every mean is compared with its exact expectation at five standard errors, estimated from independent queues, or from long batches of
them: at least 21 degrees of freedom, for which Student's t misses by chance with a probability of 6e-5 at most. What such a test can see is
tested too.
"""

from dataclasses import replace

import numpy as np
import pytest

from sim.record import END
from tests.exact.places import (
    DAYS,
    LENGTHS,
    LOSING,
    MEAN,
    WAITING,
    WARM_UP,
    claims,
    every_start,
    expected_losses,
    expected_waiting,
    first_review,
    lengths,
    littles_law,
    losing,
    mean_length,
    of_programme,
    programmes,
    recursion,
    referred,
    runs,
    waiting,
    working_days,
)
from tests.exact.queues import erlang_b, erlang_c, erlang_queue, exponential_places, length_law, two_places_lost

REPLICATIONS = 2
CONTINUOUS = {
    "on": WAITING["load"],
    "full": erlang_c(WAITING["places"], WAITING["load"]),
    "queue": erlang_queue(WAITING["places"], WAITING["load"]),
}


@pytest.fixture(scope="module")
def records():
    return runs(REPLICATIONS)


def test_referrals_are_independent_poisson_streams(records):
    """Everyone is referred once, on the day of their first review, and programmes take them by their loads: chi square of 19 degrees of
    freedom exceeds 60 with a probability of 4e-6. The total of 8,800 is Poisson: within five standard deviations, a miss in 6e-7."""
    loads = np.array([load for *_, load in programmes().values()])
    for record in records:
        claim = record.people["claim"][record.episodes["person"]]
        assert record.episodes["referred"].tolist() == [first_review(day) for day in claim.tolist()]
        reviewed = np.array([first_review(day) < DAYS for day in record.people["claim"].tolist()])
        assert sorted(record.episodes["person"]) == np.flatnonzero(reviewed).tolist()
        counts, expected = np.bincount(record.episodes["programme"]), len(record.episodes) * loads / loads.sum()
        assert ((counts - expected) ** 2 / expected).sum() < 60
    check = claims(records)
    assert check.holds and check.sees < 0.1, check


@pytest.mark.parametrize("kind", LENGTHS)
def test_lengths_follow_their_law_in_days(records, kind):
    """Mean within five standard errors, known from the law, of those begun long before the end: a miss in 6e-7. A tenth more
    is rejected."""
    check = mean_length(records, kind)
    assert check.holds, check
    assert not replace(check, expected=1.1 * check.expected).holds
    assert length_law(kind, MEAN)[lengths(records, kind)].all(), "no length that the law does not have"


def test_every_start_follows_from_referrals_and_lengths(records):
    """No statistics: with the lengths as they came out the recursion gives every start, to the day. A place more or fewer gives others."""
    assert every_start(records, "waiting").holds and every_start(records, "losing").holds
    for record in records:
        for k, (name, (_, places, _)) in enumerate(programmes().items()):
            rows, waits = of_programme(record, k), "waiting" in name
            started = rows["started"].tolist()
            assert recursion(rows, places, waits) == started
            assert recursion(rows, places + 1, waits) != started != recursion(rows, places - 1, waits)
            gone = rows[rows["started"] < 0]
            if not waits:
                assert set(gone["end"]) == {END.index("withdrew")} and (gone["ended"] == gone["referred"]).all()


@pytest.mark.parametrize(("what", "precision", "discrete"), [("on", 0.03, 0.001), ("full", 0.08, 0.015), ("queue", 0.35, 0.05)])
def test_where_people_wait_the_queue_is_erlangs(records, what, precision, discrete):
    """22 queues of 78 mean lengths each, about 4,500 people; ``precision`` bounds the standard error over the expectation.

    Days instead of continuous time make a difference of under ``discrete`` of it, computed; both values are within the band.
    The mean queue varies most and says least: only one three times as long is sure to be caught. What settles the rule is the recursion
    above, to the day.
    """
    check = waiting(records, what)
    assert check.holds, check
    assert check.error < precision * check.expected
    assert abs(check.expected / CONTINUOUS[what] - 1) < discrete
    assert replace(check, expected=CONTINUOUS[what]).holds


def test_the_queue_obeys_littles_law(records):
    """Over the same queues; most of the error comes from the number of referrals, so that waits a fifth off are caught."""
    check = littles_law(records)
    assert check.holds and check.sees < 0.25, check


def test_a_queue_with_another_number_of_places_or_longer_lengths_would_be_noticed(records):
    seen = {what: waiting(records, what) for what in CONTINUOUS}
    for wrong in (expected_waiting(places=3), expected_waiting(places=5), expected_waiting(longer=1.2)):
        assert not all(replace(check, expected=wrong[what]).holds for what, check in seen.items())


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize(("what", "precision"), [("lost", 0.1), ("on", 0.04)])
def test_where_nobody_waits_losses_are_erlangs_whatever_the_law_of_lengths(records, kind, what, precision):
    """48 batches of ten mean lengths for each kind, in which about 700 people are referred and 215 of them lost.

    The exact law in days differs between the kinds by less than a hundredth, and from Erlang's by under 1.5%.
    """
    check = losing(records, kind, what)
    assert check.holds, check
    assert check.error < precision * check.expected
    blocked = erlang_b(LOSING["places"], LOSING["load"])
    asked, days = referred(LOSING["load"])[WARM_UP:].sum(), DAYS - WARM_UP
    continuous = {"lost": asked * blocked, "on": days * LOSING["load"] * (1 - blocked)}[what] / LOSING["batches"]
    assert abs(check.expected / continuous - 1) < 0.015
    assert replace(check, expected=continuous).holds


@pytest.mark.parametrize("kind", LENGTHS)
def test_losses_with_another_number_of_places_or_longer_lengths_would_be_noticed(records, kind):
    seen = {what: losing(records, kind, what) for what in ("lost", "on")}
    for wrong in ({"places": 1}, {"places": 3}, {"longer": 1.6}):
        expected = expected_losses(kind, **wrong)
        assert not all(replace(check, expected=expected[what]).holds for what, check in seen.items()), wrong


# ---- the arithmetic


def test_the_two_ways_to_the_exact_law_agree():
    """A short exponential length, once by counts and once by days left."""
    asked, works = referred(1.5, mean=8)[:200], working_days()[:200]
    by_counts = exponential_places(2, 8, asked, works, waits=False)
    by_days_left = two_places_lost(length_law("exponential", 8), asked)
    assert by_counts["on"] == pytest.approx(by_days_left["on"], abs=1e-9)
    assert by_counts["lost"] == pytest.approx(by_days_left["lost"], abs=1e-9)


def test_the_law_in_days_tends_to_erlangs_as_lengths_grow():
    """Twice the length, half the difference, of the queue and of losses at the same load."""
    days = 2400
    works, settled = working_days()[:days], slice(days // 2, None)
    queue, lost = [], []
    for mean in (28, 56):
        asked = referred(WAITING["load"], mean)[:days]
        queue.append(exponential_places(4, mean, asked, works, waits=True)["queue"][settled].mean() / CONTINUOUS["queue"] - 1)
        asked = referred(LOSING["load"], mean)[:days]
        share = exponential_places(2, mean, asked, works, waits=False)["lost"][settled].sum() / asked[settled].sum()
        lost.append(share / erlang_b(2, LOSING["load"]) - 1)
    for differences in (queue, lost):
        assert 0.4 < differences[1] / differences[0] < 0.6


def test_erlangs_formulas_give_known_values():
    """By hand. One place: load / (1 + load), and load. Two places at load 1: (1/2) / (5/2), and 1/3, with a queue of 1/3."""
    assert erlang_b(1, 0.5) == pytest.approx(1 / 3) and erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_queue(1, 0.5) == pytest.approx(0.5)
    assert erlang_b(2, 1) == pytest.approx(0.2) and erlang_c(2, 1) == pytest.approx(1 / 3) and erlang_queue(2, 1) == pytest.approx(1 / 3)
