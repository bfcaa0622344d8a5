"""A day at the jobcentres of a pool: appointments are held, hazards accrue, one person after another.

Phases 3 and 4 of the day (rules, sections 5 and 6). The functions are compiled, walk over the rows of a pool's people, and allocate
nothing.

Common arguments: ``people`` rows of PERSON in order of id, of which the first ``n`` are there; ``today`` the day; ``days`` rows of DAY from
day 0; ``diary`` as in :mod:`sim.model.diary`; ``home`` and ``site`` the day's tallies by (jobcentre, age group, HOME column) and
(jobcentre, SITE column); ``history`` rows of HISTORY by person id; ``events`` the event log with ``cursor[0]`` rows filled (no rows: not
wanted); ``support`` what is explained in :mod:`sim.model.referral`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.luck import Purpose, uniform
from sim.model.diary import clerks_key, enter
from sim.model.job_entry import FORTNIGHT, INTERVALS, LONGEST_INTERVAL, MOST_UNITS, SHORTEST_INTERVAL
from sim.model.ledger import Event, note
from sim.model.people import (
    BY_PHONE,
    FACE_TO_FACE,
    FIRST,
    IN_QUEUE,
    LEFT,
    LOST_EARLY,
    NEVER,
    NONE,
    ON_PROGRAMME,
    PHONE,
    REVIEW,
    REVIEWS,
    WAITING,
    WORK,
    Row,
    Rows,
)
from sim.model.referral import ENTRIES_TODAY, SEARCHERS, Support, close_episode, finish, refer
from sim.record import HOME_COLUMNS, JOB_ENTRY, SITE_COLUMNS
from sim.record import LEFT as LEFT_CLAIM

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LATE_WORKING_DAYS = 5
LISTED, GONE, QUEUED, ENTERED = range(4)
"""What ``live`` counts: people on the waiting list, rows of people who have gone, rows of those in a programme's queue, and of those who
entered work today."""
LIST, KEYS, SPARE, SPARE_KEYS, COUNTER, QUEUE, WORKERS = range(7)
"""Rows of ``scratch``."""

# plain numbers for the compiler
MISSED_LUCK = int(Purpose.MISSED)
(HELD_FIRST, MISSED_FIRST, HELD_REVIEW, MISSED_REVIEW, INTERVAL_DAYS, MET_BEFORE, DELAY) = (
    HOME_COLUMNS.index(name)
    for name in (
        "first_meetings_held",
        "first_meetings_missed",
        "reviews_held",
        "reviews_missed",
        "interval_days",
        "intervals",
        "delay_working_days",
    )
)
(ENTRIES, LEAVERS, AWAITING, IN_REVIEWS, AWAY, ON_LIST, OVERDUE, LATE) = (
    HOME_COLUMNS.index(name) for name in ("job_entries", "left", "waiting", "in_reviews", "on_programme", "on_list", "overdue", "late")
)
(COACH_HELD, COACH_MISSED, DESK_USED) = (
    SITE_COLUMNS.index(name) for name in ("coach_minutes_held", "coach_minutes_missed", "desk_minutes_used")
)
E_MISSED, E_HELD, E_ENTRY, E_LEFT = (int(event) for event in (Event.MISSED, Event.HELD, Event.JOB_ENTRY, Event.LEFT))


@compiled
def live(
    people: Rows,
    n: int,
    today: int,
    days: Rows,
    every: NDArray[np.int8],
    count: Ints,
    before: int,
    early: int,
    hub: NDArray[np.uint8],
    seed: int,
    replication: int,
    subjects: Rows,
    bands: Ints,
    hazards: Ints,
    diary: Ints,
    priority: Ints,
    scratch: Ints,
    counts: Ints,
    home: Ints,
    site: Floats,
    booked: Ints,
    history: Rows,
    support: Support | None,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phases 3 and 4: appointments are held or missed, hazards accrue. One person's do not touch another's, so one walk does both.

    On the way the waiting list is drawn up for the clerk and people are counted. ``every`` holds weeks between meetings by (review or
    youth-hub meeting, day, completed weeks on the claim), ``count`` working days up to a day (offset by ``before``), ``hub`` whether each
    jobcentre is a youth hub, ``subjects`` rows of SUBJECT by person id; ``bands`` and ``hazards`` are those of
    :class:`sim.model.job_entry.JobEntry`. Fills ``counts``.

    Where nothing is modelled but meetings and the plain hazard, ``support`` is None: the compiler then leaves out the rest, which would
    cost a fifth of the time.
    """
    counts[:] = 0
    gone = listed = queued = entered = 0
    for p in range(n):
        r = people[p]
        if r.booked == today:
            _attend(
                r, today, days, every, count, before, early, hub, seed, replication, subjects, home, site, history,
                support, events, cursor,
            )  # fmt: skip
        if r.state < WORK and r.claim < today:
            ended = 0
            if support is not None and 0 < r.standing <= len(support.programmes) and support.marks[r.id].until <= today:
                ended = finish(r, today, days, hub, seed, replication, subjects, support, events, cursor)
            if ended != 0:
                r.state = WORK
            else:
                _accrue(r, today, days, bands, hazards, support)
            if r.state >= WORK:
                _leave(r, today, ended, diary, home, history, support, events, cursor)
                gone += 1
                if support is not None and r.state == WORK:
                    support.by_sector[r.sector, ENTRIES_TODAY] += 1
                    scratch[WORKERS, entered] = p
                    entered += 1
        if r.state < WORK:
            if support is not None:
                if 0 < r.standing <= len(support.programmes):
                    support.counted_on_it[r.standing - 1] += 1
                if r.traits & IN_QUEUE:
                    scratch[QUEUE, queued] = p
                    queued += 1
                if r.state == ON_PROGRAMME:
                    home[r.home, r.age, AWAY] += 1
                    continue
                support.by_sector[r.sector, SEARCHERS] += 1
            listed += _survey(r, p, listed, today, count, before, priority, scratch, home, booked)
    counts[LISTED], counts[GONE], counts[QUEUED], counts[ENTERED] = listed, gone, queued, entered


@compiled
def survey(people: Rows, n: int, today: int, count: Ints, before: int, priority: Ints, scratch: Ints, home: Ints, booked: Ints) -> int:
    """Draw up the waiting list and count people where nothing else happens, on the eve. Returns how many are on the list."""
    listed = 0
    for p in range(n):
        listed += _survey(people[p], p, listed, today, count, before, priority, scratch, home, booked)
    return listed


@inlined
def _survey(
    r: Row, p: int, listed: int, today: int, count: Ints, before: int, priority: Ints, scratch: Ints, home: Ints, booked: Ints
) -> int:
    """Count one person whom coaches meet, and put them on the list if they have no booking. Returns 1 if so."""
    home[r.home, r.age, AWAITING if r.state == WAITING else IN_REVIEWS] += 1
    if r.due <= today:
        home[r.home, r.age, OVERDUE] += r.state == REVIEWS
        home[r.home, r.age, LATE] += count[today + before] - count[int(r.due) + before] > LATE_WORKING_DAYS
    if r.booked != NONE:
        booked[r.serving] += r.minutes
        return 0
    home[r.home, r.age, ON_LIST] += 1
    scratch[LIST, listed] = p
    scratch[KEYS, listed] = clerks_key(int(priority[r.kind]), int(r.due), int(r.requested))
    return 1


@inlined
def _attend(
    r: Row,
    today: int,
    days: Rows,
    every: NDArray[np.int8],
    count: Ints,
    before: int,
    early: int,
    hub: NDArray[np.uint8],
    seed: int,
    replication: int,
    subjects: Rows,
    home: Ints,
    site: Floats,
    history: Rows,
    support: Support | None,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phase 3: one appointment is held or missed, the coach may refer, and the next one is asked for."""
    rule, who = days[today], subjects[r.id]
    missed = uniform(seed, replication, int(who.name), int(who.number), int(who.date), MISSED_LUCK, int(r.count)) < rule.missed[r.kind]
    minutes = int(r.minutes)
    r.booked = NONE
    r.requested = today
    r.count += 1
    if r.channel == FACE_TO_FACE:
        site[r.serving, DESK_USED] += minutes
    if missed:
        site[r.serving, COACH_MISSED] += minutes
        home[r.home, r.age, MISSED_FIRST if r.kind == FIRST else MISSED_REVIEW] += 1
        history[r.id].missed += 1
        if support is not None and today - int(r.claim) < early:
            r.traits |= LOST_EARLY
        note(events, cursor, today, 3, r.id, E_MISSED, r.serving, r.kind, r.channel, -1, minutes)
        r.due = rule.next_working
        return
    site[r.serving, COACH_HELD] += minutes
    note(events, cursor, today, 3, r.id, E_HELD, r.serving, r.kind, r.channel, -1, minutes)
    if r.kind == FIRST:
        home[r.home, r.age, HELD_FIRST] += 1
        history[r.id].first_held = today
        r.interval = today - int(r.claim)
        r.state = REVIEWS
    else:
        home[r.home, r.age, HELD_REVIEW] += 1
        home[r.home, r.age, DELAY] += count[today + before] - count[int(r.due) + before]
        if r.last_held != NEVER:
            r.interval = today - int(r.last_held)
            home[r.home, r.age, MET_BEFORE] += 1
            home[r.home, r.age, INTERVAL_DAYS] += today - int(r.last_held)
        if support is not None and len(support.programmes) > 0:
            refer(r, today, seed, replication, subjects, history, support, events, cursor)
    r.last_held = today
    if support is not None:
        r.traits = (int(r.traits) & ~BY_PHONE) | (BY_PHONE if r.channel == PHONE else 0)
    r.kind = REVIEW + hub[r.home]
    r.due = days[today + 7 * int(every[hub[r.home], today, (today - int(r.claim)) // 7])].roll


@inlined
def _accrue(r: Row, today: int, days: Rows, bands: Ints, hazards: Ints, support: Support | None) -> None:
    """Phase 4: one person's hazards of a day, and their new state if they enter work or leave."""
    rule = days[today]
    slot = 0
    if r.last_held != NEVER:
        slot = min(max(int(r.interval), today - int(r.last_held), SHORTEST_INTERVAL), LONGEST_INTERVAL)
    if support is not None:
        if r.state == ON_PROGRAMME:
            slot = FORTNIGHT
        elif slot > 0 and r.traits & BY_PHONE:
            slot += INTERVALS
    hazard = hazards[rule.table, r.age, bands[(today - int(r.claim) - 1) // 7], slot]
    if support is not None:
        here = 1.0 if r.state == ON_PROGRAMME else support.place[r.home]
        lost = 1 if r.traits & LOST_EARLY else 0
        hazard = int(min(MOST_UNITS, hazard * support.matching[r.sector] * here * support.personal[r.standing, lost]))
    r.job -= hazard
    if r.job <= 0:
        r.state = WORK
        return
    r.leaving -= rule.leaving
    if r.leaving <= 0:
        r.state = LEFT


@inlined
def _leave(
    r: Row,
    today: int,
    ended: int,
    diary: Ints,
    home: Ints,
    history: Rows,
    support: Support | None,
    events: Ints,
    cursor: Ints,
) -> None:
    """Who has entered work or left: their booking is cancelled, their place is free. ``ended`` is 1 + the programme that led into work."""
    programme = ended - 1
    if support is not None and (0 < r.standing <= len(support.programmes) or r.traits & IN_QUEUE):
        programme = max(programme, close_episode(r, today, support))
    if r.state == WORK:
        home[r.home, r.age, ENTRIES] += 1
        note(events, cursor, today, 4, r.id, E_ENTRY, r.home, -1, -1, programme, today - int(r.claim))
    else:
        home[r.home, r.age, LEAVERS] += 1
        note(events, cursor, today, 4, r.id, E_LEFT, r.home, -1, -1, programme, today - int(r.claim))
    past = history[r.id]
    past.exit = today
    past.exit_kind = JOB_ENTRY if r.state == WORK else LEFT_CLAIM
    past.held = r.count - past.missed
    if r.booked != NONE:
        enter(diary, r.serving, r.booked, -int(r.minutes), r.kind, r.channel)
        r.booked = NONE
