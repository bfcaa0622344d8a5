"""Places on a programme against queueing theory: Erlang's C where people wait, his B where nobody does, and exactly in days.

Coaches and desks are boundless, and nobody enters work but at the end of a programme. So a claim on day ``c`` meets its coach on the
next working day and is referred at the first review, ``roll(next_working(c) + 7)``: claims are Poisson, so referrals are. There are
many programmes. The first takes each person with the probability that is its share of all loads, the next with its share of the loads
left, and so on: independent Poisson streams, and so independent queues. Who finds no place where nobody waits is never referred again.

The model's days are not continuous time. ``tests/exact/queues.py`` has the exact law in days along the actual calendar, from an
empty programme on; how far that is from Erlang's is arithmetic (``docs/background/queues.md``), and falls as lengths grow.

Every mean is compared with its exact expectation at five standard errors, estimated from independent queues, or from long batches of
them: at least 21 degrees of freedom, for which Student's t misses by chance with a probability of 6e-5 at most. What such a test can see is
tested too.
"""

import datetime as dt
from functools import cache
from heapq import heapreplace

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.model.simulation import simulate
from sim.record import END
from sim.view import View
from tests.exact.queues import erlang_b, erlang_c, erlang_queue, exponential_places, length_law, two_places_lost
from tests.exact.test_incidence import agrees, made
from tests.scenarios import tiny

START, LAST = dt.date(2012, 1, 9), dt.date(2027, 12, 31)
"""As far as the table of bank holidays goes, but for a year booked ahead."""
DAYS = (LAST - START).days + 1
WEEKS = 8
MEAN = 7 * WEEKS
WARM_UP = 4 * 365
"""26 mean lengths, over four times as long as the queue below remembers."""

REPLICATIONS = 2
LENGTHS = ("fixed", "uniform", "exponential")
WAITING = {"places": 4, "load": 2.6, "programmes": 11}
LOSING = {"places": 2, "load": 1.5, "programmes": 3, "batches": 8}
"""So many programmes, of each kind of length where nobody waits."""


@cache
def calendar():
    return Calendar(START, "england_and_wales", 7, DAYS + 60)


def working_days():
    return calendar().arrays(0, DAYS)[0]


def first_review(claim):
    return calendar().roll(calendar().next_working(claim) + 7)


@cache
def referred(load, mean=MEAN):
    """Expected referrals of each day to one programme, shape (days,)."""
    out = np.zeros(DAYS + 60)
    for day in range(DAYS):
        out[first_review(day)] += load / mean
    return out[:DAYS]


def programmes():
    """All programmes by name in order: kind of length, places, load."""
    wait = [("exponential", WAITING)] * WAITING["programmes"]
    lose = [(length, LOSING) for length in LENGTHS for _ in range(LOSING["programmes"])]
    return {
        f"{i:02} {'waiting' if of is WAITING else 'losing'} {length}": (length, of["places"], of["load"])
        for i, (length, of) in enumerate(wait + lose)
    }


def scenario():
    loads = np.array([load for *_, load in programmes().values()])
    left = np.cumsum(loads[::-1])[::-1]
    return tiny(
        {
            "period": {"from": START, "to": LAST},
            "areas.North": {"claimants": 0, "claims_per_week": 7 / MEAN * float(loads.sum())},
            "claimants.by_weekday": [1 / 7] * 7,
            "jobcentres.Hill.coaches": 1000,
            "jobcentres.Hill.desks": 1000,
            "appointments.review.every_weeks": {1: 1, 2: 52},
            "programmes": {
                name: {
                    "open": {"from": START, "to": LAST},
                    "who": {"at_most_weeks": 2},
                    "supply": {"places": places},
                    "priority": i + 1,
                    "referral_at_review": float(loads[i] / left[i]),
                    "queue": {"longest_wait_days": 0} if "losing" in name else {},
                    "weeks": WEEKS,
                    "length": length,
                    "contact_goes_on": False,
                    "into_work_at_end": 1,
                }
                for i, (name, (length, places, _)) in enumerate(programmes().items())
            },
        }
    )


@pytest.fixture(scope="module")
def records():
    made_so = scenario()
    return [simulate(made_so, 1, replication) for replication in range(REPLICATIONS)]


def numbers(record, kind):
    """Of the programmes whose name ends so."""
    return [k for k, name in enumerate(record.programmes) if name.endswith(kind)]


def of_programme(record, k):
    return record.episodes[record.episodes["programme"] == k]


def standard_errors_off(values, expected):
    """How many standard errors the mean of independent values is from what is expected, and that error over the expectation."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return float((np.mean(values) - expected) / error), float(error / expected)


# ---- what goes in


def test_referrals_are_independent_poisson_streams(records):
    """Everyone is referred once, on the day of their first review, and programmes take them by their loads: chi square of 19 degrees of
    freedom exceeds 60 with a probability of 4e-6. The total of 4,400 is Poisson: within five standard deviations, a miss in 6e-7."""
    loads = np.array([load for *_, load in programmes().values()])
    for record in records:
        claim = record.people["claim"][record.episodes["person"]]
        assert record.episodes["referred"].tolist() == [first_review(day) for day in claim.tolist()]
        reviewed = np.array([first_review(day) < DAYS for day in record.people["claim"].tolist()])
        assert sorted(record.episodes["person"]) == np.flatnonzero(reviewed).tolist()
        counts, expected = np.bincount(record.episodes["programme"]), len(record.episodes) * loads / loads.sum()
        assert ((counts - expected) ** 2 / expected).sum() < 60
        assert abs(len(record.people) - DAYS / MEAN * loads.sum()) < 5 * np.sqrt(len(record.people))


@pytest.mark.parametrize("kind", LENGTHS)
def test_lengths_follow_their_law_in_days(records, kind):
    """Mean within five standard errors, known from the law, of those begun long before the end: a miss in 6e-7. A tenth more
    is rejected."""
    ended = []
    for record in records:
        rows = record.episodes[np.isin(record.episodes["programme"], numbers(record, kind)) & (record.episodes["started"] >= 0)]
        rows = rows[rows["started"] < DAYS - 20 * MEAN]
        assert (rows["end"] == END.index("completed_into_work")).all()
        ended.append(rows["ended"] - rows["started"])
    days, law = np.concatenate(ended), length_law(kind, MEAN)
    at = np.arange(len(law))
    mean = law @ at
    error = np.sqrt(law @ (at - mean) ** 2 / len(days))
    assert abs(days.mean() - mean) <= 5 * error < abs(days.mean() - 1.1 * mean), f"{days.mean():.2f}, not {mean:.2f}"
    assert law[days].all(), "no length that the law does not have"


# ---- path by path


def recursion(rows, places, waits):
    """Days on which people start, first come first served, by the recursion of Kiefer and Wolfowitz: whoever is next takes the place
    that is free first. -1 for those who do not start in the run, or do not wait."""
    works, following = working_days(), calendar().arrays(0, DAYS)[2]
    free, out = [-1] * places, []
    length = np.where(rows["ended"] >= 0, rows["ended"], DAYS + 1) - rows["started"]
    length[rows["started"] < 0] = MEAN  # of those who never started there is none
    for when, days in zip(rows["referred"].tolist(), length.tolist(), strict=True):
        day = max(when, free[0])
        day = int(following[day]) if day < DAYS and not works[day] else day
        if day < DAYS and (waits or day == when):
            heapreplace(free, day + days)
            out.append(day)
        else:
            out.append(-1)
    return out


def test_every_start_follows_from_referrals_and_lengths(records):
    """No statistics: with the lengths as they came out the recursion gives every start, to the day. A place more or fewer gives others."""
    for record in records:
        for k, (name, (_, places, _)) in enumerate(programmes().items()):
            rows, waits = of_programme(record, k), "waiting" in name
            started = rows["started"].tolist()
            assert recursion(rows, places, waits) == started
            assert recursion(rows, places + 1, waits) != started != recursion(rows, places - 1, waits)
            gone = rows[rows["started"] < 0]
            if not waits:
                assert set(gone["end"]) == {END.index("withdrew")} and (gone["ended"] == gone["referred"]).all()


# ---- on average


def queues(records):
    """Means over days after the warm-up: on the programme, all places taken, waiting; each of shape (queues,)."""
    views = [View(record).of_programme(k) for record in records for k in numbers(record, "waiting exponential")]
    on = np.array([view.on_it[WARM_UP:] for view in views])
    queue = np.array([view.in_queue[WARM_UP:] for view in views])
    return {"on": on.mean(axis=1), "full": (on == WAITING["places"]).mean(axis=1), "queue": queue.mean(axis=1)}


@cache
def expected_waiting(places=WAITING["places"], longer=1.0):
    law = exponential_places(places, MEAN * longer, referred(WAITING["load"]), working_days(), waits=True)
    return {name: law[name][WARM_UP:].mean() for name in ("on", "full", "queue")}


CONTINUOUS = {
    "on": WAITING["load"],
    "full": erlang_c(WAITING["places"], WAITING["load"]),
    "queue": erlang_queue(WAITING["places"], WAITING["load"]),
}


@pytest.mark.parametrize(("what", "precision", "discrete"), [("on", 0.03, 0.001), ("full", 0.08, 0.015), ("queue", 0.35, 0.05)])
def test_where_people_wait_the_queue_is_erlangs(records, what, precision, discrete):
    """22 queues of 78 mean lengths each, about 4,500 people; ``precision`` bounds the standard error over the expectation.

    Days instead of continuous time make a difference of under ``discrete`` of it, computed; both values are within the band.
    The mean queue varies most and says least; what settles the rule is the recursion above, to the day.
    """
    values, expected = queues(records)[what], expected_waiting()[what]
    off, error = standard_errors_off(values, expected)
    assert error < precision
    assert abs(off) < 5, f"{values.mean():.4f}, {off:.1f} standard errors from {expected:.4f}"
    assert abs(expected / CONTINUOUS[what] - 1) < discrete
    assert abs(standard_errors_off(values, CONTINUOUS[what])[0]) < 5


def test_a_queue_with_another_number_of_places_or_longer_lengths_would_be_noticed(records):
    seen = queues(records)
    for wrong in (expected_waiting(places=3), expected_waiting(places=5), expected_waiting(longer=1.2)):
        assert max(abs(standard_errors_off(seen[what], wrong[what])[0]) for what in seen) > 5


def losses(records, kind):
    """Those lost and the days spent on the programme by batch of days, over the programmes of one kind; each of shape (batches,)."""
    out = {"lost": [], "on": []}
    for view in (View(record).of_programme(k) for record in records for k in numbers(record, f"losing {kind}")):
        for what, series in (("lost", view.flow("withdrew")), ("on", view.on_it)):
            out[what] += [part.sum() for part in np.array_split(series[WARM_UP:], LOSING["batches"])]
    return {what: np.array(values) for what, values in out.items()}


@cache
def expected_losses(kind, places=LOSING["places"], longer=1.0):
    """Expectation of the same, for a batch."""
    asked = referred(LOSING["load"])
    if kind == "exponential" or places != 2:
        law = exponential_places(places, MEAN * longer, asked, working_days(), waits=False)
    else:
        law = two_places_lost(length_law(kind, round(MEAN * longer)), asked)
    return {name: law[name][WARM_UP:].sum() / LOSING["batches"] for name in ("lost", "on")}


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize(("what", "precision"), [("lost", 0.1), ("on", 0.04)])
def test_where_nobody_waits_losses_are_erlangs_whatever_the_law_of_lengths(records, kind, what, precision):
    """48 batches of ten mean lengths for each kind, in which about 700 people are referred and 215 of them lost.

    The exact law in days differs between the kinds by less than a hundredth, and from Erlang's by under 1.5%.
    """
    values, expected = losses(records, kind)[what], expected_losses(kind)[what]
    off, error = standard_errors_off(values, expected)
    assert error < precision
    assert abs(off) < 5, f"{values.mean():.3f}, {off:.1f} standard errors from {expected:.3f}"
    blocked = erlang_b(LOSING["places"], LOSING["load"])
    asked, days = referred(LOSING["load"])[WARM_UP:].sum(), DAYS - WARM_UP
    continuous = {"lost": asked * blocked, "on": days * LOSING["load"] * (1 - blocked)}[what] / LOSING["batches"]
    assert abs(expected / continuous - 1) < 0.015
    assert abs(standard_errors_off(values, continuous)[0]) < 5


@pytest.mark.parametrize("kind", LENGTHS)
def test_losses_with_another_number_of_places_or_longer_lengths_would_be_noticed(records, kind):
    seen = losses(records, kind)
    for wrong in ({"places": 1}, {"places": 3}, {"longer": 1.6}):
        expected = expected_losses(kind, **wrong)
        assert max(abs(standard_errors_off(seen[what], expected[what])[0]) for what in seen) > 5, wrong


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


# ---- what a programme does to entering work

ON_DAY, WEEKS_ON = 8, 10


def factor_on_and_after(day):
    """Claims on Mondays, met on Tuesday, reviewed on the next, day 8; on the programme from that evening for 70 days."""
    return 1.0 if day <= ON_DAY else 2.0 if day < ON_DAY + 7 * WEEKS_ON else 0.5


@pytest.mark.parametrize("contact", [True, False])
def test_on_a_programme_and_after_it_the_hazard_is_multiplied(contact):
    """24,000 people, all on it from their first review on: twice the hazard on it, half of it after.

    Cumulative incidence by age group at 13, 26 and 52 weeks within five binomial standard errors, each under 0.01: nine chances
    of 6e-7 to miss. Without the factors it is rejected.
    """
    programme = {
        "open": {"from": START, "to": LAST},
        "supply": {"places": 1_000_000},
        "referral_at_review": 1,
        "weeks": WEEKS_ON,
        "contact_goes_on": contact,
        "job_entry_while_on_it": 2,
        "job_entry_after": 0.5,
    }
    record = simulate(
        made(
            **{
                "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0],
                "jobcentres.Hill.coaches": 10_000,
                "jobcentres.Hill.desks": 10_000,
                "appointments.review.every_weeks": {1: 1, 2: 4},
                "programmes": {"Twice": programme},
            }
        ),
        4,
        0,
    )
    began = record.episodes[record.episodes["started"] >= 0]
    assert len(began) > 20_000
    assert (began["started"] - record.people["claim"][began["person"]] == ON_DAY).all()
    assert set((began["ended"] - began["started"])[began["end"] == END.index("completed")]) == {7 * WEEKS_ON}
    assert agrees(record, factor_on_and_after)
    with pytest.raises(AssertionError):
        agrees(record, lambda day: 1.0)
