"""What holds to the last unit in every run, and that it would not with one figure changed."""

from dataclasses import replace

import numpy as np
import pytest

from sim.model.ledger import Event, column
from sim.model.people import NONE
from tests.evidence import failures
from tests.exact.identities import BROKEN, checks, conservation, littles_law, minutes, programmes, runs, stays
from tests.scenarios import VALUE


@pytest.mark.parametrize("group", ["Little's law", "Minutes", "Nobody is lost"])
def test_identities_hold_in_every_run(group):
    of = checks()[group]
    assert len(of) > 10 and not failures(of), failures(of)
    assert all(check.error == 0 for check in of)


def test_every_queue_is_used():
    """Days are counted at every jobcentre and programme; only temporary jobcentres have nobody left at the end."""
    empty = [check.what for of in checks().values() for check in of if check.expected == 0]
    assert empty == ["not met at the end, Shop", "not met at the end, Yard"]


@pytest.fixture(scope="module")
def record():
    return runs(1)[list(BROKEN).index("as it is")]


def tallied(record, name, by, day=40, j=0):
    """The record with a tally changed on one day at one jobcentre."""
    field = "by_home" if name in ("waiting", "in_reviews", "on_programme", "on_list", "left", "moved_out", "job_entries") else "by_site"
    out = getattr(record, field).copy()
    out[(day, j, 0, column(name)) if field == "by_home" else (day, j, column(name))] += by
    return replace(record, **{field: out})


def told(record, which, how):
    """The record with one entry of the event log changed, or left out."""
    log = record.events.copy()
    return replace(record, events=np.delete(log, which, axis=0) if how is None else how(log, which))


def first_of(record, event, kind=None, value=None):
    log = record.events
    wanted = log[:, 3] == event
    if kind is not None:
        wanted &= log[:, 5] == kind
    if value is not None:
        wanted &= log[:, VALUE] == value
    return int(np.flatnonzero(wanted)[len(np.flatnonzero(wanted)) // 2])


@pytest.mark.parametrize("name", ["waiting", "in_reviews", "on_programme", "on_list"])
def test_one_person_more_in_a_daily_count_is_noticed(record, name):
    broken = [check.what for check in littles_law((tallied(record, name, 1),)) if not check.holds]
    assert len(broken) == 1
    assert name == "on_list" or not all(check.holds for check in conservation((tallied(record, name, 1),)))


@pytest.mark.parametrize("what", ["first_held", "exit", "claim"])
def test_one_person_whose_day_is_another_is_noticed(record, what):
    people = record.people.copy()
    person = np.flatnonzero((people["claim"] >= 5) & (people["first_held"] != NONE) & (people["exit"] != NONE))[0]
    people[what][person] -= 1
    assert failures(littles_law((replace(record, people=people),)))
    assert what == "first_held" or failures(conservation((replace(record, people=people),)))


def test_one_move_left_out_is_noticed(record):
    without = told(record, first_of(record, Event.MOVE), None)
    assert len(stays(without)) == len(stays(record)) - 1
    assert failures(littles_law((without,))) and failures(conservation((without,)))


@pytest.mark.parametrize("event", [Event.REFERRED, Event.STARTED, Event.WITHDREW, Event.DROPPED_OUT])
def test_one_referral_start_or_end_left_out_is_noticed(record, event):
    which = first_of(record, event, value=1 if event == Event.REFERRED else None)
    assert failures(programmes((told(record, which, None),)))


def test_a_meeting_left_out_or_five_per_cent_longer_is_noticed(record):
    def longer(log, which):
        log[which, VALUE] += max(1, round(0.05 * log[which, VALUE]))
        return log

    for how in (None, longer):
        for event in (Event.HELD, Event.MISSED):
            assert failures(minutes((told(record, first_of(record, event), how),)))
    for name in ("coach_minutes_booked", "desk_minutes_booked"):
        assert failures(minutes((tallied(record, name, -1),)))


@pytest.mark.parametrize("event", [Event.CLAIM, Event.RETURN, Event.MOVE])
def test_one_who_came_and_is_not_told_of_is_noticed(record, event):
    assert failures(conservation((told(record, first_of(record, event), None),)))


@pytest.mark.parametrize("name", ["job_entries", "left", "moved_out"])
def test_one_who_went_and_is_not_counted_is_noticed(record, name):
    assert failures(conservation((tallied(record, name, -1),)))
