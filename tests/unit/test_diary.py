"""The clerk's order and what a day has room for."""

import numpy as np
import pytest

from sim.model import diary
from sim.model.diary import COACH, COACH_BOOKED, DESK, DESK_BOOKED, FIRST_BOOKED
from sim.model.ledger import Event
from sim.model.people import FACE_TO_FACE, FIRST, PHONE, REVIEW
from sim.model.simulation import simulate
from tests.scenarios import VALUE, events, tiny


def sorted_by_clerk(requests):
    """Positions of (priority, due, requested) in the order in which the compiled sort puts them."""
    n = len(requests)
    rows, spare, spare_keys, counter = np.arange(n), np.zeros(n, "i8"), np.zeros(n, "i8"), np.zeros(8192, "i8")
    keys = np.array([diary.clerks_key(*request) for request in requests], dtype="i8")
    diary.in_clerks_order(rows, keys, n, spare, spare_keys, counter)
    return rows.tolist()


@pytest.mark.parametrize(("days", "people"), [(1, 50), (5, 1), (5, 2), (5, 300), (40, 3000), (2000, 3000), (32_000, 500)])
@pytest.mark.parametrize("ranks", [1, 2, 7])
def test_the_clerk_sorts_by_priority_due_day_day_of_request_and_person(days, people, ranks):
    """Whatever the spread of days, short or long enough to need several passes: the same as Python's own sort, ties by person."""
    luck = np.random.default_rng(days * people + ranks)
    columns = (luck.integers(1, ranks + 1, people), luck.integers(-days, days + 1, people), luck.integers(-days, days + 1, people))
    requests = [tuple(int(value) for value in row) for row in zip(*columns, strict=True)]
    expected = sorted(range(people), key=lambda person: (*requests[person], person))
    assert sorted_by_clerk(requests) == expected


def day_with(coach=100, desk=100):
    book = np.zeros((1, 1, 5), dtype=np.int64)
    book[0, 0, COACH], book[0, 0, DESK] = coach, desk
    return book


def test_an_appointment_fits_if_the_last_minute_does():
    book = day_with(coach=30)
    assert diary.has_room(book, 0, 0, 30, PHONE, 0)
    assert not diary.has_room(book, 0, 0, 31, PHONE, 0)
    assert not diary.has_room(book, 0, 0, 30, PHONE, 1)


def test_only_face_to_face_needs_a_desk():
    book = day_with(desk=20)
    assert diary.has_room(book, 0, 0, 30, PHONE, 0)
    assert not diary.has_room(book, 0, 0, 30, FACE_TO_FACE, 0)
    assert diary.has_room(book, 0, 0, 20, FACE_TO_FACE, 0)


def test_what_is_entered_can_be_taken_out_again():
    book = day_with()
    diary.enter(book, 0, 0, 30, FIRST, FACE_TO_FACE)
    diary.enter(book, 0, 0, 10, REVIEW, PHONE)
    assert book[0, 0, [COACH_BOOKED, FIRST_BOOKED, DESK_BOOKED]].tolist() == [40, 30, 30]
    diary.enter(book, 0, 0, -30, FIRST, FACE_TO_FACE)
    diary.enter(book, 0, 0, -10, REVIEW, PHONE)
    assert book[0, 0].tolist() == day_with()[0, 0].tolist()


def test_first_meetings_use_up_what_is_kept_for_them():
    book = day_with()
    assert diary.reserved(book, 0, 0, 0.4) == 40
    diary.enter(book, 0, 0, 30, FIRST, PHONE)
    assert diary.reserved(book, 0, 0, 0.4) == 10
    diary.enter(book, 0, 0, 30, FIRST, PHONE)
    assert diary.reserved(book, 0, 0, 0.4) == 0
    assert diary.reserved(day_with(coach=10), 0, 0, 0.3) == 3, "three tenths of ten minutes are three minutes"


def test_the_reserve_is_released_so_many_working_days_before():
    """Nobody claims, so reviews have all minutes of days up to two ahead and 60 of 100 further on."""
    scenario = tiny(
        {
            "areas.North": {"claimants": 300, "claims_per_week": 0},
            "jobcentres.Hill.coaches": 1,
            "claimants.awaiting_first_meeting_days": 0,
            "appointments.book_ahead_working_days": 5,
            "appointments.first_meeting.reserve": {"share": 0.4, "until_days_before": 2},
        }
    )
    booked = events(simulate(scenario, 1, 0, events=True), Event.BOOKED)
    eve = booked[booked[:, 0] == -1]
    assert np.bincount(eve[:, VALUE], minlength=5).tolist() == [10, 10, 6, 6, 6]
    monday = booked[booked[:, 0] == 0]  # Wednesday is two days ahead now, and next Monday comes into the window
    assert np.bincount(monday[:, VALUE], minlength=8).tolist() == [0, 0, 4, 0, 0, 0, 0, 6]
