"""What is shared adds up too: programmes, vacancies, returns and youth hubs, counted a second time from the event log."""

import datetime as dt

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.model.people import NONE, YOUTH_HUB
from sim.model.simulation import simulate
from sim.record import END, JOB_ENTRY, SECTOR_COLUMNS
from sim.scenario.schema import AGE_GROUPS
from sim.view import View
from tests.functional.test_conservation import SCENARIOS
from tests.scenarios import RICH, VALUE, daily, events, rich, total


@pytest.fixture(scope="module", params=SCENARIOS)
def record(request):
    return simulate(rich(SCENARIOS[request.param]), 1, 0, events=True)


def retold(record):
    """The episodes as the event log tells them: (person, programme, referred, started, ended, end) by day of referral and person."""
    told, current = [], {}
    way = {Event.WITHDREW: "withdrew", Event.COMPLETED: "completed", Event.DROPPED_OUT: "dropped_out"}
    log = sorted(events(record).tolist(), key=lambda row: (row[:3], row[3] in (Event.JOB_ENTRY, Event.LEFT)))  # claims end after programmes
    for day, _, person, event, *_, programme, value in log:
        if event == Event.REFERRED:
            assert person not in current
            told.append([person, programme, day, NONE, NONE if value else day, "ongoing" if value else "declined"])
            if value:
                current[person] = told[-1]
        elif event == Event.STARTED:
            mine = current[person]
            assert mine[1] == programme and mine[3] == NONE and value == day - mine[2]
            mine[3] = day
        elif event in way:
            mine = current.pop(person)
            assert mine[1] == programme and value == day - mine[2 if event == Event.WITHDREW else 3]
            mine[4:] = day, way[event]
            if event == Event.COMPLETED:
                completed = day, person, mine
        elif event in (Event.JOB_ENTRY, Event.LEFT):
            if person in current:
                mine = current.pop(person)
                on = "entered_work_on_it" if event == Event.JOB_ENTRY else "left_on_it"
                mine[4:] = day, on if mine[3] != NONE else "claim_ended_in_queue"
                assert programme == (mine[1] if mine[3] != NONE else -1)
            elif programme != -1:  # on the day they completed it
                assert event == Event.JOB_ENTRY and completed[:2] == (day, person) and completed[2][1] == programme
                completed[2][5] = "completed_into_work"
    return told


def test_every_referral_ends_in_exactly_one_way_and_the_log_tells_it_too(record):
    columns = [record.episodes[name].tolist() for name in ("person", "programme", "referred", "started", "ended", "end")]
    assert retold(record) == [[*rest, END[end]] for *rest, end in zip(*columns, strict=True)]


def people_by_day(record, told, first, last):
    """How many of the episodes are between two of their days at the close of each day and programme; the end of the run ends all."""
    out = np.zeros((record.days, len(record.programmes)), dtype=int)
    for one in told:
        since, until = one[first], next((one[which] for which in last if one[which] != NONE), record.days)
        if since != NONE:
            out[since:until, one[1]] += 1
    return out


def test_queues_and_programmes_obey_littles_law_to_the_day(record):
    """The people there at the close of every day, summed over days, are the days they spent there, summed over people."""
    told = [one for one in retold(record) if one[5] != "declined"]
    queue, on_it = people_by_day(record, told, 2, (3, 4)), people_by_day(record, told, 3, (4,))
    end = record.days
    for k in range(len(record.programmes)):
        view, mine = View(record).of_programme(k), [one for one in told if one[1] == k]
        waited = [(one[3] if one[3] != NONE else one[4] if one[4] != NONE else end) - one[2] for one in mine]
        spent = [(one[4] if one[4] != NONE else end) - one[3] for one in mine if one[3] != NONE]
        assert view.in_queue.tolist() == queue[:, k].tolist() and view.on_it.tolist() == on_it[:, k].tolist()
        assert view.in_queue.sum() == sum(waited) and view.on_it.sum() == sum(spent)


def given_out(record, name):
    """Of a programme: days on which places are given out; starts, those on it and places unused on these days."""
    k = record.programmes.index(name)
    days = np.flatnonzero(record.places_unused[:, k] >= 0)
    view = View(record).of_programme(k)
    return days, view.flow("started")[days], view.on_it[days], record.places_unused[days, k]


def test_no_place_stays_empty_while_someone_waits_and_nobody_starts_when_none_are_given_out(record):
    queue = people_by_day(record, [one for one in retold(record) if one[5] != "declined"], 2, (3, 4))
    assert not queue[record.places_unused > 0].any()
    assert not (record.places_unused[~record.works] >= 0).any()
    for k, name in enumerate(record.programmes):
        opens, closes = ((dt.date.fromisoformat(day) - record.start).days for day in RICH["programmes"][name]["open"].values())
        days, starts, *_ = given_out(record, name)
        assert (days >= opens).all() and (days <= closes).all()
        assert starts.sum() == View(record).of_programme(k).flow("started").sum()


def test_places_are_those_taken_and_those_unused(record):
    """Twelve at any one time."""
    _, _, on_it, unused = given_out(record, "Help")
    assert (on_it + unused == 12).all()


def test_jobs_are_filled_once_and_not_before_they_are_there(record):
    """Applied for from day 21 on, twelve days before anyone starts: nine tenths of six a week."""
    days, starts, _, unused = given_out(record, "Kick")
    assert (np.cumsum(starts) + unused == np.floor(0.9 * 6 / 7 * np.maximum(0, days - 12 - 21 + 1) + 1e-6)).all()


def test_courses_begin_weekly_with_six_places(record):
    """On Wednesdays from 3 March on, none of them a holiday; seven of them up to 16 April. A place not taken is lost."""
    days, starts, _, unused = given_out(record, "Course")
    assert days.tolist() == [30, 37, 44, 51, 58, 65, 72]
    assert (starts + unused == 6).all()


def test_vacancies_are_those_there_and_those_that_came_less_those_that_went(record):
    by = dict(zip(SECTOR_COLUMNS, np.moveaxis(record.by_sector, 2, 0), strict=True))
    sectors = RICH["labour_market"]["sectors"]
    before = np.vstack([[sectors[name]["vacancies"] for name in record.sectors], by["vacancies"][:-1]])
    assert np.allclose(by["vacancies"], before + by["inflow"] - by["entries"] - by["others"] - by["lapsed"], rtol=0, atol=1e-9)
    assert np.allclose(by["inflow"], [sectors[name]["inflow_per_week"] / 7 for name in record.sectors])
    assert by["entries"].sum(axis=1).tolist() == daily(record, "job_entries").tolist()
    assert by["searchers"].sum(axis=1).tolist() == (daily(record, "waiting") + daily(record, "in_reviews")).tolist()


def test_who_returns_had_entered_work_and_is_the_same_person(record):
    people = record.people
    again = np.flatnonzero(people["earlier"] != NONE)
    before, now = people[people["earlier"][again]], people[again]
    assert (before["exit_kind"] == JOB_ENTRY).all() and (now["claim"] > before["exit"]).all()
    assert (now["spell"] == before["spell"] + 1).all() and not people["spell"][people["earlier"] == NONE].any()
    assert len(set(people["earlier"][again])) == len(again) == total(record, "returns")
    for same in ("area", "origin", "age"):
        assert (now[same] == before[same]).all()
    told = {tuple(row) for row in events(record, Event.RETURN)[:, [0, 2, 4, VALUE]].tolist()}
    assert told == set(zip(now["claim"].tolist(), again.tolist(), now["home"].tolist(), now["earlier"].tolist(), strict=True))


def test_nobody_starts_the_same_programme_twice_even_in_another_spell(record):
    whose = np.arange(len(record.people))
    for person in np.flatnonzero(record.people["earlier"] != NONE):
        whose[person] = whose[record.people["earlier"][person]]
    started = [(whose[row["person"]], row["programme"]) for row in record.episodes if row["started"] != NONE]
    assert len(set(started)) == len(started)


def test_youth_hubs_have_young_people_of_their_areas_and_only_they_have_its_meetings(record):
    """By home: followed through claims and moves."""
    yard, young = record.jobcentres.index("Yard"), AGE_GROUPS.index("16-24")
    assert not np.delete(record.by_home[:, yard], young, axis=1).any()
    home = dict(enumerate(record.people["home"].tolist()))
    for _, _, person, event, place, kind, *_ in events(record).tolist():
        if event == Event.MOVE:
            home[person] = place
        elif event in (Event.HELD, Event.MISSED, Event.BOOKED, Event.BUMP) and kind > 0:
            assert (kind == YOUTH_HUB) == (home[person] == yard)


def test_the_rich_scenario_ends_episodes_in_every_way():
    """Else the tests above could pass on little."""
    record = simulate(rich(), 1, 0, events=True)
    assert {END[end] for end in record.episodes["end"]} == set(END)
    assert set(record.events[:, 5]) == {-1, 0, 1, 2}
    assert (record.people["spell"] == 2).any()
