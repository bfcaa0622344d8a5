"""Records written by hand, so that every measure can be worked out on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from sim.model.ledger import Record
from sim.model.people import HISTORY
from sim.record import COST_COLUMNS, END, EPISODE, HOME_COLUMNS, SECTOR_COLUMNS, SITE_COLUMNS
from sim.scenario.schema import AGE_GROUPS, Scenario

WEDNESDAY = dt.date(2020, 7, 1)


def record(
    people: list[dict[str, int]] | None = None,
    *,
    days: int = 28,
    start: dt.date = WEDNESDAY,
    target: int = 10,
    home: dict[str, Any] | None = None,
    site: dict[str, Any] | None = None,
    replication: int = 0,
    events: Any = None,
    programmes: dict[str, float] | None = None,
    episodes: list[dict[str, Any]] | None = None,
    unused: Any = -1,
    sectors: tuple[str, ...] = (),
    market: dict[str, Any] | None = None,
    costs: dict[str, Any] | None = None,
) -> Record:
    """A record of two jobcentres in areas of their own and a temporary one, without bank holidays.

    Args:
        people: a row each; what is left out is 0, and -1 for days of the run.
        home, site, costs: columns, each of a shape that fits (days, jobcentres[, age groups]); 0 where left out.
        programmes: pounds per start by name.
        episodes: a row each, ``end`` in words, ongoing if left out; what else is left out is 0, and -1 for ``started`` and ``ended``.
        unused: places, of a shape that fits (days, programmes).
        market: columns, each of a shape that fits (days, sectors).
    """
    programmes = programmes or {}
    by_sector, pounds = np.zeros((days, len(sectors), len(SECTOR_COLUMNS))), np.zeros((days, 3, len(COST_COLUMNS)))
    for name, values in (market or {}).items():
        by_sector[..., SECTOR_COLUMNS.index(name)] = values
    for name, values in (costs or {}).items():
        pounds[..., COST_COLUMNS.index(name)] = values
    referrals = np.zeros(len(episodes or []), dtype=EPISODE)
    referrals["started"] = referrals["ended"] = -1
    for i, episode in enumerate(episodes or []):
        for name, value in episode.items():
            referrals[i][name] = END.index(value) if name == "end" else value
    shape = (days, 3, len(AGE_GROUPS))
    by_home = np.zeros((*shape, len(HOME_COLUMNS)), dtype=np.int64)
    by_site = np.zeros((*shape[:2], len(SITE_COLUMNS)))
    for name, values in (home or {}).items():
        by_home[..., HOME_COLUMNS.index(name)] = values
    for name, values in (site or {}).items():
        by_site[..., SITE_COLUMNS.index(name)] = values
    rows = np.zeros(len(people or []), dtype=HISTORY)
    for name in ("earlier", "offered", "first_held", "exit"):
        rows[name] = -1
    for i, person in enumerate(people or []):
        for name, value in person.items():
            rows[i][name] = value
    works = np.is_busday(np.datetime64(start) + np.arange(days + 40))
    return Record(
        scenario_name="by hand",
        seed=1,
        replication=replication,
        start=start,
        days=days,
        jobcentres=("Ashby", "Barton", "Camp"),
        areas=("North", "South"),
        area_of_jobcentre=np.array([0, 1, -1]),
        works=works[:days],
        working_day_count=np.cumsum(works),
        target_working_days=target,
        by_home=by_home,
        by_site=by_site,
        people=rows,
        programmes=tuple(programmes),
        sectors=sectors,
        episodes=referrals,
        places_unused=np.broadcast_to(unused, (days, len(programmes))).astype(np.int64),
        by_sector=by_sector,
        costs=pounds,
        cost_per_start=np.array(list(programmes.values()), dtype=float),
        events=events,
    )


def some_people(seed: int, n: int = 200, days: int = 28) -> list[dict[str, int]]:
    """People with plausible histories, in the order of their claims, the first tenth from the initial stock."""
    luck = np.random.default_rng(seed)
    claims = np.sort(luck.integers(0, days, n))
    claims[: n // 10] = -5
    people = []
    for claim in claims:
        offered, ends = claim + luck.integers(1, 12), claim + luck.integers(1, 40)
        left = ends < days and ends > 0
        person = {"area": luck.integers(2), "age": luck.integers(3), "claim": claim, "offered": offered if offered < days else -1}
        person["home"] = person["origin"] = person["area"]
        person |= {"exit": ends, "exit_kind": luck.integers(1, 3)} if left else {}
        if left and ends < offered:
            person["offered"] = -1
        if person["offered"] >= 0:
            person |= {"first_held": person["offered"], "held": 1}
        people.append({name: int(value) for name, value in person.items()})
    return people


def some_referrals(seed: int, n: int = 60, days: int = 28, programmes: int = 2) -> list[dict[str, Any]]:
    """Referrals with every way to end, in the order of their days."""
    luck = np.random.default_rng(seed)
    episodes = []
    for referred in np.sort(luck.integers(0, days, n)):
        episode: dict[str, Any] = {"referred": referred, "programme": luck.integers(programmes), "age": luck.integers(3)}
        episode["area"] = episode["home"] = luck.integers(2)
        started, end = referred + luck.integers(0, 9), END[luck.integers(1, len(END))]
        if end == "declined":
            episode |= {"end": end, "ended": referred}
        elif END.index(end) < END.index("completed"):
            episode |= {"end": end, "ended": started} if started < days else {}
        else:
            ended = started + luck.integers(1, 9)
            episode |= {"started": started} if started < days else {}
            episode |= {"end": end, "ended": ended} if ended < days else {}
        episodes.append({name: value if isinstance(value, str) else int(value) for name, value in episode.items()})
    return episodes


def small_scenario(**changes: Any) -> Scenario:
    """Two jobcentres and ten weeks that take an instant to run."""
    plain: dict[str, Any] = {
        "name": "small",
        "period": {"from": "2020-07-01", "to": "2020-09-08"},
        "working_days": "england_and_wales",
        "replications": 3,
        "seed": 7,
        "areas": {"North": {"claimants": 150, "claims_per_week": 20}, "South": {"claimants": 80, "claims_per_week": 10}},
        "claimants": {
            "age_groups": {"16-24": 0.2, "25-49": 0.5, "50+": 0.3},
            "by_weekday": [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0],
            "can_be_served_remotely": 0.8,
            "weeks_on_claim": {"0-13": 0.5, "14+": 0.5},
        },
        "jobcentres": {
            "Ashby": {"area": "North", "share": 1, "coaches": 2, "desks": 2},
            "Barton": {"area": "South", "share": 1, "coaches": 1, "desks": 1},
        },
        "coaches": {"minutes_per_day": 444, "bookable_share": 0.5, "absence": 0.05, "leavers_per_year": 0.08},
        "appointments": {
            "book_ahead_working_days": 15,
            "first_meeting": {"minutes": 40, "priority": 1, "target_working_days": 10, "missed": 0.1},
            "review": {"minutes": 10, "priority": 2, "every_weeks": {1: 1, 14: 2}, "missed": 0.1},
        },
        "service": {"face_to_face_share": 0.5, "desks_usable": 1, "opening_minutes": 400},
        "job_entry": {"monthly_rate_by_week": {0: 0.12, 13: 0.08}},
        "other_leaving": {"monthly_rate": 0.02},
    }
    return Scenario.model_validate(plain | changes)
