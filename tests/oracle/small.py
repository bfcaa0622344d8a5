"""A small scenario to vary: one area, one jobcentre, nobody remote, nothing ever changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.scenario.schema import Scenario

BASE: dict[str, Any] = {
    "name": "small",
    "period": {"from": "2021-02-01", "to": "2021-02-14"},  # Monday; no bank holiday until April
    "working_days": "england_and_wales",
    "areas": {"Area": {"claimants": 0, "claims_per_week": 0}},
    "claimants": {
        "age_groups": {"16-24": 0.2, "25-49": 0.5, "50+": 0.3},
        "by_weekday": [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0],
        "can_be_served_remotely": 0,
        "weeks_on_claim": {"0-12": 1},
    },
    "jobcentres": {"Ash": {"area": "Area", "share": 1, "coaches": 1, "desks": 1}},
    "coaches": {"minutes_per_day": 60, "bookable_share": 1, "absence": 0, "leavers_per_year": 0},
    "appointments": {
        "book_ahead_working_days": 5,
        "first_meeting": {"minutes": 30, "priority": 1, "target_working_days": 10, "missed": 0},
        "review": {"minutes": 10, "priority": 2, "every_weeks": {1: 1, 14: 2}, "missed": 0},
    },
    "service": {"face_to_face_share": 1, "desks_usable": 1, "opening_minutes": 1000},
    "job_entry": {"monthly_rate_by_week": {0: 0}},
    "other_leaving": {"monthly_rate": 0},
}


def small(changes: dict[str, Any]) -> Scenario:
    """The small scenario with values set at dotted keys, such as ``coaches.absence``."""
    raw = deepcopy(BASE)
    for key, value in changes.items():
        *path, last = key.split(".")
        at = raw
        for name in path:
            at = at.setdefault(name, {})
        at[last] = value
    return Scenario.model_validate(raw)
