"""Beliefs about places: shares, pools, desks, temporary jobcentres, youth hubs and closures."""

import numpy as np
import pytest

from sim.model.ledger import Event
from tests.functional.beliefs import BUSY, REMOTE, by_hand, direction, extreme, falling, rising, run
from tests.scenarios import VALUE, daily, events, extra_days, mean_interval, total

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


def pool(*names, channel="phone"):
    return {"pools": {"All": {"channels": [channel], "jobcentres": list(names)}}} if names else {}


@direction("pools.*.jobcentres", "pools.*.channels")
def test_pooling():
    """The more jobcentres share their phone appointments, the shorter the wait, at the same load."""
    records = [run(STABLE, pool(*names)) for names in ((), ("Ash", "Birch"), tuple(SPLIT))]
    assert len({total(record, "claims") for record in records}) == 1
    waits = [extra_days(record).mean() for record in records]
    assert falling(waits) and waits[2] < 0.5 * waits[0]


@extreme("pools.*.channels")
def test_a_pool_of_the_channel_nobody_uses():
    """Sharing face-to-face appointments changes nothing where everyone is met by phone."""
    assert events(run(STABLE, pool(*SPLIT, channel="face_to_face"))).tolist() == events(run(STABLE)).tolist()


@by_hand("pools.*.jobcentres")
def test_who_serves_in_a_pool():
    """In a pool, home serves its own people while it can, and else whoever has most minutes free that day.

    Home has minutes for one claimant a day. For the others, day by day, whoever has most left: ties by name.
    """
    record = run(
        {
            "areas.North": {"claimants": 0, "claims_per_week": 30},
            "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0],
            "jobcentres": {
                "Home": {"area": "North", "share": 1, "coaches": 0.3, "desks": 1},
                "Big": {"area": "North", "share": 0, "coaches": 3, "desks": 1},
                "Fair": {"area": "North", "share": 0, "coaches": 1.5, "desks": 1},
            },
            **pool("Home", "Big", "Fair"),
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


def two(share, area="North"):
    """Two jobcentres with three coaches each, the first with a share of North."""
    return {
        "areas": {"North": {"claimants": 300, "claims_per_week": 25}, "South": {"claimants": 60, "claims_per_week": 5}},
        "jobcentres": {
            "Hill": {"area": "North", "share": share, "coaches": 3, "desks": 20},
            "Moor": {"area": "North", "share": 1 - share, "coaches": 3, "desks": 20},
            "Vale": {"area": area, "share": 0 if area == "North" else 0.5, "coaches": 1, "desks": 20},
            "Weir": {"area": "South", "share": 1 if area == "North" else 0.5, "coaches": 1, "desks": 20},
        },
        "period.to": "2021-05-30",
    }


@direction("jobcentres.*.share")
def test_a_larger_share():
    """The larger a jobcentre's share of its area, the longer its people wait between reviews and the shorter those next door."""
    records = [run(two(share)) for share in (0.4, 0.6, 0.8)]
    assert rising([interval(record, "Hill") for record in records])
    assert falling([interval(record, "Moor") for record in records])


@direction("jobcentres.*.area")
def test_a_jobcentre_helps_the_area_it_belongs_to():
    """A jobcentre that is given to another area shortens intervals there."""
    elsewhere, there = run(two(0.5)), run(two(0.5, area="South"))
    assert interval(there, "Weir") < 0.9 * interval(elsewhere, "Weir")


def interval(record, jobcentre):
    return total(record, "interval_days", jobcentre) / total(record, "intervals", jobcentre)


# ---- desks and distancing


@direction("jobcentres.*.desks", "service.desks_usable", "service.opening_minutes")
@pytest.mark.parametrize("key", ["jobcentres.Hill.desks", "service.desks_usable", "service.opening_minutes"])
def test_desks(key):
    """Where everyone comes in and desks are short, more desks, more of them usable or longer hours shorten intervals."""
    values = {"jobcentres.Hill.desks": (0.4, 0.6, 0.8), "service.desks_usable": (0.4, 0.6, 0.8), "service.opening_minutes": (200, 300, 400)}
    assert falling([mean_interval(run(BUSY, {"jobcentres.Hill.desks": 1}, {key: value})) for value in values[key]])


@extreme("service.desks_usable")
def test_distancing_binds_only_face_to_face():
    """Keeping a distance lengthens intervals where people come in, and changes nothing where everyone is called."""
    few_desks = {"jobcentres.Hill.desks": 2}
    usable = [{"service.desks_usable": share} for share in (1, 0.3)]
    by_phone = [run(BUSY, REMOTE, few_desks, share) for share in usable]
    assert events(by_phone[0]).tolist() == events(by_phone[1]).tolist()
    face_to_face = [run(BUSY, few_desks, share) for share in usable]
    assert mean_interval(face_to_face[1]) > 1.2 * mean_interval(face_to_face[0])


@direction("service.face_to_face_share", "claimants.can_be_served_remotely")
@pytest.mark.parametrize("key", ["service.face_to_face_share", "claimants.can_be_served_remotely"])
def test_phone_service_frees_desks(key):
    """Where desks are short, the more people are called instead of seen, the fewer desk minutes and the shorter the intervals."""
    values = {"service.face_to_face_share": (1, 0.6, 0), "claimants.can_be_served_remotely": (0, 0.4, 1)}[key]
    records = [run(BUSY, {"jobcentres.Hill.desks": 0.4}, REMOTE, {key: value}) for value in values]
    assert falling([total(record, "desk_minutes_booked") for record in records])
    assert falling([mean_interval(record) for record in records])


@extreme("claimants.can_be_served_remotely")
def test_who_cannot_be_served_remotely_comes_in():
    """Whoever cannot be served by phone comes in, whatever the policy."""
    record = run(BUSY, {"claimants.can_be_served_remotely": 0, "service.face_to_face_share": 0})
    assert set(events(record, Event.HELD)[:, 6]) == {0}


# ---- temporary jobcentres


def shop(coaches=3, **more):
    taken = {"temporary": {"opens": "2021-02-01"}, "takes_from": {"Hill": 0.5}, "standing_caseload": True, "desks": 0.5}
    return {"jobcentres.Shop": {**taken, "coaches_from": {"Hill": coaches}, **more}}


FEW_DESKS = {"jobcentres.Hill.desks": 0.5, "jobcentres.Hill.coaches": 6}


@direction("jobcentres.*.desks")
def test_a_temporary_jobcentre_helps_where_desks_bind():
    """A temporary jobcentre with desks of its own shortens intervals where desks are short.

    Half the people, half the coaches, and as many desks again.
    """
    without, there = run(BUSY, FEW_DESKS), run(BUSY, FEW_DESKS, shop())
    assert total(without, "desk_minutes_booked") > 0.99 * total(without, "desk_minutes")
    assert mean_interval(there) < 0.75 * mean_interval(without)


@extreme("jobcentres.*.coaches_from")
def test_a_temporary_jobcentre_does_not_help_where_coaches_bind():
    """A temporary jobcentre whose coaches come from next door is no help where coaches are short."""
    coaches = {"jobcentres.Hill.desks": 50, "jobcentres.Hill.coaches": 3}
    without, there = run(BUSY, coaches), run(BUSY, coaches, shop(1.5))
    assert total(without, "coach_minutes_booked") > 0.99 * total(without, "coach_minutes")
    assert mean_interval(there) > 0.97 * mean_interval(without)


@direction("jobcentres.*.temporary.opens", "jobcentres.*.temporary.closes")
@pytest.mark.parametrize("key", ["opens", "closes"])
def test_a_temporary_jobcentre_for_longer(key):
    """Where desks are short, the earlier a temporary jobcentre opens, or the later it closes, the fewer reviews are overdue."""
    days = {"opens": ("2021-04-12", "2021-03-15", "2021-02-15"), "closes": ("2021-03-01", "2021-04-06", "2021-05-17")}[key]
    lives = [{"opens": "2021-02-01", key: day} for day in days]
    assert falling([total(run(BUSY, FEW_DESKS, shop(temporary=life)), "overdue") for life in lives])


@direction("jobcentres.*.temporary.announced")
def test_an_opening_announced_beforehand():
    """The earlier an opening is announced, the fewer people are put off because the coaches who go there were booked at the old one.

    Three of five coaches go. Announced before the booking window of ten working days reaches the day, it puts nobody off.
    """
    lives = [{"opens": "2021-03-15", "announced": day} for day in ("2021-02-24", "2021-03-08", "2021-03-15")]
    records = [run(BUSY, shop(temporary=life, standing_caseload=False)) for life in lives]
    bumped = [total(record, "bumped") for record in records]
    assert bumped[0] == 0 and rising(bumped)


@direction("jobcentres.*.temporary.closing_announced")
def test_a_closing_announced_beforehand():
    """The earlier a closing is announced, the fewer people hold a booking at the temporary jobcentre when it has gone."""
    lives = [
        {"opens": "2021-02-01", "closes": "2021-04-12", "closing_announced": day} for day in ("2021-03-15", "2021-04-06", "2021-04-12")
    ]
    lost = []
    for life in lives:
        record = run(BUSY, FEW_DESKS, shop(temporary=life))
        booked = events(record, Event.BOOKED)
        lost.append((booked[booked[:, 4] == record.jobcentres.index("Shop")][:, VALUE] >= 70).sum())
    assert lost[0] == 0 and rising(lost)


@direction("jobcentres.*.takes_from")
def test_a_temporary_jobcentre_that_takes_more():
    """The larger the share that a temporary jobcentre takes, the larger its caseload and the smaller that of the old one."""
    records = [run(BUSY, shop(takes_from={"Hill": share})) for share in (0.2, 0.5, 0.8)]
    assert rising([daily(record, "in_reviews", "Shop")[-1] for record in records])
    assert falling([daily(record, "in_reviews", "Hill")[-1] for record in records])


@direction("jobcentres.*.standing_caseload")
def test_a_temporary_jobcentre_for_those_already_there():
    """A temporary jobcentre that takes people already there moves them on the day it opens; one that does not moves nobody."""
    life = {"temporary": {"opens": "2021-03-01"}}
    moved, stayed = (events(run(BUSY, shop(standing_caseload=taken, **life)), Event.MOVE) for taken in (True, False))
    assert len(moved) > 100 and set(moved[:, 0]) == {28}
    assert len(stayed) == 0


@direction("jobcentres.*.coaches_from")
def test_coaches_who_come_along():
    """The more coaches come along to a temporary jobcentre, the shorter the intervals there and the longer at the old one."""
    records = [run(BUSY, shop(coaches, desks=10)) for coaches in (1.5, 2.5, 3.5)]
    assert falling([interval(record, "Shop") for record in records])
    assert rising([interval(record, "Hill") for record in records])


# ---- closures


@by_hand("closures.*.from", "closures.*.to", "closures.*.announced")
def test_a_closure_costs_its_days_and_no_more():
    """A week's closure costs exactly the minutes of that week, nobody is seen in it, and nobody's day differs before it is known.

    Afterwards there is more to catch up with.
    """
    week = {"closures": [{"from": "2021-03-22", "to": "2021-03-28", "announced": "2021-03-15"}]}
    open_, closed = run(BUSY), run(BUSY, week)
    assert total(closed, "coach_minutes") == total(open_, "coach_minutes") - 5 * 500
    held = events(closed, Event.HELD, Event.MISSED)
    assert not np.isin(held[:, 0], range(49, 56)).any()
    assert events(closed, before=42).tolist() == events(open_, before=42).tolist()
    bumped = events(closed, Event.BUMP)
    assert set(bumped[:, 0]) == {42} and set(bumped[:, 8]) <= set(range(49, 54))
    assert daily(closed, "late")[56:90].sum() > daily(open_, "late")[56:90].sum()


@extreme("closures.*.jobcentres")
def test_a_closure_next_door():
    """A closure of one jobcentre changes nothing at another that shares nothing with it."""
    week = {"closures": [{"from": "2021-03-22", "to": "2021-03-28", "jobcentres": ["Hill"]}]}
    logs = [events(run(two(0.5), change)) for change in ({}, week)]
    at_hill, elsewhere = ([log[(log[:, 4] == 0) == here].tolist() for log in logs] for here in (True, False))
    assert elsewhere[0] == elsewhere[1] and at_hill[0] != at_hill[1]


@by_hand("working_days")
def test_bank_holidays():
    """Nobody is seen on a bank holiday: in England on Good Friday and Easter Monday, in Scotland on Good Friday only."""
    for where, closed in (("england_and_wales", {60, 63}), ("scotland", {60})):
        held = set(events(run(BUSY, {"working_days": where}), Event.HELD)[:, 0].tolist())
        weekdays = {day for day in range(57, 68) if day % 7 < 5}
        assert weekdays - held == closed
