"""What holds in every run to the last unit: Little's law as a count, the use of minutes two ways, and that nobody is lost.

Each check sets figures from two places beside each other: the daily tallies of the ledger, or measures made from them, and sums over the
rows of people, referrals and the event log. The scenario is the one with every lever in use, as it is and with a part of it broken.

A person is there at the close of a day if they came on it or before and have not gone yet. So the number of people there, summed over
the days, is the sum of the days that each was there; with those who are there at the first day and at the last that is Little's law
without remainder, whatever the order in which people are served.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measures import MEASURES
from sim.model.ledger import Event, Record, column
from sim.model.people import FACE_TO_FACE, FIRST, NONE
from sim.model.simulation import simulate
from sim.record import SECTOR_COLUMNS
from sim.view import View
from tests.evidence import Check
from tests.exact.statistics import equal
from tests.scenarios import VALUE, events, rich, tiny

BROKEN: dict[str, dict[str, object]] = {
    "as it is": {},
    "without coaches": {f"jobcentres.{name}.coaches": 0 for name in ("Dale", "Hill", "Moor", "Shop", "Yard")}
    | {"jobcentres.Shop.coaches_from": {}, "coaches.recruitment": {}},
    "without desks from March": {"service.desks_usable": {"2021-02-01": 1, "2021-03-01": 0}},
    "with everyone going": {"job_entry.monthly_rate_by_week": {0: 0.9}, "other_leaving.monthly_rate": 0.9},
}
ENDS_A_BOOKING = (Event.HELD, Event.MISSED, Event.BUMP, Event.MOVE, Event.JOB_ENTRY, Event.LEFT)
Ints = NDArray[np.int64]


@cache
def runs(replications: int) -> tuple[Record, ...]:
    return tuple(simulate(rich(changes), 1, r, events=True) for changes in BROKEN.values() for r in range(replications))


def without_contact(record: Record) -> list[int]:
    """Programmes on which people are away from their coach."""
    return [record.programmes.index(name) for name, one in rich().programmes.items() if not one.contact_goes_on]


# ---- where people are, from their own rows and moves


def intervals(person: Iterable[int], since: Iterable[int], until: Iterable[int]) -> pd.DataFrame:
    """Days of which each person counts at the close: from ``since`` until the day before ``until``."""
    return pd.DataFrame({"person": person, "since": since, "until": until}).astype("int64")


def stays(record: Record) -> pd.DataFrame:
    """At which jobcentre everyone's claim is when: intervals with a column ``jobcentre``."""
    people, moves = record.people, events(record, Event.MOVE)
    begun = pd.DataFrame({"person": np.arange(len(people)), "since": np.maximum(people["claim"], 0), "jobcentre": people["home"]})
    moved = pd.DataFrame({"person": moves[:, 2], "since": moves[:, 0], "jobcentre": moves[:, 4]})
    at = pd.concat([begun, moved]).astype("int64").sort_values(["person", "since"], kind="stable", ignore_index=True)
    end = pd.Series(np.where(people["exit"] == NONE, record.days, people["exit"]))
    at["until"] = at.groupby("person")["since"].shift(-1).fillna(at["person"].map(end)).astype("int64")
    return at


def days_there(record: Record, of: pd.DataFrame) -> Ints:
    """Days of intervals of people, summed by the jobcentre at which they are; shape (jobcentres,)."""
    both = of.merge(stays(record), on="person", suffixes=("", "_stay"))
    until, since = both[["until", "until_stay"]].min(axis=1), both[["since", "since_stay"]].max(axis=1)
    return np.bincount(both["jobcentre"], weights=(until - since).clip(lower=0), minlength=len(record.jobcentres)).astype(np.int64)


def met(record: Record) -> Ints:
    """The day of everyone's first meeting; 0 for those in reviews from the start, the end of the run for those not met in it."""
    people = record.people
    before = people["claim"] < -int(rich().claimants.awaiting_first_meeting_days)
    return np.where(people["first_held"] != NONE, people["first_held"], np.where(before, 0, record.days))


def bookings(record: Record) -> pd.DataFrame:
    """Who has a booking when, from the event log: until it is held, missed or bumped, or its owner moves, goes or stops meeting a coach."""
    stops = without_contact(record)
    since: dict[int, int] = {}
    rows = []
    for day, _, person, event, *_, programme, _ in events(record).tolist():
        if event == Event.BOOKED:
            since[person] = day
        elif person in since and (event in ENDS_A_BOOKING or (event == Event.STARTED and programme in stops)):
            rows.append((person, since.pop(person), day))
    rows += [(person, day, record.days) for person, day in since.items()]
    return intervals(*zip(*rows, strict=True)) if rows else intervals([], [], [])


def spells(record: Record) -> dict[str, Ints]:
    """Days that people spent in each queue, summed by jobcentre: shape (jobcentres,)."""
    everyone, end = np.arange(len(record.people)), np.full(len(record.people), record.days)
    rows = record.episodes[np.isin(record.episodes["programme"], without_contact(record)) & (record.episodes["started"] != NONE)]
    away = days_there(record, intervals(rows["person"], rows["started"], np.where(rows["ended"] == NONE, record.days, rows["ended"])))
    claim = days_there(record, intervals(everyone, record.people["claim"], end))
    waiting = days_there(record, intervals(everyone, record.people["claim"], met(record)))
    return {
        "waiting": waiting,
        "in_reviews": claim - waiting - away,
        "on_programme": away,
        "on_list": claim - away - days_there(record, bookings(record)),
    }


QUEUES = {
    "waiting": "waiting for a first meeting",
    "in_reviews": "in reviews",
    "on_programme": "on a programme without contact",
    "on_list": "on the list without a booking",
}


def littles_law(records: tuple[Record, ...]) -> list[Check]:
    """People at the close of each day by the ledger, summed, beside the days of the people there."""
    size, names = extent(records), records[0].jobcentres
    spent = [spells(record) for record in records]
    return [
        equal(
            f"days {words}, {name}",
            [of[queue][j] for of in spent],
            [record.by_home[:, j, :, column(queue)].sum() for record in records],
            size,
        )
        for queue, words in QUEUES.items()
        for j, name in enumerate(names)
    ]


def told(record: Record) -> tuple[Ints, Ints]:
    """Days in the queue of each programme and on it, from the event log alone: both of shape (programmes,).

    Who comes on day a and goes on day b spends (end - a) - (end - b) days there.
    """
    queue, on_it = (np.zeros(len(record.programmes), dtype=np.int64) for _ in range(2))
    where: dict[int, tuple[Ints, int]] = {}
    log = sorted(events(record).tolist(), key=lambda row: (row[0], row[1], row[2], row[3] in (Event.JOB_ENTRY, Event.LEFT)))
    for day, _, person, event, *_, programme, value in log:
        left = record.days - day
        if event == Event.REFERRED and value == 1:
            where[person] = queue, programme
            queue[programme] += left
        elif event in (Event.STARTED, Event.WITHDREW, Event.COMPLETED, Event.DROPPED_OUT, Event.JOB_ENTRY, Event.LEFT):
            if person in where:
                there, which = where.pop(person)
                there[which] -= left
            if event == Event.STARTED:
                where[person] = on_it, programme
                on_it[programme] += left
    return queue, on_it


def programmes(records: tuple[Record, ...]) -> list[Check]:
    """The same for the queue of every programme and those on it: daily counts from the rows of referrals, days from the event log."""
    size, names = extent(records), records[0].programmes
    by_log = [told(record) for record in records]
    views = [[View(record).of_programme(k) for k in range(len(names))] for record in records]
    return [
        check
        for k, name in enumerate(names)
        for check in (
            equal(f"days in the queue of {name}", [of[0][k] for of in by_log], [of[k].in_queue.sum() for of in views], size),
            equal(f"days on {name}", [of[1][k] for of in by_log], [of[k].on_it.sum() for of in views], size),
        )
    ]


# ---- minutes


def used(record: Record, in_person: bool = False) -> NDArray[np.float64]:
    """Minutes of appointments held or missed by day and serving jobcentre, from the event log: shape (days, jobcentres)."""
    log = events(record, Event.HELD, Event.MISSED)
    log = log[log[:, 6] == FACE_TO_FACE] if in_person else log
    out = np.zeros((record.days, len(record.jobcentres)))
    np.add.at(out, (log[:, 0], log[:, 4]), log[:, VALUE])
    return out


@cache
def changing() -> Record:
    """One jobcentre whose coaches and desks change within the run, with more to do than they can."""
    changes = {
        "areas.North.claimants": 200,
        "appointments.review.missed": 0.2,
        "jobcentres.Hill.coaches": {"2021-02-01": 2, "2021-02-22": 1, "2021-03-10": 3.5},
        "jobcentres.Hill.desks": {"2021-02-01": 0.8, "2021-03-01": 0.5},
    }
    return simulate(tiny(changes), 1, 0, events=True)


MINUTES_THERE = {"coach": 100 * (15 * 2 + 12 * 1 + 13 * 3.5), "desk": 480 * (20 * 0.8 + 20 * 0.5)}
"""By hand: 40 working days, three weeks with two coaches, 12 days with one and 13 with three and a half, each of 100 minutes a day; desks
for 480 minutes a day, four weeks each."""


def minutes(records: tuple[Record, ...]) -> list[Check]:
    size, out = extent(records), []
    for kind in ("coach", "desk"):
        events_say = [used(record, kind == "desk") for record in records]
        for j, name in enumerate(records[0].jobcentres):
            booked = [record.by_site[:, j, column(f"{kind}_minutes_booked")] for record in records]
            what = f"{kind} minutes booked in the diary day by day, {name}"
            out.append(equal(what, np.array([of[:, j] for of in events_say]), np.array(booked), size))
        share = MEASURES[f"{kind}_use"].compute(View(changing()))[0]
        by_hand = used(changing(), kind == "desk").sum() / MINUTES_THERE[kind]
        what = f"share of {kind} minutes booked, while their number changes"
        out.append(equal(what, by_hand, share, "40 working days", tolerance=1e-12))
    return out


# ---- nobody is lost


def on_the_claim(record: Record) -> Ints:
    """People by day and jobcentre, from rows and moves: shape (days, jobcentres)."""
    steps = np.zeros((record.days + 1, len(record.jobcentres)), dtype=np.int64)
    at = stays(record)
    at = at[at["since"] < at["until"]]
    np.add.at(steps, (at["since"], at["jobcentre"]), 1)
    np.add.at(steps, (at["until"], at["jobcentre"]), -1)
    return np.cumsum(steps, axis=0)[:-1]


def came(record: Record) -> Ints:
    """Those there at the start, and claims, returns and moves of the event log, by jobcentre."""
    log = events(record, Event.CLAIM, Event.RETURN, Event.MOVE)
    homes = np.concatenate([record.people["home"][record.people["claim"] < 0], log[:, 4]])
    return np.bincount(homes, minlength=len(record.jobcentres))


def unserved(record: Record) -> Ints:
    """Who has had no first meeting and has not gone, by the event log, at the jobcentre of the last claim, return or move."""
    log = events(record)
    start = record.people["claim"] < 0
    fresh = start & (record.people["claim"] >= -int(rich().claimants.awaiting_first_meeting_days))
    home = dict(zip(np.flatnonzero(start).tolist(), record.people["home"][start].tolist(), strict=True))
    waiting = set(np.flatnonzero(fresh).tolist())
    for _, _, person, event, place, kind, *_ in log.tolist():
        if event in (Event.CLAIM, Event.RETURN, Event.MOVE):
            home[person] = place
        if event in (Event.CLAIM, Event.RETURN):
            waiting.add(person)
        elif (event == Event.HELD and kind == FIRST) or event in (Event.JOB_ENTRY, Event.LEFT):
            waiting.discard(person)
    return np.bincount([home[person] for person in sorted(waiting)], minlength=len(record.jobcentres))


def conservation(records: tuple[Record, ...]) -> list[Check]:
    def by_home(record: Record, *names: str) -> Ints:
        return record.by_home[..., [column(name) for name in names]].sum(axis=(2, 3))

    states, size, names = ("waiting", "in_reviews", "on_programme"), extent(records), records[0].jobcentres
    there = [(on_the_claim(record), by_home(record, *states)) for record in records]
    went = [by_home(of, "job_entries", "left", "moved_out").sum(axis=0) + by_home(of, *states)[-1] for of in records]
    arrived, unmet = [came(record) for record in records], [unserved(record) for record in records]
    left = [by_home(record, "waiting")[-1] for record in records]
    out = [
        equal(f"people in one state on each day, {name}", [a[:, j] for a, _ in there], [b[:, j] for _, b in there], size)
        for j, name in enumerate(names)
    ]
    out += [
        equal(f"gone or still there of those who came, {name}", [a[j] for a in arrived], [w[j] for w in went], size)
        for j, name in enumerate(names)
    ]
    out += [equal(f"not met at the end, {name}", [a[j] for a in unmet], [b[j] for b in left], size) for j, name in enumerate(names)]
    return [*out, *(vacancies(records, s, name) for s, name in enumerate(records[0].sectors))]


def vacancies(records: tuple[Record, ...], s: int, name: str) -> Check:
    """Those at the start and those that came are filled, lapsed or still there; entries of all sectors are those of the event log."""
    start = rich().labour_market.sectors[name].vacancies  # type: ignore[union-attr]
    flows = [dict(zip(SECTOR_COLUMNS, record.by_sector[:, s].sum(axis=0), strict=True)) for record in records]
    ends = [record.by_sector[-1, s, SECTOR_COLUMNS.index("vacancies")] for record in records]
    gone = [of["entries"] + of["others"] + of["lapsed"] + end for of, end in zip(flows, ends, strict=True)]
    return equal(
        f"vacancies gone or still there, {name}", [float(start) + of["inflow"] for of in flows], gone, extent(records), tolerance=1e-6
    )


def extent(records: tuple[Record, ...]) -> str:
    return f"{len(records)} runs of {records[0].days} days"


def checks(replications: int = 1) -> dict[str, list[Check]]:
    """By what they show."""
    records = runs(replications)
    return {
        "Little's law": littles_law(records) + programmes(records),
        "Minutes": minutes(records),
        "Nobody is lost": conservation(records),
    }
