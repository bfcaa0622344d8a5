"""A day is a working day if nobody in the country would expect otherwise; days are counted, not guessed."""

import datetime as dt

import numpy as np
import pytest

from sim.calendar import Calendar, bank_holidays

EASTER_2021 = [dt.date(2021, 4, 2), dt.date(2021, 4, 5)]


@pytest.fixture(scope="module")
def calendar():
    return Calendar(dt.date(2021, 4, 1), "england_and_wales", 400, 400)  # day 0 is Maundy Thursday


@pytest.mark.parametrize(
    ("division", "date", "is_holiday"),
    [
        ("england_and_wales", dt.date(2020, 5, 4), False),  # the early May holiday of 2020 moved to VE Day
        ("england_and_wales", dt.date(2020, 5, 8), True),
        ("england_and_wales", dt.date(2022, 9, 19), True),  # the Queen's funeral
        ("scotland", dt.date(2020, 11, 30), True),
        ("england_and_wales", dt.date(2020, 11, 30), False),
        ("scotland", dt.date(2021, 4, 5), False),  # Easter Monday
        ("northern_ireland", dt.date(2021, 7, 12), True),
        ("scotland", dt.date(2021, 1, 4), True),  # 2 January, a Saturday, in lieu
    ],
)
def test_bank_holidays_are_those_of_the_division(division, date, is_holiday):
    assert (date in bank_holidays(division)) == is_holiday
    assert Calendar(date, division, 0, 1).works(0) != is_holiday


def test_weekends_and_bank_holidays_are_not_worked(calendar):
    assert [calendar.works(day) for day in range(7)] == [True, False, False, False, False, True, True]


def test_next_working_is_after_the_day_and_roll_may_be_the_day(calendar):
    assert [calendar.next_working(day) for day in range(6)] == [5, 5, 5, 5, 5, 6]
    assert [calendar.roll(day) for day in range(6)] == [0, 5, 5, 5, 5, 5]


def test_working_days_between_two_days_exclude_the_first_day_and_include_the_last(calendar):
    assert calendar.count(0) - calendar.count(0) == 0
    assert calendar.count(4) - calendar.count(0) == 0
    assert calendar.count(5) - calendar.count(0) == 1
    assert calendar.count(0) - calendar.count(-7) == 5  # the week before
    assert calendar.count(6) - calendar.count(1) == 2


def test_dates_and_days_are_each_others_inverse(calendar):
    assert calendar.date(1) == EASTER_2021[0]
    assert calendar.day(EASTER_2021[1]) == 4
    assert all(calendar.day(calendar.date(day)) == day for day in range(-400, 400))


def test_arrays_say_what_the_methods_say(calendar):
    first, days = -30, 60
    works, count, following = calendar.arrays(first, days)
    for i, day in enumerate(range(first, first + days)):
        assert works[i] == calendar.works(day)
        assert count[i] == calendar.count(day)
        assert following[i] == calendar.next_working(day)
    assert (np.diff(count) == works[1:]).all()


@pytest.mark.parametrize("day", [-401, 400])
def test_beyond_its_edges_a_calendar_refuses_to_answer(calendar, day):
    with pytest.raises(IndexError, match=f"day {day} is outside the calendar, -400 to 399"):
        calendar.works(day)
