"""Days of a small jobcentre worked out by hand, with nothing left to chance, and luck that is the person's own.

Hill has two coaches of 100 minutes a day, so it holds three first meetings of 30 minutes each and a review of ten, or twenty reviews.
The logs worked out by hand for single people, with the luck on which they hang, are those of the second model (``tests/oracle``).
"""

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.model.simulation import simulate
from tests.functional.beliefs import BUSY, by_hand, run
from tests.scenarios import BOUNDLESS, daily, events, rich, total

MONDAYS = {"claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0]}
NOBODY_AT_FIRST = {"claimants": 0, "claims_per_week": 40}


@by_hand("areas.*.claims_per_week", "appointments.review.every_weeks")
def test_constants_give_a_total_known_exactly():
    """If all claim on Mondays and minutes are never short, those who claimed in week i of eight have one first meeting and 7 - i reviews.

    Claims on Mondays, met on Tuesday and every Tuesday after.
    """
    record = run(BOUNDLESS, {"areas.North": NOBODY_AT_FIRST}, MONDAYS)
    week = record.people["claim"] // 7
    assert len(week) > 200
    assert total(record, "first_meetings_held") == len(week)
    assert total(record, "reviews_held") == (7 - week).sum()
    assert total(record, "coach_minutes_held") == 30 * len(week) + 10 * (7 - week).sum()
    assert total(record, "coach_minutes") == 40 * 1000 * 100
    assert total(record, "interval_days") == 7 * total(record, "intervals")


@by_hand("jobcentres.*.coaches", "appointments.first_meeting.minutes")
@pytest.mark.parametrize(("coaches", "a_day"), [(0.25, 0), (0.3, 1), (1, 3), (2, 6), (3.2, 10)])
def test_so_many_first_meetings_fit_into_a_day(coaches, a_day):
    """A day holds as many first meetings of 30 minutes as fit into its minutes, and no part of one."""
    waiting = {"claimants.weeks_on_claim": {"0-0": 1, "1+": 0}, "areas.North": {"claimants": 200, "claims_per_week": 0}}
    record = run(waiting, {"jobcentres.Hill.coaches": coaches, "period.to": "2021-02-05"})
    assert daily(record, "first_meetings_held").tolist() == [a_day] * 5
    assert daily(record, "coach_minutes").tolist() == [coaches * 100] * 5


@by_hand("appointments.review.every_weeks")
def test_reviews_asked_for():
    """One coach with 100 minutes sees ten people a day for ten minutes: fifty who are due weekly fill the week exactly."""
    weekly = {"areas.North": {"claimants": 50, "claims_per_week": 0}, "claimants.weeks_on_claim": {"0-1": 0, "2-5": 1, "6+": 0}}
    record = run(weekly, {"jobcentres.Hill.coaches": 1, "claimants.contact_before_start": "suspended"})
    working = record.works
    assert daily(record, "reviews_held")[working][7:].tolist() == [10] * (working.sum() - 7)
    assert total(record, "coach_minutes_booked") <= total(record, "coach_minutes") == 100 * working.sum()


@by_hand("coaches.recruitment.*.ramp_working_days")
def test_a_ramp():
    """Four recruits who train two days and take four more to full output count as none, none, one, two, three and four coaches."""
    cohort = {"starts": "2021-02-08", "coaches": 4, "training_working_days": 2, "ramp_working_days": 4, "announced": "2021-02-01"}
    record = run({"coaches.recruitment": {"spring": cohort}})
    minutes = daily(record, "coach_minutes")[record.works]
    assert minutes[4:13].tolist() == [200, 200, 200, 300, 400, 500, 600, 600, 600]
    assert daily(record, "in_training")[record.works][4:8].tolist() == [0, 4, 4, 0]


@by_hand("coaches.leavers_per_year")
def test_a_year_of_leavers():
    """If a tenth of coaches leave within a year and are not replaced, nine tenths are in post a year later.

    To a thousandth, since a year is 365.25 days here.
    """
    record = run({"coaches.leavers_per_year": 0.1, "period.to": "2022-02-01", "jobcentres.Hill.coaches": 100})
    coaches = daily(record, "coaches")
    assert coaches[0] == 100 and coaches[365] == pytest.approx(90, rel=1e-3)
    assert coaches[365] == pytest.approx(100 * 0.9 ** (365 / 365.25), rel=1e-12)


@by_hand("service.desks_usable", "service.opening_minutes")
def test_desk_minutes():
    """Ten desks, four in ten usable, open for eight hours are 1,920 minutes a day."""
    record = run({"service.desks_usable": 0.4, "service.opening_minutes": 480, "jobcentres.Hill.desks": 10})
    assert set(daily(record, "desk_minutes")[record.works]) == {1920}


SUPPLY = {f"jobcentres.{name}.coaches": 5 for name in ("Dale", "Hill", "Moor")}


@by_hand("jobcentres.*.coaches")
def test_people_are_the_same_under_every_policy():
    """The same people claim on the same days and are of the same age under every policy, and who leaves anyhow does so on the same day.

    Twice the coaches. Who claims again depends on when they enter work, so here nobody does.
    """
    base, more = (simulate(rich({"returns": None, **changes}), 1, 0) for changes in ({}, SUPPLY))
    for name in ("area", "origin", "home", "age", "claim"):
        assert np.array_equal(base.people[name], more.people[name])
    left_in_both = (base.people["exit_kind"] == 2) & (more.people["exit_kind"] == 2)
    assert left_in_both.sum() > 30
    assert np.array_equal(base.people["exit"][left_in_both], more.people["exit"][left_in_both])


@by_hand("appointments.first_meeting.missed")
def test_whoever_misses_the_first_appointment_does_so_whenever_it_is():
    """Whoever misses the first appointment misses it whenever it is: more coaches change the day, and not the person."""
    missing = {"appointments.first_meeting.missed": 0.3, "areas.North": {"claimants": 0, "claims_per_week": 25}}
    first = []
    for coaches in (1, 50):
        attended = events(run(BUSY, missing, {"jobcentres.Hill.coaches": coaches}), Event.HELD, Event.MISSED)
        people, index = np.unique(attended[:, 2], return_index=True)
        first.append({person: (attended[i, 3], attended[i, 0]) for person, i in zip(people.tolist(), index, strict=True)})
    both = first[0].keys() & first[1].keys()
    assert len(both) > 100
    assert all(first[0][person][0] == first[1][person][0] for person in both)
    assert sum(first[0][person][1] > first[1][person][1] for person in both) > 20
