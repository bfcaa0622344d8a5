"""The clerk of a pool: who is bumped when minutes are cut, and who is booked when.

Phases 2 and 6 of the day (rules, section 5), compiled, one person after another; common arguments as in :mod:`sim.model.working_day`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.luck import Purpose, uniform
from sim.model.diary import COACH, COACH_BOOKED, DESK, DESK_BOOKED, clerks_key, enter, has_room, in_clerks_order, reserved
from sim.model.ledger import Event, note
from sim.model.people import FACE_TO_FACE, FIRST, LOST_EARLY, NONE, ON_PROGRAMME, PHONE, Rows
from sim.record import HOME_COLUMNS

Ints = NDArray[np.int64]

# plain numbers for the compiler
CHANNEL_LUCK = int(Purpose.CHANNEL)
BUMPED, ON_LIST = HOME_COLUMNS.index("bumped"), HOME_COLUMNS.index("on_list")
E_BUMP, E_BOOKED = int(Event.BUMP), int(Event.BOOKED)


@compiled
def bump(
    people: Rows,
    n: int,
    today: int,
    j: int,
    day: int,
    early: int,
    diary: Ints,
    priority: Ints,
    scratch: Ints,
    home: Ints,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phase 2: put bookings that no longer fit at jobcentre ``j`` on ``day`` back on the list, last in the clerk's order first.

    ``early`` is the number of days on the claim within which a lost meeting is remembered.
    """
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
            if today - int(r.claim) < early:
                r.traits |= LOST_EARLY
            note(events, cursor, today, 2, r.id, E_BUMP, j, r.kind, r.channel, -1, day)


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
    kinds: NDArray[np.bool_],
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
        if r.state == ON_PROGRAMME:  # since the list was drawn up
            continue
        first = max(0, count[int(r.due) + before] - count[today + before] - 1)
        if shared[0] == 0 and shared[1] == 0:
            first = max(first, min(pointer[r.home, kind, FACE_TO_FACE], pointer[r.home, kind, PHONE]))
        u = -1.0
        for i in range(first, len(window)):
            rule = days[window[i]]
            channel = FACE_TO_FACE
            if r.remote and rule.face_to_face < 1.0:
                if u < 0.0:
                    who = subjects[r.id]
                    u = uniform(seed, replication, int(who.name), int(who.number), int(who.date), CHANNEL_LUCK, int(r.count))
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
            note(events, cursor, today, 6, r.id, E_BOOKED, serving, kind, channel, -1, window[i])
            break
        if r.booked == NONE and _full(
            firsts > 0, listed - 1 - at > firsts, kinds, diary, window, days, members, reserve_share, reserve_until, pointer
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
    others: bool,
    kinds: NDArray[np.bool_],
    diary: Ints,
    window: Ints,
    days: Rows,
    members: Ints,
    reserve_share: float,
    reserve_until: int,
    pointer: Ints,
) -> bool:
    """Whether no day of the window has room for any kind still on the list, so that the rest of it need not be walked."""
    for kind in range(len(kinds)):
        if not (kinds[kind] and (firsts if kind == FIRST else others)):
            continue
        for j in members:
            for channel in range(2):
                while pointer[j, kind, channel] < len(window):
                    i = pointer[j, kind, channel]
                    kept = reserve_share if kind != FIRST and i + 1 > reserve_until else 0.0
                    if _room(diary, j, window[i], i, days[window[i]].minutes[kind], kind, channel, kept, pointer):
                        return False
    return True
