"""Small scenarios made to be awkward: jobcentres, coaches and appointments."""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """An awkward scenario, what must happen in it and what must not (see :class:`~tests.oracle.watched.Watched`)."""

    changes: dict[str, Any]
    happens: tuple[str, ...]
    never: tuple[str, ...] = ()


def crowd(people: int = 40, per_week: float = 20) -> dict[str, Any]:
    """More people than one coach can see."""
    return {"areas.Area": {"claimants": people, "claims_per_week": per_week}, "period": {"from": "2021-02-01", "to": "2021-02-28"}}


def temporary(opens: str, closes: str | None = None, **more: Any) -> dict[str, Any]:
    """A temporary jobcentre that takes half of Ash's people."""
    life = {"opens": opens} | ({"closes": closes} if closes else {})
    return {"temporary": life, "takes_from": {"Ash": 0.5}, "standing_caseload": True, "coaches": 1, "desks": 1} | more


TWO = {name: {"area": "Area", "share": 0.5, "coaches": 1, "desks": 1} for name in ("Ash", "Elm")}
POOL = {"Pool": {"channels": ["phone", "face_to_face"], "jobcentres": ["Ash", "Elm"]}}
FRESH = {"claimants.weeks_on_claim": {"0-0": 1}}
SUSPENDED = {"claimants.contact_before_start": "suspended"}
CLOSED_WEEK = {"from": "2021-02-15", "to": "2021-02-21"}
EQUAL_RANKS = {"appointments.first_meeting.priority": 1, "appointments.review.priority": 1}
HALF_BY_PHONE = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0.5}

AWKWARD = {
    "many due on the same day, of equal rank": Case({**crowd(60, 0), **FRESH, **EQUAL_RANKS}, ("BOOKED", "HELD")),
    "nobody seen before": Case({**crowd(), **SUSPENDED, **EQUAL_RANKS}, ("HELD first_meeting face_to_face", "HELD review face_to_face")),
    "a closed week known ahead": Case({**crowd(), "closures": [{**CLOSED_WEEK, "announced": "2021-01-01"}]}, ("closed weeks",), ("BUMP",)),
    "a closed week not foreseen": Case({**crowd(), "closures": [CLOSED_WEEK]}, ("closed weeks", "bumped by a closure")),
    "closed throughout": Case({**crowd(), "closures": [{"from": "2021-01-01", "to": "2021-03-31"}]}, ("CLAIM",), ("BOOKED",)),
    "starts on a Saturday before Christmas": Case(
        {**crowd(), "period": {"from": "2020-12-19", "to": "2021-01-05"}, "appointments.book_ahead_working_days": 1},
        ("HELD", "booked on the eve"),
    ),
    "starts on a bank holiday": Case({**crowd(), "period": {"from": "2021-04-02", "to": "2021-04-12"}}, ("HELD", "CLAIM on the first day")),
    "one day": Case({**crowd(), "period": {"from": "2021-02-01", "to": "2021-02-01"}}, ("HELD", "booked past the end")),
    "opens and closes on one day": Case(
        {**crowd(), "jobcentres.Box": temporary("2021-02-10", "2021-02-10", coaches_from={"Ash": 1})}, ("never existed", "HELD"), ("MOVE",)
    ),
    "open for one day": Case(
        {**crowd(), "jobcentres.Box": temporary("2021-02-10", "2021-02-11")}, ("moved on opening", "moved on closing")
    ),
    "opens on the first day": Case({**crowd(), "jobcentres.Box": temporary("2021-02-01")}, ("MOVE on the first day",)),
    "open since before the start, closes on the first day": Case(
        {**crowd(), "jobcentres.Box": temporary("2021-01-20", "2021-02-01")}, ("HELD",), ("MOVE", "CLAIM at a temporary jobcentre")
    ),
    "one opens as another closes": Case(
        {
            **crowd(),
            "jobcentres.Box": temporary("2021-01-20", "2021-02-10", coaches_from={"Ash": 0.5}),
            "jobcentres.Yew": temporary("2021-02-10", coaches_from={"Ash": 0.5}),
        },
        ("moved on opening", "moved on closing"),
    ),
    "neighbours booked at a site that closes": Case(
        {
            **crowd(),
            "jobcentres.Box": temporary("2021-02-03", "2021-02-12", takes_from={"Ash": 0.1}, coaches=4, desks=4),
            "pools.Pool": {"channels": ["face_to_face"], "jobcentres": ["Ash", "Box"]},
        },
        ("bumped by the end of a temporary jobcentre", "HELD away from home"),
    ),
    "reviews a year apart": Case(
        {
            **crowd(),
            "appointments.review.every_weeks": {1: 52},
            "job_entry": {"monthly_rate_by_week": {0: 0.95}, "market": 10, "weekly_instead_of_fortnightly": 2, "no_contact": 0.01},
        },
        ("JOB_ENTRY",),
    ),
    "reviews a year apart, nobody seen before, four times too few coaches": Case(
        {**crowd(), **SUSPENDED, "appointments.review.every_weeks": {1: 52}, "jobcentres.Ash.coaches": 0}, ("CLAIM",), ("BOOKED",)
    ),
    "an effect of contact beyond all measure": Case(
        {**crowd(), "job_entry": {"monthly_rate_by_week": {0: 0.99}, "weekly_instead_of_fortnightly": 0.01, "no_contact": 0.01}},
        ("JOB_ENTRY",),
    ),
    "no coaches": Case({**crowd(), "jobcentres.Ash.coaches": 0}, ("CLAIM",), ("BOOKED",)),
    "all coaches absent on the day": Case({**crowd(), "coaches.absence": {"2021-01-01": 0, "2021-02-05": 1}}, ("bumped on the day",)),
    "coaches cut, as announced": Case(
        {**crowd(), "jobcentres.Ash.coaches": {"2021-01-01": 3, "2021-02-12": {"value": 1, "announced": "2021-02-09"}}}, ("bumped ahead",)
    ),
    "coaches cut by a half, not announced": Case(
        {**crowd(), "jobcentres.Ash.coaches": {"2021-01-01": 2, "2021-02-10": 1.5}}, ("bumped on the day",)
    ),
    "no desks": Case({**crowd(), **HALF_BY_PHONE, "jobcentres.Ash.desks": 0}, ("HELD review phone",), ("HELD review face_to_face",)),
    "desks taken away": Case(
        {**crowd(), **HALF_BY_PHONE, "service.desks_usable": {"2021-01-01": 1, "2021-02-10": 0}, "service.opening_minutes": 60},
        ("bumped for want of a desk only", "HELD review phone"),
        ("BUMP first_meeting phone", "BUMP review phone"),
    ),
    "all by phone from a day on": Case(
        {
            **crowd(),
            **HALF_BY_PHONE,
            "service.face_to_face_share": {"2021-01-01": 1, "2021-02-10": {"value": 0, "announced": "2021-02-05"}},
        },
        ("HELD first_meeting phone", "HELD first_meeting face_to_face"),
    ),
    "nobody turns up": Case({**crowd(), "appointments.first_meeting.missed": 1, "appointments.review.missed": 1}, ("MISSED",), ("HELD",)),
    "longer appointments later": Case(
        {**crowd(), "appointments.review.minutes": {"2021-01-01": 10, "2021-02-10": {"value": 25, "announced": "2021-02-04"}}}, ("HELD",)
    ),
    "all minutes kept for first meetings": Case(
        {**crowd(), "appointments.first_meeting.reserve": {"share": 1, "until_days_before": 0}},
        ("turned away by the reserve", "HELD first_meeting face_to_face"),
        ("HELD review face_to_face",),
    ),
    "a pool with ties": Case({**crowd(), "jobcentres": TWO, "pools": POOL, **HALF_BY_PHONE}, ("BOOKED away from home", "BOOKED")),
    "minutes without end": Case({**crowd(), "jobcentres.Ash.coaches": 1000, "jobcentres.Ash.desks": 1000}, ("HELD",), ("BUMP",)),
    "work for everyone at once": Case(
        {**crowd(), "job_entry": {"monthly_rate_by_week": {0: 0.99}, "market": 100}},
        ("JOB_ENTRY on the first day", "a leaver's booking cancelled"),
    ),
    "coaches who all leave": Case({**crowd(), "coaches.leavers_per_year": 0.99}, ("HELD",)),
    "recruits to a place not yet open": Case(
        {
            **crowd(),
            "jobcentres": {**TWO, "Box": temporary("2021-02-15", takes_from={"Ash": 0.5, "Elm": 0.2})},
            "coaches.recruitment": {"autumn": {"starts": "2021-02-03", "coaches": 2, "ramp_working_days": 3, "to": {"Box": 2}}},
        },
        ("HELD at a temporary jobcentre", "cohorts coming up to full output"),
    ),
    "recruits to a place that is shut for a week": Case(
        {
            **crowd(),
            "jobcentres.Box": temporary("2021-01-04"),
            "closures": [{"from": "2021-02-08", "to": "2021-02-14", "jobcentres": ["Box"]}],
            "coaches.recruitment": {"early": {"starts": "2021-01-04", "coaches": 2, "to": {"Box": 2}}},
        },
        ("HELD at a temporary jobcentre", "bumped by a closure"),
    ),
    "nobody yet, recruits by caseload": Case(
        {**crowd(0, 20), "jobcentres": TWO, "coaches.recruitment": {"early": {"starts": "2021-01-04", "coaches": 1}}}, ("HELD",)
    ),
}
