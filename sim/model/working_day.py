"""A day at the jobcentres of a pool, phase by phase, one person after another.

Each function is one phase of the day (rules, section 5): what no longer fits is bumped, appointments are held, hazards accrue, and
the clerk books. They are compiled, walk over the rows of a pool's people, and allocate nothing.

Common arguments: ``people`` rows of PERSON in order of id, of which the first ``n`` are there; ``today`` the day; ``days`` rows of DAY from
day 0; ``diary`` as in :mod:`sim.model.diary`; ``home`` and ``site`` the day's tallies by (jobcentre, age group, HOME column) and
(jobcentre, SITE column); ``history`` rows of HISTORY by person id; ``events`` the event log with ``cursor[0]`` rows filled (no rows: not
wanted).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.luck import Purpose, uniform
from sim.model.diary import COACH, COACH_BOOKED, DESK, DESK_BOOKED, clerks_key, enter, has_room, in_clerks_order, reserved
from sim.model.ledger import Event
from sim.model.people import FACE_TO_FACE, FIRST, LEFT, NEVER, NONE, PHONE, REVIEW, REVIEWS, WAITING, WORK, Row, Rows
from sim.record import HOME_COLUMNS, SITE_COLUMNS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SHORTEST_INTERVAL, LONGEST_INTERVAL = 7, 255
LATE_WORKING_DAYS = 5

# plain numbers for the compiler
CHANNEL_LUCK, MISSED_LUCK = int(Purpose.CHANNEL), int(Purpose.MISSED)
(BUMPED, HELD_FIRST, MISSED_FIRST, HELD_REVIEW, MISSED_REVIEW, INTERVAL_DAYS, INTERVALS, DELAY) = (
    HOME_COLUMNS.index(name)
    for name in (
        "bumped",
        "first_meetings_held",
        "first_meetings_missed",
        "reviews_held",
        "reviews_missed",
        "interval_days",
        "intervals",
        "delay_working_days",
    )
)
(ENTRIES, LEAVERS, AWAITING, IN_REVIEWS, ON_LIST, OVERDUE, LATE) = (
    HOME_COLUMNS.index(name) for name in ("job_entries", "left", "waiting", "in_reviews", "on_list", "overdue", "late")
)
(COACH_HELD, COACH_MISSED, DESK_USED) = (
    SITE_COLUMNS.index(name) for name in ("coach_minutes_held", "coach_minutes_missed", "desk_minutes_used")
)
E_BUMP, E_MISSED, E_HELD, E_ENTRY, E_LEFT, E_BOOKED = (
    int(event) for event in (Event.BUMP, Event.MISSED, Event.HELD, Event.JOB_ENTRY, Event.LEFT, Event.BOOKED)
)


@inlined
def note(
    events: Ints, cursor: Ints, day: int, phase: int, person: int, event: int, place: int, kind: int, channel: int, value: int
) -> None:
    """Write one record of the event log, if it is wanted."""
    if len(events) == 0:
        return
    i = cursor[0]
    events[i, 0], events[i, 1], events[i, 2], events[i, 3] = day, phase, person, event
    events[i, 4], events[i, 5], events[i, 6], events[i, 7] = place, kind, channel, value
    cursor[0] = i + 1


@compiled
def bump(
    people: Rows, n: int, today: int, j: int, day: int, diary: Ints, priority: Ints, scratch: Ints, home: Ints, events: Ints, cursor: Ints
) -> None:
    """Phase 2: put bookings that no longer fit at jobcentre ``j`` on ``day`` back on the list, last in the clerk's order first."""
    rows, keys = scratch[0], scratch[1]
    m = 0
    for p in range(n):
        r = people[p]
        if r.booked == day and r.serving == j:
            rows[m], keys[m] = p, clerks_key(int(priority[r.kind]), int(r.due), int(r.requested))
            m += 1
    in_clerks_order(rows, keys, m, scratch[2], scratch[3], scratch[4])
    for i in range(m - 1, -1, -1):
        coach_over = diary[j, day, COACH_BOOKED] > diary[j, day, COACH]
        desk_over = diary[j, day, DESK_BOOKED] > diary[j, day, DESK]
        if not coach_over and not desk_over:
            break
        r = people[rows[i]]
        if coach_over or r.channel == FACE_TO_FACE:
            enter(diary, j, day, -int(r.minutes), r.kind, r.channel)
            r.booked = NONE
            home[r.home, r.age, BUMPED] += 1
            note(events, cursor, today, 2, r.id, E_BUMP, j, r.kind, r.channel, day)


@compiled
def live(
    people: Rows,
    n: int,
    today: int,
    days: Rows,
    every: NDArray[np.int8],
    count: Ints,
    before: int,
    seed: int,
    replication: int,
    subjects: Rows,
    bands: Ints,
    hazards: Ints,
    diary: Ints,
    priority: Ints,
    scratch: Ints,
    home: Ints,
    site: Floats,
    booked: Ints,
    history: Rows,
    events: Ints,
    cursor: Ints,
) -> tuple[int, int]:
    """Phases 3 and 4: appointments are held or missed, hazards accrue. One person's do not touch another's, so one walk does both.

    On the way the waiting list is drawn up for the clerk and people are counted. ``every`` holds weeks between reviews by (day,
    completed weeks on the claim), ``count`` working days up to a day (offset by ``before``), ``subjects`` rows of SUBJECT by person id;
    ``bands`` and ``hazards`` are those of :class:`sim.model.job_entry.JobEntry`. Returns how many are on the list, and how many entered
    work or left.
    """
    listed = gone = 0
    for p in range(n):
        r = people[p]
        if r.booked == today:
            _attend(r, today, days, every, count, before, seed, replication, subjects, home, site, history, events, cursor)
        if r.state < WORK and r.claim < today:
            gone += _accrue(r, today, days, bands, hazards, diary, home, history, events, cursor)
        if r.state < WORK:
            listed += _survey(r, p, listed, today, count, before, priority, scratch, home, booked)
    return listed, gone


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
    """Count one person on the claim, and put them on the list if they have no booking. Returns 1 if so."""
    home[r.home, r.age, AWAITING if r.state == WAITING else IN_REVIEWS] += 1
    if r.due <= today:
        home[r.home, r.age, OVERDUE] += r.state == REVIEWS
        home[r.home, r.age, LATE] += count[today + before] - count[int(r.due) + before] > LATE_WORKING_DAYS
    if r.booked != NONE:
        booked[r.serving] += r.minutes
        return 0
    home[r.home, r.age, ON_LIST] += 1
    scratch[0, listed] = p
    scratch[1, listed] = clerks_key(int(priority[r.kind]), int(r.due), int(r.requested))
    return 1


@inlined
def _uniform(seed: int, replication: int, subject: Row, purpose: int, count: int) -> float:
    return uniform(seed, replication, int(subject.name), int(subject.number), int(subject.date), purpose, count)


@inlined
def _attend(
    r: Row,
    today: int,
    days: Rows,
    every: NDArray[np.int8],
    count: Ints,
    before: int,
    seed: int,
    replication: int,
    subjects: Rows,
    home: Ints,
    site: Floats,
    history: Rows,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phase 3: one appointment is held or missed, and the next one is asked for."""
    rule = days[today]
    missed = _uniform(seed, replication, subjects[r.id], MISSED_LUCK, int(r.count)) < rule.missed[r.kind]
    minutes = int(r.minutes)
    r.booked = NONE
    r.requested = today
    r.count += 1
    if r.channel == FACE_TO_FACE:
        site[r.serving, DESK_USED] += minutes
    if missed:
        site[r.serving, COACH_MISSED] += minutes
        home[r.home, r.age, MISSED_FIRST if r.kind == FIRST else MISSED_REVIEW] += 1
        r.missed += 1
        note(events, cursor, today, 3, r.id, E_MISSED, r.serving, r.kind, r.channel, minutes)
        r.due = rule.next_working
        return
    site[r.serving, COACH_HELD] += minutes
    note(events, cursor, today, 3, r.id, E_HELD, r.serving, r.kind, r.channel, minutes)
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
            home[r.home, r.age, INTERVALS] += 1
            home[r.home, r.age, INTERVAL_DAYS] += today - int(r.last_held)
    r.last_held = today
    r.kind = REVIEW
    r.due = days[today + 7 * int(every[today, (today - int(r.claim)) // 7])].roll


@inlined
def _accrue(
    r: Row, today: int, days: Rows, bands: Ints, hazards: Ints, diary: Ints, home: Ints, history: Rows, events: Ints, cursor: Ints
) -> int:
    """Phase 4: one person's hazards of a day. Returns 1 if they enter work or leave, which cancels their booking, else 0."""
    rule = days[today]
    interval = 0
    if r.last_held != NEVER:
        interval = min(max(int(r.interval), today - int(r.last_held), SHORTEST_INTERVAL), LONGEST_INTERVAL)
    r.job -= hazards[rule.table, r.age, bands[(today - int(r.claim) - 1) // 7], interval]
    if r.job <= 0:
        r.state = WORK
        home[r.home, r.age, ENTRIES] += 1
        note(events, cursor, today, 4, r.id, E_ENTRY, r.home, -1, -1, today - int(r.claim))
    else:
        r.leaving -= rule.leaving
        if r.leaving > 0:
            return 0
        r.state = LEFT
        home[r.home, r.age, LEAVERS] += 1
        note(events, cursor, today, 4, r.id, E_LEFT, r.home, -1, -1, today - int(r.claim))
    past = history[r.id]
    past.exit = today
    past.exit_kind = r.state - 1
    past.held, past.missed = r.count - r.missed, r.missed
    if r.booked != NONE:
        enter(diary, r.serving, r.booked, -int(r.minutes), r.kind, r.channel)
        r.booked = NONE
    return 1


@compiled
def book(
    people: Rows,
    listed: int,
    today: int,
    days: Rows,
    window: Ints,
    count: Ints,
    before: int,
    members: Ints,
    shared: Ints,
    priority: Ints,
    reserve_share: float,
    reserve_until: int,
    seed: int,
    replication: int,
    subjects: Rows,
    diary: Ints,
    pointer: Ints,
    scratch: Ints,
    home: Ints,
    booked: Ints,
    history: Rows,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phase 6: the clerk of a pool walks the waiting list and gives everyone the first day with room.

    The list is ``scratch[0]``, rows of people, and ``scratch[1]``, their keys, of which ``listed`` are filled. ``window`` holds the working
    days that can be booked, ``members`` the pool's jobcentres by name, ``shared`` whether the pool shares each channel. ``pointer``
    (jobcentres, kinds, channels) is scratch: how many days at the start of the window are known to be full. ``booked`` adds up minutes
    booked ahead by serving jobcentre, counted from the people themselves.
    """
    rows = scratch[0]
    firsts = 0  # first meetings still on the list
    for at in range(listed):
        firsts += people[rows[at]].kind == FIRST
    in_clerks_order(rows, scratch[1], listed, scratch[2], scratch[3], scratch[4])
    pointer[:] = 0
    for at in range(listed):
        r = people[rows[at]]
        kind = int(r.kind)
        firsts -= kind == FIRST
        first = max(0, count[int(r.due) + before] - count[today + before] - 1)
        if shared[0] == 0 and shared[1] == 0:
            first = max(first, min(pointer[r.home, kind, FACE_TO_FACE], pointer[r.home, kind, PHONE]))
        u = -1.0
        for i in range(first, len(window)):
            rule = days[window[i]]
            channel = FACE_TO_FACE
            if r.remote and rule.face_to_face < 1.0:
                if u < 0.0:
                    u = _uniform(seed, replication, subjects[r.id], CHANNEL_LUCK, int(r.count))
                if u >= rule.face_to_face:
                    channel = PHONE
            kept = reserve_share if kind != FIRST and i + 1 > reserve_until else 0.0
            serving = NONE
            if _room(diary, r.home, window[i], i, rule.minutes[kind], kind, channel, kept, pointer):
                serving = int(r.home)
            elif shared[channel]:
                most = 0
                for j in members:
                    if _room(diary, j, window[i], i, rule.minutes[kind], kind, channel, kept, pointer):
                        free = diary[j, window[i], COACH] - diary[j, window[i], COACH_BOOKED]
                        if free > most:
                            most = free
                            serving = int(j)
            if serving == NONE:
                continue
            booked[serving] += rule.minutes[kind]
            home[r.home, r.age, ON_LIST] -= 1
            r.booked = window[i]
            r.serving = serving
            r.channel = channel
            r.minutes = rule.minutes[kind]
            enter(diary, serving, window[i], int(r.minutes), kind, channel)
            if kind == FIRST and history[r.id].offered == NONE:
                history[r.id].offered = window[i]
            note(events, cursor, today, 6, r.id, E_BOOKED, serving, kind, channel, window[i])
            break
        if r.booked == NONE and _full(
            firsts > 0, listed - 1 - at > firsts, diary, window, days, members, reserve_share, reserve_until, pointer
        ):
            break


@inlined
def _room(diary: Ints, j: int, day: int, i: int, minutes: int, kind: int, channel: int, kept_share: float, pointer: Ints) -> bool:
    """Whether jobcentre ``j`` has room on day ``i`` of the window; remembers days at its start that are full for good."""
    if i < pointer[j, kind, channel]:
        return False
    kept = reserved(diary, j, day, kept_share) if kept_share > 0.0 else 0
    if has_room(diary, j, day, minutes, channel, kept):
        return True
    if i == pointer[j, kind, channel]:
        pointer[j, kind, channel] += 1
    return False


@compiled
def _full(
    firsts: bool,
    reviews: bool,
    diary: Ints,
    window: Ints,
    days: Rows,
    members: Ints,
    reserve_share: float,
    reserve_until: int,
    pointer: Ints,
) -> bool:
    """Whether no day of the window has room for any kind still on the list, so that the rest of it need not be walked."""
    for kind in range(2):
        if not (firsts if kind == FIRST else reviews):
            continue
        for j in members:
            for channel in range(2):
                while pointer[j, kind, channel] < len(window):
                    i = pointer[j, kind, channel]
                    kept = reserve_share if kind != FIRST and i + 1 > reserve_until else 0.0
                    if _room(diary, j, window[i], i, days[window[i]].minutes[kind], kind, channel, kept, pointer):
                        return False
    return True
