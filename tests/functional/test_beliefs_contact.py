"""Beliefs about the contact policy: whom the clerk books first, how often, how long, and what is missed."""

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.model.ledger import Event
from tests.functional.beliefs import BUSY, by_hand, direction, falling, measured, rising, run
from tests.scenarios import events, extra_days, mean_interval, mean_wait, total


def inversions(record):
    """Appointments held although somebody who was due before had to wait for a later day."""
    calendar = Calendar(record.start, "england_and_wales", 40, 400)
    due, held_due = {}, []
    for person, claim in enumerate(record.people["claim"]):
        due[person] = calendar.next_working(int(claim)) if claim >= 0 else None
    for day, _, person, *_ in events(record, Event.HELD).tolist():
        if due[person] is not None:
            held_due.append((day, due[person]))
        due[person] = calendar.roll(day + 7 * (1 if (day - record.people["claim"][person]) // 7 < 13 else 2))
    count, latest, latest_today, today = 0, -1, -1, -1
    for day, was_due in held_due:
        if day > today:
            latest, today = max(latest, latest_today), day
        latest_today = max(latest_today, was_due)
        count += was_due < latest
    return count


@direction("appointments.book_ahead_working_days")
def test_the_booking_window_decides_who_is_seen_first():
    """A short booking window means that whoever is due first is seen first; a long one, first come, first served.

    With one working day to book, nobody is seen before somebody who was due earlier; with thirty, who asks first is.
    """
    same = {"appointments.first_meeting.minutes": 10, "appointments.first_meeting.priority": 2, "jobcentres.Hill.coaches": 4}
    short, long = (run(BUSY, same, {"appointments.book_ahead_working_days": days}) for days in (1, 30))
    assert inversions(short) == 0
    assert inversions(long) > 100


@direction("appointments.book_ahead_working_days")
def test_a_shorter_window_where_there_are_too_few_minutes():
    """Where minutes are short and first meetings go first, a shorter booking window offers them sooner."""
    assert rising([mean_wait(run(BUSY, {"appointments.book_ahead_working_days": days})) for days in (2, 5, 10, 20)])


RESERVE = "appointments.first_meeting.reserve"


@direction(f"{RESERVE}.share")
def test_a_reserve():
    """The more minutes are kept for first meetings, the sooner these are offered and the longer the time between reviews."""
    records = [run(BUSY, {RESERVE: {"share": share, "until_days_before": 1}}) for share in (0, 0.2, 0.4)]
    assert falling([mean_wait(record) for record in records])
    assert rising([mean_interval(record) for record in records])
    assert mean_wait(records[2]) < mean_wait(records[0]) - 1


@direction(f"{RESERVE}.until_days_before")
def test_a_reserve_given_up_early():
    """The earlier what is left of the reserve is given to anyone, the later first meetings are offered."""
    assert rising([mean_wait(run(BUSY, {RESERVE: {"share": 0.4, "until_days_before": days}})) for days in (1, 5, 9)])


@direction("appointments.first_meeting.priority", "appointments.review.priority")
def test_priority():
    """Whichever kind of meeting goes first gains what the other loses."""
    first, review = run(BUSY), run(BUSY, {"appointments.first_meeting.priority": 2, "appointments.review.priority": 1})
    assert mean_wait(first) < mean_wait(review)
    assert mean_interval(first) > mean_interval(review)


@direction("appointments.review.every_weeks")
def test_less_frequent_reviews():
    """The less often people are to be reviewed, the sooner first meetings are offered, and the fewer reviews are overdue."""
    records = [run(BUSY, {"appointments.review.every_weeks": {1: weeks}}) for weeks in (1, 2, 4)]
    assert falling([mean_wait(record) for record in records])
    assert falling([total(record, "reviews_held") for record in records])
    assert falling([total(record, "overdue") for record in records])


@direction("appointments.first_meeting.missed", "appointments.review.missed")
def test_missed_appointments():
    """The more appointments are missed, the longer everyone waits.

    The share missed is the one asked for, within five standard errors: a right model fails once in a million.
    """
    shares = (0, 0.1, 0.3, 0.6)
    records = [run(BUSY, {"appointments.first_meeting.missed": share, "appointments.review.missed": share}) for share in shares]
    assert rising([float(extra_days(record, "first_held").mean()) for record in records])
    assert rising([mean_interval(record) for record in records])
    for share, record in zip(shares, records, strict=True):
        missed = total(record, "first_meetings_missed") + total(record, "reviews_missed")
        attended = total(record, "first_meetings_held") + total(record, "reviews_held")
        error = np.sqrt(share * (1 - share) / (missed + attended))
        assert abs(missed / (missed + attended) - share) <= 5 * error


@direction("appointments.review.minutes", "appointments.first_meeting.minutes")
@pytest.mark.parametrize("kind", ["review", "first_meeting"])
def test_longer_meetings(kind):
    """Longer meetings are fewer meetings: the time between reviews grows."""
    longer = {"review": (10, 15, 20), "first_meeting": (20, 30, 60)}[kind]
    records = [run(BUSY, {f"appointments.{kind}.minutes": minutes}) for minutes in longer]
    assert falling([total(record, "reviews_held") for record in records])
    assert rising([mean_interval(record) for record in records])


@direction("appointments.first_meeting.target_working_days")
def test_a_promise_that_is_easier_to_keep():
    """The longer the promised time to a date for the first meeting, the more often it is kept, whoever is booked when."""
    records = [run(BUSY, {"appointments.first_meeting.target_working_days": days}) for days in (3, 7, 9)]
    assert rising([measured(record, "first_meeting_within_target") for record in records])
    assert events(records[0]).tolist() == events(records[2]).tolist()


@by_hand("jobcentres.*.coaches", "appointments.first_meeting.priority")
def test_a_cut_falls_on_those_last_in_the_clerks_order():
    """When coaches are cut at short notice, no first meeting is put off while a review of the same day stays."""
    cut = {"jobcentres.Hill.coaches": {"2021-02-01": 5, "2021-03-10": {"value": 2, "announced": "2021-03-08"}}}
    record = run(BUSY, cut, {"appointments.first_meeting.priority": 1, "appointments.review.priority": 2})
    booked, bumped = events(record, Event.BOOKED, before=35), events(record, Event.BUMP)
    assert set(bumped[:, 0]) == {35}
    went = {(person, day): kind for person, kind, day in bumped[:, [2, 5, 8]].tolist()}
    stayed = {(person, day): kind for person, kind, day in booked[:, [2, 5, 8]].tolist() if day >= 37 and (person, day) not in went}
    both = 0
    for of_day in range(37, 47):
        kinds_went = {kind for (_, day), kind in went.items() if day == of_day}
        kinds_stayed = {kind for (_, day), kind in stayed.items() if day == of_day}
        assert not (0 in kinds_went and 1 in kinds_stayed)
        both += kinds_went == {0, 1}
    assert both, "on some day reviews were not enough"
