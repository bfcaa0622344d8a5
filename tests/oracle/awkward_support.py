"""Small scenarios made to be awkward: youth hubs, programmes, the labour market and returns."""

from __future__ import annotations

from typing import Any

from tests.oracle.awkward import Case, temporary

YOUNG = {"claimants.age_groups": {"16-24": 1}}
HUB_MEETING = {"appointments.youth_hub_meeting": {"minutes": 15, "priority": 2, "every_weeks": {1: 1}, "missed": 0}}
FREQUENT = {"job_entry": {"monthly_rate_by_week": {0: 0.9}}}


def calm(people: int = 20, per_week: float = 5, first: str = "2021-02-01", last: str = "2021-02-28") -> dict[str, Any]:
    """Coaches enough to see everyone weekly."""
    return {
        "areas.Area": {"claimants": people, "claims_per_week": per_week},
        "period": {"from": first, "to": last},
        "jobcentres.Ash": {"area": "Area", "share": 1, "coaches": 8, "desks": 20},
        "appointments.review.every_weeks": {1: 1},
    }


def programme(**more: Any) -> dict[str, Any]:
    """Two places for a week at a time, and everyone is referred."""
    return {
        "open": {"from": "2021-02-01", "to": "2021-02-28"},
        "supply": {"places": 2},
        "referral_at_review": 1,
        "weeks": 1,
        "contact_goes_on": False,
    } | more


def only(**more: Any) -> dict[str, Any]:
    """One programme and nothing else."""
    return {"programmes": {"Kick": programme(**more)}}


def hub(opens: str, closes: str | None = None, **more: Any) -> dict[str, Any]:
    """A youth hub for half of the area's young people."""
    place = temporary(opens, closes, takes_young_from={"Area": 0.5}, coaches=2, desks=9) | more
    del place["takes_from"]
    return place


def market(vacancies: float = 3, inflow: float = 2, **more: Any) -> dict[str, Any]:
    """Few vacancies, in two sectors."""
    sector = {"share": 0.5, "vacancies": vacancies, "inflow_per_week": inflow}
    return {
        "labour_market": {
            "sectors": {"Ale": sector, "Bread": sector},
            "elasticity": 0.5,
            "reference_tightness": 0.1,
            "others_hiring_monthly_rate": 0.3,
            "lapsing_monthly_rate": 0.1,
        }
        | more
    }


EVERYTHING = {
    **calm(80),
    **YOUNG,
    **HUB_MEETING,
    **FREQUENT,
    **only(into_work_at_end=0.5, drop_out_monthly_rate=0.5),
    **market(),
    "jobcentres.Hub": hub("2021-02-01"),
    "returns": {"share": 1, "mean_weeks": 0.2},
}

AWKWARD_SUPPORT = {
    "two programmes at one review, of equal priority": Case(
        {**calm(), "programmes": {"Kick": programme(), "Jets": programme(weeks=9)}},
        ("two programmes at one review", "STARTED Jets"),
        ("STARTED Kick",),
    ),
    "two programmes at one review, the later name first": Case(
        {**calm(), "programmes": {"Kick": programme(weeks=9), "Jets": programme(priority=2)}},
        ("two programmes at one review", "STARTED Kick"),
        ("REFERRED Jets",),
    ),
    "one programme after another": Case(
        {**calm(), "programmes": {"Kick": programme(supply={"places": 30}), "Jets": programme(weeks=0.3)}},
        ("STARTED a second programme", "STARTED by order of id"),
    ),
    "thirty programmes, the last name first": Case(
        {**calm(10), "programmes": {f"Kick {i:02}": programme(weeks=0.3, priority=30 - i, job_entry_after=1 + i) for i in range(30)}},
        ("STARTED Kick 29", "STARTED Kick 27", "a factor for a programme or a lost meeting"),
        ("STARTED Kick 01",),
    ),
    "a programme of one day": Case(
        {**calm(), **only(open={"from": "2021-02-10", "to": "2021-02-10"})},
        ("STARTED at once", "WITHDREW at the close", "COMPLETED after the programme closed"),
        ("STARTED after a wait",),
    ),
    "a programme that closes on a Sunday": Case(
        {**calm(), **only(open={"from": "2021-01-10", "to": "2021-02-14"}, supply={"places": 0})},
        ("WITHDREW at the close",),
        ("STARTED", "WITHDREW tired of waiting"),
    ),
    "a programme of days off only": Case(
        {**calm(), **only(open={"from": "2021-02-13", "to": "2021-02-14"})}, ("HELD review face_to_face",), ("REFERRED",)
    ),
    "an intake on a bank holiday": Case(
        {
            **calm(first="2021-03-29", last="2021-04-25"),
            **only(open={"from": "2021-04-02", "to": "2021-04-25"}, supply={"intakes": {"every_weeks": 1, "places": 3}}),
        },
        ("an intake put off by a day off", "STARTED after a wait", "an intake too small"),
    ),
    "nobody waits": Case(
        {**calm(), **only(queue={"longest_wait_days": 0})}, ("STARTED at once", "WITHDREW at once"), ("STARTED after a wait",)
    ),
    "who has waited longest on the claim starts first": Case(
        {**calm(30), **only(queue={"order": "longest_on_claim"})}, ("STARTED before those longer in the queue",)
    ),
    "hardly any patience": Case({**calm(30), **only(queue={"withdrawing_monthly_rate": 0.99})}, ("WITHDREW tired of waiting", "STARTED")),
    "a place taken on the day it is freed": Case({**calm(30), **only()}, ("a place taken on the day it is freed",)),
    "a booking for tomorrow cancelled": Case(
        {**calm(40), **only(weeks=0.3)}, ("STARTED and a booking tomorrow cancelled", "COMPLETED without contact")
    ),
    "places taken away from those who have them": Case(
        {**calm(30), **only(weeks=2, supply={"places": {"2021-01-01": 5, "2021-02-10": 1}})}, ("COMPLETED", "STARTED places")
    ),
    "half a place": Case({**calm(), **only(supply={"places": 0.5})}, ("REFERRED and joined",), ("STARTED",)),
    "jobs applied for before the run": Case(
        {**calm(30), **only(supply={"jobs": {"applied_per_week": {"2021-01-25": 7}, "days_to_fill": 4}})},
        ("not enough jobs", "STARTED after a wait", "STARTED on the first day"),
    ),
    "jobs for a programme open since before the run": Case(
        {**calm(30), **only(open={"from": "2021-01-30", "to": "2021-02-28"}, supply={"jobs": {"applied_per_week": 7, "days_to_fill": 4}})},
        ("not enough jobs", "STARTED after a wait"),
        ("STARTED on the first day",),
    ),
    "a longer and longer time on the claim": Case(
        {
            **calm(30),
            **only(who={"at_least_weeks": {"2021-01-01": 2, "2021-02-10": 6, "2021-02-17": {"value": 4, "announced": "2021-02-01"}}}),
        },
        ("too early or too late on the claim", "STARTED"),
    ),
    "everyone drops out": Case(
        {**calm(), **only(drop_out_monthly_rate=0.99, weeks=20)},
        ("DROPPED_OUT without contact", "a place taken on the day it is freed"),
        ("COMPLETED",),
    ),
    "lengths of less than a day": Case(
        {**calm(), **only(weeks=0.1, length="exponential", drop_out_monthly_rate=0.99)}, ("COMPLETED",), ("DROPPED_OUT",)
    ),
    "a hazard beyond all measure on a programme": Case(
        {
            **calm(30),
            **only(job_entry_while_on_it=64, supply={"places": 9}),
            **market(1e6, 1e6, reference_tightness=1e-6, elasticity=1),
            "job_entry": {"monthly_rate_by_week": {0: 0.02}, "halved_length": 100, "reference_minutes": 480},
        },
        ("JOB_ENTRY", "matching other than 1"),
    ),
    "no hazard on a programme, nor after it": Case(
        {**calm(), **FREQUENT, **only(supply={"places": 30}, job_entry_while_on_it=0, job_entry_after=0)},
        ("JOB_ENTRY", "COMPLETED", "a factor for a programme or a lost meeting"),
        ("JOB_ENTRY while on a programme", "JOB_ENTRY after a programme"),
    ),
    "everyone into work at the end, there being no vacancies": Case(
        {**calm(), **only(supply={"places": 9}, into_work_at_end=1), **market(0, 0)},
        ("JOB_ENTRY at the end of a programme", "vacancies below zero"),
        ("JOB_ENTRY while on a programme",),
    ),
    "retrained into a sector without vacancies": Case(
        {
            **calm(),
            **only(supply={"places": 9}, retraining={"share": 1, "to": {"Cake": 1}}),
            **market(50, 50, reference_tightness=1),
            "job_entry": {"monthly_rate_by_week": {0: 0.2}},
            "labour_market.sectors.Cake": {"share": 0, "vacancies": 0, "inflow_per_week": 0},
        },
        ("retrained", "JOB_ENTRY", "nobody matched for want of vacancies"),
        ("JOB_ENTRY after a programme",),
    ),
    "scarce vacancies, all taken in a day": Case(
        {**calm(40), **FREQUENT, **market(1, 3, elasticity=0)},
        ("vacancies below zero", "vacancies back", "JOB_ENTRY"),
    ),
    "meetings lost early and late": Case(
        {
            **calm(),
            **FREQUENT,
            "appointments.review.missed": 0.5,
            "coaches.absence": {"2021-01-01": 0, "2021-02-05": 1, "2021-02-06": 0},
            "job_entry.lost_early_meeting": 0.3,
            "job_entry.early_weeks": 2,
        },
        ("lost early: bumped", "lost early: missed", "a factor for a programme or a lost meeting"),
    ),
    "the last meeting by phone": Case(
        {
            **calm(),
            "job_entry": {"monthly_rate_by_week": {0: 0.5}, "phone_only": 0.5, "no_contact": 0.4, "weekly_instead_of_fortnightly": 1.2},
            "claimants.can_be_served_remotely": 0.7,
            "service.face_to_face_share": 0.5,
        },
        ("a factor for the phone", "JOB_ENTRY"),
    ),
    "a caseload without coaches": Case(
        {
            **calm(),
            "jobcentres.Ash.coaches": {"2021-01-01": 8, "2021-02-10": 0},
            "job_entry": {"monthly_rate_by_week": {0: 0.9}, "halved_caseload": 3, "reference_caseload": 4},
        },
        ("a factor for the place", "JOB_ENTRY"),
    ),
    "a hub closes as programmes end": Case(
        {**calm(), **YOUNG, **HUB_MEETING, **only(supply={"places": 9}), "jobcentres.Hub": hub("2021-02-01", "2021-02-15")},
        ("COMPLETED on a day of a move", "moved from a youth hub"),
    ),
    "a hub opens for those on a programme without contact": Case(
        {**calm(), **YOUNG, **HUB_MEETING, **only(supply={"places": 30}, weeks=3), "jobcentres.Hub": hub("2021-02-10")},
        ("moved while on a programme without contact", "COMPLETED at a youth hub", "HELD youth_hub_meeting face_to_face"),
    ),
    "a hub that opens and closes on one day": Case(
        {**calm(), **YOUNG, **HUB_MEETING, "jobcentres.Hub": hub("2021-02-10", "2021-02-10")}, ("never existed",), ("MOVE",)
    ),
    "a hub opens as a temporary jobcentre closes": Case(
        {
            **calm(),
            **YOUNG,
            **HUB_MEETING,
            "jobcentres.Box": temporary("2021-02-03", "2021-02-10"),
            "jobcentres.Hub": hub("2021-02-10", "2021-02-17"),
            "jobcentres.Yew": temporary("2021-02-17", takes_from={"Ash": 0.2}),
        },
        ("moved twice in a day", "moved from a youth hub"),
    ),
    "a hub takes from a temporary jobcentre": Case(
        {**calm(), **YOUNG, **HUB_MEETING, "jobcentres.Box": temporary("2021-01-04"), "jobcentres.Hub": hub("2021-02-10", "2021-02-20")},
        ("moved to a youth hub from a temporary jobcentre", "CLAIM at a youth hub"),
    ),
    "a hub since before the start": Case(
        {**calm(), **HUB_MEETING, "jobcentres.Hub": hub("2021-01-04", takes_young_from={"Area": 1})},
        ("HELD youth_hub_meeting face_to_face",),
        ("MOVE",),
    ),
    "recruits to a hub not yet open": Case(
        {
            **calm(),
            **YOUNG,
            **HUB_MEETING,
            "jobcentres.Hub": hub("2021-02-15"),
            "coaches.recruitment": {"spring": {"starts": "2021-02-03", "coaches": 2, "ramp_working_days": 3, "to": {"Hub": 2}}},
        },
        ("HELD at a youth hub", "cohorts coming up to full output"),
    ),
    "back on the day a temporary jobcentre opens": Case(
        {
            **calm(40),
            **FREQUENT,
            "returns": {"share": 1, "mean_weeks": 0.1},
            "jobcentres.Box": temporary("2021-02-10", takes_from={"Ash": 0.9}),
        },
        ("RETURN where a jobcentre opens today", "returned a second time", "returned to another home"),
    ),
    "not twice on the same programme, whatever the spell": Case(
        {**calm(), **only(supply={"places": 30}, into_work_at_end=1, weeks=0.3), "returns": {"share": 1, "mean_weeks": 0.1}},
        ("not referred to the same again", "returned after a programme"),
        ("STARTED a second programme",),
    ),
    "everything on one day": Case(
        {**EVERYTHING, "period": {"from": "2021-02-01", "to": "2021-02-01"}},
        ("STARTED on the first day", "JOB_ENTRY"),
        ("RETURN", "COMPLETED"),
    ),
    "everything on a bank holiday": Case(
        {**EVERYTHING, "period": {"from": "2021-05-03", "to": "2021-05-03"}}, ("JOB_ENTRY on the first day",), ("HELD", "REFERRED")
    ),
    "everything": Case(
        EVERYTHING, ("STARTED", "COMPLETED", "RETURN", "HELD at a youth hub", "vacancies below one", "JOB_ENTRY at the end of a programme")
    ),
}
