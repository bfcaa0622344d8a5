"""Everything adds up, counted a second time from the event log and the people's own histories."""

import numpy as np
import pytest

from sim.model.ledger import Event, column
from sim.model.people import FACE_TO_FACE, FIRST, NONE, REVIEW, YOUTH_HUB
from sim.model.simulation import simulate
from sim.scenario.capacity import calendar_of, capacity
from tests.scenarios import BOUNDLESS, VALUE, daily, events, rich, tiny, total

SCENARIOS = {
    "rich": {},
    "no coaches": {f"jobcentres.{name}.coaches": 0 for name in ("Dale", "Hill", "Moor", "Shop", "Yard")}
    | {"jobcentres.Shop.coaches_from": {}, "coaches.recruitment": {}},
    "all desks gone": {"service.desks_usable": {"2021-02-01": 1, "2021-03-01": 0}},
    "everyone goes": {"job_entry.monthly_rate_by_week": {0: 0.9}, "other_leaving.monthly_rate": 0.9},
}


@pytest.fixture(scope="module", params=SCENARIOS)
def record(request):
    return simulate(rich(SCENARIOS[request.param]), 1, 0, events=True)


def test_every_day_everyone_who_ever_came_is_in_exactly_one_state(record):
    """By jobcentre and day: histories and moves say where everyone is, the tallies how many are waiting, in reviews and away."""
    people, log = record.people, events(record)
    home = np.where(people["claim"] < 0, people["home"], -1)
    for day in range(record.days):
        claimed = people["claim"] == day
        home[claimed] = people["home"][claimed]
        moves = log[(log[:, 0] == day) & (log[:, 3] == Event.MOVE)]
        home[moves[:, 2]] = moves[:, 4]
        came = people["claim"] <= day
        gone = (people["exit"] != NONE) & (people["exit"] <= day)
        met = (people["first_held"] != NONE) & (people["first_held"] <= day)
        here = came & ~gone
        tally = record.by_home[day].sum(axis=1)
        states = tally[:, [column(name) for name in ("waiting", "in_reviews", "on_programme")]].sum(axis=1)
        assert np.bincount(home[here], minlength=len(record.jobcentres)).tolist() == states.tolist()
        assert away_from_coaches(record, day) == tally[:, column("on_programme")].sum()
        new = here & (people["claim"] >= 0)
        assert (new & ~met).sum() <= tally[:, column("waiting")].sum()
        assert tally[:, [column("in_reviews"), column("on_programme")]].sum() >= (new & met).sum()
    ended = daily(record, "job_entries").sum() + daily(record, "left").sum()
    assert len(people) == ended + states.sum()


def away_from_coaches(record, day):
    """People on a programme without contact at the close of a day, from what became of their referrals."""
    rows = record.episodes[np.isin(record.episodes["programme"], without_contact(record))]
    on_it = (rows["started"] != NONE) & (rows["started"] <= day) & ((rows["ended"] == NONE) | (rows["ended"] > day))
    return on_it.sum()


def without_contact(record):
    return [record.programmes.index(name) for name, one in rich().programmes.items() if not one.contact_goes_on]


def test_tallies_are_the_counts_of_events(record):
    counts = {
        "claims": (Event.CLAIM, None),
        "returns": (Event.RETURN, None),
        "moved_in": (Event.MOVE, None),
        "moved_out": (Event.MOVE, None),
        "bumped": (Event.BUMP, None),
        "first_meetings_held": (Event.HELD, [FIRST]),
        "reviews_held": (Event.HELD, [REVIEW, YOUTH_HUB]),
        "first_meetings_missed": (Event.MISSED, [FIRST]),
        "reviews_missed": (Event.MISSED, [REVIEW, YOUTH_HUB]),
        "job_entries": (Event.JOB_ENTRY, None),
        "left": (Event.LEFT, None),
    }
    for name, (event, kinds) in counts.items():
        log = events(record, event)
        if kinds is not None:
            log = log[np.isin(log[:, 5], kinds)]
        assert np.bincount(log[:, 0], minlength=record.days).tolist() == daily(record, name).tolist(), name


def test_minutes_booked_are_minutes_used_and_never_more_than_there_are(record):
    """Two ways: from the diaries, and from the appointments that took place or were missed."""
    attended = events(record, Event.HELD, Event.MISSED)
    shape = (record.days, len(record.jobcentres))
    coach, desk = np.zeros(shape), np.zeros(shape)
    np.add.at(coach, (attended[:, 0], attended[:, 4]), attended[:, VALUE])
    in_person = attended[attended[:, 6] == FACE_TO_FACE]
    np.add.at(desk, (in_person[:, 0], in_person[:, 4]), in_person[:, VALUE])
    for name, used in (("coach", coach), ("desk", desk)):
        booked, there = record.by_site[:, :, column(f"{name}_minutes_booked")], record.by_site[:, :, column(f"{name}_minutes")]
        assert np.array_equal(used, booked)
        assert (booked <= there).all()
    held_and_missed = record.by_site[:, :, column("coach_minutes_held")] + record.by_site[:, :, column("coach_minutes_missed")]
    assert np.array_equal(held_and_missed, coach)
    assert np.array_equal(record.by_site[:, :, column("desk_minutes_used")], desk)
    assert not coach[~record.works].any()


def test_every_booking_ends_in_exactly_one_way(record):
    """Each is held, missed, bumped, or dropped because its owner moves, goes or stops meeting a coach; or it lies ahead at the end."""
    booked: dict[int, int] = {}
    for day, _, person, event, *_, programme, value in events(record).tolist():
        if event == Event.BOOKED:
            assert person not in booked and value > day
            booked[person] = value
        elif event in (Event.HELD, Event.MISSED):
            assert booked.pop(person) == day
        elif event == Event.BUMP:
            assert booked.pop(person) == value
        elif event in (Event.MOVE, Event.JOB_ENTRY, Event.LEFT) or (event == Event.STARTED and programme in without_contact(record)):
            booked.pop(person, None)
    assert all(day >= record.days for day in booked.values())
    still_there = (record.people["exit"] == NONE).sum() - daily(record, "on_programme")[-1]
    assert daily(record, "on_list")[-1] == still_there - len(booked)


def test_how_late_people_are_seen_is_what_the_log_tells():
    """Nobody is there at first, and minutes are short, so that due days follow from claims and meetings alone and are missed by weeks."""
    scenario = tiny(
        {
            "areas.North": {"claimants": 0, "claims_per_week": 20},
            "appointments.first_meeting.missed": 0.2,
            "appointments.review.missed": 0.2,
            "job_entry.monthly_rate_by_week": {0: 0.2},
            "other_leaving.monthly_rate": 0.1,
            "period.to": "2021-06-27",
        }
    )
    record, calendar = simulate(scenario, 1, 0, events=True), calendar_of(scenario)
    expected = {name: np.zeros(record.days, dtype=int) for name in ("delay_working_days", "interval_days", "intervals", "overdue", "late")}
    claimed, due, met = {}, {}, {}
    log = events(record).tolist()
    for day in range(record.days):
        for _, _, person, event, _, kind, *_ in (one for one in log if one[0] == day):
            if event == Event.CLAIM:
                claimed[person], due[person] = day, calendar.next_working(day)
            elif event == Event.MISSED:
                due[person] = calendar.next_working(day)
            elif event == Event.HELD:
                if kind == REVIEW:
                    expected["delay_working_days"][day] += calendar.count(day) - calendar.count(due[person])
                    expected["interval_days"][day] += day - met[person]
                    expected["intervals"][day] += 1
                met[person] = day
                due[person] = calendar.roll(day + (7 if day - claimed[person] < 7 * 13 else 14))
            elif event in (Event.JOB_ENTRY, Event.LEFT):
                del due[person]
        expected["overdue"][day] = sum(when <= day for person, when in due.items() if person in met)
        expected["late"][day] = sum(when <= day and calendar.count(day) - calendar.count(when) > 5 for when in due.values())
    for name, counted in expected.items():
        assert counted.sum() > 100
        assert daily(record, name).tolist() == counted.tolist(), name


def test_coaches_and_trainees_are_those_of_the_scenario():
    """Written down by jobcentre and day as they are there, not as they were announced; there are some of both everywhere."""
    recruits = {"starts": "2021-02-08", "coaches": 3, "training_working_days": 10, "to": {"Hill": 2, "Vale": 1}}
    hill = {"area": "North", "share": 0.5, "coaches": 2, "desks": 4}
    scenario = tiny(
        {
            "jobcentres": {"Hill": hill, "Vale": {**hill, "coaches": {"2021-02-01": 1, "2021-03-01": 2}}},
            "coaches.recruitment": {"spring": recruits},
            "coaches.leavers_per_year": 0.2,
        }
    )
    record = simulate(scenario, 1, 0)
    there = capacity(scenario, calendar_of(scenario), record.days)
    for name, expected in (("coaches", there.coaches), ("in_training", there.in_training)):
        assert expected.any(axis=1).all() and np.array_equal(record.by_site[:, :, column(name)], expected.T)


def test_the_rich_scenario_takes_every_path():
    """Else the tests above could pass on an empty log."""
    log = simulate(rich(), 1, 0, events=True).events
    assert set(log[:, 3]) == set(Event)


# ---- Little's law

STEADY = {
    "areas.North": {"claimants": 0, "claims_per_week": 100},
    "claimants.by_weekday": [1 / 7] * 7,
    "jobcentres.Hill.coaches": 6.5,
    "appointments.review.every_weeks": {1: 4},
    "other_leaving.monthly_rate": 0.9,
    "period.to": "2025-12-31",
}


@pytest.mark.parametrize(
    ("changes", "least"), [({}, 3), (BOUNDLESS, 1), ({"appointments.first_meeting.missed": 0.2}, 4)], ids=["busy", "boundless", "missed"]
)
def test_littles_law_holds_for_people_waiting_for_their_first_meeting(changes, least):
    """Mean number waiting at the close of a day = claims per day x mean days from claim to first meeting or to leaving."""
    record = simulate(tiny({**STEADY, **changes}), 1, 0)
    settled = 200
    people = record.people[record.people["claim"] >= settled]
    end = np.where(people["first_held"] != NONE, people["first_held"], np.where(people["exit"] != NONE, people["exit"], record.days))
    days_waiting = end - people["claim"]
    assert days_waiting.mean() > least / 2
    rate = len(people) / (record.days - settled)
    mean_queue = daily(record, "waiting")[settled:].mean()
    assert mean_queue == pytest.approx(rate * days_waiting.mean(), rel=0.02)


def test_littles_law_holds_for_the_whole_caseload():
    """Mean caseload = claims per day x mean length of a claim, which at 90% leaving a month is 1 / (1 - exp(-hazard)) days."""
    record = simulate(tiny({**STEADY, "other_leaving.monthly_rate": 0.5}), 1, 0)
    settled = 400
    hazard = -np.log(0.5) / 30.4375
    caseload = (daily(record, "waiting") + daily(record, "in_reviews"))[settled:]
    rate = total(record, "claims") / record.days
    expected = rate / (1 - np.exp(-hazard))
    error = np.sqrt(expected / (len(caseload) * hazard / 2))
    assert abs(caseload.mean() - expected) < 5 * error
