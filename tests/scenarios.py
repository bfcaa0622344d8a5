"""Scenarios for the tests: a tiny one in which nothing is left to chance that need not be, and a rich one with every lever in use.

Both start on Monday 1 February 2021; the first bank holidays after it are 2 and 5 April. Vary them by dotted keys:
``tiny({"coaches.absence": 0.1, "areas.North.claimants": 0})``; None removes a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.ledger import EVENT_COLUMNS, Event, Record, column
from sim.model.people import NONE
from sim.record import HOME_COLUMNS
from sim.scenario.consistency import findings
from sim.scenario.schema import Scenario

Changes = Mapping[str, Any]

VALUE, PROGRAMME = EVENT_COLUMNS.index("value"), EVENT_COLUMNS.index("programme")
"""Columns of the event log."""

TINY: dict[str, Any] = {
    "name": "tiny",
    "period": {"from": "2021-02-01", "to": "2021-03-28"},  # eight weeks, 40 working days
    "working_days": "england_and_wales",
    "areas": {"North": {"claimants": 60, "claims_per_week": 10}},
    "claimants": {
        "age_groups": {"16-24": 0.2, "25-49": 0.5, "50+": 0.3},
        "by_weekday": [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0],
        "can_be_served_remotely": 0,
        "weeks_on_claim": {"0-12": 0.6, "13-25": 0.3, "26+": 0.1},
    },
    "jobcentres": {"Hill": {"area": "North", "share": 1, "coaches": 2, "desks": 10}},
    "coaches": {"minutes_per_day": 100, "bookable_share": 1, "absence": 0, "leavers_per_year": 0},
    "appointments": {
        "book_ahead_working_days": 10,
        "first_meeting": {"minutes": 30, "priority": 1, "target_working_days": 10, "missed": 0},
        "review": {"minutes": 10, "priority": 2, "every_weeks": {1: 1, 14: 2}, "missed": 0},
    },
    "service": {"face_to_face_share": 1, "desks_usable": 1, "opening_minutes": 480},
    "job_entry": {"monthly_rate_by_week": {0: 0}},
    "other_leaving": {"monthly_rate": 0},
}

RICH: dict[str, Any] = {
    **TINY,
    "name": "rich",
    "period": {"from": "2021-02-01", "to": "2021-04-25"},  # twelve weeks with Easter; what is dated happens from March on
    "areas": {
        "North": {"claimants": 240, "claims_per_week": 30, "by_weekday": [0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05]},
        "South": {"claimants": 120, "claims_per_week": 15, "age_groups": {"16-24": 0.4, "25-49": 0.4, "50+": 0.2}},
    },
    "claimants": {**TINY["claimants"], "can_be_served_remotely": 0.7},
    "jobcentres": {
        "Dale": {"area": "North", "share": 0.4, "coaches": 1.5, "desks": 0.4},
        "Hill": {"area": "North", "share": 0.6, "coaches": 2.5, "desks": 0.6},
        "Moor": {"area": "South", "share": 1, "coaches": 2, "desks": 0.5},
        "Shop": {
            "temporary": {"opens": "2021-03-15", "closes": "2021-04-12", "announced": "2021-03-10", "closing_announced": "2021-04-07"},
            "takes_from": {"Dale": 0.2, "Hill": 0.4},
            "standing_caseload": True,
            "coaches": 0.5,
            "coaches_from": {"Hill": 0.5},
            "desks": 0.3,
        },
        "Yard": {
            "temporary": {"opens": "2021-03-09", "closes": "2021-04-13", "announced": "2021-03-04", "closing_announced": "2021-04-06"},
            "takes_young_from": {"North": 0.4, "South": 0.3},
            "standing_caseload": True,
            "coaches": 2,
            "desks": 0.6,
        },
    },
    "pools": {"Phones": {"channels": ["phone"], "jobcentres": ["Dale", "Hill"]}},
    "coaches": {
        "minutes_per_day": 100,
        "bookable_share": 0.9,
        "absence": 0.1,
        "leavers_per_year": 0.2,
        "recruitment": {
            "first": {
                "starts": "2021-03-08",
                "announced": "2021-03-01",
                "coaches": 3,
                "training_working_days": 3,
                "ramp_working_days": 5,
            },
            "second": {"starts": "2021-03-02", "coaches": 1, "to": {"Shop": 1}},
        },
    },
    "appointments": {
        "book_ahead_working_days": 6,
        "first_meeting": {
            "minutes": 30,
            "priority": 1,
            "target_working_days": 10,
            "missed": 0.15,
            "reserve": {"share": 0.4, "until_days_before": 2},
        },
        "review": {"minutes": 10, "priority": 2, "every_weeks": {1: 1, 14: 2}, "missed": 0.1},
        "youth_hub_meeting": {"minutes": 15, "priority": 3, "every_weeks": {1: 1}, "missed": 0.1},
    },
    "service": {"face_to_face_share": 0.3, "desks_usable": 0.8, "opening_minutes": 300},
    "job_entry": {
        "monthly_rate_by_week": {0: 0.12, 13: 0.08},
        "by_age_group": {"16-24": 1.1, "50+": 0.8},
        "market": 1.2,
        "weekly_instead_of_fortnightly": 1.3,
        "no_contact": 0.8,
        "phone_only": 0.9,
        "lost_early_meeting": 0.7,
        "early_weeks": 3,
        "halved_length": 0.9,
        "reference_minutes": 12,
        "halved_caseload": 1.2,
        "reference_caseload": 60,
    },
    "other_leaving": {"monthly_rate": 0.05},
    "returns": {"share": 0.4, "mean_weeks": 2},
    "labour_market": {
        "sectors": {
            "Shops": {"share": 0.6, "vacancies": 50, "inflow_per_week": 20},
            "Works": {"share": 0.4, "vacancies": 30, "inflow_per_week": 10},
        },
        "elasticity": 0.5,
        "reference_tightness": 0.25,
        "others_hiring_monthly_rate": 0.3,
        "lapsing_monthly_rate": 0.1,
    },
    "programmes": {
        "Kick": {
            "open": {"from": "2021-03-08", "to": "2021-04-11"},
            "who": {"age_groups": ["16-24"], "areas": ["North"]},
            "supply": {
                "jobs": {
                    "applied_per_week": {"2021-02-22": 6},
                    "days_to_approve": 5,
                    "days_to_advertise": 4,
                    "days_to_fill": 3,
                    "filled_at_most": 0.9,
                }
            },
            "referral_at_review": 0.7,
            "take_up": 0.8,
            "queue": {"withdrawing_monthly_rate": 0.5, "longest_wait_days": 20},
            "weeks": 2,
            "drop_out_monthly_rate": 0.4,
            "contact_goes_on": False,
            "into_work_at_end": 0.4,
            "cost_per_start": 6500,
        },
        "Help": {
            "open": {"from": "2021-03-01", "to": "2021-04-18"},
            "who": {"at_least_weeks": 4, "at_most_weeks": 30},
            "supply": {"places": 12},
            "priority": 2,
            "referral_at_review": 0.3,
            "queue": {"order": "longest_on_claim"},
            "weeks": 2,
            "length": "exponential",
            "drop_out_monthly_rate": 0.5,
            "contact_goes_on": True,
            "job_entry_while_on_it": 1.4,
            "job_entry_after": 1.2,
            "cost_per_start": 800,
        },
        "Course": {
            "open": {"from": "2021-03-03", "to": "2021-04-16"},
            "who": {"sectors": ["Shops"]},
            "supply": {"intakes": {"every_weeks": 1, "places": 6}},
            "referral_at_review": 0.2,
            "weeks": 1.5,
            "length": "uniform",
            "contact_goes_on": False,
            "job_entry_while_on_it": 0,
            "retraining": {"share": 0.7, "to": {"Works": 0.9, "Shops": 0.1}},
            "cost_per_start": 1500,
        },
    },
    "costs": {
        "coach_per_year": 36_000,
        "trainee_per_year": 30_000,
        "trainer_per_year": 40_000,
        "trainees_per_trainer": 8,
        "desk_per_year": 2_000,
        "temporary_jobcentre_per_year": 100_000,
        "temporary_jobcentre_opening": 9_000,
        "youth_hub_per_year": 60_000,
        "youth_hub_opening": 5_000,
    },
    "closures": [{"from": "2021-04-14", "to": "2021-04-15", "jobcentres": ["Moor"], "announced": "2021-04-08"}],
}

BOUNDLESS: Changes = {"jobcentres.Hill.coaches": 1000, "jobcentres.Hill.desks": 1000}
"""Minutes for everyone, always."""


def tiny(changes: Changes | None = None) -> Scenario:
    """One area, one jobcentre, everyone face to face, no absence, nobody misses or leaves; with values set at dotted keys."""
    return made(TINY, changes)


def rich(changes: Changes | None = None) -> Scenario:
    """Two areas, five jobcentres, a little overloaded, with every lever in use; with values set at dotted keys."""
    return made(RICH, changes)


def made(base: Mapping[str, Any], changes: Changes | None = None) -> Scenario:
    """A scenario from plain data with values set at dotted keys, checked as a file would be."""
    scenario = Scenario.model_validate(varied(base, changes or {}))
    broken = [finding.message for finding in findings(scenario)]
    assert not broken, broken
    return scenario


def varied(base: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Plain data with values set at dotted keys."""
    out = deepcopy(dict(base))
    for key, value in changes.items():
        *path, last = (int(name) if name.isdecimal() else name for name in key.split("."))
        at: Any = out
        for name in path:
            at = at[name] if isinstance(at, list) else at.setdefault(name, {})
        if value is None:
            del at[last]
        else:
            at[last] = deepcopy(value)
    return out


def total(record: Record, name: str, jobcentre: str | None = None) -> float:
    """A tally summed over the run, at one jobcentre or all."""
    return float(daily(record, name, jobcentre).sum())


def daily(record: Record, name: str, jobcentre: str | None = None) -> NDArray[Any]:
    """A tally by day, at one jobcentre or all; shape (days,)."""
    at = slice(None) if jobcentre is None else [record.jobcentres.index(jobcentre)]
    if name in HOME_COLUMNS:
        return record.by_home[:, at, :, column(name)].sum(axis=(1, 2))
    return record.by_site[:, at, column(name)].sum(axis=1)


def events(record: Record, *which: Event, before: int | None = None) -> NDArray[np.int64]:
    """The event log, or only some events of it, or only what is before a day."""
    assert record.events is not None
    log = record.events
    kept = np.isin(log[:, 3], which) if which else np.ones(len(log), dtype=bool)
    return log[kept & (log[:, 0] < (record.days if before is None else before))]


def extra_days(record: Record, what: str = "offered") -> NDArray[np.int64]:
    """Working days waited beyond the first that is possible, for all claims of the run that got so far: to the meeting
    ``offered`` or ``first_held``."""
    claims = record.people[(record.people["claim"] >= 0) & (record.people[what] != NONE)]
    return record.working_day_count[claims[what]] - record.working_day_count[claims["claim"]] - 1


def mean_wait(record: Record) -> float:
    """Mean working days from claim to the first date offered."""
    return float(extra_days(record).mean()) + 1


def mean_interval(record: Record) -> float:
    """Mean calendar days between held meetings."""
    return total(record, "interval_days") / total(record, "intervals")
