"""Diaries: the minutes of every jobcentre and day, what is booked of them, and the order in which people are booked.

A diary is an array of shape (jobcentres, days, 5) of minutes. Coach minutes serve every appointment; face to face takes desk
minutes as well. Some coach minutes may be kept for first meetings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.model.people import FACE_TO_FACE, FIRST

COACH, COACH_BOOKED, FIRST_BOOKED, DESK, DESK_BOOKED = range(5)

DAY = np.dtype(
    [
        ("face_to_face", "f8"),  # share, as known
        ("missed", "f8", (3,)),  # share by kind
        ("leaving", "i8"),  # hazard of leaving, in units
        ("minutes", "i4", (3,)),  # by kind, as known
        ("next_working", "i4"),
        ("roll", "i4"),  # the day itself if it works, else the next that does
        ("table", "i4"),  # which table of job entry hazards holds
    ],
    align=True,
)
"""What the rules say about a day."""


@inlined
def reserved(diary: NDArray[np.int64], j: int, day: int, share: float) -> int:
    """Coach minutes still kept for first meetings."""
    kept = int(share * diary[j, day, COACH] + 1e-6)
    return max(0, kept - int(diary[j, day, FIRST_BOOKED]))


@inlined
def has_room(diary: NDArray[np.int64], j: int, day: int, minutes: int, channel: int, kept: int) -> bool:
    """Whether an appointment still fits, beside the minutes kept for others."""
    if diary[j, day, COACH] - diary[j, day, COACH_BOOKED] - kept < minutes:
        return False
    return channel != FACE_TO_FACE or diary[j, day, DESK] - diary[j, day, DESK_BOOKED] >= minutes


@inlined
def enter(diary: NDArray[np.int64], j: int, day: int, minutes: int, kind: int, channel: int) -> None:
    """Book minutes, or free them if negative."""
    diary[j, day, COACH_BOOKED] += minutes
    if kind == FIRST:
        diary[j, day, FIRST_BOOKED] += minutes
    if channel == FACE_TO_FACE:
        diary[j, day, DESK_BOOKED] += minutes


@inlined
def clerks_key(priority: int, due: int, requested: int) -> int:
    """The clerk's order as one number: priority, then due day, then day of request."""
    return (priority << 32) | ((due + 32768) << 16) | (requested + 32768)


@compiled
def in_clerks_order(
    rows: NDArray[np.int64],
    keys: NDArray[np.int64],
    n: int,
    spare: NDArray[np.int64],
    spare_keys: NDArray[np.int64],
    counter: NDArray[np.int64],
) -> None:
    """Sort the first ``n`` rows by their keys; ties stay in the order of rows, which is that of persons.

    A counting sort, in one pass where the keys span few values, else digit by digit. All arrays hold at least ``n`` values,
    ``counter`` 8192.
    """
    if n < 2:
        return
    due0, due1, asked0, asked1 = 65536, -1, 65536, -1
    for i in range(n):
        due, asked = (keys[i] >> 16) & 0xFFFF, keys[i] & 0xFFFF
        due0, due1 = min(due0, due), max(due1, due)
        asked0, asked1 = min(asked0, asked), max(asked1, asked)
    highest = 0
    for i in range(n):
        due, asked = ((keys[i] >> 16) & 0xFFFF) - due0, (keys[i] & 0xFFFF) - asked0
        keys[i] = ((keys[i] >> 32) * (due1 - due0 + 1) + due) * (asked1 - asked0 + 1) + asked
        highest = max(highest, keys[i])
    shift = 0
    while highest >> shift > 0:
        digits = min(highest >> shift, 8191) + 1
        for digit in range(digits):
            counter[digit] = 0
        for i in range(n):
            counter[(keys[i] >> shift) & 8191] += 1
        before = 0
        for digit in range(digits):
            before, counter[digit] = before + counter[digit], before
        for i in range(n):
            digit = (keys[i] >> shift) & 8191
            spare[counter[digit]] = rows[i]
            spare_keys[counter[digit]] = keys[i]
            counter[digit] += 1
        for i in range(n):
            rows[i] = spare[i]
            keys[i] = spare_keys[i]
        shift += 13
