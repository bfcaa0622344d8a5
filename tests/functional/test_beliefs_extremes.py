"""Beliefs about extremes: nobody, nothing, or without end."""

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.model.ledger import Event
from sim.model.simulation import simulate
from tests.functional.beliefs import BUSY, REMOTE, extreme, roomy, run
from tests.scenarios import BOUNDLESS, daily, events, extra_days, rich, total

NOBODY = {"claimants": 0, "claims_per_week": 0}
COACHES = "jobcentres.*.coaches"


@extreme("areas.*.claimants", "areas.*.claims_per_week")
def test_nobody_comes_and_nothing_happens():
    """If nobody claims, nothing happens, and every coach is free all day."""
    record = run({"areas.North": NOBODY, "coaches.absence": 0.1})
    assert events(record).shape == (0, 9)
    assert record.by_home.sum() == 0
    assert len(record.people) == 0
    assert total(record, "coach_minutes") > 0 and total(record, "coach_minutes_booked") == 0


@extreme(COACHES)
def test_without_coaches_the_list_grows_and_everyone_is_counted():
    """Without coaches nobody is offered a date, the list grows by each claim, and everyone who ever claimed is on it."""
    record = run({"jobcentres.Hill.coaches": 0, "claimants.contact_before_start": "suspended"})
    assert set(events(record)[:, 3]) == {Event.CLAIM}
    waiting_list = daily(record, "on_list")
    assert (np.diff(waiting_list) == daily(record, "claims")[1:]).all()
    assert waiting_list[-1] == 60 + total(record, "claims") == len(record.people)
    assert (record.people["offered"] == -1).all()


@extreme(COACHES, "other_leaving.monthly_rate")
def test_without_coaches_and_with_leaving_everyone_is_still_counted():
    """Without coaches, those who left and those who wait are all who ever came."""
    record = run(BUSY, {"jobcentres.Hill.coaches": 0})
    gone = total(record, "left")
    assert gone > 100
    assert daily(record, "waiting")[-1] + daily(record, "in_reviews")[-1] + gone == len(record.people)


@extreme(COACHES)
@pytest.mark.parametrize("start", ["ongoing", "suspended"])
def test_with_coaches_without_end_nobody_waits(start):
    """With coaches without end everyone is offered the next working day, and every review is held on the day it is due.

    Suspended contact leaves nothing overdue either.
    """
    record = run(BUSY, BOUNDLESS, {"claimants.contact_before_start": start})
    assert len(extra_days(record)) > 300
    assert set(extra_days(record)) == {0}
    assert total(record, "delay_working_days") == total(record, "overdue") == total(record, "bumped") == 0
    assert total(record, "reviews_held") > 3000


@extreme(COACHES, "appointments.first_meeting.missed")
def test_who_misses_an_appointment_is_due_the_next_working_day():
    """With coaches without end, who misses an appointment is seen on the next working day, and that is not late."""
    missing = {"appointments.first_meeting.missed": 0.3, "appointments.review.missed": 0.3}
    record = run(BUSY, BOUNDLESS, missing)
    calendar = Calendar(record.start, "england_and_wales", 0, 400)
    attended = {}
    for day, _, person, event, *_ in events(record, Event.HELD, Event.MISSED).tolist():
        last_day, last_event = attended.get(person, (None, None))
        if last_event == Event.MISSED:
            assert day == calendar.next_working(last_day)
        attended[person] = day, event
    assert total(record, "reviews_missed") > 500
    assert total(record, "delay_working_days") == 0


@extreme("appointments.first_meeting.missed", "appointments.review.missed")
def test_everyone_misses_everything():
    """If everyone misses every appointment, no meeting is ever held, every booked minute is wasted, and nobody is lost."""
    record = run(BUSY, {"appointments.first_meeting.missed": 1, "appointments.review.missed": 1})
    assert len(events(record, Event.HELD)) == 0
    assert total(record, "coach_minutes_missed") == total(record, "coach_minutes_booked") > 10_000
    assert daily(record, "waiting")[-1] + daily(record, "in_reviews")[-1] + total(record, "left") == len(record.people)


@extreme("jobcentres.*.desks", "claimants.can_be_served_remotely")
def test_nobody_may_be_called_and_there_are_no_desks():
    """If nobody can be called and there are no desks, nobody is ever booked, however many coaches there are."""
    record = run(BUSY, BOUNDLESS, {"jobcentres.Hill.desks": 0})
    assert len(events(record, Event.BOOKED)) == 0
    assert total(record, "coach_minutes") > 1_000_000


@extreme("jobcentres.*.desks", "service.face_to_face_share")
def test_no_desks_and_everyone_is_called():
    """If everyone is called, a jobcentre without desks serves exactly as one with a thousand."""
    without, with_desks = (run(BUSY, REMOTE, {"jobcentres.Hill.desks": desks}) for desks in (0, 1000))
    assert events(without).tolist() == events(with_desks).tolist()
    assert total(without, "reviews_held") > 1000


@extreme("coaches.absence")
def test_everyone_absent():
    """If every coach is absent every day, there are no minutes, and nobody is ever booked."""
    record = run(BUSY, {"coaches.absence": 1})
    assert total(record, "coach_minutes") == 0 and len(events(record, Event.BOOKED)) == 0
    assert total(record, "coaches") > 0


@extreme("coaches.absence")
def test_everyone_absent_without_notice():
    """If every coach falls ill on one day, everyone booked that day is put off, and nobody's day differed before."""
    base, ill = (run(BUSY, change) for change in ({}, {"coaches.absence": {"2021-02-01": 0, "2021-03-10": 1, "2021-03-11": 0}}))
    assert events(base, before=37).tolist() == events(ill, before=37).tolist()
    booked = daily(base, "coach_minutes_booked")[37]
    off = events(ill, Event.BUMP)
    assert booked > 400 and set(off[:, 0]) == {37} and len(off) > 20
    assert not len(events(ill, Event.HELD, Event.MISSED)[events(ill, Event.HELD, Event.MISSED)[:, 0] == 37])


@extreme("period.to")
def test_a_run_of_one_day():
    """A run of a single day is the first day of a longer one; on a Saturday nobody is seen.

    Where minutes suffice: the reviews of those there at the start are spread by the load of the first month, as far as it is run.
    """
    short, long = (run(BUSY, BOUNDLESS, {"period.to": to}) for to in ("2021-02-01", "2021-05-30"))
    assert short.days == 1
    assert events(short).tolist() == events(long, before=1).tolist()
    assert len(events(short, Event.HELD)) > 10
    saturday = run(BUSY, {"period": {"from": "2021-02-06", "to": "2021-02-06"}, "period.to": "2021-02-06"})
    assert len(events(saturday, Event.HELD)) == 0 and saturday.days == 1


@extreme("period.to")
def test_a_run_cut_short():
    """A run that ends earlier is the beginning of the longer one, event by event, with every lever in use."""
    short, long = (simulate(rich({"period.to": day}), 1, 0, events=True) for day in ("2021-04-18", "2021-04-25"))
    assert events(short).tolist() == events(long, before=short.days).tolist()
    assert len(events(short)) > 1000


@extreme("job_entry.monthly_rate_by_week")
def test_nobody_enters_work():
    """If the rate of job entry is nought, nobody enters work, however good the market and the support."""
    generous = {"job_entry": {"monthly_rate_by_week": {0: 0}, "market": 100, "weekly_instead_of_fortnightly": 100}}
    record = roomy(generous)
    assert total(record, "job_entries") == 0 and total(record, "reviews_held") > 5000


@extreme("job_entry.monthly_rate_by_week", "job_entry.market")
def test_everyone_enters_work_at_once():
    """In the best of markets nearly everyone is in work within days, and the caseload is that of the last days' claims."""
    record = roomy({"job_entry": {"monthly_rate_by_week": {0: 0.99}, "market": 100}})
    assert (record.people["exit_kind"] == 1).mean() > 0.98
    assert daily(record, "in_reviews")[-1] + daily(record, "waiting")[-1] < 20
