"""What a modeller believes before looking: which lever moves what, and which way, with everyone's luck held."""

from itertools import pairwise

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.model.ledger import Event
from sim.model.simulation import simulate
from tests.scenarios import BOUNDLESS, daily, events, extra_days, mean_interval, mean_wait, tiny, total

BUSY = {
    "areas.North": {"claimants": 300, "claims_per_week": 25},
    "jobcentres.Hill.coaches": 5,
    "other_leaving.monthly_rate": 0.2,
    "period.to": "2021-05-30",
}
"""More people than five coaches can see weekly."""
REMOTE = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0}
NOBODY = {"claimants": 0, "claims_per_week": 0}


def run(*changes, replication=0):
    merged = {key: value for change in changes for key, value in change.items()}
    return simulate(tiny(merged), seed=1, replication=replication, events=True)


def growing(values):
    return all(a < b for a, b in pairwise(values))


def shrinking(values):
    return growing(values[::-1])


# ---- coaches


def test_more_coaches_shorten_waits_and_intervals():
    records = [run(BUSY, {"jobcentres.Hill.coaches": coaches, "appointments.review.priority": 1}) for coaches in (3, 4, 5, 6)]
    assert shrinking([mean_wait(record) for record in records])
    assert shrinking([mean_interval(record) for record in records])
    assert shrinking([total(record, "overdue") for record in records])


def test_waits_do_not_depend_on_how_minutes_come_about():
    """Four coaches of 100 minutes are two of 200, or eight of whose 100 half can be booked."""
    four = run(BUSY, {"jobcentres.Hill.coaches": 4})
    two = run(BUSY, {"jobcentres.Hill.coaches": 2, "coaches.minutes_per_day": 200})
    eight = run(BUSY, {"jobcentres.Hill.coaches": 8, "coaches.bookable_share": 0.5})
    assert events(two).tolist() == events(four).tolist() == events(eight).tolist()


def test_recruits_in_training_change_nothing_until_the_window_reaches_their_first_day():
    """They start on 15 February and train for 15 working days. Their first day is 8 March, ten working days after 22 February."""
    cohort = {"starts": "2021-02-15", "coaches": 3, "training_working_days": 15}
    without, recruits = run(BUSY), run(BUSY, {"coaches.recruitment": {"spring": cohort}})
    assert events(recruits, before=21).tolist() == events(without, before=21).tolist()
    assert events(recruits).tolist() != events(without).tolist()
    assert daily(recruits, "in_training")[[13, 14, 34, 35]].tolist() == [0, 3, 3, 0]
    booked = [record.events[(record.events[:, 3] == Event.BOOKED) & (record.events[:, 8] >= 35)] for record in (recruits, without)]
    assert (booked[0][:, 0].min(), booked[1][:, 0].min()) == (21, 21), "8 March is booked from 22 February on"
    assert mean_interval(recruits) < mean_interval(without)


def test_training_for_longer_than_the_run_is_no_help():
    forever = {"starts": "2021-02-01", "coaches": 50, "training_working_days": 100}
    assert events(run(BUSY, {"coaches.recruitment": {"spring": forever}})).tolist() == events(run(BUSY)).tolist()


def test_leavers_and_absence_cost_minutes():
    assert shrinking([total(run(BUSY, {"coaches.leavers_per_year": share}), "coach_minutes") for share in (0, 0.1, 0.5)])
    assert growing([mean_interval(run(BUSY, {"coaches.absence": share})) for share in (0, 0.1, 0.3)])


def test_without_coaches_the_list_grows_and_everyone_is_counted():
    record = run({"jobcentres.Hill.coaches": 0, "claimants.contact_before_start": "suspended"})
    assert set(events(record)[:, 3]) == {Event.CLAIM}
    waiting_list = daily(record, "on_list")
    assert (np.diff(waiting_list) == daily(record, "claims")[1:]).all()
    assert waiting_list[-1] == 60 + total(record, "claims") == len(record.people)
    assert (record.people["offered"] == -1).all()


def test_without_coaches_and_with_leaving_everyone_is_still_counted():
    record = run(BUSY, {"jobcentres.Hill.coaches": 0})
    gone = total(record, "left")
    assert gone > 100
    assert daily(record, "waiting")[-1] + daily(record, "in_reviews")[-1] + gone == len(record.people)


# ---- minutes without end, and nobody at all


@pytest.mark.parametrize("start", ["ongoing", "suspended"])
def test_with_minutes_without_end_nobody_waits(start):
    """A date on the next working day, and every review on the day it is due. (Suspended contact leaves nothing overdue either.)"""
    record = run(BUSY, BOUNDLESS, {"claimants.contact_before_start": start})
    assert len(extra_days(record)) > 300
    assert set(extra_days(record)) == {0}
    assert total(record, "delay_working_days") == total(record, "overdue") == total(record, "bumped") == 0
    assert total(record, "reviews_held") > 3000


def test_who_misses_an_appointment_is_due_the_next_working_day():
    """With minutes without end they are seen then, and that is not late."""
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


def test_nobody_comes_and_nothing_happens():
    record = run({"areas.North": NOBODY, "coaches.absence": 0.1})
    assert events(record).shape == (0, 9)
    assert record.by_home.sum() == 0
    assert len(record.people) == 0
    assert total(record, "coach_minutes") > 0 and total(record, "coach_minutes_booked") == 0


def test_constants_give_a_total_known_exactly():
    """Claims on Mondays, met on Tuesday and every Tuesday after: in eight weeks those of week i have one meeting and 7 - i reviews."""
    record = run(BOUNDLESS, {"areas.North": {"claimants": 0, "claims_per_week": 40}, "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0]})
    week = record.people["claim"] // 7
    assert len(week) > 200
    assert total(record, "first_meetings_held") == len(week)
    assert total(record, "reviews_held") == (7 - week).sum()
    assert total(record, "coach_minutes_held") == 30 * len(week) + 10 * (7 - week).sum()
    assert total(record, "coach_minutes") == 40 * 1000 * 100
    assert total(record, "interval_days") == 7 * total(record, "intervals")


# ---- the contact policy


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


def test_a_short_window_means_due_date_order_and_a_long_one_first_come_first_served():
    """With one working day to book, nobody is seen before somebody who was due earlier; with thirty, who asks first is."""
    same = {"appointments.first_meeting.minutes": 10, "appointments.first_meeting.priority": 2, "jobcentres.Hill.coaches": 4}
    short, long = (run(BUSY, same, {"appointments.book_ahead_working_days": days}) for days in (1, 30))
    assert inversions(short) == 0
    assert inversions(long) > 100


def test_a_reserve_helps_first_meetings_and_hurts_reviews():
    kept = {"appointments.first_meeting.reserve": {"share": 0.4, "until_days_before": 1}}
    without, reserve = run(BUSY), run(BUSY, kept)
    assert mean_wait(reserve) < mean_wait(without) - 1
    assert mean_interval(reserve) > mean_interval(without)


def test_whoever_has_priority_gains_what_the_other_loses():
    first, review = run(BUSY), run(BUSY, {"appointments.first_meeting.priority": 2, "appointments.review.priority": 1})
    assert mean_wait(first) < mean_wait(review)
    assert mean_interval(first) > mean_interval(review)


def test_less_frequent_reviews_leave_minutes_for_first_meetings():
    weekly, monthly = run(BUSY), run(BUSY, {"appointments.review.every_weeks": {1: 4}})
    assert mean_wait(monthly) < mean_wait(weekly)
    assert total(monthly, "reviews_held") < total(weekly, "reviews_held")


def test_the_more_appointments_are_missed_the_longer_everyone_waits():
    records = [run(BUSY, {"appointments.first_meeting.missed": share, "appointments.review.missed": share}) for share in (0, 0.1, 0.3, 0.6)]
    assert growing([float(extra_days(record, "first_held").mean()) for record in records])
    assert growing([mean_interval(record) for record in records])
    for share, record in zip((0, 0.1, 0.3, 0.6), records, strict=True):
        missed = total(record, "first_meetings_missed") + total(record, "reviews_missed")
        attended = total(record, "first_meetings_held") + total(record, "reviews_held")
        error = np.sqrt(share * (1 - share) / (missed + attended))
        assert abs(missed / (missed + attended) - share) <= 5 * error


def test_a_cut_falls_on_those_last_in_the_clerks_order():
    """On a day with fewer coaches than booked no first meeting goes while a review stays."""
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


def test_longer_meetings_are_fewer_meetings():
    held = [total(run(BUSY, {"appointments.review.minutes": minutes}), "reviews_held") for minutes in (10, 15, 20)]
    assert shrinking(held)


# ---- job entry


EFFECT = {"job_entry": {"monthly_rate_by_week": {0: 0.15}, "weekly_instead_of_fortnightly": 1.4, "no_contact": 0.6}}
STAY = {**BUSY, "other_leaving.monthly_rate": 0}


def entry_day(record):
    """The day on which each person entered work; far away if they did not."""
    return np.where(record.people["exit_kind"] == 1, record.people["exit"], 10_000)


def test_more_frequent_contact_can_only_bring_entries_forward():
    """Person by person, with all else equal: weekly, fortnightly, monthly contact, none."""
    often = [run(STAY, BOUNDLESS, EFFECT, {"appointments.review.every_weeks": {1: weeks}}) for weeks in (1, 2, 4)]
    often.append(run(STAY, EFFECT, {"jobcentres.Hill.coaches": 0, "claimants.contact_before_start": "suspended"}))
    for more, less in pairwise(often):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 10


def test_without_an_effect_of_contact_policy_changes_no_entry():
    none = {"job_entry": {"monthly_rate_by_week": {0: 0.15}}}
    weekly, never = run(BUSY, BOUNDLESS, none), run(BUSY, none, {"jobcentres.Hill.coaches": 0})
    assert (entry_day(weekly) == entry_day(never)).all()
    assert total(weekly, "job_entries") > 50


def test_without_contact_only_the_floor_counts():
    """Nobody is ever met, so how much contact would do does not matter, and the floor does."""
    alone = {"jobcentres.Hill.coaches": 0, "claimants.contact_before_start": "suspended"}
    weak, strong = (run(STAY, EFFECT, alone, {"job_entry.weekly_instead_of_fortnightly": effect}) for effect in (1, 5))
    assert (entry_day(weak) == entry_day(strong)).all()
    entries = [total(run(STAY, EFFECT, alone, {"job_entry.no_contact": floor}), "job_entries") for floor in (0.3, 0.6, 1)]
    assert growing(entries)


def test_a_better_labour_market_and_a_higher_rate_bring_entries_forward():
    poor, good = (run(STAY, EFFECT, {"job_entry.market": {"2021-02-01": 1, "2021-03-01": state}}) for state in (0.5, 2))
    assert events(poor, before=28).tolist() == events(good, before=28).tolist()
    assert total(good, "job_entries") > total(poor, "job_entries") + 20


# ---- places


SPLIT = {name: {"area": "North", "share": 0.25, "coaches": 1, "desks": 4} for name in ("Ash", "Birch", "Elm", "Yew")}
STABLE = {
    "jobcentres": SPLIT,
    "areas.North": {"claimants": 0, "claims_per_week": 72},
    "appointments.first_meeting.minutes": 25,
    "appointments.review.every_weeks": {1: 52},
    "period.to": "2021-12-31",
    **REMOTE,
}
"""Four jobcentres, each asked for 18 of its 20 first meetings a week, and hardly any reviews."""


def test_pooling_cuts_the_wait_at_the_same_load():
    alone = run(STABLE)
    pooled = run(STABLE, {"pools": {"All": {"channels": ["phone"], "jobcentres": list(SPLIT)}}})
    assert total(pooled, "claims") == total(alone, "claims")
    assert extra_days(pooled).mean() < 0.5 * extra_days(alone).mean()


def test_in_a_pool_the_member_with_most_free_minutes_serves_and_home_comes_first():
    """Home has minutes for one claimant a day. For the others, day by day, whoever has most left: ties by name."""
    record = run(
        {
            "areas.North": {"claimants": 0, "claims_per_week": 30},
            "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0],
            "jobcentres": {
                "Home": {"area": "North", "share": 1, "coaches": 0.3, "desks": 1},
                "Big": {"area": "North", "share": 0, "coaches": 3, "desks": 1},
                "Fair": {"area": "North", "share": 0, "coaches": 1.5, "desks": 1},
            },
            "pools": {"All": {"channels": ["phone"], "jobcentres": ["Home", "Big", "Fair"]}},
            "appointments.review.every_weeks": {1: 52},
            **REMOTE,
        }
    )
    free = {}
    for person, serving, kind, day in events(record, Event.BOOKED)[:, [2, 4, 5, 8]].tolist():
        assert kind == 0, person  # all claim on Mondays, so the clerk's order is that of persons
        left = free.setdefault(day, {"Home": 30, "Big": 300, "Fair": 150})
        expected = "Home" if left["Home"] >= 30 else max(sorted(left), key=left.__getitem__)
        assert record.jobcentres[serving] == expected
        left[expected] -= 30
    assert {name for left in free.values() for name in left if left[name] < {"Home": 30, "Big": 300, "Fair": 150}[name]} == set(left)


def test_a_pool_of_the_channel_nobody_uses_changes_nothing():
    pooled = run(STABLE, {"pools": {"All": {"channels": ["face_to_face"], "jobcentres": list(SPLIT)}}})
    assert events(pooled).tolist() == events(run(STABLE)).tolist()


def test_a_temporary_jobcentre_helps_where_desks_bind():
    """Half the people, half the coaches, and as many desks again."""
    desks = {"jobcentres.Hill.desks": 0.5, "jobcentres.Hill.coaches": 6}
    without, shop = run(BUSY, desks), run(BUSY, desks, temporary())
    assert total(without, "desk_minutes_booked") > 0.99 * total(without, "desk_minutes")
    assert mean_interval(shop) < 0.75 * mean_interval(without)


def test_a_temporary_jobcentre_does_not_help_where_coaches_bind():
    coaches = {"jobcentres.Hill.desks": 50, "jobcentres.Hill.coaches": 3}
    without, shop = run(BUSY, coaches), run(BUSY, coaches, temporary(1.5))
    assert total(without, "coach_minutes_booked") > 0.99 * total(without, "coach_minutes")
    assert mean_interval(shop) > 0.97 * mean_interval(without)


def temporary(coaches=3):
    shop = {"temporary": {"opens": "2021-02-01"}, "takes_from": {"Hill": 0.5}, "standing_caseload": True, "desks": 0.5}
    return {"jobcentres.Shop": {**shop, "coaches_from": {"Hill": coaches}}}


def test_distancing_binds_only_face_to_face():
    few_desks = {"jobcentres.Hill.desks": 2}
    usable = [{"service.desks_usable": share} for share in (1, 0.3)]
    by_phone = [run(BUSY, REMOTE, few_desks, share) for share in usable]
    assert events(by_phone[0]).tolist() == events(by_phone[1]).tolist()
    face_to_face = [run(BUSY, few_desks, share) for share in usable]
    assert mean_interval(face_to_face[1]) > 1.2 * mean_interval(face_to_face[0])


def test_phone_service_frees_desks():
    records = [
        run(BUSY, {"jobcentres.Hill.desks": 0.4, "claimants.can_be_served_remotely": 1, "service.face_to_face_share": share})
        for share in (1, 0.6, 0)
    ]
    assert shrinking([total(record, "desk_minutes_booked") for record in records])
    assert shrinking([mean_interval(record) for record in records])


def test_who_cannot_be_served_remotely_comes_in_whatever_the_policy():
    record = run(BUSY, {"claimants.can_be_served_remotely": 0, "service.face_to_face_share": 0})
    assert set(events(record, Event.HELD)[:, 6]) == {0}


def test_a_closure_costs_its_days_and_no_more():
    """Nobody is seen in the week; before it is announced nobody knows; afterwards there is more to catch up with."""
    week = {"closures": [{"from": "2021-03-22", "to": "2021-03-28", "announced": "2021-03-15"}]}
    open_, closed = run(BUSY), run(BUSY, week)
    assert total(closed, "coach_minutes") == total(open_, "coach_minutes") - 5 * 500
    held = events(closed, Event.HELD, Event.MISSED)
    assert not np.isin(held[:, 0], range(49, 56)).any()
    assert events(closed, before=42).tolist() == events(open_, before=42).tolist()
    bumped = events(closed, Event.BUMP)
    assert set(bumped[:, 0]) == {42} and set(bumped[:, 8]) <= set(range(49, 54))
    assert daily(closed, "late")[56:90].sum() > daily(open_, "late")[56:90].sum()
