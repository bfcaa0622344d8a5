"""Diaries of first meetings against Bailey's exact values, alone, in a pool, and with missed meetings."""

import numpy as np
import pytest

from sim.model.people import NONE
from tests.exact.diaries import (
    CASES,
    MISSED,
    PLAIN,
    POOLED,
    TAIL,
    WARM_UP,
    Case,
    areas,
    clinic,
    clinics,
    every_day,
    everyone_seen,
    mean_wait,
    record_of,
)
from tests.exact.queues import bailey

PUBLISHED = {(4, 5): 0.289060, (9, 10): 0.344582, (27, 30): 0.083442, (4.5, 5): 0.776695, (0.9, 1): 4.5}
"""Mean extra days by (rate, slots). For one slot it is rate / (2 (1 - rate)); the others are known as numbers only."""

BY_NAME = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.mark.parametrize(("rate", "slots"), PUBLISHED)
def test_the_recursion_gives_the_published_values(rate, slots):
    assert bailey(rate, slots).days_to_meeting - 1 == pytest.approx(PUBLISHED[rate, slots], abs=6e-7)


def test_the_law_with_missed_meetings_gives_what_is_known_otherwise():
    """One slot of which a share is used is the discrete queue of Geometric services: with d = 1 - missed and rate r, the mean number
    at the close solves the balance of N squared, E[N] = r (2 - r) / (2 (d - r)), by hand."""
    for rate, missed in ((0.6, 0.2), (0.3, 0.5), (0.5, 0.0)):
        assert bailey(rate, 1, missed).waiting == pytest.approx(rate * (2 - rate) / (2 * (1 - missed - rate)), rel=1e-9)
    with pytest.raises(AssertionError):
        assert bailey(3.6, 5, 0.2).waiting == pytest.approx(bailey(4.5, 5).waiting, rel=0.05), "missing is not only a higher load"


def test_the_figures_on_the_page_are_those_of_the_law():
    """``docs/background/exact_results.md`` names them."""
    assert [round(bailey(*of).memory) for of in ((27, 30), (4.5, 5), (0.9, 1))] == [5, 35, 185]
    assert [round(bailey(*of).days_to_meeting - 1, 2) for of in ((3.6, 4), (0.9, 1), (3.6, 5, 0.2), (4.5, 5))] == [1.0, 4.5, 1.41, 0.78]


@pytest.mark.parametrize("case", PLAIN + POOLED, ids=lambda case: case.name)
def test_every_day_is_a_step_of_the_recursion(case):
    """Not only on average: from the claims of each day, Bailey's recursion gives every queue, and the queues give all the waits."""
    for diary in clinics(case, 1)[:2]:
        claims, extra = diary.claims, diary.offered - diary.claims
        queue, queues = 0, []
        for asked in claims:
            queue = max(queue + int(asked) - case.slots, 0)
            queues.append(queue)
        empty = np.flatnonzero(np.array(queues) == 0)
        assert len(empty) > 100
        until = empty[-1] + 1  # everyone who claimed by then has their date by then
        assert extra[:until].sum() == sum(queues[:until])
        between = np.append(0, empty[:-1] + 1)  # busy periods
        assert np.add.reduceat(extra[:until], between).tolist() == np.add.reduceat(queues[:until], between).tolist()


@BY_NAME
def test_every_slot_is_taken_while_someone_waits(case):
    """Missed meetings included: from one close of the day to the next, no statistics. A slot more or fewer gives others."""
    check = every_day(case, 1)
    assert check.holds, check
    for wrong in (case.slots - 1, case.slots + 1):
        other = Case(case.rate, wrong, case.many, case.batches)
        expected = np.array([np.minimum(np.append(0, one.waiting[:-1]), other.slots) for one in clinics(case, 1)])
        assert (expected != np.array([one.taken for one in clinics(case, 1)])).any()


@pytest.mark.parametrize("case", PLAIN + POOLED, ids=lambda case: case.name)
def test_who_misses_nothing_is_seen_on_the_date_offered(case):
    record = record_of(PLAIN + POOLED, 0)
    for name in areas(case):
        people = record.people[record.people["area"] == record.areas.index(name)]
        seen = people["first_held"] != NONE
        assert (people["first_held"] == people["offered"])[seen].all() and seen.mean() > 0.9


def test_everyone_is_seen():
    assert everyone_seen(1).holds, everyone_seen(1)


@BY_NAME
def test_the_mean_wait_is_the_exact_one(case):
    """Within five standard errors, from long batches of days of independent diaries; 15 degrees of freedom or more, so that a right model
    fails with a probability of 2e-4 at most. Waits two thirds off are caught, which at such loads take far less of an error in slots or
    claims (below); ``make validate`` runs longer, and the rest is settled day by day (above)."""
    check = mean_wait(case, 1)
    assert check.holds, check
    assert check.error < 0.1 * check.expected, "a test with some power"
    assert check.miss < 2e-4


@BY_NAME
def test_batches_are_long_beside_what_a_queue_remembers(case):
    """Else batches would not be independent, and errors too small."""
    days = len(clinics(case, 1)[0].claims) - WARM_UP - TAIL
    assert days / case.batches > 8 * bailey(case.rate, case.slots, case.missed).memory


def test_a_diary_with_other_slots_or_no_pool_or_no_one_missing_would_be_noticed():
    """A slot more or fewer, wherever the queue would not grow for ever; the pool's wait is not that of its members, nor that with
    missed meetings the wait at the same load without."""
    for case in CASES:
        check = mean_wait(case, 1)
        for slots in (case.slots - 1, case.slots + 1):
            if case.rate < slots * (1 - case.missed):
                wrong = bailey(case.rate, slots, case.missed).days_to_meeting - 1
                assert abs(check.observed - wrong) > 5 * check.error
    pooled, missed = mean_wait(POOLED[0], 1), mean_wait(MISSED[0], 1)
    assert pooled.observed + 5 * pooled.error < (bailey(0.9, 1).days_to_meeting - 1) / 2
    assert abs(missed.observed - (bailey(4.5, 5).days_to_meeting - 1)) > 5 * missed.error


def test_a_pool_moves_people_between_jobcentres():
    """Else it would be a test of four diaries."""
    record, name = record_of(PLAIN + POOLED, 0), areas(POOLED[0])[0]
    assert clinic(record, name).taken.max() == 4
    homes = record.people["home"][record.people["area"] == record.areas.index(name)]
    assert len(set(homes.tolist())) == 4
