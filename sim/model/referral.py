"""A person and a programme: referral, the start, the end (rules, section 9). Compiled, one person at a time.

Common arguments are those of :mod:`sim.model.working_day`; ``support`` is what people's days depend on beyond their meetings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.luck import Purpose, uniform
from sim.model.diary import enter
from sim.model.ledger import Event, note
from sim.model.people import IN_QUEUE, NEVER, NONE, ON_PROGRAMME, REVIEW, REVIEWS, WORK, Row, Rows
from sim.record import END, HOME_COLUMNS

Ints = NDArray[np.int64]

PROGRAMME = np.dtype(
    [
        ("name", "i8"),  # hash
        ("take_up", "f8"),
        ("outcome", "f8"),  # share into work at the end
        ("retrained", "f8"),  # share who move to another sector
        ("ages", "u4"),  # a bit for each age group it is for
        ("contact", "u1"),  # whether contact goes on
    ],
    align=True,
)
OFFER = np.dtype([("referral", "f8"), ("at_least", "i4"), ("at_most", "i4"), ("open", "u1")], align=True)
"""What a programme is on a day: probability of a referral at a review, weeks on the claim for which it is, whether it is open."""

SEARCHERS, ENTRIES_TODAY = range(2)
"""Columns of the day's tally by sector."""


class Support(NamedTuple):
    """What is shared by everyone: programmes (K of them, by name), those on them, and what hazards go by."""

    programmes: Rows
    """Rows of PROGRAMME."""
    order: Ints
    """The order in which coaches think of them."""
    offers: Rows
    """Rows of OFFER by (day, programme)."""
    for_area: NDArray[np.bool_]
    """Whom they are for, by (programme, area)."""
    for_sector: NDArray[np.bool_]
    """Whom they are for, by (programme, sector)."""
    new_sector: NDArray[np.float64]
    """Cumulative shares of retraining, by (programme, sector)."""
    marks: Rows
    """Rows of MARK by person id."""
    episodes: Rows
    """Rows of EPISODE."""
    referrals: Ints
    """How many of these are filled, shape (1,)."""
    on_it: Ints
    """People on each programme, kept by adding and subtracting."""
    counted_on_it: Ints
    """The same, counted from the people."""
    matching: NDArray[np.float64]
    """Factor on today's hazards by sector."""
    place: NDArray[np.float64]
    """Factor on today's hazards by home."""
    personal: NDArray[np.float64]
    """Factor on hazards by standing, and by whether a meeting was lost early."""
    by_sector: Ints
    """Today's tally of searchers and entries, by sector."""


# plain numbers for the compiler
REFERRAL_LUCK, TAKE_UP_LUCK, OUTCOME_LUCK, RETRAINED_LUCK, SECTOR_LUCK = (
    int(purpose) for purpose in (Purpose.REFERRAL, Purpose.TAKE_UP, Purpose.OUTCOME, Purpose.RETRAINED, Purpose.NEW_SECTOR)
)
DECLINED, CLAIM_ENDED, COMPLETED, DROPPED_OUT, INTO_WORK, ENTERED, LEFT_IT = (
    END.index(name)
    for name in (
        "declined",
        "claim_ended_in_queue",
        "completed",
        "dropped_out",
        "completed_into_work",
        "entered_work_on_it",
        "left_on_it",
    )
)
E_REFERRED, E_STARTED, E_COMPLETED, E_DROPPED = (
    int(event) for event in (Event.REFERRED, Event.STARTED, Event.COMPLETED, Event.DROPPED_OUT)
)
IN_REVIEWS, AWAY, ON_LIST, OVERDUE, LATE = (
    HOME_COLUMNS.index(name) for name in ("in_reviews", "on_programme", "on_list", "overdue", "late")
)


@inlined
def _luck(seed: int, replication: int, who: Row, programme: Row, purpose: int, count: int) -> float:
    return uniform(seed, replication, int(who.name) ^ int(programme.name), int(who.number), int(who.date), purpose, count)


@inlined
def refer(
    r: Row,
    today: int,
    seed: int,
    replication: int,
    subjects: Rows,
    history: Rows,
    support: Support,
    events: Ints,
    cursor: Ints,
) -> None:
    """At a review held: the coach thinks of each programme in turn, and the first for which luck has it is the referral."""
    if 0 < r.standing <= len(support.programmes) or r.traits & IN_QUEUE:
        return
    weeks = (today - int(r.claim)) // 7
    who = subjects[r.id]
    before = int(r.count) - 1  # appointments before this one
    for k in support.order:
        offer, what = support.offers[today, k], support.programmes[k]
        if not offer.open or weeks < offer.at_least or weeks > offer.at_most:
            continue
        if (int(what.ages) >> int(r.age)) & 1 == 0 or not support.for_sector[k, r.sector]:
            continue
        if _luck(seed, replication, who, what, REFERRAL_LUCK, before) >= offer.referral:
            continue
        area = history[r.id].area  # far from the row, so asked for only now
        if not support.for_area[k, area] or (int(support.marks[r.id].started) >> k) & 1:
            continue
        agreed = _luck(seed, replication, who, what, TAKE_UP_LUCK, before) < what.take_up
        e = support.referrals[0]
        support.referrals[0] = e + 1
        one = support.episodes[e]
        one.person, one.programme, one.area, one.home, one.age = r.id, k, area, r.home, r.age
        one.referred, one.started, one.ended, one.end = today, NONE, NONE, 0
        if agreed:
            mark = support.marks[r.id]
            mark.programme, mark.joined, mark.before, mark.episode = k, today, before, e
            r.traits |= IN_QUEUE
        else:
            one.ended, one.end = today, DECLINED
        note(events, cursor, today, 3, r.id, E_REFERRED, r.home, -1, -1, k, 1 if agreed else 0)
        return


@compiled
def start(
    people: Rows,
    rows: Ints,
    m: int,
    today: int,
    k: int,
    until: Ints,
    drops: NDArray[np.bool_],
    count: Ints,
    before: int,
    late: int,
    diary: Ints,
    home: Ints,
    booked: Ints,
    support: Support,
    events: Ints,
    cursor: Ints,
) -> None:
    """Phase 5: the first ``m`` of ``rows`` start programme ``k``; ``until`` and ``drops`` say on which day they end and how.

    Where contact stops, what was counted of them today as people in reviews is counted anew; ``late`` is the number of working days past
    the due day from which a meeting is late.
    """
    for i in range(m):
        r = people[rows[i]]
        mark = support.marks[r.id]
        note(events, cursor, today, 5, r.id, E_STARTED, r.home, -1, -1, k, today - int(mark.joined))
        support.episodes[mark.episode].started = today
        mark.until, mark.drops = until[i], drops[i]
        mark.started |= 1 << k
        r.standing = k + 1
        r.traits = int(r.traits) & ~IN_QUEUE
        support.on_it[k] += 1
        if support.programmes[k].contact:
            continue
        r.state = ON_PROGRAMME
        support.by_sector[r.sector, SEARCHERS] -= 1
        home[r.home, r.age, IN_REVIEWS] -= 1
        home[r.home, r.age, AWAY] += 1
        if r.due <= today:
            home[r.home, r.age, OVERDUE] -= 1
            home[r.home, r.age, LATE] -= count[today + before] - count[int(r.due) + before] > late
        if r.booked == NONE:
            home[r.home, r.age, ON_LIST] -= 1
        else:
            booked[r.serving] -= r.minutes
            enter(diary, r.serving, r.booked, -int(r.minutes), r.kind, r.channel)
            r.booked = NONE


@inlined
def finish(
    r: Row,
    today: int,
    days: Rows,
    hub: NDArray[np.uint8],
    seed: int,
    replication: int,
    subjects: Rows,
    support: Support,
    events: Ints,
    cursor: Ints,
) -> int:
    """Phase 4: the last day of someone on a programme. Returns 1 + the programme if it leads into work, else 0."""
    mark, who = support.marks[r.id], subjects[r.id]
    k = int(mark.programme)
    what, one = support.programmes[k], support.episodes[mark.episode]
    support.on_it[k] -= 1
    one.ended = today
    days_on_it = today - int(one.started)
    if mark.drops:
        one.end = DROPPED_OUT
        note(events, cursor, today, 4, r.id, E_DROPPED, r.home, -1, -1, k, days_on_it)
    else:
        mark.completed = k + 1
        one.end = COMPLETED
        note(events, cursor, today, 4, r.id, E_COMPLETED, r.home, -1, -1, k, days_on_it)
        if _luck(seed, replication, who, what, RETRAINED_LUCK, 0) < what.retrained:
            u = _luck(seed, replication, who, what, SECTOR_LUCK, 0)
            s = 0
            while s < support.new_sector.shape[1] - 1 and support.new_sector[k, s] <= u:
                s += 1
            r.sector = s
        if _luck(seed, replication, who, what, OUTCOME_LUCK, 0) < what.outcome:
            one.end = INTO_WORK
            r.standing = 0
            return k + 1
    r.standing = len(support.programmes) + mark.completed if mark.completed > 0 else 0
    if r.state == ON_PROGRAMME:
        r.state = REVIEWS
        r.kind = REVIEW + hub[r.home]
        r.requested = today
        r.due = days[today].next_working
        r.last_held = NEVER
        r.interval = 0
    return 0


@inlined
def close_episode(r: Row, today: int, support: Support) -> int:
    """The claim of someone in a queue or on a programme has ended. Returns the programme they were on, or -1."""
    mark = support.marks[r.id]
    one = support.episodes[mark.episode]
    one.ended = today
    if r.traits & IN_QUEUE:
        one.end = CLAIM_ENDED
        r.traits = int(r.traits) & ~IN_QUEUE
        return -1
    support.on_it[mark.programme] -= 1
    one.end = ENTERED if r.state == WORK else LEFT_IT
    return int(mark.programme)
