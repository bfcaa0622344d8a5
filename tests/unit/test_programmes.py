"""Programmes: whose turn it is, how many can start, how long people wait and stay. Day 0 is Monday 1 February 2021."""

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.model.people import NONE
from sim.model.simulation import simulate
from sim.record import END
from tests.scenarios import PROGRAMME, VALUE, events, tiny

CALM = {
    "areas.North": {"claimants": 120, "claims_per_week": 10},
    "claimants.awaiting_first_meeting_days": 0,
    "jobcentres.Hill.coaches": 50,
    "jobcentres.Hill.desks": 50,
    "appointments.review.every_weeks": {1: 1},
}
"""Minutes for everyone: reviews are weekly, and nobody leaves."""

PLAIN = {
    "open": {"from": "2021-02-01", "to": "2021-03-28"},
    "supply": {"places": 4},
    "referral_at_review": 0.3,
    "weeks": 1,
    "contact_goes_on": True,
}
GOING = {"job_entry.monthly_rate_by_week": {0: 0.3}, "other_leaving.monthly_rate": 0.2}


def made(changes=None, **programme):
    """A run with one programme."""
    return simulate(tiny({**CALM, "programmes.Help": {**PLAIN, **programme}, **(changes or {})}), 1, 0, events=True)


def starts_by_day(record):
    return np.bincount(events(record, Event.STARTED)[:, 0], minlength=record.days)


def on_it(record):
    """People on the programme at the close of each day, from what became of each referral."""
    rows = record.episodes[record.episodes["started"] != NONE]
    ended = np.where(rows["ended"] == NONE, record.days, rows["ended"])
    return np.array([((rows["started"] <= day) & (day < ended)).sum() for day in range(record.days)])


def spans(record, how="completed"):
    """Days on the programme of those for whom it ended in a way."""
    rows = record.episodes[record.episodes["end"] == END.index(how)]
    return rows["ended"] - rows["started"]


# ---- whose turn it is


@pytest.mark.parametrize("order", ["first_come", "longest_on_claim"])
def test_the_first_of_the_queue_start(order):
    """On every day those who start come before everyone who stays in the queue, which is put together again from the events."""
    record = made(GOING, queue={"order": order})
    claim = record.people["claim"]
    joined, stayed = {}, 0
    for day in range(record.days):
        today = events(record)[events(record)[:, 0] == day]
        joined |= {row[2]: day for row in today if row[3] == Event.REFERRED and row[VALUE]}
        for row in today:
            if row[3] in (Event.JOB_ENTRY, Event.LEFT):
                joined.pop(row[2], None)
        by_claim = order == "longest_on_claim"
        queue = sorted((claim[person] if by_claim else 0, since, person) for person, since in joined.items())
        started = today[today[:, 3] == Event.STARTED][:, 2].tolist()
        assert started == sorted(person for *_, person in queue[: len(started)])
        stayed += bool(started and len(joined) > len(started))
        joined = {person: since for person, since in joined.items() if person not in started}
    assert stayed > 5


def test_of_several_programmes_the_lowest_number_is_tried_first_then_by_name():
    sure = {**PLAIN, "referral_at_review": 1}
    changes = {"programmes": {"A": {**sure, "priority": 2}, "C": sure, "B": {**sure, "open": {"from": "2021-02-08", "to": "2021-03-28"}}}}
    record = simulate(tiny({**CALM, **changes}), 1, 0, events=True)
    referred = events(record, Event.REFERRED)
    assert set(referred[referred[:, 0] < 7, PROGRAMME]) == {2}, "C, since B is not open yet"
    later = referred[referred[:, 0] >= 7]
    _, first = np.unique(later[:, 2], return_index=True)
    before = set(referred[referred[:, 0] < 7, 2])
    assert {int(later[i, PROGRAMME]) for i in first if later[i, 2] not in before} == {1}, "B for those who are new to it all"


def test_who_has_started_a_programme_is_not_referred_to_it_again():
    record = made(referral_at_review=1, supply={"places": 500})
    referred = events(record, Event.REFERRED)[:, 2].tolist()
    assert len(referred) == len(set(referred)) > 120


def test_who_declines_may_be_asked_again():
    record = made(referral_at_review=1, take_up=0.3, supply={"places": 500})
    referred = events(record, Event.REFERRED)
    declined = referred[referred[:, VALUE] == 0]
    assert (np.bincount(declined[:, 2]) > 1).sum() > 20
    first = referred[np.unique(referred[:, 2], return_index=True)[1], VALUE]
    assert abs(first.mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / len(first))


# ---- how many can start


def test_places_are_taken_again_on_the_day_on_which_they_are_free():
    """Four places of a week each, with more in the queue than that: four start every Monday."""
    record = made(referral_at_review=1)
    assert set(on_it(record)[1:]) == {4}
    starts = starts_by_day(record)
    assert starts[starts > 0].tolist() == [4] * 8 and starts[::7].tolist() == [4] * 8
    assert (record.places_unused[record.works, 0] == 0).all() and (record.places_unused[~record.works, 0] == -1).all()


def test_whoever_has_a_place_keeps_it_when_there_are_fewer():
    record = made(referral_at_review=1, weeks=3, supply={"places": {"2021-02-01": 9, "2021-02-10": 2.9}})
    there = on_it(record)
    assert set(there[1:21]) == {9} and set(there[21:]) == {2}
    assert set(spans(record)) == {21}
    assert (record.places_unused[record.works, 0] >= 0).all()


def test_a_job_is_filled_once_whatever_becomes_of_who_fills_it():
    """One a day from 3 February, two days ahead; everyone drops out soon."""
    supply = {"jobs": {"applied_per_week": {"2021-02-01": 0, "2021-02-03": 7}, "days_to_fill": 2}}
    record = made(referral_at_review=1, supply=supply, weeks=9, drop_out_monthly_rate=0.99)
    days = np.arange(record.days)
    filled = np.where(record.works, np.maximum(0, days - 3), 0)
    assert np.cumsum(starts_by_day(record)).tolist() == np.maximum.accumulate(filled).tolist()
    assert len(spans(record, "dropped_out")) > 30


def test_a_course_begins_on_its_days_and_what_is_not_taken_is_lost():
    """Every second Monday from the opening, a Saturday; nobody is there to start before it opens."""
    record = made(
        open={"from": "2021-02-06", "to": "2021-03-28"}, supply={"intakes": {"every_weeks": 2, "places": 200}}, referral_at_review=1
    )
    starts = starts_by_day(record)
    assert np.flatnonzero(starts).tolist() == [7, 21, 35, 49]
    assert np.flatnonzero(record.places_unused[:, 0] >= 0).tolist() == [7, 21, 35, 49]
    assert record.places_unused[[7, 21], 0].tolist() == [200 - starts[7], 200 - starts[21]]
    few = made(supply={"intakes": {"every_weeks": 1, "places": 3}}, referral_at_review=1)
    assert starts_by_day(few)[::7].tolist() == [3] * 8 and starts_by_day(few).sum() == 24


def test_nobody_starts_on_a_day_off():
    record = made({"period": {"from": "2021-03-29", "to": "2021-04-18"}}, open={"from": "2021-03-29", "to": "2021-04-18"}, weeks=0.15)
    assert not starts_by_day(record)[~record.works].any() and starts_by_day(record)[record.works].any()


# ---- waiting


@pytest.mark.parametrize("days", [0, 1, 9])
def test_who_has_waited_the_longest_wait_gives_up(days):
    record = made(supply={"places": 1}, referral_at_review=1, weeks=20, queue={"longest_wait_days": days})
    withdrew = events(record, Event.WITHDREW)
    early = withdrew[withdrew[:, 0] < record.days - 1]
    assert set(early[:, VALUE]) == {days} and len(early) > 60


def test_so_many_give_up_within_a_month_as_the_rate_says():
    changes = {"areas.North": {"claimants": 3000, "claims_per_week": 0}, "jobcentres.Hill.coaches": 1000, "jobcentres.Hill.desks": 1000}
    once = {1: {"2021-02-01": 1, "2021-02-08": 30}}
    record = made(
        {**changes, "appointments.review.every_weeks": once},
        supply={"places": 1},
        referral_at_review=1,
        weeks=20,
        queue={"withdrawing_monthly_rate": 0.4},
    )
    joined = record.episodes["referred"] < 7
    waited = (record.episodes["ended"] - record.episodes["referred"])[joined & (record.episodes["end"] == END.index("withdrew"))]
    n = joined.sum()
    assert n > 2000
    share = (waited <= 30).sum() / n
    expected = 1 - 0.6 ** (30 / 30.4375)
    assert abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / n)


def test_when_it_closes_everyone_gives_up_and_who_is_on_it_goes_on():
    """On Sunday 14 February, day 13: a day off."""
    record = made(open={"from": "2021-02-01", "to": "2021-02-14"}, referral_at_review=1, weeks=3)
    withdrew = events(record, Event.WITHDREW)
    assert set(withdrew[:, 0]) == {13} and len(withdrew) > 60
    assert events(record, Event.REFERRED)[:, 0].max() <= 13 and events(record, Event.STARTED)[:, 0].max() <= 13
    assert set(on_it(record)[1:21]) == {4} and set(on_it(record)[22:]) == {0}
    assert set(spans(record)) == {21}


def test_a_programme_that_is_not_open_yet_takes_nobody():
    record = made(open={"from": "2021-02-20", "to": "2021-12-31"}, referral_at_review=1)
    assert events(record, Event.REFERRED)[:, 0].min() == 21, "the first Monday after Saturday 20 February"
    assert (record.places_unused[:21, 0] == -1).all()


# ---- on it

MANY = {
    "areas.North": {"claimants": 2000, "claims_per_week": 0},
    "jobcentres.Hill.coaches": 1000,
    "jobcentres.Hill.desks": 1000,
    "period.to": "2021-06-30",
}
ALL_AT_ONCE = {"open": {"from": "2021-01-01", "to": "2021-02-12"}, "supply": {"places": 3000}, "referral_at_review": 1}


@pytest.mark.parametrize(
    ("length", "least", "most", "deviation"), [("fixed", 21, 21, 0), ("uniform", 10, 32, 21 / 12**0.5), ("exponential", 1, 150, 21)]
)
def test_lengths_vary_around_the_mean(length, least, most, deviation):
    days = spans(made(MANY, weeks=3, length=length, **ALL_AT_ONCE))
    assert len(days) > 1900
    assert least <= days.min() and days.max() <= most
    error = 5 * deviation / np.sqrt(len(days)) + 0.05 * (deviation > 0)
    assert abs(days.mean() - 21) <= error
    assert days.std() == pytest.approx(deviation, rel=0.12)


def test_so_many_drop_out_within_a_month_as_the_rate_says():
    record = made(MANY, weeks=10, drop_out_monthly_rate=0.4, **ALL_AT_ONCE)
    dropped = spans(record, "dropped_out")
    n = (record.episodes["started"] != NONE).sum()
    expected = 1 - 0.6 ** (30 / 30.4375)
    assert abs((dropped <= 30).sum() / n - expected) < 5 * np.sqrt(expected * (1 - expected) / n)
    assert len(dropped) + len(spans(record)) == n and dropped.max() < 70 and set(spans(record)) == {70}


def test_without_contact_nobody_on_it_meets_a_coach_until_the_first_review_after_it():
    record = made(contact_goes_on=False, weeks=2.5, supply={"places": 40})
    met = events(record, Event.HELD, Event.MISSED)
    seen_again = 0
    for one in record.episodes[record.episodes["started"] != NONE]:
        mine = met[met[:, 2] == one["person"], 0]
        ended = one["ended"] if one["ended"] != NONE else record.days
        assert not ((mine > one["started"]) & (mine <= ended)).any()
        if ended < record.days - 4:
            after = mine[mine > ended]
            assert len(after) and record.working_day_count[after[0]] - record.working_day_count[ended] == 1, "due the next working day"
            seen_again += 1
    assert seen_again > 40


def test_into_work_at_the_end_is_a_job_entry_on_the_day_with_its_programme():
    """Nobody finds work otherwise."""
    record = made(MANY, weeks=3, into_work_at_end=0.25, **ALL_AT_ONCE)
    completed, entered = events(record, Event.COMPLETED), events(record, Event.JOB_ENTRY)
    assert set(entered[:, PROGRAMME]) == {0} and np.isin(entered[:, [0, 2]], completed[:, [0, 2]]).all()
    n = len(completed)
    assert abs(len(entered) / n - 0.25) < 5 * np.sqrt(0.25 * 0.75 / n)
    assert len(spans(record, "completed_into_work")) == len(entered)


def test_nobody_enters_work_on_a_programme_that_forbids_it_and_more_do_after_one_that_helps():
    """A month long, for everyone; twice the hazard afterwards."""
    rate = {"job_entry.monthly_rate_by_week": {0: 0.1}}
    record = made({**MANY, **rate}, weeks=4, job_entry_while_on_it=0, job_entry_after=2, **ALL_AT_ONCE)
    on_programme = record.episodes[record.episodes["started"] != NONE]
    assert not (on_programme["end"] == END.index("entered_work_on_it")).any()
    done = on_programme[on_programme["end"] == END.index("completed")]
    left = record.people["exit"][done["person"]] - done["ended"]
    within = ((left >= 0) & (left < 30) & (record.people["exit_kind"][done["person"]] == 1)).mean()
    assert within == pytest.approx(1 - 0.9**2, abs=5 * np.sqrt(0.19 * 0.81 / len(done)))


@pytest.mark.parametrize("rate", [1e-15, 1e-12, 1e-9, 1e-7])
def test_at_a_rate_next_to_nothing_nobody_gives_up_or_drops_out(rate):
    """Down to rates whose daily hazard is less than a unit, and to days too far away to be written down."""
    without = made(queue={}, weeks=2)
    record = made(queue={"withdrawing_monthly_rate": rate}, weeks=2, drop_out_monthly_rate=rate)
    assert len(events(record, Event.STARTED)) and not len(events(record, Event.WITHDREW, before=55))
    assert events(record).tolist() == events(without).tolist()
