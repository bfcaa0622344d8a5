"""Beliefs about work coaches: how many, how much of their day, and recruits."""

import pytest

from sim.model.ledger import Event
from tests.functional.beliefs import BUSY, by_hand, direction, extreme, falling, rising, run, unforeseen
from tests.scenarios import daily, events, mean_interval, mean_wait, total


@direction("jobcentres.*.coaches")
def test_more_coaches():
    """With more coaches in post, first meetings are offered sooner, reviews come round sooner, and fewer are overdue."""
    records = [run(BUSY, {"jobcentres.Hill.coaches": coaches, "appointments.review.priority": 1}) for coaches in (3, 4, 5, 6)]
    assert falling([mean_wait(record) for record in records])
    assert falling([mean_interval(record) for record in records])
    assert falling([total(record, "overdue") for record in records])


@direction("coaches.minutes_per_day", "coaches.bookable_share")
@pytest.mark.parametrize("key", ["minutes_per_day", "bookable_share"])
def test_more_of_a_coachs_day(key):
    """The more of a coach's day can be booked, the sooner first meetings are offered and reviews come round."""
    values = {"minutes_per_day": (60, 80, 100), "bookable_share": (0.6, 0.8, 1)}[key]
    records = [run(BUSY, {f"coaches.{key}": value}) for value in values]
    assert falling([mean_wait(record) for record in records])
    assert falling([mean_interval(record) for record in records])


@by_hand("jobcentres.*.coaches", "coaches.minutes_per_day", "coaches.bookable_share")
def test_minutes_are_minutes():
    """Four coaches of 100 minutes a day serve exactly as two of 200, or as eight of whose 100 half can be booked."""
    four = run(BUSY, {"jobcentres.Hill.coaches": 4})
    two = run(BUSY, {"jobcentres.Hill.coaches": 2, "coaches.minutes_per_day": 200})
    eight = run(BUSY, {"jobcentres.Hill.coaches": 8, "coaches.bookable_share": 0.5})
    assert events(two).tolist() == events(four).tolist() == events(eight).tolist()


@direction("coaches.absence")
def test_absence():
    """The more coaches are absent, the longer the time between reviews, and the more booked people are put off on the day."""
    records = [run(BUSY, {"coaches.absence": share}) for share in (0, 0.1, 0.3)]
    assert rising([mean_interval(record) for record in records])
    assert rising([total(record, "bumped") for record in records])


@direction("coaches.leavers_per_year")
def test_leavers():
    """The more coaches leave and are not replaced, the fewer minutes there are and the longer the time between reviews."""
    records = [run(BUSY, {"coaches.leavers_per_year": share}) for share in (0, 0.3, 0.9)]
    assert falling([total(record, "coach_minutes") for record in records])
    assert rising([mean_interval(record) for record in records])


# ---- recruits


def recruits(**more):
    """Three coaches who start in mid-February and train for three weeks."""
    return {"coaches.recruitment": {"spring": {"starts": "2021-02-15", "coaches": 3, "training_working_days": 15, **more}}}


@direction("coaches.recruitment.*.coaches")
def test_more_recruits():
    """The more recruits, the fewer reviews are overdue by the end."""
    records = [run(BUSY, recruits(coaches=coaches)) for coaches in (0, 1, 2, 4)]
    assert falling([daily(record, "overdue")[60:].sum() for record in records])


@direction("coaches.recruitment.*.starts")
def test_earlier_recruits():
    """The earlier recruits start, the fewer reviews are overdue over the whole time."""
    records = [run(BUSY, recruits(starts=day)) for day in ("2021-02-01", "2021-02-22", "2021-03-15", "2021-04-06")]
    assert rising([total(record, "overdue") for record in records])


@direction("coaches.recruitment.*.training_working_days", "coaches.recruitment.*.ramp_working_days")
@pytest.mark.parametrize("key", ["training_working_days", "ramp_working_days"])
def test_shorter_training(key):
    """The shorter the training of recruits, or the sooner they are at full output, the fewer reviews are overdue."""
    records = [run(BUSY, recruits(**{key: days})) for days in (0, 10, 25, 50)]
    assert rising([total(record, "overdue") for record in records])


@direction("coaches.recruitment.*.announced")
def test_recruits_announced_beforehand():
    """The earlier it is announced when recruits can see people, the fuller their first days are booked."""
    records = [run(BUSY, recruits(training_working_days=0, announced=day)) for day in ("2021-02-10", "2021-02-12", "2021-02-15")]
    assert falling([daily(record, "coach_minutes_booked")[14:21].sum() for record in records])


TWO = {
    "areas": {"North": {"claimants": 200, "claims_per_week": 20}, "South": {"claimants": 200, "claims_per_week": 20}},
    "jobcentres": {
        "Hill": {"area": "North", "share": 1, "coaches": 3, "desks": 10},
        "Moor": {"area": "South", "share": 1, "coaches": 3, "desks": 10},
    },
    "period.to": "2021-05-30",
}


@direction("coaches.recruitment.*.to")
def test_recruits_help_where_they_are_sent():
    """Recruits sent to one jobcentre shorten intervals there, and change nothing next door."""
    none, sent = run(TWO), run(TWO, recruits(to={"Hill": 3}))
    hill, moor = (none.jobcentres.index(name) for name in ("Hill", "Moor"))
    assert interval_at(sent, "Hill") < 0.9 * interval_at(none, "Hill")
    next_door = [events(record)[events(record)[:, 4] == moor].tolist() for record in (none, sent)]
    assert next_door[0] == next_door[1] and hill != moor


def interval_at(record, jobcentre):
    return total(record, "interval_days", jobcentre) / total(record, "intervals", jobcentre)


@unforeseen("coaches.recruitment.*.training_working_days")
def test_recruits_in_training_see_nobody():
    """Recruits in training change nobody's day until the booking window reaches their first day with people.

    They start on 15 February and train for 15 working days. Their first day is 8 March, ten working days after 22 February.
    """
    without, trained = run(BUSY), run(BUSY, recruits())
    assert events(trained, before=21).tolist() == events(without, before=21).tolist()
    assert events(trained).tolist() != events(without).tolist()
    assert daily(trained, "in_training")[[13, 14, 34, 35]].tolist() == [0, 3, 3, 0]
    booked = [record.events[(record.events[:, 3] == Event.BOOKED) & (record.events[:, 8] >= 35)] for record in (trained, without)]
    assert (booked[0][:, 0].min(), booked[1][:, 0].min()) == (21, 21), "8 March is booked from 22 February on"
    assert mean_interval(trained) < mean_interval(without)


@extreme("coaches.recruitment.*.training_working_days")
def test_training_without_end():
    """Fifty recruits whose training outlasts the run are no help to anyone."""
    forever = recruits(starts="2021-02-01", coaches=50, training_working_days=100)
    assert events(run(BUSY, forever)).tolist() == events(run(BUSY)).tolist()
